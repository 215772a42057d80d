"""What measures of a plan tempt to: who is asked, who reports, who verifies, and how noisy what is paid on is."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from trueup.pay.lint_findings import Asked, Bounds, Finding, Told, found, number, of_plan, percent
from trueup.pay.plan import (
    Component,
    CreditComponent,
    ExperienceComponent,
    Plan,
    PoolComponent,
    SpiffComponent,
    ValueComponent,
)

_NOTHING = Fraction(0)


@dataclass(frozen=True)
class Weighed:
    """A component's share of variable pay, and what it would be by noise alone; ``relative``: one over the other."""

    component: str
    noise: Fraction
    share: Fraction
    by_noise: Fraction

    @property
    def relative(self) -> Fraction:
        """Above 1 where more is paid on it than its noise allows, as far as the others' goes."""
        return self.share / self.by_noise


def of_measures(plan: Plan, asked: Asked) -> Iterator[Finding]:
    """The findings of what is paid on."""
    for component in plan.components:
        if isinstance(component, ExperienceComponent):
            yield from _experience(component, asked.bounds)
        if isinstance(component, ValueComponent):
            yield from _value(component, asked)
        yield from _sources(component, asked)
    yield from _count(plan, asked)
    yield from _noise(plan, asked)


def shares(plan: Plan, asked: Asked) -> dict[str, Fraction]:
    """The share of variable pay that each component is: as given, or of plans of target components by their weights."""
    if asked.mix:
        return dict(asked.mix)
    paying = [each for each in plan.components if not isinstance(each, ExperienceComponent)]
    targets = [each for each in paying if isinstance(each, CreditComponent) and each.pays == "target"]
    whole = sum((each.weight for each in targets), _NOTHING)
    return {each.name: each.weight / whole for each in targets} if targets and len(targets) == len(paying) else {}


def weighed(plan: Plan, asked: Asked) -> tuple[Weighed, ...]:
    """What share of pay components have beside each other, of those whose noise and share are known.

    With independent tasks the best slope of pay is about 1 / (1 + r c s), s the noise (Holmström and Milgrom 1991):
    ``by_noise`` divides what these components have together in those proportions.
    """
    known = shares(plan, asked)
    noisy = {
        component.name: told.noise
        for component in plan.components
        if component.name in known and (told := _told(component, asked)) is not None and told.noise is not None
    }
    slope = {name: 1 / (1 + asked.bounds.risk * noise) for name, noise in noisy.items()}
    together = sum((known[name] for name in noisy), _NOTHING)
    if not together:
        return ()
    whole = sum(slope.values(), _NOTHING)
    return tuple(
        Weighed(name, noise, known[name], together * slope[name] / whole) for name, noise in sorted(noisy.items())
    )


def _measure(component: Component) -> str:
    """What a component pays on, as ``told`` names it; nothing where it follows from other components."""
    match component:
        case CreditComponent() | SpiffComponent() | PoolComponent():
            return component.credits
        case ExperienceComponent():
            return component.metric
        case ValueComponent():
            return component.name
        case _:
            return ""


def _told(component: Component, asked: Asked) -> Told | None:
    return asked.told.get(_measure(component))


def _experience(component: ExperienceComponent, bounds: Bounds) -> Iterator[Finding]:
    if component.minimum_response is None:
        yield found(
            component,
            "any_response",
            "warning",
            f"{component.metric} counts however few of those asked answer: it pays to see that only the content are"
            " asked, or answer.",
            "Give a minimum_response; and let the system draw who is asked, not the payee.",
        )
    if component.minimum_n < bounds.minimum_n:
        yield found(
            component,
            "small_sample",
            "warning",
            f"{component.metric} counts from {component.minimum_n} answers on: one of them moves pay, so it pays to"
            " press for it.",
            f"Give a minimum_n of {bounds.minimum_n} or more; it is neutral below.",
        )
    factors = [factor for _, factor in component.points]
    if max(factors) > 1 + bounds.factor or min(factors) < 1 - bounds.factor:
        yield found(
            component,
            "strong_factor",
            "warning",
            f"{component.metric} multiplies pay with {number(min(factors))} to {number(max(factors))}: a score that is"
            " worth so much is managed, not earned.",
            f"Keep its factors within {percent(bounds.factor)} of 1.",
        )


def _value(component: ValueComponent, asked: Asked) -> Iterator[Finding]:
    bounds = asked.bounds
    if component.over == "agreements":
        yield found(
            component,
            "chosen_customers",
            "warning",
            "It is paid on those customers only with whom somebody made agreements: it pays to agree with those who do"
            " well anyway, and to leave out the others.",
            "Say 'over: all_customers': what agreements pay at target is divided among all customers in the payee's"
            " book, and those without an agreement or a reading count as none.",
        )
    most = component.curve.points[-1][1]
    if most > bounds.vests:
        yield found(
            component,
            "value_uncapped",
            "warning",
            f"Its curve goes on to {number(most)} times the amount at target: as good as no cap on what was estimated.",
            f"End the curve at {number(bounds.vests)} times the amount at target, or less.",
        )
    low, high = bounds.value
    share = asked.mix.get(component.name)
    usual = f"{percent(low)} to {percent(high)} of variable pay"
    if share is None:
        yield found(
            component,
            "value_share",
            "note",
            f"What share of variable pay it is does not follow from the plan. We hold {usual} to be sound; that is a"
            " hypothesis, published practice is thin.",
            "Simulate the plan and see its share, or say what it is to be.",
        )
    elif not low <= share <= high:
        why = (
            "more than its noise allows people to live on" if share > high else "too little for anybody to work for it"
        )
        yield found(
            component,
            "value_share",
            "warning",
            f"It is {percent(share)} of variable pay, {why}. We hold {usual} to be sound; that is a hypothesis,"
            " published practice is thin.",
            "Change the amounts at target, or say why it is meant.",
        )


def _sources(component: Component, asked: Asked) -> Iterator[Finding]:
    measure, told = _measure(component), _told(component, asked)
    if told is not None and told.reported_by == "payee":
        yield found(
            component,
            "self_reported",
            "error",
            f"{measure} is entered by those who are paid on it.",
            "Take it from a system of record, or from the customer.",
        )
    if told is not None and told.verified_by == "payee":
        yield found(
            component,
            "own_verification",
            "error",
            f"{measure} is verified by those who are paid on it.",
            "Let somebody unrelated verify it, whom the payee does not choose.",
        )
    if isinstance(component, ValueComponent) and (told is None or not told.verified_by):
        yield found(
            component,
            "own_verification",
            "note",
            "Nobody said who verifies its value.",
            "Say that it is somebody unrelated to the payee; a reading that is not pays nothing.",
        )


def _count(plan: Plan, asked: Asked) -> Iterator[Finding]:
    measures = dict.fromkeys(measure for each in plan.components if (measure := _measure(each)))
    if len(measures) > asked.bounds.measures:
        yield of_plan(
            "many_measures",
            "warning",
            f"It pays on {len(measures)} measures ({', '.join(measures)}): with so many each is worth little, and by"
            " chance one of them is always good.",
            f"Pay on {asked.bounds.measures} at most, and show the others.",
        )


def _noise(plan: Plan, asked: Asked) -> Iterator[Finding]:
    by_name = {component.name: component for component in plan.components}
    for each in weighed(plan, asked):
        if each.relative > asked.bounds.over_noise:
            yield found(
                by_name[each.component],
                "noisy",
                "warning",
                f"It is {percent(each.share)} of variable pay, {number(each.relative)} times what its noise allows"
                f" beside the others ({percent(each.by_noise)}): people would be paid for luck.",
                "Give it less weight, measure it better, or over a longer time.",
            )
