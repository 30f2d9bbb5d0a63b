"""A query as the page sends it: what it asks for, checked; nothing is clamped, and nothing left out is guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from unsim.app.controls import DRAWN, FEWEST_MONTHS, MOST_MONTHS, Control, Value, controls
from unsim.app.shelf import Shelf
from unsim.problems import Problem, ScenarioError, cut, nearest
from unsim.reading import value_of
from unsim.scenario import Scenario
from unsim.sweep import default_draws

QUERY = "query"
"""Where a problem of a query stands."""
PREVIEW, FULL = 250, 2000
"""Pairs of a first picture, and of the one that follows."""
FEWEST, MOST = 20, 4000
"""Pairs that may be asked for."""
LONGEST_VALUE = 1000
OWN = ("scenario", "against", "pairs", "draws")
"""Keys of a query that are no controls."""


@dataclass(frozen=True)
class Query:
    """A checked query: two scenarios, the values of all controls, and the design.

    ``strategy`` and ``reference`` are the scenarios as changed; ``ours`` the changes of the strategy alone and ``shared`` those
    of both arms, as ``unsim.load(set=)`` takes them.
    """

    scenario: Scenario
    against: Scenario
    controls: Mapping[str, Control]
    values: Mapping[str, Value]
    ours: Mapping[str, Any]
    shared: Mapping[str, Any]
    strategy: Scenario
    reference: Scenario
    names: tuple[str, str]
    months: int
    seed: int
    pairs: int
    draws: int

    @property
    def changed(self) -> list[Control]:
        """Controls that do not stand where the scenario has them."""
        return [control for key, control in self.controls.items() if self.values[key] != control.initial]

    @property
    def canonical(self) -> str:
        """The query that gives the same answer whatever the page opens with, in a fixed order.

        Pairs and draws stand in it only where they are not those that the page uses by itself.
        """
        given = {"scenario": self.names[0], "against": self.names[1]}
        given |= {c.key: spelled(self.values[c.key]) for c in self.changed if c.key not in ("months", "seed")}
        given |= {"months": str(self.months), "seed": str(self.seed)}
        given |= {"pairs": str(self.pairs)} if self.pairs not in (PREVIEW, FULL) else {}
        given |= {"draws": str(self.draws)} if self.draws != default_draws(self.pairs) else {}
        return urlencode(given, quote_via=quote, safe=",:")


def spelled(value: Value) -> str:
    """A value as it stands in a query."""
    if value is None:
        return DRAWN
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def read_query(items: Iterable[tuple[str, str]], shelf: Shelf, fixed: Iterable[str] = ()) -> Query:
    """The query in its parts as they were sent, in order; raises ``ScenarioError`` with everything that is wrong with it.

    ``fixed``: keys that may not be given, since the page has values of its own for them.
    """
    problems: list[Problem] = []
    given: dict[str, str] = {}
    for key, text in items:
        if key in given:
            problems.append(_problem(key, "a key that was given twice", "each key once"))
        given[key] = text
    for key, text in given.items():
        if len(text) > LONGEST_VALUE:
            problems.append(_problem(key, f"a value of {len(text)} letters", f"at most {LONGEST_VALUE}"))
    for key in given.keys() & set(fixed):
        allowed = f"nothing here: the page shows {PREVIEW} pairs and then {FULL:,}; /api/run takes other numbers"
        problems.append(_problem(key, repr(cut(given[key])), allowed))
    names = _names(given, shelf, problems)
    if problems:
        raise ScenarioError(problems)
    scenario, against = (shelf.load(name) for name in names)
    ours_begins, theirs_begins = scenario.file.start, against.file.start
    if ours_begins != theirs_begins:
        found = f"{names[1]}, which begins in {theirs_begins}"
        raise ScenarioError([_problem("against", found, f"a scenario that begins in {ours_begins}, as {names[0]} does")])
    known = controls(shelf, scenario, against)
    values: dict[str, Value] = {key: control.initial for key, control in known.items()}
    for key, text in given.items():
        if key in known:
            values[key] = _value(known[key], text, problems)
        elif key not in OWN:
            problems.append(_problem(key, f"unknown setting {cut(key)}", nearest(key, [*OWN, *known])))
    months, seed = (_number(values[key]) for key in ("months", "seed"))
    if not FEWEST_MONTHS <= months <= MOST_MONTHS:
        allowed = f"{FEWEST_MONTHS} to {MOST_MONTHS}: set them here or in the file"
        problems.append(_problem("months", f"{months}, as {names[0]} has them", allowed))
    pairs = _whole("pairs", given.get("pairs", str(FULL)), FEWEST, MOST, problems)
    draws = _whole("draws", given.get("draws", str(default_draws(pairs))), 0, pairs, problems)
    if draws and pairs % draws:
        problems.append(_problem("draws", str(draws), "a divisor of the pairs, or 0 for parameters at their defaults"))
    if problems:
        raise ScenarioError(problems)
    moved = [control for key, control in known.items() if values[key] != control.initial and key != "months"]
    changes: dict[str, dict[str, Any]] = {"strategy": {}, "both": {}}
    for control in moved:
        changes[control.applies] |= control.changes(values[control.key], values)
    ours, shared = changes["strategy"], {**changes["both"], "months": months}
    try:
        strategy, reference = scenario.override({**ours, **shared}), against.override(shared)
    except ScenarioError as error:
        raise ScenarioError(_at_its_control(problem, known) for problem in error.problems) from None
    return Query(scenario, against, known, values, ours, shared, strategy, reference, names, months, seed, pairs, draws)


def _problem(key: str, found: str, allowed: str) -> Problem:
    return Problem(QUERY, None, key, found, allowed)


def _names(given: Mapping[str, str], shelf: Shelf, problems: list[Problem]) -> tuple[str, str]:
    """The names of both scenarios."""
    found = {}
    for key in ("scenario", "against"):
        name = given.get(key)
        if name is not None and name not in shelf.names:
            problems.append(_problem(key, f"unknown scenario {cut(name)}", nearest(name, shelf.names)))
        else:
            found[key] = name
    scenario = found.get("scenario") or shelf.scenario
    return scenario, found.get("against") or ("" if problems else shelf.against(scenario))


def _value(control: Control, text: str, problems: list[Problem]) -> Value:
    """The value of a control as the query has it; a number beyond what a scenario file allows is found there."""
    kind, key = control.kind, control.key
    if kind == "whole":
        assert control.low is not None
        assert control.high is not None
        return _whole(key, text, int(control.low), int(control.high), problems)
    if kind == "range":
        if text == DRAWN and control.drawn:
            return None
        value = value_of(text)
        if isinstance(value, bool) or not isinstance(value, int | float) or not (control.low <= value <= control.high):  # type: ignore[operator]
            allowed = (
                f"a number from {control.low:g} to {control.high:g}{f', or {DRAWN}' if control.drawn else ''} ({control.label})"
            )
            problems.append(_problem(key, repr(cut(text)), allowed))
            return control.initial
        return float(value)
    if kind == "switch":
        if text not in ("true", "false"):
            problems.append(_problem(key, repr(cut(text)), f"true or false ({control.label})"))
        return text == "true"
    words = [word for word, _ in control.options]
    if kind == "choice":
        if text not in words:
            problems.append(_problem(key, repr(cut(text)), nearest(text, words)))
        return text
    chosen = [word for word in text.split(",") if text]
    for word in chosen:
        if word not in words:
            problems.append(_problem(key, repr(cut(word)), nearest(word, words)))
        elif chosen.count(word) > 1:
            problems.append(_problem(key, f"{cut(word)} twice", "each once"))
    return tuple(word for word in words if word in chosen)


def _whole(key: str, text: str, low: int, high: int, problems: list[Problem]) -> int:
    value = int(text) if re.fullmatch("0|[1-9][0-9]{0,18}", text) else None
    if value is None or not low <= value <= high:
        problems.append(_problem(key, repr(cut(text)), f"a whole number from {low} to {high}"))
        return high if key == "pairs" else low
    return value


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _at_its_control(problem: Problem, known: Mapping[str, Control]) -> Problem:
    """A problem of a scenario as one of the control that moved it."""
    over = [key for key in known if problem.key == key or problem.key.startswith(f"{key}.")]
    return Problem(QUERY, None, over[0], problem.found, problem.allowed) if over else problem


def as_problems(error: ScenarioError) -> list[dict[str, str]]:
    """What the page shows of an error: name, found, allowed, and all of it in words."""
    return [
        {
            "name": problem.key or problem.file,
            "found": problem.found,
            "allowed": problem.allowed,
            "message": str(problem).removeprefix(f"{QUERY}: ") if problem.file == QUERY else str(problem),
        }
        for problem in error.problems
    ]
