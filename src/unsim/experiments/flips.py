"""What would flip a finding: the smallest move of one parameter that turns the sign of the main effect.

Every parameter row with a range is held at either end of it, by itself, while all others are drawn as in the sweep, on the same
luck: a screen with few pairs. Ends at which the sign may turn, as far as these tell (two standard errors), are tried again with
more pairs, and those that seem to turn it are followed from the parameter's central value to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from unsim.experiments.findings import Findings
from unsim.parameters import Prior
from unsim.structure import flip
from unsim.sweep import cores, run

if TYPE_CHECKING:
    import pandas as pd

SCREENED, AGAIN, FOLLOWED = 64, 512, 1024
"""Pairs at each end in the screen, in the second one, and at each step of those that are followed."""
MOST_AGAIN, MOST_FOLLOWED, STEPS = 24, 4, 4
CLEAR = 2.0
"""Standard errors beyond which the sign of the main effect is taken as settled against chance."""

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
class Flips:
    """What was found. ``effect``: of the arms as they are, over so many ``draws``, with its standard error from chance;
    ``smallest`` None: nothing within the ranges. ``screen``: parameter, end, the effect there."""

    outcome: str
    arm: str
    horizon: int
    effect: float
    error: float
    draws: int
    smallest: Move | None
    screen: tuple[tuple[str, float, float], ...]

    @property
    def settled(self) -> bool:
        """Whether the effect has a sign, against chance, that could flip."""
        return abs(self.effect) > CLEAR * self.error

    def frame(self) -> pd.DataFrame:
        """The screen: parameter, held at, effect there, shift against the effect with it drawn; the largest shift first."""
        import pandas as pd

        table = pd.DataFrame(self.screen, columns=["parameter", "held_at", "effect"])
        table["shift"] = table["effect"] - self.effect
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
    pairs = max(pair.draws, 1) * max(1, SCREENED // max(pair.draws, 1))
    some, more = (max(pair.draws, 1) * max(1, number // max(pair.draws, 1)) for number in (AGAIN, FOLLOWED))
    priors = pair.priors()
    ends = [(name, end) for name, prior in priors.items() for end in (prior.low, prior.high)]
    for arm in pair.arms:
        run(arm, 1, 0)  # builds what threads then share
    base = pair.differences({}, more)
    effect, error = _mean(base, pair.draws)

    def moved(end: tuple[str, float], number: int = pairs) -> tuple[float, float]:
        """The shift of the effect at an end, with its standard error."""
        shift = pair.differences({end[0]: end[1]}, number) - base[:number]
        return float(shift.mean()), float(shift.std(ddof=1) / len(shift) ** 0.5)

    def distance(shift: tuple[float, float], errors: float) -> float:
        """How far the effect keeps its sign: below 0 it may have another, within so many standard errors."""
        return (effect + shift[0]) * float(np.sign(effect)) - errors * shift[1]

    with ThreadPoolExecutor(max_workers=cores()) as pool:
        shifts = dict(zip(ends, _counted(pool.map(moved, ends), len(ends), told), strict=True))
        screen = tuple((name, end, effect + shift) for (name, end), (shift, _) in shifts.items())
        near: list[tuple[str, float]] = []
        if abs(effect) > CLEAR * error:
            near = [end for end in ends if distance(shifts[end], CLEAR) < 0.0]
        near = sorted(near, key=lambda end: distance(shifts[end], 0.0))[:MOST_AGAIN]
        again = dict(zip(near, pool.map(lambda end: moved(end, some), near), strict=True))
        turning = [end for end in near if distance(again[end], 1.0) < 0.0]
        turning = sorted(turning, key=lambda end: distance(again[end], 0.0))[:MOST_FOLLOWED]
        followed = list(pool.map(lambda end: _follow(pair, end[0], priors[end[0]], end[1], more), turning))
    crossings = sorted((move for move in followed if move is not None), key=lambda move: move.move)
    smallest = crossings[0] if crossings else None
    return Flips(pair.outcome, pair.arm, pair.horizon, effect, error, pair.draws, smallest, screen)


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
