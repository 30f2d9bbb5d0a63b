"""Chance by address: published vectors, uniformity, independence, and that nothing but the address matters."""

from __future__ import annotations

import itertools
import string

import numpy as np
import pytest
from scipy import stats

import unsim
from unsim.rules import chance
from unsim.rules.chance import permanent_code, philox, uniforms

PURPOSES = {name: value for name, value in vars(chance).items() if name.isupper() and isinstance(value, np.uint64)}
PURPOSES = {name: value for name, value in PURPOSES.items() if 0 < value < 100 and name != "HALF"}

# Known answers of Philox4x32-10 from the Random123 distribution (kat_vectors): counter, key, result.
VECTORS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("counter", "key", "result"), VECTORS)
def test_philox_meets_its_published_vectors(counter: str, key: str, result: str) -> None:
    words = [np.uint64(int(word, 16)) for word in f"{counter} {key}".split()]
    assert [f"{int(word):08x}" for word in philox(*words)] == result.split()


def draws(n: int, *, seed: int = 1, replicate: int = 0, month: int = 24288, purpose: int = 1, who: int = 7, whom: int = 0,
          along: str = "replicate") -> np.ndarray:  # fmt: skip
    """The uniforms of ``n`` addresses that differ in one coordinate only, shape (n, 4)."""
    address = {"seed": seed, "replicate": replicate, "month": month, "purpose": purpose, "who": who, "whom": whom}
    found = []
    for step in range(n):
        found.append(uniforms(*(np.uint64(value + (step if name == along else 0)) for name, value in address.items())))
    return np.array(found)


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=PURPOSES.keys())
def test_draws_of_each_purpose_are_uniform_and_their_words_independent(purpose: np.uint64) -> None:
    found = draws(4000, purpose=int(purpose))
    assert ((found > 0.0) & (found < 1.0)).all()
    for word in range(4):
        assert stats.kstest(found[:, word], "uniform").pvalue > 1e-4
    correlations = np.corrcoef(found.T)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(4000)
    lagged = np.corrcoef(found[:-1, 0], found[1:, 0])[0, 1]
    assert abs(lagged) < 4.5 / np.sqrt(4000)


@pytest.mark.parametrize("along", ["seed", "month", "who", "whom", "purpose"])
def test_draws_are_uniform_along_every_coordinate_of_an_address(along: str) -> None:
    found = draws(4000, along=along)[:, 0]
    assert stats.kstest(found, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 4.5 / np.sqrt(4000)


def test_draws_of_different_purposes_and_actors_are_independent() -> None:
    one, other = draws(4000, purpose=7, who=100)[:, 0], draws(4000, purpose=7, who=101)[:, 0]
    another = draws(4000, purpose=8, who=100)[:, 0]
    limit = 4.5 / np.sqrt(4000)
    assert abs(np.corrcoef(one, other)[0, 1]) < limit
    assert abs(np.corrcoef(one, another)[0, 1]) < limit


def test_no_two_purposes_share_a_number() -> None:
    assert len(set(map(int, PURPOSES.values()))) == len(PURPOSES) >= 13


def test_no_two_addresses_give_the_same_block() -> None:
    blocks = {tuple(draws(1, month=m, who=w, purpose=p)[0]) for m, w, p in itertools.product(range(10), range(10), range(10))}
    assert len(blocks) == 1000


def test_every_state_has_a_permanent_code_of_its_own() -> None:
    codes = {permanent_code("".join(letters)) for letters in itertools.product(string.ascii_uppercase, repeat=3)}
    assert codes == set(range(26**3))
    assert permanent_code("CHN") == (2 * 26 + 7) * 26 + 13


def test_other_names_have_codes_apart_from_the_states(baseline: unsim.Scenario) -> None:
    names = [*baseline.labels.channels, *baseline.labels.drafts, *(s for s in baseline.labels.states if "-" in s), *baseline.priors]
    codes = [permanent_code(name) for name in names]
    assert len(set(codes)) == len(codes)
    assert all(26**3 <= code < 2**32 for code in codes)


def test_a_later_start_shares_the_luck_of_the_same_months(baseline: unsim.Scenario) -> None:
    later = baseline.override({"start": "2025-01", "council.panel_until": "2025-05"})
    quiet = {"parameters.test_backlash": 0, "parameters.test_calming": 0, "parameters.test_capability": 0}
    first, second = (unsim.run(s.override({**quiet, "months": m}), 4, draws=0, keep=4) for s, m in ((baseline, 24), (later, 12)))
    row = first.row("missile_tests")
    np.testing.assert_array_equal(first.kept[row, 12:], second.kept[row])
