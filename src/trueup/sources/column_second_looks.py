"""What is asked of a column only where all its values together gave cause to."""

from collections.abc import Callable
from typing import Final

import pyarrow as pa

from trueup.canon.findings import Finding
from trueup.sources.column_evidence import Evidence, read_sql
from trueup.sources.column_forms import MomentForm
from trueup.sources.column_guess import Guess, is_moment_name
from trueup.sources.column_notes import note
from trueup.sources.date_order import swap_in
from trueup.sources.quoting import quoted

Query = Callable[[str], pa.Table]

_FAR: Final = "2050-01-01"
_FARTHER: Final = "2200-01-01"
_OPEN_ENDS: Final = ("2050-01-01", "2099-01-01", "2099-12-31", "2100-01-01", "2199-12-31")
"""Days, besides all from 2200 on, that stand for 'no end'."""

_LONG_PAST: Final = "1970-01-01 00:00:00"
_PLACEHOLDERS: Final = (
    "0001-01-01",
    "1753-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1900-01-02",
    "1970-01-01",
)
"""Days that stand for 'not known': the first that some program or database can write."""

_WORKING_DAYS: Final = 5
_DAYS_ASKED: Final = 20_000
_WEEK: Final = 7 * 86_400
_OUT_OF_ORDER: Final = 0.001
"""Share of rows that may lie before the row above them: logs are joined from several."""


def second_looks(query: Query, table: str, *, name: str, guess: Guess, found: Evidence, rows: int) -> list[Finding]:
    """Ask about what looks strange: far dates, swapped days and months, seconds without a calendar."""
    if isinstance(guess.form, MomentForm):
        return _edges(query, table, name, guess, found) + _swap(query, table, name, guess, found)
    return _relative(query, table, name, found, rows=rows) if guess.kind == "integer" else []


def _edges(query: Query, table: str, name: str, guess: Guess, found: Evidence) -> list[Finding]:
    """Days that stand for 'no end' or for 'not known'."""
    findings = []
    read = read_sql(name, guess)
    if found.high and found.high >= _FAR:
        days = _days(_OPEN_ENDS)
        count = _count(query, table, f"{read} >= TIMESTAMP '{_FARTHER}' OR CAST({read} AS DATE) IN ({days})")
        message = f"{count} values of {name} are far in the future and stand for 'no end'."
        cure = "Nothing; a mapping may turn them into null."
        findings += [note("info", "open_end", name, message, cure=cure, value=found.high)] if count else []
    if found.low and found.low <= _LONG_PAST:
        count = _count(query, table, f"{read} IN ({_days(_PLACEHOLDERS)})")
        message = f"{count} values of {name} are days that programs write for 'not known'."
        cure = "Turn them into null in the source's SQL."
        findings += [note("warning", "placeholder_date", name, message, cure=cure, value=found.low)] if count else []
    return findings


def _swap(query: Query, table: str, name: str, guess: Guess, found: Evidence) -> list[Finding]:
    """Days up to the 12th that do not keep to the few weekdays that the others keep to."""
    if guess.kind != "date" or not found["other_weekdays"] & ~found["fixed_weekdays"]:
        return []
    if found["fixed_weekdays"].bit_count() > _WORKING_DAYS:
        return []
    day = f"CAST({read_sql(name, guess)} AS DATE)"
    days = query(f"SELECT DISTINCT {day} AS day FROM {table} WHERE {day} IS NOT NULL LIMIT {_DAYS_ASKED}")
    swap = swap_in(days.column("day").to_pylist())
    if swap is None:
        return []
    cure = (
        f"{swap.read_as} means {swap.meant}: swap back where the day is at most 12, in the source's SQL"
        f" (make_date(year(d), day(d), month(d))), or correct the export."
    )
    return [note("error", "swapped_day_and_month", name, swap.words, cure=cure, value=str(swap.read_as))]


def _relative(query: Query, table: str, name: str, found: Evidence, *, rows: int) -> list[Finding]:
    """Integers that rise from 0 in the order of the file, by more than one a row: seconds since nobody says when."""
    is_unnamed = name.startswith("column_") or is_moment_name(name)
    if not is_unnamed or found.low not in {"0", "0.0"} or not found.high:
        return []
    if float(found.high) < max(_WEEK, 2 * rows):
        return []
    x = f"TRY_CAST({quoted(name)} AS BIGINT)"
    steps = f"(SELECT {x} AS value, lag({x}) OVER () AS before FROM {table})"
    if _count(query, steps, "value < before OR (before IS NULL AND value > 0)") > rows * _OUT_OF_ORDER:
        return []
    message = (
        f"{name} rises from 0 to {float(found.high):,.0f} in the order of the file: seconds, it seems, since a start"
        " that nobody names. There is no calendar in it, so no dates, working days or business hours."
    )
    cure = "Export points in time, or add the start in the source's SQL."
    return [note("warning", "relative_time", name, message, cure=cure, value=found.high)]


def _count(query: Query, table: str, condition: str) -> int:
    return int(query(f"SELECT count(*) AS n FROM {table} WHERE {condition}").column("n")[0].as_py())


def _days(days: tuple[str, ...]) -> str:
    return ", ".join(f"DATE '{day}'" for day in days)
