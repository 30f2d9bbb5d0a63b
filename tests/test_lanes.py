"""Lanes against scalars: every operator and function on random and special numbers."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from unsim.rules import chance, lanes, maths
from unsim.rules.lanes import Block, anywhere, each, select

WIDTHS = (1, 4, 8, 16)
SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 2.2e-308, 1e-300, 1.7e308, -1.7e308, 2.0**52, 0.5, 3.0)
compiled = numba.njit(error_model="numpy")


def numbers(width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """All pairs of special numbers, and random ones of every size, in rows of ``width``."""
    rng = np.random.default_rng(20240115)
    spread = rng.choice([-1.0, 1.0], 2048) * 10.0 ** rng.uniform(-320, 308, 2048)
    near = rng.normal(size=2048)
    pairs = np.array(list(itertools.product(SPECIAL, repeat=2)))
    a = np.concatenate([pairs[:, 0], spread, near])
    b = np.concatenate([pairs[:, 1], rng.permutation(spread), near[::-1]])
    return a.reshape(-1, width), b.reshape(-1, width)


def over(function: Any, *arrays: NDArray[Any], width: int) -> NDArray[Any]:
    """A function of numbers in each row of some arrays, as lanes."""
    taken = ", ".join(f"a{i}" for i in range(len(arrays)))
    cells = ", ".join(f"a{i}[row, r]" for i in range(len(arrays)))
    source = f"def loop(r, found, {taken}):\n for row in range(found.shape[0]):\n  found[row, r] = function({cells})\n"
    names: dict[str, Any] = {"function": function}
    exec(source, names)
    found = np.empty(arrays[0].shape)
    compiled(names["loop"])(Block(width), found, *arrays)
    return found


def bits(x: NDArray[np.float64]) -> NDArray[np.uint64]:
    """The bits of numbers; all NaN count as one, as the standard leaves their payload open."""
    return np.where(np.isnan(x), np.nan, x).view(np.uint64)


def same(function: Any, *arrays: NDArray[Any], width: int) -> None:
    with np.errstate(all="ignore"):
        one_by_one = np.vectorize(function, otypes=[np.float64])(*arrays)
    np.testing.assert_array_equal(bits(over(function, *arrays, width=width)), bits(one_by_one))


ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("symbol", ARITHMETIC, ids=lambda symbol: symbol.__name__)
def test_arithmetic_of_lanes_has_the_bits_of_scalars(symbol: Callable[[Any, Any], Any], width: int) -> None:
    a, b = numbers(width)
    same(compiled(lambda x, y: symbol(x, y)), a, b, width=width)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(bits(over(compiled(lambda x, y: symbol(x, y)), a, b, width=width)), bits(symbol(a, b)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("symbol", COMPARISONS, ids=lambda symbol: symbol.__name__)
def test_comparisons_of_lanes_answer_like_those_of_scalars(symbol: Callable[[Any, Any], Any], width: int) -> None:
    a, b = numbers(width)
    found = over(compiled(lambda x, y: select(symbol(x, y), 1.0, 0.0)), a, b, width=width)
    np.testing.assert_array_equal(found, symbol(a, b).astype(float))


@pytest.mark.parametrize("width", WIDTHS)
def test_masks_join_and_select_each_lane_for_itself(width: int) -> None:
    a, b = numbers(width)
    found = over(compiled(lambda x, y: select((x < y) & (x > 0.0), -x, select((x == y) | (y < 0.0), y, 0.0))), a, b, width=width)
    expected = np.where((a < b) & (a > 0.0), -a, np.where((a == b) | (b < 0.0), b, 0.0))
    np.testing.assert_array_equal(bits(found), bits(expected))
    found = over(compiled(lambda x, y: select((x < y) ^ (x > 0.0), 1.0, 0.0)), a, b, width=width)
    np.testing.assert_array_equal(found, ((a < b) ^ (a > 0.0)).astype(float))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_scalar_that_meets_lanes_is_repeated(width: int) -> None:
    a, _ = numbers(width)
    found = over(compiled(lambda x: (2.0 - x) * 3 + select(True, x, 1.0) - select(False, x, 1.0)), a, width=width)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(bits(found), bits((2.0 - a) * 3 + a - 1.0))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sum_that_begins_as_a_scalar_becomes_lanes(width: int) -> None:
    a, b = numbers(width)

    @compiled
    def summed(x: Any, y: Any) -> Any:
        total = 0.0
        pair = (0.0, 1.0)
        for _ in range(3):
            total = total + x
            pair = (pair[0] + y, pair[1])
        return total + pair[0] + pair[1]

    same(summed, a, b, width=width)


@pytest.mark.parametrize("width", WIDTHS)
def test_anywhere_holds_where_one_lane_does(width: int) -> None:
    @compiled
    def asked(r: Any, a: Any) -> Any:
        return anywhere(a[0, r] > 0.0)

    assert not asked(Block(width), np.zeros((1, width)))
    for lane in range(width):
        one = np.zeros((1, width))
        one[0, lane] = 1.0
        assert asked(Block(width), one)
    assert compiled(lambda x: anywhere(x > 0.0))(1.0)
    assert anywhere(np.array([False, True]))
    assert not anywhere(False)


@pytest.mark.parametrize("width", WIDTHS)
def test_each_repeats_a_number_of_any_kind(width: int) -> None:
    @compiled
    def filled(r: Any, found: Any, words: Any) -> None:
        found[0, r] = each(2.5, r)
        words[r] = each(np.uint64(7), r)

    found, words = np.zeros((1, width)), np.zeros(width, dtype=np.uint64)
    filled(Block(width), found, words)
    assert found.tolist() == [[2.5] * width]
    assert words.tolist() == [7] * width
    assert compiled(lambda r: each(2.5, r))(0) == 2.5


FUNCTIONS: tuple[tuple[Any, tuple[float, float]], ...] = (
    (maths.exp, (-800.0, 800.0)),
    (maths.log, (-1.0, 10.0)),
    (maths.logistic, (-50.0, 50.0)),
    (maths.decay, (0.1, 100.0)),
    (maths.cosine, (0.0, 1.0)),
    (compiled(lambda x: lanes.root(x)), (0.0, 1e6)),
    (compiled(lambda x: lanes.exponent(x)), (1e-300, 1e6)),
    (compiled(lambda x: lanes.mantissa(x)), (1e-300, 1e6)),
    (compiled(lambda x: lanes.scaled(x, (x + lanes.ROUND) - 0.0)), (1.0, 900.0)),
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("function", "within"), FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_functions_of_lanes_have_the_bits_of_scalars_and_of_plain_python(
    function: Any, within: tuple[float, float], width: int
) -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(*within, 2000), np.geomspace(max(within[0], 1e-9), within[1], 96)]).reshape(-1, width)
    same(function, x, width=width)
    plain = np.vectorize(function.py_func, otypes=[np.float64])(x)
    np.testing.assert_array_equal(over(function, x, width=width), plain)


@pytest.mark.parametrize("function", [maths.exp, maths.log, maths.logistic, maths.share])
def test_functions_of_lanes_take_special_numbers_like_scalars(function: Any) -> None:
    a, _ = numbers(16)
    same(function, a, width=16)


def test_plain_forms_take_numpy_arrays() -> None:
    x = np.geomspace(1e-300, 1e300, 500)
    for function in (lanes.root, lanes.exponent, lanes.mantissa):
        np.testing.assert_array_equal(function(x), [function(float(one)) for one in x])
    np.testing.assert_array_equal(lanes.mantissa(x) * 2.0 ** lanes.exponent(x), x)
    words = np.array([0, 1, 2**32 - 1, 2**52 - 1], dtype=np.uint64)
    np.testing.assert_array_equal(lanes.number(words), [0.0, 1.0, 2.0**32 - 1, 2.0**52 - 1])  # type: ignore[arg-type]
    np.testing.assert_array_equal(lanes.scaled(x[200:300], lanes.ROUND - 3.0), x[200:300] / 8.0)


@pytest.mark.parametrize("width", WIDTHS)
def test_bins_of_lanes_are_those_of_numpy_and_are_stored_in_short_words(width: int) -> None:
    @compiled
    def kept(r: Any, a: Any, found: Any) -> None:
        for row in range(a.shape[0]):
            found[row, r] = lanes.bin_of(a[row, r])

    a = np.where(np.isnan(numbers(width)[0]), 0.0, numbers(width)[0])
    found = np.zeros(a.shape, dtype=np.uint16)
    kept(Block(width), a, found)
    np.testing.assert_array_equal(found, lanes.bin_of(a))  # type: ignore[arg-type]
    assert found.max() <= 2 * lanes.LAST
    one = compiled(lambda x: lanes.bin_of(x))
    assert [one(x) for x in SPECIAL[:6]] == [lanes.bin_of(x) for x in SPECIAL[:6]]
    assert lanes.bin_of(1.001) == lanes.bin_of(1.0) + np.uint64(1)  # whether digits follow
    assert lanes.bin_of(-1.001) == lanes.bin_of(-1.0) - np.uint64(1)
    assert [int(lanes.bin_of(x)) for x in (-np.inf, 0.0, -0.0, np.inf)] == [0, lanes.LAST, lanes.LAST, 2 * lanes.LAST]


@pytest.mark.parametrize("width", WIDTHS)
def test_chance_gives_every_lane_the_luck_of_its_replicate(width: int) -> None:
    @compiled
    def drawn(r: Any, seed: Any, replicates: Any, whom: Any, found: Any) -> None:
        u = chance.uniforms(seed, replicates[r], np.uint64(5), chance.VOTE, np.uint64(9), whom[r])
        found[0, r], found[1, r], found[2, r], found[3, r] = u[0], u[1], u[2], u[3]

    replicates = np.arange(2**32 - width, 2**32, dtype=np.uint64)
    whom = np.arange(width, dtype=np.uint64) * np.uint64(977)
    found = np.zeros((4, width))
    drawn(Block(width), np.uint64(3), replicates, whom, found)
    for lane in range(width):
        one = chance.uniforms(np.uint64(3), replicates[lane], np.uint64(5), chance.VOTE, np.uint64(9), whom[lane])
        assert tuple(found[:, lane]) == one


def test_lanes_do_not_convert_to_a_scalar_or_to_lanes_of_another_width() -> None:
    def mixed(r: Any, q: Any, a: Any) -> None:
        a[0, r] = a[0, r] + a[0, q]

    with pytest.raises(numba.TypingError):
        compiled(mixed)(Block(4), Block(8), np.zeros((1, 8)))
    with pytest.raises(numba.TypingError):
        compiled(lambda r, a: float(a[0, r]))(Block(4), np.zeros((1, 4)))


def test_kinds_of_numbers_do_not_mix_unseen() -> None:
    def mixed(r: Any, a: Any, words: Any) -> None:
        a[0, r] = a[0, r] * words[r]

    with pytest.raises(numba.TypingError):
        compiled(mixed)(Block(4), np.zeros((1, 4)), np.zeros(4, dtype=np.uint64))
