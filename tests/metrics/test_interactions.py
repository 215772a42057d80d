from datetime import date

import pytest

from given import World, given
from told import Told, told
from trueup.metrics.registry import built_in_facts

FACT = built_in_facts()


def _june(world: World, metric: str) -> float | None:
    return world.metric(metric).get(("company", "2026-06"))


def test_a_joint_call_has_two_of_our_people_who_came() -> None:
    world = given(
        people="""person_id  team   active_from
                  ann        north  2026-01-01
                  bob        north  2026-01-01
                  cid        south  2026-01-01""",
        interactions="""interaction_id  account_id  occurred_at       kind     is_automatic
                        call            acme        2026-06-01T09:00  call     -
                        meeting         -           2026-06-02T09:00  meeting  -
                        demo            acme        2026-06-03T09:00  demo     -
                        alone           acme        2026-06-04T09:00  call     -
                        stood_up        acme        2026-06-05T09:00  meeting  -
                        twice           acme        2026-06-06T09:00  meeting  -
                        nobody          acme        2026-06-07T09:00  call     -""",
        participants="""interaction_id  person_id  contact_id  attended
                        call            ann        -           -
                        call            bob        -           true
                        meeting         ann        -           -
                        meeting         bob        -           -
                        meeting         cid        -           -
                        demo            ann        -           -
                        demo            bob        -           -
                        alone           ann        -           -
                        alone           -          eve         -
                        stood_up        ann        -           -
                        stood_up        bob        -           false
                        twice           ann        eve         -
                        twice           ann        -           -""",
    )
    joint = [row["fact_key"] for row in world.rows(FACT["calls_and_meetings"]) if row["is_joint"]]
    assert joint == ["call", "meeting"]
    assert _june(world, "joint_calls") == 2
    assert world.metric("joint_calls", by="account") == {("acme", "2026-06"): 1}
    by_person = {("ann", "2026-06"): 2, ("bob", "2026-06"): 2, ("cid", "2026-06"): 1}
    assert world.metric("joint_calls", by="person") == by_person
    assert world.metric("joint_calls", by="team") == {("north", "2026-06"): 2, ("south", "2026-06"): 1}


def test_a_sales_call_is_about_no_case_and_made_by_people() -> None:
    world = given(
        interactions="""interaction_id  account_id  occurred_at       kind   direction  case_id  is_automatic
                        i1              acme        2026-06-01T09:00  call   outbound   -        false
                        i2              acme        2026-06-01T10:00  call   inbound    -        -
                        i3              acme        2026-06-01T11:00  call   -          -        -
                        i4              acme        2026-06-01T12:00  call   inbound    c1       -
                        i5              acme        2026-06-01T13:00  call   outbound   -        true
                        i6              acme        2026-06-01T14:00  email  outbound   -        -"""
    )
    assert _june(world, "sales_calls") == 3


@pytest.mark.parametrize(
    ("before", "is_new"),
    [
        ("i0  acme    2026-05-01T09:00  email    -   inbound", True),
        ("i0  acme    2026-05-01T09:00  social   -   outbound", True),
        ("i0  acme    2026-05-01T09:00  visit    -   -", False),
        ("i0  acme    2026-05-01T09:00  meeting  -   -", False),
        ("i0  acme    2026-05-01T09:00  call     c1  inbound", False),
        ("i0  globex  2026-05-01T09:00  meeting  -   -", True),
        ("i0  acme    2026-06-01T09:00  demo     -   -", False),
        ("i2  acme    2026-06-01T09:00  demo     -   -", True),
    ],
)
def test_a_prospect_call_is_new_when_nothing_live_came_before(before: str, is_new: bool) -> None:  # noqa: FBT001
    world = given(
        interactions=f"""interaction_id  account_id  occurred_at       kind  case_id  direction
                         {before}
                         i1  acme  2026-06-01T09:00  call  -  outbound
                         i9  acme  2026-06-01T10:00  call  -  outbound"""
    )
    new = [row["fact_key"] for row in world.rows(FACT["calls_and_meetings"]) if row["is_new_prospect_call"]]
    assert new == (["i1"] if is_new else [])


def test_a_call_without_an_account_is_no_new_prospect() -> None:
    world = given(
        interactions="""interaction_id  account_id  occurred_at       kind
                        i1              -           2026-06-01T09:00  call"""
    )
    assert (_june(world, "sales_calls"), _june(world, "new_prospect_calls")) == (1, None)


def test_reviews_demos_and_shows_count_by_kind_on_their_local_day_once_they_were_held() -> None:
    world = given(
        as_of="2026-06-30",
        zone="Europe/Berlin",
        interactions="""interaction_id  account_id  occurred_at       kind                 completed_at
                        i1              acme        2026-06-01T09:00  business_review      -
                        i2              acme        2026-05-31T22:30  business_review      2026-06-01T10:00
                        i3              acme        2026-07-15T09:00  business_review      -
                        i4              acme        2026-06-01T09:00  partnership_meeting  -
                        i5              acme        2026-06-01T09:00  demo                 -
                        i6              acme        2026-06-01T09:00  workshop             -
                        i7              acme        2026-06-01T09:00  tradeshow            -
                        i8              acme        2026-06-01T09:00  seminar              -
                        i9              acme        -                 business_review      -""",
    )
    assert world.metric("business_reviews") == {("company", "2026-06"): 2}
    assert _june(world, "partnership_meetings") == 1
    assert _june(world, "demos_and_workshops") == 2
    assert _june(world, "tradeshows") == 1


CONTACTS = """contact_id  account_id
              eve         acme
              joe         acme
              sue         globex
              zoe         -"""


def _connected(interactions: str, participants: str) -> Told:
    world = given(contacts=CONTACTS, interactions=interactions, participants=participants, zone="UTC")
    return told(world.rows(FACT["connections"]), "credit_id", "occurred_on")


def test_a_connection_is_a_contacts_first_answer_or_first_time_face_to_face() -> None:
    assert _connected(
        """interaction_id  account_id  occurred_at       kind       direction  is_automatic
           i1              acme        2026-06-01T09:00  email      outbound   -
           i2              acme        2026-06-02T09:00  email      inbound    true
           i3              acme        2026-06-03T09:00  tradeshow  -          -
           i4              acme        2026-06-04T09:00  email      inbound    -
           i5              acme        2026-06-05T09:00  meeting    outbound   -
           i6              globex      2026-06-06T09:00  call       -          -
           i7              -           2026-06-01T09:00  call       -          -
           i8              globex      2026-07-06T09:00  call       -          -""",
        """interaction_id  contact_id  person_id  attended
           i1              eve         -          -
           i2              eve         -          -
           i3              eve         -          -
           i4              eve         -          -
           i4              joe         -          false
           i5              eve         -          -
           i5              joe         -          true
           i6              zoe         -          -
           i6              eve         -          -
           i7              sue         -          -
           i8              sue         -          -""",
    ) == {"eve": ("i4", date(2026, 6, 4)), "joe": ("i5", date(2026, 6, 5))}


def test_of_two_first_encounters_at_once_the_smaller_id_counts() -> None:
    assert _connected(
        """interaction_id  account_id  occurred_at       kind
           i2              acme        2026-06-01T09:00  call
           i10             acme        2026-06-01T09:00  meeting
           I3              acme        2026-06-01T09:01  meeting""",
        """interaction_id  contact_id  person_id
           i2              eve         -
           i10             eve         -
           I3              eve         -""",
    ) == {"eve": ("i10", date(2026, 6, 1))}


def test_a_connection_is_credited_to_everyone_of_ours_in_that_first_encounter() -> None:
    world = given(
        contacts=CONTACTS,
        interactions="""interaction_id  account_id  occurred_at       kind
                        i1              acme        2026-06-01T09:00  meeting
                        i2              acme        2026-06-02T09:00  meeting""",
        participants="""interaction_id  contact_id  person_id
                        i1              eve         -
                        i1              joe         -
                        i1              -           ann
                        i1              -           bob
                        i2              eve         -
                        i2              -           cid""",
    )
    assert world.metric("connections_made", by="person") == {("ann", "2026-06"): 2, ("bob", "2026-06"): 2}
    assert world.metric("connections_made", by="account") == {("acme", "2026-06"): 2}


def test_a_length_is_known_where_the_end_is_after_the_beginning_and_within_a_day() -> None:
    world = given(
        as_of="2026-06-30",
        interactions="""interaction_id  account_id  occurred_at          ended_at             kind
                        half_an_hour    acme        2026-06-01T09:00     2026-06-01T09:30     call
                        a_day           acme        2026-06-01T09:00     2026-06-02T09:00     tradeshow
                        a_second        acme        2026-06-01T09:00:00  2026-06-01T09:00:01  call
                        over_midnight   acme        2026-06-01T23:50     2026-06-02T00:10     meeting
                        no_end          acme        2026-06-01T09:00     -                    call
                        no_length       acme        2026-06-01T09:00     2026-06-01T09:00     call
                        backwards       acme        2026-06-01T09:00     2026-06-01T08:00     meeting
                        days            acme        2026-06-01T09:00     2026-06-03T09:00     meeting
                        not_over        acme        2026-06-30T21:00     2026-07-01T01:00     meeting""",
    )
    rows = {
        row["fact_key"]: (row["lasted_seconds"], row["has_wrong_end"]) for row in world.rows(FACT["calls_and_meetings"])
    }
    assert rows == {
        "half_an_hour": (1800, False),
        "a_day": (86400, False),
        "a_second": (1, False),
        "over_midnight": (1200, False),
        "no_end": (None, False),
        "no_length": (None, False),
        "backwards": (None, True),
        "days": (None, True),
        "not_over": (None, False),
    }
