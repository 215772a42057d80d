"""Which number of a line is today's value, which one the target, and which a change, a tolerance or a range.

The words around a number say what it is: "from 58", "58 today", "instead of 58" a baseline; "to 45", "under 45",
"target 45", "45 by June" a target; "by 13" a change. A number that nothing is said of takes the part that is left where
it stands beside the other number; else both are left untold.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from trueup.goals.told_dates import Stretch, ToldDate
from trueup.goals.told_numbers import Written

Bound = Literal["at_least", "at_most"]
_Role = Literal["baseline", "target", "change", "tolerance"]

MORE_NUMBERS = "more numbers than a value of today and a target: tell one goal in a line"
TODAY_OR_TARGET = "is it today's value or the target?"
WHICH_IS_WHICH = "which of the two is today's value, and which the target?"


# A few words may stand between a cue and its number.
_SOFTENED = r"\s*(?:day|of|is|at|about|around|roughly|only|just|ca\.?|~|:|=)?\s*[:=]?\s*$"


def _end(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|(?<=\W))(?:{'|'.join(words)}){_SOFTENED}", re.IGNORECASE)


_AT_MOST = _end(
    r"below|under|within|inside|(?<!no )(?<!not )(?:less|lower|fewer|faster) than",
    r"(?:no|not) (?:more|higher|longer|later) than|not exceed(?:ing)?",
    r"(?:not|never) (?:be |go |rise |get )?(?:above|over)",
    r"at most|max\.?|maximum|<=?|≤",
)
_AT_LEAST = _end(
    r"above|over|beyond|(?<!no )(?<!not )(?:more|higher|greater) than|exceed(?:s|ing)?",
    r"(?:no|not) (?:less|lower|fewer|worse) than|(?:not|never) (?:be |go |fall |drop |get )?(?:below|under)",
    r"at least|min\.?|minimum|(?<![-=–])>=?|≥",
)
_TO = _end(
    r"(?:down |up |back )?to(?: (?:below|under|above|over|at least|at most|less than|more than|max\.?|min\.?))?",
    r"[-=–]+>|→|⇒|➔",
)
_AIM = _end(
    r"(?:target|goal|aim|plan|objective)(?:s|ed|ing)?(?: for)?|(?<=[,;]\s)budget",
    r"(?:should|must|shall|has to|have to|needs to|need to|ought to)(?: be)?",
    r"wants?(?: to (?:be|see|get|reach))?|would like(?: to see)?|needs?|expect(?:s|ed)?|promised",
    r"reach(?:ing)?|hit(?:ting)?|achieve",
)
_FROM = _end(
    r"(?:(?:down|up|starting|coming) )?from|(?:stands?|sits?|running|runs) at|at",
    r"was|were|is|are|am|been|has been|had|have|has",
    r"currently|now|today|baseline|base|status quo|start(?:ing)?(?: point)?|actual|present",
)
_INSTEAD = re.compile(
    r"\b(?:instead of|rather than|not|versus|vs\.?|compared (?:to|with)|(?:up|down) from)\s*$", re.IGNORECASE
)
_BY = re.compile(r"\bby(?: (?:another|about|around|roughly|at least|some|a further))?\s*$", re.IGNORECASE)
_CHANGING = re.compile(
    r"\b(?:fall|falls|drop|drops|rise|rises|grow|grows|increase|decrease|shrink|decline|improve|gain|lose|add)\s*$",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"^\s*(?:fewer|less|more|lower|higher|faster|reduction|decrease|increase|growth|improvement|cheaper)\b",
    re.IGNORECASE,
)
_MARGIN = re.compile(r"(?:±|\+/-?|\+-|\bplus or minus|\bgive or take)\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s*$", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-–—]|to|and)\s*", re.IGNORECASE)
_DASH = re.compile(r"\s*[-–—]\s*")
_OR_BETTER = re.compile(r"^\s*(?:or|and) (?:better|above|more|higher|over)\b|^\s*\+(?!\d)", re.IGNORECASE)
_OR_LESS = re.compile(
    r"^\s*(?:or|and) (?:less|lower|below|fewer|under|faster|sooner)\b|^\s*(?:max|at most)\b", re.IGNORECASE
)
_KEPT = re.compile(
    r"\b(?:keep(?:ing)?|maintain(?:ing)?|hold(?:ing)?|stay(?:ing)?|remain|sustain|preserve|never)\b"
    r"|\bdo(?:n['’]?| no)t let\b",
    re.IGNORECASE,
)
_DATE_OF_BASELINE = re.compile(r"(?:\b(?:as of|as at|in|at|on|since)|\()(?:\s+the)?\s*$", re.IGNORECASE)
_AS_OF = re.compile(r"(?:\bas (?:of|at)|\bsince)(?:\s+the)?\s*$", re.IGNORECASE)
_BESIDE = re.compile(r"[\s(,]*(?:(?:by|in|as|of|at|on|until|till|before|within|the|end)\s*)*", re.IGNORECASE)
_BY_WHEN = re.compile(r"\b(?:by|until|till|before)(?:\s+the)?\s*$", re.IGNORECASE)
_BEFORE = re.compile(r"\bbefore(?:\s+the)?\s*$", re.IGNORECASE)
_NOTHING_BETWEEN = re.compile(
    r"(?:\W|\b(?:and|but|then|with|a|an|the|it|we|i|of|to|at|is|be|should|must|want|wants|need|needs|target|goal|now"
    r"|customer|down|up|our|under|over|below|above|only|just|about|least|most|more|less|than)\b)*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Levels:
    """Places among the numbers of a line; ``span`` is a range told instead of one value.

    ``why_no_baseline`` and ``why_no_target`` are told where a number is there and cannot be placed. ``deadlines``: the
    dates by which the target is to be reached; ``is_before``: the day before it counts.
    """

    baseline: int | None = None
    target: int | None = None
    change: int | None = None
    tolerance: int | None = None
    span: tuple[int, int] | None = None
    bound: Bound | None = None
    is_kept: bool = False
    why_no_baseline: str | None = None
    why_no_target: str | None = None
    baseline_on: Stretch | None = None
    deadlines: tuple[ToldDate, ...] = ()
    is_before: bool = False


@dataclass
class _Line:
    """A line with its numbers and dates, and what was found out about them so far."""

    text: str
    numbers: Sequence[Written]
    dates: Sequence[ToldDate]
    roles: dict[int, _Role] = field(default_factory=dict)
    firm: set[int] = field(default_factory=set)
    baseline_on: Stretch | None = None
    deadlines: list[ToldDate] = field(default_factory=list)

    @property
    def places(self) -> list[Written | ToldDate]:
        return [*self.numbers, *self.dates]

    def before(self, place: Written | ToldDate) -> str:
        return self.text[max((one.end for one in self.places if one.end <= place.start), default=0) : place.start]

    def after(self, place: Written | ToldDate) -> str:
        starts = (one.start for one in self.places if one.start >= place.end)
        return self.text[place.end : min(starts, default=len(self.text))]

    def gap(self, one: int) -> str:
        """What stands between a number and the next one, dates left out."""
        start, end = self.numbers[one].end, self.numbers[one + 1].start
        between = self.text[start:end]
        for told in self.dates:
            if start <= told.start < end:
                between = between.replace(self.text[told.start : told.end], " ")
        return between


def levels_in(text: str, numbers: Sequence[Written], dates: Sequence[ToldDate]) -> Levels:
    """Tell the numbers of a line apart by the words around them, and its dates."""
    line = _Line(text, numbers, dates)
    span = _span_in(line)
    _hear_words(line)
    _hear_dates(line)
    if span:
        return replace(_placed_span(line, span), is_kept=bool(_KEPT.search(text)))
    return replace(_placed(line), is_kept=bool(_KEPT.search(text)))


def _span_in(line: _Line) -> tuple[int, int] | None:
    """Two numbers that are the ends of a range."""
    for one in range(len(line.numbers) - 1):
        gap, before = line.gap(one), line.before(line.numbers[one])
        is_said = _BETWEEN.search(before) or (_AIM.search(before) and _TO.search(gap))
        if _DASH.fullmatch(gap) or (is_said and _RANGE.fullmatch(gap)):
            return one, one + 1
    return None


def _hear_words(line: _Line) -> None:
    for place, number in enumerate(line.numbers):
        before = line.before(number)
        if _MARGIN.search(before):
            line.roles[place] = "tolerance"
        elif _INSTEAD.search(before):
            line.roles[place] = "baseline"
            if place and line.roles.get(place - 1) is None:
                line.roles[place - 1] = "target"
        elif _is_change(number, before, line.after(number)):
            line.roles[place] = "change"
        elif _TO.search(before) or _AIM.search(before):
            line.roles[place] = "target"
            line.firm.add(place)
        elif _AT_MOST.search(before) or _AT_LEAST.search(before):
            line.roles[place] = "target"
        elif _FROM.search(before) and not (_KEPT.search(before) and before.rstrip().casefold().endswith("at")):
            line.roles[place] = "baseline"


def _is_change(number: Written, before: str, after: str) -> bool:
    if _BY.search(before) or _CHANGING.search(before) or _CHANGED.search(after):
        return True
    is_level = _TO.search(before) or _AIM.search(before) or _FROM.search(before)
    return number.sign == "+" and not is_level


def _hear_dates(line: _Line) -> None:
    for told in line.dates:
        before = line.before(told)
        of = _number_dated(line, told)
        is_past = told.days.ahead is None and told.days.back is not None and not _BY_WHEN.search(before)
        is_past = is_past or told.days.is_now
        is_said = told.days.back is not None and bool(_AS_OF.search(before) or before.rstrip().endswith("("))
        is_told_of_baseline = (
            of is not None
            and line.roles.get(of) == "baseline"
            and bool(_DATE_OF_BASELINE.search(before))
            and any(number.start > told.end for number in line.numbers)
        )
        if is_past or is_said or is_told_of_baseline:
            line.baseline_on = line.baseline_on or told.days.back
            if of is not None:
                line.roles.setdefault(of, "baseline")
        else:
            line.deadlines.append(told)
            if of is not None and _is_beside(line.numbers[of], told, line.text):
                line.roles.setdefault(of, "target")


def _number_dated(line: _Line, told: ToldDate) -> int | None:
    """The number that a date is told of: the one right before it, else the one after it, else the last before it."""
    earlier = [place for place, number in enumerate(line.numbers) if number.end <= told.start]
    later = [place for place, number in enumerate(line.numbers) if number.start >= told.end]
    if earlier and _is_beside(line.numbers[earlier[-1]], told, line.text):
        return earlier[-1]
    if later and told.days.is_now:
        return later[0]
    return earlier[-1] if earlier else (later[0] if later else None)


def _is_beside(number: Written, told: ToldDate, text: str) -> bool:
    return bool(_BESIDE.fullmatch(text[number.end : told.start]))


def _placed(line: _Line) -> Levels:
    by_role: dict[_Role, list[int]] = {"baseline": [], "target": [], "change": [], "tolerance": []}
    for place, role in sorted(line.roles.items()):
        by_role[role].append(place)
    if len(by_role["target"]) > 1 and len(firm := [place for place in by_role["target"] if place in line.firm]) == 1:
        by_role["target"] = firm
    free = [place for place in range(len(line.numbers)) if place not in line.roles]
    _fill(line, by_role, free)
    levels = Levels(
        baseline=_only(by_role["baseline"]),
        target=_only(by_role["target"]),
        change=_only(by_role["change"]),
        tolerance=_only(by_role["tolerance"]),
        baseline_on=line.baseline_on,
        deadlines=tuple(line.deadlines),
        is_before=any(_BEFORE.search(line.before(told)) for told in line.deadlines),
    )
    return _bounded(line, _with_reasons(line, levels, by_role, free))


def _fill(line: _Line, by_role: dict[_Role, list[int]], free: list[int]) -> None:
    """Give a number that nothing is said of the part that is left, where nothing stands between it and the other."""
    if len(free) != 1:
        return
    one = free[0]
    if by_role["change"]:
        if not by_role["baseline"]:
            by_role["baseline"].append(free.pop())
        return
    beside = [place for place in (one - 1, one + 1) if 0 <= place < len(line.numbers)]
    for other in beside:
        role = line.roles.get(other)
        if role in {"baseline", "target"} and _NOTHING_BETWEEN.fullmatch(line.gap(min(one, other))):
            part: _Role = "target" if role == "baseline" else "baseline"
            if not by_role[part]:
                by_role[part].append(free.pop())
                return
    is_alone = len(line.numbers) == 1 + len(by_role["tolerance"])
    if is_alone and (line.deadlines or _KEPT.search(line.text) or line.numbers[one].spelt == 0):
        by_role["target"].append(free.pop())


def _only(places: list[int]) -> int | None:
    return places[0] if len(places) == 1 else None


def _with_reasons(line: _Line, levels: Levels, by_role: dict[_Role, list[int]], free: list[int]) -> Levels:
    if len(by_role["baseline"]) > 1 or len(by_role["target"]) > 1:
        return replace(levels, baseline=None, target=None, why_no_baseline=MORE_NUMBERS, why_no_target=MORE_NUMBERS)
    if free and levels.target is not None and _other_kind(line.numbers[free[0]], line.numbers[levels.target]):
        return replace(levels, target=None, why_no_baseline=WHICH_IS_WHICH, why_no_target=WHICH_IS_WHICH)
    if free and levels.baseline is None and levels.target is not None:
        return replace(levels, why_no_baseline=f"is {line.numbers[free[0]].digits} today's value?")
    if free and levels.target is None and levels.baseline is not None:
        return replace(levels, why_no_target=f"is {line.numbers[free[0]].digits} the target?")
    if free and levels.baseline is None and levels.target is None and levels.change is None:
        why = TODAY_OR_TARGET if len(free) == 1 else WHICH_IS_WHICH if len(free) == 2 else MORE_NUMBERS
        return replace(levels, why_no_baseline=why, why_no_target=why)
    return levels


def _other_kind(one: Written, other: Written) -> bool:
    """Whether two numbers are told in units of which neither can be the other's."""
    units = [number.unit or ("money" if number.money else None) for number in (one, other)]
    return None not in units and units[0] != units[1]


def _bounded(line: _Line, levels: Levels) -> Levels:
    if levels.target is None:
        return levels
    number = line.numbers[levels.target]
    before, after = line.before(number), line.after(number)
    if _AT_MOST.search(before) or _OR_LESS.search(after):
        return replace(levels, bound="at_most")
    if _AT_LEAST.search(before) or _OR_BETTER.search(after):
        return replace(levels, bound="at_least")
    return levels


def _placed_span(line: _Line, span: tuple[int, int]) -> Levels:
    """A range takes the part of its first number; it is the target where nothing is said."""
    role = line.roles.get(span[0], "target")
    others = [place for place in range(len(line.numbers)) if place not in span]
    baseline = _only([place for place in others if line.roles.get(place, "baseline") == "baseline"])
    return Levels(
        baseline=baseline if role == "target" else None,
        span=span if role == "target" else None,
        why_no_baseline="a range, not one value" if role == "baseline" else None,
        why_no_target="a range, not one value: say the value to reach" if role == "target" else None,
        baseline_on=line.baseline_on,
        deadlines=tuple(line.deadlines),
    )
