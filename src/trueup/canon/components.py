"""Connected components: what hangs together by links, directly or through others."""

import numpy as np
import polars as pl
from numpy.typing import NDArray


def component_labels(left: NDArray[np.int64], right: NDArray[np.int64], *, count: int) -> NDArray[np.int64]:
    """For each of ``count`` nodes the smallest node it hangs together with; links join ``left[i]`` and ``right[i]``."""
    labels = np.arange(count, dtype=np.int64)
    while True:
        smaller = np.minimum(labels[left], labels[right])
        joined = labels.copy()
        # Lowering the labels' own labels too lets long chains collapse in a few rounds.
        for ends in (labels[left], labels[right], left, right):
            np.minimum.at(joined, ends, smaller)
        joined = joined[joined]
        if np.array_equal(joined, labels):
            return labels
        labels = joined


def clusters(ids: pl.Series, links: pl.DataFrame) -> pl.DataFrame:
    """One row per id: ``id`` and ``cluster``, the place in ``ids`` of the first id it hangs together with.

    ``links``: left_id, right_id; those that name other ids are passed over.
    """
    places = pl.DataFrame({"id": ids}).with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    joined = (
        links.select("left_id", "right_id")
        .join(places.rename({"id": "left_id", "place": "left"}), on="left_id")
        .join(places.rename({"id": "right_id", "place": "right"}), on="right_id")
    )
    labels = component_labels(joined["left"].to_numpy(), joined["right"].to_numpy(), count=len(ids))
    return places.select("id", cluster=pl.Series(labels, dtype=pl.Int64))
