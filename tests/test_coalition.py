"""What the coalition may table, what coordination is worth, and where lobbying goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unsim.rules import coalition

share = st.floats(0.0, 1.0)


def test_a_mandate_may_be_renewed_in_its_last_month_and_asked_for_again_after_a_while() -> None:
    def may(month: float, last: float) -> float:
        return coalition.availability(month, 0.0, last, 24.0, 1.0, 100.0)

    assert [may(month, 87.0) for month in (97.0, 98.0, 99.0)] == [0.0, 0.0, 1.0]
    assert [may(month, 99.0) for month in (100.0, 110.0, 122.0, 123.0)] == [0.0, 0.0, 0.0, 1.0]


@given(st.lists(st.floats(0, 2), min_size=1, max_size=6), st.floats(0.6, 1.0), share)
def test_coordination_never_makes_efforts_worth_less(efforts: list[float], exponent: float, coordination: float) -> None:
    def combined(coordination: float) -> float:
        r, largest = coalition.complementarity(coordination, exponent), max(efforts)
        return coalition.combined_effort(sum(coalition.effort_term(e, largest, r) for e in efforts), largest, r, 1.0)

    assert combined(0.0) == pytest.approx(sum(efforts), abs=1e-12)
    assert combined(coordination) >= sum(efforts) - 1e-9


def test_a_worthless_draft_is_never_tabled() -> None:
    assert coalition.table_draft(0.0, 0.0, 10.0, 0.5) == coalition.NO_DRAFT
    assert coalition.table_draft(0.0, 0.1, 10.0, 0.5) == 0.0


@given(st.lists(share, min_size=3, max_size=3), st.floats(0, 2.5), share)
def test_lobbying_goes_where_the_slope_is_and_spends_no_more_than_there_is(
    chances: list[float], logits: float, reach: float
) -> None:
    slopes = [coalition.uncommitted(yes, 0.0) for yes in chances]
    shares = [coalition.lobbying_share(slope, sum(slopes), logits, reach) for slope in slopes]
    assert sum(shares) <= logits * reach + 1e-12
    by_slope = [found for _, found in sorted(zip(slopes, shares, strict=True))]
    assert by_slope == sorted(by_slope)
    assert coalition.uncommitted(0.5, 1.0) == 0.0
