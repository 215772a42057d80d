"""What customers gained because of us, what it is worth to them, and what levers did, from a published snapshot."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from trueup.answers.opened import opened
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot

Better = Literal["higher", "lower"]
Verdict = Literal["helps", "harms", "unclear"]
TABLE = pa.schema(
    {
        "account_id": pa.string(),
        "measure": pa.string(),
        "lever": pa.string(),
        "method": pa.string(),
        "improvement": pa.float64(),
        "counterfactual": pa.float64(),
        "attributable": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "evidence": pa.string(),
        "blocked_by": pa.string(),
    }
)
"""A row per account, measure and start. More is better; ``improvement`` is that of before and after alone,
``counterfactual`` what of it would have happened anyway, ``attributable`` the difference, ``low`` and ``high`` its
ends, each one-sided. Null where nothing can be said; ``blocked_by`` then says why."""
INSIGHT_TABLE = pa.schema(
    {
        "lever": pa.string(),
        "measure": pa.string(),
        "segment": pa.string(),
        "customers": pa.int64(),
        "without_gain": pa.int64(),
        "mean": pa.float64(),
        "recovered": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "next_low": pa.float64(),
        "next_high": pa.float64(),
        "tau": pa.float64(),
        "i_squared": pa.float64(),
        "each_at_least": pa.float64(),
        "unit": pa.string(),
        "agreed": pa.bool_(),
    }
)
CLAIM_TABLE = pa.schema(
    {
        "account_id": pa.string(),
        "goal_id": pa.string(),
        "measure": pa.string(),
        "lever": pa.string(),
        "ended_on": pa.date32(),
        "point": pa.decimal128(30, 8),
        "low": pa.decimal128(30, 8),
        "currency": pa.string(),
        "value_per_unit": pa.decimal128(30, 8),
        "state": pa.string(),
        "counts": pa.bool_(),
        "blocked_by": pa.string(),
        "why": pa.string(),
    }
)
"""A row per goal that was agreed on, and start; where there is no value, ``why`` is a code."""


_NAMED_AT_MOST = 1_000


class NoValueError(Exception):
    """The snapshot was built before such things were computed; the message names the cure."""


@dataclass(frozen=True)
class Gain:
    """What a customer gained since it began with something. More is better, but for paths (see ``Whole``).

    ``improvement``: before and after alone; ``counterfactual``: what of it would have happened anyway;
    ``attributable``: the rest, with its ends; ``payable``: what of it may be paid on. None where nothing can be said:
    ``why`` is a code.
    ``known_from_on``: the first day after the months compared. ``state``: who vouches for the values.
    """

    effect_id: str
    account_id: str
    segment: str | None
    measure: str
    label: str
    unit: str
    better: Better
    lever: str
    levers: tuple[str, ...]
    adopted_on: date
    given_up_on: date | None
    start: str
    known_from_on: date
    method: str | None
    improvement: float | None
    counterfactual: float | None
    attributable: float | None
    low: float | None
    high: float | None
    payable: float | None
    evidence: str | None
    blocked_by: tuple[str, ...]
    why: str | None
    donors: int | None
    state: str | None
    is_sound: bool
    is_meant: bool
    left_out: Mapping[str, int]
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class ClaimTold:
    """What a gain is worth to a goal's account, in ``currency``; None where there is no value: ``why`` is a code."""

    claim_id: str
    goal_id: str
    account_id: str
    measure: str
    effect_id: str | None
    lever: str | None
    ended_on: date | None
    point: Decimal | None
    low: Decimal | None
    value_per_unit: Decimal | None
    currency: str | None
    state: str | None
    counts: bool | None
    blocked_by: tuple[str, ...]
    why: str | None


@dataclass(frozen=True)
class Whole:
    """A gain with everything that was found of it (``body``: see ``runs.customer_effects.body_of``), and its claims."""

    gain: Gain
    body: Mapping[str, Any]
    claims: tuple[ClaimTold, ...]


def verdict_of(low: float, high: float) -> Verdict:
    """What an interval says: the lever helps, harms, or nobody can tell."""
    return "helps" if low > 0 else "harms" if high < 0 else "unclear"


@dataclass(frozen=True)
class InsightTold:
    """What a lever did for customers of a segment, or of all (``segment`` None); more is better, in ``unit``.

    ``recovered``: the mean less what others recover by themselves after a bad quarter; ``low``, ``high``: where the
    mean is, whether or not customers came in after one; ``next_low``, ``next_high``: where another customer's effect is
    expected; both with probability ``level``. ``without_gain``: customers whose estimate is not above nothing.
    ``each_at_least``: the low end of all of them together, those that a check casts doubt on among them, which may be
    paid on for each whom no check blocks; None of segments, and where there are too few donors.
    """

    lever: str
    measure: str
    label: str
    unit: str
    better: Better
    segment: str | None
    is_meant: bool
    customers: int
    without_gain: int
    mean: float
    recovered: float
    low: float
    high: float
    next_low: float
    next_high: float
    tau: float
    i_squared: float
    q: float
    level: float
    each_at_least: float | None

    @property
    def verdict(self) -> Verdict:
        """What the interval of the mean says."""
        return verdict_of(self.low, self.high)


@dataclass(frozen=True)
class Suggestion:
    """What a lever that an account does not use yet did for others, as to one of its open goals.

    ``value``: the low end of the mean times what a unit is worth to this account; None where nobody said.
    """

    goal_id: str
    account_id: str
    measure: str
    label: str
    unit: str
    lever: str
    segment: str | None
    is_meant: bool
    customers: int
    without_gain: int
    mean: float
    low: float
    high: float
    value: Decimal | None
    currency: str | None
    place: int

    @property
    def verdict(self) -> Verdict:
        """What the interval of the mean says."""
        return verdict_of(self.low, self.high)


@dataclass(frozen=True)
class Use:
    """A lever that an account uses since a day, and until another where that is known."""

    lever: str
    adopted_on: date
    ended_on: date | None


@dataclass(frozen=True)
class Standing:
    """A customer's value, in the workspace's currency, of all claims that count.

    ``point``: as estimated; ``low``: certain enough to be paid on; ``confirmed``, ``claimed``, ``disputed``: of
    ``point`` by who vouches for it. ``claims``: how many. ``lacks_rate``: claims without a rate, which are left out.
    ``weak``: claims that do not count, since something casts doubt on them. ``waiting``: starts still being compared.
    """

    account_id: str
    point: Decimal
    low: Decimal
    confirmed: Decimal
    claimed: Decimal
    disputed: Decimal
    claims: int
    lacks_rate: int
    weak: int
    waiting: int


def gains(
    snapshot: Snapshot,
    *,
    accounts: Collection[str] | None = None,
    measure: str | None = None,
    lever: str | None = None,
) -> list[Gain]:
    """What customers gained, by account, measure and start; ``accounts``: only of these."""
    conditions = [_only(accounts)]
    if measure is not None:
        conditions.append(f"measure = {literal(measure)}")
    if lever is not None:
        conditions.append(f"list_contains(levers, {literal(lever)})")
    with _value(snapshot) as engine:
        rows = engine.query(
            f"SELECT * FROM value.effects WHERE {' AND '.join(conditions)} ORDER BY account_id, measure, start"
        ).to_pylist()
    return [_gain(row) for row in rows if accounts is None or row["account_id"] in accounts]


def whole(snapshot: Snapshot, effect_id: str) -> Whole | None:
    """Everything of one gain; None where there is none of that id."""
    wanted = literal(effect_id)
    with _value(snapshot) as engine:
        found = engine.query(f"SELECT * FROM value.effects WHERE effect_id = {wanted}").to_pylist()
        if not found:
            return None
        bodies = engine.query(f"SELECT body FROM value.bodies WHERE effect_id = {wanted}").to_pylist()
        claimed = engine.query(f"SELECT * FROM value.claims WHERE effect_id = {wanted} ORDER BY claim_id").to_pylist()
    body = json.loads(bodies[0]["body"]) if bodies else {}
    return Whole(_gain(found[0]), body, tuple(map(_claim, claimed)))


def claims(snapshot: Snapshot, accounts: Collection[str] | None = None) -> list[ClaimTold]:
    """Every agreed goal's claims, and why others have none."""
    with _value(snapshot) as engine:
        rows = engine.query(
            f"SELECT * FROM value.claims WHERE {_only(accounts)} ORDER BY account_id, measure, claim_id"
        ).to_pylist()
    return [_claim(row) for row in rows if accounts is None or row["account_id"] in accounts]


def insights(snapshot: Snapshot, *, measure: str | None = None, lever: str | None = None) -> list[InsightTold]:
    """What levers did, by lever and measure, those first that are meant for it; all customers, then segments."""
    conditions = [f"{name} = {literal(wanted)}" for name, wanted in (("measure", measure), ("lever", lever)) if wanted]
    with _value(snapshot) as engine:
        rows = engine.query(
            f"SELECT * FROM value.insights WHERE {' AND '.join(conditions or ['TRUE'])}"
            " ORDER BY is_meant DESC, lever, measure, segment NULLS FIRST"
        ).to_pylist()
    return [InsightTold(**row) for row in rows]


def suggestions(
    snapshot: Snapshot, *, account_id: str | None = None, accounts: Collection[str] | None = None
) -> list[Suggestion]:
    """What might move open goals, by account and goal, the greatest conservative value first."""
    only = accounts if account_id is None else {account_id}
    with _value(snapshot) as engine:
        rows = engine.query(
            f"SELECT * FROM value.suggestions WHERE {_only(only)} ORDER BY account_id, goal_id, place"
        ).to_pylist()
    return [Suggestion(**row) for row in rows if accounts is None or row["account_id"] in accounts]


def delivered_uses(snapshot: Snapshot, account_id: str) -> list[Use]:
    """The levers that an account uses, as systems tell, the newest first."""
    with _value(snapshot) as engine:
        rows = engine.query(
            "SELECT lever, adopted_on, ended_on FROM value.delivered_uses"
            f" WHERE account_id = {literal(account_id)} ORDER BY adopted_on DESC, lever"
        ).to_pylist()
    return [Use(**row) for row in rows]


def notes(snapshot: Snapshot) -> list[str]:
    """What the settings say of measures and levers that nobody knows."""
    with _value(snapshot) as engine:
        return [str(note) for note in engine.query("SELECT note FROM value.notes ORDER BY note").column(0).to_pylist()]


def standings(snapshot: Snapshot, accounts: Collection[str] | None = None) -> list[Standing]:
    """Each customer with a goal that was agreed on, or a start: whom we served worst first, the unknown ones last."""
    with _value(snapshot) as engine:
        rows = engine.query(_STANDINGS).to_pylist()
    return [Standing(**row) for row in rows if accounts is None or row["account_id"] in accounts]


def _summed(column: str, state: str = "") -> str:
    condition = f" FILTER (state = {literal(state)})" if state else ""
    return f"coalesce(sum({column}){condition}, 0)"


_STANDINGS = (
    "SELECT coalesce(c.account_id, o.account_id) AS account_id, coalesce(point, 0) AS point, coalesce(low, 0) AS low,"
    " coalesce(confirmed, 0) AS confirmed, coalesce(claimed, 0) AS claimed, coalesce(disputed, 0) AS disputed,"
    " coalesce(claims, 0) AS claims, coalesce(lacks_rate, 0) AS lacks_rate, CAST(coalesce(weak, 0) AS BIGINT) AS weak,"
    " CAST(coalesce(waiting, 0) AS BIGINT) AS waiting FROM ("
    f"SELECT account_id, {_summed('value')} AS point, {_summed('certain_value')} AS low,"
    f" {_summed('value', 'confirmed')} AS confirmed, {_summed('value', 'claimed')} AS claimed,"
    f" {_summed('value', 'disputed')} AS disputed, count(value) AS claims, count(*) - count(value) AS lacks_rate"
    " FROM facts.value_claims GROUP BY account_id) AS c FULL JOIN ("
    "SELECT account_id, sum(waiting) AS waiting, sum(weak) AS weak FROM ("
    "SELECT account_id, CAST(why = 'not_over' AS INTEGER) AS waiting, 0 AS weak FROM value.effects UNION ALL"
    " SELECT account_id, 0, CAST(NOT counts AS INTEGER) FROM value.claims) GROUP BY account_id) AS o"
    " ON o.account_id = c.account_id"
    " ORDER BY coalesce(claims, 0) = 0, coalesce(point, 0), 1"
)


def table(found: Iterable[Gain]) -> pa.Table:
    """Gains as rows of TABLE."""
    rows = [
        {name: getattr(each, name) for name in TABLE.names}
        | {"evidence": each.evidence or "none", "blocked_by": ", ".join(each.blocked_by) or None}
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=TABLE)


def insight_table(found: Iterable[InsightTold]) -> pa.Table:
    """Insights as rows of INSIGHT_TABLE."""
    rows = [
        {name: getattr(each, name) for name in INSIGHT_TABLE.names if name != "agreed"} | {"agreed": each.is_meant}
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=INSIGHT_TABLE)


def claim_table(found: Iterable[ClaimTold]) -> pa.Table:
    """Claims as rows of CLAIM_TABLE."""
    rows = [
        {name: getattr(each, name) for name in CLAIM_TABLE.names} | {"blocked_by": ", ".join(each.blocked_by) or None}
        for each in found
    ]
    return pa.Table.from_pylist(rows, schema=CLAIM_TABLE)


def _only(accounts: Collection[str] | None) -> str:
    """SQL: whether a row may be one of these accounts'; of very many that is left to the caller."""
    if accounts is None or len(accounts) > _NAMED_AT_MOST:
        return "TRUE"
    return f"account_id IN ({', '.join(map(literal, sorted(accounts)))})" if accounts else "FALSE"


@contextmanager
def _value(snapshot: Snapshot) -> Iterator[DuckDBEngine]:
    with opened(snapshot) as engine:
        if not engine.has_table("value", "notes"):
            raise NoValueError("This was built before gains were compared. Compute it anew with `trueup build`.")
        yield engine


def _gain(row: Mapping[str, Any]) -> Gain:
    lists = {name: tuple(row[name] or ()) for name in ("levers", "blocked_by", "skipped")}
    return Gain(**{**row, **lists, "left_out": json.loads(row["left_out"])})


def _claim(row: Mapping[str, Any]) -> ClaimTold:
    return ClaimTold(**{**row, "blocked_by": tuple(row["blocked_by"] or ())})
