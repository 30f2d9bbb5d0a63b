"""The driver of a sweep: hands out blocks, writes the log, looks at the precision, stops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unsim.experiments.blocks import compute, model_hash
from unsim.experiments.experiment import Block, Experiment
from unsim.experiments.findings import Findings, Pairs, open_sweep
from unsim.experiments.folder import LOG, Folder, create
from unsim.experiments.loading import load
from unsim.experiments.log import Log
from unsim.experiments.precision import Tally
from unsim.files import Problem, ScenarioError
from unsim.store import check_out
from unsim.sweep import cores, run

TICK = 0.1
"""Seconds between looks at the workers: an interrupt, a limit of time and the display wait no longer."""

Submit = Callable[[str], "Future[dict[str, Any]]"]
"""Hands out a block by its name; the future gives what the log should say of it. A process pool or a cluster's client that
calls :func:`unsim.experiments.folder.compute_and_write` with the folder fits as it is."""


@dataclass(frozen=True)
class Status:
    """How far a sweep has come. ``half_width``: of the main effect, or that of the precision that is asked for; ``mended``:
    blocks that were finished, but whose files were missing or changed."""

    futures: int
    total: int
    seconds: float
    fresh: int
    effect: float | None = None
    half_width: float | None = None
    wanted: float | None = None
    mended: int = 0

    @property
    def rate(self) -> float:
        """Futures per second of this call."""
        return self.fresh / self.seconds if self.seconds > 0.0 else 0.0


class StoppedError(Exception):
    """Ends the work on a block."""


class Threads:
    """Workers in this process: the kernel lets go of the interpreter's lock, so threads give what processes would."""

    def __init__(self, folder: Folder, workers: int) -> None:
        self.folder, self.ended, self.done = folder, threading.Event(), dict[str, int]()
        self._pool = ThreadPoolExecutor(max_workers=workers)

    def submit(self, block: str) -> Future[dict[str, Any]]:
        """Compute a block and write its files."""
        return self._pool.submit(self._work, block)

    def _work(self, block: str) -> dict[str, Any]:
        def told(done: int) -> None:
            self.done[block] = done
            if self.ended.is_set():
                raise StoppedError

        named = Block.named(block)
        return self.folder.write(named, compute(self.folder.experiment, named, told))

    def end(self) -> None:
        """Stop within the time of one call of the kernel."""
        self.ended.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


def begin(experiment: Experiment, out: Path, command: str) -> Folder:
    """The folder of a sweep: that of the same experiment, begun earlier, or a new one. Raises ``ScenarioError`` for another."""
    out = out.resolve()
    if not (out / LOG).is_file():
        if out.is_dir() and any(out.iterdir()):
            found = f"a folder that is not empty and holds no sweep: {out}"
            raise ScenarioError([Problem("--out", None, "", found, "an empty or new folder, or that of the same sweep")])
        check_out(out, force=False)
        return create(experiment, out, command)
    folder = Folder(out)
    plan, ours = folder.plan, Folder.readable(experiment.record())
    changed = [key for key in ours if plan.get(key) != ours[key]]
    if "experiment" in changed:
        one, other = plan["experiment"], ours["experiment"]
        changed[changed.index("experiment")] = ", ".join(k for k in {**one, **other} if one.get(k) != other.get(k))
    allowed = "a new folder, or the same experiment to go on"
    if changed:
        found = f"a sweep of another experiment in {out} (it differs in {', '.join(changed)})"
        raise ScenarioError([Problem("--out", None, "", found, allowed)])
    if plan.get("model") != model_hash():
        found = f"a sweep by another version of the model in {out}, whose futures would not be the same"
        raise ScenarioError([Problem("--out", None, "", found, allowed)])
    folder.mend_labels()
    return folder


def sweep(
    experiment: Experiment | str,
    out: Path | str,
    *,
    workers: int | None = None,
    minutes: float | None = None,
    told: Callable[[Status], None] | None = None,
    submit: Submit | None = None,
    command: str = "",
) -> Findings:
    """Run an experiment into a folder, or go on with it there; returns what it finds.

    However it is stopped (``minutes``, an interrupt, the end of the process), finished blocks are kept, and the same call goes
    on from there, to the same bits. ``workers`` (default: all cores) change the speed only; ``submit`` hands blocks to workers
    of another kind. Raises ``ScenarioError`` where ``out`` holds something else, ``OSError`` where it cannot be written.
    """
    experiment = load(experiment) if isinstance(experiment, str) else experiment
    folder = begin(experiment, Path(out), command)
    try:
        log = Log(folder.path / LOG)
    except BlockingIOError:
        found = f"a folder into which another sweep writes: {folder.path}"
        raise ScenarioError([Problem("--out", None, "", found, "another folder, or the end of the other sweep")]) from None
    try:
        if command and command != folder.command:
            log.append({"command": command})
        _Drive(folder, log, minutes, told).through(workers or cores(), submit)
    finally:
        log.close()
    return open_sweep(folder.path, check=False)


class _Drive:
    """One call of :func:`sweep`."""

    def __init__(self, folder: Folder, log: Log, minutes: float | None, told: Callable[[Status], None] | None) -> None:
        self.folder, self.log, self.told = folder, log, told
        self.experiment = folder.experiment
        self.began = time.monotonic()
        self.until = None if minutes is None else self.began + 60.0 * minutes
        known = folder.finished()
        self.finished = {block for block, record in known.items() if folder.intact(record)}
        self.damaged = len(known) - len(self.finished)
        self.before = sum(self._futures(block) for block in self.finished)
        self.rounds: dict[int, int] = {}
        for block in self.experiment.blocks():
            self.rounds[block.round] = self.rounds.get(block.round, 0) + (block not in self.finished)
        self.looks = _Looks(folder)

    def _futures(self, block: Block) -> int:
        first, last = self.experiment.span(block.round)
        return last - first

    def through(self, workers: int, submit: Submit | None) -> None:
        """Compute what is missing, until all is there, the effect is known well enough, or the time is over."""
        if self._enough():
            return
        if submit is None:
            run(self.experiment.arms[self.experiment.reference], 1, 0)  # compiles here, where an interrupt is heard
            local = Threads(self.folder, workers)
            try:
                self._hand_out(local.submit, workers + 1, lambda: sum(local.done.values()), local.end)
            finally:
                local.end()
        else:
            self._hand_out(submit, 2 * workers, lambda: 0, lambda: None)

    def _hand_out(self, submit: Submit, ahead: int, partly: Callable[[], int], end: Callable[[], None]) -> None:
        missing = (block for block in self.experiment.blocks() if block not in self.finished)
        running: dict[Future[dict[str, Any]], Block] = {}
        try:
            while not (self._enough() or (self.until is not None and time.monotonic() >= self.until)):
                while len(running) < ahead and (block := next(missing, None)) is not None:
                    running[submit(str(block))] = block
                done, _ = wait(running, TICK, FIRST_COMPLETED)
                for future in done:
                    self._commit(running.pop(future), future.result())
                self._tell(partly())
        finally:
            for future in running:
                future.cancel()
            end()
            for future, block in running.items():  # what was finished meanwhile is kept, too
                if future.done() and not future.cancelled() and future.exception() is None:
                    self._commit(block, future.result())

    def _commit(self, block: Block, record: dict[str, Any]) -> None:
        self.log.append(record)
        if block not in self.finished:
            self.finished.add(block)
            self.rounds[block.round] -= 1

    def _enough(self) -> bool:
        """Look at every round that is complete, in order, so that the stop is the same for any number of workers."""
        while not self.looks.over and self.looks.rounds < self.experiment.rounds and self.rounds[self.looks.rounds] == 0:
            self.looks.take()
        if self.looks.over or self.looks.rounds == self.experiment.rounds:
            ended = Folder.readable({"ended": self.looks.rounds, **self.looks.record()})
            if self.folder.ended() != ended:
                self.log.append(ended)
            return True
        return False

    def _tell(self, partly: int) -> None:
        if self.told:
            fresh = sum(self._futures(block) for block in self.finished) - self.before
            fresh = max(fresh, partly)
            seconds = time.monotonic() - self.began
            self.told(Status(self.before + fresh, self.experiment.futures, seconds, fresh, *self.looks.shown(), self.damaged))


class _Looks:
    """Looks at the paired effect of each arm, at the end of each round."""

    def __init__(self, folder: Folder) -> None:
        experiment = self.experiment = folder.experiment
        self.pairs = Pairs(folder)
        self.wanted = experiment.file.precision
        self.outcome = self.wanted.outcome if self.wanted else experiment.question[0]
        self.arms = experiment.strategies if self.wanted else [experiment.question[1]]
        self.tallies = {arm: Tally(experiment.draws) for arm in self.arms}
        self.rounds, self.over = 0, False

    def take(self) -> None:
        """Look at one round more."""
        for arm, tally in self.tallies.items():
            tally.add(self.pairs.differences(arm, self.outcome, self.experiment.span(self.rounds)))
        self.rounds += 1
        if self.wanted:
            widths = [self._width(tally) for tally in self.tallies.values()]
            ready = all(tally.n >= tally.first_look for tally in self.tallies.values())
            self.over = ready and max(widths) <= self.wanted.half_width

    def _width(self, tally: Tally) -> float:
        return tally.half_width(self.experiment.file.replicates, self.wanted.level if self.wanted else 0.95)

    def shown(self) -> tuple[float | None, float | None, float | None]:
        """Effect, half width and wanted half width, of the arm that is known least."""
        tallies = [tally for tally in self.tallies.values() if tally.n]
        if not tallies:
            return None, None, self.wanted.half_width if self.wanted else None
        least = max(tallies, key=self._width)
        return least.mean, self._width(least), self.wanted.half_width if self.wanted else None

    def record(self) -> dict[str, Any]:
        """What the log says at the end of a sweep with a precision."""
        if not self.wanted:
            return {}
        widths = {arm: self._width(tally) for arm, tally in self.tallies.items()}
        finite = {arm: width if width < float("inf") else None for arm, width in widths.items()}
        return {"reached": self.over, "pairs": next(iter(self.tallies.values())).n, "half_widths": finite}
