"""Statements of pay in words: every amount, line and state as people read it, the same on a page and on paper."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.numbers import format_currency, format_decimal

from trueup.answers.pay_corrections import Corrected
from trueup.answers.pay_told import Attained, Line, Posted, Told, Total
from trueup.units.money import MINOR_UNITS, Money

_JOINED = "\u00a0"
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_WORD = re.compile(r"\w+")
_QUARTER = re.compile(r"(\w+)-Q([1-4])")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = 12
_WHOLE = Fraction(1)
_ROOM = Fraction(5, 4)
"""A bar is at least as long as so many quotas, so that all of one is seen within it."""
KINDS: Mapping[str, str] = {
    "credit": "credited",
    "refund": "taken off by a refund",
    "excess": "carried over the cap from before",
    "settled": "earned as it was paid for",
    "instalment": "an instalment",
    "held": "held",
    "release": "released",
    "forfeit": "forfeited",
    "award": "an award",
    "share": "a share of a pool",
    "clawback": "clawed back",
    "plan_cap": "cut by the plan's cap",
    "guarantee": "filled up to the guarantee",
}
ROLES: Mapping[str, str] = {
    "direct": "own deal",
    "split": "shared deal",
    "overlay": "overlay: counts besides the deal's own credit",
    "rollup": "by somebody who reports to them",
}
PARKED: Mapping[str, str] = {
    "lookback": "its period lies further back than the plan looks",
    "de_minimis": "it is smaller than what the plan posts",
    "approval": "nobody has approved yet that it is taken back",
}
RUN: Mapping[str, str] = {
    "earned": "Earned in this run",
    "advanced": "Advanced by the draw",
    "recovered": "Recovered of the draw",
    "offset": "Set off against what was owed",
    "paid": "Paid",
    "draw_owed": "Draw still owed",
    "receivable": "Otherwise still owed",
}
OUTCOMES: Mapping[str, str] = {
    "rejected": "The line stands",
    "evidence": "New evidence",
    "plan_correction": "The plan is put right",
}


@dataclass(frozen=True)
class TotalShown:
    """Sums in one currency."""

    currency: str
    posted: str
    first: str
    true_ups: str
    has_true_ups: bool
    year_to_date: str
    held: str
    is_loss: bool


@dataclass(frozen=True)
class PostedShown:
    """An amount that is posted; ``before``: empty where it is the first of its period.

    ``disputes``: the numbers of those that it follows from.
    """

    label: str
    key: str
    period: str
    amount: str
    before: str
    now: str
    is_true_up: bool
    is_loss: bool
    because: str = ""
    disputes: tuple[int, ...] = ()


@dataclass(frozen=True)
class LineShown:
    """A line: what is seen at once, and what it opens to; ``disputes``: the numbers of those that it follows from."""

    hash: str
    when: str
    what: str
    customer: str
    customer_name: str
    is_known: bool
    amount: str
    is_loss: bool
    held: str
    facts: tuple[tuple[str, str], ...]
    disputes: tuple[int, ...] = ()


@dataclass(frozen=True)
class GroupShown:
    """The lines of a component in an earning period; ``sums``: how they come to what is posted."""

    label: str
    period: str
    key: str
    is_other_period: bool
    lines: tuple[LineShown, ...]
    amount: str
    sums: str


@dataclass(frozen=True)
class AttainedShown:
    """How far a quota is reached; ``width`` and ``mark``: of the bar and of all of the quota, in percent."""

    label: str
    window: str
    share: str
    credited: str
    quota: str
    width: float
    mark: float
    is_over: bool


@dataclass(frozen=True)
class HeldShown:
    """What is held for a customer, and what would release it."""

    label: str
    customer: str
    customer_name: str
    is_known: bool
    amount: str
    changed: str
    releases: str


@dataclass(frozen=True)
class ForecastShown:
    """What a window comes to: by now, at this pace, at target."""

    label: str
    window: str
    now: str
    expected: str
    at_target: str
    because: str


@dataclass(frozen=True)
class Shown:
    """A statement in words."""

    payee: str
    period: str
    key: str
    hash: str
    totals: tuple[TotalShown, ...]
    posted: tuple[PostedShown, ...]
    attained: tuple[AttainedShown, ...]
    held: tuple[HeldShown, ...]
    forecast: tuple[ForecastShown, ...]
    groups: tuple[GroupShown, ...]
    parked: tuple[PostedShown, ...]
    not_reckoned: tuple[tuple[str, str, bool], ...]
    run: tuple[tuple[str, str, bool], ...]
    plans: tuple[tuple[str, str, str], ...]


def shown(
    told: Told,
    customers: Mapping[str, str] | None = None,
    people: Mapping[str, str] | None = None,
    corrected: Corrected | None = None,
) -> Shown:
    """The statement in words; ``customers``, ``people``: names that the reader may know, the others stay ids.

    ``corrected``: the disputes that what it says follows from.
    """
    names, after = customers or {}, corrected or Corrected()
    return Shown(
        payee=told.payee,
        period=period_name(told.period),
        key=told.period,
        hash=told.hash,
        totals=tuple(map(total_shown, told.totals)),
        posted=tuple(
            posted_shown(told, each, disputes=after.postings.get((each.component, each.earning_period), ()))
            for each in told.posted
        ),
        attained=tuple(_attained(told, each) for each in told.attained),
        held=tuple(
            HeldShown(
                told.label(each.component),
                each.customer,
                names.get(each.customer, each.customer),
                each.customer in names,
                money(each.amount),
                change(each.changed),
                each.releases,
            )
            for each in told.held
        ),
        forecast=tuple(
            ForecastShown(
                told.label(each.component),
                period_name(each.window),
                money(each.now),
                _or_dash(each.expected),
                _or_dash(each.at_target),
                each.because,
            )
            for each in told.forecast
        ),
        groups=_groups(told, names, after),
        parked=tuple(
            posted_shown(told, each.posted, because=PARKED.get(each.because, each.because)) for each in told.parked
        ),
        not_reckoned=tuple(
            (told.label(each.component), named(each.message, people or {}), each.refuses) for each in told.not_reckoned
        ),
        run=tuple((RUN[name], money(told.run[name]), name == "paid") for name in RUN if name in told.run),
        plans=tuple((each.label, f"{each.valid_from:%-d %B %Y}", short(each.hash)) for each in told.plans),
    )


def total_shown(of: Total) -> TotalShown:
    """Sums in one currency, in words."""
    return TotalShown(
        currency=of.currency,
        posted=money(of.posted),
        first=money(of.posted - of.true_ups),
        true_ups=change(of.true_ups),
        has_true_ups=bool(of.true_ups),
        year_to_date=money(of.year_to_date),
        held=money(of.held),
        is_loss=of.posted.amount < 0,
    )


def money(amount: Money) -> str:
    """An amount to the cent, with its currency."""
    return _in_currency(amount.amount, amount.currency)


def change(amount: Money) -> str:
    """An amount with its sign."""
    return f"+{money(amount)}" if amount.amount > 0 else money(amount)


def exactly(number: Fraction, unit: str) -> str:
    """An amount that was not rounded yet, to four places beyond which nobody looks."""
    if unit in MINOR_UNITS:
        return _in_currency(_decimal(number, 4), unit, most=4)
    told = str(format_decimal(abs(_decimal(number, 4)), "#,##0.####", locale="en"))
    return f"{'−' if number < 0 else ''}{told}{_JOINED}{unit}".rstrip()


def percent(share: Fraction) -> str:
    """A share of 1, to a tenth of a percent."""
    told = str(format_decimal(abs(_decimal(share * 100, 1)), "#,##0.0", locale="en"))
    return f"{'−' if share < 0 else ''}{told}{_JOINED}%"


def short(digest: str) -> str:
    """The beginning of a hash: enough to tell it from others."""
    return digest[:_SHORT]


def period_name(key: str) -> str:
    """A period as people say it; what is no month or quarter by its key."""
    if found := _MONTH.fullmatch(key):
        return f"{_MONTHS[int(found[2]) - 1]} {found[1]}"
    if found := _QUARTER.fullmatch(key):
        return f"Q{found[2]} {found[1]}"
    return key


def days(number: int) -> str:
    """How many whole days something is old."""
    return "today" if number == 0 else f"{number} day{'' if number == 1 else 's'}"


def line_shown(line: Line, customers: Mapping[str, str] | None = None, *, disputes: tuple[int, ...] = ()) -> LineShown:
    """A line in words; ``disputes``: those that it follows from."""
    names = customers or {}
    what = KINDS.get(line.kind, line.kind.replace("_", " "))
    facts = [
        (
            "What it is",
            what.capitalize() if not line.role else f"{what.capitalize()}, {ROLES.get(line.role, line.role)}",
        ),
        ("Credit", exactly(line.credited, line.credited_in) if line.credited else ""),
        ("Before rounding", exactly(line.exact, line.amount.currency)),
        ("Customers’ experience", f"× {_plain(line.factor)}" if line.factor != _WHOLE else ""),
        ("Amounts at target divided among", f"{line.among} customers" if line.among else ""),
        ("Cut by a cap", exactly(line.cut, line.amount.currency) if line.cut else ""),
        ("Held of it", change(line.held) if line.held else ""),
        ("Earned for", period_name(line.period)),
        ("Event", line.event),
        ("Belongs to", line.lot if line.lot != line.event else ""),
        ("Clause of the plan", line.clause),
        ("Plan", short(line.plan)),
        ("This line", line.hash),
    ]
    return LineShown(
        hash=line.hash,
        when=f"{line.on:%-d %b %Y}",
        what=what,
        customer=line.customer,
        customer_name=names.get(line.customer, line.customer),
        is_known=line.customer in names,
        amount=money(line.amount),
        is_loss=line.amount.amount < 0,
        held=change(line.held) if line.held else "",
        facts=tuple((name, value) for name, value in facts if value),
        disputes=disputes,
    )


def posted_shown(told: Told, of: Posted, *, because: str = "", disputes: tuple[int, ...] = ()) -> PostedShown:
    """An amount that is posted, in words; ``because``: why it waits instead."""
    return PostedShown(
        label=told.label(of.component),
        key=of.earning_period,
        period=period_name(of.earning_period),
        amount=change(of.amount) if of.is_true_up else money(of.amount),
        before="" if of.before is None else money(of.before),
        now=money(of.amount if of.before is None else of.before + of.amount),
        is_true_up=of.is_true_up,
        is_loss=of.amount.amount < 0,
        because=because,
        disputes=disputes,
    )


def named(text: str, names: Mapping[str, str]) -> str:
    """A sentence with names in place of ids."""
    return _WORD.sub(lambda word: names.get(word[0], word[0]), text)


def customers_of(told: Told) -> set[str]:
    """The ids of all customers that a statement names."""
    return {line.customer for line in told.lines if line.customer} | {each.customer for each in told.held}


def _groups(told: Told, names: Mapping[str, str], after: Corrected) -> tuple[GroupShown, ...]:
    """Lines by component and earning period, this statement's own period first."""
    by_slot: dict[tuple[str, str], list[Line]] = {}
    for line in told.lines:
        by_slot.setdefault((line.component, line.period), []).append(line)
    posted = {(each.component, each.earning_period): each for each in told.posted}
    order = sorted(by_slot, key=lambda slot: (slot[1] != told.period, slot[1], told.label(slot[0])))
    return tuple(
        GroupShown(
            label=told.label(component),
            period=period_name(period),
            key=period,
            is_other_period=period != told.period,
            lines=tuple(
                line_shown(line, names, disputes=after.lines.get(line.hash, ())) for line in by_slot[component, period]
            ),
            amount=_sums(by_slot[component, period]),
            sums=_comes_to(by_slot[component, period], posted.get((component, period))),
        )
        for component, period in order
    )


def _sums(lines: Sequence[Line]) -> str:
    return " and ".join(money(amount) for amount in _by_currency(line.amount for line in lines).values())


def _by_currency(amounts: Iterable[Money]) -> dict[str, Money]:
    found: dict[str, Money] = {}
    for amount in amounts:
        found[amount.currency] = found.get(amount.currency, Money.zero(amount.currency)) + amount
    return dict(sorted(found.items()))


def _comes_to(lines: Sequence[Line], posted: Posted | None) -> str:
    """How lines come to what is posted, where they do by sums alone."""
    sums = _by_currency(line.amount for line in lines)
    if posted is None or posted.before is None or list(sums) != [posted.amount.currency]:
        return ""
    now = sums[posted.amount.currency]
    if now - posted.before != posted.amount:
        return ""
    return f"{money(now)} by what is known now, less {money(posted.before)} posted before: {change(posted.amount)}."


def _attained(told: Told, of: Attained) -> AttainedShown:
    longest = max(_ROOM, of.attainment)
    return AttainedShown(
        label=told.label(of.component),
        window=period_name(of.window),
        share=percent(of.attainment),
        credited=exactly(of.credited, of.credited_in),
        quota=exactly(of.quota, of.credited_in),
        width=float(round(100 * max(of.attainment, Fraction(0)) / longest, 2)),
        mark=float(round(100 / longest, 2)),
        is_over=of.attainment >= 1,
    )


def _or_dash(amount: Money | None) -> str:
    return "–" if amount is None else money(amount)


def _plain(number: Fraction) -> str:
    return str(format_decimal(_decimal(number, 4), "#,##0.####", locale="en"))


def _decimal(number: Fraction, places: int) -> Decimal:
    """The nearest number of so many places, halves away from nothing."""
    unit = Decimal(1).scaleb(-places)
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(unit, rounding=ROUND_HALF_UP)


def _in_currency(amount: Decimal, currency: str, *, most: int | None = None) -> str:
    digits = MINOR_UNITS.get(currency, 2)
    places = "0" * digits + "#" * max(0, (digits if most is None else most) - digits)
    pattern = f"¤#,##0.{places}" if places else "¤#,##0"
    told = str(format_currency(abs(amount), currency, pattern, locale="en", currency_digits=False))
    told = f"{currency}{_JOINED}{told.removeprefix(currency).strip()}" if told.startswith(currency) else told
    return f"−{told}" if amount < 0 else told
