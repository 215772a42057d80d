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

    ``answered_at_least``: the share of the weight that must be answered for a letter.
    """

    name: str
    cadence: Cadence
    criteria: tuple[Criterion, ...]
    cutoffs: Mapping[str, Decimal]
    answered_at_least: Decimal = ANSWERED_AT_LEAST

    def __post_init__(self) -> None:
        _check(self)

    @property
    def weight(self) -> Decimal:
        """The weight of all criteria."""
        return sum((criterion.weight for criterion in self.criteria), Decimal(0))


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


def _check_criterion(criterion: Criterion, at: int) -> None:
    def wrong(message: str, *path: str | int) -> WorksheetError:
        return WorksheetError(f"{criterion.name}: {message}", "criteria", at, *path)

    if criterion.weight <= 0:
        raise wrong("A weight is above 0.", "weight")
    given = [name for name in ("bands", "values", "answers") if getattr(criterion, name)]
    wanted = {"metric": ("bands",), "attribute": ("bands", "values"), "question": ("answers",)}[criterion.source]
    if len(given) != 1 or given[0] not in wanted:
        raise wrong(f"A {criterion.source} gets its points by {' or '.join(wanted)}.", criterion.source)
    if criterion.source == "question" and not len(criterion.answers) == len(criterion.meanings) == len(ANSWERS):
        raise wrong("A question has points and a meaning for each answer from 1 to 5.", "answers")
    if criterion.least < 0 or criterion.most <= 0:
        raise wrong("Points are not below 0, and the most of them are above 0.", given[0])
    ends = [band.below for band in criterion.bands[:-1]]
    if criterion.bands and (criterion.bands[-1].below is not None or any(end is None for end in ends)):
        raise wrong("Every band but the last says below which value it ends.", "bands")
    if not _is_rising([end for end in ends if end is not None], strictly=True):
        raise wrong("Bands follow each other upwards.", "bands")
    ordered = [band.points for band in criterion.bands] or list(criterion.answers)
    if ordered and not (_is_rising(ordered) or _is_rising(ordered[::-1])):
        raise wrong("Points rise from band to band, or fall: more of a good thing is never worse.", given[0])


def _check_cutoffs(cutoffs: Mapping[str, Decimal]) -> None:
    if tuple(cutoffs) != LETTERS[: len(cutoffs)] or not 1 <= len(cutoffs) < len(LETTERS):
        raise WorksheetError("Cut-offs are given for A, then B, and so on; what is below the last is F.", "cutoffs")
    falling = list(cutoffs.values())
    if not _is_rising(falling[::-1], strictly=True) or not all(0 < cut <= 100 for cut in falling):
        raise WorksheetError("Cut-offs are scores above 0 and up to 100, each lower than the one before.", "cutoffs")


def _is_rising(numbers: Sequence[Decimal], *, strictly: bool = False) -> bool:
    return all(one < two or (one == two and not strictly) for one, two in pairwise(numbers))


def letters_of(sheet: Worksheet) -> Iterable[str]:
    """The letters that the worksheet can give, best first."""
    return (*sheet.cutoffs, LETTERS[-1])
