"""Runs that are remembered: the reference of a strategy that is being tuned, and what tables and links ask for again."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable

from unsim.results import Run
from unsim.scenario import Scenario
from unsim.sweep import run

GoOn = Callable[[], None]
"""Called between parts of the work; it raises where nobody waits for the rest."""
FANS = ("political_cost", "economic_cost", "civilian_welfare")
"""Outcomes that are drawn month by month, in their order."""
KEPT = 8

_Key = tuple[str, str, int, int, int]
_runs: OrderedDict[_Key, Run] = OrderedDict()
_one_at_a_time = threading.Lock()


def nothing() -> None:
    """Go on, whatever happens."""


def held(scenario: Scenario, pairs: int, draws: int, seed: int, go_on: GoOn = nothing) -> Run:
    """A run with bands of what is drawn by month.

    It comes from memory where one of the same content, pairs, draws and seed was made lately: the bits are equal.
    """
    key = scenario.name, json.dumps(scenario.document.data, sort_keys=True), pairs, draws, seed
    with _one_at_a_time:
        if key in _runs:
            _runs.move_to_end(key)
            return _runs[key]
    by_month = [*FANS, *(f"revenue_{channel}" for channel in scenario.labels.channels)]
    found = run(scenario, pairs, draws, seed, bands=by_month, progress=lambda *_: go_on())
    with _one_at_a_time:
        _runs[key] = found
        while len(_runs) > KEPT:
            _runs.popitem(last=False)
    return found
