"""The null run: the same pipeline on outcomes that were dealt to other accounts, where nothing can be found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trueup.indicators.audit import Leak
from trueup.indicators.evidence import Rows
from trueup.indicators.forward import Folded
from trueup.indicators.panel import Codes, Flags, Panel
from trueup.indicators.sample import Sample
from trueup.indicators.selection import Judged, judge

MOST_ACCOUNTS = 1_000
"""Accounts that the null runs look at; of more, so many are drawn."""


@dataclass(frozen=True)
class Null:
    """How many KPIs each run named, of outcomes that no KPI can predict."""

    named: tuple[int, ...]

    @property
    def with_any(self) -> int:
        """How many runs named any."""
        return sum(many > 0 for many in self.named)


NOT_RUN = Null(())


@dataclass(frozen=True)
class Question:
    """What does not change when outcomes are dealt anew: how many KPIs, and ever tried, leaks, which are alike."""

    kpis: int
    tried: int
    leaks: Mapping[int, Leak]
    same: Sequence[set[int]]

    def judged(self, rows: Rows, by_month: Rows, some: Sequence[Folded], events: int) -> tuple[Judged, ...]:
        """Every KPI's tier."""
        return tuple(
            judge(
                rows,
                by_month,
                some,
                kpis=self.kpis,
                events=events,
                family=self.tried,
                leaks=self.leaks,
                same=self.same,
            )
        )


@dataclass(frozen=True)
class Designs:
    """The rows of both samples, and the folds."""

    of: Sample
    by_month: Sample
    rows: Rows
    months: Rows
    some: Sequence[Folded]


def null_runs_of(question: Question, panel: Panel, designs: Designs, runs: int) -> Null:
    """The null runs, each with its own deal."""
    accounts = np.unique(panel.accounts[designs.of.rows])
    named = []
    for run in range(runs):
        rng = np.random.default_rng((run, len(accounts)))
        drawn = np.isin(np.arange(len(panel.names)), rng.permutation(accounts)[:MOST_ACCOUNTS])
        taken, given = rng.permutation(len(panel.names)), rng.permutation(len(panel.names))
        here = drawn[panel.accounts[designs.of.rows]]
        happened = dealt(panel, designs.of, here, (taken, given))
        monthly_here = drawn[panel.accounts[designs.by_month.rows]]
        by_month = dealt(panel, designs.by_month, monthly_here, (taken, given))
        events = round(designs.of.events * happened[here].sum() / max(designs.of.happened.sum(), 1))
        judged = question.judged(
            _with(designs.rows, happened, here),
            _with(designs.months, by_month, monthly_here),
            [
                replace(
                    each,
                    learned=_with(each.learned, happened[each.fold.learned], here[each.fold.learned]),
                    tried=_with(each.tried, happened[each.fold.tried], here[each.fold.tried]),
                )
                for each in designs.some
            ],
            events,
        )
        named.append(sum(each.tier == "A" for each in judged))
    return Null(tuple(named))


def _with(rows: Rows, happened: Flags, here: Flags) -> Rows:
    if here.all():
        return replace(rows, happened=happened)
    return replace(rows, features=rows.features[here], happened=happened[here], accounts=rows.accounts[here])


def dealt(panel: Panel, of: Sample, here: Flags, orders: tuple[Codes, Codes]) -> Flags:
    """A sample's outcomes dealt among rows of one date; from date to date an account mostly gets the same other one's.

    ``here``: the rows that take part. ``orders``: two random orders of all accounts; of each date, the first in the one
    gets the outcome of the first in the other.
    """
    taken, given = orders
    found = of.happened.copy()
    places = np.flatnonzero(here)
    accounts, dates = panel.accounts[of.rows[places]], panel.as_of[of.rows[places]]
    to = places[np.lexsort((taken[accounts], dates))]
    found[to] = of.happened[places[np.lexsort((given[accounts], dates))]]
    return found
