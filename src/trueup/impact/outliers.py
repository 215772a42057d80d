"""Values far from those around them. They are shown, and count all the same: who drops them chooses his result."""

import numpy as np

from trueup.impact.simplex import Numbers

FAR = 6.0
"""Robust standard deviations of a series' own steps from its neighbours beyond which a value is far off."""
_AROUND = 2
_TO_DEVIATION = 1.4826


def outliers(series: Numbers) -> tuple[int, ...]:
    """Places of values far off the median of five, the two before and the two after them (Hampel 1974).

    series (times,), NaN: no value.
    Nothing of a series whose values mostly do not differ from their neighbours.
    """
    known = np.flatnonzero(~np.isnan(series))
    values = series[known]
    if len(values) < 2 * _AROUND + 1:
        return ()
    padded = np.pad(values, _AROUND, mode="reflect")
    around = np.median([padded[lag : lag + len(values)] for lag in range(2 * _AROUND + 1)], axis=0)
    off = np.abs(values - around)
    spread = _TO_DEVIATION * float(np.median(off))
    return tuple(int(place) for place in known[off > FAR * spread]) if spread > 0 else ()
