"""All plausibility checks of the canonical tables, in one go; see ``check`` for how one is declared."""

from datetime import datetime

from trueup.canon import row_checks, twins
from trueup.canon.check import Query, Setting, run_row_checks
from trueup.canon.column_checks import run_column_checks
from trueup.canon.findings import Finding
from trueup.canon.spellings import run_spelling_checks


def run_checks(query: Query, schema: str, *, now: datetime, currency: str) -> list[Finding]:
    """What is implausible in the canonical tables of ``schema``: one finding per check and source, with examples.

    ``now``: the moment of the newest load, UTC, naive; ``currency``: the workspace's.
    """
    setting = Setting(schema, now, currency)
    return [
        *run_row_checks(row_checks.ROW_CHECKS, query, setting),
        *run_column_checks(query, setting),
        *twins.find_twins(query, setting),
        *run_spelling_checks(query, setting),
    ]
