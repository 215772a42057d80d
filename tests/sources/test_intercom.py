"""Intercom exports: however they were made, the same canonical rows; and what its objects mean to us."""

from datetime import datetime

import pytest

from sources.mapping_harness import Imported, bring_in, delivered, record

SHAPES = {
    "export": {
        "conversations.csv": {
            "id": "1",
            "title": "Invoice wrong",
            "state": "closed",
            "open": "false",
            "read": "true",
            "created_at": "1772359200",
            "updated_at": "1772452800",
            "admin_assignee_id": "601",
            "source.type": "conversation",
            "source.delivered_as": "customer_initiated",
            "source.author.type": "user",
            "source.author.id": "501",
            "source.body": "It says 12",
            "statistics.last_close_at": "1772445600",
            "statistics.count_reopens": "1",
            "conversation_rating.rating": "4",
            "conversation_rating.created_at": "1772449200",
        },
        "contacts.csv": {
            "id": "501",
            "role": "user",
            "external_id": "u-7",
            "email": "Carla@acme.example",
            "name": "Carla",
            "created_at": "1760000000",
        },
        "contact_companies.csv": {"contact_id": "501", "company_id": "301"},
    },
    "fivetran": {
        "conversation_history_data.csv": {
            "id": "1",
            "title": "Invoice wrong",
            "state": "closed",
            "read": "TRUE",
            "created_at": "2026-03-01 10:00:00",
            "updated_at": "2026-03-02 12:00:00",
            "assignee_id": "601",
            "assignee_type": "admin",
            "source_type": "conversation",
            "source_delivered_as": "customer_initiated",
            "source_author_type": "user",
            "source_author_id": "501",
            "source_body": "It says 12",
            "last_close_at": "2026-03-02 10:00:00",
            "count_reopens": "1",
            "conversation_rating_value": "4",
            "conversation_rating_created_at": "2026-03-02 11:00:00",
            "_fivetran_active": "true",
        },
        "contact_history_data.csv": {
            "id": "501",
            "role": "user",
            "external_id": "u-7",
            "email": "carla@acme.example",
            "name": "Carla",
            "workspace_id": "w",
            "created_at": "2025-10-09 08:53:20",
            "_fivetran_active": "true",
        },
        "contact_company_history_data.csv": {
            "contact_id": "501",
            "company_id": "301",
            "contact_updated_at": "2026-01-01 00:00:00",
            "_fivetran_active": "true",
        },
    },
    "dlt": {
        "conversations.csv": {
            "id": "1",
            "title": "Invoice wrong",
            "state": "closed",
            "open": "false",
            "read": "true",
            "created_at": "1772359200",
            "updated_at": "1772452800",
            "admin_assignee_id": "601",
            "source__type": "conversation",
            "source__delivered_as": "customer_initiated",
            "source__author__type": "user",
            "source__author__id": "501",
            "source__body": "It says 12",
            "statistics__last_close_at": "1772445600",
            "statistics__count_reopens": "1",
            "conversation_rating__rating": "4",
            "conversation_rating__created_at": "1772449200",
            "_dlt_id": "v1",
        },
        "contacts.csv": {
            "id": "501",
            "role": "user",
            "external_id": "u-7",
            "email": "carla@acme.example",
            "name": "Carla",
            "created_at": "1760000000",
            "_dlt_id": "k1",
        },
        "contacts__companies__data.csv": {"id": "301", "_dlt_parent_id": "k1", "_dlt_id": "x"},
    },
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def brought(**tables: str) -> Imported:
    """Exports by Intercom's names, one table an argument."""
    return bring_in(*(delivered(f"intercom/{name}.csv", text) for name, text in tables.items()))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_shapes_give_the_same_case_contact_and_rating(shape: str) -> None:
    given = bring_in(*(record(f"intercom/{name}", **cells) for name, cells in SHAPES[shape].items()))
    assert given.recognition.unmapped == ()
    facts = ("case_id", "account_id", "contact_id", "owner_id", "subject", "status", "opened_at", "closed_at")
    assert given.rows("cases", *facts) == [
        (
            *("intercom:1", "intercom:301", "intercom:501", "intercom:601", "Invoice wrong", "closed"),
            *(at("2026-03-01T10:00"), at("2026-03-02T10:00")),
        )
    ]
    assert given.rows("cases", "resolved_at", "reopened_count") == [(at("2026-03-02T10:00"), 1)]
    assert given.rows("contacts", "contact_id", "account_id", "email", "extra_external_id") == [
        ("intercom:501", "intercom:301", "carla@acme.example", "u-7")
    ]
    assert given.rows("surveys", "response_id", "account_id", "score", "scale_max", "answered_at") == [
        ("intercom:1", "intercom:301", 4.0, 5, at("2026-03-02T11:00"))
    ]


CONVERSATIONS = """
    id,state,read,created_at,updated_at,source.type,source.delivered_as,source.author.type,source.author.id
    1,open,true,2026-03-01 10:00:00,2026-03-05 10:00:00,conversation,customer_initiated,user,501
    2,closed,true,2026-03-01 10:00:00,2026-03-05 10:00:00,email,admin_initiated,admin,601
    3,open,true,2026-03-01 10:00:00,2026-03-05 10:00:00,conversation,automated,bot,900"""
PARTS = """id,part_type,body,author_id,author_type,assigned_to,created_at,conversation_id
    11,comment,We look,601,admin,,2026-03-01 11:00:00,1
    12,note,Odd,601,admin,,2026-03-01 11:30:00,1
    13,assignment,,601,admin,602,2026-03-01 12:00:00,1
    14,close,Done,602,admin,,2026-03-02 10:00:00,1
    15,open,No!,501,user,,2026-03-03 10:00:00,1
    16,comment,Auto,900,bot,,2026-03-03 10:01:00,1
    17,participant_added,,601,admin,,2026-03-03 11:00:00,1"""


def test_the_first_message_and_its_replies_are_the_conversation() -> None:
    given = brought(
        conversations=CONVERSATIONS,
        conversation_parts=PARTS,
        contact_companies="contact_id,company_id\n501,301",
        conversation_contacts="contact_id,conversation_id\n501,1\n502,2",
    )
    facts = ("interaction_id", "kind", "direction", "is_automatic", "case_id", "account_id")
    assert given.rows("interactions", *facts) == [
        ("intercom:1", "chat", "inbound", False, "intercom:1", "intercom:301"),
        ("intercom:2", "email", "outbound", False, None, None),
        ("intercom:3", "chat", "outbound", True, None, None),
        ("intercom:part:11", "chat", "outbound", False, "intercom:1", "intercom:301"),
        ("intercom:part:14", "chat", "outbound", False, "intercom:1", "intercom:301"),
        ("intercom:part:15", "chat", "inbound", False, "intercom:1", "intercom:301"),
        ("intercom:part:16", "chat", "outbound", True, "intercom:1", "intercom:301"),
    ]
    assert given.rows("participants", "interaction_id", "person_id", "contact_id") == [
        ("intercom:1", None, "intercom:501"),
        ("intercom:2", "intercom:601", "intercom:502"),
        ("intercom:part:11", "intercom:601", "intercom:501"),
        ("intercom:part:14", "intercom:602", "intercom:501"),
        ("intercom:part:15", None, "intercom:501"),
    ]


def test_what_we_send_by_ourselves_is_a_case_only_if_somebody_answers() -> None:
    answered = CONVERSATIONS.replace("source.author.id", "source.author.id,first_contact_reply_at")
    answered = answered.replace("admin,601", "admin,601,2026-03-04 10:00:00").replace("user,501", "user,501,")
    given = brought(conversations=answered.replace("bot,900", "bot,900,"))
    assert given.rows("cases", "case_id") == [("intercom:1",), ("intercom:2",)]
    assert not any(given.lost.values())


def test_parts_tell_what_happened_to_a_case() -> None:
    given = brought(conversations=CONVERSATIONS, conversation_parts=PARTS)
    events = given.rows("case_events", "occurred_at", "kind", "by", "is_public", "value")
    assert [(str(when)[8:13], *told) for when, *told in events] == [
        ("01 11", "comment", "us", True, "We look"),
        ("01 11", "comment", "us", False, "Odd"),
        ("01 12", "assignment", "us", True, "intercom:602"),
        ("02 10", "close", "us", True, "Done"),
        ("02 10", "resolve", "us", True, "Done"),
        ("03 10", "reopen", "customer", True, "No!"),
        ("03 10", "comment", "system", True, "Auto"),
    ]
    assert given.lost == {"conversation": [], "conversation_part": []}
    assert given.rows("cases", "case_id", "resolved_at") == [("intercom:1", None)]


def test_versions_of_a_conversation_are_versions_of_the_case() -> None:
    given = brought(
        conversation_history="""id,state,read,created_at,updated_at,source_type,source_author_type,_fivetran_start,_fivetran_active
            1,open,true,2026-03-01 10:00:00,2026-03-01 10:00:00,conversation,user,2026-03-01 10:00:00,false
            1,closed,true,2026-03-01 10:00:00,2026-03-05 10:00:00,conversation,user,2026-03-05 10:00:00,true"""
    )
    assert given.rows("cases", "status", "recorded_at") == [
        ("closed", at("2026-03-05T10:00")),
        ("open", at("2026-03-01T10:00")),
    ]
    assert given.rows("interactions", "interaction_id") == [("intercom:1",)]


def test_admins_have_teams_and_companies_the_id_others_know_them_by() -> None:
    given = brought(
        admin="id,name,email,job_title\n601,Anna,Anna@us.example,Agent",
        team="id,name\n1,Support",
        team_admin="admin_id,team_id\n601,1",
        company="""id,company_id,name,website,size,plan_name,session_count,remote_created_at,created_at
            301,acme-1,Acme,https://www.acme.example,120,Pro,7,1736586000,1772359200""",
    )
    assert given.rows("people", "person_id", "email", "team", "role") == [
        ("intercom:601", "anna@us.example", "Support", "Agent")
    ]
    assert given.rows("accounts", "account_id", "domain", "employees", "created_at", "extra_external_id") == [
        ("intercom:301", "acme.example", 120, at("2025-01-11T09:00"), "acme-1")
    ]
