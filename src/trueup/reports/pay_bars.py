"""Who would be paid more by another plan and who less, as bars to the right and the left of nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trueup.pay.simulate_compare import Change
from trueup.reports.value_bars import Scale, whole_money

MOST = 30
"""Bars that are drawn: of more people those whose pay changes most; whose pay stays has none."""
_LETTER = 7.2
_THINNEST = 1.5


@dataclass(frozen=True)
class Sheet:
    """What is drawn on: where bars begin and end, how high a row is, and where in it names and bars are.

    ``edge``, ``line``: how far above a bar the line of nothing begins, and how long it is in a row.
    """

    name: str
    width: int
    left: int
    right: int
    row: int
    text: int
    top: int
    bar: int
    edge: int
    line: int
    names_end: int


WIDE = Sheet("wide", 1090, left=236, right=960, row=27, text=18, top=6, bar=15, edge=6, line=27, names_end=224)
NARROW = Sheet("narrow", 350, left=4, right=346, row=42, text=15, top=23, bar=11, edge=3, line=17, names_end=230)
"""For phones: names above their bars."""


def bars(changes: Sequence[Change], names: Mapping[str, str], sheet: Sheet = WIDE) -> Markup:
    """A bar per payee, who loses most first; nothing where people are paid in several currencies, or no pay changes.

    Whoever shows it has the same in a table beside it.
    """
    listed = most_changed(changes)
    if not listed or len({each.old.currency for each in listed}) > 1:
        return Markup("")
    scale = Scale.of(float(each.difference.amount) for each in listed)
    height = len(listed) * sheet.row + 8
    key = f"changes-{sheet.name}"
    parts = [
        Markup(
            '<svg class="changes {}" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
            '<title id="{}-title">Who would be paid more, and who less</title><desc id="{}-desc">{}</desc>'
        ).format(sheet.name, sheet.width, height, key, key, key, key, described(changes)),
        *(_row(each, place, names, scale, sheet) for place, each in enumerate(listed)),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def most_changed(changes: Iterable[Change]) -> Sequence[Change]:
    """Those whose pay changes most, who loses most first."""
    changed = [each for each in changes if each.difference]
    most = sorted(changed, key=lambda each: (-abs(each.difference.amount), each.payee))[:MOST]
    return sorted(most, key=lambda each: (each.difference.amount, each.payee))


def described(changes: Sequence[Change]) -> str:
    """What the bars show, in words."""
    more, less = (sum(sign * each.difference.amount > 0 for each in changes) for sign in (1, -1))
    return f"{more} would be paid more, {less} less, {len(changes) - more - less} the same."


def _row(of: Change, place: int, names: Mapping[str, str], scale: Scale, sheet: Sheet) -> Markup:
    difference = float(of.difference.amount)
    top = place * sheet.row
    zero, end = _x(scale, 0.0, sheet), _x(scale, difference, sheet)
    currency = of.old.currency
    told = f"{'+' if difference > 0 else ''}{whole_money(of.difference.amount, currency)}"
    name = names.get(of.payee, of.payee)
    said = f"{name}: {whole_money(of.old.amount, currency)}, then {whole_money(of.new.amount, currency)}"
    mood = "better" if difference > 0 else "worse"
    bar = Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
        mood, min(zero, end), top + sheet.top, max(_THINNEST, abs(end - zero)), sheet.bar
    )
    line = Markup('<path class="zero" d="M{:.1f} {}v{}"/>').format(zero, top + sheet.top - sheet.edge, sheet.line)
    return Markup(
        '<g><title>{}</title><text class="name" x="4" y="{}">{}</text>{}{}'
        '<text class="amount" x="{}" y="{}" text-anchor="end">{}</text></g>'
    ).format(said, top + sheet.text, _short(name, sheet), bar, line, sheet.width - 4, top + sheet.text, told)


def _x(scale: Scale, value: float, sheet: Sheet) -> float:
    return sheet.left + scale.at(value) / 100 * (sheet.right - sheet.left)


def _short(name: str, sheet: Sheet) -> str:
    most = int(sheet.names_end / _LETTER)
    return name if len(name) <= most else f"{name[: most - 1]}…"
