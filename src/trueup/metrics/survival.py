"""How long something takes for half of all, where some have not got there yet: the Kaplan-Meier median, in plain SQL.

Whoever has not got there was watched for a while; leaving them out would flatter, counting them as there would lie. At
each time at which someone gets there, the share of those still waiting falls by their part among all who were watched
at least that long. The median is the first time at which no more than half are still waiting; where that share never
falls so far there is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.metrics.sql import column, quoted

HALF = 0.5
SLACK = 1e-9
"""Shares of those who wait are products of quotients: an exact half may come out a little above it."""
_FACT = "f"


@dataclass(frozen=True)
class Waiting:
    """How long each fact row ``f`` was watched, whether what it waited for ``came``, and whether it ``counts`` at all.

    ``column`` names what is made of it: the share of rows still waiting right after this one; null where
    nothing came or the row does not count.
    """

    column: str
    length: str
    came: str
    counts: str

    @property
    def median(self) -> str:
        """The Kaplan-Meier median of rows that have ``column``, as an aggregate."""
        at_half = f"{column(_FACT, self.column)} <= {HALF + SLACK!r}"
        return f"MIN(CASE WHEN {at_half} THEN CAST({self.length} AS DOUBLE) END)"


def with_shares(rows: str, waiting: Iterable[Waiting], *, by: Sequence[str]) -> str:
    """The query ``rows`` with the column of each of ``waiting`` (see there), reckoned within each group ``by``."""
    for each in waiting:
        rows = _with_share(rows, each, by)
    return rows


def _with_share(rows: str, of: Waiting, by: Sequence[str]) -> str:
    # Of rows that end at the same time those where it came go first: the others were still watched then. Each takes its
    # part of those left by itself, (n - 1) / n, (n - 2) / (n - 1) and so on, whose product is that of all at once.
    left, counts = quoted(f"{of.column}_left"), quoted(f"{of.column}_counts")
    marked = (
        f"SELECT {_FACT}.*, CASE WHEN {of.counts} AND {of.length} IS NOT NULL THEN TRUE ELSE FALSE END AS {counts},"
        f" CASE WHEN {of.came} THEN 1 ELSE 0 END AS {quoted(of.column + '_came')} FROM ({rows}) AS {_FACT}"
    )
    came = f"{_FACT}.{quoted(of.column + '_came')} = 1"
    group = ", ".join([*(f"{_FACT}.{name}" for name in by), f"{_FACT}.{counts}"])
    latest_first = f"{of.length} DESC, {_FACT}.{quoted(of.column + '_came')}"
    numbered = (
        f"SELECT {_FACT}.*, ROW_NUMBER() OVER (PARTITION BY {group} ORDER BY {latest_first}) AS {left}"
        f" FROM ({marked}) AS {_FACT}"
    )
    part = f"LN(NULLIF({_FACT}.{left} - 1, 0) / CAST({_FACT}.{left} AS DOUBLE))"
    shares = (
        f"EXP(COALESCE(SUM(CASE WHEN {came} THEN {part} END) OVER (PARTITION BY {group}"
        f" ORDER BY {_FACT}.{left} DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 0))"
    )
    share = f"CASE WHEN {_FACT}.{counts} AND {came} THEN CASE WHEN {_FACT}.{left} = 1 THEN 0 ELSE {shares} END END"
    return f"SELECT {_FACT}.*, {share} AS {quoted(of.column)} FROM ({numbered}) AS {_FACT}"
