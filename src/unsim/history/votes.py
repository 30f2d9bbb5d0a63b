"""Forecasts of real votes from the vote rule that the engines use, and the fit of the few parameters that votes inform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy.optimize import minimize

from unsim.history.record import MIDDLE_STANCE, Conditions, Floats
from unsim.parameters import BY_NAME, draw_rows
from unsim.posterior import drawn
from unsim.rules import council, world
from unsim.rules.jit import kernel, rule
from unsim.rules.maths import log, select

NAMES = (*council.Weights._fields, "abstention_band", "blocking_band")
"""Parameters of the vote rule in the order of a row of values; ``rivalry_spread``, which is not of the rule, comes last."""
COLUMNS = (*NAMES, "rivalry_spread")
DRAWS = 4000
SEED = 20060715
LOGGED = ("rivalry_weight", "bite_weight")
Start = Mapping[str, tuple[float, float]]
START: Start = {
    "accountability_base": (1.5, 1.5),
    "accountability_position": (1.5, 1.5),
    "security_base": (5.0, 1.5),
    "rivalry_weight": (float(np.log(4.0)), 0.7),
    "bite_weight": (float(np.log(4.0)), 0.7),
    "abstention_band": (0.2, 0.5),
    "blocking_band": (0.5, 0.5),
    "security_position": (1.0, 1.0),
}
"""Wide priors before any vote: mean and standard deviation, those of the two weights of rivalry in logs.

Not the shipped priors, which come from the whole record. The width of the band: General Assembly roll calls on the DPRK of
2005-2015 (945 yes, 509 abstain, 181 no). Everything else: an analyst's guess, made by someone who knew the outcome.
"""
OF_THE_FILE = ("security_base", "security_position")
"""What a record says of its own file alone. The Council was unanimous on the DPRK's tests; another file starts from the guess."""
FITTED = [COLUMNS.index(name) for name in START]
_LOGGED = np.array([name in LOGGED for name in START])
FLOOR = 1e-12


@rule
def is_vote(vote: float, no: float, yes: float) -> float:
    """Probability of the vote that was cast."""
    return select(vote == world.YES, yes, select(vote == world.NO, no, 1.0 - yes - no))


@kernel
def support(values: Any, x: Conditions, d: int, i: int, position: float, rivalry: float, weakest_link: float) -> float:
    """Support of the member in row ``i`` for draft ``d``, logits: the rule of the engines, term by term."""
    weights = council.Weights(
        values[0], values[1], values[2], values[3], values[4], values[5], values[6],
        values[7], values[8], values[9], values[10], values[11], values[12], values[13],
    )  # fmt: skip
    text = council.Text(x.security[d], x.accountability[d], 0.0, council.vetoable(x.procedural[d], x.statement[d]),
                        weakest_link, x.audience[d])  # fmt: skip
    mood = council.Mood(x.reach[d], x.salience[d], x.attention[d], x.cosponsors[d], 0.0)
    return council.member_terms(weights, text, mood, position, rivalry, x.permanent[i], MIDDLE_STANCE, x.bite[d], 0.0).support


@kernel
def probabilities(bands: council.Bands, x: Conditions, d: int, i: int, latent: float) -> tuple[float, float]:
    """P(no) and P(yes) of the member in row ``i`` at some support, by the rule of the engines."""
    band = council.band_of(bands, council.can_stop(x.permanent[i], x.procedural[d], x.statement[d]))
    return council.probability_of_no(latent, x.sponsor[i]), council.probability_of_yes(latent, band, x.sponsor[i])


@kernel
def log_likelihood(values: Any, x: Conditions, cast: Any, drafts: Any) -> float:
    """Log probability of the votes on the given drafts, positions and rivalry taken as estimated."""
    bands = council.bands(values[14], values[15])
    total = 0.0
    for d in drafts:
        for i in range(x.first[d], x.first[d + 1]):
            latent = support(values, x, d, i, x.position[i], x.rivalry[i], 0.0)
            no, yes = probabilities(bands, x, d, i, latent)
            total += log(is_vote(cast[i], no, yes) + FLOOR)
    return total


@kernel
def result(no: Any, yes: Any, x: Conditions, d: int) -> tuple[float, float]:
    """P(adopted) and P(vetoed) of a draft from its members' probabilities, exactly."""
    given = council.NOBODY_HAS_VOTED
    anyhow = council.NOBODY_HAS_VOTED
    unstopped = 1.0
    for i in range(x.first[d], x.first[d + 1]):
        stops = council.can_stop(x.permanent[i], x.procedural[d], x.statement[d])
        given = council.count_member(given, council.counted_yes(yes[i], no[i], stops))
        anyhow = council.count_member(anyhow, yes[i])
        unstopped = unstopped * council.not_stopped(no[i], stops)
    adopted = council.adoption_probability(unstopped, council.nine_or_more(given), x.statement[d])
    vetoed = council.veto_probability(council.nine_or_more(anyhow), adopted, council.vetoable(x.procedural[d], x.statement[d]))
    return adopted, vetoed


@kernel
def chances(values: Any, normals: Any, bands: Any, x: Conditions, d: int, i: int, weakest_link: float) -> tuple[float, float]:
    """Probabilities of a no and of a yes of the member in row ``i`` in one draw: a row of values, normals (2, seat)."""
    seat = i - x.first[d]
    position = world.member_position(x.position[i], x.spread[i], normals[0, seat])
    rivalry = world.rivalry_start(x.rivalry[i], values[16], normals[1, seat])
    return probabilities(bands, x, d, i, support(values, x, d, i, position, rivalry, weakest_link))


@kernel
def all_yes(values: Any, normals: Any, x: Conditions, drafts: Any, found: Any) -> None:
    """Written to ``found`` (draw): the probability that every member says yes to every one of some drafts."""
    for k in range(values.shape[0]):
        bands = council.bands(values[k, 14], values[k, 15])
        found[k] = 1.0
        for d in drafts:
            for i in range(x.first[d], x.first[d + 1]):
                found[k] *= chances(values[k], normals[k], bands, x, d, i, 0.0)[1]


@kernel
def add_up(values: Any, normals: Any, x: Conditions, drafts: Any, weakest_link: float, no: Any, yes: Any, adopted: Any,
            vetoed: Any, now_no: Any, now_yes: Any) -> None:  # fmt: skip
    """Sums over draws (rows of ``values``) of every probability, added to ``no``, ``yes``, ``adopted`` and ``vetoed``.

    ``normals``: (draw, 2, seat), for what is not known of positions and of rivalry. The last two are room to work in.
    """
    for k in range(values.shape[0]):
        bands = council.bands(values[k, 14], values[k, 15])
        for d in drafts:
            for i in range(x.first[d], x.first[d + 1]):
                now_no[i], now_yes[i] = chances(values[k], normals[k], bands, x, d, i, weakest_link)
                yes[i] += now_yes[i]
                no[i] += now_no[i]
            one, other = result(now_no, now_yes, x, d)
            adopted[d] += one
            vetoed[d] += other


@dataclass(frozen=True)
class Forecast:
    """Probabilities of every vote and draft of a record; NaN where there is no forecast.

    ``votes``: (vote, 3) for no, abstain and yes. ``adopted``, ``vetoed``: by draft.
    """

    votes: Floats
    adopted: Floats
    vetoed: Floats


def values_at(theta: Floats) -> Floats:
    """Rows of values, every parameter at its default but the fitted ones; ``theta``: (…, 8), weights of rivalry in logs."""
    values = np.empty((*theta.shape[:-1], len(COLUMNS)))
    values[:] = [BY_NAME[name].default for name in COLUMNS]
    values[..., FITTED] = np.where(_LOGGED, np.exp(theta), theta)
    return values


def fit(x: Conditions, cast: Floats, drafts: Sequence[int], start: Start = START) -> tuple[Floats, Floats]:
    """Penalised maximum likelihood from the votes on some drafts: the mode (8) and the covariance (8, 8)."""
    used = np.array(drafts, dtype=np.int64)
    mean, sd = (np.array(column) for column in zip(*start.values(), strict=True))

    def loss(theta: Floats) -> float:
        return float(0.5 * np.sum(((theta - mean) / sd) ** 2) - log_likelihood(values_at(theta), x, cast, used))

    mode = np.array(minimize(loss, mean, method="BFGS", options={"gtol": 1e-4}).x, dtype=np.float64)
    return mode, np.array(np.linalg.inv(_curvature(loss, mode)), dtype=np.float64)


def _curvature(loss: Any, at: Floats, step: float = 1e-3) -> Floats:
    """Second derivatives by central differences."""
    n = len(at)
    steps = np.eye(n) * step
    found = np.empty((n, n))
    for i in range(n):
        for j in range(i, n):
            corners = (loss(at + a * steps[i] + b * steps[j]) * a * b for a in (1.0, -1.0) for b in (1.0, -1.0))
            found[i, j] = found[j, i] = sum(corners) / (4.0 * step * step)
    return found


def normal_draws(draws: int, columns: int, seed: int = SEED) -> Floats:
    """Standard normals (draw, column), each with its mirror image: always the same. ``draws`` is even."""
    half = np.random.default_rng(seed).standard_normal((draws // 2, columns))
    return np.concatenate([half, -half])


def posterior(x: Conditions, cast: Floats, drafts: Sequence[int], start: Start = START, draws: int = DRAWS) -> Floats:
    """Draws of all values (draw, column) given the votes on some drafts: normal around the mode (Laplace)."""
    mode, covariance = fit(x, cast, drafts, start)
    return values_at(mode + normal_draws(draws, len(mode)) @ np.linalg.cholesky(covariance).T)


def shipped(draws: int = DRAWS) -> Floats:
    """Draws of all values (draw, column) as simulations take them: the fitted ones jointly, the others from their priors."""
    values = draw_rows({name: BY_NAME[name].prior for name in COLUMNS}, SEED, range(draws)).T.copy()
    for name, column in drawn(SEED, list(range(draws))):
        if name in COLUMNS:
            values[:, COLUMNS.index(name)] = column
    return values


def elsewhere(draws: int = DRAWS) -> Floats:
    """The same for drafts on another target: what belongs to the DPRK's file is taken from the priors before any vote."""
    values = shipped(draws)
    for k, name in enumerate(OF_THE_FILE):
        mean, sd = START[name]
        values[:, COLUMNS.index(name)] = mean + sd * normal_draws(draws, len(OF_THE_FILE), SEED + 2)[:, k]
    return values


def forecast(values: Floats, x: Conditions, drafts: Sequence[int] | None = None, weakest_link: bool = False) -> Forecast:
    """Forecast of some drafts (all unless told), the mean over rows of values."""
    number, votes = len(x.bite), len(x.position)
    chosen = np.arange(number) if drafts is None else np.array(drafts, dtype=np.int64)
    no, yes, adopted, vetoed = np.zeros(votes), np.zeros(votes), np.zeros(number), np.zeros(number)
    add_up(np.ascontiguousarray(values), _normals(len(values)), x, chosen, float(weakest_link), no, yes, adopted, vetoed,
           np.zeros_like(no), np.zeros_like(yes))  # fmt: skip
    for sums in (no, yes, adopted, vetoed):
        sums /= len(values)
    made = np.zeros(number, dtype=bool)
    made[chosen] = True
    rows = np.repeat(made, np.diff(x.first))
    probabilities = np.where(rows[:, None], np.stack([no, 1.0 - no - yes, yes], axis=1), np.nan)
    return Forecast(probabilities, np.where(made, adopted, np.nan), np.where(made, vetoed, np.nan))


def _normals(draws: int) -> Floats:
    """Standard normals (draw, 2, seat) for what is not known of positions and of rivalry."""
    return np.ascontiguousarray(normal_draws(draws, 2 * world.SEATS, SEED + 1).reshape(-1, 2, world.SEATS))


def unanimity(values: Floats, x: Conditions, drafts: Sequence[int]) -> Floats:
    """Probability by draw (row of values) that all members say yes to all of some drafts."""
    found = np.empty(len(values))
    all_yes(np.ascontiguousarray(values), _normals(len(values)), x, np.array(drafts, dtype=np.int64), found)
    return found


def mean(forecasts: Sequence[Forecast]) -> Forecast:
    """The mean of forecasts: each is believed alike."""
    return Forecast(*(np.mean([getattr(one, part.name) for one in forecasts], axis=0) for part in fields(Forecast)))


def with_results(votes: Floats, x: Conditions) -> Forecast:
    """A forecast of every vote completed by what follows for the drafts."""
    no, yes = np.ascontiguousarray(votes[:, 0]), np.ascontiguousarray(votes[:, 2])
    found = np.array([result(no, yes, x, d) for d in range(len(x.bite))]).reshape(-1, 2)
    return Forecast(votes, found[:, 0], found[:, 1])
