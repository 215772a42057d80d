"""Customers speaking for us: referrals, some of which become deals, and other promotions."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.sources.simulate import names
from trueup.sources.simulate.clock import DAY
from trueup.sources.simulate.columns import NOTHING, Flags, Ints, joined, picked, salesforce_ids, stamps
from trueup.sources.simulate.deals import NEW, Deals
from trueup.sources.simulate.scale import RUN_UP_MONTHS
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import Contacts

KINDS = ("referral", "reference_call", "review", "mention", "case_study")
_CHANNELS = ("mail", "phone", "review site", "social media", "our website")
_OTHERS_A_MONTH = 0.035
_WINDOW = (3, 120)
_DELAY = (0, 3, 25, 45)


@dataclass(frozen=True)
class Promotions:
    """One row a promotion, in time order; ``at`` and ``recorded`` local moments, ``referred`` an account row."""

    number: Ints
    account: Ints
    place: Ints
    at: Ints
    recorded: Ints
    kind: Ints
    referred: Ints
    reached: Ints
    rewarded: Flags

    def __len__(self) -> int:
        return len(self.number)


def promotion_ids(number: Ints) -> pa.Array:
    """Ids such as ``PR-0000123``; null below 0."""
    digits = pc.utf8_lpad(pc.cast(pa.array(np.maximum(number, 0)), pa.large_string()), 7, "0")
    return pc.if_else(pa.array(number >= 0), joined("PR-", digits), pa.scalar(None, pa.large_string()))


def speak(scene: Scene, numbers_from: int, rng: np.random.Generator) -> Promotions:
    """The promotions customers made in the exported window and somebody had written down by its end."""
    months = scene.life.referrals.shape[1]
    window = np.arange(months) >= RUN_UP_MONTHS
    others = rng.poisson(_OTHERS_A_MONTH, scene.life.referrals.shape)
    account, at, kind = [], [], []
    for number, counts in ((0, scene.life.referrals * window), (1, others * window)):
        who, month = (index.repeat(counts[counts > 0]) for index in np.nonzero(counts))
        starts = np.append(scene.clock.month_starts, scene.clock.cutoff + 1)
        day = starts[month] + (rng.random(len(month)) * (starts[month + 1] - starts[month])).astype(np.int64)
        account.append(who)
        at.append(day * DAY + rng.integers(8 * 3600, 19 * 3600, len(day)))
        kind.append(np.zeros(len(who), dtype=np.int64) if number == 0 else rng.integers(1, len(KINDS), len(who)))
    whole = _written(scene, np.concatenate(account), np.concatenate(at), np.concatenate(kind), rng=rng)
    return replace(whole, number=numbers_from + np.arange(len(whole)))


def _written(scene: Scene, account: Ints, at: Ints, kind: Ints, *, rng: np.random.Generator) -> Promotions:
    slow = rng.random(len(at)) < 0.10
    days = np.where(slow, rng.integers(_DELAY[2] - 15, _DELAY[3], len(at)), rng.integers(_DELAY[0], _DELAY[1], len(at)))
    recorded = at + days * DAY
    fine = np.flatnonzero(scene.running(account, at) & scene.clock.known(recorded))
    fine = fine[np.argsort(at[fine], kind="stable")]
    account, kind = account[fine], kind[fine]
    own = scene.accounts.industry[account]
    elsewhere = rng.integers(0, len(names.INDUSTRIES), len(fine))
    chance = rng.random(len(fine))
    reached = np.select([chance < 0.55, chance < 0.8], [own, elsewhere], default=NOTHING)
    return Promotions(
        number=account,
        account=account,
        place=scene.someone(account, rng),
        at=at[fine],
        recorded=recorded[fine],
        kind=kind,
        referred=np.full(len(fine), NOTHING),
        reached=np.where(kind == 0, NOTHING, reached),
        rewarded=(kind == 0) & (rng.random(len(fine)) < 0.15),
    )


def refer(
    promotions: Promotions, deals: Deals, wanted: Flags, *, scene: Scene, rng: np.random.Generator
) -> tuple[Promotions, Ints]:
    """Give each wanted new deal a referral made some weeks before by somebody else, where there is one.

    The promotions with their referred accounts, and per deal the referral's number. A few referrals name an account
    that never became a customer.
    """
    referral = np.flatnonzero(promotions.kind == 0)
    made = promotions.at[referral]
    opened = scene.clock.local(deals.opened)
    low = np.searchsorted(made, opened - _WINDOW[1] * DAY)
    high = np.searchsorted(made, opened - _WINDOW[0] * DAY)
    choice = low + (rng.random(len(deals)) * (high - low)).astype(np.int64)
    usable = wanted & (deals.kind == NEW) & (high > low)
    deal = np.flatnonzero(usable)
    chosen, first = np.unique(choice[deal], return_index=True)
    deal = deal[first]
    other = promotions.account[referral[chosen]] != deals.account[deal]
    deal, event = deal[other], referral[chosen[other]]
    referred = promotions.referred.copy()
    idle = referral[rng.random(len(referral)) < 0.12]
    strangers = np.flatnonzero(scene.accounts.kind == 2)
    if len(strangers):
        referred[idle] = strangers[rng.integers(0, len(strangers), len(idle))]
    referred[event] = deals.account[deal]
    by_deal = np.full(len(deals), NOTHING)
    by_deal[deal] = promotions.number[event]
    known = referred >= 0
    industry = scene.accounts.industry
    reached = np.where(known, industry[np.maximum(referred, 0)], promotions.reached)
    return replace(promotions, referred=referred, reached=reached), by_deal


def write_promotions(sheets: Sheets, promotions: Promotions, scene: Scene, contacts: Contacts) -> None:
    """The list marketing keeps, in canonical columns."""
    accounts = scene.accounts
    rows = promotions.account
    referred = np.where(promotions.referred >= 0, accounts.number[np.maximum(promotions.referred, 0)], NOTHING)
    first = (np.cumsum(accounts.contacts) - accounts.contacts)[rows]
    there = contacts.in_crm[first + promotions.place]
    contact = contacts.number[first + np.where(there, promotions.place, 0)]
    sheets.append(
        "company/promotions.csv",
        {
            "promotion_id": promotion_ids(promotions.number),
            "account_id": salesforce_ids("001", accounts.number[rows]),
            "contact_id": salesforce_ids("003", contact),
            "occurred_at": stamps(scene.clock.utc(promotions.at)),
            "kind": picked(KINDS, promotions.kind),
            "referred_account_id": salesforce_ids("001", referred),
            "reached_industry": picked(names.INDUSTRIES, promotions.reached),
            "channel": picked(_CHANNELS, promotions.kind),
            "is_rewarded": pa.array(promotions.rewarded),
            "recorded_at": stamps(scene.clock.utc(promotions.recorded)),
        },
    )
