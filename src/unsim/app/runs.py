"""What is remembered: runs, such as the reference of a strategy that is being tuned, and what tables and links ask for again."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from unsim.results import Run
from unsim.scenario import Scenario
from unsim.sweep import run

Item = TypeVar("Item")
GoOn = Callable[[], None]
"""Called between parts of the work; it raises where nobody waits for the rest."""
FANS = ("political_cost", "economic_cost", "civilian_welfare")
"""Outcomes that are drawn month by month, in their order."""


def nothing() -> None:
    """Go on, whatever happens."""


class Memory(Generic[Item]):
    """The last few things that were made, each under what it was made from."""

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self._items: OrderedDict[Hashable, Item] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Hashable, make: Callable[[], Item]) -> Item:
        """What was made under a key, made now if it is not remembered."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        made = make()
        with self._lock:
            self._items[key] = made
            while len(self._items) > self.kept:
                self._items.popitem(last=False)
        return made

    def forget(self) -> None:
        """Remember nothing."""
        with self._lock:
            self._items.clear()


RUNS: Memory[Run] = Memory(8)


def content(scenario: Scenario) -> tuple[str, str]:
    """What a scenario is, whatever it was made from: equal content gives equal bits."""
    return scenario.name, json.dumps(scenario.document.data, sort_keys=True)


def held(scenario: Scenario, pairs: int, draws: int, seed: int, go_on: GoOn = nothing) -> Run:
    """A run with bands of what is drawn by month, made now or lately."""
    by_month = [*FANS, *(f"revenue_{channel}" for channel in scenario.labels.channels)]

    def make() -> Run:
        return run(scenario, pairs, draws, seed, bands=by_month, progress=lambda *_: go_on())

    return RUNS.get((content(scenario), pairs, draws, seed), make)
