"""Records for all tests that want one; and files go to the cores whole, those that take longest first."""

# Sets Django up: before anything that imports a model.
from recorded import lasting_record, postgres_place, postgres_server, record, sqlite_place  # isort: split

import pytest

from company import company, postgres_company, sqlite_company

__all__ = [
    "company",
    "lasting_record",
    "postgres_company",
    "postgres_place",
    "postgres_server",
    "record",
    "sqlite_company",
    "sqlite_place",
]
LONGEST = ("/browser/", "/server/", "/house/", "/answers/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No core is to wait for another at the end."""

    def place(item: pytest.Item) -> int:
        return next((number for number, room in enumerate(LONGEST) if room in item.path.as_posix()), len(LONGEST))

    items.sort(key=place)
