"""Closes a pay period of the record that is open, in processes that are killed at one statement after the other."""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, connections

from trueup.pay.ledger import COMMISSION, EARNED, Entry, Transaction
from trueup.record.actions.pay_periods import close
from trueup.record.ledger import verify_ledger
from trueup.record.models import User
from trueup.units.money import Money

PERIOD = "2026-01"
MANY = 600
"""More than are written in one statement."""
STEP = 3
AT = datetime(2026, 6, 30, 12, tzinfo=UTC)


def due() -> list[Transaction]:
    """What the period posts."""
    euros = Money.of(100, "EUR")
    entries = (Entry(f"{COMMISSION}quota", "alice", euros), Entry(EARNED, "alice", -euros))
    return [
        Transaction(f"a{number}", "accrual", "calculated", PERIOD, PERIOD, "quota", entries) for number in range(MANY)
    ]


class Killed:
    """Ends this process as a power cut does, once so many statements were executed."""

    def __init__(self, statements: int) -> None:
        self.left = statements

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Execute one of them."""
        done = execute(*arguments)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def closes(statements: int) -> bool:
    """Whether a process could close the period that is killed after so many statements."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        with connection.execute_wrapper(Killed(statements)):
            close(User.objects.get(name="Ada"), PERIOD, due(), at=AT, inputs_hash="1" * 64, forced_reason="Payday")
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def counts() -> list[int]:
    """How many rows a close left behind."""
    found = []
    with connection.cursor() as cursor:
        for table in ("ledgertransaction", "ledgerentry", "forcedclose", "periodevent"):
            cursor.execute(f"SELECT count(*) FROM record_{table}")
            found.append(cursor.fetchone()[0])
    return found


def main() -> None:
    """Print what was left after each life, as JSON: [[rows of each table, what verifying said], ...]."""
    told = []
    statements, closed = 1, False
    while not closed:
        closed = closes(statements)
        told.append([counts(), type(verify_ledger()).__name__])
        statements += STEP
    sys.stdout.write(json.dumps(told))
