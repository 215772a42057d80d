"""Which earning period a line is in and what it tells, refunds in parts, and what is refused, in whole sentences."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.accumulate import Aggregation, Credit, InvalidAccumulation, Line, Rates, Refund, Terms, earned, lines
from trueup.pay.limits import cut
from trueup.pay.rate_table import Kind, RateTable, Tier
from trueup.units.money import MixedCurrencies, Money
from trueup.units.period import PeriodKind, PeriodRules

END = date(2026, 12, 31)
FROM_FEBRUARY = PeriodRules(fiscal_year_start=2)


some = st.sampled_from([Fraction(1), Fraction(5_000), Fraction(1, 3)])


def usd(amount: str | int) -> Money:
    return Money.of(amount, "USD")


def doubled_from(bound: int) -> Rates:
    """A tenth up to a bound, and a fifth above it."""
    tiers = (Tier.of(0, bound, Fraction(1, 10)), Tier.of(bound, None, Fraction(1, 5)))
    return Rates(date(2025, 1, 1), RateTable("step", tiers))


def deal(key: str, day: str, amount: int) -> Credit:
    return Credit(key, date.fromisoformat(day), Fraction(amount))


def terms(aggregation: Aggregation = "cumulative", reset: PeriodKind = PeriodKind.YEAR, **more: object) -> Terms:
    return Terms(aggregation, "USD", reset, **more)  # type: ignore[arg-type]


def test_a_line_tells_its_deal_its_day_its_period_and_its_amount() -> None:
    cap = usd(120)
    found = lines([deal("a", "2026-02-10", 2000)], [], [doubled_from(1000)], terms(cap=cap), through=END)
    assert found == (Line("a", date(2026, 2, 10), "2026-02", Fraction(120), Fraction(180), cap),)


def test_quarters_of_a_fiscal_year_are_the_companys_own() -> None:
    """Its quarters begin in February, May, August and November: 31 January ends one, 1 April is within one."""
    deals = [deal("a", "2026-01-31", 1000), deal("b", "2026-02-01", 1000), deal("c", "2026-04-01", 1000)]
    rule = terms("per_period", period=PeriodKind.QUARTER, rules=FROM_FEBRUARY)
    found = lines(deals, [], [doubled_from(1000)], rule, through=END)
    assert earned(found, "USD") == {"FY2026-Q4": usd(100), "FY2027-Q1": usd(300)}


@pytest.mark.parametrize("refunds", ["restate", "original_lot"])
def test_a_deal_that_is_refunded_in_parts_is_paid_for_what_is_left(refunds: str) -> None:
    parts = [Refund(f"part {day}", date(2026, 3, day), "a", Fraction(300)) for day in (1, 2)]
    rule = terms(refunds=refunds)
    found = lines([deal("a", "2026-01-10", 1000)], parts, [doubled_from(5000)], rule, through=END)
    assert sum(line.exact for line in found) == 40


def test_excess_that_is_carried_stands_before_the_deals_of_its_day() -> None:
    deals = [deal("a", "2026-01-10", 1500), deal("A1", "2026-04-01", 100)]
    rule = terms(reset=PeriodKind.QUARTER, cap=usd(100), excess="carried")
    found = lines(deals, [], [doubled_from(5000)], rule, through=date(2026, 6, 30))
    assert [(line.natural_key, line.exact) for line in found] == [("a", 100), (None, 50), ("A1", 10)]


def test_a_multiplier_is_that_of_the_deals_own_day_and_comes_before_the_cap() -> None:
    deals = [deal("a", "2026-01-10", 1000), deal("b", "2026-02-10", 1000)]

    def better_from_february(day: date) -> Fraction:
        return Fraction(1) if day < date(2026, 2, 1) else Fraction(3, 2)

    found = lines(deals, [], [doubled_from(5000)], terms(cap=usd(230)), through=END, factor=better_from_february)
    assert [(line.exact, line.cut) for line in found] == [(100, 0), (130, 20)]


@whatever(some, some, st.integers(-9_999, 9_999).filter(bool), st.sampled_from(["step", "slab", "interpolated"]))
def test_a_quota_and_a_base_scale_what_the_table_pays(quota: Fraction, base: Fraction, credit: int, kind: Kind) -> None:
    last, fee = (90, 0) if kind == "interpolated" else (None, 2)
    table = RateTable(kind, (Tier.of(0, 1, Fraction(1, 10)), Tier.of(1, last, Fraction(1, 5), fee)))
    rates = Rates(date(2025, 1, 1), table, quota=quota, base=base)
    assert rates.pays(Fraction(credit)) == base * table.pays(Fraction(credit) / quota)


def test_terms_of_which_no_pay_follows_are_refused_with_the_cure() -> None:
    said = (
        "earning periods of a quarter do not make up windows of a month: "
        "both are month, quarter or year, and the window is as long or longer"
    )
    with pytest.raises(InvalidAccumulation, match=f"^{said}$"):
        terms(reset=PeriodKind.MONTH, period=PeriodKind.QUARTER)
    with pytest.raises(InvalidAccumulation, match=r"^earning periods of a month do not make up windows of a day"):
        terms(reset=PeriodKind.DAY)
    said = (
        "a refund by its lot cannot tell what of the lot was carried: "
        "let refunds restate the deal, or forfeit the excess"
    )
    with pytest.raises(InvalidAccumulation, match=f"^{said}$"):
        terms(cap=usd(5), excess="carried", refunds="original_lot")
    with pytest.raises(MixedCurrencies, match=r"^EUR and USD do not mix"):
        terms(cap=Money.of(5, "EUR"))


def test_a_slab_that_changes_within_the_month_of_a_deal_is_refused() -> None:
    tenth = RateTable("slab", (Tier.of(0, None, Fraction(1, 10)),))
    versions = [Rates(date(2026, 1, 1), tenth), Rates(date(2026, 3, 15), tenth)]
    with pytest.raises(InvalidAccumulation, match=r"^the rates change on 2026-03-15, within 2026-03, and a slab's"):
        lines([deal("a", "2026-03-10", 10)], [], versions, terms("per_period"), through=END)
    assert lines([deal("a", "2026-04-10", 10)], [], versions, terms("per_period"), through=END)


def test_nothing_is_cut_without_a_cap() -> None:
    assert [cut(Fraction(7), cap) for cap in (None, usd(9), usd(5))] == [7, 7, 5]


def test_a_refund_beyond_its_deal_is_refused_with_the_cure() -> None:
    beyond = [Refund("r", date(2026, 3, 1), "a", Fraction(11))]
    said = "refund r of 11 leaves a refunded by 11 of 10: give amounts above 0, together at most the credit's"
    with pytest.raises(InvalidAccumulation, match=f"^{said}$"):
        lines([deal("a", "2026-01-10", 10)], beyond, [doubled_from(5000)], terms(), through=END)
