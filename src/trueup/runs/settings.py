"""What a company has decided: its zone, currency, calendar, parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trueup.grades.worksheet import Cadence
from trueup.metrics.metric import GRAINS, Grain, ParameterValue
from trueup.runs.sign_in import SignIn
from trueup.units.calendar import BusinessHours
from trueup.units.period import PeriodRules

WORKSHEETS: Mapping[Cadence, str] = {"quarterly": "quarterly", "annual": "annual", "strategic": "strategic"}
"""The worksheets that grade where a workspace chooses no others."""
MembersSee = Literal["own", "team", "all"]
"""Which accounts a member reads: their own, also those that people of their team own, or all."""


@dataclass(frozen=True)
class Compared:
    """What is compared to say what customers gained, as agreed before anything was done.

    ``before``, ``after``: months around a start; ``confidence``: of either end; ``donors``: customers that one is
    compared with, at most; ``rule``: how customers come in, a name of impact.several.RULES or CALENDAR.
    """

    before: int = 18
    after: int = 6
    confidence: float = 0.9
    donors: int = 30
    rule: str = "worst-quarter"


@dataclass(frozen=True)
class Settings:
    """A workspace's settings, checked.

    ``parameters``: metric name -> parameter -> value, as set in ``trueup.toml``. ``memory_limit`` bounds the engine.
    """

    company: str
    currency: str
    zone: str
    rules: PeriodRules
    hours: BusinessHours
    parameters: Mapping[str, Mapping[str, ParameterValue]] = field(default_factory=dict)
    grains: tuple[Grain, ...] = GRAINS
    kinds: tuple[str, ...] = ("month", "quarter", "year")
    keep_snapshots: int = 3
    memory_limit: str = "4GB"
    naive_zone: str = "UTC"
    """The zone of delivered timestamps that name none."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """Metric -> the company's target per month, in the metric's unit."""
    same: tuple[tuple[str, ...], ...] = ()
    """Ids that a person declared to be the same thing."""
    worksheets: Mapping[Cadence, str] = field(default_factory=lambda: dict(WORKSHEETS))
    """Which worksheet grades each cadence."""
    separate: tuple[tuple[str, str], ...] = ()
    """Pairs of ids that a person declared not to be the same thing, whatever the rules find."""
    compared: Compared = Compared()
    levers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lever -> the measures of customers that it is meant to move."""
    better: Mapping[str, Literal["increase", "decrease"]] = field(default_factory=dict)
    """Measure -> which way is better."""
    # Numbers do not depend on what follows, so it is not part of what tells one set of settings from another.
    record_address: str = field(default="", repr=False)
    """The Postgres database that holds the record; empty: a file of the workspace does. It may hold a password."""
    members_see: MembersSee = field(default="own", repr=False)
    hosts: tuple[str, ...] = field(default=(), repr=False)
    """The names under which the server may be asked, besides this machine's own."""
    is_https: bool = field(default=False, repr=False)
    """The server is reached through a proxy that speaks https."""
    sign_in: SignIn = field(default=SignIn(), repr=False)
    """How people sign in besides passwords and links."""
