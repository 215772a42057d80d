"""Grades from small worksheets: the score, the letter, what each criterion adds, and what changed since last time."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from trueup.grades.grade import Graded, Inputs, change, grade
from trueup.grades.worksheet import Band, Criterion, Worksheet, WorksheetError

D = Decimal
ATTAINED = Criterion(
    "attained",
    "What they have attained",
    D(3),
    "metric",
    "goal_attainment",
    bands=(Band(D(0), below=D("0.5")), Band(D(5), below=D("0.8")), Band(D(10))),
)
SIZE = Criterion("size", "Size", D(1), "attribute", "segment", values={"small": D(4), "midsize": D(10)})
TRUST = Criterion(
    "trust",
    "Do they tell us what they are measured by?",
    D(1),
    "question",
    "How openly do they speak about their goals?",
    answers=(D(0), D(2), D(5), D(8), D(10)),
    meanings=("Not at all", "If pressed", "Some of it", "Most of it", "All of it"),
)
CUTOFFS = {"A": D(80), "B": D(60), "C": D(40)}
SHEET = Worksheet("quarterly", "quarterly", (ATTAINED, SIZE, TRUST), CUTOFFS)


def graded(attained: list[float], segments: list[str | None], trust: list[int | None]) -> Graded:
    inputs = {
        "attained": Inputs(numbers=np.array(attained)),
        "size": Inputs(texts=segments),
        "trust": Inputs(answers=trust),
    }
    return grade(SHEET, inputs, accounts=len(attained))


def test_the_score_is_the_share_of_the_points_that_could_be_had() -> None:
    found = graded([0.9, 0.6, 0.1], ["midsize", "small", "small"], [5, 3, 1])
    # 3 x 10 + 10 + 10 of 50; 3 x 5 + 4 + 5; 4 of 50.
    assert [found.score(at) for at in range(3)] == [100, 48, 8]
    assert found.letters.tolist() == ["A", "C", "F"]


def test_what_nobody_knows_is_left_out_and_too_little_known_is_no_letter() -> None:
    nothing = float("nan")
    found = graded([0.9, nothing, nothing], [None, "midsize", None], [None, 5, None])
    # Three of five parts of the weight are enough, two are not; nothing at all has no score either.
    assert found.letters.tolist() == ["A", "?", "?"]
    assert [found.score(at) for at in range(3)] == [100, 100, None]
    assert found.answered_weight().tolist() == pytest.approx([0.6, 0.4, 0.0])


def test_a_criterion_may_count_as_its_worst_band_where_nothing_is_known() -> None:
    strict = Criterion(
        "size", "Size", D(1), "attribute", "segment", values={"small": D(4), "large": D(10)}, missing="worst"
    )
    sheet = Worksheet("s", "annual", (ATTAINED, strict), CUTOFFS)
    inputs = {"attained": Inputs(numbers=np.array([0.9])), "size": Inputs(texts=[None])}
    found = grade(sheet, inputs, accounts=1)
    assert found.score(0) == Fraction(3400, 40)
    assert found.answered_weight().tolist() == [0.75]


def test_a_score_on_a_cutoff_has_its_letter() -> None:
    thirds = Criterion("c", "C", D("0.1"), "metric", "m", bands=(Band(D("0.3"), below=D(1)), Band(D("0.5"))))
    sheet = Worksheet("s", "annual", (thirds,), {"A": D(60)})
    assert grade(sheet, {"c": Inputs(numbers=np.array([0.0]))}, accounts=1).letters.tolist() == ["A"]


def test_a_change_is_told_by_criterion_without_a_rest() -> None:
    before = graded([0.6], ["small"], [None])
    after = graded([0.9], ["small"], [3])
    told = change(before, after, 0, 0)
    assert sum(told.values()) == after.score(0) - before.score(0)  # type: ignore[operator]  # both are known
    assert told["attained"] > 0


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        (Criterion("c", "C", D(0), "metric", "m", bands=(Band(D(1)),)), "A weight is above 0"),
        (Criterion("c", "C", D(1), "metric", "m", values={"a": D(1)}), "gets its points by bands"),
        (
            Criterion("c", "C", D(1), "question", "q", answers=(D(1), D(2)), meanings=("a", "b")),
            "each answer from 1 to 5",
        ),
        (
            Criterion("c", "C", D(1), "metric", "m", bands=(Band(D(1), below=D(2)), Band(D(2), below=D(3)))),
            "Every band but",
        ),
        (
            Criterion("c", "C", D(1), "metric", "m", bands=(Band(D(1), D(2)), Band(D(5), D(1)), Band(D(6)))),
            "follow each other",
        ),
        (
            Criterion("c", "C", D(1), "metric", "m", bands=(Band(D(1), D(2)), Band(D(5), D(3)), Band(D(2)))),
            "never worse",
        ),
        (Criterion("c", "C", D(1), "metric", "m", bands=(Band(D(-1), D(2)), Band(D(5)))), "not below 0"),
    ],
)
def test_a_criterion_that_contradicts_itself_is_refused(criterion: Criterion, says: str) -> None:
    with pytest.raises(WorksheetError, match=says):
        Worksheet("s", "annual", (criterion,), CUTOFFS)


@pytest.mark.parametrize("cutoffs", [{}, {"F": D(50)}, {"B": D(60), "A": D(70)}, {"A": D(50), "B": D(60)}])
def test_cutoffs_fall_from_a(cutoffs: dict[str, Decimal]) -> None:
    with pytest.raises(WorksheetError, match="Cut-offs"):
        Worksheet("s", "annual", (SIZE,), cutoffs)
