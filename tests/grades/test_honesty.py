"""The honesty report from small tables: what became of customers with each grade, and what may be said of it."""

from collections.abc import Sequence

import numpy as np
import pytest

from trueup.grades.honesty.outcomes import NO_LETTER, NO_SCORE, NOT_AFTER, NOT_APPLICABLE, NOT_OVER, Baseline, Outcome
from trueup.grades.honesty.outcomes import OutcomeReport as Report
from trueup.grades.honesty.report import Grades, Honesty, honest
from trueup.grades.honesty.verdict import Kind
from trueup.statistics.intervals import jeffreys

SCORES = {"A": 90.0, "B": 75.0, "C": 60.0, "D": 45.0, "F": 20.0, "?": 70.0}
VALUES = {"yes": 1.0, "no": 0.0, "open": float("nan"), "none": float("nan")}
Row = tuple[str, str, str, str, str]


def given(text: str) -> list[Row]:
    """Rows of account, period, letter, what came (yes, no, open, none where it does not apply) and when it was over."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [(one, two, three, four, five) for one, two, three, four, five in rows]


def customers(letter: str, *, stayed: int = 0, left: int = 0, name: str = "", period: str = "2024-Q1") -> list[Row]:
    """So many customers with a letter, each graded once."""
    came = ["no"] * stayed + ["yes"] * left
    year = int(period[:4]) + 1
    return [(f"{name}{letter}{n}", period, letter, one, f"{year}{period[4:]}") for n, one in enumerate(came)]


def report(
    rows: Sequence[Row],
    baselines: Sequence[Baseline] = (),
    *,
    name: str = "left",
    kind: Kind = "bad",
    as_of: str | None = None,
    listed: int = 20,
) -> tuple[Honesty, Report]:
    accounts, periods, letters, came, known_by = (np.array(column) for column in zip(*rows, strict=True))
    scores = np.array([SCORES[letter] for letter in letters])
    observed = np.array([VALUES[one] if one in VALUES else float(one) for one in came])
    outcome = Outcome(name, kind, observed, known_by, came != "none")
    found = honest(Grades(accounts, periods, letters, scores), [outcome], baselines, as_of=as_of, listed=listed)
    return found, found.outcomes[0]


def test_ten_customers_with_an_a_and_one_left() -> None:
    _, left = report([*customers("A", stayed=9, left=1), *customers("F", stayed=5, left=5)])
    best = left.rates[0]
    assert (best.letter, best.rows, best.accounts, best.events, best.value) == ("A", 10, 10, 1, 0.1)
    assert (best.low, best.high) == pytest.approx(jeffreys(1, 10, level=0.95))


def test_of_few_losses_nothing_is_said() -> None:
    _, left = report([*customers("A", stayed=90, left=4), *customers("F", stayed=5, left=25)])
    assert left.verdict == "cannot_tell"
    assert left.why == "Cannot tell: 29 customers are known who left, and 95 who have not; it takes 30 of each."


def test_of_one_letter_nothing_is_said() -> None:
    _, left = report(customers("B", stayed=60, left=40))
    assert left.why == "Cannot tell: all graded customers whose outcome is known have the letter B."
    _, left = report([("acme", "2024-Q1", "A", "open", "")])
    assert left.why == "Cannot tell: no customer with a letter has an outcome that is known yet."


def test_ten_customers_graded_four_times_are_not_forty() -> None:
    rows = [
        (account, f"2024-Q{n}", letter, came, f"2025-Q{n}")
        for account, _, letter, came, _ in [*customers("A", stayed=9, left=1), *customers("F", stayed=10)]
        for n in (1, 2, 3, 4)
    ]
    _, left = report(rows)
    best, worst = left.rates
    low, high = jeffreys(1, 10, level=0.95)
    assert (best.rows, best.accounts, best.events, best.value) == (40, 10, 4, 0.1)
    assert best.low < low
    assert best.high > high
    assert (worst.low, worst.high) == pytest.approx(jeffreys(0, 10, level=0.95))


def test_what_is_not_counted_is_told_with_its_reason() -> None:
    found, left = report(
        given("""acme      2024-Q1  A  no    2025-Q1
                 globex    2024-Q1  B  yes   2025-Q1
                 umbra     2024-Q1  A  none  none
                 initech   2024-Q1  ?  none  none
                 hooli     2025-Q1  A  open  open
                 stark     2024-Q1  C  yes   2024-Q1
                 wayne     2024-Q1  ?  yes   2025-Q1""")
    )
    assert {dropped.why: dropped.rows for dropped in left.dropped} == {
        NOT_APPLICABLE: 2,
        NOT_OVER: 1,
        NOT_AFTER: 1,
        NO_LETTER: 1,
    }
    assert left.counted + sum(dropped.rows for dropped in left.dropped) == found.rows == 7
    assert found.letters == {"A": 3, "B": 1, "C": 1, "?": 2}


def test_a_letter_without_a_score_is_not_counted() -> None:
    grades = Grades(np.array(["acme"]), np.array(["2024"]), np.array(["A"]), np.array([float("nan")]))
    left = Outcome("left", "bad", np.array([1.0]), np.array(["2025"]))
    [found] = honest(grades, [left]).outcomes
    assert [(dropped.why, dropped.rows) for dropped in found.dropped] == [(NO_SCORE, 1)]


def test_customers_without_a_letter_stand_apart() -> None:
    _, left = report([*customers("A", stayed=9, left=1), *customers("?", stayed=2, left=2)])
    assert left.unknown is not None
    assert (left.unknown.letter, left.unknown.rows, left.unknown.value) == ("?", 4, 0.5)
    assert [rate.letter for rate in left.rates] == ["A"]
    assert left.events == 1


def test_what_is_over_after_the_day_of_the_report_is_not_known_yet() -> None:
    rows = [*customers("A", stayed=3), *customers("B", left=2, period="2024-Q2")]
    _, left = report(rows, as_of="2025-Q1")
    assert (left.counted, left.events) == (3, 0)
    assert [(dropped.why, dropped.rows) for dropped in left.dropped] == [(NOT_OVER, 2)]


def test_the_order_is_kept_and_neighbours_that_are_alike_are_named() -> None:
    _, left = report(
        [
            *customers("A", stayed=196, left=4),
            *customers("B", stayed=170, left=30),
            *customers("C", stayed=166, left=34),
            *customers("F", stayed=60, left=140),
        ]
    )
    assert left.verdict == "order_kept"
    assert left.why == (
        "Customers with better grades left less often: A 2%, B 15%, C 17%, F 70%. B and C cannot be told apart."
    )
    assert [band.letter for band in left.bands] == ["A", "BC", "F"]
    assert [pair.told for pair in left.neighbours] == ["apart", "not_apart", "apart"]


def test_telling_6_from_12_percent_takes_about_200_customers_of_each() -> None:
    _, left = report([*customers("A", stayed=94, left=6), *customers("B", stayed=88, left=12)])
    assert left.neighbours[0].needed == 203
    assert left.neighbours[0].told == "not_apart"


def test_of_a_good_event_the_better_grades_have_more() -> None:
    _, renewed = report(
        [*customers("A", stayed=10, left=90), *customers("B", stayed=60, left=40)], name="renewed", kind="good"
    )
    assert renewed.verdict == "order_kept"
    assert renewed.why.startswith("Customers with better grades renewed more often: A 90%, B 40%.")
    assert renewed.area.value > 0.5
    assert renewed.lost is None


def test_the_order_is_broken_where_a_better_letter_fares_worse() -> None:
    _, left = report(
        [
            *customers("A", stayed=60, left=40),
            *customers("B", stayed=195, left=5),
            *customers("F", stayed=60, left=140),
        ]
    )
    assert left.area.low > 0.5
    assert left.verdict == "order_broken"
    assert left.why == "Customers with A left more often than those with B (40%, 2%)."
    assert left.neighbours[0].told == "reversed"


def test_the_order_is_broken_where_the_whole_is_turned_around() -> None:
    _, left = report([
        *customers("A", stayed=10, left=30), *customers("B", stayed=10, left=25), *customers("C", stayed=10, left=20),
        *customers("D", stayed=20, left=25), *customers("F", stayed=20, left=20),
    ])  # fmt: skip
    assert left.area.high < 0.5
    assert left.verdict == "order_broken"
    assert left.why.startswith("Customers with better grades left more often, not less often: A 75%")


def test_grades_that_tell_nothing_are_said_to() -> None:
    _, left = report([row for letter in "ABCD" for row in customers(letter, stayed=60, left=20)])
    assert left.verdict == "no_difference"
    assert left.why.startswith("Grades do not tell the difference. Of one customer who left and one who has not, the")
    assert "in 50% of comparisons" in left.why


def test_grades_are_held_against_the_size_of_the_contract() -> None:
    rows = [*customers("A", stayed=90, left=10), *customers("F", stayed=30, left=70)]
    stays = np.array([row[3] == "no" for row in rows], float)
    chance = np.random.default_rng(0)
    size, oracle = chance.normal(size=200), stays + 0.3 * chance.normal(size=200)
    unknown = np.where(np.arange(200) < 40, size, np.nan)
    almost = np.array([SCORES[row[2]] for row in rows])
    _, left = report(
        rows,
        [
            Baseline("contract size alone", size),
            Baseline("hindsight", oracle),
            Baseline("last period's status", almost),
            Baseline("an old list", unknown),
        ],
    )
    assert [one.verdict for one in left.baselines] == ["better", "worse", "no_better", "cannot_tell"]
    assert left.baselines[0].why.startswith("Better than contract size alone: right in 81% of comparisons, against 5")
    assert left.baselines[3].rows == 40


def test_a_level_is_told_by_its_mean_and_by_concordance() -> None:
    chance = np.random.default_rng(4)
    rows = [
        (f"{letter}{n}", "2024-Q1", letter, f"{chance.uniform(low, low + 0.3):.3f}", "2024-Q2")
        for letter, low in (("A", 0.6), ("B", 0.55), ("C", 0.2))
        for n in range(40)
    ]
    _, attainment = report(rows, name="goal attainment", kind="level")
    assert attainment.verdict == "order_kept"
    assert attainment.why.startswith("Customers with better grades had a higher goal attainment: A 7")
    assert attainment.events is None
    assert [rate.low < rate.value < rate.high for rate in attainment.rates] == [True] * 3
    _, alike = report([(*row[:3], "0.5", row[4]) for row in rows], name="goal attainment", kind="level")
    assert alike.why == "Cannot tell: too few customers differ in it."
    _, few = report(rows[20:60], name="goal attainment", kind="level")
    assert few.why == "Cannot tell: the goal attainment of 40 customers is known; it takes 60."


def test_what_a_grade_promises_is_what_was_over_when_it_was_given() -> None:
    rows = [
        *customers("A", stayed=36, left=4, period="2024-Q1"),
        # Over too late to promise anything to the grades of 2025-Q1.
        *customers("A", left=30, period="2024-Q2", name="later"),
        *customers("A", stayed=32, left=8, period="2025-Q1", name="new"),
    ]
    _, left = report(rows)
    [letter] = left.calibration.letters
    assert (left.calibration.rows, left.calibration.too_early) == (40, 70)
    assert letter.expected == pytest.approx(4.5 / 41)
    assert letter.observed == 0.2
    assert not letter.is_off
    assert left.calibration.difference.value == pytest.approx(0.2 - 4.5 / 41)


def test_a_grade_that_promised_too_much_is_flagged() -> None:
    rows = [
        *customers("A", stayed=190, left=10), *customers("F", stayed=100, left=100),
        *customers("A", stayed=140, left=60, period="2025-Q1", name="new"),
        *customers("F", stayed=100, left=100, period="2025-Q1", name="new"),
    ]  # fmt: skip
    _, left = report(rows)
    assert [(letter.letter, letter.is_off) for letter in left.calibration.letters] == [("A", True), ("F", False)]
    assert left.calibration.difference.low > 0


def test_skill_is_what_letters_add_to_the_rate_of_all() -> None:
    before = [*customers("A", stayed=90, left=10), *customers("F", stayed=50, left=50)]
    after = [
        *customers("A", stayed=18, left=2, period="2025-Q1", name="new"),
        *customers("F", stayed=10, left=10, period="2025-Q1", name="new"),
    ]
    _, left = report([*before, *after])
    best, worst, every = 10.5 / 101, 50.5 / 101, 60.5 / 201
    plain = 12 * (1 - every) ** 2 + 28 * every**2
    by_letter = 2 * (1 - best) ** 2 + 18 * best**2 + 10 * (1 - worst) ** 2 + 10 * worst**2
    assert left.calibration.skill == pytest.approx(1 - by_letter / plain)


def test_those_who_left_had_a_grade_last() -> None:
    _, left = report(
        given("""acme     2024-Q1  C  yes  2025-Q1
                 acme     2024-Q2  A  yes  2025-Q1
                 globex   2024-Q1  A  yes  2025-Q1
                 globex   2024-Q2  D  yes  2025-Q1
                 umbra    2024-Q1  A  no   2025-Q1
                 initech  2024-Q1  ?  yes  2025-Q1
                 hooli    2024-Q1  A  yes  2025-Q1"""),
        listed=1,
    )
    assert left.lost is not None
    assert (left.lost.accounts, left.lost.letters) == (4, {"A": 2, "D": 1, "?": 1})
    assert (left.lost.best, left.lost.listed) == (2, ("acme",))


@pytest.mark.parametrize(
    ("letters", "periods", "says"), [("AG", ("2024", "2025"), "from A to F"), ("AB", ("2024", "2024"), "one grade a")]
)
def test_grades_that_are_none_are_refused(letters: str, periods: Sequence[str], says: str) -> None:
    grades = Grades(np.array(["acme", "acme"]), np.array(periods), np.array(list(letters)), np.zeros(2))
    with pytest.raises(ValueError, match=says):
        honest(grades, [])


def test_without_grades_there_is_nothing_to_tell() -> None:
    texts = np.zeros(0, "<U1")
    found = honest(
        Grades(texts, texts, texts, np.zeros(0)),
        [Outcome("left", "bad", np.zeros(0), texts), Outcome("attainment", "level", np.zeros(0), texts)],
        [Baseline("size", np.zeros(0))],
    )
    assert [report.verdict for report in found.outcomes] == ["cannot_tell", "cannot_tell"]
    assert (found.rows, found.drift, found.migration.steps) == (0, (), ())
