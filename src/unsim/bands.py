"""Quantiles of every outcome by month over all runs, from counts in bins: memory that does not grow with the number of runs.

A value is counted by its leading binary digits (:func:`unsim.rules.lanes.leading`), in one of 32 bins between a power of two
and the next. Whole numbers to 64 and even ones to 128 have a bin each and come back exactly; what lies between two bins' edges
is known to 1/32 of its size, what is smaller than ``LEAST`` to ``LEAST``. Counts are whole numbers, so those of threads,
blocks and machines join to equal bits in any order.
"""

from __future__ import annotations

import itertools
import mmap
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.rules.jit import kernel

LEAST, MOST = 2.0**-10, 2.0**20
"""Sizes below and above which there is one bin on each side of 0."""
LARGEST_APART = 128.0
"""Up to here a whole number that begins a bin is counted apart from what lies between it and the next."""
CODES = 2**15
"""Leading digits that a number can have."""
MONTHS_AT_ONCE = 16
"""Counts in a line of the processor's cache: those of one bin in neighbouring months."""
PARTS = 8
"""Parts of a table, some outcomes each, that threads fill at the same time."""


@dataclass(frozen=True)
class Layout:
    """The bins in the order of their values: the bin of every code, and the edges of every bin.

    Beyond ``MOST`` both edges are ``MOST``, so what lies there is given as the least that it can be.
    """

    bin_of: NDArray[np.uint16]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.lower)


@cache
def layout() -> Layout:
    """The bins."""
    code = np.arange(CODES, dtype=np.uint32)
    size, negative = code & np.uint32(CODES // 2 - 1), code >= CODES // 2
    with np.errstate(invalid="ignore"):  # some codes are of what is not a number
        edge = ((size >> 1) << 18).view(np.float32).astype(np.float64)
    follows = (size & 1).astype(bool)
    apart = ~follows & (edge <= LARGEST_APART) & (edge == np.floor(edge))
    tiny, beyond = (size > 0) & (edge < LEAST), ~(edge < MOST)
    step = 2.0 ** (np.floor(np.log2(np.clip(edge, LEAST, MOST))) - 5.0)
    lower = np.select([tiny, beyond], [0.0, MOST], edge)
    upper = np.select([tiny, beyond, apart], [LEAST, MOST, edge], edge + step)
    kinds, kind = np.unique(np.stack([lower, upper]), axis=1, return_inverse=True)
    kind = kind.reshape(-1)
    middle = kinds.shape[1] - 1  # the bin of 0
    bin_of = np.where(negative, middle - kind, middle + kind).astype(np.uint16)
    return Layout(bin_of, np.concatenate([-kinds[1, :0:-1], kinds[0]]), np.concatenate([-kinds[0, :0:-1], kinds[1]]))


@kernel
def count(codes: Any, runs: int, first: int, last: int, bin_of: Any, counts: Any, seen: Any) -> None:
    """Count the bins of some runs for outcomes ``first`` to ``last``, and mark the bins that were seen.

    ``codes`` (month, outcome, run), ``counts`` (outcome, group of months, bin, month in the group), ``seen`` (outcome, bin). One
    outcome after the other, so that the counts which its months share stay at hand; two months of a group at a time, since
    what is added to one does not wait for the other.
    """
    one, months = np.uint32(1), codes.shape[0]
    for o in range(first, last):
        for t in range(0, months - 1, 2):
            group, month = t // MONTHS_AT_ONCE, t % MONTHS_AT_ONCE
            for i in range(runs):
                now, then = bin_of[codes[t, o, i]], bin_of[codes[t + 1, o, i]]
                counts[o, group, now, month] += one
                counts[o, group, then, month + 1] += one
                seen[o, now] = seen[o, then] = 1
        for t in range(months - months % 2, months):
            for i in range(runs):
                now = bin_of[codes[t, o, i]]
                counts[o, t // MONTHS_AT_ONCE, now, t % MONTHS_AT_ONCE] += one
                seen[o, now] = 1


class Table:
    """Where the runs of one scenario are counted, by any number of threads."""

    def __init__(self, outcomes: int, months: int, rows: Sequence[int] | None = None):
        """Room for so many outcomes and months, or for some ``rows`` of the outcomes alone, ascending."""
        groups = -(-months // MONTHS_AT_ONCE)
        self.outcomes, self.months = outcomes, months
        self.rows = np.array(range(outcomes) if rows is None else rows, dtype=np.int64)
        self.counts = _untouched_zeros((len(self.rows), groups, layout().bins, MONTHS_AT_ONCE))
        self.seen = np.zeros((len(self.rows), layout().bins), dtype=np.uint8)
        bounds = np.linspace(0, len(self.rows), PARTS + 1).astype(int)
        self._parts = [(int(first), int(last), threading.Lock()) for first, last in itertools.pairwise(bounds)]

    def add(self, codes: NDArray[np.uint16], runs: int, begin: int = 0) -> None:
        """Count the first ``runs`` of ``codes`` (month, outcome, run); threads that ``begin`` elsewhere wait less."""
        for part in range(PARTS):
            first, last, lock = self._parts[(begin + part) % PARTS]
            with lock:
                count(codes, runs, first, last, layout().bin_of, self.counts, self.seen)

    def bands(self) -> Bands:
        """What has been counted."""
        rows, groups, _, width = self.counts.shape
        place, bins = np.nonzero(self.seen)
        found, first = np.empty((len(place), groups, width), dtype=np.uint32), 0
        for o in range(rows):
            used = np.flatnonzero(self.seen[o])
            found[first : first + len(used)] = self.counts[o, :, used]
            first += len(used)
        cells = self.rows[place] * layout().bins + bins
        return Bands(self.outcomes, cells, found.reshape(len(cells), groups * width)[:, : self.months])


def _untouched_zeros(shape: tuple[int, ...]) -> NDArray[np.uint32]:
    """Zeros of which the system clears only the pages that are written to: few bins of a table ever are."""
    private: dict[str, Any] = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
    memory = mmap.mmap(-1, int(np.prod(shape)) * 4, **private)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype=np.uint32).reshape(shape)


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
