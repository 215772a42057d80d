"""Decimals that every engine keeps to the last digit."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import BaseExpression
from django.db.models.sql.compiler import SQLCompiler

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")
if TYPE_CHECKING:
    _DecimalField = models.DecimalField[_Set, _Get]
else:
    # The stubs' field is generic, Django's is not.
    _DecimalField = {(_Set, _Get): models.DecimalField}

DIGITS = 24
PLACES = 8
_STEP = Decimal(1).scaleb(-PLACES)


class Number(_DecimalField[_Set, _Get]):
    """A decimal of up to 24 digits, 8 of them after the point.

    SQLite has no decimals and would round to 15 digits, so it keeps text. Compare in SQL through ``Magnitude``; do not
    order or sum there.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "max_digits": DIGITS, "decimal_places": PLACES})

    def get_internal_type(self) -> str:
        """A type of its own, so that no engine converts it on the way."""
        return "Number"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Text in SQLite, numeric elsewhere."""
        return "text" if connection.vendor == "sqlite" else f"numeric({DIGITS}, {PLACES})"

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002, ARG002  Django's
        """The value as the engine keeps it: in SQLite always with all places, so that equal numbers are equal texts."""
        if isinstance(value, BaseExpression):
            return value
        number: Decimal | None = self.to_python(value)
        if number is None or connection.vendor != "sqlite":
            return number
        return f"{number.quantize(_STEP):f}"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """As in a query."""
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value: str | Decimal | None, *_: object) -> Decimal | None:
        """The number as it was entered, with all places."""
        return None if value is None else Decimal(value)


class Magnitude(models.Func):
    """A Number in a comparison: near enough in SQLite to tell larger from smaller."""

    output_field = models.FloatField()
    template = "%(expressions)s"
    arity = 1

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Text does not compare as numbers do."""
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS REAL)")
