"""What customers experienced of a made-up company, found out with a pencil from the words of the definitions.

Nothing here knows how the product does it: messages are read one after another, days are walked one by one, and every
question is answered by looking at everything there is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import cast
from zoneinfo import ZoneInfo

from given import Value

Row = Mapping[str, Value]
Keyed = dict[tuple[Value, ...], tuple[Value, ...]]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIVE = {"call", "meeting", "visit", "demo", "workshop", "business_review", "partnership_meeting"}
MOVING = LIVE - {"call"}
COUNTED = {"call", "meeting", "demo", "workshop", "tradeshow", "business_review", "partnership_meeting"}


@dataclass(frozen=True)
class Spell:
    """One customer waiting: from the inbound interaction ``opening`` to our next word, if it came."""

    opening: Row
    answered_at: datetime | None

    @property
    def began_at(self) -> datetime:
        return _at(self.opening)

    def is_open(self, moment: datetime) -> bool:
        return self.began_at <= moment and (self.answered_at is None or self.answered_at > moment)


@dataclass(frozen=True)
class Touch:
    """Once that we turned to a customer: ``of`` is the interaction whose people are credited with it."""

    of: Row
    on: date
    is_live: bool
    seconds: int | None
    is_wrong: bool


@dataclass(frozen=True)
class Span:
    """A period of local days, both included, as far as it has come."""

    key: str
    first: date
    last: date


@dataclass(frozen=True)
class Books:
    """The canonical rows of a company, where it sits, when it is open, and the last moment that is known (UTC)."""

    tables: Mapping[str, Sequence[Row]]
    now: datetime
    zone: ZoneInfo
    holidays: frozenset[date] = field(default_factory=frozenset)

    def local(self, moment: datetime) -> date:
        return moment.replace(tzinfo=UTC).astimezone(self.zone).date()

    def end_of(self, span: Span) -> datetime:
        midnight = datetime.combine(span.last + DAY, datetime.min.time(), self.zone)
        return min(self.now, midnight.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1))

    @property
    def interactions(self) -> list[Row]:
        known = [i for i in self.tables["interactions"] if _at(i) <= self.now]
        return sorted(known, key=lambda i: (_at(i), str(i["interaction_id"]).encode()))

    def of_ours(self, interaction: Row) -> set[Value]:
        return {p["person_id"] for p in self._who_came(interaction) if p["person_id"]}

    def of_theirs(self, interaction: Row) -> set[Value]:
        return {p["contact_id"] for p in self._who_came(interaction) if p["contact_id"]}

    def _who_came(self, interaction: Row) -> list[Row]:
        there = [p for p in self.tables["participants"] if p["interaction_id"] == interaction["interaction_id"]]
        return [p for p in there if p["attended"] is not False]

    def is_on(self, interaction: Row, span: Span) -> bool:
        return span.first <= self.local(_at(interaction)) <= span.last

    def business_time(self, start: datetime, end: datetime) -> timedelta:
        """What the open doors saw of the time between, from nine to five on weekdays that are no holidays."""
        open_for, day = timedelta(), self.local(start)
        while day <= self.local(end):
            if day.weekday() < 5 and day not in self.holidays:
                opens, closes = (
                    datetime(day.year, day.month, day.day, hour, tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)
                    for hour in (9, 17)
                )
                open_for += max(timedelta(), min(end, closes) - max(start, opens))
            day += DAY
        return open_for

    def weekdays_between(self, earlier: datetime, later: datetime) -> int:
        first, last = self.local(earlier).toordinal() + 1, self.local(later).toordinal()
        return sum(date.fromordinal(day).weekday() < 5 for day in range(first, last + 1))

    def spells(self) -> Iterator[Spell]:
        waiting: dict[tuple[Value, Value], Row] = {}
        for i in self.interactions:
            thread = (i["account_id"], i["thread_id"])
            if i["is_automatic"] or not i["direction"] or not i["account_id"]:
                continue
            if i["direction"] == "inbound":
                waiting.setdefault(thread, i)
            elif thread in waiting:
                yield Spell(waiting.pop(thread), _at(i))
        for opening in waiting.values():
            yield Spell(opening, None)

    def responses(self) -> Keyed:
        return {(s.opening["interaction_id"],): self._response(s) for s in self.spells()}

    def _response(self, spell: Spell) -> tuple[Value, ...]:
        began_at, ended_at = spell.began_at, spell.answered_at
        is_due = self.business_time(began_at, self.now) >= 4 * HOUR
        if ended_at is None:
            return (self.local(began_at), None, None, False, is_due)
        business = self.business_time(began_at, ended_at)
        return (self.local(began_at), (ended_at - began_at) / HOUR, business / HOUR, business <= 4 * HOUR, is_due)

    def unanswered(self, spans: Iterable[Span]) -> Keyed:
        return {
            (s.opening["interaction_id"], span.key): (self.local(s.began_at),)
            for span in spans
            for s in self.spells()
            if s.is_open(self.end_of(span)) and s.began_at > self.end_of(span) - 30 * DAY
        }

    def abandoned(self) -> Keyed:
        found: Keyed = {}
        for spell in self.spells():
            old_at = spell.began_at + 30 * DAY
            if old_at <= self.now and (spell.answered_at is None or spell.answered_at > old_at):
                found[spell.opening["interaction_id"],] = (self.local(old_at), self.local(spell.began_at))
        return found

    def follow_ups(self) -> Keyed:
        found: Keyed = {}
        for deal in self.tables["deals"]:
            touches = [i for i in self.interactions if i["deal_id"] == deal["deal_id"] and not i["is_automatic"]]
            for last, touch in pairwise(touches):
                if deal["kind"] == "new" and touch["direction"] == "outbound" and _is_open(deal, _at(touch)):
                    found[touch["interaction_id"],] = self._follow_up(last, touch, touches)
        return found

    def _follow_up(self, last: Row, touch: Row, touches: Sequence[Row]) -> tuple[Value, ...]:
        at, due_at = _at(touch), cast("datetime | None", last["due_at"])
        weekdays = self.weekdays_between(_at(last), at)
        is_timely = weekdays <= 5 if due_at is None else self.local(at) <= self.local(due_at)
        is_gentle = last["direction"] != "outbound" or weekdays >= 1
        effects = [_at(i) for i in touches if i["direction"] == "inbound" or i["kind"] in MOVING]
        effects += self._moves_forward(touch["deal_id"])
        is_effective = any(at < effect <= at + 7 * DAY for effect in effects)
        return (is_timely, is_gentle, is_effective, at + 7 * DAY <= self.now)

    def _moves_forward(self, deal_id: Value) -> list[datetime]:
        changes = [c for c in self.tables["deal_changes"] if c["deal_id"] == deal_id and c["field"] == "stage"]
        known = [c for c in changes if cast("datetime", c["changed_at"]) <= self.now and c["stage_order"] is not None]
        in_order = sorted(known, key=lambda c: cast("datetime", c["changed_at"]))
        return [
            cast("datetime", after["changed_at"])
            for before, after in pairwise(in_order)
            if cast("float", after["stage_order"]) > cast("float", before["stage_order"])
        ]

    def calls_and_meetings(self) -> Keyed:
        firsts = {
            i["account_id"]: i for i in reversed(self.interactions) if i["kind"] in LIVE and i["account_id"]
        }.values()
        found: Keyed = {}
        for i in self.interactions:
            if i["kind"] in COUNTED:
                is_joint = i["kind"] in {"call", "meeting"} and len(self.of_ours(i)) >= 2
                is_sales = i["kind"] == "call" and i["case_id"] is None and not i["is_automatic"]
                is_new = is_sales and i in firsts
                found[i["interaction_id"],] = (self.local(_at(i)), is_joint, is_sales, is_new, *self.lasted(i))
        return found

    def lasted(self, i: Row) -> tuple[int | None, bool]:
        """The whole seconds that it took, if they are known, and whether its end cannot be right."""
        ended_at = cast("datetime | None", i.get("ended_at"))
        if ended_at is None or ended_at > self.now:
            return None, False
        took = ended_at - _at(i)
        if took < timedelta() or took > DAY:
            return None, True
        return (took // timedelta(seconds=1) or None), False

    def touches(self) -> Iterator[Touch]:
        """Each time that we turned to a customer: what was live, and what answered one who waited and was not live."""
        live = [i for i in self.interactions if i["kind"] in COUNTED and i["account_id"]]
        for i in live:
            seconds, is_wrong = self.lasted(i)
            yield Touch(i, self.local(_at(i)), is_live=True, seconds=seconds, is_wrong=is_wrong)
        spoken = {(i["account_id"], i["occurred_at"]) for i in live}
        for spell in self.spells():
            if spell.answered_at and (spell.opening["account_id"], spell.answered_at) not in spoken:
                yield Touch(spell.opening, self.local(spell.began_at), is_live=False, seconds=None, is_wrong=False)

    def encounters(self) -> Iterator[tuple[Value, Row]]:
        """Their own contacts, each with the interactions that engaged them, in order."""
        home = {c["contact_id"]: c["account_id"] for c in self.tables["contacts"]}
        for i in self.interactions:
            if i["kind"] in LIVE or (i["direction"] == "inbound" and not i["is_automatic"]):
                for contact in self.of_theirs(i):
                    if i["account_id"] and home.get(contact) == i["account_id"]:
                        yield contact, i

    def connections(self) -> Keyed:
        found: Keyed = {}
        for contact, i in self.encounters():
            found.setdefault((contact,), (i["interaction_id"], i["account_id"], self.local(_at(i))))
        return found

    def active(self, span: Span) -> set[Value]:
        days = [span.first + n * DAY for n in range((span.last - span.first).days + 1)]
        return {c["account_id"] for c in self.tables["contracts"] if any(_runs(c, day) for day in days)}

    def engagement(self, spans: Iterable[Span]) -> Keyed:
        return {(account, span.key): self._engagement(account, span) for span in spans for account in self.active(span)}

    def _engagement(self, account: Value, span: Span) -> tuple[Value, ...]:
        theirs = [i for i in self.interactions if i["account_id"] == account and self.is_on(i, span)]
        live, read, written = (
            {person for i in chosen for person in self.of_ours(i)}
            for chosen in (
                [i for i in theirs if i["kind"] in LIVE],
                [i for i in theirs if i["direction"] == "inbound" and not i["is_automatic"]],
                [i for i in theirs if i["direction"] == "outbound" and not i["is_automatic"]],
            )
        )
        contacts = {contact for contact, i in self.encounters() if i in theirs}
        reviews = sum(i["kind"] == "business_review" for i in theirs)
        return (len(live | (read & written)), len(contacts), reviews, len(contacts) <= 1, reviews > 0)

    def social_exchanges(self, spans: Iterable[Span]) -> Keyed:
        found: Keyed = {}
        for span in spans:
            social = [i for i in self.interactions if i["kind"] == "social" and self.is_on(i, span)]
            social = [i for i in social if not i["is_automatic"]]
            ways = {(contact, i["direction"]) for i in social for contact in self.of_theirs(i)}
            for i in social:
                if any({(contact, "inbound"), (contact, "outbound")} <= ways for contact in self.of_theirs(i)):
                    found[i["interaction_id"], span.key] = (i["account_id"], self.local(_at(i)))
        return found


def _at(interaction: Row) -> datetime:
    return cast("datetime", interaction["occurred_at"])


def _is_open(deal: Row, moment: datetime) -> bool:
    opened, closed = (cast("datetime | None", deal[name]) for name in ("created_at", "closed_at"))
    return opened is not None and opened <= moment and (closed is None or moment < closed)


def _runs(contract: Row, day: date) -> bool:
    starts, ends, cancelled, defaulted = (
        cast("date | None", contract[name]) for name in ("starts_on", "ends_on", "cancelled_on", "defaulted_on")
    )
    has_begun = starts is not None and starts <= day
    is_over = (ends is not None and day > ends) or any(
        stop is not None and day >= stop for stop in (cancelled, defaulted)
    )
    return has_begun and not is_over
