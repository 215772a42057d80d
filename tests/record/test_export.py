"""Entries in a build are what the record's history says they were."""

from datetime import timedelta
from decimal import Decimal

from company import DAY, NOON, Company
from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLE
from trueup.record.actions.goals import Terms, agree_goal, change_goal, draft_goal, revise_terms
from trueup.record.actions.readings import add_reading, correct_reading, remove_reading
from trueup.record.actions.stakeholders import change_stakeholder, record_stakeholder
from trueup.record.export import export
from trueup.record.models import Reading

DSO = Terms(Decimal(58), DAY, Decimal(45), DAY + timedelta(days=365))


def test_every_table_has_the_columns_of_the_model(company: Company) -> None:
    tables = export()
    assert tables.keys() == ENTRY_TABLE.keys()
    for name, table in tables.items():
        assert table.column_names == [c.name for c in (*ENTRY_TABLE[name].columns, *ENTRY_PROVENANCE)]


def test_each_version_is_in_force_until_the_next(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO", direction="decrease", terms=DSO)
    change_goal(company.alice, goal, at=NOON + timedelta(days=1), weight=Decimal(2))
    agree_goal(company.alice, goal, at=NOON + timedelta(days=2))
    versions = export()["goals"].to_pylist()
    assert [(v["weight"], v["status"]) for v in versions] == [(1, "draft"), (2, "draft"), (2, "agreed")]
    noon = NOON.replace(tzinfo=None)
    assert [v["recorded_at"] for v in versions] == [noon + timedelta(days=day) for day in range(3)]
    assert [v["superseded_at"] for v in versions] == [noon + timedelta(days=1), noon + timedelta(days=2), None]


def test_every_revision_of_terms_stays(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO", direction="decrease", terms=DSO)
    harder = Terms(Decimal(58), DAY, Decimal(40), DAY + timedelta(days=365))
    revise_terms(company.alice, goal, harder, at=NOON + timedelta(days=3))
    assert [(t["revision"], t["target_value"]) for t in export()["goal_terms"].to_pylist()] == [(1, 45), (2, 40)]


def test_what_was_corrected_or_deleted_is_there_as_it_was(company: Company) -> None:
    goal = draft_goal(company.alice, company.acme, at=NOON, measure="DSO", direction="decrease", terms=DSO)
    reading = add_reading(company.alice, goal, at=NOON, observed_on=DAY, value=Decimal(56))
    correct_reading(company.alice, reading, at=NOON + timedelta(hours=1), value=Decimal(55), reason="typed wrong")
    remove_reading(company.alice, Reading.objects.get(), at=NOON + timedelta(hours=2))
    versions = export()["readings"].to_pylist()
    assert [(v["value"], v["is_deleted"]) for v in versions] == [(56, False), (55, False), (55, True)]


def test_personal_goals_leave_without_what_they_are_about_and_people_without_names(company: Company) -> None:
    jo = record_stakeholder(company.alice, company.acme, at=NOON, name="Jo Park", email="jo@acme.example")
    change_stakeholder(company.alice, jo, at=NOON + timedelta(days=1), influence=5)
    draft_goal(company.alice, company.acme, at=NOON, kind="personal", stakeholder=jo, measure="Home by six", unit="h")
    tables = export()
    told = str({name: table.to_pylist() for name, table in tables.items()})
    assert "Jo" not in told
    assert "Home" not in told
    assert [(g["kind"], g["measure"], g["unit"]) for g in tables["goals"].to_pylist()] == [("personal", None, None)]
    assert [s["influence"] for s in tables["stakeholders"].to_pylist()] == [None, 5]
