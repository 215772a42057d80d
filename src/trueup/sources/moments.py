"""Dates and times as people and programs write them: from a value to the patterns that may read it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trueup.sources.column_forms import MomentForm, Order

_TIME: Final = (
    r"(?:(?P<gap>,? +|,? +at +|T)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>[.,]\d+)?)?"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?|[A-Z]{2,5}|[A-Z][a-z]+/[A-Za-z_]+))?)?"
)
_NUMERIC: Final = re.compile(r"(?P<a>\d{1,2})(?P<part>[/.\- ])(?P<b>\d{1,2})(?P=part)(?P<year>\d{4}|\d{2})" + _TIME)
_YEAR_FIRST: Final = re.compile(r"(?P<year>\d{4})(?P<part>[/.\-])(?P<b>\d{1,2})(?P=part)(?P<c>\d{1,2})" + _TIME)
_NAMED: Final = re.compile(
    r"(?P<weekday>[A-Z][a-z]{2,8},? )?"
    r"(?:(?P<day>\d{1,2})(?P<part>[ \-/.]|\. )(?P<month>[A-Za-z]{3,9})(?P<part2>[ \-/.,]+)"
    r"|(?P<month2>[A-Za-z]{3,9})(?P<part3>\.? )(?P<day2>\d{1,2})(?P<part4>,? ))(?P<year>\d{4}|\d{2})" + _TIME
)
_COMPACT: Final = re.compile(r"(19|20)\d{6}(?P<t>T?)(?P<clock>\d{6})?(?P<zulu>Z?)")
_MONTH: Final = re.compile(
    r"(?:19|20)\d\d(?P<part>[-/])(?:0?[1-9]|1[0-2])|(?P<name>[A-Z][a-z]{2,8}) (?:19|20)\d\d"
    r"|(?:0?[1-9]|1[0-2])/(?:19|20)\d\d"
)
_MONTHS: Final = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_CAST: Final = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?(Z|[+-]\d{2}(:?\d{2})?| UTC)?)?)?"
)
"""What DuckDB's own cast reads."""


@dataclass(frozen=True)
class Written:
    """How one value is written; ``a`` and ``b`` are its first two numbers where day and month are not told apart.

    ``pattern`` is strptime's, with ``{first}`` and ``{second}`` where the order decides. ``zone``: nothing, ``utc`` for
    ``Z``, or an offset or a zone's name.
    """

    pattern: str
    order: Order | None
    has_time: bool
    zone: Literal["", "utc", "offset"]
    a: int = 0
    b: int = 0
    is_castable: bool = False
    is_month: bool = False
    part: str = ""
    is_padded: bool = True
    has_half: bool = False


def written(value: str) -> Written | None:
    """How a value writes a moment; None if it does not."""
    if found := _YEAR_FIRST.fullmatch(value):
        if int(found["b"]) > 12:
            return None
        pattern = f"%Y{found['part']}%m{found['part']}%d{_time(found)}"
        is_castable = bool(_CAST.fullmatch(value))
        return Written(pattern, "year_first", found["hour"] is not None, _zone(found), is_castable=is_castable)
    if found := _NUMERIC.fullmatch(value):
        year = "%Y" if len(found["year"]) == 4 else "%y"
        pattern = f"{{first}}{found['part']}{{second}}{found['part']}{year}{_time(found)}"
        return Written(
            pattern,
            None,
            found["hour"] is not None,
            _zone(found),
            a=int(found["a"]),
            b=int(found["b"]),
            part=found["part"],
            is_padded=len(found["a"]) == len(found["b"]) == 2,
            has_half=bool(found["half"]),
        )
    return _named(value) or _compact(value) or _month(value)


def _named(value: str) -> Written | None:
    found = _NAMED.fullmatch(value)
    if found is None:
        return None
    month = (found["month"] or found["month2"]).lower()
    full = [name for name in _MONTHS if name.startswith(month)]
    if len(full) != 1 or (len(month) != 3 and month != full[0]):
        return None
    name = "%B" if month == full[0] and month != "may" else "%b"
    weekday = ""
    if found["weekday"]:
        day = found["weekday"].rstrip(", ")
        weekday = ("%a" if len(day) == 3 else "%A") + found["weekday"][len(day) :]
    year = "%Y" if len(found["year"]) == 4 else "%y"
    if found["day"]:
        date = f"%d{found['part']}{name}{found['part2']}{year}"
    else:
        date = f"{name}{found['part3']}%d{found['part4']}{year}"
    return Written(weekday + date + _time(found), "named", found["hour"] is not None, _zone(found))


def _compact(value: str) -> Written | None:
    found = _COMPACT.fullmatch(value)
    if found is None or not ("01" <= value[4:6] <= "12" and "01" <= value[6:8] <= "31"):
        return None
    clock = f"{found['t']}%H%M%S{found['zulu']}" if found["clock"] else ""
    zone: Literal["", "utc"] = "utc" if found["zulu"] else ""
    return Written(f"%Y%m%d{clock}", "year_first", bool(clock), zone)


def _month(value: str) -> Written | None:
    found = _MONTH.fullmatch(value)
    if found is None:
        return None
    if found["name"]:
        if found["name"].lower() not in [name[: len(found["name"])] for name in _MONTHS]:
            return None
        return Written(f"{'%b' if len(found['name']) == 3 else '%B'} %Y", "named", False, "", is_month=True)  # noqa: FBT003
    pattern = f"%Y{found['part']}%m" if found["part"] else "%m/%Y"
    return Written(pattern, "year_first", has_time=False, zone="", is_month=True)


def _time(found: re.Match[str]) -> str:
    """The pattern of what follows the date."""
    if found["hour"] is None:
        return ""
    second = ":%S" if found["second"] else ""
    fraction = f"{found['fraction'][0]}%{'n' if len(found['fraction']) > 7 else 'f'}" if found["fraction"] else ""
    half = found["half"].rstrip("AaPpMm") + "%p" if found["half"] else ""
    return f"{found['gap']}%{'I' if half else 'H'}:%M{second}{fraction}{half}{_zone_pattern(found)}"


def _zone_pattern(found: re.Match[str]) -> str:
    zone = found["zone"]
    if not zone:
        return ""
    bare = zone.lstrip(" ")
    gap = zone[: len(zone) - len(bare)]
    if bare == "Z":
        return f"{gap}Z"
    return f"{gap}{'%z' if bare[0] in '+-' else '%Z'}"


def _zone(found: re.Match[str]) -> Literal["", "utc", "offset"]:
    zone = (found["zone"] or "").strip()
    if not zone:
        return ""
    return "utc" if zone == "Z" else "offset"


@dataclass(frozen=True)
class OrderProof:
    """What values say about the order of day and month: how many can only be read one way, and in which."""

    day_first: int
    month_first: int

    @property
    def is_contradiction(self) -> bool:
        """Some values can only be read one way, and some only the other."""
        return bool(self.day_first and self.month_first)


def proof_of(values: Iterable[Written]) -> OrderProof:
    """Count the values whose first number is no month, and those whose second is none."""
    numeric = [value for value in values if value.order is None]
    return OrderProof(
        sum(value.a > 12 >= value.b for value in numeric), sum(value.b > 12 >= value.a for value in numeric)
    )


def form_of(values: Sequence[Written], order: Order) -> MomentForm:
    """The form that reads all the values, the commonest pattern first; numeric dates in ``order``."""
    counted = Counter(value for value in (_resolved(v, order) for v in values))
    patterns, zoned = list[str](), list[str]()
    for (pattern, zone, is_castable), _ in counted.most_common():
        if not is_castable and pattern not in (zoned if zone == "offset" else patterns):
            (zoned if zone == "offset" else patterns).append(pattern)
    # A pattern for two digits refuses four; one for four would take two digits for a year of the first century.
    patterns.sort(key=lambda pattern: "%y" not in pattern)
    carried = {value.zone for value in values}
    zones: Literal["none", "utc", "some", "all"] = "none"
    if carried != {""}:
        zones = "utc" if "offset" not in carried else "some" if "" in carried else "all"
    return MomentForm(
        order,
        is_iso=any(value.is_castable for value in values),
        patterns=tuple(patterns),
        zoned_patterns=tuple(zoned),
        zones=zones,
        has_time=any(value.has_time for value in values),
    )


def _resolved(value: Written, order: Order) -> tuple[str, str, bool]:
    first, second = ("%d", "%m") if order == "day_first" else ("%m", "%d")
    pattern = value.pattern.replace("{first}", first).replace("{second}", second)
    return pattern, value.zone, value.is_castable
