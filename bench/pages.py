"""How long the server takes for its pages, with 100 thousand accounts and 10 million interactions.

    python bench/pages.py                               a build the first time, then a hundred requests of each kind
    python bench/pages.py --interactions 1000000        10 thousand accounts

Told are milliseconds on the clock and of CPU, at the median and the 95th percentile: on a busy machine only the latter
say something. Goals stand on 200 accounts, among them those of the first page.
"""

import ready  # isort: split

import argparse
import gc
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import quantiles

from django.db import transaction
from django.test import Client

from company import LAST_DAY, Size
from measured import measure
from trueup import workspace
from trueup.answers.grades import table
from trueup.answers.gradings import grading_of
from trueup.mart.snapshot import current
from trueup.record.access import accounts, goals
from trueup.record.actions.goals import Terms, agree_goal, draft_goal
from trueup.record.actions.readings import add_reading
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import Account, User
from trueup.record.opening import migrate, open_record
from trueup.runs.entered import follow_lake
from trueup.runs.folder import Folder
from workshop import SHELF, imported

MILLION = 1_000_000
LIMIT = 0.100
WITH_GOALS = 200
MAIL = "administrator@bench.example"
SORTS = ("response_time", "-response_time", "-open", "-reviews", "-revenue", "last_touch", "-attainment", "owner")
assert ready


@dataclass(frozen=True)
class Taken:
    """Seconds of one request."""

    wall: float
    cpu: float


def served(size: Size) -> Folder:
    """The company in a workspace of its own, built the first time. The lake is the other one's."""
    original = imported(size)
    folder = Folder(SHELF / f"{size.interactions}" / "served")
    if not folder.lake.exists():
        folder.generated.mkdir(parents=True, exist_ok=True)
        shutil.copy(original.settings_file, folder.settings_file)
        for part in (original.sources, original.metrics):
            shutil.copytree(part, folder.root / part.name, dirs_exist_ok=True)
        folder.lake.symlink_to(original.lake)
    if not (folder.mart / "CURRENT").exists():
        usage = measure(["-m", "trueup", "build", "--as-of", LAST_DAY, "--workspace", str(folder.root)])
        print(f"built in {usage.wall:.0f} s, {usage.cpu:.0f} CPU s")
    return folder


def staffed(folder: Folder) -> User:
    """An administrator of the workspace's record, in which some accounts have goals; made the first time."""
    open_record(folder.root)
    migrate()
    if not User.objects.filter(email=MAIL).exists():
        follow_lake(folder, workspace.settings(folder))
        user = User.objects.create(email=MAIL, name="Ada", role="administrator", joined_at=datetime.now(UTC))
        everybody = list(accounts(user).order_by("name").values_list("pk", flat=True))
        with transaction.atomic():
            for account_id in (*everybody[:50], *random.Random(1).sample(everybody[50:], WITH_GOALS - 50)):
                give_goals(user, Account.objects.get(pk=account_id))
    return User.objects.get(email=MAIL)


def give_goals(user: User, account: Account) -> None:
    """Two people at an account with two goals each, read three times."""
    now = datetime.now(UTC)
    for number in range(2):
        who = record_stakeholder(user, account, at=now, name=f"Person {number}", role_in_decisions="champion")
        for measure_name in ("Days sales outstanding", "Cost per order"):
            begun, until = (now.date() + timedelta(days=days) for days in (-100, 100))
            terms = Terms(Decimal(60), begun, Decimal(40), until)
            facts = {"measure": measure_name, "direction": "decrease", "stakeholder": who, "terms": terms}
            goal = draft_goal(user, account, at=now, **facts)
            agree_goal(user, goal, at=now, agreed_at=now - timedelta(days=99))
            for ago in (60, 30, 3):
                day = now.date() - timedelta(days=ago)
                add_reading(user, goal, at=now, observed_on=day, value=Decimal(45 + ago // 6))


def asked(user: User, requests: int) -> Iterator[tuple[str, list[str]]]:
    """The addresses of each kind of page."""
    chance = random.Random(2)
    everybody = list(accounts(user).values_list("pk", flat=True))
    with_goals = list(goals(user).values_list("account_id", flat=True).distinct())
    last = len(everybody) // 50
    yield "Board", ["/"] * requests
    yield "Customers", ["/customers/"] * requests
    yield "Customers, searched", [f"/customers/?q={chance.randrange(1000)}" for _ in range(requests)]
    for sort in SORTS:
        yield f"Customers, by {sort}", [f"/customers/?sort={sort}"] * (requests // 4)
    yield "Customers, page 700", [f"/customers/?page={min(700, last)}"] * requests
    yield "Customers, page 700 by revenue", [f"/customers/?page={min(700, last)}&sort=-revenue"] * (requests // 4)
    yield "Customers, narrowed and sorted", ["/customers/?customers=1&segment=segment+1&sort=-open"] * (requests // 4)
    yield "Customer", [f"/customers/{key}/" for key in chance.choices(everybody, k=requests)]
    yield "Customer with goals", [f"/customers/{key}/" for key in chance.choices(with_goals, k=requests)]


def graded(folder: Folder, requests: int) -> Iterator[tuple[str, list[str]]]:
    """The same of the pages of grades."""
    snapshot = current(folder.mart)
    assert snapshot is not None
    customers = table(snapshot, grading_of(snapshot, "quarterly")).column("account_id").to_pylist()
    some = random.Random(3).choices(customers, k=requests)
    yield "Customers, by grade", ["/customers/?sort=grade"] * (requests // 4)
    yield "A customer of the quarter", [f"/customers/{key}/" for key in some]
    yield "Grades", ["/grades/"] * requests
    yield "Grades, page 300 by change", ["/grades/?sort=change&page=300"] * (requests // 4)
    yield "A customer's grade", [f"/customers/{key}/grades/" for key in some]
    yield "Strategic worksheet by hand", [f"/customers/{key}/grades/by-hand/?cadence=strategic" for key in some]
    yield "Their evidence", ["/grades/evidence/"] * (requests // 4)
    yield "Who are you pleasing?", ["/grades/pleasing/"] * (requests // 4)


def taken(client: Client, address: str) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure pages.")
    arguments.add_argument("--interactions", type=int, default=10 * MILLION)
    arguments.add_argument("--requests", type=int, default=100, help="of each kind")
    given = arguments.parse_args()
    folder = served(Size(given.interactions))
    user = staffed(folder)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    # As the server does: what it shares with its processes is not looked through again and again.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    for address in ("/", "/customers/?sort=revenue", f"/customers/{accounts(user).first().pk}/"):
        client.get(address)
    print(f"{'milliseconds':<34} {'clock':>8} {'p95':>8} {'CPU':>8} {'p95':>8}")
    for name, addresses in (*asked(user, given.requests), *graded(folder, given.requests)):
        times = [taken(client, address) for address in addresses]
        walls, cpus = (quantiles([getattr(each, way) for each in times], n=20) for way in ("wall", "cpu"))
        verdict = "in time" if walls[-1] < LIMIT else "in time if nothing else ran" if cpus[-1] < LIMIT else "too slow"
        told = " ".join(f"{1000 * part:8.1f}" for part in (walls[9], walls[-1], cpus[9], cpus[-1]))
        print(f"{name:<34} {told}  {verdict}")


if __name__ == "__main__":
    main()
