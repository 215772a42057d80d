"""Public data sets of accounts that went bad: German credit's published AUC, Telco's published information values."""

import csv
from collections.abc import Mapping

import numpy as np
import pytest
from sklearn.model_selection import RepeatedStratifiedKFold

from shared_data import shared_data
from trueup.grades.learned.binning import classes_of, evidence, fine_ends, flipped, is_more_better
from trueup.grades.learned.curves import Column
from trueup.grades.learned.scorecard import fit
from trueup.statistics.discrimination import auc

pytestmark = pytest.mark.shared

NUMBERS = {"duration_in_month", "credit_amount", "age_in_years"}
CLASSES = 10


def rows_of(folder: str, file: str) -> Mapping[str, list[str]]:
    with (shared_data(folder) / file).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    return {name: [row[name] for row in rows] for name in rows[0]}


def columns(table: Mapping[str, list[str]], is_bad: np.ndarray, learned: np.ndarray) -> dict[str, Column]:
    """Numbers in classes of the learned rows, from the worse end; texts as they are."""
    found = {}
    for name, values in table.items():
        if name in NUMBERS:
            numbers = np.array(values, np.float64)
            ends = fine_ends(numbers[learned], CLASSES)
            codes, count = classes_of(numbers, ends), len(ends) + 1
            if not is_more_better(codes[learned], is_bad[learned], count):
                codes = flipped(codes, count)
            found[name] = Column(codes, count, can_be_cut=True)
        else:
            texts, codes = np.unique(values, return_inverse=True)
            found[name] = Column(codes.astype(np.int64), len(texts), is_ordered=False)
    return found


def test_german_credit_is_ordered_as_well_as_published() -> None:
    table = dict(rows_of("germancredit", "germancredit.csv"))
    is_bad = np.array(table.pop("creditability")) == "bad"
    areas = []
    for learned, kept in RepeatedStratifiedKFold(n_splits=10, n_repeats=5, random_state=1).split(is_bad, is_bad):
        given = columns(table, is_bad, learned)
        card = fit({name: column.of(learned) for name, column in given.items()}, is_bad[learned], learned)
        areas.append(auc(card.log_odds({name: column.of(kept) for name, column in given.items()}), is_bad[kept]))
    assert len(areas) == 50
    assert np.mean(areas) == pytest.approx(0.795, abs=0.01)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("tenure", 0.872052),
        ("gender", 0.00038),
        ("SeniorCitizen", 0.105621),
        ("Partner", 0.118729),
        ("Dependents", 0.155488),
    ],
)
def test_telco_information_values_are_the_published_ones(name: str, published: float) -> None:
    table = rows_of("telco_churn", "Telco-Customer-Churn.csv")
    is_bad = np.array(table["Churn"]) == "Yes"
    if name == "tenure":
        numbers = np.array(table[name], np.float64)
        ends = fine_ends(numbers)
        found = evidence(classes_of(numbers, ends), is_bad, len(ends) + 1)
    else:
        texts, codes = np.unique(table[name], return_inverse=True)
        found = evidence(codes, is_bad, len(texts), is_ordered=False)
    assert found.value == pytest.approx(published, abs=0.02)
