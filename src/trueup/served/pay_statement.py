"""Statements of pay with what stands beside them, names and the disputes that lines follow from; and as files."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet

from trueup.answers.pay_corrections import Corrected, Correction, corrected
from trueup.answers.pay_told import Line, Posted, Told
from trueup.answers.pay_words import customers_of
from trueup.record import access
from trueup.record.models import DisputeOutcome, User
from trueup.reports import statement as paper
from trueup.served.pay import Kept, customer_names, disputed_in, people_names, periods_of, statement

Form = Literal["html", "pdf"]
MEDIA: dict[Form, str] = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Followed:
    """What a statement has of a dispute: the lines that go back to it, and what was posted by it."""

    period: str
    told: Told
    lines: tuple[Line, ...]
    posted: tuple[Posted, ...]


def follows(viewer: User, kept: Kept) -> Corrected:
    """The disputes of its payee that lines of the statement, and what it posts, follow from."""
    lines: dict[str, tuple[int, ...]] = {}
    postings: dict[tuple[str, str], tuple[int, ...]] = {}
    for outcome in _outcomes(viewer, kept):
        for each in led_to(viewer, outcome):
            if each.period != kept.period:
                continue
            for line in each.lines:
                lines[line.hash] = (*lines.get(line.hash, ()), outcome.dispute_id)
            for posted in each.posted:
                slot = (posted.component, posted.earning_period)
                postings[slot] = (*postings.get(slot, ()), outcome.dispute_id)
    return Corrected(lines, postings)


def led_to(viewer: User, outcome: DisputeOutcome) -> list[Followed]:
    """Where what came of a dispute is first seen, by component and earning period, in newest statements of its payee.

    None where it was rejected. What a later statement posts of the same again, it posts for another reason.
    """
    dispute = outcome.dispute
    found = _correction(viewer, outcome)
    if found is None:
        return []
    told = [statement(viewer, dispute.payee, period) for period in periods_of(viewer, dispute.payee)]
    since = [kept for kept in told if kept is not None and kept.known_at >= dispute.opened_at]
    seen: set[tuple[str, str]] = set()
    followed = []
    for kept in sorted(since, key=lambda kept: (kept.known_at, kept.period)):
        after = corrected(kept.told, [found])
        lines = [line for line in kept.told.lines if line.hash in after.lines]
        new = {(line.component, line.period) for line in lines} | {*after.postings}
        new -= seen
        seen |= new
        if new:
            followed.append(
                Followed(
                    kept.period,
                    kept.told,
                    tuple(line for line in lines if (line.component, line.period) in new),
                    tuple(
                        each
                        for each in kept.told.posted
                        if (each.component, each.earning_period) in new & after.postings.keys()
                    ),
                )
            )
    return followed


def file_of(viewer: User, kept: Kept, form: Form) -> bytes:
    """The statement as a file that needs nothing else, with the names that the viewer may read beside its ids."""
    beside = paper.Beside(
        people=people_names(viewer, {kept.payee}),
        customers=customer_names(viewer, customers_of(kept.told)),
        corrected=follows(viewer, kept),
    )
    if form == "pdf":
        return paper.pdf(kept.body, is_final=kept.is_final, beside=beside)
    return paper.page(kept.body, is_final=kept.is_final, beside=beside).encode()


def file_name(kept: Kept, form: Form) -> str:
    """What the file is called."""
    return f"statement-{kept.period}-{kept.payee}.{form}"


def _outcomes(viewer: User, kept: Kept) -> QuerySet[DisputeOutcome]:
    """What came of the payee's disputes that were there when the statement was calculated."""
    found = access.dispute_outcomes(viewer).filter(dispute__payee=kept.payee, dispute__opened_at__lte=kept.known_at)
    return found.exclude(outcome="rejected").select_related("dispute").order_by("dispute")


def _correction(viewer: User, of: DisputeOutcome) -> Correction | None:
    """What is put right; None where the line stands, or no statement that the viewer may see has it."""
    then = None if of.outcome == "rejected" else disputed_in(viewer, of.dispute)
    if then is None:
        return None
    return Correction(
        dispute=of.dispute_id,
        line=next(line for line in then.lines if line.hash == of.dispute.line_hash),
        lines_then=frozenset(line.hash for line in then.lines),
        event=of.evidence,
        plan=of.plan_hash,
    )
