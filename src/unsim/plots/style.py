"""One style for all figures: safe for colour-blind readers, readable in grey, and every figure says what it rests on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from unsim.effects import Comparison
from unsim.effects import signed as written
from unsim.results import Run, claimed, design
from unsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

STRATEGY, REFERENCE, INK = "#0072B2", "#D55E00", "#222222"  # Okabe and Ito: safe for colour-blind readers
Width = Literal["page", "column"]
WIDTHS: dict[Width, float] = {"page": 7.0, "column": 3.4}
"""Inches: the text of a printed page, and one of its two columns. Letters have the same size in both."""
TALLEST = 9.6
"""Inches: the height of a printed page."""
PANEL = 1.7
"""Width of a small panel, inches."""
TEXT_SIZE, NOTE_SIZE, HEADING_SIZE = 7.0, 6.3, 8.5  # points
STYLE: Any = {
    "font.size": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE + 0.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "svg.hashsalt": "unsim",
    "text.parse_math": False,  # a title may name a price in $
    "figure.constrained_layout.use": True,
}
Result = Run | Comparison
Item = TypeVar("Item")


@dataclass(frozen=True)
class Picture:
    """A figure at some width, not yet drawn, and the numbers behind it."""

    name: str
    caption: str
    draw: Callable[[], Figure]
    table: Callable[[], pd.DataFrame]


def arms(result: Result) -> dict[str, Run]:
    """The arms of a result by the name that tables give them: a run, or a strategy and its reference."""
    if isinstance(result, Run):
        return {"run": result}
    return {"strategy": result.strategy, "reference": result.reference}


def main_arm(result: Result) -> Run:
    """The run, or the strategy."""
    return next(iter(arms(result).values()))


LOOKS: dict[str, Any] = {
    "run": {"color": STRATEGY, "linestyle": "-", "marker": "o"},
    "strategy": {"color": STRATEGY, "linestyle": "-", "marker": "o"},
    "reference": {"color": REFERENCE, "linestyle": "--", "marker": "s"},
}


def described(name: str, arm: Run) -> str:
    """An arm in a legend."""
    return arm.scenario.title if name == "run" else f"{name.capitalize()}: {arm.scenario.title}"


def spoken(outcome: str, scenario: Scenario | None = None) -> str:
    """The name of an outcome as a figure shows it; the code of a state at its end becomes the name it has in ``scenario``."""
    front, _, code = outcome.rpartition("_")
    if scenario is None or not (front and code.isupper()):
        return capital(outcome.replace("_", " "))
    by = "" if front.endswith("_from") else " by"
    return capital(f"{front.replace('_', ' ')}{by} {scenario.called(code)}")


def capital(text: str) -> str:
    """A text that begins with a capital; the rest stays as it is."""
    return text[0].upper() + text[1:]


def signed(value: float) -> str:
    """A difference beside its mark."""
    return written(value).replace("-", "−")


def sheets(items: Sequence[Item], most: int) -> list[Sequence[Item]]:
    """What one figure cannot hold, cut into as few as hold it."""
    number = max(1, -(-len(items) // max(1, most)))
    each = -(-len(items) // number) if items else 1
    return [items[first : first + each] for first in range(0, len(items), each)] or [items]


def numbered(name: str, index: int) -> str:
    """The name of a figure that has a part ``index``, counted from 0."""
    return name if index == 0 else f"{name}_{index + 1}"


def rests_on(result: Result, kept: int | None = None) -> str:
    """Futures, draws, seed, engine and claim level, in words."""
    arm, paired = main_arm(result), isinstance(result, Comparison)
    paths = f" (paths: the first {kept:,})" if kept is not None and kept < arm.replicates else ""
    return f"{design(arm, paired=paired)}{paths}. {claimed(arm.scenario, result.claim_level)}."


LETTER, BOLD_LETTER = 0.56, 0.62
"""Width of a letter as a share of its size."""


MOST_LINES = 3


def wrapped(text: str, size: float, inches: float, letter: float = LETTER, lines: int | None = None) -> str:
    """Text broken to a width between words, and cut after so many ``lines``.

    A word that is longer than a line, such as a key or a path, is broken after a mark within it where it has one.
    """
    width = max(12, int(inches * 72 / (letter * size)))
    words = [part for word in text.split() for part in _parts(word, width)]
    return textwrap.fill(" ".join(words), width, break_on_hyphens=False, max_lines=lines, placeholder=" …")


def _parts(word: str, width: int) -> list[str]:
    """A word, in as few parts as lines of a width hold."""
    parts = [""]
    for piece in re.split(r"(?<=[-_./])", word):
        if parts[-1] and len(parts[-1]) + len(piece) > width:
            parts.append("")
        parts[-1] += piece
    return parts


def sheet(
    width: Width,
    rows: int,
    columns: int,
    height: float,
    heading: str,
    note: str,
    *,
    key: Sequence[str] = (),
    across: int = 1,
    **options: Any,
) -> tuple[Figure, Any]:
    """A figure of panels (row, column) of a height in inches, under a heading and over a note.

    ``key``: the labels of a legend, ``across`` of them side by side, which :func:`legend` then draws together with the heading.
    """
    inches = WIDTHS[width]
    above = _heading(heading, inches)
    below = wrapped(note, NOTE_SIZE, inches - 0.3)
    keyed = sum(wrapped(label, TEXT_SIZE, inches - 0.6).count("\n") + 1 for label in key[: -(-len(key) // across)])
    points = (above.count("\n") + 1) * HEADING_SIZE * bool(above) + (below.count("\n") + 1) * NOTE_SIZE + 1.15 * keyed * TEXT_SIZE
    figure = Figure(figsize=(inches, rows * height + 1.3 * points / 72 + 0.25))
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    if above and not key:
        figure.suptitle(above, x=0.01, ha="left", fontsize=HEADING_SIZE, fontweight="bold")
    figure.supxlabel(below, x=0.01, ha="left", fontsize=NOTE_SIZE, color=INK)
    return figure, axes


def _heading(text: str, inches: float) -> str:
    return wrapped(text, HEADING_SIZE, inches - 0.3, BOLD_LETTER) if text else ""


def keys_of(result: Result) -> tuple[list[Any], list[str]]:
    """Handles and labels of a legend of lines, one for each arm."""
    runs = arms(result)
    handles = [Line2D([], [], color=LOOKS[name]["color"], linestyle=LOOKS[name]["linestyle"], linewidth=1.3) for name in runs]
    return handles, [described(name, arm) for name, arm in runs.items()]


def legend(figure: Figure, handles: Any, labels: Sequence[str], heading: str = "", columns: int = 1, **more: Any) -> None:
    """A heading and below it a legend, above the panels; ``more``: options of the legend."""
    inches = figure.get_figwidth()
    told = [wrapped(label, TEXT_SIZE, inches - 0.6) for label in labels]
    options: Any = {"title": _heading(heading, inches), **more} if heading else more
    font = {"size": HEADING_SIZE, "weight": "bold"}
    figure.legend(handles, told, loc="outside upper left", ncols=columns, borderaxespad=0.1, borderpad=0.3, alignment="left",
                  title_fontproperties=font, **options)  # fmt: skip


def beside(labels: Sequence[str], width: Width) -> int:
    """Labels of a legend that have room side by side."""
    widest = max(map(len, labels)) * LETTER * TEXT_SIZE / 72 + 0.45
    return max(1, min(len(labels), int((WIDTHS[width] - 0.3) / widest)))


def panel_title(text: str, inches: float = PANEL) -> str:
    """The title of a panel, broken to its width."""
    return wrapped(text, TEXT_SIZE + 0.5, inches - 0.7, BOLD_LETTER, MOST_LINES)


def plain_ticks(axis: Any) -> None:
    """A few marks with whole numbers beside them, never a factor at the end of the axis."""
    axis.set_major_locator(MaxNLocator(3))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def number(value: float) -> str:
    """A number beside a mark of an axis."""
    return (f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}").replace("-", "−")


def named_rows(axis: Any, names: Sequence[str]) -> None:
    """Rows from the top down, each with its name beside it."""
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)


def months_of(scenario: Scenario) -> Any:
    """The months of the horizon as dates."""
    return np.datetime64(scenario.file.start, "M") + np.arange(scenario.months)


def styled() -> Any:
    """The context in which every figure is drawn."""
    return mpl.rc_context(STYLE)


SPACINGS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)


def month_axis(axis: Any, scenario: Scenario, marks: int) -> None:
    """At most so many marks, at full months or years, and room at both ends."""
    months = months_of(scenario)
    spacing = next(spacing for spacing in SPACINGS if scenario.months <= spacing * marks)
    ticks = [month for month in months if int(month.astype(int)) % spacing == 0] or [months[0]]
    axis.set_xticks(ticks, [str(month)[: 4 if spacing >= 12 else 7] for month in ticks])
    axis.set_xlim(months[0] - np.timedelta64(15, "D"), months[-1] + np.timedelta64(15, "D"))


def blank(axes: Any, used: int) -> None:
    """Take away the panels of a grid that are left over."""
    for axis in axes.flat[used:]:
        axis.set_axis_off()
