"""From what a person types to measures of the library, at each keystroke."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from trueup.goals.guide import role_named
from trueup.goals.library import ANY_INDUSTRY, Kpi, library
from trueup.goals.phrase_index import Hit, How, Phrase, PhraseIndex
from trueup.goals.words import light_stems

FITS_FROM = 0.5
"""Below this score nothing in the library is meant: the measure is one of the customer's own."""
_OWN_ROLE = 0.06
_OWN_INDUSTRY = 0.12
_ABROAD = 0.18


@dataclass(frozen=True)
class Match:
    """A measure that may be meant, how well the words fit (0 to 1), and the phrase of the library they fit.

    ``fit`` is the score, and somewhat more or less as the measure is at home with who is asked.
    """

    kpi: Kpi
    score: float
    matched: str
    how: How
    fit: float

    @property
    def is_opposite(self) -> bool:
        """Whether the words are said of the reverse of the measure, so that their values are not its values."""
        return self.matched in self.kpi.opposites


def match(text: str, *, role: str | None = None, industry: str | None = None, limit: int = 8) -> tuple[Match, ...]:
    """Give the measures that a text typed so far may mean, best first; none where nothing in the library fits.

    ``role`` (a title or a role of the guide) and ``industry`` (in a CRM's words) put measures at home there before
    others that fit about as well.
    """
    return _ordered(_index().find(text), role, industry)[:limit]


def recognise(text: str, *, role: str | None = None, industry: str | None = None) -> tuple[Match, ...]:
    """Give the measures that a complete text may mean, best first, as ``match`` does for one being typed."""
    return _ordered(_index().recognise(text), role, industry)


def _ordered(hits: Iterable[Hit], role: str | None, industry: str | None) -> tuple[Match, ...]:
    role_key = role_named(role) if role else None
    industries = library().industries_named(industry) if industry else frozenset[str]()
    by_key = library().by_key
    matches = [
        Match(kpi, hit.score, hit.phrase, hit.how, hit.score + _at_home(kpi, role_key, industries))
        for hit in hits
        if hit.score >= FITS_FROM
        for kpi in (by_key[hit.key],)
    ]
    return tuple(sorted(matches, key=lambda one: (-one.fit, one.kpi.key)))


def _at_home(kpi: Kpi, role_key: str | None, industries: frozenset[str]) -> float:
    """How much nearer a measure is because of who is asked, and where."""
    nearer = 0.0
    if role_key:
        nearer += _OWN_ROLE if role_key in kpi.roles else -_OWN_ROLE
    if industries & set(kpi.industries):
        nearer += _OWN_INDUSTRY
    elif industries and ANY_INDUSTRY not in kpi.industries:
        nearer -= _ABROAD
    return nearer


@cache
def _index() -> PhraseIndex:
    kpis = library().kpis
    notes = {kpi.key: f"{kpi.name} {kpi.meaning} {kpi.formula}" for kpi in kpis}
    return PhraseIndex([phrase for kpi in kpis for phrase in _phrases(kpi)], notes, light=light_stems())


def _phrases(kpi: Kpi) -> Iterable[Phrase]:
    yield Phrase(kpi.name, kpi.key, is_name=True)
    for said in (*kpi.synonyms, *kpi.opposites):
        yield Phrase(said, kpi.key)
