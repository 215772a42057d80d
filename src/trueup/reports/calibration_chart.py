"""Chances beside what happened, as a drawing: on the diagonal a forecast was right."""

from markupsafe import Markup

from trueup.answers.study import Band, Skill
from trueup.reports.wording import percent

SIZE, LEFT, BOTTOM, TOP, RIGHT = 300, 46, 44, 10, 22
_ROOM = 0.04
_STEPS = (0.05, 0.1, 0.2, 0.25, 0.5)
_MOST_MARKS = 4


def calibration(of: Skill) -> Markup:
    """Each tenth of the forecasts: the mean chance given, from left to right, and the share that came, upwards."""
    bands = [band for band in of.bands if band.expected is not None and band.observed is not None]
    if not bands:
        return Markup("")
    ends = [end for band in bands for end in _ends(band)]
    low, high = max(0.0, min(ends) - _ROOM), min(1.0, max(ends) + _ROOM)
    parts = [
        Markup('<svg class="calibration" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            SIZE, SIZE, _described(bands)
        ),
        Markup('<path class="axis" d="M{} {}V{}H{}"/>').format(LEFT, TOP, SIZE - BOTTOM, SIZE - RIGHT),
        Markup('<path class="right" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(
            _x(low, low, high), _y(low, low, high), _x(high, low, high), _y(high, low, high)
        ),
        *(_marks(low, high)),
        *(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4.5"><title>{}</title></circle>').format(
                _x(band.expected or 0, low, high), _y(band.observed or 0, low, high), _told(band)
            )
            for band in bands
        ),
        Markup('<text class="name" x="{}" y="{}" text-anchor="end">expected →</text>').format(SIZE - RIGHT, SIZE - 6),
        Markup('<text class="name" x="{}" y="{}">↑ came</text>').format(LEFT + 6, TOP + 10),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _ends(band: Band) -> tuple[float, float]:
    return band.expected or 0.0, band.observed or 0.0


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (value - low) / (high - low) * (SIZE - LEFT - RIGHT)


def _y(value: float, low: float, high: float) -> float:
    return SIZE - BOTTOM - (value - low) / (high - low) * (SIZE - BOTTOM - TOP)


def _marks(low: float, high: float) -> list[Markup]:
    step = next((step for step in _STEPS if (high - low) / step <= _MOST_MARKS), _STEPS[-1])
    values = [step * place for place in range(round(1 / step) + 1) if low <= step * place <= high]
    return [
        *(
            Markup('<text class="mark" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                _x(value, low, high), SIZE - BOTTOM + 16, percent(value)
            )
            for value in values
        ),
        *(
            Markup('<text class="mark" x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
                LEFT - 6, _y(value, low, high) + 4, percent(value)
            )
            for value in values
        ),
    ]


def _told(band: Band) -> str:
    return f"{band.rows:,} account-dates: expected {percent(band.expected or 0)}, came {percent(band.observed or 0)}"


def _described(bands: list[Band]) -> str:
    return "Expected and came, by tenths of the forecasts: " + "; ".join(
        f"{percent(band.expected or 0)} and {percent(band.observed or 0)}" for band in bands
    )
