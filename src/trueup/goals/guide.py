"""The conversation guide: what to ask whom, so that customers tell how they are measured."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter
from ruamel.yaml import YAML

from trueup.goals.library import Key, Keys, Line, library
from trueup.goals.phrase_index import Phrase, PhraseIndex
from trueup.goals.words import folded, rank_stems

_IS_ROLE_FROM = 0.55
_IT = re.compile(r"\bit\b")


@dataclass(frozen=True)
class Question:
    """A question to a customer.

    ``yields`` are keys of the library; ``baseline``, ``target`` and ``stakes`` are what to ask next; ``gently`` says
    how to leave room for personal stakes without prying.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    ask: Line
    listens_for: Line
    yields: tuple[Key, ...]
    baseline: Line
    target: Line
    stakes: Line
    gently: Line


@dataclass(frozen=True)
class Role:
    """What somebody is at a customer, the titles it goes by, and the questions to ask them."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    key: Key
    name: Line
    titles: Annotated[tuple[Line, ...], Field(min_length=1)]
    questions: Annotated[tuple[Question, ...], Field(min_length=5, max_length=8)]


@dataclass(frozen=True)
class Guide:
    """The questions for one person: what to open with, and those of their role; no role where the title says none."""

    role: Role | None
    opening: tuple[Question, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """The opening questions, then the role's."""
        return self.opening + (self.role.questions if self.role else ())

    @property
    def kpis(self) -> Keys:
        """The measures the role's questions usually lead to, in the order of asking, each once."""
        return tuple(dict.fromkeys(key for question in self.questions for key in question.yields))


@dataclass(frozen=True)
class GuideBook:
    """All opening questions and roles."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    opening: Annotated[tuple[Question, ...], Field(min_length=1)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class InvalidGuide(ValueError):  # noqa: N818  named as people say it
    """A guide that contradicts itself or the library; names every place."""


@cache
def guide_book() -> GuideBook:
    """Our guide."""
    return read_guide((files("trueup.goals") / "guide.yaml").read_text(encoding="utf-8"))


def guide_for(title_or_role: str) -> Guide:
    """Give the questions for a title ("VP Finance") or a role's key; opening questions alone where no role fits."""
    key = role_named(title_or_role)
    roles = {role.key: role for role in guide_book().roles}
    return Guide(roles[key] if key else None, guide_book().opening)


def role_named(title_or_role: str) -> str | None:
    """Give the key of the role that a title means, or none."""
    if any(role.key == title_or_role for role in guide_book().roles):
        return title_or_role
    best = next(iter(_titles().recognise(_IT.sub("IT", title_or_role))), None)
    return best.key if best and best.score >= _IS_ROLE_FROM else None


def read_guide(text: str) -> GuideBook:
    """Read a guide from YAML; pydantic's ValidationError or InvalidGuide tell what is wrong with it."""
    read = TypeAdapter(GuideBook).validate_python(YAML(typ="safe", pure=True).load(text))
    if problems := [*_keys_twice(read), *_titles_of_two(read), *_strangers(read)]:
        raise InvalidGuide("\n".join(problems))
    return read


def _keys_twice(read: GuideBook) -> list[str]:
    counted = Counter(role.key for role in read.roles)
    return [f"{key}: there are {count} roles with this key" for key, count in counted.items() if count > 1]


def _titles_of_two(read: GuideBook) -> list[str]:
    owner: dict[str, str] = {}
    return [
        f"{role.key}: {title!r} is {owner[folded(title)]} already"
        for role in read.roles
        for title in role.titles
        if owner.setdefault(folded(title), role.key) != role.key
    ]


def _strangers(read: GuideBook) -> list[str]:
    """Measures that the library does not have, and roles of the library that the guide does not have."""
    measures, roles = library().by_key, {role.key for role in read.roles}
    asked = [(role.key, question) for role in read.roles for question in role.questions]
    unknown = [
        f"{key}: no measure {one!r}" for key, question in asked for one in question.yields if one not in measures
    ]
    return unknown + [
        f"{kpi.key}: no role {role!r} in the guide" for kpi in library().kpis for role in kpi.roles if role not in roles
    ]


@cache
def _titles() -> PhraseIndex:
    phrases = [Phrase(title, role.key) for role in guide_book().roles for title in (role.name, *role.titles)]
    return PhraseIndex(phrases, {}, light=rank_stems())
