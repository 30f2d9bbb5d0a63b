"""Functions from plain arithmetic against Python's math and scipy, over all that they may be asked."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import special, stats

from unsim.rules import maths

EPSILON = sys.float_info.epsilon
share = st.floats(0.0, 1.0)
number = st.floats(-1e12, 1e12)
amount = st.floats(0.0, 1e12)
inner = st.floats(0.5 / 2**32, 1.0 - 0.5 / 2**32)  # what chance.unit can return


@given(st.floats(-700.0, 700.0))
@example(-700.0)
@example(700.0)
@example(0.5 * math.log(2.0))  # where the reduction turns from one power of two to the next
def test_exp_agrees_with_math_to_its_stated_error(x: float) -> None:
    assert maths.exp(x) == pytest.approx(math.exp(x), rel=1e-15, abs=0.0)


def test_exp_agrees_with_numpy_on_a_dense_grid() -> None:
    grid = np.linspace(-700.0, 700.0, 20_001)
    found = np.array([maths.exp(x) for x in grid])
    np.testing.assert_allclose(found, np.exp(grid), rtol=1e-15, atol=0.0)


@given(st.floats(700.0, 1e308))
def test_exp_holds_its_argument_inside_700(x: float) -> None:
    assert maths.exp(x) == maths.exp(700.0)
    assert maths.exp(-x) == maths.exp(-700.0)


@given(st.floats(1e-300, 1e300))
@example(1e-300)
@example(math.sqrt(0.5))
@example(math.sqrt(2.0))
def test_log_agrees_with_math_to_its_stated_error(x: float) -> None:
    assert maths.log(x) == pytest.approx(math.log(x), rel=2 * EPSILON, abs=1e-14)


@given(st.floats(-1e-3, 1e-3))
def test_log_keeps_its_digits_next_to_one(step: float) -> None:
    assert maths.log(1.0 + step) == pytest.approx(math.log(1.0 + step), rel=1e-14, abs=0.0)


@given(st.floats(-1e308, 1e-300))
def test_log_holds_its_argument_above_its_least(x: float) -> None:
    assert maths.log(x) == maths.log(1e-300)


@given(st.floats(-600.0, 600.0))
def test_log_undoes_exp(x: float) -> None:
    assert maths.log(maths.exp(x)) == pytest.approx(x, rel=1e-14, abs=1e-14)


@given(st.floats(-650.0, 650.0))
def test_logistic_agrees_with_scipy(x: float) -> None:
    assert maths.logistic(x) == pytest.approx(float(special.expit(x)), rel=2e-14, abs=0.0)


@given(st.floats(-1e9, 1e9))
def test_logistic_is_a_share_and_symmetric(x: float) -> None:
    assert 0.0 < maths.logistic(x) <= 1.0
    assert maths.logistic(x) + maths.logistic(-x) == pytest.approx(1.0, rel=4 * EPSILON)


@given(st.floats(1e-30, 1e30), st.floats(-8.0, 8.0))
def test_power_agrees_with_math(x: float, exponent: float) -> None:
    # An error of one unit in the exponent's last place is multiplied by the exponent.
    tolerance = 1e-14 + 4 * EPSILON * abs(exponent * math.log(x))
    assert maths.power(x, exponent) == pytest.approx(math.pow(x, exponent), rel=tolerance, abs=0.0)


@given(st.floats(-8.0, 8.0))
def test_power_is_exact_at_nothing_and_at_one(exponent: float) -> None:
    assert maths.power(0.0, exponent) == 0.0
    assert maths.power(1.0, exponent) == 1.0


@given(share)
@example(0.0)
@example(0.25)
@example(0.75)
@example(1.0)
def test_cosine_agrees_with_math(turn: float) -> None:
    assert maths.cosine(turn) == pytest.approx(math.cos(math.tau * turn), abs=1e-15)


def test_the_polynomials_of_exp_and_cosine_are_as_good_as_their_docstrings_say() -> None:
    """Against numbers of more digits: what is left is the polynomial's own error and the rounding of its sum."""
    x = np.linspace(-0.5 * math.log(2.0), 0.5 * math.log(2.0), 20_001)
    exact = np.exp(x.astype(np.longdouble))
    found = np.array([maths.exp(one) for one in x])
    assert float(np.max(abs(found / exact - 1.0))) < 2.5 * EPSILON
    turns = np.linspace(0.0, 1.0, 20_001)
    tau = 2.0 * np.longdouble("3.14159265358979323846264338327950288")
    found = np.array([maths.cosine(turn) for turn in turns])
    assert float(np.max(abs(found - np.cos(tau * turns.astype(np.longdouble))))) < 3.0 * EPSILON


@given(inner, inner)
def test_a_normal_is_the_first_of_box_and_muller(u: float, v: float) -> None:
    assert maths.normal(u, v) == pytest.approx(math.sqrt(-2.0 * math.log(u)) * math.cos(math.tau * v), abs=1e-13)


def test_normals_are_standard_normal_and_independent() -> None:
    uniforms = np.random.default_rng(20240115).uniform(size=(20_000, 4))
    pairs = np.array([(maths.normal(a, b), maths.normal(c, d)) for a, b, c, d in uniforms])
    limit = 4.5 / math.sqrt(len(pairs))
    assert stats.kstest(pairs.ravel(), "norm").pvalue > 1e-4
    assert abs(np.corrcoef(pairs.T)[0, 1]) < limit
    assert abs(np.corrcoef(pairs.T**2)[0, 1]) < limit


@given(share, st.floats(0.1, 1e3), st.floats(-5.0, 5.0))
def test_a_stock_never_leaves_its_range(stock: float, half_life: float, jump: float) -> None:
    assert 0.0 <= maths.stock_next(stock, half_life, jump) <= 1.0


@given(share, st.floats(0.1, 1e3), share)
def test_a_jump_closes_its_share_of_the_gap_that_decay_leaves(stock: float, half_life: float, jump: float) -> None:
    left = stock * 0.5 ** (1.0 / half_life)
    assert maths.stock_next(stock, half_life, jump) == pytest.approx(1.0 - (1.0 - left) * (1.0 - jump), abs=1e-14)


@given(share, st.integers(1, 60))
def test_a_stock_halves_in_its_half_life(start: float, months: int) -> None:
    stock = start
    for _ in range(months):
        stock = maths.stock_next(stock, float(months), 0.0)
    assert stock == pytest.approx(0.5 * start, rel=1e-12)


@given(number, number, share)
def test_partial_adjustment_stays_between_value_and_goal(value: float, goal: float, speed: float) -> None:
    rounding = 4 * EPSILON * max(abs(value), abs(goal))
    moved = maths.approach(value, goal, speed)
    assert min(value, goal) - rounding <= moved <= max(value, goal) + rounding
    assert abs(goal - moved) == pytest.approx((1.0 - speed) * abs(goal - value), rel=1e-12, abs=rounding)


@given(share, share, share)
def test_partial_adjustment_of_a_share_is_a_share(value: float, goal: float, speed: float) -> None:
    assert 0.0 <= maths.approach(value, goal, speed) <= 1.0


@given(number, amount)
@example(1.0, 0.0)
@example(0.0, 0.0)
def test_a_ratio_is_a_quotient_wherever_there_is_something_to_divide_by(numerator: float, denominator: float) -> None:
    assume(denominator == 0.0 or denominator * sys.float_info.max > abs(numerator))
    assert maths.ratio(numerator, denominator) == (numerator / denominator if denominator else 0.0)


@given(number, number, number)
def test_clip_holds_a_number_between_its_bounds_and_leaves_the_rest_alone(x: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    held = maths.clip(x, low, high)
    assert low <= held <= high
    assert held == x or not low <= x <= high
    assert maths.share(x) == min(max(x, 0.0), 1.0)


@given(st.floats(-40.0, 40.0), inner)
def test_an_event_happens_where_the_uniform_lies_below_its_probability(log_odds: float, uniform: float) -> None:
    probability = float(special.expit(log_odds))
    assume(abs(uniform - probability) > 1e-13 * probability)
    assert maths.happens(log_odds, uniform) == float(uniform < probability)
