"""Stripe's lists of a small company, and the same as JSON files."""

from pathlib import Path

from live_records import DAY, MARCH, Record, Tables, write_json


def customer(number: int, name: str) -> Record:
    return {
        "id": f"cus_{number}",
        "object": "customer",
        "name": name,
        "email": f"pay@{name}.example",
        "balance": 0,
    } | {
        "delinquent": False,
        "currency": "eur",
        "invoice_prefix": f"X{number}",
        "created": MARCH - 400 * DAY + number,
        "metadata": {"crm_id": f"A-{number}"},
    }


def subscription(number: int, cents: int) -> Record:
    price = {"id": "price_1", "unit_amount": cents, "currency": "eur", "product": "prod_1"} | {
        "recurring": {"interval": "month", "interval_count": 1}
    }
    item = {"id": f"si_{number}", "object": "subscription_item", "quantity": 3, "price": price, "created": MARCH}
    return {"id": f"sub_{number}", "object": "subscription", "customer": f"cus_{number}", "status": "active"} | {
        "currency": "eur",
        "created": MARCH - 90 * DAY,
        "start_date": MARCH - 90 * DAY,
        "current_period_start": MARCH,
        "current_period_end": MARCH + 31 * DAY,
        "billing_cycle_anchor": MARCH - 90 * DAY,
        "canceled_at": None,
        "ended_at": None,
        "trial_end": None,
        "items": {"object": "list", "data": [item], "has_more": False},
    }


def invoice(number: int, cents: int) -> Record:
    line = {
        "id": f"il_{number}",
        "amount": cents,
        "subscription": f"sub_{number}",
        "period": {"start": MARCH, "end": MARCH + 31 * DAY},
    }
    return {"id": f"in_{number}", "object": "invoice", "number": f"R-{number}", "customer": f"cus_{number}"} | {
        "subscription": f"sub_{number}",
        "status": "open",
        "paid": False,
        "billing_reason": "subscription_cycle",
        "currency": "eur",
        "subtotal": cents,
        "total": cents,
        "amount_due": cents,
        "amount_paid": 0,
        "attempt_count": 1,
        "created": MARCH + number,
        "due_date": MARCH + 14 * DAY,
        "period_start": MARCH,
        "period_end": MARCH + 31 * DAY,
        "status_transitions": {"finalized_at": MARCH + number, "paid_at": None},
        "lines": {"object": "list", "data": [line], "has_more": False},
    }


def stripe() -> Tables:
    return {
        "stripe.customers": [customer(1, "acme"), customer(2, "beta"), customer(3, "gamma")],
        "stripe.subscriptions": [subscription(1, 4900), subscription(2, 19900)],
        "stripe.invoices": [invoice(1, 14700), invoice(2, 59700)],
        "stripe.products": [
            {"id": "prod_1", "object": "product", "name": "Seats", "livemode": True, "created": MARCH - DAY}
        ],
        "stripe.coupons": [],
        "stripe.events": [],
    }


def stripe_export(folder: Path, tables: Tables) -> None:
    """The API's lists as JSON files."""
    for name in ("customers", "products"):
        write_json(folder / f"{name}.json", tables[f"stripe.{name}"])
    subscriptions, invoices = tables["stripe.subscriptions"], tables["stripe.invoices"]
    write_json(folder / "subscription.json", [{n: v for n, v in s.items() if n != "items"} for s in subscriptions])
    items = [{**i, "subscription": s["id"]} for s in subscriptions for i in s["items"]["data"]]
    write_json(folder / "subscription_item.json", items)
    write_json(folder / "invoice.json", [{n: v for n, v in i.items() if n != "lines"} for i in invoices])
    write_json(
        folder / "invoice_line_item.json",
        [{**line, "invoice": i["id"]} for i in invoices for line in i["lines"]["data"]],
    )
