"""How a run tells what it is doing; faces decide how to show it."""

from typing import Protocol


class Progress(Protocol):
    """Told at the beginning of each stage, and of each step within it."""

    def stage(self, name: str, *, steps: int = 0) -> None:
        """A new stage begins; ``steps`` is how many steps it has, 0 if nobody knows."""
        ...

    def step(self, name: str) -> None:
        """A step of the stage begins."""
        ...


class Silence:
    """Progress that nobody watches."""

    def stage(self, name: str, *, steps: int = 0) -> None:
        """Say nothing."""

    def step(self, name: str) -> None:
        """Say nothing."""
