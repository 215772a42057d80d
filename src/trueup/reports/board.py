"""The alignment board as one page that needs nothing else: no network, no fonts, no scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trueup.answers.board import Board, Point, Tile
from trueup.answers.predicting import Predicts
from trueup.reports.charts import Month, trend
from trueup.reports.wording import shown

FAMILIES = {
    "experience": "what the customer got",
    "customer_outcome": "how the customer's own measures moved",
    "activity": "what we did",
    "result": "what we got",
}


UNCHANGED = "unchanged"
TELLING = ("A", "B")
NOTHING_TOLD = {"C": "nothing seen", "D": "cannot be used to predict", "E": "too few events"}


@dataclass(frozen=True)
class Drawn:
    """A tile with its words and its chart."""

    tile: Tile
    value: str
    exact: str
    is_firm: bool
    change: str
    verdict: str
    beside: tuple[str, ...]
    marks: tuple[str, ...]
    chart: str
    span: str
    months: tuple[Month, ...]
    tiers: tuple[Predicts, ...]
    moves: tuple[Predicts, ...]


def page(board: Board) -> str:
    """The board as an HTML page of its own."""
    return _rendered("board.html", board)


def body(board: Board) -> str:
    """The board as HTML to stand in a page that has the stylesheet ``house.css``."""
    return _rendered("board_body.html", board)


def _rendered(template: str, board: Board) -> str:
    environment = Environment(
        loader=PackageLoader("trueup.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    drawn = [
        (section.department, [_drawn(tile, board.currency) for tile in section.tiles]) for section in board.sections
    ]
    style = Markup(files("trueup.reports").joinpath("static/trueup/house.css").read_text("utf-8"))  # noqa: S704  ours
    return environment.get_template(template).render(
        board=board, sections=drawn, families=FAMILIES, nothing=NOTHING_TOLD, has_tiers=_has_tiers(board), style=style
    )


def _drawn(tile: Tile, currency: str) -> Drawn:
    months = tuple(
        Month(p.period, p.value, is_firm=p.status == "ok", told=shown(p.value, tile.unit, currency), n=p.n)
        for p in tile.points
    )
    known = [month for month in months if month.value is not None]
    return Drawn(
        tile=tile,
        value=shown(tile.latest.value if tile.latest else None, tile.unit, currency),
        exact=repr(tile.latest.value) if tile.latest else "",
        is_firm=tile.latest is not None and tile.latest.status == "ok",
        change=_change(tile, currency),
        verdict=_verdict(tile),
        beside=_beside(tile, currency),
        marks=_marks(tile.latest),
        chart=trend(months, target=tile.target) if known else "",
        span=_span(known),
        months=months,
        tiers=_tiers(tile),
        moves=tuple(each for each in tile.predicts if each.moved),
    )


def _has_tiers(board: Board) -> bool:
    return any(tile.predicts for section in board.sections for tile in section.tiles)


def _tiers(tile: Tile) -> tuple[Predicts, ...]:
    """What it leads to or warns of; else the best that can be said of it, once."""
    telling = tuple(each for each in tile.predicts if each.tier in TELLING)
    return telling or tile.predicts[:1]


def _beside(tile: Tile, currency: str) -> tuple[str, ...]:
    """What the number is to be held against: a year ago, and the target."""
    told = []
    if tile.year_ago is not None and tile.year_ago.value is not None:
        told.append(f"a year ago {shown(tile.year_ago.value, tile.unit, currency)}")
    if tile.target is not None:
        told.append(f"target {shown(tile.target, tile.unit, currency)}")
    return tuple(told)


def _span(known: Sequence[Month]) -> str:
    """The lowest and the highest month: charts have no scale of their own."""
    if not known:
        return ""
    low, high = (pick(known, key=lambda month: month.value or 0.0) for pick in (min, max))
    return low.told if low.told == high.told else f"{low.told} to {high.told}"


def _change(tile: Tile, currency: str) -> str:
    """The move since the month before, in the metric's own unit; points for shares."""
    if tile.latest is None or tile.before is None or tile.latest.value is None or tile.before.value is None:
        return ""
    difference = tile.latest.value - tile.before.value
    told = (
        f"{abs(difference) * 100:.1f} points" if tile.unit == "ratio" else shown(abs(difference), tile.unit, currency)
    )
    return f"{'+' if difference > 0 else '−'}{told}" if any(digit in told for digit in "123456789") else UNCHANGED


def _verdict(tile: Tile) -> str:
    """Whether the last move was for the better; activity is neither, nor are moves between few facts."""
    if tile.better == "neither" or tile.family == "activity" or not tile.before or not tile.latest:
        return "neither"
    if {tile.before.status, tile.latest.status} != {"ok"}:
        return "neither"
    now, then = tile.latest.value, tile.before.value
    if now is None or then is None or now == then:
        return "neither"
    return "better" if (now > then) == (tile.better == "higher") else "worse"


def _marks(latest: Point | None) -> tuple[str, ...]:
    if latest is None:
        return ()
    marks = [f"n = {latest.n:,}{', thin: few facts behind it' if latest.status == 'thin' else ''}"]
    if latest.pending:
        marks.append(f"{latest.pending:,} pending: waiting time not over")
    return tuple(marks)
