"""The page in a real browser: its server, Chromium, how soon a picture follows a key. For the screenshot, tests and benchmarks."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def served(port: int = 0) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page's server as a user starts it, and its address. Raises ``RuntimeError`` where it ends by itself."""
    command = [sys.executable, "-m", "unsim", "app", "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout
        try:
            said = ""
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/", said)):
                line = server.stdout.readline()
                if not line:
                    raise RuntimeError(f"the page's server ended: {said}")
                said += line
            yield server, found.group()
        finally:
            server.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Raises ``FileNotFoundError`` where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise FileNotFoundError("no Chromium: install Debian's chromium, or set UNSIM_NO_BROWSER=1 to do without the browser tests")
    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


WATCH = """() => {
    window.times = [];
    let pressed = 0;
    addEventListener("keydown", () => { pressed = performance.now(); }, true);
    for (const kind of ["previews", "run"]) {
        new MutationObserver(() => requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
                times.push([kind, performance.now() - pressed]);
                if (kind === "run") window.whole();
            };
            channel.port2.postMessage(0);
        })).observe(document.body, {attributeFilter: [`data-${kind}`]});
    }
}"""


def press_to_painted(page: Page, presses: int, slider: str = "Coordination", key: str = "ArrowLeft") -> dict[str, list[float]]:
    """Milliseconds from a key press to the frame after the preview (``previews``) and all pairs (``run``) were drawn, sorted.

    The slider goes 18 steps in the direction of ``key``, for which there must be room, then back, and so on.
    """
    back = {"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}[key]
    page.evaluate(WATCH)
    # Nothing polls the page meanwhile: that would take some of the processor that the answer needs.
    page.get_by_role("slider", name=slider, exact=True).focus()
    for press in range(presses):
        page.evaluate("() => { window.answered = new Promise((done) => { window.whole = done; }); }")
        page.keyboard.press(key if press % 36 < 18 else back)
        page.evaluate("answered")
    times: list[tuple[str, float]] = page.evaluate("times")
    return {kind: sorted(time for name, time in times if name == kind) for kind in ("previews", "run")}


def quantiles(times: list[float]) -> tuple[float, float]:
    """Median and 95th percentile of sorted times."""
    return times[len(times) // 2], times[round(0.95 * (len(times) - 1))]
