"""The arrays of a sweep on disk: what each holds, how it is cut into files, and the labels along its axes (Zarr, version 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unsim.bands import layout
from unsim.experiments.experiment import Experiment
from unsim.results import VOTES

LEVEL = 1
"""Of compression: more takes longer and gains little on numbers like these."""

Shape = tuple[int, ...]
EMPTY = {"votes": ("int64", -1), "bands": ("uint16", 0)}
"""Kind of the arrays of counts, and what stands where nothing is computed."""


def create_arrays(experiment: Experiment, path: Path) -> None:
    """An empty group for each arm, with its arrays and their labels."""
    import zarr
    from zarr.codecs import Crc32cCodec, ZstdCodec

    root = zarr.create_group(
        str(path), attributes={"title": experiment.title, "seed": experiment.file.seed, "draws": experiment.draws}
    )
    packed = {"compressors": [ZstdCodec(level=LEVEL), Crc32cCodec()], "config": {"write_empty_chunks": True}}
    size, replicates, outcomes = experiment.block_size, experiment.file.replicates, len(experiment.outcomes)
    for name, scenario in experiment.arms.items():
        group = root.create_group(name, attributes={"scenario": scenario.name, "title": scenario.title})
        cells, horizons = experiment.cells(name), len(experiment.horizons)
        keep = min(experiment.file.paths, size)

        named = _coordinates(experiment, name)
        beside = {label: along for label, _, told in named if (along := told.get("along", label)) != label}

        def array(label: str, dims: str, whole: Shape, shard: Shape, chunk: Shape, told: str, group: Any = group,
                  beside: Any = beside) -> None:  # fmt: skip
            axes = dims.split()
            along = " ".join(label for label, axis in beside.items() if axis in axes)
            kind, empty = EMPTY.get(label, ("float64", np.nan))
            attributes = {"long_name": told, "coordinates": along}
            group.create_array(
                label, shape=whole, shards=shard, chunks=chunk, dtype=kind, fill_value=empty, dimension_names=axes,
                attributes=attributes, **packed,
            )  # fmt: skip

        block = (1, outcomes, horizons, size)
        about_values = "each outcome over each horizon; not a number: not computed"
        shape: Shape = (len(cells), outcomes, horizons, replicates)
        array("values", "point outcome horizon replicate", shape, block, (1, 1, *block[2:]), about_values)
        if keep:
            block = (1, outcomes, scenario.months, keep)
            about_paths = "whole paths of the first replicates"
            array("paths", "point outcome month kept", (len(cells), *block[1:]), block, (1, 1, *block[2:]), about_paths)
        if experiment.file.bands:
            counted = (outcomes, layout().bins, scenario.months)
            about_bands = "futures of a block in each bin in each month; counts so far for outcomes that add up"
            shape = (len(cells), experiment.rounds, *counted)
            array("bands", "point round outcome bin month", shape, (1, 1, *counted), (1, 1, 1, *counted[1:]), about_bands)
        votes = (len(scenario.labels.drafts), len(scenario.labels.states), 3)
        about_votes = "counts of votes over the futures of a block; -1: not computed"
        shape = (len(cells), experiment.rounds, *votes)
        array("votes", "point round draft state vote", shape, (1, 1, *votes), (1, 1, *votes), about_votes)
        for label, content, about in named:
            attributes = {key: words for key, words in about.items() if key != "along"}
            group.create_array(label, data=content, dimension_names=[about.get("along", label)], attributes=attributes)


def _coordinates(experiment: Experiment, arm: str) -> list[tuple[str, NDArray[Any], dict[str, Any]]]:
    """Names and numbers along the axes of an arm's arrays; ``along``: the axis, where it has another name."""
    return list(_each_coordinate(experiment, arm))


def _each_coordinate(experiment: Experiment, arm: str) -> Iterator[tuple[str, NDArray[Any], dict[str, Any]]]:
    scenario, cells = experiment.arms[arm], experiment.cells(arm)
    replicate = np.arange(experiment.file.replicates)
    draws = replicate % experiment.draws if experiment.draws else np.full_like(replicate, -1)
    months = (np.datetime64(scenario.file.start, "M") + np.arange(scenario.months)).astype("datetime64[D]").astype(np.int64)
    yield "point", np.array(cells), {"long_name": "point of the design"}
    yield "horizon", np.array(experiment.horizons), {"units": "months"}
    yield "draw", draws, {"along": "replicate", "long_name": "draw of the parameters; -1: the defaults"}
    yield (
        "month",
        months,
        {"units": "days since 1970-01-01", "calendar": "proleptic_gregorian", "long_name": "first day of the month"},
    )
    yield "outcome", _texts(experiment.names), {"long_name": "name of the outcome"}
    for label in ("unit", "aggregate", "about", "meaning"):
        yield label, _texts([getattr(kind, label) for kind in experiment.outcomes]), {"along": "outcome"}
    if experiment.file.bands:
        yield "lower", layout().lower, {"along": "bin", "long_name": "lower edge of the bin"}
        yield "upper", layout().upper, {"along": "bin", "long_name": "upper edge of the bin"}
    yield "draft", _texts(scenario.labels.drafts), {}
    yield "state", _texts(scenario.labels.states), {}
    yield "vote", _texts(VOTES), {}
    for name, factor in experiment.file.factors.items():
        values = [experiment.points[point].get(name) for point in cells]
        if all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values):
            told = {"along": "point", "long_name": f"{factor.key}; not a number: as the arm has it"}
            yield f"factor_{name}", np.array([np.nan if value is None else float(value) for value in values]), told
        else:
            yield f"factor_{name}", _texts([json.dumps(value) for value in values]), {"along": "point", "long_name": factor.key}


def _texts(values: Any) -> NDArray[Any]:
    return np.array(list(values), dtype=np.dtypes.StringDType())
