"""What the pages of customers ask of a snapshot, laid so that one account's rows are found in milliseconds.

Cells lie by metric; a customer's page wants all of one account's. So every build also lays, beside its cells:

- ``cells.book``: one row per account with its number, its last touch and the columns of the list of customers, whose
  periods are in ``cells.book_columns``;
- ``cells.cards``: an account's key metrics in the newest periods, side by side;
- ``cells.ties``: who of ours is in touch with whom of theirs, and how strongly;
- ``cells.latest``: what happened last at each account, and which delivered row says so;
- ``cells.contacts``, ``cells.deliveries``: their people, and the files that rows came from.

Rows are found by the account's number: comparing millions of integers takes a few milliseconds, so that nothing needs
to be sorted, which would cost more than all the rest.

A tie's strength is the sum over its touches of the last year, each weighing half after 90 days: a live one (call,
meeting, visit...) counts 3, a written one 1 where both sides wrote, a quarter where only one did. Machines' messages
do not count, nor do people who were invited and stayed away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.cells import WORK_SCHEMA
from trueup.metrics.compute import Plan, Step
from trueup.metrics.facts.interactions import LIVE_KINDS
from trueup.metrics.places import CELL_SCHEMA, Only, Place, tidy
from trueup.metrics.sql import constant, quoted, union
from trueup.runs.grading import counts_anything
from trueup.runs.steps import Done, make

KEY_METRICS = (
    "goal_attainment",
    "goals_on_track",
    "milestones_on_time",
    "response_time",
    "answered_in_time",
    "unanswered",
    "points_of_contact",
    "stakeholder_reach",
    "joint_calls",
    "business_reviews",
    "promotions_per_customer",
    "interactions_per_issue",
    "first_contact_resolution",
    "repeat_contact_rate",
    "time_to_permanent_solution",
    "open_backlog",
    "revenue",
)
"""What is told of a single account, in this order; a workspace that does not compute some of them tells the others."""
PERIODS_SHOWN = 5
LATEST_SHOWN = 30
"""How many of an account's newest events are kept at least, if it has so many."""
HALF_LIFE_DAYS = 90
TOUCHES_WITHIN_DAYS = 365
LIVE, TWO_WAY, ONE_WAY = 3.0, 1.0, 0.25
"""What a touch counts on the day it happens."""
STATUSES = ("ok", "thin", "provisional", "no_denominator", "not_reached")

ABOUT = "customers' pages"
"""What its steps say that they are."""
_KINDS = ("quarter", "month", "year", "week", "day")
"""The kind of period that cards are of: the first of these that the workspace computes."""
BOOK = ("goal_attainment", "goals_on_track", "response_time", "open_backlog", "business_reviews", "revenue")
"""The columns of the list of customers, besides the last touch."""
_OF_LAST_OVER = ("response_time", "business_reviews", "revenue")
"""What adds up over a period is told of the last one that is over; what stands, as it stands now."""
_WINDOWS = (30, 60, 90, 120, 150, 180, 210, 240, 300, 365, 540, 730)
"""Days to look back: an account's newest events are those of the first window that has enough of them."""
_EARLIEST = datetime(1900, 1, 1)  # noqa: DTZ001  the lake's instants are UTC without a zone
_BY_PEOPLE = "(i.is_automatic IS NULL OR NOT i.is_automatic)"


def lay_cards(engine: DuckDBEngine, made: Plan, *, as_of: datetime) -> list[Done]:
    """Lay the tables for customers' pages over finished cells, as of an instant (UTC, naive)."""
    places = _places(made)
    kind = next((kind for kind in _KINDS if kind in made.kinds), "")
    done = [
        make(engine, Step(WORK_SCHEMA, name, sql, ABOUT))
        for name, sql in (
            ("accounts_known", _accounts(as_of)),
            ("card_periods", _periods(kind)),
            ("card_rows", _CARD_ROWS),
        )
    ]
    columns = [name for name in BOOK if name in places]
    tables = {
        "cards": _cards(engine, places, kind),
        "book": _book(columns),
        "book_columns": _book_columns(columns),
        "contacts": _CONTACTS,
        "ties": _ties(as_of),
        "latest": _latest(as_of),
        "deliveries": "SELECT load, source, path, first_line FROM lake.meta.loads",
    }
    return done + [make(engine, Step(CELL_SCHEMA, name, sql, ABOUT)) for name, sql in tables.items()]


def _places(made: Plan) -> Mapping[str, Place]:
    """Where the key metrics of accounts lie, in the order in which they are told."""
    of_accounts = {place.metric: place for place in made.places if place.grain == "account"}
    return {name: of_accounts[name] for name in KEY_METRICS if name in of_accounts}


def _accounts(as_of: datetime) -> str:
    """Every account with its number, its last touch, and since when its newest events are."""
    enough = " ".join(
        f"WHEN within_{days} >= {LATEST_SHOWN} THEN {constant(as_of)} - INTERVAL {days} DAY" for days in _WINDOWS
    )
    counts = ", ".join(
        f"count(*) FILTER (i.occurred_at > {constant(as_of)} - INTERVAL {days} DAY) AS within_{days}"
        for days in _WINDOWS
    )
    return (
        "SELECT a.account_id, CAST(row_number() OVER (ORDER BY a.account_id) AS INTEGER) AS number, t.last_touch_at,"
        f" CASE {enough} ELSE {constant(_EARLIEST)} END AS since FROM state.accounts AS a LEFT JOIN ("
        f"SELECT i.account_id, max(i.occurred_at) AS last_touch_at, {counts} FROM state.interactions AS i"
        f" WHERE {_BY_PEOPLE} GROUP BY i.account_id) AS t ON t.account_id = a.account_id ORDER BY number"
    )


def _periods(kind: str) -> str:
    return (
        "SELECT period_kind, period_key, is_over, first_on FROM calendar.periods"
        f" WHERE period_kind = {constant(kind)} ORDER BY first_on DESC LIMIT {PERIODS_SHOWN}"
    )


_CARD_ROWS = (
    f"SELECT a.account_id, a.number, p.period_key AS period, p.is_over FROM {WORK_SCHEMA}.accounts_known AS a,"
    f" {WORK_SCHEMA}.card_periods AS p ORDER BY a.number, p.first_on"
)


def _cards(engine: DuckDBEngine, places: Mapping[str, Place], kind: str) -> str:
    """A row per account and period; per metric its value, ``__n`` and ``__status``, null where no fact stands behind.

    A count without a fact is 0, unless there is none of it at any account.
    """
    keys = engine.query(f"SELECT period_key FROM {WORK_SCHEMA}.card_periods").column(0).to_pylist()
    only = Only(kinds=(kind,), periods=tuple(map(str, keys)))
    status = f"CAST(status AS ENUM ({', '.join(map(constant, STATUSES))}))"
    columns, joins = ["b.account_id", "b.number", "b.period"], []
    for name, place in places.items():
        rows = f"SELECT entity, period, value, CAST(n AS INTEGER) AS n, {status} AS status FROM ({tidy([place], only)})"
        at = quoted(name)
        joins.append(f"LEFT JOIN ({rows}) AS {at} ON {at}.entity = b.account_id AND {at}.period = b.period")
        columns += _none_is_0(at, name) if counts_anything(engine, place) else _as_it_is(at, name)
    return f"SELECT {', '.join(columns)} FROM {WORK_SCHEMA}.card_rows AS b {' '.join(joins)}"


def _as_it_is(at: str, name: str) -> Iterable[str]:
    return (f"{at}.value AS {at}", f"{at}.n AS {quoted(f'{name}__n')}", f"{at}.status AS {quoted(f'{name}__status')}")


def _none_is_0(at: str, name: str) -> Iterable[str]:
    status = f"coalesce({at}.status, CASE WHEN b.is_over THEN 'ok' ELSE 'provisional' END)"
    return (
        f"coalesce({at}.value, 0) AS {at}",
        f"coalesce({at}.n, 0) AS {quoted(f'{name}__n')}",
        f"{status} AS {quoted(f'{name}__status')}",
    )


_LAST_OVER = f"SELECT period_key FROM {WORK_SCHEMA}.card_periods ORDER BY is_over DESC, first_on DESC LIMIT 1"
_NEWEST = f"SELECT period_key FROM {WORK_SCHEMA}.card_periods ORDER BY first_on DESC LIMIT 1"


def _book(metrics: Iterable[str]) -> str:
    """A row per account, with the list's columns."""
    columns = [f"{'o' if name in _OF_LAST_OVER else 'n'}.{quoted(name)}" for name in metrics]
    return (
        f"SELECT {', '.join(['a.account_id', 'a.number', 'a.last_touch_at', *columns])}"
        f" FROM {WORK_SCHEMA}.accounts_known AS a"
        f" LEFT JOIN {CELL_SCHEMA}.cards AS o ON o.number = a.number AND o.period = ({_LAST_OVER})"
        f" LEFT JOIN {CELL_SCHEMA}.cards AS n ON n.number = a.number AND n.period = ({_NEWEST}) ORDER BY a.number"
    )


def _book_columns(metrics: Sequence[str]) -> str:
    """The list's columns in their order, and the period that the numbers of each are of."""
    rows = [
        f"({place}, {constant(name)}, ({_LAST_OVER if name in _OF_LAST_OVER else _NEWEST}))"
        for place, name in enumerate(metrics)
    ]
    known = f"VALUES {', '.join(rows)}" if rows else "SELECT 0, '', '' WHERE FALSE"
    return f"SELECT * FROM ({known}) AS c(position, metric, period)"


_CONTACTS = (
    "SELECT a.number, c.contact_id, c.name, c.title, c.department, c.is_decision_maker, c.active_to"
    f" FROM state.contacts AS c JOIN {WORK_SCHEMA}.accounts_known AS a ON a.account_id = c.account_id"
)


def _ties(as_of: datetime) -> str:
    """A row per account, person of ours and contact who were in touch within the last year."""
    live = f"i.kind IN ({', '.join(map(constant, LIVE_KINDS))})"
    age = f"(epoch({constant(as_of)}) - epoch(i.occurred_at)) / 86400"
    touches = (
        f"SELECT a.number, i.interaction_id, i.occurred_at, i.direction, coalesce({live}, FALSE) AS is_live,"
        f" pow(2, -{age} / {HALF_LIFE_DAYS}) AS weight FROM state.interactions AS i"
        f" JOIN {WORK_SCHEMA}.accounts_known AS a ON a.account_id = i.account_id"
        f" WHERE i.occurred_at > {constant(as_of)} - INTERVAL {TOUCHES_WITHIN_DAYS} DAY AND ({live} OR {_BY_PEOPLE})"
    )
    theirs = (
        "SELECT interaction_id, contact_id FROM state.participants"
        " WHERE contact_id IS NOT NULL AND (attended IS NULL OR attended)"
    )
    # Of whom we only wrote to, or who only wrote to us, one cannot say that we are in touch.
    written = "sum(t.weight) FILTER (NOT t.is_live)"
    answered = (
        "bool_or(NOT t.is_live AND t.direction = 'inbound') AND bool_or(NOT t.is_live AND t.direction = 'outbound')"
    )
    sums = (
        f"SELECT t.number, p.person_id, c.contact_id, coalesce(sum(t.weight) FILTER (t.is_live), 0) AS live,"
        f" coalesce({written}, 0) AS written, coalesce({answered}, FALSE) AS is_answered,"
        f" count(*) AS touches, max(t.occurred_at) AS last_at"
        f" FROM ({touches}) AS t JOIN calendar.credited_people AS p ON p.interaction_id = t.interaction_id"
        f" JOIN ({theirs}) AS c ON c.interaction_id = t.interaction_id GROUP BY ALL"
    )
    return (
        f"SELECT number, person_id, contact_id, CAST({LIVE} * live +"
        f" CASE WHEN is_answered THEN {TWO_WAY} ELSE {ONE_WAY} END * written AS FLOAT) AS strength,"
        f" live = 0 AND NOT is_answered AS is_one_way, CAST(touches AS INTEGER) AS touches, last_at FROM ({sums})"
    )


@dataclass(frozen=True)
class _Event:
    """Something that happens to an account: in which table, when, and what is told of it, as SQL over rows ``i``."""

    table: str
    key: str
    at: str
    event: str
    told: str
    direction: str = "NULL"
    amount: str = "NULL"
    currency: str = "NULL"
    counts: str = "TRUE"


_SCORE = "printf('%g', i.score) || coalesce(printf(' of %g', i.scale_max), '')"
_DEAL_AMOUNT = "coalesce(i.net_amount, i.list_amount)"
_EVENTS = (
    _Event("interactions", "interaction_id", "occurred_at", "i.kind", "i.subject", "i.direction", counts=_BY_PEOPLE),
    _Event("cases", "case_id", "opened_at", "'opened'", "i.subject"),
    _Event("cases", "case_id", "resolved_at", "'solved'", "i.subject"),
    _Event("deals", "deal_id", "created_at", "'opened'", "i.name"),
    _Event(
        *("deals", "deal_id", "closed_at", "i.outcome", "i.name"),
        amount=_DEAL_AMOUNT,
        currency="i.currency",
        counts="i.outcome IN ('won', 'lost')",
    ),
    _Event("contracts", "contract_id", "starts_on", "'began'", "i.product", amount="i.amount", currency="i.currency"),
    _Event("contracts", "contract_id", "ends_on", "'ended'", "i.product", counts="i.cancelled_on IS NULL"),
    _Event("contracts", "contract_id", "cancelled_on", "'cancelled'", "i.product"),
    _Event("surveys", "response_id", "answered_at", "i.kind", _SCORE),
)


def _latest(as_of: datetime) -> str:
    """A row per event since the account's ``since``: when, what, which row of which table, and of which delivery."""
    return union(
        f"SELECT a.number, CAST(i.{e.at} AS TIMESTAMP) AS happened_at,"
        f" CAST({constant(e.table)} AS {_TABLES}) AS of_table, {e.event} AS event,"
        f" CAST({e.direction} AS VARCHAR) AS direction, i.{e.key} AS key, {e.told} AS told,"
        f" CAST({e.amount} AS DECIMAL(18, 4)) AS amount, CAST({e.currency} AS VARCHAR) AS currency,"
        f" CAST(i._seq AS INTEGER) AS load, i._row AS row"
        f" FROM state.{e.table} AS i JOIN {WORK_SCHEMA}.accounts_known AS a ON a.account_id = i.account_id"
        f" WHERE CAST(i.{e.at} AS TIMESTAMP) BETWEEN a.since AND {constant(as_of)} AND {e.counts}"
        for e in _EVENTS
    )


_TABLES = f"ENUM ({', '.join(constant(table) for table in dict.fromkeys(event.table for event in _EVENTS))})"
