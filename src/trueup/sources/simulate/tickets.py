"""Cases as the helpdesk sees them: comments, changes of status, escalations, links to known problems, ratings."""

from dataclasses import dataclass, replace

import numpy as np

from trueup.sources.simulate import texts
from trueup.sources.simulate.answers import HOUR
from trueup.sources.simulate.cases import CHAT, Cases, chosen_cases
from trueup.sources.simulate.clock import DAY, WORKDAY, Clock
from trueup.sources.simulate.columns import NOTHING, Flags, Ints, flat, kept, running, stacked
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.staff import FIRST_LINE, SECOND_LINE, Staff
from trueup.sources.simulate.talk import Scene

CLOSES_AFTER = 4 * DAY
_LINKED = 0.6
_REOPENED = 0.07
_ESCALATED = 0.06
BOT = -2
GOOD, BAD, OFFERED = range(3)


@dataclass(frozen=True)
class Tickets:
    """One row a ticket in order of opening; moments are local seconds, ``NOTHING`` when not yet."""

    number: Ints
    account: Ints
    requester: Ints
    agent: Ints
    second_agent: Ints
    problem: Ints
    wording: Ints
    opener: Ints
    channel: Ints
    priority: Ints
    issue: Ints
    problem_ticket: Ints
    is_problem: Flags
    opened: Ints
    first_reply: Ints
    escalated: Ints
    first_solved: Ints
    reopened: Ints
    solved: Ints
    closed: Ints
    replies: Ints
    rating: Ints

    def __len__(self) -> int:
        return len(self.number)


CUSTOMER, AGENT, MACHINE, NOTE = range(4)


@dataclass(frozen=True)
class Comments:
    """One row a comment, ``ticket`` a row of ``Tickets``, ``at`` a local moment, ``author`` customer, agent, ..."""

    ticket: Ints
    at: Ints
    author: Ints
    text: Ints

    def __len__(self) -> int:
        return len(self.ticket)


def exported(cases: Cases, scene: Scene) -> Cases:
    """The cases opened while their account was a customer in the exported window, in order of opening."""
    ours = chosen_cases(cases, scene.running(cases.account, cases.opened_local))
    order = np.argsort(ours.opened_local, kind="stable")
    starts = np.cumsum(ours.replies) - ours.replies
    case, place = flat(ours.replies[order])
    moved = starts[order][case] + place
    return replace(
        ours,
        **{name: values[moved if name in {"answer_gap", "pause"} else order] for name, values in vars(ours).items()},
    )


def open_tickets(
    cases: Cases, scene: Scene, *, staff: Staff, serials: Serials, rng: np.random.Generator
) -> tuple[Tickets, Comments]:
    """The tickets and comments of exported cases, as far as they had come when the export was made."""
    rows = len(cases)
    german = scene.accounts.german[cases.account]
    requester = scene.someone(cases.account, rng)
    variant, opener = rng.integers(0, texts.WORDINGS, rows), rng.integers(0, texts.OPENERS, rows)
    first, last = _agents(cases, staff, rng)
    number = serials.take("ticket", rows)
    times = _times(cases, scene.clock, rng)
    main, is_problem = _links(cases, number, rng)
    tickets = Tickets(
        number=number,
        account=cases.account,
        requester=requester,
        agent=first,
        second_agent=last,
        problem=cases.problem,
        wording=texts.wording(cases.problem, cases.place, variant, german),
        opener=opener,
        channel=cases.channel,
        priority=rng.choice(4, rows, p=(0.18, 0.55, 0.20, 0.07)),
        issue=cases.issue,
        problem_ticket=main,
        is_problem=is_problem,
        opened=cases.opened_local,
        replies=cases.replies,
        rating=_ratings(cases, times.solved, rng),
        **vars(times),
    )
    return tickets, _comments(cases, tickets, scene, rng)


def _agents(cases: Cases, staff: Staff, rng: np.random.Generator) -> tuple[Ints, Ints]:
    first_line, second_line = staff.of_team(FIRST_LINE), staff.of_team(SECOND_LINE)
    agent = first_line[rng.integers(0, len(first_line), len(cases))]
    # Whoever has moved to another team leaves new tickets to the first colleague.
    agent = np.where(cases.opened_local // DAY >= staff.moved_on[agent] - 30, first_line[0], agent)
    return agent, second_line[rng.integers(0, len(second_line), len(cases))]


def _links(cases: Cases, number: Ints, rng: np.random.Generator) -> tuple[Ints, Flags]:
    """For six recurrences in ten an agent has linked the issue's first ticket, which thereby is a 'problem'."""
    _, first, member = np.unique(cases.issue, return_index=True, return_inverse=True)
    origin = first[member]
    linked = (origin != np.arange(len(cases))) & (rng.random(len(cases)) < _LINKED)
    is_problem = np.zeros(len(cases), dtype=np.bool_)
    is_problem[origin[linked]] = True
    return np.where(linked, number[origin], NOTHING), is_problem


@dataclass(frozen=True)
class _Times:
    first_reply: Ints
    escalated: Ints
    first_solved: Ints
    reopened: Ints
    solved: Ints
    closed: Ints


def _times(cases: Cases, clock: Clock, rng: np.random.Generator) -> _Times:
    rows = len(cases)
    start = np.cumsum(cases.replies) - cases.replies
    first_reply = clock.local(cases.opened + cases.answer_gap[start]) if rows else cases.opened
    solved = np.where(cases.is_solved, clock.local(cases.solved), NOTHING)
    back = cases.is_solved & ~cases.is_followed & (rng.random(rows) < _REOPENED)
    again = cases.solved + (rng.uniform(0.1, 1.5, rows) * WORKDAY).astype(np.int64)
    finished = again + (rng.uniform(0.3, 9.0, rows) * HOUR).astype(np.int64)
    reopened = np.where(back, clock.local(again), NOTHING)
    last_solved = np.where(back, clock.local(finished), solved)
    # Reopened, but not yet solved again, is open.
    last_solved = np.where(back & clock.known(reopened) & ~clock.known(last_solved), NOTHING, last_solved)
    last_solved = np.where(back & ~clock.known(reopened), solved, last_solved)
    middle = (cases.opened + cases.solved) // 2
    escalated = np.where(rng.random(rows) < _ESCALATED, clock.local(middle), NOTHING)
    closed = np.where(last_solved >= 0, last_solved + CLOSES_AFTER, NOTHING)

    def known(at: Ints) -> Ints:
        return np.where(clock.known(at), at, NOTHING)

    return _Times(
        first_reply=np.where(cases.is_solved | (cases.replies > 1), known(first_reply), NOTHING),
        escalated=known(escalated),
        first_solved=known(solved),
        reopened=known(reopened),
        solved=known(last_solved),
        closed=known(closed),
    )


def _ratings(cases: Cases, solved: Ints, rng: np.random.Generator) -> Ints:
    """Good, bad, offered but not given, or never offered: repeated trouble makes bad ones likelier."""
    rows = len(cases)
    bad = rng.random(rows) < 0.12 + 0.25 * (cases.chain > 0)
    given = np.where(bad, BAD, GOOD)
    share = rng.random(rows)
    return np.where((solved < 0) | (share > 0.42), NOTHING, np.where(share > 0.25, OFFERED, given))


def _comments(cases: Cases, tickets: Tickets, scene: Scene, rng: np.random.Generator) -> Comments:
    clock = scene.clock
    case, place = flat(cases.replies)
    before = np.where(place == 0, 0, np.roll(cases.pause, 1))
    answered = cases.opened[case] + running(cases.answer_gap + before, cases.replies)
    asked = np.where(place == 0, tickets.opened[case], clock.local(answered - cases.answer_gap))
    is_last = place == cases.replies[case] - 1
    told = cases.is_solved[case] | ~is_last
    rows = np.arange(len(tickets))
    again = tickets.reopened >= 0
    finished = again & (tickets.solved > tickets.reopened)
    machine = (cases.channel < CHAT) & (rng.random(len(tickets)) < 0.5)
    noted = rng.random(len(tickets)) < 0.15
    third = clock.local(cases.opened + (cases.solved - cases.opened) // 3)
    parts = [
        _said(case, asked, CUSTOMER, ANSWER_TEXT, rng),
        _said(case[told], clock.local(answered)[told], AGENT, REPLY_TEXT, rng),
        _said(rows[again], tickets.reopened[again], CUSTOMER, ANSWER_TEXT, rng),
        _said(rows[finished], tickets.solved[finished], AGENT, REPLY_TEXT, rng),
        _said(rows[machine], tickets.opened[machine] + 30, MACHINE, MACHINE_TEXT, rng),
        _said(rows[noted], third[noted], NOTE, NOTE_TEXT, rng),
    ]
    whole = stacked(parts)
    # The description is the first comment; its text is the ticket's own.
    whole = replace(whole, text=np.where(_is_first(whole, tickets), NOTHING, whole.text))
    german = scene.accounts.german[tickets.account][whole.ticket]
    both = (whole.author == CUSTOMER) | (whole.author == AGENT)
    in_german = both & (whole.text >= 0) & (german == 1)
    whole = replace(whole, text=whole.text + in_german * texts.VARIETY)
    whole = kept(whole, clock.known(whole.at))
    return kept(whole, np.lexsort((whole.author, whole.at, whole.ticket)))


ANSWER_TEXT = (texts.ANSWER_AT, texts.VARIETY)
REPLY_TEXT = (texts.REPLY_AT, texts.VARIETY)
MACHINE_TEXT = (texts.AUTOMATIC_AT, 1)
NOTE_TEXT = (texts.NOTE_AT, len(texts.NOTES))


def _said(ticket: Ints, at: Ints, author: int, text: tuple[int, int], rng: np.random.Generator) -> Comments:
    start, variety = text
    return Comments(ticket, at, np.full(len(ticket), author), start + rng.integers(0, variety, len(ticket)))


def _is_first(comments: Comments, tickets: Tickets) -> Flags:
    return np.asarray((comments.author == CUSTOMER) & (comments.at == tickets.opened[comments.ticket]))
