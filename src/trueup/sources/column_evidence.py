"""What all values of a column say about a guess: the aggregates to ask for, and what follows from the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from trueup.sources.column_forms import EpochForm, MomentForm, NumberForm, TextForm
from trueup.sources.column_guess import Guess
from trueup.sources.quoting import literal, quoted

OPEN_ENDS: Final = ("2050-01-01", "2099-01-01", "2099-12-31", "2100-01-01", "2199-12-31")
"""Days, besides all from 2200 on, that stand for 'no end'."""

PLACEHOLDERS: Final = ("0001-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1900-01-02", "1970-01-01")
"""Days that stand for 'not known': the first that some program or database can write."""

_MOST_DIGITS: Final = 18
Count = Literal[
    "values",
    "read",
    "nothings",
    "distinct",
    "places",
    "digits",
    "exponents",
    "leading_zeros",
    "offsets",
    "zulus",
    "timed",
    "max_day",
    "open_ends",
    "placeholders",
    "fixed_weekdays",
    "other_weekdays",
]


@dataclass(frozen=True)
class Evidence:
    """Counts over all rows of a table, 0 where a guess does not ask; the least and greatest value as text.

    ``values`` are not null, ``nothings`` words for nothing, ``read`` values of the guessed form. ``fixed_weekdays`` are
    those of days that can be read one way only, as bits, ``other_weekdays`` those of the others.
    """

    counts: Mapping[str, int]
    low: str | None = None
    high: str | None = None

    def __getitem__(self, what: Count) -> int:
        """One of the counts."""
        return self.counts.get(what, 0)

    @property
    def unread(self) -> int:
        """Values that do not have the form."""
        return max(self["values"] - self["nothings"] - self["read"], 0)


def text_sql(name: str, guess: Guess) -> str:
    """The column's text, without the blanks around it where there are any."""
    return f"nullif(trim({quoted(name)}), '')" if guess.trims else quoted(name)


def read_sql(name: str, guess: Guess) -> str:
    """An expression that is null exactly where the value does not have the guessed form."""
    x, form = text_sql(name, guess), guess.form
    if isinstance(form, NumberForm):
        return form.double(x)
    if isinstance(form, EpochForm):
        return f"CASE WHEN year({form.sql(x)}) BETWEEN 1900 AND 9999 THEN {form.sql(x)} END"
    if isinstance(form, MomentForm):
        moment = _moment(form, x)
        # A pattern for years of four digits reads two digits as a year of the first century.
        is_sound = f"{moment} >= TIMESTAMP '0100-01-01' OR {moment} = TIMESTAMP '0001-01-01'"
        return f"CASE WHEN {is_sound} THEN {moment} END"
    return form.sql(x)


def aggregates(name: str, guess: Guess) -> dict[str, str]:
    """What to ask of all rows about a guess: SQL by the field of ``Evidence`` that it fills."""
    x = text_sql(name, guess)
    asked = {"values": f"count({x})", "distinct": f"approx_count_distinct({quoted(name)})"}
    if guess.kind in {"text", "empty"}:
        return asked
    read = read_sql(name, guess)
    asked["read"] = f"count({read})"
    if guess.null_words:
        asked["nothings"] = f"count(*) FILTER ({x} IN ({', '.join(map(literal, guess.null_words))}))"
    if guess.kind != "boolean":
        asked |= {"low": f"CAST(min({read}) AS VARCHAR)", "high": f"CAST(max({read}) AS VARCHAR)"}
    if isinstance(guess.form, NumberForm):
        asked |= _about_numbers(guess.form, x, read)
    if isinstance(guess.form, MomentForm):
        asked |= _about_moments(guess, guess.form, x, read)
    return asked


def evidence_of(answers: Mapping[str, int | str | None]) -> Evidence:
    """The answers to ``aggregates``."""
    counts = {name: answer for name, answer in answers.items() if isinstance(answer, int)}
    low, high = answers.get("low"), answers.get("high")
    return Evidence(counts, low if isinstance(low, str) else None, high if isinstance(high, str) else None)


def settled(guess: Guess, found: Evidence) -> Guess:
    """The guess with what only all values together can say."""
    if isinstance(guess.form, NumberForm):
        return _settled_number(guess, guess.form, found)
    if isinstance(guess.form, MomentForm):
        return _settled_moment(guess, guess.form, found)
    return guess


def _moment(form: MomentForm, x: str) -> str:
    return form.local(x) if form.zones in {"none", "utc"} or not form.has_time else form.sql(x)


def _about_numbers(form: NumberForm, x: str, read: str) -> dict[str, str]:
    bare = form.bare(x)
    asked = {
        "places": f"max(CASE WHEN contains({bare}, '.') THEN strlen({bare}) - strpos({bare}, '.') END)",
        "digits": f"max(CASE WHEN abs({read}) >= 1 THEN CAST(floor(log10(abs({read}))) AS BIGINT) + 1 ELSE 0 END)",
        "exponents": f"count(*) FILTER (contains({bare}, 'e') OR contains({bare}, 'E'))",
    }
    if form.is_plain:
        # As text, '00' to '09...' lie before '0:'.
        asked["leading_zeros"] = f"count(*) FILTER ({x} >= '00' AND {x} < '0:')"
    return asked


def _about_moments(guess: Guess, form: MomentForm, x: str, read: str) -> dict[str, str]:
    day = f"CAST({read} AS DATE)"
    asked = {
        "open_ends": f"count(*) FILTER ({day} >= DATE '2200-01-01' OR {day} IN ({_days(OPEN_ENDS)}))",
        "placeholders": f"count(*) FILTER ({read} IN ({_days(PLACEHOLDERS)}))",
    }
    if form.is_iso:
        asked |= {
            "timed": f"count(*) FILTER (strlen({x}) > 10)",
            "zulus": f"count(*) FILTER (ends_with({x}, 'Z'))",
            "offsets": f"count(*) FILTER (strlen({x}) > 16 AND (contains({x}, '+') OR {x} LIKE '%-%-%-%'))",
        }
    if guess.kind == "date":
        weekday = f"(1 << isodow({read})) "
        can_swap = f"day({read}) <= 12 AND day({read}) <> month({read})"
        asked["fixed_weekdays"] = f"bit_or(CASE WHEN day({read}) > 12 THEN {weekday}END)"
        asked["other_weekdays"] = f"bit_or(CASE WHEN {can_swap} THEN {weekday}END)"
    if guess.proof:
        asked["max_day"] = f"max(day({read}))"
    return asked


def _days(days: tuple[str, ...]) -> str:
    return ", ".join(f"DATE '{day}'" for day in days)


def _settled_number(guess: Guess, form: NumberForm, found: Evidence) -> Guess:
    form = replace(form, places=found["places"], digits=found["digits"], is_floating=found["exponents"] > 0)
    if form.is_whole and (form.digits > _MOST_DIGITS or found["leading_zeros"]):
        return replace(guess, kind="text", form=TextForm())
    return replace(guess, kind="integer" if form.is_whole else "decimal", form=form)


def _settled_moment(guess: Guess, form: MomentForm, found: Evidence) -> Guess:
    has_time = found["timed"] > 0 or (form.has_time and bool(form.patterns + form.zoned_patterns))
    carried = found["offsets"] + found["zulus"]
    if form.is_iso and form.zones == "none" and carried:
        named: Literal["some", "all"] = "some" if carried < found["read"] else "all"
        form = replace(form, zones=named if found["offsets"] else "utc")
    return replace(guess, kind="timestamp" if has_time else "date", form=replace(form, has_time=has_time))
