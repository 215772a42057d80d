"""A real server: the first administrator comes in by a link, and builds what everybody then sees."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mistakes import copied
from recorded import lay_record
from server_process import Browser, Server, descendants, free_port, named, served, wait_until
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder
from trueup.runs.turns import taking_turn

QUICKLY = '\n[build]\ngrains = ["company"]\nperiods = ["month", "quarter"]\n'
"""So that a build takes a few seconds."""


def quick(folder: Folder) -> Folder:
    text = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(text + QUICKLY, encoding="utf-8")
    return folder


def snapshot_of(folder: Folder) -> str:
    found = current(folder.mart)
    assert found is not None
    return found.manifest.snapshot


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return quick(copied(tmp_path_factory.mktemp("serving") / "acme"))


@pytest.fixture(scope="module")
def server(folder: Folder) -> Iterator[Server]:
    with served(folder.root, "--administrator", "ada@ours.example") as running:
        yield running


@pytest.fixture(scope="module")
def ada(server: Server) -> Browser:
    browser = Browser(server)
    assert server.link is not None
    status, page = browser.sign_in(server.link)
    assert (status, "Administrator" in page) == (200, True)
    return browser


def trueup(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trueup", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def held_up(server: Server) -> Iterator[None]:
    """Let the build that is under way wait, however slow the machine is."""
    hands = [child for child in descendants(server.process.pid) if "trueup.server labour" in named(child)]
    assert len(hands) == 1
    os.kill(hands[0], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(hands[0], signal.SIGCONT)


def test_nobody_sees_anything_without_signing_in(server: Server) -> None:
    stranger = Browser(server)
    for page in ("/", "/data/", "/data/runs/"):
        status, told = stranger.get(page)
        assert (status, "<h1>Sign in to" in told) == (200, True)
    assert stranger.get("/static/trueup/house.css")[0] == 200


def test_the_printed_link_lets_its_administrator_in_once(server: Server, ada: Browser) -> None:
    assert "ada@ours.example" in ada.get("/")[1]
    assert server.link is not None
    status, page = Browser(server).get(server.link)
    assert (status, "no longer good" in page) == (410, True)


def test_a_member_gets_in_by_a_link_from_the_machine_and_may_not_build(server: Server, folder: Folder) -> None:
    where = ("--workspace", str(folder.root))
    assert trueup("user", "add", "mo@ours.example", "--name", "Mo", *where).returncode == 0
    link = trueup("user", "link", "mo@ours.example", *where).stdout.strip()
    assert link.startswith(f"{server.base}/sign-in/")
    mo = Browser(server)
    assert mo.sign_in(link)[0] == 200
    status, page = mo.get("/data/")
    assert (status, "Build now" in page) == (200, False)
    assert "Building is for analysts and administrators." in mo.post("/data/build/")[1]


def test_a_build_waits_for_its_turn_then_runs_alone_and_changes_the_board(
    server: Server, ada: Browser, folder: Folder
) -> None:
    before, board = snapshot_of(folder), ada.get("/")[1]
    with taking_turn(folder, "import"):
        ada.get("/data/")
        ada.post("/data/build/")
        wait_until(lambda: "Waiting: another import is under way" in ada.get("/data/work/")[1], server)
        refused = trueup("build", "--workspace", str(folder.root))
        assert refused.returncode == 1
        assert "Another import is under way since" in refused.stderr
        assert snapshot_of(folder) == before
    wait_until(lambda: "Computing" in ada.get("/data/work/")[1], server)
    with held_up(server):
        refused = trueup("build", "--workspace", str(folder.root))
    assert refused.returncode == 1
    assert "Another build is under way since" in refused.stderr
    wait_until(lambda: "under way" not in ada.get("/data/work/")[1], server)
    work = ada.get("/data/work/")[1]
    assert ">done<" in work
    assert snapshot_of(folder) in work
    assert snapshot_of(folder) != before
    after = ada.get("/")[1]
    assert snapshot_of(folder) in after
    assert snapshot_of(folder) not in board


def test_a_port_that_is_taken_is_told_with_another_one(server: Server, folder: Folder) -> None:
    told = trueup("serve", "--workspace", str(folder.root), "--port", str(server.port), "--no-open")
    assert told.returncode == 1
    assert f"Port {server.port} of 127.0.0.1 is taken" in told.stderr
    assert f"trueup serve --port {server.port + 1}" in told.stderr


def test_a_server_for_others_must_know_its_name(folder: Folder) -> None:
    told = trueup("serve", "--workspace", str(folder.root), "--host", "0.0.0.0", "--port", str(free_port()))
    assert told.returncode == 1
    assert "[server]\nhosts = [" in told.stderr


def test_a_server_asked_by_a_name_that_is_not_its_own_does_not_answer(server: Server) -> None:
    told = subprocess.run(
        ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-H", "Host: evil.example", f"{server.base}/"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "400"


def test_a_worker_that_dies_is_replaced(server: Server) -> None:
    def workers() -> list[int]:
        return [child for child in descendants(server.process.pid) if named(child).endswith("trueup.server worker ")]

    wait_until(lambda: len(workers()) == 1, server)
    (before,) = workers()
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: workers() not in ([], [before]), server)
    assert "The worker ended unexpectedly (signal 9); another one takes its place." in server.told


def test_a_server_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = quick(copied(tmp_path / "acme"))
    lay_record(folder.root)
    before = snapshot_of(folder)
    with served(folder.root) as server:
        assert server.link is not None
        admin = Browser(server)
        admin.sign_in(server.link)
        admin.get("/data/")
        admin.post("/data/build/")
        wait_until(lambda: "is under way" in admin.get("/data/work/")[1], server)
        server.kill()
    assert snapshot_of(folder) == before
    with served(folder.root) as server:
        assert server.link is None
        again = Browser(server)
        again.sign_in(trueup("user", "link", "admin@example.invalid", "--workspace", str(folder.root)).stdout.strip())
        wait_until(lambda: ">done<" in again.get("/data/work/")[1], server)
        assert "It was queued again." in again.get("/data/runs/")[1]
        assert server.stop() == 0
        assert server.told.endswith("Stopped.\n")
    assert snapshot_of(folder) != before
    assert list(folder.mart.glob("*.draft")) == []
