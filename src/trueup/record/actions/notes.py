"""Notes of conversations, and what we aim for in metrics."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from trueup.metrics.metric import Grain
from trueup.record.access import allow
from trueup.record.keeping import action, amend, drop, keep, locked
from trueup.record.models import Account, MetricTarget, Note, Stakeholder, User
from trueup.record.reach import rows


class NoteFacts(TypedDict, total=False):
    """What may be changed in a note, besides whom it is about."""

    held_on: date
    text: str
    is_private: bool


@action
def write_note(
    by: User,
    account: Account,
    *,
    at: datetime,
    stakeholders: Sequence[Stakeholder] = (),
    **facts: Unpack[NoteFacts],
) -> Note:
    """Keep what was said, when, and with whom. A private note takes somebody of the account's own team."""
    allow(by, "change", account)
    note = Note(account=account, author=by, **facts)
    if note.is_private:
        allow(by, "confide", account)
    keep(note, by=by, at=at)
    note.stakeholders.set(stakeholders)
    return note


@action
def change_note(
    by: User,
    note: Note,
    *,
    at: datetime,
    reason: str = "",
    stakeholders: Sequence[Stakeholder] | None = None,
    **facts: Unpack[NoteFacts],
) -> Note:
    """Change a note, or whom it is about."""
    allow(by, "change", note)
    note = locked(note)
    changes = amend(note, facts)
    if note.is_private:
        allow(by, "confide", note.account)
    if changes or stakeholders is not None:
        keep(note, by=by, at=at, reason=reason)
    if stakeholders is not None:
        note.stakeholders.set(stakeholders)
    return note


@action
def remove_note(by: User, note: Note, *, at: datetime, reason: str = "") -> None:
    """Delete a note."""
    allow(by, "change", note)
    drop(locked(note), by=by, at=at, reason=reason)


@action
def set_target(
    by: User,
    *,
    at: datetime,
    metric: str,
    value: Decimal,
    valid_from: date,
    grain: Grain = "company",
    entity: str = "company",
) -> MetricTarget:
    """Say what we aim for in a metric from a day on; a target of that day is changed."""
    allow(by, "define")
    known = rows(MetricTarget).filter(metric=metric, grain=grain, entity=entity, valid_from=valid_from).first()
    if known is None:
        target = MetricTarget(metric=metric, grain=grain, entity=entity, valid_from=valid_from, value=value)
        return keep(target, by=by, at=at)
    target = locked(known)
    return keep(target, by=by, at=at) if amend(target, {"value": value}) else target


@action
def remove_target(by: User, target: MetricTarget, *, at: datetime, reason: str = "") -> None:
    """Delete a target."""
    allow(by, "change", target)
    drop(locked(target), by=by, at=at, reason=reason)
