"""``source.toml``: which system a live source is, where it answers, from when, which tables; secrets only by name."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from trueup.sources.live import hubspot, salesforce, stripe, zendesk

System = Literal["salesforce", "hubspot", "zendesk", "stripe"]

_TABLES: Final[Mapping[System, tuple[str, ...]]] = {
    "salesforce": salesforce.TABLES,
    "hubspot": hubspot.TABLES,
    "zendesk": zendesk.TABLES,
    "stripe": stripe.TABLES,
}
_HOSTS: Final[Mapping[System, str]] = {
    "salesforce": "https://{subdomain}.my.salesforce.com",
    "hubspot": "https://api.hubapi.com",
    "zendesk": "https://{subdomain}.zendesk.com",
    "stripe": "https://api.stripe.com",
}
_HERE: Final = ("127.0.0.1", "localhost", "::1")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")


class LiveError(Exception):
    """A live source cannot be read; the message names the file or the address, and the cure."""


@dataclass(frozen=True)
class SecretNames:
    """The environment variables that hold a source's secrets: a token, or a client's id and secret."""

    token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


@dataclass(frozen=True)
class LiveSource:
    """A live source as its file describes it; ``columns`` are wanted per table besides those that a metric reads."""

    name: str
    system: System
    address: str
    since: date
    tables: tuple[str, ...]
    secrets: SecretNames
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    email: str | None = None


@dataclass(frozen=True)
class Secrets:
    """A source's secrets, read from the environment; never shown."""

    token: str | None = field(default=None, repr=False)
    client_id: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Secrets(_Strict):
    token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class _File(_Strict):
    system: System
    start_date: date
    secrets: _Secrets
    address: str | None = None
    subdomain: str | None = None
    email: str | None = None
    tables: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


def read_source(path: Path) -> LiveSource:
    """The live source that ``<name>/source.toml`` describes; LiveError names the line and the nearest valid name."""
    try:
        text = path.read_text(encoding="utf-8")
        parsed = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise LiveError(f"{path} is not UTF-8 text: {error}. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise LiveError(f"{path} is not valid TOML: {error}. Correct that line.") from error
    try:
        checked = _File.model_validate(parsed)
    except ValidationError as error:
        raise LiveError(_explained(path, text, error)) from error
    return LiveSource(
        name=path.parent.name,
        system=checked.system,
        address=_address(path, checked),
        since=checked.start_date,
        tables=_tables(path, checked),
        secrets=_secret_names(path, checked),
        columns=checked.columns,
        email=checked.email,
    )


def secrets_of(source: LiveSource, environment: Mapping[str, str]) -> Secrets:
    """The source's secrets from the environment; LiveError names the variable that is not set."""

    def read(variable: str | None) -> str | None:
        if variable is None:
            return None
        if not environment.get(variable):
            raise LiveError(
                f"{source.name}: the environment variable {variable}, which sources/{source.name}/source.toml names,"
                f" is not set. Set it to the secret that {source.system} gave you, and fetch again."
            )
        return environment[variable]

    named = source.secrets
    return Secrets(read(named.token), read(named.client_id), read(named.client_secret))


def _address(path: Path, file: _File) -> str:
    if file.address is None:
        wanted = _HOSTS[file.system]
        if "{subdomain}" in wanted and not file.subdomain:
            example = wanted.format(subdomain="acme")
            raise LiveError(
                f'{path}: where does {file.system} answer? Add subdomain = "acme" for {example}, or the whole address.'
            )
        return wanted.format(subdomain=file.subdomain)
    parts = urlsplit(file.address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE):
        return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    raise LiveError(
        f"{path}: address = {file.address!r} does not begin with https://, and secrets do not travel unencrypted."
        f" Write it as https://host."
    )


def _tables(path: Path, file: _File) -> tuple[str, ...]:
    known = _TABLES[file.system]
    for table in (*file.tables, *file.columns):
        if table not in known:
            near = process.extractOne(table, known)
            raise LiveError(
                f"{path}: there is no table {table!r} to fetch from {file.system}."
                f" Did you mean {near[0]}? There are {', '.join(known)}."
            )
    return file.tables or known


def _secret_names(path: Path, file: _File) -> SecretNames:
    given = file.secrets
    for key, name in given.model_dump(exclude_none=True).items():
        if not _VARIABLE.fullmatch(name):
            raise LiveError(
                f"{path}: secrets.{key} must be the name of an environment variable, such as"
                f" {file.system.upper()}_{key.upper()}; secrets themselves stay out of files. If a secret was written"
                f" here, replace it at {file.system} too."
            )
    has_client = bool(given.client_id and given.client_secret)
    if not given.token and not (has_client and file.system == "salesforce"):
        also = "; or client_id and client_secret" if file.system == "salesforce" else ""
        raise LiveError(
            f"{path}: [secrets] names no variable to read {file.system}'s token from."
            f' Add token = "{file.system.upper()}_TOKEN"{also}.'
        )
    return SecretNames(given.token, given.client_id, given.client_secret)


def _explained(path: Path, text: str, error: ValidationError) -> str:
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"]]
    line = next((n for n, row in enumerate(text.splitlines(), 1) if row.split("=")[0].strip() == place[-1]), None)
    where = f"{path}, line {line}" if line else str(path)
    named = ".".join(place)
    if problem["type"] == "missing":
        return f"{where}: {named} is missing. Add it; docs/how-to/live-sources.md shows a whole file."
    if problem["type"] == "extra_forbidden":
        known = list((_Secrets if place[0] == "secrets" else _File).model_fields)
        return f"{where}: {named} is not a setting. Did you mean {process.extractOne(place[-1], known)[0]}?"
    if place[0] == "secrets":
        return f"{where}: {named}: {problem['msg']}."
    return f"{where}: {named} = {problem['input']!r}: {problem['msg']}."
