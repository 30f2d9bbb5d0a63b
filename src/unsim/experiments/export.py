"""Every future of a sweep as plain tables: CSV and Parquet, a row for each future and horizon."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from unsim.experiments.findings import Findings

if TYPE_CHECKING:
    import pandas as pd

FORMS = ("csv", "parquet")


def futures(found: Findings) -> Iterator[pd.DataFrame]:
    """Tidy pieces: arm, point and its factors, replicate, draw, horizon, and a column for each outcome."""
    import pandas as pd

    experiment = found.experiment
    for arm in experiment.arms:
        for point in found.points:
            for number in range(found.rounds):
                first, last = experiment.span(number)
                replicates = np.arange(first, last)
                columns = {name: found.pairs.values(arm, point, name, (first, last)) for name in experiment.names}
                draws = replicates % experiment.draws if experiment.draws else np.full_like(replicates, -1)
                for place, horizon in enumerate(experiment.horizons):
                    factors = {name: experiment.points[point].get(name) for name in experiment.file.factors}
                    told = {
                        name: value if isinstance(value, int | float | str | None) else str(value)
                        for name, value in factors.items()
                    }
                    head = {"arm": arm, "point": point, **told, "replicate": replicates, "draw": draws, "horizon": horizon}
                    yield pd.DataFrame({**head, **{name: values[:, place] for name, values in columns.items()}})


def export(
    found: Findings, out: Path, forms: tuple[str, ...] = FORMS, told: Callable[[int, int], None] | None = None
) -> list[Path]:
    """Write ``futures.csv`` and ``futures.parquet`` into a folder, piece by piece; each is whole or not there."""
    out.mkdir(parents=True, exist_ok=True)
    total = len(found.experiment.arms) * len(found.points) * found.rounds * len(found.experiment.horizons)
    written = []
    for index, form in enumerate(forms):

        def piece(done: int, before: int = index * total) -> None:
            if told:
                told(before + done, len(forms) * total)

        with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as scratch:
            fresh = Path(scratch) / f"futures.{form}"
            (_csv if form == "csv" else _parquet)(found, fresh, piece)
            written.append(fresh.rename(out / fresh.name))
    return written


def _csv(found: Findings, path: Path, told: Callable[[int], None]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for index, piece in enumerate(futures(found)):
            piece.to_csv(file, index=False, header=index == 0)
            told(index + 1)


def _parquet(found: Findings, path: Path, told: Callable[[int], None]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    units = {kind.name: {b"unit": kind.unit.encode(), b"meaning": kind.meaning.encode()} for kind in found.experiment.outcomes}
    numbers: dict[str, pa.DataType] = {}
    for name in found.experiment.file.factors:
        values = [found.experiment.points[point].get(name) for point in found.points]
        plain = all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)
        numbers[name] = pa.float64() if plain else pa.string()
    fields = [pa.field("arm", pa.string()), pa.field("point", pa.int64()), *(pa.field(n, kind) for n, kind in numbers.items())]
    fields += [pa.field(name, pa.int64()) for name in ("replicate", "draw", "horizon")]
    fields += [pa.field(name, pa.float64(), metadata=units[name]) for name in found.experiment.names]
    schema = pa.schema(fields)
    with pq.ParquetWriter(path, schema) as writer:
        for index, piece in enumerate(futures(found)):
            for name, kind in numbers.items():
                piece[name] = piece[name].astype("float64" if kind == pa.float64() else "str")
            writer.write_table(pa.Table.from_pandas(piece, schema, preserve_index=False))
            told(index + 1)
