"""What measures name and stop, month by month: texts of the Council, governments' own bans, import bans on forced labour."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from unsim.calendar import acts_from, month_number
from unsim.schema import Measure, ScenarioFile
from unsim.tables import table


def measures_in_force(file: ScenarioFile) -> list[Measure]:
    """Measures of the table and of the file, known by the information date or supposed; lifted ones end with the first month."""
    rows = [
        Measure.model_validate(
            {
                **{key: row[key] for key in ("sender", "channel", "part", "from")},
                **{key: float(row[key]) for key in ("coverage", "share_of_channel", "clarity", "wind_down")},
                "until": file.start if row["id"] in file.measures.lift else None,
            }
        )
        for row in table("measures")
        if row["id"] not in file.measures.without and not (row["id"] in file.measures.lift and row["from"] >= file.start)
    ]
    rows += file.measures.add.values()
    return [row for row in rows if file.as_it_happened or row.supposed or row.start <= file.start]


def in_force(measure: Measure, months: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a measure is in force, by month."""
    ended = np.inf if measure.until is None else acts_from(month_number(measure.until), months)
    return np.asarray((months >= acts_from(month_number(measure.start), months)) & (months < ended))


def effect(measure: Measure, months: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of a measure that has taken effect, by month, from the middle of its first month on."""
    if measure.wind_down == 0.0:
        return np.where(in_force(measure, months), 1.0, 0.0)
    age = np.maximum(months - acts_from(month_number(measure.start), months), 0) + 0.5
    return np.where(in_force(measure, months), 1.0 - np.exp(-age / measure.wind_down), 0.0)


def coverage(rows: Iterable[Measure], months: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of a channel that measures name, by month: parts add, on a part the strictest measure counts.

    A measure on the whole channel (part ``all``) counts on every part, and on what no part names.
    """
    whole = np.zeros(len(months))
    parts: dict[str, tuple[float, NDArray[np.float64]]] = {}
    for row in rows:
        named = row.coverage * effect(row, months)
        if row.part == "all":
            whole = np.maximum(whole, named)
        else:
            parts[row.part] = (row.share_of_channel, np.maximum(parts.get(row.part, (0.0, named))[1], named))
    rest = max(1.0 - sum(share for share, _ in parts.values()), 0.0)
    total = sum((share * np.maximum(named, whole) for share, named in parts.values()), rest * whole)
    return np.minimum(total, 1.0)
