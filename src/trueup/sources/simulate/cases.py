"""Issues and the cases they make: how long each takes, and whether it comes back."""

from dataclasses import dataclass, replace

import numpy as np

from trueup.sources.simulate import planted, texts
from trueup.sources.simulate.answers import HOUR, after_hours, answer_gaps, at_month, customer_gaps, within_month
from trueup.sources.simulate.clock import DAY, WORKDAY, Clock
from trueup.sources.simulate.columns import Flags, Floats, Ints, running, stacked
from trueup.sources.simulate.scale import Company
from trueup.sources.simulate.world import Life

CASES_PER_INTERACTION = 0.1
_SHARE_OF_TIME_A_CUSTOMER = 0.6
CHANNELS = ("email", "web", "chat", "voice")
CHAT, VOICE = 2, 3
_MEAN_ACTIVITY = 1.36
_LONGEST_CHAIN = 6
_NEVER_SOLVED = 0.012
_PARALLEL = 0.10


@dataclass(frozen=True)
class Cases:
    """One row a case. ``opened``, ``solved`` in worked seconds; ``opened_local`` may be outside business hours.

    ``replies`` answers of ours; their waiting times are ``answer_gap``, the customer's pauses after each ``pause``
    (both flat, case by case). ``issue`` is the true issue within the chunk, ``problem`` and ``place`` its text.
    """

    account: Ints
    issue: Ints
    problem: Ints
    place: Ints
    chain: Ints
    channel: Ints
    opened: Ints
    opened_local: Ints
    solved: Ints
    is_solved: Flags
    is_followed: Flags
    replies: Ints
    answer_gap: Ints
    pause: Ints

    def __len__(self) -> int:
        return len(self.account)


def coming_back(level: Floats) -> Floats:
    """The probability that a solved case comes back, at a latent level."""
    return np.asarray(1 / (1 + np.exp(-(planted.REPEAT_LOGIT + planted.REPEAT_SPREAD * level))))


@dataclass(frozen=True)
class _Link:
    account: Ints
    issue: Ints
    opened: Ints


def happen(life: Life, *, company: Company, clock: Clock, rng: np.random.Generator) -> Cases:
    """All cases of a chunk as if every account were a customer all the time."""
    yearly = company.interactions_per_account_year * CASES_PER_INTERACTION / _SHARE_OF_TIME_A_CUSTOMER
    monthly = yearly / 12 / _MEAN_ACTIVITY
    # Where cases come back more often, fewer issues arise: the number of cases must not give the repeats away.
    counts = rng.poisson(monthly * life.activity * (1 - coming_back(life.levels[planted.REPEAT])))
    account, month = (index.repeat(counts[counts > 0]) for index in np.nonzero(counts))
    issues = len(account)
    problem = rng.integers(0, len(texts.PROBLEMS), issues)
    place = rng.integers(0, texts.PLACES, issues)
    links = _Link(account, np.arange(issues), within_month(month, clock, rng))
    parts: list[Cases] = []
    for chain in range(_LONGEST_CHAIN):
        part, links = _next_cases(links, life, chain=chain, problem=problem, place=place, clock=clock, rng=rng)
        parts.append(part)
        if not len(links.account):
            break
    return stacked(parts)


def _next_cases(
    link: _Link, life: Life, *, chain: int, problem: Ints, place: Ints, clock: Clock, rng: np.random.Generator
) -> tuple[Cases, _Link]:
    rows = len(link.account)
    channel = rng.choice(4, rows, p=(0.48, 0.24, 0.12, 0.16))
    opened, opened_local = after_hours(link.opened, (channel < CHAT) & (rng.random(rows) < 0.2), clock, rng)
    replies = np.minimum(rng.geometric(0.55, rows), 6)
    case = np.repeat(np.arange(rows), replies)
    answer_gap = _case_answers(link.account[case], opened[case], channel[case], life=life, clock=clock, rng=rng)
    pause = customer_gaps(len(case), rng)
    last = np.append(case[1:] != case[:-1], [True]) if rows else np.zeros(0, dtype=np.bool_)
    solved = opened + running(answer_gap + np.where(last, 0, pause), replies)[last]
    is_solved = rng.random(rows) >= _NEVER_SOLVED
    level = at_month(life.levels[planted.REPEAT], link.account, opened, clock)
    comes_back = rng.random(rows) < coming_back(level)
    parallel = comes_back & (rng.random(rows) < _PARALLEL)
    after = solved + (rng.uniform(0.5, 17.0, rows) * WORKDAY).astype(np.int64)
    during = opened + (rng.uniform(0.2, 0.9, rows) * (solved - opened)).astype(np.int64)
    following = np.where(parallel, during, after)
    end = clock.worked(np.array([(clock.cutoff + 1) * DAY]))[0]
    goes_on = comes_back & is_solved & (following < end) & (chain < _LONGEST_CHAIN - 1)
    cases = Cases(
        account=link.account,
        issue=link.issue,
        problem=problem[link.issue],
        place=place[link.issue],
        chain=np.full(rows, chain),
        channel=channel,
        opened=opened,
        opened_local=opened_local,
        solved=solved,
        is_solved=is_solved,
        is_followed=goes_on & ~parallel,
        replies=replies,
        answer_gap=answer_gap,
        pause=pause,
    )
    return cases, _Link(link.account[goes_on], link.issue[goes_on], following[goes_on])


def _case_answers(
    account: Ints, opened: Ints, channel: Ints, *, life: Life, clock: Clock, rng: np.random.Generator
) -> Ints:
    gaps = answer_gaps(at_month(life.levels[planted.RESPONSE], account, opened, clock), rng)
    quick = np.select([channel == CHAT, channel == VOICE], [0.06, 0.12], 1.0)
    return np.asarray(np.clip(gaps * quick, 90, 12 * 8 * HOUR), dtype=np.int64)


def chosen_cases(cases: Cases, keep: Flags) -> Cases:
    """The cases kept, with their waiting times."""
    kept_gaps = np.repeat(keep, cases.replies)
    flat_names = {"answer_gap", "pause"}
    return replace(
        cases, **{name: values[kept_gaps if name in flat_names else keep] for name, values in vars(cases).items()}
    )
