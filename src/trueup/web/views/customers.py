"""The list of customers: searched as one types, narrowed, sorted by any column, fifty a page."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers import book
from trueup.answers.board import Point
from trueup.mart.snapshot import Snapshot
from trueup.record import access
from trueup.record.models import Account, User
from trueup.record.scorecard import briefs
from trueup.reports.cards import told
from trueup.served.grades import letters_since
from trueup.web.standing import Standing, standing_of

PART = "customers"
"""The id of the part of the page that changes as one types, sorts and turns pages."""
_FEW = 2000
"""So many accounts can be named in a question to the record."""
_TO_MART = {
    "attainment": "goal_attainment",
    "on_track": "goals_on_track",
    "response_time": "response_time",
    "open": "open_backlog",
    "reviews": "business_reviews",
    "grade": book.GRADE,
    "last_touch": book.LAST_TOUCH,
    "revenue": "revenue",
}
"""What may be sorted by besides name and owner, and what the mart calls it."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it says wrongly is as if it said nothing."""

    search: str
    whose: str
    segment: str
    customers_only: bool
    sort: str
    is_descending: bool
    page: int

    @classmethod
    def of(cls, told: QueryDict, *, has_own: bool) -> "Asked":
        """Read an address; without a word on it people see their own accounts, if they have any."""
        sort = told.get("sort", "name")
        is_known = sort.removeprefix("-") in {"name", "owner", *_TO_MART}
        whose = told.get("whose", "mine" if has_own else "all")
        page = told.get("page", "1")
        return cls(
            search=told.get("q", "").strip(),
            whose="mine" if whose == "mine" else "all",
            segment=told.get("segment", ""),
            customers_only=told.get("customers") == "1",
            sort=sort.removeprefix("-") if is_known else "name",
            is_descending=is_known and sort.startswith("-"),
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 and int(page) else 1,
        )

    @property
    def is_of_all(self) -> bool:
        """Whether no account is left out."""
        return self.whose == "all" and not (self.search or self.segment or self.customers_only)

    @property
    def address(self) -> str:
        """The query that asks for the same."""
        told = {
            "q": self.search,
            "whose": self.whose,
            "segment": self.segment,
            "customers": "1" if self.customers_only else "",
            "sort": f"{'-' if self.is_descending else ''}{self.sort}",
            "page": str(self.page) if self.page > 1 else "",
        }
        return f"?{urlencode({name: value for name, value in told.items() if value})}"


@dataclass(frozen=True)
class Heading:
    """A column's head: what it says, of which period, where a click leads, and how it is sorted now."""

    key: str
    label: str
    period: str
    address: str
    sorted: str


@dataclass(frozen=True)
class Line:
    """An account's line; ``cells``: label and text of the columns after the owner."""

    account: Account
    grade: str | None
    owner: str
    standing: Standing
    cells: tuple[tuple[str, str], ...]


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page, or only the part that changes."""
    user = cast("User", request.user)
    own = _own(user)
    has_own = own.exists()
    asked = Asked.of(request.GET, has_own=has_own)
    rows = _narrowed(own if asked.whose == "mine" else access.accounts(user), asked)
    snapshot = served.snapshot()
    total, ids = _page(user, rows, asked, snapshot)
    pages = max(1, -(-total // book.PAGE))
    if asked.page > pages:
        asked = replace(asked, page=pages)
        total, ids = _page(user, rows, asked, snapshot)
    told = book.read(snapshot, ids) if snapshot else book.NOTHING
    page = {
        "asked": asked,
        "total": total,
        "pages": pages,
        "turn": _turns(asked, pages),
        "headings": _headings(asked, told),
        "lines": _lines(user, ids, told, letters_since(user, snapshot, ids) if snapshot else {}),
        "has_own": has_own,
        "has_grades": told.has_grades,
        "is_built": snapshot is not None,
        "part_id": PART,
    }
    if request.headers.get("HX-Target") == PART:
        return render(request, "web/customers/found.html", page)
    page["may_add"] = access.may_make_accounts(user)
    segments = access.accounts(user).filter(left_on__isnull=True).order_by("segment").values_list("segment", flat=True)
    page["segments"] = [segment for segment in segments.distinct() if segment]
    return render(request, "web/customers/page.html", page)


def _own(user: User) -> QuerySet[Account]:
    """The accounts on whose team somebody is; an administrator is not on all of them."""
    added = access.team_members(user).filter(user=user).values("account")
    own = Q(pk__in=added)
    if user.person_id is not None:
        own |= Q(owner=user.person_id) | Q(success_owner=user.person_id)
    return access.accounts(user).filter(own, left_on__isnull=True)


def _narrowed(rows: QuerySet[Account], asked: Asked) -> QuerySet[Account]:
    rows = rows.filter(left_on__isnull=True)
    for word in asked.search.split():
        rows = rows.filter(Q(name__icontains=word) | Q(domain__icontains=word) | Q(account_id__iexact=word))
    if asked.segment:
        rows = rows.filter(segment=asked.segment)
    if asked.customers_only:
        rows = rows.filter(is_customer=True)
    return rows


def _page(user: User, rows: QuerySet[Account], asked: Asked, snapshot: Snapshot | None) -> tuple[int, list[str]]:
    """How many accounts there are, and the ids of those on the page."""
    offset = (asked.page - 1) * book.PAGE
    if asked.sort in _TO_MART and snapshot is not None:
        return _ranked(user, rows, snapshot, asked, offset)
    if asked.sort == "owner":
        return _by_owner(user, rows, asked, offset)
    order = ("-name", "-pk") if asked.is_descending else ("name", "pk")
    if asked.search:
        # To look for a word takes long, and is not done twice.
        ids = access.ids(rows.order_by(*order))
        return len(ids), ids[offset : offset + book.PAGE]
    return rows.count(), access.ids(rows.order_by(*order)[offset : offset + book.PAGE])


def _ranked(
    user: User, rows: QuerySet[Account], snapshot: Snapshot, asked: Asked, offset: int
) -> tuple[int, list[str]]:
    """By a column of the mart; those without a value in it come last, by their ids."""
    column, end = _TO_MART[asked.sort], offset + book.PAGE
    if column not in book.sortable(snapshot):
        return rows.count(), access.ids(rows.order_by("pk")[offset:end])
    if asked.is_of_all and access.reads_every_account(user):
        gone = access.ids(access.accounts(user).filter(left_on__isnull=False))
        leading = partial(book.leading, snapshot, column, descending=asked.is_descending, without=gone)
        found = leading(offset=offset, limit=book.PAGE)
        if len(found) == book.PAGE:
            return rows.count(), found
        valued = leading(offset=0, limit=_FEW + 1)
        if len(valued) <= _FEW:
            others = rows.exclude(pk__in=valued).order_by("pk")
            return rows.count(), found + access.ids(others[max(0, offset - len(valued)) : end - len(valued)])
    ids = access.ids(rows)
    return len(ids), book.ranked(snapshot, column, descending=asked.is_descending, among=ids, offset=offset)


def _by_owner(user: User, rows: QuerySet[Account], asked: Asked, offset: int) -> tuple[int, list[str]]:
    """By their owner's name, only those on the page; without an owner they come last, whichever way it is sorted."""
    names = sorted(access.people(user).values_list("name", "pk"), reverse=asked.is_descending)
    rank = {person_id: place for place, (_, person_id) in enumerate(names)}
    counts, owners = Counter[int](), defaultdict[int, list[str | None]](list)
    for owner, count in rows.order_by().values_list("owner_id").annotate(count=Count("pk")):
        place = rank.get(owner or "", len(rank))
        counts[place] += count
        owners[place].append(owner)
    found, skipped, total = list[str](), 0, 0
    for place in sorted(counts):
        if total + counts[place] <= offset:
            skipped += counts[place]
        elif total < offset + book.PAGE:
            theirs = Q(owner__in=[owner for owner in owners[place] if owner is not None])
            found += sorted(access.ids(rows.filter(theirs | Q(owner=None) if None in owners[place] else theirs)))
        total += counts[place]
    return total, found[offset - skipped :][: book.PAGE]


def _turns(asked: Asked, pages: int) -> Mapping[str, str]:
    """Where turning pages leads."""
    ways = {"first": 1, "previous": asked.page - 1, "next": asked.page + 1, "last": pages}
    return {
        way: replace(asked, page=page).address
        for way, page in ways.items()
        if 1 <= page <= pages and page != asked.page
    }


def _headings(asked: Asked, told: book.Book) -> list[Heading]:
    of_metric = {column.metric: column for column in told.columns}
    labels = [
        ("name", "Customer"),
        *([("grade", "Grade")] if told.has_grades else []),
        ("owner", "Owner"),
        ("attainment", "Attained"),
        ("on_track", "On track"),
        *((key, label) for key, label, metric in _FROM_MART if metric in of_metric),
        *([("last_touch", "Last touch")] if told.columns else []),
    ]
    return [
        _heading(asked, key, label, of_metric[_TO_MART[key]].period if _TO_MART.get(key) in of_metric else "")
        for key, label in labels
    ]


_FROM_MART = (
    ("response_time", "Response time", "response_time"),
    ("open", "Open cases", "open_backlog"),
    ("reviews", "Reviews", "business_reviews"),
    ("revenue", "Revenue", "revenue"),
)


def _heading(asked: Asked, key: str, label: str, period: str) -> Heading:
    is_sorted = asked.sort == key
    # Names begin with A; of numbers people want to see the largest first.
    turned = not asked.is_descending if is_sorted else key not in {"name", "owner", "grade"}
    way = ("descending" if asked.is_descending else "ascending") if is_sorted else ""
    is_live = key in {"attainment", "on_track"}
    leads = replace(asked, sort=key, is_descending=turned, page=1).address
    return Heading(key, label, "" if is_live else period, leads, way)


def _lines(user: User, ids: list[str], told: book.Book, newer: Mapping[str, str]) -> list[Line]:
    settings, today = served.settings(), served.today()
    found = access.accounts(user).select_related("owner").in_bulk(ids)
    goals = briefs(user, ids, today=today, zone=settings.zone)
    row_of = _cells(told, settings.currency, ZoneInfo(settings.zone))
    return [
        Line(
            account,
            newer.get(account_id, row.grade if (row := told.rows.get(account_id)) else None),
            str(account.owner) if account.owner_id and account.owner else "",
            standing_of(goals.get(account_id, ()), today=today),
            row_of(account_id),
        )
        for account_id in ids
        if (account := found.get(account_id))
    ]


def _cells(found: book.Book, currency: str, zone: ZoneInfo) -> Callable[[str], tuple[tuple[str, str], ...]]:
    units = {column.metric: column.unit for column in found.columns}
    known = [(label, metric) for _, label, metric in _FROM_MART if metric in units]

    def of(account_id: str) -> tuple[tuple[str, str], ...]:
        row = found.rows.get(account_id)
        values = row.values if row else {}
        cells = [(label, _told(values.get(metric), units[metric], currency)) for label, metric in known]
        touched = _local(row, zone) if row else None
        return (*cells, ("Last touch", touched.isoformat() if touched else "–")) if found.columns else tuple(cells)

    return of


def _told(value: float | None, unit: str, currency: str) -> str:
    return told(None if value is None else Point("", value, 0, 0, "ok"), unit, currency)


def _local(row: book.Row, zone: ZoneInfo) -> date | None:
    if row.last_touch_at is None:
        return None
    return row.last_touch_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
