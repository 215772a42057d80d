"""From one typed line to the parts of a goal: "DSO from 58 to 45 days by end of June 2027".

Only what is told is taken; a part that is not told, or could be understood in two ways, is null with a reason. A draft
is shown before it is kept, so that whoever typed it can put right what was misunderstood.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from trueup.goals.goal import Direction
from trueup.goals.library import Kpi
from trueup.goals.matching import Match
from trueup.goals.told_dates import ToldDate, dates_in
from trueup.goals.told_levels import Bound, Levels, levels_in
from trueup.goals.told_measure import DIMENSIONS, Measure, measure_in, without_measure, without_names
from trueup.goals.told_numbers import Amount, DecimalMark, read_amounts, written_in
from trueup.goals.words import LONGEST_TEXT
from trueup.units.period import CIVIL, PeriodRules

DATE_IS_OVER = "that date is over already: by when?"

Part = Literal["kpi", "measure", "direction", "unit", "currency", "baseline", "baseline_on", "target", "target_on"]
"""A part of a goal that a line may tell."""

_DOWN = re.compile(
    r"\b(?:reduc\w*|cut\w*|lower(?:ing)?(?! than)|decreas\w*|declin\w*|shorten\w*|shrink\w*|slash\w*|trim\w*"
    r"|eliminat\w*|halve|halving|fall|falls|drop|drops|down)\b",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:increas\w*|rais(?:e|es|ing)|rises?|grow\w*|boost\w*|lift\w*|doubl\w*|tripl\w*|expand\w*|up)\b", re.IGNORECASE
)
_FACTORS = (
    (re.compile(r"\b(?:double|twice)\b", re.IGNORECASE), Fraction(1)),
    (re.compile(r"\btriple\b", re.IGNORECASE), Fraction(2)),
    (re.compile(r"\b(?:halve|in half|by half)\b", re.IGNORECASE), Fraction(1, 2)),
    (re.compile(r"\bby (?:a|one)[\s-]third\b", re.IGNORECASE), Fraction(1, 3)),
    (re.compile(r"\bby (?:a|one)[\s-]quarter\b", re.IGNORECASE), Fraction(1, 4)),
)
_OUT_OF = re.compile(r"(?:\bout of|/)\s?(?:5|6|7|10|100)\b(?![.,/]?\d)", re.IGNORECASE)
_HUNDREDFOLD = 100
_SECONDS = {"milliseconds": Decimal("0.001"), "seconds": Decimal(1), "minutes": Decimal(60), "hours": Decimal(3600)}
_DAYS = {"days": Decimal(1), "weeks": Decimal(7)}


@dataclass(frozen=True)
class Draft:
    """What a line tells of a goal.

    ``measure`` is what is measured in the words of the line, ``kpi`` the key of the library's measure they mean, if
    one is surely meant; ``candidates`` are those that may be. Values are in ``unit``. ``bound`` says that the target is
    a floor or a ceiling, ``tolerance`` how far a goal to maintain may stray from it. ``untold`` has each part that is
    null, and why; ``notes`` how open words were read.
    """

    text: str
    measure: str | None
    kpi: str | None
    direction: Direction | None
    unit: str | None
    currency: str | None
    baseline: Decimal | None
    baseline_on: date | None
    target: Decimal | None
    target_on: date | None
    bound: Bound | None
    tolerance: Decimal | None
    untold: Mapping[Part, str]
    notes: tuple[str, ...]
    candidates: tuple[Match, ...]


@dataclass
class _Values:
    """Baseline and target while they are put into one unit; ``why`` a part has none."""

    baseline: Decimal | None = None
    target: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str | None = None
    currency: str | None = None
    why: dict[Part, str] | None = None

    def lack(self, part: Part, because: str) -> None:
        self.why = {**(self.why or {}), part: because}


def parse_answer(
    text: str,
    *,
    today: date,
    rules: PeriodRules = CIVIL,
    currency: str | None = None,
    decimal_mark: DecimalMark | None = None,
    role: str | None = None,
    industry: str | None = None,
) -> Draft:
    """Give what a line tells of a goal, the rest null with reasons.

    ``rules`` say what the company calls a quarter and a year; ``currency`` settles "$", ``decimal_mark`` "1,200";
    ``role`` and ``industry`` prefer measures at home there.
    """
    line = re.sub(r"\s", " ", text[:LONGEST_TEXT])
    seen = without_names(line)
    dates = dates_in(seen, today=today, rules=rules)
    numbers = written_in(_without(seen, dates))
    measure = measure_in(line, numbers, dates, role=role, industry=industry)
    dates = tuple(told for told in dates if not (told.days.is_duration and _is_named(measure.kpi, seen, told)))
    levels = levels_in(without_measure(seen, measure), numbers, dates)
    if _is_value_told_as_time(measure, levels):
        dates = tuple(told for told in dates if not told.days.is_duration)
        numbers = written_in(_without(seen, dates))
        measure = measure_in(line, numbers, dates, role=role, industry=industry)
        levels = levels_in(without_measure(seen, measure), numbers, dates)
    amounts = read_amounts(numbers, measured_in=measure.unit, mark=decimal_mark, currency=currency)
    return _draft(line, measure, levels, amounts)


def _without(text: str, dates: Sequence[ToldDate]) -> str:
    for told in dates:
        text = text[: told.start] + ";" * (told.end - told.start) + text[told.end :]
    return text


def _lasts(unit: str | None) -> bool:
    return unit in DIMENSIONS[0]


def _is_value_told_as_time(measure: Measure, levels: Levels) -> bool:
    """Whether "in 5 days" is what is to be reached: no other target is told, and it is no deadline."""
    if levels.target is not None or levels.change is not None or levels.span is not None:
        return False
    lengths = [told for told in levels.deadlines if told.days.is_duration]
    return bool(lengths) and (_lasts(measure.unit) or len(levels.deadlines) > len(lengths))


def _is_named(kpi: Kpi | None, text: str, told: ToldDate) -> bool:
    """Whether a length of time belongs to what the measure is, as in readmissions within 30 days."""
    length = re.search(r"\d+ \w+", text[told.start : told.end])
    return bool(kpi and length and any(length[0] in words for words in (kpi.name, kpi.formula)))


def _draft(line: str, measure: Measure, levels: Levels, amounts: Sequence[Amount]) -> Draft:
    values = _values(line, measure, levels, amounts)
    direction, why_not = _direction(line, measure.kpi, levels, values)
    target_on, why_no_day = _deadline(levels)
    untold: dict[Part, str | None] = {
        "measure": None if measure.words else "not told: what is measured?",
        "kpi": None if measure.kpi else _why_no_kpi(measure),
        "direction": None if direction else why_not,
        "unit": None if values.unit else "not told: in which unit?",
        "currency": None if values.currency or values.unit != "money" else "not told: in which currency?",
        "baseline": None if values.baseline is not None else "not told: where is it today?",
        "baseline_on": None if levels.baseline_on else "not told: as of when?",
        "target": None if values.target is not None else "not told: what should it be?",
        "target_on": None if target_on else why_no_day,
    }
    reasons = {part: (values.why or {}).get(part, because) for part, because in untold.items() if because}
    told_notes = (*(amount.note for amount in amounts), *(told.days.note for told in levels.deadlines))
    return Draft(
        text=line,
        measure=measure.words,
        kpi=measure.kpi.key if measure.kpi else None,
        direction=direction,
        unit=values.unit,
        currency=values.currency,
        baseline=values.baseline,
        baseline_on=levels.baseline_on.last if levels.baseline_on else None,
        target=values.target,
        target_on=target_on,
        bound=levels.bound or _better_bound(line, measure.kpi, values),
        tolerance=values.tolerance,
        untold=MappingProxyType(reasons),
        notes=tuple(dict.fromkeys(note for note in told_notes if note)),
        candidates=measure.candidates,
    )


def _why_no_kpi(measure: Measure) -> str:
    best = next(iter(measure.candidates), None)
    if best and best.is_opposite:
        return f"said of the opposite of {best.kpi.name}: tell that, or keep it in the customer's words"
    return "no measure of the library is surely meant: keep it in the customer's words"


def _better_bound(line: str, kpi: Kpi | None, values: _Values) -> Bound | None:
    """What "or better" bounds depends on which way is better."""
    if values.target is None or kpi is None or not re.search(r"\bor better\b", line, re.IGNORECASE):
        return None
    return "at_most" if kpi.direction == "decrease" else "at_least"


def _deadline(levels: Levels) -> tuple[date | None, str]:
    known = [told.days for told in levels.deadlines if told.days.ahead]
    if len({days.ahead for days in known}) > 1:
        return None, "more than one date is told: which is the target's?"
    for days in known:
        if days.ahead:
            is_before = levels.is_before and not days.is_end
            return (days.ahead.first - timedelta(days=1) if is_before else days.ahead.last), ""
    because = next((told.days.because for told in levels.deadlines if told.days.because), None)
    return None, because or (DATE_IS_OVER if levels.deadlines else "not told: by when?")


def _values(line: str, measure: Measure, levels: Levels, amounts: Sequence[Amount]) -> _Values:
    values = _Values()
    if levels.why_no_baseline:
        values.lack("baseline", levels.why_no_baseline)
    if levels.why_no_target:
        values.lack("target", levels.why_no_target)
    baseline = _amount_at(amounts, levels.baseline)
    target = _amount_at(amounts, levels.target)
    if levels.span and levels.is_kept:
        target = _middle(values, amounts[levels.span[0]], amounts[levels.span[1]])
    elif levels.span:
        values.lack("target", "a range, not one value: say the value to reach")
    if tolerance := _amount_at(amounts, levels.tolerance):
        values.tolerance = abs(tolerance.value) if tolerance.value is not None else None
    _in_one_unit(values, measure, baseline, target)
    if change := _amount_at(amounts, levels.change):
        _changed(values, line, measure.kpi, change)
    elif levels.target is None:
        _multiplied(values, line, measure.kpi)
    _told_money(values, amounts)
    if _OUT_OF.search(line) and values.unit in {None, "%"} and not any(amount.unit for amount in amounts):
        values.unit = "score"
    return values


def _amount_at(amounts: Sequence[Amount], place: int | None) -> Amount | None:
    return None if place is None else amounts[place]


def _middle(values: _Values, low: Amount, high: Amount) -> Amount | None:
    """A range to keep within is its middle, and half its width as tolerance."""
    if low.value is None or high.value is None:
        values.lack("target", low.because or high.because or "")
        return None
    values.tolerance = abs(high.value - low.value) / 2
    return Amount((low.value + high.value) / 2, high.unit or low.unit)


def _in_one_unit(values: _Values, measure: Measure, baseline: Amount | None, target: Amount | None) -> None:
    """Put baseline and target into the unit of the target; days and hours are not made of each other."""
    told = [_level_unit(one, measure.unit) for one in (target, baseline) if one]
    values.unit = next((unit for unit in told if unit), measure.unit)
    if target:
        values.target = target.value
        if target.because:
            values.lack("target", target.because)
    if baseline is None:
        return
    values.baseline = baseline.value
    if baseline.because:
        values.lack("baseline", baseline.because)
    elif target and _lacks_magnitude(baseline, target):
        values.baseline = None
        values.lack("baseline", "told without thousand or million, the target with it: write it out")
        return
    own = _level_unit(baseline, measure.unit) or values.unit
    if own != values.unit and baseline.value is not None:
        values.baseline = _converted(baseline.value, own, values.unit)
        if values.baseline is None:
            values.lack("baseline", f"told in another unit ({own}) than the target ({values.unit}): say both in one")


def _lacks_magnitude(baseline: Amount, target: Amount) -> bool:
    """Whether a baseline may be short for more: "from 40 to 50 million"."""
    if baseline.value is None or target.value is None or baseline.is_in_full or not target.is_in_full:
        return False
    return 0 < _HUNDREDFOLD * abs(baseline.value) < abs(target.value)


def _level_unit(amount: Amount, measured_in: str | None) -> str | None:
    """The unit of a value; "points" of a score or of percent are the measure's own unit."""
    if amount.unit == "points" and measured_in in {"%", "score"}:
        return measured_in
    if amount.unit == "t" and measured_in == "t CO2e":
        return measured_in
    return amount.unit


def _converted(value: Decimal, unit: str | None, into: str | None) -> Decimal | None:
    for sizes in (_SECONDS, _DAYS):
        if unit in sizes and into in sizes:
            exact = value * sizes[unit] / sizes[into]
            return Decimal(f"{exact.normalize():f}")
    return None


def _changed(values: _Values, line: str, kpi: Kpi | None, change: Amount) -> None:
    """Reckon the target from a change, where today's value is told."""
    values.unit = values.unit or (change.unit if change.unit not in {"%", "points", "bps"} else None)
    sign = _sign(line, kpi)
    if change.value is None:
        values.lack("target", change.because or "")
    elif values.baseline is None:
        values.lack("target", "told as a change: it needs today's value")
    elif sign is None:
        values.lack("target", "told as a change: up or down?")
    elif change.unit == "%" and values.unit == "%":
        values.lack("target", f"{change.value}% of a percentage may mean points: say the value to reach")
    else:
        by = abs(change.value)
        if change.unit == "%":
            by = values.baseline * by / 100
        elif change.unit == "bps":
            by = by / 100
        values.target = Decimal(f"{(values.baseline + sign * by).normalize():f}")


def _sign(line: str, kpi: Kpi | None) -> int | None:
    wanted = _wanted(line) or (kpi.direction if kpi else None)
    return {"increase": 1, "decrease": -1}.get(wanted or "")


def _multiplied(values: _Values, line: str, kpi: Kpi | None) -> None:
    """Reckon the target where it is told as a part or a multiple of today's value."""
    share = next((share for pattern, share in _FACTORS if pattern.search(line)), None)
    if share is None or values.target is not None:
        return
    sign = 1 if share >= 1 else _sign(line, kpi)
    if values.baseline is None or sign is None:
        values.lack("target", "told as a change: it needs today's value")
        return
    exact = Fraction(values.baseline) * (1 + sign * share)
    rounded = Decimal(exact.numerator) / Decimal(exact.denominator)
    if Fraction(rounded) == exact:
        values.target = Decimal(f"{rounded.normalize():f}")
    else:
        values.lack("target", f"that change of {values.baseline} is no round number: say the value to reach")


def _told_money(values: _Values, amounts: Sequence[Amount]) -> None:
    if values.unit != "money":
        return
    codes = {amount.currency for amount in amounts if amount.currency}
    if len(codes) == 1:
        values.currency = codes.pop()
    elif codes:
        values.lack("currency", f"more than one is told: {' and '.join(sorted(codes))}")
    elif because := next((amount.currency_because for amount in amounts if amount.currency_because), None):
        values.lack("currency", because)


def _wanted(line: str) -> Direction | None:
    """The direction that the words of a line ask for, where they ask for one only."""
    is_down, is_up = bool(_DOWN.search(line)), bool(_UP.search(line))
    if is_down == is_up:
        return None
    return "decrease" if is_down else "increase"


def _direction(line: str, kpi: Kpi | None, levels: Levels, values: _Values) -> tuple[Direction | None, str]:
    """The direction of a goal, or why it has none."""
    own = kpi.direction if kpi else None
    if levels.is_kept and values.baseline is None and (values.target is not None or levels.span):
        return "maintain", ""
    wanted = _wanted(line)
    if values.baseline is not None and values.target is not None:
        if values.baseline == values.target:
            return None, "the target is the same as today's value: is it to be kept?"
        told: Direction = "increase" if values.target > values.baseline else "decrease"
        if wanted and wanted != told:
            return None, f"the values {told}, the words say the opposite"
        return told, ""
    if wanted or own:
        return wanted or own, ""
    bounded: dict[Bound, Direction] = {"at_least": "increase", "at_most": "decrease"}
    return (bounded[levels.bound], "") if levels.bound else (None, "not told: is more or less better?")
