from datetime import date

import pytest

from given import given
from told import told
from trueup.metrics.registry import built_in_facts

ACTIVE = built_in_facts()["active_customers"]


def _active_in(contracts: str, *periods: str, as_of: str = "2026-06-30") -> list[object]:
    header = "contract_id  account_id  starts_on  ends_on  cancelled_on  defaulted_on\n"
    world = given(contracts=header + contracts, as_of=as_of)
    return [row["period_key"] for row in world.rows(ACTIVE, periods=periods or ("month",))]


@pytest.mark.parametrize(
    ("contract", "months"),
    [
        ("k acme 2026-03-31 2026-05-01 - -", ["2026-03", "2026-04", "2026-05"]),
        ("k acme 2026-04-15 - - -", ["2026-04", "2026-05", "2026-06"]),
        ("k acme 2026-04-15 2026-12-31 2026-05-01 -", ["2026-04"]),
        ("k acme 2026-04-15 2026-12-31 - 2026-05-02", ["2026-04", "2026-05"]),
        ("k acme 2026-04-15 2026-12-31 2026-06-02 2026-05-01", ["2026-04"]),
        ("k acme 2026-04-15 2026-12-31 2026-04-15 -", []),
        ("k acme 2026-04-15 2026-12-31 2026-03-01 -", []),
        ("k acme 2026-04-15 2026-04-14 - -", []),
        ("k acme 2026-07-01 2026-12-31 - -", []),
        ("k acme - 2026-12-31 - -", []),
        ("k - 2026-04-15 2026-12-31 - -", []),
    ],
    ids=[
        "first and last day count",
        "without an end it runs on",
        "not on the day of its cancellation",
        "not on the day of its default",
        "whatever comes first ends it",
        "cancelled on its first day",
        "cancelled before it began",
        "over before it begins",
        "not begun",
        "without a beginning",
        "without a customer",
    ],
)
def test_a_customer_is_active_with_a_contract_running_on_one_day(contract: str, months: list[str]) -> None:
    assert _active_in(contract) == months


def test_a_period_not_over_yet_knows_only_days_that_have_come() -> None:
    contract = "k acme 2026-06-20 2026-12-31 - -"
    assert _active_in(contract, "2026-06", "2026-06-19/P7D", "2026", as_of="2026-06-19") == []
    assert _active_in(contract, "2026-06", "2026-06-20/P7D", "2026", as_of="2026-06-20") == [
        *("2026-06-20/P7D", "2026-06", "2026"),
    ]


def test_several_contracts_make_one_customer_and_its_owner_is_credited_on_the_last_day() -> None:
    world = given(
        as_of="2026-06-10",
        accounts="""account_id  owner_id
                    acme        ann
                    globex      -""",
        contracts="""contract_id  account_id  starts_on   ends_on
                     k1           acme        2026-05-01  2026-12-31
                     k2           acme        2026-05-15  -
                     k3           globex      2026-05-15  -
                     k4           umbra       2026-05-15  -""",
    )
    for month, last in (("2026-05", date(2026, 5, 31)), ("2026-06", date(2026, 6, 10))):
        rows = world.rows(ACTIVE, periods=[month])
        assert len(rows) == 3
        assert told(rows, "account_id", "person_id", "credited_on") == {
            "acme": ("acme", "ann", last),
            "globex": ("globex", None, last),
            "umbra": ("umbra", None, last),
        }
