"""The page answers with the numbers of the package, says what is wrong with a query, and answers nobody but itself."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

import unsim
from conftest import SHIPPED
from unsim.app import council, lesson, serve
from unsim.app.answer import SHADOWED, answer
from unsim.app.query import Query, read_query
from unsim.app.runs import RUNS
from unsim.app.server import STATIC, Abandoned, Turn, site
from unsim.app.shelf import Shelf
from unsim.app.tables import as_csv
from unsim.cli import app
from unsim.engines.model import PressureModel
from unsim.parameters import BY_NAME

PORT = 8012
SMALL = {"pairs": "20", "months": "12"}
SHELF = Shelf()


def client() -> TestClient:
    return TestClient(site(SHELF, PORT), base_url=f"http://127.0.0.1:{PORT}")


def asked(query: str = "", **more: str) -> Query:
    return read_query([*parse_qsl(query, keep_blank_values=True), *more.items()], SHELF)


def got(path: str, query: str = "", **more: str) -> Any:
    found = client().get(f"{path}?{query}&{urlencode(more)}" if query else f"{path}?{urlencode(more)}")
    assert found.status_code == 200, found.text
    return found.json()


def moved(number: int) -> str:
    """A query with a few controls moved, from a seed."""
    luck = random.Random(number)
    scenario = luck.choice([name for name in SHIPPED if name != "history_2006_2024"])
    parts = {"scenario": scenario}
    controls = [c for group in got("/api/page", scenario=scenario)["groups"] for c in group["controls"]]
    for control in luck.sample(controls, 5):
        words = [option["value"] for option in control["options"]]
        if control["kind"] == "range":
            steps = round((control["high"] - control["low"]) / control["step"])
            parts[control["key"]] = f"{control['low'] + luck.randint(0, steps) * control['step']:.10g}"
        elif control["kind"] == "whole":
            parts[control["key"]] = str(luck.randint(12, 40))
        elif control["kind"] == "switch":
            parts[control["key"]] = luck.choice(["true", "false"])
        elif control["kind"] == "choice":
            parts[control["key"]] = luck.choice(words)
        else:
            parts[control["key"]] = ",".join(luck.sample(words, luck.randint(1, len(words))))
    return urlencode({"months": "14", **parts, "pairs": "20"})


def by_command(query: Query, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the command that the page shows prints, run beside the file that it shows."""
    shown = answer(query)["reproduce"]
    (folder / shown["file_name"]).write_text(shown["file"], encoding="utf-8")
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, [*shlex.split(shown["command"])[1:], "--no-structure", "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def by_python(query: Query) -> unsim.Comparison:
    """What the Python lines that the page shows compute."""
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(answer(query)["reproduce"]["python"], names)
    found: unsim.Comparison = names["comparison"]
    return found


def numbers(effects: list[dict[str, Any]]) -> dict[str, tuple[float, float, float, float]]:
    return {e["outcome"]: (e["effect"], e["low"], e["high"], e["sign_share"]) for e in effects}


# The numbers on the page are the package's


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_gives_what_the_package_gives(name: str) -> None:
    found = got("/api/run", scenario=name, **SMALL)
    ours, theirs = (unsim.load(arm["name"], set={"months": 12}) for arm in (found["scenario"], found["against"]))
    assert ours.file.start == theirs.file.start
    comparison = unsim.compare(ours, theirs, 20, draws=found["design"]["draws"])
    assert found["digest"] == comparison.digest
    hidden = SHADOWED if comparison.shadow_differs else ()
    shown = [name for name in comparison.shared if name not in hidden]
    wanted = {n: (e.effect, e.low, e.high, e.sign_share) for n in shown for e in [comparison.effect(n)]}
    assert numbers(found["effects"]) == wanted
    assert found["design"]["claim_level"] == comparison.claim_level
    assert {change["key"] for change in found["changed"]} == {"months"}
    assert all(len(fan[arm][q]) == 12 for fan in found["fans"] for arm in ("strategy", "reference") for q in ("q05", "q50", "q95"))


@pytest.mark.parametrize("number", range(12))
def test_file_command_and_python_give_the_numbers_on_the_page(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = asked(moved(number))
    found = answer(query)
    assert by_python(query).digest == found["digest"]
    command = by_command(query, tmp_path, monkeypatch)
    assert command["digest"] == found["digest"]
    wanted = numbers([{"outcome": name, **effect} for name, effect in command["effects"].items()])
    assert numbers(found["effects"]).items() <= wanted.items()
    assert wanted.keys() - numbers(found["effects"]).keys() <= set(SHADOWED)
    assert (command["replicates"], command["seed"], command["draws"]) == (query.pairs, query.seed, query.draws)


def test_the_command_as_printed_in_a_shell_gives_the_numbers_on_the_page(tmp_path: Path) -> None:
    moves = "coalition.coordination=0.35&bans=USA,EUU&bans.conditional=1&states.CHN.rivalry=0.2&parameters.value_curvature=2.1"
    query = asked(moves, **SMALL)
    shown = answer(query)["reproduce"]
    (tmp_path / shown["file_name"]).write_text(shown["file"], encoding="utf-8")
    command = f"{sys.executable} -m {shown['command']} --no-structure --json"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["digest"] == answer(query)["digest"]


def test_parameters_can_be_held_at_their_defaults() -> None:
    query = asked("draws=0", **SMALL)
    found = answer(query)
    assert "draws=0" in query.canonical
    assert by_python(query).digest == found["digest"]
    assert found["design"]["draws"] == 0


def test_the_link_of_an_answer_gives_the_answer_again() -> None:
    for number in range(6):
        found = got("/api/run", moved(number))
        again = got("/api/run", found["query"])
        assert {**again, "elapsed_ms": 0} == {**found, "elapsed_ms": 0}


@pytest.mark.parametrize("step", lesson.steps(), ids=lambda step: step["title"])
def test_what_the_lesson_says_is_what_the_page_shows(step: dict[str, Any]) -> None:
    found = answer(asked(step["query"]))
    assert found["query"] == step["query"]
    effects = {effect["outcome"]: effect for effect in found["effects"]}
    passes = {draft["draft"] for draft in found["council"]["drafts"] if draft["adopted"] > 0.8}
    for outcome, says in step["holds"].items():
        if outcome == "adopted":
            assert set(says) <= passes
            continue
        effect = effects[outcome]
        sign = "open" if not effect["settled"] else "rises" if effect["effect"] > 0.0 else "falls"
        assert sign == says, outcome
    assert len(step["text"]) == 2
    assert all(re.fullmatch(r"[^.?!]+[^.?!]\.", re.sub(r"\d\.\d", "N", sentence)) for sentence in step["text"])


def test_the_lesson_goes_from_a_coercive_regime_to_one_that_yields_when_sigma_is_moved() -> None:
    step = next(step for step in lesson.steps() if "σ" in step["text"][1])
    effects = {e["outcome"]: e for e in answer(asked(step["query"].replace("curvature=3", "curvature=0")))["effects"]}
    assert effects["coercion"]["settled"]
    assert effects["coercion"]["effect"] < 0.0


def test_a_placebo_has_no_effect_and_the_page_says_so() -> None:
    found = got("/api/run", scenario="placebo", **SMALL)
    assert all(effect["unchanged"] and effect["effect"] == 0.0 for effect in found["effects"])
    assert len(found["words"]) == 1
    assert "equal in every outcome" in found["words"][0]["text"]


def test_mean_revenue_by_channel_is_close_to_the_mean_over_paths() -> None:
    found = got("/api/run", **SMALL)
    run = unsim.run(unsim.load("tripartite_2024").over(12), 20, draws=found["design"]["draws"], keep=20)
    for channel, series in zip(found["revenue"]["channels"], found["revenue"]["strategy"], strict=True):
        exact = run.kept[run.row(f"revenue_{channel['channel']}")].mean(axis=1)
        assert series == pytest.approx(exact, rel=1 / 64, abs=0.001)


# The Council


def test_seats_vote_as_the_agents_of_the_model_would() -> None:
    scenario = asked("scenario=integrated&states.USA.posture=0.6").strategy
    told = council.votes(scenario, draws=1, seed=3)
    model = PressureModel(scenario, seed=3, replicate=0, draw=0)
    model.step()
    model.begin_month()
    model.step_phase("world")
    model.step_phase("coalition")
    assert told["month"] == "2024-02"
    for draft in told["drafts"]:
        row = model.labels.drafts.index(draft["draft"])
        assert len(draft["seats"]) == 15
        for seat in draft["seats"]:
            state = model.states[seat["state"]]
            terms = state.terms(model.text(row), model.setting.draft_bite[row], model.world.lobbying[row, state.row])
            yes, no = state.chances(terms.support, row)
            assert seat["support"] == pytest.approx(terms.support, rel=1e-9)
            assert (seat["p"]["yes"], seat["p"]["no"]) == pytest.approx((yes, no), rel=1e-9, abs=1e-12)
            assert sum(term["value"] for term in seat["terms"]) == pytest.approx(terms.support)


def test_rivals_veto_sanctions_and_cannot_veto_a_meeting() -> None:
    drafts = {draft["draft"]: draft for draft in got("/api/run", **SMALL)["council"]["drafts"]}
    assert (drafts["sanctions"]["veto_counts"], drafts["rights_meeting"]["veto_counts"]) == (True, False)
    assert drafts["sanctions"]["vetoed"] > 0.8
    assert drafts["rights_meeting"]["vetoed"] == 0.0
    votes = {seat["state"]: seat["vote"] for seat in drafts["sanctions"]["seats"]}
    assert (votes["RUS"], votes["USA"]) == ("no", "yes")
    for draft in drafts.values():
        for seat in draft["seats"]:
            assert sum(seat["p"].values()) == pytest.approx(1.0)
            assert min(seat["p"].values()) >= 0.0


def test_an_empty_menu_shows_no_text() -> None:
    assert got("/api/run", "coalition.menu=", **SMALL)["council"]["drafts"] == []


def test_a_preview_judges_no_sign_and_says_nothing_yet() -> None:
    preview, full = (answer(asked(pairs=pairs, months="12")) for pairs in ("250", "500"))
    assert preview["design"]["preview"]
    assert {effect["settled"] for effect in preview["effects"]} == {None}
    assert [part["title"] for part in preview["words"]] == ["Preview"]
    assert {effect["settled"] for effect in full["effects"]} == {True, False}
    assert full["words"][0]["title"] == "What this says"


def test_where_the_world_without_measures_differs_economic_cost_is_not_shown_as_an_effect() -> None:
    found = answer(asked("scenario=russia_arms_lifeline", pairs="200"))
    shown = {effect["outcome"] for effect in found["effects"]}
    assert not shown & set(SHADOWED)
    assert "revenue" in {effect["outcome"] for effect in found["effects"] if effect["group"] == "headline"}
    (fan,) = [fan for fan in found["fans"] if fan["outcome"] == "economic_cost"]
    assert fan["about"].endswith("so read revenue instead")


@pytest.mark.parametrize("key", ["pairs", "draws"])
def test_a_link_to_the_page_cannot_ask_for_what_the_page_decides(key: str) -> None:
    found = client().get(f"/api/page?{key}=100")
    assert found.status_code == 422
    (problem,) = found.json()["problems"]
    assert (problem["name"], problem["found"]) == (key, "'100'")
    assert "250 pairs and then 2,000" in problem["allowed"]


# Controls


def test_every_control_says_what_it_is_and_moves_something() -> None:
    page = got("/api/page", months="12")
    controls = {c["key"]: c for group in page["groups"] for c in group["controls"]}
    assert 20 <= len(controls) <= 35
    for key, control in controls.items():
        assert control["label"]
        assert control["about"].endswith(".")
        assert control["kind"] != "range" or control["unit"]
        assert control["kind"] not in ("range", "whole") or control["low"] < control["high"]
        assert control["initial"] == control["value"] or key == "months"
        if key.startswith("parameters."):
            parameter = BY_NAME[key.removeprefix("parameters.")]
            assert (control["low"], control["high"], control["unit"]) == (parameter.prior.low, parameter.prior.high, parameter.unit)
            assert control["identified"] == parameter.identified
            assert control["initial"] is None
    values = {"coalition.linkage": "weakest_link", "council.monitoring_team": "planned", "coalition.letters": "true", "seed": "2",
              "mandates.link": "true", "bans": "USA", "coalition.menu": "integrated", "months": "13", "coalition.leaders": "USA",
              "general_assembly.penholders": "KOR", "human_rights_council.penholders": "KOR"}  # fmt: skip
    for key, control in controls.items():
        value = values.get(key) or str(control["low"] if control["initial"] == control["high"] else control["high"])
        changed = {c["key"]: c for c in got("/api/run", **{**SMALL, key: value})["changed"]}
        assert key in changed, key


def test_a_setting_acts_in_the_arms_that_it_names() -> None:
    plain = asked(**SMALL)
    for query, both in (("coalition.coordination=0.2", False), ("partners.CHN.policing=2", False), ("bans=USA", False),
                        ("parameters.value_curvature=2", True), ("states.CHN.rivalry=0.1", True)):  # fmt: skip
        found = asked(query, **SMALL)
        (control,) = [c for c in found.changed if c.key != "months"]
        assert (control.applies == "both") is both
        assert (found.reference.document.data != plain.reference.document.data) is both
        assert found.strategy.document.data != plain.strategy.document.data


def test_a_setting_at_its_value_in_the_scenario_is_no_change() -> None:
    same = "coalition.coordination=0.9&states.CHN.rivalry=0.67&parameters.value_curvature=drawn"
    query = asked(f"{same}&coalition.menu=panel,sanctions,rights_meeting", **SMALL)
    assert not query.ours
    assert query.shared == {"months": 12}


def test_a_scenario_that_has_bans_can_be_without_them() -> None:
    query = asked("scenario=supply_chain&bans=EUU&mandates.link=false", **SMALL)
    assert list(query.strategy.file.measures.add) == ["eu_ban"]
    assert query.strategy.file.mandates["link"].start is None
    assert answer(query)["digest"] == by_python(query).digest


def test_a_reference_that_was_run_is_not_run_again_when_the_strategy_alone_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    from unsim.app import runs

    ran: list[str] = []
    real = runs.run

    def counted(scenario: Any, *arguments: Any, **options: Any) -> Any:
        ran.append(scenario.name)
        return real(scenario, *arguments, **options)

    monkeypatch.setattr(runs, "run", counted)
    for coordination in ("0.11", "0.12", "0.13"):
        answer(asked(f"coalition.coordination={coordination}&seed=99", **SMALL))
    assert ran == ["tripartite_2024", "baseline_2024", "tripartite_2024", "tripartite_2024"]
    for seed in range(RUNS.kept):
        answer(asked(f"seed={seed}", **SMALL))
    assert len(RUNS) == RUNS.kept


# Tables


def table(name: str, query: str) -> tuple[str, list[dict[str, str]]]:
    found = client().get(f"/api/csv/{name}?{query}")
    assert found.status_code == 200, found.text
    assert found.headers["content-disposition"].startswith("attachment")
    head, rows = "", io.StringIO()
    for line in found.text.splitlines(keepends=True):
        if line.startswith("#"):
            head += line
        else:
            rows.write(line)
    rows.seek(0)
    return head, list(csv.DictReader(rows))


def test_tables_hold_the_numbers_of_the_answer_and_what_they_rest_on() -> None:
    query = "coalition.coordination=0.4&pairs=20&months=12"
    found = got("/api/run", query)
    head, rows = table("effects", query)
    for part in (found["query"], "n = 20 paired futures", "seed 1", "claim level", found["digest"], found["reproduce"]["command"]):
        assert part in head
    assert {r["outcome"]: (float(r["effect"]), float(r["low"]), float(r["high"]), float(r["sign_share"])) for r in rows} == numbers(
        found["effects"]
    )
    _, rows = table("fans", query)
    political = [float(r["q95"]) for r in rows if (r["outcome"], r["arm"]) == ("political_cost", "reference")]
    assert political == found["fans"][0]["reference"]["q95"]
    _, rows = table("revenue", query)
    coal = [float(r["mean"]) for r in rows if (r["channel"], r["arm"]) == ("coal", "strategy")]
    assert coal == found["revenue"]["strategy"][0]
    _, rows = table("council", query)
    assert len(rows) == 15 * len(found["council"]["drafts"])
    first = found["council"]["drafts"][0]["seats"][0]
    assert (float(rows[0]["p_yes"]), rows[0]["vote"]) == (first["p"]["yes"], first["vote"])


def test_the_map_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    from unsim.app import flip
    from unsim.structure import surface

    monkeypatch.setattr(flip, "POINTS", 3)
    monkeypatch.setattr(flip, "PAIRS", 20)
    query = asked("scenario=china_enforces", **SMALL)
    found = flip.flip(query)
    whole = surface(query.strategy, query.reference, "coercion", points=3, replicates=20, seed=1)
    (coercion,) = [outcome for outcome in found["outcomes"] if outcome["outcome"] == "coercion"]
    for row, y in enumerate(found["y"]["values"]):
        for column, x in enumerate(found["x"]["values"]):
            (point,) = whole[(whole["value_curvature"] == x) & (whole["accountability_weight"] == y)].to_dict("records")
            assert coercion["effect"][row][column] == point["effect"]
            assert coercion["low"][row][column] == point["low"]
    held = asked(f"scenario=china_enforces&parameters.value_curvature={x}&parameters.accountability_weight={y}&draws=2", **SMALL)
    assert unsim.compare(held.strategy, held.reference, 20, 2).effect("coercion").effect == coercion["effect"][-1][-1]
    assert found["words"][0]["title"] == "What would flip it"
    assert "n = 20 paired futures" in found["note"]
    assert "--outcome coercion --points 3" in coercion["command"]


# What is refused

BAD = {
    "scenario=nowhere": ("scenario", "unknown scenario nowhere"),
    "scenario=/etc/passwd": ("scenario", "unknown scenario"),
    "scenario=../scenarios/baseline_2024.yaml": ("scenario", "unknown scenario"),
    "against=outlook_2027": ("against", "which begins in 2027-01"),
    "coalition.coordination=7": ("coalition.coordination", "'7'"),
    "coalition.coordination=-0.01": ("coalition.coordination", "'-0.01'"),
    "coalition.coordination=nan": ("coalition.coordination", "'nan'"),
    "coalition.coordination=.nan": ("coalition.coordination", "'.nan'"),
    "coalition.coordination=.inf": ("coalition.coordination", "'.inf'"),
    "coalition.coordination=1e999": ("coalition.coordination", "'1e999'"),
    "coalition.coordination=": ("coalition.coordination", "''"),
    "coalition.coordination=true": ("coalition.coordination", "'true'"),
    "coalition.coordination=0.5&coalition.coordination=0.6": ("coalition.coordination", "twice"),
    "coordination=0.5": ("coordination", "unknown setting"),
    "parameters.compliance=5": ("parameters.compliance", "unknown setting"),
    "parameters.value_curvature=3.5": ("parameters.value_curvature", "'3.5'"),
    "coalition.coordination=drawn": ("coalition.coordination", "'drawn'"),
    "coalition.leaders=": ("coalition.leaders", ""),
    "coalition.leaders=PRK": ("coalition.leaders", "'PRK'"),
    "coalition.leaders=USA,USA": ("coalition.leaders", "USA twice"),
    "coalition.menu=sanctions,nothing": ("coalition.menu", "'nothing'"),
    "coalition.linkage=both": ("coalition.linkage", "'both'"),
    "coalition.letters=1": ("coalition.letters", "'1'"),
    "months=11": ("months", "'11'"),
    "months=241": ("months", "'241'"),
    "months=24.5": ("months", "'24.5'"),
    "seed=-1": ("seed", "'-1'"),
    "seed=4294967296": ("seed", "'4294967296'"),
    "pairs=4001": ("pairs", "'4001'"),
    "pairs=1": ("pairs", "'1'"),
    "pairs=0xFA": ("pairs", "'0xFA'"),
    "months=012": ("months", "'012'"),
    "pairs=100&draws=7": ("draws", "7"),
    "pairs=100&draws=101": ("draws", "'101'"),
    f"coalition.menu={'x' * 2000}": ("coalition.menu", "2000 letters"),
    "coalition.coordination=%00": ("coalition.coordination", "\\x00"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "query"),
    [
        *(("/api/run", query) for query in BAD),
        *(("/api/page", query) for query in BAD if not {"pairs", "draws"} & {key for key, _ in parse_qsl(query)}),
    ],
)
def test_a_bad_query_is_told_by_name(query: str, path: str) -> None:
    found = client().get(f"{path}?{query}")
    assert found.status_code == 422
    name, part = BAD[query]
    (problem,) = found.json()["problems"]
    assert problem["name"] == name
    assert part in problem["found"]
    assert problem["allowed"]
    assert problem["message"].startswith(f"{name}: found ")


@pytest.mark.parametrize("path", ["/api/run", "/api/page", "/api/flip", "/api/csv/effects", "/api/csv/flip"])
def test_all_problems_of_a_query_are_told_at_once(path: str) -> None:
    found = client().get(f"{path}?months=3&seed=x&nothing=1&coalition.coordination=2")
    assert found.status_code == 422
    assert [problem["name"] for problem in found.json()["problems"]] == ["coalition.coordination", "months", "nothing", "seed"]


def test_there_are_no_other_tables_and_no_other_methods() -> None:
    assert client().get("/api/csv/secrets").status_code == 404
    assert client().post("/api/run").status_code == 405
    assert client().get("/static/../server.py").status_code == 404
    assert client().get("/static/%2e%2e/server.py").status_code == 404


@pytest.mark.parametrize(
    "host", ["example.org", f"example.org:{PORT}", "127.0.0.1", "127.0.0.1:80", f"127.0.0.1.example.org:{PORT}", ""]
)
@pytest.mark.parametrize("path", ["/", "/api/run", "/api/page", "/static/page.html"])
def test_a_name_that_is_not_this_machines_is_refused(host: str, path: str) -> None:
    assert client().get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize("headers", [
    {"origin": "http://example.org"}, {"origin": "null"}, {"origin": f"https://127.0.0.1:{PORT}"},
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
])  # fmt: skip
def test_another_site_cannot_ask(headers: dict[str, str]) -> None:
    for path in ("/api/run", "/api/page", "/api/flip", "/api/csv/fans"):
        assert client().get(path, headers=headers).status_code == 403


def test_the_page_itself_and_a_link_to_it_are_let_in() -> None:
    own = {"origin": f"http://127.0.0.1:{PORT}", "sec-fetch-site": "same-origin"}
    assert client().get("/api/page", headers=own).status_code == 200
    assert client().get("/api/page", headers={"host": f"localhost:{PORT}"}).status_code == 200
    assert client().get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200


def test_every_answer_carries_a_policy_without_inline_code_or_other_hosts() -> None:
    for path in ("/", "/api/page", "/api/run?months=1", "/nowhere", "/static/page.html"):
        heads = client().get(path).headers
        policy = dict(part.split(" ", 1) for part in heads["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert heads["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in heads


def test_the_files_of_the_page_name_no_other_host_and_hold_no_inline_code() -> None:
    files = [path for path in Path(str(STATIC)).rglob("*") if path.suffix in (".html", ".css", ".js", ".svg")]
    assert any(path.name == "page.html" for path in files)
    for path in files:
        text = (
            path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "").replace("http://www.w3.org/1999/xlink", "")
        )
        assert not re.search(r"https?://|[\"'(]//\w", text), path
        if path.suffix == ".html":
            assert not re.search(r"<style|\sstyle=|\son\w+=", text), path
            assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), path


# Several pages at once, and pages that go away


def test_five_pages_at_once_each_get_their_own_numbers() -> None:
    queries = [f"coalition.coordination=0.{n}&seed={n}&pairs=20&months=12" for n in range(1, 6)]
    alone = [answer(asked(query))["digest"] for query in queries]
    RUNS.forget()
    shared = site(SHELF, PORT)

    def ask(query: str) -> str:
        with TestClient(shared, base_url=f"http://127.0.0.1:{PORT}") as one:
            found: str = one.get(f"/api/run?{query}").json()["digest"]
            return found

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(ask, queries * 3)) == alone * 3


def test_a_query_that_nobody_waits_for_ends_and_leaves_its_turn() -> None:
    RUNS.forget()
    turn = Turn()
    with turn:
        turn.abandoned = True
        with pytest.raises(Abandoned):
            answer(asked("seed=4711&months=60&pairs=4000"), turn.go_on)
    assert len(RUNS) == 0
    waiting, found = Turn(), []

    def wait() -> None:
        try:
            with waiting:
                found.append("in")
        except Abandoned:
            found.append("gone")

    with Turn():
        thread = threading.Thread(target=wait)
        thread.start()
        waiting.abandoned = True
        thread.join(5.0)
    assert found == ["gone"]


def test_work_that_takes_long_lets_others_go_first() -> None:
    order: list[str] = []

    def other() -> None:
        with Turn():
            order.append("other")

    with Turn() as turn:
        thread = threading.Thread(target=other)
        thread.start()
        for _ in range(200):
            turn.give_way()
            if order:
                break
        order.append("long")
    thread.join(5.0)
    assert order == ["other", "long"]


# A user's own file


def test_a_file_of_the_users_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: tripartite_2024\ntitle: Mine\ncoalition: {coordination: 0.3}\n")
    shelf = Shelf(str(file))
    assert shelf.entries()[0] == {"name": str(file), "title": "Mine", "about": "", "start": "2024-01", "months": 120,
                                  "against": "baseline_2024"}  # fmt: skip
    assert read_query([], shelf).strategy.file.coalition.coordination == 0.3
    file.write_text("extends: tripartite_2024\ntitle: Mine\ncoalition: {coordination: 0.4}\n")
    os.utime(file, (1, 1))
    assert read_query([], shelf).strategy.file.coalition.coordination == 0.4
    file.write_text("extends: tripartite_2024\ntitle: Mine\ncoalition: {coordination: 4}\n")
    with pytest.raises(unsim.ScenarioError, match=r"mine.yaml:3: coalition.coordination"):
        read_query([], shelf)


def test_a_file_of_the_users_is_reproduced_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text('extends: tripartite_2024\ntitle: "Mine,\\nin two lines"\ncoalition: {coordination: 0.3}\n')
    query = read_query([("coalition.designations", "0.9"), *SMALL.items()], Shelf(str(file)))
    found = answer(query)
    shown = found["reproduce"]
    assert Path(shown["file_name"]).parent == tmp_path
    Path(shown["file_name"]).write_text(shown["file"], encoding="utf-8")
    monkeypatch.chdir("/")
    done = CliRunner().invoke(app, [*shlex.split(shown["command"])[1:], "--no-structure", "--json"])
    assert json.loads(done.stdout)["digest"] == found["digest"] == by_python(query).digest
    head = [line for line in as_csv("effects", found).splitlines() if line.startswith("#")]
    assert r"Mine,\nin two lines" in head[0]


def test_a_horizon_beyond_the_bounds_is_refused_in_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text("extends: tripartite_2024\ntitle: Long\nmonths: 700\n")
    with pytest.raises(unsim.ScenarioError, match=r"months: found 700, as .*long.yaml has them; allowed: 12 to 240"):
        read_query([], Shelf(str(file)))
    assert read_query([("months", "240")], Shelf(str(file))).strategy.months == 240


# The command


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "unsim", *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_nothing_of_the_server_is_loaded_by_anything_but_its_command() -> None:
    code = "import sys, unsim, unsim.cli; print([n for n in ('starlette', 'uvicorn', 'numba', 'numpy') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_extra_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    from unsim.cli import page

    monkeypatch.setattr(page, "EXTRA", ("starlette", "no_such_server"))
    done = CliRunner().invoke(app, ["app", "--no-browser"])
    assert done.exit_code == 2
    assert "no_such_server" in done.stderr
    assert "'unsim-pressure[app]'" in done.stderr


def test_a_port_that_is_taken_is_told_before_anything_is_computed() -> None:
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        done = call("app", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["nowhere"], ["--port", "70000"], ["--against", "nowhere"], ["--against", "outlook_2027"]])
def test_a_bad_command_ends_with_2(arguments: list[str]) -> None:
    done = call("app", "--no-browser", "--port", "0", *arguments)
    assert done.returncode == 2, done.stderr
    assert "allowed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_this_machine_alone_and_ends_clean(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "unsim", "app", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        threading.Timer(60.0, server.kill).start()
        line = next(line for line in server.stderr if "http://" in line)
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        with urllib.request.urlopen(address[0]) as page:
            assert b"<html" in page.read()
        began = time.monotonic()
        server.send_signal(number)
        assert server.wait(20) == 0
        assert time.monotonic() - began < 15
        assert "Traceback" not in server.stderr.read()
