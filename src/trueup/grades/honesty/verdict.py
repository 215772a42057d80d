"""The verdict on grades, and why, in words for those who sell."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from trueup.grades.honesty.rates import Rate
from trueup.statistics.discrimination import Interval

Kind = Literal["bad", "good", "level"]
"""An event nobody wants (left, defaulted), one that is wanted (renewed, expanded), or a level from 0 to 1."""
Verdict = Literal["order_kept", "order_broken", "no_difference", "cannot_tell"]
Compared = Literal["better", "no_better", "worse", "cannot_tell"]
FEWEST = 30
"""Accounts with the event, and accounts without, below which nothing is said; of a level twice as many in all."""


@dataclass(frozen=True)
class Known:
    """How many accounts an outcome is known of; ``having`` and ``lacking`` the event, None of a level."""

    accounts: int
    having: int | None
    lacking: int | None

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to say anything."""
        if self.having is None or self.lacking is None:
            return self.accounts >= 2 * FEWEST
        return min(self.having, self.lacking) >= FEWEST


def judge(
    name: str, kind: Kind, known: Known, rates: Sequence[Rate], *, bands: tuple[Sequence[Rate], bool], area: Interval
) -> tuple[Verdict, str]:
    """The verdict and why. ``rates`` best letter first; ``bands`` as of ``bands_of``; ``area``: AUC or concordance."""
    filled = [rate for rate in rates if rate.rows]
    if why := _too_little(name, known, filled):
        return "cannot_tell", why
    if not area.low <= area.high:
        return "cannot_tell", "Cannot tell: too few customers differ in it."
    pooled, is_reversed = bands
    if area.high < 1 / 2:
        return "order_broken", f"{_customers(name, kind, is_turned=True)}, not {_way(kind)}: {_list(filled)}."
    if is_reversed:
        return "order_broken", " ".join(
            _turned(name, kind, *pair) for pair in pairwise(pooled) if _is_turned(kind, *pair)
        )
    if area.low <= 1 / 2:
        return "no_difference", _no_difference(name, kind, area)
    return "order_kept", f"{_customers(name, kind)}: {_list(filled)}.{_alike(pooled)}"


def compare(name: str, grade: float, baseline: float, difference: Interval, known: Known) -> tuple[Compared, str]:
    """Grades against a baseline ``name`` on the same rows, by how often each is right (AUC or concordance)."""
    if not known.is_enough or not difference.low <= difference.high:
        return "cannot_tell", f"Cannot tell whether grades are better than {name}: too little is known of both."
    shares = f"right in {grade:.0%} of comparisons, against {baseline:.0%}"
    if difference.low > 0:
        return "better", f"Better than {name}: {shares}."
    if difference.high < 0:
        return "worse", f"Worse than {name}: {shares}."
    return "no_better", f"No better than {name}: {shares}, which may be chance."


def _too_little(name: str, known: Known, filled: Sequence[Rate]) -> str:
    if not filled:
        return "Cannot tell: no customer with a letter has an outcome that is known yet."
    if len(filled) == 1:
        return f"Cannot tell: all graded customers whose outcome is known have the letter {filled[0].letter}."
    if known.is_enough:
        return ""
    if known.having is None:
        return f"Cannot tell: the {name} of {known.accounts} customers is known; it takes {2 * FEWEST}."
    return (
        f"Cannot tell: {known.having} customers are known who {name}, and {known.lacking} who have not; "
        f"it takes {FEWEST} of each."
    )


def _no_difference(name: str, kind: Kind, area: Interval) -> str:
    which = {
        "bad": f"Of one customer who {name} and one who has not, the latter",
        "good": f"Of one customer who {name} and one who has not, the former",
        "level": f"Of two customers, the one whose {name} is higher",
    }[kind]
    return (
        f"Grades do not tell the difference. {which} has the better score in {area.value:.0%} of comparisons "
        f"(between {area.low:.0%} and {area.high:.0%}); a coin would be right in 50%."
    )


def _way(kind: Kind, *, is_turned: bool = False) -> str:
    if kind == "level":
        return "a lower" if is_turned else "a higher"
    return "less often" if (kind == "bad") != is_turned else "more often"


def _customers(name: str, kind: Kind, *, is_turned: bool = False) -> str:
    way = _way(kind, is_turned=is_turned)
    return (
        f"Customers with better grades had {way} {name}"
        if kind == "level"
        else f"Customers with better grades {name} {way}"
    )


def _is_turned(kind: Kind, better: Rate, worse: Rate) -> bool:
    return better.value > worse.value if kind == "bad" else better.value < worse.value


def _turned(name: str, kind: Kind, better: Rate, worse: Rate) -> str:
    way = _way(kind, is_turned=True)
    fared = f"had {way} {name}" if kind == "level" else f"{name} {way}"
    one, two = (_and(rate.letter) for rate in (better, worse))
    return f"Customers with {one} {fared} than those with {two} ({better.value:.0%}, {worse.value:.0%})."


def _alike(bands: Sequence[Rate]) -> str:
    if len(bands) == 1:
        return " Only all grades together show it: no two neighbours can be told apart."
    return "".join(f" {_and(band.letter)} cannot be told apart." for band in bands if len(band.letter) > 1)


def _and(letters: str) -> str:
    return " and ".join(filter(None, (", ".join(letters[:-1]), letters[-1])))


def _list(rates: Sequence[Rate]) -> str:
    return ", ".join(f"{rate.letter} {rate.value:.0%}" for rate in rates)
