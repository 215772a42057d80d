"""What follows from other lines: their instalments, clawbacks when a customer leaves, a plan's cap and guarantee."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Literal

from trueup.pay.clawback import Lot, Turn, clawed
from trueup.pay.deferral import instalments
from trueup.pay.earn_credit import Situation
from trueup.pay.facts import Event
from trueup.pay.limits import guarantee_line, plan_cap_lines
from trueup.pay.lines import PayLine
from trueup.pay.plan import GUARANTEE, PLAN_CAP, ClawbackComponent, Instalment, Limit
from trueup.pay.prorate import Segment, prorated
from trueup.pay.rounding import rounded
from trueup.pay.stints import Stint
from trueup.units.money import Money, total
from trueup.units.period import Period, period_of, periods_between

Turns = Mapping[str, Sequence[Event]]
"""Who left and came back, by the key of the deal or of the customer."""


def spread(
    at: Situation, stint: Stint, line: PayLine, parts: Sequence[Instalment], turns: Turns, *, since: date
) -> Iterator[PayLine]:
    """A line in instalments, as far as they are due; what falls due while its customer has left is forfeited.

    ``since``: the day of the lot's deal. A refund returns what is paid of each instalment, and cancels what is not due.
    """
    due = {_months_later(since, part.after_months): part.share for part in parts}
    happened = _turns_of(line, turns)
    for part in instalments(line.amount, due):
        on = max(part.due_on, line.on)
        if on > at.through:
            continue
        turned = (turn.kind for turn in reversed(happened) if since <= turn.on <= part.due_on)
        is_forfeited = next(turned, None) == "churn"
        yield replace(
            line,
            kind="instalment",
            period=period_of(on, stint.plan.period, at.rules).key,
            on=on,
            amount=Money.zero(part.amount.currency) if is_forfeited else part.amount,
            cut=Fraction(part.amount.amount) if is_forfeited else line.cut,
            exact=Fraction(part.amount.amount),
        )


def clawed_back(
    at: Situation,
    versions: Sequence[tuple[Stint, ClawbackComponent]],
    of_lines: Iterable[PayLine],
    turns: Turns,
    *,
    begun: Mapping[str, date],
) -> Iterator[PayLine]:
    """What is taken back of the lots of other components, one lot after the other, with each turn of its customer.

    ``begun``: the days of deals. A lot's term begins with its deal, however late it is paid; that of what was held,
    which is a customer's, with the customer's first deal. It goes by the version of the component of that day: what was
    sold without a clawback is not clawed back.
    """
    by_lot: defaultdict[tuple[str, str], list[PayLine]] = defaultdict(list)
    terms: dict[tuple[str, str], date] = {}
    for line in of_lines:
        if line.lot:
            by_lot[line.component, line.lot].append(line)
            of = (line.component, line.customer)
            began = begun.get(line.lot, line.on)
            terms[of] = min(began, terms.get(of, began))
    for (_, key), of_lot in by_lot.items():
        first = min(of_lot, key=lambda line: line.on)
        began = begun[key] if key in begun else terms[first.component, first.customer]
        # Of what is paid or let go only after the customer left, the same part is unearned.
        happened = [turn for turn in _turns_of(first, turns) if began <= turn.on <= at.through]
        by_version = ((stint, each) for stint, each in versions if began in stint and first.component in each.of)
        stint, component = next(by_version, (None, None))
        if not happened or stint is None or component is None:
            continue
        lot = Lot(began, total((line.amount for line in of_lot), first.amount.currency))
        told = [
            Turn(turn.natural_key, turn.on, "churned" if turn.kind == "churn" else "reinstated") for turn in happened
        ]
        for each in clawed(lot, told, component.earn_out):
            yield PayLine(
                payee=at.payee,
                component=component.name,
                kind="clawback",
                period=period_of(each.on, stint.plan.period, at.rules).key,
                on=each.on,
                amount=each.amount,
                held=Money.zero(each.amount.currency),
                plan=stint.plan.fingerprint,
                clause=component.clause,
                event=each.natural_key,
                lot=key,
                customer=first.customer,
                exact=Fraction(each.amount.amount),
                rate_period=first.period,
            )


def capped_by_plan(at: Situation, stint: Stint, found: Sequence[PayLine], cap: Limit) -> Iterator[PayLine]:
    """The lines of a plan's cap: what it cuts of each earning period of its windows, or gives back."""
    for window, periods, earned in _windows(at, stint, found, cap):
        for period, amount in zip(periods, plan_cap_lines(earned, cap.amount), strict=True):
            if amount:
                yield _of_plan(at, stint, PLAN_CAP, window=window, period=period, amount=amount)


def guaranteed(
    at: Situation, stint: Stint, found: Sequence[PayLine], guarantee: Limit, *, on_plan: Iterable[Stint]
) -> Iterator[PayLine]:
    """The line of a guarantee in the last period of each window that is over, for the days ``on_plan``."""
    spells = list(on_plan)
    for window, periods, earned in _windows(at, stint, found, guarantee):
        days = [days for spell in spells if (days := spell.within(window.start, window.end))]
        if window.last > at.through or not days:
            continue
        parts = prorated(window, [Segment(*each, Fraction(guarantee.amount.amount)) for each in days])
        amount = guarantee_line(earned, rounded(sum(parts, Fraction(0)), guarantee.amount.currency))
        if amount:
            yield _of_plan(at, stint, GUARANTEE, window=window, period=periods[-1], amount=amount)


def _windows(
    at: Situation, stint: Stint, found: Iterable[PayLine], limit: Limit
) -> Iterator[tuple[Period, Sequence[Period], list[Money]]]:
    """Windows with their earning periods, and what the plan's lines earned in each."""
    by_period: defaultdict[str, list[Money]] = defaultdict(list)
    for line in found:
        by_period[line.period].append(line.amount)
    for window in periods_between(stint.start, at.through, limit.window, at.rules):
        periods = periods_between(window.first, window.last, stint.plan.period, at.rules)
        yield window, periods, [total(by_period[period.key], limit.amount.currency) for period in periods]


def _of_plan(
    at: Situation,
    stint: Stint,
    name: Literal["plan_cap", "guarantee"],
    *,
    window: Period,
    period: Period,
    amount: Money,
) -> PayLine:
    return PayLine(
        payee=at.payee,
        component=name,
        kind=name,
        period=period.key,
        on=period.last,
        amount=amount,
        held=Money.zero(amount.currency),
        plan=stint.plan.fingerprint,
        event=f"{name}@{window.key}",
        exact=Fraction(amount.amount),
    )


def _turns_of(line: PayLine, turns: Turns) -> Sequence[Event]:
    return sorted([*turns.get(line.lot, ()), *(turns.get(line.customer, ()) if line.customer else ())], key=_in_order)


def _in_order(event: Event) -> tuple[date, str]:
    return event.on, event.natural_key


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
