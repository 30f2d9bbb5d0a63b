"""What all commands share: the application, options, how problems are told, progress."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from unsim.results import Engine
    from unsim.scenario import Scenario

BAD_INPUT = 2
FAILED = 1

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Simulate multilateral pressure on the DPRK: what coordinated Security Council action changes, and for whom.",
)


def whole(text: str) -> int:
    """A whole number, or a message that says what was found."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"found {text!r}; allowed: a whole number") from None


ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A path, or the name of a shipped scenario.")]
Against = Annotated[str, typer.Option(metavar="REFERENCE", help="The reference scenario.")]
Replicates = Annotated[int, typer.Option(parser=whole, metavar="N", help="Futures in each arm.")]
Draws = Annotated[
    int | None,
    typer.Option(parser=whole, metavar="D", help="Parameter draws; must divide the replicates. 0 holds parameters at defaults."),
]
Seed = Annotated[int, typer.Option(parser=whole, metavar="S", help="Seed of all chance.")]
Months = Annotated[int | None, typer.Option(parser=whole, metavar="M", help="Horizon in months, instead of the scenario's.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the scenario; may be repeated.")]
EngineName = Annotated[str, typer.Option(metavar="kernel|mesa", help="Both give the same bits; mesa is slow.")]
Out = Annotated[Path | None, typer.Option(help="Folder for tables, figures, every future and the record of the run.")]
Figures = Annotated[
    str, typer.Option(metavar="page|column|none", help="Width of the figures of --out: a page, one of its columns.")
]
Paths = Annotated[int, typer.Option(parser=whole, metavar="K", help="Futures of which --out holds whole paths.")]
Structural = Annotated[bool, typer.Option(help="Also say what the effects rest on; takes two or three times as long.")]
Force = Annotated[bool, typer.Option(help="Replace what is in the folder of --out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def say(text: str) -> None:
    """A line for the reader, beside the output; what a terminal would obey is escaped."""
    from unsim.problems import printable

    print("\n".join(map(printable, text.splitlines())), file=sys.stderr)


@contextmanager
def told() -> Iterator[None]:
    """Problems are told without a traceback: exit 2 for bad input, 1 where the machine fails, 130 for an interrupt."""
    from unsim.files import ScenarioError

    with _ended_like_an_interrupt():
        try:
            yield
            if sys.stdout is not None:  # a command may be started without one
                sys.stdout.flush()
        except ScenarioError as error:
            say(str(error))
            raise typer.Exit(BAD_INPUT) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone; nobody is left to tell
            raise typer.Exit(FAILED) from None
        except OSError as error:
            say(f"cannot write or read: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
            raise typer.Exit(FAILED) from None
        except MemoryError:
            say("not enough memory for this many replicates; ask for fewer")
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt as stopped:
            number = stopped.args[0] if stopped.args else signal.SIGINT
            say(f"{'interrupted' if number == signal.SIGINT else 'ended from outside'}; nothing half-written is left")
            raise typer.Exit(128 + number) from None


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
    """A terminal that goes away, or a request to end, is heard like Ctrl-C, so that nothing half-written is left behind."""

    def stop(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    heard = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in heard}
    heard = [number for number in heard if before[number] == signal.SIG_DFL]  # what nohup has made deaf stays so
    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def progress_bar(what: str, engine: str, of: str = "futures") -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on a terminal, silence elsewhere; says when the kernel must first be compiled."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from unsim.rules.jit import is_compiled

    console = Console(stderr=True)
    if engine == "kernel" and not is_compiled():
        console.print("Compiling the kernel: once, in under a minute.")
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(of),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def load_with_options(name: str, changes: list[str] | None, months: int | None) -> Scenario:
    """The scenario that a command names, with ``--set`` and ``--months``."""
    from unsim.files import Problem, ScenarioError, all_assignments
    from unsim.reading import SET
    from unsim.scenario import load_with

    pairs: list[Any] = all_assignments(changes or [])
    if months is None:
        return load_with(name, pairs)
    try:
        return load_with(name, [*pairs, (("months",), months)])
    except ScenarioError as error:
        told = (problem.file == SET and problem.key == "months" for problem in error.problems)
        raise ScenarioError(
            Problem("--months", None, "", problem.found, problem.allowed) if ours else problem
            for problem, ours in zip(error.problems, told, strict=True)
        ) from None


def together(*checks: Callable[[], Any]) -> list[Any]:
    """The results of several checks; raises ``ScenarioError`` with the problems of all of them."""
    from unsim.files import ScenarioError

    found, problems = [], []
    for check in checks:
        try:
            found.append(check())
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def checked_engine(replicates: int, draws: int | None, seed: int, engine: str) -> Engine:
    """Refuse an impossible design before anything is made; say where none of the parameters would be varied."""
    from unsim.sweep import FEW_DRAWS, MANY, checked_design

    found = checked_design(replicates, draws, seed, engine)
    if draws is None and found < FEW_DRAWS and replicates >= MANY:
        few = "parameters are not varied" if found == 1 else f"parameters are varied {found} times only"
        say(f"{replicates} replicates divide badly into draws: {few}. Use a number with more divisors.")
    return cast("Engine", engine)


def checked_output(out: Path | None, force: bool, figures: str, paths: int) -> None:
    """Refuse an output that cannot be written, before anything is computed."""
    from typing import get_args

    from unsim.files import Problem, ScenarioError
    from unsim.store import check_out

    problems = []
    if figures != "page":  # the default is good, and what draws takes a third of a second to load
        from unsim.plots.style import Width

        widths = (*get_args(Width), "none")
        if figures not in widths:
            problems.append(Problem("--figures", None, "", repr(figures), ", ".join(widths)))
    if paths < 0:
        problems.append(Problem("--paths", None, "", repr(paths), "a whole number from 0 on"))
    if problems:
        raise ScenarioError(problems)
    if out is not None:
        check_out(out, force)


def show(table: Table) -> None:
    """Print a table, wide enough where there is no terminal to fit it to, and its caption below over the whole width."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal or console.width < 120:
        console = Console(width=150)
    caption, table.caption = table.caption, None
    console.print(table)
    console.print(caption, highlight=False, markup=False)
