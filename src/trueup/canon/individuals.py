"""Which delivered contacts, and which people of ours, are one person: one mail address, or one name and two mailboxes.

Links are made as for accounts (``identity``): only where nothing is ambiguous. A name alone needs two words, and counts
only within one account, or within our own company.
"""

from typing import Final

import polars as pl
import pyarrow as pa

from trueup.canon.identifiers import by_spelling_of_id
from trueup.canon.links import (
    as_links,
    beside_first,
    clustered,
    differs,
    each_pair_once,
    framed,
    link_table,
    near_names,
    star,
)
from trueup.canon.names import first_and_last, is_role_mailbox, local_part_fits, mailbox, person_spelling

_NEAR: Final = 90.0
"""rapidfuzz's ratio from which two names look like one, misspelt."""


def contact_links(contacts: pa.Table, *, accounts: pa.Table | None = None) -> pa.Table:
    """Links (columns of ``links.LINKS``) between contacts that are one person at one account.

    ``contacts``: contact_id, account_id, source, name, email, recorded_at; ``accounts``: the accounts' entities (id,
    entity_id), so that a merged account is one account.
    """
    return link_table(_certain_links(_contacts(contacts, accounts)))


def contact_suggestions(contacts: pa.Table, *, accounts: pa.Table | None = None) -> pa.Table:
    """Pairs of contacts that may be one person, not surely enough to merge them; arguments as ``contact_links``."""
    return _suggestions(_contacts(contacts, accounts))


def person_links(people: pa.Table) -> pa.Table:
    """Links between our people that are one person; ``people``: person_id, source, name, email, recorded_at."""
    return link_table(_certain_links(_people(people)))


def person_suggestions(people: pa.Table) -> pa.Table:
    """Pairs of our people who may be one person, not surely enough to merge them; arguments as ``person_links``."""
    return _suggestions(_people(people))


def _contacts(contacts: pa.Table, accounts: pa.Table | None) -> pl.DataFrame:
    rows = framed(contacts).rename({"contact_id": "id", "account_id": "scope"})
    if accounts is not None:
        merged = framed(accounts).select(scope="id", entity="entity_id")
        rows = rows.join(merged, on="scope", how="left").with_columns(scope=pl.coalesce("entity", "scope"))
    # An account has few contacts: two of one name are one person who was entered twice, even in one system.
    return _prepared(rows.select("id", "scope", "source", "name", "email", "recorded_at")).with_columns(
        seat=pl.lit(None, dtype=pl.String)
    )


def _people(people: pa.Table) -> pl.DataFrame:
    """One row per person, of several dated rows the first that says something."""
    rows = framed(people).rename({"person_id": "id"}).sort("recorded_at", "id", nulls_last=False)
    said = [pl.col(name).drop_nulls().first() for name in ("source", "name", "email", "recorded_at")]
    single = rows.group_by("id", maintain_order=True).agg(said)
    # We have many: two users of one name on one host of one system may be namesakes.
    return _prepared(single.with_columns(scope=pl.lit("us"))).with_columns(seat=pl.col("host"))


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what they are compared by; those with a mail address first, the longest known first."""
    name, email = pl.col("name").cast(pl.String), pl.col("email").cast(pl.String)
    spelt = rows.with_columns(name=name, spelling=person_spelling(name), mailbox=mailbox(email))
    box, has_two_words = pl.col("mailbox"), pl.col("spelling").str.contains(" ", literal=True)
    local = box.str.extract(r"^([^@]+)@")
    return (
        spelt.with_columns(
            host=box.str.extract(r"@(.+)$"),
            is_role=is_role_mailbox(box).fill_null(value=False),
            key=pl.when(has_two_words).then("spelling"),
            local=local,
        )
        .sort("recorded_at", "id", nulls_last=False)
        .unique("id", keep="first", maintain_order=True)
        .sort(box.is_null(), maintain_order=True)
    )


def _certain_links(known: pl.DataFrame) -> list[pl.DataFrame]:
    found = [by_spelling_of_id(known)]
    found.append(_by_mailbox(clustered(known, found)))
    found.append(_by_name_and_local_part(clustered(known, found)))
    found.append(_by_name(clustered(known, found)))
    return found


def _by_mailbox(rows: pl.DataFrame) -> pl.DataFrame:
    """Links by mail address; a mailbox that several share, or two accounts know, needs the same name, one account."""
    boxed = rows.filter(pl.col("mailbox").is_not_null())
    branch = pl.when(differs("scope", ("mailbox",))).then(pl.coalesce("scope", "id")).otherwise(pl.lit(""))
    paired = beside_first(boxed.with_columns(branch=branch), by=("mailbox", "branch"), columns=("spelling",))
    ours, theirs = pl.col("spelling"), pl.col("first_spelling")
    shares_a_name = pl.any_horizontal(a == b for a in first_and_last(ours) for b in first_and_last(theirs))
    is_unnamed = (ours == "") | (theirs == "")
    is_same = pl.when("is_role").then(ours == theirs).otherwise(shares_a_name | is_unnamed)
    because = pl.format("have the mail address {}", "mailbox")
    return as_links(paired.filter(is_same), rule="same_email", score=0.99, because=because)


def _by_name_and_local_part(rows: pl.DataFrame) -> pl.DataFrame:
    """Links between two mailboxes: anna.meier here, anna.meier there."""
    by = ("scope", "key", "local")
    boxed = rows.filter(~pl.col("is_role"), *(pl.col(name).is_not_null() for name in by))
    because = pl.format("have the same name and mailboxes called {}@", "local")
    return star(boxed, by=by, rule="same_name_and_mailbox_name", score=0.95, because=because)


def _by_name(rows: pl.DataFrame) -> pl.DataFrame:
    """Links by name where the mailboxes are made of that name, or not known, and no source tells two apart."""
    by = ("scope", "key")
    alike = rows.filter(pl.col(name).is_not_null() for name in by).filter(differs("cluster", by))
    named = alike.with_columns(fits=local_part_fits(pl.col("local"), pl.col("spelling")))
    has_stranger = (pl.col("mailbox").is_not_null() & ~pl.col("fits")).any().over(by)
    # A row without a mailbox may be any of the name; beside one that the name does not explain, it is nobody's.
    candidates = named.filter(pl.col("fits") | (pl.col("mailbox").is_null() & ~has_stranger))
    several_in_source = differs("cluster", (*by, "source"))
    one_mailbox_unknown = several_in_source & pl.col("mailbox").is_null().any().over(*by, "source")
    several_seats = differs("cluster", (*by, "source", "seat")) & pl.col("seat").is_not_null()
    is_told_apart = (one_mailbox_unknown | several_seats).any().over(by)
    because = pl.lit("have the same name, and mailboxes that fit it")
    return star(candidates.filter(~is_told_apart), by=by, rule="same_name", score=0.85, because=because)


def _suggestions(known: pl.DataFrame) -> pa.Table:
    rows = clustered(known, _certain_links(known))
    boxed = rows.filter(pl.col("mailbox").is_not_null(), ~pl.col("is_role"))
    because = pl.format("have the mail address {}", "mailbox")
    by_mailbox = star(boxed, by=("mailbox",), rule="same_email", score=0.6, because=because)
    named = rows.filter(pl.col("scope").is_not_null(), pl.col("key").is_not_null())
    because = pl.lit("have the same name")
    by_name = star(named, by=("scope", "key"), rule="same_name", score=0.5, because=because)
    near = near_names(named, by=("scope",), least=_NEAR)
    nearly = as_links(near, rule="similar_name", score=0.4, because=pl.lit("have nearly the same name"))
    return link_table([each_pair_once([by_mailbox, by_name, nearly])])
