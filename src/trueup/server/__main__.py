"""``python -m trueup.server ROLE``: each process of a server is started so, by its role."""

import importlib
import sys

from trueup.environment import ours_alone
from trueup.record.opening import open_record
from trueup.runs.folder import find

ROLES = ("serve", "web", "worker", "labour")
_NEEDS_MODELS = ("web", "worker")
"""Roles whose modules name models, which are there only once the record is open."""


def main() -> None:
    """Be what the first argument says, with the arguments after it."""
    ours_alone()
    role, *arguments = sys.argv[1:]
    if role not in ROLES:
        raise ValueError(f"{role!r} is none of {', '.join(ROLES)}")
    if role in _NEEDS_MODELS:
        open_record(find().root)
    importlib.import_module(f"trueup.server.{role}").main(arguments)


main()
