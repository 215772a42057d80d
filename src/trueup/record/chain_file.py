"""The chain of customers' answers as a file: a line of JSON for each, which can be verified without the record."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypedDict

from trueup.record.chain import Link, Value, Words

_NO_WORDS = Words("", "", "")


class ChainFileError(Exception):
    """A file that holds no chain; ``str()`` says where and what to do."""


class _Line(TypedDict):
    sequence: int
    facts: dict[str, Value]
    said_by: str
    note: str
    salt: str
    algorithm: str
    payload: str
    previous_hash: str
    hash: str


def without_words(link: Link) -> Link:
    """The statement without what was said in words, and by whom; the chain holds nevertheless."""
    return replace(link, words=_NO_WORDS)


def lines_of(chain: Iterable[Link]) -> Iterator[str]:
    """A line for each statement, in order."""
    for link in chain:
        told: _Line = {
            "sequence": link.sequence,
            "facts": dict(link.facts),
            "said_by": link.words.said_by,
            "note": link.words.note,
            "salt": link.words.salt,
            "algorithm": link.algorithm,
            "payload": link.payload.decode("utf-8", "backslashreplace"),
            "previous_hash": link.previous_hash,
            "hash": link.hash,
        }
        yield json.dumps(told, ensure_ascii=False)


def links_of(lines: Iterable[str], name: str) -> Iterator[Link]:
    """The statements of a file; ChainFileError where a line is none. ``name``: the file's for people."""
    for number, line in enumerate(lines, start=1):
        try:
            told: _Line = json.loads(line)
            words = Words(told["said_by"], told["note"], told["salt"])
            payload = told["payload"].encode("utf-8", "surrogatepass")
            yield Link(
                int(told["sequence"]),
                dict(told["facts"]),
                words,
                str(told["algorithm"]),
                payload,
                str(told["previous_hash"]),
                str(told["hash"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ChainFileError(
                f"{name}, line {number}: This is no line of exported confirmations. Export them again."
            ) from error
