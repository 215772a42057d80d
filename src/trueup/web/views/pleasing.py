"""Who are you pleasing? Customers by what they give us and what we give them, and where our effort goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.board import Point
from trueup.answers.effort import EffortOf
from trueup.answers.quadrant import NoQuarterError, Quadrant, Spot, pleasing, worst_of
from trueup.grades.quadrant import NOT_PLACED, PARTS, QUARTERS, Effort, Part, Touches
from trueup.mart.snapshot import Snapshot
from trueup.record import access
from trueup.record.models import User
from trueup.reports.cards import told
from trueup.reports.quadrant_chart import CALLED, FEW, LARGEST, MEANING, NARROW, TRAILS, WIDE, drawn
from trueup.reports.wording import percent, worked
from trueup.web.views.entries.rights import viewer
from trueup.web.views.grades.chosen import LABELS

SHOWN = 20
MOST = 500
"""Longer lists are for the command line."""
LISTS: Mapping[str, Part] = {"givers": "neglected_giver", "rabbits": "chased_rabbit", "unknown": "not_placed"}


@dataclass(frozen=True)
class Line:
    """A customer of a list or of the table; without ``account_id`` it has no page.

    ``before``: its corner a quarter ago; ``was``: the same where it is another now. ``hours``: nothing where none are
    known. ``takes``: what it would take.
    """

    account_id: str
    name: str
    corner: str
    before: str
    was: str
    revenue: str
    credit: str
    attained: str
    touches: int
    hours: str
    takes: str


@dataclass(frozen=True)
class Listed:
    """A list: its first lines, how many there are in all, and whether the address that shows more has more to show."""

    lines: Sequence[Line]
    total: int
    has_more: bool


@dataclass(frozen=True)
class Share:
    """What went to a part of the map, as words; ``hours``: nothing where none are known."""

    label: str
    share: str
    hours: str
    part: Part


@dataclass(frozen=True)
class Shares:
    """A line of the table of effort: whose, and what went to each part, in the order of ``PARTS``."""

    name: str
    team: str
    total: int
    hours: str
    shares: Sequence[Share]


@dataclass(frozen=True)
class Teller:
    """What a page's lines are told with."""

    quadrant: Quadrant
    names: Mapping[str, str]
    worst: Mapping[str, Sequence[str]]

    def lines(self, spots: Iterable[Spot]) -> list[Line]:
        """Accounts as the page shows them."""
        return [self._line(spot) for spot in spots]

    def _line(self, spot: Spot) -> Line:
        return Line(
            account_id=spot.account_id if spot.account_id in self.names else "",
            name=self.names.get(spot.account_id, spot.account_id),
            corner=CALLED[spot.part],
            before=CALLED[spot.part_before or NOT_PLACED],
            was=CALLED[spot.part_before] if spot.has_moved and spot.part_before else "",
            revenue=self._money(None if spot.revenue is None else float(spot.revenue)),
            credit=self._money(float(spot.credit)) if spot.credit > 0 and self.quadrant.has_plan else "",
            attained=percent(spot.receiving),
            touches=spot.touches.count,
            hours=_hours(spot.touches),
            takes=self._takes(spot),
        )

    def _takes(self, spot: Spot) -> str:
        match spot.part:
            case "neglected_giver":
                points = f"{_points(spot.short)} of attainment short of the line"
                worst = self.worst.get(spot.account_id, ())
                return f"{points}. Its grade loses most by: {_joined(worst)}." if worst else f"{points}."
            case "chased_rabbit":
                revenue = f"About {self._money(spot.revenue_short)} more revenue a quarter makes it a giver"
                count = spot.touches.count
                touches = f"{count:,} touch{'es' if count != 1 else ''} a quarter are free for others"
                return f"{revenue}. Or stop chasing: {touches}." if count else f"{revenue}."
            case _:
                return spot.reason.capitalize()

    def _money(self, value: float | None) -> str:
        return told(None if value is None else Point("", value, 0, 0, "ok"), "money", self.quadrant.currency)


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page of a quarter, by default of the last one that is over."""
    user = viewer(request)
    snapshot = served.snapshot()
    if snapshot is None:
        return render(request, "web/nothing_built.html")
    seen = None if access.reads_every_account(user) else tuple(access.ids(access.accounts(user).order_by("pk")))
    try:
        found = _map(served.edition(), request.GET.get("period") or None, seen)
    except NoQuarterError as error:
        return render(request, "web/grades/pleasing.html", {"refused": str(error), "labels": LABELS})
    return render(
        request,
        "web/grades/pleasing.html",
        {**_page(user, snapshot, found, request.GET.get("all", "")), "labels": LABELS},
    )


@lru_cache(maxsize=8)
def _map(edition: str, period: str | None, seen: tuple[str, ...] | None) -> Quadrant:
    """The map of these accounts; where there are very many, to count our touches takes seconds."""
    del edition  # part of the key: a new build is read anew
    snapshot = served.snapshot()
    assert snapshot is not None
    return pleasing(snapshot, period, account_ids=seen)


def _page(user: User, snapshot: Snapshot, found: Quadrant, opened: str) -> dict[str, object]:
    limit = {name: MOST if name == opened else SHOWN for name in (*LISTS, "people")}
    on_map = found.largest(LARGEST if found.placed > FEW else FEW)
    listed = {
        "givers": found.by_revenue("neglected_giver", limit["givers"]),
        "rabbits": found.by_touches("chased_rabbit", limit["rabbits"]),
        "unknown": found.by_revenue("not_placed", limit["unknown"]),
    }
    ids = {spot.account_id for spots in (on_map, *listed.values()) for spot in spots}
    names = dict(access.accounts(user).filter(pk__in=ids).values_list("pk", "name"))
    teller = Teller(
        found, names, worst_of(snapshot, found.standing.key, [spot.account_id for spot in listed["givers"]])
    )
    return {
        "found": found,
        "drawings": [drawn(found, names, sheet) for sheet in (WIDE, NARROW)],
        "periods": list(reversed(found.periods)),
        "on_map": teller.lines(on_map),
        "is_dense": found.placed > FEW,
        "trails": TRAILS,
        "corners": [(CALLED[each], MEANING[each], found.counts[each]) for each in QUARTERS],
        "giving_share": _share_of_revenue(found),
        **{
            name: Listed(teller.lines(spots), found.counts[LISTS[name]], found.counts[LISTS[name]] > limit[name])
            for name, spots in listed.items()
        },
        "everybody": _shares("Everybody", "", found.effort),
        "lengths": _lengths(found.effort.whole),
        "teams": [_of(each) for each in found.teams],
        "people": [_of(each) for each in found.people[: limit["people"]]],
        "people_total": len(found.people),
        "more_people": len(found.people) > limit["people"],
        "parts": [CALLED[part] for part in PARTS],
        "opened": opened,
        "most": MOST,
    }


def _share_of_revenue(found: Quadrant) -> str:
    """The part of the mapped revenue that neglected givers bring."""
    whole = sum(found.revenue_of(each) for each in QUARTERS)
    return percent(float(found.revenue_of("neglected_giver") / whole)) if whole else "–"


def _of(each: EffortOf) -> Shares:
    return _shares(each.name, each.team, each.effort)


def _shares(name: str, team: str, effort: Effort) -> Shares:
    shares = [
        Share(
            CALLED[part],
            percent(float(effort.share(part))) if effort.total else "–",
            _hours(effort.of(part)),
            part,
        )
        for part in PARTS
    ]
    return Shares(name, team, effort.total, worked(effort.whole.hours), shares)


def _hours(touches: Touches) -> str:
    return worked(touches.hours) if touches.timed else ""


def _lengths(whole: Touches) -> str:
    """Of how many touches the hours are, or why there are none."""
    if whole.known is None:
        return f"Hours are not known: there is {whole.no_hours}."
    if not whole.timed:
        told = f"Hours are not known: {whole.no_hours}."
    else:
        told = f"Hours are known of {percent(float(whole.known))} of calls and meetings."
    if not whole.wrong:
        return told
    one = whole.wrong == 1
    return (
        f"{told} {whole.wrong:,} {'is' if one else 'are'} left out:"
        f" {'its end is' if one else 'their ends are'} before the beginning, or more than a day after it."
    )


def _points(short: float | None) -> str:
    points = 100 * (short or 0)
    if points < 1:
        return "less than 1 point"
    return f"{points:.0f} point{'s' if round(points) > 1 else ''}"


def _joined(labels: Sequence[str]) -> str:
    return "; ".join(label[:1].lower() + label[1:] for label in labels)
