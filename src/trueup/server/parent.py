"""Children end with their parent, however it ends: the parent holds the other end of their standard input."""

import os
import sys
from collections.abc import Callable
from threading import Thread

_STANDARD_INPUT = 0


def when_parent_ends(then: Callable[[], object]) -> None:
    """Call ``then``, from another thread, when nobody holds the other end of standard input any more."""

    def wait() -> None:
        while os.read(_STANDARD_INPUT, 1024):
            pass
        then()

    Thread(target=wait, name="parent", daemon=True).start()


def end_with_parent() -> None:
    """End this process at once when its parent ends; nothing is cleaned up."""

    def end() -> None:
        sys.stderr.flush()
        os._exit(1)

    when_parent_ends(end)
