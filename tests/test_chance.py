"""Chance by address: published vectors, uniform and uncorrelated draws, and nothing but the address matters."""

from __future__ import annotations

import itertools
import string

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

import unsim
from unsim.rules import chance
from unsim.rules.chance import permanent_code, philox, uniforms, unit

COORDINATES = ("seed", "replicate", "month", "purpose", "who", "whom")
USUAL = {"seed": 1, "replicate": 0, "month": 24288, "purpose": 12, "who": permanent_code("CHN"), "whom": 0}
PURPOSES = {
    name: int(getattr(chance, name))
    for name in ("PROVOCATION", "EXPOSURE", "RIVALRY_LEVEL", "RIVALRY_WALK", "ELECTION", "POSITION", "PRICE", "WORLD_PRICE",
                 "HARVEST", "TABLING", "TEAM", "VOTE", "PARAMETER")
}  # fmt: skip
N = 20_000
# Sums of 13 purposes * 4 words and the like: a fair generator fails a p of 1e-5 or 4.9 standard errors once in a thousand files.
LEAST_P, MOST_SIGMAS = 1e-5, 4.9


@numba.njit
def _fill(addresses, found):  # type: ignore[no-untyped-def]
    for i in range(addresses.shape[0]):
        a = addresses[i]
        found[i, 0], found[i, 1], found[i, 2], found[i, 3] = uniforms(a[0], a[1], a[2], a[3], a[4], a[5])


def draws(n: int = N, along: str = "replicate", **changed: int) -> NDArray[np.float64]:
    """The four uniforms of ``n`` addresses that differ along one coordinate."""
    start = {**USUAL, **changed}
    addresses = np.tile(np.array([start[name] for name in COORDINATES], dtype=np.uint64), (n, 1))
    addresses[:, COORDINATES.index(along)] += np.arange(n, dtype=np.uint64)
    found = np.empty((n, 4))
    _fill(addresses, found)
    return found


def sigmas(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Correlation in standard errors."""
    return float(abs(np.corrcoef(one, other)[0, 1]) * np.sqrt(len(one)))


# Known answers of Philox4x32-10 from Random123 (kat_vectors): counter, key, result.
KNOWN = (
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
)


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN, ids=("zeros", "ones", "pi"))
def test_philox_gives_its_published_answers(counter: str, key: str, result: str) -> None:
    words = [np.uint64(int(word, 16)) for word in f"{counter} {key}".split()]
    assert " ".join(f"{int(word):08x}" for word in philox(*words)) == result


def test_an_address_is_read_as_counter_and_key() -> None:
    counter, key, result = ([int(word, 16) for word in words.split()] for words in KNOWN[2])
    found = uniforms(*(np.uint64(word) for word in key + counter))
    assert found == tuple((word + 0.5) / 2**32 for word in result)


def test_a_uniform_is_never_zero_or_one() -> None:
    assert unit(np.uint64(0)) == 2.0**-33
    assert unit(np.uint64(2**32 - 1)) == 1.0 - 2.0**-33


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
def test_draws_of_a_purpose_are_uniform(purpose: int) -> None:
    found = draws(purpose=purpose)
    cells = np.floor(found * 64).astype(int)
    for word in range(4):
        assert stats.kstest(found[:, word], "uniform").pvalue > LEAST_P
        assert stats.chisquare(np.bincount(cells[:, word], minlength=64)).pvalue > LEAST_P


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES)
def test_the_four_words_of_a_block_are_uncorrelated(purpose: int) -> None:
    found = draws(purpose=purpose)
    for one, other in itertools.combinations(range(4), 2):
        assert sigmas(found[:, one], found[:, other]) < MOST_SIGMAS
        # Correlated sizes would hide behind uncorrelated values.
        assert sigmas((found[:, one] - 0.5) ** 2, (found[:, other] - 0.5) ** 2) < MOST_SIGMAS


@pytest.mark.parametrize("along", COORDINATES)
def test_draws_along_a_coordinate_are_uniform_and_uncorrelated(along: str) -> None:
    found = draws(along=along)
    for word in range(4):
        assert stats.kstest(found[:, word], "uniform").pvalue > LEAST_P
        for lag in (1, 2, 12):
            assert sigmas(found[:-lag, word], found[lag:, word]) < MOST_SIGMAS


@pytest.mark.parametrize("coordinate", [name for name in COORDINATES if name != "replicate"])
@pytest.mark.parametrize("step", [1, 2, 2**16, 2**31])
def test_a_change_in_one_coordinate_is_fresh_luck_in_every_replicate(coordinate: str, step: int) -> None:
    before, after = draws(), draws(**{coordinate: USUAL[coordinate] + step})
    for word in range(4):
        assert sigmas(before[:, word], after[:, word]) < MOST_SIGMAS


def test_different_purposes_are_uncorrelated() -> None:
    found = np.column_stack([draws(purpose=purpose)[:, 0] for purpose in PURPOSES.values()])
    correlations = np.corrcoef(found.T)[np.triu_indices(len(PURPOSES), 1)]
    assert np.abs(correlations).max() * np.sqrt(N) < MOST_SIGMAS


def test_the_votes_of_one_roll_call_are_uncorrelated(baseline: unsim.Scenario) -> None:
    draft = permanent_code(baseline.labels.drafts[0])
    members = ("CHN", "FRA", "GBR", "RUS", "USA", "JPN", "KOR", "CHE")  # some differ in one letter, so their codes by little
    found = np.column_stack([draws(who=permanent_code(member), whom=draft)[:, 0] for member in members])
    correlations = np.corrcoef(found.T)[np.triu_indices(len(members), 1)]
    assert np.abs(correlations).max() * np.sqrt(N) < MOST_SIGMAS


def test_who_and_whom_are_different_places() -> None:
    one, other = draws(who=5, whom=9), draws(who=9, whom=5)
    assert sigmas(one[:, 0], other[:, 0]) < MOST_SIGMAS


def test_no_two_addresses_give_the_same_block() -> None:
    found = np.vstack([draws(100, along="month", purpose=p, who=w) for p in PURPOSES.values() for w in range(20)])
    assert len(np.unique(found, axis=0)) == len(found)


def test_purposes_keep_the_numbers_that_published_results_rest_on() -> None:
    assert list(PURPOSES.values()) == list(range(1, 14))


def test_a_draw_depends_on_its_address_only() -> None:
    forward = draws(1000)
    order = np.random.default_rng(7).permutation(1000)
    for position in order[:100]:
        address = {**USUAL, "replicate": int(position)}
        draws(3, along="month", replicate=int(position))  # draws in between leave no trace
        found = uniforms(*(np.uint64(address[name]) for name in COORDINATES))
        assert found == tuple(forward[position])
    np.testing.assert_array_equal(draws(10, replicate=500), forward[500:510])


def test_compiled_and_plain_python_give_the_same_bits() -> None:
    plain = getattr(philox, "py_func", philox)
    words = np.random.default_rng(11).integers(0, 2**32, size=(200, 6), dtype=np.uint64)
    for row in words:
        assert tuple(map(int, philox(*row))) == tuple(map(int, plain(*row)))


def test_permanent_codes_of_states_are_their_letters_in_base_26() -> None:
    codes = [permanent_code("".join(letters)) for letters in itertools.product(string.ascii_uppercase, repeat=3)]
    assert codes == list(range(26**3))


@pytest.mark.parametrize("scenario", ["baseline_2024", "nonproliferation_only", "placebo", "tripartite_2024"])
def test_shipped_channels_drafts_and_parameters_have_codes_of_their_own(scenario: str) -> None:
    loaded = unsim.load(scenario)
    names = [*loaded.labels.channels, *loaded.labels.drafts, *loaded.priors]
    codes = {permanent_code(name) for name in names}
    assert len(codes) == len(set(names))
    assert min(codes) >= 26**3  # no state has one of these
    assert max(codes) < 2**32


def test_a_later_start_shares_the_luck_of_the_same_months(baseline: unsim.Scenario) -> None:
    later = baseline.override({"start": "2025-01", "council.panel_until": "2025-05"})
    quiet = {"parameters.test_backlash": 0, "parameters.test_calming": 0, "parameters.test_capability": 0}
    first, second = (unsim.run(s.override({**quiet, "months": m}), 4, draws=0, keep=4) for s, m in ((baseline, 24), (later, 12)))
    row = first.row("missile_tests")
    np.testing.assert_array_equal(first.kept[row, 12:], second.kept[row])
