"""A scenario: a file that was read, checked and turned into arrays. Every message a user can get comes from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from unsim.files import Document, Key, Problem, ScenarioError, locate, merge, nearest, override, read, shipped_scenarios
from unsim.parameters import BY_NAME, PARAMETER_AXES, PARAMETERS, Params, Prior, draw_rows, labels, triangular
from unsim.rules.chance import permanent_code
from unsim.rules.ledger import Outcome, outcomes
from unsim.rules.world import BOOKS, STOCKS, Case, Setting, Sizes, case, offsets
from unsim.schema import ScenarioFile
from unsim.setting import Labels, build
from unsim.tables import DATED, evidence_month, row_dates, table

CHANNEL_PRIORS = {
    "potential_scale": "scale",
    "evadability": "evadability",
    "forced_labour": "forced_labour",
    "text_reach": "text_reach",
}
"""Which key of a channel holds the prior of which channel parameter."""


@dataclass(frozen=True)
class Scenario:
    """A checked scenario.

    ``file`` is its content after ``extends``; ``setting`` the arrays of the horizon; ``priors`` the prior of every
    parameter row, a fixed one where the file holds the parameter at a value.
    """

    name: str
    file: ScenarioFile
    months: int
    document: Document

    @cached_property
    def _built(self) -> tuple[Setting, Labels]:
        return build(self.file, self.months)

    @property
    def title(self) -> str:
        """Title in tables and figures."""
        return self.file.title

    @property
    def setting(self) -> Setting:
        """Arrays that all runs share."""
        return self._built[0]

    @property
    def labels(self) -> Labels:
        """Names of the setting's rows."""
        return self._built[1]

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes of every run, in their fixed order."""
        return outcomes(self.labels.partners, self.labels.channels)

    @cached_property
    def sizes(self) -> Sizes:
        """How long each axis of the world, the setting and the parameters is."""
        setting, names = self.setting, self.labels
        return Sizes(
            month=self.months,
            state=len(names.states),
            seat=setting.seats.shape[1],
            leader=len(setting.leaders),
            partner=len(names.partners),
            channel=len(names.channels),
            good=len(names.goods),
            draft=len(names.drafts),
            level=len(setting.dilution),
            book=len(BOOKS),
            stock=len(STOCKS),
            outcome=len(self.outcomes),
        )

    @cached_property
    def case(self) -> Case:
        """The scenario as the engines' compiled code reads it."""
        return case(self.setting, self.sizes, Params(**offsets(PARAMETER_AXES, self.sizes)[0]))

    @cached_property
    def priors(self) -> dict[str, Prior]:
        """Prior of each parameter row (``compliance``, ``forced_labour.coal``, …), in row order."""
        found = {}
        for label in labels(self.labels.channels):
            name, _, channel = label.partition(".")
            if channel:
                found[label] = triangular(*getattr(self.file.channels[channel], CHANNEL_PRIORS[name]))
            else:
                found[label] = BY_NAME[name].prior
        for label, value in _held(self.file):
            found[label] = Prior("fixed", value, 0.0, value, value)
        return found

    def draw(self, seed: int, draws: list[int]) -> NDArray[np.float64]:
        """Parameter values, shape (row, draw); draw -1 holds each parameter at its default."""
        return draw_rows(self.priors, seed, draws)

    def override(self, changes: Mapping[str, Any]) -> Scenario:
        """The same scenario with some keys set, such as ``{"coalition.coordination": 0.5}``.

        Raises ``ScenarioError`` if a key does not exist or a value is not allowed.
        """
        return _checked(override(self.document, [(tuple(key.split(".")), value) for key, value in changes.items()]), self.name)

    def over(self, months: int) -> Scenario:
        """The same scenario over another horizon."""
        return self.override({"months": months})


def load(reference: str, set: Mapping[str, Any] | None = None) -> Scenario:
    """Load a scenario by path or by the name of a shipped one, with some keys set.

    Raises ``ScenarioError``, which lists every problem with its file, line and key.
    """
    changes = [(tuple(key.split(".")), value) for key, value in (set or {}).items()]
    return load_with(reference, changes)


def load_with(reference: str, changes: Sequence[tuple[Key, Any]]) -> Scenario:
    """Load a scenario with changes given as split keys (``--set``)."""
    document = read(str(reference))
    return _checked(override(document, changes), locate(str(reference)).stem)


def _held(file: ScenarioFile) -> Iterator[tuple[str, float]]:
    for name, value in file.parameters.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{channel}", float(number)) for channel, number in value.items())
        else:
            yield name, float(value)


def _with_defaults(data: dict[str, Any]) -> dict[str, Any]:
    """Channels and goods of the package's tables under those of the file."""
    channels: dict[str, Any] = {}
    for row in table("channels"):
        channels[row["channel"]] = {
            "label": row["label"],
            **{flag: row[flag] == "1" for flag in ("merchandise", "uses_cloth", "takes_redirected")},
            **{name: [float(row[f"{name}_{level}"]) for level in ("low", "central", "high")] for name in CHANNEL_PRIORS.values()},
            "flows": {},
        }
    for row in table("flows"):
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
    merged = dict(data)
    for name, known in (("channels", channels), ("goods", goods)):
        given = data.get(name, {})
        if isinstance(given, dict):
            merged[name] = {**known, **{key: _over(known.get(key), value) for key, value in given.items()}}
    return merged


def _over(known: dict[str, Any] | None, given: Any) -> Any:
    return merge(known, given) if known and isinstance(given, dict) else given


def _checked(document: Document, name: str) -> Scenario:
    """Validate a document; raises ``ScenarioError`` with everything that is wrong with it.

    What does not fit the schema is told and taken away (so that the parent's value holds), until the rest can be checked
    for consistency too: a user sees all problems at once.
    """
    problems: list[Problem] = []
    healed: Document | None = document
    file = None
    while healed is not None:
        try:
            file = ScenarioFile.model_validate(_with_defaults(healed.data))
            break
        except ValidationError as error:
            # a key that is missing only since it was taken away is no problem of the user's
            told = [item for item in error.errors() if item["type"] != "missing" or healed is document]
            problems += _told(document, told)
            for item in error.errors():
                healed = healed and healed.without(_location(item["loc"]))
    if file is not None and healed is not None:
        problems += _inconsistencies(healed, file)
    if problems or file is None:
        raise ScenarioError(problems)
    return Scenario(name, file, file.months, document)


def _location(found: Key) -> Key:
    """Where an error is in the file: pydantic's location without its marks for keys and for alternatives of a type."""
    return tuple(part for part in found if part not in ("[key]", "float", "dict[str,float]"))


def _told(document: Document, errors: Sequence[Any]) -> Iterator[Problem]:
    """Schema errors as problems: what was found, and what is allowed there."""
    for item in errors:
        location = _location(item["loc"])
        kind, context = item["type"], item.get("ctx", {})
        if kind == "extra_forbidden":
            yield document.problem(location, f"unknown key {location[-1]}", nearest(location[-1], _keys_at(location[:-1])))
        elif kind == "missing":
            yield document.problem(location, "nothing (the key is missing)", _meaning(location))
        elif kind == "literal_error":
            yield document.problem(location, item["input"], str(context.get("expected")))
        elif kind == "string_pattern_mismatch":
            forms = {r"^[A-Z]{3}$": "a three-letter code such as KOR", r"^[a-z][a-z0-9_]{0,40}$": "a name in lower case"}
            yield document.problem(
                location, item["input"], forms.get(str(context.get("pattern")), "a month as YYYY-MM, such as 2024-01")
            )
        else:
            message = item["msg"].replace("Input should be ", "").replace("valid ", "")
            meaning = _meaning(location)
            yield document.problem(location, item["input"], f"{message} ({meaning})" if meaning else message)


def _field(location: Key) -> Any:
    """The model class or field information at a location of the schema, or None."""
    model: Any = ScenarioFile
    field: Any = None
    for part in location:
        fields = getattr(model, "model_fields", None)
        if fields is not None:
            by_alias = {info.alias or key: info for key, info in fields.items()}
            field = by_alias.get(str(part))
            if field is None:
                return None
            model = field.annotation
        else:
            inner = [argument for argument in get_args(model) if argument is not type(None)]
            model = inner[-1] if inner else None
        while model is not None and not hasattr(model, "model_fields") and type(None) in get_args(model):
            model = next(argument for argument in get_args(model) if argument is not type(None))
    return model, field


def _keys_at(location: Key) -> list[str]:
    found = _field(location)
    fields = getattr(found[0], "model_fields", {}) if found else {}
    return [info.alias or key for key, info in fields.items()]


def _meaning(location: Key) -> str:
    found = _field(location)
    return (found[1].description or "") if found and found[1] is not None else ""


def _inconsistencies(document: Document, file: ScenarioFile) -> Iterator[Problem]:
    """What the schema cannot see: names that must exist elsewhere, dates against the information date, sums."""
    states, partners, channels, goods = list(file.states), list(file.partners), list(file.channels), list(file.goods)
    for index, leader in enumerate(file.coalition.leaders):
        if leader not in states:
            yield document.problem(("coalition", "leaders", index), f"unknown state {leader}", nearest(leader, states))
    if len(set(file.coalition.leaders)) < len(file.coalition.leaders):
        yield document.problem(("coalition", "leaders"), file.coalition.leaders, "each state once")
    for index, draft in enumerate(file.coalition.menu):
        if draft not in file.drafts:
            yield document.problem(("coalition", "menu", index), f"unknown draft {draft}", nearest(draft, list(file.drafts)))
    if len(set(file.coalition.menu)) < len(file.coalition.menu):
        yield document.problem(("coalition", "menu"), file.coalition.menu, "each draft once")
    covered = channels + [f"goods:{good}" for good in goods]
    for name, text in file.drafts.items():
        for channel in text.covers:
            if channel not in covered:
                yield document.problem(("drafts", name, "covers", channel), f"unknown channel {channel}", nearest(channel, covered))
        if text.covers and text.bite == 0.0:
            yield document.problem(("drafts", name, "bite"), text.bite, "above 0 where the draft covers something")
        if text.security == 0.0 and text.accountability == 0.0:
            yield document.problem(("drafts", name), "a draft without content", "security or accountability above 0")
    identifiers = [row["id"] for row in table("measures")]
    for index, identifier in enumerate(file.measures.lift):
        if identifier not in identifiers:
            yield document.problem(("measures", "lift", index), f"unknown measure {identifier}", nearest(identifier, identifiers))
    for name, measure in file.measures.add.items():
        key = ("measures", "add", name)
        if measure.sender != "UN" and measure.sender not in partners:
            yield document.problem((*key, "sender"), measure.sender, nearest(measure.sender, ["UN", *partners]))
        if measure.channel not in ["*", *covered]:
            yield document.problem(
                (*key, "channel"), f"unknown channel {measure.channel}", nearest(measure.channel, ["*", *covered])
            )
        if measure.start > file.start and not file.as_it_happened:
            allowed = f"a month up to the information date {file.start}, or as_it_happened: true"
            yield document.problem((*key, "from"), measure.start, allowed)
        if measure.sender == "UN" and measure.channel == "*":
            yield document.problem((*key, "channel"), "*", "a channel or goods:GOOD (* is for a partner's own measures)")
    for name, channel_entry in file.channels.items():
        for partner in channel_entry.flows:
            if partner not in partners:
                where = ("channels", name, "flows", partner)
                yield document.problem(where, f"unknown partner {partner}", nearest(partner, partners))
        for field in CHANNEL_PRIORS.values():
            low, central, high = getattr(channel_entry, field)
            limit = 100.0 if field == "scale" else 1.0
            if not low <= central <= high <= limit:
                yield document.problem(("channels", name, field), [low, central, high], f"low <= central <= high <= {limit:g}")
    if sum(channel.takes_redirected for channel in file.channels.values()) > 1:
        yield document.problem(("channels",), "several channels that take redirected trade", "one")
    total = sum(good.share_of_free_spending for good in file.goods.values())
    if abs(total - 1.0) > 1e-9:
        yield document.problem(("goods",), f"a sum of shares of {total:g}", "shares of free spending that add up to 1")
    if sum(partner.supplies for partner in file.partners.values()) > 1.0 + 1e-9:
        yield document.problem(("partners",), "a sum of supplies above 1", "shares of imports that add up to at most 1")
    yield from _parameter_problems(document, file)
    yield from _evidence_problems(document, file)
    if "PRK" not in states:
        yield document.problem(("states",), "no PRK", "the DPRK as a state: `PRK: {}`")
    codes: dict[int, str] = {}
    for actor in [*states, *partners, *channels, *file.drafts]:
        other = codes.setdefault(permanent_code(actor), actor)
        if other != actor:
            yield document.problem((), f"a clash of the addresses of {actor} and {other}", "another name for one of them")
    placed = {row["state"] for row in table("positions")} | {name for name, state in file.states.items() if state.position}
    permanent = {row["iso3"] for row in table("council_members") if row["permanent"] == "1"}
    for year, elected in file.council.elected.items():
        seats = ("council", "elected", year)
        if not (year.isdigit() and 2006 <= int(year) <= 2200):
            yield document.problem(seats, year, "a year from 2006 to 2200")
        if len(set(elected)) < len(elected) or permanent & set(elected):
            yield document.problem(seats, ", ".join(elected), "ten different states, none of them a permanent member")
        for state in sorted(set(elected) - placed):
            yield document.problem(seats, f"a state without a position: {state}", f"a position for it: states.{state}.position")


def _parameter_problems(document: Document, file: ScenarioFile) -> Iterator[Problem]:
    for name, value in file.parameters.items():
        if name not in BY_NAME:
            allowed = nearest(name, [parameter.name for parameter in PARAMETERS])
            yield document.problem(("parameters", name), f"unknown parameter {name}", allowed)
            continue
        parameter = BY_NAME[name]
        if bool(parameter.axis) != isinstance(value, dict):
            allowed = "a number for each channel, such as {coal: 0.5}" if parameter.axis else f"a number ({parameter.unit})"
            yield document.problem(("parameters", name), value, allowed)
            continue
        numbers = value.items() if isinstance(value, dict) else [("", value)]
        for channel, number in numbers:
            key = ("parameters", name, channel) if channel else ("parameters", name)
            low, high = parameter.prior.low, parameter.prior.high
            if channel and channel not in file.channels:
                yield document.problem(key, f"unknown channel {channel}", nearest(channel, list(file.channels)))
            elif not low <= number <= high:
                yield document.problem(key, number, f"{low:g} to {high:g} ({parameter.meaning}, {parameter.unit})")


def _named_rows(node: Any, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("evidence", "panel_evidence") and isinstance(value, list):
                yield from (((*key, name, index), str(item)) for index, item in enumerate(value))
            else:
                yield from _named_rows(value, (*key, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _named_rows(value, (*key, index))


def _evidence_problems(document: Document, file: ScenarioFile) -> Iterator[Problem]:
    for key, reference in _named_rows(document.data, ()):
        month = evidence_month(reference)
        if month is None:
            name = reference.partition(":")[0]
            known = [f"{name}:{row}" for row in row_dates(name)] if name in DATED else [f"{t}:ID" for t in DATED]
            yield document.problem(key, f"unknown row {reference}", nearest(reference, known))
        elif month > file.start and not file.as_it_happened:
            yield document.problem(
                key, f"a row of {month}", f"rows up to the information date {file.start}, or as_it_happened: true"
            )
    if file.as_it_happened:
        return
    for key, start in _steps(document.data, ()):
        if start > file.start:
            yield document.problem(key, start, f"months up to the information date {file.start}, or as_it_happened: true")


def _steps(node: Any, key: Key) -> Iterator[tuple[Key, str]]:
    if isinstance(node, dict):
        if "from" in node and "value" in node:
            yield (*key, "from"), str(node["from"])
        for name, value in node.items():
            yield from _steps(value, (*key, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _steps(value, (*key, index))


def shipped() -> dict[str, str]:
    """Names of the shipped scenarios, each with its title."""
    return {path.stem: load(path.stem).title for path in sorted(shipped_scenarios().glob("*.yaml"))}
