"""Why a system gave no answer, in one paragraph: what, where, cure."""

from typing import Final

from trueup.sources.live.source_file import LiveError, LiveSource

KEPT: Final = "What was fetched before is as it was."
_TOKENS: Final = "oauth2/token"
_TOLD: Final = 300
"""So much of a system's own explanation is repeated, in characters."""


def refused(source: LiveSource, path: str, *, status: int, told: str) -> LiveError:
    """The error for an answer with this HTTP status; ``told`` is its text."""
    where = f"{source.name}: {source.address}{path} answered {status}"
    why = f" ({' '.join(told.split())[:_TOLD]})" if told.strip() else ""
    return LiveError(f"{where}{why}. {_cure(source, path, status)} {KEPT}")


def unreachable(source: LiveSource, reason: str) -> LiveError:
    """The error for an address that does not answer."""
    cure = f"Check the address in sources/{source.name}/source.toml and the connection, and fetch again."
    return LiveError(f"{source.name}: {source.address} does not answer: {reason}. {cure} {KEPT}")


def unexpected(source: LiveSource, path: str, reason: str) -> LiveError:
    """The error for an answer that is not what this system's API gives."""
    cure = (
        f"Check that the address in sources/{source.name}/source.toml is {source.system}'s API, not a page for people."
    )
    return LiveError(f"{source.name}: {source.address}{path} is not understood: {reason}. {cure} {KEPT}")


def _cure(source: LiveSource, path: str, status: int) -> str:
    names = [name for name in (source.secrets.token, source.secrets.client_id, source.secrets.client_secret) if name]
    variables = " and ".join(names)
    if status == 401 or path.endswith(_TOKENS):
        return f"The secret in {variables} is wrong or has expired: get a new one from {source.system} and set it."
    if status == 403:
        return f"The secret in {variables} may not read this: widen its rights, or leave the table out of `tables`."
    if status == 429:
        return f"{source.system} allows no more requests for now: fetch again later."
    if status >= 500:
        return f"{source.system} is in trouble: fetch again later."
    return f"Leave the table out of `tables` in sources/{source.name}/source.toml if your {source.system} lacks it."
