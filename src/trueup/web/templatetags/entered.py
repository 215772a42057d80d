"""How entries are told in pages."""

import re
from datetime import date, datetime
from decimal import Decimal
from math import isnan

from django import template

register = template.Library()
_NARROW = "\u202f"
_NAME = re.compile(r"[a-z]+(_[a-z]+)+")
"""A choice as the record names it."""
_BARE = frozenset({"", "count", "score", "ratio", "rate"})
"""Units that are not written behind a number."""


@register.filter
def number(value: Decimal | None) -> str:
    """A number with its thousands grouped and no zeros at its end; a dash for none."""
    return "–" if value is None else f"{value.normalize():,f}".replace(",", _NARROW)


@register.filter
def amount(value: Decimal | None, unit: str) -> str:
    """A number with its unit."""
    return number(value) if value is None or unit in _BARE else f"{number(value)}\u00a0{unit}"


@register.filter
def percent(share: Decimal | float | None) -> str:
    """A share of 1 as whole percent; a dash for none, and for what statistics could not reckon."""
    return "–" if share is None or isnan(share) else f"{round(share * 100)}\u00a0%"


@register.filter
def plainly(name: str) -> str:
    """A name of the record's as people read it: decision maker."""
    return name.replace("_", " ")


@register.filter
def share(value: Decimal) -> str:
    """A share with as many places as it was given."""
    return f"{number(value * 100)}\u00a0%"


@register.filter
def told(value: object) -> str:
    """A value of an entry's history."""
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return number(value)
        case date():
            return f"{value:%-d %B %Y, %H:%M} UTC" if isinstance(value, datetime) else f"{value:%-d %B %Y}"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value).replace("_", " ") if _NAME.fullmatch(str(value)) else str(value)


@register.filter
def signed(value: float) -> str:
    """A number with its sign and two places."""
    return f"{value:+.2f}".replace("-", "−")
