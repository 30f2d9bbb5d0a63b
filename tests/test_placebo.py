"""Where a mechanism cannot act, switching it on must change no bit. One test a phase, and the shipped placebo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import unsim


def digests(scenario: unsim.Scenario, changes: dict[str, Any], **same: Any) -> tuple[str, str]:
    before = unsim.run(scenario.override(same), 24, draws=6, seed=9)
    after = unsim.run(scenario.override({**same, **changes}), 24, draws=6, seed=9)
    return before.digest, after.digest


def test_the_placebo_equals_the_baseline_in_every_replicate_and_outcome(baseline: unsim.Scenario) -> None:
    comparison = unsim.compare(unsim.load("placebo"), baseline, 60, draws=20)
    np.testing.assert_array_equal(comparison.strategy.values, comparison.reference.values)
    assert comparison.strategy.digest == comparison.reference.digest
    assert all(comparison.effect(name).effect == 0.0 for name in comparison.shared)


def test_the_placebo_differs_from_the_baseline_in_at_least_three_settings(baseline: unsim.Scenario) -> None:
    ours, theirs = unsim.load("placebo").setting, baseline.setting
    assert ours.own_ban.sum() > theirs.own_ban.sum()
    assert ours.budget.sum() > theirs.budget.sum()
    assert ours.conflict_arms.sum() > theirs.conflict_arms.sum()
    assert len(ours.mandate_demand) > len(theirs.mandate_demand)
    assert ours.change.sum() > theirs.change.sum()
    assert len(ours.draft_code) > len(theirs.draft_code)


def test_the_tripartite_strategy_is_not_a_placebo(baseline: unsim.Scenario, tripartite: unsim.Scenario) -> None:
    before, after = (unsim.run(s, 24, draws=6, seed=9).digest for s in (baseline, tripartite))
    assert before != after


def test_world_an_election_in_a_state_that_leads_nothing(baseline: unsim.Scenario) -> None:
    election = {"posture": 0.9, "other_posture": 0.1, "elections": {"first": "2024-03", "every": 6, "change": 1.0}}
    before, after = digests(baseline.over(36), {"states.NOR": election})
    assert before == after


def test_coalition_coordination_of_a_single_leader(baseline: unsim.Scenario) -> None:
    before, after = digests(baseline.over(36), {"coalition.coordination": 1.0}, **{"coalition.leaders": ["USA"]})
    assert before == after


def test_council_the_price_of_a_veto_where_no_draft_can_be_vetoed(baseline: unsim.Scenario) -> None:
    before, after = digests(baseline.over(36), {"council.veto_debate": False}, **{"coalition.menu": ["rights_meeting"]})
    assert before == after


def test_sanctions_a_lifted_ban_that_a_stricter_one_has_overtaken(baseline: unsim.Scenario) -> None:
    before, after = digests(baseline.over(36), {"measures.lift": ["P027", "P038", "P047"]})
    assert before == after


def test_trade_a_channel_that_nobody_buys_from(baseline: unsim.Scenario) -> None:
    channel = {"label": "a channel without trade", "evadability": [0.1, 0.5, 0.9], "forced_labour": [0.5, 0.9, 1.0]}
    short = baseline.over(36)
    before = unsim.run(short, 24, draws=6, seed=9)
    after = unsim.run(short.override({"channels.nothing": channel}), 24, draws=6, seed=9)
    for outcome in before.scenario.outcomes:
        np.testing.assert_array_equal(before.outcome(outcome.name), after.outcome(outcome.name), outcome.name)
    assert after.outcome("revenue_nothing").max() == 0.0


def test_regime_rallying_where_nothing_can_be_adopted(baseline: unsim.Scenario) -> None:
    before, after = digests(
        baseline.over(36), {"parameters.rally_gain": 0.8}, **{"coalition.menu": [], "parameters.rally_gain": 0.0}
    )
    assert before == after


def test_ledger_the_weight_of_a_meeting_that_is_never_asked_for(baseline: unsim.Scenario) -> None:
    before, after = digests(
        baseline.over(36),
        {"parameters.credibility_meeting": 0.4},
        **{"coalition.menu": ["sanctions", "panel"], "parameters.credibility_meeting": 0.0},
    )
    assert before == after


@pytest.mark.parametrize("key", ["coalition.coordination", "states.USA.posture", "parameters.rivalry_response"])
def test_a_mechanism_that_can_act_changes_the_digest(baseline: unsim.Scenario, key: str) -> None:
    value = {"coalition.coordination": 0.5, "states.USA.posture": 0.1, "parameters.rivalry_response": 0.005}[key]
    before, after = digests(baseline.over(36), {key: value})
    assert before != after
