"""Once a measure pays it drifts: what to watch, and how often chance alone looks like that.

Every watch counts something that manipulation makes more frequent, and asks how often as much comes about where nobody
does anything (one-sided, exact). Many people are watched at once, so p-values are held together by Holm's method:
where nobody does anything, chances are at most ``level`` that anybody at all is named. To be named is a reason to ask
for an explanation, and proves nothing. What nothing can be said of has no p-value, and says why.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from scipy.stats import binom, hypergeom  # type: ignore[import-untyped]

from trueup.units.period import CIVIL, Kind, PeriodRules, period_of

Watch = Literal[
    "bunching", "sandbagged_baseline", "split_cases", "merged_cases", "close_and_reopen", "pull_forward", "push_out",
    "self_confirmed_value",
]  # fmt: skip
EVERYBODY = ""
"""Of whom a watch is that looks at all people together."""
LEVEL = 0.05
BUNCHED_WITHIN = Fraction(1, 20)
LAST_DAYS = 3
_HALF = Fraction(1, 2)
_NOTHING = Fraction(0)


@dataclass(frozen=True)
class Watched:
    """What a watch saw of somebody (or of ``EVERYBODY``).

    ``count`` of ``of`` were of the kind that it looks for, ``usual`` is the share to be expected of them. ``p_value``:
    how often as many come about by chance; None where ``because`` says why. ``adjusted``: the same with regard to how
    many were watched, once they are ``held_together``.
    """

    watch: Watch
    payee: str
    count: int
    of: int
    usual: float | None
    p_value: float | None
    because: str = ""
    adjusted: float | None = None

    @property
    def statistic(self) -> float | None:
        """The share that was of the kind looked for; None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Flag:
    """A baseline, and whether it was flagged as drawn too favourably: by peers, or by what was before the sale."""

    payee: str
    agreement: str
    is_flagged: bool


@dataclass(frozen=True)
class CaseCount:
    """How many cases were recorded for how many issues of customers, before the measure paid, or since."""

    payee: str
    cases: int
    issues: int
    has_paid: bool


@dataclass(frozen=True)
class ClosedCase:
    """A case, the day on which it was closed, and whether it was reopened after."""

    payee: str
    closed_on: date
    was_reopened: bool


@dataclass(frozen=True)
class Confirmation:
    """A reading of value that pays: who confirmed it, and nobody where it is only claimed."""

    payee: str
    reading: str
    by: Literal["unrelated", "related", "nobody"]


def bunching(
    results: Mapping[str, Sequence[Fraction]], bounds: Sequence[Fraction], *, within: Fraction = BUNCHED_WITHIN
) -> tuple[Watched, ...]:
    """Whether results lie just above bounds more often than just below them: of each payee, and of all.

    Counted are results less than ``within`` of a bound away from it, a result on the bound being above. Where nobody
    aims at it, as many are expected on either side; over so narrow a band that holds nearly whatever the shape.
    """
    counts = {payee: _sides(own, bounds, within) for payee, own in results.items()}
    return tuple(_by_payee("bunching", counts, lambda _payee: _HALF, "no result lies near a bound"))


def sandbagged_baselines(flags: Iterable[Flag]) -> tuple[Watched, ...]:
    """Whether more of somebody's baselines were flagged than of everybody else's."""
    rows = [(flag.payee, flag.is_flagged) for flag in flags]
    return tuple(_against_others("sandbagged_baseline", rows, "there is no baseline of anybody else's"))


def split_or_merged_cases(counts: Iterable[CaseCount]) -> tuple[Watched, ...]:
    """Whether there are more cases per issue since the measure paid than before (split), or fewer (merged).

    Of all cases those since are counted; expected is the share of issues since. What matters is that issues tell the
    truth: they are customers' problems as they come, not as they are written down. Cases that come in clusters vary
    more than this supposes; look at them before anything is said.
    """
    cases: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    issues: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in counts:
        for payee in (EVERYBODY, row.payee):
            cases[payee][row.has_paid] += row.cases
            issues[payee][row.has_paid] += row.issues
    found: list[Watched] = []
    for payee in sorted(cases):
        (before, since), (issues_before, issues_since) = cases[payee], issues[payee]
        of = before + since
        if not of or not issues_before or not issues_since:
            why = "there is no case" if not of else "there were no issues before the measure paid, or since"
            found.append(Watched("split_cases", payee, since, of, None, None, why))
            found.append(Watched("merged_cases", payee, before, of, None, None, why))
            continue
        usual = Fraction(issues_since, issues_before + issues_since)
        found.append(_binomial("split_cases", payee, since, of, usual=usual))
        found.append(_binomial("merged_cases", payee, before, of, usual=1 - usual))
    return tuple(found)


def closed_and_reopened(
    cases: Iterable[ClosedCase], *, every: Kind, last: int = LAST_DAYS, rules: PeriodRules = CIVIL
) -> tuple[Watched, ...]:
    """Whether cases closed in the last days of a period are reopened more often than those of other days.

    Counted are the reopened ones among cases of last days; usual is their share among cases of other days.
    """
    by_payee: defaultdict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for case in cases:
        is_last = (period_of(case.closed_on, every, rules).last - case.closed_on).days < last
        for payee in (EVERYBODY, case.payee):
            by_payee[payee].append((is_last, case.was_reopened))
    return tuple(
        _compared("close_and_reopen", payee, rows, "no case was closed in the last days of a period, or on others")
        for payee, rows in sorted(by_payee.items())
    )


def around_period_ends(
    days: Mapping[str, Sequence[date]],
    *,
    every: Kind,
    edge: int = LAST_DAYS,
    history: Mapping[str, Sequence[date]] | None = None,
    rules: PeriodRules = CIVIL,
) -> tuple[Watched, ...]:
    """Whether deals fall into the last days of periods (pull-forward), or the first (push-out), more often than usual.

    ``days``: deals' days by payee. Usual is what the ``history`` of the same people shows, from before the measure
    paid; without it the days' share of their periods, as if every day of the year were like any other. Most businesses
    know that it is not: give a history where there is one.
    """
    found: list[Watched] = []
    for watch in ("pull_forward", "push_out"):
        at_edge = _edge(watch, every, edge, rules)
        if history is None:
            counts = {payee: (sum(map(at_edge, own)), len(own)) for payee, own in days.items()}
            usual = {payee: _usual(own, every, edge, rules) for payee, own in days.items()}
            usual[EVERYBODY] = _usual([day for own in days.values() for day in own], every, edge, rules)
            found += _by_payee(watch, counts, usual.__getitem__, "there is no deal")
            continue
        everybody = {payee: [(True, at_edge(day)) for day in own] for payee, own in days.items()}
        for payee, own in history.items():
            everybody.setdefault(payee, []).extend((False, at_edge(day)) for day in own)
        everybody[EVERYBODY] = [row for own in everybody.values() for row in own]
        why = "there is no deal, or none before the measure paid"
        found += [_compared(watch, payee, rows, why) for payee, rows in sorted(everybody.items())]
    return tuple(found)


def self_confirmed_value(confirmations: Iterable[Confirmation]) -> tuple[Watched, ...]:
    """Whether more of somebody's value is confirmed by people related to them, or only claimed, than of others'."""
    rows = [(each.payee, each.by != "unrelated") for each in confirmations]
    return tuple(_against_others("self_confirmed_value", rows, "there is no value of anybody else's"))


def held_together(watched: Iterable[Watched]) -> tuple[Watched, ...]:
    """All watches with their p-values adjusted by Holm (1979) to how many there are; the most striking first."""
    listed = list(watched)
    told = [place for place, each in enumerate(listed) if each.p_value is not None]
    adjusted = dict(zip(told, holm([p for each in listed if (p := each.p_value) is not None]), strict=True))
    found = [replace(each, adjusted=adjusted.get(place)) for place, each in enumerate(listed)]
    return tuple(sorted(found, key=lambda each: (each.p_value is None, each.p_value or 0.0, each.watch, each.payee)))


def named(watched: Iterable[Watched], *, level: float = LEVEL) -> tuple[Watched, ...]:
    """What is to be explained: too striking for chance, with regard to all that was watched."""
    return tuple(each for each in watched if each.adjusted is not None and each.adjusted <= level)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values adjusted for their number: the smallest times n, the next times n - 1, none below the one before."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    found = [0.0] * len(p_values)
    least = 0.0
    for place, at in enumerate(order):
        least = max(least, min(1.0, p_values[at] * (len(order) - place)))
        found[at] = least
    return tuple(found)


def in_words(each: Watched, *, level: float = LEVEL) -> str:
    """What finance reads: what was seen, how often chance looks like that, and what is to be done."""
    who = each.payee or "Everybody together"
    if each.p_value is None or each.usual is None:
        return f"{who}: whether {_KINDS[each.watch]} oftener than usual cannot be said: {each.because}."
    seen = f"{who}: {each.count} of {each.of} {_KINDS[each.watch]}, where {each.usual:.0%} is usual."
    if each.adjusted is None:
        return f"{seen} By chance as much comes about {_often(each.p_value)}."
    if each.adjusted <= level:
        return (
            f"{seen} Among all that was watched chance alone shows as much {_often(each.adjusted)}."
            " Ask for an explanation before anything is said; it proves nothing."
        )
    return f"{seen} That is within what chance alone shows among all that was watched."


_KINDS: Mapping[Watch, str] = {
    "bunching": "results near a bound lie just above it",
    "sandbagged_baseline": "baselines were flagged as too favourable",
    "split_cases": "cases came since the measure pays",
    "merged_cases": "cases came before the measure paid",
    "close_and_reopen": "cases closed in a period's last days were reopened",
    "pull_forward": "deals fall into the last days of a period",
    "push_out": "deals fall into the first days of a period",
    "self_confirmed_value": "readings are confirmed by related people, or only claimed",
}


def _often(p_value: float) -> str:
    return f"once in {1 / p_value:,.0f} times" if p_value >= 1e-6 else "less than once in a million times"


def _binomial(watch: Watch, payee: str, count: int, of: int, *, usual: Fraction) -> Watched:
    """How often at least so many come about where each is of the kind with the usual share."""
    return Watched(watch, payee, count, of, float(usual), float(binom.sf(count - 1, of, float(usual))))


def _by_payee(
    watch: Watch, counts: Mapping[str, tuple[int, int]], usual: Callable[[str], Fraction], why: str
) -> Iterator[Watched]:
    together = (sum(count for count, _ in counts.values()), sum(of for _, of in counts.values()))
    for payee, (count, of) in sorted({**counts, EVERYBODY: together}.items()):
        if of:
            yield _binomial(watch, payee, count, of, usual=usual(payee))
        else:
            yield Watched(watch, payee, 0, 0, None, None, why)


def _against_others(watch: Watch, rows: Sequence[tuple[str, bool]], why: str) -> Iterator[Watched]:
    for payee in sorted({each for each, _ in rows}):
        yield _compared(watch, payee, [(each == payee, is_so) for each, is_so in rows], why)


def _compared(watch: Watch, payee: str, rows: Sequence[tuple[bool, bool]], why: str) -> Watched:
    """How often as many of the first group are of the kind, whoever of both groups is (Fisher's exact test)."""
    own = [is_so for is_own, is_so in rows if is_own]
    others = [is_so for is_own, is_so in rows if not is_own]
    if not own or not others:
        return Watched(watch, payee, sum(own), len(own), None, None, why)
    p_value = float(hypergeom.sf(sum(own) - 1, len(rows), sum(own) + sum(others), len(own)))
    return Watched(watch, payee, sum(own), len(own), sum(others) / len(others), p_value)


def _sides(results: Iterable[Fraction], bounds: Sequence[Fraction], within: Fraction) -> tuple[int, int]:
    """How many lie just above a bound, and how many on either side."""
    above = below = 0
    for result in results:
        above += any(bound <= result < bound + within * abs(bound) for bound in bounds)
        below += any(bound - within * abs(bound) < result < bound for bound in bounds)
    return above, above + below


def _edge(watch: str, every: Kind, edge: int, rules: PeriodRules) -> Callable[[date], bool]:
    def is_at_edge(day: date) -> bool:
        period = period_of(day, every, rules)
        return ((period.last - day) if watch == "pull_forward" else (day - period.first)).days < edge

    return is_at_edge


def _usual(days: Sequence[date], every: Kind, edge: int, rules: PeriodRules) -> Fraction:
    """The mean over deals of the share that the days at one edge are of their period."""
    if not days:
        return _NOTHING
    return sum((Fraction(edge, period_of(day, every, rules).days) for day in days), _NOTHING) / len(days)
