"""Links between ids that are one thing: their columns, and how a block of look-alikes becomes links."""

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
import polars as pl
import pyarrow as pa
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import cpdist

from trueup.canon.components import clusters

LINKS: Final = pa.schema(
    {
        "left_id": pa.string(),
        "right_id": pa.string(),
        "rule": pa.string(),
        "evidence": pa.string(),
        "score": pa.float64(),
        "recorded_at": pa.timestamp("us"),
    }
)
"""``score`` is at most 1; ``recorded_at``: since when both ids are known; null: always."""

_NEIGHBOURS: Final = 3
_TELLING_LENGTH: Final = 6
"""Of shorter names, two that differ by a letter are as likely two names."""

FRAME_TYPES: Final[dict[str, type[pl.DataType] | pl.DataType]] = {
    "left_id": pl.String,
    "right_id": pl.String,
    "rule": pl.String,
    "evidence": pl.String,
    "score": pl.Float64,
    "recorded_at": pl.Datetime("us"),
}


def framed(rows: pa.Table) -> pl.DataFrame:
    """Arrow rows as a frame, without copying what need not be."""
    return cast("pl.DataFrame", pl.from_arrow(rows))


def link_table(found: Sequence[pl.DataFrame]) -> pa.Table:
    """Links of several rules as one table, strongest first, each pair once per rule."""
    order = ("score", "left_id", "right_id", "rule")
    rows = pl.concat([links.select(pl.col(name).cast(kind) for name, kind in FRAME_TYPES.items()) for links in found])
    unique = rows.unique(("left_id", "right_id", "rule"), keep="first", maintain_order=True)
    return unique.sort(order, descending=(True, False, False, False)).to_arrow().cast(LINKS)


def each_pair_once(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Links of several rules, a pair only by the first rule that found it, whichever way round."""
    ends = (
        pl.min_horizontal("left_id", "right_id").alias("_one"),
        pl.max_horizontal("left_id", "right_id").alias("_two"),
    )
    listed = pl.concat(found).with_columns(*ends)
    return listed.unique(("_one", "_two"), keep="first", maintain_order=True).drop("_one", "_two")


def clustered(known: pl.DataFrame, found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """``known`` (id, ...) with ``cluster``: what the links found so far hold together has the same number."""
    links = pl.concat([pl.DataFrame(schema=FRAME_TYPES), *found])
    return known.join(clusters(known["id"], links), on="id", maintain_order="left")


def star(known: pl.DataFrame, *, by: Sequence[str], rule: str, score: float, because: pl.Expr) -> pl.DataFrame:
    """Links from the first row of each block to its others, unless they hang together already.

    ``known``: id, cluster, source, name, recorded_at, the columns of ``by``; the most telling rows first.
    ``because`` completes the sentence about the two.
    """
    return as_links(beside_first(known, by=by), rule=rule, score=score, because=because)


def beside_first(known: pl.DataFrame, *, by: Sequence[str], columns: Sequence[str] = ()) -> pl.DataFrame:
    """Each row of a block with the columns of the block's first row as ``first_...``; those hanging together left out.

    ``columns``: those wanted of the first row, besides what a link needs.
    """
    wanted = ("id", "cluster", "source", "name", "recorded_at", *columns)
    first = known.group_by(by, maintain_order=True).agg(
        pl.len().alias("_rows"), pl.first(*wanted).name.prefix("first_")
    )
    several = first.filter(pl.col("_rows") > 1).drop("_rows")
    paired = known.join(several, on=by, maintain_order="left")
    return paired.filter(pl.col("cluster") != pl.col("first_cluster"))


def as_links(paired: pl.DataFrame, *, rule: str, score: float, because: pl.Expr) -> pl.DataFrame:
    """Rows beside ``first_`` rows as links."""
    return paired.select(
        left_id="first_id",
        right_id="id",
        rule=pl.lit(rule),
        evidence=pl.format("{} and {} {}", told("first_"), told(""), because),
        score=pl.lit(score),
        recorded_at=pl.max_horizontal("recorded_at", "first_recorded_at"),
    )


def near_names(known: pl.DataFrame, *, by: Sequence[str], least: float, columns: Sequence[str] = ()) -> pl.DataFrame:
    """Pairs of rows of one block whose ``key`` is nearly the same, as ``beside_first`` gives them.

    Only neighbours in alphabetical order are compared: linear, and blind to a typing error in the first letters.
    """
    ordered = known.filter(pl.col("key").is_not_null()).sort(*by, "key", "id")
    wanted = ("id", "cluster", "source", "name", "recorded_at", "key", *by, *columns)
    found = []
    for distance in range(1, _NEIGHBOURS + 1):
        # Rechunked, because polars 2.1 panics on texts joined of columns whose chunks differ, as shifting leaves them.
        paired = ordered.with_columns(pl.col(wanted).shift(distance).name.prefix("first_")).rechunk()
        same_block = pl.all_horizontal(pl.col(c) == pl.col(f"first_{c}") for c in by) if by else pl.lit(value=True)
        length = pl.col("key").str.len_chars()
        near_length = (length - pl.col("first_key").str.len_chars()).cast(pl.Int64).abs() <= 2
        same_number = _digits("key") == _digits("first_key")
        is_other = pl.col("key") != pl.col("first_key")
        candidates = paired.filter(same_block, is_other, length >= _TELLING_LENGTH, near_length)
        apart = candidates.filter(same_number, pl.col("cluster") != pl.col("first_cluster"))
        likeness = cpdist(apart["first_key"].to_list(), apart["key"].to_list(), scorer=ratio, dtype=np.float32)
        found.append(apart.filter(pl.Series(likeness >= least)))
    return pl.concat(found, rechunk=True)


def _digits(name: str) -> pl.Expr:
    """'Store 12' and 'Store 13' are no misspellings of each other."""
    return pl.col(name).str.replace_all(r"[^0-9]", "")


def told(prefix: str) -> pl.Expr:
    """A row's name, id and source, for people."""
    name = pl.col(f"{prefix}name").fill_null("(no name)")
    return pl.format("'{}' ({} in {})", name, f"{prefix}id", pl.col(f"{prefix}source").fill_null("?"))


def rivals(rows: pl.DataFrame, *, by: Sequence[str], everyone: pl.DataFrame) -> pl.DataFrame:
    """Blocks and clusters (``by``, cluster) whose merging would make one of two rows that one source keeps apart.

    ``everyone`` holds all rows: a cluster also speaks for its members outside the block.
    """
    sources = everyone.select("cluster", "source").unique()
    members = rows.select(*by, "cluster").unique().join(sources, on="cluster")
    return members.filter(differs("cluster", (*by, "source"))).select(*by, "cluster").unique()


def differs(column: str, by: Sequence[str]) -> pl.Expr:
    """Whether a block knows several values of the column."""
    return (pl.col(column).min().over(by) != pl.col(column).max().over(by)).fill_null(value=False)
