"""The alignment board as one page that needs nothing else: no network, no fonts, no scripts."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from trueup.answers.board import Board, Point, Tile
from trueup.reports.charts import Month, trend
from trueup.reports.wording import shown

FAMILIES = {
    "experience": "what the customer got",
    "customer_outcome": "how the customer's own measures moved",
    "activity": "what we did",
    "result": "what we got",
}


@dataclass(frozen=True)
class Drawn:
    """A tile with its words and its chart."""

    tile: Tile
    value: str
    change: str
    verdict: str
    year_ago: str
    target: str
    marks: tuple[str, ...]
    chart: str


def page(board: Board) -> str:
    """The board as HTML."""
    environment = Environment(
        loader=PackageLoader("trueup.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    drawn = [
        (section.department, [_drawn(tile, board.currency) for tile in section.tiles]) for section in board.sections
    ]
    return environment.get_template("board.html").render(board=board, sections=drawn, families=FAMILIES)


def _drawn(tile: Tile, currency: str) -> Drawn:
    months = [
        Month(p.period, p.value, p.status == "ok", f"{p.period}: {shown(p.value, tile.unit, currency)}")
        for p in tile.points
    ]
    return Drawn(
        tile=tile,
        value=shown(tile.latest.value if tile.latest else None, tile.unit, currency),
        change=_change(tile, currency),
        verdict=_verdict(tile),
        year_ago=_told(tile.year_ago, tile.unit, currency),
        target=shown(tile.target, tile.unit, currency) if tile.target is not None else "",
        marks=_marks(tile.latest),
        chart=trend(months, target=tile.target) if any(m.value is not None for m in months) else "",
    )


def _told(point: Point | None, unit: str, currency: str) -> str:
    return "" if point is None or point.value is None else shown(point.value, unit, currency)


def _change(tile: Tile, currency: str) -> str:
    """The move since the month before, in the metric's own unit; points for shares."""
    if tile.latest is None or tile.before is None or tile.latest.value is None or tile.before.value is None:
        return ""
    difference = tile.latest.value - tile.before.value
    if tile.unit == "ratio":
        return f"{difference * 100:+.1f} points".replace("-", "−")
    sign = "+" if difference >= 0 else "−"
    return f"{sign}{shown(abs(difference), tile.unit, currency)}"


def _verdict(tile: Tile) -> str:
    """Whether the last move was for the better; activity is neither."""
    if tile.better == "neither" or tile.family == "activity" or not tile.before or not tile.latest:
        return "neither"
    now, then = tile.latest.value, tile.before.value
    if now is None or then is None or now == then:
        return "neither"
    return "better" if (now > then) == (tile.better == "higher") else "worse"


def _marks(latest: Point | None) -> tuple[str, ...]:
    if latest is None:
        return ()
    marks = [f"n = {latest.n:,}"]
    if latest.status == "thin":
        marks.append("thin: few facts behind it")
    if latest.pending:
        marks.append(f"{latest.pending:,} pending: their waiting time is not over")
    return tuple(marks)
