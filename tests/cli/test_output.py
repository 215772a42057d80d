"""What commands print: whole tables at any width, exact columns for programs, nothing else on stdout."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import csv, parquet

from example import built
from trueup.cli import main

Printed = Callable[..., str]
CSV_HEADER = "metric,family,department,grain,entity,period,value,numerator,denominator,n,pending,status,unit"


def run(*arguments: str, columns: int | None = None) -> subprocess.CompletedProcess[str]:
    """The command as its own process, not on a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "trueup", *arguments, "--workspace", str(built().root)],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "", **({"COLUMNS": str(columns)} if columns else {})},
    )


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    def ask(*arguments: str, columns: int = 120) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--workspace", str(built().root)])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return ask


COMMANDS = [
    ["metrics", "response_time", "win_rate", "revenue", "--by", "team", "--period", "quarter"],
    ["metrics", "response_time", "--by", "account"],
    ["metrics"],
    ["metrics", "--from", "2026-05"],
    ["explain", "win_rate", "--period", "2026-Q2"],
    ["readiness"],
    ["findings"],
    ["merges", "people"],
]


@pytest.mark.parametrize("columns", [80, 120, 160])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_line_is_longer_than_the_terminal(command: list[str], columns: int, printed: Printed) -> None:
    lines = [line for line in printed(*command, columns=columns).splitlines() if not line.startswith("SELECT")]
    assert max(map(len, lines)) <= columns
    assert not [line for line in lines if "…" in line]
    assert not [line for line in lines if line != line.rstrip()]


def test_csv_has_the_promised_columns_and_empty_nulls(printed: Printed) -> None:
    header, *rows = printed("metrics", "response_time", "--format", "csv").splitlines()
    assert header == CSV_HEADER
    assert rows[0].startswith('"response_time","experience","company","company","company","')
    assert all(row.split(",")[7:9] == ["", ""] for row in rows)


def test_the_three_forms_for_programs_hold_the_same_rows(printed: Printed, tmp_path: Path) -> None:
    asked = ["metrics", "win_rate", "response_time", "--by", "team", "--period", "year"]
    printed(*asked, "--format", "parquet", "-o", str(tmp_path / "metrics.parquet"))
    rows = parquet.read_table(tmp_path / "metrics.parquet")
    assert json.loads(printed(*asked, "--format", "json")) == rows.to_pylist()
    read = csv.read_csv(
        io.BytesIO(printed(*asked, "--format", "csv").encode()),
        convert_options=csv.ConvertOptions(column_types=rows.schema),
    )
    assert read.equals(rows)


def test_a_file_holds_what_would_have_been_printed(printed: Printed, tmp_path: Path) -> None:
    asked = ["metrics", "win_rate", "--format", "csv"]
    told = printed(*asked)
    assert printed(*asked, "-o", str(tmp_path / "metrics.csv")) == ""
    assert (tmp_path / "metrics.csv").read_text(encoding="utf-8") == told


def test_shares_are_percentages_money_has_its_currency_and_counts_are_whole(printed: Printed) -> None:
    lines = printed("metrics", "win_rate", "revenue", "cases_opened", "response_time", "--from", "2026-05").splitlines()
    header, *rows = (line.split() for line in lines)
    assert header == ["metric", "period", "value", "n", "notes"]
    units = {row[0]: row[3] for row in rows if not row[3].isdigit()}
    assert units == {"win_rate": "%", "revenue": "EUR", "response_time": "hours"}
    assert all(row[2].isdigit() for row in rows if row[0] == "cases_opened")


def test_numbers_end_in_the_same_column(printed: Printed) -> None:
    header, *rows = printed("metrics", "revenue", "--period", "year").splitlines()
    end = header.index("value") + len("value")
    assert {row[:end].rstrip()[-1].isdigit() and row[end] == " " for row in rows} == {True}


def test_the_newest_periods_are_shown_and_the_others_named(printed: Printed) -> None:
    told = printed("metrics", "revenue")
    assert [line.split()[1] for line in told.splitlines()[1:-1]] == [f"2026-0{month}" for month in range(1, 7)]
    assert "--from 2023-" in told.splitlines()[-1]


def test_every_metric_of_the_company_is_one_line_with_its_newest_periods(printed: Printed) -> None:
    header, *rows, legend, older = printed("metrics", columns=160).splitlines()
    assert header.split() == ["metric", *(f"2026-0{month}" for month in range(1, 7))]
    single = printed("metrics", "revenue").splitlines()
    revenue = next(row for row in rows if row.startswith("revenue "))
    assert revenue.split() == ["revenue", *(line.split()[2] + "*" * ("prov" in line) for line in single[1:-1]), "EUR"]
    assert legend.startswith("* thin, provisional")
    assert older.startswith("Older ones, back to 2023-")


def test_accounts_are_named_beside_their_ids(printed: Printed) -> None:
    title, header, first, *_ = printed("metrics", "revenue", "--by", "account", "--from", "2026-05").splitlines()
    assert title == "revenue"
    assert header.split()[:2] == ["entity", "name"]
    assert first.split()[0].startswith("001")
    assert first.split()[1].isalpha()


def test_progress_stays_off_what_is_no_terminal() -> None:
    told = run("metrics", "win_rate", "--period", "week", "--from", "2026-W10", "--to", "2026-W12")
    assert told.stderr == ""
    assert told.stdout.splitlines()[0].split() == ["metric", "period", "value", "n", "notes"]


def test_an_explanation_names_file_and_line_of_each_row(printed: Printed) -> None:
    told = printed("explain", "win_rate", "--period", "2026-Q2", "--rows", "3", columns=160)
    rows = told.splitlines()[-3:]
    export = (built().root / "exports" / "salesforce" / "Opportunity.csv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        key, place = row.split()[-5], row.split()[-1]
        file, line = place.split(":")
        assert file == "salesforce/Opportunity.csv"
        assert key in export[int(line) - 1]


def test_all_sql_is_printed_when_asked_for(printed: Printed) -> None:
    short = printed("explain", "win_rate", "--period", "2026-Q2")
    whole = printed("explain", "win_rate", "--period", "2026-Q2", "--sql")
    assert "--sql prints it" in short
    assert len(whole.splitlines()) > len(short.splitlines()) + 100
