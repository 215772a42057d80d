from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_STATUS = "(SELECT status FROM record_goal WHERE id = NEW.goal_id)"
_ERASED = "(erased)"


def _changes(*columns: str) -> str:
    return " OR ".join(f"NEW.{column} {{differs}} OLD.{column}" for column in columns)


def _accounts_fixed() -> Iterator[Guard]:
    for name in ("stakeholder", "goal", "milestone", "adoption", "note", "customerlink"):
        yield Guard(
            f"{name}_stays_with_its_account",
            f"record_{name}",
            "UPDATE",
            "NEW.account_id <> OLD.account_id",
            "An entry stays with its account. Make a new one at the other account.",
        )


def _same_account(name: str, table: str, refuses: str, says: str) -> Iterator[Guard]:
    yield Guard(f"{name}_when_made", table, "INSERT", refuses, says)
    yield Guard(f"{name}_when_changed", table, "UPDATE", refuses, says)


def _at(table: str, reference: str) -> str:
    return f"(SELECT account_id FROM record_{table} WHERE id = {reference})"


ACCOUNTS = (
    *_accounts_fixed(),
    *_same_account(
        "reports_within_account",
        "record_stakeholder",
        f"NEW.reports_to_id IS NOT NULL AND NEW.account_id <> {_at('stakeholder', 'NEW.reports_to_id')}",
        "They report to somebody at another account. Choose somebody at this one.",
    ),
    *_same_account(
        "goal_of_own_stakeholder",
        "record_goal",
        f"NEW.stakeholder_id IS NOT NULL AND NEW.account_id <> {_at('stakeholder', 'NEW.stakeholder_id')}",
        "The goal is of somebody at another account. Choose somebody at this one.",
    ),
    *_same_account(
        "milestone_of_own_goal",
        "record_milestone",
        f"NEW.goal_id IS NOT NULL AND NEW.account_id <> {_at('goal', 'NEW.goal_id')}",
        "The milestone serves a goal of another account. Choose one of this account.",
    ),
    *_same_account(
        "stake_in_own_goal",
        "record_stake",
        f"NEW.goal_id IS NOT NULL AND {_at('stakeholder', 'NEW.stakeholder_id')} <> {_at('goal', 'NEW.goal_id')}",
        "The stake hangs on a goal of another account. Choose one of this account.",
    ),
    *_same_account(
        "note_of_own_stakeholders",
        "record_note_stakeholders",
        f"{_at('note', 'NEW.note_id')} <> {_at('stakeholder', 'NEW.stakeholder_id')}",
        "The note is about somebody at another account. Choose people at this one.",
    ),
    *_same_account(
        "link_to_own_goals",
        "record_customerlink_goals",
        f"{_at('customerlink', 'NEW.customerlink_id')} <> {_at('goal', 'NEW.goal_id')}",
        "The link shares a goal of another account. Choose goals of this one.",
    ),
    *_same_account(
        "link_to_business_goals",
        "record_customerlink_goals",
        "(SELECT kind FROM record_goal WHERE id = NEW.goal_id) <> 'business'",
        "Personal goals are shared with nobody. Choose business goals.",
    ),
    Guard(
        "shared_goal_not_personal",
        "record_goal",
        "UPDATE",
        "NEW.kind = 'personal' AND EXISTS (SELECT 1 FROM record_customerlink_goals WHERE goal_id = NEW.id)",
        "This goal was shared with the customer. Draft a new one that is personal.",
    ),
)
"""Nothing reaches from one account into another."""

GOALS = (
    Guard(
        "goal_begins_as_draft",
        "record_goal",
        "INSERT",
        "NEW.status <> 'draft'",
        "A goal begins as a draft. Draft it, give it terms, then agree on it.",
    ),
    Guard(
        "goal_stays_agreed",
        "record_goal",
        "UPDATE",
        "OLD.agreed_at IS NOT NULL AND NEW.agreed_at IS NULL",
        "What was agreed is not a draft again. Revise its terms, or withdraw it.",
    ),
    Guard(
        "goal_agreed_on_terms",
        "record_goal",
        "UPDATE",
        "NEW.status IN ('agreed', 'achieved', 'missed') AND NOT EXISTS (SELECT 1 FROM record_goalterms t"
        " WHERE t.goal_id = NEW.id AND t.direction = NEW.direction AND t.baseline_value IS NOT NULL"
        " AND t.target_value IS NOT NULL"
        " AND t.revision = (SELECT max(revision) FROM record_goalterms WHERE goal_id = NEW.id))",
        "An agreed goal has a baseline and a target, each with its day. Give the goal its terms first.",
    ),
    Guard(
        "goal_meaning_locked",
        "record_goal",
        "UPDATE",
        "OLD.agreed_at IS NOT NULL AND (NEW.direction <> OLD.direction OR NEW.unit <> OLD.unit)",
        "The direction and unit of an agreed goal are locked. Withdraw it, and draft another one.",
    ),
    Guard(
        "terms_not_changed",
        "record_goalterms",
        "UPDATE",
        _changes(
            "id",
            "goal_id",
            "revision",
            "direction",
            "baseline_value",
            "baseline_on",
            "target_value",
            "target_on",
            "tolerance",
            "author_id",
            "recorded_at",
        )
        + f" OR NEW.reason <> '{_ERASED}'",
        "Terms are never changed. Revise the goal instead.",
    ),
    Guard("terms_not_deleted", "record_goalterms", "DELETE", "1 = 1", "Terms are never deleted. Revise the goal."),
    Guard(
        "terms_follow_direction",
        "record_goalterms",
        "INSERT",
        "NEW.direction <> (SELECT direction FROM record_goal WHERE id = NEW.goal_id)",
        "The terms point another way than the goal. Give both the same direction.",
    ),
    Guard(
        "terms_in_order",
        "record_goalterms",
        "INSERT",
        "NEW.revision <> 1 + (SELECT coalesce(max(revision), 0) FROM record_goalterms WHERE goal_id = NEW.goal_id)",
        "Somebody revised this goal at the same moment. Look at what they did, and revise again.",
    ),
    Guard(
        "terms_of_running_goal",
        "record_goalterms",
        "INSERT",
        f"{_STATUS} NOT IN ('draft', 'agreed')",
        "This goal has ended. Reopen it before you revise it.",
    ),
    Guard(
        "terms_of_agreed_goal_complete",
        "record_goalterms",
        "INSERT",
        f"{_STATUS} <> 'draft' AND (NEW.baseline_value IS NULL OR NEW.target_value IS NULL)",
        "An agreed goal has a baseline and a target, each with its day. Give them all.",
    ),
    Guard(
        "terms_of_agreed_goal_reasoned",
        "record_goalterms",
        "INSERT",
        f"{_STATUS} <> 'draft' AND NEW.reason = ''",
        "This goal is agreed, its baseline locked. Say why it is revised.",
    ),
    Guard(
        "reading_stays_with_its_goal",
        "record_reading",
        "UPDATE",
        "NEW.goal_id <> OLD.goal_id",
        "A reading stays with its goal. Enter a new one for the other goal.",
    ),
)
"""What was agreed stays readable as it was agreed."""

ANSWERS = (
    Guard(
        "answer_not_changed",
        "record_customeranswer",
        "UPDATE",
        _changes(
            "sequence",
            "id",
            "link_id",
            "goal_id",
            "revision",
            "reading_id",
            "claimed_value",
            "verdict",
            "value",
            "answered_at",
            "algorithm",
            "payload",
            "previous_hash",
            "hash",
        )
        + " OR NEW.said_by <> '' OR NEW.note <> '' OR NEW.salt <> ''",
        "A customer's answer is never changed. Ask them to answer again.",
    ),
    Guard(
        "answer_not_deleted",
        "record_customeranswer",
        "DELETE",
        "1 = 1",
        "A customer's answer is never deleted. Ask them to answer again.",
    ),
    Guard(
        "answer_in_chain",
        "record_customeranswer",
        "INSERT",
        "NEW.sequence <> 1 + (SELECT coalesce(max(sequence), 0) FROM record_customeranswer) OR NEW.previous_hash <>"
        " coalesce((SELECT hash FROM record_customeranswer ORDER BY sequence DESC LIMIT 1), '')",
        "Somebody answered at the same moment. Answer again.",
    ),
    Guard(
        "answer_to_shared_goal",
        "record_customeranswer",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM record_customerlink_goals"
        " WHERE customerlink_id = NEW.link_id AND goal_id = NEW.goal_id)",
        "This link does not share that goal. Ask for another link.",
    ),
    Guard(
        "answer_to_reading_of_goal",
        "record_customeranswer",
        "INSERT",
        "NEW.reading_id IS NOT NULL"
        " AND NEW.goal_id {differs} (SELECT goal_id FROM record_reading WHERE id = NEW.reading_id)",
        "This reading is of another goal. Open the page again.",
    ),
)
"""What a customer said is what they said."""

GUARDS = (*ACCOUNTS, *GOALS, *ANSWERS)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0008_work")]

    operations = [migrations.RunPython(set_up, take_away)]
