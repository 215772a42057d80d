"""Who is compared with whom: one measure of all accounts, and of it the panel in which one episode is looked at.

Donors are chosen by what was known of them before anything was done: the same segment and industry, then the nearest in
size. How their measure went has no part in it, so that a donor in the customer's place is as good as any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from trueup.impact.episodes import Episode, Started
from trueup.impact.panel import GAPS, TREATED, Better, Flags, Panel, Places, Treatment, Window
from trueup.impact.placebo import FEWEST_BEFORE
from trueup.impact.simplex import Numbers

OTHER_LEVER, OTHER_DEFINITION, OTHER_UNIT = "other_lever_in_window", "definition_changed", "other_unit"
LESS_ALIKE = "less_alike"
"""Why an account is no donor, besides the panel's own reasons: it began with something else meanwhile; its measure was
defined otherwise meanwhile; it is told in a unit that cannot be converted; enough others are more like the customer."""
LONGEST_GAP = 2
"""Times in a row that a customer may have missed; from a longer gap back nothing is compared."""
LEAST_AFTER = 2 / 3
"""The share of the times after a start that must be known."""
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Alike:
    """What accounts are known by before anything was done: codes of ``segments`` and ``industries``, log ``sizes``.

    One of each by account; sizes are NaN where nobody knows.
    """

    segments: Places
    industries: Places
    sizes: Numbers

    def nearest(self, place: int, among: Flags, most: int) -> Places:
        """Of the accounts so many that are most alike: same segment, same industry, nearest in size, as they stand."""
        places = np.flatnonzero(among)
        apart = np.abs(self.sizes[places] - self.sizes[place])
        apart = np.where(np.isnan(apart), np.inf, apart)
        other_segment = self.segments[places] != self.segments[place]
        other_industry = self.industries[places] != self.industries[place]
        return np.sort(places[np.lexsort((places, apart, other_industry, other_segment))[:most]])


@dataclass(frozen=True)
class Measured:
    """One measure: ``values`` (accounts, times), NaN where there is none; ``starts``: of its levers, by account.

    ``definition_changes``: by account, places of times from which it was defined otherwise. ``odd``: accounts whose
    values are in a unit that cannot be converted.
    """

    measure: str
    unit: str
    accounts: tuple[str, ...]
    times: tuple[str, ...]
    values: Numbers
    better: Better
    starts: Mapping[str, tuple[Started, ...]]
    alike: Alike
    definition_changes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    odd: frozenset[str] = frozenset()

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """The row of each account."""
        return {account: place for place, account in enumerate(self.accounts)}

    @cached_property
    def _begun(self) -> Places:
        return self._counted({account: [each.place for each in some] for account, some in self.starts.items()})

    @cached_property
    def _changed(self) -> Places:
        return self._counted(self.definition_changes)

    @cached_property
    def _is_odd(self) -> Flags:
        return np.array([account in self.odd for account in self.accounts], np.bool_)

    @cached_property
    def _first_of(self) -> Mapping[str, Places]:
        """The first place from which each account uses a lever."""
        first: dict[str, Places] = {}
        for account, some in self.starts.items():
            for each in some if account in self.place_of else ():
                of_lever = first.setdefault(each.lever, np.full(len(self.accounts), _NEVER, np.int64))
                row = self.place_of[account]
                of_lever[row] = min(of_lever[row], each.place)
        return first

    def _counted(self, places: Mapping[str, Sequence[int]]) -> Places:
        there = np.zeros(self.values.shape, np.bool_)
        for account, some in places.items():
            inside = [place for place in some if 0 <= place < len(self.times)]
            if account in self.place_of:
                there[self.place_of[account], inside] = True
        return _running(there)

    def unfit(self, episode: Episode, times: slice, there: Places) -> Mapping[str, Flags]:
        """Who cannot be a donor, by the first reason that holds; the episode's own account has none.

        times: from the first to the last; ``there``: those of them that are compared.
        """
        none = np.full(len(self.accounts), _NEVER, np.int64)
        has_it = np.minimum.reduce([self._first_of.get(lever, none) for lever in episode.levers]) < times.stop
        reasons = {
            OTHER_UNIT: self._is_odd,
            TREATED: has_it,
            OTHER_LEVER: _within(self._begun, times.start, times.stop) > 0,
            OTHER_DEFINITION: _within(self._changed, times.start + 1, times.stop) > 0,
            GAPS: np.isnan(self.values[:, there]).any(1),
        }
        left = np.ones(len(self.accounts), np.bool_)
        left[self.place_of[episode.account]] = False
        told: dict[str, Flags] = {}
        for code, flags in reasons.items():
            told[code] = flags & left
            left &= ~flags
        return told


@dataclass(frozen=True)
class Comparison:
    """The panel of an episode, and the window that is compared in it, in numbers of its times.

    ``left_out``: how many other accounts are not in it, by the reason. ``skipped``: times of which the customer told no
    value; they are left out for everyone, and nothing is filled.
    """

    panel: Panel
    window: Window
    left_out: Mapping[str, int]
    skipped: tuple[str, ...]


def comparison(measured: Measured, episode: Episode, wanted: Window, *, most: int) -> Comparison | None:
    """The episode's account and at most so many donors, beside each other; None where too little is known of it.

    The panel ends with the times compared: what comes later changes nothing that was said. A donor does not serve
    before it had begun with what it uses already.
    """
    account = measured.place_of[episode.account]
    there = _there(measured.values[account], episode.start, wanted)
    if there is None:
        return None
    times = slice(int(there[0]), episode.start + wanted.after)
    unfit = measured.unfit(episode, times, there)
    fit = ~np.logical_or.reduce(list(unfit.values()))
    fit[account] = False
    chosen = measured.alike.nearest(account, fit, most)
    rows = [account, *chosen.tolist()]
    kept = np.arange(len(measured.times)) < times.start
    kept[there] = True
    now_at = np.concatenate(([0], np.cumsum(kept)))
    values = measured.values[rows]
    for row, place in enumerate(rows[1:], start=1):
        starts = [each.place for each in measured.starts.get(measured.accounts[place], ())]
        values[row, : max((each for each in starts if each < times.start), default=-1) + 1] = np.nan
    left_out = {code: int(flags.sum()) for code, flags in unfit.items()}
    left_out[LESS_ALIKE] = int(fit.sum()) - len(chosen)
    changes = [place for place in measured.definition_changes.get(episode.account, ()) if 0 <= place < times.stop]
    panel = Panel(
        units=tuple(measured.accounts[place] for place in rows),
        times=tuple(time for time, is_kept in zip(measured.times, kept, strict=True) if is_kept),
        values=values[:, kept],
        treatments=(Treatment(episode.account, int(now_at[episode.start])),),
        better=measured.better,
        definition_changes=tuple(int(now_at[place]) for place in changes),
    )
    before = int((there < episode.start).sum())
    skipped = tuple(measured.times[place] for place in range(times.start, times.stop) if not kept[place])
    return Comparison(
        panel,
        Window(before, len(there) - before),
        {code: count for code, count in left_out.items() if count},
        skipped,
    )


def _there(series: Numbers, start: int, wanted: Window) -> Places | None:
    """The times of a customer that are compared; None where too few before or after the start are known.

    Before it as many as are wanted, back to where more than LONGEST_GAP in a row are missing; after it two of three.
    """
    behind: list[int] = []
    missing = 0
    for place in range(start - 1, -1, -1):
        missing = missing + 1 if np.isnan(series[place]) else 0
        if missing > LONGEST_GAP or len(behind) == wanted.before:
            break
        if not missing:
            behind.append(place)
    after = start + np.flatnonzero(~np.isnan(series[start : start + wanted.after]))
    if len(behind) < FEWEST_BEFORE or len(after) < LEAST_AFTER * wanted.after:
        return None
    return np.array([*reversed(behind), *after.tolist()], np.int64)


def _running(flags: npt.NDArray[np.bool_]) -> Places:
    """(rows, times + 1): how many are true before each time."""
    return np.pad(np.cumsum(flags, axis=1, dtype=np.int64), ((0, 0), (1, 0)))


def _within(running: Places, first: int, stop: int) -> Places:
    last = running.shape[1] - 1
    return np.asarray(running[:, min(max(stop, 0), last)] - running[:, min(max(first, 0), last)], np.int64)
