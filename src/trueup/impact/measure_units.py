"""Units that customers' measures are told in: which are the same, and which can be converted."""

from collections.abc import Mapping

_WAYS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("%", "percent", "percentage", "pct", "per cent", "percentage points", "pp"), ("share", 0.01)),
    **dict.fromkeys(("share", "fraction", "ratio of 1"), ("share", 1.0)),
    **dict.fromkeys(("milliseconds", "millisecond", "ms"), ("time", 1 / 86_400_000)),
    **dict.fromkeys(("seconds", "second", "sec", "s"), ("time", 1 / 86_400)),
    **dict.fromkeys(("minutes", "minute", "min", "mins"), ("time", 1 / 1_440)),
    **dict.fromkeys(("hours", "hour", "h", "hrs", "hr"), ("time", 1 / 24)),
    **dict.fromkeys(("days", "day", "d"), ("time", 1.0)),
    **dict.fromkeys(("weeks", "week", "wk"), ("time", 7.0)),
    **dict.fromkeys(("kg", "kilograms", "kilogram"), ("mass", 1.0)),
    **dict.fromkeys(("t", "tonnes", "tonne"), ("mass", 1_000.0)),
    **dict.fromkeys(("kwh",), ("energy", 1.0)),
    **dict.fromkeys(("mwh",), ("energy", 1_000.0)),
}
"""Each way of writing a unit: what it measures, and how many of the common unit it is."""


def factor(unit: str, into: str) -> float | None:
    """What values in a unit are multiplied by to be in another; None where they cannot be converted.

    A unit that nobody told (empty) is taken to be the same.
    """
    one, other = _folded(unit), _folded(into)
    if not one or not other or one == other:
        return 1.0
    if one not in _WAYS or other not in _WAYS or _WAYS[one][0] != _WAYS[other][0]:
        return None
    return _WAYS[one][1] / _WAYS[other][1]


def _folded(unit: str) -> str:
    return " ".join(unit.casefold().split())
