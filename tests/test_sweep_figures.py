"""Figures of sweeps: what each needs, what it counts, what it says of chance, and how it reads in grey."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from unsim.cli import app
from unsim.effects import Z
from unsim.experiments import figures
from unsim.experiments.engine import sweep
from unsim.experiments.figures import design, effects
from unsim.experiments.figures.look import Asked
from unsim.experiments.findings import Findings
from unsim.experiments.loading import load
from unsim.files import ScenarioError
from unsim.plots.style import Picture, wrapped

TEXT = """\
title: A test
arms:
  one: {scenario: baseline_2024}
  other: {scenario: tripartite_2024}
reference: one
months: 3
factors:
  effort: {key: states.KOR.effort, values: [0.5, 1.5], arms: [other]}
  sigma: {key: parameters.value_curvature, values: [0.0, 3.0], arms: [other]}
design: {kind: one_at_a_time}
parameters: {draws: 20}
replicates: 100
paths: 20
outcomes: [campaign, coercion]
"""


def made(place: Path, rows: str = "", **changes: Any) -> Findings:
    """A small sweep; ``rows``: points of a table, instead of one factor at a time."""
    place.mkdir()
    file = place / "test.yaml"
    file.write_text(TEXT, encoding="utf-8")
    if rows:
        (place / "points.csv").write_text(f"effort,sigma\n{rows}", encoding="utf-8")
        changes |= {"design": {"kind": "table", "file": "points.csv"}}
    return sweep(load(str(file), [((key,), value) for key, value in changes.items()]), place / "out")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """One factor at a time."""
    return made(tmp_path_factory.mktemp("sweeps") / "alone")


def words(picture: Picture) -> str:
    """What is said below a figure, in one line."""
    return " ".join(str(picture.draw().get_supxlabel()).split())


def plotted(found: Findings, *arguments: str) -> tuple[int, str]:
    """``unsim plot``: exit code and all that it printed."""
    done = CliRunner().invoke(app, ["plot", str(found.folder.path), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), "no traceback"
    return done.exit_code, done.output


# Factors


def test_a_design_of_one_factor_at_a_time_has_no_map_and_keeps_its_other_figures(alone: Findings, tmp_path: Path) -> None:
    code, said = plotted(alone, "--out", str(tmp_path / "figures"))
    assert code == 0, said
    assert {path.stem for path in (tmp_path / "figures").glob("*.png")} == {
        "fan", "over_time", "forest", "response_campaign", "votes"
    }  # fmt: skip
    code, said = plotted(alone, "--kind", "heat", "--out", str(tmp_path / "heat"))
    assert code == 2
    assert "points at which two factors have numbers, more than one of each); allowed: one of fan, over_time" in said
    assert not (tmp_path / "heat").exists()
    (response,) = figures.pictures(alone, kind="response")
    assert "A point for each value; each factor by itself" in words(response)


def test_a_map_shows_the_points_that_fill_both_factors_and_says_how_many(tmp_path: Path) -> None:
    found = made(tmp_path / "table", "0.5,\n0.5,0\n1.5,0\n0.5,3\n1.5,3\n")
    (heat,) = figures.pictures(found, kind="heat")
    table = heat.table()
    assert list(zip(table["value_across"], table["value_up"], strict=True)) == [(0.5, 0.0), (1.5, 0.0), (0.5, 3.0), (1.5, 3.0)]
    assert table["effect"].iloc[1] == found.effect("other", "campaign", point=2).effect
    assert "Shown: the 4 points at which both factors have a number." in words(heat)


def test_a_table_in_which_no_row_fills_both_factors_has_no_map(tmp_path: Path) -> None:
    found = made(tmp_path / "table", "0.5,\n1.5,\n,0\n,3\n")
    assert {picture.name for picture in figures.pictures(found)} == {"fan", "over_time", "forest", "response_campaign", "votes"}


def test_points_that_are_no_grid_have_marks_that_tell_their_sign_without_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = made(tmp_path / "table", "0.5,0.3\n1.5,1\n1.0,2\n")
    real = design.heat_table
    monkeypatch.setattr(design, "heat_table", lambda *args: real(*args).assign(effect=[1.0, -2.0, -0.5]))
    (heat,) = figures.pictures(found, kind="heat")
    up, down = heat.draw().axes[0].collections
    assert [list(row) for row in np.asarray(up.get_offsets())] == [[0.5, 0.3]]
    assert [list(row) for row in np.asarray(down.get_offsets())] == [[1.5, 1.0], [1.0, 2.0]]
    assert up.get_paths()[0].vertices[0][1] > 0.0 > down.get_paths()[0].vertices[0][1], "one points up, the other down"


# What is counted


def test_levels_and_fans_count_the_futures_that_an_arm_has_of_its_own(alone: Findings) -> None:
    assert [alone.counted(arm) for arm in ("one", "other")] == [20, 100]
    levels = alone.levels().query("outcome == 'campaign' and horizon == 3").set_index("arm")
    assert list(levels["n"]) == [100, 500]
    assert levels.loc["one", "sd"] == alone.values("one", "campaign", 0)[:, -1].std(ddof=1)
    (fan,) = figures.pictures(alone, kind="fan")
    assert "of the futures of each arm (20 of one, 100 of other; points at which an arm is the same count once)" in words(fan)
    assert fan.table().groupby("arm")["n"].first().to_dict() == {"one": 20, "other": 100}


def test_a_point_that_stands_for_more_others_weighs_more(tmp_path: Path) -> None:
    factors = {
        "effort": {"key": "states.KOR.effort", "arms": ["other"]},
        "sigma": {"key": "parameters.value_curvature", "arms": ["one"]},
    }
    found = made(tmp_path / "table", "0.5,0\n0.5,1\n0.5,2\n1.5,0\n", factors=factors)
    level = found.levels().query("arm == 'other' and outcome == 'campaign' and horizon == 3").iloc[0]
    assert level["n"] == 200
    assert level["mean"] == pytest.approx(found.values("other", "campaign")[:, -1].mean(), rel=1e-12)


def test_the_area_of_monthly_effects_is_of_the_kind_that_its_table_names(alone: Findings) -> None:
    (monthly,) = figures.pictures(alone, kind="over_time")
    (interval,) = set(monthly.table()["interval"])
    assert f"Area: {interval}." in words(monthly)


# One parameter at a time


def screened(found: Findings, *ends: tuple[str, float, float, float, int]) -> Picture:
    """The tornado of a screen: parameter, end, shift, its error, pairs."""
    table = pd.DataFrame(ends, columns=["parameter", "held_at", "shift", "error", "n"])
    table.assign(effect=table["shift"] + 0.5, draws=16).to_csv(_screen_of(found), index=False)
    (picture,) = effects.tornados(found, Asked())
    return picture


def _screen_of(found: Findings) -> Path:
    place = found.folder.path / "tables"
    place.mkdir(exist_ok=True)
    return place / "flips.csv"


def test_a_tornado_leaves_out_what_chance_explains_and_shows_the_error_of_the_rest(alone: Findings) -> None:
    tornado = screened(
        alone,
        ("noisy", 1.0, 0.9, 0.6, 16), ("telling_much", 2.0, 0.3, 0.1, 64), ("telling_much", 1.0, -0.1, 0.1, 16),
        ("noisy", 0.0, 0.02, 0.3, 16),
    )  # fmt: skip
    axis = tornado.draw().axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["telling much"]
    assert [bar.get_width() for bar in axis.patches] == pytest.approx([-0.1, 0.3])
    intervals = {tuple(np.round(np.asarray(line.get_xdata(), dtype=float), 6)) for line in axis.lines if line.get_marker() == "|"}
    assert intervals == {tuple(np.round([0.5 + shift - Z * 0.1, 0.5 + shift + Z * 0.1], 6)) for shift in (-0.1, 0.3)}
    said = words(tornado)
    assert said.startswith("n = 16 paired futures at 3 ends and 64 paired futures at 1 ends, 16 of 20 parameter draws, seed 1.")
    assert "2 parameters were examined" in said
    assert "1 are told apart from chance" in said
    assert "90%, chance alone. Line: the effect with all drawn, +0.5" in said
    assert list(tornado.table()["apart"]) == [False, True, False, False]


def test_a_tornado_of_chance_alone_says_so_in_words(alone: Findings) -> None:
    tornado = screened(alone, ("noisy", 1.0, 0.9, 0.6, 16), ("noisy", 0.0, 0.02, 0.3, 16), ("idle", 0.0, 0.0, 0.0, 16))
    figure = tornado.draw()
    (told,) = figure.axes[0].texts
    assert (
        " ".join(told.get_text().split())
        == "None of 2 parameters, held at either end, moves the effect by more than chance explains."
    )
    assert not figure.axes[0].patches
    assert "0 are told apart from chance" in words(tornado)


HEADER = "parameter,held_at,effect,shift,error,n,draws"


@pytest.mark.parametrize("broken", ["", "parameter,held_at,effect,shift\na,1,2,3\n", f"{HEADER}\na,0,1,much,little,1,1\n"])
def test_a_screen_that_is_none_is_told(alone: Findings, broken: str) -> None:
    _screen_of(alone).write_text(broken)
    with pytest.raises(ScenarioError, match=r"flips\.csv: found no screen of parameters"):
        effects.tornado_table(alone)
    _screen_of(alone).unlink()


def test_a_figure_that_cannot_be_drawn_loses_no_other(alone: Findings, tmp_path: Path) -> None:
    _screen_of(alone).write_text("")
    code, said = plotted(alone, "--out", str(tmp_path / "figures"))
    _screen_of(alone).unlink()
    assert code == 2
    assert re.search(r"not drawn: tornado: .*flips\.csv: found no screen of parameters", said)
    assert {path.stem for path in (tmp_path / "figures").glob("*.pdf")} >= {"fan", "forest", "votes"}
    assert "fan.png" in said
    assert "tornado.png" not in said


def test_a_defect_of_one_figure_is_told_by_its_name(tmp_path: Path, alone: Findings) -> None:
    def fails() -> Any:
        raise ZeroDivisionError("why")

    (fan,) = figures.pictures(alone, kind="fan")
    lost = figures.write([Picture("bad", "", fails, fan.table), fan], tmp_path)
    assert {name: repr(error) for name, error in lost.items()} == {"bad": "ZeroDivisionError('why')"}
    assert (tmp_path / "fan.png").is_file()


# Words


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("coordination alone", ["coordination", "alone"]),
        ("coordination_alone", ["coordination_", "alone"]),
        ("of measures.add.usa_ban.coverage", ["of measures.add.", "usa_ban.coverage"]),
        ("non-proliferation text", ["non-", "proliferation", "text"]),
        ("unsim sweep quick_look", ["unsim sweep", "quick_look"]),
    ],
)
def test_words_are_broken_only_where_they_are_longer_than_a_line_and_at_marks_within_them(text: str, lines: list[str]) -> None:
    assert wrapped(text, 8.0, 1.0).splitlines() == lines


def test_a_kind_that_is_not_there_is_told_with_those_that_are(alone: Findings) -> None:
    with pytest.raises(ScenarioError, match=r"tornado, for which this sweep has not what it needs \(the screen of parameters"):
        figures.pictures(alone, kind="tornado")
