"""From a checked scenario to the arrays that the engines read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.calendar import TERM, VETO_DEBATE, Seating, acts_from, known_until, month_number, path, seating
from unsim.measures import coverage, in_force, measures_in_force
from unsim.rules.chance import permanent_code
from unsim.rules.world import FORUMS, SCOPES, STOCKS, Setting
from unsim.schema import Content, Draft, Flow, Happening, Mandate, Measure, Record, ScenarioFile
from unsim.tables import table

HARVEST_MONTH = 9  # October, counted from 0
DILUTION = (1.0, 0.75, 0.5)
NO_TEXT = -1.0
"""Where no text was put to the vote."""
LAST_MONTH = "2099-12"
"""The last month that a horizon can reach; what opens then never does, since a text needs a month to be tabled."""


def on_record(file: ScenarioFile, months: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 in the months of the record, which ends before chance and decisions take over."""
    through = month_number(file.record.through) if file.record else months[0] - 1
    return np.where(months <= through, 1.0, 0.0)


@dataclass(frozen=True)
class Labels:
    """Names of the rows of a setting, in order."""

    states: tuple[str, ...]
    partners: tuple[str, ...]
    channels: tuple[str, ...]
    goods: tuple[str, ...]
    drafts: tuple[str, ...]
    conflicts: tuple[str, ...]
    mandates: tuple[str, ...]
    rivals: tuple[str, ...]


def build(file: ScenarioFile, months: int) -> tuple[Setting, Labels]:
    """The arrays of a scenario for a horizon of ``months``, and the names of their rows."""
    first = month_number(file.start)
    span = np.arange(first, first + months)
    council = seating(sorted(set((span // 12).tolist())), file.council.elected)
    members = [state for year in council.by_year for state in council.by_year[year]]
    pens = [*file.general_assembly.penholders, *file.human_rights_council.penholders]
    states = tuple(dict.fromkeys([*file.states, *file.partners, *pens, *members]))
    rivals = tuple(name for name, state in file.states.items() if state.rivalry)
    labels = Labels(
        states,
        tuple(file.partners),
        tuple(file.channels),
        tuple(file.goods),
        (*file.coalition.menu, *(file.record.texts if file.record else ())),
        tuple(file.conflicts),
        tuple(file.mandates),
        rivals,
    )
    fields = _coalition(file, labels, span) | _states(file, labels, span, council) | _surroundings(file, labels, span)
    return Setting(
        **fields,
        **_record(file, labels, span),
        **_positions(file, labels, span, council),
        **_forums(file, labels, span),
        **_measures(file, labels, span),
        **_trade(file, labels, span),
        **_drafts(file, labels),
    ), labels


def _floats(values: Iterable[Any]) -> NDArray[np.float64]:
    return np.array([float(value) for value in values])


def _from_the_second(value: float, span: NDArray[np.int64]) -> NDArray[np.float64]:
    """A decision by month: it acts from the second, as everything does that begins with the first."""
    return np.where(span > span[0], value, 0.0)


def _coalition(file: ScenarioFile, labels: Labels, span: NDArray[np.int64]) -> dict[str, Any]:
    """Who leads, how far they act as one, and what the Council was before."""
    return {
        "first_month": month_number(file.start),
        "leaders": np.array([labels.states.index(state) for state in file.coalition.leaders], dtype=np.int64),
        "coordination": _from_the_second(file.coalition.coordination, span),
        "letters": float(file.coalition.letters),
        "weakest_link": float(file.coalition.linkage == "weakest_link"),
        "dilution": np.array(DILUTION),
        "audience": np.where(span > month_number(VETO_DEBATE.isoformat()), float(file.council.veto_debate), 0.0),
        "panel_until": float(month_number(file.council.panel_until)) if file.council.panel_until else 0.0,
        "team": float(file.council.monitoring_team == "exists"),
        "team_plan": {"never": 0.0, "drawn": 1.0, "planned": 2.0, "exists": 1.0}[file.council.monitoring_team],
        "designated": float(file.world.stocks.designated),
        "designations": _from_the_second(file.coalition.designations, span),
    }


def _states(file: ScenarioFile, labels: Labels, span: NDArray[np.int64], council: Seating) -> dict[str, Any]:
    """Seats, governments and rivalry."""
    names, months = labels.states, len(span)
    row = {state: index for index, state in enumerate(names)}

    def by_state(values: dict[str, Any], otherwise: float = 0.0) -> NDArray[np.float64]:
        return _floats(values.get(state, otherwise) for state in names)

    recorded = on_record(file, span)
    term_begins, change, rivalry = (np.zeros((months, len(names))) for _ in range(3))
    for name, year in council.terms.items():
        age = span // 12 - year
        term_begins[1:, row[name]] = ((span % 12 == 0) & (age >= 0) & (age % TERM == 0))[1:]
    for name, actor in file.states.items():
        rivalry[:, row[name]] = path(actor.rivalry, span, 0.0, known_until(file))
        if actor.elections:
            since = span - month_number(actor.elections.first)
            due = (since >= 0) & (since % actor.elections.every == 0) & (recorded == 0.0)
            change[:, row[name]] = np.where(due, actor.elections.change, 0.0)
    signals = [month_number(step.start) for state in file.states.values() for step in state.rivalry]
    record_ends = max([span[0], *signals]) if file.as_it_happened else span[0]
    actors = file.states.items()
    governments = file.record.governments if file.record else {}
    last = {state: max(terms, key=lambda term: term.start).value for state, terms in governments.items() if terms}
    postures = {name: state.posture for name, state in actors}
    camps = postures | last
    others = {n: camps[n] if s.other_posture is None else s.other_posture for n, s in actors}
    return {
        "state_code": np.array([permanent_code(state) for state in names], dtype=np.uint64),
        "seats": np.array([[row[state] for state in council.by_year[int(month) // 12]] for month in span]),
        "permanent": by_state(dict.fromkeys(council.permanent, 1.0)),
        "term_begins": term_begins,
        "sponsor": by_state({name: state.sponsor or name in file.coalition.leaders for name, state in actors}),
        "leads": by_state(dict.fromkeys(file.coalition.leaders, 1.0)),
        "summit_rate": by_state({name: state.summits for name, state in actors}),
        "secondary_sender": by_state({file.world.secondary_sender: 1.0}),
        "budget": by_state({name: state.effort for name, state in actors}),
        "posture": by_state(postures, 0.5),
        "camp": by_state(camps, 0.5),
        "other_posture": by_state(others, 0.5),
        "change": change,
        "rival": by_state(dict.fromkeys(labels.rivals, 1.0)),
        "rivalry_path": rivalry,
        "rivalry_open": np.where(span > record_ends, 1.0, 0.0) * (1.0 - recorded),
    }


def _positions(file: ScenarioFile, labels: Labels, span: NDArray[np.int64], council: Seating) -> dict[str, Any]:
    """Estimates of what states think of DPRK human rights: the latest; with a record those that were known in each month."""
    shape = (len(span), len(labels.states))
    mean, error = np.zeros(shape), np.zeros(shape)
    last_year = np.zeros(len(span))
    known = np.zeros(len(span))
    for known_from, through, rows in _estimates(dated=file.record is not None):
        since = span >= known_from
        last_year[since] = through
        for index, state in enumerate(labels.states):
            found = rows.get(state) or rows.get(f"region:{council.region.get(state, '')}")
            if found:
                mean[since, index], error[since, index] = found
    for index, state in enumerate(labels.states):
        given = file.states[state].position if state in file.states else None
        if given:
            mean[:, index], error[:, index] = given.mean, given.sd
    if file.record:
        known[1:] = np.where(span % 12 == 0, on_record(file, span), 0.0)[1:]
        years = span // 12 - last_year
    else:
        years = np.full(len(span), span[0] // 12 - last_year[0])
    return {
        "position_mean": mean,
        "position_sd": error,
        "position_years": np.maximum(years, 0.0),
        "position_known": known,
    }


Estimates = dict[str, tuple[float, float]]
"""Position and standard error by state, or by ``region:`` and group."""


def _estimates(dated: bool) -> list[tuple[int, int, Estimates]]:
    """Estimates of positions in order: the month from which each is known, the year of its last roll call, the estimates.

    Dated ones are known from the month after the roll call; a start before all of them takes the first. The others are the
    latest, taken as known from the start.
    """
    if not dated:
        rows = {row["state"]: (float(row["position"]), float(row["standard_error"])) for row in table("positions")}
        return [(0, int(table("positions")[0]["through"]), rows)]
    found: dict[str, Estimates] = {}
    for row in table("positions_dated"):
        found.setdefault(row["as_of"], {})[row["iso3"]] = (float(row["acc"]), float(row["sd"]))
    return [(month_number(day) + 1 if index else 0, int(day[:4]), rows) for index, (day, rows) in enumerate(sorted(found.items()))]


def _record(file: ScenarioFile, labels: Labels, span: NDArray[np.int64]) -> dict[str, Any]:
    """What happened month by month, and whose names stood under what was put to the vote."""
    record = file.record or Record(through=file.start)
    row = {state: index for index, state in enumerate(labels.states)}
    takes_office, posture, met, signed = (np.zeros((len(span), len(row))) for _ in range(4))
    for state, terms in record.governments.items():
        for term in terms:
            takes_office[span == month_number(term.start), row[state]] = 1.0
            posture[span == month_number(term.start), row[state]] = term.value
    for state, summits in record.summits.items():
        met[:, row[state]] = _happened(summits, span)
    text = np.full(len(span), NO_TEXT)
    for name, voted in record.texts.items():
        month = span == month_number(voted.month)
        text[month] = labels.drafts.index(name)
        for state in voted.sponsors:
            signed[month, row[state]] = 1.0
    meets = {state for state, actor in file.states.items() if actor.summits} | set(record.summits)
    return {
        "record": on_record(file, span),
        "missile_record": _happened(record.missile_tests, span),
        "nuclear_record": _happened(record.nuclear_tests, span),
        "takes_office": takes_office,
        "posture_record": posture,
        "meets": _floats(state in meets for state in labels.states),
        "met_record": met,
        "text_record": text,
        "signed": signed,
    }


def _happened(happenings: Iterable[Happening], span: NDArray[np.int64]) -> NDArray[np.float64]:
    """1 in every month in which something happened."""
    return np.isin(span, [month_number(happening.month) for happening in happenings]).astype(np.float64)


def _surroundings(file: ScenarioFile, labels: Labels, span: NDArray[np.int64]) -> dict[str, Any]:
    """Attention, the border, conflicts, secondary sanctions, harvests, and stocks at the start."""
    world, until = file.world, known_until(file)
    wars = list(file.conflicts.values())
    by_chance = 1.0 - on_record(file, span)[:, None]
    return {
        "conflict_code": np.array([permanent_code(conflict) for conflict in labels.conflicts], dtype=np.uint64),
        "conflict_path": _columns([path(war.open, span, 0.0 if war.open else 1.0, until) for war in wars], len(span)),
        "conflict_start": _floats(bool(war.open) for war in wars),
        "conflict_begins": by_chance * _floats(war.begins for war in wars),
        "conflict_ends": by_chance * _floats(war.ends for war in wars),
        "conflict_buyer": _table([[war.buyer == partner for partner in labels.partners] for war in wars], len(labels.partners)),
        "conflict_arms": _floats(war.arms_usd_million_a_year / 12.0 for war in wars),
        "conflict_need": _floats(war.need for war in wars),
        "civil_society": float(world.civil_society),
        "attention": path(world.attention, span, 1.0, until),
        "open": path(world.border, span, 1.0, until),
        "secondary_use": path(world.secondary_sanctions, span, 0.0, until),
        "harvest_month": np.where(span % 12 == HARVEST_MONTH, 1.0, 0.0),
        "start": _floats(getattr(world.stocks, stock) for stock in STOCKS),
    }


def _forums(file: ScenarioFile, labels: Labels, span: NDArray[np.int64]) -> dict[str, Any]:
    """General Assembly and Human Rights Council: penholders, sessions, mandates, the standing consequence."""
    forums = [getattr(file, name) for name in FORUMS]
    mandates = list(file.mandates.values())
    pens = np.array([[float(state in forum.penholders) for state in labels.states] for forum in forums])
    leads = np.array([float(state in file.coalition.leaders) for state in labels.states])
    consequence = file.standing_consequence
    return {
        "forum_code": np.array([permanent_code(forum) for forum in FORUMS], dtype=np.uint64),
        "pens": pens,
        "campaigns": np.maximum(leads, pens.max(axis=0)),
        "forum_meets": np.stack([np.where(span % 12 == forum.month - 1, 1.0, 0.0) for forum in forums], axis=1),
        "mandate_from": _floats(acts_from(month_number(m.start), span) if m.start else 0 for m in mandates),
        "mandate_until": _floats(_ends(mandate) for mandate in mandates),
        "mandate_forum": _rows(FORUMS, [mandate.forum for mandate in mandates]),
        "mandate_scope": _rows(SCOPES, [mandate.scope for mandate in mandates]),
        "mandate_demand": _floats(mandate.demand for mandate in mandates),
        "mandate_term": _floats(mandate.term for mandate in mandates),
        "consequence": float(consequence.in_force),
        "consequence_forum": _floats(forum == consequence.forum for forum in FORUMS),
        "consequence_mandate": _floats(name == consequence.mandate for name in labels.mandates),
        "consequence_demand": NEVER_GRANTED if consequence.demand is None else float(consequence.demand),
    }


def _ends(mandate: Mandate) -> int:
    """The month in which a mandate ends: 0 for one not yet created, far off for one that states run without end."""
    if mandate.until:
        return month_number(mandate.until)
    return month_number("2999-12") if mandate.start and mandate.forum == "states" else 0


NEVER_GRANTED = 2.0
"""A demand above all content."""


def _rows(kinds: Sequence[str], given: Sequence[str]) -> NDArray[np.float64]:
    """1 where an entry is of a kind, shape (kind, entry)."""
    return np.array([[float(kind == one) for one in given] for kind in kinds]).reshape(len(kinds), len(given))


def _table(rows: Sequence[Sequence[Any]], width: int) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)


def _columns(columns: Sequence[NDArray[np.float64]], height: int) -> NDArray[np.float64]:
    return np.array(columns, dtype=np.float64).reshape(len(columns), height).T


def _measures(file: ScenarioFile, labels: Labels, span: NDArray[np.int64]) -> dict[str, Any]:
    """What Council texts and partners' own bans name, month by month."""
    measures = measures_in_force(file)
    texts = [measure for measure in measures if measure.sender == "UN"]

    def named(channel: str) -> NDArray[np.float64]:
        return coverage([measure for measure in texts if measure.channel == channel], span)

    own_ban = np.zeros((len(span), len(labels.channels), len(labels.partners)))
    for j, partner in enumerate(labels.partners):
        for k, channel in enumerate(labels.channels):
            own = [measure for measure in measures if measure.sender == partner and measure.channel in ("*", channel)]
            own_ban[:, k, j] = coverage(own, span)
    clarity = np.zeros(len(span))
    for measure in texts:
        clarity = np.maximum(clarity, np.where(in_force(measure, span), measure.clarity, 0.0))
    fixed, conditional = _import_bans(file, labels, [m for m in measures if m.channel == "resale"], span)
    return {
        "resale": fixed,
        "resale_conditional": conditional,
        "standing": np.stack([named(channel) for channel in labels.channels], axis=1),
        "standing_goods": np.stack([named(f"goods:{good}") for good in labels.goods], axis=1),
        "own_ban": own_ban,
        "clarity": clarity,
    }


def _import_bans(file: ScenarioFile, labels: Labels, bans: Sequence[Measure], span: NDArray[np.int64]) -> tuple[Any, Any]:
    """Share of what each partner buys in each channel that import bans on forced labour name: fixed and conditional part."""
    fixed, conditional = (np.zeros((len(span), len(labels.channels), len(labels.partners))) for _ in range(2))
    for k, channel in enumerate(file.channels.values()):
        for partner, markets in channel.sold_on.items():
            j = labels.partners.index(partner)
            for market, part in markets.items():
                strictest, eases = (np.zeros(len(span)) for _ in range(2))
                for ban in (ban for ban in bans if ban.sender == market):
                    stricter = in_force(ban, span) & (ban.coverage >= strictest)
                    strictest = np.where(stricter, ban.coverage, strictest)
                    eases = np.where(stricter, ban.conditional, eases)
                fixed[:, k, j] += part * strictest * (1.0 - eases)
                conditional[:, k, j] += part * strictest * eases
    return fixed, conditional


def _trade(file: ScenarioFile, labels: Labels, span: NDArray[np.int64]) -> dict[str, Any]:
    """Partners, channels, flows and goods."""
    partners, channels, goods = file.partners.values(), file.channels.values(), file.goods.values()
    flows = [[channel.flows.get(partner) for partner in labels.partners] for channel in channels]
    demand = np.array([[_demand(flow, file, span) for flow in row] for row in flows]).transpose(2, 0, 1)
    for_conflicts = _floats(channel.for_conflicts for channel in channels)
    return {
        "partner_state": np.array([labels.states.index(partner) for partner in labels.partners], dtype=np.int64),
        "own_government": _floats(partner.own_government for partner in partners),
        "exposed": _floats(partner.exposed for partner in partners),
        "fears": _floats(partner.fears for partner in partners),
        "supplies": _floats(partner.supplies for partner in partners),
        "policing_choice": np.stack([_from_the_second(partner.policing, span) for partner in partners], axis=1),
        "channel_code": np.array([permanent_code(channel) for channel in labels.channels], dtype=np.uint64),
        "base_potential": demand,
        "trades": ((demand > 0.0).any(axis=0) | (for_conflicts > 0.0)[:, None]).astype(np.float64),
        "for_conflicts": for_conflicts,
        "merchandise": _floats(channel.merchandise for channel in channels),
        "takes_redirected": _floats(channel.takes_redirected for channel in channels),
        "uses_cloth": _floats(channel.uses_cloth for channel in channels),
        "good_share": _floats(good.share_of_free_spending for good in goods),
        "good_cloth": _floats(good.cloth for good in goods),
        "good_crude": _floats(good.crude for good in goods),
    }


def _demand(flow: Flow | None, file: ScenarioFile, span: NDArray[np.int64]) -> NDArray[np.float64]:
    """What a partner would buy, USD million a month, by month.

    In a history: between the middles of the years that are given; a year after the last of them the usual level is reached.
    """
    if flow is None:
        return np.zeros(len(span))
    usual = flow.usd_million_a_year / 12.0
    if not (flow.past and file.as_it_happened):
        return np.full(len(span), usual)
    years = sorted(flow.past)
    middles = [int(year) * 12 + 5.5 for year in years]
    return np.interp(span, [*middles, middles[-1] + 12.0], [*(flow.past[year] / 12.0 for year in years), usual])


def _tabled_on_record(file: ScenarioFile, name: str) -> Draft:
    """A text of the record as a draft: of no worth to anybody, since nobody decides on it, and never open after the record."""
    assert file.record is not None
    content = file.record.texts[name].model_dump(include=set(Content.model_fields))
    return Draft(**content, value=0.0, opens=LAST_MONTH)


def _drafts(file: ScenarioFile, labels: Labels) -> dict[str, Any]:
    """The texts on the coalition's menu, and those of the record."""
    texts = [file.drafts.get(name) or _tabled_on_record(file, name) for name in labels.drafts]
    renewing = [name for name, text in (file.record.texts if file.record else {}).items() if text.renews_panel]
    panel = [text.instrument == "panel" or name in renewing for name, text in zip(labels.drafts, texts, strict=True)]

    def covered(names: Sequence[str]) -> NDArray[np.float64]:
        return np.array([[text.covers.get(name, 0.0) for name in names] for text in texts]).reshape(len(texts), len(names))

    return {
        "draft_code": np.array([permanent_code(draft) for draft in labels.drafts], dtype=np.uint64),
        "draft_procedural": _floats(text.instrument == "procedural" for text in texts),
        "draft_panel": _floats(panel),
        "draft_statement": _floats(text.instrument == "statement" for text in texts),
        "draft_referral": _floats(text.instrument == "icc_referral" for text in texts),
        "draft_tribunal": _floats(text.instrument == "tribunal" for text in texts),
        "draft_whole": _floats(text.instrument != "chapter7" for text in texts),
        "draft_security": _floats(text.security for text in texts),
        "draft_accountability": _floats(text.accountability for text in texts),
        "draft_linkage": _floats(text.linkage for text in texts),
        "draft_bite": _floats(text.bite for text in texts),
        "draft_value": _floats(text.value for text in texts),
        "draft_naming": _floats(text.naming for text in texts),
        "draft_interval": _floats(text.interval for text in texts),
        "draft_last": _floats(month_number(text.last) if text.last else 0 for text in texts),
        # The first month shows the world as it stood: nothing is tabled in it.
        "draft_opens": _floats(max(month_number(text.opens or file.start), month_number(file.start) + 1) for text in texts),
        "draft_covers": covered(labels.channels),
        "draft_covers_goods": covered([f"goods:{good}" for good in labels.goods]),
    }
