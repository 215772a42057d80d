"""Worksheets learned from what became of accounts: bands, weights and cut-offs, and what they were learned from."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest
from scipy.special import expit

from trueup.grades.grade import Inputs, grade
from trueup.grades.learned.learn import Proposal, propose
from trueup.grades.worksheet import Band, Criterion, Worksheet
from trueup.statistics.discrimination import auc

D = Decimal
USAGE = Criterion(
    "usage", "Usage", D(2), "metric", "usage", bands=(Band(D(0), D("0.2")), Band(D(5), D("0.6")), Band(D(10)))
)
REPEATS = Criterion(
    "repeats", "Repeats", D(2), "metric", "repeats", bands=(Band(D(10), D(2)), Band(D(5), D(4)), Band(D(0)))
)
SEGMENT = Criterion(
    "segment", "Segment", D(1), "attribute", "segment", values={"small": D(4), "midsize": D(10), "large": D(6)}
)
TRUST = Criterion(
    "trust",
    "Trust",
    D(3),
    "question",
    "Do they tell us?",
    answers=(D(0), D(2), D(5), D(8), D(10)),
    meanings=("No", "Seldom", "At times", "Mostly", "Always"),
)
SHEET = Worksheet("annual", "annual", (USAGE, REPEATS, SEGMENT, TRUST), {"A": D(80), "B": D(60), "C": D(40)})
NAMES = np.array(["small", "midsize", "large"])


def past(accounts: int, seed: int = 5) -> tuple[Mapping[str, Inputs], np.ndarray]:
    """Usage and trust matter, repeats a little, the segment not at all; some of it is not known."""
    rng = np.random.default_rng(seed)
    usage, repeats, trust = rng.random(accounts), rng.poisson(2.5, accounts), rng.integers(1, 6, accounts)
    segment = rng.integers(0, 3, accounts)
    log_odds = 0.6 + 3.0 * usage + 0.6 * (trust - 3) - 0.15 * repeats
    is_bad = rng.random(accounts) < expit(-log_odds)
    known = rng.random((4, accounts)) < 0.95
    inputs = {
        "usage": Inputs(numbers=np.where(known[0], usage, np.nan)),
        "repeats": Inputs(numbers=np.where(known[1], repeats, np.nan)),
        "segment": Inputs(
            texts=[str(name) if is_known else None for name, is_known in zip(NAMES[segment], known[2], strict=True)]
        ),
        "trust": Inputs(
            answers=[int(one) if is_known else None for one, is_known in zip(trust, known[3], strict=True)]
        ),
    }
    return inputs, is_bad


def proposed(accounts: int, seed: int = 5) -> Proposal:
    inputs, is_bad = past(accounts, seed)
    return propose(SHEET, inputs, is_bad, np.arange(accounts))


def test_under_15_bad_accounts_the_worksheet_stays_as_it_is() -> None:
    found = proposed(35)
    assert found.sheet is SHEET
    assert found.why == (
        "Weights are learned from 15 accounts that went bad and as many that did not:"
        f" there are {found.bads} and {found.accounts - found.bads}."
    )
    assert [row.letter for row in found.grades] == ["A", "B", "C", "F"]
    assert sum(row.bads for row in found.grades) == found.bads
    assert [each.learned for each in found.criteria] == [each.expert for each in found.criteria]


def test_outcomes_that_follow_from_nothing_leave_the_worksheet_as_it_is() -> None:
    _, is_bad = past(1500)
    upside_down = {
        "usage": Inputs(numbers=np.where(is_bad, 1.0, 0.0)),
        "repeats": Inputs(numbers=np.where(is_bad, 0.0, 5.0)),
        "trust": Inputs(answers=np.where(is_bad, 5, 1).tolist()),
        "segment": Inputs(texts=["small"] * len(is_bad)),
    }
    found = propose(SHEET, upside_down, is_bad, np.arange(len(is_bad)))
    assert found.sheet is SHEET
    assert found.why == "What became of the accounts does not follow from these criteria."


def test_chance_alone_changes_no_worksheet() -> None:
    said = set()
    for seed in range(6):
        inputs, is_bad = past(400, seed)
        found = propose(SHEET, inputs, np.random.default_rng(seed).permutation(is_bad), np.arange(400))
        assert (found.sheet is SHEET) == bool(found.why)
        said.add(found.why)
    assert "No two grades can be told apart by what became of the accounts." in said


def test_outcomes_that_follow_without_exception_are_no_certainty() -> None:
    inputs, _ = past(600)
    usage = np.random.default_rng(3).random(600)
    found = propose(SHEET, {**inputs, "usage": Inputs(numbers=usage)}, usage < 0.15, np.arange(600))
    chances = found.chance(np.array([0.0, 100.0]))
    assert 0.5 < chances[0] < 1
    assert 0 < chances[1] < 0.03


@pytest.mark.parametrize(("accounts", "rule"), [(250, "shrunk"), (2500, "evidence")])
def test_what_matters_weighs_more_and_new_accounts_are_ordered_better(accounts: int, rule: str) -> None:
    found = proposed(accounts)
    assert found.rule == rule
    learned = {each.name: each for each in found.criteria}
    assert learned["usage"].learned > learned["usage"].expert
    assert learned["repeats"].learned < learned["repeats"].expert
    inputs, is_bad = past(20_000, seed=6)
    after, before = (grade(sheet, inputs, accounts=20_000).scores() for sheet in (found.sheet, SHEET))
    assert auc(after, is_bad) > auc(before, is_bad) + 0.005


def test_grades_keep_what_they_promise() -> None:
    found = proposed(2500)
    inputs, is_bad = past(20_000, seed=6)
    letters = grade(found.sheet, inputs, accounts=20_000).letters
    observed = [float(is_bad[letters == row.letter].mean()) for row in found.grades]
    assert observed == sorted(observed)
    assert observed == pytest.approx([row.expected for row in found.grades], abs=0.03)
    for row in found.grades:
        assert row.ends is not None
        assert row.ends[0] <= row.expected <= row.ends[1]
        assert row.low <= row.bads / row.rows <= row.high


def test_the_proposal_is_an_ordinary_worksheet_of_whole_points() -> None:
    found = proposed(2500)
    criteria = {criterion.name: criterion for criterion in found.sheet.criteria}
    assert all(point == int(point) for criterion in criteria.values() for point in criterion.points)
    assert all(criterion.most == 10 for criterion in criteria.values())
    assert found.lost < 0.002
    assert float(found.sheet.weight) == pytest.approx(float(SHEET.weight), abs=0.02)
    points = [band.points for band in criteria["usage"].bands]
    assert points == sorted(set(points))
    assert criteria["trust"].meanings == TRUST.meanings
    if "repeats" in criteria:
        falling = [band.points for band in criteria["repeats"].bands]
        assert falling == sorted(falling, reverse=True)


def test_a_cutoff_is_the_score_at_which_the_chance_is_the_bands_end() -> None:
    found = proposed(2500)
    cuts = np.array([float(cut) for cut in found.sheet.cutoffs.values()])
    ends = [row.ends[1] for row in found.grades[:-1] if row.ends]
    assert found.chance(cuts).tolist() == pytest.approx(ends, abs=0.002)
    assert set(ends) <= {0.03, 0.06, 0.12, 0.25}
    odds = (1 - found.chance(cuts)) / found.chance(cuts)
    assert found.scaled(cuts) == pytest.approx(600 + 20 * np.log2(odds / 50))


def test_criteria_that_do_not_matter_are_dropped_and_it_is_said() -> None:
    inputs, is_bad = past(6000)
    shuffled = dict(
        inputs, repeats=Inputs(numbers=np.random.default_rng(1).permutation(np.nan_to_num(inputs["usage"].numbers)))
    )
    found = propose(SHEET, shuffled, is_bad, np.arange(6000))
    dropped = {each.name: each.why for each in found.criteria if each.why}
    assert set(dropped) == {each.name for each in SHEET.criteria} - {each.name for each in found.sheet.criteria}
    assert dropped["repeats"].startswith("Dropped: it would be")


def test_what_was_learned_of_each_criterion_is_told() -> None:
    found = proposed(2500)
    usage = found.criteria[0]
    assert len(usage.classes) == len(usage.evidence.weights)
    assert usage.classes[0].startswith("below ")
    assert (np.diff(usage.evidence.weights) >= 0).all()
    assert usage.evidence.value > found.criteria[2].evidence.value
    assert found.criteria[3].classes == ("1", "2", "3", "4", "5")
    assert usage.evidence.missing_goods > 0
    assert usage.evidence.goods.sum() + usage.evidence.missing_goods == found.rows - found.bads


def test_few_accounts_have_few_grades_and_their_merges_are_told() -> None:
    few, many = proposed(250), proposed(20_000)
    assert len(few.grades) < len(many.grades)
    assert len(few.merges) > 0
    assert "are one grade" in few.merges[0]


def test_rows_that_cannot_be_graded_teach_nothing() -> None:
    inputs, is_bad = past(400)
    unknown = 100
    longer = {
        "usage": Inputs(numbers=np.r_[inputs["usage"].numbers, np.full(unknown, np.nan)]),
        "repeats": Inputs(numbers=np.r_[inputs["repeats"].numbers, np.full(unknown, np.nan)]),
        "segment": Inputs(texts=[*inputs["segment"].texts, *[None] * unknown]),
        "trust": Inputs(answers=[*inputs["trust"].answers, *[None] * unknown]),
    }
    found = propose(SHEET, longer, np.r_[is_bad, np.ones(unknown, np.bool_)], np.arange(400 + unknown))
    assert found.sheet == proposed(400).sheet
    with pytest.raises(ValueError, match="nothing to learn"):
        propose(SHEET, {}, is_bad, np.arange(400))


def test_what_is_not_known_may_still_count_as_the_worst() -> None:
    inputs, is_bad = past(2500)
    strict = Worksheet("s", "annual", (Criterion(**{**vars(USAGE), "missing": "worst"}), TRUST), {"A": D(60)})
    found = propose(strict, inputs, is_bad, np.arange(2500))
    assert found.sheet.criteria[0].missing == "worst"
