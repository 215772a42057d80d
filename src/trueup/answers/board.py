"""The alignment board: each department's few key metrics, what customers get beside what we do and what we get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trueup.answers.cells import Question, UnknownNameError, read
from trueup.answers.predicting import Predicts
from trueup.answers.ready import readiness_of
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import NO_ENTRIES, Entries
from trueup.mart.snapshot import Manifest, Snapshot, current
from trueup.metrics.readiness import Readiness
from trueup.runs.folder import Folder
from trueup.runs.settings import Settings

NOTHING_PREDICTED: Mapping[str, tuple[Predicts, ...]] = {}
MONTHS_SHOWN = 13
"""A year of trend, and the same month a year ago."""


@dataclass(frozen=True)
class Department:
    """A department, the question its customers ask, and its key metrics; activity last, for contrast."""

    name: str
    question: str
    metrics: tuple[str, ...]


DEPARTMENTS: tuple[Department, ...] = (
    Department(
        "The customer's own measures",
        "Does the customer get where it wants to be?",
        (
            "goal_attainment",
            "goals_on_track",
            "time_to_first_value",
            "milestones_on_time",
            "goal_coverage",
            "stakeholder_coverage",
        ),
    ),
    Department(
        "The whole selling organisation",
        "How does the customer experience us?",
        (
            "response_time",
            "answered_in_time",
            "unanswered",
            "joint_calls",
            "stakeholder_reach",
            "review_coverage",
            "right_follow_up_rate",
            "sales_calls",
        ),
    ),
    Department(
        "Marketing",
        "Do customers speak for us?",
        ("advocate_share", "referral_rate", "referral_conversion_rate", "campaign_click_rate"),
    ),
    Department(
        "Sales",
        "Does the customer see the value?",
        (
            "full_value_share",
            "discount_depth",
            "deep_discount_share",
            "negotiated_share",
            "win_rate",
            "qualified_leads",
        ),
    ),
    Department(
        "Support",
        "Does the customer get the permanent solution?",
        (
            "interactions_per_issue",
            "repeat_contact_rate",
            "first_contact_resolution",
            "time_to_permanent_solution",
            "reopen_rate",
            "cases_closed",
        ),
    ),
    Department(
        "Results",
        "What did we get? Results lag; they are here to be explained by the rest.",
        ("net_revenue_retention", "renewal_rate", "revenue", "default_rate"),
    ),
)


@dataclass(frozen=True)
class Point:
    """A metric's value in one month; ``status`` as in the tidy table."""

    period: str
    value: float | None
    n: int
    pending: int
    status: str


@dataclass(frozen=True)
class Tile:
    """A metric on the board. ``latest`` is the newest month that is over and has a value; ``points`` oldest first.

    ``predicts``: its tier for each outcome that was studied, the best first.
    """

    metric: str
    label: str
    family: str
    better: str
    unit: str
    description: str
    target: float | None
    points: tuple[Point, ...]
    latest: Point | None
    before: Point | None
    year_ago: Point | None
    missing: Readiness | None
    predicts: tuple[Predicts, ...] = ()


@dataclass(frozen=True)
class Section:
    """A department with its tiles."""

    department: Department
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Board:
    """Everything the page shows."""

    company: str
    currency: str
    manifest: Manifest
    sections: tuple[Section, ...]
    missing: tuple[Readiness, ...]
    findings: Mapping[str, int]


def board(
    folder: Folder,
    settings: Settings,
    entries: Entries = NO_ENTRIES,
    predicts: Mapping[str, tuple[Predicts, ...]] = NOTHING_PREDICTED,
) -> Board:
    """The company's board from the published snapshot; UnknownNameError before the first build.

    ``entries``: as for a build; they tell what is still missing. ``predicts``: what KPIs were found to predict.
    """
    snapshot = current(folder.mart)
    if snapshot is None:
        raise UnknownNameError(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    ready = readiness_of(folder, entries)
    lacking = {each.metric.name: each for each in ready if each.state == "missing"}
    about = _about(snapshot)
    points, months = _points(snapshot)
    sections = tuple(
        Section(
            department,
            tuple(
                replace(
                    _tile(about[name], points.get(name, {}), months, lacking.get(name), settings.targets.get(name)),
                    predicts=predicts.get(name, ()),
                )
                for name in department.metrics
                if name in about
            ),
        )
        for department in DEPARTMENTS
    )
    return Board(
        settings.company, settings.currency, snapshot.manifest, sections, tuple(lacking.values()), _findings(folder)
    )


def _about(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        rows = engine.query("SELECT * FROM meta.metrics ORDER BY position").to_pylist()
    finally:
        engine.close()
    return {row["metric"]: row for row in rows}


def _points(snapshot: Snapshot) -> tuple[dict[str, dict[str, Point]], list[str]]:
    """The company's months by metric, and the keys of the months to show, oldest first."""
    names = tuple(name for department in DEPARTMENTS for name in department.metrics)
    known = set(_about(snapshot))
    answer = read(snapshot, Question(tuple(name for name in names if name in known), "company", "month"))
    found: dict[str, dict[str, Point]] = {}
    months: set[str] = set()
    for row in answer.rows.to_pylist() if answer else []:
        point = Point(row["period"], row["value"], row["n"], row["pending"], row["status"])
        found.setdefault(row["metric"], {})[row["period"]] = point
        months.add(row["period"])
    return found, sorted(months)[-MONTHS_SHOWN:]


def _tile(
    about: Mapping[str, str],
    points: Mapping[str, Point],
    months: Sequence[str],
    missing: Readiness | None,
    target: float | None,
) -> Tile:
    is_count = about["unit"] == "count"
    # A month without a row of a count is a month in which nothing happened.
    blank = 0.0 if is_count and points else None
    shown = tuple(
        points.get(month, Point(month, blank, 0, 0, "ok" if is_count else "no_denominator")) for month in months
    )
    over = [point for point in shown if point.value is not None and point.status != "provisional"]
    latest = over[-1] if over else None
    place = shown.index(latest) if latest else 0
    return Tile(
        metric=about["metric"],
        label=about["label"],
        family=about["family"],
        better=about["better"],
        unit=about["unit"],
        description=about["description"],
        target=target,
        points=shown,
        latest=latest,
        before=over[-2] if len(over) > 1 else None,
        year_ago=shown[place - 12] if place >= 12 else None,
        missing=missing,
    )


def _findings(folder: Folder) -> dict[str, int]:
    engine = DuckDBEngine(folder.lake, read_only=True)
    try:
        rows = engine.query("SELECT severity, count(*) AS n FROM meta.findings GROUP BY severity").to_pylist()
    finally:
        engine.close()
    return {row["severity"]: row["n"] for row in rows}
