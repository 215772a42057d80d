"""How a column writes its values, and the DuckDB SQL that reads them.

Every form gives ``sql(x)``: an expression over the text ``x`` that yields the value, or null where the text does not
have the form. Timestamps come out in UTC without a zone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trueup.sources.quoting import literal

Kind = Literal[
    "empty",
    "boolean",
    "integer",
    "decimal",
    "date",
    "timestamp",
    "epoch_seconds",
    "epoch_millis",
    "time",
    "duration",
    "text",
]

Order = Literal["year_first", "day_first", "month_first", "named"]

_WITH_ZONE: Final = r":\d\d([.,]\d+)?( ?[AaPp][Mm])? ?(Z|[A-Z]{3,5}|[A-Z][a-z]+/[A-Za-z_]+|[+-]\d\d(:?\d\d)?)$"
"""How a time ends that carries an offset or a zone's name."""


@dataclass(frozen=True)
class TextForm:
    """Text as it is."""

    def sql(self, x: str) -> str:
        """The text."""
        return x


@dataclass(frozen=True)
class FlagForm:
    """Two words, or more, for yes and no; in lower case."""

    yes: tuple[str, ...]
    no: tuple[str, ...]

    def sql(self, x: str) -> str:
        """BOOLEAN."""
        low = f"lower({x})"
        return f"CASE WHEN {low} IN ({_list(self.yes)}) THEN true WHEN {low} IN ({_list(self.no)}) THEN false END"


@dataclass(frozen=True)
class NumberForm:
    """Numbers: the mark before the decimals, the mark between thousands, and what stands around them.

    ``signs`` are currency and percent signs and brackets to take away; brackets mean less than nothing. ``places`` is
    how many decimals there are at most, ``digits`` how many digits before them; ``is_floating``: with exponents.
    """

    point: Literal[".", ","] = "."
    group: str = ""
    signs: str = ""
    places: int = 0
    digits: int = 0
    is_floating: bool = False

    @property
    def is_plain(self) -> bool:
        """Written as a program writes it."""
        return self.point == "." and not self.group and not self.signs

    @property
    def is_whole(self) -> bool:
        """Integers only."""
        return not self.places and not self.is_floating

    @property
    def sql_type(self) -> str:
        """The DuckDB type that keeps every value."""
        if self.is_whole:
            return "BIGINT"
        # Wider decimals exist, but reading them takes a hundred times as long.
        return "DOUBLE" if self.is_floating or self.digits + self.places > 18 else f"DECIMAL(18, {self.places})"

    def sql(self, x: str) -> str:
        """BIGINT, DECIMAL or DOUBLE."""
        return f"TRY_CAST({self.bare(x)} AS {self.sql_type})"

    def bare(self, x: str) -> str:
        """The number as a program would write it."""
        if self.is_plain:
            return x
        if self.group:
            # Without their marks, dates would be numbers too.
            x = f"CASE WHEN regexp_full_match({x}, {literal(self._grouped)}) THEN {x} END"
        away = "".join(dict.fromkeys(self.group + self.signs.replace("(", "").replace(")", "")))
        bare = f"translate({x}, {literal(away)}, '')" if away else x
        if "(" in self.signs:
            bare = f"replace(replace({bare}, '(', '-'), ')', '')"
        return f"replace({bare}, ',', '.')" if self.point == "," else bare

    @property
    def _grouped(self) -> str:
        point, group = re.escape(self.point), f"[{re.escape(self.group)}]"
        return rf"\D*?(\d{{1,3}}({group}\d{{2,3}})*|\d*)({point}\d*)?\D*"


@dataclass(frozen=True)
class MomentForm:
    """Dates and times of one order of day and month, in any of several patterns (strptime's).

    ``is_iso``: also whatever DuckDB itself reads as a timestamp. ``zones``: do the values carry offsets (``utc``: only
    ``Z``). ``swaps``: day and month change places in every value where both readings are possible.
    """

    order: Order
    is_iso: bool = False
    patterns: tuple[str, ...] = ()
    zoned_patterns: tuple[str, ...] = ()
    zones: Literal["none", "utc", "some", "all"] = "none"
    has_time: bool = True
    swaps: bool = False

    def sql(self, x: str, *, zone: str = "UTC") -> str:
        """TIMESTAMP in UTC, or DATE where there is no time of day; times without a zone are of ``zone``."""
        if not self.has_time:
            return f"CAST({self.local(x)} AS DATE)"
        naive = self.local(x)
        there = naive if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {naive}))"
        if self.zones == "none" or (self.zones == "utc" and zone == "UTC"):
            return there
        if self.zones == "utc":
            return f"CASE WHEN ends_with({x}, 'Z') THEN {naive} ELSE {there} END"
        return f"CASE WHEN regexp_matches({x}, '{_WITH_ZONE}') THEN {self._zoned(x)} ELSE {there} END"

    def local_date(self, x: str, *, zone: str = "UTC") -> str:
        """DATE in ``zone``."""
        if self.zones == "none" or (self.zones == "utc" and zone == "UTC"):
            return f"CAST({self.local(x)} AS DATE)"
        return f"CAST(timezone({literal(zone)}, timezone('UTC', {self.sql(x, zone=zone)})) AS DATE)"

    def local(self, x: str) -> str:
        """TIMESTAMP as the clock on the wall showed it."""
        read = [f"TRY_CAST({x} AS TIMESTAMP)"] if self.is_iso else []
        if self.patterns:
            read.append(f"try_strptime({x}, {_patterns(self.patterns)})")
        local = _first(read)
        if not self.swaps:
            return local
        parts = ", ".join(f"{part}({local})" for part in ("year", "day", "month", "hour", "minute"))
        back = f"make_timestamp({parts}, microsecond({local}) / 1000000.0)"
        return f"CASE WHEN day({local}) <= 12 THEN {back} ELSE {local} END"

    def _zoned(self, x: str) -> str:
        read = [f"timezone('UTC', TRY_CAST({x} AS TIMESTAMPTZ))"] if self.is_iso else []
        if self.zoned_patterns:
            read.append(f"timezone('UTC', try_strptime({x}, {_patterns(self.zoned_patterns)}))")
        utc = [pattern for pattern in self.patterns if pattern.endswith("Z") and not pattern.endswith("%Z")]
        if utc:
            read.append(f"try_strptime({x}, {_patterns(utc)})")
        return _first(read)


@dataclass(frozen=True)
class EpochForm:
    """Seconds, or milliseconds, since 1970."""

    unit: Literal["seconds", "millis"]

    def sql(self, x: str) -> str:
        """TIMESTAMP in UTC."""
        return f"make_timestamp(TRY_CAST({x} AS BIGINT) * {1_000_000 if self.unit == 'seconds' else 1000})"


@dataclass(frozen=True)
class ClockForm:
    """Times of day; ``patterns`` where they have AM and PM."""

    patterns: tuple[str, ...] = ()

    def sql(self, x: str) -> str:
        """TIME."""
        if not self.patterns:
            return f"TRY_CAST({x} AS TIME)"
        return f"CAST(try_strptime({x}, {_patterns(self.patterns)}) AS TIME)"


@dataclass(frozen=True)
class DurationForm:
    """Lengths of time: ``36:15:00``, ``2h 30m``, ``3 days``."""

    def sql(self, x: str) -> str:
        """INTERVAL."""
        return f"TRY_CAST({x} AS INTERVAL)"


Form = TextForm | FlagForm | NumberForm | MomentForm | EpochForm | ClockForm | DurationForm


def _list(words: Sequence[str]) -> str:
    return ", ".join(literal(word) for word in words)


def _patterns(patterns: Sequence[str]) -> str:
    return literal(patterns[0]) if len(patterns) == 1 else f"[{_list(patterns)}]"


def _first(read: Sequence[str]) -> str:
    if not read:
        return "CAST(NULL AS TIMESTAMP)"
    return read[0] if len(read) == 1 else f"coalesce({', '.join(read)})"
