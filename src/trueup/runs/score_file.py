"""Scores that somebody already has, and events, in files: what a backtest is made of."""

import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from trueup.indicators.panel import Codes, Days, Outcome
from trueup.runs.file_columns import NEVER, coded, read_table
from trueup.sources.delivery import DeliveryError
from trueup.statistics.logit import Floats

ACCOUNT, DATE, SCORE, EVENT_ON = "account", "date", "score", "event_on"
_SENT = "sent"


@dataclass(frozen=True)
class Scores:
    """Scores as they stand in a file, higher is safer; a score per account and date, NaN where there is none.

    ``notes``: what was assumed, in sentences. ``lines``: of each name that of its first score, in the file ``shown``.
    """

    names: tuple[str, ...]
    accounts: Codes
    on: Days
    safe: Floats
    notes: tuple[str, ...]
    shown: str
    lines: tuple[int, ...]
    are_chances: bool


def read_scores(path: Path, *, is_higher_safer: bool = True, column: str = SCORE) -> Scores:
    """The scores of a file with the columns account, date, score; DeliveryError where it cannot be understood."""
    table = read_table(path)
    account = table.needed(ACCOUNT, "an account's id")
    on = table.needed(DATE, "the date at whose end the score was known")
    score = table.needed(column, "the score")
    codes, names = coded(table.filled(account, "an account"))
    table.filled(on, "a date")
    days, (scores, nothing) = table.days(on), table.numbers(score)
    table.refuse_twice(codes, names, days, on)
    notes = [*table.notes]
    if nothing:
        notes.append(f"{table.shown}, column {score}: {nothing:,} rows have no score, and take no part.")
    known = scores[~np.isnan(scores)]
    if not len(known):
        raise table.error("No row has a score.", "Check how the file was exported.", row=0, column=score)
    are_chances = bool(known.min() >= 0 and known.max() <= 1)
    if are_chances:
        notes.append(f"{table.shown}: All scores lie within 0 and 1, and are taken to be chances.")
        safe = scores if is_higher_safer else 1 - scores
    else:
        safe = scores if is_higher_safer else -scores
    first = np.unique(codes, return_index=True)[1]
    lines = tuple((first + table.first_line).tolist())
    return Scores(names, codes, days, safe, tuple(notes), table.shown, lines, are_chances)


def read_events(path: Path, scores: Scores, *, name: str, known_until: date | None = None) -> tuple[Outcome, list[str]]:
    """The events of a file with the columns account and event_on, and what was assumed, in sentences.

    Of accounts without any score nothing is kept. By default events are known until the newest date of both files.
    """
    table = read_table(path)
    account, event = table.needed(ACCOUNT, "an account's id"), table.needed(EVENT_ON, "the date of its event")
    texts = table.filled(account, "an account").to_pylist()
    on = table.days(event)
    places = {name: place for place, name in enumerate(scores.names)}
    codes = np.array([places.get(text, -1) for text in texts], np.int64)
    notes = list(table.notes)
    if unknown := len({text for text, code in zip(texts, codes.tolist(), strict=True) if code < 0}):
        notes.append(f"{table.shown}: {unknown:,} accounts have no score at all; their events are not looked at.")
    if (codes < 0).all():
        raise table.error(
            f"None of its accounts has a score ({texts[0]!r} is the first).",
            "Use the same ids in both.",
            row=0,
            column=account,
        )
    kept = (codes >= 0) & (on != NEVER)
    newest = max(int(on.max()), int(scores.on.max()))
    until = newest if known_until is None else (known_until - date(1970, 1, 1)).days
    if known_until is None:
        day = date(1970, 1, 1) + timedelta(days=newest)
        notes.append(
            f"Events are taken to be known until {day}, the newest date there is. Say otherwise with --known-until."
        )
    return Outcome(name, codes[kept], on[kept], until), notes


def scores_in(content: bytes, name: str, *, is_higher_safer: bool = True, column: str = SCORE) -> Scores:
    """The scores of a file that was sent under a name; DeliveryError as ``read_scores``, with that name."""
    called = Path(name).name.lstrip("~.") or "scores.csv"
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / _SENT / called
        path.parent.mkdir()
        path.write_bytes(content)
        try:
            found = read_scores(path, is_higher_safer=is_higher_safer, column=column)
        except DeliveryError as error:
            where = error.path.replace(f"{_SENT}/{called}", called)
            raise DeliveryError(where, error.message, error.cure, row=error.row, column=error.column) from error
    notes = tuple(note.replace(f"{_SENT}/{called}", called) for note in found.notes)
    return replace(found, notes=notes, shown=called)
