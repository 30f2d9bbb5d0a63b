"""Months as numbers, paths over them, and who sits on the Council in each year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from unsim.schema import ScenarioFile, Step
from unsim.tables import table

ELECTED_BY_REGION = {"AFR": 3, "APG": 2, "EEG": 1, "GRULAC": 2, "WEOG": 2}
"""Elected seats of each regional group (General Assembly resolution 1991 (XVIII) A)."""
TERM = 2
"""Years that an elected member sits."""
VETO_DEBATE = date(2022, 4, 26)
"""General Assembly resolution 76/262: from this day a veto brings a debate (recalled)."""


def month_number(text: str) -> int:
    """``2024-01`` as an absolute month, year * 12 + month - 1."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_name(number: int) -> str:
    """An absolute month as ``2024-01``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def known_until(file: ScenarioFile) -> int | None:
    """The month up to which facts are known: the start, or None (all) where the file tells history."""
    return None if file.as_it_happened else month_number(file.start)


def path(steps: Sequence[Step], months: NDArray[np.int64], before: float, until: int | None) -> NDArray[np.float64]:
    """A step path by month; steps after ``until`` (the information date) are left out.

    A step in the first month acts from the second: the first shows the world as it stood.
    """
    values = np.full(len(months), before)
    for step in sorted(steps, key=lambda s: s.start):
        start = month_number(step.start)
        if until is None or start <= until or step.supposed:
            values[months >= acts_from(start, months)] = step.value
    return values


def acts_from(start: int, months: NDArray[np.int64]) -> int:
    """The month from which something acts that begins in month ``start``: what begins in the first acts from the second.

    The first month shows the world as it stood, to which trade and coercion have long adjusted.
    """
    return start + int(start == months[0])


@dataclass(frozen=True)
class Seating:
    """Who sits on the Council: members by year, and the first year of each unknown member's terms."""

    by_year: dict[int, list[str]]
    permanent: tuple[str, ...]
    terms: dict[str, int]  # unknown member: a year in which a term of its seat begins
    region: dict[str, str]


def seating(years: Iterable[int], elected: dict[str, list[str]]) -> Seating:
    """The real calendar as far as it goes, a scenario's own lists, then unknown members by regional group.

    Members elected in the last known year keep their seat in the next; every other seat is an unknown member's, named by
    region and number, with staggered two-year terms.
    """
    calendar: dict[int, list[dict[str, str]]] = {}
    for row in table("council_members"):
        calendar.setdefault(int(row["year"]), []).append(row)
    last = max(calendar)
    permanent = tuple(sorted(row["iso3"] for row in calendar[last] if row["permanent"] == "1"))
    region = {row["iso3"]: row["region"] for rows in calendar.values() for row in rows}
    known = {year: sorted(r["iso3"] for r in rows if r["permanent"] == "0") for year, rows in calendar.items()}
    known.update({int(year): sorted(states) for year, states in elected.items()})
    while last + 1 in known:
        last += 1
    newcomers = [state for state in known[last] if state not in known[last - 1]]
    by_year, terms = {}, {}
    for year in years:
        if year in known:
            by_year[year] = [*permanent, *known[year]]
            continue
        staying = newcomers if year == last + 1 else []
        seats = list(staying)
        for group, number in ELECTED_BY_REGION.items():
            held = sum(region.get(state) == group for state in newcomers)
            for place in range(number):
                if year == last + 1 and place < sum(region.get(state) == group for state in staying):
                    continue
                name = f"{group}-{place + 1}"
                region[name] = group
                terms[name] = last + 2 if place < held else last + 1
                seats.append(name)
        by_year[year] = [*permanent, *seats]
    return Seating(by_year, permanent, terms, region)
