"""The rules of the record: told in a sentence before a row is written, and held by the database if it is not asked."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import QuerySet

from company import DAY, NOON, Company
from trueup.record.guards import installed
from trueup.record.keeping import check
from trueup.record.models import (
    Adjustment,
    Adoption,
    ApiToken,
    CustomerAnswer,
    CustomerLink,
    Goal,
    GoalTerms,
    Job,
    Lever,
    MetricTarget,
    Milestone,
    Note,
    Reading,
    Schedule,
    Stake,
    Stakeholder,
    User,
)
from trueup.record.refusal import Refused

Row = models.Model
TERMS = {
    "baseline_value": Decimal(60),
    "baseline_on": date(2026, 1, 1),
    "target_value": Decimal(40),
    "target_on": date(2026, 12, 31),
}


@dataclass(frozen=True)
class Rows:
    """A row of each kind at Acme that breaks no rule."""

    company: Company
    jane: Stakeholder
    goal: Goal
    reading: Reading
    link: CustomerLink
    lever: Lever

    def valid(self, model: type[Row]) -> Row:
        made: Mapping[type[Row], Callable[[], Row]] = {
            Stakeholder: lambda: Stakeholder(account=self.company.acme, name="John"),
            Stake: lambda: Stake(stakeholder=self.jane, goal=self.goal, tag="bonus"),
            Goal: lambda: Goal(account=self.company.acme, measure="Days sales outstanding"),
            GoalTerms: lambda: terms(self.goal, 2, author=self.company.alice),
            Reading: lambda: Reading(
                goal=self.goal,
                observed_on=date(2026, 2, 1),
                value=Decimal(55),
                entered_by=self.company.bob,
                recorded_at=NOON,
            ),
            Milestone: lambda: Milestone(account=self.company.acme, title="First invoice", planned_on=DAY),
            Lever: lambda: Lever(name="Dunning"),
            Adjustment: lambda: adjustment(self.company, starts_on=DAY),
            Adoption: lambda: Adoption(account=self.company.acme, lever=self.lever, adopted_on=DAY),
            Note: lambda: Note(account=self.company.acme, held_on=DAY, text="They like it.", author=self.company.bob),
            MetricTarget: lambda: MetricTarget(metric="response_time", value=Decimal(4), valid_from=DAY),
            CustomerLink: lambda: link(self.company, "b"),
            CustomerAnswer: lambda: answer(self.link, self.goal),
            ApiToken: lambda: ApiToken(
                sha256="c" * 64, user=self.company.ana, label="BI", created_at=NOON, expires_at=NOON + timedelta(1)
            ),
            Job: lambda: Job(kind="build", asked_at=NOON),
            Schedule: lambda: Schedule(kind="build", at=NOON.time()),
            User: lambda: User(email="zoe@ours.example", joined_at=NOON, password="!"),
        }
        return made[model]()


def terms(goal: Goal, revision: int, *, author: User, **other: object) -> GoalTerms:
    given = {"direction": goal.direction, "recorded_at": NOON, "reason": "", **TERMS, **other}
    return GoalTerms(goal=goal, revision=revision, author=author, **given)


def adjustment(company: Company, **other: object) -> Adjustment:
    given = {"measure": "DSO", "amount": Decimal(2), "reason": "They bought a company", "evidence": "Their report"}
    return Adjustment(account=company.acme, proposed_by=company.alice, proposed_at=NOON, **{**given, **other})


def link(company: Company, digit: str) -> CustomerLink:
    return CustomerLink(
        account=company.acme,
        sha256=digit * 64,
        created_by=company.alice,
        created_at=NOON,
        expires_at=NOON + timedelta(30),
    )


def answer(link: CustomerLink, goal: Goal) -> CustomerAnswer:
    return CustomerAnswer(
        sequence=1,
        id=uuid4(),
        link=link,
        goal=goal,
        verdict="confirmed",
        answered_at=NOON,
        algorithm="1",
        payload=b"{}",
        previous_hash="",
        hash="d" * 64,
    )


@pytest.fixture
def rows(company: Company) -> Rows:
    jane = Stakeholder.objects.create(account=company.acme, name="Jane", contact_id="c1")
    goal = Goal.objects.create(account=company.acme, measure="Days sales outstanding", direction="decrease")
    terms(goal, 1, author=company.alice).save()
    reading = Reading.objects.create(
        goal=goal, observed_on=DAY, value=Decimal(50), entered_by=company.alice, recorded_at=NOON
    )
    shared = link(company, "a")
    shared.save()
    shared.goals.add(goal)
    lever = Lever.objects.create(name="Collections")
    Adoption.objects.create(account=company.acme, lever=lever, adopted_on=date(2026, 1, 1))
    MetricTarget.objects.create(metric="response_time", value=Decimal(4), valid_from=date(2026, 1, 1))
    adjustment(company, starts_on=date(2026, 1, 1)).save()
    return Rows(company, jane, goal, reading, shared, lever)


BROKEN = [
    (Stakeholder, {"name": ""}, "name: A name is missing."),
    (Stakeholder, {"name": "N" * 201}, "name: Ensure this value has at most 200 characters (it has 201)."),
    (Stakeholder, {"role_in_decisions": "king"}, "role_in_decisions: This is not a choice."),
    (Stakeholder, {"influence": 6}, "influence: Influence goes from 1, little, to 5, most."),
    (Stakeholder, {"influence": 0}, "influence: Influence goes from 1, little, to 5, most."),
    (Stakeholder, {"contact_id": "c1"}, "contact_id: This contact is a stakeholder of the account already."),
    (Stake, {"tag": "yacht"}, "tag: This is not a choice."),
    (Stake, {"tag": "other"}, "text: A stake of kind other needs words."),
    (Goal, {"kind": "secret"}, "kind: This is not a choice."),
    (Goal, {"kind": "personal"}, "stakeholder: A personal goal is somebody's."),
    (Goal, {"direction": "sideways"}, "direction: This is not a choice."),
    (Goal, {"stated_by": "a bird"}, "stated_by: This is not a choice."),
    (Goal, {"status": "dreamt"}, "status: This is not a choice."),
    (Goal, {"weight": Decimal(0)}, "weight: A weight is above 0."),
    (Goal, {"weight": Decimal("-0.00000001")}, "weight: A weight is above 0."),
    (Goal, {"cadence_days": 0}, "cadence_days: A goal is read once a day at most."),
    (Goal, {"value_per_unit": Decimal(9)}, "currency: A value and its currency go together."),
    (Goal, {"currency": "EUR"}, "currency: A value and its currency go together."),
    (Goal, {"agreed_at": NOON}, "agreed_at: An agreed goal has the date of its agreement, a draft has none."),
    (Goal, {"ended_at": NOON}, "ended_at: A goal that ended has the date of its end, another one has none."),
    (Goal, {"status": "withdrawn"}, "ended_at: A goal that ended has the date of its end, another one has none."),
    (Goal, {"status": "agreed", "agreed_at": NOON, "measure": ""}, "measure: An agreed goal has a measure."),
    (Goal, {"bound_to": "a wish"}, "bound_to: Readings come from a series or a metric."),
    (GoalTerms, {"revision": 1}, "revision: Somebody revised this goal at the same moment."),
    (GoalTerms, {"revision": 0}, "revision: Revisions count from 1."),
    (GoalTerms, {"baseline_on": None}, "baseline_on: A baseline is a value on a day."),
    (GoalTerms, {"baseline_value": None}, "baseline_on: A baseline is a value on a day."),
    (GoalTerms, {"target_on": None}, "target_on: A target is a value by a day."),
    (GoalTerms, {"target_on": TERMS["baseline_on"]}, "target_on: The target's day is not after the baseline's."),
    (GoalTerms, {"target_value": Decimal(60)}, "target_value: A goal to decrease has its target below its baseline."),
    (GoalTerms, {"target_value": Decimal(600)}, "target_value: A goal to decrease has its target below its baseline."),
    (GoalTerms, {"direction": "increase"}, "target_value: A goal to increase has its target above its baseline."),
    (GoalTerms, {"tolerance": Decimal(1)}, "tolerance: A goal to maintain says how far it may stray, others do not."),
    (GoalTerms, {"direction": "maintain"}, "tolerance: A goal to maintain says how far it may stray, others do not."),
    (GoalTerms, {"direction": "maintain", "tolerance": Decimal(-1)}, "tolerance: A tolerance is not below 0."),
    (Reading, {"observed_on": DAY}, "observed_on: There is a reading of that day from that source."),
    (Reading, {"verification": "believed"}, "verification: This is not a choice."),
    (Reading, {"verification": "confirmed_by_customer"}, "verification: A verified reading says since when"),
    (Reading, {"verified_at": NOON}, "verification: A verified reading says since when"),
    (Reading, {"entered_by": None}, "entered_by: A reading is entered by somebody or measured by a system."),
    (Milestone, {"title": ""}, "title: A title is missing."),
    (Lever, {"name": ""}, "name: A name is missing."),
    (Lever, {"name": "Collections"}, "name: There is a lever of this name."),
    (Adoption, {"adopted_on": date(2026, 1, 1)}, "adopted_on: This adoption is recorded already."),
    (Adoption, {"ended_on": date(2025, 1, 1)}, "ended_on: The last day of use is before the first."),
    (Adjustment, {"measure": ""}, "measure: A measure is missing."),
    (Adjustment, {"kind": "change_of_mind"}, "kind: This is not a choice."),
    (Adjustment, {"status": "believed"}, "status: This is not a choice."),
    (Adjustment, {"reason": ""}, "reason: It is not said what happened."),
    (Adjustment, {"evidence": ""}, "evidence: Evidence is missing."),
    (Adjustment, {"amount": None}, "amount: A change of level says by how much, another one does not."),
    (Adjustment, {"kind": "change_of_definition"}, "amount: A change of level says by how much"),
    (Adjustment, {"amount": Decimal(0)}, "amount: A change of 0 changes nothing."),
    (
        Adjustment,
        {"kind": "change_of_definition", "amount": None, "ends_on": DAY},
        "ends_on: A change of definition has no last day.",
    ),
    (Adjustment, {"ends_on": date(2026, 6, 29)}, "ends_on: The last day is before the first."),
    (Adjustment, {"status": "approved"}, "status: A decided adjustment says by whom and when"),
    (Adjustment, {"decided_at": NOON}, "status: A decided adjustment says by whom and when"),
    (Adjustment, {"starts_on": date(2026, 1, 1)}, "starts_on: There is such an adjustment from that day on."),
    (Note, {"text": ""}, "text: The note is empty."),
    (MetricTarget, {"metric": ""}, "metric: A metric is missing."),
    (MetricTarget, {"grain": "planet"}, "grain: This is not a choice."),
    (MetricTarget, {"valid_from": date(2026, 1, 1)}, "valid_from: There is a target from that day on."),
    (CustomerLink, {"sha256": "a" * 64}, "sha256: This token exists."),
    (CustomerLink, {"expires_at": NOON}, "expires_at: A link expires after it was made."),
    (CustomerAnswer, {"verdict": "shrugged"}, "verdict: This is not a choice."),
    (CustomerAnswer, {"verdict": "corrected"}, "value: A correction has a value, a confirmation has none."),
    (CustomerAnswer, {"value": Decimal(1)}, "value: A correction has a value, a confirmation has none."),
    (CustomerAnswer, {"verdict": "disputed", "salt": "e"}, "note: A dispute needs words."),
    (CustomerAnswer, {"claimed_value": Decimal(1)}, "reading: What was said to a reading is kept with the value"),
    (ApiToken, {"scope": "everything"}, "scope: This is not a choice."),
    (ApiToken, {"label": ""}, "label: A label is missing."),
    (ApiToken, {"expires_at": NOON}, "expires_at: A token expires after it was made."),
    (Job, {"kind": "party"}, "kind: This is not a choice."),
    (Job, {"status": "running"}, "status: A job that began has a worker and a time."),
    (Schedule, {"weekdays": 0}, "weekdays: A schedule needs a day."),
    (Schedule, {"weekdays": 128}, "weekdays: A schedule needs a day."),
    (User, {"email": ""}, "email: A mail address is missing."),
    (User, {"email": "Zoe@ours.example"}, "email: Mail addresses are kept in lower case."),
    (User, {"email": "bob@ours.example"}, "email: Somebody signs in with this address already."),
    (User, {"role": "king"}, "role: This is not a choice."),
]


def broken(rows: Rows, model: type[Row], changes: dict[str, object]) -> Row:
    row = rows.valid(model)
    for field, value in changes.items():
        setattr(row, field, value)
    return row


MODELS = sorted({model for model, _, _ in BROKEN}, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS)
def test_a_row_that_breaks_no_rule_is_written(rows: Rows, model: type[Row]) -> None:
    row = rows.valid(model)
    check(row)
    row.save()


@pytest.mark.parametrize("model", MODELS)
def test_a_broken_rule_is_told_and_held(rows: Rows, model: type[Row]) -> None:
    for changes, told in [(changes, told) for of, changes, told in BROKEN if of is model]:
        with pytest.raises(Refused) as refused:
            check(broken(rows, model, changes))
        assert f"{refused.value.field}: {refused.value}".startswith(told)
        if "characters" not in told:  # SQLite keeps texts of any length
            with pytest.raises(IntegrityError), transaction.atomic():
                QuerySet(model).bulk_create([broken(rows, model, changes)])


def test_every_rule_of_every_table_is_among_those(rows: Rows) -> None:
    told = {said for _, _, said in BROKEN}
    silent = {"revision_from_1", "chain_does_not_fork", "answer_hash_once", "api_token_once", "one_job_runs"}
    silent |= {"nobody_reports_to_themselves", "adjustment_decided_by_somebody_else"}
    for model in {model for model, _, _ in BROKEN}:
        for constraint in model._meta.constraints:
            says = str(constraint.violation_error_message)
            assert constraint.name in silent or any(says.startswith(said.split(": ", 1)[1]) for said in told), (
                constraint
            )


def test_a_number_keeps_all_its_digits(rows: Rows) -> None:
    exact = Decimal("9876543210987654.12345678")
    Reading.objects.filter(pk=rows.reading.pk).update(value=exact)
    assert Reading.objects.get(pk=rows.reading.pk).value == exact
    assert Reading.objects.filter(value=exact).exists()
    assert Reading.objects.filter(value=Decimal("50.00")).exists() is False


@pytest.mark.parametrize("value", [Decimal("0.123456789"), Decimal("1e16"), Decimal("NaN"), Decimal("Infinity")])
def test_a_number_that_cannot_be_kept_is_refused(rows: Rows, value: Decimal) -> None:
    with pytest.raises(Refused) as refused:
        check(broken(rows, Reading, {"value": value}))
    assert refused.value.field == "value"


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_a_text_that_cannot_be_kept_is_refused(rows: Rows, text: str) -> None:
    with pytest.raises(Refused, match="cannot be kept") as refused:
        check(broken(rows, Note, {"text": text}))
    assert refused.value.field == "text"


def test_a_text_is_trimmed(rows: Rows) -> None:
    john = broken(rows, Stakeholder, {"name": "  John "})
    check(john)
    assert isinstance(john, Stakeholder)
    assert john.name == "John"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://files.example", "not a link"])
@pytest.mark.parametrize("model", [Reading, Adjustment])
def test_evidence_is_linked_safely(rows: Rows, model: type[Row], link: str) -> None:
    with pytest.raises(Refused, match="This is no link"):
        check(broken(rows, model, {"evidence_link": link}))


def test_every_guard_stands_after_all_migrations(rows: Rows) -> None:
    names = (
        "0009_guards",
        "0012_grade_guards",
        "0014_indicator_study_guards",
        "0017_adjustment_guards",
        "0019_pay_ledger_guards",
        "0021_pay_period_guards",
        "0023_value_agreement_guards",
        "0025_plan_guards",
        "0027_adjustment_payee_guard",
    )
    guards = [g for name in names for g in importlib.import_module(f"trueup.record.migrations.{name}").GUARDS]
    assert installed(connection) == {guard.name for guard in guards}


def agree(rows: Rows) -> None:
    Goal.objects.filter(pk=rows.goal.pk).update(status="agreed", agreed_at=NOON)


def elsewhere(rows: Rows) -> Goal:
    return Goal.objects.create(account=rows.company.globex, measure="Scrap")


def john(rows: Rows) -> Stakeholder:
    return Stakeholder.objects.create(account=rows.company.globex, name="John")


GUARDED: list[tuple[str, Callable[[Rows], object]]] = [
    ("An entry stays with its account.", lambda r: Goal.objects.update(account=r.company.globex)),
    ("An entry stays with its account.", lambda r: Stakeholder.objects.update(account=r.company.globex)),
    ("An entry stays with its account.", lambda r: CustomerLink.objects.update(account=r.company.globex)),
    ("An entry stays with its account.", lambda r: Adoption.objects.update(account=r.company.globex)),
    ("An entry stays with its account.", lambda r: Adjustment.objects.update(account=r.company.globex)),
    (
        "They report to somebody at another",
        lambda r: Stakeholder.objects.filter(pk=r.jane.pk).update(reports_to=john(r)),
    ),
    ("The goal is of somebody at another", lambda r: Goal.objects.update(stakeholder=john(r))),
    ("The goal is of somebody at another", lambda r: Goal.objects.create(account=r.company.acme, stakeholder=john(r))),
    (
        "The milestone serves a goal of another",
        lambda r: Milestone.objects.create(account=r.company.acme, goal=elsewhere(r), title="Go", planned_on=DAY),
    ),
    (
        "The stake hangs on a goal of another",
        lambda r: Stake.objects.create(stakeholder=r.jane, goal=elsewhere(r), tag="job"),
    ),
    ("The note is about somebody at another", lambda r: noted(r).stakeholders.add(john(r))),
    ("The link shares a goal of another", lambda r: r.link.goals.add(elsewhere(r))),
    ("Personal goals are shared with nobody.", lambda r: r.link.goals.add(personal(r))),
    ("This goal was shared with the customer.", lambda r: Goal.objects.update(kind="personal", stakeholder=r.jane)),
    (
        "A goal begins as a draft.",
        lambda r: Goal.objects.create(account=r.company.acme, measure="Scrap", status="agreed", agreed_at=NOON),
    ),
    (
        "What was agreed is not a draft again.",
        lambda r: (agree(r), Goal.objects.update(status="draft", agreed_at=None)),
    ),
    (
        "An agreed goal has a baseline and a target",
        lambda r: Goal.objects.filter(pk=elsewhere(r).pk).update(status="agreed", agreed_at=NOON),
    ),
    (
        "An agreed goal has a baseline and a target",
        lambda r: (terms(r.goal, 2, author=r.company.bob, target_value=None, target_on=None).save(), agree(r)),
    ),
    ("An agreed goal has a baseline and a target", lambda r: (Goal.objects.update(direction="increase"), agree(r))),
    ("The direction and unit of an agreed goal", lambda r: (agree(r), Goal.objects.update(unit="weeks"))),
    (
        "An adjustment begins as proposed.",
        lambda r: adjustment(
            r.company, starts_on=DAY, status="approved", decided_by=r.company.ana, decided_at=NOON
        ).save(),
    ),
    ("A decided adjustment stays as it is.", lambda r: (decided(r), Adjustment.objects.all().delete())),
    (
        "Nobody decides what they proposed or changed.",
        lambda r: (
            Adjustment.versions.update(history_user=r.company.ana),
            Adjustment.objects.update(status="refused", decided_by=r.company.ana, decided_at=NOON),
        ),
    ),
    (
        "adjustment_decided_by_somebody_else",
        lambda r: Adjustment.objects.update(status="approved", decided_by=r.company.alice, decided_at=NOON),
    ),
    ("Terms are never changed.", lambda r: GoalTerms.objects.update(baseline_value=Decimal(90))),
    ("Terms are never changed.", lambda r: GoalTerms.objects.update(reason="I never said so")),
    ("Terms are never deleted.", lambda r: GoalTerms.objects.filter(goal=r.goal).delete()),
    (
        "The terms point another way than the goal.",
        lambda r: terms(r.goal, 2, author=r.company.bob, direction="maintain", tolerance=Decimal(1)).save(),
    ),
    ("Somebody revised this goal at the same", lambda r: terms(r.goal, 3, author=r.company.bob).save()),
    (
        "This goal has ended.",
        lambda r: (
            Goal.objects.update(status="withdrawn", ended_at=NOON),
            terms(r.goal, 2, author=r.company.bob, reason="late").save(),
        ),
    ),
    (
        "An agreed goal has a baseline and a target",
        lambda r: (
            agree(r),
            terms(r.goal, 2, author=r.company.bob, reason="?", baseline_value=None, baseline_on=None).save(),
        ),
    ),
    ("This goal is agreed, its baseline locked.", lambda r: (agree(r), terms(r.goal, 2, author=r.company.bob).save())),
    ("A reading stays with its goal.", lambda r: Reading.objects.update(goal=elsewhere(r))),
    (
        "A customer's answer is never changed.",
        lambda r: (answered(r), CustomerAnswer.objects.update(verdict="disputed")),
    ),
    ("A customer's answer is never changed.", lambda r: (answered(r), CustomerAnswer.objects.update(payload=b"{ }"))),
    ("A customer's answer is never changed.", lambda r: (answered(r), CustomerAnswer.objects.update(note="Praise"))),
    ("A customer's answer is never deleted.", lambda r: answered(r).delete()),
    ("Somebody answered at the same moment.", lambda r: answered(r, sequence=2)),
    ("Somebody answered at the same moment.", lambda r: answered(r, previous_hash="f" * 64)),
    ("This link does not share that goal.", lambda r: answered(r, goal=elsewhere(r))),
    (
        "This reading is of another goal.",
        lambda r: answered(r, reading=read(elsewhere(r), r.company.charlie), claimed_value=Decimal(1)),
    ),
]


def decided(rows: Rows, **changes: object) -> None:
    Adjustment.objects.update(status="approved", decided_by=rows.company.ana, decided_at=NOON)
    Adjustment.objects.update(**changes)


DECIDED: list[dict[str, object]] = [
    {"status": "refused"},
    {"status": "proposed", "decided_by": None, "decided_at": None},
    {"amount": Decimal(1)},
    {"amount": None, "kind": "change_of_definition"},
    {"starts_on": DAY},
    {"ends_on": DAY},
    {"decided_at": NOON + timedelta(1)},
    {"proposed_at": NOON - timedelta(1)},
    {"measure": "Stock cover"},
    {"reason": "Something else"},
    {"evidence": "Their other report"},
    {"evidence_link": "https://acme.example"},
]


@pytest.mark.parametrize("changes", DECIDED, ids=[" ".join(changes) for changes in DECIDED])
def test_a_decided_adjustment_is_never_changed(rows: Rows, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="A decided adjustment stays as it is"), transaction.atomic():
        decided(rows, **changes)


def noted(rows: Rows) -> Note:
    note = rows.valid(Note)
    note.save()
    assert isinstance(note, Note)
    return note


def personal(rows: Rows) -> Goal:
    return Goal.objects.create(account=rows.company.acme, stakeholder=rows.jane, kind="personal", measure="Be CFO")


def read(goal: Goal, by: User) -> Reading:
    return Reading.objects.create(goal=goal, observed_on=DAY, value=Decimal(1), entered_by=by, recorded_at=NOON)


def answered(rows: Rows, **changes: object) -> CustomerAnswer:
    given = broken(rows, CustomerAnswer, dict(changes))
    given.save(force_insert=True)
    assert isinstance(given, CustomerAnswer)
    return given


@pytest.mark.parametrize(("told", "deed"), GUARDED, ids=[told for told, _ in GUARDED])
def test_what_must_not_be_done_to_the_record_cannot_be(rows: Rows, told: str, deed: Callable[[Rows], object]) -> None:
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        deed(rows)


def test_what_may_be_done_is_not_in_the_way(rows: Rows) -> None:
    agree(rows)
    terms(rows.goal, 2, author=rows.company.bob, reason="The customer bought a company").save()
    Goal.objects.update(weight=Decimal(2), measure="DSO", kpi="dso")
    Goal.objects.update(status="achieved", ended_at=NOON)
    GoalTerms.objects.filter(revision=2).update(reason="(erased)")
    Adjustment.objects.update(amount=Decimal(3), ends_on=DAY)
    decided(rows, reason="(erased) bought a company", evidence="(erased)")
    answered(rows)
    CustomerAnswer.objects.update(said_by="", note="", salt="")
