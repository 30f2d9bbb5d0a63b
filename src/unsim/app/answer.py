"""The answer to a query: everything that the page shows, made in one place from one pair of runs, so that nothing can disagree."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from unsim import words
from unsim.app import council, reproduce
from unsim.app.controls import GROUPS, Control
from unsim.app.query import PREVIEW, Query
from unsim.app.shelf import Shelf
from unsim.calendar import month_name, month_number
from unsim.effects import Comparison
from unsim.plots.levels import revenue_rows
from unsim.results import QUANTILES, Run, claimed, design, spread_of
from unsim.rules.ledger import Outcome
from unsim.scenario import Scenario
from unsim.sweep import run

FANS = ("political_cost", "economic_cost", "civilian_welfare")
"""Outcomes that are drawn month by month, in their order."""
BETTER = {"civilian_welfare": "higher", "civilian_spending": "higher", "coercion": "lower", "extraction": "lower",
          "coalition_cost": "lower"}  # fmt: skip
"""Which way is better for those whom an outcome is about, where that is no matter of sides."""
KEPT = 8
"""Runs that are remembered: so many references, and the strategies that tables and links ask for again."""


@lru_cache(maxsize=KEPT)
def _held(arm: _Arm, pairs: int, draws: int, seed: int) -> Run:
    return run(arm.scenario, pairs, draws, seed, bands=True)


class _Arm:
    """A scenario that is equal to another where their content is."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._key = scenario.name, json.dumps(scenario.document.data, sort_keys=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Arm) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def compared(query: Query) -> Comparison:
    """Both arms of a query. An arm that was run lately is taken as it was: its bits depend on nothing but what is asked."""
    return Comparison(*(_held(_Arm(arm), query.pairs, query.draws, query.seed) for arm in (query.strategy, query.reference)))


def page(query: Query, shelf: Shelf, lesson: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page needs to draw its controls."""
    shown: dict[str, list[Control]] = {group: [] for group in GROUPS}
    for control in query.controls.values():
        shown[control.group].append(control)
    return {
        "scenarios": shelf.entries(),
        "scenario": query.names[0],
        "against": query.names[1],
        "query": query.canonical,
        "pairs": {"preview": PREVIEW, "full": query.pairs},
        "groups": [{"title": group, "controls": [c.as_json(query.values[c.key]) for c in held]} for group, held in shown.items() if held],
        "lesson": lesson,
    }  # fmt: skip


def answer(query: Query) -> dict[str, Any]:
    """Everything that the page shows for a query."""
    began = time.perf_counter()
    comparison = compared(query)
    first = month_number(query.strategy.file.start)
    found = {
        "query": query.canonical,
        "scenario": _named(query.names[0], query.scenario),
        "against": _named(query.names[1], query.against),
        "changed": [_changed(control, query.values) for control in query.changed],
        "design": told_design(comparison),
        "months": [month_name(first + month) for month in range(query.months)],
        "fans": fans(comparison),
        "effects": effects(comparison),
        "council": council.votes(query.strategy, query.draws, query.seed),
        "revenue": revenue(comparison),
        "words": said(words.finding(comparison)),
        "reproduce": reproduce.reproduced(query),
        "digest": comparison.digest,
    }
    return {**found, "elapsed_ms": round(1000.0 * (time.perf_counter() - began), 1)}


def _named(name: str, scenario: Scenario) -> dict[str, str]:
    return {"name": name, "title": scenario.title}


def _changed(control: Control, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": control.key, "label": control.label, "from": control.initial, "to": values[control.key], "applies": control.applies}


def told_design(comparison: Comparison) -> dict[str, Any]:
    """What the numbers rest on: pairs, draws, seed, horizon, kind of interval, claim level."""
    arm, level = comparison.strategy, comparison.claim_level
    interval = comparison.effect(comparison.shared[0]).interval
    claim = claimed(arm.scenario, level)
    return {
        "pairs": arm.replicates,
        "draws": arm.draws,
        "seed": arm.seed,
        "months": arm.months,
        "start": arm.scenario.file.start,
        "engine": arm.engine,
        "claim_level": level,
        "claim": claim,
        "interval": interval,
        "bands": f"median, 50% and 90% of futures by month, {spread_of(arm.draws)}; read from bins, off by at most 1/32 of their size",
        "preview": arm.replicates <= PREVIEW,
        "text": f"{design(arm, paired=True)}, {arm.months} months from {arm.scenario.file.start}; {claim[0].lower()}{claim[1:]}",
    }


def fans(comparison: Comparison) -> list[dict[str, Any]]:
    """Quantiles by month of the outcomes that are drawn as fans, in both arms."""
    told = []
    by_arm = {}
    for name, arm in (("strategy", comparison.strategy), ("reference", comparison.reference)):
        assert arm.counted is not None
        by_arm[name] = arm.counted.quantiles(list(QUANTILES.values()), [arm.row(outcome) for outcome in FANS])
    for o, outcome in enumerate(FANS):
        kind = _kind(comparison, outcome)
        lines = {name: {q: found[level, o].tolist() for level, q in enumerate(QUANTILES)} for name, found in by_arm.items()}
        told.append({"outcome": outcome, "label": words.spoken(outcome), "unit": kind.unit, "about": kind.meaning, **lines})
    return told


def effects(comparison: Comparison) -> list[dict[str, Any]]:
    """The effect on every outcome that both arms have, over the whole horizon."""
    channels = revenue_rows(comparison.strategy)["by channel"]
    told = []
    for outcome in comparison.shared:
        kind, effect = _kind(comparison, outcome), comparison.effect(outcome)
        told.append({
            "outcome": outcome,
            "label": f"revenue from {channels[outcome]}" if outcome in channels else words.spoken(outcome),
            "unit": kind.unit,
            "aggregate": kind.aggregate,
            "about": kind.meaning,
            "group": kind.about,
            "better": BETTER.get(outcome, "none"),
            "strategy_mean": float(comparison.strategy.outcome(outcome).mean()),
            "reference_mean": float(comparison.reference.outcome(outcome).mean()),
            "effect": effect.effect,
            "low": effect.low,
            "high": effect.high,
            "sign_share": effect.sign_share,
            "settled": effect.settled,
            "outside": effect.outside,
            "unchanged": comparison.unchanged(outcome),
        })  # fmt: skip
    return told


def _kind(comparison: Comparison, outcome: str) -> Outcome:
    return comparison.strategy.scenario.outcomes[comparison.strategy.row(outcome)]


def revenue(comparison: Comparison) -> dict[str, Any]:
    """Mean revenue by channel and month in both arms, of the channels that either has."""
    arms = {"strategy": comparison.strategy, "reference": comparison.reference}
    labels = {name: label for arm in arms.values() for name, label in revenue_rows(arm)["by channel"].items()}
    found: dict[str, Any] = {}
    for name, arm in arms.items():
        rows = {outcome: arm.row(outcome) for outcome in labels if outcome in revenue_rows(arm)["by channel"]}
        assert arm.counted is not None
        means = dict(zip(rows, arm.counted.means(list(rows.values())).tolist(), strict=True))
        found[name] = [means.get(outcome, [0.0] * arm.months) for outcome in labels]
    unit = _kind(comparison, "revenue").unit
    told = [{"channel": outcome.removeprefix("revenue_"), "label": label} for outcome, label in labels.items()]
    return {"channels": told, "unit": unit, "kind": "mean over futures by month, from bins: off by at most 1/64", **found}


def said(sentences: list[str]) -> list[dict[str, str]]:
    """Sentences on a comparison under their titles."""
    return [{"title": title, "text": text} for title, _, text in (sentence.partition(". ") for sentence in sentences)]
