"""``trueup insights``: what each lever did for customers alike, and which of it bears on which open goal."""

from typing import Annotated

import typer

from trueup.answers.cells import names
from trueup.answers.value import InsightTold, Suggestion, insight_table, insights, suggestions
from trueup.answers.value_words import in_unit, insight, next_one
from trueup.cli.impact_of_workspace import ERRORS, NOTHING_BEGUN, built
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.impact.insight import FEWEST
from trueup.metrics.naming import nearest


def command(
    account: Annotated[str | None, typer.Option("--account", help="What might move this account's open goals.")] = None,
    measure: Annotated[str | None, typer.Option("--measure", help="Only this measure of customers.")] = None,
    lever: Annotated[str | None, typer.Option("--lever", help="Only this lever.")] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Show what each lever did for customers, where it did not work, and what might move open goals."""
    check_can_write(form, output)
    with refusing(*ERRORS):
        snapshot = built(folder)
        everything = insights(snapshot)
        for kind, name in (("measure", measure), ("lever", lever)):
            known = sorted({getattr(each, kind) for each in everything})
            if name is not None and name not in known:
                refuse(f"--{kind} {name!r}: nothing is known of this name{nearest(name, known)}")
        found = insights(snapshot, measure=measure, lever=lever)
        if form is not Format.table:
            write(insight_table(found), form, output)
        elif account is not None:
            called = names(snapshot, "account", [account])
            if account not in called:
                refuse(f"There is no account {account!r}. `trueup impact` shows whom there is.")
            _print_suggestions(called[account], suggestions(snapshot, account_id=account))
        elif found:
            _print(found)
        else:
            paragraph(f"Nothing can be said of others: it takes {FEWEST} customers of whom something is known.")
            paragraph(NOTHING_BEGUN)


def _print(found: list[InsightTold]) -> None:
    for heads, is_meant in (
        ("Meant to move it", True),
        ("Nobody said so before: look, and do not conclude", False),
    ):
        some = [each for each in found if each.is_meant is is_meant]
        if some:
            heading(heads)
        for each in some:
            if each.segment is None:
                typer.echo()
            paragraph(f"{insight(each)} {next_one(each)}", indent=2 if each.segment is None else 4)
        typer.echo()
    paragraph(
        f"Nothing is said of fewer than {FEWEST} customers. Both ranges hold with {found[0].level:.0%}; customers"
        " who are compared with the same others are taken for independent, which makes the mean look surer than it is."
    )


def _print_suggestions(name: str, found: list[Suggestion]) -> None:
    if not found:
        paragraph(f"{name} has no open goal on which something is known to bear that it does not use already.")
        return
    heading(f"{name}: what might move its open goals")
    printed(
        Column("goal", [each.label for each in found], wraps=True),
        Column("lever", [each.lever for each in found]),
        Column("customers", [f"{each.customers}{f' in {each.segment}' if each.segment else ''}" for each in found]),
        Column("gained", [_signed(each.mean, each.unit) for each in found], right=True),
        Column("at least", [_signed(each.low, each.unit) for each in found], right=True),
        Column("worth at least", [_worth(each) for each in found], right=True),
        Column("gained nothing", [str(each.without_gain) for each in found], right=True),
        indent=2,
    )


def _signed(value: float, unit: str) -> str:
    return f"{'-' if value < 0 else '+'}{in_unit(value, unit)}"


def _worth(each: Suggestion) -> str:
    return "not told" if each.value is None else f"{each.value:,.2f} {each.currency}"
