"""What a customer sees and answers through a link, without an account: the address itself is what lets them in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast, get_args
from urllib.parse import quote, unquote

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from trueup import served
from trueup.record.actions.links import answer, open_link
from trueup.record.models import CustomerAnswer, CustomerLink, Reading
from trueup.record.models.voice import Verdict
from trueup.record.refusal import NotAllowed, Refused
from trueup.record.shared import SharedGoal, link_of, shared_goals
from trueup.web.limits import is_too_often
from trueup.web.views.entries.fields import NumberField, plain

_VERDICTS = get_args(Verdict)
_NAME = "said_by"
_LONGEST_NOTE = 2_000
_SHOWN_AT_ONCE = 6
"""So many readings of a goal stand open; the earlier ones unfold."""
_VISITS, _STRANGERS = 120, 30
"""How often a minute one link may be asked for, and one address may try links that there are none of."""
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True)
class Wrong:
    """An answer that was not kept: to what, which, and why."""

    key: str
    verdict: str
    refused: Refused

    @property
    def is_name(self) -> bool:
        """Whether only the name is missing, or not right."""
        return self.refused.field == _NAME


@dataclass(frozen=True)
class Item:
    """Something to answer: a goal, or a reading of it; what they said before, typed now, and what was wrong with it."""

    shared: SharedGoal
    reading: Reading | None
    said: CustomerAnswer | None
    typed: Mapping[str, str]
    wrong: "Wrong | None" = None

    @property
    def key(self) -> str:
        """The id of the goal or reading."""
        return str(self.shared.goal.pk if self.reading is None else self.reading.pk)

    @property
    def seen(self) -> str:
        """What stands there to be judged; it comes back with the answer."""
        told = f"revision {self.shared.revision}"
        return told if self.reading is None else f"{told}, {plain(self.reading.value)}"

    @property
    def claimed(self) -> Decimal | None:
        """The value that a correction takes the place of: of a goal, its target."""
        if self.reading is not None:
            return self.reading.value
        return None if self.shared.terms is None else self.shared.terms.target_value

    @property
    def is_other_now(self) -> bool:
        """Whether something else stood there when they answered."""
        if self.said is None:
            return False
        if self.reading is None:
            return self.said.revision != self.shared.revision
        return self.said.claimed_value != self.reading.value

    @property
    def typed_value(self) -> str:
        """What stands in the field of the right value."""
        return self.typed.get(f"value-{self.key}", "")

    @property
    def typed_corrected(self) -> str:
        """What stands in the note of a correction."""
        return self.typed.get(f"note-corrected-{self.key}", "")

    @property
    def typed_disputed(self) -> str:
        """What stands in the words of a dispute."""
        return self.typed.get(f"note-disputed-{self.key}", "")


@dataclass(frozen=True)
class Card:
    """A goal on the page, and its readings from the newest on."""

    item: Item
    newest: Sequence[Item]
    earlier: Sequence[Item]

    @property
    def shared(self) -> SharedGoal:
        """The goal as it stands."""
        return self.item.shared

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything to answer."""
        return (self.item, *self.newest, *self.earlier)


# The address is a secret that only its holder can use: no cookie gives a right here that others could abuse. And a
# page that keeps its address to itself sends no origin either, by which forms are told from others' forms.
@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, token: str) -> HttpResponse:
    """The goals that a link shares; and, posted, what the customer says to one of them or to a reading."""
    try:
        link = open_link(token, at=datetime.now(UTC))
    except NotAllowed as closed:
        return _closed(request, token, closed)
    if is_too_often(f"link:{link.pk}", most=_VISITS):
        return _sent(render(request, "web/voice/too_often.html", status=429))
    return _answered(request, link, token) if request.method == "POST" else _page(request, link)


def _closed(request: HttpRequest, token: str, closed: NotAllowed) -> HttpResponse:
    if is_too_often(f"stranger:{request.META.get('REMOTE_ADDR')}", most=_STRANGERS):
        return _sent(render(request, "web/voice/too_often.html", status=429))
    link = link_of(token)
    asked = link.created_by if link is not None and link.created_by.is_active else None
    page = {"closed": closed.message, "asked": asked, "is_known": link is not None}
    return _sent(render(request, "web/voice/closed.html", page, status=404 if link is None else 410))


def _answered(request: HttpRequest, link: CustomerLink, token: str) -> HttpResponse:
    verdict, _, key = request.POST.get("answer", "").partition(" ")
    cards = _cards(link)
    item = next((item for card in cards for item in card.items if item.key == key), None)
    if verdict not in _VERDICTS or item is None:
        return _page(request, link, cards)
    name = request.POST.get(_NAME, "").strip() or _name_kept(request, link)
    try:
        _answer(request, link, item, cast("Verdict", verdict), name)
    except Refused as refused:
        wrong = Wrong(key, verdict, refused)
        return _page(request, link, _cards(link, request.POST, wrong), wrong)
    messages.success(request, f"Thank you, {name}. Your answer is kept.")
    page = reverse("voice", args=[token])
    done = redirect(f"{page}#on-{key}")
    done.set_signed_cookie(
        _NAME,
        quote(name),
        salt=str(link.pk),
        path=page,
        expires=link.expires_at,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return _sent(done)


def _answer(request: HttpRequest, link: CustomerLink, item: Item, verdict: Verdict, name: str) -> None:
    """Keep the answer; Refused where something else stood there when they saw it, or something was left out."""
    typed, key = request.POST, item.key
    if not name:
        raise Refused("Please say who you are.", field=_NAME, cure="Your name stands beside your answer.")
    if typed.get(f"seen-{key}") != item.seen:
        raise Refused("This has changed since you saw it.", cure="Look at it again, then answer.")
    note = typed.get(f"note-{verdict}-{key}", "").strip()
    if len(note) > _LONGEST_NOTE:
        raise Refused(f"The note is longer than {_LONGEST_NOTE:,} characters.", field="note", cure="Say it shorter.")
    answer(
        link,
        item.shared.goal,
        at=datetime.now(UTC),
        verdict=verdict,
        reading=item.reading,
        claimed_value=None if item.reading is None else item.reading.value,
        revision=item.shared.revision,
        value=_corrected(typed.get(f"value-{key}", ""), item.claimed) if verdict == "corrected" else None,
        note=note,
        said_by=name,
    )


def _corrected(typed: str, claimed: Decimal | None) -> Decimal:
    try:
        value = NumberField(error_messages={"required": "Write the value that you hold right."}).clean(typed)
    except ValidationError as error:
        raise Refused(error.messages[0], field="value") from error
    if value == claimed:
        raise Refused("This is the value that stands there.", field="value", cure="Confirm it, or give another one.")
    return cast("Decimal", value)


def _name_kept(request: HttpRequest, link: CustomerLink) -> str:
    """The name that this browser answered under before."""
    return unquote(request.get_signed_cookie(_NAME, default="", salt=str(link.pk)) or "")


def _cards(link: CustomerLink, typed: Mapping[str, str] | None = None, wrong: "Wrong | None" = None) -> list[Card]:
    def item(shared: SharedGoal, reading: Reading | None, said: CustomerAnswer | None) -> Item:
        made = Item(shared, reading, said, typed or {})
        return replace(made, wrong=wrong) if wrong is not None and wrong.key == made.key else made

    cards = []
    for shared in shared_goals(link, today=served.today()):
        readings = [item(shared, each.reading, each.answer) for each in shared.readings]
        newest, earlier = readings[:_SHOWN_AT_ONCE], readings[_SHOWN_AT_ONCE:]
        cards.append(Card(item(shared, None, shared.answer), newest, earlier))
    return cards


def _page(
    request: HttpRequest, link: CustomerLink, cards: Sequence[Card] | None = None, wrong: "Wrong | None" = None
) -> HttpResponse:
    shown = _cards(link) if cards is None else cards
    name = request.POST.get(_NAME, "").strip() or _name_kept(request, link)
    page = {
        "link": link,
        "cards": shown,
        "name": name,
        "wrong": wrong,
        "longest_note": _LONGEST_NOTE,
        "zone": served.settings().zone,
    }
    return _sent(render(request, "web/voice/page.html", page, status=422 if wrong else 200))


def _sent(response: HttpResponse) -> HttpResponse:
    """The answer, which tells no other site where it came from, and no search engine anything."""
    for name, value in _HEADERS.items():
        response.headers[name] = value
    return response
