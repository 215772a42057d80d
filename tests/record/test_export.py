"""What a build gets of the record: every version as it was known at each moment, and nobody's secrets."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pyarrow as pa
import pytest

from company import DAY, NOON, Company
from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLES
from trueup.record.actions.adjustments import (
    change_adjustment,
    decide_adjustment,
    propose_adjustment,
    withdraw_adjustment,
)
from trueup.record.actions.goals import (
    Terms,
    agree_goal,
    change_goal,
    close_goal,
    draft_goal,
    revise_terms,
    withdraw_goal,
)
from trueup.record.actions.grades import About, answer_questions, end_override, override_grade
from trueup.record.actions.levers import adopt_lever, change_adoption, change_lever, define_lever, remove_adoption
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.milestones import finish_milestone, plan_milestone, remove_milestone
from trueup.record.actions.notes import write_note
from trueup.record.actions.readings import (
    Measured,
    add_reading,
    correct_reading,
    measure,
    remove_reading,
    verify_reading,
)
from trueup.record.actions.stakeholders import add_stake, change_stakeholder, record_stakeholder
from trueup.record.export import export
from trueup.record.models import (
    Adjustment,
    Adoption,
    Goal,
    GoalTerms,
    GradeAnswer,
    GradeOverride,
    Milestone,
    Reading,
    Stakeholder,
)
from trueup.record.models.entry import Entry

Value = str | int | bool | Decimal | date | datetime | None
HOUR = timedelta(hours=1)
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))
SECRETS = (
    "Jane",
    "jane@",
    "Be CFO",
    "series:CFO",
    "She may leave",
    "a page of the ERP",
    "They bought",
    "Head of",
    "Collections at",
)


def now(hours: int) -> datetime:
    return NOON + hours * HOUR


def plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def as_of(table: pa.Table, moment: datetime) -> list[dict[str, Value]]:
    """The rows that a build as of the moment sees."""
    at = plain(moment)
    return [
        row
        for row in table.to_pylist()
        if row["recorded_at"] <= at
        and (row["superseded_at"] is None or at < row["superseded_at"])
        and not row["is_deleted"]
    ]


@pytest.fixture
def busy(company: Company) -> Company:
    """A quarter of work at Acme: entered, changed, corrected, removed, an hour between each."""
    alice, acme = company.alice, company.acme
    jane = record_stakeholder(alice, acme, at=now(0), name="Jane", email="jane@acme.example", contact_id="c1")
    john = record_stakeholder(alice, acme, at=now(0), name="John", role_in_decisions="decision_maker")
    add_stake(alice, jane, at=now(0), tag="promotion", text="Head of finance")
    goal = draft_goal(alice, acme, at=now(1), terms=TERMS, measure="DSO", direction="decrease", stakeholder=john)
    hope = draft_goal(
        alice, acme, at=now(1), kind="personal", stakeholder=jane, measure="Be CFO", bound_to="series:CFO", terms=TERMS,
        direction="decrease",
    )  # fmt: skip
    was_hope = draft_goal(alice, acme, at=now(1), kind="personal", stakeholder=jane, measure="Be CFO soon")
    agree_goal(alice, goal, at=now(2))
    change_stakeholder(alice, jane, at=now(3), influence=4, reports_to=john, title="Head of finance")
    reading = add_reading(
        alice, goal, at=now(4), observed_on=DAY, value=Decimal("52.125"), evidence="a page of the ERP"
    )
    spare = add_reading(alice, goal, at=now(4), observed_on=date(2026, 6, 1), value=Decimal(99))
    add_reading(alice, hope, at=now(4), observed_on=DAY, value=Decimal(1))
    verify_reading(alice, reading, at=now(5), evidence="Jane wrote so")
    correct_reading(alice, reading, at=now(6), value=Decimal(51), reason="A typo")
    remove_reading(alice, spare, at=now(7))
    step = plan_milestone(alice, acme, at=now(8), title="Jane's first invoice", planned_on=DAY, is_first_value=True)
    gone = plan_milestone(alice, acme, at=now(8), title="Never", planned_on=DAY, goal=goal)
    finish_milestone(alice, step, at=now(9), done_on=DAY)
    remove_milestone(alice, gone, at=now(9))
    lever = define_lever(alice, at=now(10), name="Collections", description="Collections at work")
    adoption = adopt_lever(alice, acme, lever, at=now(10), adopted_on=DAY)
    change_adoption(alice, adoption, at=now(11), ended_on=DAY)
    remove_adoption(alice, adopt_lever(alice, acme, lever, at=now(11), adopted_on=date(2026, 1, 1)), at=now(12))
    change_lever(alice, lever, at=now(12), name="Dunning")
    about = About(acme, "quarterly", "2026-Q1")
    answer_questions(alice, about, {"openness": (3, "They bought, and say so")}, at=now(1))
    answer_questions(alice, about, {"openness": (None, "")}, at=now(3))
    gone = override_grade(
        alice, acme, at=now(2), cadence="annual", letter="D", starts_on=DAY, ends_on=DAY + timedelta(days=9),
        reason="She may leave",
    )  # fmt: skip
    override_grade(
        alice, acme, at=now(4), cadence="quarterly", letter="B", starts_on=DAY, ends_on=DAY, reason="She may leave"
    )
    end_override(alice, gone, at=now(5))
    change_goal(alice, goal, at=now(12), levers=[lever])
    change_goal(alice, hope, at=now(12), levers=[lever])
    moved = propose_adjustment(
        alice, acme, at=now(6), measure="DSO", starts_on=DAY, amount=Decimal("2.5"), reason="They bought Globex",
        evidence="Jane told me",
    )  # fmt: skip
    gone = propose_adjustment(
        alice, acme, at=now(6), measure="DSO", kind="change_of_definition", starts_on=DAY, reason="They bought an ERP",
        evidence="a page of the ERP",
    )  # fmt: skip
    change_adjustment(alice, moved, at=now(7), ends_on=DAY + timedelta(days=30))
    withdraw_adjustment(alice, gone, at=now(8), reason="She may leave")
    decide_adjustment(company.ana, moved, approve=True, at=now(9), reason="She may leave")
    write_note(alice, acme, at=now(12), held_on=DAY, text="She may leave", is_private=True)
    link, _ = make_link(alice, acme, at=now(13), goals=[goal], expires_at=now(400), label="Jane")
    answer(link, goal, at=now(14), verdict="corrected", revision=1, reading=reading, claimed_value=Decimal(51),
           value=Decimal(50), said_by="Jane", note="They bought us")  # fmt: skip
    revise_terms(alice, goal, Terms(Decimal(60), date(2026, 1, 1), Decimal(45), date(2026, 12, 31)), at=now(15),
                 reason="They bought a company")  # fmt: skip
    change_goal(alice, goal, at=now(16), value_per_unit=Decimal("0.00012345"), currency="EUR", reason="Jane said so")
    change_goal(alice, was_hope, at=now(17), kind="business", measure="Close faster")
    change_stakeholder(alice, jane, at=now(18), departed_on=DAY)
    close_goal(alice, goal, at=now(19), outcome="missed", reason="Jane left")
    withdraw_goal(alice, was_hope, at=now(20), reason="Jane left")
    return company


def test_the_tables_and_columns_are_the_canonical_ones(busy: Company) -> None:
    tables = export()
    assert {name: tuple(table.column_names) for name, table in tables.items()} == {
        table.name: tuple(column.name for column in (*table.columns, *ENTRY_PROVENANCE)) for table in ENTRY_TABLES
    }
    assert all(table.num_rows for table in tables.values())


def test_an_empty_record_has_every_table(company: Company) -> None:
    assert {table.num_rows for table in export().values()} == {0}


KINDS: Mapping[str, tuple[type[Entry], dict[str, str]]] = {
    "grade_answers": (GradeAnswer, {"grade_answer_id": "id"}),
    "grade_overrides": (GradeOverride, {"grade_override_id": "id"}),
    "stakeholders": (Stakeholder, {"stakeholder_id": "id"}),
    "goals": (Goal, {"goal_id": "id"}),
    "readings": (Reading, {"reading_id": "id"}),
    "milestones": (Milestone, {"milestone_id": "id"}),
    "entered_adoptions": (Adoption, {"adoption_id": "id"}),
    "adjustments": (Adjustment, {"adjustment_id": "id"}),
}


@pytest.mark.parametrize("name", KINDS)
def test_as_of_any_moment_the_export_says_what_the_history_says(busy: Company, name: str) -> None:
    kind, fields = KINDS[name]
    table = export()[name]
    hidden = {"measure", "bound_to", "lever"}
    columns = [column for column in table.column_names[:-3] if column not in hidden]
    for half_hours in range(-1, 43):
        moment = NOON + half_hours * HOUR / 2
        told = [tuple(row[column] for column in columns) for row in as_of(table, moment)]
        kept = [
            tuple(known(getattr(entry, fields.get(column, column))) for column in columns)
            for entry in kind.versions.as_of(moment)
        ]
        assert sorted(told, key=str) == sorted(kept, key=str), moment


def known(value: object) -> object:
    """A value of an entry as a build has it."""
    match value:
        case datetime():
            return plain(value)
        case None | bool() | int() | Decimal() | date():
            return value
        case _:
            return str(value) or None


def test_versions_follow_each_other_without_gaps(busy: Company) -> None:
    for name, (_, fields) in KINDS.items():
        by_key: dict[Value, list[dict[str, Value]]] = {}
        for row in export()[name].to_pylist():
            by_key.setdefault(row[next(iter(fields))], []).append(row)
        for versions in by_key.values():
            assert all(before["superseded_at"] == after["recorded_at"] for before, after in pairwise(versions))
            assert versions[-1]["superseded_at"] is None


def test_a_value_is_told_as_it_was_at_each_moment(busy: Company) -> None:
    readings = export()["readings"].to_pylist()
    june = [row for row in readings if row["observed_on"] == DAY and row["value"] != 1]
    assert [(row["recorded_at"], row["value"], row["verification"]) for row in june] == [
        (plain(now(4)), Decimal("52.125"), "unverified"),
        (plain(now(5)), Decimal("52.125"), "confirmed_by_customer"),
        (plain(now(6)), Decimal(51), "unverified"),
    ]
    spare = [row for row in readings if row["value"] == 99]
    assert [(row["recorded_at"], row["is_deleted"]) for row in spare] == [(plain(now(4)), False), (plain(now(7)), True)]


def test_terms_and_answers_are_told_once_and_for_ever(busy: Company) -> None:
    tables = export()
    revised = [row for row in tables["goal_terms"].to_pylist() if row["revision"] == 2]
    assert [(row["target_value"], row["recorded_at"], row["superseded_at"]) for row in revised] == [
        (Decimal(45), plain(now(15)), None)
    ]
    assert tables["goal_terms"].num_rows == GoalTerms.objects.count() == 3
    (given,) = tables["answers"].to_pylist()
    assert (given["account_id"], given["verdict"], given["value"], given["recorded_at"]) == (
        "acme",
        "corrected",
        Decimal(50),
        plain(now(14)),
    )


def test_what_a_goal_was_worth_keeps_its_digits(busy: Company) -> None:
    newest = [row for row in as_of(export()["goals"], now(99)) if row["value_per_unit"] is not None]
    assert [(row["value_per_unit"], row["currency"]) for row in newest] == [(Decimal("0.00012345"), "EUR")]


def test_hopes_words_and_names_do_not_leave(busy: Company) -> None:
    told = str({name: table.to_pylist() for name, table in export().items()})
    assert [secret for secret in SECRETS if secret in told] == []
    assert "Close faster" not in told, "it would tell what the hope became"
    goals = as_of(export()["goals"], now(1))
    assert {(row["kind"], row["measure"]) for row in goals} == {("personal", None), ("business", "DSO")}


def test_a_lever_has_the_name_that_it_has_now(busy: Company) -> None:
    tables = export()
    assert set(tables["entered_adoptions"].column("lever").to_pylist()) == {"Dunning"}
    assert set(tables["goal_levers"].column("lever").to_pylist()) == {"Dunning"}


def test_a_goal_names_a_lever_from_when_to_when(company: Company) -> None:
    alice = company.alice
    dunning, portal = (define_lever(alice, at=now(0), name=name) for name in ("Dunning", "Portal"))
    goal = draft_goal(alice, company.acme, at=now(1), measure="DSO", levers=[dunning])
    change_goal(alice, goal, at=now(2), measure="Days sales outstanding", levers=[dunning, portal])
    change_goal(alice, goal, at=now(3), levers=[portal])
    change_goal(alice, goal, at=now(4), weight=Decimal(2))
    change_goal(alice, goal, at=now(5), levers=[portal, dunning])
    told = export()["goal_levers"].to_pylist()
    assert {row["goal_id"] for row in told} == {str(goal.pk)}
    assert sorted(
        (row["lever"], row["recorded_at"], row["superseded_at"], row["is_deleted"]) for row in told
    ) == [
        ("Dunning", plain(now(1)), plain(now(3)), False),
        ("Dunning", plain(now(3)), plain(now(5)), True),
        ("Dunning", plain(now(5)), None, False),
        ("Portal", plain(now(2)), None, False),
    ]  # fmt: skip


def test_which_levers_a_hope_names_is_told_in_none_of_its_versions(company: Company) -> None:
    alice = company.alice
    lever = define_lever(alice, at=now(0), name="Dunning")
    jane = record_stakeholder(alice, company.acme, at=now(0), name="Jane")
    goal = draft_goal(alice, company.acme, at=now(1), measure="DSO", levers=[lever], stakeholder=jane)
    change_goal(alice, goal, at=now(2), kind="personal")
    draft_goal(alice, company.acme, at=now(1), kind="personal", stakeholder=jane, measure="Be CFO", levers=[lever])
    assert export()["goal_levers"].num_rows == 0


@pytest.mark.parametrize("seed", range(3))
def test_as_of_any_moment_the_export_says_which_levers_the_history_says(company: Company, seed: int) -> None:
    chance, alice = Random(seed), company.alice
    levers = [define_lever(alice, at=now(0), name=name) for name in "abc"]
    goals = [draft_goal(alice, company.acme, at=now(0), measure=name, levers=levers[:1]) for name in "xy"]
    for hour in range(1, 25):
        some = chance.sample(levers, chance.randrange(4))
        change_goal(alice, chance.choice(goals), at=now(hour // 3), weight=Decimal(chance.randint(1, 2)), levers=some)
    table = export()["goal_levers"]
    for moment in sorted({*table.column("recorded_at").to_pylist()}):
        at = moment.replace(tzinfo=UTC)
        told = sorted((row["goal_id"], row["lever"]) for row in as_of(table, at))
        kept = {goal.pk: Goal.versions.filter(id=goal.pk, history_date__lte=at).latest() for goal in goals}
        assert told == sorted(
            (str(key), row.lever.name) for key, version in kept.items() for row in version.levers.all()
        ), moment


def test_what_says_the_same_to_a_build_is_no_version(company: Company) -> None:
    jane = record_stakeholder(company.alice, company.acme, at=now(0), name="Jane")
    change_stakeholder(company.alice, jane, at=now(1), name="Janet", email="janet@acme.example")
    change_stakeholder(company.alice, jane, at=now(2), influence=3)
    told = export()["stakeholders"].to_pylist()
    assert [(row["recorded_at"], row["superseded_at"], row["influence"]) for row in told] == [
        (plain(now(0)), plain(now(2)), None),
        (plain(now(2)), None, 3),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_was_done_as_of_says_what_the_history_says(company: Company, seed: int) -> None:
    chance = Random(seed)
    goal = draft_goal(company.alice, company.acme, at=now(0), measure="DSO", bound_to="series:DSO")
    readings: list[Reading] = []
    for hour in range(1, 30):
        at = now(hour // 3)  # several at the same moment
        match chance.randrange(4) if readings else 0:
            case 0:
                day = date(2026, 1, 1) + timedelta(hour)
                readings.append(
                    add_reading(company.alice, goal, at=at, observed_on=day, value=Decimal(chance.randrange(99)))
                )
            case 1:
                correct_reading(company.bob, chance.choice(readings), at=at, value=Decimal(hour), reason="?")
            case 2:
                remove_reading(company.bob, readings.pop(chance.randrange(len(readings))), at=at)
            case 3:
                measure([Measured(goal.pk, date(2026, 3, chance.randrange(1, 5)), Decimal(hour))], at=at)
    table = export()["readings"]
    moments = sorted({*table.column("recorded_at").to_pylist()})
    for moment in [*moments, *(moment - timedelta(microseconds=1) for moment in moments)]:
        at = moment.replace(tzinfo=UTC)
        told = {row["reading_id"]: row["value"] for row in as_of(table, at)}
        assert told == {str(entry.pk): entry.value for entry in Reading.versions.as_of(at)}
