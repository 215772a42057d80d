"""Leads: behind most new business, and many more that led nowhere."""

from dataclasses import dataclass, replace

import numpy as np

from trueup.sources.simulate import names
from trueup.sources.simulate.clock import DAY, WORKDAY
from trueup.sources.simulate.columns import NOTHING, Flags, Ints, stacked
from trueup.sources.simulate.deals import NEW, Deals
from trueup.sources.simulate.staff import DEVELOPMENT
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import Contacts

SOURCES = ("Web", "Referral", "Tradeshow", "Partner", "Outbound")
REFERRAL = 1


@dataclass(frozen=True)
class Leads:
    """One row a lead; ``created``, ``qualified`` local moments, ``deal`` and ``lookalike`` (an account) rows."""

    deal: Ints
    source: Ints
    owner: Ints
    created: Ints
    qualified: Ints
    referral: Ints
    stem: Ints
    trade: Ints
    first_name: Ints
    last_name: Ints
    lookalike: Ints

    def __len__(self) -> int:
        return len(self.deal)


def deal_sources(deals: Deals, rng: np.random.Generator) -> tuple[Flags, Flags]:
    """Which deals came from a lead, and which of those want to have come by a referral."""
    from_lead = (deals.kind == NEW) & (rng.random(len(deals)) < 0.75)
    return from_lead, from_lead & (rng.random(len(deals)) < 0.4)


def gather(
    deals: Deals, from_lead: Flags, referral: Ints, *, scene: Scene, contacts: Contacts, rng: np.random.Generator
) -> tuple[Leads, Ints]:
    """The leads of a chunk, and per deal the source it names."""
    source = np.where(deals.kind == NEW, rng.choice((0, 2, 3, 4), len(deals), p=(0.45, 0.2, 0.15, 0.2)), NOTHING)
    source = np.where(referral >= 0, REFERRAL, source)
    behind = np.flatnonzero(from_lead)
    converted = _converted(deals, behind, source=source[behind], scene=scene, contacts=contacts, rng=rng)
    converted = replace(converted, referral=referral[behind])
    return stacked([converted, _idle(len(behind), scene, rng)]), source


def _converted(
    deals: Deals, behind: Ints, *, source: Ints, scene: Scene, contacts: Contacts, rng: np.random.Generator
) -> Leads:
    rows = len(behind)
    clock = scene.clock
    scouts = scene.staff.of_team(DEVELOPMENT)
    opened = deals.opened[behind]
    qualified = opened - (rng.uniform(0.02, 6, rows) * WORKDAY).astype(np.int64)
    created = qualified - (rng.uniform(0.1, 14, rows) * WORKDAY).astype(np.int64)
    account = deals.account[behind]
    first = (np.cumsum(scene.accounts.contacts) - scene.accounts.contacts)[account]
    return Leads(
        deal=behind,
        source=source,
        owner=scouts[rng.integers(0, len(scouts), rows)],
        created=clock.local(created),
        qualified=clock.local(qualified),
        referral=np.full(rows, NOTHING),
        stem=scene.accounts.stem[account],
        trade=scene.accounts.trade[account],
        first_name=contacts.first_name[first],
        last_name=contacts.last_name[first],
        lookalike=account,
    )


def _idle(behind: int, scene: Scene, rng: np.random.Generator) -> Leads:
    """Leads from companies we know nothing more of; four in ten were qualified all the same."""
    rows = int(behind * 1.6)
    clock = scene.clock
    scouts = scene.staff.of_team(DEVELOPMENT)
    begin, end = clock.worked(np.array([clock.window_from * DAY, (clock.cutoff + 1) * DAY]))
    created = rng.integers(begin, end, rows)
    qualified = created + (rng.uniform(0.1, 20, rows) * WORKDAY).astype(np.int64)
    local = clock.local(qualified)
    was_qualified = (rng.random(rows) < 0.4) & clock.known(local)
    # Names from the far end of the list, which accounts reach only when there are hundreds of thousands.
    stem, _ = names.company_names(300_000 + rng.integers(0, 24_000, rows))
    return Leads(
        deal=np.full(rows, NOTHING),
        source=rng.choice((0, 2, 3, 4), rows, p=(0.5, 0.2, 0.1, 0.2)),
        owner=scouts[rng.integers(0, len(scouts), rows)],
        created=clock.local(created),
        qualified=np.where(was_qualified, local, NOTHING),
        referral=np.full(rows, NOTHING),
        stem=stem,
        trade=rng.integers(0, len(names.INDUSTRIES) * names.TRADES, rows),
        first_name=rng.integers(0, len(names.FIRST_NAMES), rows),
        last_name=rng.integers(0, len(names.LAST_NAMES), rows),
        lookalike=np.zeros(rows, dtype=np.int64),
    )
