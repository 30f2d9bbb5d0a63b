"""The server of the page: queries in, JSON out, to this machine alone. Between queries it keeps nothing but runs to use again."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from unsim.app import lesson
from unsim.app.answer import answer, page
from unsim.app.flip import flip
from unsim.app.query import Query, as_problems, read_query
from unsim.app.shelf import Shelf
from unsim.app.tables import TABLES, as_csv
from unsim.files import ScenarioError

PATIENCE = 30.0
"""Seconds that a query waits for its turn."""
MOST_WAITING = 32
"""Queries that wait or compute; others wait for a place."""
LOOK = 0.05
"""Seconds between two looks at whether the browser still waits."""
GAP = 0.002
"""Seconds in which another query can take its turn."""
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
    "cache-control": "no-cache",
}


class Guard:
    """Lets in what the page itself asks, and what opens it; gives every answer its headers.

    Another site in the same browser can reach this port, and a name that it owns can be made to point here: so the Host must be
    this machine's own name with the port, and a request that a browser says comes from elsewhere may open the page and no more.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        usual = "" if port == 80 else f":{port}"  # browsers leave out the usual port
        self.hosts = {f"{name}{usual}" for name in ("127.0.0.1", "localhost")}

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


class Abandoned(Exception):  # noqa: N818 - no error: the browser has moved on
    """Nobody waits for the answer any more."""


class Turn:
    """One query's turn to compute: simulation takes all cores, so queries side by side would only slow each other."""

    _lock = threading.Lock()

    def __init__(self) -> None:
        self.abandoned = False

    def __enter__(self) -> Turn:
        end = time.monotonic() + PATIENCE
        while not self._lock.acquire(timeout=LOOK):
            if self.abandoned:
                raise Abandoned
            if time.monotonic() > end:
                raise HTTPException(503, "Too many queries are waiting; ask again.")
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def go_on(self) -> None:
        """Stop where nobody waits for the answer."""
        if self.abandoned:
            raise Abandoned

    def give_way(self) -> None:
        """The same, and let others have their turn first: for work that takes seconds."""
        self._lock.release()
        time.sleep(GAP)
        self._lock.acquire()
        self.go_on()


Respond = Callable[[Query, Turn], Response]


class Page:
    """The page's answers to queries."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.waiting = CapacityLimiter(MOST_WAITING)  # threads of their own, so that the page's files are never behind queries

    def page(self, query: Query, _: Turn) -> Response:
        """The controls."""
        return _json(page(query, self.shelf, lesson.shown()))

    def run(self, query: Query, turn: Turn) -> Response:
        """The numbers."""
        return _json(answer(query, turn.go_on))

    def flip(self, query: Query, turn: Turn) -> Response:
        """Where they turn."""
        return _json(flip(query, turn.give_way))

    def csv(self, query: Query, turn: Turn, table: str) -> Response:
        """A table."""
        found = flip(query, turn.give_way) if table == "flip" else None
        text = as_csv(table, answer(query, turn.go_on), found)
        stem = re.sub("[^A-Za-z0-9_]", "_", f"unsim_{table}_{query.scenario.name}")
        saved = {"content-disposition": f'attachment; filename="{stem}.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=saved)

    async def asked(self, respond: Respond, request: Request, fixed: tuple[str, ...] = ()) -> Response:
        """The response to a query, or what is wrong with it; the work ends early where the browser goes away."""
        items, turn = request.query_params.multi_items(), Turn()
        work = asyncio.create_task(to_thread.run_sync(self._work, respond, items, turn, fixed, limiter=self.waiting))
        try:
            while not (await asyncio.wait({work}, timeout=LOOK))[0]:
                turn.abandoned = turn.abandoned or await request.is_disconnected()
        except asyncio.CancelledError:  # the server ends
            turn.abandoned = True
            return Response(status_code=503)
        return work.result()

    def _work(self, respond: Respond, items: list[tuple[str, str]], turn: Turn, fixed: tuple[str, ...]) -> Response:
        try:
            with turn:
                return respond(read_query(items, self.shelf, fixed), turn)
        except ScenarioError as error:
            return _json({"problems": as_problems(error)}, 422)
        except Abandoned:
            return Response(status_code=499)


def site(shelf: Shelf, port: int) -> ASGIApp:
    """The whole site, for a port of this machine."""
    shown = Page(shelf)

    async def table(request: Request) -> Response:
        name = request.path_params["table"]
        if name not in TABLES:
            raise HTTPException(404, f"no table {name}; there are {', '.join(TABLES)}")
        return await shown.asked(partial(shown.csv, table=name), request)

    def asked(respond: Respond, fixed: tuple[str, ...] = ()) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return await shown.asked(respond, request, fixed)

        return endpoint

    async def home(_: Request) -> Response:
        return Response((STATIC / "page.html").read_bytes(), media_type="text/html; charset=utf-8")

    routes = [
        Route("/", home),
        Route("/api/page", asked(shown.page, ("pairs", "draws"))),
        Route("/api/run", asked(shown.run)),
        Route("/api/flip", asked(shown.flip)),
        Route("/api/csv/{table}", table),
        Mount("/static", StaticFiles(directory=str(STATIC))),
    ]
    return Guard(Starlette(routes=routes), port)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, allow_nan=False, ensure_ascii=False), status, media_type="application/json")
