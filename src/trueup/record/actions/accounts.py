"""Accounts made by hand, and who works on an account besides its owners."""

from datetime import datetime
from typing import TypedDict, Unpack
from uuid import uuid4

from trueup.record.access import allow, may_make_accounts
from trueup.record.keeping import action, check, drop, keep
from trueup.record.models import Account, AccountTeamMember, User
from trueup.record.reach import rows
from trueup.record.refusal import NotAllowed, Refused


class AccountFacts(TypedDict, total=False):
    """What may be said about an account made by hand."""

    domain: str
    segment: str
    industry: str
    region: str


@action
def make_account(by: User, *, at: datetime, name: str, **facts: Unpack[AccountFacts]) -> Account:
    """Make an account that no system knows; whoever makes it is of its team."""
    if not may_make_accounts(by):
        raise NotAllowed("You may read accounts, but not make one.", cure="Ask an administrator.")
    account = Account(account_id=str(uuid4()), name=name.strip(), is_by_hand=True, **facts)
    check(account)
    account.save(force_insert=True)
    keep(AccountTeamMember(account=account, user=by), by=by, at=at)
    return account


@action
def join_team(by: User, account: Account, user: User, *, at: datetime) -> AccountTeamMember:
    """Add somebody to an account's own team: they see then what only the team may see."""
    allow(by, "staff", account)
    if not user.is_active:
        raise Refused("They may not sign in any more.", field="user", cure="Choose somebody who may.")
    return keep(AccountTeamMember(account=account, user=user), by=by, at=at)


@action
def leave_team(by: User, account: Account, user: User, *, at: datetime) -> None:
    """Take somebody off a team they were added to; they may do so themselves."""
    allow(by, "staff", account)
    member = rows(AccountTeamMember).filter(account=account, user=user).first()
    if member is None:
        raise Refused(
            "They were not added to this team.", field="user", cure="An owner changes in the system it came from."
        )
    drop(member, by=by, at=at)
