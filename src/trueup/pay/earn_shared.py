"""What is shared among people of a plan: contests with one budget, and amounts that a team divides.

What cannot be reckoned is told of those whom it touches; the others' lines are reckoned without it, as if it were not
known yet.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from fractions import Fraction
from typing import TypeGuard

from trueup.pay.crediting import Due
from trueup.pay.currency import NoRate
from trueup.pay.earn_credit import Situation
from trueup.pay.facts import Event, EventShare, FactError
from trueup.pay.lines import PayLine, Unreckoned
from trueup.pay.plan import PoolComponent, SpiffComponent, counts
from trueup.pay.rounding import rounded
from trueup.pay.spiff import Award, Spiff, awards
from trueup.pay.spiff import Event as Entry
from trueup.pay.stints import Stint, stint_on
from trueup.units.money import Money
from trueup.units.period import period_of

Closed = Mapping[str, Money]
"""What was awarded in closed periods, by the award's key."""

_Member = tuple[EventShare, Stint | None]


def award_key(event: str, payee: str) -> str:
    """The key of somebody's award for an event."""
    return f"{event}/{payee}"


def awarded(
    component: SpiffComponent,
    plan_id: str,
    due: Mapping[str, Sequence[Due]],
    stints: Mapping[str, Sequence[Stint]],
    *,
    at: Situation,
    closed: Closed,
) -> tuple[list[PayLine], list[Unreckoned]]:
    """The awards of one contest to everybody on the plan, in the order of its events, and what could not be reckoned.

    An event that cannot be converted is none yet, as one that is learned late: it displaces no closed award either.
    """
    entries: dict[str, tuple[Due, Stint, Fraction]] = {}
    faults: list[Unreckoned] = []
    for payee, listed in due.items():
        for each in listed:
            deal = each.deal
            stint = stint_on(stints.get(payee, ()), deal.on)
            if not _has(stint, plan_id, component) or each.role not in {"direct", "split"}:
                continue
            is_in = component.start <= deal.on < component.end and each.event.on <= at.through
            if not is_in or not counts(component.credits, deal.credits):
                continue
            into = component.budget.currency
            try:
                amount = each.amount * at.conversion.factor("credit", deal.currency or into, into, deal.on)
            except NoRate as error:
                faults.append(_told(payee, component.name, error))
                continue
            key = award_key(deal.natural_key, payee)
            first, stint, before = entries.get(key, (each, stint, Fraction(0)))
            entries[key] = (first, stint, before + (amount if each.event is deal else -amount))
    contest = Spiff(component.fixed or component.rate or Fraction(0), component.budget, component.most)
    events = [
        Entry(key, key.removeprefix(f"{each.deal.natural_key}/"), _midnight(each.deal), amount)
        for key, (each, _, amount) in entries.items()
        if amount > 0
    ]
    try:
        given = awards(contest, events, closed)
    except ValueError as error:
        return [], [
            *faults,
            *(_told(payee, component.name, error) for payee in sorted({each.payee for each in events})),
        ]
    return [_award(component, award, entries[award.natural_key], at) for award in given], faults


def _award(component: SpiffComponent, award: Award, of: tuple[Due, Stint, Fraction], at: Situation) -> PayLine:
    each, stint, amount = of
    return PayLine(
        payee=award.payee,
        component=component.name,
        kind="award",
        period=period_of(each.deal.on, stint.plan.period, at.rules).key,
        on=each.deal.on,
        amount=award.amount,
        held=Money.zero(award.amount.currency),
        plan=stint.plan.fingerprint,
        clause=component.clause,
        event=each.deal.natural_key,
        lot=each.deal.natural_key,
        customer=each.deal.customer,
        role=each.role,
        credited=amount,
        exact=Fraction(award.amount.amount),
    )


def divided(
    component: PoolComponent,
    plan_id: str,
    events: Iterable[Event],
    shares: Iterable[EventShare],
    *,
    stints: Mapping[str, Sequence[Stint]],
    at: Situation,
) -> tuple[list[PayLine], list[Unreckoned]]:
    """A team's amounts in whole coins by its shares, the remainder to the largest remainders, ties in given order.

    A refund takes back, on its own day, what its deal's remaining amount gives nobody any more. Also what could not be
    reckoned: whoever shares an amount but is off the plan is paid nothing, and the others theirs.
    """
    lines: list[PayLine] = []
    faults: list[Unreckoned] = []
    of_event: defaultdict[str, list[EventShare]] = defaultdict(list)
    for share in shares:
        of_event[share.event].append(share)
    listed = tuple(events)
    refunds: defaultdict[str, list[Event]] = defaultdict(list)
    for event in listed:
        if event.kind == "refund" and event.on <= at.through:
            refunds[event.of].append(event)
    for event in listed:
        if event.kind != "deal" or event.on > at.through or not counts(component.credits, event.credits):
            continue
        team = of_event.get(event.natural_key) or [EventShare(event.natural_key, event.payee, "direct", Fraction(1))]
        on_plan = [stint_on(stints.get(share.payee, ()), event.on) for share in team]
        if not any(_has(stint, plan_id, component) for stint in on_plan):
            continue
        off = [share.payee for share, stint in zip(team, on_plan, strict=True) if not _has(stint, plan_id, component)]
        for payee in dict.fromkeys(off):
            told = f"they share {event.natural_key} on {event.on} but are not on {plan_id} that day"
            cure = "put them on the plan, or leave them out of the shares"
            faults.append(_told(payee, component.name, FactError(f"{told}: {cure}.")))
        try:
            whole = [*zip(team, on_plan, strict=True)]
            lines += [*_divided(at, component, event, refunds[event.natural_key], team=whole, off=off)]
        except FactError as error:
            faults += (_told(share.payee, component.name, error) for share in team if share.payee not in off)
    return lines, faults


def _divided(
    at: Situation,
    component: PoolComponent,
    deal: Event,
    refunds: Iterable[Event],
    *,
    team: Sequence[_Member],
    off: Collection[str],
) -> Iterator[PayLine]:
    """The lines of one amount, of all but those who are off the plan."""
    currency = next(stint.plan.currency for share, stint in team if stint is not None and share.payee not in off)
    for each, (share, stint), part in _parts(deal, refunds, team, currency):
        if stint is None or share.payee in off:
            continue
        on = max(each.on, deal.on)
        yield PayLine(
            payee=share.payee,
            component=component.name,
            kind="share",
            period=period_of(on, stint.plan.period, at.rules).key,
            on=on,
            amount=part,
            held=Money.zero(part.currency),
            plan=stint.plan.fingerprint,
            clause=component.clause,
            event=each.natural_key,
            lot=deal.natural_key,
            customer=deal.customer,
            role=share.role,
            credited=(deal.amount if each is deal else -each.amount) * share.fraction,
            exact=Fraction(part.amount),
        )


def _parts(
    deal: Event, refunds: Iterable[Event], team: Sequence[_Member], currency: str
) -> Iterator[tuple[Event, _Member, Money]]:
    """What each of a team gets of a deal, then gives back with each refund: so that all of them sum to what is left."""
    if deal.currency and deal.currency != currency:
        raise FactError(
            f"{deal.natural_key} is in {deal.currency}, and what a team divides is in its plan's {currency}:"
            " give it in that."
        )
    left = deal.amount
    before = [Money.zero(currency) for _ in team]
    for each in (deal, *sorted(refunds, key=lambda refund: (refund.on, refund.natural_key))):
        if each is not deal:
            left -= each.amount
            if each.amount <= 0 or left < 0:
                raise FactError(
                    f"The refund {each.natural_key} of {deal.natural_key} is not above 0, or takes off more than is"
                    " left of it: mend its amount."
                )
        amount = rounded(left, currency)
        if Fraction(amount.amount) != left:
            raise FactError(f"{each.natural_key} has fractions of a coin, which nobody can divide: round it first.")
        after = amount.allocate([share.fraction for share, _ in team])
        for member, part, had in zip(team, after, before, strict=True):
            yield each, member, part - had
        before = [*after]


def _has(stint: Stint | None, plan_id: str, component: SpiffComponent | PoolComponent) -> TypeGuard[Stint]:
    """Whether the version of the plan that somebody is on that day has it: another may not, or no longer."""
    return stint is not None and stint.plan.plan_id == plan_id and stint.plan.component(component.name) is not None


def _told(payee: str, component: str, error: ValueError) -> Unreckoned:
    message = str(error)
    return Unreckoned(payee, component, f"{payee}'s {component}: {message}{'' if message.endswith('.') else '.'}")


def _midnight(event: Event) -> datetime:
    return datetime.combine(event.on, time(), UTC)
