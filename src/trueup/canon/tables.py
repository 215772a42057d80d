"""The canonical customer model: every table, its columns, keys and meanings.

Systems deliver rows in their own shapes; an import conforms them to these tables. Ids are text, ``*_at`` are UTC
timestamps without a zone, ``*_on`` are dates, money is a decimal beside a ``currency`` column.
"""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "integer", "number", "money", "boolean", "timestamp", "date", "json"]


@dataclass(frozen=True)
class Column:
    """One canonical column; ``refers_to`` names the table whose key it holds, ``choices`` the values it may take."""

    name: str
    type: ColumnType
    meaning: str
    refers_to: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class CanonicalTable:
    """A canonical table: ``key`` identifies a row, ``event_time`` is when the row's thing happened (None: undated).

    A table without an id of its own (``deal_changes``, ``participants``...) is keyed by what makes two delivered rows
    the same row.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    event_time: str | None
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The table's own columns, without provenance."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


PROVENANCE: tuple[Column, ...] = (
    Column("source", "text", "the workspace's name of the system that delivered the row"),
    Column("recorded_at", "timestamp", "when we could first have known this version of the row"),
    Column("superseded_at", "timestamp", "when a later version of the row was recorded; null for the newest"),
    Column("is_deleted", "boolean", "the source says that the row is gone"),
    Column("is_stub", "boolean", "made by us because another row refers to it; the source never delivered it"),
    Column("extra", "json", "delivered columns that the canonical model has no place for"),
    Column("_seq", "integer", "the number of the load that brought the row"),
    Column("_row", "integer", "the row's number in the delivered file, from 1"),
    Column("_raw", "text", "the raw table the row came from"),
)
"""Columns that every canonical table has besides its own."""


def _text(name: str, meaning: str, *, to: str | None = None, choices: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", meaning, to, choices)


def _at(name: str, meaning: str) -> Column:
    return Column(name, "timestamp", meaning)


def _on(name: str, meaning: str) -> Column:
    return Column(name, "date", meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "boolean", meaning)


def _money(name: str, meaning: str) -> Column:
    return Column(name, "money", meaning)


def _number(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning)


def _count(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning)


_ACCOUNT = _text("account_id", "the customer or prospect", to="accounts")
_CONTACT = _text("contact_id", "the person at the account", to="contacts")
_OWNER = _text("owner_id", "our person who owns it", to="people")
_CURRENCY = _text("currency", "ISO 4217 code of the row's money")

INTERACTION_KINDS = (
    "call",
    "email",
    "chat",
    "meeting",
    "visit",
    "demo",
    "workshop",
    "seminar",
    "tradeshow",
    "business_review",
    "partnership_meeting",
    "social",
    "other",
)

TABLES: tuple[CanonicalTable, ...] = (
    CanonicalTable(
        "accounts",
        "companies we sell to or want to",
        ("account_id",),
        "created_at",
        (
            _text("account_id", "the account's id"),
            _text("name", "the company's name"),
            _text("domain", "the company's internet domain, lower case, without www"),
            _text("parent_account_id", "the account it belongs to", to="accounts"),
            _text("industry", "the company's industry"),
            _text("segment", "our own segment for it"),
            _text("region", "our sales region"),
            _text("country", "where it sits"),
            _count("employees", "number of people it employs"),
            _money("annual_revenue", "its yearly revenue"),
            _CURRENCY,
            _OWNER,
            _text("success_owner_id", "our person who looks after its success", to="people"),
            _on("customer_since", "the day it first became a customer"),
            _at("created_at", "when the account was first entered"),
        ),
    ),
    CanonicalTable(
        "contacts",
        "people at the accounts",
        ("contact_id",),
        None,
        (
            _text("contact_id", "the contact's id"),
            _ACCOUNT,
            _text("name", "the person's name"),
            _text("email", "the person's mail address, lower case"),
            _text("title", "job title"),
            _text("department", "department at the customer"),
            _flag("is_decision_maker", "decides about buying or renewing"),
            _text("reports_to_id", "whom the person reports to", to="contacts"),
            _on("active_from", "first day in this role"),
            _on("active_to", "last day in this role, inclusive"),
        ),
    ),
    CanonicalTable(
        "people",
        "our own people; one person may have several dated rows",
        ("person_id", "active_from"),
        None,
        (
            _text("person_id", "our person's id"),
            _text("name", "the person's name"),
            _text("email", "the person's mail address, lower case"),
            _text("team", "team in force from active_from to active_to"),
            _text("department", "department: marketing, sales, support, success..."),
            _text("role", "the person's role"),
            _text("manager_id", "the person's manager", to="people"),
            _on("active_from", "first day of this row"),
            _on("active_to", "last day of this row, inclusive"),
        ),
    ),
    CanonicalTable(
        "leads",
        "people or companies that may become business",
        ("lead_id",),
        "created_at",
        (
            _text("lead_id", "the lead's id"),
            _ACCOUNT,
            _CONTACT,
            _text("lead_source", "where the lead came from, as the source says"),
            _OWNER,
            _at("created_at", "when the lead was entered"),
            _at("qualified_at", "when the lead was qualified"),
            _at("converted_at", "when the lead was converted to a deal"),
            _text("deal_id", "the deal it became", to="deals"),
            _text("referral_id", "the promotion of kind referral that it came from", to="promotions"),
        ),
    ),
    CanonicalTable(
        "deals",
        "opportunities, open and closed",
        ("deal_id",),
        "created_at",
        (
            _text("deal_id", "the deal's id"),
            _ACCOUNT,
            _OWNER,
            _text("name", "the deal's name"),
            _text("kind", "what is sold to whom", choices=("new", "expansion", "renewal")),
            _text("product", "what is sold"),
            _text("stage", "the source's stage, as it is now"),
            _text("outcome", "how it ended", choices=("open", "won", "lost")),
            _at("created_at", "when the deal was opened"),
            _at("closed_at", "when it was won or lost"),
            _money("list_amount", "price before any discount"),
            _money("net_amount", "price agreed"),
            _CURRENCY,
            _text("lead_id", "the lead it came from", to="leads"),
        ),
    ),
    CanonicalTable(
        "deal_changes",
        "each change of a deal's stage, amount, close date, owner or next step",
        ("deal_id", "field", "changed_at", "new_value"),
        "changed_at",
        (
            _text("deal_id", "the deal that changed", to="deals"),
            _at("changed_at", "when it changed"),
            _text("field", "what changed", choices=("stage", "amount", "close_date", "owner", "next_step")),
            _text("old_value", "the value before"),
            _text("new_value", "the value after"),
            _number("stage_order", "the new stage's rank in the pipeline, higher is nearer to won"),
            _text("person_id", "our person who changed it", to="people"),
        ),
    ),
    CanonicalTable(
        "interactions",
        "every touch between us and an account",
        ("interaction_id",),
        "occurred_at",
        (
            _text("interaction_id", "the interaction's id"),
            _ACCOUNT,
            _at("occurred_at", "when it happened or began"),
            _at("ended_at", "when it ended"),
            _text("kind", "what it was", choices=INTERACTION_KINDS),
            _text("direction", "who reached out: the customer (inbound) or we", choices=("inbound", "outbound")),
            _flag("is_automatic", "sent by a machine: auto-reply, notification, sequence"),
            _flag("is_public", "the customer can see it"),
            _text("thread_id", "the conversation it belongs to"),
            _text("deal_id", "the deal it is about", to="deals"),
            _text("lead_id", "the lead it is about", to="leads"),
            _text("case_id", "the case it is about", to="cases"),
            _text("subject", "its subject line"),
            _at("due_at", "the next step agreed in it is due then"),
            _at("completed_at", "when the task was completed"),
        ),
    ),
    CanonicalTable(
        "participants",
        "who took part in an interaction: our people and theirs",
        ("interaction_id", "person_id", "contact_id"),
        None,
        (
            _text("interaction_id", "the interaction", to="interactions"),
            _text("person_id", "our person", to="people"),
            _text("contact_id", "their person", to="contacts"),
            _flag("attended", "false: invited, but did not come"),
        ),
    ),
    CanonicalTable(
        "cases",
        "support cases",
        ("case_id",),
        "opened_at",
        (
            _text("case_id", "the case's id"),
            _ACCOUNT,
            _CONTACT,
            _OWNER,
            _text("subject", "its subject line"),
            _text("description", "what the customer wrote first"),
            _text("issue_key", "the source's own mark of the underlying problem"),
            _text("category", "the source's category"),
            _text("priority", "the source's priority"),
            _text("status", "the source's status, as it is now"),
            _at("opened_at", "when the case was opened"),
            _at("resolved_at", "when it was last solved"),
            _at("closed_at", "when it was closed"),
            _count("reopened_count", "how often it was reopened, as the source counts"),
            _flag("is_escalated", "was it escalated"),
        ),
    ),
    CanonicalTable(
        "case_events",
        "what happened to a case, in order",
        ("case_id", "occurred_at", "kind", "person_id", "value"),
        "occurred_at",
        (
            _text("case_id", "the case", to="cases"),
            _at("occurred_at", "when it happened"),
            _text(
                "kind",
                "what happened",
                choices=("comment", "status", "assignment", "escalation", "resolve", "reopen", "close"),
            ),
            _text("by", "who did it", choices=("customer", "us", "system")),
            _flag("is_public", "the customer can see it"),
            _text("person_id", "our person who did it", to="people"),
            _text("value", "the new status, assignee or text"),
        ),
    ),
    CanonicalTable(
        "promotions",
        "customers speaking for us",
        ("promotion_id",),
        "occurred_at",
        (
            _text("promotion_id", "the promotion's id"),
            _ACCOUNT,
            _CONTACT,
            _at("occurred_at", "when they spoke for us"),
            _text("kind", "how", choices=("referral", "reference_call", "review", "mention", "case_study")),
            _text("referred_account_id", "the account they referred to us", to="accounts"),
            _text("reached_industry", "the industry it reached"),
            _text("channel", "where"),
            _flag("is_rewarded", "we paid for it"),
        ),
    ),
    CanonicalTable(
        "campaign_events",
        "marketing mail sent, opened, clicked",
        ("campaign_id", "contact_id", "kind", "occurred_at"),
        "occurred_at",
        (
            _text("campaign_id", "the campaign"),
            _CONTACT,
            _ACCOUNT,
            _at("occurred_at", "when"),
            _text("kind", "what", choices=("send", "open", "click")),
        ),
    ),
    CanonicalTable(
        "contracts",
        "what customers are bound to pay; a loan is a contract too",
        ("contract_id",),
        "starts_on",
        (
            _text("contract_id", "the contract's id"),
            _ACCOUNT,
            _text("deal_id", "the deal that led to it", to="deals"),
            _text("product", "what was sold"),
            _on("starts_on", "first day"),
            _on("ends_on", "last day, inclusive"),
            _money("amount", "price of the whole term"),
            _money("cost_amount", "what delivering the whole term costs us"),
            _CURRENCY,
            _text("renews_contract_id", "the contract it renews", to="contracts"),
            _on("cancelled_on", "it does not run on this day nor after"),
            _on("defaulted_on", "the customer stopped paying"),
            _money("loss_amount", "what the default cost us"),
        ),
    ),
    CanonicalTable(
        "invoices",
        "bills",
        ("invoice_id",),
        "issued_on",
        (
            _text("invoice_id", "the invoice's id"),
            _ACCOUNT,
            _text("contract_id", "the contract billed", to="contracts"),
            _on("issued_on", "date of the bill"),
            _on("due_on", "payable by"),
            _on("paid_on", "paid in full"),
            _money("amount", "total"),
            _CURRENCY,
        ),
    ),
    CanonicalTable(
        "surveys",
        "answers to satisfaction surveys",
        ("response_id",),
        "answered_at",
        (
            _text("response_id", "the answer's id"),
            _ACCOUNT,
            _CONTACT,
            _at("answered_at", "when they answered"),
            _text("kind", "which question", choices=("nps", "csat", "ces")),
            _number("score", "the score given"),
            _number("scale_max", "the best score possible"),
            _text("comment", "what they wrote"),
        ),
    ),
    CanonicalTable(
        "usage",
        "use of our product, by day",
        ("account_id", "day", "feature"),
        "day",
        (
            _ACCOUNT,
            _on("day", "the day"),
            _text("feature", "what was used"),
            _number("quantity", "how much"),
            _count("users", "by how many people"),
        ),
    ),
    CanonicalTable(
        "kpi_series",
        "the customer's own measures, from a system",
        ("account_id", "measure", "observed_on"),
        "observed_on",
        (
            _ACCOUNT,
            _text("measure", "the measure's name"),
            _on("observed_on", "the day it describes"),
            _number("value", "its value"),
            _text("unit", "its unit"),
        ),
    ),
    CanonicalTable(
        "adoptions",
        "which of our products or plays an account has put to use",
        ("account_id", "lever", "adopted_on"),
        "adopted_on",
        (
            _ACCOUNT,
            _text("lever", "the product or play"),
            _on("adopted_on", "first day in use"),
            _on("ended_on", "last day in use"),
        ),
    ),
    CanonicalTable(
        "quotas",
        "what our people are to sell in a quarter",
        ("person_id", "period"),
        None,
        (
            _text("person_id", "our person", to="people"),
            _text("period", "the quarter's key"),
            _money("amount", "the quota"),
            _CURRENCY,
        ),
    ),
    CanonicalTable(
        "markets",
        "how large a market is",
        ("segment", "period"),
        None,
        (
            _text("segment", "our segment"),
            _text("period", "the period's key"),
            _money("size", "money spent in that market and period"),
            _CURRENCY,
        ),
    ),
    CanonicalTable(
        "fx_rates",
        "currency rates: units of base for one unit of currency",
        ("currency", "base", "valid_from"),
        None,
        (
            _text("currency", "the currency priced"),
            _text("base", "the currency it is priced in"),
            _on("valid_from", "in force from this day until the next row"),
            _number("rate", "units of base per unit of currency"),
        ),
    ),
)

TABLE: dict[str, CanonicalTable] = {table.name: table for table in TABLES}
