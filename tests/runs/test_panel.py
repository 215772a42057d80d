"""The workspace's panel: what was known of every account at the end of each quarter, and what came of it."""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from entered import entries
from example import COMPANY, built
from trueup import workspace
from trueup.answers.cells import Question
from trueup.answers.live import compute
from trueup.indicators.panel import Outcome
from trueup.lake.duckdb import DuckDBEngine
from trueup.runs import kept_panel
from trueup.runs.build import definitions
from trueup.runs.ground import moment_of
from trueup.runs.indicators import question_of
from trueup.runs.laid_panel import Laid
from trueup.runs.outcome_names import NoSuchOutcomeError
from trueup.runs.panel import WINDOW, lay_panel
from trueup.runs.panel_outcomes import outcomes_of
from trueup.runs.progress import Silence
from trueup.units.calendar import end_of_day

EPOCH = date(1970, 1, 1)


@cache
def laid() -> Laid:
    folder = built()
    settings = workspace.settings(folder)
    return lay_panel(
        folder,
        settings,
        definitions(folder),
        as_of=moment_of(COMPANY.ends_on.isoformat(), settings),
        entries=entries(),
        progress=Silence(),
        most_dates=2,
    )


def months_to(end: date) -> list[str]:
    months = []
    for _ in range(WINDOW):
        months.append(f"{end:%Y-%m}")
        end = end.replace(day=1) - timedelta(days=1)
    return months[::-1]


@pytest.mark.parametrize("metric", ["joint_calls", "answered_in_time", "response_time"])
def test_a_value_is_what_the_metric_said_that_day_over_six_months(metric: str) -> None:
    """Asked of the metric by itself as of the quarter's end: counts per month, ratios of sums, weighted medians."""
    folder = built()
    panel = laid().panel
    kpi = next(place for place, each in enumerate(panel.kpis) if each.name == metric)
    first = int(panel.as_of.min())
    quarter_end = EPOCH + timedelta(days=int(panel.as_of[panel.as_of <= first + 62].max()))
    months = months_to(quarter_end)
    settings = workspace.settings(folder)
    question = Question((metric,), "account", "month", first=months[0], last=months[-1])
    moment = end_of_day(quarter_end, settings.zone)
    told = compute(folder, settings, question, as_of=moment, progress=Silence(), entries=entries()).rows.to_pylist()
    rows = np.flatnonzero(panel.as_of == (quarter_end - EPOCH).days)
    assert len(rows) > 10
    for row in rows:
        name = panel.names[panel.accounts[row]]
        cells = [cell for cell in told if cell["entity"] == name and cell["value"] is not None]
        assert panel.known[row, kpi] == pytest.approx(over(cells, metric), nan_ok=True, rel=1e-5), name


def over(cells: list[dict[str, float]], metric: str) -> float:
    if metric == "joint_calls":
        return sum(cell["value"] for cell in cells) / WINDOW
    if not cells:
        return float("nan")
    if metric == "answered_in_time":
        return sum(cell["numerator"] for cell in cells) / sum(cell["denominator"] for cell in cells)
    return sum(cell["value"] * cell["n"] for cell in cells) / sum(cell["n"] for cell in cells)


def test_rows_are_of_those_with_a_contract_or_an_open_deal() -> None:
    found = laid()
    assert (found.is_customer | found.has_open_deal).all()
    assert found.is_customer.any()
    assert len(set(found.panel.as_of.tolist())) >= 6


def test_what_was_kept_is_what_was_laid(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("panels") / "some.npz"
    kept_panel.write(file, laid())
    again = kept_panel.read(file)
    assert again is not None
    assert (again.panel.names, again.panel.kpis) == (list(laid().panel.names), laid().panel.kpis)
    np.testing.assert_array_equal(again.panel.known, laid().panel.known)
    assert {name: vars(each)["known_until"] for name, each in again.outcomes.items()} == {
        name: each.known_until for name, each in laid().outcomes.items()
    }
    file.write_bytes(file.read_bytes()[:-200])
    assert kept_panel.read(file) is None


def test_an_outcome_nobody_knows_is_told_with_the_nearest() -> None:
    with pytest.raises(NoSuchOutcomeError, match="renewed"):
        question_of(laid(), "renewd")
    panel, outcome = question_of(laid(), "deal_won")
    assert isinstance(outcome, Outcome)
    assert len(panel.as_of) == laid().has_open_deal.sum()


CONTRACTS = """\
acme   2024-01-01  2024-12-31  -           -
acme   2025-01-20  2025-12-31  -           -
bolt   2024-01-01  2024-12-31  -           -
bolt   2025-02-15  2026-02-14  -           -
core   2024-01-01  2026-12-31  2025-06-10  -
dale   2024-07-01  2025-06-30  -           -
edge   2024-01-01  2025-12-31  -           2025-03-03
fern   2024-01-01  -           -           -"""


def test_an_account_has_left_when_nothing_followed_its_last_contract_within_a_month() -> None:
    """As of 2025-07-15. Acme came back in 20 days, bolt only in 46; of dale one cannot know yet."""
    told = [[None if each == "-" else each for each in line.split()] for line in CONTRACTS.splitlines()]
    columns = ("account_id", "starts_on", "ends_on", "cancelled_on", "defaulted_on")
    rows = pa.table(dict(zip(columns, zip(*told, strict=True), strict=True)))
    days = pa.schema([("account_id", pa.string()), *((name, pa.date32()) for name in columns[1:])])
    rows = rows.cast(pa.schema([(name, pa.string()) for name in columns])).cast(days)
    engine = DuckDBEngine()
    try:
        engine.create_schema("state")
        engine.load("state", "contracts", rows)
        found = {each.name: each.rows.to_pylist() for each in outcomes_of(engine, {}, date(2025, 7, 15))}
    finally:
        engine.close()
    assert [(row["account_id"], str(row["day"])) for row in found["churned"]] == [
        ("bolt", "2024-12-31"),
        ("core", "2025-06-09"),
        ("edge", "2025-03-02"),
    ]
    assert [(row["account_id"], str(row["day"])) for row in found["default"]] == [("edge", "2025-03-03")]
