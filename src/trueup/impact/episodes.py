"""When a customer began with what is meant to move a measure: one episode for each start that can be told apart.

What is begun while the first months are still compared belongs to the same episode, and its effect is that of all of it
together. What is begun when something else is not long enough ago is refused: nobody can tell what did what.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trueup.impact.panel import Window


@dataclass(frozen=True, order=True)
class Started:
    """An account began with a lever; ``place``: among the times, the first that counts as after."""

    place: int
    lever: str


@dataclass(frozen=True)
class Episode:
    """Levers that an account began with from ``start`` on.

    ``too_soon_after``: what it had begun with already, too short a time before; empty where it can be told apart.
    """

    account: str
    levers: tuple[str, ...]
    start: int
    too_soon_after: tuple[str, ...] = ()

    @property
    def lever(self) -> str:
        """The lever's name, or those of several joined."""
        return " + ".join(self.levers)


def episodes(account: str, starts: Iterable[Started], window: Window) -> list[Episode]:
    """The episodes of an account, in the order of their starts; whatever the order of ``starts``."""
    told: list[Episode] = []
    ordered = sorted(set(starts))
    while ordered:
        first = ordered[0]
        together = [each for each in ordered if each.place < first.place + window.after]
        ordered = ordered[len(together) :]
        earlier = [each for each in sorted(set(starts)) if each.place < first.place]
        levers = tuple(sorted({each.lever for each in together}))
        again = {each.lever for each in earlier if each.lever in levers}
        again |= {lever for lever in levers if sum(each.lever == lever for each in together) > 1}
        near = {each.lever for each in earlier if each.place >= first.place - window.before}
        told.append(Episode(account, levers, first.place, tuple(sorted(again | near))))
    return told


def who_moves(measure: str, levers: Iterable[str], meant: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The levers that may move a measure: those meant to, and those of which nobody said what they are meant for.

    meant: lever to measures.
    """
    return tuple(sorted(lever for lever in set(levers) if lever not in meant or measure in meant[lever]))
