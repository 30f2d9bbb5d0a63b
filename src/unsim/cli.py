"""The command ``unsim``: what the Python API does, from a shell."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from unsim.results import Engine
    from unsim.scenario import Scenario

BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Simulate multilateral pressure on the DPRK: what coordinated Security Council action changes, and for whom.",
)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"found {text!r}; allowed: a whole number") from None


ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A path, or the name of a shipped scenario.")]
Against = Annotated[str, typer.Option(metavar="REFERENCE", help="The reference scenario.")]
Replicates = Annotated[int, typer.Option(parser=_whole, metavar="N", help="Futures in each arm.")]
Draws = Annotated[
    int | None,
    typer.Option(parser=_whole, metavar="D", help="Parameter draws; must divide the replicates. 0 holds parameters at defaults."),
]
Seed = Annotated[int, typer.Option(parser=_whole, metavar="S", help="Seed of all chance.")]
Months = Annotated[int | None, typer.Option(parser=_whole, metavar="M", help="Horizon in months, instead of the scenario's.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the scenario; may be repeated.")]
EngineName = Annotated[str, typer.Option(metavar="kernel|mesa", help="Both give the same bits; mesa is slow.")]
Out = Annotated[Path | None, typer.Option(help="Folder for tables, figures and the record of the run.")]
Structural = Annotated[bool, typer.Option(help="Also say what the effects rest on; takes two or three times as long.")]
Force = Annotated[bool, typer.Option(help="Replace what is in the folder of --out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def _say(text: object) -> None:
    from rich.console import Console

    Console(stderr=True).print(text)


@contextmanager
def _told() -> Iterator[None]:
    """Problems are told without a traceback: exit 2 for bad input, 130 for an interrupt."""
    from unsim.files import ScenarioError

    try:
        yield
    except ScenarioError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        raise typer.Exit(BAD_INPUT) from None
    except OSError as error:
        print(f"cannot write or read: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        raise typer.Exit(1) from None
    except MemoryError:
        print("not enough memory for this many replicates; ask for fewer", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def _progress(what: str, engine: str, of: str = "futures") -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, silence elsewhere; says when the kernel must first be compiled."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from unsim.rules.jit import is_compiled

    console = Console(stderr=True)
    if engine == "kernel" and not is_compiled():
        console.print("Compiling the kernel: once, in under a minute.")
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn(of), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _loaded(name: str, changes: list[str] | None, months: int | None) -> Scenario:
    from unsim.files import assignments
    from unsim.scenario import load_with

    pairs: list[Any] = [assignments(text) for text in changes or []]
    if months is not None:
        pairs.append((("months",), months))
    return load_with(name, pairs)


def _together(*checks: Callable[[], Any]) -> list[Any]:
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


def _checked_engine(replicates: int, draws: int | None, seed: int, engine: str) -> Engine:
    """Refuse an impossible design before anything is made; say where none of the parameters would be varied."""
    from unsim.sweep import FEW_DRAWS, MANY, checked_design

    found = checked_design(replicates, draws, seed, engine)
    if draws is None and found < FEW_DRAWS and replicates >= MANY:
        few = "parameters are not varied" if found == 1 else f"parameters are varied {found} times only"
        print(f"{replicates} replicates divide badly into draws: {few}. Use a number with more divisors.", file=sys.stderr)
    return cast("Engine", engine)


def _print(table: Any) -> None:
    from rich.console import Console

    console = Console()
    if not console.is_terminal or console.width < 120:
        console = Console(width=150)
    console.print(table)


@app.command()
def run(scenario: ScenarioName, replicates: Replicates = 2000, draws: Draws = None, seed: Seed = 1,
        months: Months = None, set_: Set = None, engine: EngineName = "kernel", out: Out = None,
        force: Force = False, json: Json = False) -> None:  # fmt: skip
    """Run a scenario many times and describe its outcomes."""
    with _told():
        from unsim import report
        from unsim.sweep import run as run_scenario

        kind, loaded, _ = _together(
            lambda: _checked_engine(replicates, draws, seed, engine),
            lambda: _loaded(scenario, set_, months),
            lambda: report.check_out(out, force) if out else None,
        )
        with _progress(f"Running {loaded.name}", engine) as progress:
            result = run_scenario(loaded, replicates, draws, seed, kind, progress=progress)
        if out:
            report.write_run(result, out, report.command_line())
            _say(f"Wrote summary.csv, votes.csv and run.json to {out}")
        if json:
            print(report.as_text(result.as_json()), end="")
        else:
            _print(report.run_table(result))


@app.command()
def compare(scenario: ScenarioName, against: Against, replicates: Replicates = 4000, draws: Draws = None, seed: Seed = 1,
            months: Months = None, set_: Set = None, engine: EngineName = "kernel", out: Out = None,
            structure: Structural = True, force: Force = False, json: Json = False) -> None:  # fmt: skip
    """Run a scenario and a reference on the same luck, and give the paired effects. --set and --months apply to both."""
    with _told():
        from unsim import report
        from unsim.effects import compare as compare_scenarios
        from unsim.sweep import KEEP

        kind, strategy, reference, _ = _together(
            lambda: _checked_engine(replicates, draws, seed, engine),
            lambda: _loaded(scenario, set_, months),
            lambda: _loaded(against, set_, months),
            lambda: report.check_out(out, force) if out else None,
        )
        with _progress(f"Comparing {strategy.name} with {reference.name}", engine) as progress:
            result = compare_scenarios(
                strategy, reference, replicates, draws, seed, kind, keep=KEEP if out else 0, progress=progress
            )
        found = None
        if structure:
            from unsim.structure import structure as examine

            with _progress("Examining what the effects rest on", "kernel", "steps") as progress:
                found = examine(result, progress)
        if out:
            report.write_comparison(result, out, report.command_line(), found)
            _say(f"Wrote effects.csv, the figures costs and votes with their numbers, and run.json to {out}")
        if json:
            extra = {} if found is None else {"structure": found.as_json()}
            print(report.as_text({**result.as_json(), **extra}), end="")
        else:
            _print(report.effects_table(result))
            if found is not None:
                _print(report.structure_table(result, found))


@app.command("map")
def map_(scenario: ScenarioName, against: Against, outcome: Annotated[str, typer.Option(help="The outcome.")] = "coercion",
         x: Annotated[str, typer.Option(help="The first parameter.")] = "value_curvature",
         y: Annotated[str, typer.Option(help="The second parameter.")] = "accountability_weight",
         points: Annotated[int, typer.Option(parser=_whole, metavar="P", help="Points along each.")] = 7,
         replicates: Replicates = 400, draws: Draws = None, seed: Seed = 1, months: Months = None, set_: Set = None,
         out: Out = None, force: Force = False) -> None:  # fmt: skip
    """Map an effect over two parameters (sigma and lambda-A unless told otherwise) and show where its sign flips."""
    with _told():
        from unsim import report
        from unsim.structure import surface

        _, strategy, reference, _ = _together(
            lambda: _checked_engine(replicates, draws, seed, "kernel"),
            lambda: _loaded(scenario, set_, months),
            lambda: _loaded(against, set_, months),
            lambda: report.check_out(out, force) if out else None,
        )
        with _progress(f"Mapping {strategy.name} against {reference.name}", "kernel", "points") as progress:
            table = surface(strategy, reference, outcome, x, y, points, replicates, draws, seed, progress)
        note = report.surface_note(table, x, y)
        if out:
            from unsim import plots

            figure = plots.surface(table, x, y, outcome, strategy, reference, note)
            record = {"command": report.command_line(), "seed": seed, "outcome": outcome}
            report.write_surface(table, figure, (strategy, reference), record, out)
            _say(f"Wrote map.csv, the figure map and run.json to {out}")
        _print(report.surface_table(table, x, y, outcome, note))


@app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Scenario files, or names of shipped ones.")],
) -> None:
    """Check scenario files: exit 0 if all are good, 2 if any is not."""
    from unsim.files import ScenarioError
    from unsim.scenario import load

    bad = False
    for name in files:
        try:
            scenario = load(name)
        except ScenarioError as error:
            bad = True
            for problem in error.problems:
                print(problem, file=sys.stderr)
        else:
            print(f"{name}: good ({scenario.title}, {scenario.file.start}, {scenario.months} months)")
    if bad:
        raise typer.Exit(BAD_INPUT)


@app.command()
def scenarios() -> None:
    """List the shipped scenarios."""
    from unsim.scenario import shipped

    for name, title in shipped().items():
        print(f"{name:24} {title}")


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from unsim import __version__

        print(f"unsim {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the command."""
    app()
