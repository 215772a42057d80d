"""What an entry was: every version, who made it, when and why, and the way back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, Literal, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ManyToManyField, Model

from trueup.record.access import allow, allow_again, may, may_see_version
from trueup.record.keeping import action, keep
from trueup.record.models import (
    Adjustment,
    Adoption,
    Goal,
    GradeAnswer,
    GradeOverride,
    Lever,
    MetricTarget,
    Milestone,
    Note,
    Reading,
    Stake,
    Stakeholder,
    User,
)
from trueup.record.models.entry import Entry
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused

What = Literal["created", "changed", "deleted"]
_Kept = TypeVar("_Kept", bound=Entry)
_Version = Any
"""A row of the history library's, whose types it does not tell."""
_WHAT: Mapping[str, What] = {"+": "created", "~": "changed", "-": "deleted"}
RESTORED: frozenset[type[Entry]] = frozenset(
    {
        Adjustment,
        Adoption,
        Goal,
        GradeAnswer,
        GradeOverride,
        Lever,
        MetricTarget,
        Milestone,
        Note,
        Reading,
        Stake,
        Stakeholder,
    }
)
"""What may be made again what it was. Links, keys and teams are not: a door that was closed stays closed."""
_HIDDEN = frozenset({"id", "sha256", "erased_at", "joined_at"})
_HAS_VERBS: Mapping[type[Entry], frozenset[str]] = {
    Adjustment: frozenset({"status", "proposed_by", "proposed_at", "decided_by", "decided_at"}),
    Goal: frozenset({"status", "agreed_at", "ended_at"}),
    Reading: frozenset({"verification", "verified_by", "verified_at", "entered_by", "recorded_at"}),
}
"""Fields that are not restored, since they tell what was done: agreed, verified..."""


@dataclass(frozen=True)
class FieldChange:
    """One field: from what to what. References and lists of them are told by name; ``label`` is for people."""

    field: str
    label: str
    old: object
    new: object


@dataclass(frozen=True)
class Change:
    """A version of an entry: who made it (None: a system or a customer), when, why, and what is other than before."""

    version: int
    at: datetime
    by: User | None
    what: What
    reason: str
    fields: tuple[FieldChange, ...]


def changes(viewer: User, kind: type[Entry | User], key: UUID) -> list[Change]:
    """Every version of an entry that the viewer may see, the newest first; also of one that was deleted.

    Versions that were private then are left out for others. Raises NotAllowed where none may be seen.
    """
    visible = [group for group in _moments(kind, key) if may_see_version(viewer, group[-1].instance)]
    row = rows(kind).filter(pk=key).first()
    if not visible or (row is not None and not may(viewer, "see", row)):
        raise NotAllowed("There is no such entry among those that you may see.", cure="Ask the account's owner.")
    told = [_change(None, visible[0])]
    told += [_change(before[-1], after) for before, after in pairwise(visible)]
    return told[::-1]


@action
def restore(by: User, kind: type[_Kept], key: UUID, version: int, *, at: datetime, reason: str = "") -> _Kept:
    """Let an entry be again what it was in a version, as a new version; one that was deleted is there again.

    What was done meanwhile (agreed, ended, verified) stays done.
    """
    if kind not in RESTORED:
        raise Refused("This is not restored from its history.", cure="Do what led to it again.")
    found: _Version = kind.versions.filter(id=key, history_id=version).first()
    if found is None or not may_see_version(by, found.instance):
        raise NotAllowed("There is no such version among those that you may see.", cure="Look at its history.")
    was: _Kept = found.instance
    row = rows(kind).select_for_update(no_key=True).filter(pk=key).first()
    if row is None:
        row = was
        allow_again(by, was)
    else:
        allow(by, "change", row)
        _check_may_come_back(row)
        _take_back(row, was)
    if isinstance(row, Goal) and row.kind == "personal":
        allow(by, "confide", row.account)
    if isinstance(row, Note) and row.is_private:
        allow(by, "confide", row.account)
    keep(row, by=by, at=at, reason=reason)
    for field in _lists(kind):
        getattr(row, field.name).set(_listed(found, field))
    return row


def _moments(kind: type[Entry | User], key: UUID) -> list[list[_Version]]:
    """Versions in order; those of one action belong together."""
    kept: Iterable[_Version] = (
        kind.versions.filter(id=key).select_related("history_user").order_by("history_date", "history_id")
    )
    return [list(group) for _, group in groupby(kept, lambda v: (v.history_date, v.history_user_id))]


def _change(before: _Version | None, group: list[_Version]) -> Change:
    first, last = group[0], group[-1]
    what = _WHAT[last.history_type if last.history_type == "-" else first.history_type]
    old, new = ({} if before is None else _told(before)), _told(last)
    fields = tuple(
        FieldChange(name, label, old[name][1] if name in old else None, value)
        for name, (label, value) in new.items()
        if what != "deleted" and (old[name][1] if name in old else _nothing(value)) != value
    )
    return Change(
        last.history_id, last.history_date, first.history_user, what, last.history_change_reason or "", fields
    )


def _nothing(value: object) -> object:
    """What a field held before there was an entry."""
    return value if value in (None, "", []) else None


def _told(version: _Version) -> dict[str, tuple[str, object]]:
    """Each field's label and value, references told by name."""
    told: dict[str, tuple[str, object]] = {}
    for field in version.tracked_fields:
        if field.name not in _HIDDEN:
            value = _named(version, field.name) if field.is_relation else getattr(version, field.attname)
            told[field.name] = (str(field.verbose_name), value)
    for field in _lists(version.instance_type):
        told[field.name] = (str(field.verbose_name), sorted(map(str, _listed(version, field))))
    return told


def _named(version: _Version, name: str) -> str | None:
    try:
        related = getattr(version, name)
    except ObjectDoesNotExist:
        return "somebody or something deleted"
    return None if related is None else str(related)


def _lists(kind: type[Model]) -> "list[ManyToManyField[Any, Any]]":
    return list(kind._meta.many_to_many)


def _listed(version: _Version, field: "ManyToManyField[Any, Any]") -> list[Model]:
    """What a list held: those of it that are still there."""
    reference = field.m2m_reverse_field_name()
    through = getattr(version, field.name).all()
    return list(rows(field.related_model).filter(pk__in=[getattr(row, f"{reference}_id") for row in through]))


def _check_may_come_back(row: Entry) -> None:
    if isinstance(row, Stakeholder) and row.erased_at is not None:
        raise Refused("This person's data were erased.", cure="Record them anew, if they agree.")
    if isinstance(row, Adjustment) and row.status != "proposed":
        raise Refused("A decided adjustment stays as it is.", cure="Propose another one that puts it right.")


def _take_back(row: Entry, was: Entry) -> None:
    done = _HAS_VERBS.get(type(row), frozenset())
    if isinstance(row, Reading) and isinstance(was, Reading) and row.value != was.value:
        row.verification, row.verified_by, row.verified_at = "unverified", None, None
    for field in row._meta.concrete_fields:
        if field.name not in done:
            setattr(row, field.attname, getattr(was, field.attname))
