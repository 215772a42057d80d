"""What to watch once a measure pays: it sees what is done, and names nobody for what chance does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.pay.goodhart import (
    EVERYBODY,
    CaseCount,
    ClosedCase,
    Confirmation,
    Flag,
    Watch,
    Watched,
    around_period_ends,
    bunching,
    closed_and_reopened,
    held_together,
    holm,
    in_words,
    named,
    sandbagged_baselines,
    self_confirmed_value,
    split_or_merged_cases,
)
from trueup.units.period import PeriodKind, PeriodRules

MONTH = PeriodKind.MONTH
JANUARY = [date(2026, 1, day) for day in range(1, 32)]


def of(found: Sequence[Watched], payee: str, watch: str = "") -> Watched:
    (one,) = [each for each in found if each.payee == payee and watch in {"", each.watch}]
    return one


def percents(*numbers: int) -> list[Fraction]:
    return [Fraction(number, 100) for number in numbers]


def test_results_just_above_a_bound_are_counted_against_those_just_below() -> None:
    """Ann: 100, 101, 102, 104 % above and nothing below: by chance once in 16 times. 105 and 95 % are too far."""
    found = bunching({"ann": percents(100, 101, 102, 104, 105, 95, 60), "ben": percents(97, 103)}, [Fraction(1)])
    ann, ben, together = of(found, "ann"), of(found, "ben"), of(found, EVERYBODY)
    assert (ann.count, ann.of, ann.p_value, ann.statistic) == (4, 4, pytest.approx(1 / 16), 1)
    assert (ben.count, ben.of, ben.p_value) == (1, 2, pytest.approx(3 / 4))
    assert (together.count, together.of, together.p_value) == (5, 6, pytest.approx(7 / 64))


def test_where_no_result_is_near_a_bound_nothing_is_said() -> None:
    ann = of(bunching({"ann": percents(60)}, [Fraction(1)]), "ann")
    assert (ann.p_value, ann.statistic, ann.because) == (None, None, "no result lies near a bound")
    assert in_words(ann) == (
        "ann: whether results near a bound lie just above it oftener than usual cannot be said: no result lies near a"
        " bound."
    )


def test_flagged_baselines_are_held_against_those_of_everybody_else() -> None:
    """All 3 of Ann's, none of Ben's 3: one way of 20 to choose three of six."""
    flags = [Flag("ann", str(n), is_flagged=True) for n in range(3)]
    flags += [Flag("ben", str(n), is_flagged=False) for n in range(3)]
    found = sandbagged_baselines(flags)
    assert of(found, "ann").p_value == pytest.approx(1 / 20)
    assert of(found, "ben").p_value == 1
    (alone,) = sandbagged_baselines(flags[:3])
    assert (alone.p_value, alone.because) == (None, "there is no baseline of anybody else's")


def test_more_cases_for_as_many_issues_are_split_and_fewer_are_merged() -> None:
    """As many issues before as since: of 10 cases 9 or more since come about 11 times in 1,024."""
    found = split_or_merged_cases([CaseCount("ann", 1, 50, has_paid=False), CaseCount("ann", 9, 50, has_paid=True)])
    assert of(found, "ann", "split_cases").p_value == pytest.approx(11 / 1024)
    assert of(found, "ann", "merged_cases").p_value == pytest.approx(1 - 1 / 1024)
    merged = split_or_merged_cases([CaseCount("ann", 9, 50, has_paid=False), CaseCount("ann", 1, 50, has_paid=True)])
    assert of(merged, "ann", "merged_cases").p_value == pytest.approx(11 / 1024)


def test_more_cases_of_more_issues_are_no_splitting() -> None:
    rows = [CaseCount("ann", 100, 50, has_paid=False), CaseCount("ann", 200, 100, has_paid=True)]
    assert (of(split_or_merged_cases(rows), "ann", "split_cases").p_value or 0) > 0.4


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (CaseCount("ann", 0, 5, has_paid=True), "there is no case"),
        (CaseCount("ann", 5, 5, has_paid=True), "there were no issues before the measure paid, or since"),
    ],
)
def test_without_cases_or_issues_before_nothing_is_said_of_splitting(row: CaseCount, why: str) -> None:
    assert {(each.p_value, each.because) for each in split_or_merged_cases([row])} == {(None, why)}


def test_cases_closed_for_the_count_come_back() -> None:
    """Closed on the last three days of January and reopened: 2 of 2; on other days none of 2. One way of six."""
    cases = [ClosedCase("ann", date(2026, 1, day), was_reopened=day > 28) for day in (5, 28, 29, 31)]
    found = of(closed_and_reopened(cases, every=MONTH), "ann")
    assert (found.count, found.of, found.usual, found.p_value) == (2, 2, 0, pytest.approx(1 / 6))
    few = of(closed_and_reopened(cases[2:], every=MONTH), "ann")
    assert few.p_value is None


def test_deals_at_the_edge_of_a_month_are_held_against_its_days() -> None:
    """A deal each day of January: 3 of 31 are in its last days, as is usual, and 3 in its first."""
    found = around_period_ends({"ann": JANUARY}, every=MONTH)
    for watch in ("pull_forward", "push_out"):
        ann = of(found, "ann", watch)
        assert (ann.count, ann.of, ann.usual) == (3, 31, pytest.approx(3 / 31))
        assert (ann.p_value or 0) > 0.5
    rushed = around_period_ends({"ann": [date(2026, 1, 30)] * 4}, every=MONTH)
    assert of(rushed, "ann", "pull_forward").p_value == pytest.approx((3 / 31) ** 4)
    assert of(rushed, "ann", "push_out").p_value == 1
    assert of(rushed, EVERYBODY, "pull_forward").of == 4


def test_deals_are_held_against_the_same_peoples_history_where_there_is_one() -> None:
    """Ann always closed on the last day, and still does: that is usual for her. Ben did not."""
    last, middle = date(2026, 1, 31), date(2026, 1, 15)
    found = around_period_ends(
        {"ann": [last] * 5, "ben": [last] * 5, "cem": [last]},
        every=MONTH,
        history={"ann": [last] * 5, "ben": [middle] * 5},
    )
    assert of(found, "ann", "pull_forward").p_value == 1
    assert of(found, "ben", "pull_forward").p_value == pytest.approx(1 / 252)
    assert of(found, "cem", "pull_forward").because == "there is no deal, or none before the measure paid"


def test_value_that_nobody_unrelated_confirmed_is_held_against_that_of_others() -> None:
    rows = [Confirmation("ann", str(n), by) for n, by in enumerate(("related", "nobody", "related"))]
    rows += [Confirmation("ben", str(n), "unrelated") for n in range(3)]
    assert of(self_confirmed_value(rows), "ann").p_value == pytest.approx(1 / 20)


def test_holm_multiplies_the_smallest_by_all_and_the_next_by_one_less() -> None:
    assert holm([0.03, 0.01, 0.04]) == pytest.approx((0.06, 0.03, 0.06))
    assert holm([0.6, 0.9]) == (1, 1)
    assert holm([]) == ()


def test_what_strikes_alone_is_within_chance_among_many() -> None:
    """4 of 4 above a bound come about once in 16 times; among many people that is nothing."""
    crowd = {f"p{n}": percents(99, 101) for n in range(20)}
    found = held_together(bunching(crowd | {"ann": percents(100, 101, 102, 103)}, [Fraction(1)]))
    assert named(found) == ()
    assert found[0].payee == "ann"
    assert in_words(found[0]) == (
        "ann: 4 of 4 results near a bound lie just above it, where 50% is usual."
        " That is within what chance alone shows among all that was watched."
    )


def test_whoever_stands_out_among_all_is_named_and_asked_not_accused() -> None:
    crowd = {f"p{n}": percents(99, 101) for n in range(20)}
    found = held_together(bunching(crowd | {"ann": percents(*[101] * 14)}, [Fraction(1)]))
    assert [each.payee for each in named(found)] == ["ann"]
    words = in_words(found[0])
    assert words.startswith("ann: 14 of 14 results near a bound lie just above it, where 50% is usual. Among all")
    assert words.endswith("Ask for an explanation before anything is said; it proves nothing.")


def test_words_for_one_watch_alone_and_for_all_people_together() -> None:
    one = of(bunching({"ann": percents(101, 102)}, [Fraction(1)]), EVERYBODY)
    assert in_words(one).startswith("Everybody together: 2 of 2 results")
    assert in_words(one).endswith("By chance as much comes about once in 4 times.")


NO_ISSUES = "there were no issues before the measure paid, or since"
FLAGS = [Flag("ann", str(n), is_flagged=True) for n in range(3)]
FLAGS += [Flag("ben", str(n), is_flagged=n == 0) for n in range(4)]
CLAIMS = [Confirmation("ann", str(n), by) for n, by in enumerate(("related", "nobody", "related"))]
CLAIMS += [Confirmation("ben", str(n), "unrelated") for n in range(3)]
SPLIT = [CaseCount("ann", 1, 50, has_paid=False), CaseCount("ann", 9, 50, has_paid=True)]
MERGED = [CaseCount("ann", 9, 50, has_paid=False), CaseCount("ann", 1, 50, has_paid=True)]
CLOSED = [ClosedCase("ann", date(2026, 1, day), was_reopened=day > 28) for day in (5, 28, 29, 31)]
LAST, MIDDLE, FIRST = date(2026, 1, 31), date(2026, 1, 15), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("watch", "words"),
    [
        (
            lambda: bunching({"ann": percents(101, 102)}, [Fraction(1)]),
            "2 of 2 results near a bound lie just above it, 50%, 4",
        ),
        (lambda: sandbagged_baselines(FLAGS), "3 of 3 baselines were flagged as too favourable, 25%, 9"),
        (lambda: split_or_merged_cases(SPLIT)[::2], "9 of 10 cases came since the measure pays, 50%, 93"),
        (lambda: split_or_merged_cases(MERGED)[1::2], "9 of 10 cases came before the measure paid, 50%, 93"),
        (
            lambda: closed_and_reopened(CLOSED, every=MONTH),
            "2 of 2 cases closed in a period's last days were reopened, 0%, 6",
        ),
        (
            lambda: around_period_ends({"ann": [LAST] * 5}, every=MONTH, history={"ann": [MIDDLE] * 5})[:2],
            "5 of 5 deals fall into the last days of a period, 0%, 252",
        ),
        (
            lambda: around_period_ends({"ann": [FIRST] * 5}, every=MONTH, history={"ann": [MIDDLE] * 5})[2:],
            "5 of 5 deals fall into the first days of a period, 0%, 252",
        ),
        (
            lambda: self_confirmed_value(CLAIMS),
            "3 of 3 readings are confirmed by related people, or only claimed, 0%, 20",
        ),
    ],
)
def test_what_each_watch_saw_in_words(watch: Callable[[], Sequence[Watched]], words: str) -> None:
    """Of baselines: 3 of 3 among 7 of which 4 are flagged, 4 ways of 35."""
    seen, usual, once_in = words.rsplit(", ", 2)
    assert in_words(of(watch(), "ann")) == (
        f"ann: {seen}, where {usual} is usual. By chance as much comes about once in {once_in} times."
    )


@pytest.mark.parametrize(
    ("watch", "whether", "because"),
    [
        (
            lambda: sandbagged_baselines(FLAGS[:3]),
            "baselines were flagged as too favourable",
            "there is no baseline of anybody else's",
        ),
        (lambda: split_or_merged_cases(SPLIT[1:])[::2], "cases came since the measure pays", NO_ISSUES),
        (lambda: split_or_merged_cases(SPLIT[1:])[1::2], "cases came before the measure paid", NO_ISSUES),
        (
            lambda: closed_and_reopened(CLOSED[2:], every=MONTH),
            "cases closed in a period's last days were reopened",
            "no case was closed in the last days of a period, or on others",
        ),
        (
            lambda: around_period_ends({"ann": []}, every=MONTH)[:2],
            "deals fall into the last days of a period",
            "there is no deal",
        ),
        (
            lambda: around_period_ends({"ann": [LAST]}, every=MONTH, history={})[2:],
            "deals fall into the first days of a period",
            "there is no deal, or none before the measure paid",
        ),
        (
            lambda: self_confirmed_value(CLAIMS[:3]),
            "readings are confirmed by related people, or only claimed",
            "there is no value of anybody else's",
        ),
    ],
)
def test_what_cannot_be_said_says_why(watch: Callable[[], Sequence[Watched]], whether: str, because: str) -> None:
    ann = of(watch(), "ann")
    assert (ann.p_value, ann.usual, ann.adjusted) == (None, None, None)
    assert in_words(ann) == f"ann: whether {whether} oftener than usual cannot be said: {because}."
    assert in_words(replace(ann, usual=0.5)) == in_words(ann)


def test_whoever_cannot_be_compared_is_told_of_with_what_they_have_and_stops_nobody_else() -> None:
    """Ann had no issues before, Ben neither issues nor cases; Cem did nothing."""
    rows = [
        CaseCount("ann", 4, 3, has_paid=True),
        CaseCount("ben", 0, 0, has_paid=True),
        CaseCount("cem", 5, 50, has_paid=False),
        CaseCount("cem", 5, 50, has_paid=True),
    ]
    found = split_or_merged_cases(rows)
    assert [(each.payee, each.watch, each.of) for each in found] == [
        (payee, watch, of)
        for payee, of in ((EVERYBODY, 14), ("ann", 4), ("ben", 0), ("cem", 10))
        for watch in ("split_cases", "merged_cases")
    ]
    assert [each.because for each in found[2:6:2]] == [NO_ISSUES, "there is no case"]
    assert of(found, EVERYBODY, "split_cases").usual == pytest.approx(53 / 103)
    (alone,) = sandbagged_baselines(FLAGS[:3])
    assert (alone.count, alone.of, alone.statistic) == (3, 3, 1)


def test_cases_counted_in_parts_are_counted_together() -> None:
    parts = [CaseCount("ann", 1, 20, has_paid=False), CaseCount("ann", 0, 30, has_paid=False)]
    parts += [CaseCount("ann", 4, 10, has_paid=True), CaseCount("ann", 5, 40, has_paid=True)]
    assert split_or_merged_cases(parts) == split_or_merged_cases(SPLIT)


@pytest.mark.parametrize(
    ("result", "counted"),
    [
        ("1.89", (0, 0)),
        ("1.9", (0, 0)),
        ("1.91", (0, 1)),
        ("1.99", (0, 1)),
        ("2", (1, 1)),
        ("2.09", (1, 1)),
        ("2.1", (0, 0)),
    ],
)
def test_near_is_a_share_of_the_bound_on_either_side_of_it(result: str, counted: tuple[int, int]) -> None:
    ann = of(bunching({"ann": [Fraction(result)]}, [Fraction(2), Fraction(10)]), "ann")
    assert (ann.count, ann.of) == counted


def test_weeks_begin_on_the_day_on_which_the_company_says_they_do() -> None:
    """Where they begin on a Sunday, Saturday is the last day of a week and Sunday the first: 30 and 31 May 2026."""
    week, rules = PeriodKind.WEEK, PeriodRules(week_start="sunday")
    saturday, sunday = date(2026, 5, 30), date(2026, 5, 31)
    for history in (None, {"ann": [date(2026, 5, 27)]}):
        found = around_period_ends({"ann": [saturday, sunday]}, every=week, edge=1, rules=rules, history=history)
        assert [(each.count, each.of) for each in found if each.payee == "ann"] == [(1, 2), (1, 2)]
    closed = [ClosedCase("ann", saturday, was_reopened=True), ClosedCase("ann", sunday, was_reopened=False)]
    assert of(closed_and_reopened(closed, every=week, last=1, rules=rules), "ann").count == 1


def test_usual_days_are_those_of_each_deals_own_month() -> None:
    """3 days of 28 in February and 3 of 31 in March, of each deal's month its own."""
    found = around_period_ends({"ann": [date(2026, 2, 10)], "ben": [date(2026, 3, 10)]}, every=MONTH)
    usual = {each.payee: each.usual for each in found if each.watch == "push_out"}
    assert usual == pytest.approx({"ann": 3 / 28, "ben": 3 / 31, EVERYBODY: (3 / 28 + 3 / 31) / 2})
    quarter, rules = PeriodKind.QUARTER, PeriodRules(fiscal_year_start=2)
    own = around_period_ends({"ann": [date(2026, 2, 10)]}, every=quarter, rules=rules)
    assert of(own, "ann", "push_out").usual == pytest.approx(3 / 89)


def test_whoever_sold_before_and_sells_no_more_is_told_of_too() -> None:
    found = around_period_ends({"ann": [LAST]}, every=MONTH, history={"ann": [MIDDLE], "ben": [LAST, MIDDLE]})
    assert of(found, "ben", "pull_forward").because == "there is no deal, or none before the measure paid"
    assert of(found, EVERYBODY, "pull_forward").usual == pytest.approx(1 / 3)


def test_the_most_striking_comes_first_and_last_what_cannot_be_said() -> None:
    """Of those as striking as each other the watches come by their names, and the people by theirs."""
    rows: list[tuple[Watch, str, float | None]] = [
        ("bunching", "ann", None),
        ("push_out", "ann", 0.5),
        ("bunching", "ben", 0.5),
        ("bunching", "ann", 0.5),
        ("split_cases", "cem", 0.0),
        ("pull_forward", "dee", 1e-9),
        ("bunching", "eve", 1.0),
    ]
    found = held_together([Watched(watch, payee, 1, 2, 0.5, p_value) for watch, payee, p_value in rows])
    assert [(each.watch, each.payee) for each in found] == [
        ("split_cases", "cem"),
        ("pull_forward", "dee"),
        ("bunching", "ann"),
        ("bunching", "ben"),
        ("push_out", "ann"),
        ("bunching", "eve"),
        ("bunching", "ann"),
    ]
    assert (found[-1].p_value, found[-1].adjusted) == (None, None)
    assert named(held_together([Watched("bunching", "ann", 9, 9, 0.5, 0.05)])) != ()
    assert named(held_together([Watched("bunching", "ann", 9, 9, 0.5, 0.051)])) == ()


@pytest.mark.parametrize(
    ("p_value", "adjusted", "said"),
    [
        (0.01, 0.05, "Among all that was watched chance alone shows as much once in 20 times. Ask for an explanation"),
        (0.01, 0.051, "That is within what chance alone shows among all that was watched."),
        (1e-6, None, "By chance as much comes about once in 1,000,000 times."),
        (0.9e-6, None, "By chance as much comes about less than once in a million times."),
    ],
)
def test_how_often_chance_looks_like_that_in_words(p_value: float, adjusted: float | None, said: str) -> None:
    seen = Watched("bunching", "ann", 9, 10, 0.5, p_value, adjusted=adjusted)
    assert in_words(seen).startswith(f"ann: 9 of 10 results near a bound lie just above it, where 50% is usual. {said}")


def bunched(rng: np.random.Generator) -> Sequence[Watched]:
    return bunching({f"p{n}": percents(*rng.integers(80, 121, 40)) for n in range(5)}, [Fraction(201, 200)])


def dated(rng: np.random.Generator) -> Sequence[Watched]:
    start = date(2026, 1, 1)
    days = {f"p{n}": [start + timedelta(int(day)) for day in rng.integers(0, 365, 30)] for n in range(5)}
    return around_period_ends(days, every=MONTH)


def reopened(rng: np.random.Generator) -> Sequence[Watched]:
    start = date(2026, 1, 1)
    days, again = rng.integers(0, 365, 150), rng.random(150) < 0.2
    rows = zip(days, again, strict=True)
    cases = [ClosedCase(f"p{n % 5}", start + timedelta(int(day)), bool(is_so)) for n, (day, is_so) in enumerate(rows)]
    return closed_and_reopened(cases, every=MONTH)


def confirmed(rng: np.random.Generator) -> Sequence[Watched]:
    rows = rng.random(100) < 0.3
    return self_confirmed_value(
        [Confirmation(f"p{n % 5}", str(n), "nobody" if is_so else "unrelated") for n, is_so in enumerate(rows)]
    )


@pytest.mark.parametrize("watch", [bunched, dated, reopened, confirmed])
def test_where_nobody_does_anything_p_values_are_small_no_oftener_than_they_say(
    watch: Callable[[np.random.Generator], Sequence[Watched]],
) -> None:
    """Over 200 companies of five people; exact tests of few counts are prudent, never bold. Holm: 1 in 20 companies."""
    rng = np.random.default_rng(7)
    companies = [held_together(watch(rng)) for _ in range(200)]
    p_values = np.array([each.p_value for found in companies for each in found if each.p_value is not None])
    for level in (0.05, 0.2, 0.5):
        assert np.mean(p_values <= level) <= level + 0.02
    assert np.mean(p_values <= 0.5) > 0.2
    assert np.mean([bool(named(found)) for found in companies]) <= 0.05 + 0.03


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= found <= 1 for p, found in zip(p_values, adjusted, strict=True))
    by_p = [found for _, found in sorted(zip(p_values, adjusted, strict=True))]
    assert by_p == sorted(by_p)


def test_where_there_is_nothing_to_compare_with_the_cases_are_counted_all_the_same() -> None:
    (split, merged) = (
        each for each in split_or_merged_cases([CaseCount("ann", 5, 4, has_paid=True)]) if each.payee == "ann"
    )
    assert (split.watch, split.count, split.of, split.p_value) == ("split_cases", 5, 5, None)
    assert (merged.watch, merged.count, merged.of, merged.p_value) == ("merged_cases", 0, 5, None)
