"""Help for those who write scenario files: the schema, a key explained, two files compared, a file to start from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

import unsim
from conftest import SHIPPED
from unsim import guide
from unsim.experiments import load as load_experiment
from unsim.files import ScenarioError, shipped_experiments, shipped_scenarios
from unsim.parameters import PARAMETERS


def plain(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    return yaml.load(text)


@pytest.fixture(scope="module")
def validator() -> Any:
    kind = jsonschema.Draft202012Validator
    kind.check_schema(guide.json_schema())
    return kind(guide.json_schema())


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_meets_the_schema(validator: Any, name: str) -> None:
    content = plain((shipped_scenarios() / f"{name}.yaml").read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(content)] == []


@pytest.mark.parametrize(
    "text",
    [
        "month: 12",
        "months: many",
        "months: 0",
        "states: {USA: {posture: 2}}",
        "states: {USA: {postur: 0.2}}",
        "states: {usa: {posture: 0.2}}",
        "coalition: {linkage: both}",
        "states: {CHN: {rivalry: [{from: 2024-01}]}}",
        "parameters: {complianc: 3}",
        "parameters: {compliance: 300}",
        "start: 2024-13",
        "channels: {coal: {evadability: [0, 1, 7]}}",
        "parameters: {evadability: {coal: 7}}",
        "drafts: {own: {instrument: letter}}",
    ],
)
def test_the_schema_refuses_what_validate_refuses(validator: Any, text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(f"extends: baseline_2024\n{text}\n")
    with pytest.raises(ScenarioError):
        unsim.load(str(path))
    assert not validator.is_valid(plain(path.read_text()))


@pytest.fixture(scope="module")
def of_experiments() -> Any:
    kind = jsonschema.Draft202012Validator
    kind.check_schema(guide.experiment_schema())
    return kind(guide.experiment_schema())


@pytest.mark.parametrize("path", sorted(shipped_experiments().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_experiment_meets_its_schema(of_experiments: Any, path: Path) -> None:
    assert [error.message for error in of_experiments.iter_errors(plain(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "text",
    [
        "replicate: 100",
        "replicates: 0",
        "replicates: many",
        "design: {kind: random}",
        "factors: {one: {values: [1]}}",
        "precision: {outcome: coercion}",
        "parameters: {draws: -1}",
        "horizons: [0]",
        "goals: {coercion: most}",
    ],
)
def test_the_schema_of_experiments_refuses_what_validate_refuses(of_experiments: Any, text: str, tmp_path: Path) -> None:
    good = "title: A\narms: {a: {scenario: baseline_2024}, b: {scenario: placebo}}\nreference: a\n"
    path = tmp_path / "bad.yaml"
    path.write_text(good + text)
    with pytest.raises(ScenarioError):
        load_experiment(str(path))
    assert of_experiments.is_valid(plain(good))
    assert not of_experiments.is_valid(plain(good + text))


def test_the_schema_of_experiments_offers_known_names_and_tells_every_key() -> None:
    schema = guide.experiment_schema()
    for name, kind in {"": schema, **schema["$defs"]}.items():
        for key, form in kind.get("properties", {}).items():
            assert form.get("description"), f"{name}.{key}"
    factor = schema["$defs"]["Factor"]["properties"]["key"]
    assert "parameters.value_curvature" in factor["anyOf"][0]["enum"]
    assert "civilian_welfare" in schema["$defs"]["Question"]["properties"]["outcome"]["anyOf"][0]["enum"]
    assert "from" in schema["$defs"]["Uncertainty"]["properties"]


def test_null_takes_a_key_away_in_the_schema_too(validator: Any) -> None:
    assert validator.is_valid(
        plain("extends: baseline_2024\nstates: {USA: {elections: null}, EUU: null}\nparameters: {compliance: null}")
    )


def test_every_key_of_the_schema_is_explained_to_who_hovers_over_it() -> None:
    schema = guide.json_schema()
    for name, kind in {"": schema, **schema["$defs"]}.items():
        for key, form in kind.get("properties", {}).items():
            assert guide.resolved(form).get("description"), f"{name}.{key}"


def offered_key(kind: str, key: str) -> dict[str, Any]:
    form: dict[str, Any] = guide.json_schema()["$defs"][kind]["properties"][key]
    return form


def test_the_schema_offers_the_known_names() -> None:
    properties = guide.json_schema()["properties"]
    assert "baseline_2024" in properties["extends"]["examples"]
    offered = guide.resolved(properties["states"])["properties"]
    assert offered["CHN"]["description"] == "China"
    assert "(share, 0 to 1)" in offered_key("State", "posture")["description"]
    assert "rights_meeting" in offered_key("Coalition", "menu")["anyOf"][0]["items"]["anyOf"][0]["enum"]
    assert {parameter.name for parameter in PARAMETERS} == set(guide.resolved(properties["parameters"])["properties"])


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("coalition.coordination", {"meaning": "0: efforts add", "in baseline_2024": "0", "set by": "tripartite_2024"}),
        ("states.USA.posture", {"default": "0.5", "in baseline_2024": "0.8", "allowed": "0 to 1 (share)"}),
        ("compliance", {"unit": "log odds", "range": "2 to 10", "prior": "normal(6, 2)", "drawn from": "joint draws",
                        "identified by the record": "partly"}),
        ("parameters.forced_labour", {"prior": "channels.NAME.forced_labour"}),
        ("political_cost", {"unit": "index 0-100", "taken as": "mean"}),
        ("drafts_vetoed", {"taken as": "sum"}),
        ("coalition", {"  menu": "drafts that the coalition considers"}),
        ("drafts.of_my_own.instrument", {"allowed": "procedural, statement, chapter7"}),
        ("drafts.sanctions.covers.coal", {"allowed": "0 to 1"}),
        ("states.CHN.rivalry", {"in baseline_2024": "{from: 2019-12, value: 0.33"}),
        ("coalition.leaders", {"allowed": "a list, each: a three-letter code", "in baseline_2024": "USA, JPN, KOR"}),
    ],
)  # fmt: skip
def test_a_key_is_explained(key: str, parts: dict[str, str]) -> None:
    found = dict(guide.explain(key))
    for label, words in parts.items():
        assert words in found[label]


@pytest.mark.parametrize(
    ("key", "near"),
    [("coalition.coordinaton", "coordination (nearest)"), ("complianc", "compliance (nearest)"), ("months.x", "no key")],
)
def test_an_unknown_key_gets_the_nearest(key: str, near: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(near)):
        guide.explain(key)


def test_every_parameter_and_outcome_can_be_explained(baseline: unsim.Scenario) -> None:
    for name in [*(parameter.name for parameter in PARAMETERS), *(outcome.name for outcome in baseline.outcomes)]:
        assert dict(guide.explain(name))["meaning"]


def test_a_difference_is_what_is_left_once_all_is_merged_and_defaults_are_filled(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text("extends: baseline_2024\ntitle: One\nstates: {USA: {posture: 0.8}, CHN: {summits: 0.0}}\nmonths: 60\n")
    other.write_text("extends: baseline_2024\ntitle: Other\nmonths: 48\nconflicts: null\n")
    found = {d.key: d for d in guide.differences(unsim.load(str(one)), unsim.load(str(other)))}
    assert {key for key in found if not key.startswith("conflicts")} == {"title", "months"}
    assert (found["months"].one, found["months"].other) == (60, 48)
    assert found["title"].for_readers
    assert any(key.startswith("conflicts.") for key in found)
    assert all(d.other is None for key, d in found.items() if key.startswith("conflicts."))


def test_a_scenario_differs_from_itself_in_nothing(baseline: unsim.Scenario) -> None:
    assert guide.differences(baseline, unsim.load("baseline_2024")) == []


def test_the_file_to_start_from_runs_and_so_does_each_of_its_suggestions(tmp_path: Path, validator: Any) -> None:
    written = guide.start(tmp_path / "new" / "place")
    assert [path.name for path in written] == ["scenario.yaml", "unsim.schema.json"]
    started = unsim.load(str(written[0]))
    result = unsim.compare(started.over(2), unsim.load("tripartite_2024").over(2), 4)
    assert result.strategy.digest != result.reference.digest
    text = written[0].read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=unsim.schema.json")
    everything = re.sub(r"(?m)^#: ?", "", text)
    assert everything != text
    written[0].write_text(everything, encoding="utf-8")
    bold = unsim.load(str(written[0]))
    assert bold.months == 60
    assert validator.is_valid(plain(everything))
    assert len(guide.differences(bold, started)) >= 5


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("mine")
    with pytest.raises(ScenarioError, match="--force"):
        guide.start(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.yaml"]
    assert (tmp_path / "scenario.yaml").read_text() == "mine"
    guide.start(tmp_path, force=True)
    assert (tmp_path / "scenario.yaml").read_text() != "mine"
