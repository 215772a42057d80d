"""Cases counted the usual way (reading 24): opened, closed, escalated, open at a period's end."""

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from given import World, given
from told import told
from trueup.metrics.fact import ParameterValue
from trueup.metrics.facts.cases_activity import CASE_BACKLOG, CLOSED_CASES, ESCALATED_CASES, OPENED_CASES


def _backlog(
    world: World, *periods: str, parameters: Mapping[str, ParameterValue] | None = None
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in world.rows(CASE_BACKLOG, periods=periods, parameters=parameters):
        found.setdefault(str(row["period_key"]), []).append(str(row["fact_key"]))
    return found


def test_cases_are_opened_and_closed_on_the_local_day_for_their_owner() -> None:
    world = given(
        cases="""case_id  account_id  owner_id  opened_at         resolved_at       closed_at
                 c1       acme        ann       2026-01-31T23:30  2026-02-02T12:00  2026-03-31T22:00
                 c2       -           -         2026-02-01T12:00  -                 -
                 c3       acme        bob       2026-06-30T22:00  -                 2026-07-01T12:00"""
    )
    first = date(2026, 2, 1)
    columns = ("account_id", "person_id", "occurred_on", "credited_on")
    assert told(world.rows(OPENED_CASES), *columns) == {
        "c1": ("acme", "ann", first, first),
        "c2": (None, None, first, first),
    }
    assert told(world.rows(CLOSED_CASES), *columns) == {"c1": ("acme", "ann", date(2026, 4, 1), date(2026, 4, 1))}


def test_a_case_is_escalated_once_at_its_first_escalation_else_at_its_opening() -> None:
    world = given(
        cases="""case_id  opened_at         is_escalated
                 c1       2026-02-01T12:00  true
                 c2       2026-02-02T12:00  true
                 c3       2026-02-03T12:00  false
                 c4       2026-02-04T12:00  -
                 c5       2026-02-05T12:00  -
                 c6       -                 true""",
        case_events="""case_id  occurred_at       kind
                       c1       2026-02-20T12:00  escalation
                       c1       2026-02-10T12:00  escalation
                       c2       2026-07-10T12:00  escalation
                       c4       2026-02-11T12:00  escalation
                       c5       2026-02-11T12:00  assignment""",
        as_of="2026-06-30",
    )
    assert told(world.rows(ESCALATED_CASES), "occurred_at") == {
        "c1": datetime.fromisoformat("2026-02-10T12:00"),
        "c2": datetime.fromisoformat("2026-02-02T12:00"),
        "c4": datetime.fromisoformat("2026-02-11T12:00"),
    }


def test_the_backlog_is_what_is_open_at_the_end_of_the_period() -> None:
    world = given(
        cases="""case_id  opened_at         resolved_at
                 c1       2026-01-10T12:00  2026-02-10T12:00
                 c2       2026-01-10T12:00  2026-01-10T13:00
                 c3       2026-02-27T12:00  -
                 c4       2026-01-10T12:00  2026-03-31T22:00
                 c5       2026-01-10T12:00  2026-03-31T21:59:59.999999
                 c6       2026-03-31T22:00  -""",
        as_of="2026-04-30",
    )
    # March ends at 22:00 UTC in Berlin: a case resolved in its last microsecond is done, one resolved after it is not.
    assert _backlog(world, "month") == {
        "2026-01": ["c1", "c4", "c5"],
        "2026-02": ["c3", "c4", "c5"],
        "2026-03": ["c3", "c4"],
        "2026-04": ["c3", "c6"],
    }


def test_every_kind_of_period_has_its_own_backlog() -> None:
    world = given(
        cases="case_id  opened_at         resolved_at\nc1       2026-01-10T12:00  2026-02-10T12:00", as_of="2026-02-15"
    )
    found = _backlog(world, "2026-01", "2026-Q1", "2026", "2026-02-09/P90D", "2026-02-10/P90D", "all")
    assert found == {"2026-01": ["c1"], "2026-02-09/P90D": ["c1"]}


def test_a_running_period_s_backlog_is_what_is_open_as_of_now() -> None:
    cases = "case_id  opened_at         resolved_at\nc1       2026-01-10T12:00  2026-01-20T12:00"
    assert _backlog(given(cases=cases, as_of="2026-01-15"), "2026-01") == {"2026-01": ["c1"]}
    assert _backlog(given(cases=cases, as_of="2026-01-25"), "2026-01") == {}


def test_a_reopened_case_is_back_in_the_backlog_until_it_is_resolved_again() -> None:
    world = given(
        cases="case_id  opened_at         resolved_at\nc1       2026-01-10T12:00  2026-05-10T12:00",
        case_events="""case_id  occurred_at       kind
                       c1       2026-02-10T12:00  resolve
                       c1       2026-03-10T12:00  reopen
                       c1       2026-03-20T12:00  reopen
                       c1       2026-05-10T12:00  resolve""",
        as_of="2026-06-30",
    )
    assert _backlog(world, "month") == {"2026-01": ["c1"], "2026-03": ["c1"], "2026-04": ["c1"]}


def test_a_closed_case_is_out_of_the_backlog_though_nothing_says_it_was_solved() -> None:
    world = given(
        cases="case_id  opened_at         closed_at\nc1       2026-01-10T12:00  2026-02-10T12:00", as_of="2026-02-28"
    )
    assert _backlog(world, "month") == {"2026-01": ["c1"]}


@pytest.mark.parametrize(
    ("closing_counts", "months"), [(False, ["2026-01", "2026-02", "2026-03"]), (True, ["2026-01"])]
)
def test_a_case_the_system_closed_stays_in_the_backlog_unless_closing_counts(
    *, closing_counts: bool, months: list[str]
) -> None:
    world = given(
        cases="case_id  opened_at         closed_at\nc1       2026-01-10T12:00  2026-02-10T12:00",
        case_events="case_id  occurred_at  kind  by\nc1  2026-02-10T12:00  close  system",
        as_of="2026-03-31",
    )
    assert list(_backlog(world, "month", parameters={"closing_counts": closing_counts})) == months


def test_the_backlog_is_credited_to_the_owner_on_the_day_the_case_was_opened() -> None:
    world = given(cases="case_id  account_id  owner_id  opened_at\nc1  acme  ann  2026-01-10T23:30", as_of="2026-03-31")
    [row] = world.rows(CASE_BACKLOG, periods=["2026-03"])
    assert (row["account_id"], row["person_id"], row["credited_on"]) == ("acme", "ann", date(2026, 1, 11))
