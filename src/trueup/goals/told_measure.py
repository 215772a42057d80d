"""What is measured, in a line that also tells values and dates."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trueup.goals.library import Kpi, kpi
from trueup.goals.matching import Match, recognise
from trueup.goals.told_dates import ToldDate
from trueup.goals.told_numbers import Written
from trueup.goals.words import words_around_values

DIMENSIONS = (
    ("milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months", "years"),
    ("%", "points", "bps"),
    ("money",),
    ("ppm",),
)
"""Units of which one may be told for another."""
_IS_KPI_FROM = 0.72
_CLEARLY_BEFORE = 0.06
_IS_SURELY_KPI_FROM = 0.95
_BY_NAME = frozenset({"exact", "abbreviation"})
_SAME_DIMENSION = 0.1
_CANDIDATES = 5

_SOME_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
# Numbers that belong to what is measured, not to how much.
_NAMES = re.compile(
    rf"\b[a-z]{{1,3}}\d+\b(?!%)|\b\d+(?:st|nd|rd|th)\b(?!\s+(?:of\s+)?{_SOME_MONTH})"
    r"|\b(?:24/7|80/20|(?-i:5S)|2fa|3pl)\b|\b\d+-(?:day|week|month|year|hour|minute|point|star|degree)s?\b"
    r"|\b(?:scopes?|tiers?|priority|sev(?:erity)?|phase|iso|version) \d+(?:,? (?:and|to|&) \d+)?\b"
    r"|\b\d{1,2}(?::\d\d)?\s?(?:am|pm|o['’]clock)\b|\s*(?:\bout of|/)\s?(?:5|6|7|10|100)\b(?![.,/]?\d)"
    r"|\bwithin \d+ (?:days?|hours?|minutes?) of \w+|\bfirst \d+ days\b"
    r"|\bper (?:100|1,?000|10,?000|100,?000|million)\b",
    re.IGNORECASE,
)
_DATES_AND_MONEY = re.compile(rf"q[1-4]|h[12]|fy\d+|{_SOME_MONTH}\d+|[a-z]{{3}}\d{{3,}}", re.IGNORECASE)
# To save is a measure by what is saved.
_SAVED = {"money": "cost_savings", "hours": "working_hours_saved"}
_SIGNS = re.compile(r"^[^\w%]+|[^\w%]+$")


@dataclass(frozen=True)
class Measure:
    """What is measured: the words of the line, the library's measure if one is surely meant, and those that may be."""

    words: str | None
    kpi: Kpi | None
    candidates: tuple[Match, ...]

    @property
    def unit(self) -> str | None:
        """The unit of the library's measure."""
        return self.kpi.unit if self.kpi else None


@dataclass(frozen=True)
class _Meant:
    """Words of a line and the measures they may mean, best first; ``score`` counts the unit that was told, too."""

    score: float
    words: str
    ranked: tuple[Match, ...]


def without_names(line: str) -> str:
    """Give the line with numbers that belong to names ("P1", "30-day", "scope 1 and 2") crossed out, no shorter."""
    return _NAMES.sub(lambda name: name[0] if _DATES_AND_MONEY.fullmatch(name[0]) else "_" * len(name[0]), line)


def without_measure(line: str, measure: Measure) -> str:
    """Give the line with a measure told by its very name crossed out, so that "reach" in it is no cue."""
    best = next(iter(measure.candidates), None)
    if measure.kpi is None or measure.words is None or best is None or best.how not in _BY_NAME:
        return line
    return line.replace(measure.words, "_" * len(measure.words))


def measure_in(
    line: str, numbers: Sequence[Written], dates: Sequence[ToldDate], *, role: str | None, industry: str | None
) -> Measure:
    """Find what is measured in what stands between numbers and dates."""
    units = {one.unit or ("money" if one.money else None) for one in numbers} - {None}
    unit = units.pop() if len(units) == 1 else None
    parts = [*_parts(line, numbers, dates)]
    if saved := _SAVED.get(unit or "") if re.search(r"\bsav(?:e|es|ing|ings)\b", line, re.IGNORECASE) else None:
        return Measure(_trimmed(parts[0]) or None, kpi(saved), ())
    parts.append(" ".join(parts))
    words = next((trimmed for part in parts if (trimmed := _trimmed(part))), None)
    meant = [found for part in parts if (found := _meant(part, unit, role, industry))]
    if not meant:
        return Measure(words, None, ())
    sure = {found.ranked[0].kpi.key: found.ranked[0] for found in meant if found.ranked[0].score >= _IS_SURELY_KPI_FROM}
    if len(sure) > 1:
        return Measure(words, None, tuple(sure.values()))
    best = max(meant, key=lambda found: found.score)
    meant_kpi = best.ranked[0].kpi if _is_meant(best, unit) else None
    return Measure(best.words if meant_kpi else words, meant_kpi, best.ranked[:_CANDIDATES])


def _is_meant(best: _Meant, unit: str | None) -> bool:
    """Whether the best measure is meant: by its very name, or clearly before the next; its opposite is not."""
    if best.ranked[0].is_opposite:
        return False
    if best.ranked[0].how in _BY_NAME:
        return True
    rivals = [_in_unit(match, unit) for match in best.ranked[1:2]]
    return best.score >= _IS_KPI_FROM and all(best.score - rival >= _CLEARLY_BEFORE for rival in rivals)


def _meant(part: str, unit: str | None, role: str | None, industry: str | None) -> _Meant | None:
    """What a part of the line means in that of its readings which fits best."""
    readings = []
    for words in _readings(part):
        matches = recognise(f"{words} ppm" if unit == "ppm" else words, role=role, industry=industry)
        if ranked := tuple(sorted(matches, key=lambda match: -_in_unit(match, unit))):
            readings.append(_Meant(_in_unit(ranked[0], unit), words, ranked))
    return max(readings, key=lambda found: found.score, default=None)


def _parts(line: str, numbers: Sequence[Written], dates: Sequence[ToldDate]) -> Iterator[str]:
    spans = sorted([(one.start, one.end) for one in numbers] + [(one.start, one.end) for one in dates])
    edges = [0, *(edge for span in spans for edge in span), len(line)]
    for place in range(0, len(edges), 2):
        yield line[edges[place] : edges[place + 1]]


def _readings(part: str) -> list[str]:
    """A part without the words around values at both ends; as these may belong to it, also at its end, or as told."""
    readings = (_trimmed(part), _trimmed_at_end(part), _SIGNS.sub("", part))
    return [words for words in dict.fromkeys(readings) if re.search(r"[^\W\d_]", words)]


def _trimmed(part: str) -> str:
    words = _trimmed_at_end(part).split()
    while words and _bare(words[0]) in words_around_values():
        del words[0]
    return _SIGNS.sub("", " ".join(words))


def _trimmed_at_end(part: str) -> str:
    words = part.split()
    while words and _bare(words[-1]) in words_around_values():
        del words[-1]
    return _SIGNS.sub("", " ".join(words))


def _bare(word: str) -> str:
    return _SIGNS.sub("", word).casefold()


def _in_unit(match: Match, unit: str | None) -> float:
    """How well a measure fits, given the unit that values were told in."""
    told, own = _dimension(unit), _dimension(match.kpi.unit)
    if told is None or own is None:
        return match.fit
    return match.fit + (_SAME_DIMENSION if told == own else -_SAME_DIMENSION)


def _dimension(unit: str | None) -> int | None:
    return next((place for place, units in enumerate(DIMENSIONS) if unit in units), None)
