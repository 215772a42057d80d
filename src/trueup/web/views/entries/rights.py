"""Who is asking, what they sent, and what they may reach: what they may not is not there (404)."""

from collections.abc import Callable
from typing import TypeVar, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from trueup.record import access
from trueup.record.access import Verb
from trueup.record.models import Account, User

_Row = TypeVar("_Row", bound=Model)


def viewer(request: HttpRequest) -> User:
    """Whoever is signed in; the middleware lets nobody else through."""
    return cast("User", request.user)


def typed_in(request: HttpRequest) -> QueryDict | None:
    """What was sent with a form; None where it is only asked for."""
    return request.POST if request.method == "POST" else None


def account_for(request: HttpRequest, account_id: str, verb: Verb = "change") -> Account:
    """An account at which the viewer may do this."""
    account = get_object_or_404(access.accounts(viewer(request)), pk=account_id)
    require(request, verb, account)
    return account


def seen(request: HttpRequest, question: Callable[[User], QuerySet[_Row]], key: UUID) -> _Row:
    """One row among those that the viewer may see."""
    return get_object_or_404(question(viewer(request)), pk=key)


def changeable(
    request: HttpRequest, question: Callable[[User], QuerySet[_Row]], key: UUID, verb: Verb = "change"
) -> _Row:
    """One row that the viewer may change."""
    row = seen(request, question, key)
    require(request, verb, row)
    return row


def require(request: HttpRequest, verb: Verb, row: Model | None = None) -> None:
    """Nothing is here for who may not do this."""
    if not access.may(viewer(request), verb, row):
        raise Http404


def key_of(told: str | None) -> UUID:
    """The id that an address or a form tells; where it is none, one that nothing has."""
    try:
        return UUID(told or "")
    except ValueError:
        return UUID(int=0)
