"""Keys with which programs act for a user."""

import hashlib
import secrets
from datetime import datetime, timedelta

from trueup.record.access import allow
from trueup.record.keeping import action, amend, keep, locked
from trueup.record.models import ApiToken, User
from trueup.record.models.work import Scope
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused

LONGEST = timedelta(days=366)
PREFIX = "trueup_"
"""Lets scanners of published code tell what they found."""
_USED_EVERY = timedelta(minutes=1)


@action
def make_token(by: User, *, at: datetime, label: str, scope: Scope, expires_at: datetime) -> tuple[ApiToken, str]:
    """A key for programs of one's own; gives it and its text, which is told this once only."""
    if not by.is_active:
        raise NotAllowed("You may not sign in any more.", cure="Ask an administrator.")
    if expires_at - at > LONGEST:
        raise Refused("A token is good for a year at most.", field="expires_at", cure="Give an earlier day.")
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(sha256=_digest(text), user=by, label=label, scope=scope, created_at=at, expires_at=expires_at)
    return keep(token, by=by, at=at), text


@action
def revoke_token(by: User, token: ApiToken, *, at: datetime) -> ApiToken:
    """End a key: one's own, or as an administrator anybody's."""
    allow(by, "change", token)
    token = locked(token)
    return keep(token, by=by, at=at) if amend(token, {"revoked_at": token.revoked_at or at}) else token


@action
def bearer(text: str, *, at: datetime) -> ApiToken:
    """The key with that text; NotAllowed where there is none, or it or its user is not good any more."""
    token = rows(ApiToken).select_related("user").filter(sha256=_digest(text)).first()
    if token is None or token.revoked_at or token.expires_at <= at or not token.user.is_active:
        raise NotAllowed("This token is not valid.", cure="Make another one.")
    if token.last_used_at is None or at - token.last_used_at >= _USED_EVERY:
        rows(ApiToken).filter(pk=token.pk).update(last_used_at=at)
    return token


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
