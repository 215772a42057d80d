"""Small trend charts as SVG that take their colours from the page, so that they fit a light and a dark one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert as vlc

INK = "#010203"
QUIET = "#040506"
ACCENT = "#070809"
PAPER = "#0a0b0c"
_VARIABLES = {INK: "var(--ink)", QUIET: "var(--quiet)", ACCENT: "var(--accent)", PAPER: "var(--card)"}
"""Stand-in colours in the SVG, and the page's colours that take their place."""
WIDTH, HEIGHT = 240, 64


@dataclass(frozen=True)
class Month:
    """One month of a trend; ``is_firm`` is false where the month is not over, or few facts stand behind it."""

    period: str
    value: float | None
    is_firm: bool
    told: str
    n: int


def trend(months: Sequence[Month], *, target: float | None) -> str:
    """A line over the months with a dot each, hollow where the value is not firm, and the target as a dashed line.

    The line is broken at months without a value.
    """
    rows = [{"place": place, "value": m.value, "firm": m.is_firm} for place, m in enumerate(months)]
    data = alt.InlineData(values=rows)
    x = alt.X("place:Q", axis=None, scale=alt.Scale(domain=[-0.3, len(months) - 0.7], nice=False))
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(zero=False, padding=6))
    base = alt.Chart(data)
    layers: list[Any] = [
        base.mark_line(color=ACCENT, strokeWidth=1.8).encode(x, y),
        base.transform_filter("datum.firm && datum.value !== null")
        .mark_point(color=ACCENT, fill=ACCENT, size=14, opacity=1)
        .encode(x, y),
        base.transform_filter("!datum.firm && datum.value !== null")
        .mark_point(color=ACCENT, fill=PAPER, size=24, strokeWidth=1.4, opacity=1)
        .encode(x, y),
    ]
    if target is not None:
        goal = alt.Chart(alt.InlineData(values=[{"value": target}]))
        layers.insert(0, goal.mark_rule(color=QUIET, strokeDash=[4, 3], strokeWidth=1).encode(y))
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT, background="transparent", padding=2)
    chart = chart.configure_view(stroke=None)
    svg = str(vlc.vegalite_to_svg(chart.to_dict()))
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)
