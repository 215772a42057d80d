"""HubSpot CRM: lists of objects with the properties that a metric reads, their associations and their history.

The lists cannot be asked for changes only, as the search that could shows no associations and ends at ten thousand; so
they are read whole each time, and what has not changed is passed over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from trueup.sources.known import known_system
from trueup.sources.live.endpoint import BEGINNING, Cursor, Endpoint, Paging, Record, Row
from trueup.sources.shape import delivered_as

_OBJECTS: Final[Mapping[str, str]] = {
    "companies": "company",
    "contacts": "contact",
    "deals": "deal",
    "line_items": "line_item",
    "tickets": "ticket",
    "calls": "engagement_call",
    "emails": "engagement_email",
    "meetings": "engagement_meeting",
    "communications": "engagement_communication",
}
"""HubSpot's objects, and our name of their table."""

TABLES: Final = (*_OBJECTS, "owners", "pipelines_deals", "pipelines_tickets")

_SINGULAR: Final = {"companies": "company", "contacts": "contact", "deals": "deal", "tickets": "ticket"}
_ACTIVITIES: Final = ("calls", "emails", "meetings", "communications")
_ASSOCIATED: Final[Mapping[str, Sequence[str]]] = {
    "contacts": ("companies",),
    "deals": ("companies", "contacts"),
    "line_items": ("deals",),
    "tickets": ("companies", "contacts"),
    **dict.fromkeys(_ACTIVITIES, ("companies", "contacts", "deals", "tickets")),
}
_LINKS: Final[Mapping[tuple[str, str], str]] = {
    ("contact", "company"): "company_contact",
    ("engagement", "ticket"): "ticket_engagement",
}
"""Tables of associations whose name is not simply both names in a row."""

_HISTORY: Final[Mapping[str, str]] = {
    "contacts": "lifecyclestage",
    "deals": "dealstage,amount,closedate,hubspot_owner_id,hs_next_step",
    "tickets": "hs_pipeline_stage,hubspot_owner_id",
}
_PAGE: Final = 100
_PAGE_WITH_HISTORY: Final = 50

Ask = Callable[[str], Record]
"""The answer to a request for one path."""


def _next(answer: Record) -> str | None:
    following = answer.get("paging", {}).get("next")
    return str(following["after"]) if following else None


_PAGING: Final = Paging(_next, "after")


def endpoints(tables: Sequence[str], *, since: date, columns: Mapping[str, Sequence[str]], ask: Ask) -> list[Endpoint]:
    """What to ask HubSpot for; activities only from ``since`` on. ``columns`` are wanted besides those we read."""
    asked: list[Endpoint] = []
    for table in tables:
        if table == "owners":
            asked += [_owners(archived="false"), _owners(archived="true")]
        elif table.startswith("pipelines_"):
            asked.append(_pipelines(table))
        else:
            begins = datetime.combine(since, time(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            cursor = Cursor("changed_at", begins if table in _ACTIVITIES else BEGINNING)
            properties = _properties(table, ask, columns.get(table, ()))
            asked += [_objects(table, properties, cursor, archived=answer) for answer in ("false", "true")]
    return asked


def _properties(table: str, ask: Ask, wanted: Sequence[str]) -> list[str]:
    """Which of the properties that this HubSpot has are read by a mapping, or wanted all the same."""
    names = [str(described["name"]) for described in ask(f"crm/v3/properties/{table}")["results"]]
    read = delivered_as(known_system("hubspot").tables[_OBJECTS[table]], names).values()
    return list(dict.fromkeys([*read, *wanted]))


def _objects(table: str, properties: Sequence[str], cursor: Cursor, *, archived: str) -> Endpoint:
    history = _HISTORY.get(table, "") if archived == "false" else ""
    parameters: dict[str, str | int | list[str]] = {
        "limit": _PAGE_WITH_HISTORY if history else _PAGE,
        "archived": archived,
        "properties": ",".join(properties),
    }
    if table in _ASSOCIATED:
        parameters["associations"] = ",".join(_ASSOCIATED[table])
    if history:
        parameters["propertiesWithHistory"] = history
    return Endpoint(
        name=table if archived == "false" else f"{table}_archived",
        path=f"crm/v3/objects/{table}",
        records="results",
        paging=_PAGING,
        rows=lambda record: _rows(table, record),
        parameters=parameters,
        cursor=cursor,
        prepare=_dated,
    )


def _dated(record: Record) -> Record:
    """A record with when it changed or was archived, always to the millisecond, so that moments sort as text."""
    moment = str(record.get("archivedAt") or record["updatedAt"])
    exact = datetime.fromisoformat(moment).astimezone(UTC).isoformat(timespec="milliseconds")
    return {**record, "changed_at": exact.replace("+00:00", "Z")}


def _rows(table: str, record: Record) -> Iterator[Row]:
    own = {"id": record["id"], "archived": record["archived"], "updated_at": record["updatedAt"]}
    yield Row(table, {**record["properties"], **own})
    name = "engagement" if table in _ACTIVITIES else _OBJECTS[table]
    for plural, answer in (record.get("associations") or {}).items():
        other = _SINGULAR[plural.replace(" ", "_")]
        link = _LINKS.get((name, other), f"{name}_{other}")
        for associated in dict.fromkeys(str(one["id"]) for one in answer["results"]):
            yield Row(link, {f"{name}_id": record["id"], f"{other}_id": associated})
    for changed, versions in (record.get("propertiesWithHistory") or {}).items():
        for version in reversed(versions):
            told = {f"{name}_id": record["id"], "name": changed, **version}
            yield Row(f"{name}_property_history", told)


def _owners(*, archived: str) -> Endpoint:
    return Endpoint(
        name="owners" if archived == "false" else "owners_archived",
        path="crm/v3/owners",
        records="results",
        paging=_PAGING,
        rows=lambda record: [Row("owners", _without_date(record), lists=("teams",))],
        parameters={"limit": _PAGE, "archived": archived},
        cursor=Cursor("changed_at", BEGINNING),
        prepare=_dated,
    )


def _pipelines(table: str) -> Endpoint:
    return Endpoint(
        name=table,
        path=f"crm/v3/pipelines/{table.removeprefix('pipelines_')}",
        records="results",
        paging=_PAGING,
        rows=lambda record: [Row(table, _without_date(record), lists=("stages",))],
        cursor=Cursor("changed_at", BEGINNING),
        prepare=_dated_by_stages,
    )


def _dated_by_stages(record: Record) -> Record:
    """A pipeline has changed when one of its stages has."""
    return max((_dated({**record, "updatedAt": one["updatedAt"]}) for one in (record, *record["stages"])), key=_moment)


def _moment(record: Record) -> str:
    return str(record["changed_at"])


def _without_date(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "changed_at"}
