"""Four systems' APIs on 127.0.0.1: lists in pages of two, cursors, pauses and refusals, as the real ones answer."""

import json
import re
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 2
TOKEN = "the-secret-that-nobody-may-see"
ELSEWHERE = "https://acme.elsewhere.invalid"
"""Systems name their next page at another host than the one asked; nobody must follow it there."""

Record = dict[str, Any]
Asked = dict[str, list[str]]


@dataclass
class Answer:
    body: Record
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class StandIn:
    """``tables`` is what the systems hold; ``pauses`` and ``refusals`` are answered instead, by path."""

    address: str
    tables: dict[str, list[Record]]
    pauses: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, asked: Asked, authorization: str) -> Answer:
        self.asked.append(path)
        if path == "/services/oauth2/token":
            return Answer({"access_token": TOKEN, "token_type": "Bearer"})
        if not allowed(authorization):
            return Answer({"message": "Authentication failed"}, 401)
        if self.pauses.get(path, 0):
            self.pauses[path] -= 1
            return Answer({"error": "rate limited"}, 429, {"Retry-After": "1"})
        if path in self.refusals:
            return Answer({"error": "no"}, self.refusals[path])
        for prefix, system in SYSTEMS.items():
            if path.startswith(prefix):
                return system(self, path.removeprefix(prefix), asked)
        return Answer({"error": "not found"}, 404)


def allowed(authorization: str) -> bool:
    kind, _, given = authorization.partition(" ")
    return given == TOKEN if kind == "Bearer" else b64decode(given).decode() == f"ann@trueup.example/token:{TOKEN}"


def one(asked: Asked, name: str, default: str = "") -> str:
    return asked.get(name, [default])[0]


def zendesk(stand_in: StandIn, path: str, asked: Asked) -> Answer:
    name = path.removeprefix("incremental/").split("/")[0].split(".")[0]
    records = stand_in.tables.get(f"zendesk.{name}", [])
    if not path.startswith("incremental/"):
        start = int(one(asked, "page[after]", "0"))
        following = f"{ELSEWHERE}/api/v2/{name}.json?page[size]=100&page[after]={start + PAGE}"
        more = {"has_more": start + PAGE < len(records)}
        return Answer({name: records[start : start + PAGE], "meta": more, "links": {"next": following}})
    moment = {"tickets": "generated_timestamp", "ticket_events": "timestamp"}.get(name, "updated_at")
    new = sorted(
        (r for r in records if epoch(r[moment]) >= int(one(asked, "start_time", "0"))), key=lambda r: epoch(r[moment])
    )
    if path.endswith("cursor.json"):
        start = int(one(asked, "cursor", "0"))
        following = f"{ELSEWHERE}/api/v2/{path}?cursor={start + PAGE}&start_time={one(asked, 'start_time', '0')}"
        return Answer(
            {name: new[start : start + PAGE], "after_url": following, "end_of_stream": start + PAGE >= len(new)}
        )
    page = new[:PAGE]
    # The next page begins with the last record of this one: real exports repeat it, too.
    following = f"{ELSEWHERE}/api/v2/{path}?start_time={epoch(page[-1][moment]) if page else 0}"
    return Answer({name: page, "next_page": following, "end_of_stream": len(new) <= PAGE})


def epoch(moment: str | int) -> int:
    return moment if isinstance(moment, int) else int(datetime.fromisoformat(moment).timestamp())


def hubspot(stand_in: StandIn, path: str, asked: Asked) -> Answer:
    kind, _, name = path.partition("/")
    records = stand_in.tables.get(f"hubspot.{name or kind}", [])
    if kind == "properties":
        names = {"hs_unheard_of": None} | {p: None for r in records for p in r["properties"]}
        return Answer({"results": [{"name": p} for p in names]})
    if kind == "pipelines":
        return Answer({"results": stand_in.tables.get(f"hubspot.pipelines_{name}", [])})
    chosen = [r for r in records if str(r["archived"]).lower() == one(asked, "archived", "false")]
    start = int(one(asked, "after", "0"))
    page = [shown(record, asked) if kind == "objects" else record for record in chosen[start : start + PAGE]]
    more = {"paging": {"next": {"after": str(start + PAGE)}}} if start + PAGE < len(chosen) else {}
    return Answer({"results": page, **more})


def shown(record: Record, asked: Asked) -> Record:
    """A record as it was asked for: HubSpot shows no property, association or history unasked."""
    wanted, history = one(asked, "properties").split(","), one(asked, "propertiesWithHistory").split(",")
    told = {name: record["properties"].get(name) for name in wanted if name}
    links = {n: a for n, a in record.get("associations", {}).items() if n in one(asked, "associations").split(",")}
    past = {n: v for n, v in record.get("propertiesWithHistory", {}).items() if n in history}
    rest = {n: v for n, v in record.items() if n not in {"properties", "associations", "propertiesWithHistory"}}
    return (
        {**rest, "properties": told}
        | ({"associations": links} if links else {})
        | ({"propertiesWithHistory": past} if past else {})
    )


def stripe(stand_in: StandIn, path: str, asked: Asked) -> Answer:
    records = sorted(stand_in.tables.get(f"stripe.{path}", []), key=lambda r: -r["created"])
    kinds = asked.get("types[]", [])
    chosen = [
        record
        for record in records
        if int(one(asked, "created[gte]", "0")) <= record["created"] <= int(one(asked, "created[lte]", "9999999999"))
        and (not kinds or record["type"] in kinds)
    ]
    after = one(asked, "starting_after")
    start = next((n + 1 for n, record in enumerate(chosen) if record["id"] == after), 0)
    size = min(PAGE, int(one(asked, "limit", "10")))
    return Answer({"object": "list", "data": chosen[start : start + size], "has_more": start + size < len(chosen)})


QUERY = re.compile(r"SELECT (?P<fields>.+) FROM (?P<name>\w+) WHERE (?P<cursor>\w+) >= (?P<since>[\d\-T:.]+)Z")


def salesforce(stand_in: StandIn, path: str, asked: Asked) -> Answer:
    if path.startswith("sobjects/"):
        records = stand_in.tables.get(f"salesforce.{path.split('/')[1]}", [])
        return Answer({"fields": [{"name": name} for name in dict.fromkeys(n for r in records for n in r)] or UNUSED})
    if path.startswith("query/"):
        name, since, fields, start = path.removeprefix("query/").split("~")
    else:
        query = QUERY.fullmatch(one(asked, "q"))
        assert query, one(asked, "q")
        name, since, fields, start = query["name"], f"{query['cursor']}={query['since']}", query["fields"], "0"
    cursor, _, moment = since.partition("=")
    new = [r for r in stand_in.tables.get(f"salesforce.{name}", []) if r[cursor] >= moment]
    page = [
        {"attributes": {"type": name}, **{f: r[f] for f in fields.replace(" ", "").split(",")}}
        for r in new[int(start) : int(start) + PAGE]
    ]
    following = f"/services/data/v60.0/query/{name}~{since}~{fields.replace(' ', '')}~{int(start) + PAGE}"
    more = {"nextRecordsUrl": following} if int(start) + PAGE < len(new) else {}
    return Answer({"totalSize": len(new), "done": not more, "records": page, **more})


UNUSED = [{"name": "Id"}, {"name": "CreatedDate"}, {"name": "SystemModstamp"}]
"""The fields that an object without records still has."""

SYSTEMS: dict[str, Callable[[StandIn, str, Asked], Answer]] = {
    "/api/v2/": zendesk,
    "/crm/v3/": hubspot,
    "/v1/": stripe,
    "/services/data/v60.0/": salesforce,
}


@contextmanager
def standing_in(tables: dict[str, list[Record]]) -> Iterator[StandIn]:
    """The systems, answering until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            url = urlsplit(self.path)
            answer = stand_in.answer(url.path, parse_qs(url.query), self.headers.get("Authorization", " "))
            body = json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **answer.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  the standard library's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the standard library's name
            """Say nothing: what was asked is noted."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in = StandIn(f"http://127.0.0.1:{server.server_port}", tables)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
