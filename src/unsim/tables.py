"""The package's fact tables, and how a scenario names a row of them (``table:id``)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
DATED = {"events": "date", "drafts": "date", "measures": "from", "resolutions": "date"}
"""Tables whose rows may be named as evidence, and the column that dates them."""


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """All rows of a table, every cell as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def state_names() -> dict[str, str]:
    """Short names of states by code."""
    return {row["state"]: row["name"] for row in table("states")}


@cache
def row_dates(name: str) -> dict[str, str]:
    """The ids of a dated table, each with its month (``YYYY-MM``)."""
    return {row["id"]: row[DATED[name]][:7] for row in table(name)}


def evidence_month(reference: str) -> str | None:
    """The month of the row that a reference names, or None where there is no such row."""
    name, _, identifier = reference.partition(":")
    return row_dates(name).get(identifier) if name in DATED else None
