"""The points of a design: which value each factor has at each of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from unsim.experiments.schema import MAX_POINTS, ExperimentFile, Factor
from unsim.files import MAX_BYTES, Problem, ScenarioError, nearest
from unsim.reading import value_of

Point = Mapping[str, Any]
"""Values by factor; a factor that is not named stays as the arm has it."""


def listed(factor: Factor) -> list[Any]:
    """The values of a factor in a grid: those listed, or equally spaced ones over a range, or the middles of equal shares."""
    prior = factor.distribution
    if prior is None:
        return list(factor.values or ())
    if factor.kinds == ["range"]:
        return [float(value) for value in np.linspace(prior.low, prior.high, factor.points)]
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
    try:
        with path.open("rb") as opened:
            raw = opened.read(100 * MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError([Problem(str(path), None, "", f"an unreadable file ({error})", "a CSV file in UTF-8")]) from None
    if len(raw) > 100 * MAX_BYTES:
        raise ScenarioError([Problem(str(path), None, "", "a file of more than 10 MB", "at most 10 MB")])
    problems: list[Problem] = []
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text))
    try:
        heads = [name.strip() for name in next(reader, [])]
        known = list(file.factors)
        problems += [
            Problem(str(path), 1, name, f"unknown factor {name!r}", nearest(name, known)) for name in heads if name not in known
        ]
        problems += [
            Problem(str(path), 1, name, "nothing (the column is missing)", "a column") for name in known if name not in heads
        ]
        problems += [
            Problem(str(path), 1, name, "a column that stands twice", "each factor once")
            for name in set(heads)
            if heads.count(name) > 1
        ]
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(heads):
                problems.append(
                    Problem(str(path), reader.line_num, "", f"a row of {len(row)} cells", f"{len(heads)} cells, as in line 1")
                )
                continue
            rows.append({name: value_of(cell.strip()) for name, cell in zip(heads, row, strict=True) if cell.strip()})
            lines.append(reader.line_num)
    except csv.Error as error:
        problems.append(
            Problem(str(path), reader.line_num, "", f"a row that is no CSV ({error})", "cells with commas between them")
        )
    if not problems and not 1 <= len(rows) <= MAX_POINTS:
        problems.append(Problem(str(path), None, "", f"{len(rows)} rows", f"1 to {MAX_POINTS} rows below the heads"))
    if problems:
        raise ScenarioError(problems)
    return tuple(rows), lines
