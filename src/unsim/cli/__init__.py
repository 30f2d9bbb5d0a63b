"""The command ``unsim``: what the Python API does, from a shell."""

from __future__ import annotations

from typing import Annotated

import typer

from unsim.cli import experiments as experiments
from unsim.cli import history as history
from unsim.cli import page as page
from unsim.cli import scenarios as scenarios
from unsim.cli import simulate as simulate
from unsim.cli.common import app


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from unsim import __version__

        print(f"unsim {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the command."""
    app()
