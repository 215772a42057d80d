"""Entities: the one id under which several delivered ids are known from now on, with people's word above the rules.

``trueup.toml`` may declare ids to be ``same`` or ``separate``. Nothing delivered is changed: another declaration, or
none, and the next build sees other entities.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import pyarrow as pa

from trueup.canon.links import LINKS, clustered, framed, link_table

ENTITIES: Final = pa.schema({"id": pa.string(), "entity_id": pa.string()})
MERGES: Final = pa.schema(
    {
        "entity_id": pa.string(),
        "ids": pa.list_(pa.string()),
        "sources": pa.list_(pa.string()),
        "names": pa.list_(pa.string()),
        "rules": pa.list_(pa.string()),
        "evidence": pa.list_(pa.string()),
        "score": pa.float64(),
    }
)
"""One row per entity of several ids; ``score`` is that of the weakest link used."""


class IdentityContradictionError(ValueError):
    """Two ids were declared both the same and separate."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            f"[identity] says that {left} and {right} are separate, but also, directly or through others, that they"
            " are the same. Take one of the two out of trueup.toml."
        )


@dataclass(frozen=True)
class Resolution:
    """What became of the links: the entities, the links that hold them together, and those that people's word cut."""

    entities: pa.Table
    used: pa.Table
    cut: pa.Table


def entities(
    links: pa.Table,
    *,
    known: pa.Table,
    same: Iterable[Sequence[str]] = (),
    separate: Iterable[tuple[str, str]] = (),
    preferred: Sequence[str] = (),
) -> pa.Table:
    """The map ``id``, ``entity_id`` of ids that changed or were joined by others; see ``resolve``."""
    return resolve(links, known=known, same=same, separate=separate, preferred=preferred).entities


def resolve(
    links: pa.Table,
    *,
    known: pa.Table,
    same: Iterable[Sequence[str]] = (),
    separate: Iterable[tuple[str, str]] = (),
    preferred: Sequence[str] = (),
) -> Resolution:
    """Make entities of everything that links hold together.

    ``known``: id, source (of all accounts, contacts or people the map is for; other declared ids are passed over).
    ``separate`` cuts the chain between the two at its weakest link. An entity takes the id of the first source of
    ``preferred`` among its members (other sources follow in order of name), of several the smallest id.
    IdentityContradictionError where ``same`` and ``separate`` cannot both hold.
    """
    ranked = _ranked(known, preferred)
    declared = _declared(same, ranked["id"])
    apart = [(left, right) for left, right in separate if left != right]
    all_links = pl.concat([declared, framed(links.cast(LINKS))])
    used, cut = _parted(ranked, all_links, apart) if apart else (all_links, all_links.clear())
    labelled = clustered(ranked, [used])
    shared = labelled.filter(pl.len().over("cluster") > 1)
    # ``ranked`` begins with the most trusted rows, so a cluster's first row names it.
    named = shared.select("id", entity_id=pl.col("id").first().over("cluster")).sort("entity_id", "id")
    return Resolution(named.to_arrow().cast(ENTITIES), link_table([used]), link_table([cut]))


def merges(resolution: Resolution, known: pa.Table) -> pa.Table:
    """One row per entity of several ids (columns of ``MERGES``), for people; ``known``: id, source, name."""
    members = framed(resolution.entities).join(
        framed(known).select("id", "source", "name").unique("id", keep="first", maintain_order=True), on="id"
    )
    first = (pl.col("id") != pl.col("entity_id")).alias("_others")
    rows = members.sort("entity_id", first, "id").group_by("entity_id", maintain_order=True)
    listed = rows.agg(ids=pl.col("id"), sources=pl.col("source"), names=pl.col("name"))
    entity_of = framed(resolution.entities).rename({"id": "left_id"})
    reasons = (
        framed(resolution.used)
        .join(entity_of, on="left_id")
        .sort("score", "left_id", "right_id", descending=(True, False, False))
    )
    told = reasons.group_by("entity_id", maintain_order=True).agg(
        rules=pl.col("rule").unique(maintain_order=True), evidence=pl.col("evidence"), score=pl.col("score").min()
    )
    return listed.join(told, on="entity_id", how="left", maintain_order="left").to_arrow().cast(MERGES)


def _ranked(known: pa.Table, preferred: Sequence[str]) -> pl.DataFrame:
    """Each id once, the most trusted first."""
    rank = pl.col("source").replace_strict(
        {source: place for place, source in enumerate(preferred)}, default=len(preferred), return_dtype=pl.Int64
    )
    order = framed(known).select(pl.col("id").cast(pl.String), pl.col("source").cast(pl.String)).with_columns(rank=rank)
    is_preferred = pl.when(pl.col("rank") == len(preferred)).then("source")
    return (
        order.sort("rank", is_preferred, "id", nulls_last=True)
        .unique("id", keep="first", maintain_order=True)
        .select("id")
    )


def _declared(same: Iterable[Sequence[str]], ids: pl.Series) -> pl.DataFrame:
    groups = list(same)
    named = {member for group in groups for member in group}
    delivered = set(ids.filter(ids.is_in(list(named)))) if named else set()
    pairs = []
    for group in groups:
        members = [member for member in group if member in delivered]
        pairs += [(members[0], member) for member in members[1:] if member != members[0]]
    rows = {
        "left_id": [left for left, _ in pairs],
        "right_id": [right for _, right in pairs],
        "rule": ["declared"] * len(pairs),
        "evidence": [f"trueup.toml says that {left} and {right} are the same" for left, right in pairs],
        "score": [1.0] * len(pairs),
        "recorded_at": [None] * len(pairs),
    }
    return framed(pa.table(rows, schema=LINKS))


def _parted(
    ranked: pl.DataFrame, links: pl.DataFrame, apart: Sequence[tuple[str, str]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The links without those that would join what is separate: in such a component the strongest are kept."""
    labelled = clustered(ranked, [links])
    cluster_of = dict(labelled.filter(pl.col("id").is_in({member for pair in apart for member in pair})).iter_rows())
    torn = {cluster_of[left] for left, right in apart if cluster_of.get(left, left) == cluster_of.get(right, right)}
    touched = links.join(labelled.rename({"id": "left_id"}), on="left_id", maintain_order="left").with_columns(
        is_torn=pl.col("cluster").is_in(torn)
    )
    is_declared = pl.col("rule") == "declared"
    doubtful = (
        touched.filter("is_torn")
        .drop("is_torn", "cluster")
        .sort(~is_declared, "score", "left_id", "right_id", descending=(False, True, False, False))
    )
    keeps = pl.Series(_joins_allowed(doubtful, apart), dtype=pl.Boolean)
    whole = touched.filter(~pl.col("is_torn")).drop("is_torn", "cluster")
    return pl.concat([whole, doubtful.filter(keeps)]), doubtful.filter(~keeps)


def _joins_allowed(links: pl.DataFrame, apart: Sequence[tuple[str, str]]) -> list[bool]:
    """For each link, strongest first, whether it may join its two sides."""
    group: dict[str, set[str]] = {}
    enemies: dict[str, set[str]] = {}
    for left, right in apart:
        enemies.setdefault(left, set()).add(right)
        enemies.setdefault(right, set()).add(left)
    allowed = []
    for left, right, rule in links.select("left_id", "right_id", "rule").iter_rows():
        ours, theirs = group.setdefault(left, {left}), group.setdefault(right, {right})
        clash = next(((member, enemy) for member in ours for enemy in enemies.get(member, ()) if enemy in theirs), None)
        if clash and rule == "declared":
            raise IdentityContradictionError(*clash)
        allowed.append(clash is None)
        if clash is None and ours is not theirs:
            ours |= theirs
            group.update(dict.fromkeys(theirs, ours))
    return allowed
