from datetime import date
from decimal import Decimal

from given import given
from told import FACT, of_period, share, told


def _recurring(contracts: str, key: str, *, as_of: str = "2026-06-30", **parameters: int) -> list[object]:
    world = given(contracts=contracts, as_of=as_of, accounts="account_id owner_id\nacme ann")
    return [*of_period(world.rows(FACT["retention"], parameters=parameters), key)]


CONTRACTS = """contract_id  account_id  starts_on   ends_on     amount
               grown        acme        2025-01-01  2025-12-31  365
               grown2       acme        2026-01-01  2026-12-31  730
               shrunk       globex      2025-01-01  2025-12-31  365
               shrunk2      globex      2026-01-01  2026-12-31  73
               lost         initech     2025-01-01  2025-12-31  365
               won          umbra       2026-01-01  2026-12-31  3650"""


def test_gross_caps_each_account_and_net_counts_growth_but_not_new_customers() -> None:
    world = given(contracts=CONTRACTS, accounts="account_id owner_id\nacme ann")
    june = of_period(world.rows(FACT["retention"]), "2026-06")
    assert told(june, "recurring_then", "recurring_now", "recurring_kept") == {
        "acme": (Decimal(365), Decimal(730), Decimal(365)),
        "globex": (Decimal(365), Decimal(73), Decimal(73)),
        "initech": (Decimal(365), Decimal(0), Decimal(0)),
    }
    assert share(june, "recurring_kept", "recurring_then") == (365 + 73) / (3 * 365)
    assert share(june, "recurring_now", "recurring_then") == (730 + 73) / (3 * 365)
    assert told(june, "credited_on", "person_id")["acme"] == (date(2026, 6, 30), "ann")


def test_an_account_is_capped_as_a_whole_not_contract_by_contract() -> None:
    world = given(
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     a            acme        2025-01-01  2025-12-31  365
                     b            acme        2025-01-01  2025-12-31  365
                     a2           acme        2026-01-01  2026-12-31  730"""
    )
    june = of_period(world.rows(FACT["retention"]), "2026-06")
    assert told(june, "recurring_kept", "recurring_then") == {"acme": (Decimal(730), Decimal(730))}


def test_a_year_before_the_end_of_february_is_the_leap_day() -> None:
    world = given(
        as_of="2025-03-31",
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     on-leap-day  acme        2024-02-29  2024-02-29  1
                     on-28th      globex      2024-02-28  2024-02-28  1
                     on-1st       initech     2024-03-01  2024-03-01  1""",
    )
    rows = world.rows(FACT["retention"])
    assert told(of_period(rows, "2025-02"), "recurring_then", "recurring_now") == {"acme": (Decimal(365), Decimal(0))}


def test_a_running_period_compares_the_as_of_day_with_the_same_day_a_year_before() -> None:
    contracts = """contract_id  account_id  starts_on   ends_on     amount
                   old          acme        2025-06-15  2025-06-15  1
                   new          acme        2026-06-15  2026-06-15  3"""
    rows = given(contracts=contracts, as_of="2026-06-15").rows(FACT["retention"])
    assert told(of_period(rows, "2026-06"), "recurring_then", "recurring_now") == {
        "acme": (Decimal(365), Decimal(1095))
    }
    assert of_period(given(contracts=contracts, as_of="2026-06-16").rows(FACT["retention"]), "2026-06") == []


def test_contracts_that_do_not_run_that_day_do_not_count() -> None:
    world = given(
        as_of="2026-06-30",
        contracts="""contract_id  account_id  starts_on   ends_on     amount  cancelled_on  defaulted_on
                     cancelled    acme        2025-01-01  2026-12-31  730     2025-06-30    -
                     defaulted    globex      2025-01-01  2026-12-31  730     -             2026-06-30
                     stopping     initech     2025-01-01  2026-12-31  730     2026-07-01    -""",
    )
    june = of_period(world.rows(FACT["retention"]), "2026-06")
    assert told(june, "recurring_then", "recurring_now") == {
        "globex": (Decimal(365), Decimal(0)),
        "initech": (Decimal(365), Decimal(365)),
    }


def test_an_account_with_money_that_has_no_rate_counts_nowhere() -> None:
    world = given(
        currency="EUR",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2025-02-01  0.50""",
        contracts="""contract_id  account_id  starts_on   ends_on     amount  currency
                     dollars      acme        2025-03-01  2027-02-28  730     USD
                     yen          globex      2025-01-01  2026-12-31  730     JPY
                     euros        globex      2025-01-01  2026-12-31  730     EUR
                     early        initech     2025-01-01  2026-12-31  730     USD
                     endless      umbra       2025-01-01  -           730     EUR""",
    )
    june = of_period(world.rows(FACT["retention"]), "2026-06")
    assert told(june, "recurring_then", "recurring_now", "is_known") == {
        "acme": (Decimal("182.5"), Decimal("182.5"), True),
        "globex": (None, None, False),
        "initech": (None, None, False),
        "umbra": (None, None, False),
    }


def test_the_months_between_can_be_set() -> None:
    world = given(contracts=CONTRACTS)
    rows = world.rows(FACT["retention"], parameters={"months_before": 3})
    assert told(of_period(rows, "2026-02"), "recurring_kept", "recurring_then")["globex"] == (Decimal(73), Decimal(365))
    assert told(of_period(rows, "2026-04"), "recurring_kept", "recurring_then")["umbra"] == (
        Decimal(3650),
        Decimal(3650),
    )
