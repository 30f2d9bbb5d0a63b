"""Starting and stopping the server."""

from __future__ import annotations

import gc
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn

from unsim.app.answer import answer
from unsim.app.query import PREVIEW, read_query
from unsim.app.server import site
from unsim.app.shelf import Shelf
from unsim.files import Problem, ScenarioError
from unsim.rules.jit import is_compiled

HOST = "127.0.0.1"


def serve(scenario: str, against: str | None, port: int, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the page until interrupted. Raises ``ScenarioError`` for a bad scenario, and where the port cannot be had."""
    listening = _bound(port)
    with listening:
        shelf = Shelf(scenario, against)
        if not is_compiled():
            say("Compiling the kernel: once, in under a minute.")
        first = [("pairs", str(PREVIEW)), *([("against", against)] if against else [])]
        answer(read_query(first, shelf))  # the first picture is as quick as the next ones
        gc.freeze()  # what is here stays: looking through it again would delay an answer now and then
        port = listening.getsockname()[1]
        address = f"http://{HOST}:{port}/"
        listening.listen()  # so that whoever reads the address can use it at once
        say(f"The page is at {address} and on this machine alone; Ctrl-C ends it.")
        quiet: dict[str, Any] = {"log_level": "warning", "access_log": False, "server_header": False}
        server = uvicorn.Server(uvicorn.Config(site(shelf, port), lifespan="off", timeout_graceful_shutdown=1, **quiet))
        if browser:
            webbrowser.open(address)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
        say("The page has ended.")


def _bound(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise ScenarioError([Problem("--port", None, "", repr(port), "a whole number from 0 (any free one) to 65535")])
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError as error:
        found.close()
        allowed = "a port that is free, or 0 for any: --port 0"
        raise ScenarioError([Problem("--port", None, "", f"{port}, which cannot be had ({error.strerror})", allowed)]) from None
    return found
