"""What is shared among people of a plan: contests with one budget, and amounts that a team divides."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from fractions import Fraction

from trueup.pay.crediting import Due
from trueup.pay.earn_credit import Situation
from trueup.pay.facts import Event, EventShare, FactError
from trueup.pay.lines import PayLine
from trueup.pay.plan import PoolComponent, SpiffComponent, counts
from trueup.pay.rounding import rounded
from trueup.pay.spiff import Event as Entry
from trueup.pay.spiff import Spiff, awards
from trueup.pay.stints import Stint, stint_on
from trueup.units.money import Money
from trueup.units.period import period_of

Closed = Mapping[str, Money]
"""What was awarded in closed periods, by the award's key."""


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
) -> Iterator[PayLine]:
    """The awards of one contest to everybody on the plan, in the order of its events."""
    entries: dict[str, tuple[Due, Stint, Fraction]] = {}
    for payee, listed in due.items():
        for each in listed:
            deal = each.deal
            stint = stint_on(stints.get(payee, ()), deal.on)
            if stint is None or stint.plan.plan_id != plan_id or each.role not in {"direct", "split"}:
                continue
            is_in = component.start <= deal.on < component.end and each.event.on <= at.through
            if not is_in or not counts(component.credits, deal.credits):
                continue
            into = component.budget.currency
            amount = each.amount * at.conversion.factor("credit", deal.currency or into, into, deal.on)
            key = award_key(deal.natural_key, payee)
            first, stint, before = entries.get(key, (each, stint, Fraction(0)))
            entries[key] = (first, stint, before + (amount if each.event is deal else -amount))
    contest = Spiff(component.fixed or component.rate or Fraction(0), component.budget, component.most)
    events = [
        Entry(key, key.removeprefix(f"{each.deal.natural_key}/"), _midnight(each.deal), amount)
        for key, (each, _, amount) in entries.items()
        if amount > 0
    ]
    for award in awards(contest, events, closed):
        each, stint, amount = entries[award.natural_key]
        yield PayLine(
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
) -> Iterator[PayLine]:
    """A team's amounts in whole coins by its shares, the remainder to the largest remainders, ties in given order.

    A refund takes back, on its own day, what its deal's remaining amount gives nobody any more.
    """
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
        if not any(stint and stint.plan.plan_id == plan_id for stint in on_plan):
            continue
        for share, stint in zip(team, on_plan, strict=True):
            if stint is None or stint.plan.plan_id != plan_id:
                raise FactError(
                    f"{share.payee} shares {event.natural_key} on {event.on} but is not on {plan_id} that day:"
                    " put them on the plan, or leave them out of the shares."
                )
        whose = [(share, stint) for share, stint in zip(team, on_plan, strict=True) if stint is not None]
        for each, share, stint, part in _parts(event, refunds[event.natural_key], whose):
            on = max(each.on, event.on)
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
                lot=event.natural_key,
                customer=event.customer,
                role=share.role,
                credited=(event.amount if each is event else -each.amount) * share.fraction,
                exact=Fraction(part.amount),
            )


def _parts(
    deal: Event, refunds: Iterable[Event], team: Sequence[tuple[EventShare, Stint]]
) -> Iterator[tuple[Event, EventShare, Stint, Money]]:
    """What each of a team gets of a deal, then gives back with each refund: so that all of them sum to what is left."""
    currency = team[0][1].plan.currency
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
        for (share, stint), part, had in zip(team, after, before, strict=True):
            yield each, share, stint, part - had
        before = [*after]


def _midnight(event: Event) -> datetime:
    return datetime.combine(event.on, time(), UTC)
