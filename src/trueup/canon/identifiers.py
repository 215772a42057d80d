"""Ids that mean the same row: one system's id kept by another, Salesforce's 15 and 18 characters."""

from typing import Final

import polars as pl

from trueup.canon.links import FRAME_TYPES, told
from trueup.units.ids import same_salesforce_id

_SALESFORCE: Final = r"^[A-Za-z0-9]{15}(?:[A-Za-z0-5]{3})?$"


def named_pairs(claims: pl.DataFrame, column: str, known: pl.DataFrame) -> pl.DataFrame:
    """Rows whose ``column`` holds another row's id, in either spelling; the other's columns begin with ``named_``.

    ``claims`` and ``known``: id, ...
    """
    named = known.with_columns(compact=_compact("id")).rename(lambda name: f"named_{name}")
    pairs = claims.with_columns(compact=_compact(column)).join(named, left_on="compact", right_on="named_compact")
    others = pairs.filter(pl.col("id") != pl.col("named_id"))
    is_same = [
        claimed == identity or same_salesforce_id(claimed, identity)
        for claimed, identity in others.select(column, "named_id").iter_rows()
    ]
    return others.filter(pl.Series(is_same, dtype=pl.Boolean)).drop("compact")


def by_spelling_of_id(known: pl.DataFrame) -> pl.DataFrame:
    """Links between ids that are one Salesforce id in its two spellings; ``known``: id, source, name, recorded_at."""
    length = pl.col("id").str.len_chars()
    is_salesforce = pl.col("id").str.contains(_SALESFORCE)
    short, long = known.filter(is_salesforce & (length == 15)), known.filter(is_salesforce & (length == 18))
    if short.is_empty() or long.is_empty():
        return pl.DataFrame(schema=FRAME_TYPES)
    return named_pairs(short.with_columns(spelling=pl.col("id")), "spelling", long).select(
        left_id="named_id",
        right_id="id",
        rule=pl.lit("same_id"),
        evidence=pl.format("{} and {} are one Salesforce id, in 15 and 18 characters", told(""), told("named_")),
        score=pl.lit(1.0),
        recorded_at=pl.max_horizontal("recorded_at", "named_recorded_at"),
    )


def _compact(name: str) -> pl.Expr:
    """What both spellings of a Salesforce id have in common; other ids as they are."""
    is_salesforce = pl.col(name).str.contains(_SALESFORCE)
    return pl.when(is_salesforce).then(pl.col(name).str.head(15).str.to_lowercase()).otherwise(name)
