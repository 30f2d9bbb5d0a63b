"""Bands: quantiles by month from counts in bins, within their bound, and equal however the runs are made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import unsim
from unsim import bands
from unsim.bands import LEAST, MOST, Bands, Table, joined, layout
from unsim.results import QUANTILES
from unsim.rules.lanes import bin_of

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def counted(values: NDArray[np.float64]) -> Bands:
    """Values (outcome, month, run), counted."""
    table = Table(values.shape[0], values.shape[1])
    table.add(bin_of(values.transpose(1, 0, 2)).astype(np.uint16), values.shape[2])  # type: ignore[arg-type]
    return table.bands()


def equal(one: Bands | None, other: Bands | None) -> bool:
    assert one is not None
    assert other is not None
    return np.array_equal(one.cells, other.cells) and np.array_equal(one.counts, other.counts)


def assert_within_bound(found: NDArray[Any], values: NDArray[np.float64]) -> None:
    """Each of the two values between which a quantile lies is known to 1/32 of its size, or to LEAST."""
    for level, ours in zip(LEVELS, found, strict=True):
        low, exact, high = (np.quantile(values, level, axis=-1, method=m) for m in ("lower", "linear", "higher"))
        most = np.maximum(np.maximum(abs(low), abs(high)) / 32.0, LEAST)
        assert (abs(ours - exact) <= most * (1.0 + 1e-6)).all(), level


sizes = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 100.0, 0.5, 65.0, LEAST, LEAST / 2, MOST, 5e-324, 1e-40]),
    st.floats(1e-12, MOST),
    st.floats(0.9, 1.1),
    st.integers(0, 300).map(float),
)
numbers = st.tuples(sizes, st.sampled_from([1.0, 1.0, -1.0])).map(lambda pair: pair[0] * pair[1])


@given(st.lists(numbers, min_size=1, max_size=60))
def test_quantiles_are_known_to_a_part_in_32_whatever_the_values(values: list[float]) -> None:
    one = np.array(values).reshape(1, 1, -1)
    assert_within_bound(counted(one).quantiles(LEVELS), one)


@given(st.lists(st.one_of(st.integers(0, 64), st.integers(33, 64).map(lambda x: 2 * x)), min_size=1, max_size=60))
def test_whole_numbers_come_back_exactly(values: list[int]) -> None:
    one = np.array(values, dtype=np.float64).reshape(1, 1, -1)
    for sign in (1.0, -1.0):
        np.testing.assert_allclose(counted(sign * one).quantiles(LEVELS)[:, 0, 0], np.quantile(sign * one, LEVELS), rtol=1e-14)


def test_no_bin_is_wider_than_the_bound_and_every_number_lies_in_its_bin() -> None:
    held = layout()
    assert (np.diff(held.lower) >= 0.0).all()
    assert (np.diff(held.upper) >= 0.0).all()
    outer = np.minimum(abs(held.lower), abs(held.upper))
    assert (held.upper - held.lower <= np.maximum(outer / 32.0, LEAST)).all()
    x = np.concatenate([np.geomspace(1e-9, MOST, 20_001)[:-1], np.arange(0.0, 300.0)]).astype(np.float32).astype(np.float64)
    for values in (x, -x):
        found = bin_of(values)  # type: ignore[arg-type]
        assert ((held.lower[found] <= values) & (values <= held.upper[found])).all()


def test_what_is_beyond_the_bins_is_counted_and_given_as_the_least_that_it_can_be() -> None:
    values = np.array([1.0, MOST * 1.5, 1e300, -1e300, np.inf]).reshape(1, 1, -1)
    found = counted(values)
    assert found.beyond().tolist() == [[4]]
    assert found.runs == 5
    assert found.quantiles([0.0, 0.25, 0.5, 1.0])[:, 0, 0].tolist() == [-MOST, 1.0, MOST, MOST]
    assert counted(np.full((1, 1, 1), np.nan)).runs == 1  # lands in some bin, never outside the table


@given(st.permutations(range(5)), st.integers(1, 39))
def test_parts_join_to_equal_bits_in_any_order_and_of_any_size(order: list[int], cut: int) -> None:
    values = np.random.default_rng(7).lognormal(sigma=2.0, size=(3, 20, 40)) - 1.0
    values[1] = np.round(values[1])
    pieces = [piece for piece in np.array_split(values[:, :, cut:], 4, axis=2) if piece.shape[2]] + [values[:, :, :cut]]
    parts = [counted(pieces[i]) for i in order if i < len(pieces)]
    assert equal(joined(parts), counted(values))


def test_a_table_that_takes_over_the_memory_of_another_begins_at_nothing() -> None:
    one, other = np.random.default_rng(8).normal(size=(2, 3, 19, 40))
    bins = bin_of(one.transpose(1, 0, 2)).astype(np.uint16)  # type: ignore[arg-type]
    table = Table(3, 19)
    memory = table.counts
    table.add(bins, 40)
    first = table.bands()
    table = Table(3, 19)
    assert table.counts is memory
    assert not memory.any()
    assert not equal(counted(other), first)
    assert equal(counted(one), first)


@pytest.mark.parametrize("months", [1, 3, 16, 31, 33, 70])
def test_few_runs_are_counted_in_short_words_to_equal_bits(months: int) -> None:
    values = np.random.default_rng(9).normal(size=(2, months, 50))
    bins = bin_of(values.transpose(1, 0, 2)).astype(np.uint16)  # type: ignore[arg-type]
    few, many = Table(2, months, runs=bands.FEW), Table(2, months, runs=bands.FEW + 1)
    assert (few.counts.itemsize, many.counts.itemsize) == (2, 4)
    for table in (few, many):
        table.add(bins, 50)
        table.add(bins, 13)
    assert equal(few.bands(), many.bands())


def test_short_words_hold_as_many_runs_as_they_are_said_to_and_no_more() -> None:
    table = Table(1, 1, runs=bands.FEW)
    table.add(np.full((1, 1, bands.FEW), 7, dtype=np.uint16), bands.FEW)
    with pytest.raises(ValueError, match="allowed: 0 more"):
        table.add(np.full((1, 1, 1), 7, dtype=np.uint16), 1)
    assert table.bands().counts.tolist() == [[bands.FEW]]


def test_bands_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        joined([counted(np.ones((1, 2, 3))), counted(np.ones((2, 2, 3)))])
    with pytest.raises(ValueError, match="do not belong together"):
        joined([])


def test_the_bands_of_a_run_are_those_of_its_paths(tripartite: unsim.Scenario) -> None:
    run = unsim.run(tripartite.over(20), 150, draws=10, keep=150, bands=True)
    added_up = np.array([outcome.aggregate == "sum" for outcome in run.scenario.outcomes])
    shown = np.where(added_up[:, None, None], np.cumsum(run.kept, axis=1), run.kept)
    assert run.counted is not None
    assert run.counted.runs == 150
    assert_within_bound(run.counted.quantiles(LEVELS), shown)
    for name in ("missile_tests", "drafts_tabled", "concession_rung"):  # whole numbers
        exact = np.quantile(shown[run.row(name)], list(QUANTILES.values()), axis=1)
        np.testing.assert_allclose(run.bands[name].values, exact, rtol=1e-14)
    band = run.bands["political_cost"]
    assert band.dims == ("quantile", "month")
    assert band.attrs["units"] == "index 0-100"
    assert (
        float(band.sel(quantile=0.5, month="2025-08").values.item())
        == run.counted.quantiles([0.5])[0, run.row("political_cost"), 19]
    )


def test_threads_chunks_and_engines_change_no_band(tripartite: unsim.Scenario) -> None:
    scenario = tripartite.over(18)  # more than one group of months
    usual = unsim.run(scenario, 40, draws=10, threads=1, bands=True)
    for options in ({"threads": 2}, {"chunk": 1}, {"chunk": 7, "threads": 2}, {"chunk": 40}, {"keep": 13, "chunk": 9}):
        assert equal(unsim.run(scenario, 40, draws=10, bands=True, **options).counted, usual.counted), options
    few = {engine: unsim.run(scenario, 3, draws=3, bands=True, engine=engine) for engine in ("kernel", "mesa")}
    assert equal(few["kernel"].counted, few["mesa"].counted)


def test_bands_of_some_outcomes_are_those_of_all(one_year: unsim.Scenario) -> None:
    names = ["civilian_welfare", "drafts_tabled", "revenue_coal"]
    for engine, number in (("kernel", 40), ("mesa", 2)):
        every = unsim.run(one_year, number, draws=2, bands=True, engine=engine)
        some = unsim.run(one_year, number, draws=2, bands=names, engine=engine)
        assert every.counted is not None
        assert some.counted is not None
        rows = sorted(map(every.row, names))
        assert some.counted.rows.tolist() == rows
        assert some.counted.runs == number
        assert sorted(some.bands.data_vars) == sorted(names)
        np.testing.assert_array_equal(some.counted.quantiles(LEVELS, rows), every.counted.quantiles(LEVELS)[:, rows])
        np.testing.assert_array_equal(some.counted.means(rows), every.counted.means(rows))
        assert some.digest == every.digest
    with pytest.raises(ValueError, match="bands of nothing"):
        unsim.run(one_year, 2, bands=["nothing"])


def test_means_of_bands_are_close_to_those_of_paths(one_year: unsim.Scenario) -> None:
    run = unsim.run(one_year, 60, draws=6, keep=60, bands=True)
    assert run.counted is not None
    row = run.row("revenue")
    np.testing.assert_allclose(run.counted.means([row])[0], run.kept[row].mean(axis=1), rtol=1 / 64)


def test_bands_change_no_other_result_and_are_kept_only_where_asked_for(one_year: unsim.Scenario) -> None:
    with_bands, without = unsim.run(one_year, 30, draws=3, bands=True), unsim.run(one_year, 30, draws=3)
    assert with_bands.digest == without.digest
    np.testing.assert_array_equal(with_bands.votes, without.votes)
    with pytest.raises(ValueError, match="bands=True"):
        _ = without.bands


def test_a_chunk_longer_than_what_waits_to_be_counted_is_cut(one_year: unsim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    from unsim import sweep

    usual = unsim.run(one_year, 50, draws=5, bands=True)
    monkeypatch.setattr(sweep, "COUNTED_CHUNK", 17)
    assert equal(unsim.run(one_year, 50, draws=5, bands=True, chunk=50).counted, usual.counted)


@pytest.mark.parametrize(
    ("replicates", "workers", "size"), [(4000, 2, 1008), (3072, 2, 768), (2000, 2, 1008), (50, 8, 128), (9, 1, 128)]
)
def test_chunks_with_bands_are_long_and_give_each_thread_its_part(replicates: int, workers: int, size: int) -> None:
    from unsim import sweep

    assert sweep._counted_chunk(replicates, workers, None) == size
    assert sweep._counted_chunk(replicates, workers, 10) == 10


def test_a_table_clears_only_what_is_used() -> None:
    """Its address space is larger than what it touches; the system gives pages when they are written to."""
    found = counted(np.full((40, 30, 10), 3.0))
    assert len(found.cells) == 40
    assert found.nbytes < 40 * 200
    assert bands.Table(2, 3).bands().runs == 0
