"""The CRM's master data as a Data Loader export: accounts, contacts, users, roles, products, stages."""

import numpy as np
import pyarrow as pa

from trueup.sources.simulate import names, staff, world
from trueup.sources.simulate.addresses import (
    account_domains,
    account_names,
    contact_emails,
    contact_names,
    staff_emails,
    staff_names,
)
from trueup.sources.simulate.clock import DAY, Clock
from trueup.sources.simulate.columns import Ints, constant, dates, joined, picked, salesforce_ids, stamps
from trueup.sources.simulate.deals import CHANCES, CLOSED_LOST, CLOSED_WON, STAGES
from trueup.sources.simulate.scale import EUROS
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.staff import NEVER, REGIONS, Staff
from trueup.sources.simulate.talk import Scene
from trueup.sources.simulate.world import CURRENCIES, Accounts, Contacts

ACCOUNT, CONTACT, USER, ROLE, DEAL, PRODUCT, STAGE_OBJECT = "001", "003", "005", "00E", "006", "01t", "01J"
FORECASTS = ("Pipeline", "Pipeline", "Pipeline", "Best Case", "Commit", "Closed", "Omitted")
_END = ".000Z"


def salesforce_stamps(local: Ints, clock: Clock) -> pa.Array:
    """Timestamps in Data Loader's form; below 0 null."""
    return stamps(clock.utc(local), end=_END)


def write_constants(sheets: Sheets, staff_: Staff, clock: Clock) -> None:
    """Users, roles, products and stages: what does not grow with the accounts."""
    _write_users(sheets, staff_, clock)
    roles = np.arange(len(staff.TEAMS))
    sheets.append(
        "salesforce/UserRole.csv",
        {
            "Id": salesforce_ids(ROLE, roles),
            "Name": pa.array(staff.TEAMS),
            "DeveloperName": pa.array([team.replace(" ", "_").replace("&", "and") for team in staff.TEAMS]),
            "ParentRoleId": salesforce_ids(ROLE, np.where(roles == staff.MANAGEMENT, -1, staff.MANAGEMENT)),
        },
    )
    products = np.arange(len(names.PRODUCTS))
    sheets.append(
        "salesforce/Product2.csv",
        {
            "Id": salesforce_ids(PRODUCT, products),
            "Name": pa.array(names.PRODUCTS),
            "ProductCode": pa.array(names.PRODUCT_CODES),
            "Family": constant("Subscription", len(products)),
            "IsActive": pa.repeat(pa.scalar(value=True), len(products)),
        },
    )
    stages = np.arange(len(STAGES))
    sheets.append(
        "salesforce/OpportunityStage.csv",
        {
            "Id": salesforce_ids(STAGE_OBJECT, stages),
            "MasterLabel": pa.array(STAGES),
            "ApiName": pa.array(STAGES),
            "IsActive": pa.repeat(pa.scalar(value=True), len(stages)),
            "SortOrder": pa.array(stages + 1),
            "IsClosed": pa.array((stages == CLOSED_WON) | (stages == CLOSED_LOST)),
            "IsWon": pa.array(stages == CLOSED_WON),
            "ForecastCategoryName": pa.array(FORECASTS),
            "DefaultProbability": pa.array(CHANCES),
        },
    )


def _write_users(sheets: Sheets, people: Staff, clock: Clock) -> None:
    rows = np.arange(len(people))
    created = salesforce_stamps(people.joined_on * DAY + 8 * 3600, clock)
    emails = staff_emails(people)
    gone = people.left_on <= clock.cutoff
    sheets.append(
        "salesforce/User.csv",
        {
            "Id": salesforce_ids(USER, rows),
            "Username": joined(emails, ".crm"),
            "FirstName": picked(names.FIRST_TEXTS, people.first_name),
            "LastName": picked(names.LAST_TEXTS, people.last_name),
            "Name": staff_names(people),
            "Email": emails,
            "Title": picked(staff.ROLES, people.team),
            "Department": picked(staff.DEPARTMENTS, people.team),
            "IsActive": pa.array(~gone),
            "ManagerId": salesforce_ids(USER, people.manager),
            "UserRoleId": salesforce_ids(ROLE, people.team),
            "UserType": constant("Standard", len(rows)),
            "CreatedDate": created,
            "SystemModstamp": salesforce_stamps(np.full(len(rows), clock.cutoff * DAY), clock),
        },
    )


def current_seller(accounts: Accounts, people: Staff, clock: Clock) -> Ints:
    """The seller who owns each account on the export's day."""
    return people.acting(accounts.seller, np.full(len(accounts), clock.cutoff))


def write_accounts(sheets: Sheets, scene: Scene) -> None:
    """The accounts of a chunk; ``SystemModstamp`` is the day of the last touch, not of the first knowledge."""
    accounts, clock = scene.accounts, scene.clock
    rows = len(accounts)
    since = np.where(accounts.starts_on <= clock.cutoff, accounts.starts_on, -1)
    state = np.where(since < 0, 1, np.where(scene.left_on <= clock.cutoff, 2, 0))
    per_head = np.array([150, 180, 210, 320, 140, 260, 130, 190])[accounts.industry]
    per_head = per_head / np.array([EUROS[currency] for currency in CURRENCIES])[accounts.currency]
    created = salesforce_stamps(accounts.created_on * DAY + 10 * 3600, clock)
    touched = np.clip(np.minimum(scene.left_on + 30, clock.cutoff - accounts.number % 40), accounts.created_on, None)
    parent = np.where(accounts.parent >= 0, accounts.number[np.maximum(accounts.parent, 0)], -1)
    sheets.append(
        "salesforce/Account.csv",
        {
            "Id": salesforce_ids(ACCOUNT, accounts.number),
            "IsDeleted": pa.repeat(pa.scalar(value=False), rows),
            "Name": account_names(accounts),
            "Type": picked(("Customer", "Prospect", "Former Customer"), state),
            "ParentId": salesforce_ids(ACCOUNT, parent),
            "Industry": picked(names.INDUSTRIES, accounts.industry),
            "AnnualRevenue": pa.array(np.round(per_head * accounts.employees).astype(np.int64) * 1000),
            "NumberOfEmployees": pa.array(accounts.employees),
            "OwnerId": salesforce_ids(USER, current_seller(accounts, scene.staff, clock)),
            "Website": joined("https://www.", account_domains(accounts)),
            "BillingCity": picked(names.CITY_TEXTS, accounts.city),
            "BillingCountry": picked(names.COUNTRIES, accounts.country),
            "CurrencyIsoCode": picked(CURRENCIES, accounts.currency),
            "Segment__c": picked(world.SEGMENTS, accounts.segment),
            "Region__c": picked(REGIONS, accounts.region),
            "Success_Owner__c": salesforce_ids(USER, scene.staff.acting(accounts.success, np.full(rows, clock.cutoff))),
            "Customer_Since__c": dates(since),
            "CreatedDate": created,
            "LastModifiedDate": salesforce_stamps(touched * DAY + 11 * 3600, clock),
            "SystemModstamp": salesforce_stamps(touched * DAY + 11 * 3600, clock),
        },
    )


def write_contacts(sheets: Sheets, scene: Scene, contacts: Contacts) -> None:
    """The contacts the CRM knows."""
    accounts, clock = scene.accounts, scene.clock
    known = pa.array(np.flatnonzero(contacts.in_crm))
    account = contacts.account
    first = accounts.first_contact[account]
    german = (accounts.region == 0).astype(np.int64)[account]
    title = names.title_index(contacts.department, contacts.rank, german)
    created = salesforce_stamps(contacts.created_on * DAY + 12 * 3600, clock)
    left = np.where(contacts.left_on == NEVER, -1, contacts.left_on)
    columns = {
        "Id": salesforce_ids(CONTACT, contacts.number),
        "IsDeleted": pa.repeat(pa.scalar(value=False), len(account)),
        "AccountId": salesforce_ids(ACCOUNT, accounts.number[account]),
        "FirstName": picked(names.FIRST_TEXTS, contacts.first_name),
        "LastName": picked(names.LAST_TEXTS, contacts.last_name),
        "Name": contact_names(contacts),
        "Email": contact_emails(accounts, contacts),
        "Title": picked(names.TITLE_TEXTS, title),
        "Department": picked(names.DEPARTMENTS, contacts.department),
        "Decision_Maker__c": pa.array((contacts.rank == 0) | (contacts.place == 0)),
        "ReportsToId": salesforce_ids(CONTACT, np.where(contacts.place > 0, first, -1)),
        "Left_Company_On__c": dates(left),
        "OwnerId": salesforce_ids(USER, current_seller(accounts, scene.staff, clock)[account]),
        "CreatedDate": created,
        "LastModifiedDate": created,
        "SystemModstamp": created,
    }
    sheets.append("salesforce/Contact.csv", {name: column.take(known) for name, column in columns.items()})
