"""``trueup indicators`` of a workspace: asked by outcome, kept as it was said, and every KPI ever tried counted."""

import csv
import io
from pathlib import Path

import pytest

from commands import Run
from mistakes import copied
from recorded import lay_record
from trueup.answers.indicators import COLUMNS
from trueup.runs.folder import Folder
from trueup.runs.kept_studies import kept_studies, tried_before


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copied(tmp_path_factory.mktemp("indicators") / "acme")
    lay_record(folder.root)
    return folder.root


@pytest.fixture
def place(acme: Path) -> Path:
    return acme


def test_a_small_company_is_told_that_its_events_are_too_few_and_the_study_is_kept(run: Run, acme: Path) -> None:
    code, told, said = run("indicators", "--outcome", "renewed", "--as-of", "2026-03-31", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert (code, tuple(rows[0])) == (0, COLUMNS)
    assert {row["tier"] for row in rows} <= {"D", "E"}
    assert {"joint_calls", "response_time", "cases_opened"} <= {row["kpi"] for row in rows}
    assert not {"renewal_rate", "revenue"} & {row["kpi"] for row in rows}
    assert any("events are too few to tell" in row["reason"] for row in rows)
    assert "Kept as study 1 of renewed" in said
    kept = kept_studies(Folder(acme), "renewed")
    assert [(each.number, str(each.as_of_on)) for each in kept] == [(1, "2026-03-31")]
    assert tried_before(kept) == {row["kpi"] for row in rows}
    assert not kept_studies(Folder(acme), "churned")


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("renewd", "There is no outcome 'renewd'; did you mean renewed?"),
        ("happy", "; there are churned, deal won, default, expanded, goal attained, renewed"),
    ],
)
def test_an_outcome_nobody_knows_is_told_with_those_there_are(run: Run, outcome: str, says: str) -> None:
    code, told, said = run("indicators", "--outcome", outcome)
    assert (code, told) == (1, "")
    assert says in said
