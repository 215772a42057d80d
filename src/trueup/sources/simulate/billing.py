"""The billing system's own export: contracts and invoices under the company's own headings."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.sources.simulate import names
from trueup.sources.simulate.addresses import account_names
from trueup.sources.simulate.clock import DAY, Clock
from trueup.sources.simulate.columns import (
    NOTHING,
    Flags,
    Ints,
    dates,
    flat,
    joined,
    money,
    picked,
    salesforce_ids,
    short_salesforce_ids,
    stamps,
)
from trueup.sources.simulate.contracts import Contracts
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import CURRENCIES, Accounts

_KNOWN_COST = 0.9


def contract_numbers(number: Ints) -> pa.Array:
    """Contract numbers such as ``C-2000123``; null below 0."""
    text = joined("C-", pa.array(2_000_000 + np.maximum(number, 0)))
    return pc.if_else(pa.array(number >= 0), text, pa.scalar(None, pa.large_string()))


def customer_numbers(accounts: Accounts) -> pa.Array:
    """Customer numbers such as ``K100123``."""
    return joined("K", pa.array(100_000 + accounts.number))


def booked_days(contracts: Contracts, signed_on: Ints, rng: np.random.Generator) -> Ints:
    """When each contract was entered: as it was signed or began, for one in sixteen weeks later."""
    usual = np.maximum(signed_on, contracts.starts_on - rng.integers(0, 4, len(contracts)))
    late = rng.random(len(contracts)) < 0.06
    return np.where(late, contracts.starts_on + rng.integers(8, 40, len(contracts)), usual)


def write_contracts(
    sheets: Sheets,
    contracts: Contracts,
    *,
    number: Ints,
    deal_number: Ints,
    booked: Ints,
    scene: Scene,
    rng: np.random.Generator,
) -> Flags:
    """The contracts booked by the export's end; which these are. ``deal_number`` is the deal behind each."""
    clock, accounts = scene.clock, scene.accounts
    rows = len(contracts)
    written = booked <= clock.cutoff
    account = contracts.account
    share = rng.uniform(0.18, 0.45, rows)
    has_cost = rng.random(rows) < _KNOWN_COST
    cost = np.where(has_cost, np.round(contracts.amount * share).astype(np.int64), NOTHING)
    ended = _until(contracts.cancelled_on, clock)
    failed = _until(contracts.defaulted_on, clock)
    left = np.clip(contracts.ends_on - contracts.defaulted_on + 1, 0, None) / (
        contracts.ends_on - contracts.starts_on + 1
    )
    loss = np.where(failed >= 0, np.round(contracts.amount * left * 0.8).astype(np.int64), NOTHING)
    renews = np.where(contracts.renews >= 0, number[np.maximum(contracts.renews, 0)], NOTHING)
    columns = {
        "contract_no": contract_numbers(number),
        "customer_no": customer_numbers(accounts).take(pa.array(account)),
        "customer_name": account_names(accounts).take(pa.array(account)),
        "crm_account_id": salesforce_ids("001", accounts.number[account]),
        "crm_opportunity_id": salesforce_ids("006", deal_number),
        "product": picked(names.PRODUCTS, contracts.product),
        "valid_from": dates(contracts.starts_on),
        "valid_until": dates(contracts.ends_on),
        "contract_value": money(contracts.amount),
        "delivery_cost": money(cost),
        "currency": picked(CURRENCIES, accounts.currency[account]),
        "follows_contract_no": contract_numbers(renews),
        "terminated_on": dates(ended),
        "defaulted_on": dates(failed),
        "written_off": money(loss),
        "booked_at": stamps(clock.utc(np.where(written, booked * DAY + 14 * 3600, NOTHING))),
    }
    order = pa.array(np.flatnonzero(written)[np.argsort(booked[written], kind="stable")])
    sheets.append("billing/contracts.csv", {name: values.take(order) for name, values in columns.items()})
    return written


def _until(day: Ints, clock: Clock) -> Ints:
    return np.where(day <= clock.cutoff, day, NOTHING)


def write_invoices(
    sheets: Sheets,
    contracts: Contracts,
    *,
    number: Ints,
    written: Flags,
    scene: Scene,
    serials: Serials,
    rng: np.random.Generator,
) -> None:
    """Quarterly invoices of each contract; bad health shows in late payment before it ends in default."""
    clock = scene.clock
    chosen = np.flatnonzero(written)
    quarters = np.maximum(1, (contracts.months + 2) // 3)[chosen]
    days = np.maximum(30, (contracts.ends_on - contracts.starts_on)[chosen] // quarters)
    row, place = flat(quarters)
    contract = chosen[row]
    issued = contracts.starts_on[contract] + place * days[row]
    due = issued + 30
    fine = (issued <= clock.cutoff) & (issued < contracts.stopped_on[contract])
    row, contract, issued, due = row[fine], contract[fine], issued[fine], due[fine]
    month = np.minimum(clock.month(issued), scene.life.health.shape[1] - 1)
    health = scene.life.health[contracts.account[contract], month]
    delay = np.round(-4 - 9 * health + 6 * rng.standard_normal(len(issued))).astype(np.int64)
    paid = np.maximum(due + delay, issued + 2)
    unpaid = (paid > clock.cutoff) | (paid >= contracts.defaulted_on[contract])
    accounts, account = scene.accounts, contracts.account[contract]
    sheets.append(
        "billing/invoices.csv",
        {
            "invoice_no": joined("R", pa.array(700_001 + serials.take("invoice", len(issued)))),
            "contract_no": contract_numbers(number[contract]),
            "customer_no": customer_numbers(accounts).take(pa.array(account)),
            "crm_account_id": short_salesforce_ids("001", accounts.number[account]),
            "issued": dates(issued),
            "payable_by": dates(due),
            "paid": dates(np.where(unpaid, NOTHING, paid)),
            "total": money(contracts.amount[contract] // quarters[row]),
            "currency": picked(CURRENCIES, accounts.currency[account]),
        },
    )
