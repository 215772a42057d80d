"""Zendesk Support: its incremental exports, and the short lists that have none.

Comments come with the export of ticket events, so that no ticket needs a request of its own.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from trueup.sources.live.endpoint import BEGINNING, Cursor, Endpoint, Paging, Record, Row

TABLES: Final = (
    "organizations",
    "users",
    "groups",
    "group_memberships",
    "tickets",
    "ticket_events",
    "satisfaction_ratings",
)
_PAGE: Final = 100
_MINUTE: Final = 60
"""An export refuses to begin within the last minute."""


def _next_export(answer: Record) -> str | None:
    return None if answer["end_of_stream"] else answer.get("after_url") or answer["next_page"]


def _next_list(answer: Record) -> str | None:
    return str(answer["links"]["next"]) if answer["meta"]["has_more"] else None


def endpoints(tables: Sequence[str], *, since: date, now: datetime) -> list[Endpoint]:
    """What to ask Zendesk for; tickets, and what happened to them, only from ``since`` on."""
    begins = int(datetime.combine(since, time(), tzinfo=UTC).timestamp())
    latest = int(now.timestamp()) - _MINUTE

    def told(value: int | str) -> int:
        moment = value if isinstance(value, int) else int(datetime.fromisoformat(value).timestamp())
        return min(moment, latest)

    def export(name: str, path: str, cursor: Cursor) -> Endpoint:
        return Endpoint(name, path, name, Paging(_next_export), lambda record: [Row(name, record)], cursor=cursor)

    changed = Cursor("updated_at", BEGINNING, "start_time", told)
    known = {
        "organizations": export("organizations", "api/v2/incremental/organizations.json", changed),
        "users": export("users", "api/v2/incremental/users/cursor.json", changed),
        "tickets": Endpoint(
            name="tickets",
            path="api/v2/incremental/tickets/cursor.json",
            records="tickets",
            paging=Paging(_next_export),
            rows=_ticket,
            parameters={"include": "metric_sets"},
            cursor=Cursor("generated_timestamp", begins, "start_time", told),
        ),
        "ticket_events": Endpoint(
            name="ticket_events",
            path="api/v2/incremental/ticket_events.json",
            records="ticket_events",
            paging=Paging(_next_export),
            rows=_event,
            parameters={"include": "comment_events"},
            cursor=Cursor("timestamp", begins, "start_time", told),
        ),
    }
    return [known[table] if table in known else _short_list(table) for table in tables]


def _short_list(name: str) -> Endpoint:
    """A list without an export: read whole each time, since it cannot be asked for changes."""
    return Endpoint(
        name=name,
        path=f"api/v2/{name}.json",
        records=name,
        paging=Paging(_next_list),
        rows=lambda record: [Row(name, record)],
        parameters={"page[size]": _PAGE},
        cursor=Cursor("updated_at", BEGINNING),
    )


def _ticket(record: Record) -> Iterator[Row]:
    yield Row("tickets", {name: value for name, value in record.items() if name != "metric_set"})
    if record.get("metric_set"):
        yield Row("ticket_metrics", record["metric_set"])


def _event(record: Record) -> Iterator[Row]:
    """An update of a ticket: the changes stay below it, what was said becomes comments."""
    children = record.get("child_events") or []
    changes = [child for child in children if not child.get("comment_present")]
    yield Row("ticket_events", {**record, "child_events": changes}, lists=("child_events",))
    for child in children:
        if child.get("comment_present"):
            yield Row("ticket_comments", _comment(child, record))


def _comment(child: Record, event: Record) -> Record:
    return {
        **child,
        "ticket_id": event["ticket_id"],
        "author_id": child.get("author_id") or event["updater_id"],
        "created_at": child.get("created_at") or event["created_at"],
        "public": child.get("public", child.get("comment_public")),
    }
