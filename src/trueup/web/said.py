"""What people of ours say of accounts besides their data, for grades that are newer than the last build."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.db.models import Q

from trueup.answers.grades import Grading, Told
from trueup.grades.worksheet import Worksheet
from trueup.mart.snapshot import Snapshot
from trueup.record import access
from trueup.record.models import GradeAnswer, GradeOverride, User


def said_of(user: User, account_id: str, grading: Grading, sheet: Worksheet, *, today: date) -> Told:
    """Every answer to the worksheet's questions about the period, and the letter that holds today."""
    return _told(user, [account_id], grading, sheet, today=today)[account_id]


def said_since(
    user: User, snapshot: Snapshot, account_ids: Sequence[str], grading: Grading, sheet: Worksheet, *, today: date
) -> dict[str, Told]:
    """The same of those accounts of which something was said, changed or ended since the snapshot was made."""
    built = datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
    since = Q(account__in=account_ids, history_date__gt=built)
    answers = GradeAnswer.versions.filter(since, worksheet=grading.worksheet, period=grading.period)
    overrides = GradeOverride.versions.filter(since, cadence=grading.cadence)
    ended = access.grade_overrides(user).filter(
        account__in=account_ids, cadence=grading.cadence, ends_on__lt=today, ends_on__gte=built.date()
    )
    changed = {
        account_id
        for rows in (answers, overrides, ended)
        for account_id in rows.values_list("account_id", flat=True).distinct()
    }
    return _told(user, sorted(changed), grading, sheet, today=today)


def _told(
    user: User, account_ids: Sequence[str], grading: Grading, sheet: Worksheet, *, today: date
) -> dict[str, Told]:
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
