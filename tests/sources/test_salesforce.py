"""Salesforce exports: however they were made, the same canonical rows; and what its objects mean to us."""

from datetime import datetime
from decimal import Decimal

import pytest

from sources.mapping_harness import Imported, bring_in, delivered, record

ACME, GLOBEX = "0015J000000000bQAA", "0015J000000000cQAA"
ANNA, BEN = "0055J0000000001QAA", "0055J0000000002QAA"
CARLA, CARL = "0035J0000000001QAA", "0035J0000000002QAA"
DEAL, OTHER_DEAL = "0065J0000000001QAA", "0065J0000000002QAA"

SHAPES = {
    "export": {
        "Account.csv": {
            "Id": "0015J000000000bQAA",
            "Name": "Acme",
            "Website": "https://www.acme.example/start",
            "Industry": "Retail",
            "BillingCountry": "Germany",
            "NumberOfEmployees": "120",
            "AnnualRevenue": "19080000.5",
            "OwnerId": "0055J0000000001QAA",
            "CreatedDate": "2025-01-11T09:00:00.000Z",
            "IsDeleted": "false",
        },
        "Opportunity.csv": {
            "Id": "0065J0000000001QAA",
            "AccountId": "0015J000000000bQAA",
            "OwnerId": "0055J0000000001QAA",
            "Name": "Acme first",
            "Type": "New Business",
            "StageName": "Closed Won",
            "Amount": "900",
            "CloseDate": "2026-03-14",
            "IsClosed": "true",
            "IsWon": "true",
            "CreatedDate": "2026-01-05T10:00:00.000Z",
            "IsDeleted": "false",
        },
        "User.csv": {
            "Id": "0055J0000000001QAA",
            "Name": "Anna Albrecht",
            "Email": "Anna@Us.example",
            "Title": "Account Executive",
            "UserRoleId": "",
            "IsActive": "true",
            "ProfileId": "00e1",
        },
    },
    "label": {
        "report1.csv": {
            "Account ID": "0015J000000000b",
            "Account Name": "Acme",
            "Website": "www.acme.example",
            "Industry": "Retail",
            "Billing Country": "Germany",
            "Employees": "120",
            "Annual Revenue": "19080000.5",
            "Account Owner": "Anna Albrecht",
            "Created Date": "2025-01-11 09:00",
        },
        "report2.csv": {
            "Opportunity ID": "0065J0000000001",
            "Opportunity Name": "Acme first",
            "Account Name": "Acme",
            "Opportunity Owner": "Anna Albrecht",
            "Type": "New Business",
            "Stage": "Closed Won",
            "Amount": "900",
            "Close Date": "2026-03-14",
            "Probability (%)": "100%",
            "Closed": "1",
            "Won": "1",
            "Created Date": "2026-01-05 10:00",
        },
        "report3.csv": {
            "User ID": "0055J0000000001",
            "Full Name": "Anna Albrecht",
            "Email": "anna@us.example",
            "Title": "Account Executive",
            "Profile": "Standard",
            "Active": "1",
        },
    },
    "fivetran": {
        "sf_account_data.csv": {
            "_fivetran_synced": "2026-04-01 00:00:00",
            "id": "0015J000000000bQAA",
            "name": "Acme",
            "website": "http://acme.example",
            "industry": "Retail",
            "billing_country": "Germany",
            "number_of_employees": "120",
            "annual_revenue": "19080000.5",
            "owner_id": "0055J0000000001QAA",
            "created_date": "2025-01-11 9:00:00",
            "is_deleted": "FALSE",
            "_fivetran_active": "true",
        },
        "sf_opportunity_data.csv": {
            "_fivetran_synced": "2026-04-01 00:00:00",
            "id": "0065J0000000001QAA",
            "account_id": "0015J000000000bQAA",
            "owner_id": "0055J0000000001QAA",
            "name": "Acme first",
            "type": "New Business",
            "stage_name": "Closed Won",
            "amount": "900",
            "close_date": "2026-03-14 00:00:00",
            "is_closed": "TRUE",
            "is_won": "TRUE",
            "created_date": "2026-01-05 10:00:00",
            "is_deleted": "FALSE",
        },
        "sf_user_data.csv": {
            "_fivetran_deleted": "false",
            "id": "0055J0000000001QAA",
            "name": "Anna Albrecht",
            "email": "anna@us.example",
            "title": "Account Executive",
            "user_role_id": "",
            "is_active": "true",
            "profile_id": "00e1",
        },
    },
    "dlt": {
        "account.csv": {
            "id": "0015J000000000bQAA",
            "name": "Acme",
            "website": "acme.example",
            "industry": "Retail",
            "billing_country": "Germany",
            "number_of_employees": "120",
            "annual_revenue": "19080000.5",
            "owner_id": "0055J0000000001QAA",
            "created_date": "2025-01-11 09:00:00+00:00",
            "is_deleted": "false",
            "_dlt_id": "a1",
            "_dlt_load_id": "17",
        },
        "opportunity.csv": {
            "id": "0065J0000000001QAA",
            "account_id": "0015J000000000bQAA",
            "owner_id": "0055J0000000001QAA",
            "name": "Acme first",
            "type": "New Business",
            "stage_name": "Closed Won",
            "amount": "900.0",
            "close_date": "2026-03-14",
            "is_closed": "true",
            "is_won": "true",
            "created_date": "2026-01-05T10:00:00+00:00",
            "_dlt_id": "o1",
            "_dlt_load_id": "17",
        },
        "sf_user.csv": {
            "id": "0055J0000000001QAA",
            "name": "Anna Albrecht",
            "email": "anna@us.example",
            "title": "Account Executive",
            "profile_id": "00e1",
            "is_active": "true",
            "_dlt_id": "u1",
            "_dlt_load_id": "17",
        },
    },
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def brought(**tables: str) -> Imported:
    """Exports by API name, one table an argument."""
    return bring_in(*(delivered(f"salesforce/{name}.csv", text) for name, text in tables.items()))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_shapes_give_the_same_account_deal_and_person(shape: str) -> None:
    given = bring_in(*(record(f"crm/{name}", **cells) for name, cells in SHAPES[shape].items()))
    assert {outcome.shape for outcome in given.recognition.recognised} == {shape}
    facts = (
        "account_id",
        "name",
        "domain",
        "industry",
        "country",
        "employees",
        "annual_revenue",
        "owner_id",
        "created_at",
    )
    assert given.rows("accounts", *facts) == [
        (ACME, "Acme", "acme.example", "Retail", "Germany", 120, Decimal("19080000.5"), ANNA, at("2025-01-11T09:00")),
    ]
    facts = ("deal_id", "account_id", "owner_id", "kind", "stage", "outcome", "net_amount", "created_at", "closed_at")
    assert given.rows("deals", *facts) == [
        (
            *(DEAL, ACME, ANNA, "new", "Closed Won", "won", Decimal(900)),
            *(at("2026-01-05T10:00"), at("2026-03-14T12:00")),
        ),
    ]
    assert given.rows("people", "person_id", "name", "email", "role") == [
        (ANNA, "Anna Albrecht", "anna@us.example", "Account Executive"),
    ]


def test_a_name_that_two_people_have_stays_a_name() -> None:
    given = bring_in(
        record("in/report1.csv", **SHAPES["label"]["report1.csv"]),
        delivered(
            "in/User.csv",
            """Id,Name,Email,ProfileId,IsActive
            0055J0000000001QAA,Anna Albrecht,a1@us.example,p,true
            0055J0000000002QAA,Anna Albrecht,a2@us.example,p,true""",
        ),
    )
    assert given.rows("accounts", "account_id", "owner_id") == [(ACME, "Anna Albrecht")]


USERS = f"""Id,Name,Email,UserRoleId,ManagerId,IsActive,ProfileId,ContactId,UserType
    {ANNA},Anna Albrecht,anna@us.example,00E5J0000000001QAA,{BEN},true,p,,Standard
    {BEN},Ben Brandt,ben@us.example,,,true,p,,Standard
    0055J0000000009QAA,Carla Costa,carla@acme.example,,,true,p,{CARLA},PowerCustomerSuccess
    0055J0000000008QAA,Automated Process,auto@us.example,,,true,p,,AutomatedProcess"""
ROLES = """Id,Name,DeveloperName
    00E5J0000000001QAA,Sales North,Sales_North"""
ACCOUNTS = f"""Id,Name,OwnerId,Industry
    {ACME},Acme,{ANNA},Retail
    {GLOBEX},Globex,{BEN},Energy"""
CONTACTS = f"""Id,AccountId,FirstName,LastName,Email,Title,Decision_Maker__c,ReportsToId,Left_Company_On__c
    {CARLA},{ACME},Carla,Costa,Carla@Acme.example,CEO,true,,
    {CARL},{ACME},Carl,Conrad,carl@acme.example,Buyer,,{CARLA},2026-02-01"""
OPPORTUNITIES = f"""Id,AccountId,OwnerId,Name,Type,StageName,Amount,CloseDate,IsClosed,IsWon,CreatedDate
    {DEAL},{ACME},{ANNA},First,New Business,Closed Won,900,2026-03-14,true,true,2026-01-05T10:00:00Z
    {OTHER_DEAL},{GLOBEX},{BEN},Second,Existing Business,Proposal,,2026-06-30,false,false,2026-02-01T10:00:00Z"""


def test_a_role_is_a_team_and_a_customers_login_is_none_of_ours() -> None:
    given = brought(User=USERS, UserRole=ROLES)
    assert given.rows("people", "name", "team", "manager_id") == [
        ("Anna Albrecht", "Sales North", BEN),
        ("Automated Process", None, None),
        ("Ben Brandt", None, None),
    ]
    assert given.lost["user"] == []


def test_contacts_know_who_decides_whom_they_report_to_and_when_they_left() -> None:
    given = brought(
        Contact=CONTACTS,
        OpportunityContactRole=f"Id,OpportunityId,ContactId,Role\n1,{DEAL},{CARL},Economic Buyer",
    )
    facts = ("contact_id", "name", "email", "is_decision_maker", "reports_to_id", "active_to")
    assert [tuple(map(str, row)) for row in given.rows("contacts", *facts)] == [
        (CARLA, "Carla Costa", "carla@acme.example", "True", "None", "None"),
        (CARL, "Carl Conrad", "carl@acme.example", "True", CARLA, "2026-02-01"),
    ]


def test_the_type_tells_what_kind_of_deal_it_is() -> None:
    told = [
        ("New Business", "new"),
        ("New Customer", "new"),
        ("Neukunde", "new"),
        ("Existing Business", "expansion"),
        ("Existing Customer - Upgrade", "expansion"),
        ("Add-On Business", "expansion"),
        ("Renewal", "renewal"),
        ("Existing Customer - Renewal", "renewal"),
        ("Partner", None),
        ("", None),
    ]
    rows = "\n".join(f"{number},{ACME},{sold},Open,2026-01-01,false" for number, (sold, _) in enumerate(told))
    given = brought(Opportunity=f"Id,AccountId,Type,StageName,CloseDate,IsWon\n{rows}")
    assert [kind for _, kind in given.rows("deals", "deal_id", "kind")] == [kind for _, kind in told]


def test_without_a_type_the_record_type_tells_it() -> None:
    given = brought(
        Opportunity=f"""Id,AccountId,RecordTypeId,StageName,CloseDate,IsWon
            {DEAL},{ACME},0125J0000000001QAA,Open,2026-01-01,""",
        RecordType="Id,Name,DeveloperName,SobjectType\n0125J0000000001QAA,Renewal Deal,Renewal,Opportunity",
    )
    assert given.rows("deals", "kind") == [("renewal",)]


def test_a_stage_ends_a_deal_where_no_flag_does() -> None:
    given = brought(
        Opportunity=f"""Id,AccountId,StageName,CloseDate,Amount
            a,{ACME},Signed,2026-01-01,1
            b,{ACME},Closed Lost,2026-01-01,1
            c,{ACME},Talking,2026-01-01,1""",
        OpportunityStage="""ApiName,SortOrder,IsClosed,IsWon,DefaultProbability
            Signed,5,true,true,100
            Talking,1,false,false,10""",
    )
    assert given.rows("deals", "deal_id", "outcome", "closed_at") == [
        ("a", "won", at("2026-01-01T12:00")),
        ("b", "lost", at("2026-01-01T12:00")),
        ("c", "open", None),
    ]


LINES = f"""Id,OpportunityId,Product2Id,Quantity,ListPrice,UnitPrice,TotalPrice,IsDeleted
    l1,{DEAL},01t5J0000000001QAA,2,500,450,900,false
    l2,{DEAL},01t5J0000000002QAA,1.5,100,100,150,false
    l3,{DEAL},01t5J0000000002QAA,1,9999,1,1,true
    l4,{OTHER_DEAL},01t5J0000000002QAA,1,,80,80,false
    l5,{OTHER_DEAL},01t5J0000000002QAA,1,100,90,90,false"""
PRODUCTS = """Id,Name,ProductCode,IsActive
    01t5J0000000001QAA,Planner,P1,true
    01t5J0000000002QAA,Support,S1,true"""


def test_lines_give_the_list_price_only_where_every_line_has_one() -> None:
    given = brought(Opportunity=OPPORTUNITIES, OpportunityLineItem=LINES, Product2=PRODUCTS)
    assert given.rows("deals", "deal_id", "list_amount", "net_amount", "product") == [
        (DEAL, Decimal(1150), Decimal(900), "Planner"),
        (OTHER_DEAL, None, Decimal(170), "Support"),
    ]


HISTORY = f"""OpportunityId,Field,DataType,OldValue,NewValue,CreatedDate,CreatedById
    {DEAL},created,,,,2026-01-05T10:00:00Z,{ANNA}
    {DEAL},Amount,Currency,,1200,2026-01-05T10:00:00Z,{ANNA}
    {DEAL},StageName,Text,Proposal,Closed Won,2026-03-13T17:30:00Z,{ANNA}
    {DEAL},Amount,Currency,1200,900,2026-03-01T08:00:00Z,{BEN}
    {DEAL},Owner,Text,Ben Brandt,Anna Albrecht,2026-02-01T08:00:00Z,{ANNA}
    {DEAL},Owner,EntityId,{BEN},{ANNA},2026-02-01T08:00:00Z,{ANNA}
    {DEAL},NextStep,Text,,Call Carla,2026-02-02T08:00:00Z,{ANNA}"""
STAGES = """ApiName,SortOrder,IsClosed,IsWon,DefaultProbability
    Prospecting,1,false,false,10
    Proposal,2,false,false,60
    Closed Won,3,true,true,100
    Closed Lost,4,true,false,0"""


def test_field_history_becomes_changes_of_a_deal() -> None:
    given = brought(Opportunity=OPPORTUNITIES, OpportunityFieldHistory=HISTORY, OpportunityStage=STAGES, User=USERS)
    assert given.rows("deal_changes", "field", "old_value", "new_value", "stage_order", "person_id") == [
        ("amount", None, "1200", None, ANNA),
        ("amount", "1200", "900", None, BEN),
        ("next_step", None, "Call Carla", None, ANNA),
        ("owner", BEN, ANNA, None, ANNA),
        ("stage", "Proposal", "Closed Won", 3.0, ANNA),
    ]
    assert given.lost["opportunity_field_history"] == []


def test_the_moment_of_closing_is_the_change_of_stage_beside_the_close_date() -> None:
    given = brought(Opportunity=OPPORTUNITIES, OpportunityFieldHistory=HISTORY)
    assert given.rows("deals", "deal_id", "closed_at") == [(DEAL, at("2026-03-13T17:30")), (OTHER_DEAL, None)]


def test_an_owner_told_in_names_only_is_looked_up() -> None:
    history = "\n".join(line for line in HISTORY.splitlines() if "EntityId" not in line)
    given = brought(OpportunityFieldHistory=history, User=USERS)
    assert [row[1:] for row in given.rows("deal_changes", "field", "old_value", "new_value") if row[0] == "owner"] == [
        (BEN, ANNA)
    ]


OPPORTUNITY_HISTORY = f"""Id,OpportunityId,StageName,Amount,Probability,CloseDate,CreatedDate,CreatedById
    h1,{DEAL},Prospecting,1200,10,2026-03-01,2026-01-05T10:00:00Z,{ANNA}
    h2,{DEAL},Proposal,1200,60,2026-03-01,2026-01-20T10:00:00Z,{ANNA}
    h3,{DEAL},Proposal,900,60,2026-03-14,2026-03-01T08:00:00Z,{ANNA}
    h4,{DEAL},Closed Won,900,100,2026-03-14,2026-03-13T17:30:00Z,{ANNA}"""


def test_opportunity_history_tells_the_same_where_it_is_alone() -> None:
    given = brought(OpportunityHistory=OPPORTUNITY_HISTORY)
    assert given.rows("deal_changes", "field", "old_value", "new_value", "stage_order") == [
        ("amount", None, "1200.0000", None),
        ("amount", "1200.0000", "900.0000", None),
        ("close_date", "2026-03-01", "2026-03-14", None),
        ("stage", None, "Prospecting", 10.0),
        ("stage", "Proposal", "Closed Won", 100.0),
        ("stage", "Prospecting", "Proposal", 60.0),
    ]


def test_opportunity_history_only_adds_what_was_before_the_field_history() -> None:
    given = brought(OpportunityHistory=OPPORTUNITY_HISTORY, OpportunityFieldHistory=HISTORY)
    assert given.rows("deal_changes", "field", "changed_at", "new_value") == [
        ("amount", at("2026-01-05T10:00"), "1200"),
        ("amount", at("2026-03-01T08:00"), "900"),
        ("close_date", at("2026-03-01T08:00"), "2026-03-14"),
        ("next_step", at("2026-02-02T08:00"), "Call Carla"),
        ("owner", at("2026-02-01T08:00"), ANNA),
        ("stage", at("2026-01-20T10:00"), "Proposal"),
        ("stage", at("2026-03-13T17:30"), "Closed Won"),
    ]
    assert given.lost == {"opportunity_history": [], "opportunity_field_history": []}


def test_versions_of_a_deal_tell_its_changes_where_nothing_else_does() -> None:
    versions = f"""Id,AccountId,OwnerId,StageName,Amount,CloseDate,SystemModstamp,CreatedDate,_fivetran_start
        {DEAL},{ACME},{ANNA},Proposal,1200,2026-03-01,,2026-01-05,2026-01-06 10:00:00
        {DEAL},{ACME},{BEN},Closed Won,900,2026-03-01,,2026-01-05,2026-03-02 10:00:00"""
    given = brought(opportunity_history=versions)
    assert given.rows("deal_changes", "field", "changed_at", "old_value", "new_value") == [
        ("amount", at("2026-03-02T10:00"), "1200.0000", "900.0000"),
        ("owner", at("2026-03-02T10:00"), ANNA, BEN),
        ("stage", at("2026-03-02T10:00"), "Proposal", "Closed Won"),
    ]
    assert given.rows("deals", "stage", "recorded_at") == [
        ("Closed Won", at("2026-03-02T10:00")),
        ("Proposal", at("2026-01-06T10:00")),
    ]


def test_leads_come_with_their_qualification_conversion_and_referral() -> None:
    given = brought(
        Lead=f"""Id,LeadSource,Status,OwnerId,Qualified_At__c,ConvertedAccountId,ConvertedOpportunityId,Referral_Id__c
            00Q5J0000000001QAA,Referral,Closed,{ANNA},2026-01-03T08:00:00Z,{ACME},{DEAL},P-7
            00Q5J0000000002QAA,Web,Qualified,00G5J0000000001QAA,,,,""",
        LeadHistory="""LeadId,Field,OldValue,NewValue,CreatedDate
            00Q5J0000000002QAA,Status,Open,Unqualified,2026-01-04T08:00:00Z
            00Q5J0000000002QAA,Status,Unqualified,Qualified,2026-01-09T08:00:00Z""",
        Opportunity=OPPORTUNITIES,
    )
    assert given.rows("leads", "lead_source", "owner_id", "qualified_at", "deal_id", "referral_id", "account_id") == [
        ("Referral", ANNA, at("2026-01-03T08:00"), DEAL, "P-7", ACME),
        ("Web", None, at("2026-01-09T08:00"), None, None, None),
    ]
    assert given.rows("deals", "deal_id", "lead_id") == [(DEAL, "00Q5J0000000001QAA"), (OTHER_DEAL, None)]


def test_a_quota_by_month_adds_up_to_the_quarters() -> None:
    given = brought(
        ForecastingQuota=f"""Id,QuotaOwnerId,QuotaAmount,StartDate,CurrencyIsoCode
            q1,{ANNA},100,2026-04-01,EUR
            q2,{ANNA},50,2026-05-01,EUR
            q3,{ANNA},70,2026-07-01,EUR
            q4,{ANNA},,2026-07-01,EUR"""
    )
    assert given.rows("quotas", "person_id", "period", "amount", "currency") == [
        (ANNA, "2026-Q2", Decimal(150), "EUR"),
        (ANNA, "2026-Q3", Decimal(70), "EUR"),
    ]


def test_a_contract_without_end_or_amount_takes_its_term_and_its_deals_amount() -> None:
    given = brought(
        Contract=f"""Id,AccountId,StartDate,EndDate,ContractTerm,SBQQ__Opportunity__c,SBQQ__RenewedContract__c
            8005J0000000001QAA,{ACME},2026-01-31,,12,{DEAL},
            8005J0000000002QAA,{ACME},2027-01-31,2028-01-30,12,,8005J0000000001QAA""",
        Opportunity=OPPORTUNITIES,
    )
    facts = ("contract_id", "deal_id", "ends_on", "amount", "renews_contract_id")
    assert [tuple(map(str, row)) for row in given.rows("contracts", *facts)] == [
        ("8005J0000000001QAA", DEAL, "2027-01-30", "900.0000", "None"),
        ("8005J0000000002QAA", "None", "2028-01-30", "None", "8005J0000000001QAA"),
    ]


def test_a_campaign_member_was_sent_the_campaign_and_may_have_clicked() -> None:
    given = brought(
        CampaignMember=f"""Id,CampaignId,ContactId,Status,HasResponded,FirstRespondedDate,CreatedDate
            m1,7015J0000000001QAA,{CARLA},Clicked,true,2026-01-04,2026-01-02T08:00:00Z
            m2,7015J0000000001QAA,{CARL},Sent,false,,2026-01-02T08:00:00Z""",
        Contact=CONTACTS,
    )
    assert given.rows("campaign_events", "contact_id", "account_id", "kind", "occurred_at") == [
        (CARLA, ACME, "click", at("2026-01-04T12:00")),
        (CARLA, ACME, "send", at("2026-01-02T08:00")),
        (CARL, ACME, "send", at("2026-01-02T08:00")),
    ]
