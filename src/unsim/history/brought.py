"""A record of votes that a user brings: two CSV files, checked line by line, every mistake told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from unsim.files import ScenarioError, nearest
from unsim.history.record import KINDS, TIED, UNKNOWN_RIVALS, VOTES, Draft, Known, Record, codes, shipped_record
from unsim.history.votes import OF_THE_FILE
from unsim.rules.world import SEATS
from unsim.sheets import Sheet, read_sheet

NEEDED = {
    "drafts": ("id", "date", "target", "kind", "security_content", "accountability_content", "bite"),
    "votes": ("id", "iso3", "vote"),
}
OPTIONAL = {"drafts": ("sponsors", "rivals"), "votes": ("region",)}
CONTENTS = ("security_content", "accountability_content", "bite")
NOBODY = "none"
ABSENT = "absent"
REGIONS = ("AFR", "APG", "EEG", "GRULAC", "WEOG")
CODE = re.compile(r"[A-Z]{3}")
EXAMPLE_SPONSORS = f"codes of three capitals joined by ; such as USA;FRA, or {NOBODY}, or an empty cell where it is not known"
EXAMPLE_RIVALS = f"code:share joined by ; such as RUS:1;CHN:0.67, shares from 0 to 1, or {NOBODY}, or an empty cell"


def read_record(drafts: Path | str, votes: Path | str) -> Record:
    """Read a record from a file of drafts and a file of votes.

    Drafts: ``id, date, target, kind, security_content, accountability_content, bite`` and optionally ``sponsors``
    (``USA;FRA``) and ``rivals`` (``RUS:1;CHN:0.67``). Votes: ``id, iso3, vote`` (yes, no, abstain, absent) and optionally
    ``region``. Other columns are ignored. Raises ``ScenarioError`` with every mistake in both files.
    """
    sheets = [read_sheet(Path(path), NEEDED[what], OPTIONAL[what]) for path, what in ((drafts, "drafts"), (votes, "votes"))]
    found = {draft.id: draft for draft in _drafts(sheets[0])}
    known = {row["id"] for _, row in sheets[0].rows if row.get("id")}
    cast, regions = _votes(sheets[1], sorted(known)) if "id" in sheets[0].header else ({}, {})
    if not any(sheet.problems for sheet in sheets) and not any(cast.values()):
        sheets[1].wrong(None, "", "no vote on any of the drafts", "at least one row")
    if problems := [problem for sheet in sheets for problem in sheet.problems]:
        raise ScenarioError(problems)
    kept = tuple(draft for draft in found.values() if cast.get(draft.id))
    return Record(kept, {draft.id: cast[draft.id] for draft in kept}, regions, tuple(sorted(set(found) - {d.id for d in kept})))


def _cells(sheet: Sheet, line: int, row: dict[str, str], parsers: dict[str, tuple[Callable[[str], Any], str]]) -> dict[str, Any]:
    """The parsed cells of a row; those that cannot be parsed are noted and left out."""
    found = {}
    for column, (parse, allowed) in parsers.items():
        if column in row:
            try:
                found[column] = parse(row[column])
            except ValueError:
                sheet.wrong(line, column, row[column] or "an empty cell", allowed)
    return found


def _drafts(sheet: Sheet) -> Iterator[Draft]:
    first: dict[str, int] = {}
    parsers = {
        "id": (_name, "a name for the draft"),
        "date": (_date, "a day as YYYY-MM-DD"),
        "target": (_name, "the state that the draft is about, such as PRK"),
        "kind": (_kind, "one of " + ", ".join(KINDS)),
        **dict.fromkeys(CONTENTS, (_share, "a number from 0 to 1")),
        "sponsors": (_sponsors, EXAMPLE_SPONSORS),
        "rivals": (_rivals, EXAMPLE_RIVALS),
    }
    for line, row in sheet.rows:
        cells = _cells(sheet, line, row, parsers)
        name = cells.get("id")
        if name in first:
            sheet.wrong(line, "id", name, f"each draft once; this one is in line {first[name]} already")
        elif name:
            first[name] = line
            if set(NEEDED["drafts"]) <= set(cells):
                columns: list[Any] = [cells.get(column) for column in (*NEEDED["drafts"], *OPTIONAL["drafts"])]
                yield Draft(*columns)


def _votes(sheet: Sheet, drafts: list[str]) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    cast: dict[str, dict[str, float]] = {}
    regions: dict[str, str] = {}
    lines: dict[tuple[str, str], int] = {}
    number: dict[str, int] = {}
    own = "a draft of the file of drafts" + (": " + nearest("", drafts) if drafts else "")
    parsers = {
        "id": (_one_of(drafts), own),
        "iso3": (_code, "a code of three capitals (ISO 3166-1)"),
        "vote": (_one_of((*VOTES, ABSENT)), ", ".join((*VOTES, ABSENT))),
        "region": (_one_of((*REGIONS, "")), ", ".join(REGIONS) + ", or an empty cell"),
    }
    for line, row in sheet.rows:
        cells = _cells(sheet, line, row, parsers)
        if cells.get("region"):
            regions[cells.get("iso3", "")] = cells["region"]
        if not {"id", "iso3", "vote"} <= set(cells):
            continue
        key = (cells["id"], cells["iso3"])
        if key in lines:
            sheet.wrong(line, "iso3", key[1], f"each member once a draft; this one is in line {lines[key]} already")
            continue
        lines[key] = line
        number[key[0]] = number.get(key[0], 0) + 1
        if number[key[0]] == SEATS + 1:
            sheet.wrong(line, "id", f"a member beyond the {SEATS} of {key[0]}", f"at most {SEATS} votes a draft")
        if cells["vote"] != ABSENT:
            cast.setdefault(key[0], {})[key[1]] = VOTES[cells["vote"]]
    return cast, regions


def _name(text: str) -> str:
    if not text:
        raise ValueError
    return text


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError
    return date.fromisoformat(text)


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError
    return value


def _one_of(allowed: Any) -> Callable[[str], str]:
    known = frozenset(allowed)

    def parse(text: str) -> str:
        if text not in known:
            raise ValueError
        return text

    return parse


_kind = _one_of(KINDS)


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError
    return text


def _sponsors(text: str) -> frozenset[str] | None:
    if text == NOBODY:
        return frozenset()
    return frozenset(map(_code, codes(text))) or None


def _rivals(text: str) -> dict[str, float] | None:
    if not text:
        return None
    if text == NOBODY:
        return {}
    found = {}
    for part in text.split(";"):
        member, _, value = part.partition(":")
        if member.strip() in found:
            raise ValueError
        found[_code(member.strip())] = _share(value)
    return found


def assumed(record: Record, known: Known) -> Iterator[str]:
    """What was supposed where the record or the shipped positions say nothing, a sentence each."""
    own_drafts, fitted = [draft for draft in record.drafts if draft.own_file], shipped_record().drafts
    first, last = fitted[0].date, fitted[-1].date
    others = sorted({draft.target for draft in record.drafts if not draft.own_file})
    if others:
        yield f"{len(own_drafts)} drafts are taken as on the DPRK; on other targets: {', '.join(others)}."
    if seen := sum(first <= draft.date <= last for draft in own_drafts):
        yield (
            f"{seen} drafts on the DPRK lie in {first.year} to {last.year}: the shipped parameters were fitted to the Council's "
            "votes on it in those years, so here they are scored in sample. Without "
            "files, unsim backtest forecasts them from earlier drafts."
        )
    if late := sum(draft.date > last for draft in own_drafts):
        yield f"{late} drafts on the DPRK lie after {last}: positions and signals of rivalry are the last that are known."
    absent = {draft.id: sorted(set(draft.rivals or ()) - set(record.votes[draft.id])) for draft in record.drafts}
    if told := "; ".join(f"{name}: {', '.join(gone)}" for name, gone in absent.items() if gone):
        yield f"Rivals that cast no vote on their draft have no effect ({told})."
    seated = {(member, record.drafts[d].date) for d, member in record.members}
    members = sorted({member for member, _ in seated})
    unknown = sorted({member for member, day in seated if not known.position(member, day).n})
    yield (
        f"{len(unknown)} of {len(members)} members have no recorded vote on the DPRK before a draft here and get their regional "
        f"fallback{': ' + ', '.join(unknown) if unknown else ''}."
    )
    if nowhere := [m for m in unknown if m not in known.positions and m not in known.regions]:
        yield f"No regional group is known of {', '.join(nowhere)}: the mean of all states (a column region would say)."
    early = [draft for draft in record.drafts if all(known.position(m, draft.date).as_of >= draft.date for m in members)]
    if early:
        yield f"{len(early)} drafts lie before the first roll call: positions are those after it, which is hindsight."
    silent = sum(draft.sponsors is None for draft in record.drafts)
    if silent:
        yield f"{silent} of {len(record.drafts)} drafts name no sponsors: nobody is taken as one."
    own = sum(draft.rivals is None for draft in own_drafts)
    if own:
        yield f"{own} drafts on the DPRK name no rivals: China's and Russia's rivalry counts dated public signals before the vote."
    other = sum(draft.rivals is None and not draft.own_file for draft in record.drafts)
    if other:
        shares = ", ".join(f"{member} {share:.2f}" for member, share in UNKNOWN_RIVALS.items())
        yield f"{other} drafts on other targets name no rivals: taken as {shares}, as after one signal. An assumption."
    if record.left_out:
        yield f"{len(record.left_out)} drafts without votes are left out: {', '.join(record.left_out)}."
    short = [draft.id for draft in record.drafts if len(record.votes[draft.id]) < SEATS]
    if short:
        some = ", ".join(short[:10]) + (", …" if len(short) > 10 else "")
        yield f"{len(short)} drafts have fewer than {SEATS} votes ({some}): who is missing does not vote, in P(adopted) too."
    if any(draft.accountability > 0.0 and not draft.own_file for draft in record.drafts):
        yield "Positions are records on human rights in the DPRK: on other targets they stand in for a record that is not shipped."
    if any(not draft.own_file for draft in record.drafts):
        bound = ", ".join([*(f"the position of {state}" for state in sorted(TIED)), *OF_THE_FILE])
        yield f"On other targets nothing is carried over that the DPRK's file alone can tell: {bound}."
