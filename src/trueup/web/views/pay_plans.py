"""Plans: which versions there are and where they stand, what one says and changes; submitted, decided and signed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from trueup.answers.pay_words import change, money, named, percent, short
from trueup.answers.plan_words import holds, plan_shown
from trueup.pay.simulate_compare import Change
from trueup.record import access
from trueup.record.actions import pay_plans as acting
from trueup.record.models import PlanReview, User
from trueup.record.pay_plans import PlanState
from trueup.runs.pay_plans import PlanStanding
from trueup.served import pay_plans as told
from trueup.served.pay import leads, people_names
from trueup.served.pay_plans import ChangeTold, PlanTold
from trueup.units.money import Money
from trueup.web.asked import viewer
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.rights import typed_in
from trueup.web.views.entries.sheets import Sheet, fill_in

_WAY: tuple[PlanState, ...] = ("draft", "in review", "active", "superseded")


class ReadForm(EntryForm):
    """Nothing to fill in; ``read``: the hash of the plan that somebody read."""

    read = forms.CharField(widget=forms.HiddenInput())


class RefusalForm(ReadForm):
    """Why a plan is rejected."""

    reason = text("What has to be put right?", "It is submitted anew as another version.", long=True)


class SubmissionForm(ReadForm):
    """Which plan's place a new one takes."""

    instead_of = choice("Compared with", [("", "the version before it")])

    def __init__(self, others: Sequence[str], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = [("", "the version before it, if there is one"), *((each, each) for each in others)]
        self.fields["instead_of"].choices = choices  # type: ignore[attr-defined]  # a choice


@dataclass(frozen=True)
class Row:
    """A version in the list."""

    of: PlanStanding
    holds: str
    signed: str
    waits: bool


@dataclass(frozen=True)
class Stage:
    """A state on a version's way: behind it, where it stands now, or ahead."""

    name: str
    where: str


@dataclass(frozen=True)
class ChangeRow:
    """What a version changes in somebody's pay."""

    name: str
    old: str
    new: str
    difference: str
    share: str
    mood: str


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every version that one may see, by plan, the newest first."""
    user = viewer(request)
    found, why = told.plans(user)
    waiting = {each.plan_hash for each in told.to_sign(user)}
    by_plan: dict[str, list[Row]] = {}
    for each in sorted(found, key=lambda one: one.valid_from, reverse=True):
        by_plan.setdefault(each.plan_id, []).append(
            Row(each, holds(each.valid_from, each.valid_to), _signed(each), each.plan_hash in waiting)
        )
    page = {
        "here": "plans",
        "plans": [(rows[0].of.label, rows) for _, rows in sorted(by_plan.items())],
        "wrong": why,
        "pays": access.may(user, "pay"),
        "leads": leads(user),
    }
    return render(request, "web/pay/plans.html", page)


@require_GET
def show(request: HttpRequest, plan_hash: str) -> HttpResponse:
    """A version: its clauses, what it changes in people's pay, and what came of it."""
    user = viewer(request)
    found = _found(user, plan_hash)
    standing = found.standing
    changed = {each.payee for each in found.change.changes} if found.change else set()
    names = people_names(user, standing.payees | changed)
    page = {
        "here": "plans",
        "of": standing,
        "said": plan_shown(found.plan),
        "stages": _stages(standing.state),
        "short": short(plan_hash),
        "steps": found.steps,
        "words": list(dict.fromkeys(step.why for step in found.steps.values() if step.why)),
        "history": found.history,
        "not_compared": found.not_compared,
        "pays": access.may(user, "pay"),
        "leads": leads(user),
        "is_approved": standing.decision is not None and standing.decision.decision == "approved",
        "signatures": sorted((names.get(each, each), each in standing.signed) for each in standing.payees),
        "is_payee": user.person_id in standing.payees,
        "has_signed": user.person_id in standing.signed,
        **(_change(found.change, names) if found.change else {}),
    }
    return render(request, "web/pay/plan.html", page)


@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, plan_hash: str) -> HttpResponse:
    """Hand a draft over to whoever approves it, with what it changes."""
    user = viewer(request)
    found = _asked(user, plan_hash, "submit")
    plan_id = found.standing.plan_id
    form = SubmissionForm(told.others(user, plan_id), typed_in(request), initial={"read": plan_hash})
    sheet = _sheet(
        found,
        "Submit",
        "What it would have paid everybody over the last 12 months is reckoned and kept with it, which may take some"
        " seconds. Somebody else approves it, whom it does not pay.",
    )

    def act() -> object:
        return told.submit(user, plan_hash, at=_now(), instead_of=form.cleaned_data["instead_of"])

    return fill_in(request, form, sheet, act, says="It was submitted.")


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, plan_hash: str) -> HttpResponse:
    """Let a version pass."""
    user = viewer(request)
    found = _asked(user, plan_hash, "approve")
    form = ReadForm(typed_in(request), initial={"read": plan_hash})
    sheet = _sheet(found, "Approve", f"{_changes(found)} You approve exactly this: {short(plan_hash)}.")
    decide = partial(acting.decide_plan, user, decision="approved", at=_now())
    return _done(request, form, sheet, found, decide, says="Approved.")


@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, plan_hash: str) -> HttpResponse:
    """Send a version back, with a reason."""
    user = viewer(request)
    found = _asked(user, plan_hash, "reject")
    form = RefusalForm(typed_in(request), initial={"read": plan_hash})
    sheet = _sheet(found, "Reject", "No period that it pays is closed from then on.", is_grave=True)
    decide = partial(acting.decide_plan, user, decision="rejected", at=_now())
    return _done(
        request, form, sheet, found, lambda review: decide(review, reason=form.cleaned_data["reason"]), says="Rejected."
    )


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, plan_hash: str) -> HttpResponse:
    """Sign the plan that pays one."""
    user = viewer(request)
    found = _asked(user, plan_hash, "sign")
    form = ReadForm(typed_in(request), initial={"read": plan_hash})
    sheet = _sheet(
        found, "Sign", f"That you read what it says, and are paid by it. You sign exactly this: {plan_hash}."
    )
    return _done(
        request,
        form,
        sheet,
        found,
        lambda review: acting.sign_plan(user, review, plan_hash=form.cleaned_data["read"], at=_now()),
        says="You signed it.",
    )


def _found(user: User, plan_hash: str) -> PlanTold:
    found = told.plan(user, plan_hash)
    if found is None:
        raise Http404
    return found


def _asked(user: User, plan_hash: str, step: str) -> PlanTold:
    """The version, where the viewer may do this with it; else nothing is here."""
    found = _found(user, plan_hash)
    if not found.steps[step].may:
        raise Http404
    return found


def _done(
    request: HttpRequest,
    form: EntryForm,
    sheet: Sheet,
    found: PlanTold,
    act: Callable[[PlanReview], object],
    *,
    says: str,
) -> HttpResponse:
    review = found.standing.review
    if review is None:
        raise Http404
    return fill_in(request, form, sheet, lambda: act(review), says=says)


def _sheet(found: PlanTold, verb: str, lede: str, *, is_grave: bool = False) -> Sheet:
    of = found.standing
    title = f"{verb} {of.label}, {holds(of.valid_from, of.valid_to)}?"
    return Sheet(title, reverse("pay_plan", args=[of.plan_hash]), lede=lede, button=verb, is_grave=is_grave)


def _changes(found: PlanTold) -> str:
    """What approving changes, in a sentence."""
    if found.change is None:
        return f"Nothing can be compared: {found.not_compared}"
    winners, losers = _moved(found.change.changes)
    sums = ", ".join(change(total) for _, _, total in _totals(found.change.changes))
    return f"Over 12 months {winners} would have been paid more, {losers} less, {sums or 'nothing'} in all."


def _change(found: ChangeTold, names: Mapping[str, str]) -> dict[str, object]:
    winners, losers = _moved(found.changes)
    ordered = sorted(found.changes, key=lambda one: (-abs(one.difference.amount), names.get(one.payee, one.payee)))
    return {
        "change": found,
        "winners": winners,
        "losers": losers,
        "same": len(found.changes) - winners - losers,
        "rows": [_row(names.get(each.payee, each.payee), each) for each in ordered],
        "totals": [
            ChangeRow("All", money(old), money(new), change(more), _share(Change("", old, new)), _mood(more.amount))
            for old, new, more in _totals(found.changes)
        ],
        "unreckoned": [named(message, names) for message in found.unreckoned],
    }


def _row(name: str, of: Change) -> ChangeRow:
    more = of.difference
    return ChangeRow(name, money(of.old), money(of.new), change(more), _share(of), _mood(more.amount))


def _share(of: Change) -> str:
    if of.share is None:
        return "–"
    return f"+{percent(of.share)}" if of.share > 0 else percent(of.share)


def _mood(amount: Decimal) -> str:
    return "better" if amount > 0 else "worse" if amount < 0 else "quiet"


def _moved(changes: Sequence[Change]) -> tuple[int, int]:
    """How many win, and how many lose."""
    more = [each.difference.amount for each in changes]
    return sum(each > 0 for each in more), sum(each < 0 for each in more)


def _totals(changes: Sequence[Change]) -> list[tuple[Money, Money, Money]]:
    """What all are paid by the old and the new, and the difference, by currency."""
    sums: dict[str, tuple[Money, Money]] = {}
    for each in changes:
        nothing = Money.zero(each.old.currency)
        old, new = sums.get(each.old.currency, (nothing, nothing))
        sums[each.old.currency] = (old + each.old, new + each.new)
    return [(old, new, new - old) for _, (old, new) in sorted(sums.items())]


def _stages(of: PlanState) -> list[Stage]:
    """The states that a version goes through, with what it turned out to be."""
    way: list[PlanState] = list(_WAY)
    match of:
        case "rejected":
            way = ["draft", "in review", "rejected"]
        case "approved":
            way[2:2] = ["approved"]
        case "ended":
            way[3] = "ended"
        case _:
            pass
    at = way.index(of)
    return [Stage(state, "now" if n == at else "done" if n < at else "ahead") for n, state in enumerate(way)]


def _signed(of: PlanStanding) -> str:
    if not of.payees:
        return "–"
    return f"{len(of.signed)} of {len(of.payees)}"


def _now() -> datetime:
    return datetime.now(UTC)
