"""What customers of a year ago pay now, against what they paid then."""

import ibis
from ibis import Table

from trueup.metrics.conversion import as_number, shared_by_days
from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.facts.contracts import running_contracts
from trueup.metrics.instants import shifted
from trueup.metrics.lookup import looked_up

DAYS_PER_YEAR = 365


def _retention(inputs: Inputs) -> Table:
    months = round(inputs.number("months_before"))
    # The boundary is the day after: a year before the end of February 2025 is the end of the 29th, not of the 28th.
    then_on = shifted(shifted(shifted(PERIODS.cut_on, days=1), months=-months), days=-1)
    periods = PERIODS.select("period_kind", "period_key", now_on=PERIODS.cut_on, then_on=then_on)
    recurring = _recurring(inputs, periods)
    customers = periods.join(recurring, periods.then_on == recurring.day).drop("day")
    customers = customers.rename(recurring_then="recurring", unknown_then="unknown")
    today = recurring.rename(now_on="day", recurring_now="recurring", unknown_now="unknown").view()
    rows = looked_up(customers, today, by=("account_id", "now_on"))
    accounts = inputs.canon("accounts")
    rows = looked_up(rows, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    is_known = (rows.unknown_then == 0) & (rows.unknown_now.fill_null(0) == 0)
    nothing = rows.recurring_then - rows.recurring_then
    now = ibis.coalesce(rows.recurring_now, nothing)
    return rows.select(
        "account_id",
        "period_kind",
        "period_key",
        "person_id",
        fact_key=rows.account_id,
        credited_on=rows.now_on,
        is_known=is_known,
        recurring_then=ibis.ifelse(is_known, rows.recurring_then, None),
        recurring_now=ibis.ifelse(is_known, now, None),
        recurring_kept=ibis.ifelse(is_known, ibis.least(now, rows.recurring_then), None),
    )


def _recurring(inputs: Inputs, periods: Table) -> Table:
    """Each account's annualised revenue on each day asked about, and how many contracts' it leaves out as unknown."""
    days = periods.select(day="now_on").union(periods.select(day="then_on"), distinct=True)
    contracts = running_contracts(inputs)
    contracts = contracts.filter(contracts.account_id.notnull())
    amount = as_number(contracts.amount, contracts.rate)
    annual = shared_by_days(amount, days=ibis.literal(DAYS_PER_YEAR), of_days=contracts.term_days)
    contracts = contracts.mutate(annual=annual)
    running = contracts.join(days, (contracts.runs_from <= days.day, contracts.runs_to >= days.day))
    return running.group_by("account_id", "day").agg(
        recurring=running.annual.sum(), unknown=running.annual.isnull().sum()
    )


FACTS: tuple[Fact, ...] = (
    Fact(
        "retention",
        "Each customer of 12 months before a period's end, with its recurring revenue then and at the end.",
        _retention,
        credit="person",
        timing="period",
        is_one_per_account=True,
        requires={"contracts": ("contract_id", "account_id", "starts_on", "ends_on", "amount")},
        parameters={"months_before": 12},
    ),
)
