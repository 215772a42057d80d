"""The company's own plain files in canonical columns: people, quotas, markets, rates, surveys, usage."""

from datetime import date

import numpy as np
import pyarrow as pa

from trueup.sources.simulate import planted, staff, texts, world
from trueup.sources.simulate.addresses import staff_emails, staff_names
from trueup.sources.simulate.clock import DAY, Clock, add_months, as_date
from trueup.sources.simulate.columns import NOTHING, Floats, Ints, constant, dates, picked, salesforce_ids, stamps
from trueup.sources.simulate.contracts import LOST, Contracts
from trueup.sources.simulate.scale import EUROS, Company
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.staff import NEVER, Staff
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import Contacts

_SELLING = (*range(staff.SALES, staff.SALES + 3), staff.MIDMARKET)
_QUOTA_A_QUARTER = 56_000
_QUOTA_CURRENCIES = ("EUR", "GBP", "USD")
_MARKET_A_YEAR = (9_000, 60_000, 90_000)
FEATURES = ("planning_runs", "tours_dispatched", "invoices_sent")


def write_people(sheets: Sheets, people: Staff, clock: Clock) -> None:
    """Everybody with dated rows: two for those who changed team."""
    rows = np.arange(len(people))
    moved = (people.moved_on <= clock.cutoff) & (people.team != people.team_before)
    person = np.concatenate([rows, rows[moved]])
    second = np.concatenate([np.zeros(len(rows), dtype=np.bool_), np.ones(int(moved.sum()), dtype=np.bool_)])
    team = np.where(second, people.team[person], people.team_before[person])
    since = np.where(second, people.moved_on[person], people.joined_on[person])
    left = np.where(people.left_on[person] <= clock.cutoff, people.left_on[person], NOTHING)
    until = np.where(moved[person] & ~second, people.moved_on[person] - 1, left)
    order = pa.array(np.lexsort((since, person)))
    columns = {
        "person_id": salesforce_ids("005", person),
        "name": staff_names(people).take(pa.array(person)),
        "email": staff_emails(people).take(pa.array(person)),
        "team": picked(staff.TEAMS, team),
        "department": picked(staff.DEPARTMENTS, team),
        "role": picked(staff.ROLES, team),
        "manager_id": salesforce_ids("005", people.manager[person]),
        "active_from": dates(since),
        "active_to": dates(until),
    }
    sheets.append("company/people.csv", {name: values.take(order) for name, values in columns.items()})


def quarters_of(company: Company, clock: Clock) -> list[date]:
    """The first days of the exported window's quarters."""
    first = as_date(clock.window_from)
    first = date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    return [
        add_months(first, 3 * number)
        for number in range(4 * company.years + 1)
        if add_months(first, 3 * number) <= company.ends_on
    ]


def _key(quarter: date) -> str:
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def write_quotas(sheets: Sheets, people: Staff, clock: Clock, company: Company, rng: np.random.Generator) -> None:
    """A quota for every seller and quarter they were with us, in the region's money."""
    sellers = np.flatnonzero(np.isin(people.team_before, _SELLING))
    level = rng.choice((0.8, 0.9, 1.0, 1.1, 1.25), len(sellers))
    quarters = quarters_of(company, clock)
    which, quarter = (
        grid.ravel() for grid in np.meshgrid(np.arange(len(sellers)), np.arange(len(quarters)), indexing="ij")
    )
    person = sellers[which]
    there = people.left_on[person] > np.array([(day - date(1970, 1, 1)).days for day in quarters])[quarter]
    which, quarter, person = which[there], quarter[there], person[there]
    region = people.team_before[person] - staff.SALES
    rate = np.array([EUROS[currency] for currency in _QUOTA_CURRENCIES])[region]
    growth = 1 + 0.02 * quarter
    amount = np.round(_QUOTA_A_QUARTER * level[which] * growth / rate / 1000).astype(np.int64) * 1000
    sheets.append(
        "company/quotas.csv",
        {
            "person_id": salesforce_ids("005", person),
            "period": picked([_key(day) for day in quarters], quarter),
            "amount": pa.array(amount),
            "currency": picked(_QUOTA_CURRENCIES, region),
        },
    )


def write_markets(sheets: Sheets, clock: Clock, company: Company) -> None:
    """The market's size per segment, for every quarter and every calendar year the quarters touch."""
    quarters = quarters_of(company, clock)
    periods = [(_key(day), 0.25) for day in quarters]
    periods += [(str(year), 1.0) for year in sorted({day.year for day in quarters})]
    rows = [
        (segment, period, round(size * part * company.accounts * (1 + 0.01 * number)))
        for segment, size in zip(world.SEGMENTS, _MARKET_A_YEAR, strict=True)
        for number, (period, part) in enumerate(periods)
    ]
    sheets.append(
        "company/markets.csv",
        {
            "segment": pa.array([segment for segment, _, _ in rows]),
            "period": pa.array([period for _, period, _ in rows]),
            "size": pa.array([size for _, _, size in rows]),
            "currency": constant(company.currency, len(rows)),
        },
    )


def write_rates(sheets: Sheets, clock: Clock, company: Company, rng: np.random.Generator) -> None:
    """Monthly exchange rates, from three years before the latent world begins: money per unit of the currency."""
    begin = add_months(as_date(int(clock.month_starts[0])), -36)
    count = company.months + 36
    days = [add_months(begin, number) for number in range(count)]
    others = [currency for currency in EUROS if currency != company.currency]
    for currency in others:
        walk = np.cumsum(rng.normal(0, 0.008, count))
        rate = EUROS[currency] / EUROS[company.currency] * np.exp(walk - walk.mean())
        sheets.append(
            "company/fx_rates.csv",
            {
                "currency": constant(currency, count),
                "base": constant(company.currency, count),
                "valid_from": pa.array([day.isoformat() for day in days]),
                "rate": pa.array([f"{value:.6f}" for value in rate]),
            },
        )


def write_surveys(
    sheets: Sheets, scene: Scene, contacts: Contacts, *, first_number: int, rng: np.random.Generator
) -> int:
    """Half-yearly NPS answers: they echo response and repeat contact, and cause nothing. The number written."""
    clock, life = scene.clock, scene.life
    waves = np.arange(clock.window_from + 45, clock.cutoff - 5, 182)
    account, wave = (grid.ravel() for grid in np.meshgrid(np.arange(len(scene.accounts)), waves, indexing="ij"))
    at = wave * DAY + rng.integers(9 * 3600, 20 * 3600, len(account)) + rng.integers(0, 12, len(account)) * DAY
    fine = scene.running(account, at) & (rng.random(len(account)) < 0.55)
    account, at = account[fine], at[fine]
    month = np.minimum(clock.month(at // DAY), life.health.shape[1] - 1)
    mood = -0.9 * life.levels[planted.RESPONSE][account, month] - 0.8 * life.levels[planted.REPEAT][account, month]
    score = np.clip(np.round(7.9 + mood + 1.3 * rng.standard_normal(len(account))), 0, 10).astype(np.int64)
    first = (np.cumsum(scene.accounts.contacts) - scene.accounts.contacts)[account]
    comment = np.where(rng.random(len(account)) < 0.35, _comment(score), NOTHING)
    recorded = np.minimum(at + rng.integers(0, 4, len(at)) * DAY, (clock.cutoff + 1) * DAY - 1)
    number = first_number + np.arange(len(account))
    sheets.append(
        "company/surveys.csv",
        {
            "response_id": pa.array([f"NPS-{value:07d}" for value in number]),
            "account_id": salesforce_ids("001", scene.accounts.number[account]),
            "contact_id": salesforce_ids("003", contacts.number[first]),
            "answered_at": stamps(clock.utc(at)),
            "kind": constant("nps", len(account)),
            "score": pa.array(score),
            "scale_max": pa.array(np.full(len(account), 10)),
            "comment": picked(texts.SURVEY_COMMENTS, comment),
            "recorded_at": stamps(clock.utc(recorded)),
        },
    )
    return len(account)


def _comment(score: Ints) -> Ints:
    return np.select([score >= 9, score == 8, score >= 6, score == 5], [0, 5, 4, 2], default=3)


def write_usage(
    sheets: Sheets, scene: Scene, contracts: Contracts, *, company: Company, rng: np.random.Generator
) -> None:
    """Use of three features; it falls off in the two months before a customer who will not renew leaves."""
    clock, accounts = scene.clock, scene.accounts
    days = np.arange(clock.window_from + 6, clock.cutoff + 1, company.usage_every_days)
    account, day = (grid.ravel() for grid in np.meshgrid(np.arange(len(accounts)), days, indexing="ij"))
    fine = scene.running(account, day * DAY)
    account, day = account[fine], day[fine]
    fading = _fading(account, day, scene, contracts)
    month = np.minimum(clock.month(day), scene.life.health.shape[1] - 1)
    busy = scene.life.activity[account, month] * fading
    for number, feature in enumerate(FEATURES):
        quantity = rng.poisson((14.0, 30.0, 22.0)[number] * busy)
        users = np.minimum(1 + rng.poisson(1.5 * busy), np.maximum(accounts.employees[account] // 4, 1))
        used = quantity > 0
        sheets.append(
            "company/usage.csv",
            {
                "account_id": salesforce_ids("001", accounts.number[account[used]]),
                "day": dates(day[used]),
                "feature": constant(feature, int(used.sum())),
                "quantity": pa.array(quantity[used]),
                "users": pa.array(users[used]),
            },
        )


def _fading(account: Ints, day: Ints, scene: Scene, contracts: Contracts) -> Floats:
    lost = ~contracts.is_addon & (contracts.decision == LOST)
    leaves = np.full(len(scene.accounts), NEVER)
    leaves[contracts.account[lost]] = contracts.stopped_on[lost]
    left = leaves[account] - day
    return np.where(left < 60, 0.25 + 0.75 * np.clip(left, 0, 60) / 60, 1.0)
