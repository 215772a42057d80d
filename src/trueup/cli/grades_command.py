"""``trueup grades``: customers' grades, what each follows from, and whether they mean something."""

import importlib
from collections import Counter
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from trueup.answers.cells import names
from trueup.answers.grade import Explained, Line, explained
from trueup.answers.grades import COLUMNS, table
from trueup.answers.gradings import SHOWN, NoGradesError, grading_of
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.cli.values import digits
from trueup.grades.worksheet_file import WorksheetFileError, our_files
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import Snapshot, SnapshotError, current
from trueup.runs.folder import WorkspaceError, find

subcommands = typer.Typer(rich_markup_mode=None)
_ERRORS = (WorkspaceError, NoGradesError, SnapshotError, EngineError, WorksheetFileError, OSError)
_LONG = 40


class Cadence(StrEnum):
    """How often, and about what."""

    quarterly = "quarterly"
    annual = "annual"
    strategic = "strategic"


class Whose(StrEnum):
    """Customers on the map; or the effort of whom."""

    account = "account"
    company = "company"
    team = "team"
    person = "person"


CadenceOption = Annotated[Cadence, typer.Option("--cadence", help="How often, and about what.")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="Such as 2026-Q2 or 2026; default: the last one that is over.")
]


@subcommands.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    cadence: CadenceOption = Cadence.quarterly,
    period: PeriodOption = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show customers' grades of a period, what they follow from, and what they are worth."""
    if context.invoked_subcommand is not None:
        return
    check_can_write(form, output)
    with refusing(*_ERRORS):
        snapshot = _snapshot(folder)
        grading = grading_of(snapshot, cadence.value, period)
        rows = table(snapshot, grading)
        if form is not Format.table:
            write(rows.select(list(COLUMNS)), form, output)
            return
        _tell_all(snapshot, rows.to_pylist())
        state = (
            "closed"
            if grading.closed_at
            else "as known at the last build" + ("" if grading.is_over else "; the period is not over yet")
        )
        paragraph(
            f"{cadence.value.capitalize()} grades of {grading.period}, {state}, by the worksheet {grading.worksheet}"
            f" ({grading.worksheet_version}). One line by line: trueup grades explain ACCOUNT"
        )


@subcommands.command("explain")
def explain(
    account: Annotated[str, typer.Argument(help="The account's id.")],
    cadence: CadenceOption = Cadence.quarterly,
    period: PeriodOption = None,
    folder: Workspace = None,
) -> None:
    """Show an account's grade line by line, and what changed since the one before."""
    with refusing(*_ERRORS):
        snapshot = _snapshot(folder)
        found = explained(snapshot, account, cadence.value, period)
        if found is None:
            at = grading_of(snapshot, cadence.value, period)
            refuse(
                f"{account} has no {cadence.value} grade of {at.period}: it was no customer then, or there is no such"
                " account. `trueup grades` lists those that have one."
            )
        _tell_one(found, names(snapshot, "account", [account]).get(account, account))


@subcommands.command("sheets")
def sheets(
    name: Annotated[str | None, typer.Argument(help="One to print, to begin your own in worksheets/ with.")] = None,
    folder: Workspace = None,
) -> None:
    """List the worksheets, ours and yours, or print one of ours."""
    with refusing(*_ERRORS):
        if name is not None:
            text = {file.name: file.text for file in our_files()}.get(name)
            if text is None:
                refuse(f"{name!r} is no worksheet of ours. There are {', '.join(f.name for f in our_files())}.")
            typer.echo(text.rstrip())
            return
        found = find(folder)
        known = importlib.import_module("trueup.runs.worksheets")
        used = importlib.import_module("trueup.workspace").settings(found).worksheets
        listed = known.worksheets(found, metrics=None)
    own = {file.stem for file in found.worksheets.glob("*.yaml")}
    rows = [(sheet, used[sheet.cadence] == sheet.name) for sheet in listed.values()]
    printed(
        Column("worksheet", [sheet.name for sheet, _ in rows]),
        Column("cadence", [sheet.cadence for sheet, _ in rows]),
        Column("", ["in force" if is_used else "" for _, is_used in rows]),
        Column("whose", ["yours" if sheet.name in own else "ours" for sheet, _ in rows]),
        Column("criteria", [str(len(sheet.criteria)) for sheet, _ in rows], right=True),
        Column("", [sheet.label for sheet, _ in rows], wraps=True),
    )


@subcommands.command("honesty")
def honesty(
    cadence: CadenceOption = Cadence.quarterly,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Hold closed grades against what came after them, and say whether better ones fared better."""
    check_can_write(form, output)
    with refusing(*_ERRORS):
        told = importlib.import_module("trueup.cli.grades_honesty")
        told.tell(_snapshot(folder), cadence.value, form, output)


@subcommands.command("learn")
def learn(
    cadence: CadenceOption = Cadence.quarterly,
    outcome: Annotated[str, typer.Option(help="What better grades should foretell: left, renewed or defaulted.")] = (
        "left"
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the proposal, such as worksheets/learned.yaml.")
    ] = None,
    folder: Workspace = None,
) -> None:
    """Propose a worksheet from what became of customers, beside yours, both tried on later periods."""
    with refusing(*_ERRORS):
        told = importlib.import_module("trueup.cli.grades_learning")
        told.tell(_snapshot(folder), cadence.value, outcome, output)


@subcommands.command("pleasing")
def pleasing(
    period: Annotated[str | None, typer.Option("--period", help="A quarter; default: the last one over.")] = None,
    by: Annotated[Whose, typer.Option("--by", help="Or where the effort of teams or people went.")] = Whose.account,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show what each customer gives us and what we give them: partners, neglected givers, chased rabbits."""
    check_can_write(form, output)
    told = importlib.import_module("trueup.cli.pleasing")
    if by is Whose.account:
        told.tell(folder, period=period, form=form, output=output)
    else:
        told.tell_effort(folder, period=period, by=by.value, form=form, output=output)


@subcommands.command("close")
def close(
    cadence: Annotated[Cadence | None, typer.Option("--cadence", help="Only these; default: all three.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Only this one; default: all that are due.")] = None,
    folder: Workspace = None,
) -> None:
    """Freeze the grades of periods whose closing day has passed, as they were known on that day."""
    chosen = cadence.value if cadence else None
    importlib.import_module("trueup.cli.grades_closing").close_due(folder, cadence=chosen, period=period)


@subcommands.command("verify")
def verify(folder: Workspace = None) -> None:
    """Grade closed periods again from what was kept, and name those that come out otherwise."""
    importlib.import_module("trueup.cli.grades_closing").verify_closed(folder)


def _snapshot(folder: Path | None) -> Snapshot:
    found = find(folder)
    snapshot = current(found.mart)
    if snapshot is None:
        refuse(f"Nothing was computed in {found.root} yet. Run `trueup build` first.")
    return snapshot


def _tell_all(snapshot: Snapshot, rows: list[dict[str, object]]) -> None:
    called = names(snapshot, "account", [str(row["account_id"]) for row in rows])
    printed(
        Column("account", [str(row["account_id"]) for row in rows]),
        Column("name", [called.get(str(row["account_id"]), "") for row in rows], wraps=True),
        Column("grade", [f"{row['grade']}{'*' if row['overridden'] else ''}" for row in rows]),
        Column("score", [_score(row["score"]) for row in rows], right=True),
        Column("answered", [_share(row["answered_weight"]) for row in rows], right=True),
    )
    found = Counter(str(row["grade"]) for row in rows)
    typer.echo("  ".join(f"{letter}: {found[letter]:,}" for letter in SHOWN if found[letter]))
    if any(row["overridden"] for row in rows):
        typer.echo("* a person put this letter over the computed one: explain tells who and why.")


def _tell_one(found: Explained, name: str) -> None:
    is_over = f" (computed: {found.computed}; a person put {found.grade} over it)" if found.is_overridden else ""
    heading(f"{name}: {found.grade}{is_over}")
    paragraph(
        f"{found.sheet.label}. Score {_score(found.score)} of 100,"
        f" {_share(found.answered_weight)} of the weight answered, {found.grading.period}."
        + ("" if found.answered_weight >= found.sheet.answered_at_least else " Too little is known for a letter.")
    )
    lines = found.lines
    printed(
        Column("criterion", [line.criterion.label for line in lines], wraps=True),
        Column("is", [_value(line) for line in lines], right=True),
        Column("points", [_points(line) for line in lines], right=True),
        Column("weight", [f"{line.criterion.weight:f}" for line in lines], right=True),
        Column("adds", [NOTHING if line.added is None else _score(line.added) for line in lines], right=True),
        Column("better than", [_better(line) for line in lines], right=True),
        Column("change", [_change(line.changed) for line in lines], right=True),
    )
    peers = f"customers in {found.peers}" if found.peers else "all graded customers"
    typer.echo(f"Better than: the share of {peers} with a worse value.")
    if found.last is not None:
        moved = (found.score or Fraction(0)) - (found.last.score or Fraction(0))
        typer.echo(
            f"Since {found.last.period} ({found.last.grade}): {_change(moved)} points; the column change adds up to it."
        )


def _value(line: Line) -> str:
    if line.value is None:
        return "not answered" if line.criterion.source == "question" else NOTHING
    if isinstance(line.value, str):
        return line.value[:_LONG]
    if line.criterion.source == "metric":
        return digits(line.value, line.unit) + ("%" if line.unit == "ratio" else "")
    return f"{line.value:g}"


def _points(line: Line) -> str:
    return NOTHING if line.points is None else f"{line.points.normalize():f} of {line.criterion.most:f}"


def _better(line: Line) -> str:
    return NOTHING if line.better_than is None else _share(line.better_than)


def _change(of: Fraction) -> str:
    return "" if not of else f"{float(of):+.1f}"


def _score(value: object) -> str:
    return NOTHING if value is None else f"{float(value):.1f}"  # type: ignore[arg-type]


def _share(value: object) -> str:
    return f"{100 * float(value):.0f}%"  # type: ignore[arg-type]
