"""Closed grades stay: nothing delivered or said later changes them, and they follow again from what was kept."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from example import COMPANY
from mistakes import copied
from recorded import Place, lay_record, point_at
from trueup import workspace
from trueup.answers.grade import Told, explained, regraded
from trueup.answers.grades import table
from trueup.answers.gradings import NoGradesError, gradings
from trueup.answers.honesty import report
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot, current
from trueup.record.actions.grades import About, answer_questions, override_grade
from trueup.record.machine import first_administrator
from trueup.record.models import Account, ClosedGrades, User
from trueup.record.refusal import Refused
from trueup.runs.build import definitions
from trueup.runs.closing import Due, close, closed_grades, due, verify
from trueup.runs.entered import entries_of, follow_lake
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.honesty import made_report
from trueup.runs.progress import Silence
from trueup.runs.whole import build_whole
from trueup.runs.worksheets import in_force
from trueup.units.period import parse_period

NOW = datetime.combine(COMPANY.ends_on, datetime.min.time(), tzinfo=UTC)
SINCE = COMPANY.ends_on - timedelta(days=430)


def dues_of(folder: Folder, cadence: str = "quarterly") -> list[Due]:
    settings = workspace.settings(folder)
    sheets = in_force(folder, settings, metrics=definitions(folder).metrics)
    return due([sheets[cadence]], settings, closed_grades(folder), first_on=SINCE, now=NOW)  # type: ignore[index]


def closed_now(folder: Folder, dues: list[Due]) -> int:
    settings = workspace.settings(folder)
    return close(folder, settings, definitions(folder), dues, entries=entries_of(folder), progress=Silence())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """The example with the two oldest quarters that are due closed, built afterwards."""
    made = copied(tmp_path_factory.mktemp("closing") / "acme")
    lay_record(made.root)
    point_at(Place(made.root))
    settings = workspace.settings(made)
    follow_lake(made, settings)
    first_administrator("ada@ours.example", at=datetime.now(UTC))
    closed_now(made, dues_of(made)[:2])
    as_of = moment_of(COMPANY.ends_on.isoformat(), settings)
    build_whole(made, settings, as_of=as_of, progress=Silence())
    yield made
    connections.close_all()


@pytest.fixture
def snapshot(folder: Folder) -> Snapshot:
    point_at(Place(folder.root))
    found = current(folder.mart)
    assert found is not None
    return found


def ada() -> User:
    return User.objects.get(email="ada@ours.example")


def test_a_period_is_due_after_its_closing_day_and_once_closed_no_more(folder: Folder) -> None:
    point_at(Place(folder.root))
    dues = dues_of(folder)
    done = {each.period.key for each in closed_grades(folder)}
    assert len(done) == 2
    assert not done & {each.period.key for each in dues}
    assert all(each.on == each.period.last + timedelta(days=14) for each in dues)
    assert all(each.on < COMPANY.ends_on for each in dues)


def test_what_was_closed_is_published_as_it_was_frozen(folder: Folder, snapshot: Snapshot) -> None:
    kept = {each.period.key: each for each in closed_grades(folder)}
    published = [each for each in gradings(snapshot, "quarterly") if each.closed_at is not None]
    assert [each.period for each in published] == sorted(kept)
    for grading in published:
        frozen = {row["account_id"]: row for row in kept[grading.period].table.to_pylist()}
        for row in table(snapshot, grading).to_pylist():
            was = frozen[row["account_id"]]
            assert (row["score"], row["grade"]) == (was["score"], was["grade"])


def test_the_same_grades_follow_from_what_was_kept(folder: Folder) -> None:
    point_at(Place(folder.root))
    assert verify(folder) == []


def test_closing_again_is_refused_and_leaves_what_was(folder: Folder) -> None:
    point_at(Place(folder.root))
    first = closed_grades(folder)[0]
    again = Due(first.sheet, parse_period(first.period.key), date.fromisoformat(str(first.period.as_of_on)))
    with pytest.raises(Refused, match="closed"):
        closed_now(folder, [again])
    assert len(closed_grades(folder)) == 2


def test_nobody_changes_a_closed_period_not_even_in_sql(folder: Folder) -> None:
    point_at(Place(folder.root))
    for sql in ("UPDATE record_closedgrades SET accounts = 0", "DELETE FROM record_closedgrades"):
        with pytest.raises(Exception, match="Closed grades stay as they were"), transaction.atomic():
            connection.cursor().execute(sql)


def test_an_answer_about_a_closed_period_is_refused(folder: Folder) -> None:
    point_at(Place(folder.root))
    closed = closed_grades(folder)[0]
    account = Account.objects.get(pk=closed.table.column("account_id")[0].as_py())
    about = About(account, closed.sheet.name, closed.period.key)
    with pytest.raises(Refused, match="are closed"):
        answer_questions(ada(), about, {"openness": (5, "")}, at=datetime.now(UTC))


def test_an_override_today_changes_no_closed_grade(folder: Folder, snapshot: Snapshot) -> None:
    grading = next(each for each in gradings(snapshot, "quarterly") if each.closed_at is not None)
    account = table(snapshot, grading).column("account_id")[0].as_py()
    today = datetime.now(UTC).date()
    override_grade(
        ada(), Account.objects.get(pk=account), at=datetime.now(UTC), cadence="quarterly", letter="F",
        starts_on=today, ends_on=today, reason="They told us they leave.",
    )  # fmt: skip
    assert regraded(snapshot, grading, {account: Told(override="F")}) == {}
    found = explained(snapshot, account, "quarterly", grading.period, told=Told(override="F"))
    assert found is not None
    assert not found.is_overridden


def test_altered_content_is_named(folder: Folder) -> None:
    """Somebody who holds the database takes its guards away first."""
    point_at(Place(folder.root))
    row = ClosedGrades.objects.order_by("first_on").first()
    assert row is not None
    with transaction.atomic():
        cursor = connection.cursor()
        cursor.execute("DROP TRIGGER closed_grades_not_changed")
        content = bytearray(bytes(row.content))
        content[len(content) // 2] ^= 1
        cursor.execute("UPDATE record_closedgrades SET content = %s WHERE id = %s", [bytes(content), row.pk])
        assert verify(folder) == [f"quarterly grades of {row.period}: the content is not what was closed."]
        transaction.set_rollback(True)
    assert verify(folder) == []


@pytest.mark.parametrize("page", ["honesty", "learned", "evidence", "pleasing", "worksheets"])
@pytest.mark.parametrize("cadence", ["quarterly", "annual", "strategic"])
def test_pages_tell_what_little_two_closed_quarters_say(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, page: str, cadence: str
) -> None:
    point_at(Place(folder.root))
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(folder.root))
    client = Client(SERVER_NAME="localhost")
    client.force_login(ada())
    answer = client.get(f"/grades/{page}/", {"cadence": cadence})
    assert answer.status_code == 200
    assert not re.search(r"\bnan\b", answer.content.decode().lower())


def test_the_report_that_a_build_keeps_is_the_one_that_it_made(snapshot: Snapshot) -> None:
    mart = DuckDBEngine(snapshot.file, read_only=True)
    try:
        made = made_report(mart, "quarterly", snapshot.manifest.as_of_on)
        assert made_report(mart, "annual", snapshot.manifest.as_of_on) is None, "none is closed"
    finally:
        mart.close()
    assert repr(report(snapshot, "quarterly")) == repr(made)
    with pytest.raises(NoGradesError, match="trueup grades close"):
        report(snapshot, "annual")
