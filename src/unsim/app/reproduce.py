"""The numbers on the page, elsewhere: a scenario file, a command and lines of Python that give them again, to the bit."""

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from unsim.app.query import Query
from unsim.app.shelf import shipped_names

WIDTH = 110


def reproduced(query: Query) -> dict[str, str]:
    """File, its name, command and Python of a query.

    Settings of the strategy alone stand in the file, those of both arms in the command.
    """
    return {"file": scenario_file(query), "file_name": file_name(query), "command": command(query), "python": python(query)}


def file_name(query: Query) -> str:
    """What the strategy's file is called; beside a file of the user's that it extends, since no path may lead elsewhere."""
    name = f"my_{re.sub('[^a-z0-9_]', '_', query.scenario.name.lower())}.yaml"
    return name if query.names[0] in shipped_names() else str(Path(query.names[0]).with_name(name))


def scenario_file(query: Query) -> str:
    """The strategy as a scenario file: it extends the one that it changes."""
    moved = [control.label for control in query.changed if control.applies == "strategy"]
    title = f"{query.scenario.title}; changed: {', '.join(moved)}" if moved else query.scenario.title
    parent = query.names[0] if query.names[0] in shipped_names() else Path(query.names[0]).name
    content: dict[str, Any] = {"extends": parent, "title": title if len(title) <= 160 else f"{title[:157]}..."}
    for key, value in query.ours.items():
        node, parts = content, key.split(".")
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = value
    yaml, text = YAML(), io.StringIO()
    yaml.width, yaml.default_flow_style = WIDTH, False
    yaml.representer.add_representer(type(None), lambda made, _: made.represent_scalar("tag:yaml.org,2002:null", "null"))
    yaml.dump(content, text)
    return text.getvalue()


def command(query: Query, name: str = "compare", pairs: int | None = None, draws: int | None = None) -> str:
    """The command, every default stated; ``pairs`` and ``draws`` where they are not those of the query."""
    both = [part for key, value in query.shared.items() if key != "months" for part in ("--set", f"{key}={json.dumps(value)}")]
    pairs, draws = pairs or query.pairs, query.draws if draws is None else draws
    design = ("--months", query.months, "--replicates", pairs, "--draws", draws, "--seed", query.seed)
    strategy = file_name(query) if query.ours else query.names[0]
    return shlex.join(map(str, ["unsim", name, strategy, "--against", query.names[1], *both, *design]))


def python(query: Query) -> str:
    """The same in Python."""
    strategy = f"unsim.load({query.names[0]!r}, set={_told({**query.ours, **query.shared})})"
    return "\n".join([
        "import unsim",
        "",
        f"strategy = {strategy}",
        f"reference = unsim.load({query.names[1]!r}, set={_told(query.shared)})",
        f"comparison = unsim.compare(strategy, reference, replicates={query.pairs}, draws={query.draws}, seed={query.seed})",
        "print(comparison.frame())",
        "print(comparison.digest)",
        "",
    ])  # fmt: skip


def _told(changes: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key!r}: {value!r}" for key, value in changes.items()) + "}"
