"""Joint posterior draws that ship with the package: what the record of votes and of trade says about parameters.

Each table ``posterior_*.csv`` has a column for each parameter row that a fit informs and a row for each draw. A draw of a run
takes one row of each table, so that what the fit found to go together stays together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unsim.parameters import Prior, draw_rows, first_uniforms
from unsim.rules.chance import permanent_code
from unsim.tables import table

FITS = ("posterior_votes", "posterior_economy")
"""Tables of draws, one for each fit."""


@cache
def fitted(fit: str) -> dict[str, NDArray[np.float64]]:
    """The draws of a fit: parameter row → values (draw)."""
    rows = table(fit)
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@cache
def marginals() -> dict[str, Prior]:
    """Of every fitted parameter row, its posterior by itself: median, standard deviation, least and greatest draw."""
    found = {}
    for fit in FITS:
        for name, values in fitted(fit).items():
            spread = float(values.std(ddof=1))
            found[name] = Prior("draws", float(np.median(values)), spread, float(values.min()), float(values.max()), "posterior")
    return found


def drawn(seed: int, draws: list[int]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Values (draw) of every fitted parameter row; draw -1 has the medians. The address is (seed, draw; name of the fit)."""
    for fit in FITS:
        columns = fitted(fit)
        number = len(next(iter(columns.values())))
        luck = np.empty(len(draws))
        first_uniforms(np.uint64(seed), np.maximum(draws, 0).astype(np.uint64), np.uint64(permanent_code(fit)), luck)
        rows = (luck * number).astype(np.int64)
        usual = np.array(draws) < 0
        for name, values in columns.items():
            yield name, np.where(usual, marginals()[name].a, values[rows])


def draw_table(priors: Mapping[str, Prior], seed: int, draws: list[int]) -> NDArray[np.float64]:
    """Values of every parameter row, shape (row, draw): jointly where its prior is a shipped posterior, else from the prior.

    Draw -1 has the default of a prior and the median of a posterior.
    """
    joint = {label for label, prior in priors.items() if prior.origin == "posterior"}
    alone = {label: Prior("fixed", p.a, 0.0, p.a, p.a) if label in joint else p for label, p in priors.items()}
    table = draw_rows(alone, seed, draws)
    rows = {label: row for row, label in enumerate(priors)}
    for label, values in drawn(seed, draws) if joint else ():
        if label in joint:
            table[rows[label]] = values
    return table
