"""The terms of an agreement as they are signed, and apart from them whom we pay by it.

The customer reads and signs the terms. Our people's pay is written on a sheet of our own, whose hash stands in the
terms: one signature is below both, and a copy of the terms tells nobody's pay. The sheet is salted, so that nobody
finds out by hashing what they guess.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from trueup.pay.agreements import InvalidAgreement, PayeeShare, Signer, Terms
from trueup.pay.baseline import Baseline
from trueup.pay.vesting import ValueCurve
from trueup.units.money import Money

NEWEST: Final = "sha256-2"
"""How terms are written and hashed now."""
NAMES_PAY: Final = "sha256-1"
"""How they were when they named the payees themselves: such terms are not handed over."""
_OURS = ("payees", "curve")


def _sha256_1(body: bytes) -> str:
    """Prefixed, so that it is the hash of nothing else."""
    return hashlib.sha256(b"trueup value agreement 1\n" + body).hexdigest()


def _sha256_2(body: bytes) -> str:
    """The plain SHA-256, so that a customer can check a copy with any tool."""
    return hashlib.sha256(body).hexdigest()


ALGORITHMS: Final[Mapping[str, Callable[[bytes], str]]] = {NAMES_PAY: _sha256_1, NEWEST: _sha256_2}


@dataclass(frozen=True)
class Signable:
    """Terms as they are written: what is signed, and our own sheet with the pay, where it is apart."""

    algorithm: str
    terms: bytes
    pay: bytes | None

    @property
    def hash(self) -> str:
        """What people sign; InvalidAgreement where nobody knows any more how it was made."""
        if self.algorithm not in ALGORITHMS:
            raise InvalidAgreement(f"these terms are hashed by {self.algorithm}: read them with a newer version")
        return ALGORITHMS[self.algorithm](self.terms)


def signable(terms: Terms, *, salt: str) -> Signable:
    """The one way to write terms. ``salt``: not to be guessed, and another one for each agreement."""
    told = _told(terms)
    pay = _json({**{name: told.pop(name) for name in _OURS}, "salt": salt})
    return Signable(NEWEST, _json({**told, "algorithm": NEWEST, "pay_sha256": _sha256_2(pay)}), pay)


def terms_in(kept: Signable, *, signed: str) -> Terms:
    """The terms that were signed by this hash; InvalidAgreement where what is kept is something else."""
    if kept.hash != signed:
        raise _altered()
    try:
        return _terms(_read(kept))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _altered() from error


def _read(kept: Signable) -> dict[str, Any]:
    """The terms with what our own sheet adds to them."""
    told: dict[str, Any] = json.loads(kept.terms)
    if told.pop("algorithm") != kept.algorithm:
        raise ValueError("written otherwise")
    if kept.algorithm == NAMES_PAY:
        return told
    if kept.pay is None or _sha256_2(kept.pay) != told.pop("pay_sha256"):
        raise ValueError("another sheet")
    pay = json.loads(kept.pay)
    return {**told, **{name: pay[name] for name in _OURS}}


def _altered() -> InvalidAgreement:
    return InvalidAgreement("these terms are not what was signed: put back a copy of the record")


def _json(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


def _told(terms: Terms) -> dict[str, object]:
    return {
        **vars(terms),
        "baseline": {
            **vars(terms.baseline),
            "value": _plain(terms.baseline.value),
            "first": str(terms.baseline.first),
            "last": str(terms.baseline.last),
        },
        "value_per_unit": _money(terms.value_per_unit),
        "committed": _money(terms.committed),
        "band": _money(terms.band),
        "cap": None if terms.cap is None else _money(terms.cap),
        "payees": [[each.payee, *_money(each.at_target), str(each.share)] for each in terms.payees],
        "starts_on": str(terms.starts_on),
        "ends_on": str(terms.ends_on),
        "quantile": _plain(terms.quantile),
        "reading_dates": [str(day) for day in terms.reading_dates],
        "signers": [[each.side, each.role] for each in terms.signers],
        "curve": [[str(realised), str(vests)] for realised, vests in terms.curve.points],
    }


def _terms(told: Mapping[str, Any]) -> Terms:
    days = {name: date.fromisoformat(told[name]) for name in ("starts_on", "ends_on")}
    amounts = {name: Money.of(*told[name]) for name in ("value_per_unit", "committed", "band")}
    before = told["baseline"]
    return Terms(
        **{
            **told,
            **days,
            **amounts,
            "baseline": Baseline(
                **{
                    **before,
                    "value": Decimal(before["value"]),
                    "first": date.fromisoformat(before["first"]),
                    "last": date.fromisoformat(before["last"]),
                }
            ),
            "cap": None if told["cap"] is None else Money.of(*told["cap"]),
            "payees": tuple(
                PayeeShare(payee, Money.of(amount, currency), Fraction(share))
                for payee, amount, currency, share in told["payees"]
            ),
            "quantile": Decimal(told["quantile"]),
            "reading_dates": tuple(date.fromisoformat(day) for day in told["reading_dates"]),
            "signers": tuple(Signer(side, role) for side, role in told["signers"]),
            "curve": ValueCurve(tuple((Fraction(realised), Fraction(vests)) for realised, vests in told["curve"])),
        }
    )


def _money(money: Money) -> list[str]:
    return [_plain(money.amount), money.currency]


def _plain(number: Decimal) -> str:
    """The same text for the same number, however many zeros it was written with."""
    written_out = f"{number:f}"
    return written_out.rstrip("0").rstrip(".") if "." in written_out else written_out
