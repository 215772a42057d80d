"""What customers gained because of us: whom we served worst first, one customer, and what levers did for all."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from trueup import served
from trueup.answers.value import ClaimTold, Gain, InsightTold, NoValueError, Standing, Suggestion
from trueup.answers.value_body import body_of
from trueup.answers.value_share import verified_share
from trueup.answers.value_words import (
    VERDICT,
    WHY,
    called,
    certain,
    headline,
    in_unit,
    known_when,
    listed,
    next_one,
    signed_in_unit,
    together,
)
from trueup.impact.words import EVIDENCE
from trueup.record import access
from trueup.record.models import Account, Goal, User
from trueup.reports.value_bars import Part, Reach, Scale, certain_part, common, parts_of, reach, whole_money
from trueup.reports.value_chart import SMALL, over_months
from trueup.reports.wording import percent
from trueup.served import value as told
from trueup.web.asked import page_asked, viewer

SHOWN = 50
_UNCLAIMED = "what was gained is known, but no goal that was agreed on says what it is worth"
SUMMARIZED = 3
"""So many gains are told on a customer's own page; its page of value has all."""


@dataclass(frozen=True)
class Line:
    """A customer of the portfolio; ``marks``: what else is to be said of it. ``why``: why it has no value yet."""

    account_id: str
    name: str
    value: str
    low: str
    is_loss: bool
    parts: tuple[Part, ...]
    certain: Part | None
    vouched: str
    marks: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class ClaimShown:
    """What a gain is worth to the customer, in words; ``why``: what keeps it from being paid on or known."""

    goal: Goal | None
    measure: str
    point: str
    low: str
    is_loss: bool
    state: str | None
    counts: bool
    why: str


@dataclass(frozen=True)
class GainShown:
    """A gain as a card; ``chart``: nothing where nothing could be compared."""

    gain: Gain
    headline: str
    certain: str
    evidence: str
    when: str
    chart: Markup
    claims: tuple[ClaimShown, ...]


@dataclass(frozen=True)
class Tried:
    """What a lever did for customers alike, as a range; ``worth``: what that is worth at least, where anybody said."""

    lever: str
    sign: str
    verdict: str
    mood: str
    gained: str
    between: str
    who: str
    without: str
    further: str
    reach: Reach


@dataclass(frozen=True)
class OfGoal:
    """Levers that bear on an open goal."""

    goal: Goal | None
    label: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True)
class OfLever:
    """What a lever did, for all customers (None where that would tell of one or two) and by segment."""

    lever: str
    whole: Tried | None
    segments: tuple[Tried, ...]


@dataclass(frozen=True)
class OfMeasure:
    """Levers that bear on a measure, on one scale."""

    label: str
    unit: str
    better: str
    levers: tuple[OfLever, ...]


@require_GET
def portfolio(request: HttpRequest) -> HttpResponse:
    """The customers that the viewer may read, whom we served worst first; then those of whom no value is known."""
    user = viewer(request)
    page: dict[str, object] = {"here": "portfolio"}
    try:
        standings = told.portfolio(user)
    except NoValueError as error:
        return render(request, "web/value/portfolio.html", {**page, "because": str(error)})
    if not standings:
        return render(request, "web/value/portfolio.html", page)
    currency = served.settings().currency
    share = verified_share(told.built(), {each.account_id for each in standings})
    pages = max(1, -(-len(standings) // SHOWN))
    at = min(page_asked(request), pages)
    scale = common(standings)
    lines = _lines(user, standings[(at - 1) * SHOWN : at * SHOWN], scale, currency)
    base = reverse("value")
    valued = [each for each in standings if each.claims]
    figures = {
        "value": whole_money(sum((each.point for each in valued), Decimal(0)), currency) if valued else "–",
        "certain": whole_money(sum((each.low for each in valued), Decimal(0)), currency) if valued else "–",
        "share": percent(share),
        "valued": len(valued),
    }
    more = {
        "figures": figures,
        "zero": scale.zero,
        "lines": [line for line in lines if not line.why],
        "unknown": [line for line in lines if line.why],
        "page": at,
        "pages": pages,
        "earlier": f"{base}?page={at - 1}" if at > 1 else "",
        "later": f"{base}?page={at + 1}" if at < pages else "",
    }
    return render(request, "web/value/portfolio.html", {**page, **more})


def _lines(user: User, standings: Sequence[Standing], scale: Scale, currency: str) -> list[Line]:
    names = told.names_of(user, [each.account_id for each in standings])
    whys = _whys(user, {each.account_id for each in standings if not each.claims})
    return [
        Line(
            account_id=each.account_id,
            name=names[each.account_id],
            value=whole_money(each.point, currency),
            low=whole_money(each.low, currency),
            is_loss=each.point < 0,
            parts=parts_of(each, scale),
            certain=certain_part(each, scale),
            vouched=_vouched(each, currency),
            marks=_marks(each),
            why="" if each.claims else called(listed(whys.get(each.account_id, ["nothing to compare yet"]))),
        )
        for each in standings
        if each.account_id in names
    ]


def _whys(user: User, accounts: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Why customers have no value: what their goals lack, else what speaks against their gains."""
    of_goals: dict[str, dict[str, None]] = defaultdict(dict)
    of_gains: dict[str, dict[str, None]] = defaultdict(dict)
    for claim in told.claims(user, accounts):
        if claim.why is not None:
            of_goals[claim.account_id][WHY.get(claim.why, claim.why)] = None
    for gain in told.gains(user, among=accounts):
        why = _UNCLAIMED if gain.why is None else WHY.get(gain.why, gain.why)
        of_gains[gain.account_id][why] = None
    return {account: list(whys) for account, whys in {**of_gains, **of_goals}.items()}


def _vouched(of: Standing, currency: str) -> str:
    """Of which part who vouches, in words."""
    known = {"confirmed": of.confirmed, "only claimed": of.claimed, "disputed": of.disputed}
    some = {name: value for name, value in known.items() if value}
    if len(some) == 1:
        return next(iter(some))
    return ", ".join(f"{whole_money(value, currency)} {name}" for name, value in some.items())


def _marks(of: Standing) -> tuple[str, ...]:
    told_of = (
        (of.waiting, "start is still being compared", "starts are still being compared"),
        (of.weak, "estimate does not count: something casts doubt", "estimates do not count: something casts doubt"),
        (of.lacks_rate, "value has no exchange rate", "values have no exchange rate"),
    )
    return tuple(f"{count} {one if count == 1 else several}" for count, one, several in told_of if count)


@require_GET
def of_account(request: HttpRequest, account_id: str) -> HttpResponse:
    """What a customer gained, what that is worth to it, and what might move its open goals."""
    user = viewer(request)
    account = get_object_or_404(access.accounts(user), pk=account_id)
    page: dict[str, object] = {"account": account}
    try:
        found = told.of_account(user, account.pk)
    except NoValueError as error:
        return render(request, "web/value/account.html", {**page, "because": str(error)})
    goals = goals_of(user, [*(each.goal_id for each in found.claims), *(each.goal_id for each in found.suggestions)])
    by_effect: dict[str | None, list[ClaimTold]] = defaultdict(list)
    for claim in found.claims:
        by_effect[claim.effect_id].append(claim)
    more = {
        "gains": [_shown(user, gain, claims_shown(by_effect[gain.effect_id], goals)) for gain in _newest(found.gains)],
        "others": claims_shown(by_effect[None], goals),
        "goals": _suggested(found.suggestions, goals),
    }
    return render(request, "web/value/account.html", {**page, **more})


def summary(request: HttpRequest, account: Account) -> list[GainShown]:
    """What a customer gained, for its own page: what is known, the newest first."""
    user = viewer(request)
    try:
        found = told.of_account(user, account.pk)
    except NoValueError:
        return []
    known = [gain for gain in _newest(found.gains) if gain.attributable is not None]
    goals = goals_of(user, [each.goal_id for each in found.claims])
    return [
        _shown(user, gain, claims_shown([each for each in found.claims if each.effect_id == gain.effect_id], goals))
        for gain in known[:SUMMARIZED]
    ]


def _newest(gains: Iterable[Gain]) -> list[Gain]:
    return sorted(gains, key=lambda each: (each.attributable is None, -each.adopted_on.toordinal(), each.measure))


def _shown(user: User, gain: Gain, claims: Sequence[ClaimShown]) -> GainShown:
    whole = told.whole(user, gain.effect_id)
    body = body_of(whole) if whole else None
    return GainShown(
        gain=gain,
        headline=called(headline(gain).removeprefix(f"{gain.label}: ")),
        certain=certain(gain) if gain.attributable is not None else "",
        evidence=EVIDENCE.get(gain.evidence or "", ""),
        when=known_when(gain),
        chart=over_months(gain, body, SMALL) if body else Markup(""),
        claims=tuple(claims),
    )


def claims_shown(claims: Iterable[ClaimTold], goals: Mapping[str, Goal]) -> list[ClaimShown]:
    """Claims in words; ``goals``: those that the viewer may read, by id."""
    return [
        ClaimShown(
            goal=(goal := goals.get(each.goal_id)),
            measure=goal.measure if goal else each.measure.replace("_", " ").capitalize(),
            point="" if each.point is None else whole_money(each.point, each.currency or ""),
            low="" if each.low is None else whole_money(each.low, each.currency or ""),
            is_loss=each.point is not None and each.point < 0,
            state=each.state,
            counts=bool(each.counts),
            why=listed([WHY.get(code, code) for code in ([each.why] if each.why else each.blocked_by)]),
        )
        for each in claims
    ]


def goals_of(user: User, goal_ids: Collection[str]) -> Mapping[str, Goal]:
    """Those of the goals that the viewer may read, by id."""
    return {str(goal.pk): goal for goal in access.goals(user).filter(pk__in=set(goal_ids))}


def _suggested(suggestions: Sequence[Suggestion], goals: Mapping[str, Goal]) -> list[OfGoal]:
    found = []
    for goal_id, some in groupby(suggestions, key=lambda each: each.goal_id):
        levers = list(some)
        scale = Scale.of(end for each in levers for end in (each.low, each.high))
        # What did harm is no advice, and is told last.
        tried = sorted((_advised(each, scale) for each in levers), key=lambda each: each.mood == "worse")
        found.append(OfGoal(goals.get(goal_id), levers[0].label, tuple(tried)))
    return found


def _advised(of: Suggestion, scale: Scale) -> Tried:
    if of.value is None:
        worth = "nobody said what a unit is worth"
    elif of.value > 0:
        worth = f"worth {whole_money(of.value, of.currency or '')} at least"
    else:
        worth = "not sure to be worth anything"
    return _tried(of, scale, further=worth)


@require_GET
def insights(request: HttpRequest) -> HttpResponse:
    """What levers did for customers alike; those first that somebody had said are meant to."""
    page: dict[str, object] = {"here": "insights"}
    try:
        found = told.insights()
    except NoValueError as error:
        return render(request, "web/value/insights.html", {**page, "because": str(error)})
    meant, others = ([each for each in found if each.is_meant is is_meant] for is_meant in (True, False))
    level = f"{found[0].level:.0%}".replace("%", " %") if found else ""
    more = {"meant": _of_measures(meant), "others": _of_measures(others), "level": level}
    return render(request, "web/value/insights.html", {**page, **more})


def _of_measures(found: Iterable[InsightTold]) -> list[OfMeasure]:
    by_measure: dict[str, list[InsightTold]] = defaultdict(list)
    for each in found:
        by_measure[each.measure].append(each)
    return [_of_measure(some) for _, some in sorted(by_measure.items(), key=lambda each: each[1][0].label)]


def _of_measure(found: Sequence[InsightTold]) -> OfMeasure:
    wholes = [each for each in found if each.segment is None]
    ends = [end for each in found for end in (each.low, each.high)]
    scale = Scale.of([*ends, *(end for each in wholes for end in (each.next_low, each.next_high))])
    levers = []
    for lever, some in groupby(
        sorted(found, key=lambda each: (each.lever, each.segment or "")), lambda each: each.lever
    ):
        rows = list(some)
        whole = next((_insight(each, scale) for each in rows if each.segment is None), None)
        segments = tuple(_insight(each, scale) for each in rows if each.segment is not None)
        levers.append(OfLever(called(lever), whole, segments))
    first = found[0]
    # What helped most surely first.
    best = {called(each.lever): each.low for each in wholes}
    levers.sort(key=lambda each: -best.get(each.lever, float("-inf")))
    return OfMeasure(first.label, first.unit, first.better, tuple(levers))


def _insight(of: InsightTold, scale: Scale) -> Tried:
    wider = (of.next_low, of.next_high) if of.segment is None else None
    return _tried(of, scale, further=f"{next_one(of)} {together(of)}".strip(), wider=wider)


def _tried(
    of: Suggestion | InsightTold, scale: Scale, *, further: str, wider: tuple[float, float] | None = None
) -> Tried:
    sign, words = VERDICT[of.verdict]
    return Tried(
        lever=called(of.lever),
        sign=sign,
        verdict=words,
        mood={"helps": "better", "harms": "worse"}.get(of.verdict, ""),
        gained=f"{'gained' if of.mean >= 0 else 'lost'} {in_unit(of.mean, of.unit)} on average",
        between=f"{signed_in_unit(of.low, of.unit)} to {signed_in_unit(of.high, of.unit)}",
        who=f"{of.customers} customers{f' in {of.segment}' if of.segment else ''}",
        without="every one of them gained" if not of.without_gain else f"{of.without_gain} of them gained nothing",
        further=further,
        reach=reach(scale, of.mean, (of.low, of.high), wider),
    )
