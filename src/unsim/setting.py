"""From a checked scenario to the arrays that the engines read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.rules.chance import permanent_code
from unsim.rules.world import STOCKS, Setting
from unsim.schema import Measure, ScenarioFile, Step
from unsim.tables import table

ELECTED_BY_REGION = {"AFR": 3, "APG": 2, "EEG": 1, "GRULAC": 2, "WEOG": 2}
"""Elected seats of each regional group (General Assembly resolution 1991 (XVIII) A)."""
TERM = 2
DILUTION = (1.0, 0.75, 0.5, 0.25)


def month_number(text: str) -> int:
    """``2024-01`` as an absolute month, year * 12 + month - 1."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def month_name(number: int) -> str:
    """An absolute month as ``2024-01``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@dataclass(frozen=True)
class Labels:
    """Names of the rows of a setting, in order."""

    states: tuple[str, ...]
    partners: tuple[str, ...]
    channels: tuple[str, ...]
    goods: tuple[str, ...]
    drafts: tuple[str, ...]
    rivals: tuple[str, ...]


@dataclass(frozen=True)
class Seating:
    """Who sits on the Council: members by year, and the first year of each unknown member's terms."""

    by_year: dict[int, list[str]]
    permanent: tuple[str, ...]
    terms: dict[str, int]  # unknown member: a year in which a term of its seat begins
    region: dict[str, str]


def seating(years: Iterable[int], elected: dict[str, list[str]]) -> Seating:
    """The real calendar as far as it goes, a scenario's own lists, then unknown members by regional group.

    Members elected in the calendar's last year keep their seat in the next; every other seat is an unknown member's,
    named by region and number, with staggered two-year terms.
    """
    calendar: dict[int, list[dict[str, str]]] = {}
    for row in table("council_members"):
        calendar.setdefault(int(row["year"]), []).append(row)
    last = max(calendar)
    permanent = tuple(sorted(row["iso3"] for row in calendar[last] if row["permanent"] == "1"))
    region = {row["iso3"]: row["region"] for rows in calendar.values() for row in rows}
    known = {year: sorted(r["iso3"] for r in rows if r["permanent"] == "0") for year, rows in calendar.items()}
    known.update({int(year): sorted(states) for year, states in elected.items()})
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


def path(steps: Sequence[Step], months: NDArray[np.int64], before: float, known_until: int | None) -> NDArray[np.float64]:
    """A step path by month; steps after ``known_until`` (the information date) are left out."""
    values = np.full(len(months), before)
    for step in sorted(steps, key=lambda s: s.start):
        start = month_number(step.start)
        if known_until is None or start <= known_until:
            values[months >= start] = step.value
    return values


def measures_in_force(file: ScenarioFile) -> list[Measure]:
    """Measures of the table and of the file, less those lifted, known by the information date."""
    rows = [
        Measure(
            sender=row["sender"],
            channel=row["channel"],
            coverage=float(row["coverage"]),
            part=row["part"],
            share_of_channel=float(row["share_of_channel"]),
            clarity=float(row["clarity"]),
            start=row["from"],
        )
        for row in table("measures")
        if row["id"] not in file.measures.lift
    ]
    rows += file.measures.add.values()
    return [row for row in rows if file.as_it_happened or row.start <= file.start]


def coverage(rows: Iterable[Measure], months: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of a channel that measures name, by month: parts add, on a part the strictest measure counts."""
    parts: dict[str, tuple[float, NDArray[np.float64]]] = {}
    for row in rows:
        share, named = parts.get(row.part, (row.share_of_channel, np.zeros(len(months))))
        in_force = months >= month_number(row.start)
        parts[row.part] = (share, np.maximum(named, np.where(in_force, row.coverage, 0.0)))
    total = sum((share * named for share, named in parts.values()), np.zeros(len(months)))
    return np.minimum(total, 1.0)


def build(file: ScenarioFile, months: int) -> tuple[Setting, Labels]:
    """The arrays of a scenario for a horizon of ``months``, and the names of their rows."""
    first = month_number(file.start)
    span = np.arange(first, first + months)
    years = sorted(set((span // 12).tolist()))
    council = seating(years, file.council.elected)
    members = [state for year in years for state in council.by_year[year]]
    states = list(dict.fromkeys([*file.states, *(p for p in file.partners if p not in file.states), *members]))
    row = {state: index for index, state in enumerate(states)}
    known_until = None if file.as_it_happened else first

    def by_state(values: dict[str, Any], otherwise: float = 0.0) -> NDArray[np.float64]:
        return np.array([float(values.get(state, otherwise)) for state in states])

    positions = {r["state"]: r for r in table("positions")}
    means, errors = {}, {}
    for state in states:
        given = file.states[state].position if state in file.states else None
        found = positions.get(state) or positions.get(f"region:{council.region.get(state, '')}")
        if given:
            means[state], errors[state] = given.mean, given.sd
        elif found:
            means[state], errors[state] = float(found["position"]), float(found["standard_error"])
    through = int(next(iter(positions.values()))["through"])

    term_begins = np.zeros((months, len(states)))
    change = np.zeros((months, len(states)))
    rivalry = np.zeros((months, len(states)))
    for name, year in council.terms.items():
        for t, month in enumerate(span):
            age = int(month) // 12 - year
            term_begins[t, row[name]] = month % 12 == 0 and age >= 0 and age % TERM == 0 and t > 0
    for name, actor in file.states.items():
        rivalry[:, row[name]] = path(actor.rivalry, span, 0.0, known_until)
        if actor.elections:
            since = span - month_number(actor.elections.first)
            change[:, row[name]] = np.where((since >= 0) & (since % actor.elections.every == 0), actor.elections.change, 0.0)
    signals = [month_number(step.start) for state in file.states.values() for step in state.rivalry]
    record_ends = max([first, *signals]) if file.as_it_happened else first

    partners, channels, goods, drafts = list(file.partners), list(file.channels), list(file.goods), list(file.coalition.menu)
    in_force = measures_in_force(file)
    un = [m for m in in_force if m.sender == "UN"]
    standing = np.stack([coverage([m for m in un if m.channel == c], span) for c in channels], axis=1)
    standing_goods = np.stack([coverage([m for m in un if m.channel == f"goods:{g}"], span) for g in goods], axis=1)
    own_ban = np.zeros((months, len(channels), len(partners)))
    for j, partner in enumerate(partners):
        for k, channel in enumerate(channels):
            own = [m for m in in_force if m.sender == partner and m.channel in ("*", channel)]
            own_ban[:, k, j] = coverage(own, span)
    clarity = np.zeros(months)
    for m in un:
        clarity = np.maximum(clarity, np.where(span >= month_number(m.start), m.clarity, 0.0))

    texts = [file.drafts[name] for name in drafts]

    def by_draft(values: Iterable[float]) -> NDArray[np.float64]:
        return np.array([float(value) for value in values])

    flows = [[file.channels[c].flows.get(p) for p in partners] for c in channels]
    world = file.world
    setting = Setting(
        first_month=first,
        state_code=np.array([permanent_code(state) for state in states], dtype=np.uint64),
        channel_code=np.array([permanent_code(channel) for channel in channels], dtype=np.uint64),
        draft_code=np.array([permanent_code(draft) for draft in drafts], dtype=np.uint64),
        seats=np.array([[row[state] for state in council.by_year[int(month) // 12]] for month in span]),
        permanent=by_state(dict.fromkeys(council.permanent, 1.0)),
        rival=by_state({name: bool(state.rivalry) for name, state in file.states.items()}),
        sponsor=by_state({name: state.sponsor for name, state in file.states.items()}),
        term_begins=term_begins,
        position_mean=by_state(means),
        position_sd=by_state(errors),
        position_years=float(max(first // 12 - through, 0)),
        leaders=np.array([row[state] for state in file.coalition.leaders], dtype=np.int64),
        budget=by_state({name: state.effort for name, state in file.states.items()}),
        posture=by_state({name: state.posture for name, state in file.states.items()}, 0.5),
        other_posture=by_state({n: s.posture if s.other_posture is None else s.other_posture for n, s in file.states.items()}, 0.5),
        change=change,
        rivalry_path=rivalry,
        rivalry_open=np.where(span > record_ends, 1.0, 0.0),
        attention=path(world.attention, span, 1.0, known_until),
        open=path(world.border, span, 1.0, known_until),
        harvest_month=np.where(span % 12 == 9, 1.0, 0.0),
        need=np.stack([path(p.need, span, 0.0, known_until) for p in file.partners.values()], axis=1),
        secondary=path(world.secondary_sanctions, span, 0.0, known_until),
        partner_state=np.array([row[partner] for partner in partners], dtype=np.int64),
        own_government=np.array([float(p.own_government) for p in file.partners.values()]),
        exposed=np.array([p.exposed for p in file.partners.values()]),
        fears=np.array([p.fears for p in file.partners.values()]),
        standing=standing,
        own_ban=own_ban,
        standing_goods=standing_goods,
        base_potential=np.array([[f.usd_million_a_year / 12.0 if f else 0.0 for f in line] for line in flows]),
        with_need=np.array([[float(f.with_need) if f else 0.0 for f in line] for line in flows]),
        merchandise=np.array([float(c.merchandise) for c in file.channels.values()]),
        takes_redirected=np.array([float(c.takes_redirected) for c in file.channels.values()]),
        uses_cloth=np.array([float(c.uses_cloth) for c in file.channels.values()]),
        good_share=np.array([g.share_of_free_spending for g in file.goods.values()]),
        draft_procedural=by_draft(d.instrument == "procedural" for d in texts),
        draft_panel=by_draft(d.instrument == "panel" for d in texts),
        draft_security=by_draft(d.security for d in texts),
        draft_accountability=by_draft(d.accountability for d in texts),
        draft_linkage=by_draft(d.linkage for d in texts),
        draft_bite=by_draft(d.bite for d in texts),
        draft_value=by_draft(d.value for d in texts),
        draft_naming=by_draft(d.naming for d in texts),
        draft_interval=by_draft(d.interval for d in texts),
        draft_last=by_draft(month_number(d.last) if d.last else 0 for d in texts),
        draft_opens=by_draft(month_number(d.opens) if d.opens else 0 for d in texts),
        draft_covers=np.array([[d.covers.get(c, 0.0) for c in channels] for d in texts]).reshape(len(texts), len(channels)),
        draft_covers_goods=np.array([[d.covers.get(f"goods:{g}", 0.0) for g in goods] for d in texts]).reshape(
            len(texts), len(goods)
        ),
        dilution=np.array(DILUTION),
        weakest_link=float(file.coalition.linkage == "weakest_link"),
        coordination=float(file.coalition.coordination),
        audience=float(file.council.veto_debate),
        panel_until=float(month_number(file.council.panel_until)),
        team=float(file.council.monitoring_team),
        clarity=clarity,
        supplies=np.array([p.supplies for p in file.partners.values()]),
        good_cloth=np.array([float(g.cloth) for g in file.goods.values()]),
        good_crude=np.array([float(g.crude) for g in file.goods.values()]),
        start=np.array([getattr(world.stocks, stock) for stock in STOCKS]),
    )
    rivals = tuple(state for state in states if setting.rival[row[state]] > 0.0)
    return setting, Labels(tuple(states), tuple(partners), tuple(channels), tuple(goods), tuple(drafts), rivals)
