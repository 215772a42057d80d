"""``trueup impact`` of a workspace: what its customers gained, what of it is due to nobody, and what is not paid on."""

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from commands import Run
from gained_workspace import AS_OF, GAIN, LEVERS, agreed, imported
from recorded import workspace_in

HEADER = "account_id,measure,lever,method,improvement,counterfactual,attributable,low,high,evidence,blocked_by"


@pytest.fixture
def place() -> Path:
    return agreed().root


def rows_of(told: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(told)))


def of(rows: Sequence[dict[str, str]], account: str) -> list[dict[str, str]]:
    return [row for row in rows if row["account_id"] == account]


def test_programs_get_a_row_per_customer_measure_and_start(run: Run) -> None:
    code, told, _ = run("impact", "--format", "csv")
    rows = rows_of(told)
    assert (code, told.splitlines()[0]) == (0, HEADER)
    assert [row["account_id"] for row in rows] == ["c00", "c01", "c02", "c03", "c04", "c04", "c05", "c06"]
    assert {row["measure"] for row in rows} == {"on_time_delivery"}
    assert [row["lever"] for row in rows] == ["planner"] * 6 + ["coach"] * 2
    known = [row for row in rows if row["attributable"]]
    assert len(known) == 6
    for row in known:
        parts = {name: float(row[name]) for name in ("improvement", "counterfactual", "attributable", "low", "high")}
        assert parts["attributable"] == pytest.approx(parts["improvement"] - parts["counterfactual"])
        assert parts["low"] < parts["attributable"] < parts["high"]
        assert row["method"] == "sdid"


def test_what_was_planted_is_found_and_what_was_not_is_not(run: Run) -> None:
    rows = rows_of(run("impact", "--format", "csv")[1])
    for account in ("c00", "c01", "c02"):
        [row] = of(rows, account)
        assert float(row["attributable"]) == pytest.approx(GAIN, abs=0.7)
        assert 1 < float(row["low"]) < GAIN < float(row["high"])
        assert (row["evidence"], row["blocked_by"]) == ("moderate", "")
    for account in ("c05", "c06"):
        [row] = of(rows, account)
        assert float(row["attributable"]) == pytest.approx(0, abs=0.7)
        assert float(row["low"]) < 0
        assert row["evidence"] == "none"


def test_of_a_start_too_recent_or_one_of_two_nothing_is_said_but_why(run: Run) -> None:
    rows = rows_of(run("impact", "--format", "csv")[1])
    [recent] = of(rows, "c03")
    first, again = of(rows, "c04")
    assert (recent["blocked_by"], again["blocked_by"]) == ("not_over", "treated_twice")
    assert first["attributable"] != ""
    for row in (recent, again):
        assert {row[name] for name in ("method", "improvement", "counterfactual", "attributable", "low", "high")} == {
            ""
        }
        assert row["evidence"] == "none"


def test_nothing_is_paid_on_a_lever_until_somebody_says_what_it_is_meant_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = imported(tmp_path / "planners")
    monkeypatch.chdir(made.root)
    assert run("build", "--as-of", AS_OF)[0] == 0
    unsaid = rows_of(run("impact", "--format", "csv")[1])
    assert all("lever_not_agreed" in row["blocked_by"].split(", ") for row in unsaid)
    with made.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(LEVERS)
    assert run("build", "--as-of", AS_OF)[0] == 0
    said = rows_of(run("impact", "--format", "csv")[1])
    assert {row["lever"] for row in said if "lever_not_agreed" in row["blocked_by"]} == {"coach"}
    # The estimates are the same: it was only forbidden to pay on them.
    assert [row["attributable"] for row in said] == [row["attributable"] for row in unsaid]
    assert said == rows_of(run("impact", "--format", "csv", "--workspace", str(agreed().root))[1])


@pytest.mark.parametrize(
    ("words", "accounts"),
    [
        ("--account c04", {"c04"}),
        ("--lever coach", {"c05", "c06"}),
        ("--measure on_time_delivery --lever planner", {"c00", "c01", "c02", "c03", "c04"}),
        ("--account c05 --lever planner", set()),
    ],
)
def test_one_may_ask_for_some(run: Run, words: str, accounts: set[str]) -> None:
    code, told, _ = run("impact", *words.split(), "--format", "csv")
    assert (code, {row["account_id"] for row in rows_of(told)}) == (0, accounts)


def test_people_read_what_was_gained_and_what_it_is_worth(run: Run) -> None:
    code, told, _ = run("impact", "--most", "7")
    said = " ".join(told.split())
    assert code == 0
    assert "8 starts: of 6 something can be said, 3 are sure enough to be paid on." in said
    assert "C00" in said
    assert "planner, 2025-03" in said
    assert "nobody had said beforehand" in said
    assert "1 are not shown: --most 8" in said
    assert "Worth to customers, by what goals say: 7,869.69 EUR, of which 3,566.80 are certain enough" in said


def test_one_customer_is_told_in_sentences(run: Run) -> None:
    said = " ".join(run("impact", "--account", "c00")[1].split())
    assert "On-time delivery since 2025-03: planner" in said
    assert "On-time delivery: gained 4.25 points beyond what would have happened anyway." in said
    assert "Before and after alone show a gain of" in said
    assert "Certain enough to be paid on are 3.57 points." in said
    recent = " ".join(run("impact", "--account", "c03")[1].split())
    assert "Nothing can be said yet: the months compared after the start are not over." in recent


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--account c0", "--account 'c0': nothing was compared under this name; did you mean c00?"),
        ("--account NOBODY", "--account 'NOBODY': nothing was compared under this name; there are c00, c01, c02"),
        ("--measure on_time_delivry", "did you mean on_time_delivery?"),
        ("--lever planer", "did you mean planner?"),
        ("--format parquet", "Parquet is no text to print; name a file with --output FILE."),
    ],
)
def test_a_mistake_is_told_with_its_cure(run: Run, words: str, says: str) -> None:
    code, told, said = run("impact", *words.split())
    assert (code, told) == (1, "")
    assert says in said


def test_before_anything_was_built_it_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace_in(tmp_path / "new"))
    code, told, said = run("impact")
    assert (code, told) == (1, "")
    assert "Run `trueup build` first" in said


def test_where_nobody_began_with_anything_it_says_what_it_takes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = imported(tmp_path / "idle")
    shutil.rmtree(made.root / "exports")
    monkeypatch.chdir(made.root)
    assert run("build", "--as-of", "2024-06-30")[0] == 0
    code, told, _ = run("impact")
    assert code == 0
    assert "Nothing to compare yet: it takes customers' own measures" in " ".join(told.split())
