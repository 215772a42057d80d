"""The latent world of a chunk of accounts: who they are, who works there, and how they fare month by month."""

from dataclasses import dataclass

import numpy as np

from trueup.sources.simulate import names, planted
from trueup.sources.simulate.clock import Clock
from trueup.sources.simulate.columns import NOTHING, Flags, Floats, Ints, flat
from trueup.sources.simulate.scale import RUN_UP_MONTHS, Company
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.staff import NEVER, SALES, SUCCESS, Staff

SEGMENTS = ("Small", "Midsize", "Enterprise")
CURRENCIES = ("EUR", "USD", "GBP", "CHF")
_CURRENCY_OF_COUNTRY = np.array([0, 0, 3, 2, 0, 1, 1])
_REGION_OF_COUNTRY = np.array([0, 0, 0, 1, 1, 2, 2])
_FORM_OF_COUNTRY = np.array([0, 0, 2, 4, 4, 8, 8])
_COUNTRY_SHARES = (0.38, 0.08, 0.06, 0.18, 0.04, 0.20, 0.06)
CUSTOMER, JOINER, PROSPECT = range(3)


@dataclass(frozen=True)
class Accounts:
    """One row an account; ``number`` counts over all chunks, ``size`` is the standardised log of ``employees``."""

    number: Ints
    kind: Ints
    size: Floats
    employees: Ints
    segment: Ints
    industry: Ints
    country: Ints
    region: Ints
    currency: Ints
    german: Ints
    stem: Ints
    trade: Ints
    form: Ints
    city: Ints
    parent: Ints
    starts_on: Ints
    created_on: Ints
    seller: Ints
    success: Ints
    frailty: Floats
    contacts: Ints
    first_contact: Ints

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Contacts:
    """One row a record of a person at an account; ``twin_of`` is the row of the same person's first record."""

    number: Ints
    account: Ints
    place: Ints
    first_name: Ints
    last_name: Ints
    department: Ints
    rank: Ints
    twin_of: Ints
    in_crm: Flags
    left_on: Ints
    created_on: Ints


@dataclass(frozen=True)
class Life:
    """Accounts x months: the drivers' latent ``levels``, and what happened (``joint``, ``reviews``, ``referrals``)."""

    levels: tuple[Floats, Floats, Floats, Floats, Floats]
    joint: Ints
    reviews: Ints
    referrals: Ints
    health: Floats
    activity: Floats


def settle(
    number: Ints, *, company: Company, clock: Clock, staff: Staff, serials: Serials, rng: np.random.Generator
) -> Accounts:
    """The accounts of a chunk."""
    rows = len(number)
    size = rng.standard_normal(rows)
    employees = np.clip(np.exp(4.3 + 1.05 * size), 4, 4000).astype(np.int64)
    country = rng.choice(7, rows, p=_COUNTRY_SHARES)
    region = _REGION_OF_COUNTRY[country]
    kind = rng.choice(3, rows, p=(0.50, 0.28, 0.22))
    starts_on = _first_days(kind, company, clock, rng)
    count = np.clip(2 + rng.poisson(np.exp(0.55 + 0.55 * size)), 2, 14)
    stem, trade = names.company_names(number)
    contact_numbers = serials.take("contact", int(count.sum()))
    earliest = np.where(kind == PROSPECT, clock.cutoff - rng.integers(10, 365 * company.years, rows), starts_on)
    return Accounts(
        number=number,
        kind=kind,
        size=size,
        employees=employees,
        segment=np.digitize(employees, (50, 250)),
        industry=rng.integers(0, len(names.INDUSTRIES), rows),
        country=country,
        region=region,
        currency=_CURRENCY_OF_COUNTRY[country],
        german=(region == 0) * (rng.random(rows) < 0.6).astype(np.int64),
        stem=stem,
        trade=trade,
        form=_FORM_OF_COUNTRY[country] + rng.integers(0, 4, rows) % np.where(country == 2, 2, 4),
        city=country * names.CITIES_A_COUNTRY + rng.integers(0, names.CITIES_A_COUNTRY, rows),
        parent=_parents(rows, rng),
        starts_on=starts_on,
        created_on=earliest - rng.integers(60, 200, rows),
        seller=_assigned(region, SALES, staff, rng),
        success=_assigned(region, SUCCESS, staff, rng),
        frailty=planted.FRAILTY * rng.standard_normal(rows),
        contacts=count,
        first_contact=contact_numbers[np.cumsum(count) - count],
    )


def _first_days(kind: Ints, company: Company, clock: Clock, rng: np.random.Generator) -> Ints:
    rows = len(kind)
    begun = clock.month_starts[rng.integers(0, RUN_UP_MONTHS, rows)]
    joined = clock.month_starts[RUN_UP_MONTHS + rng.integers(0, 12 * company.years, rows)]
    first = np.where(kind == CUSTOMER, begun, joined)
    within = np.where(rng.random(rows) < 0.6, 0, rng.integers(0, 28, rows))
    return np.where(kind == PROSPECT, NEVER, first + within)


def _parents(rows: int, rng: np.random.Generator) -> Ints:
    parent = rng.integers(0, max(1, rows // 2), rows)
    has_parent = (rng.random(rows) < 0.08) & (np.arange(rows) > rows // 2)
    return np.where(has_parent, parent, NOTHING)


def _assigned(region: Ints, team: int, staff: Staff, rng: np.random.Generator) -> Ints:
    chance = rng.random(len(region))
    owner = np.zeros(len(region), dtype=np.int64)
    for area in range(3):
        members = staff.of_team(team + area)
        here = region == area
        owner[here] = members[(chance[here] * len(members)).astype(np.int64)]
    return owner


def people_at(accounts: Accounts, clock: Clock, rng: np.random.Generator) -> Contacts:
    """The contacts of a chunk, account by account; an account's second half of a split person comes last."""
    account, place = flat(accounts.contacts)
    rows = len(account)
    start = np.cumsum(accounts.contacts) - accounts.contacts
    base_first = rng.integers(0, names.NAMES_A_LANGUAGE, len(accounts))[account]
    base_last = rng.integers(0, names.NAMES_A_LANGUAGE, len(accounts))[account]
    tongue = (accounts.region[account] == 0) * 0 + (accounts.region[account] != 0) * names.NAMES_A_LANGUAGE
    last_place = place == accounts.contacts[account] - 1
    split = (rng.random(len(accounts)) < 0.12)[account] & last_place & (place >= 2)
    unknown = (rng.random(len(accounts)) < 0.10)[account] & last_place & (place >= 2) & ~split
    person = np.where(split, 1, place)
    department = np.where(person == 0, 0, (person * 7 + base_first) % len(names.DEPARTMENTS))
    left_on = np.where(
        (rng.random(rows) < 0.05) & (place >= 2) & ~split, rng.integers(clock.window_from, clock.cutoff, rows), NEVER
    )
    return Contacts(
        number=accounts.first_contact[account] + place,
        account=account,
        place=place,
        first_name=tongue + (base_first + person * 11) % names.NAMES_A_LANGUAGE,
        last_name=tongue + (base_last + person * 7) % names.NAMES_A_LANGUAGE,
        department=department,
        rank=np.where(person == 0, rng.integers(0, 2, rows)[start[account]], (person + base_last) % names.RANKS),
        twin_of=np.where(split, start[account] + 1, NOTHING),
        in_crm=~unknown,
        left_on=left_on,
        created_on=accounts.created_on[account] + place * rng.integers(0, 4, rows),
    )


def _level(rows: int, months: int, rng: np.random.Generator) -> Floats:
    """A level with mean 0 and deviation 1: an account's own part, and a part that drifts."""
    shocks = rng.standard_normal((months, rows))
    step = np.sqrt(1 - planted.PERSISTENCE**2)
    for month in range(1, months):
        shocks[month] = planted.PERSISTENCE * shocks[month - 1] + step * shocks[month]
    own = rng.standard_normal(rows)
    return np.asarray(np.sqrt(planted.ACCOUNT_SHARE) * own + np.sqrt(1 - planted.ACCOUNT_SHARE) * shocks).T


def _events(rate: float, spread: float, level: Floats, rng: np.random.Generator) -> Ints:
    # The correction keeps the mean at the rate whatever the spread.
    return rng.poisson(rate * np.exp(spread * level - spread**2 / 2)).astype(np.int64)


def live(accounts: Accounts, *, company: Company, rng: np.random.Generator) -> Life:
    """Months of an account's life as it would be if it were a customer all the time."""
    rows, months = len(accounts), company.months
    levels = tuple(_level(rows, months, rng) for _ in range(5))
    response, repeat, joint, reviews, referrals = levels
    mood = _level(rows, months, rng)
    return Life(
        levels=(response, repeat, joint, reviews, referrals),
        joint=_events(planted.JOINT_RATE, planted.JOINT_SPREAD, joint, rng),
        reviews=_events(planted.REVIEW_RATE, planted.REVIEW_SPREAD, reviews, rng),
        referrals=_events(planted.REFERRAL_RATE, planted.REFERRAL_SPREAD, referrals, rng),
        health=_level(rows, months, rng),
        activity=np.exp(planted.ACTIVITY_OF_SIZE * accounts.size[:, None] + 0.4 * mood),
    )
