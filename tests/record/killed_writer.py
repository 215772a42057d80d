"""Writes to the record that is open, in a process of its own that is killed at any moment, again and again."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import connections

from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.levers import define_lever
from trueup.record.actions.links import answer, make_link
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import Account, User

STEPS = 5
"""A writer is killed after at most so many acknowledged steps,"""
LONGEST = 0.02
"""and as many seconds more."""
TERMS = Terms(Decimal(60), date(2026, 1, 1), Decimal(40), date(2026, 12, 31))
Acknowledge = Callable[[str, object], object]


def work(acknowledge: Acknowledge, rounds: int = 10_000) -> None:
    """An account team that never sleeps; each step is acknowledged when it is done."""
    alice, acme = User.objects.get(name="Alice"), Account.objects.get(pk="acme")
    for number in range(rounds):
        at = datetime.now(UTC)
        lever = define_lever(alice, at=at, name=f"Lever {os.getpid()} {number}")
        jane = record_stakeholder(alice, acme, at=at, name=f"Jane {number}")
        goal = draft_goal(
            alice, acme, at=at, terms=TERMS, measure="DSO", direction="decrease", stakeholder=jane, levers=[lever]
        )
        acknowledge("goal", goal.pk)
        agree_goal(alice, goal, at=at)
        acknowledge("agreed", goal.pk)
        reading = add_reading(alice, goal, at=at, observed_on=date(2026, 6, 30), value=Decimal(number))
        acknowledge("reading", reading.pk)
        link, _ = make_link(alice, acme, at=at, goals=[goal], expires_at=at + timedelta(1))
        answer(link, goal, at=at, verdict="confirmed", revision=1, reading=reading, claimed_value=Decimal(number))
        acknowledge("confirmed", reading.pk)


def killed(steps: int, seconds: float) -> list[list[str]]:
    """What was acknowledged by a process that was killed so long after so many steps."""
    connections.close_all()
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        work(lambda kind, key: os.write(tell, f"{kind} {key}\n".encode()))
        os._exit(1)
    os.close(tell)
    with os.fdopen(told) as file:
        seen = [file.readline() for _ in range(steps)]
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return [line.split() for line in [*seen, *file.read().splitlines()]]


def main(kills: int, seed: int) -> None:
    """Print what was acknowledged before each kill, as JSON: [[kind, id], ...]."""
    chance = Random(seed)
    warm: list[list[str]] = []
    # What is read and reckoned once is not done anew after each kill.
    work(lambda kind, key: warm.append([kind, str(key)]), rounds=1)
    told = [killed(chance.randrange(STEPS), chance.uniform(0, LONGEST)) for _ in range(kills)]
    sys.stdout.write(json.dumps([warm, *told]))
