"""Trueup measures a company through its customers' eyes."""

import importlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.notebook import Workspace

__version__ = "0.1.0"
LOADED_AT = time.time()
"""When this process began to load our source: what is in a file that changed later, it may not be running."""


def open(folder: "str | Path | None" = None) -> "Workspace":  # noqa: A001  trueup.open reads as people say it
    """Open the workspace in ``folder``, else in TRUEUP_WORKSPACE, else here; WorkspaceError if there is none."""
    # The command line imports this package too, and must not wait for what a notebook needs.
    opened: Workspace = importlib.import_module("trueup.notebook").open(folder)
    return opened
