"""``trueup grades``: lists for programs, reasons that sum up, worksheets as files, and periods that are closed."""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection, connections

from example import COMPANY, built
from trueup.answers.grades import COLUMNS, table
from trueup.answers.gradings import grading_of
from trueup.cli import main
from trueup.grades.worksheet_file import load, our_files, read
from trueup.mart.snapshot import Snapshot, current
from trueup.runs.folder import Folder

Run = Callable[..., tuple[int, str, str]]
CSV_HEADER = "account_id,cadence,period,score,grade,answered_weight,overridden,worksheet_version"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a workspace: its code, what it prints, and what it says of mistakes."""
    monkeypatch.setenv("COLUMNS", "120")

    def ran(*words: str, on: Path | None = None) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words, "--workspace", str(on or built().root)])
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, " ".join(told.err.split())

    return ran


def published() -> Snapshot:
    found = current(built().mart)
    assert found is not None
    return found


def listed(run: Run, *options: str) -> list[dict[str, str]]:
    code, told, _ = run("grades", "--format", "csv", *options)
    assert code == 0
    return list(csv.DictReader(io.StringIO(told)))


def columns_of(told: str) -> list[dict[str, str]]:
    """The rows of a printed table whose cells stand under their heads; of wrapped lines the first."""
    lines = told.splitlines()
    head = next(place for place, line in enumerate(lines) if line.startswith("criterion"))
    ends = {match.end(): match[0] for match in re.finditer(r"better than|\S+", lines[head])}
    places = [0, *list(ends)[1:]]
    rows = []
    for line in lines[head + 1 :]:
        if line.startswith("Better than"):
            break
        cells = [line[start:end].strip() for start, end in pairwise(places)]
        rows.append(dict(zip(list(ends.values())[1:], cells, strict=True)))
    return rows


def test_csv_has_exactly_the_promised_columns_and_every_graded_account(run: Run) -> None:
    code, told, _ = run("grades", "--format", "csv")
    assert (code, told.splitlines()[0].replace('"', "")) == (0, CSV_HEADER)
    assert ",".join(COLUMNS) == CSV_HEADER
    kept = table(published(), grading_of(published(), "quarterly"))
    assert [row["account_id"] for row in listed(run)] == kept.column("account_id").to_pylist()


def test_the_list_is_the_best_first_and_counts_each_letter(run: Run) -> None:
    rows = listed(run)
    told = run("grades")[1]
    accounts = [line.split()[0] for line in told.splitlines() if line.startswith("001")]
    assert accounts == [row["account_id"] for row in rows]
    for letter in "ABCDEF?":
        count = sum(row["grade"] == letter for row in rows)
        assert (f"{letter}: {count}" in told) == bool(count)
    assert "Quarterly grades of 2026-Q2, as known at the last build, by the worksheet quarterly" in told


def test_an_explanation_sums_to_the_score_and_the_change_to_the_change(run: Run) -> None:
    for row in listed(run)[:3]:
        code, told, _ = run("grades", "explain", row["account_id"])
        lines = columns_of(told)
        assert code == 0
        adds, changes = ([float(line[name].replace("–", "") or 0) for line in lines] for name in ("adds", "change"))
        assert sum(adds) == pytest.approx(float(row["score"]), abs=0.05 * len(adds))
        moved = re.search(r"Since 2026-Q1 \(.\): ([-+][\d.]+) points", told)
        assert moved is not None
        assert sum(changes) == pytest.approx(float(moved[1]), abs=0.05 * len(changes) + 0.05)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--period 2019-Q1", "No quarterly grades of 2019-Q1. There are grades of 2026-Q1, 2026-Q2;"),
        ("--cadence annual --period soon", "No annual grades of soon. There are grades of 2025, 2026;"),
        ("explain nobody", "nobody has no quarterly grade of 2026-Q2: it was no customer then"),
        ("explain nobody --period 2019-Q1", "There are grades of 2026-Q1, 2026-Q2;"),
        ("sheets quartely", "'quartely' is no worksheet of ours. There are annual, lending_annual,"),
        ("honesty", "No quarterly grades are closed yet, and only closed ones can be held against what came after."),
        ("close --period 2026-Q7", "a quarter is written 2026-Q2"),
    ],
)
def test_mistakes_are_told_with_their_cure(run: Run, words: str, says: str) -> None:
    code, told, failed = run("grades", *words.split())
    assert (code, told) == (1, "")
    assert failed.startswith("trueup: ")
    assert says in failed


def test_a_worksheet_is_printed_as_a_file_that_reads_back(run: Run) -> None:
    ours = load(our_files())
    for name, sheet in ours.items():
        code, told, _ = run("grades", "sheets", name)
        assert (code, read(name, told)) == (0, sheet)
    told = run("grades", "sheets")[1]
    assert {line.split()[0] for line in told.splitlines()[1:] if line[0] != " "} == set(ours)
    assert told.count("in force") == 3


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the example company."""
    return shutil.copytree(built().root, tmp_path / "acme")


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("metric: response_time", "metric: respons_time", "no metric is called 'respons_time'; did you mean response"),
        ("cadence: quarterly", "cadence: quartely", "did you mean quarterly"),
        ("bands: [{below: 2, points", "bandz: [{below: 2, points", "did you mean bands"),
        ("weight: 3", "weight: 0", "above 0"),
    ],
)
def test_a_worksheet_with_a_mistake_stops_the_build_with_line_and_cure(
    run: Run, workspace: Path, right: str, wrong: str, says: str
) -> None:
    own = workspace / "worksheets" / "quarterly.yaml"
    own.parent.mkdir(exist_ok=True)
    lines = run("grades", "sheets", "quarterly")[1].splitlines()
    place = next(number for number, line in enumerate(lines) if right in line)
    lines[place] = lines[place].replace(right, wrong)
    own.write_text("\n".join(lines), "utf-8")
    code, _, failed = run("build", on=workspace)
    assert code == 1
    assert f"worksheets/quarterly.yaml:{place + 1}: " in failed
    assert says in failed
    kept = current(Folder(workspace).mart)
    assert (kept and kept.manifest) == published().manifest


@pytest.fixture
def recorded(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The copy, to which this process's record belongs afterwards."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(workspace))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "trueup.server.settings")
    monkeypatch.setenv("TRUEUP_RECORD", "")
    connections.close_all()
    yield workspace
    connections.close_all()


def test_a_period_is_closed_once_shown_as_closed_and_verified(run: Run, recorded: Path) -> None:
    period = ("--cadence", "strategic", "--period", "2025")
    assert run("grades", "verify", on=recorded)[1].startswith("0 closed periods")
    code, told, failed = run("grades", "close", *period, on=recorded)
    assert (code, failed) == (0, "")
    assert told.startswith(f"Closed: strategic 2025; {len(listed(run, *period))} grades.")
    code, _, failed = run("grades", "close", *period, on=recorded)
    assert (code, "The grades of 2025 are closed already" in failed) == (1, True)
    assert run("grades", "verify", on=recorded)[:2] == (
        0,
        "1 closed periods: each one's grades follow from what was kept, and nothing was altered.\n",
    )
    assert run("build", "--as-of", COMPANY.ends_on.isoformat(), on=recorded)[0] == 0
    told = run("grades", *period, on=recorded)[1]
    assert "Strategic grades of 2025, closed, by the worksheet strategic" in told
    assert run("grades", "honesty", "--cadence", "strategic", on=recorded)[0] == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER closed_grades_not_changed")
        cursor.execute("UPDATE record_closedgrades SET sha256 = 'altered'")
    code, _, failed = run("grades", "verify", on=recorded)
    assert (code, "strategic grades of 2025: the content is not what was closed." in failed) == (1, True)
