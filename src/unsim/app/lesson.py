"""A first lesson: steps that open the page with settings, and say in two sentences what to look at."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from unsim.files import read_alone

FILE = Path(__file__).parent / "lesson.yaml"


@cache
def steps() -> tuple[dict[str, Any], ...]:
    """The steps in order: title, query, two sentences of text, and what they hold of the numbers."""
    return tuple(read_alone(FILE).data["steps"])


def shown() -> list[dict[str, Any]]:
    """What the page shows of them."""
    return [{key: step[key] for key in ("title", "text", "query")} for step in steps()]
