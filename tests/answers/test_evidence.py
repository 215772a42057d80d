"""What customers' quarters say of us, reckoned once more from the published numbers."""

from statistics import median

import pytest

from example import built
from trueup.answers.cells import Question, read
from trueup.answers.evidence import METRICS, by_letter, of_account
from trueup.answers.grades import table
from trueup.answers.gradings import Grading, earlier, grading_of
from trueup.mart.snapshot import Snapshot, current

COUNTED = frozenset({"business_reviews", "joint_calls"})


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    found = current(built().mart)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def grading(snapshot: Snapshot) -> Grading:
    return grading_of(snapshot, "quarterly")


def letters(snapshot: Snapshot, grading: Grading) -> dict[str, str]:
    rows = table(snapshot, grading).to_pylist()
    return {row["account_id"]: row["grade"] for row in rows}


def values(snapshot: Snapshot, grading: Grading, metric: str) -> dict[str, float]:
    """By customer graded; of what is counted nothing is 0."""
    asked = Question(metrics=(metric,), grain="account", kind="quarter", first=grading.period, last=grading.period)
    found = read(snapshot, asked)
    assert found is not None
    known = {row["entity"]: row["value"] for row in found.rows.to_pylist() if row["value"] is not None}
    graded = letters(snapshot, grading)
    if metric in COUNTED:
        return {account: known.get(account, 0.0) for account in graded}
    return {account: value for account, value in known.items() if account in graded}


@pytest.mark.parametrize("metric", METRICS)
def test_each_letter_has_the_median_of_its_customers(snapshot: Snapshot, grading: Grading, metric: str) -> None:
    graded, known = letters(snapshot, grading), values(snapshot, grading, metric)
    told = {row.metric: row.medians for row in by_letter(snapshot, grading)}.get(metric, {})
    expected = {
        letter: [known[account] for account, its in graded.items() if its == letter and account in known]
        for letter in set(graded.values())
    }
    assert told == {
        letter: (pytest.approx(median(of_letter)), len(of_letter))
        for letter, of_letter in expected.items()
        if of_letter
    }


def test_an_account_stands_beside_the_median_and_its_quarter_before(snapshot: Snapshot, grading: Grading) -> None:
    before = earlier(snapshot, grading)
    assert before is not None
    known, then = (values(snapshot, each, "response_time") for each in (grading, before))
    middle = median(known.values())
    for account, value in known.items():
        told = {row.metric: row for row in of_account(snapshot, grading, before.period, account)}["response_time"]
        assert (told.value, told.median) == (value, pytest.approx(middle))
        assert told.better == (None if value == middle else value < middle), "waiting less is better"
        if account in then:
            assert told.before == then[account]


def test_only_the_accounts_named_are_counted(snapshot: Snapshot, grading: Grading) -> None:
    mine = sorted(letters(snapshot, grading))[:5]
    for row in by_letter(snapshot, grading, among=mine):
        assert sum(accounts for _, accounts in row.medians.values()) <= len(mine)
    assert by_letter(snapshot, grading, among=[]) == []
