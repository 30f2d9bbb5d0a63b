"""Experiments: arms over a design, run in blocks that are kept on disk, and what they find.

from unsim import experiments

experiment = experiments.load("quick_look")
found = experiments.sweep(experiment, "results/quick_look")
found.effects()  # every paired effect as a tidy table
"""

from __future__ import annotations

from unsim.experiments.engine import sweep as sweep
from unsim.experiments.experiment import Experiment as Experiment
from unsim.experiments.findings import Findings as Findings
from unsim.experiments.findings import open_sweep as open_sweep
from unsim.experiments.flips import flips as flips
from unsim.experiments.loading import load as load
from unsim.experiments.loading import shipped as shipped
