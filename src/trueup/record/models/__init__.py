"""What is kept. Reach rows through ``access``, write them through ``actions``."""

from trueup.record.models.adjustments import Adjustment
from trueup.record.models.agreements import (
    AgreementPayee,
    AgreementSignature,
    ValueAgreement,
    ValueReading,
    ValueVerification,
)
from trueup.record.models.directory import Account, AccountTeamMember, Person
from trueup.record.models.goals import Goal
from trueup.record.models.grades import ClosedGrades, GradeAnswer, GradeOverride
from trueup.record.models.indicators import IndicatorStudy
from trueup.record.models.ledger import LedgerEntry, LedgerLink, LedgerTransaction, PeriodEvent
from trueup.record.models.levers import Adoption, Lever
from trueup.record.models.notes import MetricTarget, Note
from trueup.record.models.pay_periods import (
    Dispute,
    DisputeOutcome,
    ForcedClose,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
)
from trueup.record.models.pay_plans import PlanAcknowledgement, PlanPayee, PlanReview
from trueup.record.models.people import ROLES, Role, User
from trueup.record.models.readings import Milestone, Reading
from trueup.record.models.stakeholders import Stakeholder
from trueup.record.models.stakes import Stake
from trueup.record.models.terms import GoalTerms
from trueup.record.models.voice import CustomerAnswer, CustomerLink
from trueup.record.models.work import ApiToken, Erasure, Job, Schedule

__all__ = [
    "ROLES",
    "Account",
    "AccountTeamMember",
    "Adjustment",
    "Adoption",
    "AgreementPayee",
    "AgreementSignature",
    "ApiToken",
    "ClosedGrades",
    "CustomerAnswer",
    "CustomerLink",
    "Dispute",
    "DisputeOutcome",
    "Erasure",
    "ForcedClose",
    "Goal",
    "GoalTerms",
    "GradeAnswer",
    "GradeOverride",
    "IndicatorStudy",
    "Job",
    "LedgerEntry",
    "LedgerLink",
    "LedgerTransaction",
    "Lever",
    "MetricTarget",
    "Milestone",
    "Note",
    "PayApproval",
    "PayCalculation",
    "PayException",
    "PayReview",
    "PayRun",
    "PayStatement",
    "PeriodEvent",
    "Person",
    "PlanAcknowledgement",
    "PlanPayee",
    "PlanReview",
    "Reading",
    "Role",
    "Schedule",
    "Stake",
    "Stakeholder",
    "User",
    "ValueAgreement",
    "ValueReading",
    "ValueVerification",
]
