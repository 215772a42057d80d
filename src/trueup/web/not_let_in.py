"""What somebody reads who could not sign in through the provider, and what the server's log says of it."""

import logging
import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import ConnectionError as NotConnected
from requests import HTTPError, RequestException, Timeout

from trueup.web.openid import UnusableAnswer

_LOG = logging.getLogger("trueup.sign_in")
_CODE = re.compile(r'"error"\s*:\s*"([a-z_]{1,40})"')
_WORD = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True)
class Reason:
    """Why not; ``{provider}`` in its sentences is what people call the provider."""

    status: int
    heading: str
    says: str
    cure: str


UNKNOWN = Reason(
    403,
    "Nobody has added you yet",
    "{provider} says who you are, but nobody here has your mail address.",
    "Ask an administrator to add it. Your address is written as {provider} has it.",
)
LOCKED_OUT = Reason(
    403, "You may not sign in any more", "An administrator has ended your access.", "Ask them about it."
)
NOT_VERIFIED = Reason(
    403,
    "Your mail address is not confirmed",
    "{provider} did not say that your mail address is yours, and here people are known by it.",
    "Confirm it there, then sign in again. If it is confirmed, ask an administrator: {provider} has to send that too.",
)
TURNED_BACK = Reason(
    403,
    "You are not signed in",
    "You turned back at {provider}, or it does not let you use this site.",
    "Sign in again, or ask whoever looks after {provider}.",
)
INTERRUPTED = Reason(
    400,
    "This did not end where it began",
    "You began to sign in more than ten minutes ago, in another browser, or have used this page already.",
    "Sign in again.",
)
UNREACHABLE = Reason(
    502,
    "{provider} does not answer",
    "Nobody can sign in with it at the moment.",
    "Try again in a few minutes. Until then an administrator can give you a sign-in link.",
)
MISFIT = Reason(
    502,
    "Something is not set up as it should be",
    "What {provider} answered cannot be used here.",
    "Tell an administrator: the server's log says what to look at. They can give you a sign-in link meanwhile.",
)


def page(request: HttpRequest, reason: Reason) -> HttpResponse:
    """What is shown."""
    name = settings.SIGN_IN.name
    told = {
        part: text[0].upper() + text[1:]
        for part in ("heading", "says", "cure")
        if (text := getattr(reason, part).format(provider=name))
    }
    return render(request, "web/not_let_in.html", told, status=reason.status)


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page, and a line in the log, where the provider could not be asked or its answer not be used."""
    _LOG.warning("Nobody can sign in with %s: %s", settings.SIGN_IN.name, _explained(error))
    return page(request, UNREACHABLE if _is_silence(error) else MISFIT)


def refused(request: HttpRequest, code: str) -> HttpResponse:
    """The page, and a line in the log, where the provider sent somebody back with an error."""
    told = code if _WORD.fullmatch(code) else "an error"
    _LOG.warning("%s did not sign somebody in: %s.", settings.SIGN_IN.name, told)
    return page(request, MISFIT)


def _is_silence(error: Exception) -> bool:
    if isinstance(error, HTTPError):
        return _status(error) >= 500
    return isinstance(error, NotConnected | Timeout)


def _status(error: HTTPError) -> int:
    return 0 if error.response is None else error.response.status_code


def _explained(error: Exception) -> str:
    """What happened, in words of our own: the provider's may hold a secret."""
    if isinstance(error, UnusableAnswer):
        return f"{error}."
    if isinstance(error, HTTPError):
        return f"it answered {_status(error)}; is sign_in.issuer right?"
    if isinstance(error, RequestException):
        return f"it does not answer as it should ({type(error).__name__})."
    code = _CODE.search(str(error))
    told = code[1] if code else "no reason"
    return f"it gave no token ({told}); are sign_in.client_id, the secret and the redirect address right?"
