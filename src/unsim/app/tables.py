"""The page's tables as CSV: the numbers of the answer, and above them what they rest on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from unsim.problems import printable
from unsim.results import QUANTILES

Row = Mapping[str, Any]
ARMS = ("strategy", "reference")


def _fans(answer: Mapping[str, Any]) -> Iterable[Row]:
    for fan in answer["fans"]:
        for arm in ARMS:
            for m, month in enumerate(answer["months"]):
                head = {"outcome": fan["outcome"], "unit": fan["unit"], "arm": arm, "month": month}
                yield {**head, **{level: fan[arm][level][m] for level in QUANTILES}}


def _effects(answer: Mapping[str, Any]) -> Iterable[Row]:
    yield from answer["effects"]


def _council(answer: Mapping[str, Any]) -> Iterable[Row]:
    for draft in answer["council"]["drafts"]:
        result = {key: draft[key] for key in ("yes_needed", "veto_counts", "adopted", "vetoed")}
        for seat in draft["seats"]:
            plain = {key: seat[key] for key in ("state", "name", "permanent", "side", "vote", "sponsor")}
            chances = {f"p_{vote}": share for vote, share in seat["p"].items()}
            terms = {term["name"]: term["value"] for term in seat["terms"]}
            head = {"month": answer["council"]["month"], "draft": draft["draft"], "label": draft["label"]}
            yield {**head, **plain, **chances, **terms, "support": seat["support"], **result}


def _revenue(answer: Mapping[str, Any]) -> Iterable[Row]:
    revenue = answer["revenue"]
    for arm in ARMS:
        for channel, series in zip(revenue["channels"], revenue[arm], strict=True):
            for month, value in zip(answer["months"], series, strict=True):
                yield {**channel, "unit": revenue["unit"], "arm": arm, "month": month, "mean": value}


def _flip(found: Mapping[str, Any]) -> Iterable[Row]:
    for outcome in found["outcomes"]:
        for row, y in enumerate(found["y"]["values"]):
            for column, x in enumerate(found["x"]["values"]):
                head = {"outcome": outcome["outcome"], "unit": outcome["unit"], found["x"]["key"]: x, found["y"]["key"]: y}
                yield {**head, **{key: outcome[key][row][column] for key in ("effect", "low", "high", "settled")}}


TABLES: Mapping[str, Callable[[Mapping[str, Any]], Iterable[Row]]] = {
    "fans": _fans, "effects": _effects, "council": _council, "revenue": _revenue, "flip": _flip,
}  # fmt: skip


RESTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "fans": lambda answer: f"bands: {answer['design']['bands']}",
    "effects": lambda answer: f"intervals: {answer['design']['interval']}",
    "council": lambda answer: f"chances: {answer['council']['rests']}; {answer['council']['bite']}; no interval",
    "revenue": lambda answer: f"{answer['revenue']['kind']}; no interval",
}
"""What the numbers of a table rest on beside the design."""


def as_csv(name: str, answer: Mapping[str, Any], found: Mapping[str, Any] | None = None) -> str:
    """A table of an answer, or of what was ``found`` beside it; lines that begin with # say what it rests on.

    Numbers are those of the answer, to the last digit.
    """
    rows, text = list(TABLES[name](found or answer)), io.StringIO()
    rests = [found["note"]] if found else [answer["design"]["text"], RESTS[name](answer)]
    commands = [outcome["command"] for outcome in found["outcomes"]] if found else [answer["reproduce"]["command"]]
    for line in (
        f"unsim: {name}, {answer['scenario']['title']} against {answer['against']['title']}",
        f"settings: {answer['query']}",
        *rests,
        *(f"command: {command}" for command in commands),
        f"digest: {answer['digest']}",
    ):
        text.write(f"# {printable(line)}\n")
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["empty"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
