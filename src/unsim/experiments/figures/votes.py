"""How each member votes in an arm and the reference, over all futures of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from unsim.effects import Comparison
from unsim.experiments.figures.look import Asked, called, made_with
from unsim.experiments.findings import Findings
from unsim.plots import council
from unsim.plots.style import Picture
from unsim.results import Run


def votes(found: Findings, asked: Asked) -> list[Picture]:
    """The figures of votes on each draft, of an arm beside the reference; they show no outcome."""
    if asked.outcome:
        return []
    some = []
    for arm in asked.arms(found):
        pair = Comparison(_counted(found, arm), _counted(found, found.experiment.reference))
        ending = f"_{arm}" if len(found.experiment.strategies) > 1 else ""
        more = f"{_repeated(found, (arm, found.experiment.reference))} {made_with(found)}".strip()
        some += [replace(picture, name=f"{picture.name}{ending}") for picture in council.pictures(pair, asked.width, more)]
    return some


def _repeated(found: Findings, arms: Sequence[str]) -> str:
    """What is said where an arm is the same at several points: its futures are paired anew at each of them."""
    same = [called(arm) for arm in arms if len({found.experiment.own[arm][point] for point in found.points}) < len(found.points)]
    return f"The futures of {' and '.join(same)} count at each point at which they are paired." if same else ""


def _counted(found: Findings, arm: str) -> Run:
    """An arm as a run over the futures of all points, of which the votes alone were kept."""
    experiment, scenario = found.experiment, found.experiment.arms[arm]
    counts = np.sum([found.pairs.votes(arm, point, found.rounds) for point in found.points], axis=0)
    totals = np.empty((len(experiment.horizons), len(scenario.outcomes), 0))
    kept = np.empty((len(scenario.outcomes), scenario.months, 0))
    futures, seed = found.n * len(found.points), experiment.file.seed
    return Run(scenario, futures, found.draws, seed, "kernel", experiment.horizons, totals, kept, counts)
