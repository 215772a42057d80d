"""Being asked to stop."""

import signal
from dataclasses import dataclass
from types import FrameType


@dataclass
class Stop:
    """Whether this process was asked to stop. An Event may deadlock in a signal's handler; this cannot."""

    is_asked: bool = False

    @classmethod
    def by_signals(cls) -> "Stop":
        """Asked by Ctrl-C, or by whoever looks after processes."""
        stop = cls()
        signal.signal(signal.SIGTERM, stop.ask)
        signal.signal(signal.SIGINT, stop.ask)
        return stop

    def ask(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Ask to stop; also as a handler of signals."""
        del number, frame
        self.is_asked = True
