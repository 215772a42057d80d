"""Information values and AUC of our binning beside optbinning's, on German credit and Telco churn.

    uv run --with optbinning --with scikit-learn --python 3.11 python bench/oracles/optbinning_oracle.py SHARED/data

Prints, by column, optbinning's information value, ours and the difference; then the AUC of a scorecard over 10 folds:
optbinning's weights of evidence with a logistic regression, and ours.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from optbinning import BinningProcess, OptimalBinning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from trueup.grades.learned.binning import classes_of, evidence, fine_ends, flipped, is_more_better
from trueup.grades.learned.curves import Column
from trueup.grades.learned.scorecard import fit
from trueup.statistics.discrimination import auc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Table = dict[str, NDArray[np.generic]]
FEWEST_DIFFERENT = 20


def read(path: Path, outcome: str, bad: str, left_out: tuple[str, ...]) -> tuple[Table, Flags]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = {name: column([row[name].strip() for row in rows]) for name in rows[0] if name not in {outcome, *left_out}}
    return table, np.array([row[outcome] == bad for row in rows])


def column(texts: list[str]) -> NDArray[np.generic]:
    """Numbers where all texts are, blanks NaN, and there are many; else the texts."""
    try:
        numbers = np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        return np.array(texts, object)
    return numbers if len(np.unique(numbers)) > FEWEST_DIFFERENT else np.array(texts, object)


def ours(values: NDArray[np.generic], is_bad: Flags, learned: NDArray[np.int64], most: int = 20) -> Column:
    if values.dtype == object:
        texts, codes = np.unique(values.astype(str), return_inverse=True)
        return Column(codes.astype(np.int64), len(texts), is_ordered=False)
    numbers = values.astype(np.float64)
    ends = fine_ends(numbers[learned], most)
    codes, count = classes_of(numbers, ends), len(ends) + 1
    if not is_more_better(codes[learned], is_bad[learned], count):
        codes = flipped(codes, count)
    return Column(codes, count, can_be_cut=True)


def information_values(table: Table, is_bad: Flags) -> None:
    everything = np.arange(len(is_bad))
    for name, values in table.items():
        kind = "categorical" if values.dtype == object else "numerical"
        trend = "auto_asc_desc" if kind == "numerical" else "auto"
        binning = OptimalBinning(name=name, dtype=kind, monotonic_trend=trend).fit(values, is_bad.astype(int))
        binning.binning_table.build()
        mine = ours(values, is_bad, everything)
        value = evidence(mine.codes, is_bad, mine.classes, is_ordered=mine.is_ordered).value
        theirs = float(binning.binning_table.iv)
        print(f"  {name:58} {theirs:8.4f} {value:8.4f} {value - theirs:+8.4f}")


def areas(table: Table, is_bad: Flags) -> None:
    names = list(table)
    texts = [name for name in names if table[name].dtype == object]
    rows = pd.DataFrame(table)
    found: dict[str, list[float]] = {"optbinning": [], "ours": []}
    for learned, kept in StratifiedKFold(10, shuffle=True, random_state=1).split(rows, is_bad):
        process = BinningProcess(names, categorical_variables=texts).fit(
            rows.iloc[learned], is_bad[learned].astype(int)
        )
        model = LogisticRegression(max_iter=1000).fit(process.transform(rows.iloc[learned]), is_bad[learned])
        found["optbinning"].append(auc(-model.decision_function(process.transform(rows.iloc[kept])), is_bad[kept]))
        given = {name: ours(table[name], is_bad, learned, 10) for name in names}
        card = fit({name: each.of(learned) for name, each in given.items()}, is_bad[learned], learned)
        log_odds = card.log_odds({name: each.of(kept) for name, each in given.items()})
        found["ours"].append(auc(log_odds, is_bad[kept]))
    one, two = (float(np.mean(each)) for each in found.values())
    print(f"  AUC over 10 folds: optbinning {one:.4f}, ours {two:.4f}, difference {two - one:+.4f}")


def main() -> None:
    data = Path(sys.argv[1])
    sets = {
        "German credit": read(data / "germancredit" / "germancredit.csv", "creditability", "bad", ()),
        "Telco churn": read(data / "telco_churn" / "Telco-Customer-Churn.csv", "Churn", "Yes", ("customerID",)),
    }
    for name, (table, is_bad) in sets.items():
        print(f"{name}: information value by optbinning, by ours, and the difference")
        information_values(table, is_bad)
        areas(table, is_bad)


if __name__ == "__main__":
    main()
