"""History as it happened: what the record gives is not drawn, nothing is known before its day, and file and tables agree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import unsim
from unsim import setting
from unsim.calendar import month_number
from unsim.consistency import named_rows
from unsim.engines.model import PressureModel
from unsim.history.record import SPONSORS, codes
from unsim.rules import coalition, forums, world
from unsim.tables import row_dates, table

EARLIER = {"r2270": "2016-02", "p2017": "2017-11"}
"""Texts that stand in the month before that of their vote, since another was voted in the same month."""
LONG_RANGE = ("icbm", "satellite_launch", "missile")
RECORD = {
    "through": "2024-06",
    "missile_tests": [{"month": "2024-03"}],
    "nuclear_tests": [{"month": "2024-05"}],
    "summits": {"USA": [{"month": "2024-04"}]},
    "governments": {"USA": [{"from": "2024-04", "value": 0.3}]},
    "texts": {
        "first": {"label": "a text", "instrument": "chapter7", "security": 1.0, "bite": 0.5, "month": "2024-05",
                  "sponsors": ["USA", "FRA"]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def history() -> unsim.Scenario:
    return unsim.load("history_2006_2024")


@pytest.fixture(scope="module")
def recorded(baseline: unsim.Scenario) -> unsim.Scenario:
    """A year of the baseline with half a year on record."""
    return baseline.over(12).override({"as_it_happened": True, "record": RECORD})


def at(month: str, start: str = "2006-01") -> int:
    return month_number(month) - month_number(start)


# The shipped file and the tables


def test_every_vote_of_the_table_is_in_the_file_with_its_month_contents_bite_and_sponsors(history: unsim.Scenario) -> None:
    record = history.file.record
    assert record is not None
    rows = {row["id"].lower().replace("-", "_"): row for row in table("drafts") if row["status"] == "voted"}
    assert list(record.texts) == list(rows)
    instruments = {"procedural_human_rights": "procedural", "panel_mandate": "panel"}
    for name, row in rows.items():
        text = record.texts[name]
        assert text.month == EARLIER.get(name, row["date"][:7]), name
        assert text.instrument == instruments.get(row["kind"], "chapter7"), name
        coded = float(row["security_content"]), float(row["accountability_content"]), float(row["bite"])
        assert (text.security, text.accountability, text.bite) == coded, name
        assert set(text.sponsors) == codes(row["sponsors"]) & SPONSORS, name
        assert text.evidence == [f"drafts:{row['id']}"]
        assert text.renews_panel == ("panel" in row["title"].lower() and text.instrument == "chapter7"), name
    assert month_number(EARLIER["r2270"]) == month_number(rows["r2270"]["date"]) - 1
    assert month_number(EARLIER["p2017"]) == month_number(rows["p2017"]["date"]) - 1


def test_tests_summits_and_governments_of_the_file_are_those_of_the_table(history: unsim.Scenario) -> None:
    record = history.file.record
    assert record is not None
    events = [row for row in table("events") if "2006-01" < row["date"][:7] <= record.through]

    def months(*categories: str) -> set[str]:
        return {row["date"][:7] for row in events if row["category"] in categories}

    assert {test.month for test in record.missile_tests} == months(*LONG_RANGE)
    assert {test.month for test in record.nuclear_tests} == months("nuclear_test")
    assert {met.month for summits in record.summits.values() for met in summits} == months("summit")
    assert [term.start for term in record.governments["KOR"]] == sorted(months("rok_politics"))
    given = {"record": history.document.data["record"]}
    for key, reference in named_rows(given):
        node: Any = given
        for part in key[:-2]:
            node = node[part]
        month = node.get("month") or node["from"]
        name, _, row = reference.partition(":")
        early = name == "drafts" and key[2] in EARLIER
        office = row == "E2021-01-20"  # names the day of every fourth year
        assert early or office or row_dates(name)[row] == month, (key, reference)


def test_measures_hold_from_the_month_in_which_they_took_effect(history: unsim.Scenario) -> None:
    s, channels, partners = history.setting, history.labels.channels, history.labels.partners
    coal, workers, textiles = (channels.index(name) for name in ("coal", "workers", "textiles"))
    japan, seoul = partners.index("JPN"), partners.index("KOR")
    assert s.standing[at("2017-08"), coal] < 1.0 == s.standing[at("2017-09"), coal]
    assert s.standing[at("2019-11"), workers] < 1.0 == s.standing[at("2019-12"), workers]
    assert s.own_ban[at("2006-09"), coal, japan] == 0.0 < s.own_ban[at("2006-10"), coal, japan]
    assert s.own_ban[at("2010-04"), textiles, seoul] == 0.0 < s.own_ban[at("2010-05"), textiles, seoul]
    assert s.open[at("2020-01")] == 1.0 > s.open[at("2020-02")]
    covered = dict(zip(history.labels.drafts, s.draft_covers.sum(axis=1), strict=True))
    assert all(covered[name] == 0.0 for name in history.file.texts if name not in history.file.drafts)


# What the record gives is not drawn


@pytest.mark.parametrize("engine", ["kernel", "mesa"])
def test_what_is_on_record_happens_in_every_future_and_nothing_else_of_its_kind(recorded: unsim.Scenario, engine: Any) -> None:
    run = unsim.run(recorded, 32 if engine == "kernel" else 3, draws=1, keep=32, engine=engine)

    def months(outcome: str) -> list[float]:
        of_all = run.kept[run.row(outcome), :6]
        assert (of_all == of_all[:, :1]).all(), outcome
        return list(of_all[:, 0])

    assert months("missile_tests") == [0, 0, 1, 0, 0, 0]
    assert months("nuclear_tests") == [0, 0, 0, 0, 1, 0]
    assert months("summits") == [0, 0, 0, 1, 0, 0]
    assert months("drafts_tabled") == [0, 0, 0, 0, 1, 0]


def test_after_the_record_chance_and_decisions_take_over(recorded: unsim.Scenario) -> None:
    run = unsim.run(recorded, 400, keep=400)
    for outcome in ("missile_tests", "drafts_tabled", "summits"):
        later = run.kept[run.row(outcome), 6:].mean(axis=0)
        assert 0.0 < later.mean() < 1.0, outcome
    s = recorded.setting
    assert (s.conflict_ends[:6] == 0.0).all()
    assert (s.conflict_ends[6:] > 0.0).any()
    assert list(s.rivalry_open) == [0.0] * 6 + [1.0] * 6
    text = recorded.labels.drafts.index("first")
    assert int(run.votes[text].sum()) == 400 * 15, "a text of the record is put to the vote once"


def test_governments_of_the_record_hold_office_until_elections_switch_from_the_last(baseline: unsim.Scenario) -> None:
    elections = {"first": "2024-03", "every": 2, "change": 1.0}
    changes = {"as_it_happened": True, "record": RECORD, "states.USA.elections": elections, "states.USA.other_posture": 0.9}
    model = PressureModel(baseline.over(12).override(changes), seed=3, draw=-1, collect=False)
    seen = []
    while model.running:
        model.step()
        seen.append(model.states["USA"].posture)
    assert seen == [0.8, 0.8, 0.8, 0.3, 0.3, 0.3, 0.9, 0.9, 0.3, 0.3, 0.9, 0.9]


def test_a_text_of_the_record_is_voted_whole_and_its_own_sponsors_stand_under_it(recorded: unsim.Scenario) -> None:
    model = PressureModel(recorded, seed=3, draw=-1, collect=False)
    for _ in range(5):
        model.step()
    assert recorded.labels.drafts[model.tabled or 0] == "first"
    assert model.world.bite[0] == 0.5
    assert {state.name for state in model.by_row if model.world.sponsors[state.row] > 0.0} == {"USA", "FRA"}
    assert model.world.names[0] == sum(state.willing() for state in model.by_row) / 10.0 > 0.2, "what the forums read"
    assert model.states["FRA"].vote == model.states["USA"].vote == "yes"
    others = [state for state in model.by_row if state.seated and state.name not in ("USA", "FRA")]
    assert all(0.0 < state.last_vote.probability_of_yes < 1.0 for state in others if state.last_vote)
    model.step()
    assert {state.name for state in model.by_row if model.world.sponsors[state.row] > 0.0} >= {"JPN", "KOR"}


def test_a_text_beyond_the_horizon_changes_no_bit(recorded: unsim.Scenario) -> None:
    later = {"label": "a later text", "instrument": "panel", "security": 1.0, "bite": 0.1, "month": "2024-06"}
    more = recorded.override({"record.texts.later": later})
    before, after = (unsim.run(s.over(5), 20, draws=5, keep=20) for s in (recorded, more))
    np.testing.assert_array_equal(before.kept, after.kept)
    assert before.outcome("drafts_tabled").sum() > 0.0


def test_the_record_is_given_where_there_is_one_and_drawn_where_there_is_none() -> None:
    assert world.as_recorded(1.0, 0.0, 1.0) == 0.0
    assert world.as_recorded(0.0, 0.0, 1.0) == 1.0
    assert coalition.on_table(1.0, 3.0, 3.0, 0.0) == 1.0
    assert coalition.on_table(1.0, 3.0, 2.0, 1.0) == 0.0
    assert coalition.on_table(1.0, -1.0, 2.0, 1.0) == 0.0
    assert coalition.on_table(0.0, -1.0, 2.0, 1.0) == 1.0
    assert coalition.signature(-1.0, 0.0, 1.0) == 1.0
    assert coalition.signature(2.0, 0.0, 1.0) == 0.0


def test_a_mandate_that_begins_later_on_record_is_not_renewed_before() -> None:
    begins, until = month_number("2016-04"), month_number("2016-05")
    assert forums.mandate_next(until, month_number("2010-04"), 1.0, 12, begins) == until
    assert forums.mandate_next(until, month_number("2016-04"), 1.0, 12, begins) == until + 12


def test_a_figure_of_votes_has_a_row_for_each_member_that_voted_on_its_drafts(history: unsim.Scenario) -> None:
    from unsim.plots import council

    run = unsim.run(history.over(48), 4, draws=2)
    figure = council.votes(run, ["r1874"])
    rows = {label.get_text() for label in figure.axes[0].get_yticklabels()}
    assert {"China", "Burkina Faso", "Vietnam"} <= rows
    assert len(rows) == 15
    assert "Peru" not in rows, "on the Council in 2006, when other texts were voted"
    plt.close(figure)


# The years 2006 to 2024


def test_both_engines_replay_the_whole_history_with_the_same_bits(history: unsim.Scenario) -> None:
    by_kernel, by_mesa = (unsim.run(history, 1, draws=1, seed=4, keep=1, engine=engine) for engine in ("kernel", "mesa"))
    np.testing.assert_array_equal(by_kernel.kept, by_mesa.kept)
    np.testing.assert_array_equal(by_kernel.votes, by_mesa.votes)
    assert by_kernel.outcome("drafts_tabled")[0] == 31.0


def test_history_without_the_compiler_is_slower_but_not_different(history: unsim.Scenario) -> None:
    script = (
        "import unsim, json\n"
        "s = unsim.load('history_2006_2024').over(10)\n"
        "print(json.dumps([unsim.run(s, 2, draws=2, seed=3, engine=e).digest for e in ('kernel', 'mesa')]))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    run = unsim.run(history.over(10), 2, draws=2, seed=3)
    assert run.outcome("drafts_tabled").sum() == 4.0
    assert json.loads(done.stdout) == [run.digest, run.digest]


def test_there_is_a_panel_from_2009_and_none_before(history: unsim.Scenario) -> None:
    run = unsim.run(history.over(at("2019-12")).override({"parameters.security_base": 12.0}), 16, draws=1, keep=16)
    seen = run.kept[run.row("monitoring")]
    assert (seen[: at("2009-06")] == seen[0]).all()
    assert (seen[at("2009-06") :] == seen[at("2009-06")]).all(), "eleven renewals without a gap"
    assert (seen[at("2009-06")] > seen[0]).all()


def test_nobody_brings_a_debate_on_a_veto_before_2022(history: unsim.Scenario, baseline: unsim.Scenario) -> None:
    audience = history.setting.audience
    assert not audience[: at("2022-05")].any()
    assert audience[at("2022-05") :].all()
    assert baseline.setting.audience.all()


def test_no_estimate_of_a_position_looks_ahead(history: unsim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    mean, error = history.setting.position_mean, history.setting.position_sd
    corrupt = [{**row, "acc": "0.123", "sd": "0.9"} if row["as_of"] >= "2014-12-01" else row for row in table("positions_dated")]
    monkeypatch.setattr(setting, "table", lambda name: corrupt if name == "positions_dated" else table(name))
    other = unsim.load("history_2006_2024").setting
    known = at("2015-01")
    np.testing.assert_array_equal(other.position_mean[:known], mean[:known])
    np.testing.assert_array_equal(other.position_sd[:known], error[:known])
    assert (other.position_mean[known] != mean[known]).any()


def test_a_members_luck_stays_while_more_is_known_of_it(history: unsim.Scenario) -> None:
    model = PressureModel(history.over(37), seed=6, draw=-1, collect=False)
    state, s, luck = model.states["IDN"], model.setting, []
    while model.running:
        model.step()
        t, i = model.t, state.row
        spread = world.position_spread(s.position_sd[t, i], model.params.position_drift, s.position_years[t])
        luck.append((state.position - s.position_mean[t, i]) / spread)
    assert np.allclose(luck, luck[0])
    assert len(set(s.position_mean[:37, state.row])) == 4, "one estimate a year"


# Bad input


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ("record: {missile_tests: []}", "record.through: found nothing (the key is missing); allowed: a month as YYYY-MM"),
        ("record: {through: 2024-06}\nas_it_happened: false", "record: found a record in a scenario that knows only its start"),
        ("record: {through: 2023-06}", "record.through: found '2023-06'; allowed: a month from the start on, 2024-01"),
        ("record: {through: 2024-06, missile_tests: [{month: 2024-07}]}",
         "found '2024-07'; allowed: a month after the start, 2024-01, up to the end of the record, 2024-06"),
        ("record: {through: 2024-06, nuclear_tests: [{month: 2024-02}, {month: 2024-02}]}",
         "record.nuclear_tests.1.month: found '2024-02'; allowed: each month once"),
        ("record: {through: 2024-06, nuclear_tests: [2024-02]}",
         "record.nuclear_tests.0: found '2024-02'; allowed: keys with values"),
        ("record: {through: 2024-06, summits: {USB: [{month: 2024-02}]}}",
         "record.summits.USB: found unknown state USB; allowed: USA (nearest)"),
        ("record: {through: 2024-06, governments: {USA: [{from: 2024-01, value: 0.2}]}}",
         "record.governments.USA.0.from: found '2024-01'; allowed: a month after the start"),
        ("record: {through: 2024-06, governments: {USA: [{from: 2024-02, value: 2}]}}",
         "record.governments.USA.0.value: found 2; allowed: 0 to 1"),
        ("record: {through: 2024-06, texts: {mine: {label: x, instrument: panel, security: 1.0, bite: 0.1, month: 2024-09}}}",
         "record.texts.mine.month: found '2024-09'; allowed: a month after the start"),
        ("record: {through: 2024-06, texts: {mine: {label: x, instrument: panel, bite: 0.1, month: 2024-03}}}",
         "record.texts.mine: found a draft without content"),
        ("record: {through: 2024-06, texts: {panel: {label: x, instrument: panel, security: 1.0, bite: 0.1, month: 2024-03}}}",
         "record.texts.panel: found a name of a draft under `drafts`; allowed: a name of its own"),
        ("record: {through: 2024-06, texts: {mine: {label: x, instrument: panel, security: 1.0, bite: 0.1, month: 2024-03,"
         " sponsors: [CHN, USB, FRA, FRA]}}}", "record.texts.mine.sponsors.0: found a rival, CHN"),
        ("record: {through: 2024-06, texts: {one: {label: x, instrument: panel, security: 1.0, bite: 0.1, month: 2024-03},"
         " two: {label: y, instrument: panel, security: 1.0, bite: 0.1, month: 2024-03}}}",
         "record.texts.two.month: found the month of one, 2024-03; allowed: one text a month: another month"),
        ("council: {panel_until: null}", "council.panel_until: found nothing (the key is missing); allowed: first month without"),
    ],
)  # fmt: skip
def test_an_impossible_record_is_named_with_line_key_found_and_allowed(tmp_path: Path, changes: str, part: str) -> None:
    path = tmp_path / "bad.yaml"
    happened = "" if "as_it_happened" in changes else "as_it_happened: true\n"
    path.write_text(f"extends: baseline_2024\n{changes}\n{happened}", encoding="utf-8")
    with pytest.raises(unsim.ScenarioError) as caught:
        unsim.load(str(path))
    told = "\n".join(str(problem) for problem in caught.value.problems)
    assert part in told
    assert "bad.yaml:2:" in told
