"""Kin: ids that may at some moment turn out to be one account or contact, or bear on whether others do.

Whether two ids are one is decided by comparing them with all that share a spelling of the id, a name, a domain or a
mail address, in any version. Kin is whatever hangs together by these, so that among kin alone, at any moment, the same
ids are one as among everybody.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from trueup.canon.components import clusters
from trueup.canon.names import company_key, corporate_domain, mailbox, person_spelling

_SALESFORCE = r"^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$"


def account_kin(accounts: pl.DataFrame, same: Iterable[Sequence[str]] = ()) -> pl.DataFrame:
    """``id`` and ``kin`` (a number) of accounts.

    ``accounts``: id, name, domain, external_id, a row for each version. ``same``: ids that people declared to be one.
    """
    name, domain, external = (accounts[column].cast(pl.String) for column in ("name", "domain", "external_id"))
    rows = accounts.select("id").with_columns(name=name, domain=domain, external=external)
    shared = [
        rows.select("id", block=_compact("external")),
        rows.select("id", block=pl.format("name {}", company_key(pl.col("name")))),
        rows.select("id", block=pl.format("domain {}", corporate_domain(pl.col("domain")))),
    ]
    return _kin(rows, shared, same)


def contact_kin(contacts: pl.DataFrame, accounts: pl.DataFrame, same: Iterable[Sequence[str]] = ()) -> pl.DataFrame:
    """``id`` and ``kin`` of contacts: id, account_id, name, email, a row for each version; ``accounts``: their kin."""
    text = {column: pl.col(column).cast(pl.String) for column in ("account_id", "name", "email")}
    rows = (
        contacts.select("id", **text)
        .join(accounts.rename({"id": "account_id"}), on="account_id", how="left")
        .with_columns(scope=pl.coalesce(pl.col("kin").cast(pl.String), "account_id"))
    )
    shared = [
        rows.select("id", block=pl.format("mail {}", mailbox(pl.col("email")))),
        rows.select("id", block=pl.format("name {} at {}", person_spelling(pl.col("name")), "scope")).filter(
            pl.col("block").str.contains(r"^name \S+ \S+.* at ")
        ),
    ]
    return _kin(rows, shared, same)


def _kin(rows: pl.DataFrame, shared: Sequence[pl.DataFrame], same: Iterable[Sequence[str]]) -> pl.DataFrame:
    """What hangs together by shared blocks (id, block), by two spellings of one id, or because people say so."""
    ids = rows.select("id").unique()
    declared = [(member, f"declared {place}") for place, group in enumerate(same) for member in group]
    blocks = pl.concat(
        [
            ids.select("id", block=_compact("id")),
            *shared,
            pl.DataFrame(declared, schema={"id": pl.String, "block": pl.String}, orient="row"),
        ]
    )
    known = blocks.filter(pl.col("block").is_not_null()).unique()
    links = known.select(left_id=pl.col("id").min().over("block"), right_id="id")
    found = clusters(ids["id"], links.filter(pl.col("left_id") != pl.col("right_id")))
    return found.rename({"cluster": "kin"})


def _compact(column: str) -> pl.Expr:
    """What the two spellings of a Salesforce id have in common; other ids as they are."""
    is_salesforce = pl.col(column).str.contains(_SALESFORCE)
    return pl.when(is_salesforce).then(pl.col(column).str.head(15).str.to_lowercase()).otherwise(column)
