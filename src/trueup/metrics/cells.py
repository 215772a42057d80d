"""Cells: what a metric adds up to for one entity in one period, as statements over materialised facts.

Cells are wide: one table per fact and grain, one row per entity and period, the parts of all its metrics side by side.
Sums are taken from the fact's rows once per account and month (or day) and once per person, team and month; all
coarser cells add those up. Medians, percentiles and distinct counts do not add: they are taken from the rows each time.

Rows of no account keep a null entity in the table of accounts, because the company's cells count them; an account
without segment or industry has no cell there. A fact row is counted once per person credited, once per team and once
per department, however many of their people took part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.metrics.aggregates import FACT, Aggregate, Batch, quantile_of
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, STATE_SCHEMA
from trueup.metrics.instances import FactInstance
from trueup.metrics.metric import COMPANY, Grain
from trueup.metrics.places import CELL_SCHEMA
from trueup.metrics.sql import both, column, constant, quoted, table, union
from trueup.metrics.survival import with_shares

WORK_SCHEMA = "work"
"""The engine's schema of tables that are needed while cells are made, and may be dropped then."""

_DAYS = table(CALENDAR_SCHEMA, "days")
_ROLLUPS = table(CALENDAR_SCHEMA, "rollups")
_ACCOUNTS = table(STATE_SCHEMA, "accounts")
_GROUPED = ("segment", "industry", "company")

MADE_OF_MONTHS = ("month", "quarter", "year", "all")
"""Kinds of period that are whole months; the others are made of days."""


@dataclass(frozen=True)
class Statement:
    """A table to be made: its schema, its name, and the query that yields its rows.

    ``is_view``: the rows are there already, in a table that stays; they need no table of their own.
    """

    schema: str
    name: str
    select: str
    is_view: bool = False

    @property
    def table(self) -> str:
        """The table's name in SQL."""
        return table(self.schema, self.name)


def base_of(kind: str) -> str:
    """The kind of period that periods of ``kind`` are made of: month or day."""
    return "month" if kind in MADE_OF_MONTHS else "day"


@dataclass(frozen=True)
class Source:
    """A fact instance's rows and the kinds of period asked; ``only`` (a condition on rows ``f``) leaves out others."""

    instance: FactInstance
    kinds: tuple[str, ...]
    only: str = "TRUE"

    @property
    def is_dated(self) -> bool:
        """Whether rows happen on a day; otherwise they belong to a period already."""
        return self.instance.fact.timing == "event"

    @property
    def when(self) -> tuple[str, ...]:
        """The columns that place a row in time."""
        return ("occurred_on",) if self.is_dated else ("period_kind", "period_key")

    @property
    def rows(self) -> str:
        """The fact's rows, as something to select from."""
        all_rows = table(FACT_SCHEMA, self.instance.table)
        return all_rows if self.only == "TRUE" else f"(SELECT {FACT}.* FROM {all_rows} AS {FACT} WHERE {self.only})"

    @property
    def bases(self) -> tuple[str, ...]:
        """The kinds of period that the asked ones are made of; those that rows belong to are made of nothing else."""
        return tuple(dict.fromkeys(map(base_of, self.kinds))) if self.is_dated else ("",)

    @property
    def rolled_up(self) -> tuple[str, ...]:
        """The kinds that sums of the finest periods are added up to; none where rows belong to a period already."""
        return self.kinds if self.is_dated else ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The kinds asked, one by one; all together where rows belong to a period already."""
        return self.kinds if self.is_dated else ("",)


@dataclass(frozen=True)
class Rows:
    """Rows (called ``f``) to be grouped: where they come from, which count, and the columns that are the group."""

    come_from: str
    group: tuple[tuple[str, str], ...]
    """Names and expressions; an expression that is a constant needs no grouping."""
    joins: str = ""
    only: str = "TRUE"


def aggregated(source: Source, batch: Batch, rows: Rows, *, kind: str) -> str:
    """The batch's aggregates of rows, by group and by the periods of one kind."""
    picked, selected = _sorted_once(batch.aggregates)
    if source.is_dated:
        dated = f" JOIN {_DAYS} AS d ON d.local_date = {FACT}.occurred_on AND d.period_kind = {constant(kind)}"
        period = [f"{constant(kind)} AS period_kind", "d.period_key"]
        keys = [*_keys(rows.group), "d.period_key"]
    else:
        dated = ""
        period = [f"{FACT}.period_kind", f"{FACT}.period_key"]
        keys = [*_keys(rows.group), *period]
    grouped = [*(quoted(name) for name, _ in rows.group), "period_kind", "period_key"]
    of_rows = f"FROM {rows.come_from} AS {FACT}{dated}{rows.joins} WHERE {both([rows.only, batch.keeps])}"
    if batch.waiting:
        # Who waits how long depends on who else is in the group: groups and periods must be columns beforehand.
        read = [column(FACT, name) for name in batch.reads]
        known = f"SELECT {', '.join([*_named(rows.group), *period, *read])} {of_rows}"
        shares = with_shares(known, batch.waiting, by=grouped)
        select = f"SELECT {', '.join([*grouped, *selected])} FROM ({shares}) AS {FACT} GROUP BY {', '.join(grouped)}"
    else:
        select = f"SELECT {', '.join([*_named(rows.group), *period, *selected])} {of_rows} GROUP BY {', '.join(keys)}"
    return f"SELECT {', '.join([*grouped, *picked])} FROM ({select}) AS q" if picked else select


def _sorted_once(aggregates: Sequence[Aggregate]) -> tuple[list[str], list[str]]:
    """The columns to pick from a selection, and that selection: quantiles in the same order come from one sort of it.

    Nothing to pick where no two share an order: then the selection is all there is.
    """
    by_order: dict[str, list[Aggregate]] = {}
    for each in aggregates:
        by_order.setdefault(each.quantile.sorted_by if each.quantile else each.of_rows, []).append(each)
    if all(len(together) == 1 for together in by_order.values()):
        return [], [f"{each.of_rows} AS {quoted(each.column)}" for each in aggregates]
    picked, selected = [], []
    for place, together in enumerate(by_order.values()):
        if len(together) == 1:
            picked.append(quoted(together[0].column))
            selected.append(f"{together[0].of_rows} AS {quoted(together[0].column)}")
        else:
            quantiles = [each.quantile for each in together if each.quantile]
            selected.append(f"{quantile_of(quantiles)} AS sorted_{place}")
            picked += [f"sorted_{place}[{at}] AS {quoted(each.column)}" for at, each in enumerate(together, start=1)]
    return picked, selected


def added_up(batch: Batch, finer: Rows, *, kinds: Iterable[str] = ()) -> str:
    """The sums of finer cells (called ``f``) by group, and by the periods of ``kinds``; else by their own periods."""
    sums = [f"{each.of_cells} AS {quoted(each.column)}" for each in batch.aggregates]
    listed = ", ".join(map(constant, kinds))
    rolled = (
        f" JOIN {_ROLLUPS} AS r ON r.base_kind = {FACT}.period_kind AND r.base_key = {FACT}.period_key"
        f" AND r.period_kind IN ({listed})"
    )
    of = "r" if listed else FACT
    period = [f"{of}.period_kind", f"{of}.period_key"]
    return (
        f"SELECT {', '.join([*_named(finer.group), *period, *sums])} FROM {finer.come_from} AS {FACT}"
        f"{rolled if listed else ''}{finer.joins} WHERE {finer.only}"
        f" GROUP BY {', '.join([*_keys(finer.group), *period])}"
    )


def _named(group: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{expression} AS {quoted(name)}" for name, expression in group]


def _keys(group: Iterable[tuple[str, str]]) -> list[str]:
    return [expression for _, expression in group if expression != _COMPANY]


_COMPANY = constant(COMPANY)


def cell_table(source: Source, grain: Grain, *, suffix: str = "") -> str:
    """The name of the table of a fact's cells."""
    return f"{source.instance.table}__{grain}{suffix}"


def account_sums(source: Source, batch: Batch, grains: Iterable[Grain]) -> list[Statement]:
    """The cells of accounts, segments, industries and the company that add up."""
    wanted = tuple(grains)
    made = []
    if "account" in wanted:
        is_one = source.instance.fact.is_one_per_account
        select = _rows_as_cells(source, batch) if is_one else _account_cells(source, batch)
        made.append(Statement(CELL_SCHEMA, cell_table(source, "account"), select, is_view=is_one))
    grouped = [grain for grain in _GROUPED if grain in wanted]
    if grouped:
        accounts = made[0].table if made and _holds_bases(source) else None
        groups = Statement(WORK_SCHEMA, f"{source.instance.table}__groups", _groups(source, batch, accounts))
        made.append(groups)
        made.extend(_group_cells(source, batch, groups.table, grain) for grain in grouped)
    return made


def _rows_as_cells(source: Source, batch: Batch) -> str:
    parts = [f"{each.of_row} AS {quoted(each.column)}" for each in batch.aggregates]
    columns = ", ".join([f"{FACT}.account_id AS entity", *(f"{FACT}.{name}" for name in source.when), *parts])
    return f"SELECT {columns} FROM {source.rows} AS {FACT} WHERE {batch.keeps}"


def _account_cells(source: Source, batch: Batch) -> str:
    return union(_account_cells_of(source, batch, base) for base in source.bases)


def _account_cells_of(source: Source, batch: Batch, base: str) -> str:
    account = (("entity", f"{FACT}.account_id"),)
    finest = aggregated(source, batch, Rows(source.rows, account), kind=base)
    if not source.is_dated:
        return finest
    made_of_base = [kind for kind in source.kinds if base_of(kind) == base]
    coarser = [kind for kind in made_of_base if kind != base]
    if not coarser:
        return finest
    sums = added_up(batch, Rows("finest", (("entity", f"{FACT}.entity"),)), kinds=coarser)
    both_kinds = union(["SELECT * FROM finest", sums]) if base in made_of_base else sums
    return f"SELECT * FROM (WITH finest AS ({finest}) {both_kinds}) AS q"


def _holds_bases(source: Source) -> bool:
    """Whether the accounts' cells hold all that coarser grains are made of."""
    return "segment" not in source.instance.sorts and all(base in (*source.kinds, "") for base in source.bases)


def _groups(source: Source, batch: Batch, accounts: str | None) -> str:
    """The sums by segment, industry and the finest kinds of period: from the accounts' cells, else from the rows."""
    if accounts:
        joins = f" LEFT JOIN {_ACCOUNTS} AS a ON a.account_id = {FACT}.entity"
        of_bases = f"{FACT}.period_kind IN ({', '.join(map(constant, source.bases))})" if source.is_dated else "TRUE"
        cells = Rows(accounts, _SEGMENT_AND_INDUSTRY, joins, of_bases)
        return added_up(batch, cells)
    group = tuple((name, group_of_row(source.instance, name)) for name in ("segment", "industry"))
    rows = Rows(source.rows, group, _accounts_of_rows())
    return union(aggregated(source, batch, rows, kind=base) for base in source.bases)


_SEGMENT_AND_INDUSTRY = (("segment", "a.segment"), ("industry", "a.industry"))


def _accounts_of_rows() -> str:
    return f" LEFT JOIN {_ACCOUNTS} AS a ON a.account_id = {FACT}.account_id"


def group_of_row(instance: FactInstance, name: str) -> str:
    """The segment or industry of a fact row ``f`` whose account is ``a``."""
    return f"COALESCE({FACT}.segment, a.segment)" if name == "segment" and "segment" in instance.sorts else f"a.{name}"


def _group_cells(source: Source, batch: Batch, groups: str, grain: Grain) -> Statement:
    entity = _COMPANY if grain == "company" else f"{FACT}.{grain}"
    known = "TRUE" if grain == "company" else f"{entity} IS NOT NULL"
    select = added_up(batch, Rows(groups, (("entity", entity),), only=known), kinds=source.rolled_up)
    return Statement(CELL_SCHEMA, cell_table(source, grain), select)


EXACT = "__exact"
"""What the names of tables end in that hold cells which do not add up."""


def account_exact(source: Source, batch: Batch, grain: Grain) -> Statement:
    """The cells of one of these grains that do not add up, from the fact's rows."""
    match grain:
        case "account":
            entity, joins = f"{FACT}.account_id", ""
        case "company":
            entity, joins = _COMPANY, ""
        case _:
            entity, joins = group_of_row(source.instance, grain), _accounts_of_rows()
    known = "TRUE" if grain == "company" else f"{entity} IS NOT NULL"
    rows = Rows(source.rows, (("entity", entity),), joins, known)
    select = union(aggregated(source, batch, rows, kind=kind) for kind in source.asked)
    return Statement(CELL_SCHEMA, cell_table(source, grain, suffix=EXACT), select)
