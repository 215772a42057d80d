"""The CRM's deals and leads: opportunities with line items and both histories."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.sources.simulate import names, texts
from trueup.sources.simulate.addresses import account_domains, account_names, colloquial_names
from trueup.sources.simulate.clock import DAY, Clock
from trueup.sources.simulate.columns import (
    NOTHING,
    Ints,
    dates,
    joined,
    money,
    picked,
    salesforce_ids,
    where,
)
from trueup.sources.simulate.crm import ACCOUNT, CONTACT, DEAL, FORECASTS, PRODUCT, USER, salesforce_stamps
from trueup.sources.simulate.deals import (
    AMOUNT,
    CHANCES,
    CLOSE_DATE,
    CREATED,
    NEXT_STEP,
    OPEN,
    OWNER,
    STAGE,
    STAGES,
    WON,
    Changes,
    Deals,
)
from trueup.sources.simulate.leads import SOURCES, Leads
from trueup.sources.simulate.promotions import promotion_ids
from trueup.sources.simulate.serials import Serials
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import CURRENCIES

LINE, HISTORY, FIELD_HISTORY, LEAD, PRICE = "00k", "008", "017", "00Q", "01u"
TYPES = ("New Business", "Expansion", "Renewal")
_FIELDS = ("created", "StageName", "Amount", "CloseDate", "Owner", "NextStep")
_DATA_TYPES = ("Text", "DynamicEnum", "Currency", "DateOnly", "EntityId", "Text")


def write_deals(
    sheets: Sheets, deals: Deals, changes: Changes, *, number: Ints, source: Ints, scene: Scene, serials: Serials
) -> None:
    """Opportunities numbered ``number``, their lead ``source``, line items and histories."""
    last = np.append(changes.deal[1:] != changes.deal[:-1], [True]) if len(changes) else np.zeros(0, dtype=np.bool_)
    _write_opportunities(sheets, deals, changes, last=np.flatnonzero(last), number=number, source=source, scene=scene)
    _write_lines(sheets, deals, number=number, scene=scene, serials=serials)
    _write_histories(sheets, deals, changes, number=number, clock=scene.clock, serials=serials)


def _write_opportunities(
    sheets: Sheets, deals: Deals, changes: Changes, *, last: Ints, number: Ints, source: Ints, scene: Scene
) -> None:
    accounts, clock = scene.accounts, scene.clock
    account = deals.account
    stage, amount = changes.stage[last], changes.amount[last]
    closed = deals.outcome != OPEN
    is_open = ~closed
    chance = np.array(CHANCES)[stage]
    close_day = np.where(closed, clock.local(deals.closed) // DAY, changes.day[last])
    owner = np.where(is_open & (deals.handed_at > changes.at[last]), deals.opener, deals.seller)
    product = picked(names.PRODUCTS, deals.product)
    touched = salesforce_stamps(clock.local(changes.at[last]), clock)
    step = np.where(is_open, number % len(texts.NEXT_STEPS), NOTHING)
    sheets.append(
        "salesforce/Opportunity.csv",
        {
            "Id": salesforce_ids(DEAL, number),
            "IsDeleted": pa.repeat(pa.scalar(value=False), len(deals)),
            "AccountId": salesforce_ids(ACCOUNT, accounts.number[account]),
            "Name": joined(colloquial_names(accounts).take(pa.array(account)), " - ", product),
            "StageName": picked(STAGES, stage),
            "Amount": money(amount),
            "Probability": pa.array(chance),
            "ExpectedRevenue": money(np.where(amount < 0, NOTHING, amount * chance // 100)),
            "CloseDate": dates(close_day),
            "Type": picked(TYPES, deals.kind),
            "LeadSource": picked(SOURCES, source),
            "NextStep": picked(texts.NEXT_STEPS, step),
            "IsClosed": pa.array(closed),
            "IsWon": pa.array(deals.outcome == WON),
            "ForecastCategoryName": picked(FORECASTS, stage),
            "OwnerId": salesforce_ids(USER, owner),
            "CurrencyIsoCode": picked(CURRENCIES, accounts.currency[account]),
            "CreatedDate": salesforce_stamps(clock.local(deals.opened), clock),
            "LastModifiedDate": touched,
            "SystemModstamp": touched,
        },
    )


def _write_lines(sheets: Sheets, deals: Deals, *, number: Ints, scene: Scene, serials: Serials) -> None:
    """One line a quoted deal: the licence fee times one, or a price per user times users where that divides."""
    quoted = deals.has_lines & (deals.last_stage >= 3)
    rows = np.flatnonzero(quoted)
    price, net = deals.list_amount[rows], deals.net_amount[rows]
    users = np.where(price % 1000 == 0, 10, 1)
    in_price = deals.discount_in_price[rows] | (price <= 0)
    percent = np.where(price > 0, (price - net) / np.maximum(price, 1) * 100, 0.0)
    created = salesforce_stamps(scene.clock.local(deals.stage_at[rows, 3]), scene.clock)
    sheets.append(
        "salesforce/OpportunityLineItem.csv",
        {
            "Id": salesforce_ids(LINE, serials.take("line", len(rows))),
            "OpportunityId": salesforce_ids(DEAL, number[rows]),
            "PricebookEntryId": salesforce_ids(PRICE, deals.product[rows]),
            "Product2Id": salesforce_ids(PRODUCT, deals.product[rows]),
            "ProductCode": picked(names.PRODUCT_CODES, deals.product[rows]),
            "Quantity": pa.array(users),
            "ListPrice": money(price // users),
            "UnitPrice": money(np.where(in_price, net // users, price // users)),
            "Discount": pa.array(percent, mask=in_price | (percent == 0)),
            "TotalPrice": money(net),
            "CurrencyIsoCode": picked(CURRENCIES, scene.accounts.currency[deals.account[rows]]),
            "CreatedDate": created,
            "SystemModstamp": created,
        },
    )


def _write_histories(
    sheets: Sheets, deals: Deals, changes: Changes, *, number: Ints, clock: Clock, serials: Serials
) -> None:
    deal = changes.deal
    at = salesforce_stamps(clock.local(changes.at), clock)
    by = np.where(changes.at < deals.handed_at[deal], deals.opener[deal], deals.seller[deal])
    person = salesforce_ids(USER, by)
    old, new = _values(deals, changes)
    sheets.append(
        "salesforce/OpportunityFieldHistory.csv",
        {
            "Id": salesforce_ids(FIELD_HISTORY, serials.take("field history", len(changes))),
            "OpportunityId": salesforce_ids(DEAL, number[deal]),
            "Field": picked(_FIELDS, changes.what),
            "DataType": picked(_DATA_TYPES, changes.what),
            "OldValue": old,
            "NewValue": new,
            "CreatedById": person,
            "CreatedDate": at,
        },
    )
    whole = pa.array(np.flatnonzero(np.isin(changes.what, (CREATED, STAGE, AMOUNT, CLOSE_DATE))))
    chance = np.array(CHANCES)[changes.stage]
    columns = {
        "Id": salesforce_ids(HISTORY, serials.take("history", len(changes))),
        "OpportunityId": salesforce_ids(DEAL, number[deal]),
        "StageName": picked(STAGES, changes.stage),
        "Amount": money(changes.amount),
        "Probability": pa.array(chance),
        "ExpectedRevenue": money(np.where(changes.amount < 0, NOTHING, changes.amount * chance // 100)),
        "CloseDate": dates(changes.day),
        "ForecastCategory": picked(FORECASTS, changes.stage),
        "CreatedById": person,
        "CreatedDate": at,
    }
    sheets.append("salesforce/OpportunityHistory.csv", {name: values.take(whole) for name, values in columns.items()})


def _amount_texts(cents: Ints) -> pa.Array:
    """Amounts as the field history writes them: text with two decimals."""
    whole, rest = np.divmod(np.maximum(cents, 0), 100)
    text = joined(pa.array(whole), ".", pc.utf8_lpad(pc.cast(pa.array(rest), pa.large_string()), 2, "0"))
    return where(cents >= 0, text)


def _values(deals: Deals, changes: Changes) -> tuple[pa.Array, pa.Array]:
    """Old and new values as text, by what changed."""
    rows = len(changes)
    before = np.append([0], changes.stage[:-1]) if rows else changes.stage
    step = (changes.deal * 3 + np.arange(rows)) % len(texts.NEXT_STEPS)
    empty = pa.nulls(rows, pa.large_string())
    opener, seller = salesforce_ids(USER, deals.opener[changes.deal]), salesforce_ids(USER, deals.seller[changes.deal])
    pairs = (
        (STAGE, picked(STAGES, before), picked(STAGES, changes.stage)),
        (AMOUNT, _amount_texts(changes.old_amount), _amount_texts(changes.amount)),
        (CLOSE_DATE, dates(changes.old_day), dates(changes.day)),
        (OWNER, opener, seller),
        (NEXT_STEP, empty, picked(texts.NEXT_STEPS, step)),
    )
    old, new = empty, empty
    for what, before_text, after_text in pairs:
        here = pa.array(changes.what == what)
        old, new = pc.if_else(here, before_text, old), pc.if_else(here, after_text, new)
    return old, new


def write_leads(
    sheets: Sheets, leads: Leads, *, deal_number: Ints, deals: Deals, scene: Scene, serials: Serials
) -> None:
    """Leads: those behind deals, and those that never became any."""
    accounts, clock = scene.accounts, scene.clock
    rows = len(leads)
    converted = leads.deal >= 0
    account = np.where(converted, deals.account[np.maximum(leads.deal, 0)], leads.lookalike)
    strange = joined(picked(names.STEM_TEXTS, leads.stem), " ", picked(names.TRADE_TEXTS, leads.trade))
    company = pc.if_else(pa.array(converted), account_names(accounts).take(pa.array(account)), strange)
    stem, trade = picked(names.STEM_DOMAINS, leads.stem), picked(names.TRADE_DOMAINS, leads.trade)
    own = account_domains(accounts).take(pa.array(account))
    domain = pc.if_else(pa.array(converted), own, joined(stem, "-", trade, ".example"))
    first, last = picked(names.FIRST_TEXTS, leads.first_name), picked(names.LAST_TEXTS, leads.last_name)
    address = joined(
        picked(names.FIRST_ADDRESSES, leads.first_name), ".", picked(names.LAST_ADDRESSES, leads.last_name), "@", domain
    )
    opened = deals.opened[np.maximum(leads.deal, 0)]
    conversion_day = np.where(converted, clock.local(opened) // DAY, NOTHING)
    state = np.select([converted, leads.qualified >= 0], [2, 1], default=leads.stem % 2 * 3)
    touched = np.where(converted, clock.local(opened), np.maximum(leads.created, leads.qualified))
    deal = np.where(converted, deal_number[np.maximum(leads.deal, 0)], NOTHING)
    sheets.append(
        "salesforce/Lead.csv",
        {
            "Id": salesforce_ids(LEAD, serials.take("lead", rows)),
            "IsDeleted": pa.repeat(pa.scalar(value=False), rows),
            "FirstName": first,
            "LastName": last,
            "Name": joined(first, " ", last),
            "Company": company,
            "Title": picked(names.TITLE_TEXTS, leads.stem % len(names.TITLE_TEXTS)),
            "Email": address,
            "LeadSource": picked(SOURCES, leads.source),
            "Status": picked(
                ("Open - Not Contacted", "Qualified", "Closed - Converted", "Closed - Not Converted"), state
            ),
            "OwnerId": salesforce_ids(USER, leads.owner),
            "IsConverted": pa.array(converted),
            "ConvertedDate": dates(conversion_day),
            "ConvertedAccountId": salesforce_ids(ACCOUNT, np.where(converted, accounts.number[account], NOTHING)),
            "ConvertedContactId": salesforce_ids(
                CONTACT, np.where(converted, accounts.first_contact[account], NOTHING)
            ),
            "ConvertedOpportunityId": salesforce_ids(DEAL, deal),
            "Qualified_At__c": salesforce_stamps(leads.qualified, clock),
            "Referral_Id__c": promotion_ids(leads.referral),
            "CreatedDate": salesforce_stamps(leads.created, clock),
            "LastModifiedDate": salesforce_stamps(touched, clock),
            "SystemModstamp": salesforce_stamps(touched, clock),
        },
    )
