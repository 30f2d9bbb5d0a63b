"""Joint posterior draws that ship with the package: what the record of votes and of trade says about parameters.

Each table ``posterior_*.csv`` has a column for each parameter row that a fit informs and a row for each draw. A draw of a run
takes one row of each table, so that what the fit found to go together stays together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from unsim.parameters import Prior
from unsim.rules.chance import PARAMETER, permanent_code, uniforms
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
        who = np.uint64(permanent_code(fit))
        address = [(np.uint64(seed), np.uint64(max(draw, 0)), np.uint64(0), PARAMETER, who, np.uint64(0)) for draw in draws]
        rows = np.array([int(uniforms(*one)[0] * number) for one in address], dtype=np.int64)
        usual = np.array(draws) < 0
        for name, values in columns.items():
            yield name, np.where(usual, marginals()[name].a, values[rows])
