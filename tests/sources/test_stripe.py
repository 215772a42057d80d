"""Stripe exports: however they were made, the same canonical rows; and what its objects mean to us."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from sources.mapping_harness import Imported, bring_in, delivered, record

SHAPES = {
    "dlt": {
        "customer.csv": {
            "id": "cus_1",
            "name": "Acme",
            "email": "billing@acme.example",
            "delinquent": "false",
            "currency": "eur",
            "created": "1736586000",
            "metadata__salesforce_account_id": "0015J000000000bQAA",
            "_dlt_id": "c1",
        },
        "subscription.csv": {
            "id": "sub_1",
            "customer": "cus_1",
            "status": "active",
            "currency": "eur",
            "created": "1736586000",
            "start_date": "1736586000",
            "current_period_end": "1741683600",
            "_dlt_id": "s1",
        },
        "subscription__items__data.csv": {
            "id": "si_1",
            "subscription": "sub_1",
            "quantity": "2",
            "price__unit_amount": "5000",
            "price__currency": "eur",
            "price__recurring__interval": "month",
            "price__recurring__interval_count": "1",
            "price__product": "prod_1",
            "plan__id": "price_1",
            "_dlt_parent_id": "s1",
            "_dlt_id": "i1",
        },
        "invoice.csv": {
            "id": "in_1",
            "number": "A-1",
            "customer": "cus_1",
            "subscription": "sub_1",
            "status": "paid",
            "billing_reason": "subscription_cycle",
            "currency": "eur",
            "total": "10000",
            "created": "1736586000",
            "status_transitions__finalized_at": "1736589600",
            "status_transitions__paid_at": "1736672400",
            "due_date": "1737795600",
            "_dlt_id": "n1",
        },
    },
    "fivetran": {
        "customer_data.csv": {
            "id": "cus_1",
            "_fivetran_synced": "2026-04-01 00:00:00",
            "name": "Acme",
            "email": "billing@acme.example",
            "delinquent": "FALSE",
            "currency": "eur",
            "created": "2025-01-11 09:00:00",
            "metadata": '{"external_id": "0015J000000000bQAA"}',
        },
        "subscription_data.csv": {
            "id": "sub_1",
            "_fivetran_synced": "2026-04-01 00:00:00",
            "customer_id": "cus_1",
            "status": "active",
            "created": "2025-01-11 09:00:00",
            "start_date": "2025-01-11 09:00:00",
            "current_period_end": "2025-03-11 09:00:00",
            "billing_cycle_anchor": "2025-01-11 09:00:00",
        },
        "subscription_item_data.csv": {
            "id": "si_1",
            "subscription_id": "sub_1",
            "plan_id": "price_1",
            "quantity": "2",
            "created": "2025-01-11 09:00:00",
        },
        "plan_data.csv": {
            "id": "price_1",
            "amount": "5000",
            "currency": "eur",
            "interval": "month",
            "interval_count": "1",
            "product_id": "prod_1",
        },
        "invoice_data.csv": {
            "id": "in_1",
            "number": "A-1",
            "customer_id": "cus_1",
            "subscription_id": "sub_1",
            "status": "paid",
            "billing_reason": "subscription_cycle",
            "currency": "eur",
            "total": "10000",
            "created": "2025-01-11 09:00:00",
            "status_transitions_finalized_at": "2025-01-11 10:00:00",
            "status_transitions_paid_at": "2025-01-12 09:00:00",
            "due_date": "2025-01-25 09:00:00",
        },
    },
    "label": {
        "customers.csv": {
            "id": "cus_1",
            "Name": "Acme",
            "Email": "billing@acme.example",
            "Delinquent": "false",
            "Currency": "eur",
            "Created (UTC)": "2025-01-11 09:00",
            "external_id (metadata)": "",
            "metadata_external_id": "0015J000000000bQAA",
        },
        "subscriptions.csv": {
            "id": "sub_1",
            "Customer ID": "cus_1",
            "Status": "active",
            "Currency": "eur",
            "Created (UTC)": "2025-01-11 09:00",
            "Start (UTC)": "2025-01-11 09:00",
            "Current Period End (UTC)": "2025-03-11 09:00",
            "Plan": "prod_1",
            "Interval": "month",
            "Amount": "50.00",
            "Quantity": "2",
        },
        "invoices.csv": {
            "id": "in_1",
            "Number": "A-1",
            "Customer ID": "cus_1",
            "Subscription": "sub_1",
            "Status": "paid",
            "Currency": "eur",
            "Total": "100.00",
            "Created (UTC)": "2025-01-11 09:00",
            "Finalized At (UTC)": "2025-01-11 10:00",
            "Paid At (UTC)": "2025-01-12 09:00",
            "Due Date (UTC)": "2025-01-25 09:00",
        },
    },
}


def brought(**tables: str) -> Imported:
    """Exports by Fivetran's names, one table an argument."""
    return bring_in(*(delivered(f"stripe/{name}.csv", text) for name, text in tables.items()))


@pytest.mark.parametrize("shape", SHAPES)
def test_all_shapes_give_the_same_customer_contracts_and_invoice(shape: str) -> None:
    given = bring_in(*(record(f"stripe/{name}", **cells) for name, cells in SHAPES[shape].items()))
    assert given.recognition.unmapped == ()
    facts = ("account_id", "name", "domain", "currency", "created_at", "extra_external_id")
    assert given.rows("accounts", *facts) == [
        (
            "stripe:cus_1",
            "Acme",
            "acme.example",
            "EUR",
            datetime.fromisoformat("2025-01-11T09:00"),
            "0015J000000000bQAA",
        )
    ]
    facts = ("contract_id", "account_id", "product", "starts_on", "ends_on", "amount", "currency", "renews_contract_id")
    assert given.rows("contracts", *facts) == [
        (
            *("stripe:sub_1:1", "stripe:cus_1", "prod_1"),
            *(date(2025, 1, 11), date(2025, 2, 10), Decimal(100), "EUR", None),
        ),
        (
            *("stripe:sub_1:2", "stripe:cus_1", "prod_1"),
            *(date(2025, 2, 11), date(2025, 3, 10), Decimal(100), "EUR", "stripe:sub_1:1"),
        ),
    ]
    facts = ("invoice_id", "account_id", "contract_id", "issued_on", "due_on", "paid_on", "amount", "currency")
    assert given.rows("invoices", *facts) == [
        (
            *("stripe:in_1", "stripe:cus_1", "stripe:sub_1:1"),
            *(date(2025, 1, 11), date(2025, 1, 25), date(2025, 1, 12), Decimal(100), "EUR"),
        )
    ]


PLANS = """id,amount,currency,interval,interval_count,product_id
    yearly,120000,eur,year,1,p1
    monthly,1000,eur,month,1,p2
    quarterly,3000,jpy,month,3,p3"""
SUBSCRIPTION = "id,customer_id,status,start_date,current_period_end,ended_at,trial_start,trial_end,plan_id,quantity"


def terms(*subscriptions: str, **tables: str) -> list[tuple[str, ...]]:
    """Contracts of subscriptions, as text: id, first and last day, cancelled on, amount."""
    given = brought(subscription="\n".join([SUBSCRIPTION, *subscriptions]), plan=PLANS, **tables)
    assert not any(given.lost.values())
    facts = ("contract_id", "starts_on", "ends_on", "cancelled_on", "amount")
    return [tuple(str(fact).removeprefix("stripe:") for fact in row) for row in given.rows("contracts", *facts)]


def test_a_yearly_subscription_is_a_contract_a_year() -> None:
    assert terms("a,c,active,2024-02-29,2026-02-28,,,,yearly,1") == [
        ("a:1", "2024-02-29", "2025-02-27", "None", "1200.0000"),
        ("a:2", "2025-02-28", "2026-02-27", "None", "1200.0000"),
    ]


def test_it_stops_on_the_day_it_ended() -> None:
    assert terms("a,c,canceled,2025-01-31,2025-04-30,2025-03-10,,,monthly,3") == [
        ("a:1", "2025-01-31", "2025-02-27", "None", "30.0000"),
        ("a:2", "2025-02-28", "2025-03-30", "2025-03-10", "30.0000"),
    ]


def test_a_trial_is_no_contract() -> None:
    assert terms(
        "a,c,active,2025-01-01,2025-02-15,,2025-01-01,2025-01-15,monthly,1",
        "b,c,trialing,2025-01-01,2025-01-15,,2025-01-01,2025-01-15,monthly,1",
        "d,c,canceled,2025-01-01,2025-01-15,2025-01-10,2025-01-01,2025-01-15,monthly,1",
        "e,c,incomplete_expired,2025-01-01,2025-02-01,,,,monthly,1",
    ) == [("a:1", "2025-01-15", "2025-02-14", "None", "10.0000")]


def test_a_currency_without_cents_and_a_term_of_three_months() -> None:
    assert terms("a,c,active,2025-01-01,2025-07-01,,,,quarterly,1") == [
        ("a:1", "2025-01-01", "2025-03-31", "None", "3000.0000"),
        ("a:2", "2025-04-01", "2025-06-30", "None", "3000.0000"),
    ]


def test_items_of_different_rhythm_are_counted_over_the_longest_term() -> None:
    items = "id,subscription_id,plan_id,quantity\ni1,a,yearly,1\ni2,a,monthly,2"
    assert terms("a,c,active,2025-01-01,2026-01-01,,,,,", subscription_item=items) == [
        ("a:1", "2025-01-01", "2025-12-31", "None", "1440.0000")
    ]


def test_without_a_price_the_amount_is_not_known() -> None:
    assert terms("a,c,active,2025-01-01,2025-02-01,,,,unheard,1") == [
        ("a:1", "2025-01-01", "2025-01-31", "None", "None")
    ]


COUPONS = """id,percent_off,amount_off,currency,duration,times_redeemed
    tenth,10,,,forever,1
    five,,500,eur,once,1"""


def test_discounts_lower_the_amount_while_they_hold() -> None:
    discounts = """id,customer_id,subscription_id,coupon_id,start,end
        d1,c,a,tenth,2025-01-01,2025-03-01
        d2,c,a,five,2025-02-10,"""
    assert [
        row[0::4] for row in terms("a,c,active,2025-01-01,2025-05-01,,,,monthly,1", coupon=COUPONS, discount=discounts)
    ] == [
        ("a:1", "9.0000"),
        ("a:2", "4.0000"),
        ("a:3", "10.0000"),
        ("a:4", "10.0000"),
    ]


def test_a_customers_discount_lowers_every_subscription_and_the_list_price_stays_known() -> None:
    given = brought(
        subscription=f"{SUBSCRIPTION}\na,c,active,2025-01-01,2025-02-01,,,,monthly,1\nb,c,active,2025-01-01,2025-02-01,,,,monthly,2",
        plan=PLANS,
        coupon=COUPONS,
        discount="id,customer_id,subscription_id,coupon_id,start\nd1,c,,tenth,2025-01-01",
    )
    assert given.rows("contracts", "contract_id", "amount", "extra_list_amount") == [
        ("stripe:a:1", Decimal(9), Decimal(10)),
        ("stripe:b:1", Decimal(18), Decimal(20)),
    ]


def test_only_the_newest_version_of_a_subscription_makes_contracts() -> None:
    given = brought(
        subscription_history=f"""{SUBSCRIPTION},_fivetran_start,_fivetran_active
            a,c,active,2025-01-01,2025-02-01,,,,monthly,1,2025-01-01,false
            a,c,active,2025-01-01,2025-02-01,,,,monthly,5,2025-01-10,true""",
        plan=PLANS,
    )
    assert given.rows("contracts", "amount") == [(Decimal(50),)]
    assert given.lost["subscription"] == []


INVOICE = "id,customer_id,subscription_id,status,billing_reason,currency,total,created"


def test_an_invoice_bills_the_term_that_its_lines_name() -> None:
    given = brought(
        subscription=f"{SUBSCRIPTION}\na,c,active,2025-01-01,2025-03-01,,,,monthly,1",
        plan=PLANS,
        invoice=f"{INVOICE}\ni1,c,,paid,cycle,eur,1000,2025-01-31 23:00:00\ni2,c,a,open,cycle,eur,1000,2025-01-02",
        invoice_line_item="id,invoice_id,subscription_id,amount,period_start\nl1,i1,a,1000,2025-02-01",
    )
    assert given.rows("invoices", "invoice_id", "contract_id", "paid_on") == [
        ("stripe:i1", "stripe:a:2", None),
        ("stripe:i2", "stripe:a:1", None),
    ]


def test_drafts_are_no_invoices_and_void_ones_are_gone() -> None:
    given = brought(invoice=f"{INVOICE}\ni1,c,,draft,manual,eur,1000,2025-01-01\ni2,c,,void,manual,eur,1000,2025-01-01")
    assert given.rows("invoices", "invoice_id", "is_deleted") == [("stripe:i2", True)]
    assert given.lost["invoice"] == []


@pytest.mark.parametrize(
    ("email", "domain"), [("a@acme.example", "acme.example"), ("acme@gmail.com", None), ("nobody", None), ("", None)]
)
def test_only_a_companys_own_mail_domain_is_its_domain(email: str, domain: str | None) -> None:
    given = bring_in(
        record("stripe/customer.csv", id="c", name="Acme", email=email, delinquent="", created="1736586000")
    )
    assert given.rows("accounts", "domain") == [(domain,)]
