"""Who signs in, and in which role."""

from datetime import datetime

from trueup.record.access import allow
from trueup.record.directory import link_users
from trueup.record.keeping import action, check, locked
from trueup.record.models import Role, User
from trueup.record.reach import rows
from trueup.record.refusal import Refused


@action
def install_user(*, at: datetime, email: str, name: str, role: Role) -> User:
    """Make a user on behalf of whoever has the machine; nobody needs to be signed in for it."""
    return _made(None, at=at, email=email, name=name, role=role)


@action
def install_role(user: User, *, at: datetime, role: Role) -> User:
    """Change somebody's role on behalf of whoever has the machine."""
    user = locked(user)
    user.role = role
    return _still_administered(_changed(None, user, at))


@action
def lock_out(user: User, *, at: datetime) -> User:
    """Let somebody sign in no more, on behalf of whoever has the machine."""
    user = locked(user)
    user.is_active = False
    return _still_administered(_changed(None, user, at))


@action
def make_user(by: User, *, at: datetime, email: str, name: str, role: Role) -> User:
    """Let somebody sign in; they have no password until they choose one."""
    allow(by, "administer")
    return _made(by, at=at, email=email, name=name, role=role)


@action
def change_user(by: User, user: User, *, at: datetime, name: str | None = None, role: Role | None = None) -> User:
    """Change somebody's name or role."""
    allow(by, "administer")
    user = locked(user)
    user.name = user.name if name is None else name
    user.role = user.role if role is None else role
    return _still_administered(_changed(by, user, at))


@action
def rename_myself(by: User, *, at: datetime, name: str) -> User:
    """Change one's own name; one's address and role are given by administrators, since rights hang on them."""
    user = locked(by)
    user.name = name
    return _changed(by, user, at)


@action
def change_address(by: User, user: User, *, at: datetime, email: str) -> User:
    """Give somebody another mail address, and with it the rights of the person who has it in the lake."""
    allow(by, "administer")
    user = locked(user)
    user.email = email.strip().lower()
    changed = _changed(by, user, at)
    return _linked(changed)


@action
def deactivate_user(by: User, user: User, *, at: datetime) -> User:
    """Let somebody sign in no more; what they entered stays theirs."""
    allow(by, "administer")
    user = locked(user)
    user.is_active = False
    return _still_administered(_changed(by, user, at))


@action
def reactivate_user(by: User, user: User, *, at: datetime) -> User:
    """Let somebody sign in again."""
    allow(by, "administer")
    user = locked(user)
    user.is_active = True
    return _changed(by, user, at)


def _made(by: User | None, *, at: datetime, email: str, name: str, role: Role) -> User:
    user = User(email=email.strip().lower(), name=name, role=role, joined_at=at)
    user.set_unusable_password()
    check(user)
    user.save(force_insert=True)
    User.versions.bulk_history_create([user], default_user=by, default_date=at)
    return _linked(user)


def _changed(by: User | None, user: User, at: datetime) -> User:
    check(user)
    user.save()
    if not rows(User).filter(role="administrator", is_active=True).exists():
        raise Refused(
            "Nobody would be left who manages people.", field="role", cure="Make another administrator first."
        )
    User.versions.bulk_history_create([user], update=True, default_user=by, default_date=at)
    return user


def _still_administered(changed: User) -> User:
    if not rows(User).filter(role="administrator", is_active=True).exists():
        raise Refused(
            "Nobody would be left who manages people.", field="role", cure="Make another administrator first."
        )
    return changed


def _linked(user: User) -> User:
    link_users()
    user.refresh_from_db()
    return user
