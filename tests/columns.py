"""Columns for tests: values in, what they were taken for and how they are read out."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from trueup.sources.column_forms import Kind
from trueup.sources.columns import ColumnProfile, profile, typed_select, unparsed


class Columns:
    """A delivered table, given by its columns of text."""

    def __init__(self, columns: dict[str, Sequence[str | None]], *, decimal_comma: bool = False) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'America/New_York'")  # nothing may depend on the session
        rows = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        self._connection.register("arriving", rows)
        self._connection.execute("CREATE TABLE raw AS SELECT *, row_number() OVER () AS _row FROM arriving")
        self.profiles = profile(self.query, "raw", list(columns), decimal_comma=decimal_comma)

    def query(self, sql: str) -> pa.Table:
        return self._connection.execute(sql).to_arrow_table()

    def __getitem__(self, name: str) -> ColumnProfile:
        return self.profiles[name]

    def read(self, name: str, wanted: Kind | None = None, *, zone: str = "UTC") -> list[object]:
        """The column's values, typed."""
        values: list[object] = self.table({name: wanted} if wanted else {}, zone=zone).column(name).to_pylist()
        return values

    def table(self, wanted: dict[str, Kind] | None = None, *, zone: str = "UTC") -> pa.Table:
        """All columns, typed."""
        return self.query(typed_select("raw", self.profiles, wanted, zone=zone))

    def unread(self, name: str) -> list[tuple[int, str]]:
        """Row and text of the values that do not read."""
        return [(row["row"], row["value"]) for row in self.query(unparsed("raw", self[name])).to_pylist()]

    def codes(self, name: str) -> list[str]:
        """What was found about a column."""
        return [finding.code for finding in self[name].findings]


def column(values: Sequence[str | None], name: str = "x") -> Columns:
    """A table of one column."""
    return Columns({name: values})
