"""Active customers: what every mean and share over customers is taken over."""

import ibis
from ibis import Table

from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.units.period import LAST_DAY


def active_customers(inputs: Inputs) -> Table:
    """Each account once per period in which one of its contracts runs for at least one day, up to the cut."""
    contracts = inputs.canon("contracts")
    runs = contracts.filter(contracts.account_id.notnull()).select(
        "account_id",
        runs_from=contracts.starts_on,
        ends_on=contracts.ends_on.fill_null(LAST_DAY),
        stops_on=ibis.least(contracts.cancelled_on.fill_null(LAST_DAY), contracts.defaulted_on.fill_null(LAST_DAY)),
    )
    active = (
        PERIODS.join(
            runs,
            [
                runs.runs_from <= PERIODS.cut_on,
                runs.ends_on >= PERIODS.first_on,
                runs.stops_on > PERIODS.first_on,
                runs.stops_on > runs.runs_from,
                runs.ends_on >= runs.runs_from,
            ],
        )
        .select("account_id", "period_kind", "period_key", "cut_on")
        .distinct()
    )
    accounts = inputs.canon("accounts").select("account_id", "owner_id")
    return active.left_join(accounts, "account_id").select(
        "account_id",
        "period_kind",
        "period_key",
        fact_key=active.account_id,
        credited_on=active.cut_on,
        person_id=accounts.owner_id,
    )


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
