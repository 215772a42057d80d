"""What a backtest says to somebody who has to decide whether to act by a score."""

import numpy as np
import pytest

from imagined_customers import Imagined, imagine
from tried_scores import small
from trueup.answers.backtest import SAME_ROWS, table, whole
from trueup.answers.backtest_told import Verdict, told, verdict
from trueup.indicators.backtest import Backtested, backtest
from trueup.runs.backtests import of_kpi, tried


@pytest.fixture(scope="module")
def made() -> Imagined:
    return imagine(500, 3)


def of_file(made: Imagined, safe: np.ndarray) -> Backtested:
    panel = made.panel
    found = backtest(panel.names, panel.accounts, panel.as_of, safe, made.outcome, lead=90, horizon=180)
    return Backtested("health.csv", "left", panel.names, found)


@pytest.mark.parametrize(
    ("towards", "judged", "says"),
    [
        (-1.0, "worth something", "It tells to whom “left” will happen better than a coin"),
        (1.0, "the wrong way round", "the wrong way round: of two customers of one date"),
        (0.0, "a coin", "Not worth it: it does not tell"),
    ],
)
def test_the_first_sentence_is_the_verdict(made: Imagined, towards: float, judged: Verdict, says: str) -> None:
    chance = np.random.default_rng(1).standard_normal(len(made.risk))
    found = of_file(made, towards * made.risk if towards else chance)
    assert verdict(found) == judged
    assert says in told(found)[0]
    assert "There is nothing to hold it against but the base rate" in told(found)[-1]


def test_chances_that_are_too_extreme_are_told_as_too_sure(made: Imagined) -> None:
    sure, plain, timid = (1 - 1 / (1 + np.exp(-factor * made.risk)) for factor in (3, 0.8, 0.3))
    assert "Its chances are too sure" in " ".join(told(of_file(made, sure)))
    assert "Its chances are about as sure as they may be" in " ".join(told(of_file(made, plain)))
    assert "Its chances are not sure enough" in " ".join(told(of_file(made, timid)))


def test_whom_it_missed_is_told_unless_the_reader_may_not_know() -> None:
    laid = small()
    turned = of_kpi("response_time", laid, "churned", is_higher_better=True)
    found = tried(laid, turned, "churned", lead=90, horizon=90)
    said = " ".join(told(found))
    assert "Of 10 customers who left it had feared 0 in time, 90 days or more before, and 10 never" in said
    assert "It missed c00, c01" in said
    assert "only 10 times did it happen, and it takes 50" in said
    assert "c00" not in " ".join(told(found, names_missed=False))
    assert whole(found)["score"] == "response_time"


def test_the_table_has_each_figure_of_each_forecast_once() -> None:
    laid = small()
    found = tried(laid, of_kpi("response_time", laid, "renewed"), "renewed", lead=90, horizon=90)
    rows = table(found).to_pylist()
    keys = [(row["forecast"], row["figure"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert {row["forecast"] for row in rows} == {"the score", *([SAME_ROWS, "as last time"] if found.beside else [])}
