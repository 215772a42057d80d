"""A chain of statements: each carries the hash of the one before, so that none is altered or left out unnoticed.

Loads no database: what was kept can be verified wherever it is read. The words of a statement are in the chain as a
salted digest only, so that they can be erased, and the chain still holds.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

Value = str | int | None
Facts = Mapping[str, Value]


@dataclass(frozen=True)
class Words:
    """What was said in words, and by whom. Erased: all three are empty."""

    said_by: str
    note: str
    salt: str

    @property
    def digest(self) -> str:
        """The digest of the words; nobody guesses them without the salt."""
        return hashlib.sha256(json.dumps([self.salt, self.said_by, self.note]).encode()).hexdigest()

    @property
    def are_erased(self) -> bool:
        """Whether there are no words any more."""
        return not (self.said_by or self.note or self.salt)


@dataclass(frozen=True)
class Link:
    """One kept statement: ``facts`` as its columns tell them, ``payload`` as it was hashed."""

    sequence: int
    facts: Facts
    words: Words
    algorithm: str
    payload: bytes
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class Whole:
    """Nothing was altered. Note ``links`` and ``head`` elsewhere: they tell later whether the newest were cut off."""

    links: int
    head: str
    erased: int = 0
    """Of how many statements the words were erased."""


@dataclass(frozen=True)
class Broken:
    """The first statement that is not as it was, and how one sees it."""

    sequence: int
    because: str


def _sha256_1(previous_hash: str, payload: bytes) -> str:
    return hashlib.sha256(b"trueup answer 1\n" + previous_hash.encode() + b"\n" + payload).hexdigest()


ALGORITHMS: Mapping[str, Callable[[str, bytes], str]] = {"sha256-1": _sha256_1}
"""Once used, an algorithm stays: what it hashed must be verified with it for ever."""
NEWEST = "sha256-1"
WORDS = "words"


def plain(value: UUID | Decimal | datetime | str | int | None) -> Value:
    """A value as it stands in a payload: the same for the same, whichever engine kept it."""
    match value:
        case Decimal():
            return f"{value.normalize():f}"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case UUID():
            return str(value)
        case _:
            return value


def sealed(sequence: int, facts: Facts, words: Words, *, previous_hash: str) -> Link:
    """A new statement after the one with ``previous_hash`` (empty: the first)."""
    told = {"sequence": sequence, **facts, WORDS: words.digest}
    payload = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    return Link(sequence, facts, words, NEWEST, payload, previous_hash, ALGORITHMS[NEWEST](previous_hash, payload))


def verify(chain: Iterable[Link], *, noted: Whole | None = None) -> Whole | Broken:
    """Whether every statement is as it was; ``noted``: what an earlier verification gave, and still has to hold."""
    links, head, erased = 0, "", 0
    for link in chain:
        because = _altered(link, links + 1, head)
        if because:
            return Broken(link.sequence, because)
        links, head, erased = link.sequence, link.hash, erased + link.words.are_erased
        if noted is not None and noted.links == links and noted.head != head:
            return Broken(links, "it is another one than was noted")
    if noted is not None and noted.links > links:
        return Broken(links + 1, f"it is missing: {noted.links} were noted")
    return Whole(links, head, erased)


def _altered(link: Link, expected: int, previous_hash: str) -> str:
    """How the statement is not as it was; empty where it is."""
    if link.sequence != expected:
        return f"number {expected} is missing before it"
    if link.previous_hash != previous_hash:
        return "it does not follow the one before"
    if link.algorithm not in ALGORITHMS:
        return f"nobody knows the algorithm {link.algorithm}"
    if link.hash != ALGORITHMS[link.algorithm](link.previous_hash, link.payload):
        return "its content is not what was hashed"
    return _told_otherwise(link)


def _told_otherwise(link: Link) -> str:
    """Where the columns do not say what was sworn to."""
    sworn: dict[str, Value] = json.loads(link.payload)
    told: dict[str, Value] = {"sequence": link.sequence, **link.facts}
    told[WORDS] = sworn[WORDS] if link.words.are_erased else link.words.digest
    other = sorted(name for name in sworn.keys() | told.keys() if sworn.get(name) != told.get(name))
    return f"not what was hashed: {', '.join(other)}" if other else ""
