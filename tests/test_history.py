"""The vote rule against history: real votes, what was known before them, and rivals."""

from __future__ import annotations

import csv
import importlib.util
import itertools
import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from unsim import tables
from unsim.files import ScenarioError
from unsim.history import record as records
from unsim.history import votes as rule
from unsim.history.backtest import (
    Backtest,
    Scheme,
    backtest,
    backtest_record,
    fitted_forecast,
    happened,
)
from unsim.history.brought import assumed, read_record
from unsim.history.record import Draft, Known, Position, Record, conditions, shipped_known, shipped_record
from unsim.history.scores import RIVALS, gain, hedged, reliability, score
from unsim.parameters import BY_NAME
from unsim.rules.world import ABSTAIN, NO, YES

ROOT = Path(__file__).resolve().parents[1]
DATA = tables.DATA


@pytest.fixture(scope="module")
def result() -> Backtest:
    return backtest()


@pytest.fixture(scope="module")
def told(result: Backtest) -> Any:
    return json.loads(json.dumps(result.as_json(), allow_nan=False))


# Bars


@pytest.mark.parametrize(
    ("scheme", "brier", "log_score"),
    [("rolling", 0.068, 0.130), ("rolling_divided", 0.217, 0.390), ("loo", 0.047, 0.090), ("loo_divided", 0.192, 0.350)],
)
def test_votes_are_forecast_as_well_out_of_sample_as_is_claimed(told: Any, scheme: str, brier: float, log_score: float) -> None:
    found = told["votes"][scheme]["model"]
    assert found["brier"] < brier
    assert found["log_score"] < log_score
    assert found["n"] == {"rolling": 345, "loo": 465}.get(scheme, 105)


@pytest.mark.parametrize("scheme", ["rolling", "rolling_divided", "loo", "loo_divided"])
def test_the_model_is_better_than_every_rival_out_of_sample(told: Any, scheme: str) -> None:
    votes = told["votes"][scheme]
    for rival in RIVALS:
        assert votes["model"]["brier"] < votes[rival]["brier"], rival
        assert votes["model"]["log_score"] < votes[rival]["log_score"], rival


def test_counts_and_vetoes_are_forecast_as_well_as_is_claimed(told: Any) -> None:
    found = told["draft_scores"]["rolling"]["model"]
    assert found["yes_error"] < 0.4
    assert found["yes_error_divided"] < 0.9
    assert found["vetoed_brier"] < 0.06


def test_no_veto_looked_likely_before_2022_and_that_of_2022_was_a_warning_and_no_prediction(result: Backtest, told: Any) -> None:
    drafts = told["drafts_rolling"]
    early = [d.id for d in result.schemes["rolling"].record.drafts if d.id in drafts and d.date.year <= 2021]
    assert len(early) == 18
    assert max(drafts[name]["p_vetoed"] for name in early) < 0.06
    assert 0.2 < drafts["D2022-431"]["p_vetoed"] < 0.5  # above 0.6 somebody has tuned it to the outcome


def test_the_rolling_forecast_begins_with_the_ninth_draft_and_knows_their_names(told: Any) -> None:
    with (DATA / "drafts.csv").open(encoding="utf-8", newline="") as file:
        voted = [row for row in csv.DictReader(file) if row["status"] == "voted"]
    assert list(told["drafts_rolling"]) == [row["id"] for row in voted[8:]]
    for row in voted[8:]:
        assert told["drafts_rolling"][row["id"]]["yes"] == float(row["yes"])


def test_a_back_test_gives_the_same_bits_again(result: Backtest) -> None:
    assert backtest().as_json() == result.as_json()


# Nothing later is known


@pytest.mark.parametrize("name", ["P2014", "P2016", "R2515", "D2022-431", "P2024"])
def test_data_dated_on_the_day_of_a_vote_or_later_change_no_bit_of_its_forecast(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, known = shipped_record(), shipped_known()
    place = [draft.id for draft in record.drafts].index(name)
    before = _rolling(record, known, place)
    _spoil(tmp_path, record.drafts[place])
    spoilt, believed = _load(tmp_path, monkeypatch)
    assert [draft.id for draft in spoilt.drafts] == [draft.id for draft in record.drafts]
    assert spoilt.votes != record.votes
    assert (believed.positions != known.positions) == (record.drafts[place].date.year <= 2015)
    after = _rolling(spoilt, believed, place)
    assert [part.tobytes() for part in before] == [part.tobytes() for part in after]


def test_data_dated_before_a_vote_do_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = shipped_record()
    place = len(record.drafts) - 1
    before = _rolling(record, shipped_known(), place)
    _spoil(tmp_path, record.drafts[8])
    after = _rolling(*_load(tmp_path, monkeypatch), place)
    assert before[0].tobytes() != after[0].tobytes()


def _rolling(record: Record, known: Known, place: int) -> tuple[Any, ...]:
    made = fitted_forecast(record, conditions(record, known), [place], lambda d: record.before(record.drafts[d].date))
    rivals = [rival(record, known, record.before(record.drafts[place].date), place) for rival in RIVALS.values()]
    return (made.votes[record.of_draft == place], made.adopted[place], made.vetoed[place], *rivals)


def _spoil(folder: Path, draft: Draft) -> None:
    """Copy the data, with every row dated on the day of a draft or later changed as far as it can be."""
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    day = draft.date.isoformat()
    with (DATA / "drafts.csv").open(encoding="utf-8", newline="") as file:
        later = {row["id"] for row in csv.DictReader(file) if row["date"] >= day and row["id"] != draft.id}
    other = {"yes": "no", "no": "yes", "abstain": "no"}

    def changed(table: str, row: dict[str, str]) -> dict[str, str]:
        if table == "council_votes" and (row["id"] in later or row["id"] == draft.id):
            return {**row, "vote": other[row["vote"]]}
        if table == "drafts" and row["id"] in later:
            return {**row, "kind": "chapter7_sanctions", "security_content": "1", "bite": "0.77", "sponsors": "CHN"}
        if table == "drafts" and row["id"] == draft.id:
            return {**row, "yes": "3", "no": "12", "adopted": "0", "vetoed_by": "USA"}
        if table == "positions_dated" and row["as_of"] >= day:
            return {**row, "acc": "-0.9", "sd": "0.01", "n": "1", "last_vote": "no"}
        if table == "events" and row["date"] >= day:
            return {**row, "category": "nuclear_test"}
        return row

    for table in ("council_votes", "drafts", "positions_dated", "events"):
        with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = [changed(table, row) for row in csv.DictReader(file)]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Record, Known]:
    monkeypatch.setattr(tables, "DATA", folder)
    monkeypatch.setattr(records, "table", tables.table.__wrapped__)
    return shipped_record.__wrapped__(), shipped_known.__wrapped__()


def test_positions_come_from_earlier_roll_calls_only_and_the_last_rows_count_all_of_them() -> None:
    script = _script("estimate_positions")
    calls = pd.DataFrame(
        [(2005, "AAA", 1.0), (2005, "BBB", -1.0), (2005, "CCC", 0.0), (2006, "AAA", 0.0), (2006, "CCC", -1.0)],
        columns=["year", "iso3", "value"],
    ).assign(vote=lambda t: t["value"].map({1.0: "yes", 0.0: "abstain", -1.0: "no"}))
    dates = pd.Series({2005: "2005-12-16", 2006: "2006-12-19"})
    region = pd.Series({"AAA": "AFR", "BBB": "AFR", "CCC": "APG", "DDD": "AFR"}, name="region")
    table = script.by_date(calls, dates, region, {"BBB"}).set_index(["as_of", "iso3"])
    first, second = table.loc["2005-12-16"], table.loc["2006-12-19"]
    assert first.loc["AAA", "acc"] == 1.0  # (1 + the mean of its region, without the permanent member: 1) / 2
    assert first.loc["BBB", "acc"] == 0.0  # (-1 + 1) / 2
    assert second.loc["AAA", "acc"] == 0.5  # (1 + 0 + 0.5) / 3
    assert second.loc["CCC", "acc"] == -0.5  # (0 - 1 - 0.5) / 3
    assert (second.loc["CCC", "n"], second.loc["CCC", "last_vote"]) == (2, "no")
    assert second.loc["DDD", "acc"] == second.loc["region:AFR", "acc"] == 0.5
    later = calls.assign(value=calls["value"].where(calls["year"] < 2006, 1.0))
    again = script.by_date(later, dates, region, {"BBB"}).set_index(["as_of", "iso3"]).loc["2005-12-16"]
    pd.testing.assert_frame_equal(first, again)


def test_dated_positions_count_the_roll_calls_that_the_positions_of_scenarios_count() -> None:
    known = shipped_known()
    for row in tables.table("positions"):
        if not row["state"].startswith("region:"):
            last = known.positions[row["state"]][-1]
            assert last.n == int(row["votes"])
            assert last.acc == pytest.approx(float(row["position"]), abs=0.15)
    assert {len(rows) for rows in known.positions.values()} == {9}


def _script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_signals_count_from_the_day_after_them() -> None:
    known = shipped_known()
    assert known.signals(date(2019, 12, 16)) == {"CHN": 0.0, "RUS": 0.0}
    assert known.signals(date(2019, 12, 17)) == {"CHN": pytest.approx(1 / 3), "RUS": pytest.approx(1 / 3)}
    assert known.signals(date(2022, 5, 26)) == {"CHN": pytest.approx(2 / 3), "RUS": pytest.approx(2 / 3)}
    assert known.signals(date(2024, 3, 28)) == {"CHN": pytest.approx(2 / 3), "RUS": pytest.approx(1.0)}


def test_attention_to_weapons_rises_with_a_test_and_halves_in_nine_months() -> None:
    test = {"id": "E1", "date": "2010-01-01", "category": "nuclear_test"}
    known = replace(shipped_known(), events=[test])
    assert known.salience(date(2010, 1, 1)) == 0.0
    assert known.salience(date(2010, 1, 2)) == pytest.approx(0.9, abs=0.01)
    assert known.salience(date(2010, 10, 2)) == pytest.approx(0.45, abs=0.01)


# The rule of the engines


def test_a_changed_vote_rule_changes_the_scores_and_plain_python_gives_the_same_bits() -> None:
    code = """
import sys
from unsim.rules import council
if len(sys.argv) > 1:
    council.security_side = lambda intercept, rivalry, weight, bite_weight, bite, slope, position, permanent: intercept - 2.0
from unsim.history import votes
from unsim.history.record import conditions, shipped_known, shipped_record
from unsim.history.scores import score
record = shipped_record()
x = conditions(record, shipped_known())
values = votes.values_at(votes.normal_draws(4, 8) * 0.3 + [1.1, 3.3, 7.2, 1.9, 2.1, 0.2, 0.2, 0.5])
made = votes.forecast(values, x)
print(score(made.votes, record.outcome).brier.hex(), made.vetoed.sum().hex())
"""
    plain = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    calls: list[tuple[list[str], dict[str, str]]] = [([], dict(os.environ)), ([], plain), (["changed"], plain)]
    compiled, same, changed = (
        subprocess.run([sys.executable, "-c", code, *more], env=env, capture_output=True, text=True, check=True).stdout
        for more, env in calls
    )
    assert compiled == same
    assert changed.split()[0] != same.split()[0]
    assert changed.split()[1] != same.split()[1]


def test_results_of_drafts_follow_from_the_members_by_counting_every_case() -> None:
    members = ["CHN", "FRA", "GBR", *(f"E{i:02d}" for i in range(8))]
    record = _record([("D", "chapter7_sanctions", 1.0, 0.0, dict.fromkeys(members, YES))])
    x = conditions(record, shipped_known())
    drawn = np.random.default_rng(3).dirichlet([2.0, 1.0, 6.0], size=len(members))
    adopted = vetoed = 0.0
    for cast in itertools.product(range(3), repeat=len(members)):
        p = math.prod(drawn[i, vote] for i, vote in enumerate(cast))
        nine = sum(vote == 2 for vote in cast) >= 9
        stopped = any(cast[record.members.index((0, m))] == 0 for m in ("CHN", "FRA", "GBR"))
        adopted += p * (nine and not stopped)
        vetoed += p * (nine and stopped)
    made = rule.with_results(drawn, x)
    assert made.adopted[0] == pytest.approx(adopted, abs=1e-12)
    assert made.vetoed[0] == pytest.approx(vetoed, abs=1e-12)


def test_the_fit_recovers_what_made_the_votes() -> None:
    record, known = shipped_record(), shipped_known()
    x = conditions(record, known)
    truth = np.array([0.5, 2.5, 6.0, 1.6, 1.5, 0.3, 0.5, 1.0])
    none = np.zeros(31)
    x = x._replace(sponsor=np.zeros_like(x.sponsor), accountability=np.ones(31), security=none, procedural=none)
    made = rule.forecast(rule.values_at(np.tile(truth, (2, 1))), x._replace(spread=np.zeros_like(x.spread))).votes
    u = np.random.default_rng(1).random(len(record.cast))
    cast = np.where(u < made[:, 0], NO, np.where(u < made[:, 0] + made[:, 1], ABSTAIN, YES))
    mode, covariance = rule.fit(x, cast, range(31))
    sd = np.sqrt(np.diag(covariance))
    assert np.all(np.abs(mode - truth)[[0, 1, 5, 6]] < 3 * sd[[0, 1, 5, 6]])
    assert np.all(sd[[0, 1, 5, 6]] < 0.4)
    assert mode[2] == pytest.approx(5.0, abs=0.01)  # no vote informs it: the prior
    assert sd[2] == pytest.approx(1.5, abs=0.01)
    assert (mode[7], sd[7]) == pytest.approx((1.0, 1.0), abs=0.01)


# Joint draws


def test_the_joint_draws_have_the_means_of_the_shipped_priors_and_the_correlations_that_these_lack() -> None:
    draws = pd.DataFrame(tables.table("posterior_votes")).astype(float)
    assert list(draws) == list(rule.START)
    assert len(draws) == 2000
    for name, one in draws.items():
        prior = BY_NAME[str(name)].prior
        assert one.between(prior.low, prior.high).all(), name
        one, centre = (np.log(one), np.log(prior.a)) if prior.kind == "log-normal" else (one, prior.a)
        assert one.mean() == pytest.approx(centre, abs=0.1 * prior.b), name
        assert one.std() == pytest.approx(prior.b, rel=0.1), name
    assert draws.corr().loc["security_base", "rivalry_weight"] > 0.3
    assert draws.corr().loc["rivalry_weight", "bite_weight"] < -0.3


def test_chains_that_disagree_or_stand_still_are_told() -> None:
    script = _script("posterior_votes")
    independent = np.random.default_rng(1).standard_normal((4, 500))
    assert script.between(independent) < 1.01
    assert script.effective_size(independent) > 1500
    assert script.between(independent + np.array([[0.0], [0.0], [0.0], [2.0]])) > 1.3
    still = np.repeat(independent[:, ::20], 20, axis=1)
    assert script.effective_size(still) < 200
    for k, name in enumerate(rule.START):
        assert script.between(script.shipped()[:, :, k]) < 1.02, name
        assert script.effective_size(script.shipped()[:, :, k]) > 1000, name


@pytest.mark.slow
def test_the_joint_draws_are_those_of_the_script() -> None:
    """Up to chance: a power or a product that another machine rounds otherwise sends a chain elsewhere."""
    script = _script("posterior_votes")
    made, shipped = (draws.reshape(-1, len(rule.START)) for draws in (script.sample(), script.shipped()))
    assert np.all(np.abs(made.mean(axis=0) - shipped.mean(axis=0)) < 0.15 * shipped.std(axis=0))
    assert made.std(axis=0) == pytest.approx(shipped.std(axis=0), rel=0.15)


def test_sponsors_say_yes_and_only_those_of_the_shipped_scenarios_count_as_such(result: Backtest) -> None:
    record = shipped_record()
    sponsors = {draft.id: draft.sponsors for draft in record.drafts}
    assert sponsors["P2014"] == {"FRA", "GBR", "KOR", "USA"}
    assert len(shipped_record(every_signature=True).drafts[9].sponsors or ()) == 10
    made = result.schemes["rolling"].forecasts["model"].votes
    for row, (d, member) in enumerate(record.members):
        if d >= 8 and member in (record.drafts[d].sponsors or ()):
            assert made[row].tolist() == [0.0, 0.0, 1.0]


def test_the_shipped_votes_add_up_to_the_totals_of_the_drafts() -> None:
    record = shipped_record()
    rows = {row["id"]: row for row in tables.table("drafts")}
    for d, draft in enumerate(record.drafts):
        cast, row = list(record.votes[draft.id].values()), rows[draft.id]
        assert [cast.count(YES), cast.count(NO), cast.count(ABSTAIN)] == [float(row[key]) for key in ("yes", "no", "abstain")]
        assert happened(record, d) == (row["adopted"] == "1.0", bool(row["vetoed_by"]))
        assert set(record.votes[draft.id]) == {
            seat["iso3"] for seat in tables.table("council_members") if seat["year"] == row["date"][:4]
        }


# Scores and rivals, by hand


def test_scores_are_those_computed_by_hand() -> None:
    forecast = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    outcome = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    found = score(forecast, outcome)
    assert found.brier == pytest.approx((0.01 + 0.04 + 0.09 + 0.25 + 0.49 + 0.04) / 2)
    assert found.log_score == pytest.approx(-(math.log(0.7) + math.log(0.3)) / 2)
    assert found.accuracy == 0.5
    assert found.n == 2
    certain = score(np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0]]))
    assert (certain.brier, certain.log_score) == (2.0, pytest.approx(math.log(1000)))


def test_reliability_bins_count_means_and_shares() -> None:
    yes, happened_ = np.array([0.1, 0.15, 0.99, 1.0, 0.0]), np.array([0.0, 1.0, 1.0, 1.0, 0.0])
    found = reliability(yes, happened_)
    assert [(b["low"], b["n"]) for b in found] == [(0.0, 1), (0.05, 2), (0.99, 2)]
    assert found[1]["forecast"] == pytest.approx(0.125)
    assert found[1]["observed"] == 0.5


def test_a_hard_forecast_allows_for_its_own_share_of_errors() -> None:
    forecast, outcome = np.eye(3)[[2, 2, 2, 2]], np.eye(3)[[2, 2, 2, 0]]
    found = hedged(forecast, outcome, np.ones(4, dtype=bool))
    assert found[0] == pytest.approx([0.125, 0.125, 0.75])


def test_a_gain_is_the_difference_of_scores_and_its_interval_holds_it() -> None:
    outcome = np.eye(3)[[2, 2, 0, 2]]
    good, bad = np.array([[0.1, 0.0, 0.9]] * 4), np.array([[0.5, 0.0, 0.5]] * 4)
    found = gain(good, bad, outcome, np.array([0, 0, 1, 2]))
    assert found["gain"] == pytest.approx(score(bad, outcome).brier - score(good, outcome).brier)
    assert found["low"] <= found["gain"] <= found["high"]


def _record(drafts: list[tuple[str, str, float, float, dict[str, float]]]) -> Record:
    made = [Draft(name, date(2010 + i, 1, 1), "PRK", kind, a, h, 0.1) for i, (name, kind, a, h, _) in enumerate(drafts)]
    return Record(tuple(made), {name: votes for name, *_, votes in drafts})


def test_rivals_are_those_worked_out_by_hand() -> None:
    kind = "procedural_human_rights"
    record = _record(
        [
            ("A", kind, 0.0, 1.0, {"AAA": YES, "BBB": NO, "CCC": YES}),
            ("B", "panel_mandate", 1.0, 0.0, {"AAA": YES, "BBB": YES, "CCC": YES}),
            ("C", kind, 0.0, 1.0, {"AAA": YES, "BBB": ABSTAIN, "CCC": YES, "DDD": YES}),
        ]
    )
    day = date(2009, 12, 18)
    positions = {
        "AAA": [Position(day, 0.9, 0.1, 3, "yes")],
        "BBB": [Position(day, -0.2, 0.1, 3, "no")],
        "CCC": [Position(day, 0.4, 0.5, 0, "")],
        "region:ALL": [Position(day, 0.1, 0.5, 0, "")],
    }
    known = Known(positions, [], {"AAA": "AFR", "BBB": "AFR", "CCC": "APG"})
    made = {name: rival(record, known, [0, 1], 2) for name, rival in RIVALS.items()}
    assert made["always_yes"].tolist() == [[0, 0, 1]] * 4
    assert made["frequency_by_kind"] == pytest.approx(np.array([[(1 + 1 / 3) / 4, 1 / 12, (2 + 1 / 3) / 4]] * 4))
    assert made["last_vote_of_kind"].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 0, 1]]
    everybody = np.array([(1 + 1 / 3) / 4, 1 / 12, (2 + 1 / 3) / 4])
    assert made["base_rates_by_group"][0] == pytest.approx((np.array([1, 0, 1]) + everybody) / 3)
    assert made["base_rates_by_group"][2] == pytest.approx((np.array([0, 0, 1]) + everybody) / 2)
    assert made["base_rates_by_group"][3] == pytest.approx(everybody)
    assert made["general_assembly"].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]
    on_security = RIVALS["general_assembly"](record, known, [0], 1)
    assert on_security.tolist() == [[0, 0, 1]] * 3


# A record of one's own

HEADER = "id,date,target,kind,security_content,accountability_content,bite,sponsors,rivals\n"


def _files(folder: Path, drafts: str, votes: str) -> tuple[Path, Path]:
    paths = folder / "drafts.csv", folder / "votes.csv"
    for path, text in zip(paths, (drafts, votes), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def _fifteen(name: str, **others: str) -> str:
    members = ["CHN", "FRA", "GBR", "RUS", "USA", "DZA", "GUY", "KOR", "SLE", "SVN", "DNK", "GRC", "PAK", "PAN", "SOM"]
    return "".join(f"{name},{member},{others.get(member, 'yes')}\n" for member in members)


def _call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "unsim", "backtest", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_record_of_ones_own_is_scored_from_the_command_line(tmp_path: Path) -> None:
    drafts, votes = _files(
        tmp_path,
        HEADER
        + "S1,2025-03-01,SYR,substantive_human_rights,0.3,1,0.3,USA;FRA,RUS:1;CHN:0.67\n"
        + "S2,2025-05-01,MLI,chapter7_sanctions,1,0,0.4,,\n"
        + "S3,2025-06-01,SYR,presidential_statement,1,0,0,none,none\n"
        + "S4,2025-06-02,PRK,panel_mandate,1,0,0.1,USA,\n",
        "id,iso3,vote,comment\n"
        + _fifteen("S1", RUS="no", CHN="no", DZA="abstain").replace(",no\n", ",no,x\n").replace(",yes\n", ",yes,\n")
        .replace(",abstain\n", ",abstain,\n")
        + "S2,XYZ,yes,\nS2,MNG,yes,\nS2,RUS,absent,\n"
        + _fifteen("S3").replace("\n", ",\n"),
    )  # fmt: skip
    done = _call("--drafts", drafts, "--votes", votes, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found["votes"]) == {"as_shipped", "as_shipped_divided"}
    assert set(found["votes"]["as_shipped"]) == {"model", "model_weakest_link", "model_additive", *RIVALS}
    assert found["votes"]["as_shipped"]["model"]["n"] == 32
    assert found["votes"]["as_shipped_divided"]["model"]["n"] == 15
    assert list(found["drafts_as_shipped"]) == ["S1", "S2", "S3"]
    assert found["drafts_as_shipped"]["S2"]["p_adopted"] == 0.0
    notes = " ".join(found["notes"])
    for words in ("2 of 17 members", "MNG, XYZ", "No regional group is known of XYZ", "1 of 3 drafts name no sponsors", "S4",
                  "1 drafts on other targets name no rivals", "fewer than 15 votes (S2)", "stand in"):  # fmt: skip
        assert words in notes, words
    shown = _call("--drafts", drafts, "--votes", votes)
    assert shown.returncode == 0, shown.stderr
    assert "2 of 17 members" in shown.stdout
    assert "model, weakest link" in shown.stdout


def test_what_is_in_sample_and_which_rivals_say_nothing_is_told(tmp_path: Path) -> None:
    drafts, votes = _files(
        tmp_path,
        HEADER
        + "D1,2016-03-02,PRK,chapter7_sanctions,1,0,0.8,USA,\n"
        + "D2,2030-05-01,DPRK,panel_mandate,1,0,0.1,USA,\n"
        + "S1,2025-03-01,North Korea,chapter7_sanctions,1,0,0.3,,RSU:1;CHN:0.67\n",
        "id,iso3,vote\n" + _fifteen("D1") + _fifteen("D2") + _fifteen("S1"),
    )
    notes = " ".join(assumed(read_record(drafts, votes), shipped_known()))
    for words in ("2 drafts are taken as on the DPRK; on other targets: North Korea", "1 drafts on the DPRK lie in 2006 to 2024",
                  "scored in sample", "1 drafts on the DPRK lie after 2024", "have no effect (S1: RSU)"):  # fmt: skip
        assert words in notes, words


def test_rivals_and_sponsors_of_a_record_matter(tmp_path: Path) -> None:
    def veto(sponsors: str, rivals: str) -> float:
        text = HEADER + f"D,2025-05-01,SYR,chapter7_sanctions,1,0,0.5,{sponsors},{rivals}\n"
        made = backtest_record(read_record(*_files(tmp_path, text, "id,iso3,vote\n" + _fifteen("D"))))
        return float(made.schemes["as_shipped"].forecasts["model"].vetoed[0])

    assert veto("", "none") < veto("", "") < veto("", "RUS:1;CHN:1")
    assert veto("RUS;CHN", "RUS:1;CHN:1") < 0.05  # only the other three could


def test_a_patrons_noes_on_the_dprk_are_not_carried_to_another_file(tmp_path: Path) -> None:
    """Nor is the unanimity of its file; what China and Russia do elsewhere their rivalry there says."""

    def votes(target: str, rivals: str, contents: str = "0,1") -> dict[str, np.ndarray]:
        text = HEADER + f"D,2018-05-01,{target},substantive_other,{contents},0.2,USA,{rivals}\n"
        record = read_record(*_files(tmp_path, text, "id,iso3,vote\n" + _fifteen("D")))
        made = backtest_record(record).schemes["as_shipped"].forecasts["model"].votes
        return {member: made[row] for row, (_, member) in enumerate(record.members)}

    home, away, shielded = votes("PRK", "none"), votes("MLI", "none"), votes("MLI", "CHN:1")
    assert home["CHN"][0] > 0.7
    assert away["CHN"][2] > 0.5
    assert away["DZA"] == pytest.approx(home["DZA"])  # an elected member's record stands in
    assert shielded["CHN"][0] > 0.7
    assert shielded["RUS"].tolist() == away["RUS"].tolist()
    surer, less = votes("PRK", "none", "1,0"), votes("MLI", "none", "1,0")
    assert less["DZA"][2] < surer["DZA"][2]


def test_a_draft_with_both_contents_is_forecast_by_the_mean_of_both_variants(tmp_path: Path) -> None:
    text = HEADER + "D,2018-05-01,MLI,other,0.5,0.5,0.2,USA,RUS:1\nE,2018-06-01,MLI,other,1,0,0.2,USA,RUS:1\n"
    made = backtest_record(read_record(*_files(tmp_path, text, "id,iso3,vote\n" + _fifteen("D") + _fifteen("E"))))
    forecasts = made.schemes["as_shipped"].forecasts
    model, weakest, added = (forecasts[name] for name in ("model", "model_weakest_link", "model_additive"))
    assert model.votes == pytest.approx((weakest.votes + added.votes) / 2.0)
    assert model.adopted == pytest.approx((weakest.adopted + added.adopted) / 2.0)
    assert weakest.votes[15:].tolist() == added.votes[15:].tolist()
    assert weakest.votes[:15].tolist() != added.votes[:15].tolist()


def test_a_weaker_campaign_explains_the_bids_that_were_dropped(told: Any) -> None:
    for bid in told["drafts_dropped"].values():
        assert bid["expected_yes_no_campaign"] < bid["supporters"] < bid["expected_yes"]


def test_the_shipped_files_have_the_form_of_a_record_of_ones_own() -> None:
    record = read_record(DATA / "drafts.csv", DATA / "council_votes.csv")
    assert record.votes == shipped_record().votes
    assert record.drafts == shipped_record(every_signature=True).drafts
    assert len(record.left_out) == 6
    made = backtest_record(record)
    assert made.schemes["as_shipped"].scores()["model"].brier < 0.06
    assert "in sample" in made.notes[0]
    assert made.notes[1].startswith("1 of 86 members")


def test_a_member_gets_the_region_that_the_record_gives_it(tmp_path: Path) -> None:
    text = HEADER + "D,2025-05-01,PRK,procedural_human_rights,0,1,0,,\n"
    votes = "id,iso3,vote,region\nD,XXA,yes,WEOG\nD,XXB,yes,APG\n"
    made = backtest_record(read_record(*_files(tmp_path, text, votes)))
    yes = made.schemes["as_shipped"].forecasts["model"].votes[:, 2]
    assert yes[0] > yes[1]
    assert not any("No regional group" in note for note in made.notes)


def test_everything_that_is_wrong_with_a_record_is_told_at_once(tmp_path: Path) -> None:
    drafts, votes = _files(
        tmp_path,
        HEADER
        + "A,2025-13-01,SYR,chapter7_sanctions,1,0,0.5,,\n"
        + "A,2025-01-01,,sanctions,2,nan,,USA;france,RUS\n"
        + "B,2025-01-01,SYR,other,1,0,0.5,,RUS:2\n"
        + "C,2025-01-01,SYR\n"
        + "D,2025-01-01,SYR,other,1,0,0.5,,\n",
        "id,iso3,vote\nD,USA,yes\nD,USA,no\nZ,USA,yes\nD,fra,aye\n",
    )
    done = _call("--drafts", drafts, "--votes", votes, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    lines = [line.removeprefix(f"{tmp_path}/") for line in done.stderr.strip().splitlines()]
    starts = ["drafts.csv:2: date: found '2025-13-01'; allowed: a day as YYYY-MM-DD",
              "drafts.csv:3: accountability_content: found 'nan'", "drafts.csv:3: bite: found an empty cell",
              "drafts.csv:3: id: found 'A'; allowed: each draft once; this one is in line 2 already",
              "drafts.csv:3: kind: found 'sanctions'; allowed: one of procedural_human_rights, ",
              "drafts.csv:3: rivals: found 'RUS'", "drafts.csv:3: security_content: found '2'; allowed: a number from 0 to 1",
              "drafts.csv:3: sponsors: found 'USA;france'", "drafts.csv:3: target: found an empty cell",
              "drafts.csv:4: rivals: found 'RUS:2'", "drafts.csv:5: found a row of 3 cells; allowed: 9",
              "votes.csv:3: iso3: found 'USA'; allowed: each member once a draft; this one is in line 2 already",
              "votes.csv:4: id: found 'Z'; allowed: a draft of the file of drafts",
              "votes.csv:5: iso3: found 'fra'", "votes.csv:5: vote: found 'aye'; allowed: no, abstain, yes, absent"]  # fmt: skip
    assert len(lines) == len(starts), done.stderr
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(start), line


@pytest.mark.parametrize(
    ("drafts", "votes", "words"),
    [
        ("", "", "an empty file"),
        ("id,date\n", "id,iso3,vote\n", "no such column"),
        (HEADER.replace("rivals", "id"), "id,iso3,vote\n", "several columns of this name (2)"),
        (HEADER + "A,2025-01-01,SYR,other,1,0,0.5,,\n", "id,iso3,vote\n", "no vote on any of the drafts"),
        (HEADER + 'A,"2025\n', "id,iso3,vote\n", "a CSV error"),
        (HEADER + "A,2025-01-01,SYR,other,1,0,0.5,,\n", "id,iso3,vote\n" + _fifteen("A") + "A,ZWE,yes\n", "beyond the 15"),
    ],
)
def test_files_that_are_no_record_are_refused(tmp_path: Path, drafts: str, votes: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=r".") as refused:
        read_record(*_files(tmp_path, drafts, votes))
    assert words in str(refused.value)


def test_a_file_without_its_pair_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = _call("--drafts", tmp_path / "none.csv")
    assert done.returncode == 2
    assert "--votes: found nothing; allowed: a CSV file, together with --drafts" in done.stderr
    done = _call("--drafts", tmp_path / "none.csv", "--votes", tmp_path, "--out", tmp_path)
    assert done.returncode == 2
    assert "none.csv: found an unreadable file" in done.stderr


# What the command leaves


def test_results_of_a_back_test_are_whole_and_checked(tmp_path: Path) -> None:
    out = tmp_path / "found"
    done = _call("--out", out, "--figures", "column")
    assert done.returncode == 0, done.stderr
    assert "rolling origin" in done.stdout
    for name in ("votes.csv", "members.csv", "reliability.csv", "reliability.svg", "drafts.csv", "drafts.pdf", "run.json"):
        assert (out / name).stat().st_size > 0
    members = pd.read_csv(out / "members.csv")
    assert members["scheme"].value_counts().to_dict() == {"in_sample": 465, "loo": 465, "rolling": 345}
    assert members[["p_no", "p_abstain", "p_yes"]].sum(axis=1).to_numpy() == pytest.approx(1.0)
    verified = subprocess.run([sys.executable, "-m", "unsim", "verify", str(out)], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr


def test_figures_are_drawn_at_both_widths(result: Backtest) -> None:
    from unsim.plots.history import pictures
    from unsim.plots.style import WIDTHS

    for width, inches in WIDTHS.items():
        for picture in pictures(result, width):
            assert len(picture.table()) > 0
            assert picture.draw().get_figwidth() == inches


def test_schemes_tell_their_drafts(result: Backtest) -> None:
    scheme = result.schemes["loo"]
    assert isinstance(scheme, Scheme)
    assert len(scheme.drafts_told()) == 31


@pytest.mark.slow
def test_the_page_of_validation_is_current() -> None:
    command = [sys.executable, "scripts/document.py", "--validation", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
