"""What measures that pay tempt to, watched over a workspace: what is seen is what facts say, and chance is chance."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from company import NOON, Company
from paid_workspace import YEAR, inputs, sellers, snapshot_of, with_plans
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.pay.agreements import PayeeShare, Signer
from trueup.pay.baseline import SeriesValue
from trueup.pay.facts import Event
from trueup.pay.goodhart import EVERYBODY, Watched, named
from trueup.pay.simulate import SimulationError
from trueup.record.actions.agreements import agree, read_value, record_customers_signature, sign_for_us, verify_value
from trueup.runs.folder import Folder
from trueup.runs.pay_guard import Guarded, _agreements, guarded
from trueup.runs.pay_inputs import PayInputs
from trueup.units.money import Money


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return with_plans(tmp_path_factory.mktemp("guard") / "acme")


@pytest.fixture(scope="module")
def snapshot(folder: Folder) -> Snapshot:
    return snapshot_of(folder)


@pytest.fixture(scope="module")
def given(folder: Folder) -> PayInputs:
    return inputs(folder)


def of(found: Guarded, watch: str, payee: str = EVERYBODY) -> Watched:
    return next(each for each in found.watched if (each.watch, each.payee) == (watch, payee))


def with_deals(given: PayInputs, payee: str, days: list[date]) -> PayInputs:
    """One seller's deals on these days instead of their own."""
    others = [each for each in given.facts.events if each.payee != payee]
    deals = [
        Event(f"deal-{n}", "deal", day, day, Fraction(1000), "EUR", payee, "bookings_new", "acme")
        for n, day in enumerate(days)
    ]
    return replace(given, facts=replace(given.facts, events=(*others, *deals)))


def test_deals_are_watched_from_the_day_on_which_somebody_is_on_a_plan(
    folder: Folder, given: PayInputs, snapshot: Snapshot
) -> None:
    found = guarded(folder, given, snapshot, None)
    assert found.since == date(YEAR, 1, 1)
    paid = [each for each in given.facts.events if each.kind == "deal" and each.payee in set(sellers())]
    since = [each for each in paid if each.on >= found.since]
    assert of(found, "pull_forward").of == len(since)
    assert of(found, "push_out").of == len(since)


def test_who_signs_on_the_last_day_of_each_quarter_since_plans_pay_is_named(
    folder: Folder, given: PayInputs, snapshot: Snapshot
) -> None:
    seller, chance = sellers()[0], Random(7)
    before = [date(YEAR - 1, 1, 1) + timedelta(chance.randrange(270)) for _ in range(60)]
    ends = [date(YEAR, 3, 31), date(YEAR, 6, 30)]
    found = guarded(folder, with_deals(given, seller, [*before, *ends * 10]), snapshot, None)
    assert of(found, "pull_forward", seller).count == 20
    assert ("pull_forward", seller) in {(each.watch, each.payee) for each in named(found.watched)}


def test_who_signs_as_ever_is_not_named(folder: Folder, given: PayInputs, snapshot: Snapshot) -> None:
    seller = sellers()[0]
    days = [date(year, 3, 31) for year in (YEAR - 1, YEAR) for _ in range(15)]
    found = guarded(folder, with_deals(given, seller, days), snapshot, None)
    assert of(found, "pull_forward", seller).usual == 1
    assert seller not in {each.payee for each in named(found.watched)}


def test_cases_are_those_that_the_build_knows(folder: Folder, given: PayInputs, snapshot: Snapshot) -> None:
    found = guarded(folder, given, snapshot, None)
    engine = DuckDBEngine(snapshot.file, read_only=True)
    issues = "FROM facts.issues WHERE is_mature AND person_id IS NOT NULL"
    asked = f"SELECT CAST(sum(cases) AS BIGINT) {issues} AND occurred_on >= DATE '{YEAR - 1}-01-01'"
    cases = engine.query(asked).column(0)[0].as_py()
    engine.close()
    assert of(found, "split_cases").of == of(found, "merged_cases").of == cases
    seen = of(found, "split_cases").count + of(found, "merged_cases").count
    assert seen == cases


def test_everything_told_is_held_together_and_what_is_not_there_is_said(
    folder: Folder, given: PayInputs, snapshot: Snapshot
) -> None:
    found = guarded(folder, given, snapshot, None)
    told = [each for each in found.watched if each.p_value is not None]
    assert told
    assert all(each.adjusted is not None and each.adjusted >= (each.p_value or 0) for each in told)
    assert "There is no agreement on value: no baseline can be watched." in found.unread


def test_where_nobody_is_on_a_plan_there_is_nothing_to_watch(
    folder: Folder, given: PayInputs, snapshot: Snapshot
) -> None:
    nobody = replace(given, facts=replace(given.facts, assignments=()))
    with pytest.raises(SimulationError, match="Nobody is on a plan"):
        guarded(folder, nobody, snapshot, None)


def test_readings_of_agreements_are_watched_by_who_verified_them(company: Company) -> None:
    days = (date(2026, 9, 30), date(2026, 12, 31))
    agreement = agree(
        company.alice,
        company.acme,
        at=NOON,
        series=[SeriesValue(date(2026, month, 28), Decimal(42), "days") for month in range(1, 6)],
        lookback_months=5,
        measure="Days sales outstanding",
        direction="decrease",
        definition="Receivables over sales x 30, from their ledger",
        value_per_unit=Money.of(100_000, "EUR"),
        per="term",
        committed=Money.of(500_000, "EUR"),
        band=Money.of(20_000, "EUR"),
        payees=(PayeeShare("alice", Money.of(30_000, "EUR"), Fraction(1)),),
        starts_on=date(2026, 7, 1),
        ends_on=days[-1],
        quantile=Decimal("0.8416"),
        confidence="one-sided, 80 %",
        reading_dates=days,
        verifier="Our controller",
        signers=(Signer("ours", "Head of Sales"), Signer("customer", "CFO")),
    )
    said = agreement.content_hash
    sign_for_us(company.mia, agreement, role="Head of Sales", content_hash=said, at=NOON)
    record_customers_signature(
        company.alice, agreement, role="CFO", content_hash=said, signed_at=NOON, at=NOON, name="Jane Doe"
    )
    readings = [
        read_value(
            company.ana,
            agreement,
            as_of=day,
            actual=Decimal(38),
            std_error=Decimal("0.5"),
            method="Their extract",
            evidence_sha256="e" * 64,
            at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        )
        for day in days
    ]
    verify_value(
        company.fin,
        readings[0],
        decision="verified",
        relation_to_payees="none",
        evidence_hash="e" * 64,
        at=readings[0].recorded_at + timedelta(5),
    )
    found = _agreements(company.fin)
    assert [(each.payee, each.by) for each in found.confirmed] == [("alice", "unrelated"), ("alice", "nobody")]
    assert [(each.payee, each.is_flagged) for each in found.flags] == [("alice", bool(agreement.doubts))]
    assert _agreements(company.vic).flags == ()
