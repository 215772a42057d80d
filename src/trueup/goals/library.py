"""The KPI library: measures that people in companies are really held to, and where they are at home."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter
from rapidfuzz import process
from ruamel.yaml import YAML

from trueup.goals.goal import Direction
from trueup.goals.words import folded

Unit = Literal[
    "%", "ppm", "ratio", "rate", "score", "count", "money",
    "milliseconds", "seconds", "minutes", "hours", "days", "weeks", "months",
    "kWh", "l/100 km", "m³", "t CO2e",
]  # fmt: skip
"""What values of a measure are told in; ``%`` means 45, not 0.45, ``rate`` is on the base that the formula names."""
ANY_INDUSTRY = "any"

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=64)]
Line = Annotated[str, StringConstraints(pattern=r"^\S.*\S$", max_length=240)]
Keys = Annotated[tuple[Key, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Kpi:
    """A measure of the library.

    ``direction`` says which way is better, ``function`` to which part of a company it belongs, ``cadence_days`` how
    often it is usually read; ``roles`` are those of the guide, ``industries`` keys of the library or ``any``.
    ``opposites`` are said of its reverse, such as late deliveries of on-time delivery.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    key: Key
    name: Line
    unit: Unit
    direction: Direction
    function: Key
    cadence_days: Annotated[int, Field(ge=1, le=366)]
    formula: Line
    meaning: Line
    roles: Keys
    industries: Keys
    synonyms: Annotated[tuple[Line, ...], Field(min_length=1)]
    opposites: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Library:
    """All measures in their order, and the names that industries go by."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    industries: Mapping[Key, Annotated[tuple[Line, ...], Field(min_length=1)]]
    kpis: Annotated[tuple[Kpi, ...], Field(min_length=1)]

    @cached_property
    def by_key(self) -> Mapping[str, Kpi]:
        """The measures by key."""
        return {kpi.key: kpi for kpi in self.kpis}

    def industries_named(self, text: str) -> frozenset[str]:
        """The industries that a CRM's or a person's words mean; none where they are not known."""
        wanted = folded(text)
        return frozenset(
            key
            for key, names in self.industries.items()
            if any(re.search(rf"\b{re.escape(folded(name))}\b", wanted) for name in (key, *names))
        )


class InvalidLibrary(ValueError):  # noqa: N818  named as people say it
    """A library whose measures contradict each other; names them all."""


class UnknownKpi(LookupError):  # noqa: N818  named as people say it
    """A key that the library does not have; names the nearest one."""

    def __init__(self, key: str, nearest: str) -> None:
        super().__init__(f"no measure {key!r} in the library; did you mean {nearest!r}?")


@cache
def library() -> Library:
    """Our library; reading it takes most of a second, once in the life of a process."""
    return read_library((files("trueup.goals") / "kpi_library.yaml").read_text(encoding="utf-8"))


def kpi(key: str) -> Kpi:
    """Give a measure of our library; UnknownKpi names the nearest where there is none."""
    known = library().by_key
    if key not in known:
        nearest = process.extractOne(key, known.keys())
        raise UnknownKpi(key, nearest[0])
    return known[key]


def read_library(text: str) -> Library:
    """Read a library from YAML; pydantic's ValidationError or InvalidLibrary tell what is wrong with it."""
    read = TypeAdapter(Library).validate_python(YAML(typ="safe", pure=True).load(text))
    if problems := [*_keys_twice(read), *_phrases_of_two(read), *_unknown_industries(read)]:
        raise InvalidLibrary("\n".join(problems))
    return read


def _keys_twice(read: Library) -> list[str]:
    counted = Counter(kpi.key for kpi in read.kpis)
    return [f"{key}: there are {count} measures with this key" for key, count in counted.items() if count > 1]


def _phrases_of_two(read: Library) -> list[str]:
    owner: dict[str, str] = {}
    problems = []
    for one in read.kpis:
        for phrase in (one.name, *one.synonyms, *one.opposites):
            other = owner.setdefault(folded(phrase), one.key)
            if other != one.key:
                problems.append(f"{one.key}: {phrase!r} means {other} already")
    return problems


def _unknown_industries(read: Library) -> list[str]:
    known = {ANY_INDUSTRY, *read.industries}
    return [f"{one.key}: no industry {name!r}" for one in read.kpis for name in one.industries if name not in known]
