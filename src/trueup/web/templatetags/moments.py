"""How moments and lengths of time are told in pages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django import template

from trueup import served

register = template.Library()
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@register.filter
def moment(at: datetime | None) -> str:
    """A moment on the company's clock, to the minute; moments without a zone are UTC."""
    if at is None:
        return "–"
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return f"{aware.astimezone(ZoneInfo(served.settings().zone)):%Y-%m-%d %H:%M}"


@register.filter
def since(at: datetime | None, until: datetime | None = None) -> str:
    """How long it has been since a moment, until another or now."""
    return "–" if at is None else length((until or datetime.now(UTC)) - at)


def length(span: timedelta) -> str:
    """A length of time in its two largest units."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _DAY} days"


@register.filter
def counted(number: int) -> str:
    """A whole number with its thousands grouped."""
    return f"{number:,}"
