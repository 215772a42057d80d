"""Which cases are followed by, or run beside, another of the same issue (definitions.md section 3, reading 23)."""

from collections.abc import Mapping

import pytest

from given import Value, given
from told import told
from trueup.metrics.fact import ParameterValue
from trueup.metrics.facts.cases import FACTS, RESOLVED_CASES

Told = Mapping[Value, Value | tuple[Value, ...]]


def _told(
    cases: str, *columns: str, as_of: str = "2026-12-31", parameters: Mapping[str, ParameterValue] | None = None
) -> Told:
    world = given(cases=cases, as_of=as_of)
    return told(world.rows(RESOLVED_CASES, using=FACTS, parameters=parameters), *columns)


def test_another_case_repeats_after_the_resolution_and_is_parallel_before() -> None:
    found = _told(
        """case_id             account_id  issue_key           opened_at                   resolved_at
           before              acme        before              2026-03-01T12:00            2026-03-02T12:00
           -before             acme        before              2026-03-01T11:59:59.999999  -
           together            acme        together            2026-03-01T12:00            2026-03-02T12:00
           also_together       acme        together            2026-03-01T12:00            2026-03-02T12:00
           right_after         acme        right_after         2026-03-01T12:00            2026-03-02T12:00
           -right_after        acme        right_after         2026-03-01T12:00:00.000001  -
           at_the_resolution   acme        at_the_resolution   2026-03-01T12:00            2026-03-02T12:00
           -at_the_resolution  acme        at_the_resolution   2026-03-02T12:00            -
           just_after_it       acme        just_after_it       2026-03-01T12:00            2026-03-02T12:00
           -just_after_it      acme        just_after_it       2026-03-02T12:00:00.000001  -
           thirty_days         acme        thirty_days         2026-03-01T12:00            2026-03-02T12:00
           -thirty_days        acme        thirty_days         2026-04-01T12:00            -
           a_microsecond_more  acme        a_microsecond_more  2026-03-01T12:00            2026-03-02T12:00
           -a_microsecond      acme        a_microsecond_more  2026-04-01T12:00:00.000001  -""",
        "is_repeated",
        "is_parallel",
    )
    assert found == {
        "before": (False, False),
        "together": (False, False),
        "also_together": (False, False),
        "right_after": (False, True),
        "at_the_resolution": (False, True),
        "just_after_it": (True, False),
        "thirty_days": (True, False),
        "a_microsecond_more": (False, False),
    }


def test_thirty_days_are_elapsed_time_whatever_the_clocks_do() -> None:
    # Berlin's clocks go forward on 29 March 2026: thirty days by the wall clock would end an hour earlier.
    found = _told(
        """case_id  account_id  issue_key  opened_at            resolved_at
           c1       acme        login      2026-03-10T09:00     2026-03-10T10:00
           c2       acme        login      2026-04-09T09:30     -
           c3       acme        mail       2026-03-10T09:00     2026-03-10T10:00
           c4       acme        mail       2026-04-09T10:00:01  -""",
        "is_repeated",
    )
    assert found == {"c1": True, "c3": False}


def test_only_a_case_of_the_same_account_and_key_repeats() -> None:
    found = _told(
        """case_id  account_id  issue_key  opened_at         resolved_at
           c1       acme        login      2026-03-01T12:00  2026-03-02T12:00
           c2       acme        mail       2026-03-03T12:00  2026-03-04T12:00
           c3       globex      login      2026-03-03T12:00  2026-03-04T12:00
           c4       -           login      2026-03-03T12:00  2026-03-05T12:00
           c5       -           login      2026-03-04T12:00  2026-03-05T12:00
           c6       acme        -          2026-03-03T12:00  2026-03-05T12:00
           c7       acme        -          2026-03-04T12:00  2026-03-05T12:00""",
        "is_repeated",
        "is_parallel",
    )
    assert len(found) == 7
    assert set(found.values()) == {(False, False)}


@pytest.mark.parametrize(
    ("as_of", "is_mature"),
    [("2026-04-01T12:00:00Z", True), ("2026-04-01T11:59:59.999999Z", False)],
)
def test_a_case_is_pending_until_its_thirty_days_are_over(as_of: str, *, is_mature: bool) -> None:
    found = _told(
        """case_id  account_id  issue_key  opened_at         resolved_at
           c1       acme        login      2026-03-01T12:00  2026-03-02T12:00
           c2       acme        login      2026-03-05T12:00  -""",
        "is_mature",
        "is_repeated",
        as_of=as_of,
    )
    assert found == {"c1": (is_mature, True)}


def test_the_days_of_a_repeat_are_a_parameter_of_their_own() -> None:
    cases = """case_id  account_id  issue_key  opened_at         resolved_at
               c1       acme        login      2026-03-01T12:00  2026-03-02T12:00
               c2       acme        login      2026-03-12T12:00  2026-03-13T12:00
               c3       acme        login      2026-04-30T12:00  2026-05-01T12:00"""
    assert _told(cases, "is_repeated") == {"c1": True, "c2": False, "c3": False}
    assert _told(cases, "is_repeated", parameters={"repeat_days": 9}) == {"c1": False, "c2": False, "c3": False}
    sixty = {"repeat_days": 60, "issue_days": 60}
    assert _told(cases, "is_repeated", parameters=sixty) == {"c1": True, "c2": True, "c3": False}


def test_a_case_that_was_resolved_before_it_was_opened_does_not_repeat_itself() -> None:
    found = _told(
        """case_id  account_id  issue_key  opened_at         resolved_at
           c1       acme        login      2026-03-05T12:00  2026-03-02T12:00
           c2       acme        login      2026-03-20T12:00  2026-03-21T12:00
           c3       acme        mail       2026-03-05T12:00  2026-03-02T12:00
           c4       acme        mail       2026-04-04T12:00  2026-04-05T12:00""",
        "is_repeated",
        "is_parallel",
    )
    assert found == {"c1": (True, False), "c2": (False, False), "c3": (False, False), "c4": (False, False)}
