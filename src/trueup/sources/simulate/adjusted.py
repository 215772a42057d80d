"""What else moved the measures of the example company's customers, as its people say; the series tell nothing of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from trueup.sources.simulate.clock import add_months
from trueup.sources.simulate.entered_rows import Adjustment, Decision, Goal

ONE_OF = 25
"""Of so many customers with goals one has an adjustment; the first two have, so that the smallest example has some."""
LASTING_SHARE = 0.5
_TEN = time(10, tzinfo=UTC)
_DECISIONS: Sequence[Decision | None] = ("approved", None, "approved", "refused")
"""In turn; None: nobody has decided yet."""
_HAPPENED: Mapping[str, Sequence[tuple[str, str]]] = {
    "days_sales_outstanding": (
        ("They gave their largest customers longer terms of payment.", "A mail of their head of finance."),
        ("They sold the invoices of their slowest payers to a bank.", "The contract, which they showed us."),
    ),
    "on_time_delivery": (
        ("They gave up their farthest depot, and deliver nearby only.", "Their newsletter."),
        ("Their carrier failed; they drove with another one.", "The carrier's notice, which they passed on."),
    ),
    "order_cycle_time": (
        ("They took over a competitor that makes to order.", "The entry in the commercial register."),
        ("They gave up what they made to order.", "Their new price list."),
    ),
    "days_inventory_outstanding": (
        ("They opened a second warehouse, and filled it.", "The lease, and a visit of ours."),
        ("They sold what lay in their oldest warehouse.", "Their newsletter."),
    ),
}
"""By measure in the library: what brought it up and what brought it down, each with how it is known."""
_NOT_THEIRS = "The change came with our own project, so it is part of what we did."


def adjustment(
    goals: Sequence[Goal], sizes: Mapping[str, float], seed: str, ends_on: date, nth: int
) -> Adjustment | None:
    """The ``nth`` adjustment, about one of a customer's goals; None where none of them has run for long enough.

    ``sizes``: by measure, how much a change of level adds or takes off at most. The draws are its own.
    """
    chance = Random(f"{seed} adjustments")  # noqa: S311  an example, no secret
    begun = [(goal, goal.terms[1]) for goal in goals if goal.kind == "business" and goal.terms is not None]
    months = [(goal, month) for goal, since in begun for month in _months(since, ends_on - timedelta(days=75))]
    if not months:
        return None
    goal, starts_on = chance.choice(months)
    most = sizes[goal.measure]
    amount = Decimal(f"{chance.uniform(most / 3, most):.1f}")
    is_down = chance.random() < 0.5
    reason, evidence = _HAPPENED[goal.kpi][is_down]
    last = add_months(starts_on, chance.choice((2, 3, 6))) - timedelta(days=1)
    entered_on = max(starts_on, goal.stated_at.date()) + timedelta(days=chance.randint(5, 30))
    entered_on = min(entered_on, ends_on - timedelta(days=21))
    decision = _DECISIONS[nth % len(_DECISIONS)]
    return Adjustment(
        account_id=goal.account_id,
        measure=goal.measure,
        starts_on=starts_on,
        ends_on=None if chance.random() < LASTING_SHARE else last,
        amount=-amount if is_down else amount,
        reason=reason,
        evidence=evidence,
        entered_at=datetime.combine(entered_on, _TEN),
        decision=decision,
        because=_NOT_THEIRS if decision == "refused" else "",
        decided_at=datetime.combine(entered_on + timedelta(days=chance.randint(3, 20)), _TEN) if decision else None,
    )


def _months(since: date, until: date) -> list[date]:
    """The first days of the months that begin between two days."""
    firsts = (add_months(since.replace(day=1), number) for number in range(1, 60))
    return [first for first in firsts if first <= until]
