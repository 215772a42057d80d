"""A customer's cards: a metric's last period in words, the move since the one before, and five periods as a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trueup.answers.account import Card
from trueup.answers.board import Point
from trueup.reports.wording import shown

WIDTH, HEIGHT, MARGIN = 132, 36, 5
_PER_ACCOUNT = "per_account"
_COMPACT_FROM = 1000
"""Smaller sums of money are not told in thousands, and then need no cents."""


@dataclass(frozen=True)
class DrawnCard:
    """A card with its words and its line; ``points``: each period with its value and how many facts it has."""

    card: Card
    value: str
    is_firm: bool
    change: str
    verdict: str
    before: str
    running: str
    line: Markup
    points: tuple[tuple[str, str, int], ...]


def drawn(card: Card, currency: str) -> DrawnCard:
    """The card as it is shown."""
    return DrawnCard(
        card=card,
        value=told(card.latest, card.unit, currency),
        is_firm=card.latest is not None and is_firm(card.latest, card.unit),
        change=_change(card, currency),
        verdict=_verdict(card),
        before=told(card.before, card.unit, currency),
        running=told(card.running, card.unit, currency) if card.running and card.running.value is not None else "",
        line=line(card.points, card.unit),
        points=tuple((point.period, told(point, card.unit, currency), point.n) for point in card.points),
    )


def is_told(card: Card) -> bool:
    """Whether there is anything to show in any period."""
    return any(point.value is not None for point in card.points)


def told(point: Point | None, unit: str, currency: str) -> str:
    """A point's value in words; of one account, things per account are whole."""
    value = point.value if point else None
    if value is not None and unit == "money" and abs(value) < _COMPACT_FROM:
        value = float(round(value))
    is_whole = unit == _PER_ACCOUNT and value is not None and value.is_integer()
    return shown(value, "count" if is_whole else unit, currency)


def is_firm(point: Point, unit: str) -> bool:
    """Whether enough stands behind a number: of one account, what is counted per account is never thin."""
    return point.status == "ok" or (unit == _PER_ACCOUNT and point.status == "thin")


def line(points: Sequence[Point], unit: str) -> Markup:
    """The points as a small line, broken where there is no value; hollow where few facts or half a period are behind.

    It has no words: whoever shows it tells the values beside it.
    """
    known = [point.value for point in points if point.value is not None]
    if not known:
        return Markup("")
    low, high = min(known), max(known)
    step = (WIDTH - 2 * MARGIN) / max(1, len(points) - 1)
    places = [
        None
        if point.value is None
        else (
            MARGIN + place * step,
            HEIGHT / 2 if high == low else HEIGHT - MARGIN - (point.value - low) / (high - low) * (HEIGHT - 2 * MARGIN),
        )
        for place, point in enumerate(points)
    ]
    dots = [
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}"{}/>').format(
            *spot, *(("2.6", "") if is_firm(point, unit) else ("3", Markup(' class="hollow"')))
        )
        for spot, point in zip(places, points, strict=True)
        if spot
    ]
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true"><path d="{}"/>{}</svg>'
    ).format(WIDTH, HEIGHT, WIDTH, HEIGHT, _path(places), Markup("").join(dots))


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    steps, is_begun = [], False
    for place in places:
        if place:
            steps.append(f"{'L' if is_begun else 'M'}{place[0]:.1f} {place[1]:.1f}")
        is_begun = place is not None
    return " ".join(steps)


def _change(card: Card, currency: str) -> str:
    """The move since the period before, in the metric's own unit; points for shares."""
    if card.latest is None or card.before is None or card.latest.value is None or card.before.value is None:
        return ""
    difference = card.latest.value - card.before.value
    size = abs(difference)
    words = f"{size * 100:.1f} points" if card.unit == "ratio" else _size(size, card.unit, currency)
    return f"{'+' if difference > 0 else '−'}{words}" if any(digit in words for digit in "123456789") else "unchanged"


def _size(size: float, unit: str, currency: str) -> str:
    return told(Point("", size, 0, 0, "ok"), unit, currency)


def _verdict(card: Card) -> str:
    """Whether the last move was for the better; activity is neither, nor are moves between few facts."""
    if card.better == "neither" or card.family == "activity" or card.latest is None or card.before is None:
        return "neither"
    now, then = card.latest.value, card.before.value
    if now is None or then is None or now == then:
        return "neither"
    if not (is_firm(card.latest, card.unit) and is_firm(card.before, card.unit)):
        return "neither"
    return "better" if (now > then) == (card.better == "higher") else "worse"
