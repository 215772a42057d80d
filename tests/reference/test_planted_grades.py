"""The example company's truth: better quarterly grades leave less often. Shuffled, they tell no difference."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import connections

from example import export, import_all
from recorded import Place, lay_record, point_at
from trueup import workspace
from trueup.answers.gradings import gradings
from trueup.answers.honesty import report
from trueup.answers.learned import learn
from trueup.grades.honesty.outcomes import OutcomeReport
from trueup.grades.honesty.report import honest
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot, current
from trueup.runs.build import definitions
from trueup.runs.closing import close, due
from trueup.runs.ground import moment_of
from trueup.runs.honesty import Report, graded_rows, outcome_of
from trueup.runs.outcomes import closed_rows, outcomes
from trueup.runs.progress import Silence
from trueup.runs.whole import build_whole
from trueup.runs.worksheets import in_force
from trueup.sources.simulate import SIZES
from trueup.sources.simulate.clock import add_months

COMPANY = replace(SIZES["demo"], interactions_per_account_year=24.0)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The company of the demo, with every quarter closed as known on its closing day; nobody's goals entered."""
    folder = export(tmp_path_factory.mktemp("planted"), COMPANY)
    # What customers gained from what they bought is no part of these grades, and takes as long as all the rest.
    for name in ("adoptions", "kpi_series"):
        (folder.root / "exports" / "company" / f"{name}.csv").unlink()
    import_all(folder)
    settings, known = workspace.settings(folder), definitions(folder)
    sheet = in_force(folder, settings, metrics=known.metrics)["quarterly"]
    begun = add_months(COMPANY.ends_on, -12 * COMPANY.years)
    now = datetime.combine(COMPANY.ends_on, datetime.min.time(), tzinfo=UTC)
    dues = due([sheet], settings, (), first_on=begun, now=now)
    lay_record(folder.root)
    point_at(Place(folder.root))
    close(folder, settings, known, dues, entries={}, progress=Silence())
    build_whole(folder, settings, as_of=moment_of(COMPANY.ends_on.isoformat(), settings), progress=Silence())
    connections.close_all()
    found = current(folder.mart)
    assert found is not None
    assert len([each for each in gradings(found, "quarterly") if each.closed_at]) == len(dues)
    return found


def told(found: Report, outcome: str) -> OutcomeReport:
    return next(each for each in found.outcomes if each.name == outcome)


def test_customers_with_better_grades_leave_less_and_renew_more(snapshot: Snapshot) -> None:
    found = report(snapshot, "quarterly")
    for outcome in ("left", "renewed"):
        assert told(found, outcome).verdict == "order_kept", told(found, outcome).why
        assert told(found, outcome).area.low > 0.5
    lost = told(found, "left").lost
    assert lost is not None
    assert lost.best < lost.accounts / 10, "few of those who left had an A"


def test_a_worksheet_is_learned_from_earlier_periods_and_tried_on_later_ones(snapshot: Snapshot) -> None:
    found = learn(snapshot, "quarterly", "left")
    closed = [each.period for each in gradings(snapshot, "quarterly")]
    first, last = closed.index(found.learned_from[-1]), closed.index(found.tried_on[0])
    assert last - first >= 4, "what came of the ones was over before the others were given"
    assert found.proposal.rows <= sum(1 for _ in found.learned_from) * 400
    if found.proposal.why:
        assert found.proposal.sheet == found.hand_made
        assert found.learned.area == found.by_hand.area
    else:
        assert found.learned.baselines[0].name == "the hand-made worksheet"


def test_few_defaults_and_few_goals_tell_nothing(snapshot: Snapshot) -> None:
    found = report(snapshot, "quarterly")
    assert told(found, "defaulted").verdict == "cannot_tell"
    assert "it takes 30 of each" in told(found, "defaulted").why


def test_outcomes_dealt_to_other_customers_tell_no_difference(snapshot: Snapshot) -> None:
    mart = DuckDBEngine(snapshot.file, read_only=True)
    try:
        rows = closed_rows(mart, "quarterly")
        after = next(each for each in outcomes(mart) if each.name == "left")
    finally:
        mart.close()
    outcome, names = outcome_of(rows, after), np.unique(rows.accounts)
    given = list(zip(rows.accounts.tolist(), rows.periods.tolist(), strict=True))
    became = dict(zip(given, after.observed.tolist(), strict=True))
    verdicts = []
    for seed in range(20):
        dealt = dict(zip(names, np.random.default_rng(seed).permutation(names), strict=True))
        observed = np.array([became.get((dealt[account], period), np.nan) for account, period in given])
        shuffled = replace(outcome, observed=observed, applies=~np.isnan(observed))
        verdicts.append(honest(graded_rows(rows), [shuffled], as_of=snapshot.manifest.as_of_on).outcomes[0].verdict)
    assert verdicts.count("no_difference") + verdicts.count("cannot_tell") >= 18
