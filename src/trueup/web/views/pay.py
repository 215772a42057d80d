"""Pay: one's own statements; for managers and who pays, a period with its state, its people and what is to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from trueup.answers.pay_told import Total
from trueup.answers.pay_words import TotalShown, named, period_name, short, total_shown
from trueup.record import access
from trueup.record.models import User
from trueup.record.pay_periods import STATES, State
from trueup.served import pay as told
from trueup.served.pay import Headline, PeriodTold
from trueup.web.asked import page_asked, viewer

SHOWN = 50
_COLUMNS = (
    ("name", "Person"),
    ("posted", "Posted"),
    ("true_ups", "True-ups"),
    ("year_to_date", "Year to date"),
    ("held", "Held"),
)


@dataclass(frozen=True)
class Period:
    """A period of the list that one chooses from."""

    key: str
    name: str
    is_shown: bool


@dataclass(frozen=True)
class Stage:
    """A state on a period's way: behind it, where it stands now, or ahead."""

    name: State
    where: str


@dataclass(frozen=True)
class Row:
    """Sums of a person's statement in one currency; None where it has none, since nothing could be reckoned."""

    payee: str
    name: str
    sums: TotalShown | None


@dataclass(frozen=True)
class Heading:
    """A column's head: what it says, where a click leads, and how the table is sorted by it now."""

    key: str
    label: str
    address: str
    sorted: str


@dataclass(frozen=True)
class OwnRow:
    """One's own statement of a period."""

    key: str
    period: str
    state: State
    totals: tuple[TotalShown, ...]


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """One's own pay, and for who leads or pays a period: the one that is asked for, or the newest."""
    user = viewer(request)
    page: dict[str, object] = {
        "here": "pay",
        "own": [
            OwnRow(each.period, period_name(each.period), each.state, _shown(each.totals)) for each in told.own(user)
        ],
        "payee": user.person_id,
        "leads": told.leads(user),
        "disputes": told.count_open_disputes(user),
    }
    if told.leads(user):
        page |= _led(request, user)
    return render(request, "web/pay/page.html", page)


def stages(of: State) -> list[Stage]:
    """Every state that a period goes through, and where it stands among them."""
    at = STATES.index(of)
    return [Stage(state, "now" if n == at else "done" if n < at else "ahead") for n, state in enumerate(STATES)]


def _led(request: HttpRequest, user: User) -> dict[str, object]:
    """What a manager or who pays sees besides their own."""
    keys = told.periods(user)
    asked = request.GET.get("period") or next(iter(keys), "")
    if not asked:
        return {"periods": []}
    found = told.period(user, asked)
    if found is None:
        raise Http404
    sort = _sort(request.GET.get("sort", ""))
    headlines = told.people(user, asked)
    names = {each.payee: each.name for each in headlines}
    rows = _sorted(headlines, sort)
    pages = max(1, -(-len(rows) // SHOWN))
    at = min(page_asked(request), pages)
    return {
        "periods": [Period(key, period_name(key), key == asked) for key in keys],
        "of": found,
        "period": period_name(asked),
        "stages": stages(found.state),
        "words": _words(user, found),
        "exceptions": [(each, named(each.message, names)) for each in found.exceptions],
        "people": [_row(each, total) for each, total in rows[(at - 1) * SHOWN : at * SHOWN]],
        "count": len(headlines),
        "sums": _shown(told.totals(headlines)),
        "headings": [_heading(key, label, asked, sort) for key, label in _COLUMNS],
        "is_whole": access.may(user, "pay"),
        "may_force": bool(found.gates) and found.calculation is not None and access.may(user, "administer"),
        "page": at,
        "pages": pages,
        "earlier": _turn(asked, sort, at - 1) if at > 1 else "",
        "later": _turn(asked, sort, at + 1) if at < pages else "",
        "hash": short(found.calculation.hash) if found.calculation else "",
    }


def _turn(period: str, sort: str, page: int) -> str:
    return f"?{urlencode({'period': period, 'sort': sort, 'page': str(page)})}"


def _shown(totals: Sequence[Total]) -> tuple[TotalShown, ...]:
    return tuple(map(total_shown, totals))


def _sort(asked: str) -> str:
    return asked if asked.removeprefix("-") in {key for key, _ in _COLUMNS} else "name"


def _row(of: Headline, total: Total | None) -> Row:
    return Row(of.payee, of.name, None if total is None else total_shown(total))


def _sorted(headlines: Sequence[Headline], sort: str) -> list[tuple[Headline, Total | None]]:
    """A row for each person and currency; amounts compare within their currency, and who has none comes last."""
    rows = [(each, total) for each in headlines for total in each.totals]
    without = [(each, None) for each in headlines if not each.totals]
    key, is_descending = sort.removeprefix("-"), sort.startswith("-")
    if key == "name":
        rows.sort(key=lambda row: row[0].name.casefold(), reverse=is_descending)
    else:
        rows.sort(key=lambda row: _amount(row[1], key), reverse=is_descending)
        rows.sort(key=lambda row: row[1].currency)
    return [*rows, *without]


def _amount(of: Total, key: str) -> Decimal:
    amounts = {"posted": of.posted, "true_ups": of.true_ups, "year_to_date": of.year_to_date, "held": of.held}
    return amounts[key].amount


def _heading(key: str, label: str, period: str, sort: str) -> Heading:
    """Amounts are sorted from the largest down at first, names from A on."""
    first, other = (key, f"-{key}") if key == "name" else (f"-{key}", key)
    to = other if sort == first else first
    now = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    return Heading(key, label, f"?{urlencode({'period': period, 'sort': to})}", now)


def _words(user: User, of: PeriodTold) -> list[str]:
    """Why the viewer may not do what one might expect of them; each is said once."""
    whys = [step.why for step in of.steps.values() if step.why]
    if of.state == "approved" and of.gates and access.may(user, "pay"):
        whys.append("It can be closed once nothing stands in the way.")
    return list(dict.fromkeys(whys))
