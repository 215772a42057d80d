"""Every version of an entry, told to who may see it, and the way back."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from company import DAY, NOON, Company
from trueup.record import access
from trueup.record.actions.goals import Terms, agree_goal, change_goal, draft_goal
from trueup.record.actions.levers import define_lever
from trueup.record.actions.milestones import plan_milestone, remove_milestone
from trueup.record.actions.notes import change_note, set_target, write_note
from trueup.record.actions.people import change_user
from trueup.record.actions.readings import add_reading, correct_reading, remove_reading, verify_reading
from trueup.record.actions.stakeholders import add_stake, change_stakeholder, record_stakeholder, remove_stake
from trueup.record.history import Change, changes, restore
from trueup.record.models import Goal, MetricTarget, Milestone, Note, Reading, Stake, Stakeholder, User
from trueup.record.refusal import NotAllowed, Refused

LATER = NOON + timedelta(hours=1)
LAST = NOON + timedelta(hours=2)


def told(history: Sequence[Change]) -> list[tuple[object, ...]]:
    """Oldest first: who, what, and each field's way."""
    return [
        (str(change.by), change.what, {f.field: (f.old, f.new) for f in change.fields}) for change in reversed(history)
    ]


def test_a_version_says_who_when_why_and_from_what_to_what(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane", role_in_decisions="champion")
    john = record_stakeholder(company.alice, company.acme, at=NOON, name="John")
    change_stakeholder(company.bob, jane, at=LATER, reason="She told me", influence=4, reports_to=john)
    newest, first = changes(company.vic, Stakeholder, jane.pk)
    assert (newest.by, newest.at, newest.what, newest.reason) == (company.bob, LATER, "changed", "She told me")
    assert {(f.label, f.old, f.new) for f in newest.fields} == {("influence", None, 4), ("reports to", None, "John")}
    assert (first.by, first.at, first.what) == (company.alice, NOON, "created")
    assert {f.field: f.new for f in first.fields} == {
        "account": "Acme",
        "name": "Jane",
        "role_in_decisions": "champion",
    }


def test_what_changes_nothing_is_no_version(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    change_stakeholder(company.bob, jane, at=LATER, name="Jane")
    assert len(changes(company.alice, Stakeholder, jane.pk)) == 1


def test_lists_are_told_by_name_with_the_rest_of_their_version(company: Company) -> None:
    dunning, portal = (define_lever(company.alice, at=NOON, name=name) for name in ("Dunning", "Portal"))
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO", levers=[dunning])
    change_goal(company.bob, goal, at=LATER, measure="Days sales outstanding", levers=[portal, dunning])
    newest, first = changes(company.alice, Goal, goal.pk)
    assert {f.field: (f.old, f.new) for f in newest.fields} == {
        "measure": ("DSO", "Days sales outstanding"),
        "levers": (["Dunning"], ["Dunning", "Portal"]),
    }
    assert {f.field: f.new for f in first.fields}["levers"] == ["Dunning"]


def test_what_happens_at_the_same_moment_keeps_its_order(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    change_stakeholder(company.alice, jane, at=NOON, name="Janet")
    change_stakeholder(company.alice, jane, at=NOON - timedelta(5), name="Jeanne")
    history = changes(company.alice, Stakeholder, jane.pk)
    assert [f.new for change in history for f in change.fields if f.field == "name"] == ["Jeanne", "Janet", "Jane"]
    assert history[0].at > history[1].at > history[2].at == NOON


def test_an_entry_is_again_what_it_was(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane", title="CFO")
    change_stakeholder(company.bob, jane, at=LATER, title="Nobody", influence=1)
    first = changes(company.alice, Stakeholder, jane.pk)[-1]
    again = restore(company.carol, Stakeholder, jane.pk, first.version, at=LAST, reason="It was a joke")
    assert (again.title, again.influence) == ("CFO", None)
    newest = changes(company.alice, Stakeholder, jane.pk)[0]
    assert (newest.by, newest.reason) == (company.carol, "It was a joke")


def test_lists_are_again_what_they_were(company: Company) -> None:
    jane, john = (record_stakeholder(company.alice, company.acme, at=NOON, name=name) for name in ("Jane", "John"))
    note = write_note(company.alice, company.acme, at=NOON, held_on=DAY, text="Hello", stakeholders=[jane, john])
    change_note(company.alice, note, at=LATER, stakeholders=[])
    first = changes(company.alice, Note, note.pk)[-1]
    again = restore(company.alice, Note, note.pk, first.version, at=LAST)
    assert set(again.stakeholders.all()) == {jane, john}


def test_what_was_deleted_is_told_and_there_again(company: Company) -> None:
    step = plan_milestone(company.alice, company.acme, at=NOON, title="Go live", planned_on=DAY)
    key = step.pk
    remove_milestone(company.bob, step, at=LATER, reason="Not planned")
    gone, made = changes(company.vic, Milestone, key)
    assert (gone.what, str(gone.by), gone.reason, gone.fields) == ("deleted", "Bob", "Not planned", ())
    with pytest.raises(NotAllowed, match="not change it"):
        restore(company.vic, Milestone, key, made.version, at=LAST)
    assert restore(company.alice, Milestone, key, made.version, at=LAST).title == "Go live"
    assert access.milestones(company.alice).get(pk=key).planned_on == DAY


def test_what_was_done_meanwhile_stays_done(company: Company) -> None:
    terms = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO", direction="decrease", terms=terms)
    agree_goal(company.alice, goal, at=LATER)
    change_goal(company.alice, goal, at=LATER, measure="Days sales outstanding", reason="In full")
    draft = changes(company.alice, Goal, goal.pk)[-1]
    again = restore(company.alice, Goal, goal.pk, draft.version, at=LAST)
    assert (again.measure, again.status, again.agreed_at) == ("DSO", "agreed", LATER)


def test_a_value_taken_back_is_vouched_for_by_nobody(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO")
    reading = add_reading(company.alice, goal, at=NOON, observed_on=DAY, value=Decimal(50))
    correct_reading(company.alice, reading, at=LATER, value=Decimal(55), reason="A typo")
    verify_reading(company.alice, reading, at=LATER, evidence="She wrote so")
    first = changes(company.alice, Reading, reading.pk)[-1]
    again = restore(company.alice, Reading, reading.pk, first.version, at=LAST)
    assert (again.value, again.verification) == (Decimal(50), "unverified")


def test_a_reading_that_was_removed_is_there_again(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO")
    reading = add_reading(company.alice, goal, at=NOON, observed_on=DAY, value=Decimal(50))
    key = reading.pk
    remove_reading(company.bob, reading, at=LATER)
    first = changes(company.alice, Reading, key)[-1]
    assert restore(company.alice, Reading, key, first.version, at=LAST).entered_by == company.alice


def test_versions_that_were_private_are_told_to_the_team_only(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    goal = draft_goal(company.alice, company.acme, at=NOON, kind="personal", stakeholder=jane, measure="Be CFO")
    note = write_note(company.alice, company.acme, at=NOON, held_on=DAY, text="She may leave", is_private=True)
    change_goal(company.alice, goal, at=LATER, kind="business", measure="DSO")
    change_note(company.alice, note, at=LATER, text="She stays", is_private=False)
    for kind, key, secret in ((Goal, goal.pk, "Be CFO"), (Note, note.pk, "She may leave")):
        assert secret in str(changes(company.bob, kind, key))
        assert len(changes(company.bob, kind, key)) == 2
        for who in ("Mia", "Ana", "Fin", "Vic"):
            assert secret not in str(changes(company[who], kind, key)), who
            assert len(changes(company[who], kind, key)) == 1


def test_versions_of_what_one_may_not_see_are_not_told(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    hope = draft_goal(company.alice, company.acme, at=NOON, kind="personal", stakeholder=jane, measure="Be CFO")
    read = add_reading(company.alice, hope, at=NOON, observed_on=DAY, value=Decimal(1))
    stake = add_stake(company.alice, jane, at=NOON, tag="job")
    gone = stake.pk
    remove_stake(company.alice, stake, at=LATER)
    for kind, key in ((Goal, hope.pk), (Reading, read.pk), (Stake, gone)):
        for who in ("Mia", "Ana", "Vic", "Charlie", "Nora"):
            with pytest.raises(NotAllowed, match="no such entry"):
                changes(company[who], kind, key)
            with pytest.raises(NotAllowed, match="no such version"):
                restore(company[who], kind, key, version_of(company, kind, key), at=LAST)
        assert changes(company.ada, kind, key)
    with pytest.raises(NotAllowed, match="no such entry"):
        changes(company.charlie, Stakeholder, jane.pk)


def version_of(company: Company, kind: type[Goal | Reading | Stake], key: object) -> int:
    return changes(company.ada, kind, key)[-1].version


def test_a_private_note_made_public_is_not_made_private_again_by_others(company: Company) -> None:
    note = write_note(company.alice, company.acme, at=NOON, held_on=DAY, text="Hello")
    change_note(company.alice, note, at=LATER, is_private=True)
    first = changes(company.alice, Note, note.pk)[-1]
    with pytest.raises(NotAllowed):
        restore(company.mia, Note, note.pk, first.version, at=LAST)
    assert not restore(company.alice, Note, note.pk, first.version, at=LAST).is_private


def test_a_target_that_was_removed_is_restored_by_who_defines(company: Company) -> None:
    target = set_target(company.ana, at=NOON, metric="response_time", value=Decimal(4), valid_from=DAY)
    first = changes(company.vic, MetricTarget, target.pk)[-1]
    with pytest.raises(NotAllowed):
        restore(company.alice, MetricTarget, target.pk, first.version, at=LAST)


def test_who_gave_which_role_is_told_to_administrators(company: Company) -> None:
    change_user(company.ada, company.nora, at=LATER, role="manager")
    change_user(company.ada, company.nora, at=LAST, role="member")
    newest = changes(company.ada, User, company.nora.pk)[0]
    assert [(f.field, f.old, f.new) for f in newest.fields] == [("role", "manager", "member")]
    with pytest.raises(NotAllowed):
        changes(company.mia, User, company.nora.pk)


def test_what_is_no_entry_of_theirs_is_not_restored(company: Company) -> None:
    member = company.nora
    with pytest.raises(Refused, match="not restored from its history"):
        restore(company.ada, User, member.pk, 1, at=LAST)
