"""Fit how Chinese demand grew: writes the rows of China's fitted channels in src/unsim/data/past_flows.csv.

    python scripts/fit_flows.py

Each channel's potential is a logistic curve of time. Penalised maximum likelihood on the logs of China's customs figures
(src/unsim/data/trade_record.csv) from 2010, when channels are known, to 2016, and of their sum from 2006 to 2009: yearly
deviations are AR(1) with correlation 0.5 and standard deviation 0.21 (0.15 of the sums). What the ROK's ban of 2010 drove
to China is added as the model has it at its central values. The ceiling is only fitted to get the shape: what is written is
the share of the ceiling that each year had reached, times the level in flows.csv. Rows that nobody fitted stay as they are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

DATA = Path(__file__).resolve().parents[1] / "src" / "unsim" / "data"
CHANNELS = ["coal", "minerals", "textiles", "seafood", "other_goods"]
YEARS, SPLIT_SINCE = np.arange(2006, 2017), 2010
SPREAD, CORRELATION, SPREAD_OF_SUM = 0.21, 0.5, 0.15
BANNED_SHARE = {2010: 0.3}
REDIRECTION = 0.44
SOURCE = "logistic curve fitted to China customs 2006-2016 (scripts/fit_flows.py), times the level in flows.csv"


def main() -> None:
    """Fit the curves and write them."""
    flows = pd.read_csv(DATA / "flows.csv").pivot_table(index="channel", columns="partner", values="usd_million_a_year")
    record = pd.read_csv(DATA / "trade_record.csv").pivot_table(index="year", columns="series", values="usd_million")
    level = flows.loc[CHANNELS, "CHN"].to_numpy()
    lost = flows.loc[CHANNELS, ["KOR", "JPN"]].sum(axis=1).to_numpy()
    moved = REDIRECTION * lost * level / flows.loc[CHANNELS].sum(axis=1).to_numpy()
    since_ban = np.array([BANNED_SHARE.get(year, float(year > SPLIT_SINCE)) for year in YEARS])
    seen = record.loc[SPLIT_SINCE : YEARS[-1], CHANNELS].to_numpy().T
    sums = record.loc[YEARS[0] : SPLIT_SINCE - 1, "china_exports"].to_numpy()

    def reached(theta: np.ndarray) -> np.ndarray:
        """Share of the ceiling, by channel and the middle of each year; ``theta``: log ceiling, log rate, year of the middle."""
        _, rate, middle = theta.reshape(3, -1)
        return 1.0 / (1.0 + np.exp(-np.exp(rate)[:, None] * (YEARS + 0.5 - middle[:, None])))

    def loss(theta: np.ndarray) -> float:
        ceiling, rate, middle = theta.reshape(3, -1)
        sold = np.exp(ceiling)[:, None] * reached(theta)
        off = np.log(seen) - np.log((sold + moved[:, None] * since_ban)[:, YEARS >= SPLIT_SINCE])
        steps = (off[:, 1:] - CORRELATION * off[:, :-1]) / np.sqrt(1.0 - CORRELATION**2)
        misfit = np.sum(off[:, 0] ** 2) + np.sum(steps**2)
        before = np.log(sums) - np.log(sold[:, YEARS < SPLIT_SINCE].sum(axis=0))
        prior = np.sum(((ceiling - np.log(level)) / 0.25) ** 2) + np.sum(((rate - np.log(0.8)) / 0.6) ** 2)
        prior += np.sum(((middle - 2009.5) / 2.0) ** 2)
        return float(0.5 * (misfit / SPREAD**2 + np.sum((before / SPREAD_OF_SUM) ** 2) + prior))

    start = np.concatenate([np.log(level), np.full(len(level), np.log(0.8)), np.full(len(level), 2009.5)])
    shape = reached(minimize(loss, start, method="BFGS").x)
    table = pd.read_csv(DATA / "past_flows.csv")
    kept = table[~((table["partner"] == "CHN") & table["channel"].isin(CHANNELS))]
    fitted = [
        {"channel": name, "partner": "CHN", "year": year, "usd_million_a_year": round(level[k] * shape[k, y], 1), "source": SOURCE}
        for k, name in enumerate(CHANNELS)
        for y, year in enumerate(YEARS)
    ]
    pd.concat([pd.DataFrame(fitted), kept]).to_csv(DATA / "past_flows.csv", index=False)


if __name__ == "__main__":
    main()
