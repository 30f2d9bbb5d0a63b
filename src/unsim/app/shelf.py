"""The scenarios that the page offers: the shipped ones, and the files that the command names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from unsim.files import locate, read, shipped_scenarios
from unsim.scenario import Scenario, load

STRATEGY = "tripartite_2024"
"""What the page opens with."""


class Shelf:
    """Scenarios by the name that a query uses: those that are shipped, and at most two files of the user's.

    No query reaches another file. A file of the user's is read again when it, or one that it extends, has changed.
    """

    def __init__(self, scenario: str = STRATEGY, against: str | None = None) -> None:
        self.scenario, self.named = scenario, against
        self.names = tuple(dict.fromkeys([scenario, *([against] if against else []), *_shipped()]))
        self._held: dict[str, tuple[tuple[int, ...], Scenario]] = {}

    def load(self, name: str) -> Scenario:
        """A scenario by name. Raises ``ScenarioError`` where a file of the user's is bad."""
        if name in self._held and self._held[name][0] == _stamp(self._held[name][1]):
            return self._held[name][1]
        scenario = load(name)
        self._held[name] = _stamp(scenario), scenario
        return scenario

    def against(self, name: str) -> str:
        """The reference of a scenario where none is named: the one that the command names if it begins in the same month,
        else the farthest of those that the scenario extends which does, and if there is none, the scenario itself."""
        start = self._entry(name)["start"]
        wanted: list[str] = [*([self.named] if self.named else []), *self._entry(name)["extends"], name]
        return next(other for other in wanted if other == name or self._entry(other)["start"] == start)

    def entries(self) -> list[dict[str, Any]]:
        """What the page's picker shows: name, title, what it is, first month, horizon in months, usual reference."""
        shown = ("title", "about", "start", "months")
        entries = {name: {key: self._entry(name)[key] for key in shown} for name in self.names}
        return [{"name": name, **entry, "against": self.against(name)} for name, entry in entries.items()]

    def _entry(self, name: str) -> dict[str, Any]:
        return _shipped().get(name) or _entry(name)

    @cached_property
    def _menus(self) -> dict[str, tuple[str, ...]]:
        found: dict[frozenset[str], tuple[str, tuple[str, ...]]] = {}
        for entry in _shipped().values():
            found.setdefault(frozenset(entry["menu"]), (entry["title"], tuple(entry["menu"])))
        return dict(found.values())

    def menus(self) -> Mapping[str, tuple[str, ...]]:
        """Menus of shipped scenarios by their titles, each menu once."""
        return self._menus


def shipped_names() -> tuple[str, ...]:
    """The names of the shipped scenarios."""
    return tuple(_shipped())


def _stamp(scenario: Scenario) -> tuple[int, ...]:
    """When each file of a scenario was last written; 0 where one has gone."""
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in scenario.document.chain)


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    return {path.stem: _entry(str(path)) for path in sorted(shipped_scenarios().glob("*.yaml"))}


def _entry(reference: str) -> dict[str, Any]:
    document = read(reference)
    data = document.data
    return {
        "title": data.get("title"),
        "about": _comment(locate(reference)),
        "start": data.get("start"),
        "months": data.get("months"),
        "menu": data.get("coalition", {}).get("menu", []),
        "extends": [path.stem for path in reversed(document.chain[1:]) if path.parent == shipped_scenarios()],
    }


def _comment(path: Path) -> str:
    """The comment at the head of a scenario file: what it supposes, in its author's words."""
    lines = takewhile(lambda line: line.startswith("#"), path.read_text(encoding="utf-8-sig").splitlines())
    return " ".join(" ".join(line.lstrip("#").strip() for line in lines).split())
