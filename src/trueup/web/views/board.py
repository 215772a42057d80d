"""The alignment board."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.board import board
from trueup.reports.board import body
from trueup.runs.entered import entries_of
from trueup.served import studies
from trueup.web.asked import viewer


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The board, or what to do before there is one."""
    if served.snapshot() is None:
        return render(request, "web/nothing_built.html")
    asked = studies.newest_two(viewer(request))
    digests = tuple(row.sha256 for pair in asked for row in pair if row)
    return render(request, "web/board.html", {"board": _drawn(served.edition(), digests, asked)})


@lru_cache(maxsize=2)
def _drawn(edition: str, digests: tuple[str, ...], asked: studies.Pairs) -> str:
    del edition, digests  # parts of the key: a new build, new studies and changed settings are drawn anew
    folder = served.folder()
    return body(board(folder, served.settings(), entries_of(folder), studies.predicts(asked)))
