"""unsim: an agent-based simulation of multilateral pressure on the DPRK.

    import unsim

    baseline = unsim.load("baseline_2024")
    tripartite = unsim.load("tripartite_2024", set={"coalition.coordination": 0.5})
    comparison = unsim.compare(tripartite, baseline, replicates=2000)
    comparison.frame()          # every effect as a tidy table
    comparison.strategy.outcomes  # labelled arrays with units
    unsim.run(baseline, replicates=20000, bands=True).bands  # quantiles of every outcome by month

``PressureModel`` is one run as a Mesa model. Everything here is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from unsim.effects import Comparison as Comparison
    from unsim.effects import Effect as Effect
    from unsim.effects import compare as compare
    from unsim.engines.model import PressureModel as PressureModel
    from unsim.files import ScenarioError as ScenarioError
    from unsim.results import Run as Run
    from unsim.scenario import Scenario as Scenario
    from unsim.scenario import load as load
    from unsim.scenario import shipped as shipped
    from unsim.store import Results as Results
    from unsim.store import open_results as open_results
    from unsim.sweep import run as run

_HOME = {
    "Comparison": "effects",
    "Effect": "effects",
    "PressureModel": "engines.model",
    "Results": "store",
    "Run": "results",
    "Scenario": "scenario",
    "ScenarioError": "files",
    "compare": "effects",
    "load": "scenario",
    "open_results": "store",
    "run": "sweep",
    "shipped": "scenario",
}
__all__ = list(_HOME)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"unsim.{_HOME[name]}"), name)
    raise AttributeError(f"module 'unsim' has no attribute {name!r}")
