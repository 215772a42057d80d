"""Which differences are posted now, and which wait: too long ago, too small, or taken back without a yes."""

import pytest

from pay.paying import usd
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import Policy
from trueup.pay.policy import admitted

MARCH = Slot("ann", "sales", "2026-03")
ASKS = Policy(negative_delta="approval")


def waits(policy: Policy, amount: str, *, first: bool = False, approved: bool = False) -> str:
    """Why a difference of March that comes out in June waits; nothing where it is posted."""
    posting = Posting(MARCH, usd(amount), "2026-06")
    known = (MARCH,)
    posted, parked = admitted([posting], policy, posted_before=() if first else known, approved=known * approved)
    assert [*posted, *(each.posting for each in parked)] == [posting]
    return "".join(each.because for each in parked)


@pytest.mark.parametrize(
    ("amount", "because"),
    [("4.99", "de_minimis"), ("-4.99", "de_minimis"), ("5", ""), ("-5", ""), ("5.01", "")],
)
def test_less_than_the_smallest_difference_waits_and_just_as_much_does_not(amount: str, because: str) -> None:
    assert waits(Policy(de_minimis=usd(5)), amount) == because


def test_a_slots_first_posting_is_never_too_small_and_asks_nobody() -> None:
    assert waits(Policy(de_minimis=usd(5)), "0.01", first=True) == ""
    assert waits(ASKS, "-100", first=True) == ""


@pytest.mark.parametrize(("amount", "because"), [("-0.01", "approval"), ("0", ""), ("0.01", ""), ("0.99", "")])
def test_what_takes_back_waits_for_a_yes_and_what_pays_more_does_not(amount: str, because: str) -> None:
    assert waits(ASKS, amount) == because
    assert waits(ASKS, amount, approved=True) == ""
    assert waits(Policy(), amount) == ""


@pytest.mark.parametrize(("months", "because"), [(2, "lookback"), (3, ""), (None, "")])
def test_what_was_earned_longer_ago_than_is_looked_back_waits_even_the_first_time(
    months: int | None, because: str
) -> None:
    assert waits(Policy(lookback=months), "100", first=True) == because
