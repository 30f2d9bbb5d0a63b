"""What would flip a finding: the smallest move of one parameter that turns the sign of the main effect.

Every parameter row with a range is held at either end of it, by itself, while all others are drawn as in the sweep, on the same
luck: a screen with few pairs. Ends at which the sign may turn, as far as these tell (two standard errors), are tried again with
more pairs, and those that seem to turn it are followed from the parameter's central value to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from unsim.experiments.findings import Findings
from unsim.parameters import Prior
from unsim.structure import flip
from unsim.sweep import cores, run

if TYPE_CHECKING:
    import pandas as pd

SCREENED, AGAIN = 64, 1024
"""Pairs at each end in the screen; and of the effect itself, at the ends that are tried again, and at each step of those that are
followed."""
MOST_AGAIN, LARGEST, MOST_FOLLOWED, STEPS = 24, 16, 4, 4
"""Ends that are tried again since the sign may turn there; and since they shift the effect most."""
CLEAR = 2.0
"""Standard errors beyond which a sign, or a shift, is taken as settled against chance."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Move:
    """A parameter at which the main effect changes sign: the value, and how far from its centre, in units of its range.

    The range is that of the prior, or of the posterior draws where a fit informs it.
    """

    parameter: str
    value: float
    move: float
    clear: bool


@dataclass(frozen=True)
class End:
    """A parameter held at an end of its range: the effect there, its shift against the effect with the parameter drawn on the same
    luck, the standard error of the shift from chance, and the pairs on which it rests. ``vanishes``: no future differs."""

    parameter: str
    held_at: float
    effect: float
    shift: float
    error: float
    n: int
    vanishes: bool = False

    @property
    def apart(self) -> bool:
        """Whether the shift is told apart from chance."""
        return abs(self.shift) > CLEAR * self.error


@dataclass(frozen=True)
class Flips:
    """What was found. ``effect``: of the arms as they are, over so many ``draws``, with its standard error from chance;
    ``smallest`` None: nothing within the ranges. ``screen``: every end of every range."""

    outcome: str
    arm: str
    horizon: int
    effect: float
    error: float
    draws: int
    smallest: Move | None
    screen: tuple[End, ...]

    @property
    def settled(self) -> bool:
        """Whether the effect has a sign, against chance, that could flip."""
        return abs(self.effect) > CLEAR * self.error

    def frame(self) -> pd.DataFrame:
        """The screen: parameter, held_at, effect there, shift against the effect with it drawn, error, n, vanishes, draws.

        The largest shift first. ``error``: standard error of the shift, chance alone.
        """
        import pandas as pd

        table = pd.DataFrame([asdict(end) for end in self.screen], columns=[field.name for field in fields(End)])
        table["draws"] = self.draws
        return table.sort_values("shift", key=np.abs, ascending=False, kind="stable").reset_index(drop=True)

    def as_json(self) -> dict[str, Any]:
        """For ``unsim sweep --json``."""
        found = self.smallest
        move = (
            None
            if found is None
            else {"parameter": found.parameter, "value": found.value, "move": found.move, "clear": found.clear}
        )
        return {"outcome": self.outcome, "arm": self.arm, "horizon": self.horizon, "effect": self.effect, "error": self.error,
                "draws": self.draws, "settled": self.settled, "smallest": move}  # fmt: skip


class _Pair:
    """The arm of the question and the reference as they are, without factors, over the horizon of the question."""

    def __init__(self, found: Findings) -> None:
        experiment = found.experiment
        self.outcome, self.arm, self.horizon = experiment.question
        self.arms = [experiment.arms[name].over(self.horizon) for name in (self.arm, experiment.reference)]
        self.draws, self.seed = min(experiment.draws, SCREENED), experiment.file.seed

    def differences(self, held: dict[str, float], pairs: int) -> NDArray[np.float64]:
        """Paired differences (replicate) with a parameter held."""
        ours, theirs = (run(arm, pairs, self.draws, self.seed, threads=1, held=held).outcome(self.outcome) for arm in self.arms)
        difference: NDArray[np.float64] = ours - theirs
        return difference

    def priors(self) -> dict[str, Prior]:
        """Parameters with a range that no arm holds."""
        ours, theirs = (arm.priors for arm in self.arms)
        return {name: prior for name, prior in ours.items() if name in theirs and _free(prior) and _free(theirs[name])}


def _free(prior: Prior) -> bool:
    return prior.kind != "fixed" and prior.low < prior.high


def flips(found: Findings, told: Callable[[int, int], None] | None = None) -> Flips:
    """Look for the smallest move of one parameter that turns the sign of the main effect.

    The centre of a parameter is its default, where it is held when parameters are not drawn.
    """
    pair = _Pair(found)
    few, more = (max(pair.draws, 1) * max(1, number // max(pair.draws, 1)) for number in (SCREENED, AGAIN))
    priors = pair.priors()
    ends = [(name, end) for name, prior in priors.items() for end in (prior.low, prior.high)]
    for arm in pair.arms:
        run(arm, 1, 0)  # builds what threads then share
    base = pair.differences({}, more)
    effect, error = _mean(base, pair.draws)

    def held(place: tuple[str, float], number: int = few) -> End:
        there = pair.differences({place[0]: place[1]}, number)
        shift = there - base[:number]
        moved, (_, chance) = float(shift.mean()), _mean(shift, pair.draws)
        return End(*place, effect + moved, moved, chance, number, not there.any())

    def distance(end: End, errors: float) -> float:
        """How far the effect keeps its sign: below 0 it may have another, within so many standard errors."""
        return end.effect * float(np.sign(effect)) - errors * end.error

    with ThreadPoolExecutor(max_workers=cores()) as pool:
        screen = dict(zip(ends, _counted(pool.map(held, ends), len(ends), told), strict=True))
        settled = abs(effect) > CLEAR * error
        near = sorted((place for place in ends if distance(screen[place], CLEAR) < 0.0), key=lambda p: distance(screen[p], 0.0))
        largest = sorted((place for place in ends if screen[place].shift), key=lambda p: -abs(screen[p].shift))
        again = list(dict.fromkeys([*(near[:MOST_AGAIN] if settled else ()), *largest[:LARGEST]]))
        screen |= zip(again, pool.map(lambda place: held(place, more), again), strict=True)
        turning = [place for place in again if settled and distance(screen[place], 1.0) < 0.0]
        turning = sorted(turning, key=lambda p: distance(screen[p], 0.0))[:MOST_FOLLOWED]
        followed = list(pool.map(lambda place: _follow(pair, place[0], priors[place[0]], place[1], more), turning))
    crossings = sorted((move for move in followed if move is not None), key=lambda move: move.move)
    smallest = crossings[0] if crossings else None
    return Flips(pair.outcome, pair.arm, pair.horizon, effect, error, pair.draws, smallest, tuple(screen.values()))


def _follow(pair: _Pair, name: str, prior: Prior, end: float, pairs: int) -> Move | None:
    values = np.linspace(prior.a, end, STEPS + 1)
    effects = [_mean(pair.differences({name: float(value)}, pairs), pair.draws) for value in values]
    crossing = flip(values, effects)
    if crossing.rho is None:
        return None
    return Move(name, crossing.rho, abs(crossing.rho - prior.a) / (prior.high - prior.low), crossing.clear)


def _mean(differences: NDArray[np.float64], draws: int) -> tuple[float, float]:
    """The mean, and its standard error from chance alone where draws can be told apart."""
    by_draw = differences.reshape(-1, max(draws, 1))
    each = len(by_draw)
    spread = float(by_draw.var(axis=0, ddof=1).mean()) if each > 1 else float(differences.var(ddof=1))
    return float(differences.mean()), float(np.sqrt(spread / len(differences)))


def _counted(items: Iterable[Item], total: int, told: Callable[[int, int], None] | None) -> list[Item]:
    found: list[Item] = []
    for item in items:
        found.append(item)
        if told:
            told(len(found), total)
    return found
