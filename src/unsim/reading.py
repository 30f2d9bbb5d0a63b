"""YAML 1.2 text as plain data, with the line of every key: one document of plain keys and values, everything else is refused."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from unsim.problems import Key, Problem, ScenarioError, cut, dotted, printable

SET = "--set"
"""Where a value comes from that stands in no file."""
DEEPEST = 30
MAX_NODES = 10_000
"""Keys, values and brackets in a scenario with all that it extends; the largest shipped one has under a thousand."""
PLAIN = "plain keys and values, each written out where it is used"

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters that a terminal obeys or that hide or turn what a reader sees; tabs and line breaks are text."""
NEWLINE = re.compile("\r\n|\r|\n")
DIRECTIVE = re.compile(r"(?:[ \t]*+(?:#[^\r\n]*+)?[\r\n])*+%")  # possessive: long files of blank lines take no time
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,9})?")
SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass
class Content:
    """A document: its data, the line of every key and list item, the keys at which a list stands, how many nodes and bytes."""

    data: Any = None
    lines: dict[Key, int] = field(default_factory=dict)
    lists: set[Key] = field(default_factory=set)
    nodes: int = 0
    size: int = 0


@dataclass
class _Open:
    """A mapping or list of which the end has not been read."""

    key: Key
    items: Any
    name: str | None = None


def value_of(text: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2; a number of more digits than any quantity here needs stays text."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if text[:2] in ("0o", "0x") and re.fullmatch(r"0o[0-7]{1,20}|0x[0-9a-fA-F]{1,15}", text):
        return int(text, 0)
    if FLOAT.fullmatch(text) and not text.lstrip("+-").isdigit():
        return float(text)
    special = SPECIAL.fullmatch(text)
    return float(f"{special[1] or ''}{special[2] or special[3]}") if special else text


class _Reader:
    """Builds a document out of the parser's events, noting what is wrong and going on where it can."""

    def __init__(self, file: str, key: Key, room: int) -> None:
        self.file, self.key, self.room = file, key, room
        self.content = Content()
        self.open: list[_Open] = []
        self.documents = 0
        self.problems: list[Problem] = []

    def tell(self, line: int, key: Key, found: str, allowed: str) -> None:
        place = None if self.file == SET else line
        self.problems.append(Problem(self.file, place, dotted(key), cut(found), allowed))

    def stop(self, line: int, key: Key, found: str, allowed: str) -> None:
        self.tell(line, key, found, allowed)
        raise ScenarioError(self.problems)

    def read(self, text: str) -> Content:
        self.content.size = len(text.encode("utf-8", "replace"))
        if directive := DIRECTIVE.match(text):
            self.stop(len(NEWLINE.findall(directive[0])) + 1, (), "a line that begins with %", PLAIN)
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 2)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of directives, which are refused
                for event in yaml.parse(text):
                    self.take(event)
        except MarkedYAMLError as error:
            self.syntax(error)
        except (YAMLError, ValueError, RecursionError) as error:
            if isinstance(error, ScenarioError):
                raise
            self.tell(1, self.key, "text that is no YAML", "YAML 1.2")
        if self.problems:
            raise ScenarioError(self.problems)
        return self.content

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop(line, (), "a second document (a line ---, or text after ...)", "one document in a file")
        elif isinstance(event, CollectionEndEvent):
            self.open.pop()
        elif isinstance(event, NodeEvent):
            self.node(event, line)

    def node(self, event: Any, line: int) -> None:
        self.content.nodes += 1
        if self.content.nodes > self.room:
            self.stop(line, (), f"more than {MAX_NODES} keys and values, those of extended files counted", f"at most {MAX_NODES}")
        parent = self.open[-1] if self.open else None
        if parent is not None and isinstance(parent.items, dict) and parent.name is None:
            self.name(event, line, parent)
            return
        key = self.place(parent, line)
        self.extras(event, line, key)
        value: Any = None
        if isinstance(event, CollectionStartEvent):
            if len(key) > DEEPEST:
                self.stop(line, key[:3], f"more than {DEEPEST} levels, one inside the other", "the keys of a scenario")
            value = {} if isinstance(event, MappingStartEvent) else []
            self.open.append(_Open(key, value))
            if isinstance(value, list):
                self.content.lists.add(key)
        elif isinstance(event, ScalarEvent):
            value = value_of(event.value) if event.implicit[0] else event.value
            self.visible(event.value, line, key)
        if parent is None:
            self.content.data = value
        elif isinstance(parent.items, dict):
            parent.items[parent.name], parent.name = value, None
        else:
            parent.items.append(value)

    def place(self, parent: _Open | None, line: int) -> Key:
        """The key of a value; for an item of a list its line is noted."""
        if parent is None:
            return self.key
        if isinstance(parent.items, dict):
            return (*parent.key, str(parent.name))
        key = (*parent.key, len(parent.items))
        self.content.lines[key] = line
        return key

    def name(self, event: Any, line: int, parent: _Open) -> None:
        """A key: text, or a whole number such as a year."""
        if not isinstance(event, ScalarEvent):
            what = "an alias" if isinstance(event, AliasEvent) else "a list or keys with values"
            self.stop(line, parent.key, f"{what} in the place of a key", "a name")
        name = event.value
        key = (*parent.key, name)
        self.extras(event, line, key)
        self.visible(name, line, parent.key, of_key=True)
        meant = value_of(name) if event.implicit[0] else name
        if name == "<<" and event.implicit[0]:
            self.tell(line, parent.key, "a merge key (<<)", PLAIN)
        elif not name.strip() or not isinstance(meant, str | int) or isinstance(meant, bool):
            what = f"the key {name}, which is no text" if name.strip() else "an empty key"
            self.tell(line, parent.key, what, "a name, in quotes where it would be read as something else")
        elif name in parent.items:
            where = "here" if self.file == SET else f"on line {self.content.lines[key]}"
            self.tell(line, key, f"a key that stands {where} already", "each key once")
        self.content.lines.setdefault(key, line)
        parent.name = name

    def extras(self, event: Any, line: int, key: Key) -> None:
        """Tell of what YAML has beyond plain keys and values."""
        if isinstance(event, AliasEvent):
            self.tell(line, key, f"an alias (*{event.anchor})", PLAIN)
        elif event.anchor is not None:
            self.tell(line, key, f"an anchor (&{event.anchor})", PLAIN)
        if getattr(event, "tag", None) is not None:
            self.tell(line, key, f"a tag ({str(event.tag).replace('tag:yaml.org,2002:', '!!')})", PLAIN)

    def visible(self, text: str, line: int, key: Key, of_key: bool = False) -> None:
        hidden = HIDDEN.search(text)
        if hidden or (of_key and not text.isprintable()):
            code = ord(hidden[0]) if hidden else next(ord(c) for c in text if not c.isprintable())
            where = f" in the key {printable(text)}" if of_key else ""
            self.tell(line, key, f"an invisible character (U+{code:04X}){where}", "text that can be printed")

    def syntax(self, error: MarkedYAMLError) -> None:
        """An error of the parser in the words of one who writes scenarios."""
        problem = " ".join(str(error.problem or error.context or "").split())
        context = str(error.context or "")
        words = next((words for words in SYNTAX if words.part in f"{context} {problem}"), OTHERWISE)
        mark = (error.context_mark if words.opening else error.problem_mark) or error.problem_mark or error.context_mark
        instead = "a value in YAML 1.2, such as 0.5 or [USA, JPN]: " if self.file == SET else ""
        found = f"a YAML error: {words.found.format(problem)}"
        self.tell(mark.line + 1 if mark else 1, self.key, found, instead + words.allowed.replace("}}", "}"))


class _Words(NamedTuple):
    """How an error of the parser is told: found, allowed, and whether the place is where the thing opens."""

    part: str
    found: str
    allowed: str
    opening: bool = False


OTHERWISE = _Words("", "{}", "YAML 1.2: keys with values, two spaces deeper for what belongs to a key")
SYNTAX = (
    _Words("'\\t' that cannot start", "a tab", "spaces in its place"),
    _Words(
        "mapping values are not allowed",
        "a second `key:` where a value is read",
        "one `key: value` in a line, below its neighbours; a value with a colon in quotes",
    ),
    _Words("flow sequence", "a list that is not closed, or without a comma", "commas between entries, and ] at the end", True),
    _Words(
        "flow mapping", "keys in braces that are not closed, or without a comma", "commas between entries, and }} at the end", True
    ),
    _Words("quoted scalar", "text in quotes that is not closed, or a wrong \\ in it", "quotes at both ends, and \\\\ for \\", True),
    _Words("find expected ':'", "a line without `key: value`", "a colon and a space after each key; long text in quotes", True),
    _Words("found character", "a sign that no plain text begins with ({})", "such text in quotes"),
    _Words("an alias", "an alias, or text that begins with *", "such text in quotes"),
    _Words("an anchor", "an anchor, or text that begins with &", "such text in quotes"),
    _Words("a tag", "a tag, or text that begins with !", "such text in quotes"),
    _Words("undefined tag handle", "a tag, or text that begins with !", "such text in quotes"),
    _Words("directive", "a line that begins with %", "keys with values"),
    _Words("<document start>", "text that is no `key: value`", "keys with values"),
    _Words(
        "block mapping",
        "a line at a wrong indentation, without `key: value`, or with something left over",
        "keys of one level below each other",
    ),
    _Words("block collection", "a line at a wrong indentation, or without `- `", "entries of one list below each other"),
    _Words("expected the node content", "a sign where a value belongs", "a value; text that begins with a sign in quotes"),
)


def parse(text: str, file: str, room: int = MAX_NODES, key: Key = ()) -> Content:
    """The document in a text, to stand at a key; raises ``ScenarioError`` with all that is not plain keys and values.

    ``room`` is how many keys and values it may have.
    """
    raw = [Problem(file, None if file == SET else line, dotted(key), f"an invisible character (U+{ord(sign):04X})",
                   "text in UTF-8 that can be printed") for line, sign in _unreadable(text)]  # fmt: skip
    if raw:
        raise ScenarioError(raw)
    return _Reader(file, key, room).read(text)


def _unreadable(text: str) -> Iterator[tuple[int, str]]:
    """The first of the characters that no YAML text may hold, with its line."""
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", text)
    if found:
        yield len(NEWLINE.findall(text[: found.start()])) + 1, found[0]
