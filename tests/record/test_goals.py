"""A goal's life: drafted, agreed, revised, ended; every step with who, when and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from company import DAY, NOON, Company
from trueup.record import access
from trueup.record.actions.goals import (
    Terms,
    agree_goal,
    change_goal,
    close_goal,
    current_terms,
    draft_goal,
    reopen_goal,
    revise_terms,
    withdraw_goal,
)
from trueup.record.actions.levers import adopt_lever, change_adoption, change_lever, define_lever, remove_adoption
from trueup.record.actions.milestones import change_milestone, finish_milestone, plan_milestone, remove_milestone
from trueup.record.actions.notes import change_note, remove_note, remove_target, set_target, write_note
from trueup.record.actions.readings import (
    Measured,
    add_reading,
    correct_reading,
    measure,
    remove_reading,
    verify_reading,
)
from trueup.record.actions.stakeholders import (
    add_stake,
    change_stake,
    change_stakeholder,
    record_stakeholder,
    remove_stake,
    remove_stakeholder,
)
from trueup.record.models import Goal, Reading
from trueup.record.refusal import Refused

LATER = NOON + timedelta(1)
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))


def drafted(company: Company, terms: Terms | None = TERMS) -> Goal:
    return draft_goal(
        company.alice, company.acme, at=NOON, terms=terms, measure="Days sales outstanding", direction="decrease"
    )


def agreed(company: Company) -> Goal:
    return agree_goal(company.bob, drafted(company), at=NOON)


def reading(company: Company, goal: Goal, value: int = 50) -> Reading:
    return add_reading(company.alice, goal, at=NOON, observed_on=DAY, value=Decimal(value))


def test_a_goal_is_drafted_in_one_step_with_what_is_known(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="First-pass yield")
    assert (goal.status, goal.weight, goal.cadence_days, goal.stated_by, goal.stated_on) == (
        "draft",
        1,
        45,
        "customer",
        DAY,
    )
    assert current_terms(goal) is None


def test_a_draft_is_revised_without_a_reason_and_every_revision_stays(company: Company) -> None:
    goal = drafted(company, Terms(target_value=Decimal(40), target_on=date(2026, 12, 31)))
    revise_terms(company.bob, goal, TERMS, at=LATER)
    kept = access.terms(company.alice).filter(goal=goal).order_by("revision")
    assert [(t.revision, t.baseline_value, t.author, t.recorded_at) for t in kept] == [
        (1, None, company.alice, NOON),
        (2, Decimal(60), company.bob, LATER),
    ]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (None, "baseline_value"),
        (replace(TERMS, baseline_value=None, baseline_on=None), "baseline_value"),
        (replace(TERMS, target_value=None, target_on=None), "target_value"),
    ],
)
def test_a_goal_is_agreed_with_baseline_and_target(company: Company, terms: Terms | None, field: str) -> None:
    goal = drafted(company, terms)
    with pytest.raises(Refused, match="An agreed goal has a") as refused:
        agree_goal(company.alice, goal, at=NOON)
    assert refused.value.field == field
    revise_terms(company.alice, goal, TERMS, at=NOON)
    assert agree_goal(company.alice, goal, at=NOON).agreed_at == NOON


def test_a_goal_without_a_measure_is_not_agreed(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, direction="decrease", terms=TERMS)
    with pytest.raises(Refused, match="An agreed goal has a measure"):
        agree_goal(company.alice, goal, at=NOON)


def test_what_was_agreed_last_week_is_entered_today(company: Company) -> None:
    last_week = NOON - timedelta(7)
    assert agree_goal(company.alice, drafted(company), at=NOON, agreed_at=last_week).agreed_at == last_week
    with pytest.raises(Refused, match="lies in the future"):
        agree_goal(company.alice, drafted(company), at=NOON, agreed_at=LATER)


def test_an_agreed_baseline_is_locked_and_moves_by_a_revision_with_a_reason(company: Company) -> None:
    goal = agreed(company)
    eased = replace(TERMS, target_value=Decimal(45))
    with pytest.raises(Refused, match="A reason is missing") as refused:
        revise_terms(company.bob, goal, eased, at=LATER)
    assert refused.value.field == "reason"
    revise_terms(company.bob, goal, eased, at=LATER, reason="They bought a company")
    terms = current_terms(goal)
    assert terms is not None
    assert (terms.revision, terms.target_value, terms.reason) == (2, Decimal(45), "They bought a company")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(TERMS, target_value=Decimal(60)), "target_value"),
        (replace(TERMS, target_value=Decimal(61)), "target_value"),
        (replace(TERMS, target_on=date(2026, 1, 1)), "target_on"),
        (replace(TERMS, baseline_on=None), "baseline_on"),
        (replace(TERMS, tolerance=Decimal(1)), "tolerance"),
    ],
)
def test_terms_that_make_no_sense_are_refused_where_they_are_wrong(company: Company, terms: Terms, field: str) -> None:
    with pytest.raises(Refused) as refused:
        drafted(company, terms)
    assert refused.value.field == field
    assert refused.value.cure
    assert not access.goals(company.alice).exists()


def test_a_level_to_be_held_needs_a_tolerance_and_may_be_where_it_started(company: Company) -> None:
    held = Terms(Decimal(99), date(2026, 1, 1), Decimal(99), date(2026, 12, 31), tolerance=Decimal("0.5"))
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="Uptime", direction="maintain", terms=held)
    assert agree_goal(company.alice, goal, at=NOON).status == "agreed"


def test_a_draft_turns_round_with_its_terms(company: Company) -> None:
    goal = drafted(company)
    with pytest.raises(Refused, match="point the other way"):
        change_goal(company.alice, goal, at=LATER, direction="increase")
    turned = Terms(Decimal(40), date(2026, 1, 1), Decimal(60), date(2026, 12, 31))
    change_goal(company.alice, goal, at=LATER, direction="increase", terms=turned)
    assert agree_goal(company.alice, goal, at=LATER).direction == "increase"


def test_direction_and_unit_are_locked_by_agreeing(company: Company) -> None:
    goal = agreed(company)
    with pytest.raises(Refused, match="locked"):
        change_goal(company.alice, goal, at=LATER, reason="?", unit="weeks")


def test_what_an_agreed_goal_means_changes_with_a_reason(company: Company) -> None:
    goal = agreed(company)
    with pytest.raises(Refused, match="This goal is agreed"):
        change_goal(company.alice, goal, at=LATER, weight=Decimal(3))
    assert change_goal(company.alice, goal, at=LATER, weight=Decimal(3), reason="The board cares").weight == 3
    assert change_goal(company.alice, goal, at=LATER, cadence_days=30).cadence_days == 30


def test_a_value_needs_a_currency_that_exists(company: Company) -> None:
    with pytest.raises(Refused, match=r"This is no currency\. Did you mean .*EUR"):
        change_goal(company.alice, drafted(company), at=LATER, value_per_unit=Decimal(900), currency="EUX")
    priced = change_goal(company.alice, drafted(company), at=LATER, value_per_unit=Decimal("900.5"), currency="EUR")
    assert priced.value_per_unit == Decimal("900.5")


def test_a_goal_ends_once_and_may_be_reopened(company: Company) -> None:
    goal = agreed(company)
    closed = close_goal(company.alice, goal, at=LATER, outcome="achieved")
    assert (closed.status, closed.ended_at) == ("achieved", LATER)
    with pytest.raises(Refused, match="This goal is achieved already"):
        withdraw_goal(company.alice, goal, at=LATER, reason="No longer wanted")
    with pytest.raises(Refused, match="This goal has ended"):
        revise_terms(company.alice, goal, TERMS, at=LATER, reason="Too easy")
    reopened = reopen_goal(company.alice, goal, at=LATER, reason="Counted wrongly")
    assert (reopened.status, reopened.ended_at, reopened.agreed_at) == ("agreed", None, NOON)


def test_a_draft_is_withdrawn_but_neither_achieved_nor_missed(company: Company) -> None:
    goal = drafted(company)
    with pytest.raises(Refused, match="Only an agreed goal"):
        close_goal(company.alice, goal, at=LATER, outcome="missed")
    with pytest.raises(Refused, match="A reason is missing"):
        withdraw_goal(company.alice, goal, at=LATER, reason=" ")
    assert withdraw_goal(company.alice, goal, at=LATER, reason="They sold that unit").status == "withdrawn"
    assert reopen_goal(company.alice, goal, at=LATER, reason="They bought it back").status == "draft"


def test_somebody_who_works_on_what_is_gone_is_told(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    milestone = plan_milestone(company.alice, company.acme, at=NOON, title="Go live", planned_on=DAY)
    remove_milestone(company.bob, milestone, at=NOON)
    with pytest.raises(Refused, match="no such entry"):
        finish_milestone(company.alice, milestone, at=NOON, done_on=DAY)
    remove_stakeholder(company.bob, jane, at=NOON)


def test_a_reading_is_entered_once_for_a_day_and_source(company: Company) -> None:
    goal = drafted(company)
    reading(company, goal)
    add_reading(company.bob, goal, at=NOON, observed_on=DAY, value=Decimal(51), source="their ERP")
    with pytest.raises(Refused, match="There is a reading of that day from that source") as refused:
        reading(company, goal, 52)
    assert refused.value.field == "observed_on"


def test_nobody_reads_tomorrow(company: Company) -> None:
    midnight = datetime(2026, 6, 30, 23, tzinfo=UTC)
    add_reading(company.alice, drafted(company), at=midnight, observed_on=date(2026, 7, 1), value=Decimal(1))
    with pytest.raises(Refused, match="lies in the future"):
        add_reading(company.alice, drafted(company), at=NOON, observed_on=date(2026, 7, 2), value=Decimal(1))


def test_who_vouched_for_a_value_does_not_vouch_for_another(company: Company) -> None:
    entered = reading(company, drafted(company))
    with pytest.raises(Refused, match="A confirmation needs evidence"):
        verify_reading(company.bob, entered, at=NOON)
    verified = verify_reading(company.bob, entered, at=LATER, evidence_link="https://mail.example/42")
    assert (verified.verification, verified.verified_by, verified.verified_at) == (
        "confirmed_by_customer",
        company.bob,
        LATER,
    )
    noted = correct_reading(company.alice, entered, at=LATER, reason="A page more", evidence="Page 7")
    assert noted.verification == "confirmed_by_customer"
    corrected = correct_reading(company.alice, entered, at=LATER, reason="A typo", value=Decimal(53))
    assert (corrected.value, corrected.verification, corrected.verified_by) == (Decimal(53), "unverified", None)


def test_a_reading_entered_by_mistake_is_removed(company: Company) -> None:
    entered = reading(company, drafted(company))
    remove_reading(company.alice, entered, at=NOON)
    assert not access.readings(company.alice).exists()


def test_what_systems_measured_is_taken_over_once(company: Company) -> None:
    goal = change_goal(company.alice, drafted(company), at=NOON, bound_to="series:DSO")
    unbound = drafted(company)
    by_hand = reading(company, goal, 58)
    june = [Measured(goal.pk, DAY, Decimal(55)), Measured(unbound.pk, DAY, Decimal(1))]
    assert measure(june, at=NOON) == 1
    assert measure(june, at=LATER) == 0
    july = Measured(goal.pk, date(2026, 7, 31), Decimal(54))
    assert measure([replace(june[0], value=Decimal("55.5")), july], at=LATER) == 2
    kept = access.readings(company.alice).filter(source="series:DSO").order_by("observed_on")
    assert [(r.value, r.verification, r.entered_by) for r in kept] == [
        (Decimal("55.5"), "measured_by_system", None),
        (Decimal(54), "measured_by_system", None),
    ]
    by_hand.refresh_from_db()
    assert by_hand.value == 58
    with pytest.raises(Refused, match="This source is for what systems measure"):
        add_reading(company.alice, goal, at=LATER, observed_on=DAY, value=Decimal(1), source="series:DSO")
    with pytest.raises(Refused, match="Correct it in that system"):
        correct_reading(company.alice, kept[0], at=LATER, reason="?", value=Decimal(1))


def test_nobody_reports_to_themselves_through_others(company: Company) -> None:
    jane, john, joan = (
        record_stakeholder(company.alice, company.acme, at=NOON, name=name) for name in ("Jane", "John", "Joan")
    )
    change_stakeholder(company.alice, jane, at=NOON, reports_to=john, influence=4, role_in_decisions="champion")
    change_stakeholder(company.alice, john, at=NOON, reports_to=joan)
    with pytest.raises(Refused, match="They would report to themselves"):
        change_stakeholder(company.alice, joan, at=NOON, reports_to=jane)


def test_who_has_goals_is_not_removed_but_departs(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    draft_goal(company.alice, company.acme, at=NOON, stakeholder=jane, measure="Scrap")
    with pytest.raises(Refused, match="Other entries build on this one"):
        remove_stakeholder(company.alice, jane, at=NOON)
    assert change_stakeholder(company.alice, jane, at=NOON, departed_on=DAY).departed_on == DAY


def test_what_hangs_on_a_goal_is_kept_changed_and_removed(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="Jane")
    stake = add_stake(company.bob, jane, at=NOON, tag="promotion")
    assert change_stake(company.bob, stake, at=NOON, text="Head of finance by spring").text.startswith("Head")
    remove_stake(company.carol, stake, at=NOON)
    assert not access.stakes(company.alice).exists()


def test_milestones_notes_adoptions_and_targets_are_kept_changed_and_removed(company: Company) -> None:
    alice, acme = company.alice, company.acme
    step = plan_milestone(alice, acme, at=NOON, title="First invoice", planned_on=DAY, is_first_value=True)
    change_milestone(alice, step, at=NOON, planned_on=date(2026, 7, 31))
    assert finish_milestone(alice, step, at=NOON, done_on=DAY).done_on == DAY
    with pytest.raises(Refused, match="lies in the future"):
        finish_milestone(alice, step, at=NOON, done_on=date(2026, 7, 2))
    jane = record_stakeholder(alice, acme, at=NOON, name="Jane")
    note = write_note(alice, acme, at=NOON, held_on=DAY, text="They pay late.", stakeholders=[jane])
    change_note(company.bob, note, at=NOON, text="They pay very late.", stakeholders=[])
    remove_note(company.bob, note, at=NOON)
    lever = define_lever(alice, at=NOON, name="Collections")
    change_lever(alice, lever, at=NOON, description="Reminds debtors")
    adoption = adopt_lever(alice, acme, lever, at=NOON, adopted_on=DAY)
    assert change_adoption(alice, adoption, at=NOON, ended_on=DAY).ended_on == DAY
    remove_adoption(alice, adoption, at=NOON)
    target = set_target(company.ana, at=NOON, metric="response_time", value=Decimal(4), valid_from=DAY)
    again = set_target(company.ana, at=NOON, metric="response_time", value=Decimal(3), valid_from=DAY)
    assert (again.pk, again.value) == (target.pk, 3)
    remove_target(company.ana, target, at=NOON)
    left = [question(alice).exists() for question in (access.notes, access.adoptions, access.targets)]
    assert left == [False, False, False]
