"""What a column seems to be, judging by a sample of its values; all of them are asked afterwards."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from trueup.sources.column_forms import (
    ClockForm,
    DurationForm,
    EpochForm,
    FlagForm,
    Form,
    Kind,
    NumberForm,
    Order,
    TextForm,
)
from trueup.sources.moments import OrderProof, Written, form_of, proof_of, written

_FIRST: Final = 50
"""Values that are looked at before all others of a sample are: most columns show there what they are not."""

ALIKE: Final = 0.9
"""Share of a sample that must be of one kind for the column to be of that kind."""

NULL_WORDS: Final = frozenset(
    {
        "null", "(null)", "<null>", "n/a", "#n/a", "na", "nan", "none", "nil", "-", "--", "—", "–", "?", "\\n", "nat",
        "(blank)", "(empty)", "#value!", "#ref!", "#div/0!", "#name?", "#null!", "unknown",
        "not available", "undefined",
    }
)  # fmt: skip

_FLAGS: Final = (
    (("true",), ("false",)),
    (("yes",), ("no",)),
    (("y",), ("n",)),
    (("t",), ("f",)),
    (("ja",), ("nein",)),
    (("oui",), ("non",)),
    (("sí", "si"), ("no",)),
    (("sim",), ("não", "nao")),
    (("sì", "si"), ("no",)),
    (("wahr",), ("falsch",)),
    (("vrai",), ("faux",)),
    (("checked",), ("unchecked",)),
    (("on",), ("off",)),
)
_CURRENCIES: Final = "$€£¥₹₽₩₺₴₪₫฿₱"
_CURRENCY_CODES: Final = re.compile(
    r"(?:USD|EUR|GBP|CHF|JPY|CNY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|INR|BRL|MXN|ZAR|SGD|HKD|TRY|US\$|R\$|kr|zł|Fr\.?)"
)
_AROUND: Final = re.compile(
    rf"(?P<open>\()?(?P<before>[-+]?\s*(?:[{_CURRENCIES}]|{_CURRENCY_CODES.pattern})?\s*[-+]?)"
    rf"(?P<core>\d[\d.,'’ \u00a0\u202f]*\d|\d|[.,]\d+|\d+[.,](?!\d))(?P<exponent>[eE][-+]?\d+)?"
    rf"(?P<after>\s*(?:%|[{_CURRENCIES}]|{_CURRENCY_CODES.pattern})?)(?P<close>\))?"
)
_ONE_MARK: Final = re.compile(r"\d*[.,]?\d*")
_GROUPED: Final = re.compile(
    r"\d{1,3}(?:(?P<mark>[.,'’ \u00a0\u202f])\d{3})(?:(?P=mark)\d{3})*(?:(?!(?P=mark))[.,]\d*)?"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d*)?"
)
"""Thousands by threes, or as in India by twos."""

_CLOCK: Final = re.compile(r"(?P<hour>\d{1,4}):[0-5]\d(:[0-5]\d(\.\d+)?)?(?P<half> ?[AaPp][Mm])?")
_LENGTH: Final = re.compile(
    r"(\d+(\.\d+)?\s*(years?|mons?|months?|weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b,?\s*)+"
    r"(\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?",
    re.IGNORECASE,
)

_MOMENT_NAME: Final = re.compile(
    r"(^|_)(at|on|date|time|timestamp|ts|created|updated|modified|start|end|since|until|due|closed|opened|canceled|cancelled"
    r"|ended|started|finalized|paid|begin|expires?|deleted|occurred|received|sent|period_start|period_end|epoch)($|_)"
)
_ID_NAME: Final = re.compile(
    r"(^|_)(ids?|keys?|guid|uuid|codes?|zip|postcode|postal|phone|fax|mobile|sku|number|no|nr|iban|vat|isbn|duns|siren)$"
)
_LENGTH_NAME: Final = re.compile(
    r"(^|_)(duration|elapsed|length|spent|wait|handle|handling|hours|minutes|seconds|sla|age|talk|time_to\w*|\w+_time)($|_)"
)


@dataclass(frozen=True)
class Guess:
    """What a column seems to be.

    ``null_words`` are the sample's words for nothing; ``trims``: blanks stand around values. ``proof`` is about numeric
    dates, ``numbers`` about numbers.
    """

    kind: Kind
    form: Form
    null_words: tuple[str, ...] = ()
    trims: bool = False
    proof: OrderProof | None = None
    numbers: "NumbersSeen | None" = None

    @property
    def is_open(self) -> bool:
        """Whether the values themselves leave a choice that other columns may settle."""
        numbers, proof = self.numbers, self.proof
        return bool(numbers and numbers.open_marks and not numbers.points and not numbers.groups) or bool(
            proof and not proof.day_first and not proof.month_first
        )


@dataclass(frozen=True)
class NumbersSeen:
    """How a sample writes numbers: signs around them, and what its separators can only be."""

    points: frozenset[str]
    groups: frozenset[str]
    open_marks: frozenset[str]
    """Marks that may part thousands or decimals: one of them, before three digits."""
    currencies: frozenset[str]
    has_percent: bool


@dataclass(frozen=True)
class Habits:
    """What the rest of the table says about how its author writes.

    ``decimal_comma``: other columns, or the file's semicolons, show decimal commas. ``order``: other columns prove an
    order of day and month. ``is_proven``: numbers of other columns prove their decimal mark.
    """

    decimal_comma: bool | None = None
    order: Order | None = None
    is_proven: bool = False


def guess(name: str, values: Sequence[str], habits: Habits) -> Guess:
    """What a column of that name with these values (not null) seems to be."""
    bare = [value.strip() for value in values]
    trims = any(value != clean for value, clean in zip(values, bare, strict=True))
    words = tuple(sorted({value for value in bare if value.lower() in NULL_WORDS}))
    said = [value for value in bare if value and value.lower() not in NULL_WORDS]
    if not said:
        return Guess("empty", TextForm(), words, trims)
    found = (
        _flags(said) or _moments(name, said, habits) or _numbers(name, said, habits) or _lengths(name, said)
    ) or Guess("text", TextForm())
    return replace(found, null_words=words if found.kind != "text" else (), trims=trims)


def is_readable(value: str, kind: Kind) -> bool:
    """Whether a value that its column's form does not read is of the column's kind all the same, or nothing at all."""
    bare = value.strip()
    if not bare or bare.lower() in NULL_WORDS or kind == "empty":
        return True
    if kind in {"date", "timestamp"}:
        return written(bare) is not None
    if kind in {"integer", "decimal", "epoch_seconds", "epoch_millis"}:
        return _number(bare) is not None
    if kind in {"time", "duration"}:
        return bool(_CLOCK.fullmatch(bare) or _LENGTH.fullmatch(bare))
    return False


def is_id_name(name: str) -> bool:
    """A column of that name holds names, even where they are made of digits."""
    return bool(_ID_NAME.search(snake(name)))


def is_moment_name(name: str) -> bool:
    """A column of that name holds points in time."""
    return bool(_MOMENT_NAME.search(snake(name)))


def is_length_name(name: str) -> bool:
    """A column of that name holds lengths of time."""
    return bool(_LENGTH_NAME.search(snake(name)))


def snake(name: str) -> str:
    """A column's name in lower case with underscores between its words."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()).strip("_")


def _flags(said: Sequence[str]) -> Guess | None:
    found = {value.lower() for value in said}
    for yes, no in _FLAGS:
        words = {*yes, *no}
        is_telling = len(found) > 1 or any(len(word) > 1 for word in found)
        if found <= words and is_telling:
            return Guess("boolean", FlagForm(yes, no))
    return None


def _moments(name: str, said: Sequence[str], habits: Habits) -> Guess | None:
    if sum(written(value) is not None for value in said[:_FIRST]) < len(said[:_FIRST]) / 2:
        return None
    read = [found for found in map(written, said) if found is not None]
    if len(read) < ALIKE * len(said):
        return None
    # Eight digits are a date only where the name says so.
    if all(value.isdigit() for value in said) and (is_id_name(name) or not is_moment_name(name)):
        return None
    numeric = [value for value in read if value.order is None]
    proof = proof_of(numeric) if numeric else None
    if proof and proof.is_contradiction:
        return Guess("text", TextForm(), proof=proof)
    form = form_of(read, order_of(numeric, proof, habits) if proof else read[0].order or "year_first")
    return Guess("timestamp" if form.has_time else "date", form, proof=proof)


def order_of(numeric: Sequence[Written], proof: OrderProof, habits: Habits) -> Order:
    """Day-first or month-first: what the values prove, else the table's habit, else how the values are written.

    Where nothing proves it: points stand between parts of day-first dates; AM and PM, and days without a leading zero,
    are American; everything else is day-first, as in most of the world.
    """
    if proof.day_first != proof.month_first:
        return "day_first" if proof.day_first > proof.month_first else "month_first"
    if habits.order:
        return habits.order
    if habits.decimal_comma or all(value.part == "." for value in numeric):
        return "day_first"
    is_american = any(value.has_half or not value.is_padded for value in numeric)
    return "month_first" if is_american else "day_first"


def _numbers(name: str, said: Sequence[str], habits: Habits) -> Guess | None:
    read = [found for found in map(_number, said) if found is not None]
    if len(read) < ALIKE * len(said):
        return None
    seen = _seen(read)
    point = point_of(seen, habits)
    if point is None:
        return None
    group = "".join(sorted((seen.groups | seen.open_marks) - {point}))
    form = NumberForm(
        point, group, _signs(read), is_floating=any(found["exponent"] for found in read), places=_places(read, point)
    )
    if form.is_plain and form.is_whole:
        whole = _whole_number(name, said)
        if whole is not None:
            return whole
    return Guess("integer" if form.is_whole else "decimal", form, numbers=seen)


def _number(value: str) -> re.Match[str] | None:
    """A number as people write it; addresses and versions, whose groups are of any length, are none."""
    found = _AROUND.fullmatch(value)
    return found if found and (_ONE_MARK.fullmatch(found["core"]) or _GROUPED.fullmatch(found["core"])) else None


def point_of(seen: NumbersSeen, habits: Habits) -> Literal[".", ","] | None:
    """The decimal mark: proven, else by the table's habit, else a point; None where values contradict each other."""
    if len(seen.points) > 1 or seen.points & seen.groups:
        return None
    if seen.points:
        return "," if "," in seen.points else "."
    is_comma = "." in seen.groups or ("," not in seen.groups and seen.open_marks and habits.decimal_comma)
    return "," if is_comma else "."


def _seen(read: Sequence[re.Match[str]]) -> NumbersSeen:
    points, groups, either = set[str](), set[str](), set[str]()
    for found in read:
        marks = re.sub(r"\d", "", found["core"])
        if not marks:
            continue
        last = marks[-1]
        if len(set(marks)) > 1:
            points.add(last) if marks.count(last) == 1 else groups.add(last)
            groups.update(set(marks) - {last})
        elif len(marks) > 1 or last not in ".,":
            groups.add(last)
        elif re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", found["core"]) and not found["exponent"]:
            either.add(last)
        else:
            points.add(last)
    currencies = {sign for found in read if (sign := _currency(found))}
    has_percent = any("%" in found["after"] for found in read)
    return NumbersSeen(
        frozenset(points), frozenset(groups), frozenset(either - points - groups), frozenset(currencies), has_percent
    )


def _currency(found: re.Match[str]) -> str:
    around = (found["before"] + found["after"]).strip(" \u00a0-+%")
    return around.strip()


def _signs(read: Sequence[re.Match[str]]) -> str:
    """All that stands around the numbers except a leading minus; a leading plus and blanks are read anyway."""
    around = Counter(found["before"] + found["after"] for found in read)
    letters = {letter for text in around for letter in text} - set("-+")
    brackets = "()" if any(found["open"] for found in read) else ""
    if not (letters - {" "}) and not brackets:
        return ""
    return "".join(sorted(letters)) + brackets


def _places(read: Sequence[re.Match[str]], point: str) -> int:
    return max((len(found["core"].rpartition(point)[2]) for found in read if point in found["core"]), default=0)


def _whole_number(name: str, said: Sequence[str]) -> Guess | None:
    """Digits that are names or points in time rather than amounts; None for plain integers."""
    if is_id_name(name) or any(re.fullmatch(r"0\d+", value) for value in said):
        return Guess("text", TextForm())
    if not is_moment_name(name):
        return None
    numbers = [int(value) for value in said]
    for unit, kind, first, last in _EPOCHS:
        if all(first <= number <= last for number in numbers):
            return Guess(kind, EpochForm(unit))
    return None


_EPOCHS: Final[tuple[tuple[Literal["seconds", "millis"], Kind, int, int], ...]] = (
    ("seconds", "epoch_seconds", 631_152_000, 7_258_118_400),
    ("millis", "epoch_millis", 631_152_000_000, 7_258_118_400_000),
)
"""From 1990 to 2200."""


def _lengths(name: str, said: Sequence[str]) -> Guess | None:
    clocks = [found for found in map(_CLOCK.fullmatch, said) if found is not None]
    if len(clocks) >= ALIKE * len(said):
        if any(found["half"] for found in clocks):
            return Guess("time", ClockForm(_clock_patterns(clocks)))
        is_long = any(int(found["hour"]) > 23 for found in clocks)
        return Guess("duration", DurationForm()) if is_long or is_length_name(name) else Guess("time", ClockForm())
    lengths = sum(bool(_LENGTH.fullmatch(value)) for value in said)
    return Guess("duration", DurationForm()) if lengths >= ALIKE * len(said) else None


def _clock_patterns(clocks: Sequence[re.Match[str]]) -> tuple[str, ...]:
    patterns = Counter(
        f"%I:%M{':%S' if found[2] else ''}{(found['half'] or '').rstrip('AaPpMm')}%p" for found in clocks
    )
    return tuple(pattern for pattern, _ in patterns.most_common())
