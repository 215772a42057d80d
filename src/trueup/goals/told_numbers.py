"""Numbers as people type them: "58", "91,5 %", "$12.5m", "1'200", "15 lakh", "five nines", "4x", "zero".

A number that could be two ("1,200" is twelve hundred or one and a fifth) is left without a value unless something
settles it: another number of the same text, the decimal mark of the company, a percentage, or a currency's minor units.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from trueup.units.money import MINOR_UNITS

DecimalMark = Literal[".", ","]

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "BBD", "BSD", "JMD"})
_YEN = frozenset({"JPY", "CNY"})
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "US$": "USD", "C$": "CAD", "A$": "AUD", "R$": "BRL", "zł": "PLN"}
# These codes are English words as well.
_CODES = tuple(
    code for code in MINOR_UNITS if code not in {"ALL", "TOP", "TRY", "BOB", "MOP", "CUP", "COP", "PEN", "ANG"}
)

_MAGNITUDES = {
    **dict.fromkeys(("k", "thousand", "grand"), 3),
    **dict.fromkeys(("mm", "mn", "mio", "mln", "million", "millions"), 6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 9),
    **dict.fromkeys(("tn", "trillion"), 12),
    **dict.fromkeys(("lakh", "lakhs"), 5),
    **dict.fromkeys(("crore", "crores"), 7),
    "m": 6,
}
_UNITS = {
    "%": ("%", "percent", "per cent", "pct"),
    "points": ("percentage points", "percentage point", "points", "point", "pts", "pt", "ppt", "pp"),
    "bps": ("basis points", "bps", "bp"),
    "ppm": ("ppm",),
    "milliseconds": ("milliseconds", "millisecond", "ms"),
    "seconds": ("seconds", "second", "secs", "sec", "s"),
    "minutes": ("minutes", "minute", "mins", "min"),
    "hours": ("hours", "hour", "hrs", "hr", "h"),
    "days": ("working days", "business days", "calendar days", "working day", "business day", "days", "day", "d"),
    "weeks": ("weeks", "week", "wks", "wk"),
    "months": ("months", "month", "mths"),
    "years": ("years", "year", "yrs"),
    "ratio": ("x", "times"),
    "kWh": ("kwh",),
    "MWh": ("mwh",),
    "GWh": ("gwh",),
    "m³": ("m³", "m3", "cubic metres", "cubic meters"),
    "t": ("tonnes", "tonne", "tons", "t"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * (2 + tens) for tens, word in enumerate(_TENS)
}

_ANY_UNIT = "|".join(re.escape(word) for word in sorted(_UNIT_OF, key=len, reverse=True))
_ANY_MAGNITUDE = "|".join(sorted(_MAGNITUDES, key=len, reverse=True))
_MONEY = rf"US\$|C\$|A\$|R\$|[$€£¥₹]|zł|(?-i:\b(?:{'|'.join(_CODES)})\b)"
_NUMBER = re.compile(
    rf"""
    (?<![\w.,'’])
    (?P<before>(?:{_MONEY})\s?)?
    (?P<sign>[+−-])?
    (?P<inside>(?:{_MONEY})\s?)?
    (?P<digits>\d{{1,3}}(?:[\u00a0\u202f\x20]\d{{3}})+(?![\d])(?:[.,]\d+)?|\d[\d.,'’]*\d|\d|\.\d+)
    (?:\s?(?P<magnitude>{_ANY_MAGNITUDE})(?![^\W\d_]))?
    (?:\s?(?P<after>{_MONEY}))?
    (?:[\s-]?(?P<unit>{_ANY_UNIT})(?![^\W_]))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SPELT = re.compile(
    rf"""
    \b(?:(?P<nines>two|three|four|five|six)\snines\b
    |(?P<zero>zero|nil)\b
    |(?P<tens>{"|".join(_TENS)})(?:[\s-](?P<one>{"|".join(_ONES[1:10])}))?\b(?:\s(?P<unit>{_ANY_UNIT})(?![^\W_]))?
    |(?P<small>{"|".join(_ONES[1:])})\s(?P<small_unit>{_ANY_UNIT})(?![^\W_])
    |(?:(?<=\bto\s)|(?<=\bthan\s)|(?<=\bunder\s)|(?<=\bbelow\s)|(?<=\bleast\s)|(?<=\bmost\s))(?P<to>{"|".join(_ONES[1:])})\b
    |(?<=\bfrom\s)(?P<from>{"|".join(_ONES[1:])})\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Thousands in threes, or as in India in twos but for the last.
_SOUND = re.compile(r"(?:\d*|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d+)?")
_NO = re.compile(
    r"^\s*(?P<no>no)\b(?![\s-](?:more|less|later|fewer|lower|higher|worse|longer|shows?)\b)", re.IGNORECASE
)


@dataclass(frozen=True)
class Written:
    """A number as it stands from ``start`` to ``end`` of a text; ``spelt``: its value where it was told in words."""

    start: int
    end: int
    digits: str
    sign: str = ""
    magnitude: str = ""
    unit: str | None = None
    money: str | None = None
    spelt: Decimal | None = None


@dataclass(frozen=True)
class Amount:
    """What a written number says: a value, or ``because`` why none; ``unit`` as told; ``currency``, or why none.

    ``is_in_full``: a magnitude is told, as in "50 million".
    """

    value: Decimal | None
    unit: str | None
    because: str | None = None
    currency: str | None = None
    currency_because: str | None = None
    note: str | None = None
    is_in_full: bool = False


def written_in(text: str) -> tuple[Written, ...]:
    """Give the numbers of a text in their order."""
    found = [_by_digits(matched) for matched in _NUMBER.finditer(text)]
    taken = [range(one.start, one.end) for one in found]
    found += [one for one in _in_words(text) if not any(one.start in span for span in taken)]
    return tuple(sorted(found, key=lambda one: one.start))


def _by_digits(matched: re.Match[str]) -> Written:
    money = (matched["before"] or matched["inside"] or matched["after"] or "").strip()
    unit = _UNIT_OF.get((matched["unit"] or "").casefold())
    magnitude, end = matched["magnitude"] or "", matched.end()
    return Written(matched.start(), end, matched["digits"], matched["sign"] or "", magnitude, unit, money or None)


def _in_words(text: str) -> Iterator[Written]:
    for matched in _SPELT.finditer(text):
        parts = {name: (told or "").casefold() for name, told in matched.groupdict().items()}
        if parts["nines"]:
            value = 100 - Decimal(1).scaleb(2 - _WORDS[parts["nines"]])
            yield Written(*matched.span(), matched[0], unit="%", spelt=value)
            continue
        small = parts["small"] or parts["to"] or parts["from"] or parts["one"]
        value = Decimal(_WORDS.get(parts["tens"], 0) + _WORDS.get(small, 0))
        unit = _UNIT_OF.get(parts["unit"] or parts["small_unit"])
        yield Written(*matched.span(), matched[0], unit=unit, spelt=value)
    if none := _NO.search(text):
        yield Written(*none.span("no"), none["no"], spelt=Decimal(0))


def read_amounts(
    numbers: Sequence[Written], *, measured_in: str | None, mark: DecimalMark | None, currency: str | None
) -> tuple[Amount, ...]:
    """Read numbers of one text, which settle each other.

    ``measured_in`` is the measure's unit where it is known, ``mark`` the decimal mark and ``currency`` the currency of
    the company, where they are.
    """
    marks = {told for one in numbers if (told := _mark_of(one.digits))}
    settled = mark or (marks.pop() if len(marks) == 1 else None)
    currencies = {one.money for one in numbers if one.money}
    money = currencies.pop() if len(currencies) == 1 else None
    named = [replace(one, money=money) if one.magnitude and not (one.unit or one.money) else one for one in numbers]
    return tuple(_amount(one, measured_in, settled, currency) for one in named)


def _amount(one: Written, measured_in: str | None, mark: DecimalMark | None, currency: str | None) -> Amount:
    code, no_code, note = _currency(one.money, currency)
    unit = one.unit or ("money" if one.money else None)
    if one.spelt is not None:
        return Amount(one.spelt, unit)
    value, because = _value(one, mark, code)
    magnitude = one.magnitude.casefold()
    if one.magnitude == "m" and unit is None:
        if measured_in in {"minutes", "hours", "seconds"}:
            unit, magnitude = "minutes", ""
        elif measured_in not in {"money", "count"}:
            value, because = None, f"{one.digits}m may be million or minutes: write it out"
    if value is not None and magnitude:
        value = value.scaleb(_MAGNITUDES[magnitude])
    if value is not None and one.sign in {"-", "−"}:
        value = -value
    return Amount(_plain(value), unit, because, code, no_code, note, is_in_full=bool(magnitude))


def _plain(value: Decimal | None) -> Decimal | None:
    """The value without an exponent, so that 15 lakh is 1500000 and not 1.5E+6."""
    return Decimal(f"{value:f}") if value is not None else None


def _currency(told: str | None, own: str | None) -> tuple[str | None, str | None, str | None]:
    """The code of a currency as told, or why there is none, and how an open sign was read."""
    if told is None:
        return None, None, None
    if told == "$":
        code = own if own in _DOLLARS else "USD"
        return code, None, f"$ read as {code}"
    if told == "¥":
        return (
            (own, None, f"¥ read as {own}") if own in _YEN else (None, "¥ may be yen or yuan: write JPY or CNY", None)
        )
    return _SYMBOLS.get(told, told.upper()), None, None


def _value(one: Written, mark: DecimalMark | None, currency: str | None) -> tuple[Decimal | None, str | None]:
    """The value of the digits, or why it cannot be told."""
    digits = re.sub(r"[\u00a0\u202f '’]", "", one.digits)
    if not _is_open(digits):
        own = _mark_of(digits)
        plain = digits.replace(own, "|").replace(".", ",").replace("|", ".") if own else digits
        if not _SOUND.fullmatch(plain):
            return None, f"{one.digits} is no number"
        return Decimal(plain.replace(",", "")), None
    as_decimal, as_grouped = Decimal(digits.replace(",", ".")), Decimal(re.sub(r"[.,]", "", digits))
    if mark is not None:
        return (as_decimal if mark in digits else as_grouped), None
    if one.unit == "%" and as_decimal <= 100:
        return as_decimal, None
    if one.money and not one.magnitude and MINOR_UNITS.get(currency or "", 2) != 3:
        return as_grouped, None
    return None, f"{one.digits} may be {as_grouped} or {as_decimal.normalize():f}: write it without the sign between"


def _is_open(digits: str) -> bool:
    """Whether one comma or point before three digits may part thousands or decimals."""
    return bool(re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits))


def _mark_of(digits: str) -> DecimalMark | None:
    """The decimal mark that a number proves: by both signs, one of them twice, or one that parts no thousands."""
    signs = [sign for sign in digits if sign in ".,"]
    if not signs or _is_open(digits):
        return None
    last: DecimalMark = "." if signs[-1] == "." else ","
    other: DecimalMark = "," if last == "." else "."
    if len(set(signs)) == 1 and len(signs) > 1:
        return other
    return last
