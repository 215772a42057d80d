"""Customers' chances: whom to worry about first, and what each chance is made of."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from trueup.answers.outcome_words import Words, words_of
from trueup.answers.scores import AccountScore, NoScoresError, Reason, Scores
from trueup.record import access
from trueup.record.models import Account
from trueup.runs.panel_outcomes import OUTCOMES
from trueup.served import scores as told
from trueup.served import studies
from trueup.web.asked import page_asked, viewer

SHOWN = 50
REASONS = 8
"""So many reasons are shown at once; the others are small."""
_HARDLY = 0.005


@dataclass(frozen=True)
class Bar:
    """A reason as a bar to the left or right of the middle, in percent of half the scale."""

    reason: Reason
    left: float
    width: float
    helps: bool
    since: str


@dataclass(frozen=True)
class Shown:
    """A customer's chance: places on the scale in percent, and what moved since."""

    account: Account
    of: AccountScore
    at: float
    low: float
    high: float
    move: str
    mood: str


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The customers that the viewer may read, whom to worry about first."""
    user = viewer(request)
    newest = studies.newest(user)
    outcome = request.GET.get("outcome", next(iter(newest), OUTCOMES[0]))
    if outcome not in OUTCOMES:
        raise Http404
    page: dict[str, Any] = {
        "here": "scores",
        "newest": newest,
        "outcome": outcome,
        "words": words_of(outcome),
        "outcomes": [(each, words_of(each).short, each in newest) for each in OUTCOMES],
    }
    try:
        found = told.of_outcome(user, outcome)
    except NoScoresError as error:
        return render(request, "web/indicators/scores.html", {**page, "because": str(error)})
    accounts = access.accounts(user)
    seen = None if access.reads_every_account(user) else set(access.ids(accounts))
    order = [place for place in found.order if seen is None or found.account_ids[place] in seen]
    pages = max(1, -(-len(order) // SHOWN))
    at = min(page_asked(request), pages)
    places = order[(at - 1) * SHOWN : at * SHOWN]
    names = accounts.in_bulk([found.account_ids[place] for place in places])
    rows = [
        shown_of(found, found.at(place), names[found.account_ids[place]])
        for place in places
        if found.account_ids[place] in names
    ]
    base = f"{reverse('scores')}?{urlencode({'outcome': outcome})}"
    more = {
        "scores": found,
        "rows": rows,
        "total": len(order),
        "page": at,
        "pages": pages,
        "earlier": f"{base}&page={at - 1}" if at > 1 else "",
        "later": f"{base}&page={at + 1}" if at < pages else "",
        **_window(found),
    }
    return render(request, "web/indicators/scores.html", {**page, **more})


@require_GET
def of_account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Every chance of a customer, with what it is made of and what moved."""
    user = viewer(request)
    account = get_object_or_404(access.accounts(user), pk=account_id)
    chances = [
        {
            "words": words_of(outcome),
            "scores": found,
            "shown": shown_of(found, of, account),
            "bars": bars_of(of, is_good=found.is_good),
            "moved": [
                _moved(each, is_good=found.is_good) for each in of.moved[:REASONS] if abs(each.change or 0) > _HARDLY
            ],
            **_window(found),
        }
        for outcome, (found, of) in told.of_account(user, account.pk).items()
    ]
    return render(request, "web/indicators/account.html", {"account": account, "chances": chances})


def summary(request: HttpRequest, account: Account) -> list[tuple[Words, Scores, Shown]]:
    """A customer's chances for its own page."""
    found = told.of_account(viewer(request), account.pk)
    return [(words_of(outcome), scores, shown_of(scores, of, account)) for outcome, (scores, of) in found.items()]


def shown_of(found: Scores, of: AccountScore, account: Account) -> Shown:
    """A chance with its places on the scale."""
    if of.chance is None or of.low is None or of.high is None:
        return Shown(account, of, 0, 0, 0, "", "")
    at, low, high = (round(100 * each, 1) for each in (of.chance, of.low, of.high))
    if of.before is None:
        return Shown(account, of, at, low, high, "", "")
    points = round(100 * of.chance) - round(100 * of.before)
    mood = "" if not points else "better" if (points > 0) == found.is_good else "worse"
    move = "as before" if not points else f"{'+' if points > 0 else '−'}{abs(points)} points"
    return Shown(account, of, at, low, high, move, mood)


def bars_of(of: AccountScore, *, is_good: bool) -> list[Bar]:
    """The strongest reasons on one scale, the rest of them as one."""
    most = max((abs(each.adds) for each in of.reasons), default=0.0) or 1.0
    others = of.reasons[REASONS:]
    listed = list(of.reasons[:REASONS])
    if others:
        before = None if any(each.before is None for each in others) else sum(each.before or 0.0 for each in others)
        listed.append(Reason("", f"{len(others)} others together", sum(each.adds for each in others), before))
    most = max(most, abs(listed[-1].adds) if listed else 0.0)
    return [_bar(each, most, is_good=is_good) for each in listed]


def _bar(reason: Reason, most: float, *, is_good: bool) -> Bar:
    width = round(50 * abs(reason.adds) / most, 1)
    return Bar(
        reason,
        left=50 - width if reason.adds < 0 else 50,
        width=width,
        helps=(reason.adds > 0) == is_good,
        since=""
        if reason.change is None or abs(reason.change) < _HARDLY
        else f"{reason.change:+.2f}".replace("-", "−"),
    )


def _moved(reason: Reason, *, is_good: bool) -> tuple[Reason, bool]:
    return reason, ((reason.change or 0.0) > 0) == is_good


def _window(found: Scores) -> dict[str, object]:
    return {"from_days": found.lead_days, "to_days": found.lead_days + found.horizon_days}
