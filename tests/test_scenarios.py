"""Scenario files: what a file may say, what it is told when it is wrong, and that named facts exist."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unsim
from conftest import SHIPPED
from unsim.files import read, shipped_scenarios
from unsim.scenario import _named_rows
from unsim.setting import ELECTED_BY_REGION, month_name, month_number, seating
from unsim.tables import evidence_month, table


def problems(path: Path | str, text: str | None = None, **changes: Any) -> list[str]:
    if text is not None:
        Path(path).write_text(text, encoding="utf-8")
    with pytest.raises(unsim.ScenarioError) as caught:
        unsim.load(str(path), changes or None)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_fact_that_a_shipped_file_names_exists_by_its_information_date(name: str) -> None:
    document = read(name)
    named = [reference for _, reference in _named_rows(document.data, ())]
    assert len(named) >= 10
    for reference in named:
        month = evidence_month(reference)
        assert month is not None, reference
        assert month <= document.data["start"], reference


@pytest.mark.parametrize("path", sorted(shipped_scenarios().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_file_opens_with_a_comment_and_states_only_what_differs(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    comment = [line for line in lines if line.startswith("#")]
    assert len(comment) >= 4
    document = read(path.stem)
    if len(document.chain) > 1:
        parent = read(document.chain[1].stem).data

        def differing(child: Any, base: Any) -> bool:
            if isinstance(child, dict) and isinstance(base, dict):
                return all(differing(value, base.get(key, object())) for key, value in child.items())
            return bool(child != base)

        from ruamel.yaml import YAML

        own = YAML(typ="safe", pure=True).load(path)
        assert differing({k: v for k, v in own.items() if k != "extends"}, parent)


def test_every_measure_in_comments_and_lists_is_a_row() -> None:
    import re

    for path in shipped_scenarios().glob("*.yaml"):
        for reference in re.findall(r"\b(?:events|drafts|measures):[A-Z][\w-]+", path.read_text(encoding="utf-8")):
            assert evidence_month(reference) is not None, f"{path.name}: {reference}"


def test_the_word_no_stays_a_word(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("extends: baseline_2024\ntitle: no\n")
    assert unsim.load(str(path)).title == "no"


def test_a_child_states_only_what_differs_and_null_takes_away(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text("extends: baseline_2024\nstates: {USA: {effort: 0.3, elections: null}}\n")
    (tmp_path / "child.yaml").write_text("extends: parent\nstates: {USA: {posture: 0.1}}\n")
    child = unsim.load(str(tmp_path / "child.yaml")).file.states["USA"]
    assert (child.effort, child.posture, child.elections, child.sponsor) == (0.3, 0.1, None, False)


def test_all_problems_are_told_at_once_with_file_line_key_found_and_allowed(tmp_path: Path) -> None:
    text = """\
extends: baseline_2024
months: 0
colour: red
states:
  USA: {effort: much, postur: 0.5}
  JPN: {posture: 1.5}
coalition:
  leaders: [USA, JPM]
drafts:
  sanctions: {instrument: procedual}
parameters: {compliance: 99, no_such: 1, evadability: 0.5}
"""
    told = problems(tmp_path / "bad.yaml", text)
    expected = {
        2: ("months", "0", "greater than or equal to 1"),
        3: ("colour", "unknown key", "coalition"),
        5: ("states.USA.effort", "'much'", "number"),
        6: ("states.JPN.posture", "1.5", "less than or equal to 1"),
        10: ("drafts.sanctions.instrument", "'procedual'", "'procedural'"),
    }
    for line, parts in expected.items():
        assert any(f"bad.yaml:{line}:" in t and all(part in t for part in parts) for t in told), (line, told)
    assert any("states.USA.postur:" in t and "posture (nearest)" in t for t in told)
    assert any("coalition.leaders.1: found unknown state JPM" in t for t in told)
    assert any("bad.yaml:11: parameters.compliance: found 99" in t for t in told)
    assert len(told) == 10


def test_names_that_must_exist_elsewhere_are_checked(tmp_path: Path) -> None:
    text = """\
extends: baseline_2024
coalition: {leaders: [USA, JPM], menu: [sanction]}
parameters: {compliance: 99, no_such: 1, evadability: 0.5, forced_labour: {coal: 2}}
drafts: {panel: {covers: {coall: 1.0}}}
measures: {lift: [P999], add: {late: {sender: UN, channel: coal, coverage: 1.0, from: 2026-01}}}
council: {elected: {"2025": [USA, BRA, BRA, IND, ZAF, DEU, NGA, EGY, MEX, KIR]}}
partners: {CHN: {supplies: 1.0}}
"""
    told = "\n".join(problems(tmp_path / "bad.yaml", text))
    for part in ("coalition.leaders.1: found unknown state JPM; allowed: JPN (nearest)", "unknown draft sanction",
                 "parameters.compliance: found 99", "unknown parameter no_such", "a number for each channel",
                 "parameters.forced_labour.coal: found 2", "unknown channel coall; allowed: coal (nearest)",
                 "unknown measure P999", "measures.add.late.from: found '2026-01'", "none of them a permanent member",
                 "a state without a position: KIR", "a sum of supplies above 1"):  # fmt: skip
        assert part in told, part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "found nothing"),
        ("just words", "at the top"),
        ("[1, 2]", "at the top"),
        ("a: [1", "a YAML error"),
        ("months: 3\nmonths: 4\n", "YAML error"),
        ("extends: nowhere_2024\n", "found nowhere_2024; allowed: a path"),
        ("extends: " + 5000 * "a" + "\n", "allowed: a path"),
        ("extends: [a]\n", "the name or path of a scenario"),
        ("a: &x 1\nb: *x\n", "bad.yaml:1: found an anchor"),
        ("a: 1\nb: !!python/name:os.system x\n", "bad.yaml:2: found a tag"),
        ("extends: baseline_2024\n<<: {months: 3}\n", "bad.yaml:2: found a merge key"),
        ("extends: baseline_2024\nstart: 2024-13\n", "a month as YYYY-MM"),
        ("extends: baseline_2024\nworld: {stocks: {salience: .nan}}\n", "world.stocks.salience"),
        ("extends: baseline_2024\nstates: {USA: {effort: .inf}}\n", "states.USA.effort"),
        ("extends: baseline_2024\nstates: {usa: {effort: 1.0}}\n", "three-letter code"),
        ("extends: baseline_2024\nmonths: 100000\n", "less than or equal to 1200"),
        ("extends: baseline_2024\ncoalition: null\n", "coalition"),
        ("--- a\n--- b\n", "YAML"),
    ],
)
def test_mistaken_files_get_a_message(tmp_path: Path, text: str, part: str) -> None:
    assert part in "\n".join(problems(tmp_path / "bad.yaml", text))


def test_a_binary_file_and_a_folder_get_a_message(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    assert "not UTF-8" in problems(tmp_path / "binary.yaml")[0]
    assert "no such file" in problems(tmp_path)[0]


def test_a_circle_of_extends_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b\n")
    (tmp_path / "b.yaml").write_text("extends: a\n")
    assert "a circle: a -> b -> a" in problems(tmp_path / "a.yaml")[0]


def test_the_nearest_shipped_name_is_offered() -> None:
    assert "tripartite_2024 (nearest)" in problems("tripartit_2024")[0]


def test_nothing_after_the_information_date_is_known(tmp_path: Path) -> None:
    text = "extends: baseline_2024\nstates: {RUS: {rivalry: [{from: 2024-06, value: 0.5, evidence: [events:E2024-06-19]}]}}\n"
    told = problems(tmp_path / "late.yaml", text)
    assert any("a row of 2024-06" in t for t in told)
    assert any("rivalry.0.from" in t and "2024-06" in t for t in told)
    path = tmp_path / "history.yaml"
    path.write_text(text + "as_it_happened: true\n")
    setting = unsim.load(str(path)).setting
    rus = unsim.load(str(path)).labels.states.index("RUS")
    assert setting.rivalry_path[4, rus] == 0.0
    assert setting.rivalry_path[5, rus] == 0.5


def test_set_takes_the_same_checks(baseline: unsim.Scenario) -> None:
    assert baseline.override({"coalition.coordination": 0.5}).setting.coordination == 0.5
    with pytest.raises(unsim.ScenarioError, match=r"--set: coalition\.coordinaton: found unknown key .* coordination \(nearest\)"):
        baseline.override({"coalition.coordinaton": 0.5})
    with pytest.raises(unsim.ScenarioError, match="less than or equal to 1"):
        baseline.override({"coalition.coordination": 5})


def test_the_council_is_the_real_one_to_2027_and_then_seats_by_regional_group() -> None:
    council = seating(range(2024, 2034), {})
    calendar = {(int(row["year"]), row["iso3"]) for row in table("council_members")}
    for year in range(2024, 2028):
        assert {(year, member) for member in council.by_year[year]} <= calendar
    staying = {"AUT", "KGZ", "PRT", "TTO", "ZWE"}
    assert staying <= set(council.by_year[2028])
    for year in range(2024, 2034):
        seats = council.by_year[year]
        assert len(seats) == len(set(seats)) == 15
        elected = [member for member in seats if member not in council.permanent]
        assert {group: sum(council.region[m] == group for m in elected) for group in ELECTED_BY_REGION} == ELECTED_BY_REGION


def test_unknown_members_get_a_new_position_with_each_term(baseline: unsim.Scenario) -> None:
    scenario = baseline.over(120)
    row = scenario.labels.states.index("AFR-1")
    begins = [month_name(scenario.setting.first_month + t) for t in np.flatnonzero(scenario.setting.term_begins[:, row])]
    assert begins == ["2029-01", "2031-01", "2033-01"]


def test_a_scenarios_own_council_replaces_the_calendar(baseline: unsim.Scenario) -> None:
    ten = ["BRA", "IND", "ZAF", "DEU", "NGA", "EGY", "MEX", "POL", "IDN", "NOR"]
    scenario = baseline.override({"council.elected": {"2025": ten}}).over(24)
    names = scenario.labels.states
    assert {names[i] for i in scenario.setting.seats[12]} == {*ten, "CHN", "FRA", "GBR", "RUS", "USA"}


def test_a_state_and_a_channel_can_be_added_by_a_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("""\
extends: baseline_2024
months: 24
coalition: {leaders: [USA, JPN, KOR, AUS]}
states: {AUS: {name: Australia, effort: 0.4, posture: 0.9, sponsor: true}}
channels:
  ivory:
    label: ivory and rhino horn
    evadability: [0.5, 0.8, 1.0]
    forced_labour: [0.0, 0.1, 0.2]
    flows: {CHN: {usd_million_a_year: 30.0}}
""")
    scenario = unsim.load(str(path))
    run, plain = (unsim.run(s, 20, draws=10) for s in (scenario, unsim.load("baseline_2024").over(24)))
    assert run.outcome("revenue_ivory").mean() == pytest.approx(30 / 12, rel=0.2)
    assert run.outcome("campaign").mean() > plain.outcome("campaign").mean()
    assert unsim.run(scenario, 2, draws=2, engine="mesa").digest == unsim.run(scenario, 2, draws=2).digest


def test_adding_a_state_leaves_the_luck_of_the_others_alone(baseline: unsim.Scenario) -> None:
    more = baseline.override({"states.AUS": {"name": "Australia"}, "states.AAA": {}})
    before, after = (unsim.run(s.over(24), 10, draws=5, keep=10) for s in (baseline, more))
    np.testing.assert_array_equal(before.kept, after.kept)


def test_months_and_names_of_months() -> None:
    assert month_number("2024-01") == 2024 * 12
    assert month_name(month_number("1999-12")) == "1999-12"


def test_positions_are_estimates_with_errors() -> None:
    rows = {row["state"]: row for row in table("positions")}
    assert float(rows["CHN"]["position"]) < -0.8 < 0.9 < float(rows["USA"]["position"])
    assert all(-1.0 <= float(row["position"]) <= 1.0 and float(row["standard_error"]) > 0.0 for row in rows.values())
    members = {row["iso3"] for row in table("council_members")}
    assert members <= set(rows)


def test_no_table_has_an_empty_source() -> None:
    for name in ("council_members", "drafts", "events", "channels", "flows", "goods"):
        assert all(row["source"].strip() for row in table(name)), name
    assert all(row["measure"].strip() and row["provision"].strip() for row in table("measures"))


def test_parameters_can_be_held_and_the_rest_keep_their_draws(baseline: unsim.Scenario) -> None:
    held = baseline.override({"parameters.value_curvature": 2.0, "parameters.forced_labour": {"coal": 0.5}})
    before, after = baseline.draw(1, list(range(5))), held.draw(1, list(range(5)))
    names = list(baseline.priors)
    changed = [names[row] for row in np.flatnonzero((before != after).any(axis=1))]
    assert set(changed) == {"forced_labour.coal", "value_curvature"}
    assert math.isclose(after[names.index("value_curvature"), 3], 2.0)
