"""A person's data on request: given to them, and erased, while the numbers stay.

What a CRM delivered about the same person is in the lake, and erased where it came from.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet

from trueup.record.access import allow
from trueup.record.keeping import action, keep, locked
from trueup.record.models import (
    Adjustment,
    AgreementSignature,
    CustomerAnswer,
    CustomerLink,
    Erasure,
    Goal,
    GoalTerms,
    Milestone,
    Note,
    Reading,
    Stake,
    Stakeholder,
    User,
    ValueReading,
)
from trueup.record.models.entry import Entry
from trueup.record.reach import rows
from trueup.record.refusal import Refused

ERASED = "(erased)"
NOBODY = "Somebody"
_SHORTEST = 3
"""Shorter names would be found in every other word."""
_TEXTS: Mapping[type[Entry], tuple[str, Sequence[str]]] = {
    Goal: ("account", ("measure",)),
    Reading: ("goal__account", ("source", "evidence", "evidence_link")),
    Milestone: ("account", ("title",)),
    Note: ("account", ("text",)),
    CustomerLink: ("account", ("label",)),
    Stakeholder: ("account", ("title", "department")),
    Adjustment: ("account", ("measure", "reason", "evidence", "evidence_link")),
}
"""Where people write: the way to the account, and the fields."""
_WRITTEN_ONCE: Mapping[type[Model], Sequence[str]] = {
    AgreementSignature: ("name",),
    ValueReading: ("method", "evidence_link"),
}
"""The same of what has an agreement, and no versions."""
_APART: Mapping[tuple[type[Entry], str], Sequence[str]] = {
    (Reading, "source"): ("goal_id", "observed_on"),
    (Adjustment, "measure"): ("account_id", "kind", "starts_on"),
}
"""Fields that tell an entry from others that agree in these."""


def person_data(by: User, stakeholder: Stakeholder) -> dict[str, object]:
    """Everything that the record holds about somebody, as JSON takes it, with all versions; for administrators."""
    allow(by, "administer")
    names = _Names(stakeholder)
    goals = rows(Goal).filter(stakeholder=stakeholder)
    answers = rows(CustomerAnswer).filter(link__account=stakeholder.account)
    return {
        "stakeholder": _facts(stakeholder),
        "versions": _listed(Stakeholder.versions.filter(id=stakeholder.pk)),
        "stakes": _listed(rows(Stake).filter(stakeholder=stakeholder)),
        "stake_versions": _listed(Stake.versions.filter(stakeholder=stakeholder)),
        "goals": _listed(goals),
        "goal_versions": _listed(Goal.versions.filter(stakeholder=stakeholder)),
        "terms": _listed(rows(GoalTerms).filter(goal__in=goals)),
        "readings": _listed(rows(Reading).filter(goal__in=goals)),
        "notes": _listed(rows(Note).filter(stakeholders=stakeholder)),
        "answers": [_facts(answer) for answer in answers if names.are_in(answer.said_by, answer.note)],
        **_signatures(stakeholder, names),
    }


def erase_stakeholder(by: User, stakeholder: Stakeholder, *, at: datetime) -> Erasure:
    """Erase who somebody is from every entry of their account and every version of it; the numbers stay.

    Their stakes are deleted, their personal goals lose their measures, and their names go out of everybody's words.
    """
    erasure = _erase(by, stakeholder, at=at)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        # What was overwritten in the file must not stay in the journal beside it.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return erasure


@action
def _erase(by: User, stakeholder: Stakeholder, *, at: datetime) -> Erasure:
    allow(by, "administer")
    stakeholder = locked(stakeholder)
    if stakeholder.erased_at is not None:
        raise Refused("This person's data were erased already.", cure="Nothing needs to be done.")
    names = _Names(stakeholder)
    touched = (
        _delete_stakes(stakeholder)
        + _erase_hopes(stakeholder)
        + _erase_notes(stakeholder)
        + _erase_answers(stakeholder, names)
        + _erase_reasons(stakeholder, names)
        + sum(_erase_names(kind, stakeholder, names) for kind in _TEXTS)
        + sum(_erase_from_agreements(kind, stakeholder, names) for kind in _WRITTEN_ONCE)
        + _erase_person(by, stakeholder, at)
    )
    return rows(Erasure).create(asked_by=by, erased_at=at, subject="stakeholder", rows=touched)


class _Names:
    """What somebody is or was called, wherever it stands in a text."""

    def __init__(self, stakeholder: Stakeholder) -> None:
        versions: Any = Stakeholder.versions.filter(id=stakeholder.pk).values_list("name", "email")
        called = {name for names in versions for name in names if len(name) >= _SHORTEST}
        longest_first = sorted(called, key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)", re.IGNORECASE)

    def are_in(self, *texts: str) -> bool:
        """Whether one of the texts names them."""
        return any(self._found.search(text) for text in texts)

    def out_of(self, text: str) -> str:
        """The text without them."""
        return self._found.sub(ERASED, text)


def _erase_person(by: User, stakeholder: Stakeholder, at: datetime) -> int:
    unknown = {"name": NOBODY, "email": "", "title": "", "department": "", "contact_id": ""}
    touched: int = Stakeholder.versions.filter(id=stakeholder.pk).update(**unknown, history_change_reason="")
    for field, value in unknown.items():
        setattr(stakeholder, field, value)
    stakeholder.erased_at = at
    keep(stakeholder, by=by, at=at, reason="Erased on request")
    return touched + 1


def _delete_stakes(stakeholder: Stakeholder) -> int:
    rows(Stake).filter(stakeholder=stakeholder).delete()
    # Deleting left a version that says so: it goes with the others.
    deleted, _ = Stake.versions.filter(stakeholder=stakeholder).delete()
    return int(deleted)


def _erase_hopes(stakeholder: Stakeholder) -> int:
    """Personal goals keep their numbers, and lose what they are about."""
    hopes = set(Goal.versions.filter(stakeholder=stakeholder, kind="personal").values_list("id", flat=True))
    vague = {"measure": ERASED, "kpi": "", "bound_to": ""}
    silent = {"evidence": "", "evidence_link": ""}
    return sum(
        found.update(**changes)
        for found, changes in (
            (rows(Goal).filter(pk__in=hopes).exclude(measure=""), vague),
            (Goal.versions.filter(id__in=hopes).exclude(measure=""), vague),
            (Goal.versions.filter(id__in=hopes), {"history_change_reason": ""}),
            (rows(Reading).filter(goal__in=hopes), silent),
            (Reading.versions.filter(goal__in=hopes), {**silent, "history_change_reason": ""}),
            (rows(GoalTerms).filter(goal__in=hopes).exclude(reason=""), {"reason": ERASED}),
        )
    )


def _erase_notes(stakeholder: Stakeholder) -> int:
    """A note about nobody else loses its text; any other loses the person."""
    touched = 0
    about: Any = rows(Note).filter(stakeholders=stakeholder)
    for note in about:
        if note.stakeholders.count() == 1:
            touched += rows(Note).filter(pk=note.pk).update(text=ERASED)
            touched += Note.versions.filter(id=note.pk).update(text=ERASED, history_change_reason="")
    for through in (Note.stakeholders.through, _past_note_people()):
        touched += QuerySet(through).filter(stakeholder=stakeholder).delete()[0]
    return touched


def _past_note_people() -> type[Model]:
    people: type[Model] = Note.versions.model.stakeholders.model
    return people


def _erase_answers(stakeholder: Stakeholder, names: _Names) -> int:
    """The chain holds without words: it has their digest."""
    given = rows(CustomerAnswer).filter(link__account=stakeholder.account)
    theirs = [answer.pk for answer in given if names.are_in(answer.said_by, answer.note)]
    return rows(CustomerAnswer).filter(pk__in=theirs).update(said_by="", note="", salt="")


def _erase_reasons(stakeholder: Stakeholder, names: _Names) -> int:
    terms = rows(GoalTerms).filter(goal__account=stakeholder.account).exclude(reason="")
    theirs = [row.pk for row in terms if names.are_in(row.reason)]
    touched = rows(GoalTerms).filter(pk__in=theirs).update(reason=ERASED)
    for kind, (account, _) in _TEXTS.items():
        versions: Any = kind.versions.filter(**{account: stakeholder.account}).exclude(history_change_reason="")
        for version in versions:
            if names.are_in(version.history_change_reason or ""):
                touched += kind.versions.filter(pk=version.pk).update(history_change_reason=ERASED)
    return touched


def _erase_names(kind: type[Entry], stakeholder: Stakeholder, names: _Names) -> int:
    account, fields = _TEXTS[kind]
    touched = 0
    tables: tuple[Any, ...] = (rows(kind), kind.versions)
    for table in tables:
        for row in table.filter(**{account: stakeholder.account}):
            said = {field: getattr(row, field) for field in fields}
            changes = {field: names.out_of(text) for field, text in said.items() if names.are_in(text)}
            for field in fields:
                if field in changes and _is_taken(kind, row, field, changes[field]):
                    # Two sources or measures of a day that now read the same stay two.
                    changes[field] = f"{ERASED} {row.pk}"
            if changes:
                touched += table.filter(pk=row.pk).update(**changes)
    return touched


def _erase_from_agreements(kind: type[Model], stakeholder: Stakeholder, names: _Names) -> int:
    touched = 0
    for row in rows(kind).filter(agreement__account=stakeholder.account):
        said = _facts(row)
        changes = {
            field: names.out_of(str(said[field])) for field in _WRITTEN_ONCE[kind] if names.are_in(str(said[field]))
        }
        if changes:
            touched += rows(kind).filter(pk=row.pk).update(**changes)
    return touched


def _is_taken(kind: type[Entry], row: Any, field: str, text: str) -> bool:
    """Whether there is an entry that says so where only one may."""
    place = {name: getattr(row, name) for name in _APART.get((kind, field), ())}
    return bool(place) and rows(kind).filter(**place, **{field: text}).exists()


def _signatures(stakeholder: Stakeholder, names: _Names) -> dict[str, object]:
    """Their signatures below agreements, where there are any."""
    of_account = rows(AgreementSignature).filter(agreement__account=stakeholder.account)
    theirs = [each for each in of_account if each.stakeholder_id == stakeholder.pk or names.are_in(each.name)]
    return {"signatures": _listed(theirs)} if theirs else {}


def _listed(found: Iterable[Model]) -> list[dict[str, object]]:
    return [_facts(row) for row in found]


def _facts(row: Model) -> dict[str, object]:
    return dict(_columns(row))


def _columns(row: Model) -> Iterator[tuple[str, object]]:
    for field in row._meta.concrete_fields:
        match value := field.value_from_object(row):
            case UUID() | Decimal():
                yield field.attname, str(value)
            case datetime() | date() | time():
                yield field.attname, value.isoformat()
            case None | bool() | int() | str():
                yield field.attname, value
            case _:
                continue
