"""The command that holds the model against history: backtest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unsim.cli.common import Figures, Force, Json, Out, app, checked_output, say, show, together, told

if TYPE_CHECKING:
    from unsim.history.record import Record

File = Annotated[Path | None, typer.Option(metavar="FILE.csv", help="A record of your own: its drafts (with --votes).")]
Ballots = Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Its votes (with --drafts): id, iso3, vote.")]


@app.command()
def backtest(drafts: File = None, votes: Ballots = None, out: Out = None, figures: Figures = "page", force: Force = False,
             json: Json = False) -> None:  # fmt: skip
    """Forecast real votes of the Council and score the forecasts beside rivals; or those of a record of your own."""
    with told():
        from unsim.history import backtest as history
        from unsim.history import report

        record, _ = together(lambda: _record(drafts, votes), lambda: checked_output(out, force, figures, 0))
        result = history.backtest() if record is None else history.backtest_record(record)
        if out:
            from unsim import store
            from unsim.plots.history import pictures

            tables = {"votes": report.scores_frame(result), "members": report.members_frame(result)}
            drawn = pictures(result, "column" if figures == "column" else "page")
            store.write_tables(tables, drawn, result.as_json(), out, store.command_line(), drawn=figures != "none")
            say(f"Wrote votes.csv, members.csv, figures with their numbers, and run.json to {out}")
        if json:
            from unsim.store import as_text

            print(as_text(result.as_json()), end="")
            return
        show(report.scores_table(result))
        show(report.drafts_table(result.schemes[result.main]))
        for note in result.notes:
            print(note)


def _record(drafts: Path | None, votes: Path | None) -> Record | None:
    from unsim.files import Problem, ScenarioError
    from unsim.history.brought import read_record

    if drafts is None and votes is None:
        return None
    if drafts is None or votes is None:
        missing, given = ("--drafts", "--votes") if drafts is None else ("--votes", "--drafts")
        raise ScenarioError([Problem(missing, None, "", "nothing", f"a CSV file, together with {given}")])
    return read_record(drafts, votes)
