from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.clawback import Clawed, EarnOut, InvalidEarnOut, Lot, Step, Turn, clawed, complete_months
from trueup.units.money import Money, total

BEGAN = date(2026, 1, 15)
YEAR = EarnOut.linear(12)
TABLE = EarnOut((Step(3, Fraction(1)), Step(6, Fraction(1, 2))))


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


LOT = Lot(BEGAN, eur(12_000))


def turn(kind: Literal["churned", "reinstated"], day: str) -> Turn:
    return Turn(f"{kind} {day}", date.fromisoformat(day), kind)


def lines(turns: list[Turn], earn_out: EarnOut = YEAR, lot: Lot = LOT) -> list[tuple[str, Money]]:
    return [(line.on.isoformat(), line.amount) for line in clawed(lot, turns, earn_out)]


@pytest.mark.parametrize(
    ("left", "returned"),
    [
        ("2026-08-15", "5000"),
        ("2026-09-14", "5000"),
        ("2026-08-14", "6000"),
        ("2026-01-20", "12000"),
        ("2025-12-01", "12000"),
        ("2027-01-14", "1000"),
    ],
)
def test_of_12000_over_12_months_what_is_not_earned_yet_is_returned(left: str, returned: str) -> None:
    assert lines([turn("churned", left)]) == [(left, -eur(returned))]


@pytest.mark.parametrize(
    ("left", "returned"),
    [("2026-04-14", "12000"), ("2026-04-15", "6000"), ("2026-07-14", "6000"), ("2026-07-15", "0")],
)
def test_a_table_returns_by_complete_months(left: str, returned: str) -> None:
    found = lines([turn("churned", left)], TABLE)
    assert found == ([(left, -eur(returned))] if eur(returned) else [])


def test_a_term_of_four_months_is_earned_in_quarters() -> None:
    term = EarnOut.linear(4)
    assert [term.returned(months) * 4 for months in range(6)] == [4, 3, 2, 1, 0, 0]
    assert term == EarnOut(
        (Step(1, Fraction(1)), Step(2, Fraction(3, 4)), Step(3, Fraction(1, 2)), Step(4, Fraction(1, 4)))
    )


def test_each_line_names_the_turn_that_it_follows_from() -> None:
    turns = [Turn("left", date(2026, 8, 15), "churned"), Turn("back", date(2026, 9, 1), "reinstated")]
    assert clawed(LOT, turns, YEAR) == (
        Clawed("left", date(2026, 8, 15), -eur(5000)),
        Clawed("back", date(2026, 9, 1), eur(5000)),
    )


def test_a_table_may_stay_level_and_end_at_nothing() -> None:
    level = EarnOut((Step(3, Fraction(1, 2)), Step(6, Fraction(1, 2)), Step(9, Fraction(0))))
    assert [level.returned(months) for months in (0, 3, 6, 9)] == [Fraction(1, 2), Fraction(1, 2), 0, 0]


def test_after_the_term_nothing_is_returned() -> None:
    assert lines([turn("churned", "2027-01-15"), turn("reinstated", "2027-03-01")]) == []


def test_coming_back_brings_all_of_it_back_and_leaving_again_counts_anew() -> None:
    turns = [turn("reinstated", "2026-09-01"), turn("churned", "2026-08-15"), turn("churned", "2026-11-20")]
    assert lines(turns) == [("2026-08-15", -eur(5000)), ("2026-09-01", eur(5000)), ("2026-11-20", -eur(2000))]


def test_leaving_twice_or_coming_back_unasked_changes_nothing() -> None:
    turns = [turn("reinstated", "2026-02-01"), turn("churned", "2026-08-15"), turn("churned", "2026-08-20")]
    assert lines(turns) == [("2026-08-15", -eur(5000))]


def test_a_lot_on_which_nothing_is_left_of_what_was_paid_returns_nothing() -> None:
    assert lines([turn("churned", "2026-02-01")], lot=Lot(BEGAN, eur(-10))) == []


def test_half_a_coin_is_rounded_away_from_zero() -> None:
    half = EarnOut((Step(1, Fraction(1, 2)),))
    assert lines([turn("churned", "2026-01-20")], half, Lot(BEGAN, eur("0.05"))) == [("2026-01-20", eur("-0.03"))]


NO_MONTH = "the earn-out has no month: give a term of one month or more"


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([], NO_MONTH),
        ([Step(0, Fraction(1))], NO_MONTH),
        (
            [Step(3, Fraction(3, 2))],
            "a share to return lies below 0 or above 1: nobody returns more than they were paid",
        ),
        (
            [Step(3, Fraction(1, 2)), Step(6, Fraction(1))],
            "the steps before 3 and before 6 months are out of order: months rise, and what is returned falls",
        ),
        (
            [Step(3, Fraction(1)), Step(3, Fraction(1, 2))],
            "the steps before 3 and before 3 months are out of order: months rise, and what is returned falls",
        ),
    ],
)
def test_an_earn_out_that_is_none_is_refused(steps: list[Step], says: str) -> None:
    with pytest.raises(InvalidEarnOut, match=f"^{says}$"):
        EarnOut(tuple(steps))


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-31", "2026-02-28", 0),
        ("2026-01-31", "2026-03-01", 1),
        ("2026-01-31", "2026-03-31", 2),
        ("2024-02-29", "2025-02-28", 11),
        ("2024-02-29", "2025-03-01", 12),
    ],
)
def test_a_month_is_complete_with_its_own_day(start: str, end: str, months: int) -> None:
    assert complete_months(date.fromisoformat(start), date.fromisoformat(end)) == months


turns_ = st.lists(
    st.builds(
        lambda day, kind, key: Turn(str(key), BEGAN + timedelta(days=day), kind),
        st.integers(-20, 500),
        st.sampled_from(["churned", "reinstated"]),
        st.integers(),
    ),
    max_size=8,
)
paid = st.integers(0, 10**7).map(lambda coins: eur(coins) * Fraction(1, 100))


@whatever(turns_, paid, st.sampled_from([YEAR, TABLE, EarnOut.linear(7)]))
def test_no_lot_ever_returns_more_than_was_paid_on_it_or_is_brought_back_more_than_it_returned(
    turns: list[Turn], amount: Money, earn_out: EarnOut
) -> None:
    found = clawed(Lot(BEGAN, amount), turns, earn_out)
    for through in range(len(found) + 1):
        assert -amount <= total((line.amount for line in found[:through]), "EUR") <= eur(0)
    assert all(line.amount for line in found)


@whatever(paid, st.integers(0, 400), st.integers(0, 60))
def test_staying_longer_never_costs_more(amount: Money, days: int, longer: int) -> None:
    lot = Lot(BEGAN, amount)
    owed = [
        total(
            (line.amount for line in clawed(lot, [Turn("left", BEGAN + timedelta(days=day), "churned")], YEAR)), "EUR"
        )
        for day in (days, days + longer)
    ]
    assert owed[0] <= owed[1]
