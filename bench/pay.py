"""How long twelve months of pay take: 10,000 payees with 1,000,000 credits on two plans, then the same once more.

Half of the credits are sellers' own, half are their managers' rollups; sellers have quotas, a cap and a clawback.

``python bench/pay.py [PAYEES] [CREDITS]`` prints seconds, the most memory, and what the second run posted (nothing).
"""

import gc
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from fractions import Fraction

from trueup.pay.calculate import calculate
from trueup.pay.facts import Assignment, Event, Facts, Quota, ReportingLine
from trueup.pay.payment import due
from trueup.pay.plan_file import PlanFile, load

SELLERS = """
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
  - name: quota
    kind: target
    credits: bookings
    aggregation: cumulative
    reset: quarter
    cap: 60000
    table:
      kind: step
      of: attainment
      tiers: [{up_to: 1, pays: 1}, {up_to: 1.5, pays: 1.5}, {pays: 2}]
  - name: churned
    kind: clawback
    of: [quota]
    months: 12
"""
MANAGERS = """
plan: managers
currency: EUR
valid_from: 2026-01-01
components:
  - name: team
    kind: rate
    credits: bookings
    roles: [rollup]
    aggregation: cumulative
    table: {kind: step, tiers: [{pays: 0.001}]}
"""
START = date(2026, 1, 1)
TEAM = 20


def facts_of(payees: int, credited: int) -> Facts:
    """Sellers in teams of 20 with a manager each; deals over the year, some refunded in part, some customers leave."""
    teams = -(-payees // TEAM)
    sellers = [f"s{number:05}" for number in range(payees - teams)]
    managers = [f"m{number:05}" for number in range(teams)]
    deals = [
        Event(
            f"d{number:07}",
            "deal",
            day := START + timedelta(number * 7919 % 365),
            day,
            Fraction(500_00 + number * 104_729 % 2_500_000, 100),
            "EUR",
            sellers[number % len(sellers)],
            "bookings",
            f"c{number % 50_000:05}",
        )
        for number in range(credited // 2)
    ]
    refunds = [
        Event(
            f"r{deal.natural_key}",
            "refund",
            deal.on + timedelta(20),
            deal.on,
            deal.amount / 4,
            "EUR",
            of=deal.natural_key,
        )
        for deal in deals[::100]
    ]
    left = [
        Event(f"x{number}", "churn", date(2026, 11, 1), date(2026, 11, 1), customer=f"c{number:05}")
        for number in range(0, 50_000, 50)
    ]
    return Facts(
        events=(*deals, *refunds, *left),
        assignments=tuple(
            Assignment(payee, plan, START, target_incentive=Fraction(40_000))
            for people, plan in ((sellers, "sellers"), (managers, "managers"))
            for payee in people
        ),
        quotas=tuple(
            Quota(payee, "bookings", f"2026-Q{quarter}", Fraction(300_000), "EUR")
            for payee in sellers
            for quarter in range(1, 5)
        ),
        reporting_lines=tuple(ReportingLine(payee, managers[place % teams]) for place, payee in enumerate(sellers)),
    )


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long it took, and the most memory so far."""
    begun = time.perf_counter()
    yield
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what}: {time.perf_counter() - begun:.1f} s, {memory:.2f} GiB")


def main(payees: int = 10_000, credited: int = 1_000_000) -> None:
    """Reckon the year, post it, and reckon it again."""
    with timed(f"{payees:,} payees, {credited:,} credits made"):
        facts = facts_of(payees, credited)
        plans = load([PlanFile("sellers.yaml", SELLERS), PlanFile("managers.yaml", MANAGERS)])
    # What is made lives until the end, and looking through it again and again for what does not takes a sixth longer.
    gc.freeze()
    gc.disable()
    with timed("twelve months calculated"):
        known = facts.known(date(2027, 1, 5))
        first = calculate(plans, known, through=date(2026, 12, 31))
    with timed("posted"):
        posted = due(first.earned, (), posted_in="2026-12")
    print(f"{len(first.lines):,} lines, {len(posted):,} postings, {len(first.unreckoned)} not reckoned")
    with timed("again"):
        again = due(calculate(plans, known, through=date(2026, 12, 31)).earned, posted, posted_in="2026-12")
    print(f"the second run posts {len(again)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
