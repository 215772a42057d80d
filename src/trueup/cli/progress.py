"""Progress on a terminal: a line per stage, and a bar within stages whose steps are known; silent elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class TerminalProgress:
    """Shows the stage under way, and leaves a line with its seconds when it is over."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._task: TaskID | None = None
        self._name = ""
        self._began = 0.0

    def stage(self, name: str, *, steps: int = 0) -> None:
        """A new stage begins."""
        self.finish()
        self._name, self._began = name, perf_counter()
        self._task = self._shown.add_task(name, total=steps or None, detail="")

    def step(self, name: str) -> None:
        """A step of the stage begins."""
        if self._task is not None:
            self._shown.update(self._task, advance=1, detail=name)

    def finish(self) -> None:
        """The last stage is over."""
        if self._task is None:
            return
        self._shown.remove_task(self._task)
        self._task = None
        self._shown.console.print(f"{self._name:<40} {perf_counter() - self._began:7.1f} s", highlight=False)


@contextmanager
def progress() -> Iterator[TerminalProgress]:
    """Progress on stderr, so that what a command prints stays clean."""
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[detail]}"))
    with Progress(*columns, console=console, transient=True) as shown:
        terminal = TerminalProgress(shown)
        yield terminal
        terminal.finish()
