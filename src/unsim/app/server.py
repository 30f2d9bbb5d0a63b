"""The server of the page: queries in, JSON out, to this machine alone. It keeps nothing between two queries but runs to use again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from unsim.app.answer import answer, page
from unsim.app.query import Query, as_problems, read_query
from unsim.app.shelf import Shelf
from unsim.app.tables import TABLES, as_csv
from unsim.files import ScenarioError

PATIENCE = 30.0
"""Seconds that a query waits for its turn."""
STATIC = files("unsim.app") / "static"
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
    "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Lets in what the page itself asks, and what opens it; gives every answer its headers.

    Another site in the same browser can reach this port, and a name that it owns can be made to point here: so the Host must be
    this machine's own name with the port, and a request that a browser says comes from elsewhere may open the page and no more.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refused(Request(scope))

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in HEADERS.items())]
            await send(message)

        await (refused or self.app)(scope, receive, with_headers)

    def _refused(self, request: Request) -> Response | None:
        heads = request.headers
        if heads.get("host") not in self.hosts:
            return PlainTextResponse("This server answers to its own address alone.", 400)
        origin, site = heads.get("origin"), heads.get("sec-fetch-site", "none")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return PlainTextResponse("Another site may not ask here.", 403)
        opens = request.url.path == "/" and heads.get("sec-fetch-mode") == "navigate"
        if site not in ("none", "same-origin") and not opens:
            return PlainTextResponse("Another site may not ask here.", 403)
        return None


class Page:
    """The page's answers, one query at a time: simulation takes all cores, so queries side by side would only slow each other."""

    def __init__(self, shelf: Shelf, lesson: list[dict[str, Any]]) -> None:
        self.shelf, self.lesson = shelf, lesson
        self._turn = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, but not for ever."""
        if not self._turn.acquire(timeout=PATIENCE):
            raise HTTPException(503, "Too many queries are waiting; ask again.")
        try:
            yield
        finally:
            self._turn.release()

    def page(self, query: Query) -> Response:
        """The controls."""
        return _json(page(query, self.shelf, self.lesson))

    def run(self, query: Query) -> Response:
        """The numbers."""
        return _json(answer(query))

    def csv(self, query: Query, table: str) -> Response:
        """A table."""
        name = f"unsim_{table}_{query.scenario.name}.csv"
        return Response(as_csv(table, answer(query)), media_type="text/csv; charset=utf-8",
                        headers={"content-disposition": f'attachment; filename="{name}"'})  # fmt: skip

    def asked(self, respond: Callable[[Query], Response], request: Request) -> Response:
        """The response to a checked query, or what is wrong with it."""
        try:
            with self.turn():
                return respond(read_query(request.query_params.multi_items(), self.shelf))
        except ScenarioError as error:
            return _json({"problems": as_problems(error)}, 422)


def site(shelf: Shelf, port: int, lesson: list[dict[str, Any]] | None = None) -> ASGIApp:
    """The whole site, for a port of this machine."""
    shown = Page(shelf, lesson or [])

    def table(request: Request) -> Response:
        name = request.path_params["table"]
        if name not in TABLES:
            raise HTTPException(404, f"no table {name}; there are {', '.join(TABLES)}")
        return shown.asked(partial(shown.csv, table=name), request)

    async def home(_: Request) -> Response:
        return Response((STATIC / "index.html").read_bytes(), media_type="text/html; charset=utf-8")

    routes = [
        Route("/", home),
        Route("/api/page", partial(shown.asked, shown.page)),
        Route("/api/run", partial(shown.asked, shown.run)),
        Route("/api/csv/{table}", table),
        Mount("/static", StaticFiles(directory=str(STATIC))),
    ]
    return Guard(Starlette(routes=routes), port)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, allow_nan=False, ensure_ascii=False), status, media_type="application/json")
