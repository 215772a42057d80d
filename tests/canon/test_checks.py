"""What canonical rows say that cannot be: each check on a table where it should, and should not, be found."""

import pytest
from laid import at, canon

from trueup.canon.checks import run_checks
from trueup.canon.findings import CODES, Finding
from trueup.canon.row_checks import ROW_CHECKS

NOW = at("2026-03-01T12:00")


def found(**tables: str) -> list[Finding]:
    return run_checks(canon(**tables), "canon", now=NOW, currency="EUR")


def said(**tables: str) -> list[tuple[str, str, str | None]]:
    return [(finding.code, finding.file, finding.value) for finding in found(**tables)]


def test_an_empty_lake_has_nothing_wrong() -> None:
    assert found() == []


def test_a_finding_counts_per_source_and_shows_the_first_examples() -> None:
    (helpdesk, phone) = found(
        cases="""case_id  source    opened_at         resolved_at
                 c1       helpdesk  2026-01-02T10:00  2026-01-02T09:00
                 c2       helpdesk  2026-01-02T10:00  2026-01-02T11:00
                 c3       helpdesk  2026-01-02T10:00  -
                 c4       phone     2026-01-02T10:00  2026-01-01T10:00"""
    )
    assert (helpdesk.code, helpdesk.source, helpdesk.file, helpdesk.column) == (
        "time_reversed",
        "helpdesk",
        "cases",
        "opened_at, resolved_at",
    )
    assert helpdesk.message == (
        "1 of 2 cases (50 %) were solved before they were opened, such as"
        " c1 (opened_at 2026-01-02 10:00:00, resolved_at 2026-01-02 09:00:00)."
    )
    assert (phone.source, phone.value) == ("phone", "c4")


def test_a_sources_name_may_hold_anything() -> None:
    (finding,) = found(
        cases="""case_id  source   opened_at   resolved_at
                 c1       o'{x}{   2026-01-02  2026-01-01"""
    )
    assert (finding.source, finding.value) == ("o'{x}{", "c1")


def test_older_versions_stubs_and_deleted_rows_are_not_judged() -> None:
    rows = """case_id  opened_at   resolved_at  superseded_at  is_deleted  is_stub
              c1       2026-01-02  2026-01-01   2026-02-01     false       false
              c2       2026-01-02  2026-01-01   -              true        false
              c3       2026-01-02  2026-01-01   -              false       true"""
    assert found(cases=rows) == []


CRM = """account_id  created_at  customer_since
         acme        2026-01-10  2026-02-01"""


@pytest.mark.parametrize(
    ("table", "rows", "code", "value"),
    [
        (
            "cases",
            """case_id  opened_at   closed_at
               c1       2026-01-02  2026-01-01""",
            "time_reversed",
            "c1",
        ),
        (
            "cases",
            """case_id  opened_at   resolved_at  closed_at
               c1       2026-01-02  2026-01-05   2026-01-04""",
            "time_reversed",
            "c1",
        ),
        (
            "cases",
            """case_id  account_id  opened_at
               c1       acme        2026-01-31
               c2       acme        2026-02-01""",
            "event_before_start",
            "c1",
        ),
        (
            "interactions",
            """interaction_id  account_id  occurred_at       ended_at          kind   direction
               i1              acme        2026-01-12T10:00  2026-01-12T09:00  call   inbound
               i2              acme        2026-01-12T10:00  2026-01-12T11:00  call   inbound""",
            "time_reversed",
            "i1",
        ),
        (
            "interactions",
            """interaction_id  account_id  occurred_at       kind     direction
               i1              acme        2026-01-09T23:00  email    inbound
               i2              acme        2026-01-10T01:00  email    inbound""",
            "event_before_start",
            "i1",
        ),
        (
            "interactions",
            """interaction_id  account_id  occurred_at       kind     direction
               i1              acme        2026-04-01T09:00  email    inbound
               i2              acme        2026-04-01T09:00  meeting  -""",
            "event_in_future",
            "i1",
        ),
        (
            "interactions",
            """interaction_id  account_id  occurred_at       kind     direction
               i1              acme        2026-02-01T09:00  email    -
               i2              acme        2026-02-01T09:00  email    outbound
               i3              acme        2026-02-01T09:00  visit    -""",
            "direction_missing",
            "i1",
        ),
        (
            "leads",
            """lead_id  created_at  qualified_at
               l1       2026-01-10  2026-01-09""",
            "time_reversed",
            "l1",
        ),
        (
            "deals",
            """deal_id  created_at  closed_at   outcome  net_amount
               d1       2026-01-10  2026-01-09  lost     -""",
            "time_reversed",
            "d1",
        ),
        (
            "deals",
            """deal_id  account_id  created_at  outcome
               d1       acme        2026-01-09  open
               d2       acme        2026-01-10  open""",
            "event_before_start",
            "d1",
        ),
        (
            "deals",
            """deal_id  created_at  closed_at   outcome
               d1       2026-01-10  -           lost
               d2       2026-01-10  2026-01-12  lost""",
            "required_missing",
            "d1",
        ),
        (
            "deals",
            """deal_id  created_at  closed_at   outcome  net_amount
               d1       2026-01-10  2026-01-12  won      -
               d2       2026-01-10  2026-01-12  won      0""",
            "required_missing",
            "d1",
        ),
        (
            "deals",
            """deal_id  created_at  closed_at   outcome  list_amount  net_amount
               d1       2026-01-10  2026-01-12  won      100          110
               d2       2026-01-10  2026-01-12  lost     100          110""",
            "net_above_list",
            "d1",
        ),
        (
            "deals",
            """deal_id  created_at  outcome  net_amount
               d1       2026-01-10  open     -5""",
            "amount_negative",
            "d1",
        ),
        (
            "contracts",
            """contract_id  account_id  starts_on   ends_on     amount
               k1           acme        2026-02-01  2026-01-01  100""",
            "time_reversed",
            "k1",
        ),
        (
            "contracts",
            """contract_id  account_id  starts_on   ends_on     amount
               k1           acme        2026-02-01  2027-01-01  -""",
            "required_missing",
            "k1",
        ),
        (
            "invoices",
            """invoice_id  issued_on   paid_on     amount
               v1          2026-02-01  2026-01-01  100""",
            "time_reversed",
            "v1",
        ),
        (
            "surveys",
            """response_id  answered_at  kind  score  scale_max
               s1           2026-02-01   nps   11     -
               s2           2026-02-01   nps   10     -
               s3           2026-02-01   csat  10     10
               s4           2026-02-01   ces   50     -""",
            "score_out_of_scale",
            "s1",
        ),
        (
            "people",
            """person_id  name  team   active_from  active_to
               p1         Ann   north  2025-01-01   2025-06-30
               p1         Ann   south  2025-06-30   -
               p1         Ann   west   2026-01-01   -
               p2         Bob   north  2025-01-01   2025-06-30
               p2         Bob   south  2025-07-01   -""",
            "rows_overlap",
            "p1",
        ),
        (
            "people",
            """person_id  source  name         active_from
               p1         crm     Ann Meier    2025-01-01
               p1         crm     Ann Meier    2025-07-01
               p2         crm     ann meier    2025-07-01
               p3         desk    Ann Meier    2025-07-01""",
            "duplicate_name",
            "p1",
        ),
        (
            "usage",
            """account_id  day         feature
               globex      2026-02-01  search""",
            None,
            None,
        ),
        (
            "fx_rates",
            """currency  base  valid_from  rate
               USD       EUR   2026-01-01  -1""",
            "amount_negative",
            "USD",
        ),
    ],
)
def test_each_check_finds_its_own(table: str, rows: str, code: str | None, value: str | None) -> None:
    expected = [(code, table, value)] if code else []
    assert [
        one for one in said(accounts=CRM, **{table: rows}) if one[0] != "rows_overlap" or code == one[0]
    ] == expected


def test_a_case_solved_before_our_first_answer() -> None:
    (finding,) = found(
        cases="""case_id  opened_at         resolved_at
                 c1       2026-01-02T09:00  2026-01-02T10:00
                 c2       2026-01-02T09:00  2026-01-02T10:00
                 c3       2026-01-02T09:00  2026-01-02T10:00""",
        interactions="""interaction_id  case_id  occurred_at       kind   direction  is_automatic
                        i1              c1       2026-01-02T11:00  email  outbound   false
                        i2              c2       2026-01-02T09:30  email  outbound   false
                        i3              c2       2026-01-02T11:00  email  outbound   false
                        i4              c3       2026-01-02T11:00  email  outbound   true""",
        case_events="""case_id  occurred_at       kind     by
                       c3       2026-01-02T10:30  comment  us
                       c3       2026-01-02T09:30  comment  customer""",
    )
    assert finding.code == "answer_after_resolution"
    assert finding.message.startswith(
        "2 of 3 cases (67 %) with an answer were solved before we first answered, such as c1"
    )


def test_events_before_the_thing_they_belong_to() -> None:
    assert said(
        cases="""case_id  opened_at
                 c1       2026-01-02T09:00""",
        case_events="""case_id  occurred_at       kind
                       c1       2026-01-01T09:00  comment
                       c1       2026-01-03T09:00  comment""",
        deals="""deal_id  created_at
                 d1       2026-01-02T09:00""",
        deal_changes="""deal_id  changed_at        field
                        d1       2026-01-01T09:00  stage
                        d1       2026-01-02T08:59  stage""",
        contracts="""contract_id  account_id  starts_on   ends_on     amount
                     k2           acme        2026-02-01  2026-02-28  10
                     k1           acme        2026-01-10  2026-01-31  10""",
        usage="""account_id  day         feature
                 acme        2026-01-09  search
                 acme        2026-01-10  search
                 globex      2026-01-01  search""",
    ) == [
        ("event_before_start", "case_events", "c1"),
        ("event_before_start", "deal_changes", "d1"),
        ("event_before_start", "usage", "acme"),
    ]


def test_money_without_a_rate_on_its_day() -> None:
    assert said(
        deals="""deal_id  created_at  closed_at   outcome  net_amount  currency
                 d1       2026-01-10  2026-01-12  won      10          CHF
                 d2       2026-01-10  2026-01-12  won      10          USD
                 d3       2026-01-10  2026-01-12  won      10          EUR
                 d4       2026-01-10  2026-01-12  won      10          -""",
        contracts="""contract_id  starts_on   ends_on     amount  currency
                     k1           2025-12-31  2026-12-30  10      USD
                     k2           2026-01-01  2026-12-30  10      USD""",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2026-01-01  0.9
                    CHF       GBP   2026-01-01  0.8""",
    ) == [("currency_without_rate", "deals", "d1"), ("currency_without_rate", "contracts", "k1")]


def cases_numbered(count: int, *, opened: str, text: str) -> str:
    rows = [f"c{number}  {opened.format(number=number)}  {text.format(number=number)}" for number in range(count)]
    return "\n".join(["case_id  opened_at  subject", *rows])


def test_everything_on_one_day_is_an_exports_date() -> None:
    (finding,) = found(cases=cases_numbered(30, opened="2026-01-05T10:{number:02}", text="Subject {number}"))
    assert (finding.code, finding.column, finding.value) == ("one_day_only", "opened_at", "2026-01-05")


def test_bare_dates_are_no_moments() -> None:
    (finding,) = found(
        cases=cases_numbered(28, opened="2026-02-{number:02}T11:00", text="S {number}").replace("02-00", "01-31")
    )
    assert (finding.code, finding.column, finding.value) == ("no_time_of_day", "opened_at", "11:00")


def test_one_text_in_every_row_tells_nothing() -> None:
    rows = cases_numbered(20, opened="2026-02-01T{number:02}:00", text="I have an issue").replace(
        "2026-02-01T00", "2026-01-01T00"
    )
    assert said(cases=rows) == [("constant_text", "cases", "I have an issue")]


def test_few_rows_are_not_judged_together() -> None:
    assert found(cases=cases_numbered(19, opened="2026-02-01T10:{number:02}", text="Same")) == []


def twin_events(hours: int) -> str:
    rows = ["case_id  _raw  source  occurred_at  kind"]
    for number in range(24):
        minutes = f"{number:02}:{(number * 7) % 60:02}"
        rows += [
            f"c{number}  one__1  desk  2026-01-{number + 1:02}T10:{minutes}  comment",
            f"c{number}  two__2  desk  2026-01-{number + 1:02}T{10 + hours}:{minutes}  comment",
        ]
    return "\n".join(rows)


def test_the_same_events_an_hour_apart_are_one_deliverys_wrong_zone() -> None:
    (finding,) = found(case_events=twin_events(1))
    assert (finding.code, finding.value) == ("zone_twin", "one__1, two__2")
    assert "whole hours apart: 1 h (100 %) of the pairs" in finding.message


def test_the_same_events_at_the_same_time_are_no_zones_matter() -> None:
    assert found(case_events=twin_events(0)) == []


def test_every_check_gives_a_code_that_is_explained() -> None:
    assert {check.code for check in ROW_CHECKS} <= CODES.keys()
