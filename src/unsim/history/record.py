"""The record of real votes, and what was known before each of them.

Everything that a forecast uses is looked up here by date: positions from earlier roll calls, rivalry from earlier signals,
attention from earlier events. Nothing dated on or after the day of a vote is read for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from unsim.calendar import VETO_DEBATE
from unsim.parameters import BY_NAME
from unsim.rules.coalition import in_tens
from unsim.rules.world import ABSTAIN, NO, YES, position_spread
from unsim.tables import table

Floats = NDArray[np.float64]
Row = Mapping[str, str]

KINDS = (
    "procedural_human_rights",
    "procedural_other",
    "chapter7_sanctions",
    "panel_mandate",
    "icc_referral",
    "tribunal",
    "presidential_statement",
    "substantive_human_rights",
    "substantive_other",
    "other",
)
"""Kinds of drafts. Procedural ones need nine votes and know no veto; a statement needs that nobody objects."""
VOTES = {"no": NO, "abstain": ABSTAIN, "yes": YES}
OWN_FILE = "PRK"
PERMANENT = ("CHN", "FRA", "GBR", "RUS", "USA")
SIGNALS = {"CHN": ("E2019-12-16", "E2022-02-24"), "RUS": ("E2019-12-16", "E2022-02-24", "E2023-09-13")}
"""Dated public events (events.csv) that count as signals of rivalry on the DPRK's file, one third each."""
SIGNAL = 1.0 / 3.0
TIED = frozenset(SIGNALS)
"""States whose noes on the DPRK are those of a patron: their record on it says nothing of another file."""
UNKNOWN_RIVALS = {"CHN": SIGNAL, "RUS": SIGNAL}
"""Rivalry on another file where the record names none: that of one signal. An assumption."""
CROWDED = (("E2022-02-24", 0.8), ("E2023-10-07", 0.7))
"""Attention that other crises leave after an event, as in the shipped scenarios."""
TESTS = {"icbm": "missile_weight", "satellite_launch": "missile_weight", "nuclear_test": "nuclear_weight"}
"""Categories of events that draw attention to weapons, each with the parameter that says how much."""
LEADERS = frozenset({"JPN", "KOR", "USA"})
SPONSORS = LEADERS | {"FRA", "GBR"}
"""States that lead or sponsor in the shipped scenarios. Of the names in drafts.csv only theirs count as sponsors: whoever
else signed the letter for a meeting is on record for 2014-2017 alone."""
MIDDLE_STANCE = 0.5
"""No government's stance is coded for the record."""
FULL_REACH = 1.0
"""A vote is called when nine are counted; what a weaker campaign would cost cannot be seen in the votes."""
DAYS_A_YEAR, MONTHS_A_YEAR = 365.25, 12.0
ANYWHERE = "region:ALL"


@dataclass(frozen=True)
class Draft:
    """A draft that was put to the vote. ``sponsors`` and ``rivals`` (shares by member) are None where nothing is said."""

    id: str
    date: date
    target: str
    kind: str
    security: float
    accountability: float
    bite: float
    sponsors: frozenset[str] | None = None
    rivals: Mapping[str, float] | None = None

    @property
    def procedural(self) -> bool:
        """Whether nine votes are enough and no veto counts."""
        return self.kind.startswith("procedural")

    @property
    def statement(self) -> bool:
        """Whether any member's objection stops it."""
        return self.kind == "presidential_statement"

    @property
    def own_file(self) -> bool:
        """Whether it is about the DPRK."""
        return self.target.upper() in (OWN_FILE, "DPRK")


@dataclass(frozen=True)
class Position:
    """A state's estimated record on DPRK human rights on a day: -1 to 1, its standard error, and the roll calls behind it."""

    as_of: date
    acc: float
    sd: float
    n: int
    last_vote: str


@dataclass(frozen=True)
class Known:
    """The dated tables that conditions are read from; a forecast looks only at rows before its vote."""

    positions: Mapping[str, Sequence[Position]]
    events: Sequence[Row]
    regions: Mapping[str, str]

    def position(self, state: str, day: date) -> Position:
        """The last estimate before a day; the first one there is for a day before all roll calls; else the region's."""
        return self._estimate((state, f"region:{self.regions.get(state, '')}", ANYWHERE), day)

    def position_on(self, draft: Draft, state: str) -> Position:
        """The position of a member on a draft; of a patron of the DPRK on another file no more is known than of any state."""
        return self._estimate((ANYWHERE,), draft.date) if state in TIED and not draft.own_file else self.position(state, draft.date)

    def _estimate(self, names: Sequence[str], day: date) -> Position:
        for name in names:
            if rows := self.positions.get(name):
                return next((row for row in reversed(rows) if row.as_of < day), rows[0])
        raise KeyError(names[0])

    def beside(self, record: Record) -> Known:
        """The same with the regional groups that a record gives itself."""
        return replace(self, regions={**self.regions, **record.regions})

    def happened(self, event: str, day: date) -> bool:
        """Whether an event of events.csv lies before a day."""
        return any(row["id"] == event and _day(row["date"]) < day for row in self.events)

    def signals(self, day: date) -> dict[str, float]:
        """Rivalry of each rival on the DPRK's file, shares, from the signals before a day."""
        return {state: SIGNAL * sum(self.happened(e, day) for e in events) for state, events in SIGNALS.items()}

    def attention(self, day: date) -> float:
        """What other crises leave of the world's attention, a share."""
        return next((left for event, left in reversed(CROWDED) if self.happened(event, day)), 1.0)

    def salience(self, day: date) -> float:
        """Attention to weapons, a share: each test takes its part of what is left, and half is gone after the half-life."""
        half_life = BY_NAME["salience_half_life"].default / MONTHS_A_YEAR * DAYS_A_YEAR
        tests = sorted((_day(row["date"]), row["category"]) for row in self.events if row["category"] in TESTS)
        stock, last = 0.0, date.min
        for when, category in tests:
            if when < day:
                stock *= 0.5 ** ((when - last).days / half_life)
                stock += (1.0 - stock) * BY_NAME[TESTS[category]].default
                last = when
        return float(stock * 0.5 ** ((day - last).days / half_life))


@dataclass(frozen=True)
class Record:
    """Drafts in order of date, and every vote cast on each (NO, ABSTAIN, YES by member).

    ``regions``: regional groups that the record itself gives for members. ``left_out``: drafts without any vote.
    """

    drafts: tuple[Draft, ...]
    votes: Mapping[str, Mapping[str, float]]
    regions: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "drafts", tuple(sorted(self.drafts, key=lambda draft: (draft.date, draft.id))))

    @cached_property
    def members(self) -> list[tuple[int, str]]:
        """(place of the draft, member) of every vote, in order."""
        return [(d, member) for d, draft in enumerate(self.drafts) for member in sorted(self.votes[draft.id])]

    @cached_property
    def cast(self) -> Floats:
        """Every vote (NO, ABSTAIN, YES), in the order of :attr:`members`."""
        return np.array([self.votes[self.drafts[d].id][member] for d, member in self.members])

    @cached_property
    def outcome(self) -> Floats:
        """Every vote as (vote, 3): 1 in the column of no, abstain or yes."""
        return np.stack([self.cast == vote for vote in VOTES.values()], axis=1).astype(float)

    @cached_property
    def of_draft(self) -> NDArray[np.int64]:
        """The place of the draft of every vote."""
        return np.array([d for d, _ in self.members], dtype=np.int64)

    @cached_property
    def divided(self) -> NDArray[np.bool_]:
        """For every vote whether its draft met any dissent."""
        return np.bincount(self.of_draft, self.cast != YES, len(self.drafts))[self.of_draft] > 0

    def before(self, day: date) -> list[int]:
        """Places of the drafts voted before a day."""
        return [d for d, draft in enumerate(self.drafts) if draft.date < day]


class Conditions(NamedTuple):
    """What the vote rule needs, knowable before each vote. First the columns of votes, then those of drafts.

    ``first`` gives for each draft the row of its first vote, with one entry more at the end.
    """

    position: Floats
    spread: Floats
    rivalry: Floats
    permanent: Floats
    sponsor: Floats
    first: NDArray[np.int64]
    security: Floats
    accountability: Floats
    procedural: Floats
    statement: Floats
    audience: Floats
    reach: Floats
    cosponsors: Floats
    salience: Floats
    attention: Floats
    bite: Floats


def rivalry(draft: Draft, known: Known) -> Mapping[str, float]:
    """Rivalry by member, shares: what the record says; else the dated signals on the DPRK's file; else the fallback."""
    if draft.rivals is not None:
        return draft.rivals
    return known.signals(draft.date) if draft.own_file else UNKNOWN_RIVALS


def conditions(record: Record, known: Known) -> Conditions:
    """What was known before each vote of a record."""
    drift = BY_NAME["position_drift"].default
    rivals = [rivalry(draft, known) for draft in record.drafts]
    votes = np.zeros((5, len(record.members)))
    for row, (d, member) in enumerate(record.members):
        draft = record.drafts[d]
        found = known.position_on(draft, member)
        years = max((draft.date - found.as_of).days, 0) / DAYS_A_YEAR
        votes[:, row] = (
            found.acc,
            position_spread(found.sd, drift, years),
            rivals[d].get(member, 0.0),
            member in PERMANENT,
            member in (draft.sponsors or ()),
        )
    texts = np.array([_text(draft, known) for draft in record.drafts], dtype=float).reshape(-1, 10).T
    first = np.concatenate([[0], np.cumsum(np.bincount(record.of_draft, minlength=len(record.drafts)))]).astype(np.int64)
    columns: list[Any] = [*map(np.ascontiguousarray, votes), first, *map(np.ascontiguousarray, texts)]
    return Conditions(*columns)


def _text(draft: Draft, known: Known) -> tuple[float, ...]:
    """The columns of a draft, from ``security`` on. Co-sponsors, in tens, are sponsors that do not lead."""
    return (
        draft.security,
        draft.accountability,
        draft.procedural,
        draft.statement,
        draft.date >= VETO_DEBATE,
        FULL_REACH,
        in_tens(len((draft.sponsors or frozenset()) - LEADERS)),
        known.salience(draft.date) if draft.own_file else 0.0,
        known.attention(draft.date),
        draft.bite,
    )


# The shipped record


def codes(text: str) -> frozenset[str]:
    """``USA;FRA`` as a set."""
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def positions_of(rows: Iterable[Row]) -> dict[str, list[Position]]:
    """Rows of positions_dated.csv by state, in order of date."""
    found: dict[str, list[Position]] = {}
    for row in rows:
        entry = Position(_day(row["as_of"]), float(row["acc"]), float(row["sd"]), int(row["n"]), row["last_vote"])
        found.setdefault(row["iso3"], []).append(entry)
    return {state: sorted(entries, key=lambda entry: entry.as_of) for state, entries in found.items()}


@cache
def shipped_known() -> Known:
    """The shipped tables of positions, events and regions."""
    regions = {row["state"]: row["region"] for row in table("regions")}
    return Known(positions_of(table("positions_dated")), table("events"), regions)


@cache
def shipped_record(every_signature: bool = False) -> Record:
    """Every Council vote on the DPRK in drafts.csv, with the votes of council_votes.csv.

    ``every_signature``: whoever stands under the text or the letter counts as its sponsor, not only :data:`SPONSORS`.
    """
    drafts = tuple(draft_of(row) for row in table("drafts") if row["status"] == "voted")
    if not every_signature:
        drafts = tuple(replace(draft, sponsors=(draft.sponsors or frozenset()) & SPONSORS) for draft in drafts)
    votes: dict[str, dict[str, float]] = {draft.id: {} for draft in drafts}
    for row in table("council_votes"):
        votes[row["id"]][row["iso3"]] = VOTES[row["vote"]]
    return Record(drafts, votes)


def draft_of(row: Row) -> Draft:
    """A row of drafts.csv; every name in it counts as a sponsor."""
    security, accountability, bite = (float(row[column]) for column in ("security_content", "accountability_content", "bite"))
    names = codes(row["sponsors"])
    return Draft(row["id"], _day(row["date"]), row["target"], row["kind"], security, accountability, bite, names)


def _day(text: str) -> date:
    return date.fromisoformat(text)
