"""Commands for those who write scenario files: validate, scenarios, init, explain, diff, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unsim.cli.common import BAD_INPUT, Force, Json, app, say, together, told


@app.command()
def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Scenario or experiment files, or names of shipped ones.")],
) -> None:
    """Check scenario and experiment files: exit 0 if all are good, 2 if any is not."""
    with told():
        from unsim.experiments.loading import is_experiment
        from unsim.files import ScenarioError
        from unsim.problems import printable

        bad = False
        for name in files:
            try:
                print(printable(f"{name}: good ({_experiment(name) if is_experiment(name) else _scenario(name)})"))
            except ScenarioError as error:
                bad = True
                say(str(error))
        if bad:
            raise typer.Exit(BAD_INPUT)


def _scenario(name: str) -> str:
    from unsim.scenario import load

    scenario = load(name)
    return f"{scenario.title}, {scenario.file.start}, {scenario.months} months"


def _experiment(name: str) -> str:
    from unsim.experiments.loading import load

    found = load(name)
    points = f"{len(found.points)} points, " if len(found.points) > 1 else ""
    return f"{found.title}: {len(found.arms)} arms, {points}{found.futures:,} futures over {found.months} months"


@app.command()
def scenarios() -> None:
    """List the shipped scenarios."""
    with told():
        from unsim.scenario import shipped

        for name, title in shipped().items():
            print(f"{name:24} {title}")


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder; it is made if it is not there.")],
         force: Force = False) -> None:  # fmt: skip
    """Write a commented scenario to start from, which runs, and the schema with which an editor helps."""
    with told():
        from unsim import guide

        written = guide.start(folder, force)
        print("\n".join(f"Wrote {path}" for path in written))
        print(f"Next: unsim compare {written[0]} --against tripartite_2024 --out {folder / 'results'}")


@app.command()
def explain(key: Annotated[str, typer.Argument(metavar="KEY", help="A key as for --set, a parameter, or an outcome.")]) -> None:
    """Say what a key, parameter or outcome means: unit, range, prior, source, whether the record identifies it."""
    with told():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        from unsim import guide

        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column()
        for label, words in guide.explain(key):
            table.add_row(Text(label), Text(words))
        console = Console()
        Console(width=None if console.is_terminal else 110).print(table)


@app.command()
def diff(one: Annotated[str, typer.Argument(metavar="A", help="A scenario, by path or name.")],
         other: Annotated[str, typer.Argument(metavar="B", help="Another one.")], json: Json = False) -> None:  # fmt: skip
    """List what two scenarios really differ in, once everything that they extend is merged in."""
    with told():
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table
        from rich.text import Text

        from unsim import guide
        from unsim.provenance import as_text
        from unsim.scenario import load

        left, right = together(lambda: load(one), lambda: load(other))
        found = guide.differences(left, right)
        if json:
            told_ = {d.key: {"a": d.one, "b": d.other, "for_readers": d.for_readers} for d in found}
            print(as_text({"a": one, "b": other, "differences": told_}), end="")
            return
        table = Table("key", escape(one), escape(other), title_justify="left")
        for difference in found:
            if not difference.for_readers:
                table.add_row(Text(difference.key), Text(guide.shown(difference.one)), Text(guide.shown(difference.other)))
        console = Console()
        if table.row_count:
            Console(width=None if console.is_terminal else 150).print(table)
        else:
            print("The two differ in nothing that a number rests on.")
        readers = [difference.key for difference in found if difference.for_readers]
        if readers:
            print(f"Also, for readers only: {', '.join(readers)}")


@app.command()
def schema(experiment: Annotated[bool, typer.Option("--experiment", help="That of an experiment file.")] = False) -> None:
    """Print the JSON Schema of a scenario file, or of an experiment file, for completion and hover help in an editor."""
    with told():
        from unsim.guide import experiment_schema, json_schema
        from unsim.provenance import as_text

        print(as_text(experiment_schema() if experiment else json_schema()), end="")
