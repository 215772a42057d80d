"""The workspace's panel: every account's KPIs at the end of every quarter, computed from what was known that day.

For each quarter's end the whole customer model is laid out as of that day, so that nothing recorded later takes part:
neither rows that came late nor fields that were overwritten. Its months are those months' ends; months between two
quarters' ends are taken from the later of the two, whose knowledge is at most two months younger. Of many accounts
some are drawn by lot first, and only what bears on those is laid out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from trueup.indicators.lot import MOST_ACCOUNTS
from trueup.indicators.panel import Codes, Column, Flags, History, Outcome, Panel, Values
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import Entries
from trueup.metrics.catalogue_file import Catalogue
from trueup.metrics.cells import WORK_SCHEMA
from trueup.metrics.metric import Metric
from trueup.runs import kept_panel
from trueup.runs.accounts_then import lay_accounts
from trueup.runs.drawn import Lot, cast_lots, drawn_folder
from trueup.runs.folder import Folder
from trueup.runs.ground import IDENTITY_SCHEMA, Ground, ground
from trueup.runs.history import why_not_exact
from trueup.runs.laid_panel import Laid
from trueup.runs.panel_outcomes import METRICS, Came, outcomes_of
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.runs.windows import (
    COUNTED,
    SIZE,
    WINDOW,
    YOUNG_DAYS,
    controls_of,
    fill_counts,
    flags,
    may_predict,
    months_of,
    rows_at,
    texts_of,
    windows,
)
from trueup.units.calendar import end_of_day
from trueup.units.period import PeriodKind, period_of, periods_between

MOST_DATES = 24
"""Quarters' ends that are looked at, the newest."""
_DRAWN = "drawn"


@dataclass(frozen=True)
class _Seen:
    """Rows of the ends of some months: accounts as they are called today, and what was known of them."""

    rows: pa.Table
    cells: pa.Table


@dataclass(frozen=True)
class _Begun:
    """What is asked of the whole company, once. ``folder``: with the lake in which the drawn accounts are.

    ``not_exact``: of KPIs whose past values are only nearly what was known, why.
    """

    folder: Folder
    dates: Sequence[date]
    outcomes: Sequence[Came]
    same: Mapping[str, str]
    lot: Lot
    not_exact: Mapping[str, str]


def lay_panel(
    folder: Folder,
    settings: Settings,
    known: Catalogue,
    *,
    as_of: datetime,
    entries: Entries,
    progress: Progress,
    most_dates: int = MOST_DATES,
    most_accounts: int = MOST_ACCOUNTS,
) -> Laid:
    """The panel as of an instant (aware) and its outcomes as known by then; of ``most_dates`` quarters' ends.

    Of more than ``most_accounts`` so many are drawn, and more for rare outcomes: see ``lot.accounts_to_draw``.

    Raises NothingImportedError, DefinitionError, EngineError.
    """
    file = kept_panel.file_of(folder, settings, known, as_of=as_of, entries=entries, asked=(most_dates, most_accounts))
    if file is not None and (kept := kept_panel.read(file)) is not None:
        return kept
    kpis = [m for m in known.metrics.values() if may_predict(m)]
    wanted = [*kpis, known.metrics[SIZE]]
    folder.scratch.mkdir(parents=True, exist_ok=True)
    progress.stage("choosing accounts")
    with TemporaryDirectory(prefix="drawn-", dir=folder.scratch) as room:
        with ground(folder, settings, as_of=as_of, entries=entries) as today:
            begun = _begun(today, folder, settings, known, kpis, most=(most_dates, most_accounts), room=Path(room))
        dates = begun.dates
        progress.stage("reading what was known then", steps=len(dates) + 1)
        progress.step("as known today")
        with ground(begun.folder, settings, as_of=as_of, entries=entries) as today:
            restated = _seen(today, wanted, known, settings, ends=_month_ends(dates), of=begun.lot)
        seen = []
        for before, day in zip([date.min, *dates], dates, strict=False):
            progress.step(str(day))
            with ground(begun.folder, settings, as_of=end_of_day(day, settings.zone), entries=entries) as then:
                ends = [end for end in _month_ends([day]) if end > before]
                seen.append(_seen(then, wanted, known, settings, ends=ends, of=begun.lot))
    laid = _laid(kpis, seen, restated, begun)
    if file is not None:
        kept_panel.write(file, laid)
    return laid


def _begun(
    today: Ground,
    folder: Folder,
    settings: Settings,
    known: Catalogue,
    kpis: Sequence[Metric],
    *,
    most: tuple[int, int],
    room: Path,
) -> _Begun:
    """What came of everybody, and the accounts drawn, with a lake of theirs in ``room``; ``most``: dates, accounts."""
    most_dates, most_accounts = most
    dates = _dates(today.horizon.first_on, today.horizon.as_of_on, most_dates)
    telling = [known.metrics[name] for name in METRICS if name in known.metrics]
    made = lay_accounts(today, telling, known, months_of(_month_ends(dates)), settings)
    facts = {bound.metric.name: bound.instance.table for bound in made.metrics}
    outcomes = outcomes_of(today.engine, facts, today.horizon.as_of_on)
    same = _same(today.engine)
    lot = cast_lots(today, same, outcomes, since=dates[0], most=most_accounts)
    not_exact = why_not_exact(today, kpis, known, settings, first=end_of_day(dates[0], settings.zone))
    return _Begun(drawn_folder(lot, folder, settings, today, room), dates, outcomes, same, lot, not_exact)


def _dates(first_on: date, last_on: date, most: int) -> list[date]:
    """The ends of quarters that are over, as soon as a window is full, and of the last month that is."""
    full = first_on + timedelta(days=WINDOW * 31)
    ends = [quarter.last for quarter in periods_between(full, last_on, PeriodKind.QUARTER)]
    over = [end for end in ends if full <= end < last_on][-most:]
    last_month = period_of(last_on, PeriodKind.MONTH).first - timedelta(days=1)
    return [*over, last_month] if not over or last_month > over[-1] else over


def _month_ends(dates: Sequence[date]) -> list[date]:
    """The ends of the three months up to each date."""
    found: set[date] = set()
    for day in dates:
        end = day
        for _ in range(3):
            found.add(end)
            end = end.replace(day=1) - timedelta(days=1)
    return sorted(found)


def _seen(
    then: Ground, wanted: Sequence[Metric], known: Catalogue, settings: Settings, *, ends: Sequence[date], of: Lot
) -> _Seen:
    """What the ground knew of the ends of months; of drawn accounts only.

    Others' rows that bear on the drawn are in their lake, but not all that bears on those others.
    """
    made = lay_accounts(then, wanted, known, months_of(ends), settings)
    then.engine.load(WORK_SCHEMA, _DRAWN, pa.table({"id": pa.array(of.ids, pa.string())}))
    drawn = "TRUE" if of.is_whole else f"{{}} IN (SELECT id FROM {WORK_SCHEMA}.{_DRAWN})"
    rows = " UNION ALL ".join(f"({rows_at(end)} WHERE {drawn.format('a.account_id')})" for end in ends)
    return _Seen(
        then.engine.query(rows), then.engine.query(windows(wanted, made.places, ends, drawn.format("c.entity")))
    )


def _same(engine: DuckDBEngine) -> Mapping[str, str]:
    """What each account that was ever called otherwise is called today."""
    found = engine.query(
        "SELECT count(*) AS n FROM information_schema.tables"
        f" WHERE table_schema = '{IDENTITY_SCHEMA}' AND table_name = 'accounts'"
    )
    if not found.column(0)[0].as_py():
        return {}
    rows = engine.query(f"SELECT id, entity_id FROM {IDENTITY_SCHEMA}.accounts").to_pydict()
    return dict(zip(rows["id"], rows["entity_id"], strict=True))


def _laid(kpis: Sequence[Metric], seen: Sequence[_Seen], restated: _Seen, begun: _Begun) -> Laid:
    same = begun.same
    rows = pa.concat_tables([each.rows for each in seen])
    ids = np.array([same.get(account, account) for account in rows.column("account_id").to_pylist()], np.object_)
    as_of = _days(rows.column("as_of"))
    is_customer, has_deal = (flags(rows.column(name)) for name in ("is_customer", "has_open_deal"))
    counts = is_customer | has_deal
    names = sorted(set(ids[counts])) if begun.lot.is_whole else list(begun.lot.everybody)
    code_of = {name: code for code, name in enumerate(names)}
    codes = np.array([code_of[account] for account in ids[counts]], np.int64)
    order, first = _firsts(codes, as_of[counts])
    at = np.flatnonzero(counts)[order][first]
    accounts = codes[order][first]
    cells = pa.concat_tables([each.cells for each in seen])
    place = _Places(code_of, accounts, as_of[at], same)
    whole = place.values(cells, "whole", [*(kpi.name for kpi in kpis), SIZE])
    recent = place.values(cells, "recent", [kpi.name for kpi in kpis])
    today = place.values(restated.cells, "whole", [kpi.name for kpi in kpis])
    for values in (whole, recent, today):
        fill_counts(values, [kpi.agg in COUNTED for kpi in kpis])
    tenure = rows.column("tenure").cast(pa.float64()).to_numpy(zero_copy_only=False)[at]
    texts = [texts_of(rows.column(name).take(pa.array(at)), name) for name in ("segment", "industry")]
    control_columns, controls = controls_of(whole[:, -1], tenure, texts)
    panel = Panel(
        names=names,
        accounts=accounts,
        as_of=as_of[at],
        kpis=tuple(_column(kpi, begun.not_exact.get(kpi.name, "")) for kpi in kpis),
        known=whole[:, :-1],
        control_columns=control_columns,
        controls=controls,
        recent=recent,
        restated=today,
        is_young=~(tenure >= YOUNG_DAYS),
    )
    outcomes = {each.name: _outcome(each, code_of, same) for each in begun.outcomes}
    return Laid(panel, outcomes, is_customer[at], has_deal[at])


def _column(kpi: Metric, why: str) -> Column:
    history: History = "approximate" if why else "exact"
    return Column(kpi.name, kpi.family, kpi.label, kpi.better, history, why_not_exact=why)


def _firsts(codes: Codes, as_of: Codes) -> tuple[Codes, Flags]:
    """An order by account and day, and the first of each: ids that are one today may have been two then."""
    order = np.lexsort((as_of, codes))
    pairs = np.column_stack([codes[order], as_of[order]])
    return order, np.r_[True, (pairs[1:] != pairs[:-1]).any(1)]


class _Places:
    """Where the cell of an account, a day and a metric belongs."""

    def __init__(
        self,
        code_of: Mapping[str, int],
        accounts: Codes,
        as_of: Codes,
        same: Mapping[str, str],
    ) -> None:
        self._code_of = code_of
        self._same = same
        self._keys = accounts * _DAYS + as_of

    def values(self, cells: pa.Table, column: str, metrics: Sequence[str]) -> Values:
        """The cells' values, (rows, metrics); NaN where there is none."""
        found = np.full((len(self._keys), len(metrics)), np.nan, np.float32)
        entity = cells.column("entity").combine_chunks().dictionary_encode()
        codes = np.array([self._code_of.get(self._same.get(e, e), -1) for e in entity.dictionary.to_pylist()], np.int64)
        metric = cells.column("metric").combine_chunks().dictionary_encode()
        wanted = {name: place for place, name in enumerate(metrics)}
        columns = np.array([wanted.get(name, -1) for name in metric.dictionary.to_pylist()], np.int64)
        account = codes[entity.indices.to_numpy()]
        to = columns[metric.indices.to_numpy()]
        key = account * _DAYS + _days(cells.column("as_of"))
        at = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        is_here = (self._keys[at] == key) & (account >= 0) & (to >= 0)
        values = cells.column(column).to_numpy(zero_copy_only=False)
        found[at[is_here], to[is_here]] = values[is_here]
        return found


_DAYS = 100_000


def _days(column: pa.ChunkedArray) -> Codes:
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()).to_numpy(), np.int64)


def _outcome(came: Came, code_of: Mapping[str, int], same: Mapping[str, str]) -> Outcome:
    rows = came.rows.to_pydict()
    codes = np.array([code_of.get(same.get(account, account), -1) for account in rows["account_id"]], np.int64)
    known = codes >= 0
    return Outcome(
        name=came.name,
        accounts=codes[known],
        on=_days(came.rows.column("day"))[known],
        known_until=(came.known_until - date(1970, 1, 1)).days,
        is_good=came.is_good,
        is_due=came.is_due,
        ends=came.ends,
        needs_all=came.needs_all,
        happened=np.array(rows["happened"], np.bool_)[known],
    )
