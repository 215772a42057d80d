"""What every answer carries: a policy by which the browser loads nothing that is not ours."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Charts carry their colours as attributes of style; scripts come from our own files only.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_policy(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: send the policy with every answer, and let no shared cache keep it."""

    def with_policy(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return with_policy
