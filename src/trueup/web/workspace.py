"""The workspace that this server serves."""

from trueup.served import edition, folder, settings, snapshot

__all__ = ["edition", "folder", "settings", "snapshot"]
