"""Suggestions: what looks like one company or one person, told to people, who decide."""

from collections.abc import Iterable
from typing import Final, Literal

import pyarrow as pa

from trueup.canon.findings import Finding
from trueup.canon.links import framed

LISTED: Final = 20
"""So many pairs are told one by one, the most alike first; the others are counted."""
_CODES: Final[dict[str, Literal["same_company_twice", "same_person_twice"]]] = {
    "accounts": "same_company_twice",
    "contacts": "same_person_twice",
    "people": "same_person_twice",
}


def suggestion_findings(
    suggestions: pa.Table, table: str, *, separate: Iterable[tuple[str, str]] = ()
) -> list[Finding]:
    """A finding per suggested pair of ``table`` (accounts, contacts or people), leaving out those people parted.

    ``suggestions``: as ``account_suggestions``, ``contact_suggestions`` or ``person_suggestions`` give them.
    """
    parted = {frozenset(pair) for pair in separate}
    pairs = [
        pair
        for pair in framed(suggestions).select("left_id", "right_id", "evidence").iter_rows()
        if frozenset(pair[:2]) not in parted
    ]
    findings = [_pair_finding(table, *pair) for pair in pairs[:LISTED]]
    return [*findings, _rest_finding(table, len(pairs))] if len(pairs) > LISTED else findings


def _pair_finding(table: str, left: str, right: str, evidence: str) -> Finding:
    return Finding(
        severity="info",
        code=_CODES[table],
        source="",
        file=table,
        row=None,
        column=None,
        value=f"{left}, {right}",
        message=f"{evidence}, but that is not enough to make them one.",
        cure=f'In trueup.toml under [identity], add ["{left}", "{right}"] to same or to separate.',
    )


def _rest_finding(table: str, pairs: int) -> Finding:
    return Finding(
        severity="info",
        code=_CODES[table],
        source="",
        file=table,
        row=None,
        column=None,
        value=f"{pairs - LISTED:,} more",
        message=f"{pairs:,} pairs of {table} look alike in all; the {LISTED} most alike are listed one by one.",
        cure="Decide about those listed; the next ones then take their place.",
    )
