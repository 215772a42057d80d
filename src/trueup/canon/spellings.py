"""Spellings: one value written in several ways, a known word with a typing error, a name that refers to nothing.

A value counts as a misspelling of another if the two are the same letters and digits, or differ by one typing error in
one longer word and the other is far more common, or the only one that is known.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from babel import Locale
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from trueup.canon.check import Query, Setting
from trueup.canon.findings import Finding
from trueup.canon.links import framed

FEW: Final = 500
"""A column with more different values is no category."""
_LONG_WORD: Final = 5
_LONG_NAME: Final = 6
"""Vocabularies are short of words: of a shorter one that is not in them, nothing can be said."""
_RARE: Final = 0.25
"""A misspelling is at most this share as common as the right spelling."""


@dataclass(frozen=True)
class _Vocabulary:
    """Columns that speak of the same things, as (table, column), and the words known of them besides the rows."""

    columns: tuple[tuple[str, str], ...]
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Misspelling:
    """``value`` occurs in ``rows`` rows and is most likely ``right``."""

    value: str
    rows: int
    right: str
    right_rows: int | None
    """None: the right spelling occurs nowhere, but is known."""


def run_spelling_checks(query: Query, setting: Setting) -> list[Finding]:
    """A finding per misspelt value of a category: industries, countries, products, teams, priorities..."""
    found = []
    for vocabulary in _vocabularies():
        places: dict[str, tuple[str, str, str]] = {}
        counts: dict[str, int] = {}
        for table, column in vocabulary.columns:
            for value, rows, source in _values(query, setting, table, column):
                counts[value] = counts.get(value, 0) + rows
                places.setdefault(value, (table, column, source))
        if len(counts) <= FEW:
            found += [_finding(wrong, places[wrong.value]) for wrong in misspellings(counts, known=vocabulary.known)]
    return found


def misspellings(counts: Mapping[str, int], *, known: frozenset[str] = frozenset()) -> list[Misspelling]:
    """Values (with their rows) that are another value, or a ``known`` lower-case word, misspelt."""
    values = sorted(counts, key=lambda value: (-counts[value], value))
    found = {wrong.value: wrong for wrong in _among(values, counts)}
    for value in values:
        right = _known_word(value, known) if value not in found else None
        if right is not None:
            found[value] = Misspelling(value, counts[value], right, None)
    return [found[value] for value in values if value in found]


def nearest(value: str, names: Sequence[str]) -> str | None:
    """The name that ``value`` most likely means: the same letters, else one typing error away, else None."""
    same = next((name for name in names if letters(name) == letters(value)), None)
    return same if same is not None else next((name for name in names if is_typing_error(value, name)), None)


def is_typing_error(left: str, right: str) -> bool:
    """Whether two names differ by one typing error in one longer word, and in no digit."""
    ours, theirs = _words(left), _words(right)
    if len(ours) != len(theirs):
        return False
    differing = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
    if len(differing) != 1:
        return False
    a, b = differing[0]
    has_digit = any(character.isdigit() for character in a + b)
    return min(len(a), len(b)) >= _LONG_WORD and not has_digit and OSA.distance(a, b, score_cutoff=1) == 1


def letters(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    return "".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


INDUSTRY_WORDS: Final = frozenset(
    _words("""
    accounting advertising aerospace agriculture airlines apparel architecture automotive banking beverage beverages
    biotechnology broadcasting brokerage chemicals clothing communications computer construction consulting consumer
    cosmetics defense defence distribution education electronics employment energy engineering entertainment
    environmental equipment fashion finance financial fintech fisheries forestry furniture gaming government hardware
    health healthcare hospital hospitality industrial information insurance internet investment legal leisure logistics
    machinery management manufacturing marketing materials media medical metals military mining nonprofit packaging
    pharmaceutical pharmaceuticals plastics printing professional property publishing railway recreation recruitment
    research restaurants retail security semiconductors service services shipping software sports staffing technology
    telecom telecommunications textiles tobacco tourism transport transportation travel utilities wholesale wireless
    """)
)


def _vocabularies() -> tuple[_Vocabulary, ...]:
    countries = frozenset(name.casefold() for code, name in Locale.parse("en").territories.items() if len(code) == 2)
    return (
        _Vocabulary((("accounts", "industry"), ("promotions", "reached_industry")), INDUSTRY_WORDS),
        _Vocabulary((("accounts", "country"),), countries),
        _Vocabulary((("accounts", "segment"), ("markets", "segment"))),
        _Vocabulary((("accounts", "region"),)),
        _Vocabulary((("contacts", "department"),)),
        _Vocabulary((("people", "team"),)),
        _Vocabulary((("people", "department"),)),
        _Vocabulary((("people", "role"),)),
        _Vocabulary((("leads", "lead_source"),)),
        _Vocabulary((("deals", "product"), ("contracts", "product"))),
        _Vocabulary((("deals", "stage"),)),
        _Vocabulary((("cases", "category"),)),
        _Vocabulary((("cases", "priority"),)),
        _Vocabulary((("cases", "status"),)),
        _Vocabulary((("promotions", "channel"),)),
        _Vocabulary((("usage", "feature"),)),
        _Vocabulary((("kpi_series", "measure"),)),
        _Vocabulary((("adoptions", "lever"),)),
    )


def _values(query: Query, setting: Setting, table: str, column: str) -> Iterator[tuple[str, int, str]]:
    """The column's values, at most one more than a category may have."""
    sql = (
        f"SELECT t.{column} AS value, count(*) AS counted, min(t.source) AS source FROM {setting.current(table)} t"
        f" WHERE t.{column} IS NOT NULL GROUP BY t.{column} LIMIT {FEW + 1}"
    )
    rows = framed(query(sql)).select(pl.col("value", "source").cast(pl.String), "counted")
    for value, source, counted in rows.iter_rows():
        yield value, counted, source or ""


def _among(values: Sequence[str], counts: Mapping[str, int]) -> Iterator[Misspelling]:
    """Misspellings of other values; ``values`` begin with the most common, and the rarer one is the wrong one."""
    keys = [letters(value) for value in values]
    distances = cdist(keys, keys, scorer=OSA.distance, score_cutoff=1)
    for place, value in enumerate(values):
        for right_place in range(place):
            right = values[right_place]
            if distances[place][right_place] > 1 or not keys[place]:
                continue
            is_rare = counts[value] <= _RARE * counts[right]
            if keys[place] == keys[right_place] or (is_rare and is_typing_error(value, right)):
                yield Misspelling(value, counts[value], right, counts[right])
                break


def _known_word(value: str, known: frozenset[str]) -> str | None:
    """The value with its one misspelt word put right; None if every word is known, or none is near."""
    if not known or value.casefold() in known:
        return None
    if whole := next((name for name in sorted(known) if is_typing_error(value, name)), None):
        return whole
    for word in _words(value):
        if word not in known and len(word) >= _LONG_NAME:
            right = next((name for name in sorted(known) if is_typing_error(word, name)), None)
            if right is not None:
                return value.casefold().replace(word, right)
    return None


def _finding(wrong: Misspelling, place: tuple[str, str, str]) -> Finding:
    table, column, source = place
    right_rows = "which no row has" if wrong.right_rows is None else f"which {wrong.right_rows:,} rows have"
    return Finding(
        severity="warning",
        code="name_unmatched",
        source=source,
        file=table,
        row=None,
        column=column,
        value=wrong.value,
        message=f"'{wrong.value}' in {wrong.rows:,} rows of {table}.{column} looks like '{wrong.right}', {right_rows};"
        " the two are counted apart.",
        cure=f"If they are one, say so in the source's SQL: CASE {column} WHEN '{wrong.value}' THEN '{wrong.right}'"
        f" ELSE {column} END.",
    )
