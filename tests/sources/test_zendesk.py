"""Zendesk exports: however they were made, the same canonical rows; and what its objects mean to us."""

from datetime import datetime

import pytest

from sources.mapping_harness import Imported, bring_in, delivered, record

SHAPES = {
    "export": {
        "tickets.csv": {
            "id": "1",
            "subject": "Invoice wrong",
            "description": "It says 12",
            "type": "incident",
            "priority": "high",
            "status": "closed",
            "requester_id": "501",
            "assignee_id": "601",
            "organization_id": "301",
            "problem_id": "9",
            "tags": "area:billing escalated",
            "via__channel": "email",
            "created_at": "2026-03-01T10:00:00Z",
            "updated_at": "2026-03-08T10:00:00Z",
        },
        "ticket_metrics.csv": {"ticket_id": "1", "reopens": "1", "replies": "2", "solved_at": "2026-03-04T10:00:00Z"},
    },
    "fivetran": {
        "ticket_data.csv": {
            "id": "1",
            "_fivetran_synced": "2026-04-01 00:00:00",
            "subject": "Invoice wrong",
            "description": "It says 12",
            "type": "incident",
            "priority": "high",
            "status": "closed",
            "requester_id": "501",
            "assignee_id": "601",
            "organization_id": "301",
            "problem_id": "9",
            "via_channel": "email",
            "created_at": "2026-03-01 10:00:00",
            "updated_at": "2026-03-08 10:00:00",
        },
        "ticket_tag_data.csv": {"tag": "area:billing", "ticket_id": "1", "_fivetran_synced": ""},
        "ticket_tag_data_2.csv": {"tag": "escalated", "ticket_id": "1", "_fivetran_synced": ""},
        "ticket_metric.csv": {"ticket_id": "1", "reopens": "1", "replies": "2", "solved_at": "2026-03-04 10:00:00"},
    },
    "dlt": {
        "tickets.csv": {
            "id": "1",
            "subject": "Invoice wrong",
            "description": "It says 12",
            "type": "incident",
            "priority": "high",
            "status": "closed",
            "requester_id": "501",
            "assignee_id": "601",
            "organization_id": "301",
            "problem_id": "9",
            "via__channel": "email",
            "created_at": "2026-03-01 10:00:00+00:00",
            "updated_at": "2026-03-08 10:00:00+00:00",
            "_dlt_id": "t1",
            "_dlt_load_id": "17",
        },
        "tickets__tags.csv": {"value": "area:billing", "_dlt_parent_id": "t1", "_dlt_list_idx": "0", "_dlt_id": "g1"},
        "tickets__tags_2.csv": {"value": "escalated", "_dlt_parent_id": "t1", "_dlt_list_idx": "1", "_dlt_id": "g2"},
        "ticket_metrics.csv": {
            "ticket_id": "1",
            "reopens": "1",
            "replies": "2",
            "solved_at": "2026-03-04 10:00:00+00:00",
            "_dlt_id": "m1",
        },
    },
}
USERS = """id,name,email,role,organization_id,suspended,tags
    501,Carla Costa,Carla@acme.example,end-user,301,false,
    502,Carl Conrad,carl@acme.example,end-user,301,false,
    601,Anna Albrecht,anna@us.example,agent,,false,
    602,Ben Brandt,ben@us.example,admin,,false,"vip,robotics"
    699,Autopilot,bot@us.example,agent,,false,"[""bot""]"
"""
TICKETS = """id,subject,status,requester_id,assignee_id,organization_id,via_channel,type,created_at,updated_at
    1,Invoice wrong,open,501,601,,web,problem,2026-03-01T10:00:00Z,2026-03-08T10:00:00Z
    2,Invoice wrong,solved,502,601,301,chat,question,2026-03-02T10:00:00Z,2026-03-03T10:00:00Z
    3,Ours,new,602,,,web,task,2026-03-02T10:00:00Z,2026-03-03T10:00:00Z
    4,Gone,deleted,501,,,web,,2026-03-02T10:00:00Z,2026-03-03T10:00:00Z"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def brought(**tables: str) -> Imported:
    """Exports by Zendesk's names, one table an argument."""
    return bring_in(*(delivered(f"zendesk/{name}.csv", text) for name, text in tables.items()))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_shapes_give_the_same_case(shape: str) -> None:
    given = bring_in(*(record(f"zendesk/{name}", **cells) for name, cells in SHAPES[shape].items()))
    assert given.recognition.unmapped == ()
    facts = ("case_id", "account_id", "contact_id", "owner_id", "issue_key", "category", "priority", "status")
    assert given.rows("cases", *facts) == [
        (
            *("zendesk:1", "zendesk:301", "zendesk:501", "zendesk:601"),
            *("zendesk:9", "billing", "high", "closed"),
        )
    ]
    facts = ("opened_at", "resolved_at", "closed_at", "reopened_count", "is_escalated")
    assert given.rows("cases", *facts) == [
        (at("2026-03-01T10:00"), at("2026-03-04T10:00"), at("2026-03-08T10:00"), 1, True)
    ]


def test_an_export_of_a_view_names_people_instead_of_giving_their_ids() -> None:
    given = bring_in(
        record(
            "zendesk/view.csv",
            **{
                "Ticket ID": "1",
                "Subject": "Invoice wrong",
                "Status": "Solved",
                "Requester": "Carla Costa",
                "Assignee": "Anna Albrecht",
                "Organization": "Acme",
                "Requested": "2026-03-01 10:00",
                "Solved": "2026-03-04 10:00",
            },
        ),
        delivered("zendesk/users.csv", USERS),
        delivered("zendesk/organizations.csv", "id,name,external_id,url\n301,Acme,,u"),
    )
    facts = ("case_id", "account_id", "owner_id", "opened_at", "resolved_at")
    assert given.rows("cases", *facts) == [
        ("zendesk:1", "zendesk:301", "zendesk:601", at("2026-03-01T10:00"), at("2026-03-04T10:00"))
    ]


def test_end_users_are_contacts_agents_our_people_and_a_bot_is_marked() -> None:
    given = brought(
        users=USERS,
        groups="id,name,url\n1,First Line,u\n2,Escalations,u",
        group_memberships="user_id,group_id,default\n601,2,false\n601,1,true",
    )
    assert given.rows("contacts", "contact_id", "account_id", "email") == [
        ("zendesk:501", "zendesk:301", "carla@acme.example"),
        ("zendesk:502", "zendesk:301", "carl@acme.example"),
    ]
    assert given.rows("people", "person_id", "team", "role") == [
        ("zendesk:601", "First Line", "agent"),
        ("zendesk:602", None, "admin"),
        ("zendesk:699", None, "bot"),
    ]


@pytest.mark.parametrize("domains", ["www2.acme.example other.example", '["www2.acme.example", "other.example"]'])
def test_an_organisation_goes_with_its_domain_and_the_id_others_know_it_by(domains: str) -> None:
    given = bring_in(
        record(
            "zendesk/organizations.csv",
            id="301",
            name="Acme",
            external_id="0015J000000000bQAA",
            domain_names=domains,
            created_at="2025-01-11T09:00:00Z",
        )
    )
    assert given.rows("accounts", "account_id", "name", "domain", "extra_external_id") == [
        ("zendesk:301", "Acme", "www2.acme.example", "0015J000000000bQAA")
    ]


def test_the_first_domain_of_a_list_of_its_own_counts() -> None:
    given = brought(
        organization="id,name,external_id,url,created_at\n301,Acme,,u,2025-01-01",
        domain_name="index,organization_id,domain_name\n1,301,other.example\n0,301,acme.example",
    )
    assert given.rows("accounts", "domain") == [("acme.example",)]


def test_a_problem_is_its_own_issue_and_only_customers_are_contacts() -> None:
    given = brought(users=USERS, tickets=TICKETS)
    facts = ("case_id", "account_id", "contact_id", "issue_key", "resolved_at", "is_deleted")
    assert given.rows("cases", *facts) == [
        ("zendesk:1", "zendesk:301", "zendesk:501", "zendesk:1", None, False),
        ("zendesk:2", "zendesk:301", "zendesk:502", None, at("2026-03-03T10:00"), False),
        ("zendesk:3", None, None, None, None, False),
        ("zendesk:4", "zendesk:301", "zendesk:501", None, None, True),
    ]


COMMENTS = """id,ticket_id,author_id,body,public,via_channel,created_at
    11,1,501,It says 12,true,,2026-03-01T10:00:00Z
    12,1,699,We got it,true,rule,2026-03-01T10:01:00Z
    13,1,601,Odd,false,,2026-03-01T11:00:00Z
    14,1,601,It is 10,true,email,2026-03-01T12:00:00Z
    15,2,502,Hello,true,,2026-03-02T10:00:00Z
    16,2,777,Who am I,true,voice,2026-03-02T11:00:00Z"""


def test_public_comments_are_the_conversation() -> None:
    given = brought(users=USERS, tickets=TICKETS, ticket_comments=COMMENTS)
    facts = ("interaction_id", "kind", "direction", "is_automatic", "account_id", "thread_id")
    assert given.rows("interactions", *facts) == [
        ("zendesk:11", "email", "inbound", False, "zendesk:301", "zendesk:1"),
        ("zendesk:12", "email", "outbound", True, "zendesk:301", "zendesk:1"),
        ("zendesk:14", "email", "outbound", False, "zendesk:301", "zendesk:1"),
        ("zendesk:15", "chat", "inbound", False, "zendesk:301", "zendesk:2"),
        ("zendesk:16", "call", None, False, "zendesk:301", "zendesk:2"),
    ]
    assert given.rows("participants", "interaction_id", "person_id", "contact_id") == [
        ("zendesk:11", None, "zendesk:501"),
        ("zendesk:14", "zendesk:601", "zendesk:501"),
        ("zendesk:15", None, "zendesk:502"),
        ("zendesk:16", None, "zendesk:502"),
    ]
    assert given.rows("case_events", "value", "by", "is_public", "person_id") == [
        ("Hello", "customer", True, None),
        ("It is 10", "us", True, "zendesk:601"),
        ("It says 12", "customer", True, None),
        ("Odd", "us", False, "zendesk:601"),
        ("We got it", "system", True, None),
        ("Who am I", "us", True, "zendesk:777"),
    ]


def test_without_users_the_requester_is_the_customer_and_the_assignee_is_ours() -> None:
    given = brought(tickets=TICKETS, ticket_comments=COMMENTS)
    assert given.rows("interactions", "interaction_id", "direction")[:3] == [
        ("zendesk:11", "inbound"),
        ("zendesk:12", None),
        ("zendesk:14", "outbound"),
    ]


HISTORY = """ticket_id,field_name,value,updated,user_id
    1,status,new,2026-03-01 10:00:00,501
    1,tags,area:billing,2026-03-01 10:00:00,501
    1,assignee_id,601,2026-03-01 11:00:00,601
    1,status,open,2026-03-01 11:00:00,601
    1,tags,area:billing escalated,2026-03-01 12:00:00,601
    1,tags,area:billing escalated vip,2026-03-01 13:00:00,601
    1,status,solved,2026-03-02 10:00:00,601
    1,status,open,2026-03-03 10:00:00,501
    1,priority,high,2026-03-03 11:00:00,601
    2,status,solved,2026-03-04 10:00:00,601
    2,status,closed,2026-03-08 10:00:00,-1"""


def test_the_history_of_fields_is_what_happened_to_a_case() -> None:
    given = brought(users=USERS, ticket_field_history=HISTORY)
    events = given.rows("case_events", "case_id", "occurred_at", "kind", "by", "value")
    assert [(case[-1], str(when)[8:13], *told) for case, when, *told in events] == [
        ("1", "01 10", "status", "customer", "new"),
        ("1", "01 11", "assignment", "us", "zendesk:601"),
        ("1", "01 11", "status", "us", "open"),
        ("1", "01 12", "escalation", "us", "area:billing escalated"),
        ("1", "02 10", "resolve", "us", "solved"),
        ("1", "03 10", "reopen", "customer", "open"),
        ("2", "04 10", "resolve", "us", "solved"),
        ("2", "08 10", "close", "system", "closed"),
    ]
    assert given.lost["ticket_field_history"] == []


def test_a_ticket_that_was_opened_again_is_not_resolved() -> None:
    given = brought(tickets=TICKETS, ticket_field_history=HISTORY)
    assert given.rows("cases", "case_id", "resolved_at", "closed_at")[:2] == [
        ("zendesk:1", None, None),
        ("zendesk:2", at("2026-03-04T10:00"), None),
    ]


AUDITS = (
    "id,ticket_id,author_id,created_at,via_channel,events\n"
    '91,2,502,2026-03-02T10:00:00Z,email,"[{""id"":1,""type"":""Comment"",""public"":true,""body"":""Hello"",""author_id"":502},'
    '{""type"":""Create"",""field_name"":""status"",""value"":""new""}]"\n'
    '92,2,601,2026-03-02T12:00:00Z,web,"[{""id"":2,""type"":""Comment"",""public"":true,""body"":""Hi"",""author_id"":601},'
    '{""type"":""Change"",""field_name"":""status"",""previous_value"":""new"",""value"":""solved""}]"\n'
    '93,2,502,2026-03-02T13:00:00Z,web,"[{""type"":""Change"",""field_name"":""status"",""previous_value"":""solved"",'
    '""value"":""open""},{""type"":""Notification"",""subject"":""x""}]"\n'
    '94,2,601,2026-03-02T14:00:00Z,web,"[{""type"":""Change"",""field_name"":""priority"",""value"":""low""}]"'
)


def test_audits_alone_tell_comments_and_changes_too() -> None:
    given = bring_in(
        delivered("zendesk/users.csv", USERS),
        delivered("zendesk/tickets.csv", TICKETS),
        delivered("zendesk/ticket_audits.csv", AUDITS),
    )
    assert given.rows("interactions", "interaction_id", "direction", "kind", "account_id") == [
        ("zendesk:1", "inbound", "email", "zendesk:301"),
        ("zendesk:2", "outbound", "email", "zendesk:301"),
    ]
    assert given.rows("case_events", "kind", "by", "value") == [
        ("comment", "customer", "Hello"),
        ("comment", "us", "Hi"),
        ("reopen", "customer", "open"),
        ("resolve", "us", "solved"),
        ("status", "customer", "new"),
    ]
    assert given.lost["ticket_audit"] == []


def test_audits_say_nothing_that_comments_and_history_have_said() -> None:
    given = bring_in(
        delivered("zendesk/users.csv", USERS),
        delivered("zendesk/tickets.csv", TICKETS),
        delivered("zendesk/ticket_audits.csv", AUDITS),
        delivered("zendesk/ticket_comments.csv", COMMENTS),
        delivered("zendesk/ticket_field_history.csv", HISTORY),
    )
    assert len(given.tables["interactions"]) == 5
    assert len(given.tables["case_events"]) == 8 + 6
    assert given.lost["ticket_audit"] == []


def test_dlts_events_tell_who_spoke_though_not_what_was_said() -> None:
    given = bring_in(
        delivered("zendesk/users.csv", USERS),
        delivered("zendesk/tickets.csv", TICKETS),
        delivered(
            "zendesk/ticket_events.csv",
            """id,ticket_id,updater_id,created_at,via,event_type,_dlt_id
            81,2,502,2026-03-02 10:00:00,Mail,Audit,e1
            82,2,601,2026-03-02 12:00:00,Web form,Audit,e2""",
        ),
        delivered(
            "zendesk/ticket_events__child_events.csv",
            """id,event_type,comment_present,comment_public,status,previous_value,_dlt_parent_id,_dlt_id
            1,Comment,true,true,,,e1,c1
            2,Comment,true,true,,,e2,c2
            3,Change,,,solved,open,e2,c3
            4,Change,,,,,e2,c4""",
        ),
    )
    assert given.rows("interactions", "interaction_id", "direction", "case_id") == [
        ("zendesk:event:81", "inbound", "zendesk:2"),
        ("zendesk:event:82", "outbound", "zendesk:2"),
    ]
    assert given.rows("case_events", "kind", "by") == [("comment", "customer"), ("comment", "us"), ("resolve", "us")]
    assert given.rows("cases", "case_id", "resolved_at")[1] == ("zendesk:2", at("2026-03-02T12:00"))
    assert given.lost["ticket_event_child"] == []


def test_ratings_are_satisfaction_from_0_to_1_or_1_to_5() -> None:
    given = brought(
        users=USERS,
        tickets=TICKETS,
        satisfaction_ratings="""id,ticket_id,requester_id,score,comment,created_at
            1,1,501,good,Fast,2026-03-09T10:00:00Z
            2,2,502,bad,,2026-03-09T10:00:00Z
            3,2,502,offered,,2026-03-09T10:00:00Z
            4,2,502,4,,2026-03-09T10:00:00Z""",
    )
    assert given.rows("surveys", "response_id", "account_id", "kind", "score", "scale_max", "comment") == [
        ("zendesk:1", "zendesk:301", "csat", 1.0, 1, "Fast"),
        ("zendesk:2", "zendesk:301", "csat", 0.0, 1, None),
        ("zendesk:4", "zendesk:301", "csat", 4.0, 5, None),
    ]
    assert given.lost["satisfaction_rating"] == []


def test_chats_and_calls_come_in_where_no_comment_tells_them() -> None:
    given = brought(
        users=USERS,
        tickets=TICKETS,
        ticket_comments="id,ticket_id,author_id,public,body,created_at,voice_comment\n11,2,502,true,x,2026-03-01,true",
        ticket_chat="chat_id,ticket_id,user_id,visitor_id,channel\nA,1,501,v,chat\nB,2,502,v,chat",
        ticket_chat_event="""chat_id,created_at,actor_id,message
            A,2026-03-01T10:00:00Z,501,Hi
            A,2026-03-01T10:09:00Z,agent:601,Hello""",
        calls="""id,ticket_id,agent_id,customer_id,direction,talk_time,duration,created_at
            1,1,601,501,outbound,60,90,2026-03-05T10:00:00Z
            2,2,601,502,inbound,60,90,2026-03-05T10:00:00Z""",
    )
    facts = ("interaction_id", "kind", "direction", "occurred_at", "ended_at", "account_id")
    assert given.rows("interactions", *facts)[1:] == [
        ("zendesk:call:1", "call", "outbound", at("2026-03-05T10:00"), at("2026-03-05T10:01:30"), "zendesk:301"),
        ("zendesk:chat:A", "chat", "inbound", at("2026-03-01T10:00"), at("2026-03-01T10:09"), "zendesk:301"),
    ]
    assert not any(given.lost.values())
