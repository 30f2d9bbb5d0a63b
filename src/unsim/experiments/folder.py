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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from unsim.experiments.arrays import create_arrays
from unsim.experiments.blocks import Arrays, Told, compute, digests, model_hash
from unsim.experiments.experiment import Block, Experiment
from unsim.experiments.log import framed, records
from unsim.files import Problem, ScenarioError
from unsim.posterior import Brought
from unsim.provenance import as_text, versions

PLAN, LOG, RESULTS, SOURCE, BROUGHT = "plan.json", "log", "results.zarr", "experiment.yaml", "draws.npz"
FORMAT = "unsim sweep 1"


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

    @property
    def command(self) -> str:
        """The command that was last given for the sweep; empty where it was run from Python."""
        given = [record["command"] for record in records(self.path / LOG) if "command" in record]
        return str(given[-1] if given else self.plan.get("command", ""))

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
        """Whether the files of a record of the log, such as that of a finished block, are there and as they were written."""
        return all(checksum_of(self.path / RESULTS / name) == checksum for name, checksum in record.get("files", {}).items())

    @property
    def _labels(self) -> dict[str, Any]:
        """What the plan says of the files that describe and label the arrays, in the form of a record of the log."""
        return {"files": self.plan.get("labels", {})}

    def check(self) -> None:
        """Raise ``ScenarioError`` that names what is missing or changed: labels of the arrays, each finished block."""
        broken = [] if self.intact(self._labels) else ["descriptions or labels of the arrays"]
        broken += [f"block {block}" for block, record in self.finished().items() if not self.intact(record)]
        allowed = "files as they were written: the same sweep mends them"
        if broken:
            raise ScenarioError(
                Problem(str(self.path), None, "", f"{what} whose files are missing or changed", allowed) for what in broken
            )

    def mend_labels(self) -> None:
        """Write anew what describes and labels the arrays, where it is missing or changed; nothing else is touched."""
        if self.intact(self._labels):
            return
        with tempfile.TemporaryDirectory(dir=self.path, prefix=".labels-") as scratch:
            create_arrays(self.experiment, Path(scratch) / RESULTS)
            for name, checksum in self._labels["files"].items():
                fresh, place = Path(scratch) / RESULTS / name, self.path / RESULTS / name
                if checksum_of(place) != checksum:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    fresh.replace(place)
        if not self.intact(self._labels):
            found = "labels of arrays that cannot be written as they were: another version of a library writes them"
            raise ScenarioError([Problem(str(self.path), None, "", found, "a new folder, or the versions of the plan")])

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
            files[file.as_posix()] = checksum_of(on_disk)
        return {"block": str(block), "digests": digests(arrays), "files": files}

    @cached_property
    def _groups(self) -> dict[str, Any]:
        import zarr

        whole = zarr.open_group(str(self.path / RESULTS), mode="r+")
        return {arm: whole[arm] for arm in self.experiment.arms}


def checksum_of(path: Path) -> str | None:
    """SHA-256 of a file; None where it cannot be read."""
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
        chains = {name: [str(file) for file in arm.document.chain] for name, arm in experiment.arms.items()}
        create_arrays(experiment, fresh / RESULTS)
        written = sorted(path for path in (fresh / RESULTS).rglob("*") if path.is_file())
        labels = {path.relative_to(fresh / RESULTS).as_posix(): checksum_of(path) for path in written}
        plan = {
            **experiment.record(),
            "labels": labels,
            "source": _hash(experiment.source),
            "files": chains,
            "model": model_hash(),
            "command": command,
            **versions(),
        }
        raw = as_text(plan).encode()
        (fresh / PLAN).write_bytes(raw)
        if experiment.source:
            (fresh / SOURCE).write_bytes(experiment.source.encode())
        if experiment.brought:
            columns = experiment.brought.columns
            np.savez_compressed(fresh / BROUGHT, rows=np.array(list(columns)), values=np.stack(list(columns.values()), axis=1))
            _to_disk(fresh / BROUGHT)
        (fresh / LOG).write_bytes(framed({"format": FORMAT, "plan": hashlib.sha256(raw).hexdigest()}))
        for name in (PLAN, LOG):
            _to_disk(fresh / name)
        if path.exists():
            path.rmdir()  # an empty one
        fresh.rename(path)
    return Folder(path)


def _hash(text: str | None) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text else None


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
