"""The directory follows the lake, and users follow the directory."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from trueup.record.directory import ACCOUNT_COLUMNS, PERSON_COLUMNS, Refreshed, refresh
from trueup.record.models import Account, Person, User

pytestmark = pytest.mark.usefixtures("record")
TODAY = date(2026, 6, 30)
NEXT_WEEK = date(2026, 7, 7)


def accounts(*rows: dict[str, str | bool | None]) -> pa.Table:
    return delivered(ACCOUNT_COLUMNS, rows)


def people(*rows: dict[str, str | bool | None]) -> pa.Table:
    return delivered(PERSON_COLUMNS, rows)


def delivered(columns: tuple[str, ...], rows: tuple[dict[str, str | bool | None], ...]) -> pa.Table:
    types = [(column, pa.bool_() if column.startswith("is_") else pa.string()) for column in columns]
    return pa.Table.from_pylist(list(rows), schema=pa.schema(types))


ACME = {"account_id": "acme", "name": "Acme", "owner_id": "alice", "is_customer": True}
GLOBEX = {"account_id": "globex", "name": "Globex", "owner_id": "somebody the lake has never seen"}
ALICE = {"person_id": "alice", "name": "Alice", "email": "Alice@ours.example", "team": "North"}
BOB = {"person_id": "bob", "name": "Bob", "email": "bob@ours.example", "manager_id": "alice"}


def user(email: str) -> User:
    return User.objects.create(email=email, joined_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_accounts_and_people_are_taken_over() -> None:
    told = refresh(accounts(ACME, GLOBEX), people(ALICE, BOB), on=TODAY)
    assert told == Refreshed(accounts=2, people=2, accounts_left=0, people_left=0)
    assert Account.objects.get(pk="acme").is_customer
    assert Account.objects.get(pk="globex").owner_id == "somebody the lake has never seen"
    assert Person.objects.get(pk="bob").manager == Person.objects.get(pk="alice")


def test_a_second_time_changes_nothing() -> None:
    refresh(accounts(ACME), people(ALICE), on=TODAY)
    assert refresh(accounts(ACME), people(ALICE), on=NEXT_WEEK) == Refreshed(0, 0, 0, 0)


def test_only_what_changed_is_written() -> None:
    refresh(accounts(ACME, GLOBEX), people(ALICE, BOB), on=TODAY)
    told = refresh(accounts({**ACME, "owner_id": None}, GLOBEX), people(ALICE, BOB), on=NEXT_WEEK)
    assert told == Refreshed(accounts=1, people=0, accounts_left=0, people_left=0)
    assert Account.objects.get(pk="acme").owner_id is None


def test_what_vanishes_is_kept_with_the_day_it_left_until_it_returns() -> None:
    refresh(accounts(ACME, GLOBEX), people(ALICE, BOB), on=TODAY)
    told = refresh(accounts(GLOBEX), people(BOB), on=NEXT_WEEK)
    assert told == Refreshed(accounts=0, people=0, accounts_left=1, people_left=1)
    acme = Account.objects.get(pk="acme")
    assert (acme.left_on, acme.is_customer, acme.name) == (NEXT_WEEK, False, "Acme")
    refresh(accounts(ACME, GLOBEX), people(ALICE, BOB), on=NEXT_WEEK)
    acme.refresh_from_db()
    assert (acme.left_on, acme.is_customer) == (None, True)


def test_an_account_made_by_hand_stays() -> None:
    Account.objects.create(account_id="ours", name="A lead from a fair", is_by_hand=True)
    refresh(accounts(ACME), people(), on=TODAY)
    assert Account.objects.get(pk="ours").left_on is None


def test_a_user_is_the_person_with_the_same_address() -> None:
    alice, stranger = user("alice@ours.example"), user("charlie@ours.example")
    refresh(accounts(), people(ALICE, BOB), on=TODAY)
    alice.refresh_from_db()
    stranger.refresh_from_db()
    assert (alice.person_id, stranger.person_id) == ("alice", None)


@pytest.mark.parametrize(
    "now", [[], [{**ALICE, "email": "other@ours.example"}], [ALICE, {**BOB, "email": "alice@ours.example"}]]
)
def test_a_user_whose_address_is_nobodys_or_two_peoples_is_no_person(now: list[dict[str, str | bool | None]]) -> None:
    alice = user("alice@ours.example")
    refresh(accounts(), people(ALICE), on=TODAY)
    refresh(accounts(), people(*now), on=NEXT_WEEK)
    alice.refresh_from_db()
    assert alice.person_id is None


@pytest.mark.parametrize("rows", [[ACME, ACME], [{"name": "Nameless"}]])
def test_an_id_twice_or_missing_is_refused(rows: list[dict[str, str | bool | None]]) -> None:
    with pytest.raises(ValueError, match="account_id is missing or not unique among the"):
        refresh(accounts(*rows), people(), on=TODAY)
