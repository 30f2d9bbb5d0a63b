"""CSV files that a user brings: a header, rows with their lines, and everything that is wrong with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from unsim.problems import Problem, ScenarioError, nearest, shown

MAX_BYTES = 20_000_000


@dataclass
class Sheet:
    """A CSV file. ``rows``: the line in which each begins, and its cells by column, without the spaces around them."""

    path: str
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, line: int | None, column: str, found: object, allowed: str) -> None:
        """Note a mistake."""
        self.problems.append(Problem(self.path, line, column, shown(found), allowed))

    def check(self) -> None:
        """Raise ``ScenarioError`` with all that is wrong, if anything is."""
        if self.problems:
            raise ScenarioError(self.problems)


def read_sheet(path: Path, needed: Sequence[str], optional: Sequence[str] = (), *, others: bool = True) -> Sheet:
    """Read a file in UTF-8 whose first row names its columns; empty rows are left out.

    ``needed`` columns must be there; ``optional`` ones may; ``others`` are let pass unless that is False. Never raises: what is
    wrong is in :attr:`Sheet.problems`.
    """
    sheet = Sheet(str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        sheet.wrong(None, "", f"an unreadable file ({getattr(error, 'strerror', None) or error})", "a CSV file")
        return sheet
    if len(raw) > MAX_BYTES:
        sheet.wrong(None, "", f"a file of more than {MAX_BYTES} bytes", f"at most {MAX_BYTES} bytes")
        return sheet
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sheet.wrong(raw[: error.start].count(b"\n") + 1, "", "bytes that are not UTF-8", "text in UTF-8")
        return sheet
    _fill(sheet, text, needed, optional, others)
    return sheet


def _fill(sheet: Sheet, text: str, needed: Sequence[str], optional: Sequence[str], others: bool) -> None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not sheet.header:
                sheet.header = [cell.strip() for cell in cells]
                _check_header(sheet, line, needed, optional, others)
            elif len(cells) != len(sheet.header):
                sheet.wrong(line, "", f"a row of {len(cells)} cells", f"{len(sheet.header)}, as in the header")
            else:
                sheet.rows.append((line, {name: cell.strip() for name, cell in zip(sheet.header, cells, strict=True)}))
    except csv.Error as error:
        sheet.wrong(reader.line_num, "", f"a CSV error: {error}", "RFC 4180: commas, quotes in pairs")
    if not sheet.header and not sheet.problems:
        sheet.wrong(None, "", "an empty file", f"a header{' ' + ','.join(needed) if needed else ''} and a row for each")


def _check_header(sheet: Sheet, line: int, needed: Sequence[str], optional: Sequence[str], others: bool) -> None:
    beside = f" ({', '.join(optional)} optional)" if optional and others else ""
    for column in needed:
        if column not in sheet.header:
            sheet.wrong(line, column, "no such column", f"a header with {', '.join(needed)}{beside}")
    known = [*needed, *optional]
    for column in dict.fromkeys(sheet.header):
        if column not in known and not others:
            sheet.wrong(line, column, f"unknown column {column}", nearest(column, known))
        elif column in known and sheet.header.count(column) > 1:
            sheet.wrong(line, column, f"several columns of this name ({sheet.header.count(column)})", "one")
