"""A look at a plan before anybody is paid by it: what it tempts people to, and what nobody may have meant.

Findings are opinions with a reason and a cure, not proofs; a plan that has none can still be a bad one. What does not
stand in a plan (who verifies, how noisy a measure is, what share of pay a component is) is given from outside, and what
could not be looked at for want of it is a note.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from trueup.pay.lint_findings import Asked, Finding, of_plan, percent
from trueup.pay.lint_measures import of_measures
from trueup.pay.lint_tables import of_tables
from trueup.pay.plan import CreditComponent, Limit, Plan
from trueup.pay.retro import is_retroactive
from trueup.units.period import InvalidPeriod, PeriodKind, parse_period

_ORDER: Final = ("error", "warning", "note")
_A_YEAR: Final = {PeriodKind.MONTH: 12, PeriodKind.QUARTER: 4, PeriodKind.YEAR: 1}


def lint(plan: Plan, asked: Asked | None = None) -> tuple[Finding, ...]:
    """All findings, the gravest first, then in the order of the plan's components."""
    asked = Asked() if asked is None else asked
    listed = [*of_tables(plan, asked), *of_measures(plan, asked), *_of_plan(plan, asked)]
    names = ["", *(component.name for component in plan.components)]
    return tuple(sorted(listed, key=lambda each: (_ORDER.index(each.severity), names.index(each.component), each.code)))


def _of_plan(plan: Plan, asked: Asked) -> Iterator[Finding]:
    yield from _guarantee(plan, asked)
    yield from _draw(plan, asked)
    yield from _weights(plan, asked)
    yield from _retro(plan)


def _guarantee(plan: Plan, asked: Asked) -> Iterator[Finding]:
    if plan.guarantee is None:
        return
    if plan.cap is not None and _in_a_year(plan.guarantee) >= _in_a_year(plan.cap):
        yield of_plan(
            "guarantee",
            "error",
            "The guarantee reaches the cap: everybody is paid the same whatever they do.",
            "Lower the guarantee, or raise the cap.",
        )
    if asked.target is None:
        yield of_plan(
            "guarantee",
            "note",
            "Whether the guarantee leaves anything to earn cannot be told without the pay at target.",
            "Give a year's variable pay at target.",
        )
    elif _in_a_year(plan.guarantee) >= Fraction(asked.target.amount):
        yield of_plan(
            "guarantee",
            "warning",
            f"The guarantee is {percent(_in_a_year(plan.guarantee) / Fraction(asked.target.amount))} of the pay at"
            " target: below target nothing depends on what anybody does.",
            "Lower it, or let it end after a few months.",
        )


def _in_a_year(limit: Limit) -> Fraction:
    return Fraction(limit.amount.amount) * _A_YEAR[limit.window]


def _draw(plan: Plan, asked: Asked) -> Iterator[Finding]:
    if plan.draw is None:
        return
    try:
        ends, recovers = (parse_period(key, asked.rules) for key in (plan.draw.ends, plan.draw.recovers_from))
    except InvalidPeriod:
        yield of_plan(
            "long_draw",
            "note",
            f"How long the draw runs cannot be told: {plan.draw.ends} is of another calendar than the company's.",
            "Look at it where the fiscal year is known.",
        )
        return
    months = (ends.last.year - plan.valid_from.year) * 12 + ends.last.month - plan.valid_from.month + 1
    if months > asked.bounds.draw_months:
        yield of_plan(
            "long_draw",
            "warning",
            f"The draw runs for {months} months: what is lifted for so long is a salary, and the debt behind it is"
            " never recovered.",
            f"End it within {asked.bounds.draw_months} months.",
        )
    if plan.valid_to is not None and recovers.first >= plan.valid_to:
        yield of_plan(
            "long_draw",
            "warning",
            f"The draw is recovered from {recovers.key} on, when the plan is no longer in force: nothing ever is.",
            "Let recovery begin while the plan is in force, or call it a guarantee.",
        )


def _weights(plan: Plan, asked: Asked) -> Iterator[Finding]:
    targets = [each for each in plan.components if isinstance(each, CreditComponent) and each.pays == "target"]
    whole = sum((each.weight for each in targets), Fraction(0))
    if targets and whole < 1:
        yield of_plan(
            "weights",
            "warning",
            f"The weights come to {percent(whole)}: the rest of the target incentive that people signed cannot be"
            " earned.",
            "Let the weights come to 1.",
        )
    for each in targets:
        if each.weight < asked.bounds.weight:
            yield Finding(
                "weights",
                "note",
                each.name,
                each.clause,
                f"It is {percent(each.weight)} of the target incentive: too little for anybody to work for it.",
                f"Give it {percent(asked.bounds.weight)} or more, or leave it out.",
            )


def _retro(plan: Plan) -> Iterator[Finding]:
    policy = plan.policy.retro_change
    if plan.published_on is None:
        if policy == "only_favourable":
            yield of_plan(
                "retro",
                "warning",
                "Changes of the past are to be favourable only, but nobody can tell from when on people knew of it.",
                "Give published_on.",
            )
        return
    # Where the policy forbids it, nobody could read the plan.
    if is_retroactive(plan):
        said = (
            "whoever would get less keeps what the version before pays"
            if policy == "only_favourable"
            else "it holds from then on for those only who sign it"
        )
        yield of_plan(
            "retro",
            "warning",
            f"It is valid from {plan.valid_from}, and people were told on {plan.published_on}: it changes what was"
            f" done already; {said}.",
            "Let it be valid from the day on which people are told, or later.",
        )
