"""One company's people, and two of its customers, in the record that a test is on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from django.db import connections

from recorded import ENGINES, Place, copied, point_at, undone_at
from trueup.record.directory import ACCOUNT_COLUMNS, PERSON_COLUMNS, refresh
from trueup.record.models import Account, AccountTeamMember, User

DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)

STAFF = """
    name     role           team   manager
    Alice    member         North  Tom
    Bob      member         South  -
    Carol    member         Care   -
    Charlie  member         South  Max
    Nora     member         North  Tom
    Tom      -              North  Mia
    Mia      manager        North  -
    Ana      analyst        Ops    -
    Fin      finance        Ops    -
    Vic      viewer         Ops    -
    Ada      administrator  Ops    -
"""
"""Alice owns Acme, Bob was added to its team, Carol looks after its success. Globex is Charlie's."""


@dataclass(frozen=True)
class Company:
    """The users by name, and the accounts."""

    alice: User
    bob: User
    carol: User
    charlie: User
    nora: User
    mia: User
    ana: User
    fin: User
    vic: User
    ada: User
    acme: Account
    globex: Account

    def __getitem__(self, name: str) -> User:
        found: User = vars(self)[name.lower()]
        return found


def founded() -> Company:
    """The company, written into the record that is open."""
    rows = [
        dict(zip(["name", "role", "team", "manager"], line.split(), strict=True)) for line in STAFF.split("\n")[2:-1]
    ]
    users = {
        row["name"].lower(): User.objects.create(
            email=f"{row['name'].lower()}@ours.example",
            name=row["name"],
            role=row["role"],
            joined_at=NOON,
            password="!",
        )
        for row in rows
        if row["role"] != "-"
    }
    people = [
        {
            "person_id": row["name"].lower(),
            "name": row["name"],
            "email": f"{row['name'].lower()}@ours.example",
            "team": row["team"],
            "department": "",
            "manager_id": None if row["manager"] == "-" else row["manager"].lower(),
        }
        for row in rows
    ]
    customers = [
        {"account_id": "acme", "name": "Acme", "owner_id": "alice", "success_owner_id": "carol", "is_customer": True},
        {"account_id": "globex", "name": "Globex", "owner_id": "charlie", "is_customer": True},
    ]
    refresh(table(ACCOUNT_COLUMNS, customers), table(PERSON_COLUMNS, people), on=DAY)
    AccountTeamMember.objects.create(account_id="acme", user=users["bob"])
    return found()


def found() -> Company:
    """The company, as the record that is open has it."""
    users = {user.name.lower(): user for user in User.objects.all()}
    return Company(**users, **Account.objects.in_bulk(["acme", "globex"]))


def table(columns: tuple[str, ...], rows: list[dict[str, str | bool | None]]) -> pa.Table:
    types = [(column, pa.bool_() if column.startswith("is_") else pa.string()) for column in columns]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


@pytest.fixture(scope="session")
def sqlite_company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return founded_in(copied(request, "sqlite", tmp_path_factory.mktemp("sqlite_company")))


@pytest.fixture(scope="session")
def postgres_company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return founded_in(copied(request, "postgres", tmp_path_factory.mktemp("postgres_company")))


def founded_in(place: Place) -> Place:
    point_at(place)
    founded()
    connections.close_all()
    return place


@pytest.fixture(params=ENGINES)
def company(request: pytest.FixtureRequest) -> Iterator[Company]:
    """The company, in each engine; what a test writes is undone after it."""
    with undone_at(request.getfixturevalue(f"{request.param}_company")):
        yield found()
