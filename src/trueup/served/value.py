"""What customers gained, as it is told to somebody who is signed in: of the customers that they may read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trueup import served
from trueup.answers import value
from trueup.answers.value import ClaimTold, Gain, InsightTold, NoValueError, Standing, Suggestion, Whole
from trueup.mart.snapshot import Snapshot
from trueup.record import access
from trueup.record.models import User


@dataclass(frozen=True)
class OfAccount:
    """What one customer gained, what that is worth to it, and what might move its open goals."""

    gains: tuple[Gain, ...]
    claims: tuple[ClaimTold, ...]
    suggestions: tuple[Suggestion, ...]


def built() -> Snapshot:
    """The newest build; NoValueError before the first."""
    snapshot = served.snapshot()
    if snapshot is None:
        raise NoValueError("Nothing was computed yet.")
    return snapshot


def portfolio(user: User) -> list[Standing]:
    """Each customer that the viewer may read, whom we served worst first."""
    return value.standings(built(), _readable(user))


def gains(
    user: User, *, measure: str | None = None, lever: str | None = None, among: Collection[str] | None = None
) -> list[Gain]:
    """What each customer that the viewer may read gained; ``among``: only of these."""
    return value.gains(built(), accounts=_readable(user, among), measure=measure, lever=lever)


def claims(user: User, among: Collection[str] | None = None) -> list[ClaimTold]:
    """What it is worth to them."""
    return value.claims(built(), _readable(user, among))


def of_account(user: User, account_id: str) -> OfAccount:
    """All of one customer; nothing where the viewer may not read it."""
    if not access.accounts(user).filter(pk=account_id).exists():
        return OfAccount((), (), ())
    snapshot, only = built(), {account_id}
    return OfAccount(
        tuple(value.gains(snapshot, accounts=only)),
        tuple(value.claims(snapshot, only)),
        tuple(value.suggestions(snapshot, account_id=account_id)),
    )


def whole(user: User, effect_id: str) -> Whole | None:
    """Everything of one gain; None where there is none, or the viewer may not read its customer."""
    found = value.whole(built(), effect_id)
    if found is None or not access.accounts(user).filter(pk=found.gain.account_id).exists():
        return None
    return found


def insights(*, measure: str | None = None, lever: str | None = None) -> list[InsightTold]:
    """What levers did; it names nobody, so whoever is signed in may read it."""
    return value.insights(built(), measure=measure, lever=lever)


def names_of(user: User, account_ids: Collection[str]) -> Mapping[str, str]:
    """The names of those accounts that the viewer may read; others have none."""
    return dict(access.accounts(user).filter(pk__in=list(account_ids)).values_list("pk", "name"))


def _readable(user: User, among: Collection[str] | None = None) -> Collection[str] | None:
    """Ids of the accounts that the viewer may read, ``among`` some; None for all."""
    if among is None and access.reads_every_account(user):
        return None
    accounts = access.accounts(user)
    return set(access.ids(accounts if among is None else accounts.filter(pk__in=list(among))))
