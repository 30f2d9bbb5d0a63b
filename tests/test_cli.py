"""The command line is a contract: other tools call it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import unsim
from conftest import SHIPPED


def call(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "unsim", *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} in JSON")

    return json.loads(text, parse_constant=refuse)


def test_run_prints_one_json_object_and_nothing_else() -> None:
    arguments = ("run", "baseline_2024", "--replicates", "6", "--draws", "3", "--seed", "4", "--months", "14", "--json")
    done = call(*arguments)
    assert done.returncode == 0, done.stderr
    found = strict(done.stdout)
    assert {k: found[k] for k in ("scenario", "replicates", "draws", "seed", "engine", "months")} == {
        "scenario": "baseline_2024", "replicates": 6, "draws": 3, "seed": 4, "engine": "kernel", "months": 14,
    }  # fmt: skip
    wanted = ["political_cost", "isolation", "accountability", "cohesion_loss", "legitimacy_loss", "economic_cost",
              "civilian_welfare", "coalition_cost", "revenue", "forced_labour_revenue", "coercion", "weapons_spending",
              "drafts_tabled", "drafts_adopted", "drafts_vetoed", "letter_CHN", "policing_CHN", "enforcement_CHN",
              "cost_of_defiance"]  # fmt: skip
    assert set(wanted) <= set(found["outcomes"])
    for outcome in found["outcomes"].values():
        assert {"unit", "aggregate", "mean", "sd", "q05", "q25", "q50", "q75", "q95"} == set(outcome)
        assert outcome["aggregate"] in ("mean", "sum")
        assert outcome["q05"] <= outcome["q25"] <= outcome["q50"] <= outcome["q75"] <= outcome["q95"]
    assert found["digest"] == unsim.run(unsim.load("baseline_2024").over(14), 6, draws=3, seed=4).digest
    slow = strict(call(*arguments, "--engine", "mesa").stdout)
    assert slow["digest"] == found["digest"]


def test_compare_prints_effects_over_each_horizon() -> None:
    done = call("compare", "tripartite_2024", "--against", "baseline_2024", "--replicates", "20", "--months", "36", "--json")
    assert done.returncode == 0, done.stderr
    found = strict(done.stdout)
    assert (found["scenario"], found["reference"], found["replicates"], found["months"]) == (
        "tripartite_2024",
        "baseline_2024",
        20,
        36,
    )
    effect = found["effects"]["economic_cost"]
    assert {"unit", "effect", "low", "high", "interval", "n", "sign_share", "variance_reduction"} <= set(effect)
    assert effect["interval"].startswith("90% ")
    assert set(effect["horizons"]) == {"12", "36"}
    assert effect["horizons"]["36"]["effect"] == effect["effect"]
    assert len(found["digest"]) == 64
    again = strict(call("compare", "placebo", "--against", "baseline_2024", "--replicates", "10", "--months", "6", "--json").stdout)
    assert all(e["effect"] == 0.0 and e["variance_reduction"] is None for e in again["effects"].values())


def test_compare_shows_a_table_that_says_what_it_rests_on() -> None:
    done = call("compare", "tripartite_2024", "--against", "baseline_2024", "--replicates", "40", "--months", "12")
    for part in ("political_cost", "civilian_welfare", "coalition_cost", "n = 40 paired futures", "seed 1",
                 "Claim level: calibrated", "Intervals: 90%", "12 months"):  # fmt: skip
        assert part in " ".join(done.stdout.split()), part
    assert "Traceback" not in done.stderr


def test_set_and_months_reach_the_run(tmp_path: Path) -> None:
    arguments = ("run", "baseline_2024", "--replicates", "4", "--months", "6", "--json")
    plain = strict(call(*arguments).stdout)
    changed = strict(call(*arguments, "--set", "coalition.coordination=0.9", "--set", "parameters.rivalry_walk=0").stdout)
    assert plain["digest"] != changed["digest"]


def test_out_holds_effects_figures_their_numbers_and_the_record(tmp_path: Path) -> None:
    arguments = ["compare", "tripartite_2024", "--against", "baseline_2024", "--replicates", "40", "--months", "18", "--out", "o"]
    assert call(*arguments, cwd=tmp_path).returncode == 0
    files = {path.name for path in (tmp_path / "o").iterdir()}
    assert {"effects.csv", "summary.csv", "votes.csv", "structure.csv", "run.json", "manifest.json", "strategy.zarr.zip",
            "reference.zarr.zip"} <= files  # fmt: skip
    figures = {name.removesuffix(".png") for name in files if name.endswith(".png")}
    assert {"costs", "burden", "effects_regime", "paths_regime", "revenue", "components", "votes"} <= figures
    assert all({f"{name}.svg", f"{name}.pdf", f"{name}.csv"} <= files for name in figures)
    assert call("verify", "o", cwd=tmp_path).returncode == 0
    record = strict((tmp_path / "o" / "run.json").read_text())
    assert record["command"].startswith("unsim compare tripartite_2024")
    assert [arm["scenario"] for arm in record["arms"]] == ["tripartite_2024", "baseline_2024"]
    assert all(len(record[key]) >= 16 for key in ("code_hash", "data_hash", "digest"))
    assert record["finding"][0].startswith("What this says. ")
    svg = (tmp_path / "o" / "costs.svg").read_text()
    drawn = " ".join(part.split("-->")[0].strip() for part in svg.split("<!--")[1:])  # glyphs are paths; above them stands the text
    assert "Claim level: calibrated" in drawn
    again = call(*arguments, cwd=tmp_path)
    assert again.returncode == 2
    assert "not empty" in again.stderr
    assert call(*arguments, "--force", "--figures", "none", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "o" / "costs.png").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "summary.csv").write_text("two years of work")
    refused = call(*arguments[:-1], "mine", "--force", cwd=tmp_path)
    assert refused.returncode == 2
    assert "a folder without the manifest.json of results" in refused.stderr
    assert (tmp_path / "mine" / "summary.csv").read_text() == "two years of work"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "o"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("run", "basline_2024"), "baseline_2024 (nearest)"),
        (("run", "baseline_2024", "--set", "coalition.coordination=much"), "--set: coalition.coordination: found 'much'"),
        (("run", "baseline_2024", "--set", "nonsense"), "KEY=VALUE"),
        (("run", "baseline_2024", "--set", "months=[1"), "YAML"),
        (("run", "baseline_2024", "--engine", "steam"), "kernel or mesa"),
        (("run", "baseline_2024", "--replicates", "-3"), "--replicates"),
        (("run", "baseline_2024", "--replicates", "10", "--draws", "3"), "a divisor"),
        (("run", "baseline_2024", "--months", "0"), "--months: found 0; allowed: 1 to 1200"),
        (("run", "baseline_2024", "--seed", "99999999999"), "--seed"),
        (("compare", "baseline_2024"), "--against"),
        (("run", "baseline_2024", "--replicates", "many"), "many"),
        (("run", "baseline_2024", "--figures", "poster"), "page, column, none"),
        (("run", "baseline_2024", "--paths", "-1"), "--paths"),
    ],
)
def test_bad_input_gets_a_message_exit_code_2_and_writes_nothing(tmp_path: Path, arguments: tuple[str, ...], part: str) -> None:
    done = call(*arguments, "--out", "results", cwd=tmp_path)
    assert done.returncode == 2
    assert part in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_bad_design_leaves_no_folder_and_out_is_a_folder_of_its_own(tmp_path: Path) -> None:
    run = ("run", "baseline_2024", "--months", "2", "--replicates", "2")
    assert call(*run, "--seed", "-1", "--out", "a/b", cwd=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []
    for place in (".", ".."):
        done = call(*run, "--out", place, cwd=tmp_path)
        assert done.returncode == 2
        assert "current folder" in done.stderr
    (tmp_path / "link").symlink_to(tmp_path / "there")
    assert call(*run, "--out", "link", cwd=tmp_path).returncode == 0
    assert (tmp_path / "there" / "run.json").is_file()


def test_a_prime_number_of_replicates_is_said_to_vary_no_parameter() -> None:
    done = call("run", "baseline_2024", "--months", "1", "--replicates", "101", "--json")
    assert done.returncode == 0
    assert "parameters are not varied" in done.stderr


def test_out_that_cannot_be_written_is_said_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = call("run", "baseline_2024", "--out", "file", cwd=tmp_path)
    assert done.returncode == 2
    assert "a file at file" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_validate_tells_good_from_bad(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text("extends: baseline_2024\nmonths: 12\n")
    bad.write_text("extends: baseline_2024\nmonth: 12\n")
    assert call("validate", str(good), *SHIPPED).returncode == 0
    done = call("validate", str(good), str(bad))
    assert done.returncode == 2
    assert "bad.yaml:2: month: found unknown key month; allowed: months (nearest)" in done.stderr
    assert "good.yaml: good" in done.stdout


def test_scenarios_lists_the_shipped_ones_with_their_titles() -> None:
    lines = call("scenarios").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(SHIPPED)
    assert all(len(line.split()) > 3 for line in lines)


def test_help_and_version() -> None:
    assert "compare" in call("--help").stdout
    assert call("--version").stdout == f"unsim {unsim.__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom typer.testing import CliRunner\nfrom unsim.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([m for m in ('numba', 'numpy', 'mesa', 'matplotlib', 'xarray', 'pandas', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_title_is_text_and_no_markup(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text('extends: baseline_2024\ntitle: "[/x] [bold]title"\nmonths: 1\n')
    done = call("run", str(path), "--replicates", "2")
    assert done.returncode == 0, done.stderr
    assert "[/x] [bold]title" in done.stdout


def test_a_cache_that_cannot_be_written_is_not_replaced_by_one_beside_the_sources() -> None:
    script = "from unsim.rules import jit, maths; print(jit._CACHED, type(maths.exp._cache).__name__)"
    environment = {**os.environ, "UNSIM_CACHE_DIR": "/dev/null/nowhere"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["False", "NullCache"]


def test_explain_diff_schema_and_init_help_who_writes_a_file(tmp_path: Path) -> None:
    assert "2 to 10" in call("explain", "compliance").stdout
    unknown = call("explain", "complience")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "compliance (nearest)" in unknown.stderr
    assert "coalition.coordination" in call("diff", "tripartite_2024", "baseline_2024").stdout
    assert "differ in nothing" in call("diff", "baseline_2024", "baseline_2024").stdout
    told = strict(call("diff", "tripartite_2024", "baseline_2024", "--json").stdout)
    assert told["differences"]["coalition.coordination"] == {"a": 0.9, "b": 0.0, "for_readers": False}
    assert strict(call("schema").stdout)["properties"]["months"]
    done = call("init", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert call("validate", "mine/scenario.yaml", cwd=tmp_path).returncode == 0
    assert call("init", "mine", cwd=tmp_path).returncode == 2


def test_verify_names_what_is_wrong_with_results(tmp_path: Path) -> None:
    run = ("run", "baseline_2024", "--months", "2", "--replicates", "2", "--figures", "none", "--out", "o")
    assert call(*run, cwd=tmp_path).returncode == 0
    (tmp_path / "o" / "summary.csv").write_text("nothing")
    done = call("verify", "o", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "summary.csv is not as it was written" in done.stderr


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = f"{sys.executable} -m unsim run baseline_2024 --months 1 --replicates 2 --json | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "1")  # 0 where all was written before the reader went


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_output_that_is_full_is_said() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "unsim", "run", "baseline_2024", "--months", "1", "--replicates", "2", "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == "cannot write or read: No space left on device"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_and_a_terminal_that_goes_away_leave_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "unsim", "compare", "tripartite_2024", "--against", "baseline_2024", "--replicates", "200000",
               "--out", "o"]  # fmt: skip
    running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(6.0)
    running.send_signal(number)
    output, errors = running.communicate(timeout=30)
    assert running.returncode == 128 + number
    assert output == ""
    assert "nothing half-written is left" in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_command_without_an_output_is_no_traceback() -> None:
    command = f"{sys.executable} -m unsim run baseline_2024 --months 1 --replicates 2 >&-"
    done = subprocess.run(["bash", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_recorded_command_can_be_typed_again(tmp_path: Path) -> None:
    run = ("run", "baseline_2024", "--months", "1", "--replicates", "2", "--figures", "none", "--out", "o")
    assert call(*run, "--set", 'title=A "b" c', cwd=tmp_path).returncode == 0
    record = strict((tmp_path / "o" / "run.json").read_text())
    assert shlex.split(record["command"])[1:] == [*run, "--set", 'title=A "b" c']


def test_a_map_records_its_design(tmp_path: Path) -> None:
    arguments = ("map", "tripartite_2024", "--against", "baseline_2024", "--points", "3", "--replicates", "20", "--months", "2")
    assert call(*arguments, "--out", "o", cwd=tmp_path).returncode == 0
    record = strict((tmp_path / "o" / "run.json").read_text())
    design = {"points": 3, "replicates": 20, "seed": 1, "x": "value_curvature", "outcome": "coercion", "claim_level": "calibrated"}
    assert design.items() <= record.items()
    assert all(arm["files"] and arm["months"] == 2 for arm in record["arms"])
    assert call("verify", "o", cwd=tmp_path).returncode == 0
