"""Links that sign somebody in once, for an hour."""

from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError

from trueup.record.models import User

_SEPARATOR = "."


class _Once(PasswordResetTokenGenerator):
    """Tokens that end with their first use: they depend on when the person last signed in."""

    key_salt = "trueup.record.sign_in"


_ONCE = _Once()


def token_for(user: User) -> str:
    """A token for the address of ``user_of``; good once, and no longer than the setting PASSWORD_RESET_TIMEOUT."""
    return f"{user.pk.hex}{_SEPARATOR}{_ONCE.make_token(user)}"


def path_for(user: User) -> str:
    """The path of the address that signs somebody in; good as ``token_for``."""
    return f"/sign-in/{token_for(user)}/"


def user_of(token: str) -> User | None:
    """Whom a token signs in; None where it was used, is too old, or never was one."""
    identity, _, rest = token.partition(_SEPARATOR)
    try:
        user = User.objects.get(pk=UUID(identity), is_active=True)
    except (User.DoesNotExist, ValueError, ValidationError):
        return None
    return user if _ONCE.check_token(user, rest) else None


def user_with(email: str) -> User | None:
    """The user who has a mail address, whether or not they may sign in; None where there is none."""
    address = email.strip()
    # Beyond ASCII, different letters have the same lower case: another's address must not become this one.
    return User.objects.filter(email=address.lower() if address.isascii() else address).first()
