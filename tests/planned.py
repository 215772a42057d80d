"""Plans on their way into force, in the record that a test is on."""

from collections.abc import Collection

from company import NOON
from trueup.pay.simulate_compare import MoneyDiff
from trueup.record.actions.pay_plans import SubmittedPlan, decide_plan, submit_plan
from trueup.record.models import PayApproval, PlanReview, User

TENTH = """
plan: tenth
label: A tenth of everything
currency: EUR
valid_from: 2026-01-01
components:
  - name: bookings
    clause: "1"
    kind: rate
    credits: bookings
    aggregation: cumulative
    table: {kind: step, tiers: [{pays: 0.10}]}
"""


def submitted(
    by: User, *, text: str = TENTH, payees: Collection[str] = (), money_diff: MoneyDiff | None = None
) -> PlanReview:
    """A version in review."""
    why_not = "" if money_diff else "It is the first one."
    return submit_plan(by, SubmittedPlan("plans/plan.yaml", text, payees, money_diff, why_not), at=NOON)


def approved(by: User, approver: User, *, text: str = TENTH, payees: Collection[str] = ()) -> PayApproval:
    """A version that somebody else let pass."""
    return decide_plan(approver, submitted(by, text=text, payees=payees), decision="approved", at=NOON)
