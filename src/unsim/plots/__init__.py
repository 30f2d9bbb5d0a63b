"""Figures: each says n, draws, seed, interval and claim level, has its numbers in a table, and reads in grey as in colour."""

from __future__ import annotations

from unsim.effects import Comparison
from unsim.plots import council, levels, paths
from unsim.plots import effects as forests
from unsim.plots.style import Picture, Result, Width
from unsim.plots.surface import map_title as map_title
from unsim.plots.surface import surface as surface


def pictures(result: Result, width: Width = "page") -> list[Picture]:
    """All figures of a run or a comparison, the most telling first; needs kept paths (``keep``)."""
    found = paths.pictures(result, width) + levels.pictures(result, width) + council.pictures(result, width)
    if isinstance(result, Comparison):
        found[1:1] = forests.pictures(result, width)
    return found
