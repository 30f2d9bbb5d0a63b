"""An experiment: its arms and points, and the blocks into which its futures are cut."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from unsim.experiments.design import Point
from unsim.experiments.schema import GOALS, USUAL_DRAWS, ExperimentFile, Factor
from unsim.files import Problem, ScenarioError
from unsim.posterior import Brought
from unsim.results import horizons_within
from unsim.rules.ledger import Outcome
from unsim.scenario import Scenario, from_layers

FEWEST, MOST = 1000, 8000
"""Futures of a block: enough that its file costs little beside its simulation, few enough for several blocks of each arm."""
ROUNDS = 4
"""Blocks of each arm and point, at least, where they do not get too small: what a sweep cut short is balanced to."""
ROUNDS_BETWEEN_LOOKS = 20


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
    points: tuple[Point, ...]
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
        asked = self.file.parameters.draws
        return asked if asked is not None else self.brought.number if self.brought else USUAL_DRAWS

    @property
    def brought(self) -> Brought | None:
        """Draws that the experiment brings, the same for all arms."""
        return self.arms[self.reference].brought

    @cached_property
    def horizons(self) -> tuple[int, ...]:
        """Months over which outcomes are kept; the last is the whole."""
        wanted = self.file.horizons
        return horizons_within(self.months) if wanted is None else horizons_within(self.months, wanted)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that are kept, in the order of the file or of the model."""
        known = {kind.name: kind for kind in self.arms[self.reference].outcomes}
        return tuple(known[name] for name in (self.file.outcomes or shared_outcomes(self.arms)))

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
        return {factors[name].key: value for name, value in self.points[point].items() if acts(factors[name], arm)}

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
        drawn = {"draws": {"name": self.brought.name, "sha256": self.brought.digest}} if self.brought else {}
        points = {"points": list(self.points), "block_size": self.block_size}
        return {"name": self.name, "experiment": content, "arms": arms, **points, **drawn}

    @classmethod
    def recorded(cls, record: Mapping[str, Any], brought: Brought | None = None) -> Experiment:
        """The experiment of a record, with the draws it brought, whatever has become of the files from which it was read."""
        file = ExperimentFile.model_validate(record["experiment"])
        arms = {name: replace(from_layers(arm["layers"], arm["name"]), brought=brought) for name, arm in record["arms"].items()}
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


def shared_outcomes(arms: Mapping[str, Scenario]) -> list[str]:
    """Names of the outcomes that all arms have, in the order of the model."""
    names = [[outcome.name for outcome in arm.outcomes] for arm in arms.values()]
    return [name for name in names[0] if all(name in others for others in names)]


def acts(factor: Factor, arm: str) -> bool:
    """Whether a factor is varied in an arm."""
    return factor.arms is None or arm in factor.arms
