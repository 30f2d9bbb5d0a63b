"""What a result rests on: unidentified parameters, linkage variants, flips of sign, and maps over two parameters."""

from __future__ import annotations

import re
from typing import Any

import pytest

import unsim
from unsim import plots, report, structure
from unsim.parameters import BY_NAME


def test_a_crossing_is_where_a_line_through_the_points_meets_zero() -> None:
    found = structure.flip([0.0, 1.0, 2.0], [(-1.0, 0.1), (3.0, 0.1), (4.0, 0.1)])
    assert found.rho == pytest.approx(0.25)
    assert found.clear
    assert not structure.flip([0.0, 1.0], [(-1.0, 2.0), (3.0, 0.1)]).clear
    assert structure.flip([0.0, 1.0], [(1.0, 0.1), (2.0, 0.1)]) == structure.Flip(None, True)
    assert structure.flip([0.0, 1.0], [(1.0, 0.1), (2.0, 2.5)]) == structure.Flip(None, False)


@pytest.fixture(scope="module")
def comparison() -> unsim.Comparison:
    return unsim.compare(unsim.load("tripartite_2024").over(24), unsim.load("baseline_2024").over(24), 1600, draws=160)


def test_an_effect_through_unidentified_parameters_alone_is_told_so(comparison: unsim.Comparison) -> None:
    shares = structure.unidentified_shares(comparison)
    campaign = shares["campaign"]  # effort_exponent, engagement_cost: no record
    assert campaign is not None
    assert campaign.share > 0.9
    assert campaign.low <= campaign.share <= campaign.high + 1e-12


def test_an_effect_through_identified_parameters_alone_is_told_so() -> None:
    """With all others held, only the potential of coal varies, which the record identifies in part."""
    held: dict[str, Any] = {}
    for name, parameter in BY_NAME.items():
        if not parameter.axis and parameter.identified == "no" and parameter.prior.kind != "fixed":
            held[f"parameters.{name}"] = parameter.default
    for name in ("evadability", "forced_labour"):
        held[f"parameters.{name}"] = dict.fromkeys(unsim.load("baseline_2024").labels.channels, 0.3)
    held["parameters.mandate_strength"] = dict.fromkeys(unsim.load("baseline_2024").labels.mandates, 0.2)
    base = unsim.load("baseline_2024", {**held, "months": 6, "uncertainty": "prior"})
    lifted = base.override({"measures.without": ["P027", "P038", "P045"]})
    share = structure.unidentified_shares(unsim.compare(lifted, base, 800, draws=160))["revenue_coal"]
    assert share is not None
    assert share.share < 0.25


def test_shares_are_shares_and_told_only_where_an_effect_varies(comparison: unsim.Comparison) -> None:
    shares = structure.unidentified_shares(comparison)
    assert all(part is None or 0.0 <= part.low <= part.high <= 1.0 for part in shares.values())
    assert shares["statements"] is None  # no effect
    held = unsim.compare(comparison.strategy.scenario, comparison.reference.scenario, 20, draws=1)
    assert set(structure.unidentified_shares(held).values()) == {None}


def test_a_linked_text_is_run_under_both_variants_and_only_then(comparison: unsim.Comparison) -> None:
    assert structure.other_variant(comparison) is None
    linked = unsim.compare(unsim.load("integrated").over(12), unsim.load("baseline_2024").over(12), 20, draws=20)
    other = structure.other_variant(linked)
    assert other is not None
    weakest = unsim.load("integrated", {"months": 12, "coalition.linkage": "weakest_link"})
    assert other.strategy.digest == unsim.run(weakest, 20, draws=20).digest


def test_flips_are_looked_for_where_an_effect_may_lean_on_rivals_and_named(comparison: unsim.Comparison) -> None:
    found = structure.structure(comparison)
    assert set(found.flips) == {*structure.LEANS, "policing_CHN", "policing_RUS"}
    assert {"political_cost", "economic_cost", "civilian_welfare", "coalition_cost"} <= set(structure.LEANS)
    low, high = BY_NAME["rivalry_response"].prior.low, BY_NAME["rivalry_response"].prior.high
    assert all(flip.rho is None or low <= flip.rho <= high for flip in found.flips.values())
    assert found.variant is None
    assert set(found.as_json()) == {"unidentified", "other_variant", "rivalry_response", "first_month"}
    assert {"outcome", "unidentified", "flips_at_rivalry_response"} <= set(found.frame().columns)
    held = {"months": 6, "parameters.rivalry_response": 0.0}
    still = unsim.compare(unsim.load("china_enforces", held), unsim.load("baseline_2024", held), 20, draws=20)
    assert structure.structure(still).flips == {}


def test_a_decision_leaves_the_first_month_alone_and_another_world_is_told_as_one(comparison: unsim.Comparison) -> None:
    assert structure.first_month(comparison) == {}
    short = unsim.load("baseline_2024").over(6)
    buyer = short.override({"conflicts.ukraine.arms_usd_million_a_year": 1200})
    world = unsim.compare(buyer, short, 40, draws=20)
    begun = structure.first_month(world)
    alone = unsim.compare(buyer.over(1), short.over(1), 40, draws=20)
    assert begun["revenue_arms"] == alone.effect("revenue_arms")
    assert begun["revenue_arms"].effect > 0.0
    assert "rights_meetings" not in begun
    found = structure.structure(world)
    told = str(report.structure_table(world, found).caption)
    assert "two worlds from the start" in told
    assert "revenue +" in told
    table = found.frame().set_index("outcome")
    assert table.loc["revenue_arms", "first_month"] == begun["revenue_arms"].effect
    assert table.loc["rights_meetings", "first_month"] == 0.0
    plain = structure.Structure({}, None, {}, {})
    assert "first month" not in str(report.structure_table(comparison, plain).caption)


def test_a_table_says_where_the_menus_differ_unless_that_moves_nothing(comparison: unsim.Comparison) -> None:
    def told(name: str, reference: dict[str, Any]) -> bool:
        arms = (unsim.load(name).over(24), unsim.load("baseline_2024", reference).over(24))
        return "The menus differ" in str(report.effects_table(unsim.compare(*arms, 20, draws=20)).caption)

    assert told("nonproliferation_only", {})
    assert not told("nonproliferation_only", {"coalition.menu": ["panel", "sanctions"]})
    assert not told("tripartite_2024", {})
    assert not told("placebo", {})


def test_a_map_holds_both_parameters_and_shares_all_other_luck() -> None:
    arms = (unsim.load("supply_chain").over(18), unsim.load("baseline_2024").over(18))
    table = structure.surface(*arms, points=3, replicates=20, draws=20)
    assert len(table) == 9
    held = {"parameters.value_curvature": 1.5, "parameters.accountability_weight": 1.0}
    middle = unsim.compare(*(arm.override(held) for arm in arms), 20, draws=20).effect("coercion")
    row = table[(table["value_curvature"] == 1.5) & (table["accountability_weight"] == 1.0)].iloc[0]
    assert row["effect"] == middle.effect
    note = report.surface_note(table, "value_curvature", "accountability_weight")
    figure = plots.surface(table, "value_curvature", "accountability_weight", "coercion", *arms, note)
    title = " ".join(figure.get_suptitle().split())
    assert title == f"Effect on coercion over 18 months: {arms[0].title}, against {arms[1].title}"
    marks = [float(label.get_text()) for label in figure.axes[0].get_xticklabels()]
    assert marks == [0.0, 1.5, 3.0]  # the points, and no place outside the prior
    told = " ".join(figure.get_supxlabel().split())
    assert all(part in told for part in ("n = 20 paired futures", "seed 1", "90% of 20", "Claim level: calibrated"))
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert {f"{value:+.2g}".replace("-", "−") for value in table["effect"]} == shown


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"outcome": "coercions"}, "coercion (nearest)"),
        ({"x": "sigma"}, "--x: found unknown parameter sigma"),
        ({"x": "forced_labour"}, "unknown parameter forced_labour"),
        ({"y": "value_curvature"}, "another parameter than --x"),
        ({"points": 1}, "3 to 25"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_refused(options: dict[str, Any], part: str) -> None:
    with pytest.raises(unsim.ScenarioError, match=re.escape(part)):
        structure.surface("integrated", "baseline_2024", **options)
