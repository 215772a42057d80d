"""Who may see and do what: one table of people, held against every kind of object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Model, QuerySet
from django.test import override_settings

from company import DAY, NOON, Company
from planned import approved
from trueup.record import access
from trueup.record.access import Verb, allow, may
from trueup.record.actions.accounts import join_team, leave_team, make_account
from trueup.record.actions.adjustments import propose_adjustment
from trueup.record.actions.goals import Terms, change_goal, draft_goal, revise_terms
from trueup.record.actions.levers import adopt_lever, define_lever
from trueup.record.actions.milestones import plan_milestone
from trueup.record.actions.notes import change_note, set_target, write_note
from trueup.record.actions.pay_disputes import decide_dispute, open_dispute
from trueup.record.actions.pay_periods import (
    Calculated,
    close,
    decide_calculation,
    keep_calculation,
    own_exception,
    pay,
    submit,
)
from trueup.record.actions.people import change_user, deactivate_user
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import add_stake, record_stakeholder
from trueup.record.models import Account, CustomerLink, Person, User
from trueup.record.refusal import NotAllowed

PEOPLE = """
    who      Acme     its private  Globex
    Alice    changes  changes      -
    Bob      changes  changes      -
    Carol    changes  changes      -
    Charlie  -        -            changes
    Nora     -        -            -
    Mia      changes  -            -
    Ana      sees     -            sees
    Fin      sees     -            sees
    Vic      sees     -            sees
    Ada      changes  changes      changes
"""
TABLE = [tuple(line.split()) for line in PEOPLE.strip().splitlines()[1:]]
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))


@dataclass(frozen=True)
class Entered:
    """One of everything at Acme: what its readers may see, and what only its own team may; and some at Globex."""

    company: Company
    open: Mapping[str, Model]
    private: Mapping[str, Model]
    elsewhere: Mapping[str, Model]


@pytest.fixture
def entered(company: Company) -> Entered:
    alice, acme = company.alice, company.acme
    jane = record_stakeholder(alice, acme, at=NOON, name="Jane")
    goal = draft_goal(alice, acme, at=NOON, measure="Days sales outstanding", direction="decrease")
    hope = draft_goal(alice, acme, at=NOON, kind="personal", stakeholder=jane, measure="Be CFO", direction="decrease")
    lever = define_lever(alice, at=NOON, name="Collections")
    shared = CustomerLink.objects.create(
        account=acme, sha256="a" * 64, created_by=alice, created_at=NOON, expires_at=NOON + timedelta(30)
    )
    scrap = draft_goal(company.charlie, company.globex, at=NOON, measure="Scrap")
    return Entered(
        company,
        open={
            "accounts": acme,
            "stakeholders": jane,
            "goals": goal,
            "terms": revise_terms(alice, goal, TERMS, at=NOON),
            "readings": add_reading(alice, goal, at=NOON, observed_on=DAY, value=Decimal(50)),
            "milestones": plan_milestone(alice, acme, at=NOON, goal=goal, title="First invoice", planned_on=DAY),
            "notes": write_note(alice, acme, at=NOON, held_on=DAY, text="They pay late."),
            "adoptions": adopt_lever(alice, acme, lever, at=NOON, adopted_on=DAY),
            "adjustments": propose_adjustment(
                alice,
                acme,
                at=NOON,
                measure="Days sales outstanding",
                starts_on=DAY,
                amount=Decimal(2),
                reason="They bought a company.",
                evidence="Their report.",
            ),
            "links": shared,
        },
        private={
            "goals": hope,
            "terms": revise_terms(alice, hope, TERMS, at=NOON),
            "readings": add_reading(alice, hope, at=NOON, observed_on=DAY, value=Decimal(50)),
            "milestones": plan_milestone(alice, acme, at=NOON, goal=hope, title="Board seat", planned_on=DAY),
            "notes": write_note(alice, acme, at=NOON, held_on=DAY, text="She may leave.", is_private=True),
            "stakes": add_stake(alice, jane, at=NOON, goal=goal, tag="bonus"),
        },
        elsewhere={
            "accounts": company.globex,
            "goals": scrap,
            "readings": add_reading(company.charlie, scrap, at=NOON, observed_on=DAY, value=Decimal(5)),
        },
    )


def sees(viewer: User, name: str, row: Model) -> bool:
    question: Callable[[User], QuerySet[Model]] = getattr(access, name)
    asked = question(viewer).filter(pk=row.pk).exists()
    assert may(viewer, "see", row) is asked
    return asked


@pytest.mark.parametrize(("who", "acme", "private", "globex"), TABLE)
def test_everybody_sees_and_changes_what_is_theirs(
    entered: Entered, who: str, acme: str, private: str, globex: str
) -> None:
    viewer = entered.company[who]
    for right, rows in ((acme, entered.open), (private, entered.private), (globex, entered.elsewhere)):
        expected = dict.fromkeys(rows, right != "-")
        assert {name: sees(viewer, name, row) for name, row in rows.items()} == expected, right
        expected = dict.fromkeys(rows, right == "changes")
        assert {name: may(viewer, "change", row) for name, row in rows.items()} == expected, right
    assert may(viewer, "confide", entered.company.acme) is (private == "changes")
    assert may(viewer, "staff", entered.company.acme) is (private == "changes")


@pytest.mark.parametrize("who", [who for who, *_ in TABLE])
def test_nobody_sees_anything_who_may_not_sign_in_any_more(entered: Entered, who: str) -> None:
    viewer = deactivated(entered.company, who)
    for rows in (entered.open, entered.private, entered.elsewhere):
        assert [name for name, row in rows.items() if sees(viewer, name, row)] == []
    assert not access.users(viewer).exists()
    verbs: tuple[Verb, ...] = ("import", "build", "define", "measure", "decide", "pay", "approve_pay", "administer")
    assert [verb for verb in verbs if may(viewer, verb)] == []


def deactivated(company: Company, who: str) -> User:
    User.objects.filter(pk=company[who].pk).update(is_active=False)
    return User.objects.get(pk=company[who].pk)


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        ("import", {"Ana", "Ada"}),
        ("build", {"Ana", "Ada"}),
        ("define", {"Ana", "Ada"}),
        ("measure", {"Ana", "Fin", "Ada"}),
        ("decide", {"Ana", "Ada"}),
        ("pay", {"Fin", "Ada"}),
        ("approve_pay", {"Mia", "Fin", "Ada"}),
        ("administer", {"Ada"}),
    ],
)
def test_what_needs_a_role_is_for_that_role(company: Company, verb: Verb, who: set[str]) -> None:
    assert {name for name, *_ in TABLE if may(company[name], verb)} == who


@pytest.mark.parametrize(
    ("setting", "who"),
    [("own", set()), ("team", {"Nora"}), ("all", {"Nora", "Charlie"})],
)
def test_a_setting_widens_what_members_read_but_not_what_they_write_nor_what_is_private(
    entered: Entered, setting: str, who: set[str]
) -> None:
    with override_settings(MEMBERS_SEE=setting):
        for name in ("Nora", "Charlie"):
            viewer = entered.company[name]
            assert {sees(viewer, kind, row) for kind, row in entered.open.items()} == {name in who}
            assert {sees(viewer, kind, row) for kind, row in entered.private.items()} == {False}
            assert not may(viewer, "change", entered.company.acme)


def test_a_manager_leads_everyone_below_through_any_depth_even_in_a_circle(company: Company) -> None:
    Person.objects.filter(pk="mia").update(manager="alice")
    assert set(access.changeable_accounts(company.mia).values_list("pk", flat=True)) == {"acme"}
    Person.objects.filter(pk="tom").update(manager=None)
    assert not access.accounts(company.mia).exists()


def test_who_is_no_person_in_the_lake_does_not_own_what_nobody_owns(company: Company) -> None:
    Account.objects.create(account_id="orphan", name="Orphan")
    User.objects.filter(pk=company.alice.pk).update(person=None)
    stranger = User.objects.get(pk=company.alice.pk)
    for role in ("member", "manager"):
        stranger.role = role
        with override_settings(MEMBERS_SEE="team"):
            assert not access.accounts(stranger).exists()


def test_targets_of_an_account_are_seen_by_its_readers(company: Company) -> None:
    set_target(company.ana, at=NOON, metric="response_time", value=Decimal(4), valid_from=DAY)
    set_target(
        company.ana, at=NOON, metric="response_time", value=Decimal(2), valid_from=DAY, grain="account", entity="acme"
    )
    assert [access.targets(company[who]).count() for who in ("Alice", "Charlie", "Vic")] == [2, 1, 2]


def test_teammates_are_added_by_the_team_and_see_then_what_is_private(entered: Entered) -> None:
    company = entered.company
    join_team(company.alice, company.acme, company.nora, at=NOON)
    assert sees(company.nora, "stakes", entered.private["stakes"])
    leave_team(company.carol, company.acme, company.nora, at=NOON)
    assert not sees(company.nora, "stakes", entered.private["stakes"])


def test_a_manager_does_not_let_themselves_into_a_team(company: Company) -> None:
    with pytest.raises(NotAllowed, match="Only the account's own team adds people to it"):
        join_team(company.mia, company.acme, company.mia, at=NOON)


def test_who_makes_an_account_is_of_its_team(company: Company) -> None:
    made = make_account(company.nora, at=NOON, name="A lead from a fair", industry="Food")
    assert may(company.nora, "confide", made)
    assert not may(company.alice, "see", made)
    with pytest.raises(NotAllowed):
        make_account(company.vic, at=NOON, name="Another")


PAY = """
    who      Alice's  Bob's  calculated  reviewed  approved  plan  owned  forced  paid
    Alice    sees     -      sees        -         -         -     -      -       -
    Bob      -        sees   sees        -         -         -     -      -       -
    Carol    -        -      -           -         -         -     -      -       -
    Nora     -        -      -           -         -         -     -      -       -
    Mia      sees     -      sees        sees      sees      -     -      -       -
    Ana      -        -      -           -         -         -     -      -       -
    Fin      sees     sees   sees        sees      sees      sees  sees   sees    sees
    Vic      -        -      -           -         -         -     -      -       -
    Ada      sees     sees   sees        sees      sees      sees  sees   sees    sees
"""


@pytest.fixture
def paid(company: Company) -> list[list[tuple[str, Model]]]:
    """Two who were paid, one of whom Mia leads, with a dispute and its outcome each; in the order of the columns."""
    bodies = dict.fromkeys(("alice", "bob"), b'{"lines": [{"hash": "1"}]}')
    january = Calculated("2026-01", "1" * 64, [], "1", NOON, bodies, {"deal-7": "No rate."})
    calculation = keep_calculation(company.fin, january, at=NOON)
    review = submit(company.fin, calculation, at=NOON)
    approval = decide_calculation(company.ada, calculation, decision="approved", at=NOON)
    plan = approved(company.fin, company.ada)
    owned = own_exception(company.fin, calculation, "deal-7", note="It comes.", at=NOON)
    close(company.fin, "2026-01", [], at=NOON, inputs_hash="1" * 64)
    run = pay(company.fin, "2026-01", [], at=NOON, file_sha256="3" * 64)
    close(company.ada, "2026-02", [], at=NOON, inputs_hash="1" * 64, forced_reason="Nobody earned anything.")
    theirs: list[list[tuple[str, Model]]] = []
    for payee in bodies:
        dispute = open_dispute(company[payee], payee, "2026-01", "1", claim="It was 120.", at=NOON)
        outcome = decide_dispute(company.fin, dispute, outcome="rejected", reason="It was not.", at=NOON)
        statement = access.pay_statements(company.fin).get(payee=payee)
        theirs.append([("pay_statements", statement), ("disputes", dispute), ("dispute_outcomes", outcome)])
    closed = access.closed_pay_periods(company.fin).get(period="2026-01")
    return [
        *theirs,
        [("pay_calculations", calculation), ("closed_pay_periods", closed)],
        [("pay_reviews", review)],
        [("pay_approvals", approval)],
        [("pay_approvals", plan)],
        [("pay_exceptions", owned)],
        [("forced_closes", access.forced_closes(company.fin).get())],
        [("pay_runs", run)],
    ]


@pytest.mark.parametrize("line", PAY.strip().splitlines()[1:])
def test_a_payee_sees_their_own_pay_and_a_manager_that_of_whom_they_lead(
    company: Company, paid: list[list[tuple[str, Model]]], line: str
) -> None:
    who, *rights = line.split()
    for right, column in zip(rights, paid, strict=True):
        assert {sees(company[who], name, row) for name, row in column} == {right == "sees"}, column
        assert not any(may(company[who], "change", row) for _, row in column)
    gone = deactivated(company, who)
    assert [name for column in paid for name, row in column if sees(gone, name, row)] == []


def test_an_approver_of_a_plan_sees_what_they_decided(company: Company) -> None:
    plan = approved(company.fin, company.mia, payees=("alice", "nora"))
    assert sees(company.mia, "pay_approvals", plan)
    assert not sees(deactivated(company, "Mia"), "pay_approvals", plan)


DENIED: list[tuple[str, Callable[[Entered], object]]] = [
    ("no such entry", lambda e: draft_goal(e.company.charlie, e.company.acme, at=NOON)),
    ("no such entry", lambda e: change_goal(e.company.mia, e.private["goals"], at=NOON, measure="?")),
    (
        "no such entry",
        lambda e: add_reading(e.company.mia, e.private["goals"], at=NOON, observed_on=DAY, value=Decimal(1)),
    ),
    (
        "no such entry",
        lambda e: plan_milestone(
            e.company.mia, e.company.acme, at=NOON, goal=e.private["goals"], title="?", planned_on=DAY
        ),
    ),
    ("may read this, but not change", lambda e: draft_goal(e.company.vic, e.company.acme, at=NOON)),
    ("may read this, but not change", lambda e: record_stakeholder(e.company.ana, e.company.acme, at=NOON, name="Jo")),
    (
        "Only the account's own team enters",
        lambda e: draft_goal(
            e.company.mia, e.company.acme, at=NOON, kind="personal", stakeholder=e.open["stakeholders"]
        ),
    ),
    (
        "Only the account's own team enters",
        lambda e: change_goal(
            e.company.mia, e.open["goals"], at=NOON, kind="personal", stakeholder=e.open["stakeholders"]
        ),
    ),
    (
        "Only the account's own team enters",
        lambda e: add_stake(e.company.mia, e.open["stakeholders"], at=NOON, tag="job"),
    ),
    (
        "Only the account's own team enters",
        lambda e: write_note(e.company.mia, e.company.acme, at=NOON, held_on=DAY, text="?", is_private=True),
    ),
    (
        "Only the account's own team enters",
        lambda e: change_note(e.company.mia, e.open["notes"], at=NOON, is_private=True),
    ),
    ("for analysts", lambda e: set_target(e.company.mia, at=NOON, metric="m", value=Decimal(1), valid_from=DAY)),
    ("not define one", lambda e: define_lever(e.company.fin, at=NOON, name="Tax")),
    ("for administrators", lambda e: change_user(e.company.ana, e.company.ana, at=NOON, role="administrator")),
    ("for administrators", lambda e: deactivate_user(e.company.mia, e.company.ada, at=NOON)),
]


@pytest.mark.parametrize(("told", "deed"), DENIED, ids=[str(number) for number, _ in enumerate(DENIED)])
def test_what_one_may_not_do_is_refused(entered: Entered, told: str, deed: Callable[[Entered], object]) -> None:
    with pytest.raises(NotAllowed, match=told):
        deed(entered)


def test_what_was_never_kept_may_not_be_seen(company: Company) -> None:
    with pytest.raises(NotAllowed, match="no such entry"):
        allow(company.ada, "see", Account(account_id="nowhere"))
