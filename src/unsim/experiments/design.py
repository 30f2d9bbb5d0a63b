"""The points of a design: which value each factor has at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from unsim.experiments.schema import MAX_POINTS, ExperimentFile, Factor
from unsim.reading import value_of
from unsim.sheets import read_sheet

Point = Mapping[str, Any]
"""Values by factor; a factor that is not named stays as the arm has it."""


def listed(factor: Factor) -> list[Any]:
    """The values of a factor in a grid: those listed, or equally spaced ones over a range, or the middles of equal shares."""
    prior = factor.distribution
    if prior is None:
        return list(factor.values or ())
    if factor.kinds == ["range"]:
        return [
            float(f"{value:.12g}") for value in np.linspace(prior.low, prior.high, factor.points)
        ]  # 0.6, not 0.6000000000000001
    return [float(prior.quantile((i + 0.5) / factor.points)) for i in range(factor.points)]


def extremes(factor: Factor) -> list[Any]:
    """Values that stand for all of a factor: every listed one, or the lowest and highest that a design will use."""
    prior = factor.distribution
    if prior is None:
        return list(factor.values or ())
    return [float(prior.quantile(share)) for share in (1e-6, 1.0 - 1e-6)]


def size(file: ExperimentFile) -> int:
    """Points of a design that is no table."""
    counts = [len(factor.values) if factor.values else factor.points for factor in file.factors.values()]
    if file.design.kind == "grid":
        return int(np.prod(counts, dtype=np.float64)) if counts else 1
    return 1 + sum(counts) if file.design.kind == "one_at_a_time" else file.design.points or 0


def points(file: ExperimentFile) -> tuple[Point, ...]:
    """The points of a design that is no table; one without factors has one point, at which all arms are as they are."""
    if not file.factors:
        return ({},)
    if file.design.kind == "grid":
        return tuple(
            dict(zip(file.factors, values, strict=True)) for values in product(*(listed(f) for f in file.factors.values()))
        )
    if file.design.kind == "one_at_a_time":
        return ({}, *({name: value} for name, factor in file.factors.items() for value in listed(factor)))
    from scipy.stats import qmc  # takes half a second to load

    rng = np.random.default_rng(file.seed)
    dimensions, number = len(file.factors), file.design.points or 1
    if file.design.kind == "sobol":
        shares = qmc.Sobol(dimensions, rng=rng).random_base2(int(np.log2(number)))
    else:
        shares = qmc.LatinHypercube(dimensions, rng=rng).random(number)
    return tuple(
        {name: _at(factor, share) for (name, factor), share in zip(file.factors.items(), row, strict=True)} for row in shares
    )


def _at(factor: Factor, share: float) -> Any:
    """The value of a factor below which a share of its values lies."""
    prior = factor.distribution
    if prior is None:
        values = factor.values or []
        return values[min(int(share * len(values)), len(values) - 1)]
    return float(prior.quantile(float(np.clip(share, 1e-12, 1.0 - 1e-12))))


def read_table(path: Path, file: ExperimentFile) -> tuple[tuple[Point, ...], list[int]]:
    """The points of a CSV file, and the line of each; an empty cell leaves a factor as the arm has it.

    Raises ``ScenarioError`` with all that is wrong with the file.
    """
    sheet = read_sheet(path, list(file.factors), others=False)
    if not sheet.problems and not 1 <= len(sheet.rows) <= MAX_POINTS:
        sheet.wrong(None, "", f"a table of {len(sheet.rows)} rows", f"1 to {MAX_POINTS} rows below the header")
    sheet.check()
    rows = tuple({name: value_of(cell) for name, cell in row.items() if cell} for _, row in sheet.rows)
    return rows, [line for line, _ in sheet.rows]
