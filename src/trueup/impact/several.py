"""All treated units of a panel: each by itself, and together where they are three or more."""

from collections.abc import Mapping, Sequence

from trueup.impact.effect import Effect, effect_of
from trueup.impact.panel import Panel, Window
from trueup.impact.placebo import FEWEST_BEFORE, Rule, after_best_quarter, after_worst_quarter, at
from trueup.impact.pooled import Pooled, pooled

CALENDAR = "calendar"
RULES: Mapping[str, Rule] = {"worst-quarter": after_worst_quarter, "best-quarter": after_best_quarter}
"""How units came in, by name; by CALENDAR they came in at any time, whatever their figures were."""
FEWEST_TOGETHER = 3


def effects_of(panel: Panel, *, before: int | None, after: int | None, rule: str, confidence: float) -> list[Effect]:
    """What each treated unit gained; ``before``, ``after``: how many times are compared, by default all there are.

    By default all units are followed equally long: as long as the one who started last.
    """
    starts = {treatment.unit: treatment.start for treatment in panel.treatments}
    behind = after or min(len(panel.times) - start for start in starts.values())
    return [
        effect_of(
            panel,
            unit,
            window=Window(before or max(start, FEWEST_BEFORE), behind),
            rule=RULES.get(rule) or at(start),
            confidence=confidence,
        )
        for unit, start in starts.items()
    ]


def together(effects: Sequence[Effect], confidence: float) -> Pooled | None:
    """The units that have donors as one; None of fewer than three."""
    known = [effect for effect in effects if effect.estimates]
    return pooled(effects, confidence=confidence) if len(known) >= FEWEST_TOGETHER else None
