"""What the example company's people have entered: plausible, by the rules, and there in the numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from example import COMPANY, built
from mistakes import copied
from recorded import Place, lay_record, point_at
from trueup import workspace
from trueup.answers.cells import Question, read
from trueup.record import access
from trueup.record.machine import everyone
from trueup.record.models import User
from trueup.record.testimony import verify_answers
from trueup.runs.entered import entries_of, follow_lake
from trueup.runs.example_entries import enter_example
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.progress import Silence
from trueup.runs.whole import build_whole
from trueup.sources.simulate import planted
from trueup.sources.simulate.entered_rows import Entered
from trueup.sources.simulate.entries import entered_at_company

LAST = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def entered() -> Entered:
    return entered_at_company(built().root / "exports", COMPANY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, entered: Entered) -> Iterator[Folder]:
    made = copied(tmp_path_factory.mktemp("example_entries") / "acme")
    lay_record(made.root)
    point_at(Place(made.root))
    follow_lake(made, workspace.settings(made))
    enter_example(entered, joined_at=LAST - timedelta(days=365 * COMPANY.years))
    yield made
    connections.close_all()


@pytest.fixture
def boss(folder: Folder) -> User:
    point_at(Place(folder.root))
    return next(user for user in everyone() if user.role == "administrator")


def test_the_same_exports_give_the_same_entries(entered: Entered) -> None:
    assert entered_at_company(built().root / "exports", COMPANY) == entered


def test_nothing_was_entered_before_it_happened_or_after_the_companys_last_day(entered: Entered) -> None:
    moments = [
        *(each.entered_at for each in (*entered.stakeholders, *entered.readings, *entered.notes, *entered.stakes)),
        *(moment for goal in entered.goals for moment in (goal.stated_at, goal.agreed_at, goal.ended_at) if moment),
        *(answer.answered_at for answer in entered.answers),
        *(moment for each in entered.adjustments for moment in (each.entered_at, each.decided_at) if moment),
    ]
    assert max(moments) <= LAST
    assert all(reading.observed_on < reading.entered_at.date() for reading in entered.readings)
    assert all(goal.stated_at.date() > goal.terms[1] for goal in entered.goals if goal.terms)
    assert all(each.starts_on < each.entered_at.date() for each in entered.adjustments)


def test_there_is_something_of_everything(entered: Entered) -> None:
    assert all(vars(entered).values()), {name: len(rows) for name, rows in vars(entered).items()}
    assert {goal.kind for goal in entered.goals} == {"business", "personal"}
    assert {bool(goal.agreed_at) for goal in entered.goals if goal.kind == "business"} == {True, False}
    assert {bool(goal.bound_to) for goal in entered.goals if goal.kind == "business"} == {True, False}
    assert {"approved", None} <= {each.decision for each in entered.adjustments}
    assert {colleague.role for colleague in entered.colleagues} >= {"administrator", "manager", "member", "analyst"}


def test_it_goes_through_the_door_that_people_use(folder: Folder, boss: User, entered: Entered) -> None:
    kept = {
        "stakeholders": access.stakeholders(boss).count(),
        "goals": access.goals(boss).count(),
        "readings": access.readings(boss).filter(entered_by__isnull=False).count(),
        "milestones": access.milestones(boss).count(),
        "levers": access.levers(boss).count(),
        "adjustments": access.adjustments(boss).count(),
        "stakes": access.stakes(boss).count(),
        "notes": access.notes(boss).count(),
        "answers": access.answers(boss).count(),
    }
    assert kept == {name: len(rows) for name, rows in vars(entered).items() if name != "colleagues"}
    assert verify_answers().__class__.__name__ == "Whole"
    by = set(access.readings(boss).exclude(entered_by=None).values_list("entered_by__role", flat=True))
    assert by <= {"member", "manager", "administrator"}


def test_goals_name_what_is_sold_for_their_measure_as_the_exports_call_it(folder: Folder, boss: User) -> None:
    sold = {(goal.measure, lever.name) for goal in access.goals(boss) for lever in goal.levers.all()}
    assert sold == {
        ("Days sales outstanding", "invoice_autopilot"),
        ("Days sales outstanding", "executive_dashboard"),
        ("On-time delivery", "delivery_planner"),
        ("On-time delivery", "executive_dashboard"),
        ("Order cycle time", "supplier_portal"),
        ("Stock cover", "delivery_planner"),
    }
    assert {lever.name for lever in access.levers(boss)} == {lever.name for lever in planted.LEVERS}
    exported = entries_of(folder)["goal_levers"]
    of_business = access.goals(boss).filter(kind="business")
    assert set(exported.column("goal_id").to_pylist()) == {str(goal.pk) for goal in of_business}


def test_adjustments_are_of_measures_with_goals_and_decided_by_others(boss: User, entered: Entered) -> None:
    kept = access.adjustments(boss).select_related("proposed_by", "decided_by")
    goals = {(goal.account_id, goal.measure) for goal in entered.goals}
    assert {(each.account_id, each.measure) for each in kept} <= goals
    assert {each.status for each in kept} >= {"approved", "proposed"}
    assert all(each.decided_by.role == "analyst" for each in kept if each.decided_by)
    assert all(each.decided_by != each.proposed_by and each.evidence for each in kept)


def test_it_is_there_in_the_numbers(folder: Folder, boss: User) -> None:
    settings = workspace.settings(folder)
    moment = moment_of(COMPANY.ends_on.isoformat(), settings)
    whole = build_whole(folder, settings, as_of=moment, progress=Silence())
    assert access.readings(boss).filter(verification="measured_by_system").exists()
    named = ("goal_coverage", "goal_attainment", "goals_on_track", "milestones_on_time")
    answer = read(whole.snapshot, Question(named, "company", "year", first="2026", last="2026"))
    assert answer is not None
    values = {row["metric"]: row["value"] for row in answer.rows.to_pylist()}
    assert 0.2 < values["goal_coverage"] < 1
    assert values["goal_attainment"] is not None
    assert 0 < values["milestones_on_time"] <= 1


def test_a_stranger_to_the_account_does_not_see_what_is_personal(folder: Folder, boss: User, entered: Entered) -> None:
    assert entries_of(folder)["goals"].num_rows >= len(entered.goals)
    viewer = next(user for user in everyone() if user.role == "viewer")
    assert not access.goals(viewer).filter(kind="personal").exists()
    assert access.goals(boss).filter(kind="personal").exists()
    assert not access.stakes(viewer).exists()


def test_the_exports_are_all_that_is_needed(tmp_path: Path, entered: Entered) -> None:
    for part in ("company", "salesforce"):
        (tmp_path / part).symlink_to(built().root / "exports" / part)
    assert entered_at_company(tmp_path, COMPANY) == entered
