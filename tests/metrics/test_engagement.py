from datetime import date

import pytest

from given import Value, World, given
from told import told
from trueup.metrics.registry import built_in_facts

FACT = built_in_facts()
ACCOUNTS = """account_id  owner_id
              acme        olga
              globex      olga"""
CONTRACTS = """contract_id  account_id  starts_on   ends_on
               k1           acme        2026-04-01  2026-12-31"""
CONTACTS = """contact_id  account_id
              eve         acme
              joe         acme
              sue         globex
              zoe         -"""


def _known(interactions: str, participants: str, *, contracts: str = CONTRACTS, as_of: str = "2026-06-30") -> World:
    return given(
        accounts=ACCOUNTS,
        contracts=contracts,
        contacts=CONTACTS,
        interactions=interactions,
        participants=participants,
        as_of=as_of,
        zone="UTC",
    )


def _engaged(world: World, column: str, *periods: str) -> dict[Value, Value]:
    rows = world.rows(FACT["engagement"], periods=periods or ("quarter",))
    return {row["period_key"]: row[column] for row in rows if row["account_id"] == "acme"}


def _june(interactions: str, participants: str, column: str) -> Value:
    return _engaged(_known(interactions, participants), column, "2026-06")["2026-06"]


@pytest.mark.parametrize(
    ("interactions", "people"),
    [
        ("i1 acme 2026-06-01T09:00 visit - -", 1),
        ("i1 acme 2026-06-01T09:00 call outbound -", 1),
        ("i1 acme 2026-06-01T09:00 tradeshow - -", 0),
        ("i1 acme 2026-06-01T09:00 email inbound -", 0),
        ("i1 acme 2026-06-01T09:00 email inbound -\n i2 acme 2026-06-30T09:00 chat outbound -", 1),
        ("i1 acme 2026-06-01T09:00 email inbound true\n i2 acme 2026-06-30T09:00 chat outbound -", 0),
        ("i1 acme 2026-06-01T09:00 email inbound -\n i2 acme 2026-06-30T09:00 chat outbound true", 0),
        ("i1 acme 2026-05-31T09:00 email inbound -\n i2 acme 2026-06-30T09:00 chat outbound -", 0),
        ("i1 acme 2026-06-01T09:00 email inbound -\n i2 globex 2026-06-30T09:00 chat outbound -", 0),
        ("i1 acme 2026-06-01T09:00 email outbound -\n i2 acme 2026-06-30T09:00 chat outbound -", 0),
        ("i1 acme 2026-07-01T09:00 call outbound -", 0),
    ],
)
def test_a_customer_knows_whom_it_met_live_or_wrote_with_both_ways(interactions: str, people: int) -> None:
    header = "interaction_id account_id occurred_at kind direction is_automatic\n"
    participants = "interaction_id person_id contact_id\ni1 ann -\ni2 ann -"
    assert _june(header + interactions, participants, "people") == people


def test_every_person_counts_once_and_only_those_who_came() -> None:
    interactions = """interaction_id  account_id  occurred_at       kind     direction
                      i1              acme        2026-06-01T09:00  meeting  -
                      i2              acme        2026-06-02T09:00  call     -
                      i3              acme        2026-06-03T09:00  email    inbound
                      i4              acme        2026-06-04T09:00  email    outbound"""
    participants = """interaction_id  person_id  contact_id  attended
                      i1              ann        -           -
                      i1              bob        -           true
                      i1              cid        -           false
                      i2              ann        -           -
                      i3              ann        -           -
                      i3              dot        -           -
                      i4              dot        -           -
                      i4              cid        -           -"""
    assert _june(interactions, participants, "people") == 3


@pytest.mark.parametrize(
    ("took_part", "contacts"),
    [
        ("i1 eve -", 0),
        ("i2 eve -", 0),
        ("i3 eve -", 1),
        ("i4 eve -", 1),
        ("i4 eve false", 0),
        ("i3 eve -\n i4 eve -", 1),
        ("i3 eve -\n i4 joe true", 2),
        ("i4 sue -", 0),
        ("i4 zoe -", 0),
        ("i5 eve -", 0),
    ],
    ids=[
        "our mail reaches nobody",
        "an automatic answer is none",
        "an answer",
        "a demo",
        "did not come",
        "once each",
        "two of them",
        "another customer's",
        "nobody knows whose",
        "elsewhere",
    ],
)
def test_contacts_are_reached_when_they_answer_or_are_met(took_part: str, contacts: int) -> None:
    interactions = """interaction_id  account_id  occurred_at       kind    direction  is_automatic
                      i1              acme        2026-06-01T09:00  email   outbound   -
                      i2              acme        2026-06-02T09:00  email   inbound    true
                      i3              acme        2026-06-03T09:00  email   inbound    -
                      i4              acme        2026-06-04T09:00  demo    outbound   -
                      i5              globex      2026-06-04T09:00  demo    outbound   -"""
    assert _june(interactions, f"interaction_id contact_id attended\n {took_part}", "contacts") == contacts


SPRING = """interaction_id  account_id  occurred_at       kind             direction
            i1              acme        2026-04-30T23:59  meeting          -
            i2              acme        2026-05-01T00:00  meeting          -
            i3              acme        2026-06-15T09:00  email            inbound
            i4              acme        2026-05-15T09:00  email            outbound
            i5              acme        2026-04-02T09:00  business_review  -
            i6              acme        2026-04-03T09:00  business_review  -
            i7              globex      2026-04-02T09:00  business_review  -
            i8              acme        2026-07-15T09:00  business_review  -"""
WHO_CAME = """interaction_id  person_id  contact_id
              i1              ann        -
              i1              -          eve
              i2              ann        -
              i2              bob        -
              i2              -          joe
              i3              cid        eve
              i4              cid        -"""


def test_each_period_counts_its_own_whatever_the_other_periods_are() -> None:
    world = _known(SPRING, WHO_CAME)
    assert _engaged(world, "people", "month", "quarter", "year") == {
        "2026-04": 1,
        "2026-05": 2,
        "2026-06": 0,
        "2026-Q2": 3,
        "2026": 3,
    }
    assert _engaged(world, "contacts", "month", "quarter") == {"2026-04": 1, "2026-05": 1, "2026-06": 1, "2026-Q2": 2}
    assert _engaged(
        world, "people", "2026-05-01", "2026-05-02", "2026-05-01/P2D", "2026-06-15/P31D", "2026-06-15/P32D"
    ) == {
        "2026-05-01": 2,
        "2026-05-02": 0,
        "2026-05-01/P2D": 2,
        "2026-06-15/P31D": 0,
        "2026-06-15/P32D": 1,
    }


def test_reviews_count_where_the_customer_is_active() -> None:
    world = _known(SPRING, WHO_CAME)
    assert _engaged(world, "reviews", "month", "quarter") == {"2026-04": 2, "2026-05": 0, "2026-06": 0, "2026-Q2": 2}
    assert world.metric("review_coverage", period="quarter") == {("company", "2026-Q2"): 1}
    assert world.metric("business_reviews", period="quarter") == {("company", "2026-Q2"): 3}


def test_customers_that_nobody_met_count_as_none() -> None:
    contracts = """contract_id  account_id  starts_on   ends_on
                   k1           acme        2026-04-01  2026-12-31
                   k2           globex      2026-06-01  2026-06-01
                   k3           umbra       2026-06-30  -
                   k4           initech     2026-01-01  2026-03-31"""
    world = _known(SPRING, WHO_CAME, contracts=contracts)
    (people,) = world.cells("points_of_contact", period="2026-Q2")
    assert (people["value"], people["numerator"], people["denominator"], people["n"]) == (1, 3, 3, 3)
    assert world.metric("stakeholder_reach", period="2026-Q2") == {("company", "2026-Q2"): 2 / 3}
    assert world.metric("single_threaded_share", period="2026-Q2") == {("company", "2026-Q2"): 2 / 3}
    assert world.metric("review_coverage", period="2026-Q2") == {("company", "2026-Q2"): 2 / 3}
    assert world.metric("points_of_contact", by="person", period="2026-Q2") == {("olga", "2026-Q2"): 1.5}
    assert world.metric("points_of_contact", by="account", period="2026-Q2")["umbra", "2026-Q2"] == 0


def test_without_customers_there_is_no_mean() -> None:
    world = _known(SPRING, WHO_CAME, contracts="")
    assert world.metric("points_of_contact", period="2026-Q2") == {}


def test_one_contact_or_none_is_a_single_thread() -> None:
    assert _engaged(_known(SPRING, WHO_CAME), "is_single_threaded", "month", "quarter") == {
        "2026-04": True,
        "2026-05": True,
        "2026-06": True,
        "2026-Q2": False,
    }


def _exchanged(interactions: str, participants: str, *periods: str) -> dict[Value, list[Value]]:
    world = given(
        contacts=CONTACTS, interactions=interactions, participants=participants, zone="UTC", as_of="2026-06-30"
    )
    found: dict[Value, list[Value]] = {}
    for row in world.rows(FACT["social_exchanges"], periods=periods or ("month", "quarter")):
        found.setdefault(row["period_key"], []).append(row["fact_key"])
    return found


SOCIAL = """interaction_id  account_id  occurred_at       kind    direction  is_automatic
            i1              acme        2026-04-10T09:00  social  inbound    -
            i2              acme        2026-05-10T09:00  social  outbound   -
            i3              acme        2026-05-11T09:00  social  -          -
            i4              acme        2026-06-01T09:00  social  inbound    -
            i5              acme        2026-06-30T09:00  social  outbound   -
            i6              acme        2026-06-30T09:00  email   inbound    -
            i7              acme        2026-06-30T10:00  social  outbound   true
            i8              acme        2026-07-01T10:00  social  outbound   -"""


def test_a_social_exchange_goes_both_ways_with_one_contact_in_the_period() -> None:
    with_eve = "interaction_id contact_id\n" + "\n".join(f"i{number} eve" for number in range(1, 9))
    assert _exchanged(SOCIAL, with_eve) == {"2026-06": ["i4", "i5"], "2026-Q2": ["i1", "i2", "i3", "i4", "i5"]}
    assert _exchanged(SOCIAL, with_eve, "2026-06-01", "2026-05-10/P31D", "2026-05-10/P30D") == {
        "2026-05-10/P31D": ["i1", "i2"]
    }


def test_two_contacts_do_not_make_one_exchange() -> None:
    assert _exchanged(SOCIAL, "interaction_id contact_id\ni4 eve\ni5 joe") == {}
    both = "interaction_id contact_id\ni4 eve\ni4 joe\ni5 eve\ni5 joe"
    assert _exchanged(SOCIAL, both, "2026-06") == {"2026-06": ["i4", "i5"]}
    assert _exchanged(SOCIAL, "interaction_id contact_id attended\ni4 eve -\ni5 eve false") == {}


def test_only_the_answer_to_the_contact_counts_with_that_contact() -> None:
    assert _exchanged(SOCIAL, "interaction_id contact_id\ni1 joe\ni4 eve\ni5 eve") == {
        "2026-06": ["i4", "i5"],
        "2026-Q2": ["i4", "i5"],
    }


def test_social_exchanges_are_credited_to_who_took_part_on_their_day() -> None:
    world = given(
        interactions=SOCIAL,
        participants="""interaction_id  person_id  contact_id
                        i4              ann        eve
                        i5              bob        eve
                        i5              ann        -""",
        zone="UTC",
    )
    assert world.metric("social_engagements", by="person") == {("ann", "2026-06"): 2, ("bob", "2026-06"): 1}
    rows = world.rows(FACT["social_exchanges"], periods=["month"])
    assert told(rows, "account_id", "credit_id", "credited_on")["i4"] == ("acme", "i4", date(2026, 6, 1))
