"""Which of the differences that are due are posted now, and which wait: parked, kept and shown, never dropped."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import Policy
from trueup.units.period import CIVIL, PeriodRules, parse_period

Because = Literal["lookback", "de_minimis", "approval"]


@dataclass(frozen=True)
class Parked:
    """A difference that waits: its period is too long ago, it is too small, or nobody has approved it yet."""

    posting: Posting
    because: Because


def admitted(
    due: Iterable[Posting],
    policy: Policy,
    *,
    posted_before: Collection[Slot],
    approved: Collection[Slot] = (),
    rules: PeriodRules = CIVIL,
) -> tuple[tuple[Posting, ...], tuple[Parked, ...]]:
    """What is posted now and what waits. ``posted_before``: slots of which something was posted already.

    A slot's first posting is never too small, and waits for no approval.
    """
    posted, parked = [], []
    for posting in due:
        because = _because(
            posting,
            policy,
            is_again=posting.slot in posted_before,
            is_approved=posting.slot in approved,
            rules=rules,
        )
        if because is None:
            posted.append(posting)
        else:
            parked.append(Parked(posting, because))
    return tuple(posted), tuple(parked)


def _because(
    posting: Posting, policy: Policy, *, is_again: bool, is_approved: bool, rules: PeriodRules
) -> Because | None:
    if policy.lookback is not None and _months_ago(posting, rules) > policy.lookback:
        return "lookback"
    if not is_again:
        return None
    # Pay in another currency than the plan's is held to the same number of its own coins.
    if policy.de_minimis is not None and abs(posting.amount.amount) < policy.de_minimis.amount:
        return "de_minimis"
    if policy.negative_delta == "approval" and posting.amount.amount < 0 and not is_approved:
        return "approval"
    return None


def _months_ago(posting: Posting, rules: PeriodRules) -> int:
    earned = parse_period(posting.slot.period, rules).last
    booked = parse_period(posting.posted_in, rules).last
    return (booked.year - earned.year) * 12 + booked.month - earned.month
