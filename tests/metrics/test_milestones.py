from given import World, given
from told import told
from trueup.metrics.registry import built_in_facts

MILESTONES = """milestone_id  account_id  goal_id  planned_on  done_on     is_first_value
                early         acme        -        2026-05-10  2026-05-01  true
                on_the_day    acme        open     2026-05-10  2026-05-10  -
                late          acme        -        2026-05-10  2026-05-11  -
                undone        globex      -        2026-05-31  -           -
                today         globex      -        2026-06-30  2026-06-30  -
                to_come       globex      -        2026-07-01  2026-06-30  -
                personal      acme        own      2026-05-10  2026-05-10  -
                dropped       acme        gone     2026-05-20  -           -
                before        acme        gone     2026-05-19  -           -"""


def planned(as_of: str = "2026-06-30T12:00:00") -> World:
    return given(
        accounts="account_id owner_id\nacme ann\nglobex bob",
        people="person_id team\nann north\nbob south",
        goals="""goal_id  account_id  kind      status     ended_at
                 open     acme        business  agreed     -
                 own      acme        personal  agreed     -
                 gone     acme        business  withdrawn  2026-05-20T10:00""",
        milestones=MILESTONES,
        as_of=as_of,
    )


def test_a_milestone_is_on_time_if_done_by_its_day() -> None:
    rows = planned().rows(built_in_facts()["milestones"])
    assert told(rows, "is_on_time", "is_due") == {
        "early": (True, True),
        "on_the_day": (True, True),
        "late": (False, True),
        "undone": (False, True),
        "today": (True, False),
        "before": (False, True),
    }
    assert told(rows, "is_first_value")["early"] is True


def test_milestones_fall_into_the_period_of_their_day_and_today_is_not_over_yet() -> None:
    cells = {row["period"]: (row["value"], row["n"], row["pending"]) for row in planned().cells("milestones_on_time")}
    assert cells == {"2026-05": (2 / 5, 5, 0), "2026-06": (None, 0, 1)}
    assert planned("2026-06-30").metric("milestones_on_time", by="team") == {
        ("north", "2026-05"): 0.5,
        ("south", "2026-05"): 0,
        ("south", "2026-06"): 1,
    }


def test_a_milestone_put_off_falls_into_the_later_period() -> None:
    versions = """milestone_id  account_id  planned_on  done_on     recorded_at
                  m1            acme        2026-04-10  -           2026-01-01T00:00
                  m1            acme        2026-05-10  2026-05-09  2026-05-15T00:00"""
    seen = {
        as_of: given(accounts="account_id\nacme", milestones=versions, as_of=as_of).metric("milestones_on_time")
        for as_of in ("2026-05-14", "2026-05-15")
    }
    assert seen == {"2026-05-14": {("company", "2026-04"): 0}, "2026-05-15": {("company", "2026-05"): 1}}
