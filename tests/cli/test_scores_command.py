"""``trueup scores``: whom to worry about first, and what one chance is made of."""

import csv
import io
from pathlib import Path

import pytest

from commands import Run
from recorded import lay_record, workspace_in
from scored_customers import ON, published, study
from trueup.runs.folder import Folder
from trueup.runs.kept_studies import keep_study

HEADER = "account_id,outcome,as_of,chance,low,high,before,why,reason,study"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A workspace whose customers were scored, with one study of renewals and one that may be a coin."""
    folder = Folder(workspace_in(tmp_path_factory.mktemp("scores") / "acme"))
    published(folder.mart)
    lay_record(folder.root)
    keep_study(folder, study(), as_of_on=ON)
    keep_study(folder, study("churned", auc_low=0.4), as_of_on=ON)
    return folder


@pytest.fixture
def place(acme: Folder) -> Path:
    return acme.root


def test_programs_get_a_row_per_account_whom_to_worry_about_first(run: Run) -> None:
    code, told, _ = run("scores", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told)))
    assert (code, told.splitlines()[0].replace('"', "")) == (0, HEADER)
    assert [row["account_id"] for row in rows] == ["globex", "acme", "initech"]
    assert float(rows[1]["chance"]) == pytest.approx(0.858, abs=1e-3)
    assert (rows[2]["chance"], rows[2]["reason"]) == ("", "less than six months with us")


def test_people_read_chances_and_what_most_of_them_is(run: Run) -> None:
    code, told, _ = run("scores", "--most", "2")
    assert code == 0
    assert "Chances to renew" in told
    assert "within 90 to 270 days" in " ".join(told.split())
    assert "Globex" in told
    assert "86%" in told
    assert "Joint calls +0.80" in told
    assert "1 are not shown: --most 3" in told


def test_one_account_is_opened_to_every_reason(run: Run) -> None:
    code, told, _ = run("scores", "--account", "acme")
    said = " ".join(told.split())
    assert code == 0
    assert "Acme: the chance to renew" in said
    assert "86% (86% to 86%) as of 2026-06-30; 55% as of 2026-03-31." in said
    assert "Joint calls +0.800 +1.600" in said
    assert "No chance is told: less than six months with us." in run("scores", "--account", "initech")[1]
    assert run("scores", "--account", "acme", "--format", "csv")[1].count("\n") == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--outcome churned", "is not sure to be better than a coin"),
        ("--outcome expanded", "Nobody has asked yet which KPIs predict expanded. Ask with `trueup indicators"),
        ("--outcome happy", "There is no outcome 'happy'"),
        ("--account nobody", "There is no account 'nobody' among the 3"),
    ],
)
def test_what_cannot_be_told_is_told_with_why(run: Run, words: str, says: str) -> None:
    code, told, said = run("scores", *words.split())
    assert (code, told) == (1, "")
    assert says in said


def test_before_anything_was_built_it_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace_in(tmp_path / "new"))
    code, _, said = run("scores")
    assert code == 1
    assert "Run `trueup build` first" in said
