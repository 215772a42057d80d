"""Salesforce's tasks, events, mails and cases: what passed between us and the customer, and who took part."""

from datetime import datetime

import pytest

from sources.mapping_harness import Imported, bring_in, delivered, record

ACME, ANNA, BEN = "0015J000000000bQAA", "0055J0000000001QAA", "0055J0000000002QAA"
CARLA, CARL, LEAD = "0035J0000000001QAA", "0035J0000000002QAA", "00Q5J0000000001QAA"
DEAL, CASE = "0065J0000000001QAA", "5005J0000000001QAA"
TASK = {
    "Id": "00T5J0000000001QAA",
    "WhoId": CARLA,
    "WhatId": DEAL,
    "AccountId": ACME,
    "Subject": "Call",
    "Status": "Completed",
    "ActivityDate": "",
    "TaskSubtype": "Call",
    "Type": "",
    "CallType": "",
    "OwnerId": ANNA,
    "IsClosed": "true",
    "CreatedDate": "2026-03-10T10:00:00Z",
    "CompletedDateTime": "2026-03-10T10:00:00Z",
}
EVENT = {
    "Id": "00U5J0000000001QAA",
    "WhoId": CARLA,
    "WhatId": DEAL,
    "AccountId": ACME,
    "Subject": "",
    "Type": "",
    "StartDateTime": "2026-03-10T09:00:00Z",
    "EndDateTime": "2026-03-10T10:00:00Z",
    "OwnerId": ANNA,
    "IsChild": "false",
    "CreatedDate": "2026-03-01T09:00:00Z",
}
MAIL = {
    "Id": "02s5J0000000001QAA",
    "ParentId": "",
    "RelatedToId": ACME,
    "ThreadIdentifier": "t1",
    "Incoming": "true",
    "Status": "1",
    "MessageDate": "2026-03-10T09:00:00Z",
    "Subject": "Question",
    "FromAddress": "carla@acme.example",
    "ToAddress": "anna@us.example",
    "CcAddress": "",
    "Headers": "",
}
OPPORTUNITY = {"Id": DEAL, "AccountId": ACME, "StageName": "Open", "CloseDate": "2026-06-30", "Amount": "1"}
USERS = f"""Id,Name,Email,UserRoleId,IsActive,ProfileId,ContactId,UserType
    {ANNA},Anna Albrecht,anna@us.example,,true,p,,Standard
    {BEN},Ben Brandt,ben@us.example,,true,p,,Standard
    0055J0000000009QAA,Carla Costa,portal@acme.example,,true,p,{CARLA},PowerCustomerSuccess
    0055J0000000008QAA,Automated Process,auto@us.example,,true,p,,AutomatedProcess"""
CONTACTS = f"""Id,AccountId,Name,Email,Title
    {CARLA},{ACME},Carla Costa,carla@acme.example,CEO
    {CARL},{ACME},Carl Conrad,Carl@Acme.example,Buyer"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def one(table: str, cells: dict[str, str], **changed: str) -> Imported:
    return bring_in(record(f"salesforce/{table}.csv", **{**cells, **changed}))


def brought(**tables: str) -> Imported:
    return bring_in(*(delivered(f"salesforce/{name}.csv", text) for name, text in tables.items()))


def csv_of(*records: dict[str, str]) -> str:
    return "\n".join([",".join(records[0]), *(",".join(cells.values()) for cells in records)])


def tasks(*rows: dict[str, str]) -> Imported:
    """Tasks like the one above but for what each row changes, in order of their ids."""
    return brought(Task=csv_of(*({**TASK, **row, "Id": f"t{number:02}"} for number, row in enumerate(rows))))


def test_type_or_subtype_tell_what_a_task_was() -> None:
    told = [
        ("", "Call", "call"),
        ("Call", "Task", "call"),
        ("", "Email", "email"),
        ("", "ListEmail", "email"),
        ("Social", "Task", "social"),
        ("LinkedIn", "Task", "social"),
        ("Chat", "Task", "chat"),
        ("Meeting", "Task", "meeting"),
        ("Workshop", "Task", "workshop"),
        ("Prepare offer", "Task", "other"),
        ("", "Task", "other"),
    ]
    given = tasks(*({"Type": kind, "TaskSubtype": subtype} for kind, subtype, _ in told))
    assert [kind for _, kind in given.rows("interactions", "interaction_id", "kind")] == [kind for *_, kind in told]


def test_a_task_tells_who_reached_out_or_nobody_knows() -> None:
    given = tasks(
        {"CallType": "Inbound"},
        {"CallType": "Outbound"},
        {"CallType": "Internal"},
        {},
        {"TaskSubtype": "Email"},
        {"TaskSubtype": "Email", "Subject": "[Email] [In] Re: offer"},
        {"TaskSubtype": "ListEmail"},
    )
    assert [row[1:] for row in given.rows("interactions", "interaction_id", "direction", "is_automatic")] == [
        ("inbound", False),
        ("outbound", False),
        (None, False),
        (None, False),
        ("outbound", False),
        ("inbound", False),
        ("outbound", True),
    ]


def test_a_social_task_carries_its_direction_in_a_field_of_its_own() -> None:
    given = one("Task", TASK, Type="Social", Direction__c="Inbound")
    assert given.rows("interactions", "kind", "direction") == [("social", "inbound")]


def test_when_a_task_happened_and_what_was_agreed() -> None:
    told = [
        # ActivityDate, created, completed; it happened, and the next step is due
        ("", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "None"),
        ("2026-03-13", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "2026-03-13"),
        ("2026-03-10", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "None"),  # a logged call
        ("2026-03-02", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "2026-03-02 12:00:00", "None"),  # logged late
        ("2026-03-02", "2026-02-20 10:00:00", "2026-03-10 10:00:00", "2026-03-10 10:00:00", "None"),  # done late
        ("2026-03-02", "2026-03-03 10:00:00", "", "2026-03-02 12:00:00", "None"),
        ("", "2026-03-03 10:00:00", "", "2026-03-03 10:00:00", "None"),
    ]
    given = tasks(
        *({"ActivityDate": on, "CreatedDate": made, "CompletedDateTime": done} for on, made, done, *_ in told)
    )
    happened = given.rows("interactions", "interaction_id", "occurred_at", "due_at")
    assert [(str(at), str(due)) for _, at, due in happened] == [row[3:] for row in told]


def test_what_was_entered_afterwards_is_known_from_then() -> None:
    given = one("Task", TASK, CreatedDate="2026-03-14T10:00:00Z")
    assert given.rows("interactions", "occurred_at", "recorded_at") == [
        (at("2026-03-10T10:00"), at("2026-03-14T10:00"))
    ]


def test_a_task_that_is_only_planned_is_no_interaction() -> None:
    given = one("Task", TASK, Status="Not Started", IsClosed="false", CompletedDateTime="", ActivityDate="2026-04-01")
    assert given.rows("interactions", "interaction_id") == []
    assert given.lost == {"task": []}


def test_a_call_lasts_as_long_as_it_did() -> None:
    given = one("Task", TASK, CallDurationInSeconds="90")
    assert given.rows("interactions", "ended_at", "completed_at") == [
        (at("2026-03-10T10:01:30"), at("2026-03-10T10:00"))
    ]


def test_the_account_is_found_behind_what_a_task_is_about() -> None:
    told = [
        (CARLA, DEAL, (DEAL, None, None)),
        (CARLA, "", (None, None, None)),
        (LEAD, "", (None, LEAD, None)),
        ("", CASE, (None, None, CASE)),
        ("", ACME, (None, None, None)),
    ]
    given = brought(
        Task=csv_of(
            *(
                {**TASK, "Id": f"t{number}", "WhoId": who, "WhatId": what, "AccountId": ""}
                for number, (who, what, _) in enumerate(told)
            )
        ),
        Opportunity=csv_of(OPPORTUNITY),
        Contact=CONTACTS,
        Lead=f"Id,Status,Company,IsConverted,ConvertedAccountId\n{LEAD},Converted,Acme,true,{ACME}",
        Case=f"Id,CaseNumber,Status,Origin,ContactId\n{CASE},1,New,Web,{CARLA}",
    )
    found = given.rows("interactions", "interaction_id", "account_id", "deal_id", "lead_id", "case_id")
    assert [row[1:] for row in found] == [(ACME, *about) for *_, about in told]


def test_a_task_brings_our_person_and_theirs_together() -> None:
    assert one("Task", TASK).rows("participants", "person_id", "contact_id") == [(ANNA, CARLA)]
    assert one("Task", TASK, WhoId=LEAD).rows("participants", "person_id", "contact_id") == [(ANNA, None)]
    assert one("Task", TASK, OwnerId="00G5J0000000001QAA", WhoId=LEAD).rows("participants", "person_id") == []


def test_further_people_of_a_task_come_by_its_relations() -> None:
    given = brought(
        Task=csv_of(TASK),
        TaskRelation=f"""Id,TaskId,RelationId,IsWhat
            r1,{TASK["Id"]},{CARLA},false
            r2,{TASK["Id"]},{CARL},false
            r3,{TASK["Id"]},{DEAL},true""",
    )
    assert given.rows("participants", "person_id", "contact_id") == [(None, CARL), (ANNA, CARLA)]
    assert given.lost == {"task": [], "task_relation": []}


def test_the_mail_itself_comes_before_the_task_that_logs_it() -> None:
    given = brought(
        Task=csv_of({**TASK, "TaskSubtype": "Email"}), EmailMessage=csv_of({**MAIL, "ActivityId": TASK["Id"]})
    )
    assert given.rows("interactions", "interaction_id", "kind") == [(MAIL["Id"], "email")]
    assert given.lost == {"task": [], "email_message": []}


def test_type_and_subject_tell_what_an_event_was() -> None:
    told = [
        ("Meeting", "Agenda for Thursday", "meeting"),
        ("Call", "Weekly", "call"),
        ("Demo", "Agenda", "demo"),
        ("Workshop", "Agenda", "workshop"),
        ("Business Review", "Q3", "business_review"),
        ("QBR", "Q3", "business_review"),
        ("Partnership Meeting", "First", "partnership_meeting"),
        ("Tradeshow", "Hannover", "tradeshow"),
        ("Seminar", "Planning", "seminar"),
        ("Visit", "Plant", "visit"),
        ("Meeting", "Quarterly Business Review", "business_review"),
        ("Meeting", "Design the alliance", "partnership_meeting"),
        ("Meeting", "After the demo", "meeting"),
        ("", "Product demo for the team", "demo"),
        ("", "Exploratory meeting", "partnership_meeting"),
        ("Other", "On-site visit", "visit"),
        ("", "", "meeting"),
    ]
    events = [
        {**EVENT, "Id": f"e{number:02}", "Type": kind, "Subject": subject}
        for number, (kind, subject, _) in enumerate(told)
    ]
    given = brought(Event=csv_of(*events))
    assert [kind for _, kind in given.rows("interactions", "interaction_id", "kind")] == [kind for *_, kind in told]


def test_an_event_begins_and_ends_and_has_no_direction() -> None:
    given = one("Event", EVENT)
    assert given.rows("interactions", "occurred_at", "ended_at", "deal_id", "direction") == [
        (at("2026-03-10T09:00"), at("2026-03-10T10:00"), DEAL, None)
    ]


def test_how_long_a_day_in_the_calendar_took_nobody_knows() -> None:
    given = one("Event", EVENT, IsAllDayEvent="true", DurationInMinutes="1440")
    assert given.rows("interactions", "ended_at") == [(None,)]


def test_copies_in_other_calendars_and_patterns_of_series_are_no_meetings() -> None:
    given = brought(
        Event=csv_of(
            {**EVENT, "IsRecurrence": "false"},
            {**EVENT, "Id": "e2", "IsChild": "true", "OwnerId": BEN, "IsRecurrence": "false"},
            {**EVENT, "Id": "e3", "IsRecurrence": "true"},
        )
    )
    assert given.rows("interactions", "interaction_id") == [(EVENT["Id"],)]
    assert given.lost == {"event": []}


def test_who_was_invited_took_part_unless_they_declined() -> None:
    given = brought(
        Event=csv_of(EVENT),
        EventRelation=f"""Id,EventId,RelationId,IsInvitee,IsWhat,Status
            r1,{EVENT["Id"]},{CARLA},true,false,Declined
            r2,{EVENT["Id"]},{CARL},true,false,New
            r3,{EVENT["Id"]},{BEN},true,false,Accepted
            r4,{EVENT["Id"]},{DEAL},false,true,""",
    )
    assert given.rows("participants", "person_id", "contact_id", "attended") == [
        (None, CARLA, False),
        (None, CARL, True),
        (ANNA, None, True),
        (BEN, None, True),
    ]
    assert given.lost == {"event": [], "event_relation": []}


def test_a_mail_has_direction_thread_and_the_people_it_names() -> None:
    given = brought(
        EmailMessage=csv_of(MAIL, {**MAIL, "Id": "m2", "Incoming": "false", "FromAddress": "anna@us.example",
                                   "ToAddress": "Carla Costa <Carla@acme.example>; nobody@else.example",
                                   "CcAddress": "carl@acme.example; carla@acme.example"}),
        User=USERS,
        Contact=CONTACTS,
    )  # fmt: skip
    assert given.rows("interactions", "direction", "thread_id", "account_id", "occurred_at") == [
        ("inbound", "t1", ACME, at("2026-03-10T09:00")),
        ("outbound", "t1", ACME, at("2026-03-10T09:00")),
    ]
    assert set(given.rows("participants", "interaction_id", "person_id", "contact_id")) == {
        (MAIL["Id"], ANNA, None),
        (MAIL["Id"], None, CARLA),
        ("m2", ANNA, None),
        ("m2", None, CARLA),
        ("m2", None, CARL),
    }


def test_a_machines_mail_is_told_apart() -> None:
    mail = {**MAIL, "IsAutomatic__c": ""}
    given = brought(
        EmailMessage=csv_of(
            {**mail, "Id": "m1"},
            {**mail, "Id": "m2", "Headers": "Auto-Submitted: auto-replied"},
            {**mail, "Id": "m3", "Headers": "Auto-Submitted: no"},
            {**mail, "Id": "m4", "Subject": "Out of office: Question"},
            {**mail, "Id": "m5", "IsAutomatic__c": "true"},
        )
    )
    assert given.rows("interactions", "interaction_id", "is_automatic") == [
        ("m1", False),
        ("m2", True),
        ("m3", False),
        ("m4", True),
        ("m5", True),
    ]


def test_a_draft_is_no_mail() -> None:
    given = one("EmailMessage", MAIL, Status="5")
    assert (given.tables["interactions"], given.lost["email_message"]) == ([], [])


def test_a_mail_about_a_case_or_about_nothing_still_finds_its_account() -> None:
    given = brought(
        EmailMessage=csv_of(
            {**MAIL, "Id": "m1", "ParentId": CASE, "RelatedToId": "", "ThreadIdentifier": ""},
            {**MAIL, "Id": "m2", "RelatedToId": ""},
            {**MAIL, "Id": "m3", "RelatedToId": DEAL},
        ),
        Contact=CONTACTS,
        Opportunity=csv_of(OPPORTUNITY),
        Case=f"Id,CaseNumber,Status,Origin,AccountId\n{CASE},1,New,Web,{ACME}",
    )
    assert given.rows("interactions", "interaction_id", "account_id", "case_id", "thread_id", "deal_id") == [
        ("m1", ACME, CASE, CASE, None),
        ("m2", ACME, None, "t1", None),
        ("m3", ACME, None, "t1", DEAL),
    ]


def test_relations_of_a_mail_name_its_people_once() -> None:
    given = brought(
        EmailMessage=csv_of(MAIL),
        EmailMessageRelation=f"""Id,EmailMessageId,RelationId,RelationType,RelationAddress
            r1,{MAIL["Id"]},{CARLA},FromAddress,carla@acme.example
            r2,{MAIL["Id"]},{CARLA},CcAddress,carla@acme.example
            r3,{MAIL["Id"]},,ToAddress,anna@us.example
            r4,{MAIL["Id"]},,ToAddress,nobody@else.example""",
        User=USERS,
        Contact=CONTACTS,
    )
    assert given.rows("participants", "person_id", "contact_id") == [(None, CARLA), (ANNA, None)]
    assert given.lost["email_message_relation"] == []


CASES = f"""Id,CaseNumber,AccountId,ContactId,OwnerId,ParentId,Subject,Status,Reason,Type,Priority,Origin,IsClosed
    {CASE},1,,{CARLA},{ANNA},,Invoice wrong,Closed,Billing,Problem,High,Email,true
    5005J0000000002QAA,2,{ACME},{CARL},00G5J0000000001QAA,{CASE},Invoice wrong again,Working,,Problem,Low,Web,false"""


def test_cases_below_one_parent_are_one_problem() -> None:
    given = brought(Case=CASES, Contact=CONTACTS)
    assert given.rows("cases", "case_id", "account_id", "owner_id", "issue_key", "category", "status") == [
        (CASE, ACME, ANNA, CASE, "Billing", "Closed"),
        ("5005J0000000002QAA", ACME, None, CASE, "Problem", "Working"),
    ]


@pytest.mark.parametrize("shape", ["export", "label"])
def test_a_case_opens_and_closes(shape: str) -> None:
    cells = {
        "export": {"Id": CASE, "CaseNumber": "1", "AccountId": ACME, "Status": "Closed", "Origin": "Web",
                   "CreatedDate": "2026-03-01T08:00:00Z", "ClosedDate": "2026-03-02T09:30:00Z", "IsEscalated": "false"},
        "label": {"Case ID": CASE[:15], "Case Number": "1", "Account ID": ACME[:15], "Status": "Closed",
                  "Case Origin": "Web", "Date/Time Opened": "2026-03-01 08:00", "Date/Time Closed": "2026-03-02 09:30",
                  "Escalated": "0"},
    }[shape]  # fmt: skip
    given = bring_in(record("in/report.csv", **cells))
    assert given.rows("cases", "case_id", "account_id", "opened_at", "closed_at", "is_escalated") == [
        (CASE, ACME, at("2026-03-01T08:00"), at("2026-03-02T09:30"), False)
    ]


def test_the_history_of_a_case_resolves_reopens_closes_and_escalates() -> None:
    given = brought(
        Case=CASES,
        User=USERS,
        CaseHistory=f"""CaseId,Field,DataType,OldValue,NewValue,CreatedDate,CreatedById
            {CASE},created,,,,2026-03-01T08:00:00Z,{ANNA}
            {CASE},Owner,Text,Ben Brandt,Anna Albrecht,2026-03-01T09:00:00Z,{BEN}
            {CASE},Owner,EntityId,{BEN},{ANNA},2026-03-01T09:00:00Z,{BEN}
            {CASE},Status,Text,New,Working,2026-03-01T10:00:00Z,{ANNA}
            {CASE},Status,Text,Working,Closed,2026-03-02T10:00:00Z,{ANNA}
            {CASE},Status,Text,Closed,Working,2026-03-03T10:00:00Z,0055J0000000009QAA
            {CASE},IsEscalated,Boolean,false,true,2026-03-03T11:00:00Z,0055J0000000008QAA
            {CASE},Status,Text,Working,Resolved,2026-03-04T10:00:00Z,{ANNA}
            {CASE},Status,Text,Resolved,Closed,2026-03-08T10:00:00Z,0055J0000000008QAA
            {CASE},Priority,Text,Low,High,2026-03-08T10:00:00Z,{ANNA}""",
    )
    events = [
        (str(when)[8:13], *told) for when, *told in given.rows("case_events", "occurred_at", "kind", "by", "value")
    ]
    assert events == [
        ("01 09", "assignment", "us", ANNA),
        ("01 10", "status", "us", "Working"),
        ("02 10", "close", "us", "Closed"),
        ("02 10", "resolve", "us", "Closed"),
        ("03 10", "reopen", "customer", "Working"),
        ("03 11", "escalation", "system", "true"),
        ("04 10", "resolve", "us", "Resolved"),
        ("08 10", "close", "system", "Closed"),
    ]
    assert given.lost["case_history"] == []


def test_a_published_comment_is_a_word_between_us_and_the_customer() -> None:
    given = brought(
        Case=CASES,
        User=USERS,
        Contact=CONTACTS,
        CaseComment=f"""Id,ParentId,CommentBody,IsPublished,CreatedById,CreatedDate
            00a1,{CASE},Still wrong,true,0055J0000000009QAA,2026-03-01T08:00:00Z
            00a2,{CASE},We look at it,true,{ANNA},2026-03-01T09:00:00Z
            00a3,{CASE},Odd customer,false,{BEN},2026-03-01T10:00:00Z""",
    )
    assert given.rows("interactions", "interaction_id", "direction", "case_id", "account_id") == [
        ("00a1", "inbound", CASE, ACME),
        ("00a2", "outbound", CASE, ACME),
    ]
    assert given.rows("participants", "person_id", "contact_id") == [(None, CARLA), (ANNA, None)]
    assert given.rows("case_events", "by", "is_public", "person_id") == [
        ("customer", True, None),
        ("us", False, BEN),
        ("us", True, ANNA),
    ]
