"""Links between ids that are one thing: their columns, and how a block of look-alikes becomes links."""

from collections.abc import Sequence
from typing import Final, cast

import polars as pl
import pyarrow as pa

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


def clustered(known: pl.DataFrame, found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """``known`` (id, ...) with ``cluster``: what the links found so far hold together has the same number."""
    links = pl.concat([links.select("left_id", "right_id") for links in found])
    return known.join(clusters(known["id"], links), on="id", maintain_order="left")


def star(known: pl.DataFrame, *, by: Sequence[str], rule: str, score: float, because: pl.Expr) -> pl.DataFrame:
    """Links from the first row of each block to its others, unless they hang together already.

    ``known``: id, cluster, source, name, recorded_at, the columns of ``by``; the longest known first.
    ``because`` completes the sentence about the two.
    """
    first = [pl.col(c).first().over(by).alias(f"first_{c}") for c in ("id", "cluster", "source", "name", "recorded_at")]
    pairs = known.filter(pl.len().over(by) > 1).with_columns(*first)
    apart = pairs.filter(pl.col("cluster") != pl.col("first_cluster"))
    return apart.select(
        left_id="first_id",
        right_id="id",
        rule=pl.lit(rule),
        evidence=pl.format("{} and {} {}", told("first_"), told(""), because),
        score=pl.lit(score),
        recorded_at=pl.max_horizontal("recorded_at", "first_recorded_at"),
    )


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
