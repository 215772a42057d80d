"""Words as people type them, brought to forms that can be compared: case, accents, spellings, endings, compounds."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import ConfigDict, TypeAdapter
from ruamel.yaml import YAML

# Beyond this nobody types a measure or a title; it keeps a pasted page from costing a second.
LONGEST_TEXT = 240

_BRITISH = (
    (re.compile(r"isation"), "ization"),
    (
        re.compile(r"\b(util|real|organ|optim|minim|maxim|digit|recogn|rational|capital|amort|decarbon)is(?=e|ing)"),
        r"\1iz",
    ),
    (re.compile(r"\b(lab|fav|col|behavi)our"), r"\1or"),
    (re.compile(r"metre"), "meter"),
    (re.compile(r"\bcentre"), "center"),
    (re.compile(r"\bprogrammes?\b"), "program"),
    (re.compile(r"\benrolment"), "enrollment"),
    (re.compile(r"fulfilment"), "fulfillment"),
    (re.compile(r"\blicence"), "license"),
    (re.compile(r"\bdefence"), "defense"),
    (re.compile(r"\bcheque"), "check"),
)
_IT = re.compile(r"\bIT\b")
_AMPERSAND = re.compile(r"(?<=\b\w)&(?=\w\b)")
_NO_WORD = re.compile(r"[^\w]+|_+")
_HISSING = ("ses", "xes", "zes", "ches", "shes")


@dataclass(frozen=True)
class Words:
    """What words.yaml knows of how people say things."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    light: tuple[str, ...]
    ranks: tuple[str, ...]
    around_values: tuple[str, ...]
    same: tuple[tuple[str, ...], ...]
    joined: tuple[str, ...]


def folded(text: str) -> str:
    """Give the text in small letters without accents and signs, in American spelling, words parted by one blank."""
    spelt = _IT.sub("information technology", text[:LONGEST_TEXT])
    plain = unicodedata.normalize("NFKD", spelt.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _AMPERSAND.sub("", plain).replace("'", "").replace("’", "").replace("%", " percent ").replace("&", " and ")
    plain = _NO_WORD.sub(" ", plain).strip()
    for british, american in _BRITISH:
        plain = british.sub(american, plain)
    return plain


def tokens(text: str) -> tuple[str, ...]:
    """Give the words of a text, folded, compounds joined; endings are left on."""
    words = folded(text).split()
    pairs = _joined_pairs()
    found: list[str] = []
    for word in words:
        if found and (found[-1], word) in pairs:
            found[-1] += word
        else:
            found.append(word)
    return tuple(found)


def stem(word: str) -> str:
    """Give a word without plural, -ing, -ed and final e, so that hire, hires, hired and hiring are one."""
    singular = _singular(word)
    for ending in ("ing", "ed"):
        rest = singular.removesuffix(ending)
        if rest != singular and len(rest) >= 3:
            doubled = rest[-1] == rest[-2] and rest[-1] not in "lsz"
            return (rest[:-1] if doubled else rest).removesuffix("e")
    if len(singular) > 3 and singular.endswith("e"):
        return singular[:-1]
    return singular


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_HISSING) else word[:-1]


@cache
def light_stems() -> frozenset[str]:
    """Give the stems of words that say little."""
    return _stems_of(_words().light)


@cache
def rank_stems() -> frozenset[str]:
    """Give the stems of words in titles that say how high somebody stands, not what for, and of light words."""
    return _stems_of(_words().ranks) | light_stems()


@cache
def words_around_values() -> frozenset[str]:
    """Give the words that stand around values and dates and belong to no measure's name; none at all is one of them."""
    return frozenset(("", *_words().around_values))


@cache
def same_stems() -> Mapping[str, frozenset[str]]:
    """Give by stem the stems of the words said for it."""
    groups: dict[str, set[str]] = {}
    for group in _words().same:
        stems = {stem(folded(word)) for word in group}
        for one in stems:
            groups.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in groups.items()}


def _stems_of(words: Sequence[str]) -> frozenset[str]:
    return frozenset(stem(token) for word in words for token in folded(word).split())


@cache
def compounds_with() -> Mapping[str, tuple[str, ...]]:
    """Give by stem the compounds it is a part of, or its own parts: cashflow for cash, cash and flow for cashflow."""
    found: dict[str, tuple[str, ...]] = {}
    for pair in sorted(_joined_pairs()):
        whole, parts = stem("".join(pair)), tuple(map(stem, pair))
        for part in parts:
            found[part] = (*found.get(part, ()), whole)
        found[whole] = parts
    return found


@cache
def _joined_pairs() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(pair.split()) for pair in _words().joined)


@cache
def _words() -> Words:
    text = (files("trueup.goals") / "words.yaml").read_text(encoding="utf-8")
    return TypeAdapter(Words).validate_python(YAML(typ="safe", pure=True).load(text))


def initials(words: Sequence[str]) -> str:
    """Give the first letters of words, as people abbreviate names: mttr of mean, time, to, restore."""
    return "".join(word[0] for word in words)
