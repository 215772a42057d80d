"""A workspace's panel with its outcomes, laid out once for every question."""

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.indicators.panel import Flags, Outcome, Panel


@dataclass(frozen=True)
class Laid:
    """The panel of a workspace, and its outcomes by name."""

    panel: Panel
    outcomes: Mapping[str, Outcome]
    is_customer: Flags
    has_open_deal: Flags
