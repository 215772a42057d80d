"""How entries are written: whole or not at all, with who, when and why."""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Max, ProtectedError, QuerySet

from trueup.record.models import User
from trueup.record.models.entry import Entry
from trueup.record.models.rules import RULE
from trueup.record.refusal import Refused
from trueup.record.rulebook import broken_rules

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
_Row = TypeVar("_Row", bound=models.Model)
_Kept = TypeVar("_Kept", bound=Entry)

_TICK = timedelta(microseconds=1)
_EASTERNMOST = timedelta(hours=14)
"""How much earlier than in UTC a day begins where it begins first."""
_UNIQUE = ("UNIQUE constraint", "unique constraint")


def action(write: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """One transaction around a write; what the database's own rules refuse comes out as Refused."""

    @functools.wraps(write)
    def whole(*arguments: _Parameters.args, **options: _Parameters.kwargs) -> _Result:
        try:
            with transaction.atomic():
                return write(*arguments, **options)
        except IntegrityError as error:
            refused = _refused(error)
            if refused is None:
                raise
            # The database's own words hold the row: they go no further.
            raise refused from None

    return whole


def keep(entry: _Kept, *, by: User | None, at: datetime, reason: str = "") -> _Kept:
    """Check the entry against every rule and write it as a new version; Refused names the first rule it breaks.

    ``by`` None: a system or a customer.
    """
    sign([entry], by=by, at=at, reason=reason)
    check(entry)
    # An id that somebody chose must not overwrite what has it already.
    entry.save(force_insert=entry._state.adding)  # noqa: SLF001  Django documents it
    return entry


def amend(entry: Entry, changes: Mapping[str, object]) -> bool:
    """Set the fields given; whether any of them is another than before."""
    before = {field: getattr(entry, field) for field in changes}
    for field, value in changes.items():
        setattr(entry, field, value)
    return before != changes


def check(row: models.Model) -> None:
    """Hold the row to every rule that can be told before it is written."""
    _check_texts(row)
    try:
        row.clean_fields()
    except ValidationError as error:
        field, errors = next(iter(error.error_dict.items()))
        raise _said(errors[0].messages[0], field) from None
    for rule in broken_rules(row):
        raise _said(str(rule.violation_error_message), (rule.violation_error_code or "").removeprefix(RULE))


def check_begun(day: date, at: datetime, *, field: str) -> None:
    """Refuse a day that has begun nowhere yet."""
    if day > (at.astimezone(UTC) + _EASTERNMOST).date():
        raise Refused("This day lies in the future.", field=field, cure="Give a day that has begun.")


def drop(entry: Entry, *, by: User, at: datetime, reason: str = "") -> None:
    """Delete the entry; its versions stay, and say who deleted it."""
    sign([entry], by=by, at=at, reason=reason)
    entry.delete()


def sign(entries: Sequence[_Kept], *, by: User | None, at: datetime, reason: str = "") -> None:
    """Say of entries of one kind whose next versions these are; by a clock that never runs backwards."""
    if not entries:
        return
    versions = type(entries[0]).versions.filter(id__in=[entry.pk for entry in entries])
    latest = dict(versions.order_by().values_list("id").annotate(Max("history_date")))
    for entry in entries:
        before = latest.get(entry.pk)
        # The history library is told so.
        entry._history_user = by  # noqa: SLF001
        entry._history_date = at if before is None else max(at, before + _TICK)  # noqa: SLF001
        entry._change_reason = reason  # noqa: SLF001


def locked(row: _Row) -> _Row:
    """The row as it is now, held until the transaction ends; Refused where it is gone."""
    # No key: nobody changes ids, and whoever refers to the row meanwhile need not wait.
    found = QuerySet(type(row)).select_for_update(no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise Refused("Somebody has deleted this meanwhile.", cure="Look at its history, and restore it if need be.")
    return found


def _check_texts(row: models.Model) -> None:
    """Trim single lines; refuse characters that not every engine keeps."""
    for field in row._meta.concrete_fields:
        text = field.value_from_object(row)
        if not isinstance(text, str):
            continue
        if isinstance(field, models.CharField):
            text = text.strip()
            setattr(row, field.attname, text)
        if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
            raise Refused("The text holds a character that cannot be kept.", field=field.name, cure="Type it anew.")


def _refused(error: IntegrityError) -> Refused | None:
    """What a guard says, or that somebody else was faster; None where the program is wrong."""
    told = str(error).split("\n", 1)[0]
    if isinstance(error, ProtectedError):
        return Refused("Other entries build on this one.", cure="Change or delete those first.")
    if ". " in told:
        return _said(told, "")
    if any(word in told for word in _UNIQUE):
        return Refused("Somebody entered the same at the same moment.", cure="Look at what they did, and try again.")
    return None


def _said(sentences: str, field: str) -> Refused:
    """A rule says what is wrong, then the cure."""
    message, stop, cure = sentences.partition(". ")
    return Refused(f"{message}." if stop else message, field=field, cure=cure)
