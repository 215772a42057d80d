from given import Rows, World, given
from told import of_period, told
from trueup.metrics.registry import built_in_facts

CONTACTS = """contact_id  account_id  is_decision_maker  active_from  active_to
              kim         acme        true               -            -
              lee         acme        true               -            2026-03-31
              pat         acme        false              -            -
              sam         globex      true               2026-04-01   -
              max         umbra       true               -            -"""
STAKEHOLDERS = """stakeholder_id  account_id  contact_id  role_in_decisions  departed_on  recorded_at
                  s-kim           acme        kim         decision_maker     -            2026-02-10T10:00
                  s-sam           globex      sam         user               -            2026-05-10T10:00
                  s-ada           acme        -           decision_maker     2026-05-20   2026-01-01T10:00
                  s-bea           acme        -           champion           -            2026-01-01T10:00
                  s-max           umbra       max         decision_maker     -            2026-01-01T10:00"""
GOALS = """goal_id  account_id  stakeholder_id  kind      status     ended_at          recorded_at
           g1       acme        s-kim           personal  draft      -                 2026-03-10T10:00
           g2       acme        s-ada           business  withdrawn  2026-04-30T10:00  2026-01-10T10:00
           g3       acme        -               business  agreed     -                 2026-01-10T10:00
           g4       acme        s-bea           business  agreed     -                 2026-01-10T10:00"""


def company(goals: Rows = GOALS, stakeholders: Rows = STAKEHOLDERS) -> World:
    return given(
        accounts="account_id owner_id\nacme ann\nglobex bob\numbra bob",
        contracts="""contract_id  account_id  starts_on   ends_on
                     c1           acme        2026-01-01  2026-12-31
                     c2           globex      2026-01-01  2026-12-31""",
        contacts=CONTACTS,
        stakeholders=stakeholders,
        goals=goals,
    )


def test_decision_makers_are_those_of_the_record_and_those_that_only_the_crm_knows() -> None:
    rows = company().rows(built_in_facts()["decision_makers"])
    found = {f"2026-0{n}": told(of_period(rows, f"2026-0{n}"), "has_goal") for n in range(1, 7)}
    assert found == {
        "2026-01": {"kim": False, "lee": False, "s-ada": True},
        "2026-02": {"s-kim": False, "lee": False, "s-ada": True},
        "2026-03": {"s-kim": True, "lee": False, "s-ada": True},
        "2026-04": {"s-kim": True, "s-ada": False, "sam": False},
        "2026-05": {"s-kim": True},
        "2026-06": {"s-kim": True},
    }


def test_coverage_is_of_decision_makers_not_of_customers() -> None:
    coverage = company().metric("stakeholder_coverage", by="account")
    of_acme = [share for (account, _), share in coverage.items() if account == "acme"]
    assert of_acme == [1 / 3, 1 / 3, 2 / 3, 1 / 2, 1, 1]
    assert coverage["globex", "2026-04"] == 0
    assert len(coverage) == 7


def test_a_goal_corrected_later_was_recorded_when_it_was_first_entered() -> None:
    corrected = (
        GOALS
        + """
           g1       acme        s-kim           personal  agreed     -                 2026-06-10T10:00"""
    )
    assert company(corrected).metric("stakeholder_coverage") == company().metric("stakeholder_coverage")


def test_without_a_record_the_crms_decision_makers_have_no_goal() -> None:
    assert company(goals=(), stakeholders=()).metric("stakeholder_coverage", period="2026-06") == {
        ("company", "2026-06"): 0
    }
