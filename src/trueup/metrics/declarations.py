"""Declarations in YAML: where each stands in its file, and what is wrong with it, in words and with its line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from trueup.metrics.naming import nearest

_NO_KEYS = ("model_type", "model_attributes_type", "dict_type")
"""What the reader of types calls a value where a mapping has to be."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file; ``line`` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class DeclarationsError(Exception):
    """Files of declarations that cannot be used, with all their problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Place:
    """Where a declaration stands: its file, and the lines of its keys."""

    file: str
    declaration: CommentedMap

    def line(self, *keys: str | int) -> int:
        """The line of the innermost of ``keys`` that is there; the declaration's own where none is."""
        found, line = self.declaration, int(self.declaration.lc.line)
        for key in keys:
            if isinstance(found, CommentedMap) and key in found:
                line = int(found.lc.key(key)[0])
            elif isinstance(found, CommentedSeq) and isinstance(key, int) and key < len(found):
                line = int(found.lc.item(key)[0])
            else:
                break
            found = found[key]
        return line + 1

    def problem(self, message: str, *keys: str | int) -> Problem:
        """What is wrong there."""
        return Problem(self.file, self.line(*keys), message)


@lru_cache(maxsize=64)
def content_of(file: str, text: str) -> object:
    """What a YAML file holds, with its lines, to be read only; a Problem if it is not YAML."""
    try:
        return YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        because = " ".join(str(error.problem or error.context).split())
        return Problem(file, mark.line + 1 if mark else 1, f"not YAML: {because}")


def told(details: ErrorDetails, place: Place, known: Sequence[str]) -> Problem:
    """A fault that the reader of types found, in our words."""
    keys = [key for key in details["loc"] if key in known or isinstance(key, int)]
    key = str(next((key for key in reversed(details["loc"]) if key in known), details["loc"][0]))
    if details["type"] == "missing":
        missing = str(details["loc"][-1]) if len(details["loc"]) > 1 else key
        return place.problem(f"{missing} is missing", *keys)
    if details["type"] == "extra_forbidden":
        unknown = str(details["loc"][-1])
        if unknown in known:
            return place.problem(f"{unknown!r} does not belong here", *details["loc"])
        return place.problem(f"unknown key {unknown!r}{nearest(unknown, known)}", *details["loc"])
    value = details["input"]
    if details["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", "")))
        cure = nearest(str(value), choices)
        listed = "" if cure.startswith("; there are") else f" (of {', '.join(choices)})"
        return place.problem(f"{key}: {value!r} is not possible{cure}{listed}", *keys)
    if details["type"] in _NO_KEYS:
        return place.problem(f"{key}: {value!r} does not do: it has keys of its own, write them below it", *keys)
    return place.problem(f"{key}: {value!r} does not do: {details['msg'].lower()}", *keys)
