"""Writes down what is true, apart from the exports, for tests and benchmarks to judge by."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from trueup.sources.simulate import planted
from trueup.sources.simulate.billing import contract_numbers, customer_numbers
from trueup.sources.simulate.clock import Clock
from trueup.sources.simulate.columns import Floats, Ints, dates, picked, plain_ids, salesforce_ids
from trueup.sources.simulate.contracts import Contracts, renewal_logit
from trueup.sources.simulate.helpdesk import ORGANISATION_IDS, TICKET_IDS
from trueup.sources.simulate.marketing import COMPANY_IDS
from trueup.sources.simulate.measures import Adoptions, Series
from trueup.sources.simulate.scale import Company
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.tickets import Tickets
from trueup.sources.simulate.world import Contacts


def write_planted(folder: Path, company: Company) -> None:
    """``planted.json``: coefficients, lags, decoys, lever effects."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "company": {**asdict(company), "ends_on": company.ends_on.isoformat()},
        "renewal": {
            "intercept": planted.RENEWAL_INTERCEPT,
            "drivers": [asdict(driver) for driver in planted.DRIVERS],
            "log_size": planted.SIZE_EFFECT,
            "industry": planted.INDUSTRY_EFFECTS,
            "frailty_deviation": planted.FRAILTY,
        },
        "expansion": {"intercept": planted.EXPANSION_INTERCEPT, "business_reviews": planted.EXPANSION_OF_REVIEWS},
        "default": {
            "monthly_intercept": planted.DEFAULT_LOGIT,
            "health": planted.DEFAULT_OF_HEALTH,
            "lag": planted.LATE_PAYMENT_LEAD,
        },
        "decoys": planted.DECOYS,
        "experience_without_effect": planted.NULL_EXPERIENCE,
        "reactive": {"kpi": "sales_calls", "per_month_times_risk": planted.SAVE_CALLS},
        "levers": [asdict(lever) for lever in planted.LEVERS],
        "lever_effects": [asdict(effect) for effect in planted.LEVER_EFFECTS],
        "adoption_after_bad_spell": planted.BAD_SPELL,
        "late_share": planted.LATE_SHARE,
    }
    (folder / "planted.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def write_contracts(sheets: Sheets, contracts: Contracts, scene: Scene, number: Ints) -> None:
    """Per contract the drivers' values, log odds and probability of renewal, and what came of it."""
    account = contracts.account
    columns = {
        "contract_no": contract_numbers(number),
        "account_id": salesforce_ids("001", scene.accounts.number[account]),
        "starts_on": dates(contracts.starts_on),
        "ends_on": dates(contracts.ends_on),
        "is_addon": pa.array(contracts.is_addon),
        "log_size": pa.array(scene.accounts.size[account]),
        "industry": pa.array(scene.accounts.industry[account]),
        "frailty": pa.array(scene.accounts.frailty[account]),
    }
    outcome = np.where(contracts.defaulted_on <= scene.clock.cutoff, 3, contracts.decision + 1)
    z = {driver.kpi: pa.array(contracts.z[:, number]) for number, driver in enumerate(planted.DRIVERS)}
    fate = {
        "logit": pa.array(contracts.logit),
        "renewal_probability": pa.array(contracts.probability),
        "outcome": picked(("undecided", "lost", "renewed", "defaulted"), outcome),
    }
    sheets.append("contracts.csv", {**columns, **z, **fate})


def write_accounts(sheets: Sheets, scene: Scene, windows: Floats) -> None:
    """Per account the identities in all systems, size, frailty, and the odds of renewal if it were decided now."""
    accounts, clock = scene.accounts, scene.clock
    rows = np.arange(len(accounts))
    now = clock.month(np.full(len(rows), clock.cutoff))
    logit, _ = renewal_logit(accounts, rows, windows, now)
    customer = (accounts.starts_on <= clock.cutoff) & (scene.left_on > clock.cutoff)
    sheets.append(
        "accounts.csv",
        {
            "account_id": salesforce_ids("001", accounts.number),
            "zendesk_organization_id": plain_ids(accounts.number, ORGANISATION_IDS),
            "hubspot_company_id": plain_ids(accounts.number, COMPANY_IDS),
            "customer_no": customer_numbers(accounts),
            "log_size": pa.array(accounts.size),
            "frailty": pa.array(accounts.frailty),
            "renewal_probability_now": pa.array(1 / (1 + np.exp(-logit)), mask=~customer),
        },
    )


def write_months(sheets: Sheets, scene: Scene) -> None:
    """Per account and month the latent levels and counts, the run-up included."""
    life, clock = scene.life, scene.clock
    rows, months = life.health.shape
    account, month = np.repeat(np.arange(rows), months), np.tile(np.arange(months), rows)
    sheets.append(
        "account_months.csv",
        {
            "account_id": salesforce_ids("001", scene.accounts.number[account]),
            "month": dates(clock.month_starts[month]),
            "response_level": pa.array(life.levels[planted.RESPONSE].ravel()),
            "repeat_level": pa.array(life.levels[planted.REPEAT].ravel()),
            "joint": pa.array(life.joint.ravel()),
            "reviews": pa.array(life.reviews.ravel()),
            "referrals": pa.array(life.referrals.ravel()),
            "health": pa.array(life.health.ravel()),
            "activity": pa.array(life.activity.ravel()),
        },
    )


def write_people(sheets: Sheets, scene: Scene, contacts: Contacts) -> None:
    """Second records of the same person."""
    second = np.flatnonzero(contacts.twin_of >= 0)
    sheets.append(
        "same_person.csv",
        {
            "contact_id": salesforce_ids("003", contacts.number[second]),
            "same_as_contact_id": salesforce_ids("003", contacts.number[contacts.twin_of[second]]),
            "account_id": salesforce_ids("001", scene.accounts.number[contacts.account[second]]),
        },
    )


def write_issues(sheets: Sheets, tickets: Tickets, scene: Scene, first_issue: int) -> None:
    """Per ticket its true issue, and the kind of problem behind it."""
    sheets.append(
        "ticket_issues.csv",
        {
            "ticket_id": plain_ids(tickets.number, TICKET_IDS),
            "account_id": salesforce_ids("001", scene.accounts.number[tickets.account]),
            "issue_id": pa.array(first_issue + tickets.issue),
            "problem": pa.array(tickets.problem),
            "is_linked": pa.array((tickets.problem_ticket >= 0) | tickets.is_problem),
        },
    )


def write_levers(sheets: Sheets, series: Series, adoptions: Adoptions, scene: Scene, clock: Clock) -> None:
    """Per adoption and measure the true effect once the lever works fully."""
    levers = [lever.name for lever in planted.LEVERS]
    for number, effect in enumerate(planted.LEVER_EFFECTS):
        began = adoptions.began[:, levers.index(effect.lever)]
        measure = [measure.name for measure in planted.MEASURES].index(effect.measure)
        account = np.flatnonzero((began < len(clock.month_starts)) & series.shown[measure].any(axis=1))
        rows = len(account)
        sheets.append(
            "lever_effects.csv",
            {
                "account_id": salesforce_ids("001", scene.accounts.number[account]),
                "lever": pa.repeat(pa.scalar(effect.lever), rows),
                "measure": pa.repeat(pa.scalar(effect.measure), rows),
                "works_from": dates(clock.month_starts[began[account]]),
                "full_effect": pa.array(series.full_effect[number][account]),
                "months_until_full": pa.array(np.full(rows, effect.ramp)),
            },
        )
