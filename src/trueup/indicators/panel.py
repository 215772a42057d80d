"""The panel: what was known of each account at each as-of date, and what happened to it later."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]
Days = npt.NDArray[np.int64]
"""Days since 1970-01-01."""
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
History = Literal["exact", "approximate", "not auditable"]
"""Whether past values are those known then; nearly so (facts that join several rows); or today's (overwritten)."""


@dataclass(frozen=True)
class Column:
    """A KPI or a control of the panel.

    ``family``: activity, experience, ...; empty where nobody said. ``levels``: of text, its values, to which the
    panel's numbers point; None of numbers. ``better``: higher, lower, or neither.
    """

    name: str
    family: str = ""
    label: str = ""
    better: str = "neither"
    history: History = "exact"
    why_not_exact: str = ""
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Panel:
    """Rows in the order of accounts and, within them, as-of dates; values are NaN where nothing was known.

    ``accounts`` (rows,): codes into ``names``. ``as_of`` (rows,): days. ``known`` (rows, kpis): trailing values as
    known at the as-of date; ``controls`` (rows, controls) likewise. ``recent`` (rows, kpis): the same of the last half
    of the window, for the lead time; None where there are none. ``restated`` (rows, kpis): today's version of
    ``known``, for the audit of leaks; None where only one version exists. ``is_young`` (rows,): too short a time with
    us to count.
    """

    names: Sequence[str]
    accounts: Codes
    as_of: Days
    kpis: tuple[Column, ...]
    known: Values
    control_columns: tuple[Column, ...]
    controls: Values
    recent: Values | None = None
    restated: Values | None = None
    is_young: Flags | None = None

    def __post_init__(self) -> None:
        """AssertionError where rows are out of order or of other lengths: a fault of the program that made them."""
        rows = len(self.accounts)
        assert self.as_of.shape == (rows,)
        assert self.known.shape == (rows, len(self.kpis))
        assert self.controls.shape == (rows, len(self.control_columns))
        steps, days = np.diff(self.accounts), np.diff(self.as_of)
        assert ((steps > 0) | ((steps == 0) & (days > 0))).all(), "rows are out of order, or there twice"

    def of_rows(self, rows: Codes | Flags) -> "Panel":
        """The panel of some rows, in their order."""
        return replace(
            self,
            accounts=self.accounts[rows],
            as_of=self.as_of[rows],
            known=self.known[rows],
            controls=self.controls[rows],
            recent=None if self.recent is None else self.recent[rows],
            restated=None if self.restated is None else self.restated[rows],
            is_young=None if self.is_young is None else self.is_young[rows],
        )

    def of_kpis(self, wanted: Sequence[int]) -> "Panel":
        """The panel of some KPIs."""
        columns = list(wanted)
        return replace(
            self,
            kpis=tuple(self.kpis[k] for k in columns),
            known=self.known[:, columns],
            recent=None if self.recent is None else self.recent[:, columns],
            restated=None if self.restated is None else self.restated[:, columns],
        )


@dataclass(frozen=True)
class Outcome:
    """What happened to accounts; a row each event, or each thing that came due.

    ``accounts`` (events,): codes as the panel's. ``on`` (events,): the day on which it was recorded. ``happened``
    (events,): whether it came out so; all True of events. ``is_due``: only as-of dates in whose window something came
    due count (a contract, a deal, a goal); otherwise every row does. ``needs_all``: of several that came due in a
    window, all must have come out so; otherwise one is enough. ``ends``: nothing follows it (an account that left).
    ``known_until``: the last day whose events are recorded by now. ``is_good``: whether one hopes for it.
    """

    name: str
    accounts: Codes
    on: Days
    known_until: int
    is_good: bool = False
    is_due: bool = False
    ends: bool = True
    needs_all: bool = False
    happened: Flags = field(default_factory=lambda: np.ones(0, np.bool_))

    def __post_init__(self) -> None:
        """Events without ``happened`` all happened."""
        if len(self.happened) != len(self.on):
            object.__setattr__(self, "happened", np.ones(len(self.on), np.bool_))
