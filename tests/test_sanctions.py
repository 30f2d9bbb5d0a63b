"""How far bans bind: monitoring, policing, the letter, and what texts name, at numbers worked by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsim.rules import sanctions

share = st.floats(0.0, 1.0)
THREE_TO_ONE = math.log(3.0)


# Monitoring


@pytest.mark.parametrize(
    ("panel", "team", "expected"),
    [(0.0, 0.0, 0.4), (1.0, 0.0, 0.58), (0.0, 1.0, 0.55), (1.0, 1.0, 0.685)],
)
def test_each_source_sees_its_share_of_what_the_others_miss(panel: float, team: float, expected: float) -> None:
    left = sanctions.unseen(sanctions.unseen(sanctions.unseen(1.0, 1.0, 0.4), panel, 0.3), team, 0.25)
    assert sanctions.seen(left) == pytest.approx(expected)


@given(share, share)
def test_a_source_that_sees_everything_leaves_nothing_to_the_others(one: float, other: float) -> None:
    for strengths in ((1.0, one, other), (one, 1.0, other), (one, other, 1.0)):
        left = 1.0
        for strength in strengths:
            left = sanctions.unseen(left, 1.0, strength)
        assert sanctions.seen(left) == 1.0


# Policing


def odds(rivalry: float = 0.5, watched: float = 0.5, reach: float = 0.0, secondary: float = 0.0, squeezed: float = 0.0,
         choice: float = 0.0) -> float:  # fmt: skip
    return sanctions.policing_log_odds(
        rivalry_slope=1.0, rivalry=rivalry, monitoring_slope=0.8, watched=watched, naming_slope=0.3, reach=reach,
        secondary_slope=0.7, secondary=secondary, exposed=0.4, fear_slope=1.2, fears=0.5, squeezed=squeezed,
        choice=choice,
    )  # fmt: skip


def test_policing_is_even_in_the_middle_of_the_record() -> None:
    assert odds() == 0.0
    assert odds(choice=0.7) == pytest.approx(0.7)
    assert sanctions.policing_start(odds()) == 0.5


def test_each_cause_moves_policing_by_its_slope() -> None:
    assert odds(rivalry=0.9) == pytest.approx(-0.4)
    assert odds(rivalry=0.0) == pytest.approx(0.5)
    assert odds(watched=0.75) == pytest.approx(0.2)
    assert odds(watched=0.25) == pytest.approx(-0.2)
    assert odds(reach=0.5) == pytest.approx(0.15)
    assert odds(secondary=0.5) == pytest.approx(0.14)
    assert odds(squeezed=0.5) == pytest.approx(-0.3)
    assert odds(0.9, 0.75, 0.5, 0.5, 0.5) == pytest.approx(-0.4 + 0.2 + 0.15 + 0.14 - 0.3)


def test_policing_moves_part_of_the_way_to_what_its_odds_imply() -> None:
    assert sanctions.policing_start(THREE_TO_ONE) == pytest.approx(0.75)
    assert sanctions.policing_next(policing=0.25, log_odds=THREE_TO_ONE, speed=0.2) == pytest.approx(0.35)
    assert sanctions.policing_next(policing=0.75, log_odds=-THREE_TO_ONE, speed=0.2) == pytest.approx(0.65)


# The letter


def test_the_letter_rises_to_its_goal_and_is_kept_unless_need_breaks_it() -> None:
    assert sanctions.letter_next(letter=0.5, goal=0.9, need=0.0, speed=0.2) == pytest.approx(0.58)
    assert sanctions.letter_next(letter=0.5, goal=0.9, need=0.4, speed=0.2) == pytest.approx(0.58)
    assert sanctions.letter_next(letter=0.5, goal=0.1, need=0.0, speed=0.2) == 0.5
    assert sanctions.letter_next(letter=0.5, goal=0.1, need=0.4, speed=0.2) == pytest.approx(0.42)


def test_a_clear_text_is_obeyed_more_than_an_unclear_one_and_need_breaks_a_part() -> None:
    def goal(clarity: float, need: float = 0.0) -> float:
        usual = sanctions.compliance_with(unclear=-THREE_TO_ONE, full=THREE_TO_ONE, clarity=clarity)
        return sanctions.compliance_goal(usual, need=need, break_with=0.8)

    assert [goal(clarity) for clarity in (0.0, 0.5, 1.0)] == pytest.approx([0.25, 0.5, 0.75])
    assert goal(1.0, need=1.0) == pytest.approx(0.15)
    assert goal(1.0, need=0.5) == pytest.approx(0.45)


# Coverage


def test_texts_name_what_standing_measures_reach_and_added_ones_name_of_the_rest() -> None:
    assert sanctions.coverage(standing=0.8, text_reach=0.5, enacted=0.0) == pytest.approx(0.4)
    assert sanctions.coverage(standing=0.8, text_reach=0.5, enacted=0.25) == pytest.approx(0.55)
    assert sanctions.coverage(standing=0.0, text_reach=0.5, enacted=0.25) == pytest.approx(0.25)
    assert sanctions.coverage(standing=0.8, text_reach=0.5, enacted=1.0) == pytest.approx(1.0)


def test_a_new_measure_takes_a_third_of_what_is_left_in_each_of_three_months() -> None:
    first = sanctions.enacted_next(enacted=0.0, legislated=0.9, wind_down=3.0)
    second = sanctions.enacted_next(first, 0.9, 3.0)
    third = sanctions.enacted_next(second, 0.9, 3.0)
    assert [first, second, third] == pytest.approx([0.3, 0.5, 0.9 * 19.0 / 27.0])
    assert sanctions.enacted_next(0.2, 0.9, 1.0) == pytest.approx(0.9)
    assert sanctions.enacted_next(0.9, 0.9, 3.0) == pytest.approx(0.9)


def test_council_and_own_bans_stop_what_either_names_as_far_as_it_is_kept() -> None:
    assert sanctions.listed_share(covered=0.5, own_ban=0.4) == pytest.approx(0.7)
    assert sanctions.blocked_share(covered=0.5, letter=0.8, own_ban=0.4, own_compliance=0.9) == pytest.approx(0.616)
    evadable = {"covered": 0.5, "letter": 0.8, "own_ban": 0.4, "own_compliance": 0.9}
    assert sanctions.evadable_share(**evadable, own_government=0.0) == pytest.approx(0.256)
    assert sanctions.evadable_share(**evadable, own_government=1.0) == 0.0  # the coalition's own side does not smuggle


def test_the_squeeze_is_what_is_missing_from_the_shadow_revenue() -> None:
    assert sanctions.squeeze(revenue=75.0, shadow=100.0) == pytest.approx(0.25)
    assert sanctions.squeeze(revenue=120.0, shadow=100.0) == 0.0
    assert sanctions.squeeze(revenue=0.0, shadow=0.0) == 0.0


def test_a_mandate_no_longer_runs_in_the_month_in_which_it_ends() -> None:
    assert [sanctions.mandate_runs(month, until=24292.0) for month in (24291.0, 24292.0, 24293.0)] == [1.0, 0.0, 0.0]
