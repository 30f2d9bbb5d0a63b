"""What is wrong with an input, in words for the one who wrote it: place, key, what was found, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

Key = tuple[str | int, ...]
MOST_SHOWN = 50
"""Problems of one file that are printed; the rest are counted."""
MOST_TOLD = 300
"""Problems after which checking stops: whoever has so many mends the first ones first."""
LONGEST = 120
"""Letters of a value or key that a message shows."""


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
        key = f" {cut(self.key)}:" if self.key else ""
        return printable(f"{place}:{key} found {self.found}; allowed: {self.allowed}")


class ScenarioError(ValueError):
    """An input cannot be used; ``problems`` lists what is wrong with it.

    As text it is one line for each problem, at most ``MOST_SHOWN`` of each file, and the number of the rest.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.key, p.found))
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterable[str]:
        for file, group in groupby(self.problems, lambda problem: problem.file):
            problems = list(group)
            yield from map(str, problems[:MOST_SHOWN])
            rest = len(problems) - MOST_SHOWN
            if rest > 0:
                yield printable(f"{file}: and {rest} more") + (", or yet more" if len(problems) >= MOST_TOLD else "")


def printable(text: str) -> str:
    """A text in which what a terminal would obey or hide (control characters, line breaks, changes of direction) is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def cut(text: str) -> str:
    """A text cut to a readable length."""
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def dotted(key: Key) -> str:
    """``("states", "USA", "posture")`` as ``states.USA.posture``."""
    return ".".join(str(part) for part in key)


WORDS = ("unknown ", "nothing", "no ", "a ", "an ", "all ", "several ", "the ", "keys ", "elections ")
"""How a finding in words begins; any other text is a value from a file and is quoted."""


def shown(value: object) -> str:
    """A value as a message shows it, cut to a readable length."""
    if isinstance(value, Mapping):
        text = f"keys with values ({', '.join(map(str, [*value][:LONGEST]))})" if value else "no keys"
    elif isinstance(value, list):
        text = f"a list ({', '.join(map(shown, value[:LONGEST]))})" if value else "an empty list"
    elif value is None or isinstance(value, bool):
        text = "nothing (null)" if value is None else str(value).lower()
    else:
        text = value if isinstance(value, str) and value.startswith(WORDS) else repr(value)
    return cut(text)


def nearest(name: object, known: Sequence[str]) -> str:
    """The known names, the most similar first: what a message offers for an unknown one."""
    if not known:
        return "none: there is nothing to name"
    close = difflib.get_close_matches(cut(str(name)), known, n=1, cutoff=0.5)
    listing = ", ".join(known) if len(known) <= 40 else ", ".join(known[:40]) + ", …"
    return f"{close[0]} (nearest), or one of {listing}" if close else f"one of {listing}"
