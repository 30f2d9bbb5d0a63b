"""Calibration: what the record of trade says about the parameters that it can inform.

Only parameters are fitted that move a recorded series in the years that the fit may know; all others keep their priors, and
are drawn from them in every simulation, so that what they add to the spread is in the posterior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from unsim.history.economy import FUTURES, ORIGIN, SCENARIO, Replay, Tested, bands, record, replay, with_draws
from unsim.history.inference import Posterior, sample
from unsim.parameters import Prior
from unsim.posterior import fitted
from unsim.problems import Problem, ScenarioError
from unsim.scenario import Scenario, load
from unsim.tables import table

Floats = NDArray[np.float64]

TO_2016 = (
    "potential_scale.coal",
    "potential_scale.minerals",
    "potential_scale.textiles",
    "potential_scale.seafood",
    "potential_scale.other_goods",
    "shock_spread",
    "shock_common",
    "own_compliance",
    "redirection",
    "other_income",
    "spending_propensity",
    "drawdown",
    "pipeline_crude",
    "cloth_share",
)
"""Parameters that trade up to 2016 can move: potentials, shocks, the ROK's and Japan's own bans, what income buys."""
SINCE = (
    "compliance",
    "letter_speed",
    "text_reach.minerals",
    "text_reach.other_goods",
    "to_unlisted",
    "unlisted_speed",
    "unlisted_capacity",
    "substitution",
)
"""Parameters that nothing before the full bans of 2017 can move."""
AT_THE_START = ("start_reserves", "start_income")
"""Parameters of the year 2006: fitted, so that the first years do not bend the others, and not shipped."""
FITTED_SERIES = (
    "coal", "minerals", "textiles", "seafood", "other_goods", "unlisted", "china_exports", "imports", "crude", "rok_exports",
    "japan_exports", "rest_exports",
)  # fmt: skip
SHUT = (2020, 2021, 2022)
"""Years in which the border was shut: what they tell of measures cannot be told from what they tell of the border."""
UNSTEADY = ("coal", "minerals", "textiles", "seafood", "other_goods")
SETTLED = 2012
"""From this year to 2016 demand was about level: yearly steps of these channels, and of all together, tell of shocks."""
SMALL = 1e-4
"""Added to a mean square before its log."""
OFFSET = 4.0
"""Added before the log, USD million: below it, figures are rounding and recording error."""
UNTIL, PARTICLES, MOST_SEED = (ORIGIN, 2024), (200, 20_000), 4000
"""Years that a fit may end with, posterior draws it may have, and the greatest seed."""
LUCK = 1_000_003
"""Seeds of the simulations of one fit are so far from those of the next."""
IN_UNITS = {"rok_exports": 100.0, "crude": 100.0}
"""Series that are differences and may fall below zero: compared in these units, without a log."""


@dataclass(frozen=True)
class Calibration:
    """A posterior: its parameters, their priors, draws (draw, parameter), the scores behind it, and the years it knew."""

    names: tuple[str, ...]
    priors: tuple[Prior, ...]
    draws: Floats
    posterior: Posterior
    until: int

    def identified(self) -> dict[str, float]:
        """By parameter, the share of the prior's variance that the record takes away (on the scale of the prior's scores)."""
        spread = self.posterior.draws.var(axis=0)
        return {name: float(1.0 - spread[i]) for i, name in enumerate(self.names)}

    def as_json(self) -> dict[str, Any]:
        """What the command prints: the fit's setting, how the sampler went, quantiles of each parameter."""
        gone = self.identified()
        return {
            "until": self.until,
            "draws": len(self.draws),
            "simulations": self.posterior.simulations,
            "effective_sample_size": self.posterior.effective,
            "tolerances": list(self.posterior.tolerances),
            "acceptance": list(self.posterior.acceptance),
            "parameters": {
                name: {"posterior": bands(self.draws[:, i]), "identified": gone[name]} for i, name in enumerate(self.names)
            },
        }


def checked(until: int, particles: int, rounds: int, seed: int) -> None:
    """Raise ``ScenarioError`` with all that is wrong with the setting of a fit."""
    limits = {
        "until": (until, *UNTIL),
        "particles": (particles, *PARTICLES),
        "rounds": (rounds, 1, 100),
        "seed": (seed, 0, MOST_SEED),
    }
    problems = [
        Problem(f"--{name}", None, "", repr(value), f"a whole number from {low} to {high}")
        for name, (value, low, high) in limits.items()
        if not low <= value <= high
    ]
    if problems:
        raise ScenarioError(problems)


def informed(until: int) -> tuple[str, ...]:
    """The parameters that a record up to a year can inform."""
    return (*TO_2016, *(SINCE if until > ORIGIN else ()), *AT_THE_START)


def features(made: Replay, until: int) -> Floats:
    """What is compared, of every future (future, feature): the recorded series, year by year, and how unsteady they were."""
    return _features(lambda name, year: made.of(name, year), until)


def observed(until: int) -> Floats:
    """The same of the record."""
    return np.asarray(_features(lambda name, year: np.array([record()[name][year]]), until)[0], dtype=np.float64)


def _features(value: Callable[[str, int], Floats], until: int) -> Floats:
    yearly = {name: np.stack([_feature(name, value(name, year)) for year in _known(name, until)]) for name in FITTED_SERIES}
    steps = []
    for name in UNSTEADY:
        free = [i for i, year in enumerate(_known(name, until)) if SETTLED <= year <= ORIGIN]
        steps.append(np.diff(yearly[name][free], axis=0))
    size = [np.log(np.mean(step**2, axis=0) + SMALL) for step in steps]
    together = np.log(np.mean(np.mean(steps, axis=0) ** 2, axis=0) + SMALL)
    return np.concatenate([*yearly.values(), np.stack([*size, together])]).T


def _known(name: str, until: int) -> Sequence[int]:
    return [year for year in sorted(record()[name]) if year <= until and year not in SHUT]


def _feature(name: str, values: Floats) -> Floats:
    if name in IN_UNITS:
        return np.asarray(values / IN_UNITS[name], dtype=np.float64)
    return np.asarray(np.log(np.maximum(values, 0.0) + OFFSET), dtype=np.float64)


def calibrate(until: int = 2024, particles: int = 1000, rounds: int = 12, seed: int = 1, scenario: Scenario | None = None,
              told: Callable[[int], None] | None = None) -> Calibration:  # fmt: skip
    """Posterior draws of the informed parameters given the record up to a year; ``told`` hears how many simulations were made."""
    history = scenario or load(SCENARIO, {"uncertainty": "prior"})
    names = informed(until)
    priors = tuple(history.priors[name] for name in names)

    def simulate(z: Floats, luck: int) -> Floats:
        values = {name: from_scores(priors[i], z[:, i]) for i, name in enumerate(names)}
        made = features(replay(history, len(z), seed * LUCK + luck, values), until)
        if told:
            told(luck + len(z))
        return made

    found = sample(simulate, observed(until), len(names), particles, rounds, seed)
    draws = np.stack([from_scores(prior, found.draws[:, i]) for i, prior in enumerate(priors)], axis=1)
    return Calibration(names, priors, draws, found, until)


def shipped(fit: str) -> Calibration:
    """A fit that ships (``posterior_economy`` or ``posterior_economy_2016``), from its draws and what is told of its sampler."""
    told = next(row for row in table("posterior_fits") if row["fit"] == fit)
    columns = fitted(fit)
    known = load(SCENARIO, {"uncertainty": "prior"}).priors
    priors = tuple(known[name] for name in columns)
    scores = [scores_of(prior, values) for prior, values in zip(priors, columns.values(), strict=True)]
    tolerances = float(told["first_tolerance"]), float(told["last_tolerance"])
    sampler = Posterior(np.stack(scores, axis=1), tolerances, (float(told["last_acceptance"]),), int(told["simulations"]),
                        float(told["effective"]))  # fmt: skip
    return Calibration(tuple(columns), priors, np.stack(list(columns.values()), axis=1), sampler, int(told["until"]))


def check(made: Calibration, futures: int = FUTURES) -> Tested:
    """The posterior predictive check: the history replayed with the draws of a fit."""
    return with_draws(dict(zip(made.names, made.draws.T, strict=True)), made.until, futures)


def from_scores(prior: Prior, z: Floats) -> Floats:
    """Values of a parameter from its scores: quantiles of its prior."""
    return prior.quantile(np.asarray(ndtr(z), dtype=np.float64))


def scores_of(prior: Prior, values: Floats) -> Floats:
    """Scores of a parameter's values, by interpolation between quantiles of its prior."""
    levels = np.linspace(0.0005, 0.9995, 1000)
    return np.asarray(ndtri(np.interp(values, prior.quantile(levels), levels)), dtype=np.float64)
