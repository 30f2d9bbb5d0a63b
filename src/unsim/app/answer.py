"""The answer to a query: everything that the page shows, made in one place from one pair of runs, so that nothing can disagree."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from unsim import words
from unsim.app import council, reproduce
from unsim.app.controls import GROUPS, Control
from unsim.app.query import FULL, PREVIEW, Query
from unsim.app.runs import FANS, GoOn, held, nothing
from unsim.app.shelf import Shelf
from unsim.calendar import month_name, month_number
from unsim.effects import Comparison
from unsim.plots.levels import revenue_rows
from unsim.results import QUANTILES, claimed, design, spread_of
from unsim.rules.ledger import PER_PARTNER, Outcome
from unsim.scenario import Scenario

SOON = "The pictures rest on few futures. Which signs are settled, and what this says, follows with all pairs."
CAUTION = "the world without measures differs between the arms, so read revenue instead"
SHADOWED = ("economic_cost", "economic_cost_share")
"""Outcomes that are not what they seem where the world without measures differs between the arms."""


def compared(query: Query, go_on: GoOn = nothing) -> Comparison:
    """Both arms of a query. An arm that was run lately is taken as it was: its bits depend on nothing but what is asked."""
    return Comparison(*(held(arm, query.pairs, query.draws, query.seed, go_on) for arm in (query.strategy, query.reference)))


def page(query: Query, shelf: Shelf, lesson: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page needs to draw its controls."""
    shown: dict[str, list[Control]] = {group: [] for group in GROUPS}
    for control in query.controls.values():
        shown[control.group].append(control)
    groups = {title: [control.as_json(query.values[control.key]) for control in held] for title, held in shown.items() if held}
    return {
        "scenarios": shelf.entries(),
        "scenario": query.names[0],
        "against": query.names[1],
        "query": query.canonical,
        "pairs": {"preview": PREVIEW, "full": FULL},
        "groups": [{"title": title, "controls": told} for title, told in groups.items()],
        "lesson": lesson,
    }


def answer(query: Query, go_on: GoOn = nothing) -> dict[str, Any]:
    """Everything that the page shows for a query. ``go_on`` is called between parts of the work, and may raise to end it."""
    began = time.perf_counter()
    comparison = compared(query, go_on)
    go_on()
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
        "words": said(words.finding(comparison)[:2]) if query.pairs != PREVIEW else [{"title": "Preview", "text": SOON}],
        "reproduce": reproduce.reproduced(query),
        "digest": comparison.digest,
    }
    return {**found, "elapsed_ms": round(1000.0 * (time.perf_counter() - began), 1)}


def _named(name: str, scenario: Scenario) -> dict[str, str]:
    return {"name": name, "title": scenario.title}


def _changed(control: Control, values: Mapping[str, Any]) -> dict[str, Any]:
    told = {"key": control.key, "label": control.label, "from": control.initial, "to": values[control.key]}
    return {**told, "applies": control.applies}


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
        "bands": f"median, 50% and 90% of futures by month, {spread_of(arm.draws)}; from bins, off by at most 1/32 of their size",
        "preview": arm.replicates == PREVIEW,
        "text": f"{design(arm, paired=True)}, {arm.months} months from {arm.scenario.file.start}; {claim[0].lower()}{claim[1:]}",
    }


def fans(comparison: Comparison) -> list[dict[str, Any]]:
    """Quantiles by month of the outcomes that are drawn as fans, in both arms."""
    told, by_arm = [], {}
    for name, arm in (("strategy", comparison.strategy), ("reference", comparison.reference)):
        assert arm.counted is not None
        by_arm[name] = arm.counted.quantiles(list(QUANTILES.values()), [arm.row(outcome) for outcome in FANS])
    for o, outcome in enumerate(FANS):
        kind = _kind(comparison, outcome)
        lines = {name: {q: found[level, o].tolist() for level, q in enumerate(QUANTILES)} for name, found in by_arm.items()}
        about = f"{kind.meaning}: {CAUTION}" if outcome in SHADOWED and comparison.shadow_differs else kind.meaning
        told.append({"outcome": outcome, "label": words.spoken(outcome), "unit": kind.unit, "about": about, **lines})
    return told


def effects(comparison: Comparison) -> list[dict[str, Any]]:
    """The effect on every outcome that both arms have, over the whole horizon; whether its sign is settled no preview says.

    Economic cost is left out where the world without measures differs, as it is in words.
    """
    scenario, known = comparison.strategy.scenario, comparison.effects()
    headline = words.headline(comparison)
    labels, by_source = outcome_labels(scenario), set().union(*revenue_rows(comparison.strategy).values())
    told = []
    hidden, preview = SHADOWED if comparison.shadow_differs else (), comparison.strategy.replicates == PREVIEW
    for outcome in (name for name in comparison.shared if name not in hidden):
        kind, effect = _kind(comparison, outcome), known[outcome]
        told.append({
            "outcome": outcome,
            "label": labels[outcome],
            "unit": kind.unit,
            "aggregate": kind.aggregate,
            "about": kind.meaning,
            "side": kind.about,
            "group": "headline" if outcome in headline else "revenue" if outcome in by_source else kind.about,
            "strategy_mean": float(comparison.strategy.outcome(outcome).mean()),
            "reference_mean": float(comparison.reference.outcome(outcome).mean()),
            "effect": effect.effect,
            "low": effect.low,
            "high": effect.high,
            "sign_share": effect.sign_share,
            "settled": None if preview else effect.settled,
            "outside": effect.outside,
            "unchanged": comparison.unchanged(outcome),
        })  # fmt: skip
    return told


def outcome_labels(scenario: Scenario) -> dict[str, str]:
    """What each outcome is called, with the names of states and channels in the place of codes."""
    found = {outcome.name: words.spoken(outcome.name) for outcome in scenario.outcomes}
    for kind in PER_PARTNER:
        of = f"{words.spoken(kind.name)} " if kind.name.endswith("from") else f"{words.spoken(kind.name)}, "
        found |= {f"{kind.name}_{code}": of + scenario.called(code) for code in scenario.labels.partners}
    for name in scenario.labels.channels:
        found[f"revenue_{name}"] = f"revenue from {scenario.file.channels[name].label or name}"
    return found


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
