"""The secret that signs sessions and links: made once per workspace, readable by its owner only."""

import os
import secrets
import tempfile
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret in ``path``, made if there is none yet; of two processes that make one, the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    # mkstemp gives mode 0600; the link appears whole or not at all, and never replaces another's.
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        Path(made).unlink()
