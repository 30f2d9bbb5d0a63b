"""What a result rests on: the other linkage variant, parameters that no record identifies, and where its sign flips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from unsim.effects import Comparison, Effect, check_pair, compare
from unsim.files import Problem, ScenarioError, nearest
from unsim.parameters import BY_NAME, PARAMETERS
from unsim.scenario import Scenario, loaded
from unsim.sweep import run

if TYPE_CHECKING:
    import pandas as pd

IDENTIFIED = frozenset(parameter.name for parameter in PARAMETERS if parameter.identified != "no")
VARIANTS = ("additive", "weakest_link")
RHO = "rivalry_response"
RHO_POINTS = 5
LEANS = ("political_cost", "economic_cost", "civilian_welfare", "coalition_cost", "rights_meetings")
"""Outcomes, beside policing by each rival, for which the answer of rivals to pressure may turn the sign."""
FEWEST_DRAWS = 100
"""Draws below which a share of variance is noise, and is not given."""
RESAMPLES = 400


@dataclass(frozen=True)
class Part:
    """A share of variance with a 90% bootstrap interval over draws."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Flip:
    """Where the sign of an effect flips, as rho (the answer of rivals to pressure) goes through its prior's range.

    ``rho``: None where it keeps its sign. ``clear``: whether the effects on which this rests are beyond their standard error.
    """

    rho: float | None
    clear: bool


@dataclass(frozen=True)
class Structure:
    """What a comparison rests on beside chance.

    ``unidentified``: outcome -> share of the variance of its effect over draws that comes from parameters which no record
    identifies, even in part (None where the effect does not vary, or too little to tell, or with too few draws). ``variant``:
    the comparison under the other linkage variant, where a text on either menu has both contents. ``flips``: outcome ->
    where its effect changes sign as rivals answer pressure. ``first_month``: outcome -> its effect in the first month, before
    any decision acts, where there is one: the arms then are two worlds from the start.
    """

    unidentified: Mapping[str, Part | None]
    variant: Comparison | None
    flips: Mapping[str, Flip]
    first_month: Mapping[str, Effect]

    def frame(self) -> pd.DataFrame:
        """Tidy table: outcome, share through unidentified parameters with interval, flip of rho, effect in the first month, effect
        in the other variant."""
        import pandas as pd

        rows = []
        for name, part in self.unidentified.items():
            flip = self.flips.get(name)
            row: dict[str, Any] = {"outcome": name, "unidentified": None, "unidentified_low": None, "unidentified_high": None}
            if part is not None:
                row |= {"unidentified": part.share, "unidentified_low": part.low, "unidentified_high": part.high}
            row |= {f"flips_at_{RHO}": flip.rho if flip else None, "flip_clear": flip.clear if flip else None}
            row |= {"first_month": self.first_month[name].effect if name in self.first_month else 0.0}
            if self.variant is not None and name in self.variant.shared:
                effect = self.variant.effect(name)
                linkage = self.variant.strategy.scenario.file.coalition.linkage
                row |= {"variant": linkage, "effect": effect.effect, "low": effect.low, "high": effect.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def as_json(self) -> dict[str, Any]:
        """The object that ``unsim compare --json`` prints under ``structure``."""
        other = None
        if self.variant is not None:
            effects = {name: asdict(self.variant.effect(name)) for name in self.variant.shared}
            other = {"linkage": self.variant.strategy.scenario.file.coalition.linkage, "effects": effects}
        parts = {name: None if part is None else asdict(part) for name, part in self.unidentified.items()}
        flips = {name: asdict(flip) for name, flip in self.flips.items()}
        first = {name: asdict(effect) for name, effect in self.first_month.items()}
        return {"unidentified": parts, "other_variant": other, RHO: flips, "first_month": first}


def structure(comparison: Comparison, progress: Callable[[int, int], None] | None = None) -> Structure:
    """Examine a comparison: first month, unidentified parameters, other variant, flips.

    Costs as much as two or three comparisons more; all by the kernel, with the seed and draws of the comparison.
    """
    steps = 2 + RHO_POINTS
    done = [0]

    def step() -> None:
        done[0] += 1
        if progress:
            progress(done[0], steps)

    shares = unidentified_shares(comparison)
    step()
    variant = other_variant(comparison)
    step()
    return Structure(shares, variant, flips(comparison, step), first_month(comparison))


def first_month(comparison: Comparison) -> dict[str, Effect]:
    """Outcomes that differ between the arms in any future of the first month, with their effects in it."""
    arm = comparison.strategy
    begun = compare(arm.scenario.over(1), comparison.reference.scenario.over(1), arm.replicates, arm.draws, arm.seed)
    pairs = {name: (begun.strategy.outcome(name), begun.reference.outcome(name)) for name in begun.shared}
    return {name: begun.effect(name) for name, (ours, theirs) in pairs.items() if (ours != theirs).any()}


def unidentified_shares(comparison: Comparison) -> dict[str, Part | None]:
    """Share of the variance of each effect over draws that comes from parameters which no record identifies, even in part.

    The closed Sobol' index of that group (Sobol' 2001; Saltelli et al. 2010): the covariance of draw means with those of a
    second sample, in which these parameters keep their draws and all others, and chance, are drawn anew.
    """
    arms, draws = (comparison.strategy, comparison.reference), comparison.strategy.draws
    if draws < FEWEST_DRAWS:
        return dict.fromkeys(comparison.shared, None)
    again = Comparison(*(run(arm.scenario, arm.replicates, draws, arm.seed, redrawn=IDENTIFIED) for arm in arms))
    found = {}
    for name in comparison.shared:
        one, other = (_draw_means(sample, name) for sample in (comparison, again))
        each = (comparison.strategy.outcome(name) - comparison.reference.outcome(name)).reshape(-1, draws)
        chance = float(each.var(axis=0, ddof=1).mean()) / len(each) if len(each) > 1 else 0.0
        found[name] = _part(one, other, chance)
    return found


def _part(one: NDArray[np.float64], other: NDArray[np.float64], chance: float) -> Part | None:
    """The closed index from draw means of two samples; ``chance``: what chance adds to the variance of a draw mean."""
    whole = float(one.var(ddof=1))
    if not whole > 0.0 or whole - chance < 0.2 * whole:
        return None
    rows = np.random.default_rng(0).integers(0, len(one), (RESAMPLES, len(one)))
    a, b = one[rows], other[rows]
    covariance = ((a - a.mean(axis=1, keepdims=True)) * (b - b.mean(axis=1, keepdims=True))).sum(axis=1) / (len(one) - 1)
    spread = np.maximum(a.var(axis=1, ddof=1) - chance, 0.05 * whole)
    low, high = np.quantile(np.clip(covariance / spread, 0.0, 1.0), [0.05, 0.95])
    share = np.clip(np.cov(one, other)[0, 1] / (whole - chance), 0.0, 1.0)
    return Part(float(share), float(low), float(high))


def _draw_means(comparison: Comparison, outcome: str) -> NDArray[np.float64]:
    difference = comparison.strategy.outcome(outcome) - comparison.reference.outcome(outcome)
    means: NDArray[np.float64] = difference.reshape(-1, comparison.strategy.draws).mean(axis=0)
    return means


def mixed_texts(scenario: Scenario) -> list[str]:
    """Texts on the menu or on record that have both contents."""
    texts = scenario.file.texts
    return [name for name in scenario.labels.drafts if texts[name].security > 0.0 and texts[name].accountability > 0.0]


def other_variant(comparison: Comparison) -> Comparison | None:
    """The same comparison under the other linkage variant; None where no text on either menu has both contents."""
    arms = (comparison.strategy, comparison.reference)
    if not any(mixed_texts(arm.scenario) for arm in arms):
        return None
    changed = []
    for arm in arms:
        (other,) = (variant for variant in VARIANTS if variant != arm.scenario.file.coalition.linkage)
        changed.append(run(arm.scenario.override({"coalition.linkage": other}), arm.replicates, arm.draws, arm.seed))
    return Comparison(*changed)


def flips(comparison: Comparison, step: Callable[[], None] = lambda: None) -> dict[str, Flip]:
    """Where each effect that may lean on it changes sign as rho, the answer of rivals to pressure, is held at values over its
    prior's range; empty where a scenario holds rho by itself."""
    arm = comparison.strategy
    if any(RHO in side.scenario.file.parameters for side in (comparison.strategy, comparison.reference)):
        return {}
    prior = BY_NAME[RHO].prior
    values = np.linspace(prior.low, prior.high, RHO_POINTS)
    names = [*LEANS, *(f"policing_{rival}" for rival in arm.scenario.labels.rivals)]
    names = [name for name in names if name in comparison.shared and comparison.effect(name).standard_error > 0.0]
    pairs = max(arm.draws, 1) * max(1, arm.replicates // max(arm.draws, 1) // 4)
    effects: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    for value in values:
        arms = [a.scenario.override({f"parameters.{RHO}": float(value)}) for a in (comparison.strategy, comparison.reference)]
        held = compare(arms[0], arms[1], pairs, arm.draws, arm.seed)
        for name in names:
            effects[name].append((held.effect(name).effect, held.effect(name).standard_error))
        step()
    return {name: flip(values, found) for name, found in effects.items()}


def flip(values: Sequence[float] | NDArray[np.float64], effects: Sequence[tuple[float, float]]) -> Flip:
    """The first value at which a piecewise linear effect, given with standard errors, changes sign."""
    for left in range(len(values) - 1):
        (low, error), (high, other) = effects[left], effects[left + 1]
        if low * high < 0.0:
            rho = float(values[left] + (values[left + 1] - values[left]) * low / (low - high))
            return Flip(rho, abs(low) > error and abs(high) > other)
    return Flip(None, all(abs(effect) > error for effect, error in effects))


def surface(
    scenario: Scenario | str,
    reference: Scenario | str,
    outcome: str = "coercion",
    x: str = "value_curvature",
    y: str = "accountability_weight",
    points: int = 7,
    replicates: int = 400,
    draws: int | None = None,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """The effect on an outcome where two parameters are held on a grid over their priors' ranges.

    Columns: the two parameters, effect, low, high, interval, n, sign_share, claim_level, seed. All other parameters are drawn,
    with the same draws and luck at every point. Raises ``ScenarioError`` for an unknown parameter or outcome, or a parameter
    without a range.
    """
    import pandas as pd

    scenario, reference = loaded(scenario), loaded(reference)
    _check_map(scenario, outcome, (x, y), points)
    rows = []
    for a, b, comparison in grid(scenario, reference, x, y, points, replicates, draws, seed):
        found, kept = comparison.effect(outcome), ("effect", "low", "high", "interval", "n", "sign_share")
        level = {"claim_level": comparison.claim_level, "seed": seed}
        rows.append({x: a, y: b, **{key: getattr(found, key) for key in kept}, **level})
        if progress:
            progress(len(rows), points * points)
    return pd.DataFrame(rows)


def grid(
    scenario: Scenario, reference: Scenario, x: str, y: str, points: int, replicates: int, draws: int | None, seed: int
) -> Iterator[tuple[float, float, Comparison]]:
    """The comparison at each point of a grid over the ranges of two parameters' priors, the first one slowest."""
    check_pair(scenario, reference)
    for a in np.linspace(BY_NAME[x].prior.low, BY_NAME[x].prior.high, points):
        for b in np.linspace(BY_NAME[y].prior.low, BY_NAME[y].prior.high, points):
            held = {x: float(a), y: float(b)}
            yield float(a), float(b), Comparison(*(run(arm, replicates, draws, seed, held=held) for arm in (scenario, reference)))


def _check_map(scenario: Scenario, outcome: str, names: Sequence[str], points: int) -> None:
    problems = []
    plain = [parameter.name for parameter in PARAMETERS if not parameter.axis and parameter.prior.low < parameter.prior.high]
    for option, name in zip(("--x", "--y"), names, strict=True):
        if name not in plain:
            problems.append(Problem(option, None, "", f"unknown parameter {name}", nearest(name, plain)))
    if names[0] == names[1]:
        problems.append(Problem("--y", None, "", repr(names[1]), "another parameter than --x"))
    known = [kind.name for kind in scenario.outcomes]
    if outcome not in known:
        problems.append(Problem("--outcome", None, "", f"unknown outcome {outcome}", nearest(outcome, known)))
    if not (isinstance(points, int) and 3 <= points <= 25):
        problems.append(Problem("--points", None, "", repr(points), "3 to 25"))
    if problems:
        raise ScenarioError(problems)
