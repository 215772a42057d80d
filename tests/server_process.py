"""A server as people start it: a process of its own on a free port, spoken to over HTTP."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

PATIENCE = 180
"""Seconds after which something that takes a few, or on a busy machine some dozens, is taken to be broken."""


class Server:
    """A command that serves a workspace, ``trueup serve`` if no other, from its first word to its last."""

    def __init__(self, root: Path, *options: str, command: Sequence[str] = ("serve", "--workspace")) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._log = root.parent / f"{root.name}-{self.port}.log"
        asked = [sys.executable, "-m", "trueup", *command, str(root), "--port", str(self.port), "--no-open", *options]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(asked, stdout=log, stderr=log)
        try:
            wait_until(lambda: "Ctrl-C" in self.told or self.process.poll() is not None, self)
        except AssertionError:
            self.kill()
            raise

    @property
    def told(self) -> str:
        """Everything it has printed."""
        return self._log.read_text()

    @property
    def link(self) -> str | None:
        """The link for its first administrator."""
        found = re.search(r"http://\S+/sign-in/\S+", self.told)
        return found[0] if found else None

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it without a chance to clean up, and wait until its children noticed."""
        children = descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        wait_until(lambda: not any(is_alive(child) for child in children), self)


class Browser:
    """Somebody's cookies."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self._token = ""

    def get(self, address: str) -> tuple[int, str]:
        """The status and the page."""
        return self._open(Request(self._absolute(address)))

    def post(self, address: str, **said: str) -> tuple[int, str]:
        """Send the form of the page that was looked at last."""
        body = urlencode({"csrfmiddlewaretoken": self._token, **said}).encode()
        return self._open(Request(self._absolute(address), body, {"Referer": self.server.base}))

    def sign_in(self, link: str) -> tuple[int, str]:
        """Follow a link that signs in, and press its button."""
        status, page = self.get(link)
        return self.post(link) if status == 200 else (status, page)

    def _absolute(self, address: str) -> str:
        return address if address.startswith("http") else f"{self.server.base}{address}"

    def _open(self, request: Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                status, page = answer.status, answer.read().decode()
        except HTTPError as error:
            status, page = error.code, error.read().decode()
        if found := re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page):
            self._token = found[1]
        return status, page


@contextmanager
def served(root: Path, *options: str, command: Sequence[str] = ("serve", "--workspace")) -> Iterator[Server]:
    """A server that is stopped afterwards, if nobody did so."""
    server = Server(root, *options, command=command)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


def wait_until(is_so: Callable[[], bool], server: Server | None = None) -> None:
    """Wait for something that should come soon; AssertionError with the server's words if it does not."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, server.told if server else "it did not come"
        time.sleep(0.05)


def descendants(process: int) -> list[int]:
    """The processes that a process began, and those that they began."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # It has ended meanwhile.
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = [child for child, parent in parents.items() if parent == process]
    return [*found, *(each for child in found for each in descendants(child))]


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"  # A zombie is dead; its parent has not looked yet.


def named(process: int) -> str:
    """The words with which a process was started; nothing once it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""
