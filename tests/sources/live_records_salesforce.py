"""Salesforce's objects of a small company, and the same as Data Loader writes them."""

from pathlib import Path

from live_records import Record, Tables, laid, write_csv

ROWS = {
    "Account": """
        Id    | Name  | OwnerId | ParentId | Industry | Website               | Health__c
        001-1 | acme  | 005-1   |          | Retail   | https://acme.example  | 1
        001-2 | beta  | 005-1   |          | Retail   | https://beta.example  | 2
        001-3 | gamma | 005-1   |          | Retail   | https://gamma.example | 3
    """,
    "Contact": """
        Id    | AccountId | FirstName | LastName | Name     | Email            | Title | OwnerId
        003-1 | 001-1     | Kim       | Park     | Kim Park | kim@acme.example | CEO   | 005-1
    """,
    "User": """
        Id    | Name       | Username           | Email              | ProfileId | IsActive | ManagerId | UserRoleId
        005-1 | Ann Seller | ann@trueup.example | ann@trueup.example | 00e-1     | true     |           |
    """,
    "Opportunity": """
        Id    | AccountId | OwnerId | Name   | StageName  | Amount | CloseDate  | Type    | IsClosed | IsWon
        006-1 | 001-1     | 005-1   | Deal 1 | Closed Won | 1200.5 | 2026-04-01 | Renewal | true     | true
        006-2 | 001-2     | 005-1   | Deal 2 | Proposal   | 900    | 2026-04-01 | Renewal | false    | false
        006-3 | 001-3     | 005-1   | Deal 3 | Proposal   |        | 2026-04-01 | Renewal | false    | false
    """,
    "OpportunityHistory": """
        Id    | OpportunityId | StageName  | Amount | Probability | CloseDate  | CreatedById
        008-1 | 006-1         | Proposal   | 1200.5 | 50          | 2026-04-01 | 005-1
        008-2 | 006-1         | Closed Won | 1200.5 | 100         | 2026-04-01 | 005-1
    """,
    "OpportunityFieldHistory": """
        Id    | OpportunityId | Field    | DataType | OldValue | NewValue             | CreatedById
        017-1 | 006-2         | Amount   | Currency | 800      | 900.0                | 005-1
        017-2 | 006-2         | NextStep | Text     |          | 2026-03-01T08:00:00Z | 005-1
    """,
    "Event": """
        Id    | WhoId | WhatId | AccountId | OwnerId | Subject | StartDateTime       | EndDateTime         | IsChild
        00U-1 | 003-1 | 006-1  | 001-1     | 005-1   | Review  | 2026-03-02T09:00:00 | 2026-03-02T10:00:00 | false
    """,
    "EventRelation": """
        Id    | EventId | RelationId | IsInvitee | IsWhat | Status
        0RE-1 | 00U-1   | 003-1      | true      | false  | Accepted
        0RE-2 | 00U-1   | 005-1      | true      | false  | Accepted
    """,
    "Case": """
        Id    | CaseNumber | AccountId | ContactId | OwnerId | Subject  | Status | Origin | Priority | IsClosed
        500-1 | "00001"    | 001-1     | 003-1     | 005-1   | Broken 1 | New    | Email  | High     | false
        500-2 | "00002"    | 001-2     | 003-1     | 005-1   | Broken 2 | New    | Email  | High     | false
        500-3 | "00003"    | 001-3     | 003-1     | 005-1   | Broken 3 | New    | Phone  | Low      | false
    """,
    "CaseComment": """
        Id    | ParentId | CommentBody | IsPublished | CreatedById
        00a-1 | 500-1    | We look     | true        | 005-1
    """,
    "CaseHistory": """
        Id    | CaseId | Field       | OldValue | NewValue | CreatedById
        017-5 | 500-1  | Status      | New      | Working  | 005-1
        017-6 | 500-1  | IsEscalated | false    | true     | 005-1
    """,
    "EmailMessage": """
        Id    | ParentId | Incoming | FromAddress      | ToAddress           | Subject  | MessageDate         | Status
        02s-1 | 500-1    | true     | kim@acme.example | help@trueup.example | Broken 1 | 2026-03-01T08:05:00 | "1"
    """,
}
"""Ids are shortened, and times are without their offset."""

HISTORIES = ("OpportunityFieldHistory", "CaseHistory")
"""What never changes has no moment of change."""


def salesforce() -> Tables:
    return {
        f"salesforce.{name}": [record(name, row, day) for day, row in enumerate(laid(text), 1)]
        for name, text in ROWS.items()
    }


def record(name: str, row: Record, day: int) -> Record:
    """A record in full, made and changed on that day."""
    made = {"CreatedDate": f"2026-02-{day:02}T08:00:00.000+0000", "IsDeleted": False}
    moment = f"2026-03-{day:02}T08:00:00.000+0000"
    dates = made if name in HISTORIES else {**made, "SystemModstamp": moment, "LastModifiedDate": moment}
    return {column: whole(column, value) for column, value in row.items()} | dates


def whole(column: str, value: object) -> object:
    """An id of 18 characters, of which the last three only tell the case of the others; a time with its offset."""
    if isinstance(value, str) and (column.endswith("Id") or column == "CreatedById"):
        prefix, number = value.split("-")
        return f"{prefix}{number.zfill(12)}AAA"
    return f"{value}.000+0000" if column.endswith(("DateTime", "MessageDate")) else value


def salesforce_export(folder: Path, tables: Tables) -> None:
    """One CSV file an object, with API names, as Data Loader writes them."""
    for name, records in tables.items():
        if name.startswith("salesforce."):
            write_csv(folder / f"{name.partition('.')[2]}.csv", records)
