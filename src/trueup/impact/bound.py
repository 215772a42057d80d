"""How little of an improvement is certain: the least of several lower bounds, each blind to something another sees.

SDID with calendar placebos knows nothing of customers who came in at their worst; with matched placebos, nothing of
those who were improving already; the interrupted series knows of trends, and less of level. Testing first which one
applies has no power with 18 months, so the least of them all counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.impact.placebo import CITS_SYNTHETIC, SDID, Placebos

CONFIDENCE = 0.9
TOO_FEW_DONORS, TOO_FEW_MATCHED = "too_few_donors", "too_few_matched"


@dataclass(frozen=True)
class Member:
    """An estimate with its two ends, each of them one-sided; None where placebos are too few for the confidence.

    ``low``: with the confidence the truth is above it; ``high``: with the same confidence it is below that one.
    ``error``: standard deviation of the placebos. ``placebos``: how many there are.
    """

    name: str
    estimate: float
    low: float | None
    high: float | None
    error: float
    placebos: int


@dataclass(frozen=True)
class Bound:
    """The least lower end and the greatest upper one; None, and ``why`` a code, of neither.

    Each end is one-sided, of the ``confidence``: of 90 %, nine times in ten the truth is above ``low``, whatever
    becomes of ``high``. Pay rests on that end alone. That the truth is between both is said with ``between`` only.
    """

    confidence: float
    members: tuple[Member, ...]
    low: float | None
    high: float | None
    why: str = ""

    @property
    def between(self) -> float:
        """How sure it is that the truth is between both ends: each is missed by one less the confidence at most."""
        return 2 * self.confidence - 1


def member(name: str, estimate: float, placebos: Placebos, confidence: float) -> Member:
    """An estimate beside its placebos."""
    low, high = placebos.low(estimate, confidence), placebos.high(estimate, confidence)
    return Member(name, estimate, low, high, placebos.error, len(placebos.units))


def conservative(
    estimates: Mapping[str, float],
    calendar: Mapping[str, Placebos],
    matched: Mapping[str, Placebos],
    confidence: float = CONFIDENCE,
) -> Bound:
    """The bound of one customer: SDID by calendar and by matched placebos, and the interrupted synthetic series."""
    members = (
        member("sdid_calendar", estimates[SDID], calendar[SDID], confidence),
        member("sdid_matched", estimates[SDID], matched[SDID], confidence),
        member("cits_synthetic", estimates[CITS_SYNTHETIC], calendar[CITS_SYNTHETIC], confidence),
    )
    return least(members, confidence)


def least(members: tuple[Member, ...], confidence: float) -> Bound:
    """The bound of some members; none, with the reason, where one of them is missing."""
    lows = [each.low for each in members if each.low is not None]
    highs = [each.high for each in members if each.high is not None]
    if len(lows) == len(members):
        return Bound(confidence, members, min(lows), max(highs))
    is_matched = all(each.low is not None for each in members if not each.name.endswith("_matched"))
    return Bound(confidence, members, None, None, TOO_FEW_MATCHED if is_matched else TOO_FEW_DONORS)
