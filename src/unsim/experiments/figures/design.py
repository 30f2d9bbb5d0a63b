"""Effects over a design: a map over two factors, and the effect against each of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from unsim.effects import Effect, paired_effect
from unsim.experiments.figures.look import Asked, called, difference, drawn, interval_of, look, note, titled
from unsim.experiments.findings import Findings
from unsim.parameters import BY_NAME
from unsim.plots.style import (
    INK,
    NOTE_SIZE,
    PANEL,
    TALLEST,
    TEXT_SIZE,
    WIDTHS,
    Picture,
    Width,
    beside,
    blank,
    legend,
    plain_ticks,
    sheet,
    sheets,
    styled,
    wrapped,
)
from unsim.plots.surface import legend_of, parameter_label, shade

if TYPE_CHECKING:
    import pandas as pd


def numeric(found: Findings) -> list[str]:
    """Factors whose values are numbers."""
    names = []
    for name in found.experiment.file.factors:
        values = [found.experiment.points[point].get(name) for point in found.points]
        given = [value for value in values if value is not None]
        if given and all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
            names.append(name)
    return names


def _told(effect: Effect) -> dict[str, Any]:
    return {key: getattr(effect, key) for key in ("effect", "low", "high", "interval", "n", "unit")}


def _factor(found: Findings, name: str, size: float, inches: float) -> str:
    """A factor beside an axis: what the parameter means, or which key it is."""
    key = found.experiment.file.factors[name].key
    parameter = key.removeprefix("parameters.")
    return parameter_label(parameter, inches, size) if parameter in BY_NAME else wrapped(f"{name}: {key}", size, inches)


# Two factors


def plane(found: Findings) -> tuple[str, str] | None:
    """The first two factors that both have several numbers over the points at which both have one; None where there are none."""
    points = [found.experiment.points[point] for point in found.points]
    for pair in combinations(numeric(found), 2):
        both = [point for point in points if all(point.get(name) is not None for name in pair)]
        if all(len({point[name] for point in both}) > 1 for name in pair):
            return pair
    return None


def heats(found: Findings, asked: Asked) -> list[Picture]:
    """A map for each arm, where two factors have numbers at the same points."""
    over, outcome = plane(found), asked.main(found)
    if over is None:
        return []
    return [
        picture
        for arm in asked.arms(found)
        for picture in drawn(
            found, asked, f"heat_{outcome}_{arm}", "The effect over two factors", heat, heat_table, [(outcome, arm, *over)]
        )
    ]


def heat_table(found: Findings, outcome: str, arm: str, x: str, y: str) -> pd.DataFrame:
    """The numbers behind :func:`heat`: the effect over the whole horizon where both factors have a number, and of how many
    points it is the mean.
    """
    import pandas as pd

    places: dict[tuple[float, float], list[int]] = {}
    for point in found.points:
        across, up = (found.experiment.points[point].get(name) for name in (x, y))
        if across is not None and up is not None:
            places.setdefault((float(across), float(up)), []).append(point)
    rows = []
    for (across, up), points in places.items():
        told = _told(_mean_over(found, arm, outcome, points))
        place = {"across": x, "value_across": across, "up": y, "value_up": up}
        rows.append({"arm": arm, "outcome": outcome, **place, "points": len(points), **told})
    return pd.DataFrame(rows)


def _mean_over(found: Findings, arm: str, outcome: str, points: Sequence[int]) -> Effect:
    """The effect over the whole horizon as the mean over some points."""
    ours, theirs = (
        np.mean([found.values(name, outcome, point)[:, -1] for point in points], axis=0)
        for name in (arm, found.experiment.reference)
    )
    return paired_effect(ours, theirs, found.draws, found.kind(outcome).unit)


def heat(found: Findings, outcome: str, arm: str, x: str, y: str, width: Width) -> Figure:
    """The effect over two factors; where several points have the same values of both, their mean."""
    table = heat_table(found, outcome, arm, x, y)
    table["settled"] = (table["low"] > 0.0) | (table["high"] < 0.0)
    grid, settled = (table.pivot(index="value_up", columns="value_across", values=values) for values in ("effect", "settled"))
    whole = grid.size == len(table)
    others = [name for name in found.experiment.file.factors if name not in (x, y)]
    marked = legend_of(grid, width) if whole else "A mark a point: up above 0, down below; bold edge"
    points = int(table["points"].sum())
    told = note(
        found,
        f"Mean paired difference of {called(arm)} over {found.experiment.months} months at each point.",
        f"Shown: the {points} points at which both factors have a number." if points < len(found.points) else "",
        f"Mean over {', '.join(others)}." if others and table["points"].max() > 1 else "",
        f"{marked}: the interval ({interval_of(found)}) leaves out 0 and holds the mean.",
    )
    with styled():
        heading, height = f"{titled(found, outcome)}: effect of {called(arm)} over two factors", 3.6 if width == "page" else 2.9
        figure, axes = sheet(width, 1, 1, height, heading, told)
        axis = axes[0, 0]
        shown = shade(axis, grid, settled, width) if whole else _scatter(axis, table)
        axis.set_xlabel(_factor(found, x, TEXT_SIZE, WIDTHS[width] - 1.3))
        axis.set_ylabel(_factor(found, y, TEXT_SIZE, height - 0.7))
        figure.colorbar(shown, label=wrapped(difference(found, outcome), TEXT_SIZE, height - 0.7))
    return figure


def _scatter(axis: Any, table: pd.DataFrame) -> Any:
    """Points of a design that is no grid. Shades of both signs are alike in grey, so the marks point up or down."""
    reach = float(table["effect"].abs().max()) or 1.0
    for marker, rows in (("^", table[table["effect"] >= 0.0]), ("v", table[table["effect"] < 0.0])):
        widths = np.where(rows["settled"], 1.3, 0.4)
        shown = axis.scatter(rows["value_across"], rows["value_up"], c=rows["effect"], cmap="PuOr_r", vmin=-reach, vmax=reach,
                             s=34, marker=marker, edgecolor=INK, linewidth=widths)  # fmt: skip
    return shown


# One factor at a time

HIGH = 1.9
"""Of a panel of responses, inches."""


def _columns(names: Sequence[str], width: Width) -> int:
    return max(1, min(int(WIDTHS[width] / (1.3 * PANEL)), len(names)))


def responses(found: Findings, asked: Asked) -> list[Picture]:
    """The effect against each factor with numbers, as many as pages hold."""
    names, outcome = numeric(found), asked.main(found)
    if not names or len(found.points) < 2:
        return []
    pages = [(outcome, some) for some in sheets(names, _columns(names, asked.width) * int((TALLEST - 1.5) / HIGH))]
    return drawn(found, asked, f"response_{outcome}", "The effect by factor", response, response_table, pages)


def response_table(found: Findings, outcome: str, factors: Sequence[str]) -> pd.DataFrame:
    """The effect of each arm by the values of each factor: arm, factor, value, effect, low, high, n points.

    At each value it is the mean over the points that have it, with the interval of that mean over draws.
    """
    import pandas as pd

    rows = []
    for name in factors:
        by_value: dict[float, list[int]] = {}
        for point in found.points:
            value = found.experiment.points[point].get(name)
            if value is not None:
                by_value.setdefault(float(value), []).append(point)
        for arm in found.experiment.strategies:
            for value, points in sorted(by_value.items()):
                told = _told(_mean_over(found, arm, outcome, points))
                rows.append({"arm": arm, "outcome": outcome, "factor": name, "value": value, "points": len(points), **told})
    return pd.DataFrame(rows)


def _at_each_value(found: Findings) -> str:
    if any(len(found.experiment.points[point]) > 1 for point in found.points):
        return "Mean over the points with that value."
    others = "; each factor by itself, all else as the arm has it" if len(found.experiment.file.factors) > 1 else ""
    return f"A point for each value{others}."


def response(found: Findings, outcome: str, names: Sequence[str], width: Width) -> Figure:
    """The effect of each arm against each factor, with bands."""
    table, arms = response_table(found, outcome, names), found.experiment.strategies
    columns = _columns(names, width)
    alone = table["points"].max() <= 1 and plane(found) is not None
    said = "A mark a point, at which all factors differ: read a trend, no curve." if alone else _at_each_value(found)
    told = note(found, f"Mean paired difference over {found.experiment.months} months. Band: {interval_of(found)}.", said)
    labels = [called(arm) for arm in arms]
    with styled():
        heading = f"{titled(found, outcome)}: effect against {called(found.experiment.reference)}, by factor"
        across = beside(labels, width)
        figure, axes = sheet(width, -(-len(names) // columns), columns, HIGH, heading, told, key=labels, across=across, sharey=True)
        for index, (axis, name) in enumerate(zip(axes.flat, names, strict=False)):
            axis.axhline(0.0, color=INK, linewidth=0.6)
            for rank, arm in enumerate(arms):
                rows, style = table[(table["arm"] == arm) & (table["factor"] == name)], look(found, arm)
                if alone:
                    axis.vlines(rows["value"], rows["low"], rows["high"], color=style["color"], linewidth=0.6)
                    axis.plot(rows["value"], rows["effect"], style["marker"], color=style["color"], markersize=3)
                else:
                    _curve(axis, rows, style, rank, len(arms))
            axis.set_xlabel(_factor(found, name, NOTE_SIZE, WIDTHS[width] / columns - 0.5), fontsize=NOTE_SIZE)
            if index % columns == 0:
                axis.set_ylabel(wrapped(difference(found, outcome), NOTE_SIZE, 1.5), fontsize=NOTE_SIZE)
            values = sorted(set(table[table["factor"] == name]["value"]))
            if len(values) <= 6:
                axis.set_xticks(values, [f"{value:.3g}" for value in values])
            else:
                plain_ticks(axis.xaxis)
            plain_ticks(axis.yaxis)
        blank(axes, len(names))
        handles = [Line2D([], [], markersize=3.5, **look(found, arm)) for arm in arms]
        legend(figure, handles, labels, heading, columns=across)
    return figure


def _curve(axis: Any, rows: pd.DataFrame, style: dict[str, Any], rank: int, of: int) -> None:
    """The effect of one of several arms with its band, whose edges have the line of the arm: bands are alike in grey."""
    axis.fill_between(rows["value"], rows["low"], rows["high"], color=style["color"], alpha=0.13, linewidth=0)
    if of > 1:
        for edge in ("low", "high"):
            axis.plot(rows["value"], rows[edge], color=style["color"], linestyle=style["linestyle"], linewidth=0.5)
    thin = 0.5**rank  # arms may lie upon each other
    axis.plot(rows["value"], rows["effect"], markersize=2.5 + 3.5 * thin, linewidth=0.8 + 1.6 * thin, **style)
