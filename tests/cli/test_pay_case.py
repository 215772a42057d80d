"""The command that runs cases of pay, for analysts at a terminal and for programs."""

import json
import shutil
from pathlib import Path

import pytest

from commands import Run

CASES = Path(__file__).parents[1] / "pay" / "cases"
EIGHTH = str(CASES / "v08_correction_after_close")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A case that expects 80,000 of February where 75,000 come out, and nothing of January."""
    made = shutil.copytree(CASES / "v07a_year_to_date", tmp_path / "wrong")
    (made / "expected.csv").write_text("payee,earning_period,amount\nann,2026-02,80000\nann,2026-03,-20000\n")
    return made


def test_a_case_that_comes_out_tells_how_many_rows_it_held(run: Run) -> None:
    assert run("pay", "case", EIGHTH) == (0, "5 of 5 rows as expected.\n", "")
    assert run("pay", "case", str(CASES / "v01_step_per_event"), EIGHTH) == (
        0,
        "14 of 14 rows as expected in 2 cases.\n",
        "",
    )


def test_each_difference_is_a_line(run: Run, wrong: Path) -> None:
    code, told, failed = run("pay", "case", str(wrong))
    assert (code, failed) == (1, "")
    assert told.splitlines() == [
        "expected.csv: row 2 (ann, 2026-02): amount is 75000, expected 80000",
        "expected.csv: ann, 2026-01: amount is 40000, expected none",
        "1 of 2 rows as expected, and 1 that nobody expected.",
    ]
    both = run("pay", "case", EIGHTH, str(wrong))[1].splitlines()
    assert both[0] == "wrong: expected.csv: row 2 (ann, 2026-02): amount is 75000, expected 80000"
    assert both[-1] == "6 of 7 rows as expected in 2 cases, and 1 that nobody expected."


def test_programs_read_the_differences(run: Run, wrong: Path, tmp_path: Path) -> None:
    file = tmp_path / "differences.json"
    assert run("pay", "case", str(wrong), "--format", "json", "--output", str(file)) == (1, "", "")
    first, then = json.loads(file.read_text())
    assert first == {
        "case": "wrong",
        "file": "expected.csv",
        "row": 2,
        "where": "row 2 (ann, 2026-02)",
        "column": "amount",
        "expected": "80000",
        "found": "75000",
    }
    assert (then["row"], then["where"], then["expected"], then["found"]) == (None, "ann, 2026-01", None, "40000")
    assert run("pay", "case", EIGHTH, "--format", "json") == (0, "[]\n", "")


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("evnts.csv", b"natural_key\n", "evnts.csv, row 1: no file of a case has that name; did you mean events?"),
        ("events.csv", b"natural_key,kind\n\xe4,deal\n", "events.csv, row 1: it is no UTF-8 text: save it as UTF-8"),
        ("plan.yaml", b"plan: quota\n", "plan.yaml:1: currency is missing"),
        ("assignments.csv", b"payee,plan,start\nann,none,2026-01-01\n", "ann is on the plan none, which is not there."),
    ],
)
def test_what_cannot_be_read_is_told_beside_what_can(
    run: Run, wrong: Path, file: str, content: bytes, told: str
) -> None:
    (wrong / file).write_bytes(content)
    code, out, failed = run("pay", "case", str(wrong), EIGHTH)
    assert (code, out) == (1, "5 of 5 rows as expected.\n")
    assert failed.startswith(f"trueup: wrong: {told}")


def test_a_folder_without_a_plan_or_none_at_all_is_told(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("pay", "case", str(empty)) == (
        1,
        "",
        "trueup: empty: plan.yaml, row 1: there is no plan in this folder: add one, or name another",
    )
    code, out, failed = run("pay", "case", str(tmp_path / "nowhere"))
    assert (code, out) == (1, "")
    assert failed.startswith(f"trueup: {tmp_path / 'nowhere'}: No such file or directory.")
    assert run("pay", "case", EIGHTH, "--format", "parquet")[2].startswith("trueup: Parquet is no text")
