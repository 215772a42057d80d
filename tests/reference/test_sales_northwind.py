"""A trader's orders, each a deal won on its day, against SQLite counting the same orders line by line."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal

import pytest

from given import given
from shared_data import shared_data
from told import FACT, Row, share, total

pytestmark = pytest.mark.shared

TABLES = ("orders", "order_details", "customers")
# The dump stores single floats: 9.80000019 is a price of 9.80, 0.200000003 a discount of 20 %.
ORDERS = """
    SELECT CAST(o.order_id AS TEXT) AS deal_id, o.customer_id AS account_id, CAST(o.employee_id AS TEXT) AS owner_id,
           o.order_date, sum(d.cents * d.quantity * 100) AS listed,
           sum(d.cents * d.quantity * (100 - d.percent)) AS paid
    FROM orders o JOIN (
      SELECT order_id, quantity, CAST(round(unit_price * 100) AS INTEGER) AS cents,
             CAST(round(discount * 100) AS INTEGER) AS percent
      FROM order_details
    ) d USING (order_id) GROUP BY 1, 2, 3, 4"""


@pytest.fixture(scope="module")
def northwind() -> Iterator[sqlite3.Connection]:
    dump = (shared_data("northwind") / "northwind.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in dump.split(";\n"):
            text = "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip()
            if any(text.startswith((f"CREATE TABLE {table} ", f"INSERT INTO {table} ")) for table in TABLES):
                connection.execute(text)
        yield connection


@pytest.fixture(scope="module")
def deals(northwind: sqlite3.Connection) -> list[Row]:
    orders = [
        {
            "deal_id": deal,
            "account_id": account,
            "owner_id": owner,
            "outcome": "won",
            "created_at": datetime.fromisoformat(f"{day}T12:00"),
            "closed_at": datetime.fromisoformat(f"{day}T12:00"),
            "list_amount": Decimal(listed).scaleb(-4),
            "net_amount": Decimal(paid).scaleb(-4),
            "currency": "USD",
        }
        for deal, account, owner, day, listed, paid in northwind.execute(ORDERS)
    ]
    world = given(deals=orders, as_of="1998-12-31", zone="America/Los_Angeles", currency="USD")
    return [*world.rows(FACT["closed_deals"])]


def test_all_orders_are_there(deals: list[Row]) -> None:
    assert len(deals) == 830
    assert total(deals, "list_amount") == Decimal("1354458.59")


def test_discounts_by_employee_agree_to_the_cent(deals: list[Row], northwind: sqlite3.Connection) -> None:
    by_hand = northwind.execute(
        f"SELECT owner_id, sum(listed - paid), sum(listed), sum(100 * (listed - paid) >= 20 * listed) FROM ({ORDERS})"
        " GROUP BY 1"
    ).fetchall()
    assert len(by_hand) == 9
    for employee, discount, listed, deep in by_hand:
        theirs = [row for row in deals if row["person_id"] == employee]
        assert total(theirs, "discount_amount") == Decimal(discount).scaleb(-4)
        assert share(theirs, "discount_amount", "list_amount") == pytest.approx(discount / listed, rel=1e-12)
        assert sum(bool(row["is_deep"]) for row in theirs) == deep


def test_orders_stay_in_their_month_in_the_trader_s_zone(deals: list[Row], northwind: sqlite3.Connection) -> None:
    by_hand = dict(northwind.execute("SELECT substr(order_date, 1, 7), count(*) FROM orders GROUP BY 1"))
    ours = [str(row["occurred_on"])[:7] for row in deals]
    assert {month: ours.count(month) for month in set(ours)} == by_hand
