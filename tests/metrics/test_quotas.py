from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from given import given
from told import FACT, Row, of_period, share
from trueup.units.period import PeriodRules

DEALS = """deal_id  account_id  owner_id  kind     outcome  created_at        closed_at         net_amount  currency
           d1       acme        ann       new      won      2026-01-01T12:00  2026-02-10T12:00  40          -
           d2       acme        ann       renewal  won      2026-01-01T12:00  2026-03-31T12:00  20          -
           d3       acme        ann       new      lost     2026-01-01T12:00  2026-02-10T12:00  99          -
           d4       acme        bob       new      won      2026-01-01T12:00  2026-02-10T12:00  99          -
           d5       acme        ann       new      won      2026-01-01T12:00  2026-04-10T12:00  30          -
           d6       acme        ann       new      won      2026-01-01T12:00  2026-04-10T12:00  99          JPY"""
QUOTAS = """person_id  period   amount
            ann        2026-Q1  100
            ann        2026-Q2  120
            ann        2026-Q3  500
            cid        2026-Q1  50"""


def _of(rows: Sequence[Row], person: str) -> list[Row]:
    return [row for row in rows if row["person_id"] == person]


def test_bookings_of_people_with_a_quota_count_against_the_quarter_s_quota() -> None:
    world = given(deals=DEALS, quotas=QUOTAS, as_of="2026-06-30", zone="UTC")
    rows = world.rows(FACT["quota_credits"])
    first = of_period(rows, "2026-Q1")
    assert share(_of(first, "ann"), "booked", "quota") == 0.6
    assert share(_of(first, "cid"), "booked", "quota") == 0
    assert _of(first, "bob") == []
    assert share(first, "booked", "quota") == 60 / 150
    assert {row["period_kind"] for row in rows} == {"quarter", "year"}


def test_a_year_is_the_sum_of_its_quarters_begun() -> None:
    world = given(deals=DEALS, quotas=QUOTAS, as_of="2026-06-30", zone="UTC")
    year = of_period(world.rows(FACT["quota_credits"], periods=("2026",)), "2026")
    assert share(_of(year, "ann"), "booked", "quota") == 90 / 220
    assert share(year, "booked", "quota") == 90 / 270
    july = given(deals=DEALS, quotas=QUOTAS, as_of="2026-07-01", zone="UTC")
    assert share(_of(july.rows(FACT["quota_credits"], periods=("2026",)), "ann"), "booked", "quota") == 90 / 720


def test_fiscal_quarters_are_found_by_their_keys() -> None:
    world = given(
        rules=PeriodRules(fiscal_year_start=4),
        zone="UTC",
        as_of="2026-06-30",
        deals=DEALS,
        quotas="""person_id  period     amount
                  ann        FY2026-Q4  100
                  ann        FY2027-Q1  100
                  ann        2026-Q1    9999""",
    )
    rows = world.rows(FACT["quota_credits"])
    assert {key: share(of_period(rows, key), "booked", "quota") for key in ("FY2026-Q4", "FY2026", "FY2027")} == {
        "FY2026-Q4": 0.6,
        "FY2026": 0.6,
        "FY2027": 0.3,
    }


def test_a_deal_is_credited_on_its_closing_day_and_a_quota_on_the_quarter_s_first() -> None:
    world = given(deals=DEALS, quotas=QUOTAS, as_of="2026-03-31", zone="UTC")
    rows = world.rows(FACT["quota_credits"], periods=("2026-Q1",))
    assert [(row["fact_key"], row["credited_on"], row["booked"], row["quota"]) for row in _of(rows, "ann")] == [
        ("ann/2026-Q1", date(2026, 1, 1), Decimal(0), Decimal(100)),
        ("d1", date(2026, 2, 10), Decimal(40), None),
        ("d2", date(2026, 3, 31), Decimal(20), None),
    ]


def test_the_owner_at_closing_gets_the_deal_at_the_instant_of_the_change_too() -> None:
    world = given(
        deals=DEALS,
        quotas=QUOTAS,
        deal_changes="""deal_id  changed_at        field  old_value  new_value
                        d1       2026-02-10T12:00  owner  ann        cid
                        d4       2026-02-11T12:00  owner  ann        bob""",
        zone="UTC",
    )
    first = of_period(world.rows(FACT["quota_credits"]), "2026-Q1")
    assert share(_of(first, "cid"), "booked", "quota") == 40 / 50
    assert share(_of(first, "ann"), "booked", "quota") == (20 + 99) / 100


def test_money_converts_at_the_closing_day_and_the_quarter_s_first_and_a_quota_without_rate_takes_its_deals_along() -> (
    None
):
    world = given(
        currency="EUR",
        zone="UTC",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2025-12-31  0.50
                    USD       EUR   2026-01-02  0.25""",
        deals="""deal_id  owner_id  outcome  created_at        closed_at         net_amount  currency
                 d1       ann       won      2026-01-01T12:00  2026-02-10T12:00  100         USD
                 d2       bob       won      2026-01-01T12:00  2026-02-10T12:00  100         USD""",
        quotas="""person_id  period   amount  currency
                  ann        2026-Q1  100     USD
                  bob        2026-Q1  100     JPY""",
    )
    first = of_period(world.rows(FACT["quota_credits"]), "2026-Q1")
    assert share(first, "booked", "quota") == 25 / 50
    assert [(row["fact_key"], row["booked"], row["quota"], row["lacks_rate"]) for row in _of(first, "bob")] == [
        ("bob/2026-Q1", None, None, True)
    ]
