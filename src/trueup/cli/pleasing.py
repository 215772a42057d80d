"""What ``trueup grades pleasing`` prints: who gives, who gets, and who moved."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trueup.answers.cells import names
from trueup.answers.effort import By
from trueup.answers.quadrant import NoQuarterError, Quadrant, pleasing
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import NOTHING, Column, paragraph
from trueup.cli.tables import table as printed
from trueup.grades.quadrant import PARTS, QUARTERS
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import Snapshot, SnapshotError, current
from trueup.runs.folder import WorkspaceError, find

_ERRORS = (WorkspaceError, NoQuarterError, SnapshotError, EngineError, OSError)
_MEANING = (
    "partner: both give; neglected_giver: they give, we do not; generous_service: we give, they do not; chased_rabbit:"
    " neither gives."
)


def tell(folder: Path | None, *, period: str | None, form: Format, output: Path | None) -> None:
    """Print the map of a quarter, or write a row per account for programs."""
    check_can_write(form, output)
    with refusing(*_ERRORS):
        snapshot = _snapshot(folder)
        quadrant = pleasing(snapshot, period)
        rows = quadrant.table()
        if form is not Format.table:
            write(rows, form, output)
            return
        listed = sorted(rows.to_pylist(), key=_order)
        called = names(snapshot, "account", [row["account_id"] for row in listed])
    printed(
        Column("account", [row["account_id"] for row in listed]),
        Column("name", [called.get(row["account_id"], "") for row in listed], wraps=True),
        Column("quarter", [row["quarter"] or row["reason"] for row in listed]),
        Column("moved from", [row["moved_from"] or "" for row in listed]),
        Column("giving", [_share(row["giving"]) for row in listed], right=True),
        Column("attained", [_share(row["attainment"]) for row in listed], right=True),
        Column(
            "revenue", [NOTHING if row["revenue"] is None else f"{row['revenue']:,.0f}" for row in listed], right=True
        ),
        _hours(listed),
    )
    counts = "  ".join(f"{part}: {quadrant.counts[part]:,}" for part in PARTS)
    paragraph(f"{_told(quadrant)}: {counts}")
    paragraph(_MEANING)
    paragraph(_lengths(quadrant))


def tell_effort(folder: Path | None, *, period: str | None, by: By, form: Format, output: Path | None) -> None:
    """Print where effort went, or write a row per team or person and corner for programs."""
    check_can_write(form, output)
    with refusing(*_ERRORS):
        quadrant = pleasing(_snapshot(folder), period)
        rows = quadrant.effort_by(by)
        if form is not Format.table:
            write(rows, form, output)
            return
    listed = rows.to_pylist()
    printed(
        Column(by, [row["name"] for row in listed], wraps=True),
        *([Column("team", [row["team"] or "" for row in listed])] if by == "person" else []),
        Column("quarter", [row["quarter"] for row in listed]),
        Column("touches", [f"{row['touches']:,}" for row in listed], right=True),
        _hours(listed),
    )
    paragraph(f"{_told(quadrant)}: {quadrant.effort.total:,} touches. {_lengths(quadrant)}")


def _snapshot(folder: Path | None) -> Snapshot:
    found = find(folder)
    snapshot = current(found.mart)
    if snapshot is None:
        refuse(f"Nothing was computed in {found.root} yet. Run `trueup build` first.")
    return snapshot


def _hours(rows: Sequence[Mapping[str, Any]]) -> Column:
    return Column("hours", [NOTHING if row["hours"] is None else f"{row['hours']:,.1f}" for row in rows], right=True)


def _told(quadrant: Quadrant) -> str:
    return quadrant.standing.key + ("" if quadrant.standing.is_over else ", a quarter that is not over yet")


def _lengths(quadrant: Quadrant) -> str:
    """Of how much the hours are, and what was left out."""
    effort = quadrant.effort.whole
    if effort.known is None:
        return "No call or meeting of that quarter is known, so no hours are."
    told = f"Hours are known of {effort.timed:,} of {effort.live:,} calls and meetings ({_share(float(effort.known))})."
    if not effort.wrong:
        return told
    return f"{told} Left out: {effort.wrong:,} whose end is before their beginning or more than a day after it."


def _order(row: dict[str, object]) -> tuple[int, float, str]:
    """By corner, the most revenue first; who is not placed comes last."""
    quarter, revenue = row["quarter"], row["revenue"]
    place = next((at for at, each in enumerate(QUARTERS) if each == quarter), len(QUARTERS))
    return place, -float(str(revenue or 0)), str(row["account_id"])


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.0f}%"
