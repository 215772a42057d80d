"""Pay for the value of all customers in a payee's book: whom somebody left out, or nobody measured, helps nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from pay.paying import BEGUN, END, Company, earns, plan, usd
from trueup.pay.facts import Assignment, EligibleCustomer, Facts, SignedAgreement, ValueReading
from trueup.pay.plan import ValueComponent
from trueup.units.money import Money

few = settings(max_examples=80, deadline=None)
ALL = ValueComponent("value", over="all_customers")


@dataclass(frozen=True)
class Customer:
    """A customer in Ann's book: what its agreement pays at target, commits and realised; nothing without one."""

    at_target: int
    committed: int
    day: int
    realised: int | None
    is_agreed: bool = True


customers = st.builds(
    Customer,
    st.integers(0, 5_000),
    st.integers(1, 1_000),
    st.integers(0, 90),
    st.none() | st.integers(-500, 3_000),
    st.booleans(),
)
books = st.lists(customers, min_size=1, max_size=6)


def told_of(book: Sequence[Customer]) -> Facts:
    agreed = [(f"c{number}", each) for number, each in enumerate(book) if each.is_agreed]
    return replace(
        Facts(assignments=(Assignment("ann", "sales", BEGUN),)),
        eligible_customers=tuple(EligibleCustomer("ann", f"c{number}") for number, _ in enumerate(book)),
        agreements=tuple(
            SignedAgreement(
                f"a{name}", "ann", name, "value", BEGUN + timedelta(each.day), usd(each.at_target),
                usd(each.committed), usd(0),
            )
            for name, each in agreed
        ),
        readings=tuple(
            ValueReading(
                f"a{name}", date(2026, 6, 30), Fraction(each.realised), Fraction(each.realised), END, END,
                verified_on=date(2026, 7, 5),
            )
            for name, each in agreed
            if each.realised is not None
        ),
    )  # fmt: skip


def pays(book: Sequence[Customer], component: ValueComponent = ALL) -> Money:
    calculated = earns(Company((plan(component),), told_of(book)))
    assert not calculated.refused
    return sum(calculated.earned.values(), usd(0))


@few
@whatever(books, st.data())
def test_leaving_a_customer_out_of_the_agreements_never_pays_more(book: list[Customer], data: st.DataObject) -> None:
    left_out = data.draw(st.integers(0, len(book) - 1))
    without = [replace(each, is_agreed=each.is_agreed and number != left_out) for number, each in enumerate(book)]
    assert pays(without) <= pays(book)


@few
@whatever(books)
def test_a_customer_nobody_measured_pays_as_one_that_realised_nothing(book: list[Customer]) -> None:
    read = [replace(each, realised=each.realised or 0) for each in book]
    assert pays(read) == pays(book)


@few
@whatever(books, st.data())
def test_which_customers_agreement_pays_how_much_at_target_changes_nothing(
    book: list[Customer], data: st.DataObject
) -> None:
    """So nobody puts all of it on the one that does well anyway. All signed on one day; amounts in parts of coins."""
    agreed = [replace(each, is_agreed=True, day=0, at_target=each.at_target * 60) for each in book]
    others = data.draw(st.permutations([each.at_target for each in agreed]))
    moved = [replace(each, at_target=target) for each, target in zip(agreed, others, strict=True)]
    assert pays(moved) == pays(agreed)


@few
@whatever(books)
def test_where_everybody_agreed_on_the_same_it_pays_what_the_agreements_pay(book: list[Customer]) -> None:
    alike = [replace(each, is_agreed=True, day=0, at_target=900) for each in book]
    assert pays(alike) == pays(alike, ValueComponent("value"))


@pytest.mark.parametrize(("known_on", "earned"), [("2026-07-10", "100.00"), ("2026-08-10", "50.00")])
def test_a_customer_whom_one_learns_of_later_counts_from_then_on(known_on: str, earned: str) -> None:
    told = told_of([Customer(100, 100, 0, 100)])
    late = EligibleCustomer("ann", "umbra", date(2026, 3, 1), known_on=date(2026, 8, 1))
    told = replace(
        told,
        eligible_customers=(*told.eligible_customers, late),
        readings=tuple(replace(each, known_on=date(2026, 7, 5)) for each in told.readings),
    )
    found = earns(Company((plan(ALL),), told), known_on=date.fromisoformat(known_on))
    assert [str(amount.amount) for amount in found.earned.values()] == [earned]


def test_one_version_pays_those_who_signed_under_it_as_it_said() -> None:
    """Acme signed while each customer paid by its own agreement, Globex once all customers counted."""
    both = [Customer(100, 100, 0, 100), Customer(100, 100, 60, 100), Customer(0, 1, 0, None, is_agreed=False)]
    told = told_of(both)
    first = plan(ValueComponent("value"))
    later = plan(ALL, valid_from=date(2026, 2, 1))
    lines = [line for line in earns(Company((first, later), told)).lines if line.kind == "release"]
    assert [(line.customer, str(line.amount.amount), line.among) for line in lines] == [
        ("c0", "100.00", 0),
        ("c1", "66.67", 3),
    ]


def test_amounts_at_target_in_two_currencies_are_told() -> None:
    told = told_of([Customer(100, 100, 0, 100), Customer(100, 100, 0, 100)])
    first, second = told.agreements
    euros = replace(second, at_target=Money.of(100, "EUR"))
    (found,) = earns(Company((plan(ALL),), replace(told, agreements=(first, euros)))).unreckoned
    assert (found.payee, found.component, found.refuses) == ("ann", "value", True)
