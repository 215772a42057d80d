"""Marketing mail: what we sent and what was clicked, the contrast to customers speaking for us."""

import ibis
from ibis import Table

from trueup.metrics.fact import Fact, Inputs
from trueup.metrics.instants import known_by, local_date
from trueup.metrics.lookup import looked_up


def _campaign_mail(inputs: Inputs) -> Table:
    events, contacts, accounts = inputs.canon("campaign_events"), inputs.canon("contacts"), inputs.canon("accounts")
    rows = events.filter(events.kind.isin(("send", "click")), known_by(events.occurred_at))
    rows = looked_up(rows, contacts.select("contact_id", contact_account_id=contacts.account_id), by="contact_id")
    rows = rows.mutate(account_id=ibis.coalesce(rows.account_id, rows.contact_account_id))
    rows = looked_up(rows, accounts.select("account_id", person_id=accounts.owner_id), by="account_id")
    occurred_on = local_date(rows.occurred_at)
    contact = rows.contact_id.fill_null("")
    return rows.select(
        "account_id",
        "occurred_at",
        "person_id",
        "campaign_id",
        fact_key=rows.campaign_id.concat("/", contact, "/", rows.kind, "/", rows.occurred_at.cast("string")),
        occurred_on=occurred_on,
        credited_on=occurred_on,
        is_send=rows.kind == "send",
        is_click=rows.kind == "click",
    )


FACTS: tuple[Fact, ...] = (
    Fact(
        "campaign_mail",
        "Each send and each click of marketing mail, by its own day.",
        _campaign_mail,
        credit="person",
        requires={"campaign_events": ("campaign_id", "occurred_at", "kind")},
    ),
)
