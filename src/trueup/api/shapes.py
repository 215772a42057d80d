"""What goes over the wire, in the words of the definitions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, overload
from uuid import UUID

from ninja import Schema
from pydantic import Field

from trueup.goals.pace import Standing
from trueup.record.models import Account, GoalTerms, Milestone, Reading, Stakeholder
from trueup.record.scorecard import Line

Amount = Annotated[Decimal, Field(max_digits=24, decimal_places=8)]


@overload
def plain(number: Decimal) -> Decimal: ...
@overload
def plain(number: None) -> None: ...
def plain(number: Decimal | None) -> Decimal | None:
    """The same number without the zeros that a database fills it up with."""
    if number is None:
        return None
    written = f"{number:f}"
    return Decimal(written.rstrip("0").rstrip(".")) if "." in written else number


class Problem(Schema):
    """What is wrong, with which field where it is one, and the cure."""

    message: str
    field: str = ""
    cure: str = ""


class AccountShape(Schema):
    """A customer or prospect."""

    account_id: str
    name: str
    domain: str
    segment: str
    industry: str
    region: str
    owner_id: str | None
    success_owner_id: str | None
    is_customer: bool
    grade: Annotated[
        str | None, Field(description="The letter of the last quarter that is over; ? if too little is known.")
    ]

    @classmethod
    def of(cls, row: Account, grade: str | None) -> "AccountShape":
        """The account as kept, with its letter."""
        return cls(
            grade=grade,
            account_id=row.pk,
            name=row.name,
            domain=row.domain,
            segment=row.segment,
            industry=row.industry,
            region=row.region,
            owner_id=row.owner_id,
            success_owner_id=row.success_owner_id,
            is_customer=row.is_customer,
        )


class StakeholderShape(Schema):
    """Somebody at a customer."""

    stakeholder_id: UUID
    account_id: str
    contact_id: str | None
    name: str
    email: str
    title: str
    department: str
    role_in_decisions: str
    influence: int | None
    reports_to_id: UUID | None
    departed_on: date | None

    @classmethod
    def of(cls, row: Stakeholder) -> "StakeholderShape":
        """The stakeholder as kept."""
        return cls(
            stakeholder_id=row.pk,
            account_id=row.account_id,
            contact_id=row.contact_id or None,
            name=row.name,
            email=row.email,
            title=row.title,
            department=row.department,
            role_in_decisions=row.role_in_decisions,
            influence=row.influence,
            reports_to_id=row.reports_to_id,
            departed_on=row.departed_on,
        )


class TermsShape(Schema):
    """One revision of a goal's baseline and target."""

    revision: int
    baseline_value: Amount | None
    baseline_on: date | None
    target_value: Amount | None
    target_on: date | None
    tolerance: Amount | None
    recorded_at: datetime
    reason: str

    @classmethod
    def of(cls, row: GoalTerms) -> "TermsShape":
        """The terms as kept."""
        return cls(
            revision=row.revision,
            baseline_value=plain(row.baseline_value),
            baseline_on=row.baseline_on,
            target_value=plain(row.target_value),
            target_on=row.target_on,
            tolerance=plain(row.tolerance),
            recorded_at=row.recorded_at,
            reason=row.reason,
        )


class StandingShape(Schema):
    """Where a goal stands today; shares are of the way from baseline to target, null with a reason."""

    state: str
    progress: Amount | None
    because: str | None
    expected: Amount | None
    pace: Amount | None
    current_value: Amount | None
    current_on: date | None

    @classmethod
    def of(cls, stands: Standing) -> "StandingShape":
        """The standing as reckoned."""
        current = stands.progress.current
        return cls(
            state=stands.state,
            progress=_rounded(stands.progress.share),
            because=stands.progress.because,
            expected=_rounded(stands.expected),
            pace=_rounded(stands.pace),
            current_value=plain(current.amount) if current else None,
            current_on=current.observed_on if current else None,
        )


class GoalShape(Schema):
    """How an account, or somebody in it, is measured."""

    goal_id: UUID
    account_id: str
    stakeholder_id: UUID | None
    kind: str
    measure: str
    kpi: str
    unit: str
    direction: str
    weight: Amount
    cadence_days: int
    stated_by: str
    stated_on: date | None
    status: str
    agreed_at: datetime | None
    value_per_unit: Amount | None
    currency: str
    bound_to: str
    terms: list[TermsShape]
    standing: StandingShape
    vouched_progress: Amount | None = Field(description="Progress of what the customer or a system vouches for.")

    @classmethod
    def of(cls, line: Line) -> "GoalShape":
        """The goal as kept, with every revision of its terms, oldest first, and where it stands."""
        row = line.goal
        return cls(
            goal_id=row.pk,
            account_id=row.account_id,
            stakeholder_id=row.stakeholder_id,
            kind=row.kind,
            measure=row.measure,
            kpi=row.kpi,
            unit=row.unit,
            direction=row.direction,
            weight=plain(row.weight),
            cadence_days=row.cadence_days,
            stated_by=row.stated_by,
            stated_on=row.stated_on,
            status=row.status,
            agreed_at=row.agreed_at,
            value_per_unit=plain(row.value_per_unit),
            currency=row.currency,
            bound_to=row.bound_to,
            terms=[TermsShape.of(each) for each in line.terms],
            standing=StandingShape.of(line.standing),
            vouched_progress=_rounded(line.vouched.share),
        )


class ReadingShape(Schema):
    """A dated value of a goal's measure."""

    reading_id: UUID
    goal_id: UUID
    observed_on: date
    value: Amount
    source: str
    evidence: str
    evidence_link: str
    verification: str
    verified_at: datetime | None
    recorded_at: datetime

    @classmethod
    def of(cls, row: Reading) -> "ReadingShape":
        """The reading as kept."""
        return cls(
            reading_id=row.pk,
            goal_id=row.goal_id,
            observed_on=row.observed_on,
            value=plain(row.value),
            source=row.source,
            evidence=row.evidence,
            evidence_link=row.evidence_link,
            verification=row.verification,
            verified_at=row.verified_at,
            recorded_at=row.recorded_at,
        )


class MilestoneShape(Schema):
    """A planned step to a customer's value."""

    milestone_id: UUID
    account_id: str
    goal_id: UUID | None
    title: str
    planned_on: date
    done_on: date | None
    is_first_value: bool

    @classmethod
    def of(cls, row: Milestone) -> "MilestoneShape":
        """The milestone as kept."""
        return cls(
            milestone_id=row.pk,
            account_id=row.account_id,
            goal_id=row.goal_id,
            title=row.title,
            planned_on=row.planned_on,
            done_on=row.done_on,
            is_first_value=row.is_first_value,
        )


def _rounded(share: Decimal | None) -> Decimal | None:
    """Eight digits are more than any reading bears."""
    return None if share is None else plain(round(share, 8))
