"""Estimate states' positions from roll calls: writes positions.csv and positions_dated.csv in src/unsim/data.

    python scripts/estimate_positions.py ROLL_CALLS.csv [IDEAL_POINTS.csv]

ROLL_CALLS.csv has a row ``year,iso3,vote`` (yes, no, abstain) for each recorded vote on the General Assembly's yearly
resolution on human rights in the DPRK (Voeten roll calls; see src/unsim/data/README.md). The roll calls are not ours to
ship; the estimates are. Dates of the roll calls come from resolutions.csv, regions from council_members.csv and regions.csv.

Position: mean of the state's votes (+1 yes, 0 abstain, -1 no), shrunk by one pseudo-vote to the mean of its region.
Standard error: pooled within-state standard deviation over the root of the number of votes, pseudo-vote included. A
state without a recorded vote has its region's mean and the standard deviation between the region's states. Permanent
members do not count towards a region's mean.

positions.csv (what scenarios start from) has one row a state from all roll calls; a region's mean is over its members of
the Council of 2006-2027. positions_dated.csv (what forecasts of past votes use) has a row for each state and roll call,
from this and earlier ones only; a region's mean is over all its states, since nobody knew who would be elected.

IDEAL_POINTS.csv (``year,iso3,ideal_point``; Bailey, Strezhnev and Voeten) is a check only: rank correlations are printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[1] / "src" / "unsim" / "data"
VALUE = {"yes": 1.0, "abstain": 0.0, "no": -1.0}
ALL = "ALL"


def main(roll_calls: str, ideal_points: str | None = None) -> None:
    """Read the roll calls, write both tables."""
    votes = pd.read_csv(roll_calls)
    votes["value"] = votes["vote"].map(VALUE)
    members = pd.read_csv(DATA / "council_members.csv")
    permanent = set(members.loc[members["permanent"] == 1, "iso3"])
    seated = members.groupby("iso3")["region"].last()
    latest(votes, seated, permanent).to_csv(DATA / "positions.csv", index=False)
    everybody = pd.read_csv(DATA / "regions.csv").set_index("state")["region"]
    dates = pd.read_csv(DATA / "resolutions.csv").query("body == 'General Assembly'")
    dates = dates.assign(year=dates["date"].str[:4].astype(int)).set_index("year")["date"]
    dated = by_date(votes, dates, everybody, permanent)
    dated.to_csv(DATA / "positions_dated.csv", index=False)
    if ideal_points:
        check(dated, pd.read_csv(ideal_points))


def estimates(
    votes: pd.DataFrame, region: pd.Series[str], permanent: set[str]
) -> tuple[list[tuple[str, str, int, float, float]], pd.DataFrame]:
    """(state, region, votes, position, standard error) of every state, and mean and spread of the regions."""
    by_state = votes[votes["iso3"].isin(region.index)].groupby("iso3")["value"]
    mean, number = by_state.mean(), by_state.size()
    freedom = (number - 1).clip(lower=0).sum()
    within = ((by_state.std(ddof=0) ** 2 * number).sum() / freedom) ** 0.5 if freedom else float("nan")
    known = pd.DataFrame({"mean": mean, "votes": number}).join(region)
    counted = known.drop(index=[state for state in permanent if state in known.index])
    regional = counted.groupby("region")["mean"].agg(["mean", "std"])
    regional.loc[ALL] = [counted["mean"].mean(), counted["mean"].std()]
    rows = []
    for state, group in region.sort_index().items():
        n = int(number.get(state, 0))
        centre, spread = regional.loc[group, "mean"], regional.loc[group, "std"]
        value = (mean[state] * n + centre) / (n + 1) if n else centre
        error = (within if freedom else spread) / (n + 1) ** 0.5 if n else spread
        rows.append((str(state), group, n, round(value, 4), round(error, 4)))
    return rows, regional


def latest(votes: pd.DataFrame, region: pd.Series[str], permanent: set[str]) -> pd.DataFrame:
    """positions.csv: one row for each member of the Council of 2006-2027, and one for each region."""
    found, regional = estimates(votes, region, permanent)
    through = int(votes["year"].max())
    rows = [(state, group, through, n, value, error) for state, group, n, value, error in found]
    for group, row in regional.drop(index=ALL).iterrows():
        rows.append((f"region:{group}", str(group), through, 0, round(row["mean"], 4), round(row["std"], 4)))
    return pd.DataFrame(rows, columns=["state", "region", "through", "votes", "position", "standard_error"])


def by_date(votes: pd.DataFrame, dates: pd.Series[str], region: pd.Series[str], permanent: set[str]) -> pd.DataFrame:
    """positions_dated.csv: what was known on the day of each roll call, of every state and region."""
    rows = []
    for year in sorted(votes["year"].unique()):
        before = votes[votes["year"] <= year].sort_values("year")
        last = before.groupby("iso3")["vote"].last()
        found, regional = estimates(before, region, permanent)
        rows += [(state, dates[year], value, error, n, last.get(state, "")) for state, _, n, value, error in found]
        for group, row in regional.iterrows():
            rows.append((f"region:{group}", dates[year], round(row["mean"], 4), round(row["std"], 4), 0, ""))
    return pd.DataFrame(rows, columns=["iso3", "as_of", "acc", "sd", "n", "last_vote"])


def check(dated: pd.DataFrame, points: pd.DataFrame) -> None:
    """Print the rank correlation of the last positions with the ideal points of each year."""
    acc = dated[dated["as_of"] == dated["as_of"].max()].set_index("iso3")["acc"]
    for year, group in points.groupby("year"):
        pairs = group.set_index("iso3")[["ideal_point"]].join(acc, how="inner").dropna()
        correlation = pairs["ideal_point"].rank().corr(pairs["acc"].rank())
        print(f"{year}: rank correlation of positions with ideal points {correlation:.2f} ({len(pairs)} states)")


if __name__ == "__main__":
    main(*sys.argv[1:3])
