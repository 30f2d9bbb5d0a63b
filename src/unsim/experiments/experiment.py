"""An experiment: a file that was read and checked, its arms and points, and the blocks into which its futures are cut."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from unsim.checks import below, fitted
from unsim.consistency import Finding
from unsim.experiments import design
from unsim.experiments.schema import GOALS, MAX_POINTS, ExperimentFile, Factor
from unsim.files import Document, Key, Problem, ScenarioError, locate, nearest, read_alone, referred, shipped_experiments
from unsim.parameters import BY_NAME
from unsim.problems import dotted
from unsim.reading import SET
from unsim.results import horizons_within
from unsim.rules.ledger import Outcome
from unsim.scenario import Scenario, from_layers, load_with

FEWEST, MOST = 1000, 8000
"""Futures of a block: enough that its file costs little beside its simulation, few enough for several blocks of each arm."""
ROUNDS = 4
"""Blocks of each arm and point, at least, where they do not get too small: what a sweep cut short is balanced to."""
ROUNDS_BETWEEN_LOOKS = 20
TRIED = 200
"""Arms at points that are put together when an experiment is read, before anything is computed: some 6 ms each."""


class Block(NamedTuple):
    """The unit of work: futures of one arm at one point of the design, in rounds; named by this alone."""

    arm: str
    point: int
    round: int

    def __str__(self) -> str:
        return f"{self.arm}/{self.point}/{self.round}"

    @classmethod
    def named(cls, text: str) -> Block:
        """The block of a name; raises ``ValueError`` where it is none."""
        arm, point, number = text.split("/")
        return cls(arm, int(point), int(number))


@dataclass(frozen=True, eq=False)
class Experiment:
    """A checked experiment: its file, the scenario of each arm, and the points of its design; ``source``: the file as text."""

    name: str
    file: ExperimentFile
    arms: Mapping[str, Scenario]
    points: tuple[design.Point, ...]
    source: str = ""

    @property
    def title(self) -> str:
        """Title in tables and figures."""
        return self.file.title

    @property
    def reference(self) -> str:
        """The arm against which effects are given."""
        return self.file.reference

    @property
    def strategies(self) -> list[str]:
        """The other arms, in the order of the file."""
        return [name for name in self.arms if name != self.reference]

    @property
    def months(self) -> int:
        """Months of the horizon."""
        return self.arms[self.reference].months

    @property
    def draws(self) -> int:
        """Draws of the parameters; 0: every parameter at its default."""
        return self.file.parameters.draws

    @cached_property
    def horizons(self) -> tuple[int, ...]:
        """Months over which outcomes are kept; the last is the whole."""
        wanted = self.file.horizons
        return horizons_within(self.months) if wanted is None else horizons_within(self.months, wanted)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that are kept, in the order of the file or of the model."""
        known = {kind.name: kind for kind in self.arms[self.reference].outcomes}
        shared = [name for name in known if all(name in _names(arm) for arm in self.arms.values())]
        return tuple(known[name] for name in (self.file.outcomes or shared))

    @property
    def names(self) -> list[str]:
        """Names of the outcomes that are kept."""
        return [outcome.name for outcome in self.outcomes]

    @cached_property
    def question(self) -> tuple[str, str, int]:
        """The main effect: outcome, arm, horizon."""
        asked = self.file.question
        if asked is None:
            return self.names[0], self.strategies[0], self.months
        return asked.outcome, asked.arm or self.strategies[0], asked.horizon or self.months

    @property
    def goals(self) -> dict[str, str]:
        """What is wanted of the kept outcomes: more or less."""
        return {name: goal for name, goal in {**GOALS, **self.file.goals}.items() if name in self.names}

    # Blocks

    @cached_property
    def block_size(self) -> int:
        """Futures of a block: a multiple of the draws, so that every draw is in a block equally often."""
        draws, precise = max(self.draws, 1), self.file.precision is not None
        target = self.file.replicates // (ROUNDS_BETWEEN_LOOKS if precise else ROUNDS)
        target = min(max(target, FEWEST), MOST)
        return min(-(-target // draws) * draws, self.file.replicates)

    @property
    def rounds(self) -> int:
        """Blocks of each arm at each point."""
        return -(-self.file.replicates // self.block_size)

    def span(self, number: int) -> tuple[int, int]:
        """The first replicate of a round, and the one after its last."""
        return number * self.block_size, min((number + 1) * self.block_size, self.file.replicates)

    @cached_property
    def own(self) -> dict[str, tuple[int, ...]]:
        """By arm: for each point the first one at which the arm is the same, and so has the same futures."""
        found = {}
        for arm in self.arms:
            first: dict[str, int] = {}
            found[arm] = tuple(first.setdefault(repr(self.settings(arm, point)), point) for point in range(len(self.points)))
        return found

    def settings(self, arm: str, point: int) -> dict[str, Any]:
        """The keys that a point sets in an arm."""
        factors = self.file.factors
        return {factors[name].key: value for name, value in self.points[point].items() if _acts(factors[name], arm)}

    def cells(self, arm: str) -> list[int]:
        """Points at which an arm has futures of its own."""
        return sorted(set(self.own[arm]))

    def blocks(self) -> Iterator[Block]:
        """All blocks, so that any first part of them is spread over arms and points."""
        order = list(range(len(self.points)))
        random.Random(self.file.seed).shuffle(order)
        for number in range(self.rounds):
            for point in order:
                yield from (Block(arm, point, number) for arm in self.arms if self.own[arm][point] == point)

    @property
    def futures(self) -> int:
        """Futures of the whole sweep."""
        return sum(len(self.cells(arm)) for arm in self.arms) * self.file.replicates

    def scenario(self, arm: str, point: int) -> Scenario:
        """An arm at a point; raises ``ScenarioError`` where the point's values do not go together."""
        return _at(self, arm, self.own[arm][point])

    # To and from a record on disk

    def record(self) -> dict[str, Any]:
        """All that a block rests on, as plain data: the experiment, the content of its scenarios, its points, its blocks."""
        arms = {name: {"name": arm.name, "layers": list(arm.document.layers)} for name, arm in self.arms.items()}
        content = self.file.model_dump(by_alias=True, exclude_defaults=True)
        return {"name": self.name, "experiment": content, "arms": arms, "points": list(self.points), "block_size": self.block_size}

    @classmethod
    def recorded(cls, record: Mapping[str, Any]) -> Experiment:
        """The experiment of a record, whatever has become of the files from which it was read."""
        file = ExperimentFile.model_validate(record["experiment"])
        arms = {name: from_layers(arm["layers"], arm["name"]) for name, arm in record["arms"].items()}
        return cls(record["name"], file, arms, tuple(record["points"]))


@lru_cache(maxsize=128)
def _at(experiment: Experiment, arm: str, point: int) -> Scenario:
    settings = experiment.settings(arm, point)
    try:
        return experiment.arms[arm].override(settings) if settings else experiment.arms[arm]
    except ScenarioError as error:
        told = ", ".join(f"{key} = {value}" for key, value in settings.items())
        raise ScenarioError(
            Problem(
                experiment.name,
                None,
                f"point {point} of arm {arm}",
                f"{problem.key}: {problem.found}, with {told}",
                problem.allowed,
            )
            for problem in error.problems
        ) from None


def _names(scenario: Scenario) -> set[str]:
    return {outcome.name for outcome in scenario.outcomes}


def _acts(factor: Factor, arm: str) -> bool:
    return factor.arms is None or arm in factor.arms


def shipped() -> dict[str, str]:
    """Names of the shipped experiments, each with its title."""
    return {path.stem: load(path.stem).title for path in sorted(shipped_experiments().glob("*.yaml"))}


def is_experiment(reference: str) -> bool:
    """Whether a path or name means an experiment file: it has arms at its top."""
    try:
        document = read_alone(locate(reference))
    except ScenarioError:
        try:
            locate(reference, shipped_experiments(), "experiment")
        except ScenarioError:
            return False
        return not Path(reference).is_file()
    return "arms" in document.layers[0]


def load(reference: str, changes: Sequence[tuple[Key, Any]] = ()) -> Experiment:
    """Load an experiment by path or by the name of a shipped one, with some keys set (``--set``).

    Raises ``ScenarioError``, which lists every problem with its file, line and key.
    """
    path = locate(str(reference), shipped_experiments(), "experiment")
    document = _with(read_alone(path), changes)
    data = document.layers[0]
    file, told, healed = fitted(data, ExperimentFile)
    problems = [document.problem(*finding) for finding in told]
    arms: dict[str, Scenario] = {}
    points: tuple[design.Point, ...] = ()
    lines: list[int] = []
    if file is not None:
        findings = [
            f
            for f in _inconsistencies(file)
            if not (below(f[0], healed) or (f[0][0] == "design" and _touched(("design",), healed)))
        ]
        problems += [document.problem(*finding) for finding in findings]
        for name in file.arms:
            if not _touched(("arms", name), healed):
                try:
                    arms[name] = _arm(name, file, document, path)
                except ScenarioError as error:
                    problems += error.problems
        problems += _of_outcomes(file, arms, document, healed)
        problems += _of_months(file, arms, document)
        try:
            if not problems:
                points, lines = _points(file, document, path)
        except ScenarioError as error:
            problems += error.problems
        problems += _of_factors(file, arms, document, healed)
        problems += _of_rows(file, arms, points, lines, path)
    if problems or file is None:
        raise ScenarioError(problems)
    experiment = Experiment(path.stem, file, arms, points, path.read_text(encoding="utf-8-sig"))
    _check_together(experiment)
    return experiment


def _check_together(experiment: Experiment) -> None:
    """Whether the values of each point go together, at the first points: those beyond are checked when their turn comes."""
    cells = [(arm, point) for arm in experiment.arms for point in experiment.cells(arm)]
    problems = []
    for arm, point in sorted(cells, key=lambda cell: cell[1])[:TRIED]:
        try:
            experiment.scenario(arm, point)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)


def _touched(place: Key, healed: set[Key]) -> bool:
    """Whether something at, above or below a key did not fit the schema."""
    return below(place, healed) or any(key[: len(place)] == place for key in healed)


def _with(document: Document, changes: Sequence[tuple[Key, Any]]) -> Document:
    """A document with some keys set; unlike in a scenario ``null`` stays, since it may be the value of a scenario's key."""

    def put(node: Any, key: Key, value: Any) -> Any:
        inner = node if isinstance(node, dict) else {}
        return {**inner, key[0]: put(inner.get(key[0]), key[1:], value)} if key else value

    data, places = document.layers[0], dict(document.places)
    for key, value in changes:
        data = put(data, key, value)
        places = {place: where for place, where in places.items() if place[: len(key)] != key}
        for length in range(1, len(key) + 1):
            places[key[:length]] = (SET, None)
    return Document((data,), places, document.name, document.chain)


def _arm(name: str, file: ExperimentFile, document: Document, path: Path) -> Scenario:
    """The scenario of an arm, with what the experiment sets in it."""
    arm, place = file.arms[name], ("arms", name)
    found = referred(arm.scenario, path, path.parent)
    if isinstance(found, str):
        allowed = "a shipped scenario, or the path of a file in this folder or below it"
        if found.startswith("no such"):
            found = f"{found}: {arm.scenario}"
            try:
                locate(arm.scenario)
            except ScenarioError as error:
                allowed = error.problems[0].allowed
        raise ScenarioError([document.problem((*place, "scenario"), found, allowed)])
    changes: list[tuple[Key, Any]] = [(tuple(key.split(".")), value) for key, value in arm.set.items()]
    if file.months is not None:
        changes.append((("months",), file.months))
    try:
        return load_with(str(found), changes)
    except ScenarioError as error:
        problems = []
        for problem in error.problems:
            if problem.file != SET:
                problems.append(problem)
                continue
            key = next((key for key in arm.set if f"{problem.key}.".startswith(f"{key}.")), None)
            whole: Key = ("months",) if key is None and problem.key == "months" else (*place, "set", *([key] if key else []))
            told = document.problem(whole, "", problem.allowed)
            named = "months" if whole == ("months",) else f"{dotted((*place, 'set'))}.{problem.key}"
            problems.append(Problem(told.file, told.line, named, problem.found, problem.allowed))
        raise ScenarioError(problems) from None


def _inconsistencies(file: ExperimentFile) -> Iterator[Finding]:
    """What the schema cannot see and needs no scenario."""
    if len(file.arms) < 2:
        yield ("arms",), f"a total of {len(file.arms)} arms", "at least two, each a name with a scenario"
    if file.arms and file.reference not in file.arms:
        yield ("reference",), f"unknown arm {file.reference}", nearest(file.reference, list(file.arms))
    draws = file.parameters.draws
    if draws and file.replicates % draws:
        yield ("replicates",), file.replicates, f"a multiple of the {draws} draws of the parameters"
    if file.question and file.question.arm is not None:
        known = [name for name in file.arms if name != file.reference]
        if file.question.arm not in known:
            yield ("question", "arm"), f"unknown arm {file.question.arm}", nearest(file.question.arm, known)
    if file.precision and file.replicates < 4000:
        yield ("replicates",), file.replicates, "at least 4000 with precision: before that many pairs nothing is decided"
    for name, factor in file.factors.items():
        yield from _factor(("factors", name), factor, file)
    yield from _design(file)


def _factor(place: Key, factor: Factor, file: ExperimentFile) -> Iterator[Finding]:
    if len(factor.kinds) != 1 and not (file.design.kind == "table" and not factor.kinds):
        found = " and ".join(factor.kinds) or "nothing that says how it varies"
        yield place, f"a factor with {found}", "one of values, range, normal, log_normal, triangular, prior"
    if factor.range and not factor.range[0] < factor.range[1]:
        yield (*place, "range"), factor.range, "the lowest value, then the highest"
    if factor.triangular and not (factor.triangular[0] <= factor.triangular[1] <= factor.triangular[2]):
        yield (*place, "triangular"), factor.triangular, "lowest, most likely and highest value, in this order"
    for kind in ("normal", "log_normal"):
        given = getattr(factor, kind)
        if given and (given[1] <= 0.0 or (kind == "log_normal" and given[0] <= 0.0)):
            yield (*place, kind), given, "a spread above 0" + (" and a median above 0" if kind == "log_normal" else "")
    for kind in ("values", "prior", "triangular"):
        if factor.range and getattr(factor, kind):
            yield (*place, "range"), factor.range, f"no range beside {kind}"
    parameter = BY_NAME.get(factor.key.removeprefix("parameters."))
    if factor.prior and (not factor.key.startswith("parameters.") or parameter is None or parameter.axis):
        plain = [name for name, known in BY_NAME.items() if not known.axis]
        named = factor.key.removeprefix("parameters.")
        yield (*place, "key"), f"no parameter with a prior of its own: {factor.key}", f"parameters.NAME: {nearest(named, plain)}"
    if not factor.key.strip() or any(not part.strip() for part in factor.key.split(".")):
        yield (*place, "key"), factor.key, "a key, such as coalition.coordination"
    for index, name in enumerate(factor.arms or ()):
        if name not in file.arms:
            yield (*place, "arms", index), f"unknown arm {name}", nearest(name, list(file.arms))


def _design(file: ExperimentFile) -> Iterator[Finding]:
    kind, sampled = file.design.kind, file.design.kind in ("latin_hypercube", "sobol")
    if kind != "grid" and not file.factors:
        yield ("design", "kind"), kind, "grid where there are no factors"
    if sampled and file.design.points is None:
        yield ("design", "points"), "nothing (the key is missing)", f"the number of points of a {kind} design"
    if not sampled and file.design.points is not None:
        yield ("design", "points"), file.design.points, f"no points of a {kind} design: its factors say them"
    if kind == "sobol" and file.design.points and file.design.points & (file.design.points - 1):
        yield ("design", "points"), file.design.points, "a power of 2, without which a Sobol' sequence is not balanced"
    if (kind == "table") != (file.design.file is not None):
        found = "nothing (the key is missing)" if kind == "table" else file.design.file
        yield ("design", "file"), found, "a CSV file of points" if kind == "table" else f"no file in a {kind} design"
    if kind in ("grid", "one_at_a_time") and design.size(file) > MAX_POINTS:
        yield ("design",), f"a total of {design.size(file)} points", f"at most {MAX_POINTS}"


def _of_outcomes(file: ExperimentFile, arms: Mapping[str, Scenario], document: Document, healed: set[Key]) -> Iterator[Problem]:
    """Outcomes that the file names and some arm does not have."""
    if not arms:
        return
    shared = [
        outcome.name for outcome in next(iter(arms.values())).outcomes if all(outcome.name in _names(a) for a in arms.values())
    ]
    kept = file.outcomes or shared
    named: list[tuple[Key, str, list[str]]] = [(("outcomes", i), name, shared) for i, name in enumerate(file.outcomes or ())]
    named += [(("goals", name), name, shared) for name in file.goals]
    named += [((key, "outcome"), part.outcome, kept) for key in ("precision", "question") if (part := getattr(file, key))]
    for key, name, known in named:
        if name not in known and not below(key, healed):
            beside = "" if known is shared else " (of the outcomes that are kept)"
            yield document.problem(key, f"unknown outcome {name}", nearest(name, known) + beside)
    for index, name in enumerate(file.outcomes or ()):
        if name in (file.outcomes or ())[:index]:
            yield document.problem(("outcomes", index), name, "each outcome once")


def _of_months(file: ExperimentFile, arms: Mapping[str, Scenario], document: Document) -> Iterator[Problem]:
    """Arms that do not share their months, and horizons beyond them."""
    reference = arms.get(file.reference)
    if reference is None:
        return
    for name, arm in arms.items():
        for key in ("start", "months"):
            ours, theirs = getattr(arm.file, key), getattr(reference.file, key)
            if ours != theirs:
                allowed = f"{theirs}, as in {file.reference}: all arms share months and luck"
                yield document.problem(("arms", name), f"a scenario whose {key} is {ours}", allowed)
    for index, horizon in enumerate(file.horizons or ()):
        if horizon > reference.months:
            yield document.problem(("horizons", index), horizon, f"at most the {reference.months} months of the horizon")
    asked = file.question
    if asked and asked.horizon is not None:
        kept = horizons_within(reference.months, file.horizons) if file.horizons else horizons_within(reference.months)
        if asked.horizon not in kept:
            yield document.problem(("question", "horizon"), asked.horizon, f"one of {', '.join(map(str, kept))}")


def _points(file: ExperimentFile, document: Document, path: Path) -> tuple[tuple[design.Point, ...], list[int]]:
    """The points, and of a table the line of each."""
    if file.design.kind != "table":
        return design.points(file), []
    table = (path.parent / str(file.design.file)).resolve()
    if Path(str(file.design.file)).is_absolute() or not table.is_relative_to(path.parent.resolve()):
        raise ScenarioError(
            [document.problem(("design", "file"), file.design.file, "the path of a file in this folder or below it")]
        )
    if not table.is_file():
        raise ScenarioError([document.problem(("design", "file"), f"no such file: {file.design.file}", "a CSV file of points")])
    return design.read_table(table, file)


def _of_factors(file: ExperimentFile, arms: Mapping[str, Scenario], document: Document, healed: set[Key]) -> Iterator[Problem]:
    """Values that some arm cannot take, each factor by itself."""
    for name, factor in file.factors.items():
        place: Key = ("factors", name)
        if _touched(place, healed) or list(_factor(place, factor, file)):
            continue
        for index, value in enumerate(design.extremes(factor) if factor.kinds else ()):
            where = (*place, "values", index) if factor.values else (*place, factor.kinds[0])
            for problem in _refused(factor, value, arms):
                told = document.problem((*place, "key") if problem.found.startswith("unknown key") else where, "", "")
                yield Problem(told.file, told.line, told.key, problem.found, problem.allowed)


def _of_rows(
    file: ExperimentFile, arms: Mapping[str, Scenario], points: Sequence[design.Point], lines: Sequence[int], path: Path
) -> Iterator[Problem]:
    """Values of a table of points that some arm cannot take, each value once."""
    for name, factor in file.factors.items():
        first: dict[str, tuple[int, Any]] = {}
        for line, point in zip(lines, points, strict=False):
            if name in point:
                first.setdefault(repr(point[name]), (line, point[name]))
        for line, value in first.values():
            for problem in _refused(factor, value, arms):
                yield Problem(str(path.parent / str(file.design.file)), line, name, problem.found, problem.allowed)


def _refused(factor: Factor, value: Any, arms: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Why the arms in which a factor acts cannot take a value of it."""
    for arm in (arms[arm] for arm in arms if _acts(factor, arm)):
        try:
            arm.override({factor.key: value})
        except ScenarioError as error:
            for problem in error.problems:
                beside = "" if problem.key == factor.key else f" ({problem.key})"
                yield Problem(problem.file, problem.line, problem.key, problem.found + beside, problem.allowed)
