"""The helpdesk's export: Zendesk's tables with API names, dotted ones joined by two underscores."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.sources.simulate import names, texts
from trueup.sources.simulate.addresses import (
    account_domains,
    account_names,
    colloquial_names,
    contact_emails,
    contact_names,
    staff_emails,
    staff_names,
)
from trueup.sources.simulate.clock import Clock
from trueup.sources.simulate.columns import (
    NOTHING,
    Flags,
    Ints,
    constant,
    joined,
    picked,
    plain_ids,
    salesforce_ids,
    stamps,
    where,
)
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.staff import FIRST_LINE, SECOND_LINE, Staff
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.tickets import AGENT, BAD, MACHINE, NOTE, Comments, Tickets
from trueup.sources.simulate.world import Accounts, Contacts

TICKET_IDS, COMMENT_IDS, RATING_IDS = 20_001, 91_000_000_001, 35_000_000_001
ORGANISATION_IDS, USER_IDS, AGENT_IDS, BOT_ID = 360_000_000_001, 380_000_000_001, 370_000_000_001, 369_999_999_999
FIRST_GROUP, SECOND_GROUP = 25_001, 25_002
_PRIORITIES = ("low", "normal", "high", "urgent")
_CHANNELS = ("email", "web", "chat", "voice", "rule")
_RULE = 4
_SCORES = ("good", "bad", "offered")
_SHORT_OF_ID, _SHORT_OF_DOMAIN = 5, 13


def agent_ids(person: Ints) -> pa.Array:
    """Helpdesk user ids of our people."""
    return plain_ids(person, AGENT_IDS)


def write_staff(sheets: Sheets, staff: Staff, clock: Clock) -> None:
    """Our people in the helpdesk, a machine among them, and their groups."""
    team = staff.team_before
    here = np.flatnonzero((team == FIRST_LINE) | (team == SECOND_LINE))
    created = stamps(clock.utc(staff.joined_on[here] * 86_400 + 9 * 3600))
    # Support people sign with the helpdesk's own domain, every other one.
    emails = staff_emails(staff, other_domain=np.arange(len(staff)) % 2 == 1).take(pa.array(here))
    _users(
        sheets,
        numbers=agent_ids(here),
        people=staff_names(staff).take(pa.array(here)),
        emails=emails,
        role="agent",
        organisation=pa.nulls(len(here), pa.int64()),
        created=created,
        tags=pa.nulls(len(here), pa.large_string()),
    )
    opened = stamps(clock.utc(np.array([clock.month_starts[0] * 86_400])))
    _users(
        sheets,
        numbers=pa.array([BOT_ID]),
        people=pa.array(["Helpdesk Autopilot"]),
        emails=pa.array([f"autopilot@{names.OUR_OTHER_DOMAIN}"]),
        role="agent",
        organisation=pa.nulls(1, pa.int64()),
        created=opened,
        tags=constant("bot", 1),
    )
    sheets.append(
        "zendesk/groups.csv",
        {
            "id": pa.array([FIRST_GROUP, SECOND_GROUP]),
            "name": pa.array(["First Line", "Escalations"]),
            "created_at": pa.concat_arrays([opened, opened]),
        },
    )


def _users(
    sheets: Sheets,
    *,
    numbers: pa.Array,
    people: pa.Array,
    emails: pa.Array,
    role: str,
    organisation: pa.Array,
    created: pa.Array,
    tags: pa.Array,
) -> None:
    sheets.append(
        "zendesk/users.csv",
        {
            "id": numbers,
            "name": people,
            "email": emails,
            "role": constant(role, len(numbers)),
            "organization_id": organisation,
            "active": pa.repeat(pa.scalar(value=True), len(numbers)),
            "tags": tags,
            "created_at": created,
            "updated_at": created,
        },
    )


def write_customers(sheets: Sheets, accounts: Accounts, contacts: Contacts, clock: Clock) -> None:
    """Organisations (some without the CRM's id, then with or without a domain) and end users."""
    number = accounts.number
    has_id = number % _SHORT_OF_ID != 0
    # One in thirteen of those without the id has no domain either: only the name is left.
    has_domain = has_id | (number % _SHORT_OF_DOMAIN != 0)
    created = stamps(clock.utc(accounts.created_on * 86_400 + 10 * 3600))
    sheets.append(
        "zendesk/organizations.csv",
        {
            "id": plain_ids(number, ORGANISATION_IDS),
            "name": pc.if_else(pa.array(has_id), account_names(accounts), colloquial_names(accounts)),
            "external_id": where(has_id, salesforce_ids("001", number)),
            "domain_names": where(has_domain, account_domains(accounts)),
            "details": pa.nulls(len(number), pa.large_string()),
            "created_at": created,
            "updated_at": created,
        },
    )
    _users(
        sheets,
        numbers=plain_ids(contacts.number, USER_IDS),
        people=contact_names(contacts),
        emails=contact_emails(accounts, contacts),
        role="end-user",
        organisation=plain_ids(number[contacts.account], ORGANISATION_IDS),
        created=stamps(clock.utc(contacts.created_on * 86_400 + 11 * 3600)),
        tags=pa.nulls(len(contacts.number), pa.large_string()),
    )


def write_tickets(
    sheets: Sheets, tickets: Tickets, comments: Comments, *, scene: Scene, contacts: Contacts, serials: Serials
) -> None:
    """Tickets with their comments, field history, metrics and ratings."""
    requester = _requesters(tickets, scene, contacts)
    _write_tickets(sheets, tickets, scene, requester)
    _write_comments(sheets, tickets, comments, scene, requester=requester, serials=serials)
    _write_history(sheets, tickets, scene.clock, requester)
    _write_metrics(sheets, tickets, comments, scene.clock)
    _write_ratings(sheets, tickets, scene.clock, requester=requester, serials=serials)


def _requesters(tickets: Tickets, scene: Scene, contacts: Contacts) -> Ints:
    """The contact number of each ticket's requester; the account's first contact for whoever has left."""
    row = (np.cumsum(scene.accounts.contacts) - scene.accounts.contacts)[tickets.account]
    there = contacts.left_on[row + tickets.requester] > tickets.opened // 86_400
    return np.asarray(contacts.number[row + np.where(there, tickets.requester, 0)])


def _owner(tickets: Tickets) -> Ints:
    return np.where(tickets.escalated >= 0, tickets.second_agent, tickets.agent)


def _statuses(tickets: Tickets) -> pa.Array:
    waiting = (tickets.first_reply >= 0) & (tickets.number % 3 == 0)
    status = np.select(
        [tickets.closed >= 0, tickets.solved >= 0, tickets.first_reply < 0, waiting], [0, 1, 2, 3], default=4
    )
    return picked(("closed", "solved", "new", "pending", "open"), status)


def _tags(tickets: Tickets, *, after: Flags) -> pa.Array:
    area = picked(texts.AREA_TAGS, tickets.problem)
    return pc.if_else(pa.array(after), joined(area, " escalated"), area)


def _write_tickets(sheets: Sheets, tickets: Tickets, scene: Scene, requester: Ints) -> None:
    clock = scene.clock
    last = np.max([tickets.opened, tickets.first_reply, tickets.solved, tickets.closed, tickets.reopened], axis=0)
    german_half = tickets.wording * texts.OPENERS + tickets.opener
    sheets.append(
        "zendesk/tickets.csv",
        {
            "id": plain_ids(tickets.number, TICKET_IDS),
            "subject": picked(texts.SUBJECT_TEXTS, tickets.wording),
            "description": picked(texts.DESCRIPTION_TEXTS, german_half),
            "type": picked(
                ("incident", "problem", "question"),
                np.where(tickets.is_problem, 1, np.where(tickets.problem_ticket >= 0, 0, tickets.number % 5 // 4 * 2)),
            ),
            "priority": picked(_PRIORITIES, tickets.priority),
            "status": _statuses(tickets),
            "requester_id": plain_ids(requester, USER_IDS),
            "submitter_id": plain_ids(requester, USER_IDS),
            "assignee_id": where(tickets.first_reply >= 0, agent_ids(_owner(tickets))),
            "group_id": pa.array(np.where(tickets.escalated >= 0, SECOND_GROUP, FIRST_GROUP)),
            "organization_id": plain_ids(scene.accounts.number[tickets.account], ORGANISATION_IDS),
            "problem_id": plain_ids(tickets.problem_ticket, TICKET_IDS),
            "has_incidents": pa.array(tickets.is_problem),
            "tags": _tags(tickets, after=tickets.escalated >= 0),
            "via__channel": picked(_CHANNELS, tickets.channel),
            "satisfaction_rating__score": picked(_SCORES, tickets.rating),
            "created_at": stamps(clock.utc(tickets.opened)),
            "updated_at": stamps(clock.utc(last)),
        },
    )


def _write_comments(
    sheets: Sheets, tickets: Tickets, comments: Comments, scene: Scene, *, requester: Ints, serials: Serials
) -> None:
    ticket = comments.ticket
    escalated = tickets.escalated[ticket]
    agent = np.where((escalated >= 0) & (comments.at >= escalated), tickets.second_agent[ticket], tickets.agent[ticket])
    ours = (comments.author == AGENT) | (comments.author == NOTE)
    author = np.where(ours, agent + AGENT_IDS, requester[ticket] + USER_IDS)
    author = np.where(comments.author == MACHINE, BOT_ID, author)
    opening = texts.DESCRIPTION_TEXTS.take(pa.array((tickets.wording * texts.OPENERS + tickets.opener)[ticket]))
    sheets.append(
        "zendesk/ticket_comments.csv",
        {
            "id": plain_ids(serials.take("comment", len(comments)), COMMENT_IDS),
            "ticket_id": plain_ids(tickets.number[ticket], TICKET_IDS),
            "author_id": pa.array(author),
            "body": pc.if_else(
                pa.array(comments.text < 0), opening, picked(texts.COMMENT_TEXTS, np.maximum(comments.text, 0))
            ),
            "public": pa.array(comments.author != NOTE),
            "type": constant("Comment", len(comments)),
            "via__channel": picked(_CHANNELS, np.where(comments.author == MACHINE, _RULE, tickets.channel[ticket])),
            "created_at": stamps(scene.clock.utc(comments.at)),
        },
    )


def _write_history(sheets: Sheets, tickets: Tickets, clock: Clock, requester: Ints) -> None:
    """Fivetran's shape: one row for each value a field took, the first included."""
    rows = len(tickets)
    customer, agent, owner = requester + USER_IDS, tickets.agent + AGENT_IDS, _owner(tickets) + AGENT_IDS
    machine = np.full(rows, BOT_ID)
    again = np.where(tickets.reopened >= 0, tickets.solved, NOTHING)
    again = np.where(again > tickets.reopened, again, NOTHING)
    taken = np.where(tickets.first_reply >= 0, tickets.first_reply - 45, NOTHING)
    second = joined(plain_ids(tickets.second_agent, AGENT_IDS))
    entries = [
        ("status", tickets.opened, customer, constant("new", rows)),
        ("tags", tickets.opened, customer, _tags(tickets, after=np.zeros(rows, dtype=np.bool_))),
        ("assignee_id", taken, agent, joined(plain_ids(tickets.agent, AGENT_IDS))),
        ("status", taken, agent, constant("open", rows)),
        ("tags", tickets.escalated, agent, _tags(tickets, after=np.ones(rows, dtype=np.bool_))),
        ("group_id", tickets.escalated, agent, constant(str(SECOND_GROUP), rows)),
        ("assignee_id", tickets.escalated, agent, second),
        ("status", tickets.first_solved, owner, constant("solved", rows)),
        ("status", tickets.reopened, customer, constant("open", rows)),
        ("status", again, owner, constant("solved", rows)),
        ("status", tickets.closed, machine, constant("closed", rows)),
    ]
    number = np.tile(np.arange(rows), len(entries))
    at = np.concatenate([moment for _, moment, _, _ in entries])
    order = np.lexsort((at, number))
    order = pa.array(order[at[order] >= 0])
    field = pa.array(np.repeat([name for name, _, _, _ in entries], rows), pa.large_string())
    user = pa.array(np.concatenate([user for _, _, user, _ in entries]))
    value = pa.concat_arrays([value for _, _, _, value in entries])
    sheets.append(
        "zendesk/ticket_field_history.csv",
        {
            "ticket_id": plain_ids(tickets.number[number], TICKET_IDS).take(order),
            "field_name": field.take(order),
            "updated": stamps(clock.utc(at)).take(order),
            "user_id": user.take(order),
            "value": value.take(order),
        },
    )


def _write_metrics(sheets: Sheets, tickets: Tickets, comments: Comments, clock: Clock) -> None:
    public = comments.author == AGENT
    replies = np.bincount(comments.ticket[public], minlength=len(tickets))
    latest = np.full(len(tickets), NOTHING)
    np.maximum.at(latest, comments.ticket, comments.at)
    wait = clock.utc(np.maximum(tickets.first_reply, 0)) - clock.utc(tickets.opened)
    full = clock.utc(np.maximum(tickets.solved, 0)) - clock.utc(tickets.opened)
    replied, solved = tickets.first_reply >= 0, tickets.solved >= 0
    sheets.append(
        "zendesk/ticket_metrics.csv",
        {
            "ticket_id": plain_ids(tickets.number, TICKET_IDS),
            "reopens": pa.array((tickets.reopened >= 0).astype(np.int64)),
            "replies": pa.array(replies),
            "assignee_stations": pa.array(replied + (tickets.escalated >= 0).astype(np.int64)),
            "assigned_at": stamps(clock.utc(np.where(replied, tickets.first_reply - 45, NOTHING))),
            "solved_at": stamps(clock.utc(tickets.solved)),
            "latest_comment_added_at": stamps(clock.utc(latest)),
            "reply_time_in_minutes__calendar": pa.array(wait // 60, mask=~replied),
            "full_resolution_time_in_minutes__calendar": pa.array(full // 60, mask=~solved),
            "created_at": stamps(clock.utc(tickets.opened)),
        },
    )


def _write_ratings(sheets: Sheets, tickets: Tickets, clock: Clock, *, requester: Ints, serials: Serials) -> None:
    rated = np.flatnonzero((tickets.rating >= 0) & (tickets.solved >= 0))
    score = tickets.rating[rated]
    comment = np.where(
        (tickets.number[rated] % 3 == 0) & (score <= BAD), score * 3 + tickets.number[rated] % 9 // 3, NOTHING
    )
    rating_texts = (*texts.RATING_COMMENTS_GOOD, *texts.RATING_COMMENTS_BAD)
    answered = np.minimum(tickets.solved[rated] + 7200, (clock.cutoff + 1) * 86_400 - 1)
    sheets.append(
        "zendesk/satisfaction_ratings.csv",
        {
            "id": plain_ids(serials.take("rating", len(rated)), RATING_IDS),
            "ticket_id": plain_ids(tickets.number[rated], TICKET_IDS),
            "requester_id": plain_ids(requester[rated], USER_IDS),
            "assignee_id": agent_ids(_owner(tickets)[rated]),
            "score": picked(_SCORES, score),
            "comment": picked(rating_texts, comment),
            "created_at": stamps(clock.utc(answered)),
            "updated_at": stamps(clock.utc(answered)),
        },
    )
