"""Holds a row to its table's rules before it is written: all of them in one question to the database.

Django would ask one by one, ten questions for a goal. A row that breaks a rule never gets into a statement that a
database logs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BaseConstraint, CheckConstraint, Field, Model, UniqueConstraint

_ALIAS = "given"


@dataclass(frozen=True)
class _Book:
    """The checks of a table, and the statement that tells of each whether a row with these fields keeps it."""

    checks: tuple[CheckConstraint, ...]
    fields: tuple["Field[object, object]", ...]
    question: str


def broken_rules(row: Model) -> Iterator[BaseConstraint]:
    """The rules that the row breaks: first those of its own, then what only one row may be."""
    book = _book(type(row), connection.vendor)
    if book.checks:
        values = [field.get_db_prep_save(field.value_from_object(row), connection) for field in book.fields]
        with connection.cursor() as cursor:
            cursor.execute(book.question, values)
            kept = cursor.fetchone()
        # A rule about what is null is neither kept nor broken, to a database.
        yield from (check for check, holds in zip(book.checks, kept, strict=True) if holds is not None and not holds)
    for constraint in row._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and _is_taken(constraint, row):
            yield constraint


def _is_taken(constraint: UniqueConstraint, row: Model) -> bool:
    try:
        constraint.validate(type(row), row)
    except ValidationError:
        return True
    return False


@cache
def _book(model: type[Model], vendor: str) -> _Book:
    checks = tuple(constraint for constraint in model._meta.constraints if isinstance(constraint, CheckConstraint))
    fields = tuple(model._meta.local_concrete_fields)
    # SQLite takes a value as what it is; Postgres wants to be told.
    marks = [
        f"{'%s' if vendor == 'sqlite' else f'CAST(%s AS {field.db_type(connection)})'}"
        f" AS {connection.ops.quote_name(str(field.column))}"
        for field in fields
    ]
    conditions = ", ".join(map(_condition, checks, [model] * len(checks)))
    return _Book(checks, fields, f"SELECT {conditions} FROM (SELECT {', '.join(marks)}) AS {_ALIAS}")


def _condition(check: CheckConstraint, model: type[Model]) -> str:
    """What the table's definition says after the word CHECK."""
    definition = str(check.constraint_sql(model, connection.schema_editor()))
    condition = definition[definition.index("CHECK") + len("CHECK") :]
    return condition.replace("%%", "%").replace("%", "%%")
