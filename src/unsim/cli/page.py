"""The command that serves the page: app."""

from __future__ import annotations

from typing import Annotated

import typer

from unsim.cli.common import ScenarioName, app, say, told, whole

EXTRA = "starlette", "uvicorn"
PORT = 8012


@app.command("app")
def app_(scenario: ScenarioName = "tripartite_2024",
         against: Annotated[str | None, typer.Option(metavar="REFERENCE", help="The reference scenario.")] = None,
         port: Annotated[int, typer.Option(parser=whole, metavar="P", help="Port of this machine.")] = PORT,
         browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True) -> None:  # fmt: skip
    """Serve the page on this machine: move a slider, see two thousand paired futures."""
    with told():
        _installed()
        from unsim.app import serve

        serve.serve(scenario, against, port, browser, say)


def _installed() -> None:
    from importlib.util import find_spec

    from unsim.files import Problem, ScenarioError

    if missing := [name for name in EXTRA if find_spec(name) is None]:
        allowed = "the extra `app`: python -m pip install 'unsim-pressure[app]', or in a clone python -m pip install -e '.[app]'"
        raise ScenarioError([Problem("app", None, "", f"no {' and no '.join(missing)}, with which the page is served", allowed)])
