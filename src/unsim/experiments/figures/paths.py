"""Month by month: outcomes in each arm, effects, and revenue by channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from unsim.experiments.figures.look import Asked, called, difference, drawn, look, note, over_points, reference, titled
from unsim.experiments.findings import Findings
from unsim.plots import paths
from unsim.plots.style import (
    INK,
    NOTE_SIZE,
    PANEL,
    REFERENCE,
    TALLEST,
    WIDTHS,
    Picture,
    Width,
    beside,
    blank,
    legend,
    month_axis,
    months_of,
    panel_title,
    plain_ticks,
    sheet,
    sheets,
    styled,
    wrapped,
)
from unsim.results import QUANTILES

if TYPE_CHECKING:
    import pandas as pd

USUAL = ("political_cost", "economic_cost", "civilian_welfare", "coalition_cost")


def _pages(found: Findings, asked: Asked, arms: Sequence[str]) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Outcomes by row and arms by column, as many as pages hold."""
    names = found.experiment.names
    usual = dict.fromkeys([found.experiment.question[0], *(name for name in USUAL if name in names)])
    rows = [asked.outcome] if asked.outcome else list(usual)
    most, across = int((TALLEST - 1.2) / paths.HEIGHT), int(WIDTHS[asked.width] / PANEL)
    return [(some, columns) for some in sheets(rows, most) for columns in sheets(arms, across)]


def _grid(
    found: Findings,
    outcomes: Sequence[str],
    arms: Sequence[str],
    width: Width,
    words: tuple[str, str],
    unit: Callable[[str], str],
    draw: Callable[[Any, str, str], None],
) -> Figure:
    """A row for each outcome, a column for each arm; ``words``: heading and note; ``draw`` fills a panel."""
    with styled():
        figure, axes = sheet(width, len(outcomes), len(arms), paths.HEIGHT, *words, sharey="row")
        for row, outcome in zip(axes, outcomes, strict=True):
            for axis, arm in zip(row, arms, strict=True):
                draw(axis, arm, outcome)
                axis.set_title(panel_title(called(arm) if outcome == outcomes[0] else ""))
                month_axis(axis, reference(found), 3)
                plain_ticks(axis.yaxis)
            row[0].set_ylabel(
                wrapped(f"{titled(found, outcome)}, {unit(outcome)}", NOTE_SIZE, paths.HEIGHT - 0.3), fontsize=NOTE_SIZE
            )
    return figure


def fans(found: Findings, asked: Asked) -> list[Picture]:
    """Outcomes month by month, where paths or bands were kept."""
    if not (found.experiment.file.paths or found.experiment.file.bands):
        return []
    pages = _pages(found, asked, list(found.experiment.arms))
    return drawn(found, asked, "fan", "Outcomes month by month", fan, fan_table, pages)


def _quantiles(found: Findings, arm: str, outcome: str) -> dict[str, Any]:
    return dict(zip(QUANTILES, found.quantiles(arm, outcome, list(QUANTILES.values())), strict=True))


def _futures(found: Findings, arms: Sequence[str]) -> str:
    """Of how many futures the quantiles of arms are: an arm in which a factor does not act has fewer of its own."""
    numbers = [found.counted(arm) for arm in arms]
    if len(set(numbers)) == 1:
        return f"{numbers[0]:,} futures of each arm"
    told = ", ".join(f"{number:,} of {called(arm)}" for arm, number in zip(arms, numbers, strict=True))
    return f"the futures of each arm ({told}; points at which an arm is the same count once)"


def fan(found: Findings, outcomes: Sequence[str], arms: Sequence[str], width: Width) -> Figure:
    """Outcomes month by month: a row for each outcome, a column for each arm, the reference's median in all."""
    months, base = months_of(reference(found)), found.experiment.reference
    exact = "counted in bins (to 1/32 of a value)" if found.experiment.file.bands else "those of which every month was kept"
    told = note(
        found,
        f"Median, 50% and 90% of {_futures(found, list(dict.fromkeys([base, *arms])))}, {exact}.",
        f"Broken line: median of {called(base)}. Counts add up over the months.",
        "Futures of all points together." if len(found.points) > 1 else "",
    )
    medians = {outcome: _quantiles(found, base, outcome)["q50"] for outcome in outcomes}

    def unit(outcome: str) -> str:
        kind = found.kind(outcome)
        return kind.unit if kind.aggregate == "mean" else f"{kind.unit} so far"

    def draw(axis: Any, arm: str, outcome: str) -> None:
        paths.fan(axis, months, _quantiles(found, arm, outcome), {**look(found, arm), "linestyle": "-"})
        if arm != base:
            mark = "_" if len(months) == 1 else ""
            axis.plot(months, medians[outcome], color=REFERENCE, linestyle="--", linewidth=0.9, marker=mark)

    return _grid(found, outcomes, arms, width, (f"{found.experiment.title}: month by month", told), unit, draw)


def fan_table(found: Findings, outcomes: Sequence[str], arms: Sequence[str]) -> pd.DataFrame:
    """The numbers behind :func:`fan`."""
    import pandas as pd

    rows = []
    for outcome in outcomes:
        for arm in arms:
            table = pd.DataFrame(_quantiles(found, arm, outcome))
            table.insert(0, "month", months_of(reference(found)).astype(str))
            rows.append(table.assign(arm=arm, outcome=outcome, unit=found.kind(outcome).unit, n=found.counted(arm)))
    return pd.concat(rows, ignore_index=True)


def over_times(found: Findings, asked: Asked) -> list[Picture]:
    """Effects month by month, where paths were kept."""
    if not found.experiment.file.paths:
        return []
    pages = _pages(found, asked, found.experiment.strategies)
    return drawn(found, asked, "over_time", "Effects month by month", over_time, over_time_table, pages)


def over_time(found: Findings, outcomes: Sequence[str], arms: Sequence[str], width: Width) -> Figure:
    """The paired effect month by month: a row for each outcome, a column for each arm."""
    months, kept = months_of(reference(found)), over_time_table(found, outcomes, arms)
    outside = bool(((kept["effect"] < kept["low"]) | (kept["effect"] > kept["high"])).any())
    told = note(
        found,
        f"Mean paired difference in each month over {int(kept['n'].iloc[0]):,} kept pairs. Area: {kept['interval'].iloc[0]}.",
        "A line beside its area: a few far out carry the mean." if outside else "",
        over_points(found),
    )

    def draw(axis: Any, arm: str, outcome: str) -> None:
        rows = kept[(kept["arm"] == arm) & (kept["outcome"] == outcome)]
        paths.effect(axis, months, rows, look(found, arm)["color"])

    heading = f"{found.experiment.title}: effect against {called(found.experiment.reference)}, month by month"
    return _grid(found, outcomes, arms, width, (heading, told), partial(difference, found), draw)


def over_time_table(found: Findings, outcomes: Sequence[str], arms: Sequence[str]) -> pd.DataFrame:
    """The numbers behind :func:`over_time`."""
    import pandas as pd

    return pd.concat([found.monthly(arm, outcome) for outcome in outcomes for arm in arms], ignore_index=True)


# Revenue

BANDS = ("#08306B", "#CC79A7", "#8C2D04", "#F5A623", "#0B8A63", "#A6D5F0", "#7F62B8", "#F5EE9E")
"""Dark and light in turn, each with a tone of grey of its own."""
HATCHES = ("", "///", "...", "xx", "\\\\\\", "++")
"""By band in turn, so that two of one colour, eight bands apart, differ in this."""
HIGH = 1.9
"""Of a panel of revenue, inches."""


def channels(found: Findings) -> list[str]:
    """Channels whose revenue was kept."""
    return [name for name in reference(found).labels.channels if f"revenue_{name}" in found.experiment.names]


def revenues(found: Findings, asked: Asked) -> list[Picture]:
    """Revenue by channel, where that of two or more and paths were kept; it shows no one outcome."""
    if asked.outcome or len(channels(found)) < 2 or not found.experiment.file.paths:
        return []
    names = _labels(found)
    room = TALLEST - 1.5 - 0.14 * -(-len(names) // beside(names, asked.width))
    pages = [(some,) for some in sheets(list(found.experiment.arms), _columns(asked.width) * int(room / HIGH))]
    return drawn(found, asked, "revenue", "Revenue by channel", revenue, revenue_table, pages)


def _labels(found: Findings) -> list[str]:
    files = reference(found).file.channels
    return [files[channel].label or channel for channel in channels(found)]


def _columns(width: Width) -> int:
    return 2 if width == "page" else 1


def revenue_table(found: Findings, arms: Sequence[str]) -> pd.DataFrame:
    """Mean revenue by arm, channel and month over the kept futures."""
    import pandas as pd

    rows, months = [], months_of(reference(found)).astype(str)
    for arm in arms:
        for channel in channels(found):
            kept = found.paths(arm, f"revenue_{channel}")
            rows.append(pd.DataFrame({"arm": arm, "channel": channel, "month": months, "mean": kept.mean(axis=0), "n": len(kept)}))
    return pd.concat(rows, ignore_index=True)


def revenue(found: Findings, arms: Sequence[str], width: Width) -> Figure:
    """Mean revenue by channel, stacked over time, in each arm."""
    kept, names, table = channels(found), _labels(found), revenue_table(found, list(found.experiment.arms))
    columns = min(_columns(width), len(arms))
    styles: list[dict[str, Any]] = [
        {
            "facecolor": BANDS[i % len(BANDS)],
            "edgecolor": INK if i % 2 else "white",
            "hatch": HATCHES[i % len(HATCHES)],
            "linewidth": 0.3,
        }
        for i in range(len(kept))
    ]
    missing = len(reference(found).labels.channels) - len(kept)
    at_each = " at each point" if len(found.points) > 1 else ""
    told = note(
        found,
        f"Mean over {int(table['n'].iloc[0]):,} kept futures of each arm{at_each}; no interval: see the effects.",
        f"{missing} channels were not kept." if missing else "",
        over_points(found),
    )
    top = float(table.groupby(["arm", "month"])["mean"].sum().max())
    with styled():
        heading = f"{found.experiment.title}: revenue by channel"
        across = beside(names, width)
        figure, axes = sheet(width, -(-len(arms) // columns), columns, HIGH, heading, told, key=names, across=across, sharey=True)
        for axis, arm in zip(axes.flat, arms, strict=False):
            rows = table[table["arm"] == arm]
            stack = [rows[rows["channel"] == channel]["mean"].to_numpy() for channel in kept]
            for band, style in zip(axis.stackplot(months_of(reference(found)), stack), styles, strict=True):
                band.set(**style)
            axis.set_title(panel_title(called(arm), 3.0))
            axis.set_ylabel("USD million a month", fontsize=NOTE_SIZE)
            axis.set_ylim(0.0, 1.05 * top)
            month_axis(axis, reference(found), 5)
        blank(axes, len(arms))
        hatched = [Patch(**style) for style in styles]
        legend(figure, hatched, names, heading, columns=across, handlelength=2.2, handleheight=1.0, columnspacing=1.4)
    return figure
