"""Trueup in a notebook: everything that a workspace answers, in every form."""

import shutil
from pathlib import Path

import altair as alt
import duckdb
import polars as pl
import pyarrow as pa
import pytest

import trueup
from example import COMPANY, SYSTEMS, built, exported
from mistakes import copied
from recorded import lay_record
from trueup.answers.cells import COLUMNS, UnknownNameError
from trueup.answers.grades import COLUMNS as GRADE_COLUMNS
from trueup.answers.gradings import NoGradesError
from trueup.answers.indicators import COLUMNS as INDICATOR_COLUMNS
from trueup.mart.snapshot import current
from trueup.metrics.readiness import Readiness
from trueup.notebook import Rows, Workspace
from trueup.runs.folder import WorkspaceError
from trueup.units.period import InvalidPeriod


@pytest.fixture
def ws() -> Workspace:
    return trueup.open(built().root)


def test_metrics_come_in_every_form(ws: Workspace) -> None:
    told = ws.metrics("response_time", by="team", period="quarter", first="2026-Q1")
    assert tuple(told.arrow().column_names) == COLUMNS
    assert isinstance(told.polars(), pl.DataFrame)
    assert told.polars().height == len(told) > 0
    assert told.pandas().shape == (len(told), len(COLUMNS))
    assert isinstance(told.chart(), alt.Chart)
    assert told.chart().to_dict()["encoding"]["color"]["field"] == "entity"
    assert set(told.polars()["period"]) == {"2026-Q1", "2026-Q2"}


@pytest.mark.parametrize("by", ["company", "account", "team"])
def test_the_sql_of_an_answer_yields_its_rows_again(ws: Workspace, by: str, tmp_path: Path) -> None:
    told = ws.metrics("response_time", "revenue", by=by, period="month", first="2026-03", last="2026-05")
    snapshot = current(built().mart)
    assert snapshot is not None
    # Of a copy: other tests of this process may have the snapshot open.
    with duckdb.connect(shutil.copy(snapshot.file, tmp_path), read_only=True) as connection:
        again = connection.execute(told.sql).to_arrow_table()
    assert again.equals(told.arrow())


def test_the_first_rows_are_shown_as_a_table(ws: Workspace) -> None:
    told = ws.metrics(by="team", period="month")
    shown = told._repr_html_()
    assert shown.count("<tr>") == 21
    assert f"<p>{len(told) - 20:,} more rows</p>" in shown
    assert "<th>metric</th>" in shown
    assert repr(told) == repr(told.polars())


def test_what_people_wrote_is_shown_as_they_wrote_it() -> None:
    told = Rows(pa.table({"entity": ["<b>Müller & Söhne</b>"], "value": [None], "n": [1234567]}), "")
    assert "<td>&lt;b&gt;Müller &amp; Söhne&lt;/b&gt;</td><td>–</td><td>1234567</td>" in told._repr_html_()


def test_conditions_and_moments_narrow_the_answer(ws: Workspace) -> None:
    everything = ws.metrics("win_rate", period="year", first="2025", last="2025").polars()
    new_ones = ws.metrics("win_rate", period="year", first="2025", last="2025", where={"kind": "new"}).polars()
    both = ws.metrics("win_rate", period="year", first="2025", last="2025", where={"kind": ["new", "renewal"]}).polars()
    assert 0 < new_ones["n"][0] < both["n"][0] <= everything["n"][0]
    then = ws.metrics("win_rate", period="month", as_of="2026-03-31").polars()
    assert max(then["period"]) <= "2026-03"


def test_a_number_is_explained_to_its_rows(ws: Workspace) -> None:
    told = ws.explain("win_rate", period="2026-Q2", rows=3)
    assert told.cell.n == told.row_count > 3
    assert told.rows.num_rows == 3
    assert set(told.origins) == set(told.rows.column("fact_key").to_pylist())
    assert {origin.file for origin in told.origins.values()} == {"salesforce/Opportunity.csv"}
    value = ws.metrics("win_rate", period="quarter", first="2026-Q2", last="2026-Q2").polars()["value"][0]
    assert told.cell.value == value


def test_readiness_findings_and_merges_are_rows_too(ws: Workspace) -> None:
    ready = ws.readiness().polars()
    assert ready.columns == ["metric", "state", "because", "cure"]
    assert set(ready["state"]) <= set(Readiness.__annotations__["state"].__args__)
    assert {"severity", "code", "message", "cure"} <= set(ws.findings().polars().columns)
    assert len(ws.merges("accounts")) > 0
    assert "zendesk" in ws.merges("people").polars()["sources"].explode().to_list()


def test_a_workspace_is_imported_and_built_without_a_command_line(tmp_path: Path) -> None:
    made = exported(tmp_path / "acme")
    ws = trueup.open(made.root)
    assert repr(ws) == "<trueup workspace acme>"
    report = ws.import_(*(made.root / "exports" / system for system in SYSTEMS))
    assert sum(done.new_rows for done in report.conformed) > 0
    done = ws.build(as_of=COMPANY.ends_on.isoformat())
    assert done.metrics > 50
    assert done.cells > 1_000
    same = ws.metrics("response_time", by="team", period="quarter").arrow()
    assert same.equals(trueup.open(built().root).metrics("response_time", by="team", period="quarter").arrow())


def test_mistakes_are_told_as_on_the_command_line(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean win_rate"):
        ws.metrics("win_rat")
    with pytest.raises(UnknownNameError, match="Did you mean account"):
        ws.metrics("win_rate", by="acount")
    with pytest.raises(InvalidPeriod, match="2026-12"):
        ws.metrics("win_rate", first="2026-13")
    with pytest.raises(WorkspaceError, match="trueup init"):
        trueup.open(tmp_path)


def test_grades_are_those_of_the_command_line_and_each_opens_to_its_lines(ws: Workspace) -> None:
    told = ws.grades().polars()
    assert set(told.columns) == set(GRADE_COLUMNS)
    account = told["account_id"][0]
    found = ws.grade(account)
    assert found is not None
    assert float(sum(line.added or 0 for line in found.lines)) == pytest.approx(told["score"][0])
    assert ws.grade("nobody") is None
    assert ws.pleasing().polars().height >= told.height


def test_what_was_not_closed_cannot_be_held_against_what_came(ws: Workspace) -> None:
    for ask in (ws.honesty, ws.learn):
        with pytest.raises(NoGradesError, match="closed"):
            ask()


def test_a_study_of_kpis_comes_as_rows_as_a_page_and_whole(tmp_path: Path) -> None:
    folder = copied(tmp_path / "acme")
    lay_record(folder.root)
    ws = trueup.open(folder.root)
    told = ws.indicators("renewed", as_of="2026-03-31")
    assert tuple(told.arrow().column_names) == INDICATOR_COLUMNS
    assert told.number == 1
    assert {kpi.kpi: kpi.tier for kpi in told.study.kpis} == dict(
        zip(told.polars()["kpi"], told.polars()["tier"], strict=True)
    )
    assert "too few" in told._repr_html_()
    assert "What this cannot tell" in told._repr_html_()
    assert told.page().startswith("<!doctype html>")
    assert isinstance(told.chart(), alt.LayerChart)
    assert ws.indicators("renewed", as_of="2026-03-31").number == 1
