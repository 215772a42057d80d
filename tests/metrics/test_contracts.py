from datetime import date, datetime
from decimal import Decimal

import pytest

from given import given
from told import FACT, of_period, share, told

ACCOUNTS = """account_id  owner_id
              acme        ann"""


def _renewed(renewal_starts_on: str, *, as_of: str = "2026-12-31", **parameters: int) -> tuple[object, ...]:
    world = given(
        as_of=as_of,
        contracts=f"""contract_id  account_id  starts_on            ends_on     renews_contract_id  recorded_at
                      old          acme        2025-06-01           2026-05-31  -                   2025-06-01T00:00
                      new          acme        {renewal_starts_on}  2028-05-31  old                 2026-01-01T00:00""",
    )
    row = world.rows(FACT["renewals"], parameters=parameters)[0]
    return row["fact_key"], row["is_renewed"], row["is_mature"]


def test_a_renewal_exactly_30_days_late_is_in_time_and_a_day_more_is_not() -> None:
    assert _renewed("2026-06-30") == ("old", True, True)
    assert _renewed("2026-07-01") == ("old", False, True)
    assert _renewed("2026-07-01", grace_days=31) == ("old", True, True)


def test_a_renewal_may_begin_before_the_old_contract_ends() -> None:
    assert _renewed("2026-03-01") == ("old", True, True)


@pytest.mark.parametrize(
    ("as_of", "is_mature"),
    [("2026-06-29", False), ("2026-06-30T23:59:59", False), ("2026-06-30", True), ("2026-07-01T00:00:00", True)],
)
def test_a_contract_due_is_pending_until_the_30th_day_is_over(as_of: str, *, is_mature: bool) -> None:
    assert _renewed("2026-06-01", as_of=as_of) == ("old", True, is_mature)


def test_a_contract_is_due_on_its_last_local_day_also_when_cancelled_or_defaulted() -> None:
    world = given(
        accounts=ACCOUNTS,
        contracts="""contract_id  account_id  starts_on   ends_on     cancelled_on  defaulted_on
                     kept         acme        2025-06-01  2026-05-31  -             -
                     cancelled    acme        2025-06-01  2026-05-31  2025-09-01    -
                     defaulted    acme        2025-06-01  2026-05-31  -             2025-09-01
                     endless      acme        2025-06-01  -           -             -
                     running      acme        2025-06-01  2026-07-01  -             -""",
    )
    rows = world.rows(FACT["renewals"])
    due = (date(2026, 5, 31), date(2026, 5, 31), datetime.fromisoformat("2026-05-30T22:00:00"), "ann")
    assert told(rows, "occurred_on", "credited_on", "occurred_at", "person_id") == dict.fromkeys(
        ("kept", "cancelled", "defaulted"), due
    )
    assert share(rows, "is_renewed", "rows") == 0


def test_by_value_the_old_amounts_count_on_both_sides_and_none_without_a_rate() -> None:
    world = given(
        as_of="2026-12-31",
        currency="EUR",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2025-01-01  0.50
                    USD       EUR   2026-01-01  9.99""",
        contracts="""contract_id  account_id  starts_on   ends_on     amount  currency  renews_contract_id
                     a            acme        2025-06-01  2026-05-31  100     USD       -
                     b            acme        2025-06-01  2026-05-31  150     EUR       -
                     c            acme        2025-06-01  2026-05-31  999     JPY       -
                     a2           acme        2026-06-01  2027-05-31  777     EUR       a
                     c2           acme        2026-06-01  2027-05-31  777     EUR       c""",
    )
    rows = world.rows(FACT["renewals"])
    assert told(rows, "amount", "renewed_amount", "lacks_rate") == {
        "a": (Decimal(50), Decimal(50), False),
        "b": (Decimal(150), Decimal(0), False),
        "c": (None, None, True),
    }
    assert share(rows, "renewed_amount", "amount") == 0.25
    assert share(rows, "is_renewed", "rows") == 2 / 3


def test_contracts_are_exposed_where_they_run_or_default() -> None:
    world = given(
        as_of="2026-04-15",
        accounts=ACCOUNTS,
        contracts="""contract_id  account_id  starts_on   ends_on     cancelled_on  defaulted_on
                     sound        acme        2026-01-31  2026-03-01  -             -
                     midway       acme        2026-01-01  2026-12-31  -             2026-03-10
                     first        acme        2026-01-01  2026-12-31  -             2026-03-01
                     late         acme        2026-01-01  2026-01-31  -             2026-03-10
                     stillborn    acme        2026-03-05  2026-12-31  2026-03-05    -
                     cancelled    acme        2026-01-01  2026-12-31  2026-03-01    -
                     tomorrow     acme        2026-03-31  2026-12-31  -             2026-04-16
                     future       acme        2026-04-16  2026-12-31  -             -""",
    )
    rows = world.rows(FACT["exposed_contracts"])
    assert told(of_period(rows, "2026-02"), "has_defaulted") == dict.fromkeys(
        ("sound", "midway", "first", "cancelled"), False
    )
    assert told(of_period(rows, "2026-03"), "has_defaulted") == {
        "sound": False,
        "midway": True,
        "first": True,
        "late": True,
        "tomorrow": False,
    }
    assert told(of_period(rows, "2026-04"), "has_defaulted", "credited_on", "person_id") == {
        "tomorrow": (False, date(2026, 4, 15), "ann")
    }
    assert share(of_period(rows, "2026-03"), "has_defaulted", "rows") == 3 / 5
