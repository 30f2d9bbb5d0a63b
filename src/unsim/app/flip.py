"""Where a result turns: the effect over sigma and lambda-A, and what else would flip it."""

from __future__ import annotations

from typing import Any

from unsim import words
from unsim.app import reproduce
from unsim.app.answer import compared, outcome_labels, said
from unsim.app.query import Query
from unsim.app.runs import GoOn, Memory, content, nothing
from unsim.effects import Effect
from unsim.results import claimed, design
from unsim.structure import grid, structure
from unsim.sweep import default_draws

X, Y = "value_curvature", "accountability_weight"
OUTCOMES = ("coercion", "economic_cost", "civilian_welfare")
POINTS, PAIRS = 5, 400
SHOWN = ("effect", "low", "high", "settled")


FLIPS: Memory[dict[str, Any]] = Memory(8)


def flip(query: Query, go_on: GoOn = nothing) -> dict[str, Any]:
    """The sign of effects over a grid of two parameters, and sentences on what would flip the headline outcomes."""
    key = query.canonical, query.pairs, content(query.strategy), content(query.reference), PAIRS, POINTS
    return FLIPS.get(key, lambda: _flip(query, go_on))


def _flip(query: Query, go_on: GoOn) -> dict[str, Any]:
    comparison = compared(query, go_on)
    draws = default_draws(PAIRS)
    outcomes = [words.in_place_of(name, comparison) for name in OUTCOMES]
    points: dict[tuple[float, float], dict[str, Effect]] = {}
    for x, y, last in grid(query.strategy, query.reference, X, Y, POINTS, PAIRS, draws, query.seed):
        points[x, y] = {name: last.effect(name) for name in outcomes}
        go_on()
    xs, ys = (sorted({point[axis] for point in points}) for axis in (0, 1))
    cells = {name: [[points[x, y][name] for x in xs] for y in ys] for name in outcomes}
    told = [
        {
            "outcome": name,
            "label": outcome_labels(query.strategy)[name],
            "unit": cells[name][0][0].unit,
            **{key: [[getattr(effect, key) for effect in row] for row in cells[name]] for key in SHOWN},
            "text": _told(outcome_labels(query.strategy)[name], [point[name] for point in points.values()]),
            "command": f"{reproduce.command(query, 'map', PAIRS, draws)} --outcome {name} --points {POINTS}",
        }
        for name in outcomes
    ]
    axes = {"x": {**_axis(query, X), "values": xs}, "y": {**_axis(query, Y), "values": ys}}
    claim = claimed(last.strategy.scenario, last.claim_level)
    note = f"At each point {design(last.strategy, paired=True)}; intervals: {last.effect(outcomes[0]).interval}; {claim}"
    would = words.finding(comparison, structure(comparison, lambda *_: go_on()))[2:]
    return {"query": query.canonical, **axes, "outcomes": told, "note": note, "words": said(would), "digest": comparison.digest}


def _axis(query: Query, name: str) -> dict[str, Any]:
    control = query.controls[f"parameters.{name}"]
    return {"key": control.key, "label": control.label, "unit": control.unit, "now": query.values[control.key]}


def _told(label: str, effects: list[Effect]) -> str:
    """At how many points the effect is above and below 0, in words."""
    found = [[effect for effect in effects if sign * effect.effect > 0.0] for sign in (1, -1)]
    (above, sure_above), (below, sure_below) = ((len(some), sum(effect.settled for effect in some)) for some in found)
    if not above and not below:
        return f"No effect on {label} at any of {len(effects)} points."
    turns = "It changes sign over this range." if above and below else "It keeps its sign over this range."
    return (f"The mean effect on {label} is above 0 at {above} of {len(effects)} points (settled at {sure_above}) and below 0 at "
            f"{below} (settled at {sure_below}). {turns}")  # fmt: skip
