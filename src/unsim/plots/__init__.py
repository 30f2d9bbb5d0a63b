"""Figures: each says n, draws, seed, interval and claim level, has its numbers in a table, and reads in grey as in colour."""

from __future__ import annotations

from unsim.effects import Comparison
from unsim.plots import council, paths
from unsim.plots import effects as forests
from unsim.plots import levels as horizons
from unsim.plots.council import votes as votes
from unsim.plots.effects import burden as burden
from unsim.plots.effects import forest as forest
from unsim.plots.levels import levels as levels
from unsim.plots.paths import costs as costs
from unsim.plots.style import Picture, Result
from unsim.plots.surface import map_title as map_title
from unsim.plots.surface import surface as surface


def pictures(result: Result) -> list[Picture]:
    """All figures of a run or a comparison, the most telling first; needs kept paths (``keep``)."""
    found = paths.pictures(result) + horizons.pictures(result) + council.pictures(result)
    if isinstance(result, Comparison):
        found[1:1] = forests.pictures(result)
    return found
