"""Printed tables of a back-test, and its numbers as data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from unsim.history.backtest import MODEL, SHIPPED, Backtest, Scheme, happened

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
    shipped, fitted = "Nothing is fitted: priors as simulations use them.", "Only the rolling origin is a forecast: %s."
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
