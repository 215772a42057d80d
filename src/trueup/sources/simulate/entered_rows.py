"""Plain rows of what the example company's people have entered, in the words of the record."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Role = Literal["viewer", "member", "manager", "analyst", "finance", "administrator"]
RoleInDecisions = Literal["decision_maker", "champion", "influencer", "user", "procurement"]
Kind = Literal["business", "personal"]
Direction = Literal["increase", "decrease"]
Outcome = Literal["achieved", "missed"]
Tag = Literal["bonus", "promotion", "recognition", "time"]
Verdict = Literal["confirmed", "corrected", "disputed"]
Decision = Literal["approved", "refused"]


@dataclass(frozen=True)
class Colleague:
    """One of our people who signs in."""

    email: str
    name: str
    role: Role


@dataclass(frozen=True)
class Lever:
    """One of our products, which the adoptions of the exports call by this name."""

    name: str
    description: str


@dataclass(frozen=True)
class Stakeholder:
    """Somebody at a customer; ``contact_id`` is their key here too."""

    contact_id: str
    account_id: str
    name: str
    email: str
    title: str
    department: str
    role_in_decisions: RoleInDecisions
    influence: int
    reports_to: str | None
    departed_on: date | None
    entered_at: datetime


@dataclass(frozen=True)
class Goal:
    """How a customer is measured. Without ``agreed_at`` it is a draft; without terms nobody has said how much yet."""

    key: str
    account_id: str
    stakeholder: str | None
    kind: Kind
    measure: str
    kpi: str
    unit: str
    direction: Direction
    terms: tuple[Decimal, date, Decimal, date] | None
    """Baseline and its day, target and its day."""
    stated_at: datetime
    agreed_at: datetime | None
    outcome: Outcome | None
    ended_at: datetime | None
    bound_to: str
    value_per_unit: Decimal | None
    currency: str
    levers: tuple[str, ...]
    """What of ours is sold for its measure."""


@dataclass(frozen=True)
class Reading:
    """What a goal's measure was; with ``evidence`` the customer has confirmed it."""

    goal: str
    observed_on: date
    value: Decimal
    entered_at: datetime
    evidence: str


@dataclass(frozen=True)
class Milestone:
    """A planned step."""

    account_id: str
    goal: str
    title: str
    planned_on: date
    done_on: date | None
    is_first_value: bool
    entered_at: datetime


@dataclass(frozen=True)
class Adjustment:
    """What else moved a measure; without ``decision`` nobody has decided yet. ``because``: why it was decided so."""

    account_id: str
    measure: str
    starts_on: date
    ends_on: date | None
    amount: Decimal
    reason: str
    evidence: str
    entered_at: datetime
    decision: Decision | None
    because: str
    decided_at: datetime | None


@dataclass(frozen=True)
class Stake:
    """What hangs on their goals for somebody."""

    stakeholder: str
    tag: Tag
    text: str
    entered_at: datetime


@dataclass(frozen=True)
class Note:
    """What was said."""

    account_id: str
    stakeholder: str
    held_on: date
    text: str
    entered_at: datetime


@dataclass(frozen=True)
class Answer:
    """What a customer said to a reading through a link."""

    account_id: str
    goal: str
    observed_on: date
    verdict: Verdict
    value: Decimal | None
    note: str
    said_by: str
    answered_at: datetime


@dataclass
class Entered:
    """Everything entered."""

    colleagues: list[Colleague] = field(default_factory=list)
    levers: list[Lever] = field(default_factory=list)
    stakeholders: list[Stakeholder] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    stakes: list[Stake] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
