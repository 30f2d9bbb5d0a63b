"""Fit the shipped vote rule to the whole record, and write joint draws of its parameters: src/unsim/data/posterior_votes.csv.

A random-walk Metropolis sampler (Metropolis et al. 1953; steps as in Roberts, Gelman and Gilks 1997) on the likelihood that
the back-test uses, with the priors that stood before any vote, cut to the ranges of the parameters.
"""

from __future__ import annotations

import csv

import numpy as np

from unsim.history import votes as rule
from unsim.history.record import Conditions, Floats, conditions, shipped_known, shipped_record
from unsim.history.votes import FITTED, START
from unsim.parameters import BY_NAME
from unsim.tables import DATA, table

SEED = 20240630
CHAINS, WARM_UP, KEPT, EVERY = 4, 5_000, 500, 80
"""Chains from spread starts, steps thrown away, draws kept of each chain, and steps between two of them."""
NAMES = list(START)


def log_posterior(theta: Floats, x: Conditions, cast: Floats, drafts: Floats) -> float:
    """Log density of the parameters (weights of rivalry in logs) given all votes, but for a constant."""
    values = rule.values_at(theta)
    ranges = [BY_NAME[name].prior for name in NAMES]
    if any(not prior.low <= value <= prior.high for prior, value in zip(ranges, values[FITTED], strict=True)):
        return -np.inf
    mean, sd = np.array(list(START.values())).T
    return float(rule.log_likelihood(values, x, cast, drafts) - 0.5 * np.sum(((theta - mean) / sd) ** 2))


def sample() -> Floats:
    """Draws of the fitted parameters in their own units (chain, draw, parameter)."""
    record = shipped_record()
    x, cast, drafts = conditions(record, shipped_known()), record.cast, np.arange(len(record.drafts))
    mode, covariance = rule.fit(x, cast, range(len(drafts)))
    steps = np.linalg.cholesky(covariance) * 2.38 / np.sqrt(len(mode))
    found = np.empty((CHAINS, KEPT, len(mode)))
    for chain in range(CHAINS):
        random = np.random.default_rng([SEED, chain])
        at, density = mode, -np.inf
        while density == -np.inf:  # spread starts: twice as far from the mode as the posterior reaches
            at = mode + 2.0 * np.linalg.cholesky(covariance) @ random.standard_normal(len(mode))
            density = log_posterior(at, x, cast, drafts)
        for step in range(WARM_UP + KEPT * EVERY):
            to = at + steps @ random.standard_normal(len(mode))
            there = log_posterior(to, x, cast, drafts)
            if np.log(random.random()) < there - density:
                at, density = to, there
            if step >= WARM_UP and (step - WARM_UP) % EVERY == EVERY - 1:
                found[chain, (step - WARM_UP) // EVERY] = rule.values_at(at)[FITTED]
    return found


def effective_size(draws: Floats) -> float:
    """Independent draws that (chain, draw) of one parameter are worth (Geyer 1992: autocorrelations while pairs are positive)."""
    centred = draws - draws.mean()
    n = draws.shape[1]
    lags = [float((centred[:, lag:] * centred[:, : n - lag]).sum(axis=1).mean() / n) for lag in range(n)]
    total = -lags[0]
    for even, odd in zip(lags[0::2], lags[1::2], strict=False):
        if even + odd <= 0.0:
            break
        total += 2.0 * (even + odd)
    return min(draws.size * lags[0] / total, float(draws.size))


def between(draws: Floats) -> float:
    """R-hat of (chain, draw) of one parameter: near 1 where all chains tell the same (Gelman and Rubin 1992)."""
    n = draws.shape[1]
    within = draws.var(axis=1, ddof=1).mean()
    return float(np.sqrt((n - 1) / n + draws.mean(axis=1).var(ddof=1) / within))


def shipped() -> Floats:
    """The draws of the file (chain, draw, parameter)."""
    return np.array([[float(row[name]) for name in NAMES] for row in table("posterior_votes")]).reshape(CHAINS, KEPT, len(NAMES))


def main() -> None:
    """Write the table, and say how far the chains agree."""
    draws = sample()
    rows = [[f"{value:.5g}" for value in row] for row in draws.reshape(-1, len(NAMES))]
    with (DATA / "posterior_votes.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([NAMES, *rows])
    for k, name in enumerate(NAMES):
        one = draws[:, :, k]
        print(f"{name}: {one.mean():.3f} sd {one.std():.3f}, effective {effective_size(one):.0f}, R-hat {between(one):.3f}")


if __name__ == "__main__":
    main()
