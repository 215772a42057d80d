"""The CRM's activities: tasks (calls, social media), events with attendees, mails."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.sources.simulate import planted, texts
from trueup.sources.simulate.activities import EVENT_TYPES, PHONE, Calls, Mails, Meetings
from trueup.sources.simulate.addresses import contact_emails, contact_names, staff_emails, staff_names
from trueup.sources.simulate.clock import DAY, Clock
from trueup.sources.simulate.columns import (
    NOTHING,
    Flags,
    Ints,
    constant,
    dates,
    flat,
    joined,
    kept,
    picked,
    salesforce_ids,
    where,
)
from trueup.sources.simulate.crm import ACCOUNT, CONTACT, DEAL, USER, salesforce_stamps
from trueup.sources.simulate.deals import OPEN, Deals
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.staff import SOLUTIONS
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import Contacts

TASK, EVENT, RELATION, MAIL = "00T", "00U", "0RE", "02s"


@dataclass(frozen=True)
class Journal:
    """Where a chunk's activities are written, and whom and what they are about; ``deal_number`` per deal row."""

    sheets: Sheets
    scene: Scene
    contacts: Contacts
    deal_number: Ints
    serials: Serials

    def contact_rows(self, account: Ints, place: Ints, at: Ints) -> Ints:
        """Rows of contacts; the account's first one for those the CRM does not know or who have left."""
        first = (np.cumsum(self.scene.accounts.contacts) - self.scene.accounts.contacts)[account]
        row = first + place
        usable = self.contacts.in_crm[row] & (self.contacts.left_on[row] > at // DAY)
        return np.where(usable, row, first)

    def about(self, account: Ints, deal: Ints) -> pa.Array:
        """The opportunity an activity is about, else the account."""
        number = np.append(self.deal_number, NOTHING)[deal]
        return pc.coalesce(salesforce_ids(DEAL, number), salesforce_ids(ACCOUNT, self.scene.accounts.number[account]))


def _entered(at: Ints, usual: Ints, rng: np.random.Generator) -> Ints:
    """When each activity was entered: as usual, or for some days after it happened."""
    late = rng.random(len(at)) < planted.LATE_SHARE
    return np.where(late, at + rng.integers(1, 10, len(at)) * DAY + 1800, usual)


def exported_since(at: Ints, entered: Ints, clock: Clock) -> Flags:
    """What lies in the exported window and had been entered by its end."""
    return np.asarray((at >= clock.window_from * DAY) & clock.known(at) & clock.known(entered))


def write_calls(journal: Journal, calls: Calls, rng: np.random.Generator) -> int:
    """Calls and social-media exchanges as completed tasks; the number written."""
    entered = _entered(calls.at, calls.at + calls.seconds, rng)
    fine = exported_since(calls.at, entered, journal.scene.clock)
    call, entered = kept(calls, fine), entered[fine]
    rows = len(call)
    is_call = call.kind == PHONE
    direction = picked(("Outbound", "Inbound"), call.incoming.astype(np.int64))
    who = journal.contacts.number[journal.contact_rows(call.account, call.contact, call.at)]
    journal.sheets.append(
        "salesforce/Task.csv",
        {
            "Id": salesforce_ids(TASK, journal.serials.take("task", rows)),
            "IsDeleted": pa.repeat(pa.scalar(value=False), rows),
            "WhoId": salesforce_ids(CONTACT, who),
            "WhatId": journal.about(call.account, call.deal),
            "AccountId": salesforce_ids(ACCOUNT, journal.scene.accounts.number[call.account]),
            "Subject": pc.if_else(
                pa.array(is_call),
                picked(texts.CALL_SUBJECTS, call.seconds % len(texts.CALL_SUBJECTS)),
                pa.scalar("Social media message", pa.large_string()),
            ),
            "ActivityDate": dates(call.due_on),
            "Status": constant("Completed", rows),
            "Priority": constant("Normal", rows),
            "OwnerId": salesforce_ids(USER, call.person),
            "TaskSubtype": picked(("Call", "Task"), call.kind),
            "Type": picked(("Call", "Social"), call.kind),
            "IsClosed": pa.repeat(pa.scalar(value=True), rows),
            "CompletedDateTime": salesforce_stamps(call.at, journal.scene.clock),
            "CallType": where(is_call, direction),
            "CallDurationInSeconds": pa.array(call.seconds, mask=~is_call),
            "Direction__c": where(~is_call, direction),
            "CreatedDate": salesforce_stamps(entered, journal.scene.clock),
            "SystemModstamp": salesforce_stamps(entered, journal.scene.clock),
        },
    )
    return rows


def write_planned(journal: Journal, deals: Deals) -> None:
    """Tasks planned for every other open deal, some overdue: they have not happened."""
    deal = np.flatnonzero((deals.outcome == OPEN) & (journal.deal_number % 2 == 0))
    rows, clock = len(deal), journal.scene.clock
    account = deals.account[deal]
    first = (np.cumsum(journal.scene.accounts.contacts) - journal.scene.accounts.contacts)[account]
    due = clock.cutoff - 10 + journal.deal_number[deal] % 31
    entered = np.full(rows, (clock.cutoff - 12) * DAY + 15 * 3600)
    entered = np.maximum(entered, clock.local(deals.opened[deal]))
    nothing = pa.nulls(rows, pa.large_string())
    journal.sheets.append(
        "salesforce/Task.csv",
        {
            "Id": salesforce_ids(TASK, journal.serials.take("task", rows)),
            "IsDeleted": pa.repeat(pa.scalar(value=False), rows),
            "WhoId": salesforce_ids(CONTACT, journal.contacts.number[first]),
            "WhatId": salesforce_ids(DEAL, journal.deal_number[deal]),
            "AccountId": salesforce_ids(ACCOUNT, journal.scene.accounts.number[account]),
            "Subject": constant("Call about our proposal", rows),
            "ActivityDate": dates(due),
            "Status": constant("Not Started", rows),
            "Priority": constant("Normal", rows),
            "OwnerId": salesforce_ids(USER, deals.seller[deal]),
            "TaskSubtype": constant("Call", rows),
            "Type": constant("Call", rows),
            "IsClosed": pa.repeat(pa.scalar(value=False), rows),
            "CompletedDateTime": nothing,
            "CallType": constant("Outbound", rows),
            "CallDurationInSeconds": pa.nulls(rows, pa.int64()),
            "Direction__c": nothing,
            "CreatedDate": salesforce_stamps(entered, clock),
            "SystemModstamp": salesforce_stamps(entered, clock),
        },
    )


def write_meetings(journal: Journal, meetings: Meetings, rng: np.random.Generator) -> int:
    """Events and who was asked to them; the number of events written."""
    before = meetings.at - rng.integers(2, 15, len(meetings)) * DAY
    entered = _entered(meetings.at, before, rng)
    fine = exported_since(meetings.at, entered, journal.scene.clock)
    meeting, entered = kept(meetings, fine), entered[fine]
    rows, clock = len(meeting), journal.scene.clock
    number = journal.serials.take("event", rows)
    begin = (meeting.at // 1800 + meeting.account) % np.maximum(journal.scene.accounts.contacts[meeting.account], 1)
    host = journal.contact_rows(meeting.account, begin, meeting.at)
    starts, ends = meeting.at, meeting.at + meeting.minutes * 60
    kind = picked(EVENT_TYPES, meeting.kind)
    created = salesforce_stamps(entered, clock)
    journal.sheets.append(
        "salesforce/Event.csv",
        {
            "Id": salesforce_ids(EVENT, number),
            "IsDeleted": pa.repeat(pa.scalar(value=False), rows),
            "WhoId": salesforce_ids(CONTACT, journal.contacts.number[host]),
            "WhatId": journal.about(meeting.account, meeting.deal),
            "AccountId": salesforce_ids(ACCOUNT, journal.scene.accounts.number[meeting.account]),
            "Subject": joined(kind, ": ", picked(texts.MAIL_SUBJECTS, meeting.at // 1800 % texts.SUBJECTS_A_LANGUAGE)),
            "Location": picked(("Video call", "At the customer's", "At ours"), meeting.minutes // 30 % 3),
            "ActivityDateTime": salesforce_stamps(starts, clock),
            "StartDateTime": salesforce_stamps(starts, clock),
            "EndDateTime": salesforce_stamps(ends, clock),
            "DurationInMinutes": pa.array(meeting.minutes),
            "OwnerId": salesforce_ids(USER, meeting.person),
            "EventSubtype": constant("Event", rows),
            "Type": kind,
            "IsGroupEvent": pa.array((meeting.guests > 1) | (meeting.colleagues > 0)),
            "IsChild": pa.repeat(pa.scalar(value=False), rows),
            "CreatedDate": created,
            "SystemModstamp": created,
        },
    )
    _write_relations(journal, meeting, number=number, begin=begin, created=created)
    return rows


def _write_relations(journal: Journal, meeting: Meetings, *, number: Ints, begin: Ints, created: pa.Array) -> None:
    """Guests of the account, and colleagues; those who declined did not come."""
    event, place = flat(meeting.guests)
    account = meeting.account[event]
    seat = (begin[event] + place) % np.maximum(journal.scene.accounts.contacts[account], 1)
    row = journal.contact_rows(account, seat, meeting.at[event])
    _, first = np.unique(event * (len(journal.contacts.number) + 1) + row, return_index=True)
    first.sort()
    event, place, row = event[first], place[first], row[first]
    away = (place > 0) & (place >= meeting.guests[event] - meeting.absent[event])
    helper, helper_event, refused = _colleagues(meeting, journal.scene)
    guests = salesforce_ids(CONTACT, journal.contacts.number[row])
    relation = pa.concat_arrays([guests, salesforce_ids(USER, helper)])
    whose = np.concatenate([event, helper_event])
    declined = np.concatenate([away, refused])
    ours = np.concatenate([np.zeros(len(event), dtype=np.bool_), np.ones(len(helper), dtype=np.bool_)])
    order = pa.array(np.argsort(whose, kind="stable"))
    columns = {
        "EventId": salesforce_ids(EVENT, number[whose]),
        "RelationId": relation,
        "IsInvitee": pa.array(ours),
        "IsParent": pa.array(~ours),
        "IsWhat": pa.repeat(pa.scalar(value=False), len(whose)),
        "Status": picked(("Accepted", "Declined"), declined.astype(np.int64)),
        "CreatedDate": created.take(pa.array(whose)),
    }
    ids = {"Id": salesforce_ids(RELATION, journal.serials.take("relation", len(whose)))}
    journal.sheets.append(
        "salesforce/EventRelation.csv", {**ids, **{name: values.take(order) for name, values in columns.items()}}
    )


def _colleagues(meeting: Meetings, scene: Scene) -> tuple[Ints, Ints, Flags]:
    """Our other people: the account's second owner first, then a solutions engineer; whoever declined comes last."""
    day = meeting.at // DAY
    seller = scene.staff.acting(scene.accounts.seller[meeting.account], day)
    success = scene.staff.acting(scene.accounts.success[meeting.account], day)
    partner = np.where(meeting.person == success, seller, success)
    engineers = scene.staff.of_team(SOLUTIONS)
    turn = meeting.at // 1800 + meeting.account
    engineer, another = engineers[turn % len(engineers)], engineers[(turn + 1) % len(engineers)]
    rows = np.arange(len(meeting))
    one, two = meeting.colleagues >= 1, meeting.colleagues >= 2
    refusing = meeting.declined
    who = np.concatenate([partner[one], engineer[two], another[refusing]])
    event = np.concatenate([rows[one], rows[two], rows[refusing]])
    refused = np.concatenate([np.zeros(int(one.sum() + two.sum())), np.ones(int(refusing.sum()))]).astype(np.bool_)
    return who, event, refused


def write_mails(journal: Journal, mails: Mails, subjects: pa.Array) -> int:
    """Mail messages; the number written."""
    mail = kept(mails, exported_since(mails.at, mails.at, journal.scene.clock))
    mail = kept(mail, np.lexsort((mail.automatic, mail.at, mail.thread)))
    rows = len(mail)
    theirs = journal.contact_rows(mail.account, mail.contact, mail.at)
    copied = journal.contact_rows(mail.account, np.maximum(mail.copied, 0), mail.at)
    copied = np.where((mail.copied >= 0) & (copied != theirs), copied, NOTHING)
    addresses, spoken = contact_emails(journal.scene.accounts, journal.contacts), contact_names(journal.contacts)
    our_addresses = staff_emails(journal.scene.staff)
    other_addresses = staff_emails(journal.scene.staff, other_domain=np.ones(len(journal.scene.staff), dtype=np.bool_))
    incoming = pa.array(mail.incoming)
    from_customer, from_us = picked(addresses, theirs), picked(our_addresses, mail.person)
    # One in twenty of our mails goes out from the sender's second mailbox.
    elsewhere = ~mail.incoming & (mail.at % 20 == 0)
    from_us = pc.if_else(pa.array(elsewhere), picked(other_addresses, mail.person), from_us)
    sender = pc.if_else(incoming, picked(spoken, theirs), picked(staff_names(journal.scene.staff), mail.person))
    subject = picked(subjects, mail.subject)
    subject = pc.if_else(pa.array(mail.reply > 0), joined("Re: ", subject), subject)
    german = journal.scene.accounts.german[mail.account]
    notice = joined(picked(texts.OUT_OF_OFFICE, german), picked(subjects, mail.subject))
    at = salesforce_stamps(mail.at, journal.scene.clock)
    journal.sheets.append(
        "salesforce/EmailMessage.csv",
        {
            "Id": salesforce_ids(MAIL, journal.serials.take("mail", rows)),
            "ParentId": pa.nulls(rows, pa.large_string()),
            "RelatedToId": journal.about(mail.account, mail.deal),
            "ThreadIdentifier": joined("<nl.", pa.array(mail.thread), "@mail.nordlicht-ops.example>"),
            "Incoming": incoming,
            "Status": picked(("3", "1"), mail.incoming.astype(np.int64)),
            "MessageDate": at,
            "Subject": pc.if_else(pa.array(mail.automatic), notice, subject),
            "FromName": sender,
            "FromAddress": pc.if_else(incoming, from_customer, from_us),
            "ToAddress": pc.if_else(incoming, picked(our_addresses, mail.person), from_customer),
            "CcAddress": picked(addresses, copied),
            "Headers": where(mail.automatic, constant("Auto-Submitted: auto-replied", rows)),
            "CreatedDate": at,
            "SystemModstamp": at,
        },
    )
    return rows
