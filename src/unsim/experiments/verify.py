"""Whether a sweep on disk is as it was written, and whether its blocks come out again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unsim.experiments.blocks import compute, digests, model_hash
from unsim.experiments.experiment import Block
from unsim.experiments.folder import SOURCE, Folder, checksum_of
from unsim.experiments.report import SUMS, TABLES
from unsim.files import Problem, ScenarioError

SAMPLE = 3
"""Blocks that are computed again."""


@dataclass(frozen=True)
class Verified:
    """A sweep whose files are as they were written: how many blocks it has, and which came out again to the bit."""

    finished: int
    planned: int
    again: tuple[Block, ...]
    same_model: bool


def _check_tables(path: Path) -> None:
    """Raise ``ScenarioError`` that names each table that is missing or changed since it was written."""
    try:
        listed = (path / TABLES / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return  # none were written yet
    problems = []
    for checksum, _, name in (line.partition("  ") for line in listed):
        if checksum_of(path / TABLES / name) != checksum:
            found, allowed = "a table that is missing or changed", "as it was written: the same sweep writes it anew"
            problems.append(Problem(str(path / TABLES / name), None, "", found, allowed))
    if problems:
        raise ScenarioError(problems)


def verify(path: Path, sample: int = SAMPLE, told: Callable[[int, int], None] | None = None) -> Verified:
    """Check the files of a sweep, and compute a random sample of its blocks again.

    Raises ``ScenarioError`` that names what is missing or changed, of arrays and tables, and each block that comes out otherwise.
    """
    folder = Folder(path)
    experiment, finished = folder.experiment, folder.finished()
    folder.check()
    _check_tables(path)
    problems = []
    if (written := folder.plan.get("source")) and checksum_of(path / SOURCE) != written:
        found, allowed = "an experiment file that is missing or changed", "as it was written (results rest on plan.json, not on it)"
        problems.append(Problem(str(path / SOURCE), None, "", found, allowed))
    same = folder.plan.get("model") == model_hash()
    chosen = sorted(random.SystemRandom().sample(sorted(finished), min(sample, len(finished))))
    for done, block in enumerate(chosen):
        if digests(compute(experiment, block)) != finished[block]["digests"]:
            found = f"block {block}, which comes out otherwise when it is computed again"
            allowed = "equal bits" if same else "the version of the model that wrote it: this one is another"
            problems.append(Problem(str(path), None, "", found, allowed))
        if told:
            told(done + 1, len(chosen))
    if problems:
        raise ScenarioError(problems)
    planned = sum(len(experiment.cells(arm)) for arm in experiment.arms) * experiment.rounds
    return Verified(len(finished), planned, tuple(chosen), same)
