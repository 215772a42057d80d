"""Contracts and what becomes of them: renewal by the planted drivers, cancellation, default, add-ons."""

from dataclasses import dataclass, replace

import numpy as np

from trueup.sources.simulate import planted
from trueup.sources.simulate.clock import Clock
from trueup.sources.simulate.columns import NOTHING, Flags, Floats, Ints, kept, stacked
from trueup.sources.simulate.scale import EUROS
from trueup.sources.simulate.staff import NEVER
from trueup.sources.simulate.world import CURRENCIES, Accounts, Life

LOOK_AHEAD = 45
"""Days beyond the export up to which ends of contracts are already being negotiated."""

_TERMS = (6, 12, 24)
_TERM_SHARES = (0.40, 0.54, 0.06)
UNDECIDED, LOST, RENEWED = -1, 0, 1


@dataclass(frozen=True)
class Contracts:
    """One row a contract. Days since 1970; cents in the account's currency; ``z`` rows x drivers behind ``logit``.

    ``base`` is the row of the main contract an add-on goes with (its own row for main contracts), ``step`` its place in
    the account's chain, ``renews`` the row it renews. ``stopped_on`` is the first day it no longer runs.
    """

    account: Ints
    base: Ints
    step: Ints
    renews: Ints
    starts_on: Ints
    ends_on: Ints
    months: Ints
    yearly_list: Ints
    discount: Floats
    product: Ints
    cancelled_on: Ints
    defaulted_on: Ints
    decision: Ints
    probability: Floats
    logit: Floats
    z: Floats
    is_addon: Flags

    def __len__(self) -> int:
        return len(self.account)

    @property
    def stopped_on(self) -> Ints:
        """The first day the contract does not run any more."""
        return np.minimum(np.minimum(self.ends_on + 1, self.cancelled_on), self.defaulted_on)

    @property
    def amount(self) -> Ints:
        """Net price of the whole term, in cents."""
        return np.asarray(np.round(self.list_amount * (1 - self.discount)), dtype=np.int64)

    @property
    def list_amount(self) -> Ints:
        """List price of the whole term, in cents: add-ons are charged by the day."""
        days = self.ends_on - self.starts_on + 1
        share = np.where(self.is_addon, days / 365.25, self.months / 12)
        return np.asarray(np.round(self.yearly_list * share / 100), dtype=np.int64) * 100


def plus_months(day: Ints, months: Ints) -> Ints:
    """The same day of the month so many months later, the 28th at most."""
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    of_month = np.minimum((dates - month.astype("datetime64[D]")).astype(np.int64), 27)
    return np.asarray((month + months).astype("datetime64[D]").astype(np.int64) + of_month)


def driver_windows(accounts: Accounts, life: Life, clock: Clock) -> Floats:
    """Drivers x accounts x months: the standardised mean of a month and its neighbours; nothing before the start."""
    months = life.health.shape[1]
    since = np.where(accounts.starts_on == NEVER, months, clock.month(accounts.starts_on))
    running_since = np.arange(months) >= since[:, None]
    response, repeat = life.levels[planted.RESPONSE], life.levels[planted.REPEAT]
    monthly = (response, repeat, life.joint, life.reviews, life.referrals)
    windows = np.zeros((len(planted.DRIVERS), *life.health.shape))
    for number, (driver, values) in enumerate(zip(planted.DRIVERS, monthly, strict=True)):
        deviation = np.where(running_since, (values - driver.mean) / driver.deviation, 0.0)
        windows[number] = _three(deviation) / 3 / driver.deviation_of_three
    return windows


def _three(values: Floats) -> Floats:
    padded = np.pad(values, ((0, 0), (1, 1)))
    return np.asarray(padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:])


def renewal_logit(accounts: Accounts, who: Ints, windows: Floats, month: Ints) -> tuple[Floats, Floats]:
    """Log odds of renewal of contracts that end in those months, and the drivers' values behind them."""
    last = windows.shape[2] - 1
    z = np.stack(
        [windows[number, who, np.clip(month - driver.lag, 0, last)] for number, driver in enumerate(planted.DRIVERS)],
        axis=1,
    )
    effects = np.array([driver.effect for driver in planted.DRIVERS])
    industry = np.array(planted.INDUSTRY_EFFECTS)[accounts.industry[who]]
    own = planted.SIZE_EFFECT * accounts.size[who] + industry + accounts.frailty[who]
    return planted.RENEWAL_INTERCEPT + z @ effects + own, z


def sign(accounts: Accounts, life: Life, windows: Floats, *, clock: Clock, rng: np.random.Generator) -> Contracts:
    """The contracts of a chunk up to the export's end, with their fate as it will be known one day."""
    defaults = _next_default(life, rng)
    who = np.flatnonzero(accounts.starts_on < clock.cutoff)
    starts = accounts.starts_on[who]
    price = _list_prices(accounts, rng)[who]
    product = rng.integers(0, 3, len(accounts))[who]
    previous = np.full(len(who), NOTHING)
    parts: list[Contracts] = []
    total = step = 0
    while len(who):
        main, renewed = _one_term(
            accounts, who, starts, step=step, windows=windows, defaults=defaults, clock=clock, rng=rng
        )
        rows = total + np.arange(len(who))
        main = replace(main, base=rows, renews=previous, yearly_list=price, product=product)
        parts.append(main)
        total += len(who)
        step += 1
        late = np.where(rng.random(len(who)) < 0.1, rng.integers(3, 26, len(who)), 0)
        starts = (main.ends_on + 1 + late)[renewed]
        price = np.round(price * rng.choice((1.0, 1.03, 1.05), len(who)) / 1000).astype(np.int64)[renewed] * 1000
        who, product, previous = who[renewed], product[renewed], rows[renewed]
    return _with_addons(stacked(parts), windows, clock, rng)


def _one_term(
    accounts: Accounts,
    who: Ints,
    starts: Ints,
    *,
    step: int,
    windows: Floats,
    defaults: Ints,
    clock: Clock,
    rng: np.random.Generator,
) -> tuple[Contracts, Flags]:
    rows = len(who)
    months = rng.choice(_TERMS, rows, p=_TERM_SHARES)
    ends = plus_months(starts, months) - 1
    logit, z = renewal_logit(accounts, who, windows, clock.month(ends))
    probability = 1 / (1 + np.exp(-logit))
    default = _default_day(who, starts, ends, defaults, clock=clock, rng=rng)
    decided = (ends <= clock.cutoff + LOOK_AHEAD) & (default == NEVER)
    renewed = decided & (rng.random(rows) < probability)
    decision = np.where(decided | (default <= clock.cutoff), np.where(renewed, RENEWED, LOST), UNDECIDED)
    quits = decided & ~renewed & (rng.random(rows) < 0.15)
    contract = Contracts(
        account=who,
        base=who,
        step=np.full(rows, step),
        renews=who,
        starts_on=starts,
        ends_on=ends,
        months=months,
        yearly_list=who,
        discount=_discounts(rows, rng),
        product=who,
        cancelled_on=np.where(quits, ends - rng.integers(10, 45, rows), NEVER),
        defaulted_on=default,
        decision=decision,
        probability=probability,
        logit=logit,
        z=z,
        is_addon=np.zeros(rows, dtype=np.bool_),
    )
    return contract, renewed


def _next_default(life: Life, rng: np.random.Generator) -> Ints:
    """Accounts x months: the next month, from this one on, in which the account would default; 9999 if none."""
    rows, months = life.health.shape
    lagged = np.roll(life.health, planted.LATE_PAYMENT_LEAD, axis=1)
    lagged[:, : planted.LATE_PAYMENT_LEAD] = life.health[:, : planted.LATE_PAYMENT_LEAD]
    odds = np.exp(planted.DEFAULT_LOGIT + planted.DEFAULT_OF_HEALTH * lagged)
    falls = rng.random((rows, months)) < odds / (1 + odds)
    coming = np.where(falls, np.arange(months), 9999)
    return np.asarray(np.minimum.accumulate(coming[:, ::-1], axis=1)[:, ::-1])


def _default_day(
    who: Ints, starts: Ints, ends: Ints, defaults: Ints, *, clock: Clock, rng: np.random.Generator
) -> Ints:
    last = defaults.shape[1] - 1
    first = np.minimum(clock.month(starts) + 2, last)
    month = defaults[who, first]
    day = clock.month_starts[np.minimum(month, last)] + rng.integers(0, 28, len(who))
    return np.where((month <= last) & (day > starts + 30) & (day < ends), day, NEVER)


def _list_prices(accounts: Accounts, rng: np.random.Generator) -> Ints:
    """Yearly list price in cents of the account's currency, in whole tens."""
    euros = 240 * accounts.employees**0.85 * np.exp(0.3 * rng.standard_normal(len(accounts)))
    rate = np.array([EUROS[currency] for currency in CURRENCIES])[accounts.currency]
    return np.asarray(np.round(euros / rate / 10) + 60, dtype=np.int64) * 1000


def _discounts(rows: int, rng: np.random.Generator) -> Floats:
    depth = rng.choice(4, rows, p=(0.42, 0.36, 0.07, 0.15))
    moderate, deep = rng.integers(3, 16, rows) / 100, rng.integers(21, 36, rows) / 100
    return np.select([depth == 0, depth == 1, depth == 2], [0.0, moderate, 0.20], deep)


def _with_addons(main: Contracts, windows: Floats, clock: Clock, rng: np.random.Generator) -> Contracts:
    """The main contracts, and add-ons that end with the one they extend and are renewed with it."""
    rows = len(main)
    middle = main.starts_on + (rng.uniform(0.15, 0.7, rows) * (main.ends_on - main.starts_on)).astype(np.int64)
    month = np.clip(clock.month(middle) - 2, 0, windows.shape[2] - 1)
    reviews = windows[planted.REVIEWS, main.account, month]
    odds = np.exp(planted.EXPANSION_INTERCEPT + planted.EXPANSION_OF_REVIEWS * reviews)
    bought = (rng.random(rows) < odds / (1 + odds)) & (middle < main.stopped_on) & (middle <= clock.cutoff)
    price = np.round(main.yearly_list * rng.uniform(0.15, 0.45, rows) / 1000).astype(np.int64) * 1000
    following = np.full(rows, NOTHING)
    following[main.renews[main.renews >= 0]] = np.flatnonzero(main.renews >= 0)
    base, starts, previous = np.flatnonzero(bought), middle[bought], np.full(int(bought.sum()), NOTHING)
    yearly, product = price[bought], 3 + rng.integers(0, 2, len(base))
    parts, total = [main], rows
    while len(base):
        addon = replace(
            kept(main, base),
            base=base,
            renews=previous,
            starts_on=starts,
            yearly_list=yearly,
            product=product,
            discount=np.where(rng.random(len(base)) < 0.7, 0.0, 0.1),
            is_addon=np.ones(len(base), dtype=np.bool_),
        )
        parts.append(addon)
        numbers = total + np.arange(len(base))
        total += len(base)
        goes_on = following[base] >= 0
        base, previous = following[base][goes_on], numbers[goes_on]
        starts, yearly, product = main.starts_on[base], yearly[goes_on], product[goes_on]
    return stacked(parts)
