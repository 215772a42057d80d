"""A customer's cards and the list of customers are the published numbers, side by side."""

from datetime import date
from functools import cache

import pytest

from example import COMPANY, built
from trueup import workspace
from trueup.answers import book
from trueup.answers.account import AccountAnswer, account
from trueup.answers.cells import Question, read
from trueup.answers.explaining import explain_number
from trueup.mart.snapshot import Snapshot, current
from trueup.runs.cards import KEY_METRICS
from trueup.runs.folder import Folder
from trueup.runs.trace import origins

NOBODY = "nobody's id"


@cache
def published() -> tuple[Folder, Snapshot]:
    folder = built()
    snapshot = current(folder.mart)
    assert snapshot is not None
    return folder, snapshot


@cache
def numbers() -> dict[tuple[str, str, str], tuple[float | None, int, str]]:
    """(metric, account, quarter) -> value, n, status, as everything else tells them."""
    answer = read(published()[1], Question(grain="account", kind="quarter"))
    assert answer is not None
    return {
        (row["metric"], row["entity"], row["period"]): (row["value"], row["n"], row["status"])
        for row in answer.rows.to_pylist()
    }


@cache
def accounts() -> dict[str, AccountAnswer]:
    ids = sorted({account_id for _, account_id, _ in numbers()})
    return {account_id: account(published()[1], account_id) for account_id in ids}


def test_every_card_shows_the_published_number() -> None:
    compared = 0
    for account_id, answer in accounts().items():
        for card in answer.cards:
            for point in card.points:
                told = numbers().get((card.metric, account_id, point.period))
                if told is None:
                    assert (point.value, point.n) in {(None, 0), (0.0, 0)}
                else:
                    assert (point.value, point.n, point.status) == told
                    compared += 1
    assert compared > 1000


def test_cards_are_of_the_five_newest_quarters_and_in_the_order_told() -> None:
    for answer in accounts().values():
        assert [card.metric for card in answer.cards] == list(KEY_METRICS)
        for card in answer.cards:
            periods = [point.period for point in card.points]
            assert periods == ["2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"]


def test_a_quarter_that_runs_is_told_apart_from_the_last_one_that_is_over() -> None:
    assert date(2026, 6, 30) == COMPANY.ends_on
    told = [card for answer in accounts().values() for card in answer.cards if card.latest]
    assert {card.running for card in told} == {None}
    assert {card.latest.period for card in told if card.latest and card.metric == "joint_calls"} == {"2026-Q2"}


def test_a_count_of_nothing_is_0_and_a_rate_of_nothing_is_nothing() -> None:
    points = [
        (card.unit, point)
        for answer in accounts().values()
        for card in answer.cards
        for point in card.points
        if not point.n and card.family != "customer_outcome"
    ]
    assert {point.value for unit, point in points if unit == "count"} == {0.0}
    assert {point.value for unit, point in points if unit in {"ratio", "hours"}} == {None}


def test_an_account_that_nobody_delivered_has_nothing() -> None:
    assert account(published()[1], NOBODY) == AccountAnswer(is_known=False)


def test_events_come_newest_first_with_the_line_they_stand_on() -> None:
    folder, _ = published()
    settings = workspace.settings(folder)
    told = 0
    for answer in list(accounts().values())[:3]:
        moments = [event.happened_at for event in answer.events]
        assert moments == sorted(moments, reverse=True)
        assert len(moments) <= 30
        for table in {event.of_table for event in answer.events}:
            events = {event.key: event for event in answer.events if event.of_table == table}
            for key, origin in origins(folder, settings, table, list(events)).items():
                assert (events[key].file, events[key].line) == (origin.file, origin.line)
                told += 1
    assert told > 30


def test_people_are_named_and_ties_are_between_people_who_exist() -> None:
    found = 0
    for answer in accounts().values():
        contacts = {contact.contact_id for contact in answer.contacts}
        for tie in answer.ties:
            assert answer.people is not None
            assert answer.people[tie.person_id]
            found += tie.contact_id in contacts
            assert tie.strength > 0
    assert found > 50


@pytest.mark.parametrize("descending", [False, True], ids=["upwards", "downwards"])
@pytest.mark.parametrize("by", ["response_time", "open_backlog", "revenue", book.LAST_TOUCH])
def test_the_list_sorts_by_any_column_with_nothing_last(by: str, descending: bool) -> None:  # noqa: FBT001
    _, snapshot = published()
    ids = [*accounts(), NOBODY]
    ranked = book.ranked(snapshot, by, descending=descending, among=ids, limit=len(ids))
    assert sorted(ranked) == sorted(ids)
    rows = book.read(snapshot, ranked).rows
    values = [rows[i].last_touch_at if by == book.LAST_TOUCH else rows[i].values[by] for i in ranked if i in rows]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=descending)
    assert NOBODY in ranked[len(known) :]


def test_pages_of_the_list_follow_each_other_and_hold_only_whom_they_may() -> None:
    _, snapshot = published()
    some = sorted(accounts())[::2]
    pages = [book.ranked(snapshot, "revenue", among=some, offset=at, limit=7) for at in range(0, len(some), 7)]
    assert sorted(account_id for page in pages for account_id in page) == some
    everybody = book.ranked(snapshot, "revenue", limit=10_000)
    assert [account_id for page in pages for account_id in page] == [i for i in everybody if i in some]


def test_the_list_refuses_a_column_that_it_does_not_have() -> None:
    with pytest.raises(KeyError, match="number"):
        book.ranked(published()[1], "number")


def test_the_lists_numbers_say_of_which_quarter_they_are() -> None:
    _, snapshot = published()
    ids = list(accounts())
    told = book.read(snapshot, ids)
    for column in told.columns:
        for account_id, row in told.rows.items():
            value = numbers().get((column.metric, account_id, column.period), (None, 0, ""))[0]
            assert row.values[column.metric] in {value, 0.0 if value is None else value}


def test_a_number_can_be_explained_while_the_snapshot_is_kept_open() -> None:
    folder, snapshot = published()
    account_id, card, point = next(
        (account_id, card, card.latest)
        for account_id, answer in accounts().items()
        for card in answer.cards
        if card.metric == "response_time" and card.latest
    )
    told = explain_number(
        folder, workspace.settings(folder), card.metric, grain="account", entity=account_id, period=point.period, rows=1
    )
    assert told.cell.value == point.value
    assert account(snapshot, account_id).is_known
