"""Recognition: which known system's table each delivered table is, and why; by its columns first, its name second."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from trueup.sources.known import known_systems
from trueup.sources.shape import KnownSystem, RawTable, delivered_as, fold

Shape = Literal["export", "label", "fivetran", "dlt"]
"""How a table was delivered: API names, report labels, or by an extraction tool."""

WAREHOUSES = {
    "snowflake": "Snowflake",
    "postgres": "Postgres",
    "databricks": "Databricks",
    "redshift": "Redshift",
    "bigquery": "BigQuery",
    "spark": "Spark",
}
_FILLERS = frozenset(
    {"data", "export", "exports", "raw", "stg", "src", "crm", "all", "full", "table", "report", "extract", "dump"}
)
_NUMBERED = re.compile(r"(part|page|batch|chunk|v)?\d+")
_WORD = re.compile(r"[^\W_]+")

_COLUMNS_WEIGH, _KNOWN_WEIGH, _NAME_WEIGHS, _SYSTEM_WEIGHS, _COMPANY_WEIGHS = 0.5, 0.15, 0.2, 0.1, 0.2
"""What the score is made of: identifying columns, share of columns known, table name, system name, neighbours."""
_ENOUGH_COLUMNS = 3
"""So many identifying columns, all there, are recognised under any name."""
_MOST_COLUMNS = 0.6
"""Such a share of the identifying columns is enough where the name fits as well."""
_MOST_CANONICAL = 0.75


@dataclass(frozen=True)
class Delivery:
    """A delivered table: ``stem`` its name, ``path`` what people are shown, with the folders it lay in."""

    stem: str
    columns: tuple[str, ...]
    path: str


@dataclass(frozen=True)
class Recognised:
    """A delivered table that has a place in the model; ``score`` from 0 to 1 says how sure that is."""

    delivery: Delivery
    system: str
    table: str
    shape: Shape
    score: float
    reason: str


@dataclass(frozen=True)
class Unmapped:
    """A delivered table that is kept as it is; ``code`` is the finding's, ``reason`` a sentence."""

    delivery: Delivery
    code: Literal["table_not_mapped", "table_not_recognised", "table_delivered_twice", "column_missing"]
    reason: str
    system: str = ""
    table: str = ""


@dataclass(frozen=True)
class Recognition:
    """What became of all deliveries, in the order in which they were given."""

    outcomes: tuple[Recognised | Unmapped, ...]

    @property
    def recognised(self) -> tuple[Recognised, ...]:
        """The tables that have a place in the model."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Recognised))

    @property
    def unmapped(self) -> tuple[Unmapped, ...]:
        """The tables that are only kept."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Unmapped))


@dataclass(frozen=True)
class _Candidate:
    system: KnownSystem
    table: RawTable
    found: int
    is_named: bool
    is_hinted: bool
    has_key: bool
    score: float


def recognise(deliveries: Sequence[Delivery], *, systems: Sequence[KnownSystem] | None = None) -> Recognition:
    """Tell for each delivered table what it is, or why it is only kept.

    What one table leaves open is decided by the tables delivered beside it: an ``account`` beside opportunities is
    Salesforce's, one beside charges is Stripe's.
    """
    known = known_systems() if systems is None else tuple(systems)
    candidates = _at_home(deliveries, [_candidates(delivery, known) for delivery in deliveries])
    company = _company(deliveries, candidates)
    outcomes = [
        _outcome(delivery, _best(possible, company[_folder(delivery)]))
        for delivery, possible in zip(deliveries, candidates, strict=True)
    ]
    return Recognition(tuple(_without_copies(outcomes)))


def _candidates(delivery: Delivery, systems: Iterable[KnownSystem]) -> list[_Candidate]:
    """The tables that a delivery may be; the canonical model's own columns leave no other choice."""
    found = []
    for system in systems:
        if system.name == "canonical":
            own = _canonical_candidate(delivery, system)
            if own:
                return [own]
        else:
            stems = _cores(delivery.stem, system)
            hinted = _is_hinted(delivery, system)
            for table in system.tables.values():
                candidate = _candidate(
                    delivery, system, table, is_named=not stems.isdisjoint(table.stems), is_hinted=hinted
                )
                if candidate:
                    found.append(candidate)
    return found


def _canonical_candidate(delivery: Delivery, system: KnownSystem) -> _Candidate | None:
    stems = _cores(delivery.stem, system)
    table = next((table for table in system.tables.values() if not stems.isdisjoint(table.stems)), None)
    if table is None:
        return None
    names = {alias for column in table.columns for alias in (column.name, *column.aliases)}
    known = sum(1 for column in delivery.columns if column.strip().casefold() in names)
    has_key = table.identifying[0][0] in delivered_as(table, delivery.columns)
    if not has_key or known < _MOST_CANONICAL * len(delivery.columns):
        return None
    score = known / len(delivery.columns)
    return _Candidate(system, table, found=known, is_named=True, is_hinted=True, has_key=True, score=score)


def _candidate(
    delivery: Delivery, system: KnownSystem, table: RawTable, *, is_named: bool, is_hinted: bool
) -> _Candidate | None:
    found = delivered_as(table, delivery.columns)
    if not all(_any_found(found, alternatives) for alternatives in table.required):
        return None
    told = sum(1 for alternatives in table.identifying if _any_found(found, alternatives))
    share = told / len(table.identifying)
    by_columns = share == 1 and told >= _ENOUGH_COLUMNS
    by_name = is_named and (share >= _MOST_COLUMNS or (is_hinted and told > 0))
    if not (by_columns or by_name or _is_report_without_key(table, found, told)):
        return None
    own = [column for column in delivery.columns if not column.startswith(("_fivetran", "_dlt"))]
    score = (
        _COLUMNS_WEIGH * share
        + _KNOWN_WEIGH * min(1.0, len(found) / max(1, len(own)))
        + _NAME_WEIGHS * is_named
        + _SYSTEM_WEIGHS * is_hinted
    )
    has_key = all(name in found for name in table.key)
    return _Candidate(system, table, found=told, is_named=is_named, is_hinted=is_hinted, has_key=has_key, score=score)


def _is_report_without_key(table: RawTable, found: Mapping[str, str], told: int) -> bool:
    """Reports of a known table often show everything but its id; that is worth telling, though it cannot be taken."""
    labels = sum(1 for header in found.values() if " " in header.strip())
    return labels >= 2 and told >= _ENOUGH_COLUMNS and not _any_found(found, table.key)


def _any_found(found: Mapping[str, str], alternatives: Iterable[str]) -> bool:
    return any(name in found for name in alternatives)


def _at_home(deliveries: Sequence[Delivery], candidates: Sequence[list[_Candidate]]) -> list[list[_Candidate]]:
    """Without tables that any system may have where nothing else in the folder is that system's."""
    homes = {
        (_folder(delivery), best.system.name)
        for delivery, possible in zip(deliveries, candidates, strict=True)
        if (best := max(possible, key=lambda candidate: candidate.score, default=None)) and not best.table.is_common
    }
    return [
        [c for c in possible if c.is_hinted or not c.table.is_common or (_folder(delivery), c.system.name) in homes]
        for delivery, possible in zip(deliveries, candidates, strict=True)
    ]


def _company(
    deliveries: Sequence[Delivery], candidates: Sequence[Sequence[_Candidate]]
) -> Mapping[str, Mapping[str, float]]:
    """Per folder, how much of what lies in it speaks for each system, from 0 to 1."""
    weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for delivery, possible in zip(deliveries, candidates, strict=True):
        best: dict[str, float] = {}
        for candidate in possible:
            best[candidate.system.name] = max(candidate.score, best.get(candidate.system.name, 0.0))
        # A table that only one system has tells more than one that several have.
        for system, score in best.items():
            weights[_folder(delivery)][system] += score / len(best) ** 2
    return {
        _folder(delivery): {
            system: weight / max(weights[_folder(delivery)].values())
            for system, weight in weights[_folder(delivery)].items()
        }
        for delivery in deliveries
    }


def _best(possible: Sequence[_Candidate], company: Mapping[str, float]) -> _Candidate | None:
    weighed = [
        replace(candidate, score=candidate.score + _COMPANY_WEIGHS * company.get(candidate.system.name, 0.0))
        for candidate in possible
    ]
    return max(weighed, key=lambda candidate: (candidate.score, candidate.has_key), default=None)


def _outcome(delivery: Delivery, best: _Candidate | None) -> Recognised | Unmapped:
    if best is None:
        return Unmapped(
            delivery,
            "table_not_recognised",
            "kept, not mapped: no system we know delivers a table with these columns;"
            " map it by a SELECT in sources/<name>/<canonical table>.sql",
        )
    system, table = best.system, best.table
    if table.because:
        reason = f"kept, not mapped: {system.title} {delivery.stem} {table.because}"
        return Unmapped(delivery, "table_not_mapped", reason, system.name, table.name)
    if not best.has_key:
        return Unmapped(delivery, "column_missing", _key_missing(table, system), system.name, table.name)
    return Recognised(
        delivery, system.name, table.name, _shape(delivery, table), min(1.0, round(best.score, 3)), _why(best)
    )


def _key_missing(table: RawTable, system: KnownSystem) -> str:
    name = table.key[0]
    label = next((alias for alias in table.column(name).aliases if " " in alias), name)
    return (
        f"kept, not mapped: these look like {system.title}'s {table.holds}, but without a column that tells one row"
        f" from another; add {label} to the report and export it again"
    )


def _why(best: _Candidate) -> str:
    told = f"{best.found} of {len(best.table.identifying)} identifying columns"
    if best.system.name == "canonical":
        told = f"{best.found} canonical columns"
    named = ", and its name" if best.is_named else ""
    return f"{best.system.title}: {best.table.holds}, by {told}{named}"


def _shape(delivery: Delivery, table: RawTable) -> Shape:
    names = [column.casefold() for column in delivery.columns]
    if any(name.startswith("_dlt_") for name in names):
        return "dlt"
    if any(name.startswith(("_fivetran", "property_")) for name in names):
        return "fivetran"
    read = delivered_as(table, delivery.columns).values()
    return "label" if any(" " in header.strip() for header in read) else "export"


def _without_copies(outcomes: Sequence[Recognised | Unmapped]) -> list[Recognised | Unmapped]:
    """Of one table made for several warehouses only one goes in: the one made for none, else the first by name."""
    known = [outcome for outcome in outcomes if outcome.table]
    chosen: dict[tuple[str, str, str], Recognised | Unmapped] = {}
    for outcome in sorted(known, key=lambda o: (bool(_warehouse(o.delivery.stem)), o.delivery.stem)):
        chosen.setdefault(_copy_key(outcome), outcome)
    return [_copy_or_itself(outcome, chosen) for outcome in outcomes]


def _copy_or_itself(
    outcome: Recognised | Unmapped, chosen: Mapping[tuple[str, str, str], Recognised | Unmapped]
) -> Recognised | Unmapped:
    original = chosen.get(_copy_key(outcome), outcome)
    if original is outcome or not _warehouse(outcome.delivery.stem):
        return outcome
    return _as_copy(outcome, original)


def _copy_key(outcome: Recognised | Unmapped) -> tuple[str, str, str]:
    stem = outcome.delivery.stem.casefold()
    warehouse = _warehouse(stem)
    return _folder(outcome.delivery), outcome.table, stem.replace(f"_{warehouse}", "") if warehouse else stem


def _as_copy(outcome: Recognised | Unmapped, original: Recognised | Unmapped) -> Unmapped:
    warehouse = WAREHOUSES[_warehouse(outcome.delivery.stem)]
    return Unmapped(
        outcome.delivery,
        "table_delivered_twice",
        f"kept, not mapped: a second copy of {original.delivery.stem}, made for {warehouse}",
        outcome.system,
        outcome.table,
    )


def _warehouse(stem: str) -> str:
    return next((word for word in _words(stem) if word in WAREHOUSES), "")


def _cores(stem: str, system: KnownSystem) -> set[str]:
    """What a name comes to, with more and more of system, warehouse, numbers and fillers taken off its ends."""
    words = _words(stem)
    idle = _FILLERS.union(system.words, WAREHOUSES)
    cores = {fold("".join(words))}
    while len(words) > 1 and _is_idle(words[-1], idle):
        words = words[:-1]
        cores.add(fold("".join(words)))
    while len(words) > 1 and _is_idle(words[0], idle):
        words = words[1:]
        cores.add(fold("".join(words)))
    return cores


def _is_idle(word: str, idle: AbstractSet[str]) -> bool:
    return word in idle or _NUMBERED.fullmatch(word) is not None


def _is_hinted(delivery: Delivery, system: KnownSystem) -> bool:
    words = {*_words(delivery.stem), *_words(delivery.path)}
    return not words.isdisjoint(system.words)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _folder(delivery: Delivery) -> str:
    return str(PurePosixPath(delivery.path.replace("\\", "/")).parent)
