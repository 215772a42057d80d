"""Phrases that people type or say, with the measures they mean; and how often the matcher agrees."""

from dataclasses import dataclass
from pathlib import Path

from trueup.goals.matching import match

NOTHING = "-"


@dataclass(frozen=True)
class Asked:
    """What somebody typed, and the measures any of which is right; none where the library has none."""

    text: str
    meant: frozenset[str]
    role: str | None = None
    industry: str | None = None


@dataclass(frozen=True)
class Agreement:
    """How many phrases were found first, and among the first three; for how many of the strangers nothing was told."""

    phrases: int
    first: int
    among_three: int
    strangers: int
    left_alone: int


def phrases(name: str) -> list[Asked]:
    lines = (Path(__file__).parent / f"phrases_{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_asked(line) for line in lines if line and not line.startswith("#")]


def _asked(line: str) -> Asked:
    text, meant, *more = (part.strip() for part in line.split("|"))
    role, industry = [*more, "", ""][:2]
    keys = frozenset() if meant == NOTHING else frozenset(key.strip() for key in meant.split("/"))
    return Asked(text, keys, role or None, industry or None)


def agreement(asked: list[Asked]) -> Agreement:
    found = [[one.kpi.key for one in match(ask.text, role=ask.role, industry=ask.industry)] for ask in asked]
    pairs = [(ask.meant, keys) for ask, keys in zip(asked, found, strict=True) if ask.meant]
    strangers = [keys for ask, keys in zip(asked, found, strict=True) if not ask.meant]
    return Agreement(
        phrases=len(pairs),
        first=sum(bool(meant & set(keys[:1])) for meant, keys in pairs),
        among_three=sum(bool(meant & set(keys[:3])) for meant, keys in pairs),
        strangers=len(strangers),
        left_alone=sum(not keys for keys in strangers),
    )
