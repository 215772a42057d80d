"""Where a workspace is, and where it keeps what. Loads nothing else: every command begins here."""

import os
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "TRUEUP_WORKSPACE"
RECORD_ADDRESS = "TRUEUP_RECORD"
"""The variable with the address of the database that holds the record."""
COMPILED = "TRUEUP_COMPILED"
"""The variable with the folder in which several workspaces together keep the SQL of facts."""


class WorkspaceError(Exception):
    """The workspace cannot be used as it is; the message names the file, the place and the cure."""


@dataclass(frozen=True)
class Folder:
    """Where a workspace keeps what."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The company's settings."""
        return self.root / "trueup.toml"

    @property
    def sources(self) -> Path:
        """One folder per source, with its mapping."""
        return self.root / "sources"

    @property
    def metrics(self) -> Path:
        """The company's own metrics and facts."""
        return self.root / "metrics"

    @property
    def worksheets(self) -> Path:
        """The company's own worksheets, by which it grades customers."""
        return self.root / "worksheets"

    @property
    def plans(self) -> Path:
        """The company's plans of pay, who is on them, and what no system knows of it."""
        return self.root / "plans"

    @property
    def generated(self) -> Path:
        """Everything Trueup makes; may be deleted, except that a new import is then needed."""
        return self.root / ".trueup"

    @property
    def lake(self) -> Path:
        """The lake's file."""
        return self.generated / "lake.duckdb"

    @property
    def compiled(self) -> Path:
        """The folder of SQL that was compiled and may be used again."""
        return Path(os.environ.get(COMPILED) or self.generated / "compiled")

    @property
    def panels(self) -> Path:
        """The folder of panels that indicators were looked for in."""
        return self.generated / "panels"

    @property
    def effects(self) -> Path:
        """What customers gained, kept so that a build computes only what is new."""
        return self.generated / "effects.parquet"

    @property
    def stresses(self) -> Path:
        """The folder of what plans would have cost on facts that went worse."""
        return self.generated / "stresses"

    @property
    def mart(self) -> Path:
        """The folder of published snapshots."""
        return self.generated / "mart"

    @property
    def turn(self) -> Path:
        """Locked by whoever builds or imports."""
        return self.generated / "turn.lock"

    @property
    def worker(self) -> Path:
        """Locked by the workspace's one worker, who signs it."""
        return self.generated / "worker.lock"

    @property
    def served_at(self) -> Path:
        """Says under which address the workspace was served last."""
        return self.kept / "served_at"

    @property
    def kept(self) -> Path:
        """What people entered, and the key that signs their links: nothing else holds it, so it is to be backed up."""
        return self.root / "record"

    @property
    def record(self) -> Path:
        """The record, where it is a file."""
        return self.kept / "record.sqlite3"

    @property
    def scratch(self) -> Path:
        """Files that may be thrown away after a command."""
        return self.generated / "scratch"


def find(folder: Path | None = None) -> Folder:
    """The workspace in ``folder``, else in TRUEUP_WORKSPACE, else here; WorkspaceError if there is none."""
    root = (folder or Path(os.environ.get(ENVIRONMENT, "."))).resolve()
    found = Folder(root)
    if not found.settings_file.is_file():
        raise WorkspaceError(
            f"There is no workspace in {root}: it has no trueup.toml."
            f" Make one with `trueup init {folder or '.'}`, or name another folder with --workspace."
        )
    return found
