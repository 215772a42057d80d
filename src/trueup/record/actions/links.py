"""Links that open an account's goals to the customer, and what they answer there."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import uuid4

from trueup.record import customer
from trueup.record.access import allow
from trueup.record.actions.goals import current_terms
from trueup.record.chain import Words, sealed
from trueup.record.keeping import action, amend, check, keep, locked
from trueup.record.models import Account, CustomerAnswer, CustomerLink, Goal, Reading, User
from trueup.record.models.voice import Verdict
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused
from trueup.record.testimony import facts_of, newest_answer

LONGEST = timedelta(days=366)
_SEEN_EVERY = timedelta(minutes=1)
_ANOTHER = "Ask whoever sent it to you for another one."


class LinkFacts(TypedDict, total=False):
    """What may be changed in a link, besides its goals."""

    label: str
    expires_at: datetime


@action
def make_link(
    by: User, account: Account, *, at: datetime, goals: Sequence[Goal], expires_at: datetime, label: str = ""
) -> tuple[CustomerLink, str]:
    """Open goals of an account to the customer; gives the link and its token, which is told this once only."""
    allow(by, "change", account)
    token = secrets.token_urlsafe(32)
    link = CustomerLink(
        account=account, sha256=_digest(token), label=label, created_by=by, created_at=at, expires_at=expires_at
    )
    _check_span(link, at)
    keep(link, by=by, at=at)
    _share(by, link, goals)
    return link, token


@action
def change_link(
    by: User, link: CustomerLink, *, at: datetime, goals: Sequence[Goal] | None = None, **facts: Unpack[LinkFacts]
) -> CustomerLink:
    """Share other goals through a link, or for longer."""
    allow(by, "change", link)
    link = locked(link)
    if amend(link, facts):
        _check_span(link, at)
        keep(link, by=by, at=at)
    if goals is not None:
        keep(link, by=by, at=at)
        _share(by, link, goals)
    return link


@action
def revoke_link(by: User, link: CustomerLink, *, at: datetime) -> CustomerLink:
    """Close a link for good."""
    allow(by, "change", link)
    link = locked(link)
    return keep(link, by=by, at=at) if amend(link, {"revoked_at": link.revoked_at or at}) else link


@action
def open_link(token: str, *, at: datetime) -> CustomerLink:
    """The link that a token opens; NotAllowed where there is none, or none any more."""
    link = rows(CustomerLink).filter(sha256=_digest(token)).first()
    if link is None:
        raise NotAllowed("This link does not exist.", cure=_ANOTHER)
    _check_open(link, at)
    if link.last_seen_at is None or at - link.last_seen_at >= _SEEN_EVERY:
        rows(CustomerLink).filter(pk=link.pk).update(last_seen_at=at)
    return link


@action
def answer(
    link: CustomerLink,
    goal: Goal,
    *,
    at: datetime,
    verdict: Verdict,
    reading: Reading | None = None,
    claimed_value: Decimal | None = None,
    revision: int | None = None,
    value: Decimal | None = None,
    note: str = "",
    said_by: str = "",
) -> CustomerAnswer:
    """Keep what a customer says to a goal, or to one of its readings, for ever.

    ``claimed_value`` is the reading's value and ``revision`` the goal's terms that they saw; where it is another one by
    now, they are asked to look again. The reading keeps its value: a confirmation vouches for it, anything else ends
    the customer's vouching.
    """
    link = locked(link)
    _check_open(link, at)
    goal = _seen_goal(link, goal, revision)
    reading = None if reading is None else _seen_reading(goal, reading, claimed_value)
    if verdict == "disputed" and not note.strip():
        raise Refused("A dispute needs words.", field="note", cure="Say what you see differently.")
    answered = CustomerAnswer(
        id=uuid4(),
        link=link,
        goal=goal,
        revision=revision,
        reading=reading,
        claimed_value=claimed_value,
        verdict=verdict,
        value=value,
        said_by=said_by.strip(),
        note=note,
        salt=secrets.token_hex(32),
        answered_at=at,
    )
    _seal(answered)
    if reading is not None:
        _vouch(reading, answered)
    return answered


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _share(by: User, link: CustomerLink, goals: Sequence[Goal]) -> None:
    if not goals:
        raise Refused("A link shares at least one goal.", field="goals", cure="Choose what the customer shall see.")
    for goal in goals:
        allow(by, "change", goal)
    link.goals.set(goals)


def _check_span(link: CustomerLink, at: datetime) -> None:
    if link.expires_at - at > LONGEST:
        raise Refused("A link is open for a year at most.", field="expires_at", cure="Give an earlier day.")


def _check_open(link: CustomerLink, at: datetime) -> None:
    if link.revoked_at is not None:
        raise NotAllowed("This link was closed.", cure=_ANOTHER)
    if link.expires_at <= at:
        raise NotAllowed("This link has expired.", cure=_ANOTHER)


def _seen_goal(link: CustomerLink, goal: Goal, revision: int | None) -> Goal:
    shared = customer.goals(link).filter(pk=goal.pk).first()
    if shared is None:
        raise NotAllowed("This link does not share that goal.", cure=_ANOTHER)
    terms = current_terms(locked(shared))
    if revision != (None if terms is None else terms.revision):
        raise Refused("The goal has changed since you saw it.", field="revision", cure="Look at it again.")
    return shared


def _seen_reading(goal: Goal, reading: Reading, claimed_value: Decimal | None) -> Reading:
    known = rows(Reading).filter(pk=reading.pk, goal=goal).first()
    if known is None:
        raise NotAllowed("This link does not share that reading.", cure=_ANOTHER)
    known = locked(known)
    if known.value != claimed_value:
        raise Refused("The value has changed since you saw it.", field="claimed_value", cure="Look at it again.")
    return known


def _seal(answered: CustomerAnswer) -> None:
    before = newest_answer()
    number, previous_hash = (1, "") if before is None else (before.sequence + 1, before.hash)
    words = Words(answered.said_by, answered.note, answered.salt)
    seal = sealed(number, facts_of(answered), words, previous_hash=previous_hash)
    answered.sequence, answered.previous_hash, answered.hash = seal.sequence, seal.previous_hash, seal.hash
    answered.algorithm, answered.payload = seal.algorithm, seal.payload
    check(answered)
    answered.save(force_insert=True)


def _vouch(reading: Reading, answered: CustomerAnswer) -> None:
    reason = f"Answer {answered.sequence}: {answered.verdict}"
    if answered.verdict == "confirmed" and reading.verification == "unverified":
        reading.verification, reading.verified_at = "confirmed_by_customer", answered.answered_at
        keep(reading, by=None, at=answered.answered_at, reason=reason)
    elif answered.verdict != "confirmed" and reading.verification == "confirmed_by_customer":
        reading.verification, reading.verified_by, reading.verified_at = "unverified", None, None
        keep(reading, by=None, at=answered.answered_at, reason=reason)
