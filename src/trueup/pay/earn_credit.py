"""What somebody earns by a component that pays for credit: over all their stints with it, and with what modifies it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import get_args

from trueup.pay.accumulate import Credit, Line, Rates, Refund, Terms, lines
from trueup.pay.conversion import Conversion
from trueup.pay.crediting import Due
from trueup.pay.earning_rates import Spell, Window, rates_of
from trueup.pay.facts import Event, FactError, Quota
from trueup.pay.lines import Attained, LineKind, PayLine
from trueup.pay.plan import CreditComponent, counts
from trueup.pay.settlement import Document, Settlement, settled
from trueup.pay.split import Role
from trueup.pay.stints import Stint
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules, period_of

_WHOLE = Fraction(1)
_ROLES = get_args(Role)
Factor = Callable[[date], Fraction]


@dataclass(frozen=True)
class Situation:
    """What all components of a payee are reckoned with."""

    payee: str
    conversion: Conversion
    through: date
    rules: PeriodRules = CIVIL


@dataclass(frozen=True, slots=True)
class _Credited:
    """One event's credit of somebody, converted; of several roles at once the sum."""

    event: Event
    deal: Event
    stint: Stint
    roles: tuple[str, ...]
    amount: Fraction


def earned_by_credit(
    at: Situation,
    spells: Sequence[Spell],
    due: Iterable[Due],
    *,
    quotas: Sequence[Quota],
    payments: Mapping[str, Sequence[Event]],
    factor: Factor,
) -> tuple[list[PayLine], list[Attained]]:
    """The lines of one component, and how far its quotas were attained; errors name what is missing.

    ``payments``: payments and credit notes by the deal that they are of.
    """
    credited = _credited(at, spells, due)
    found: list[PayLine] = []
    attained: list[Attained] = []
    for part in _by_terms(at, spells):
        start, end = part[0][0].start, part[-1][0].end
        of_part = {key: each for key, each in credited.items() if start <= each.deal.on < end}
        if part[0][1].earned_on == "payment":
            found += _as_paid(at, part, of_part, payments, factor)
            continue
        rates, windows = rates_of(part, quotas, at.conversion, through=at.through, rules=at.rules)
        found += _lines(at, part, of_part, rates, factor)
        attained += [_attained(at, part[0][1], window, of_part.values()) for window in windows]
    return found, attained


def _credited(at: Situation, spells: Sequence[Spell], due: Iterable[Due]) -> dict[str, _Credited]:
    """Credit and refunds that the component counts, by the event's key."""
    found: dict[str, _Credited] = {}
    for each in due:
        if each.event.on > at.through or each.deal.on > at.through:
            continue
        spell = _spell_on(spells, each.deal.on)
        if spell is None or not counts(spell[1].credits, each.deal.credits) or each.role not in spell[1].roles:
            continue
        stint = spell[0]
        into = stint.plan.credited_in
        amount = each.amount
        if each.deal.currency and each.deal.currency != into:
            amount *= at.conversion.factor("credit", each.deal.currency, into, each.deal.on)
        key = each.event.natural_key
        before = found.get(key)
        if before is None:
            found[key] = _Credited(each.event, each.deal, stint, (each.role,), amount)
        else:
            roles = tuple(sorted((*before.roles, each.role), key=_ROLES.index))
            found[key] = replace(before, roles=roles, amount=before.amount + amount)
    return found


def _spell_on(spells: Iterable[Spell], day: date) -> Spell | None:
    for spell in spells:
        if day in spell[0]:
            return spell
    return None


def terms_of(spell: Spell, rules: PeriodRules) -> Terms:
    """How a component adds up by one version of its plan."""
    stint, component = spell
    return Terms(
        aggregation=component.aggregation,
        currency=stint.plan.currency,
        reset=component.reset,
        period=stint.plan.period,
        refunds=component.refunds,
        cap=component.cap,
        excess=component.excess,
        rules=rules,
    )


def _by_terms(at: Situation, spells: Sequence[Spell]) -> Iterator[Sequence[Spell]]:
    """The spells in parts that add up by the same terms; a window is never cut in two."""
    parts = [
        list(part) for _, part in groupby(spells, key=lambda spell: (terms_of(spell, at.rules), spell[1].earned_on))
    ]
    for part in parts[1:]:
        stint, component = part[0]
        window = period_of(stint.start, component.reset, at.rules)
        before = parts[parts.index(part) - 1][-1][0]
        if stint.start != window.start and before.end > window.start and component.earned_on == "booking":
            raise FactError(
                f"it adds up in another way from {stint.start} on, within {window.key}:"
                f" change cap, reset, refunds or aggregation with the start of a {window.kind}."
            )
    yield from parts


def _lines(
    at: Situation, part: Sequence[Spell], credited: Mapping[str, _Credited], rates: Iterable[Rates], factor: Factor
) -> Iterator[PayLine]:
    deals = [Credit(key, each.event.on, each.amount) for key, each in credited.items() if each.event.kind == "deal"]
    refunds = [
        Refund(key, each.event.on, each.deal.natural_key, each.amount)
        for key, each in credited.items()
        if each.event.kind == "refund"
    ]
    found = lines(deals, refunds, rates, terms_of(part[0], at.rules), through=at.through, factor=factor)
    restated = _taken_off(refunds) if part[0][1].refunds == "restate" else {}
    for line in found:
        yield _line(at, part, line, credited, restated=restated, factor=factor)


def _taken_off(refunds: Iterable[Refund]) -> Mapping[str, Fraction]:
    off: defaultdict[str, Fraction] = defaultdict(Fraction)
    for refund in refunds:
        off[refund.of] += refund.amount
    return off


def _line(
    at: Situation,
    part: Sequence[Spell],
    line: Line,
    credited: Mapping[str, _Credited],
    *,
    restated: Mapping[str, Fraction],
    factor: Factor,
) -> PayLine:
    currency = part[0][0].plan.currency
    if line.natural_key is None:
        stint, component = next((spell for spell in part if line.on in spell[0]), part[-1])
        return PayLine(
            payee=at.payee,
            component=component.name,
            kind="excess",
            period=line.period,
            on=line.on,
            amount=line.amount,
            held=Money.zero(currency),
            plan=stint.plan.fingerprint,
            clause=component.clause,
            exact=line.exact,
            cut=line.cut,
        )
    each = credited[line.natural_key]
    component = _component(part, each.stint)
    kind: LineKind = "credit" if each.event.kind == "deal" else "refund"
    amount = each.amount if kind == "credit" else -each.amount
    if kind == "credit" and line.natural_key in restated:
        amount -= restated[line.natural_key]
    return PayLine(
        payee=at.payee,
        component=component.name,
        kind=kind,
        period=line.period,
        on=line.on,
        amount=line.amount,
        held=Money.zero(currency),
        plan=each.stint.plan.fingerprint,
        clause=component.clause,
        event=line.natural_key,
        lot=each.deal.natural_key,
        customer=each.deal.customer,
        role="+".join(each.roles),
        credited=amount,
        exact=line.exact,
        cut=line.cut,
        factor=factor(line.on) if kind == "credit" else _WHOLE,
        rate_period="" if kind == "credit" else period_of(each.deal.on, each.stint.plan.period, at.rules).key,
    )


def _component(part: Sequence[Spell], stint: Stint) -> CreditComponent:
    for own, component in part:
        if own is stint:
            return component
    raise AssertionError(stint)


def _as_paid(
    at: Situation,
    part: Sequence[Spell],
    credited: Mapping[str, _Credited],
    payments: Mapping[str, Sequence[Event]],
    factor: Factor,
) -> Iterator[PayLine]:
    """Commission on each deal alone, dated as the deal is paid for; what is not paid for is open and undated.

    A credit note is a document of its own: it is set off against the deal, and both are settled on its day.
    """
    for key, each in credited.items():
        if each.event.kind != "deal":
            raise FactError(
                f"{key} is a refund of {each.deal.natural_key}, which is earned as it is paid for:"
                " give a credit note, or a payment below 0."
            )
        component = _component(part, each.stint)
        commission = component.table.pays(each.amount) * factor(each.event.on)
        of_deal = [event for event in payments.get(key, ()) if event.on <= at.through]
        notes = [event for event in of_deal if event.kind == "credit_note"]
        invoice = Document(key, each.deal.amount, commission)
        documents = [(invoice, [_paid(event) for event in of_deal])]
        documents += [
            (
                Document(note.natural_key, -note.amount, -commission * note.amount / each.deal.amount),
                [Settlement(note.natural_key, note.on, -note.amount)],
            )
            for note in notes
        ]
        for document, settlements in documents:
            for settlement, amount in settled(document, settlements, each.stint.plan.currency).lines:
                yield PayLine(
                    payee=at.payee,
                    component=component.name,
                    kind="settled",
                    period=period_of(settlement.on, each.stint.plan.period, at.rules).key,
                    on=settlement.on,
                    amount=amount,
                    held=Money.zero(each.stint.plan.currency),
                    plan=each.stint.plan.fingerprint,
                    clause=component.clause,
                    event=settlement.natural_key,
                    lot=key,
                    customer=each.deal.customer,
                    role="+".join(each.roles),
                    credited=each.amount * settlement.amount / each.deal.amount,
                    exact=Fraction(amount.amount),
                    factor=factor(each.event.on),
                )


def _paid(event: Event) -> Settlement:
    return Settlement(event.natural_key, event.on, event.amount)


def _attained(at: Situation, component: CreditComponent, window: Window, credited: Iterable[_Credited]) -> Attained:
    total = Fraction(0)
    for each in credited:
        if each.event.kind == "deal" and each.event.on in window.period:
            total += each.amount
        elif each.event.kind == "refund" and component.refunds == "restate" and each.deal.on in window.period:
            total -= each.amount
    return Attained(at.payee, component.name, window.period.key, total, window.quota, window.target, window.plan)
