"""Small trend charts as SVG that take their colours from the page, so that they fit a light and a dark one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert as vlc

INK = "#010203"
QUIET = "#040506"
ACCENT = "#070809"
PAPER = "#0a0b0c"
_VARIABLES = {INK: "var(--ink)", QUIET: "var(--quiet)", ACCENT: "var(--accent)", PAPER: "var(--card)"}
"""Stand-in colours in the SVG, and the page's colours that take their place."""
WIDTH, HEIGHT = 240, 64
Spec = dict[str, Any]
"""A chart, or a part of one, in the words of Vega-Lite. Altair would write it too, and takes a second to load."""
_CANVAS: Spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.4.1.json",
    "width": WIDTH,
    "height": HEIGHT,
    "background": "transparent",
    "padding": 2,
    "config": {"view": {"continuousWidth": 300, "continuousHeight": 300, "stroke": None}},
}


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
    x = _axis("place", {"domain": [-0.3, len(months) - 0.7], "nice": False})
    y = _axis("value", {"zero": False, "padding": 6})
    both, of_months = {"x": x, "y": y}, {"values": rows}
    dot = {"type": "point", "color": ACCENT, "opacity": 1}
    layers: list[Spec] = [
        {"data": of_months, "mark": {"type": "line", "color": ACCENT, "strokeWidth": 1.8}, "encoding": both},
        {
            "data": of_months,
            "transform": [{"filter": "datum.firm && datum.value !== null"}],
            "mark": {**dot, "fill": ACCENT, "size": 14},
            "encoding": both,
        },
        {
            "data": of_months,
            "transform": [{"filter": "!datum.firm && datum.value !== null"}],
            "mark": {**dot, "fill": PAPER, "size": 24, "strokeWidth": 1.4},
            "encoding": both,
        },
    ]
    if target is not None:
        dashed = {"type": "rule", "color": QUIET, "strokeDash": [4, 3], "strokeWidth": 1}
        layers.insert(0, {"data": {"values": [{"value": target}]}, "mark": dashed, "encoding": {"y": y}})
    svg = str(vlc.vegalite_to_svg({**_CANVAS, "layer": layers}))
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def _axis(field: str, scale: Spec) -> Spec:
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale}
