"""The web server: gunicorn on a socket that was opened before."""

import gc
import os
import signal
from functools import partial

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import resolve
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from trueup.goals.guide import guide_for
from trueup.goals.matching import match
from trueup.server.parent import when_parent_ends

_PROCESSES = 2
_THREADS = 4
_GRACE = 20
"""Seconds that requests have to end in when the server stops."""


class Site(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """Trueup under gunicorn; ``socket`` and ``ready`` are numbers of open files."""

    def __init__(self, socket: int, ready: int) -> None:
        self._socket, self._ready = socket, ready
        super().__init__()

    def load_config(self) -> None:
        """Our settings; nothing is read from files or the environment."""
        for name, value in {
            "bind": f"fd://{self._socket}",
            "workers": _PROCESSES,
            "worker_class": "gthread",
            "threads": _THREADS,
            "preload_app": True,
            "graceful_timeout": _GRACE,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self._begin,
            "worker_exit": _leave,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """The application, loaded once and shared by the processes."""
        application = get_wsgi_application()
        # Views and the library of measures would else be loaded by whoever comes first, in each process anew.
        resolve("/")
        guide_for("Chief Financial Officer")
        match("days sales outstanding")
        connections.close_all()
        # What the processes share they neither look through again and again, nor take apart when they end.
        gc.freeze()
        return application

    def _begin(self, arbiter: Arbiter) -> None:
        """Stop gracefully when the parent ends, and say that requests are answered from now on."""
        when_parent_ends(partial(os.kill, arbiter.pid, signal.SIGTERM))
        os.close(self._ready)


def _leave(arbiter: Arbiter, worker: Worker) -> None:
    """End a process whose requests are all answered: the library that draws charts may hang in its last breath."""
    del arbiter
    if worker.booted:
        os._exit(0)


def main(arguments: list[str]) -> None:
    """Answer requests on the socket that is the first argument; the second is closed once that is so."""
    socket, ready = map(int, arguments)
    Site(socket, ready).run()
