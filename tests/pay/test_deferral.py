from datetime import date

from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.deferral import instalments
from trueup.units.money import Money, total

FOUR_YEARS = {date(2026, 6, 30): 40, date(2027, 6, 30): 20, date(2028, 6, 30): 20, date(2029, 6, 30): 20}
PREMIUM = Money.of(1_890_000, "JPY")


def test_a_premium_is_paid_over_four_years() -> None:
    found = instalments(PREMIUM, FOUR_YEARS)
    assert [each.amount.amount for each in found] == [756_000, 378_000, 378_000, 378_000]
    assert total((each.amount for each in found), "JPY") == PREMIUM


@whatever(st.integers(-(10**9), 10**9), st.lists(st.integers(1, 99), min_size=1, max_size=9))
def test_instalments_sum_to_the_amount(coins: int, weights: list[int]) -> None:
    by_day = {date(2026 + year, 1, 1): weight for year, weight in enumerate(weights)}
    found = instalments(Money.of(coins, "JPY"), by_day)
    assert total((each.amount for each in found), "JPY") == Money.of(coins, "JPY")
    assert [each.due_on for each in found] == sorted(by_day)
