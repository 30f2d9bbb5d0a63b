"""Printed tables of a back-test, and its numbers as data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from unsim.history.backtest import MODEL, SHIPPED, Backtest, Scheme, happened
from unsim.history.calibrate import Calibration
from unsim.history.economy import ORIGIN, Tested, bands
from unsim.history.patterns import PATTERNS, shares

if TYPE_CHECKING:
    import pandas as pd

SPOKEN = {
    "in_sample": "in sample",
    "loo": "leave one draft out",
    "rolling": "rolling origin",
    SHIPPED: "as shipped",
    MODEL: "model",
    "model_every_signature": "model, every signature of the letter known",
    "model_weakest_link": "model, weakest link alone",
    "model_additive": "model, sides added alone",
    "always_yes": "always yes",
    "frequency_by_kind": "frequency by kind",
    "last_vote_of_kind": "member's last vote of the kind",
    "base_rates_by_group": "base rates by group",
    "general_assembly": "General Assembly vote carried over",
    "last_value": "value of 2016",
    "last_year": "value of the year before",
    "linear_trend": "trend of 2012-2016",
    "legal_ban_means_zero": "a legal ban means zero",
}


def scores_table(result: Backtest) -> Table:
    """Scores of the model and each rival under each scheme, over all votes / those on divided drafts."""
    table = Table(title="Votes of the Security Council: all votes / those on divided drafts", caption=_caption(result),
                  title_justify="left", caption_justify="left")  # fmt: skip
    for column in ("scheme", "forecaster"):
        table.add_column(column, no_wrap=True)
    for column in ("Brier", "log score", "accuracy", "votes"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, scheme in result.schemes.items():
        whole, divided = scheme.scores(), scheme.scores(divided=True)
        for place, (who, one) in enumerate(whole.items()):
            other = divided[who]
            pairs = ((one.brier, other.brier), (one.log_score, other.log_score), (one.accuracy, other.accuracy))
            cells = [f"{a:.3f} / {b:.3f}" if other.n else f"{a:.3f} / –" for a, b in pairs]
            first, last = place == 0, place == len(whole) - 1
            table.add_row(SPOKEN[name] if first else "", SPOKEN[who], *cells, f"{one.n} / {other.n}", end_section=last)
    return table


def _caption(result: Backtest) -> str:
    shipped, fitted = (
        "Nothing is fitted to this record: parameters as simulations use them.",
        "Only the rolling origin is a forecast: %s.",
    )
    rests = shipped if SHIPPED in result.schemes else fitted % "fitted to earlier drafts alone, from the ninth draft on"
    return (
        "Brier score over three classes (no, abstain, yes), 0 to 2, and log score in nats: less is better. Hard rivals allow for "
        f"their own share of errors, known in hindsight. {rests}"
    )


def drafts_table(scheme: Scheme) -> Table:
    """Each draft: P(adopted), P(vetoed), yes votes expected and cast, and what happened."""
    table = Table(title=f"Drafts, {SPOKEN[scheme.name]}", caption="P(vetoed): nine yes votes and a permanent member's no.",
                  title_justify="left", caption_justify="left")  # fmt: skip
    for column in ("draft", "date", "kind", "P(adopted)", "P(vetoed)", "yes expected", "yes", "result"):
        table.add_column(column, justify="right" if column[0] in "Py" else "left", no_wrap=True)
    for row in drafts_frame(scheme).itertuples():
        numbers = (f"{row.p_adopted:.2f}", f"{row.p_vetoed:.2f}", f"{row.expected_yes:.1f}", f"{row.yes}")
        table.add_row(str(row.draft), str(row.date), str(row.kind), *numbers, str(row.result))
    return table


def drafts_frame(scheme: Scheme) -> pd.DataFrame:
    """The numbers of :func:`drafts_table`."""
    import pandas as pd

    told, rows = scheme.drafts_told(), []
    for d in scheme.drafts:
        draft = scheme.record.drafts[d]
        adopted, vetoed = happened(scheme.record, d)
        what = "adopted" if adopted else "vetoed" if vetoed else "failed"
        rows.append({"draft": draft.id, "date": draft.date.isoformat(), "kind": draft.kind, **told[draft.id], "result": what})
    return pd.DataFrame(rows)


def scores_frame(result: Backtest) -> pd.DataFrame:
    """The numbers of :func:`scores_table`, a row for each scheme, forecaster and set of votes."""
    import pandas as pd

    told = result.as_json()["votes"]
    return pd.DataFrame([{"scheme": s, "forecaster": who, **found} for s, rows in told.items() for who, found in rows.items()])


def members_frame(result: Backtest) -> pd.DataFrame:
    """Every vote of every scheme with the model's probabilities."""
    import pandas as pd

    return pd.DataFrame([row for scheme in result.schemes.values() for row in _members(scheme)])


def _members(scheme: Scheme) -> list[dict[str, object]]:
    record, made = scheme.record, scheme.forecasts[MODEL].votes
    names = ("no", "abstain", "yes")
    return [
        {
            "scheme": scheme.name,
            "draft": record.drafts[d].id,
            "member": member,
            "p_no": made[i, 0],
            "p_abstain": made[i, 1],
            "p_yes": made[i, 2],
            "vote": names[int(record.outcome[i].argmax())],
        }
        for i, (d, member) in enumerate(record.members)
        if d in scheme.drafts
    ]


def reliability_frame(result: Backtest) -> pd.DataFrame:
    """Bins of P(yes) by scheme: votes, mean forecast, share that said yes."""
    import pandas as pd

    return pd.DataFrame([{"scheme": name, **row} for name, scheme in result.schemes.items() for row in scheme.reliability()])


# Trade


def economy_table(tested: Tested) -> Table:
    """Mean scores of the model and its rivals by period, and coverage of the model's bands."""
    caption = (
        "Mean CRPS over eight series as a share of each series' value in 2016 (of a rival: absolute error); less is better. "
        f"Fitted to {ORIGIN}; {tested.futures:,} futures, {tested.draws:,} draws. The year before is known to one rival alone."
    )
    table = Table(title="Trade, replayed from a fit to 2016", caption=caption, title_justify="left", caption_justify="left")
    scores, covered, above = tested.scores(), tested.coverage(), tested.coverage_above_zero()
    table.add_column("forecaster", no_wrap=True)
    for period in scores:
        table.add_column(period, justify="right", no_wrap=True)
    for who in next(iter(scores.values())):
        values = [sum(by[who].values()) / len(by[who]) for by in scores.values()]
        table.add_row(SPOKEN[who], *(f"{value:.3f}" for value in values), end_section=who == "legal_ban_means_zero")
    for band in ("50", "90"):
        shown = (f"{covered[period][band]:.2f} / {above[period][band]:.2f}" for period in scores)
        table.add_row(f"inside the {band}% band: of all recorded values / of those above 0", *shown)
    return table


def patterns_table(tested: Tested) -> Table:
    """Each pattern of the record: share of futures that show it, emergent or put in by hand, and what it rests on."""
    table = Table(title="Patterns", caption="Share of replayed futures, a parameter draw each, that show the pattern.",
                  title_justify="left", caption_justify="left")  # fmt: skip
    table.add_column("pattern")
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("rests on")
    found = shares(tested.made)
    for pattern in PATTERNS:
        kind = "emergent" if pattern.emergent else "put in"
        table.add_row(pattern.meaning, f"{found[pattern.name]['share_of_draws']:.2f}", kind, pattern.rests_on)
    return table


def economy_frame(tested: Tested) -> pd.DataFrame:
    """Every series by year: what was recorded, median, bands (USD million a year)."""
    import pandas as pd

    rows = [{"series": name, "year": int(year), **found} for name, by in tested.told().items() for year, found in by.items()]
    return pd.DataFrame(rows)


def economy_scores_frame(tested: Tested) -> pd.DataFrame:
    """Scores by period, forecaster and series."""
    import pandas as pd

    rows = [
        {"period": period, "forecaster": who, "series": name, "score": score}
        for period, found in tested.scores().items()
        for who, by in found.items()
        for name, score in by.items()
    ]
    return pd.DataFrame(rows)


def revenue_frame(tested: Tested) -> pd.DataFrame:
    """Declared and undeclared trade by channel, partner and year: median and bands (USD million a year)."""
    import pandas as pd

    rows = []
    for variable, futures in tested.made.world.items():
        kind, _, *cell = variable.split(".")
        if kind in ("declared", "undeclared"):
            for year, values in zip(tested.made.years, futures, strict=True):
                rows.append({"trade": kind, "channel": cell[0], "partner": cell[1], "year": year, **bands(values)})
    return pd.DataFrame(rows)


def patterns_frame(tested: Tested) -> pd.DataFrame:
    """The numbers of :func:`patterns_table`."""
    import pandas as pd

    found = shares(tested.made)
    return pd.DataFrame([{"pattern": p.name, "meaning": p.meaning, **found[p.name], "rests_on": p.rests_on} for p in PATTERNS])


def economy_frames(tested: Tested) -> dict[str, pd.DataFrame]:
    """All tables of trade by name."""
    return {"trade_scores": economy_scores_frame(tested), "revenue": revenue_frame(tested), "patterns": patterns_frame(tested)}


# Calibration


def calibration_frame(made: Calibration) -> pd.DataFrame:
    """Each fitted parameter: prior and posterior median and 90% interval, and the share of the prior's variance that is gone."""
    import pandas as pd

    rows = []
    gone = made.identified()
    for i, name in enumerate(made.names):
        prior = [made.priors[i].quantile(u) for u in (0.05, 0.5, 0.95)]
        found = {f"prior_{label}": value for label, value in zip(("q05", "median", "q95"), prior, strict=True)}
        after = bands(made.draws[:, i])
        found |= {f"posterior_{label}": after[label] for label in ("q05", "median", "q95")}
        rows.append({"parameter": name, **found, "identified": gone[name]})
    return pd.DataFrame(rows)


def calibration_table(made: Calibration) -> Table:
    """The numbers of :func:`calibration_frame`."""
    sampler = made.posterior
    caption = (
        f"{len(made.draws):,} draws from {sampler.simulations:,} simulations, effective sample size {sampler.effective:,.0f}; "
        f"distance kept {sampler.tolerances[0]:.2f} to {sampler.tolerances[-1]:.2f} prior standard deviations over all "
        "parameters, the rest by regression. Identified: share of the prior's variance that the record takes away."
    )
    table = Table(title=f"Trade to {made.until}: prior and posterior, median [5%, 95%]", caption=caption,
                  title_justify="left", caption_justify="left")  # fmt: skip
    for column in ("parameter", "prior", "posterior", "identified"):
        table.add_column(column, justify="left" if column == "parameter" else "right", no_wrap=True)
    for row in calibration_frame(made).itertuples():
        prior = f"{row.prior_median:.3g} [{row.prior_q05:.3g}, {row.prior_q95:.3g}]"
        posterior = f"{row.posterior_median:.3g} [{row.posterior_q05:.3g}, {row.posterior_q95:.3g}]"
        table.add_row(str(row.parameter), prior, posterior, f"{row.identified:.2f}")
    return table


def draws_frame(made: Calibration) -> pd.DataFrame:
    """The posterior draws, a column for each parameter."""
    import pandas as pd

    return pd.DataFrame(made.draws, columns=list(made.names))
