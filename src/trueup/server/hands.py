"""A process that does a job for a worker, and what it has said so far."""

import json
import queue
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from threading import Thread
from typing import IO


@dataclass(frozen=True)
class Said:
    """The stage that a job is in, and, once it is over, how it went: either ``done`` or ``failed`` has words."""

    stage: str = ""
    step: int = 0
    steps: int = 0
    done: str | None = None
    failed: str | None = None

    def after(self, line: str) -> "Said":
        """What is known once another line was said."""
        match json.loads(line):
            case {"stage": str(stage), "steps": int(steps)}:
                return replace(self, stage=stage, step=0, steps=steps)
            case {"step": str()}:
                return replace(self, step=self.step + 1)
            case {"done": str(message)}:
                return replace(self, done=message)
            case {"failed": str(message)}:
                return replace(self, failed=message)
            case other:
                raise ValueError(f"a job said {other!r}, which nobody understands")


class Hands:
    """The process; it ends when this one does."""

    def __init__(self, kind: str, about: str = "") -> None:
        self.said = Said()
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._process = subprocess.Popen(  # noqa: S603  ourselves
            [sys.executable, "-m", "trueup.server", "labour", kind, *([about] if about else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._lifeline: IO[str] = self._process.stdin
        self._voice: IO[str] = self._process.stdout
        self._listener = Thread(target=self._listen, name="listener", daemon=True)
        self._listener.start()

    def hear(self, seconds: float) -> bool:
        """Listen for so long; False once everything was said."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                return False
            self.said = self.said.after(line)
        return True

    def rest(self) -> int:
        """The exit code, once the process has ended by itself."""
        code = self._process.wait()
        self._let_go()
        return code

    def drop(self) -> None:
        """End the process, wherever it is; nothing if it has ended."""
        self._process.kill()
        self._process.wait()
        self._let_go()

    def _listen(self) -> None:
        for line in self._voice:
            self._lines.put(line)
        self._lines.put(None)

    def _let_go(self) -> None:
        self._listener.join()
        self._lifeline.close()
        self._voice.close()
