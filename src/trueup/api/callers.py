"""Who calls: a program with a token, or the browser of somebody who is signed in."""

from datetime import UTC, datetime
from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from trueup.record.actions.tokens import bearer
from trueup.record.models import User
from trueup.record.refusal import NotAllowed

READS = ("GET", "HEAD", "OPTIONS")


class ByToken(HttpBearer):
    """``Authorization: Bearer TOKEN``; a token to read with writes nothing."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The token's user; None, which is answered with 401, where it is unknown, expired, revoked or too weak."""
        try:
            found = bearer(token, at=datetime.now(UTC))
        except NotAllowed:
            return None
        return None if found.scope == "read" and request.method not in READS else found.user


class BySession(SessionAuth):
    """The cookie of the site; writes need the CSRF token too."""

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """The signed-in user."""
        del key
        return request.user if isinstance(request.user, User) and request.user.is_active else None


def caller(request: HttpRequest) -> User:
    """Whoever one of the above let in."""
    return cast("User", request.auth)  # type: ignore[attr-defined]  # ninja puts it there
