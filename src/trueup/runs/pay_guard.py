"""What measures that pay may tempt a workspace's people to, and how often chance alone looks like what was seen.

Watched is who is on a plan: their deals around the ends of the periods of their quotas, beside their own deals from
before; their attainment around the quota; the baselines and readings of agreements that pay them. And whoever handles
cases: cases per issue before and since the first plan, and cases closed in the last days of a period.
"""

import importlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.pay.goodhart import (
    CaseCount,
    ClosedCase,
    Confirmation,
    Flag,
    Watched,
    around_period_ends,
    bunching,
    closed_and_reopened,
    held_together,
    sandbagged_baselines,
    self_confirmed_value,
    split_or_merged_cases,
)
from trueup.pay.plan import in_order
from trueup.pay.simulate import SimulationError, simulate
from trueup.pay.stints import stints
from trueup.runs.entered import open_kept_record
from trueup.runs.folder import Folder
from trueup.runs.pay_backtest import closes_of
from trueup.runs.pay_inputs import PayInputs
from trueup.units.period import Period, PeriodKind, parse_period, period_of, periods_between

if TYPE_CHECKING:
    from trueup.record.models import User

_REACHED = (Fraction(1),)
"""The bound that attainment is watched at: all of the quota."""


@dataclass(frozen=True)
class Guarded:
    """What was watched, held together, the most striking first; ``since``: the day on which the first was paid by it.

    ``every``: the kind of period whose ends are watched. ``unread``: what could not be looked at, and why.
    """

    since: date
    through: date
    every: PeriodKind
    watched: tuple[Watched, ...]
    unread: tuple[str, ...]


def guarded(folder: Folder, inputs: PayInputs, snapshot: Snapshot, by: "User | None") -> Guarded:
    """Everything that can be watched, on behalf of somebody who pays; on nobody's, nothing of the record.

    SimulationError where nobody is on a plan.
    """
    through = date.fromisoformat(snapshot.manifest.as_of_on)
    begun = {
        payee: own[0].start for payee, own in stints(inputs.facts.assignments, in_order(inputs.plans)).items() if own
    }
    if not begun:
        raise SimulationError("Nobody is on a plan: there is nothing that pays, and nothing to watch.")
    since = min(begun.values())
    every = _every(inputs, begun)
    days, history = _deals(inputs, begun, _same_seasons(since, through, every, inputs))
    watched = [
        *around_period_ends(days, every=every, history=history or None, rules=inputs.rules),
        *bunching(_attained(inputs, through), _REACHED),
        *_of_cases(snapshot, since, every, inputs),
    ]
    agreed = _agreements(by) if by is not None and open_kept_record(folder) else _Agreed()
    watched += [
        *sandbagged_baselines(agreed.flags),
        *self_confirmed_value([*agreed.confirmed, *_claims(snapshot, begun)]),
    ]
    return Guarded(since, through, every, held_together(watched), tuple(_unread(watched)))


def _every(inputs: PayInputs, payees: Iterable[str]) -> PeriodKind:
    """The kind of period that most quotas are for; without quotas that of the plans."""
    known = set(payees)
    kinds = Counter(
        kind
        for each in inputs.facts.quotas
        if each.payee in known and isinstance(kind := parse_period(each.period, inputs.rules).kind, PeriodKind)
    )
    return kinds.most_common(1)[0][0] if kinds else inputs.plans[0].period


def _same_seasons(since: date, through: date, every: PeriodKind, inputs: PayInputs) -> frozenset[int]:
    """Which periods of a year were paid by plans, by their number: the last one of it is like no other."""
    return frozenset(_season(each) for each in periods_between(since, through, every, inputs.rules))


def _season(period: Period) -> int:
    return period.first.month


def _deals(
    inputs: PayInputs, begun: Mapping[str, date], seasons: frozenset[int]
) -> tuple[Mapping[str, Sequence[date]], Mapping[str, Sequence[date]]]:
    """The days of everybody's deals since they are on a plan; and from before it, in the same parts of other years."""
    every = _every(inputs, begun)
    since: defaultdict[str, list[date]] = defaultdict(list)
    before: defaultdict[str, list[date]] = defaultdict(list)
    newest = {event.natural_key: event for event in sorted(inputs.facts.events, key=lambda each: each.revision)}
    for event in newest.values():
        if event.kind != "deal" or event.payee not in begun:
            continue
        if event.on >= begun[event.payee]:
            since[event.payee].append(event.on)
        elif _season(period_of(event.on, every, inputs.rules)) in seasons:
            before[event.payee].append(event.on)
    return since, {payee: days for payee, days in before.items() if payee in since}


def _attained(inputs: PayInputs, through: date) -> Mapping[str, Sequence[Fraction]]:
    """How far everybody came in windows that are over."""
    closes = closes_of(inputs, inputs.facts, through)
    found: defaultdict[str, list[Fraction]] = defaultdict(list)
    for each in simulate(inputs.plans, inputs.facts, closes[-1:], rules=inputs.rules).attained:
        if each.quota > 0 and parse_period(each.window, inputs.rules).last <= through:
            found[each.payee].append(each.credited / each.quota)
    return found


def _of_cases(snapshot: Snapshot, since: date, every: PeriodKind, inputs: PayInputs) -> Iterator[Watched]:
    day = f"DATE {literal(since.isoformat())}"
    closed = _asked(
        snapshot,
        "resolved_cases",
        "SELECT person_id, occurred_on, was_reopened FROM facts.resolved_cases"
        f" WHERE person_id IS NOT NULL AND was_reopened IS NOT NULL AND occurred_on >= {day}",
    )
    counted = _asked(
        snapshot,
        "issues",
        f"SELECT person_id, occurred_on >= {day} AS has_paid, CAST(sum(cases) AS BIGINT) AS cases, count(*) AS issues"
        f" FROM facts.issues WHERE person_id IS NOT NULL AND is_mature AND occurred_on >= {day} - INTERVAL 1 YEAR"
        " GROUP BY ALL ORDER BY ALL",
    )
    yield from closed_and_reopened(
        (ClosedCase(row["person_id"], row["occurred_on"], row["was_reopened"]) for row in closed),
        every=every,
        rules=inputs.rules,
    )
    yield from split_or_merged_cases(
        CaseCount(row["person_id"], int(row["cases"]), int(row["issues"]), row["has_paid"]) for row in counted
    )


def _claims(snapshot: Snapshot, payees: Iterable[str]) -> Iterator[Confirmation]:
    """Claims of value that count, by who vouches for them; disputed ones nobody is paid on."""
    known = set(payees)
    for row in _asked(
        snapshot,
        "value_claims",
        "SELECT person_id, fact_key, state FROM facts.value_claims"
        " WHERE person_id IS NOT NULL AND state IN ('confirmed', 'claimed') ORDER BY fact_key",
    ):
        if row["person_id"] in known:
            yield Confirmation(
                row["person_id"], row["fact_key"], "unrelated" if row["state"] == "confirmed" else "nobody"
            )


def _asked(snapshot: Snapshot, fact: str, sql: str) -> list[dict[str, Any]]:
    """Rows of a fact's table; none where no system tells of such things."""
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        rows: list[dict[str, Any]] = engine.query(sql).to_pylist() if engine.has_table("facts", fact) else []
    finally:
        engine.close()
    return rows


@dataclass(frozen=True)
class _Agreed:
    flags: tuple[Flag, ...] = ()
    confirmed: tuple[Confirmation, ...] = ()


def _agreements(by: "User") -> _Agreed:
    """Baselines that were doubted, and who verified readings, as the open record has them."""
    access = importlib.import_module("trueup.record.access")
    payees: defaultdict[Any, list[str]] = defaultdict(list)
    for each in access.agreement_payees(by).order_by("agreement_id", "place"):
        payees[each.agreement_id].append(each.payee)
    flags = tuple(
        Flag(payee, str(agreement.pk), bool(agreement.doubts))
        for agreement in access.value_agreements(by).order_by("locked_at", "pk")
        for payee in payees[agreement.pk]
    )
    verified = {each.reading_id: each for each in access.value_verifications(by).filter(decision="verified")}
    newest = {
        (reading.agreement_id, reading.as_of): reading for reading in access.value_readings(by).order_by("revision")
    }
    confirmed = tuple(
        Confirmation(payee, str(reading.pk), _by(verified.get(reading.pk)))
        for reading in newest.values()
        for payee in payees[reading.agreement_id]
    )
    return _Agreed(flags, confirmed)


def _by(verification: Any) -> Any:
    if verification is None:
        return "nobody"
    return "unrelated" if verification.relation_to_payees == "none" else "related"


def _unread(watched: Iterable[Watched]) -> Iterator[str]:
    """What nothing at all was there to be watched of."""
    seen = {each.watch for each in watched}
    for watch, why in _ABSENT.items():
        if watch not in seen:
            yield why


_ABSENT = {
    "close_and_reopen": "Nobody's cases are known: whether they are closed early cannot be watched.",
    "split_cases": "No issues are known: whether cases are split or merged cannot be watched.",
    "sandbagged_baseline": "There is no agreement on value: no baseline can be watched.",
    "self_confirmed_value": "No value was read or claimed: whether people confirm their own cannot be watched.",
}
