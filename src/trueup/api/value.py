"""What customers gained because of us: one by one, in money, and what levers did for customers alike."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from trueup.answers.value import ClaimTold, Gain, InsightTold, Standing, Suggestion, Whole
from trueup.api.callers import caller
from trueup.api.pages import Limit, Offset, Page, slice_of
from trueup.api.shapes import Amount, Problem, plain
from trueup.record import access
from trueup.served import value as told

router = Router(tags=["value"])
NOT_BUILT = {409: Problem}
Values = list[float | None]


class CustomerValueShape(Schema):
    """What a customer gained because of us, in the workspace's currency, of all claims that count.

    ``confirmed``, ``claimed`` and ``disputed`` add up to ``point``.
    """

    account_id: str
    currency: str
    point: Annotated[Amount, Field(description="As estimated; below 0 where the customer lost.")]
    low: Annotated[Amount, Field(description="What of it is certain enough to be paid on.")]
    confirmed: Amount
    claimed: Amount
    disputed: Amount
    claims: int
    lacks_rate: Annotated[int, Field(description="Claims left out, since no rate is known for their currency.")]
    weak: Annotated[int, Field(description="Claims that do not count, since something casts doubt on them.")]
    waiting: Annotated[int, Field(description="Starts whose months are not over yet.")]

    @classmethod
    def of(cls, found: Standing, currency: str) -> "CustomerValueShape":
        """The standing as it is listed; eight digits are more than any currency has."""
        amounts = ("point", "low", "confirmed", "claimed", "disputed")
        rounded = {name: plain(round(vars(found)[name], 8)) for name in amounts}
        return cls(**{**vars(found), **rounded, "currency": currency})


class GainShape(Schema):
    """What a customer gained of a measure since a start; more is better, and null is what cannot be said.

    ``attributable`` is ``improvement`` (before and after alone) less ``counterfactual`` (what would have happened
    anyway). ``low`` and ``high`` are its ends, each one-sided.
    """

    effect_id: str
    account_id: str
    measure: str
    unit: str
    better: str
    lever: str
    start: str
    method: str | None
    improvement: float | None
    counterfactual: float | None
    attributable: float | None
    low: float | None
    high: float | None
    payable: Annotated[float | None, Field(description="What of it is certain enough to be paid on.")]
    evidence: str
    blocked_by: Annotated[list[str], Field(description="Codes of all that forbids to pay on it.")]
    why: Annotated[str | None, Field(description="A code where nothing can be said.")]

    @classmethod
    def of(cls, found: Gain) -> "GainShape":
        """The gain as it is listed."""
        return cls(**_gain(found))


class MethodShape(Schema):
    """An estimate; ``path`` is what would have happened anyway, ``weights`` how much each donor stands for it."""

    method: str
    estimate: float | None
    path: Values
    fit: float | None
    effective_donors: float | None
    weights: Values


class DonorShape(Schema):
    """A customer compared with; who it is and its values are null where you may not read it."""

    account_id: str | None
    values: Values | None


class PlacebosShape(Schema):
    """What a method finds with each donor in the customer's place, where nothing was done."""

    method: str
    account_ids: list[str | None]
    estimates: Values
    error: float | None


class MemberShape(Schema):
    """One of the estimates of whose low ends the least is what may be paid on."""

    name: str
    estimate: float
    low: float | None
    high: float | None
    error: float | None
    placebos: int


class CheckShape(Schema):
    """A check: its figure and limit, and whether it forbids to pay; ``about``: a donor that you may read, or times."""

    name: str
    figure: float | None
    limit: float | None
    blocks: bool
    about: str | None


class AloneShape(Schema):
    """The customer's own line carried on, where nobody could be compared with it: evidence at most."""

    estimate: float
    low: float | None
    high: float | None
    path: Values


class ClaimShape(Schema):
    """What a gain is worth to a goal's account, in ``currency``; null, and ``why`` a code, where nobody can say."""

    claim_id: str
    goal_id: str
    account_id: str
    measure: str
    effect_id: str | None
    lever: str | None
    ended_on: Annotated[date | None, Field(description="The last day compared, on which the value falls.")]
    point: Annotated[Amount | None, Field(description="As estimated; below 0 where the customer lost.")]
    low: Annotated[Amount | None, Field(description="What of it is certain enough to be paid on.")]
    value_per_unit: Amount | None
    currency: str | None
    state: Annotated[str | None, Field(description="Who vouches for it: claimed, confirmed or disputed.")]
    counts: bool | None
    blocked_by: list[str]
    why: str | None

    @classmethod
    def of(cls, found: ClaimTold) -> "ClaimShape":
        """The claim as it is listed."""
        amounts = {name: plain(vars(found)[name]) for name in ("point", "low", "value_per_unit")}
        return cls(**{**vars(found), **amounts})


class WholeGainShape(GainShape):
    """A gain with everything that was found of it; paths and values are in the measure's own direction."""

    label: str
    segment: str | None
    levers: list[str]
    adopted_on: date
    given_up_on: date | None
    known_from_on: Annotated[date, Field(description="The first day after the times compared.")]
    state: Annotated[str | None, Field(description="Who vouches for the values: claimed, confirmed or disputed.")]
    times: list[str]
    before: Annotated[int | None, Field(description="How many of the times were before the start.")]
    observed: Values
    outliers: list[str]
    skipped: Annotated[list[str], Field(description="Times that the customer did not tell; nothing is filled.")]
    confidence: Annotated[float | None, Field(description="Of either end by itself.")]
    bound_is_least_of: list[MemberShape]
    checks: list[CheckShape]
    methods: list[MethodShape]
    donors: list[DonorShape]
    left_out: Annotated[dict[str, int], Field(description="How many customers are no donors, by the reason.")]
    calendar: Annotated[list[PlacebosShape], Field(description="Started when the customer did.")]
    matched: Annotated[list[PlacebosShape], Field(description="Started as the rule would have taken them in.")]
    alone: AloneShape | None
    claims: list[ClaimShape]

    @classmethod
    def whole(cls, found: Whole, readable: Collection[str]) -> "WholeGainShape":
        """The gain, naming those donors alone that are ``readable``."""
        body = found.body
        donors = body.get("donors", ())
        hidden = set(donors) - set(readable)
        told = {
            "times": body.get("times", []),
            "before": body.get("before"),
            "observed": body.get("observed", []),
            "outliers": body.get("outliers", []),
            "confidence": body.get("confidence"),
            "bound_is_least_of": [MemberShape(**each) for each in body.get("members", ())],
            "checks": [_check(each, hidden) for each in body.get("checks", ())],
            "methods": [MethodShape(method=name, **each) for name, each in body.get("methods", {}).items()],
            "donors": [
                DonorShape(account_id=None, values=None)
                if donor in hidden
                else DonorShape(account_id=donor, values=values)
                for donor, values in zip(donors, body.get("donors_values", ()), strict=True)
            ],
            "calendar": _placebos(body.get("calendar", {}), hidden),
            "matched": _placebos(body.get("matched", {}), hidden),
            "alone": AloneShape(**body["alone"]) if body.get("alone") else None,
            "claims": [ClaimShape.of(each) for each in found.claims],
        }
        return cls(**{**_gain(found.gain), **told})


class InsightShape(Schema):
    """What a lever did for customers of a segment, or of all where it is null; more is better, in ``unit``."""

    lever: str
    measure: str
    label: str
    segment: str | None
    customers: int
    without_gain: Annotated[int, Field(description="Customers whose estimate is not above nothing.")]
    mean: float
    recovered: Annotated[float, Field(description="The mean less what others recover by themselves.")]
    low: float
    high: float
    next_low: Annotated[float, Field(description="Where another customer's gain is expected, from...")]
    next_high: Annotated[float, Field(description="...to.")]
    each_at_least: Annotated[
        float | None, Field(description="What is certain of each, all taken together; null of segments.")
    ]
    tau: Annotated[float, Field(description="How much gains differ in truth: their standard deviation.")]
    i_squared: Annotated[float, Field(description="The share of how they differ that is not chance.")]
    level: Annotated[float, Field(description="How sure both ranges are.")]
    unit: str
    better: str
    verdict: str
    agreed: Annotated[bool, Field(description="Whether somebody said beforehand what the lever is meant to move.")]

    @classmethod
    def of(cls, found: InsightTold) -> "InsightShape":
        """The insight as it is listed."""
        return cls(**{**vars(found), "verdict": found.verdict, "agreed": found.is_meant})


class SuggestionShape(Schema):
    """What a lever that an account does not use yet did for others, as to one of its open goals."""

    goal_id: str
    measure: str
    label: str
    unit: str
    lever: str
    segment: str | None
    customers: int
    without_gain: int
    mean: float
    low: float
    high: float
    value: Annotated[Amount | None, Field(description="The low end in money; null where nobody said what it is worth.")]
    currency: str | None
    agreed: Annotated[bool, Field(description="Whether somebody said beforehand what the lever is meant to move.")]

    @classmethod
    def of(cls, found: Suggestion) -> "SuggestionShape":
        """The suggestion as it is listed."""
        return cls(**{**vars(found), "value": plain(found.value), "agreed": found.is_meant})


class ValueShape(Schema):
    """All of one customer: what it gained, what that is worth to it, and what might move its open goals."""

    gains: list[GainShape]
    claims: list[ClaimShape]
    suggestions: list[SuggestionShape]


@router.get("/value", response={200: Page[CustomerValueShape], **NOT_BUILT})
def portfolio(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> Page[CustomerValueShape]:
    """Customers that you may read and what they gained because of us, whom we served worst first."""
    page = slice_of(told.portfolio(caller(request)), limit=limit, offset=offset)
    currency = told.built().manifest.currency
    return Page(count=page.count, items=[CustomerValueShape.of(each, currency) for each in page.items])


@router.get("/value/gains", response={200: Page[GainShape], **NOT_BUILT})
def gains(
    request: HttpRequest,
    measure: str | None = None,
    lever: str | None = None,
    account_id: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[GainShape]:
    """What each customer that you may read gained, a row per measure and start."""
    found = told.gains(caller(request), measure=measure, lever=lever)
    page = slice_of([each for each in found if account_id in {None, each.account_id}], limit=limit, offset=offset)
    return Page(count=page.count, items=[GainShape.of(each) for each in page.items])


@router.get("/value/gains/{effect_id}", response={200: WholeGainShape, 404: Problem, **NOT_BUILT})
def gain(request: HttpRequest, effect_id: str) -> WholeGainShape:
    """A gain with everything that it follows from: paths, donors, placebos, checks."""
    by = caller(request)
    found = told.whole(by, effect_id)
    if found is None:
        raise Http404
    return WholeGainShape.whole(found, told.names_of(by, found.body.get("donors", ())))


@router.get("/value/claims", response={200: Page[ClaimShape], **NOT_BUILT})
def claims(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> Page[ClaimShape]:
    """What gains are worth to customers that you may read, by their agreed goals, and why others have no value."""
    page = slice_of(told.claims(caller(request)), limit=limit, offset=offset)
    return Page(count=page.count, items=[ClaimShape.of(each) for each in page.items])


@router.get("/value/insights", response={200: Page[InsightShape], **NOT_BUILT})
def insights(
    request: HttpRequest,
    measure: str | None = None,
    lever: str | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[InsightShape]:
    """What levers did for customers alike, never of fewer than three; nobody is named."""
    del request
    page = slice_of(told.insights(measure=measure, lever=lever), limit=limit, offset=offset)
    return Page(count=page.count, items=[InsightShape.of(each) for each in page.items])


@router.get("/accounts/{account_id}/value", response={200: ValueShape, 404: Problem, **NOT_BUILT})
def value_of(request: HttpRequest, account_id: str) -> ValueShape:
    """What a customer gained because of us, what that is worth to it, and what might move its open goals."""
    by = caller(request)
    account = get_object_or_404(access.accounts(by), pk=account_id)
    found = told.of_account(by, account.pk)
    return ValueShape(
        gains=[GainShape.of(each) for each in found.gains],
        claims=[ClaimShape.of(each) for each in found.claims],
        suggestions=[SuggestionShape.of(each) for each in found.suggestions],
    )


def _gain(found: Gain) -> dict[str, Any]:
    return {**vars(found), "evidence": found.evidence or "none"}


def _check(check: Mapping[str, Any], hidden: Collection[str]) -> CheckShape:
    about = check["about"] or None
    return CheckShape(**{**check, "about": None if about in hidden else about})


def _placebos(found: Mapping[str, Mapping[str, Any]], hidden: Collection[str]) -> list[PlacebosShape]:
    return [
        PlacebosShape(
            method=name,
            account_ids=[None if unit in hidden else unit for unit in each["units"]],
            estimates=each["estimates"],
            error=each["error"],
        )
        for name, each in found.items()
    ]
