"""A panel in a file: what was known of accounts at as-of dates, and what happened to them later."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from trueup.indicators.audit import RECORDED_LATE
from trueup.indicators.panel import Codes, Column, Days, Outcome, Panel, Values
from trueup.runs.file_columns import NEVER, FileTable, coded, date_of, near_to, read_table
from trueup.statistics.logit import Floats

ACCOUNT, AS_OF, EVENT_ON, DUE_ON, HAPPENED, KNOWN_UNTIL = (
    "account",
    "as_of",
    "event_on",
    "due_on",
    "happened",
    "known_until",
)
CONTROL = "control"
KINDS = (CONTROL, "experience", "activity")
"""What may stand before a column's name, with a colon: that it is controlled for, or the family of a KPI."""
Version = Literal["recorded", "restated", "recent"]
LATE = 0.9
"""Share of a KPI's values recorded only after their as-of date, from which on none of them is believed."""
MANY_TEXTS = 200
_NEAR_KIND = 0.8


@dataclass(frozen=True)
class PanelFile:
    """A panel with the outcome in the same file; ``notes``: what was assumed, or left out, in sentences."""

    panel: Panel
    outcome: Outcome
    rows: int
    notes: tuple[str, ...]


@dataclass
class _Headed:
    """A column of values: what its header says, and where the other versions of it stand."""

    header: str
    name: str
    kind: str
    also: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Laid:
    """Where rows go: ``order`` puts them by account and date; ``accounts``, ``as_of`` are in that order."""

    table: FileTable
    order: Codes
    names: tuple[str, ...]
    accounts: Codes
    as_of: Days


def read_panel(path: Path, *, outcome: str, controls: Sequence[str] = (), known_until: date | None = None) -> PanelFile:
    """The panel in a file, and the outcome that it holds; DeliveryError where it cannot be understood.

    ``outcome`` is what to call it. ``controls`` are columns to control for, besides those whose headers say so.
    ``known_until``: the last day whose events the file knows; by default the newest date in it.
    """
    table = read_table(path)
    laid = _laid(table)
    headed = _headed(table, controls)
    notes = list(table.notes)
    kpis = [_values(laid, each, notes) for each in headed if each.kind != CONTROL]
    if not kpis:
        raise table.error("There is no column of a KPI.", "Add at least one column besides those named in the manual.")
    held = [_values(laid, each, notes) for each in headed if each.kind == CONTROL]
    if not held:
        notes.append(
            "Nothing is controlled for but the date. KPIs that merely grow with an account's size or age may look as if"
            " they predicted: add columns such as control:size, control:tenure, control:segment."
        )
    panel = Panel(
        names=laid.names,
        accounts=laid.accounts,
        as_of=laid.as_of,
        kpis=tuple(each.column for each in kpis),
        known=_stacked([each.known for each in kpis]),
        control_columns=tuple(each.column for each in held),
        controls=_stacked([each.known for each in held], rows=len(laid.as_of)),
        recent=_stacked([each.known if each.recent is None else each.recent for each in kpis]),
        restated=_restated(kpis),
    )
    return PanelFile(panel, _outcome(laid, outcome, known_until, notes), table.rows.num_rows, tuple(notes))


def _laid(table: FileTable) -> _Laid:
    account = table.needed(ACCOUNT, "an account's id, the same on all its rows")
    as_of = table.needed(AS_OF, "the date at whose end the row's values were known")
    codes, names = coded(table.filled(account, "an account"))
    table.filled(as_of, "a date")
    days = table.days(as_of)
    order = np.lexsort((days, codes))
    table.refuse_twice(codes, names, days, as_of)
    return _Laid(table, order, names, codes[order], days[order])


def _headed(table: FileTable, controls: Sequence[str]) -> list[_Headed]:
    """The columns of KPIs and controls, with their other versions."""
    reserved = {table.named(name) for name in (ACCOUNT, AS_OF, EVENT_ON, DUE_ON, HAPPENED, KNOWN_UNTIL)}
    found: dict[str, _Headed] = {}
    others: list[tuple[str, str, str]] = []
    for header in table.names:
        if header in reserved:
            continue
        kind, bare = _kind(table, header)
        name, version = _version(bare)
        if version:
            others.append((header, name, version))
        elif name in found:
            raise table.error(f"{name!r} is there twice.", "Rename one of the columns.", column=header)
        else:
            found[name] = _Headed(header, name, kind)
    for header, name, version in others:
        if name not in found:
            raise table.error(f"There is no column {name!r} that this one could be of.", "Add it.", column=header)
        found[name].also[version] = header
    for name in controls:
        if name not in found:
            near = near_to(name, list(found))
            cure = f"Did you mean {near!r}?" if near else f"There are {', '.join(list(found)[:20])}."
            raise table.error(f"There is no column {name!r} to control for.", cure)
        found[name].kind = CONTROL
    return list(found.values())


def _kind(table: FileTable, header: str) -> tuple[str, str]:
    """What stands before the colon of a header, and the name after it."""
    said, colon, name = header.partition(":")
    word = said.strip().casefold()
    if not colon or not name.strip():
        return "", header
    if word in KINDS:
        return word, name.strip()
    if near := near_to(word, KINDS):
        cure = f"Did you mean {near}:{name.strip()}? Before a colon may stand {', '.join(KINDS)}."
        raise table.error(f"{said.strip()!r} is nothing that may stand before a colon.", cure, column=header)
    return "", header


def _version(bare: str) -> tuple[str, str]:
    matched = re.fullmatch(r"(.+)@(recorded|restated|recent)", bare, re.IGNORECASE)
    return (matched[1].strip(), matched[2].lower()) if matched else (bare, "")


@dataclass(frozen=True)
class _Found:
    """A column of the panel, and its values in the panel's order."""

    column: Column
    known: Values
    recent: Values | None = None
    restated: Values | None = None


def _values(laid: _Laid, headed: _Headed, notes: list[str]) -> _Found:
    table, header = laid.table, headed.header
    family = "" if headed.kind == CONTROL else headed.kind
    column = Column(headed.name, family, headed.name)
    read, levels = _read(table, header, notes)
    known = read[laid.order].astype(np.float32)
    column = replace(column, levels=levels)
    if recorded := headed.also.get("recorded"):
        column, known = _without_late(laid, column, known, recorded, notes)
    others = {
        version: _number_of(table, headed.also[version], column)[laid.order].astype(np.float32)
        for version in ("recent", "restated")
        if version in headed.also
    }
    return _Found(column, known, others.get("recent"), others.get("restated"))


def _read(table: FileTable, header: str, notes: list[str]) -> tuple[Floats, tuple[str, ...] | None]:
    """Values as numbers; of texts their places among the levels."""
    if (flags := table.flags(header)) is not None:
        return flags, None
    texts = table.texts(header)
    if texts.null_count == len(texts):
        return np.full(len(texts), np.nan), None
    if table.are_dates(header):
        raise table.error(
            "It holds dates, which are neither numbers nor categories.",
            f"Write the days between it and {AS_OF} instead, or leave the column out.",
            column=header,
        )
    if table.are_numbers(header):
        found, nothing = table.numbers(header)
        if 0 < nothing < len(found):
            cells = "1 cell of a number is" if nothing == 1 else f"{nothing:,} cells of numbers are"
            notes.append(f"{table.shown}, column {header}: {cells} blank, and count as not known.")
        return found, None
    codes, levels = coded(texts)
    if len(levels) > MANY_TEXTS:
        notes.append(
            f"{table.shown}, column {header}: {len(levels):,} different texts. Those on fewer than 1 % of the rows are"
            " not told apart; leave the column out if it holds names or remarks."
        )
    return np.where(codes < 0, np.nan, codes), levels


def _number_of(table: FileTable, header: str, column: Column) -> Floats:
    if column.levels is not None:
        raise table.error(
            f"{column.name!r} is a text, of which there is no such version.", "Leave it out.", column=header
        )
    flags = table.flags(header)
    return table.numbers(header)[0] if flags is None else flags


def _without_late(laid: _Laid, column: Column, known: Values, recorded: str, notes: list[str]) -> tuple[Column, Values]:
    """Values recorded after their as-of date were not known then; where nearly all were, the column is no KPI."""
    on = laid.table.days(recorded)[laid.order]
    is_there = ~np.isnan(known)
    is_late = is_there & ((on > laid.as_of) | (on == NEVER))
    if not is_late.any():
        return column, known
    kept = np.where(is_late, np.nan, known).astype(np.float32)
    share = is_late.sum() / is_there.sum()
    notes.append(
        f"{laid.table.shown}, column {column.name}: {int(is_late.sum()):,} of {int(is_there.sum()):,} values were"
        " recorded after their as-of date, or nobody says when. They were not known then, and are not used."
    )
    if share >= LATE:
        column = replace(column, history="not auditable", why_not_exact=RECORDED_LATE)
    return column, kept


def _stacked(columns: list[Values], rows: int = 0) -> Values:
    return np.column_stack(columns).astype(np.float32) if columns else np.empty((rows, 0), np.float32)


def _restated(kpis: list[_Found]) -> Values | None:
    if all(each.restated is None for each in kpis):
        return None
    return _stacked([np.full_like(each.known, np.nan) if each.restated is None else each.restated for each in kpis])


def _outcome(laid: _Laid, name: str, known_until: date | None, notes: list[str]) -> Outcome:
    table = laid.table
    event, due, happened = (table.named(column) for column in (EVENT_ON, DUE_ON, HAPPENED))
    if event and (due or happened):
        raise table.error(
            f"There is a column {EVENT_ON} and also {DUE_ON} or {HAPPENED}.",
            f"Keep {EVENT_ON} for what happens at any time, or {DUE_ON} and {HAPPENED} for what comes due.",
        )
    if event:
        return _of_events(laid, name, event, known_until, notes)
    if due or happened:
        due = table.needed(DUE_ON, "the date on which it came due")
        return _of_dues(laid, name, (due, table.needed(HAPPENED, "1 or 0")), known_until, notes)
    raise table.error(
        "There is no column that says what happened.",
        f"Add {EVENT_ON} (the date of the account's event, empty where there was none), or {DUE_ON} and {HAPPENED}.",
    )


def _of_events(laid: _Laid, name: str, event: str, known_until: date | None, notes: list[str]) -> Outcome:
    on = laid.table.days(event)[laid.order]
    rows = np.flatnonzero(on != NEVER)
    accounts, first = np.unique(laid.accounts[rows], return_index=True)
    given = np.full(len(laid.names), NEVER)
    given[accounts] = on[rows[first]]
    other = rows[on[rows] != given[laid.accounts[rows]]]
    if len(other):
        row = int(laid.order[other].min())
        account = laid.names[laid.accounts[np.flatnonzero(laid.order == row)[0]]]
        raise laid.table.error(
            f"{account!r} has events on two dates.",
            "Repeat the first one on all rows of the account, and leave out the rows after it.",
            row=row,
            column=event,
        )
    newest = max(int(laid.as_of.max()), int(on.max()))
    return Outcome(name, accounts, given[accounts], _until(laid, known_until, newest, notes))


def _of_dues(laid: _Laid, name: str, columns: tuple[str, str], known_until: date | None, notes: list[str]) -> Outcome:
    table, (due, happened) = laid.table, columns
    on, came = table.days(due)[laid.order], _came(table, happened)[laid.order]
    is_told = (on != NEVER) & ~np.isnan(came)
    newest = max(int(laid.as_of.max()), int(on[is_told].max(initial=NEVER)))
    until = _until(laid, known_until, newest, notes)
    is_open = (on != NEVER) & np.isnan(came)
    overdue = np.flatnonzero(is_open & (on <= until))
    if len(overdue):
        row = int(laid.order[overdue].min())
        raise table.error(
            f"It came due by {date_of(until)}, and nobody says whether it happened.",
            f"Write 1 or 0, or give an earlier {KNOWN_UNTIL}.",
            row=row,
            column=happened,
        )
    no_date = np.flatnonzero((on == NEVER) & ~np.isnan(came))
    if len(no_date):
        row = int(laid.order[no_date].min())
        raise table.error("It says what happened, but not when it came due.", "Fill it.", row=row, column=due)
    span = int(on.max()) - NEVER + 1
    _, first, codes = np.unique(laid.accounts * span + (on - NEVER), return_index=True, return_inverse=True)
    other = np.flatnonzero(is_told & (came != came[first][codes]))
    if len(other):
        row = int(laid.order[other].min())
        raise table.error(
            "The same came due on this date, and came out otherwise.", "Keep one.", row=row, column=happened
        )
    some = first[is_told[first]]
    return Outcome(name, laid.accounts[some], on[some], until, is_due=True, ends=False, happened=came[some] > 0)


def _came(table: FileTable, column: str) -> Floats:
    found = table.flags(column)
    if found is None:
        found = table.numbers(column)[0]
        odd = np.flatnonzero(~np.isnan(found) & ~np.isin(found, (0, 1)))
        if len(odd):
            raise table.error(f"{found[odd[0]]:g} is neither 1 nor 0.", "Write 1 or 0.", row=int(odd[0]), column=column)
    return found


def _until(laid: _Laid, given: date | None, newest: int, notes: list[str]) -> int:
    """The last day whose events the file knows."""
    table = laid.table
    column = table.named(KNOWN_UNTIL)
    if given is None and column:
        days = np.unique(table.days(column))
        if len(days) != 1 or days[0] == NEVER:
            raise table.error("It must say the same date on every row.", "Fill it.", column=column)
        return int(days[0])
    if given is not None:
        return (given - date(1970, 1, 1)).days
    notes.append(
        f"Events are taken to be known until {date_of(newest)}, the newest date in {table.shown}."
        " Say otherwise with --known-until."
    )
    return newest
