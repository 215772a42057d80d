"""A workspace's past months paid again: by the plans in force, and by a candidate in the place of one, for all on it.

Every period is closed on the fifth day after its end, with what was known then. Value delivered is what the newest
build says: claims of accounts that count, at their low end, of whom somebody on a plan owns or serves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.pay.facts import Assignment, Facts
from trueup.pay.plan import Plan, ValueComponent, counts, in_order
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close
from trueup.pay.simulate import Simulation, SimulationError, in_place, simulate
from trueup.pay.simulate_compare import Comparison, MoneyDiff, compared, money_diff
from trueup.pay.simulate_measures import Measures, measures
from trueup.pay.simulate_stress import Stressed, stressed
from trueup.pay.stints import stint_on, stints
from trueup.runs.pay_inputs import PayInputs, outcomes_of
from trueup.runs.pay_tables import PAY_SCHEMA
from trueup.units.period import Period, PeriodKind, parse_period, periods_between

CLOSED_AFTER = timedelta(5)
"""From the last day of a period to its close."""
_VALUE = f"""
WITH serves AS (SELECT DISTINCT account_id, success_owner_id AS person_id FROM {PAY_SCHEMA}.customers_series),
of_people AS (
    SELECT account_id, person_id FROM facts.value_claims UNION SELECT account_id, person_id FROM serves
), worth AS (
    SELECT account_id, sum(certain_value) AS value FROM facts.value_claims
    WHERE certain_value IS NOT NULL GROUP BY account_id
)
SELECT person_id, CAST(sum(value) AS VARCHAR) AS value FROM of_people JOIN worth USING (account_id)
WHERE person_id IS NOT NULL GROUP BY person_id ORDER BY person_id"""


@dataclass(frozen=True)
class Side:
    """One simulation, its numbers, and what stresses do to it."""

    simulation: Simulation
    measures: Measures
    stressed: tuple[Stressed, ...]


@dataclass(frozen=True)
class Backtest:
    """The plans in force over past closes, and those with a candidate in the place of ``replaced``.

    ``value``: what the customers of each payee verifiably got.
    """

    old: Side
    new: Side
    comparison: Comparison
    diff: MoneyDiff
    replaced: tuple[str, ...]
    value: Mapping[str, Fraction]


@dataclass(frozen=True)
class Wanted:
    """What to try: the versions of a plan, and ``instead_of`` which plan; without it, of the plan of its name.

    ``first``: the period with which the past begins; without it when the first is on a plan. ``credits_of``: the kind
    of credit that is the result, where there are several.
    """

    candidate: tuple[Plan, ...]
    instead_of: str = ""
    first: str = ""
    credits_of: str = ""
    stress: bool = False


def candidate_of(files: Iterable[PlanFile]) -> tuple[Plan, ...]:
    """The plan of some files; PlanFileError where one cannot be read, SimulationError where there are several plans."""
    plans = load(files)
    if len({plan.plan_id for plan in plans}) != 1:
        named = " and ".join(sorted({plan.plan_id for plan in plans})) or "none"
        raise SimulationError(f"One plan is tried at a time, and these are {named}. Give the versions of one.")
    return plans


def held_plans(inputs: PayInputs) -> Mapping[str, int]:
    """The plans that somebody is on, with how many are, in the order of their names."""
    return dict(sorted(Counter(each.plan for each in inputs.facts.assignments).items()))


def backtested(inputs: PayInputs, snapshot: Snapshot, wanted: Wanted) -> Backtest:
    """Both simulated and compared; SimulationError, or what ``simulate`` raises, where they cannot be."""
    plans, replaced = _instead(inputs, wanted)
    facts = _since_anybody(_begun(inputs, wanted.first))
    closes = closes_of(inputs, facts, date.fromisoformat(snapshot.manifest.as_of_on))
    value = value_by_payee(snapshot)
    of_kind = wanted.credits_of or result_of(facts) or None

    def side(versions: Sequence[Plan], known: Facts) -> Side:
        run = simulate(versions, known, closes, rules=inputs.rules)
        stresses = stressed(versions, known, closes, plain=run, rules=inputs.rules) if wanted.stress else ()
        return Side(run, measures(run, value=value, of_kind=of_kind), stresses)

    old = side(inputs.plans, facts)
    new = side(plans, _agreed_under(_told_too(inputs, facts, snapshot, wanted.candidate), plans))
    return Backtest(
        old=old,
        new=new,
        comparison=compared(old.simulation, new.simulation),
        diff=money_diff(old.simulation, new.simulation),
        replaced=replaced,
        value=value,
    )


def closes_of(inputs: PayInputs, facts: Facts, through: date) -> tuple[Close, ...]:
    """Every period since the first is on a plan that is over by a day; SimulationError where there is none."""
    begun = [own[0].start for own in stints(facts.assignments, in_order(inputs.plans)).values()]
    kinds = [plan.period for plan in inputs.plans]
    kind = next(kind for kind in (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR) if kind in kinds)
    over: Sequence[Period] = (
        [each for each in periods_between(min(begun), through, kind, inputs.rules) if each.last <= through]
        if begun and min(begun) <= through
        else []
    )
    if not over:
        raise SimulationError(
            f"No {kind} that anybody was on a plan in is over by {through}, the day of the last build:"
            " there is nothing to try a plan on."
        )
    return tuple(Close(each.key, each.last + CLOSED_AFTER) for each in over)


def value_by_payee(snapshot: Snapshot) -> Mapping[str, Fraction]:
    """The certain value of each person's accounts: those that they own or serve; each in full for both."""
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        if not engine.has_table("facts", "value_claims"):
            return {}
        rows = engine.query(_VALUE).to_pylist()
    finally:
        engine.close()
    return {row["person_id"]: Fraction(Decimal(row["value"])) for row in rows}


def result_of(facts: Facts) -> str:
    """The kind of credit that takes in all that was credited; empty where there is none."""
    kinds = {each.credits for each in facts.events if each.credits}
    candidates = {kind.split("_")[0] for kind in kinds}
    return next((each for each in candidates if all(counts(each, kind) for kind in kinds)), "")


def _instead(inputs: PayInputs, wanted: Wanted) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
    """The plans with the candidate in its place, and which it replaces."""
    held = held_plans(inputs)
    plan_id = wanted.instead_of or wanted.candidate[0].plan_id
    if plan_id not in held:
        raise SimulationError(
            f"Nobody is on the plan {plan_id}: say which plan the candidate is to replace"
            f" ({', '.join(held) or 'nobody is on any'})."
        )
    renamed = [replace(plan, plan_id=plan_id) for plan in wanted.candidate]
    return in_place(renamed, inputs.plans), (plan_id,)


def _begun(inputs: PayInputs, first: str) -> Facts:
    """Facts as if nobody had been on a plan before a period."""
    if not first:
        return inputs.facts
    since = parse_period(first, inputs.rules).first
    later = [_since(each, since) for each in inputs.facts.assignments if each.end is None or each.end > since]
    return replace(inputs.facts, assignments=tuple(later))


def _since_anybody(facts: Facts) -> Facts:
    """Without deals from before anybody was on a plan, and what came of them: nobody is paid for them by any."""
    first = min((each.start for each in facts.assignments), default=date.min)
    newest = {event.natural_key: event.on for event in sorted(facts.events, key=lambda each: each.on)}
    gone = {event.natural_key for event in facts.events if event.kind == "deal" and newest[event.natural_key] < first}
    events = (each for each in facts.events if each.natural_key not in gone and each.of not in gone)
    return replace(facts, events=tuple(events))


def _since(assignment: Assignment, day: date) -> Assignment:
    return replace(assignment, start=max(assignment.start, day))


def _told_too(inputs: PayInputs, facts: Facts, snapshot: Snapshot, candidate: Iterable[Plan]) -> Facts:
    """With the metrics that only the candidate asks for."""
    known = {(each.metric, parse_period(each.period, inputs.rules).kind) for each in facts.outcomes}
    more = [
        each
        for each in outcomes_of(snapshot, candidate, inputs.rules)
        if (each.metric, parse_period(each.period, inputs.rules).kind) not in known
    ]
    return replace(facts, outcomes=(*facts.outcomes, *more))


def _agreed_under(facts: Facts, plans: Iterable[Plan]) -> Facts:
    """Agreements name the component that pays for value in these plans, whatever it was called in those before."""
    on_plans = stints(facts.assignments, in_order(plans))
    valued: defaultdict[str, str] = defaultdict(str)
    for own in on_plans.values():
        for stint in own:
            names = [each.name for each in stint.plan.components if isinstance(each, ValueComponent)]
            valued[stint.plan.fingerprint] = names[0] if names else ""
    agreements = []
    for each in facts.agreements:
        signed_on = stint_on(on_plans.get(each.payee, ()), each.signed_on)
        agreements.append(replace(each, component=valued[signed_on.plan.fingerprint]) if signed_on else each)
    return replace(facts, agreements=tuple(agreements))
