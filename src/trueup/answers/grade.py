"""One grade line by line: what was read, what it is worth, where peers stand, and what changed since the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from trueup.answers.grades import Standing
from trueup.answers.gradings import Grading, earlier, grading_of, metric_names, sheet_of
from trueup.answers.opened import opened
from trueup.grades.grade import Graded, change
from trueup.grades.worksheet import Criterion, Worksheet
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.metrics.sql import quoted
from trueup.runs.grade_tables import GRADE_SCHEMA, read_table
from trueup.runs.grading import FACTS_BEHIND, FOLLOWING, OVERRIDE, SEGMENT, graded, grades_of

FEWEST_PEERS = 10
"""Fewer accounts of the same segment are no peers: then all that were graded are."""


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
class Last:
    """The grade before, by which the change is told."""

    period: str
    grade: str
    score: Fraction | None


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
    last: Last | None = None


def explained(
    snapshot: Snapshot,
    account_id: str,
    cadence: str,
    period: str | None = None,
    *,
    told: Told | None = None,
    with_peers: bool = True,
) -> Explained | None:
    """An account's grade line by line, and what changed since the one before; None where it was not graded.

    ``told``: what was said since the snapshot was made; it does not touch closed periods. Peers are left out where
    nobody looks at them: to count them all rows of the period are read.
    """
    grading = grading_of(snapshot, cadence, period)
    units = {metric: unit for metric, (_, unit) in metric_names(snapshot).items()}
    sheet = sheet_of(snapshot, grading)
    with opened(snapshot) as mart:
        inputs = _inputs(mart, sheet, grading, account_id)
        if inputs is None:
            return None
        if told is not None and grading.closed_at is None:
            inputs = _with(inputs, sheet, told)
        row, now = graded(sheet, inputs).to_pylist()[0], grades_of(sheet, inputs)
        segment, peers = _peers(mart, sheet, grading, row) if with_peers else ("", {})
        lines = [_line(criterion, now, row, peers, units) for criterion in sheet.criteria]
        last = None
        if (before := earlier(snapshot, grading)) is not None:
            last, lines = _compared(mart, before, sheet_of(snapshot, before), account_id, now=now, lines=lines)
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


def regraded(snapshot: Snapshot, grading: Grading, told: Mapping[str, Told]) -> Mapping[str, Standing]:
    """Grades with what was said since the snapshot was made, by account; none of a closed period."""
    if not told or grading.closed_at is not None:
        return {}
    sheet = sheet_of(snapshot, grading)
    with opened(snapshot) as mart:
        found = [inputs for account_id in told if (inputs := _inputs(mart, sheet, grading, account_id)) is not None]
        if not found:
            return {}
        patched = [_with(inputs, sheet, told[inputs.column("account_id")[0].as_py()]) for inputs in found]
        rows = graded(sheet, pa.concat_tables(patched)).to_pylist()
    return {
        row["account_id"]: Standing(account_id=row["account_id"], **{name: row[name] for name in FOLLOWING})
        for row in rows
    }


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
        value=_plain(value),
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


def _compared(
    mart: DuckDBEngine, before: Grading, sheet: Worksheet, account_id: str, *, now: Graded, lines: Sequence[Line]
) -> tuple[Last | None, list[Line]]:
    """The grade before, and the lines with what each adds to the change since."""
    inputs = _inputs(mart, sheet, before, account_id)
    if inputs is None:
        return None, list(lines)
    row, then = graded(sheet, inputs).to_pylist()[0], grades_of(sheet, inputs)
    changed = change(then, now, 0, 0)
    compared = [
        replace(
            line,
            before=_plain(row.get(line.criterion.name)),
            changed=changed.get(line.criterion.name, Fraction(0)),
        )
        for line in lines
    ]
    return Last(before.period, row["grade"], then.score(0)), compared


def _plain(value: object) -> float | str | None:
    """An input as a number, a text, or nothing."""
    return value if isinstance(value, float | str) or value is None else float(str(value))
