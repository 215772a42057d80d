"""What an issue is, when it is solved, and what it took (readings 9, 19, 20, 22)."""

from collections.abc import Mapping
from datetime import date

import pytest

from given import Value, World, given
from told import told
from trueup.metrics.fact import ParameterValue
from trueup.metrics.facts.cases import CASE_ISSUES, FACTS, ISSUES

Told = Mapping[Value, Value | tuple[Value, ...]]


def _issue_of(cases: str, *, as_of: str = "2026-12-31", days: float = 30) -> Told:
    return told(given(cases=cases, as_of=as_of).rows(CASE_ISSUES, parameters={"issue_days": days}), "issue_id")


def _issues(world: World, *columns: str, parameters: Mapping[str, ParameterValue] | None = None) -> Told:
    return told(world.rows(ISSUES, using=FACTS, parameters=parameters), *columns)


def test_a_chain_of_cases_is_one_issue_while_each_comes_within_thirty_days_of_the_latest_resolution() -> None:
    cases = """case_id  account_id  issue_key  opened_at                   resolved_at
               c1       acme        login      2026-01-01T12:00            2026-01-02T12:00
               c2       acme        login      2026-02-01T12:00            2026-02-02T12:00
               c3       acme        login      2026-03-04T12:00            2026-03-05T12:00
               c4       acme        login      2026-04-04T12:00:00.000001  2026-04-05T12:00"""
    assert _issue_of(cases) == {"c1": "c1", "c2": "c1", "c3": "c1", "c4": "c4"}
    assert _issue_of(cases, days=29) == {"c1": "c1", "c2": "c2", "c3": "c3", "c4": "c4"}
    assert _issue_of(cases, days=30.5) == {"c1": "c1", "c2": "c1", "c3": "c1", "c4": "c1"}


def test_it_is_the_latest_resolution_so_far_that_counts_not_the_last_case_s() -> None:
    found = _issue_of("""case_id  account_id  issue_key  opened_at         resolved_at
                         c1       acme        login      2026-01-01T12:00  2026-03-01T12:00
                         c2       acme        login      2026-01-05T12:00  2026-01-06T12:00
                         c3       acme        login      2026-03-31T12:00  2026-04-01T12:00""")
    assert found == {"c1": "c1", "c2": "c1", "c3": "c1"}


def test_an_unresolved_case_keeps_its_issue_open() -> None:
    cases = """case_id  account_id  issue_key  opened_at         resolved_at
               c1       acme        login      2026-01-01T12:00  2026-11-01T12:00
               c2       acme        login      2026-01-05T12:00  2026-01-06T12:00
               c3       acme        login      2026-10-01T12:00  2026-10-02T12:00"""
    assert _issue_of(cases, as_of="2026-10-05") == {"c1": "c1", "c2": "c1", "c3": "c1"}


def test_cases_opened_together_follow_each_other_by_their_ids() -> None:
    found = _issue_of("""case_id  account_id  issue_key  opened_at         resolved_at
                         c10      acme        login      2026-01-01T12:00  2026-01-02T12:00
                         c9       acme        login      2026-01-01T12:00  2026-01-02T12:00
                         C2       acme        login      2026-01-01T12:00  2026-01-02T12:00""")
    assert set(found.values()) == {"C2"}


def test_a_case_without_account_or_key_is_an_issue_of_its_own() -> None:
    found = _issue_of("""case_id  account_id  issue_key  opened_at         resolved_at
                         c1       acme        -          2026-01-01T12:00  2026-01-02T12:00
                         c2       acme        -          2026-01-03T12:00  2026-01-04T12:00
                         c3       -           login      2026-01-01T12:00  2026-01-02T12:00
                         c4       -           login      2026-01-03T12:00  2026-01-04T12:00
                         c5       -           c6         2026-01-03T12:00  2026-01-04T12:00
                         c6       acme        -          2026-01-04T12:00  2026-01-05T12:00""")
    assert found == {case: case for case in ("c1", "c2", "c3", "c4", "c5", "c6")}


def test_a_case_without_a_key_takes_the_one_matched_by_text_and_the_match_s_score() -> None:
    world = given(
        cases="""case_id  account_id  issue_key  opened_at         resolved_at
                 c1       acme        login      2026-01-01T12:00  2026-01-02T12:00
                 c2       acme        -          2026-01-03T12:00  2026-01-04T12:00
                 c3       acme        mail       2026-01-03T12:00  2026-01-04T12:00""",
        issue_matches="""case_id  matched_key  score
                         c2       login        0.81
                         c3       login        0.99""",
    )
    rows = world.rows(CASE_ISSUES)
    assert told(rows, "issue_id", "match_score") == {"c1": ("c1", None), "c2": ("c1", 0.81), "c3": ("c3", None)}
    assert _issues(world, "cases", "match_score") == {"c1": (2, 0.81), "c3": (1, None)}


def test_an_issue_with_an_unresolved_case_is_neither_counted_nor_pending() -> None:
    world = given(
        cases="""case_id  account_id  issue_key  opened_at         resolved_at
                 c1       acme        login      2026-01-01T12:00  2026-01-02T12:00
                 c2       acme        login      2026-01-03T12:00  -
                 c3       acme        mail       2026-01-03T12:00  2026-01-04T12:00"""
    )
    assert _issues(world, "cases") == {"c3": 1}


def test_an_issue_falls_on_its_last_resolution_and_is_the_last_resolved_case_s_owner_s() -> None:
    world = given(
        cases="""case_id  account_id  owner_id  issue_key  opened_at         resolved_at
                 c1       acme        ann       login      2026-01-01T12:00  2026-01-31T23:30
                 c2       acme        bob       login      2026-01-03T12:00  2026-01-04T12:00
                 d1       acme        bob       mail       2026-01-03T12:00  2026-01-04T12:00
                 d2       acme        ann       mail       2026-01-01T12:00  2026-01-04T12:00
                 e1       acme        ann       sync       2026-01-01T12:00  2026-01-04T12:00
                 e2       acme        -         sync       2026-01-03T12:00  2026-01-05T12:00"""
    )
    first_of_february = date(2026, 2, 1)
    assert _issues(world, "person_id", "occurred_on", "credited_on") == {
        "c1": ("ann", first_of_february, first_of_february),
        "d2": ("bob", date(2026, 1, 4), date(2026, 1, 4)),
        "e1": (None, date(2026, 1, 5), date(2026, 1, 5)),
    }


@pytest.mark.parametrize(
    ("as_of", "is_mature"),
    [("2026-04-01T12:00:00Z", True), ("2026-04-01T11:59:59.999999Z", False)],
)
def test_an_issue_is_pending_until_nothing_more_can_join_it(as_of: str, *, is_mature: bool) -> None:
    world = given(
        cases="""case_id  account_id  issue_key  opened_at         resolved_at
                 c1       acme        login      2026-01-01T12:00  2026-03-02T12:00""",
        as_of=as_of,
    )
    assert _issues(world, "is_mature") == {"c1": is_mature}


def test_time_to_permanent_solution_runs_from_the_first_opening_to_the_last_resolution() -> None:
    world = given(
        cases="""case_id  account_id  issue_key  opened_at         resolved_at
                 c1       acme        login      2026-03-20T12:00  2026-04-03T13:30
                 c2       acme        login      2026-03-21T12:00  2026-03-22T12:00
                 c3       acme        mail       2026-03-01T12:00  2026-03-01T12:00:00.000001""",
    )
    assert _issues(world, "hours_to_solution") == {"c1": 14 * 24 + 1.5, "c3": 1 / 3_600_000_000}


def test_interactions_on_all_cases_of_an_issue_count_up_to_the_as_of_moment_without_automatic_ones() -> None:
    world = given(
        cases="""case_id  account_id  issue_key  opened_at         resolved_at
                 c1       acme        login      2026-01-01T12:00  2026-01-02T12:00
                 c2       acme        login      2026-01-03T12:00  2026-01-04T12:00
                 c3       acme        mail       2026-01-03T12:00  2026-01-04T12:00""",
        interactions="""interaction_id  case_id  occurred_at       kind      direction  is_automatic
                        i01             c1       2026-01-01T12:00  email     inbound    -
                        i02             c1       2026-01-01T12:01  email     outbound   true
                        i03             c1       2026-01-01T13:00  call      outbound   false
                        i04             c1       2026-01-01T14:00  chat      -          -
                        i05             c1       2026-01-01T15:00  meeting   inbound    -
                        i06             c1       2026-01-01T15:00  other     inbound    -
                        i07             c1       -                 email     inbound    -
                        i08             c2       2025-12-31T12:00  visit     inbound    -
                        i09             c2       2026-06-30T21:59  social    inbound    -
                        i10             c2       2026-07-01T12:00  email     inbound    -
                        i11             -        2026-01-03T12:00  email     inbound    -""",
        as_of="2026-06-30",
    )
    assert _issues(world, "interactions", "inbound_interactions") == {"c1": (5, 3), "c3": (0, 0)}


def test_first_contact_resolution_takes_one_inbound_a_single_case_and_no_reopening() -> None:
    world = given(
        cases="""case_id    account_id  issue_key  opened_at            resolved_at
                 one_mail   acme        one        2026-01-01T12:00     2026-01-02T12:00
                 answered   acme        two        2026-01-01T12:00     2026-01-02T12:00
                 two_mails  acme        three      2026-01-01T12:00     2026-01-02T12:00
                 automatic  acme        four       2026-01-01T12:00     2026-01-02T12:00
                 meeting    acme        five       2026-01-01T12:00     2026-01-02T12:00
                 silent     acme        six        2026-01-01T12:00     2026-01-02T12:00
                 repeated   acme        seven      2026-01-01T12:00     2026-01-02T12:00
                 again      acme        seven      2026-02-01T12:00     2026-02-02T12:00
                 too_late   acme        eight      2026-01-01T12:00     2026-01-02T12:00
                 other      acme        eight      2026-02-01T12:00:01  2026-02-02T12:00
                 reopened   acme        nine       2026-01-01T12:00     2026-01-09T12:00
                 discussed  acme        ten        2026-01-01T12:00     2026-01-09T12:00""",
        interactions="""interaction_id  case_id    occurred_at       kind     direction  is_automatic
                        i01             one_mail   2026-01-01T12:00  email    inbound    -
                        i02             answered   2026-01-01T12:00  email    inbound    false
                        i03             answered   2026-01-01T13:00  email    outbound   -
                        i04             two_mails  2026-01-01T12:00  email    inbound    -
                        i05             two_mails  2026-01-01T13:00  email    inbound    -
                        i06             automatic  2026-01-01T12:00  chat     inbound    -
                        i07             automatic  2026-01-01T12:00  email    inbound    true
                        i08             meeting    2026-01-01T12:00  call     inbound    -
                        i09             meeting    2026-01-01T13:00  meeting  inbound    -
                        i10             repeated   2026-01-01T12:00  email    inbound    -
                        i11             too_late   2026-01-01T12:00  email    inbound    -
                        i12             reopened   2026-01-01T12:00  email    inbound    -
                        i13             discussed  2026-01-01T12:00  email    inbound    -""",
        case_events="""case_id    occurred_at       kind
                       reopened   2026-01-05T12:00  reopen
                       discussed  2026-01-05T12:00  comment""",
    )
    assert _issues(world, "is_first_contact_resolution") == {
        "one_mail": True,
        "answered": True,
        "two_mails": False,
        "automatic": True,
        "meeting": True,
        "silent": False,
        "repeated": False,
        "too_late": True,
        "other": False,
        "reopened": False,
        "discussed": True,
    }


def test_a_closing_by_the_system_solves_an_issue_only_where_the_parameter_says_so() -> None:
    world = given(
        cases="case_id  opened_at  closed_at\nc1  2026-01-01T12:00  2026-01-16T12:00",
        case_events="case_id  occurred_at  kind  by\nc1  2026-01-16T12:00  close  system",
    )
    assert _issues(world, "is_unconfirmed") == {}
    found = _issues(world, "is_unconfirmed", "hours_to_solution", parameters={"closing_counts": True})
    assert found == {"c1": (True, 15 * 24.0)}


def test_no_cases_no_issues() -> None:
    assert given().rows(ISSUES, using=FACTS) == []
