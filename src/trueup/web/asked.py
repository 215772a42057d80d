"""Who asked for a page, and how."""

from typing import cast

from django.http import HttpRequest

from trueup.record.models import User


def viewer(request: HttpRequest) -> User:
    """Whoever is signed in; the middleware lets nobody else through."""
    return cast("User", request.user)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page, to put it in place of the one that is shown."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
