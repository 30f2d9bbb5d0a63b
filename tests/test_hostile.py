"""Hostile and mistaken files and --set: a message with file, line and key, quickly, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

import unsim
from unsim.files import MAX_BYTES, MAX_CHAIN, all_assignments, assignments
from unsim.problems import MOST_SHOWN, Problem, ScenarioError
from unsim.reading import MAX_NODES, value_of
from unsim.scenario import load_with

BASE = "extends: baseline_2024\n"


def told(path: Path | str) -> str:
    """What a user reads, within two seconds."""
    begun = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        unsim.load(str(path))
    assert time.process_time() - begun < 2.0
    for problem in caught.value.problems:
        assert problem.found.strip()
        assert problem.allowed.strip()
        assert str(problem).isprintable()
    return str(caught.value)


def written(folder: Path, content: str | bytes, name: str = "s.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


BYTES: list[tuple[str, str | bytes, str]] = [
    ("empty", b"", "s.yaml:1: found nothing; allowed: a mapping of keys to values"),
    ("blank lines", "\n" * 90_000, "s.yaml:1: found nothing"),
    ("blank lines and comments", " \r\n\r# %\n" * 9_000, "s.yaml:1: found nothing"),
    ("only a comment", "# nothing\n", "s.yaml:1: found nothing"),
    ("a scalar", "just words", "s.yaml:1: found a value at the top"),
    ("a list", "- a\n- b\n", "s.yaml:1: found a list at the top"),
    ("binary", b"a: 1\n\x89PNG\xff", "s.yaml:2: found bytes that are not UTF-8; allowed: text in UTF-8: save the file"),
    ("Latin-1", "title: x\nname: Côte\n".encode("latin-1"), "s.yaml:2: found bytes that are not UTF-8"),
    ("UTF-16", BASE.encode("utf-16"), "s.yaml:1: found text in UTF-16 or UTF-32"),
    ("UTF-16 without a mark", BASE.encode("utf-16-le"), "s.yaml:1: found an invisible character (U+0000)"),
    ("a null byte", BASE + "title: a\0b\n", "s.yaml:2: found an invisible character (U+0000)"),
    (
        "too large",
        b"#" * (MAX_BYTES + 1),
        f"s.yaml: found a file of more than {MAX_BYTES} bytes, extended",
    ),
    (
        "many keys",
        BASE + "".join(f"k{i}: 1\n" for i in range(4999)) + "x: [1, 2, 3]\n",
        f"found more than {MAX_NODES} keys and values",
    ),
    ("a long list", BASE + "coalition: {menu: [" + "a," * 40_000 + "]}\n", f"s.yaml:2: found more than {MAX_NODES} keys"),
    ("a long text", BASE + "title: " + "x" * 90_000 + "\n", "s.yaml:2: title: found 'xxx"),
]


@pytest.mark.parametrize(("content", "part"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_a_file_that_is_no_scenario_is_told_what_it_is(tmp_path: Path, content: str | bytes, part: str) -> None:
    assert part in told(written(tmp_path, content))


SYNTAX = [
    ("two documents", "---\nmonths: 3\n", 2, "a second document (a line ---, or text after ...); allowed: one document in a file"),
    ("an anchor", "title: &x y\n", 2, "title: found an anchor (&x); allowed: plain keys and values"),
    ("a cyclic anchor", "states: &x [*x]\n", 2, "states: found an anchor (&x)"),
    ("an alias", "title: *x\n", 2, "title: found an alias (*x)"),
    ("a bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", 3, "b.0: found an alias (*a)"),
    ("a tag", "title: !!python/object/apply:os.system [true]\n", 2, "title: found a tag (!!python/object/apply:os.system)"),
    ("a local tag", "title: !x y\n", 2, "title: found a tag (!x)"),
    ("a merge key", "states:\n  <<: {USA: {}}\n", 3, "states: found a merge key (<<)"),
    ("a duplicate key", "months: 3\nmonths: 3\n", 3, "months: found a key that stands on line 2 already; allowed: each"),
    ("a deep duplicate", "states:\n  USA: {effort: 0, effort: 1}\n", 3, "states.USA.effort: found a key that stands on line 3"),
    ("a year and its text", "council: {elected: {2025: [], '2025': []}}\n", 2, "council.elected.2025: found a key that stands"),
    ("a list as key", "? [a, b]\n: 1\n", 2, "found a list or keys with values in the place of a key"),
    ("null as key", "null: 1\n", 2, "found the key null, which is no text; allowed: a name"),
    ("true as key", "states: {true: {}}\n", 2, "states: found the key true, which is no text"),
    ("an empty key", "'': 1\n", 2, "found an empty key"),
    ("a tab", "states:\n\tUSA: {}\n", 3, "found a YAML error: a tab; allowed: spaces"),
    ("two colons", "title: a: b\n", 2, "a second `key:` where a value is read; allowed: one `key: value` in a line"),
    ("no colon", "months 3\n", 2, "a line without `key: value`; allowed: a colon and a space after each key"),
    ("no space after the colon", "months:3\n", 2, "a line without `key: value`"),
    ("an open list", "coalition:\n  leaders: [USA\nmonths: 3\n", 3, "a list that is not closed, or without a comma; allowed"),
    ("open braces", "states: {USA: {}\nmonths: 3\n", 2, "keys in braces that are not closed, or without a comma; allowed: commas "
     "between entries, and } at the end"),
    ("an open quote", 'title: "a\nmonths: 3\n', 2, "text in quotes that is not closed, or a wrong \\ in it"),
    ("a wrong indentation", "states:\n  USA:\n    effort: 0\n   posture: 0\n", 5, "a line at a wrong indentation"),
    ("an at sign", "title: @x\n", 2, "a sign that no plain text begins with"),
    ("deep lists", "states: " + "[" * 10_000 + "\n", 2, "states.0.0: found more than 30 levels, one inside the other"),
    ("deep keys", "states: " + "{a: " * 10_000 + "\n", 2, "states.a.a: found more than 30 levels"),
    ("deep blocks", "".join(" " * n + "a:\n" for n in range(200)), 33, "a.a.a: found more than 30 levels"),
    ("deep dashes", "a:\n  " + "- " * 40_000 + "b\n", 3, "a.0.0: found more than 30 levels"),
    ("an escape sequence", 'title: "\\e[31mred"\n', 2, "title: found an invisible character (U+001B); allowed: text"),
    ("an escape in a key", '"\\e[31mred": 1\n', 2, "found an invisible character (U+001B) in the key \\x1b[31mred"),
    ("text turned around", "title: a\u202eb\n", 2, "title: found an invisible character (U+202E)"),
    ("half a character", 'title: "\\ud800"\n', 2, "title: found an invisible character (U+D800)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "part"), [row[1:] for row in SYNTAX], ids=[row[0] for row in SYNTAX])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_yaml_beyond_plain_keys_and_values_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, part: str, mark: str, newline: str
) -> None:
    found = told(written(tmp_path, (mark + BASE + text).replace("\n", newline)))
    assert f"s.yaml:{line}: " in found
    assert any(f"s.yaml:{line}: " in row and part in row for row in found.splitlines()), found


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%YAML 9.9", "%TAG ! tag:x,2024:", "%FOO bar"])
def test_a_directive_is_refused(tmp_path: Path, directive: str) -> None:
    assert "s.yaml:2: found a line that begins with %" in told(written(tmp_path, f"# a\n{directive}\n---\n{BASE}"))


VALUES = [
    ("months: 1e999", "months: found inf; allowed: a whole number from 1 to 1200"),
    ("months: .nan", "months: found nan; allowed: a whole number from 1 to 1200"),
    ("months: 12.0", "months: found 12.0; allowed: a whole number from 1 to 1200"),
    ("months: true", "months: found true; allowed: a whole number"),
    ("months: 1_000", "months: found '1_000'; allowed: a whole number"),
    ("months: 12:30:00", "months: found '12:30:00'; allowed: a whole number"),
    ("months: 2024-99-99", "months: found '2024-99-99'; allowed: a whole number"),
    ("months: " + "9" * 5000, "months: found '999"),
    ("months: 0x" + "F" * 5000, "months: found '0xFFF"),
    ("months: [3]", "months: found a list (3); allowed: a whole number"),
    ("months: {a: 3}", "months: found keys with values (a); allowed: a whole number"),
    ("months: 1201", "months: found 1201; allowed: 1 to 1200"),
    ("months: 1200", "months: found 1200; allowed: 1 to 912: a horizon that ends before 2100"),
    ("start: 2099-12\nmonths: 2", "months: found 2; allowed: 1 to 1: a horizon that ends before 2100"),
    ("start: 2024-13", "start: found '2024-13'; allowed: a month as YYYY-MM"),
    ("start: 2024", "start: found 2024; allowed: a month as YYYY-MM"),
    ("states: {USA: {effort: .inf}}", "states.USA.effort: found inf; allowed: 0 to 5"),
    ("states: {USA: {effort: '0.5'}}", "states.USA.effort: found '0.5'; allowed: a number from 0 to 5"),
    ("states: {USA: {sponsor: yes}}", "states.USA.sponsor: found 'yes'; allowed: true or false"),
    ("parameters: {evadability: {coal: .nan}}", "parameters.evadability.coal: found nan; allowed: 0 to 1"),
    ("measures: {add: {x: {sender: ' ', channel: coal, coverage: 1, from: 2018-01}}}", "sender: found ' '; allowed: text that"),
    ("measures: {add: {x: {sender: JPM, channel: coal, coverage: 1, from: 2018-01}}}", "found unknown sender JPM; allowed: JPN"),
    ("measures: {add: {x: {sender: UN, channel: coal, coverage: 1, from: 2018-01, until: 2017-01}}}", "a month after 2018-01"),
    ("council: {elected: {'²': [NOR, BRA, IND, ZAF, DEU, NGA, EGY, MEX, POL, IDN]}}", "found '²'; allowed: a year from 2006"),
    ("council: {elected: {02025: [NOR, BRA, IND, ZAF, DEU, NGA, EGY, MEX, POL, IDN]}}", "found '02025'; allowed: a year from"),
    ("general_assembly: {penholders: [EUU, EUU]}", "general_assembly.penholders.1: found 'EUU'; allowed: each state once"),
    ("partners: {CHN: null, RUS: null, KOR: null, JPN: null, ROW: null}", "partners: found no keys; allowed: at least 1 entries"),
    ("states: {" + ", ".join(f"A{a}{b}: {{}}" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ") + "}",
     "states: found a total of 269 entries; allowed: at most 250 (states by three-letter code)"),
    ("channels: {" + ", ".join(f"k{i}: {{}}" for i in range(25)) + "}", "found a total of 35 entries; allowed: at most 30"),
    ("coalition: {menu: [" + ", ".join(f"k{i}" for i in range(31)) + "]}", "coalition.menu: found a total of 31 entries"),
    ("channels: {coal: {label: " + "x" * 161 + "}}", "channels.coal.label: found 'xxx"),
    ("states: {JPM: {posture: 0.1}}", "states.JPM: found unknown state JPM; allowed: JPN (nearest)"),
    ("states: {JPM: {posture: 0.1}}", "or a name for one of your own: states.JPM.name"),
    ("partners: {CHM: {fears: 0.1}}", "partners.CHM: found unknown partner CHM; allowed: CHN (nearest)"),
    ("council: {elected: {2025: [NOX, BRA, IND, ZAF, DEU, NGA, EGY, MEX, POL, IDN]}}", "position: NOX; allowed: NOR (nearest)"),
    ("title: '  '", "title: found '  '; allowed: text that is not blank"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part"), VALUES, ids=[text[:40] for text, _ in VALUES])
def test_a_value_that_is_not_allowed_is_shown_with_what_is(tmp_path: Path, text: str, part: str) -> None:
    lines = told(written(tmp_path, f"{BASE}{text}\n")).splitlines()
    line = 2 + text.count("\n")
    assert any(f"s.yaml:{line}: " in row and part in row for row in lines), lines


@pytest.mark.parametrize(
    ("text", "value"),
    [("0x1F", 31), ("0o17", 15), ("017", 17), ("1e3", 1000.0), ("+3", 3), ("-.inf", float("-inf")), ("~", None), ("TRUE", True),
     ("yes", "yes"), ("1_000", "1_000"), ("2024-01-05", "2024-01-05"), ("0b1", "0b1"), ("=", "="), (".", "."), ("1e", "1e")],
)  # fmt: skip
def test_values_follow_the_core_schema_of_yaml_1_2(text: str, value: Any) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_lines_are_right_behind_lone_carriage_returns_and_in_lists(tmp_path: Path) -> None:
    assert "s.yaml:3: month: found unknown key" in told(written(tmp_path, f"{BASE}months: 3\nmonth: 3\n".replace("\n", "\r")))
    text = "world:\n  border:\n    - from: 2020-01\n      value: 0.5\n    - {from: 2021-01,\n       value: 7}\n"
    assert "s.yaml:7: world.border.1.value: found 7; allowed: 0 to 1" in told(written(tmp_path, BASE + text))


def test_hundreds_of_problems_are_counted_and_not_printed(tmp_path: Path) -> None:
    found = told(written(tmp_path, BASE + "".join(f"k{i}: 1\n" for i in range(120)))).splitlines()
    assert len(found) == MOST_SHOWN + 1
    assert found[-1].endswith("s.yaml: and 70 more")
    many = told(written(tmp_path, BASE + "".join(f"k{i}: 1\n" for i in range(2000)))).splitlines()
    assert many[-1].endswith("and 250 more, or yet more")


EXTENDS: list[tuple[str, str, dict[str, str], str]] = [
    ("itself", "s.yaml", {}, "s.yaml:1: extends: found a circle: s -> s; allowed: a file that does not come back here"),
    ("a circle of two", "b", {"b.yaml": "extends: s\n"}, "b.yaml:1: extends: found a circle: s -> b -> s"),
    ("what lies above", "../base.yaml", {"../base.yaml": BASE}, "found '../base.yaml', a path that leads out of the folder of"),
    ("what may lie above", "../../../etc/passwd", {}, "a path that leads out of the folder of the named file"),
    ("an absolute path", "/etc/passwd", {}, "found '/etc/passwd', a path that does not begin in the folder of the named file"),
    ("a home", "~/base.yaml", {}, "a path that does not begin in the folder of the named file"),
    ("a device", "/dev/zero", {}, "allowed: a shipped scenario, or the path of a file in this folder or below it; copy or move"),
    ("a folder", "sub/", {"sub/x.yaml": BASE}, "found 'sub/', a folder; allowed: a shipped scenario, or the path of a file"),
    ("a list", "[a, b]", {}, "extends: found a list ('a', 'b'); allowed: a shipped scenario"),
    ("a number", "5", {}, "extends: found 5; allowed: a shipped scenario"),
    ("nothing at all", "''", {}, "extends: found '', no such file"),
    ("a mistyped name", "basline_2024", {}, "no such file or scenario; allowed: baseline_2024 (nearest)"),
    ("a name too long", "a" * 5000, {}, "s.yaml:1: extends: found 'aaa"),
    ("a parent with an unknown key", "b", {"b.yaml": BASE + "month: 1\n"}, "b.yaml:2: month: found unknown key month"),
    ("a broken parent", "b", {"b.yaml": BASE + "a: [1\n"}, "b.yaml:2: found a YAML error: a list that is not closed"),
    ("an empty parent", "b", {"b.yaml": ""}, "b.yaml:1: found nothing"),
    ("large ones", "f0", {f"f{i}.yaml": f"extends: f{i + 1}\n" + "# x\n" * 12_000 for i in range(5)}, "f2.yaml: found a file of"),
    ("too many", "f0", {f"f{i}.yaml": f"extends: f{i + 1}\n" for i in range(1000)},
     f"extends: found a chain of more than {MAX_CHAIN} files; allowed: at most {MAX_CHAIN} files"),
]  # fmt: skip


@pytest.mark.parametrize(("parent", "files", "part"), [row[1:] for row in EXTENDS], ids=[row[0] for row in EXTENDS])
def test_what_cannot_be_extended_is_told(tmp_path: Path, parent: str, files: dict[str, str], part: str) -> None:
    folder = tmp_path / "in"
    for name, text in files.items():
        written(folder, text, name)
    assert part in told(written(folder, f"extends: {parent}\n"))


def test_a_link_that_leads_out_a_pipe_and_links_in_a_circle_are_no_parents(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    path = written(folder, "extends: z.yaml\n")
    written(tmp_path, BASE, "out.yaml")
    (folder / "z.yaml").symlink_to("../out.yaml")
    assert "found 'z.yaml', a path that leads out of the folder of the named file" in told(path)
    (folder / "z.yaml").unlink()
    os.mkfifo(folder / "z.yaml")
    assert "found 'z.yaml', no ordinary file (a pipe or a device)" in told(path)
    (folder / "z.yaml").unlink()
    (folder / "z.yaml").symlink_to("z.yaml")
    assert "found 'z.yaml', no such file" in told(path)


def test_a_parent_below_the_named_file_may_extend_one_beside_it(tmp_path: Path) -> None:
    written(tmp_path, BASE + "months: 7\n", "base.yaml")
    below = written(tmp_path, "extends: ../base.yaml\n", "a/b.yaml")
    assert unsim.load(str(written(tmp_path, "extends: a/b.yaml\n"))).months == 7
    assert f"leads out of the folder of the named file ({tmp_path / 'a'})" in told(below)


@pytest.mark.parametrize("name", ["a b.yaml", "a\nb.yaml", "a'\"b.yaml", "ü字.yaml", "a\x1b[31mb.yaml", "[bold]{task}[/x].yaml"])
def test_a_file_of_any_name_is_told_on_one_line(tmp_path: Path, name: str) -> None:
    found = told(written(tmp_path, BASE + "x: 1\n", name))
    assert len(found.splitlines()) == 1
    assert ":2: x: found unknown key x" in found


@pytest.mark.parametrize(
    "reference", ["", ".", "nothing.yaml", "/dev/zero", "/dev/null", "a" * 5000, "a\0b", "a\x1b[31m", "~/x.yaml"]
)
def test_a_name_without_a_file_is_told(reference: str) -> None:
    assert "allowed: a path, or " in told(reference)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, BASE)
    monkeypatch.setattr(Path, "open", refuse)
    assert "s.yaml: found an unreadable file (Permission denied); allowed: a text file" in told(path)


SETS = [
    ("nonsense", "--set: found 'nonsense'; allowed: KEY=VALUE, such as coalition.coordination=0.5"),
    ("", "--set: found ''; allowed: KEY=VALUE"),
    ("=5", "--set: found '=5'; allowed: KEY=VALUE"),
    ("months=", "--set: months: found nothing; allowed: a value, or null to take the key away"),
    ("title=#5", "--set: title: found nothing"),
    ("states..effort=5", "--set: states..effort: found an empty name between dots"),
    (".".join("a" * 1000) + "=1", "found a key of more than 30 names"),
    ("states=" + "[" * 5000, "--set: states.0.0: found more than 30 levels"),
    ("title=" + "x" * (MAX_BYTES + 1), f"--set: title: found a value of more than {MAX_BYTES} letters"),
    ("coalition.menu=[" + "a," * 40_000 + "]", f"found more than {MAX_NODES} keys and values"),
    ("months=[1", "--set: months: found a YAML error: a list that is not closed, or without a comma; allowed: a value in YAML 1.2"),
    ("months=1\n--- 2", "--set: found a second document"),
    ("months=&a 1", "--set: months: found an anchor (&a)"),
    ("title=!!python/name:os.system x", "--set: title: found a tag (!!python/name:os.system)"),
    ("states={USA: {effort: 0, effort: 1}}", "--set: states.USA.effort: found a key that stands here already"),
    ("states.USA.effort=.nan", "--set: states.USA.effort: found nan; allowed: 0 to 5"),
    ("months=" + "9" * 5000, "--set: months: found '999"),
    ("start=2024-99-99", "--set: start: found '2024-99-99'; allowed: a month as YYYY-MM"),
    ("extends=placebo", "--set: extends: found 'placebo'; allowed: other keys"),
    ("coalition.coordinaton=0.5", "--set: coalition.coordinaton: found unknown key coordinaton; allowed: coordination (nearest)"),
    ("coalition.coordinaton=null", "--set: coalition.coordinaton: found unknown key coordinaton"),
    ("months.x=5", "--set: months: found keys with values (x); allowed: a whole number"),
    ("coalition.leaders.0=KOR", "--set: coalition.leaders: found keys with values (0); allowed: a list"),
    ("\x1b[31mx=5", "--set: \\x1b[31mx: found unknown key \\x1b[31mx"),
    ("start=\x1b[31m", "--set: start: found an invisible character (U+001B)"),
    ("title=a: b", "--set: title: found keys with values (a); allowed: text"),
]


@pytest.mark.parametrize(("text", "part"), SETS, ids=[text[:30] for text, _ in SETS])
def test_a_hostile_set_is_told(text: str, part: str) -> None:
    begun = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        load_with("baseline_2024", [assignments(text)])
    assert time.process_time() - begun < 2.0
    assert str(caught.value).isprintable()
    assert part in str(caught.value)
    assert len(str(caught.value)) < 2500


def test_all_that_is_wrong_with_several_sets_is_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        all_assignments(["nonsense", "months=3", "months=[1", "title="])
    assert len(caught.value.problems) == 3
    assert all_assignments(["months=3", "states.USA.effort=0.5"]) == [(("months",), 3), (("states", "USA", "effort"), 0.5)]


def test_python_values_are_taken_as_plain_ones(baseline: unsim.Scenario) -> None:
    import numpy as np

    changed = baseline.override({"channels.coal.scale": np.array([0.5, 1.0, 2.0]), "months": np.int64(7)})
    assert changed.file.channels["coal"].scale == [0.5, 1.0, 2.0]
    assert changed.months == 7
    endless: list[Any] = []
    endless.append(endless)
    for value in (endless, 10**400, object(), float("nan"), "a\x1bb"):
        with pytest.raises(ScenarioError):
            baseline.override({"months": value})


def test_a_message_is_one_line_that_a_terminal_only_shows() -> None:
    problem = Problem("a\x1b[31m\nb", 3, "k\u202e" + "x" * 500, "y\r", "z\u2028")
    assert str(problem).isprintable()
    assert len(str(problem)) < 250


def test_a_scenario_with_all_that_the_limits_allow_still_runs(tmp_path: Path) -> None:
    codes = [f"A{a}{b}" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    draft = "label: x, instrument: procedural, security: 1.0, bite: 1.0, value: 1.0"
    text = BASE + "\n".join(
        [
            "months: 3",
            "states: {" + ", ".join(f"{code}: {{name: {code}}}" for code in codes[:240]) + "}",
            "partners: {" + ", ".join(f"{code}: {{}}" for code in codes[:25]) + "}",
            "channels: {" + ", ".join(f"k{i}: {{}}" for i in range(20)) + "}",
            "drafts: {" + ", ".join(f"d{i}: {{{draft}}}" for i in range(30)) + "}",
            "coalition: {menu: [" + ", ".join(f"d{i}" for i in range(30)) + "]}",
        ]
    )
    assert unsim.run(str(written(tmp_path, text)), 2, draws=2).replicates == 2
