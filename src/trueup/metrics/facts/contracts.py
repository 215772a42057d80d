"""Contracts: renewed when due or not, and defaulted while running or not."""

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.conversion import converted, with_rate
from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.instants import as_of_on, days_through, last_day_over, shifted, start_of_day
from trueup.metrics.lookup import holds, looked_up
from trueup.units.period import LAST_DAY


def running_contracts(inputs: Inputs) -> Table:
    """Each contract with its account's owner (``person_id``), the days it runs, its money, and its first day's rate.

    ``runs_from`` to ``runs_to``: inclusive; the day of cancellation or default is no running day, so that a contract
    cancelled at its start has ``runs_to`` before ``runs_from``. ``term_days`` is null without a usable term.
    """
    contracts, accounts = inputs.canon("contracts"), inputs.canon("accounts")
    rows = with_rate(contracts, on="starts_on")
    rows = looked_up(rows, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    runs_to = ibis.least(
        _or_ever(rows.ends_on),
        _or_ever(shifted(rows.cancelled_on, days=-1)),
        _or_ever(shifted(rows.defaulted_on, days=-1)),
    )
    term_days = days_through(rows.starts_on, rows.ends_on)
    return rows.select(
        "contract_id",
        "account_id",
        "person_id",
        "ends_on",
        "defaulted_on",
        "amount",
        "cost_amount",
        "rate",
        runs_from=rows.starts_on,
        runs_to=runs_to,
        term_days=term_days.nullif(ibis.literal(0)),
    )


def _or_ever(day: ir.DateValue) -> ir.DateValue:
    return day.fill_null(ibis.literal(LAST_DAY))


def _renewals(inputs: Inputs) -> Table:
    grace_days = round(inputs.number("grace_days"))
    contracts = inputs.canon("contracts")
    renewing = contracts.filter(
        contracts.renews_contract_id.notnull(), contracts.renews_contract_id != contracts.contract_id
    )
    starts = renewing.group_by(contract_id=renewing.renews_contract_id).agg(renewed_on=renewing.starts_on.min())
    running = running_contracts(inputs)
    due = looked_up(running.filter(running.ends_on <= as_of_on()), starts, by="contract_id")
    last_chance = shifted(due.ends_on, days=grace_days)
    is_renewed = holds(due.renewed_on <= last_chance)
    amount = converted(due.amount, due.rate)
    return due.select(
        "account_id",
        "person_id",
        fact_key=due.contract_id,
        occurred_at=start_of_day(due.ends_on),
        occurred_on=due.ends_on,
        credited_on=due.ends_on,
        is_mature=last_chance <= last_day_over(),
        is_renewed=is_renewed,
        amount=amount,
        renewed_amount=converted(ibis.ifelse(is_renewed, due.amount, due.amount - due.amount), due.rate),
        lacks_rate=due.rate.isnull(),
    )


def _exposed_contracts(inputs: Inputs) -> Table:
    contracts = running_contracts(inputs)
    # The first and last day that can matter; the exact question is asked of the pairs that are left.
    contracts = contracts.mutate(
        from_on=ibis.least(_or_ever(contracts.runs_from), _or_ever(contracts.defaulted_on)),
        to_on=ibis.greatest(contracts.runs_to, contracts.defaulted_on.fill_null(contracts.runs_to)),
    )
    rows = contracts.join(PERIODS, (contracts.from_on <= PERIODS.cut_on, contracts.to_on >= PERIODS.first_on))
    first_running = ibis.greatest(rows.runs_from, rows.first_on)
    is_running = holds(first_running <= ibis.least(rows.runs_to, rows.cut_on))
    has_defaulted = holds((rows.defaulted_on >= rows.first_on) & (rows.defaulted_on <= rows.cut_on))
    rows = rows.mutate(has_defaulted=has_defaulted, is_running=is_running)
    return rows.filter(rows.is_running | rows.has_defaulted).select(
        "account_id",
        "period_kind",
        "period_key",
        "person_id",
        "has_defaulted",
        fact_key=rows.contract_id,
        credited_on=rows.cut_on,
    )


_TERM = ("contract_id", "account_id", "starts_on", "ends_on")

FACTS: tuple[Fact, ...] = (
    Fact(
        "renewals",
        "Each contract due, by its last day; whether another contract renewed it in time.",
        _renewals,
        credit="person",
        requires={"contracts": (*_TERM, "renews_contract_id")},
        parameters={"grace_days": 30},
        row_of="contracts",
    ),
    Fact(
        "exposed_contracts",
        "Each contract in each period in which it ran or defaulted.",
        _exposed_contracts,
        credit="person",
        timing="period",
        requires={"contracts": (*_TERM, "defaulted_on")},
        row_of="contracts",
    ),
)
