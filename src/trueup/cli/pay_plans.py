"""``trueup pay`` over plans: which there are and where they stand, what one says, submit, approve and sign it."""

import importlib
import json
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
import typer

from trueup.cli.acting import As, acting, opened, part
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.pay_life import ERRORS, desk_of
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.runs.folder import find
from trueup.units.money import Money

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.record.models import PlanReview, User
    from trueup.runs.pay_plans import PlanStanding, Version

_SCHEMA = pa.schema(
    [
        ("plan", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("file", pa.string()),
        ("state", pa.string()),
        ("submitted_by", pa.string()),
        ("decided_by", pa.string()),
        ("decided_at", pa.timestamp("us", "UTC")),
        ("reason", pa.string()),
        ("payees", pa.int64()),
        ("signed", pa.int64()),
        ("hash", pa.string()),
    ]
)
_SHORT, _HASH = 12, 6
Named = Annotated[str, typer.Argument(metavar="PLAN", help="Its file, its name, or the beginning of its hash.")]


def tell_plans(
    form: OutputFormat = Format.table, output: OutputFile = None, by: As = None, folder: Workspace = None
) -> None:
    """Tell which plans there are, where each stands and who approved it; where none is, write our three."""
    check_can_write(form, output)
    with refusing(*ERRORS):
        if not any(find(folder).plans.glob("*.yaml")):
            _lay(folder)
            return
        found = _versions(folder)
        user = acting(by)
        part("access").allow(user, "pay")
        rows = [_row(each) for each in _plans().standings(user, found, on=datetime.now(UTC).date())]
    if form is not Format.table:
        write(pa.Table.from_pylist(rows, schema=_SCHEMA), form, output)
        return
    printed(
        Column("plan", [str(row["plan"]) for row in rows]),
        Column("from", [str(row["valid_from"]) for row in rows]),
        Column("state", [str(row["state"]) for row in rows]),
        Column("decided by", [str(row["decided_by"] or NOTHING) for row in rows]),
        Column("signed", [f"{row['signed']} of {row['payees']}" if row["payees"] else NOTHING for row in rows]),
        Column("hash", [str(row["hash"])[:_SHORT] for row in rows]),
        Column("file", [str(row["file"] or NOTHING) for row in rows], wraps=True),
    )
    if any(row["state"] == "draft" for row in rows):
        paragraph("A period is closed by approved plans only: `trueup pay submit-plan PLAN` submits a draft.")


def tell_plan(plan: Named, by: As = None, folder: Workspace = None) -> None:
    """Tell what a version of a plan says, clause by clause, and what it changes in people's pay."""
    with refusing(*ERRORS):
        found = _versions(folder)
        user = acting(by)
        part("access").allow(user, "pay")
        review = _submitted(user, plan, found)
        version = _plans().version_named(found, plan) if review is None else None
        said = part("pay_plans").plan_said(review) if version is None else version.plan
        _print_plan(said)
        if review is None:
            paragraph("Nobody submitted it for review yet.")
            return
        _print_change(review, user)


def submit_plan(
    plan: Named,
    instead_of: Annotated[
        str, typer.Option(metavar="PLAN", help="Another plan whose place it takes, to compare it with.")
    ] = "",
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Submit a plan's version for review, with what it changes in everybody's pay of the last 12 months."""
    with refusing(*ERRORS), desk_of(folder, by) as desk:
        version = _plans().version_named(_plans().plan_versions(desk.folder), plan)
        review = desk.submit_plan(version, at=datetime.now(UTC), instead_of=instead_of)
        typer.echo(f"Submitted {review}, {review.plan_hash[:_SHORT]}. Somebody else approves it, whom it does not pay.")
        _print_change(review, desk.by)


def approve_plan(
    plan: Named,
    reject: Annotated[str, typer.Option(metavar="REASON", help="Reject it instead, and say why.")] = "",
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Approve (or reject) a plan that was submitted; by somebody else, whom it does not pay."""
    with refusing(*ERRORS):
        found = _versions(folder)
        user = acting(by)
        review = _asked(user, plan, found)
        decision = "rejected" if reject else "approved"
        actions = part("actions.pay_plans")
        actions.decide_plan(user, review, decision=decision, reason=reject, at=datetime.now(UTC))
        typer.echo(f"{review} is {decision}: {review.plan_hash}")


def sign_plan(plan: Named, by: As = None, folder: Workspace = None) -> None:
    """Sign the plan that pays you: that you read what it says."""
    with refusing(*ERRORS):
        found = _versions(folder)
        user = acting(by)
        review = _asked(user, plan, found)
        _print_plan(part("pay_plans").plan_said(review))
        part("actions.pay_plans").sign_plan(user, review, plan_hash=review.plan_hash, at=datetime.now(UTC))
        typer.echo(f"You signed {review}: {review.plan_hash}")


def _lay(folder: Workspace) -> None:
    written = importlib.import_module("trueup.runs.example_pay").lay_plans(find(folder))
    typer.echo(f"Wrote {', '.join(f'plans/{name}' for name in written)}.")
    typer.echo("Change their days and figures, and say in plans/assignments.csv who is on which:")
    typer.echo("payee,plan,start,target_incentive")


def _versions(folder: Workspace) -> "Sequence[Version]":
    found: Sequence[Version] = _plans().plan_versions(opened(folder))
    return found


def _submitted(user: "User", named: str, found: "Sequence[Version]") -> "PlanReview | None":
    """The submitted version that is meant: by a hash, which may have no file any more, or by its file."""
    reviews = part("access").plan_reviews(user)
    by_hash = [each for each in reviews if len(named) >= _HASH and each.plan_hash.startswith(named)]
    if len(by_hash) == 1:
        review: PlanReview = by_hash[0]
        return review
    version = _plans().version_named(found, named)
    return next((each for each in reviews if each.plan_hash == version.plan.fingerprint), None)


def _asked(user: "User", named: str, found: "Sequence[Version]") -> "PlanReview":
    review = _submitted(user, named, found)
    if review is None:
        refuse(
            f"{named} as its file has it now was not submitted for review, or you may not see it."
            f" `trueup pay submit-plan {named}` submits it."
        )
    return review


def _row(of: "PlanStanding") -> dict[str, object]:
    return {
        "plan": of.plan_id,
        "valid_from": of.valid_from,
        "valid_to": of.valid_to,
        "file": of.path or None,
        "state": of.state,
        "submitted_by": str(of.review.submitted_by) if of.review else None,
        "decided_by": str(of.decision.actor) if of.decision else None,
        "decided_at": of.decision.decided_at if of.decision else None,
        "reason": of.decision.reason if of.decision else None,
        "payees": len(of.payees),
        "signed": len(of.signed),
        "hash": of.plan_hash,
    }


def _print_plan(plan: Any) -> None:
    words = importlib.import_module("trueup.answers.plan_words")
    said = words.plan_shown(plan)
    heading(f"{said.label}, {said.holds}")
    for name, value in said.facts:
        paragraph(f"{name}: {value}.", indent=2)
    for clause in said.clauses:
        heading(f"{clause.clause} {clause.label}".strip())
        paragraph(clause.says, indent=2)
        for name, value in clause.facts:
            paragraph(f"{name}: {value}.", indent=2)
        if clause.table is not None:
            columns = zip(clause.table.heads, zip(*clause.table.rows, strict=True), strict=True)
            printed(*(Column(head, cells, right=True) for head, cells in columns), indent=4)


def _print_change(review: "PlanReview", user: "User") -> None:
    if not review.money_diff:
        paragraph(f"Nothing can be compared: {review.not_compared}")
        return
    said = json.loads(review.money_diff)
    heading(f"Who earned what from {said['first']} to {said['last']}")
    listed = sorted(said["changes"], key=lambda one: (-abs(float(one["difference"])), one["payee"]))
    for name in ("old", "new", "difference"):
        for each in listed:
            each[name] = Money.of(each[name], each["currency"]).round()
    people = part("access").people(user).filter(person_id__in=[each["payee"] for each in listed])
    names = {person.person_id: person.name for person in people}
    printed(
        Column("person", [names.get(each["payee"]) or each["payee"] for each in listed], wraps=True),
        Column("old", [f"{each['old'].amount:,}" for each in listed], right=True),
        Column("new", [f"{each['new'].amount:,}" for each in listed], right=True),
        Column("difference", [f"{each['difference'].amount:+,}" for each in listed], right=True),
        Column("", [each["currency"] for each in listed]),
        indent=2,
    )
    for message in said["unreckoned"]:
        paragraph(message, indent=2)


def _plans() -> ModuleType:
    return importlib.import_module("trueup.runs.pay_plans")


PLANS: "dict[str, Callable[..., None]]" = {
    "plans": tell_plans,
    "plan": tell_plan,
    "submit-plan": submit_plan,
    "approve-plan": approve_plan,
    "sign-plan": sign_plan,
}
"""The commands of plans, by name."""
