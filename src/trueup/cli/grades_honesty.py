"""``trueup grades honesty``: loaded only when asked for, since it loads what statistics need."""

from math import isnan
from pathlib import Path

import pyarrow as pa
import typer

from trueup.answers.honesty import report
from trueup.cli.output import Format, write
from trueup.cli.tables import NOTHING, Column, heading, paragraph, table
from trueup.grades.honesty.outcomes import OutcomeReport
from trueup.grades.honesty.rates import Rate
from trueup.mart.snapshot import Snapshot
from trueup.runs.honesty import Report

SCHEMA = pa.schema(
    [
        ("cadence", pa.string()),
        ("outcome", pa.string()),
        ("verdict", pa.string()),
        ("grade", pa.string()),
        ("rows", pa.int64()),
        ("accounts", pa.int64()),
        ("events", pa.int64()),
        ("rate", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("auc", pa.float64()),
        ("auc_low", pa.float64()),
        ("auc_high", pa.float64()),
    ]
)
"""A row per outcome and grade, ``?`` among them; the AUC is of the whole outcome."""


def tell(snapshot: Snapshot, cadence: str, form: Format, output: Path | None) -> None:
    """Print or write the report."""
    found = report(snapshot, cadence)
    if form is Format.table:
        _print(found)
    else:
        write(rows_of(found), form, output)


def rows_of(found: Report) -> pa.Table:
    """The report's rates as rows; null where nothing was seen."""
    rows = [
        {
            "cadence": found.cadence,
            "outcome": outcome.name,
            "verdict": outcome.verdict,
            "grade": rate.letter,
            "rows": rate.rows,
            "accounts": rate.accounts,
            "events": rate.events,
            "rate": _known(rate.value),
            "low": _known(rate.low),
            "high": _known(rate.high),
            "auc": _known(outcome.area.value),
            "auc_low": _known(outcome.area.low),
            "auc_high": _known(outcome.area.high),
        }
        for outcome in found.outcomes
        for rate in _rates(outcome)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _print(found: Report) -> None:
    whole = found.honesty
    paragraph(
        f"{whole.rows:,} {found.cadence} grades of {whole.accounts:,} customers, given from"
        f" {found.labels[whole.periods[0]]} to {found.labels[whole.periods[-1]]} with what was known then, and the"
        " year after each."
    )
    for outcome in found.outcomes:
        typer.echo()
        heading(outcome.name)
        paragraph(outcome.why)
        rates = _rates(outcome)
        table(
            Column("grade", [rate.letter for rate in rates]),
            Column("grades", [f"{rate.rows:,}" for rate in rates], right=True),
            Column("events", [NOTHING if rate.events is None else f"{rate.events:,}" for rate in rates], right=True),
            Column("rate", [_share(rate.value) for rate in rates], right=True),
            Column("between", [_share(rate.low) for rate in rates], right=True),
            Column("and", [_share(rate.high) for rate in rates], right=True),
            indent=2,
        )
        for one in outcome.baselines:
            paragraph(one.why, indent=2)
        if outcome.lost is not None and outcome.lost.accounts:
            paragraph(f"Of {outcome.lost.accounts:,} who {outcome.name}, {outcome.lost.best:,} had an A.", indent=2)


def _rates(outcome: OutcomeReport) -> list[Rate]:
    return [*outcome.rates, *([outcome.unknown] if outcome.unknown else [])]


def _share(value: float) -> str:
    return NOTHING if isnan(value) else f"{100 * value:.1f}%"


def _known(value: float) -> float | None:
    return None if isnan(value) else value
