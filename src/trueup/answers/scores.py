"""Each customer's chance of an outcome by the newest study's score: with its interval, what it is made of, what moved.

The score is computed of what the newest build knows at the end of the last month that is over, and of what it knows of
three months earlier.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from trueup.answers.study import Study, study_of
from trueup.indicators.model import Model, read
from trueup.indicators.panel import Codes
from trueup.indicators.score import Scored, scored
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.runs.kept_studies import KeptStudy
from trueup.runs.lately import Lately, read_lately
from trueup.runs.outcome_names import DEAL_WON

COIN = 0.5
YOUNG = "less than six months with us"
THE_DATE = "the date"
SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("outcome", pa.string()),
        ("as_of", pa.date32()),
        ("chance", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("before", pa.float64()),
        ("why", pa.string()),
        ("reason", pa.string()),
        ("study", pa.int64()),
    ]
)
"""A row per account; ``why``: what moves its chance most; ``reason``: why it has none."""
TOLD = 3
"""Reasons that a row names."""


class NoScoresError(Exception):
    """There are no chances to tell; the message says why, and what would change that."""


@dataclass(frozen=True)
class Reason:
    """What a KPI, a control or the date adds to the log odds of an account that is average in everything.

    ``before``: what it added three months earlier; None where the account was not scored then.
    """

    name: str
    label: str
    adds: float
    before: float | None

    @property
    def change(self) -> float | None:
        """How much more it adds than three months earlier."""
        return None if self.before is None else self.adds - self.before


@dataclass(frozen=True)
class AccountScore:
    """An account's chance; null with ``reason`` where there is none. ``reasons``: all, the strongest first.

    ``base``: the log odds of an account that is average in everything; with all reasons it is the account's own.
    """

    account_id: str
    chance: float | None
    low: float | None
    high: float | None
    before: float | None
    reason: str
    base: float
    reasons: tuple[Reason, ...]

    @property
    def strongest(self) -> tuple[Reason, ...]:
        """What moves the chance most."""
        return self.reasons[:TOLD]

    @property
    def moved(self) -> tuple[Reason, ...]:
        """The reasons that changed since, the most first."""
        known = [each for each in self.reasons if each.change is not None]
        return tuple(sorted(known, key=lambda each: -abs(each.change or 0.0)))


@dataclass(frozen=True)
class Scores:
    """The chances of one outcome. ``on``, ``was_on``: the days as of which; ``names``: of what reasons are."""

    outcome: str
    study: int
    lead_days: int
    horizon_days: int
    on: date
    was_on: date
    account_ids: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    is_good: bool
    _now: Scored
    _before: Scored | None
    _places: Codes
    """By account its place in ``_now``; -1 where it has no chance."""
    _earlier: Codes
    """By account its place in ``_before``; -1 where it had none."""

    @property
    def order(self) -> Sequence[int]:
        """Accounts' places, the one to worry about most first; those without a chance last."""
        chance = np.array([self._now.chance[at] if at >= 0 else np.nan for at in self._places])
        worry = chance if self.is_good else -chance
        order: list[int] = np.lexsort((np.array(self.account_ids), worry)).tolist()
        return order

    def of(self, account_id: str) -> AccountScore | None:
        """An account's chance; None of one that nobody asks it of."""
        at = int(np.searchsorted(np.array(self.account_ids), account_id))
        found = at < len(self.account_ids) and self.account_ids[at] == account_id
        return self.at(at) if found else None

    def at(self, place: int) -> AccountScore:
        """The chance of the account at a place of ``account_ids``."""
        account_id, now, was = self.account_ids[place], int(self._places[place]), int(self._earlier[place])
        if now < 0:
            return AccountScore(account_id, None, None, None, None, YOUNG, self._now.base, ())
        before = None if was < 0 or self._before is None else self._before
        adds = self._now.reasons[now]
        added = None if before is None else before.reasons[was]
        reasons = [
            Reason(name, label, float(adds[column]), None if added is None else float(added[column]))
            for column, (name, label) in enumerate(self.names)
        ]
        return AccountScore(
            account_id,
            float(self._now.chance[now]),
            float(self._now.low[now]),
            float(self._now.high[now]),
            None if before is None else float(before.chance[was]),
            "",
            self._now.base,
            tuple(sorted(reasons, key=lambda each: -abs(each.adds))),
        )

    def table(self) -> pa.Table:
        """A row per account, the one to worry about most first."""
        return pa.Table.from_pylist([self._row(self.at(place)) for place in self.order], schema=SCHEMA)

    def only(self, account_id: str) -> pa.Table:
        """The row of one account."""
        of = self.of(account_id)
        return pa.Table.from_pylist([self._row(of)] if of else [], schema=SCHEMA)

    def _row(self, of: AccountScore) -> dict[str, object]:
        return {
            "account_id": of.account_id,
            "outcome": self.outcome,
            "as_of": self.on,
            "chance": of.chance,
            "low": of.low,
            "high": of.high,
            "before": of.before,
            "why": "; ".join(f"{each.name} {each.adds:+.2f}" for each in of.strongest) or None,
            "reason": of.reason or None,
            "study": self.study,
        }


def scores(snapshot: Snapshot, kept: KeptStudy) -> Scores:
    """The chances of a study's outcome for every account that it is asked of; NoScoresError where none can be told."""
    study = study_of(kept.told)
    model = believed(kept, study)
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        lately = read_lately(engine)
    finally:
        engine.close()
    if lately is None:
        raise NoScoresError(
            "The last build laid out no months of accounts to score. Build anew with `trueup build`, with the grain"
            " account and the period month."
        )
    return _scored(kept, study, model, lately)


def believed(kept: KeptStudy, study: Study) -> Model:
    """The study's score; NoScoresError where it has none, or one that may be no better than a coin."""
    what = f"study {kept.number} of {kept.outcome}"
    if not kept.told.get("model") or not study.can_tell:
        raise NoScoresError(
            f"{what.capitalize()} has no score: {study.events} events, and it takes dates late enough to try it on."
        )
    low = study.score.auc_low if study.score else None
    if low is None or not low > COIN:
        raise NoScoresError(
            f"The score of {what} is not sure to be better than a coin, so no customer's chance is told."
            " Its tiers still hold."
        )
    return read(kept.told["model"])


def _scored(kept: KeptStudy, study: Study, model: Model, lately: Lately) -> Scores:
    panel = lately.panel
    asked = lately.has_open_deal if study.outcome == DEAL_WON else lately.is_customer
    is_young = np.zeros(len(asked), np.bool_) if panel.is_young is None else panel.is_young
    days = panel.as_of
    is_now = days == days.max()
    everybody = np.flatnonzero(asked & is_now)
    now, before = np.flatnonzero(asked & is_now & ~is_young), np.flatnonzero(asked & ~is_now & ~is_young)
    readable = model.reads(panel)
    kpis = [(column.name, column.label or column.name) for column in readable.kpis]
    controls = [(column.name, column.label or column.name) for column in readable.control_columns]
    accounts = panel.accounts[everybody]
    return Scores(
        outcome=study.outcome,
        study=kept.number,
        lead_days=study.lead_days,
        horizon_days=study.horizon_days,
        on=lately.lasts_on,
        was_on=lately.was_on,
        account_ids=tuple(panel.names[code] for code in accounts),
        names=(*kpis, *controls, (THE_DATE, THE_DATE)),
        is_good=study.is_good,
        _now=scored(model.score, readable, now),
        _before=scored(model.score, readable, before) if len(before) else None,
        _places=_places(accounts, panel.accounts[now]),
        _earlier=_places(accounts, panel.accounts[before]),
    )


def _places(accounts: Codes, among: Codes) -> Codes:
    """Of each account its place among others, ascending; -1 where it is none of them."""
    if not len(among):
        return np.full(len(accounts), -1, np.int64)
    at = np.minimum(np.searchsorted(among, accounts), len(among) - 1)
    return np.where(among[at] == accounts, at, -1)
