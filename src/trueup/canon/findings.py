"""Findings: what is wrong or doubtful in the delivered data, as rows that people can act on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

import pyarrow as pa

Severity = Literal["error", "warning", "info"]
"""error: rows or values did not go in; warning: they went in, but doubt them; info: we decided something for you."""

CODES: Final[dict[str, str]] = {
    # files
    "unreadable_file": "the file could not be read at all; nothing of it went in",
    "empty_table": "there is a header but no row under it, or nothing at all",
    "encoding_assumed": "the file does not say how its letters are encoded; the encoding named was assumed",
    "encoding_mixed": "the file mixes encodings; the bytes named could not be read as letters",
    "nul_bytes": "the file held NUL bytes, which are no text; they were left out",
    "preamble_skipped": "lines above the header were passed over",
    "total_line": "a line of totals at the end is no row and was left out",
    "footer_skipped": "a line under the table is no row and was left out",
    "short_lines": "many lines end early; their missing last fields are null",
    "line_does_not_fit": "the line has more or fewer fields than the header, or broken quotes; it was left out",
    "header_missing": "the first line is already a row; columns are called column_1, column_2...",
    "header_duplicate": "two columns have the same name; the later one was renamed",
    "header_blank": "a column has no name; it was called by its place",
    "header_repeated": "the header stands among the rows again, as in files joined end to end; it was left out",
    "single_column": "the file has one column only; perhaps its delimiter was not recognised",
    "quotes_ignored": "quote marks in this file are part of the text, not around it",
    "hidden_sheet": "a sheet that its author hid was read like the others",
    "sheet_full": "the sheet has as many rows as a sheet can have; what came after is lost",
    # columns
    "ambiguous_date_order": "every date reads both day-first and month-first; the order named was assumed",
    "mixed_date_order": "some dates can only be day-first and others only month-first; the column stays text",
    "swapped_day_and_month": "day and month change places wherever both readings are possible",
    "ambiguous_thousands": "the one separator may part thousands or decimals; the reading named was assumed",
    "ambiguous_duration": "the values may be times of day or lengths of time; the reading named was assumed",
    "unparsed_value": "the value does not read like the rest of its column; it is null there, kept in the raw table",
    "null_words": "words that stand for 'nothing' were read as null",
    "open_end": "a date far in the future stands for 'no end'",
    "placeholder_date": "a date long past stands for 'not known'",
    "mixed_zones": "some times carry a zone and others do not",
    "name_misleads": "the column's name says one thing and its values another",
    "relative_time": "seconds since a start that nobody names: there is no calendar in them",
    "mixed_types": "most values are of one type, but too many are not; the column stays text",
    "mixed_currencies": "amounts carry different currency signs",
    "percent_sign": "values carry a percent sign; 45% was read as 45",
    "month_without_day": "values name a month; its first day was taken",
    "leading_zeros": "numbers with leading zeros are names, not amounts; the column stays text",
    # tables
    "table_not_mapped": "the table was kept as delivered, but has no place in the canonical model",
    "mapping_waits": "a mapping of your own reads a table that was never delivered; it is not run",
    "table_not_recognised": "no known system delivers a table with these columns",
    "column_not_mapped": "the column has no place in the canonical model; it is kept in extra",
    "column_missing": "a column that the mapping needs was not delivered",
    "table_delivered_twice": "the same table was delivered for several warehouses; one of them was taken",
    # rows
    "key_missing": "the row has no id; it cannot be told from others",
    "row_left_out": "the mapping leaves the row out on purpose, and says why",
    "duplicate_key": "several rows of one delivery have the same key; the last one counts",
    "unknown_value": "the value is none of those that the canonical column may take",
    "required_missing": "the row lacks a value without which it means nothing",
    "referred_not_delivered": "rows refer to something that was never delivered; a stub stands in for it",
    "time_reversed": "something ended before it began",
    "event_before_start": "something happened before the thing it belongs to existed",
    "event_in_future": "something is dated after the delivery",
    "amount_negative": "an amount that cannot be negative is",
    "name_unmatched": "a name refers to nothing that was delivered; the nearest one is shown",
    "answer_after_resolution": "a case was answered for the first time after it had been solved",
    "net_above_list": "a price agreed is higher than the list price",
    "score_out_of_scale": "a survey's score lies outside its scale",
    "currency_without_rate": "an amount's currency has no rate in force on its date",
    "rows_overlap": "two dated rows of one person are in force on the same day",
    "duplicate_name": "several rows of one source have the same name",
    "direction_missing": "nobody knows who reached out to whom",
    # rows taken together
    "one_day_only": "everything is dated within a day or two, which is more often an export's date than the events'",
    "no_time_of_day": "all moments have the same time of day; they are bare dates",
    "constant_text": "the same text stands in every row, or nearly every one",
    "zone_twin": "the same events were delivered twice, whole hours apart",
    "same_company_twice": "two accounts look like one company",
    "same_person_twice": "two people look like one person",
}
"""Every code we give, and what it means. A plugin's own codes begin with the plugin's name and a dot."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong or doubtful: where it is, what it is, and what cures it.

    ``row`` is the line in the delivered file (from 1, the header included), ``value`` the offending text as delivered.
    Readers leave ``source`` empty: only the import knows what the workspace calls the system.
    """

    severity: Severity
    code: str
    source: str
    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    cure: str

    def delivered_by(self, source: str) -> "Finding":
        """The same finding, with the workspace's name of the system."""
        return replace(self, source=source)


SCHEMA: Final = pa.schema(
    [
        pa.field("severity", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("row", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("message", pa.string(), nullable=False),
        pa.field("cure", pa.string(), nullable=False),
    ]
)


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """Findings as rows, in the order given; columns as in ``SCHEMA``."""
    return pa.Table.from_pylist([asdict(finding) for finding in findings], schema=SCHEMA)


def findings_of(table: pa.Table) -> list[Finding]:
    """Rows back as findings."""
    return [Finding(**row) for row in table.select(SCHEMA.names).to_pylist()]
