"""Who asked for a page, and how."""

from typing import cast

from django.http import HttpRequest

from trueup.record.models import User

_LONGEST = 10
"""Digits of a number that is surely no page's."""


def viewer(request: HttpRequest) -> User:
    """Whoever is signed in; the middleware lets nobody else through."""
    return cast("User", request.user)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page, to put it in place of the one that is shown."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page_asked(request: HttpRequest) -> int:
    """Which page of a list is asked for, from 1 on; the first where nothing that can be one is."""
    told = request.GET.get("page", "")
    return max(1, int(told)) if told.isdecimal() and len(told) < _LONGEST else 1
