"""HubSpot exports: however they were made, the same canonical rows; and what its objects mean to us."""

from datetime import datetime
from decimal import Decimal

import pytest

from sources.mapping_harness import Imported, bring_in, delivered, record

SHAPES = {
    "export": {
        "companies.csv": {
            "hs_object_id": "11",
            "name": "Acme",
            "domain": "www.Acme.example",
            "industry": "RETAIL",
            "numberofemployees": "120",
            "hubspot_owner_id": "7",
            "createdate": "2025-01-11T09:00:00.000Z",
        },
        "contacts.csv": {
            "hs_object_id": "21",
            "email": "Carla@Acme.example",
            "firstname": "Carla",
            "lastname": "Costa",
            "jobtitle": "CEO",
            "associatedcompanyid": "11",
            "createdate": "2025-02-01T09:00:00Z",
        },
        "deals.csv": {
            "hs_object_id": "31",
            "dealname": "First",
            "dealstage": "closedwon",
            "pipeline": "default",
            "amount": "900",
            "closedate": "2026-03-14T15:00:00Z",
            "createdate": "2026-01-05T10:00:00Z",
            "hubspot_owner_id": "7",
            "dealtype": "newbusiness",
            "associatedcompanyid": "11",
        },
    },
    "label": {
        "hubspot-crm-exports-all-companies-2026-04-01.csv": {
            "Record ID": "11",
            "Company name": "Acme",
            "Company Domain Name": "acme.example",
            "Industry": "RETAIL",
            "Number of Employees": "120",
            "Company owner": "Anna Albrecht",
            "Create Date": "2025-01-11 09:00",
        },
        "hubspot-crm-exports-all-contacts.csv": {
            "Record ID": "21",
            "First Name": "Carla",
            "Last Name": "Costa",
            "Email": "carla@acme.example",
            "Job Title": "CEO",
            "Associated Company IDs": "11;12",
            "Create Date": "2025-02-01 09:00",
        },
        "hubspot-crm-exports-all-deals.csv": {
            "Record ID": "31",
            "Deal Name": "First",
            "Deal Stage": "Closed Won",
            "Pipeline": "Sales Pipeline",
            "Amount": "900",
            "Close Date": "2026-03-14 15:00",
            "Create Date": "2026-01-05 10:00",
            "Deal owner": "Anna Albrecht",
            "Deal Type": "New Business",
            "Associated Company IDs": "11",
        },
        "owners.csv": {
            "id": "7",
            "email": "anna@us.example",
            "first_name": "Anna",
            "last_name": "Albrecht",
            "user_id": "1",
        },
    },
    "fivetran": {
        "company_data.csv": {
            "id": "11",
            "is_deleted": "false",
            "_fivetran_synced": "2026-04-01 3:15:52",
            "property_name": "Acme",
            "property_domain": "acme.example",
            "property_industry": "RETAIL",
            "property_numberofemployees": "120",
            "property_hubspot_owner_id": "7",
            "property_createdate": "2025-01-11 9:00:00",
        },
        "contact_data.csv": {
            "_fivetran_deleted": "FALSE",
            "id": "21",
            "property_email": "carla@acme.example",
            "property_firstname": "Carla",
            "property_lastname": "Costa",
            "property_jobtitle": "CEO",
            "property_associatedcompanyid": "11",
            "property_createdate": "2025-02-01 09:00:00",
        },
        "deal_data.csv": {
            "deal_id": "31",
            "is_deleted": "false",
            "deal_pipeline_id": "default",
            "deal_pipeline_stage_id": "closedwon",
            "owner_id": "7",
            "property_dealname": "First",
            "property_dealtype": "newbusiness",
            "property_amount": "900",
            "property_closedate": "2026-03-14 15:00:00",
            "property_createdate": "2026-01-05 10:00:00",
        },
        "deal_company_data.csv": {"company_id": "11", "deal_id": "31", "type_id": "5"},
    },
    "dlt": {
        "companies.csv": {
            "hs_object_id": "11",
            "name": "Acme",
            "domain": "acme.example",
            "industry": "RETAIL",
            "numberofemployees": "120",
            "hubspot_owner_id": "7",
            "createdate": "2025-01-11 09:00:00+00:00",
            "_dlt_id": "c1",
        },
        "contacts.csv": {
            "hs_object_id": "21",
            "email": "carla@acme.example",
            "firstname": "Carla",
            "lastname": "Costa",
            "jobtitle": "CEO",
            "createdate": "2025-02-01 09:00:00+00:00",
            "_dlt_id": "k1",
        },
        "deals.csv": {
            "hs_object_id": "31",
            "dealname": "First",
            "dealstage": "77",
            "amount": "900.0",
            "dealtype": "newbusiness",
            "closedate": "2026-03-14 15:00:00+00:00",
            "createdate": "2026-01-05 10:00:00+00:00",
            "hubspot_owner_id": "7",
            "_dlt_id": "d1",
        },
        "pipelines_deals__stages.csv": {
            "id": "77",
            "label": "Signed",
            "display_order": "4",
            "metadata__is_closed": "true",
            "metadata__probability": "1.0",
            "_dlt_parent_id": "p1",
            "_dlt_id": "s1",
        },
        "companies__contacts.csv": {"value": "11", "contacts_id": "21", "_dlt_parent_id": "c1", "_dlt_id": "x"},
        "companies__deals.csv": {"value": "11", "deals_id": "31", "_dlt_parent_id": "c1", "_dlt_id": "y"},
    },
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def brought(**tables: str) -> Imported:
    """Exports by Fivetran's table names, one table an argument."""
    return bring_in(*(delivered(f"hubspot/{name}.csv", text) for name, text in tables.items()))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_shapes_give_the_same_company_contact_and_deal(shape: str) -> None:
    given = bring_in(*(record(f"crm/{name}", **cells) for name, cells in SHAPES[shape].items()))
    assert given.recognition.unmapped == ()
    facts = ("account_id", "name", "domain", "industry", "employees", "owner_id", "created_at")
    assert given.rows("accounts", *facts) == [
        ("hubspot:11", "Acme", "acme.example", "RETAIL", 120, "hubspot:7", at("2025-01-11T09:00"))
    ]
    assert given.rows("contacts", "contact_id", "account_id", "name", "email", "title") == [
        ("hubspot:21", "hubspot:11", "Carla Costa", "carla@acme.example", "CEO")
    ]
    facts = ("deal_id", "account_id", "owner_id", "kind", "outcome", "net_amount", "created_at", "closed_at")
    assert given.rows("deals", *facts) == [
        (
            *("hubspot:31", "hubspot:11", "hubspot:7", "new", "won", Decimal(900)),
            *(at("2026-01-05T10:00"), at("2026-03-14T15:00")),
        )
    ]


def test_german_labels_are_understood() -> None:
    given = bring_in(
        record(
            "in/unternehmen.csv",
            **{
                "Datensatz-ID": "11",
                "Unternehmensname": "Acme",
                "Domain-Name des Unternehmens": "acme.example",
                "Branche": "Handel",
                "Erstellungsdatum": "2025-01-11 09:00",
            },
        )
    )
    assert given.rows("accounts", "account_id", "name", "domain", "industry") == [
        ("hubspot:11", "Acme", "acme.example", "Handel")
    ]


STAGES = """stage_id,label,pipeline_id,display_order,probability,is_closed,closed_won
    s1,Meeting,p1,0,0.2,false,false
    s2,Offer,p1,1,0.6,false,false
    won,Signed,p1,2,1.0,true,true
    lost,Gone,p1,3,0.0,true,false"""
DEALS = """deal_id,deal_pipeline_id,deal_pipeline_stage_id,owner_id,dealname,amount,closedate,property_createdate
    1,p1,won,7,A,100,2026-02-01 10:00:00,2026-01-01 10:00:00
    2,p1,lost,7,B,100,2026-02-02 10:00:00,2026-01-01 10:00:00
    3,p2,s2,7,C,,2026-09-01 10:00:00,2026-01-01 10:00:00"""


def test_the_pipeline_says_how_a_deal_ended_and_what_a_renewal_is() -> None:
    given = brought(
        deal=DEALS,
        deal_pipeline_stage=STAGES,
        deal_pipeline="pipeline_id,label,display_order\np1,New Sales,0\np2,Renewals,1",
    )
    assert given.rows("deals", "deal_id", "stage", "outcome", "kind", "closed_at") == [
        ("hubspot:1", "Signed", "won", "new", at("2026-02-01T10:00")),
        ("hubspot:2", "Gone", "lost", "new", at("2026-02-02T10:00")),
        ("hubspot:3", "Offer", "open", "renewal", None),
    ]


def test_the_stages_a_deal_went_through_are_its_changes() -> None:
    given = brought(
        deal_stage="""deal_id,value,date_entered,_fivetran_active
            2,s1,2026-01-01 10:00:00,false
            2,s2,2026-01-09 10:00:00,false
            2,s2,2026-01-10 10:00:00,false
            2,lost,2026-02-02 10:00:00,true""",
        deal_pipeline_stage=STAGES,
    )
    assert given.rows("deal_changes", "changed_at", "field", "old_value", "new_value", "stage_order") == [
        (at("2026-01-01T10:00"), "stage", None, "Meeting", 1.0),
        (at("2026-01-09T10:00"), "stage", "Meeting", "Offer", 2.0),
        (at("2026-02-02T10:00"), "stage", "Offer", "Gone", 0.0),
    ]
    assert given.lost["deal_stage"] == []


HISTORY = """deal_id,name,value,timestamp,source
    2,amount,1200,2026-01-01 10:00:00,CRM_UI
    2,amount,900,2026-01-20 10:00:00,CRM_UI
    2,hubspot_owner_id,7,2026-01-01 10:00:00,CRM_UI
    2,hubspot_owner_id,8,2026-01-05 10:00:00,CRM_UI
    2,dealstage,s1,2026-01-01 10:00:00,CRM_UI
    2,closedate,1772359200000,2026-01-01 10:00:00,CRM_UI
    2,hs_priority,high,2026-01-01 10:00:00,CRM_UI"""


def test_former_properties_of_a_deal_are_its_changes() -> None:
    given = brought(deal_property_history=HISTORY, deal_pipeline_stage=STAGES)
    assert given.rows("deal_changes", "field", "old_value", "new_value", "stage_order") == [
        ("amount", None, "1200", None),
        ("amount", "1200", "900", None),
        ("close_date", None, "2026-03-01 10:00:00", None),
        ("owner", None, "hubspot:7", None),
        ("owner", "hubspot:7", "hubspot:8", None),
        ("stage", None, "Meeting", 1.0),
    ]
    assert given.lost["deal_property_history"] == []


def test_stages_are_not_told_twice() -> None:
    given = brought(
        deal_property_history=HISTORY,
        deal_stage="deal_id,value,date_entered\n2,s1,2026-01-01 10:00:00",
        deal_pipeline_stage=STAGES,
    )
    assert [row for row in given.rows("deal_changes", "field", "new_value") if row[0] == "stage"] == [
        ("stage", "Meeting")
    ]
    assert given.lost["deal_property_history"] == []


def test_lines_give_the_list_price() -> None:
    given = brought(
        deal=DEALS,
        line_item="""id,property_name,property_price,property_quantity,property_amount
            a,Planner,60,2,90
            b,Support,10,1,10""",
        line_item_deal="line_item_id,deal_id\na,1\nb,1",
    )
    assert given.rows("deals", "deal_id", "list_amount", "net_amount", "product")[0] == (
        "hubspot:1",
        Decimal(130),
        Decimal(100),
        "Planner",
    )


def test_what_was_merged_is_gone_and_points_to_what_is_left() -> None:
    given = brought(
        deal=DEALS,
        merged_deal="deal_id,merged_deal_id\n1,2",
        contact="""id,property_email,property_firstname,property_createdate,property_hs_merged_object_ids
            21,a@acme.example,Carla,2025-01-01,22
            22,b@acme.example,Carla,2025-01-01,
            23,c@acme.example,Carla,2025-01-01,""",
        contact_merge_audit="canonical_vid,vid_to_merge,contact_id,num_properties_moved\n22,23,22,2",
        ticket="id,property_subject,property_hs_pipeline_stage,property_createdate\n5,Help,1,2026-01-01",
        ticket_contact="ticket_id,contact_id\n5,23",
    )
    assert given.rows("deals", "deal_id", "is_deleted", "extra_merged_into")[1] == ("hubspot:2", True, "hubspot:1")
    assert given.rows("contacts", "contact_id", "is_deleted", "extra_merged_into") == [
        ("hubspot:21", False, None),
        ("hubspot:22", True, "hubspot:21"),
        ("hubspot:23", True, "hubspot:21"),
    ]
    assert given.rows("cases", "contact_id") == [("hubspot:21",)]


def test_contacts_on_their_way_to_a_deal_are_leads() -> None:
    given = bring_in(
        record(
            "hubspot/contacts.csv",
            **{
                "Record ID": "21",
                "Email": "carla@acme.example",
                "First Name": "Carla",
                "Lifecycle Stage": "Opportunity",
                "Original Source": "REFERRALS",
                "Create Date": "2026-01-01 10:00",
                "Became a Marketing Qualified Lead Date": "2026-01-03 10:00",
                "Became a Sales Qualified Lead Date": "2026-01-05 10:00",
                "Became an Opportunity Date": "2026-01-09 10:00",
            },
        ),
        delivered("hubspot/deal_contact.csv", "contact_id,deal_id\n21,3\n21,1"),
        delivered("hubspot/deal.csv", DEALS),
    )
    facts = ("lead_id", "lead_source", "qualified_at", "converted_at", "deal_id")
    assert given.rows("leads", *facts) == [
        ("hubspot:21", "REFERRALS", at("2026-01-03T10:00"), at("2026-01-09T10:00"), "hubspot:1")
    ]


def test_owners_have_the_team_they_are_first_of_all_in() -> None:
    given = brought(
        owner="""owner_id,email,first_name,last_name,active_user_id,type
            7,Anna@us.example,Anna,Albrecht,70,PERSON
            8,ben@us.example,Ben,Brandt,80,PERSON""",
        owner_team="owner_id,team_id,is_team_primary\n7,1,false\n7,2,true",
        team="id,name\n1,North\n2,South\n3,Support",
        team_user="user_id,team_id,is_secondary_user\n80,3,false",
        users="""id,email,first_name,last_name,role_id,primary_team_id
            80,ben@us.example,Ben,Brandt,9,3
            90,cleo@us.example,Cleo,Cramer,9,3""",
        role="id,name,requires_billing_write\n9,Agent,false",
    )
    assert given.rows("people", "person_id", "name", "email", "team", "role") == [
        ("hubspot:7", "Anna Albrecht", "anna@us.example", "South", None),
        ("hubspot:8", "Ben Brandt", "ben@us.example", "Support", "Agent"),
        ("hubspot:user:90", "Cleo Cramer", "cleo@us.example", "Support", "Agent"),
    ]
    assert given.lost["users"] == []


def test_the_salesforce_id_of_a_company_goes_along_for_identity() -> None:
    given = bring_in(
        record(
            "hubspot/companies.csv",
            id="11",
            name="Acme",
            domain="a.example",
            createdate="",
            salesforceaccountid="0015J000000000bQAA",
        )
    )
    assert given.rows("accounts", "extra_external_id") == [("0015J000000000bQAA",)]
