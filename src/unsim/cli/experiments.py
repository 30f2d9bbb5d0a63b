"""Commands for experiments: experiments, sweep, export."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unsim.cli.common import BAD_INPUT, FAILED, Json, Set, app, progress_bar, say, show, told

if TYPE_CHECKING:
    from unsim.experiments.engine import Status

ExperimentName = Annotated[str, typer.Argument(metavar="EXPERIMENT", help="A path, or the name of a shipped experiment.")]
MaxMinutes = Annotated[
    float | None, typer.Option(metavar="M", min=0.0, help="Stop after so many minutes; the same command goes on.")
]
Flip = Annotated[bool, typer.Option(help="Also look for the parameter that turns the sign of the main effect.")]
Kind = Annotated[str | None, typer.Option(help="One kind of figure; none: all that the sweep has what it needs for.")]
OneOutcome = Annotated[str | None, typer.Option("--outcome", help="One outcome; none: the main ones.")]
Width = Annotated[str, typer.Option(metavar="page|column", help="Width: a page, or one of its columns.")]
FigureFolder = Annotated[Path | None, typer.Option(help="Folder for the files; none: figures/ in the sweep's.")]
SweepFolder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder that unsim sweep has written.")]


@app.command()
def experiments() -> None:
    """List the shipped experiments."""
    with told():
        from unsim.experiments.loading import shipped

        for name, title in shipped().items():
            print(f"{name:24} {title}")


@app.command()
def sweep(experiment: ExperimentName,
          out: Annotated[Path, typer.Option(help="Folder of the sweep. One that was cut short there goes on.")],
          set_: Set = None,
          max_minutes: MaxMinutes = None, flip: Flip = True, json: Json = False) -> None:  # fmt: skip
    """Run an experiment into a folder, or go on with it there, and give its effects."""
    with told():
        from unsim.experiments import report
        from unsim.experiments.engine import sweep as run_sweep
        from unsim.experiments.flips import flips
        from unsim.experiments.folder import LOG
        from unsim.experiments.loading import load
        from unsim.files import all_assignments
        from unsim.provenance import as_text, command_line

        loaded = load(experiment, all_assignments(set_ or []))
        mended = 0

        def told_and_kept(status: Status) -> None:
            nonlocal mended
            mended = status.mended
            progress(status)

        try:
            with _sweep_bar(loaded.title) as progress:
                found = run_sweep(loaded, out, minutes=max_minutes, told=told_and_kept, command=command_line())
        except (KeyboardInterrupt, OSError):
            if (out / LOG).is_file():
                say(f"Finished blocks are kept in {out}: the same command goes on from there.")
            raise
        if mended:
            say(f"{mended} finished block{'s' if mended > 1 else ''} had files that were missing or changed: computed again.")
        turned = None
        if flip and found.ended:
            with progress_bar("Moving each parameter", "kernel", "moves") as moved:
                turned = flips(found, moved)
        said = report.finding(found, turned)
        content = {**found.as_json(), "finding": said, **({} if turned is None else {"flip": turned.as_json()})}
        if found.rounds:
            place = report.write(found, turned, said, content)
            say(f"Wrote tables to {place}; figures: unsim plot {out}")
        if json:
            print(as_text(content), end="")
            return
        if found.rounds:
            show(report.effects_table(found))
            if (regret := report.regret_table(found)) is not None:
                show(regret)
        print("\n".join(textwrap.fill(sentences, 130, subsequent_indent="  ") for sentences in said))
        if not found.ended:
            say("The time is over; the same command goes on from here.")


@contextmanager
def _sweep_bar(what: str) -> Iterator[Callable[[Status], None]]:
    """Progress of a sweep on a terminal: futures, futures a second, time left, precision; silence elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from unsim.rules.jit import is_compiled

    console = Console(stderr=True)
    if not is_compiled():
        console.print("Compiling the kernel: once, in under a minute.")
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("futures, {task.fields[rate]} a second"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[known]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None, rate="–", known="")

        def update(status: Status) -> None:
            known = ""
            if status.half_width is not None and status.effect is not None:
                wanted = f" (wanted ±{status.wanted:.2g})" if status.wanted else ""
                known = f"effect {status.effect:+.2g} ±{status.half_width:.2g}{wanted}"
            bar.update(task, completed=status.futures, total=status.total, rate=f"{status.rate:,.0f}", known=known)

        yield update


@app.command()
def export(folder: SweepFolder,
           out: Annotated[Path | None, typer.Option(help="Folder for the files; none: export/ in the sweep's.")] = None,
           form: Annotated[str, typer.Option(metavar="csv|parquet|both", help="What to write.")] = "both") -> None:  # fmt: skip
    """Write every future of a sweep as tidy tables, CSV and Parquet."""
    with told():
        from unsim.experiments.export import FORMS
        from unsim.experiments.export import export as write

        found = opened(folder)
        forms = checked_choice("--form", form, (*FORMS, "both"))
        with progress_bar("Writing", "none", "pieces") as progress:
            written = write(found, out or folder / "export", FORMS if forms == "both" else (forms,), progress)
        print("\n".join(f"Wrote {path}" for path in written))


@app.command()
def plot(folder: SweepFolder, kind: Kind = None, outcome: OneOutcome = None, figures: Width = "page",
         out: FigureFolder = None) -> None:  # fmt: skip
    """Draw the figures of a sweep again from what is on disk, each with its numbers; nothing is simulated."""
    with told():
        from unsim.experiments.figures import pictures, write
        from unsim.files import ScenarioError

        found = opened(folder)
        width: Any = checked_choice("--figures", figures, ("page", "column"))
        some = pictures(found, kind, outcome, width)
        place = out or folder / "figures"
        with progress_bar("Drawing", "none", "figures") as progress:
            lost = write(some, place, progress)
        for picture in some:
            if picture.name not in lost:
                print(f"{place / picture.name}.png, .svg, .pdf, .csv: {picture.caption}")
        for name, error in lost.items():
            say(f"not drawn: {name}: {error if isinstance(error, ScenarioError) else repr(error)}")
        if lost:
            raise typer.Exit(BAD_INPUT if all(isinstance(error, ScenarioError) for error in lost.values()) else FAILED)


def opened(folder: Path) -> Any:
    """The findings of a sweep, of which some part is finished."""
    from unsim.experiments.findings import open_sweep
    from unsim.files import Problem, ScenarioError

    found = open_sweep(folder)
    if not found.rounds:
        raise ScenarioError([Problem(str(folder), None, "", "a sweep of which nothing is finished", "unsim sweep goes on with it")])
    return found


def checked_choice(option: str, given: str, known: tuple[str, ...]) -> str:
    """One of several words."""
    from unsim.files import Problem, ScenarioError, nearest

    if given not in known:
        raise ScenarioError([Problem(option, None, "", repr(given), nearest(given, known))])
    return given
