"""Measures of the library that fit what was typed so far."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.goals.matching import match
from trueup.goals.words import LONGEST_TEXT


@require_GET
def match_typed(request: HttpRequest) -> HttpResponse:
    """The options of a measure's field, best first."""
    typed = request.GET.get("q", "")[:LONGEST_TEXT].strip()
    role, industry = request.GET.get("role") or None, request.GET.get("industry") or None
    found = match(typed, role=role, industry=industry) if typed else ()
    return render(request, "web/entries/measures.html", {"found": found, "currency": served.settings().currency})
