"""The map as a drawing: well-formed, told in words too, points where accounts stand, squares where there are many."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest

from pleased import NAMES, published
from trueup.answers.effort import Spent
from trueup.answers.quadrant import Quadrant, pleasing
from trueup.grades.quadrant import Measured, place
from trueup.reports.quadrant_chart import FEW, LARGEST, NARROW, TRAILS, WIDE, Sheet, described, drawn
from trueup.reports.wording import percent

SVG = "{http://www.w3.org/2000/svg}"
MANY = FEW + 600


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Quadrant:
    return pleasing(published(tmp_path_factory.mktemp("drawn") / "mart"))


@pytest.fixture(scope="module")
def many(few: Quadrant) -> Quadrant:
    """The same company with very many customers, who all were elsewhere a quarter ago."""
    revenue = np.arange(1.0, MANY + 1)
    nothing = np.full(MANY, np.nan)
    placed = place(Measured(revenue, nothing, revenue[::-1] / MANY))
    return replace(
        few,
        account_ids=pa.chunked_array([[f"a{n}" for n in range(MANY)]]),
        revenue=pa.chunked_array([pa.array(revenue.astype(int)).cast(pa.decimal128(38, 2))]),
        credit=pa.chunked_array([pa.nulls(MANY, pa.decimal128(38, 2))]),
        now=placed,
        then=place(Measured(revenue[::-1], nothing, revenue / MANY)),
        spent=Spent(np.zeros((MANY, 5), np.int64)),
    )


def tags(svg: str, kind: str, of: str) -> list[ET.Element]:
    root = ET.fromstring(str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    return [each for each in root.iter(f"{SVG}{kind}") if of in each.get("class", "").split()]


@pytest.mark.parametrize("sheet", [WIDE, NARROW])
def test_everybody_on_the_map_is_a_point_in_their_corner(few: Quadrant, sheet: Sheet) -> None:
    points = tags(drawn(few, NAMES, sheet), "circle", "point")
    assert len(points) == few.placed
    corners = {each.get("class"): (float(each.get("x", 0)), float(each.get("y", 0)), float(each.get("width", 0)),
        float(each.get("height", 0))) for each in tags(drawn(few, NAMES, sheet), "rect", "corner")}  # fmt: skip
    for point in points:
        x, y, width, height = corners[str(point.get("class")).replace("point", "corner")]
        assert x <= float(point.get("cx", 0)) <= x + width
        assert y <= float(point.get("cy", 0)) <= y + height


def test_the_larger_the_revenue_the_larger_the_area(few: Quadrant) -> None:
    radius = {
        str(point.findtext(f"{SVG}title")).partition(":")[0]: float(point.get("r", 0))
        for point in tags(drawn(few, NAMES), "circle", "point")
    }
    assert radius["Acme"] == WIDE.largest
    assert (radius["Globex"] / radius["Acme"]) ** 2 == pytest.approx(0.5, abs=0.01)


def test_a_point_says_who_it_is_and_where_it_was(few: Quadrant) -> None:
    drawing = drawn(few, NAMES)
    assert "<title>Acme: €910, attained 20 % (neglected givers, before: partners)</title>" in drawing
    assert len(tags(drawing, "path", "trail")) == 1
    assert len(tags(drawing, "path", "moved")) == 1


def test_the_drawing_is_told_in_words(few: Quadrant) -> None:
    drawing = drawn(few, NAMES, NARROW)
    assert 'role="img" aria-labelledby="map-narrow-title map-narrow-desc"' in drawing
    assert described(few) in drawing
    assert "1 neglected givers (they give, we do not)" in described(few)
    words = re.sub(r"<[^>]+>", " ", drawing)
    for name in ("Partners", "Neglected givers", "Generous service", "Chased rabbits", "We give them", "They give us"):
        assert name in words


def test_of_very_many_the_largest_are_points_and_all_are_in_squares(many: Quadrant) -> None:
    drawing = drawn(many, {})
    assert many.placed == MANY
    assert len(tags(drawing, "circle", "point")) == LARGEST
    assert len(tags(drawing, "path", "trail")) == TRAILS
    assert tags(drawing, "rect", "square")
    assert not tags(drawn(replace(many, now=many.then), {}), "path", "trail")


def test_names_cannot_carry_markup(few: Quadrant) -> None:
    assert "<b>" not in drawn(few, {"acme": "<b>Acme</b>"})


def test_a_share_is_told_as_whole_percent() -> None:
    assert (percent(0.314), percent(None)) == ("31 %", "–")
