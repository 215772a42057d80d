"""Workspaces of the large company, made once per size in a folder of your choice."""

import shutil
import sys
from pathlib import Path

import company

TRUEUP = [sys.executable, "-m", "trueup"]
SETTINGS = """\
[company]
name = "Large company"
currency = "EUR"
timezone = "Europe/Berlin"
"""
AS_OF = "2026-06-30"


def exports(folder: Path, interactions: int, *, form: str) -> Path:
    """The company's files in ``parquet`` or ``csv``."""
    made = folder / str(interactions) / form
    company.write(made, company.Size(interactions), form=form)
    return made


def empty_workspace(folder: Path, interactions: int) -> Path:
    """A workspace into which nothing was imported."""
    root = folder / str(interactions) / "workspace"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / "trueup.toml").write_text(SETTINGS, encoding="utf-8")
    return root


def import_command(root: Path, files: Path) -> list[str]:
    return [*TRUEUP, "import", str(files), "--source", "large", "--workspace", str(root)]


def build_command(root: Path) -> list[str]:
    return [*TRUEUP, "build", "--as-of", AS_OF, "--workspace", str(root)]
