"""Commission that is earned as an invoice is paid: each line's share of what was paid, and the rest open and undated.

A credit note is a document with both amounts below 0; set off against its invoice, both are settled and dated, and net
to nothing. Amounts paid are in the document's currency, commission is in the plan's; what is paid beyond the document
earns no more, and what a bank takes back is taken back here too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate, pairwise

from trueup.pay.rounding import rounded, rounded_lines
from trueup.units.money import InvalidAmount, Money, total


@dataclass(frozen=True)
class Document:
    """An invoice or credit note, and the commission of one of its lines, which is earned as the whole is paid."""

    natural_key: str
    amount: Fraction
    commission: Fraction

    def __post_init__(self) -> None:
        if not self.amount:
            raise InvalidAmount(f"{self.natural_key} is of 0, so no payment settles a share of it: leave it out")


@dataclass(frozen=True)
class Settlement:
    """What was paid of a document on a day, with the document's sign."""

    natural_key: str
    on: date
    amount: Fraction


@dataclass(frozen=True)
class Settled:
    """What each settlement earned, in order, and the commission that is still open."""

    lines: tuple[tuple[Settlement, Money], ...]
    open: Money


def settled(document: Document, settlements: Iterable[Settlement], currency: str) -> Settled:
    """The commission that a document's settlements earned."""
    ordered = sorted(settlements, key=lambda settlement: (settlement.on, settlement.natural_key))
    paid = accumulate((settlement.amount for settlement in ordered), initial=Fraction(0))
    shares = [max(Fraction(0), min(Fraction(1), amount / document.amount)) for amount in paid]
    amounts = rounded_lines(((after - before) * document.commission for before, after in pairwise(shares)), currency)
    whole = rounded(document.commission, currency)
    return Settled(tuple(zip(ordered, amounts, strict=True)), whole - total(amounts, currency))
