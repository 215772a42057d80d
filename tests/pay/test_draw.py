"""Pay runs with a draw: the reference story, then what no sequence of earnings may do."""

from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.draw import InvalidTerms, Owed, PayRun, RunTerms, pay_run
from trueup.units.money import Money, total


def usd(amount: int | str) -> Money:
    return Money.of(amount, "USD")


NOTHING = usd(0)
CLEAR = Owed(NOTHING, NOTHING)


def by(
    *, minimum: int | str = 0, recovers: bool = True, floor: int | str = 0, share: Fraction = Fraction(1)
) -> RunTerms:
    return RunTerms(usd(minimum), recovers, usd(floor), share)


def runs(earnings: list[int], listed: list[RunTerms], owed: Owed = CLEAR) -> list[PayRun]:
    found: list[PayRun] = []
    for earned, terms in zip(earnings, listed, strict=True):
        found.append(pay_run(found[-1].owed if found else owed, usd(earned), terms))
    return found


def amounts(moneys: list[Money]) -> list[int]:
    return [int(money.amount) for money in moneys]


def test_a_draw_of_1000_recovered_from_the_fourth_period_and_ended_after_the_sixth() -> None:
    draw, recovered, ended = by(minimum=1000, recovers=False), by(minimum=1000), by()
    found = runs([500, 700, 400, 1800, 1200, 900, 700], [draw] * 3 + [recovered] * 3 + [ended])
    assert amounts([run.paid for run in found]) == [1000] * 6 + [200]
    assert amounts([run.owed.draw for run in found]) == [500, 800, 1400, 600, 400, 500, 0]


def test_a_negative_run_becomes_a_receivable_and_not_a_larger_draw() -> None:
    run = pay_run(CLEAR, usd(-300), by(minimum=1000))
    assert (run.paid, run.advanced) == (usd(1000), usd(1000))
    assert run.owed == Owed(usd(1000), usd(300))


def test_a_shortfall_is_offset_from_the_next_run_on_after_the_draw() -> None:
    first, second = runs([-300, 2000], [by(), by(share=Fraction(1, 4))], Owed(usd(1200), NOTHING))
    assert (first.paid, first.offset, first.owed.receivable) == (NOTHING, NOTHING, usd(300))
    assert (second.recovered, second.offset, second.paid) == (usd(1200), usd(200), usd(600))
    assert second.owed == Owed(NOTHING, usd(100))


@pytest.mark.parametrize(
    ("earned", "terms", "recovered", "offset", "paid"),
    [
        (2000, by(floor=1500), 500, 0, 1500),
        (2000, by(minimum=900, floor=1500), 500, 0, 1500),
        (2000, by(minimum=1900), 100, 0, 1900),
        (2000, by(recovers=False), 0, 800, 1200),
        (2000, by(recovers=False, share=Fraction(1, 3)), 0, "666.66", "1333.34"),
        (1000, by(floor=1500), 0, 0, 1000),
        (3000, by(), 1000, 800, 1200),
    ],
)
def test_recovery_and_offsets_leave_the_minimum_the_floor_and_a_share_of_pay(
    earned: int, terms: RunTerms, recovered: int, offset: int | str, paid: int | str
) -> None:
    run = pay_run(Owed(usd(1000), usd(800)), usd(earned), terms)
    assert (run.recovered, run.offset, run.paid) == (usd(recovered), usd(offset), usd(paid))


def test_terms_that_cannot_be_kept_are_refused() -> None:
    with pytest.raises(InvalidTerms, match="2 of pay cannot be offset: give a share from 0 to 1"):
        by(share=Fraction(2))
    with pytest.raises(InvalidTerms, match=r"^the minimum or the floor lies below 0: give 0 where there is none$"):
        by(minimum=-1)


earnings = st.lists(st.integers(-3000, 5000), min_size=1, max_size=10)
every_terms = st.builds(
    lambda minimum, recovers, floor, share: by(minimum=minimum, recovers=recovers, floor=floor, share=share),
    st.integers(0, 2000),
    st.booleans(),
    st.integers(0, 2000),
    st.fractions(0, 1, max_denominator=7),
)


@whatever(earnings, st.data())
def test_nobody_recovers_more_than_was_advanced_nor_pays_less_than_the_minimum(
    listed: list[int], data: st.DataObject
) -> None:
    terms = [data.draw(every_terms) for _ in listed]
    found = runs(listed, terms)
    advanced = accumulate(run.advanced for run in found)
    recovered = accumulate(run.recovered for run in found)
    for run, agreed, out, back in zip(found, terms, advanced, recovered, strict=True):
        assert run.owed.draw == out - back >= NOTHING
        assert run.owed.receivable >= NOTHING
        assert run.paid >= max(agreed.minimum, NOTHING)
        assert run.paid >= min(agreed.floor, run.earned)
        assert run.offset.amount <= agreed.offset_share * Fraction((run.paid + run.offset).amount)


@whatever(earnings, st.data())
def test_all_that_was_earned_is_paid_or_still_owed(listed: list[int], data: st.DataObject) -> None:
    found = runs(listed, [data.draw(every_terms) for _ in listed])
    owed = found[-1].owed
    assert total((run.paid for run in found), "USD") == usd(sum(listed)) + owed.draw + owed.receivable
