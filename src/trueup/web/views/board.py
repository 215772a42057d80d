"""The alignment board."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.board import board
from trueup.reports.board import body
from trueup.runs.entered import entries_of
from trueup.served.studies import newest
from trueup.web.asked import viewer


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The board, or what to do before there is one."""
    if served.snapshot() is None:
        return render(request, "web/nothing_built.html")
    return render(
        request,
        "web/board.html",
        {"board": _drawn(served.edition(), max((each.number for each in newest(viewer(request)).values()), default=0))},
    )


@lru_cache(maxsize=2)
def _drawn(edition: str, study: int) -> str:
    del edition, study  # part of the key: a new build, a new study and changed settings are drawn anew
    return body(board(served.folder(), served.settings(), entries_of(served.folder())))
