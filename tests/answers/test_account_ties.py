"""Who is in touch with whom, and what happened last: a handful of touches in, ties and events out."""

from datetime import datetime, timedelta

import pytest

from given import World, given
from trueup.metrics.registry import built_in_metrics
from trueup.runs.cards import LATEST_SHOWN, lay_cards

ACCOUNTS = """
    account_id  name
    acme        Acme
    globex      Globex
"""
CONTACTS = """
    contact_id  account_id  name
    jan         acme        Jan
    kim         acme        Kim
    gus         globex      Gus
"""


def laid(**tables: str) -> World:
    """The tables for customers' pages, over a company with these rows."""
    world = given(**{"accounts": ACCOUNTS, "contacts": CONTACTS, **tables}, as_of="2026-06-30T12:00:00Z", zone="UTC")
    world.engine.create_scratch("lake")
    world.engine.execute("CREATE SCHEMA lake.meta")
    world.engine.execute(
        "CREATE TABLE lake.meta.loads AS SELECT 1 AS load, 'crm' AS source, 'calls.csv' AS path, 2 AS first_line"
    )
    planned = world.compute([built_in_metrics()["business_reviews"]], grains=["account"], periods=["quarter"])
    lay_cards(world.engine, planned, as_of=world.horizon.as_of)
    return world


def ties(touches: str) -> dict[tuple[str, str], tuple[float, bool]]:
    """(ours, theirs) -> (strength, one-way), of touches in words: day, kind, direction, ours, theirs."""
    rows = [line.split() for line in touches.strip().splitlines()]
    interactions = [
        {
            "interaction_id": f"i{place}",
            "account_id": "acme",
            "occurred_at": f"{day}T12:00",
            "kind": kind,
            "direction": None if direction == "-" else direction,
            "is_automatic": kind == "newsletter",
        }
        for place, (day, kind, direction, _, _) in enumerate(rows)
    ]
    participants = [
        {"interaction_id": f"i{place}", "person_id": ours, "contact_id": None}
        for place, (*_, ours, _) in enumerate(rows)
    ] + [
        {"interaction_id": f"i{place}", "person_id": None, "contact_id": theirs}
        for place, (*_, theirs) in enumerate(rows)
    ]
    world = laid(interactions=interactions, participants=participants)  # type: ignore[arg-type]
    found = world.engine.query("SELECT * FROM cells.ties").to_pylist()
    return {(row["person_id"], row["contact_id"]): (row["strength"], row["is_one_way"]) for row in found}


def test_a_live_touch_counts_three_and_halves_every_90_days() -> None:
    assert ties("2026-06-30 call - nora jan") == {("nora", "jan"): (3.0, False)}
    assert ties("2026-04-01 meeting - nora jan") == {("nora", "jan"): (1.5, False)}


def test_mail_counts_one_where_both_write_and_a_quarter_where_only_one_does() -> None:
    found = ties("""
        2026-06-30 email outbound nora jan
        2026-06-30 email inbound  nora jan
        2026-06-30 email outbound nora kim
        2026-06-30 email outbound nora kim
    """)
    assert found == {("nora", "jan"): (2.0, False), ("nora", "kim"): (0.5, True)}


def test_a_call_makes_mail_that_nobody_answered_no_one_way_street() -> None:
    found = ties("""
        2026-06-30 call  -        nora jan
        2026-06-30 email outbound nora jan
    """)
    assert found == {("nora", "jan"): (3.25, False)}


def test_machines_and_what_is_older_than_a_year_make_no_tie() -> None:
    assert ties("2026-06-29 newsletter outbound nora jan") == {}
    assert ties("2025-06-29 call - nora jan") == {}
    assert ties("2025-07-01 call - nora jan").keys() == {("nora", "jan")}


def test_who_was_invited_and_stayed_away_was_not_in_touch() -> None:
    world = laid(
        interactions="""
            interaction_id  account_id  occurred_at       kind
            i1              acme        2026-06-30T12:00  meeting
        """,
        participants="""
            interaction_id  person_id  contact_id  attended
            i1              nora       -           true
            i1              tom        -           false
            i1              -          jan         true
            i1              -          kim         false
        """,
    )
    rows = world.engine.query("SELECT person_id, contact_id FROM cells.ties").to_pylist()
    assert rows == [{"person_id": "nora", "contact_id": "jan"}]


def test_everything_that_happens_is_told_once_with_its_row() -> None:
    world = laid(
        interactions="""
            interaction_id  account_id  occurred_at       kind   direction  subject  is_automatic
            i1              acme        2026-06-01T09:00  email  inbound    Hello    false
            i2              acme        2026-06-02T09:00  email  outbound   Away     true
        """,
        cases="""
            case_id  account_id  opened_at         resolved_at       subject
            c1       acme        2026-05-01T09:00  2026-05-03T09:00  Broken
        """,
        deals="""
            deal_id  account_id  created_at        closed_at         outcome  name    net_amount  currency
            d1       acme        2026-03-01T09:00  2026-04-01T09:00  won      Seats   900         EUR
            d2       acme        2026-03-02T09:00  -                 open     Future  100         EUR
        """,
        contracts="""
            contract_id  account_id  starts_on   ends_on     product
            n1           acme        2026-04-02  2027-04-01  Seats
        """,
        surveys="""
            response_id  account_id  answered_at       kind  score  scale_max
            s1           acme        2026-06-05T09:00  nps   9      10
        """,
    )
    rows = world.engine.query(
        "SELECT CAST(of_table AS VARCHAR) AS t, event, key, row FROM cells.latest ORDER BY happened_at"
    ).to_pylist()
    assert [(row["t"], row["event"], row["key"], row["row"]) for row in rows] == [
        ("deals", "opened", "d1", 1),
        ("deals", "opened", "d2", 2),
        ("deals", "won", "d1", 1),
        ("contracts", "began", "n1", 1),
        ("cases", "opened", "c1", 1),
        ("cases", "solved", "c1", 1),
        ("interactions", "email", "i1", 1),
        ("surveys", "nps", "s1", 1),
    ]


@pytest.mark.parametrize("days_apart", [1, 5, 11])
def test_the_newest_are_kept_however_busy_an_account_is(days_apart: int) -> None:
    interactions = [
        {
            "interaction_id": f"i{place:03}",
            "account_id": "acme",
            "occurred_at": datetime(2026, 6, 30) - timedelta(days=place * days_apart),
            "kind": "email",
        }
        for place in range(60)
    ]
    world = laid(interactions=interactions)  # type: ignore[arg-type]
    kept = world.engine.query("SELECT key FROM cells.latest ORDER BY happened_at DESC LIMIT 30").column(0).to_pylist()
    assert kept == [f"i{place:03}" for place in range(LATEST_SHOWN)]


def test_last_touch_is_a_persons_not_a_machines() -> None:
    world = laid(
        interactions="""
            interaction_id  account_id  occurred_at       kind   is_automatic
            i1              acme        2026-06-01T09:00  email  false
            i2              acme        2026-06-20T09:00  email  true
        """
    )
    rows = world.engine.query("SELECT account_id, CAST(last_touch_at AS VARCHAR) AS at FROM cells.book").to_pylist()
    assert rows == [{"account_id": "acme", "at": "2026-06-01 09:00:00"}, {"account_id": "globex", "at": None}]
