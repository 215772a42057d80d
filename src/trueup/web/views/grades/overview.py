"""All grades of a period: how many of each, how that moved, and who has which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup.answers.grades import PAGE, SORTS, Standing, Wanted, counts, page
from trueup.answers.gradings import SHOWN, Grading, sheet_of
from trueup.record import access
from trueup.record.models import Account, User
from trueup.served.grades import now
from trueup.web.views.entries.rights import viewer
from trueup.web.views.grades.chosen import LABELS, Chosen, chosen

PERIODS_DRAWN = 8


@dataclass(frozen=True)
class Line:
    """An account's line: its grade as it is now, and how it moved."""

    account: Account
    standing: Standing
    change: float | None


@dataclass(frozen=True)
class Column:
    """A period's grades as a bar: each letter's count, and its share of the bar in percent."""

    grading: Grading
    total: int
    parts: tuple[tuple[str, int, float], ...]


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page; what it says wrongly of letters, order and place is as if it said nothing."""
    user = viewer(request)
    found = chosen(request)
    if found is None:
        return render(request, "web/nothing_built.html")
    letter = request.GET.get("grade", "")
    letter = letter if letter in SHOWN else ""
    sort = request.GET.get("sort", "score")
    sort = sort if sort in SORTS else "score"
    number = request.GET.get("page", "1")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 6 and int(number) else 1
    is_rising = request.GET.get("order") == "up"
    among = None if access.reads_every_account(user) else access.ids(access.accounts(user))
    wanted = Wanted(letter=letter, among=among, sort=sort, descending=not is_rising, offset=(place - 1) * PAGE)
    total, standings = page(found.snapshot, found.grading, wanted)
    pages = max(1, -(-total // PAGE))
    if place > pages:
        place = pages
        _, standings = page(found.snapshot, found.grading, replace(wanted, offset=(place - 1) * PAGE))
    told = {"cadence": found.grading.cadence, "period": found.grading.period, "grade": letter, "sort": sort}
    told |= {"order": "up"} if is_rising else {}
    sheet = sheet_of(found.snapshot, found.grading)
    return render(
        request,
        "web/grades/page.html",
        {
            "chosen": found,
            "labels": LABELS,
            "sheet": sheet,
            "closes_on": found.grading.last_on + timedelta(days=sheet.closes_after + 1),
            "may_close": access.may(user, "define"),
            "letter": letter,
            "sort": sort,
            "is_rising": is_rising,
            "letters": SHOWN,
            "lines": _lines(user, found, standings),
            "total": total,
            "columns": _columns(found, among),
            "turn": _turns(told, place, pages),
            "place": place,
            "pages": pages,
            "heads": _heads(told),
            "may_answer": access.changeable_accounts(user).exists(),
        },
    )


def _lines(user: User, found: Chosen, standings: list[Standing]) -> list[Line]:
    """The lines, with what was said since the build."""
    shown = now(user, found.snapshot, found.grading, standings)
    accounts = access.accounts(user).in_bulk([each.account_id for each in shown])
    return [Line(accounts[each.account_id], each, _change(each)) for each in shown if each.account_id in accounts]


def _change(of: Standing) -> float | None:
    return None if of.score is None or of.score_before is None else of.score - of.score_before


def _columns(found: Chosen, among: Sequence[str] | None) -> list[Column]:
    """The last periods' grades, oldest first; only of accounts that the viewer may see."""
    drawn = []
    of_period = counts(found.snapshot, found.grading.cadence, among=among)
    for grading in found.known[PERIODS_DRAWN - 1 :: -1]:
        numbers = of_period[grading.period]
        total = sum(numbers.values())
        parts = tuple((letter, n, 100 * n / total) for letter, n in numbers.items() if n)
        drawn.append(Column(grading, total, parts))
    return drawn


def _turns(told: Mapping[str, str], place: int, pages: int) -> dict[str, str]:
    ways = {"first": 1, "previous": place - 1, "next": place + 1, "last": pages}
    return {way: f"?{urlencode({**told, 'page': to})}" for way, to in ways.items() if 1 <= to <= pages and to != place}


def _heads(told: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Where a click on a column's head leads: to the other order, where the list has that order already."""
    heads = {}
    for key in SORTS:
        is_sorted = told["sort"] == key
        turned = {"order": "up"} if is_sorted and "order" not in told else {}
        query = {**{name: value for name, value in told.items() if name != "order"}, "sort": key, **turned}
        heads[key] = {
            "address": f"?{urlencode(query)}",
            "sorted": ("ascending" if "order" in told else "descending") if is_sorted else "",
        }
    return heads
