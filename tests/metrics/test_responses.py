from datetime import date, datetime, time

import pytest

from given import Value, World, given, nine_to_five
from told import Told, told
from trueup.metrics.registry import built_in_facts
from trueup.units.calendar import BusinessHours

FACT = built_in_facts()
ROUND_THE_CLOCK = BusinessHours("Europe/Berlin", frozenset(range(7)), time(0), "24:00")


def _waiting(interactions: str, *columns: str, as_of: str = "2026-06-30", **parameters: float) -> Told:
    world = given(interactions=interactions, as_of=as_of, zone="UTC")
    return told(world.rows(FACT["responses"], parameters=parameters), *columns)


def test_a_spell_runs_from_the_first_unanswered_word_to_our_next_one() -> None:
    assert _waiting(
        """interaction_id  account_id  occurred_at       direction
           i1              acme        2026-06-01T09:00  outbound
           i2              acme        2026-06-01T10:00  inbound
           i3              acme        2026-06-01T11:00  inbound
           i4              acme        2026-06-01T12:30  outbound
           i5              acme        2026-06-01T13:00  outbound
           i6              acme        2026-06-01T14:00  inbound""",
        "elapsed_hours",
        "ended_at",
    ) == {"i2": (2.5, datetime.fromisoformat("2026-06-01T12:30")), "i6": (None, None)}


def test_each_thread_waits_for_itself_and_what_has_none_is_one_thread() -> None:
    assert _waiting(
        """interaction_id  account_id  thread_id  occurred_at       direction
           i1              acme        t1         2026-06-01T09:00  inbound
           i2              acme        -          2026-06-01T10:00  inbound
           i3              acme        t2         2026-06-01T11:00  outbound
           i4              acme        -          2026-06-01T11:00  inbound
           i5              acme        -          2026-06-01T12:00  outbound
           i6              globex      t1         2026-06-01T12:00  outbound
           i7              globex      -          2026-06-01T12:00  outbound
           i8              acme        t1         2026-06-01T13:00  outbound""",
        "elapsed_hours",
    ) == {"i1": 4, "i2": 2}


def test_machines_neither_open_nor_end_a_spell() -> None:
    assert _waiting(
        """interaction_id  account_id  occurred_at       direction  is_automatic
           i1              acme        2026-06-01T09:00  inbound    true
           i2              acme        2026-06-01T10:00  inbound    -
           i3              acme        2026-06-01T10:01  outbound   true
           i4              acme        2026-06-01T11:00  inbound    true
           i5              acme        2026-06-01T12:00  outbound   false
           i6              globex      2026-06-01T12:00  inbound    true
           i7              globex      2026-06-01T13:00  outbound   false""",
        "elapsed_hours",
    ) == {"i2": 2}


def test_without_direction_or_account_nobody_is_known_to_wait() -> None:
    assert _waiting(
        """interaction_id  account_id  thread_id  occurred_at       direction  kind
           i1              acme        -          2026-06-01T09:00  -          meeting
           i2              acme        -          2026-06-01T10:00  inbound    chat
           i3              acme        -          2026-06-01T11:00  -          meeting
           i4              acme        -          2026-06-01T12:00  outbound   visit
           i5              -           t1         2026-06-01T12:00  inbound    email
           i6              -           -          2026-06-01T12:00  inbound    email""",
        "elapsed_hours",
    ) == {"i2": 2}


def test_at_the_same_instant_the_smaller_id_comes_first() -> None:
    assert _waiting(
        """interaction_id  account_id  occurred_at       direction
           i1              acme        2026-06-01T09:00  inbound
           i2              acme        2026-06-01T09:00  outbound
           b               globex      2026-06-01T09:00  inbound
           B               globex      2026-06-01T09:00  outbound""",
        "elapsed_hours",
        "business_hours",
    ) == {"i1": (0, 0), "b": (None, None)}


@pytest.mark.parametrize(
    ("start", "end", "business", "elapsed"),
    [
        ("2026-06-01T10:00", "2026-06-01T12:30", 2.5, 2.5),
        ("2026-06-01T07:00", "2026-06-01T10:00", 1, 3),
        ("2026-06-01T16:00", "2026-06-02T10:00", 2, 18),
        ("2026-06-01T18:00", "2026-06-01T23:00", 0, 5),
        ("2026-06-05T16:00", "2026-06-08T10:00", 2, 66),
        ("2026-06-06T11:00", "2026-06-07T12:00", 0, 25),
        ("2026-06-10T16:30", "2026-06-12T09:15", 0.75, 40.75),
        ("2026-06-01T09:00", "2026-06-15T09:00", 72, 336),
    ],
    ids=["one day", "before opening", "overnight", "evening", "weekend", "within a weekend", "holiday", "two weeks"],
)
def test_business_hours_are_those_with_open_doors(start: str, end: str, business: float, elapsed: float) -> None:
    world = given(
        zone="UTC",
        business_hours=nine_to_five("UTC", "2026-06-11"),
        interactions=[
            {"interaction_id": "i1", "account_id": "acme", "occurred_at": start, "direction": "inbound"},
            {"interaction_id": "i2", "account_id": "acme", "occurred_at": end, "direction": "outbound"},
        ],
    )
    assert told(world.rows(FACT["responses"]), "business_hours", "elapsed_hours") == {"i1": (business, elapsed)}


OVER_THE_CHANGE_OF_CLOCKS = """interaction_id  account_id  occurred_at       direction
                               spring1         acme        2026-03-27T13:00  inbound
                               spring2         acme        2026-03-30T08:00  outbound
                               autumn1         acme        2025-10-24T12:00  inbound
                               autumn2         acme        2025-10-27T09:00  outbound"""


def test_the_change_of_clocks_neither_loses_nor_doubles_an_hour() -> None:
    world = given(interactions=OVER_THE_CHANGE_OF_CLOCKS)
    assert told(world.rows(FACT["responses"]), "business_hours", "elapsed_hours") == {
        "spring1": (4, 67),
        "autumn1": (4, 69),
    }
    always_open = given(interactions=OVER_THE_CHANGE_OF_CLOCKS, business_hours=ROUND_THE_CLOCK)
    assert told(always_open.rows(FACT["responses"]), "business_hours") == {"spring1": 67, "autumn1": 69}


def test_exactly_four_business_hours_are_in_time() -> None:
    interactions = """interaction_id  account_id  occurred_at                 direction
                      i1              acme        2026-06-01T15:00:00.000000  inbound
                      i2              acme        2026-06-02T11:00:00.000000  outbound
                      i3              globex      2026-06-01T15:00:00.000000  inbound
                      i4              globex      2026-06-02T11:00:00.000001  outbound
                      i5              umbra       2026-06-01T15:00:00.000000  inbound"""
    assert _waiting(interactions, "is_answered_in_time") == {"i1": True, "i3": False, "i5": False}
    assert _waiting(interactions, "is_answered_in_time", answer_hours=4.5)["i3"] is True
    assert _waiting(interactions, "is_answered_in_time", answer_hours=3.5)["i1"] is False


@pytest.mark.parametrize(
    ("as_of", "is_due"),
    [("2026-06-02T10:59:59.999999", False), ("2026-06-02T11:00:00", True), ("2026-06-07", True)],
)
def test_a_spell_is_due_when_four_business_hours_lie_behind_it(as_of: str, is_due: bool) -> None:  # noqa: FBT001
    interactions = """interaction_id  account_id  occurred_at       direction
                      i1              acme        2026-06-01T15:00  inbound"""
    assert _waiting(interactions, "is_due", as_of=as_of) == {"i1": is_due}


def _waiting_on_the_last_day() -> World:
    return given(
        zone="UTC",
        as_of="2026-06-30T12:00:00",
        interactions="""interaction_id  account_id  occurred_at       direction
                        i1              acme        2026-06-29T09:00  inbound
                        i2              acme        2026-06-29T10:00  outbound
                        i3              acme        2026-06-29T11:00  inbound
                        i4              acme        2026-06-30T09:00  outbound
                        i5              acme        2026-06-30T09:30  inbound
                        i6              acme        2026-06-30T10:00  outbound
                        i7              globex      2026-06-30T10:00  inbound""",
    )


def test_what_is_not_due_yet_is_pending_even_if_answered() -> None:
    (june,) = _waiting_on_the_last_day().cells("answered_in_time")
    assert (june["value"], june["numerator"], june["denominator"], june["n"], june["pending"]) == (0.5, 1, 2, 2, 2)


def test_response_times_are_of_answered_spells_only() -> None:
    world = _waiting_on_the_last_day()
    (business,), (elapsed,), (slowest,) = (
        world.cells(name) for name in ("response_time", "response_time_elapsed", "response_time_p90")
    )
    assert (business["value"], business["n"], business["pending"]) == (1, 3, 0)
    assert (elapsed["value"], elapsed["n"]) == (1, 3)
    assert slowest["value"] == pytest.approx(1 + 0.8 * 5)


def test_a_spell_counts_on_the_local_day_of_its_start() -> None:
    world = given(
        zone="Europe/Berlin",
        interactions="""interaction_id  account_id  occurred_at       direction
                        i1              acme        2026-04-30T22:30  inbound
                        i2              acme        2026-06-02T22:30  outbound""",
    )
    assert told(world.rows(FACT["responses"]), "occurred_on", "credited_on") == {"i1": (date(2026, 5, 1),) * 2}
    assert list(world.metric("response_time_elapsed")) == [("company", "2026-05")]


def test_an_answer_recorded_or_given_after_the_as_of_moment_is_not_known() -> None:
    assert _waiting(
        """interaction_id  account_id  occurred_at       direction  recorded_at
           i1              acme        2026-06-10T09:00  inbound    -
           i2              acme        2026-06-10T10:00  outbound   2026-07-02T00:00
           i3              globex      2026-06-10T09:00  inbound    -
           i4              globex      2026-07-10T10:00  outbound   2026-06-10T00:00""",
        "elapsed_hours",
        "is_due",
    ) == {"i1": (None, True), "i3": (None, True)}


OPEN_FOR_LONG = """interaction_id  account_id  occurred_at                 direction
                   i1              acme        2026-05-01T23:59:59.999999  inbound
                   i2              globex      2026-05-02T00:00:00.000000  inbound
                   i3              umbra       2026-05-20T09:00:00.000000  inbound
                   i4              umbra       2026-06-10T09:00:00.000000  outbound
                   i5              initech     2026-05-31T23:59:59.999999  inbound
                   i6              initech     2026-06-01T00:00:00.000000  outbound"""


def _by_period(world: World, fact: str, *periods: str, **parameters: float) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for row in world.rows(FACT[fact], parameters=parameters, periods=periods or ("month",)):
        found.setdefault(str(row["period_key"]), []).append(row["fact_key"])
    return found


def test_who_waits_at_the_periods_end_is_unanswered_unless_it_is_30_days_old() -> None:
    world = given(interactions=OPEN_FOR_LONG, as_of="2026-06-30", zone="UTC")
    assert _by_period(world, "unanswered_spells") == {"2026-05": ["i2", "i3", "i5"]}
    assert _by_period(world, "unanswered_spells", within_days=31) == {"2026-05": ["i1", "i2", "i3", "i5"]}
    assert _by_period(world, "unanswered_spells", "2026-05-19", "2026-05-20", "2026-06-09", "2026-06-10") == {
        "2026-05-19": ["i1", "i2"],
        "2026-05-20": ["i1", "i2", "i3"],
        "2026-06-09": ["i3"],
    }
    assert _by_period(world, "unanswered_spells", "2026-05-25/P7D", "quarter") == {"2026-05-25/P7D": ["i1", "i2", "i3"]}


def test_a_period_not_over_yet_shows_who_waits_now() -> None:
    world = given(interactions=OPEN_FOR_LONG, as_of="2026-05-20T08:59:59", zone="UTC")
    assert _by_period(world, "unanswered_spells", "month", "year") == {"2026-05": ["i1", "i2"], "2026": ["i1", "i2"]}
    world = given(interactions=OPEN_FOR_LONG, as_of="2026-05-20T09:00:00", zone="UTC")
    assert _by_period(world, "unanswered_spells") == {"2026-05": ["i1", "i2", "i3"]}


def test_unanswered_are_credited_on_the_day_they_began() -> None:
    world = given(interactions=OPEN_FOR_LONG, as_of="2026-05-25", zone="UTC")
    rows = world.rows(FACT["unanswered_spells"], periods=["month"])
    assert told(rows, "credited_on", "credit_id")["i3"] == (date(2026, 5, 20), "i3")


def test_a_spell_is_abandoned_at_the_moment_it_is_30_days_old() -> None:
    world = given(
        zone="UTC",
        interactions="""interaction_id  account_id  occurred_at                 direction
                        i1              acme        2026-04-01T09:00:00.000000  inbound
                        i2              globex      2026-04-02T09:00:00.000000  inbound
                        i3              globex      2026-05-02T09:00:00.000000  outbound
                        i4              umbra       2026-04-03T09:00:00.000000  inbound
                        i5              umbra       2026-05-03T09:00:00.000001  outbound
                        i6              initech     2026-06-15T09:00:00.000000  inbound""",
    )
    rows = world.rows(FACT["abandoned_spells"])
    assert told(rows, "occurred_on", "credited_on", "credit_id") == {
        "i1": (date(2026, 5, 1), date(2026, 4, 1), "i1"),
        "i4": (date(2026, 5, 3), date(2026, 4, 3), "i4"),
    }
    assert world.metric("abandoned") == {("company", "2026-05"): 2}
    assert told(world.rows(FACT["responses"]), "elapsed_hours")["i4"] == pytest.approx(30 * 24)
    assert set(told(world.rows(FACT["abandoned_spells"], parameters={"after_days": 15}), "fact_key")) == {
        *("i1", "i2", "i4", "i6"),
    }


@pytest.mark.parametrize(
    ("as_of", "abandoned"), [("2026-06-14T08:59:59.999999", set()), ("2026-06-14T09:00:00", {"i1"})]
)
def test_what_is_abandoned_is_unanswered_no_more(as_of: str, abandoned: set[str]) -> None:
    world = given(
        as_of=as_of,
        zone="UTC",
        interactions="""interaction_id  account_id  occurred_at       direction
                        i1              acme        2026-05-15T09:00  inbound""",
    )
    assert set(told(world.rows(FACT["abandoned_spells"]), "fact_key")) == abandoned
    waiting = _by_period(world, "unanswered_spells").get("2026-06", [])
    assert set(waiting) == {"i1"} - abandoned


def test_everyone_in_the_opening_inbound_is_credited_and_a_team_once() -> None:
    world = given(
        zone="UTC",
        accounts="""account_id  segment
                    acme        smb""",
        people="""person_id  team   active_from
                  ann        north  2026-01-01
                  bob        north  2026-01-01
                  cid        south  2026-01-01
                  dot        south  2026-01-01""",
        interactions="""interaction_id  account_id  occurred_at       direction
                        i1              acme        2026-06-01T10:00  inbound
                        i2              acme        2026-06-01T12:00  outbound
                        i3              acme        2026-06-02T10:00  inbound
                        i4              acme        2026-06-02T16:00  outbound""",
        participants="""interaction_id  person_id  contact_id  attended
                        i1              ann        -           -
                        i1              bob        -           true
                        i1              cid        -           false
                        i1              -          eve         -
                        i2              dot        -           -""",
    )
    assert world.metric("response_time", by="person") == {("ann", "2026-06"): 2, ("bob", "2026-06"): 2}
    (north,) = world.cells("response_time", by="team")
    assert (north["entity"], north["value"], north["n"]) == ("north", 2, 1)
    for grain in ("account", "segment", "company"):
        (all_of_them,) = world.cells("response_time", by=grain)
        assert (all_of_them["value"], all_of_them["n"]) == (4, 2)


def test_nobody_writes_and_nobody_waits() -> None:
    world = given()
    assert [world.rows(FACT[name]) for name in ("responses", "unanswered_spells", "abandoned_spells")] == [[], [], []]
