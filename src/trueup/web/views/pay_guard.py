"""What measures that pay tempt people to: what was watched, and how often chance alone looks like that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.goodhart import EVERYBODY, Watch, Watched, in_words, named
from trueup.reports.wording import percent
from trueup.runs.folder import WorkspaceError
from trueup.runs.pay_guard import Guarded, guarded
from trueup.runs.pay_inputs import inputs_of
from trueup.served.pay import people_names
from trueup.web.asked import viewer
from trueup.web.views.entries.rights import require

_WATCHES: Mapping[Watch, tuple[str, str]] = {
    "pull_forward": ("Deals pulled forward", "They fall into the last three days of a period more often than usual."),
    "push_out": ("Deals pushed out", "They fall into the first three days of a period more often than usual."),
    "bunching": ("Just over the quota", "Attainment lies just above it more often than just below."),
    "sandbagged_baseline": ("Low baselines", "More of somebody’s baselines were doubted than of others’."),
    "self_confirmed_value": (
        "Value that nobody else vouches for",
        "More of somebody’s value is only claimed, or confirmed by related people.",
    ),
    "close_and_reopen": (
        "Closed and reopened",
        "Cases closed in a period’s last days are reopened more often than others.",
    ),
    "split_cases": ("Cases split", "There are more cases per issue since plans pay than in the year before."),
    "merged_cases": ("Cases merged", "There are fewer cases per issue since plans pay than in the year before."),
}
_ERRORS = (WorkspaceError, DeclarationsError, ValueError)
_LEAST = 0.001


@dataclass(frozen=True)
class Row:
    """Somebody who was watched; ``why``: what keeps it from being told."""

    name: str
    seen: str
    usual: str
    p: str
    adjusted: str
    is_named: bool
    why: str


@dataclass(frozen=True)
class Kind:
    """A watch with everybody whom it is of, all together first; ``untold``: of how many nothing can be said."""

    label: str
    about: str
    says: str
    rows: tuple[Row, ...]
    untold: int


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Everything that is watched, with what is to be explained above."""
    require(request, "pay")
    user, snapshot = viewer(request), served.snapshot()
    if snapshot is None:
        return _page(request, {"because": "Nothing was computed yet. Compute it on the page Data."})
    try:
        inputs = inputs_of(served.folder(), served.settings(), snapshot)
        found = guarded(served.folder(), inputs, snapshot, user)
    except _ERRORS as error:
        return _page(request, {"because": str(error)})
    names = people_names(user, {each.payee for each in found.watched})
    return _page(request, _shown(found, names))


def _page(request: HttpRequest, page: Mapping[str, object]) -> HttpResponse:
    return render(request, "web/pay/guard.html", {"here": "guard", **page})


def _shown(found: Guarded, names: Mapping[str, str]) -> Mapping[str, object]:
    striking = named(found.watched)
    order = list(_WATCHES)
    by_watch = sorted(found.watched, key=lambda each: order.index(each.watch))
    return {
        "of": found,
        "tested": sum(each.p_value is not None for each in found.watched),
        "striking": [in_words(replace(each, payee=names.get(each.payee, each.payee))) for each in striking],
        "kinds": [_kind(watch, list(some), names) for watch, some in groupby(by_watch, key=lambda each: each.watch)],
    }


def _kind(watch: Watch, watched: Sequence[Watched], names: Mapping[str, str]) -> Kind:
    """A watch: who can be told of, the most striking first; else why not of everybody together."""
    told = [each for each in watched if each.p_value is not None]
    listed = told or watched[:1]
    listed = sorted(listed, key=lambda each: (each.payee != EVERYBODY, each.p_value or 0.0))
    rows = tuple(_row(each, names) for each in listed)
    return Kind(*_WATCHES[watch], _says(watched), rows, len(watched) - len(told) if told else 0)


def _says(watched: Sequence[Watched]) -> str:
    """What was seen of all: a line above the table."""
    together = next((each for each in watched if each.payee == EVERYBODY), None)
    if together is None:
        return f"{sum(each.count for each in watched):,} of {sum(each.of for each in watched):,} in all"
    if together.p_value is None:
        return f"It cannot be told: {together.because}"
    return f"{together.count:,} of {together.of:,} in all, where {percent(together.usual)} is usual"


def _row(of: Watched, names: Mapping[str, str]) -> Row:
    return Row(
        name=names.get(of.payee, of.payee) or "Everybody together",
        seen=f"{of.count:,} of {of.of:,}",
        usual=percent(of.usual),
        p=_p(of.p_value),
        adjusted=_p(of.adjusted),
        is_named=bool(named([of])),
        why=of.because if of.p_value is None else "",
    )


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < _LEAST else f"{value:.3f}"
