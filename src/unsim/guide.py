"""What can be written in a scenario or experiment file: schemas for editors, a key explained, two files
compared, a file to start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from unsim.checks import FORMS
from unsim.consistency import ENTRY_PRIORS
from unsim.files import Problem, ScenarioError, nearest, read, shipped_scenarios
from unsim.parameters import BY_NAME, PARAMETERS, Parameter
from unsim.posterior import marginals
from unsim.scenario import Scenario, load, shipped
from unsim.schema import ScenarioFile
from unsim.tables import DATA, table

EXAMPLE = "baseline_2024"
"""The shipped scenario whose names of states, drafts and so on are offered, and whose values are shown."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FILE, START_FILE = "unsim.schema.json", "scenario.yaml"


# A schema for editors


@cache
def json_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) of a scenario file, for completion and hover help: meanings, units, ranges, words, known names.

    No key is required, since a file states only what differs from the one that it extends, and every key may be ``null``,
    which takes it away. Names and dates that must fit each other are left to ``unsim validate``.
    """
    whole = ScenarioFile.model_json_schema(by_alias=True)
    definitions = whole.pop("$defs")
    definitions = {name: _loosened(kind, whole_entries=name == "Step") for name, kind in definitions.items()}
    whole = _loosened(whole, whole_entries=False)
    example = load(EXAMPLE)
    for section in ("states", "partners", "drafts", "channels", "goods", "mandates", "conflicts"):
        form = whole["properties"][section]["anyOf"][0]
        entry = next(iter(form["patternProperties"].values()))
        told = {
            name: getattr(value, "label", None) or example.called(name) for name, value in getattr(example.file, section).items()
        }
        form["properties"] = {name: {**entry, "description": words} for name, words in told.items()}
    told = whole["properties"]["parameters"]["anyOf"][0]["description"]
    whole["properties"]["parameters"] = _nullable(_parameter_schema(told, example))
    whole["properties"]["extends"]["examples"] = list(shipped())
    coalition = definitions["Coalition"]["properties"]
    for form, known in (
        (coalition["menu"], list(example.file.drafts)),
        (coalition["leaders"], [code for code, state in example.file.states.items() if not state.rivalry and code != "PRK"]),
        *((definitions["Measures"]["properties"][key], [row["id"] for row in table("measures")]) for key in ("lift", "without")),
    ):
        items = form["anyOf"][0]["items"]
        form["anyOf"][0]["items"] = _offered(items, known)
    about = "A scenario of unsim: it states only what differs from the one that it extends."
    head = {"$schema": DIALECT, "title": "unsim scenario", "description": about}
    return {**head, **{key: value for key, value in whole.items() if key not in head}, "$defs": definitions}


@cache
def experiment_schema() -> dict[str, Any]:
    """The same of an experiment file; unlike in a scenario, keys without a default are required."""
    from unsim.experiments.schema import ExperimentFile  # brings all that a sweep needs

    whole = ExperimentFile.model_json_schema(by_alias=True)
    definitions = {name: _described(form) for name, form in whole.pop("$defs").items()}
    whole = _described(whole)
    outcomes = [outcome.name for outcome in load(EXAMPLE).outcomes]
    keys = [f"parameters.{name}" for name, parameter in BY_NAME.items() if not parameter.axis]
    arm = definitions["Arm"]["properties"]
    arm["scenario"] = _offered(arm["scenario"], list(shipped()))
    factor = definitions["Factor"]["properties"]
    factor["key"] = _offered(factor["key"], keys)
    kept = whole["properties"]["outcomes"]["anyOf"][0]
    kept["items"] = _offered(kept["items"], outcomes)
    for name in ("Precision", "Question"):
        asked = definitions[name]["properties"]
        asked["outcome"] = _offered(asked["outcome"], outcomes)
    about = "An experiment of unsim: arms to compare, what is varied, how often, and what is kept."
    head: dict[str, Any] = {"$schema": DIALECT, "title": "unsim experiment", "description": about}
    return {**head, **{key: value for key, value in whole.items() if key not in head}, "$defs": definitions}


def _described(node: dict[str, Any]) -> dict[str, Any]:
    """A form without the titles that repeat names, each property with its range in its description."""
    found = {key: value for key, value in node.items() if key != "title"}
    if "properties" in found:
        properties = found["properties"].items()
        found["properties"] = {
            name: _told_range({key: value for key, value in below.items() if key != "title"}) for name, below in properties
        }
    return found


def _offered(form: dict[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """A form of a text for which an editor offers known words, and takes others."""
    told: dict[str, Any] = {key: form[key] for key in ("description", "default") if key in form}
    return {**told, "anyOf": [{"enum": list(known)}, {key: value for key, value in form.items() if key not in told}]}


def _loosened(node: Any, *, whole_entries: bool) -> Any:
    """A copy of a schema in which nothing is required and every key may be null, but for entries that stand in lists."""
    found = _told_range({key: value for key, value in node.items() if key != "title" and (whole_entries or key != "required")})
    if "properties" in found:
        found["properties"] = {
            name: _loosened(below, whole_entries=False) if whole_entries else _nullable(_loosened(below, whole_entries=False))
            for name, below in found["properties"].items()
        }
    if "patternProperties" in found:
        entries = found["patternProperties"].items()
        found["patternProperties"] = {name: _nullable(_loosened(below, whole_entries=False)) for name, below in entries}
        found["additionalProperties"] = False
    return found


def _told_range(form: dict[str, Any]) -> dict[str, Any]:
    """A form whose description also says its unit and range, which editors do not show by themselves."""
    if "minimum" in form and "maximum" in form and "description" in form:
        unit = f"{form['unit']}, " if "unit" in form and form["unit"] not in form["description"] else ""
        return {**form, "description": f"{form['description']} ({unit}{form['minimum']:g} to {form['maximum']:g})"}
    return form


def _nullable(form: dict[str, Any]) -> dict[str, Any]:
    choices = form.get("anyOf", [])
    if {"type": "null"} in choices:
        return form
    told: dict[str, Any] = {key: form[key] for key in ("description", "default") if key in form}
    return {**told, "anyOf": [form, {"type": "null"}]}


def _parameter_schema(description: str, example: Scenario) -> dict[str, Any]:
    known = {}
    for parameter in PARAMETERS:
        prior = parameter.prior
        number = {"type": "number", "minimum": prior.low, "maximum": prior.high}
        told = f"{parameter.meaning} ({parameter.unit}, {prior.low:g} to {prior.high:g})"
        if parameter.axis:
            entry = {"anyOf": [number, {"type": "null"}]}
            entries = dict.fromkeys(getattr(example.file, ENTRY_PRIORS[parameter.name][0]), entry)
            form: dict[str, Any] = {"type": "object", "properties": entries, "additionalProperties": entry}
        else:
            form = {**number, "default": parameter.default}
        known[parameter.name] = _nullable({**form, "description": told})
    return {"type": "object", "description": description, "properties": known, "additionalProperties": False}


# A key explained


def explain(key: str) -> list[tuple[str, str]]:
    """What is known of a key, parameter or outcome: pairs of a label and words.

    ``key``: dotted as for ``--set`` (``coalition.coordination``, ``states.USA.posture``), a parameter (``compliance``), or an
    outcome (``political_cost``). Raises ``ScenarioError`` with the nearest name.
    """
    first, _, rest = key.partition(".")
    name = rest.partition(".")[0] if first == "parameters" else first
    if name in BY_NAME and (first == "parameters" or first not in ScenarioFile.model_fields):
        return _explained_parameter(BY_NAME[name])
    for outcome in load(EXAMPLE).outcomes:
        if outcome.name == key:
            over = "mean over the months of a horizon" if outcome.aggregate == "mean" else "sum over the months of a horizon"
            return [
                ("outcome", key),
                ("meaning", outcome.meaning),
                ("unit", outcome.unit),
                ("taken as", over),
                ("about", outcome.about),
            ]
    return _explained_key(key)


def _explained_parameter(parameter: Parameter) -> list[tuple[str, str]]:
    identified = {"yes": "yes", "partly": "partly", "no": "no: results that lean on it are assumptions"}[parameter.identified]
    told = [("parameter", parameter.name), ("meaning", parameter.meaning), ("unit", parameter.unit)]
    if parameter.axis:
        section, field = ENTRY_PRIORS[parameter.name]
        told += [("prior", f"one for each of the {section}: {section}.NAME.{field}, low, central and high")]
        held = f"parameters.{parameter.name}.NAME=VALUE"
    else:
        prior, fit = parameter.prior, marginals().get(parameter.name)
        default = f"{fit.a:.4g}" if fit else f"{parameter.default:g}"
        told += [("default", default), ("range", f"{prior.low:g} to {prior.high:g}"), ("prior", str(prior))]
        held = f"parameters.{parameter.name}={default}"
    if drawn := [f"{name}: {fit}" for name, fit in marginals().items() if name.partition(".")[0] == parameter.name]:
        told += [("drawn from", "; ".join(drawn) + "; jointly with the others of its fit (uncertainty: prior for the prior alone)")]
    told += [("source", parameter.source), ("identified by the record", identified), ("hold it with", f"--set {held}")]
    return [*told, *_set_by(("parameters", parameter.name))]


def form_at(key: str) -> dict[str, Any]:
    """The form of a dotted key: description, unit, range, words. Raises ``ScenarioError`` with the nearest name."""
    parts = key.split(".")
    form: dict[str, Any] = json_schema()
    for depth, part in enumerate(parts):
        known = dict(form.get("properties", {}))
        below = known.get(part) or next(iter(form.get("patternProperties", {}).values()), None) or form.get("additionalProperties")
        if not isinstance(below, dict) or (part not in known and "patternProperties" in form and not _fits(form, part)):
            near = (
                nearest(part, [*known, *(BY_NAME if depth == 0 and len(parts) == 1 else ())]) if known else "no key below this one"
            )
            raise ScenarioError([Problem("explain", None, ".".join(parts[: depth + 1]), f"unknown key {part}", near)])
        form = resolved(below)
    return form


def _explained_key(key: str) -> list[tuple[str, str]]:
    parts, form = key.split("."), form_at(key)
    told = [("key", key), ("meaning", form.get("description", "")), ("allowed", allowed(form))]
    told += [("default", str(form["default"]))] if form.get("default") is not None else []
    value = _value_at(load(EXAMPLE), parts)
    told += [(f"in {EXAMPLE}", _told(value))] if value is not None else []
    told += [(f"  {name}", resolved(below).get("description", "")) for name, below in form.get("properties", {}).items()]
    return [(label, words) for label, words in [*told, *_set_by(tuple(parts))] if words]


def _fits(form: Mapping[str, Any], part: str) -> bool:
    import re

    return any(re.search(pattern, part) for pattern in form.get("patternProperties", {}))


def resolved(form: Mapping[str, Any]) -> dict[str, Any]:
    """A form with its references followed and without the alternative of null; the nearest description counts."""
    if "anyOf" in form:
        choices = [choice for choice in form["anyOf"] if choice != {"type": "null"}]
        outer = {key: value for key, value in form.items() if key != "anyOf"}
        return {**resolved(choices[0]), **outer}
    if "$ref" in form:
        target = json_schema()["$defs"][form["$ref"].rpartition("/")[2]]
        return {**resolved(target), **{key: value for key, value in form.items() if key != "$ref"}}
    return dict(form)


KINDS = {"number": "a number", "integer": "a whole number", "boolean": "true or false", "string": "text"}


def allowed(form: Mapping[str, Any]) -> str:
    """What may stand at a key, in words."""
    if "enum" in form:
        return ", ".join(map(str, form["enum"]))
    if form.get("type") == "array":
        items = form.get("items", {})
        inner = resolved(items["anyOf"][-1] if "anyOf" in items else items)
        return f"a list, each: {allowed(inner) or 'a value'}"
    if form.get("type") == "object":
        named = [FORMS.get(pattern, pattern) for pattern in form.get("patternProperties", {})]
        return f"entries by name: {', '.join(named)}" if named else "keys with values"
    words = KINDS.get(str(form.get("type")), "")
    if "minimum" in form:
        words += f", {form['minimum']:g} to {form['maximum']:g}" if "maximum" in form else f", at least {form['minimum']:g}"
    unit = f" ({form['unit']})" if "unit" in form else ""
    return FORMS.get(form.get("pattern", ""), words + unit)


def _value_at(scenario: Scenario, parts: list[str]) -> Any:
    node: Any = scenario.file.model_dump(by_alias=True)
    for part in parts:
        node = node.get(part) if isinstance(node, dict) else None
    return node


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, list):
        return ", ".join(shown(item) if isinstance(item, Mapping) else _told(item) for item in value) or "nothing"
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _set_by(parts: tuple[str, ...]) -> list[tuple[str, str]]:
    """Shipped files in which a key stands."""
    files = [path.stem for path in sorted(shipped_scenarios().glob("*.yaml")) if parts in _own_keys(path.stem)]
    return [("set by", ", ".join(files))] if files else []


@cache
def _own_keys(name: str) -> frozenset[tuple[str, ...]]:
    def keys(node: Any, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for key, value in node.items():
            yield (*above, str(key))
            if isinstance(value, Mapping):
                yield from keys(value, (*above, str(key)))

    return frozenset(keys(read(name).layers[-1], ()))


# Two scenarios compared


@dataclass(frozen=True)
class Difference:
    """A key at which two scenarios differ: its value in each, None where it does not stand."""

    key: str
    one: Any
    other: Any

    @property
    def for_readers(self) -> bool:
        """Whether the key is only for readers: no number rests on it."""
        return self.key.rpartition(".")[2] in ("title", "label", "name", "evidence", "panel_evidence")


def differences(one: Scenario, other: Scenario) -> list[Difference]:
    """The keys at which two scenarios differ once everything that they extend is merged in and defaults are filled."""
    left, right = (dict(_flat(scenario.file.model_dump(by_alias=True), ())) for scenario in (one, other))
    keys = [*left, *(key for key in right if key not in left)]
    found = [Difference(".".join(key), left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)]
    return [difference for difference in found if difference.key != "extends"]


def _flat(node: Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in node.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, (*above, key))
        elif value is not None and value != {}:
            yield (*above, key), value


def shown(value: Any) -> str:
    """A value of a difference, in YAML's own form."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown(inner)}' for key, inner in value.items() if inner not in (None, [], False))}}}"
    return _told(value)


# A file to start from


def start(folder: Path, force: bool = False) -> list[Path]:
    """Write a commented scenario that runs, and the schema for editors beside it; returns what was written.

    Raises ``ScenarioError`` where one of them is there already, unless ``force``.
    """
    from unsim.provenance import as_text

    files = {START_FILE: (DATA / "start.yaml").read_text(encoding="utf-8"), SCHEMA_FILE: as_text(json_schema())}
    if folder.exists() and not folder.is_dir():
        raise ScenarioError([Problem(str(folder), None, "", "a file", "a folder, or a path where there is nothing yet")])
    there = [Problem(str(folder / name), None, "", "a file", "a place where there is none yet, or --force to replace it")
             for name in files if (folder / name).exists()]  # fmt: skip
    if there and not force:
        raise ScenarioError(there)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
