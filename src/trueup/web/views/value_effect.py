"""One gain in full: what happened beside what would have happened anyway, and everything that this rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isnan

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from trueup.answers.impact import BEFORE_AFTER, CALLED
from trueup.answers.value import Gain, NoValueError, Whole
from trueup.answers.value_body import CALENDAR, MATCHED, Body, Estimate, Month, body_of
from trueup.answers.value_words import (
    LEFT_OUT,
    MEMBERS,
    STATE,
    apart,
    called,
    certain,
    headline,
    in_unit,
    known_when,
    signed_in_unit,
    values_unit,
)
from trueup.impact.diagnostics import ONE_DONOR, SHOCK, Check
from trueup.impact.words import EVIDENCE, amount, check_in_words
from trueup.record import access
from trueup.record.models import Account, User
from trueup.reports.value_bars import Reach, Scale, reach
from trueup.reports.value_chart import NARROW, STRIP_NARROW, STRIP_WIDE, WIDE, over_months, strip
from trueup.served import value as told
from trueup.web.asked import viewer
from trueup.web.views.value import claims_shown, goals_of

ROWS: Mapping[str, str] = {
    CALENDAR: "at the same start",
    MATCHED: "where they would have come in by the rule",
}
"""Where nothing was done, in words."""
SOMEBODY = "another customer"
"""Whoever the viewer may not read."""
_LEAST_SHOWN = 0.02
"""Donors with a smaller share are told together."""


@dataclass(frozen=True)
class DonorShown:
    """Who stands for the customer; ``account_id``: nothing where the viewer may not read it."""

    account_id: str
    name: str
    share: float
    width: float


@dataclass(frozen=True)
class EstimateShown:
    """What a method finds, as a range on a scale that all of them share."""

    name: str
    value: str
    ends: str
    reach: Reach


@dataclass(frozen=True)
class CheckShown:
    """A check in words; ``state``: passed, blocks, or could not be looked at."""

    words: str
    state: str


@require_GET
def show(request: HttpRequest, effect_id: str) -> HttpResponse:
    """The page of one gain."""
    user = viewer(request)
    try:
        whole = told.whole(user, effect_id)
    except NoValueError as error:
        raise Http404 from error
    if whole is None:
        raise Http404
    gain = whole.gain
    account = get_object_or_404(access.accounts(user), pk=gain.account_id)
    page = {
        "account": account,
        "gain": gain,
        "until": gain.known_from_on - timedelta(days=1),
        "lever": ", ".join(called(lever) for lever in gain.levers),
        "headline": headline(gain),
        "apart": apart(gain),
        "certain": certain(gain) if gain.attributable is not None else "",
        "evidence": EVIDENCE.get(gain.evidence or "", ""),
        "vouched": STATE.get(gain.state or "", ""),
        "when": known_when(gain),
        "figures": _figures(gain),
        "claims": claims_shown(whole.claims, goals_of(user, [each.goal_id for each in whole.claims])),
        "left_out": [(count, LEFT_OUT.get(code, code)) for code, count in gain.left_out.items() if count],
        "adjusted": _adjusted(user, account),
        **_compared(user, whole),
    }
    return render(request, "web/value/effect.html", page)


def _figures(gain: Gain) -> list[tuple[str, str, str]]:
    """What before and after alone claim, what would have been anyway, what is due to us, and what is paid on."""
    if gain.attributable is None:
        return []
    ends = ""
    if gain.low is not None and gain.high is not None:
        ends = f"{signed_in_unit(gain.low, gain.unit)} to {signed_in_unit(gain.high, gain.unit)}"
    known = [
        ("Before and after alone", gain.improvement, "takes credit, or blame, for what would have been anyway"),
        ("Without us", gain.counterfactual, "as others like it went in these months"),
        ("Due to us", gain.attributable, ends),
    ]
    figures = [(name, signed_in_unit(value, gain.unit), about) for name, value, about in known if value is not None]
    paid = in_unit(gain.payable, gain.unit) if gain.payable else "nothing"
    return [*figures, ("Certain enough to be paid on", paid, "the low end, unless something forbids it")]


def _adjusted(user: User, account: Account) -> tuple[int, int]:
    """How many adjustments are recorded at the customer, and how many of them count."""
    states = list(access.adjustments(user).filter(account=account).values_list("status", flat=True))
    return len(states), states.count("approved")


def _compared(user: User, whole: Whole) -> dict[str, object]:
    """Everything that is known only where something could be compared."""
    gain, body = whole.gain, body_of(whole)
    if body is None:
        return {"body": None}
    known = {each.account_id for each in body.donors}
    names = told.names_of(user, known | {account for row in body.elsewhere for account, _ in row.found})
    rows = [row for row in body.elsewhere if row.found]
    shown, others = _donors(body, names)
    return {
        "body": body,
        "drawings": [over_months(gain, body, sheet) for sheet in (WIDE, NARROW)],
        "unit": values_unit(gain.unit),
        "months": [_month(each) for each in body.months],
        "times_in_ten": f"{10 * body.confidence:g}" if body.confidence else "",
        "donors": shown,
        "small_donors": others,
        "strips": [strip(gain, rows, ROWS, names, sheet) for sheet in (STRIP_WIDE, STRIP_NARROW)] if rows else [],
        "elsewhere": [(ROWS[row.name], len(row.found), row.as_much_as(gain.attributable or 0.0)) for row in rows],
        "methods": _estimates(gain, body),
        "checks": [_check(each, names) for each in body.checks],
        "odd": [
            (each.time, amount(each.observed)) for each in body.months if each.is_odd and each.observed is not None
        ],
    }


def _month(of: Month) -> tuple[str, str, str, str, bool]:
    """A time's name and its values in words."""
    ends = "" if of.low is None or of.high is None else f"{amount(of.low)} to {amount(of.high)}"
    observed, anyway = ("–" if value is None else amount(value) for value in (of.observed, of.anyway))
    return of.time, observed, anyway, ends, of.is_odd


def _donors(body: Body, names: Mapping[str, str]) -> tuple[Sequence[DonorShown], int]:
    """Those with most of a share, named where the viewer may read them; and how many others there are."""
    most = body.donors[0].weight if body.donors else 1.0
    shown = [
        DonorShown(
            account_id=each.account_id if each.account_id in names else "",
            name=names.get(each.account_id, SOMEBODY.capitalize()),
            share=each.weight,
            width=round(100 * each.weight / most, 1),
        )
        for each in body.donors
        if each.weight >= _LEAST_SHOWN
    ]
    return shown, len(body.donors) - len(shown)


def _estimates(gain: Gain, body: Body) -> list[EstimateShown]:
    """Every method's estimate, before and after alone first; then the low ends of which the least is paid on."""
    first = () if gain.improvement is None else (Estimate(BEFORE_AFTER, gain.improvement, None, None),)
    everything = [(CALLED.get(each.name, each.name), each) for each in (*first, *body.methods)]
    everything += [(MEMBERS.get(each.name, each.name), each) for each in body.members if each.low is not None]
    scale = Scale.of(
        value for _, each in everything for value in (each.value, each.low, each.high) if value is not None
    )
    shown = []
    for name, each in everything:
        ends = None if each.low is None or each.high is None else (each.low, each.high)
        between = "" if ends is None else " to ".join(signed_in_unit(end, gain.unit) for end in ends)
        shown.append(
            EstimateShown(
                name[:1].upper() + name[1:],
                signed_in_unit(each.value, gain.unit),
                between,
                reach(scale, each.value, ends),
            )
        )
    return shown


def _check(of: Check, names: Mapping[str, str]) -> CheckShown:
    """A check without the id of anybody: the name of who is told of where the viewer may read it."""
    if of.name in {ONE_DONOR, SHOCK} and of.about:
        of = replace(of, about=names.get(of.about, SOMEBODY))
    words = check_in_words(of)
    state = "blocks" if of.blocks else "could not be looked at" if isnan(of.figure) else "passed"
    return CheckShown(words[:1].upper() + words[1:], state)
