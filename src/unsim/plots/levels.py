"""Levels over the horizon, each beside its effect: revenue by channel and partner, costs by component."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from unsim.effects import Comparison
from unsim.plots.effects import interval
from unsim.plots.style import (
    INK,
    LEVELS,
    LOOKS,
    TEXT_SIZE,
    Picture,
    Result,
    Width,
    arms,
    described,
    legend,
    main_arm,
    rests_on,
    sheet,
    styled,
    wrapped,
)
from unsim.results import Run, spread_of

if TYPE_CHECKING:
    import pandas as pd

POLITICAL = ("political_cost", "isolation", "accountability", "cohesion_loss", "legitimacy_loss")
ECONOMIC = ("revenue_without_measures", "revenue", "undeclared_revenue", "resale_lost", "economic_cost")


def revenue_rows(arm: Run) -> dict[str, dict[str, str]]:
    """Outcomes of revenue by channel and by partner, with what the figure calls them."""
    file = arm.scenario.file
    channels = {f"revenue_{name}": file.channels[name].label or name for name in arm.scenario.labels.channels}
    partners = {f"revenue_from_{code}": arm.scenario.called(code) for code in arm.scenario.labels.partners}
    return {"by channel": channels, "by partner": partners}


def component_rows(arm: Run) -> dict[str, dict[str, str]]:
    """Outcomes of political and economic cost by component, with what the figure calls them."""
    return {
        part: {name: name.replace("_", " ") for name in names} for part, names in (("political", POLITICAL), ("economic", ECONOMIC))
    }


KINDS = {
    "revenue": (revenue_rows, "Revenue"),
    "components": (component_rows, "Costs by component"),
}
EXPLAINED = {
    "revenue": "",
    "components": "Political cost is the weighted mean of the four below it, with weights that are parameters. Economic cost is "
    "revenue without measures less revenue; the undeclared is part of revenue; resale lost is part of the cost.",
}


def levels(result: Result, kind: str, width: Width = "page") -> Figure:
    """Each outcome of a kind over the whole horizon: mean, 50% and 90% of futures in each arm, and the effect beside it."""
    parts, runs = KINDS[kind][0](main_arm(result)), arms(result)
    paired = isinstance(result, Comparison)
    labels = [described(name, arm) for name, arm in runs.items()]
    note = f"{rests_on(result)} Over {main_arm(result).months} months. Mark: mean; bars: 50% and 90% of futures, "
    note += f"{spread_of(main_arm(result).draws)}. {EXPLAINED[kind]}"
    if isinstance(result, Comparison):
        note += f" Effect: mean paired difference; bar: {result.effect(result.shared[0]).interval}; filled: it leaves out 0."
    beside = paired and width == "page"
    rows, columns = (len(parts), 2) if beside else (len(parts) * (1 + paired), 1)
    counts = [len(names) for names in parts.values()]
    heights = counts if beside or not paired else [count for count in counts for _ in range(2)]
    with styled():
        options: dict[str, Any] = {"width_ratios": [1.5, 1.0]} if beside else {}
        height = 0.62 + 0.23 * sum(counts) / len(counts)
        figure, axes = sheet(width, rows, columns, height, KINDS[kind][1], note, key=labels,
                             height_ratios=heights, **options)  # fmt: skip
        grid = axes.reshape(len(parts), 1 + paired)
        for row, (part, names) in zip(grid, parts.items(), strict=True):
            unit = main_arm(result).scenario.outcomes[main_arm(result).row(next(iter(names)))].unit
            _spread(row[0], runs, list(names))
            row[0].set(title=part.capitalize(), xlabel=unit)
            if isinstance(result, Comparison):
                _effects(row[1], result, list(names))
                row[1].set(title="Effect" if beside else f"Effect, {part}", xlabel=unit)
            told = [wrapped(name, TEXT_SIZE, 1.5) for name in names.values()]
            for axis in row:
                axis.set_yticks(range(len(names)), told if axis is row[0] or not beside else [""] * len(names))
                axis.set_ylim(len(names) - 0.4, -0.6)
                axis.tick_params(axis="y", length=0)
        handles = [grid[0][0].plot([], [], linestyle="", markersize=4, color=look["color"], marker=look["marker"])[0]
                   for look in (LOOKS[name] for name in runs)]  # fmt: skip
        legend(figure, handles, labels, KINDS[kind][1])
    return figure


def _spread(axis: Any, runs: dict[str, Run], names: list[str]) -> None:
    for offset, (name, arm) in zip((-0.16, 0.16) if len(runs) > 1 else (0.0,), runs.items(), strict=True):
        look = LOOKS[name]
        for y, outcome in enumerate(names):
            if outcome in {kind.name for kind in arm.scenario.outcomes}:
                values = arm.outcome(outcome)
                low, left, _, right, high = np.quantile(values, list(LEVELS.values()))
                axis.plot([low, high], [y + offset] * 2, color=look["color"], linewidth=0.7, linestyle=look["linestyle"])
                axis.plot([left, right], [y + offset] * 2, color=look["color"], linewidth=2.2, solid_capstyle="butt", alpha=0.6)
                axis.plot([values.mean()], [y + offset], marker=look["marker"], markersize=3.6, color=look["color"])
    axis.set_xlim(left=min(0.0, axis.get_xlim()[0]))


def _effects(axis: Any, comparison: Comparison, names: list[str]) -> None:
    axis.axvline(0.0, color=INK, linewidth=0.6)
    for y, outcome in enumerate(names):
        if outcome in comparison.shared:
            effect = comparison.effect(outcome)
            interval(axis, y, effect)
            told = f"{effect.effect:+.2g}" if effect.effect or effect.low or effect.high else "0"
            axis.annotate(told, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=TEXT_SIZE)


def levels_table(result: Result, kind: str) -> pd.DataFrame:
    """The numbers behind :func:`levels`: part, outcome, unit, mean and quantiles of each arm, effect with interval."""
    import pandas as pd

    rows = []
    for part, names in KINDS[kind][0](main_arm(result)).items():
        for outcome, label in names.items():
            unit = main_arm(result).scenario.outcomes[main_arm(result).row(outcome)].unit
            row: dict[str, Any] = {"part": part, "outcome": outcome, "shown_as": label, "unit": unit}
            for name, arm in arms(result).items():
                if outcome in {kind.name for kind in arm.scenario.outcomes}:
                    values = arm.outcome(outcome)
                    quantiles = np.quantile(values, list(LEVELS.values()))
                    row[f"{name}_mean"] = values.mean()
                    row |= {f"{name}_{level}": value for level, value in zip(LEVELS, quantiles, strict=True)}
            if isinstance(result, Comparison) and outcome in result.shared:
                effect = result.effect(outcome)
                row |= {key: getattr(effect, key) for key in ("effect", "low", "high", "interval", "n")}
            rows.append(row)
    return pd.DataFrame(rows)


def pictures(result: Result) -> list[Picture]:
    """The figures of levels."""
    return [
        Picture(kind, f"{title} over the whole horizon", partial(levels, result, kind), partial(levels_table, result, kind))
        for kind, (_, title) in KINDS.items()
    ]
