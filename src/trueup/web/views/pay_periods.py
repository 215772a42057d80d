"""What is done with a pay period: submitted, approved or rejected, its exceptions looked after, closed and paid."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET, require_http_methods

from trueup.answers.pay_words import money, period_name, short
from trueup.record import access
from trueup.record.actions import pay_periods as acting
from trueup.record.models import PayCalculation, User
from trueup.record.refusal import Refused
from trueup.served import pay as told
from trueup.served.pay import PeriodTold
from trueup.units.money import total
from trueup.web.asked import viewer
from trueup.web.views.entries.forms import EntryForm, text
from trueup.web.views.entries.rights import typed_in
from trueup.web.views.entries.sheets import Sheet, fill_in


class SeenForm(EntryForm):
    """Nothing to fill in; ``seen``: the calculation that somebody looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput())


class RejectionForm(SeenForm):
    """Why a calculation is rejected."""

    reason = text("What has to be put right?", "It is calculated again, and submitted anew.", long=True)


class NoteForm(SeenForm):
    """What is done about a line that was refused."""

    key = forms.CharField(widget=forms.HiddenInput())
    note = text("What do you do about it?", "Others see that you look after it.", long=True)


class ForcedForm(SeenForm):
    """Why a period is closed although something stands in the way."""

    forced_reason = text(
        "Why is it closed even if something stands in the way?",
        "Leave it empty where nothing does. It is kept together with what stood in the way.",
        long=True,
    )


@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, period: str) -> HttpResponse:
    """Hand the newest calculation over to whoever approves it."""
    user = viewer(request)
    found, calculation = _asked(user, period, "submit")
    form = SeenForm(typed_in(request), initial={"seen": calculation.pk})
    sheet = _sheet(
        found,
        "Submit",
        f"{_comes_to(user, found)} Somebody else approves it, whom it does not pay and who did not submit it.",
    )
    return _done(request, form, sheet, lambda seen: acting.submit(user, seen, at=_now()), says="It was submitted.")


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, period: str) -> HttpResponse:
    """Let the newest calculation pass."""
    user = viewer(request)
    found, calculation = _asked(user, period, "approve")
    form = SeenForm(typed_in(request), initial={"seen": calculation.pk})
    sheet = _sheet(found, "Approve", f"{_comes_to(user, found)} You approve exactly this: {short(calculation.hash)}.")
    decide = partial(acting.decide_calculation, user, decision="approved", at=_now())
    return _done(request, form, sheet, decide, says="Approved.")


@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, period: str) -> HttpResponse:
    """Send the newest calculation back, with a reason."""
    user = viewer(request)
    found, calculation = _asked(user, period, "reject")
    form = RejectionForm(typed_in(request), initial={"seen": calculation.pk})
    sheet = _sheet(found, "Reject", _comes_to(user, found), is_grave=True)
    decide = partial(acting.decide_calculation, user, decision="rejected", at=_now())
    return _done(
        request,
        form,
        sheet,
        lambda seen: decide(seen, reason=form.cleaned_data["reason"]),
        says="Rejected. It has to be calculated again.",
    )


@require_http_methods(["GET", "POST"])
def own(request: HttpRequest, period: str) -> HttpResponse:
    """Look after a line that was refused; which one, the address says as ``?key=``."""
    user = viewer(request)
    found, calculation = _asked(user, period, "own")
    key = request.GET.get("key", "")
    refused = next((each for each in found.exceptions if each.key == key and each.owned is None), None)
    if refused is None:
        raise Http404
    form = NoteForm(typed_in(request), initial={"seen": calculation.pk, "key": key})
    sheet = Sheet("Look after this", _back(period), lede=refused.message, button="I look after it")
    return _done(
        request,
        form,
        sheet,
        lambda seen: acting.own_exception(user, seen, key, note=form.cleaned_data["note"], at=_now()),
        says="You look after it.",
    )


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, period: str) -> HttpResponse:
    """Post what the statements say, and end the period; nevertheless, for administrators."""
    user = viewer(request)
    found, calculation = _asked(user, period, "close", may_force=True)
    kind = ForcedForm if access.may(user, "administer") else SeenForm
    form = kind(typed_in(request), initial={"seen": calculation.pk})
    gates = f" In the way stands: {' '.join(found.gates)}" if found.gates else ""
    sheet = _sheet(
        found,
        "Close",
        f"{_comes_to(user, found)} It is reckoned once more, and closed only where that says the same. Then all of it"
        f" is posted, and {period_name(period)} ends for good: what is learned later is trued up in the period that is"
        f" open then.{gates}",
        is_grave=True,
    )
    return _done(
        request,
        form,
        sheet,
        lambda seen: told.close(user, seen, at=_now(), forced_reason=form.cleaned_data.get("forced_reason", "")),
        says=f"{period_name(period)} is closed.",
    )


@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, period: str) -> HttpResponse:
    """Pay a closed period out; the file for payroll is on the period's page afterwards."""
    user = viewer(request)
    found = told.period(user, period)
    if found is None or not found.steps["run"].may:
        raise Http404
    sheet = _sheet(
        found,
        "Pay",
        f"{_pays(user, period)} Draws, recoveries and offsets are booked with it, in the period that is open now. It is"
        " done once: payroll is given the file that comes of it.",
        is_grave=True,
    )
    return fill_in(
        request,
        EntryForm(typed_in(request)),
        sheet,
        lambda: told.pay(user, period, at=_now()),
        says=f"{period_name(period)} is paid. The file for payroll is beside the run.",
    )


@require_GET
def payroll(request: HttpRequest, period: str, number: int) -> HttpResponse:
    """The file of a pay run, to the byte as its hash was kept."""
    run = access.pay_runs(viewer(request)).filter(period=period, number=number, file__isnull=False).first()
    if run is None or run.file is None:
        raise Http404
    answer = HttpResponse(bytes(run.file), content_type="text/csv; charset=utf-8")
    name = f"payroll-{period}-{number}.csv"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer


def _pays(user: User, period: str) -> str:
    """What a run would pay to how many; why it cannot be told where something is in the way."""
    try:
        runs = told.payable(user, period).runs.values()
    except Refused as refused:
        return str(refused)
    paid = [each.paid for each in runs if each.paid.amount > 0]
    sums = ", ".join(
        money(total([each for each in paid if each.currency == currency], currency))
        for currency in sorted({each.currency for each in paid})
    )
    people = f"{len(paid)} {'person is' if len(paid) == 1 else 'people are'}"
    return f"{people} paid {sums or 'nothing'}."


def _asked(user: User, period: str, step: str, *, may_force: bool = False) -> tuple[PeriodTold, PayCalculation]:
    """The period with its newest calculation, where the viewer may do this with it; else nothing is here."""
    found = told.period(user, period)
    if found is None or found.calculation is None:
        raise Http404
    forces = may_force and access.may(user, "administer") and found.closed is None
    if not found.steps[step].may and not forces:
        raise Http404
    return found, found.calculation


def _done(
    request: HttpRequest,
    form: EntryForm,
    sheet: Sheet,
    act: Callable[[PayCalculation], object],
    *,
    says: str,
) -> HttpResponse:
    """Fill in the form and act on the calculation that was seen, even if another one came since."""

    def write() -> object:
        seen = access.pay_calculations(viewer(request)).filter(pk=form.cleaned_data["seen"]).first()
        if seen is None:
            raise Http404
        return act(seen)

    return fill_in(request, form, sheet, write, says=says)


def _sheet(found: PeriodTold, verb: str, lede: str, *, is_grave: bool = False) -> Sheet:
    return Sheet(f"{verb} {period_name(found.period)}?", _back(found.period), lede=lede, button=verb, is_grave=is_grave)


def _comes_to(user: User, found: PeriodTold) -> str:
    """What the viewer would let pass: of so many people, so much."""
    headlines = told.people(user, found.period)
    sums = ", ".join(money(total.posted) for total in told.totals(headlines)) or "nothing"
    people = f"{len(headlines)} {'person' if len(headlines) == 1 else 'people'}"
    return f"{people}, {sums} in all."


def _back(period: str) -> str:
    return f"{reverse('pay')}?{urlencode({'period': period})}"


def _now() -> datetime:
    return datetime.now(UTC)
