import pytest

from given import given, nine_to_five
from told import Told, told
from trueup.metrics.registry import built_in_facts

FACT = built_in_facts()
DEALS = """deal_id  account_id  kind     created_at        closed_at
           d1       acme        new      2026-06-01T08:00  -
           d2       acme        renewal  2026-06-01T08:00  -"""


def _followed(
    interactions: str, *columns: str, deals: str = DEALS, changes: str = "", as_of: str = "2026-07-31", **set_to: float
) -> Told:
    world = given(
        deals=deals,
        interactions=interactions,
        deal_changes=changes,
        as_of=as_of,
        zone="UTC",
        business_hours=nine_to_five("UTC", "2026-06-11"),
    )
    return told(world.rows(FACT["follow_ups"], parameters=set_to), *columns)


def test_a_follow_up_is_our_own_word_on_open_new_business_after_an_earlier_touch() -> None:
    found = _followed(
        """interaction_id  deal_id  occurred_at       direction  is_automatic
           first           d1       2026-05-20T09:00  outbound   -
           early           d1       2026-06-01T07:59  outbound   -
           opening         d1       2026-06-01T08:00  outbound   -
           machine         d1       2026-06-02T09:00  outbound   true
           theirs          d1       2026-06-03T09:00  inbound    -
           undirected      d1       2026-06-04T09:00  -          -
           second          d1       2026-06-05T09:00  outbound   -
           last            d1       2026-06-09T11:59  outbound   -
           closing         d1       2026-06-09T12:00  outbound   -
           renewal1        d2       2026-06-05T09:00  outbound   -
           renewal2        d2       2026-06-08T09:00  outbound   -
           none            -        2026-06-08T09:00  outbound   -""",
        "deal_id",
        deals="""deal_id  account_id  kind     created_at        closed_at
                 d1       acme        new      2026-06-01T08:00  2026-06-09T12:00
                 d2       acme        renewal  2026-06-01T08:00  -""",
    )
    assert set(found) == {"opening", "second", "last"}


def test_an_automatic_touch_is_none_and_of_two_at_once_the_smaller_id_is_earlier() -> None:
    found = _followed(
        """interaction_id  deal_id  occurred_at       direction  is_automatic
           i1              d1       2026-06-02T09:00  inbound    true
           i2              d1       2026-06-03T09:00  outbound   -
           i3              d1       2026-06-03T09:00  outbound   -""",
        "is_gentle",
    )
    assert found == {"i3": False}


def test_the_account_is_the_deals_where_the_interaction_names_none() -> None:
    found = _followed(
        """interaction_id  deal_id  account_id  occurred_at       direction
           i1              d1       acme        2026-06-03T09:00  inbound
           i2              d1       -           2026-06-04T09:00  outbound
           i3              d1       partner     2026-06-05T09:00  outbound""",
        "account_id",
    )
    assert found == {"i2": "acme", "i3": "partner"}


@pytest.mark.parametrize(
    ("last", "due", "follow_up", "is_timely"),
    [
        ("2026-06-03T09:00", "-", "2026-06-10T18:00", True),
        ("2026-06-03T09:00", "-", "2026-06-11T00:00", False),
        ("2026-06-05T09:00", "-", "2026-06-13T23:00", True),
        ("2026-06-06T09:00", "-", "2026-06-12T23:00", True),
        ("2026-06-06T09:00", "-", "2026-06-14T23:00", True),
        ("2026-06-06T09:00", "-", "2026-06-15T00:00", False),
        ("2026-06-03T09:00", "2026-06-04T10:00", "2026-06-04T23:59", True),
        ("2026-06-03T09:00", "2026-06-04T10:00", "2026-06-05T00:00", False),
        ("2026-06-03T09:00", "2026-07-01T10:00", "2026-06-30T09:00", True),
        ("2026-06-03T09:00", "2026-06-02T10:00", "2026-06-03T10:00", False),
    ],
    ids=[
        "the fifth weekday",
        "the sixth, a holiday is a weekday",
        "from a friday to the saturday after next friday",
        "from a saturday to friday",
        "and over the weekend",
        "but not to monday",
        "by the end of the day it was due",
        "not after that day",
        "however long was agreed",
        "the agreed day had passed",
    ],
)
def test_timely_is_by_the_agreed_day_or_else_within_five_weekdays(
    last: str,
    due: str,
    follow_up: str,
    is_timely: bool,  # noqa: FBT001
) -> None:
    interactions = f"""interaction_id  deal_id  occurred_at  direction  due_at
                       i1              d1       {last}       inbound    {due}
                       i2              d1       {follow_up}  outbound   -"""
    assert _followed(interactions, "is_timely") == {"i2": is_timely}


def test_only_the_last_touch_says_what_was_agreed() -> None:
    found = _followed(
        """interaction_id  deal_id  occurred_at       direction  due_at
           i1              d1       2026-06-01T09:00  inbound    2026-06-30T09:00
           i2              d1       2026-06-02T09:00  inbound    -
           i3              d1       2026-06-10T09:00  outbound   -""",
        "is_timely",
    )
    assert found == {"i3": False}


@pytest.mark.parametrize(
    ("last", "direction", "follow_up", "is_gentle"),
    [
        ("2026-06-03T09:00", "outbound", "2026-06-03T17:00", False),
        ("2026-06-03T23:00", "outbound", "2026-06-04T01:00", True),
        ("2026-06-05T09:00", "outbound", "2026-06-07T17:00", False),
        ("2026-06-05T09:00", "outbound", "2026-06-08T00:00", True),
        ("2026-06-03T09:00", "inbound", "2026-06-03T09:01", True),
        ("2026-06-03T09:00", "-", "2026-06-03T09:01", True),
    ],
)
def test_pestering_is_writing_again_before_a_weekday_has_come(
    last: str,
    direction: str,
    follow_up: str,
    is_gentle: bool,  # noqa: FBT001
) -> None:
    interactions = f"""interaction_id  deal_id  occurred_at  direction
                       i1              d1       {last}       {direction}
                       i2              d1       {follow_up}  outbound"""
    assert _followed(interactions, "is_gentle") == {"i2": is_gentle}


@pytest.mark.parametrize(
    ("next_touch", "is_effective"),
    [
        ("d1 2026-06-10T09:00:00 email inbound -", True),
        ("d1 2026-06-10T09:00:00.000001 email inbound -", False),
        ("d1 2026-06-03T09:00:00 email inbound -", False),
        ("d1 2026-06-03T09:00:00.000001 email inbound -", True),
        ("d1 2026-06-05T09:00:00 email inbound true", False),
        ("d2 2026-06-05T09:00:00 email inbound -", False),
        ("d1 2026-06-05T09:00:00 meeting outbound -", True),
        ("d1 2026-06-05T09:00:00 partnership_meeting - -", True),
        ("d1 2026-06-05T09:00:00 call outbound -", False),
        ("d1 2026-06-05T09:00:00 tradeshow - -", False),
    ],
)
def test_effective_is_a_reply_or_a_meeting_on_the_deal_within_seven_days(
    next_touch: str,
    is_effective: bool,  # noqa: FBT001
) -> None:
    interactions = f"""interaction_id deal_id occurred_at kind direction is_automatic
                       i1 d1 2026-06-02T09:00 email inbound -
                       i2 d1 2026-06-03T09:00 email outbound -
                       i3 {next_touch}"""
    assert _followed(interactions, "is_effective")["i2"] is is_effective


TWO_TOUCHES = """interaction_id  deal_id  occurred_at       direction
                 i1              d1       2026-06-02T09:00  inbound
                 i2              d1       2026-06-03T09:00  outbound"""


@pytest.mark.parametrize(
    ("changes", "is_effective"),
    [
        ("d1 stage 2026-06-01T09:00 1\n d1 stage 2026-06-04T09:00 2", True),
        ("d1 stage 2026-06-01T09:00 1\n d1 stage 2026-06-03T09:00 2", False),
        ("d1 stage 2026-06-01T09:00 1\n d1 stage 2026-06-10T09:00 2", True),
        ("d1 stage 2026-06-01T09:00 1\n d1 stage 2026-06-10T09:00:01 2", False),
        ("d1 stage 2026-06-01T09:00 3\n d1 stage 2026-06-04T09:00 2", False),
        ("d1 stage 2026-06-01T09:00 3\n d1 stage 2026-06-02T09:00 1\n d1 stage 2026-06-04T09:00 2", True),
        ("d1 stage 2026-06-01T09:00 2\n d1 stage 2026-06-04T09:00 2", False),
        ("d1 stage 2026-06-01T09:00 1\n d1 stage 2026-06-02T09:00 -\n d1 stage 2026-06-04T09:00 2", True),
        ("d1 stage 2026-06-04T09:00 2", False),
        ("d1 amount 2026-06-01T09:00 1\n d1 amount 2026-06-04T09:00 2", False),
        ("d2 stage 2026-06-01T09:00 1\n d2 stage 2026-06-04T09:00 2", False),
        ("d1 stage 2026-06-04T09:00 1\n d1 stage 2026-06-04T09:00 2", True),
    ],
    ids=[
        "forward",
        "not later than the follow-up",
        "exactly seven days",
        "a second too late",
        "backward",
        "forward again after a fall",
        "sideways",
        "a stage without rank is passed over",
        "forward from where?",
        "not a stage",
        "another deal",
        "two at once, in the order delivered",
    ],
)
def test_effective_is_also_a_stage_higher_than_the_deals_previous_one(
    changes: str,
    is_effective: bool,  # noqa: FBT001
) -> None:
    lines = [line.split() for line in changes.splitlines()]
    rows = [
        {
            "deal_id": deal,
            "field": field,
            "changed_at": at,
            "stage_order": None if rank == "-" else rank,
            "new_value": f"s{rank}",
        }
        for deal, field, at, rank in lines
    ]
    world = given(deals=DEALS, interactions=TWO_TOUCHES, deal_changes=rows, as_of="2026-07-31", zone="UTC")
    assert told(world.rows(FACT["follow_ups"]), "is_effective") == {"i2": is_effective}


@pytest.mark.parametrize(
    ("as_of", "is_mature", "is_right"),
    [("2026-06-10T08:59:59", False, True), ("2026-06-10T09:00:00", True, False), ("2026-06-30", True, False)],
)
def test_until_its_seven_days_are_over_a_follow_up_is_pending(
    as_of: str,
    is_mature: bool,  # noqa: FBT001
    is_right: bool,  # noqa: FBT001
) -> None:
    assert _followed(TWO_TOUCHES, "is_mature", "is_right", as_of=as_of) == {"i2": (is_mature, is_right)}


JUNE = """interaction_id  deal_id  occurred_at       kind     direction
          i1              d1       2026-06-02T09:00  email    inbound
          right           d1       2026-06-03T09:00  email    outbound
          i3              d1       2026-06-05T09:00  meeting  -
          late            d1       2026-06-15T09:00  email    outbound
          pestering       d1       2026-06-15T10:00  email    outbound
          i6              d1       2026-06-16T09:00  email    inbound
          useless         d1       2026-06-17T09:00  email    outbound
          waiting         d1       2026-06-24T09:00  email    outbound
          too_soon        d1       2026-06-24T10:00  email    outbound"""


def test_the_rate_is_right_ones_over_all_whose_time_is_over() -> None:
    world = given(
        deals=DEALS,
        interactions=JUNE,
        participants="""interaction_id  person_id  contact_id
                        right           ann        -
                        right           bob        -
                        late            bob        -""",
        as_of="2026-06-30",
        zone="UTC",
    )
    (rate,) = world.cells("right_follow_up_rate")
    assert (rate["value"], rate["numerator"], rate["denominator"], rate["pending"]) == (0.25, 1, 4, 2)
    (count,) = world.cells("right_follow_ups")
    # Too late or too soon stays so: of those waiting, only what may still turn out right is pending.
    assert (count["value"], count["n"], count["pending"]) == (1, 1, 1)
    assert world.metric("right_follow_ups", by="person") == {("ann", "2026-06"): 1, ("bob", "2026-06"): 1}
    assert world.metric("right_follow_up_rate", by="person") == {("ann", "2026-06"): 1, ("bob", "2026-06"): 0.5}


def test_every_limit_can_be_set() -> None:
    deals = "deal_id account_id kind created_at\nd1 acme new 2026-06-01T08:00"
    assert _followed(JUNE, "is_timely", deals=deals)["late"] is False
    assert _followed(JUNE, "is_timely", deals=deals, due_business_days=6)["late"] is True
    assert _followed(JUNE, "is_gentle", deals=deals, gentle_business_days=0)["pestering"] is True
    assert _followed(JUNE, "is_effective", deals=deals, effective_days=1.5)["right"] is False
    assert _followed(JUNE, "is_effective", deals=deals, effective_days=2)["right"] is True
    assert _followed(JUNE, "is_mature", deals=deals, as_of="2026-06-26", effective_days=1)["waiting"] is True


def test_no_deals_no_follow_ups() -> None:
    assert _followed("", "is_right") == {}
