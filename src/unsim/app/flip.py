"""Where a result turns: the effect over sigma and lambda-A, and what else would flip it."""

from __future__ import annotations

from typing import Any

import numpy as np

from unsim import words
from unsim.app import reproduce
from unsim.app.answer import compared, outcome_labels, said
from unsim.app.query import Query
from unsim.app.runs import GoOn, nothing
from unsim.results import claimed, design
from unsim.structure import grid, structure
from unsim.sweep import default_draws

X, Y = "value_curvature", "accountability_weight"
OUTCOMES = ("coercion", "economic_cost", "civilian_welfare")
POINTS, PAIRS = 5, 400


def flip(query: Query, go_on: GoOn = nothing) -> dict[str, Any]:
    """The sign of effects over a grid of two parameters, and sentences on what would flip the headline outcomes."""
    comparison = compared(query, go_on)
    draws = default_draws(PAIRS)
    points, values = [], {X: [], Y: []}
    for x, y, found in grid(query.strategy, query.reference, X, Y, POINTS, PAIRS, draws, query.seed):
        points.append({name: found.effect(name) for name in OUTCOMES})
        values[X].append(x)
        values[Y].append(y)
        last = found
        go_on()
    cells = {name: np.array([point[name] for point in points], dtype=object).reshape(POINTS, POINTS).T for name in OUTCOMES}
    told = [
        {
            "outcome": name,
            "label": outcome_labels(query.strategy)[name],
            "unit": cells[name][0, 0].unit,
            **{key: [[getattr(effect, key) for effect in row] for row in cells[name]] for key in ("effect", "low", "high", "settled")},
            "text": _told(outcome_labels(query.strategy)[name], [point[name] for point in points]),
            "command": f"{reproduce.command(query, 'map', PAIRS, draws)} --outcome {name} --points {POINTS}",
        }
        for name in OUTCOMES
    ]
    axes = {axis: {**_axis(query, name), "values": sorted(set(values[name]))} for axis, name in (("x", X), ("y", Y))}
    claim = claimed(last.strategy.scenario, last.claim_level)
    note = f"At each point {design(last.strategy, paired=True)}; intervals: {last.effect(OUTCOMES[0]).interval}; {claim}"
    would = words.finding(comparison, structure(comparison, lambda *_: go_on()))[2:]
    return {"query": query.canonical, **axes, "outcomes": told, "note": note, "words": said(would), "digest": comparison.digest}


def _axis(query: Query, name: str) -> dict[str, Any]:
    control = query.controls[f"parameters.{name}"]
    return {"key": control.key, "label": control.label, "unit": control.unit, "now": query.values[control.key]}


def _told(label: str, effects: list[Any]) -> str:
    """At how many points the effect is above and below 0, in words."""
    signs = [(sum(sign * e.effect > 0.0 for e in effects), sum(sign * e.effect > 0.0 and e.settled for e in effects)) for sign in (1, -1)]
    if not any(number for number, _ in signs):
        return f"No effect on {label} at any of {len(effects)} points."
    (above, sure_above), (below, sure_below) = signs
    turns = "It changes sign over this range." if above and below else "It keeps its sign over this range."
    return (f"The mean effect on {label} is above 0 at {above} of {len(effects)} points (settled at {sure_above}) and below 0 at "
            f"{below} (settled at {sure_below}). {turns}")  # fmt: skip
