from datetime import date, datetime
from decimal import Decimal

import pytest
from ibis import Table

from given import given
from trueup.metrics.fact import BUSINESS_DAYS, Fact, Inputs, state_table
from trueup.metrics.instants import local_date


def _calls(inputs: Inputs) -> Table:
    calls = inputs.canon("interactions")
    return calls.select(
        "account_id",
        "occurred_at",
        fact_key=calls.interaction_id,
        occurred_on=local_date(calls.occurred_at),
    )


CALLS = Fact("calls", "calls", _calls, credit="none")


def test_rows_fall_on_the_local_date() -> None:
    world = given(
        interactions="""interaction_id  account_id  occurred_at
                        i2              acme        2026-06-14T22:30
                        i1              -           2026-01-14T22:30"""
    )
    assert [(row["fact_key"], row["account_id"], row["occurred_on"]) for row in world.rows(CALLS)] == [
        ("i1", None, date(2026, 1, 14)),
        ("i2", "acme", date(2026, 6, 15)),
    ]


def test_a_row_recorded_after_the_as_of_moment_is_not_known() -> None:
    world = given(
        deals="""deal_id  net_amount  outcome  created_at        recorded_at
                 d1       10.50       open     2026-06-01T00:00  -
                 d1       11          won      2026-06-01T00:00  2026-06-20T00:00
                 d1       12          lost     2026-06-01T00:00  2026-07-20T00:00
                 d2       12          open     2026-07-01T00:00  -""",
        as_of="2026-06-30",
    )
    rows = world.engine.query("select deal_id, net_amount, outcome from state.deals").to_pylist()
    assert rows == [{"deal_id": "d1", "net_amount": Decimal("11.0000"), "outcome": "won"}]


def test_words_under_their_columns_may_hold_blanks() -> None:
    world = given(
        cases="""case_id  subject        opened_at
                 c1       it is broken   2026-06-01T00:00
                 c2                      2026-06-02T00:00"""
    )
    rows = world.engine.query("select case_id, subject from state.cases order by 1").to_pylist()
    assert rows == [{"case_id": "c1", "subject": "it is broken"}, {"case_id": "c2", "subject": None}]


def test_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such columns: colour"):
        given(accounts=[{"account_id": "a", "colour": "red"}])


def test_business_days_count_what_was_open_before() -> None:
    world = given(accounts="account_id created_at\nacme 2026-06-01T00:00", as_of="2026-06-30T12:00:00Z")
    assert world.context.as_of == datetime.fromisoformat("2026-06-30T12:00")
    monday = world.engine.query(
        world.engine.compile(BUSINESS_DAYS.filter(BUSINESS_DAYS.local_date == date(2026, 6, 8)))
    ).to_pylist()[0]
    assert monday["opens_at"] == datetime.fromisoformat("2026-06-08T07:00")
    before = monday["seconds_before"]
    friday = world.engine.query("select * from calendar.business_days where local_date = '2026-06-05'").to_pylist()[0]
    assert before - friday["seconds_before"] == 8 * 3600


def test_every_canonical_table_is_there() -> None:
    world = given()
    assert world.engine.query(world.engine.compile(state_table("usage"))).num_rows == 0
