"""The few words of SQL that cells are made of: names, constants, conditions; standard SQL that every engine reads.

Facts are Ibis expressions. What is computed from materialised facts is plain SQL text instead: a build has hundreds of
wide aggregates, which Ibis compiles in seconds and text in milliseconds, and a person who asks where a number comes
from is shown exactly these statements.
"""

from collections.abc import Iterable
from datetime import date, datetime

from trueup.metrics.metric import ParameterValue

Constant = ParameterValue | date | datetime


def quoted(identifier: str) -> str:
    """``identifier``, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def table(schema: str, identifier: str) -> str:
    """A table by its schema and name, both quoted."""
    return f"{quoted(schema)}.{quoted(identifier)}"


def column(of: str, identifier: str) -> str:
    """A column of the table known as ``of``."""
    return f"{of}.{quoted(identifier)}"


def constant(value: Constant) -> str:
    """``value`` as it is written in SQL; instants are UTC without a zone."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return repr(value)
        case datetime():
            return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"


def equals(expression: str, wanted: ParameterValue | tuple[ParameterValue, ...]) -> str:
    """Whether ``expression`` is the value, or one of the values; null is none of them."""
    if isinstance(wanted, tuple):
        return f"{expression} IN ({', '.join(constant(value) for value in wanted)})"
    if wanted is True:
        return expression
    if wanted is False:
        return f"NOT {expression}"
    return f"{expression} = {constant(wanted)}"


def both(conditions: Iterable[str]) -> str:
    """All of the conditions; TRUE where there are none."""
    return " AND ".join(condition for condition in conditions if condition != "TRUE") or "TRUE"


def either(conditions: Iterable[str]) -> str:
    """At least one of the conditions, each once."""
    return "(" + " OR ".join(f"({condition})" for condition in dict.fromkeys(conditions)) + ")"


def union(selects: Iterable[str]) -> str:
    """The rows of all the queries."""
    return " UNION ALL ".join(selects)
