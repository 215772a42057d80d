"""What holds for every worksheet and every account."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from trueup.grades.grade import Graded, Inputs, change, grade
from trueup.grades.worksheet import Band, Criterion, Worksheet, letters_of
from trueup.grades.worksheet_file import read, version_of, written
from trueup.runs.closing import content_of, table_of
from trueup.runs.grading import FOLLOWING, OVERRIDE
from trueup.runs.grading import graded as graded_table

POINTS = st.integers(0, 100).map(lambda whole: Decimal(whole) / 10)
WEIGHTS = st.integers(1, 50).map(lambda whole: Decimal(whole) / 10)
VALUES = st.floats(-5, 15) | st.just(float("nan"))


@st.composite
def criteria(draw: st.DrawFn, name: str, *, is_rising: bool | None = None) -> Criterion:
    ends = sorted(draw(st.sets(st.integers(0, 10), max_size=4)))
    points = sorted(draw(st.lists(POINTS, min_size=len(ends) + 1, max_size=len(ends) + 1)))
    points[-1] = max(points[-1], Decimal("0.1"))
    if not (draw(st.booleans()) if is_rising is None else is_rising):
        points.reverse()
    bands = [Band(point, Decimal(end)) for point, end in zip(points[:-1], ends, strict=True)]
    missing = draw(st.sampled_from(("unanswered", "worst")))
    return Criterion(name, name, draw(WEIGHTS), "metric", name, bands=(*bands, Band(points[-1])), missing=missing)


@st.composite
def worksheets(draw: st.DrawFn, *, is_rising: bool | None = None) -> Worksheet:
    count = draw(st.integers(1, 5))
    cuts = sorted(draw(st.sets(st.integers(1, 100), min_size=1, max_size=5)), reverse=True)
    cutoffs = {letter: Decimal(cut) for letter, cut in zip("ABCDE", cuts, strict=False)}
    return Worksheet(
        "w",
        "annual",
        tuple(draw(criteria(f"c{n}", is_rising=is_rising)) for n in range(count)),
        cutoffs,
        draw(st.sampled_from((Decimal(0), Decimal("0.6"), Decimal(1)))),
    )


def graded(sheet: Worksheet, rows: list[list[float]]) -> Graded:
    columns = zip(*rows, strict=True)
    inputs = {c.name: Inputs(numbers=np.array(column)) for c, column in zip(sheet.criteria, columns, strict=True)}
    return grade(sheet, inputs, accounts=len(rows))


@st.composite
def cases(draw: st.DrawFn, *, is_rising: bool | None = None, rows: int = 3) -> tuple[Worksheet, list[list[float]]]:
    sheet = draw(worksheets(is_rising=is_rising))
    row = st.lists(VALUES, min_size=len(sheet.criteria), max_size=len(sheet.criteria))
    return sheet, draw(st.lists(row, min_size=rows, max_size=rows))


@given(cases())
def test_scores_lie_between_0_and_100_and_what_the_criteria_add_sums_to_them(
    case: tuple[Worksheet, list[list[float]]],
) -> None:
    found = graded(*case)
    for at in range(3):
        score = found.score(at)
        assert score is None or 0 <= score <= 100
        assert sum(found.added(at).values(), Fraction(0)) == (score or 0)
        assert found.letters[at] in {*letters_of(case[0]), "?"}
        assert (found.letters[at] == "?") or score is not None


@given(cases(is_rising=True, rows=1), st.data())
def test_more_of_a_good_thing_never_lowers_a_grade(
    case: tuple[Worksheet, list[list[float]]], data: st.DataObject
) -> None:
    sheet, [row] = case
    more = [value + data.draw(st.floats(0, 10)) for value in row]
    found = graded(sheet, [row, more])
    order = [*letters_of(sheet), "?"]
    assert order.index(str(found.letters[1])) <= order.index(str(found.letters[0]))
    before, after = found.score(0), found.score(1)
    assert before is None or (after is not None and after >= before)


@given(cases())
def test_one_accounts_grade_does_not_depend_on_the_others(case: tuple[Worksheet, list[list[float]]]) -> None:
    sheet, rows = case
    together = graded(sheet, rows)
    for at, row in enumerate(rows):
        alone = graded(sheet, [row])
        assert (alone.score(0), alone.letters[0]) == (together.score(at), together.letters[at])


@given(cases(rows=2))
def test_a_change_is_told_without_a_rest(case: tuple[Worksheet, list[list[float]]]) -> None:
    found = graded(*case)
    told = sum(change(found, found, 0, 1).values(), Fraction(0))
    assert told == (found.score(1) or 0) - (found.score(0) or 0)


@given(cases())
def test_the_same_grades_follow_from_what_is_kept_of_a_closed_period(
    case: tuple[Worksheet, list[list[float]]],
) -> None:
    sheet, rows = case
    columns: dict[str, pa.Array] = {"account_id": pa.array([f"a{at}" for at in range(len(rows))])}
    for criterion, values in zip(sheet.criteria, zip(*rows, strict=True), strict=True):
        columns[criterion.name] = pa.array(values, pa.float64(), from_pandas=True)
    columns[OVERRIDE] = pa.array([None, "B", None], pa.string())
    frozen = graded_table(sheet, pa.table(columns))
    kept = table_of(content_of(frozen))
    again = graded_table(read(sheet.name, written(sheet)), kept.drop_columns(list(FOLLOWING)))
    assert kept.equals(frozen)
    assert again.equals(frozen)
    assert frozen.column("grade").to_pylist()[1] == "B"


@given(worksheets())
def test_a_worksheet_reads_back_as_it_was_written_and_has_the_same_version(sheet: Worksheet) -> None:
    again = read(sheet.name, written(sheet))
    assert again == sheet
    assert version_of(again) == version_of(sheet)


@given(cases(rows=1))
def test_a_worksheets_weights_may_all_be_doubled(case: tuple[Worksheet, list[list[float]]]) -> None:
    sheet, rows = case
    heavier = [Criterion(**{**vars(c), "weight": 2 * c.weight}) for c in sheet.criteria]
    doubled = Worksheet(sheet.name, sheet.cadence, tuple(heavier), sheet.cutoffs, sheet.answered_at_least)
    one, two = graded(sheet, rows), graded(doubled, rows)
    assert (one.score(0), one.letters[0]) == (two.score(0), two.letters[0])
