"""Quotas and reporting lines, version by version: a close replayed from the newest build knows those told by then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from trueup import workspace
from trueup.pay.facts import ALWAYS, Facts, Quota, ReportingLine
from trueup.runs.folder import Folder
from trueup.runs.ground import ground, moment_of
from trueup.runs.pay_inputs import told_facts
from trueup.runs.pay_tables import lay_pay
from versions import deliver

PEOPLE = """person_id  active_from  active_to   name  manager_id
            ann        2026-01-01   -           Ann   mia
            bob        2026-01-01   2026-06-30  Bob   mia
            bob        2026-07-01   -           Bob   max
            mia        2026-01-01   -           Mia   -"""
QUOTAS = """person_id  period   amount  currency
            ann        2026-Q1  9000    EUR
            bob        2026-Q1  8000    EUR"""
LATER = date(2026, 8, 10)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = workspace.make(tmp_path, name="Acme")
    deliver(made, {"people": PEOPLE, "quotas": QUOTAS}, on=date(2026, 1, 10))
    return made


def test_what_was_told_first_is_known_from_the_beginning_and_a_change_from_the_day_it_was_told(folder: Folder) -> None:
    deliver(folder, {"quotas": QUOTAS.replace("9000", "7000")}, on=date(2026, 3, 2))
    assert known_quotas(folder, date(2025, 12, 31)) == [("ann", 9000), ("bob", 8000)]
    assert known_quotas(folder, date(2026, 3, 1)) == [("ann", 9000), ("bob", 8000)]
    assert known_quotas(folder, date(2026, 3, 2)) == [("ann", 7000), ("bob", 8000)]


def test_of_what_was_told_twice_on_a_day_the_last_is_known(folder: Folder) -> None:
    deliver(folder, {"quotas": QUOTAS.replace("9000", "1")}, on=date(2026, 3, 2))
    deliver(folder, {"quotas": QUOTAS.replace("9000", "7000")}, on=date(2026, 3, 2))
    assert known_quotas(folder, date(2026, 3, 2)) == [("ann", 7000), ("bob", 8000)]
    assert [each.amount for each in of_pay(folder).quotas if each.payee == "ann"] == [9000, 7000]


def test_a_quota_that_was_taken_back_is_none_from_then_on_and_a_new_one_only_from_its_day(folder: Folder) -> None:
    head, ann, bob = QUOTAS.splitlines()
    told = [f"{head}  is_deleted", f"{ann}  true", f"{bob}  false", "cy  2026-Q1  500  EUR  false"]
    deliver(folder, {"quotas": "\n".join(told)}, on=date(2026, 3, 2))
    assert known_quotas(folder, date(2026, 3, 1)) == [("ann", 9000), ("bob", 8000), ("cy", 500)]
    assert known_quotas(folder, date(2026, 3, 2)) == [("bob", 8000), ("cy", 500)]


def test_who_reports_to_whom_is_known_as_it_was_told_by_then(folder: Folder) -> None:
    deliver(folder, {"people": PEOPLE.replace("Ann   mia", "Ann   max")}, on=date(2026, 3, 2))
    before = [("ann", "mia", date(2026, 1, 1), None), *OF_BOB]
    assert known_lines(folder, date(2026, 3, 1)) == before
    assert known_lines(folder, date(2026, 3, 2)) == [("ann", "max", date(2026, 1, 1), None), *OF_BOB]


def test_of_whom_several_systems_tell_the_line_is_as_it_was_told_last(folder: Folder) -> None:
    mailed = "person_id  active_from  name  email        manager_id\n{}  2026-01-01  Dee  dee@ours.com  {}"
    deliver(folder, {"people": mailed.format("dee", "mia")}, on=date(2026, 1, 10))
    deliver(folder, {"people": mailed.format("agent-4", "-")}, on=date(2026, 1, 10), source="helpdesk")
    deliver(folder, {"people": mailed.format("dee", "max")}, on=date(2026, 3, 2))
    lines = [each for each in of_pay(folder).reporting_lines if each.manager == "max" and each.person != "bob"]
    assert [(each.start, each.known_on, each.known_until) for each in lines] == [(date(2026, 1, 1), ALWAYS, None)]


@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1), LATER])
def test_what_was_known_on_a_day_is_what_a_build_as_of_that_day_finds(folder: Folder, day: date) -> None:
    for told, amount, boss in ((date(2026, 3, 2), "7000", "max"), (date(2026, 4, 1), "0", "-")):
        tables = {"quotas": QUOTAS.replace("9000", amount), "people": PEOPLE.replace("Ann   mia", f"Ann   {boss}")}
        deliver(folder, tables, on=told)
    newest, then = of_pay(folder).known(day), of_pay(folder, day).known(day)
    for part in ("quotas", "reporting_lines"):
        assert said(getattr(newest, part)) == said(getattr(then, part)), part


OF_BOB: Sequence[tuple[str, str, date, date | None]] = [
    ("bob", "mia", date(2026, 1, 1), date(2026, 7, 1)),
    ("bob", "max", date(2026, 7, 1), None),
]


def known_quotas(folder: Folder, day: date) -> list[tuple[str, int]]:
    return [(each.payee, int(each.amount)) for each in of_pay(folder).known(day).quotas]


def known_lines(folder: Folder, day: date) -> list[tuple[str, str, date, date | None]]:
    return [(each.person, each.manager, each.start, each.end) for each in of_pay(folder).known(day).reporting_lines]


def said(rows: Sequence[Quota | ReportingLine]) -> list[Quota | ReportingLine]:
    """The same, whenever it was known."""
    return [replace(row, known_on=ALWAYS, known_until=None) for row in rows]


def of_pay(folder: Folder, day: date = LATER) -> Facts:
    """What a build as of a day finds of pay."""
    settings = workspace.settings(folder)
    with ground(folder, settings, as_of=moment_of(day.isoformat(), settings)) as on:
        lay_pay(on.engine, settings.currency)
        return told_facts(on.engine, settings.rules)
