"""How people sign in through the company's own identity provider: what ``[sign_in]`` says, and where its secret is."""

import os
from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.loopback import is_loopback

SECRET = "TRUEUP_OIDC_SECRET"  # noqa: S105  a name
"""The variable with the secret that the provider gave for ``client_id``."""
PROVIDER = "company"
"""Part of the redirect address that is entered at the provider, so it stays."""
WELL_KNOWN = "/.well-known/openid-configuration"
"""Where below its address a provider says how it is used."""
_DOMAIN = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$"


class SignIn(BaseModel):
    """The section ``[sign_in]``; without an issuer people sign in with passwords and links only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[
        str,
        Field(
            description="Your OpenID Connect provider's address, such as https://login.acme.com; "
            "empty: people sign in with passwords."
        ),
    ] = ""
    client_id: Annotated[str, Field(description="What the provider calls this site.")] = ""
    name: Annotated[
        str, Field(max_length=40, description="What people call the provider: the button says `Sign in with NAME`.")
    ] = "your company account"
    secret_file: Annotated[
        str,
        Field(
            description="A file with the secret that the provider gave for client_id, seen from the workspace; "
            f"the environment's {SECRET} stands before it."
        ),
    ] = ""
    admits: Annotated[
        tuple[Annotated[str, Field(pattern=_DOMAIN)], ...],
        Field(
            description="Mail domains whose people become viewers when they first sign in through the provider; "
            "all others are added by `trueup user add`."
        ),
    ] = ()
    passwords: Annotated[
        bool, Field(description="People may also sign in with a password; links from `trueup user link` always work.")
    ] = True

    @property
    def is_offered(self) -> bool:
        """Whether there is a provider to sign in with."""
        return bool(self.issuer)

    def admits_address(self, email: str) -> bool:
        """Whether whoever has this address may come in without having been added."""
        # Beyond ASCII, letters look alike and fold into others: an administrator looks at such an address first.
        return email.isascii() and email.rpartition("@")[2].lower() in {domain.lower() for domain in self.admits}


def is_private_way(address: str) -> bool:
    """Whether nobody between here and the address can read or change what is said: https, or this machine."""
    parts = _parts(address)
    return parts is not None and (parts.scheme == "https" or is_loopback(parts.hostname or ""))


def secret_of(folder: Folder, sign_in: SignIn) -> str:
    """The secret that goes with ``client_id``; WorkspaceError where there is none."""
    if given := os.environ.get(SECRET, "").strip():
        return given
    if not sign_in.secret_file:
        raise WorkspaceError(
            f"{folder.settings_file}: sign_in has no secret. Put the one that your provider gave for client_id into the"
            f' environment variable {SECRET}, or into a file and name that: secret_file = "/etc/trueup/oidc_secret".'
        )
    path = folder.root / sign_in.secret_file
    try:
        kept = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise WorkspaceError(_no_secret(folder, sign_in, f"cannot be read: {why}")) from error
    if not kept:
        raise WorkspaceError(_no_secret(folder, sign_in, "is empty"))
    return kept


def _no_secret(folder: Folder, sign_in: SignIn, why: str) -> str:
    return (
        f"{folder.settings_file}: sign_in.secret_file = {sign_in.secret_file!r} {why}. Write the secret into it that"
        f" your provider gave for client_id, or put that into the environment variable {SECRET}."
    )


def _check_issuer(given: SignIn) -> None:
    if not given.issuer and given != SignIn():
        raise ValueError(
            "it is missing. Give your provider's address, such as https://login.acme.com, or leave [sign_in] out"
        )
    if not given.issuer:
        return
    if WELL_KNOWN in given.issuer:
        raise ValueError(f"{given.issuer!r} goes too far. Leave {WELL_KNOWN} out")
    parts = _parts(given.issuer)
    if parts is None or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{given.issuer!r} is no address of a provider. Write it as https://login.acme.com")
    if not is_private_way(given.issuer):
        raise ValueError(
            f"{given.issuer!r} must begin with https://, or whoever listens on the way could come in."
            " Only a provider on this very machine may do without"
        )


def _parts(address: str) -> SplitResult | None:
    """An address of the web, taken apart; None where it is none."""
    try:
        parts = urlsplit(address)
        # That a port is no number is told only to those who ask for it.
        is_one = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_one else None


def _check_client(given: SignIn) -> None:
    if given.issuer and not given.client_id.strip():
        raise ValueError("it is missing. Register this site at your provider, which then names its client id")


def _check_name(given: SignIn) -> None:
    if not given.name.strip():
        raise ValueError('it is empty. Say what people call the provider, such as "Acme", or leave it out')


CHECKS: Mapping[str, Callable[[SignIn], None]] = {
    "issuer": _check_issuer,
    "client_id": _check_client,
    "name": _check_name,
}
"""Per key what its type alone does not say; ValueError names what is wrong, and the cure."""
