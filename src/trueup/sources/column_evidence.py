"""What all values of a column say about a guess: the aggregates to ask for, and what follows from the answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from trueup.sources.column_forms import EpochForm, MomentForm, NumberForm, TextForm
from trueup.sources.column_guess import Guess
from trueup.sources.quoting import literal, quoted

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
    return _sound(guess, _parsed(guess, text_sql(name, guess)))


@dataclass(frozen=True)
class Question:
    """What to ask of all rows about a guess.

    The column's text is to be there as ``text``, what ``parsed`` makes of it as ``moment``, and what ``sound`` makes of
    that as ``read``: each is worked out once, and ``aggregates``, by the field of ``Evidence`` that they fill, go over
    them.
    """

    text: str
    parsed: str
    sound: str
    aggregates: Mapping[str, str]


def question(name: str, guess: Guess, *, place: int) -> Question:
    """What to ask about the column in that place."""
    x, m, r = f"x{place}", f"m{place}", f"r{place}"
    asked = {"values": f"count({x})", "distinct": f"approx_count_distinct({x})"}
    text = f"{text_sql(name, guess)} AS {x}"
    if guess.kind in {"text", "empty"}:
        return Question(text, x, x, asked)
    asked["read"] = f"count({r})"
    if guess.null_words:
        asked["nothings"] = _count_if(f"{x} IN ({', '.join(map(literal, guess.null_words))})")
    if guess.kind != "boolean":
        asked |= {"low": f"CAST(min({r}) AS VARCHAR)", "high": f"CAST(max({r}) AS VARCHAR)"}
    if isinstance(guess.form, NumberForm):
        asked |= _about_numbers(guess.form, x, r)
    if isinstance(guess.form, MomentForm):
        asked |= _about_moments(guess, guess.form, x, r)
    return Question(text, f"{x}, {_parsed(guess, x)} AS {m}", f"{x}, {_sound(guess, m)} AS {r}", asked)


def asking(table: str, questions: Sequence[Question]) -> str:
    """One SELECT, over all rows once, that answers all questions: ``n`` and, as ``<place>_<field>``, the aggregates."""
    picked = ["count(*) AS n"]
    for place, asked in enumerate(questions):
        picked += [f"{sql} AS {quoted(f'{place}_{name}')}" for name, sql in asked.aggregates.items()]
    texts, parsed, sound = (
        ", ".join(part) for part in zip(*((q.text, q.parsed, q.sound) for q in questions), strict=True)
    )
    return f"SELECT {', '.join(picked)} FROM (SELECT {sound} FROM (SELECT {parsed} FROM (SELECT {texts} FROM {table})))"


def answered(answers: Mapping[str, int | str | None], *, place: int) -> Evidence:
    """The answers about the column in that place."""
    prefix = f"{place}_"
    return evidence_of({name.removeprefix(prefix): said for name, said in answers.items() if name.startswith(prefix)})


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


def _parsed(guess: Guess, x: str) -> str:
    form = guess.form
    if isinstance(form, NumberForm):
        return f"TRY_CAST({form.bare(x)} AS DOUBLE)"
    if isinstance(form, MomentForm):
        return form.local(x) if form.zones in {"none", "utc"} or not form.has_time else form.sql(x)
    return form.sql(x)


def _sound(guess: Guess, parsed: str) -> str:
    """The value, or null where reading it gave something that cannot be meant."""
    if isinstance(guess.form, NumberForm):
        return f"CASE WHEN isfinite({parsed}) THEN {parsed} END"
    if isinstance(guess.form, EpochForm):
        return f"CASE WHEN year({parsed}) BETWEEN 1900 AND 9999 THEN {parsed} END"
    if isinstance(guess.form, MomentForm):
        # A pattern for years of four digits reads two digits as a year of the first century.
        is_meant = f"{parsed} >= TIMESTAMP '0100-01-01' OR {parsed} = TIMESTAMP '0001-01-01'"
        return f"CASE WHEN {is_meant} THEN {parsed} END"
    return parsed


def _about_numbers(form: NumberForm, x: str, read: str) -> dict[str, str]:
    bare = form.bare(x)
    asked = {
        "places": f"max(CASE WHEN contains({bare}, '.') THEN strlen({bare}) - strpos({bare}, '.') END)",
        "digits": f"max(CASE WHEN abs({read}) >= 1 THEN CAST(floor(log10(abs({read}))) AS BIGINT) + 1 ELSE 0 END)",
        "exponents": _count_if(f"contains({bare}, 'e') OR contains({bare}, 'E')"),
    }
    if form.is_plain:
        # As text, '00' to '09...' lie before '0:'.
        asked["leading_zeros"] = _count_if(f"{x} >= '00' AND {x} < '0:'")
    return asked


def _about_moments(guess: Guess, form: MomentForm, x: str, read: str) -> dict[str, str]:
    asked: dict[str, str] = {}
    if form.is_iso:
        asked |= {
            "timed": _count_if(f"strlen({x}) > 10"),
            "zulus": _count_if(f"ends_with({x}, 'Z')"),
            "offsets": _count_if(f"strlen({x}) > 16 AND (contains({x}, '+') OR {x} LIKE '%-%-%-%')"),
        }
    if guess.kind == "date":
        weekday = f"(1 << isodow({read})) "
        can_swap = f"day({read}) <= 12 AND day({read}) <> month({read})"
        asked["fixed_weekdays"] = f"bit_or(CASE WHEN day({read}) > 12 THEN {weekday}END)"
        asked["other_weekdays"] = f"bit_or(CASE WHEN {can_swap} THEN {weekday}END)"
    if guess.proof:
        asked["max_day"] = f"max(day({read}))"
    return asked


def _count_if(condition: str) -> str:
    """A CASE, not a FILTER: hundreds of filters make a query ten times as slow."""
    return f"count(CASE WHEN {condition} THEN 1 END)"


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
