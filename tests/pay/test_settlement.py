from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.rounding import rounded
from trueup.pay.settlement import Document, Settlement, settled
from trueup.units.money import InvalidAmount, Money, total

MAY = date(2026, 5, 1)


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


def document(amount: int, commission: int) -> Document:
    return Document("invoice", Fraction(amount), Fraction(commission))


def paid(*amounts: int) -> list[Settlement]:
    return [Settlement(f"p{day}", MAY + timedelta(days=day), Fraction(amount)) for day, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    ("payments", "lines", "still_open"),
    [
        ([], [], 4000),
        ([10_000, 10_000], [2000, 2000], 0),
        ([5000], [1000], 3000),
        ([20_000, -20_000], [4000, -4000], 4000),
        ([15_000, 15_000], [3000, 1000], 0),
    ],
)
def test_commission_of_4000_on_an_invoice_of_20000_is_earned_as_it_is_paid(
    payments: list[int], lines: list[int], still_open: int
) -> None:
    found = settled(document(20_000, 4000), paid(*payments)[::-1], "EUR")
    assert [line for _, line in found.lines] == [eur(line) for line in lines]
    assert found.open == eur(still_open)


def test_a_credit_note_before_payment_is_open_beside_its_invoice_until_both_are_set_off() -> None:
    invoice, note = document(100, 10), document(-100, -10)
    assert [settled(each, [], "EUR").open for each in (invoice, note)] == [eur(10), eur(-10)]
    dated = [settled(invoice, paid(100), "EUR"), settled(note, paid(-100), "EUR")]
    assert [(found.lines[0][0].on, found.lines[0][1]) for found in dated] == [(MAY, eur(10)), (MAY, eur(-10))]
    assert [found.open for found in dated] == [eur(0), eur(0)]


def test_a_part_payment_is_shared_by_all_lines_of_the_invoice() -> None:
    found = [settled(document(1000, commission), paid(300), "EUR") for commission in (60, 20)]
    assert [each.lines[0][1] for each in found] == [eur(18), eur(6)]


def test_an_invoice_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidAmount, match="no payment settles a share of it: leave it out"):
        document(0, 10)


@whatever(
    st.integers(-999, 999).filter(bool), st.fractions(-50, 50, max_denominator=997), st.lists(st.integers(-99, 999))
)
def test_what_is_earned_and_what_is_open_is_the_commission(
    amount: int, commission: Fraction, payments: list[int]
) -> None:
    found = settled(Document("invoice", Fraction(amount), commission), paid(*payments), "EUR")
    assert total((line for _, line in found.lines), "EUR") + found.open == rounded(commission, "EUR")
    if amount > 0 and sum(payments) >= amount and min(payments) >= 0:
        assert not found.open
