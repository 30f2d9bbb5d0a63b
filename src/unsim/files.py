"""Scenario files: a file with all that it extends, overrides, and the place of every key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from unsim.problems import Key as Key
from unsim.problems import Problem as Problem
from unsim.problems import ScenarioError as ScenarioError
from unsim.problems import cut, dotted, shown
from unsim.problems import nearest as nearest
from unsim.reading import DEEPEST, HIDDEN, MAX_NODES, SET, Content, parse

MAX_BYTES = 100_000
"""Size of a file with all that it extends; the largest shipped one has less than a tenth of it."""
MAX_CHAIN = 20
"""Files that extend each other."""


@dataclass(frozen=True)
class Document:
    """A file with all that it extends: plain data in layers, the farthest parent first, and the place of every key."""

    layers: tuple[dict[str, Any], ...]
    places: Mapping[Key, tuple[str, int | None]]
    name: str
    chain: tuple[Path, ...]

    @cached_property
    def data(self) -> dict[str, Any]:
        """All layers merged."""
        merged: dict[str, Any] = {}
        for layer in self.layers:
            merged = merge(merged, layer)
        return merged

    def problem(self, key: Key, found: object, allowed: str) -> Problem:
        """A problem at a key, placed at the nearest key that stands in a file."""
        for length in range(len(key), -1, -1):
            if key[:length] in self.places:
                file, line = self.places[key[:length]]
                return Problem(file, line, dotted(key), shown(found), allowed)
        return Problem(self.name, None, dotted(key), shown(found), allowed)


def shipped_scenarios() -> Path:
    """The folder of the shipped scenario files, in a checkout or an installed package."""
    return _shipped("scenarios", "scenarios")


def shipped_experiments() -> Path:
    """The folder of the shipped experiment files, likewise."""
    return _shipped("experiments/files", "experiments")


def _shipped(packed: str, name: str) -> Path:
    inside = Path(__file__).parent / packed
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / name


def _is_path(reference: str) -> bool:
    return reference.endswith((".yaml", ".yml")) or "/" in reference


def _what(path: Path) -> str | None:
    """Why nothing can be read at a path, or None where there is a file."""
    try:
        if path.is_file():
            return None
        return "a folder" if path.is_dir() else "no ordinary file (a pipe or a device)" if path.exists() else "no such file"
    except (OSError, ValueError):
        return "no such file"  # no path at all: too long, or with a null character


def _known(reference: str, folder: Path | None = None) -> str:
    return nearest(reference, sorted(path.stem for path in (folder or shipped_scenarios()).glob("*.yaml")))


def locate(reference: str, shipped: Path | None = None, what_it_is: str = "scenario") -> Path:
    """The file that a user's name or path means: a path, or a shipped scenario (or what else stands in the folder ``shipped``).

    Raises ``ScenarioError`` with the nearest shipped name where there is none.
    """
    folder = shipped or shipped_scenarios()
    named = [] if _is_path(reference) else [folder / f"{reference}.yaml"]
    for candidate in (Path(reference), *named):
        if _what(candidate) is None:
            return candidate
    what = _what(Path(reference)) if reference else None
    found = f"no such file or {what_it_is}" if what in (None, "no such file") else str(what)
    raise ScenarioError([Problem(cut(reference) or "''", None, "", found, "a path, or " + _known(reference, folder))])


def referred(reference: str, child: Path, top: Path) -> Path | str:
    """The file that ``extends``, or an arm of an experiment, names, or why it may not.

    A path counts from the file that states it. It stays inside ``top``, the folder of the file that the user named; what
    is shipped stays among what is shipped.
    """
    beside = child.parent / (reference if _is_path(reference) else f"{reference}.yaml")
    shipped, folder = shipped_scenarios(), f"the folder of the named file ({top.resolve()})"
    if Path(reference).is_absolute() or reference.startswith("~"):
        return f"a path that does not begin in {folder}"
    try:
        inside = shipped if child.parent.resolve() == shipped.resolve() else top
        if not beside.resolve().is_relative_to(inside.resolve()):
            return f"a path that leads out of {folder}"
    except (OSError, ValueError, RuntimeError):
        return "no such file"  # no path at all, or links in a circle
    missing = _what(beside)
    if missing is None:
        return beside
    if _is_path(reference) or not reference.strip():
        return missing
    named = shipped / f"{reference}.yaml"
    return named if _what(named) is None else "no such file or scenario"


def _text(path: Path, room: int) -> str:
    file = str(path)
    try:
        with path.open("rb") as opened:
            raw = opened.read(room + 1)
    except OSError as error:
        raise ScenarioError([Problem(file, None, "", f"an unreadable file ({error.strerror})", "a text file")]) from None
    if len(raw) > room:
        found = f"a file of more than {MAX_BYTES} bytes, extended ones counted"
        raise ScenarioError([Problem(file, None, "", found, f"at most {MAX_BYTES} bytes")])
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ScenarioError([Problem(file, 1, "", "text in UTF-16 or UTF-32", "text in UTF-8: save the file with this encoding")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        allowed = "text in UTF-8: save the file with this encoding"
        raise ScenarioError([Problem(file, line, "", "bytes that are not UTF-8", allowed)]) from None


def _mapping(path: Path, extending: list[Content]) -> Content:
    text = _text(path, MAX_BYTES - sum(content.size for content in extending))
    content = parse(text, str(path), MAX_NODES - sum(content.nodes for content in extending))
    if not isinstance(content.data, dict):
        data = content.data
        found = "nothing" if data is None else "a list at the top" if isinstance(data, list) else "a value at the top"
        allowed = "a mapping of keys to values, such as `title: Mine`"
        raise ScenarioError([Problem(str(path), 1, "", found, allowed)])
    return content


def merge(base: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merge key by key, anything else replaces; ``null`` takes a key away."""
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            below = merged.get(key)
            merged[key] = merge(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def read_alone(path: Path) -> Document:
    """A file that extends nothing, such as an experiment; a value ``null`` in it stays."""
    content = _mapping(path, [])
    places: dict[Key, tuple[str, int | None]] = {(): (str(path), 1)}
    places.update({key: (str(path), line) for key, line in content.lines.items()})
    return Document((content.data,), places, str(path), (path,))


def read(reference: str) -> Document:
    """A scenario file with everything that it extends merged in, the nearest file last.

    Raises ``ScenarioError`` for a missing, unreadable or circular file.
    """
    path: Path | None = locate(reference)
    chain: list[Path] = []
    contents: list[Content] = []
    while path is not None:
        contents.append(_mapping(path, contents))
        chain.append(path)
        path = _next(chain, contents[-1])
    places: dict[Key, tuple[str, int | None]] = {(): (str(chain[0]), 1)}
    for file, content in zip(reversed(chain), reversed(contents), strict=True):
        stale = [key for key in places if any(key[:length] in content.lists for length in range(1, len(key)))]
        for key in stale:
            del places[key]  # a list replaces its parent's
        places.update({key: (str(file), line) for key, line in content.lines.items()})
    return Document(tuple(content.data for content in reversed(contents)), places, str(chain[0]), tuple(chain))


def _next(chain: list[Path], content: Content) -> Path | None:
    """The file that the last of a chain extends."""
    parent = content.data.get("extends")
    if parent is None:
        return None
    allowed = "a shipped scenario, or the path of a file in this folder or below it"
    if not isinstance(parent, str):
        raise _refused(chain, content, shown(parent), allowed)
    path = referred(parent, chain[-1], chain[0].parent)
    if isinstance(path, str):
        known = f"{_known(parent)}; or the path of a file in this folder or below it"
        instead = known if path.startswith("no such") else f"{allowed}; copy or move the file there"
        raise _refused(chain, content, f"{cut(repr(parent))}, {path}", instead)
    if path.resolve() in (seen.resolve() for seen in chain):
        loop = " -> ".join(seen.stem for seen in [*chain, path])
        raise _refused(chain, content, f"a circle: {cut(loop)}", "a file that does not come back here")
    if len(chain) >= MAX_CHAIN:
        raise _refused(
            chain, content, f"a chain of more than {MAX_CHAIN} files", f"at most {MAX_CHAIN} files that extend each other"
        )
    return path


def _refused(chain: list[Path], content: Content, found: str, allowed: str) -> ScenarioError:
    return ScenarioError([Problem(str(chain[-1]), content.lines[("extends",)], "extends", found, allowed)])


FORM = "KEY=VALUE, such as coalition.coordination=0.5"


def assignments(text: str) -> tuple[Key, Any]:
    """``states.USA.posture=0.3`` as its key and value; the value is read as YAML 1.2."""
    name, equals, value = text.partition("=")
    key = tuple(part.strip() for part in name.split("."))
    if not equals or not name.strip():
        raise ScenarioError([Problem(SET, None, "", cut(repr(text)), FORM)])
    if len(value) > MAX_BYTES:
        raise ScenarioError([Problem(SET, None, name.strip(), f"a value of more than {MAX_BYTES} letters", FORM)])
    _check_key(key)
    parsed = parse(value, SET, key=key).data
    if parsed is None and "null" not in value.lower() and "~" not in value:
        raise ScenarioError([Problem(SET, None, name.strip(), "nothing", "a value, or null to take the key away")])
    return key, parsed


def all_assignments(texts: Iterable[str]) -> list[tuple[Key, Any]]:
    """Several assignments; raises ``ScenarioError`` with what is wrong with any of them."""
    found, problems = [], []
    for text in texts:
        try:
            found.append(assignments(text))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _check_key(key: Key) -> None:
    if not all(str(part).strip() for part in key):
        raise ScenarioError([Problem(SET, None, dotted(key), "an empty name between dots", FORM)])
    if len(key) > DEEPEST:
        raise ScenarioError([Problem(SET, None, dotted(key), f"a key of more than {DEEPEST} names", FORM)])


def _plain(node: Any, key: Key) -> Any:
    """Plain data from what the Python API is given, such as numbers of numpy."""
    if len(key) > DEEPEST:
        raise ScenarioError([Problem(SET, None, dotted(key[:3]), f"more than {DEEPEST} levels", "the keys of a scenario")])
    if isinstance(node, Mapping):
        return {str(name): _plain(value, (*key, str(name))) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value, (*key, index)) for index, value in enumerate(node)]
    if hasattr(node, "tolist"):
        return _plain(node.tolist(), key)  # of numpy
    if isinstance(node, str) and (hidden := HIDDEN.search(node)):
        found = f"an invisible character (U+{ord(hidden[0]):04X})"
        raise ScenarioError([Problem(SET, None, dotted(key), found, "text that can be printed")])
    return node if node is None or isinstance(node, bool | int | float | str) else str(node)


def override(document: Document, changes: Iterable[tuple[Key, Any]]) -> Document:
    """A document with some keys set, as ``--set`` and the Python API do."""
    layers, places = list(document.layers), dict(document.places)
    for key, given in changes:
        _check_key(key)
        value = _plain(given, key)
        if key[0] == "extends":
            raise ScenarioError([Problem(SET, None, "extends", shown(value), "other keys: what a file extends stands in it")])
        nested: Any = value
        for part in reversed(key):
            nested = {str(part): nested}
        layers.append(nested)
        if key in places:
            places = {place: where for place, where in places.items() if place[: len(key)] != key}
        for length in range(1, len(key) + 1):
            places[key[:length]] = (SET, None)
    return Document(tuple(layers), places, document.name, document.chain)
