"""The company's identity provider, as allauth's settings want it."""

from contextlib import suppress

from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.sign_in import PROVIDER, WELL_KNOWN, SignIn, secret_of


def apps_for(folder: Folder | None, sign_in: SignIn) -> list[dict[str, object]]:
    """What allauth is to offer: the provider, or nothing.

    A missing secret is no error here: a server does not start without it, and commands that open the record in a shell
    of their own need none.
    """
    if folder is None or not sign_in.is_offered:
        return []
    secret = ""
    with suppress(WorkspaceError):
        secret = secret_of(folder, sign_in)
    return [
        {
            "provider_id": PROVIDER,
            "name": sign_in.name,
            "client_id": sign_in.client_id,
            "secret": secret,
            "settings": {"server_url": sign_in.issuer.rstrip("/") + WELL_KNOWN},
        }
    ]
