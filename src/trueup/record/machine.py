"""What whoever has the machine may know of users, without being one: who there is, and how to let them in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from trueup.record.actions.people import install_user
from trueup.record.models import User
from trueup.record.reach import rows
from trueup.record.refusal import Refused


def everyone() -> Sequence[User]:
    """All users, those who may not sign in any more among them."""
    return list(rows(User).order_by("email"))


def named(email: str) -> User:
    """The user with this mail address; Refused where there is none."""
    user = rows(User).filter(email=email.strip().lower()).first()
    if user is None:
        raise Refused(f"Nobody signs in as {email}.", field="email", cure="`trueup user list` shows who does.")
    return user


@contextmanager
def together() -> Iterator[None]:
    """Many entries at once: all of them are kept, or none."""
    with transaction.atomic():
        yield


def first_administrator(email: str, *, at: datetime) -> User | None:
    """The administrator to be brought in by a link, made under this address where there is nobody at all.

    None once an administrator has signed in, who can bring in all others.
    """
    if not rows(User).exists():
        return install_user(at=at, email=email, name="Administrator", role="administrator")
    administrators = rows(User).filter(role="administrator", is_active=True)
    if administrators.filter(last_login__isnull=False).exists():
        return None
    return administrators.order_by("joined_at", "email").first()
