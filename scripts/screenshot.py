"""Write docs/page.png, the screenshot of the page in the README: `python scripts/screenshot.py [FILE] [QUERY]`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from chromium import chromium, served
from PIL import Image

DOCS = Path(__file__).resolve().parents[1] / "docs"
QUERY = "?scenario=china_enforces"
WIDTH, HEIGHT = 1600, 1500


def main(path: Path = DOCS / "page.png", query: str = QUERY) -> None:
    """Open the page at a query and save what the screen shows once everything is computed."""
    with served() as (_, address), chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_default_timeout(300_000)
        page.goto(address + query)
        page.wait_for_selector("body[data-maps]")
        shot = Image.open(io.BytesIO(page.screenshot()))
    shot.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        path, optimize=True
    )  # a third of the size, and nothing to be seen of it


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*([Path(given[0]), *given[1:]] if given else []))
