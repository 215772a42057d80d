"""Which delivered accounts are one company: links between ids, each with its reason.

A link is made only where it is not ambiguous; what merely looks alike is a suggestion for people to decide. Links
follow from the rows given alone: give the rows known at a moment, and the links are those known at that moment.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl
import pyarrow as pa

from trueup.canon.identifiers import by_spelling_of_id, named_pairs
from trueup.canon.links import (
    as_links,
    clustered,
    differs,
    each_pair_once,
    framed,
    link_table,
    near_names,
    rivals,
    star,
    told,
)
from trueup.canon.names import company_key, corporate_domain, country_code

TELLING_ID_LENGTH: Final = 8
"""A shorter id, such as 42, may be another system's: domain or name must confirm it."""
NEAR: Final = 92.0
"""rapidfuzz's ratio from which two companies' names look like one, misspelt."""
_NAME_BLOCKS: Final = (("key", "country"), ("key",))
"""A name that is ambiguous in the world may be clear within a country."""


def account_links(accounts: pa.Table) -> pa.Table:
    """Links (columns of ``links.LINKS``) between accounts that are one company: by id, by domain, by name.

    ``accounts``: account_id, source, name, domain, country, extra (JSON text, may hold extra_external_id),
    recorded_at; one row per account. Two accounts of one source are never linked by name alone.
    """
    known = _accounts(accounts)
    return link_table(_certain_links(known))


def account_suggestions(accounts: pa.Table) -> pa.Table:
    """Pairs of accounts that look like one company, not surely enough to merge them; arguments as ``account_links``."""
    known = _accounts(accounts)
    rows = clustered(known, _certain_links(known))
    by_domain = _domain_star(_with(rows, ("domain",)), score=0.6)
    # The same name under another domain or in another country is another company.
    alike = _with(rows, ("key",)).filter(
        ~differs("domain", ("key",)) | pl.col("domain").is_null(), ~differs("country", ("key",))
    )
    by_name = _name_star(alike, by=("key",), score=0.5)
    near = near_names(rows, by=(), least=NEAR, columns=("domain", "country"))
    is_possible = [(pl.col(c) == pl.col(f"first_{c}")).fill_null(value=True) for c in ("domain", "country")]
    because = pl.lit("have nearly the same name")
    by_likeness = as_links(near.filter(is_possible), rule="similar_name", score=0.4, because=because)
    return link_table([each_pair_once([by_domain, by_name, by_likeness])])


def _accounts(accounts: pa.Table) -> pl.DataFrame:
    text = {name: pl.col(name).cast(pl.String) for name in ("name", "domain", "country", "extra")}
    return (
        framed(accounts)
        .select(
            "source",
            "recorded_at",
            text["name"],
            id="account_id",
            key=company_key(text["name"]),
            domain=corporate_domain(text["domain"]),
            country=country_code(text["country"]),
            external_id=text["extra"].str.json_path_match("$.extra_external_id"),
        )
        .sort("recorded_at", "id", nulls_last=False)
        .unique("id", keep="first", maintain_order=True)
    )


def _certain_links(known: pl.DataFrame) -> list[pl.DataFrame]:
    """The strongest rule first; each sees what the earlier ones joined."""
    found = [by_spelling_of_id(known), _by_external_id(known)]
    found.append(_by_domain_and_name(clustered(known, found)))
    found.append(_by_domain(clustered(known, found)))
    for by in _NAME_BLOCKS:
        found.append(_by_name(clustered(known, found), by=by))
    return found


def _by_external_id(known: pl.DataFrame) -> pl.DataFrame:
    """Links by an id that one system keeps of the other; Salesforce's two spellings of an id are one."""
    claims = known.filter(pl.col("external_id").is_not_null())
    pairs = named_pairs(claims, "external_id", known.drop("external_id"))
    is_confirmed = (pl.col("domain") == pl.col("named_domain")) | (pl.col("key") == pl.col("named_key"))
    is_telling = pl.col("external_id").str.len_chars() >= TELLING_ID_LENGTH
    return pairs.filter(is_telling | is_confirmed.fill_null(value=False)).select(
        left_id="named_id",
        right_id="id",
        rule=pl.lit("external_id"),
        evidence=pl.format("{} names {} as its external id", told(""), told("named_")),
        score=pl.lit(1.0),
        recorded_at=pl.max_horizontal("recorded_at", "named_recorded_at"),
    )


def _by_domain_and_name(rows: pl.DataFrame) -> pl.DataFrame:
    """Links within and across sources; a source that parts such accounts by country means them to be apart."""
    named = _with(rows, ("domain", "key"))
    is_parted = differs("country", ("domain", "key", "source")).any().over("domain", "key")
    branch = pl.when(is_parted).then(pl.coalesce("country", "id")).otherwise(pl.lit(""))
    because = pl.format("have the domain {} and the same name", "domain")
    by = ("domain", "key", "branch")
    return star(named.with_columns(branch=branch), by=by, rule="same_domain_and_name", score=0.97, because=because)


def _by_domain(rows: pl.DataFrame) -> pl.DataFrame:
    """Links by domain alone, leaving out accounts that their own source tells apart within the domain."""
    owned = _with(rows, ("domain",))
    ambiguous = rivals(owned, by=("domain",), everyone=rows)
    return _domain_star(owned.join(ambiguous, on=("domain", "cluster"), how="anti", maintain_order="left"), score=0.9)


def _by_name(rows: pl.DataFrame, *, by: Sequence[str]) -> pl.DataFrame:
    """Links by name across sources, where the name stands for one company only as far as anybody knows."""
    # A cluster speaks with the domain of any of its members.
    spoken = rows.with_columns(domain=pl.col("domain").min().over("cluster"))
    named = _with(spoken, by)
    ambiguous = rivals(named, by=by, everyone=rows).select(by).unique()
    clear = named.join(ambiguous, on=by, how="anti", maintain_order="left")
    agreeing = clear.filter(~differs("domain", by), ~differs("country", by))
    return _name_star(agreeing, by=by, score=0.85 if "country" in by else 0.8)


def _domain_star(rows: pl.DataFrame, *, score: float) -> pl.DataFrame:
    because = pl.format("have the domain {}", "domain")
    return star(rows, by=("domain",), rule="same_domain", score=score, because=because)


def _name_star(rows: pl.DataFrame, *, by: Sequence[str], score: float) -> pl.DataFrame:
    because = pl.format("have the same name{}", pl.format(" in {}", "country") if "country" in by else pl.lit(""))
    return star(rows, by=by, rule="same_name", score=score, because=because)


def _with(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return rows.filter(pl.col(c).is_not_null() for c in columns)
