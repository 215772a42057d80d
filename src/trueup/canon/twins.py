"""Twins: the same events delivered twice, whole hours apart, because one of the deliveries is in another zone.

Minutes and seconds survive a wrong zone, so one grouping by account or case, kind, minute and second finds the pairs.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from trueup.canon.check import Query, Setting, share
from trueup.canon.findings import Finding
from trueup.canon.links import framed

LEAST_PAIRS: Final = 20
LEAST_SHARE: Final = 0.5
"""Of the smaller delivery's events, so many must have their twin in the other."""
_SAMPLED_ABOVE: Final = 1_000_000
"""Of more rows those of six seconds of each minute are enough: both twins are among them, or neither."""
_FURTHEST: Final = "INTERVAL '14' HOUR"


@dataclass(frozen=True)
class _Events:
    table: str
    about: str


_JUDGED: Final = (_Events("case_events", "case_id"), _Events("interactions", "account_id"))


def find_twins(query: Query, setting: Setting) -> list[Finding]:
    """A finding per two deliveries of which most events are the same, whole hours apart."""
    found = []
    for events in _JUDGED:
        sizes = _deliveries(events, query, setting)
        if len(sizes) > 1:
            found += _twins(events, sizes, query, setting)
    return found


def _deliveries(events: _Events, query: Query, setting: Setting) -> dict[str, int]:
    sql = (
        f"SELECT {_DELIVERY} AS delivery, count(*) AS events FROM {setting.current(events.table)} t"
        f" WHERE t.{events.about} IS NOT NULL GROUP BY {_DELIVERY}"
    )
    return dict(framed(query(sql)).select("delivery", "events").iter_rows())


_DELIVERY: Final = "coalesce(t._raw, t.source, '')"


def _twins(events: _Events, sizes: dict[str, int], query: Query, setting: Setting) -> list[Finding]:
    is_sampled = sum(sizes.values()) > _SAMPLED_ABOVE
    sample = " AND EXTRACT(SECOND FROM t.occurred_at) BETWEEN 7 AND 12.999999" if is_sampled else ""
    # Appointments begin at round minutes; that two do is no sign.
    told = f"NOT (EXTRACT(SECOND FROM t.occurred_at) = 0 AND EXTRACT(MINUTE FROM t.occurred_at) IN ({_ROUND}))"
    minute, second = "EXTRACT(MINUTE FROM t.occurred_at)", "EXTRACT(SECOND FROM t.occurred_at)"
    pairs = (
        f"SELECT min({_DELIVERY}) AS one, max({_DELIVERY}) AS other, min(t.source) AS source,"
        f" min(t.occurred_at) AS earlier, max(t.occurred_at) AS later FROM {setting.current(events.table)} t"
        f" WHERE t.{events.about} IS NOT NULL AND {told}{sample}"
        f" GROUP BY t.{events.about}, t.kind, {minute}, {second}"
        f" HAVING count(*) = 2 AND min({_DELIVERY}) <> max({_DELIVERY})"
    )
    sql = (
        f"SELECT p.one, p.other, min(p.source) AS source, count(*) AS pairs,"
        " (EXTRACT(HOUR FROM p.later) - EXTRACT(HOUR FROM p.earlier) + 24) % 24 AS hours"
        f" FROM ({pairs}) p WHERE p.later <= p.earlier + {_FURTHEST}"
        " GROUP BY p.one, p.other, (EXTRACT(HOUR FROM p.later) - EXTRACT(HOUR FROM p.earlier) + 24) % 24"
        " ORDER BY 1, 2, 4 DESC"
    )
    rows = framed(query(sql)).iter_rows(named=True)
    found = []
    for (one, other), listed in groupby(rows, key=lambda row: (row["one"], row["other"])):
        shifts = [(row["source"], int(row["hours"]), row["pairs"]) for row in listed]
        shifted = {hours: pairs for _, hours, pairs in shifts if hours}
        smaller = min(sizes[one], sizes[other]) * (0.1 if is_sampled else 1.0)
        if sum(shifted.values()) >= max(LEAST_PAIRS, LEAST_SHARE * smaller):
            found.append(_finding(events, (one, other), shifted, shifts[0][0] or ""))
    return found


_ROUND: Final = ", ".join(str(minute) for minute in range(0, 60, 5))


def _finding(events: _Events, deliveries: tuple[str, str], shifted: dict[int, int], source: str) -> Finding:
    one, other = deliveries
    total = sum(shifted.values())
    listed = ", ".join(f"{hours} h ({share(pairs, total)})" for hours, pairs in sorted(shifted.items()))
    season = "; the difference changes with the season, as daylight saving does" if len(shifted) > 1 else ""
    return Finding(
        severity="warning",
        code="zone_twin",
        source=source,
        file=events.table,
        row=None,
        column="occurred_at",
        value=f"{one}, {other}",
        message=f"{one} and {other} hold the same {events.table}, whole hours apart: {listed} of the pairs{season}."
        " Every one of them is counted twice.",
        cure="Import only one of the two; if it is the one whose clock is wrong, name its zone in the settings.",
    )
