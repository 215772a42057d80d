"""Pay as it is told to somebody who is signed in: their own statements, those of whom they lead, all for who pays."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from trueup import served
from trueup.answers.pay_told import Line, Told, Total, told
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.fact_tables import FactTableError
from trueup.pay.facts import FactError
from trueup.record import access, pay_periods
from trueup.record.models import (
    Dispute,
    DisputeOutcome,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
    PeriodEvent,
    User,
)
from trueup.record.pay_periods import State
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError
from trueup.runs.pay_life import Desk
from trueup.runs.pay_official import PaidOut
from trueup.served.pay_sums import sums_of
from trueup.units.money import Money

_ERRORS = (WorkspaceError, DeclarationsError, FactTableError, FactError)


@dataclass(frozen=True)
class Headline:
    """The sums of a payee's newest statement of a period; ``name``: the payee's, or their id."""

    payee: str
    name: str
    period: str
    state: State
    hash: str
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class Kept:
    """A payee's newest statement of a period, to the byte; it is final once its period is closed.

    ``known_at``: by when what it is reckoned from was known.
    """

    payee: str
    name: str
    period: str
    state: State
    known_at: datetime
    body: bytes
    told: Told

    @property
    def said(self) -> dict[str, Any]:
        """What the bytes say, as they say it."""
        whole: dict[str, Any] = json.loads(self.body)
        return whole

    @property
    def is_final(self) -> bool:
        """Whether its period is closed, so that it stays as it is for ever."""
        return self.state in {"closed", "paid"}


@dataclass(frozen=True)
class Step:
    """What somebody may do with a period; ``why``: why they may not, or empty where that is none of their business."""

    may: bool
    why: str = ""


@dataclass(frozen=True)
class Refusal:
    """A line that was refused: its key, why, and who looks after it."""

    key: str
    message: str
    owned: PayException | None


@dataclass(frozen=True)
class PeriodTold:
    """Where a period stands and what stands in the way, for who calculates, approves and closes.

    ``steps``: by ``submit``, ``approve``, ``reject``, ``own``, ``close`` and ``run``. ``runs`` and ``exceptions``: for
    who pays.
    """

    period: str
    state: State
    gates: tuple[str, ...]
    told: tuple[str, ...]
    calculation: PayCalculation | None
    review: PayReview | None
    decision: PayApproval | None
    closed: PeriodEvent | None
    runs: tuple[PayRun, ...]
    exceptions: tuple[Refusal, ...]
    steps: Mapping[str, Step]


@dataclass(frozen=True)
class DisputeTold:
    """A dispute, for how many days it was or is open, what came of it, and the line that it is about."""

    dispute: Dispute
    name: str
    days: int
    outcome: DisputeOutcome | None
    line: Line | None
    statement: Told | None


def leads(viewer: User) -> bool:
    """Whether other people's pay is the viewer's business: a manager's, or who pays."""
    return access.may(viewer, "approve_pay")


def periods(viewer: User) -> tuple[str, ...]:
    """The periods of which the viewer may see a newest statement, or all for who pays; the newest first."""
    if access.may(viewer, "pay"):
        return tuple(reversed(pay_periods.periods()))
    seen = access.pay_calculations(viewer).order_by("-period").values_list("period", flat=True).distinct()
    return tuple(period for period in seen if _statements(viewer, period).exists())


def state(period: str) -> State:
    """Where the period stands."""
    return pay_periods.state_of(period).state


def own(viewer: User) -> list[Headline]:
    """The viewer's own newest statements, the newest period first."""
    if viewer.person_id is None:
        return []
    seen = access.pay_statements(viewer).filter(payee=viewer.person_id)
    found = seen.order_by("-calculation__period").values_list("calculation__period", flat=True).distinct()
    return [each for period in found for each in _headlines(viewer, period, payee=viewer.person_id)]


def people(viewer: User, period: str) -> list[Headline]:
    """The newest statement of the period of everybody whose pay the viewer may see, by name."""
    return sorted(_headlines(viewer, period), key=lambda each: (each.name.casefold(), each.payee))


def totals(headlines: Iterable[Headline]) -> list[Total]:
    """What people's statements come to, by currency."""
    sums: dict[str, Total] = {}
    for total in (total for each in headlines for total in each.totals):
        before = sums.get(total.currency) or Total(total.currency, *[Money.zero(total.currency)] * 4)
        sums[total.currency] = Total(
            total.currency,
            before.posted + total.posted,
            before.true_ups + total.true_ups,
            before.year_to_date + total.year_to_date,
            before.held + total.held,
        )
    return [sums[currency] for currency in sorted(sums)]


def statement(viewer: User, payee: str, period: str) -> Kept | None:
    """The payee's newest statement of the period; None where there is none that the viewer may see."""
    found = pay_periods.statement_of(viewer, payee, period)
    if found is None:
        return None
    body = bytes(found.body)
    names = people_names(viewer, {payee})
    return Kept(payee, names.get(payee, payee), period, state(period), found.calculation.known_at, body, told(body))


def periods_of(viewer: User, payee: str) -> frozenset[str]:
    """The periods of which the payee has a newest statement that the viewer may see."""
    seen = access.pay_statements(viewer).filter(payee=payee)
    found = seen.values_list("calculation__period", flat=True).distinct()
    return frozenset(each for each in found if pay_periods.statement_of(viewer, payee, each) is not None)


def period(viewer: User, key: str) -> PeriodTold | None:
    """Where the period stands, for who approves or pays; None for others, and where they see nothing of it."""
    if not leads(viewer) or key not in periods(viewer):
        return None
    standing = pay_periods.state_of(key)
    calculation = pay_periods.newest_calculation(key)
    review = access.pay_reviews(viewer).filter(calculation=calculation).first()
    decision = access.pay_approvals(viewer).filter(calculation=calculation).order_by("-pk").first()
    pays = access.may(viewer, "pay")
    return PeriodTold(
        period=key,
        state=standing.state,
        gates=standing.gates,
        told=standing.told,
        calculation=calculation,
        review=review if calculation else None,
        decision=decision if calculation else None,
        closed=access.closed_pay_periods(viewer).filter(period=key).first(),
        runs=tuple(access.pay_runs(viewer).filter(period=key).select_related("paid_by").order_by("number")),
        exceptions=_refusals(viewer, calculation) if pays and calculation else (),
        steps=_steps(viewer, standing, calculation, review),
    )


def count_open_disputes(viewer: User) -> int:
    """How many disputes that the viewer may see nobody decided yet."""
    return pay_periods.undecided(access.disputes(viewer)).count()


def open_disputes(viewer: User, at: datetime) -> list[DisputeTold]:
    """Disputes that the viewer may see and nobody decided yet, the oldest first."""
    found = pay_periods.open_disputes(viewer, at)
    names = people_names(viewer, {each.dispute.payee for each in found})
    return [_dispute(viewer, each.dispute, each.days, names) for each in found]


def decided_disputes(viewer: User) -> list[DisputeTold]:
    """Disputes that the viewer may see and somebody decided, the last decided first."""
    outcomes = access.dispute_outcomes(viewer).select_related("dispute", "dispute__opened_by", "decided_by")
    found = list(outcomes.order_by("-decided_at", "-pk"))
    names = people_names(viewer, {each.dispute.payee for each in found})
    return [_dispute(viewer, each.dispute, _open_for(each), names, each) for each in found]


def dispute(viewer: User, number: int, at: datetime) -> DisputeTold | None:
    """A dispute with the line that it is about, as that stood; None where there is none that the viewer may see."""
    found = access.disputes(viewer).select_related("opened_by").filter(pk=number).first()
    if found is None:
        return None
    outcome = access.dispute_outcomes(viewer).select_related("decided_by").filter(dispute=found).first()
    open_for = max((at - found.opened_at).days, 0) if outcome is None else _open_for(outcome)
    names = people_names(viewer, {found.payee})
    return _dispute(viewer, found, open_for, names, outcome)


def disputes_of(viewer: User, payee: str, key: str, at: datetime) -> dict[str, DisputeTold]:
    """The last dispute of each line of a payee's statements of a period, by the line's hash."""
    found = access.disputes(viewer).filter(payee=payee, period=key).order_by("pk")
    outcomes = {each.dispute_id: each for each in access.dispute_outcomes(viewer).filter(dispute__in=found)}
    return {
        each.line_hash: DisputeTold(
            each,
            payee,
            max((at - each.opened_at).days, 0) if each.pk not in outcomes else _open_for(outcomes[each.pk]),
            outcomes.get(each.pk),
            None,
            None,
        )
        for each in found
    }


def may_decide(viewer: User, of: Dispute) -> Step:
    """Whether the viewer decides a dispute, and why not where one might think so."""
    if not access.may(viewer, "pay"):
        return Step(may=False)
    if viewer.person_id == of.payee:
        return Step(may=False, why="This is about your own pay: somebody else decides it.")
    return Step(may=True)


def people_names(viewer: User, payees: Collection[str]) -> Mapping[str, str]:
    """The names of our people, by their ids; those whom the directory does not know have none."""
    return dict(access.people(viewer).filter(pk__in=list(payees)).values_list("pk", "name"))


def customer_names(viewer: User, customers: Collection[str]) -> Mapping[str, str]:
    """The names of those customers that the viewer may read, by their ids."""
    return dict(access.accounts(viewer).filter(pk__in=list(customers)).values_list("pk", "name"))


def close(viewer: User, calculation: PayCalculation, *, at: datetime, forced_reason: str = "") -> PeriodEvent:
    """Reckon the period once more, post what its statements say, and end it.

    Refused where something stands in the way, and where what it is reckoned from has changed or cannot be read.
    """
    access.allow(viewer, "pay")
    if pay_periods.newest_calculation(calculation.period) != calculation:
        raise Refused(
            f"{calculation.period} was calculated again meanwhile.", cure="Look at the newest calculation of it."
        )
    try:
        return desk_of(viewer, "close").close(calculation.period, at=at, forced_reason=forced_reason)
    except _ERRORS as error:
        raise Refused(str(error)) from error


def payable(viewer: User, period: str) -> PaidOut:
    """What a run of a closed period would pay; Refused as ``pay`` is."""
    access.allow(viewer, "pay")
    try:
        return desk_of(viewer, "pay").payable(period)
    except _ERRORS as error:
        raise Refused(str(error)) from error


def pay(viewer: User, period: str, *, at: datetime) -> PaidOut:
    """Pay a closed period out: draws, recoveries and offsets booked, and a file for payroll, kept with the run.

    Refused where it is not closed, was paid already, or what it is reckoned from cannot be read.
    """
    access.allow(viewer, "pay")
    try:
        return desk_of(viewer, "pay").pay(period, at=at)[0]
    except _ERRORS as error:
        raise Refused(str(error)) from error


def desk_of(viewer: User, what: str) -> Desk:
    """Where the viewer works on pay; Refused where nothing was built: ``what`` they build for."""
    snapshot = served.snapshot()
    if snapshot is None:
        raise Refused("Nothing was built yet.", cure=f"Build, then {what}.")
    return Desk(served.folder(), served.settings(), snapshot, viewer)


def _statements(viewer: User, key: str) -> QuerySet[PayStatement]:
    return access.pay_statements(viewer).filter(calculation=pay_periods.newest_calculation(key))


def _headlines(viewer: User, key: str, payee: str | None = None) -> list[Headline]:
    seen = _statements(viewer, key)
    if payee is not None:
        seen = seen.filter(payee=payee)
    found = list(seen.values_list("pk", "payee", "hash"))
    names = people_names(viewer, {payee for _, payee, _ in found})
    stands = state(key) if found else "open"
    sums = sums_of(seen, {pk: digest for pk, _, digest in found})
    return [Headline(payee, names.get(payee, payee), key, stands, digest, sums[digest]) for _, payee, digest in found]


def _refusals(viewer: User, calculation: PayCalculation) -> tuple[Refusal, ...]:
    owned = {
        each.key: each for each in access.pay_exceptions(viewer).filter(calculation=calculation).select_related("owner")
    }
    return tuple(
        Refusal(key, message, owned.get(key)) for key, message in sorted(pay_periods.exceptions(calculation).items())
    )


def _steps(
    viewer: User, standing: pay_periods.Standing, calculation: PayCalculation | None, review: PayReview | None
) -> Mapping[str, Step]:
    pays = access.may(viewer, "pay")
    is_open = standing.state in {"calculated", "in review", "approved"} and calculation is not None
    no = Step(may=False)
    run = Step(may=pays and standing.state == "closed")
    if calculation is None or not is_open:
        return {**dict.fromkeys(("submit", "approve", "reject", "own", "close"), no), "run": run}
    others = _may_decide_calculation(viewer, calculation, review)
    rejected = standing.state == "calculated" and review is not None
    return {
        "submit": Step(may=pays and standing.state == "calculated" and not rejected),
        "approve": others if standing.state == "in review" else no,
        "reject": others if standing.state == "in review" or (others.may and standing.state == "approved") else no,
        "own": Step(may=pays),
        "close": Step(may=pays and not standing.gates),
        "run": run,
    }


def _may_decide_calculation(viewer: User, calculation: PayCalculation, review: PayReview | None) -> Step:
    if viewer.pk in {calculation.calculated_by_id, review.submitted_by_id if review else None}:
        return Step(may=False, why="You calculated or submitted this: somebody else approves it.")
    if viewer.person_id is not None and viewer.person_id in pay_periods.statement_hashes(calculation):
        return Step(may=False, why="This pays you: somebody approves it whom it does not pay.")
    if not pay_periods.sees_all_of(viewer, calculation):
        return Step(may=False, why="You see a part of it only: finance or an administrator approves it.")
    return Step(may=True)


def _dispute(
    viewer: User, of: Dispute, open_for: int, names: Mapping[str, str], outcome: DisputeOutcome | None = None
) -> DisputeTold:
    said = disputed_in(viewer, of)
    line = next((line for line in said.lines if line.hash == of.line_hash), None) if said else None
    return DisputeTold(of, names.get(of.payee, of.payee), open_for, outcome, line, said)


def disputed_in(viewer: User, of: Dispute) -> Told | None:
    """The newest statement that has the disputed line; a later calculation may not."""
    seen = access.pay_statements(viewer).filter(payee=of.payee, calculation__period=of.period)
    for (body,) in seen.order_by("-calculation").values_list("body"):
        said = told(bytes(body))
        if any(line.hash == of.line_hash for line in said.lines):
            return said
    return None


def _open_for(outcome: DisputeOutcome) -> int:
    return max((outcome.decided_at - outcome.dispute.opened_at).days, 0)
