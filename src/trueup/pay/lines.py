"""Lines: what somebody is paid for one thing, and what it follows from; and what could not be reckoned, and why."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from trueup.units.money import Money

LineKind = Literal[
    "credit", "refund", "excess", "settled", "instalment", "held", "release", "forfeit", "award", "share",
    "clawback", "plan_cap", "guarantee",
]  # fmt: skip
"""``excess``: carried over a cap from the window before. ``held``, ``release``, ``forfeit``: of what is held."""
_NOTHING = Fraction(0)
_WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class PayLine:
    """One line, in the plan's currency: ``amount`` is earned, ``held`` is not yet (below 0 where it is let go).

    ``event``: the key of what it is for; ``lot``: of the deal or agreement that it belongs to. ``credited``: in the
    currency of quotas. ``exact``: the pay before it was rounded, ``cut``: what a cap took of it, ``factor``: what
    customers' experience multiplied it with. ``plan``: the fingerprint of the version that says so, in ``clause``.
    """

    payee: str
    component: str
    kind: LineKind
    period: str
    on: date
    amount: Money
    held: Money
    plan: str
    clause: str = ""
    event: str = ""
    lot: str = ""
    customer: str = ""
    role: str = ""
    credited: Fraction = _NOTHING
    exact: Fraction = _NOTHING
    cut: Fraction = _NOTHING
    factor: Fraction = _WHOLE
    rate_period: str = ""
    """The earning period whose rate of pay converts it, where that is another than ``period``."""
    among: int = 0
    """How many customers the amounts at target are divided among, where all in the payee's book count."""


@dataclass(frozen=True, slots=True)
class Attained:
    """How far somebody came with a quota in a window, in the currency of quotas; ``target``: the pay at all of it.

    ``plan``: the fingerprint of the version that holds last in it.
    """

    payee: str
    component: str
    window: str
    credited: Fraction
    quota: Fraction
    target: Fraction | None
    plan: str


@dataclass(frozen=True, slots=True)
class Unreckoned:
    """What could not be reckoned, and why, with the cure.

    ``refuses``: nothing is posted of the payee's component (of all of them where it names none) until it is mended;
    else it was reckoned without, as the message says.
    """

    payee: str
    component: str
    message: str
    refuses: bool = field(default=True)
