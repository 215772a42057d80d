"""What templates may name of how people sign in."""

from django.conf import settings
from django.http import HttpRequest

from trueup.runs.sign_in import SignIn


def ways_in(request: HttpRequest) -> dict[str, SignIn]:
    """The settings of ``[sign_in]``, as the server was started with them."""
    del request
    return {"sign_in": settings.SIGN_IN}
