"""What a look at a plan finds, and by which bounds: a finding names the place, what may come of it, and a cure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from trueup.pay.plan import Component
from trueup.units.money import Money
from trueup.units.period import CIVIL, PeriodRules

Severity = Literal["error", "warning", "note"]
"""``error``: it should not go to people so. ``warning``: somebody should decide it. ``note``: to know, or not told."""
Source = Literal["", "system", "customer", "unrelated", "payee"]


@dataclass(frozen=True)
class Finding:
    """What was found; ``component`` and ``clause`` are empty where it is of the plan as a whole."""

    code: str
    severity: Severity
    component: str
    clause: str
    message: str
    cure: str


@dataclass(frozen=True)
class Told:
    """What is known of a measure that a plan pays on.

    ``noise``: the variance of its readings over what they truly differ by, ``noise_of`` its reliability.
    ``reported_by``, ``verified_by``: who enters it, and who confirms it; empty where nobody said.
    """

    noise: Fraction | None = None
    reported_by: Source = ""
    verified_by: Source = ""


@dataclass(frozen=True)
class Bounds:
    """From where on something is found.

    ``value``: the share of variable pay that verified value should be. It is a hypothesis: published practice is thin.
    ``risk``: how averse to risk payees are, times what effort costs them (r c of Holmström and Milgrom 1991).
    """

    jump: Fraction = Fraction(1, 20)
    minimum_n: int = 30
    factor: Fraction = Fraction(1, 4)
    measures: int = 5
    value: tuple[Fraction, Fraction] = (Fraction(1, 10), Fraction(1, 4))
    vests: Fraction = Fraction(2)
    slopes: Fraction = Fraction(3, 2)
    weight: Fraction = Fraction(1, 10)
    draw_months: int = 12
    risk: Fraction = Fraction(1)
    over_noise: Fraction = Fraction(3, 2)


@dataclass(frozen=True)
class Asked:
    """What a plan is looked at with.

    ``told``: by kind of credit, by metric of customers' experience, or by the name of a value component. ``mix``: what
    share of variable pay at target each component is, where that is known. ``target``: a year's variable pay at target.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    mix: Mapping[str, Fraction] = field(default_factory=dict)
    target: Money | None = None
    bounds: Bounds = Bounds()
    rules: PeriodRules = CIVIL


def noise_of(reliability: Fraction) -> Fraction:
    """The noise of a measure of a reliability above 0 and up to 1: (1 - reliability) / reliability."""
    if not 0 < reliability <= 1:
        raise ValueError(f"A reliability of {float(reliability):g} cannot be: it is above 0, and at most 1.")
    return (1 - reliability) / reliability


def found(component: Component, code: str, severity: Severity, message: str, cure: str) -> Finding:
    """A finding of a component."""
    return Finding(code, severity, component.name, component.clause, message, cure)


def of_plan(code: str, severity: Severity, message: str, cure: str) -> Finding:
    """A finding of the plan as a whole."""
    return Finding(code, severity, "", "", message, cure)


def percent(share: Fraction) -> str:
    """A share as people write it."""
    return f"{float(share * 100):,.1f}".removesuffix(".0") + " %"


def number(amount: Fraction) -> str:
    """An amount as people write it."""
    return f"{float(amount):,.2f}".rstrip("0").removesuffix(".")
