"""What of ours is meant to move customers' measures, and who has put it to use."""

from datetime import date, datetime
from typing import TypedDict, Unpack

from trueup.record.access import LEVER_ROLES, allow
from trueup.record.keeping import action, amend, drop, keep, locked
from trueup.record.models import Account, Adoption, Lever, User
from trueup.record.refusal import NotAllowed


class LeverFacts(TypedDict, total=False):
    """What may be said about a lever."""

    name: str
    description: str
    product: str


class AdoptionFacts(TypedDict, total=False):
    """What may be corrected in an adoption."""

    adopted_on: date
    ended_on: date | None


@action
def define_lever(by: User, *, at: datetime, **facts: Unpack[LeverFacts]) -> Lever:
    """Enter one of our products or plays."""
    if not by.is_active or by.role not in LEVER_ROLES:
        raise NotAllowed("You may read levers, but not define one.", cure="Ask an administrator.")
    return keep(Lever(**facts), by=by, at=at)


@action
def change_lever(by: User, lever: Lever, *, at: datetime, reason: str = "", **facts: Unpack[LeverFacts]) -> Lever:
    """Change what a lever is called or said to be."""
    allow(by, "change", lever)
    lever = locked(lever)
    return keep(lever, by=by, at=at, reason=reason) if amend(lever, facts) else lever


@action
def adopt_lever(
    by: User, account: Account, lever: Lever, *, at: datetime, adopted_on: date, ended_on: date | None = None
) -> Adoption:
    """Say since when an account uses a lever."""
    allow(by, "change", account)
    return keep(Adoption(account=account, lever=lever, adopted_on=adopted_on, ended_on=ended_on), by=by, at=at)


@action
def change_adoption(
    by: User, adoption: Adoption, *, at: datetime, reason: str = "", **facts: Unpack[AdoptionFacts]
) -> Adoption:
    """Say until when an account used a lever, or correct since when."""
    allow(by, "change", adoption)
    adoption = locked(adoption)
    return keep(adoption, by=by, at=at, reason=reason) if amend(adoption, facts) else adoption


@action
def remove_adoption(by: User, adoption: Adoption, *, at: datetime, reason: str = "") -> None:
    """Delete an adoption that never was."""
    allow(by, "change", adoption)
    drop(locked(adoption), by=by, at=at, reason=reason)
