"""What many tests share: scenarios, and a look at the edges of a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import unsim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A rule is compiled at its first call, so the first example of a property may take a second; runs are reproducible.
settings.register_profile("unsim", deadline=None, derandomize=True)
settings.load_profile("unsim")

SHIPPED = tuple(unsim.shipped())
SPINE = ("baseline_2024", "nonproliferation_only", "placebo", "tripartite_2024")


@pytest.fixture(scope="session")
def baseline() -> unsim.Scenario:
    return unsim.load("baseline_2024")


@pytest.fixture(scope="session")
def tripartite() -> unsim.Scenario:
    return unsim.load("tripartite_2024")


@pytest.fixture(scope="session")
def one_year(baseline: unsim.Scenario) -> unsim.Scenario:
    return baseline.over(12)


def cut_off(figure: Figure) -> list[str]:
    """Texts of a figure that reach beyond its edges."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    width, height = figure.bbox.size
    beyond = [label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in axis.get_major_ticks()
              for label in (tick.label1, tick.label2)
              if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())]  # fmt: skip
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip() and text not in beyond]
    boxes = {text.get_text(): text.get_window_extent(renderer) for text in shown}
    return [text for text, box in boxes.items() if box.x0 < 0.0 or box.y0 < 0.0 or box.x1 > width or box.y1 > height]
