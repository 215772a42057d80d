"""The sample: rows of account and as-of date with what became of them, and the rows that were left out, with why."""

from dataclasses import dataclass

import numpy as np

from trueup.indicators.panel import Codes, Days, Flags, Outcome, Panel

TOO_YOUNG = "less than six months with us"
BEFORE = "it had happened before"
TOO_LATE = "it happened within the lead: too late to act"
NOT_OVER = "what becomes of them is not known yet"
NOTHING_DUE = "nothing came due"
MONTHS_A_QUARTER = 3
HALF = 0.5
_LONG_AGO = -(10**9)


@dataclass(frozen=True)
class Dropped:
    """How many rows were left out, and why."""

    why: str
    rows: int


@dataclass(frozen=True)
class Sample:
    """Rows of the panel that count: ``rows`` (n,) places in the panel, ``happened`` (n,) within the window.

    ``events``: how many things happened, each counted once however many rows' windows hold it; of things that came due,
    how many came out the rarer way. ``dropped`` and the rows
    kept make up all rows looked at.
    """

    rows: Codes
    happened: Flags
    events: int
    dropped: tuple[Dropped, ...]


def quarterly(panel: Panel) -> Codes:
    """Each account's last row in every calendar quarter: places in the panel."""
    month = panel.as_of.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    quarter = month // MONTHS_A_QUARTER
    is_last = np.ones(len(quarter), np.bool_)
    is_last[:-1] = (quarter[1:] != quarter[:-1]) | (panel.accounts[1:] != panel.accounts[:-1])
    return np.flatnonzero(is_last)


def every(panel: Panel) -> Codes:
    """All rows: places in the panel."""
    return np.arange(len(panel.as_of))


def sample(panel: Panel, outcome: Outcome, rows: Codes, *, lead: int, horizon: int) -> Sample:
    """What became of ``rows`` within (as-of + lead, as-of + lead + horizon], in days.

    A row whose event comes within the lead is left out, as is one whose window is not over: neither is ever counted as
    nothing happening. Of outcomes that come due, rows count in whose window something did.
    """
    accounts, as_of = panel.accounts[rows], panel.as_of[rows]
    begin, end = as_of + lead, as_of + lead + horizon
    events = _Events(outcome.accounts, outcome.on)
    came, failed = (
        _Events(outcome.accounts[which], outcome.on[which]) for which in (outcome.happened, ~outcome.happened)
    )
    why = np.full(len(rows), "", object)
    if outcome.is_due:
        why[~events.any_within(accounts, begin, end)] = NOTHING_DUE
    why[end > outcome.known_until] = NOT_OVER
    if outcome.ends:
        # An end within the lead was recorded, whether or not the window after it is over.
        why[events.any_within(accounts, as_of, begin)] = TOO_LATE
        why[events.any_within(accounts, np.full_like(as_of, _LONG_AGO), as_of)] = BEFORE
    if panel.is_young is not None:
        why[panel.is_young[rows]] = TOO_YOUNG
    kept = why == ""
    happened = came.any_within(accounts, begin, end)
    if outcome.needs_all:
        happened &= ~failed.any_within(accounts, begin, end)
    dropped = tuple(
        Dropped(reason, count)
        for reason in (TOO_YOUNG, BEFORE, TOO_LATE, NOT_OVER, NOTHING_DUE)
        if (count := int((why == reason).sum()))
    )
    is_rare = not outcome.is_due or happened[kept].sum() <= HALF * kept.sum()
    rarer = came if is_rare else failed
    return Sample(rows[kept], happened[kept], rarer.count_within(accounts[kept], begin[kept], end[kept]), dropped)


class _Events:
    """Events in the order of accounts and days, as one number each, so that windows are found by bisection."""

    def __init__(self, accounts: Codes, on: Days) -> None:
        self._first = int(on.min()) if len(on) else 0
        self._days = (int(on.max()) - self._first if len(on) else 0) + 3
        self._keys = np.sort(self._key(accounts, on))

    def any_within(self, accounts: Codes, after: Days, until: Days) -> Flags:
        """Whether an event of the account lies in (after, until]."""
        first, end = self._places(accounts, after, until)
        return end > first

    def count_within(self, accounts: Codes, after: Days, until: Days) -> int:
        """How many events lie in any of the windows, each counted once."""
        first, end = self._places(accounts, after, until)
        marks = np.zeros(len(self._keys) + 1, np.int64)
        np.add.at(marks, first, 1)
        np.add.at(marks, end, -1)
        return int((np.cumsum(marks)[:-1] > 0).sum())

    def _places(self, accounts: Codes, after: Days, until: Days) -> tuple[Codes, Codes]:
        return (
            np.searchsorted(self._keys, self._key(accounts, after), side="right"),
            np.searchsorted(self._keys, self._key(accounts, until), side="right"),
        )

    def _key(self, accounts: Codes, day: Days) -> Days:
        return accounts * self._days + np.clip(day - self._first, -1, self._days - 2) + 1
