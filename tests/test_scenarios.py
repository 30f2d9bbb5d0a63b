"""Scenario files: what a file may say, what it is told when it is wrong, and that named facts exist."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unsim
from conftest import SHIPPED
from unsim.calendar import ELECTED_BY_REGION, month_name, month_number, seating
from unsim.consistency import named_rows
from unsim.files import read, shipped_scenarios
from unsim.tables import DATED, evidence_month, table


def problems(path: Path | str, text: str | None = None, **changes: Any) -> list[str]:
    if text is not None:
        Path(path).write_text(text, encoding="utf-8")
    with pytest.raises(unsim.ScenarioError) as caught:
        unsim.load(str(path), changes or None)
    return [str(problem) for problem in caught.value.problems]


def known_until(data: dict[str, Any]) -> str:
    """The last month whose rows a file may name: its start, or the end of its record where it tells history."""
    return str(data["record"]["through"] if data.get("as_it_happened") else data["start"])


@pytest.mark.parametrize("name", SHIPPED)
def test_every_fact_that_a_shipped_file_names_exists_by_its_information_date(name: str) -> None:
    document = read(name)
    named = [reference for _, reference in named_rows(document.data)]
    assert len(named) >= 10
    for reference in named:
        month = evidence_month(reference)
        assert month is not None, reference
        assert month <= known_until(document.data), reference


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


@pytest.mark.parametrize("path", sorted(shipped_scenarios().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_row_that_a_comment_names_exists_and_was_there_at_the_start(path: Path) -> None:
    import re

    text, known = path.read_text(encoding="utf-8"), known_until(read(path.stem).data)
    comments = " ".join(line.partition("#")[2] for line in text.splitlines())
    named = re.findall(rf"\b(?:{'|'.join(DATED)}):[\w-]+", comments)
    assert named
    for reference in named:
        month = evidence_month(reference)
        assert month is not None, reference
        assert month <= known, reference


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
        2: ("months", "0", "1 to 1200"),
        3: ("colour", "unknown key", "coalition"),
        5: ("states.USA.effort", "'much'", "number"),
        6: ("states.JPN.posture", "1.5", "0 to 1"),
        10: ("drafts.sanctions.instrument", "'procedual'", "'procedural'"),
    }
    for line, parts in expected.items():
        assert any(f"bad.yaml:{line}:" in t and all(part in t for part in parts) for t in told), (line, told)
    assert any("states.USA.postur:" in t and "posture (nearest)" in t for t in told)
    assert any("coalition.leaders.1: found unknown state JPM" in t for t in told)
    assert any("bad.yaml:11: parameters.compliance: found 99" in t for t in told)
    assert len(told) == 10


def test_an_incomplete_draft_and_a_bad_list_hide_no_other_problem(tmp_path: Path) -> None:
    text = """\
extends: baseline_2024
coalition: {leaders: [USA, 5, jpn, KOO], menu: [mine, theirs]}
drafts:
  mine: {label: mine, instrument: chapter7, security: 1.0, covers: {coall: 1.0}}
states:
  RUS: {rivalry: [{from: 2022-02, value: 2}, {from: 2022-02, value: x}]}
council: {elected: {"2025": [USA]}}
parameters: {no_such: 1, evadability: much}
"""
    told = problems(tmp_path / "bad.yaml", text)
    expected = ["bad.yaml:2: coalition.leaders.1: found 5; allowed: a three-letter code",
                "bad.yaml:2: coalition.leaders.2: found 'jpn'",
                "bad.yaml:2: coalition.menu.1: found unknown draft theirs", "bad.yaml:4: drafts.mine.bite: found nothing",
                "bad.yaml:4: drafts.mine.value: found nothing", "bad.yaml:4: drafts.mine.covers.coall: found unknown channel",
                "bad.yaml:6: states.RUS.rivalry.0.value: found 2; allowed: 0 to 1",
                "bad.yaml:6: states.RUS.rivalry.1.value: found 'x'; allowed: a number",
                "bad.yaml:6: states.RUS.rivalry.1.from: found '2022-02'; allowed: each month once",
                "bad.yaml:7: council.elected.2025: found a list ('USA'); allowed: at least 10 entries",
                "bad.yaml:8: parameters.no_such",
                "bad.yaml:8: parameters.evadability: found 'much'; allowed: a number for each of the channels",
                "bad.yaml:2: coalition.leaders.3: found unknown state KOO; allowed: KOR (nearest)"]  # fmt: skip
    for part in expected:
        assert any(part in t for t in told), (part, told)
    assert len(told) == len(expected)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("statez: null", "statez: found unknown key statez; allowed: states (nearest)"),
        ("states: {USA: {postur: null}}", "states.USA.postur: found unknown key postur; allowed: posture (nearest)"),
        ("states: {USB: null}", "states.USB: found unknown key USB; allowed: USA (nearest)"),
        ("channels: {coall: null}", "channels.coall: found unknown key coall; allowed: coal (nearest)"),
        ("states: {AUS: {sponsor: no}}", "found 'no'; allowed: true or false"),
        ("states: {AUS: 5}", "found 5; allowed: keys with values: name, effort"),
        ("months: 3.5", "found 3.5; allowed: a whole number"),
        ("start: 2199-01", "from 2006 to 2099"),
        ("start: 1999-01", "from 2006 to 2099"),
        ("start: 2024-01-05", "found '2024-01-05'; allowed: a month as YYYY-MM"),
        ("drafts: {sanctions: {last: 2024-02}}", "drafts.sanctions.last: found '2024-02'; allowed: a month before the start"),
        ("council: {panel_until: 1950-01}", "when the Panel was created"),
        ("world: {border: [{from: 2020-01, value: 0.1}, {from: 2020-01, value: 0.5}]}", "each month once"),
        ("coalition: {leaders: [USA, CHN]}", "coalition.leaders.1: found a rival, CHN"),
        ("coalition: {leaders: [USA, PRK]}", "coalition.leaders.1: found the DPRK itself"),
        ("measures: {add: {x: {sender: UN, channel: minerals, part: iron ore, share_of_channel: 0.5, coverage: 1, from: 2018-01}}}",
         "share_of_channel: found 0.5; allowed: 0.25, as for this part"),
        ("measures: {add: {half: {sender: UN, channel: coal, share_of_channel: 0.5, coverage: 1.0, from: 2018-01}}}",
         "part: found all with a share below 1"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_in_the_words_of_a_reader(tmp_path: Path, text: str, part: str) -> None:
    told = "\n".join(problems(tmp_path / "bad.yaml", f"extends: baseline_2024\n{text}\n"))
    assert "bad.yaml:2:" in told
    assert part in told


def test_a_file_of_its_own_is_told_all_keys_that_it_lacks(tmp_path: Path) -> None:
    told = problems(tmp_path / "bad.yaml", "title: mine\nstart: 2024-01\n")
    for key in ("coalition", "states", "partners", "council", "drafts"):
        assert any(f"bad.yaml:1: {key}: found nothing" in t for t in told), key


def test_null_takes_away_a_channel_or_a_partner_with_its_trade(baseline: unsim.Scenario) -> None:
    fewer = baseline.override({"channels.sea_transfers": None, "partners.JPN": None})
    assert "sea_transfers" not in fewer.labels.channels
    assert "JPN" not in fewer.labels.partners
    assert fewer.file.channels["seafood"].flows.keys() == {"CHN", "KOR"}


def test_set_cannot_change_what_a_file_extends(baseline: unsim.Scenario) -> None:
    with pytest.raises(unsim.ScenarioError, match="--set: extends"):
        baseline.override({"extends": "placebo"})


def test_a_ban_on_the_whole_channel_counts_on_its_parts(baseline: unsim.Scenario) -> None:
    k = baseline.labels.channels.index("minerals")
    whole = {"sender": "UN", "channel": "minerals", "coverage": 1.0, "from": "2018-01"}
    banned = baseline.override({"measures.add": {"whole": whole}, "measures.without": ["P065m", "P047"]})
    assert banned.setting.standing[0, k] == 1.0
    partly = baseline.override({"measures.without": ["P065m", "P047"]})
    assert partly.setting.standing[0, k] == pytest.approx(0.25 * 1.0 + 0.75 * 0.25)


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
                 "parameters.compliance: found 99", "unknown parameter no_such", "a number for each of the channels",
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
        ("months: 3\nmonths: 4\n", "bad.yaml:2: months: found a key that stands on line 1 already; allowed: each key once"),
        ("extends: nowhere_2024\n", "found 'nowhere_2024', no such file or scenario; allowed: "),
        ("extends: " + 5000 * "a" + "\n", "or the path of a file in this folder"),
        ("extends: [a]\n", "a shipped scenario, or the path of a file in this folder"),
        ("a: &x 1\nb: *x\n", "bad.yaml:1: a: found an anchor (&x)"),
        ("a: 1\nb: !!python/name:os.system x\n", "bad.yaml:2: b: found a tag (!!python/name:os.system)"),
        ("extends: baseline_2024\n<<: {months: 3}\n", "bad.yaml:2: found a merge key"),
        ("extends: baseline_2024\nstart: 2024-13\n", "a month as YYYY-MM"),
        ("extends: baseline_2024\nworld: {stocks: {salience: .nan}}\n", "world.stocks.salience"),
        ("extends: baseline_2024\nstates: {USA: {effort: .inf}}\n", "states.USA.effort"),
        ("extends: baseline_2024\nstates: {usa: {effort: 1.0}}\n", "three-letter code"),
        ("extends: baseline_2024\nmonths: 100000\n", "1 to 1200"),
        ("extends: baseline_2024\ncoalition: null\n", "coalition"),
        ("--- a\n--- b\n", "bad.yaml:2: found a second document"),
    ],
)
def test_mistaken_files_get_a_message(tmp_path: Path, text: str, part: str) -> None:
    assert part in "\n".join(problems(tmp_path / "bad.yaml", text))


def test_a_binary_file_and_a_folder_get_a_message(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    assert "not UTF-8" in problems(tmp_path / "binary.yaml")[0]
    assert "found a folder" in problems(tmp_path)[0]


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
    assert baseline.override({"coalition.coordination": 0.5}).setting.coordination[1] == 0.5
    with pytest.raises(unsim.ScenarioError, match=r"--set: coalition\.coordinaton: found unknown key .* coordination \(nearest\)"):
        baseline.override({"coalition.coordinaton": 0.5})
    with pytest.raises(unsim.ScenarioError, match="0 to 1"):
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


def test_members_of_a_scenarios_own_last_year_keep_their_seat_in_the_next() -> None:
    ten = ["AUT", "KGZ", "PRT", "TTO", "ZWE", "BRA", "IND", "NGA", "POL", "IDN"]
    council = seating(range(2027, 2031), {"2028": ten})
    assert {"BRA", "IND", "NGA", "POL", "IDN"} <= set(council.by_year[2029])
    assert not {"AUT", "ZWE"} & set(council.by_year[2029])
    assert all("-" in member for member in council.by_year[2030][5:])


def test_every_dated_step_and_election_of_a_shipped_file_names_a_row() -> None:
    def dated(node: Any) -> list[dict[str, Any]]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        own = [node] if isinstance(node, dict) and ("value" in node or "every" in node) and "instrument" not in node else []
        return own + [found for value in inner for found in dated(value)]

    for name in SHIPPED:
        for entry in dated(read(name).data):
            assert entry.get("evidence") or name == "placebo", (name, entry)


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
    more = baseline.override({"states.AUS": {"name": "Australia"}, "states.AAA": {"name": "A state of its own"}})
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
