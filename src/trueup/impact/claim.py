"""What an improvement is worth to the customer: claimed by us, confirmed by the customer or a system, or disputed.

value = attributable improvement x value per unit, once as estimated and once as far as it is certain. Claimed and
confirmed are never added up to more than there is: a claim is one or the other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Literal

State = Literal["claimed", "confirmed", "disputed"]
NOT_MEANT, AGREED_LATE = "lever_not_agreed", "goal_agreed_after_start"
"""What forbids to pay, besides the checks of the effect: nobody had said that the lever is meant to move the measure;
the goal was agreed on after it had begun, when one could have seen already how it goes."""
ONCE, NO_WORTH, NO_EFFECT, TOO_GREAT = "claimed_with_another_goal", "no_value_per_unit", "no_effect", "too_great"
OTHER_WAY, GOALS_UNIT = "other_direction", "goal_in_other_unit"
"""Why a goal has no claim of its own. The last two: it wants the measure to go the other way than it was compared, or
tells it in a unit that cannot be converted, so that nobody knows what was gained by its measure."""
MOST = Decimal(10**13)
"""No value is as great as this: whoever claims it has mistyped what a unit is worth, or a reading."""
_EXACT = Decimal("1e-12")
_DIGITS = 400
"""As many as the greatest float before the point and twelve behind it need."""


@dataclass(frozen=True)
class Claim:
    """The value of one improvement to one account, in the currency of its goal, rounded to ``minor`` places.

    ``point``: as estimated, below 0 where the customer lost; ``low``: what is certain enough to be paid on, never below
    0. ``counts``: whether the estimate is fit to be added up with others: sound, and of a lever meant for the measure.
    """

    point: Decimal
    low: Decimal
    state: State
    counts: bool
    blocked_by: tuple[str, ...]


def claim(
    *,
    attributable: float,
    payable: float,
    value_per_unit: Decimal,
    minor: int,
    vouched: Collection[str],
    is_sound: bool,
    blocked_by: Collection[str] = (),
) -> Claim:
    """The claim of an effect; ``vouched``: who vouches for the values that were compared, as in ``state_of``."""
    blocks = tuple(dict.fromkeys(blocked_by))
    return Claim(
        point=worth(attributable, value_per_unit, minor),
        low=Decimal(0).quantize(_cent(minor)) if blocks else worth(max(payable, 0.0), value_per_unit, minor),
        state=state_of(vouched),
        counts=is_sound,
        blocked_by=blocks,
    )


def worth(improvement: float, value_per_unit: Decimal, minor: int) -> Decimal:
    """An improvement in money, half a cent rounded to the even one; the improvement to twelve places."""
    with localcontext(prec=_DIGITS):
        exact = Decimal(repr(improvement)).quantize(_EXACT) * value_per_unit
        return exact.quantize(_cent(minor), ROUND_HALF_EVEN)


def state_of(vouched: Collection[str]) -> State:
    """Of all values compared: disputed where one is, confirmed where the customer or a system vouches for all."""
    if "disputed" in vouched:
        return "disputed"
    return "confirmed" if vouched and set(vouched) <= {"confirmed", "system"} else "claimed"


def _cent(minor: int) -> Decimal:
    return Decimal(1).scaleb(-minor)
