"""Experiment files: what they may say, how they are told of what is wrong, and the designs that they ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from unsim.experiments.experiment import Block, Experiment
from unsim.experiments.loading import is_experiment, load, shipped
from unsim.experiments.schema import Arm, Design, ExperimentFile, Factor, Precision, Question, Uncertainty
from unsim.files import ScenarioError, shipped_experiments
from unsim.parameters import BY_NAME
from unsim.posterior import marginals
from unsim.results import claim_level, claimed

NAMES = (
    *("quick_look", "e01_penholder", "e02_rapprochement", "e03_tripartite", "e04_linkage", "e05_icc", "e06_monitoring"),
    *("e07_blood_coal", "e08_patrons", "e09_supply_chain", "e10_concession", "e11_trace_the_link", "e12_outlook_2027"),
)
HEAD = """\
title: A test
arms:
  one: {scenario: baseline_2024}
  other: {scenario: tripartite_2024}
reference: one
months: 12
replicates: 2000
"""
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def told(path: Path, **changes: Any) -> list[str]:
    """The messages for a file, without its folder."""
    with pytest.raises(ScenarioError) as caught:
        load(str(path), [((key,), value) for key, value in changes.items()])
    return [str(problem).replace(f"{path.parent}/", "") for problem in caught.value.problems]


def test_every_experiment_of_the_mission_is_shipped_and_good() -> None:
    assert set(shipped()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_experiment_says_what_it_rests_on_and_has_harm_beside_cost(name: str) -> None:
    text = (shipped_experiments() / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    experiment = load(name)
    assert {"political_cost", "civilian_welfare", "coalition_cost"} <= set(experiment.names)
    assert experiment.futures <= 700_000  # a minute or two on two cores
    assert all(experiment.scenario(arm, point).months for arm in experiment.arms for point in (0, len(experiment.points) - 1))


def test_everything_wrong_with_a_file_is_told_at_once_with_line_key_found_and_allowed(write: Write) -> None:
    path = write("""\
title: A test
arms:
  one: {scenario: baseline_2024, set: {coalition.coordinaton: 1.0}}
  other: {scenario: tripartit_2024}
  third: {scenario: tripartite_2024, set: {coalition: {letters: 3}}}
reference: zzz
replicates: 2001
seeds: 3
parameters: {draws: 100}
factors:
  effort: {key: states.KOR.effort, values: [1.0, 9.0]}
  nothing: {key: states.KOR.effort}
  both: {key: states.KOR.effort, normal: [1.0, 0.1], triangular: [0.0, 1.0, 2.0]}
  reversed: {key: states.KOR.effort, range: [1.0, 0.0]}
  prior: {key: parameters.complience, prior: true}
design: {kind: sobol, points: 12}
outcomes: [political_cost, politcal_cost]
""")
    found = told(path)
    expected = [
        "mine.yaml:3: arms.one.set.coalition.coordinaton: found unknown key coordinaton; allowed: coordination (nearest)",
        "mine.yaml:4: arms.other.scenario: found no such file or scenario: tripartit_2024; allowed: a path, or tripartite_2024",
        "mine.yaml:5: arms.third.set.coalition.letters: found 3; allowed: true or false",
        "mine.yaml:6: reference: found unknown arm zzz; allowed: one of one, other, third",
        "mine.yaml:7: replicates: found 2001; allowed: a multiple of the 100 draws",
        "mine.yaml:8: seeds: found unknown key seeds; allowed: seed (nearest)",
        "mine.yaml:12: factors.nothing: found a factor with nothing that says how it varies; allowed: one of values,",
        "mine.yaml:13: factors.both: found a factor with normal and triangular; allowed: one of values,",
        "mine.yaml:14: factors.reversed.range: found a list (1.0, 0.0); allowed: the lowest value, then the highest",
        "mine.yaml:15: factors.prior.key: found no parameter with a prior of its own: parameters.complience; allowed: "
        "parameters.NAME: compliance (nearest)",
        "mine.yaml:16: design.points: found 12; allowed: a power of 2",
    ]
    for line in expected:
        assert any(message.startswith(line) for message in found), (line, found)


def test_a_value_that_an_arm_cannot_take_is_told_at_its_factor(write: Write) -> None:
    text = """factors:
  effort:
    key: states.KOR.effort
    values:
      - 1.0
      - 9.0
  name: {key: coalition.coordinaton, values: [0.0, 1.0]}
outcomes: [politcal_cost]
"""
    found = told(write(HEAD + text))
    assert found[0].startswith("mine.yaml:13: factors.effort.values.1: found 9.0; allowed: 0 to 5")
    assert found[1].startswith("mine.yaml:14: factors.name.key: found unknown key coordinaton; allowed: coordination (nearest)")
    assert found[2].startswith("mine.yaml:15: outcomes.0: found unknown outcome politcal_cost; allowed: political_cost (nearest)")
    assert len(found) == 3


def test_values_that_do_not_go_together_are_told_with_their_point_before_anything_is_computed(write: Write) -> None:
    text = """factors:
  begins: {key: measures.add.ban.from, values: ["2020-01", "2023-12"], arms: [other]}
  ends: {key: measures.add.ban.until, values: ["2025-01", "2022-06"], arms: [other]}
"""
    ban = "{sender: USA, channel: resale, coverage: 0.9, from: 2020-01, until: 2025-01}"
    arm = f"{{scenario: tripartite_2024, set: {{measures.add.ban: {ban}}}}}"
    (found,) = told(write(HEAD.replace("{scenario: tripartite_2024}", arm) + text))
    assert found.startswith("mine: point 3 of arm other: found measures.add.ban.until: '2022-06', with")
    assert "measures.add.ban.from = 2023-12, measures.add.ban.until = 2022-06" in found


def test_arms_share_their_months(write: Write) -> None:
    (found,) = told(write(HEAD + "  \n"), arms={"one": {"scenario": "baseline_2024"}, "other": {"scenario": "outlook_2027"}})
    assert "a scenario whose start is 2027-01; allowed: 2024-01, as in one" in found


def test_a_scenario_beside_the_experiment_is_meant_by_its_path_and_one_out_of_its_folder_is_refused(write: Write) -> None:
    write("extends: baseline_2024\ntitle: Mine\n", "world.yaml")
    path = write(HEAD.replace("tripartite_2024", "./world.yaml"))
    assert load(str(path)).arms["other"].title == "Mine"
    path = write(HEAD.replace("tripartite_2024", "../world.yaml"))
    assert "a path that leads out of the folder of the named file" in told(path)[0]


def test_set_changes_keys_and_null_in_an_arm_takes_a_key_of_the_scenario_away(write: Write) -> None:
    path = write(HEAD)
    changes = [(("seed",), 7), (("arms", "other", "set"), {"channels.coal": None})]
    experiment = load(str(path), changes)
    assert experiment.file.seed == 7
    assert "coal" not in experiment.arms["other"].labels.channels
    assert "revenue_coal" not in experiment.names
    assert told(path, sed=7)[0].startswith("--set: sed: found unknown key sed; allowed: seed (nearest)")


def test_validate_tells_experiments_from_scenarios(write: Write) -> None:
    assert is_experiment("quick_look")
    assert is_experiment(str(write(HEAD)))
    assert not is_experiment("baseline_2024")
    assert not is_experiment("no_such_thing")


# Designs


def designed(write: Write, text: str) -> Experiment:
    return load(str(write(HEAD + text)))


TWO = """factors:
  effort: {key: states.KOR.effort, range: [0.0, 2.0], points: 3}
  letters: {key: coalition.letters, values: [false, true], arms: [other]}
"""


def test_a_grid_has_all_combinations_and_an_arm_without_the_factor_is_run_once_for_all_its_values(write: Write) -> None:
    experiment = designed(write, TWO + "design: {kind: grid}\n")
    assert [tuple(point.values()) for point in experiment.points] == [
        (0.0, False), (0.0, True), (1.0, False), (1.0, True), (2.0, False), (2.0, True)
    ]  # fmt: skip
    assert experiment.own == {"one": (0, 0, 2, 2, 4, 4), "other": (0, 1, 2, 3, 4, 5)}
    assert experiment.futures == 9 * 2000
    assert experiment.scenario("other", 3).file.coalition.letters
    assert not experiment.scenario("one", 3).file.coalition.letters
    assert experiment.scenario("one", 3).file.states["KOR"].effort == 1.0


def test_one_at_a_time_begins_with_the_arms_as_they_are(write: Write) -> None:
    experiment = designed(write, TWO + "design: {kind: one_at_a_time}\n")
    assert list(experiment.points) == [{}, {"effort": 0.0}, {"effort": 1.0}, {"effort": 2.0}, {"letters": False}, {"letters": True}]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_a_sample_fills_every_share_of_each_factor_and_comes_again_with_its_seed(write: Write, kind: str) -> None:
    text = """factors:
  effort: {key: states.KOR.effort, range: [0.0, 2.0]}
  weight: {key: parameters.weight_isolation, prior: true}
  share: {key: coalition.coordination, normal: [0.5, 0.2], range: [0.0, 1.0]}
""" + f"design: {{kind: {kind}, points: 16}}\n"  # fmt: skip
    experiment = designed(write, text)
    assert experiment.points == designed(write, text).points
    assert experiment.points != load(str(write(HEAD + text)), [(("seed",), 2)]).points
    effort = np.array([point["effort"] for point in experiment.points])
    assert sorted((effort / 2.0 * 16).astype(int)) == list(range(16))
    prior = BY_NAME["weight_isolation"].prior
    weights = [point["weight"] for point in experiment.points]
    assert prior.low <= min(weights) < max(weights) <= prior.high
    shares = np.array([point["share"] for point in experiment.points])
    assert 0.0 <= shares.min() < 0.35 < 0.65 < shares.max() <= 1.0
    assert abs(shares.mean() - 0.5) < 0.05


def test_a_table_of_points_is_read_and_an_empty_cell_leaves_the_arm_as_it_is(write: Write) -> None:
    write("letters,effort\ntrue,0.5\n,1\n\n", "points.csv")
    experiment = designed(write, TWO + "design: {kind: table, file: points.csv}\n")
    assert list(experiment.points) == [{"letters": True, "effort": 0.5}, {"effort": 1}]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("letters,efort\ntrue,1\n", "points.csv:1: efort: found unknown column efort; allowed: effort (nearest)"),
        ("letters\ntrue\n", "points.csv:1: effort: found no such column; allowed: a header with effort, letters"),
        ("letters,effort\ntrue\n", "points.csv:2: found a row of 1 cells; allowed: 2, as in the header"),
        ("letters,effort\n", "points.csv: found a table of 0 rows"),
        ("letters,effort\ntrue,1\ntrue,1\nmaybe,9\n", "points.csv:4: effort: found 9; allowed: 0 to 5"),
        ("letters,effort\ntrue,1\ntrue,1\nmaybe,9\n", "points.csv:4: letters: found 'maybe'; allowed: true or false"),
    ],
)
def test_what_is_wrong_with_a_table_of_points_is_told_with_its_line(write: Write, table: str, message: str) -> None:
    write(table, "points.csv")
    found = told(write(HEAD + TWO + "design: {kind: table, file: points.csv}\n"))
    assert any(line.startswith(message) for line in found), found


def test_two_factors_do_not_set_the_same_key_in_an_arm(write: Write) -> None:
    both = "factors:\n  x: {key: coalition.coordination, values: [0.2, 0.5]}\n  y: {key: coalition.coordination, values: [0.9]%s}\n"
    (message,) = told(write(HEAD + both % ""))
    assert message.startswith("mine.yaml:10: factors.y.key: found a key that the factor x varies in one already: coal")
    one = HEAD + both.replace("0.5]}", "0.5], arms: [one]}") % ", arms: [other]"
    assert len(load(str(write(one))).points) == 2
    part = "factors:\n  x: {key: states.CHN, values: [{sponsor: true}]}\n  y: {key: states.CHN.sponsor, values: [false]}\n"
    assert any("a key that the factor x varies in one already" in line for line in told(write(HEAD + part)))


@pytest.mark.parametrize("name", ["effect", "horizon", "point", "draw"])
def test_a_factor_is_not_named_as_a_column_of_the_tables(write: Write, name: str) -> None:
    found = told(write(HEAD + f"factors:\n  {name}: {{key: states.KOR.effort, values: [0.5, 1.0]}}\n"))
    assert found[0].startswith(f"mine.yaml:9: factors.{name}: found the name {name}, which a column of the tables has"), found


# Draws that a user brings


def test_draws_of_a_table_are_its_rows_for_all_arms_and_the_rest_is_drawn_as_ever(write: Write) -> None:
    write("compliance,text_reach.minerals\n5,0.9\n6,0.7\n7,0.8\n8,0.6\n", "post.csv")
    experiment = designed(write, "parameters: {from: post.csv}\n")
    assert experiment.draws == 4
    usual = designed(write, "parameters: {draws: 4}\n")
    for arm in ("one", "other"):
        ours, theirs = (e.arms[arm] for e in (experiment, usual))
        rows = list(ours.priors)
        mine, others = (e.draw(1, [0, 1, 2, 3]) for e in (ours, theirs))
        assert list(mine[rows.index("compliance")]) == [5.0, 6.0, 7.0, 8.0]
        assert list(mine[rows.index("text_reach.minerals")]) == [0.9, 0.7, 0.8, 0.6]
        changed = np.flatnonzero((mine != others).any(axis=1))
        assert [rows[row] for row in changed] == ["compliance", "text_reach.minerals"]
        assert ours.draw(1, [-1])[rows.index("compliance")] == 6.5
        held = ours.override({"parameters.compliance": 2.0})
        assert list(held.draw(1, [0, 1])[rows.index("compliance")]) == [2.0, 2.0]
    assert designed(write, "parameters: {from: post.csv, draws: 2}\n").draws == 2


def test_a_claim_says_how_many_parameters_come_from_a_table(write: Write) -> None:
    write("compliance,weight_isolation\n5,0.9\n6,0.7\n", "post.csv")
    posterior = designed(write, "parameters: {from: post.csv}\n").arms["one"]
    fitted = len(marginals()) - 1
    free = sum(prior.kind != "fixed" for prior in posterior.priors.values())
    words = claimed(posterior, claim_level(posterior))
    assert words == f"Claim level: calibrated ({fitted} of {free} parameters fitted, 2 drawn from post.csv, the rest priors)"
    alone = posterior.override({"uncertainty": "prior"})
    words = claimed(alone, claim_level(alone))
    assert words == f"Claim level: exploration (2 of {free} parameters drawn from post.csv, the rest priors)"


@pytest.mark.parametrize(
    ("table", "parameters", "message"),
    [
        ("complience\n5\n", "{from: post.csv}", "post.csv:1: complience: found unknown column complience; allowed: compliance"),
        ("compliance\n5\n99\n", "{from: post.csv}", "post.csv:3: compliance: found '99'; allowed: a number from"),
        ("compliance\n5\nnan\n", "{from: post.csv}", "post.csv:3: compliance: found 'nan'; allowed: a number from"),
        ("compliance,drawdown\n5,\n", "{from: post.csv}", "post.csv:2: drawdown: found nothing (the cell is empty)"),
        ("compliance,compliance\n5,6\n", "{from: post.csv}", "post.csv:1: compliance: found several columns of this name (2)"),
        ("compliance\n", "{from: post.csv}", "post.csv: found a table of 0 draws; allowed: 1 to 20000 rows"),
        ("", "{from: post.csv}", "post.csv: found an empty file"),
        ("compliance\n5\n6\n", "{from: post.csv, draws: 4}", "mine.yaml:8: parameters.draws: found 4; allowed: at most the 2 rows"),
        ("compliance\n5\n6\n7\n", "{from: post.csv}", "mine.yaml:7: replicates: found 2000; allowed: a multiple of the 3 draws"),
        ("compliance\n5\n", "{from: ../post.csv}", "mine.yaml:8: parameters.from: found '../post.csv'; allowed: the path"),
        ("compliance\n5\n", "{from: pots.csv}", "mine.yaml:8: parameters.from: found no such file: pots.csv"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_of_draws_is_told_with_its_line(write: Write, table: str, parameters: str, message: str) -> None:
    write(table, "post.csv")
    found = told(write(HEAD + f"parameters: {parameters}\n"))
    assert any(line.startswith(message) for line in found), found


# Blocks


def test_blocks_cover_every_future_once_and_any_first_part_of_them_is_spread_over_arms_and_points(write: Write) -> None:
    experiment = load(str(write(HEAD + TWO)), [(("replicates",), 30_000), (("parameters", "draws"), 300)])
    blocks = list(experiment.blocks())
    assert len(set(blocks)) == len(blocks)
    spans = [experiment.span(block.round) for block in blocks]
    assert sum(last - first for first, last in spans) == experiment.futures
    assert all(first % 300 == 0 and last % 300 == 0 for first, last in spans)
    cells = sum(len(experiment.cells(arm)) for arm in experiment.arms)
    for number in range(experiment.rounds):
        part = blocks[number * cells : (number + 1) * cells]
        assert {block.round for block in part} == {number}
    assert Block.named(str(blocks[5])) == blocks[5]


def test_an_experiment_comes_back_from_its_record(write: Write) -> None:
    write("title: Without coal\nextends: baseline_2024\nchannels: {coal: null}\n", "world.yaml")
    experiment = load(str(write(HEAD.replace("tripartite_2024", "./world.yaml") + TWO)))
    again = Experiment.recorded(experiment.record())
    assert again.record() == experiment.record()
    assert again.points == experiment.points
    assert again.names == experiment.names
    assert again.arms["other"].file == experiment.arms["other"].file
    np.testing.assert_array_equal(again.arms["other"].case.settings, experiment.arms["other"].case.settings)


def test_the_page_on_sweeps_names_every_key_of_an_experiment_file() -> None:
    page = (Path(__file__).parents[1] / "docs" / "sweeps.md").read_text(encoding="utf-8")
    for form in (ExperimentFile, Arm, Factor, Design, Uncertainty, Precision, Question):
        for key in form.model_fields:
            assert re.search(rf"\b{key}\b", page), f"{form.__name__}.{key}"


@pytest.mark.slow
def test_the_notebook_runs_from_its_first_cell_to_its_last(tmp_path: Path) -> None:
    notebook = nbformat.read(shipped_experiments() / "finding.ipynb", as_version=4)
    last = "assert some.n < found.n == 8000; assert len(checked.again) == 2"
    notebook.cells.append(nbformat.v4.new_code_cell(last))
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
    assert shown.count("image/png") == 2
    assert shown.count("text/html") >= 3
