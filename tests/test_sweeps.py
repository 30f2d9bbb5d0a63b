"""Sweeps: equal bits however they are cut, stopped, resumed or damaged; precision; effects; what is on disk."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import unsim
from conftest import cut_off
from unsim.experiments import engine, export, figures, report
from unsim.experiments.blocks import compute, digests
from unsim.experiments.engine import Status, sweep
from unsim.experiments.experiment import Block, Experiment
from unsim.experiments.findings import Findings, open_sweep
from unsim.experiments.flips import flips
from unsim.experiments.folder import LOG, RESULTS, Folder, compute_and_write
from unsim.experiments.loading import load
from unsim.experiments.log import Log, framed, records
from unsim.experiments.precision import Tally, sequence_width
from unsim.experiments.verify import verify
from unsim.files import ScenarioError
from unsim.parameters import draw_rows
from unsim.plots import style
from unsim.sweep import _drawn

TEXT = """\
title: A test
arms:
  one: {scenario: baseline_2024}
  other: {scenario: tripartite_2024}
reference: one
months: 6
factors:
  effort: {key: states.KOR.effort, values: [0.5, 1.5], arms: [other]}
parameters: {draws: 50}
replicates: 3000
paths: 20
bands: true
horizons: [3]
outcomes: [political_cost, campaign, civilian_welfare, rights_meetings]
question: {outcome: campaign}
"""


def experiment(**changes: Any) -> Experiment:
    """The experiment of these tests, with some keys set; from a file that is read each time, as a user's is."""
    return load(str(FILE), [((key,), value) for key, value in changes.items()])


FILE = Path()


@pytest.fixture(scope="module", autouse=True)
def _file(tmp_path_factory: pytest.TempPathFactory) -> None:
    global FILE
    FILE = tmp_path_factory.mktemp("experiment") / "test.yaml"
    FILE.write_text(TEXT, encoding="utf-8")


@pytest.fixture(scope="module")
def whole(_file: None, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """A sweep that was not disturbed: 3 rounds of 3 blocks."""
    return sweep(experiment(), tmp_path_factory.mktemp("sweeps") / "whole")


def everything(found: Findings) -> list[np.ndarray]:
    """All numbers of a sweep."""
    parts = []
    for arm in found.experiment.arms:
        for name in found.experiment.names:
            parts += [found.values(arm, name, point) for point in found.points] + [found.paths(arm, name)]
            parts.append(found.quantiles(arm, name, [0.05, 0.5, 0.95]))
    return parts


def same(one: Findings, other: Findings) -> bool:
    """Whether two sweeps are equal to the bit."""
    equal = all((a == b).all() for a, b in zip(everything(one), everything(other), strict=True))
    return equal and one.digest == other.digest and one.n == other.n


# The numbers


def test_a_sweep_holds_the_futures_of_runs_to_the_bit(whole: Findings) -> None:
    assert whole.n == 3000
    for arm in whole.experiment.arms:
        for point in whole.points:
            scenario = whole.experiment.scenario(arm, point)
            run = unsim.run(scenario, 3000, 50, horizons=[3], keep=20, bands=True)
            for name in whole.experiment.names:
                np.testing.assert_array_equal(whole.values(arm, name, point).T, run.values[:, run.row(name)])
                np.testing.assert_array_equal(whole.paths(arm, name, point).T, run.kept[run.row(name)])
            votes = whole.pairs.votes(arm, point, whole.rounds)
            np.testing.assert_array_equal(votes, run.votes)


def test_parameters_that_blocks_share_are_those_of_the_scenario(baseline: unsim.Scenario) -> None:
    priors = tuple(baseline.priors.items())
    np.testing.assert_array_equal(_drawn(priors, 1, 30), baseline.draw(1, list(range(30))))
    np.testing.assert_array_equal(_drawn(priors, 1, 0), baseline.draw(1, [-1]))


def test_a_row_whose_default_is_a_whole_number_is_drawn_as_any_other(baseline: unsim.Scenario) -> None:
    whole = {"salience_half_life": baseline.priors["salience_half_life"]}  # its default is 9
    values = draw_rows(whole, 1, range(20))
    assert (values % 1.0 != 0.0).all()


def test_a_part_of_a_run_is_equal_to_it_and_held_rows_are_parameters_at_a_value(baseline: unsim.Scenario) -> None:
    short = baseline.over(5)
    whole, part = unsim.run(short, 60, 10), unsim.run(short, 20, 10, first=40)
    np.testing.assert_array_equal(part.totals, whole.totals[:, :, 40:])
    held = unsim.run(short, 60, 10, held={"value_curvature": 2.5})
    np.testing.assert_array_equal(held.totals, unsim.run(short.override({"parameters.value_curvature": 2.5}), 60, 10).totals)
    with pytest.raises(ValueError, match="a multiple of the 10 draws"):
        unsim.run(short, 20, 10, first=5)


def test_bands_are_those_of_all_futures(whole: Findings) -> None:
    runs = [unsim.run(whole.experiment.scenario("other", point), 3000, 50, bands=True) for point in whole.points]
    expected = unsim.bands.joined([run.counted for run in runs if run.counted]).quantiles([0.05, 0.5, 0.95])
    row = runs[0].row("civilian_welfare")
    np.testing.assert_array_equal(whole.quantiles("other", "civilian_welfare", [0.05, 0.5, 0.95]), expected[:, row])
    assert [whole.counted(arm) for arm in ("one", "other")] == [3000, 6000]


def test_effects_are_those_of_compare(whole: Findings) -> None:
    for point, effort in enumerate((0.5, 1.5)):
        strategy = unsim.load("tripartite_2024", {"months": 6, "states.KOR.effort": effort})
        expected = unsim.compare(strategy, unsim.load("baseline_2024", {"months": 6}), 3000, 50)
        for name in whole.experiment.names:
            assert whole.effect("other", name, point=point) == expected.effect(name)
    frame = whole.effects(by_point=True)
    assert set(frame["effort"]) == {0.5, 1.5}
    assert set(frame["horizon"]) == {3, 6}
    pooled = whole.effect("other", "campaign")
    assert pooled.effect == pytest.approx(frame.query("outcome == 'campaign' and horizon == 6")["effect"].mean())


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_moves_no_bit(whole: Findings, tmp_path: Path, workers: int) -> None:
    assert same(sweep(experiment(), tmp_path / "again", workers=workers), whole)


def test_other_processes_compute_the_same_blocks_from_their_names_alone(whole: Findings, tmp_path: Path) -> None:
    out = tmp_path / "again"
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        work = partial(compute_and_write, str(out))
        found = sweep(experiment(), out, submit=lambda block: pool.submit(work, block))
    assert same(found, whole)


# Stopped, resumed, damaged


class HaltError(Exception):
    """Ends a sweep from outside."""


def halted(out: Path, after: int) -> None:
    """Begin a sweep and end it after some futures."""

    def told(status: Status) -> None:
        if status.futures >= after:
            raise HaltError

    with pytest.raises(HaltError):
        sweep(experiment(), out, workers=1, told=told)


def test_a_sweep_goes_on_where_it_was_stopped_and_ends_at_the_same_bits(whole: Findings, tmp_path: Path) -> None:
    out = tmp_path / "cut"
    halted(out, 2000)
    before = Folder(out).finished()
    assert 1 <= len(before) < 9
    times = {path: path.stat().st_mtime_ns for record in before.values() for path in (out / RESULTS / f for f in record["files"])}
    assert same(sweep(experiment(), out), whole)
    assert times == {path: path.stat().st_mtime_ns for path in times}, "what was finished is not computed again"


def test_a_sweep_names_the_command_that_was_last_given(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    for minutes, command in ((0.0, "unsim sweep test --max-minutes 0"), (0.0, "unsim sweep test")):
        sweep(experiment(), out, minutes=minutes, command=command)
        assert Folder(out).command == command


def test_a_sweep_cut_short_is_a_smaller_balanced_sweep(whole: Findings, tmp_path: Path) -> None:
    found = sweep(experiment(), tmp_path / "cut", minutes=0.0)
    assert (found.rounds, found.ended) == (0, None)
    out = tmp_path / "other"
    halted(out, 4500)  # one round of three blocks of 1,000 futures, and a half
    found = open_sweep(out)
    assert (found.n, found.points, found.ended) == (1000, (0, 1), None)
    np.testing.assert_array_equal(found.values("other", "campaign", 1), whole.values("other", "campaign", 1)[:1000])
    assert "of 3,000 planned" in found.rests_on()


def _damage(kind: str, out: Path) -> None:
    files = [out / RESULTS / name for record in Folder(out).finished().values() for name in record["files"]]
    victim = files[len(files) // 2]
    content = bytearray(victim.read_bytes())
    if kind == "flipped bit":
        content[len(content) // 2] ^= 1
        victim.write_bytes(bytes(content))
    elif kind == "cut":
        victim.write_bytes(bytes(content[:-7]))
    elif kind == "gone":
        victim.unlink()
    elif kind == "torn log":
        raw = (out / LOG).read_bytes()
        (out / LOG).write_bytes(raw[:-60])  # the end, and a part of the last block
    elif kind == "log with a flipped bit":
        raw = bytearray((out / LOG).read_bytes())
        raw[len(raw) // 2] ^= 1
        (out / LOG).write_bytes(bytes(raw))


@pytest.mark.parametrize("kind", ["flipped bit", "cut", "gone", "torn log", "log with a flipped bit"])
def test_a_damaged_file_is_found_and_its_block_computed_again(whole: Findings, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "damaged"
    sweep(experiment(), out)
    _damage(kind, out)
    if "log" not in kind:
        with pytest.raises(ScenarioError, match="whose files are missing or changed"):
            verify(out)
    else:
        assert len(Folder(out).finished()) < 9 or Folder(out).ended() is None
    told: list[Status] = []
    assert same(sweep(experiment(), out, told=told.append), whole)
    assert {status.mended for status in told} <= {0 if "log" in kind else 1}
    assert verify(out, sample=2).finished == 9


@pytest.mark.parametrize("what", ["zarr.json", "draw/c/0", "factor_effort/c/0"])
def test_damaged_labels_are_found_and_written_anew(whole: Findings, tmp_path: Path, what: str) -> None:
    out = tmp_path / "damaged"
    shutil.copytree(whole.folder.path, out)
    label = out / RESULTS / "other" / what
    before = label.read_bytes()
    if what == "zarr.json":
        label.unlink()
    else:
        label.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    for reader in (verify, open_sweep):
        with pytest.raises(ScenarioError, match="descriptions or labels of the arrays whose files are missing or changed"):
            reader(out)
    assert same(sweep(experiment(), out), whole)
    assert label.read_bytes() == before
    assert verify(out, sample=1).finished == 9


def test_what_reads_a_sweep_refuses_one_whose_numbers_are_damaged(whole: Findings, tmp_path: Path) -> None:
    out = tmp_path / "damaged"
    shutil.copytree(whole.folder.path, out)
    (out / RESULTS / "other" / "values" / "c" / "1" / "0" / "0" / "2").unlink()
    with pytest.raises(ScenarioError, match="block other/1/2 whose files are missing or changed"):
        open_sweep(out)


def test_an_experiment_file_that_was_changed_is_found(whole: Findings, tmp_path: Path) -> None:
    out = tmp_path / "changed"
    shutil.copytree(whole.folder.path, out)
    verify(out, sample=0)
    source = out / "experiment.yaml"
    source.write_text(source.read_text() + "# by another hand\n")
    with pytest.raises(ScenarioError, match=r"experiment\.yaml: found an experiment file that is missing or changed"):
        verify(out, sample=0)


def test_a_factor_that_acts_in_no_arm_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"factors\.effort\.arms"):
        experiment(**{"factors.effort.arms": []})


def test_an_arm_that_is_the_best_in_every_draw_has_no_regret_from_rounding(whole: Findings) -> None:
    regret = whole.regret()
    assert (regret["mean"][regret["best_in"] == 1.0] == 0.0).all()
    assert not ((regret["worst"] > 0.0) & (regret["worst"] < 1e-12)).any()


def test_a_table_that_was_changed_is_found(whole: Findings, tmp_path: Path) -> None:
    out = tmp_path / "changed"
    shutil.copytree(whole.folder.path, out)
    place = report.write(open_sweep(out), None, ["Said."], {})
    verify(out, sample=0)
    table = place / "effects.csv"
    table.write_text(table.read_text().replace("campaign", "champaign", 1))
    (place / "regret.csv").unlink()
    with pytest.raises(ScenarioError, match=r"effects\.csv: found a table that is missing or changed") as caught:
        verify(out, sample=0)
    assert len(caught.value.problems) == 2


def test_the_plan_is_held_to_the_log(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    sweep(experiment(), out, minutes=0.0)
    text = (out / "plan.json").read_text()
    (out / "plan.json").write_text(text.replace('"months": 6', '"months": 7'))
    with pytest.raises(ScenarioError, match=r"plan\.json that is not as it was written"):
        sweep(experiment(), out)


@pytest.mark.parametrize("moment", ["shard", "log"])
def test_a_full_disk_loses_nothing_that_is_finished(
    whole: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    out, calls = tmp_path / "full", [0]

    def full(real: Callable[..., Any]) -> Callable[..., Any]:
        def fails(*args: Any, **options: Any) -> Any:
            calls[0] += 1
            if calls[0] == 5:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **options)

        return fails

    with monkeypatch.context() as patch:
        if moment == "shard":
            patch.setattr(Folder, "write", full(Folder.write))
        else:
            patch.setattr(os, "fsync", full(os.fsync))
        with pytest.raises(OSError, match="No space left"):
            sweep(experiment(), out)
    if moment == "log":
        calls[0] = 100
    assert same(sweep(experiment(), out), whole)


def test_a_record_that_could_not_be_written_whole_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(framed({"n": 0}) + b"torn")
    log = Log(path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            log.append({"n": 1})
    log.append({"n": 2})
    log.close()
    assert list(records(path)) == [{"n": 0}, {"n": 2}]
    assert path.read_bytes() == framed({"n": 0}) + framed({"n": 2})


def test_two_sweeps_do_not_write_into_one_folder(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    sweep(experiment(), out, minutes=0.0)
    log = Log(out / LOG)
    try:
        with pytest.raises(ScenarioError, match="into which another sweep writes"):
            sweep(experiment(), out)
    finally:
        log.close()


def test_another_experiment_does_not_go_on_in_the_folder(whole: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScenarioError, match=r"a sweep of another experiment in .* \(it differs in seed\)"):
        sweep(experiment(seed=2), whole.folder.path)
    with pytest.raises(ScenarioError, match="it differs in months"):
        sweep(experiment(months=7), whole.folder.path)
    monkeypatch.setattr(engine, "model_hash", lambda: "another")
    with pytest.raises(ScenarioError, match="another version of the model"):
        sweep(experiment(), whole.folder.path)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="a folder that is not empty"):
        sweep(experiment(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


CODE = "import sys; from unsim.experiments import load, sweep; sweep(load(sys.argv[1]), sys.argv[2]); print('end')"


def begun(out: Path) -> subprocess.Popen[str]:
    """A sweep in a process of its own, which has finished some blocks."""
    command = [sys.executable, "-c", CODE, str(FILE.with_name("long.yaml")), str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def lines() -> int:
        return len((out / LOG).read_bytes().splitlines()) if (out / LOG).is_file() else 0

    before, until = lines(), time.monotonic() + 120.0
    while time.monotonic() < until and lines() < before + 3:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


@pytest.mark.slow
def test_a_killed_sweep_ends_at_the_same_bits(whole: Findings, tmp_path: Path) -> None:
    long = FILE.with_name("long.yaml")
    long.write_text(TEXT.replace("replicates: 3000", "replicates: 120000"), encoding="utf-8")
    undisturbed = sweep(load(str(long)), tmp_path / "undisturbed")
    out = tmp_path / "killed"
    for _ in range(3):
        process = begun(out)
        process.kill()
        process.communicate()
        (out / LOG).write_bytes((out / LOG).read_bytes()[:-3])  # as if it had been killed within the last line
    process = begun(out)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert "KeyboardInterrupt" in errors
    assert time.monotonic() - began < 3.0  # the end of the interpreter included
    before = len(Folder(out).finished())
    assert 0 < before < len(list(undisturbed.experiment.blocks()))
    assert same(sweep(load(str(long)), out), undisturbed)


def test_an_interrupt_ends_the_work_on_blocks_within_a_second(tmp_path: Path) -> None:
    began = [0.0]

    def told(status: Status) -> None:
        if status.fresh > 500:
            began[0] = time.monotonic()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(experiment(replicates=400_000, months=60), tmp_path / "long", told=told)
    assert time.monotonic() - began[0] < 1.0


# Precision


def test_the_confidence_sequence_is_as_wide_as_measured() -> None:
    """Against the fixed-n interval: the table of the design notes, and a wider one away from the planned number."""
    for n, planned, ratio in ((10_000, 10_000, 1.55), (1_000, 10_000, 1.95), (100_000, 10_000, 1.66), (1_000, 100_000, 4.56)):
        fixed = 1.959964 / n**0.5
        assert sequence_width(n, planned, 1.0, 0.95) / fixed == pytest.approx(ratio, abs=0.01)


def test_the_interval_holds_at_every_look_where_a_repeated_one_would_not() -> None:
    rng, planned, step, draws = np.random.default_rng(1), 20_000, 1000, 50
    missed = repeated = 0
    for _ in range(300):
        centre = rng.normal(size=draws)  # the mean of each draw: what the parameters do
        tally, over, naive = Tally(draws), False, False
        for _ in range(planned // step):
            tally.add(np.tile(centre, step // draws) + rng.exponential(size=step) - 1.0)
            if tally.n >= tally.first_look:
                error = abs(tally.mean - centre.mean())
                over |= error > tally.half_width(planned, 0.95)
                naive |= error > 1.96 * tally.sd / tally.n**0.5
        missed += over
        repeated += naive
    assert missed / 300 < 0.05
    assert repeated / 300 > 0.10


def test_a_sweep_stops_at_the_precision_and_says_after_how_many_pairs(tmp_path: Path) -> None:
    wanted = {"outcome": "campaign", "half_width": 0.0008}
    found = sweep(experiment(replicates=40_000, precision=wanted), tmp_path / "one", workers=1)
    assert found.ended is not None
    assert found.ended["reached"]
    assert 4000 <= found.n < 40_000
    assert found.ended["pairs"] == found.n
    assert found.ended["half_widths"]["other"] <= 0.0008
    assert f"was reached after {found.n:,} pairs at each point" in report.finding(found, None)[0]
    again = sweep(experiment(replicates=40_000, precision=wanted), tmp_path / "two", workers=3)
    assert same(found, again)


def test_a_precision_out_of_reach_is_said_to_be_so(tmp_path: Path) -> None:
    found = sweep(experiment(replicates=4000, precision={"outcome": "campaign", "half_width": 1e-9}), tmp_path / "one")
    assert found.ended is not None
    assert not found.ended["reached"]
    assert found.n == 4000
    assert "was not reached" in report.finding(found, None)[0]


def test_a_sparse_effect_waits_longer_for_its_first_look() -> None:
    tally = Tally(10)
    tally.add(np.where(np.arange(1000) < 50, 1.0, 0.0))
    assert tally.first_look == 16_000
    tally.add(np.ones(1000))
    assert tally.first_look == 4_000


# What is found


def test_regret_is_against_the_best_arm_of_each_draw(whole: Findings) -> None:
    frame = whole.regret().set_index(["outcome", "arm"])
    ours, theirs = (whole.values(arm, "civilian_welfare")[:, -1].reshape(-1, 50).mean(axis=0) for arm in ("one", "other"))
    row = frame.loc[("civilian_welfare", "other")]
    assert row["goal"] == "more"
    assert row["mean"] == pytest.approx(np.maximum(ours - theirs, 0.0).mean())
    assert row["worst"] == pytest.approx(np.maximum(ours - theirs, 0.0).max())
    assert row["best_in"] == pytest.approx((theirs >= ours).mean())
    both = [whole.values(arm, "civilian_welfare")[:, -1].reshape(-1, 50) for arm in ("other", "one")]
    behind = (both[0] - both[1])[:, ours > theirs]
    assert row["chance"] == pytest.approx((behind.var(axis=0, ddof=1).mean() / 60) ** 0.5)


def test_the_parameter_that_turns_a_sign_is_found_with_its_move(tmp_path: Path) -> None:
    """Coordination at an exponent of 1 adds nothing, and what is above 1 cannot be: the sign of the campaign stays. Against an arm
    with a little more effort it turns where coordination brings less than that."""
    arms = {"one": {"scenario": "baseline_2024", "set": {"states.KOR.effort": 0.7}}, "other": {"scenario": "tripartite_2024"}}
    found = sweep(experiment(arms=arms, factors={}, replicates=1000), tmp_path / "flips")
    turned = flips(found)
    assert turned.effect > 0.0
    assert turned.smallest is not None
    assert turned.smallest.parameter == "effort_exponent"
    assert 0.8 < turned.smallest.value < 1.0
    assert turned.smallest.move == pytest.approx((turned.smallest.value - 0.8) / 0.4)
    assert "effort_exponent" in report.would_flip(turned)
    held = turned.frame().iloc[0]
    assert held["parameter"] == "effort_exponent"


def test_nothing_flips_where_the_sign_cannot_turn(whole: Findings) -> None:
    turned = flips(whole)
    assert turned.effect > 0.0
    assert turned.smallest is None
    said = report.would_flip(turned)
    assert said.startswith("Nothing within the ranges: none of")
    assert "It vanishes altogether at effort_exponent = 1" in said


def test_the_ends_that_shift_an_effect_most_rest_on_more_pairs_and_come_with_their_error(whole: Findings) -> None:
    turned = flips(whole)
    frame = turned.frame()
    assert set(frame["n"]) == {50, 1000}
    assert (frame["n"].head(10) == 1000).sum() >= 8
    np.testing.assert_allclose(frame["effect"] - frame["shift"], turned.effect, atol=turned.effect)
    row = frame[frame["parameter"] == "effort_exponent"].iloc[0]
    arm, reference = (whole.experiment.arms[name].over(6) for name in ("other", "one"))
    held = [unsim.run(s, 1000, 50, held={"effort_exponent": row["held_at"]}).outcome("campaign") for s in (arm, reference)]
    drawn = [unsim.run(s, 1000, 50).outcome("campaign") for s in (arm, reference)]
    shift = (held[0] - held[1]) - (drawn[0] - drawn[1])
    assert row["shift"] == pytest.approx(shift.mean())
    assert row["error"] == pytest.approx((shift.reshape(20, 50).var(axis=0, ddof=1).mean() / 1000) ** 0.5)


def test_the_tables_on_disk_are_those_of_the_findings(whole: Findings) -> None:
    said = report.finding(whole, None)
    place = report.write(whole, None, said, whole.as_json())
    pd.testing.assert_frame_equal(pd.read_csv(place / "effects.csv"), whole.effects())
    assert json.loads((place / "finding.json").read_text())["digest"] == whole.digest
    assert {path.name for path in place.glob("*.csv")} >= {"regret.csv", "votes.csv", "levels.csv", "monthly.csv", "design.csv"}
    assert (place / "finding.txt").read_text().splitlines() == said


def test_monthly_effects_are_those_of_the_kept_paths(whole: Findings) -> None:
    frame = whole.monthly("other", "campaign")
    ours, theirs = whole.paths("other", "campaign"), whole.paths("one", "campaign")
    np.testing.assert_allclose(frame["effect"], (ours - theirs).mean(axis=0))
    assert set(frame["n"]) == {20}


def test_xarray_opens_a_sweep_lazily_with_labels_and_units(whole: Findings) -> None:
    import xarray as xr

    tree = xr.open_datatree(whole.folder.path / RESULTS, engine="zarr", consolidated=False)
    arm = tree["other"]
    values = arm["values"]
    assert values.dims == ("point", "outcome", "horizon", "replicate")
    assert not values.variable._in_memory
    one = values.sel(point=1, horizon=6, outcome="campaign")
    np.testing.assert_array_equal(one.to_numpy(), whole.values("other", "campaign", 1)[:, -1])
    assert str(one["unit"].item()) == "full efforts of one state"
    assert list(arm["factor_effort"].to_numpy()) == [0.5, 1.5]
    assert str(arm["month"].to_numpy()[0])[:7] == "2024-01"
    assert list(arm["draw"].to_numpy()[48:52]) == [48, 49, 0, 1]


def test_verify_computes_blocks_again_and_finds_one_that_comes_out_otherwise(whole: Findings, tmp_path: Path) -> None:
    found = verify(whole.folder.path, sample=2)
    assert (found.finished, found.planned, len(found.again), found.same_model) == (9, 9, 2, True)
    out = tmp_path / "forged"
    sweep(experiment(), out)
    block = Block("other", 1, 2)
    arrays = compute(whole.experiment, block)
    arrays["values"] = arrays["values"] * (1.0 + 1e-12)
    log = Log(out / LOG)
    log.append(Folder(out).write(block, arrays))
    log.close()
    with pytest.raises(ScenarioError, match="block other/1/2, which comes out otherwise"):
        verify(out, sample=9)


def test_export_gives_every_future_in_both_forms(whole: Findings, tmp_path: Path) -> None:
    csv, parquet = export.export(whole, tmp_path)
    table = pd.read_parquet(parquet)
    pd.testing.assert_frame_equal(pd.read_csv(csv), table, check_dtype=False)
    assert len(table) == 2 * 2 * 2 * 3000
    some = table.query("arm == 'other' and point == 1 and horizon == 6")
    np.testing.assert_array_equal(some["campaign"], whole.values("other", "campaign", 1)[:, -1])
    assert set(some["effort"]) == {1.5}


def test_digests_tell_every_array_apart(whole: Findings) -> None:
    arrays = compute(whole.experiment, Block("one", 0, 0))
    assert digests(arrays) == whole.folder.finished()[Block("one", 0, 0)]["digests"]
    assert set(arrays) == {"values", "votes", "paths", "bands"}
    assert set(compute(whole.experiment, Block("one", 0, 1))) == {"values", "votes", "bands"}


def test_quick_look_runs_from_the_command_line(tmp_path: Path) -> None:
    out = tmp_path / "quick"
    command = [sys.executable, "-m", "unsim", "sweep", "quick_look", "--out", str(out), "--json", "--no-flip"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["replicates"] == 4000
    assert found["finished"]
    assert found["effects"]["tripartite"]["campaign"]["effect"] > 0.0
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(again.stdout) == found
    wrong = subprocess.run([*command, "--set", "seed=2"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "it differs in seed" in wrong.stderr


def test_commands_on_a_sweep_say_what_they_did_and_what_is_wrong(whole: Findings, tmp_path: Path) -> None:
    def call(*arguments: str) -> tuple[int, str]:
        from typer.testing import CliRunner

        from unsim.cli import app

        done = CliRunner().invoke(app, [*arguments])
        return done.exit_code, done.output

    place = str(whole.folder.path)
    code, said = call("verify", place, "--sample", "1")
    assert code == 0
    assert "9 of 9 blocks finished, all as written; 1 of them computed again, equal to the bit" in said
    code, said = call("plot", place, "--kind", "response", "--out", str(tmp_path / "figures"))
    assert code == 0
    assert (tmp_path / "figures" / "response_campaign.svg").is_file()
    code, said = call("export", place, "--out", str(tmp_path / "export"), "--form", "csv")
    assert (code, [path.name for path in (tmp_path / "export").iterdir()]) == (0, ["futures.csv"])
    for arguments, told in (
        (("export", place, "--form", "xlsx"), "--form: found 'xlsx'; allowed: one of csv, parquet, both"),
        (("plot", place, "--kind", "pie"), "--kind: found unknown kind pie; allowed: one of fan,"),
        (("plot", str(tmp_path)), "found no sweep"),
        (("verify", place, "--sample", "-1"), "--sample: found -1; allowed: a whole number from 0 on"),
        (("sweep", str(FILE), "--out", str(tmp_path)), "a folder that is not empty and holds no sweep"),
        (("sweep", "quick_lok", "--out", place), "found no such file or experiment; allowed: a path, or quick_look (nearest)"),
    ):
        code, said = call(*arguments)
        assert code == 2, arguments
        assert told in said
    code, said = call("experiments")
    assert code == 0
    assert "e12_outlook_2027" in said
    out = tmp_path / "sweep"
    code, said = call("sweep", str(FILE), "--out", str(out), "--max-minutes", "0", "--json")
    assert json.loads(said[said.index("{") : said.rindex("}") + 1])["replicates"] == 0
    code, said = call("sweep", str(FILE), "--out", str(out), "--max-minutes", "0", "--no-flip")
    assert code == 0
    assert "the same command goes on from here" in said
    assert (out / "experiment.yaml").read_text(encoding="utf-8") == TEXT
    code, said = call("sweep", str(FILE), "--out", str(out), "--no-flip")
    assert code == 0
    assert "What this says. Over 6 months, other against one: campaign" in said
    assert "This is a mean over 2 points" in said
    assert (out / "tables" / "effects_by_point.csv").is_file()


def test_a_sweep_with_draws_of_the_users_keeps_them_with_its_results(tmp_path: Path) -> None:
    table = FILE.parent / "posterior.csv"
    table.write_text("compliance,weight_isolation\n" + "".join(f"{5 + i / 8},{0.5 + i / 50}\n" for i in range(20)))
    brings = experiment(parameters={"from": table.name}, replicates=1000, bands=False)
    found = sweep(brings, tmp_path / "out")
    assert found.draws == 20
    run = unsim.run(brings.scenario("other", 0), 1000, 20, horizons=[3])
    np.testing.assert_array_equal(found.values("other", "campaign", 0).T, run.values[:, run.row("campaign")])
    table.write_text("compliance,weight_isolation\n5,1\n6,1\n")  # what became of the file does not matter
    assert len(verify(tmp_path / "out", sample=1).again) == 1
    with pytest.raises(ScenarioError, match=r"another experiment in .* \(it differs in .*draws"):
        sweep(experiment(parameters={"from": table.name}, replicates=1000, bands=False), tmp_path / "out")
    kept = tmp_path / "out" / "draws.npz"
    with np.load(kept) as file:
        changed = {**file, "values": file["values"] + 0.01}
    np.savez_compressed(kept, **changed)
    with pytest.raises(ScenarioError, match="draws other than those of the plan"):
        verify(tmp_path / "out")
    kept.unlink()
    with pytest.raises(ScenarioError, match=r"draws.npz: found no draws"):
        open_sweep(tmp_path / "out")


# Figures


def test_every_kind_of_figure_is_drawn_with_its_numbers_and_says_what_it_rests_on(whole: Findings, tmp_path: Path) -> None:
    report.write(whole, flips(whole), [], {})
    some = figures.pictures(whole)
    assert {picture.name for picture in some} == {
        "fan", "over_time", "forest", "response_campaign", "votes", "tornado", "trade_off"
    }  # fmt: skip
    command = "unsim sweep test"
    for picture in some:
        figure = picture.draw()
        said = " ".join(str(figure.get_supxlabel()).split())
        assert said.startswith("n = "), picture.name
        assert {text.get_fontsize() for text in figure.texts} <= {style.NOTE_SIZE, style.HEADING_SIZE}, picture.name
        assert "seed 1" in said
        assert re.search(r"Claim level: calibrated \(\d+ of \d+ parameters fitted, the rest priors\)", said), picture.name
        assert f"Made with: {command}" in said
        assert len(picture.table())
    assert figures.write(some[:1], tmp_path / "figures") == {}
    path = tmp_path / "figures" / some[0].name
    assert {file.suffix for file in path.parent.iterdir()} == {".csv", ".png", ".svg", ".pdf"}
    for form in ("png", "svg", "pdf"):
        assert path.with_suffix(f".{form}").stat().st_size > 5_000


def test_figures_of_two_factors_and_of_channels_need_them(tmp_path: Path, whole: Findings) -> None:
    factors = {
        "effort": {"key": "states.KOR.effort", "values": [0.5, 1.5]},
        "sigma": {"key": "parameters.value_curvature", "range": [0.0, 3.0], "points": 3},
    }
    outcomes = ["revenue_coal", "revenue_arms", "coercion"]
    asked = {"outcome": "coercion"}
    found = sweep(experiment(factors=factors, outcomes=outcomes, question=asked, replicates=1000), tmp_path / "two")
    drawn = {picture.name: picture for picture in figures.pictures(found)}
    assert {"heat_coercion_other", "response_coercion", "revenue"} <= set(drawn)
    heat = drawn["heat_coercion_other"].table()
    assert len(heat) == 6
    assert heat["effect"].iloc[0] == found.effect("other", "coercion", point=0).effect
    stacked = drawn["revenue"].table().query("arm == 'one' and channel == 'arms'")["mean"]
    np.testing.assert_allclose(stacked, found.paths("one", "revenue_arms").mean(axis=0))
    for name in ("heat_coercion_other", "revenue"):
        drawn[name].draw()
    with pytest.raises(ScenarioError, match="heat, for which this sweep has not what it needs"):
        figures.pictures(whole, kind="heat")
    with pytest.raises(ScenarioError, match="unknown kind heet; allowed: heat"):
        figures.pictures(whole, kind="heet")
    with pytest.raises(ScenarioError, match="unknown outcome coercion"):
        figures.pictures(whole, outcome="coercion")


def test_a_figure_of_votes_counts_all_futures_of_all_points(whole: Findings) -> None:
    (picture,) = figures.pictures(whole, kind="votes")
    table = picture.table()
    expected = sum(whole.pairs.votes("other", point, whole.rounds).sum() for point in whole.points)
    assert table[table["arm"] == "strategy"]["cast"].sum() == expected
    assert "n = 6,000 paired futures" in " ".join(str(picture.draw().get_supxlabel()).split())


@pytest.fixture(scope="module")
def crowded(_file: None, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """A sweep with much to show: six arms with long names, two factors, all channels, the screen of parameters."""
    names = ("outside_the_council", "inside_and_outside", "rivals_keep_what_they_buy", "without_elected_seats", "names_alone")
    arms = {"one": {"scenario": "baseline_2024"}} | {name: {"scenario": "tripartite_2024"} for name in names}
    factors = {
        "effort": {"key": "states.KOR.effort", "values": [0.5, 1.5]},
        "sigma": {"key": "parameters.value_curvature", "values": [0.0, 3.0]},
    }
    channels = [f"revenue_{name}" for name in unsim.load("baseline_2024").labels.channels]
    outcomes = ["coercion", "political_cost", "civilian_welfare", *channels]
    found = sweep(
        experiment(arms=arms, factors=factors, outcomes=outcomes, question={"outcome": "coercion"}, months=4, replicates=200),
        tmp_path_factory.mktemp("sweeps") / "crowded",
    )
    report.write(found, flips(found), [], {})
    return found


@pytest.mark.slow
@pytest.mark.parametrize("width", ["page", "column"])
def test_figures_of_a_crowded_sweep_fit_on_a_page_and_no_text_is_cut_off(crowded: Findings, width: style.Width) -> None:
    some = figures.pictures(crowded, width=width)
    assert {"fan", "over_time", "forest", "heat", "response", "votes", "revenue", "tornado", "trade"} == {
        re.sub(r"_(\d|coercion|outside|off).*", "", picture.name) for picture in some
    }
    for picture in some:
        figure = picture.draw()
        assert cut_off(figure) == [], picture.name
        assert figure.get_figheight() < 11.0, picture.name


@pytest.mark.slow
def test_channels_of_a_figure_of_revenue_differ_in_grey(crowded: Findings) -> None:
    """Neighbours in tone; any two in tone or in hatch."""
    bands = figures.pictures(crowded, kind="revenue")[0].draw().axes[0].collections
    grey = [float(np.dot(to_rgb(band.get_facecolor()[0]), (0.299, 0.587, 0.114))) for band in bands]
    assert len(grey) > 8
    assert np.abs(np.diff(grey)).min() > 0.25
    for (one, tone), (other, its) in combinations(zip(bands, grey, strict=True), 2):
        assert abs(tone - its) > 0.08 or one.get_hatch() != other.get_hatch()
