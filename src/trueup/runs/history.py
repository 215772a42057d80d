"""Whether a KPI's past values are those known then, or only nearly so.

What a source overwrites nobody keeps before our first import of it: a row's first version is taken for what was known
since its event. From then on each import that brings other values makes a new version. So at earlier dates a KPI is
approximate if its fact reads such a column, unless the source delivered versions itself, or tells the column's changes
as rows of their own that the fact reads too. What happened and when, rows of people or rates by their days, and what
people enter here are as they were.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.eliminate_joins import eliminate_joins
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from trueup.canon.tables import TABLE
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.metrics.catalogue_file import Catalogue
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, STATE_SCHEMA
from trueup.metrics.instances import BoundMetric, FactInstance, bind
from trueup.metrics.metric import ROWS, Metric
from trueup.metrics.sqlfact import SqlFact
from trueup.runs.ground import Ground
from trueup.runs.settings import Settings

Known = tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]
"""Schemas, their tables, and these tables' columns."""
Reads = Mapping[str, frozenset[str]]
"""Tables of ``state`` and the columns of them that matter."""


@dataclass(frozen=True)
class Overwritten:
    """A column that sources overwrite. ``words``: what people call it.

    ``dated_by``: the column that says since when it is so. ``told_by``: the table, and its rows, that tell each change.
    """

    words: str
    dated_by: str = ""
    told_by: tuple[str, str] | None = None


OVERWRITTEN: Mapping[str, Mapping[str, Overwritten]] = {
    "accounts": {
        "parent_account_id": Overwritten("parents"),
        "industry": Overwritten("industry"),
        "segment": Overwritten("segment"),
        "region": Overwritten("region"),
        "country": Overwritten("country"),
        "employees": Overwritten("number of employees"),
        "annual_revenue": Overwritten("revenue"),
    },
    "contacts": {
        "title": Overwritten("title"),
        "department": Overwritten("department"),
        "is_decision_maker": Overwritten("say in decisions"),
        "reports_to_id": Overwritten("superiors"),
    },
    "deals": {
        "stage": Overwritten("stage", told_by=("deal_changes", "field = 'stage'")),
        "outcome": Overwritten("outcome", dated_by="closed_at"),
        "list_amount": Overwritten("list price"),
        "net_amount": Overwritten("amount"),
    },
    "cases": {
        "issue_key": Overwritten("mark of the underlying problem"),
        "category": Overwritten("category"),
        "priority": Overwritten("priority"),
        "status": Overwritten("status", told_by=("case_events", "kind = 'status'")),
        "resolved_at": Overwritten("last resolution", told_by=("case_events", "kind = 'resolve'")),
        "reopened_count": Overwritten("number of reopenings", told_by=("case_events", "kind = 'reopen'")),
        "is_escalated": Overwritten("escalation", told_by=("case_events", "kind = 'escalation'")),
    },
    "contracts": {
        "amount": Overwritten("amount"),
        "cost_amount": Overwritten("cost"),
        "loss_amount": Overwritten("loss", dated_by="defaulted_on"),
    },
}
"""What may be another tomorrow, and does not say itself since when. Owners say who is credited, and never whose account
a row is; days on which something ends or happens count from those days on."""
HARDLY = 0.02
"""A source that delivers versions has an earlier one of more than so many of its rows; and a source is heard of at all
that has more than so many of a table's rows."""
NEARLY_ALL = 0.95
"""Changes are told by rows of their own if so many of the rows that must have changed have one."""


def why_not_exact(
    on: Ground, metrics: Sequence[Metric], known: Catalogue, settings: Settings, *, first: datetime
) -> Mapping[str, str]:
    """The metrics that are not exactly what was known from an instant (aware) on, and why, in a sentence."""
    approximate = _approximate(on.engine, settings, first)
    if not approximate:
        return {}
    bound = bind(metrics, known.facts, context=on.context, settings=settings.parameters, selects=on.selects)
    of_interest = [(each.table, column) for each in approximate for column in each.is_told]
    reader = _Reader(_columns(on.engine), of_interest, {})
    reads = {each.metric.name: reader.of_metric(each) for each in bound}
    found = {name: "; ".join(why for each in approximate if (why := each.why(of))) for name, of in reads.items()}
    return {name: why for name, why in found.items() if why}


@dataclass(frozen=True)
class _Approximate:
    """A table of which nothing is kept before its first import, and is_told: its columns, whether rows tell changes."""

    table: str
    imported_on: date
    is_told: Mapping[str, bool]

    def why(self, reads: Reads) -> str:
        """What of its past is not known to who reads some columns, in a sentence; empty if all is."""
        read = reads.get(self.table, frozenset())
        words = [OVERWRITTEN[self.table][name].words for name in self.is_told if self._is_lost(name, read, reads)]
        if not words:
            return ""
        named = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
        taken = "are taken as they" if words[1:] else "is taken as it"
        return f"{self.table} were first imported on {self.imported_on}; before, their {named} {taken} stood then"

    def _is_lost(self, name: str, read: frozenset[str], reads: Reads) -> bool:
        of = OVERWRITTEN[self.table][name]
        is_told = of.told_by is not None and of.told_by[0] in reads and self.is_told[name]
        return name in read and of.dated_by not in read and not is_told


def _approximate(engine: DuckDBEngine, settings: Settings, first: datetime) -> list[_Approximate]:
    found = []
    for table in OVERWRITTEN:
        imported = _first_imported(engine, table)
        if imported is not None and imported > first:
            day = imported.astimezone(ZoneInfo(settings.zone)).date()
            found.append(_Approximate(table, day, _told(engine, table)))
    return found


def _first_imported(engine: DuckDBEngine, table: str) -> datetime | None:
    """When the last of a table's sources that deliver no versions first delivered; None if there is no such source."""
    found = engine.query(
        "WITH brought AS (SELECT c.source, l.loaded_at, c.superseded_at"
        f" FROM lake.canon.{quoted(table)} AS c JOIN lake.meta.loads AS l ON l.load = c._seq WHERE NOT c.is_stub),"
        " imported AS (SELECT source, min(loaded_at) AS first_at FROM brought GROUP BY source),"
        " sources AS (SELECT source, first_at, count(*) AS versions,"
        " count(*) FILTER (superseded_at <= first_at) AS earlier"
        " FROM brought JOIN imported USING (source) GROUP BY source, first_at)"
        f" SELECT max(first_at) AS first_at FROM sources WHERE earlier <= {HARDLY} * versions"
        f" AND versions > {HARDLY} * (SELECT sum(versions) FROM sources)"
    )
    first_at = found.column(0)[0].as_py()
    return first_at.replace(tzinfo=UTC) if isinstance(first_at, datetime) else None


def _told(engine: DuckDBEngine, table: str) -> Mapping[str, bool]:
    """The overwritten columns of a table that say anything, and whether nearly all that they say is told by rows."""
    key = quoted(TABLE[table].key[0])
    counts = []
    for name, of in OVERWRITTEN[table].items():
        says = f"CAST({quoted(name)} AS VARCHAR) NOT IN ('false', '0')"
        told = "0"
        if of.told_by is not None:
            rows, which = of.told_by
            told = f"count(*) FILTER ({says} AND {key} IN (SELECT {key} FROM lake.canon.{quoted(rows)} WHERE {which}))"
        counts += [f"count(*) FILTER ({says}) AS {quoted(name)}", f"{told} AS {quoted(_TOLD + name)}"]
    row = engine.query(f"SELECT {', '.join(counts)} FROM lake.canon.{quoted(table)}").to_pylist()[0]
    return {name: row[_TOLD + name] >= NEARLY_ALL * row[name] for name in OVERWRITTEN[table] if row[name]}


_TOLD = "told_"


def _columns(engine: DuckDBEngine) -> Known:
    """The columns of what facts may read besides each other."""
    found: dict[str, dict[str, list[str]]] = {STATE_SCHEMA: {}, CALENDAR_SCHEMA: {}}
    listed = engine.query(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        f" WHERE table_schema IN ('{STATE_SCHEMA}', '{CALENDAR_SCHEMA}') AND table_catalog = current_database()"
    ).to_pylist()
    for row in listed:
        found[row["table_schema"]].setdefault(row["table_name"], []).append(row["column_name"])
    return tuple(
        (schema, tuple((table, tuple(columns)) for table, columns in sorted(tables.items())))
        for schema, tables in found.items()
    )


@dataclass(frozen=True)
class _Reader:
    """Finds out what values depend on, by their SQL. ``of_interest``: what one wants to know of, tables and columns."""

    columns: Known
    of_interest: Sequence[tuple[str, str]]
    shelf: dict[tuple[str, frozenset[str]], Reads]

    def of_metric(self, bound: BoundMetric) -> Reads:
        """What an account's values of a metric depend on."""
        metric, fact = bound.metric, bound.instance.fact
        measured = (metric.measure, metric.numerator, metric.denominator, metric.maturity, metric.event)
        placed = ("account_id", *(("occurred_at",) if fact.timing == "event" else ("period_kind", "period_key")))
        wanted = frozenset(column for column in (*measured, *metric.filter, *placed) if column and column != ROWS)
        return self._of_fact(bound.instance, wanted) if self._may_tell(bound.instance, wanted) else {}

    def _may_tell(self, instance: FactInstance, wanted: frozenset[str]) -> bool:
        """Whether it is worth reading: our own SQL names every column that it takes."""
        text = " ".join([*wanted, *_texts(instance)])
        is_theirs = isinstance(instance.fact, SqlFact)
        return is_theirs or any(table in text and column in text for table, column in self.of_interest)

    def _of_fact(self, instance: FactInstance, wanted: frozenset[str]) -> Reads:
        asked = (instance.table, wanted)
        if asked not in self.shelf:
            self.shelf[asked] = self._read(instance, wanted)
        return self.shelf[asked]

    def _read(self, instance: FactInstance, wanted: frozenset[str]) -> Reads:
        used = {each.table: each for each in instance.uses}
        found: dict[str, frozenset[str]] = {}
        for schema, table, columns in self._scanned(instance, wanted):
            beneath = self._of_fact(used[table], columns) if schema == FACT_SCHEMA else {table: columns}
            if schema != CALENDAR_SCHEMA:
                for name, some in beneath.items():
                    found[name] = found.get(name, frozenset()) | some
        return found

    def _scanned(self, instance: FactInstance, wanted: frozenset[str]) -> Iterator[tuple[str, str, frozenset[str]]]:
        """Schema, table and columns that are left of a fact's SQL where only some of its columns are wanted."""
        sql = f"SELECT {', '.join(map(quoted, sorted(wanted)))} FROM ({instance.select}) AS fact"
        used = tuple((each.table, tuple(each.columns)) for each in instance.uses)
        left = _left(sql, (*self.columns, (FACT_SCHEMA, used)))
        if left is not None:
            yield from left
            return
        # SQL that somebody wrote, and only DuckDB understands: all that it names may matter.
        state = dict(dict(self.columns)[STATE_SCHEMA])
        yield from ((STATE_SCHEMA, name, frozenset(columns)) for name, columns in state.items() if name in sql)
        yield from ((FACT_SCHEMA, table, frozenset(columns)) for table, columns in used)


@lru_cache(maxsize=1_000)
def _left(sql: str, known: Known) -> tuple[tuple[str, str, frozenset[str]], ...] | None:
    """Schema, table and columns that a query's columns depend on; None where it cannot be read.

    ``known``: the columns of the tables that it may name, by schema.
    """
    schema: dict[str, object] = {
        name: {table: dict.fromkeys(columns, "UNKNOWN") for table, columns in of} for name, of in known
    }
    try:
        tree = _pruned(qualify(parse_one(sql, dialect="duckdb"), schema=schema, dialect="duckdb"))
    except SqlglotError:
        return None
    return tuple(
        (source.db.lower(), source.name, frozenset(column.name for column in scope.source_columns(alias)))
        for scope in traverse_scope(tree)
        for alias, source in scope.sources.items()
        if isinstance(source, exp.Table)
    )


def _pruned(tree: exp.Expr) -> exp.Expr:
    """The query, as far as its columns depend on it: some columns are needed only by joins that are not."""
    return pushdown_projections(eliminate_joins(pushdown_projections(tree.transform(_plain))))


def _plain(node: exp.Expr) -> exp.Expr:
    """The same dependence in a form that can be pruned: a window, or a function of ours, yields a value of its row."""
    if isinstance(node, exp.Window) or (isinstance(node, exp.Anonymous) and not isinstance(node.parent, exp.Table)):
        return exp.Coalesce(this=exp.null(), expressions=list(node.find_all(exp.Column)))
    if isinstance(node, exp.Join) and node.kind in {"SEMI", "ANTI"}:
        node.set("kind", None)
    return node


def _texts(instance: FactInstance) -> Iterator[str]:
    yield str(instance.select)
    for each in instance.uses:
        yield from _texts(each)
