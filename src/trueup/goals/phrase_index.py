"""Finds which of many short phrases a person means while they type: in any order, unfinished, misspelt.

A phrase is as good as the weighted share of what was typed that it accounts for, times the weighted share of itself
that was typed. Words that many phrases share weigh little. Notes are longer texts that say what a key is about; they
help where no phrase has the words.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log, sqrt
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from trueup.goals.words import compounds_with, folded, initials, same_stems, stem, tokens

How = Literal["exact", "abbreviation", "prefix", "words", "meaning"]

# How surely a word is meant that was typed in another form, and what light and unknown words weigh; set on the phrases
# that may be tuned on, never on those held out (tests/goals).
_SAID_FOR = 0.85
_PART_OF = 0.6
_MISSPELT = 0.93
_UNFINISHED = 0.8
_NOTE = 0.6
_LIGHT = 0.12
_UNKNOWN = 0.7
_PREFIX_FLOOR = 0.72
_COMPLETE_WORD = 0.15
_INITIALS = 0.97
_SHORTEST_MISSPELT = 4
_LEAST_ALIKE = 0.74
_SHORTEST_START = 3
_WORTH_TELLING = 0.3


@dataclass(frozen=True)
class Phrase:
    """A name or synonym, and the key it stands for; names come before synonyms where both fit alike."""

    text: str
    key: str
    is_name: bool = False


@dataclass(frozen=True)
class Hit:
    """How well a key fits (0 to 1), by which phrase and how; ``meaning``: by its note more than by a phrase."""

    key: str
    score: float
    phrase: str
    how: How


@dataclass(frozen=True)
class _Meant:
    """What one typed word may mean.

    ``phrases``: number, likeness of the word (0 to 1), weight of the phrase's word so reached; ``keys``: key, likeness.
    """

    weight: float
    phrases: tuple[tuple[int, float, float], ...]
    keys: tuple[tuple[str, float], ...]


class PhraseIndex:
    """An index of phrases and notes, built once and only read.

    ``notes``: key -> text; ``light``: stems of words that say little here.
    """

    def __init__(self, phrases: Sequence[Phrase], notes: Mapping[str, str], *, light: frozenset[str]) -> None:
        self._light = light
        self._phrases = tuple(phrases)
        self._folded = tuple(tokens(phrase.text) for phrase in phrases)
        self._stems = tuple(tuple(dict.fromkeys(map(stem, words))) for words in self._folded)
        self._noted = {key: tokens(text) for key, text in notes.items()}
        self._count = len({phrase.key for phrase in phrases})
        # With each keystroke only the last word is a new one.
        self._meaning = lru_cache(maxsize=512)(self._mean)

    def find(self, text: str) -> list[Hit]:
        """Give the best hit of each key for a text still being typed, best first; none for a text without words."""
        typed = tokens(text)
        return _best_of([*self._by_words(typed, is_unfinished=True), *self._by_start(typed), *self._by_initials(typed)])

    def recognise(self, text: str) -> list[Hit]:
        """Give the best hit of each key for a text that is complete, best first; none for a text without words."""
        typed = tokens(text)
        same = (hit for hit in self._by_start(typed) if hit.how != "prefix")
        return _best_of([*self._by_words(typed, is_unfinished=False), *same, *self._by_initials(typed)])

    def _by_start(self, words: Sequence[str]) -> Iterable[Hit]:
        """Phrases that are what was typed, or begin with it."""
        typed, places = " ".join(words), self._by_text if words else []
        for place in range(bisect_left(places, (typed, -1)), len(places)):
            phrase_text, number = places[place]
            phrase = self._phrases[number]
            if not phrase_text.startswith(typed):
                break
            if phrase_text == typed:
                how: How = "abbreviation" if phrase.text.isupper() else "exact"
                yield Hit(phrase.key, 1.0, phrase.text, how)
                continue
            share = len(typed) / len(phrase_text)
            nearly = _PREFIX_FLOOR + 0.15 * share + (0.01 if phrase.is_name else 0.0)
            # A first word that is complete says no more than any other word of the phrase.
            less = _COMPLETE_WORD if len(words) == 1 and phrase_text[len(typed)] == " " else 0.0
            yield Hit(phrase.key, nearly - less, phrase.text, "prefix")

    def _by_initials(self, typed: Sequence[str]) -> Iterable[Hit]:
        if len(typed) == 1:
            for number in self._by_letters.get(typed[0], ()):
                yield Hit(self._phrases[number].key, _INITIALS, self._phrases[number].text, "abbreviation")

    def _by_words(self, typed: Sequence[str], *, is_unfinished: bool) -> Iterable[Hit]:
        accounted: defaultdict[int, float] = defaultdict(float)
        own: defaultdict[int, float] = defaultdict(float)
        noted: defaultdict[str, float] = defaultdict(float)
        whole = _LIGHT
        for place, word in enumerate(typed):
            meant = self._meaning(word, is_unfinished and place == len(typed) - 1)
            whole += meant.weight
            for number, likeness, share in meant.phrases:
                accounted[number] += meant.weight * likeness
                own[number] += share
            for key, likeness in meant.keys:
                noted[key] += meant.weight * likeness
        best: dict[str, tuple[float, int]] = {}
        for number, typed_share in accounted.items():
            score = sqrt(typed_share / whole * min(1.0, own[number] / self._own_weight[number]))
            key = self._phrases[number].key
            if key not in best or best[key][0] < score:
                best[key] = (score, number)
        hits = (self._hit(key, best.get(key), _NOTE * share / whole) for key, share in noted.items())
        return (hit for hit in hits if hit.score >= _WORTH_TELLING)

    def _hit(self, key: str, by_phrase: tuple[float, int] | None, by_note: float) -> Hit:
        score, number = by_phrase or (0.0, self._first_of[key])
        how: How = "words" if score >= by_note else "meaning"
        return Hit(key, _together(score, by_note), self._phrases[number].text, how)

    def _mean(self, word: str, is_unfinished: bool) -> _Meant:  # noqa: FBT001  positional for the cache
        near = self._look_up(word, is_unfinished=is_unfinished)
        sure = [self._weights[one] for one, likeness in near.items() if likeness > _UNFINISHED]
        phrases: dict[int, tuple[float, float]] = {}
        keys: dict[str, float] = {}
        for one, likeness in near.items():
            weight = self._weights[one]
            for number in self._phrases_with.get(one, ()):
                had = phrases.get(number, (0.0, 0.0))
                phrases[number] = (max(had[0], likeness), max(had[1], weight * likeness))
            for key in self._keys_with[one]:
                keys[key] = max(keys.get(key, 0.0), likeness)
        return _Meant(
            max(sure, default=0.0) or self._weight_unknown(word),
            tuple((number, *both) for number, both in phrases.items()),
            tuple(keys.items()),
        )

    def _look_up(self, word: str, *, is_unfinished: bool) -> dict[str, float]:
        """The words of the index that a typed word may mean, and how surely."""
        stemmed = stem(word)
        found: dict[str, float] = {}
        if stemmed in self._weights:
            found[stemmed] = 1.0
        if stemmed not in self._light:
            found.update((other, _SAID_FOR) for other in same_stems().get(stemmed, ()) if other in self._weights)
        for other in compounds_with().get(stemmed, ()):
            if other in self._weights:
                found.setdefault(other, _PART_OF)
        if len(word) >= _SHORTEST_START and (is_unfinished or not found):
            for longer in self._starting(word):
                one = self._words[longer]
                found[one] = max(found.get(one, 0.0), _UNFINISHED + 0.15 * len(word) / len(longer))
        if len(word) >= _SHORTEST_MISSPELT and stemmed not in found:
            for other, likeness, _ in process.extract(
                word, self._alphabet, scorer=OSA.normalized_similarity, score_cutoff=_LEAST_ALIKE, limit=8
            ):
                one = self._words[other]
                found[one] = max(found.get(one, 0.0), _MISSPELT * likeness)
        return found

    def _starting(self, start: str) -> Iterable[str]:
        for place in range(bisect_left(self._alphabet, start), len(self._alphabet)):
            if not self._alphabet[place].startswith(start):
                return
            yield self._alphabet[place]

    def _weight_unknown(self, word: str) -> float:
        if word.isdigit():
            return 0.0
        return _LIGHT if stem(word) in self._light else _UNKNOWN

    @cached_property
    def _by_text(self) -> list[tuple[str, int]]:
        return sorted((" ".join(words), number) for number, words in enumerate(self._folded))

    @cached_property
    def _by_letters(self) -> dict[str, list[int]]:
        letters: dict[str, list[int]] = {}
        for number, phrase in enumerate(self._phrases):
            words = folded(phrase.text).split()
            if phrase.is_name and len(words) >= 3:
                letters.setdefault(initials(words), []).append(number)
        return letters

    @cached_property
    def _phrases_with(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, stems in enumerate(self._stems):
            for one in stems:
                found.setdefault(one, []).append(number)
        return found

    @cached_property
    def _keys_with(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for number, stems in enumerate(self._stems):
            for one in stems:
                found[one].add(self._phrases[number].key)
        for key, words in self._noted.items():
            for one in set(map(stem, words)) - self._light:
                found[one].add(key)
        return {one: frozenset(keys) for one, keys in found.items()}

    @cached_property
    def _weights(self) -> dict[str, float]:
        return {
            one: (_LIGHT if one in self._light else 1.0) * log(1 + self._count / len(keys)) / log(1 + self._count)
            for one, keys in self._keys_with.items()
        }

    @cached_property
    def _words(self) -> dict[str, str]:
        """The stem of each word of phrases and notes, as it is spelt there."""
        spelt = {word for words in (*self._folded, *self._noted.values()) for word in words}
        return {word: stem(word) for word in spelt if stem(word) in self._weights}

    @cached_property
    def _alphabet(self) -> list[str]:
        return sorted(self._words)

    @cached_property
    def _own_weight(self) -> list[float]:
        return [sum(self._weights[one] for one in stems) for stems in self._stems]

    @cached_property
    def _first_of(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for number, phrase in enumerate(self._phrases):
            if phrase.key not in first or phrase.is_name:
                first[phrase.key] = number
        return first


def _best_of(hits: Iterable[Hit]) -> list[Hit]:
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.key not in best or best[hit.key].score < hit.score:
            best[hit.key] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.key))


def _together(by_phrase: float, by_note: float) -> float:
    """A phrase that fits, confirmed by what its note says; neither alone reaches what is exactly the phrase."""
    return min(0.99, 0.8 * by_phrase + 0.25 * by_note + 0.2 * max(0.0, by_note - by_phrase))
