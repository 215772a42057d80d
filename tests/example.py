"""A small example company, exported, imported, built once for all tests that only look at it."""

import atexit
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from once import once
from trueup import workspace
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.progress import Silence
from trueup.runs.pull import ImportReport, pull
from trueup.sources.simulate import SIZES, Company, generate, workspace_files

COMPANY: Company = replace(SIZES["tiny"], accounts=60)
SYSTEMS = ("salesforce", "zendesk", "hubspot", "billing", "company")


def export(folder: Path, company: Company) -> Folder:
    """A company's exports and its workspace, nothing imported yet."""
    made = Folder(folder)
    generate(folder / "exports", company=company)
    for name, text in workspace_files(company).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return made


def exported(folder: Path) -> Folder:
    """A copy of the company's exports and its workspace, nothing imported yet."""
    made = Folder(folder)
    shutil.copytree(built().root, folder, ignore=shutil.ignore_patterns(made.generated.name), dirs_exist_ok=True)
    return made


def import_all(made: Folder) -> ImportReport:
    """Import every system's exports."""
    settings = workspace.settings(made)
    paths = [made.root / "exports" / system for system in SYSTEMS]
    return pull(made, settings, paths, source=None, progress=Silence())


@cache
def built() -> Folder:
    """The company imported and built as of its last day: made once, of which every process of a test run has a copy."""
    own = Path(mkdtemp(prefix="trueup-example-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Folder(shutil.copytree(once("example", _build), own / "acme"))


def _build(place: Path) -> None:
    made = export(place, COMPANY)
    import_all(made)
    settings = workspace.settings(made)
    build(made, settings, as_of=moment_of(COMPANY.ends_on.isoformat(), settings), progress=Silence())
