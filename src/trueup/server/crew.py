"""The processes of a server: the web server, and a worker beside it. They end when this process does."""

import contextlib
import os
import select
import subprocess
import sys
import time

import typer

_MOMENT = 0.1
_GRACE = 30.0
"""Seconds that a process has to end in when it is told to."""
_LONG_ENOUGH = 10.0
_LONGEST_PAUSE = 30.0
_FIRST_PAUSE = 0.5


class WebServerError(Exception):
    """The web server ended, and the server with it."""


class Crew:
    """A web server that answers on a socket, and a worker that is replaced whenever it dies."""

    def __init__(self, socket: int) -> None:
        self._is_ready, ready = os.pipe()
        self._web = _started("web", socket, ready)
        os.close(ready)
        self._worker = _started("worker")
        self._worker_since = time.monotonic()
        self._pause = _FIRST_PAUSE

    def wait(self) -> None:
        """Wait until requests are answered; WebServerError where they are not to be."""
        # Nothing is written: the other end is closed when the web server is ready, or gone.
        select.select([self._is_ready], [], [])
        os.close(self._is_ready)
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._web.wait(_MOMENT)
            raise WebServerError(f"The web server could not begin ({_how(code)}). Its last words stand above.")

    def look_after(self) -> None:
        """Replace a worker that died; WebServerError where the web server did."""
        if (code := self._web.poll()) is not None:
            raise WebServerError(f"The web server ended unexpectedly ({_how(code)}). Its last words stand above.")
        if (code := self._worker.poll()) is not None:
            typer.echo(f"The worker ended unexpectedly ({_how(code)}); another one takes its place.", err=True)
            self._replace_worker()

    def dismiss(self) -> None:
        """End both, gracefully if they do not take too long."""
        both = (self._worker, self._web)
        for process in both:
            process.terminate()
        for process in both:
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _let_go(process)

    def _replace_worker(self) -> None:
        has_lived = time.monotonic() - self._worker_since > _LONG_ENOUGH
        self._pause = _FIRST_PAUSE if has_lived else min(2 * self._pause, _LONGEST_PAUSE)
        _let_go(self._worker)
        time.sleep(self._pause)
        self._worker, self._worker_since = _started("worker"), time.monotonic()


def _started(role: str, *files: int) -> subprocess.Popen[bytes]:
    # In a session of its own, Ctrl-C reaches us only, and we end the others in order.
    return subprocess.Popen(  # noqa: S603  ourselves
        [sys.executable, "-m", "trueup.server", role, *map(str, files)],
        stdin=subprocess.PIPE,
        pass_fds=files,
        start_new_session=True,
    )


def _let_go(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
