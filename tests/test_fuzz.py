"""Shipped files and --set, mutated at random: a scenario that runs, or problems in words; nothing else, and soon.

``UNSIM_FUZZ`` sets the number of examples (300 unless told otherwise); ``UNSIM_FUZZ_REPORT`` names a file
to which the number of good and refused ones is written.
"""

from __future__ import annotations

import io
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import unsim
from unsim.checks import merged_with_tables
from unsim.files import assignments, read, shipped_scenarios
from unsim.parameters import PARAMETERS
from unsim.problems import ScenarioError
from unsim.scenario import Scenario, load_with
from unsim.schema import ScenarioFile

EXAMPLES = int(os.environ.get("UNSIM_FUZZ", "300")) // 5
SECONDS = 2.0
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(shipped_scenarios().glob("*.yaml"))}
TREES = {name: read(name).layers[-1] for name in TEXTS}
WHOLE = merged_with_tables(read("baseline_2024"))

HOSTILE: list[Any] = [
    None, True, False, 0, 1, -1, 0.5, 1.0, 3, 12, 1200, 10**6, 10**18, 10**30, 1e-320, 1e300, float("nan"), float("inf"),
    "", " ", "~", "no", "USA", "PRK", "CHN", "XXX", "UN", "*", "resale", "ROW", "coal", "goods:food", "2024-13", "2099-12",
    "1900-01", "2025", "²", "x" * 200, "\x1b[31m", "\u202e", "[/x]", "{task}", "$x_{", "states", "chapter7", "panel", "link",
    [], {}, [[]], [{}], ["USA"], ["USA", "USA"], [0, 0, 0], [0.0, 0.5, 1.0], [3, 2, 1], {"a": 1}, {"USA": {}}, {"coal": 0.5},
    {"from": "2024-01", "value": 0.5}, [{"from": "2020-01", "value": 0.5}, {"from": "2020-01", "value": 2}], {"2025": ["BRA"] * 10},
]  # fmt: skip
TOKENS = [
    "1e999", ".nan", "-.inf", "0x1F", "1_000", "2024-01-05", "yes", "null", "~", "[", "]", "{", "}", "&a", "*a", "!!str",
    "!x", "<<", "---", "%YAML 1.1", "? ", "- ", ": ", "#", "'", '"', "|", ">", "\t", "\0", "\x1b", "\ufeff", "\r",
    "@", "[" * 50, "{a: " * 50, "9" * 5000, "/etc/passwd", "baseline_2024", "extends: placebo", "months: 1", "💥",
]  # fmt: skip
EXTREMES = [0.0, 1.0, 0, 1, 5e-324, 1e-300, 1e-9, 1 - 2**-53, 2.0, 5.0, 10.0, 100.0, 1e6, -1.0, -4.0, 12, 240]

SEEN: Counter[str] = Counter()


def at(node: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        node = node[part]
    return node


def paths(node: Any, key: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key of a tree, lists by index."""
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for name, value in items:
        yield (*key, name)
        yield from paths(value, (*key, name))


PATHS = {name: list(paths(tree)) for name, tree in TREES.items()}
KEYS = sorted(
    {str(part) for found in PATHS.values() for path in found for part in path} | set(ScenarioFile.model_fields) | {"from"}
)
ALL = list(paths(WHOLE))
NUMBERS = [path for path in ALL if type(at(WHOLE, path)) in (int, float) and not any(isinstance(part, int) for part in path[:-1])]
SUBTREES = [(name, path) for name, found in PATHS.items() for path in found]


def put(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of a tree with a value at a key."""
    if not path:
        return value
    if isinstance(node, list):
        return [put(item, path[1:], value) if index == path[0] else item for index, item in enumerate(node)]
    return (
        {**node, path[0]: put(node.get(path[0]), path[1:], value)}
        if isinstance(node, dict)
        else {path[0]: put(None, path[1:], value)}
    )


def dropped(node: Any, path: tuple[Any, ...]) -> Any:
    """A copy of a tree without a key."""
    inner = at(node, path[:-1])
    if isinstance(inner, list):
        return put(node, path[:-1], [item for index, item in enumerate(inner) if index != path[-1]])
    return put(node, path[:-1], {name: value for name, value in inner.items() if name != path[-1]})


def dumped(tree: Any) -> bytes:
    stream = io.BytesIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.representer.ignore_aliases = lambda _: True
    yaml.dump(tree, stream)
    return stream.getvalue()


@st.composite
def trees(draw: st.DrawFn) -> bytes:
    """A shipped file with keys renamed, taken away, replaced by hostile values or by a part of another file."""
    name = draw(st.sampled_from(sorted(TREES)))
    tree: Any = TREES[name]
    for _ in range(draw(st.integers(1, 4))):
        found = list(paths(tree))
        if not found:
            break
        path = draw(st.sampled_from(found))
        match draw(st.sampled_from(("value", "number", "subtree", "rename", "drop", "add", "list"))):
            case "value":
                tree = put(tree, path, draw(st.sampled_from(HOSTILE)))
            case "number":
                tree = put(tree, path, draw(st.floats() | st.integers(-5, 5000)))
            case "subtree":
                other, there = draw(st.sampled_from(SUBTREES))
                tree = put(tree, path, at(TREES[other], there))
            case "rename" if not isinstance(path[-1], int):
                value = at(tree, path)
                tree = put(dropped(tree, path), (*path[:-1], draw(st.sampled_from(KEYS) | st.text(max_size=5))), value)
            case "drop":
                tree = dropped(tree, path)
            case "add":
                other, there = draw(st.sampled_from(SUBTREES))
                tree = put(tree, there, at(TREES[other], there)) if not any(isinstance(part, int) for part in there) else tree
            case _:
                value = at(tree, path)
                tree = put(tree, path, value * 2 if isinstance(value, list) else [value])
    return dumped(tree)


def _lines(draw: st.DrawFn, text: str) -> str:
    lines = text.splitlines(keepends=True)
    i, j = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match draw(st.sampled_from(("delete", "double", "swap", "indent", "cut", "borrow", "ends"))):
        case "delete":
            del lines[i : i + draw(st.integers(1, 4))]
        case "double":
            lines.insert(j, lines[i])
        case "swap":
            lines[i], lines[j] = lines[j], lines[i]
        case "indent":
            lines[i] = " " * draw(st.integers(0, 9)) + lines[i].lstrip()
        case "cut":
            lines = lines[: i + 1]
        case "borrow":
            lines.insert(i, draw(st.sampled_from(draw(st.sampled_from(sorted(TEXTS.values()))).splitlines(keepends=True))))
        case _:
            lines = [line.rstrip("\n") + draw(st.sampled_from(("\r\n", "\r"))) for line in lines]
    return "".join(lines)


def _token(draw: st.DrawFn, text: str) -> str:
    words = [index for index, sign in enumerate(text) if sign in " :,[]{}\n"] or [0]
    i = draw(st.sampled_from(words))
    after = next((index for index in words if index > i), len(text))
    return text[: i + 1] + draw(st.sampled_from(TOKENS)) + text[draw(st.sampled_from((i + 1, after))) :]


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A shipped file with lines and words deleted, doubled, swapped, indented or replaced."""
    text = TEXTS[draw(st.sampled_from(sorted(TEXTS)))]
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from((_lines, _token)))(draw, text) if text.strip() else text
    return text.encode("utf-8", "surrogatepass")


@st.composite
def raw(draw: st.DrawFn) -> bytes:
    """A shipped file with bytes changed, or in another encoding."""
    text = TEXTS[draw(st.sampled_from(sorted(TEXTS)))]
    content = text.encode(draw(st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"))))
    for _ in range(draw(st.integers(1, 4))):
        i = draw(st.integers(0, len(content)))
        content = content[:i] + draw(st.binary(max_size=3)) + content[i + draw(st.integers(0, 3)) :]
    return content


def as_yaml(value: Any) -> str:
    return dumped([value]).decode("utf-8", "surrogatepass").strip().removeprefix("[").removesuffix("]").removeprefix("- ")


@st.composite
def sets(draw: st.DrawFn) -> list[str]:
    """Texts for --set: keys of the schema and mistyped ones, values of every kind."""
    found = []
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
        path = [str(part) for part in draw(st.sampled_from(ALL))]
        for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
            i = draw(st.integers(0, len(path)))
            path[i : i + draw(st.integers(0, 1))] = [draw(st.sampled_from(KEYS) | st.text(max_size=4))]
        alike = [at(WHOLE, other) for other in ALL if str(other[-1]) == path[-1]] or [None] if path else [None]
        value: Any = draw(st.sampled_from(alike) | st.sampled_from(HOSTILE) | st.floats() | st.text(max_size=8))
        written = (
            as_yaml(value) if value in alike else draw(st.sampled_from((as_yaml(value), str(value), draw(st.sampled_from(TOKENS)))))
        )
        found.append(".".join(path) + draw(st.sampled_from(("=", "=", "=", "=", "", "=="))) + written)
    return found


@st.composite
def extremes(draw: st.DrawFn) -> list[str]:
    """Texts for --set that put numbers and parameters to the ends of their ranges: mostly good, and hard on the arithmetic."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        parameter = draw(st.sampled_from(PARAMETERS))
        if draw(st.booleans()) and not parameter.axis:
            found.append(f"parameters.{parameter.name}={draw(st.sampled_from((parameter.prior.low, parameter.prior.high)))!r}")
            continue
        path = draw(st.sampled_from(NUMBERS))
        value = draw(st.sampled_from(EXTREMES))
        if isinstance(path[-1], int):
            path, value = path[:-1], [draw(st.sampled_from((0.0, 5e-324, 1.0)))] * len(at(WHOLE, path[:-1]))
        found.append(".".join(map(str, path)) + "=" + as_yaml(value))
    return found


def finite(scenario: Scenario) -> bool:
    return all(np.isfinite(np.asarray(array, dtype=float)).all() for array in scenario.setting) and bool(
        np.isfinite(scenario.draw(1, [-1, 0])).all()
    )


def outcome(load: Callable[[], Scenario]) -> Scenario | ScenarioError:
    try:
        return load()
    except ScenarioError as error:
        return error


def check(load: Callable[[], Scenario], kind: str) -> None:
    """The property: a scenario with finite arrays that runs, or problems in words, within two seconds."""
    begun = time.process_time()
    found = outcome(load)
    if isinstance(found, ScenarioError):
        assert found.problems
        for problem in found.problems:
            assert problem.found.strip(), problem
            assert problem.allowed.strip(), problem
            assert str(problem).isprintable()
        assert all(line.isprintable() for line in str(found).split("\n"))
        assert len(str(found)) < 200_000
    else:
        assert finite(found)
        unsim.run(found.over(min(3, found.months)), 2, draws=2, threads=1)
    took = time.process_time() - begun
    SEEN[f"{kind} {'refused' if isinstance(found, ScenarioError) else 'good'}"] += 1
    SEEN["slowest, ms"] = max(SEEN["slowest, ms"], int(1000 * took))
    assert took < SECONDS


@pytest.fixture(scope="module", autouse=True)
def counted() -> Iterator[None]:
    unsim.run("baseline_2024", 2, draws=2)  # compiles
    begun = time.perf_counter()
    yield
    if report := os.environ.get("UNSIM_FUZZ_REPORT"):
        with Path(report).open("a", encoding="utf-8") as file:
            file.write(f"{dict(sorted(SEEN.items()))} in {time.perf_counter() - begun:.0f} s\n")


often = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "s.yaml"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["raw", "texts", "trees"])
def test_a_mutated_file_is_a_scenario_that_runs_or_is_told_what_is_wrong(place: Path, kind: str) -> None:
    strategy = {"raw": raw, "texts": texts, "trees": trees}[kind]

    @often
    @given(strategy())
    def holds(content: bytes) -> None:
        place.write_bytes(content)
        check(lambda: unsim.load(str(place)), kind)
        assert place.read_bytes() == content

    holds()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sets", "extremes"])
def test_a_generated_set_is_a_scenario_that_runs_or_is_told_what_is_wrong(kind: str) -> None:
    @often
    @given({"sets": sets, "extremes": extremes}[kind](), st.sampled_from(sorted(TEXTS)))
    def holds(changes: list[str], name: str) -> None:
        check(lambda: load_with(name, [assignments(text) for text in changes]), kind)

    holds()
