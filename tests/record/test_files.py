"""Entries as files: what comes in by the rules of the pages, and comes out to whoever may see it."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from company import NOON, Company
from trueup.record import access
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.milestones import plan_milestone
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import add_stake, record_stakeholder
from trueup.record.files.columns import KINDS, LAYOUTS, KindName
from trueup.record.files.listing import listed
from trueup.record.files.sheets import Sheet, SheetError, kind_of
from trueup.record.files.taken import Moment
from trueup.record.files.taking import Report, rehearse, take
from trueup.record.models import Goal, User
from trueup.runs.entry_files import as_csv, as_workbook, read_sheets

MOMENT = Moment(NOON, "UTC")
TERMS = Terms(Decimal(55), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))


def sheets_of(text: str, name: str = "file.csv") -> tuple[Sheet, ...]:
    """Rows of cells parted by bars, in people's own layout."""
    file = io.StringIO()
    csv.writer(file).writerows([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return read_sheets(file.getvalue().encode(), name)


def taken(by: User, text: str) -> Report:
    report = take(by, sheets_of(text), MOMENT)
    assert report.rejected == ()
    return report


def outcomes(report: Report) -> list[str]:
    return [f"{row.line} {row.outcome} {row.name}" for part in report.parts for row in part.taken]


def rejected(by: User, text: str) -> list[str]:
    report = take(by, sheets_of(text), MOMENT)
    assert not report.is_kept
    return [f"{one.row} | {one.column} | {one.value} | {one.message} {one.cure}".rstrip() for one in report.rejected]


def told(viewer: User, kind: KindName, *fields: str) -> list[tuple[str, ...]]:
    table = listed(viewer, kind, zone="UTC")
    headers = [LAYOUTS[kind].by_field[field].header for field in fields]
    places = [table.headers.index(header) for header in headers]
    return [tuple(str(row[place] if row[place] is not None else "") for place in places) for row in table.rows]


@pytest.fixture
def goal(company: Company) -> Goal:
    """Acme's collection period, agreed."""
    drafted = draft_goal(
        company.alice,
        company.acme,
        at=NOON,
        terms=TERMS,
        measure="Days sales outstanding",
        unit="days",
        direction="decrease",
    )
    return agree_goal(company.alice, drafted, at=NOON)


PEOPLE = """
    Account | Name        | Email           | Role in decisions | Influence | Reports to
    Acme    | Jane Doe    | jane@acme.test  | decision maker    | 5         |
    Acme    | Sam Poe     |                 | champion          | 3         | Jane Doe
    acme    | Kim Low     | kim@acme.test   |                   |           | jane@acme.test
"""


def test_people_come_in_in_any_order_and_know_whom_they_report_to(company: Company) -> None:
    header, jane, sam, kim = PEOPLE.strip().splitlines()
    report = taken(company.alice, f"{header}\n{sam}\n{kim}\n{jane}")
    assert outcomes(report) == ["2 new Sam Poe, Acme", "3 new Kim Low, Acme", "4 new Jane Doe, Acme"]
    assert told(company.alice, "stakeholders", "name", "role_in_decisions", "influence", "reports_to") == [
        ("Jane Doe", "decision_maker", "5", ""),
        ("Kim Low", "unknown", "", "Jane Doe"),
        ("Sam Poe", "champion", "3", "Jane Doe"),
    ]


def test_the_same_file_again_changes_nothing(company: Company) -> None:
    taken(company.alice, PEOPLE)
    again = taken(company.alice, PEOPLE)
    assert [row.outcome for row in again.parts[0].taken] == ["unchanged"] * 3
    assert again.changes == 0


def test_a_person_is_found_by_mail_and_then_by_name(company: Company) -> None:
    taken(company.alice, PEOPLE)
    report = taken(
        company.alice,
        """
        Account | Name     | Email          | Title
        Acme    | Jane Roe | JANE@acme.test | CFO
        Acme    | Sam Poe  | sam@acme.test  | COO
        Acme    | Kim Low  | kim@home.test  |
        """,
    )
    changed, found, new = report.parts[0].taken
    assert (changed.outcome, [(d.header, d.old, d.new) for d in changed.differences]) == (
        "changed",
        [("Name", "Jane Doe", "Jane Roe"), ("Email", "jane@acme.test", "JANE@acme.test"), ("Title", "", "CFO")],
    )
    assert (found.outcome, new.outcome) == ("changed", "new"), "somebody of the same name with another address is new"


GOALS = """
    Account | Contact  | Kind     | Measure      | Direction | Unit | From | Baseline on | To | By when    | Status
    Acme    |          | business | Returns      | decrease  | %    | 5.5  | 2026-01-01  | 2  | 31.12.2026 | agreed
    Acme    | Jane Doe | personal | Weekends off | increase  | days | 2    | 2026-01-01  | 8  | 2026-12-31 | draft
"""


def test_goals_come_in_with_their_terms_and_as_far_as_they_are(company: Company) -> None:
    taken(company.alice, PEOPLE)
    taken(company.alice, GOALS)
    assert told(company.alice, "goals", "measure", "baseline_value", "target_on", "status", "agreed_on") == [
        ("Returns", "5.50000000", "2026-12-31", "agreed", "2026-06-30"),
        ("Weekends off", "2.00000000", "2026-12-31", "draft", ""),
    ]
    assert taken(company.alice, GOALS).changes == 0


def test_an_agreed_goal_takes_a_reason_to_be_revised(company: Company) -> None:
    taken(company.alice, PEOPLE)
    taken(company.alice, GOALS)
    revised = """
        Account | Measure | Target | Reason
        Acme    | Returns | 1.5    | {}
    """
    assert rejected(company.alice, revised.format("")) == [
        "2 | Reason |  | A reason is missing. Say why; others will read it later."
    ]
    taken(company.alice, revised.format("they bought a sorter"))
    assert told(company.alice, "goals", "measure", "target_value", "target_on")[0] == (
        "Returns",
        "1.50000000",
        "2026-12-31",
    )


def test_readings_come_in_and_one_wrong_row_keeps_all_out(company: Company, goal: Goal) -> None:
    assert rejected(
        company.alice,
        """
        Account | Measure                | Day        | Value | Source | Verification
        Acme    | Days sales outstanding | 2026-03-31 | 51    | their ERP |
        Acme    | Days sales outstanding | 2026-03-31 | 52    | their ERP |
        Acme    | days sales outstandin  | 2026-04-30 | 50    |        |
        Globex  | Margin                 | 2026-04-30 | 50    |        |
        Acme    | Days sales outstanding | 2027-04-30 | 50    |        |
        Acme    | Days sales outstanding | 03/04/2026 | 1,234 |      |
        Acme    | Days sales outstanding | 2026-05-31 |       |        |
        Acme    | Days sales outstanding | 2026-05-30 | 49    |        | confirmed by customer
        Acme    | Days sales outstanding | 2026-05-29 | 49    |        | measured_by_system
        """,
    ) == [
        "3 |  |  | Row 2 is about the same reading. Keep one of them.",
        (
            "4 | Measure | days sales outstandin | Acme has no such goal among those that you may see."
            " Did you mean 'Days sales outstanding'?"
        ),
        (
            "5 | Account | Globex | There is no account Globex among those that you may see."
            " Give its Account ID, or ask its owner."
        ),
        "6 | Day | 2027-04-30 | This day lies in the future. Give a day that has begun.",
        "7 | Day | 03/04/2026 | Nobody can tell which of these is the month. Write 2026-04-03 or 2026-03-04.",
        "7 | Value | 1,234 | This may be read as thousands or as decimals. Write 1234 or 1.234.",
        "8 | Value |  | Value is missing. A new reading needs it.",
        "9 | Evidence |  | A confirmation needs evidence. Say who confirmed it and how, or link to it.",
        "10 | Verification | measured_by_system | Only a system says so. Bind the goal to the system's data.",
    ]
    assert told(company.ada, "readings", "value") == []


def test_what_comes_out_goes_in_again_and_changes_nothing(company: Company, goal: Goal) -> None:
    """Whatever the file's form; and with or without the ids of entries."""
    taken(company.alice, PEOPLE)
    taken(company.alice, GOALS)
    jane = record_stakeholder(company.alice, company.acme, at=NOON, name="=Jane Doe", email="-1@acme.test")
    add_stake(company.alice, jane, at=NOON, tag="bonus", goal=goal, text="20 %, says she\r\n'=twice'")
    plan_milestone(company.alice, company.acme, at=NOON, title="First value", planned_on=date(2026, 9, 1), goal=goal)
    for value in ("51.125", "0.00000001", "1234567890123456.12345678"):
        add_reading(
            company.alice, goal, at=NOON, observed_on=date(2026, 3, 31), value=Decimal(value), source=f"'{value}",
            evidence=' a "quoted", text;\r\nof two lines ', evidence_link="https://acme.test/?a=1",
        )  # fmt: skip
    tables = [listed(company.alice, kind, zone="UTC") for kind in KINDS]
    assert [len(table.rows) for table in tables] == [4, 3, 1, 3, 1]
    as_files = [as_csv(table) for table in tables]
    without_ids = [re.sub(rb"[0-9a-f-]{36}", b"", file) for file in as_files[:4]]
    for files in ([as_workbook(tables)], as_files, without_ids):
        sheets = [sheet for file in files for sheet in read_sheets(file, "entries")]
        report = take(company.alice, sheets, MOMENT)
        assert report.rejected == ()
        assert [(len(part.taken), part.count("unchanged")) for part in report.parts] == [
            (len(table.rows), len(table.rows)) for table in tables[: len(files) if files is without_ids else 5]
        ]


def test_a_rehearsal_says_the_same_and_keeps_nothing(company: Company) -> None:
    rehearsed = rehearse(company.alice, sheets_of(PEOPLE), MOMENT)
    assert not rehearsed.is_kept
    assert told(company.alice, "stakeholders", "name") == []
    assert outcomes(rehearsed) == outcomes(taken(company.alice, PEOPLE))


@pytest.mark.parametrize("name", ["Vic", "Ana", "Charlie", "Nora"])
def test_who_may_not_write_on_the_page_may_not_by_a_file(company: Company, goal: Goal, name: str) -> None:
    rows = rejected(
        company[name],
        """
        Account ID | Measure                | Day        | Value
        acme       | Days sales outstanding | 2026-03-31 | 51
        """,
    )
    assert len(rows) == 1
    assert "may" in rows[0]
    assert access.readings(company.ada).count() == 0


def test_personal_goals_and_stakes_leave_to_the_own_team_only(company: Company) -> None:
    taken(company.alice, PEOPLE)
    taken(company.alice, GOALS)
    taken(
        company.alice,
        """
        Account | Stakeholder | Measure      | Stake     | In words
        Acme    | Jane Doe    | Weekends off | time      | her children
        Acme    | Sam Poe     |              | promotion |
        """,
    )
    taken(
        company.alice,
        """
        Account | Measure      | Day        | Value
        Acme    | Weekends off | 2026-03-01 | 3
        """,
    )
    taken(
        company.alice,
        """
        Account | Measure      | Milestone     | Planned for
        Acme    | Weekends off | First weekend | 2026-02-01
        """,
    )
    for name, sees in {"Alice": 6, "Bob": 6, "Ada": 6, "Mia": 1, "Vic": 1, "Fin": 1, "Charlie": 0}.items():
        kinds: tuple[KindName, ...] = ("goals", "readings", "milestones", "stakes")
        rows = [row for kind in kinds for row in listed(company[name], kind, zone="UTC").rows]
        assert len(rows) == sees, name


def test_a_member_cannot_take_in_a_personal_goal_of_a_team_they_lead(company: Company) -> None:
    taken(company.alice, PEOPLE)
    assert rejected(company.mia, GOALS) == [
        "3 |  |  | Only the account's own team enters what only they may see. Ask the account's owner."
    ]


def test_a_wrong_value_is_corrected_with_a_reason_and_what_the_customer_says_is_theirs(
    company: Company, goal: Goal
) -> None:
    reading = add_reading(company.alice, goal, at=NOON, observed_on=date(2026, 3, 31), value=Decimal(51))
    link, _ = make_link(company.alice, company.acme, at=NOON, goals=[goal], expires_at=NOON + timedelta(days=30))
    answer(link, goal, at=NOON, verdict="corrected", reading=reading, claimed_value=Decimal(51), revision=1,
           value=Decimal(53), said_by="Jane")  # fmt: skip
    assert told(company.alice, "readings", "value", "customer_says", "customer_value") == [
        ("51.00000000", "corrected", "53.00000000")
    ]
    row = """
        Account | Measure                | Day        | Value | Customer says | Reason
        Acme    | Days sales outstanding | 2026-03-31 | 53    | {}            | {}
    """
    told_otherwise = "This is told as corrected, and does not change by a file. Leave the cell empty."
    assert rejected(company.alice, row.format("confirmed", "so they say")) == [
        f"2 | Customer says | confirmed | {told_otherwise}"
    ]
    assert rejected(company.alice, row.format("", "")) == ["2 | Reason |  | A reason is missing. Say what was wrong."]
    taken(company.alice, row.format("corrected", "so they say"))
    assert told(company.alice, "readings", "value", "customer_says", "customer_value") == [
        ("53.00000000", "corrected", "53.00000000")
    ]


def test_a_goal_goes_through_its_whole_life_in_files(company: Company) -> None:
    row = """
        Goal ID | Account | Measure | Direction | Baseline | Baseline on | Target | Target by  | {}
        {}      | Acme    | Returns | decrease  | 5        | 2026-01-01  | 2      | 2026-05-31 | {}
    """
    columns = "Status | Agreed on | Ended on | Reason"
    known = ""
    for status, agreed_on, ended_on, reason in (
        ("draft", "", "", ""),
        ("agreed", "2026-01-10", "", ""),
        ("achieved", "2026-01-10", "2026-05-20", "two months running"),
        ("agreed", "2026-01-10", "", "they fell back"),
        ("missed", "", "2026-06-01", ""),
    ):
        taken(company.alice, row.format(columns, known, f"{status} | {agreed_on} | {ended_on} | {reason}"))
        known = told(company.alice, "goals", "id")[0][0]
        shown = [(status, agreed_on or ("2026-01-10" if status != "draft" else ""), ended_on)]
        assert told(company.alice, "goals", "status", "agreed_on", "ended_on") == shown
    assert rejected(company.alice, row.format(columns, known, "draft | | | tired of it")) == [
        "2 | Status | draft | An agreed goal does not become a draft again. Revise it, or withdraw it."
    ]


def test_steps_are_planned_done_and_found_again(company: Company, goal: Goal) -> None:
    row = """
        Account | Measure                | Title       | Planned for | Done on | First value
        Acme    | Days sales outstanding | Go live     | 2026-05-01  | {}      | yes
        Acme    |                        | Review      | 2026-06-01  |         | no
    """
    assert [one.outcome for one in taken(company.alice, row.format("")).parts[0].taken] == ["new", "new"]
    again = taken(company.alice, row.format("2026-05-12")).parts[0].taken
    assert [one.outcome for one in again] == ["changed", "unchanged"]
    assert told(company.alice, "milestones", "title", "measure", "done_on", "is_first_value") == [
        ("Go live", "Days sales outstanding", "2026-05-12", "True"),
        ("Review", "", "", "False"),
    ]


def test_nobody_reports_to_themselves_through_a_file(company: Company) -> None:
    cure = "Record them first, in a sheet of stakeholders or on the account's page."
    assert rejected(
        company.alice,
        """
        Account | Name | Reports to
        Acme    | A    | B
        Acme    | B    | A
        Acme    | C    | D
        """,
    ) == [
        f"{row} | Reports to | {name} | Nobody at this account is called {name}. {cure}"
        for row, name in ((2, "B"), (3, "A"), (4, "D"))
    ]


def test_an_id_that_leads_nowhere_or_elsewhere_is_told(company: Company, goal: Goal) -> None:
    other = draft_goal(company.charlie, company.globex, at=NOON, measure="Margin", direction="increase")
    assert rejected(
        company.ada,
        f"""
        Goal ID    | Account | Measure                | Weight
        {goal.pk}  | Globex  | Days sales outstanding | 2
        {goal.pk}x | Acme    | Days sales outstanding | 2
        {other.pk} |         | Margin                 | 0
        """,
    ) == [
        "2 | Account | Globex | The goal of this ID is not at Globex. Empty one of the two cells.",
        f"3 | Goal ID | {goal.pk}x | This is no id of an entry. Copy it from an export, or leave the cell empty.",
        "4 | Weight | 0 | A weight is above 0. Give 1, or more to what counts more.",
    ]
    assert rejected(
        company.alice,
        f"""
        Goal ID    | Measure | Weight
        {other.pk} | Margin  | 2
        """,
    ) == [
        (
            f"2 | Goal ID | {other.pk} | There is no such goal among those that you may see."
            " Empty the cell to enter a new one."
        )
    ]


def test_columns_that_nobody_knows_are_told_and_unknown_sheets_refused(company: Company) -> None:
    report = taken(
        company.alice,
        """
        Account | Name | Influense | Shoe size
        Acme    | Jane | 3         | 42
        """,
    )
    assert report.parts[0].notes == (
        "Nothing was taken from the column 'Influense', which stakeholders do not have. Did you mean 'Influence'?",
        "Nothing was taken from the column 'Shoe size', which stakeholders do not have.",
    )
    with pytest.raises(SheetError, match="its columns do not tell"):
        take(company.alice, sheets_of("a | b\n1 | 2"), MOMENT)
    with pytest.raises(SheetError, match="two columns for Name"):
        take(company.alice, sheets_of("Account | Name | Full name\nAcme | A | B"), MOMENT)


def test_no_two_columns_of_a_sheet_answer_to_one_header() -> None:
    for layout in LAYOUTS.values():
        names = [name for column in layout.columns for name in column.names]
        assert sorted(names) == sorted(set(names)), layout.name


def test_every_kind_is_told_by_its_own_columns(company: Company) -> None:
    for kind in KINDS:
        headers = listed(company.ada, kind, zone="UTC").headers
        assert kind_of(Sheet("any", 1, headers, ())) == kind


def test_personal_things_are_not_in_a_history_of_files_for_others(company: Company) -> None:
    """A rejected row of a goal that one may not see tells no more than that there is none."""
    taken(company.alice, PEOPLE)
    taken(company.alice, GOALS)
    assert rejected(
        company.mia,
        """
        Account | Measure      | Day        | Value
        Acme    | Weekends off | 2026-03-01 | 3
        """,
    ) == [
        (
            "2 | Measure | Weekends off | Acme has no such goal among those that you may see."
            " Enter the goal first, in a sheet of goals or on the account's page."
        )
    ]
