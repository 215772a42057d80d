"""``trueup pay``: cases of pay; and its ledger, held to the chain that nobody can alter unnoticed."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from trueup.cli.acting import As, acting, opened, part
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, put, refuse, refusing, write
from trueup.cli.pay_backtest import backtest_plan
from trueup.cli.pay_guard import guard_measures
from trueup.cli.pay_life import LIFE
from trueup.cli.pay_lint import lint_plans
from trueup.cli.pay_plans import PLANS
from trueup.cli.pay_simulate import simulate_plans
from trueup.pay.ledger import LedgerError
from trueup.pay.ledger_chain import Altered, Row, Whole, lines_of, rows_of, verify
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError

subcommands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_ERRORS = (WorkspaceError, Refused, LedgerError, OSError)
_SCHEMA = pa.schema(
    [
        ("is_whole", pa.bool_()),
        ("transactions", pa.int64()),
        ("closed_periods", pa.int64()),
        ("head", pa.string()),
        ("altered", pa.string()),
        ("first_altered", pa.int64()),
        ("period", pa.string()),
        ("because", pa.string()),
    ]
)


@subcommands.callback()
def command() -> None:
    """Reckon cases of pay, verify that nobody altered its ledger, and export it."""


@subcommands.command("case")
def reckon_cases(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="A folder with a case: plan.yaml, facts and expected.csv.")
    ],
    form: OutputFormat = Format.table,
    output: OutputFile = None,
) -> None:
    """Reckon cases (a plan, facts, what has to come out), and tell what comes out otherwise."""
    check_can_write(form, output)
    importlib.import_module("trueup.cli.pay_case").tell_cases(folders, form, output)


for _name, _command in {**PLANS, **LIFE}.items():
    subcommands.command(_name)(_command)
subcommands.command("simulate")(simulate_plans)
subcommands.command("backtest")(backtest_plan)
subcommands.command("lint")(lint_plans)
subcommands.command("guard")(guard_measures)


@subcommands.command("verify")
def verify_ledger(
    file: Annotated[Path | None, typer.Argument(help="An export to verify; default: the workspace's record.")] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the ledger, a line of JSON each, to be verified anywhere."),
    ] = None,
    noted: Annotated[
        str | None, typer.Option(help="What an earlier verification told, as COUNT:HEAD; it still has to hold.")
    ] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Hold every posted transaction and closed period to its chain, and name the first that is not as it was."""
    check_can_write(form, output)
    with refusing(*_ERRORS):
        earlier = None if noted is None else _noted(noted)
        transactions, closes = _ledger(file, folder)
        if export is not None:
            if file is None:
                part("access").allow(acting(by), "administer")
            transactions, closes = list(transactions), list(closes)
            put("".join(f"{line}\n" for line in lines_of(transactions, closes)).encode(), export)
        found = verify(transactions, closes, noted=earlier)
    if form is not Format.table:
        write(_row(found), form, output)
    match found:
        case Altered(what, sequence, period, because):
            where = f", in {period}," if period else ""
            refuse(
                f"{what.capitalize()} {sequence}{where} is not as it was: {because}."
                f" Compare with an export or a copy of the record."
            )
        case Whole(count, periods, head) if form is Format.table:
            typer.echo(
                f"Nothing was altered: {count:,} transactions, {periods:,} closed periods."
                + (f" Head: {count}:{head}" if count else "")
            )
            if count:
                typer.echo("Note the head elsewhere: --noted COUNT:HEAD tells later whether transactions were cut off.")


def _ledger(file: Path | None, folder: Path | None) -> tuple[Iterable[Row], Iterable[Row]]:
    if file is not None:
        return rows_of(file.read_text(encoding="utf-8").splitlines(), file.name)
    opened(folder)
    kept = part("ledger")
    return kept.kept_transactions(), kept.kept_closes()


def _noted(told: str) -> Whole:
    count, _, head = told.partition(":")
    if not count.isascii() or not count.isdigit() or not head:
        raise Refused("This is no COUNT:HEAD.", cure="Copy it from what an earlier verification told.")
    return Whole(int(count), 0, head)


def _row(found: Whole | Altered) -> pa.Table:
    row: dict[str, object] = dict.fromkeys(_SCHEMA.names)
    match found:
        case Whole(transactions, periods, head):
            row |= {"is_whole": True, "transactions": transactions, "closed_periods": periods, "head": head}
        case Altered(what, sequence, period, because):
            row |= {"is_whole": False, "altered": what, "first_altered": sequence}
            row |= {"period": period, "because": because}
    return pa.Table.from_pylist([row], schema=_SCHEMA)
