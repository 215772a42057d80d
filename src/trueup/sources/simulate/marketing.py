"""The marketing system's export in Fivetran's HubSpot shape: companies, contacts, campaigns and mail events."""

import numpy as np
import pyarrow as pa

from trueup.sources.simulate import names, texts
from trueup.sources.simulate.addresses import account_domains, colloquial_names, contact_emails
from trueup.sources.simulate.clock import DAY, as_date
from trueup.sources.simulate.columns import Flags, Ints, constant, fixed, joined, picked, plain_ids, stamps
from trueup.sources.simulate.scale import RUN_UP_MONTHS, Company
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import Contacts

COMPANY_IDS, CONTACT_IDS, CAMPAIGN_IDS = 2_180_000_001, 51_000_001, 75_310_001
SENT, DELIVERED, OPENED, CLICKED = range(4)
_TYPES = ("SENT", "DELIVERED", "OPEN", "CLICK")
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def event_ids(number: Ints, kind: Ints) -> pa.Array:
    """UUID-looking ids of mail events, one to one with number and kind."""
    whole = (number * 4 + kind).astype(np.uint64)
    # Multiplying by an odd number permutes the 64-bit integers: different events keep different ids.
    mixed = whole * np.uint64(0x9E3779B97F4A7C15)
    nibbles = (mixed[:, None] >> (np.arange(15, -1, -1, dtype=np.uint64) * np.uint64(4))) & np.uint64(15)
    text = np.full((len(number), 36), ord("0"), dtype=np.uint8)
    text[:, [8, 13, 18, 23]] = ord("-")
    places = [*range(8), *range(9, 13), *range(14, 18)]
    text[:, places] = _HEX[nibbles.astype(np.int64)]
    text[:, 19:23] = np.frombuffer(b"b1aa", dtype=np.uint8)
    return fixed(text)


def campaign_days(company: Company, scene_months: Ints) -> Ints:
    """The local moments at which campaigns go out: spread evenly over the exported window, Tuesdays at ten."""
    window = scene_months[RUN_UP_MONTHS:]
    count = company.mailings_per_year * company.years
    which = np.linspace(0, len(window) - 1, count).astype(np.int64)
    extra = np.arange(count) - np.searchsorted(which, which)
    day = window[which] + 7 * extra
    tuesday = day + (5 - (day + 3) % 7 + 3) % 7
    return np.asarray(tuesday * DAY + 10 * 3600)


def write_campaigns(sheets: Sheets, sent_at: Ints) -> None:
    """One row a campaign."""
    number = np.arange(len(sent_at))
    kind = number % len(texts.CAMPAIGNS)
    month = pa.array([f"{as_date(int(at) // DAY):%B %Y}" for at in sent_at], pa.large_string())
    name = joined(picked(texts.CAMPAIGNS, kind), " ", month)
    sheets.append(
        "hubspot/email_campaign.csv",
        {
            "id": plain_ids(number, CAMPAIGN_IDS),
            "name": name,
            "subject": joined(name, " from Nordlicht"),
            "type": constant("BATCH_EMAIL", len(number)),
            "app_name": constant("Batch", len(number)),
        },
    )


def write_audience(sheets: Sheets, scene: Scene, contacts: Contacts) -> None:
    """Companies and contacts as marketing knows them: by domain and address, with no id of the CRM."""
    accounts, clock = scene.accounts, scene.clock
    created = stamps(clock.utc(accounts.created_on * DAY + 13 * 3600), " ", "")
    sheets.append(
        "hubspot/company.csv",
        {
            "id": plain_ids(accounts.number, COMPANY_IDS),
            "is_deleted": pa.repeat(pa.scalar(value=False), len(accounts)),
            "property_name": colloquial_names(accounts),
            "property_domain": account_domains(accounts),
            "property_industry": picked(names.INDUSTRIES, accounts.industry),
            "property_country": picked(names.COUNTRIES, accounts.country),
            "property_numberofemployees": pa.array(accounts.employees),
            "property_createdate": created,
        },
    )
    known = np.flatnonzero(contacts.in_crm)
    columns = {
        "id": plain_ids(contacts.number, CONTACT_IDS),
        "property_email": contact_emails(accounts, contacts),
        "property_firstname": picked(names.FIRST_TEXTS, contacts.first_name),
        "property_lastname": picked(names.LAST_TEXTS, contacts.last_name),
        "property_associatedcompanyid": plain_ids(accounts.number[contacts.account], COMPANY_IDS),
        "property_createdate": stamps(clock.utc(contacts.created_on * DAY + 13 * 3600), " ", ""),
    }
    sheets.append("hubspot/contact.csv", {name: values.take(pa.array(known)) for name, values in columns.items()})


def write_mailings(
    sheets: Sheets, scene: Scene, contacts: Contacts, *, sent_at: Ints, rng: np.random.Generator
) -> None:
    """Mail events: who got what, opened it, clicked. Bigger customers click more, which means nothing."""
    reader = np.flatnonzero(contacts.in_crm & (rng.random(len(contacts.number)) < 0.8))
    row, campaign = (grid.ravel() for grid in np.meshgrid(reader, np.arange(len(sent_at)), indexing="ij"))
    day = sent_at[campaign] // DAY
    account = contacts.account[row]
    there = (contacts.created_on[row] < day) & (contacts.left_on[row] > day)
    # Two months after leaving, customers drop off the list.
    left = np.where(scene.left_on < 0, scene.clock.cutoff + 1, scene.left_on)[account]
    there &= left + 60 > day
    row, campaign, account = row[there], campaign[there], account[there]
    size = scene.accounts.size[account]
    opens = rng.random(len(row)) < 1 / (1 + np.exp(0.9 - 0.25 * size))
    clicks = opens & (rng.random(len(row)) < 1 / (1 + np.exp(1.6 - 0.45 * size)))
    at = sent_at[campaign] + rng.integers(0, 900, len(row))
    read = at + (3600 * rng.gamma(1.2, 9.0, len(row))).astype(np.int64) + 60
    number = contacts.number[row] * len(sent_at) + campaign
    everybody = np.ones(len(row), dtype=np.bool_)
    parts = (
        (everybody, SENT, at),
        (everybody, DELIVERED, at + 4),
        (opens, OPENED, read),
        (clicks, CLICKED, read + rng.integers(5, 300, len(row))),
    )
    _write_events(sheets, scene, contacts, parts=parts, row=row, campaign=campaign, number=number)


def _write_events(
    sheets: Sheets,
    scene: Scene,
    contacts: Contacts,
    *,
    parts: tuple[tuple[Flags, int, Ints], ...],
    row: Ints,
    campaign: Ints,
    number: Ints,
) -> None:
    clock = scene.clock
    addresses = contact_emails(scene.accounts, contacts)
    for chosen, kind, at in parts:
        here = np.flatnonzero(chosen & clock.known(at))
        ids = event_ids(number[here], np.full(len(here), kind))
        cause = event_ids(number[here], np.zeros(len(here), dtype=np.int64))
        sheets.append(
            "hubspot/email_event.csv",
            {
                "id": ids,
                "type": constant(_TYPES[kind], len(here)),
                "created": stamps(clock.utc(at[here]), " ", ""),
                "email_campaign_id": plain_ids(campaign[here], CAMPAIGN_IDS),
                "recipient": picked(addresses, row[here]),
                "sent_by_id": cause if kind else pa.nulls(len(here), pa.large_string()),
                "filtered_event": pa.repeat(pa.scalar(value=False), len(here)),
            },
        )
        _write_details(sheets, ids, kind, campaign[here])


def _write_details(sheets: Sheets, ids: pa.Array, kind: int, campaign: Ints) -> None:
    rows = len(campaign)
    news = joined("https://www.nordlicht-ops.example/news/", pa.array(campaign))
    details: dict[int, tuple[str, dict[str, pa.Array]]] = {
        SENT: ("sent", {"from": constant("news@nordlicht-ops.example", rows), "subject": constant("News", rows)}),
        OPENED: ("open", {"duration": pa.array(2000 + campaign * 31 % 9000), "browser": constant("Mail", rows)}),
        CLICKED: ("click", {"url": news, "browser": constant("Mail", rows)}),
    }
    if kind in details:
        name, columns = details[kind]
        sheets.append(f"hubspot/email_event_{name}.csv", {"id": ids, **columns})
