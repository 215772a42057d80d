"""Goals in expressions: the terms in force on a day, the values as claimed or as verified, and progress.

Days decide: a revision is in force from the local day on which it was entered, a reading counts from the day it
describes. Shares are float64, so that comparing them with a bound allows for what rounding may have taken.
"""

from typing import cast

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import Inputs
from trueup.metrics.instants import local_date
from trueup.metrics.lookup import holds, looked_up
from trueup.units.period import FIRST_DAY, LAST_DAY

SLACK = 1e-9
BUSINESS = "business"
"""The kind of goal that metrics speak of: a personal goal is for its account's own team only."""
CADENCE_DAYS = 45
"""How often a goal is to be read unless it says otherwise."""


def agreed_goals(inputs: Inputs) -> Table:
    """Business goals that were ever agreed on, with that local day, the day they ended and the account's owner."""
    goals, accounts = inputs.entries("goals"), inputs.canon("accounts")
    goals = goals.filter(goals.kind == BUSINESS, goals.status != "draft", goals.agreed_at.notnull())
    goals = looked_up(goals, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    return goals.select(
        "goal_id",
        "account_id",
        "person_id",
        "direction",
        "status",
        "weight",
        cadence_days=goals.cadence_days.fill_null(CADENCE_DAYS),
        agreed_on=local_date(goals.agreed_at),
        ended_on=local_date(goals.ended_at),
    )


def terms_in_force(inputs: Inputs) -> Table:
    """Each goal's revisions with the days on which they are in force: ``terms_from`` to before ``terms_until``.

    The highest revision entered by a day is in force on it; the lowest also before it was entered.
    """
    terms = inputs.entries("goal_terms")
    terms = terms.mutate(entered_on=local_date(terms.recorded_at))
    terms = terms.mutate(
        place=ibis.row_number().over(group_by=terms.goal_id, order_by=terms.revision),
        next_on=terms.entered_on.lead().over(group_by=terms.goal_id, order_by=terms.revision),
    )
    return terms.select(
        "goal_id",
        "revision",
        "baseline_value",
        "baseline_on",
        "target_value",
        "target_on",
        "tolerance",
        terms_from=ibis.ifelse(terms.place == 0, ibis.literal(FIRST_DAY), terms.entered_on),
        terms_until=terms.next_on.fill_null(ibis.literal(LAST_DAY)),
    )


def claimed_values(inputs: Inputs) -> Table:
    """Each goal's values as we claim them, one a day."""
    readings = inputs.entries("readings")
    return _one_a_day(readings.mutate(amount=readings.value))


def verified_values(inputs: Inputs) -> Table:
    """Each goal's values that the customer or a system vouches for, one a day."""
    answers = inputs.entries("answers")
    latest = ibis.row_number().over(
        group_by=answers.reading_id, order_by=[answers.answered_at.desc(), answers.answer_id.desc()]
    )
    last = answers.filter(answers.reading_id.notnull()).mutate(place=latest)
    last = last.filter(last.place == 0).select("reading_id", "verdict", "answered_at", said="value")
    readings = looked_up(inputs.entries("readings"), last, by="reading_id")
    is_verified = readings.verification.fill_null("unverified") != "unverified"
    since_then = is_verified & holds(readings.verified_at > readings.answered_at)
    is_answered = readings.verdict.notnull() & ~since_then
    amount = ibis.cases(
        (is_answered & (readings.verdict == "confirmed"), ibis.coalesce(readings.said, readings.value)),
        (is_answered & (readings.verdict == "corrected"), readings.said),
        (~is_answered & is_verified, readings.value),
    )
    return _one_a_day(readings.mutate(amount=amount))


def _one_a_day(readings: Table) -> Table:
    """Of several readings of one day the one best vouched for, then the one recorded last; ``next_on``: the next day's.

    Columns: goal_id, observed_on, next_on (a far day after the newest), amount, reading_id.
    """
    readings = readings.filter(readings.amount.notnull(), readings.observed_on.notnull())
    vouched = readings.verification.cases(("measured_by_system", 2), ("confirmed_by_customer", 1), else_=0)
    best_first = [vouched.desc(), readings.first_recorded_at.desc(), readings.reading_id.desc()]
    place = ibis.row_number().over(group_by=[readings.goal_id, readings.observed_on], order_by=best_first)
    best = readings.mutate(place=place)
    best = best.filter(best.place == 0)
    next_on = best.observed_on.lead().over(group_by=best.goal_id, order_by=best.observed_on)
    return best.select(
        "goal_id", "observed_on", "amount", "reading_id", next_on=next_on.fill_null(ibis.literal(LAST_DAY))
    )


def progress(rows: Table) -> ir.FloatingValue:
    """The progress of rows with a goal's terms and ``direction`` at the value ``amount``; null where there is none."""
    way = (rows.target_value - rows.baseline_value).nullif(0)
    strays = (rows.amount - rows.target_value).abs()
    about = SLACK * (rows.amount.abs() + rows.target_value.abs())
    maintained = (strays <= rows.tolerance + about).ifelse(1.0, 0.0)
    kept = ibis.ifelse(rows.tolerance.isnull() | strays.isnull(), None, maintained)
    gone = (rows.amount - rows.baseline_value) / way
    return cast("ir.FloatingValue", (rows.direction == "maintain").ifelse(kept, gone))


def reaches(share: ir.Value, bound: ir.NumericValue | float) -> ir.BooleanValue:
    """Whether a share is at least a bound, rounding aside; null without one."""
    return share >= cast("ir.NumericValue", bound) - SLACK


def of_terms(rows: Table, inputs: Inputs, *, on: str) -> Table:
    """Rows of goals with the columns of the terms in force on the day in column ``on``; null where there are none."""
    terms = terms_in_force(inputs)
    in_force = (rows.goal_id == terms.goal_id, rows[on] >= terms.terms_from, rows[on] < terms.terms_until)
    return rows.left_join(terms, in_force).drop("goal_id_right", "terms_from", "terms_until")
