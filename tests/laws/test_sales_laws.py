"""What must hold of renewals, retention, discounts and revenue, whatever the contracts and deals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st

from given import ARROW_TYPES, Value, World, given
from told import FACT, Row, of_period, told, total
from trueup.canon.tables import PROVENANCE, TABLE
from trueup.metrics.fact import STATE_SCHEMA, Inputs

ONE_DAY = timedelta(days=1)
AS_OF = date(2026, 3, 10)
FIRST = date(2024, 1, 1)
MONTHS = ("2024-02", "2025-02", "2025-12", "2026-02", "2026-03")
AccountRow = dict[str, Value]

some = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Ready:
    """A fact compiled once, to be asked about many companies."""

    world: World
    sql: str

    def rows(self, table: str, rows: Sequence[Mapping[str, Value]]) -> list[Row]:
        """The fact's rows for these rows of one canonical table."""
        columns = (*TABLE[table].columns, *PROVENANCE)
        schema = pa.schema({column.name: ARROW_TYPES[column.type] for column in columns})
        self.world.engine.load(STATE_SCHEMA, table, pa.Table.from_pylist([dict(row) for row in rows], schema=schema))
        return [*self.world.engine.query(self.sql).to_pylist()]


def _ready(name: str) -> Ready:
    world = given(as_of=AS_OF.isoformat(), zone="UTC", accounts="account_id owner_id\na0 ann")
    world.lay_periods(("2024", *MONTHS))
    fact = FACT[name]
    return Ready(world, world.engine.compile(fact.build(Inputs(fact.parameters))))


@pytest.fixture(scope="module")
def renewals() -> Ready:
    return _ready("renewals")


@pytest.fixture(scope="module")
def retention() -> Ready:
    return _ready("retention")


@pytest.fixture(scope="module")
def revenue() -> Ready:
    return _ready("revenue")


@pytest.fixture(scope="module")
def closed_deals() -> Ready:
    return _ready("closed_deals")


DAYS = st.dates(FIRST, date(2026, 6, 30))
MAYBE_DAYS = st.none() | DAYS
MONEY = st.decimals(0, 10_000, places=2)


@st.composite
def contracts(draw: st.DrawFn) -> list[AccountRow]:
    """Up to eight contracts of three accounts, some cancelled, defaulted, endless, or renewing one of the others."""
    count = draw(st.integers(0, 8))
    return [
        {
            "contract_id": f"c{number}",
            "account_id": draw(st.sampled_from(("a0", "a1", "a2"))),
            "starts_on": draw(DAYS),
            "ends_on": draw(MAYBE_DAYS),
            "amount": draw(MONEY),
            "cancelled_on": draw(MAYBE_DAYS),
            "defaulted_on": draw(MAYBE_DAYS),
            "renews_contract_id": draw(st.none() | st.sampled_from([f"c{n}" for n in range(count)])),
        }
        for number in range(count)
    ]


def _runs(contract: AccountRow, day: date) -> bool:
    starts, ends = contract["starts_on"], contract["ends_on"]
    stops = [contract[name] for name in ("cancelled_on", "defaulted_on") if contract[name]]
    has_begun = isinstance(starts, date) and starts <= day
    has_ended = isinstance(ends, date) and ends < day
    return has_begun and not has_ended and all(isinstance(stop, date) and day < stop for stop in stops)


def _per_day(contract: AccountRow) -> Fraction | None:
    """The contract's amount per day of its term; None without an end, or where that is before its beginning."""
    starts, ends, amount = contract["starts_on"], contract["ends_on"], contract["amount"]
    if ends is None:
        return None
    assert isinstance(starts, date)
    assert isinstance(ends, date)
    return None if ends < starts else Fraction(str(amount)) / ((ends - starts).days + 1)


def _month(key: str) -> tuple[date, date]:
    """The month's first day, and its last one or the as-of day."""
    first = date.fromisoformat(f"{key}-01")
    return first, min((first + timedelta(days=31)).replace(day=1) - ONE_DAY, AS_OF)


@some
@whatever(contracts())
def test_a_contract_is_renewed_exactly_when_another_names_it_and_begins_in_time(
    renewals: Ready, company: list[AccountRow]
) -> None:
    expected = {}
    for old in company:
        ends = old["ends_on"]
        if not isinstance(ends, date) or ends > AS_OF:
            continue
        limit = ends + 30 * ONE_DAY
        named = (new for new in company if new is not old and new["renews_contract_id"] == old["contract_id"])
        is_renewed = any(isinstance(new["starts_on"], date) and new["starts_on"] <= limit for new in named)
        expected[old["contract_id"]] = (is_renewed, limit <= AS_OF, old["amount"] if is_renewed else Decimal(0))
    assert told(renewals.rows("contracts", company), "is_renewed", "is_mature", "renewed_amount") == expected


@some
@whatever(contracts())
def test_retention_is_what_each_account_paid_then_and_pays_now(retention: Ready, company: list[AccountRow]) -> None:
    rows = retention.rows("contracts", company)
    for key in MONTHS:
        _, now = _month(key)
        boundary = now + ONE_DAY
        then = boundary.replace(year=boundary.year - 1) - ONE_DAY
        expected = _retained(company, then, now)
        actual = {row["fact_key"]: row for row in of_period(rows, key)}
        assert {account for account, row in actual.items() if row["is_known"]} == expected.keys()
        for account, (before, after) in expected.items():
            row = actual[account]
            values = [float(str(row[name])) for name in ("recurring_then", "recurring_now", "recurring_kept")]
            assert values == pytest.approx([float(before), float(after), float(min(before, after))], abs=1e-6)


def _retained(company: list[AccountRow], then: date, now: date) -> dict[Value, tuple[Fraction, Fraction]]:
    """Annualised revenue then and now of each customer of then; none where a contract's amount per day is unknown."""
    found = {}
    for account in {contract["account_id"] for contract in company}:
        theirs = [contract for contract in company if contract["account_id"] == account]
        before, after = ([_per_day(c) for c in theirs if _runs(c, day)] for day in (then, now))
        if before and None not in before and None not in after:
            found[account] = (365 * sum(filter(None, before), Fraction()), 365 * sum(filter(None, after), Fraction()))
    return found


@some
@whatever(contracts())
def test_gross_retention_is_never_above_net_nor_above_one(retention: Ready, company: list[AccountRow]) -> None:
    for row in retention.rows("contracts", company):
        if row["is_known"]:
            then, now, kept = (Decimal(str(row[f"recurring_{name}"])) for name in ("then", "now", "kept"))
            assert kept <= then
            assert kept <= now


@some
@whatever(contracts())
def test_revenue_is_the_sum_of_its_running_days(revenue: Ready, company: list[AccountRow]) -> None:
    rows = revenue.rows("contracts", company)
    for key in MONTHS:
        first, last = _month(key)
        days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
        expected: dict[Value, Fraction] = defaultdict(Fraction)
        for contract in company:
            per_day = _per_day(contract)
            for day in days:
                if per_day is not None and _runs(contract, day):
                    expected[contract["contract_id"]] += per_day
        actual = {key: value for key, value in told(of_period(rows, key), "revenue").items() if value is not None}
        assert actual.keys() == expected.keys()
        for contract_id, value in actual.items():
            assert float(str(value)) == pytest.approx(float(expected[contract_id]), abs=1e-6)


@some
@whatever(contracts())
def test_other_accounts_and_the_order_of_rows_change_nothing(revenue: Ready, company: list[AccountRow]) -> None:
    together = revenue.rows("contracts", company)
    alone = revenue.rows("contracts", [row for row in reversed(company) if row["account_id"] == "a0"])
    theirs = [row for row in together if row["account_id"] == "a0"]
    assert sorted(theirs, key=str) == sorted(alone, key=str)


@st.composite
def deals(draw: st.DrawFn) -> list[AccountRow]:
    """Up to eight won deals, some without list or net price, many at a round discount."""
    noon = datetime.combine(date(2026, 2, 1), time(12))
    found: list[AccountRow] = []
    for number in range(draw(st.integers(0, 8))):
        listed = draw(st.none() | MONEY)
        part = draw(st.sampled_from([Decimal(n).scaleb(-1) for n in range(12)]))
        net = draw(st.sampled_from([None, None if listed is None else listed * part, draw(MONEY)]))
        found.append(
            {
                "deal_id": f"d{number}",
                "outcome": "won",
                "created_at": noon,
                "closed_at": noon,
                "list_amount": listed,
                "net_amount": None if net is None else net.quantize(Decimal("0.0001")),
            }
        )
    return found


@some
@whatever(deals())
def test_a_discount_lies_between_nothing_and_the_list_price_and_is_deep_from_a_fifth(
    closed_deals: Ready, company: list[AccountRow]
) -> None:
    expected = {}
    for deal in company:
        listed, net = deal["list_amount"], deal["net_amount"]
        if isinstance(listed, Decimal) and isinstance(net, Decimal) and listed > 0:
            discount = max(listed - net, Decimal(0))
            expected[deal["deal_id"]] = (discount, listed, Fraction(discount) / Fraction(listed) >= Fraction(1, 5))
    rows = [row for row in closed_deals.rows("deals", company) if row["has_list_amount"]]
    assert told(rows, "discount_amount", "list_amount", "is_deep") == expected
    assert total(rows, "discount_amount") <= total(rows, "list_amount")
