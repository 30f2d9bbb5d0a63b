"""A block computed: a pure function of the experiment and the name of the block, and of the version of the model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.bands import Bands, layout
from unsim.experiments.experiment import Block, Experiment
from unsim.results import Run
from unsim.sweep import run
from unsim.tables import DATA

PACKAGE = Path(__file__).parents[1]
MODEL = (
    *(
        "rules/*.py",
        "engines/kernel/*.py",
        "parameters.py",
        "posterior.py",
        "tables.py",
        "files.py",
        "schema.py",
        "checks.py",
        "consistency.py",
    ),
    *("calendar.py", "measures.py", "setting.py", "scenario.py", "bands.py", "results.py", "sweep.py"),
)
"""Sources on which the number of a future rests, beside the data tables."""

Arrays = dict[str, NDArray[Any]]
Told = Callable[[int], None]


def model_hash() -> str:
    """Hash of all sources and tables on which a future rests."""
    digest = hashlib.sha256()
    for path in [*(path for pattern in MODEL for path in sorted(PACKAGE.glob(pattern))), *sorted(DATA.glob("*.*"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def compute(experiment: Experiment, block: Block, told: Told | None = None) -> Arrays:
    """The results of a block: the same bits wherever, whenever and beside whatever else it is computed.

    ``told`` is called with the number of futures done; what it raises ends the block.
    """
    first, last = experiment.span(block.round)
    keep = min(experiment.file.paths, last - first) if block.round == 0 else 0
    progress = (lambda done, _: told(done)) if told else None
    futures = run(
        experiment.scenario(block.arm, block.point), last - first, experiment.draws, experiment.file.seed,
        threads=1, keep=keep, bands=experiment.file.bands, first=first, horizons=experiment.horizons, progress=progress,
    )  # fmt: skip
    return arrays_of(experiment, futures)


def arrays_of(experiment: Experiment, futures: Run) -> Arrays:
    """What is kept of the futures of a block."""
    rows = [futures.row(name) for name in experiment.names]
    found: Arrays = {"values": np.ascontiguousarray(futures.values[:, rows].transpose(1, 0, 2)), "votes": futures.votes}
    if futures.counted is not None:
        found["bands"] = _dense(futures.counted, rows)
    if futures.kept.shape[2]:
        found["paths"] = futures.kept[rows]
    return found


def _dense(counted: Bands, rows: Sequence[int]) -> NDArray[np.uint16]:
    """Counts (outcome, bin, month) of some outcomes."""
    bins = layout().bins
    found = np.zeros((len(rows), bins, counted.months), dtype=np.uint16)
    for place, row in enumerate(rows):
        first, last = np.searchsorted(counted.cells, [row * bins, (row + 1) * bins])
        found[place, counted.cells[first:last] - row * bins] = counted.counts[first:last]
    return found


def digests(arrays: Arrays) -> dict[str, str]:
    """SHA-256 of the raw numbers of each array, little-endian."""
    return {
        name: hashlib.sha256(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data).hexdigest()
        for name, array in arrays.items()
    }
