"""Scores that somebody already has, and events, in files: what a backtest is made of."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from trueup.indicators.panel import Codes, Days, Outcome
from trueup.runs.file_columns import NEVER, coded, read_table
from trueup.statistics.logit import Floats

ACCOUNT, DATE, SCORE, EVENT_ON = "account", "date", "score", "event_on"


@dataclass(frozen=True)
class Scores:
    """Scores as they stand in a file, higher is safer; a score per account and date, NaN where there is none.

    ``notes``: what was assumed, in sentences.
    """

    names: tuple[str, ...]
    accounts: Codes
    on: Days
    safe: Floats
    notes: tuple[str, ...]


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
    if len(known) and known.min() >= 0 and known.max() <= 1:
        notes.append(f"{table.shown}: All scores lie within 0 and 1, and are taken to be chances.")
        safe = scores if is_higher_safer else 1 - scores
    else:
        safe = scores if is_higher_safer else -scores
    return Scores(names, codes, days, safe, tuple(notes))


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
