"""Small made-up companies whose messages fall on every edge there is, and the facts that Trueup finds in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
from hypothesis import strategies as st

from experience_books import Books, Keyed, Row, Span
from given import ARROW_TYPES, Value, World, given, nine_to_five
from trueup.canon.tables import PROVENANCE, TABLE
from trueup.metrics.calendars import credited_people
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, STATE_SCHEMA, Inputs
from trueup.metrics.registry import built_in_facts

ZONE = "Europe/Berlin"
GOOD_FRIDAY = "2026-04-03"
FIRST = "2026-01-01"
FACTS = (
    *("active_customers", "responses", "unanswered_spells", "abandoned_spells", "follow_ups", "calls_and_meetings"),
    *("connections", "engagement", "social_exchanges"),
)
"""In an order in which each comes after what it uses."""
PERIODS = ("month", "quarter", "2026-03-29", "2026-04-02/P30D")
Tables = Mapping[str, Sequence[Row]]

TICK = timedelta(microseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANCHORS = tuple(
    datetime.fromisoformat(text)
    for text in ("2026-02-27T15:00", "2026-03-02T09:00", "2026-03-28T22:30", "2026-03-31T22:00", "2026-04-02T13:00")
)
STEPS = (
    *(timedelta(), timedelta(), HOUR, 4 * HOUR, 18 * HOUR, 66 * HOUR, 67 * HOUR, 67 * HOUR + TICK),
    *(3 * DAY, 7 * DAY, 7 * DAY + TICK, 10 * DAY, 30 * DAY, 30 * DAY + TICK, 30 * DAY - TICK),
)

moments = st.builds(lambda anchor, step: anchor + step, st.sampled_from(ANCHORS), st.sampled_from(STEPS))
days = st.dates(date(2026, 2, 20), date(2026, 5, 5))
perhaps_true = st.sampled_from((None, False, False, True))
ACCOUNTS, DEALS = ("acme", "globex"), ("d1", "d2", "d3")
KINDS = ("email", "email", "call", "meeting", "visit", "demo", "business_review", "tradeshow", "social", "social")

LENGTHS = (None, None, timedelta(minutes=25), HOUR, 24 * HOUR, 24 * HOUR + TICK, timedelta(), TICK, -HOUR, 2 * HOUR)


def _ended(interaction: Row, length: timedelta | None) -> Row:
    began_at = cast("datetime", interaction["occurred_at"])
    return {**interaction, "ended_at": None if length is None else began_at + length}


interactions = st.builds(
    _ended,
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from((*ACCOUNTS, "acme", None)),
            "occurred_at": moments,
            "kind": st.sampled_from(KINDS),
            "direction": st.sampled_from(("inbound", "inbound", "outbound", "outbound", None)),
            "is_automatic": perhaps_true,
            "thread_id": st.sampled_from((None, None, "t1")),
            "deal_id": st.sampled_from((*DEALS, "d1", None)),
            "case_id": st.sampled_from((None, None, "c1")),
            "due_at": st.none() | moments,
        }
    ),
    st.sampled_from(LENGTHS),
)
participants = st.fixed_dictionaries(
    {
        "interaction_id": st.integers(0, 24).map("i{:02}".format),
        "person_id": st.sampled_from((None, "ann", "bob")),
        "contact_id": st.sampled_from((None, "eve", "joe", "sue", "zoe")),
        "attended": st.sampled_from((None, None, True, False)),
    }
)
contacts = st.fixed_dictionaries({"account_id": st.sampled_from((*ACCOUNTS, "acme", None))})
deals = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(ACCOUNTS),
        "kind": st.sampled_from(("new", "new", "renewal")),
        "created_at": st.sampled_from((*ANCHORS[:2], ANCHORS[0], None)),
        "closed_at": st.none() | moments,
    }
)
changes = st.fixed_dictionaries(
    {
        "deal_id": st.sampled_from(DEALS),
        "field": st.sampled_from(("stage", "stage", "amount")),
        "changed_at": moments,
        "stage_order": st.sampled_from((None, 1.0, 2.0, 3.0)),
    }
)
contracts: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(ACCOUNTS),
        "starts_on": days,
        "ends_on": st.none() | days,
        "cancelled_on": st.none() | days,
        "defaulted_on": st.none() | days,
    }
)


def _numbered(rows: Sequence[Mapping[str, Value]], **keys: str) -> list[Row]:
    return [{**{name: form.format(n) for name, form in keys.items()}, **row} for n, row in enumerate(rows)]


@st.composite
def companies(draw: st.DrawFn) -> Tables:
    """The tables of a company with a handful of messages in the spring of 2026."""
    four = draw(st.lists(contacts, min_size=4, max_size=4))
    three = draw(st.lists(deals, min_size=3, max_size=3))
    # One change of a deal per moment: in which order two at once came is another test's question.
    moves = draw(
        st.lists(changes, min_size=3, max_size=10, unique_by=lambda change: (change["deal_id"], change["changed_at"]))
    )
    came = draw(st.lists(participants, min_size=24, max_size=48, unique_by=lambda p: tuple(p.values())[:3]))
    return {
        "interactions": _numbered(draw(st.lists(interactions, min_size=16, max_size=24)), interaction_id="i{:02}"),
        "participants": came,
        "contacts": [{"contact_id": name, **row} for name, row in zip(("eve", "joe", "sue", "zoe"), four, strict=True)],
        "deals": [{"deal_id": name, **row} for name, row in zip(DEALS, three, strict=True)],
        "deal_changes": _numbered(moves, new_value="s{}"),
        "contracts": _numbered(draw(st.lists(contracts, min_size=1, max_size=4)), contract_id="k{}"),
    }


@dataclass(frozen=True)
class Ready:
    """All facts of customers' experience, compiled once for one as-of moment, to be asked about many companies."""

    world: World
    credited: str
    sql: Mapping[str, str]

    def load(self, tables: Tables) -> None:
        """Put a company's rows in the place of the last one's, and make its facts."""
        engine = self.world.engine
        for name, rows in tables.items():
            columns = (*TABLE[name].columns, *PROVENANCE)
            schema = pa.schema({column.name: ARROW_TYPES[column.type] for column in columns})
            engine.load(STATE_SCHEMA, name, pa.Table.from_pylist([dict(row) for row in rows], schema=schema))
        engine.create_table(CALENDAR_SCHEMA, "credited_people", self.credited)
        for name, sql in self.sql.items():
            engine.create_table(FACT_SCHEMA, name, sql)

    def rows(self, fact: str) -> list[dict[str, Value]]:
        """A fact's rows of the company loaded last, in order."""
        rows: list[dict[str, Value]] = self.world.engine.query(f'SELECT * FROM facts."{fact}" ORDER BY ALL').to_pylist()
        return rows

    def keyed(self, fact: str, *columns: str) -> Keyed:
        """Some columns of a fact's rows, by their key, and by their period where they have one."""
        keys = ("fact_key", "period_key") if fact in PERIODIC else ("fact_key",)
        return {tuple(row[k] for k in keys): tuple(row[c] for c in columns) for row in self.rows(fact)}

    def books(self, tables: Tables) -> Books:
        """The company's books, as they lie open at the as-of moment."""
        return Books(tables, self.world.context.as_of, ZoneInfo(ZONE), frozenset({date.fromisoformat(GOOD_FRIDAY)}))

    def spans(self) -> list[Span]:
        """The periods laid out, as far as they have come."""
        rows = self.world.engine.query("SELECT period_key, first_on, cut_on FROM calendar.periods").to_pylist()
        return [Span(row["period_key"], row["first_on"], row["cut_on"]) for row in rows]


PERIODIC = frozenset(name for name in FACTS if built_in_facts()[name].timing == "period")


@cache
def ready(as_of: str, *periods: str) -> Ready:
    """Everything compiled for one as-of moment; no company is loaded yet."""
    world = given(
        as_of=as_of,
        zone=ZONE,
        business_hours=nine_to_five(ZONE, GOOD_FRIDAY),
        accounts=[{"account_id": name, "owner_id": "olga", "created_at": FIRST} for name in ACCOUNTS],
    )
    world.lay_periods(periods or PERIODS)
    used: dict[str, ibis.Table] = {}
    sql = {}
    for name in FACTS:
        fact = built_in_facts()[name]
        built = fact.build(Inputs(fact.parameters, used))
        sql[name] = world.engine.compile(built)
        used[name] = ibis.table(built.schema(), name=name, database=FACT_SCHEMA)
    return Ready(world, world.engine.compile(credited_people()), sql)
