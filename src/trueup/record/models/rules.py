"""Rules that the database holds, with the sentence that people read when they break one."""

from django.db import models

RULE = "rule:"
"""Begins the code of a broken rule; the field it is said at follows."""


def rule(name: str, holds: models.Q, *, field: str, says: str) -> models.CheckConstraint:
    """A check that ``holds``; ``says``: what is wrong, a full stop, and the cure. ``field``: where to say it."""
    return models.CheckConstraint(
        condition=holds, name=name, violation_error_code=f"{RULE}{field}", violation_error_message=says
    )


def once(name: str, *fields: str, field: str, says: str) -> models.UniqueConstraint:
    """A rule that no two rows agree in all of ``fields``."""
    return models.UniqueConstraint(
        fields=fields, name=name, violation_error_code=f"{RULE}{field}", violation_error_message=says
    )


def one_of(name: str, field: str, choices: tuple[str, ...]) -> models.CheckConstraint:
    """A rule that a field holds one of the choices."""
    listed = ", ".join(choice or "nothing" for choice in choices)
    return rule(
        name, models.Q(**{f"{field}__in": choices}), field=field, says=f"This is not a choice. Choose one of {listed}."
    )
