"""Two engines, one model: the same bits however a run is made."""

from __future__ import annotations

import ast
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

import unsim
from conftest import SHIPPED
from unsim import sweep
from unsim.engines.model import Actor, PressureModel, State
from unsim.rules.jit import PACKAGE
from unsim.rules.world import PHASES

ENGINES = sorted((PACKAGE / "engines").rglob("*.py"))


def run_model(scenario: unsim.Scenario, **options: object) -> PressureModel:
    built = PressureModel(scenario, **{"seed": 5, "collect": False, **options})
    while built.running:
        built.step()
    return built


@pytest.mark.parametrize("name", SHIPPED)
def test_both_engines_give_the_same_bits_on_every_outcome_month_and_vote(name: str) -> None:
    scenario = unsim.load(name).over(60)  # past the calendar of known members
    by_kernel = unsim.run(scenario, 3, draws=3, seed=11, keep=3)
    by_mesa = unsim.run(scenario, 3, draws=3, seed=11, keep=3, engine="mesa")
    np.testing.assert_array_equal(by_kernel.kept, by_mesa.kept)
    np.testing.assert_array_equal(by_kernel.votes, by_mesa.votes)
    assert by_kernel.digest == by_mesa.digest


def test_the_engines_agree_under_the_other_linkage_variant_and_on_a_mixed_draft(one_year: unsim.Scenario) -> None:
    mixed = {"label": "a linked text", "instrument": "chapter7", "security": 0.6, "accountability": 0.4, "linkage": 0.5,
             "bite": 0.7, "value": 10.0, "naming": 1.0, "covers": {"coal": 1.0, "goods:food": 0.3}}  # fmt: skip
    changes = {"drafts.mixed": mixed, "coalition.menu": ["mixed"], "coalition.linkage": "weakest_link"}
    scenario = one_year.override(changes)
    arms = [unsim.run(scenario, 4, draws=2, seed=2, engine=engine) for engine in ("kernel", "mesa")]
    assert arms[0].digest == arms[1].digest
    assert arms[0].outcome("drafts_tabled").sum() > 0.0


@pytest.mark.parametrize(("axis", "left"), [("channels", "minerals"), ("mandates", "rapporteur"), ("conflicts", "ukraine")])
def test_the_engines_agree_where_an_axis_has_a_single_entry(baseline: unsim.Scenario, axis: str, left: str) -> None:
    others = {f"{axis}.{name}": None for name in getattr(baseline.labels, axis) if name != left}
    others |= {f"drafts.{name}": None for name in ("sanctions", "rights_measures", "integrated")} if axis == "channels" else {}
    menu = ["panel", "rights_meeting"] if axis == "channels" else baseline.file.coalition.menu
    scenario = baseline.override({**others, "coalition.menu": list(menu), "months": 4})
    one, other = (unsim.run(scenario, 2, draws=2, keep=2, engine=engine) for engine in ("kernel", "mesa"))
    assert getattr(scenario.labels, axis) == (left,)
    assert one.digest == other.digest
    np.testing.assert_array_equal(one.kept, other.kept)


def test_threads_chunks_and_recording_change_no_bit(tripartite: unsim.Scenario) -> None:
    scenario = tripartite.over(18)
    reference = unsim.run(scenario, 40, draws=10, threads=1)
    for options in ({"threads": 2}, {"chunk": 1}, {"chunk": 7, "threads": 2}, {"chunk": 40}, {"keep": 13, "chunk": 9}):
        assert unsim.run(scenario, 40, draws=10, **options).digest == reference.digest, options


def test_a_replicate_is_the_same_alone_or_in_a_batch(one_year: unsim.Scenario) -> None:
    batch = unsim.run(one_year, 30, draws=6, seed=5, keep=30)
    alone = run_model(one_year, replicate=17, draw=17 % 6)
    np.testing.assert_array_equal(alone.world.outcome, batch.kept[:, -1, 17])


def test_the_order_in_which_agents_act_changes_no_bit(tripartite: unsim.Scenario) -> None:
    scenario = tripartite.over(30)
    ordered, shuffled = run_model(scenario), run_model(scenario, shuffle=True)
    np.testing.assert_array_equal(ordered.block, shuffled.block)


def test_collecting_data_changes_no_bit(one_year: unsim.Scenario) -> None:
    silent, collecting = run_model(one_year), run_model(one_year, collect=True)
    np.testing.assert_array_equal(silent.block, collecting.block)
    frame = collecting.datacollector.get_model_vars_dataframe()
    assert len(frame) == 12
    assert frame["political_cost"].iloc[-1] == collecting.outcome("political_cost")
    agents = collecting.datacollector.get_agent_vars_dataframe()
    china = agents[agents["name"] == "CHN"]
    assert len(china) == 12
    assert china["policing"].iloc[-1] == collecting.states["CHN"].policing
    assert {"PRK", "USA", "ROW"} <= set(agents["name"])


def test_replicates_draws_and_seeds_differ(one_year: unsim.Scenario) -> None:
    run = unsim.run(one_year, 64, draws=8)
    assert len(np.unique(run.outcome("economic_cost"))) == 64
    fixed = unsim.run(one_year, 64, draws=0)
    assert len(np.unique(fixed.outcome("economic_cost"))) == 64
    assert unsim.run(one_year, 64, draws=8, seed=2).digest != run.digest


def python(script: str, **environment: str) -> str:
    """What a script prints in a Python of its own."""
    done = subprocess.run([sys.executable, "-c", script], env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_the_compiler_everything_is_slower_but_not_different(tripartite: unsim.Scenario) -> None:
    script = (
        "import unsim, json\n"
        "s = unsim.load('tripartite_2024').over(14)\n"
        "few = [unsim.run(s, 2, draws=2, seed=3, engine=e).digest for e in ('kernel', 'mesa')]\n"
        "more = unsim.run(s, 19, draws=1, seed=4, keep=3, bands=True)\n"
        "print(json.dumps([*few, more.digest, more.counted.cells.tolist(), more.counted.counts.tolist()]))"
    )
    scenario = tripartite.over(14)
    few, more = unsim.run(scenario, 2, draws=2, seed=3), unsim.run(scenario, 19, draws=1, seed=4, bands=True)
    assert more.votes.sum() > 0
    assert more.counted is not None
    bands = more.counted.cells.tolist(), more.counted.counts.tolist()
    assert json.loads(python(script, NUMBA_DISABLE_JIT="1")) == [few.digest, few.digest, more.digest, *bands]


@pytest.mark.slow  # each compiles the kernel anew
@pytest.mark.parametrize("width", [1, 4, 8])
def test_the_number_of_lanes_changes_no_bit(width: int, tripartite: unsim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = unsim.run(tripartite, 37, draws=37, seed=6, keep=37, bands=True)
    monkeypatch.setattr(sweep, "BLOCK", width)
    other = unsim.run(tripartite, 37, draws=37, seed=6, keep=37, bands=True)
    np.testing.assert_array_equal(other.counted.counts, usual.counted.counts)  # type: ignore[union-attr]
    np.testing.assert_array_equal(other.kept, usual.kept)
    np.testing.assert_array_equal(other.votes, usual.votes)
    assert other.digest == usual.digest


@pytest.mark.slow
def test_lanes_have_the_bits_of_a_plain_loop_over_runs(tripartite: unsim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = unsim.run(tripartite, 37, draws=37, seed=6, keep=37)
    monkeypatch.setattr(sweep, "BLOCK", 1)
    monkeypatch.setattr(sweep, "all_of", lambda runs: 0)  # the kernel's source with the index of one run in place of a block
    one_by_one = unsim.run(tripartite, 37, draws=37, seed=6, keep=37)
    np.testing.assert_array_equal(one_by_one.kept, usual.kept)
    assert one_by_one.digest == usual.digest


def test_the_kernel_allocates_no_memory_in_a_month(tripartite: unsim.Scenario) -> None:
    """The phases are compiled so that they cannot; the rest of a month is held to it here."""
    script = (
        "import unsim\n"
        "from numba.core.runtime import _nrt_python, rtsys\n"
        "_nrt_python.memsys_enable_stats()\n"
        "s = unsim.load('tripartite_2024')\n"
        "for months in (12, 12, 48):\n"
        "    before = rtsys.get_allocation_stats().alloc\n"
        "    unsim.run(s.over(months), 16, draws=1, keep=16)\n"
        "    print(rtsys.get_allocation_stats().alloc - before)"
    )
    _, twelve, more = map(int, python(script).split())
    assert twelve == more


COUNTS = r"""
import json, re, sys
import unsim
unsim.run(unsim.load("baseline_2024").over(2), 2)
from unsim.rules.world import PHASES


def loaded(code):  # the arguments that single numbers are loaded from: the pointer of each load followed to where it comes from
    found = set()
    for body in re.findall(r"^define .*?\{\n(.*?)^\}", code, re.M | re.S):
        made = dict(re.findall(r"^ +(%\S+) = (.*)$", body, re.M))
        seen, waiting = set(), re.findall(r"= load (?:double|i64), ptr (\S+),", body)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                line = made.get(name, "")
                came = re.findall(r"\[ (\S+), %", line) if line.startswith("phi ptr") else re.findall(r"ptr (%[^\s,]+)", line)
                waiting += came
                if not came:
                    found.add(name if not line else line)
    return sorted(found)


kernel = "unsim.engines.kernel"
functions = {phase: getattr(sys.modules[f"{kernel}.{phase}"], f"phase_{phase}") for phase in PHASES}
functions["simulate"] = sys.modules[f"{kernel}.simulate"].simulate
found = {}
for name, function in functions.items():
    (assembly,), (code,) = function.inspect_asm().values(), function.inspect_llvm().values()
    found[name] = {
        "packed": len(re.findall(r"\tv?(?:add|sub|mul|div|sqrt)pd", assembly)),
        "scalar": len(re.findall(r"\tv?(?:add|sub|mul|div|sqrt)sd", assembly)),
        "taken_apart": len(re.findall(r"extractelement <\d+ x (?:double|i64)>|vector\.reduce\.f", code)),
        "called": len(re.findall(r"call double @(?!llvm)", code)),
        "words": len(re.findall(r"pmuludq", assembly)),
        "loaded": loaded(code),
    }
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads the machine code of x86-64")
def test_what_differs_between_runs_is_computed_in_packed_instructions_alone(tmp_path: Path) -> None:
    """No lane is taken out of its vector, and no single number is loaded but from what a scenario fixes for all runs.

    So the few scalar operations that are left (some 100 in all phases, once for sixteen runs) are on settings alone: sums over
    leaders, shares of a setting, the logarithm of a good's share. Each phase is held to fewer than one for ten packed. All are
    compiled into ``simulate``, which also begins runs and writes results lane by lane: it is held to one in fifty.
    """
    found = json.loads(python(COUNTS, UNSIM_CACHE_DIR=str(tmp_path)))
    assert list(found) == [*PHASES, "simulate"]
    whole = found.pop("simulate")
    assert whole["packed"] > sum(count["packed"] for count in found.values())
    assert whole["taken_apart"] == whole["called"] == 0
    assert whole["scalar"] < whole["packed"] / 50
    for phase, count in found.items():
        assert count["packed"] > 100, phase
        assert count["taken_apart"] == count["called"] == 0, phase
        others = [name for name in count["loaded"] if not name.startswith(("%arg.c.", "%arg.s."))]
        assert others == [], phase  # the world (w), the parameters (p) and what follows from them are loaded as lanes
        assert count["scalar"] < count["packed"] / 10, phase
    assert sum(count["scalar"] for count in found.values()) < 100
    assert found["world"]["words"] > 20  # Philox, too


@pytest.mark.slow  # compiles the whole kernel twice
def test_an_edited_rule_changes_what_the_whole_kernel_computes(tmp_path: Path) -> None:
    """A copy of the package runs a scenario, a rule of it is edited, and the next process computes by the new rule."""
    package = tmp_path / "unsim"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    if not (package / "scenarios").exists():  # they lie beside the sources until the package is built
        shutil.copytree(PACKAGE.parents[1] / "scenarios", package / "scenarios")
    places = {"UNSIM_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    script = (
        "import json, unsim\n"
        "from unsim.engines.kernel import simulate\n"
        "r = unsim.run(unsim.load('baseline_2024').over(2), 3, draws=1)\n"
        "print(json.dumps([unsim.__file__, list(r.outcome('cohesion_loss')), sum(simulate.stats.cache_hits.values())]))"
    )
    place, before, hits = json.loads(python(script, **places))
    assert place == str(package / "__init__.py")
    assert hits == 0
    assert json.loads(python(script, **places)) == [place, before, 1]  # from the cache
    edited = package / "rules" / "regime.py"
    rule = "return approach(cohesion, goal, speed)"
    assert edited.read_text().count(rule) == 1
    edited.write_text(edited.read_text().replace(rule, "return 1.0 + 0.0 * cohesion"))
    _, after, hits = json.loads(python(script, **places))
    assert hits == 0
    assert min(before) > 0.0
    assert after == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_an_edited_rule_is_compiled_anew(tmp_path: Path) -> None:
    """The loop stays as it was; the rule that it calls stands in another file, which numba's own cache does not look at."""
    package = tmp_path / "unsim"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "data"))
    loop = (
        "from unsim.rules import maths\nfrom unsim.rules.jit import kernel\n\n\n@kernel\ndef run(x):\n    return maths.share(x)\n"
    )
    (package / "engines" / "kernel" / "loop.py").write_text(loop)
    (package / "engines" / "kernel" / "__init__.py").write_text("")
    places = {"UNSIM_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    script = (
        "from unsim.engines.kernel import loop; print(loop.__file__, loop.run(7.0), *loop.run.stats.cache_hits.values(), sep='\\n')"
    )
    edited = package / "rules" / "maths.py"
    assert python(script, **places).split() == [str(package / "engines" / "kernel" / "loop.py"), "1.0"]
    assert python(script, **places).split()[1:] == ["1.0", "1"]  # from the cache
    edited.write_text(edited.read_text().replace("return clip(x, 0.0, 1.0)", "return clip(x, 0.0, 2.0)"))
    assert python(script, **places).split()[1:] == ["2.0"]


def test_the_mesa_engine_does_not_import_the_kernel() -> None:
    script = "import sys, unsim; unsim.PressureModel('baseline_2024').step(); print('unsim.engines.kernel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_overriding_one_rule_of_one_agent_changes_the_run_and_is_called_once_a_month(one_year: unsim.Scenario) -> None:
    calls = []

    class LaxChina(State):
        def police(self) -> float:
            calls.append(self.model.t)
            return 0.0

    plain, changed = run_model(one_year), run_model(one_year, agents={"CHN": LaxChina})
    assert calls == list(range(12))
    assert changed.states["CHN"].policing == 0.0
    assert changed.outcome("revenue_from_CHN") > plain.outcome("revenue_from_CHN")
    assert changed.states["RUS"].policing != 0.0


def test_a_vote_can_be_asked_for_its_reasons(baseline: unsim.Scenario) -> None:
    scenario = baseline.over(9).override({"coalition.menu": ["rights_meeting"], "parameters.tabling_threshold": 0.1})
    vote = run_model(scenario, draw=-1).states["CHN"].last_vote
    assert vote is not None
    assert vote.draft == "rights_meeting"
    assert vote.terms["linked"] == vote.terms["accountability_side"]
    added = sum(vote.terms[name] for name in ("linked", "veto_price", "weapons_mood", "posture", "cosponsors", "lobbying"))
    assert vote.terms["support"] == pytest.approx(added, abs=1e-12)
    assert 0.0 < vote.probability_of_yes + vote.probability_of_no < 1.0


def test_mesa_can_run_a_batch(one_year: unsim.Scenario) -> None:
    rows = mesa.batch_run(
        PressureModel,
        {"scenario": one_year.over(3), "seed": 4, "replicate": [0, 1]},
        number_processes=1,
        display_progress=False,
        max_steps=12,
    )
    costs = {row["replicate"]: row["economic_cost"] for row in rows}
    reference = unsim.run(one_year.over(3), 2, draws=1, seed=4, keep=2)
    expected = reference.kept[reference.row("economic_cost"), -1]
    assert [costs[0], costs[1]] == list(expected)


def test_the_kernel_follows_the_phases_in_their_order() -> None:
    tree = ast.parse((PACKAGE / "engines" / "kernel" / "simulate.py").read_text())
    simulate = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "simulate")
    called = [node.func.id for node in ast.walk(simulate) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [name for name in called if name.startswith("phase_")] == [f"phase_{phase}" for phase in PHASES]
    assert all(hasattr(Actor, phase) for phase in PHASES)


@pytest.mark.parametrize("path", ENGINES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_rule_has_leaked_into_an_engine(path: Path) -> None:
    """A decimal constant, an exponential or a comparison on a parameter belongs into a rule."""
    leaks = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value != 0.0 and node.value != 1.0:
            leaks.append(f"{node.lineno}: constant {node.value}")
        if isinstance(node, ast.Attribute) and node.attr in ("exp", "log", "sqrt", "power", "logistic"):
            leaks.append(f"{node.lineno}: {node.attr}")
        if isinstance(node, ast.Compare) and ("pt." in ast.unparse(node) or "p." in ast.unparse(node).split(" ")[0]):
            leaks.append(f"{node.lineno}: comparison {ast.unparse(node)}")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            leaks.append(f"{node.lineno}: power")
    assert leaks == []


@pytest.mark.parametrize(
    "options",
    [
        {"engine": "foo"},
        {"seed": 1.5},
        {"seed": 2**40},
        {"replicates": 2.5},
        {"chunk": 0},
        {"threads": -1},
        {"keep": -1},
        {"watch": ["outcome.revenue"], "span": 0},
        {"span": 2.5},
        {"draws": True},
    ],
)
def test_the_python_interface_refuses_what_it_cannot_do(baseline: unsim.Scenario, options: dict[str, Any]) -> None:
    with pytest.raises(unsim.ScenarioError, match="allowed"):
        unsim.run(baseline, **{"replicates": 2, **options})


@pytest.mark.parametrize(
    "options",
    [
        {"horizons": [0]},
        {"horizons": [2.5]},
        {"horizons": [500]},
        {"held": {"nope": 1.0}},
        {"redrawn": frozenset(["nope"])},
        {"watch": "reach"},
        {"watch": ["adoption.panel"]},  # of a draft nobody may table it has no meaning
        {"watch": [3]},
    ],
)
def test_what_is_watched_held_or_kept_is_known(baseline: unsim.Scenario, options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError), match=r"allowed|no parameter|no variable"):
        unsim.run(baseline, 2, **options)


def test_a_model_has_an_address_and_an_end(baseline: unsim.Scenario) -> None:
    for options in ({"draw": -2}, {"seed": 2**40}, {"replicate": 0.5}):
        with pytest.raises(ValueError, match="allowed"):
            PressureModel(baseline, **options)  # type: ignore[arg-type]
    model = PressureModel(baseline.over(2))
    model.step()
    model.step()
    with pytest.raises(RuntimeError, match="horizon of 2 months"):
        model.step()


def test_an_unknown_horizon_is_named(baseline: unsim.Scenario) -> None:
    with pytest.raises(ValueError, match="no horizon of 7 months; there are 12, 24"):
        unsim.run(baseline.over(24), 2).outcome("revenue", 7)
