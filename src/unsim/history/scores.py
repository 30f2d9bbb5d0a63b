"""Scores of forecasts of votes, and rivals that need no model.

A forecast gives each vote three probabilities (no, abstain, yes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.history.record import PERMANENT, Floats, Known, Record
from unsim.rules.world import ABSTAIN, NO, YES

LOG_FLOOR = 1e-3
"""Least probability in the log score, so that one vote of a sponsor against its text does not decide everything."""
EDGES = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)
PLACE = {NO: 0, ABSTAIN: 1, YES: 2}
NEAR = 1.0 / 3.0


@dataclass(frozen=True)
class Score:
    """Mean scores over ``n`` votes. Brier: squared distance over three classes, 0 to 2. Log score: minus the log, nats."""

    brier: float
    log_score: float
    accuracy: float
    n: int

    def as_json(self) -> dict[str, float | int]:
        """The four numbers by name."""
        return {"brier": self.brier, "log_score": self.log_score, "accuracy": self.accuracy, "n": self.n}


def score(forecast: Floats, outcome: Floats) -> Score:
    """Scores of a forecast (vote, 3) against what happened (vote, 3; one 1 in each row). NaN where there is no vote."""
    if not len(forecast):
        return Score(float("nan"), float("nan"), float("nan"), 0)
    hit = np.clip((forecast * outcome).sum(axis=1), LOG_FLOOR, 1.0)
    return Score(
        float(((forecast - outcome) ** 2).sum(axis=1).mean()),
        float(-np.log(hit).mean()),
        float((forecast.argmax(axis=1) == outcome.argmax(axis=1)).mean()),
        len(forecast),
    )


def reliability(yes: Floats, happened: Floats, edges: Sequence[float] = EDGES) -> list[dict[str, Any]]:
    """For bins of P(yes): how many votes, the mean forecast, the share that said yes. Bins without votes are left out."""
    bins = np.clip(np.digitize(yes, edges) - 1, 0, len(edges) - 2)
    return [
        {
            "low": edges[b],
            "high": edges[b + 1],
            "n": int((bins == b).sum()),
            "forecast": float(yes[bins == b].mean()),
            "observed": float(happened[bins == b].mean()),
        }
        for b in range(len(edges) - 1)
        if (bins == b).any()
    ]


# Rivals

Rival = Callable[[Record, Known, Sequence[int], int], Floats]
"""Forecast of the votes on one draft (member, 3) from a record, dated tables, and the drafts that may be known."""


def group_of(member: str, known: Known) -> str:
    """The group of a member for base rates: the three Western permanent members, the other two, or its regional group."""
    if member in PERMANENT:
        return "rivals" if member in ("CHN", "RUS") else "permanent three"
    return known.regions.get(member, "")


def _frequencies(votes: Sequence[float], towards: Floats) -> Floats:
    """Shares of no, abstain and yes, shrunk by one pseudo-vote."""
    counts = np.array([sum(vote == kind for vote in votes) for kind in (NO, ABSTAIN, YES)], dtype=float)
    shares: Floats = (counts + towards) / (counts.sum() + 1.0)
    return shares


def _members(record: Record, d: int) -> list[str]:
    return sorted(record.votes[record.drafts[d].id])


def _hard(votes: Sequence[float]) -> Floats:
    found = np.zeros((len(votes), 3))
    found[np.arange(len(votes)), [PLACE[vote] for vote in votes]] = 1.0
    return found


def always_yes(record: Record, known: Known, train: Sequence[int], d: int) -> Floats:
    """Everybody votes yes."""
    return _hard([YES] * len(_members(record, d)))


def _of_kind(record: Record, train: Sequence[int], d: int) -> list[tuple[str, float]]:
    kind = record.drafts[d].kind
    return [vote for e in train if record.drafts[e].kind == kind for vote in record.votes[record.drafts[e].id].items()]


def frequency_by_kind(record: Record, known: Known, train: Sequence[int], d: int) -> Floats:
    """The shares of votes on other drafts of this kind, for every member alike."""
    shares = _frequencies([vote for _, vote in _of_kind(record, train, d)], np.full(3, 1.0 / 3.0))
    return np.tile(shares, (len(_members(record, d)), 1))


def base_rates_by_group(record: Record, known: Known, train: Sequence[int], d: int) -> Floats:
    """The shares of votes of the member's group on other drafts of this kind, shrunk to those of all."""
    votes = _of_kind(record, train, d)
    everybody = _frequencies([vote for _, vote in votes], np.full(3, 1.0 / 3.0))
    by_group: dict[str, list[float]] = {}
    for member, vote in votes:
        by_group.setdefault(group_of(member, known), []).append(vote)
    return np.stack([_frequencies(by_group.get(group_of(m, known), []), everybody) for m in _members(record, d)])


def last_vote_of_kind(record: Record, known: Known, train: Sequence[int], d: int) -> Floats:
    """The member's own last vote on an earlier draft of this kind; yes where it has none."""
    last = dict(_of_kind(record, record.before(record.drafts[d].date), d))
    return _hard([last.get(member, YES) for member in _members(record, d)])


def general_assembly(record: Record, known: Known, train: Sequence[int], d: int) -> Floats:
    """The member's last recorded vote in the General Assembly, for a draft on human rights; yes on any other.

    A member without one votes as its region's mean position says: yes above a third, no below minus a third.
    """
    draft = record.drafts[d]
    if draft.accountability <= 0.0:
        return always_yes(record, known, train, d)
    recorded = {"yes": YES, "abstain": ABSTAIN, "no": NO}
    votes = []
    for member in _members(record, d):
        found = known.position(member, draft.date)
        usual = YES if found.acc > NEAR else NO if found.acc < -NEAR else ABSTAIN
        votes.append(recorded.get(found.last_vote, usual))
    return _hard(votes)


RIVALS: Mapping[str, Rival] = {
    "always_yes": always_yes,
    "frequency_by_kind": frequency_by_kind,
    "last_vote_of_kind": last_vote_of_kind,
    "base_rates_by_group": base_rates_by_group,
    "general_assembly": general_assembly,
}
HARD = ("always_yes", "last_vote_of_kind", "general_assembly")


def hedged(forecast: Floats, outcome: Floats, rows: NDArray[np.bool_]) -> Floats:
    """A hard forecast that allows for its own share of errors in the rows that are scored: hindsight, in the rival's favour."""
    wrong = 1.0 - float((forecast * outcome)[rows].sum()) / max(int(rows.sum()), 1)
    allowed: Floats = forecast * (1.0 - wrong) + (1.0 - forecast) * wrong / 2.0
    return allowed


RESAMPLES = 2000


def gain(one: Floats, other: Floats, outcome: Floats, of_draft: NDArray[np.int64]) -> dict[str, float]:
    """By how much the Brier score of ``one`` is lower than that of ``other``, with the 90% interval of a bootstrap over drafts."""
    better = ((other - outcome) ** 2).sum(axis=1) - ((one - outcome) ** 2).sum(axis=1)
    _, place = np.unique(of_draft, return_inverse=True)
    sums, sizes = np.bincount(place, better), np.bincount(place)
    drawn = np.random.default_rng(1).integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return {"gain": float(better.mean()), "low": float(np.quantile(means, 0.05)), "high": float(np.quantile(means, 0.95))}
