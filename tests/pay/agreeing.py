"""An agreement on value to begin with: 30,000 for a customer's days sales outstanding, five days down in two years."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trueup.pay.agreements import PayeeShare, Signer, Terms
from trueup.pay.baseline import Baseline
from trueup.units.money import Money

START, END = date(2026, 1, 1), date(2027, 12, 31)
BEFORE = Baseline(Decimal(42), "days", "median", date(2025, 1, 1), date(2025, 12, 31), 12, "d" * 64)
DAYS = tuple(date(2026 + (month > 12), (month - 1) % 12 + 1, 28) for month in (3, 6, 9, 12, 15, 18))


def eur(amount: int | str) -> Money:
    return Money.of(amount, "EUR")


def paid(payee: str = "alice", target: int = 30_000, share: str = "1") -> PayeeShare:
    return PayeeShare(payee, eur(target), Fraction(share))


AGREED: dict[str, Any] = {
    "agreement_id": "a",
    "customer": "acme",
    "measure": "Days sales outstanding",
    "direction": "decrease",
    "baseline": BEFORE,
    "definition": "Receivables over sales x 30, from their ledger",
    "value_per_unit": eur(100_000),
    "per": "term",
    "committed": eur(500_000),
    "band": eur(0),
    "payees": (paid(),),
    "starts_on": START,
    "ends_on": END,
    "quantile": Decimal("0.8416"),
    "confidence": "one-sided, 80 %",
    "reading_dates": DAYS,
    "verifier": "Their controller",
    "signers": (Signer("ours", "Head of Sales"), Signer("customer", "CFO")),
}


def terms(**other: object) -> Terms:
    return Terms(**{**AGREED, **other})
