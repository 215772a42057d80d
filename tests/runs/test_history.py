"""What is told of KPIs' past: exactly what was known then, or as things stood when they were first imported."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from trueup import workspace
from trueup.canon.tables import TABLE
from trueup.metrics.catalogue_file import Catalogue
from trueup.metrics.metric import Metric
from trueup.metrics.sqlfact import SqlFact
from trueup.runs.build import definitions
from trueup.runs.folder import Folder
from trueup.runs.ground import ground, moment_of
from trueup.runs.history import OVERWRITTEN, why_not_exact
from trueup.units.calendar import end_of_day
from versions import deliver

DEALS = """deal_id  account_id  outcome  created_at           closed_at            list_amount  net_amount
           d1       acme        won      2025-01-05 09:00:00  2025-03-01 12:00:00  100          80
           d2       bolt        lost     2025-02-05 09:00:00  2025-04-01 12:00:00  100          90"""
PRICES = """deal_id  field   changed_at           old_value  new_value
            d1       amount  2025-02-01 12:00:00  100        80"""
CASES = """case_id  account_id  status  opened_at            resolved_at          is_escalated
           c1       acme        solved  2025-01-05 09:00:00  2025-01-07 09:00:00  true
           c2       bolt        solved  2025-02-05 09:00:00  2025-02-09 09:00:00  false"""
EVENTS = """case_id  kind        occurred_at
            c1       escalation  2025-01-06 09:00:00
            c1       resolve     2025-01-07 09:00:00
            c2       resolve     2025-02-09 09:00:00"""
CALLS = """interaction_id  account_id  kind  occurred_at
           i1              acme        call  2025-01-05 09:00:00"""
CONTACTS = """contact_id  account_id  name  is_decision_maker
              k1          acme        Anna  true"""
CRM = {"deals": DEALS, "deal_changes": PRICES, "interactions": CALLS, "contacts": CONTACTS}
LATE, EARLY = date(2025, 11, 1), date(2024, 12, 1)
KPIS = (
    "discount_depth",
    "negotiated_share",
    "win_rate",
    "sales_calls",
    "stakeholder_coverage",
    "cases_opened",
    "cases_closed",
    "cases_escalated",
    "reopen_rate",
    "first_contact_resolution",
    "open_backlog",
)


def told(folder: Folder, *, first: str = "2025-03-31", of: Catalogue | None = None) -> dict[str, str]:
    settings, known = workspace.settings(folder), of or definitions(folder)
    metrics = list(of.metrics.values()) if of else [known.metrics[name] for name in KPIS]
    with ground(folder, settings, as_of=moment_of("2025-12-31", settings)) as today:
        day = end_of_day(date.fromisoformat(first), settings.zone)
        return dict(why_not_exact(today, metrics, known, settings, first=day))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return workspace.make(tmp_path, name="Acme")


def test_what_a_source_overwrites_is_known_only_as_of_the_first_import(folder: Folder) -> None:
    """Won is won since it was closed, changes of a price come as rows, calls do not change; list prices may have."""
    deliver(folder, CRM, on=LATE)
    assert told(folder) == {
        "discount_depth": (
            "deals were first imported on 2025-11-01; before, their list price and amount are taken as they stood then"
        ),
        "stakeholder_coverage": (
            "contacts were first imported on 2025-11-01; before, their say in decisions is taken as it stood then"
        ),
    }


def test_dates_after_the_first_import_are_exact(folder: Folder) -> None:
    deliver(folder, CRM, on=EARLY)
    assert told(folder) == {}
    assert told(folder, first="2024-11-30").keys() == {"discount_depth", "stakeholder_coverage"}


def test_a_second_import_makes_nothing_known_that_was_before_the_first(folder: Folder) -> None:
    deliver(folder, CRM, on=LATE)
    deliver(folder, {"deals": DEALS.replace("80", "70")}, on=date(2025, 12, 1))
    assert "2025-11-01" in told(folder)["discount_depth"]


def test_a_source_that_delivers_versions_is_believed(folder: Folder) -> None:
    header, first, _ = DEALS.splitlines()
    versions = "\n".join(
        (
            f"{header}  recorded_at",
            f"{first}  2025-01-05 09:00:00",
            f"{first.replace('  80', '  75')}  2025-03-02 09:00:00",
        )
    )
    deliver(folder, {**CRM, "deals": versions}, on=LATE)
    assert told(folder).keys() == {"stakeholder_coverage"}


def test_a_case_is_known_by_its_events_or_as_it_stood(folder: Folder) -> None:
    """When it was solved first nobody knows who is told only when it was solved last."""
    deliver(folder, {"cases": CASES}, on=LATE, source="desk")
    alone = told(folder)
    assert alone.keys() == {"cases_escalated", "reopen_rate", "first_contact_resolution", "open_backlog"}
    assert alone["cases_escalated"].endswith("before, their escalation is taken as it stood then")
    assert alone["reopen_rate"].endswith("before, their last resolution is taken as it stood then")
    deliver(folder, {"case_events": EVENTS}, on=LATE, source="desk")
    assert told(folder) == {}


def test_events_of_some_resolutions_do_not_tell_of_the_others(folder: Folder) -> None:
    some = "\n".join(line for line in EVENTS.splitlines() if "c2" not in line)
    deliver(folder, {"cases": CASES, "case_events": some}, on=LATE, source="desk")
    assert told(folder).keys() == {"reopen_rate", "first_contact_resolution", "open_backlog"}


def test_marks_of_the_problem_bear_on_what_is_counted_by_problem_and_on_nothing_else(folder: Folder) -> None:
    marked = CASES.replace("status", "issue_key").replace("  solved  ", "  p1  ")
    deliver(folder, {"cases": marked, "case_events": EVENTS}, on=LATE, source="desk")
    assert told(folder) == {
        "first_contact_resolution": (
            "cases were first imported on 2025-11-01; before, their mark of the underlying problem is taken as it stood"
            " then"
        )
    }


ROWS = "deal_id AS fact_key, outcome = 'open' AS is_open"


@pytest.mark.parametrize(
    ("sql", "approximate"),
    [
        (f"SELECT *, {ROWS}, created_at AS occurred_at FROM state.deals", {"still_open"}),
        (f"SELECT *, {ROWS}, closed_at AS occurred_at FROM state.deals WHERE closed_at IS NOT NULL", set()),
        (f"SELECT COLUMNS(*), {ROWS}, created_at AS occurred_at FROM state.deals", {"opened", "still_open"}),
    ],
    ids=["by opening", "by closing", "in words that only the engine understands"],
)
def test_of_a_companys_own_sql_counts_what_its_metric_takes(folder: Folder, sql: str, approximate: set[str]) -> None:
    """Deals opened were opened, whatever their prices are now; which are open yet is told by today's outcome."""
    deliver(folder, CRM, on=LATE)
    fact = SqlFact("all_deals", "every deal", sql, {"list_amount": "money", "is_open": "boolean"})
    opened = Metric("opened", "Opened", "sales", "activity", "neither", "count", "", "all_deals", "count")
    still_open = replace(opened, name="still_open", filter={"is_open": True})
    known = Catalogue({each.name: each for each in (opened, still_open)}, {"all_deals": fact})
    assert told(folder, of=known).keys() == approximate


def test_every_overwritten_column_is_one_of_the_model() -> None:
    for table, columns in OVERWRITTEN.items():
        for name, of in columns.items():
            assert TABLE[table].column(name)
            assert not of.dated_by or TABLE[table].column(of.dated_by)
            assert of.told_by is None or TABLE[table].key[0] in TABLE[of.told_by[0]].column_names
