"""Somebody at a customer asks what we hold about them, and that it be erased."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, connections

from company import DAY, NOON, Company, founded
from recorded import Place, copied, point_at
from trueup.record import access
from trueup.record.actions.goals import Terms, agree_goal, change_goal, draft_goal, revise_terms
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.milestones import plan_milestone
from trueup.record.actions.notes import change_note, remove_note, write_note
from trueup.record.actions.readings import add_reading, correct_reading
from trueup.record.actions.stakeholders import (
    add_stake,
    change_stake,
    change_stakeholder,
    record_stakeholder,
    remove_stake,
)
from trueup.record.chain import Whole
from trueup.record.export import export
from trueup.record.history import changes, restore
from trueup.record.models import Goal, Note, Reading, Stakeholder
from trueup.record.privacy import erase_stakeholder, person_data
from trueup.record.refusal import NotAllowed, Refused
from trueup.record.testimony import verify_answers

LATER = NOON + timedelta(hours=1)
LAST = NOON + timedelta(hours=2)
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))
TRACES = ("jane", "janet", "miller", "crm-77", "be cfo", "group cfo", "series:cfo", "villa", "hobby", "treasurer")
"""Jane Doe was Janet Miller once; all that tells who she is or what she hopes for. Three letters would also be
found in a password's hash, by chance."""


@dataclass(frozen=True)
class Known:
    """Jane, as Acme's team knows her, and John beside her."""

    company: Company
    jane: Stakeholder
    john: Stakeholder
    goal: Goal
    reading: Reading


@pytest.fixture
def known(company: Company) -> Known:
    return entered(company)


def entered(company: Company) -> Known:
    alice, acme = company.alice, company.acme
    jane = record_stakeholder(
        alice, acme, at=NOON, name="Janet Miller", email="Janet@acme.example", contact_id="crm-77", title="Treasurer",
        role_in_decisions="decision_maker", influence=5,
    )  # fmt: skip
    change_stakeholder(alice, jane, at=LATER, name="Jane Doe", email="jane.doe@acme.example", reason="Jane married")
    john = record_stakeholder(alice, acme, at=NOON, name="John", reports_to=jane)
    stake = add_stake(alice, jane, at=NOON, tag="bonus", text="Her villa")
    change_stake(alice, stake, at=LATER, text="Her villa by the sea")
    remove_stake(alice, add_stake(alice, jane, at=NOON, tag="other", text="Her hobby"), at=LATER)
    goal = draft_goal(alice, acme, at=NOON, terms=TERMS, measure="DSO", direction="decrease", stakeholder=jane)
    agree_goal(alice, goal, at=NOON)
    revise_terms(alice, goal, TERMS, at=LATER, reason="Jane Doe asked for it")
    reading = add_reading(alice, goal, at=NOON, observed_on=DAY, value=Decimal(50), source="Jane Doe",
                          evidence="JANE DOE showed me; John agreed")  # fmt: skip
    add_reading(alice, goal, at=NOON, observed_on=DAY, value=Decimal(51), source="janet miller",
                evidence_link="https://mail.acme.example/?from=jane.doe@acme.example")  # fmt: skip
    correct_reading(alice, reading, at=LATER, value=Decimal(49), reason="Jane Doe misread it")
    hope = draft_goal(alice, acme, at=NOON, kind="personal", stakeholder=jane, measure="Be CFO", bound_to="series:CFO",
                      terms=TERMS, direction="decrease")  # fmt: skip
    revise_terms(alice, hope, TERMS, at=LATER, reason="The CFO leaves")
    change_goal(alice, hope, at=LATER, measure="Be group CFO", reason="The CFO leaves")
    add_reading(alice, hope, at=NOON, observed_on=DAY, value=Decimal(3), evidence="She told me of the villa")
    plan_milestone(alice, acme, at=NOON, title="Show Jane Doe her first invoice", planned_on=DAY)
    alone = write_note(alice, acme, at=NOON, held_on=DAY, text="She talked about her hobby", stakeholders=[jane])
    change_note(alice, alone, at=LATER, text="She talked about her villa")
    write_note(
        alice, acme, at=NOON, held_on=DAY, text="John and Jane Doe: invoices are late.", stakeholders=[jane, john]
    )
    remove_note(alice, write_note(alice, acme, at=NOON, held_on=DAY, text="Jane Doe called"), at=LATER)
    link, _ = make_link(alice, acme, at=NOON, goals=[goal], expires_at=NOON + timedelta(9), label="For Jane Doe")
    answer(link, goal, at=LATER, verdict="corrected", revision=2, reading=reading, claimed_value=Decimal(49),
           value=Decimal(48), said_by="Jane Doe")  # fmt: skip
    answer(link, goal, at=LATER, verdict="disputed", revision=2, said_by="John", note="Ask jane.doe@acme.example")
    answer(link, goal, at=LATER, verdict="confirmed", revision=2, said_by="John", note="Right")
    return Known(company, jane, john, goal, reading)


def everything_kept() -> str:
    """All that stands in any table of the record, in one string."""
    with connection.cursor() as cursor:
        told = []
        for table in connection.introspection.table_names(cursor):
            if table.startswith("record_"):
                cursor.execute(f"SELECT * FROM {table}")
                told += [str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor.fetchall()]
    return "\n".join(told).lower()


def test_erased_is_who_somebody_is_from_every_table_and_version(known: Known) -> None:
    before = everything_kept()
    assert [trace for trace in TRACES if trace not in before] == []
    erasure = erase_stakeholder(known.company.ada, known.jane, at=LAST)
    after = everything_kept()
    assert [(trace, line) for trace in TRACES for line in after.split("\n") if trace in line] == []
    assert (erasure.subject, erasure.asked_by, erasure.erased_at) == ("stakeholder", known.company.ada, LAST)
    assert erasure.rows > 20


def test_the_numbers_stay(known: Known) -> None:
    kept = ("goals", "goal_terms", "readings", "answers", "milestones")
    hidden = ("measure", "bound_to")
    before = export()
    erase_stakeholder(known.company.ada, known.jane, at=LAST)
    after = export()
    for name in kept:
        columns = [column for column in before[name].column_names if column not in hidden]
        assert after[name].select(columns).equals(before[name].select(columns)), name
    assert known.goal.measure in after["goals"].column("measure").to_pylist()
    erased = access.stakeholders(known.company.vic).get(pk=known.jane.pk)
    assert (erased.name, erased.role_in_decisions, erased.influence, erased.erased_at) == (
        "Somebody",
        "decision_maker",
        5,
        LAST,
    )


def test_others_and_their_words_stay(known: Known) -> None:
    erase_stakeholder(known.company.ada, known.jane, at=LAST)
    kept = everything_kept()
    assert "john and (erased): invoices are late." in kept
    assert "(erased) showed me; john agreed" in kept
    together = access.notes(known.company.alice).get(text__startswith="John")
    assert list(together.stakeholders.all()) == [known.john]
    assert known.john.reports_to_id == known.jane.pk


def test_the_chain_of_answers_holds(known: Known) -> None:
    erase_stakeholder(known.company.ada, known.jane, at=LAST)
    told = verify_answers()
    assert isinstance(told, Whole)
    assert (told.links, told.erased) == (3, 2)


def test_what_was_erased_does_not_come_back(known: Known) -> None:
    first = changes(known.company.alice, Stakeholder, known.jane.pk)[-1]
    erase_stakeholder(known.company.ada, known.jane, at=LAST)
    with pytest.raises(Refused, match="were erased"):
        restore(known.company.alice, Stakeholder, known.jane.pk, first.version, at=LAST)
    with pytest.raises(Refused, match="were erased"):
        change_stakeholder(known.company.alice, known.jane, at=LAST, name="Jane Doe")
    with pytest.raises(Refused, match="were erased already"):
        erase_stakeholder(known.company.ada, known.jane, at=LAST)
    newest = changes(known.company.alice, Stakeholder, known.jane.pk)[0]
    assert (newest.by, newest.reason) == (known.company.ada, "Erased on request")


def test_only_administrators_give_and_erase(known: Known) -> None:
    for who in ("Alice", "Mia", "Ana", "Vic"):
        for deed in (lambda by: erase_stakeholder(by, known.jane, at=LAST), lambda by: person_data(by, known.jane)):
            with pytest.raises(NotAllowed, match="for administrators"):
                deed(known.company[who])


def test_somebody_gets_all_that_is_held_about_them(known: Known) -> None:
    given = json.dumps(person_data(known.company.ada, known.jane))
    expected = ("Janet Miller", "Jane Doe", "Treasurer", "Her villa by the sea", "Her hobby", "Be group CFO", "Be CFO")
    assert [words for words in expected if words not in given] == []
    assert "She talked about her villa" in given
    assert "Ask jane.doe@acme.example" in given
    data = person_data(known.company.ada, known.jane)
    assert {name: len(rows) for name, rows in data.items() if isinstance(rows, list)} == {
        "versions": 2,
        "stakes": 1,
        "stake_versions": 4,
        "goals": 2,
        "goal_versions": 4,
        "terms": 4,
        "readings": 3,
        "notes": 2,
        "answers": 2,
    }


def test_a_short_or_common_name_takes_no_word_apart(company: Company) -> None:
    al = record_stakeholder(company.alice, company.acme, at=NOON, name="Ed")
    record_stakeholder(company.alice, company.acme, at=NOON, name="Ann")
    note = write_note(company.alice, company.acme, at=NOON, held_on=DAY, text="Ed signed. Annual plan needed.")
    erase_stakeholder(company.ada, al, at=LATER)
    assert Note.objects.get(pk=note.pk).text == "Ed signed. Annual plan needed."


def test_no_trace_is_left_in_the_file(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Nor in the journal beside it: what was erased was overwritten."""
    place: Place = copied(request, "sqlite", tmp_path)
    point_at(place)
    known = entered(founded())
    assert b"her villa" in bytes_of(place).lower()
    erase_stakeholder(known.company.ada, known.jane, at=LAST)
    kept = bytes_of(place).lower()
    connections.close_all()
    assert [trace for trace in TRACES if trace.encode() in kept] == []


def bytes_of(place: Place) -> bytes:
    return b"".join(file.read_bytes() for file in sorted((place.root / "record").glob("record.sqlite3*")))
