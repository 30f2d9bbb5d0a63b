"""What the figures of a sweep share: what was asked for, how arms look, and the words below a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from unsim.effects import unit_of_difference
from unsim.experiments.findings import Findings
from unsim.plots.style import REFERENCE, STRATEGY, Picture, Width, numbered, spoken
from unsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

COLOURS = (STRATEGY, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F3C8D")  # Okabe and Ito, in an order that also differs in grey
LINES, MARKS = ("-", (0, (4, 1)), (0, (1, 1)), "-.", (0, (6, 2, 1, 2)), (0, (2, 2))), "osD^vP"


@dataclass(frozen=True)
class Asked:
    """What a user wants to see: one outcome or (None) the main ones, figures of one arm for each arm or for that of the question
    alone, at a width.
    """

    outcome: str | None = None
    every_arm: bool = False
    width: Width = "page"

    def main(self, found: Findings) -> str:
        """The outcome of figures that show one."""
        return self.outcome or found.experiment.question[0]

    def arms(self, found: Findings) -> Sequence[str]:
        """The arms of figures that show one each."""
        return found.experiment.strategies if self.every_arm else [found.experiment.question[1]]


def drawn(
    found: Findings,
    asked: Asked,
    name: str,
    caption: str,
    draw: Callable[..., Figure],
    table: Callable[..., pd.DataFrame],
    pages: Iterable[Sequence[Any]] = ((),),
) -> list[Picture]:
    """A figure for each page, which holds what ``draw`` and ``table`` take beside the findings, and the table it is drawn from."""
    return [
        Picture(numbered(name, index), caption, partial(draw, found, *page, asked.width), partial(table, found, *page))
        for index, page in enumerate(pages)
    ]


def look(found: Findings, arm: str) -> dict[str, Any]:
    """Colour, line and mark of an arm: told apart without colour, too."""
    if arm == found.experiment.reference:
        return {"color": REFERENCE, "linestyle": "--", "marker": "X"}
    index = found.experiment.strategies.index(arm) % len(COLOURS)
    return {"color": COLOURS[index], "linestyle": LINES[index], "marker": MARKS[index]}


def called(arm: str) -> str:
    """An arm as a figure shows it."""
    return arm.replace("_", " ")


def reference(found: Findings) -> Scenario:
    """The scenario of the reference: what axes of months and names of states are read from."""
    return found.experiment.arms[found.experiment.reference]


def titled(found: Findings, outcome: str) -> str:
    """An outcome as a figure shows it."""
    return spoken(outcome, reference(found))


def difference(found: Findings, outcome: str) -> str:
    """The unit of an effect on an outcome."""
    return unit_of_difference(found.kind(outcome).unit)


def note(found: Findings, *said: str) -> str:
    """What a figure rests on, what it shows, and the command from which it comes."""
    return " ".join([found.rests_on(), *(words for words in said if words), made_with(found)])


def made_with(found: Findings) -> str:
    """The command from which a sweep comes."""
    return f"Made with: {found.folder.command or f'unsim sweep {found.experiment.name}'}"


def interval_of(found: Findings) -> str:
    """The kind of interval that effects have."""
    return found.effect(found.experiment.strategies[0], found.experiment.names[0], point=found.points[0]).interval


def over_points(found: Findings) -> str:
    """What is said where numbers are means over a design."""
    return "Means over all points of the design." if len(found.points) > 1 else ""
