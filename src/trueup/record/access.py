"""Who may see and do what: one function per kind of object, and no other way to a row.

Each question takes the viewer and gives the rows that they may see, to be narrowed further. Personal goals, stakes and
private notes belong to the account's own team (its owners and the people added to it) and to administrators.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet

from trueup.record import pay_access
from trueup.record.models import (
    ROLES,
    Account,
    AccountTeamMember,
    Adjustment,
    Adoption,
    AgreementPayee,
    AgreementSignature,
    ApiToken,
    ClosedGrades,
    CustomerAnswer,
    CustomerLink,
    Dispute,
    DisputeOutcome,
    Erasure,
    ForcedClose,
    Goal,
    GoalTerms,
    GradeAnswer,
    GradeOverride,
    IndicatorStudy,
    Job,
    LedgerEntry,
    LedgerLink,
    LedgerTransaction,
    Lever,
    MetricTarget,
    Milestone,
    Note,
    PayApproval,
    PayCalculation,
    PayException,
    PayReview,
    PayRun,
    PayStatement,
    PeriodEvent,
    Person,
    PlanAcknowledgement,
    PlanPayee,
    PlanReview,
    Reading,
    Schedule,
    Stake,
    Stakeholder,
    User,
    ValueAgreement,
    ValueReading,
    ValueVerification,
)
from trueup.record.pay_reach import APPROVES, PAYS, of_payees, pays
from trueup.record.reach import WRITES, led_by, of_goal, private, readable, reads_all, rows, signed_in
from trueup.record.refusal import NotAllowed

Verb = Literal[
    "see",
    "change",
    "confide",
    "staff",
    "agree",
    "import",
    "build",
    "define",
    "measure",
    "decide",
    "pay",
    "approve_pay",
    "administer",
]
"""``change``: enter at an account. ``confide``: enter there what only its own team may see. ``staff``: add people to
that team. ``agree``: agree there on what value is. ``measure``: say what it has become. ``decide``: say whether an
adjustment that somebody else proposed counts. ``pay``: calculate, submit, close and pay periods. ``approve_pay``: let a
calculation or a plan pass. The last eight need no object."""

_BY_ROLE = {
    "import": frozenset({"analyst", "administrator"}),
    "build": frozenset({"analyst", "administrator"}),
    "define": frozenset({"analyst", "administrator"}),
    "measure": frozenset({"analyst", "finance", "administrator"}),
    "decide": frozenset({"analyst", "administrator"}),
    "pay": PAYS,
    "approve_pay": APPROVES,
    "administer": frozenset({"administrator"}),
}
LEVER_ROLES = WRITES | _BY_ROLE["define"]
_DENIED: dict[Verb, str] = {
    "see": "You may not see this.",
    "change": "You may read this, but not change it.",
    "confide": "Only the account's own team enters what only they may see.",
    "staff": "Only the account's own team adds people to it.",
    "import": "Importing is for analysts and administrators.",
    "build": "Building is for analysts and administrators.",
    "define": "Defining what we aim for is for analysts and administrators.",
    "agree": "You may read this, but not agree on it.",
    "measure": "Measuring what pay is based on is for analysts, finance and administrators.",
    "decide": "Deciding what else moved a customer's measures is for analysts and administrators.",
    "pay": "Calculating and paying is for finance and administrators.",
    "approve_pay": "Approving pay is for managers, finance and administrators.",
    "administer": "This is for administrators.",
}


def accounts(viewer: User) -> QuerySet[Account]:
    """Accounts whose entries the viewer may read."""
    return rows(Account).filter(readable(viewer, ""))


def reads_every_account(viewer: User) -> bool:
    """Whether there is no account whose entries the viewer may not read."""
    return reads_all(viewer)


def ids(accounts: QuerySet[Account]) -> list[str]:
    """The ids of so many accounts, in their order, that an object for each would take too long."""
    try:
        sql, parameters = accounts.values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [account_id for (account_id,) in cursor.fetchall()]


def changeable_accounts(viewer: User) -> QuerySet[Account]:
    """Accounts at which the viewer may enter."""
    if viewer.role not in WRITES:
        return rows(Account).none()
    return rows(Account).filter(signed_in(viewer), led_by(viewer))


def may_make_accounts(viewer: User) -> bool:
    """Whether the viewer may enter accounts that no system knows."""
    return viewer.is_active and viewer.role in WRITES


def own_accounts(viewer: User) -> QuerySet[Account]:
    """Accounts whose private entries the viewer may see."""
    return rows(Account).filter(private(viewer, ""))


def people(viewer: User) -> QuerySet[Person]:
    """Our own people: names and teams are nobody's secret."""
    return rows(Person).filter(signed_in(viewer))


def users(viewer: User) -> QuerySet[User]:
    """Who signs in; those who no longer may are for administrators."""
    everyone = rows(User).filter(signed_in(viewer))
    return everyone if viewer.role == "administrator" else everyone.filter(is_active=True)


def team_members(viewer: User) -> QuerySet[AccountTeamMember]:
    """Who was added to which account."""
    return rows(AccountTeamMember).filter(readable(viewer, "account"))


def stakeholders(viewer: User) -> QuerySet[Stakeholder]:
    """People at customers."""
    return rows(Stakeholder).filter(readable(viewer, "account"))


def stakes(viewer: User) -> QuerySet[Stake]:
    """What hangs on goals for people at customers."""
    return rows(Stake).filter(private(viewer, "stakeholder__account"))


def goals(viewer: User) -> QuerySet[Goal]:
    """Goals; personal ones are private."""
    return rows(Goal).filter(readable(viewer, "account"), Q(kind="business") | private(viewer, "account"))


def terms(viewer: User) -> QuerySet[GoalTerms]:
    """Every revision of goals' baselines and targets."""
    return rows(GoalTerms).filter(of_goal(viewer))


def readings(viewer: User) -> QuerySet[Reading]:
    """Readings of goals."""
    return rows(Reading).filter(of_goal(viewer))


def milestones(viewer: User) -> QuerySet[Milestone]:
    """Planned steps; those to personal goals are private."""
    return rows(Milestone).filter(
        readable(viewer, "account"),
        Q(goal__isnull=True) | Q(goal__kind="business") | private(viewer, "account"),
    )


def notes(viewer: User) -> QuerySet[Note]:
    """Notes of conversations; private ones are private."""
    return rows(Note).filter(readable(viewer, "account"), Q(is_private=False) | private(viewer, "account"))


def adoptions(viewer: User) -> QuerySet[Adoption]:
    """Which account put which lever to use."""
    return rows(Adoption).filter(readable(viewer, "account"))


def adjustments(viewer: User) -> QuerySet[Adjustment]:
    """What else moved customers' measures."""
    return rows(Adjustment).filter(readable(viewer, "account"))


def levers(viewer: User) -> QuerySet[Lever]:
    """Our products and plays."""
    return rows(Lever).filter(signed_in(viewer))


def targets(viewer: User) -> QuerySet[MetricTarget]:
    """What we aim for; for one account: where the viewer may read that."""
    of_accounts = Q(grain="account", entity__in=accounts(viewer).values("account_id"))
    return rows(MetricTarget).filter(signed_in(viewer), ~Q(grain="account") | of_accounts)


def links(viewer: User) -> QuerySet[CustomerLink]:
    """Links that open goals to customers."""
    return rows(CustomerLink).filter(readable(viewer, "account"))


def answers(viewer: User) -> QuerySet[CustomerAnswer]:
    """What customers said to goals and readings."""
    return rows(CustomerAnswer).filter(of_goal(viewer))


def grade_answers(viewer: User) -> QuerySet[GradeAnswer]:
    """What was answered to questions of worksheets."""
    return rows(GradeAnswer).filter(readable(viewer, "account"))


def grade_overrides(viewer: User) -> QuerySet[GradeOverride]:
    """Letters that somebody put over computed ones."""
    return rows(GradeOverride).filter(readable(viewer, "account"))


def closed_grades(viewer: User) -> QuerySet[ClosedGrades]:
    """Periods whose grades are frozen; what is in them is of all accounts, and not for a page as it is."""
    return rows(ClosedGrades).filter(signed_in(viewer)).defer("content")


def indicator_studies(viewer: User) -> QuerySet[IndicatorStudy]:
    """Studies of which KPIs predict, as they were said."""
    return rows(IndicatorStudy).filter(signed_in(viewer))


def tokens(viewer: User) -> QuerySet[ApiToken]:
    """Keys for programs: one's own; an administrator's are all."""
    every = rows(ApiToken).filter(signed_in(viewer))
    return every if viewer.role == "administrator" else every.filter(user=viewer)


def jobs(viewer: User) -> QuerySet[Job]:
    """Builds and imports, waiting, running and over."""
    return rows(Job).filter(signed_in(viewer))


def schedules(viewer: User) -> QuerySet[Schedule]:
    """When builds and imports start by themselves."""
    return rows(Schedule).filter(signed_in(viewer))


def erasures(viewer: User) -> QuerySet[Erasure]:
    """That somebody's data were erased."""
    every = rows(Erasure).filter(signed_in(viewer))
    return every if viewer.role == "administrator" else every.none()


# What may be seen of pay: a file of its own, asked here as all else is.
closed_pay_periods = pay_access.closed_pay_periods
dispute_outcomes = pay_access.dispute_outcomes
disputes = pay_access.disputes
forced_closes = pay_access.forced_closes
ledger = pay_access.ledger
ledger_entries = pay_access.ledger_entries
ledger_links = pay_access.ledger_links
pay_approvals = pay_access.pay_approvals
pay_calculations = pay_access.pay_calculations
pay_exceptions = pay_access.pay_exceptions
pay_reviews = pay_access.pay_reviews
pay_runs = pay_access.pay_runs
pay_statements = pay_access.pay_statements
plan_acknowledgements = pay_access.plan_acknowledgements
plan_payees = pay_access.plan_payees
plan_reviews = pay_access.plan_reviews


def value_agreements(viewer: User) -> QuerySet[ValueAgreement]:
    """Agreements on what customers' value is; what payees are paid by them is told to who pays."""
    own = rows(AgreementPayee).filter(of_payees(viewer)).values("agreement")
    seen = rows(ValueAgreement).filter(readable(viewer, "account") | Q(pk__in=own))
    return seen if pays(viewer) else seen.defer("body", "pay")


def agreement_payees(viewer: User) -> QuerySet[AgreementPayee]:
    """Who is paid by agreements: oneself, those whom one leads, and all for who pays."""
    return rows(AgreementPayee).filter(of_payees(viewer))


def agreement_signatures(viewer: User) -> QuerySet[AgreementSignature]:
    """Who signed agreements."""
    return rows(AgreementSignature).filter(agreement__in=value_agreements(viewer).values("pk"))


def value_readings(viewer: User) -> QuerySet[ValueReading]:
    """What was measured of agreements."""
    return rows(ValueReading).filter(agreement__in=value_agreements(viewer).values("pk"))


def value_verifications(viewer: User) -> QuerySet[ValueVerification]:
    """What others said to what was measured."""
    return rows(ValueVerification).filter(reading__in=value_readings(viewer).values("pk"))


def may(viewer: User, verb: Verb, row: Model | None = None) -> bool:
    """Whether the viewer may do this, to ``row`` where the verb needs one; a row that is not kept may not be seen."""
    if not viewer.is_active:
        return False
    if verb in _BY_ROLE:
        return viewer.role in _BY_ROLE[verb]
    if row is None:
        raise ValueError(f"whether somebody may {verb} depends on what")
    kind = _KINDS[type(row)]
    if not kind.question(viewer).filter(pk=row.pk).exists():
        return False
    if verb == "see":
        return True
    if kind.account is None:
        return viewer.role in kind.changed_by
    writable = _WRITABLE[verb](viewer)
    return writable.filter(pk__in=rows(type(row)).filter(pk=row.pk).values(kind.account)).exists()


def allow(viewer: User, verb: Verb, row: Model | None = None) -> None:
    """Raise NotAllowed where the viewer may not; what they may not even see does not exist for them."""
    if may(viewer, verb, row):
        return
    if row is not None and not may(viewer, "see", row):
        raise NotAllowed("There is no such entry among those that you may see.", cure="Ask the account's owner.")
    raise NotAllowed(_DENIED[verb], cure="Ask the account's owner." if row else "Ask an administrator.")


def may_see_version(viewer: User, version: Model) -> bool:
    """Whether the viewer may see what an entry was, given as an instance; it may be gone, or private only then."""
    if isinstance(version, User):
        return may(viewer, "administer")
    account = _account_of(version)
    if account is None:
        return viewer.is_active
    seen = own_accounts(viewer) if _was_private(version) else accounts(viewer)
    return seen.filter(pk=account).exists()


def allow_again(viewer: User, version: Model) -> None:
    """Raise NotAllowed where the viewer may not let a deleted entry be there again."""
    account = rows(Account).filter(pk=_account_of(version)).first()
    if account is not None:
        allow(viewer, "change", account)
    elif not viewer.is_active or viewer.role not in _KINDS[type(version)].changed_by:
        raise NotAllowed(_DENIED["change"], cure="Ask an administrator.")


def _account_of(version: Model) -> str | None:
    """The id of the account that an entry belongs or belonged to."""
    match version:
        case Reading():
            return version.goal.account_id
        case Stake():
            return version.stakeholder.account_id
        case (
            AccountTeamMember()
            | Adjustment()
            | Adoption()
            | CustomerLink()
            | Goal()
            | GradeAnswer()
            | GradeOverride()
            | Milestone()
            | Note()
            | Stakeholder()
        ):
            return version.account_id
        case _:
            return None


def _was_private(version: Model) -> bool:
    match version:
        case Stake():
            return True
        case Note():
            return version.is_private
        case Goal():
            return version.kind == "personal"
        case Reading():
            return version.goal.kind == "personal"
        case Milestone():
            return version.goal is not None and version.goal.kind == "personal"
        case _:
            return False


@dataclass(frozen=True)
class _Kind:
    """How a kind of object is asked for, and the way to its account; without one: the roles that may change it."""

    question: Callable[[User], QuerySet[Any]]
    account: str | None = None
    changed_by: frozenset[str] = frozenset()


_KINDS: dict[type[Model], _Kind] = {
    Account: _Kind(accounts, "pk"),
    AccountTeamMember: _Kind(team_members, "account"),
    Adjustment: _Kind(adjustments, "account"),
    Adoption: _Kind(adoptions, "account"),
    AgreementPayee: _Kind(agreement_payees, "agreement__account"),
    AgreementSignature: _Kind(agreement_signatures, "agreement__account"),
    ApiToken: _Kind(tokens, changed_by=frozenset(ROLES)),
    ClosedGrades: _Kind(closed_grades),
    CustomerAnswer: _Kind(answers, "link__account"),
    CustomerLink: _Kind(links, "account"),
    Dispute: _Kind(disputes),
    DisputeOutcome: _Kind(dispute_outcomes),
    Erasure: _Kind(erasures),
    ForcedClose: _Kind(forced_closes),
    Goal: _Kind(goals, "account"),
    GoalTerms: _Kind(terms, "goal__account"),
    GradeAnswer: _Kind(grade_answers, "account"),
    GradeOverride: _Kind(grade_overrides, "account"),
    IndicatorStudy: _Kind(indicator_studies),
    Job: _Kind(jobs, changed_by=_BY_ROLE["build"]),
    LedgerEntry: _Kind(ledger_entries),
    LedgerLink: _Kind(ledger_links),
    LedgerTransaction: _Kind(ledger),
    Lever: _Kind(levers, changed_by=LEVER_ROLES),
    MetricTarget: _Kind(targets, changed_by=_BY_ROLE["define"]),
    Milestone: _Kind(milestones, "account"),
    Note: _Kind(notes, "account"),
    PayApproval: _Kind(pay_approvals),
    PayCalculation: _Kind(pay_calculations),
    PayException: _Kind(pay_exceptions),
    PayReview: _Kind(pay_reviews),
    PayRun: _Kind(pay_runs),
    PayStatement: _Kind(pay_statements),
    PeriodEvent: _Kind(closed_pay_periods),
    Person: _Kind(people),
    PlanAcknowledgement: _Kind(plan_acknowledgements),
    PlanPayee: _Kind(plan_payees),
    PlanReview: _Kind(plan_reviews),
    Reading: _Kind(readings, "goal__account"),
    Schedule: _Kind(schedules, changed_by=_BY_ROLE["build"]),
    Stake: _Kind(stakes, "stakeholder__account"),
    Stakeholder: _Kind(stakeholders, "account"),
    User: _Kind(users, changed_by=_BY_ROLE["administer"]),
    ValueAgreement: _Kind(value_agreements, "account"),
    ValueReading: _Kind(value_readings, "agreement__account"),
    ValueVerification: _Kind(value_verifications, "reading__agreement__account"),
}


def _changes_privately(viewer: User) -> QuerySet[Account]:
    return own_accounts(viewer) if viewer.role in WRITES else rows(Account).none()


_WRITABLE = {
    "change": changeable_accounts,
    "agree": changeable_accounts,
    "confide": _changes_privately,
    "staff": _changes_privately,
}
