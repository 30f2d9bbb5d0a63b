"""Whether a document is a scenario: every problem at once, with its place, what was found, and what is allowed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from unsim.files import Document, Key, ScenarioError, merge, nearest
from unsim.parameters import BY_NAME, PARAMETERS
from unsim.rules.chance import permanent_code
from unsim.schema import CODE, MONTH, NAME, ScenarioFile
from unsim.tables import DATED, evidence_month, row_dates, table

CHANNEL_PRIORS = {
    "potential_scale": "scale",
    "evadability": "evadability",
    "forced_labour": "forced_labour",
    "text_reach": "text_reach",
}
"""Which key of a channel holds the prior of which channel parameter."""
FIRST_YEAR, LAST_YEAR = 2006, 2200
"""Years of which the Council's seats are known or can be given."""
PANEL_BEGAN = "2009-06"

Finding = tuple[Key, object, str]
"""A problem before it is placed in a file: key, what was found, what is allowed."""


def checked(document: Document) -> ScenarioFile:
    """The content of a document; raises ``ScenarioError`` with everything that is wrong with it.

    What does not fit the schema is told, and something that fits is put in its place, so that the rest can be checked too.
    """
    told: list[Finding] = list(_nulls(document))
    healed: list[Key] = [key for key, _, _ in told]
    data = merged_with_tables(document)
    file = None
    for _ in range(10):  # what is put in place fits, so one round is enough but for errors that hide others
        try:
            file = ScenarioFile.model_validate(data)
            break
        except ValidationError as error:
            found = [(_location(item["loc"]), item) for item in error.errors()]
            told += [_schema_finding(key, item) for key, item in found if not _related(key, healed)]
            for key, item in found:
                data = _healed(data, key, "[key]" in item["loc"] or item["type"] == "extra_forbidden")
            healed += [key for key, _ in found]
    if file is not None and not any(len(key) == 1 and key[0] in ("states", "partners", "drafts") for key in healed):
        told += [finding for finding in _inconsistencies(document, file) if not _related(finding[0], healed)]
    if told or file is None:
        raise ScenarioError(document.problem(key, found, allowed) for key, found, allowed in told)
    return file


def _related(key: Key, others: Sequence[Key]) -> bool:
    """Whether a key lies above, below or at one of the others."""
    return any(key[: len(other)] == other or other[: len(key)] == key for other in others)


def merged_with_tables(document: Document) -> dict[str, Any]:
    """The document over the channels and goods of the package's tables, with flows to the document's partners."""
    partners = document.data.get("partners")
    data = _tables(tuple(partners) if isinstance(partners, dict) else ())
    for layer in document.layers:
        data = merge(data, layer)
    return data


@cache
def _tables(partners: tuple[str, ...]) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    for row in table("channels"):
        channels[row["channel"]] = {
            "label": row["label"],
            **{flag: row[flag] == "1" for flag in ("merchandise", "uses_cloth", "takes_redirected")},
            **{name: [float(row[f"{name}_{level}"]) for level in ("low", "central", "high")] for name in CHANNEL_PRIORS.values()},
            "flows": {},
        }
    for row in table("flows"):
        if row["partner"] in partners:
            channels[row["channel"]]["flows"][row["partner"]] = {
                "usd_million_a_year": float(row["usd_million_a_year"]),
                "with_need": row["with_need"] == "1",
            }
    goods = {
        row["good"]: {
            "label": row["label"],
            "share_of_free_spending": float(row["share_of_free_spending"]),
            "cloth": row["cloth"] == "1",
            "crude": row["crude"] == "1",
        }
        for row in table("goods")
    }
    return {"channels": channels, "goods": goods}


def _nulls(document: Document) -> Iterator[Finding]:
    """``null`` takes a key away; one that takes nothing away is a mistyped name."""
    below = _tables(())
    for layer in document.layers:
        yield from _idle_nulls(layer, below, ())
        below = merge(below, layer)


def _idle_nulls(node: Mapping[str, Any], below: Any, key: Key) -> Iterator[Finding]:
    there = below if isinstance(below, Mapping) else {}
    for name, value in node.items():
        here = (*key, name)
        if isinstance(value, Mapping):
            yield from _idle_nulls(value, there.get(name), here)
        elif value is None and name not in there and _typed(here)[1] is None:
            yield here, f"unknown key {name}", nearest(name, _keys_at(key) or list(there))


def _location(found: Key) -> Key:
    """Where an error is in the file: pydantic's location without its marks for keys and for alternatives of a type."""
    return tuple(part for part in found if part not in ("[key]", "float", "dict[str,float]"))


def _typed(location: Key) -> tuple[Any, FieldInfo | None]:
    """The type at a location of the schema, and its field where it is a named one; (None, None) where there is none."""
    kind: Any = ScenarioFile
    field: FieldInfo | None = None
    for part in location:
        kind, field = _bare(kind), None
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = {info.alias or name: info for name, info in kind.model_fields.items()}.get(str(part))
            if field is None:
                return None, None
            kind = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        elif get_origin(kind) in (dict, list):
            kind = get_args(kind)[-1]
        else:
            return None, None
    return kind, field


def _bare(kind: Any) -> Any:
    """A type without its annotations and without ``None``; of several alternatives the last."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare([choice for choice in get_args(kind) if choice is not type(None)][-1])
    return kind


def _keys_at(location: Key) -> list[str]:
    kind = _bare(_typed(location)[0])
    fields = getattr(kind, "model_fields", {})
    return [info.alias or name for name, info in fields.items()]


def _meaning(location: Key) -> str:
    field = _typed(location)[1]
    return (field.description or "") if field else ""


FITTING: tuple[Any, ...] = (0.5, 1, True, "x", "AAA", "2099-12", [], {}, ["AAA"], [0.0] * 3, ["AAA"] * 10, "procedural", "additive")


def _fitting(kind: Any) -> Any:
    """Some value of a type."""
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        required = {info.alias or name: info for name, info in bare.model_fields.items() if info.is_required()}
        return {
            name: _fitting(Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation)
            for name, info in required.items()
        }
    for value in FITTING:
        try:
            TypeAdapter(kind).validate_python(value, strict=True)
        except ValidationError:
            continue
        return value
    raise TypeError(f"no fitting value for {kind}")


def _healed(node: Any, key: Key, remove: bool) -> Any:
    """A copy of plain data in which something that fits stands at a key, or nothing where it has no place in the schema."""
    fits = None if remove else _fitting(_typed(key)[0])

    def put(node: Any, rest: Key) -> Any:
        if not rest:
            return fits
        if isinstance(node, list):
            return [put(item, rest[1:]) if index == rest[0] else item for index, item in enumerate(node)]
        inner = node if isinstance(node, dict) else {}
        if remove and len(rest) == 1:
            return {name: value for name, value in inner.items() if name != rest[0]}
        return {**inner, rest[0]: put(inner.get(str(rest[0])), rest[1:])}

    return put(node, key)


FORMS = {
    CODE: "a three-letter code in capitals, such as KOR",
    NAME: "a name in lower case: letters, digits and _, at most 41",
    MONTH: "a month as YYYY-MM, such as 2024-01, from 1900 to 2099",
}
KINDS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
}


def _schema_finding(key: Key, item: Any) -> Finding:
    """A schema error in words: what was found, and what is allowed there."""
    kind, context, meaning = item["type"], item.get("ctx", {}), _meaning(key)
    if kind == "extra_forbidden":
        return key, f"unknown key {key[-1]}", nearest(key[-1], _keys_at(key[:-1]))
    if kind == "missing":
        return key, "nothing (the key is missing)", meaning
    if kind == "literal_error":
        return key, item["input"], str(context.get("expected"))
    if kind == "string_pattern_mismatch":
        return key, item["input"], FORMS.get(str(context.get("pattern")), FORMS[MONTH])
    if key[0] == "parameters":
        words = "a number, or a number for each channel, such as {coal: 0.5}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        words = _range(_typed(key)[0])
    else:
        words = KINDS.get(kind, "").format(**context) or item["msg"].replace("Input should be ", "")
    if kind in ("dict_type", "model_type") and _keys_at(key):
        words += f": {', '.join(_keys_at(key)[:6])}, …"
    return key, item["input"], f"{words} ({meaning})" if meaning else words


def _range(kind: Any) -> str:
    """The range of a number as its type declares it."""
    bounds: dict[str, float] = {}
    while kind is not None:
        for mark in getattr(kind, "__metadata__", ()):
            for part in (mark, *getattr(mark, "metadata", ())):
                bounds |= {edge: getattr(part, edge) for edge in ("ge", "le") if hasattr(part, edge)}
        inner = [choice for choice in get_args(kind) if choice is not type(None)]
        kind = inner[0] if inner else None
    return f"{bounds.get('ge', float('-inf')):g} to {bounds.get('le', float('inf')):g}"


def _inconsistencies(document: Document, file: ScenarioFile) -> Iterator[Finding]:
    """What the schema cannot see: names that must exist elsewhere, dates against the information date, sums."""
    yield from _coalition(file)
    yield from _drafts(file)
    yield from _measures(file)
    yield from _trade(file)
    yield from _council(file)
    yield from _parameters(file)
    yield from _evidence(document, file)
    yield from _dates(document, file)
    if "PRK" not in file.states:
        yield ("states",), "no PRK", "the DPRK as a state: `PRK: {}`"
    codes: dict[int, str] = {}
    for actor in [*file.states, *file.partners, *file.channels, *file.drafts]:
        other = codes.setdefault(permanent_code(actor), actor)
        if other != actor:
            yield (), f"a clash of the addresses of {actor} and {other}", "another name for one of them"


def _coalition(file: ScenarioFile) -> Iterator[Finding]:
    leaders, menu = ("coalition", "leaders"), ("coalition", "menu")
    states = [name for name, state in file.states.items() if name != "PRK" and not state.rivalry]
    for index, leader in enumerate(file.coalition.leaders):
        if leader not in states:
            found = f"a rival, {leader}" if leader in file.states else f"unknown state {leader}"
            yield (*leaders, index), found, nearest(leader, states)
    if len(set(file.coalition.leaders)) < len(file.coalition.leaders):
        yield leaders, ", ".join(file.coalition.leaders), "each state once"
    for index, draft in enumerate(file.coalition.menu):
        if draft not in file.drafts:
            yield (*menu, index), f"unknown draft {draft}", nearest(draft, list(file.drafts))
    if len(set(file.coalition.menu)) < len(file.coalition.menu):
        yield menu, ", ".join(file.coalition.menu), "each draft once"


def _covered(file: ScenarioFile) -> list[str]:
    return [*file.channels, *(f"goods:{good}" for good in file.goods)]


def _drafts(file: ScenarioFile) -> Iterator[Finding]:
    covered = _covered(file)
    for name, text in file.drafts.items():
        for channel in text.covers:
            if channel not in covered:
                yield ("drafts", name, "covers", channel), f"unknown channel {channel}", nearest(channel, covered)
        if text.covers and text.bite == 0.0:
            yield ("drafts", name, "bite"), text.bite, "above 0 where the draft covers something"
        if text.security == 0.0 and text.accountability == 0.0:
            yield ("drafts", name), "a draft without content", "security or accountability above 0"
        if text.last and text.last >= file.start:
            yield ("drafts", name, "last"), text.last, f"a month before the start, {file.start}"


def _measures(file: ScenarioFile) -> Iterator[Finding]:
    covered, partners = [*_covered(file), "*"], list(file.partners)
    identifiers = [row["id"] for row in table("measures")]
    for index, identifier in enumerate(file.measures.lift):
        if identifier not in identifiers:
            yield ("measures", "lift", index), f"unknown measure {identifier}", nearest(identifier, identifiers)
    shares = {
        (row["sender"], row["channel"], row["part"]): float(row["share_of_channel"])
        for row in table("measures")
        if row["id"] not in file.measures.lift
    }
    for name, measure in file.measures.add.items():
        key = ("measures", "add", name)
        if measure.sender != "UN" and measure.sender not in partners:
            yield (*key, "sender"), measure.sender, nearest(measure.sender, ["UN", *partners])
        if measure.channel not in covered:
            yield (*key, "channel"), f"unknown channel {measure.channel}", nearest(measure.channel, covered)
        if measure.start > file.start and not file.as_it_happened:
            yield (*key, "from"), measure.start, f"a month up to the information date {file.start}, or as_it_happened: true"
        if measure.sender == "UN" and measure.channel == "*":
            yield (*key, "channel"), "*", "a channel or goods:GOOD (* is for a partner's own measures)"
        part = (measure.sender, measure.channel, measure.part)
        share = shares.setdefault(part, measure.share_of_channel)
        if share != measure.share_of_channel:
            yield (*key, "share_of_channel"), measure.share_of_channel, f"{share:g}, as for this part in another measure"
        if measure.part == "all" and measure.share_of_channel != 1.0:
            yield (*key, "part"), "all with a share below 1", "a name for the part, such as part: iron ore"


def _trade(file: ScenarioFile) -> Iterator[Finding]:
    partners = list(file.partners)
    for name, channel in file.channels.items():
        for partner in channel.flows:
            if partner not in partners:
                yield ("channels", name, "flows", partner), f"unknown partner {partner}", nearest(partner, partners)
        for field in CHANNEL_PRIORS.values():
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
    placed = {row["state"] for row in table("positions")} | {name for name, state in file.states.items() if state.position}
    permanent = {row["iso3"] for row in table("council_members") if row["permanent"] == "1"}
    for year, elected in file.council.elected.items():
        seats = ("council", "elected", year)
        if not (year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
            yield seats, year, f"a year from {FIRST_YEAR} to {LAST_YEAR}"
        if len(set(elected)) < len(elected) or permanent & set(elected):
            yield seats, ", ".join(elected), "ten different states, none of them a permanent member"
        for state in sorted(set(elected) - placed):
            yield seats, f"a state without a position: {state}", f"a position for it: states.{state}.position"
    if file.council.panel_until < PANEL_BEGAN:
        yield ("council", "panel_until"), file.council.panel_until, f"a month from {PANEL_BEGAN} on, when the Panel was created"


def _parameters(file: ScenarioFile) -> Iterator[Finding]:
    for name, value in file.parameters.items():
        if name not in BY_NAME:
            yield ("parameters", name), f"unknown parameter {name}", nearest(name, [parameter.name for parameter in PARAMETERS])
            continue
        parameter = BY_NAME[name]
        if bool(parameter.axis) != isinstance(value, dict):
            allowed = "a number for each channel, such as {coal: 0.5}" if parameter.axis else f"a number ({parameter.unit})"
            yield ("parameters", name), value, allowed
            continue
        numbers = value.items() if isinstance(value, dict) else [("", value)]
        for channel, number in numbers:
            key: Key = ("parameters", name, channel) if channel else ("parameters", name)
            low, high = parameter.prior.low, parameter.prior.high
            if channel and channel not in file.channels:
                yield key, f"unknown channel {channel}", nearest(channel, list(file.channels))
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
    for key, reference in named_rows(document.data):
        month = evidence_month(reference)
        if month is None:
            name = reference.partition(":")[0]
            known = [f"{name}:{row}" for row in row_dates(name)] if name in DATED else [f"{t}:ID" for t in DATED]
            yield key, f"unknown row {reference}", nearest(reference, known)
        elif month > file.start and not file.as_it_happened:
            yield key, f"a row of {month}", f"rows up to the information date {file.start}, or as_it_happened: true"


def _dates(document: Document, file: ScenarioFile) -> Iterator[Finding]:
    if not FIRST_YEAR <= int(file.start[:4]) <= 2099 - file.months // 12:
        yield ("start",), file.start, f"a month from {FIRST_YEAR}-01 on, with the horizon ending before 2100"
    for key, steps in _paths(document.data, ()):
        starts = [str(step["from"]) for step in steps]
        for index, start in enumerate(starts):
            if start > file.start and not file.as_it_happened:
                yield (*key, index, "from"), start, f"months up to the information date {file.start}, or as_it_happened: true"
            if start in starts[:index]:
                yield (*key, index, "from"), start, "each month once"


def _paths(node: Any, key: Key) -> Iterator[tuple[Key, list[dict[str, Any]]]]:
    """Every path of dated steps in a document."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _paths(value, (*key, name))
    elif isinstance(node, list) and node and all(isinstance(step, dict) and "from" in step for step in node):
        yield key, node
