from commands import place, run

__all__ = ["place", "run"]
