"""What a strategy changes: a forest plot of effects over horizons, and who bears what."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from unsim.effects import Comparison, Effect
from unsim.plots.paths import TITLES, groups
from unsim.plots.style import (
    INK,
    NOTE_SIZE,
    PANEL,
    STRATEGY,
    TEXT_SIZE,
    WIDTHS,
    Picture,
    Width,
    blank,
    panel_title,
    plain_ticks,
    rests_on,
    sheet,
    spoken,
    styled,
    wrapped,
)

if TYPE_CHECKING:
    import pandas as pd


def _heading(what: str, comparison: Comparison) -> str:
    return f"{what}: {comparison.strategy.scenario.title}, against {comparison.reference.scenario.title}"


def _note(comparison: Comparison) -> str:
    return f"{rests_on(comparison)} Mean paired difference; bar: {comparison.effect(comparison.shared[0]).interval}."


def interval(axis: Any, y: float, effect: Effect, sign: float = 1.0) -> None:
    """An effect and its interval; the mark is filled where the interval leaves out 0."""
    ends = sorted((sign * effect.low, sign * effect.high))
    settled = ends[0] > 0.0 or ends[1] < 0.0
    axis.plot(ends, [y, y], color=STRATEGY, linewidth=1.6, solid_capstyle="butt")
    face = STRATEGY if settled else "white"
    axis.plot([sign * effect.effect], [y], marker="o", markersize=4.2, color=STRATEGY, markerfacecolor=face, markeredgewidth=0.9)


def forest(comparison: Comparison, group: str, width: Width = "page") -> Figure:
    """The effect on each outcome of a group over each horizon; outcomes without any difference are named below."""
    named = [outcome for outcome in groups(comparison.strategy)[group] if outcome.name in comparison.shared]
    horizons = comparison.horizons
    effects = {kind.name: [comparison.effect(kind.name, h) for h in horizons] for kind in named}
    moved = [kind for kind in named if any(e.effect or e.low or e.high for e in effects[kind.name])]
    still = [spoken(kind.name, comparison.strategy) for kind in named if kind not in moved]
    columns = max(1, min(int(WIDTHS[width] / PANEL), len(moved)))
    note = f"{_note(comparison)} Filled: the interval leaves out 0."
    note += f" No difference in any future: {', '.join(still)}." if still else ""
    with styled():
        rows, height = max(1, -(-len(moved) // columns)), 0.78 + 0.14 * len(horizons)
        title = TITLES.get(group, spoken(group))
        figure, axes = sheet(width, rows, columns, height, _heading(f"Effects. {title}", comparison), note)
        for index, (axis, kind) in enumerate(zip(axes.flat, moved, strict=False)):
            axis.axvline(0.0, color=INK, linewidth=0.6)
            for y, effect in enumerate(effects[kind.name]):
                interval(axis, y, effect)
            names = [f"{h} months" for h in horizons] if index % columns == 0 else [""] * len(horizons)
            axis.set_yticks(range(len(horizons)), names)
            axis.set_ylim(len(horizons) - 0.4, -0.6)
            axis.tick_params(axis="y", length=0)
            plain_ticks(axis.xaxis)
            axis.set_title(panel_title(spoken(kind.name, comparison.strategy)))
            unit = kind.unit if kind.aggregate == "mean" else f"{kind.unit}, sum"
            axis.set_xlabel(wrapped(unit, NOTE_SIZE, PANEL - 0.25), fontsize=NOTE_SIZE)
        if not moved:
            axes[0, 0].text(0.5, 0.5, "No outcome differs in any future.", ha="center", transform=axes[0, 0].transAxes)
        blank(axes, len(moved))
    return figure


def forest_table(comparison: Comparison, group: str) -> pd.DataFrame:
    """The numbers behind :func:`forest`: those of ``Comparison.frame`` for the outcomes of the group."""
    table = comparison.frame()
    return table[table["outcome"].isin([kind.name for kind in groups(comparison.strategy)[group]])].reset_index(drop=True)


BORNE = (
    ("regime", "political_cost", 1.0, "political cost"),
    ("regime", "cost_of_defiance", 1.0, "cost of defiance"),
    ("civilians", "civilian_welfare", -1.0, "welfare lost"),
    ("regime", "economic_cost", 1.0, "economic cost"),
    ("regime", "revenue", -1.0, "revenue lost"),
    ("regime", "weapons_spending", -1.0, "weapons spending forgone"),
    ("civilians", "civilian_spending", -1.0, "civilian spending lost"),
    ("civilians", "extraction", 1.0, "more extraction"),
    ("coalition", "coalition_cost", 1.0, "cost of its own"),
)
"""Who bears it, the outcome, the sign with which more is worse for them, and what a figure calls it."""


def _borne(comparison: Comparison) -> dict[str, list[tuple[str, str, float, str]]]:
    """The outcomes of :data:`BORNE` by unit: only what has one unit is compared on one axis."""
    found: dict[str, list[tuple[str, str, float, str]]] = {}
    for entry in BORNE:
        if entry[1] in comparison.shared:
            unit = comparison.strategy.scenario.outcomes[comparison.strategy.row(entry[1])].unit
            found.setdefault(unit, []).append(entry)
    return found


def burden(comparison: Comparison, width: Width = "page") -> Figure:
    """Who bears what: effects on the regime, civilians and the coalition, to the right where it is worse for them."""
    borne = _borne(comparison)
    note = f"{_note(comparison)} Over {comparison.strategy.months} months; right of 0: worse for those who bear it. "
    note += "Only what has one unit is on one axis; costs of different kinds are not added up. Filled: the interval leaves out 0."
    with styled():
        counts = [len(entries) for entries in borne.values()]
        height = sum(0.2 * count + 0.62 for count in counts) / len(counts)
        figure, axes = sheet(width, len(borne), 1, height, _heading("Who bears what", comparison), note, height_ratios=counts)
        for axis, (unit, entries) in zip(axes.flat, borne.items(), strict=True):
            axis.axvline(0.0, color=INK, linewidth=0.6)
            for y, (_, outcome, sign, _) in enumerate(entries):
                effect = comparison.effect(outcome)
                interval(axis, y, effect, sign)
                axis.annotate(
                    f"{sign * effect.effect:+.2g}", (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=TEXT_SIZE
                )
            for last in np.flatnonzero([a[0] != b[0] for a, b in pairwise(entries)]):
                axis.axhline(last + 0.5, color=INK, linewidth=0.4, linestyle=":")
            axis.set_yticks(range(len(entries)), [f"{who}: {words}" for who, _, _, words in entries])
            axis.set_ylim(len(entries) - 0.4, -0.6)
            axis.tick_params(axis="y", length=0)
            axis.set_xlabel(unit)
    return figure


def burden_table(comparison: Comparison) -> pd.DataFrame:
    """The numbers behind :func:`burden`: bearer, outcome, unit, and the effect with its interval, signed so that more is worse."""
    import pandas as pd

    rows = []
    for unit, entries in _borne(comparison).items():
        for bearer, outcome, sign, words in entries:
            effect = comparison.effect(outcome)
            low, high = sorted((sign * effect.low, sign * effect.high))
            row = {"bearer": bearer, "outcome": outcome, "shown_as": words, "unit": unit, "sign": sign}
            rows.append(
                {**row, "effect": sign * effect.effect, "low": low, "high": high, "interval": effect.interval, "n": effect.n}
            )
    return pd.DataFrame(rows)


def pictures(comparison: Comparison) -> list[Picture]:
    """The figures of effects."""
    caption = "Who bears what: effects signed so that more is worse for those who bear it"
    found = [Picture("burden", caption, partial(burden, comparison), partial(burden_table, comparison))]
    for group in groups(comparison.strategy):
        caption = f"{TITLES.get(group, spoken(group))}: the effect on each outcome over each horizon"
        drawn = (partial(forest, comparison, group), partial(forest_table, comparison, group))
        found.append(Picture(f"effects_{group}", caption, *drawn))
    return found
