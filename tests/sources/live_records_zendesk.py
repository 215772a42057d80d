"""Zendesk's lists of a small company, and the same as the tables of an export."""

from pathlib import Path

from live_records import DAY, MARCH, Record, Tables, laid, write_csv

ORGANIZATIONS = """
id  | name  | external_id | details | domain_names     | url | created_at           | updated_at
521 | Acme  | A-1         |         | ["acme.example"] | x   | 2025-01-01T00:00:00Z | 2025-02-01T00:00:00Z
522 | Beta  |             |         | ["beta.example"] | x   | 2025-01-02T00:00:00Z | 2025-02-02T00:00:00Z
523 | Gamma |             |         | []               | x   | 2025-01-03T00:00:00Z | 2025-02-03T00:00:00Z
"""
USERS = """
id | name      | email              | role     | organization_id | default_group_id | active | suspended | tags | created_at           | updated_at
11 | Ann Agent | ann@trueup.example | agent    |                 | 7                | true   | false     | []   | 2024-01-01T00:00:00Z | 2024-01-01T00:00:00Z
21 | Kim Park  | kim@acme.example   | end-user | 521             |                  | true   | false     | []   | 2025-01-01T00:00:00Z | 2025-01-04T00:00:00Z
22 | Bo Berg   | bo@beta.example    | end-user | 522             |                  | true   | false     | []   | 2025-01-01T00:00:00Z | 2025-01-05T00:00:00Z
"""  # noqa: E501
GROUPS = """
id | name    | url | is_public | created_at           | updated_at
7  | Support | x   | true      | 2024-01-01T00:00:00Z | 2024-01-01T00:00:00Z
"""
MEMBERSHIPS = """
id | user_id | group_id | default | created_at           | updated_at
8  | 11      | 7        | true    | 2024-01-01T00:00:00Z | 2024-01-01T00:00:00Z
"""
RATINGS = """
id | ticket_id | requester_id | assignee_id | score   | comment | created_at           | updated_at
61 | 32        | 22           | 11          | good    | Quick   | 2026-03-03T10:00:00Z | 2026-03-03T10:00:00Z
62 | 31        | 21           | 11          | offered |         | 2026-03-03T11:00:00Z | 2026-03-03T11:00:00Z
"""


def ticket(number: int, asker: int, status: str, changed: str) -> Record:
    return {
        "id": number,
        "subject": f"Nothing prints on line {number}",
        "description": "It stopped.",
        "priority": "high",
        "status": status,
        "requester_id": asker,
        "submitter_id": asker,
        "assignee_id": 11,
        "group_id": 7,
        "organization_id": 500 + asker,
        "tags": ["area:printing", "escalated"] if number == 31 else [],
        "via": {"channel": "email", "source": {"from": {"address": "kim@acme.example"}, "rel": None}},
        "custom_fields": [{"id": 1, "value": None}],
        "created_at": f"2026-03-0{number - 30}T09:00:00Z",
        "updated_at": changed,
        "generated_timestamp": MARCH + (number - 30) * DAY,
        "metric_set": {
            "ticket_id": number,
            "reopens": number - 31,
            "replies": 2,
            "group_stations": 1,
            "solved_at": changed if status == "solved" else None,
            "reply_time_in_minutes": {"calendar": 30, "business": 20},
        },
    }


def said(number: int, ticket_id: int, author: int, hour: int, *, public: bool = True) -> Record:
    moment = f"2026-03-0{ticket_id - 30}T{hour:02}:00:00Z"
    return {
        "id": number,
        "ticket_id": ticket_id,
        "timestamp": MARCH + (ticket_id - 31) * DAY + hour * 3600,
        "created_at": moment,
        "updater_id": author,
        "via": "Mail",
        "event_type": "Audit",
        "child_events": [
            {
                "id": number + 1000,
                "event_type": "Comment",
                "type": "Comment",
                "author_id": author,
                "body": "Hello.",
                "public": public,
                "comment_present": True,
                "comment_public": public,
                "audit_id": number,
            }
        ],
    }


def zendesk() -> Tables:
    solving = said(99, 32, 11, 15)
    solving["child_events"] += [{"id": 2099, "event_type": "Change", "status": "solved", "previous_value": "open"}]
    return {
        "zendesk.organizations": laid(ORGANIZATIONS),
        "zendesk.users": laid(USERS),
        "zendesk.groups": laid(GROUPS),
        "zendesk.group_memberships": laid(MEMBERSHIPS),
        "zendesk.tickets": [
            ticket(31, 21, "open", "2026-03-01T12:00:00Z"),
            ticket(32, 22, "solved", "2026-03-02T15:00:00Z"),
            ticket(33, 21, "pending", "2026-03-03T12:00:00Z"),
        ],
        "zendesk.ticket_events": [
            said(91, 31, 21, 9),
            said(92, 31, 11, 11),
            said(93, 31, 11, 12, public=False),
            said(94, 32, 22, 9),
            solving,
            said(96, 33, 21, 9),
        ],
        "zendesk.satisfaction_ratings": laid(RATINGS),
    }


def zendesk_export(folder: Path, tables: Tables) -> None:
    """Lists as JSON, as Zendesk's own account export has them; comments and changes as two more tables."""
    for name in ("organizations", "users", "groups", "group_memberships", "satisfaction_ratings"):
        write_csv(folder / f"{name}.csv", tables[f"zendesk.{name}"])
    tickets = [{n: v for n, v in t.items() if n != "metric_set"} for t in tables["zendesk.tickets"]]
    write_csv(folder / "tickets.csv", [{**t, "via": None, "via_channel": t["via"]["channel"]} for t in tickets])
    metrics = [t["metric_set"] for t in tables["zendesk.tickets"]]
    write_csv(folder / "ticket_metrics.csv", [{**m, "reply_time_in_minutes": None} for m in metrics])
    events = tables["zendesk.ticket_events"]
    whole = [(event, child) for event in events for child in event["child_events"]]
    comments = [
        {**child, "ticket_id": event["ticket_id"], "created_at": event["created_at"]}
        for event, child in whole
        if child.get("comment_present")
    ]
    write_csv(folder / "ticket_comments.csv", comments)
    changes = [
        {"ticket_id": event["ticket_id"], "field_name": "status", "value": child["status"]}
        | {"updated": event["created_at"], "user_id": event["updater_id"]}
        for event, child in whole
        if "status" in child
    ]
    write_csv(folder / "ticket_field_history.csv", changes)
