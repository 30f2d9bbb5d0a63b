"""Estimate members' positions from roll calls: writes src/unsim/data/positions.csv.

    python scripts/estimate_positions.py ROLL_CALLS.csv

ROLL_CALLS.csv has a row ``year,iso3,vote`` (yes, no, abstain) for each recorded vote on the General Assembly's yearly
resolution on human rights in the DPRK (Voeten roll calls; see src/unsim/data/README.md). The roll calls are not ours to
ship; the estimates are. Regions and the list of states come from council_members.csv.

Position: mean of the state's votes (+1 yes, 0 abstain, -1 no), shrunk by one pseudo-vote to the mean of its region
(elected members only).
Standard error: pooled within-state standard deviation over the root of the number of votes, pseudo-vote included. A
state without a recorded vote has its region's mean and the standard deviation between the region's states.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[1] / "src" / "unsim" / "data"
VALUE = {"yes": 1.0, "abstain": 0.0, "no": -1.0}


def main(roll_calls: str) -> None:
    """Read the roll calls, write the table."""
    votes = pd.read_csv(roll_calls)
    votes["value"] = votes["vote"].map(VALUE)
    members = pd.read_csv(DATA / "council_members.csv")
    region = members.groupby("iso3")["region"].last()
    through = int(votes["year"].max())
    by_state = votes[votes["iso3"].isin(region.index)].groupby("iso3")["value"]
    mean, number = by_state.mean(), by_state.size()
    within = ((by_state.std(ddof=0) ** 2 * number).sum() / (number - 1).clip(lower=0).sum()) ** 0.5
    known = pd.DataFrame({"mean": mean, "votes": number}).join(region)
    elected = known.drop(index=members.loc[members["permanent"] == 1, "iso3"].unique())
    regional = elected.groupby("region")["mean"].agg(["mean", "std"])
    rows = []
    for state, group in region.sort_index().items():
        n = int(number.get(state, 0))
        centre, spread = regional.loc[group, "mean"], regional.loc[group, "std"]
        value = (mean[state] * n + centre) / (n + 1) if n else centre
        error = within / (n + 1) ** 0.5 if n else spread
        rows.append((state, group, through, n, round(value, 4), round(error, 4)))
    for group, row in regional.iterrows():
        rows.append((f"region:{group}", group, through, 0, round(row["mean"], 4), round(row["std"], 4)))
    table = pd.DataFrame(rows, columns=["state", "region", "through", "votes", "position", "standard_error"])
    table.to_csv(DATA / "positions.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1])
