"""When a sweep may stop: an interval of the paired effect that holds at every look.

An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory
and asymptotic confidence sequences", Annals of Statistics 52(6)) with Robbins' normal mixture. It is asymptotic: the level holds
as the first look moves out, so nothing is decided before :data:`FIRST_LOOK` pairs.

Looks are taken where every draw of the parameters has had equally many pairs. The mean over these draws is what is estimated,
so its error is chance alone: the variance is that within draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

FIRST_LOOK, FIRST_LOOK_SPARSE = 4_000, 16_000
"""Pairs before which nothing is decided; more where few pairs differ at all, since their mean takes longer to be normal."""
SPARSE = 0.2
"""Share of pairs that differ below which an effect is called sparse."""


def sequence_width(n: int, planned: int, sd: float, level: float) -> float:
    """Half the width of the confidence sequence after ``n`` pairs, tightest near ``planned``."""
    alpha = 1.0 - level
    rho2 = (-lambertw(-(alpha**2) / np.e, -1).real - 1.0) / planned
    scaled = n * rho2 + 1.0
    return float(sd * np.sqrt(2.0 * scaled / (n * n * rho2) * np.log(np.sqrt(scaled) / alpha)))


@dataclass
class Tally:
    """Paired differences so far, by draw: sums from which the mean and its chance error follow.

    Filled in the order of replicates, so its bits do not depend on who computed what first.
    """

    draws: int
    n: int = 0
    differing: int = 0
    sums: NDArray[np.float64] = field(init=False)
    squares: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        self.sums, self.squares = np.zeros(max(self.draws, 1)), np.zeros(max(self.draws, 1))

    def add(self, differences: NDArray[np.float64]) -> None:
        """Add pairs, each draw equally often, the first with draw 0."""
        by_draw = differences.reshape(-1, len(self.sums))
        self.sums += by_draw.sum(axis=0)
        self.squares += (by_draw**2).sum(axis=0)
        self.n += len(differences)
        self.differing += int(np.count_nonzero(differences))

    @property
    def mean(self) -> float:
        """The effect."""
        return float(self.sums.sum() / self.n)

    @property
    def sd(self) -> float:
        """Standard deviation of differences within a draw."""
        each = self.n // len(self.sums)
        if each < 2:
            return float("inf")
        within = (self.squares - self.sums**2 / each) / (each - 1)
        return float(np.sqrt(max(0.0, within.mean())))

    @property
    def first_look(self) -> int:
        """Pairs before which nothing is decided."""
        return FIRST_LOOK if self.differing >= SPARSE * self.n else FIRST_LOOK_SPARSE

    def half_width(self, planned: int, level: float) -> float:
        """Half the width of the interval that holds at every look."""
        return sequence_width(self.n, planned, self.sd, level) if self.n else float("inf")
