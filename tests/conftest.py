"""Files go to the cores as they are, those that take longest first: no core waits for another at the end."""

import pytest

LONGEST = ("/browser/", "/server/", "/house/", "/answers/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((number for number, room in enumerate(LONGEST) if room in item.path.as_posix()), len(LONGEST))

    items.sort(key=place)
