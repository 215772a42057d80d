"""Active customers: what every mean and share over customers is taken over."""

import ibis
from ibis import Table

from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.lookup import looked_up
from trueup.units.period import LAST_DAY


def active_customers(inputs: Inputs) -> Table:
    """Each account once per period in which one of its contracts runs for at least one day, up to the cut."""
    contracts, accounts = inputs.canon("contracts"), inputs.canon("accounts")
    runs = contracts.filter(contracts.account_id.notnull()).select(
        "account_id",
        runs_from=contracts.starts_on,
        ends_on=contracts.ends_on.fill_null(LAST_DAY),
        stops_on=ibis.least(contracts.cancelled_on.fill_null(LAST_DAY), contracts.defaulted_on.fill_null(LAST_DAY)),
    )
    # Owners are looked up before periods multiply the rows: afterwards one core would do all of it.
    runs = looked_up(runs, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    active = PERIODS.join(
        runs,
        [
            runs.runs_from <= PERIODS.cut_on,
            runs.ends_on >= PERIODS.first_on,
            runs.stops_on > PERIODS.first_on,
            runs.stops_on > runs.runs_from,
            runs.ends_on >= runs.runs_from,
        ],
    )
    active = active.select("account_id", "person_id", "period_kind", "period_key", credited_on="cut_on").distinct()
    return active.mutate(fact_key=active.account_id)


FACTS = (
    Fact(
        name="active_customers",
        description=(
            "One row per account and period in which a contract of the account runs for at least one day. A contract "
            "runs from its first to its last day, both included, and not on the day it is cancelled or defaults nor "
            "after; without a last day it runs on. A period not over yet counts up to the as-of day. Credited to the "
            "account's owner."
        ),
        build=active_customers,
        credit="person",
        timing="period",
        is_one_per_account=True,
        requires={"contracts": ("account_id", "starts_on")},
        row_of="accounts",
    ),
)
