"""What --out leaves on disk is complete, checked when it is read, and never lost."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import unsim
from unsim import provenance, store
from unsim.effects import Comparison
from unsim.files import ScenarioError
from unsim.provenance import as_text


@pytest.fixture(scope="module")
def comparison(baseline: unsim.Scenario, tripartite: unsim.Scenario) -> Comparison:
    return unsim.compare(tripartite.over(14), baseline.over(14), 20, draws=10, seed=3, keep=6)


@pytest.fixture(scope="module")
def written(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results") / "first"
    store.write_comparison(comparison, out, "unsim compare", finding=["It says this."], width=None, paths=4)
    return out


def test_every_future_comes_back_to_the_bit_with_its_labels_and_units(written: Path, comparison: Comparison) -> None:
    found = unsim.open_results(written)
    assert set(found.futures) == {"strategy", "reference"}
    for name, arm in (("strategy", comparison.strategy), ("reference", comparison.reference)):
        tree = found.futures[name]
        for outcome in arm.scenario.outcomes:
            np.testing.assert_array_equal(tree["outcomes"][outcome.name].values, arm.outcomes[outcome.name].values)
        assert tree["outcomes"]["revenue"].attrs["units"] == "USD million a month"
        assert tree["outcomes"].sizes == {"horizon": 2, "replicate": 20}
        np.testing.assert_array_equal(tree["outcomes"]["draw"].values, np.arange(20) % 10)
        np.testing.assert_array_equal(tree["paths"]["political_cost"].values, arm.paths["political_cost"].values[:, :4])
        assert str(tree["paths"]["month"].values[0])[:7] == arm.scenario.file.start
        drawn = arm.scenario.draw(arm.seed, list(range(10)))[list(arm.scenario.priors).index("compliance")]
        np.testing.assert_array_equal(tree["parameters"]["compliance"].values, drawn)
    assert found.record["digest"] == comparison.digest
    assert found.record["finding"] == ["It says this."]


def test_tables_come_back_as_they_were(written: Path, comparison: Comparison) -> None:
    found = unsim.open_results(written)
    pd.testing.assert_frame_equal(found.table("effects"), comparison.frame())
    assert set(found.table("summary")["arm"]) == {"strategy", "reference"}
    with pytest.raises(KeyError, match="effects"):
        found.table("efects")


def test_the_stores_of_equal_runs_are_equal_to_the_byte(comparison: Comparison, written: Path, tmp_path: Path) -> None:
    store.write_comparison(comparison, tmp_path / "again", "unsim compare", width=None, paths=4)
    for name in ("strategy.zarr.zip", "reference.zarr.zip", "effects.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (written / name).read_bytes()


@pytest.fixture
def damaged(written: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(written, tmp_path / "copy"))


@pytest.mark.parametrize("name", ["effects.csv", "strategy.zarr.zip", "run.json"])
def test_a_file_that_is_gone_changed_or_strange_is_found_before_anything_is_read(damaged: Path, name: str) -> None:
    whole = (damaged / name).read_bytes()
    (damaged / name).write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
    assert store.damage(damaged) == [f"{name} is not as it was written"]
    with pytest.raises(ScenarioError, match=f"{name} is not as it was written"):
        unsim.open_results(damaged)
    (damaged / name).unlink()
    (damaged / "notes.txt").write_text("mine")
    assert store.damage(damaged) == [f"{name} is missing", "notes.txt is not of these results"]


def test_a_folder_without_results_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"manifest\.json"):
        unsim.open_results(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": "another", "files": {}}')
    with pytest.raises(ScenarioError, match="a folder that --out has written"):
        unsim.open_results(tmp_path)
    with pytest.raises(ScenarioError, match="no such folder"):
        unsim.open_results(tmp_path / "nothing")


@pytest.mark.parametrize("there", [False, True])
def test_a_write_that_fails_leaves_what_was_there(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    out = tmp_path / "deep" / "results"
    if there:
        store.write_run(comparison.strategy, out, "first", width=None)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_write_futures", full)
    with pytest.raises(OSError, match="No space left"):
        store.write_run(comparison.strategy, out, "second", width=None)
    if there:
        assert unsim.open_results(out).record["command"] == "first"
        assert [path.name for path in out.parent.iterdir()] == ["results"]
    else:
        assert list(tmp_path.iterdir()) == []


def test_only_results_are_replaced_by_force(comparison: Comparison, tmp_path: Path) -> None:
    out = tmp_path / "results"
    store.write_run(comparison.strategy, out, "first", width=None)
    with pytest.raises(ScenarioError, match="not empty"):
        store.check_out(out, force=False)
    store.check_out(out, force=True)
    (out / "thesis.txt").write_text("two years of work")
    with pytest.raises(ScenarioError, match=r"something else than results: thesis\.txt"):
        store.check_out(out, force=True)
    (out / "thesis.txt").rename(out / ".DS_Store")
    store.check_out(out, force=True)
    (out / "summary.csv").write_text("my own numbers")
    with pytest.raises(ScenarioError, match=r"summary\.csv is not as it was written"):
        store.check_out(out, force=True)


def test_the_record_holds_what_a_run_rests_on(written: Path, comparison: Comparison) -> None:
    record = json.loads((written / "run.json").read_text())
    assert [arm["arm"] for arm in record["arms"]] == ["strategy", "reference"]
    assert record["arms"][0]["digest"] == comparison.strategy.digest
    assert record["arms"][0]["content"]["coalition"]["coordination"] == comparison.strategy.scenario.file.coalition.coordination
    assert {"numpy", "numba", "zarr"} <= set(record["versions"])
    assert all(len(record[key]) == 64 for key in ("code_hash", "data_hash"))
    nothing = provenance._hash([])
    assert nothing not in (record["code_hash"], record["data_hash"])
    files = [entry["file"] for entry in record["arms"][0]["files"]]
    assert [Path(file).name for file in files] == ["tripartite_2024.yaml", "baseline_2024.yaml"]
    listed = json.loads((written / "manifest.json").read_text())["files"]
    assert set(listed) == {path.name for path in written.iterdir()} - {"manifest.json"}


def test_figures_stand_beside_their_numbers_in_three_forms(comparison: Comparison, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    store.write_run(comparison.reference, tmp_path / "o", "unsim run", progress=lambda done, total: seen.append((done, total)))
    names = {path.name for path in (tmp_path / "o").iterdir()}
    drawn = {name.removesuffix(".png") for name in names if name.endswith(".png")}
    assert {"paths_regime", "paths_trade", "paths_others", "paths_un_output", "paths_enforcement", "revenue", "components",
            "votes"} == drawn  # fmt: skip
    assert all({f"{name}.csv", f"{name}.svg", f"{name}.pdf"} <= names for name in drawn)
    assert seen[-1] == (len(drawn), len(drawn))
    assert (tmp_path / "o" / "votes.pdf").read_bytes().startswith(b"%PDF")
    assert b"CreationDate" not in (tmp_path / "o" / "votes.pdf").read_bytes()
    assert "<dc:date>" not in (tmp_path / "o" / "votes.svg").read_text()


def test_a_number_of_replicates_beyond_memory_is_refused_before_it_is_tried(baseline: unsim.Scenario) -> None:
    from unsim.results import check_memory

    check_memory(baseline, 1000, 0, runs=1)
    with pytest.raises(ScenarioError, match="a number too large for memory"):
        check_memory(baseline, 10_000_000_000, 0, runs=1)


def test_an_interrupt_while_results_are_put_in_place_loses_neither(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results"
    store.write_run(comparison.strategy, out, "first", width=None)
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write_run(comparison.strategy, out, "second", width=None)
    monkeypatch.undo()
    assert unsim.open_results(out).record["command"] == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def relist(folder: Path) -> None:
    """Make the manifest agree with the files, as a forger would."""
    files = {path.name: store._entry(path) for path in sorted(folder.iterdir()) if path.name != "manifest.json"}
    (folder / "manifest.json").write_text(as_text({"format": store.FORMAT, "files": files}))


def test_futures_that_do_not_belong_to_the_record_are_found_even_where_the_manifest_agrees(damaged: Path) -> None:
    one, other = damaged / "strategy.zarr.zip", damaged / "reference.zarr.zip"
    swapped = one.read_bytes(), other.read_bytes()
    other.write_bytes(swapped[0])
    one.write_bytes(swapped[1])
    relist(damaged)
    assert store.damage(damaged) == []
    with pytest.raises(ScenarioError, match="do not belong together"):
        unsim.open_results(damaged)
    one.unlink()
    relist(damaged)
    with pytest.raises(ScenarioError, match="do not belong together"):
        unsim.open_results(damaged)


@pytest.mark.parametrize("manifest", ["[" * 100_000, '{"format": "unsim results 1", "files": {}}', "null", "[]"])
def test_a_manifest_that_is_none_is_said_to_be_none(damaged: Path, manifest: str) -> None:
    (damaged / "manifest.json").write_text(manifest)
    with pytest.raises(ScenarioError, match="a folder that --out has written"):
        unsim.open_results(damaged)


def test_an_interrupt_in_the_middle_of_the_swap_is_heard_after_it_and_nothing_is_left_beside(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results"
    store.write_run(comparison.strategy, out, "first", width=None)
    swap = store._swap

    def interrupted(fresh: Path, place: Path, old: Path) -> None:
        swap(fresh, place, old)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(store, "_swap", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write_run(comparison.strategy, out, "second", width=None)
    assert unsim.open_results(out).record["command"] == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
