"""Experiment files read and checked: every problem at once, with its file, line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from unsim.checks import below, fitted
from unsim.consistency import Finding
from unsim.effects import Effect
from unsim.experiments import design
from unsim.experiments.experiment import Experiment, acts, shared_outcomes
from unsim.experiments.schema import MAX_DRAWS, MAX_POINTS, USUAL_DRAWS, ExperimentFile, Factor
from unsim.files import Document, Key, Problem, ScenarioError, locate, nearest, read_alone, referred, shipped_experiments
from unsim.parameters import BY_NAME
from unsim.posterior import Brought, read_draws
from unsim.problems import dotted
from unsim.reading import SET
from unsim.results import horizons_within
from unsim.scenario import Scenario, load_with

COLUMNS = {"arm", "point", "outcome", "aggregate", "about", "horizon", "replicate", "draw", "chance", *Effect.__dataclass_fields__}
"""Names that factors cannot have, since their values stand beside these in tables."""
TRIED = 200
"""Arms at points that are put together when an experiment is read, before anything is computed: some 6 ms each."""


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
        brought, wrong = _brought(file, arms, document, path)
        problems += wrong
        if not below(("parameters",), healed) and not wrong:
            problems += _of_draws(file, brought, document)
        arms = {name: replace(arm, brought=brought) for name, arm in arms.items()}
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
    if file.question and file.question.arm is not None:
        known = [name for name in file.arms if name != file.reference]
        if file.question.arm not in known:
            yield ("question", "arm"), f"unknown arm {file.question.arm}", nearest(file.question.arm, known)
    if file.precision and file.replicates < 4000:
        yield ("replicates",), file.replicates, "at least 4000 with precision: before that many pairs nothing is decided"
    names = list(file.factors)
    for index, name in enumerate(names):
        if name in COLUMNS:
            yield ("factors", name), f"the name {name}, which a column of the tables has", "another name"
        for other in names[:index]:
            if both := _meet(file.factors[name], file.factors[other], list(file.arms)):
                found = f"a key that the factor {other} varies in {both[0]} already: {file.factors[name].key}"
                yield ("factors", name, "key"), found, "keys that no other factor sets in the same arm"
    for name, factor in file.factors.items():
        yield from _factor(("factors", name), factor, file)
    yield from _design(file)


def _meet(one: Factor, other: Factor, arms: Sequence[str]) -> list[str]:
    """Arms in which two factors would set the same key, or one a part of what the other sets."""
    keys = sorted((f"{factor.key}." for factor in (one, other)), key=len)
    return [arm for arm in arms if acts(one, arm) and acts(other, arm)] if keys[1].startswith(keys[0]) else []


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
    shared = shared_outcomes(arms)
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
    return design.read_table(_beside(str(file.design.file), ("design", "file"), "a CSV file of points", document, path), file)


def _beside(named: str, key: Key, what: str, document: Document, path: Path) -> Path:
    """A file that an experiment names: it lies in the experiment's folder or below it."""
    found = (path.parent / named).resolve()
    if Path(named).is_absolute() or not found.is_relative_to(path.parent.resolve()):
        raise ScenarioError([document.problem(key, named, "the path of a file in this folder or below it")])
    if not found.is_file():
        raise ScenarioError([document.problem(key, f"no such file: {named}", what)])
    return found


def _brought(
    file: ExperimentFile, arms: Mapping[str, Scenario], document: Document, path: Path
) -> tuple[Brought | None, Sequence[Problem]]:
    """The draws that an experiment brings, and what is wrong with them."""
    named = file.parameters.table
    if named is None or not arms:
        return None, ()
    known = list(dict.fromkeys(label for arm in arms.values() for label in arm.priors))
    try:
        return read_draws(_beside(named, ("parameters", "from"), "a CSV file of draws", document, path), known, MAX_DRAWS), ()
    except ScenarioError as error:
        return None, error.problems


def _of_draws(file: ExperimentFile, brought: Brought | None, document: Document) -> Iterator[Problem]:
    """Draws that a table does not have, and replicates in which some draws would be more often than others."""
    asked = file.parameters.draws
    if brought and asked is not None and asked > brought.number:
        yield document.problem(("parameters", "draws"), asked, f"at most the {brought.number} rows of {brought.name}")
        return
    draws = asked if asked is not None else brought.number if brought else USUAL_DRAWS
    if draws and file.replicates % draws:
        yield document.problem(("replicates",), file.replicates, f"a multiple of the {draws} draws of the parameters")


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
    for arm in (arms[arm] for arm in arms if acts(factor, arm)):
        try:
            arm.override({factor.key: value})
        except ScenarioError as error:
            for problem in error.problems:
                beside = "" if problem.key == factor.key else f" ({problem.key})"
                yield Problem(problem.file, problem.line, problem.key, problem.found + beside, problem.allowed)
