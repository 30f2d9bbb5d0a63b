"""What a scenario's schema cannot see: names that must exist elsewhere, dates against the information date, sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unsim.files import Document, Key, nearest
from unsim.parameters import BY_NAME, PARAMETERS
from unsim.problems import MOST_TOLD
from unsim.rules.chance import permanent_code
from unsim.rules.ledger import OUTCOMES
from unsim.rules.world import FORUMS
from unsim.schema import Content, Happening, ScenarioFile
from unsim.tables import DATED, evidence_month, row_dates, table

ENTRY_PRIORS = {
    "potential_scale": ("channels", "scale"),
    "evadability": ("channels", "evadability"),
    "forced_labour": ("channels", "forced_labour"),
    "text_reach": ("channels", "text_reach"),
    "mandate_strength": ("mandates", "strength"),
}
"""Parameters with one value for each channel or mandate: where the scenario holds their priors."""
CHANNEL_PRIORS = [key for section, key in ENTRY_PRIORS.values() if section == "channels"]
FIRST_YEAR, LAST_YEAR = 2006, 2200
"""Years of which the Council's seats are known or can be given."""
PANEL_BEGAN = "2009-06"
YEAR = re.compile(r"[12]\d{3}", re.ASCII)

Finding = tuple[Key, object, str]
"""A problem before it is placed in a file: key, what was found, what is allowed."""


def inconsistencies(document: Document, file: ScenarioFile) -> Iterator[Finding]:
    """What the schema cannot see: names that must exist elsewhere, dates against the information date, sums."""
    yield from _actors(file)
    yield from _coalition(file)
    yield from _forums(file)
    yield from _conflicts(file)
    yield from _drafts(file)
    yield from _record(file)
    yield from _measures(file)
    yield from _trade(file)
    yield from _council(file)
    yield from _parameters(file)
    yield from _evidence(document, file)
    yield from _dates(document, file)
    if "PRK" not in file.states:
        yield ("states",), "no PRK", "the DPRK as a state: `PRK: {}`"
    for channel in file.channels:
        if f"revenue_{channel}" in {outcome.name for outcome in OUTCOMES}:
            found = f"a channel whose revenue would be the outcome revenue_{channel}, which there is already"
            yield ("channels", channel), found, "another name"
    codes: dict[int, str] = {}
    for actor in [*file.states, *file.partners, *file.channels, *file.texts, *file.conflicts, *FORUMS]:
        other = codes.setdefault(permanent_code(actor), actor)
        if other != actor:
            yield (), f"a clash of the addresses of {actor} and {other}", "another name for one of them"


def placed() -> set[str]:
    """States whose record on DPRK human rights the package's table holds: those of the Council."""
    return {row["state"] for row in table("positions") if ":" not in row["state"]}


def _actors(file: ScenarioFile) -> Iterator[Finding]:
    """A code that no table holds, without a name and without a part to play, is mistyped."""
    known = placed() | {"EUU", "PRK", "ROW"}
    pens = [*file.general_assembly.penholders, *file.human_rights_council.penholders]
    named = {*file.coalition.leaders, *pens, file.world.secondary_sender}
    buyers = {conflict.buyer for conflict in file.conflicts.values()}.union(*(channel.flows for channel in file.channels.values()))
    acting = {
        "states": {code for code, s in file.states.items() if s.sponsor or s.rivalry or s.summits or s.position} | named,
        "partners": {code for code, partner in file.partners.items() if partner.supplies} | buyers | {*file.states},
    }
    for section, actors in (("states", file.states), ("partners", file.partners)):
        for code, actor in actors.items():
            if not actor.name and code not in known | acting[section]:
                own = f"a name for one of your own: {section}.{code}.name"
                yield (section, code), f"unknown {section[:-1]} {code}", f"{nearest(code, sorted(known))}; or {own}"


def _coalition(file: ScenarioFile) -> Iterator[Finding]:
    leaders, menu = ("coalition", "leaders"), ("coalition", "menu")
    states = [name for name, state in file.states.items() if name != "PRK" and not state.rivalry]
    for index, leader in enumerate(file.coalition.leaders):
        if leader not in states:
            known = "the DPRK itself" if leader == "PRK" else f"a rival, {leader}"
            yield (*leaders, index), known if leader in file.states else f"unknown state {leader}", nearest(leader, states)
        if leader in file.coalition.leaders[:index]:
            yield (*leaders, index), leader, "each state once"
    for index, draft in enumerate(file.coalition.menu):
        if draft not in file.drafts:
            yield (*menu, index), f"unknown draft {draft}", nearest(draft, list(file.drafts))
        if draft in file.coalition.menu[:index]:
            yield (*menu, index), draft, "each draft once"
    for name, state in file.states.items():
        if state.elections and state.other_posture is None:
            yield ("states", name, "elections"), "elections that change nothing", "other_posture beside them"


def _forums(file: ScenarioFile) -> Iterator[Finding]:
    able = [name for name, state in file.states.items() if name != "PRK" and not state.rivalry]
    for name in FORUMS:
        pens = getattr(file, name).penholders
        for index, state in enumerate(pens):
            if state in pens[:index]:
                yield (name, "penholders", index), state, "each state once"
            if state not in able:
                known = "the DPRK itself" if state == "PRK" else f"a rival, {state}"
                yield (name, "penholders", index), known if state in file.states else f"unknown state {state}", nearest(state, able)
    for name, state in file.states.items():
        if state.sponsor and name not in able:
            yield ("states", name, "sponsor"), True, "false for the DPRK and for rivals"
    wanted = file.standing_consequence.mandate
    if wanted and wanted not in file.mandates:
        yield ("standing_consequence", "mandate"), f"unknown mandate {wanted}", nearest(wanted, list(file.mandates))
    for name, mandate in file.mandates.items():
        key = ("mandates", name)
        low, central, high = mandate.strength
        if not low <= central <= high <= 1.0:
            yield (*key, "strength"), mandate.strength, "low <= central <= high <= 1"
        if mandate.start and mandate.start > file.start and not (file.as_it_happened or mandate.supposed):
            yield (*key, "from"), mandate.start, _known(file)
        endless = mandate.forum == "states" and mandate.until is None
        if not endless and ((mandate.start is None) != (mandate.until is None) or (mandate.start or "") > (mandate.until or "")):
            yield (
                key,
                "a start without a later end, or an end without a start",
                "from and until, or neither for a body not yet created",
            )


def _conflicts(file: ScenarioFile) -> Iterator[Finding]:
    for name, conflict in file.conflicts.items():
        if conflict.buyer not in file.partners:
            yield ("conflicts", name, "buyer"), f"unknown partner {conflict.buyer}", nearest(conflict.buyer, list(file.partners))
    if file.world.secondary_sender not in file.states:
        sender = file.world.secondary_sender
        yield ("world", "secondary_sender"), f"unknown state {sender}", nearest(sender, list(file.states))


def _known(file: ScenarioFile) -> str:
    return f"a month up to the information date {file.start}, or supposed: true for what is no fact"


def _covered(file: ScenarioFile) -> list[str]:
    return [*file.channels, *(f"goods:{good}" for good in file.goods)]


def _drafts(file: ScenarioFile) -> Iterator[Finding]:
    covered = _covered(file)
    for name, text in file.drafts.items():
        for channel in text.covers:
            if channel not in covered:
                yield ("drafts", name, "covers", channel), f"unknown channel {channel}", nearest(channel, covered)
        if text.covers and text.instrument != "chapter7":
            yield ("drafts", name, "covers"), f"a {text.instrument} text that covers something", "covers for chapter7 texts alone"
        if text.covers and text.bite == 0.0:
            yield ("drafts", name, "bite"), text.bite, "above 0 where the draft covers something"
        if text.last and text.last >= file.start:
            yield ("drafts", name, "last"), text.last, f"a month before the start, {file.start}"
        yield from _content(("drafts", name), text)


def _content(key: Key, text: Content) -> Iterator[Finding]:
    if text.security == 0.0 and text.accountability == 0.0:
        yield key, "a draft without content", "security or accountability above 0"


def _record(file: ScenarioFile) -> Iterator[Finding]:
    record = file.record
    if record is None:
        return
    if not file.as_it_happened:
        yield ("record",), "a record in a scenario that knows only its start", "as_it_happened: true beside it"
    if record.through < file.start:
        yield ("record", "through"), record.through, f"a month from the start on, {file.start}"
    months = f"a month after the start, {file.start}, up to the end of the record, {record.through}"
    for key, happenings in _happenings(file):
        seen: set[str] = set()
        for index, happening in enumerate(happenings):
            if not file.start < happening.month <= record.through:
                yield (*key, index, "month"), happening.month, months
            if happening.month in seen:
                yield (*key, index, "month"), happening.month, "each month once"
            seen.add(happening.month)
    for section in ("governments", "summits"):
        for state in getattr(record, section):
            if state not in file.states:
                yield ("record", section, state), f"unknown state {state}", nearest(state, list(file.states))
    for state, terms in record.governments.items():
        for index, term in enumerate(terms):
            if not file.start < term.start <= record.through:
                yield ("record", "governments", state, index, "from"), term.start, months
    tabled: dict[str, str] = {}
    able = [name for name, state in file.states.items() if name != "PRK" and not state.rivalry]
    for name, text in record.texts.items():
        where: Key = ("record", "texts", name)
        if name in file.drafts:
            yield where, "a name of a draft under `drafts`", "a name of its own"
        if not file.start < text.month <= record.through:
            yield (*where, "month"), text.month, months
        if (other := tabled.setdefault(text.month, name)) != name:
            yield (*where, "month"), f"the month of {other}, {text.month}", "one text a month: another month"
        for index, state in enumerate(text.sponsors):
            if state not in able:
                known = "the DPRK itself" if state == "PRK" else f"a rival, {state}"
                yield (*where, "sponsors", index), known if state in file.states else f"unknown state {state}", nearest(state, able)
            if state in text.sponsors[:index]:
                yield (*where, "sponsors", index), state, "each state once"
        yield from _content(where, text)


def _happenings(file: ScenarioFile) -> Iterator[tuple[Key, list[Happening]]]:
    """What the record says to have happened, with the key of each list."""
    if file.record:
        yield ("record", "missile_tests"), file.record.missile_tests
        yield ("record", "nuclear_tests"), file.record.nuclear_tests
        yield from ((("record", "summits", state), met) for state, met in file.record.summits.items())


def _measures(file: ScenarioFile) -> Iterator[Finding]:
    covered, partners = [*_covered(file), "*", "resale"], list(file.partners)
    markets = sorted({market for channel in file.channels.values() for sold in channel.sold_on.values() for market in sold})
    identifiers = [row["id"] for row in table("measures")]
    for key in ("lift", "without"):
        for index, identifier in enumerate(getattr(file.measures, key)):
            if identifier not in identifiers:
                yield ("measures", key, index), f"unknown measure {identifier}", nearest(identifier, identifiers)
    shares = {
        (row["sender"], row["channel"], row["part"]): float(row["share_of_channel"])
        for row in table("measures")
        if row["id"] not in [*file.measures.lift, *file.measures.without]
    }
    for added, measure in file.measures.add.items():
        where: Key = ("measures", "add", added)
        senders = markets if measure.channel == "resale" else ["UN", *partners]
        if measure.sender not in senders:
            yield (*where, "sender"), f"unknown sender {measure.sender}", nearest(measure.sender, senders)
        if measure.conditional and measure.channel != "resale":
            yield (*where, "conditional"), measure.conditional, "0 except for a ban on resale"
        if measure.until and measure.until <= measure.start:
            yield (*where, "until"), measure.until, f"a month after {measure.start}"
        if measure.channel not in covered:
            name = measure.channel.strip() or "without a name"
            yield (*where, "channel"), f"unknown channel {name}", nearest(measure.channel, covered)
        if measure.start > file.start and not (file.as_it_happened or measure.supposed):
            yield (*where, "from"), measure.start, _known(file)
        if measure.sender == "UN" and measure.channel == "*":
            yield (*where, "channel"), "*", "a channel or goods:GOOD (* is for a partner's own measures)"
        part = (measure.sender, measure.channel, measure.part)
        share = shares.setdefault(part, measure.share_of_channel)
        if share != measure.share_of_channel:
            yield (*where, "share_of_channel"), measure.share_of_channel, f"{share:g}, as for this part in another measure"
        if measure.part == "all" and measure.share_of_channel != 1.0:
            yield (*where, "part"), "all with a share below 1", "a name for the part, such as part: iron ore"


def _trade(file: ScenarioFile) -> Iterator[Finding]:
    partners = list(file.partners)
    for name, channel in file.channels.items():
        for partner in channel.flows:
            if partner not in partners:
                yield ("channels", name, "flows", partner), f"unknown partner {partner}", nearest(partner, partners)
        for partner in channel.sold_on:
            if partner not in partners:
                yield ("channels", name, "sold_on", partner), f"unknown partner {partner}", nearest(partner, partners)
            elif sum(channel.sold_on[partner].values()) > 1.0:
                yield ("channels", name, "sold_on", partner), "a sum of shares above 1", "shares that add up to at most 1"
        for field in CHANNEL_PRIORS:
            low, central, high = getattr(channel, field)
            limit = 100.0 if field == "scale" else 1.0
            if not low <= central <= high <= limit:
                yield ("channels", name, field), [low, central, high], f"low <= central <= high <= {limit:g}"
    if sum(channel.takes_redirected for channel in file.channels.values()) > 1:
        yield ("channels",), "several channels that take redirected trade", "one"
    total = sum(good.share_of_free_spending for good in file.goods.values())
    if abs(total - 1.0) > 1e-9:
        yield ("goods",), f"a sum of shares of {total:g}", "shares of free spending that add up to 1"
    if sum(partner.supplies for partner in file.partners.values()) > 1.0 + 1e-9:
        yield ("partners",), "a sum of supplies above 1", "shares of imports that add up to at most 1"


def _council(file: ScenarioFile) -> Iterator[Finding]:
    able = placed() | {name for name, state in file.states.items() if state.position}
    permanent = {row["iso3"] for row in table("council_members") if row["permanent"] == "1"}
    for year, elected in file.council.elected.items():
        seats = ("council", "elected", year)
        if not (YEAR.fullmatch(year) and FIRST_YEAR <= int(year) <= LAST_YEAR):
            yield seats, year, f"a year from {FIRST_YEAR} to {LAST_YEAR}"
        for index, state in enumerate(elected):
            if state in permanent or state in elected[:index]:
                yield (*seats, index), state, "ten different states, none of them a permanent member"
            elif state not in able:
                own = f"a position for it: states.{state}.position"
                yield (
                    (*seats, index),
                    f"a state without a position: {state}",
                    f"{nearest(state, sorted(able - permanent))}; or {own}",
                )
    ends = file.council.panel_until
    if ends and ends < PANEL_BEGAN:
        yield ("council", "panel_until"), ends, f"a month from {PANEL_BEGAN} on, when the Panel was created"
    if not ends and file.start >= PANEL_BEGAN:
        yield (
            ("council", "panel_until"),
            "nothing (the key is missing)",
            "first month without the Panel unless it is renewed, YYYY-MM",
        )


def _parameters(file: ScenarioFile) -> Iterator[Finding]:
    for name, value in file.parameters.items():
        if name not in BY_NAME:
            yield ("parameters", name), f"unknown parameter {name}", nearest(name, [parameter.name for parameter in PARAMETERS])
            continue
        parameter = BY_NAME[name]
        section = ENTRY_PRIORS[name][0] if parameter.axis else ""
        if bool(parameter.axis) != isinstance(value, dict):
            known = list(getattr(file, section)) if section else []
            example = f"a number for each of the {section}, such as {{{known[0] if known else 'NAME'}: 0.5}}"
            allowed = example if section else f"a number ({parameter.unit})"
            yield ("parameters", name), value, allowed
            continue
        numbers = value.items() if isinstance(value, dict) else [("", value)]
        for entry, number in numbers:
            key: Key = ("parameters", name, entry) if entry else ("parameters", name)
            low, high = parameter.prior.low, parameter.prior.high
            if entry and entry not in getattr(file, section):
                yield key, f"unknown {section[:-1]} {entry}", nearest(entry, list(getattr(file, section)))
            elif not low <= number <= high:
                yield key, number, f"{low:g} to {high:g} ({parameter.meaning}, {parameter.unit})"


def named_rows(node: Any, key: Key = ()) -> Iterator[tuple[Key, str]]:
    """Every row of package data that a document names, with the key at which it does."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("evidence", "panel_evidence") and isinstance(value, list):
                yield from (((*key, name, index), str(item)) for index, item in enumerate(value))
            else:
                yield from named_rows(value, (*key, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from named_rows(value, (*key, index))


def _evidence(document: Document, file: ScenarioFile) -> Iterator[Finding]:
    unknown = 0
    for key, reference in named_rows(document.data):
        month = evidence_month(reference)
        if month is None:
            unknown += 1
            if unknown > MOST_TOLD:
                return
            name = reference.partition(":")[0]
            known = [f"{name}:{row}" for row in row_dates(name)] if name in DATED else [f"{t}:ID" for t in DATED]
            yield key, f"unknown row {reference}", nearest(reference, known)
        elif month > file.start and not file.as_it_happened:
            yield key, f"a row of {month}", f"rows up to the information date {file.start}, or as_it_happened: true"


def _dates(document: Document, file: ScenarioFile) -> Iterator[Finding]:
    last = (2100 - int(file.start[:4])) * 12 - int(file.start[5:]) + 1
    if file.months > last:
        yield ("months",), file.months, f"1 to {last}: a horizon that ends before 2100"
    for key, steps in _paths(document.data, ()):
        starts = [str(step["from"]) for step in steps]
        for index, start in enumerate(starts):
            if start > file.start and not (file.as_it_happened or steps[index].get("supposed") is True):
                yield (*key, index, "from"), start, _known(file)
            if start in starts[:index]:
                yield (*key, index, "from"), start, "each month once"


def _paths(node: Any, key: Key) -> Iterator[tuple[Key, list[dict[str, Any]]]]:
    """Every path of dated steps in a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _paths(value, (*key, name))
    elif isinstance(node, list) and node and all(isinstance(step, dict) and "from" in step for step in node):
        yield key, node
