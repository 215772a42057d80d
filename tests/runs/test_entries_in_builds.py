"""Entries in a build: measured beside what was imported, as of a moment, and shown behind the numbers."""

import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from entered import entries
from trueup import workspace
from trueup.answers.asking import ask
from trueup.answers.cells import Question, read
from trueup.answers.explaining import explain_number
from trueup.answers.live import compute
from trueup.answers.ready import readiness_of
from trueup.mart.snapshot import Snapshot
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.progress import Silence
from trueup.runs.pull import pull

FILES = {
    "crm/accounts.csv": "account_id,name,domain,owner_id\nacme,Acme,acme.example,ann\nglobex,Globex,globex.de,ann\n",
    "crm/people.csv": "person_id,name,team\nann,Ann,north\n",
    "billing/accounts.csv": "account_id,name,domain\nb-7,ACME Ltd,acme.example\n",
    "billing/contracts.csv": (
        "contract_id,account_id,starts_on,ends_on\nc1,b-7,2026-01-01,2026-12-31\nc2,globex,2026-02-01,2026-12-31\n"
    ),
}
GOAL = {"kind": "business", "direction": "decrease", "weight": Decimal(1), "cadence_days": 45, "status": "agreed",
        "agreed_at": datetime(2026, 1, 10, 9, tzinfo=UTC)}  # fmt: skip
TERMS = {"revision": 1, "baseline_value": Decimal(60), "baseline_on": date(2026, 1, 1), "target_value": Decimal(40),
         "target_on": date(2026, 12, 31)}  # fmt: skip
JUNE = datetime(2026, 6, 1, 10, tzinfo=UTC)
ENTERED = entries(
    goals=[{**GOAL, "goal_id": "dso", "account_id": "b-7"}, {**GOAL, "goal_id": "own", "account_id": "b-7",
                                                             "stakeholder_id": "kim", "kind": "personal"}],
    goal_terms=[{**TERMS, "goal_id": "dso"}, {**TERMS, "goal_id": "own"}],
    stakeholders=[{"stakeholder_id": "kim", "account_id": "b-7", "role_in_decisions": "decision_maker"}],
    readings=[
        {"reading_id": "r1", "goal_id": "dso", "observed_on": date(2026, 3, 20), "value": Decimal("55.0"),
         "verification": "measured_by_system", "verified_at": datetime(2026, 3, 20, tzinfo=UTC), "superseded_at": JUNE},
        {"reading_id": "r1", "goal_id": "dso", "observed_on": date(2026, 3, 20), "value": Decimal("50.0"),
         "verification": "measured_by_system", "verified_at": datetime(2026, 3, 20, tzinfo=UTC), "recorded_at": JUNE},
        {"reading_id": "own", "goal_id": "own", "observed_on": date(2026, 3, 20), "value": Decimal("41.0")},
    ],
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A company that the CRM calls acme and billing b-7."""
    made = workspace.make(tmp_path_factory.mktemp("workspace"), name="Seven", timezone="Europe/Berlin")
    exports = tmp_path_factory.mktemp("exports")
    for name, text in FILES.items():
        source, file = name.split("/")
        (made.sources / source).mkdir(exist_ok=True)
        (made.sources / source / f"{Path(file).stem}.sql").write_text(f"SELECT * FROM {Path(file).stem}\n")
        (exports / source).mkdir(exist_ok=True)
        (exports / source / file).write_text(text)
    for source in ("crm", "billing"):
        pull(made, workspace.settings(made), [exports / source], source=source, progress=Silence())
    return made


@pytest.fixture(scope="module")
def built(folder: Folder) -> Snapshot:
    return made_of(folder, ENTERED)


def made_of(folder: Folder, entered: Mapping[str, pa.Table], *, as_of: str = "2026-06-30") -> Snapshot:
    settings = workspace.settings(folder)
    done = build(folder, settings, as_of=moment_of(as_of, settings), progress=Silence(), entries=entered)
    return done.snapshot


def values(
    snapshot: Snapshot, metric: str, grain: str = "account", period: str = "month"
) -> dict[tuple[str, str], object]:
    answer = read(snapshot, Question((metric,), grain, period))  # type: ignore[arg-type]
    assert answer is not None
    return {(row["entity"], row["period"]): row["value"] for row in answer.rows.to_pylist()}


def test_goals_are_measured_of_the_account_that_theirs_was_merged_into(built: Snapshot) -> None:
    assert values(built, "goal_attainment") == {("acme", f"2026-0{month}"): 0.5 for month in (3, 4, 5, 6)}
    assert values(built, "goal_coverage", "company")["company", "2026-06"] == 0.5
    assert values(built, "stakeholder_coverage") == {("acme", f"2026-0{month}"): 1 for month in range(1, 7)}
    assert values(built, "goals_on_track", "team", "quarter") == {("north", "2026-Q1"): 1, ("north", "2026-Q2"): 0}


def test_a_snapshot_as_of_before_knows_only_what_had_been_entered(folder: Folder, built: Snapshot) -> None:
    settings = workspace.settings(folder)
    asked = Question(("goal_attainment",), "account", "month", as_of="2026-05-31")
    answers = [
        ask(folder, settings, asked, progress=Silence(), entries=ENTERED),
        compute(folder, settings, asked, as_of=moment_of("2026-05-31", settings), progress=Silence(), entries=ENTERED),
    ]
    for answer in answers:
        assert [row["value"] for row in answer.rows.to_pylist()] == [0.25, 0.25, 0.25]
    without = compute(folder, settings, asked, as_of=moment_of("2026-05-31", settings), progress=Silence())
    assert without.rows.num_rows == 0


def test_the_rows_behind_a_number_name_the_entries_and_no_file(folder: Folder, built: Snapshot) -> None:
    settings = workspace.settings(folder)
    told = explain_number(folder, settings, "goals_on_track", grain="account", entity="acme", period="2026-06")
    [row] = told.rows.to_pylist()
    assert (row["fact_key"], row["reading_id"], row["state"], row["counted_as"]) == (
        "dso",
        "r1",
        "stale",
        "denominator",
    )
    assert told.origins == {}
    told = explain_number(folder, settings, "goal_attainment", grain="account", entity="acme", period="2026-06")
    [row] = told.rows.to_pylist()
    assert (row["goal_ids"], row["attainment"]) == ("dso", 0.5)
    # The customer itself was delivered, and is found in its file.
    assert told.origins["acme"].file.endswith("accounts.csv")


def test_the_snapshot_keeps_no_entries_and_nothing_of_personal_goals(built: Snapshot) -> None:
    with duckdb.connect(str(built.file), read_only=True) as mart:
        schemas = {name for (name,) in mart.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()}
        assert schemas.isdisjoint({"state", "entered", "work"})
        assert mart.execute("SELECT DISTINCT fact_key FROM facts.goal_standings").fetchall() == [("dso",)]


def test_without_a_record_a_build_works_and_readiness_says_where_to_enter_what(
    folder: Folder, built: Snapshot, tmp_path: Path
) -> None:
    shutil.copytree(folder.root, tmp_path / "copy")
    empty = made_of(Folder(tmp_path / "copy"), {})
    assert empty.manifest.inputs.keys() == built.manifest.inputs.keys()
    assert empty.manifest.inputs["entries"] != built.manifest.inputs["entries"]
    assert values(empty, "goal_coverage", "company")["company", "2026-06"] == 0
    assert values(empty, "goal_attainment") == {}
    lacking = {each.metric.name: each for each in readiness_of(folder)}
    assert lacking["goal_coverage"].because == ("There are no goals.", "There are no goal terms.")
    assert "on the customer's page" in lacking["milestones_on_time"].cure
    known = {each.metric.name: each for each in readiness_of(folder, ENTERED)}
    assert (known["goal_coverage"].state, known["milestones_on_time"].state) == ("partly", "missing")
    assert known["goal_attainment"].because == ("Nobody of ours has a department: there are no numbers by department.",)
