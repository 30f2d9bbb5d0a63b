"""Reading scenario files: YAML 1.2 with the line of every key, ``extends``, overrides, and problems told all at once."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.tokens import AliasToken, AnchorToken, DirectiveToken, TagToken

Key = tuple[str | int, ...]
SET = "--set"
"""Where a value comes from that stands in no file."""
DEEPEST = 30
MAX_BYTES = 1_000_000


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with an input: where, at which key, what was found, and what is allowed."""

    file: str
    line: int | None
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} found {self.found}; allowed: {self.allowed}"


class ScenarioError(ValueError):
    """An input cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.key, p.found))
        super().__init__("\n".join(str(problem) for problem in self.problems))


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


def dotted(key: Key) -> str:
    """``("states", "USA", "posture")`` as ``states.USA.posture``."""
    return ".".join(str(part) for part in key)


def shown(value: object) -> str:
    """A value as a message shows it, cut to a readable length."""
    if isinstance(value, Mapping):
        text = f"keys with values ({', '.join(map(str, value))})" if value else "no keys"
    elif isinstance(value, list):
        text = f"a list ({', '.join(map(shown, value))})" if value else "an empty list"
    elif value is None or isinstance(value, bool):
        text = "nothing (null)" if value is None else str(value).lower()
    else:
        text = value if isinstance(value, str) and value.startswith(WORDS) else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


WORDS = ("unknown ", "nothing", "no ", "a ", "an ", "all ", "several ", "the ", "keys ", "elections ")
"""How a finding in words begins; any other text is a value from a file and is quoted."""


def nearest(name: object, known: Sequence[str]) -> str:
    """The known names, the most similar first: what a message offers for an unknown one."""
    close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    listing = ", ".join(known) if len(known) <= 40 else ", ".join(known[:40]) + ", …"
    return f"{close[0]} (nearest), or one of {listing}" if close else f"one of {listing}"


def shipped_scenarios() -> Path:
    """The folder of the shipped scenario files, in a checkout or an installed package."""
    inside = Path(__file__).parent / "scenarios"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "scenarios"


def locate(reference: str, beside: Path | None = None) -> Path:
    """The file that a name or path means: a path, a file beside another one, or a shipped scenario.

    Raises ``ScenarioError`` with the nearest shipped name where there is none.
    """
    folders = [beside] if beside else []
    candidates = [Path(reference)] if beside is None else []
    if reference.endswith((".yaml", ".yml")) or "/" in reference:
        candidates += [folder / reference for folder in folders]
    else:
        candidates += [folder / f"{reference}.yaml" for folder in folders]
        candidates.append(shipped_scenarios() / f"{reference}.yaml")
    for candidate in candidates:
        try:
            if candidate.is_file():
                return candidate
        except (OSError, ValueError):
            continue  # no path at all: too long, or with a null character
    names = sorted(path.stem for path in shipped_scenarios().glob("*.yaml"))
    raise ScenarioError([Problem(reference, None, "", "no such file or scenario", "a path, or " + nearest(reference, names))])


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ScenarioError([Problem(str(path), None, "", f"an unreadable file ({error.strerror})", "a text file")]) from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError([Problem(str(path), None, "", f"a file of {len(raw)} bytes", f"at most {MAX_BYTES} bytes")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ScenarioError([Problem(str(path), line, "", "bytes that are not UTF-8", "text in UTF-8")]) from None


def _parse(path: Path) -> CommentedMap:
    text = _text(path)
    _refuse_extras(str(path), text)
    yaml = YAML(typ="rt", pure=True)
    yaml.version = (1, 2)
    try:
        content = yaml.load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(str(error.problem or error.context or "a syntax error").split())
        line = mark.line + 1 if mark else None
        raise ScenarioError([Problem(str(path), line, "", f"a YAML error: {what}", "YAML 1.2, each key once")]) from None
    except (YAMLError, RecursionError, ValueError) as error:
        what = " ".join(str(error).split())[:80]
        raise ScenarioError([Problem(str(path), None, "", f"a YAML error: {what}", "YAML 1.2, one document")]) from None
    if not isinstance(content, CommentedMap):
        found = "nothing" if content is None else "a list at the top" if isinstance(content, CommentedSeq) else "a value at the top"
        raise ScenarioError([Problem(str(path), 1, "", found, "a mapping of keys to values, such as `extends: baseline_2024`")])
    return content


REFUSED = {AnchorToken: "an anchor", AliasToken: "an alias", TagToken: "a tag", DirectiveToken: "a directive"}


def _refuse_extras(file: str, text: str) -> None:
    """Refuse what YAML has beyond plain keys and values: anchors, aliases, tags, and what is of YAML 1.1."""
    problems = []
    try:
        for token in YAML(typ="rt", pure=True).scan(io.StringIO(text)):
            what = REFUSED.get(type(token)) or ("a merge key" if getattr(token, "value", None) == "<<" else None)
            if what:
                line = None if file == SET else token.start_mark.line + 1
                problems.append(Problem(file, line, "", what, "plain keys and values"))
    except YAMLError:
        return  # the parser will say what is wrong, with its line
    if problems:
        raise ScenarioError(problems)


def _plain(node: Any, key: Key, file: str, places: dict[Key, tuple[str, int | None]]) -> Any:
    """Plain data from parsed YAML, noting the place of each key on the way."""
    if len(key) > DEEPEST:
        raise ScenarioError([Problem(file, None, dotted(key[:3]), "keys too deep to be a scenario", f"at most {DEEPEST} levels")])
    if isinstance(node, dict):
        plain = {}
        for name, value in node.items():
            inner = (*key, str(name))
            places[inner] = (file, node.lc.key(name)[0] + 1 if isinstance(node, CommentedMap) else None)
            plain[str(name)] = _plain(value, inner, file, places)
        return plain
    if isinstance(node, list):
        for stale in [place for place in places if len(place) > len(key) and place[: len(key)] == key]:
            del places[stale]  # a list replaces its parent's
        items = []
        for index, value in enumerate(node):
            places[(*key, index)] = (file, node.lc.item(index)[0] + 1 if isinstance(node, CommentedSeq) else None)
            items.append(_plain(value, (*key, index), file, places))
        return items
    if hasattr(node, "item") and not isinstance(node, str):
        node = node.item()  # a number of numpy
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)  # ruamel's scalars remember their style; the model wants plain ones
    return str(node)


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


def read(reference: str) -> Document:
    """A scenario file with everything that it extends merged in, the nearest file last.

    Raises ``ScenarioError`` for a missing, unreadable or circular file.
    """
    path = locate(reference)
    chain: list[Path] = []
    contents: list[CommentedMap] = []
    while True:
        if path.resolve() in (seen.resolve() for seen in chain):
            loop = " -> ".join(seen.stem for seen in [*chain, path])
            line = contents[-1].lc.key("extends")[0] + 1
            raise ScenarioError(
                [Problem(str(chain[-1]), line, "extends", f"a circle: {loop}", "a file that does not come back here")]
            )
        content = _parse(path)
        chain.append(path)
        contents.append(content)
        parent = content.get("extends")
        if parent is None:
            break
        if not isinstance(parent, str):
            line = content.lc.key("extends")[0] + 1
            raise ScenarioError([Problem(str(path), line, "extends", shown(parent), "the name or path of a scenario")])
        try:
            path = locate(parent, beside=path.parent)
        except ScenarioError as error:
            line = content.lc.key("extends")[0] + 1
            raise ScenarioError([Problem(str(path), line, "extends", parent, error.problems[0].allowed)]) from None
    places: dict[Key, tuple[str, int | None]] = {(): (str(chain[0]), 1)}
    files = zip(reversed(chain), reversed(contents), strict=True)
    layers = tuple(_plain(content, (), str(file), places) for file, content in files)
    return Document(layers, places, str(chain[0]), tuple(chain))


def assignments(text: str) -> tuple[Key, Any]:
    """``states.USA.posture=0.3`` as its key and value; the value is read as YAML 1.2."""
    name, equals, value = text.partition("=")
    _refuse_extras(SET, value)
    if not equals or not name.strip():
        raise ScenarioError([Problem(SET, None, "", text, "KEY=VALUE, such as coalition.coordination=0.5")])
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        parsed = yaml.load(value) if value.strip() else None
    except (YAMLError, RecursionError, ValueError):
        raise ScenarioError([Problem(SET, None, name, value, "a value in YAML 1.2")]) from None
    return tuple(name.strip().split(".")), parsed


def override(document: Document, changes: Iterable[tuple[Key, Any]]) -> Document:
    """A document with some keys set, as ``--set`` and the Python API do."""
    layers, places = list(document.layers), dict(document.places)
    for key, given in changes:
        value = _plain(given, key, SET, {})
        if key == ("extends",):
            raise ScenarioError([Problem(SET, None, "extends", shown(value), "other keys: what a file extends stands in it")])
        nested: Any = value
        for part in reversed(key):
            nested = {str(part): nested}
        layers.append(nested)
        places = {place: where for place, where in places.items() if place[: len(key)] != key}
        for length in range(1, len(key) + 1):
            places[key[:length]] = (SET, None)
    return Document(tuple(layers), places, document.name, document.chain)
