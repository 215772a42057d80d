"""How often an address may be asked for: counted in this process, by the minute."""

import time

from django.core.cache import cache

_WINDOW = 60


def is_too_often(key: str, *, most: int) -> bool:
    """Count one more of ``key`` in this minute; whether that is more than ``most``."""
    counted = f"asked:{key}:{int(time.time()) // _WINDOW}"
    cache.add(counted, 0, 2 * _WINDOW)
    return int(cache.incr(counted)) > most
