"""What cells say, told with a fact of its own: meetings, their length, and whether they led to something."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from ibis import Table

from given import World, given
from trueup.metrics.audit import AuditError, sample_audit
from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.instances import DefinitionError
from trueup.metrics.instants import local_date
from trueup.metrics.metric import Metric
from trueup.metrics.places import Only, tidy


def _meetings(inputs: Inputs) -> Table:
    meetings = inputs.canon("interactions")
    long_enough = inputs.number("minutes") * 60
    seconds = meetings.ended_at.delta(meetings.occurred_at, unit="second")
    return meetings.select(
        "account_id",
        "occurred_at",
        "kind",
        "subject",
        fact_key=meetings.interaction_id,
        credit_id=meetings.interaction_id,
        occurred_on=local_date(meetings.occurred_at),
        credited_on=local_date(meetings.occurred_at),
        hours=seconds / 3600,
        is_long=seconds >= long_enough,
        has_end=meetings.ended_at.notnull(),
        is_over=meetings.completed_at.notnull(),
    )


MEETINGS = Fact("meetings", "meetings", _meetings, credit="participants", parameters={"minutes": 60})


def _invoices(inputs: Inputs) -> Table:
    invoices = inputs.canon("invoices")
    owners = inputs.canon("accounts").select("account_id", person_id="owner_id")
    owned = invoices.join(owners, "account_id")
    issued_at = owned.issued_on.cast("timestamp(6)")
    return owned.select(
        "account_id", "person_id", "amount", fact_key=owned.invoice_id, occurred_at=issued_at,
        occurred_on=owned.issued_on, credited_on=owned.issued_on,
    )  # fmt: skip


INVOICES = Fact("invoices", "invoices", _invoices, credit="person", row_of="invoices")


def _accounts_there(inputs: Inputs) -> Table:
    accounts = inputs.canon("accounts")
    there = PERIODS.join(accounts, accounts.created_at <= PERIODS.cut_at)
    return there.select(
        "account_id", "period_kind", "period_key", fact_key=accounts.account_id, credited_on=PERIODS.cut_on,
        person_id=accounts.owner_id, employees=accounts.employees,
    )  # fmt: skip


ACCOUNTS = Fact("accounts_there", "accounts", _accounts_there, credit="person", timing="period")
FACTS = (MEETINGS, INVOICES, ACCOUNTS)

HELD = Metric("held", "Meetings", "sales", "activity", "higher", "count", "meetings", fact="meetings", agg="count")
LONG = replace(
    HELD, name="long_share", agg="ratio", unit="ratio", numerator="is_long", denominator="has_end", minimum_n=2
)
TYPICAL = replace(HELD, name="typical_hours", agg="median", unit="hours", measure="hours")
MEAN = replace(TYPICAL, name="mean_hours", agg="mean")
P90 = replace(TYPICAL, name="p90_hours", agg="percentile", percentile=0.9)
SUBJECTS = replace(HELD, name="subjects", agg="count_distinct", measure="subject")
DECIDED = replace(LONG, name="long_share_decided", maturity="is_over")
BILLED = replace(HELD, name="billed", fact="invoices", agg="sum", measure="amount", unit="money")
SIZE = replace(HELD, name="size", fact="accounts_there", agg="mean", measure="employees", unit="count")

PEOPLE = """person_id team   department active_from active_to
            ann       north  sales      -           2026-05-31
            ann       south  sales      2026-06-01  -
            bob       south  sales      -           -
            cy        -      support    -           -"""
ACCOUNT_ROWS = """account_id segment industry owner_id created_at        employees
                  acme       small   retail   ann      2026-01-01T00:00  10
                  globex     large   -        bob      2026-05-10T00:00  40
                  umbra      -       retail   bob      2026-06-10T00:00  70"""


def company(interactions: str = "", participants: str = "", **more: str) -> World:
    return given(accounts=ACCOUNT_ROWS, people=PEOPLE, interactions=interactions, participants=participants, **more)


THREE = """interaction_id account_id occurred_at       ended_at          kind     completed_at
           m1             acme       2026-05-04T08:00  2026-05-04T09:00  meeting  2026-05-04T09:00
           m2             acme       2026-06-02T08:00  2026-06-02T08:30  call     -
           m3             globex     2026-06-03T08:00  2026-06-03T10:00  meeting  -
           m4             -          2026-06-04T08:00  -                 meeting  2026-06-04T09:00
           m5             umbra      2026-06-05T08:00  2026-06-05T08:15  demo     -"""
BOTH = """interaction_id person_id attended
          m1             ann       -
          m1             bob       -
          m2             ann       -
          m2             bob       -
          m2             cy        false
          m3             bob       true
          m3             cy        -"""


def values(world: World, metric: Metric, by: str, period: str) -> Mapping[tuple[str, str], float | None]:
    return world.metric(metric, by=by, period=period, using=FACTS)  # type: ignore[arg-type]


def test_every_meeting_counts_for_its_account_and_for_the_company() -> None:
    world = company(THREE)
    assert values(world, HELD, "account", "month") == {
        ("acme", "2026-05"): 1,
        ("acme", "2026-06"): 1,
        ("globex", "2026-06"): 1,
        ("umbra", "2026-06"): 1,
    }
    assert values(world, HELD, "company", "quarter") == {("company", "2026-Q2"): 5}


def test_an_account_without_segment_has_no_row_among_segments() -> None:
    world = company(THREE)
    assert values(world, HELD, "segment", "quarter") == {("large", "2026-Q2"): 1, ("small", "2026-Q2"): 2}
    assert values(world, HELD, "industry", "quarter") == {("retail", "2026-Q2"): 3}


def test_everybody_who_came_is_credited_and_their_team_once() -> None:
    world = company(THREE, BOTH)
    assert values(world, HELD, "person", "quarter") == {
        ("ann", "2026-Q2"): 2,
        ("bob", "2026-Q2"): 3,
        ("cy", "2026-Q2"): 1,
    }
    # In May ann was in the north; in June she and bob were both in the south.
    assert values(world, HELD, "team", "month") == {
        ("north", "2026-05"): 1,
        ("south", "2026-05"): 1,
        ("south", "2026-06"): 2,
    }
    assert values(world, HELD, "department", "quarter") == {("sales", "2026-Q2"): 3, ("support", "2026-Q2"): 1}


def test_a_ratio_pools_its_parts_and_tells_how_many_facts_are_below_the_line() -> None:
    world = company(THREE)
    rows = world.cells(LONG, by="company", period="quarter", using=FACTS)
    assert [(r["value"], r["numerator"], r["denominator"], r["n"], r["status"]) for r in rows] == [(0.5, 2, 4, 4, "ok")]


def test_few_facts_are_thin_and_a_running_period_is_provisional() -> None:
    world = company(THREE)
    assert [r["status"] for r in world.cells(LONG, by="account", period="month", using=FACTS)] == ["thin"] * 4
    running = given(interactions=THREE, as_of="2026-06-20")
    status = {r["period"]: r["status"] for r in running.cells(LONG, period="month", using=FACTS)}
    assert status == {"2026-05": "thin", "2026-06": "provisional"}


def test_medians_are_of_all_facts_and_never_of_medians() -> None:
    world = company(THREE, BOTH)
    assert values(world, TYPICAL, "account", "quarter")[("acme", "2026-Q2")] == 0.75
    assert values(world, TYPICAL, "company", "year") == {("company", "2026"): 0.75}
    assert values(world, TYPICAL, "team", "quarter") == {("north", "2026-Q2"): 1.0, ("south", "2026-Q2"): 1.0}
    assert values(world, P90, "company", "year") == {("company", "2026"): pytest.approx(1.7)}


def test_a_mean_over_a_quarter_is_not_the_mean_of_its_months() -> None:
    world = company(THREE)
    assert values(world, MEAN, "company", "quarter") == {("company", "2026-Q2"): pytest.approx(3.75 / 4)}


def test_what_is_not_decided_yet_is_pending_and_nothing_else() -> None:
    world = company(THREE)
    rows = world.cells(DECIDED, by="company", period="month", using=FACTS)
    assert [(r["period"], r["value"], r["n"], r["pending"], r["status"]) for r in rows] == [
        ("2026-05", 1.0, 1, 0, "thin"),
        ("2026-06", None, 0, 3, "no_denominator"),
    ]


def test_different_subjects_are_counted_over_the_whole_quarter() -> None:
    world = company(
        """interaction_id account_id occurred_at       subject
           m1             acme       2026-05-04T08:00  prices
           m2             acme       2026-06-04T08:00  prices
           m3             globex     2026-06-04T08:00  plans"""
    )
    assert values(world, SUBJECTS, "company", "quarter") == {("company", "2026-Q2"): 2}
    assert values(world, SUBJECTS, "company", "month") == {("company", "2026-05"): 1, ("company", "2026-06"): 2}


def test_a_filter_takes_one_value_or_several() -> None:
    world = company(THREE)
    only = replace(HELD, filter={"kind": ("call", "demo"), "has_end": True})
    assert values(world, only, "company", "quarter") == {("company", "2026-Q2"): 2}


def test_money_is_summed_exactly_and_credited_by_the_team_of_the_day() -> None:
    world = company(
        invoices="""invoice_id account_id issued_on   amount
                    b1         acme       2026-05-31  0.10
                    b2         acme       2026-06-01  0.20
                    b3         globex     2026-06-02  0.70"""
    )
    [row] = world.cells(BILLED, by="company", period="quarter", using=FACTS)
    assert str(row["amount"]) == "1.00000000"
    assert values(world, BILLED, "team", "quarter") == {("north", "2026-Q2"): 0.1, ("south", "2026-Q2"): 0.9}


def test_facts_of_a_period_are_grouped_by_it_and_never_added_over_periods() -> None:
    world = company()
    assert values(world, SIZE, "company", "month")[("company", "2026-06")] == 40
    assert values(world, SIZE, "company", "quarter") == {("company", "2026-Q1"): 10, ("company", "2026-Q2"): 40}
    assert values(world, SIZE, "team", "quarter") == {("north", "2026-Q1"): 10, ("south", "2026-Q2"): 40}


def test_weeks_days_trailing_windows_and_all_time() -> None:
    world = company(THREE, BOTH)
    assert values(world, HELD, "company", "week") == {("company", "2026-W19"): 1, ("company", "2026-W23"): 4}
    assert values(world, HELD, "account", "day")[("acme", "2026-05-04")] == 1
    assert values(world, HELD, "company", "2026-06-03/P30D") == {("company", "2026-06-03/P30D"): 2}
    assert values(world, HELD, "team", "2026-06-30/P90D") == {
        ("north", "2026-06-30/P90D"): 1,
        ("south", "2026-06-30/P90D"): 3,
    }
    assert values(world, TYPICAL, "account", "2026-06-30/P90D")[("acme", "2026-06-30/P90D")] == 0.75
    [ever] = world.cells(HELD, by="company", period="all", using=FACTS)
    assert (ever["value"], ever["status"]) == (5, "ok")


def test_windows_that_overlap_each_count_what_lies_in_them() -> None:
    world = company(THREE)
    planned = world.compute([HELD], grains=["company"], periods=["2026-06-03/P30D", "2026-06-04/P30D"], using=FACTS)
    rows = world.engine.query(tidy(planned.places)).to_pylist()
    assert {row["period"]: row["value"] for row in rows} == {"2026-06-03/P30D": 2, "2026-06-04/P30D": 3}


def test_parameters_make_another_instance_of_the_fact() -> None:
    world = company(THREE)
    short = replace(LONG, name="half_hour_share", parameters={"minutes": 30})
    planned = world.compute([LONG, short], grains=["company"], periods=["quarter"], using=FACTS)
    rows = world.engine.query(tidy(planned.places)).to_pylist()
    assert {row["metric"]: row["numerator"] for row in rows} == {"long_share": 2, "half_hour_share": 3}
    assert len(planned.instances) == 2


def test_the_workspace_has_the_last_word_on_parameters() -> None:
    world = company(THREE)
    [row] = world.cells(LONG, period="quarter", using=FACTS, settings={"long_share": {"minutes": 30, "minimum_n": 9}})
    assert (row["numerator"], row["status"]) == (3, "thin")


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"minuts": 3}, r"\[metrics.long_share\] sets minuts: it has no such parameter; did you mean minutes\?"),
        ({"minutes": "long"}, r"sets minutes to 'long'; write a value like 60"),
        ({"minutes": True}, r"sets minutes to True; write a value like 60"),
    ],
)
def test_a_setting_that_the_metric_does_not_have_is_refused(setting: dict[str, int | str], told: str) -> None:
    with pytest.raises(DefinitionError, match=told):
        company().compute([LONG], using=FACTS, settings={"long_share": setting})


def test_a_column_that_the_fact_does_not_have_is_refused_with_the_nearest_one() -> None:
    wrong = replace(LONG, numerator="is_lonk", declared="mine.yaml:3")
    with pytest.raises(DefinitionError, match=r"mine.yaml:3: .*no column 'is_lonk'; did you mean is_long\?"):
        company().compute([wrong], using=FACTS)


def test_text_cannot_be_averaged() -> None:
    with pytest.raises(DefinitionError, match="kind is neither a number nor a flag"):
        company().compute([replace(MEAN, measure="kind")], using=FACTS)


def test_a_condition_limits_the_facts_by_their_own_columns_or_their_accounts() -> None:
    world = company(THREE)
    [row] = world.cells(HELD, period="quarter", using=FACTS, where={"kind": ["meeting"]})
    assert row["value"] == 3
    [row] = world.cells(HELD, period="quarter", using=FACTS, where={"industry": ["retail"], "kind": ["call", "demo"]})
    assert row["value"] == 2
    with pytest.raises(DefinitionError, match="cannot be limited by 'industri'; did you mean industry"):
        world.cells(HELD, using=FACTS, where={"industri": ["retail"]})


def test_reading_can_be_limited_to_entities_kinds_and_periods() -> None:
    world = company(THREE)
    planned = world.compute([HELD, LONG], grains=["account"], using=FACTS)
    only = Only(kinds=["month"], periods=["2026-06"], entities=["acme", "globex"])
    rows = world.engine.query(tidy(planned.places, only)).to_pylist()
    assert {(row["metric"], row["entity"]) for row in rows} == {
        ("held", "acme"), ("held", "globex"), ("long_share", "acme"), ("long_share", "globex"),
    }  # fmt: skip


def test_metrics_over_the_same_rows_share_their_columns() -> None:
    world = company(THREE)
    twin = replace(LONG, name="long_share_again")
    planned = world.compute([LONG, twin], grains=["company"], using=FACTS)
    parts = {(place.numerator, place.denominator, place.n) for place in planned.places}
    assert len(parts) == 1


def test_the_audit_agrees_with_right_cells_and_names_a_wrong_one() -> None:
    world = company(THREE, BOTH, invoices="invoice_id account_id issued_on amount\nb1 acme 2026-05-31 0.10")
    planned = world.compute([HELD, LONG, TYPICAL, MEAN, P90, SUBJECTS, DECIDED, BILLED, SIZE], using=FACTS)
    assert sample_audit(planned, world.engine, cells=60) > 40
    world.engine.execute("UPDATE cells.meetings__team SET held__n = held__n + 1")
    with pytest.raises(AuditError, match=r"held__n of team .* in 2026.* is \d in the cells of meetings__team"):
        sample_audit(planned, world.engine, cells=60)
