"""``python -m trueup.server labour build``: does one job, and tells its worker how far it is, line by line in JSON.

Where a kind of work has questions, which one comes after it.

A process of its own, so that a build that dies takes nothing with it.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TextIO, TypeVar

from trueup import workspace
from trueup.answers.studying import study_all
from trueup.cli.computing import ERRORS
from trueup.cli.output import told
from trueup.lake.conform import MappingError
from trueup.runs.build import BuildCheckError
from trueup.runs.entered import follow_lake
from trueup.runs.fetch import fetch
from trueup.runs.folder import Folder, find
from trueup.runs.mapping import SourceMappingError
from trueup.runs.pay_stress import stress
from trueup.runs.progress import Progress
from trueup.runs.pull import ImportReport, pull
from trueup.runs.settings import Settings
from trueup.runs.turns import UnderWayError, taking_turn, under_way
from trueup.runs.whole import build_whole
from trueup.server.parent import end_with_parent
from trueup.sources.delivery import DeliveryError
from trueup.sources.live.source_file import LiveError

_FOR_PEOPLE = (*ERRORS, BuildCheckError, MappingError, SourceMappingError, DeliveryError, LiveError)
_PAUSE = 0.5
_Result = TypeVar("_Result")
Labour = Callable[[Folder, Settings, Progress], str]


class Telling:
    """Progress as lines of JSON."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def stage(self, name: str, *, steps: int = 0) -> None:
        """A new stage begins."""
        self.say(stage=name, steps=steps)

    def step(self, name: str) -> None:
        """A step of the stage begins."""
        self.say(step=name)

    def say(self, **said: str | int) -> None:
        """Write a line."""
        self._to.write(json.dumps(said) + "\n")
        self._to.flush()


def build_all(folder: Folder, settings: Settings, progress: Progress) -> str:
    """Compute everything as of now."""

    def attempt() -> str:
        built = build_whole(folder, settings, as_of=None, progress=progress)
        return f"{built.metrics} metrics, {built.cells:,} cells: snapshot {built.snapshot.manifest.snapshot}."

    return _in_turn(folder, progress, attempt)


def import_all(folder: Folder, settings: Settings, progress: Progress) -> str:
    """Fetch what is new at every live source, and map again what is mapped otherwise now."""
    live = sorted(file.parent.name for file in folder.sources.glob("*/source.toml"))
    reports = [_in_turn(folder, progress, partial(_fetched, folder, settings, name, progress)) for name in live]
    reports.append(_in_turn(folder, progress, partial(pull, folder, settings, [], source=None, progress=progress)))
    progress.stage("refreshing the directory")
    follow_lake(folder, settings)
    done = [each for report in reports if report is not None for each in report.conformed]
    new, changed = sum(each.new_rows for each in done), sum(each.new_versions for each in done)
    return f"{new:,} new rows, {changed:,} new versions of rows." if new or changed else "Nothing new."


def study(folder: Folder, settings: Settings, progress: Progress) -> str:
    """Ask which KPIs predict each outcome; nobody imports or builds meanwhile."""

    def attempt() -> str:
        with taking_turn(folder, "study"):
            return study_all(folder, settings, progress)

    return _in_turn(folder, progress, attempt)


LABOURS: Mapping[str, Labour] = {"build": build_all, "import": import_all, "study": study}


def _labour(kind: str, about: str = "") -> Labour:
    return partial(stress, about=about) if kind == "stress" else LABOURS[kind]


def main(arguments: list[str]) -> None:
    """Do what the argument says."""
    kind, *about = arguments
    end_with_parent()
    # Nobody but Telling writes to the worker: what a library prints goes where errors go.
    to_worker = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    telling = Telling(to_worker)
    try:
        folder = find()
        telling.say(done=_labour(kind, *about)(folder, workspace.settings(folder), telling))
    except _FOR_PEOPLE as error:
        telling.say(failed=told(error))


def _fetched(folder: Folder, settings: Settings, name: str, progress: Progress) -> ImportReport | None:
    done = fetch(folder, settings, name, environment=os.environ, now=datetime.now(UTC), progress=progress)
    return done.imported


def _in_turn(folder: Folder, progress: Progress, attempt: Callable[[], _Result]) -> _Result:
    """Try until nobody else builds or imports: a command line was faster than the worker."""
    while True:
        try:
            return attempt()
        except UnderWayError:
            who = under_way(folder)
        if who is not None:
            progress.stage(f"waiting: another {who}")
        time.sleep(_PAUSE)
