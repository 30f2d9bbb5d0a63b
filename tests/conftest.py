"""Scenarios that many tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

import unsim

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
