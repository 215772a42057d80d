"""A payee's runs one after the other: what is taken back in parts, and what earlier runs leave for later ones."""

from decimal import Decimal
from fractions import Fraction

from pay.paying import usd
from trueup.pay.pay_runs import Terms, runs_of
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import NegativeDelta, Policy


def months(*posted: tuple[str, str, str], taken: NegativeDelta = "instalments", share: str = "1") -> list[list[str]]:
    """What each month from January to June offsets, pays and leaves owed; ``posted``: amounts of and in which month."""
    policy = Policy(negative_delta=taken, instalments=3, offset_share=Fraction(share))
    terms = [Terms(f"2026-{month:02}", None, policy) for month in range(1, 7)]
    postings = [Posting(Slot("ann", "sales", of), usd(amount), posted_in) for of, amount, posted_in in posted]
    return [
        [f"{each.amount.normalize():f}" for each in (run.earned, run.offset, run.paid, run.owed.receivable)]
        for run in runs_of(postings, terms, "USD")
    ]


EARNS = tuple((f"2026-{month:02}", "100", f"2026-{month:02}") for month in range(1, 7))


def test_what_was_paid_too_much_is_offset_in_three_parts_of_which_each_run_takes_one() -> None:
    assert months(*EARNS, ("2026-01", "-90", "2026-02")) == [
        ["100", "0", "100", "0"],
        ["10", "30", "70", "60"],
        ["100", "30", "70", "30"],
        ["100", "30", "70", "0"],
        ["100", "0", "100", "0"],
        ["100", "0", "100", "0"],
    ]


def test_a_second_one_is_spread_from_its_own_run_on() -> None:
    assert months(*EARNS, ("2026-01", "-90", "2026-02"), ("2026-02", "-30", "2026-04")) == [
        ["100", "0", "100", "0"],
        ["10", "30", "70", "60"],
        ["100", "30", "70", "30"],
        ["70", "40", "60", "20"],
        ["100", "10", "90", "10"],
        ["100", "10", "90", "0"],
    ]


def test_what_an_earlier_run_offset_of_another_debt_is_no_part() -> None:
    """In January 50 more is lost than earned, which February offsets; in March 90 is to be taken in three parts."""
    assert months(("2026-01", "-50", "2026-01"), *EARNS[1:], ("2026-01", "-90", "2026-03")) == [
        ["-50", "0", "0", "50"],
        ["100", "50", "50", "0"],
        ["10", "30", "70", "60"],
        ["100", "30", "70", "30"],
        ["100", "30", "70", "0"],
        ["100", "0", "100", "0"],
    ]


def test_another_debt_is_offset_beside_the_parts_of_the_first() -> None:
    assert months(EARNS[0], ("2026-01", "-90", "2026-02"), ("2026-02", "-50", "2026-02"), *EARNS[2:]) == [
        ["100", "0", "100", "0"],
        ["-140", "0", "0", "140"],
        ["100", "100", "0", "40"],
        ["100", "40", "60", "0"],
        ["100", "0", "100", "0"],
        ["100", "0", "100", "0"],
    ]


def test_the_last_part_takes_what_rounding_left() -> None:
    offset = [row[1] for row in months(*EARNS, ("2026-01", "-100", "2026-02"))]
    assert offset == ["0", "33.33", "33.33", "33.34", "0", "0"]
    assert sum(map(Decimal, offset)) == 100


def test_a_part_that_no_pay_covered_waits_for_the_next_run() -> None:
    assert months(EARNS[0], ("2026-01", "-90", "2026-02"), EARNS[3], EARNS[4]) == [
        ["100", "0", "100", "0"],
        ["-90", "0", "0", "90"],
        ["0", "0", "0", "90"],
        ["100", "90", "10", "0"],
        ["100", "0", "100", "0"],
        ["0", "0", "0", "0"],
    ]


def test_only_what_is_taken_back_of_an_earlier_month_is_spread() -> None:
    of_the_month = months(*EARNS[:2], ("2026-02", "-60", "2026-02"))
    assert of_the_month[1] == ["40", "0", "40", "0"]
    a_gain = months(*EARNS[:2], ("2026-01", "60", "2026-02"))
    assert a_gain[1] == ["160", "0", "160", "0"]
    a_cent = months(*EARNS[:2], ("2026-01", "0.50", "2026-02"))
    assert a_cent[1] == ["100.5", "0", "100.5", "0"]


def test_without_instalments_the_next_run_takes_all_of_it() -> None:
    assert months(*EARNS, ("2026-01", "-90", "2026-02"), taken="next_run")[1] == ["10", "0", "10", "0"]
