"""A number is the same wherever it is read: command line, notebook, board, explanation."""

import csv
import io
import re
from collections.abc import Callable
from functools import cache
from itertools import groupby
from random import Random

import pytest

import trueup
from example import built
from trueup import workspace
from trueup.answers.board import Board, board
from trueup.answers.cells import COLUMNS, Question, read
from trueup.cli import main
from trueup.mart.snapshot import current
from trueup.metrics.metric import GRAINS
from trueup.reports.board import page

Row = dict[str, str]
Printed = Callable[..., list[Row]]
PERIODS = {"month": "2026-05", "quarter": "2026-Q2", "year": "2025"}
SAMPLED = 12
"""Cells that are explained; each takes a moment."""


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    def ask(*arguments: str) -> list[Row]:
        with pytest.raises(SystemExit) as ended:
            main(["metrics", *arguments, "--format", "csv", "--workspace", str(built().root)])
        assert ended.value.code == 0
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    return ask


@cache
def company() -> Board:
    return board(built(), workspace.settings(built()))


def number(text: str) -> float | None:
    return float(text) if text else None


@pytest.mark.parametrize("kind", PERIODS)
@pytest.mark.parametrize("grain", GRAINS)
def test_the_notebook_says_what_the_command_line_prints(grain: str, kind: str, printed: Printed) -> None:
    rows = printed("--by", grain, "--period", kind, "--from", PERIODS[kind], "--to", PERIODS[kind])
    told = trueup.open(built().root).metrics(by=grain, period=kind, first=PERIODS[kind], last=PERIODS[kind])
    assert tuple(rows[0]) == COLUMNS
    assert [
        tuple("" if value is None else str(value) for value in row.values()) for row in told.arrow().to_pylist()
    ] == [tuple(_as_python_writes(row).values()) for row in rows]


def test_the_board_shows_what_the_command_line_prints(printed: Printed) -> None:
    tiles = {tile.metric: tile for section in company().sections for tile in section.tiles}
    rows = printed(*tiles)
    values = {(row["metric"], row["period"]): number(row["value"]) for row in rows}
    compared = 0
    for tile in tiles.values():
        for point in tile.points:
            if point.n or point.pending:
                assert point.value == values[tile.metric, point.period]
                compared += 1
    assert compared > 200
    shown = re.findall(r"<h3>([^<]+)</h3>\s*<p class=\"value[^>]*><data value=\"([^\"]+)\"", page(company()))
    assert dict(shown) == {t.label: repr(values[t.metric, t.latest.period]) for t in tiles.values() if t.latest}


@pytest.mark.parametrize("place", range(SAMPLED))
def test_an_explanation_ends_in_the_number_that_was_printed(
    place: int,
    printed: Printed,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = Random(place)
    kind = chance.choice(list(PERIODS))
    grain = GRAINS[place % len(GRAINS)]
    row = chance.choice(printed("--by", grain, "--period", kind))
    cell = ("--by", grain, "--entity", row["entity"], "--period", row["period"])
    with pytest.raises(SystemExit) as ended:
        main(["explain", row["metric"], *cell, "--rows", "1", "--workspace", str(built().root)])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    parts = re.search(r"  value = (\S+), numerator = (\S+), denominator = (\S+), n = (\S+)", told)
    assert parts is not None
    said = [None if part == "–" else float(part) for part in parts.groups()]
    assert said == [number(row[name]) for name in ("value", "numerator", "denominator", "n")]


def test_what_is_computed_anew_is_what_was_published(printed: Printed) -> None:
    published = printed("--by", "team", "--period", "quarter", "--from", "2026-Q1")
    anew = printed("--by", "team", "--period", "quarter", "--from", "2026-Q1", "--as-of", "2026-06-30")
    assert [_rounded(row) for row in anew] == [_rounded(row) for row in published]


def test_rows_come_by_metric_then_period_then_entity() -> None:
    snapshot = current(built().mart)
    assert snapshot is not None
    answer = read(snapshot, Question(grain="team", kind="month"))
    assert answer is not None
    rows = [(row["metric"], row["period"], row["entity"]) for row in answer.rows.to_pylist()]
    metrics = [metric for metric, _ in groupby(rows, key=lambda row: row[0])]
    assert len(metrics) == len(set(metrics))
    for _, of_metric in groupby(rows, key=lambda row: row[0]):
        listed = [row[1:] for row in of_metric]
        assert listed == sorted(listed, key=lambda row: (row[0], row[1].encode()))


def _as_python_writes(row: Row) -> Row:
    """Whole floats without a point, as CSV has them, in Python's way of writing."""
    numbers = ("value", "numerator", "denominator")
    return {name: str(float(text)) if name in numbers and text else text for name, text in row.items()}


def _rounded(row: Row) -> Row:
    """Sums of floats depend on the order of their terms; ten digits do not."""
    return {
        name: f"{float(text):.10g}" if name in {"value", "numerator", "denominator"} and text else text
        for name, text in row.items()
    }
