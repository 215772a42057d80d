"""Drawing accounts by lot: how many tell enough."""

from collections.abc import Iterable
from math import ceil

import numpy as np

from trueup.indicators.panel import Flags, Outcome, Panel
from trueup.indicators.selection import NO_CLAIMS_BELOW

MOST_ACCOUNTS = 5_000
"""Accounts that KPIs are judged by; of more, so many are drawn: more tell no more, unless what happens is rare."""
TIMES_FOR_THE_RARE = 4
"""At most so many times as many are drawn where less would hold too few events."""
ENOUGH_EVENTS = 100
"""With so many claims need no special care (CAREFUL_BELOW), even if the lot is unlucky."""


def accounts_to_draw(everybody: int, events: Iterable[int], *, most: int = MOST_ACCOUNTS) -> int:
    """How many of ``everybody`` to draw, where all together had so many ``events`` of each outcome asked about.

    Every account has the same chance, whatever happened to it: drawing those with events more often would bend rates,
    chances and their calibration. So a rare outcome makes the draw larger than ``most``, until it holds ENOUGH_EVENTS
    of it or is TIMES_FOR_THE_RARE as large. What remains too rare for any claim even then makes nothing larger.
    """
    bound = min(everybody, TIMES_FOR_THE_RARE * most)
    asked = [many for many in events if many and many * bound >= NO_CLAIMS_BELOW * everybody]
    needed = [ceil(ENOUGH_EVENTS * everybody / many) for many in asked]
    return min(bound, max([most, *needed]))


def rarer(happened: Flags, *, is_due: bool) -> int:
    """How many events an outcome had; of what came due, how many came out the rarer way."""
    yes = int(happened.sum())
    return min(yes, len(happened) - yes) if is_due else yes


def drawn(panel: Panel, outcome: Outcome, seed: int) -> Panel:
    """The panel's rows of as many accounts as the outcome needs, drawn by chance; its names remain those of all."""
    accounts = np.unique(panel.accounts)
    if len(accounts) <= MOST_ACCOUNTS:
        return panel
    counts = np.isin(outcome.accounts, accounts) & (outcome.on > panel.as_of.min())
    many = accounts_to_draw(len(accounts), [rarer(outcome.happened[counts], is_due=outcome.is_due)])
    if many == len(accounts):
        return panel
    is_drawn = np.zeros(len(panel.names), np.bool_)
    is_drawn[np.random.default_rng(seed).permutation(accounts)[:many]] = True
    return panel.of_rows(is_drawn[panel.accounts])
