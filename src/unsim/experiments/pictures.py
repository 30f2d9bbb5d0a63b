"""The figures of a sweep, each with its numbers, made from what is on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from unsim.effects import Comparison, paired_effect
from unsim.experiments.findings import Findings, chance_of
from unsim.experiments.flips import SCREENED
from unsim.files import Problem, ScenarioError, nearest
from unsim.plots import council
from unsim.plots.effects import interval
from unsim.plots.style import (
    INK,
    NOTE_SIZE,
    PANEL,
    REFERENCE,
    STRATEGY,
    TALLEST,
    TEXT_SIZE,
    WIDTHS,
    Picture,
    Width,
    blank,
    legend,
    month_axis,
    months_of,
    numbered,
    panel_title,
    plain_ticks,
    sheet,
    sheets,
    signed,
    spoken,
    styled,
    unit_of_difference,
    wrapped,
)
from unsim.results import QUANTILES, Run

if TYPE_CHECKING:
    import pandas as pd

COLOURS = (STRATEGY, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F3C8D")  # Okabe and Ito, in an order that also differs in grey
LINES, MARKS = ("-", (0, (4, 1)), (0, (1, 1)), "-.", (0, (6, 2, 1, 2)), (0, (2, 2))), "osD^vP"
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++++")
USUAL = ("political_cost", "economic_cost", "civilian_welfare", "coalition_cost")
MOST_BARS = 12
"""Parameters of a tornado: those with the largest shifts."""
HEIGHT = 1.42


def look(found: Findings, arm: str) -> dict[str, Any]:
    """Colour, line and mark of an arm: told apart without colour, too."""
    if arm == found.experiment.reference:
        return {"color": REFERENCE, "linestyle": "--", "marker": "X"}
    index = found.experiment.strategies.index(arm) % len(COLOURS)
    return {"color": COLOURS[index], "linestyle": LINES[index], "marker": MARKS[index]}


def note(found: Findings, *said: str) -> str:
    """What a figure rests on, what it shows, and the command from which it comes."""
    return " ".join([found.rests_on(), *(words for words in said if words), _made_with(found)])


def _made_with(found: Findings) -> str:
    return f"Made with: {found.folder.plan.get('command') or f'unsim sweep {found.experiment.name}'}"


def _interval_of(found: Findings) -> str:
    return found.effect(found.experiment.strategies[0], found.experiment.names[0], point=found.points[0]).interval


def _over_points(found: Findings) -> str:
    return "Means over all points of the design." if len(found.points) > 1 else ""


def _arm(found: Findings) -> Run:
    """The reference without futures: what axes of months read."""
    return _hollow(found, found.experiment.reference)


def _hollow(found: Findings, arm: str, votes: Any = None, points: int = 1) -> Run:
    """An arm as a run without outcomes: what figures of votes, and axes of months, read."""
    experiment = found.experiment
    scenario = experiment.arms[arm]
    nothing = np.empty((len(experiment.horizons), len(scenario.outcomes), 0))
    counts = np.zeros((len(scenario.labels.drafts), len(scenario.labels.states), 3), dtype=np.int64) if votes is None else votes
    kept = np.empty((len(scenario.outcomes), scenario.months, 0))
    return Run(scenario, found.n * points, found.draws, experiment.file.seed, "kernel", experiment.horizons, nothing, kept, counts)


# Fan charts


def fan(found: Findings, outcomes: Sequence[str], arms: Sequence[str], width: Width) -> Figure:
    """Outcomes month by month: a row for each outcome, a column for each arm, the reference's median in all."""
    levels = list(QUANTILES.values())
    months = months_of(_arm(found))
    exact = "counted in bins (to 1/32 of a value)" if found.experiment.file.bands else "those of which every month was kept"
    told = note(
        found,
        f"Median, 50% and 90% of {found.counted:,} futures of each arm, {exact}.",
        f"Broken line: median of {found.experiment.reference}. Counts add up over the months.",
        "Futures of all points together." if len(found.points) > 1 else "",
    )
    with styled():
        figure, axes = sheet(
            width, len(outcomes), len(arms), HEIGHT, f"{found.experiment.title}: month by month", told, sharey="row"
        )
        for row, outcome in zip(axes, outcomes, strict=True):
            kind = found.kind(outcome)
            middle = found.quantiles(found.experiment.reference, outcome, levels)[2]
            for axis, arm in zip(row, arms, strict=True):
                low, left, half, right, high = found.quantiles(arm, outcome, levels)
                style = look(found, arm)
                axis.fill_between(months, low, high, color=style["color"], alpha=0.16, linewidth=0)
                axis.fill_between(months, left, right, color=style["color"], alpha=0.3, linewidth=0)
                axis.plot(months, half, color=style["color"], linewidth=1.3)
                if arm != found.experiment.reference:
                    axis.plot(months, middle, color=REFERENCE, linestyle="--", linewidth=0.9)
                axis.set_title(panel_title(arm if outcome == outcomes[0] else ""), color=style["color"])
                month_axis(axis, _arm(found), 3)
                plain_ticks(axis.yaxis)
            unit = kind.unit if kind.aggregate == "mean" else f"{kind.unit} so far"
            row[0].set_ylabel(wrapped(f"{spoken(outcome, _arm(found))}, {unit}", NOTE_SIZE, HEIGHT - 0.3), fontsize=NOTE_SIZE)
    return figure


def fan_table(found: Findings, outcomes: Sequence[str], arms: Sequence[str]) -> pd.DataFrame:
    """The numbers behind :func:`fan`."""
    import pandas as pd

    rows = []
    for outcome in outcomes:
        for arm in arms:
            table = pd.DataFrame(found.quantiles(arm, outcome, list(QUANTILES.values())).T, columns=list(QUANTILES))
            table.insert(0, "month", months_of(_arm(found)).astype(str))
            rows.append(table.assign(arm=arm, outcome=outcome, unit=found.kind(outcome).unit, n=found.counted))
    return pd.concat(rows, ignore_index=True)


def over_time(found: Findings, outcomes: Sequence[str], arms: Sequence[str], width: Width) -> Figure:
    """The paired effect month by month: a row for each outcome, a column for each arm."""
    months, kept = months_of(_arm(found)), found.monthly(arms[0], outcomes[0])
    told = note(
        found,
        f"Mean paired difference in each month over {int(kept['n'].iloc[0]):,} kept pairs. Area: {kept['interval'].iloc[0]}.",
        _over_points(found),
    )
    with styled():
        heading = f"{found.experiment.title}: effect against {found.experiment.reference}, month by month"
        figure, axes = sheet(width, len(outcomes), len(arms), HEIGHT, heading, told, sharey="row")
        for row, outcome in zip(axes, outcomes, strict=True):
            for axis, arm in zip(row, arms, strict=True):
                table, style = found.monthly(arm, outcome), look(found, arm)
                axis.axhline(0.0, color=INK, linewidth=0.6)
                axis.fill_between(months, table["low"], table["high"], color=style["color"], alpha=0.2, linewidth=0)
                axis.plot(months, table["effect"], color=style["color"], linewidth=1.2)
                axis.set_title(panel_title(arm if outcome == outcomes[0] else ""), color=style["color"])
                month_axis(axis, _arm(found), 3)
                plain_ticks(axis.yaxis)
            words = f"{spoken(outcome, _arm(found))}, {unit_of_difference(found.kind(outcome).unit)}"
            row[0].set_ylabel(wrapped(words, NOTE_SIZE, HEIGHT - 0.3), fontsize=NOTE_SIZE)
    return figure


def over_time_table(found: Findings, outcomes: Sequence[str], arms: Sequence[str]) -> pd.DataFrame:
    """The numbers behind :func:`over_time`."""
    import pandas as pd

    return pd.concat([found.monthly(arm, outcome) for outcome in outcomes for arm in arms], ignore_index=True)


# Effects


def forest(found: Findings, outcomes: Sequence[str], width: Width) -> Figure:
    """The effect of each arm on each outcome over the whole horizon."""
    arms = found.experiment.strategies
    columns = max(1, min(int(WIDTHS[width] / PANEL), len(outcomes)))
    told = note(
        found,
        f"Mean paired difference over {found.experiment.months} months; bar: {_interval_of(found)}; thick part: chance alone.",
        "Filled: the interval leaves out 0.",
        _over_points(found),
    )
    with styled():
        rows = -(-len(outcomes) // columns)
        heading = f"{found.experiment.title}: effects against {found.experiment.reference}"
        figure, axes = sheet(width, rows, columns, 0.8 + 0.17 * len(arms), heading, told)
        for index, (axis, outcome) in enumerate(zip(axes.flat, outcomes, strict=False)):
            axis.axvline(0.0, color=INK, linewidth=0.6)
            for y, arm in enumerate(arms):
                effect = found.effect(arm, outcome)
                interval(axis, y, effect)
                chance = chance_of(effect) or 0.0
                around = [effect.effect - chance, effect.effect + chance]
                axis.plot(around, [y, y], color=STRATEGY, linewidth=4.0, alpha=0.35, solid_capstyle="butt")
            axis.set_yticks(range(len(arms)), [_short(arm) for arm in arms] if index % columns == 0 else [""] * len(arms))
            axis.set_ylim(len(arms) - 0.4, -0.6)
            axis.tick_params(axis="y", length=0)
            plain_ticks(axis.xaxis)
            kind = found.kind(outcome)
            axis.set_title(panel_title(spoken(outcome, _arm(found))))
            unit = unit_of_difference(kind.unit) + ("" if kind.aggregate == "mean" else ", sum")
            axis.set_xlabel(wrapped(unit, NOTE_SIZE, PANEL - 0.25), fontsize=NOTE_SIZE)
        blank(axes, len(outcomes))
    return figure


def _short(name: str) -> str:
    return wrapped(name.replace("_", " "), TEXT_SIZE, 1.0)


def _effects_of(found: Findings, outcomes: Sequence[str]) -> pd.DataFrame:
    table = found.effects()
    return table[table["outcome"].isin(outcomes)].reset_index(drop=True)


# The design


def numeric(found: Findings) -> list[str]:
    """Factors whose values are numbers."""
    names = []
    for name in found.experiment.file.factors:
        values = [found.experiment.points[point].get(name) for point in found.points]
        given = [value for value in values if value is not None]
        if given and all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
            names.append(name)
    return names


def points_table(found: Findings, outcome: str) -> pd.DataFrame:
    """The effect of each arm on an outcome at each point over the whole horizon."""
    import pandas as pd

    rows = []
    for point in found.points:
        factors = {name: found.experiment.points[point].get(name) for name in found.experiment.file.factors}
        for arm in found.experiment.strategies:
            effect = found.effect(arm, outcome, point=point)
            told = {key: getattr(effect, key) for key in ("effect", "low", "high", "interval", "n", "unit")}
            rows.append({"arm": arm, "outcome": outcome, "point": point, **factors, **told})
    return pd.DataFrame(rows)


def heat_table(found: Findings, outcome: str, arm: str) -> pd.DataFrame:
    """The numbers behind :func:`heat`."""
    table = points_table(found, outcome)
    return table[table["arm"] == arm].dropna(subset=numeric(found)[:2]).reset_index(drop=True)


def heat(found: Findings, outcome: str, arm: str, width: Width) -> Figure:
    """The effect over the first two factors with numbers; over further ones it is a mean."""
    x, y = numeric(found)[:2]
    table = heat_table(found, outcome, arm)
    grid = table.groupby([y, x])["effect"].mean().unstack()
    factors, kind = found.experiment.file.factors, found.kind(outcome)
    reach = float(table["effect"].abs().max()) or 1.0
    whole = bool(grid.notna().all().all()) and grid.size <= len(table)
    others = [name for name in factors if name not in (x, y)]
    said = f"Mean over {', '.join(others)}." if others else ""
    marked = f"Line: where the effect changes sign; bold: the interval ({_interval_of(found)}) leaves out 0."
    told = note(
        found,
        f"Mean paired difference of {arm} over {found.experiment.months} months at each point.",
        said,
        marked if whole else "A mark a point.",
    )
    with styled():
        heading = f"{spoken(outcome, _arm(found))}: effect of {arm} over two factors"
        figure, axes = sheet(width, 1, 1, 3.6 if width == "page" else 2.7, heading, told)
        axis, shown = axes[0, 0], None
        if whole:
            values, across, up = grid.to_numpy(), grid.columns.to_numpy(dtype=float), grid.index.to_numpy(dtype=float)
            shown = axis.pcolormesh(across, up, values, cmap="PuOr_r", vmin=-reach, vmax=reach, shading="nearest")
            clear = (
                table.assign(clear=(table["low"] > 0.0) | (table["high"] < 0.0)).groupby([y, x])["clear"].all().unstack().to_numpy()
            )
            for (i, j), value in np.ndenumerate(values):
                text = axis.text(across[j], up[i], signed(value), ha="center", va="center", fontsize=TEXT_SIZE - 0.5, color=INK,
                                 fontweight="bold" if clear[i, j] else "normal")  # fmt: skip
                text.set_bbox({"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.8})
            if values.min() < 0.0 < values.max() and min(values.shape) > 1:
                axis.contour(across, up, values, levels=[0.0], colors=INK, linewidths=1.5)
            axis.set_xticks(across, [f"{value:.3g}" for value in across])
            axis.set_yticks(up, [f"{value:.3g}" for value in up])
        else:
            shown = axis.scatter(table[x], table[y], c=table["effect"], cmap="PuOr_r", vmin=-reach, vmax=reach, s=34, edgecolor=INK,
                                 linewidth=0.5)  # fmt: skip
        axis.set(xlabel=f"{x}: {factors[x].key}", ylabel=f"{y}: {factors[y].key}")
        figure.colorbar(shown, label=unit_of_difference(kind.unit))
    return figure


def response_table(found: Findings, outcome: str) -> pd.DataFrame:
    """The effect of each arm by the values of each factor: arm, factor, value, effect, low, high, n points.

    At each value it is the mean over the points that have it, with the interval of that mean over draws.
    """
    import pandas as pd

    rows = []
    for name in numeric(found):
        by_value: dict[float, list[int]] = {}
        for point in found.points:
            value = found.experiment.points[point].get(name)
            if value is not None:
                by_value.setdefault(float(value), []).append(point)
        for arm in found.experiment.strategies:
            for value, points in sorted(by_value.items()):
                ours, theirs = (
                    np.mean([found.values(a, outcome, point)[:, -1] for point in points], axis=0)
                    for a in (arm, found.experiment.reference)
                )
                effect = paired_effect(ours, theirs, found.draws, found.kind(outcome).unit)
                told = {key: getattr(effect, key) for key in ("effect", "low", "high", "interval", "n", "unit")}
                rows.append({"arm": arm, "outcome": outcome, "factor": name, "value": value, "points": len(points), **told})
    return pd.DataFrame(rows)


def response(found: Findings, outcome: str, width: Width) -> Figure:
    """The effect of each arm against each factor, with bands."""
    names, table = numeric(found), response_table(found, outcome)
    columns = max(1, min(int(WIDTHS[width] / (1.3 * PANEL)), len(names)))
    arms, factors = found.experiment.strategies, found.experiment.file.factors
    kind = found.kind(outcome)
    alone = table.groupby(["factor", "value"])["points"].max().max() <= 1 and len(names) > 1
    said = (
        "A mark a point, at which all factors differ: read a trend, no curve." if alone else "Mean over the points with that value."
    )
    told = note(found, f"Mean paired difference over {found.experiment.months} months. Band: {_interval_of(found)}.", said)
    with styled():
        heading = f"{spoken(outcome, _arm(found))}: effect against {found.experiment.reference}, by factor"
        figure, axes = sheet(width, -(-len(names) // columns), columns, 1.9, heading, told, key=arms, sharey=True)
        for index, (axis, name) in enumerate(zip(axes.flat, names, strict=False)):
            axis.axhline(0.0, color=INK, linewidth=0.6)
            for arm in arms:
                rows, style = table[(table["arm"] == arm) & (table["factor"] == name)], look(found, arm)
                if alone:
                    axis.vlines(rows["value"], rows["low"], rows["high"], color=style["color"], linewidth=0.6)
                    axis.plot(rows["value"], rows["effect"], style["marker"], color=style["color"], markersize=3)
                else:
                    axis.fill_between(rows["value"], rows["low"], rows["high"], color=style["color"], alpha=0.13, linewidth=0)
                    thin = 0.5 ** arms.index(arm)  # arms may lie upon each other
                    axis.plot(rows["value"], rows["effect"], markersize=2.5 + 3.5 * thin, linewidth=0.8 + 1.6 * thin, **style)
            axis.set_xlabel(wrapped(f"{name}: {factors[name].key}", NOTE_SIZE, 1.9), fontsize=NOTE_SIZE)
            if index % columns == 0:
                axis.set_ylabel(wrapped(unit_of_difference(kind.unit), NOTE_SIZE, 1.5), fontsize=NOTE_SIZE)
            values = sorted(set(table[table["factor"] == name]["value"]))
            if len(values) <= 6:
                axis.set_xticks(values, [f"{value:.3g}" for value in values])
            else:
                plain_ticks(axis.xaxis)
            plain_ticks(axis.yaxis)
        blank(axes, len(names))
        handles = [Line2D([], [], markersize=3.5, **look(found, arm)) for arm in arms]
        legend(figure, handles, arms, heading, columns=min(4, len(arms)))
    return figure


# Votes, revenue, what it rests on, who bears it


def votes(found: Findings, arm: str, width: Width) -> list[Picture]:
    """How each member votes on each draft, in an arm and the reference."""
    experiment = found.experiment

    def counted(name: str) -> Run:
        counts = sum(found.pairs.votes(name, point, found.rounds) for point in found.points)
        return _hollow(found, name, counts, len(found.points))

    def drawn(draw: Callable[[], Figure]) -> Figure:
        figure = draw()
        said = " ".join(figure.get_supxlabel().split())
        told = wrapped(f"{said} {_made_with(found)}", NOTE_SIZE, WIDTHS[width] - 0.3)
        figure.supxlabel(told, x=0.01, ha="left", fontsize=NOTE_SIZE, color=INK)
        figure.set_figheight(figure.get_figheight() + 1.3 * NOTE_SIZE * (1 + len(_made_with(found)) // 130) / 72)
        return figure

    pair = Comparison(counted(arm), counted(experiment.reference))
    ending = f"_{arm}" if len(experiment.strategies) > 1 else ""
    return [
        Picture(f"{picture.name}{ending}", picture.caption, partial(drawn, picture.draw), picture.table)
        for picture in council.pictures(pair, width)
    ]


def channels(found: Findings) -> list[str]:
    """Channels whose revenue was kept."""
    names = found.experiment.arms[found.experiment.reference].labels.channels
    return [name for name in names if f"revenue_{name}" in found.experiment.names]


def revenue_table(found: Findings) -> pd.DataFrame:
    """Mean revenue by arm, channel and month over the kept futures."""
    import pandas as pd

    rows = []
    for arm in found.experiment.arms:
        for channel in channels(found):
            means = found.paths(arm, f"revenue_{channel}").mean(axis=0)
            months = months_of(_arm(found)).astype(str)
            rows.append(
                pd.DataFrame({"arm": arm, "channel": channel, "month": months, "mean": means, "n": found.experiment.file.paths})
            )
    return pd.concat(rows, ignore_index=True)


def revenue(found: Findings, width: Width) -> Figure:
    """Mean revenue by channel, stacked over time, in each arm."""
    arms, kept = list(found.experiment.arms), channels(found)
    labels = found.experiment.arms[found.experiment.reference].file.channels
    names = [labels[channel].label or channel for channel in kept]
    columns = min(2 if width == "page" else 1, len(arms))
    table = revenue_table(found)
    styles: list[dict[str, Any]] = [
        {"facecolor": [*COLOURS, REFERENCE, "#999999"][i % 8], "hatch": HATCHES[(i // 2) % len(HATCHES)]} for i in range(len(kept))
    ]
    missing = len(found.experiment.arms[found.experiment.reference].labels.channels) - len(kept)
    told = note(
        found,
        f"Mean over {min(found.experiment.file.paths, found.n):,} kept futures of each arm; no interval: see the effects.",
        f"{missing} channels were not kept." if missing else "",
        _over_points(found),
    )
    with styled():
        heading = f"{found.experiment.title}: revenue by channel"
        figure, axes = sheet(
            width, -(-len(arms) // columns), columns, 1.9, heading, told, key=names[: -(-len(names) // 2)], sharey=True
        )
        for axis, arm in zip(axes.flat, arms, strict=False):
            rows = table[table["arm"] == arm]
            stack = [rows[rows["channel"] == channel]["mean"].to_numpy() for channel in kept]
            for band, style in zip(axis.stackplot(months_of(_arm(found)), stack), styles, strict=True):
                band.set(edgecolor="white", linewidth=0.3, **style)
            axis.set_title(panel_title(arm, 3.0))
            axis.set_ylabel("USD million a month", fontsize=NOTE_SIZE)
            month_axis(axis, _arm(found), 5)
        blank(axes, len(arms))
        legend(figure, [Patch(edgecolor="white", **style) for style in styles], names, heading, columns=2 if width == "page" else 1)
    return figure


def tornado_table(found: Findings) -> pd.DataFrame:
    """The screen of parameters, as the sweep's tables hold it; empty where it was not made."""
    import pandas as pd

    path = found.folder.path / "tables" / "flips.csv"
    return pd.read_csv(path) if path.is_file() else pd.DataFrame(columns=["parameter", "held_at", "effect", "shift"])


def tornado(found: Findings, width: Width) -> Figure:
    """The main effect with each parameter held at either end of its range, the most telling first."""
    table = tornado_table(found)
    outcome, arm, horizon = found.experiment.question
    base = float((table["effect"] - table["shift"]).iloc[0])
    names = list(dict.fromkeys(table["parameter"]))[:MOST_BARS]
    told = note(
        found,
        "Each parameter held at the lower (light) and the upper end (dark) of its range, by itself; all others drawn.",
        f"Line: the effect with all drawn, {signed(base)}. A screen: {SCREENED} pairs at each end, on the same luck; no intervals.",
        "The arms as they are, without factors." if found.experiment.file.factors else "",
    )
    with styled():
        heading = f"{spoken(outcome, _arm(found))}: effect of {arm} over {horizon} months, one parameter at a time"
        figure, axes = sheet(width, 1, 1, 0.5 + 0.22 * len(names), heading, told)
        axis = axes[0, 0]
        for y, name in enumerate(names):
            rows = table[table["parameter"] == name].sort_values("held_at")
            for (_, row), colour, offset in zip(rows.iterrows(), ("#9ECAE1", STRATEGY), (-0.17, 0.17), strict=True):
                axis.barh(y + offset, row["effect"] - base, 0.32, left=base, color=colour, edgecolor=INK, linewidth=0.3)
                at_right = row["effect"] >= base
                axis.annotate(f"{row['held_at']:.3g}", (row["effect"], y + offset), xytext=(2 if at_right else -2, 0), va="center",
                              ha="left" if at_right else "right", textcoords="offset points", fontsize=NOTE_SIZE - 0.8)  # fmt: skip
        axis.axvline(base, color=INK, linewidth=0.8)
        axis.axvline(0.0, color=INK, linewidth=0.6, linestyle=":")
        axis.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
        axis.set_ylim(len(names) - 0.4, -0.6)
        axis.margins(x=0.12)
        axis.set_xlabel(unit_of_difference(found.kind(outcome).unit))
    return figure


TRADED = ("political_cost", "civilian_welfare")


def trade_off_table(found: Findings) -> pd.DataFrame:
    """Effects of each arm on political cost and on civilian welfare lost, with intervals, and the mean of every draw."""
    import pandas as pd

    rows = []
    groups = max(found.draws, 1)
    for arm in found.experiment.strategies:
        means = {}
        for name in TRADED:
            difference = found.values(arm, name)[:, -1] - found.values(found.experiment.reference, name)[:, -1]
            means[name] = difference.reshape(-1, groups).mean(axis=0)
        cost, harm = (found.effect(arm, name) for name in TRADED)
        told: dict[str, Any] = {"interval": cost.interval, "n": cost.n}
        told |= {"political_cost": cost.effect, "political_cost_low": cost.low, "political_cost_high": cost.high}
        told |= {"harm": -harm.effect, "harm_low": -harm.high, "harm_high": -harm.low}
        rows.append({"arm": arm, "draw": "all", **told})
        rows += [
            {"arm": arm, "draw": draw, "political_cost": means[TRADED[0]][draw], "harm": -means[TRADED[1]][draw]}
            for draw in range(groups)
        ]
    return pd.DataFrame(rows)


def trade_off(found: Findings, width: Width) -> Figure:
    """What each arm adds to the regime's political cost against what it takes from civilian welfare."""
    table, arms = trade_off_table(found), found.experiment.strategies
    told = note(
        found,
        f"Mean paired differences over {found.experiment.months} months; bars: {_interval_of(found)}. Dots: draws.",
        _over_points(found),
        "Above 0: civilians are worse off. Drawn to the 1st and 99th percentile of draws.",
    )
    with styled():
        heading = f"{found.experiment.title}: political cost against civilian harm"
        figure, axes = sheet(width, 1, 1, 3.0 if width == "page" else 2.6, heading, told, key=[", ".join(arms)])
        axis = axes[0, 0]
        axis.axhline(0.0, color=INK, linewidth=0.6)
        axis.axvline(0.0, color=INK, linewidth=0.6)
        for arm in arms:
            rows, style = table[table["arm"] == arm], look(found, arm)
            draws, (_, mean) = rows[rows["draw"] != "all"], next(rows[rows["draw"] == "all"].iterrows())
            axis.plot(
                draws["political_cost"], draws["harm"], linestyle="", marker=".", markersize=2.2, color=style["color"], alpha=0.35
            )
            axis.plot(
                [mean["political_cost_low"], mean["political_cost_high"]], [mean["harm"]] * 2, color=style["color"], linewidth=1.4
            )
            axis.plot([mean["political_cost"]] * 2, [mean["harm_low"], mean["harm_high"]], color=style["color"], linewidth=1.4)
            axis.plot([mean["political_cost"]], [mean["harm"]], marker=style["marker"], markersize=6.5, color=style["color"],
                      markeredgecolor="white", markeredgewidth=0.8)  # fmt: skip
        for column, limits in (("political_cost", axis.set_xlim), ("harm", axis.set_ylim)):
            drawn = table[column].astype(float)
            low, high = min(0.0, float(drawn.quantile(0.01))), max(0.0, float(drawn.quantile(0.99)))
            limits(low - 0.08 * (high - low or 1.0), high + 0.08 * (high - low or 1.0))
        axis.set(xlabel="political cost added, index points", ylabel="civilian welfare lost, index points")
        handles = [Line2D([], [], linestyle="", marker=look(found, arm)["marker"], color=look(found, arm)["color"]) for arm in arms]
        legend(figure, handles, arms, heading, columns=min(4, len(arms)))
    return figure


# All of them

KINDS = ("fan", "over_time", "forest", "heat", "response", "votes", "revenue", "tornado", "trade_off")


def pictures(found: Findings, kind: str | None = None, outcome: str | None = None, width: Width = "page") -> list[Picture]:
    """The figures of a sweep, of one kind or for one outcome where told. Raises ``ScenarioError`` where there is none."""
    experiment = found.experiment
    if outcome is not None and outcome not in experiment.names:
        raise ScenarioError([Problem("--outcome", None, "", f"unknown outcome {outcome}", nearest(outcome, experiment.names))])
    if kind is not None and kind not in KINDS:
        raise ScenarioError([Problem("--kind", None, "", f"unknown kind {kind}", nearest(kind, KINDS))])
    asked, arm, _ = experiment.question
    main, arms, strategies = outcome or asked, list(experiment.arms), experiment.strategies
    some: dict[str, list[Picture]] = {"forest": _forests(found, [outcome] if outcome else experiment.names, width)}

    def add(name: str, caption: str, draw: Any, table: Any, *told: Any, called: str = "") -> None:
        drawn = partial(draw, found, *told, width), partial(table, found, *told)
        some.setdefault(name, []).append(Picture(called or name, caption, *drawn))

    rows = [outcome] if outcome else list(dict.fromkeys([asked, *(name for name in USUAL if name in experiment.names)]))
    for index, (some_rows, columns) in enumerate(_sheets(rows, arms, width)):
        if experiment.file.paths or experiment.file.bands:
            add("fan", "Outcomes month by month", fan, fan_table, some_rows, columns, called=numbered("fan", index))
    for index, (some_rows, columns) in enumerate(_sheets(rows, strategies, width)):
        if experiment.file.paths:
            add(
                "over_time",
                "Effects month by month",
                over_time,
                over_time_table,
                some_rows,
                columns,
                called=numbered("over_time", index),
            )
    of_arms = [arm] if kind is None else strategies
    if len(numeric(found)) >= 2 and len(found.points) > 1:
        for name in of_arms:
            add("heat", "The effect over two factors", heat, heat_table, main, name, called=f"heat_{main}_{name}")
    if numeric(found) and len(found.points) > 1:
        add("response", "The effect by factor", response, response_table, main, called=f"response_{main}")
    if outcome is None:
        some["votes"] = [picture for name in of_arms for picture in votes(found, name, width)]
        if len(channels(found)) > 1 and experiment.file.paths:
            add("revenue", "Revenue by channel", revenue, revenue_table)
        if len(tornado_table(found)):
            add("tornado", "One parameter at a time", tornado, tornado_table)
        if set(TRADED) <= set(experiment.names):
            add("trade_off", "Political cost against civilian harm", trade_off, trade_off_table)
    if kind is None:
        return [picture for name in KINDS for picture in some.get(name, [])]
    if not some.get(kind):
        found_ = f"{kind}, for which this sweep has not what it needs ({NEEDS[kind]})"
        raise ScenarioError([Problem("--kind", None, "", found_, nearest("", [name for name in KINDS if some.get(name)]))])
    return some[kind]


NEEDS = {
    "fan": "paths or bands",
    "over_time": "paths",
    "forest": "outcomes",
    "heat": "two factors with numbers",
    "response": "a factor with numbers",
    "votes": "drafts; it shows no outcome",
    "revenue": "revenue of channels among the outcomes, and paths; it shows no one outcome",
    "tornado": "the screen of parameters that unsim sweep makes; it shows the main effect",
    "trade_off": "political_cost and civilian_welfare among the outcomes; it shows these two",
}
"""What a sweep must hold for each kind of figure."""


def _sheets(outcomes: Sequence[str], arms: Sequence[str], width: Width) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Outcomes by row and arms by column, as many as pages hold."""
    most, beside = int((TALLEST - 1.2) / HEIGHT), int(WIDTHS[width] / PANEL)
    return [(rows, columns) for rows in sheets(outcomes, most) for columns in sheets(arms, beside)]


def _forests(found: Findings, outcomes: Sequence[str], width: Width) -> list[Picture]:
    each = 0.8 + 0.17 * len(found.experiment.strategies)
    most = int(WIDTHS[width] / PANEL) * max(1, int((TALLEST - 1.2) / each))
    return [
        Picture(
            numbered("forest", index), "Effects of each arm", partial(forest, found, some, width), partial(_effects_of, found, some)
        )
        for index, some in enumerate(sheets(outcomes, most))
    ]


def write(found: Findings, some: Sequence[Picture], out: Path, told: Callable[[int, int], None] | None = None) -> list[Path]:
    """Draw figures into a folder in all forms, each with its numbers; returns the files of numbers."""
    from unsim.store import save_figure

    out.mkdir(parents=True, exist_ok=True)
    written = []
    for done, picture in enumerate(some):
        path = out / f"{picture.name}.csv"
        picture.table().to_csv(path, index=False)
        save_figure(picture.draw(), out / picture.name)
        written.append(path)
        if told:
            told(done + 1, len(some))
    return written
