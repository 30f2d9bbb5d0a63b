"""Quantiles of every outcome by month over all runs, from counts in bins: memory that does not grow with the number of runs.

A value is counted by its leading binary digits (:func:`unsim.rules.lanes.bin_of`), in one of 32 bins between a power of two
and the next. A number that has no further digits, such as a whole number to 64, has a bin of its own and comes back exactly; what
lies between two bins' edges is known to 1/32 of its size, what is smaller than ``LEAST`` to ``LEAST``. Counts are whole numbers,
so those of threads, blocks and machines join to equal bits in any order.
"""

from __future__ import annotations

import itertools
import mmap
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.rules.jit import kernel
from unsim.rules.lanes import BEYOND, LEAST, MOST, TINY

LINE = 64
"""Bytes of a line of the processor's cache: it holds the counts of one bin in neighbouring months."""
FEW = 2**16 - 1
"""So many runs are counted in 16 bits, more in 32: of the former a line holds twice as many months."""
PARTS = 8
"""Parts of a table, some outcomes each, that threads fill at the same time."""


@dataclass(frozen=True)
class Layout:
    """The edges of all bins in the order of their values.

    A number that ends with the digits that are looked at has a bin of its own, whose edges are both that number. Beyond
    ``MOST`` both edges are ``MOST``, so what lies there is given as the least that it can be.
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.lower)


@cache
def layout() -> Layout:
    """The bins."""
    kept = np.arange(TINY + 1, BEYOND, dtype=np.uint32)
    edge = ((kept >> 1) << 18).view(np.float32).astype(np.float64)
    step = 2.0 ** (np.floor(np.log2(edge)) - 5.0)
    lower = np.concatenate([[0.0, 0.0], edge, [MOST]])
    upper = np.concatenate([[0.0, LEAST], np.where(kept & 1, edge + step, edge), [MOST]])
    return Layout(np.concatenate([-upper[:0:-1], lower]), np.concatenate([-lower[:0:-1], upper]))


def _counting(one: np.uint16 | np.uint32) -> Callable[..., None]:
    """The counting of runs in words of the size of ``one``: how many of them a line holds is known when it is compiled."""
    at_once = LINE // one.itemsize

    @kernel
    def count(bins: Any, runs: int, first: int, last: int, counts: Any, seen: Any) -> None:
        """Count the bins of some runs for outcomes ``first`` to ``last``, and mark the bins that were seen.

        ``bins`` (month, outcome, run), ``counts`` (outcome, group of months, bin, month in the group), ``seen`` (outcome, bin). One
        outcome after the other, so that the counts which its months share stay at hand; four months of a group at a time, since
        what is added to one does not wait for the others.
        """
        months = bins.shape[0]
        for o in range(first, last):
            for t in range(0, months - 3, 4):
                group, month = t // at_once, t % at_once
                for i in range(runs):
                    a, b, c, d = bins[t, o, i], bins[t + 1, o, i], bins[t + 2, o, i], bins[t + 3, o, i]
                    counts[o, group, a, month] += one
                    counts[o, group, b, month + 1] += one
                    counts[o, group, c, month + 2] += one
                    counts[o, group, d, month + 3] += one
                    seen[o, a] = seen[o, b] = seen[o, c] = seen[o, d] = True
            for t in range(months - months % 4, months):
                for i in range(runs):
                    a = bins[t, o, i]
                    counts[o, t // at_once, a, t % at_once] += one
                    seen[o, a] = True

    return count


_count_few, _count_many = _counting(np.uint16(1)), _counting(np.uint32(1))


@kernel
def move(counts: Any, place: Any, bins: Any, found: Any) -> None:
    """Move the counts (outcome, group of months, bin, month in the group) of some bins of some outcomes to ``found`` (row, month).

    Zeros are left.
    """
    at_once = counts.shape[3]
    for row in range(found.shape[0]):
        for group in range(counts.shape[1]):
            line, first = counts[place[row], group, bins[row]], group * at_once
            for month in range(min(at_once, found.shape[1] - first)):
                found[row, first + month] = line[month]
            for month in range(at_once):
                line[month] = 0


class Table:
    """Where the runs of one scenario are counted, by any number of threads."""

    def __init__(self, outcomes: int, months: int, rows: Sequence[int] | None = None, runs: int = 2**32 - 1):
        """Room for so many outcomes, months and runs, or for some ``rows`` of the outcomes alone, ascending."""
        self.outcomes, self.months, self.room = outcomes, months, runs
        self.rows = np.array(range(outcomes) if rows is None else rows, dtype=np.int64)
        size: Any = np.dtype(np.uint16 if runs <= FEW else np.uint32)
        self._count = _count_few if runs <= FEW else _count_many
        at_once = LINE // size.itemsize
        self.counts = _zeros((len(self.rows), -(-months // at_once), layout().bins, at_once), size)
        self.seen = np.zeros((len(self.rows), layout().bins), dtype=np.bool_)
        self._lock = threading.Lock()
        bounds = np.linspace(0, len(self.rows), PARTS + 1).astype(int)
        self._parts = [(int(first), int(last), threading.Lock()) for first, last in itertools.pairwise(bounds)]

    def add(self, bins: NDArray[np.uint16], runs: int, begin: int = 0) -> None:
        """Count the first ``runs`` of ``bins`` (month, outcome, run); threads that ``begin`` elsewhere wait less.

        Raises ``ValueError`` where there is no room for so many more.
        """
        with self._lock:
            if runs > self.room:
                raise ValueError(f"{runs} runs to count; allowed: {self.room} more")
            self.room -= runs
        for part in range(PARTS):
            first, last, lock = self._parts[(begin + part) % PARTS]
            with lock:
                self._count(bins, runs, first, last, self.counts, self.seen)

    def bands(self) -> Bands:
        """What has been counted. The table is of no use afterwards: its memory goes to the next one."""
        place, bins = np.divmod(np.flatnonzero(self.seen), layout().bins)
        found = np.empty((len(place), self.months), dtype=np.uint32)
        move(self.counts, place, bins, found)
        if self.counts.nbytes <= SPARE:
            _spare.append(self.counts)
        del self.counts
        return Bands(self.outcomes, self.rows[place] * layout().bins + bins, found)


SPARE = 2**28
"""The largest table, bytes, whose memory is kept for another; of these it is a small part that was ever written to."""
_spare: deque[NDArray[Any]] = deque(maxlen=2)
"""Counts of tables that were read, all zero: for the system, clearing new pages for each table is a good part of counting."""


def _zeros(shape: tuple[int, ...], size: Any) -> NDArray[Any]:
    """Zeros: those of an earlier table of this shape, or new ones, of which the system clears only the pages that are written to
    (few bins of a table ever are)."""
    for _ in range(len(_spare)):
        try:
            counts = _spare.popleft()
        except IndexError:  # another thread has taken it
            break
        if counts.shape == shape:  # the last axis tells 16 bits from 32
            return counts
        _spare.append(counts)
    private: dict[str, Any] = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
    memory = mmap.mmap(-1, int(np.prod(shape)) * size.itemsize, **private)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype=size).reshape(shape)


@dataclass(frozen=True)
class Bands:
    """How many runs lie in which bin in each month: only the bins in which any run lies, of the outcomes that were counted.

    ``cells`` (row,): the number of an outcome times the number of bins, plus the bin; ascending. ``counts`` (row, month): runs.
    """

    outcomes: int
    cells: NDArray[np.int64]
    counts: NDArray[np.uint32]

    @property
    def months(self) -> int:
        """Months of the horizon."""
        return int(self.counts.shape[1])

    @property
    def runs(self) -> int:
        """Runs that were counted."""
        first = self.rows[:1]
        return int(self.counts[self.cells // layout().bins == first, 0].sum())

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the outcomes that were counted."""
        return np.unique(self.cells // layout().bins)

    @property
    def nbytes(self) -> int:
        """Memory, bytes."""
        return self.cells.nbytes + self.counts.nbytes

    def quantiles(self, levels: Sequence[float], outcomes: Sequence[int] | None = None) -> NDArray[np.float64]:
        """Quantiles (level, outcome, month): what ``numpy.quantile`` makes of values that lie evenly within their bins.

        ``outcomes``: the rows that are wanted (default: all; each must have been counted).
        """
        return np.stack([_quantiles(*self._binned(o), levels) for o in self._wanted(outcomes)], axis=1)

    def means(self, outcomes: Sequence[int] | None = None) -> NDArray[np.float64]:
        """Means (outcome, month) with every value in the middle of its bin, so off by at most 1/64 of the values' size."""
        found = []
        for o in self._wanted(outcomes):
            counts, lower, upper = self._binned(o)
            found.append((counts * ((lower + upper) / 2.0)[:, None]).sum(axis=0) / counts.sum(axis=0))
        return np.array(found)

    def _wanted(self, outcomes: Sequence[int] | None) -> Sequence[int]:
        return range(self.outcomes) if outcomes is None else outcomes

    def _binned(self, o: int) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """The counts (bin, month) of an outcome, and the edges of its bins."""
        held = layout()
        first, last = np.searchsorted(self.cells, [held.bins * o, held.bins * (o + 1)])
        bins = self.cells[first:last] - o * held.bins
        return self.counts[first:last].astype(np.int64), held.lower[bins], held.upper[bins]

    def beyond(self) -> NDArray[np.int64]:
        """Values (outcome, month) larger than ``MOST`` in size, of which no more is known."""
        found, last = np.zeros((self.outcomes, self.months), dtype=np.int64), layout().bins - 1
        ends = np.isin(self.cells % (last + 1), (0, last))
        np.add.at(found, self.cells[ends] // (last + 1), self.counts[ends])
        return found


def _quantiles(
    counts: NDArray[np.int64], lower: NDArray[np.float64], upper: NDArray[np.float64], levels: Sequence[float]
) -> NDArray[np.float64]:
    """Quantiles (level, month) of one outcome from its counts (bin, month)."""
    up_to = np.cumsum(counts, axis=0)
    runs, months = up_to[-1], np.arange(counts.shape[1])

    def ranked(rank: NDArray[np.int64]) -> NDArray[np.float64]:
        """The value of a rank, from 0, in each month."""
        row = (up_to <= rank).sum(axis=0)
        inside = counts[row, months]
        place = (rank - (up_to[row, months] - inside) + 0.5) / inside
        return np.asarray(lower[row] + (upper - lower)[row] * place, dtype=np.float64)

    found = []
    for level in levels:
        at = (runs - 1) * level
        before = np.floor(at).astype(np.int64)
        ours, next_one = ranked(before), ranked(np.minimum(before + 1, runs - 1))
        found.append(ours + (next_one - ours) * (at - before))
    return np.array(found)


def joined(parts: Iterable[Bands]) -> Bands:
    """All runs of several; the order of the parts moves no bit. Raises ``ValueError`` where outcomes or months differ."""
    parts = list(parts)
    shapes = sorted({(part.outcomes, part.months) for part in parts})
    if len(shapes) != 1:
        raise ValueError(f"bands that do not belong together: outcomes and months {shapes}")
    cells, place = np.unique(np.concatenate([part.cells for part in parts]), return_inverse=True)
    counts = np.zeros((len(cells), shapes[0][1]), dtype=np.uint32)
    first = 0
    for part in parts:
        counts[place[first : first + len(part.cells)]] += part.counts  # the cells of one part all differ
        first += len(part.cells)
    return Bands(shapes[0][0], cells, counts)
