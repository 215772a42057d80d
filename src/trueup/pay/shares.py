"""Shapley values: what each of a few players adds to a total, on average over all orders in which they might join.

Worth and values are in the total's unit. Decision support for at most eight players, whose worth alone and together
somebody has logged; it is no measurement, and pays nothing unless people declare it their shares.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import factorial

from trueup.pay.rounding import written

MOST_PLAYERS = 8


class UnknownWorth(ValueError):  # noqa: N818  named as people say it
    """Players too many to ask about, or some of whom nobody said what they are worth together."""


def shapley(worth: Mapping[frozenset[str], Fraction]) -> dict[str, Fraction]:
    """What each player adds, exactly; ``worth``: of every group of one or more players. Nobody is worth nothing."""
    players = sorted(frozenset[str]().union(*worth))
    if len(players) > MOST_PLAYERS:
        raise UnknownWorth(f"{len(players)} players are too many to share out by: name at most {MOST_PLAYERS}")
    groups = [frozenset(group) for size in range(len(players) + 1) for group in combinations(players, size)]
    missing = [group for group in groups if group and group not in worth]
    if missing:
        raise UnknownWorth(
            f"nobody said what {' and '.join(sorted(missing[0]))} are worth: log the worth of every group"
        )
    of = {frozenset[str](): Fraction(0), **worth}
    if of[frozenset()]:
        raise UnknownWorth(f"nobody at all is said to be worth {written(of[frozenset()])}: count the rest above that")
    orders = factorial(len(players))
    before = {
        size: Fraction(factorial(size) * factorial(len(players) - size - 1), orders) for size in range(len(players))
    }
    return {
        player: sum(
            (before[len(group)] * (of[group | {player}] - of[group]) for group in groups if player not in group),
            Fraction(0),
        )
        for player in players
    }
