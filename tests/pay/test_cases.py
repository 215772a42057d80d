"""Golden cases: each folder in ``cases`` comes out as it says; what is wrong with its files is told with the cure."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from trueup.cli.pay_case import files_of
from trueup.pay.case import FILES, run_case
from trueup.pay.fact_tables import TABLES, FactTableError
from trueup.pay.facts import FactError
from trueup.pay.plan_file import PlanFile, PlanFileError

HOW_TO = (Path(__file__).parents[2] / "docs" / "how-to" / "pay-cases.md").read_text(encoding="utf-8")
CASES = sorted((Path(__file__).parent / "cases").iterdir())
PLAN = PlanFile(
    "plan.yaml",
    """plan: sales
currency: USD
valid_from: 2026-01-01
components:
  - name: bookings
    kind: rate
    credits: bookings
    aggregation: cumulative
    table: {kind: step, tiers: [{pays: 0.10}]}
""",
)
RIGHT = {
    "assignments": "payee,plan,start\nann,sales,2026-01-01\n",
    "events": "natural_key,kind,on,payee,credits,amount,currency\na,deal,2026-03-10,ann,bookings,1000,USD\n",
    "expected": "payee,component,earning_period,amount\nann,bookings,2026-03,100\n",
}


def ran(**files: str | None) -> list[str]:
    """The differences of the right case with other files; None leaves one out."""
    tables = {name: text for name, text in {**RIGHT, **files}.items() if text is not None}
    return [str(each) for each in run_case([PLAN], tables).differences]


def faults(**files: str | None) -> list[str]:
    with pytest.raises(FactTableError) as told:
        ran(**files)
    # A place has a column, or the empty one.
    assert all(each.column == "" or f"column {each.column}: " in str(each) for each in told.value.faults)
    return [str(fault) for fault in told.value.faults]


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_comes_out_as_it_says(folder: Path) -> None:
    outcome = run_case(*files_of(folder))
    assert not outcome.differences, "\n".join(map(str, outcome.differences))
    assert outcome.rows == outcome.as_expected > 0


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_case_says_first_what_it_shows(folder: Path) -> None:
    (first, *_), _ = files_of(folder)
    assert first.text.startswith("# ")


def test_every_reference_case_is_there() -> None:
    assert {f"v{number:02}" for number in range(1, 30)} <= {folder.name[:3] for folder in CASES}


def test_the_right_case_has_no_difference() -> None:
    assert ran() == []


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"expected": "payee,component,earning_period,amount\nann,bookings,2026-03,120\n"},
            ["expected.csv: row 2 (ann, bookings, 2026-03): amount is 100, expected 120"],
        ),
        (
            {"expected": "payee,component,earning_period,amount\nann,bookings,2026-04,1/3\n"},
            [
                "expected.csv: row 2 (ann, bookings, 2026-04): amount is nothing, expected 1/3",
                "expected.csv: ann, bookings, 2026-03: amount is 100, expected none",
            ],
        ),
        ({"expected": "payee,amount\n"}, ["expected.csv: ann: amount is 100, expected none"]),
        (
            {"expected": None, "expected_lines": "event,credited,amount\na,1000,90\n"},
            ["expected_lines.csv: row 2 (a): amount is 100, expected 90"],
        ),
        (
            {"expected": None, "expected_runs": "payee,period,paid\nann,2026,1\n"},
            ["expected_runs.csv: row 2 (ann, 2026): paid is 100, expected 1"],
        ),
        (
            {"expected": None, "expected_lines": "event,lot,exact,amount\na,a,1/3,100\n"},
            ["expected_lines.csv: row 2 (a, a): exact is 100, expected 1/3"],
        ),
        (
            {"expected_problems": "payee,component,message\nann,bookings,no quota\n"},
            ["expected_problems.csv: row 2 (ann, bookings): message is nothing, expected no quota"],
        ),
        (
            {"expected_parked": "payee,because,amount\nann,de_minimis,3\n"},
            ["expected_parked.csv: row 2 (ann, de_minimis): amount is nothing, expected 3"],
        ),
    ],
)
def test_what_comes_out_otherwise_is_told(files: dict[str, str | None], told: list[str]) -> None:
    assert ran(**files) == told


def test_what_cannot_be_reckoned_is_a_difference_unless_a_case_expects_it() -> None:
    francs = RIGHT["events"].replace("USD", "CHF")
    unpaid, why = ran(events=francs)
    assert unpaid == "expected.csv: row 2 (ann, bookings, 2026-03): amount is nothing, expected 100"
    assert why.startswith("expected_problems.csv: ann, bookings: message is ann's bookings: there is no credit rate")
    assert ran(events=francs, expected=None, expected_problems="payee,message\nann,no credit rate of CHF\n") == []


def test_a_difference_says_its_file_and_row_and_what_was_expected_and_found() -> None:
    def differences(**files: str) -> list[tuple[str, int, str, str, str]]:
        outcome = run_case([PLAN], {**RIGHT, **files})
        return [(each.file, each.row, each.column, each.expected, each.found) for each in outcome.differences]

    deals = RIGHT["events"] + "b,deal,2026-04-10,ann,bookings,25,USD\n"
    assert differences(events=deals, expected="payee,earning_period,amount\nann,2026-03,120\n") == [
        ("expected.csv", 2, "amount", "120", "100"),
        ("expected.csv", 0, "amount", "", "2.5"),
    ]
    francs = RIGHT["events"].replace("USD", "CHF")
    (_, (*unpaid, why)) = differences(events=francs)
    assert unpaid == ["expected_problems.csv", 0, "message", ""]
    nothing = {"events": francs, "expected": "payee,amount\n"}
    assert differences(**nothing, expected_problems="payee,message\nann,no quota\n") == [
        ("expected_problems.csv", 2, "message", "no quota", why)
    ]
    assert differences(**nothing, expected_problems="payee,message\n") == [
        ("expected_problems.csv", 0, "message", "", why)
    ]
    assert differences(expected_problems="payee,message\nann,no quota\n") == [
        ("expected_problems.csv", 2, "message", "no quota", "")
    ]


def test_the_rows_of_all_files_are_counted() -> None:
    runs = "payee,period,paid\nann,2026,90\nbob,2026,0\n"
    outcome = run_case([PLAN], {**RIGHT, "expected_runs": runs})
    assert (outcome.rows, outcome.as_expected) == (3, 2)


def test_who_is_on_two_plans_has_no_runs_where_a_case_expects_that_it_is_refused() -> None:
    twice = RIGHT["assignments"] + "ann,sales,2026-02-01\n"
    assert (
        ran(
            assignments=twice,
            expected=None,
            expected_runs="payee,period,paid\n",
            expected_problems="payee,component,message\n,,ann\n",
        )
        == []
    )


def test_refused_facts_are_raised_unless_a_case_expects_them() -> None:
    nobody = RIGHT["events"].replace("ann", "")
    with pytest.raises(FactError, match="a is nobody's: give its payee, or its shares"):
        ran(events=nobody)
    expects = "payee,component,message\n,,a is nobody's\n"
    assert ran(events=nobody, expected=None, expected_problems=expects) == []
    assert ran(events=nobody, expected_problems=expects) == [
        "expected.csv: row 2 (ann, bookings, 2026-03): amount is nothing, expected 100"
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"events": RIGHT["events"].replace("payee", "paye")},
            "events.csv, row 1, column paye: no such column; did you mean payee?",
        ),
        (
            {"events": "natural_key,kind\na,deal\n"},
            "events.csv, row 1, column on: this column is missing: add it",
        ),
        (
            {"events": RIGHT["events"].replace("1000", "1.000,00")},
            "events.csv, row 2: it has 8 cells, the header has 7: mend it",
        ),
        (
            {"events": RIGHT["events"].replace("1000", "much")},
            (
                "events.csv, row 2, column amount: 'much' does not do: write a number such as 12.30,"
                " or a fraction such as 1/3"
            ),
        ),
        (
            {"events": RIGHT["events"].replace("2026-03-10", "10.03.2026")},
            "events.csv, row 2, column on: '10.03.2026' does not do: write a day as 2026-06-14",
        ),
        (
            {"shares": "event,payee,role,fraction\na,ann,splitt,1\n"},
            (
                "shares.csv, row 2, column role: 'splitt' does not do: it is one of direct, split, overlay, rollup;"
                " did you mean split?"
            ),
        ),
        (
            {"assignments": "payee,plan,start\n,sales,2026-01-01\n"},
            "assignments.csv, row 2, column payee: '' does not do: it is empty: fill it in",
        ),
        (
            {"assignments": "payee,plan,payee\nann,sales,ann\n"},
            "assignments.csv, row 1, column payee: two columns are called payee: rename one",
        ),
        ({"assignments": ""}, "assignments.csv, row 1: it has no header: begin with one"),
        (
            {"rates": "use,period,of,to,rate,on,source\npay,2026,EUR,USD,Infinity,2026-01-01,bank\n"},
            "rates.csv, row 2, column rate: 'Infinity' does not do: write a number such as 1.0720",
        ),
        (
            {
                "agreements": "agreement_id,payee,customer,component,signed_on,at_target,committed,currency\n"
                "x,ann,acme,value,2026-01-01,10,20,EURO\n"
            },
            "agreements.csv, row 2: 'EURO' is no currency code: did you mean EUR?",
        ),
        ({"event": "natural_key\n"}, "event.csv, row 1: no file of a case has that name; did you mean events?"),
        (
            {"expected": None},
            "expected.csv, row 1: nothing is expected: add expected.csv, and say what has to come out",
        ),
        (
            {"expected": "payee,ammount\nann,100\n"},
            "expected.csv, row 1, column ammount: no such column; did you mean amount?",
        ),
        ({"expected": "payee,component\nann,bookings\n"}, "expected.csv, row 1: nothing is expected: add amount"),
        (
            {"expected_runs": "payee,period\nann,2026\n"},
            (
                "expected_runs.csv, row 1: nothing is expected:"
                " add earned or advanced or recovered or offset or paid or draw or receivable"
            ),
        ),
        ({"expected": "payee,amount\nann\n"}, "expected.csv, row 2: it has 1 cells, the header has 2: mend it"),
        (
            {"closes": "period,closed_on\n2026-03\n"},
            "closes.csv, row 2: it has 1 cells, the header has 2: mend it",
        ),
        (
            {"calendar": "fiscal_year_start\n2,3\n"},
            "calendar.csv, row 2: it has 2 cells, the header has 1: mend it",
        ),
        (
            {"expected": "payee,amount\nann,1/0\n"},
            "expected.csv, row 2, column amount: '1/0' is no number: write 12.30, or 1/3",
        ),
        (
            {"expected": "payee,amount\nann,60\nann,40\n"},
            "expected.csv, row 3: ann is here already: give one row, or a column that tells them apart",
        ),
        (
            {"expected": "payee,component,amount\nann,bookings,60\nann,bookings,40\n"},
            "expected.csv, row 3: ann, bookings is here already: give one row, or a column that tells them apart",
        ),
        (
            {"closes": "period,closed_on\n2026-13,2026-04-05\n"},
            "closes.csv, row 2: give a period such as 2026-03, and as closed_on the day on which it was closed",
        ),
        (
            {"closes": "period,closed_on\n2026-03,2026-04-05\n2026-04,2026-04-03\n"},
            "closes.csv, row 3, column closed_on: 2026-04 was closed before 2026-03: order closes by their days",
        ),
        (
            {"closes": "period,closed_on\n"},
            "closes.csv, row 1: nothing was closed: add a period and its day, or leave the file out",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_cure(files: dict[str, str | None], told: str) -> None:
    assert faults(**files)[0] == told


def test_all_faults_of_facts_are_told_at_once() -> None:
    told = faults(
        events=RIGHT["events"].replace("1000", "much") + "b,deal,never,ann,bookings,1,USD\n", quotas="payee\nann\n"
    )
    assert [fault.split(":")[0] for fault in told] == [
        "events.csv, row 2, column amount",
        "events.csv, row 3, column on",
        "quotas.csv, row 1, column credits",
        "quotas.csv, row 1, column period",
        "quotas.csv, row 1, column amount",
    ]


def test_remarks_empty_rows_and_spaces_are_passed_over() -> None:
    header, row, _ = RIGHT["events"].split("\n")
    assert ran(events="\ufeff{}\n\n# a remark\n{}\n".format(header.replace(",", " , "), row.replace(",", " , "))) == []


def test_the_example_of_the_how_to_comes_out() -> None:
    (plan,) = re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL)
    tables = dict(re.findall(r"`(\w+)\.csv`,[^\n]*\n\n```csv\n(.*?)```", HOW_TO, re.DOTALL))
    assert tables.keys() == {"assignments", "events", "closes", "expected"}
    outcome = run_case([PlanFile("plan.yaml", plan)], tables)
    assert (outcome.rows, outcome.differences) == (2, ())


def test_the_how_to_names_every_file_and_column() -> None:
    columns = {each.name for _, kind in TABLES.values() for each in fields(kind)}
    named = set(re.findall(r"`(\w+)(?:\.csv)?`", HOW_TO))
    assert {*FILES, *columns} - named == set()


def test_closes_go_forward_by_their_days_and_their_periods() -> None:
    head = "period,closed_on\n2026-06,2026-07-05\n"
    assert faults(closes=head + "2026-03,2026-07-20\n") == [
        "closes.csv, row 3, column period: 2026-03 was closed after 2026-06: order closes by their periods"
    ]
    assert faults(closes=head + "2026-07,2026-07-04\n") == [
        "closes.csv, row 3, column closed_on: 2026-07 was closed before 2026-06: order closes by their days"
    ]
    assert ran(closes=head + "2026-06,2026-07-20\n") == []
    assert ran(closes=head + "2026-07,2026-07-05\n") == []
    later = head + "2026-07,2026-08-05\n2026-08,2026-09-05\n"
    assert faults(closes=later + "2026-05,2026-10-05\n") == [
        "closes.csv, row 5, column period: 2026-05 was closed after 2026-08: order closes by their periods"
    ]
    assert faults(closes=later + "2026-09,2026-07-01\n") == [
        "closes.csv, row 5, column closed_on: 2026-09 was closed before 2026-08: order closes by their days"
    ]


def test_each_close_that_cannot_be_read_is_told() -> None:
    assert [
        fault.split(":")[0]
        for fault in faults(closes="period,closed_on\nMarch,2026-04-05\n2026-04,2026-05-05\n2026-05,never\n")
    ] == ["closes.csv, row 2", "closes.csv, row 4"]


def test_without_closes_each_earning_period_is_posted_as_itself() -> None:
    head = "payee,posted_in,amount\n"
    assert ran(expected=head + "ann,2026-03,100\n") == []
    assert ran(expected=head + "ann,2026-04,100\n", closes="period,closed_on\n2026-04,2026-05-05\n") == []


def test_a_fiscal_year_is_closed_as_the_company_has_it() -> None:
    fiscal = {"calendar": "fiscal_year_start\n2\n", "expected": None}
    runs = "payee,period,paid\n"
    assert ran(expected_runs=runs + "ann,FY2027,100\n", **fiscal) == []
    quarters = "period,closed_on\nFY2027-Q1,2026-05-05\nFY2027-Q2,2026-08-05\n"
    assert ran(expected_runs=runs + "ann,FY2027-Q1,100\n", closes=quarters, **fiscal) == []
    back = "period,closed_on\nFY2027-Q1,2026-05-05\n2026-03,2026-08-05\n"
    assert faults(closes=back, **fiscal, expected_runs=runs) == [
        "closes.csv, row 3, column period: 2026-03 was closed after FY2027-Q1: order closes by their periods"
    ]


def test_the_periods_that_a_plan_names_are_of_the_cases_calendar() -> None:
    draw = "draw: {minimum: 1000, recovers_from: FY2027-Q3, ends: FY2027-Q2}\ncomponents:"
    plan = PlanFile("plan.yaml", PLAN.text.replace("components:", draw))
    with pytest.raises(PlanFileError, match="'FY2027-Q3' is no period here"):
        run_case([plan], RIGHT)


@pytest.mark.parametrize(
    ("calendar", "row"),
    [("fiscal_year_start\n13\n", 2), ("fiscal_year_start\n", 1), ("starts\n2\n", 2), ("fiscal_year_start\n2\n3\n", 2)],
)
def test_a_calendar_says_in_which_month_the_fiscal_year_begins(calendar: str, row: int) -> None:
    cure = "give one row with fiscal_year_start, the month in which the fiscal year begins: 1 to 12"
    assert faults(calendar=calendar) == [f"calendar.csv, row {row}: {cure}"]
