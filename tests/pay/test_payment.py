"""What is posted: true-ups by example, then the payment equation's laws for any way to earn and any way to learn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from trueup.pay.accumulate import Credit, Rates, Refund, Terms, earned, lines
from trueup.pay.currency import Quote, paid
from trueup.pay.payment import Posting, Slot, due
from trueup.pay.rate_table import RateTable, Tier
from trueup.units.money import InvalidAmount, Money, total
from trueup.units.period import PeriodKind

Earned = Mapping[Slot, Money]


def usd(amount: int | str) -> Money:
    return Money.of(amount, "USD")


def slot(period: str, component: str = "quota", payee: str = "ann") -> Slot:
    return Slot(payee, component, period)


def told(postings: Sequence[Posting]) -> list[tuple[str, Decimal, str]]:
    return [(posting.slot.period, posting.amount.amount, posting.posted_in) for posting in postings]


BY_QUOTA = RateTable(
    "step",
    (
        Tier.of(0, 10**6, Decimal("0.10")),
        Tier.of(10**6, 1_500_000, Decimal("0.15")),
        Tier.of(1_500_000, None, Decimal("0.2")),
    ),
)
YEAR_TO_DATE = Terms("cumulative", "USD", PeriodKind.YEAR)
END = date(2026, 12, 31)


def of_deals(*deals: Credit, refunds: Sequence[Refund] = (), through: date = END) -> Earned:
    found = lines(deals, refunds, [Rates(date(2026, 1, 1), BY_QUOTA)], YEAR_TO_DATE, through=through)
    return {slot(period): amount for period, amount in earned(found, "USD").items()}


def sold(month: int, amount: int) -> Credit:
    return Credit(f"{month:02}", date(2026, month, 20), Fraction(amount))


def test_a_february_found_too_high_after_the_close_is_put_right_in_april() -> None:
    believed = [sold(1, 400_000), sold(2, 700_000), sold(3, -150_000)]
    posted: list[Posting] = []
    for month in (1, 2, 3):
        posted += due(of_deals(*believed[:month]), posted, posted_in=f"2026-{month:02}")
    assert told(posted) == [
        ("2026-01", 40_000, "2026-01"),
        ("2026-02", 75_000, "2026-02"),
        ("2026-03", -20_000, "2026-03"),
    ]
    now = of_deals(sold(1, 400_000), sold(2, 650_000), sold(3, -150_000))
    in_april = due(now, posted, posted_in="2026-04")
    assert told(in_april) == [("2026-02", -7_500, "2026-04"), ("2026-03", 2_500, "2026-04")]
    assert total((posting.amount for posting in in_april), "USD") == usd(-5_000)
    assert due(now, [*posted, *in_april], posted_in="2026-04") == ()


def test_a_difference_is_to_what_was_posted_last_and_not_to_the_first() -> None:
    posted: list[Posting] = []
    for earning in (20, 30, 40):
        posted += due({slot("2026-01"): usd(earning)}, posted, posted_in="2026-02")
    assert [posting.amount for posting in posted] == [usd(20), usd(10), usd(10)]


def test_a_raise_notified_in_the_next_period_is_paid_in_arrears() -> None:
    january = due({slot("2026-01"): usd(100)}, [], posted_in="2026-01")
    raised = {slot("2026-01"): usd(120), slot("2026-02"): usd(120)}
    assert told(due(raised, january, posted_in="2026-02")) == [("2026-01", 20, "2026-02"), ("2026-02", 120, "2026-02")]


def test_what_is_no_longer_earned_is_taken_back() -> None:
    posted = due({slot("2026-01"): usd(100)}, [], posted_in="2026-01")
    assert told(due({}, posted, posted_in="2026-03")) == [("2026-01", -100, "2026-03")]


def test_earnings_that_are_not_in_whole_coins_are_refused() -> None:
    with pytest.raises(InvalidAmount, match=r"ann earned 0.005 USD by quota: round it before it is posted"):
        due({slot("2026-01"): usd("0.005")}, [], posted_in="2026-01")


def test_payments_in_another_currency_are_differences_of_the_converted_total() -> None:
    quote = Quote("EUR", "USD", Decimal("1.07"), date(2026, 1, 1), "plan")
    posted: list[Posting] = []
    for cents in range(1, 60):
        in_euros = {slot("2026-01"): paid(usd("0.01") * cents, "EUR", quote)}
        posted += due(in_euros, posted, posted_in="2026-01")
    assert total((posting.amount for posting in posted), "EUR") == paid(usd("0.59"), "EUR", quote)


# Laws

few = settings(max_examples=80, deadline=None)
SLOTS = [
    Slot(payee, component, period)
    for payee in ("ann", "bob")
    for component in "cq"
    for period in ("2026-01", "2026-02")
]


@dataclass(frozen=True)
class Imagined:
    """Some way to earn: a pure function of which events are known, as wild as can be."""

    seed: int

    def __call__(self, known: frozenset[int]) -> Earned:
        chance = Random(f"{self.seed} {sorted(known)}")
        return {each: usd(chance.randint(-(10**7), 10**7)) * Decimal("0.01") for each in SLOTS if chance.random() < 0.8}


def learned(
    earn: Callable[[frozenset[int]], Earned], steps: Sequence[frozenset[int]], before: Sequence[Posting] = ()
) -> list[Posting]:
    """All that is posted, where each step learns some events and then closes."""
    posted, known = [*before], frozenset[int]()
    for number, step in enumerate(steps):
        known |= step
        posted += due(earn(known), posted, posted_in=f"close {number}")
    return posted


def sums(posted: Sequence[Posting]) -> Earned:
    found = {
        each: total((p.amount for p in posted if p.slot == each), "USD")
        for each in {posting.slot for posting in posted}
    }
    return {each: amount for each, amount in found.items() if amount}


def nonzero(earned_: Earned) -> Earned:
    return {each: amount for each, amount in earned_.items() if amount}


ways = st.integers(0, 10**6).map(Imagined)
histories = st.lists(st.frozensets(st.integers(0, 9), max_size=4), min_size=1, max_size=8)


@few
@whatever(ways, histories)
def test_running_it_twice_posts_nothing(earn: Imagined, steps: list[frozenset[int]]) -> None:
    posted = learned(earn, steps)
    assert due(earn(frozenset[int]().union(*steps)), posted, posted_in="again") == ()


@few
@whatever(ways, histories, st.randoms())
def test_whatever_was_learned_when_what_is_posted_comes_to_what_is_earned(
    earn: Imagined, steps: list[frozenset[int]], random: Random
) -> None:
    everything = frozenset[int]().union(*steps)
    posted = sums(learned(earn, steps))
    assert posted == nonzero(earn(everything)) == sums(learned(earn, [everything]))
    random.shuffle(steps)
    assert sums(learned(earn, steps)) == posted


@few
@whatever(ways, histories, st.integers(10, 12), st.integers(0, 7))
def test_an_event_and_its_exact_cancellation_leave_nothing(
    earn: Imagined, steps: list[frozenset[int]], event: int, place: int
) -> None:
    cancellation = -event

    def net(known: frozenset[int]) -> Earned:
        return earn(known - {event, cancellation} if {event, cancellation} <= known else known)

    sooner = place % (len(steps) + 1)
    with_both = [*steps[:sooner], frozenset({event}), *steps[sooner:], frozenset({cancellation})]
    assert sums(learned(net, with_both)) == sums(learned(earn, steps))


@few
@whatever(ways, histories)
def test_a_component_that_earns_nothing_changes_no_other(earn: Imagined, steps: list[frozenset[int]]) -> None:
    def beside_nothing(known: frozenset[int]) -> Earned:
        return {**earn(known), Slot("ann", "weight 0", "2026-01"): usd(0)}

    assert learned(beside_nothing, steps) == learned(earn, steps)


@few
@whatever(ways, ways, histories)
def test_what_somebody_else_earns_changes_nobodys_lines(
    earn: Imagined, other: Imagined, steps: list[frozenset[int]]
) -> None:
    def bobs_are_others(known: frozenset[int]) -> Earned:
        return {
            **{each: amount for each, amount in earn(known).items() if each.payee == "ann"},
            **{each: amount for each, amount in other(known).items() if each.payee == "bob"},
        }

    anns = [[p for p in learned(way, steps) if p.slot.payee == "ann"] for way in (earn, bobs_are_others)]
    assert anns[0] == anns[1]


deals = st.builds(
    lambda day, cents: (date(2026, 1, 1).replace(month=day), Fraction(cents, 100)),
    st.integers(1, 12),
    st.integers(1, 10**8),
)


@few
@whatever(st.lists(deals, min_size=1, max_size=8), histories, st.randoms())
def test_deals_and_refunds_learned_in_any_order_come_to_the_same(
    dated: list[tuple[date, Fraction]], steps: list[frozenset[int]], random: Random
) -> None:
    credited = [Credit(f"d{place}", *deal) for place, deal in enumerate(dated)]
    refunds = {
        place: Refund(
            f"r{place}", date(2026, random.randint(1, 12), 28), f"d{place}", deal.amount / random.randint(1, 3)
        )
        for place, deal in enumerate(credited)
        if random.random() < 0.5
    }

    def earn(known: frozenset[int]) -> Earned:
        """Events 0 to 7 are deals, the same plus 100 their refunds, known with or after them."""
        there = [deal for place, deal in enumerate(credited) if place in known]
        return of_deals(*there, refunds=[r for place, r in refunds.items() if {place, place + 100} <= known])

    later = [*steps, frozenset(range(8)), frozenset(range(100, 108))]
    random.shuffle(later)
    everything = frozenset[int]().union(*later)
    assert sums(learned(earn, later)) == nonzero(earn(everything))
