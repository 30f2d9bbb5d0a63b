"""Commands that simulate, and the one that checks what they left: run, compare, map, verify."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from unsim.cli.common import (
    Against,
    Draws,
    EngineName,
    Figures,
    Force,
    Json,
    Months,
    Out,
    Paths,
    Replicates,
    ScenarioName,
    Seed,
    Set,
    Structural,
    app,
    checked_engine,
    checked_output,
    load_with_options,
    progress_bar,
    say,
    show,
    together,
    told,
    whole,
)

if TYPE_CHECKING:
    from unsim.plots.style import Width

Sample = Annotated[int, typer.Option(parser=whole, metavar="K", help="Blocks of a sweep to compute again.")]


def _width(figures: str) -> Width | None:
    return None if figures == "none" else cast("Width", figures)


@app.command()
def run(scenario: ScenarioName, replicates: Replicates = 2000, draws: Draws = None, seed: Seed = 1,
        months: Months = None, set_: Set = None, engine: EngineName = "kernel", out: Out = None, figures: Figures = "page",
        paths: Paths = 200, force: Force = False, json: Json = False) -> None:  # fmt: skip
    """Run a scenario many times and describe its outcomes."""
    with told():
        from unsim import report, store
        from unsim.provenance import as_text, command_line
        from unsim.results import check_memory
        from unsim.sweep import KEEP
        from unsim.sweep import run as run_scenario

        kind, loaded, _ = together(
            lambda: checked_engine(replicates, draws, seed, engine),
            lambda: load_with_options(scenario, set_, months),
            lambda: checked_output(out, force, figures, paths),
        )
        keep = max(KEEP, paths) if out else 0
        check_memory(loaded, replicates, keep, runs=1)
        with progress_bar(f"Running {loaded.name}", engine) as progress:
            result = run_scenario(loaded, replicates, draws, seed, kind, keep=keep, progress=progress)
        if out:
            with progress_bar("Drawing", "none", "figures") as progress:
                store.write_run(result, out, command_line(), _width(figures), paths, progress)
            say(f"Wrote summary.csv, votes.csv, every future, figures with their numbers, and run.json to {out}")
        if json:
            print(as_text(result.as_json()), end="")
        else:
            show(report.run_table(result))


@app.command()
def compare(scenario: ScenarioName, against: Against, replicates: Replicates = 4000, draws: Draws = None, seed: Seed = 1,
            months: Months = None, set_: Set = None, engine: EngineName = "kernel", out: Out = None, figures: Figures = "page",
            paths: Paths = 200, structure: Structural = True, force: Force = False, json: Json = False) -> None:  # fmt: skip
    """Run a scenario and a reference on the same luck, and give the paired effects. --set and --months apply to both."""
    with told():
        from unsim import report, store, words
        from unsim.effects import compare as compare_scenarios
        from unsim.provenance import as_text, command_line
        from unsim.results import check_memory
        from unsim.sweep import KEEP

        kind, strategy, reference, _ = together(
            lambda: checked_engine(replicates, draws, seed, engine),
            lambda: load_with_options(scenario, set_, months),
            lambda: load_with_options(against, set_, months),
            lambda: checked_output(out, force, figures, paths),
        )
        keep = max(KEEP, paths) if out else 0
        check_memory(strategy, replicates, keep, runs=6 if structure else 2)
        with progress_bar(f"Comparing {strategy.name} with {reference.name}", engine) as progress:
            result = compare_scenarios(strategy, reference, replicates, draws, seed, kind, keep=keep, progress=progress)
        found = None
        if structure:
            from unsim.structure import structure as examine

            with progress_bar("Examining what the effects rest on", "kernel", "steps") as progress:
                found = examine(result, progress)
        finding = words.finding(result, found)
        if out:
            with progress_bar("Drawing", "none", "figures") as progress:
                store.write_comparison(result, out, command_line(), found, finding, _width(figures), paths, progress)
            say(f"Wrote effects.csv, summary.csv, votes.csv, every future, figures with their numbers, and run.json to {out}")
        if json:
            extra = {} if found is None else {"structure": found.as_json()}
            print(as_text({**result.as_json(), "finding": finding, **extra}), end="")
        else:
            show(report.effects_table(result))
            if found is not None:
                show(report.structure_table(result, found))
            print("\n".join(textwrap.fill(sentences, 130, subsequent_indent="  ") for sentences in finding))


@app.command("map")
def map_(scenario: ScenarioName, against: Against, outcome: Annotated[str, typer.Option(help="The outcome.")] = "coercion",
         x: Annotated[str, typer.Option(help="The first parameter.")] = "value_curvature",
         y: Annotated[str, typer.Option(help="The second parameter.")] = "accountability_weight",
         points: Annotated[int, typer.Option(parser=whole, metavar="P", help="Points along each.")] = 7,
         replicates: Replicates = 400, draws: Draws = None, seed: Seed = 1, months: Months = None, set_: Set = None,
         out: Out = None, figures: Figures = "page", force: Force = False) -> None:  # fmt: skip
    """Map an effect over two parameters (sigma and lambda-A unless told otherwise) and show where its sign flips."""
    with told():
        from unsim import plots, report, store
        from unsim.provenance import command_line
        from unsim.structure import surface
        from unsim.sweep import default_draws

        _, strategy, reference, _ = together(
            lambda: checked_engine(replicates, draws, seed, "kernel"),
            lambda: load_with_options(scenario, set_, months),
            lambda: load_with_options(against, set_, months),
            lambda: checked_output(out, force, figures, 0),
        )
        with progress_bar(f"Mapping {strategy.name} against {reference.name}", "kernel", "points") as progress:
            table = surface(strategy, reference, outcome, x, y, points, replicates, draws, seed, progress)
        note = report.surface_note(table, x, y)
        if out:
            width = _width(figures)
            figure = plots.surface(table, x, y, outcome, strategy, reference, note, width) if width else None
            held = {"outcome": outcome, "x": x, "y": y, "points": points, "replicates": replicates, "seed": seed}
            level = {"draws": default_draws(replicates) if draws is None else draws, "claim_level": table["claim_level"].iloc[0]}
            record = {"command": command_line(), **held, **level}
            store.write_surface(table, figure, (strategy, reference), record, out)
            say(f"Wrote map.csv, the figure map and run.json to {out}")
        show(report.surface_table(table, x, y, outcome, note))


@app.command()
def verify(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that --out has written, or a sweep.")],
           sample: Sample = 3) -> None:  # fmt: skip
    """Check that results on disk are all there and as they were written: exit 0 if they are, 2 if not.

    Of a sweep, a random sample of its blocks is computed again and must come out equal.
    """
    with told():
        from unsim.experiments.folder import LOG, PLAN

        if (folder / LOG).is_file() or (folder / PLAN).is_file():
            _verify_sweep(folder, sample)
            return
        from unsim.store import open_results

        record = open_results(folder).record
        titles = " against ".join(f"“{arm['title']}”" for arm in record["arms"])
        print(f"{folder}: complete and as written ({titles}; unsim {record['unsim']})")


def _verify_sweep(folder: Path, sample: int) -> None:
    from unsim.experiments.verify import verify as verify_sweep
    from unsim.files import Problem, ScenarioError

    if sample < 0:
        raise ScenarioError([Problem("--sample", None, "", repr(sample), "a whole number from 0 on")])
    with progress_bar("Computing again", "kernel", "blocks") as progress:
        found = verify_sweep(folder, sample, progress)
    again = (
        f"{len(found.again)} of them computed again, equal to the bit ({', '.join(map(str, found.again))})" if found.again else ""
    )
    version = "" if found.same_model else "; this version of the model is not the one that wrote it"
    print(
        f"{folder}: {found.finished} of {found.planned} blocks finished, all as written; {again or 'none computed again'}{version}"
    )
