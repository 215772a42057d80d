"""Running numbers of everything that gets an id, shared by all chunks."""

import numpy as np

from trueup.sources.simulate.columns import Ints


class Serials:
    """Hands out consecutive numbers per kind of thing."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, kind: str, count: int) -> Ints:
        """The next ``count`` numbers of a kind."""
        start = self._next.get(kind, 0)
        self._next[kind] = start + count
        return np.arange(start, start + count, dtype=np.int64)

    def count(self, kind: str) -> int:
        """How many of a kind have been handed out: the next number."""
        return self._next.get(kind, 0)
