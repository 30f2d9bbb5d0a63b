"""The figures of a sweep, each with its numbers, made from what is on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from unsim.experiments.figures import design, effects, paths, votes
from unsim.experiments.figures.look import Asked
from unsim.experiments.findings import Findings
from unsim.files import Problem, ScenarioError, nearest
from unsim.plots.style import Picture, Width

KINDS: dict[str, tuple[str, Callable[[Findings, Asked], list[Picture]]]] = {
    "fan": ("paths or bands", paths.fans),
    "over_time": ("paths", paths.over_times),
    "forest": ("outcomes", effects.forests),
    "heat": ("points at which two factors have numbers, more than one of each", design.heats),
    "response": ("a factor with numbers", design.responses),
    "votes": ("drafts; it shows no outcome", votes.votes),
    "revenue": ("revenue of channels among the outcomes, and paths; it shows no one outcome", paths.revenues),
    "tornado": ("the screen of parameters that unsim sweep makes; it shows the main effect", effects.tornados),
    "trade_off": ("political_cost and civilian_welfare among the outcomes; it shows these two", effects.trade_offs),
}
"""By kind, in the order in which they are shown: what a sweep must hold for it, and what makes its figures."""


def pictures(found: Findings, kind: str | None = None, outcome: str | None = None, width: Width = "page") -> list[Picture]:
    """The figures of a sweep, of one kind or for one outcome where told. Raises ``ScenarioError`` where there is none."""
    names = found.experiment.names
    if outcome is not None and outcome not in names:
        raise ScenarioError([Problem("--outcome", None, "", f"unknown outcome {outcome}", nearest(outcome, names))])
    if kind is not None and kind not in KINDS:
        raise ScenarioError([Problem("--kind", None, "", f"unknown kind {kind}", nearest(kind, tuple(KINDS)))])
    asked = Asked(outcome, kind is not None, width)
    if kind is None:
        return [picture for _, make in KINDS.values() for picture in make(found, asked)]
    needs, make = KINDS[kind]
    if some := make(found, asked):
        return some
    told = f"{kind}, for which this sweep has not what it needs ({needs})"
    raise ScenarioError(
        [Problem("--kind", None, "", told, nearest("", [k for k, (_, make) in KINDS.items() if make(found, asked)]))]
    )


def write(some: Sequence[Picture], out: Path, told: Callable[[int, int], None] | None = None) -> dict[str, Exception]:
    """Draw figures into a folder in all forms, each with its numbers; returns what went wrong by name of the figures that could not
    be drawn, which keep no other from being written. Raises ``OSError`` where the folder cannot be written to.
    """
    from unsim.store import write_pictures

    out.mkdir(parents=True, exist_ok=True)
    lost: dict[str, Exception] = {}
    for done, picture in enumerate(some):
        try:
            write_pictures([picture], out)
        except (OSError, MemoryError):
            raise
        except Exception as error:
            lost[picture.name] = error
        if told:
            told(done + 1, len(some))
    return lost
