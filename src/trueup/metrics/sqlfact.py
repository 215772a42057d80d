"""Facts that a workspace states in SQL: one SELECT over the canonical tables, one row per thing measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Literal

from trueup.canon.tables import ColumnType
from trueup.metrics.fact import CALENDAR_SCHEMA, FACT_SCHEMA, Context, Credit, Timing
from trueup.metrics.metric import ParameterValue
from trueup.metrics.sql import constant, table


@dataclass(frozen=True)
class SqlFact:
    """A fact stated in SQL; what it shares with :class:`trueup.metrics.fact.Fact` means the same.

    ``sql`` reads ``state.<table>``, canonical or of entries, and yields ``fact_key``, ``account_id`` and the declared
    ``columns``; an event fact yields ``occurred_at`` (UTC), from which ``occurred_on`` and ``credited_on`` follow;
    period facts yield ``period_kind``, ``period_key`` and, where credited, ``credited_on``; credit ``person`` yields
    ``person_id``, credit ``participants`` ``credit_id``. In it ``{name}`` stands for a parameter's value, for another
    fact's table (of those in ``uses``), or for ``{as_of}`` (UTC) and ``{as_of_on}``; a literal brace is written twice.
    """

    name: str
    description: str
    sql: str
    columns: Mapping[str, ColumnType]
    credit: Credit = "none"
    timing: Timing = "event"
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    is_one_per_account: Literal[False] = False
    """Nobody vouches for SQL that somebody wrote: its rows are always added up."""
    row_of: str | None = None
    declared: str = field(default="", compare=False)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What the SQL names in braces."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.sql) if name is not None)

    @property
    def known_placeholders(self) -> tuple[str, ...]:
        """What the SQL may name in braces."""
        return (*self.parameters, *self.uses, "as_of", "as_of_on")

    @property
    def all_columns(self) -> Mapping[str, ColumnType]:
        """The columns that the fact has as a table: those that the SQL yields, and those that follow from them."""
        when: Mapping[str, ColumnType] = (
            {"occurred_at": "timestamp", "occurred_on": "date"}
            if self.timing == "event"
            else {"period_kind": "text", "period_key": "text"}
        )
        whom: Mapping[Credit, Mapping[str, ColumnType]] = {
            "person": {"person_id": "text", "credited_on": "date"},
            "participants": {"credit_id": "text", "credited_on": "date"},
            "none": {},
        }
        return {"fact_key": "text", "account_id": "text", **when, **whom[self.credit], **self.columns}

    def select(self, parameters: Mapping[str, ParameterValue], tables: Mapping[str, str], context: Context) -> str:
        """The fact's rows; ``tables`` names the tables of the facts it uses."""
        known = {key: constant(value) for key, value in parameters.items()}
        known |= {fact: table(FACT_SCHEMA, made) for fact, made in tables.items()}
        known |= {"as_of": constant(context.as_of), "as_of_on": constant(context.as_of_on)}
        inner = self.sql.strip().rstrip(";").format_map(known)
        followed = ""
        if self.timing == "event":
            on = f"CAST({CALENDAR_SCHEMA}.local(s.occurred_at) AS DATE)"
            followed = f", {on} AS occurred_on" + (f", {on} AS credited_on" if self.credit != "none" else "")
        return f"SELECT s.*{followed} FROM ({inner}) AS s"
