"""What pay is reckoned from in a workspace: its plans and tables, what systems tell, and what the record holds.

``plans/*.yaml`` are the plans. ``plans/*.csv`` are tables of facts as ``trueup.pay.fact_tables`` reads them: who is on
which plan (``assignments.csv``), and whatever no system knows. Quotas, reporting lines, rates and eligible customers
there replace those of systems; events and shares come on top, and a correction there stands above what systems say of
a deal. Agreements and their readings are the record's.
"""

import hashlib
import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.metrics.naming import nearest
from trueup.metrics.places import Only, Place, tidy
from trueup.pay.fact_tables import TABLES, facts_of
from trueup.pay.facts import (
    ALWAYS,
    Acknowledgement,
    EligibleCustomer,
    Event,
    Facts,
    Outcome,
    Quota,
    Rate,
    ReportingLine,
    SignedAgreement,
    ValueReading,
)
from trueup.pay.plan import ExperienceComponent, Plan, ValueComponent, in_order
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.retro import is_retroactive
from trueup.pay.stints import stint_on, stints
from trueup.runs.entered import open_kept_record
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.pay_tables import PAY_SCHEMA
from trueup.runs.settings import Settings
from trueup.units.period import PeriodKind, PeriodRules, parse_period, period_of

_REPLACED = ("quotas", "reporting_lines", "rates", "eligible_customers")
_NEWEST_COLUMN = ("quotas", "known_until")
"""A build that lays this knows all that is read here."""
_BY_HAND = 1_000_000
"""Where revisions of what people correct begin; systems number the versions of a deal from 0."""
_NO_PLANS = "There are no plans of pay yet. `trueup pay plans` writes ours into plans/, to begin with."
_NOBODY = (
    "plans/assignments.csv is missing: nobody is on a plan."
    " Write it with the columns payee,plan,start and target_incentive; payees are people's ids."
)


@dataclass(frozen=True)
class PayInputs:
    """Plans, and all facts with the days on which they were known."""

    plans: tuple[Plan, ...]
    facts: Facts
    rules: PeriodRules


def plans_of(folder: Folder, rules: PeriodRules | None = None) -> tuple[Plan, ...]:
    """The workspace's plans, ``rules``: its calendar; PlanFileError tells all that is wrong with their files."""
    return load(plan_files(folder), rules=rules)


def plan_files(folder: Folder) -> list[PlanFile]:
    """The files of plans; WorkspaceError where there is none."""
    files = [PlanFile(str(file.relative_to(folder.root)), _text(folder, file)) for file in _files(folder, "yaml")]
    if not files:
        raise WorkspaceError(_NO_PLANS)
    return files


def inputs_of(folder: Folder, settings: Settings, snapshot: Snapshot) -> PayInputs:
    """Everything; PlanFileError, FactTableError or WorkspaceError where something of it cannot be read."""
    plans = plans_of(folder, settings.rules)
    texts = {file.stem: _text(folder, file) for file in _files(folder, "csv") if file.stem in TABLES}
    unknown = [file.name for file in _files(folder, "csv") if file.stem not in TABLES]
    if unknown:
        raise WorkspaceError(
            f"plans/{unknown[0]}: no table of pay has that name. There are"
            f" {', '.join(f'{name}.csv' for name in TABLES)}."
        )
    if "assignments" not in texts:
        raise WorkspaceError(_NOBODY)
    own = facts_of(texts)
    told = _told(snapshot, settings.rules)
    kept = {name: getattr(own, TABLES[name][0]) or getattr(told, TABLES[name][0]) for name in _REPLACED}
    agreements, readings = _agreed(folder, plans, own)
    signed = _signed(folder, plans)
    facts = replace(
        own,
        acknowledgements=(*own.acknowledgements, *signed),
        events=(*told.events, *_above(own.events, told.events)),
        outcomes=(*own.outcomes, *outcomes_of(snapshot, plans, settings.rules)),
        agreements=(*own.agreements, *agreements),
        readings=(*own.readings, *readings),
        **kept,
    )
    return PayInputs(plans, facts, settings.rules)


def _above(own: Iterable[Event], told: Iterable[Event]) -> Iterator[Event]:
    """A correction of what a system tells stands above every version of it, however many there come to be."""
    keys = {event.natural_key for event in told}
    for event in own:
        is_correction = event.revision and event.natural_key in keys
        yield replace(event, revision=event.revision + _BY_HAND) if is_correction else event


def hash_of(plans: Iterable[Plan], facts: Facts) -> str:
    """The SHA-256 of all that a calculation is made from, whatever the order it came in."""
    digest = hashlib.sha256()
    for plan in sorted(plan.fingerprint for plan in plans):
        digest.update(plan.encode())
    for name, rows in sorted(vars(facts).items()):
        digest.update(name.encode())
        for row in sorted(map(repr, rows)):
            digest.update(row.encode())
    return digest.hexdigest()


def _files(folder: Folder, ending: str) -> Sequence[Any]:
    return sorted(folder.plans.glob(f"*.{ending}"))


def _text(folder: Folder, file: Any) -> str:
    try:
        text: str = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise WorkspaceError(
            f"{file.relative_to(folder.root)} is not UTF-8 text: {error}. Save it as UTF-8."
        ) from error
    return text


def _told(snapshot: Snapshot, rules: PeriodRules) -> Facts:
    """What systems tell."""
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        there = engine.query(
            f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{PAY_SCHEMA}'"
        )
        if _NEWEST_COLUMN not in {tuple(row.values()) for row in there.to_pylist()}:
            raise WorkspaceError("The last build knew less of pay than is read now. Run `trueup build` again.")
        return told_facts(engine, rules)
    finally:
        engine.close()


def told_facts(engine: DuckDBEngine, rules: PeriodRules) -> Facts:
    """What the tables that ``lay_pay`` laid say."""
    events = tuple(
        Event(
            natural_key=row["natural_key"],
            kind=row["kind"],
            on=row["on"],
            known_on=row["known_on"],
            amount=Fraction(Decimal(row["amount"])),
            currency=row["currency"] or "",
            payee=row["payee"] or "",
            credits=row["credits"] or "",
            customer=row["customer"] or "",
            of=row["of"] or "",
            revision=row["revision"],
        )
        for row in _rows(engine, "events")
    )
    quotas = tuple(
        Quota(
            payee=row["payee"],
            credits=row["credits"],
            period=row["period"],
            amount=Fraction(Decimal(row["amount"])),
            currency=row["currency"] or "",
            known_on=row["known_on"] or ALWAYS,
            known_until=row["known_until"],
        )
        for row in _rows(engine, "quotas")
    )
    lines = tuple(
        ReportingLine(
            person=row["person"],
            manager=row["manager"],
            start=row["start"] or date.min,
            end=row["end"],
            known_on=row["known_on"] or ALWAYS,
            known_until=row["known_until"],
        )
        for row in _rows(engine, "reporting_lines")
    )
    eligible = tuple(
        EligibleCustomer(row["payee"], row["customer"], row["start"], row["end"], known_on=row["start"])
        for row in _rows(engine, "eligible_customers")
    )
    rates = tuple(each for row in _rows(engine, "rates") for each in _rates(row, rules))
    return Facts(events=events, quotas=quotas, reporting_lines=lines, rates=rates, eligible_customers=eligible)


def _rows(engine: DuckDBEngine, name: str) -> Iterator[Mapping[str, Any]]:
    for batch in engine.batches(f'SELECT * FROM {PAY_SCHEMA}."{name}"'):
        yield from batch.to_pylist()


def _rates(row: Mapping[str, Any], rules: PeriodRules) -> Iterator[Rate]:
    """A month's rate of pay; that of the year's first month is the whole year's rate of credit."""
    first: date = row["first"]
    rest = (row["of"], row["to"], Decimal(row["rate"]), row["on"], row["source"] or "", first)
    yield Rate("pay", period_of(first, PeriodKind.MONTH, rules).key, *rest)
    year = period_of(first, PeriodKind.YEAR, rules)
    if year.first == first:
        yield Rate("credit", year.key, *rest)


def outcomes_of(snapshot: Snapshot, plans: Iterable[Plan], rules: PeriodRules) -> Iterator[Outcome]:
    """The metrics that plans' experience components ask for, by person and period, as far as they are settled."""
    asked = {
        (component.metric, str(component.every))
        for plan in plans
        for component in plan.components
        if isinstance(component, ExperienceComponent)
    }
    if not asked:
        return
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        places = [Place(**row) for row in engine.query("SELECT * FROM meta.places").to_pylist()]
        for metric, kind in sorted(asked):
            wanted = [place for place in places if place.metric == metric and place.grain == "person"]
            if not wanted:
                names = sorted({place.metric for place in places if place.grain == "person"})
                raise WorkspaceError(
                    f"A plan is modified by {metric}, which no build computed by person{nearest(metric, names)}"
                )
            told = engine.query(
                f"SELECT entity, period, value, n FROM ({tidy(wanted, Only(kinds=(kind,)))})"
                " WHERE value IS NOT NULL AND status IN ('ok', 'thin') ORDER BY period, entity"
            )
            for row in told.to_pylist():
                # What matures after its period is known later, and then comes out as a true-up.
                known_on = parse_period(row["period"], rules).end
                value = Fraction(Decimal(repr(float(row["value"]))))
                yield Outcome(row["entity"], metric, row["period"], value, int(row["n"] or 0), known_on)
    finally:
        engine.close()


def _agreed(
    folder: Folder, plans: Iterable[Plan], facts: Facts
) -> tuple[Sequence[SignedAgreement], Sequence[ValueReading]]:
    """Agreements in force and their readings, as the record holds them; none without a record."""
    if not open_kept_record(folder):
        return (), ()
    kept = importlib.import_module("trueup.record.agreements")
    on_plans = stints(facts.assignments, in_order(plans))
    agreements, readings = [], []
    for agreed in kept.for_pay(known_at=datetime.now(UTC)):
        terms = agreed.terms
        for share in terms.payees:
            stint = stint_on(on_plans.get(share.payee, ()), agreed.signed_on)
            valued = [c for c in stint.plan.components if isinstance(c, ValueComponent)] if stint else []
            agreements.append(
                SignedAgreement(
                    agreement_id=terms.agreement_id,
                    payee=share.payee,
                    customer=terms.customer,
                    component=valued[0].name if valued else "",
                    signed_on=agreed.signed_on,
                    at_target=share.at_target,
                    committed=terms.committed,
                    band=terms.band,
                    ends_on=agreed.ends_on,
                    lapses_on=_lapses_on(agreed),
                    known_on=agreed.signed_on,
                )
            )
        readings += [_reading(terms.agreement_id, each) for each in agreed.readings]
    return agreements, readings


def _lapses_on(agreed: Any) -> date:
    """The last day on which a reading of it may be verified, also where what supersedes it trimmed its term."""
    terms = agreed.terms
    read = [day for day in terms.reading_dates if agreed.signed_on <= day <= agreed.ends_on]
    last: date = max(read, default=agreed.ends_on)
    return last + timedelta(days=terms.verify_within_days)


def _signed(folder: Folder, plans: Iterable[Plan]) -> Sequence[Acknowledgement]:
    """Who signed a change of the past that takes their consent, as the record holds it.

    Other signatures change nothing of what is paid: were they facts, each would call for a new calculation.
    """
    asking = [
        plan.fingerprint for plan in plans if is_retroactive(plan) and plan.policy.retro_change == "with_payee_consent"
    ]
    if not asking or not open_kept_record(folder):
        return ()
    kept = importlib.import_module("trueup.record.pay_plans").acknowledgements(asking)
    return [Acknowledgement(payee, fingerprint, signed_on) for payee, fingerprint, signed_on in kept]


def _reading(agreement_id: str, reading: Any) -> ValueReading:
    verified = reading.verification
    return ValueReading(
        agreement_id=agreement_id,
        as_of=reading.as_of,
        estimate=reading.estimate,
        lower=reading.lower,
        lapses_on=reading.lapses_on,
        known_on=reading.as_of,
        revision=reading.revision,
        verified_on=verified.verified_on if verified and verified.is_independent else None,
    )
