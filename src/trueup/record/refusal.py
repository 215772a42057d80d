"""What is said where an entry is refused. Loads no model, so that every face may know it before a record is open."""


class Refused(Exception):  # noqa: N818  named as people say it
    """An entry breaks a rule: what is wrong, with which field (empty: with the whole), and the cure."""

    def __init__(self, message: str, *, field: str = "", cure: str = "") -> None:
        super().__init__(f"{message} {cure}".rstrip())
        self.message = message
        self.field = field
        self.cure = cure


class NotAllowed(Refused):
    """The acting user may not do this, or may not know of what they asked for."""


class Unreachable(Exception):  # noqa: N818  as people say it
    """The record's database does not answer; the message says why."""
