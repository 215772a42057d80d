"""Answers to worksheets' questions, letters over computed ones, and grades frozen at a period's close."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypedDict, Unpack
from uuid import UUID

from trueup.record.access import allow
from trueup.record.keeping import action, amend, check, drop, keep, locked
from trueup.record.models import Account, ClosedGrades, GradeAnswer, GradeOverride, User
from trueup.record.reach import rows
from trueup.record.refusal import Refused

Answer = Literal[1, 2, 3, 4, 5]
Answers = Mapping[str, tuple[Answer | None, str]]
"""By question: the answer (None: cannot say), and a note."""


@dataclass(frozen=True)
class About:
    """What answers are about: an account and a period, by the questions of a worksheet."""

    account: Account
    worksheet: str
    period: str


@action
def answer_questions(by: User, about: About, answers: Answers, *, at: datetime) -> int:
    """Keep answers about an account and a period; how many are other than before.

    Refused where the period's grades are closed for that worksheet.
    """
    allow(by, "change", about.account)
    if rows(ClosedGrades).filter(worksheet=about.worksheet, period=about.period).exists():
        raise Refused(
            f"The grades of {about.period} are closed.", field="answer", cure="Answer for the period that runs."
        )
    known = {
        answer.criterion: answer
        for answer in rows(GradeAnswer).filter(
            account=about.account, worksheet=about.worksheet, period=about.period, criterion__in=answers
        )
    }
    changed = 0
    for criterion, (answer, note) in answers.items():
        if criterion in known:
            entry = locked(known[criterion])
            if not amend(entry, {"answer": answer, "note": note}):
                continue
            entry.author = by
        else:
            entry = GradeAnswer(
                account=about.account,
                worksheet=about.worksheet,
                period=about.period,
                criterion=criterion,
                answer=answer,
                note=note,
                author=by,
            )
        keep(entry, by=by, at=at)
        changed += 1
    return changed


class OverrideFacts(TypedDict, total=False):
    """What is said of an override; its id may be chosen: put twice, it is refused."""

    id: UUID
    cadence: str
    letter: str
    starts_on: date
    ends_on: date
    reason: str


@action
def override_grade(by: User, account: Account, *, at: datetime, **facts: Unpack[OverrideFacts]) -> GradeOverride:
    """Put a letter over the computed one for a time; of several the one that begins last holds."""
    allow(by, "change", account)
    return keep(GradeOverride(account=account, author=by, **facts), by=by, at=at)


@action
def end_override(by: User, override: GradeOverride, *, at: datetime, reason: str = "") -> None:
    """Take an override back: the computed grade holds again."""
    allow(by, "change", override)
    drop(locked(override), by=by, at=at, reason=reason)


@dataclass(frozen=True)
class Frozen:
    """Grades to be frozen: the worksheet as it is, its period, and the graded table as an Arrow file."""

    cadence: str
    period: str
    first_on: date
    last_on: date
    as_of_on: date
    worksheet: str
    worksheet_version: str
    worksheet_text: str
    accounts: int
    content: bytes


def close_grades(frozen: Frozen, *, by: User | None, at: datetime) -> ClosedGrades:
    """Freeze the grades of a period; Refused where they are frozen already. ``by`` None: a machine."""
    if by is not None:
        allow(by, "define")
    return _close(frozen, by=by, at=at)


@action
def _close(frozen: Frozen, *, by: User | None, at: datetime) -> ClosedGrades:
    closed = ClosedGrades(**vars(frozen), sha256=hashlib.sha256(frozen.content).hexdigest(), closed_at=at, closed_by=by)
    check(closed)
    closed.save(force_insert=True)
    return closed
