"""Whether a document is a scenario: every problem at once, with its place, what was found, and what is allowed there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from unsim.consistency import CHANNEL_PRIORS, ENTRY_PRIORS, Finding, inconsistencies
from unsim.files import Document, Key, ScenarioError, merge, nearest
from unsim.parameters import BY_NAME
from unsim.problems import MOST_TOLD, dotted
from unsim.schema import CODE, MONTH, NAME, START, ScenarioFile
from unsim.tables import table

Form = TypeVar("Form", bound=BaseModel)


def checked(document: Document) -> ScenarioFile:
    """The content of a document; raises ``ScenarioError`` with everything that is wrong with it.

    What does not fit the schema is told, and something that fits is put in its place, so that the rest can be checked too.
    """
    nulls: list[Finding] = list(islice(_nulls(document), MOST_TOLD))
    file, told, healed = fitted(merged_with_tables(document), ScenarioFile, nulls)
    if file is not None:
        names = {key[-1] for key in healed}
        whole = {key[0] for key in healed if len(key) == 1}
        findings = inconsistencies(document, file)
        own = (f for f in findings if not (below(f[0], healed) or (whole | names) & _needs(f)))
        told += islice(own, MOST_TOLD - len(told))
    if told or file is None:
        raise ScenarioError(document.problem(key, found, allowed) for key, found, allowed in told)
    return file


def fitted(data: Any, form: type[Form], told: Sequence[Finding] = ()) -> tuple[Form | None, list[Finding], set[Key]]:
    """Data as the form has it, what does not fit, and where something that fits was put in its place; ``told``: found before.

    None in place of the data where nearly nothing fits.
    """
    findings = list(told)
    healed = {key for key, _, _ in findings}
    for _ in range(10):  # what is put in place fits, so one round is enough but for errors that hide others
        try:
            return form.model_validate(data), findings, healed
        except ValidationError as error:
            found = [(_location(item["loc"]), item) for item in error.errors(include_url=False) if not _beside(item)]
            new = [(key, item) for key, item in found if not below(key, healed)]
            findings += [_schema_finding(key, item, form) for key, item in new[: MOST_TOLD - len(findings)]]
            if len(findings) >= MOST_TOLD:
                break
            for key, item in found:
                out_of_place = "[key]" in item["loc"] or item["type"] == "extra_forbidden"
                data = _healed(data, key, out_of_place, form)
            healed |= {key for key, _ in found}
    return None, findings, healed


def below(key: Key, others: Collection[Key]) -> bool:
    """Whether a key lies below or at one of the others."""
    return any(key[:length] in others for length in range(len(key) + 1))


SECTIONS = {
    "mandate": "mandates",
    "state": "states",
    "partner": "partners",
    "draft": "drafts",
    "channel": "channels",
    "sender": "partners",
}


def _needs(finding: Finding) -> AbstractSet[str | int]:
    """What a finding about an unknown name rests on: the section where the name would stand, and the name."""
    words = str(finding[1]).split()
    if words[:1] == ["unknown"] and len(words) > 1:
        return {SECTIONS.get(words[1], words[1]), words[-1]}
    if finding[1] == "no PRK":
        return {"states"}
    return {"months": {"start"}, "goods": {"goods"}}.get(dotted(finding[0]), set())


def _beside(item: Any) -> bool:
    """Whether an error is about the alternative of a parameter's type that was not meant: a number, or one for each entry."""
    place = item["loc"]
    if place[0] != "parameters" or len(place) < 3:
        return False
    return bool(isinstance(item["input"], dict) if place[2] == "float" else len(place) == 3 and place[2] == "dict[str,float]")


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
            **{flag: row[flag] == "1" for flag in ("merchandise", "uses_cloth", "takes_redirected", "for_conflicts")},
            **{name: [float(row[f"{name}_{level}"]) for level in ("low", "central", "high")] for name in CHANNEL_PRIORS},
            "flows": {},
            "sold_on": {},
        }
    for row in table("flows"):
        if row["partner"] in partners:
            channels[row["channel"]]["flows"][row["partner"]] = {"usd_million_a_year": float(row["usd_million_a_year"])}
    for row in table("past_flows"):
        if row["partner"] in partners:
            flow = channels[row["channel"]]["flows"][row["partner"]]
            flow.setdefault("past", {})[row["year"]] = float(row["usd_million_a_year"])
    for row in table("sold_on"):
        if row["partner"] in partners:
            channels[row["channel"]]["sold_on"].setdefault(row["partner"], {})[row["market"]] = float(row["share"])
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
    partners = document.data.get("partners")
    below = _tables(tuple(partners) if isinstance(partners, dict) else ())
    below = {**below, "parameters": dict.fromkeys(BY_NAME, 0.0)}
    for layer in document.layers:
        if _any_null(layer):
            yield from _idle_nulls(layer, below, ())
        below = merge(below, layer)


def _idle_nulls(node: Mapping[str, Any], below: Any, key: Key) -> Iterator[Finding]:
    there = below if isinstance(below, Mapping) else {}
    for name, value in node.items():
        here = (*key, name)
        known = name in there or _typed(here, ScenarioFile)[1] is not None
        if not known and (value is None or (isinstance(value, Mapping) and _only_nulls(value))):
            yield here, f"unknown key {name}", nearest(name, _keys_at(key, ScenarioFile) or list(there))
        elif isinstance(value, Mapping):
            yield from _idle_nulls(value, there.get(name), here)


def _any_null(node: Mapping[str, Any]) -> bool:
    return any(value is None or (isinstance(value, Mapping) and _any_null(value)) for value in node.values())


def _only_nulls(node: Mapping[str, Any]) -> bool:
    return all(value is None or (isinstance(value, Mapping) and _only_nulls(value)) for value in node.values()) and bool(node)


def _location(found: Key) -> Key:
    """Where an error is in the file: pydantic's location without its marks for keys and for alternatives of a type."""
    parts = found[:2] + found[3:] if found[0] == "parameters" and len(found) > 2 else found
    return tuple(part for part in parts if part != "[key]")


def _typed(location: Key, form: type[BaseModel]) -> tuple[Any, FieldInfo | None]:
    """The type at a location of the schema, and its field where it is a named one; (None, None) where there is none."""
    kind: Any = form
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


def _keys_at(location: Key, form: type[BaseModel]) -> list[str]:
    kind = _bare(_typed(location, form)[0])
    fields = getattr(kind, "model_fields", {})
    return [info.alias or name for name, info in fields.items()]


def _meaning(location: Key, form: type[BaseModel]) -> str:
    field = _typed(location, form)[1]
    return (field.description or "") if field else ""


FITTING: tuple[Any, ...] = (
    0.5,
    1,
    True,
    "x",
    "AAA",
    "2099-12",
    [],
    {},
    {"AAA": {}},
    {"x": {}},
    ["AAA"],
    [0.0] * 3,
    ["AAA"] * 10,
    "chapter7",
    "additive",
    "drawn",
    "general_assembly",
    "rights",
)


def _fitting(kind: Any) -> Any:
    """Some value of a type."""
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        required = {info.alias or name: info for name, info in bare.model_fields.items() if info.is_required()}
        return {
            name: _fitting(Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation)
            for name, info in required.items()
        }
    adapter = TypeAdapter(kind)
    for value in FITTING:
        try:
            adapter.validate_python(value, strict=True)
        except ValidationError:
            continue
        return value
    if get_origin(bare) is Literal:
        return get_args(bare)[0]
    raise TypeError(f"no fitting value for {kind}")


def _healed(node: Any, key: Key, remove: bool, form: type[BaseModel]) -> Any:
    """A copy of plain data in which something that fits stands at a key, or nothing where the schema has a default for it or
    no place."""
    kind, field = _typed(key, form)
    remove = remove or (field is not None and not field.is_required())
    fits = None if remove else _fitting(kind)

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
    START: "a month as YYYY-MM, such as 2024-01, from 2006 to 2099",
    r"\S": "text that is not blank",
}
BEYOND = {
    "greater_than_equal": "",
    "less_than_equal": "",
    "finite_number": "",
    "float_type": "a number from ",
    "int_type": "a whole number from ",
    "int_from_float": "a whole number from ",
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
    "string_too_short": "text that is not empty",
    "string_too_long": "text of at most {max_length} letters",
}


def _schema_finding(key: Key, item: Any, of: type[BaseModel]) -> Finding:
    """A schema error in words: what was found, and what is allowed there."""
    kind, context, meaning = item["type"], item.get("ctx", {}), _meaning(key, of)
    if kind == "extra_forbidden":
        return key, f"unknown key {key[-1]}", nearest(key[-1], _keys_at(key[:-1], of))
    if kind == "missing":
        form = _form(_typed(key, of)[0])
        return key, "nothing (the key is missing)", f"{form} ({meaning})" if form and meaning else form or meaning
    if kind == "literal_error":
        return key, item["input"], str(context.get("expected"))
    if kind == "string_pattern_mismatch":
        return key, item["input"], FORMS.get(str(context.get("pattern")), FORMS[MONTH])
    if of is ScenarioFile and key[0] == "parameters" and len(key) > 1:
        parameter = BY_NAME.get(str(key[1]))
        words = f"a number for each of the {ENTRY_PRIORS[parameter.name][0]}" if parameter and parameter.axis else "a number"
    elif kind == "too_long":
        return key, f"a total of {len(item['input'])} entries", f"at most {context['max_length']} ({meaning})"
    elif kind in BEYOND and "ge" in _marks(_typed(key, of)[0]):
        words = BEYOND[kind] + _range(_typed(key, of)[0])
    elif kind == "string_type" and (form := _form(_typed(key, of)[0])):
        words = form
    else:
        words = KINDS.get(kind, "").format(**context) or item["msg"].replace("Input should be ", "")
    if kind in ("dict_type", "model_type") and _keys_at(key, of):
        words += f": {', '.join(_keys_at(key, of)[:6])}, …"
    return key, item["input"], f"{words} ({meaning})" if meaning else words


def _marks(kind: Any) -> dict[str, Any]:
    """What the annotations of a type say: bounds of a number, pattern of a text."""
    found: dict[str, Any] = {}
    while kind is not None:
        for mark in getattr(kind, "__metadata__", ()):
            for part in (mark, *getattr(mark, "metadata", ())):
                found |= {key: getattr(part, key) for key in ("ge", "le", "pattern") if getattr(part, key, None) is not None}
        inner = [choice for choice in get_args(kind) if choice is not type(None)]
        kind = inner[0] if inner and get_origin(kind) not in (dict, list) else None
    return found


def _range(kind: Any) -> str:
    """The range of a number as its type declares it."""
    bounds = _marks(kind)
    return f"{bounds.get('ge', float('-inf')):g} to {bounds.get('le', float('inf')):g}"


def _form(kind: Any) -> str:
    """What a value of a plain type looks like, in words."""
    marks = _marks(kind)
    return FORMS.get(marks.get("pattern", ""), "") or (_range(kind) if "ge" in marks else "")
