"""Worksheets: what a customer is graded by. Criteria with points and weights, and the cut-offs of the letters.

A criterion takes one thing known of an account (a metric's value, an attribute, a person's answer from 1 to 5) and
gives points for it by bands. More of a good thing never takes points away: bands rise, or fall, all the way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

Cadence = Literal["quarterly", "annual", "strategic"]
"""How we and they are doing; the relationship's economics and durability; whether to serve them at all."""
Source = Literal["metric", "attribute", "question"]
Missing = Literal["unanswered", "worst"]
"""A criterion of which nothing is known is left out, and its weight is not answered; or it counts as the worst band."""
LETTERS = ("A", "B", "C", "D", "E", "F")
UNKNOWN = "?"
"""The grade of an account of which too little is known: no letter."""
ANSWERED_AT_LEAST = Decimal("0.6")
ANSWERS = (1, 2, 3, 4, 5)
CLOSES_AFTER = 14
"""Days after a period's end until its grades are frozen: answers are given, and waiting times run out, after it."""
Covers = Literal["customers", "everyone"]
"""Whom a worksheet grades: accounts with a contract running in the period, or every account."""
PERIOD_KIND: Mapping[Cadence, str] = {"quarterly": "quarter", "annual": "year", "strategic": "year"}
"""The kind of period that each cadence grades."""
ATTRIBUTES: Mapping[str, Literal["text", "number"]] = {
    "industry": "text",
    "segment": "text",
    "region": "text",
    "country": "text",
    "employees": "number",
    "annual_revenue": "number",
    "years_customer": "number",
}
"""What a criterion may read of an account itself. ``years_customer``: since its first contract began, at the cut."""
OTHER = "other"
"""Among an attribute's values: all that are not named."""


class WorksheetError(ValueError):
    """A worksheet that contradicts itself; ``path`` leads to the place, as keys and indexes."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class Band:
    """Values below ``below`` (and not below the band before's) get ``points``; the last band has no end."""

    points: Decimal
    below: Decimal | None = None


@dataclass(frozen=True)
class Criterion:
    """One line of a worksheet.

    ``reads``: the metric's or the attribute's name; of a question its text. ``bands`` of a metric or a number;
    ``values`` points by an attribute's text; ``answers`` points by a person's answer, with what each means in
    ``meanings``. ``lowest``: the fewest facts behind a metric's value for it to be an answer.
    """

    name: str
    label: str
    weight: Decimal
    source: Source
    reads: str
    bands: tuple[Band, ...] = ()
    values: Mapping[str, Decimal] | None = None
    answers: tuple[Decimal, ...] = ()
    meanings: tuple[str, ...] = ()
    missing: Missing = "unanswered"
    lowest: int = 1
    why: str = ""

    @property
    def points(self) -> tuple[Decimal, ...]:
        """All points that it can give."""
        return (*(band.points for band in self.bands), *(self.values or {}).values(), *self.answers)

    @property
    def most(self) -> Decimal:
        """The most points that it can give."""
        return max(self.points)

    @property
    def least(self) -> Decimal:
        """The fewest points that it can give."""
        return min(self.points)


@dataclass(frozen=True)
class Worksheet:
    """Criteria and the scores from which letters are given: ``cutoffs`` from A downwards; below the last it is F.

    A letter without a cut-off is not given.

    ``answered_at_least``: the share of the weight that must be answered for a letter. ``closes_after``: days.
    """

    name: str
    cadence: Cadence
    criteria: tuple[Criterion, ...]
    cutoffs: Mapping[str, Decimal]
    answered_at_least: Decimal = ANSWERED_AT_LEAST
    label: str = ""
    covers: Covers = "customers"
    closes_after: int = CLOSES_AFTER

    def __post_init__(self) -> None:
        _check(self)

    @property
    def weight(self) -> Decimal:
        """The weight of all criteria."""
        return sum((criterion.weight for criterion in self.criteria), Decimal(0))

    @property
    def period_kind(self) -> str:
        """The kind of period it grades."""
        return PERIOD_KIND[self.cadence]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics it reads."""
        return tuple(dict.fromkeys(c.reads for c in self.criteria if c.source == "metric"))

    @property
    def attributes(self) -> tuple[str, ...]:
        """The accounts' attributes it reads."""
        return tuple(dict.fromkeys(c.reads for c in self.criteria if c.source == "attribute"))

    @property
    def questions(self) -> tuple[Criterion, ...]:
        """What it asks people."""
        return tuple(criterion for criterion in self.criteria if criterion.source == "question")


def _check(sheet: Worksheet) -> None:
    if not sheet.criteria:
        raise WorksheetError("A worksheet needs a criterion.", "criteria")
    names = [criterion.name for criterion in sheet.criteria]
    for at, criterion in enumerate(sheet.criteria):
        if names.index(criterion.name) != at:
            raise WorksheetError(f"There are two criteria called {criterion.name}.", "criteria", at, "name")
        _check_criterion(criterion, at)
    _check_cutoffs(sheet.cutoffs)
    if not 0 <= sheet.answered_at_least <= 1:
        raise WorksheetError("answered_at_least is a share between 0 and 1.", "answered_at_least")
    if sheet.closes_after < 0:
        raise WorksheetError("closes_after is a number of days, 0 or more.", "closes_after")


def _check_criterion(criterion: Criterion, at: int) -> None:
    def wrong(message: str, *path: str | int) -> WorksheetError:
        return WorksheetError(f"{criterion.name}: {message}", "criteria", at, *path)

    if criterion.weight <= 0:
        raise wrong("A weight is above 0.", "weight")
    given = [name for name in ("bands", "values", "answers") if getattr(criterion, name)]
    wanted = {"metric": ("bands",), "attribute": ("bands", "values"), "question": ("answers",)}[criterion.source]
    if len(given) != 1 or given[0] not in wanted:
        raise wrong(f"A {criterion.source} gets its points by {' or '.join(wanted)}.", criterion.source)
    if criterion.source == "attribute" and (fault := _attribute_fault(criterion, given[0])):
        raise wrong(fault, "attribute")
    if criterion.source == "question" and not len(criterion.answers) == len(criterion.meanings) == len(ANSWERS):
        raise wrong("A question has points and a meaning for each answer from 1 to 5.", "answers")
    if criterion.least < 0 or criterion.most <= 0:
        raise wrong("Points are not below 0, and the most of them are above 0.", given[0])
    if fault := _band_fault(criterion.bands):
        raise wrong(fault, "bands")
    ordered = [band.points for band in criterion.bands] or list(criterion.answers)
    if ordered and not (_is_rising(ordered) or _is_rising(ordered[::-1])):
        raise wrong("Points rise from band to band, or fall: more of a good thing is never worse.", given[0])


def _attribute_fault(criterion: Criterion, given: str) -> str:
    kind = ATTRIBUTES.get(criterion.reads)
    if kind is None:
        return f"No attribute {criterion.reads!r}. There are {', '.join(ATTRIBUTES)}."
    wanted = "values" if kind == "text" else "bands"
    return "" if given == wanted else f"{criterion.reads} is a {kind}: give {wanted}."


def _band_fault(bands: Sequence[Band]) -> str:
    ends = [band.below for band in bands[:-1]]
    if bands and (bands[-1].below is not None or any(end is None for end in ends)):
        return "Every band but the last says below which value it ends."
    is_rising = _is_rising([end for end in ends if end is not None], strictly=True)
    return "" if is_rising else "Bands follow each other upwards."


def _check_cutoffs(cutoffs: Mapping[str, Decimal]) -> None:
    if not cutoffs or tuple(cutoffs) != tuple(letter for letter in LETTERS[:-1] if letter in cutoffs):
        raise WorksheetError("Cut-offs are given for A, then B, and so on; what is below the last is F.", "cutoffs")
    falling = list(cutoffs.values())
    if not _is_rising(falling[::-1], strictly=True) or not all(0 < cut <= 100 for cut in falling):
        raise WorksheetError("Cut-offs are scores above 0 and up to 100, each lower than the one before.", "cutoffs")


def _is_rising(numbers: Sequence[Decimal], *, strictly: bool = False) -> bool:
    return all(one < two or (one == two and not strictly) for one, two in pairwise(numbers))


def letters_of(sheet: Worksheet) -> Iterable[str]:
    """The letters that the worksheet can give, best first."""
    return (*sheet.cutoffs, LETTERS[-1])
