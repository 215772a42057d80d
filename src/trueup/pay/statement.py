"""A payee's statement of a period: what was posted, every line with what it follows from, what is held, and a forecast.

A statement is bytes: JSON with sorted keys, made once when its period is calculated, and shown as it was ever after.
Amounts are exact decimals as text, in the currency beside them. Each line has a hash of its own, which disputes name.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trueup.pay.calculate import Calculated
from trueup.pay.draw import PayRun
from trueup.pay.forecast import forecast_of
from trueup.pay.lines import Attained, PayLine
from trueup.pay.payment import Posting, Slot
from trueup.pay.plan import OWN_NAMES, Plan
from trueup.pay.policy import Parked
from trueup.pay.rounding import in_full
from trueup.units.money import Money
from trueup.units.period import CIVIL, Period, PeriodKind, PeriodRules, parse_period, period_of

VERSION = 1


@dataclass(frozen=True)
class Basis:
    """What all statements of a calculation are made from: what it found, what it posts, and what stood before it.

    ``posted_before``: what was posted of each slot before, ``held_before``: of what is held.
    """

    period: str
    calculated: Calculated
    earned: Sequence[Posting]
    held: Sequence[Posting]
    parked: Sequence[Parked]
    posted_before: Mapping[Slot, Money]
    held_before: Mapping[Slot, Money]
    plans: Sequence[Plan]
    rules: PeriodRules = CIVIL


@dataclass(frozen=True)
class Statement:
    """What a payee is shown; ``hash`` is the SHA-256 of ``body``."""

    payee: str
    body: bytes

    @property
    def hash(self) -> str:
        """The statement's own hash."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def said(self) -> Mapping[str, Any]:
        """What it says."""
        told: Mapping[str, Any] = json.loads(self.body)
        return told


def statements(basis: Basis, *, runs: Mapping[str, PayRun] | None = None) -> tuple[Statement, ...]:
    """The statement of everybody who has a line, a posting, or something of theirs that could not be reckoned."""
    by_payee = _By(basis)
    return tuple(
        Statement(payee, _bytes(_said(payee, basis, by_payee, (runs or {}).get(payee)))) for payee in by_payee.payees
    )


def line_hash(line: Mapping[str, Any]) -> str:
    """The SHA-256 of all that a line says but its hash."""
    return hashlib.sha256(_bytes({key: value for key, value in line.items() if key != "hash"})).hexdigest()


class _By:
    """What is said, by payee."""

    def __init__(self, basis: Basis) -> None:
        self.lines: dict[str, list[PayLine]] = {}
        self.attained: dict[str, list[Attained]] = {}
        self.earned: dict[str, list[Posting]] = {}
        self.held: dict[str, list[Posting]] = {}
        self.parked: dict[str, list[Parked]] = {}
        for line in basis.calculated.lines:
            self.lines.setdefault(line.payee, []).append(line)
        for reached in basis.calculated.attained:
            self.attained.setdefault(reached.payee, []).append(reached)
        for posting in basis.earned:
            self.earned.setdefault(posting.slot.payee, []).append(posting)
        for posting in basis.held:
            self.held.setdefault(posting.slot.payee, []).append(posting)
        for parked in basis.parked:
            self.parked.setdefault(parked.posting.slot.payee, []).append(parked)
        self.before: dict[str, dict[Slot, Money]] = {}
        for slot, amount in basis.posted_before.items():
            self.before.setdefault(slot.payee, {})[slot] = amount
        self.held_before: dict[str, dict[Slot, Money]] = {}
        for slot, amount in basis.held_before.items():
            self.held_before.setdefault(slot.payee, {})[slot] = amount
        told = {each.payee for each in basis.calculated.unreckoned if each.payee}
        self.payees = sorted({*self.lines, *self.earned, *self.held, *self.before, *told})


def _said(payee: str, basis: Basis, by: _By, run: PayRun | None) -> Mapping[str, Any]:
    plans = {plan.fingerprint: plan for plan in basis.plans}
    lines = by.lines.get(payee, [])
    earned = by.earned.get(payee, [])
    before = by.before.get(payee, {})
    period = parse_period(basis.period, basis.rules)
    touched = {(posting.slot.component, posting.slot.period) for posting in [*earned, *by.held.get(payee, ())]}
    shown = [line for line in lines if line.period == basis.period or (line.component, line.period) in touched]
    refused = [each for each in basis.calculated.unreckoned if each.payee == payee]
    return {
        "version": VERSION,
        "payee": payee,
        "period": basis.period,
        "posted": [_posting(posting, before, plans.values()) for posting in earned],
        "totals": _totals(earned, before, period, basis.rules),
        "lines": [_line(line, plans) for line in shown],
        "held": _held(by.held_before.get(payee, {}), by.held.get(payee, ()), lines),
        "attained": [_attained(reached, plans.get(reached.plan)) for reached in by.attained.get(payee, ())],
        "labels": _labels(by, payee, {each.component for each in refused}, plans.values()),
        "forecast": [
            {
                "component": each.component,
                "window": each.window,
                "now": _money(each.now),
                "expected": _money(each.expected),
                "at_target": _money(each.at_target),
                "because": each.because,
            }
            for each in forecast_of(lines, by.attained.get(payee, ()), basis.plans, period.last, basis.rules)
        ],
        "parked": [
            {**_posting(parked.posting, before, plans.values()), "because": parked.because}
            for parked in by.parked.get(payee, ())
        ],
        "not_reckoned": [
            {"component": each.component, "message": each.message, "refuses": each.refuses} for each in refused
        ],
        "run": None if run is None else _run(run),
        "plans": [
            {
                "plan": plans[key].plan_id,
                "label": plans[key].label,
                "valid_from": str(plans[key].valid_from),
                "hash": key,
            }
            for key in sorted({line.plan for line in lines} & plans.keys())
        ],
    }


def _posting(posting: Posting, before: Mapping[Slot, Money], plans: Collection[Plan]) -> dict[str, Any]:
    slot = posting.slot
    return {
        "component": slot.component,
        "label": _label(slot.component, plans),
        "earning_period": slot.period,
        "amount": _money(posting.amount),
        "before": _money(before[slot]) if slot in before else None,
        "is_true_up": slot in before or slot.period != posting.posted_in,
    }


def _label(component: str, plans: Collection[Plan]) -> str:
    if component in OWN_NAMES:
        return {"plan_cap": "Cap of the plan", "guarantee": "Guarantee"}[component]
    labels = [found.label for plan in plans if (found := plan.component(component)) is not None and found.label]
    return labels[-1] if labels else component


def _totals(
    earned: Iterable[Posting], before: Mapping[Slot, Money], period: Period, rules: PeriodRules
) -> list[dict[str, Any]]:
    """By currency: what this statement posts, how much of it is a true-up, and all for the fiscal year's periods."""
    year = period_of(period.last, PeriodKind.YEAR, rules)
    now: dict[str, Money] = {}
    true_ups: dict[str, Money] = {}
    of_year: dict[str, Money] = {}
    for posting in earned:
        currency = posting.amount.currency
        nothing = Money.zero(currency)
        now[currency] = now.get(currency, nothing) + posting.amount
        if posting.slot in before or posting.slot.period != period.key:
            true_ups[currency] = true_ups.get(currency, nothing) + posting.amount
    amounts = [(posting.slot, posting.amount) for posting in earned] + list(before.items())
    for slot, amount in amounts:
        if parse_period(slot.period, rules).last in year:
            of_year[amount.currency] = of_year.get(amount.currency, Money.zero(amount.currency)) + amount
    return [
        {
            "currency": currency,
            "posted": _money(now.get(currency, Money.zero(currency))),
            "true_ups": _money(true_ups.get(currency, Money.zero(currency))),
            "year_to_date": _money(of_year.get(currency, Money.zero(currency))),
        }
        for currency in sorted({*now, *of_year})
    ]


def _line(line: PayLine, plans: Mapping[str, Plan]) -> dict[str, Any]:
    plan = plans.get(line.plan)
    said: dict[str, Any] = {
        "component": line.component,
        "label": _label(line.component, [plan] if plan else []),
        "kind": line.kind,
        "period": line.period,
        "on": str(line.on),
        "amount": _money(line.amount),
        "held": _money(line.held),
        "event": line.event,
        "lot": line.lot,
        "customer": line.customer,
        "role": line.role,
        "credited": in_full(line.credited),
        "credited_in": plan.credited_in if plan else line.amount.currency,
        "exact": in_full(line.exact),
        "cut": in_full(line.cut),
        "factor": in_full(line.factor),
        "plan": line.plan,
        "clause": line.clause,
    }
    if line.among:
        said["among"] = line.among
    return {**said, "hash": line_hash(said)}


def _held(before: Mapping[Slot, Money], now: Iterable[Posting], lines: Iterable[PayLine]) -> list[dict[str, Any]]:
    """What is still held by component and customer, what changed, and what would release it."""
    held: dict[tuple[str, str], Money] = {}
    changed: dict[tuple[str, str], Money] = {}
    for slot, amount in before.items():
        key = (slot.component, slot.lot)
        held[key] = held[key] + amount if key in held else amount
    for posting in now:
        key = (posting.slot.component, posting.slot.lot)
        held[key] = held[key] + posting.amount if key in held else posting.amount
        changed[key] = changed[key] + posting.amount if key in changed else posting.amount
    read = {(line.component, line.customer) for line in lines if line.kind == "release"}
    return [
        {
            "component": component,
            "customer": customer,
            "amount": _money(amount),
            "changed": _money(changed.get((component, customer), Money.zero(amount.currency))),
            "releases": "a verified reading that shows more of the committed value"
            if (component, customer) in read
            else "a first verified reading of the customer's value, large enough for the plan's curve",
        }
        for (component, customer), amount in sorted(held.items())
        if amount or (component, customer) in changed
    ]


def _labels(by: _By, payee: str, refused: Iterable[str], plans: Collection[Plan]) -> dict[str, str]:
    """What people read for the components that a statement names."""
    slots = {*by.before.get(payee, ()), *by.held_before.get(payee, ())}
    slots |= {posting.slot for posting in [*by.earned.get(payee, ()), *by.held.get(payee, ())]}
    slots |= {parked.posting.slot for parked in by.parked.get(payee, ())}
    named = {slot.component for slot in slots} | {line.component for line in by.lines.get(payee, ())}
    named |= {reached.component for reached in by.attained.get(payee, ())} | {*refused}
    return {component: _label(component, plans) for component in sorted(named) if component}


def _attained(reached: Attained, plan: Plan | None) -> dict[str, Any]:
    return {
        "component": reached.component,
        "credited_in": plan.credited_in if plan else "",
        "window": reached.window,
        "credited": in_full(reached.credited),
        "quota": in_full(reached.quota),
        "attainment": in_full(reached.credited / reached.quota),
        "target": None if reached.target is None else in_full(reached.target),
    }


def _run(run: PayRun) -> dict[str, Any]:
    return {
        "earned": _money(run.earned),
        "advanced": _money(run.advanced),
        "recovered": _money(run.recovered),
        "offset": _money(run.offset),
        "paid": _money(run.paid),
        "draw_owed": _money(run.owed.draw),
        "receivable": _money(run.owed.receivable),
    }


def _money(amount: Money) -> list[str]:
    return [f"{amount.amount:f}", amount.currency]


def _bytes(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
