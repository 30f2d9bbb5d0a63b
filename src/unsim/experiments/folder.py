"""The folder of a sweep on disk: the plan, the log, and the results in an open format (Zarr, version 3).

``plan.json`` holds all that a block rests on, so any block can be computed again from the folder alone (draws that a user
brings are in ``draws.npz``); ``experiment.yaml`` is the file as it was written, before ``--set``. ``results.zarr`` has a
group for each arm, with ``values`` (point, outcome, horizon, replicate), ``paths`` (point, outcome, month, kept), ``votes`` (point,
round, draft, state, vote) and, if asked for, ``bands`` (point, round, outcome, bin, month); each block is one file (shard) of each.
The log says which blocks are finished.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.bands import Bands, layout
from unsim.experiments.experiment import Block, Experiment
from unsim.experiments.log import framed, records
from unsim.files import Problem, ScenarioError
from unsim.posterior import Brought
from unsim.results import VOTES, Run
from unsim.store import as_text, versions
from unsim.sweep import run
from unsim.tables import DATA

PLAN, LOG, RESULTS, SOURCE, BROUGHT = "plan.json", "log", "results.zarr", "experiment.yaml", "draws.npz"
FORMAT = "unsim sweep 1"
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
LEVEL = 1
"""Of compression: more takes longer and gains little on numbers like these."""

Arrays = dict[str, NDArray[Any]]
Told = Callable[[int], None]
Shape = tuple[int, ...]
EMPTY = {"votes": ("int64", -1), "bands": ("uint16", 0)}
"""Kind of the arrays of counts, and what stands where nothing is computed."""


def model_hash() -> str:
    """Hash of all sources and tables on which a future rests."""
    digest = hashlib.sha256()
    for path in [*(path for pattern in MODEL for path in sorted(PACKAGE.glob(pattern))), *sorted(DATA.glob("*.*"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


# A block: a pure function of the experiment and its name


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


# The folder


@dataclass(frozen=True)
class Folder:
    """A sweep on disk."""

    path: Path

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The plan. Raises ``ScenarioError`` where there is none, or not the one with which the log began."""
        try:
            raw = (self.path / PLAN).read_bytes()
            first = next(records(self.path / LOG), {})
            plan: dict[str, Any] = json.loads(raw)
        except (OSError, ValueError) as error:
            raise ScenarioError(
                [Problem(str(self.path), None, "", f"no sweep ({error})", "a folder that unsim sweep has written")]
            ) from None
        if first.get("format") != FORMAT or first.get("plan") != hashlib.sha256(raw).hexdigest():
            found = f"a {PLAN} that is not as it was written, or not that of the log"
            raise ScenarioError([Problem(str(self.path), None, "", found, "a folder as unsim sweep wrote it")])
        return plan

    @staticmethod
    def readable(record: Mapping[str, Any]) -> dict[str, Any]:
        """A record as it comes back from the disk."""
        found: dict[str, Any] = json.loads(as_text(dict(record)))
        return found

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, from the plan alone."""
        return Experiment.recorded(self.plan, self._brought())

    def _brought(self) -> Brought | None:
        """The draws that the experiment brought. Raises ``ScenarioError`` where they are not as they were written."""
        said = self.plan.get("draws")
        if said is None:
            return None
        try:
            with np.load(self.path / BROUGHT) as file:
                brought = Brought(said["name"], {str(label): file["values"][:, i] for i, label in enumerate(file["rows"])})
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ScenarioError(
                [Problem(str(self.path / BROUGHT), None, "", f"no draws ({error})", "the file as it was")]
            ) from None
        if brought.digest != said["sha256"]:
            found = "draws other than those of the plan"
            raise ScenarioError([Problem(str(self.path / BROUGHT), None, "", found, "the file as it was")])
        return brought

    def finished(self) -> dict[Block, dict[str, Any]]:
        """What the log says of each finished block: the digest of each of its arrays, the checksum of each of its files."""
        found = {}
        for record in records(self.path / LOG):
            if "block" in record:
                found[Block.named(record["block"])] = record
        return found

    def ended(self) -> dict[str, Any] | None:
        """What the log says of the end of the sweep; None where it has not ended."""
        return next((record for record in reversed(list(records(self.path / LOG))) if "ended" in record), None)

    def intact(self, record: Mapping[str, Any]) -> bool:
        """Whether the files of a finished block are there and as they were written."""
        return all(_checksum(self.path / RESULTS / name) == checksum for name, checksum in record["files"].items())

    def write(self, block: Block, arrays: Arrays) -> dict[str, Any]:
        """Write the files of a block, to the disk; returns what the log should say. The files of no other block are touched."""
        group, experiment = self._groups[block.arm], self.experiment
        first, last = experiment.span(block.round)
        row = experiment.cells(block.arm).index(block.point)
        whole = slice(None)
        places: dict[str, tuple[tuple[Any, ...], tuple[int, ...]]] = {  # where in the array, and the name of the file
            "values": ((row, whole, whole, slice(first, last)), (row, 0, 0, block.round)),
            "paths": ((row,), (row, 0, 0, 0)),
            "votes": ((row, block.round), (row, block.round, 0, 0, 0)),
            "bands": ((row, block.round), (row, block.round, 0, 0, 0)),
        }
        files = {}
        for name, array in arrays.items():
            place, numbers = places[name]
            file = Path(block.arm, name, "c", *map(str, numbers))
            on_disk = self.path / RESULTS / file
            on_disk.unlink(missing_ok=True)  # a damaged one would be read before it is replaced
            group[name][place] = array
            _to_disk(on_disk)
            files[file.as_posix()] = _checksum(on_disk)
        return {"block": str(block), "digests": digests(arrays), "files": files}

    @cached_property
    def _groups(self) -> dict[str, Any]:
        import zarr

        whole = zarr.open_group(str(self.path / RESULTS), mode="r+")
        return {arm: whole[arm] for arm in self.experiment.arms}


def _checksum(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _to_disk(path: Path) -> None:
    """Have the disk keep a file and its name, whatever happens to the machine."""
    for place, flags in ((path, os.O_RDONLY), (path.parent, getattr(os, "O_DIRECTORY", 0))):
        if os.name == "nt":
            return  # Windows does not open a folder for this, nor sync a file that is open for reading
        handle = os.open(place, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def create(experiment: Experiment, path: Path, command: str) -> Folder:
    """The folder of a sweep that is to begin: made beside its place and then put there, so it is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as scratch:
        fresh = Path(scratch) / "new"
        fresh.mkdir()
        files = {name: [str(file) for file in arm.document.chain] for name, arm in experiment.arms.items()}
        plan = {**experiment.record(), "files": files, "model": model_hash(), "command": command, **versions()}
        raw = as_text(plan).encode()
        (fresh / PLAN).write_bytes(raw)
        if experiment.source:
            (fresh / SOURCE).write_text(experiment.source, encoding="utf-8")
        if experiment.brought:
            columns = experiment.brought.columns
            np.savez_compressed(fresh / BROUGHT, rows=np.array(list(columns)), values=np.stack(list(columns.values()), axis=1))
            _to_disk(fresh / BROUGHT)
        (fresh / LOG).write_bytes(framed({"format": FORMAT, "plan": hashlib.sha256(raw).hexdigest()}))
        _create_arrays(experiment, fresh / RESULTS)
        for name in (PLAN, LOG):
            _to_disk(fresh / name)
        if path.exists():
            path.rmdir()  # an empty one
        fresh.rename(path)
    return Folder(path)


def _create_arrays(experiment: Experiment, path: Path) -> None:
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    root = zarr.create_group(
        str(path), attributes={"title": experiment.title, "seed": experiment.file.seed, "draws": experiment.draws}
    )
    packed = {"compressors": [ZstdCodec(level=LEVEL), Crc32cCodec()], "config": {"write_empty_chunks": True}}
    size, replicates, outcomes = experiment.block_size, experiment.file.replicates, len(experiment.outcomes)
    for name, scenario in experiment.arms.items():
        group = root.create_group(name, attributes={"scenario": scenario.name, "title": scenario.title})
        cells, horizons = experiment.cells(name), len(experiment.horizons)
        keep = min(experiment.file.paths, size)

        named = _coordinates(experiment, name)
        beside = {label: along for label, _, told in named if (along := told.get("along", label)) != label}

        def array(label: str, dims: str, whole: Shape, shard: Shape, chunk: Shape, told: str, group: Any = group,
                  beside: Any = beside) -> None:  # fmt: skip
            axes = dims.split()
            along = " ".join(label for label, axis in beside.items() if axis in axes)
            kind, empty = EMPTY.get(label, ("float64", np.nan))
            attributes = {"long_name": told, "coordinates": along}
            group.create_array(
                label, shape=whole, shards=shard, chunks=chunk, dtype=kind, fill_value=empty, dimension_names=axes,
                attributes=attributes, **packed,
            )  # fmt: skip

        block = (1, outcomes, horizons, size)
        about_values = "each outcome over each horizon; not a number: not computed"
        shape: Shape = (len(cells), outcomes, horizons, replicates)
        array("values", "point outcome horizon replicate", shape, block, (1, 1, *block[2:]), about_values)
        if keep:
            block = (1, outcomes, scenario.months, keep)
            about_paths = "whole paths of the first replicates"
            array("paths", "point outcome month kept", (len(cells), *block[1:]), block, (1, 1, *block[2:]), about_paths)
        if experiment.file.bands:
            counted = (outcomes, layout().bins, scenario.months)
            about_bands = "futures of a block in each bin in each month; counts so far for outcomes that add up"
            shape = (len(cells), experiment.rounds, *counted)
            array("bands", "point round outcome bin month", shape, (1, 1, *counted), (1, 1, 1, *counted[1:]), about_bands)
        votes = (len(scenario.labels.drafts), len(scenario.labels.states), 3)
        about_votes = "counts of votes over the futures of a block; -1: not computed"
        shape = (len(cells), experiment.rounds, *votes)
        array("votes", "point round draft state vote", shape, (1, 1, *votes), (1, 1, *votes), about_votes)
        for label, content, about in named:
            attributes = {key: words for key, words in about.items() if key != "along"}
            group.create_array(label, data=content, dimension_names=[about.get("along", label)], attributes=attributes)


def _coordinates(experiment: Experiment, arm: str) -> list[tuple[str, NDArray[Any], dict[str, Any]]]:
    """Names and numbers along the axes of an arm's arrays; ``along``: the axis, where it has another name."""
    return list(_each_coordinate(experiment, arm))


def _each_coordinate(experiment: Experiment, arm: str) -> Iterator[tuple[str, NDArray[Any], dict[str, Any]]]:
    scenario, cells = experiment.arms[arm], experiment.cells(arm)
    replicate = np.arange(experiment.file.replicates)
    draws = replicate % experiment.draws if experiment.draws else np.full_like(replicate, -1)
    months = (np.datetime64(scenario.file.start, "M") + np.arange(scenario.months)).astype("datetime64[D]").astype(np.int64)
    yield "point", np.array(cells), {"long_name": "point of the design"}
    yield "horizon", np.array(experiment.horizons), {"units": "months"}
    yield "draw", draws, {"along": "replicate", "long_name": "draw of the parameters; -1: the defaults"}
    yield (
        "month",
        months,
        {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian", "long_name": "first day of the month"},
    )
    yield "outcome", _texts(experiment.names), {"long_name": "name of the outcome"}
    for label in ("unit", "aggregate", "about", "meaning"):
        yield label, _texts([getattr(kind, label) for kind in experiment.outcomes]), {"along": "outcome"}
    if experiment.file.bands:
        yield "lower", layout().lower, {"along": "bin", "long_name": "lower edge of the bin"}
        yield "upper", layout().upper, {"along": "bin", "long_name": "upper edge of the bin"}
    yield "draft", _texts(scenario.labels.drafts), {}
    yield "state", _texts(scenario.labels.states), {}
    yield "vote", _texts(VOTES), {}
    for name, factor in experiment.file.factors.items():
        values = [experiment.points[point].get(name) for point in cells]
        if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
            told = {"along": "point", "long_name": f"{factor.key}; not a number: as the arm has it"}
            yield f"factor_{name}", np.array([np.nan if value is None else float(value) for value in values]), told
        else:
            yield f"factor_{name}", _texts([json.dumps(value) for value in values]), {"along": "point", "long_name": factor.key}


def _texts(values: Any) -> NDArray[Any]:
    return np.array(list(values), dtype=np.dtypes.StringDType())


@lru_cache(maxsize=4)
def _opened(path: str, _plan: tuple[int, int]) -> Folder:
    return Folder(Path(path))


def compute_and_write(path: str, block: str, told: Told | None = None) -> dict[str, Any]:
    """Compute a block of the sweep in a folder and write its files; returns what the log should say.

    All that a worker needs is in the folder, so a thread, a process or another machine that sees it gives the same bits.
    """
    plan = (Path(path) / PLAN).stat()
    folder, named = _opened(path, (plan.st_mtime_ns, plan.st_ino)), Block.named(block)
    return folder.write(named, compute(folder.experiment, named, told))
