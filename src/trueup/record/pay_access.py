"""Who may see what of pay: the questions of ``access`` that are about it, which are asked there."""

from django.db.models import Q, QuerySet

from trueup.record.models import (
    Dispute,
    DisputeOutcome,
    ForcedClose,
    LedgerEntry,
    LedgerLink,
    LedgerTransaction,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
    PeriodEvent,
    PlanAcknowledgement,
    PlanPayee,
    PlanReview,
    User,
)
from trueup.record.pay_reach import (
    APPROVES,
    for_who_approves,
    for_who_pays,
    of_calculations,
    of_payees,
    of_periods,
    of_plans,
    of_transactions,
    pays,
)
from trueup.record.reach import rows, signed_in


def ledger(viewer: User) -> QuerySet[LedgerTransaction]:
    """What was posted of people's pay; what moves somebody else's money too is not for a payee."""
    return rows(LedgerTransaction).filter(of_transactions(viewer))


def ledger_entries(viewer: User) -> QuerySet[LedgerEntry]:
    """Amounts that were posted, by account and payee."""
    return rows(LedgerEntry).filter(of_payees(viewer))


def ledger_links(viewer: User) -> QuerySet[LedgerLink]:
    """What transactions have to do with each other."""
    return rows(LedgerLink).filter(transaction__in=ledger(viewer).values("pk"))


def closed_pay_periods(viewer: User) -> QuerySet[PeriodEvent]:
    """Periods into which nothing is posted any more; who has a statement in them is told to who pays."""
    seen = rows(PeriodEvent).filter(of_periods(viewer))
    return seen if pays(viewer) else seen.defer("statements", "body")


def pay_calculations(viewer: User) -> QuerySet[PayCalculation]:
    """Official calculations of pay; which lines were refused is told to who pays."""
    seen = rows(PayCalculation).filter(of_calculations(viewer))
    return seen if pays(viewer) else seen.defer("exceptions")


def pay_statements(viewer: User) -> QuerySet[PayStatement]:
    """What payees are told: one's own, those of whom one leads, and all for who pays."""
    return rows(PayStatement).filter(of_payees(viewer))


def pay_reviews(viewer: User) -> QuerySet[PayReview]:
    """Which calculations were submitted."""
    return rows(PayReview).filter(for_who_approves(viewer))


def pay_approvals(viewer: User) -> QuerySet[PayApproval]:
    """What was decided about calculations and plans."""
    seen = for_who_approves(viewer) | Q(actor=viewer) & signed_in(viewer)
    if viewer.role in APPROVES:
        seen |= Q(object_kind="plan", object_hash__in=plan_reviews(viewer).values("plan_hash"))
    return rows(PayApproval).filter(seen)


def plan_reviews(viewer: User) -> QuerySet[PlanReview]:
    """Versions of plans that were submitted; what they change for everybody is told to who pays."""
    seen = rows(PlanReview).filter(of_plans(viewer))
    return seen if pays(viewer) else seen.defer("money_diff")


def plan_payees(viewer: User) -> QuerySet[PlanPayee]:
    """Whom plans pay: oneself, those whom one leads, and all for who pays."""
    return rows(PlanPayee).filter(of_payees(viewer))


def plan_acknowledgements(viewer: User) -> QuerySet[PlanAcknowledgement]:
    """Who signed their plan."""
    return rows(PlanAcknowledgement).filter(of_payees(viewer))


def pay_exceptions(viewer: User) -> QuerySet[PayException]:
    """Who looks after lines that were refused."""
    return rows(PayException).filter(for_who_pays(viewer))


def forced_closes(viewer: User) -> QuerySet[ForcedClose]:
    """Periods that were closed although something stood in the way."""
    return rows(ForcedClose).filter(for_who_pays(viewer))


def pay_runs(viewer: User) -> QuerySet[PayRun]:
    """What was paid out of closed periods."""
    return rows(PayRun).filter(for_who_pays(viewer))


def disputes(viewer: User) -> QuerySet[Dispute]:
    """Lines of statements that somebody says are wrong."""
    return rows(Dispute).filter(of_payees(viewer))


def dispute_outcomes(viewer: User) -> QuerySet[DisputeOutcome]:
    """What came of disputes."""
    return rows(DisputeOutcome).filter(dispute__in=disputes(viewer).values("pk"))
