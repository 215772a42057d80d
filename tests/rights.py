"""Processes that must heed files' rights, even where tests run as the superuser, who otherwise need not."""

import ctypes
import os
from typing import Final

_DROP_FROM_BOUNDING_SET: Final = 24
_OVERRIDE_RIGHTS: Final = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, from Linux's capability.h."""


def heed() -> None:
    """For ``preexec_fn``: what is executed next has the rights that files give to their owner, and no more."""
    if os.geteuid() != 0:
        return
    system = ctypes.CDLL(None, use_errno=True)
    for capability in _OVERRIDE_RIGHTS:
        if system.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "The superuser's rights could not be laid down.")
