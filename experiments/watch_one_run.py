"""Watch one run, month by month, in Mesa's own visualisation: `solara run experiments/watch_one_run.py` (extra `watch`)."""

import solara
from mesa.visualization import SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

from unsim import PressureModel, shipped


@solara.component
def last_votes(model: PressureModel) -> None:
    """How each state voted last, and how likely a yes was."""
    update_counter.get()  # drawn again after every step
    votes = [(state.name, state.last_vote) for state in model.states.values() if state.last_vote]
    rows = [f"| {name} | {vote.draft} | {vote.choice} | {vote.probability_of_yes:.2f} |" for name, vote in votes]
    solara.Markdown("\n".join(["| state | last text | vote | P(yes) |", "| --- | --- | --- | --- |", *rows]))


chosen = {
    "scenario": {"type": "Select", "value": "tripartite_2024", "values": list(shipped()), "label": "Scenario"},
    "replicate": {"type": "SliderInt", "value": 0, "min": 0, "max": 99, "step": 1, "label": "Replicate"},
    "seed": 1,
}
plots = [make_plot_component(outcome) for outcome in ("political_cost", "economic_cost", "civilian_welfare")]
page = SolaraViz(PressureModel("tripartite_2024", seed=1), components=[*plots, last_votes], model_params=chosen, name="One run")
