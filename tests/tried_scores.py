"""A panel small enough to count in: customers at quarters' ends, what was known of them, who left and who renewed."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from trueup.indicators.panel import Column, Outcome, Panel
from trueup.runs.laid_panel import Laid

EPOCH = date(1970, 1, 1)
ENDS = [(date(year, month, day) - EPOCH).days for year in range(2021, 2026) for month, day in ((3, 31), (9, 30))]
"""Ten ends of quarters, half a year apart."""
MANY = 40
KNOWN_UNTIL = ENDS[-1] + 400
LEAVE_AFTER = 120
NAMES = tuple(f"c{place:02}" for place in range(MANY))


def day(of: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + of)


def small(names: Sequence[str] = NAMES) -> Laid:
    """As many customers at every date; at each, the one with the slowest answers leaves 120 days later.

    Customers are known by ``names``, in their order. Who is to leave next answers slowest: account 0 first, then 1, ...
    Answers take 10 hours, of who leaves next 90. Sizes say nothing. Contracts of the others come due on the same day
    and are renewed; who left did not.
    """
    rows = [(account, end) for account in range(len(names)) for end in ENDS[: account + 1 if account < 10 else None]]
    accounts, as_of = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    leaves = {account: ENDS[account] for account in range(len(ENDS))}
    is_next = np.array([leaves.get(account) == end for account, end in rows])
    known = np.column_stack([np.where(is_next, 90.0, 10.0), np.ones(len(rows))]).astype(np.float32)
    size = ((accounts * 7 + as_of) % 11).astype(np.float32)
    panel = Panel(
        list(names),
        accounts,
        as_of,
        (Column("response_time", "experience", "Response time", "lower"), Column("cases", "activity", "Cases")),
        known,
        (Column("size", label="size"), Column("tenure", label="time with us")),
        np.column_stack([size, np.ones(len(rows))]).astype(np.float32),
        recent=known,
        restated=known,
        is_young=np.zeros(len(rows), np.bool_),
    )
    left = np.array(list(leaves), np.int64)
    on = np.array(list(leaves.values()), np.int64) + LEAVE_AFTER
    churned = Outcome("churned", left, on, KNOWN_UNTIL)
    renewed = Outcome(
        "renewed",
        accounts,
        as_of + LEAVE_AFTER,
        KNOWN_UNTIL,
        is_good=True,
        is_due=True,
        ends=False,
        needs_all=True,
        happened=~is_next,
    )
    expanded = Outcome("expanded", left, on, KNOWN_UNTIL, is_good=True, ends=False)
    everybody = np.ones(len(rows), np.bool_)
    outcomes = {each.name: each for each in (churned, renewed, expanded)}
    return Laid(panel, outcomes, everybody, ~everybody)
