"""How far a viewer reaches into pay: conditions on rows, by whose money it is."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from trueup.record.models import LedgerEntry, PayApproval, PayStatement, PlanPayee, User
from trueup.record.reach import REPORTS, rows, signed_in

PAYS = frozenset({"finance", "administrator"})
APPROVES = PAYS | {"manager"}
_NONE = Q(pk__in=[])


def pays(viewer: User) -> bool:
    """Whether everybody's pay is the viewer's business."""
    return viewer.is_active and viewer.role in PAYS


def of_payees(viewer: User) -> Q:
    """Rows of payees whose pay the viewer may see: their own, a manager also that of everyone who reports to them."""
    if pays(viewer):
        return signed_in(viewer)
    if not viewer.is_active or viewer.person_id is None:
        return _NONE
    own = Q(payee=viewer.person_id)
    if viewer.role != "manager":
        return own
    return own | Q(payee__in=RawSQL(REPORTS, [viewer.person_id]))  # noqa: S611  no text of a person's goes into it


def of_transactions(viewer: User) -> Q:
    """Transactions that move nobody's money but such payees'."""
    if pays(viewer):
        return signed_in(viewer)
    entries = rows(LedgerEntry).filter(transaction=OuterRef("pk"))
    return Q(Exists(entries.filter(of_payees(viewer)))) & ~Q(Exists(entries.exclude(of_payees(viewer))))


def of_calculations(viewer: User) -> Q:
    """Calculations in which such a payee has a statement."""
    if pays(viewer):
        return signed_in(viewer)
    return Q(pk__in=rows(PayStatement).filter(of_payees(viewer)).values("calculation"))


def of_periods(viewer: User) -> Q:
    """Periods in which such a payee has a statement or an entry in the ledger."""
    if pays(viewer):
        return signed_in(viewer)
    told = rows(PayStatement).filter(of_payees(viewer)).values("calculation__period")
    moved = rows(LedgerEntry).filter(of_payees(viewer)).values("transaction__posted_in")
    return Q(period__in=told) | Q(period__in=moved)


def for_who_pays(viewer: User) -> Q:
    """Every row, for who pays."""
    return signed_in(viewer) if pays(viewer) else _NONE


def for_who_approves(viewer: User) -> Q:
    """Rows about a ``calculation`` that the viewer sees and may approve; for who pays, about plans too."""
    if pays(viewer):
        return signed_in(viewer)
    if not viewer.is_active or viewer.role not in APPROVES:
        return _NONE
    return Q(calculation__in=rows(PayStatement).filter(of_payees(viewer)).values("calculation"))


def of_plans(viewer: User) -> Q:
    """Versions of plans that pay such a payee; who does not approve them sees those that were approved."""
    if pays(viewer):
        return signed_in(viewer)
    own = Q(pk__in=rows(PlanPayee).filter(of_payees(viewer)).values("review"))
    if viewer.role in APPROVES:
        return own
    approved = rows(PayApproval).filter(object_kind="plan", decision="approved")
    return own & Q(plan_hash__in=approved.values("object_hash"))
