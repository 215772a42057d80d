"""What a plan has to hold to, beyond its keys: no component may contradict another, or itself."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from trueup.pay.plan import (
    OWN_NAMES,
    ClawbackComponent,
    CreditComponent,
    ExperienceComponent,
    Plan,
    PlanError,
    SpiffComponent,
)
from trueup.units.money import Money
from trueup.units.period import CIVIL, InvalidPeriod, PeriodRules, parse_period

_SOME_FISCAL_YEAR: Final = PeriodRules(fiscal_year_start=2)
"""Where nobody says when the fiscal year begins, its periods are those of any."""


def check_plan(plan: Plan, rules: PeriodRules | None = None) -> None:
    """Raise PlanError with the first contradiction, and where it stands; ``rules``: as ``load`` takes them."""
    if not plan.components:
        raise PlanError("A plan needs a component.", "components")
    names = [component.name for component in plan.components]
    for at, component in enumerate(plan.components):
        if names.index(component.name) != at:
            raise PlanError(f"There are two components called {component.name}.", "components", at, "name")
        if component.name in OWN_NAMES:
            raise PlanError(f"{component.name} is the name of the plan's own line.", "components", at, "name")
        for message, key in _faults(plan, component):
            raise PlanError(f"{component.name}: {message}", "components", at, key)
    _check_weights(plan)
    _check_draw(plan, rules)
    if not 0 <= plan.policy.offset_share <= 1:
        raise PlanError("offset_share is a share from 0 to 1.", "policy", "offset_share")


def _faults(plan: Plan, component: object) -> Iterator[tuple[str, str]]:
    match component:
        case CreditComponent():
            yield from _credit_faults(component)
        case ExperienceComponent():
            yield from _experience_faults(plan, component)
        case SpiffComponent():
            yield from _spiff_faults(component)
        case ClawbackComponent():
            for name in component.of:
                if not isinstance(plan.component(name), CreditComponent):
                    yield f"It takes back of {name}, which is no component of this plan that pays for credit.", "of"
            if not component.of:
                yield "Say what it takes back of.", "of"


def _credit_faults(component: CreditComponent) -> Iterator[tuple[str, str]]:
    if component.pays == "target" and component.of != "attainment":
        yield "A target incentive is paid by attainment: give the table 'of: attainment'.", "table"
    if component.of == "attainment" and component.aggregation == "per_event":
        yield "Attainment is told of a window: aggregate per_period or cumulative.", "aggregation"
    if component.weight <= 0:
        yield "A weight is above 0: leave the component out, or give it one.", "weight"
    if not component.roles or len(set(component.roles)) < len(component.roles):
        yield "Name each role once, and at least one.", "roles"
    if component.earned_on == "payment" and (
        component.aggregation != "per_event" or component.cap is not None or component.instalments
    ):
        yield "What is earned as it is paid for is reckoned per_event, without cap or instalments.", "earned_on"
    if component.hold is not None and not 0 < component.hold.share <= 1:
        yield "A held share is above 0, and at most 1.", "hold"
    if component.hold is not None and component.excess == "carried":
        yield "Excess that is carried is of no customer, whose value could release a held share: forfeit it.", "excess"
    yield from _instalment_faults(component)


def _instalment_faults(component: CreditComponent) -> Iterator[tuple[str, str]]:
    if component.hold is not None and component.instalments:
        yield "It is held, or paid in instalments: one of the two.", "instalments"
    if component.instalments:
        months = [part.after_months for part in component.instalments]
        if sum(part.share for part in component.instalments) != 1:
            yield "The shares of instalments come to 1.", "instalments"
        if any(later <= month for month, later in pairwise(months)) or any(
            part.share <= 0 for part in component.instalments
        ):
            yield "Instalments follow each other by month, each with a share above 0.", "instalments"
        if component.excess == "carried":
            yield "Excess that is carried cannot be paid in instalments: forfeit it.", "excess"


def _experience_faults(plan: Plan, component: ExperienceComponent) -> Iterator[tuple[str, str]]:
    for name in component.modifies:
        if not isinstance(plan.component(name), CreditComponent):
            yield f"It modifies {name}, which is no component of this plan that pays for credit.", "modifies"
    if not component.modifies:
        yield "Say what it modifies: it creates no pay of its own.", "modifies"
    values = [value for value, _ in component.points]
    if not values or any(later <= value for value, later in pairwise(values)):
        yield "Its points rise by value, and there is at least one.", "points"
    if any(factor <= 0 for _, factor in component.points):
        yield "A factor is above 0.", "points"


def _spiff_faults(component: SpiffComponent) -> Iterator[tuple[str, str]]:
    if (component.fixed is None) == (component.rate is None):
        yield "It pays a fixed amount for each event, or a rate: one of the two.", "fixed"
    if component.end <= component.start:
        yield "It ends before it begins: end is the first day without it.", "end"
    nothing = Money.zero(component.budget.currency)
    if component.budget <= nothing or (component.fixed is not None and component.fixed <= nothing):
        yield "Budget and award are above 0.", "budget"
    if component.rate is not None and component.rate <= 0:
        yield "A rate is above 0.", "rate"


def _check_weights(plan: Plan) -> None:
    weights = [
        component.weight
        for component in plan.components
        if isinstance(component, CreditComponent) and component.pays == "target"
    ]
    if sum(weights) > 1 and len(weights) > 1:
        raise PlanError("The weights of components that share the target incentive exceed 1.", "components")


def _check_draw(plan: Plan, rules: PeriodRules | None) -> None:
    if plan.draw is None:
        return
    is_fiscal = plan.draw.ends.startswith("FY")
    calendar = rules or (_SOME_FISCAL_YEAR if is_fiscal else CIVIL)
    if plan.draw.minimum <= Money.zero(plan.currency):
        raise PlanError("A draw's minimum is above 0.", "draw", "minimum")
    for key in ("recovers_from", "ends"):
        try:
            period = parse_period(getattr(plan.draw, key), calendar)
        except InvalidPeriod as error:
            raise PlanError(f"{error}.", "draw", key) from error
        if period.kind != plan.period:
            raise PlanError(f"{period.key} is no {plan.period}, as the plan's earning periods are.", "draw", key)
