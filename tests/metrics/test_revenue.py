from datetime import date
from decimal import Decimal

from given import given
from told import FACT, of_period, share, told, total


def test_revenue_is_the_amount_per_day_of_the_term_for_every_running_day() -> None:
    world = given(
        as_of="2024-12-31",
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     leap         acme        2024-01-01  2024-12-31  366
                     oneday       acme        2024-02-29  2024-02-29  5""",
    )
    rows = world.rows(FACT["revenue"])
    assert told(of_period(rows, "2024-02"), "revenue", "running_days") == {
        "leap": (Decimal(29), 29),
        "oneday": (Decimal(5), 1),
    }
    assert told(of_period(rows, "2024-Q1"), "revenue") == {"leap": Decimal(91), "oneday": Decimal(5)}
    assert told(of_period(rows, "2024"), "revenue") == {"leap": Decimal(366), "oneday": Decimal(5)}


def test_a_contract_earns_nothing_on_the_day_it_is_cancelled_or_defaults_nor_after() -> None:
    world = given(
        as_of="2026-06-30",
        contracts="""contract_id  account_id  starts_on   ends_on     amount  cancelled_on  defaulted_on
                     cancelled    acme        2026-04-01  2026-04-30  30      2026-04-11    -
                     defaulted    acme        2026-04-01  2026-04-30  30      2026-04-21    2026-04-05
                     stillborn    acme        2026-04-01  2026-04-30  30      2026-04-01    -
                     afterwards   acme        2026-04-01  2026-04-30  30      2026-06-01    -
                     inverted     acme        2026-04-30  2026-04-01  30      -             -""",
    )
    april = of_period(world.rows(FACT["revenue"]), "2026-04")
    assert told(april, "revenue") == {"cancelled": Decimal(10), "defaulted": Decimal(4), "afterwards": Decimal(30)}


def test_a_running_period_counts_up_to_the_as_of_day() -> None:
    world = given(
        as_of="2026-06-10T08:00:00",
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     c1           acme        2026-06-01  2026-06-30  30""",
    )
    assert told(of_period(world.rows(FACT["revenue"]), "2026-06"), "revenue") == {"c1": Decimal(10)}


def test_revenue_converts_at_the_contract_s_first_day_and_is_unknown_without_rate_term_or_amount() -> None:
    world = given(
        currency="EUR",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2026-01-01  0.50
                    USD       EUR   2026-04-02  9.99""",
        contracts="""contract_id  account_id  starts_on   ends_on     amount  currency  cost_amount
                     dollars      acme        2026-04-01  2026-04-30  30      USD       12
                     euros        acme        2026-04-01  2026-04-30  30      EUR       -
                     yen          acme        2026-04-01  2026-04-30  30      JPY       12
                     endless      acme        2026-04-01  -           30      EUR       12
                     unpriced     acme        2026-04-01  2026-04-30  -       EUR       12""",
    )
    april = of_period(world.rows(FACT["revenue"]), "2026-04")
    assert told(april, "revenue", "margin", "lacks_rate") == {
        "dollars": (Decimal(15), Decimal(9), False),
        "euros": (Decimal(30), None, False),
        "yen": (None, None, True),
        "endless": (None, None, False),
        "unpriced": (None, None, False),
    }


PEOPLE = """person_id  team   active_from  active_to
            ann        north  2026-04-03   2026-04-10
            ann        south  2026-04-21   2026-04-25"""


def test_revenue_follows_the_owner_s_teams_day_by_day_and_through_the_gaps() -> None:
    world = given(
        accounts="""account_id  owner_id
                    acme        ann
                    globex      stranger
                    initech     -""",
        people=PEOPLE,
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     c1           acme        2026-04-01  2026-04-30  30
                     c2           globex      2026-04-01  2026-04-30  30
                     c3           initech     2026-04-01  2026-04-30  30
                     c4           -           2026-04-01  2026-04-30  30
                     c5           acme        2026-04-08  2026-04-09  2""",
    )
    april = of_period(world.rows(FACT["revenue"]), "2026-04")
    pieces = sorted((row["fact_key"], row["credited_on"], row["revenue"], row["person_id"]) for row in april)
    assert pieces == [
        ("c1", date(2026, 4, 1), Decimal(2), "ann"),
        ("c1", date(2026, 4, 3), Decimal(8), "ann"),
        ("c1", date(2026, 4, 11), Decimal(10), "ann"),
        ("c1", date(2026, 4, 21), Decimal(5), "ann"),
        ("c1", date(2026, 4, 26), Decimal(5), "ann"),
        ("c2", date(2026, 4, 1), Decimal(30), "stranger"),
        ("c3", date(2026, 4, 1), Decimal(30), None),
        ("c4", date(2026, 4, 1), Decimal(30), None),
        ("c5", date(2026, 4, 8), Decimal(2), "ann"),
    ]


def test_market_share_is_taken_where_that_very_period_has_a_size() -> None:
    world = given(
        as_of="2026-06-30",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2026-04-01  0.50""",
        accounts="""account_id  segment
                    acme        smb
                    globex      smb
                    initech     large
                    umbra       tiny""",
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     c1           acme        2026-04-01  2026-06-30  91
                     c2           globex      2026-04-01  2026-06-30  91
                     c3           initech     2026-04-01  2026-06-30  182
                     c4           umbra       2026-04-01  2026-06-30  9100""",
        markets="""segment  period   size  currency
                   smb      2026-Q2  1820  USD
                   large    2026-Q2  1820  -
                   empty    2026-Q2  1000  -
                   foreign  2026-Q2  1000  JPY
                   smb      2026     9999  -
                   smb      2025-Q2  1000  -""",
    )
    rows = world.rows(FACT["market_shares"])
    quarter = of_period(rows, "2026-Q2")
    assert {row["segment"]: (row["revenue"], row["market_size"]) for row in quarter} == {
        "smb": (Decimal(182), Decimal(910)),
        "large": (Decimal(182), Decimal(1820)),
        "empty": (Decimal(0), Decimal(1000)),
        "foreign": (None, None),
    }
    assert share(quarter, "revenue", "market_size") == 364 / 3730
    assert {row["period_key"] for row in rows} == {"2026-Q2", "2026"}


def test_splitting_a_contract_by_team_loses_nothing() -> None:
    contract = """contract_id  account_id  starts_on   ends_on     amount
                  c1           acme        2025-01-17  2026-12-31  1000"""
    account = """account_id  owner_id
                 acme        ann"""
    pooled = given(accounts=account, contracts=contract).rows(FACT["revenue"])
    split = given(accounts=account, contracts=contract, people=PEOPLE).rows(FACT["revenue"])
    assert len(split) > len(pooled)
    for key in ("2026-04", "2026-Q2", "2026", "2025"):
        left, right = (total(of_period(rows, key), "revenue") for rows in (pooled, split))
        assert abs(left - right) < Decimal("0.0000001")
