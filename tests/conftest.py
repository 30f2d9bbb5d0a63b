"""Scenarios that many tests share."""

from __future__ import annotations

import pytest

import unsim

SHIPPED = ("baseline_2024", "nonproliferation_only", "placebo", "tripartite_2024")


@pytest.fixture(scope="session")
def baseline() -> unsim.Scenario:
    return unsim.load("baseline_2024")


@pytest.fixture(scope="session")
def tripartite() -> unsim.Scenario:
    return unsim.load("tripartite_2024")


@pytest.fixture(scope="session")
def one_year(baseline: unsim.Scenario) -> unsim.Scenario:
    return baseline.over(12)
