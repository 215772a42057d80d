"""What a server says to its first administrator."""

from datetime import datetime

from trueup.record.machine import first_administrator
from trueup.record.sign_in import path_for


def first_link(email: str, *, at: datetime) -> str | None:
    """The path of a link by which the first administrator signs in, once; None where they have been here."""
    administrator = first_administrator(email, at=at)
    return path_for(administrator) if administrator else None
