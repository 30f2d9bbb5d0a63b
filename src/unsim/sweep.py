"""From a scenario to all its futures: replicates in chunks, on threads, with the same bits however they are cut."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import lru_cache
from typing import Any, get_args

import numpy as np

from unsim.bands import Table
from unsim.files import Problem, ScenarioError
from unsim.parameters import Prior
from unsim.posterior import Brought, draw_table
from unsim.results import Engine, Run, horizons_within
from unsim.rules.chance import MAX_WORD
from unsim.rules.lanes import all_of, bin_of
from unsim.rules.world import WORLD_AXES, YEAR, offsets
from unsim.scenario import Scenario, loaded

BLOCK = 16
"""Runs that the kernel works on at once, as lanes: several registers of each number, few enough for the world to stay in cache."""
CHUNK = 128
"""Replicates in one call of the kernel."""
CACHE_LINE = 8
"""Numbers in a line of the processor's cache."""
KEEP = 4000
"""Replicates whose whole paths are kept when paths are asked for."""
COUNTED_CHUNK = 1024
"""The same with bands: counts come into the processor's cache once a chunk, so it is longer; what waits to be counted takes 19 MB
a thread over 120 months."""
MOST_DRAWS = 200
MANY, FEW_DRAWS = 100, 10
"""From so many replicates one would expect more than so few draws of the parameters."""
MAX_REPLICATES = 10_000_000
OTHER = 2**31
"""Added to the number of a draw or replicate, it gives one that no run uses by itself."""

Progress = Callable[[int, int], None]
Held = Mapping[str, float | np.ndarray]


def default_draws(replicates: int) -> int:
    """Parameter draws when none are given: the largest divisor of ``replicates`` up to 200 that leaves 10 runs a draw."""
    most = max(1, min(MOST_DRAWS, replicates // 10))
    return next(draws for draws in range(most, 0, -1) if replicates % draws == 0)


def checked_design(replicates: int, draws: int | None, seed: int, engine: str = "kernel", **limits: int | None) -> int:
    """The number of draws of a design; raises ``ScenarioError`` with all that is wrong with it.

    ``limits``: ``threads``, ``chunk``, ``span`` (from 1) and ``keep`` (from 0), where they are given.
    """
    problems = []

    def whole(name: str, value: Any, low: int, high: int) -> bool:
        good = isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(low <= value <= high)
        if not good:
            problems.append(Problem(f"--{name}", None, "", repr(value), f"a whole number from {low} to {high}"))
        return good

    good = whole("replicates", replicates, 1, MAX_REPLICATES) and draws is not None and whole("draws", draws, 0, replicates)
    if good and draws and replicates % draws:
        allowed = "a divisor of the number of replicates, or 0 for parameters at their defaults"
        problems.append(Problem("--draws", None, "", repr(draws), allowed))
    whole("seed", seed, 0, MAX_WORD)
    for name, value in limits.items():
        if value is not None:
            whole(name, value, 0 if name == "keep" else 1, MAX_REPLICATES)
    if engine not in get_args(Engine):
        problems.append(Problem("--engine", None, "", repr(engine), " or ".join(get_args(Engine))))
    if problems:
        raise ScenarioError(problems)
    return default_draws(replicates) if draws is None else draws


def run(
    scenario: Scenario | str,
    replicates: int = 2000,
    draws: int | None = None,
    seed: int = 1,
    engine: Engine = "kernel",
    *,
    threads: int | None = None,
    chunk: int | None = None,
    keep: int = 0,
    bands: bool | Sequence[str] = False,
    watch: Sequence[str] = (),
    span: int = YEAR,
    redrawn: frozenset[str] = frozenset(),
    held: Held | None = None,
    first: int = 0,
    horizons: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Run a scenario, or that of a path or shipped name, ``replicates`` times with ``draws`` draws of the parameters.

    ``draws`` 0 holds all parameters at their defaults. ``keep`` asks for whole paths of the first replicates, ``bands`` for
    quantiles by month over all replicates (:attr:`Run.bands`), of every outcome or of those named, ``watch`` for sums of
    variables of the world, such as ``declared.real.coal.CHN``, over each ``span`` of months (:attr:`Run.sums`). ``threads``
    (default: all cores) and ``chunk`` change the speed only: every number is the same to the bit. ``held`` gives parameter rows
    a value, or one for each draw (array), instead of drawing them; ``redrawn`` names parameters that get other draws, with other
    luck in every future: what a sensitivity analysis compares with the run without it (both: kernel only). ``first``, a multiple
    of ``draws``, is the number of the first replicate: a part of a larger run, equal to it to the bit. ``horizons``, in months,
    are those over which outcomes are kept, beside the whole (default: 12, 36, 120). ``progress`` is called with replicates done
    and replicates in all.

    Raises ``ScenarioError`` where the design is impossible, ``ValueError`` or ``KeyError`` for a horizon beyond the run, for an
    unknown parameter or variable and for one that the agenda only works with (such as ``adoption``), ``ArithmeticError`` where
    an outcome is not finite.
    """
    scenario = loaded(scenario)
    draws = int(checked_design(replicates, draws, seed, engine, threads=threads, chunk=chunk, keep=keep, span=span))
    replicates, seed = int(replicates), int(seed)
    if first < 0 or first % max(draws, 1) or first + replicates > MAX_REPLICATES:
        raise ValueError(f"first replicate {first}; allowed: a multiple of the {draws} draws, up to {MAX_REPLICATES}")
    _check_asked(scenario, horizons or (), {*(held or {})}, redrawn, watch)
    kept_horizons = horizons_within(scenario.months) if horizons is None else horizons_within(scenario.months, horizons)
    keep = min(keep, replicates)
    sizes = scenario.sizes
    totals = np.empty((len(kept_horizons), sizes.outcome, replicates))
    kept = np.empty((sizes.outcome, scenario.months, keep))
    votes = np.zeros((sizes.draft, sizes.state, 3), dtype=np.int64)
    sums = np.zeros((len(watch), -(-scenario.months // span), replicates))
    tally = Table(sizes.outcome, scenario.months, _rows(scenario, bands), replicates) if bands else None
    work = _Work(scenario, draws, seed, kept_horizons, redrawn, held or {}, first, totals, kept, tally, watch, span, sums)
    solve = work.kernel if engine == "kernel" else work.mesa
    workers = (threads or cores()) if engine == "kernel" else 1
    size = 1 if engine == "mesa" else _counted_chunk(replicates, workers, chunk) if bands else chunk or CHUNK
    bounds = [(start, min(start + size, replicates)) for start in range(0, replicates, size)]
    if engine == "kernel":
        solve(0, 0)  # compiles here, where an interrupt is heard, and not in a thread that would be waited for
    done = 0
    with ThreadPoolExecutor(max_workers=workers) as pool:
        waiting: dict[Future[np.ndarray], tuple[int, int]] = {pool.submit(solve, *b): b for b in bounds}
        try:
            for future in as_completed(waiting):
                first, last = waiting.pop(future)
                votes += future.result()
                if not np.isfinite(totals[:, :, first:last]).all():
                    raise ArithmeticError(f"an outcome of replicates {first} to {last - 1} is not finite: a fault of the model")
                done += last - first
                if progress:
                    progress(done, replicates)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    counted = tally.bands() if tally else None
    return Run(scenario, replicates, draws, seed, engine, kept_horizons, totals, kept, votes, counted, tuple(watch), sums)


def _check_asked(
    scenario: Scenario, horizons: Sequence[int], held: set[str], redrawn: frozenset[str], watch: Sequence[str]
) -> None:
    """Raise ``ValueError`` for a horizon that the run does not reach, an unknown parameter, and one name in place of several."""
    for horizon in horizons:
        if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or not 1 <= horizon <= scenario.months:
            raise ValueError(f"horizon {horizon!r}; allowed: whole numbers of months from 1 to {scenario.months}")
    whole = {name.partition(".")[0] for name in scenario.priors}
    if unknown := [*sorted(held - set(scenario.priors)), *sorted(redrawn - whole)]:
        raise ValueError(f"no parameter {unknown[0]!r} of {scenario.name}")
    if isinstance(watch, str):
        raise ValueError(f"watch {watch!r}; allowed: a list of names, such as [{watch!r}]")


class _Work:
    """One scenario's replicates, a few at a time, by either engine.

    Totals and paths are written where they stay, each replicate into its own place; votes and bins are counts, so their order
    of addition moves no bit.
    """

    def __init__(
        self,
        scenario: Scenario,
        draws: int,
        seed: int,
        horizons: tuple[int, ...],
        redrawn: frozenset[str],
        held: Held,
        offset: int,
        totals: np.ndarray,
        kept: np.ndarray,
        tally: Table | None,
        watch: Sequence[str],
        span: int,
        sums: np.ndarray,
    ) -> None:
        self.scenario, self.seed, self.offset = scenario, seed, offset
        self.totals, self.kept, self.tally = totals, kept, tally
        self.watched, self.span, self.sums = np.array([scenario.world_row(name) for name in watch], dtype=np.int64), span, sums
        self.horizons = np.array(horizons)
        self.sizes = scenario.sizes
        self.draws = list(range(draws)) or [-1]
        self.table = _drawn(tuple(scenario.priors.items()), seed, draws, scenario.brought).copy()
        self.other_luck = OTHER if redrawn else 0
        if redrawn:
            rows = [name.partition(".")[0] in redrawn for name in scenario.priors]
            self.table[rows] = scenario.draw(seed, [draw + OTHER for draw in self.draws])[rows]
        names = list(scenario.priors)
        for label, value in held.items():
            self.table[names.index(label)] = value
        self.case = scenario.case
        self.added_up = np.array([outcome.aggregate == "sum" for outcome in scenario.outcomes])
        self.counted = tally.rows if tally else np.zeros(0, dtype=np.int64)
        self.spare: list[np.ndarray] = []

    def _bins(self, blocks: int) -> np.ndarray:
        """Room for the bins of some blocks, of an earlier chunk if there is one: fresh memory costs the system time."""
        shape = (self.scenario.months, len(self.counted), blocks, BLOCK)
        try:
            bins = self.spare.pop()
        except IndexError:
            return np.empty(shape, dtype=np.uint16)
        return bins if bins.shape == shape else np.empty(shape, dtype=np.uint16)

    def _count(self, bins: np.ndarray, first: int, last: int) -> None:
        if self.tally and last > first:
            self.tally.add(bins.reshape(*bins.shape[:2], -1), last - first, begin=first // (last - first))
            self.spare.append(bins)

    def _no_votes(self) -> np.ndarray:
        return np.zeros((self.sizes.draft, self.sizes.state, 3), dtype=np.int64)

    def kernel(self, first: int, last: int) -> np.ndarray:
        """Replicates ``first`` to ``last`` by the kernel; returns the votes."""
        from unsim.engines.kernel import simulate

        votes = self._no_votes()
        spare = -(last - first) % BLOCK  # fill the last block: its spare lanes run the last replicate, and nobody records them
        numbers = np.minimum(np.arange(first, last + spare), last - 1)
        replicates = (numbers + self.offset + self.other_luck).astype(np.uint64)
        draws = numbers % len(self.draws)
        rows = offsets(WORLD_AXES, self.sizes)[1], len(self.table), self.sizes.outcome
        world, params, sums = (aligned(number, BLOCK) for number in rows)
        luck, design = (np.uint64(self.seed), replicates), (self.table, draws, self.horizons)
        bins = self._bins(len(numbers) // BLOCK)
        written = self.totals, self.kept, votes, bins
        marked = self.counted, self.added_up, self.watched
        simulate(
            world, params, sums, self.case, all_of(BLOCK), *luck, *design, first, last, *written, *marked, self.span, self.sums
        )
        self._count(bins, first, last)
        return votes

    def mesa(self, first: int, last: int) -> np.ndarray:
        """Replicates ``first`` to ``last`` by the Mesa engine; returns the votes."""
        from unsim.engines.model import PressureModel

        votes = self._no_votes()
        for replicate in range(first, last):
            draw = self.draws[replicate % len(self.draws)]
            model = PressureModel(self.scenario, seed=self.seed, replicate=self.offset + replicate, draw=draw, collect=False)
            running = np.zeros(self.sizes.outcome)
            bins = self._bins(1)
            while model.running:
                model.step()
                month = model.t
                running = running + model.world.outcome
                self.totals[self.horizons == month + 1, :, replicate] = running
                if replicate < self.kept.shape[2]:
                    self.kept[:, month, replicate] = model.world.outcome
                self.sums[:, month // self.span, replicate] += model.block[self.watched, 0]
                if self.tally:
                    bins[month, :, 0, 0] = bin_of(np.where(self.added_up, running, model.world.outcome)[self.counted])
                if model.tabled is not None:
                    for i in model.setting.seats[month]:
                        votes[model.tabled, i, int(model.world.vote[i])] += 1
            self._count(bins, replicate, replicate + 1)
        return votes


def _rows(scenario: Scenario, bands: bool | Sequence[str]) -> list[int]:
    """Rows of the outcomes of which bands are wanted, ascending. Raises ``ValueError`` for a name that is none."""
    names = [outcome.name for outcome in scenario.outcomes]
    wanted = names if isinstance(bands, bool) else bands
    if unknown := sorted(set(wanted) - set(names)):
        raise ValueError(f"bands of {', '.join(unknown)}; allowed: outcomes of {scenario.name}")
    return sorted({names.index(name) for name in wanted})


@lru_cache(maxsize=64)
def _drawn(priors: tuple[tuple[str, Prior], ...], seed: int, draws: int, brought: Brought | None = None) -> np.ndarray:
    """Parameter values (row, draw), the defaults for ``draws`` 0: blocks of a sweep, and arms with equal priors, share them."""
    table = draw_table(dict(priors), seed, list(range(draws)) or [-1], brought)
    table.setflags(write=False)
    return table


def aligned(rows: int, width: int) -> np.ndarray:
    """Zeros whose rows begin where the processor's cache lines do: lanes that straddle two lines take two loads."""
    memory = np.zeros(rows * width + CACHE_LINE)
    first = -(memory.ctypes.data // memory.itemsize) % CACHE_LINE
    return memory[first : first + rows * width].reshape(rows, width)


def _counted_chunk(replicates: int, workers: int, chunk: int | None) -> int:
    """Replicates in a chunk with bands: as many as wait to be counted, and an equal part for each thread."""
    if chunk is not None:
        return min(chunk, COUNTED_CHUNK)
    rounds = -(-replicates // (workers * COUNTED_CHUNK))
    blocks = -(-replicates // (workers * rounds * BLOCK))
    return max(CHUNK, blocks * BLOCK)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
