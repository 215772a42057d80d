"""What scores are computed of is what the study's panel says of the same day."""

from datetime import date

import numpy as np
import pytest

from entered import entries
from example import COMPANY, built
from trueup import workspace
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import current
from trueup.runs.build import definitions
from trueup.runs.ground import moment_of
from trueup.runs.lately import Lately, read_lately
from trueup.runs.panel import lay_panel
from trueup.runs.progress import Silence

EPOCH = date(1970, 1, 1)


@pytest.fixture(scope="module")
def lately() -> Lately:
    snapshot = current(built().mart)
    assert snapshot is not None
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        found = read_lately(engine)
    finally:
        engine.close()
    assert found is not None
    return found


def test_it_is_of_the_last_month_that_is_over_and_of_three_months_earlier(lately: Lately) -> None:
    assert lately.lasts_on == COMPANY.ends_on
    assert lately.was_on == date(2026, 3, 31)
    assert set(lately.panel.as_of.tolist()) == {(day - EPOCH).days for day in (lately.lasts_on, lately.was_on)}
    assert (lately.is_customer | lately.has_open_deal).all()


def test_it_says_what_the_study_s_panel_would_say_of_that_day(lately: Lately) -> None:
    folder = built()
    settings = workspace.settings(folder)
    day = lately.was_on
    laid = lay_panel(
        folder,
        settings,
        definitions(folder),
        as_of=moment_of((COMPANY.ends_on).isoformat(), settings),
        entries=entries(),
        progress=Silence(),
        most_dates=2,
    )
    restated = laid.panel.restated
    assert restated is not None
    at = (day - EPOCH).days
    assert at in set(laid.panel.as_of.tolist())
    theirs = {laid.panel.names[laid.panel.accounts[row]]: row for row in np.flatnonzero(laid.panel.as_of == at)}
    ours = {lately.panel.names[lately.panel.accounts[row]]: row for row in np.flatnonzero(lately.panel.as_of == at)}
    both = sorted(set(theirs) & set(ours))
    assert len(both) > 20
    columns = {kpi.name: place for place, kpi in enumerate(laid.panel.kpis)}
    wanted = [columns[kpi.name] for kpi in lately.panel.kpis]
    known = lately.panel.known[[ours[name] for name in both]]
    expected = restated[np.ix_([theirs[name] for name in both], wanted)]
    assert np.nan_to_num(known, nan=-1) == pytest.approx(np.nan_to_num(expected, nan=-1), rel=1e-5, abs=1e-6)
    for place, name in enumerate(("size", "tenure")):
        assert [column.name for column in lately.panel.control_columns][place] == name
    sizes = laid.panel.controls[[theirs[name] for name in both], 0]
    assert lately.panel.controls[[ours[name] for name in both], 0] == pytest.approx(sizes, rel=1e-4, abs=1e-4)


def test_young_customers_are_known_as_such(lately: Lately) -> None:
    assert lately.panel.is_young is not None
    tenure = np.expm1(lately.panel.controls[:, 1])
    known = np.isfinite(tenure)
    assert (lately.panel.is_young[known] == (tenure[known] < 182.5)).all()
