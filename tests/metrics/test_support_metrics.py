"""Support's numbers as they are published: by whom, in which month, what is pending, what is thin."""

import pytest

from given import World, given
from trueup.metrics.registry import built_in_metrics

SUPPORT = {name: metric for name, metric in built_in_metrics().items() if metric.department == "support"}


@pytest.fixture(scope="module")
def world() -> World:
    """Acme's login trouble came back and was solved in March; its mail trouble was one call; June is still waiting."""
    return given(
        people="""person_id  team   active_from  active_to
                  ann        first  2025-01-01   2026-03-04
                  ann        second 2026-03-05   -
                  bob        second 2025-01-01   -""",
        accounts="account_id  segment\nacme  smb",
        cases="""
            case_id  account_id  owner_id  issue_key  opened_at         resolved_at       closed_at         is_escalated
            login1   acme        ann       login      2026-03-02T08:00  2026-03-03T08:00  2026-03-03T09:00  true
            login2   acme        bob       login      2026-03-12T08:00  2026-03-14T08:00  2026-03-14T09:00  -
            mail     acme        ann       mail       2026-03-20T08:00  2026-03-20T20:00  2026-03-21T09:00  -
            sync     acme        ann       sync       2026-06-20T08:00  2026-06-21T08:00  -                 -
            open     acme        ann       slow       2026-03-04T08:00  -                 -                 -""",
        case_events="case_id  occurred_at       kind\nmail     2026-03-20T10:00  reopen",
        interactions="""interaction_id  case_id  occurred_at       kind   direction
                        i1              login1   2026-03-02T08:00  email  inbound
                        i2              login1   2026-03-03T08:00  email  outbound
                        i3              login2   2026-03-12T08:00  call   inbound
                        i4              mail     2026-03-20T08:00  call   inbound
                        i5              sync     2026-06-20T08:00  call   inbound""",
        as_of="2026-06-30",
    )


@pytest.mark.parametrize(
    ("metric", "march"),
    [
        ("interactions_per_issue", (3 + 1) / 2),
        ("repeat_contact_rate", 1 / 3),
        ("parallel_case_rate", 0.0),
        ("first_contact_resolution", 0.0),
        ("time_to_permanent_solution", (12 * 24 + 12) / 2),
        ("reopen_rate", 1 / 3),
        ("cases_opened", 4),
        ("cases_closed", 3),
        ("cases_escalated", 1),
        ("open_backlog", 1),
    ],
)
def test_the_company_s_march(world: World, metric: str, march: float) -> None:
    assert world.metric(metric, period="2026-03") == {("company", "2026-03"): pytest.approx(march)}


def test_every_support_metric_is_published() -> None:
    assert SUPPORT.keys() == {
        "interactions_per_issue",
        "repeat_contact_rate",
        "parallel_case_rate",
        "first_contact_resolution",
        "time_to_permanent_solution",
        "reopen_rate",
        "cases_opened",
        "cases_closed",
        "cases_escalated",
        "open_backlog",
    }
    can_deceive = {name for name, metric in SUPPORT.items() if "(can deceive)" in metric.label}
    assert can_deceive == {name for name, metric in SUPPORT.items() if metric.family == "activity"}
    assert all(metric.description and metric.missing for metric in SUPPORT.values())


def test_what_is_not_decided_yet_is_pending_and_no_success(world: World) -> None:
    for metric in ("repeat_contact_rate", "first_contact_resolution", "interactions_per_issue"):
        [june] = world.cells(metric, period="2026-06")
        assert (june["value"], june["n"], june["pending"], june["status"]) == (None, 0, 1, "no_denominator")


def test_a_repeat_is_the_first_case_s_owner_s_and_the_issue_the_last_one_s(world: World) -> None:
    assert world.metric("repeat_contact_rate", by="person", period="2026-03") == {
        ("ann", "2026-03"): 0.5,
        ("bob", "2026-03"): 0.0,
    }
    assert world.metric("interactions_per_issue", by="person", period="2026-03") == {
        ("ann", "2026-03"): 1.0,
        ("bob", "2026-03"): 3.0,
    }


def test_teams_are_those_of_the_resolution_s_day_and_the_backlog_s_of_the_opening_s(world: World) -> None:
    assert world.metric("reopen_rate", by="team", period="2026-03") == {
        ("first", "2026-03"): 0.0,
        ("second", "2026-03"): 0.5,
    }
    assert world.metric("open_backlog", by="team", period="2026-05") == {("first", "2026-05"): 1}


def test_few_cases_are_told_and_marked_as_thin(world: World) -> None:
    [march] = world.cells("reopen_rate", period="2026-03")
    assert (march["n"], march["status"]) == (3, "thin")


def test_a_parameter_of_the_workspace_goes_over_the_default(world: World) -> None:
    eight_days = world.metric(
        "repeat_contact_rate", period="2026-03", settings={"repeat_contact_rate": {"repeat_days": 8}}
    )
    assert eight_days == {("company", "2026-03"): 0.0}


def test_without_cases_there_are_no_numbers() -> None:
    empty = given()
    assert {name: empty.metric(name) for name in SUPPORT} == {name: {} for name in SUPPORT}
