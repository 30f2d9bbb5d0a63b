"""The commands that hold the model against history: backtest, calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unsim.cli.common import Figures, Force, Json, Out, Seed, app, checked_output, progress_bar, say, show, together, told, whole

if TYPE_CHECKING:
    from unsim.history.record import Record

File = Annotated[Path | None, typer.Option(metavar="FILE.csv", help="A record of your own: its drafts (with --votes).")]
Ballots = Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Its votes (with --drafts): id, iso3, vote.")]


@app.command()
def backtest(drafts: File = None, votes: Ballots = None, out: Out = None, figures: Figures = "page", force: Force = False,
             json: Json = False) -> None:  # fmt: skip
    """Hold the model against the record: votes and trade, scored beside rivals; or votes of a record of your own."""
    with told():
        from unsim.history import backtest as history
        from unsim.history import report

        record, _ = together(lambda: _record(drafts, votes), lambda: checked_output(out, force, figures, 0))
        result = history.backtest() if record is None else history.backtest_record(record)
        if out:
            from unsim import store
            from unsim.plots.history import pictures
            from unsim.provenance import command_line

            tables = {"votes": report.scores_frame(result), "members": report.members_frame(result)}
            if result.economy:
                tables |= report.economy_frames(result.economy)
            drawn = pictures(result, "column" if figures == "column" else "page")
            store.write_tables(tables, drawn, result.as_json(), out, command_line(), drawn=figures != "none")
            say(f"Wrote tables, figures with their numbers, and run.json to {out}")
        if json:
            from unsim.provenance import as_text

            print(as_text(result.as_json()), end="")
            return
        show(report.scores_table(result))
        show(report.drafts_table(result.schemes[result.main]))
        if result.economy:
            show(report.economy_table(result.economy))
            show(report.patterns_table(result.economy))
        for note in result.notes:
            print(note)


Until = Annotated[int, typer.Option(parser=whole, metavar="YEAR", help="Last year of the record of trade that the fit may know.")]
Particles = Annotated[int, typer.Option(parser=whole, metavar="N", help="Posterior draws.")]
Rounds = Annotated[int, typer.Option(parser=whole, metavar="R", help="Rounds of the sampler at most.")]


@app.command()
def calibrate(until: Until = 2024, particles: Particles = 1000, rounds: Rounds = 12, seed: Seed = 1, out: Out = None,
              figures: Figures = "page", force: Force = False, json: Json = False) -> None:  # fmt: skip
    """Fit what trade can inform, and write posterior draws with their diagnostics. Minutes; what ships was made by it."""
    with told():
        from unsim.history import calibrate as fit
        from unsim.history import report

        checked_output(out, force, figures, 0)
        fit.checked(until, particles, rounds, seed)
        with progress_bar("Simulating", "kernel", "histories") as step:
            made = fit.calibrate(until, particles, rounds, seed, told=lambda done: step(done, None))
        if out:
            from unsim import store
            from unsim.plots.history import calibration_pictures
            from unsim.provenance import command_line

            drawn = calibration_pictures(made, fit.check(made), "column" if figures == "column" else "page")
            store.write_tables({"posterior": report.draws_frame(made)}, drawn, made.as_json(), out, command_line(),
                               what="Calibration", drawn=figures != "none")  # fmt: skip
            say(f"Wrote posterior.csv, figures with their numbers, and run.json to {out}")
        if json:
            from unsim.provenance import as_text

            print(as_text(made.as_json()), end="")
            return
        show(report.calibration_table(made))


def _record(drafts: Path | None, votes: Path | None) -> Record | None:
    from unsim.files import Problem, ScenarioError
    from unsim.history.brought import read_record

    if drafts is None and votes is None:
        return None
    if drafts is None or votes is None:
        missing, given = ("--drafts", "--votes") if drafts is None else ("--votes", "--drafts")
        raise ScenarioError([Problem(missing, None, "", "nothing", f"a CSV file, together with {given}")])
    return read_record(drafts, votes)
