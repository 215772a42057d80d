"""Value delivered as drawings: what happened beside what would have happened anyway, and what happens by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

from trueup.answers.value import Gain
from trueup.answers.value_body import Body, Elsewhere, Month
from trueup.answers.value_words import in_unit, signed_in_unit, values_unit
from trueup.impact.words import amount
from trueup.reports.value_bars import Scale

_MARKS_UP = 5
_STEPS = (1, 2, 3, 4, 6, 12, 24, 36)
_TICKS = (1.0, 2.0, 5.0, 10.0)
_DOT = 4.0


@dataclass(frozen=True)
class Sheet:
    """What is drawn on: its size, the place of the drawing in it, and how many times are named under it at most."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    marks: int


WIDE = Sheet("wide", 1090, 350, left=58, right=1078, top=44, bottom=314, marks=9)
NARROW = Sheet("narrow", 350, 270, left=46, right=344, top=44, bottom=236, marks=5)
"""For phones: drawn anew, because a wide drawing made small cannot be read."""
SMALL = Sheet("small", 320, 120, left=6, right=314, top=20, bottom=112, marks=0)
"""For cards: only the lines."""
STRIP_WIDE = Sheet("wide", 1090, 210, left=16, right=1074, top=40, bottom=180, marks=7)
STRIP_NARROW = Sheet("narrow", 350, 210, left=12, right=338, top=40, bottom=180, marks=7)


def over_months(gain: Gain, body: Body, sheet: Sheet = WIDE) -> Markup:
    """What happened (a line) beside what would have happened anyway (dashed), and the band about it after the start.

    Whoever shows it has the same in a table beside it, or says it in a sentence.
    """
    frame = _frame(body, sheet)
    key = f"{gain.effect_id}-{sheet.name}"
    parts = [
        Markup(
            '<svg class="months {}" viewBox="0 0 {} {}" role="img" aria-labelledby="m-{}-title m-{}-desc">'
            '<title id="m-{}-title">{}</title><desc id="m-{}-desc">{}</desc>'
        ).format(sheet.name, sheet.width, sheet.height, key, key, key, gain.label, key, described(gain, body)),
        *(_axes(gain, body, frame) if sheet.marks else []),
        _band(body, frame),
        _begun(gain, body, frame),
        _line("anyway", body, frame, lambda month: month.anyway),
        _line("observed", body, frame, lambda month: month.observed),
        *(_odd(body, frame) if sheet.marks else []),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def described(gain: Gain, body: Body) -> str:
    """What the drawing shows, in words."""
    after = body.months[body.start :]
    seen = [month.observed for month in after if month.observed is not None]
    anyway = [month.anyway for month in after if month.anyway is not None]
    told = f"{gain.label} from {body.months[0].time} to {body.months[-1].time}, the start in {gain.start}."
    if not seen or not anyway:
        return told
    return (
        f"{told} After it {amount(sum(seen) / len(seen))} on average, beside"
        f" {amount(sum(anyway) / len(anyway))} anyway ({_way(gain)})."
    )


def _way(gain: Gain) -> str:
    """The unit of the values, and which way is better."""
    way = "more is better" if gain.better == "higher" else "less is better"
    return ", ".join(filter(None, (values_unit(gain.unit), way)))


@dataclass(frozen=True)
class _Frame:
    sheet: Sheet
    first: int
    last: int
    least: float
    most: float
    step: float

    def x(self, ordinal: float) -> float:
        span = max(1, self.last - self.first)
        return self.sheet.left + (ordinal - self.first) / span * (self.sheet.right - self.sheet.left)

    def y(self, value: float) -> float:
        share = (value - self.least) / (self.most - self.least)
        return self.sheet.bottom - share * (self.sheet.bottom - self.sheet.top)


def _frame(body: Body, sheet: Sheet) -> _Frame:
    values = [
        value
        for month in body.months
        for value in (month.observed, month.anyway, month.low, month.high)
        if value is not None
    ]
    least, most = (min(values), max(values)) if values else (0.0, 1.0)
    step = nice((most - least) or abs(most) or 1.0, _MARKS_UP)
    return _Frame(
        sheet,
        ordinal(body.months[0].time),
        ordinal(body.months[-1].time),
        floor(least / step) * step,
        ceil(most / step) * step if ceil(most / step) > floor(least / step) else floor(least / step) * step + step,
        step,
    )


def nice(span: float, most: int) -> float:
    """A round distance between marks, of which so many at most fit into a span."""
    rough = span / most
    power = 10.0 ** floor(log10(rough))
    return power * next(tick for tick in _TICKS if rough <= tick * power * (1 + 1e-9))


def ordinal(time: str) -> int:
    """The number of a month or a quarter, counted from the year 0: neighbours are 1 apart."""
    year, _, rest = time.partition("-")
    return int(year) * 4 + int(rest[1:]) - 1 if rest.startswith("Q") else int(year) * 12 + int(rest) - 1


def _named(number: int, *, is_quarter: bool) -> str:
    return f"{number // 4}-Q{number % 4 + 1}" if is_quarter else f"{number // 12}-{number % 12 + 1:02}"


def _axes(gain: Gain, body: Body, frame: _Frame) -> Iterable[Markup]:
    """Lines across with their values, the unit above them, and times below."""
    sheet = frame.sheet
    digits = max(0, -floor(log10(frame.step)))
    for place in range(round((frame.most - frame.least) / frame.step) + 1):
        value = frame.least + place * frame.step
        y = frame.y(value)
        yield Markup(
            '<path class="grid" d="M{} {:.1f}H{}"/><text class="mark" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(sheet.left, y, sheet.right, sheet.left - 7, y + 4, f"{value + 0.0:,.{digits}f}".replace("-", "−"))
    yield Markup('<text class="unit" x="2" y="14">{}</text>').format(_way(gain))
    step = next((each for each in _STEPS if (frame.last - frame.first) / each <= sheet.marks - 1), _STEPS[-1])
    is_quarter = "Q" in body.months[0].time
    for number in range(frame.first + -frame.first % step, frame.last + 1, step):
        yield Markup('<text class="mark" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            min(frame.x(number), sheet.right - 20), sheet.bottom + 22, _named(number, is_quarter=is_quarter)
        )


def _begun(gain: Gain, body: Body, frame: _Frame) -> Markup:
    """The line at which it began; the first time after it is right of the line."""
    sheet = frame.sheet
    x = frame.x(ordinal(body.months[body.start].time) - 0.5)
    return Markup(
        '<path class="begun" d="M{:.1f} {}V{}"/><text class="begun" x="{:.1f}" y="{}" text-anchor="{}">{}</text>'
    ).format(
        *(x, sheet.top, sheet.bottom, x, sheet.top - 7),
        *("end" if x > sheet.width / 2 else "start", f"start, {gain.start}"),
    )


def _band(body: Body, frame: _Frame) -> Markup:
    known = [
        (frame.x(ordinal(month.time)), frame.y(month.high), frame.y(month.low))
        for month in body.months
        if month.low is not None and month.high is not None
    ]
    if not known:
        return Markup("")
    if len(known) == 1:
        ((x, high, low),) = known
        known = [(x - _DOT, high, low), (x + _DOT, high, low)]
    around = [(x, high) for x, high, _ in known] + [(x, low) for x, _, low in reversed(known)]
    return Markup('<path class="band" d="M{}Z"/>').format("L".join(f"{x:.1f} {y:.1f}" for x, y in around))


def _line(name: str, body: Body, frame: _Frame, value_of: Callable[[Month], float | None]) -> Markup:
    """A line through what is known, broken where a time was skipped."""
    steps: list[str] = []
    before: int | None = None
    for month in body.months:
        value, number = value_of(month), ordinal(month.time)
        if value is None:
            continue
        steps.append(f"{'L' if before == number - 1 else 'M'}{frame.x(number):.1f} {frame.y(value):.1f}")
        before = number
    return Markup('<path class="{}" d="{}"/>').format(name, "".join(steps))


def _odd(body: Body, frame: _Frame) -> Iterable[Markup]:
    for month in body.months:
        if month.is_odd and month.observed is not None:
            told = f"{month.time}: {amount(month.observed)}, far from its neighbours"
            yield Markup('<circle class="odd" cx="{:.1f}" cy="{:.1f}" r="5"><title>{}</title></circle>').format(
                frame.x(ordinal(month.time)), frame.y(month.observed), told
            )


def strip(
    gain: Gain, elsewhere: Sequence[Elsewhere], called: Mapping[str, str], names: Mapping[str, str], sheet: Sheet
) -> Markup:
    """Where nothing was done: a dot per account and row, beside the customer's estimate.

    ``called``: the rows' names; ``names``: of accounts whose name may be told.
    """
    estimate = gain.attributable or 0.0
    scale = Scale.of([estimate, *(value for row in elsewhere for _, value in row.found)])

    def x(value: float) -> float:
        return sheet.left + scale.at(value) / 100 * (sheet.right - sheet.left)

    key = f"{gain.effect_id}-{sheet.name}"
    height = (sheet.bottom - sheet.top) / max(1, len(elsewhere))
    parts = [
        Markup(
            '<svg class="strip {}" viewBox="0 0 {} {}" role="img" aria-labelledby="s-{}-title s-{}-desc">'
            '<title id="s-{}-title">Where nothing was done</title><desc id="s-{}-desc">{}</desc>'
        ).format(sheet.name, sheet.width, sheet.height, key, key, key, key, _told_strip(gain, elsewhere, called)),
        Markup('<path class="zero" d="M{:.1f} {}V{}"/>').format(x(0.0), sheet.top - 4, sheet.bottom),
        *_marks(scale, sheet, x),
    ]
    for place, row in enumerate(elsewhere):
        top = sheet.top + place * height
        parts += [
            Markup('<text class="name" x="{}" y="{:.1f}">{}</text>').format(sheet.left, top + 12, called[row.name]),
            *_dots(row, names, x, top + 12 + (height - 12) / 2, gain.unit),
        ]
    at = x(estimate)
    anchor = "end" if at > sheet.width * 2 / 3 else "start" if at < sheet.width / 3 else "middle"
    parts.append(
        Markup(
            '<path class="estimate" d="M{:.1f} {}V{}"/>'
            '<text class="estimate" x="{:.1f}" y="{}" text-anchor="{}">{}</text></svg>'
        ).format(
            at, sheet.top - 16, sheet.bottom, at, sheet.top - 22, anchor, f"here {signed_in_unit(estimate, gain.unit)}"
        )
    )
    return Markup("").join(parts)


def _marks(scale: Scale, sheet: Sheet, x: Callable[[float], float]) -> Iterable[Markup]:
    step = nice(scale.most - scale.least, sheet.marks)
    digits = max(0, -floor(log10(step)))
    for place in range(ceil(scale.least / step), floor(scale.most / step) + 1):
        told = f"{place * step:+,.{digits}f}".replace("-", "−") if place else "0"
        yield Markup('<text class="mark" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            x(place * step), sheet.bottom + 20, told
        )


def _dots(
    row: Elsewhere, names: Mapping[str, str], x: Callable[[float], float], middle: float, unit: str
) -> Iterable[Markup]:
    """Dots that would hide one another stand above and below the middle in turn."""
    taken: dict[int, int] = {}
    for account, value in sorted(row.found, key=lambda each: each[1]):
        at = x(value)
        column = round(at / (2 * _DOT))
        count = taken.get(column, 0)
        taken[column] = count + 1
        y = middle + (count + 1) // 2 * 2 * _DOT * (1 if count % 2 else -1)
        yield Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>').format(
            at, y, _DOT, f"{names.get(account, 'another customer')}: {signed_in_unit(value, unit)}"
        )


def _told_strip(gain: Gain, elsewhere: Sequence[Elsewhere], called: Mapping[str, str]) -> str:
    estimate = gain.attributable or 0.0
    rows = [
        f"{called[row.name]}: {len(row.found)} customers between {signed_in_unit(min(values), gain.unit)} and"
        f" {signed_in_unit(max(values), gain.unit)}, {row.as_much_as(estimate)} of them as much as here"
        for row in elsewhere
        if (values := [value for _, value in row.found])
    ]
    return f"Here {'gained' if estimate >= 0 else 'lost'} {in_unit(estimate, gain.unit)}. {'; '.join(rows)}."
