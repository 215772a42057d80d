"""Records for all tests that want one; and files go to the cores whole, those that take longest first."""

import settled  # isort: split

# Sets Django up: before anything that imports a model.
from recorded import lasting_record, postgres_place, postgres_server, record, sqlite_place  # isort: split

import gc
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from company import company, postgres_company, sqlite_company
from once import TOGETHER
from trueup.runs.folder import COMPILED

# Speed is measured in bench/, and a busy machine is no broken law.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

__all__ = [
    "company",
    "lasting_record",
    "postgres_company",
    "postgres_place",
    "postgres_server",
    "record",
    "settled",
    "sqlite_company",
    "sqlite_place",
]


def pytest_configure() -> None:
    """A folder for what is made once, and in it the SQL of facts: for all tests and processes of a run."""
    if TOGETHER not in os.environ:
        os.environ[TOGETHER] = mkdtemp(prefix="trueup-tests-")
        os.environ[COMPILED] = str(Path(os.environ[TOGETHER]) / "compiled")


def pytest_unconfigure() -> None:
    """The process that made the folder takes it away."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ.pop(TOGETHER, ""), ignore_errors=True)


LONGEST = ("/browser/", "/server/test_demo", "/reference/test_planted", "/server/", "/house/", "/runs/", "/answers/")
"""What takes longest; the first two begin at the same time, and want different things."""


class Rooms(LoadFileScheduling):
    """Files stay on one core, as do those that look at the same site: what they share is made once.

    Not by marks: xdist writes a group into the name of a test where pytest, since its version 9, does not look again.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "browser" if "/browser/" in file else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Rooms:
    """Who runs what, where there is more than one core."""
    return Rooms(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Those that take longest first: no core is to wait for another at the end."""
    yield
    # What was imported stays: it need not be looked through for garbage again and again.
    gc.collect()
    gc.freeze()
    items.sort(key=lambda item: next((n for n, part in enumerate(LONGEST) if part in item.path.as_posix()), 99))
