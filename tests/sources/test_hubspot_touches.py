"""HubSpot's engagements, tickets and mailings: what passed between us and the customer, and who took part."""

from datetime import datetime

from sources.mapping_harness import Imported, bring_in, delivered, record


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def brought(**tables: str) -> Imported:
    """Exports by Fivetran's table names, one table an argument."""
    return bring_in(*(delivered(f"hubspot/{name}.csv", text) for name, text in tables.items()))


CONTACTS = """id,property_email,property_firstname,property_associatedcompanyid,property_createdate
    21,carla@acme.example,Carla,11,2025-01-01"""


def test_engagements_are_interactions_with_those_who_took_part() -> None:
    given = brought(
        contact=CONTACTS,
        engagement_call="""engagement_id,property_hs_timestamp,property_hs_createdate,property_hs_call_direction,property_hs_call_duration,property_hubspot_owner_id
            1,2026-03-01 10:00:00,2026-03-02 10:00:00,INBOUND,60000,7""",
        engagement_email="""engagement_id,property_hs_timestamp,property_hs_email_direction,property_hs_email_subject,property_hs_email_status,property_hs_sequence_id,property_hubspot_owner_id
            2,2026-03-01 11:00:00,INCOMING_EMAIL,Re: offer,,,7
            3,2026-03-01 12:00:00,EMAIL,Offer,SENT,99,7
            4,2026-03-01 13:00:00,EMAIL,Offer,BOUNCED,,7""",
        engagement_meeting="""engagement_id,title,start_time,end_time,meeting_outcome,property_hs_attendee_owner_ids,property_hubspot_owner_id
            5,Quarterly business review,2026-03-02 10:00:00,2026-03-02 11:00:00,COMPLETED,7;8,7
            6,Talk,2026-03-03 10:00:00,2026-03-03 11:00:00,NO_SHOW,,7
            7,Talk,2026-03-04 10:00:00,2026-03-04 11:00:00,CANCELED,,7""",
        engagement_communication="""engagement_id,property_hs_timestamp,property_hs_communication_channel_type
            8,2026-03-05 10:00:00,LINKEDIN_MESSAGE
            9,2026-03-05 11:00:00,WHATS_APP""",
        engagement_contact="engagement_id,contact_id\n1,21\n5,21\n6,21\n7,21",
        engagement_deal="engagement_id,deal_id\n5,31",
        ticket_engagement="ticket_id,engagement_id\n41,1",
    )  # fmt: skip
    facts = ("interaction_id", "kind", "direction", "is_automatic", "account_id", "deal_id", "case_id")
    assert given.rows("interactions", *facts) == [
        ("hubspot:1", "call", "inbound", False, "hubspot:11", None, "hubspot:41"),
        ("hubspot:2", "email", "inbound", False, None, None, None),
        ("hubspot:3", "email", "outbound", True, None, None, None),
        ("hubspot:5", "business_review", None, False, "hubspot:11", "hubspot:31", None),
        ("hubspot:6", "meeting", None, False, "hubspot:11", None, None),
        ("hubspot:8", "social", None, False, None, None, None),
        ("hubspot:9", "chat", None, False, None, None, None),
    ]
    who = [
        row
        for row in given.rows("participants", "interaction_id", "person_id", "contact_id", "attended")
        if row[0] != "hubspot:2"
    ]
    assert set(who) == {
        ("hubspot:1", "hubspot:7", None, True),
        ("hubspot:1", None, "hubspot:21", True),
        ("hubspot:3", "hubspot:7", None, True),
        ("hubspot:5", "hubspot:7", None, True),
        ("hubspot:5", "hubspot:8", None, True),
        ("hubspot:5", None, "hubspot:21", True),
        ("hubspot:6", "hubspot:7", None, False),
        ("hubspot:6", None, "hubspot:21", False),
    }
    assert not any(given.lost.values())


def test_an_export_of_calls_names_its_company_contact_and_deal_itself() -> None:
    given = bring_in(
        record(
            "hubspot/calls.csv",
            **{
                "Record ID": "1",
                "Activity date": "2026-03-01 10:00",
                "hs_call_direction": "OUTBOUND",
                "hubspot_owner_id": "7",
                "Associated Company IDs": "11",
                "Associated Contact IDs": "21;22",
                "Associated Deal IDs": "31",
            },
        )
    )
    assert given.rows("interactions", "account_id", "deal_id", "occurred_at", "direction") == [
        ("hubspot:11", "hubspot:31", at("2026-03-01T10:00"), "outbound")
    ]
    assert given.rows("participants", "person_id", "contact_id") == [("hubspot:7", "hubspot:21")]


def test_engagements_of_the_first_api_come_in_by_themselves() -> None:
    given = brought(
        engagement="""engagement.id,engagement.type,engagement.ownerId,engagement.timestamp,metadata.subject
            1,INCOMING_EMAIL,7,1772359200000,Re: offer
            2,NOTE,7,1772359200000,""",
        engagement_company="engagement_id,company_id\n1,11",
    )
    assert given.rows("interactions", "kind", "direction", "occurred_at", "account_id", "subject") == [
        ("email", "inbound", at("2026-03-01T10:00"), "hubspot:11", "Re: offer")
    ]
    assert given.rows("participants", "person_id") == [("hubspot:7",)]
    assert given.lost == {"engagement": []}


def test_a_ticket_is_a_case_of_its_company_or_of_its_contacts() -> None:
    given = brought(
        ticket="""id,property_subject,property_content,property_hs_pipeline_stage,property_hs_ticket_category,property_hs_ticket_priority,property_createdate,property_closed_date,property_hubspot_owner_id
            1,Help,It broke,3,BUG,HIGH,2026-03-01 10:00:00,2026-03-02 10:00:00,7
            2,Help,Again,1,BUG,LOW,2026-03-05 10:00:00,2026-03-06 10:00:00,7""",
        ticket_pipeline_stage="stage_id,label,display_order,is_closed,ticket_state\n1,New,0,false,OPEN\n3,Done,1,true,CLOSED",
        ticket_company="ticket_id,company_id\n1,12",
        ticket_contact="ticket_id,contact_id\n2,21",
        contact=CONTACTS,
    )  # fmt: skip
    facts = ("case_id", "account_id", "contact_id", "owner_id", "status", "category", "opened_at", "closed_at")
    assert given.rows("cases", *facts) == [
        (
            *("hubspot:1", "hubspot:12", None, "hubspot:7", "Done", "BUG"),
            *(at("2026-03-01T10:00"), at("2026-03-02T10:00")),
        ),
        ("hubspot:2", "hubspot:11", "hubspot:21", "hubspot:7", "New", "BUG", at("2026-03-05T10:00"), None),
    ]


def test_former_stages_of_a_ticket_are_what_happened_to_it() -> None:
    given = brought(
        ticket_property_history="""ticket_id,name,value,timestamp_instant
            1,hs_pipeline_stage,1,2026-03-01 10:00:00
            1,hubspot_owner_id,7,2026-03-01 11:00:00
            1,hs_pipeline_stage,3,2026-03-02 10:00:00
            1,hs_pipeline_stage,1,2026-03-03 10:00:00
            1,content,x,2026-03-03 10:00:00""",
        ticket_pipeline_stage="stage_id,label,display_order,is_closed,ticket_state\n1,New,0,false,OPEN\n3,Done,1,true,CLOSED",
    )
    assert [row[1:] for row in given.rows("case_events", "occurred_at", "kind", "value")] == [
        ("status", "New"),
        ("assignment", "hubspot:7"),
        ("close", "Done"),
        ("resolve", "Done"),
        ("reopen", "New"),
    ]
    assert given.lost["ticket_property_history"] == []


def test_mailings_count_what_was_sent_opened_and_clicked_by_people() -> None:
    given = brought(
        contact=CONTACTS,
        email_event="""id,type,created,recipient,email_campaign_id,filtered_event,app_id
            1,SENT,2026-03-01 10:00:00,Carla@acme.example,5,false,1
            2,DELIVERED,2026-03-01 10:00:01,carla@acme.example,5,false,1
            3,OPEN,2026-03-01 11:00:00,carla@acme.example,5,false,1
            4,CLICK,2026-03-01 11:01:00,carla@acme.example,5,true,1
            5,CLICK,2026-03-01 11:02:00,nobody@else.example,5,false,1""",
    )
    assert given.rows("campaign_events", "campaign_id", "contact_id", "account_id", "kind") == [
        ("hubspot:5", None, None, "click"),
        ("hubspot:5", "hubspot:21", "hubspot:11", "open"),
        ("hubspot:5", "hubspot:21", "hubspot:11", "send"),
    ]
    assert given.lost["email_event"] == []
