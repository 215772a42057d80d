"""From dated credits to earning periods: plans by example, then what no order, refund or cap may change."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from trueup.pay.accumulate import Aggregation, Credit, InvalidAccumulation, Line, Rates, Refund, Terms, earned, lines
from trueup.pay.limits import guarantee_line, plan_cap_lines
from trueup.pay.rate_table import Kind, RateTable, Tier
from trueup.units.money import InvalidAmount, MixedCurrencies, Money, total
from trueup.units.period import PeriodKind, PeriodRules

MONTH, QUARTER, YEAR = PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR
BEGUN, END = date(2026, 1, 1), date(2026, 12, 31)


def usd(amount: str | int) -> Money:
    return Money.of(amount, "USD")


def sold(facts: str) -> list[Credit]:
    """Credits of lines 'key day amount'."""
    rows = (line.split() for line in facts.splitlines() if line.strip())
    return [Credit(key, date.fromisoformat(day), Fraction(amount)) for key, day, amount in rows]


def refunded(facts: str) -> list[Refund]:
    """Refunds of lines 'key day of amount'."""
    rows = (line.split() for line in facts.splitlines() if line.strip())
    return [Refund(key, date.fromisoformat(day), of, Fraction(amount)) for key, day, of, amount in rows]


def table(kind: Kind, rates: str) -> RateTable:
    """A table of rates with bounds between them, '0.10 1000 0.15'."""
    pays, bounds = rates.split()[::2], rates.split()[1::2]
    edges = [Fraction(0), *map(Fraction, bounds)]
    return RateTable(
        kind, tuple(Tier(*row) for row in zip(edges, [*edges[1:], None], map(Fraction, pays), strict=True))
    )


def rates(kind: Kind, of: str, since: date = BEGUN) -> Rates:
    return Rates(since, table(kind, of))


def terms(aggregation: Aggregation = "cumulative", reset: PeriodKind = YEAR, **more: object) -> Terms:
    return Terms(aggregation, "USD", reset, **more)  # type: ignore[arg-type]


def by_month(found: Iterable[Line]) -> dict[str, Decimal]:
    return {period[5:]: money.amount for period, money in earned(found, "USD").items()}


FOUR_TIERS = "0.01 1000 0.02 3000 0.03 8000 0.05"
BY_QUOTA = "0.10 1000000 0.15 1500000 0.20"
SIX_DEALS = sold("""
    a 2026-01-01 200
    b 2026-01-02 300
    c 2026-01-15 1500
    d 2026-02-03 1200
    e 2026-02-20 2000
    f 2026-03-31 4500
""")


@pytest.mark.parametrize(
    ("kind", "aggregation", "months"),
    [
        ("step", "per_event", [25, 44, 95]),
        ("step", "per_period", [30, 56, 95]),
        ("step", "cumulative", [30, 86, 169]),
        ("slab", "per_event", [35, 64, 135]),
        ("slab", "per_period", [40, 96, 135]),
        ("slab", "cumulative", [40, 116, 329]),
    ],
)
def test_six_deals_by_event_month_and_quarter(kind: Kind, aggregation: Aggregation, months: list[int]) -> None:
    found = lines(SIX_DEALS, [], [rates(kind, FOUR_TIERS)], terms(aggregation, QUARTER), through=END)
    assert list(by_month(found).values()) == months
    totals = {"step": (164, 181, 285), "slab": (234, 271, 485)}
    assert sum(months) == totals[kind][("per_event", "per_period", "cumulative").index(aggregation)]


def test_a_deal_across_a_bound_is_paid_by_both_rates() -> None:
    deals = sold("""
        before 2026-02-01 145000
        deal   2026-03-01 20000
    """)
    found = lines(deals, [], [rates("step", "0.04 150000 0.06 250000 0.08")], terms(), through=END)
    assert [line.amount for line in found] == [usd("5800.00"), usd("1100.00")]


THREE_MONTHS = """
    jan 2026-01-20 400000
    feb 2026-02-20 700000
    mar 2026-03-20 -150000
"""


def test_a_year_to_date_that_falls_below_quota_again_gives_back_the_accelerated_rate() -> None:
    found = lines(sold(THREE_MONTHS), [], [rates("step", BY_QUOTA)], terms(), through=END)
    assert by_month(found) == {"01": 40_000, "02": 75_000, "03": -20_000}


def test_a_february_found_too_high_lowers_february_and_raises_march() -> None:
    right = sold(THREE_MONTHS.replace("700000", "650000"))
    found = lines(right, [], [rates("step", BY_QUOTA)], terms(), through=END)
    assert by_month(found) == {"01": 40_000, "02": 67_500, "03": -17_500}


CANCELLED_LATER = """
    first 2026-01-20 200000
    other 2026-02-20 900000
"""


@pytest.mark.parametrize(
    ("refunds", "months"),
    [
        ("restate", {"01": 0, "02": 90_000}),
        ("original_lot", {"01": 20_000, "02": 95_000, "03": -20_000}),
    ],
)
def test_cancelling_the_first_deal_costs_what_it_was_paid_or_what_it_lifted_others_to(
    refunds: str, months: dict[str, int]
) -> None:
    cancelled = refunded("cancelled 2026-03-05 first 200000")
    by, rule = [rates("step", BY_QUOTA)], terms(refunds=refunds)
    before = by_month(lines(sold(CANCELLED_LATER), cancelled, by, rule, through=date(2026, 3, 4)))
    after = by_month(lines(sold(CANCELLED_LATER), cancelled, by, rule, through=date(2026, 3, 5)))
    assert before == {"01": 20_000, "02": 95_000}
    assert after == months
    assert sum(after.values()) - sum(before.values()) == (-25_000 if refunds == "restate" else -20_000)


@pytest.mark.parametrize("refunds", ["restate", "original_lot"])
@pytest.mark.parametrize(
    ("credit", "credit_note", "kind", "of", "paid"),
    [("1000", "200", "step", "0.04", 32), ("4000", "800", "slab", "0.05 1000 0.10", 320)],
)
def test_a_credit_note_is_taken_off_at_the_rate_of_its_deal(
    credit: str, credit_note: str, kind: Kind, of: str, paid: int, refunds: str
) -> None:
    deal, note = sold(f"invoice 2026-01-10 {credit}"), refunded(f"note 2026-01-15 invoice {credit_note}")
    found = lines(deal, note, [rates(kind, of)], terms("per_event", MONTH, refunds=refunds), through=END)
    assert by_month(found) == {"01": paid}


def test_a_refund_dated_before_its_deal_counts_with_the_deal() -> None:
    deal, early = sold("deal 2026-03-10 1000"), refunded("refund 2026-01-15 deal 400")
    for refunds in ("restate", "original_lot"):
        rule = terms("per_event", MONTH, refunds=refunds)
        assert by_month(lines(deal, early, [rates("step", "0.10")], rule, through=END)) == {"03": 60}
        assert lines(deal, early, [rates("step", "0.10")], rule, through=date(2026, 2, 1)) == ()


def test_the_limit_of_a_lot_is_used_up_exactly_and_the_later_claim_is_cut() -> None:
    claims = sold("""
        second 2026-05-02 1113000
        first  2026-05-01 2858000
    """)
    found = lines(claims, [], [rates("step", "1")], terms(cap=usd(3_600_000)), through=END)
    assert [(line.natural_key, line.cut) for line in found] == [("first", 0), ("second", 371_000)]
    assert earned(found, "USD") == {"2026-05": usd(3_600_000)}


def test_a_refund_above_the_cap_is_not_paid_out_again() -> None:
    deals = sold("""
        a 2026-01-10 800
        b 2026-02-10 800
        c 2026-03-10 -400
        d 2026-03-11 -300
    """)
    found = lines(deals, [], [rates("step", "0.10")], terms(cap=usd(100)), through=END)
    assert [line.exact for line in found] == [80, 20, 0, -10]
    assert [line.cut for line in found] == [0, 60, -40, -20]


def test_a_capped_lot_returns_what_it_was_paid_and_not_what_was_cut() -> None:
    deals = sold("""
        a 2026-01-10 800
        b 2026-02-10 800
    """)
    half = refunded("refund 2026-03-10 b 400")
    rule = terms(cap=usd(100), refunds="original_lot")
    assert by_month(lines(deals, half, [rates("step", "0.10")], rule, through=END)) == {"01": 80, "02": 20, "03": -10}


def test_carried_excess_opens_the_next_windows_until_it_is_used_up() -> None:
    deals = sold("""
        a 2026-01-10 2300
        b 2026-04-10 300
        c 2026-05-10 300
    """)
    rule = terms(reset=QUARTER, cap=usd(100), excess="carried")
    by = [rates("step", "0.10")]
    assert by_month(lines(deals, [], by, rule, through=date(2026, 3, 31))) == {"01": 100}
    assert by_month(lines(deals, [], by, rule, through=date(2026, 6, 30))) == {"01": 100, "04": 100, "05": 0}
    assert by_month(lines(deals, [], by, rule, through=END)) == {"01": 100, "04": 100, "05": 0, "07": 90}
    assert [line.natural_key for line in lines(deals, [], by, rule, through=END)] == ["a", None, "b", "c", None]


def test_months_inside_a_window_are_rounded_together_and_alone_otherwise() -> None:
    deals = sold("""
        a 2026-01-10 0.5
        b 2026-02-10 0.5
        c 2026-03-10 0.5
    """)
    by = [rates("step", "0.01")]
    cent, nothing = Decimal("0.01"), Decimal("0.00")
    together = by_month(lines(deals, [], by, terms(reset=QUARTER), through=END))
    assert together == {"01": cent, "02": nothing, "03": cent}
    assert by_month(lines(deals, [], by, terms("per_period", MONTH), through=END)) == dict.fromkeys(together, cent)


def test_lines_go_by_date_and_then_by_natural_key() -> None:
    deals = sold("""
        m 2026-01-10 100
        z 2026-01-09 100
        b 2026-02-10 100
    """)
    back = refunded("a 2026-02-10 m 100")
    found = lines(deals, back, [rates("step", "0.10")], terms(refunds="original_lot"), through=END)
    assert [(line.natural_key, line.exact) for line in found] == [("z", 10), ("m", 10), ("a", -10), ("b", 10)]


def test_windows_follow_the_fiscal_year() -> None:
    deals = sold("""
        a 2026-03-31 1000
        b 2026-04-01 1000
    """)
    by = [rates("step", "0.10 1000 0.20")]
    civil, fiscal = terms(), terms(rules=PeriodRules(fiscal_year_start=4))
    assert by_month(lines(deals, [], by, civil, through=END)) == {"03": 100, "04": 200}
    assert by_month(lines(deals, [], by, fiscal, through=END)) == {"03": 100, "04": 100}


def test_rates_by_attainment_are_those_by_amounts() -> None:
    by_attainment = Rates(BEGUN, table("step", "0.10 1 0.15 1.5 0.20"), quota=Fraction(10**6), base=Fraction(10**6))
    by_amount = rates("step", BY_QUOTA)
    found = [lines(sold(THREE_MONTHS), [], [by], terms(), through=END) for by in (by_attainment, by_amount)]
    assert found[0] == found[1]


def test_a_target_incentive_is_paid_by_its_curve() -> None:
    target = Rates(BEGUN, table("step", "1 1 2"), quota=Fraction(1_000_000), base=Fraction(80_000))
    found = lines(sold(THREE_MONTHS), [], [target], terms(), through=END)
    assert by_month(found) == {"01": 32_000, "02": 64_000, "03": -20_000}


def test_a_deal_is_priced_by_the_version_of_its_date_on_the_shared_total() -> None:
    deals = sold("""
        a 2026-03-31 900000
        b 2026-04-01 200000
    """)
    versions = [rates("step", "0.20 1000000 0.30", date(2026, 4, 1)), rates("step", BY_QUOTA)]
    assert by_month(lines(deals, [], versions, terms(), through=END)) == {"03": 90_000, "04": 50_000}


def test_a_slab_across_versions_is_refused_and_at_the_start_of_a_window_is_not() -> None:
    deals = sold("a 2026-03-31 900")
    versions = [rates("slab", "0.1"), rates("step", "0.2", date(2026, 5, 1))]
    with pytest.raises(InvalidAccumulation, match=r"change on 2026-05-01, within 2026, .* with the start of a year"):
        lines(deals, [], versions, terms(), through=END)
    assert by_month(lines(deals, [], versions, terms("per_event"), through=END)) == {"03": 90}
    assert by_month(lines(deals, [], versions, terms("per_period"), through=END)) == {"03": 90}
    assert by_month(lines(deals, [], versions, terms(reset=QUARTER), through=END)) == {"03": 90}
    with_a_quarter = [rates("slab", "0.1"), rates("slab", "0.2", date(2026, 4, 1))]
    deals += sold("b 2026-04-01 900")
    found = lines(deals, [], with_a_quarter, terms(reset=QUARTER), through=END)
    assert by_month(found) == {"03": 90, "04": 180}


def test_two_versions_of_one_day_are_refused() -> None:
    with pytest.raises(InvalidAccumulation, match="two versions of the rates are valid from 2026-01-01: give one"):
        lines([], [], [rates("step", "0.1"), rates("step", "0.2")], terms(), through=END)


@pytest.mark.parametrize(
    ("credits_", "refunds", "says"),
    [
        ("a 2025-12-31 10", "", "no rate for 2025-12-31: give a version"),
        ("a 2026-01-01 10\na 2026-01-02 10", "", "a is here twice"),
        ("a 2026-01-01 10", "r 2026-01-02 b 5", "refund r is of b, which is not among the credits"),
        ("a 2026-01-01 10", "r 2026-01-02 a 5\ns 2026-01-03 a 6", r"refund s of 6 leaves a refunded by 11 of 10"),
        ("a 2026-01-01 10", "r 2026-01-02 a -5", "give amounts above 0"),
        ("a 2026-01-01 10", "r 2026-01-02 a 0", "give amounts above 0"),
        ("a 2026-01-01 10", "a 2026-01-02 a 5", "a is here twice"),
    ],
)
def test_facts_that_no_pay_follows_from_are_refused(credits_: str, refunds: str, says: str) -> None:
    with pytest.raises(InvalidAccumulation, match=says):
        lines(sold(credits_), refunded(refunds), [rates("step", "0.1")], terms(), through=END)


def test_terms_that_no_pay_follows_from_are_refused() -> None:
    with pytest.raises(InvalidAccumulation, match="quarter do not make up windows of a month"):
        terms("cumulative", MONTH, period=QUARTER)
    with pytest.raises(InvalidAccumulation, match="let refunds restate the deal, or forfeit the excess"):
        terms(cap=usd(5), excess="carried", refunds="original_lot")
    with pytest.raises(MixedCurrencies):
        terms(cap=Money.of(5, "EUR"))
    for cap in ("5.001", "0", "-5"):
        with pytest.raises(InvalidAmount, match="is no cap"):
            terms(cap=usd(cap))
    with pytest.raises(InvalidAccumulation, match="of which there is no attainment: give one above 0"):
        Rates(BEGUN, table("step", "0.1"), quota=Fraction(0))


def test_a_plans_cap_and_guarantee_are_lines_of_their_own() -> None:
    months = [usd(800), usd(700), usd(-600)]
    capped = plan_cap_lines(months, usd(1000))
    assert capped == (usd(0), usd(-500), usd(500))
    assert guarantee_line([*months, *capped], usd(1200)) == usd(300)
    assert guarantee_line([*months, *capped], usd(900)) == usd(0)


def test_fees_are_not_paid_for_nothing() -> None:
    fee = RateTable("step", (Tier.of(0, None, Decimal("0.1"), 5),))
    deal = sold("a 2026-01-10 100")
    undone = refunded("r 2026-02-01 a 100")
    for aggregation in ("per_event", "per_period", "cumulative"):
        rule = terms(aggregation)
        assert by_month(lines(deal, [], [Rates(BEGUN, fee)], rule, through=END)) == {"01": 15}
        assert by_month(lines(deal, undone, [Rates(BEGUN, fee)], rule, through=END)) == {"01": 0}


# Laws

few = settings(max_examples=60, deadline=None)
days = st.integers(0, 364).map(lambda day: BEGUN + timedelta(days=day))
cents = st.integers(-200_000, 200_000).map(lambda number: Fraction(number, 100))
tables = st.sampled_from(
    [table("step", "0.1 500 0.2 1500 0.15"), table("step", "0.037"), table("slab", "0.05 800 0.1"),
     RateTable("interpolated", (Tier.of(0, 1000, 70), Tier.of(1000, 4000, 333)))]
)  # fmt: skip
aggregations = st.sampled_from(["per_event", "per_period", "cumulative"])
caps = st.none() | st.integers(1, 40_000).map(lambda number: Money(Decimal(number).scaleb(-2), "USD"))
basis = st.sampled_from(["restate", "original_lot"])
windows = st.sampled_from([MONTH, QUARTER, YEAR])
rules = st.builds(terms, aggregations, windows, cap=caps, refunds=basis) | st.builds(
    terms, aggregations, windows, cap=caps, excess=st.just("carried")
)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Credit], list[Refund]]:
    dated = draw(st.lists(st.tuples(days, cents), max_size=8))
    deals = [Credit(f"d{place}", day, amount) for place, (day, amount) in enumerate(dated)]
    shares = st.integers(0, 4).map(lambda number: Fraction(number, 4))
    refunds = [
        Refund(f"r{deal.natural_key}", draw(days), deal.natural_key, deal.amount * share)
        for deal in deals
        if deal.amount > 0 and (share := draw(shares))
    ]
    return deals, refunds


@few
@whatever(books(), tables, rules, st.randoms())
def test_the_order_in_which_facts_arrive_changes_nothing(
    book: tuple[list[Credit], list[Refund]], by: RateTable, rule: Terms, random: Random
) -> None:
    found = lines(*book, [Rates(BEGUN, by)], rule, through=END)
    for facts in book:
        random.shuffle(facts)
    assert lines(*book, [Rates(BEGUN, by)], rule, through=END) == found


@few
@whatever(books(), tables, rules, cents.filter(lambda amount: amount > 0), days, days)
def test_a_deal_and_its_cancellation_leave_nothing(
    book: tuple[list[Credit], list[Refund]], by: RateTable, rule: Terms, amount: Fraction, day: date, later: date
) -> None:
    deals, refunds = book
    restated = replace(rule, refunds="restate")
    deal, undone = Credit("deal", day, amount), Refund("undone", later, "deal", amount)
    reversed_ = Credit("reversed", day, -amount)
    versions = [Rates(BEGUN, by)]
    found = nonzero(lines(deals, refunds, versions, restated, through=END))
    assert nonzero(lines([*deals, deal], [*refunds, undone], versions, restated, through=END)) == found
    assert nonzero(lines([*deals, deal, reversed_], refunds, versions, restated, through=END)) == found


def nonzero(found: Iterable[Line]) -> dict[str, Money]:
    return {period: amount for period, amount in earned(found, "USD").items() if amount}


@few
@whatever(books(), tables, rules, days)
def test_no_window_is_ever_paid_more_than_its_cap(
    book: tuple[list[Credit], list[Refund]], by: RateTable, rule: Terms, through: date
) -> None:
    paid: dict[int, list[Money]] = {}
    sizes = {MONTH: 1, QUARTER: 3, YEAR: 12}
    for period, amount in earned(lines(*book, [Rates(BEGUN, by)], rule, through=through), "USD").items():
        paid.setdefault((int(period[5:]) - 1) // sizes[rule.reset], []).append(amount)
    if rule.cap is not None:
        assert all(total(amounts, "USD") <= rule.cap for amounts in paid.values())


@few
@whatever(books(), tables, rules)
def test_lines_add_up_to_what_the_table_pays_for_the_total(
    book: tuple[list[Credit], list[Refund]], by: RateTable, rule: Terms
) -> None:
    whole = replace(rule, aggregation="cumulative", reset=YEAR, cap=None, refunds="restate")
    found = lines(*book, [Rates(BEGUN, by)], whole, through=END)
    credited = sum((deal.amount for deal in book[0]), Fraction(0)) - sum((r.amount for r in book[1]), Fraction(0))
    assert sum(line.exact for line in found) == by.pays(credited)
    assert total((line.amount for line in found), "USD") == total(earned(found, "USD").values(), "USD")


@few
@whatever(books(), tables, rules)
def test_what_a_cap_cuts_and_leaves_is_all_there_was(
    book: tuple[list[Credit], list[Refund]], by: RateTable, rule: Terms
) -> None:
    deals, _ = book
    forfeited = replace(rule, excess="forfeited")
    capped = lines(deals, [], [Rates(BEGUN, by)], forfeited, through=END)
    free = lines(deals, [], [Rates(BEGUN, by)], replace(forfeited, cap=None), through=END)
    assert [line.exact + line.cut for line in capped] == [line.exact for line in free]


@few
@whatever(books(), rules, st.integers(2, 50))
def test_amounts_of_another_scale_are_paid_in_that_scale(
    book: tuple[list[Credit], list[Refund]], rule: Terms, factor: int
) -> None:
    deals, refunds = book
    by = Rates(BEGUN, table("step", "0.1 500 0.2 1500 0.15"))
    by_scaled = Rates(BEGUN, table("step", f"0.1 {500 * factor} 0.2 {1500 * factor} 0.15"))
    other = replace(rule, cap=None if rule.cap is None else rule.cap * factor)
    scaled = lines(
        [replace(deal, amount=deal.amount * factor) for deal in deals],
        [replace(refund, amount=refund.amount * factor) for refund in refunds],
        [by_scaled],
        other,
        through=END,
    )
    found = lines(deals, refunds, [by], rule, through=END)
    assert [line.exact for line in scaled] == [line.exact * factor for line in found]


@few
@whatever(books(), tables, rules, days)
def test_what_is_dated_later_does_not_count_yet(
    book: tuple[list[Credit], list[Refund]], by: RateTable, rule: Terms, through: date
) -> None:
    deals, refunds = book
    known = [deal for deal in deals if deal.credited_on <= through]
    keys = {deal.natural_key for deal in known}
    back = [refund for refund in refunds if refund.refunded_on <= through and refund.of in keys]
    versions = [Rates(BEGUN, by)]
    assert lines(known, back, versions, rule, through=through) == lines(*book, versions, rule, through=through)


@whatever(st.lists(st.integers(-50_000, 50_000), max_size=12), st.integers(1, 80_000), st.integers(0, 80_000))
def test_a_plan_pays_no_more_than_its_cap_and_no_less_than_its_guarantee(
    months: list[int], cap: int, guarantee: int
) -> None:
    earned_ = [usd(amount) for amount in months]
    capped = plan_cap_lines(earned_, usd(cap))
    for through in range(len(months) + 1):
        assert total([*earned_[:through], *capped[:through]], "USD") <= usd(cap)
    topped = guarantee_line([*earned_, *capped], usd(guarantee))
    assert total([*earned_, *capped, topped], "USD") >= usd(guarantee)
    assert topped >= usd(0)
