"""How soon the page answers a key, in a real browser: `python benchmarks/page_painted.py [PRESSES]`. Prints p50 and p95."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from chromium import chromium, press_to_painted, quantiles, served

SLIDERS = {
    "strategy moves": ("Coordination", "ArrowLeft"),
    "both arms move": ("Weight of accountability (λA)", "ArrowRight"),
}


def main(presses: int = 50) -> None:
    """Press an arrow key on a slider so many times, each time at rest, and report."""
    with served() as (_, address), chromium() as browser:
        for moves, (slider, key) in SLIDERS.items():
            page = browser.new_page(viewport={"width": 1600, "height": 1000})
            page.goto(address)
            page.wait_for_selector("body[data-state=full]")
            for kind, times in press_to_painted(page, presses, slider, key).items():
                p50, p95 = quantiles(times)
                shown = "preview" if kind == "previews" else "all pairs"
                print(f"{moves}, {shown}: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(times)} presses")
            page.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
