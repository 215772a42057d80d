"""``trueup pay`` over a workspace's periods: where a period stands, calculate, approve, close, pay, export."""

import importlib
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer

from trueup import workspace
from trueup.cli.acting import As, acting, opened, part
from trueup.cli.impact_of_workspace import built
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, put, put_text, refuse, refusing, write
from trueup.cli.tables import Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.metrics.declarations import DeclarationsError
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError
from trueup.units.money import Money, total
from trueup.units.period import InvalidPeriod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from trueup.record.models import PayCalculation
    from trueup.runs.pay_life import Desk
    from trueup.runs.pay_official import Official

ERRORS = (WorkspaceError, Refused, DeclarationsError, InvalidPeriod, ValueError, OSError)
_WHICH = "The period, such as 2026-03; default: the one that is to be closed next."
_SUMMARY = pa.schema(
    [
        ("payee", pa.string()),
        ("name", pa.string()),
        ("currency", pa.string()),
        ("posted", pa.string()),
        ("true_ups", pa.string()),
        ("held", pa.string()),
        ("paid", pa.string()),
        ("statement", pa.string()),
    ]
)
_SHOWN = 12


class StatementForm(StrEnum):
    """How a statement is written."""

    json = "json"
    html = "html"
    pdf = "pdf"


Period = Annotated[str | None, typer.Argument(help=_WHICH)]


def tell_status(period: Period = None, by: As = None, folder: Workspace = None) -> None:
    """Tell where a period stands, and what stands in the way of its close."""
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        key = period or desk.next_period()
        found = desk.calculated(key, at=datetime.now(UTC))
        _tell_standing(key, inputs_hash=found.inputs_hash)


def calculate_period(
    period: Period = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Keep nothing; only show what would be posted.")] = False,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Calculate a period by what is known now, and keep it with a statement for everybody."""
    check_can_write(form, output)
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        key = period or desk.next_period()
        now = datetime.now(UTC)
        found = desk.calculated(key, at=now) if dry_run else desk.calculate(key, at=now)[0]
        rows = _rows(desk, found)
        if form is not Format.table:
            write(rows, form, output)
            return
        _print(key, found, rows)
        if not dry_run:
            _tell_standing(key, inputs_hash=found.inputs_hash)


def submit_period(period: Period = None, by: As = None, folder: Workspace = None) -> None:
    """Submit a period's newest calculation for review."""

    def submit(calculation: "PayCalculation", desk: "Desk") -> None:
        _actions().submit(desk.by, calculation, at=datetime.now(UTC))

    _act(period, by, folder, submit)


def approve_period(
    period: Period = None,
    reject: Annotated[str, typer.Option(metavar="REASON", help="Reject it instead, and say why.")] = "",
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Approve (or reject) what was submitted; by somebody else, whom it does not pay."""
    decision = "rejected" if reject else "approved"

    def decide(calculation: "PayCalculation", desk: "Desk") -> None:
        _actions().decide_calculation(desk.by, calculation, decision=decision, reason=reject, at=datetime.now(UTC))

    _act(period, by, folder, decide)


def own_exceptions(
    note: Annotated[str, typer.Argument(help="What is done about it.")],
    period: Annotated[str | None, typer.Option("--period", help=_WHICH)] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Only this exception; default: all without an owner.")
    ] = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Own what could not be reckoned, so that somebody sees to it."""

    def own(calculation: "PayCalculation", desk: "Desk") -> None:
        unowned = part("pay_periods").unowned_exceptions(calculation)
        if key is not None and key not in unowned:
            refuse(f"There is no exception {key!r} without an owner. There are: {', '.join(unowned) or 'none'}.")
        for each in [key] if key is not None else list(unowned):
            _actions().own_exception(desk.by, calculation, each, note=note, at=datetime.now(UTC))

    _act(period, by, folder, own)


def close_period(
    period: Period = None,
    force: Annotated[str, typer.Option(metavar="REASON", help="Close it nevertheless; administrators only.")] = "",
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Post what a period's calculation found and end it for good, all of it or nothing."""
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        key = period or desk.next_period()
        closed = desk.close(key, at=datetime.now(UTC), forced_reason=force)
        typer.echo(f"Closed {key}: {closed.transactions:,} transactions. `trueup pay run {key} -o FILE` pays it out.")
        typer.echo(
            f"Head: {closed.ledger}:{closed.head}. Note it elsewhere, and verify by `trueup pay verify --noted`."
        )


def run_pay(
    period: Annotated[str, typer.Argument(help="The closed period that is paid.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The CSV for payroll.")],
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Pay a closed period: draws, recoveries and offsets booked, and a CSV for payroll."""
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        if output.exists():
            refuse(f"{output} is there already. Name a file that is not, so that no earlier run is lost.")
        run, file = desk.pay(period, at=datetime.now(UTC))
        put(file, output)
        sums: dict[str, Money] = {}
        for each in run.runs.values():
            sums[each.paid.currency] = sums.get(each.paid.currency, Money.zero(each.paid.currency)) + each.paid
        told = " and ".join(f"{amount.amount:,.2f} {amount.currency}" for amount in sums.values()) or "nothing"
        typer.echo(f"Paid {told} to {len(run.runs)} people for {period}; {output} is for payroll.")


def export_journal(
    language: Annotated[str, typer.Option("--as-language", help="csv or beancount.")] = "csv",
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Export every entry of the ledger, for accounting: as CSV, or in beancount's language."""
    if language not in {"csv", "beancount"}:
        refuse(f"--as-language {language!r}: there are csv and beancount.")
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        exports = importlib.import_module("trueup.pay.exports")
        posted = part("ledger").posted(desk.by)
        put_text(exports.journal_csv(posted) if language == "csv" else exports.beancount(posted), output)


def show_statement(
    payee: Annotated[str, typer.Argument(help="The person's id.")],
    period: Period = None,
    form: Annotated[StatementForm, typer.Option("--format", help="What to write.")] = StatementForm.json,
    output: OutputFile = None,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Show a statement as it was kept, as JSON; or write it as a file to print and keep."""
    if form is StatementForm.pdf and output is None:
        refuse("A PDF is no text to print; name a file with --output FILE.")
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        key = period or desk.next_period()
        paper = importlib.import_module("trueup.served.pay_statement")
        kept = importlib.import_module("trueup.served.pay").statement(desk.by, payee, key)
        if kept is None:
            refuse(f"There is no statement of {payee} for {key} among those that you may see.")
        if form is StatementForm.json:
            put_text(kept.body.decode() + "\n", output)
        elif output is None:
            put_text(paper.file_of(desk.by, kept, form.value).decode(), output)
        else:
            put(paper.file_of(desk.by, kept, form.value), output)


@contextmanager
def desk_of(folder: Path | None, by: str | None) -> "Iterator[Desk]":
    """Where pay is worked on, the record open, on behalf of somebody."""
    found = opened(folder)
    snapshot = built(folder)
    life = importlib.import_module("trueup.runs.pay_life")
    yield life.Desk(found, workspace.settings(found), snapshot, acting(by))


def _act(
    period: str | None, by: str | None, folder: Path | None, do: "Callable[[PayCalculation, Desk], object]"
) -> None:
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        key = period or desk.next_period()
        calculation = part("pay_periods").newest_calculation(key)
        if calculation is None:
            refuse(f"Nothing was calculated for {key}. `trueup pay calculate {key}` does.")
        do(calculation, desk)
        _tell_standing(key)


def _actions() -> ModuleType:
    return part("actions.pay_periods")


def _tell_standing(key: str, *, inputs_hash: str | None = None) -> None:
    standing = part("pay_periods").state_of(key, inputs_hash=inputs_hash)
    typer.echo(f"{key} is {standing.state}.")
    for gate in (*standing.gates, *standing.told):
        typer.echo(f"  {gate}")


def _rows(desk: "Desk", found: "Official") -> pa.Table:
    payees = [each.payee for each in found.statements]
    people = part("access").people(desk.by).filter(person_id__in=payees)
    names = {person.person_id: person.name for person in people}
    rows = []
    for statement in found.statements:
        said = statement.said
        held: dict[str, Money] = {}
        for each in said["held"]:
            amount = Money.of(*each["amount"])
            held[amount.currency] = held.get(amount.currency, Money.zero(amount.currency)) + amount
        for each in said["totals"] or [None]:
            currency = each["currency"] if each else None
            run = said["run"]
            rows.append(
                {
                    "payee": statement.payee,
                    "name": names.get(statement.payee),
                    "currency": currency,
                    "posted": each["posted"][0] if each else None,
                    "true_ups": each["true_ups"][0] if each else None,
                    "held": " ".join(str(amount) for amount in held.values()) or None,
                    "paid": run["paid"][0] if run and run["paid"][1] == currency else None,
                    "statement": statement.hash,
                }
            )
    return pa.Table.from_pylist(rows, schema=_SUMMARY)


def _print(key: str, found: "Official", rows: pa.Table) -> None:
    heading(f"{key}: what is posted")
    listed = [row for row in rows.to_pylist() if row["currency"]]
    printed(
        Column("person", [row["name"] or row["payee"] for row in listed], wraps=True),
        Column("posted", [f"{row['posted']} {row['currency']}" for row in listed], right=True),
        Column("of it for other periods", [row["true_ups"] for row in listed], right=True),
        Column("held", [row["held"] or "" for row in listed], right=True),
        Column("paid", [row["paid"] or "" for row in listed], right=True),
    )
    for currency in sorted({posting.amount.currency for posting in found.basis.earned}):
        amounts = [posting.amount for posting in found.basis.earned if posting.amount.currency == currency]
        paragraph(f"Together {total(amounts, currency)}, {len(found.transactions):,} transactions.")
    if found.exceptions:
        heading("What could not be reckoned")
        for message in list(found.exceptions.values())[:_SHOWN]:
            paragraph(message, indent=2)
        if len(found.exceptions) > _SHOWN:
            paragraph(f"And {len(found.exceptions) - _SHOWN} more.", indent=2)


LIFE: "Mapping[str, Callable[..., None]]" = {
    "status": tell_status,
    "calculate": calculate_period,
    "submit": submit_period,
    "approve": approve_period,
    "own": own_exceptions,
    "close": close_period,
    "run": run_pay,
    "statement": show_statement,
    "journal": export_journal,
}
"""The commands of a period's life, by name."""
