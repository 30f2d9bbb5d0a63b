"""Joint draws of parameters: those that ship, which the record of votes and of trade informs, and those that a user brings.

Each table ``posterior_*.csv`` has a column for each parameter row that a fit informs and a row for each draw. A draw of a run
takes one row of each table, so that what the fit found to go together stays together. A table that a user brings has the same form;
draw *i* is its row *i*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import inf, isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unsim.parameters import BY_NAME, Origin, Prior, draw_rows, first_uniforms
from unsim.rules.chance import permanent_code
from unsim.sheets import read_sheet
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
    found: dict[str, Prior] = {}
    for fit in FITS:
        found |= {name: _marginal(values, "posterior") for name, values in fitted(fit).items()}
    return found


def _marginal(values: NDArray[np.float64], origin: Origin) -> Prior:
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return Prior("draws", float(np.median(values)), spread, float(values.min()), float(values.max()), origin)


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


@dataclass(frozen=True, eq=False)
class Brought:
    """Draws that a user brings, such as a posterior of their own: parameter row → values (draw); ``name`` of their file."""

    name: str
    columns: Mapping[str, NDArray[np.float64]]

    @property
    def number(self) -> int:
        """Draws."""
        return len(next(iter(self.columns.values())))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names of the parameter rows and the raw values."""
        digest = hashlib.sha256("\0".join(self.columns).encode())
        for values in self.columns.values():
            digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
        return digest.hexdigest()

    @cached_property
    def marginals(self) -> dict[str, Prior]:
        """The distribution of every parameter row by itself."""
        return {label: _marginal(values, "brought") for label, values in self.columns.items()}

    def drawn(self, draws: list[int]) -> Iterator[tuple[str, NDArray[np.float64]]]:
        """Values (draw) of every parameter row; draw -1 has the medians. After the last row comes the first again."""
        rows, usual = np.maximum(draws, 0) % self.number, np.array(draws) < 0
        for label, values in self.columns.items():
            yield label, np.where(usual, self.marginals[label].a, values[rows])


def read_draws(path: Path, known: Sequence[str], most: int) -> Brought:
    """Draws from a CSV file: a column for each parameter row that it informs, a row for each draw, at most ``most``.

    ``known``: the parameter rows that there are. Raises ``ScenarioError`` with all that is wrong with the file.
    """
    sheet = read_sheet(path, (), known, others=False)
    if not sheet.problems and not 1 <= len(sheet.rows) <= most:
        sheet.wrong(None, "", f"a table of {len(sheet.rows)} draws", f"1 to {most} rows below the header")
    columns = {label: np.empty(len(sheet.rows)) for label in sheet.header if label in known}
    for row, (line, cells) in enumerate(sheet.rows):
        for label, values in columns.items():
            parameter = BY_NAME[label.partition(".")[0]]
            low, high = parameter.prior.low, parameter.prior.high
            try:
                values[row] = float(cells[label])
            except ValueError:
                values[row] = inf
            if not (isfinite(values[row]) and low <= values[row] <= high):
                found = cells[label] or "nothing (the cell is empty)"
                sheet.wrong(line, label, found, f"a number from {low:g} to {high:g} ({parameter.meaning}, {parameter.unit})")
    sheet.check()
    return Brought(path.name, columns)


def draw_table(priors: Mapping[str, Prior], seed: int, draws: list[int], brought: Brought | None = None) -> NDArray[np.float64]:
    """Values of every parameter row, shape (row, draw): jointly where its prior is made of joint draws, else from the prior.

    Draw -1 has the default of a prior and the median of joint draws.
    """
    joint = {label for label, prior in priors.items() if prior.kind == "draws"}
    alone = {label: Prior("fixed", p.a, 0.0, p.a, p.a) if label in joint else p for label, p in priors.items()}
    table = draw_rows(alone, seed, draws)
    rows = {label: row for row, label in enumerate(priors)}
    for label, values in drawn(seed, draws) if joint else ():
        if label in joint and priors[label].origin == "posterior":
            table[rows[label]] = values
    for label, values in brought.drawn(draws) if brought else ():
        if label in joint:
            table[rows[label]] = values
    return table
