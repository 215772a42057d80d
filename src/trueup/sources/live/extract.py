"""Extraction by dlt: what a system's endpoints yield becomes Parquet files, and dlt remembers how far it came.

Imported only when something is fetched, and only after ``settled`` has told dlt where to live: dlt is an extra, and
loads a good deal.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit, urlunsplit

import dlt
from dlt.extract.resource import DltResource
from dlt.pipeline.exceptions import PipelineStepFailed
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth, HttpBasicAuth, OAuth2ClientCredentials
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api import rest_api_resources
from requests import Request, RequestException, Response
from requests.auth import AuthBase
from requests.exceptions import InvalidJSONError

from trueup.sources.live import home, hubspot, salesforce, stripe, zendesk
from trueup.sources.live.endpoint import Cursor, Endpoint, Paging, Record, as_text
from trueup.sources.live.refusal import refused, unexpected, unreachable
from trueup.sources.live.source_file import LiveError, LiveSource, Secrets


class UnexpectedAnswerError(Exception):
    """An answer is JSON, but not of the form that this list has; ``str()`` is the reason."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__("its answer does not tell whether more follows")


class _Pages(BasePaginator):
    """Pages as an endpoint's paging finds them, always at the source's own address: answers are not trusted with it."""

    def __init__(self, paging: Paging) -> None:
        super().__init__()
        self._paging = paging
        self._following: str | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:  # noqa: ARG002  dlt's signature
        """Find the next page in an answer."""
        try:
            self._following = self._paging.following(response.json())
        except (KeyError, TypeError, IndexError) as error:
            raise UnexpectedAnswerError(urlsplit(response.url).path) from error
        self._has_next_page = self._following is not None

    def update_request(self, request: Request) -> None:
        """Ask for that page."""
        if self._paging.parameter:
            request.params = {**cast("Record", request.params), self._paging.parameter: self._following}
        elif self._following:
            here = urlsplit(str(request.url))
            there = urlsplit(urljoin(str(request.url), self._following))
            request.url = urlunsplit((here.scheme, here.netloc, there.path, there.query, ""))
            request.params = {}


def extract(
    source: LiveSource, secrets: Secrets, place: Path, *, now: datetime, telling: Callable[[str], None]
) -> Mapping[str, int]:
    """Fetch what is new into Parquet files below ``place``; the number of rows by table.

    All or nothing: if any list cannot be read, no file is written and the next attempt begins where this one did.
    ``telling`` hears which list is being read. Raises LiveError.
    """
    pipeline = _pipeline(source, place)
    try:
        if pipeline.has_pending_data:
            pipeline.run()
        endpoints = _endpoints(source, secrets, now=now, last_event=_last_event(pipeline))
        config: Any = {"client": _client(source, secrets), "resources": [_resource(one) for one in endpoints]}
        pipeline.extract(_rows_of(rest_api_resources(config), endpoints, telling), loader_file_format="parquet")
        counted = pipeline.normalize().row_counts
        pipeline.load()
    except RequestException as error:
        raise _explained(source, error) from error
    except PipelineStepFailed as error:
        raise _told(source, error) from error
    return {table: rows for table, rows in counted.items() if not table.startswith("_dlt")}


def _pipeline(source: LiveSource, place: Path) -> dlt.Pipeline:
    files = dlt.destinations.filesystem(
        bucket_url=str(place),
        layout="{table_name}.{load_id}.{part}.{ext}",
        extra_placeholders={"part": _part},
    )
    return dlt.pipeline("live", destination=files, dataset_name=source.system, pipelines_dir=str(place / "pipelines"))


def _part(_schema: str, _table: str, _load: str, file_id: str, _ext: str) -> str:
    """A number for a file among a table's; a name with letters would be taken for the table's."""
    return f"part{int(file_id, 16)}"


def _endpoints(source: LiveSource, secrets: Secrets, *, now: datetime, last_event: int | None) -> list[Endpoint]:
    def ask(path: str) -> Record:
        client = _client(source, secrets)
        answer = RESTClient(client["base_url"], auth=client["auth"], session=client["session"]).get(path)
        answer.raise_for_status()
        record: Record = answer.json()
        return record

    match source.system:
        case "zendesk":
            return zendesk.endpoints(source.tables, since=source.since, now=now)
        case "stripe":
            return stripe.endpoints(source.tables, since=source.since, now=now, last_event=last_event)
        case "hubspot":
            return hubspot.endpoints(source.tables, since=source.since, columns=source.columns, ask=ask)
        case "salesforce":
            return salesforce.endpoints(source.tables, since=source.since, columns=source.columns, ask=ask)


def _last_event(pipeline: dlt.Pipeline) -> int | None:
    """The newest of Stripe's events that was seen, in epoch seconds."""
    resources = pipeline.state.get("sources", {}).get("live", {}).get("resources", {})
    seen = resources.get(_list_name(stripe.EVENTS), {}).get("incremental", {}).get(stripe.CURSOR)
    return None if seen is None else int(seen["last_value"])


def _client(source: LiveSource, secrets: Secrets) -> dict[str, Any]:
    session = Client(request_max_attempts=home.ATTEMPTS, request_max_retry_delay=home.LONGEST_WAIT).session
    headers = {"Stripe-Version": stripe.VERSION} if source.system == "stripe" else {}
    return {"base_url": source.address, "auth": _auth(source, secrets), "session": session, "headers": headers}


def _auth(source: LiveSource, secrets: Secrets) -> AuthBase:
    if secrets.token is None:
        return OAuth2ClientCredentials(
            access_token_url=f"{source.address}/{salesforce.TOKENS}",
            client_id=secrets.client_id or "",
            client_secret=secrets.client_secret or "",
        )
    if source.email is not None:
        return HttpBasicAuth(f"{source.email}/token", secrets.token)
    return BearerTokenAuth(secrets.token)


def _list_name(endpoint: str) -> str:
    return f"{endpoint}_list"


def _resource(endpoint: Endpoint) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "path": endpoint.path,
        "params": dict(endpoint.parameters),
        "data_selector": endpoint.records,
        "paginator": _Pages(endpoint.paging),
    }
    if endpoint.cursor:
        asked["incremental"] = _incremental(endpoint.cursor)
    steps = [{"map": endpoint.prepare}] if endpoint.prepare else []
    return {
        "name": _list_name(endpoint.name),
        "selected": False,
        "endpoint": asked,
        "processing_steps": steps,
    }


def _incremental(cursor: Cursor) -> dict[str, Any]:
    told = {"cursor_path": cursor.field, "initial_value": cursor.begins, "convert": cursor.told}
    return told | ({"start_param": cursor.parameter} if cursor.parameter else {})


def _rows_of(
    lists: list[DltResource], endpoints: list[Endpoint], telling: Callable[[str], None]
) -> dlt.sources.DltSource:
    """The lists, and beside each the rows that its new records come to."""
    of_list = {made.name: made for made in lists}

    @dlt.source(name="live", max_table_nesting=4)
    def live() -> list[DltResource]:
        rows = [_rows(of_list[_list_name(endpoint.name)], endpoint, telling) for endpoint in endpoints]
        return [*lists, *rows]

    made = live()
    # Text stays text: what a column holds is found out when it is imported, as with any export.
    for detection in tuple(made.schema.settings.get("detections") or ()):
        made.schema.remove_type_detection(detection)
    return made


def _rows(records: DltResource, endpoint: Endpoint, telling: Callable[[str], None]) -> DltResource:
    def rows(page: list[Record]) -> Iterator[Any]:
        telling(endpoint.name)
        for record in page:
            for row in endpoint.rows(record):
                yield dlt.mark.with_table_name(as_text(row.values, row.lists), row.table)

    made: DltResource = dlt.transformer(rows, data_from=records, name=f"{endpoint.name}_rows")
    return made


def _told(source: LiveSource, error: PipelineStepFailed) -> Exception:
    """What went wrong within dlt's own error, as people are told it; a fault of the program stays what it is."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RequestException):
            return _explained(source, cause)
        if isinstance(cause, LiveError | OSError):
            return cause
        if isinstance(cause, UnexpectedAnswerError):
            return unexpected(source, cause.path, str(cause))
        cause = cause.__cause__ or cause.__context__
    return error


def _explained(source: LiveSource, error: RequestException) -> LiveError:
    if isinstance(error, InvalidJSONError):
        return unexpected(source, "", "its answer is no JSON")
    if error.response is None:
        return unreachable(source, type(error).__name__)
    path = urlsplit(error.response.url).path
    return refused(source, path, status=error.response.status_code, told=error.response.text)
