"""``trueup scores``: each customer's chance of an outcome, and what it is made of."""

from typing import Annotated

import typer

from trueup.answers.cells import names
from trueup.answers.outcome_words import words_of
from trueup.answers.scores import AccountScore, NoScoresError, Scores, scores
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import Snapshot, SnapshotError, current
from trueup.runs.folder import Folder, WorkspaceError, find
from trueup.runs.kept_studies import newest_study
from trueup.runs.outcome_names import NoSuchOutcomeError, outcome_called

_ERRORS = (WorkspaceError, NoScoresError, NoSuchOutcomeError, SnapshotError, EngineError, OSError)
SHOWN = 30


def command(
    outcome: Annotated[
        str,
        typer.Option("--outcome", help="renewed, churned, expanded, deal_won, default or goal_attained."),
    ] = "renewed",
    account: Annotated[str | None, typer.Option("--account", help="One account, with every reason.")] = None,
    most: Annotated[int, typer.Option("--most", help="How many to show, whom to worry about first.", min=1)] = SHOWN,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show each customer's chance of an outcome, what it is made of, and what moved."""
    check_can_write(form, output)
    with refusing(*_ERRORS):
        found = find(folder)
        snapshot = _snapshot(found)
        told = _scores(found, snapshot, outcome_called(outcome))
        if account is not None:
            of = told.of(account)
            if of is None:
                refuse(f"There is no account {account!r} among the {len(told.account_ids):,} that this is asked of.")
            if form is Format.table:
                _print_one(told, of, names(snapshot, "account", [account]).get(account, account))
                return
        rows = told.table() if account is None else told.only(account)
        if form is not Format.table:
            write(rows, form, output)
            return
        _print(told, names(snapshot, "account", list(told.account_ids)), most)


def _snapshot(folder: Folder) -> Snapshot:
    snapshot = current(folder.mart)
    if snapshot is None:
        raise NoScoresError(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    return snapshot


def _scores(folder: Folder, snapshot: Snapshot, outcome: str) -> Scores:
    kept = newest_study(folder, outcome)
    if kept is None:
        raise NoScoresError(
            f"Nobody has asked yet which KPIs predict {outcome}. Ask with `trueup indicators --outcome"
            f" {outcome.replace(' ', '_')}`."
        )
    return scores(snapshot, kept)


def _print(told: Scores, called: dict[str, str], most: int) -> None:
    heading(f"Chances to {words_of(told.outcome).do}")
    paragraph(
        f"As of {told.on}, by study {told.study}: within {told.lead_days} to {told.lead_days + told.horizon_days} days."
        f" Before: as of {told.was_on}. What an account's chance is made of: `trueup scores --account ID`."
    )
    listed = [told.at(place) for place in told.order]
    shown = listed[:most]
    printed(
        Column("account", [each.account_id for each in shown]),
        Column("name", [called.get(each.account_id, "") for each in shown], wraps=True),
        Column("chance", [_percent(each.chance) for each in shown], right=True),
        Column("low", [_percent(each.low) for each in shown], right=True),
        Column("high", [_percent(each.high) for each in shown], right=True),
        Column("before", [_percent(each.before) for each in shown], right=True),
        Column("most of it", [_why(each) for each in shown], wraps=True),
        indent=2,
    )
    if len(listed) > most:
        paragraph(f"{len(listed) - most:,} are not shown: --most {len(listed)}, or --format csv for all.")


def _print_one(told: Scores, of: AccountScore, name: str) -> None:
    heading(f"{name}: the chance to {words_of(told.outcome).do}")
    if of.chance is None:
        paragraph(f"No chance is told: {of.reason}.")
        return
    paragraph(
        f"{_percent(of.chance)} ({_percent(of.low)} to {_percent(of.high)}) as of {told.on}; {_percent(of.before)}"
        f" as of {told.was_on}. Log odds of an account that is average in everything: {of.base:+.3f}; to it adds:"
    )
    printed(
        Column("reason", [each.label for each in of.reasons], wraps=True),
        Column("adds", [f"{each.adds:+.3f}" for each in of.reasons], right=True),
        Column("since", [NOTHING if each.change is None else f"{each.change:+.3f}" for each in of.reasons], right=True),
        indent=2,
    )


def _why(of: AccountScore) -> str:
    return "; ".join(f"{each.label} {each.adds:+.2f}" for each in of.strongest) or of.reason


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{share:.0%}"
