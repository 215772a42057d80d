"""Where measurements find their companies: files of every size, and workspaces they were imported into."""

import tempfile
from pathlib import Path

from company import Size, tables, write
from measured import Usage, measure
from trueup import workspace
from trueup.runs.folder import Folder

SHELF = Path(tempfile.gettempdir()) / "trueup-bench"
SOURCE = "company"


def files(size: Size, *, form: str) -> Path:
    """The folder of a company's canonical tables; made the first time."""
    folder = SHELF / f"{size.interactions}" / form
    write(folder, size, form=form)
    return folder


def imported(size: Size) -> Folder:
    """A workspace that holds a company; filled the first time."""
    folder = Folder(SHELF / f"{size.interactions}" / "workspace")
    if not folder.lake.exists():
        if not folder.settings_file.exists():
            prepare(folder.root)
        take_in(folder, files(size, form="parquet"))
    return folder


def prepare(root: Path) -> Folder:
    """A new workspace, with a mapping for canonical files."""
    folder = workspace.make(root, name="Large company", timezone="Europe/Berlin")
    mapping = folder.sources / SOURCE
    mapping.mkdir()
    for table in tables(Size(1_000)):
        (mapping / f"{table}.sql").write_text(f"SELECT * FROM {table}\n", encoding="utf-8")
    return folder


def take_in(folder: Folder, delivered: Path) -> Usage:
    """Import a folder of files with ``trueup import``."""
    return measure(["-m", "trueup", "import", str(delivered), "--source", SOURCE, "--workspace", str(folder.root)])
