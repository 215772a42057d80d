"""Plans that change what was already done: a version valid from before people were told of it.

By its policy such a change is forbidden; or it holds for those who signed it, and for the others from the day they were
told; or each earning period before that day pays what is more, with the change or without.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from trueup.pay.calculate import Calculated, calculate
from trueup.pay.earn_shared import Closed
from trueup.pay.facts import Facts
from trueup.pay.payment import Slot
from trueup.pay.plan import Plan, PlanError
from trueup.units.period import CIVIL, PeriodRules, parse_period


def is_retroactive(plan: Plan) -> bool:
    """Whether a version is valid from before people were told of it."""
    return plan.published_on is not None and plan.valid_from < plan.published_on


def check_retroactive(plan: Plan) -> None:
    """Refuse a change of the past that its own policy forbids."""
    if is_retroactive(plan) and plan.policy.retro_change == "forbid":
        raise PlanError(
            f"It is valid from {plan.valid_from}, and people were told on {plan.published_on}: what was done already is"
            " not changed. Let it begin then, or say by the policy's retro_change for whom it may.",
            "valid_from",
        )


def calculate_fairly(
    plans: Iterable[Plan],
    facts: Facts,
    *,
    through: date,
    payees: Collection[str] | None = None,
    closed_awards: Mapping[str, Closed] | None = None,
    rules: PeriodRules = CIVIL,
) -> Calculated:
    """As ``calculate``, with changes of the past as their plans' policies have them."""
    versions = tuple(plans)
    retroactive = [plan for plan in versions if is_retroactive(plan)]

    def of(given: Sequence[Plan], only: Collection[str] | None) -> Calculated:
        return calculate(given, facts, through=through, payees=only, closed_awards=closed_awards, rules=rules)

    if not retroactive:
        return of(versions, payees)
    later = [_as_told(plan) for plan in versions]
    signed = {(each.payee, each.fingerprint) for each in facts.acknowledgements}
    everybody = _named_in(facts) if payees is None else set(payees)
    by_consent = [plan for plan in retroactive if plan.policy.retro_change == "with_payee_consent"]
    agreed = {payee for payee in everybody if all((payee, plan.fingerprint) in signed for plan in by_consent)}
    changed = _joined(of(versions, agreed), of(later, everybody - agreed)) if by_consent else of(versions, payees)
    favouring = [plan for plan in retroactive if plan.policy.retro_change == "only_favourable"]
    if not favouring:
        return changed
    until = max(plan.published_on for plan in favouring if plan.published_on is not None)
    names = {plan.plan_id for plan in favouring}
    on_them = {assignment.payee for assignment in facts.assignments if assignment.plan in names}
    return _better(changed, of(later, payees), on_them, until, rules)


def _named_in(facts: Facts) -> set[str]:
    """Everybody who is on a plan or credited; who is credited and on none is told of."""
    credited = {each.payee for each in facts.events} | {each.payee for each in facts.shares}
    return credited | {each.payee for each in facts.assignments}


def _as_told(plan: Plan) -> Plan:
    """A version as it is for those to whom it applies from the day they were told."""
    if not is_retroactive(plan) or plan.published_on is None:
        return plan
    return replace(plan, valid_from=plan.published_on)


def _joined(one: Calculated, other: Calculated) -> Calculated:
    lines = sorted((*one.lines, *other.lines), key=lambda line: line.payee)
    return Calculated(
        lines=tuple(lines),
        attained=(*one.attained, *other.attained),
        unreckoned=tuple(dict.fromkeys((*one.unreckoned, *other.unreckoned))),
        earned={**one.earned, **other.earned},
        held={**one.held, **other.held},
    )


def _better(
    changed: Calculated, unchanged: Calculated, payees: Collection[str], until: date, rules: PeriodRules
) -> Calculated:
    """Of each slot before a day what pays more, with its lines; of those on the plan only."""
    now, before = _worth(changed), _worth(unchanged)
    worse = {
        slot
        for slot, amount in before.items()
        if slot.payee in payees
        and parse_period(slot.period, rules).first < until
        and amount > now.get(slot, Decimal(0))
    }
    kept = {slot: amount for slot, amount in changed.earned.items() if slot not in worse}
    held = {slot: amount for slot, amount in changed.held.items() if replace(slot, lot="") not in worse}
    lines = [line for line in changed.lines if Slot(line.payee, line.component, line.period) not in worse]
    lines += [line for line in unchanged.lines if Slot(line.payee, line.component, line.period) in worse]
    return Calculated(
        lines=tuple(sorted(lines, key=lambda line: line.payee)),
        attained=changed.attained,
        unreckoned=changed.unreckoned,
        earned=kept | {slot: amount for slot, amount in unchanged.earned.items() if slot in worse},
        held=held | {slot: amount for slot, amount in unchanged.held.items() if replace(slot, lot="") in worse},
    )


def _worth(found: Calculated) -> Mapping[Slot, Decimal]:
    """What each slot earned, with what of it is held in the same currency."""
    worth = {slot: amount.amount for slot, amount in found.earned.items()}
    for slot, amount in found.held.items():
        of = replace(slot, lot="")
        earned = found.earned.get(of)
        if earned is None or earned.currency == amount.currency:
            worth[of] = worth.get(of, Decimal(0)) + amount.amount
    return worth
