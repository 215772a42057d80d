"""Metrics: numbers declared once, in parts that add, in one file format for ours and the workspace's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ParameterValue = int | float | str | bool
Family = Literal["activity", "experience", "customer_outcome", "result"]
Aggregation = Literal["count", "sum", "ratio", "mean", "median", "percentile", "count_distinct", "survival_median"]
Better = Literal["higher", "lower", "neither"]
Unit = Literal["count", "ratio", "hours", "days", "money", "per_account", "per_issue"]
Grain = Literal["account", "person", "team", "department", "segment", "industry", "company"]
Status = Literal["ok", "thin", "provisional", "no_denominator", "not_reached"]

GRAINS: tuple[Grain, ...] = ("account", "person", "team", "department", "segment", "industry", "company")
ACCOUNT_GRAINS: tuple[Grain, ...] = ("account", "segment", "industry", "company")
"""The grains that a fact row belongs to by its account; the company's rows need none."""
PERSON_GRAINS: tuple[Grain, ...] = ("person", "team", "department")
"""The grains that a fact row belongs to by whom it is credited to."""
ADDITIVE: frozenset[Aggregation] = frozenset({"count", "sum", "ratio", "mean"})
"""Aggregations whose parts add up over entities and periods; the others are computed from the facts each time."""
ROWS = "rows"
"""What a ratio names as its numerator or denominator to count fact rows."""
COMPANY = "company"
"""The entity id of the company grain."""


@dataclass(frozen=True)
class Metric:
    """A metric's declaration, as read from YAML.

    ``filter`` keeps fact rows whose every named column equals the value (or is one of the values; True for flags).
    ``agg``:

    - ``count``: rows; ``numerator`` = value, ``denominator`` null, ``n`` = value;
    - ``sum``: of ``measure``; ``n`` = rows with a measure;
    - ``ratio``: sum of column ``numerator`` / sum of column ``denominator`` (``rows`` = 1 per row), divided last in
      float64; ``n`` = rows whose denominator is neither null nor 0 (false);
    - ``mean``, ``median``, ``percentile`` (with ``percentile``: 0.9): of ``measure`` over rows where it is not null,
      exact, linear between neighbours; numerator and denominator are null; ``n`` = rows measured;
    - ``count_distinct``: of ``measure``; ``numerator`` = value, ``denominator`` null; ``n`` = rows with a measure;
    - ``survival_median``: the Kaplan-Meier median of ``measure``, rows whose ``event`` is not true having been watched
      that long without it; numerator and denominator are null; ``n`` = rows measured. Null with the status
      ``not_reached`` where more than half are still waiting in the end.

    ``maturity`` names a boolean column: rows where it is not true are ``pending`` and count nowhere else.
    """

    name: str
    label: str
    department: str
    family: Family
    better: Better
    unit: Unit
    description: str
    fact: str
    agg: Aggregation
    filter: Mapping[str, ParameterValue | tuple[ParameterValue, ...]] = field(default_factory=dict)
    measure: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    percentile: float | None = None
    event: str | None = None
    maturity: str | None = None
    minimum_n: int = 1
    grains: tuple[Grain, ...] = GRAINS
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    """Values for the fact's parameters that differ from the fact's defaults; a workspace's setting goes over them."""
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns, canonical or of entries, needed besides the fact's own ``requires``."""
    missing: str = ""
    """What to tell a person when the data for it are missing: what to export, from where."""
    declared: str = field(default="", compare=False)
    """File and line of the declaration, for errors."""
