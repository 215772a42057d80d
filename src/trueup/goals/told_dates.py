"""Dates as people type them in a sentence: "by end of June", "Q3", "within 6 months", "31.12.2026", "next year".

Months, quarters and days that are told without a year are read twice: as the next to end, for a deadline, and as the
last begun, for the day of a baseline. Quarters, halves, "this year" and "FY27" are the company's own; a bare year is
the calendar's. What is no date ("by summer"), or could be two ("03/04/2027"), is found and left without a day.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from trueup.units.period import CIVIL, PeriodKind, PeriodRules, period_of

FIRST_YEAR, LAST_YEAR = 1970, 2199
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_BACK = ("last", "past", "previous")

# What may stand before a date and belongs to it, and what must stand before a word or number that need not be one.
_LEAD = re.compile(
    r"(?:(?P<begin>\b(?:beginning|start) of)|(?P<end>\b(?:end|close) of)|(?P<vague>\b(?:middle of|mid|early|late)))"
    r"(?:\s+the)?[\s-]+$",
    re.IGNORECASE,
)
_CUE = re.compile(
    r"(?:\b(?:by|in|until|till|before|after|of|since|from|through|for|during|on|per)(?:\s+the)?\s+|[(,]\s*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Stretch:
    """The first and the last of the days that somebody told."""

    first: date
    last: date


@dataclass(frozen=True)
class ToldDays:
    """What a date may mean: ``ahead`` as a deadline, ``back`` as a day in the past; ``because`` says why neither.

    ``note`` says how an open word was read. ``is_duration``: "in 5 days", which may be what is measured instead;
    ``is_now``: "today"; ``is_end``: "end of June", so that before it means by it.
    """

    ahead: Stretch | None = None
    back: Stretch | None = None
    because: str | None = None
    note: str | None = None
    is_duration: bool = False
    is_now: bool = False
    is_end: bool = False


@dataclass(frozen=True)
class ToldDate:
    """A date told from ``start`` to ``end`` of a text."""

    start: int
    end: int
    days: ToldDays


@dataclass(frozen=True)
class _Calendar:
    today: date
    rules: PeriodRules

    def stretch(self, kind: PeriodKind, *, shift: int = 0) -> Stretch:
        period = period_of(self.today, kind, self.rules).shift(shift)
        return Stretch(period.first, period.last)

    def year(self, number: int) -> Stretch:
        """The company's year of that number: FY2027 ends in 2027."""
        if not self.rules.is_fiscal:
            return Stretch(date(number, 1, 1), date(number, 12, 31))
        period = period_of(date(number, 1, 1), PeriodKind.YEAR, self.rules)
        return Stretch(period.first, period.last)


_Match = re.Match[str]


@dataclass(frozen=True)
class _Form:
    """A way to write dates; where ``is_open``, the words mean something else unless a cue stands before them."""

    pattern: re.Pattern[str]
    read: Callable[[_Match, _Calendar], ToldDays | None]
    is_open: bool = False


def dates_in(text: str, *, today: date, rules: PeriodRules = CIVIL) -> tuple[ToldDate, ...]:
    """Give the dates told in a text, in their order, none overlapping another."""
    calendar = _Calendar(today, rules)
    left, found = text, list[ToldDate]()
    for form in _FORMS:
        for matched in form.pattern.finditer(left):
            told = _with_lead(form, matched, left[: matched.start()], calendar)
            if told is not None:
                found.append(told)
                left = left[: told.start] + "\x00" * (told.end - told.start) + left[told.end :]
    return tuple(sorted(found, key=lambda told: told.start))


def _with_lead(form: _Form, matched: _Match, before: str, calendar: _Calendar) -> ToldDate | None:
    lead = _LEAD.search(before)
    if form.is_open and not (lead or _CUE.search(before)):
        return None
    days = form.read(matched, calendar)
    if days is None:
        return None
    start = lead.start() if lead else matched.start()
    if lead and lead["vague"]:
        days = ToldDays(because=f"{matched.string[start : matched.end()]!r} is no day: say which month's end")
    elif lead and lead["begin"]:
        days = replace(days, ahead=_first_of(days.ahead), back=_first_of(days.back))
    elif lead and lead["end"]:
        days = replace(days, is_end=True)
    return ToldDate(start, matched.end(), _as_of(calendar.today, days))


def _as_of(today: date, days: ToldDays) -> ToldDays:
    """Nothing over is ahead, nothing to come is back; of what is not over yet, as much as is over."""
    ahead = days.ahead if days.ahead and days.ahead.last >= today else None
    back = Stretch(days.back.first, min(days.back.last, today)) if days.back and days.back.first <= today else None
    return replace(days, ahead=ahead, back=back)


def _first_of(stretch: Stretch | None) -> Stretch | None:
    return Stretch(stretch.first, stretch.first) if stretch else None


def _one(stretch: Stretch, note: str | None = None) -> ToldDays:
    return ToldDays(stretch, stretch, note=note)


def _around(today: date, stretches: Iterable[Stretch], note: str | None = None) -> ToldDays:
    """Of stretches in order, the next to end and the last to begin."""
    known = list(stretches)
    ahead = next((one for one in known if one.last >= today), None)
    back = next((one for one in reversed(known) if one.first <= today), None)
    return ToldDays(ahead, back, note=note)


def _day(matched: _Match, year: int, month: int, day: int) -> ToldDays:
    if not (1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR and 1 <= day <= monthrange(year, month)[1]):
        return ToldDays(because=f"{matched[0].strip()!r} is no day of the calendar")
    return _one(Stretch(date(year, month, day), date(year, month, day)))


def _month(year: int, month: int) -> Stretch:
    return Stretch(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _year_of(text: str) -> int:
    digits = int(text.lstrip("'’"))
    return digits if digits >= 100 else 2000 + digits


def _month_of(matched: _Match) -> int:
    return _MONTHS.index(matched["month"][:3].casefold()) + 1


def _months_after(day: date, count: int) -> date:
    """The same day so many months on; the month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _numbered_day(matched: _Match, _: _Calendar) -> ToldDays:
    return _day(matched, _year_of(matched["year"]), int(matched["month"]), int(matched["day"]))


def _slashed_day(matched: _Match, _: _Calendar) -> ToldDays:
    one, two = int(matched["one"]), int(matched["two"])
    if one <= 12 and two <= 12 and one != two:
        days = f"{one} {_MONTHS[two - 1].title()} or {two} {_MONTHS[one - 1].title()}"
        return ToldDays(because=f"{matched[0]} may be {days}: name the month")
    month, day = (two, one) if one > 12 else (one, two)
    return _day(matched, _year_of(matched["year"]), month, day)


def _named_day(matched: _Match, calendar: _Calendar) -> ToldDays:
    month, day = _month_of(matched), int(matched["day"])
    if matched["year"]:
        return _day(matched, _year_of(matched["year"]), month, day)
    years = range(calendar.today.year - 4, calendar.today.year + 5)
    days = [date(year, month, day) for year in years if 1 <= day <= monthrange(year, month)[1]]
    if not days:
        return ToldDays(because=f"{matched[0].strip()!r} is no day of the calendar")
    return _around(calendar.today, [Stretch(on, on) for on in days])


def _month_of_year(matched: _Match, _: _Calendar) -> ToldDays:
    return _one(_month(_year_of(matched["year"]), _month_of(matched)))


def _numbered_month(matched: _Match, _: _Calendar) -> ToldDays:
    return _one(_month(int(matched["year"]), int(matched["number"])))


def _month_alone(matched: _Match, calendar: _Calendar) -> ToldDays:
    years = range(calendar.today.year - 1, calendar.today.year + 2)
    told = _around(calendar.today, [_month(year, _month_of(matched)) for year in years])
    which = matched.groupdict().get("which") or ""
    return ToldDays(None, told.back) if which.casefold() in _BACK else told


def _part_of_year(matched: _Match, calendar: _Calendar) -> ToldDays:
    """A quarter or a half of the company's year, of the year told or of the nearest ones."""
    parts = matched.groupdict()
    months = 3 if "quarter" in parts else 6
    number = int(parts["number"] or _ORDINALS[parts["ordinal"].casefold()])
    note = f"{matched[0].strip()!r} read as part of the fiscal year" if calendar.rules.is_fiscal else None
    if told := parts["year"] or parts["before"]:
        return _one(_part(calendar.year(_year_of(told)), months=months, number=number), note)
    years = [calendar.stretch(PeriodKind.YEAR, shift=shift) for shift in (-1, 0, 1)]
    return _around(calendar.today, [_part(year, months=months, number=number) for year in years], note)


def _part(year: Stretch, *, months: int, number: int) -> Stretch:
    first = _months_after(year.first, (number - 1) * months)
    return Stretch(first, _months_after(first, months) - timedelta(days=1))


def _fiscal_year(matched: _Match, calendar: _Calendar) -> ToldDays:
    return _one(calendar.year(_year_of(matched["year"])))


def _calendar_year(matched: _Match, calendar: _Calendar) -> ToldDays:
    number = int(matched["year"])
    note = f"{number} read as the calendar year" if calendar.rules.is_fiscal else None
    return _one(Stretch(date(number, 1, 1), date(number, 12, 31)), note)


def _period(matched: _Match, calendar: _Calendar) -> ToldDays:
    """The year, quarter or month that is told; the company's own unless the calendar's is meant."""
    parts = matched.groupdict()
    kind, which = PeriodKind(parts["kind"].casefold()), (parts.get("which") or "this").casefold()
    is_calendar = (parts.get("whose") or "").casefold() == "calendar"
    if parts.get("year") and kind is PeriodKind.YEAR:
        return replace(_one(calendar.year(_year_of(parts["year"]))), is_end=True)
    shift = -1 if which in _BACK else int(which in {"next", "coming"})
    told = _Calendar(calendar.today, CIVIL if is_calendar else calendar.rules).stretch(kind, shift=shift)
    is_own = calendar.rules.is_fiscal and not is_calendar and kind is not PeriodKind.MONTH
    note = f"{matched[0].strip()!r} read as the fiscal {kind}" if is_own else None
    return ToldDays(None, told, note=note) if shift < 0 else ToldDays(told, None, note=note, is_end="end" in parts)


def _period_letter(matched: _Match, calendar: _Calendar) -> ToldDays:
    if matched["letter"].casefold() == "y" and matched["year"]:
        return replace(_one(calendar.year(_year_of(matched["year"]))), is_end=True)
    kind = {"y": PeriodKind.YEAR, "q": PeriodKind.QUARTER, "m": PeriodKind.MONTH}[matched["letter"].casefold()]
    return ToldDays(calendar.stretch(kind), is_end=True)


def _duration(matched: _Match, calendar: _Calendar) -> ToldDays:
    told = matched["count"].casefold()
    count, length = _COUNTS.get(told) or int(told), matched["length"].casefold()
    if length in {"day", "week"}:
        on = calendar.today + timedelta(days=count * (7 if length == "week" else 1))
    else:
        on = _months_after(calendar.today, count * {"month": 1, "quarter": 3, "year": 12}[length])
    return ToldDays(Stretch(on, on), is_duration=True)


def _half_a_year(_: _Match, calendar: _Calendar) -> ToldDays:
    on = _months_after(calendar.today, 6)
    return ToldDays(Stretch(on, on))


def _now(_: _Match, calendar: _Calendar) -> ToldDays:
    on = Stretch(calendar.today, calendar.today)
    return ToldDays(on, on, is_now=True)


def _no_date(matched: _Match, _: _Calendar) -> ToldDays:
    return ToldDays(because=f"{matched['word']!r} is no date: say which month's end")


_PIECES = {
    "MONTH": r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?",
    "YEAR": r"(?P<year>(?:19[7-9]\d|2[01]\d\d|['’]\d\d)\b)",
    "FULL": r"(?P<year>(?:19[7-9]\d|2[01]\d\d)\b)",
    "SHORT": r"(?P<year>(?:19[7-9]\d|2[01]\d\d|['’]?\d\d)\b)",
    "DAY": r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b",
    "BEFORE": r"(?:\b(?:fy\s?)?(?P<before>2[01]\d\d)[\s-])?",
    "AFTER": r"(?:[\s/-](?:of\s)?(?:fy\s?)?(?P<year>(?:2[01]\d\d|(?:['’]|(?<=[/-])|(?<=fy)|(?<=fy\s))\d\d)\b"
    r"(?![.,]\d|\s*%)))?",
    "WHOSE": r"(?:(?P<whose>fiscal|financial|calendar)\s+)?",
    "KIND": r"(?P<kind>year|quarter|month)",
    "COUNT": r"(?P<count>\d{1,3}|a|an|one|two|three|four|five|six|nine|ten|twelve)",
    "LENGTH": r"(?P<length>day|week|month|quarter|year)s?\b",
    "SEASON": r"spring|summer|autumn|fall|winter|christmas|easter|thanksgiving|(?:high|low|peak) season",
}


def _form(shape: str, read: Callable[[_Match, _Calendar], ToldDays | None], *, is_open: bool = False) -> _Form:
    for name, piece in _PIECES.items():
        shape = shape.replace(f"<{name}>", piece)
    return _Form(re.compile(shape, re.IGNORECASE), read, is_open)


_FORMS = (
    _form(r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b", _numbered_day),
    _form(r"\b(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4}|\d\d)\b", _numbered_day),
    _form(r"\b(?P<one>\d{1,2})[/-](?P<two>\d{1,2})[/-](?P<year>\d{4}|\d\d)\b", _slashed_day),
    _form(r"\b<DAY>(?:\sof)?[\s-]<MONTH>(?:,?[\s-]?<YEAR>)?", _named_day),
    _form(r"\b<MONTH>\s<DAY>(?![.,]\d|\s*%|\s(?:percent|days?)\b)(?:,?\s<YEAR>)?", _named_day),
    _form(r"\b<MONTH>(?:,?[\s-]?<YEAR>)", _month_of_year),
    _form(r"\b(?P<number>0?[1-9]|1[0-2])/(?P<year>2[01]\d\d)\b", _numbered_month),
    _form(r"\b(?P<which>next|coming|this|last|past|previous)\s<MONTH>", _month_alone),
    _form(r"\b<MONTH>", _month_alone, is_open=True),
    _form(
        r"<BEFORE>\b(?P<quarter>q(?P<number>[1-4])|(?P<ordinal>first|second|third|fourth)\squarter)\b<AFTER>",
        _part_of_year,
    ),
    _form(r"<BEFORE>\b(?P<half>h(?P<number>[12])|(?P<ordinal>first|second)\shalf)\b<AFTER>", _part_of_year),
    _form(r"\b(?:fy|fiscal(?:\syear)?)[\s-]?<SHORT>", _fiscal_year),
    _form(r"\beo(?P<letter>[yqm])\b(?:\s<FULL>)?", _period_letter),
    _form(r"\b<WHOSE><KIND>[\s-](?P<end>end)\b(?!\s(?:clos|report))(?:\s<FULL>)?", _period),
    _form(r"\b(?P<which>next|coming|this|current|last|past|previous)\s<WHOSE><KIND>\b", _period),
    _form(r"(?<=\bend\sof\s)(?:the\s)?<WHOSE><KIND>\b", _period),
    _form(r"(?<=\bend\sof\sthe\s)<WHOSE><KIND>\b", _period),
    _form(r"\b(?:within\s|in\s)?half\sa\syear(?:\sfrom\snow)?\b", _half_a_year),
    _form(
        r"\b(?:within|in|over|during)(?:\sthe)?(?:\s(?:next|coming))?\s<COUNT>[\s-](?:(?:calendar|working|business)\s)?<LENGTH>(?:['’]s\stime\b)?",
        _duration,
    ),
    _form(r"\b<COUNT>\s<LENGTH>\sfrom\s(?:now|today)\b", _duration),
    _form(r"\bcalendar\s(?:year\s)?<FULL>", _calendar_year),
    _form(r"\b<FULL>(?!\s*%|[.,]\d)", _calendar_year, is_open=True),
    _form(
        r"\b(?:as\sof\stoday|today|right\snow|now|currently|at\sthe\smoment|at\spresent|ytd|year\sto\sdate|so\sfar)\b",
        _now,
    ),
    _form(r"\b(?P<word>asap|as\ssoon\sas\spossible|soon)\b", _no_date),
    _form(r"\b(?P<word>(?:next\s|this\s|last\s)?(?:<SEASON>))\b", _no_date, is_open=True),
)
