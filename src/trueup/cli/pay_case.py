"""``trueup pay case``: loaded only when asked for, since it loads what computing needs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import typer

from trueup.cli.output import Format, told, write
from trueup.pay.case import Difference, Outcome, run_case
from trueup.pay.fact_tables import FactTableError, Fault
from trueup.pay.plan_file import PlanFile, PlanFileError

_SCHEMA = pa.schema(
    [
        ("case", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("where", pa.string()),
        ("column", pa.string()),
        ("expected", pa.string()),
        ("found", pa.string()),
    ]
)


def tell_cases(folders: Iterable[Path], form: Format, output: Path | None) -> None:
    """Run each folder's case and tell its differences; exit code 1 where there is one, or a case cannot be run."""
    outcomes: list[tuple[str, Outcome]] = []
    unread = 0
    for folder in folders:
        name = folder.name or folder.resolve().name
        try:
            outcomes.append((name, run_case(*files_of(folder))))
        except (ValueError, PlanFileError, OSError) as error:
            unread += 1
            where = "" if isinstance(error, OSError) else f"{name}: "
            for line in told(error).splitlines():
                typer.echo(f"trueup: {where}{line}", err=True)
    found = [(name, each) for name, outcome in outcomes for each in outcome.differences]
    if form is not Format.table:
        write(_rows(found), form, output)
    else:
        _tell(outcomes, found)
    if found or unread:
        raise typer.Exit(1)


def files_of(folder: Path) -> tuple[Sequence[PlanFile], Mapping[str, str]]:
    """The plans and tables of a case's folder; FactTableError where it has no plan, or a file is no text."""
    files = sorted(file for file in folder.iterdir() if file.suffix in {".yaml", ".csv"})
    texts = {file: _text(file) for file in files}
    plans = [PlanFile(file.name, text) for file, text in texts.items() if file.suffix == ".yaml"]
    if not plans:
        raise FactTableError([Fault("plan.yaml", 1, "", "there is no plan in this folder: add one, or name another")])
    return plans, {file.stem: text for file, text in texts.items() if file.suffix == ".csv"}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FactTableError([Fault(file.name, 1, "", "it is no UTF-8 text: save it as UTF-8")]) from error


def _tell(outcomes: Sequence[tuple[str, Outcome]], found: Sequence[tuple[str, Difference]]) -> None:
    for name, each in found:
        typer.echo(f"{name}: {each}" if len(outcomes) > 1 else str(each))
    rows = sum(outcome.rows for _, outcome in outcomes)
    held = sum(outcome.as_expected for _, outcome in outcomes)
    besides = sum(not each.row for _, each in found)
    where = f" in {len(outcomes):,} cases" if len(outcomes) > 1 else ""
    more = f", and {besides:,} that nobody expected" if besides else ""
    if outcomes:
        typer.echo(f"{held:,} of {rows:,} rows as expected{where}{more}.")


def _rows(found: Sequence[tuple[str, Difference]]) -> pa.Table:
    rows = [
        {
            "case": name,
            "file": each.file,
            "row": each.row or None,
            "where": each.where,
            "column": each.column,
            "expected": each.expected or None,
            "found": each.found or None,
        }
        for name, each in found
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
