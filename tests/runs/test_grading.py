"""Grades in a build: reckoned once more, plainly, from the published numbers; and those of past days as known then."""

import shutil
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from entered import entries
from example import COMPANY, built
from trueup import workspace
from trueup.answers.cells import Question, read
from trueup.answers.grade import explained
from trueup.answers.grades import Wanted as Asked
from trueup.answers.grades import page, table, trail
from trueup.answers.gradings import NoGradesError, grading_of, gradings, sheet_of
from trueup.answers.live import compute
from trueup.answers.opened import opened
from trueup.grades.worksheet import LETTERS, Worksheet
from trueup.mart.snapshot import Snapshot, current
from trueup.runs.build import build, definitions
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.graded_then import closing_day, graded_then
from trueup.runs.ground import moment_of
from trueup.runs.progress import Silence
from trueup.runs.worksheets import in_force
from trueup.units.period import parse_period

CADENCES = ("quarterly", "annual", "strategic")
COUNTED = frozenset({"business_reviews", "joint_calls"})
"""Metrics of which nothing is 0."""


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    found = current(built().mart)
    assert found is not None
    return found


def numbers(snapshot: Snapshot, sheet: Worksheet, period: str) -> dict[tuple[str, str], tuple[float | None, int]]:
    """The published value of each metric by account, and the facts behind it."""
    rows = read(
        snapshot, Question(metrics=sheet.metrics, grain="account", kind=sheet.period_kind, first=period, last=period)
    )
    assert rows is not None
    return {(row["metric"], row["entity"]): (row["value"], row["n"]) for row in rows.rows.to_pylist()}


def attributes(snapshot: Snapshot) -> dict[str, tuple[str | None, date | None]]:
    """Each account's segment, and the day on which its first contract began, from the delivered rows."""
    with duckdb.connect(str(built().lake), read_only=True) as lake:
        rows = lake.execute(
            "SELECT a.account_id, any_value(a.segment), min(c.starts_on) FROM canon.accounts AS a"
            " LEFT JOIN canon.contracts AS c USING (account_id)"
            " WHERE a.superseded_at IS NULL AND c.superseded_at IS NULL GROUP BY 1"
        ).fetchall()
    return {account: (segment, began) for account, segment, began in rows}


def by_hand(sheet: Worksheet, values: dict[str, float | str | None]) -> tuple[Fraction | None, str, Fraction]:
    """Score, letter and answered share, as definitions.md says them."""
    earned = possible = answered = Fraction(0)
    for criterion in sheet.criteria:
        value = values[criterion.name]
        if value is None:
            continue
        if criterion.values is not None:
            points = criterion.values.get(str(value), criterion.values.get("other"))
            if points is None:
                continue
        else:
            points = next(
                band.points for band in criterion.bands if band.below is None or float(value) < float(band.below)
            )
        earned += Fraction(criterion.weight) * Fraction(points)
        possible += Fraction(criterion.weight) * Fraction(criterion.most)
        answered += Fraction(criterion.weight)
    share = answered / Fraction(sheet.weight)
    if not possible or share < Fraction(sheet.answered_at_least):
        return (100 * earned / possible if possible else None), "?", share
    score = 100 * earned / possible
    letter = next((letter for letter, cut in sheet.cutoffs.items() if score >= Fraction(cut)), LETTERS[-1])
    return score, letter, share


@pytest.mark.parametrize("cadence", CADENCES)
def test_published_grades_follow_from_published_numbers(snapshot: Snapshot, cadence: str) -> None:
    grading = grading_of(snapshot, cadence)
    sheet = sheet_of(snapshot, grading)
    known, told = numbers(snapshot, sheet, grading.period), attributes(snapshot)
    rows = table(snapshot, grading).to_pylist()
    assert rows
    for row in rows:
        account = row["account_id"]
        values: dict[str, float | str | None] = {}
        for criterion in sheet.criteria:
            if criterion.source == "metric":
                value, _ = known.get((criterion.reads, account), (0.0 if criterion.reads in COUNTED else None, 0))
                values[criterion.name] = value
            elif criterion.reads == "segment":
                values[criterion.name] = told[account][0]
            elif criterion.reads == "years_customer":
                began = told[account][1]
                assert began is not None
                values[criterion.name] = max(0, (min(grading.last_on, COMPANY.ends_on) - began).days) / 365.25
            else:
                values[criterion.name] = None
        score, letter, share = by_hand(sheet, values)
        assert (row["grade"], row["answered_weight"]) == (letter, pytest.approx(float(share)))
        assert row["score"] == (None if score is None else pytest.approx(float(score)))


def test_customers_of_the_period_are_graded_and_nobody_else(snapshot: Snapshot) -> None:
    grading = grading_of(snapshot, "quarterly")
    with opened(snapshot) as mart:
        active = mart.query(
            "SELECT account_id FROM facts.active_customers"
            f" WHERE period_kind = 'quarter' AND period_key = '{grading.period}'"
        )
    assert set(table(snapshot, grading).column("account_id").to_pylist()) == set(active.column(0).to_pylist())


@pytest.mark.parametrize("cadence", CADENCES)
def test_lines_add_up_to_the_score_and_changes_to_its_change(snapshot: Snapshot, cadence: str) -> None:
    newest = gradings(snapshot, cadence)[-1]
    compared = 0
    for account in table(snapshot, newest).column("account_id").to_pylist():
        found = explained(snapshot, account, cadence, newest.period)
        assert found is not None
        assert sum(line.added or 0 for line in found.lines) == (found.score or 0)
        if found.last is not None:
            compared += 1
            assert sum(line.changed for line in found.lines) == (found.score or 0) - (found.last.score or 0)
    assert compared


def test_peers_are_counted_as_one_would(snapshot: Snapshot) -> None:
    grading = grading_of(snapshot, "quarterly")
    of = {
        account: explained(snapshot, account, "quarterly")
        for account in table(snapshot, grading).column("account_id").to_pylist()
    }
    for account, found in of.items():
        assert found is not None
        peers = [other for name, other in of.items() if name != account and other is not None]
        if found.peers:
            peers = [other for other in peers if other.peers == found.peers]
            assert len(peers) >= 10
        line = next(line for line in found.lines if line.criterion.name == "answer_time")
        values = [
            value
            for other in peers
            for each in other.lines
            if each.criterion.name == "answer_time" and isinstance(value := each.value, float)
        ]
        if isinstance(line.value, float) and not found.peers:
            assert line.better_than == pytest.approx(sum(value > line.value for value in values) / len(values))


def test_a_page_of_grades_has_the_best_first_and_the_unknown_last(snapshot: Snapshot) -> None:
    grading = grading_of(snapshot, "quarterly")
    total, found = page(snapshot, grading, Asked(limit=1000))
    assert total == len(found) == grading.accounts
    letters = [each.grade for each in found]
    assert letters == sorted(letters, key=lambda letter: (letter == "?", letter))
    rest = page(snapshot, grading, Asked(offset=5, limit=3))[1]
    assert [each.account_id for each in rest] == [each.account_id for each in found[5:8]]


def test_an_unknown_period_names_those_that_are_graded(snapshot: Snapshot) -> None:
    with pytest.raises(NoGradesError, match=gradings(snapshot, "annual")[0].period):
        grading_of(snapshot, "annual", "1999")


def test_what_people_said_counts_for_its_period_and_only_there(tmp_path: Path) -> None:
    folder = Folder(shutil.copytree(built().root, tmp_path / "acme"))
    settings = workspace.settings(folder)
    before = current(folder.mart)
    assert before is not None
    running, last = gradings(before, "quarterly")[-1], gradings(before, "quarterly")[-2]
    account = table(before, running).column("account_id")[0].as_py()
    said = entries(
        grade_answers=[
            {"grade_answer_id": "a1", "account_id": account, "worksheet": "quarterly", "criterion": "openness",
             "period": running.period, "answer": 5},
        ],
        grade_overrides=[
            {"grade_override_id": "o1", "account_id": account, "cadence": "quarterly", "letter": "B",
             "starts_on": COMPANY.ends_on - timedelta(days=3), "ends_on": COMPANY.ends_on},
            {"grade_override_id": "o2", "account_id": account, "cadence": "annual", "letter": "C",
             "starts_on": COMPANY.ends_on - timedelta(days=30), "ends_on": COMPANY.ends_on - timedelta(days=1)},
        ],
    )  # fmt: skip
    as_of = moment_of(COMPANY.ends_on.isoformat(), settings)
    snapshot = build(folder, settings, as_of=as_of, progress=Silence(), entries=said).snapshot
    now, then = (explained(snapshot, account, "quarterly", each.period) for each in (running, last))
    assert now is not None
    assert next(line.value for line in now.lines if line.criterion.name == "openness") == 5
    assert (now.grade, now.is_overridden) == ("B", True)
    if then is not None:
        assert next(line.value for line in then.lines if line.criterion.name == "openness") is None
    annual = explained(snapshot, account, "annual")
    assert annual is None or not annual.is_overridden, "it was over the day before"


def test_a_worksheet_of_the_workspace_grades_once_it_is_named(tmp_path: Path) -> None:
    folder = Folder(shutil.copytree(built().root, tmp_path / "acme"))
    folder.worksheets.mkdir(exist_ok=True)
    (folder.worksheets / "mine.yaml").write_text(
        "label: Mine\ncadence: quarterly\ncutoffs: {A: 50}\ncriteria:\n- name: fast\n  label: Fast\n  weight: 1\n"
        "  metric: response_time\n  bands: [{below: 4, points: 1}, {points: 0}]\n",
        encoding="utf-8",
    )
    metrics = definitions(folder).metrics
    assert in_force(folder, workspace.settings(folder), metrics=metrics)["quarterly"].name == "quarterly"
    text = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(f"{text}\n[grades]\nquarterly = 'mine'\n", encoding="utf-8")
    assert in_force(folder, workspace.settings(folder), metrics=metrics)["quarterly"].label == "Mine"
    folder.settings_file.write_text(f"{text}\n[grades]\nquarterly = 'annual'\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="that worksheet is annual; quarterly are"):
        in_force(folder, workspace.settings(folder), metrics=metrics)


def test_a_past_quarter_is_graded_by_what_was_known_then(snapshot: Snapshot) -> None:
    """Held against the metrics computed as of that day, another way."""
    folder = built()
    settings, known = workspace.settings(folder), definitions(folder)
    sheet = in_force(folder, settings, metrics=known.metrics)["quarterly"]
    period = parse_period(gradings(snapshot, "quarterly")[-2].period, settings.rules).shift(-2)
    on = closing_day(sheet, period)
    ((_, graded, rows),) = graded_then(
        folder, settings, known, [(sheet, period)], on=on, entries={}, progress=Silence()
    )
    assert (graded.key, graded.is_over, graded.as_of_on) == (period.key, True, on)
    question = Question(metrics=sheet.metrics, grain="account", kind="quarter", first=period.key, last=period.key)
    as_of = moment_of(on.isoformat(), settings)
    then = compute(folder, settings, question, as_of=as_of, progress=Silence()).rows.to_pylist()
    values = {(row["metric"], row["entity"]): row["value"] for row in then}
    assert rows.num_rows
    for row in rows.to_pylist():
        told = {
            criterion.name: values.get(
                (criterion.reads, row["account_id"]), 0.0 if criterion.reads in COUNTED else None
            )
            for criterion in sheet.criteria
        }
        score, letter, _ = by_hand(sheet, told)
        assert (row["computed"], row["score"]) == (letter, None if score is None else pytest.approx(float(score)))


def test_the_trail_tells_every_period_once(snapshot: Snapshot) -> None:
    account = table(snapshot, grading_of(snapshot, "quarterly")).column("account_id")[0].as_py()
    told = [grading.period for grading, _ in trail(snapshot, account, "quarterly")]
    assert told == sorted(set(told))
