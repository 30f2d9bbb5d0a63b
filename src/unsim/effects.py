"""What a strategy changes: paired differences between two scenarios that share all their luck."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from unsim.files import ScenarioError
from unsim.results import ClaimLevel, Engine, Run, lowest
from unsim.scenario import Scenario, loaded
from unsim.sweep import CHUNK, checked_design, run

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.90
Z = float(ndtri(0.5 + LEVEL / 2.0))
"""Standard errors on either side of a mean in a normal interval of this level."""
FEWEST_DRAWS = 20
"""Draws below which quantiles of draw means say too little, and a t interval is given instead."""


ROUNDING = 1e-13
"""What is smaller than this, as a share of the largest of the numbers that it was made from, is nothing but rounding."""


@dataclass(frozen=True)
class Effect:
    """A paired effect.

    ``effect``: mean of the paired differences over all futures. ``low``, ``high``: interval of the kind that ``interval``
    names. ``n``: pairs. ``sign_share`` and ``sign_against``: shares of the draws of parameters whose mean difference has the
    effect's sign and the other one, 0 where there is no effect; in the rest nothing differs (prior mass, not a probability that
    a claim is true). With few futures a draw chance blurs both. ``variance_reduction``: (Var a + Var b) / Var(a - b), what
    sharing luck and parameters saves; None where nothing varies. ``standard_error``: of the mean, from too few draws and futures.
    ``sd_chance`` and ``sd_parameters`` split the spread of single differences; None with one future a draw. ``chance_share``:
    share of chance in the variance of the draw means, which widens the interval and falls with more futures a draw. None
    where chance and parameters cannot be told apart.
    """

    unit: str
    effect: float
    low: float
    high: float
    interval: str
    n: int
    sign_share: float
    sign_against: float
    variance_reduction: float | None
    standard_error: float
    sd_chance: float | None
    sd_parameters: float | None
    chance_share: float | None

    @property
    def settled(self) -> bool:
        """Whether the interval leaves out 0 and holds the effect: where a few draws far out carry the mean, it may not."""
        return self.n > 1 and self.low <= self.effect <= self.high and (self.low > 0.0 or self.high < 0.0)

    @property
    def outside(self) -> bool:
        """Whether the mean lies outside its interval: a few draws lie far out."""
        return not self.low <= self.effect <= self.high


def signed(value: float) -> str:
    """A difference in words: two digits, or a whole number."""
    return f"{value:+,.0f}" if abs(value) >= 100.0 else f"{value:+.2g}" if value else "0"


def unit_of_difference(unit: str) -> str:
    """The unit of an effect: a difference of two values of an index is in points."""
    return "index points" if unit.startswith("index 0") else unit


def paired_effect(a: NDArray[np.float64], b: NDArray[np.float64], draws: int, unit: str) -> Effect:
    """The effect of ``a`` against ``b``, both of shape (replicate,), replicate ``i`` with draw ``i % draws``."""
    return paired_effects(a[None], b[None], draws, [unit])[0]


def paired_effects(a: NDArray[np.float64], b: NDArray[np.float64], draws: int, units: Sequence[str]) -> list[Effect]:
    """The effects of ``a`` against ``b`` on several outcomes, both of shape (outcome, replicate), as :func:`paired_effect`."""
    difference = a - b
    n, groups = difference.shape[1], max(draws, 1)
    futures = n // groups
    by_draw = difference.reshape(len(units), futures, groups)
    means = by_draw.mean(axis=1)
    # a mean of means lies among them; that of all pairs may be rounded out of them, where they are all the same
    effects = np.clip(difference.mean(axis=1), means.min(axis=1), means.max(axis=1))
    nothing = np.zeros(len(units))
    within = by_draw.var(axis=1, ddof=1).mean(axis=1) if n > groups else nothing
    between = means.var(axis=1, ddof=1) if groups > 1 else nothing
    parameters = np.maximum(0.0, between - within / futures)
    errors = np.sqrt(between / groups) if groups > 1 else np.sqrt(within / n)
    tail = (1.0 - LEVEL) / 2.0
    if groups >= FEWEST_DRAWS:
        low, high = np.quantile(means, [tail, 1.0 - tail], axis=1)
        rounding = ROUNDING * np.abs(means).max(axis=1)  # a quantile between 0 and another number may be 0 but for rounding
        low, high = (np.where(np.abs(edge) <= rounding, 0.0, edge) for edge in (low, high))
        interval = f"{LEVEL:.0%} of {groups} parameter draws, each the mean of {futures} paired futures"
        if n == groups:
            interval = f"{LEVEL:.0%} of {groups} paired futures, one for each parameter draw"
    else:
        freedom = groups - 1 if groups > 1 else n - 1
        reach = errors * float(stdtrit(freedom, 1.0 - tail)) if freedom > 0 else nothing
        low, high = effects - reach, effects + reach
        over = f"{groups} draw means" if groups > 1 else f"{n} paired futures, chance only"
        kind = f"t interval of the mean over {over}" if n > 1 else "interval is not defined for one pair"
        interval = f"{LEVEL:.0%} {kind}"
    spread = difference.var(axis=1, ddof=1) if n > 1 else nothing
    apart = a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1) if n > 1 else nothing
    signs, sign = np.sign(means), np.sign(effects)[:, None]
    same, other = (signs == sign).mean(axis=1), (signs == -sign).mean(axis=1)
    return [
        Effect(
            unit,
            effect=float(effects[i]),
            low=float(low[i]),
            high=float(high[i]),
            interval=interval,
            n=n,
            sign_share=float(same[i]) if effects[i] else 0.0,
            sign_against=float(other[i]) if effects[i] else 0.0,
            variance_reduction=float(apart[i] / spread[i]) if spread[i] > 0.0 else None,
            standard_error=float(errors[i]),
            # with one future a draw, chance and parameters cannot be told apart
            sd_chance=float(within[i]) ** 0.5 if n > groups else None,
            sd_parameters=float(parameters[i]) ** 0.5 if n > groups else None,
            chance_share=min(1.0, float(within[i] / futures / between[i])) if n > groups > 1 and between[i] > 0.0 else None,
        )
        for i, unit in enumerate(units)
    ]


def told_apart(paths: NDArray[np.float64], draws: int) -> tuple[NDArray[np.float64], int]:
    """Of values whose last axis is the replicate, those that hold every draw equally often, and the number of draws among them.

    ``draws`` 0: parameters at their defaults.
    """
    n = paths.shape[-1]
    if draws == 0:
        return paths, 0
    return (paths[..., : n - n % draws], draws) if n >= draws else (paths, n)


@dataclass(frozen=True)
class Comparison:
    """A strategy and its reference, run with the same luck and the same draws of parameters."""

    strategy: Run
    reference: Run

    def __post_init__(self) -> None:
        for name in ("seed", "draws", "replicates", "months", "horizons"):
            ours, theirs = getattr(self.strategy, name), getattr(self.reference, name)
            if ours != theirs:
                raise ValueError(f"runs that are not paired: {name} {ours} and {theirs}")

    @property
    def horizons(self) -> tuple[int, ...]:
        """Horizons over which effects are given, in months."""
        return self.strategy.horizons

    @property
    def claim_level(self) -> ClaimLevel:
        """How far the effect can be claimed: the lower of the two arms'."""
        return lowest((self.strategy.claim_level, self.reference.claim_level))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digests of both arms, strategy first."""
        return hashlib.sha256((self.strategy.digest + self.reference.digest).encode()).hexdigest()

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Outcomes that both arms have."""
        theirs = {outcome.name for outcome in self.reference.scenario.outcomes}
        return tuple(outcome.name for outcome in self.strategy.scenario.outcomes if outcome.name in theirs)

    @property
    def alone(self) -> tuple[str, ...]:
        """Outcomes that one arm alone has, such as revenue of a channel that the other lacks: no effect is defined."""
        return tuple(
            outcome.name
            for arm in (self.strategy, self.reference)
            for outcome in arm.scenario.outcomes
            if outcome.name not in self.shared
        )

    def unchanged(self, outcome: str) -> bool:
        """Whether an outcome is equal in both arms in every future over every horizon."""
        return all((self.strategy.outcome(outcome, h) == self.reference.outcome(outcome, h)).all() for h in self.horizons)

    @property
    def shadow_differs(self) -> bool:
        """Whether the world without measures differs so much between the arms that economic cost is not what it seems."""
        shadow, cost = (self.effect(name) for name in ("revenue_without_measures", "economic_cost"))
        return abs(shadow.effect) > 0.5 * abs(cost.effect)

    @property
    def menus_differ(self) -> bool:
        """Whether one arm may table texts that the other may not: the effect of a menu is then part of every effect."""
        ours, theirs = (set(arm.scenario.labels.drafts) for arm in (self.strategy, self.reference))
        return ours != theirs

    def effect(self, outcome: str, horizon: int | None = None) -> Effect:
        """The effect on an outcome over a horizon (default: the whole)."""
        key = outcome, self.strategy.months if horizon is None else horizon
        if key not in self._known:
            ours, theirs = self.strategy.outcome(*key), self.reference.outcome(*key)
            self._known[key] = paired_effect(ours, theirs, self.strategy.draws, self._unit(outcome))
        return self._known[key]

    def effects(self) -> dict[str, Effect]:
        """The effects on all outcomes that both arms have over the whole horizon: those of :meth:`effect`, sooner."""
        arms = (self.strategy, self.reference)
        ours, theirs = (arm.values[self.horizons.index(arm.months), [arm.row(name) for name in self.shared]] for arm in arms)
        found = paired_effects(ours, theirs, self.strategy.draws, [self._unit(name) for name in self.shared])
        self._known.update({(name, self.strategy.months): effect for name, effect in zip(self.shared, found, strict=True)})
        return dict(zip(self.shared, found, strict=True))

    def _unit(self, outcome: str) -> str:
        return self.strategy.scenario.outcomes[self.strategy.row(outcome)].unit

    @cached_property
    def _known(self) -> dict[tuple[str, int], Effect]:
        """Effects that have been asked for."""
        return {}

    def frame(self) -> pd.DataFrame:
        """Tidy table of all effects: outcome, aggregate, about, horizon, and the fields of :class:`Effect`."""
        import pandas as pd

        outcomes = {outcome.name: outcome for outcome in self.strategy.scenario.outcomes}
        rows = []
        for horizon in self.horizons:
            for name in self.shared:
                kind = outcomes[name]
                row = {"outcome": name, "aggregate": kind.aggregate, "about": kind.about, "horizon": horizon}
                rows.append({**row, **asdict(self.effect(name, horizon))})
        return pd.DataFrame(rows)

    def monthly(self, outcome: str) -> pd.DataFrame:
        """The effect on an outcome month by month over the kept paths: month, effect, low, high.

        Raises ``ValueError`` where the runs kept no paths (``keep``).
        """
        import pandas as pd

        if not self.strategy.kept.shape[2]:
            raise ValueError("no paths were kept: run with keep=, such as keep=1000")
        (ours, draws), (theirs, _) = (told_apart(arm.kept[arm.row(outcome)], arm.draws) for arm in (self.strategy, self.reference))
        effects = [paired_effect(ours[t], theirs[t], draws, "") for t in range(ours.shape[0])]
        return pd.DataFrame([{"month": t + 1, "effect": e.effect, "low": e.low, "high": e.high} for t, e in enumerate(effects)])

    @property
    def monthly_interval(self) -> str:
        """The kind of interval that :meth:`monthly` gives."""
        paths, draws = told_apart(self.strategy.kept[0, 0], self.strategy.draws)
        return paired_effect(paths, paths, draws, "").interval

    def as_json(self) -> dict[str, Any]:
        """The object that ``unsim compare --json`` prints."""
        arm = self.strategy
        effects = {}
        for name in self.shared:
            aggregate = arm.scenario.outcomes[arm.row(name)].aggregate
            by_horizon = {str(h): asdict(self.effect(name, h)) for h in self.horizons}
            effects[name] = {"aggregate": aggregate, **asdict(self.effect(name)), "horizons": by_horizon}
        return {
            "scenario": arm.scenario.name,
            "reference": self.reference.scenario.name,
            "replicates": arm.replicates,
            "draws": arm.draws,
            "seed": arm.seed,
            "engine": arm.engine,
            "months": arm.months,
            "claim_level": self.claim_level,
            "effects": effects,
            "digest": self.digest,
        }


def compare(
    scenario: Scenario | str,
    reference: Scenario | str,
    replicates: int = 4000,
    draws: int | None = None,
    seed: int = 1,
    engine: Engine = "kernel",
    *,
    threads: int | None = None,
    chunk: int = CHUNK,
    keep: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run two scenarios on the same luck; see :func:`unsim.run` for the options.

    Raises ``ScenarioError`` where the two do not start in the same month or do not have the same horizon.
    """
    scenario, reference = loaded(scenario), loaded(reference)
    checked_design(replicates, draws, seed, engine, threads=threads, chunk=chunk, keep=keep)
    check_pair(scenario, reference)
    arms = []
    for index, arm in enumerate((scenario, reference)):

        def told(done: int, total: int, before: int = index * replicates) -> None:
            if progress:
                progress(before + done, 2 * total)

        arms.append(run(arm, replicates, draws, seed, engine, threads=threads, chunk=chunk, keep=keep, progress=told))
    return Comparison(*arms)


def check_pair(scenario: Scenario, reference: Scenario) -> None:
    """Raise ``ScenarioError`` where two scenarios do not start in the same month or do not have the same horizon."""
    problems = []
    for key in ("start", "months"):
        ours, theirs = getattr(scenario.file, key), getattr(reference.file, key)
        if ours != theirs:
            allowed = f"{theirs}, as in {reference.name}: both arms share months and luck"
            problems.append(scenario.document.problem((key,), ours, allowed))
    if problems:
        raise ScenarioError(problems)
