"""The worksheets of a workspace: ours, and its own over them; and which one grades each cadence."""

from collections.abc import Iterable, Mapping

from trueup.grades.worksheet import PERIOD_KIND, Cadence, Worksheet
from trueup.grades.worksheet_file import SheetFile, load, our_files
from trueup.metrics.naming import nearest
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.settings import Settings

CADENCES: tuple[Cadence, ...] = tuple(PERIOD_KIND)


def worksheets(folder: Folder, *, metrics: Iterable[str] | None) -> Mapping[str, Worksheet]:
    """All worksheets by name; WorksheetFileError tells everything that is wrong with the workspace's files."""
    return load([*our_files(), *_own_files(folder)], metrics=metrics)


def in_force(folder: Folder, settings: Settings, *, metrics: Iterable[str]) -> Mapping[Cadence, Worksheet]:
    """The worksheet of each cadence, as ``[grades]`` of trueup.toml names them; errors as ``worksheets``."""
    known = worksheets(folder, metrics=metrics)
    return {cadence: _named(known, cadence, settings.worksheets[cadence]) for cadence in CADENCES}


def _own_files(folder: Folder) -> Iterable[SheetFile]:
    for file in sorted(folder.worksheets.glob("*.yaml")):
        path = str(file.relative_to(folder.root))
        try:
            yield SheetFile(file.stem, path, file.read_text("utf-8"))
        except UnicodeDecodeError as error:
            raise WorkspaceError(f"{path} is not UTF-8 text: {error}. Save it as UTF-8.") from error


def _named(known: Mapping[str, Worksheet], cadence: Cadence, name: str) -> Worksheet:
    fitting = [sheet.name for sheet in known.values() if sheet.cadence == cadence]
    if name not in known:
        raise WorkspaceError(
            f"trueup.toml: [grades] {cadence} = {name!r}: no worksheet has that name{nearest(name, fitting)}"
        )
    if known[name].cadence != cadence:
        raise WorkspaceError(
            f"trueup.toml: [grades] {cadence} = {name!r}: that worksheet is {known[name].cadence};"
            f" {cadence} are {', '.join(fitting)}."
        )
    return known[name]
