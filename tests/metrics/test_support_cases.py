"""How a case stands as of a moment (reading 21), and who is credited with it (readings 9 and 10)."""

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from given import Value, given
from told import told
from trueup.metrics.facts.cases import CASE_ISSUES, FACTS, RESOLVED_CASES

Told = Mapping[Value, Value | tuple[Value, ...]]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _states(cases: str, events: str = "", *, as_of: str = "2026-06-30", closing_counts: bool = False) -> Told:
    """When each case was resolved, and whether that is unconfirmed; all were opened on 1 March at 8."""
    world = given(cases=cases, case_events=events, as_of=as_of)
    rows = world.rows(CASE_ISSUES, parameters={"closing_counts": closing_counts})
    return told(rows, "resolved_at", "is_unconfirmed")


def test_a_case_is_resolved_when_the_source_says_so_else_when_it_was_closed() -> None:
    states = _states("""case_id                 opened_at         resolved_at       closed_at
                        stated                  2026-03-01T08:00  2026-03-02T08:00  -
                        solving_before_closing  2026-03-01T08:00  2026-03-02T08:00  2026-03-09T08:00
                        closing_stands_in       2026-03-01T08:00  -                 2026-03-09T08:00
                        neither                 2026-03-01T08:00  -                 -
                        not_by_now              2026-03-01T08:00  2026-07-02T08:00  2026-03-09T08:00""")
    assert states == {
        "stated": (_at("2026-03-02T08:00"), False),
        "solving_before_closing": (_at("2026-03-02T08:00"), False),
        "closing_stands_in": (_at("2026-03-09T08:00"), False),
        "neither": (None, False),
        "not_by_now": (None, False),
    }


@pytest.mark.parametrize(
    ("as_of", "resolved_at"),
    [
        ("2026-03-02T07:59:59.999999Z", None),
        ("2026-03-02T08:00:00Z", "2026-03-02T08:00"),
        ("2026-03-05T07:59:59Z", "2026-03-02T08:00"),
        ("2026-03-05T08:00:00Z", None),
        ("2026-03-10T08:00:00Z", "2026-03-10T08:00"),
    ],
)
def test_before_the_stated_resolution_the_last_resolve_counts_unless_a_reopen_follows(
    as_of: str, resolved_at: str | None
) -> None:
    states = _states(
        """case_id  opened_at         resolved_at
           silent   2026-03-01T08:00  -
           stated   2026-03-01T08:00  2026-03-10T08:00""",
        """case_id  occurred_at       kind
           silent   2026-03-02T08:00  resolve
           silent   2026-03-05T08:00  reopen
           silent   2026-03-10T08:00  resolve
           stated   2026-03-02T08:00  resolve
           stated   2026-03-05T08:00  reopen""",
        as_of=as_of,
    )
    expected = (resolved_at and _at(resolved_at), False)
    assert states == {"silent": expected, "stated": expected}


def test_resolved_wins_where_a_reopen_has_the_same_time() -> None:
    states = _states(
        "case_id  opened_at\nc1  2026-03-01T08:00",
        """case_id  occurred_at       kind
           c1       2026-03-02T08:00  resolve
           c1       2026-03-02T08:00  reopen""",
    )
    assert states == {"c1": (_at("2026-03-02T08:00"), False)}


@pytest.mark.parametrize("closing_counts", [False, True])
def test_a_closing_by_the_system_is_no_solution_unless_a_parameter_says_so(*, closing_counts: bool) -> None:
    states = _states(
        """case_id                 opened_at         closed_at
           by_the_system           2026-03-01T08:00  2026-03-16T08:00
           by_us                   2026-03-01T08:00  2026-03-16T08:00
           nobody_says_who         2026-03-01T08:00  2026-03-16T08:00
           resolved_before         2026-03-01T08:00  2026-03-16T08:00
           reopened_before         2026-03-01T08:00  2026-03-16T08:00
           system_then_us          2026-03-01T08:00  2026-03-16T08:00
           us_then_system          2026-03-01T08:00  2026-03-16T08:00
           both_together           2026-03-01T08:00  2026-03-16T08:00""",
        """case_id                 occurred_at       kind     by      person_id
           by_the_system           2026-03-16T08:00  close    system  -
           by_us                   2026-03-16T08:00  close    us  -
           nobody_says_who         2026-03-16T08:00  close    -  -
           resolved_before         2026-03-01T09:00  resolve  us  -
           resolved_before         2026-03-16T08:00  close    system  -
           reopened_before         2026-03-01T09:00  resolve  us  -
           reopened_before         2026-03-02T09:00  reopen   us  -
           reopened_before         2026-03-16T08:00  close    system  -
           system_then_us          2026-03-05T08:00  close    system  -
           system_then_us          2026-03-16T08:00  close    us  -
           us_then_system          2026-03-05T08:00  close    us  -
           us_then_system          2026-03-16T08:00  close    system  -
           both_together           2026-03-16T08:00  close    system  -
           both_together           2026-03-16T08:00  close    us      ann""",
        closing_counts=closing_counts,
    )
    closing = _at("2026-03-16T08:00")
    unconfirmed = (closing if closing_counts else None, True)
    assert states == {
        "by_the_system": unconfirmed,
        "by_us": (closing, False),
        "nobody_says_who": (closing, False),
        "resolved_before": (_at("2026-03-01T09:00"), False),
        "reopened_before": unconfirmed,
        "system_then_us": (closing, False),
        "us_then_system": unconfirmed,
        "both_together": (closing, False),
    }


def test_closing_counts_is_true_or_false() -> None:
    world = given(cases="case_id  opened_at\nc1  2026-03-01T08:00")
    with pytest.raises(TypeError, match="closing_counts is 'yes'"):
        world.rows(CASE_ISSUES, parameters={"closing_counts": "yes"})


def test_what_happens_after_the_as_of_moment_is_not_known() -> None:
    world = given(
        cases="""case_id  opened_at         resolved_at
                 c1       2026-06-30T21:59  2026-07-01T00:00
                 c2       2026-06-30T22:00  -""",
        as_of="2026-06-30",
    )
    assert told(world.rows(CASE_ISSUES), "resolved_at") == {"c1": None}


def test_a_case_whose_opening_is_unknown_is_in_no_issue() -> None:
    world = given(cases="case_id  opened_at  resolved_at\nc1  -  2026-03-01T08:00")
    assert world.rows(CASE_ISSUES) == []


def test_a_resolved_case_is_credited_to_its_owner_on_the_local_day_of_the_resolution() -> None:
    world = given(
        cases="""case_id  account_id  owner_id  opened_at         resolved_at
                 c1       acme        ann       2026-02-28T08:00  2026-03-31T22:30
                 c2       -           -         2026-02-28T08:00  2026-01-31T23:30""",
        zone="Europe/Rome",
    )
    rows = world.rows(RESOLVED_CASES, using=FACTS)
    assert told(rows, "account_id", "person_id", "occurred_at", "occurred_on", "credited_on") == {
        "c1": ("acme", "ann", _at("2026-03-31T22:30"), date(2026, 4, 1), date(2026, 4, 1)),
        "c2": (None, None, _at("2026-01-31T23:30"), date(2026, 2, 1), date(2026, 2, 1)),
    }


def test_a_case_is_reopened_by_its_history_not_by_the_source_s_counter() -> None:
    world = given(
        cases="""case_id  opened_at         resolved_at       reopened_count
                 c1       2026-03-01T08:00  2026-03-09T08:00  0
                 c2       2026-03-01T08:00  2026-03-09T08:00  3
                 c3       2026-03-01T08:00  -                 1""",
        case_events="""case_id  occurred_at       kind
                       c1       2026-03-02T08:00  resolve
                       c1       2026-03-05T08:00  reopen
                       c3       2026-03-02T08:00  resolve
                       c3       2026-03-05T08:00  reopen""",
    )
    assert told(world.rows(RESOLVED_CASES, using=FACTS), "was_reopened") == {"c1": True, "c2": False}


def test_a_reopening_after_the_as_of_moment_is_not_known() -> None:
    world = given(
        cases="case_id  opened_at         resolved_at\nc1       2026-03-01T08:00  2026-03-09T08:00",
        case_events="case_id  occurred_at       kind\nc1       2026-04-01T00:00  reopen",
        as_of="2026-03-31",
    )
    assert told(world.rows(RESOLVED_CASES, using=FACTS), "was_reopened") == {"c1": False}
