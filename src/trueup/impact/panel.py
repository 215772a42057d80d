"""The panel of one measure: units by times, who adopted the lever and when, and who may stand for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from trueup.impact.simplex import Numbers

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Better = Literal["higher", "lower"]
EXCLUDED, GAPS, TREATED = "excluded", "gaps", "treated_in_window"
"""Why a unit is no donor: it was said so before the start; a value is missing; it adopted the lever itself."""


class TreatedTwiceError(ValueError):
    """A unit has two starts: what one of them did cannot be told from what the other did."""


@dataclass(frozen=True)
class Treatment:
    """A unit that adopted the lever; ``start``: place, among the times, of the first one that counts as after."""

    unit: str
    start: int


@dataclass(frozen=True)
class Window:
    """The times that are compared: ``before`` the start and ``after`` it, in numbers of times."""

    before: int = 18
    after: int = 6

    def around(self, start: int) -> slice:
        """The places of its times."""
        return slice(start - self.before, start + self.after)


@dataclass(frozen=True)
class LeftOut:
    """A unit that is no donor, and why: a code, and the sentence of whoever excluded it."""

    unit: str
    code: str
    why: str = ""


@dataclass(frozen=True)
class Panel:
    """One measure, in its own unit: ``values`` (units, times), NaN where there is no reading.

    ``definition_changes``: places of the times from which the measure was defined otherwise. ``excluded``: units that
    may not be donors, with the reason, as agreed before the start. TreatedTwiceError where a unit has two starts,
    ValueError where a name is unknown or there twice or a start is outside the times.
    """

    units: tuple[str, ...]
    times: tuple[str, ...]
    values: Numbers
    treatments: tuple[Treatment, ...] = ()
    better: Better = "higher"
    definition_changes: tuple[int, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be reckoned with."""
        assert self.values.shape == (len(self.units), len(self.times))
        if len(set(self.units)) < len(self.units):
            raise ValueError("A unit is in the panel twice.")
        seen: dict[str, int] = {}
        for treatment in self.treatments:
            unit, start = treatment.unit, treatment.start
            if unit in seen:
                raise TreatedTwiceError(f"{unit} starts twice: at {self.times[seen[unit]]} and at {self.times[start]}.")
            if unit not in self.units:
                raise ValueError(f"{unit} starts at {start}, but is not in the panel.")
            if not 0 <= start < len(self.times):
                raise ValueError(f"{unit} starts at place {start} of {len(self.times)} times.")
            seen[unit] = start

    @property
    def sign(self) -> float:
        """What values are multiplied by so that more is better."""
        return 1.0 if self.better == "higher" else -1.0

    def place(self, unit: str) -> int:
        """The row of a unit; ValueError where there is none."""
        return self.units.index(unit)

    def start_of(self, unit: str) -> int:
        """The start of a treated unit; ValueError of others."""
        for treatment in self.treatments:
            if treatment.unit == unit:
                return treatment.start
        raise ValueError(f"{unit} has no start.")

    def serves(self) -> Flags:
        """(units, times): whether a unit may stand for others then: known, not excluded, and not treated by then."""
        can = ~np.isnan(self.values)
        for treatment in self.treatments:
            can[self.place(treatment.unit), treatment.start :] = False
        can[[unit in self.excluded for unit in self.units]] = False
        return can


def donors(panel: Panel, unit: str, times: slice) -> tuple[Places, tuple[LeftOut, ...]]:
    """Rows of the units that may stand for ``unit`` through all the times; and of the others, why not."""
    starts = {treatment.unit: treatment.start for treatment in panel.treatments}
    found, left_out = [], []
    for place, name in enumerate(panel.units):
        if name == unit:
            continue
        if name in panel.excluded:
            left_out.append(LeftOut(name, EXCLUDED, panel.excluded[name]))
        elif starts.get(name, times.stop) < times.stop:
            left_out.append(LeftOut(name, TREATED))
        elif np.isnan(panel.values[place, times]).any():
            left_out.append(LeftOut(name, GAPS))
        else:
            found.append(place)
    return np.array(found, np.int64), tuple(left_out)
