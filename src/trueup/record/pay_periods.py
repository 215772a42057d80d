"""Where a pay period stands: open, calculated, in review, approved, closed or paid; and what stands in the way.

Nothing of this is kept: it follows from what was calculated, submitted, decided, closed and paid.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from django.db.models import QuerySet

from trueup.record import access
from trueup.record.models import (
    Dispute,
    DisputeOutcome,
    LedgerTransaction,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
    PeriodEvent,
    User,
)
from trueup.record.pay_plans import unapproved, unsigned
from trueup.record.reach import rows

State = Literal["open", "calculated", "in review", "approved", "closed", "paid"]
STATES: tuple[State, ...] = get_args(State)
_PAGE = 500
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Standing:
    """Where a period stands. ``gates``: what stands in the way of its close; ``told``: what is to be known besides."""

    state: State
    gates: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class OpenDispute(NamedTuple):
    """A dispute that nobody decided yet, and for how many whole days."""

    dispute: Dispute
    days: int


def state_of(period: str, *, inputs_hash: str | None = None) -> Standing:
    """Where the period stands; ``inputs_hash``: of what it would be calculated from now, where that is known."""
    disputed = undecided(rows(Dispute).filter(period=period)).count()
    told = [f"{_count(disputed, 'dispute is', 'disputes are')} open."] if disputed else []
    if is_closed(period):
        return Standing("paid" if rows(PayRun).filter(period=period).exists() else "closed", (), tuple(told))
    calculation = newest_calculation(period)
    missing = len(unsigned_in(calculation)) if calculation is not None else 0
    if missing:
        told.append(f"{_count(missing, 'person has', 'people have')} not signed their plan.")
    return Standing(_state_of(calculation), tuple(gates(period, inputs_hash=inputs_hash)), tuple(told))


def gates(period: str, *, inputs_hash: str | None = None) -> list[str]:
    """What stands in the way of closing the period, in plain sentences; ``inputs_hash`` as in ``state_of``."""
    before = [f"{earlier} comes before it and is not closed." for earlier in unclosed_before(period)]
    calculation = newest_calculation(period)
    if calculation is None:
        return [f"Nothing was calculated for {period}.", *before]
    found = []
    if inputs_hash is not None and inputs_hash != calculation.inputs_hash:
        found.append("What it is calculated from has changed since.")
    found += _undone(calculation)
    found += unapproved(plan_hashes(calculation))
    unowned = unowned_exceptions(calculation)
    if unowned:
        found.append(f"{_count(len(unowned), 'exception has', 'exceptions have')} no owner.")
    if not are_whole(calculation):
        found.append("The statements are not those that were calculated.")
    return [*found, *before]


def periods() -> tuple[str, ...]:
    """Every period in which something was calculated, posted or closed, in order."""
    return tuple(sorted({*_begun(), *rows(PeriodEvent).values_list("period", flat=True)}))


def is_closed(period: str) -> bool:
    """Whether the period has ended for good."""
    return rows(PeriodEvent).filter(period=period).exists()


def closed_periods() -> tuple[str, ...]:
    """The periods that were closed, in the order of their closes."""
    return tuple(rows(PeriodEvent).order_by("sequence").values_list("period", flat=True))


def unclosed_before(period: str) -> list[str]:
    """Periods of the same kind that come earlier, were calculated or posted in, and are open."""
    earlier = {each for each in _begun() if _form(each) == _form(period) and each < period}
    return sorted(earlier - set(rows(PeriodEvent).values_list("period", flat=True)))


def newest_calculation(period: str) -> PayCalculation | None:
    """The calculation of the period that counts."""
    return rows(PayCalculation).filter(period=period).order_by("-sequence").first()


def plan_hashes(calculation: PayCalculation) -> tuple[str, ...]:
    """The plans by which it was calculated."""
    return tuple(json.loads(calculation.plan_hashes))


def unsigned_in(calculation: PayCalculation) -> frozenset[str]:
    """Who has a statement of it, and has not signed the plan that pays them."""
    return unsigned(plan_hashes(calculation), statement_hashes(calculation))


def exceptions(calculation: PayCalculation) -> dict[str, str]:
    """The lines that were refused: why, by key."""
    return {each["key"]: each["message"] for each in json.loads(calculation.exceptions)}


def unowned_exceptions(calculation: PayCalculation) -> dict[str, str]:
    """Those of them that nobody looks after."""
    owned = set(rows(PayException).filter(calculation=calculation).values_list("key", flat=True))
    return {key: message for key, message in exceptions(calculation).items() if key not in owned}


def decision_on(calculation: PayCalculation) -> PayApproval | None:
    """What was decided last about this calculation; what was decided about an older one does not count."""
    return rows(PayApproval).filter(calculation=calculation).order_by("-pk").first()


def sees_all_of(viewer: User, calculation: PayCalculation) -> bool:
    """Whether the viewer may see every statement of it."""
    return access.pay_statements(viewer).filter(calculation=calculation).count() == calculation.statements


def statement_of(viewer: User, payee: str, period: str) -> PayStatement | None:
    """The statement of the period that counts, where the viewer may see it."""
    calculation = newest_calculation(period)
    return access.pay_statements(viewer).filter(calculation=calculation, payee=payee).first()


def closed_statements(viewer: User) -> Iterator[bytes]:
    """The statements that the viewer may see of all closed periods, as they were closed."""
    closed = rows(PeriodEvent).values_list("period", flat=True)
    newest = [found.pk for period in closed if (found := newest_calculation(period)) is not None]
    of_closed = access.pay_statements(viewer).filter(calculation__in=newest).order_by("calculation", "payee")
    for body in of_closed.values_list("body", flat=True).iterator():
        yield bytes(body)


def statement_hashes(calculation: PayCalculation) -> dict[str, str]:
    """The SHA-256 of each statement, by payee."""
    return dict(rows(PayStatement).filter(calculation=calculation).values_list("payee", "hash"))


def are_whole(calculation: PayCalculation) -> bool:
    """Whether every statement is there, as it was calculated, to the byte."""
    hashes = {}
    kept = rows(PayStatement).filter(calculation=calculation).order_by("place").values_list("payee", "body", "hash")
    for payee, body, digest in kept.iterator(chunk_size=_PAGE):
        if hashlib.sha256(bytes(body)).hexdigest() != digest:
            return False
        hashes[payee] = digest
    made = hash_of(
        calculation.period,
        inputs_hash=calculation.inputs_hash,
        plan_hashes=plan_hashes(calculation),
        engine=calculation.engine,
        statements=hashes,
    )
    return len(hashes) == calculation.statements and made == calculation.hash


def hash_of(
    period: str, *, inputs_hash: str, plan_hashes: Sequence[str], engine: str, statements: Mapping[str, str]
) -> str:
    """The SHA-256 of a calculation; ``statements``: the SHA-256 of each, by payee."""
    told = {
        "period": period,
        "inputs": inputs_hash,
        "plans": sorted(plan_hashes),
        "engine": engine,
        "statements": sorted(statements.items()),
    }
    written = json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")
    return hashlib.sha256(b"trueup pay calculation 1\n" + written).hexdigest()


def line_hashes(body: bytes) -> frozenset[str]:
    """The hashes of a statement's lines; ValueError where it is no statement."""
    try:
        return frozenset(str(line["hash"]) for line in json.loads(body)["lines"])
    except (TypeError, KeyError) as error:
        raise ValueError("a statement is JSON with lines, which have a hash each") from error


def open_disputes(viewer: User, at: datetime) -> list[OpenDispute]:
    """Disputes that nobody decided yet, the oldest first."""
    return [
        OpenDispute(dispute, max((at - dispute.opened_at).days, 0))
        for dispute in undecided(access.disputes(viewer)).order_by("opened_at", "pk")
    ]


def undecided(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """Those of the disputes that are open."""
    return disputes.exclude(pk__in=rows(DisputeOutcome).values("dispute"))


def _state_of(calculation: PayCalculation | None) -> State:
    if calculation is None:
        return "open"
    decided = decision_on(calculation)
    if decided is not None:
        return "approved" if decided.decision == "approved" else "calculated"
    return "in review" if rows(PayReview).filter(calculation=calculation).exists() else "calculated"


def _undone(calculation: PayCalculation) -> list[str]:
    """Which of submitting and approving is still to be done."""
    decided = decision_on(calculation)
    if decided is not None:
        return [] if decided.decision == "approved" else ["The calculation was rejected."]
    if rows(PayReview).filter(calculation=calculation).exists():
        return ["Nobody has approved the calculation."]
    return ["The calculation was not submitted for review."]


def _begun() -> set[str]:
    """Periods in which something was calculated or posted."""
    calculated = rows(PayCalculation).values_list("period", flat=True).distinct()
    return {*calculated, *rows(LedgerTransaction).values_list("posted_in", flat=True).distinct()}


def _form(period: str) -> str:
    """How a period is written: months compare with months, quarters with quarters."""
    return _DIGITS.sub("0", period)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
