"""Fetching: each system's API is read page by page, once; what is new later comes in as a new version."""

import re
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from live_records import DAY, MARCH, Tables
from live_records_hubspot import hubspot, hubspot_export
from live_records_salesforce import salesforce, salesforce_export
from live_records_stripe import stripe, stripe_export
from live_records_zendesk import zendesk, zendesk_export
from live_stand_in import TOKEN, StandIn, standing_in

from trueup import workspace
from trueup.canon.tables import TABLE
from trueup.cli import main
from trueup.lake.store import open_lake
from trueup.runs.fetch import FetchReport, fetch, forget
from trueup.runs.folder import Folder
from trueup.runs.mapping import SourceMappingError
from trueup.runs.progress import Silence
from trueup.runs.pull import pull
from trueup.sources.live import home
from trueup.sources.live.source_file import LiveError

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 21, 12, tzinfo=UTC)
SYSTEMS = ("zendesk", "hubspot", "stripe", "salesforce")
EXPORTS: dict[str, Callable[[Path, Tables], None]] = {
    "zendesk": zendesk_export,
    "hubspot": hubspot_export,
    "stripe": stripe_export,
    "salesforce": salesforce_export,
}
HOLDINGS: dict[str, Callable[[], Tables]] = {
    "zendesk": zendesk,
    "hubspot": hubspot,
    "stripe": stripe,
    "salesforce": salesforce,
}


@pytest.fixture(autouse=True)
def _nobody_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    find = socket.getaddrinfo

    def found(host: str, *more: Any, **named: Any) -> Any:
        assert host == "127.0.0.1", f"{host} was to be asked"
        return find(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.fixture
def systems() -> Iterator[StandIn]:
    with standing_in({name: rows for holding in HOLDINGS.values() for name, rows in holding().items()}) as stand_in:
        yield stand_in


def made(root: Path, system: str, address: str, *more: str, secrets: str = 'token = "LIVE_TOKEN"') -> Folder:
    """A workspace with a live source called ``live``."""
    folder = workspace.make(root, name="Trueup Example")
    file = folder.sources / "live" / "source.toml"
    file.parent.mkdir()
    email = 'email = "ann@trueup.example"' if system == "zendesk" else ""
    lines = [
        f'system = "{system}"',
        f'address = "{address}"',
        "start_date = 2026-01-01",
        email,
        *more,
        "[secrets]",
        secrets,
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return folder


def fetched(folder: Folder, *, now: datetime = NOW, token: str = TOKEN) -> FetchReport:
    environment = {"LIVE_TOKEN": token, "LIVE_ID": "client", "LIVE_SECRET": token}
    return fetch(folder, workspace.settings(folder), "live", environment=environment, now=now, progress=Silence())


def canonical(folder: Folder) -> dict[str, list[tuple[object, ...]]]:
    """Every canonical row, without when it came in."""
    rows = {}
    with open_lake(folder.lake, read_only=True) as lake:
        for name, count in lake.row_counts().items():
            if count:
                columns = ", ".join(f'"{column.name}"' for column in TABLE[name].columns)
                found = lake.engine.query(f"SELECT {columns} FROM canon.{name} ORDER BY ALL")
                rows[name] = [tuple(row.values()) for row in found.to_pylist()]
    return rows


def time_passes_at_zendesk(tables: Tables) -> None:
    tables["zendesk.tickets"][2] |= {"status": "solved", "updated_at": "2026-03-19T00:00:00Z"}
    tables["zendesk.tickets"][2]["generated_timestamp"] += 20 * DAY


def time_passes_at_hubspot(tables: Tables) -> None:
    tables["hubspot.deals"][1]["properties"]["dealstage"] = "closedwon"
    tables["hubspot.deals"][1]["updatedAt"] = "2026-03-19T00:00:00Z"


def time_passes_at_stripe(tables: Tables) -> None:
    paid = tables["stripe.invoices"][0] | {"status": "paid", "paid": True, "amount_paid": 14700}
    paid["status_transitions"] = paid["status_transitions"] | {"paid_at": MARCH + 19 * DAY}
    for number, moment in enumerate((NOW, LATER)):
        event = {"id": f"evt_{number}", "type": "invoice.paid", "created": int(moment.timestamp()) - 3600}
        tables["stripe.events"].append({**event, "data": {"object": paid}})


def time_passes_at_salesforce(tables: Tables) -> None:
    moment = "2026-03-19T08:00:00.000+0000"
    tables["salesforce.Case"][0] |= {"Status": "Working", "SystemModstamp": moment, "LastModifiedDate": moment}


PASSING: dict[str, tuple[Callable[[Tables], None], str, dict[str, int]]] = {
    "zendesk": (time_passes_at_zendesk, "cases", {"tickets": 1, "ticket_metrics": 1}),
    "hubspot": (time_passes_at_hubspot, "deals", {"deals": 1, "deal_company": 1, "deal_property_history": 1}),
    "stripe": (time_passes_at_stripe, "invoices", {"invoice": 1, "invoice__lines__data": 1}),
    "salesforce": (time_passes_at_salesforce, "cases", {"case": 1}),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_fetch_says_what_an_export_says_and_the_next_only_what_changed(
    systems: StandIn, tmp_path: Path, system: str
) -> None:
    live = made(tmp_path / "live", system, systems.address)
    fetched(live)
    by_export = workspace.make(tmp_path / "export", name="Trueup Example")
    EXPORTS[system](tmp_path / system, systems.tables)
    pull(by_export, workspace.settings(by_export), [tmp_path / system], source="live", progress=Silence())
    assert canonical(live) == canonical(by_export)

    change, changed_table, rows = PASSING[system]
    change(systems.tables)
    report = fetched(live, now=LATER)
    assert report.fetched == rows
    assert report.imported is not None
    changed = {done.table: (done.new_rows, done.new_versions) for done in report.imported.conformed}
    assert changed[changed_table] == (0, 1)
    assert sum(new for table, new in changed.values() if table != "case_events") >= 1
    assert fetched(live, now=LATER).imported is None


def test_a_system_that_asks_for_a_pause_is_given_it(systems: StandIn, tmp_path: Path) -> None:
    systems.pauses["/api/v2/groups.json"] = 1
    began = monotonic()
    report = fetched(made(tmp_path / "live", "zendesk", systems.address, 'tables = ["groups"]'))
    assert monotonic() - began >= 1
    assert systems.asked == ["/api/v2/groups.json"] * 2
    assert report.fetched == {"groups": 1}


@pytest.mark.parametrize(
    ("system", "table"),
    [("zendesk", "groups"), ("hubspot", "owners"), ("stripe", "products"), ("salesforce", "Account")],
)
def test_an_expired_secret_is_named_by_its_variable_and_never_shown(
    systems: StandIn, tmp_path: Path, system: str, table: str
) -> None:
    live = made(tmp_path / "live", system, systems.address, f'tables = ["{table}"]')
    with pytest.raises(LiveError, match=r"answered 401 .* The secret in LIVE_TOKEN is wrong or has expired") as refused:
        fetched(live, token="expired-and-still-secret")
    assert "expired-and-still-secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_list_that_cannot_be_read_leaves_everything_as_it_was(systems: StandIn, tmp_path: Path) -> None:
    live = made(tmp_path / "live", "hubspot", systems.address, 'tables = ["companies", "deals"]')
    fetched(live)
    before = canonical(live)
    time_passes_at_hubspot(systems.tables)
    systems.tables["hubspot.companies"][0] |= {"updatedAt": "2026-03-19T00:00:00Z"}
    systems.refusals["/crm/v3/objects/deals"] = 403
    with pytest.raises(LiveError, match=r"/crm/v3/objects/deals answered 403 .* leave the table out of `tables`"):
        fetched(live)
    assert canonical(live) == before
    systems.refusals.clear()
    assert fetched(live).fetched == {"companies": 1, "deals": 1, "deal_company": 1, "deal_property_history": 1}


def test_what_was_fetched_before_a_failed_import_is_imported_by_the_next_fetch(
    systems: StandIn, tmp_path: Path
) -> None:
    live = made(tmp_path / "live", "stripe", systems.address, 'tables = ["products", "customers"]')
    mapping = live.sources / "live" / "no_such_table.sql"
    mapping.write_text("SELECT 1", encoding="utf-8")
    with pytest.raises(SourceMappingError):
        fetched(live)
    mapping.unlink()
    report = fetched(live, now=LATER)
    assert report.fetched == {}
    assert report.imported is not None
    assert {taken.outcome for taken in report.imported.taken} == {"mapped"}
    assert len(canonical(live)["accounts"]) == 3


def test_what_could_not_be_written_is_not_lost(systems: StandIn, tmp_path: Path) -> None:
    live = made(tmp_path / "live", "zendesk", systems.address, 'tables = ["organizations"]')
    obstacle = live.generated / "live" / "live" / "zendesk"
    obstacle.parent.mkdir(parents=True)
    obstacle.write_text("a file where a folder is wanted", encoding="utf-8")
    with pytest.raises(OSError, match="zendesk"):
        fetched(live)
    obstacle.unlink()
    fetched(live, now=LATER)
    assert len(canonical(live)["accounts"]) == 3


def test_an_answer_of_another_form_is_told_as_such(systems: StandIn, tmp_path: Path) -> None:
    systems.refusals["/api/v2/groups.json"] = 200
    live = made(tmp_path / "live", "zendesk", systems.address, 'tables = ["groups"]')
    with pytest.raises(LiveError, match=r"groups\.json is not understood: .* Check that the address"):
        fetched(live)


def test_everything_is_fetched_again_once_the_last_fetch_is_forgotten(systems: StandIn, tmp_path: Path) -> None:
    live = made(tmp_path / "live", "zendesk", systems.address, 'tables = ["organizations"]')
    first = fetched(live).fetched
    assert fetched(live).fetched == {}
    forget(live, "live")
    assert fetched(live).fetched == first


def test_a_fetch_keeps_no_secret_and_writes_nothing_outside_its_folder(
    systems: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobodys = tmp_path / "home"
    nobodys.mkdir()
    monkeypatch.setenv("HOME", str(nobodys))
    monkeypatch.chdir(nobodys)
    secrets = 'client_id = "LIVE_ID"\nclient_secret = "LIVE_SECRET"'
    live = made(tmp_path / "live", "salesforce", systems.address, 'tables = ["Account"]', secrets=secrets)
    fetched(live)
    assert "/services/oauth2/token" in systems.asked
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file for file in written if TOKEN.encode() in file.read_bytes()] == []
    assert list(nobodys.iterdir()) == []
    elsewhere = {file.relative_to(live.root).parts[:2] for file in written if live.generated in file.parents}
    made_by_imports = {"live", "lake.duckdb", "raw", "scratch", "turn.lock"}
    assert elsewhere <= {(".trueup", name) for name in made_by_imports}


def test_an_address_where_nobody_answers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "ATTEMPTS", 1)
    live = made(tmp_path / "live", "zendesk", "http://127.0.0.1:9", 'tables = ["groups"]')
    with pytest.raises(LiveError, match=r"http://127\.0\.0\.1:9 does not answer: ConnectionError\. Check the address"):
        fetched(live)


def test_columns_of_ones_own_are_fetched_where_they_are_asked_for(systems: StandIn, tmp_path: Path) -> None:
    asked = '[columns]\nAccount = ["Health__c"]'
    live = made(tmp_path / "live", "salesforce", systems.address, 'tables = ["Account"]', asked)
    fetched(live)
    with open_lake(live.lake, read_only=True) as lake:
        assert "health__c" in lake.raw_tables("live")[0].columns


def test_without_dlt_the_cure_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trueup.sources.live.extract", None)
    monkeypatch.delitem(sys.modules, "trueup.sources.live.extract")
    monkeypatch.setitem(sys.modules, "dlt", None)
    with pytest.raises(LiveError, match=r"pip install 'trueup\[live\]'"):
        fetched(made(tmp_path / "live", "stripe", "http://127.0.0.1:9"))


def test_the_command_tells_what_came_and_what_is_new(
    systems: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVE_TOKEN", TOKEN)
    live = made(tmp_path / "live", "salesforce", systems.address, 'tables = ["Account"]')
    for told in (r"account +3 +mapped +Salesforce: companies.*accounts +3 +0", r"Nothing new", r"account +3 +mapped"):
        with pytest.raises(SystemExit) as ended:
            main(["fetch", "live", "--workspace", str(live.root), *(["--full"] if told.endswith("mapped") else [])])
        assert ended.value.code == 0
        assert re.search(told, capsys.readouterr().out, re.DOTALL)


def test_the_command_refuses_in_one_paragraph(
    systems: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVE_TOKEN", "expired")
    live = made(tmp_path / "live", "salesforce", systems.address, 'tables = ["Account"]')
    with pytest.raises(SystemExit) as ended:
        main(["fetch", "live", "--workspace", str(live.root)])
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("trueup: live: http://127.0.0.1:")
