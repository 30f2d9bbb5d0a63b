"""What a result rests on: the command, the design, the scenarios, versions, and hashes of code and data."""

from __future__ import annotations

import hashlib
import json
import platform
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from unsim.files import shipped_scenarios
from unsim.results import Run
from unsim.scenario import Scenario
from unsim.tables import DATA

PACKAGE = Path(__file__).parent


def provenance(arms: Mapping[str, Run], command: str) -> dict[str, Any]:
    """What a result rests on: command, design, versions, and hashes of scenario, data and code."""
    return {
        "command": command,
        **versions(),
        "arms": [
            {
                "arm": label,
                "scenario": arm.scenario.name,
                "title": arm.scenario.title,
                **contents(arm.scenario),
                "replicates": arm.replicates,
                "draws": arm.draws,
                "seed": arm.seed,
                "engine": arm.engine,
                "months": arm.months,
                "claim_level": arm.claim_level,
                "digest": arm.digest,
            }
            for label, arm in arms.items()
        ],
    }


def contents(scenario: Scenario) -> dict[str, Any]:
    """The files of a scenario with their hashes, the nearest first, and their content once merged."""
    files = [
        {"file": path.name if path.parent == shipped_scenarios() else str(path), "sha256": _hash([path])}
        for path in scenario.document.chain
    ]
    return {"files": files, "content": scenario.document.data}


def versions() -> dict[str, Any]:
    """Versions of what computes, and hashes of code and data."""
    return {
        "unsim": version("unsim-pressure"),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("mesa", "numba", "numpy", "scipy", "xarray", "zarr")},
        "code_hash": _hash(sorted(PACKAGE.rglob("*.py"))),
        "data_hash": _hash(sorted(DATA.glob("*.csv"))),
    }


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def command_line() -> str:
    """The command as it was typed."""
    return shlex.join(["unsim", *sys.argv[1:]])


def as_text(content: dict[str, Any]) -> str:
    """JSON without NaN or infinities."""
    return json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
