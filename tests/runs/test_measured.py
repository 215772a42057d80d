"""Goals that are bound to the data get their readings from it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections

from example import COMPANY, built
from mistakes import copied
from recorded import Place, lay_record, point_at
from trueup import workspace
from trueup.answers.cells import Question, read
from trueup.lake.store import open_lake
from trueup.mart.snapshot import current
from trueup.record import access
from trueup.record.actions.goals import GoalFacts, Terms, agree_goal, draft_goal, withdraw_goal
from trueup.record.machine import first_administrator
from trueup.record.models import Goal, User
from trueup.runs.entered import entries_of, follow_lake
from trueup.runs.folder import Folder
from trueup.runs.measured import measure_metrics, measure_series

SINCE = COMPANY.ends_on - timedelta(days=200)
TERMS = Terms(Decimal(50), SINCE, Decimal(40), COMPANY.ends_on + timedelta(days=200))
DSO = "days_sales_outstanding"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    made = copied(tmp_path_factory.mktemp("measured") / "acme")
    lay_record(made.root)
    point_at(Place(made.root))
    follow_lake(made, workspace.settings(made))
    yield made
    connections.close_all()


@pytest.fixture
def ada(folder: Folder) -> User:
    point_at(Place(folder.root))
    made = first_administrator("ada@ours.example", at=datetime.now(UTC))
    assert made is not None
    return made


def delivered(folder: Folder) -> dict[str, dict[date, float]]:
    """What the customers' systems say since the baseline, by account."""
    with open_lake(folder.lake, read_only=True) as lake:
        rows = lake.engine.query(
            f"SELECT account_id, observed_on, value FROM canon.kpi_series WHERE measure = '{DSO}'"
            f" AND superseded_at IS NULL AND observed_on >= DATE '{SINCE}'"
        ).to_pylist()
    found: dict[str, dict[date, float]] = {}
    for row in rows:
        found.setdefault(row["account_id"], {})[row["observed_on"]] = row["value"]
    return found


def bound(ada: User, account_id: str, to: str, **facts: object) -> Goal:
    account = access.accounts(ada).get(pk=account_id)
    said: GoalFacts = {"measure": "How fast they are paid", "direction": "decrease", "bound_to": to, **facts}  # type: ignore[typeddict-item]
    goal = draft_goal(ada, account, at=datetime.now(UTC), terms=TERMS, **said)
    return agree_goal(ada, goal, at=datetime.now(UTC))


def read_of(ada: User, goal: Goal) -> dict[date, float]:
    readings = access.readings(ada).filter(goal=goal, verification="measured_by_system")
    return {reading.observed_on: float(reading.value) for reading in readings}


def measured(folder: Folder) -> int:
    return measure_series(folder, workspace.settings(folder), entries_of(folder))


def test_a_goal_bound_to_a_series_has_its_values_since_the_baseline_once(folder: Folder, ada: User) -> None:
    account, values = next((account, values) for account, values in delivered(folder).items() if len(values) > 4)
    goal = bound(ada, account, f"series:{DSO}")
    assert measured(folder) == len(values)
    assert read_of(ada, goal) == pytest.approx(values)
    assert measured(folder) == 0


def test_a_value_that_was_corrected_is_corrected_in_its_reading(folder: Folder, ada: User, tmp_path: Path) -> None:
    account, values = [each for each in delivered(folder).items() if len(each[1]) > 4][1]
    goal = bound(ada, account, f"series:{DSO}")
    measured(folder)
    day = max(values)
    with open_lake(folder.lake) as lake:
        lake.engine.execute(
            f"UPDATE canon.kpi_series SET value = 12.5 WHERE account_id = '{account}' AND measure = '{DSO}'"
            f" AND observed_on = DATE '{day}'"
        )
    assert measured(folder) == 1
    assert read_of(ada, goal)[day] == 12.5
    assert read_of(ada, goal) == pytest.approx({**values, day: 12.5})


def test_a_goal_that_ended_is_measured_no_more(folder: Folder, ada: User) -> None:
    account, _ = [each for each in delivered(folder).items() if len(each[1]) > 4][2]
    goal = bound(ada, account, f"series:{DSO}")
    withdraw_goal(ada, goal, at=datetime.now(UTC), reason="They changed their plans.")
    assert measured(folder) == 0
    assert read_of(ada, goal) == {}


def test_a_series_that_is_not_there_measures_nothing(folder: Folder, ada: User) -> None:
    account = next(iter(delivered(folder)))
    goal = bound(ada, account, "series:no_such_measure")
    assert measured(folder) == 0
    assert read_of(ada, goal) == {}


def test_a_goal_bound_to_a_metric_has_its_value_at_the_end_of_each_month_that_is_over(
    folder: Folder, ada: User
) -> None:
    snapshot = current(built().mart)
    assert snapshot is not None
    answer = read(snapshot, Question(("response_time",), "account", "month"))
    assert answer is not None
    rows = [row for row in answer.rows.to_pylist() if row["status"] in {"ok", "thin"} and row["period"] >= "2026-01"]
    account = rows[0]["entity"]
    goal = bound(ada, account, "metric:response_time")
    assert measure_metrics(snapshot, entries_of(folder)) > 0
    told = {f"{day:%Y-%m}": value for day, value in read_of(ada, goal).items() if f"{day:%Y-%m}" >= "2026-01"}
    assert told == pytest.approx({row["period"]: row["value"] for row in rows if row["entity"] == account})
    assert all((day + timedelta(days=1)).day == 1 for day in read_of(ada, goal))
    assert measure_metrics(snapshot, entries_of(folder)) == 0
