"""Statements of pay as they were kept, read back: nothing but what their bytes say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from trueup.units.money import Money


@dataclass(frozen=True)
class Total:
    """In a currency: what is posted, how much of it is for other periods or posted again, and the year's."""

    currency: str
    posted: Money
    true_ups: Money
    year_to_date: Money
    held: Money


@dataclass(frozen=True)
class Posted:
    """An amount that is posted; ``before``: what stood before it, None where it is the first."""

    component: str
    earning_period: str
    amount: Money
    before: Money | None
    is_true_up: bool


@dataclass(frozen=True)
class Waiting:
    """A difference that is not posted, and a code that says why."""

    posted: Posted
    because: str


@dataclass(frozen=True)
class Line:
    """A line, as it says itself; its fields are those of ``pay.lines``."""

    component: str
    kind: str
    period: str
    on: date
    amount: Money
    held: Money
    event: str
    lot: str
    customer: str
    role: str
    credited: Fraction
    credited_in: str
    exact: Fraction
    cut: Fraction
    factor: Fraction
    plan: str
    clause: str
    hash: str
    among: int = 0


@dataclass(frozen=True)
class Held:
    """What is held of a component for a customer, how that changed now, and what would release it."""

    component: str
    customer: str
    amount: Money
    changed: Money
    releases: str


@dataclass(frozen=True)
class Attained:
    """How far a quota is reached in a window; ``target``: the pay at all of it."""

    component: str
    window: str
    credited: Fraction
    credited_in: str
    quota: Fraction
    attainment: Fraction
    target: Fraction | None


@dataclass(frozen=True)
class Forecast:
    """What a window earned by now, would earn at this pace, and earns at all of its quota."""

    component: str
    window: str
    now: Money
    expected: Money | None
    at_target: Money | None
    because: str


@dataclass(frozen=True)
class Unreckoned:
    """What could not be reckoned; ``refuses``: nothing of it is posted."""

    component: str
    message: str
    refuses: bool


@dataclass(frozen=True)
class Version:
    """The version of a plan that lines cite."""

    plan: str
    label: str
    valid_from: date
    hash: str


@dataclass(frozen=True)
class Told:
    """All that a statement says; ``hash``: the SHA-256 of its bytes. ``run``: amounts of its pay run, by name."""

    payee: str
    period: str
    hash: str
    labels: Mapping[str, str]
    totals: tuple[Total, ...]
    posted: tuple[Posted, ...]
    lines: tuple[Line, ...]
    held: tuple[Held, ...]
    attained: tuple[Attained, ...]
    forecast: tuple[Forecast, ...]
    parked: tuple[Waiting, ...]
    not_reckoned: tuple[Unreckoned, ...]
    run: Mapping[str, Money]
    plans: tuple[Version, ...]

    def label(self, component: str) -> str:
        """What people read for a component; for none, that it is about all of them."""
        if not component:
            return "All of it"
        return self.labels.get(component) or component.replace("_", " ").capitalize()


def told(body: bytes) -> Told:
    """What a statement's bytes say."""
    said: Mapping[str, Any] = json.loads(body)
    held = tuple(
        Held(each["component"], each["customer"], _money(each["amount"]), _money(each["changed"]), each["releases"])
        for each in said["held"]
    )
    return Told(
        payee=said["payee"],
        period=said["period"],
        hash=sha256(body).hexdigest(),
        labels=said["labels"],
        totals=_totals(said["totals"], held),
        posted=tuple(map(_posted, said["posted"])),
        lines=tuple(map(_line, said["lines"])),
        held=held,
        attained=tuple(map(_attained, said["attained"])),
        forecast=tuple(
            Forecast(
                each["component"],
                each["window"],
                _money(each["now"]),
                _perhaps(each["expected"]),
                _perhaps(each["at_target"]),
                each["because"],
            )
            for each in said["forecast"]
        ),
        parked=tuple(Waiting(_posted(each), each["because"]) for each in said["parked"]),
        not_reckoned=tuple(
            Unreckoned(each["component"], each["message"], each["refuses"]) for each in said["not_reckoned"]
        ),
        run={name: _money(amount) for name, amount in (said["run"] or {}).items()},
        plans=tuple(
            Version(each["plan"], each["label"], date.fromisoformat(each["valid_from"]), each["hash"])
            for each in said["plans"]
        ),
    )


def headline(body: bytes) -> tuple[Total, ...]:
    """The totals of a statement alone, for lists of many."""
    said: Mapping[str, Any] = json.loads(body)
    held = tuple(
        Held(each["component"], each["customer"], _money(each["amount"]), _money(each["changed"]), "")
        for each in said["held"]
    )
    return _totals(said["totals"], held)


def _totals(totals: Sequence[Mapping[str, Any]], held: Sequence[Held]) -> tuple[Total, ...]:
    """The totals with what is held beside them; a currency in which something is only held is one of them."""
    by_currency: dict[str, Money] = {}
    for each in held:
        currency = each.amount.currency
        by_currency[currency] = by_currency.get(currency, Money.zero(currency)) + each.amount
    said = {each["currency"]: each for each in totals}
    found = []
    for currency in sorted({*said, *by_currency}):
        nothing = Money.zero(currency)
        amounts = said.get(currency)
        found.append(
            Total(
                currency,
                _money(amounts["posted"]) if amounts else nothing,
                _money(amounts["true_ups"]) if amounts else nothing,
                _money(amounts["year_to_date"]) if amounts else nothing,
                by_currency.get(currency, nothing),
            )
        )
    return tuple(found)


def _posted(said: Mapping[str, Any]) -> Posted:
    return Posted(
        component=said["component"],
        earning_period=said["earning_period"],
        amount=_money(said["amount"]),
        before=_perhaps(said["before"]),
        is_true_up=said["is_true_up"],
    )


def _line(said: Mapping[str, Any]) -> Line:
    return Line(
        component=said["component"],
        kind=said["kind"],
        period=said["period"],
        on=date.fromisoformat(said["on"]),
        amount=_money(said["amount"]),
        held=_money(said["held"]),
        event=said["event"],
        lot=said["lot"],
        customer=said["customer"],
        role=said["role"],
        credited=Fraction(said["credited"]),
        credited_in=said["credited_in"],
        exact=Fraction(said["exact"]),
        cut=Fraction(said["cut"]),
        factor=Fraction(said["factor"]),
        plan=said["plan"],
        clause=said["clause"],
        hash=said["hash"],
        among=said.get("among", 0),
    )


def _attained(said: Mapping[str, Any]) -> Attained:
    return Attained(
        component=said["component"],
        window=said["window"],
        credited=Fraction(said["credited"]),
        credited_in=said["credited_in"],
        quota=Fraction(said["quota"]),
        attainment=Fraction(said["attainment"]),
        target=None if said["target"] is None else Fraction(said["target"]),
    )


def _money(said: Sequence[str]) -> Money:
    amount, currency = said
    return Money(Decimal(amount), currency)


def _perhaps(said: Sequence[str] | None) -> Money | None:
    return None if said is None else _money(said)
