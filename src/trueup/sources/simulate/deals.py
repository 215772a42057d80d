"""Deals: won behind every contract, lost renewals, lost and open business, and how each moved through its stages."""

from dataclasses import dataclass, replace

import numpy as np

from trueup.sources.simulate import world
from trueup.sources.simulate.clock import DAY, WORKDAY, Clock
from trueup.sources.simulate.columns import NOTHING, Flags, Ints, flat, stacked
from trueup.sources.simulate.contracts import LOST, UNDECIDED, Contracts
from trueup.sources.simulate.staff import DEVELOPMENT, NEVER, Staff
from trueup.sources.simulate.world import Accounts

NEW, EXPANSION, RENEWAL = range(3)
OPEN, WON, DROPPED = range(3)
STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
)
CHANCES = (10, 20, 35, 60, 80, 100, 0)
PROPOSAL, NEGOTIATION, CLOSED_WON, CLOSED_LOST = 3, 4, 5, 6


@dataclass(frozen=True)
class Deals:
    """One row a deal; moments in worked seconds (``closed`` is expected while open), amounts in cents.

    ``opener`` owns it until ``handed_at``, then ``seller``; ``pushed`` days the close date was put off; ``contract`` is
    the row of the contract it led to; ``stage_at`` deals x stages up to negotiation.
    """

    account: Ints
    kind: Ints
    outcome: Ints
    opened: Ints
    closed: Ints
    list_amount: Ints
    net_amount: Ints
    quotes: Ints
    product: Ints
    has_lines: Flags
    discount_in_price: Flags
    seller: Ints
    opener: Ints
    handed_at: Ints
    pushed: Ints
    next_steps: Ints
    contract: Ints
    last_stage: Ints
    stage_at: Ints

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True)
class _Draft:
    """What deals begin as; days since 1970."""

    account: Ints
    kind: Ints
    won: Flags
    opened_on: Ints
    closed_on: Ints
    list_amount: Ints
    net_amount: Ints
    product: Ints
    contract: Ints


def negotiate(
    accounts: Accounts, contracts: Contracts, *, clock: Clock, staff: Staff, rng: np.random.Generator
) -> Deals:
    """The deals of a chunk that had begun by the end of the export."""
    drafts = stacked(
        [
            _won(contracts, rng),
            _lost_renewals(contracts, clock, rng),
            _addon_sales(contracts, rng),
            _lost_expansions(contracts, clock, rng),
            _prospects(accounts, clock, rng),
        ]
    )
    keep = clock.known(clock.local(clock.worked_before[drafts.opened_on - clock.first]))
    draft = replace(drafts, **{name: values[keep] for name, values in vars(drafts).items()})
    return _played_out(accounts, draft, clock=clock, staff=staff, rng=rng)


def _duration(rows: int, median: float, rng: np.random.Generator) -> Ints:
    return np.asarray(np.maximum(4, median * np.exp(0.45 * rng.standard_normal(rows))), dtype=np.int64)


def _won(contracts: Contracts, rng: np.random.Generator) -> _Draft:
    """New business and renewals that led to a main contract; add-ons renewed with it are in the price."""
    rows = np.flatnonzero(~contracts.is_addon)
    carried = np.flatnonzero(contracts.is_addon & (contracts.renews >= 0))
    total_list = contracts.list_amount.copy()
    total_net = contracts.amount.copy()
    np.add.at(total_list, contracts.base[carried], contracts.list_amount[carried])
    np.add.at(total_net, contracts.base[carried], contracts.amount[carried])
    first = contracts.step[rows] == 0
    closed = contracts.starts_on[rows] - rng.integers(3, 16, len(rows))
    length = np.where(first, _duration(len(rows), 48, rng), _duration(len(rows), 62, rng))
    return _Draft(
        account=contracts.account[rows],
        kind=np.where(first, NEW, RENEWAL),
        won=np.ones(len(rows), dtype=np.bool_),
        opened_on=closed - length,
        closed_on=closed,
        list_amount=total_list[rows],
        net_amount=total_net[rows],
        product=contracts.product[rows],
        contract=rows,
    )


def _lost_renewals(contracts: Contracts, clock: Clock, rng: np.random.Generator) -> _Draft:
    """Renewals that did not come about, and those still open because the contract has not ended yet."""
    lapsed = (contracts.decision == LOST) & (contracts.defaulted_on == NEVER)
    coming = (contracts.decision == UNDECIDED) & (contracts.ends_on <= clock.cutoff + 95)
    rows = np.flatnonzero(~contracts.is_addon & (lapsed | coming))
    after = rng.integers(0, 7, len(rows))
    quits = contracts.cancelled_on[rows] != NEVER
    closed = np.where(quits, contracts.cancelled_on[rows] - 1 - after, contracts.ends_on[rows] + after)
    closed = np.where(coming[rows], np.maximum(closed, clock.cutoff + 1), closed)
    return _Draft(
        account=contracts.account[rows],
        kind=np.full(len(rows), RENEWAL),
        won=np.zeros(len(rows), dtype=np.bool_),
        opened_on=closed - _duration(len(rows), 62, rng),
        closed_on=closed,
        list_amount=contracts.list_amount[rows],
        net_amount=contracts.amount[rows],
        product=contracts.product[rows],
        contract=np.full(len(rows), NOTHING),
    )


def _addon_sales(contracts: Contracts, rng: np.random.Generator) -> _Draft:
    rows = np.flatnonzero(contracts.is_addon & (contracts.renews < 0))
    closed = contracts.starts_on[rows] - rng.integers(1, 10, len(rows))
    return _Draft(
        account=contracts.account[rows],
        kind=np.full(len(rows), EXPANSION),
        won=np.ones(len(rows), dtype=np.bool_),
        opened_on=closed - _duration(len(rows), 28, rng),
        closed_on=closed,
        list_amount=contracts.list_amount[rows],
        net_amount=contracts.amount[rows],
        product=contracts.product[rows],
        contract=rows,
    )


def _tried(account: Ints, price: Ints, kind: int, closed: Ints, median: float, *, rng: np.random.Generator) -> _Draft:
    """Deals that came to nothing (or have not been decided)."""
    rows = len(account)
    discount = rng.choice((0.0, 0.05, 0.1, 0.2, 0.25), rows, p=(0.45, 0.2, 0.15, 0.1, 0.1))
    return _Draft(
        account=account,
        kind=np.full(rows, kind),
        won=np.zeros(rows, dtype=np.bool_),
        opened_on=closed - _duration(rows, median, rng),
        closed_on=closed,
        list_amount=price,
        net_amount=np.asarray(np.round(price * (1 - discount)), dtype=np.int64),
        product=rng.integers(0, 5, rows),
        contract=np.full(rows, NOTHING),
    )


def _lost_expansions(contracts: Contracts, clock: Clock, rng: np.random.Generator) -> _Draft:
    """Add-ons offered in vain while a contract ran, for one contract in six, and offers still open."""
    rows = np.flatnonzero(~contracts.is_addon & (rng.random(len(contracts)) < 0.16))
    offered = np.flatnonzero(~contracts.is_addon & (rng.random(len(contracts)) < 0.08))
    current = offered[
        (contracts.starts_on[offered] < clock.cutoff - 40) & (contracts.stopped_on[offered] > clock.cutoff)
    ]
    closed = contracts.starts_on[rows] + rng.integers(40, 150, len(rows))
    closed = np.concatenate([closed, clock.cutoff + rng.integers(3, 40, len(current))])
    rows = np.concatenate([rows, current])
    running = (closed < contracts.stopped_on[rows]) | (closed > clock.cutoff)
    rows, closed = rows[running], closed[running]
    price = np.asarray(np.round(contracts.yearly_list[rows] * rng.uniform(0.15, 0.5, len(rows)) / 1000), dtype=np.int64)
    return _tried(contracts.account[rows], price * 1000, EXPANSION, closed, 30, rng=rng)


def _prospects(accounts: Accounts, clock: Clock, rng: np.random.Generator) -> _Draft:
    """New business with prospects, lost or still open, and earlier attempts with some who joined later."""
    prospect = np.flatnonzero(accounts.kind == world.PROSPECT)
    again = prospect[rng.random(len(prospect)) < 0.45]
    current = prospect[rng.random(len(prospect)) < 0.3]
    later = np.flatnonzero((accounts.kind == world.JOINER) & (rng.random(len(accounts)) < 0.3))
    account = np.concatenate([prospect, again, current, later])
    closed = np.concatenate(
        [
            accounts.created_on[prospect] + rng.integers(60, 220, len(prospect)),
            accounts.created_on[again] + rng.integers(200, 400, len(again)),
            clock.cutoff + rng.integers(5, 60, len(current)),
            accounts.starts_on[later] - rng.integers(150, 330, len(later)),
        ]
    )
    price = np.asarray(np.round(2.4 * accounts.employees[account] ** 0.85 + 6), dtype=np.int64) * 10_000
    return _tried(account, price, NEW, closed, 48, rng=rng)


def _worked_at(day: Ints, clock: Clock, rng: np.random.Generator) -> Ints:
    """A business moment of the day, or of the next working day."""
    return np.asarray(clock.worked_before[day - clock.first] + rng.integers(0, WORKDAY, len(day)))


def _played_out(accounts: Accounts, draft: _Draft, *, clock: Clock, staff: Staff, rng: np.random.Generator) -> Deals:
    rows = len(draft.account)
    opened = _worked_at(draft.opened_on, clock, rng)
    closed = np.maximum(_worked_at(draft.closed_on, clock, rng), opened + WORKDAY)
    closed_on = clock.local(closed) // DAY
    outcome = np.where(closed_on > clock.cutoff, OPEN, np.where(draft.won, WON, DROPPED))
    seller = staff.acting(accounts.seller[draft.account], closed_on)
    scouts = staff.of_team(DEVELOPMENT)
    handed = (draft.kind == NEW) & (rng.random(rows) < 0.35)
    last_stage = np.where(outcome == DROPPED, rng.integers(1, 5, rows), NEGOTIATION)
    opener = staff.acting(accounts.seller[draft.account], clock.local(opened) // DAY)
    discounted = draft.net_amount < draft.list_amount
    lowered = rng.choice(4, rows, p=(0.30, 0.38, 0.22, 0.10))
    stage_at = _stage_times(opened, closed, rng)
    after = clock.worked_before[np.minimum(staff.left_on[opener] + 1, clock.cutoff) - clock.first] + 600
    return Deals(
        account=draft.account,
        kind=draft.kind,
        outcome=outcome,
        opened=opened,
        closed=closed,
        list_amount=draft.list_amount,
        net_amount=draft.net_amount,
        quotes=np.where(discounted, lowered, 0),
        product=draft.product,
        has_lines=rng.random(rows) < 0.93,
        discount_in_price=rng.random(rows) < 0.7,
        seller=seller,
        opener=np.where(handed, scouts[rng.integers(0, len(scouts), rows)], opener),
        handed_at=np.where(handed, stage_at[:, 1] + 60, np.maximum(after, opened + 60)),
        pushed=np.where(rng.random(rows) < 0.35, rng.integers(3, 25, rows), 0),
        next_steps=np.where(draft.kind == NEW, rng.integers(1, 4, rows), rng.integers(0, 2, rows)),
        contract=draft.contract,
        last_stage=last_stage,
        stage_at=stage_at,
    )


def _stage_times(opened: Ints, closed: Ints, rng: np.random.Generator) -> Ints:
    """Deals x stages up to negotiation: when each stage was entered, in worked seconds."""
    steps = rng.gamma(1.5, 1.0, (len(opened), NEGOTIATION + 1))
    share = np.cumsum(steps, axis=1) / (steps.sum(axis=1) * 1.02)[:, None]
    entered = opened[:, None] + (share[:, :-1] * (closed - opened)[:, None]).astype(np.int64)
    return np.concatenate([opened[:, None], entered], axis=1)


@dataclass(frozen=True)
class Changes:
    """One row a change of a deal: ``at`` in worked seconds, ``what`` changed, and the deal's state after it.

    ``amount`` in cents (``NOTHING``: no quote yet), ``day`` the expected close date; ``old_`` before the change.
    """

    deal: Ints
    at: Ints
    what: Ints
    stage: Ints
    amount: Ints
    old_amount: Ints
    day: Ints
    old_day: Ints

    def __len__(self) -> int:
        return len(self.deal)


CREATED, STAGE, AMOUNT, CLOSE_DATE, OWNER, NEXT_STEP = range(6)


def changes_of(deals: Deals, *, clock: Clock) -> Changes:
    """Every change of the chunk's deals up to the export, deal by deal in time order."""
    end = clock.worked(np.array([(clock.cutoff + 1) * DAY]))[0]
    last = np.where(deals.outcome == OPEN, end, deals.closed + 1)
    deal, at, what, value = _change_list(deals)
    keep = at < last[deal]
    deal, at, what, value = deal[keep], at[keep], what[keep], value[keep]
    order = np.lexsort((what, at, deal))
    deal, at, what, value = deal[order], at[order], what[order], value[order]
    closing = clock.local(deals.closed) // DAY
    day = _carried(deal, np.where(what == CLOSE_DATE, closing[deal], NOTHING), start=closing - deals.pushed)
    amount = _carried(deal, np.where(what == AMOUNT, value, NOTHING), start=np.full(len(deals), NOTHING))
    stage = _carried(deal, np.where((what == STAGE) | (what == CREATED), value, NOTHING), start=np.zeros_like(closing))
    first = np.append([True], deal[1:] != deal[:-1]) if len(deal) else np.zeros(0, dtype=np.bool_)
    return Changes(
        deal=deal,
        at=at,
        what=what,
        stage=stage,
        amount=amount,
        old_amount=np.where(first, NOTHING, np.roll(amount, 1)),
        day=day,
        old_day=np.where(first, NOTHING, np.roll(day, 1)),
    )


def _carried(deal: Ints, value: Ints, *, start: Ints) -> Ints:
    """Each row's value, or the last one of the same deal before it, or the deal's start."""
    rows = np.arange(len(deal))
    seen = np.maximum.accumulate(np.where(value >= 0, rows, -1))
    begin = np.searchsorted(deal, deal)
    return np.where(seen >= begin, value[seen], start[deal])


def _change_list(deals: Deals) -> tuple[Ints, Ints, Ints, Ints]:
    """Deal, moment, what and new value of all changes, in no order."""
    rows = np.arange(len(deals))
    parts = [(rows, deals.opened, CREATED, np.zeros(len(deals), dtype=np.int64))]
    parts += [
        (rows[reached], deals.stage_at[reached, stage], STAGE, np.full(int(reached.sum()), stage))
        for stage in range(1, NEGOTIATION + 1)
        for reached in [deals.last_stage >= stage]
    ]
    shut = deals.outcome != OPEN
    end_stage = np.where(deals.outcome == WON, CLOSED_WON, CLOSED_LOST)
    parts.append((rows[shut], deals.closed[shut], STAGE, end_stage[shut]))
    parts.append(_quotes(deals))
    pushed = deals.pushed > 0
    middle = (deals.stage_at[:, PROPOSAL] + deals.closed) // 2
    parts.append((rows[pushed], middle[pushed], CLOSE_DATE, np.zeros(int(pushed.sum()), dtype=np.int64)))
    handed = deals.opener != deals.seller
    parts.append((rows[handed], deals.handed_at[handed], OWNER, deals.seller[handed]))
    deal, place = flat(deals.next_steps)
    when = deals.opened[deal] + ((place + 0.5) / 4 * (deals.closed - deals.opened)[deal]).astype(np.int64)
    parts.append((deal, when, NEXT_STEP, np.zeros(len(deal), dtype=np.int64)))
    kinds = np.repeat([what for _, _, what, _ in parts], [len(deal) for deal, _, _, _ in parts])
    return (
        np.concatenate([deal for deal, _, _, _ in parts]),
        np.concatenate([at for _, at, _, _ in parts]),
        kinds,
        np.concatenate([value for _, _, _, value in parts]),
    )


def _quotes(deals: Deals) -> tuple[Ints, Ints, int, Ints]:
    """The first quote at the proposal, then one row each time the price came down on its way to the net amount."""
    quoted = deals.last_stage >= PROPOSAL
    counts = np.where(quoted, deals.quotes + 1, 0)
    deal, place = flat(counts)
    # Without a lowering the discount was in the first quote.
    top = np.where(deals.quotes == 0, deals.net_amount, deals.list_amount)
    share = place / np.maximum(deals.quotes[deal], 1)
    value = np.round(top[deal] - share * (top - deals.net_amount)[deal]).astype(np.int64)
    start, end = deals.stage_at[deal, PROPOSAL], deals.closed[deal]
    at = start + 120 + (place / (deals.quotes[deal] + 1) * (end - start - 240)).astype(np.int64)
    return deal, np.minimum(at, end - 60), AMOUNT, value


def deal_behind(contracts: Contracts, deals: Deals) -> Ints:
    """The row of the deal that led to each contract; add-ons renewed with a main contract share its deal."""
    deal = np.full(len(contracts), NOTHING)
    leading = np.flatnonzero(deals.contract >= 0)
    deal[deals.contract[leading]] = leading
    carried = contracts.is_addon & (contracts.renews >= 0)
    return np.where(carried, deal[contracts.base], deal)


def entered_before(accounts: Accounts, deals: Deals, clock: Clock) -> Accounts:
    """The accounts, each entered into the CRM a week before its first deal at the latest."""
    first = accounts.created_on.copy()
    np.minimum.at(first, deals.account, clock.local(deals.opened) // DAY - 7)
    return replace(accounts, created_on=first)
