"""Signing in by a link that works once, as the server prints for its first administrator."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from trueup.record.sign_in import user_of


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before signing in: programs that look at links in advance would use this one up."""
    user = user_of(token)
    if user is None:
        return render(request, "web/link_spent.html", status=410)
    if request.method == "GET":
        return render(request, "web/sign_in_by_link.html", {"person": user})
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("board")
