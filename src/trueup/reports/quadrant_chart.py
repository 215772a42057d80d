"""Who are you pleasing, as a drawing: four corners, a point per customer, and a line from where it stood before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from trueup.answers.quadrant import Quadrant, Spot
from trueup.grades.quadrant import GIVING_LINE, NOWHERE, QUARTERS, RECEIVING_LINE, Part, Quarter
from trueup.reports.wording import percent, shown

CALLED: Mapping[Part, str] = {
    "partner": "Partners",
    "neglected_giver": "Neglected givers",
    "generous_service": "Generous service",
    "chased_rabbit": "Chased rabbits",
    "not_placed": "Not placed",
}
MEANING: Mapping[Part, str] = {
    "partner": "both give",
    "neglected_giver": "they give, we do not",
    "generous_service": "we give, they do not",
    "chased_rabbit": "neither gives",
    "not_placed": "too little is known",
}
FEW = 400
"""Up to so many customers each is a point; of more, the largest are, and squares say how many stand where."""
LARGEST = 200
TRAILS = 60
"""So many of the largest have a line from where they stood before: of more, nobody could follow one."""
STEPS = 5
"""Shades of the squares."""
_SQUARES = 20
_MARKS = ("least", "median", "most")
_SMALLEST = 2.5
_SHORTEST = 3
"""A shorter trail would be hidden by its point."""


@dataclass(frozen=True)
class Sheet:
    """What is drawn on: its size, the place of the map in it, and how large the largest point is."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    largest: float
    across: str

    def x(self, giving: float) -> float:
        """Where so much giving is; who gives least or most has a little room to the edge."""
        return self.left + self.largest + giving * (self.right - self.left - 2 * self.largest)

    def y(self, receiving: float) -> float:
        """Where so much receiving is."""
        return self.bottom - self.largest - receiving * (self.bottom - self.top - 2 * self.largest)


WIDE = Sheet(
    "wide", 1120, 590, left=56, right=1114, top=78, bottom=506, largest=18, across="rank by revenue and quotas filled"
)
NARROW = Sheet("narrow", 350, 440, left=46, right=346, top=78, bottom=344, largest=11, across="rank by revenue, quotas")
"""For phones: drawn anew, because a wide drawing made small cannot be read."""


def drawn(quadrant: Quadrant, names: Mapping[str, str], sheet: Sheet = WIDE) -> Markup:
    """The map on a sheet; whoever shows it has the same in a table beside it. ``names``: of accounts, by id."""
    is_dense = quadrant.placed > FEW
    spots = quadrant.largest(LARGEST if is_dense else FEW)
    head = Markup(
        '<svg class="pleasing {}" viewBox="0 0 {} {}" role="img" aria-labelledby="map-{}-title map-{}-desc">'
        '<title id="map-{}-title">{}</title><desc id="map-{}-desc">{}</desc>'
    ).format(
        *(sheet.name, sheet.width, sheet.height, sheet.name, sheet.name),
        *(sheet.name, f"Who are you pleasing, {quadrant.standing.key}", sheet.name, described(quadrant)),
    )
    parts = [
        head,
        *(_corner(quarter, quadrant.counts[quarter], sheet) for quarter in QUARTERS),
        *(_squares(quadrant, sheet) if is_dense else []),
        _lines(sheet),
        *(_trail(spot, sheet) for spot in spots[:TRAILS]),
        *_points(spots, names, quadrant.currency, sheet),
        _axes(sheet),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def described(quadrant: Quadrant) -> str:
    """What the drawing shows, in words."""
    counts = ", ".join(f"{quadrant.counts[each]:,} {CALLED[each].lower()} ({MEANING[each]})" for each in QUARTERS)
    told = f"{quadrant.placed:,} customers by what they give us, from left to right, and by what we give them, upwards"
    return f"{told}: {counts}."


def _corner(quarter: Quarter, count: int, sheet: Sheet) -> Markup:
    is_right, is_top = quarter in {"partner", "neglected_giver"}, quarter in {"partner", "generous_service"}
    middle, line = sheet.x(GIVING_LINE), sheet.y(RECEIVING_LINE)
    x, width = (middle, sheet.right - middle) if is_right else (sheet.left, middle - sheet.left)
    y, height = (sheet.top, line - sheet.top) if is_top else (line, sheet.bottom - line)
    name_y = sheet.top - 28 if is_top else sheet.bottom + 20
    return Markup(
        '<rect class="corner {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
        '<text class="name {}" x="{:.1f}" y="{}"{}>{}</text>'
        '<text class="meaning" x="{:.1f}" y="{}"{}>{}</text>'
    ).format(
        *(quarter, x, y, width, height, quarter),
        *((end := sheet.right if is_right else sheet.left), name_y, anchor := _anchor(is_right)),
        *(CALLED[quarter], end, name_y + 17, anchor, f"{count:,}: {MEANING[quarter]}"),
    )


def _anchor(is_right: bool) -> Markup:  # noqa: FBT001  private
    return Markup(' text-anchor="end"') if is_right else Markup("")


def _lines(sheet: Sheet) -> Markup:
    x, y = sheet.x(GIVING_LINE), sheet.y(RECEIVING_LINE)
    return Markup('<path class="line" d="M{:.1f} {}V{}M{} {:.1f}H{}"/>').format(
        x, sheet.top, sheet.bottom, sheet.left, y, sheet.right
    )


def _axes(sheet: Sheet) -> Markup:
    """What the axes mean: marks beside the map, and each axis's name at its end."""
    marks = [
        Markup('<text class="mark" x="{}" y="{:.1f}" text-anchor="end">{} %</text>').format(
            sheet.left - 6, sheet.y(share) + 4, round(100 * share)
        )
        for share in (0, RECEIVING_LINE, 1)
    ]
    across = sheet.bottom + 62
    for share, told, anchor in zip((0, GIVING_LINE, 1), _MARKS, ("start", "middle", "end"), strict=True):
        x = {"start": sheet.left, "middle": sheet.x(share), "end": sheet.right}[anchor]
        marks.append(
            Markup('<text class="mark" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
                x, across - 6, anchor, told
            )
        )
    names = Markup(
        '<text class="axis" x="{}" y="16">↑ We give them: share of their goals attained</text>'
        '<text class="axis" x="{}" y="{}" text-anchor="end">They give us: {} →</text>'
    ).format(sheet.left if sheet is WIDE else 2, sheet.right, across + 16, sheet.across)
    return Markup("").join([*marks, names])


def _trail(spot: Spot, sheet: Sheet) -> Markup:
    if spot.giving_before is None or spot.receiving_before is None:
        return Markup("")
    x1, y1 = sheet.x(spot.giving_before), sheet.y(spot.receiving_before)
    x2, y2 = _place(spot, sheet)
    if abs(x2 - x1) + abs(y2 - y1) < _SHORTEST:
        return Markup("")
    return Markup(
        '<path class="trail{}" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/><circle class="was" cx="{:.1f}" cy="{:.1f}" r="1.6"/>'
    ).format(" moved" if spot.has_moved else "", x1, y1, x2, y2, x1, y1)


def _points(spots: Sequence[Spot], names: Mapping[str, str], currency: str, sheet: Sheet) -> Iterable[Markup]:
    """The largest first, so that none hides a smaller one."""
    most = max((float(spot.revenue or 0) for spot in spots), default=0.0)
    for spot in spots:
        share = max(0.0, float(spot.revenue or 0)) / most if most > 0 else 0.0
        x, y = _place(spot, sheet)
        yield Markup('<circle class="point {}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>').format(
            spot.part, x, y, max(_SMALLEST, sheet.largest * share**0.5), _told(spot, names, currency)
        )


def _place(spot: Spot, sheet: Sheet) -> tuple[float, float]:
    assert spot.giving is not None
    assert spot.receiving is not None
    return sheet.x(spot.giving), sheet.y(spot.receiving)


def _told(spot: Spot, names: Mapping[str, str], currency: str) -> str:
    was = f", before: {CALLED[spot.part_before].lower()}" if spot.has_moved and spot.part_before else ""
    revenue = shown(float(spot.revenue or 0), "money", currency)
    name = names.get(spot.account_id, spot.account_id)
    return f"{name}: {revenue}, attained {percent(spot.receiving)} ({CALLED[spot.part].lower()}{was})"


def _squares(quadrant: Quadrant, sheet: Sheet) -> Iterable[Markup]:
    """How many customers stand where: the more, the darker."""
    at = quadrant.now.part < NOWHERE
    span = [[0.0, 1.0], [0.0, 1.0]]
    counted, _, _ = np.histogram2d(quadrant.now.giving[at], quadrant.now.receiving[at], bins=_SQUARES, range=span)
    shades = np.ceil(STEPS * np.sqrt(counted / max(1.0, counted.max()))).astype(int)
    for column, row in np.argwhere(shades > 0).tolist():
        x, right = sheet.x(column / _SQUARES), sheet.x((column + 1) / _SQUARES)
        bottom, y = sheet.y(row / _SQUARES), sheet.y((row + 1) / _SQUARES)
        yield Markup('<rect class="square s{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            shades[column, row], x, y, right - x, bottom - y
        )
