"""The back-test of votes: the shipped rule and its rivals on one record, in sample and out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from unsim.history import votes as rule
from unsim.history.brought import assumed
from unsim.history.economy import Tested, against_record
from unsim.history.patterns import shares
from unsim.history.record import (
    FULL_REACH,
    PERMANENT,
    Conditions,
    Floats,
    Known,
    Record,
    conditions,
    draft_of,
    shipped_known,
    shipped_record,
)
from unsim.history.scores import HARD, RIVALS, Score, gain, hedged, reliability, score
from unsim.history.votes import START, Forecast, Start
from unsim.rules.council import MAJORITY
from unsim.rules.world import NO, YES
from unsim.tables import table

CAVEATS = (
    "The form of the rule, the signals of rivalry and the codes of drafts were chosen by someone who knew all votes.",
    "Sponsors are those that lead or sponsor in the shipped scenarios; a second row counts every signature of a letter.",
    "Trade: a fit to 2016 replays 2017-2024. Texts and dates, wars, theft and the closed border are given to it, and were coded "
    "by someone who knew the outcome; that China obeys a full ban is a prior, widened once its bands were seen to leave out zero. "
    "Parameters whose shipped priors lean on later trade are drawn from ranges that could be given in 2016.",
    "No vote that a non-rival cast on a security draft was other than yes: there the record says only that support is large.",
)
FIRST_ROLLING = 8
"""Drafts that a rolling forecast needs before it: it begins with the ninth."""
MODEL, SIGNED = "model", "model_every_signature"
WEAKEST, ADDED = "model_weakest_link", "model_additive"
SCHEMES = ("in_sample", "loo", "rolling")
SHIPPED = "as_shipped"

Train = Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class Scheme:
    """Forecasts of one record by the model and its rivals, for the drafts that a scheme covers."""

    name: str
    record: Record
    drafts: tuple[int, ...]
    forecasts: Mapping[str, Forecast]

    def scores(self, divided: bool = False) -> dict[str, Score]:
        """Member-level scores by forecaster, over all votes or those on divided drafts."""
        rows = np.isin(self.record.of_draft, self.drafts)
        rows = rows & self.record.divided if divided else rows
        return {name: score(made.votes[rows], self.record.outcome[rows]) for name, made in self.forecasts.items()}

    def gains(self) -> dict[str, dict[str, float]]:
        """By rival: how much lower the model's Brier score is, with the 90% interval of a bootstrap over drafts."""
        rows = np.isin(self.record.of_draft, self.drafts)
        mine, outcome, of_draft = self.forecasts[MODEL].votes[rows], self.record.outcome[rows], self.record.of_draft[rows]
        return {name: gain(mine, self.forecasts[name].votes[rows], outcome, of_draft) for name in RIVALS}

    def drafts_told(self, name: str = MODEL) -> dict[str, dict[str, Any]]:
        """By draft: P(adopted), P(vetoed), expected and real yes votes."""
        made, found = self.forecasts[name], {}
        for d in self.drafts:
            rows = self.record.of_draft == d
            found[self.record.drafts[d].id] = {
                "p_adopted": float(made.adopted[d]),
                "p_vetoed": float(made.vetoed[d]),
                "expected_yes": float(made.votes[rows, 2].sum()),
                "yes": int((self.record.cast[rows] == YES).sum()),
            }
        return found

    def draft_scores(self) -> dict[str, dict[str, float | int]]:
        """By forecaster: Brier scores of P(adopted) and, on drafts that can be vetoed, P(vetoed); mean error of the yes count."""
        return {name: self._draft_score(name) for name in self.forecasts}

    def _draft_score(self, name: str) -> dict[str, float | int]:
        told = self.drafts_told(name)
        adopted, vetoed, errors, divided = [], [], [], []
        for d in self.drafts:
            draft = self.record.drafts[d]
            entry = told[draft.id]
            one, other = happened(self.record, d)
            adopted.append((entry["p_adopted"] - one) ** 2)
            if not (draft.procedural or draft.statement):
                vetoed.append((entry["p_vetoed"] - other) ** 2)
            error = abs(entry["expected_yes"] - entry["yes"])
            errors.append(error)
            divided += [error] if entry["yes"] < (self.record.of_draft == d).sum() else []
        columns = {"adopted_brier": adopted, "vetoed_brier": vetoed, "yes_error": errors, "yes_error_divided": divided}
        return {**{key: float(np.mean(values)) for key, values in columns.items() if values}, "drafts": len(self.drafts)}

    def reliability(self, name: str = MODEL) -> list[dict[str, Any]]:
        """Forecast and observed shares of yes by bins of P(yes)."""
        rows = np.isin(self.record.of_draft, self.drafts)
        return reliability(self.forecasts[name].votes[rows, 2], self.record.outcome[rows, 2])


@dataclass(frozen=True)
class Backtest:
    """Schemes by name, the fit if there is one, and what a reader must be told."""

    schemes: Mapping[str, Scheme]
    main: str
    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    dropped: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    economy: Tested | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything that the command prints: ``votes`` by scheme and forecaster, drafts, reliability, parameters, notes."""
        told: dict[str, Any] = {"votes": {}}
        for name, scheme in self.schemes.items():
            for ending, divided in (("", False), ("_divided", True)):
                scores = scheme.scores(divided)
                told["votes"][name + ending] = {who: found.as_json() for who, found in scores.items() if found.n}
        record = self.schemes[self.main].record
        told |= {
            f"drafts_{self.main}": self.schemes[self.main].drafts_told(),
            "draft_scores": {name: scheme.draft_scores() for name, scheme in self.schemes.items()},
            "gains": {name: scheme.gains() for name, scheme in self.schemes.items()},
            "reliability": {name: scheme.reliability() for name, scheme in self.schemes.items()},
            "record": {"drafts": len(record.drafts), "votes": len(record.cast), "dissents": int((record.cast != YES).sum())},
        }
        if self.economy:
            told |= self.economy.as_json() | {"patterns": shares(self.economy.made)}
        more = {"drafts_dropped": self.dropped, "parameters": self.parameters}
        return told | {key: value for key, value in more.items() if value} | {"notes": list(self.notes)}


def happened(record: Record, d: int) -> tuple[bool, bool]:
    """Whether a draft was adopted, and whether it was vetoed, from its votes."""
    draft, cast = record.drafts[d], record.votes[record.drafts[d].id]
    yes, no = (sum(vote == kind for vote in cast.values()) for kind in (YES, NO))
    permanent_no = any(cast.get(member) == NO for member in PERMANENT)
    if draft.statement:
        return no == 0, False
    stopped = permanent_no and not draft.procedural
    return yes >= MAJORITY and not stopped, yes >= MAJORITY and stopped


def backtest() -> Backtest:
    """The shipped record: votes in sample, leave one draft out, rolling origin (only earlier drafts are known); trade."""
    known, record = shipped_known(), shipped_record()
    arms = {MODEL: record, SIGNED: shipped_record(every_signature=True)}
    every = range(len(record.drafts))
    trains: dict[str, tuple[Iterable[int], Train]] = {
        "in_sample": (every, lambda d: every),
        "loo": (every, lambda d: [e for e in every if e != d]),
        "rolling": (every[FIRST_ROLLING:], lambda d: record.before(record.drafts[d].date)),
    }
    schemes = {}
    for name, (drafts, train) in trains.items():
        made = {arm: fitted_forecast(which, conditions(which, known), drafts, train) for arm, which in arms.items()}
        schemes[name] = Scheme(name, record, tuple(drafts), made | rivals(record, known, drafts, train))
    return Backtest(schemes, "rolling", parameters(record, known), dropped(record, known), CAVEATS, against_record())


def rolling_with(start: Start, only: Sequence[str] = ()) -> Scheme:
    """The rolling origin of the shipped record from other priors: how far the forecasts are the prior's.

    ``only``: states that keep a position of their own; all others get that of their region. Empty for all.
    """
    known, record = shipped_known(), shipped_record()
    if only:
        kept = {name: rows for name, rows in known.positions.items() if name in only or name.startswith("region:")}
        known = replace(known, positions=kept)
    drafts = tuple(range(FIRST_ROLLING, len(record.drafts)))
    made = fitted_forecast(record, conditions(record, known), drafts, lambda d: record.before(record.drafts[d].date), start)
    return Scheme("rolling", record, drafts, {MODEL: made})


REACHES = {"expected_yes": FULL_REACH, "expected_yes_half_campaign": 0.5, "expected_yes_no_campaign": 0.0}
"""How far the campaign for a dropped bid is supposed to have reached, by what is then expected."""


def dropped(record: Record, known: Known) -> dict[str, dict[str, float]]:
    """Bids for a meeting that were never put to the vote, as if they had been: by id P(adopted), yes votes expected, supporters.

    The yes votes also for a weaker campaign, with ``campaign_shortfall`` at its default: no vote informs it.
    """
    found = {}
    for row in table("drafts"):
        if row["status"] == "not_held":
            bid = draft_of(row)
            seats = {seat["iso3"]: NO for seat in table("council_members") if seat["year"] == row["date"][:4]}
            whole = Record((*record.drafts, bid), {**record.votes, bid.id: seats})
            place, x = whole.drafts.index(bid), conditions(whole, known)
            values = rule.posterior(x, whole.cast, whole.before(bid.date))
            made = {
                key: rule.forecast(values, x._replace(reach=np.full_like(x.reach, reach)), [place])
                for key, reach in REACHES.items()
            }
            expected = {key: float(one.votes[whole.of_draft == place, 2].sum()) for key, one in made.items()}
            adopted = float(made["expected_yes"].adopted[place])
            found[bid.id] = {"p_adopted": adopted, **expected, "supporters": float(row["supporters_reported"])}
    return found


def fitted_forecast(record: Record, x: Conditions, drafts: Iterable[int], train: Train, start: Start = START) -> Forecast:
    """Each draft forecast by a fit to the drafts that may be known for it."""
    fits: dict[tuple[int, ...], Floats] = {}
    whole = Forecast(np.full((len(record.cast), 3), np.nan), *np.full((2, len(record.drafts)), np.nan))
    for d in drafts:
        key = tuple(train(d))
        if key not in fits:
            fits[key] = rule.posterior(x, record.cast, key, start)
        made, rows = rule.forecast(fits[key], x, [d]), record.of_draft == d
        whole.votes[rows], whole.adopted[d], whole.vetoed[d] = made.votes[rows], made.adopted[d], made.vetoed[d]
    return whole


def rivals(record: Record, known: Known, drafts: Iterable[int], train: Train) -> dict[str, Forecast]:
    """The forecasts of the rivals, hard ones hedged by their own share of errors."""
    x, found = conditions(record, known), {}
    drafts = list(drafts)
    rows = np.isin(record.of_draft, drafts)
    for name, rival in RIVALS.items():
        votes = np.full((len(record.cast), 3), np.nan)
        for d in drafts:
            votes[record.of_draft == d] = rival(record, known, train(d), d)
        found[name] = rule.with_results(hedged(votes, record.outcome, rows) if name in HARD else votes, x)
    return found


def parameters(record: Record, known: Known) -> dict[str, dict[str, float]]:
    """The fit to the whole record: prior and posterior mean and sd of each parameter (logs where the prior is one of logs)."""
    mode, covariance = rule.fit(conditions(record, known), record.cast, range(len(record.drafts)))
    sd = np.sqrt(np.diag(covariance))
    columns = ("prior_mean", "prior_sd", "mean", "sd")
    return {
        name: dict(zip(columns, map(float, (*START[name], mode[i], sd[i])), strict=True))
        | {"sd_ratio": float(sd[i] / START[name][1])}
        for i, name in enumerate(START)
    }


# A record brought by the user


def backtest_record(record: Record) -> Backtest:
    """A record of the user's, forecast with the shipped positions and the priors that simulations use; nothing is fitted.

    On another target what belongs to the DPRK's file is not carried over (:data:`unsim.history.votes.OF_THE_FILE`). How the
    sides of a draft with both contents join no record says: the model is the mean of both variants, which stand beside it.
    """
    known = shipped_known().beside(record)
    x, every = conditions(record, known), range(len(record.drafts))
    variants = {WEAKEST: _as_shipped(record, x, weakest_link=True), ADDED: _as_shipped(record, x, weakest_link=False)}
    made = {MODEL: rule.mean(list(variants.values()))}
    if any(draft.security > 0.0 and draft.accountability > 0.0 for draft in record.drafts):
        made |= variants
    made |= rivals(record, known, every, lambda d: record.before(record.drafts[d].date))
    scheme = Scheme(SHIPPED, record, tuple(every), made)
    return Backtest({SHIPPED: scheme}, SHIPPED, notes=tuple(assumed(record, known)))


def _as_shipped(record: Record, x: Conditions, weakest_link: bool) -> Forecast:
    own = np.array([draft.own_file for draft in record.drafts], dtype=bool)
    home = rule.forecast(rule.shipped(), x, weakest_link=weakest_link)
    away = rule.forecast(rule.elsewhere(), x, weakest_link=weakest_link)
    return Forecast(
        np.where(own[record.of_draft][:, None], home.votes, away.votes),
        np.where(own, home.adopted, away.adopted),
        np.where(own, home.vetoed, away.vetoed),
    )
