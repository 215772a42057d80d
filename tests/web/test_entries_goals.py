"""A goal's page and what is done there: agreed, revised, read, confirmed, ended, restored."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from company import NOON, Company
from trueup import served
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.levers import define_lever
from trueup.record.actions.milestones import plan_milestone
from trueup.record.models import Goal, GoalTerms, Milestone, Reading
from web_pages import browser_of, fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")
TERMS = Terms(Decimal(58), date(2026, 1, 31), Decimal(45), date(2031, 6, 30))
PAST = "2026-03-31"


@pytest.fixture
def alice(company: Company) -> Client:
    return browser_of(company.alice)


@pytest.fixture
def goal(company: Company) -> Goal:
    return draft_goal(
        company.alice,
        company.acme,
        at=NOON,
        measure="Days sales outstanding",
        unit="days",
        direction="decrease",
        terms=TERMS,
    )


@pytest.fixture
def agreed(company: Company, goal: Goal) -> Goal:
    return agree_goal(company.alice, goal, at=NOON)


def at(name: str, goal: Goal) -> str:
    return reverse(name, args=[goal.pk])


def test_the_page_tells_the_terms_every_revision_and_who_made_it(alice: Client, agreed: Goal) -> None:
    told = text_of(alice.get(at("goal", agreed)))
    assert "from 58 days to 45 days by 30 June 2031" in told
    assert "Alice 30 Jun 2026" in told
    assert "Nothing was read yet." in told


def test_a_goal_by_hand_is_a_draft_with_the_library_s_name_for_it(alice: Client) -> None:
    told = alice.post("/customers/acme/goals/new/", {"measure": "dso", "unit": "days", "direction": "decrease"})
    goal = Goal.objects.get()
    assert told.headers["Location"] == at("goal", goal)
    assert (goal.measure, goal.kpi, goal.status, goal.weight) == (
        "Days sales outstanding",
        "days_sales_outstanding",
        "draft",
        1,
    )
    assert not GoalTerms.objects.exists()


def test_a_draft_s_terms_need_no_reason_an_agreed_goal_s_do(alice: Client, goal: Goal) -> None:
    again = {"baseline_value": "60", "baseline_on": PAST, "target_value": "45", "target_on": "2031-06-30"}
    assert alice.post(at("goal_terms", goal), again).status_code == 302
    assert alice.post(at("goal_agree", goal), {}).status_code == 302
    refused = alice.post(at("goal_terms", goal), {**again, "target_value": "40,5"})
    assert refused.status_code == 422
    assert "A reason is missing." in text_of(refused)
    assert fields_of(refused)["target_value"] == "40,5"
    told = {**again, "target_value": "40,5", "reason": "Their board asked for more."}
    assert alice.post(at("goal_terms", goal), told).status_code == 302
    assert "Their board asked for more." in text_of(alice.get(at("goal", goal)))
    revisions = GoalTerms.objects.order_by("revision").values_list("revision", "target_value")
    assert list(revisions) == [(1, Decimal(45)), (2, Decimal(45)), (3, Decimal("40.5"))]


@pytest.mark.parametrize(
    ("wrong", "beside", "says"),
    [
        ({"target_value": "58"}, "target_value", "A goal to decrease has its target below its baseline."),
        ({"target_on": "2025-01-01"}, "target_on", "The target's day is not after the baseline's."),
        ({"baseline_on": ""}, "baseline_on", "A baseline is a value on a day. Give both, or neither."),
        ({"target_value": "1,200"}, "target_value", "1,200 may be 1200 or 1.2"),
        ({"target_value": "soon"}, "target_value", "This is no number. Write it with digits, such as 91.5."),
        ({"target_on": "summer"}, "target_on", "This is no day. Write it as 2027-06-30."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_with_the_cure(
    alice: Client, goal: Goal, wrong: dict[str, str], beside: str, says: str
) -> None:
    right = {"baseline_value": "58", "baseline_on": PAST, "target_value": "45", "target_on": "2031-06-30"}
    told = alice.post(at("goal_terms", goal), {**right, **wrong})
    page = told.content.decode()
    assert told.status_code == 422
    assert says in text_of(told)
    assert f'id="id_{beside}_error"' in page
    field = page[page.index(f'name="{beside}"') :].split(">")[0]
    assert 'aria-invalid="true"' in field
    assert f"id_{beside}_error" in field
    assert "autofocus" in field


def test_a_draft_without_a_target_is_not_agreed_and_says_what_is_missing(alice: Client, company: Company) -> None:
    bare = draft_goal(company.alice, company.acme, at=NOON, measure="Scrap", direction="decrease")
    told = alice.post(at("goal_agree", bare), {})
    assert told.status_code == 422
    assert "An agreed goal has a baseline. Say where it starts, and when." in text_of(told)


def test_a_reading_is_added_without_leaving_the_page_which_is_ready_for_the_next(alice: Client, agreed: Goal) -> None:
    typed = {"value": "51,5", "observed_on": PAST, "source": "their monthly report", "evidence": "Carla, by mail"}
    told = alice.post(at("goal_reading", agreed), typed, headers={"HX-Request": "true"})
    assert told.status_code == 200
    assert "Added: 51.5 days." in text_of(told)
    fields = fields_of(told)
    assert (fields["value"], fields["observed_on"], fields["source"]) == ("", PAST, "their monthly report")
    assert 'name="value"' in told.content.decode().split("autofocus")[0].rpartition("<input")[2]
    assert 'hx-swap-oob="true"' in told.content.decode()
    reading = Reading.objects.get()
    assert (reading.value, reading.observed_on, reading.evidence) == (
        Decimal("51.5"),
        date(2026, 3, 31),
        "Carla, by mail",
    )


def test_a_reading_is_added_without_any_script_too(alice: Client, agreed: Goal) -> None:
    told = alice.post(at("goal_reading", agreed), {"value": "51.5", "observed_on": PAST})
    assert told.headers["Location"] == f"{at('goal', agreed)}#readings"
    ahead = (served.today() + timedelta(days=9)).isoformat()
    refused = alice.post(at("goal_reading", agreed), {"value": "50", "observed_on": ahead})
    assert refused.status_code == 422
    assert "This day lies in the future. Give a day that has begun." in text_of(refused)
    assert fields_of(refused)["value"] == "50"


def test_the_same_day_and_source_is_corrected_not_added(alice: Client, agreed: Goal) -> None:
    typed = {"value": "51", "observed_on": PAST}
    alice.post(at("goal_reading", agreed), typed)
    again = alice.post(at("goal_reading", agreed), {**typed, "value": "52"}, headers={"HX-Request": "true"})
    assert "There is a reading of that day from that source. Correct it instead." in text_of(again)
    reading = Reading.objects.get()
    page = reverse("reading_correct", args=[reading.pk])
    assert "A reason is missing." in text_of(alice.post(page, {**fields_of(alice.get(page)), "value": "52"}))
    alice.post(page, {**fields_of(alice.get(page)), "value": "52", "reason": "A typing error."})
    reading.refresh_from_db()
    assert reading.value == 52


def test_a_confirmation_needs_evidence(alice: Client, agreed: Goal) -> None:
    alice.post(at("goal_reading", agreed), {"value": "51", "observed_on": PAST})
    page = reverse("reading_confirm", args=[Reading.objects.get().pk])
    assert "A confirmation needs evidence." in text_of(alice.post(page, {}))
    alice.post(page, {"evidence": "Carla Jensen, in the review of 2 April"})
    assert Reading.objects.get().verification == "confirmed_by_customer"
    assert "confirmed noted by Alice" in text_of(alice.get(at("goal", agreed)))


def test_what_a_system_measured_is_not_corrected_here(alice: Client, agreed: Goal) -> None:
    measured = Reading(
        goal=agreed,
        observed_on=date(2026, 3, 31),
        value=51,
        verification="measured_by_system",
        verified_at=NOON,
        recorded_at=NOON,
    )
    measured.save()
    assert alice.get(reverse("reading_correct", args=[measured.pk])).status_code == 404
    assert "Correct" not in text_of(alice.get(at("goal", agreed)))


def test_a_goal_ends_and_runs_again(alice: Client, agreed: Goal) -> None:
    assert alice.post(at("goal_close", agreed), {"outcome": "achieved", "day": "2026-07-31"}).status_code == 302
    agreed.refresh_from_db()
    assert (agreed.status, agreed.ended_at.date() if agreed.ended_at else None) == ("achieved", date(2026, 7, 31))
    assert "A reason is missing." in text_of(alice.post(at("goal_reopen", agreed), {}))
    alice.post(at("goal_reopen", agreed), {"reason": "It slipped again."})
    alice.post(at("goal_withdraw", agreed), {"reason": "She has left."})
    agreed.refresh_from_db()
    assert agreed.status == "withdrawn"
    page = alice.get(at("goal", agreed))
    assert "“She has left.”" in text_of(page)
    assert at("goal_withdraw", agreed) not in page.content.decode()


def test_what_a_goal_says_changes_with_a_reason_once_it_is_agreed(
    alice: Client, agreed: Goal, company: Company
) -> None:
    lever = define_lever(company.alice, at=NOON, name="Automatic dunning")
    page = at("goal_change", agreed)
    fields = {**fields_of(alice.get(page)), "weight": "2", "value_per_unit": "1200", "currency": "eur"}
    refused = alice.post(page, fields)
    assert "This goal is agreed. Say why it changes." in text_of(refused)
    unknown = alice.post(page, {**fields, "currency": "EUX", "reason": "It matters more now."})
    assert "This is no currency. Did you mean" in text_of(unknown)
    told = {**fields, "levers": str(lever.pk), "cadence_days": "30", "reason": "It matters more now."}
    assert alice.post(page, told).status_code == 302
    agreed.refresh_from_db()
    assert (agreed.weight, agreed.value_per_unit, agreed.currency, agreed.cadence_days) == (2, 1200, "EUR", 30)
    assert list(agreed.levers.all()) == [lever]


def test_a_goal_turns_around_with_new_terms_in_the_same_step(alice: Client, goal: Goal) -> None:
    page = at("goal_change", goal)
    fields = {**fields_of(alice.get(page)), "direction": "increase"}
    assert "A goal to increase has its target above its baseline." in text_of(alice.post(page, fields))
    assert alice.post(page, {**fields, "target_value": "70"}).status_code == 302
    goal.refresh_from_db()
    assert goal.direction == "increase"
    assert list(GoalTerms.objects.order_by("revision").values_list("revision", "target_value")) == [(1, 45), (2, 70)]
    alice.post(page, {**fields_of(alice.get(page)), "weight": "2"})
    assert GoalTerms.objects.count() == 2


def test_a_goal_to_keep_says_how_far_it_may_stray(alice: Client) -> None:
    typed = {"measure": "Bed occupancy", "unit": "%", "direction": "maintain", "target_value": "85 %"}
    typed |= {"target_on": "2031-06-30"}
    assert "Leave the unit to its own field." in text_of(alice.post("/customers/acme/goals/new/", typed))
    refused = alice.post("/customers/acme/goals/new/", typed | {"target_value": "85"})
    assert "A goal to maintain says how far it may stray" in text_of(refused)
    alice.post("/customers/acme/goals/new/", typed | {"target_value": "85", "tolerance": "3"})
    assert GoalTerms.objects.get().tolerance == 3


def test_the_history_tells_what_changed_and_leads_back(alice: Client, goal: Goal) -> None:
    page = at("goal_change", goal)
    alice.post(page, {**fields_of(alice.get(page)), "weight": "3"})
    history = reverse("history", args=["goal", goal.pk])
    told = alice.get(history)
    assert "weight 1 3" in text_of(told).lower()
    alice.post(history, {"version": fields_of(told)["version"]})
    goal.refresh_from_db()
    assert goal.weight == 1
    assert len(fields_of(alice.get(history))) > 0


def test_a_deleted_milestone_comes_back_from_its_history(alice: Client, goal: Goal, company: Company) -> None:
    step = plan_milestone(
        company.alice, company.acme, at=NOON, goal=goal, title="First invoice", planned_on=date(2026, 9, 1)
    )
    told = alice.post(reverse("milestone_remove", args=[step.pk]), {"reason": "Not now."}, follow=True)
    assert "First invoice was deleted. Undo" in text_of(told)
    history = reverse("history", args=["milestone", step.pk])
    page = alice.get(history)
    assert "It is deleted." in text_of(page)
    alice.post(history, {"version": fields_of(page)["version"]})
    assert Milestone.objects.get().title == "First invoice"


def test_a_milestone_on_the_way_is_planned_and_done_from_the_goal(alice: Client, goal: Goal) -> None:
    page = f"{reverse('milestone_new', args=['acme'])}?goal={goal.pk}"
    fields = {**fields_of(alice.get(page)), "title": "Dunning goes live", "planned_on": "2026-09-01"}
    assert alice.post(page, fields).headers["Location"] == at("goal", goal)
    step = Milestone.objects.get()
    assert step.goal == goal
    alice.post(reverse("milestone_done", args=[step.pk]), {"done_on": "2026-08-28"})
    assert "done 28 Aug 2026" in text_of(alice.get(at("goal", goal)))
