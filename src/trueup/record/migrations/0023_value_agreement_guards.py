from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from trueup.record.guards import Guard, install, remove

_AGREEMENT = "record_valueagreement"
_PAYEE = "record_agreementpayee"
_SIGNATURE = "record_agreementsignature"
_READING = "record_valuereading"
_VERIFICATION = "record_valueverification"
_ALWAYS = "1 = 1"
_STAY = {
    "value_agreement": (_AGREEMENT, "An agreement stays as it is. Agree on another one that supersedes it."),
    "agreement_payee": (_PAYEE, "Who is paid by an agreement stays so. Agree on another one."),
    "agreement_signature": (_SIGNATURE, "A signature stays. Agree on another agreement that supersedes this one."),
    "value_reading": (_READING, "A reading stays as it was made. Revise it."),
    "value_verification": (_VERIFICATION, "What a verifier said stays so. Revise the reading."),
}
_WORDS = {"agreement_signature": ("name",), "value_reading": ("method", "evidence_link")}
"""Whoever is erased on request goes out of these."""
_FIXED = {
    "agreement_signature": (
        "id",
        "agreement_id",
        "side",
        "role",
        "user_id",
        "stakeholder_id",
        "content_hash",
        "signed_at",
        "recorded_by_id",
        "recorded_at",
    ),
    "value_reading": (
        "id",
        "agreement_id",
        "as_of",
        "revision",
        "actual",
        "std_error",
        "adjusted",
        "estimate",
        "lower",
        "lapses_on",
        "evidence_sha256",
        "author_id",
        "recorded_at",
    ),
}


def _changed(name: str) -> str:
    if name not in _WORDS:
        return _ALWAYS
    fixed = (f"NEW.{column} {{differs}} OLD.{column}" for column in _FIXED[name])
    words = (f"NEW.{column} <> OLD.{column} AND NEW.{column} NOT LIKE '%(erased)%'" for column in _WORDS[name])
    return " OR ".join((*fixed, *words))


def _never_altered() -> Iterator[Guard]:
    for name, (table, says) in _STAY.items():
        yield Guard(f"{name}_not_changed", table, "UPDATE", _changed(name), says)
        yield Guard(f"{name}_not_deleted", table, "DELETE", _ALWAYS, says)


def _of_agreement(column: str) -> str:
    return f"(SELECT {column} FROM {_AGREEMENT} WHERE id = NEW.agreement_id)"


def _person(user: str) -> str:
    return f"(SELECT person_id FROM record_user WHERE id = {user})"


_OF_READING = f"(SELECT agreement_id FROM {_READING} WHERE id = NEW.reading_id)"
_VERIFIER = _person("NEW.verifier_id")
_MANAGED = "SELECT manager_id FROM record_person WHERE person_id"

GUARDS = (
    *_never_altered(),
    Guard(
        "agreement_in_its_lineage",
        _AGREEMENT,
        "INSERT",
        "NEW.supersedes_id IS NULL AND NEW.lineage <> NEW.id OR NEW.supersedes_id IS NOT NULL AND NOT EXISTS"
        f" (SELECT 1 FROM {_AGREEMENT} o WHERE o.id = NEW.supersedes_id AND o.lineage = NEW.lineage"
        " AND o.account_id = NEW.account_id AND o.measure_key = NEW.measure_key)",
        "An agreement supersedes one on the same measure of the same customer. Name such a one, or none.",
    ),
    Guard(
        "agreed_once_at_a_time",
        _AGREEMENT,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_AGREEMENT} o WHERE o.account_id = NEW.account_id AND o.measure_key = NEW.measure_key"
        " AND o.lineage <> NEW.lineage AND o.starts_on <= NEW.ends_on AND o.ends_on >= NEW.starts_on)",
        "There is an agreement on this measure within that term. Supersede it, or agree on another term.",
    ),
    Guard(
        "agreement_pays_who_was_agreed_on",
        _PAYEE,
        "INSERT",
        f"NEW.place >= {_of_agreement('payees')}",
        "Who is paid by an agreement stays so. Agree on another one.",
    ),
    Guard(
        "signed_what_was_agreed_on",
        _SIGNATURE,
        "INSERT",
        f"NEW.content_hash <> {_of_agreement('content_hash')}",
        "Other terms were signed than those of this agreement. Sign these, or agree on those.",
    ),
    Guard(
        "signed_after_the_baseline_was_locked",
        _SIGNATURE,
        "INSERT",
        f"NEW.signed_at < {_of_agreement('locked_at')}",
        "This was signed before its baseline was locked. Let them sign what is agreed on now.",
    ),
    Guard(
        "superseded_agreement_not_signed",
        _SIGNATURE,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_AGREEMENT} WHERE supersedes_id = NEW.agreement_id)",
        "This agreement was superseded. Sign the newer one.",
    ),
    Guard(
        "value_read_on_a_day_agreed_on",
        _READING,
        "INSERT",
        f"{_of_agreement('reading_dates')} NOT LIKE '%' || CAST(NEW.as_of AS text) || '%'",
        "This is no day on which the agreement is read. Read it on one of those that were agreed on.",
    ),
    Guard(
        "value_read_once_both_signed",
        _READING,
        "INSERT",
        f"(SELECT count(*) FROM {_SIGNATURE} WHERE agreement_id = NEW.agreement_id) < {_of_agreement('signers')}",
        "This agreement is not in force. Let both sides sign it first.",
    ),
    Guard(
        "value_revised_one_by_one",
        _READING,
        "INSERT",
        f"NEW.revision <> 1 + (SELECT coalesce(max(revision), 0) FROM {_READING}"
        " WHERE agreement_id = NEW.agreement_id AND as_of = NEW.as_of)",
        "Somebody read this at the same moment. Look at what they did, and try again.",
    ),
    Guard(
        "payee_reads_no_value",
        _READING,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_PAYEE} WHERE agreement_id = NEW.agreement_id AND payee = {_person('NEW.author_id')})",
        "Who is paid by an agreement does not read its value. Let somebody else measure it.",
    ),
    Guard(
        "value_verified_by_somebody_else",
        _VERIFICATION,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_READING} WHERE id = NEW.reading_id AND author_id = NEW.verifier_id)",
        "Nobody verifies what they measured. Let somebody else verify it.",
    ),
    Guard(
        "value_verified_by_somebody_unrelated",
        _VERIFICATION,
        "INSERT",
        f"{_VERIFIER} IS NULL OR EXISTS (SELECT 1 FROM {_PAYEE} p WHERE p.agreement_id = {_OF_READING} AND"
        f" (p.payee = {_VERIFIER} OR {_VERIFIER} = ({_MANAGED} = p.payee) OR p.payee = ({_MANAGED} = {_VERIFIER})))",
        "The verifier is a payee, leads one or reports to one. Let somebody unrelated verify it.",
    ),
    Guard(
        "newest_revision_verified",
        _VERIFICATION,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_READING} r JOIN {_READING} n ON n.agreement_id = r.agreement_id"
        " AND n.as_of = r.as_of AND n.revision > r.revision WHERE r.id = NEW.reading_id)",
        "This reading was revised meanwhile. Look at the newest revision.",
    ),
    Guard(
        "value_verified_by_its_evidence",
        _VERIFICATION,
        "INSERT",
        f"EXISTS (SELECT 1 FROM {_READING} WHERE id = NEW.reading_id AND evidence_sha256 <> ''"
        " AND evidence_sha256 <> NEW.evidence_hash)",
        "This is other evidence than the reading rests on. Look at that, or let the reading be revised.",
    ),
)


def set_up(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    install(schema_editor, GUARDS)


def take_away(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(schema_editor, GUARDS)


class Migration(migrations.Migration):
    dependencies = [("record", "0022_value_agreements")]

    operations = [migrations.RunPython(set_up, take_away)]
