from datetime import date

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.deferral import instalments
from trueup.units.money import Money, total

FOUR_YEARS = {date(2026, 6, 30): 40, date(2027, 6, 30): 20, date(2028, 6, 30): 20, date(2029, 6, 30): 20}
PREMIUM = Money.of(1_890_000, "JPY")


@pytest.mark.parametrize(
    ("ended_on", "paid"),
    [
        (None, [756_000, 378_000, 378_000, 378_000]),
        (date(2028, 6, 30), [756_000, 378_000]),
        (date(2028, 7, 1), [756_000, 378_000, 378_000]),
        (date(2026, 1, 1), []),
    ],
)
def test_a_premium_over_four_years_is_paid_while_it_is_in_force(ended_on: date | None, paid: list[int]) -> None:
    found = instalments(PREMIUM, FOUR_YEARS, ended_on=ended_on)
    assert [each.amount.amount for each in found if not each.is_forfeited] == paid
    assert total((each.amount for each in found), "JPY") == PREMIUM


@whatever(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 99), min_size=1, max_size=9))
def test_instalments_sum_to_the_amount(coins: int, weights: list[int]) -> None:
    by_day = {date(2026 + year, 1, 1): weight for year, weight in enumerate(weights)}
    found = instalments(Money.of(coins, "JPY"), by_day, ended_on=None)
    assert total((each.amount for each in found), "JPY") == Money.of(coins, "JPY")
    assert [each.due_on for each in found] == sorted(by_day)
