"""Plans on their way into force: submitted with what they change, approved by others, signed by whom they pay."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from company import NOON, Company
from planned import TENTH, approved, submitted
from trueup.pay.simulate_compare import Change, MoneyDiff
from trueup.record import access
from trueup.record.actions.ledger import close_period
from trueup.record.actions.pay_periods import Calculated, close, decide_calculation, keep_calculation, submit
from trueup.record.actions.pay_plans import SubmittedPlan, decide_plan, put_on_plan, sign_plan, submit_plan
from trueup.record.models import (
    ForcedClose,
    PayApproval,
    PayCalculation,
    PlanAcknowledgement,
    PlanPayee,
    PlanReview,
    User,
)
from trueup.record.pay_periods import Standing, gates, state_of
from trueup.record.pay_plans import approved_version, is_plan_approved, plan_said, plan_states
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.money import Money

INPUTS = "1" * 64
FIFTH = TENTH.replace("0.10", "0.20").replace("2026-01-01", "2026-07-01")
PAYEES = ("alice", "bob")
EUR = Money.of(100, "EUR")
DIFF = MoneyDiff(date(2025, 7, 1), date(2026, 6, 30), ("a" * 64,), ("b" * 64,), (Change("alice", EUR, EUR + EUR),))
DAY = date(2026, 6, 30)


def calculated(company: Company, *plan_hashes: str) -> PayCalculation:
    """January, approved, by these plans."""
    bodies = dict.fromkeys(PAYEES, b'{"lines": []}')
    january = Calculated("2026-01", INPUTS, plan_hashes, "1", NOON, bodies)
    calculation = keep_calculation(company.fin, january, at=NOON)
    submit(company.fin, calculation, at=NOON)
    decide_calculation(company.ada, calculation, decision="approved", at=NOON)
    return calculation


def test_a_version_is_kept_to_the_byte_with_what_it_changes(company: Company) -> None:
    review = submitted(company.fin, payees=PAYEES, money_diff=DIFF)
    kept = PlanReview.objects.get()
    assert bytes(kept.body).decode() == TENTH
    assert plan_said(kept).fingerprint == kept.plan_hash == review.plan_hash
    assert (kept.plan_id, kept.label, kept.valid_from) == ("tenth", "A tenth of everything", date(2026, 1, 1))
    assert json.loads(kept.money_diff) == DIFF.said()
    assert {each.payee for each in PlanPayee.objects.all()} == set(PAYEES)
    assert (kept.submitted_by, kept.not_compared) == (company.fin, "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": "plan: tenth\n"}, "plan.yaml:1: currency is missing"),
        ({"not_compared": ""}, "It is not said what this plan changes"),
        ({"money_diff": DIFF}, "It is not said what this plan changes"),
        ({"payees": {" "}}, "is no payee"),
    ],
)
def test_what_cannot_be_a_plan_is_refused(company: Company, changes: dict[str, object], told: str) -> None:
    with pytest.raises(Refused, match=told):
        submit_plan(company.fin, replace(SubmittedPlan("plan.yaml", TENTH, (), None, "First."), **changes), at=NOON)
    assert not PlanReview.objects.exists()


def test_a_version_is_submitted_once_and_by_who_pays(company: Company) -> None:
    submitted(company.fin)
    with pytest.raises(Refused, match="This version was submitted already"):
        submitted(company.ada, text=f"# The same, with a remark.\n{TENTH}")
    for who in ("Alice", "Mia", "Ana", "Vic"):
        with pytest.raises(NotAllowed, match="for finance and administrators"):
            submitted(company[who], text=FIFTH)


def test_a_plan_goes_from_review_to_active_and_is_superseded(company: Company) -> None:
    def state(review: PlanReview, on: date = DAY) -> str:
        return plan_states(on)[review.plan_hash]

    first = submitted(company.fin)
    assert state(first) == "in review"
    decide_plan(company.ada, first, decision="approved", at=NOON)
    assert (state(first), state(first, date(2025, 12, 31))) == ("active", "approved")
    second = submitted(company.fin, text=FIFTH)
    assert approved_version("tenth", by=second.valid_from, but=second.plan_hash) == first
    assert (state(first, date(2026, 7, 1)), state(second, date(2026, 7, 1))) == ("active", "in review")
    decide_plan(company.ada, second, decision="approved", at=NOON)
    assert (state(first), state(second)) == ("active", "approved")
    assert (state(first, date(2026, 7, 1)), state(second, date(2026, 7, 1))) == ("superseded", "active")
    mended = submitted(company.fin, text=FIFTH.replace("0.20", "0.25"))
    decide_plan(company.ada, mended, decision="approved", at=NOON)
    assert (state(second, date(2026, 7, 1)), state(mended, date(2026, 7, 1))) == ("superseded", "active")
    with pytest.raises(Refused, match="A reason is missing"):
        decide_plan(company.ada, mended, decision="rejected", at=NOON)
    decide_plan(company.ada, mended, decision="rejected", reason="A slip of the pen.", at=NOON)
    assert (state(second, date(2026, 7, 1)), state(mended, date(2026, 7, 1))) == ("active", "rejected")
    ends = submitted(company.fin, text=TENTH.replace("plan: tenth", "plan: ends\nvalid_to: 2026-06-01"))
    decide_plan(company.ada, ends, decision="approved", at=NOON)
    assert (state(ends, date(2026, 5, 31)), state(ends)) == ("active", "ended")


def test_a_plan_is_approved_by_somebody_who_neither_submitted_it_nor_is_paid_by_it(company: Company) -> None:
    review = submitted(company.fin, payees=("alice", "mia"))
    for who, told in (
        ("Fin", "You submitted this plan"),
        ("Mia", "This plan pays you"),
        ("Ana", "Approving pay is for"),
    ):
        with pytest.raises(NotAllowed, match=told):
            decide_plan(company[who], review, decision="approved", at=NOON)
    assert not is_plan_approved(review.plan_hash)
    assert decide_plan(company.ada, review, decision="approved", at=NOON).calculation is None
    assert is_plan_approved(review.plan_hash)


def test_a_manager_approves_a_plan_only_of_people_whom_they_all_lead(company: Company) -> None:
    with pytest.raises(NotAllowed, match="no such entry"):
        decide_plan(company.mia, submitted(company.fin, payees=("bob",)), decision="approved", at=NOON)
    some = submitted(company.fin, text=FIFTH, payees=("alice", "bob"))
    with pytest.raises(NotAllowed, match=r"pays people whom you do not lead\. Let finance"):
        decide_plan(company.mia, some, decision="approved", at=NOON)
    every = submitted(company.fin, text=FIFTH.replace("0.20", "0.25"), payees=("alice", "nora"))
    assert decide_plan(company.mia, every, decision="approved", at=NOON).actor_role == "manager"


def test_a_period_reckoned_by_a_plan_that_nobody_approved_is_not_closed(company: Company) -> None:
    review = submitted(company.fin)
    calculated(company, review.plan_hash, "2" * 64)
    assert gates("2026-01") == [
        "The plan 222222222222 was not submitted for review.",
        "Nobody has approved the plan tenth from 2026-01-01.",
    ]
    calculated(company, review.plan_hash)
    with pytest.raises(Refused, match=r"2026-01 cannot be closed\. Nobody has approved the plan tenth"):
        close(company.fin, "2026-01", [], at=NOON, inputs_hash=INPUTS)
    decide_plan(company.ada, review, decision="rejected", reason="A cliff.", at=NOON)
    assert gates("2026-01") == ["The plan tenth from 2026-01-01 was rejected."]
    decide_plan(company.ada, review, decision="approved", at=NOON)
    assert gates("2026-01") == []
    close(company.fin, "2026-01", [], at=NOON, inputs_hash=INPUTS)


def test_an_administrator_closes_without_an_approved_plan_and_says_why(company: Company) -> None:
    calculated(company, "2" * 64)
    close(company.ada, "2026-01", [], at=NOON, inputs_hash=INPUTS, forced_reason="Payroll runs at noon.")
    assert "was not submitted for review" in ForcedClose.objects.get().gates


@pytest.mark.parametrize("decisions", [(), ("approved", "rejected")])
def test_the_database_closes_no_period_of_a_plan_that_is_not_approved(
    company: Company, decisions: tuple[str, ...]
) -> None:
    good, other = submitted(company.fin), submitted(company.fin, text=FIFTH)
    decide_plan(company.ada, good, decision="approved", at=NOON)
    for decision in decisions:
        decide_plan(company.ada, other, decision=decision, reason="?", at=NOON)
    calculated(company, good.plan_hash, other.plan_hash)
    with pytest.raises(Refused, match="A plan of this period is not approved"):
        close_period(company.fin, "2026-01", at=NOON, statements={})
    decide_plan(company.ada, other, decision="approved", at=NOON)
    close_period(company.fin, "2026-01", at=NOON, statements={})


def test_payees_sign_their_plan_and_who_has_not_is_told_and_stops_nothing(company: Company) -> None:
    review = submitted(company.fin, payees=("alice",))
    calculated(company, review.plan_hash)
    decide_plan(company.ada, review, decision="approved", at=NOON)
    assert state_of("2026-01") == Standing("approved", (), ("1 person has not signed their plan.",))
    assert put_on_plan(company.fin, review.plan_hash, PAYEES, at=NOON) == 1, "Bob came later"
    assert put_on_plan(company.fin, "2" * 64, PAYEES, at=NOON) == 0
    assert state_of("2026-01").told == ("2 people have not signed their plan.",)
    signed = sign_plan(company.alice, review, plan_hash=review.plan_hash, at=NOON)
    assert (signed.payee, signed.plan_hash, signed.signed_at) == ("alice", review.plan_hash, NOON)
    with pytest.raises(Refused, match="You signed this already"):
        sign_plan(company.alice, review, plan_hash=review.plan_hash, at=NOON)
    sign_plan(company.bob, review, plan_hash=review.plan_hash, at=NOON)
    assert state_of("2026-01") == Standing("approved")
    close(company.fin, "2026-01", [], at=NOON, inputs_hash=INPUTS)


def test_only_whom_it_pays_signs_an_approved_plan_by_its_hash(company: Company) -> None:
    review = submitted(company.fin, payees=("alice", "mia"))
    with pytest.raises(NotAllowed, match="no such entry"):
        sign_plan(company.alice, review, plan_hash=review.plan_hash, at=NOON)
    with pytest.raises(Refused, match="Nobody has approved this plan"):
        sign_plan(company.mia, review, plan_hash=review.plan_hash, at=NOON)
    decide_plan(company.ada, review, decision="approved", at=NOON)
    with pytest.raises(Refused, match="This is another plan than was read"):
        sign_plan(company.alice, review, plan_hash="2" * 64, at=NOON)
    with pytest.raises(NotAllowed, match="This plan does not pay you"):
        sign_plan(company.fin, review, plan_hash=review.plan_hash, at=NOON)
    with pytest.raises(NotAllowed, match="no such entry"):
        sign_plan(company.bob, review, plan_hash=review.plan_hash, at=NOON)


def test_payees_see_the_plans_that_pay_them_once_they_are_approved(company: Company) -> None:
    review = submitted(company.fin, payees=("alice",))
    seen = {who for who in vars(company) if isinstance(vars(company)[who], User)}

    def sees() -> set[str]:
        return {who for who in seen if access.plan_reviews(company[who]).exists()}

    assert sees() == {"mia", "fin", "ada"}
    decide_plan(company.ada, review, decision="approved", at=NOON)
    sign_plan(company.alice, review, plan_hash=review.plan_hash, at=NOON)
    assert sees() == {"alice", "mia", "fin", "ada"}
    for question in (access.plan_payees, access.plan_acknowledgements):
        assert {who for who in seen if question(company[who]).exists()} == {"alice", "mia", "fin", "ada"}
    assert {who for who in seen if access.pay_approvals(company[who]).exists()} == {"mia", "fin", "ada"}
    company.alice.is_active = False
    company.alice.save()
    assert not access.plan_reviews(company.alice).exists()


def decided(review: PlanReview, actor: User, **changes: object) -> None:
    given = {
        "object_kind": "plan",
        "object_hash": review.plan_hash,
        "decision": "approved",
        "actor": actor,
        "actor_role": actor.role,
        "decided_at": NOON,
        **changes,
    }
    PayApproval.objects.create(**given)


def acknowledged(review: PlanReview, by: User, **changes: object) -> None:
    given = {"payee": "alice", "plan_hash": review.plan_hash, "signed_by": by, "signed_at": NOON, **changes}
    PlanAcknowledgement.objects.create(review=review, **given)


GUARDED: list[tuple[str, Callable[[Company, PlanReview, PlanReview], object]]] = [
    ("submitted by finance", lambda c, r, _: submitted_anyway(r, c.ana)),
    ("was not submitted for review", lambda c, r, _: decided(r, c.ada, object_hash="2" * 64)),
    ("You submitted this plan", lambda c, r, _: decided(r, c.fin)),
    ("This plan pays you", lambda c, r, _: decided(r, c.mia)),
    ("Read it again", lambda c, _, a: acknowledged(a, c.alice, plan_hash="2" * 64)),
    ("signed by whom it pays", lambda c, _, a: acknowledged(a, c.fin)),
    ("signed by whom it pays", lambda c, _, a: acknowledged(a, c.bob, payee="bob")),
    ("Nobody has approved this plan", lambda c, r, _: acknowledged(r, c.alice)),
    (
        "Nobody has approved this plan",
        lambda c, _, a: (decided(a, c.ada, decision="rejected", reason="?"), acknowledged(a, c.alice)),
    ),
]


def submitted_anyway(of: PlanReview, by: User) -> None:
    values = {field.attname: getattr(of, field.attname) for field in of._meta.concrete_fields if field.name != "id"}
    PlanReview.objects.create(**{**values, "plan_hash": "3" * 64, "submitted_by_id": by.pk})


@pytest.mark.parametrize(("told", "deed"), GUARDED, ids=[str(number) for number, _ in enumerate(GUARDED)])
def test_what_must_not_be_done_to_a_plan_cannot_be(
    company: Company, told: str, deed: Callable[[Company, PlanReview, PlanReview], object]
) -> None:
    in_review = submitted(company.fin, payees=("alice", "mia"))
    approved(company.fin, company.ada, text=FIFTH, payees=("alice",))
    through = PlanReview.objects.exclude(pk=in_review.pk).get()
    with pytest.raises(IntegrityError, match=told), transaction.atomic():
        deed(company, in_review, through)


@pytest.mark.parametrize("model", [PlanReview, PlanPayee, PlanAcknowledgement])
def test_what_was_written_of_a_plan_is_never_changed_nor_deleted(company: Company, model: type[Model]) -> None:
    approved(company.fin, company.ada, payees=("alice",))
    review = PlanReview.objects.get()
    sign_plan(company.alice, review, plan_hash=review.plan_hash, at=NOON + timedelta(1))
    table = model._meta.db_table
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
