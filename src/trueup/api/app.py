"""The interface itself: its address, who may call, how often, and what errors look like."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.throttling import AuthRateThrottle

from trueup.answers.asking import NotBuiltError
from trueup.answers.cells import UnknownNameError
from trueup.answers.gradings import NoGradesError
from trueup.answers.quadrant import NoQuarterError
from trueup.answers.scores import NoScoresError
from trueup.answers.value import NoValueError
from trueup.api import backtests, entries, grade_reports, grades, indicators, jobs, numbers, pay, value
from trueup.api.callers import BySession, ByToken
from trueup.record.refusal import NotAllowed, Refused
from trueup.runs.ground import NothingImportedError
from trueup.units.period import InvalidPeriod
from trueup.units.zone import InvalidInstant

RATE = "600/m"
"""How many calls a minute each user may make of one process of the server."""

api = NinjaAPI(
    title="Trueup",
    version="1",
    description="How customers are measured, and a company through their eyes: the same answers as the pages.",
    auth=[ByToken(), BySession()],
    throttle=[AuthRateThrottle(RATE)],
    urls_namespace="api",
)
for router in (
    backtests.router,
    entries.router,
    grade_reports.router,
    grades.router,
    numbers.router,
    jobs.router,
    indicators.router,
    value.router,
    pay.router,
):
    api.add_router("", router)


def _problem(request: HttpRequest, status: int, message: str, *, field: str = "", cure: str = "") -> HttpResponse:
    return api.create_response(request, {"message": message, "field": field, "cure": cure}, status=status)


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    del error
    return _problem(request, 404, "There is no such thing among those that you may see.")


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    status = 403 if isinstance(error, NotAllowed) else 422
    return _problem(request, status, error.message, field=error.field, cure=error.cure)


@api.exception_handler(ValidationError)
def _not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    return _problem(request, 422, str(first["msg"]), field=field, cure="See the description at /api/v1/docs.")


def _cannot_be_answered(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 400, str(error))


def _not_yet(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 409, str(error))


def _none_of_that(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return _problem(request, 404, str(error))


_ANSWERS: dict[type[Exception], Callable[[HttpRequest, Exception | type[Exception]], HttpResponse]] = {
    UnknownNameError: _cannot_be_answered,
    InvalidPeriod: _cannot_be_answered,
    InvalidInstant: _cannot_be_answered,
    NoGradesError: _none_of_that,
    NoQuarterError: _none_of_that,
    NoScoresError: _none_of_that,
    NotBuiltError: _not_yet,
    NoValueError: _not_yet,
    NothingImportedError: _not_yet,
}
for kind, answered in _ANSWERS.items():
    api.add_exception_handler(kind, answered)

patterns, _app_name, _namespace = api.urls
for pattern in patterns:
    if pattern.callback is not None:
        # Callers are told with 401 that they are unknown, not sent to a page to sign in.
        login_not_required(pattern.callback)
urls = (patterns, _app_name, _namespace)
"""The interface's addresses."""
