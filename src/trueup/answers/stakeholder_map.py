"""Who of ours is in touch with whom of theirs, and what is fragile about it.

Two sources meet here: people as the account's team recorded them, and contacts and touches as systems delivered them.
Somebody recorded with a contact's id is that contact.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trueup.answers.account import Contact, Tie

ROLES = ("decision_maker", "champion", "influencer", "procurement", "user", "blocker", "unknown")
"""Roles in decisions in the order in which they are drawn."""
HANGS_ON = 0.8
"""More than this share of all strength on one person, and the account hangs on them."""
_INFLUENTIAL = 4
_INFLUENTIAL_ROLES = ("decision_maker", "champion")
LOSS_DAYS = 365
"""For so long one asks who took the place of somebody who left."""
OURS_SHOWN = 10
CONTACTS_SHOWN = 12
"""How many contacts are drawn besides those who were recorded."""


@dataclass(frozen=True)
class Recorded:
    """Somebody at the customer as our team knows them; ``key``: the stakeholder's id."""

    key: str
    contact_id: str
    name: str
    title: str
    role: str
    influence: int | None
    departed_on: date | None


@dataclass(frozen=True)
class Theirs:
    """One of their people on the map; ``strength`` is that of all their ties with us.

    ``departed_on``: they are gone since; it may be the CRM's last day in the role. ``is_loss``: they had influence, and
    left not long ago.
    """

    key: str
    stakeholder: str | None
    name: str
    title: str
    role: str
    influence: int | None
    departed_on: date | None
    is_loss: bool
    strength: float
    touches: int


@dataclass(frozen=True)
class Ours:
    """One of our people on the map; ``strength`` is that of all their ties with people who are still there."""

    person_id: str
    name: str
    strength: float


@dataclass(frozen=True)
class Line:
    """A tie on the map: who, with whom, how strongly (``share`` of the strongest there is), last when."""

    ours: Ours
    theirs: Theirs
    strength: float
    share: float
    is_one_way: bool
    touches: int
    last_on: date


@dataclass(frozen=True)
class StakeholderMap:
    """The map: ours by strength, theirs by role and strength, the ties between those drawn.

    ``hangs_on_theirs`` and ``hangs_on_ours`` carry more than four fifths of all strength alone, people who left aside.
    ``left_out``: how many of their people and of ours there are besides.
    """

    ours: tuple[Ours, ...]
    theirs: tuple[Theirs, ...]
    lines: tuple[Line, ...]
    hangs_on_theirs: Theirs | None
    hangs_on_ours: Ours | None
    left_out: tuple[int, int]

    @property
    def losses(self) -> tuple[Theirs, ...]:
        """Champions and others of influence who left not long ago."""
        return tuple(each for each in self.theirs if each.is_loss)

    @property
    def by_role(self) -> tuple[tuple[str, tuple[Theirs, ...]], ...]:
        """Their people, role by role."""
        return tuple(
            (role, tuple(each for each in self.theirs if each.role == role))
            for role in ROLES
            if any(each.role == role for each in self.theirs)
        )


def stakeholder_map(
    recorded: Iterable[Recorded],
    contacts: Iterable[Contact],
    ties: Iterable[Tie],
    people: Mapping[str, str],
    *,
    today: date,
) -> StakeholderMap:
    """The map of an account; ``people``: names of ours by id. Ties with people of other companies are left aside."""
    known = {contact.contact_id: contact for contact in contacts}
    own = [tie for tie in ties if tie.contact_id in known]
    everybody = _everybody(recorded, known, own, today)
    there = [tie for tie in own if everybody[tie.contact_id].departed_on is None]
    ours = sorted(_ours(own, there, people), key=lambda each: (-each.strength, each.name))
    theirs = _drawn(everybody.values())
    lines = _lines(own, everybody, {each.person_id: each for each in ours[:OURS_SHOWN]}, {each.key for each in theirs})
    return StakeholderMap(
        ours=tuple(ours[:OURS_SHOWN]),
        theirs=tuple(theirs),
        lines=lines,
        hangs_on_theirs=_hangs_on([(everybody[tie.contact_id], tie.strength) for tie in there]),
        hangs_on_ours=_hangs_on_ours(ours),
        left_out=(len(everybody) - len(theirs), max(0, len(ours) - OURS_SHOWN)),
    )


def _everybody(
    recorded: Iterable[Recorded], contacts: Mapping[str, Contact], ties: Sequence[Tie], today: date
) -> dict[str, Theirs]:
    """Whoever is recorded, in touch or said to decide; by contact's id, else by the stakeholder's."""
    of_contact: dict[str, list[Tie]] = defaultdict(list)
    for tie in ties:
        of_contact[tie.contact_id].append(tie)
    found: dict[str, Theirs] = {}
    for person in recorded:
        contact = contacts.get(person.contact_id)
        own = of_contact[person.contact_id] if contact else []
        departed_on = _departed_on(person.departed_on, contact, today)
        found[person.contact_id if contact else person.key] = _theirs(person, departed_on, person.key, own, today)
    for contact in contacts.values():
        own = of_contact.get(contact.contact_id, [])
        departed_on = _departed_on(None, contact, today)
        decides = contact.is_decision_maker and (departed_on is None or departed_on > today - timedelta(days=LOSS_DAYS))
        if contact.contact_id not in found and (own or decides):
            role = "decision_maker" if contact.is_decision_maker else "unknown"
            person = Recorded(
                *(contact.contact_id, contact.contact_id, contact.name or contact.contact_id, contact.title or ""),
                *(role, None, None),
            )
            found[contact.contact_id] = _theirs(person, departed_on, None, own, today)
    return found


def _departed_on(recorded: date | None, contact: Contact | None, today: date) -> date | None:
    """When somebody left, if they have: as our team recorded it, else the CRM's last day in the role."""
    if recorded is not None:
        return recorded if recorded <= today else None
    last_on = contact.active_to if contact else None
    return last_on if last_on is not None and last_on < today else None


def _theirs(
    person: Recorded, departed_on: date | None, stakeholder: str | None, own: Sequence[Tie], today: date
) -> Theirs:
    is_influential = person.role in _INFLUENTIAL_ROLES or (person.influence or 0) >= _INFLUENTIAL
    return Theirs(
        key=person.key,
        stakeholder=stakeholder,
        name=person.name,
        title=person.title,
        role=person.role,
        influence=person.influence,
        departed_on=departed_on,
        is_loss=is_influential and departed_on is not None and departed_on > today - timedelta(days=LOSS_DAYS),
        strength=sum(tie.strength for tie in own),
        touches=sum(tie.touches for tie in own),
    )


def _ours(ties: Iterable[Tie], there: Iterable[Tie], people: Mapping[str, str]) -> list[Ours]:
    """Whoever of ours has a tie, as strong as their ties with people who are still there."""
    strengths = {tie.person_id: 0.0 for tie in ties}
    for tie in there:
        strengths[tie.person_id] += tie.strength
    return [Ours(person_id, people.get(person_id, person_id), total) for person_id, total in strengths.items()]


def _drawn(everybody: Collection[Theirs]) -> list[Theirs]:
    """Whoever was recorded, and the contacts whom we are most in touch with."""
    contacts = sorted(
        (each for each in everybody if not each.stakeholder), key=lambda each: (-each.strength, each.name)
    )
    shown = [*(each for each in everybody if each.stakeholder), *contacts[:CONTACTS_SHOWN]]
    return sorted(shown, key=lambda each: (ROLES.index(each.role), -each.strength, each.name))


def _lines(
    ties: Sequence[Tie], everybody: Mapping[str, Theirs], ours: Mapping[str, Ours], theirs: Collection[str]
) -> tuple[Line, ...]:
    strongest = max((tie.strength for tie in ties), default=1.0)
    return tuple(
        Line(
            ours=ours[tie.person_id],
            theirs=everybody[tie.contact_id],
            strength=tie.strength,
            share=tie.strength / strongest,
            is_one_way=tie.is_one_way,
            touches=tie.touches,
            last_on=tie.last_at.date(),
        )
        for tie in ties
        if tie.person_id in ours and everybody[tie.contact_id].key in theirs
    )


def _hangs_on(strengths: Iterable[tuple[Theirs, float]]) -> Theirs | None:
    totals: dict[str, float] = {}
    by_key: dict[str, Theirs] = {}
    for person, strength in strengths:
        totals[person.key] = totals.get(person.key, 0) + strength
        by_key[person.key] = person
    most = max(totals, key=lambda key: totals[key], default=None)
    return by_key[most] if most is not None and totals[most] > HANGS_ON * sum(totals.values()) else None


def _hangs_on_ours(ours: Sequence[Ours]) -> Ours | None:
    """``ours``: the strongest first; nobody carries an account in which everybody we knew is gone."""
    total = sum(each.strength for each in ours)
    return ours[0] if total and ours[0].strength > HANGS_ON * total else None
