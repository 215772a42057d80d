"""Agreements on value: the reference cases by their terms, what a measurement may not do, and laws."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from pay.agreeing import BEFORE, DAYS, END, START, eur, paid, terms
from trueup.pay.agreements import (
    Change,
    InvalidAgreement,
    PayeeShare,
    Signer,
    Terms,
    adjustments_on,
    as_agreement,
    complete_months,
    measure_key,
    realisation,
)
from trueup.pay.vesting import Adjustment, Reading, Release, Verification, improvement, releases
from trueup.units.money import MixedCurrencies, Money

AFTER = date(2029, 1, 1)


def read(
    actual: str | Decimal,
    error: str = "0",
    of: Terms | None = None,
    *,
    on: date = DAYS[1],
    moved: Sequence[Adjustment] = (),
    vouched: bool = True,
) -> Reading:
    word = Verification(on + timedelta(10), is_independent=True) if vouched else None
    return realisation(of or terms(), moved, Decimal(actual), Decimal(error), as_of=on, verification=word)


def vest(*readings: Reading, of: Sequence[Terms] = (), payee: str = "alice") -> tuple[Release, ...]:
    agreed = of or (terms(),)
    signed = [as_agreement(each, payee, signed_on=START) for each in agreed]
    return releases(signed, readings, agreed[0].curve, through=AFTER)


# The reference cases


def test_30000_on_500000_vests_as_readings_are_verified_and_falls_with_the_next() -> None:
    found = vest(read("40.2", on=DAYS[1]), read("37.4", on=DAYS[3]), read("38", on=DAYS[4]))
    assert [release.amount.amount for release in found] == [10_800, 16_800, -3_600]
    assert found[-1].vested == 24_000


def test_what_counts_is_the_one_sided_bound_that_was_agreed_on() -> None:
    found = read("37", "0.9")
    assert (found.estimate, found.lower) == (500_000, 424_256)
    assert vest(found)[0].amount == eur("25455.36")


def test_what_the_customer_changed_itself_is_taken_out_of_the_improvement() -> None:
    change = Change(START, None, Decimal("-1.5"), is_approved=True)
    moved = adjustments_on(terms(), [change], as_of=DAYS[1])
    assert read("37.2", moved=moved).estimate == 330_000
    assert read("37.2").estimate == 480_000
    share = improvement(Fraction(42), moved, Fraction("37.2"), direction="decrease").share
    assert share is not None
    assert round(share * 100, 1) == Fraction("8.1")


def test_slices_of_a_customers_value_are_pooled() -> None:
    half: dict[str, object] = {"committed": eur(250_000), "payees": (paid(target=15_000),)}
    a, b = terms(agreement_id="a", **half), terms(agreement_id="b", measure="Stock cover", **half)
    first, second = read("38.5", of=a, on=DAYS[3]), read("41", of=b, on=DAYS[3])
    assert vest(first, second, of=[a, b])[0].amount == eur(27_000)
    assert vest(first, of=[a])[0].amount + vest(second, of=[b])[0].amount == eur(30_000)


# What is agreed on


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"measure": " ?"}, "names no measure: say what is measured"),
        ({"definition": " "}, "does not define its measure: say how it is computed, and from which system"),
        ({"confidence": ""}, "does not say how certain value has to be: write 'one-sided, 80 %' or another"),
        ({"verifier": ""}, "names no verifier: say who verifies its readings"),
        ({"direction": "maintain"}, "goes no way: say whether to increase or to decrease"),
        ({"signers": (Signer("ours", "CEO"),)}, "is not signed by both sides: name a signer of each"),
        ({"signers": (Signer("ours", " "), Signer("customer", "CFO"))},
         "has a signer without a role: say what they are"),
        ({"signers": (Signer("ours", "CEO"),) * 2 + (Signer("customer", "CFO"),)},
         "names a signer twice: name each once"),
        ({"committed": eur(0)}, "commits 0 EUR: commit more than 0"),
        ({"band": eur(-1)}, "has a band of -1 EUR: give 0 where there is none"),
        ({"value_per_unit": eur(0)}, "values a unit at 0 EUR: give more than 0"),
        ({"cap": eur(0)}, "has a cap of 0 or less: give none, or more than 0"),
        ({"per": "year"}, "does not say how often a unit is worth that: per month, or per term"),
        ({"payees": ()}, "pays nobody: name a payee"),
        ({"payees": (paid(share="1/2"), paid(share="1/2"))}, "names a payee twice: name each once"),
        ({"payees": (paid(share="0"),)}, "has a payee without a share: give each one above 0"),
        ({"payees": (paid(), paid("bob", share="1/4"))},
         "shares out 1.25 of its value: give its payees 1 at most, together"),
        ({"payees": (paid(share="1/2"), PayeeShare("bob", Money.of(1, "USD"), Fraction(1, 2)))},
         "pays in EUR and USD: pay all of its payees in one currency"),
        ({"payees": (paid(target=0),)}, "pays somebody 0 or less at target: pay more"),
        ({"quantile": Decimal("-0.1")}, "has a quantile below 0: give 0.8416 for 80 %"),
        ({"quantile": Decimal("NaN")}, "has a quantile below 0: give 0.8416 for 80 %"),
        ({"ends_on": date(2025, 12, 31)}, "ends before it starts: correct one of the days"),
        ({"starts_on": date(2025, 12, 31)}, "starts within its baseline's months: start after them"),
        ({"reading_dates": ()}, "is never read: fix the days on which it is"),
        ({"reading_dates": DAYS[::-1]}, "has days of reading out of order: name each once, from the first to the last"),
        ({"reading_dates": (*DAYS, date(2028, 1, 1), date(2028, 2, 1))},
         "is read on 2028-01-01, 2028-02-01, outside its term: read it within"),
        ({"verify_within_days": -1}, "lets its readings lapse before their days: give 0 days or more"),
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused(other: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidAgreement) as told:
        terms(**other)
    assert str(told.value) == f"this agreement {says}"


@pytest.mark.parametrize(
    "other",
    [
        {"quantile": Decimal(0)},
        {"payees": (paid(target=1),)},
        {"verify_within_days": 0},
        {"reading_dates": (START, END)},
        {"ends_on": START, "reading_dates": (START,)},
    ],
    ids=["no quantile", "a coin", "verified at once", "read on the first day and the last", "a term of a day"],
)
def test_terms_on_the_edge_are_agreed_on(other: dict[str, object]) -> None:
    assert terms(**other).agreement_id == "a"


def test_the_band_and_what_a_unit_is_worth_are_in_the_currency_that_was_committed() -> None:
    for other in ({"band": Money.of(1, "USD")}, {"value_per_unit": Money.of(1, "USD")}, {"cap": Money.of(1, "USD")}):
        with pytest.raises(MixedCurrencies):
            terms(**other)


def test_a_measure_is_the_same_however_it_is_written() -> None:
    assert measure_key("Days sales outstanding") == measure_key(" days-sales_Outstanding ") == "days_sales_outstanding"


# What was measured


def test_nobody_reads_it_when_it_looks_best() -> None:
    agreed = terms(reading_dates=DAYS[:2])
    with pytest.raises(InvalidAgreement) as told:
        read("30", of=agreed, on=date(2026, 6, 27))
    assert str(told.value) == (
        "2026-06-27 is no day on which this agreement is read: read it on 2026-03-28, 2026-06-28"
    )


def test_a_reading_is_the_first_of_its_day_unless_it_says_that_it_replaces_one() -> None:
    assert read("40").revision == 1


def test_value_that_comes_monthly_is_of_complete_months() -> None:
    agreed = terms(per="month", value_per_unit=eur(10_000), reading_dates=(date(2026, 3, 30), date(2026, 3, 31)))
    assert [read("40", of=agreed, on=day).estimate for day in agreed.reading_dates] == [40_000, 60_000]


@pytest.mark.parametrize(
    ("starts", "through", "months"),
    [
        ("2026-01-01", "2026-01-31", 1),
        ("2026-01-01", "2026-01-30", 0),
        ("2026-01-15", "2026-02-14", 1),
        ("2026-01-15", "2026-02-13", 0),
        ("2026-02-01", "2026-01-01", 0),
        ("2026-01-01", "2027-12-31", 24),
    ],
)
def test_part_of_a_month_does_not_count(starts: str, through: str, months: int) -> None:
    assert complete_months(date.fromisoformat(starts), date.fromisoformat(through)) == months


def test_value_beyond_the_cap_does_not_count() -> None:
    found = read("30", "1", of=terms(cap=eur(600_000)))
    assert (found.estimate, found.lower) == (600_000, 600_000)
    low = read("36", "1", of=terms(cap=eur(590_000)))
    assert (low.estimate, low.lower) == (590_000, 515_840)


def test_an_increase_is_an_improvement_where_that_was_agreed_on() -> None:
    assert read("45", of=terms(direction="increase")).estimate == 300_000
    assert read("45").estimate == -300_000


def test_a_reading_lapses_when_the_agreement_says() -> None:
    assert read("40").lapses_on == DAYS[1] + timedelta(90)
    assert vest(replace(read("37"), verification=Verification(DAYS[1] + timedelta(91), is_independent=True))) == ()


def test_a_change_counts_by_the_days_on_which_it_was_there() -> None:
    day = date(2026, 4, 10)  # the hundredth
    agreed = terms(reading_dates=(day,))

    def moved(starts: str, ends: str | None = None) -> list[Fraction]:
        change = Change(date.fromisoformat(starts), ends and date.fromisoformat(ends), Decimal(4), True)  # type: ignore[arg-type]  # noqa: FBT003
        return [each.amount for each in adjustments_on(agreed, [change], as_of=day)]

    assert moved("2026-01-01") == [4]
    assert moved("2026-04-10") == [Fraction(4, 100)]
    assert moved("2026-01-01", "2026-01-25") == [1]
    assert moved("2026-04-11") == []
    assert moved("2025-12-31") == []  # the baseline has it already


def test_changes_that_do_not_count_leave_those_after_them_as_they_are() -> None:
    before = Change(date(2025, 12, 31), None, Decimal(4), is_approved=True)
    redefined = Change(START, None, None, is_approved=False)
    change = Change(START, None, Decimal(2), is_approved=True)
    assert adjustments_on(terms(), [before, redefined, change], as_of=DAYS[1]) == (
        Adjustment(Fraction(2), is_approved=True),
    )


def test_what_was_redefined_is_not_held_against_the_old_baseline() -> None:
    redefined = Change(date(2026, 3, 1), None, None, is_approved=True)
    with pytest.raises(InvalidAgreement) as told:
        adjustments_on(terms(), [redefined], as_of=DAYS[1])
    assert str(told.value) == (
        "the customer redefined Days sales outstanding on 2026-03-01: "
        "what came after cannot be held against the baseline; make a new agreement"
    )
    assert adjustments_on(terms(), [replace(redefined, is_approved=False)], as_of=DAYS[1]) == ()
    assert adjustments_on(terms(), [redefined], as_of=date(2026, 2, 28)) == ()


def test_only_its_payees_are_paid_by_it() -> None:
    agreed = terms(payees=(paid(share="1/2"), paid("bob", share="1/2")))
    with pytest.raises(InvalidAgreement) as told:
        as_agreement(agreed, "mia", signed_on=START)
    assert str(told.value) == "mia is no payee of a: name one of alice, bob"


# Laws

few = settings(max_examples=100, deadline=None)
actuals = st.decimals(20, 60, places=2)
errors = st.integers(0, 5)


@few
@whatever(st.lists(st.tuples(st.sampled_from(DAYS), actuals, errors), max_size=6), st.booleans())
def test_nothing_is_released_without_a_current_word_of_somebody_unrelated(
    told: list[tuple[date, Decimal, int]],
    related: bool,  # noqa: FBT001  a case
) -> None:
    readings = [read(actual, str(error), on=day, vouched=False) for day, actual, error in told]
    assert vest(*readings) == ()
    words = [
        Verification(each.as_of, is_independent=False)
        if related
        else Verification(each.lapses_on + timedelta(1), is_independent=True)
        for each in readings
    ]
    assert vest(*(replace(each, verification=word) for each, word in zip(readings, words, strict=True))) == ()


@few
@whatever(actuals, st.lists(st.decimals(-10, 10, places=2), max_size=4))
def test_the_baseline_stays_until_an_adjustment_is_approved(actual: Decimal, moves: list[Decimal]) -> None:
    proposed = [Change(START, None, move, is_approved=False) for move in moves]
    assert read(actual, moved=adjustments_on(terms(), proposed, as_of=DAYS[1])) == read(actual)
    approved = [replace(each, is_approved=True) for each in proposed]
    moved = terms(baseline=replace(BEFORE, value=BEFORE.value + sum(moves)))
    assert read(actual, moved=adjustments_on(terms(), approved, as_of=DAYS[1])) == read(actual, of=moved)


@few
@whatever(actuals, errors, errors, st.integers(0, 300_000), st.none() | st.integers(1, 900_000))
def test_a_wider_standard_error_never_pays_more(
    actual: Decimal, error: int, wider: int, band: int, cap: int | None
) -> None:
    agreed = terms(band=eur(band), cap=None if cap is None else eur(cap))
    narrow, wide = (vest(read(actual, str(each), of=agreed), of=[agreed])[0] for each in (error, error + wider))
    assert wide.vested <= narrow.vested


@few
@whatever(st.integers(0, 100), st.integers(0, 100))
def test_improvement_within_the_band_pays_nothing(band: int, tenths: int) -> None:
    agreed = terms(band=eur(band * 10_000), committed=eur(1))
    made = min(band, tenths)
    assert vest(read(Decimal(42) - Decimal(made) / 10, of=agreed), of=[agreed])[0].vested == 0


slices_ = st.lists(
    st.tuples(actuals, errors, st.integers(1, 300_000), st.integers(0, 30_000), st.integers(1, 500_000)),
    min_size=1,
    max_size=4,
)


@few
@whatever(slices_, st.lists(st.integers(100, 60_000), min_size=1, max_size=4))
def test_slicing_pays_none_of_several_payees_more(
    slices: list[tuple[Decimal, int, int, int, int]], targets: list[int]
) -> None:
    """The whole has the slices' value, error, commitment, band, cap and pay together."""

    def agreed(name: str, committed: int, band: int, cap: int, times: int = 1) -> Terms:
        payees = tuple(paid(f"p{n}", target * times, f"1/{len(targets)}") for n, target in enumerate(targets))
        return terms(agreement_id=name, committed=eur(committed), band=eur(band), cap=eur(cap), payees=payees)

    _, error, committed, band, cap = (sum(column) for column in zip(*slices, strict=True))
    made = sum((BEFORE.value - actual for actual, *_ in slices), Decimal(0))
    whole = agreed("whole", int(committed), int(band), int(cap), len(slices))
    cut = [agreed(f"s{place}", of, noise, most) for place, (_, _, of, noise, most) in enumerate(slices)]
    readings = [read(actual, str(off), of=each) for each, (actual, off, *_) in zip(cut, slices, strict=True)]
    for each in whole.payees:
        of_whole = vest(read(BEFORE.value - made, str(error), of=whole), of=[whole], payee=each.payee)
        assert vest(*readings, of=cut, payee=each.payee)[0].vested <= of_whole[0].vested
