"""Who is credited for an event: direct credit and splits that share it out, overlays beside it, and managers above.

Fractions are of the event's amount. Those of direct credit and splits sum to exactly 1; overlays come on top, are
labelled so and conserve nothing. Credit stays exact, and each payee's line is rounded alone. Only an amount of money
that is to be paid out to several is divided in whole coins, by ``Money.allocate``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from trueup.pay.rounding import written

Role = Literal["direct", "split", "overlay", "rollup"]


class InvalidSplit(ValueError):  # noqa: N818  named as people say it
    """Shares that do not share out an event, or a reporting line that runs in a circle."""


@dataclass(frozen=True)
class Share:
    """What fraction of an event somebody is credited, and as what."""

    payee: str
    role: Literal["direct", "split", "overlay"]
    fraction: Fraction


@dataclass(frozen=True)
class Credited:
    """Somebody's credit for one event, in the unit of the event's amount and with its sign."""

    payee: str
    role: Role
    amount: Fraction


def shared(amount: Fraction, shares: Iterable[Share]) -> tuple[Credited, ...]:
    """The credit of everybody who has a share of an event."""
    listed = tuple(shares)
    if any(share.fraction <= 0 for share in listed):
        raise InvalidSplit("somebody's share is not above 0: leave them out, or say what they are to have")
    whole = sum((share.fraction for share in listed if share.role != "overlay"), Fraction(0))
    if whole != 1:
        raise InvalidSplit(
            f"direct credit and splits come to {written(whole)} of the event: make them 1, "
            "as integers over a common denominator if need be; what comes on top is an overlay"
        )
    return tuple(Credited(share.payee, share.role, amount * share.fraction) for share in listed)


def rolled_up(credited: Iterable[Credited], managers: Mapping[str, Iterable[str]]) -> tuple[Credited, ...]:
    """The credit of all managers above for one event: what the people below them share of it, each counted once.

    ``managers``: those whom somebody reports to on the event's day. One's own credit does not roll up to oneself.
    """
    amounts: dict[str, Fraction] = {}
    for credit in credited:
        if credit.role in {"direct", "split"}:
            for manager in sorted(_above(credit.payee, managers)):
                amounts[manager] = amounts.get(manager, Fraction(0)) + credit.amount
    return tuple(Credited(manager, "rollup", amounts[manager]) for manager in sorted(amounts))


def _above(payee: str, managers: Mapping[str, Iterable[str]]) -> set[str]:
    """Everybody above somebody, along whatever lines, once."""
    found: set[str] = set()
    ask = [payee]
    while ask:
        bosses = set(managers.get(ask.pop(), ())) - found
        found |= bosses
        ask += bosses
    if payee in found:
        raise InvalidSplit(f"{payee} reports to themselves in the end: mend the reporting lines of that day")
    return found
