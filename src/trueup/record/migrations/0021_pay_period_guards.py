from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_CALCULATION = "record_paycalculation"
_APPROVAL = "record_payapproval"
_ALWAYS = "1 = 1"
_MADE_AT_ONCE = "Somebody calculated at the same moment. Calculate again."
_CLOSED = "This period is closed already. Put what is right into the period that is open."
_STAY = {
    "pay_calculation": (_CALCULATION, "A calculation stays as it was made. Calculate again."),
    "pay_statement": ("record_paystatement", "A statement stays as it was shown. Calculate again."),
    "pay_review": ("record_payreview", "What was submitted stays so. Calculate again."),
    "pay_approval": (_APPROVAL, "What was decided stays so. Decide about the newest one."),
    "pay_exception": ("record_payexception", "Who looks after an exception stays so. Calculate again."),
    "forced_close": ("record_forcedclose", "Why a period was closed stays with it. Say more elsewhere."),
    "pay_run": ("record_payrun", "What was paid stays so. Pay once more."),
    "dispute": ("record_dispute", "A dispute stays as it was opened. Decide it, and open another one."),
    "dispute_outcome": ("record_disputeoutcome", "What came of a dispute stays so. Open another one."),
}


def _never_altered() -> Iterator[Guard]:
    for name, (table, says) in _STAY.items():
        yield Guard(f"{name}_not_changed", table, "UPDATE", _ALWAYS, says)
        yield Guard(f"{name}_not_deleted", table, "DELETE", _ALWAYS, says)


def _in_open_period(name: str, table: str, period: str) -> Guard:
    return Guard(
        f"{name}_in_open_period",
        table,
        "INSERT",
        f"EXISTS (SELECT 1 FROM record_periodevent WHERE period = {period})",
        _CLOSED,
    )


def _of_calculation(calculation: str) -> str:
    return f"(SELECT period FROM {_CALCULATION} WHERE sequence = {calculation})"


def _of_newest(name: str, table: str) -> Guard:
    return Guard(
        f"{name}_of_the_newest",
        table,
        "INSERT",
        f"NEW.calculation_id < (SELECT max(sequence) FROM {_CALCULATION}"
        f" WHERE period = {_of_calculation('NEW.calculation_id')})",
        "This period was calculated again meanwhile. Look at the newest calculation of it.",
    )


_NOT_APPROVED = (
    f"NOT EXISTS (SELECT 1 FROM {_APPROVAL} WHERE decision = 'approved' AND calculation_id ="
    f" (SELECT max(sequence) FROM {_CALCULATION} WHERE period = NEW.period)) OR"
    f" EXISTS (SELECT 1 FROM {_APPROVAL} WHERE decision = 'rejected' AND calculation_id ="
    f" (SELECT max(sequence) FROM {_CALCULATION} WHERE period = NEW.period))"
)

GUARDS = (
    *_never_altered(),
    Guard(
        "pay_calculation_in_order",
        _CALCULATION,
        "INSERT",
        f"NEW.sequence <> 1 + (SELECT coalesce(max(sequence), 0) FROM {_CALCULATION})",
        _MADE_AT_ONCE,
    ),
    Guard(
        "pay_statement_of_its_calculation",
        "record_paystatement",
        "INSERT",
        f"NEW.place >= (SELECT statements FROM {_CALCULATION} WHERE sequence = NEW.calculation_id)",
        "This period is calculated already, as a whole. Calculate again.",
    ),
    _in_open_period("pay_calculation", _CALCULATION, "NEW.period"),
    _in_open_period("pay_statement", "record_paystatement", _of_calculation("NEW.calculation_id")),
    _in_open_period("pay_review", "record_payreview", _of_calculation("NEW.calculation_id")),
    _in_open_period("pay_approval", _APPROVAL, _of_calculation("NEW.calculation_id")),
    _in_open_period("pay_exception", "record_payexception", _of_calculation("NEW.calculation_id")),
    _in_open_period("forced_close", "record_forcedclose", "NEW.period"),
    _of_newest("pay_review", "record_payreview"),
    _of_newest("pay_approval", _APPROVAL),
    _of_newest("pay_exception", "record_payexception"),
    Guard(
        "pay_approval_of_what_was_shown",
        _APPROVAL,
        "INSERT",
        f"NEW.calculation_id IS NOT NULL AND NEW.object_hash <>"
        f" (SELECT hash FROM {_CALCULATION} WHERE sequence = NEW.calculation_id)",
        "This is another calculation than was decided about. Look at it again, then decide.",
    ),
    Guard(
        "pay_approval_after_its_review",
        _APPROVAL,
        "INSERT",
        "NEW.calculation_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM record_payreview WHERE calculation_id = NEW.calculation_id)",
        "This calculation was not submitted for review. Let somebody submit it first.",
    ),
    Guard(
        "pay_approval_before_a_rejection",
        _APPROVAL,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_APPROVAL} WHERE calculation_id = NEW.calculation_id AND decision = 'rejected')",
        "This calculation was rejected. Calculate again, and submit that.",
    ),
    Guard(
        "pay_approval_by_who_may",
        _APPROVAL,
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM record_user WHERE id = NEW.actor_id AND is_active AND role = NEW.actor_role"
        " AND role IN ('manager', 'finance', 'administrator'))",
        "Pay is approved by managers, finance and administrators. Sign in as one of them.",
    ),
    Guard(
        "pay_approval_by_somebody_else",
        _APPROVAL,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_CALCULATION} WHERE sequence = NEW.calculation_id AND calculated_by_id = NEW.actor_id)"
        " OR EXISTS (SELECT 1 FROM record_payreview WHERE calculation_id = NEW.calculation_id"
        " AND submitted_by_id = NEW.actor_id)",
        "You calculated or submitted this. Let somebody else approve it.",
    ),
    Guard(
        "pay_approval_by_nobody_it_pays",
        _APPROVAL,
        "INSERT",
        "EXISTS (SELECT 1 FROM record_paystatement AS s JOIN record_user AS u ON u.person_id = s.payee"
        " WHERE s.calculation_id = NEW.calculation_id AND u.id = NEW.actor_id)",
        "This pays you. Let somebody approve it whom it does not pay.",
    ),
    Guard(
        "pay_period_approved",
        "record_periodevent",
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_CALCULATION} WHERE period = NEW.period)"
        f" AND NOT EXISTS (SELECT 1 FROM record_forcedclose WHERE period = NEW.period) AND ({_NOT_APPROVED})",
        "Nobody has approved the calculation of this period. Let somebody do so first.",
    ),
    Guard(
        "forced_close_by_an_administrator",
        "record_forcedclose",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM record_user WHERE id = NEW.forced_by_id AND is_active AND role = 'administrator')",
        "Closing a period nevertheless is for administrators. Ask one.",
    ),
    Guard(
        "pay_run_of_closed_period",
        "record_payrun",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM record_periodevent WHERE period = NEW.period)",
        "This period is not closed. Close it, then pay it.",
    ),
    Guard(
        "pay_run_in_order",
        "record_payrun",
        "INSERT",
        "NEW.number <> 1 + (SELECT count(*) FROM record_payrun WHERE period = NEW.period)"
        " OR NEW.last <> (SELECT coalesce(max(sequence), 0) FROM record_ledgertransaction)"
        " OR NEW.first <= (SELECT coalesce(max(last), 0) FROM record_payrun)",
        "Somebody paid at the same moment. Look at what they paid.",
    ),
    Guard(
        "dispute_decided_by_somebody_else",
        "record_disputeoutcome",
        "INSERT",
        "EXISTS (SELECT 1 FROM record_dispute AS d JOIN record_user AS u ON u.person_id = d.payee"
        " WHERE d.id = NEW.dispute_id AND u.id = NEW.decided_by_id)",
        "This is about their own pay. Let somebody else decide it.",
    ),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0020_pay_periods")]

    operations = [migrations.RunPython(set_up, take_away)]
