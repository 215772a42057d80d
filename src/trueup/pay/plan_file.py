"""Plans as files: YAML, one version each, validated; what is wrong is told with its line and the nearest that would do.

A plan's fingerprint is of what it says, not of how it is written: spaces, order of keys and comments change nothing.
Numbers are exact: 0.1 is a tenth, and '1/3' a third.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml.comments import CommentedMap

from trueup.metrics.declarations import DeclarationsError, Place, Problem, content_of, told
from trueup.metrics.naming import nearest
from trueup.pay.clawback import EarnOut, Step
from trueup.pay.limits import payable_cap
from trueup.pay.plan import (
    ClawbackComponent,
    Component,
    CreditComponent,
    Draw,
    ExperienceComponent,
    Hold,
    Instalment,
    Limit,
    Over,
    Plan,
    PlanError,
    Policy,
    PoolComponent,
    Span,
    SpiffComponent,
    ValueComponent,
    in_order,
)
from trueup.pay.plan_check import check_plan
from trueup.pay.rate_table import RateTable, Tier
from trueup.pay.retro import check_retroactive
from trueup.pay.rounding import written
from trueup.pay.split import Role
from trueup.pay.vesting import DEFAULT_CURVE, ValueCurve
from trueup.units.money import Money, minor_units
from trueup.units.period import PeriodKind, PeriodRules

_NO_NUMBER = "write a number such as 0.1, or a fraction such as '1/3'"


def _exactly(number: object) -> Fraction:
    if isinstance(number, bool) or not isinstance(number, int | float | str | Decimal | Fraction):
        raise ValueError(_NO_NUMBER)  # noqa: TRY004  pydantic's own
    try:
        return Fraction(str(number))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(_NO_NUMBER) from error


Exact = Annotated[Fraction, BeforeValidator(_exactly)]
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _Tier(_Strict):
    up_to: Annotated[Exact | None, Field(description="Where the tier ends; the last one has no end.")] = None
    pays: Annotated[Exact, Field(description="Pay per unit; of an interpolated table the whole tier's pay.")]
    flat: Annotated[Exact, Field(description="A fee once the tier is reached.")] = Fraction(0)


class _Table(_Strict):
    kind: Annotated[
        Literal["step", "slab", "interpolated"], Field(description="step: each tier's rate on what is in it.")
    ]
    of: Annotated[Literal["credit", "attainment"], Field(description="Bounds are amounts, or shares of the quota.")] = (
        "credit"
    )
    upper: Annotated[Literal["exclusive", "inclusive"], Field(description="Which tier a bound belongs to.")] = (
        "exclusive"
    )
    tiers: Annotated[tuple[_Tier, ...], Field(description="From 0 upwards.")]


class _Point(_Strict):
    at: Exact
    gives: Exact


class _Hold(_Strict):
    share: Annotated[Exact, Field(description="The share of each line that is held, between 0 and 1.")]
    curve: Annotated[tuple[_Point, ...], Field(description="What vests by the share of the value realised.")] = ()


class _Instalment(_Strict):
    after_months: Annotated[int, Field(ge=0)]
    share: Exact


class _Common(_Strict):
    name: Annotated[_Code, Field(description="Its name: small letters and _.")]
    label: Annotated[str, Field(description="What people read.")] = ""
    clause: Annotated[str, Field(description="The clause of the plan document that says so.")] = ""


class _Credit(_Common):
    kind: Literal["rate", "target"]
    credits: Annotated[_Code, Field(description="The kind of credit that counts.")]
    roles: tuple[Role, ...] = ("direct", "split")
    table: _Table
    aggregation: Literal["per_event", "per_period", "cumulative"]
    reset: Span = PeriodKind.YEAR
    refunds: Literal["restate", "original_lot"] = "restate"
    earned_on: Literal["booking", "payment"] = "booking"
    weight: Exact = Fraction(1)
    cap: Exact | None = None
    excess: Literal["forfeited", "carried"] = "forfeited"
    hold: _Hold | None = None
    instalments: tuple[_Instalment, ...] = ()
    allows_cliffs: Annotated[bool, Field(description="That the jumps of its table are meant.")] = False


class _Value(_Common):
    kind: Literal["value"]
    over: Annotated[Over, Field(description="all_customers: those in the payee's book, agreement or not.")] = (
        "agreements"
    )
    curve: tuple[_Point, ...] = ()


class _Experience(_Common):
    kind: Literal["experience"]
    metric: str
    every: Span
    modifies: tuple[_Code, ...]
    points: tuple[_Point, ...]
    minimum_n: Annotated[int, Field(ge=1)]
    minimum_response: Exact | None = None


class _Spiff(_Common):
    kind: Literal["spiff"]
    credits: _Code
    start: date
    end: date
    budget: Exact
    fixed: Exact | None = None
    rate: Exact | None = None
    most: Annotated[int | None, Field(ge=1)] = None


class _Pool(_Common):
    kind: Literal["pool"]
    credits: _Code


class _Step(_Strict):
    before_months: Annotated[int, Field(ge=1)]
    returned: Exact


class _Clawback(_Common):
    kind: Literal["clawback"]
    of: tuple[_Code, ...]
    months: Annotated[int | None, Field(ge=1, description="Earned in equal parts over so many months.")] = None
    steps: tuple[_Step, ...] = ()


class _Limit(_Strict):
    amount: Exact
    window: Span


class _Draw(_Strict):
    minimum: Exact
    recovers_from: Annotated[str, Field(description="The first earning period whose run recovers.")]
    ends: Annotated[str, Field(description="The last earning period that is lifted to the minimum.")]


class _Policy(_Strict):
    lookback: Annotated[int | None, Field(ge=0, description="Months back that are still trued up.")] = None
    de_minimis: Annotated[Exact | None, Field(description="Smaller differences wait.")] = None
    negative_delta: Literal["next_run", "instalments", "approval"] = "next_run"
    instalments: Annotated[int, Field(ge=1)] = 1
    retro_change: Literal["forbid", "only_favourable", "with_payee_consent"] = "forbid"
    floor: Annotated[Exact | None, Field(description="What recovery must leave of a run's pay.")] = None
    offset_share: Annotated[Exact, Field(description="The share of a run's pay that receivables may take.")] = Fraction(
        1
    )


_Any = Annotated[
    _Credit | _Value | _Experience | _Spiff | _Pool | _Clawback,
    Field(discriminator="kind"),
]


class _Plan(_Strict):
    plan: Annotated[_Code, Field(description="Its name, the same in all versions.")]
    label: Annotated[str, Field(description="What people read.")] = ""
    currency: Annotated[str, Field(description="The currency that it pays in.")]
    quota_currency: Annotated[str, Field(description="The currency of quotas and credits, if another.")] = ""
    valid_from: date
    valid_to: Annotated[date | None, Field(description="The first day on which it is not in force.")] = None
    published_on: Annotated[date | None, Field(description="When people were told.")] = None
    period: Span = PeriodKind.MONTH
    components: tuple[_Any, ...]
    cap: _Limit | None = None
    guarantee: _Limit | None = None
    draw: _Draw | None = None
    policy: _Policy = _Policy()


_MODELS: tuple[type[BaseModel], ...] = (
    _Plan, _Credit, _Value, _Experience, _Spiff, _Pool, _Clawback, _Table, _Tier, _Point, _Hold, _Instalment, _Step,
    _Limit, _Draw, _Policy,
)  # fmt: skip
_KEYS = tuple(dict.fromkeys(key for model in _MODELS for key in model.model_fields))
_TAGS = ("rate", "target", "value", "experience", "spiff", "pool", "clawback")


class PlanFileError(DeclarationsError):
    """Plans that cannot be used."""


@dataclass(frozen=True)
class PlanFile:
    """A plan's file: its path as people know it, and what it says."""

    path: str
    text: str


def our_files() -> tuple[PlanFile, ...]:
    """The plans that come with Trueup."""
    folder = files("trueup.pay") / "plans"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(PlanFile(file.name, file.read_text(encoding="utf-8")) for file in found)


def load(given: Iterable[PlanFile], *, rules: PeriodRules | None = None) -> tuple[Plan, ...]:
    """The plans in the order of their files; PlanFileError tells all faults of all of them.

    ``rules``: the company's calendar, which the periods that a plan names are of; without it they may be of any.
    """
    problems: list[Problem] = []
    found: list[tuple[Plan, Place]] = []
    for file in given:
        read = _read(file, problems, rules)
        if read is not None:
            found.append(read)
    plans = tuple(plan for plan, _ in found)
    if not problems:
        try:
            in_order(plans)
        except PlanError as error:
            place = next(place for plan, place in found if plan is error.plan)
            problems.append(place.problem(str(error), *error.path))
    if problems:
        raise PlanFileError(problems)
    return plans


def _read(file: PlanFile, problems: list[Problem], rules: PeriodRules | None) -> tuple[Plan, Place] | None:
    content = content_of(file.path, file.text)
    if isinstance(content, Problem):
        problems.append(content)
        return None
    if not isinstance(content, CommentedMap):
        problems.append(Problem(file.path, 1, "no plan: begin with 'plan: ...', 'currency: ...', 'components: ...'"))
        return None
    place = Place(file.path, content)
    try:
        said = _Plan.model_validate(_plain(content))
        plan = _plan(said)
        check_plan(plan, rules)
        check_retroactive(plan)
    except ValidationError as error:
        problems += [_problem(details, place) for details in error.errors()]
        return None
    except PlanError as error:
        problems.append(place.problem(str(error), *error.path))
        return None
    return plan, place


def _problem(details: ErrorDetails, place: Place) -> Problem:
    """A fault that the reader of types found; it names the kind of component on its way, which is no key."""
    details["loc"] = loc = tuple(key for key in details["loc"] if key not in _TAGS)
    if details["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        kind = details["input"].get("kind")
        said = "kind is missing" if kind is None else f"kind: {kind!r} is not possible"
        cure = nearest(str(kind), _TAGS)
        listed = "" if cure.startswith("; there are") else f" (of {', '.join(_TAGS)})"
        return place.problem(f"{said}{cure}{listed}", *loc, "kind")
    if details["type"] == "value_error":
        key = next(key for key in reversed(loc) if isinstance(key, str))
        cure = details["msg"].removeprefix("Value error, ")
        return place.problem(f"{key}: {details['input']!r} does not do: {cure}", *loc)
    return told(details, place, _KEYS)


def _plain(content: object) -> Any:
    """What the file says without its lines; numbers as they are written, so that none loses a digit."""
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return Decimal(str(content))
    return content


def _plan(said: _Plan) -> Plan:
    _currency(said.currency, "currency")
    if said.quota_currency:
        _currency(said.quota_currency, "quota_currency")
    if said.valid_to is not None and said.valid_to <= said.valid_from:
        raise PlanError("It ends before it begins: valid_to is the first day on which it is not in force.", "valid_to")
    components = []
    for at, component in enumerate(said.components):
        components.append(_told_where(partial(_component, component, said), "components", at))

    def limit(given: _Limit | None, key: str) -> Limit | None:
        if given is None:
            return None
        return _told_where(lambda: Limit(payable_cap(_money(given.amount, said)), given.window), key)

    return Plan(
        plan_id=said.plan,
        currency=said.currency,
        valid_from=said.valid_from,
        valid_to=said.valid_to,
        published_on=said.published_on,
        components=tuple(components),
        fingerprint=fingerprint(said.model_dump(mode="json", exclude_defaults=True, fallback=str)),
        quota_currency=said.quota_currency,
        period=said.period,
        cap=limit(said.cap, "cap"),
        guarantee=limit(said.guarantee, "guarantee"),
        draw=None
        if said.draw is None
        else Draw(_money(said.draw.minimum, said, "draw", "minimum"), said.draw.recovers_from, said.draw.ends),
        policy=_policy(said),
        label=said.label or said.plan,
    )


def fingerprint(said: Mapping[str, Any]) -> str:
    """The SHA-256 of what a plan says."""
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


_Made = TypeVar("_Made")


def _told_where(make: Callable[[], _Made], *path: str | int) -> _Made:
    """What is made; what contradicts itself is told with its place."""
    try:
        return make()
    except PlanError as error:
        raise PlanError(str(error), *path, *error.path) from error
    except ValueError as error:
        raise PlanError(f"{str(error)[:1].upper()}{str(error)[1:]}", *path) from error


def _component(said: Any, plan: _Plan) -> Component:
    own: dict[str, Any] = {"name": said.name, "label": said.label or said.name, "clause": said.clause}
    match said:
        case _Credit():
            return CreditComponent(
                **own,
                credits=said.credits,
                table=_told_where(lambda: _table(said.table), "table"),
                pays=said.kind,
                of=said.table.of,
                aggregation=said.aggregation,
                reset=said.reset,
                roles=said.roles,
                refunds=said.refunds,
                earned_on=said.earned_on,
                weight=said.weight,
                cap=None if said.cap is None else _told_where(partial(_cap, said.cap, plan), "cap"),
                excess=said.excess,
                hold=None if said.hold is None else Hold(said.hold.share, _curve(said.hold.curve)),
                instalments=tuple(Instalment(each.after_months, each.share) for each in said.instalments),
                allows_cliffs=said.allows_cliffs,
            )
        case _Value():
            return ValueComponent(**own, over=said.over, curve=_curve(said.curve))
        case _Experience():
            return ExperienceComponent(
                **own,
                metric=said.metric,
                every=said.every,
                modifies=said.modifies,
                points=tuple((point.at, point.gives) for point in said.points),
                minimum_n=said.minimum_n,
                minimum_response=said.minimum_response,
            )
        case _Spiff():
            return SpiffComponent(
                **own,
                credits=said.credits,
                start=said.start,
                end=said.end,
                budget=_money(said.budget, plan, "budget"),
                fixed=None if said.fixed is None else _money(said.fixed, plan, "fixed"),
                rate=said.rate,
                most=said.most,
            )
        case _Pool():
            return PoolComponent(**own, credits=said.credits)
        case _Clawback():
            return ClawbackComponent(**own, of=said.of, earn_out=_earn_out(said))
    raise AssertionError(said)


def _table(said: _Table) -> RateTable:
    tiers = []
    lower = Fraction(0)
    for place, tier in enumerate(said.tiers):
        if tier.up_to is None and place < len(said.tiers) - 1:
            raise PlanError(
                f"Tier {place + 1} has no end, yet another follows: say up to what it reaches.", "tiers", place
            )
        tiers.append(Tier(lower, tier.up_to, tier.pays, tier.flat))
        lower = tier.up_to if tier.up_to is not None else lower
    return RateTable(said.kind, tuple(tiers), said.upper)


def _curve(points: tuple[_Point, ...]) -> ValueCurve:
    return ValueCurve(tuple((point.at, point.gives) for point in points)) if points else DEFAULT_CURVE


def _earn_out(said: _Clawback) -> EarnOut:
    if (said.months is None) == (not said.steps):
        raise PlanError("Say over how many months lots are earned, or give steps: one of the two.", "months")
    if said.months is not None:
        return EarnOut.linear(said.months)
    return EarnOut(tuple(Step(step.before_months, step.returned) for step in said.steps))


def _cap(amount: Fraction, plan: _Plan) -> Money:
    return payable_cap(_money(amount, plan))


def _policy(said: _Plan) -> Policy:
    policy = said.policy
    return Policy(
        lookback=policy.lookback,
        de_minimis=None if policy.de_minimis is None else _money(policy.de_minimis, said, "policy", "de_minimis"),
        negative_delta=policy.negative_delta,
        instalments=policy.instalments,
        retro_change=policy.retro_change,
        floor=None if policy.floor is None else _money(policy.floor, said, "policy", "floor"),
        offset_share=policy.offset_share,
    )


def _money(amount: Fraction, plan: _Plan, *path: str) -> Money:
    coins = amount * 10 ** minor_units(plan.currency)
    if coins.denominator != 1:
        told = f"{written(amount)} {plan.currency} has fractions of its smallest coin: write whole coins."
        raise PlanError(told, *path)
    return Money(Decimal(coins.numerator).scaleb(-minor_units(plan.currency)), plan.currency)


def _currency(code: str, key: str) -> None:
    try:
        minor_units(code)
    except ValueError as error:
        raise PlanError(str(error), key) from error
