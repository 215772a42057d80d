"""The workspace's panel: every account's KPIs at the end of every quarter, computed from what was known that day.

For each quarter's end the whole customer model is laid out as of that day, so that nothing recorded later takes part:
neither rows that came late nor fields that were overwritten. Its months are those months' ends; months between two
quarters' ends are taken from the later of the two, whose knowledge is at most two months younger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from trueup.indicators.panel import Codes, Column, Flags, Outcome, Panel, Values
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import Entries
from trueup.metrics.catalogue_file import Catalogue
from trueup.metrics.compute import Plan
from trueup.metrics.metric import Family, Metric
from trueup.metrics.places import tidy
from trueup.metrics.sql import constant
from trueup.runs import kept_panel
from trueup.runs.accounts_then import lay_accounts
from trueup.runs.customers import customers_between
from trueup.runs.folder import Folder
from trueup.runs.ground import IDENTITY_SCHEMA, Ground, ground
from trueup.runs.laid_panel import Laid
from trueup.runs.panel_outcomes import METRICS, Came, outcomes_of
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.units.calendar import end_of_day
from trueup.units.period import Period, PeriodKind, period_of, periods_between

WINDOW, RECENT = 6, 3
"""Months of a KPI's window, and of its last half by which the lead time is found."""
MOST_DATES = 24
"""Quarters' ends that are looked at, the newest."""
YOUNG_DAYS = 183
FAMILIES: tuple[Family, ...] = ("experience", "activity", "customer_outcome")
"""What may predict results; results themselves are what is to be predicted."""
SIZE = "revenue"


@dataclass(frozen=True)
class _Seen:
    """Rows of the ends of some months: accounts as they are called today, and what was known of them."""

    rows: pa.Table
    cells: pa.Table
    facts: Mapping[str, str]


def lay_panel(
    folder: Folder,
    settings: Settings,
    known: Catalogue,
    *,
    as_of: datetime,
    entries: Entries,
    progress: Progress,
    most_dates: int = MOST_DATES,
) -> Laid:
    """The panel as of an instant (aware) and its outcomes as known by then; of ``most_dates`` quarters' ends.

    Raises NothingImportedError, DefinitionError, EngineError.
    """
    kpis = [m for m in known.metrics.values() if m.family in FAMILIES and "account" in m.grains]
    wanted = [*kpis, known.metrics[SIZE]]
    with ground(folder, settings, as_of=as_of, entries=entries) as today:
        file = kept_panel.file_of(folder.panels, today, settings, known, most_dates)
        if file is not None and (kept := kept_panel.read(file)) is not None:
            return kept
        dates = _dates(today.horizon.first_on, today.horizon.as_of_on, most_dates)
        progress.stage("reading what was known then", steps=len(dates) + 1)
        progress.step("as known today")
        telling = [known.metrics[name] for name in METRICS if name in known.metrics]
        restated = _seen(today, [*wanted, *telling], known, settings, _month_ends(dates))
        outcomes = outcomes_of(today.engine, restated.facts, today.horizon.as_of_on)
        same = _same(today.engine)
    seen = []
    for before, day in zip([date.min, *dates], dates, strict=False):
        progress.step(str(day))
        with ground(folder, settings, as_of=end_of_day(day, settings.zone), entries=entries) as then:
            seen.append(_seen(then, wanted, known, settings, [end for end in _month_ends([day]) if end > before]))
    laid = _laid(kpis, seen, restated, outcomes, same)
    if file is not None:
        kept_panel.write(file, laid)
    return laid


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


def _seen(then: Ground, wanted: Sequence[Metric], known: Catalogue, settings: Settings, ends: Sequence[date]) -> _Seen:
    """What the ground knew of the ends of months."""
    first = period_of(min(ends), PeriodKind.MONTH)
    months = periods_between(first.shift(1 - WINDOW).first, max(ends), PeriodKind.MONTH)
    made = lay_accounts(then, wanted, known, months, settings)
    rows = then.engine.query(" UNION ALL ".join(f"({_rows(end)})" for end in ends))
    facts = {bound.metric.name: bound.instance.table for bound in made.metrics}
    return _Seen(rows, then.engine.query(_windows(made, ends)), facts)


def _rows(end: date) -> str:
    """Accounts with a running contract or an open deal at the end of a day."""
    day = f"DATE '{end}'"
    return (
        f"SELECT {day} AS as_of, a.account_id, a.segment, a.industry,"
        f" a.account_id IN ({customers_between(end, end)}) AS is_customer,"
        " EXISTS (SELECT 1 FROM state.deals AS d WHERE d.account_id = a.account_id"
        f" AND CAST(d.created_at AS DATE) <= {day} AND (d.outcome = 'open' OR CAST(d.closed_at AS DATE) > {day}))"
        " AS has_open_deal,"
        f" date_diff('day', CAST(coalesce(c.began_on, a.customer_since) AS DATE), {day}) AS tenure"
        " FROM state.accounts AS a LEFT JOIN"
        " (SELECT account_id, min(starts_on) AS began_on FROM state.contracts GROUP BY account_id) AS c"
        " ON c.account_id = a.account_id"
    )


def _windows(made: Plan, ends: Sequence[date]) -> str:
    """Each metric over the window of each month's end, long and recent: parts are added up, then divided."""
    windows = ", ".join(
        f"(DATE '{end}', {constant(month.key)}, {str(place < RECENT).upper()})"
        for end in ends
        for place, month in enumerate(_back(end, WINDOW))
    )
    whole, recent = (_over(condition, months) for condition, months in (("TRUE", WINDOW), ("w.is_recent", RECENT)))
    kinds = ", ".join(
        f"({constant(bound.metric.name)}, {bound.metric.agg == 'ratio'}, {bound.metric.agg in {'count', 'sum'}})"
        for bound in made.metrics
    )
    return (
        f"SELECT c.metric, c.entity, w.as_of, {whole} AS whole, {recent} AS recent FROM ({tidy(made.places)}) AS c"
        f" JOIN (VALUES {windows}) AS w(as_of, period, is_recent) ON w.period = c.period"
        f" JOIN (VALUES {kinds}) AS m(metric, is_ratio, is_sum) ON m.metric = c.metric"
        " GROUP BY c.metric, c.entity, w.as_of"
    )


def _over(condition: str, months: int) -> str:
    """A metric over the months that fulfil a condition: numerators over denominators, sums per month, means by n."""

    def total(of: str) -> str:
        return f"sum({of}) FILTER ({condition})"

    measured = total("CASE WHEN c.value IS NOT NULL THEN c.n END")
    return (
        f"CASE WHEN any_value(m.is_ratio) THEN {total('c.numerator')} / nullif({total('c.denominator')}, 0)"
        f" WHEN any_value(m.is_sum) THEN {total('c.value')} / {months}"
        f" ELSE {total('c.value * c.n')} / nullif({measured}, 0) END"
    )


def _back(end: date, many: int) -> list[Period]:
    month = period_of(end, PeriodKind.MONTH)
    return [month.shift(-back) for back in range(many)]


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


def _laid(
    kpis: Sequence[Metric], seen: Sequence[_Seen], restated: _Seen, came: Sequence[Came], same: Mapping[str, str]
) -> Laid:
    rows = pa.concat_tables([each.rows for each in seen])
    ids = np.array([same.get(account, account) for account in rows.column("account_id").to_pylist()], np.object_)
    as_of = _days(rows.column("as_of"))
    is_customer, has_deal = (_flags(rows.column(name)) for name in ("is_customer", "has_open_deal"))
    counts = is_customer | has_deal
    names, codes = np.unique(ids[counts], return_inverse=True)
    order, first = _firsts(codes, as_of[counts])
    at = np.flatnonzero(counts)[order][first]
    accounts = codes[order][first]
    cells = pa.concat_tables([each.cells for each in seen])
    place = _Places(list(names), accounts, as_of[at], same)
    whole = place.values(cells, "whole", [*(kpi.name for kpi in kpis), SIZE])
    recent = place.values(cells, "recent", [kpi.name for kpi in kpis])
    today = place.values(restated.cells, "whole", [kpi.name for kpi in kpis])
    for values in (whole, recent, today):
        _fill_counts(values, kpis)
    tenure = rows.column("tenure").cast(pa.float64()).to_numpy(zero_copy_only=False)[at]
    texts = [_texts(rows.column(name).take(pa.array(at)), name) for name in ("segment", "industry")]
    size = np.log1p(np.maximum(np.nan_to_num(whole[:, -1]), 0))
    controls = [size, np.log1p(np.maximum(tenure, 0)), *(values for _, values in texts)]
    panel = Panel(
        names=list(names),
        accounts=accounts,
        as_of=as_of[at],
        kpis=tuple(Column(kpi.name, kpi.family, kpi.label, kpi.better) for kpi in kpis),
        known=whole[:, :-1],
        control_columns=(
            Column("size", label="size"),
            Column("tenure", label="time with us"),
            *(column for column, _ in texts),
        ),
        controls=np.column_stack(controls).astype(np.float32),
        recent=recent,
        restated=today,
        is_young=~(tenure >= YOUNG_DAYS),
    )
    outcomes = {each.name: _outcome(each, place.code_of, same) for each in came}
    return Laid(panel, outcomes, is_customer[at], has_deal[at])


def _firsts(codes: Codes, as_of: Codes) -> tuple[Codes, Flags]:
    """An order by account and day, and the first of each: ids that are one today may have been two then."""
    order = np.lexsort((as_of, codes))
    pairs = np.column_stack([codes[order], as_of[order]])
    return order, np.r_[True, (pairs[1:] != pairs[:-1]).any(1)]


class _Places:
    """Where the cell of an account, a day and a metric belongs."""

    def __init__(
        self,
        names: Sequence[str],
        accounts: Codes,
        as_of: Codes,
        same: Mapping[str, str],
    ) -> None:
        self.code_of = {name: code for code, name in enumerate(names)}
        self._same = same
        self._keys = accounts * _DAYS + as_of

    def values(self, cells: pa.Table, column: str, metrics: Sequence[str]) -> Values:
        """The cells' values, (rows, metrics); NaN where there is none."""
        found = np.full((len(self._keys), len(metrics)), np.nan, np.float32)
        entity = cells.column("entity").combine_chunks().dictionary_encode()
        codes = np.array([self.code_of.get(self._same.get(e, e), -1) for e in entity.dictionary.to_pylist()], np.int64)
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


def _fill_counts(values: Values, kpis: Sequence[Metric]) -> None:
    """A count without a fact is 0, unless nobody has any: then nothing was delivered that could be counted."""
    for place, kpi in enumerate(kpis):
        column = values[:, place]
        if kpi.agg in {"count", "sum", "count_distinct"} and np.isfinite(column).any():
            column[np.isnan(column)] = 0


def _days(column: pa.ChunkedArray) -> Codes:
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()).to_numpy(), np.int64)


def _flags(column: pa.ChunkedArray) -> Flags:
    return np.asarray(column.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)  # noqa: FBT003


def _texts(column: pa.ChunkedArray, name: str) -> tuple[Column, Values]:
    encoded = column.combine_chunks().dictionary_encode()
    codes = encoded.indices.cast(pa.float32()).to_numpy(zero_copy_only=False).astype(np.float32)
    return Column(name, label=name, levels=tuple(encoded.dictionary.to_pylist())), codes


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
