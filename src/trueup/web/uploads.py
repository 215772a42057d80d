"""Files that people sent, kept between looking at what would become of them and taking them in."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.http import HttpRequest

from trueup import served

_KEPT_SECONDS = 24 * 3600
_IN_SESSION = "uploads"
_AT_ONCE = 5


@dataclass(frozen=True)
class Upload:
    """A file as it was sent, by its name for people, and what its sender says it holds."""

    name: str
    kind: str
    content: bytes


def keep(request: HttpRequest, upload: Upload) -> UUID:
    """Keep a file for this browser's session, where nobody but the server reads it; older ones go."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for kept in folder.iterdir():
        if time.time() - kept.stat().st_mtime > _KEPT_SECONDS:
            kept.unlink(missing_ok=True)
    key = uuid4()
    with os.fdopen(os.open(folder / str(key), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(upload.content)
    known: dict[str, list[str]] = request.session.get(_IN_SESSION, {})
    newest = [*known.items(), (str(key), [upload.name, upload.kind])][-_AT_ONCE:]
    request.session[_IN_SESSION] = dict(newest)
    return key


def kept(request: HttpRequest, key: UUID) -> Upload | None:
    """What this session sent under a key; None where it did not, or it is gone."""
    told: list[str] | None = request.session.get(_IN_SESSION, {}).get(str(key))
    path = _folder() / str(key)
    if told is None or not path.is_file():
        return None
    name, kind = told
    return Upload(name, kind, path.read_bytes())


def drop(request: HttpRequest, key: UUID) -> None:
    """Throw a file away."""
    known: dict[str, list[str]] = request.session.get(_IN_SESSION, {})
    request.session[_IN_SESSION] = {other: told for other, told in known.items() if other != str(key)}
    (_folder() / str(key)).unlink(missing_ok=True)


def _folder() -> Path:
    return served.folder().generated / "uploads"
