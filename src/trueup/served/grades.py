"""Grades as they are now: what people of ours said since the last build counts at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from trueup import served
from trueup.answers.grade import Explained, Told, explained, regraded
from trueup.answers.grades import Standing, table
from trueup.answers.gradings import Grading, gradings, sheet_of
from trueup.grades.worksheet import Worksheet
from trueup.mart.snapshot import Snapshot
from trueup.record import access
from trueup.record.models import GradeAnswer, GradeOverride, User


def explained_now(
    user: User, snapshot: Snapshot, grading: Grading, account_id: str, *, with_peers: bool = True
) -> Explained | None:
    """An account's grade line by line; None where it was not graded."""
    told = None
    if grading.closed_at is None:
        sheet = sheet_of(snapshot, grading)
        told = _told(user, [account_id], grading, sheet, today=served.today())[account_id]
    return explained(snapshot, account_id, grading.cadence, grading.period, told=told, with_peers=with_peers)


def now(user: User, snapshot: Snapshot, grading: Grading, standings: Sequence[Standing]) -> list[Standing]:
    """Grades of a list, of which some may have changed since the snapshot was made."""
    if grading.closed_at is not None:
        return list(standings)
    sheet, ids = sheet_of(snapshot, grading), [each.account_id for each in standings]
    newer = regraded(snapshot, grading, _said_since(user, snapshot, ids, grading, sheet, today=served.today()))
    return [
        replace(newer[each.account_id], grade_before=each.grade_before, score_before=each.score_before)
        if each.account_id in newer
        else each
        for each in standings
    ]


def letters(user: User, account_ids: Sequence[str]) -> dict[str, str]:
    """The quarterly letters of accounts, of the last quarter that is over; those without one are left out."""
    snapshot = served.snapshot()
    if snapshot is None or not (over := [each for each in gradings(snapshot, "quarterly") if each.is_over]):
        return {}
    told = table(snapshot, over[-1], account_ids)
    kept = zip(told.column("account_id").to_pylist(), told.column("grade").to_pylist(), strict=True)
    return {**dict(kept), **letters_since(user, snapshot, account_ids)}


def letters_since(user: User, snapshot: Snapshot, account_ids: Sequence[str]) -> dict[str, str]:
    """The quarterly letters of those accounts whose letter may be another than the snapshot's list has."""
    over = [each for each in gradings(snapshot, "quarterly") if each.is_over]
    if not over or over[-1].closed_at is not None:
        return {}
    sheet = sheet_of(snapshot, over[-1])
    said = _said_since(user, snapshot, account_ids, over[-1], sheet, today=served.today())
    return {account_id: each.grade for account_id, each in regraded(snapshot, over[-1], said).items()}


def _said_since(
    user: User, snapshot: Snapshot, account_ids: Sequence[str], grading: Grading, sheet: Worksheet, *, today: date
) -> dict[str, Told]:
    """What was said of those accounts of which anything was said, changed or ended since the snapshot was made."""
    built = datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
    # Little is said between two builds: to name the accounts in the questions would take longer than to ask for all.
    answers = GradeAnswer.versions.filter(history_date__gt=built, worksheet=grading.worksheet, period=grading.period)
    overrides = GradeOverride.versions.filter(history_date__gt=built, cadence=grading.cadence)
    ended = access.grade_overrides(user).filter(cadence=grading.cadence, ends_on__lt=today, ends_on__gte=built.date())
    said = {
        account_id
        for rows in (answers, overrides, ended)
        for account_id in rows.order_by().values_list("account_id", flat=True)
    }
    if not (changed := said & set(account_ids)):
        return {}
    return _told(user, sorted(changed), grading, sheet, today=today)


def _told(
    user: User, account_ids: Sequence[str], grading: Grading, sheet: Worksheet, *, today: date
) -> dict[str, Told]:
    """Every answer to the worksheet's questions about the period, and the letter that holds today, by account."""
    answered: dict[str, dict[str, int | None]] = {
        account_id: dict.fromkeys(question.name for question in sheet.questions) for account_id in account_ids
    }
    answers = access.grade_answers(user).filter(
        account__in=account_ids, worksheet=grading.worksheet, period=grading.period
    )
    for account_id, criterion, answer in answers.values_list("account_id", "criterion", "answer"):
        if criterion in answered[account_id]:
            answered[account_id][criterion] = answer
    holding = access.grade_overrides(user).filter(
        account__in=account_ids, cadence=grading.cadence, starts_on__lte=today, ends_on__gte=today
    )
    letters = {each.account_id: each.letter for each in holding.order_by("starts_on", "pk")}
    return {account_id: Told(answered[account_id], letters.get(account_id)) for account_id in account_ids}
