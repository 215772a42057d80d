"""Salesforce: one SOQL query an object, for the fields that a metric reads and this organisation has.

Asked by ``queryAll``, so that deleted rows and archived activities are told too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from trueup.sources.known import known_system
from trueup.sources.live.endpoint import BEGINNING, Cursor, Endpoint, Paging, Record, Row
from trueup.sources.shape import delivered_as

DATA: Final = "services/data/v60.0"
TOKENS: Final = "services/oauth2/token"

_OBJECTS: Final[Mapping[str, str]] = {
    "Account": "account",
    "Contact": "contact",
    "User": "user",
    "UserRole": "user_role",
    "Lead": "lead",
    "Opportunity": "opportunity",
    "OpportunityLineItem": "opportunity_line_item",
    "OpportunityContactRole": "opportunity_contact_role",
    "OpportunityStage": "opportunity_stage",
    "OpportunityHistory": "opportunity_history",
    "OpportunityFieldHistory": "opportunity_field_history",
    "Product2": "product2",
    "RecordType": "record_type",
    "Contract": "contract",
    "Task": "task",
    "Event": "event",
    "EventRelation": "event_relation",
    "Case": "case",
    "CaseComment": "case_comment",
    "CaseHistory": "case_history",
    "EmailMessage": "email_message",
    "LeadHistory": "lead_history",
    "CampaignMember": "campaign_member",
}
"""Salesforce's objects, and our name of their table."""

TABLES: Final = tuple(_OBJECTS)

_DATED: Final = frozenset(
    {"Task", "Event", "EventRelation", "EmailMessage", "CaseComment", "CaseHistory", "LeadHistory", "CampaignMember"}
    | {"OpportunityHistory", "OpportunityFieldHistory", "Opportunity", "Case", "Lead"}
)
"""What is only wanted from a date on; all else explains these, however old it is."""

Ask = Callable[[str], Record]
"""The answer to a request for one path."""


def _next(answer: Record) -> str | None:
    return answer.get("nextRecordsUrl")


def endpoints(tables: Sequence[str], *, since: date, columns: Mapping[str, Sequence[str]], ask: Ask) -> list[Endpoint]:
    """What to ask Salesforce for; ``columns`` are wanted per object besides those that we read."""
    return [_query(table, _described(table, ask), columns.get(table, ()), since) for table in tables]


def _described(table: str, ask: Ask) -> list[str]:
    """The fields that this organisation's object has, as far as they may be seen."""
    return [str(field["name"]) for field in ask(f"{DATA}/sobjects/{table}/describe")["fields"]]


def _query(table: str, names: Sequence[str], wanted: Sequence[str], since: date) -> Endpoint:
    cursor = "SystemModstamp" if "SystemModstamp" in names else "CreatedDate"
    read = delivered_as(known_system("salesforce").tables[_OBJECTS[table]], names).values()
    fields = dict.fromkeys([*read, *wanted, cursor])
    begins = f"{since.isoformat()}T00:00:00.000+0000" if table in _DATED else BEGINNING.replace("Z", ".000+0000")
    return Endpoint(
        name=table,
        path=f"{DATA}/queryAll",
        records="records",
        paging=Paging(_next),
        rows=lambda record: [Row(table, {name: value for name, value in record.items() if name != "attributes"})],
        parameters={"q": f"SELECT {', '.join(fields)} FROM {table} WHERE {cursor} >= {{incremental.start_value}}"},
        cursor=Cursor(cursor, begins, told=_soql_moment),
    )


def _soql_moment(value: str) -> str:
    """An instant as SOQL writes it: Salesforce answers with an offset that it does not understand itself."""
    return value.replace("+0000", "Z")
