"""Trueup in a notebook: ``import trueup; ws = trueup.open("acme"); ws.metrics("response_time", by="account")``."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
from pyarrow import parquet

from trueup import workspace
from trueup.answers import grade as grades_of_one
from trueup.answers import grades as all_grades
from trueup.answers.asking import NotBuiltError, ask
from trueup.answers.backtest import table as backtest_table
from trueup.answers.cells import Question, check_grain
from trueup.answers.effort import By
from trueup.answers.explaining import Explained, explain_number
from trueup.answers.gradings import grading_of
from trueup.answers.honesty import report
from trueup.answers.indicators import table
from trueup.answers.indicators_told import told_whole
from trueup.answers.learned import Learned, learn
from trueup.answers.merging import merges_of
from trueup.answers.quadrant import pleasing
from trueup.answers.ready import readiness_of
from trueup.answers.scores import NoScoresError, scores
from trueup.answers.study import study_of
from trueup.answers.studying import study_and_keep
from trueup.answers.value import claim_table, claims, gains, insight_table, insights
from trueup.answers.value import table as gain_table
from trueup.indicators.lab import HORIZON, LEAD
from trueup.lake.store import open_lake
from trueup.mart.snapshot import Snapshot, current
from trueup.notebook.frame import Rows, StudyRows
from trueup.notebook.pay import Pay
from trueup.runs.backtests import Kind, Ours, backtest_workspace
from trueup.runs.build import Built
from trueup.runs.entered import entries_of, follow_lake
from trueup.runs.folder import Folder, find
from trueup.runs.ground import moment_of
from trueup.runs.honesty import Report
from trueup.runs.kept_studies import newest_study
from trueup.runs.outcome_names import outcome_called
from trueup.runs.progress import Silence
from trueup.runs.pull import ImportReport, pull
from trueup.runs.score_file import Scores, read_scores, scores_in
from trueup.runs.settings import Settings
from trueup.runs.whole import build_whole


class Frame(Protocol):
    """A frame of pandas, polars, Arrow or any other that hands its rows on as Arrow does."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class Workspace:
    """A company's workspace, opened. Everything it answers is what the command line and the board say too."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    @property
    def settings(self) -> Settings:
        """The settings of ``trueup.toml``, read anew."""
        return workspace.settings(self.folder)

    @property
    def pay(self) -> Pay:
        """Pay: calculated, tried on the past, and held against cases; nothing of it is kept."""
        return Pay(self.folder)

    def import_(self, *paths: str | Path, source: str | None = None) -> ImportReport:
        """Import files and folders."""
        report = pull(self.folder, self.settings, [Path(path) for path in paths], source=source, progress=Silence())
        follow_lake(self.folder, self.settings)
        return report

    def build(self, *, as_of: str | None = None) -> Built:
        """Compute everything and publish it; ``as_of`` is a date (its end) or an instant."""
        moment = None if as_of is None else moment_of(as_of, self.settings)
        return build_whole(self.folder, self.settings, as_of=moment, progress=Silence())

    def metrics(
        self,
        *names: str,
        by: str = "company",
        period: str = "month",
        first: str | None = None,
        last: str | None = None,
        as_of: str | None = None,
        where: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Rows:
        """Metrics (none named: all) by a grain, for each period of a kind; the columns of ``trueup metrics``."""
        conditions = tuple(
            (column, value)
            for column, wanted in (where or {}).items()
            for value in ([wanted] if isinstance(wanted, str) else wanted)
        )
        question = Question(
            metrics=names, grain=check_grain(by), kind=period, first=first, last=last, where=conditions, as_of=as_of
        )
        answer = ask(self.folder, self.settings, question, progress=Silence(), entries=entries_of(self.folder))
        return Rows(answer.rows, answer.sql)

    def explain(
        self, metric: str, *, period: str, by: str = "company", entity: str = "company", rows: int = 20
    ) -> Explained:
        """How a published number came about, with up to ``rows`` of the rows behind it."""
        return explain_number(
            self.folder, self.settings, metric, grain=check_grain(by), entity=entity, period=period, rows=rows
        )

    def grades(self, cadence: str = "quarterly", *, period: str | None = None) -> Rows:
        """Customers' grades of a period (without one, of the last that is over); the columns of ``trueup grades``."""
        snapshot = self._snapshot()
        return Rows(all_grades.table(snapshot, grading_of(snapshot, cadence, period)), "")

    def grade(
        self, account: str, cadence: str = "quarterly", *, period: str | None = None
    ) -> grades_of_one.Explained | None:
        """An account's grade line by line; None where it was not graded."""
        return grades_of_one.explained(self._snapshot(), account, cadence, period)

    def honesty(self, cadence: str = "quarterly") -> Report:
        """Closed grades held against what came after them."""
        return report(self._snapshot(), cadence)

    def learn(self, cadence: str = "quarterly", outcome: str = "left") -> Learned:
        """A worksheet learned from what became of customers, tried on later periods beside the one in force."""
        return learn(self._snapshot(), cadence, outcome)

    def pleasing(self, *, by: By | Literal["account"] = "account", period: str | None = None) -> Rows:
        """What each customer gives us and gets of us in a quarter; the columns of ``trueup grades pleasing``.

        ``by``: where the effort of each team or person went, or everybody's.
        """
        found = pleasing(self._snapshot(), period)
        return Rows(found.table() if by == "account" else found.effort_by(by), "")

    def indicators(
        self, outcome: str = "renewed", *, lead_days: int = LEAD, horizon_days: int = HORIZON, as_of: str | None = None
    ) -> StudyRows:
        """Which KPIs truly predict an outcome: the columns of ``trueup indicators``, a row per KPI, the best first.

        Its ``study`` holds all that can be told, and its ``page()`` is the study drawn, as HTML. The study is kept.
        """
        answer, number = study_and_keep(
            self.folder,
            self.settings,
            outcome,
            progress=Silence(),
            as_of=as_of,
            lead=lead_days,
            horizon=horizon_days,
        )
        return StudyRows(table(answer), study_of(told_whole(answer)), number)

    def backtest(
        self,
        scores: str | Path | Frame | None = None,
        *,
        outcome: str = "renewed",
        grades: str | None = None,
        kpi: str | None = None,
        higher_is: Literal["safer", "worse"] | None = None,
        lead: int = 90,
        horizon: int = 180,
    ) -> Rows:
        """What scores would have been worth; the columns of ``trueup backtest``.

        ``scores``: a file, or a frame with the columns account, date, score; without them ``grades`` of a cadence, a
        ``kpi``, or else the workspace's own score. ``lead``, ``horizon``: days.
        """
        is_higher_better = None if higher_is is None else higher_is == "safer"
        wanted: Ours | Scores
        if scores is None:
            kind: Kind = "kpi" if kpi is not None else "own" if grades is None else "grades"
            wanted = Ours(kind, kpi or grades or "", is_higher_better)
        elif isinstance(scores, str | Path):
            wanted = read_scores(Path(scores), is_higher_safer=higher_is != "worse")
        else:
            wanted = scores_in(_parquet(scores), "scores.parquet", is_higher_safer=higher_is != "worse")
        snapshot = self._snapshot()
        found = backtest_workspace(
            self.folder,
            self.settings,
            wanted,
            outcome_called(outcome),
            as_of=datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC),
            entries=entries_of(self.folder),
            progress=Silence(),
            lead=lead,
            horizon=horizon,
        )
        return Rows(backtest_table(found), "")

    def scores(self, outcome: str = "renewed") -> Rows:
        """Each account's chance of an outcome by the newest study's score; the columns of ``trueup scores``.

        Raises NoScoresError where nobody asked, or the score is not sure to be better than a coin.
        """
        name = outcome_called(outcome)
        kept = newest_study(self.folder, name)
        if kept is None:
            raise NoScoresError(f"Nobody has asked yet which KPIs predict {name}. Call indicators({name!r}) first.")
        return Rows(scores(self._snapshot(), kept).table(), "")

    def impact(self, measure: str | None = None, lever: str | None = None, account: str | None = None) -> Rows:
        """What customers gained beyond what would have happened anyway; the columns of ``trueup impact``."""
        accounts = None if account is None else {account}
        return Rows(gain_table(gains(self._snapshot(), accounts=accounts, measure=measure, lever=lever)), "")

    def insights(self, measure: str | None = None, lever: str | None = None) -> Rows:
        """What each lever did for customers alike; the columns of ``trueup insights``."""
        return Rows(insight_table(insights(self._snapshot(), measure=measure, lever=lever)), "")

    def claims(self) -> Rows:
        """What gains are worth to customers by their agreed goals, and why others have no value."""
        return Rows(claim_table(claims(self._snapshot())), "")

    def _snapshot(self) -> Snapshot:
        snapshot = current(self.folder.mart)
        if snapshot is None:
            raise NotBuiltError(f"Nothing was computed in {self.folder.root} yet. Call build() first.")
        return snapshot

    def readiness(self) -> Rows:
        """Which metrics can be computed, and what is missing for the others."""
        told = [
            {"metric": r.metric.name, "state": r.state, "because": " ".join(r.because), "cure": r.cure}
            for r in readiness_of(self.folder, entries_of(self.folder))
        ]
        return Rows(pa.Table.from_pylist(told), "")

    def findings(self) -> Rows:
        """What is wrong or doubtful in the data."""
        with open_lake(self.folder.lake, read_only=True) as lake:
            return Rows(lake.findings(), "")

    def merges(self, of: str = "accounts") -> Rows:
        """Which ids are taken for the same account, contact or person."""
        return Rows(merges_of(self.folder, of), "")

    def __repr__(self) -> str:
        return f"<trueup workspace {self.folder.root.name}>"


def _parquet(frame: Frame) -> bytes:
    content = BytesIO()
    parquet.write_table(pa.table(frame), content)
    return content.getvalue()


def open(folder: str | Path | None = None) -> Workspace:  # noqa: A001  trueup.open reads as people say it
    """Open the workspace in ``folder``, else in TRUEUP_WORKSPACE, else here; WorkspaceError if there is none."""
    return Workspace(find(Path(folder) if folder is not None else None))
