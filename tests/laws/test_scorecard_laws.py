"""What holds for every scorecard and every learned worksheet, whatever became of the accounts."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.grades.grade import Inputs
from trueup.grades.learned.binning import evidence, fine_ends, pooled
from trueup.grades.learned.curves import Column
from trueup.grades.learned.learn import propose
from trueup.grades.learned.scorecard import fit, scaled
from trueup.grades.worksheet import Band, Criterion, Worksheet

RULES = st.sampled_from(("expert", "shrunk", "evidence"))
SEEDS = st.integers(0, 10_000)
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def past(seed: int, rows: int = 160) -> tuple[dict[str, Column], np.ndarray, np.ndarray]:
    """Three criteria that may speak for the accounts, against them or not at all, with rows of accounts that recur."""
    rng = np.random.default_rng(seed)
    columns, log_odds = {}, np.full(rows, 0.5)
    for at in range(3):
        classes = int(rng.integers(2, 6))
        codes = rng.integers(-1, classes, rows)
        log_odds += rng.normal(0, 0.8) * codes
        expert = np.sort(rng.integers(0, 4, classes)).astype(np.float64)
        missing = "worst" if rng.random() < 0.5 else "unanswered"
        columns[f"c{at}"] = Column(codes, classes, expert, at < 2, can_be_cut=at == 0, missing=missing)
    return columns, rng.random(rows) > 1 / (1 + np.exp(-log_odds)), rng.integers(0, rows // 2, rows)


def of(columns: Mapping[str, Column], rows: np.ndarray) -> dict[str, Column]:
    return {name: column.of(rows) for name, column in columns.items()}


@settings(max_examples=12, deadline=None)
@given(SEEDS, RULES)
def test_no_points_are_ever_reversed_and_the_worst_class_adds_nothing(seed: int, rule: str) -> None:
    columns, is_bad, groups = past(seed)
    found = fit(columns, is_bad, groups, rule=rule)  # type: ignore[arg-type]  # one of the rules
    for name, curve in found.curves.items():
        assert curve.worth.min() == 0.0
        assert not columns[name].is_ordered or (np.diff(curve.worth) >= 0).all()
        assert curve.missing <= curve.worth.max() + 1e-9
        assert columns[name].missing != "worst" or not columns[name].is_ordered or curve.missing == 0.0


@settings(max_examples=8, deadline=None)
@given(SEEDS, RULES, SEEDS)
def test_neither_the_order_of_rows_nor_the_names_of_accounts_matter(seed: int, rule: str, other: int) -> None:
    columns, is_bad, groups = past(seed)
    rng = np.random.default_rng(other)
    order = rng.permutation(len(is_bad))
    names = rng.permutation(1000)
    one = fit(columns, is_bad, groups, rule=rule)  # type: ignore[arg-type]  # one of the rules
    two = fit(of(columns, order), is_bad[order], names[groups][order], rule=rule)  # type: ignore[arg-type]  # the same
    assert (one.intercept, one.penalty, one.calibration) == (two.intercept, two.penalty, two.calibration)
    # Of accounts of which the same is known, either may be in one fold and either in another.
    assert sorted(zip(one.held_out.tolist(), is_bad, strict=True)) == sorted(
        zip(two.held_out.tolist(), is_bad[order], strict=True)
    )
    for name, curve in one.curves.items():
        assert curve.worth.tolist() == two.curves[name].worth.tolist()


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_the_unit_of_the_experts_points_does_not_matter(seed: int) -> None:
    columns, is_bad, groups = past(seed)
    doubled = {
        name: Column(its.codes, its.classes, 2 * its.expert, its.is_ordered, its.can_be_cut, its.missing)  # type: ignore[operator]  # it is given
        for name, its in columns.items()
    }
    one, two = (fit(given, is_bad, groups, rule="expert") for given in (columns, doubled))
    assert np.allclose(one.log_odds(columns), two.log_odds(columns), atol=1e-3)


@given(NUMBERS, st.data())
def test_pooling_rises_keeps_the_mean_and_leaves_what_already_rises(values: list[float], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 20), min_size=len(values), max_size=len(values)))
    found = pooled(np.array(values), np.array(weights, np.float64))
    assert (np.diff(found) >= 0).all()
    assert np.isclose(np.average(found, weights=weights), np.average(values, weights=weights), atol=1e-6)
    rising = np.unique(values)
    assert pooled(rising, np.ones(len(rising))).tolist() == rising.tolist()


@given(SEEDS)
def test_evidence_is_reversed_when_good_and_bad_are_exchanged_and_nothing_known_is_never_best(seed: int) -> None:
    columns, is_bad, _ = past(seed)
    column = columns["c0"]
    found = evidence(column.codes, is_bad, column.classes)
    free, other = (
        evidence(column.codes, flags, column.classes, is_ordered=False, is_missing_declared=True)
        for flags in (is_bad, ~is_bad)
    )
    assert (np.diff(found.weights) >= 0).all()
    assert found.missing_weight <= found.weights.min()
    assert np.isclose(free.value, other.value)


@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), max_size=60), st.integers(2, 12))
def test_classes_end_upwards_and_between_what_is_known(values: list[float], most: int) -> None:
    numbers = np.array(values, np.float64)
    ends = fine_ends(numbers, most)
    known = numbers[~np.isnan(numbers)]
    assert all(one < two for one, two in pairwise(ends))
    assert all(known.min() < end <= known.max() for end in ends)


@given(st.floats(-5, 5), st.floats(0.01, 5))
def test_better_odds_have_more_scaled_points(log_odds: float, more: float) -> None:
    assert scaled(np.array(log_odds + more)) > scaled(np.array(log_odds))


@settings(max_examples=5, deadline=None)
@given(SEEDS)
def test_a_proposal_is_a_worksheet_whose_points_are_not_reversed_either(seed: int) -> None:
    rng = np.random.default_rng(seed)
    accounts = 600
    usage, trust = rng.random(accounts), rng.integers(1, 6, accounts)
    is_bad = rng.random(accounts) > 1 / (1 + np.exp(-(1 + rng.normal() * usage * 2 + rng.normal() * (trust - 3))))
    answers = tuple(Decimal(point) for point in (10, 7, 5, 2, 0))
    bands = (Band(Decimal(0), Decimal("0.5")), Band(Decimal(10)))
    sheet = Worksheet(
        "s",
        "annual",
        (
            Criterion("usage", "Usage", Decimal(1), "metric", "usage", bands=bands),
            Criterion(
                "trust", "Trust", Decimal(2), "question", "?", answers=answers, meanings=("a", "b", "c", "d", "e")
            ),
        ),
        {"A": Decimal(50)},
    )
    inputs = {"usage": Inputs(numbers=usage), "trust": Inputs(answers=trust.tolist())}
    found = propose(sheet, inputs, is_bad, np.arange(accounts))
    for criterion in found.sheet.criteria:
        points = [band.points for band in criterion.bands] or [*criterion.answers][::-1]
        assert points == sorted(points)
    cuts = list(found.sheet.cutoffs.values())
    assert cuts == sorted(cuts, reverse=True)
    expected = [row.expected for row in found.grades]
    assert expected == sorted(expected)
