"""Plans: what people are paid for, by which tables and under which limits; effective-dated, and named by their content.

A plan has versions. A later version begins on its first day and ends the one before; between its days a version never
changes, and its fingerprint says exactly what it was. Amounts are in the plan's currency, credits in that of quotas.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

from trueup.pay.accumulate import Aggregation
from trueup.pay.clawback import EarnOut
from trueup.pay.rate_table import RateTable
from trueup.pay.split import Role
from trueup.pay.vesting import DEFAULT_CURVE, ValueCurve
from trueup.units.money import Money
from trueup.units.period import PeriodKind

Span = Literal[PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR]
Over = Literal["agreements", "all_customers"]
NegativeDelta = Literal["next_run", "instalments", "approval"]
RetroChange = Literal["forbid", "only_favourable", "with_payee_consent"]
PLAN_CAP: Final = "plan_cap"
GUARANTEE: Final = "guarantee"
OWN_NAMES = (PLAN_CAP, GUARANTEE)
"""Names of lines that are a plan's own: no component has them."""


class PlanError(ValueError):
    """A plan that contradicts itself, or ``plan`` another version; ``path`` leads to the place by keys and indexes."""

    def __init__(self, message: str, *path: str | int, plan: "Plan | None" = None) -> None:
        super().__init__(message)
        self.path = path
        self.plan = plan


@dataclass(frozen=True)
class Hold:
    """The share of each line that is held until its customer's outcome is verified, and the curve it vests along."""

    share: Fraction
    curve: ValueCurve = DEFAULT_CURVE


@dataclass(frozen=True)
class Instalment:
    """A part of each line that falls due so many months after its day, while the customer's contract is in force."""

    after_months: int
    share: Fraction


@dataclass(frozen=True)
class CreditComponent:
    """Pay for credit of one kind (``credits``, and those whose names go on from it), by a table.

    ``pays``: ``rate``, the table's rates on credit; or ``target``, the table's shares of the target incentive. ``of``:
    whether the table's bounds are amounts of credit or shares of the quota. ``weight``: this component's part of a
    payee's target incentive. ``roles``: as what credit counts. ``earned_on``: with the booking, or as it is paid for.
    """

    name: str
    credits: str
    table: RateTable
    pays: Literal["rate", "target"] = "rate"
    of: Literal["credit", "attainment"] = "credit"
    aggregation: Aggregation = "cumulative"
    reset: PeriodKind = PeriodKind.YEAR
    roles: tuple[Role, ...] = ("direct", "split")
    refunds: Literal["restate", "original_lot"] = "restate"
    earned_on: Literal["booking", "payment"] = "booking"
    weight: Fraction = Fraction(1)
    cap: Money | None = None
    excess: Literal["forfeited", "carried"] = "forfeited"
    hold: Hold | None = None
    instalments: tuple[Instalment, ...] = ()
    allows_cliffs: bool = False
    label: str = ""
    clause: str = ""


@dataclass(frozen=True)
class ValueComponent:
    """Pay for the value that customers verifiably got, by agreements that name this component.

    ``over``: ``agreements``, each customer is worth what its own agreements pay at target; or ``all_customers``, what
    they pay at target together is divided evenly among all customers in the payee's book.
    """

    name: str
    over: Over = "agreements"
    curve: ValueCurve = DEFAULT_CURVE
    label: str = ""
    clause: str = ""


@dataclass(frozen=True)
class ExperienceComponent:
    """A factor on other components by what customers experience: it modifies, and never creates.

    ``points`` (value of the metric, factor), linear in between and constant beyond. Neutral where fewer than
    ``minimum_n`` were measured, or a smaller share than ``minimum_response`` answered.
    """

    name: str
    metric: str
    every: PeriodKind
    modifies: tuple[str, ...]
    points: tuple[tuple[Fraction, Fraction], ...]
    minimum_n: int
    minimum_response: Fraction | None = None
    label: str = ""
    clause: str = ""

    def factor(self, value: Fraction) -> Fraction:
        """The factor of a metric's value."""
        first, last = self.points[0], self.points[-1]
        if value <= first[0]:
            return first[1]
        for (start, low), (end, high) in pairwise(self.points):
            if value < end:
                return low + (high - low) * (value - start) / (end - start)
        return last[1]


@dataclass(frozen=True)
class SpiffComponent:
    """A contest over the days [start, end) with one budget for all whom the plan is for; path-dependent by its rules.

    ``fixed``: money for each event of the kind; or ``rate`` on its amount.
    """

    name: str
    credits: str
    start: date
    end: date
    budget: Money
    fixed: Money | None = None
    rate: Fraction | None = None
    most: int | None = None
    label: str = ""
    clause: str = ""


@dataclass(frozen=True)
class PoolComponent:
    """Amounts of money that a team shares out in whole coins, by the weights of its shares."""

    name: str
    credits: str
    label: str = ""
    clause: str = ""


@dataclass(frozen=True)
class ClawbackComponent:
    """What is returned of other components' lines when the customer of their lot leaves early."""

    name: str
    of: tuple[str, ...]
    earn_out: EarnOut
    label: str = ""
    clause: str = ""


Component = CreditComponent | ValueComponent | ExperienceComponent | SpiffComponent | PoolComponent | ClawbackComponent


@dataclass(frozen=True)
class Limit:
    """The most or the least that a window pays."""

    amount: Money
    window: PeriodKind


@dataclass(frozen=True)
class Draw:
    """Pay is lifted to ``minimum`` through the earning period ``ends``; what was advanced is recovered from then on.

    ``recovers_from``: the first earning period whose run recovers; both are keys of periods of the plan's kind.
    """

    minimum: Money
    recovers_from: str
    ends: str


@dataclass(frozen=True)
class Policy:
    """How differences to what was posted come out.

    ``lookback``: months back from the open period that are still trued up. ``de_minimis``: smaller differences wait.
    ``instalments``: runs over which a difference below 0 is spread. What waits is parked: kept and shown.
    """

    lookback: int | None = None
    de_minimis: Money | None = None
    negative_delta: NegativeDelta = "next_run"
    instalments: int = 1
    retro_change: RetroChange = "forbid"
    floor: Money | None = None
    offset_share: Fraction = Fraction(1)


@dataclass(frozen=True)
class Plan:
    """One version of a plan, in force for the days [valid_from, valid_to), without end where that is None.

    ``published_on``: when people were told; one valid from before that changes what was already done. ``fingerprint``:
    SHA-256 of what it says.
    """

    plan_id: str
    currency: str
    valid_from: date
    components: tuple[Component, ...]
    fingerprint: str
    valid_to: date | None = None
    published_on: date | None = None
    quota_currency: str = ""
    period: PeriodKind = PeriodKind.MONTH
    cap: Limit | None = None
    guarantee: Limit | None = None
    draw: Draw | None = None
    policy: Policy = field(default_factory=Policy)
    label: str = ""

    @property
    def credited_in(self) -> str:
        """The currency of quotas and credits."""
        return self.quota_currency or self.currency

    def component(self, name: str) -> Component | None:
        """The component of a name."""
        return next((each for each in self.components if each.name == name), None)

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def counts(wanted: str, given: str) -> bool:
    """Whether credit of a kind counts as another: ``bookings`` takes in ``bookings_new`` too."""
    return given == wanted or given.startswith(f"{wanted}_")


def in_order(plans: Iterable[Plan]) -> Mapping[str, Sequence[Plan]]:
    """The versions of each plan by its id, each ended by the next; PlanError where two of them cannot both be."""
    by_id: dict[str, list[Plan]] = {}
    for plan in plans:
        by_id.setdefault(plan.plan_id, []).append(plan)
    return {plan_id: _trimmed(versions) for plan_id, versions in sorted(by_id.items())}


def _trimmed(versions: Iterable[Plan]) -> Sequence[Plan]:
    ordered = sorted(versions, key=lambda plan: plan.valid_from)
    found = ordered[:1]
    for plan in ordered[1:]:
        before = found[-1]
        if plan.valid_from == before.valid_from:
            raise PlanError(
                f"Two versions of {plan.plan_id} are valid from {plan.valid_from}: nobody can tell which one holds."
                " Leave one out, or let the later one begin later.",
                "valid_from",
                plan=plan,
            )
        if before.valid_to is None and plan.valid_to is not None:
            raise PlanError(
                f"The version of {plan.plan_id} from {plan.valid_from} ends on {plan.valid_to}, within the one before,"
                " which would go on afterwards: a version may replace the end of an older one, not its middle."
                " Leave valid_to out, and give what follows as a version of its own.",
                "valid_to",
                plan=plan,
            )
        if before.valid_to is not None and plan.valid_from < before.valid_to:
            if plan.valid_to is not None and plan.valid_to < before.valid_to:
                raise PlanError(
                    f"The version of {plan.plan_id} from {plan.valid_from} ends on {plan.valid_to}, within the one"
                    f" before, which ends on {before.valid_to}: let it end there too, or later.",
                    "valid_to",
                    plan=plan,
                )
            found[-1] = replace(before, valid_to=plan.valid_from)
        elif before.valid_to is None:
            found[-1] = replace(before, valid_to=plan.valid_from)
        found.append(plan)
    return found
