"""What everybody has earned by all that is known: a pure function of plans and facts, payee by payee.

First everybody's credit, then their components in the plan's order, then what follows from lines: instalments and held
shares, clawbacks, the plan's cap, its guarantee. What a payee's component cannot be reckoned from is told, and nothing
of it is posted until it is mended; nothing is ever guessed.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache, cached_property, partial
from typing import TypeVar

from trueup.pay.absence import Absences
from trueup.pay.accumulate import unchanged
from trueup.pay.conversion import Conversion
from trueup.pay.crediting import OF_A_DEAL, credit, of_no_deal
from trueup.pay.earn_credit import Situation, earned_by_credit
from trueup.pay.earn_later import Turns, capped_by_plan, clawed_back, guaranteed, spread
from trueup.pay.earn_shared import Closed, awarded, divided
from trueup.pay.earn_value import earned_by_value, held_back
from trueup.pay.earning_rates import Spell
from trueup.pay.facts import Event, Facts, Outcome, ValueReading
from trueup.pay.lines import Attained, PayLine, Unreckoned
from trueup.pay.payment import Slot
from trueup.pay.plan import (
    GUARANTEE,
    PLAN_CAP,
    ClawbackComponent,
    CreditComponent,
    ExperienceComponent,
    Plan,
    PoolComponent,
    SpiffComponent,
    ValueComponent,
    in_order,
)
from trueup.pay.rounding import rounded
from trueup.pay.stints import Stint, stint_on, stints
from trueup.units.money import Money
from trueup.units.period import CIVIL, Period, PeriodRules, parse_period, period_of

_WHOLE = Fraction(1)
_Component = TypeVar("_Component")


@dataclass(frozen=True)
class Calculated:
    """Lines in the plan's currency, and what each slot earned in the currency of its payee's pay.

    ``held``: what is held and not yet earned, by slot and customer, in the plan's currency; below 0 where it was let go
    in that period. ``refused``: payees, and their components (empty: all of them), of which nothing may be posted.
    """

    lines: tuple[PayLine, ...] = ()
    attained: tuple[Attained, ...] = ()
    unreckoned: tuple[Unreckoned, ...] = ()
    earned: Mapping[Slot, Money] = field(default_factory=dict)
    held: Mapping[Slot, Money] = field(default_factory=dict)

    @cached_property
    def refused(self) -> frozenset[tuple[str, str]]:
        """The payees and components of which nothing may be posted."""
        return frozenset((each.payee, each.component) for each in self.unreckoned if each.refuses)

    def may_post(self, slot: Slot) -> bool:
        """Whether a slot was reckoned."""
        return (slot.payee, slot.component) not in self.refused and (slot.payee, "") not in self.refused


def calculate(
    plans: Iterable[Plan],
    facts: Facts,
    *,
    through: date,
    payees: Collection[str] | None = None,
    closed_awards: Mapping[str, Closed] | None = None,
    rules: PeriodRules = CIVIL,
) -> Calculated:
    """The lines of everybody (or of ``payees``) through a day, by facts as ``Facts.known`` gives them.

    ``closed_awards``: what each contest awarded in closed periods, by its name. Errors that touch everybody (plans that
    cannot both hold, an event that is nobody's) are raised; what touches one payee is told in ``unreckoned``.
    """
    return _Calculation(plans, facts, through, closed_awards or {}, rules).of(payees)


class _Calculation:
    """Facts by what they are asked for."""

    def __init__(
        self, plans: Iterable[Plan], facts: Facts, through: date, closed: Mapping[str, Closed], rules: PeriodRules
    ) -> None:
        self.facts = facts
        self.through = through
        self.rules = rules
        self.closed = closed
        self.conversion = Conversion(facts.rates, rules)
        self.versions = in_order(plans)
        self.stints = stints(facts.assignments, self.versions)
        self.due = credit(facts)
        self.quotas = _by(facts.quotas, lambda quota: quota.payee)
        self.agreements = _by(facts.agreements, lambda agreement: agreement.payee)
        self.agreed_with = _by(facts.agreements, lambda agreement: agreement.customer)
        self.readings = _by(_counting(facts), lambda reading: reading.agreement_id)
        self.eligible = _by(facts.eligible_customers, lambda customer: customer.payee)
        self.outcomes = {(each.payee, each.metric, each.period): each for each in facts.outcomes}
        self.turns = _turns(facts.events)
        self.begun = {event.natural_key: event.on for event in facts.events if event.kind == "deal"}
        self.payments = _by(
            (event for event in facts.events if event.kind in {"payment", "credit_note"}), lambda event: event.of
        )
        self.unreckoned: dict[Unreckoned, None] = {}
        self.refused: set[tuple[str, str]] = set()

    def of(self, payees: Collection[str] | None) -> Calculated:
        shared = self._shared()
        lines: list[PayLine] = []
        attained: list[Attained] = []
        for payee in sorted(self.stints if payees is None else set(payees) & self.stints.keys()):
            own, reached = self._of_payee(payee, shared.get(payee, ()))
            lines += own
            attained += reached
        self._tell_credit_without_plan(payees)
        self._tell_of_no_deal()
        earned, held = self._sums(lines)
        told = tuple(
            each for each in self.unreckoned if payees is None or each.payee in payees or each.payee not in self.stints
        )
        return Calculated(tuple(lines), tuple(attained), told, earned, held)

    def _of_payee(self, payee: str, shared: Iterable[PayLine]) -> tuple[list[PayLine], list[Attained]]:
        at = Situation(payee, self.conversion, self.through, self.rules)
        found = self.stints[payee]
        by_component: dict[str, list[PayLine]] = defaultdict(list)
        attained: list[Attained] = []
        for line in shared:
            by_component[line.component].append(line)
        for name, spells in _spells(found, CreditComponent).items():
            with_lines = self._tried(payee, name, partial(self._by_credit, at, spells))
            if with_lines is not None:
                by_component[name] += with_lines[0]
                attained += with_lines[1]
        for name, valued in _spells(found, ValueComponent).items():
            lines = self._tried(payee, name, partial(self._by_value, at, name, valued))
            by_component[name] += lines or ()
        for name, clawing in _spells(found, ClawbackComponent).items():
            taken_of = dict.fromkeys(each for _, component in clawing for each in component.of)
            if any((payee, each) in self.refused for each in taken_of):
                self._tell(payee, name, f"{payee}'s {name} waits for what it takes back of: mend that first.")
                continue
            of_lines = [line for each in taken_of for line in by_component.get(each, ())]
            taken_back = clawed_back(at, clawing, of_lines, self.turns, begun=self.begun)
            by_component[name] += self._tried(payee, name, partial(list, taken_back)) or ()
        lines = [line for name in by_component for line in by_component[name]]
        lines += self._limited(at, found, lines)
        return sorted(lines, key=_line_order), attained

    def _by_credit(
        self, at: Situation, spells: Sequence[tuple[Stint, CreditComponent]]
    ) -> tuple[list[PayLine], list[Attained]]:
        name = spells[0][1].name
        lines, attained = earned_by_credit(
            at,
            spells,
            self.due.get(at.payee, ()),
            quotas=self.quotas.get(at.payee, ()),
            payments=self.payments,
            factor=self._factor(at.payee, name),
        )
        done: list[PayLine] = []
        to_hold: dict[tuple[int, str, str], list[PayLine]] = defaultdict(list)
        for line in lines:
            place = _place(spells, line.on)
            stint, component = spells[place]
            if component.instalments:
                since = self.begun.get(line.lot, line.on)
                done += spread(at, stint, line, component.instalments, self.turns, since=since)
            elif component.hold is not None:
                to_hold[place, line.customer, line.lot if not line.customer else ""].append(line)
            else:
                done.append(line)
        for (place, customer, lot), of_customer in sorted(to_hold.items()):
            stint, component = spells[place]
            assert component.hold is not None
            if not customer:
                self._tell(
                    at.payee,
                    name,
                    f"{at.payee}'s {name}: {lot} names no customer, whose value could release what is held of it; it"
                    " stays held. Name the customer.",
                    refuses=False,
                )
            agreements = self.agreed_with.get(customer, ()) if customer else ()
            done += held_back(
                at, stint, of_customer, hold=component.hold, agreements=agreements, readings=self.readings
            )
        return done, attained

    def _by_value(self, at: Situation, name: str, valued: Sequence[tuple[Stint, ValueComponent]]) -> list[PayLine]:
        own = [each for each in self.agreements.get(at.payee, ()) if each.component == name]
        return list(earned_by_value(at, valued, own, self.readings, eligible=self.eligible.get(at.payee, ())))

    def _limited(self, at: Situation, found: Sequence[Stint], lines: Sequence[PayLine]) -> Sequence[PayLine]:
        limits: Sequence[PayLine] | None = None
        names = {component.name for stint in found for component in stint.plan.components}
        if not any((at.payee, name) in self.refused for name in names):
            limits = self._tried(at.payee, PLAN_CAP, partial(list, self._limits(at, found, lines)))
        if limits is None:
            self._tell_limits_wait(at.payee, found)
        return limits or ()

    def _limits(self, at: Situation, found: Sequence[Stint], lines: Sequence[PayLine]) -> Iterator[PayLine]:
        """The lines of each plan's own limits, each window's by the version with which it begins for the payee."""
        by_plan: dict[str, list[Stint]] = defaultdict(list)
        for stint in found:
            by_plan[stint.plan.plan_id].append(stint)
        for of_plan in by_plan.values():
            prints = {stint.plan.fingerprint for stint in of_plan}
            own = [line for line in lines if line.plan in prints]
            whole = replace(of_plan[-1], start=of_plan[0].start)
            caps = {stint.plan.cap for stint in of_plan if stint.plan.cap is not None}
            capped = [
                line
                for cap in caps
                for line in capped_by_plan(at, whole, own, cap)
                if self._by_version(of_plan, line).plan.cap == cap
            ]
            guarantees = {stint.plan.guarantee for stint in of_plan if stint.plan.guarantee is not None}
            least = [
                line
                for guarantee in guarantees
                for line in guaranteed(at, whole, [*own, *capped], guarantee, on_plan=of_plan)
                if self._by_version(of_plan, line).plan.guarantee == guarantee
            ]
            for line in (*capped, *least):
                yield replace(line, plan=self._by_version(of_plan, line).plan.fingerprint)

    def _by_version(self, of_plan: Sequence[Stint], line: PayLine) -> Stint:
        """The stint with which the window of a limit's line begins."""
        return _first_in(of_plan, parse_period(line.event.partition("@")[2], self.rules))

    def _tell_limits_wait(self, payee: str, found: Iterable[Stint]) -> None:
        """A guarantee would fill up what is only unknown, and a cap cut too little."""
        for stint in found:
            for name, limit in ((PLAN_CAP, stint.plan.cap), (GUARANTEE, stint.plan.guarantee)):
                if limit is not None:
                    self._tell(payee, name, f"{payee}'s {name} waits for what could not be reckoned: mend that first.")

    def _shared(self) -> Mapping[str, Sequence[PayLine]]:
        """The lines of what is shared among people, by payee."""
        found: list[PayLine] = []
        at = Situation("", self.conversion, self.through, self.rules)
        for plan_id, versions in self.versions.items():
            # A contest that a later version no longer has was held all the same.
            components = {component.name: component for version in versions for component in version.components}
            for component in components.values():
                if isinstance(component, SpiffComponent):
                    closed = self.closed.get(component.name, {})
                    given, faults = awarded(component, plan_id, self.due, self.stints, at=at, closed=closed)
                elif isinstance(component, PoolComponent):
                    given, faults = divided(
                        component, plan_id, self.facts.events, self.facts.shares, stints=self.stints, at=at
                    )
                else:
                    continue
                found += given
                for fault in faults:
                    self._tell(fault.payee, fault.component, fault.message)
        return _by(found, lambda line: line.payee)

    def _factor(self, payee: str, name: str) -> Callable[[date], Fraction]:
        """What customers' experience multiplies a component with, by day."""
        found = self.stints[payee]
        if not any(isinstance(each, ExperienceComponent) for stint in found for each in stint.plan.components):
            return unchanged

        @cache
        def factor(day: date) -> Fraction:
            stint = stint_on(found, day)
            whole = _WHOLE
            for each in stint.plan.components if stint else ():
                if isinstance(each, ExperienceComponent) and name in each.modifies:
                    whole *= self._experienced(payee, each, day)
            return whole

        return factor

    def _experienced(self, payee: str, component: ExperienceComponent, day: date) -> Fraction:
        period = period_of(day, component.every, self.rules)
        outcome = self.outcomes.get((payee, component.metric, period.key))
        if outcome is None:
            if period.last <= self.through:
                self._tell(
                    payee,
                    component.name,
                    f"There is no reading of {component.metric} of {payee} for {period.key}: reckoned as neutral until"
                    " there is one.",
                    refuses=False,
                )
            return _WHOLE
        return component.factor(outcome.value) if _counts(component, outcome) else _WHOLE

    def _tell_credit_without_plan(self, payees: Collection[str] | None) -> None:
        """Tell of those who are credited while others are on plans already, and they are on none."""
        begun = min((own[0].start for own in self.stints.values()), default=date.max)
        for payee in sorted(self.due if payees is None else set(payees) & self.due.keys()):
            found = self.stints.get(payee, ())
            without = [
                each.event
                for each in self.due[payee]
                if each.role in {"direct", "split"}
                and each.event.kind == "deal"
                and begun <= each.event.on <= self.through
                and stint_on(found, each.event.on) is None
            ]
            if without:
                first = without[0]
                more = f", and {len(without) - 1} more" if len(without) > 1 else ""
                self._tell(
                    payee,
                    "",
                    f"{payee} is credited for {first.natural_key} on {first.on}{more}, but is on no plan then:"
                    " assign them to one, or credit somebody else.",
                    refuses=False,
                )

    def _tell_of_no_deal(self) -> None:
        for payee, event in of_no_deal(self.facts):
            if event.on > self.through:
                continue
            otherwise = "taken off" if event.kind == "refund" else "earned"
            self._tell(
                payee,
                "",
                f"The {OF_A_DEAL[event.kind]} {event.natural_key} is of {event.of or 'nothing'}, and no such deal is"
                f" known: nothing is paid for that deal, and nothing {otherwise}."
                " Give the deal, or name the natural key of another.",
                refuses=False,
            )

    def _sums(self, lines: Iterable[PayLine]) -> tuple[Mapping[Slot, Money], Mapping[Slot, Money]]:
        parts: dict[Slot, dict[tuple[str, str], Money]] = {}
        held: dict[Slot, Money] = {}
        for line in lines:
            if line.amount.amount or line.kind != "held":
                of_slot = parts.setdefault(Slot(line.payee, line.component, line.period), {})
                part = (line.rate_period or line.period, line.amount.currency)
                before = of_slot.get(part)
                of_slot[part] = line.amount if before is None else before + line.amount
            if line.held.amount:
                slot = Slot(line.payee, line.component, line.period, line.customer or line.lot)
                held[slot] = held[slot] + line.held if slot in held else line.held
        earned = {}
        for slot, of_slot in parts.items():
            amount = self._tried(slot.payee, slot.component, partial(self._paid, slot, of_slot))
            if amount is not None:
                earned[slot] = amount
        self._tell_two_currencies(earned)
        return earned, {slot: amount for slot, amount in held.items() if amount}

    def _tell_two_currencies(self, earned: Mapping[Slot, Money]) -> None:
        """A run pays one currency: a debt in the one is not offset from pay in the other, at nobody's rate."""
        paid_in: defaultdict[str, set[str]] = defaultdict(set)
        for slot, amount in earned.items():
            paid_in[slot.payee].add(amount.currency)
        for payee, currencies in paid_in.items():
            if len(currencies) > 1:
                listed = " and ".join(sorted(currencies))
                cure = "give the days in the later one to a payee of their own, with an id of its own"
                self._tell(payee, "", f"{payee} is paid in {listed}, and a run pays one currency: {cure}.")

    def _paid(self, slot: Slot, parts: Mapping[tuple[str, str], Money]) -> Money:
        """What a slot earned in the currency of its payee's pay, each part at the rate of its period, rounded once."""
        stint = _first_in(self.stints[slot.payee], parse_period(slot.period, self.rules))
        currencies = {currency for _, currency in parts}
        into = stint.assignment.pay_currency or (stint.plan.currency if len(currencies) > 1 else currencies.pop())
        whole = Fraction(0)
        for (period, currency), amount in parts.items():
            day = parse_period(period, self.rules).first
            whole += Fraction(amount.amount) * self.conversion.factor("pay", currency, into, day)
        return rounded(whole, into)

    def _tried(self, payee: str, name: str, reckon: Callable[[], _Component]) -> _Component | None:
        """What can be reckoned; what cannot is told."""
        try:
            return reckon()
        except ValueError as error:
            message = str(error)
            self._tell(payee, name, f"{payee}'s {name}: {message}{'' if message.endswith('.') else '.'}")
            return None

    def _tell(self, payee: str, component: str, message: str, *, refuses: bool = True) -> None:
        self.unreckoned[Unreckoned(payee, component, message, refuses)] = None
        if refuses:
            self.refused.add((payee, component))


def _counts(component: ExperienceComponent, outcome: Outcome) -> bool:
    if outcome.n < component.minimum_n:
        return False
    if component.minimum_response is None:
        return True
    return outcome.response is not None and outcome.response >= component.minimum_response


def _spells(found: Sequence[Stint], kind: type[_Component]) -> Mapping[str, list[tuple[Stint, _Component]]]:
    """A payee's stints with each component of a kind, by its name."""
    spells: dict[str, list[tuple[Stint, _Component]]] = {}
    for stint in found:
        for component in stint.plan.components:
            if isinstance(component, kind):
                spells.setdefault(component.name, []).append((stint, component))
    return spells


def _place(spells: Sequence[Spell], day: date) -> int:
    """Which spell a day's line is of; after the last one ended, that one."""
    begun = [place for place, (stint, _) in enumerate(spells) if stint.start <= day]
    return begun[-1] if begun else 0


def _first_in(found: Sequence[Stint], period: Period) -> Stint:
    """The first stint in a period; where there is none, the last one before it."""
    within = [stint for stint in found if stint.within(period.start, period.end)]
    before = [stint for stint in found if stint.start < period.start]
    return within[0] if within else before[-1] if before else found[0]


def _line_order(line: PayLine) -> tuple[str, str, date, str, str, str]:
    return line.component, line.period, line.on, line.event, line.kind, line.lot


_Key = TypeVar("_Key")
_Row = TypeVar("_Row")


def _by(rows: Iterable[_Row], key: Callable[[_Row], _Key]) -> dict[_Key, list[_Row]]:
    found: dict[_Key, list[_Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _counting(facts: Facts) -> Iterator[ValueReading]:
    """Readings but those of customers who were away on their day."""
    customers = {each.agreement_id: each.customer for each in facts.agreements}
    absences = Absences(facts.events, set(customers.values()))
    return (each for each in facts.readings if not absences.is_away(customers.get(each.agreement_id, ""), each.as_of))


def _turns(events: Iterable[Event]) -> Turns:
    found: dict[str, list[Event]] = {}
    for event in events:
        if event.kind in {"churn", "reinstate"}:
            found.setdefault(event.of or event.customer, []).append(event)
    return found
