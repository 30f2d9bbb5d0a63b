"""Sequential approximate Bayesian computation, for a simulator that runs thousands of parameter sets at once.

Parameters are scores ``z``: standard normal under the prior (a parameter is the prior's quantile at the normal's
distribution function), so that no step leaves a prior's range. What is compared is not the data but what a regression on
simulated data says of each parameter (semi-automatic summaries: Fearnhead and Prangle 2012, J. R. Stat. Soc. B 74(3)).
Particles are replenished and moved as the tolerance shrinks (Drovandi and Pettitt 2011, Biometrics 67(1)); what distance is left
is taken out by local linear regression (Beaumont, Zhang and Balding 2002, Genetics 162(4)).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Simulator = Callable[[Floats, int], Floats]
"""Simulated data (set, feature) of parameter sets (set, parameter); the number makes the luck, another one other luck."""

KEPT_SHARE = 0.5
"""Share of the particles that each round's tolerance keeps."""
STEP = 2.38
"""Scale of the moves, over the root of the number of parameters (Roberts and Rosenthal 2001, Stat. Sci. 16(4))."""
LEFT = 0.01
"""Share of the particles that may stay where they were in a round."""
MOST_STEPS = 100
RIDGE = 1e-3
FARTHEST = 3.0
"""Standard deviations of prior simulations beyond which a feature says no more: no single figure pulls a summary far."""
PILOT = 20
"""Simulations from the prior for each particle, to learn what data say of each parameter."""


@dataclass(frozen=True)
class Posterior:
    """Draws of the scores (draw, parameter) after regression, and how the sampler went.

    ``tolerances``: distance that each round kept, in prior standard deviations of what the summaries say; ``acceptance``:
    share of its proposals that a round kept; ``simulations``: all that were made; ``effective``: effective sample size, the
    square of the sum of the weights that draws had over the sum of their squares.
    """

    draws: Floats
    tolerances: tuple[float, ...]
    acceptance: tuple[float, ...]
    simulations: int
    effective: float


@dataclass(frozen=True)
class Summary:
    """What data say of each parameter: a ridge regression of scores on standardised features and their squares."""

    centre: Floats
    scale: Floats
    coefficients: Floats

    def __call__(self, features: Floats) -> Floats:
        """Estimated scores (set, parameter)."""
        return _terms(features, self.centre, self.scale) @ self.coefficients


def _terms(features: Floats, centre: Floats, scale: Floats) -> Floats:
    standard = np.clip((np.atleast_2d(features) - centre) / scale, -FARTHEST, FARTHEST)
    return np.concatenate([np.ones((len(standard), 1)), standard, standard**2], axis=1)


def summary(z: Floats, features: Floats) -> Summary:
    """Fit what features say of scores, from simulations that share them."""
    centre, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    x = _terms(features, centre, scale)
    penalty = RIDGE * len(z) * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    fit = np.linalg.solve(x.T @ x + penalty, x.T @ z)
    return Summary(centre, scale, np.asarray(fit, dtype=np.float64))


def sample(simulate: Simulator, observed: Floats, parameters: int, particles: int, rounds: int, seed: int) -> Posterior:
    """Posterior draws of ``parameters`` scores given the observed features.

    A pilot of ``PILOT`` times as many sets from the prior makes the summaries, and its nearest are the first particles. Each
    round halves them, fills up from the nearer half, and moves all by Metropolis steps at the new tolerance, as many as it
    takes until all but one in a hundred have moved. Rounds end after ``rounds``, or when that takes more than ``MOST_STEPS``.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((PILOT * particles, parameters))
    features = simulate(z, 0)
    says = summary(z, features)
    target = says(observed)[0]
    found = says(features)
    nearest = np.argsort(_distance(found, target))[:particles]
    z, found, made = z[nearest], found[nearest], len(z)
    tolerances, acceptance, rate = [float(_distance(found, target).max())], [1.0 / PILOT], 0.3
    for _ in range(rounds):
        steps = int(np.ceil(np.log(LEFT) / np.log1p(-rate)))
        if steps > MOST_STEPS:
            break
        distance = _distance(found, target)
        tolerance = float(np.quantile(distance, KEPT_SHARE))
        alive = np.flatnonzero(distance <= tolerance)
        rows = np.concatenate([alive, rng.choice(alive, size=particles - len(alive))])
        z, found = z[rows], found[rows]
        root = np.linalg.cholesky(STEP**2 / parameters * np.cov(z.T) + 1e-9 * np.eye(parameters))
        moved = 0
        for _ in range(steps):
            proposed = z + rng.standard_normal(z.shape) @ root.T
            said = says(simulate(proposed, made))
            made += particles
            favour = np.exp(np.minimum(0.5 * np.sum(z**2 - proposed**2, axis=1), 0.0))
            taken = (_distance(said, target) <= tolerance) & (rng.random(particles) < favour)
            z[taken], found[taken] = proposed[taken], said[taken]
            moved += int(taken.sum())
        rate = max(moved / (steps * particles), 1e-3)
        tolerances.append(tolerance)
        acceptance.append(rate)
    draws, weights = adjusted(z, found, target)
    effective = float(weights.sum() ** 2 / np.sum(weights**2))
    return Posterior(draws[_resampled(weights, particles, rng)], tuple(tolerances), tuple(acceptance), made, effective)


def _distance(found: Floats, target: Floats) -> Floats:
    return np.asarray(np.sqrt(np.sum((found - target) ** 2, axis=1)), dtype=np.float64)


def adjusted(z: Floats, found: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Particles moved to the observed summaries along a local linear regression, and weights that fall off with distance."""
    distance = _distance(found, target)
    near = np.maximum(1.0 - (distance / (1.0001 * distance.max())) ** 2, 1e-12)
    off = found - target
    x = np.concatenate([np.ones((len(z), 1)), off], axis=1)
    slopes = np.linalg.solve((x * near[:, None]).T @ x + 1e-6 * near.sum() * np.eye(x.shape[1]), (x * near[:, None]).T @ z)
    return np.asarray(z - x[:, 1:] @ slopes[1:], dtype=np.float64), near / near.sum()


def _resampled(weights: Floats, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows drawn in proportion to their weights, as evenly as can be (systematic resampling)."""
    edges = np.cumsum(weights)
    return np.searchsorted(edges / edges[-1], (np.arange(number) + rng.random()) / number).clip(max=len(weights) - 1)
