"""What ``--out`` leaves on disk: tables, figures with their numbers, every future, the record of the run, and a manifest.

A folder is filled beside its place and then put there, so it is complete or not there. The manifest, written last, holds the
checksum of every file; reading begins by checking them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from unsim.effects import Comparison
from unsim.files import Problem, ScenarioError
from unsim.provenance import as_text, contents, provenance, versions
from unsim.results import Run
from unsim.scenario import Scenario
from unsim.structure import Structure

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from unsim.plots.style import Picture, Width

MANIFEST, RECORD = "manifest.json", "run.json"
FORMAT = "unsim results 1"
FORMS = ("png", "svg", "pdf")
PATHS = 200
"""Whole paths of so many futures are written, unless more are asked for; every future's outcomes always are."""

Told = Callable[[int, int], None]


# Writing


def write_run(
    run: Run, out: Path, command: str, width: Width | None = "page", paths: int = PATHS, progress: Told | None = None
) -> None:
    """``summary.csv``, ``votes.csv``, every future (``run.zarr.zip``), the figures with their numbers, and the record.

    ``width`` of the figures, None for none; ``paths``: futures whose whole paths are written, of those that the run kept.
    """
    with _folder(out) as folder:
        run.summary().to_csv(folder / "summary.csv", index=False)
        run.vote_shares().to_csv(folder / "votes.csv", index=False)
        _write_futures(run, folder / "run.zarr.zip", paths)
        _draw(run, folder, width, progress)
        _write_json(folder / RECORD, provenance({"run": run}, command))


def write_comparison(
    comparison: Comparison,
    out: Path,
    command: str,
    found: Structure | None = None,
    finding: Sequence[str] = (),
    width: Width | None = "page",
    paths: int = PATHS,
    progress: Told | None = None,
) -> None:
    """``effects.csv``, ``structure.csv``, ``summary.csv`` and ``votes.csv`` of both arms, every future of each
    (``strategy.zarr.zip``, ``reference.zarr.zip``), the figures with their numbers, and the record.

    ``width`` and ``paths`` as in :func:`write_run`; ``finding``: sentences on it, for the record.
    """
    import pandas as pd

    arms = {"strategy": comparison.strategy, "reference": comparison.reference}
    with _folder(out) as folder:
        comparison.frame().to_csv(folder / "effects.csv", index=False)
        if found is not None:
            found.frame().to_csv(folder / "structure.csv", index=False)
        for name, tables in (("summary", Run.summary), ("votes", Run.vote_shares)):
            whole = pd.concat([tables(arm).assign(arm=label) for label, arm in arms.items()], ignore_index=True)
            whole.to_csv(folder / f"{name}.csv", index=False)
        for label, arm in arms.items():
            _write_futures(arm, folder / f"{label}.zarr.zip", paths)
        _draw(comparison, folder, width, progress)
        _write_json(folder / RECORD, {**provenance(arms, command), "digest": comparison.digest, "finding": list(finding)})


def write_surface(table: Any, figure: Figure | None, arms: Sequence[Scenario], record: Mapping[str, Any], out: Path) -> None:
    """``map.csv``, the figure of a map if there is one, and the record."""
    with _folder(out) as folder:
        table.to_csv(folder / "map.csv", index=False)
        if figure is not None:
            save_figure(figure, folder / "map")
        told = [{"scenario": arm.name, "title": arm.title, **contents(arm), "months": arm.months} for arm in arms]
        _write_json(folder / RECORD, {**versions(), **record, "arms": told})


def write_tables(
    tables: Mapping[str, pd.DataFrame],
    pictures: Sequence[Picture],
    content: Mapping[str, Any],
    out: Path,
    command: str,
    *,
    what: str = "Back-test",
    drawn: bool = True,
) -> None:
    """Tables by name, the numbers of figures and, if ``drawn``, the figures, and the record: what a back-test or a fit leaves."""
    with _folder(out) as folder:
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
        write_pictures(pictures, folder, drawn=drawn)
        arms = [{"arm": what.lower(), "title": what}]
        _write_json(folder / RECORD, {"command": command, **versions(), "arms": arms, **content})


def _draw(result: Run | Comparison, folder: Path, width: Width | None, progress: Told | None) -> None:
    """Every figure in all forms, each with its numbers (CSV)."""
    from unsim import plots

    if width is not None:
        write_pictures(plots.pictures(result, width), folder, progress)


def write_pictures(pictures: Sequence[Picture], folder: Path, progress: Told | None = None, *, drawn: bool = True) -> None:
    """The numbers of figures (CSV) and, if ``drawn``, the figures in all forms."""
    for done, picture in enumerate(pictures):
        picture.table().to_csv(folder / f"{picture.name}.csv", index=False)
        if drawn:
            save_figure(picture.draw(), folder / picture.name)
        if progress:
            progress(done + 1, len(pictures))


def save_figure(figure: Figure, stem: Path) -> None:
    """Write a figure in all forms, undated, so that equal figures are equal files."""
    undated: dict[str, Any] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    for form in FORMS:
        figure.savefig(stem.with_suffix(f".{form}"), dpi=200, metadata=undated[form])


def _write_futures(run: Run, path: Path, paths: int) -> None:
    """Outcomes of every future, whole paths of some, and the parameters of each draw: a Zarr store (version 3) in one file."""
    import xarray as xr
    import zarr

    kept = min(paths, run.kept.shape[2])
    named = [outcome.name for outcome in run.scenario.outcomes]
    groups = {"/outcomes": run.outcomes.assign_attrs(order=named), "/parameters": run.parameters}
    if kept:
        groups["/paths"] = run.paths.isel(replicate=slice(0, kept))
    held: dict[str, Any] = {}
    tree = xr.DataTree.from_dict(groups)
    tree.to_zarr(zarr.storage.MemoryStore(held), zarr_format=3, consolidated=False)
    with zipfile.ZipFile(path, "w") as store:  # chunks are compressed already; entries without a date give equal bytes
        for key in sorted(held):
            store.writestr(zipfile.ZipInfo(key), held[key].to_bytes())


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """A folder to fill, which then stands at ``out`` with its manifest; nothing is left where that fails."""
    out = out.resolve()
    missing = [folder for folder in out.parents if not folder.exists()]
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    try:
        fresh = scratch / "new"
        fresh.mkdir()
        yield fresh
        _write_json(fresh / MANIFEST, {"format": FORMAT, "files": {path.name: _entry(path) for path in sorted(fresh.iterdir())}})
        with _undisturbed():
            _swap(fresh, out, scratch / "old")
            shutil.rmtree(scratch)
    except BaseException:
        with _undisturbed():
            shutil.rmtree(scratch, ignore_errors=True)
            for folder in missing:
                if folder.exists() and not any(folder.iterdir()):
                    folder.rmdir()
        raise


def _swap(fresh: Path, out: Path, old: Path) -> None:
    """Put a folder in the place of another; what was there comes back where that fails."""
    try:
        if out.exists():
            out.rename(old)
        fresh.rename(out)
    except BaseException:
        if old.exists() and not out.exists():
            old.rename(out)
        raise


@contextmanager
def _undisturbed() -> Iterator[None]:
    """An interrupt is heard once a short work on disk is done."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone
        return
    heard: list[int] = []
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in names}
    for number in names:
        if before[number] not in (signal.SIG_IGN, None):
            signal.signal(number, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for number in names:
            if before[number] not in (signal.SIG_IGN, None):
                signal.signal(number, before[number])
        if heard:
            signal.raise_signal(heard[0])


def _entry(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": _hash_of(path)}


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(as_text(content), encoding="utf-8")


# Where results may be written


def check_out(out: Path, force: bool) -> None:
    """Raise ``ScenarioError`` where results cannot be written to ``out``: before anything is computed or made."""

    def refuse(found: str, allowed: str) -> NoReturn:
        raise ScenarioError([Problem("--out", None, "", found, allowed)])

    try:
        place = out.resolve()
        place.exists()
    except (OSError, RuntimeError, ValueError) as error:
        words = getattr(error, "strerror", None) or "a link that leads nowhere"
        refuse(f"no path of a folder: {str(out)[:60]} ({words})", "a folder that can be written to")
    if place.exists() and not place.is_dir():
        refuse(f"a file at {out}", "a folder, or a path where there is nothing yet")
    if place in (Path.cwd(), *Path.cwd().parents) or place.is_mount():
        refuse(f"the current folder, one above it or a whole disk: {out}", "a folder of its own, such as results/first")
    if place.is_dir() and any(place.iterdir()):
        allowed = "an empty or new folder, " + (
            "since --force replaces earlier results only" if force else "or --force to replace earlier results"
        )
        if not force:
            refuse(f"a folder that is not empty: {out}", allowed)
        if _listed(place) is None:
            refuse(f"a folder without the {MANIFEST} of results: {out}", allowed)
        mine = [words for words in damage(place) if not words.endswith(MISSING)]
        if mine:
            refuse(f"a folder that holds something else than results: {'; '.join(mine)}, in {out}", allowed)
    above = next(folder for folder in place.parents if folder.exists())
    try:
        with tempfile.TemporaryDirectory(dir=above):
            pass
    except OSError as error:
        refuse(f"a path that cannot be written: {out} ({error.strerror})", "a folder that can be written to")


def _listed(folder: Path) -> dict[str, Any] | None:
    """The files that the manifest of a folder lists; None where there is none that we wrote."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"] if manifest["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return files if isinstance(files, dict) and RECORD in files else None


def _by_others(path: Path) -> bool:
    """Whether a file is one that systems leave in a folder that is looked at."""
    return path.name.startswith(".") or path.name.lower() in ("thumbs.db", "desktop.ini")


# Reading

MISSING = "is missing"


@dataclass(frozen=True)
class Results:
    """A folder of results whose files are all there and as they were written.

    ``record``: command, versions, hashes, scenarios, design (``run.json``). ``futures``: by arm (``run``, or ``strategy`` and
    ``reference``) a tree with ``outcomes`` (horizon, replicate), ``paths`` (month, replicate) and ``parameters`` (draw).
    """

    folder: Path
    record: Mapping[str, Any]
    futures: Mapping[str, xr.DataTree]

    def table(self, name: str) -> pd.DataFrame:
        """A table of the folder, such as ``summary``, ``effects``, or that of a figure. Raises ``KeyError`` with their names."""
        import pandas as pd

        known = sorted(path.stem for path in self.folder.glob("*.csv"))
        if name not in known:
            raise KeyError(f"no table {name!r}; there are {', '.join(known)}")
        return pd.read_csv(self.folder / f"{name}.csv")


def damage(folder: Path | str) -> list[str]:
    """What is missing, changed or strange in a folder of results, in words; empty where all is as it was written.

    Raises ``ScenarioError`` where the folder holds no results.
    """
    folder = Path(folder)
    listed = _listed(folder)
    if listed is None:
        found = f"no {MANIFEST} of results" if folder.is_dir() else "no such folder"
        raise ScenarioError([Problem(str(folder), None, "", found, "a folder that --out has written")])
    said = []
    for name, entry in sorted(listed.items()):
        path = folder / name
        if not path.is_file():
            said.append(f"{name} {MISSING}")
        elif not isinstance(entry, dict) or _hash_of(path) != entry.get("sha256"):
            said.append(f"{name} is not as it was written")
    said += [f"{path.name} is not of these results" for path in sorted(folder.iterdir())
             if path.name not in {*listed, MANIFEST} and not _by_others(path)]  # fmt: skip
    return said


def open_results(folder: Path | str) -> Results:
    """Open what ``--out`` has written, once every file is found to be as it was written.

    Raises ``ScenarioError`` that names each file which is missing, changed or strange.
    """
    import xarray as xr
    import zarr

    folder = Path(folder)
    problems = [
        Problem(str(folder), None, "", f"a folder in which {words}", "results as --out wrote them") for words in damage(folder)
    ]
    if problems:
        raise ScenarioError(problems)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    futures = {}
    for path in sorted(folder.glob("*.zarr.zip")):
        store = zarr.storage.ZipStore(path, mode="r")
        futures[path.name.partition(".")[0]] = xr.open_datatree(store, engine="zarr", consolidated=False)  # type: ignore[arg-type]
    for arm in record["arms"]:
        if "replicates" in arm and (arm["arm"] not in futures or _digest(futures[arm["arm"]]) != arm["digest"]):
            found = f"a folder whose {RECORD} and whose futures of the arm “{arm['arm']}” do not belong together"
            raise ScenarioError([Problem(str(folder), None, "", found, "results as --out wrote them")])
    return Results(folder, record, futures)


def _digest(tree: xr.DataTree) -> str:
    """``Run.digest`` of what is on disk."""
    import numpy as np

    outcomes = tree["outcomes"]
    values = np.stack([outcomes[name].to_numpy() for name in outcomes.attrs["order"]], axis=1)
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<f8").tobytes()).hexdigest()
