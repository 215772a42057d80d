from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_REVIEW = "record_planreview"
_PAYEE = "record_planpayee"
_ACKNOWLEDGEMENT = "record_planacknowledgement"
_APPROVAL = "record_payapproval"
_ALWAYS = "1 = 1"
_STAY = {
    "plan_review": (_REVIEW, "A plan stays as it was submitted. Submit another version of it."),
    "plan_payee": (_PAYEE, "Whom a plan pays stays so. Submit another version of it."),
    "plan_acknowledgement": (_ACKNOWLEDGEMENT, "What was signed stays signed. Submit another version of the plan."),
}
_REJECTED_SINCE = (
    f"EXISTS (SELECT 1 FROM {_APPROVAL} AS later WHERE later.object_kind = 'plan'"
    " AND later.object_hash = a.object_hash AND later.id > a.id AND later.decision = 'rejected')"
)
_APPROVED = f"{_APPROVAL} AS a WHERE a.object_kind = 'plan' AND a.decision = 'approved' AND NOT {_REJECTED_SINCE}"
_CALCULATION = "(SELECT max(sequence) FROM record_paycalculation WHERE period = NEW.period)"


def _never_altered() -> Iterator[Guard]:
    for name, (table, says) in _STAY.items():
        yield Guard(f"{name}_not_changed", table, "UPDATE", _ALWAYS, says)
        yield Guard(f"{name}_not_deleted", table, "DELETE", _ALWAYS, says)


GUARDS = (
    *_never_altered(),
    Guard(
        "plan_submitted_by_who_may",
        _REVIEW,
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM record_user WHERE id = NEW.submitted_by_id AND is_active"
        " AND role IN ('finance', 'administrator'))",
        "Plans are submitted by finance and administrators. Ask one of them.",
    ),
    Guard(
        "plan_approval_after_its_review",
        _APPROVAL,
        "INSERT",
        f"NEW.object_kind = 'plan' AND NOT EXISTS (SELECT 1 FROM {_REVIEW} WHERE plan_hash = NEW.object_hash)",
        "This plan was not submitted for review. Let somebody submit it first.",
    ),
    Guard(
        "plan_approval_by_somebody_else",
        _APPROVAL,
        "INSERT",
        f"NEW.object_kind = 'plan' AND EXISTS (SELECT 1 FROM {_REVIEW} WHERE plan_hash = NEW.object_hash"
        " AND submitted_by_id = NEW.actor_id)",
        "You submitted this plan. Let somebody else approve it.",
    ),
    Guard(
        "plan_approval_by_nobody_it_pays",
        _APPROVAL,
        "INSERT",
        f"NEW.object_kind = 'plan' AND EXISTS (SELECT 1 FROM {_PAYEE} AS p JOIN {_REVIEW} AS r ON r.id = p.review_id"
        " JOIN record_user AS u ON u.person_id = p.payee"
        " WHERE r.plan_hash = NEW.object_hash AND u.id = NEW.actor_id)",
        "This plan pays you. Let somebody approve it whom it does not pay.",
    ),
    Guard(
        "plan_signed_as_it_is",
        _ACKNOWLEDGEMENT,
        "INSERT",
        f"NEW.plan_hash <> (SELECT plan_hash FROM {_REVIEW} WHERE id = NEW.review_id)",
        "This is another plan than was read. Read it again, then sign.",
    ),
    Guard(
        "plan_signed_by_whom_it_pays",
        _ACKNOWLEDGEMENT,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {_PAYEE} AS p JOIN record_user AS u ON u.person_id = p.payee"
        " WHERE p.review_id = NEW.review_id AND p.payee = NEW.payee AND u.id = NEW.signed_by_id)",
        "A plan is signed by whom it pays. Let them sign it themselves.",
    ),
    Guard(
        "plan_signed_once_approved",
        _ACKNOWLEDGEMENT,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {_APPROVED}"
        f" AND a.object_hash = (SELECT plan_hash FROM {_REVIEW} WHERE id = NEW.review_id))",
        "Nobody has approved this plan. Sign it once somebody has.",
    ),
    # A list of n hashes is n times 68 characters of JSON long: 64, two quotation marks, a comma and a space, where the
    # last one's comma and space are the list's brackets. So it is known without a word of JSON how many there are.
    Guard(
        "pay_period_plans_approved",
        "record_periodevent",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM record_forcedclose WHERE period = NEW.period) AND EXISTS"
        f" (SELECT 1 FROM record_paycalculation AS c WHERE c.sequence = {_CALCULATION} AND length(c.plan_hashes) / 68 >"
        f" (SELECT count(DISTINCT a.object_hash) FROM {_APPROVED}"
        " AND c.plan_hashes LIKE '%\"' || a.object_hash || '\"%'))",
        "A plan of this period is not approved. Let somebody approve it first.",
    ),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0024_plans")]

    operations = [migrations.RunPython(set_up, take_away)]
