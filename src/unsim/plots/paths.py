"""Outcomes month by month: every outcome in small panels, and the two costs with the effect beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from unsim.effects import Comparison, unit_of_difference
from unsim.plots.style import (
    INK,
    LOOKS,
    NOTE_SIZE,
    PANEL,
    STRATEGY,
    TALLEST,
    WIDTHS,
    Picture,
    Result,
    Width,
    arms,
    blank,
    keys_of,
    legend,
    main_arm,
    month_axis,
    months_of,
    numbered,
    panel_title,
    plain_ticks,
    rests_on,
    sheet,
    sheets,
    spoken,
    styled,
    wrapped,
)
from unsim.results import QUANTILES, Run, spread_of
from unsim.rules.ledger import Outcome

if TYPE_CHECKING:
    import pandas as pd

COSTS = ("political_cost", "economic_cost")


def groups(result: Result) -> dict[str, list[Outcome]]:
    """All outcomes of either arm, in groups that make one figure each."""
    found: dict[str, dict[str, Outcome]] = {}
    for arm in arms(result).values():
        sold = {f"revenue_{channel}" for channel in arm.scenario.labels.channels}
        for outcome in arm.scenario.outcomes:
            trade = outcome.name in sold or outcome.name.startswith("revenue_from_")
            group = "trade" if trade else "others" if outcome.about in ("civilians", "coalition") else outcome.about
            found.setdefault(group.lower().replace(" ", "_"), {}).setdefault(outcome.name, outcome)
    return {group: list(outcomes.values()) for group, outcomes in found.items()}


def has(arm: Run, outcome: str) -> bool:
    """Whether an arm has an outcome: revenue of a channel, for one, may be in one arm only."""
    return any(kind.name == outcome for kind in arm.scenario.outcomes)


TITLES = {
    "regime": "What the regime has and bears",
    "trade": "Revenue by partner and by channel",
    "others": "Civilians and the coalition",
    "un_output": "What the UN puts out",
    "enforcement": "Enforcement by partner",
}


def title_of(group: str) -> str:
    """What a group of outcomes is about."""
    return TITLES.get(group, spoken(group))


def _values(arm: Run, outcome: Outcome) -> NDArray[np.float64]:
    """Kept paths (month, replicate) as they are shown: counts add up over the months."""
    kept = arm.kept[arm.row(outcome.name)]
    return np.cumsum(kept, axis=0) if outcome.aggregate == "sum" else kept


def _quantiles(arm: Run, outcome: Outcome) -> dict[str, NDArray[np.float64]]:
    return dict(zip(QUANTILES, np.quantile(_values(arm, outcome), list(QUANTILES.values()), axis=1), strict=True))


def _unit(outcome: Outcome) -> str:
    return f"{outcome.unit} so far" if outcome.aggregate == "sum" else outcome.unit


def fan(axis: Any, months: Any, quantiles: dict[str, NDArray[np.float64]], look: dict[str, Any], filled: bool = True) -> Any:
    """Median, 50% and 90% of futures: areas, or the edges of these alone. Returns the line."""
    if len(months) == 1:  # a line and an area through one month are nothing
        beside = months + np.timedelta64(-2 if filled else 2, "D")
        axis.vlines(beside, quantiles["q05"], quantiles["q95"], color=look["color"], linewidth=0.8, linestyle=look["linestyle"])
        axis.vlines(beside, quantiles["q25"], quantiles["q75"], color=look["color"], linewidth=3.0)
        (line,) = axis.plot(beside, quantiles["q50"], markersize=4, **look)
        return line
    if filled:
        axis.fill_between(months, quantiles["q05"], quantiles["q95"], color=look["color"], alpha=0.14, linewidth=0)
        axis.fill_between(months, quantiles["q25"], quantiles["q75"], color=look["color"], alpha=0.28, linewidth=0)
    else:  # the arms often lie close: one is filled, the other drawn by its edges
        for edge in ("q05", "q25", "q75", "q95"):
            axis.plot(months, quantiles[edge], color=look["color"], linewidth=0.5, linestyle="--")
    (line,) = axis.plot(months, quantiles["q50"], color=look["color"], linestyle=look["linestyle"], linewidth=1.3)
    return line


HEIGHT = 1.42
"""Of a small panel, inches."""


def paths(result: Result, outcomes: Sequence[Outcome], heading: str, width: Width = "page") -> Figure:
    """Outcomes month by month, in both arms; counts add up. Needs runs that kept paths (``keep``)."""
    runs = arms(result)
    columns = min(int(WIDTHS[width] / PANEL), len(outcomes))
    handles, labels = keys_of(result)
    note = f"{_paths_note(result)} Counts add up over the months."
    with styled():
        figure, axes = sheet(width, -(-len(outcomes) // columns), columns, HEIGHT, heading, note, key=labels)
        for axis, outcome in zip(axes.flat, outcomes, strict=False):
            for name, arm in reversed(runs.items()):
                if has(arm, outcome.name):
                    fan(axis, months_of(arm.scenario), _quantiles(arm, outcome), LOOKS[name], name != "reference")
            axis.set_title(panel_title(spoken(outcome.name, main_arm(result).scenario)))
            axis.set_ylabel(wrapped(_unit(outcome), NOTE_SIZE, 0.9), fontsize=NOTE_SIZE)
            plain_ticks(axis.yaxis)
            month_axis(axis, main_arm(result).scenario, 3)
        blank(axes, len(outcomes))
        legend(figure, handles, labels, heading)
    return figure


def _paths_note(result: Result) -> str:
    kept, draws = main_arm(result).kept.shape[2], main_arm(result).draws
    both = "Strategy: areas; reference: broken lines." if isinstance(result, Comparison) else ""
    return f"{rests_on(result, kept)} Median, 50% and 90% of futures, {spread_of(draws)}. {both}".strip()


def paths_table(result: Result, outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """The numbers behind :func:`paths`: outcome, unit, month, and the quantiles of each arm."""
    import pandas as pd

    parts = []
    for outcome in outcomes:
        columns: dict[str, Any] = {
            "outcome": outcome.name,
            "unit": _unit(outcome),
            "month": months_of(main_arm(result).scenario).astype(str),
        }
        for name, arm in arms(result).items():
            if has(arm, outcome.name):
                columns |= {f"{name}_{level}": values for level, values in _quantiles(arm, outcome).items()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def costs(comparison: Comparison, width: Width = "page") -> Figure:
    """Paths of political and economic cost in both arms, and the effect month by month. Needs kept paths (``keep``)."""
    runs, narrow = arms(comparison), width == "column"
    handles, labels = keys_of(comparison)
    heading = "Political and economic cost, and the effect on each"
    note = f"{_paths_note(comparison)} Effects: mean paired difference; band: {comparison.monthly_interval}."
    with styled():
        options: dict[str, Any] = {} if narrow else {"width_ratios": [1.35, 1.0]}
        shape = (4, 1) if narrow else (2, 2)
        figure, axes = sheet(width, *shape, 1.45 if narrow else 2.1, heading, note, key=labels, **options)
        for (left, right), outcome in zip(axes.reshape(2, 2), COSTS, strict=True):
            kind = comparison.strategy.scenario.outcomes[comparison.strategy.row(outcome)]
            for name, arm in reversed(runs.items()):
                fan(left, months_of(arm.scenario), _quantiles(arm, kind), LOOKS[name], name != "reference")
            left.set(title=spoken(outcome), ylabel=kind.unit)
            effect(right, months_of(comparison.strategy.scenario), comparison.monthly(outcome))
            right.set(title=f"Effect on {outcome.replace('_', ' ')}", ylabel=unit_of_difference(kind.unit))
        for axis in axes.flat:
            month_axis(axis, comparison.strategy.scenario, 5)
        legend(figure, handles, labels, heading)
    return figure


def effect(axis: Any, months: Any, monthly: pd.DataFrame, colour: str = STRATEGY) -> None:
    """The mean paired difference by month with its interval (effect, low, high)."""
    single = len(months) == 1
    axis.axhline(0.0, color=INK, linewidth=0.6)
    axis.fill_between(months, monthly["low"], monthly["high"], color=colour, alpha=0.25, linewidth=0)
    axis.plot(months, monthly["effect"], color=colour, linewidth=1.3, marker="o" if single else "")
    if single:
        axis.vlines(months, monthly["low"], monthly["high"], color=colour, linewidth=0.8)


def costs_table(comparison: Comparison) -> pd.DataFrame:
    """The numbers behind :func:`costs`: outcome, month, quantiles of both arms, effect with its interval."""
    import pandas as pd

    parts = []
    for outcome in COSTS:
        kind = comparison.strategy.scenario.outcomes[comparison.strategy.row(outcome)]
        table = comparison.monthly(outcome).assign(outcome=outcome, unit=kind.unit, interval=comparison.monthly_interval)
        table["month"] = months_of(comparison.strategy.scenario).astype(str)
        for name, arm in arms(comparison).items():
            for level, values in _quantiles(arm, kind).items():
                table[f"{name}_{level}"] = values
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def pictures(result: Result, width: Width) -> list[Picture]:
    """The figures of paths that a result has; a group that a page cannot hold makes several."""
    found = []
    if isinstance(result, Comparison):
        caption = "Political and economic cost in both arms, and the effect on each"
        found.append(Picture("costs", caption, partial(costs, result, width), partial(costs_table, result)))
    most = int(WIDTHS[width] / PANEL) * int((TALLEST - 1.0) / HEIGHT)
    for group, outcomes in groups(result).items():
        for index, some in enumerate(sheets(outcomes, most)):
            drawn = (partial(paths, result, some, title_of(group), width), partial(paths_table, result, some))
            found.append(Picture(numbered(f"paths_{group}", index), f"{title_of(group)}, month by month", *drawn))
    return found
