"""Functions from plain arithmetic, against the standard library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from unsim.rules import maths

share = st.floats(0.0, 1.0)
finite = st.floats(-1e6, 1e6)


@given(st.floats(-690, 690))
def test_exp_agrees_with_the_standard_library(x: float) -> None:
    assert maths.exp(x) == pytest.approx(math.exp(x), rel=1e-14)


@given(st.floats(1e-290, 1e290))
def test_log_agrees_with_the_standard_library(x: float) -> None:
    assert maths.log(x) == pytest.approx(math.log(x), rel=1e-14, abs=1e-15)


def test_exp_and_log_are_exact_where_it_matters() -> None:
    assert maths.exp(0.0) == 1.0
    assert maths.log(1.0) == 0.0
    assert maths.power(1.0, 0.37) == 1.0
    assert maths.power(0.0, 0.5) == 0.0


def test_exp_is_held_and_never_overflows() -> None:
    assert math.isfinite(maths.exp(1e9))
    assert maths.exp(-1e9) > 0.0
    assert maths.logistic(1e9) == 1.0
    assert 0.0 < maths.logistic(-1e9) < 1e-300


@given(st.floats(1e-6, 1e6), st.floats(-5, 5))
def test_power_agrees_with_the_standard_library(x: float, exponent: float) -> None:
    assert maths.power(x, exponent) == pytest.approx(x**exponent, rel=1e-12)


@given(share)
def test_circle_agrees_with_cosine_and_sine(turn: float) -> None:
    cosine, sine = maths.circle(turn)
    assert cosine == pytest.approx(math.cos(2 * math.pi * turn), abs=1e-14)
    assert sine == pytest.approx(math.sin(2 * math.pi * turn), abs=1e-14)


def test_two_normals_are_independent_standard_normals() -> None:
    random = np.random.default_rng(3)
    pairs = np.array([maths.two_normals(u, v) for u, v in random.uniform(1e-9, 1 - 1e-9, (20_000, 2))])
    assert stats.kstest(pairs[:, 0], "norm").pvalue > 1e-3
    assert stats.kstest(pairs[:, 1], "norm").pvalue > 1e-3
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.03
    assert abs(np.corrcoef(pairs.T**2)[0, 1]) < 0.03


@given(share, st.floats(0.5, 200), st.floats(-2, 2))
def test_a_stock_stays_in_its_range_and_only_a_jump_raises_it(stock: float, half_life: float, jump: float) -> None:
    moved = maths.stock_next(stock, half_life, jump)
    assert 0.0 <= moved <= 1.0
    assert maths.stock_next(stock, half_life, 0.0) <= stock
    assert maths.stock_next(stock, half_life, 1.0) == 1.0


def test_a_stock_halves_in_its_half_life() -> None:
    stock = 0.8
    for _ in range(9):
        stock = maths.stock_next(stock, 9.0, 0.0)
    assert stock == pytest.approx(0.4)


@given(finite, finite, share)
def test_partial_adjustment_never_overshoots(value: float, goal: float, speed: float) -> None:
    moved = maths.approach(value, goal, speed)
    assert min(value, goal) - 1e-6 <= moved <= max(value, goal) + 1e-6


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_ratio_never_divides_by_nothing(numerator: float, denominator: float) -> None:
    found = maths.ratio(numerator, denominator)
    assert found == (numerator / denominator if denominator > 0 else 0.0)


@given(st.floats(-30, 30), st.floats(1e-9, 1 - 1e-9))
def test_an_event_happens_where_the_uniform_lies_below_its_probability(log_odds: float, uniform: float) -> None:
    probability = 1.0 / (1.0 + math.exp(-log_odds))
    if abs(uniform - probability) > 1e-12:
        assert maths.happens(log_odds, uniform) == float(uniform < probability)
