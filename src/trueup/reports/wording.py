"""Numbers as people read them."""

from babel.numbers import format_compact_currency, format_decimal, format_percent

_LOCALE = "en"
_HOURS_UP_TO = 100
"""Longer waits are told in days."""
_FEW_HOURS = 10
"""From here on nobody asks for six minutes."""


def shown(value: float | None, unit: str, currency: str) -> str:
    """A metric's value with its unit; a dash where there is none."""
    if value is None:
        return "–"
    match unit:
        case "ratio":
            told = format_percent(value, "#,##0.0%", locale=_LOCALE)
        case "money":
            told = format_compact_currency(value, currency, locale=_LOCALE, fraction_digits=1)
        case "hours":
            told = f"{_number(value)} h" if value < _HOURS_UP_TO else f"{_number(value / 24)} days"
        case "days":
            told = f"{_number(value)} days"
        case "count":
            told = format_decimal(value, "#,##0", locale=_LOCALE)
        case _:
            told = _number(value)
    return str(told)


def worked(hours: float | None) -> str:
    """Hours of work: never told in days, which have 24 of them; a dash where none are known."""
    if hours is None:
        return "–"
    return f"{format_decimal(hours, '#,##0.0' if round(hours, 1) < _FEW_HOURS else '#,##0', locale=_LOCALE)} h"


def percent(share: float | None) -> str:
    """A share of 1 as whole percent; a dash for none."""
    return "–" if share is None else f"{round(100 * share)} %"


def _number(value: float) -> str:
    pattern = "#,##0.00" if abs(value) < 10 else "#,##0.0"
    return str(format_decimal(value, pattern, locale=_LOCALE))
