"""Records for all tests that want one; and files go to the cores whole, those that take longest first."""

import settled  # isort: split

# Sets Django up: before anything that imports a model.
from recorded import lasting_record, postgres_place, postgres_server, record, sqlite_place  # isort: split

import gc
import os
from collections.abc import Generator

import pytest
from hypothesis import settings

from company import company, postgres_company, sqlite_company
from trueup.runs.folder import COMPILED

# Speed is measured in bench/, and a busy machine is no broken law.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

__all__ = [
    "company",
    "compiled",
    "lasting_record",
    "postgres_company",
    "postgres_place",
    "postgres_server",
    "record",
    "settled",
    "sqlite_company",
    "sqlite_place",
]


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The SQL of facts, compiled once for all tests and processes of a run."""
    base = tmp_path_factory.getbasetemp()
    os.environ[COMPILED] = str((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "compiled")


LONGEST = ("/browser/", "/server/test_demo", "/reference/test_planted", "/server/", "/house/", "/runs/", "/answers/")
"""What takes longest; the first two begin at the same time, and want different things."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Files stay on one core, as do those that look at the same site; no core is to wait for another at the end."""
    for item in items:
        together = item.path.parent if item.path.parent.name == "browser" else item.path
        item.add_marker(pytest.mark.xdist_group("/".join(together.parts[-2:])))
    yield
    # What was imported stays: it need not be looked through for garbage again and again.
    gc.collect()
    gc.freeze()
    items.sort(key=lambda item: next((n for n, part in enumerate(LONGEST) if part in item.path.as_posix()), 99))
