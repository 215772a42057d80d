"""The example company's pay: its plans, who is on them, agreements on customers' value, and the year's closed periods.

Who sells is on half and half, of which next year's version waits to be approved; who serves is on customer first.
Customers who measure their on-time delivery agreed on it at the year's beginning; an analyst reads it each quarter, and
another one verifies it.
"""

import hashlib
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.pay.agreements import PayeeShare, Signer
from trueup.pay.baseline import SeriesValue
from trueup.pay.plan_file import our_files
from trueup.runs.folder import Folder
from trueup.runs.pay_life import Desk
from trueup.runs.pay_plans import plan_versions
from trueup.runs.pay_tables import PAY_SCHEMA
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.units.money import Money
from trueup.units.period import PeriodKind, periods_between

if TYPE_CHECKING:
    from trueup.record.models import User

_OURS_FROM = "valid_from: 2026-01-01"
_TARGETS = {"half_and_half": 24_000, "customer_first": 9_000}
"""A year's variable pay at target."""
_SERVING = "Customer Success"
_MEASURE, _UNIT_IS_WORTH, _MEANT = "on_time_delivery", 400, 2
"""What customers agreed on: percent, euros for a point a month, and how many points they were told to expect."""
_AGREEING = 24
_AT_TARGET = 3000
_QUANTILE = Decimal("0.8416")
_PAID_ON_THE = 5
_NEXT, _HELD_NOW, _HELD_NEXT = "half_and_half", "share: 1/2", "share: 2/3"
"""What is proposed for next year: more of a deal's pay waits for what the customer gets."""
_FINANCE = ("finance@nordlicht-ops.example", "Frieda Zahl")


def lay_plans(folder: Folder, *, year: int | None = None) -> list[str]:
    """Write our plans where the workspace has none of that name, valid from the year's first day; those written."""
    folder.plans.mkdir(parents=True, exist_ok=True)
    written = []
    for plan in our_files():
        file = folder.plans / plan.path
        if not file.exists():
            text = plan.text if year is None else plan.text.replace(_OURS_FROM, f"valid_from: {year}-01-01")
            file.write_text(text, encoding="utf-8")
            written.append(plan.path)
    return written


def pay_example(folder: Folder, settings: Settings, snapshot: Snapshot, *, ends_on: date, progress: Progress) -> int:
    """Lay the plans, agree with customers, and close every month of the year but the last; how many were closed.

    The record is open, and holds the example's people.
    """
    year = ends_on.year
    lay_plans(folder, year=year)
    on_plans = _assigned(snapshot, year)
    (folder.plans / "assignments.csv").write_text("".join(_rows(on_plans, year)), encoding="utf-8")
    people = _people(datetime(year, 1, 2, tzinfo=UTC))
    measured = list(_measured(snapshot, year, on_plans["customer_first"]))
    (folder.plans / "eligible_customers.csv").write_text("".join(_books(measured, year)), encoding="utf-8")
    for customer in _agreeing(snapshot, measured):
        _agree(people, customer, year=year, ends_on=ends_on)
    desk = Desk(folder, settings, snapshot, people.administrator)
    _approve_plans(desk, people, on_plans, at=datetime(year, 1, 2, 9, tzinfo=UTC))
    closed = 0
    months = periods_between(date(year, 1, 1), ends_on, PeriodKind.MONTH)
    for month in months[:-1]:
        progress.step(f"paying {month.key}")
        _close(desk, people, month.key, at=_at(month.end + timedelta(days=_PAID_ON_THE)))
        closed += 1
    today = _at(ends_on + timedelta(days=1))
    # Another desk knows the plan that was added: what is calculated without it would be out of date at once.
    later = Desk(folder, settings, snapshot, people.administrator)
    _propose_next(later, year + 1, at=today)
    later.calculate(months[-1].key, at=today)
    return closed


@dataclass(frozen=True)
class _People:
    administrator: "User"
    finance: "User"
    reads: "User"
    verifies: "User"


@dataclass(frozen=True)
class _Customer:
    account_id: str
    served_by: str
    series: Sequence[SeriesValue]


def _people(at: datetime) -> _People:
    everyone = _part("machine").everyone()
    analysts = [user for user in everyone if user.role == "analyst" and user.person_id]
    administrator = next(user for user in everyone if user.role == "administrator")
    address, name = _FINANCE
    finance = _part("actions.people").make_user(administrator, at=at, email=address, name=name, role="finance")
    return _People(administrator, finance, analysts[0], analysts[1])


def _assigned(snapshot: Snapshot, year: int) -> Mapping[str, Sequence[str]]:
    """Who is on which plan: those with quotas for the year, and those who serve customers."""
    selling = (
        f"SELECT payee FROM {PAY_SCHEMA}.quotas"
        f" WHERE period LIKE '{year}-Q%' AND known_until IS NULL GROUP BY payee"
        f" HAVING count(*) = (SELECT count(DISTINCT period) FROM {PAY_SCHEMA}.quotas WHERE period LIKE '{year}-Q%')"
        " ORDER BY 1"
    )
    serving = f"SELECT person_id FROM {PAY_SCHEMA}.people WHERE department = '{_SERVING}' ORDER BY 1"
    return {
        "half_and_half": [row[0] for row in _asked(snapshot, selling)],
        "customer_first": [row[0] for row in _asked(snapshot, serving)],
    }


def _rows(on_plans: Mapping[str, Iterable[str]], year: int) -> Iterator[str]:
    yield "payee,plan,start,target_incentive\n"
    for plan, people in on_plans.items():
        for person in people:
            yield f"{person},{plan},{year}-01-01,{_TARGETS[plan]}\n"


def _approve_plans(desk: Desk, people: _People, on_plans: Iterable[str], *, at: datetime) -> None:
    """Submit the plans that somebody is on, and let finance approve them."""
    actions = _part("actions.pay_plans")
    for version in plan_versions(desk.folder):
        if version.plan.plan_id in on_plans:
            review = desk.submit_plan(version, at=at)
            actions.decide_plan(people.finance, review, decision="approved", at=at + timedelta(hours=1))


def _propose_next(desk: Desk, year: int, *, at: datetime) -> None:
    """Submit next year's version of a plan: with what it would have changed, it waits for finance."""
    text = next(plan.text for plan in our_files() if plan.path == f"{_NEXT}.yaml")
    file = desk.folder.plans / f"{_NEXT}_{year}.yaml"
    next_years = text.replace(_OURS_FROM, f"valid_from: {year}-01-01").replace(_HELD_NOW, _HELD_NEXT)
    file.write_text(next_years, encoding="utf-8")
    found = plan_versions(desk.folder)
    desk.submit_plan(next(version for version in found if version.path.endswith(file.name)), at=at)


def _measured(snapshot: Snapshot, year: int, serving: Iterable[str]) -> list[tuple[str, str]]:
    """Customers who bought something this year and measure their deliveries, each with who on the plan serves them."""
    listed = ", ".join(f"'{person}'" for person in serving)
    if not listed:
        return []
    return _asked(
        snapshot,
        f"SELECT account_id, any_value(success_owner_id) FROM {PAY_SCHEMA}.customers_series"
        f" WHERE measure = '{_MEASURE}' AND success_owner_id IN ({listed})"
        f" AND account_id IN (SELECT customer FROM {PAY_SCHEMA}.events WHERE kind = 'deal' AND year(\"on\") = {year})"
        f" GROUP BY account_id HAVING count(*) FILTER (observed_on < DATE '{year}-01-01') >= 24"
        " ORDER BY account_id",
    )


def _books(measured: Iterable[tuple[str, str]], year: int) -> Iterator[str]:
    """In the plan's first year all these count, whether they agreed on anything or not."""
    yield "payee,customer,start\n"
    for account_id, served_by in measured:
        yield f"{served_by},{account_id},{year}-01-01\n"


def _agreeing(snapshot: Snapshot, measured: Sequence[tuple[str, str]]) -> Iterator[_Customer]:
    """The first of them, with what they told of their deliveries."""
    for account_id, served_by in measured[:_AGREEING]:
        series = _asked(
            snapshot,
            f"SELECT observed_on, CAST(value AS DECIMAL(18, 4)), unit FROM {PAY_SCHEMA}.customers_series"
            f" WHERE account_id = '{account_id}' AND measure = '{_MEASURE}' ORDER BY 1",
        )
        yield _Customer(account_id, served_by, [SeriesValue(on, value, unit) for on, value, unit in series])


def _agree(people: _People, customer: _Customer, *, year: int, ends_on: date) -> None:
    """An agreement over the year, signed by both sides, read and verified each quarter that is over."""
    actions = _part("actions.agreements")
    at = datetime(year, 1, 5, 9, tzinfo=UTC)
    worth = Money.of(_UNIT_IS_WORTH, "EUR")
    days = tuple(quarter.last for quarter in periods_between(date(year, 1, 1), date(year, 12, 31), PeriodKind.QUARTER))
    ours, theirs = Signer("ours", "Head of Finance"), Signer("customer", "Head of Logistics")
    agreement = actions.agree(
        people.administrator,
        _part("access").accounts(people.administrator).get(pk=customer.account_id),
        at=at,
        series=[each for each in customer.series if each.on < at.date()],
        lookback_months=12,
        measure=_MEASURE,
        direction="increase",
        definition="Deliveries on the day promised, of all deliveries of a month, as their ERP reports them.",
        value_per_unit=worth,
        per="month",
        committed=worth * (12 * _MEANT),
        band=worth,
        payees=(PayeeShare(customer.served_by, Money.of(_AT_TARGET, "EUR"), Fraction(1)),),
        starts_on=at.date(),
        ends_on=date(year, 12, 31),
        quantile=_QUANTILE,
        confidence="one-sided, 80 %",
        reading_dates=days,
        verifier="an analyst who neither is paid by it nor measured it",
        signers=(ours, theirs),
    )
    said = agreement.content_hash
    actions.sign_for_us(people.finance, agreement, role=ours.role, content_hash=said, at=at)
    actions.record_customers_signature(
        people.administrator, agreement, role=theirs.role, content_hash=said, signed_at=at, at=at, name="Their signer"
    )
    for day in days:
        values = [float(each.value) for each in customer.series if at.date() < each.on <= day]
        if day > ends_on or len(values) < 2:
            continue
        read_at = _at(day + timedelta(days=3))
        reading = actions.read_value(
            people.reads,
            agreement,
            as_of=day,
            actual=_rounded(fmean(values)),
            std_error=_rounded(stdev(values) / len(values) ** 0.5),
            method="Mean of the months of the term, standard error of that mean.",
            at=read_at,
            evidence_sha256=_digest(customer.account_id, day),
        )
        actions.verify_value(
            people.verifies,
            reading,
            decision="verified",
            relation_to_payees="none",
            evidence_hash=_digest(customer.account_id, day),
            at=read_at + timedelta(hours=4),
        )


def _close(desk: Desk, people: _People, period: str, *, at: datetime) -> None:
    """Calculate, submit, approve, close and pay a period, each by somebody who may."""
    actions = _part("actions.pay_periods")
    _, calculation = desk.calculate(period, at=at)
    for key in _part("pay_periods").unowned_exceptions(calculation):
        actions.own_exception(people.administrator, calculation, key, note="Looked at; paid as neutral.", at=at)
    actions.submit(people.administrator, calculation, at=at)
    actions.decide_calculation(people.finance, calculation, decision="approved", at=at)
    desk.close(period, at=at)
    desk.pay(period, at=at)


def _asked(snapshot: Snapshot, sql: str) -> list[tuple[Any, ...]]:
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        found = engine.query(sql)
    finally:
        engine.close()
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def _rounded(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.0001"))


def _digest(*of: object) -> str:
    """What stands for a file of evidence, which the example does not have."""
    return hashlib.sha256("/".join(map(str, of)).encode()).hexdigest()


def _part(name: str) -> Any:
    """A part of the open record: models cannot be named before."""
    return importlib.import_module(f"trueup.record.{name}")
