"""Everyday contact with customers: mail threads, calls, social media, meetings, joint calls, business reviews."""

from dataclasses import dataclass

import numpy as np

from trueup.sources.simulate import activities, planted, texts
from trueup.sources.simulate.activities import PHONE, SOCIAL, Calls, Mails, Meetings
from trueup.sources.simulate.answers import after_hours, answer_gaps, at_month, customer_gaps, within_month
from trueup.sources.simulate.clock import DAY, Clock
from trueup.sources.simulate.columns import NOTHING, Flags, Floats, Ints, flat, running, stacked
from trueup.sources.simulate.contracts import Contracts
from trueup.sources.simulate.scale import RUN_UP_MONTHS
from trueup.sources.simulate.staff import NEVER, Staff
from trueup.sources.simulate.world import Accounts, Life

_MAILS_A_THREAD = 3.35
_SHARES = {"mail": 0.60, "call": 0.17, "meeting": 0.13, "social": 0.10}


@dataclass(frozen=True)
class Scene:
    """What the talk of a chunk depends on; ``left_on`` is the day each account ceased to be a customer."""

    accounts: Accounts
    life: Life
    left_on: Ints
    clock: Clock
    staff: Staff

    def running(self, account: Ints, local: Ints) -> Flags:
        """Whether the account was a customer then, inside the exported window."""
        day = local // DAY
        since = np.maximum(self.accounts.starts_on, self.clock.window_from)[account]
        return np.asarray((day >= since) & (day < self.left_on[account]) & (day <= self.clock.cutoff))

    def owner(self, account: Ints, local: Ints, success_share: float, rng: np.random.Generator) -> Ints:
        """The seller or the success manager, whoever was in charge that day."""
        mine = np.where(
            rng.random(len(account)) < success_share, self.accounts.success[account], self.accounts.seller[account]
        )
        return self.staff.acting(mine, local // DAY)

    def someone(self, account: Ints, rng: np.random.Generator) -> Ints:
        """A contact of the account, mostly one of the first, as a place in its list."""
        chance = rng.random(len(account)) ** 1.5
        return np.asarray(chance * self.accounts.contacts[account], dtype=np.int64)


def leaving_days(accounts: Accounts, contracts: Contracts) -> Ints:
    """The first day after each account's last contract; prospects never were customers."""
    last = np.full(len(accounts), NOTHING)
    np.maximum.at(last, contracts.account, contracts.stopped_on)
    return last


def expected(scene: Scene, budget: float) -> Floats:
    """Accounts x months: how much of the budget of interactions falls where, by activity while a customer."""
    starts = scene.clock.month_starts
    ends = np.append(starts[1:], scene.clock.cutoff + 1)
    since = np.where(scene.accounts.starts_on == NEVER, scene.clock.cutoff + 2, scene.accounts.starts_on)
    days = np.minimum(ends, scene.left_on[:, None]) - np.maximum(starts, since[:, None])
    share = np.clip(days / (ends - starts), 0, 1) * scene.life.activity
    share[:, :RUN_UP_MONTHS] = 0
    return np.asarray(budget * share / max(share.sum(), 1e-9))


def _draw(rate: Floats, scene: Scene, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Accounts and worked moments of that many events a month."""
    counts = rng.poisson(rate)
    account, month = (index.repeat(counts[counts > 0]) for index in np.nonzero(counts))
    return account, within_month(month, scene.clock, rng)


def mails(scene: Scene, expected_interactions: Floats, first_thread: int, rng: np.random.Generator) -> Mails:
    """Mail threads: turns taken, some inquiries never answered, some answered by a machine first."""
    account, began = _draw(expected_interactions * _SHARES["mail"] / _MAILS_A_THREAD, scene, rng)
    threads = len(account)
    theirs_first = rng.random(threads) < 0.5
    began, began_local = after_hours(began, theirs_first & (rng.random(threads) < 0.22), scene.clock, rng)
    length = 1 + np.minimum(rng.geometric(0.43, threads), 9)
    thread, place = flat(length)
    incoming = (place % 2 == 0) == theirs_first[thread]
    twice = (place > 0) & (rng.random(len(thread)) < 0.06)
    incoming = np.where(twice, ~incoming, incoming)
    level = at_month(scene.life.levels[planted.RESPONSE], account, began, scene.clock)
    gap = np.where(incoming, customer_gaps(len(thread), rng), answer_gaps(level[thread], rng))
    at = began[thread] + running(np.where(place == 0, 0, gap), length)
    ignored = (incoming & (rng.random(len(thread)) < 0.03)) | (place == length[thread] - 1)
    # Nobody writes on after an inquiry that we ignored.
    alive = running(np.append([False], ignored[:-1]) * (place > 0), length) == 0
    local = np.where(place == 0, began_local[thread], scene.clock.local(at))
    fine = alive & scene.running(account[thread], local)
    person = scene.owner(account, scene.clock.local(began), 0.55, rng)
    partner = scene.someone(account, rng)
    copied = np.where(rng.random(threads) < 0.15, scene.someone(account, rng), NOTHING)
    topic = rng.integers(0, texts.SUBJECTS_A_LANGUAGE, threads)
    german = scene.accounts.german[account]
    thread, place, local = thread[fine], place[fine], local[fine]
    human = Mails(
        account=account[thread],
        deal=np.full(len(thread), NOTHING),
        thread=first_thread + thread,
        reply=place,
        at=local,
        incoming=incoming[fine],
        automatic=np.zeros(len(thread), dtype=np.bool_),
        person=scene.staff.acting(person[thread], local // DAY),
        contact=partner[thread],
        copied=copied[thread],
        subject=(german * texts.SUBJECTS_A_LANGUAGE + topic)[thread],
    )
    return stacked([human, _auto_replies(human, scene, rng)])


def _auto_replies(mail: Mails, scene: Scene, rng: np.random.Generator) -> Mails:
    """Absence notices, from both sides, a minute after the mail."""
    chosen = np.flatnonzero(rng.random(len(mail)) < 0.035)
    return Mails(
        account=mail.account[chosen],
        deal=mail.deal[chosen],
        thread=mail.thread[chosen],
        reply=mail.reply[chosen],
        at=np.minimum(mail.at[chosen] + 40, (scene.clock.cutoff + 1) * DAY - 1),
        incoming=~mail.incoming[chosen],
        automatic=np.ones(len(chosen), dtype=np.bool_),
        person=mail.person[chosen],
        contact=mail.contact[chosen],
        copied=np.full(len(chosen), NOTHING),
        subject=mail.subject[chosen],
    )


def calls(scene: Scene, expected_interactions: Floats, rng: np.random.Generator) -> Calls:
    """Calls we make, calls we take and return, social media in both directions."""
    per_month = expected_interactions
    phone = _calls_of(scene, per_month * _SHARES["call"], PHONE, rng)
    social = _calls_of(scene, per_month * _SHARES["social"], SOCIAL, rng)
    return stacked([phone, social])


def _calls_of(scene: Scene, rate: Floats, kind: int, rng: np.random.Generator) -> Calls:
    """Of three contacts one is begun by the customer; to most of those we come back after our usual time."""
    account, at = _draw(rate / 1.28, scene, rng)
    incoming = rng.random(len(account)) < 0.33
    answered = np.flatnonzero(incoming & (rng.random(len(account)) < 0.85))
    level = at_month(scene.life.levels[planted.RESPONSE], account[answered], at[answered], scene.clock)
    partner = scene.someone(account, rng)
    person = scene.owner(account, scene.clock.local(at), 0.35, rng)
    at = np.concatenate([at, at[answered] + answer_gaps(level, rng)])
    account = np.concatenate([account, account[answered]])
    incoming = np.concatenate([incoming, np.zeros(len(answered), dtype=np.bool_)])
    partner = np.concatenate([partner, partner[answered]])
    person = np.concatenate([person, person[answered]])
    local = scene.clock.local(at)
    fine = scene.running(account, local)
    return _plain_calls(account[fine], local[fine], incoming[fine], person[fine], partner[fine], kind=kind, rng=rng)


def _plain_calls(
    account: Ints, local: Ints, incoming: Flags, person: Ints, contact: Ints, *, kind: int, rng: np.random.Generator
) -> Calls:
    rows = len(account)
    return Calls(
        account=account,
        deal=np.full(rows, NOTHING),
        kind=np.full(rows, kind),
        incoming=incoming,
        at=local,
        seconds=rng.integers(45, 1800, rows),
        due_on=np.full(rows, NOTHING),
        person=person,
        contact=contact,
    )


def save_calls(scene: Scene, contracts: Contracts, rng: np.random.Generator) -> Calls:
    """Sellers phone accounts whose contract ends within two months, the more the likelier these will leave."""
    main = np.flatnonzero(~contracts.is_addon & (contracts.ends_on > scene.clock.window_from))
    counts = rng.poisson(2 * planted.SAVE_CALLS * (1 - contracts.probability[main]))
    row, _ = flat(counts)
    contract = main[row]
    day = contracts.ends_on[contract] - rng.integers(0, 61, len(contract))
    usable = (day > contracts.starts_on[contract]) & (day <= scene.clock.cutoff)
    contract, day = contract[usable], day[usable]
    at = scene.clock.worked_before[day - scene.clock.first] + rng.integers(0, 8 * 3600, len(day))
    local, account = scene.clock.local(at), contracts.account[contract]
    fine = scene.running(account, local)
    account, local = account[fine], local[fine]
    person = scene.owner(account, local, 0.0, rng)
    partner = scene.someone(account, rng)
    return _plain_calls(account, local, np.zeros(len(account), dtype=np.bool_), person, partner, kind=PHONE, rng=rng)


def meetings(scene: Scene, expected_interactions: Floats, rng: np.random.Generator) -> Meetings:
    """Ordinary meetings, one of ours alone; joint ones with two or three; business reviews."""
    kinds = np.array(
        [
            activities.MEETING,
            activities.CALL,
            activities.VISIT,
            activities.DEMO,
            activities.WORKSHOP,
            activities.TRADESHOW,
            activities.SEMINAR,
            activities.PARTNERSHIP,
        ]
    )
    account, at = _draw(expected_interactions * _SHARES["meeting"], scene, rng)
    kind = kinds[rng.choice(8, len(account), p=(0.30, 0.16, 0.10, 0.11, 0.07, 0.12, 0.06, 0.08))]
    usual = _held(scene, account, at, kind, colleagues=0, rng=rng)
    window = np.arange(scene.life.joint.shape[1]) >= RUN_UP_MONTHS
    account, at = _counted(scene.life.joint * window, scene, rng)
    kind = np.where(rng.random(len(account)) < 0.6, activities.MEETING, activities.CALL)
    joint = _held(scene, account, at, kind, colleagues=1, rng=rng)
    account, at = _counted(scene.life.reviews * window, scene, rng)
    review = _held(scene, account, at, np.full(len(account), activities.REVIEW), colleagues=1, rng=rng)
    return stacked([usual, joint, review])


def _counted(counts: Ints, scene: Scene, rng: np.random.Generator) -> tuple[Ints, Ints]:
    account, month = (index.repeat(counts[counts > 0]) for index in np.nonzero(counts))
    return account, within_month(month, scene.clock, rng)


def _held(scene: Scene, account: Ints, at: Ints, kind: Ints, *, colleagues: int, rng: np.random.Generator) -> Meetings:
    local = scene.clock.local(at) // 1800 * 1800
    fine = scene.running(account, local)
    account, local, kind = account[fine], local[fine], kind[fine]
    rows = len(account)
    more = (rng.random(rows) < 0.35).astype(np.int64) if colleagues else np.zeros(rows, dtype=np.int64)
    guests = np.minimum(1 + rng.poisson(0.6 + 0.8 * colleagues, rows), scene.accounts.contacts[account])
    return Meetings(
        account=account,
        deal=np.full(rows, NOTHING),
        kind=kind,
        at=local,
        minutes=rng.choice((30, 45, 60, 90), rows),
        person=scene.owner(account, local, 0.6, rng),
        colleagues=colleagues + more,
        declined=rng.random(rows) < 0.10,
        guests=guests,
        absent=((rng.random(rows) < 0.12) & (guests > 1)).astype(np.int64),
    )
