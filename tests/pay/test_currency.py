from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.currency import NoRate, Quote, Quotes, paid, quotes_for
from trueup.units.money import MixedCurrencies, Money, UnknownCurrency

NEW_YEAR = date(2026, 1, 1)


def quote(rate: str) -> Quote:
    """Dollars for one euro."""
    return Quote("EUR", "USD", Decimal(rate), NEW_YEAR, "plan")


PLAN = Quotes(credit=quote("1.10"), report=quote("1.08"))
MARKET = Quotes(credit=quote("1.10"), report=quote("1.08"), own_pay=quote("1.0720"))
EUR_DEAL = Money.of("100000", "EUR")


def test_a_deal_in_euros_against_a_quota_in_dollars_is_paid_in_euros_without_a_leak() -> None:
    credit = PLAN.credit.into("USD", EUR_DEAL)
    earned = Money.of(Decimal(int(credit / 10)), "USD")
    assert (credit, earned) == (110_000, Money.of("11000", "USD"))
    assert paid(earned, "EUR", PLAN.pay) == Money.of("10000.00", "EUR")
    assert paid(earned, "EUR", MARKET.pay) - Money.of("10000.00", "EUR") == Money.of("261.19", "EUR")
    assert PLAN.report.into("USD", EUR_DEAL) == 108_000


def test_what_is_taken_back_of_a_lot_goes_at_the_lots_rate() -> None:
    by_period = {"2026-01": PLAN, "2026-02": MARKET}
    assert quotes_for("2026-02", by_period) == MARKET
    assert quotes_for("2026-02", by_period, lot=PLAN) == PLAN
    with pytest.raises(NoRate, match="no rates for 2026-03: give its credit rate and its report rate"):
        quotes_for("2026-03", by_period)


def test_pay_in_the_plans_own_currency_needs_no_rate() -> None:
    assert paid(Money.of("5.005", "EUR"), "EUR", PLAN.pay) == Money.of("5.01", "EUR")
    assert Quote("EUR", "EUR", Decimal(1), NEW_YEAR, "itself").into("EUR", EUR_DEAL) == 100_000


def test_rates_that_are_none_are_refused() -> None:
    for of, to, rate in (("EUR", "USD", "0"), ("EUR", "USD", "-1.1"), ("EUR", "EUR", "1.1")):
        with pytest.raises(NoRate, match="give one above 0, and 1 to itself"):
            Quote(of, to, Decimal(rate), NEW_YEAR, "typed")
    with pytest.raises(UnknownCurrency):
        Quote("EURO", "USD", Decimal(1), NEW_YEAR, "typed")
    with pytest.raises(MixedCurrencies, match=r"^EUR and GBP do not mix"):
        PLAN.credit.into("GBP", EUR_DEAL)


@whatever(st.integers(-(10**9), 10**9), st.decimals("0.01", 1000, places=4))
def test_there_and_back_is_exact_and_takes_back_all_that_was_paid(coins: int, rate: Decimal) -> None:
    amount = Money(Decimal(coins).scaleb(-2), "EUR")
    of = Quote("EUR", "USD", rate, NEW_YEAR, "plan")
    dollars = of.into("USD", amount)
    assert dollars == Fraction(amount.amount) * Fraction(rate)
    assert dollars / Fraction(rate) == of.into("EUR", amount)
    earned = Money.of(coins, "USD")
    assert paid(-earned, "EUR", of) == -paid(earned, "EUR", of)
