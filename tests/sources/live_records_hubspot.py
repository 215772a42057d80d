"""HubSpot's lists of a small company, and the same as the tables of an export."""

from pathlib import Path
from typing import Any

from live_records import Record, Tables, laid, links, write_csv

MADE = "2026-01-05T08:00:00.000Z"

COMPANIES = """
name | domain       | industry | hubspot_owner_id
Acme | acme.example | RETAIL   | "71"
Beta | beta.example |          | "71"
Gone | gone.example |          | "71"
"""
CONTACTS = """
email            | firstname | lastname | jobtitle
kim@acme.example | Kim       | Park     | CEO
"""
DEALS = """
dealname     | dealstage | amount    | dealtype    | closedate            | hubspot_owner_id | deal_currency_code
Acme renewal | closedwon | "1200.50" | renewal     | 2026-02-01T00:00:00Z | "71"             | EUR
Beta first   | offer     | "900"     | newbusiness | 2026-06-01T00:00:00Z | "71"             | EUR
Acme extra   | offer     |           |             |                      |                  |
"""
TICKETS = """
subject | content  | hs_pipeline | hs_pipeline_stage | hs_ticket_priority | hubspot_owner_id
Broken  | It broke | "0"         | "1"               | HIGH               | "71"
"""
MEETINGS = """
hs_timestamp         | hs_meeting_title | hs_meeting_start_time | hs_meeting_end_time  | hubspot_owner_id
2026-03-02T09:00:00Z | Review           | 2026-03-02T09:00:00Z  | 2026-03-02T10:00:00Z | "71"
"""
OWNERS = """
id   | email              | firstName | lastName | userId | archived | teams
"71" | ann@trueup.example | Ann       | Seller   | 9      | false    | [{"id": "81", "name": "North", "primary": true}]
"""
STAGES = """
id        | label | displayOrder | metadata
offer     | Offer | 0            | {"isClosed": "false", "probability": "0.4"}
closedwon | Won   | 1            | {"isClosed": "true", "probability": "1.0"}
"""


def objects(first: int, text: str, **more: Any) -> list[Record]:
    """Objects with these properties, numbered from ``first``, changed on one day of March after the other."""
    dates = {"createdate": MADE, "lastmodifieddate": MADE, "hs_lastmodifieddate": MADE}
    return [
        {"id": str(first + n), "archived": False, "createdAt": MADE, "updatedAt": changed(n + 1)}
        | {"properties": {**properties, **dates}}
        | {name: values[n] for name, values in more.items() if n < len(values) and values[n]}
        for n, properties in enumerate(laid(text))
    ]


def changed(day: int) -> str:
    """HubSpot leaves out the milliseconds where there are none."""
    return f"2026-03-{day:02}T00:00:00Z" if day % 2 else f"2026-03-{day:02}T00:00:00.250Z"


def linked(**others: int) -> Record:
    """One association of each kind, told once a label as HubSpot does."""
    return {
        name: {"results": [{"id": str(number), "type": label} for label in ("primary", "unlabeled")]}
        for name, number in others.items()
    }


def staged(*steps: tuple[str, str]) -> Record:
    """The stages of a deal, newest first."""
    return {"dealstage": [{"value": v, "timestamp": t, "sourceType": "CRM_UI"} for v, t in reversed(steps)]}


def hubspot() -> Tables:
    gone = {"archived": True, "archivedAt": "2026-03-04T00:00:00Z"}
    companies = objects(101, COMPANIES)
    dates = {"createdAt": MADE, "updatedAt": MADE}
    pipeline = {"id": "default", "label": "Sales", "displayOrder": 0, "archived": False, **dates}
    won = staged(("offer", "2026-01-10T00:00:00Z"), ("closedwon", "2026-02-01T00:00:00Z"))
    return {
        "hubspot.companies": [*companies[:2], companies[2] | gone],
        "hubspot.contacts": objects(201, CONTACTS, associations=[linked(companies=101)]),
        "hubspot.deals": objects(
            301,
            DEALS,
            associations=[linked(companies=101, contacts=201), linked(companies=102)],
            propertiesWithHistory=[won, staged(("offer", "2026-01-12T00:00:00Z"))],
        ),
        "hubspot.tickets": objects(401, TICKETS, associations=[linked(companies=102)]),
        "hubspot.meetings": objects(501, MEETINGS, associations=[linked(companies=101, contacts=201)]),
        "hubspot.owners": [{**owner, **dates} for owner in laid(OWNERS)],
        "hubspot.pipelines_deals": [{**pipeline, "stages": [{**stage, **dates} for stage in laid(STAGES)]}],
    }


def hubspot_export(folder: Path, tables: Tables) -> None:
    """Objects with their properties, and who belongs to whom, as an analyst has them in CSV files."""
    for name in ("companies", "contacts", "deals", "tickets", "meetings"):
        records = tables[f"hubspot.{name}"]
        write_csv(
            folder / f"{name}.csv", [{"id": r["id"], "archived": r["archived"], **r["properties"]} for r in records]
        )
    for plural, link, own in (
        ("contacts", "company_contact", "contact_id"),
        ("deals", "deal_company", "deal_id"),
        ("tickets", "ticket_company", "ticket_id"),
        ("meetings", "engagement_company", "engagement_id"),
    ):
        write_csv(folder / f"{link}.csv", list(links(tables[f"hubspot.{plural}"], own, "companies", "company_id")))
    for plural, link, own in (
        ("deals", "deal_contact", "deal_id"),
        ("meetings", "engagement_contact", "engagement_id"),
    ):
        write_csv(folder / f"{link}.csv", list(links(tables[f"hubspot.{plural}"], own, "contacts", "contact_id")))
    history = [
        {"deal_id": r["id"], "name": name, "value": v["value"], "timestamp": v["timestamp"]}
        for r in tables["hubspot.deals"]
        for name, versions in r.get("propertiesWithHistory", {}).items()
        for v in versions
    ]
    write_csv(folder / "deal_property_history.csv", history)
    owners = tables["hubspot.owners"]
    names = {
        "firstName": "first_name",
        "lastName": "last_name",
        "userId": "user_id",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
    }
    write_csv(folder / "owner.csv", [{names.get(n, n): v for n, v in o.items() if n != "teams"} for o in owners])
    teams = [
        {"owner_id": o["id"], "team_id": t["id"], "name": t["name"], "is_team_primary": t["primary"]}
        for o in owners
        for t in o["teams"]
    ]
    write_csv(folder / "owner_team.csv", teams)
    pipelines = tables["hubspot.pipelines_deals"]
    write_csv(
        folder / "deal_pipeline.csv",
        [{"pipeline_id": p["id"], "label": p["label"], "display_order": p["displayOrder"]} for p in pipelines],
    )
    stages = [
        {"stage_id": s["id"], "pipeline_id": p["id"], "label": s["label"], "display_order": s["displayOrder"]}
        | {"is_closed": s["metadata"]["isClosed"], "probability": s["metadata"]["probability"]}
        for p in pipelines
        for s in p["stages"]
    ]
    write_csv(folder / "deal_pipeline_stage.csv", stages)
