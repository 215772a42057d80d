"""How sellers follow up on deals: some in time, some too late, some pestering; customers answer or do not."""

from dataclasses import dataclass

import numpy as np

from trueup.sources.simulate import planted
from trueup.sources.simulate.activities import CALL, DEMO, MEETING, PHONE, VISIT, WORKSHOP, Calls, Mails, Meetings
from trueup.sources.simulate.answers import HOUR, answer_gaps, at_month, customer_gaps
from trueup.sources.simulate.clock import DAY, WORKDAY, Clock
from trueup.sources.simulate.columns import NOTHING, Flags, Floats, Ints, kept
from trueup.sources.simulate.deals import DROPPED, NEW, Deals
from trueup.sources.simulate.staff import Staff
from trueup.sources.simulate.texts import DEAL_SUBJECTS_A_LANGUAGE
from trueup.sources.simulate.world import Accounts, Life

_MOST = 14
MAIL, CALLED, MET = range(3)


@dataclass(frozen=True)
class Touches:
    """One row a touch of a deal, deal by deal in time order, ``at`` in worked seconds."""

    deal: Ints
    place: Ints
    at: Ints
    incoming: Flags
    kind: Ints

    def __len__(self) -> int:
        return len(self.deal)


@dataclass(frozen=True)
class _Turn:
    habit: Floats
    incoming: Flags
    at: Ints


def follow_up(deals: Deals, life: Life, *, clock: Clock, staff: Staff, rng: np.random.Generator) -> Touches:
    """The touches of every deal between its opening and its closing or the export."""
    rows = len(deals)
    # Some sellers let things lie, and some pester; accounts sold by them feel it.
    habit = rng.standard_normal(len(staff))[deals.seller]
    count = np.where(deals.kind == NEW, 3 + rng.poisson(3.5, rows), rng.poisson(1.2, rows))
    end = np.minimum(deals.closed, clock.worked(np.array([(clock.cutoff + 1) * DAY]))[0])
    at = deals.opened + rng.integers(HOUR // 2, WORKDAY, rows)
    incoming = rng.random(rows) < 0.15
    parts: list[Touches] = []
    for place in range(_MOST):
        deal = np.flatnonzero((place < count) & (at < end))
        if not len(deal):
            break
        met = (rng.random(len(deal)) < 0.16) & (place > 0)
        called = rng.random(len(deal)) < np.where(incoming[deal], 0.2, 0.34)
        kind = np.where(met, MET, np.where(called, CALLED, MAIL))
        parts.append(Touches(deal, np.full(len(deal), place), at[deal], incoming[deal], kind))
        gap, next_incoming = _next(deals, life, _Turn(habit, incoming, at), clock=clock, rng=rng)
        at, incoming = at + gap, next_incoming
    return _in_order(parts)


def _next(deals: Deals, life: Life, turn: _Turn, *, clock: Clock, rng: np.random.Generator) -> tuple[Ints, Flags]:
    """Worked seconds to the next touch, and whether the customer makes it."""
    rows = len(deals)
    keen = np.where(deals.outcome == DROPPED, 0.30, 0.52)
    customer_next = rng.random(rows) < np.where(turn.incoming, 0.08, keen)
    answer = answer_gaps(at_month(life.levels[planted.RESPONSE], deals.account, turn.at, clock), rng)
    pace = rng.random(rows)
    late = 0.22 * np.exp(0.5 * turn.habit)
    pestering = 0.14 * np.exp(-0.5 * turn.habit)
    days = np.where(
        pace < pestering,
        rng.uniform(0.05, 0.6, rows),
        np.where(pace > 1 - late, rng.uniform(6, 16, rows), rng.uniform(1.2, 5.0, rows)),
    )
    ours = np.where(turn.incoming, answer, (days * WORKDAY).astype(np.int64))
    return np.where(customer_next, customer_gaps(rows, rng), ours), customer_next


def _in_order(parts: list[Touches]) -> Touches:
    whole = Touches(*(np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])))
    return kept(whole, np.lexsort((whole.place, whole.deal)))


def _people(deals: Deals, touches: Touches) -> Ints:
    return np.where(touches.at < deals.handed_at[touches.deal], deals.opener[touches.deal], deals.seller[touches.deal])


def _contact(accounts: Accounts, account: Ints, rng: np.random.Generator) -> Ints:
    """One of the first three people at the account, as a place in its list of contacts."""
    return np.asarray(rng.random(len(account)) ** 1.6 * np.minimum(3, accounts.contacts[account] - 1), dtype=np.int64)


def deal_mails(
    accounts: Accounts, deals: Deals, touches: Touches, *, clock: Clock, first_thread: int, rng: np.random.Generator
) -> Mails:
    """The mails among the touches, one thread a deal."""
    mail = kept(touches, touches.kind == MAIL)
    account = deals.account[mail.deal]
    german = accounts.german[account]
    topic = rng.integers(0, DEAL_SUBJECTS_A_LANGUAGE, len(deals))[mail.deal]
    return Mails(
        account=account,
        deal=mail.deal,
        thread=first_thread + mail.deal,
        reply=mail.place,
        at=clock.local(mail.at),
        incoming=mail.incoming,
        automatic=np.zeros(len(mail), dtype=np.bool_),
        person=_people(deals, mail),
        contact=_contact(accounts, account, rng),
        copied=np.full(len(mail), NOTHING),
        subject=german * DEAL_SUBJECTS_A_LANGUAGE + topic,
    )


def deal_calls(accounts: Accounts, deals: Deals, touches: Touches, *, clock: Clock, rng: np.random.Generator) -> Calls:
    """The calls among the touches; in half of them a day for the next step is agreed, mostly one that is kept."""
    day = clock.local(touches.at) // DAY
    following = np.where(np.roll(touches.deal, -1) == touches.deal, np.roll(day, -1), day + 4)
    slack = rng.choice((0, 1, 2, -1), len(touches), p=(0.35, 0.3, 0.15, 0.2))
    agreed = np.where(rng.random(len(touches)) < 0.5, np.maximum(following + slack, day), NOTHING)
    here = touches.kind == CALLED
    call = kept(touches, here)
    account = deals.account[call.deal]
    return Calls(
        account=account,
        deal=call.deal,
        kind=np.full(len(call), PHONE),
        incoming=call.incoming,
        at=clock.local(call.at),
        seconds=rng.integers(60, 2400, len(call)),
        due_on=agreed[here],
        person=_people(deals, call),
        contact=_contact(accounts, account, rng),
    )


def deal_meetings(
    accounts: Accounts, deals: Deals, touches: Touches, *, clock: Clock, rng: np.random.Generator
) -> Meetings:
    """Demonstrations, workshops and meetings on deals, our seller alone with one to three of theirs."""
    met = kept(touches, touches.kind == MET)
    account = deals.account[met.deal]
    kinds = np.array([DEMO, MEETING, WORKSHOP, CALL, VISIT])
    return Meetings(
        account=account,
        deal=met.deal,
        kind=kinds[rng.choice(5, len(met), p=(0.4, 0.25, 0.1, 0.15, 0.1))],
        at=clock.local(met.at) // 1800 * 1800,
        minutes=rng.choice((30, 60, 90), len(met)),
        person=_people(deals, met),
        colleagues=np.zeros(len(met), dtype=np.int64),
        declined=rng.random(len(met)) < 0.05,
        guests=np.minimum(rng.integers(1, 4, len(met)), accounts.contacts[account] - 1),
        absent=(rng.random(len(met)) < 0.08).astype(np.int64),
    )
