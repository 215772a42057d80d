"""Grades as a snapshot holds them: lists of them, and one of them line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from trueup.answers.opened import opened
from trueup.grades.grade import Graded, change
from trueup.grades.worksheet import LETTERS, UNKNOWN, Cadence, Criterion, Worksheet
from trueup.grades.worksheet_file import read as read_sheet
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.sql import quoted
from trueup.runs.grade_tables import GRADE_SCHEMA, LAID, read_table
from trueup.runs.grading import FACTS_BEHIND, FOLLOWING, OVERRIDE, SEGMENT, graded, grades_of

COLUMNS = (
    "account_id",
    "cadence",
    "period",
    "score",
    "grade",
    "answered_weight",
    "overridden",
    "worksheet_version",
)
"""The columns of ``trueup grades --format csv``."""
SHOWN = (*LETTERS, UNKNOWN)
PAGE = 50
FEWEST_PEERS = 10
"""Fewer accounts of the same segment are no peers: then all that were graded are."""


class NoGradesError(Exception):
    """A cadence or period that has no grades; the message names those that have."""


@dataclass(frozen=True)
class Grading:
    """A graded period of a cadence: as of which day, by which state of which worksheet; frozen or not."""

    cadence: Cadence
    period: str
    first_on: date
    last_on: date
    is_over: bool
    worksheet: str
    worksheet_version: str
    as_of: str
    closed_at: datetime | None
    accounts: int


@dataclass(frozen=True)
class Told:
    """What people of ours say of an account besides its data, where it is newer than the snapshot.

    ``answers``: by question; None for one that was taken back. ``override``: the letter that holds today.
    """

    answers: Mapping[str, int | None] = field(default_factory=dict)
    override: str | None = None


@dataclass(frozen=True)
class Line:
    """One criterion of one grade: what was read, the points for it, what it adds to the score, and where peers stand.

    ``better_than``: the share of ``peers`` with a worse value. ``before``: the value at the last grade. ``changed``:
    what it adds to the score's change since then.
    """

    criterion: Criterion
    value: float | str | None
    behind: int | None
    unit: str
    points: Decimal | None
    added: Fraction | None
    better_than: float | None
    peers: int
    before: float | str | None = None
    changed: Fraction = Fraction(0)


@dataclass(frozen=True)
class Explained:
    """One account's grade of a period, open to its criteria."""

    account_id: str
    grading: Grading
    sheet: Worksheet
    score: Fraction | None
    computed: str
    grade: str
    is_overridden: bool
    answered_weight: float
    lines: tuple[Line, ...]
    peers: str
    last: "Last | None" = None


@dataclass(frozen=True)
class Last:
    """The grade before, by which the change is told."""

    period: str
    grade: str
    score: Fraction | None


def gradings(snapshot: Snapshot, cadence: str | None = None) -> tuple[Grading, ...]:
    """The graded periods, oldest first; none where the snapshot was built by a Trueup without grades."""
    if LAID not in snapshot.manifest.rows:
        return ()
    return tuple(each for each in _gradings(snapshot.file) if cadence in {None, each.cadence})


def grading_of(snapshot: Snapshot, cadence: str, period: str | None = None) -> Grading:
    """The grading asked for; without a period, of the last one that is over. NoGradesError names those there are."""
    known = gradings(snapshot, cadence)
    if not known:
        raise NoGradesError(f"There are no {cadence} grades yet. Run `trueup build` first.")
    if period is None:
        return next((each for each in reversed(known) if each.is_over), known[-1])
    for each in known:
        if each.period == period:
            return each
    raise NoGradesError(
        f"No {cadence} grades of {period}. There are grades of {', '.join(each.period for each in known)};"
        " `trueup grades close` makes those of earlier periods."
    )


def table(snapshot: Snapshot, grading: Grading, account_ids: Sequence[str] | None = None) -> pa.Table:
    """A row per graded account in the columns ``COLUMNS``, the best first; of these accounts only, where named."""
    limits = [f"cadence = {literal(grading.cadence)}", f"period = {literal(grading.period)}"]
    if account_ids is not None:
        limits.append(f"account_id IN ({', '.join(map(literal, account_ids)) or 'NULL'})")
    with opened(snapshot) as mart:
        return mart.query(
            "SELECT account_id, cadence, period, score, grade, answered_weight, is_overridden AS overridden,"
            f" worksheet_version FROM {LAID} WHERE {' AND '.join(limits)}"
            " ORDER BY grade = '?', score DESC NULLS LAST, account_id"
        )


@dataclass(frozen=True)
class Standing:
    """An account's grade in a list, and the one before."""

    account_id: str
    score: float | None
    grade: str
    computed: str
    answered_weight: float
    is_overridden: bool
    grade_before: str | None = None
    score_before: float | None = None


_ORDERS = {"score": "g.score", "answered": "g.answered_weight", "change": "g.score - b.score"}
SORTS = tuple(_ORDERS)


@dataclass(frozen=True)
class Wanted:
    """Which part of a list of grades: only these letters and accounts (none named: all), in which order, from where."""

    letter: str = ""
    among: Sequence[str] | None = None
    without: Sequence[str] = ()
    sort: str = "score"
    descending: bool = True
    offset: int = 0
    limit: int = PAGE


def page(snapshot: Snapshot, grading: Grading, wanted: Wanted) -> tuple[int, list[Standing]]:
    """How many grades fit, and those on the page; without a letter the unknown come last."""
    before = _earlier(snapshot, grading)
    with opened(snapshot) as mart:
        limits = [
            f"g.cadence = {literal(grading.cadence)}",
            f"g.period = {literal(grading.period)}",
            *([f"g.grade = {literal(wanted.letter)}"] if wanted.letter else []),
        ]
        if wanted.among is not None:
            mart.connection.register("_among", pa.table({"account_id": pa.array(wanted.among, pa.string())}))
            limits.append("g.account_id IN (SELECT account_id FROM _among)")
        if wanted.without:
            limits.append(f"g.account_id NOT IN ({', '.join(map(literal, wanted.without))})")
        found = f"FROM {LAID} AS g LEFT JOIN {LAID} AS b ON b.account_id = g.account_id AND b.cadence = g.cadence"
        found += f" AND b.period = {literal(before.period if before else '')} WHERE {' AND '.join(limits)}"
        total = mart.query(f"SELECT count(*) {found}").column(0)[0].as_py()
        order = f"{_ORDERS[wanted.sort]} {'DESC' if wanted.descending else 'ASC'} NULLS LAST, g.account_id"
        rows = mart.query(
            "SELECT g.account_id, g.score, g.grade, g.computed, g.answered_weight, g.is_overridden,"
            f" b.grade AS grade_before, b.score AS score_before {found}"
            f" ORDER BY g.grade = '{UNKNOWN}', {order} LIMIT {wanted.limit} OFFSET {wanted.offset}"
        ).to_pylist()
    return total, [Standing(**row) for row in rows]


def regraded(snapshot: Snapshot, grading: Grading, told: Mapping[str, Told]) -> Mapping[str, Standing]:
    """Grades with what was said since the snapshot was made, by account; none of a closed period."""
    if not told or grading.closed_at is not None:
        return {}
    with opened(snapshot) as mart:
        sheet = _sheet(mart, grading)
        found = [inputs for account_id in told if (inputs := _inputs(mart, sheet, grading, account_id)) is not None]
        if not found:
            return {}
        patched = [_with(inputs, sheet, told[inputs.column("account_id")[0].as_py()]) for inputs in found]
        rows = graded(sheet, pa.concat_tables(patched)).to_pylist()
    return {
        row["account_id"]: Standing(account_id=row["account_id"], **{name: row[name] for name in FOLLOWING})
        for row in rows
    }


def trail(snapshot: Snapshot, account_id: str, cadence: str) -> list[tuple[Grading, Standing]]:
    """An account's grades of all periods, oldest first."""
    by_period = {each.period: each for each in gradings(snapshot, cadence)}
    if not by_period:
        return []
    with opened(snapshot) as mart:
        rows = mart.query(
            f"SELECT period, account_id, {', '.join(FOLLOWING)} FROM {LAID} WHERE cadence = {literal(cadence)}"
            f" AND account_id = {literal(account_id)}"
        ).to_pylist()
    found = [(by_period[row.pop("period")], Standing(**row)) for row in rows]
    return sorted(found, key=lambda each: each[0].first_on)


def counts(snapshot: Snapshot, cadence: str, *, among: Sequence[str] | None = None) -> Mapping[str, Mapping[str, int]]:
    """How many accounts, of those named, have each grade, by period, oldest first."""
    with opened(snapshot) as mart:
        limit = ""
        if among is not None:
            mart.connection.register("_among", pa.table({"account_id": pa.array(among, pa.string())}))
            limit = " AND account_id IN (SELECT account_id FROM _among)"
        rows = mart.query(
            f"SELECT period, grade, count(*) AS accounts FROM {LAID} WHERE cadence = {literal(cadence)}{limit}"
            " GROUP BY ALL ORDER BY ALL"
        ).to_pylist()
    of_period = {each.period: dict.fromkeys(SHOWN, 0) for each in gradings(snapshot, cadence)}
    for row in rows:
        of_period[row["period"]][row["grade"]] = row["accounts"]
    return of_period


def explained(
    snapshot: Snapshot, account_id: str, cadence: str, period: str | None = None, *, told: Told | None = None
) -> Explained | None:
    """An account's grade line by line, and what changed since the one before; None where it was not graded.

    ``told``: what was said since the snapshot was made; it does not touch closed periods.
    """
    grading = grading_of(snapshot, cadence, period)
    units = {metric: unit for metric, (_, unit) in metric_names(snapshot).items()}
    with opened(snapshot) as mart:
        sheet = _sheet(mart, grading)
        inputs = _inputs(mart, sheet, grading, account_id)
        if inputs is None:
            return None
        if told is not None and grading.closed_at is None:
            inputs = _with(inputs, sheet, told)
        row, now = graded(sheet, inputs).to_pylist()[0], grades_of(sheet, inputs)
        segment, peers = _peers(mart, sheet, grading, row)
        lines = [_line(criterion, now, row, peers, units) for criterion in sheet.criteria]
        last = None
        if (earlier := _earlier(snapshot, grading)) is not None:
            last, lines = _compared(mart, earlier, account_id, now, lines)
    return Explained(
        account_id=account_id,
        grading=grading,
        sheet=sheet,
        score=now.score(0),
        computed=row["computed"],
        grade=row["grade"],
        is_overridden=row["is_overridden"],
        answered_weight=row["answered_weight"],
        lines=tuple(lines),
        peers=segment,
        last=last,
    )


def metric_names(snapshot: Snapshot) -> Mapping[str, tuple[str, str]]:
    """The label and the unit of each metric that the snapshot has."""
    with opened(snapshot) as mart:
        rows = mart.query("SELECT metric, label, unit FROM meta.metrics").to_pylist()
    return {row["metric"]: (row["label"], row["unit"]) for row in rows}


@lru_cache(maxsize=4)
def _gradings(file: Path) -> tuple[Grading, ...]:
    mart = DuckDBEngine(file, read_only=True)
    try:
        rows = mart.query(f"SELECT * FROM {GRADE_SCHEMA}.gradings ORDER BY cadence, first_on").to_pylist()
    finally:
        mart.close()
    return tuple(Grading(**row) for row in rows)


def _sheet(mart: DuckDBEngine, grading: Grading) -> Worksheet:
    text = mart.query(
        f"SELECT text FROM {GRADE_SCHEMA}.sheets WHERE worksheet = {literal(grading.worksheet)}"
        f" AND worksheet_version = {literal(grading.worksheet_version)}"
    )
    return read_sheet(grading.worksheet, text.column(0)[0].as_py())


def sheet_of(snapshot: Snapshot, grading: Grading) -> Worksheet:
    """The worksheet by which a period was graded, as it was then."""
    with opened(snapshot) as mart:
        return _sheet(mart, grading)


def _inputs(mart: DuckDBEngine, sheet: Worksheet, grading: Grading, account_id: str) -> pa.Table | None:
    found = mart.query(
        f"SELECT * EXCLUDE (period, {', '.join(FOLLOWING)}) FROM {GRADE_SCHEMA}.{quoted(read_table(sheet))}"
        f" WHERE account_id = {literal(account_id)} AND period = {literal(grading.period)}"
    )
    return found if found.num_rows else None


def _with(inputs: pa.Table, sheet: Worksheet, told: Told) -> pa.Table:
    row = inputs.to_pylist()[0]
    row |= {c.name: told.answers[c.name] for c in sheet.questions if c.name in told.answers}
    row[OVERRIDE] = told.override
    return pa.Table.from_pylist([row], schema=inputs.schema)


def _line(
    criterion: Criterion, now: Graded, row: Mapping[str, object], peers: Mapping[str, int], units: Mapping[str, str]
) -> Line:
    name = criterion.name
    value, behind = row[name], row.get(f"{name}{FACTS_BEHIND}")
    is_known = bool(now.known[name][0])
    points = now.points_of(name, 0)
    known = peers.get(f"{name}__known", 0)
    return Line(
        criterion=criterion,
        value=value if isinstance(value, float | str) or value is None else float(str(value)),
        behind=behind if isinstance(behind, int) else None,
        unit=units.get(criterion.reads, "") if criterion.source == "metric" else "",
        points=points if is_known else None,
        added=now.added(0).get(name),
        better_than=peers[f"{name}__worse"] / known if known > 1 and value is not None else None,
        peers=known,
    )


def _peers(
    mart: DuckDBEngine, sheet: Worksheet, grading: Grading, row: Mapping[str, object]
) -> tuple[str, Mapping[str, int]]:
    """Who the peers are (a segment, or everybody), and by criterion how many are known and how many have less of it."""
    source = (
        f"{GRADE_SCHEMA}.{quoted(read_table(sheet))} WHERE period = {literal(grading.period)}"
        f" AND account_id <> {literal(str(row['account_id']))}"
    )
    segment = row[SEGMENT]
    if isinstance(segment, str):
        of_segment = f"{source} AND {quoted(SEGMENT)} = {literal(segment)}"
        if mart.query(f"SELECT count(*) FROM {of_segment}").column(0)[0].as_py() >= FEWEST_PEERS:
            source = of_segment
        else:
            segment = None
    counted = ["count(*) AS peers"]
    for criterion in sheet.criteria:
        value = row[criterion.name]
        if isinstance(value, str) or value is None or criterion.values is not None:
            continue
        sign = "<" if _is_rising(criterion) else ">"
        name = quoted(criterion.name)
        counted += [
            f"count({name}) AS {quoted(f'{criterion.name}__known')}",
            f"count(*) FILTER ({name} {sign} {float(str(value))!r}) AS {quoted(f'{criterion.name}__worse')}",
        ]
    found = mart.query(f"SELECT {', '.join(counted)} FROM {source}").to_pylist()[0]
    return str(segment or ""), found


def _is_rising(criterion: Criterion) -> bool:
    points = [band.points for band in criterion.bands] or list(criterion.answers)
    return points[-1] >= points[0]


def _earlier(snapshot: Snapshot, grading: Grading) -> Grading | None:
    """The grading of the period just before."""
    before = [each for each in gradings(snapshot, grading.cadence) if each.first_on < grading.first_on]
    return before[-1] if before else None


def _compared(
    mart: DuckDBEngine, earlier: Grading, account_id: str, now: Graded, lines: Sequence[Line]
) -> tuple[Last | None, list[Line]]:
    """The grade before, and the lines with what each adds to the change since."""
    sheet = _sheet(mart, earlier)
    inputs = _inputs(mart, sheet, earlier, account_id)
    if inputs is None:
        return None, list(lines)
    row, then = graded(sheet, inputs).to_pylist()[0], grades_of(sheet, inputs)
    changed = change(then, now, 0, 0)
    compared = []
    for line in lines:
        name = line.criterion.name
        before = row.get(name)
        compared.append(
            Line(
                **{
                    **vars(line),
                    "before": before if isinstance(before, float | str) or before is None else float(str(before)),
                    "changed": changed.get(name, Fraction(0)),
                }
            )
        )
    return Last(earlier.period, row["grade"], then.score(0)), compared
