"""The row checks: one declaration per thing that cannot be, table by table."""

from typing import Final

from trueup.canon.check import Check

_ORDER_CURE = (
    "Check what the two columns mean in the source, and their zones: a column mapped to the wrong one is the usual"
    " cause. Metrics over this span take the rows as they are."
)
_BEGINNING_CURE = (
    "Check when the source says things began, and which of its date columns is mapped; rows that an older system"
    " brought along are right, if it is that date which is not."
)
_FUTURE_CURE = "Check the column's date format and zone; a build leaves these rows out until their time has come."
_AMOUNT_CURE = "Correct the amount in the source, or leave credit notes and reversals out of the mapping."
_RATE_CURE = "Add the currency to fx_rates, valid from the first day on which it is used."
_MISSING_CURE = "Fill it in at the source, or map the column that holds it; until then metrics leave the row out."

_DIRECTED_KINDS = "t.kind IN ('call', 'email', 'chat', 'social')"
_PLANNED_KINDS = "t.kind NOT IN ('email', 'chat', 'social', 'other')"


def _plain(table: str) -> str:
    return f"{{{table}}} t"


def _with_account(table: str) -> str:
    return f"{{{table}}} t LEFT JOIN {{accounts}} a ON a.account_id = t.account_id"


def _with_rate(table: str) -> str:
    return (
        f"{{{table}}} t LEFT JOIN (SELECT f.currency, min(f.valid_from) AS first_on FROM {{fx_rates}} f"
        " WHERE f.base = {currency} GROUP BY f.currency) r ON r.currency = t.currency"
    )


def _known(*columns: str) -> str:
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)


def _reversed(table: str, begin: str, end: str, says: str, *, key: str, rows: str = "") -> Check:
    shows = (f"t.{key}", f"t.{begin}", f"t.{end}")
    wrong = f"t.{end} < t.{begin}"
    return Check(
        "time_reversed", "warning", table, rows or _plain(table), _known(*shows[1:]), wrong, shows, says, _ORDER_CURE
    )


def _before_account(table: str, key: str, happened: str, *, began: str, says: str) -> Check:
    shows = (f"t.{key}", f"t.{happened}", f"{began} AS account_began")
    wrong = f"CAST(t.{happened} AS DATE) < CAST({began} AS DATE)"
    judged = _known(f"t.{happened}", began)
    return Check(
        "event_before_start", "warning", table, _with_account(table), judged, wrong, shows, says, _BEGINNING_CURE
    )


def _in_future(table: str, key: str, happened: str, *, rows: str = "", besides: str = "") -> Check:
    judged = _known(f"t.{happened}") + besides
    shows = (f"t.{key}", f"t.{happened}")
    says = "are dated after they were delivered"
    wrong = f"t.{happened} > {{now}}"
    return Check("event_in_future", "warning", table, rows or _plain(table), judged, wrong, shows, says, _FUTURE_CURE)


def _negative(table: str, key: str, amount: str) -> Check:
    shows = (f"t.{key}", f"t.{amount}")
    says = f"have a negative {amount.replace('_', ' ')}"
    judged, wrong = _known(shows[1]), f"t.{amount} < 0"
    return Check("amount_negative", "warning", table, _plain(table), judged, wrong, shows, says, _AMOUNT_CURE)


def _without_rate(table: str, key: str, amount: str, day: str) -> Check:
    judged = _known(f"t.{amount}", "t.currency", f"t.{day}")
    wrong = f"t.currency <> {{currency}} AND (r.currency IS NULL OR r.first_on > CAST(t.{day} AS DATE))"
    shows = (f"t.{key}", "t.currency", f"t.{day}")
    says = "are in a currency without a rate in force on that day"
    return Check("currency_without_rate", "warning", table, _with_rate(table), judged, wrong, shows, says, _RATE_CURE)


def _missing(table: str, key: str, column: str, *, judged: str, says: str) -> Check:
    shows = (f"t.{key}", f"t.{column}")
    return Check(
        "required_missing", "warning", table, _plain(table), judged, f"t.{column} IS NULL", shows, says, _MISSING_CURE
    )


_FIRST_ANSWERS = (
    "{cases} t JOIN (SELECT s.case_id, min(s.answered_at) AS answered_at FROM ("
    "SELECT i.case_id, i.occurred_at AS answered_at FROM {interactions} i"
    " WHERE i.case_id IS NOT NULL AND i.direction = 'outbound' AND NOT coalesce(i.is_automatic, FALSE)"
    " UNION ALL SELECT e.case_id, e.occurred_at FROM {case_events} e"
    " WHERE e.kind = 'comment' AND e.by = 'us' AND coalesce(e.is_public, TRUE)"
    ") s GROUP BY s.case_id) f ON f.case_id = t.case_id"
)
_CASE_EVENTS = "{case_events} t LEFT JOIN {cases} c ON c.case_id = t.case_id"
_DEAL_CHANGES = "{deal_changes} t LEFT JOIN {deals} d ON d.deal_id = t.deal_id"
_USAGE = (
    "{usage} t LEFT JOIN (SELECT c.account_id, min(c.starts_on) AS first_on FROM {contracts} c"
    " WHERE c.account_id IS NOT NULL GROUP BY c.account_id) k ON k.account_id = t.account_id"
)
_PEOPLE = (
    "(SELECT p.*, lag(p.active_from) OVER (PARTITION BY p.person_id ORDER BY p.active_from) AS previous_from,"
    " lag(coalesce(p.active_to, DATE '9999-12-31')) OVER (PARTITION BY p.person_id ORDER BY p.active_from)"
    " AS previous_to FROM {people} p WHERE p.active_from IS NOT NULL) t"
)


def _same_name(table: str, key: str) -> Check:
    rows = (
        f"(SELECT n.*, count(n.name) OVER (PARTITION BY n.source, lower(trim(n.name))) AS namesakes"
        f" FROM (SELECT DISTINCT x.{key}, x.source, x.name FROM {{{table}}} x) n) t"
    )
    return Check(
        "duplicate_name",
        "info",
        table,
        rows,
        _known("t.name"),
        "t.namesakes > 1",
        (f"t.{key}", "t.name"),
        "share their name with another of the same source",
        "If they are one, merge them at the source or declare them the same under [identity] in trueup.toml.",
    )


_CASES = (
    _reversed("cases", "opened_at", "resolved_at", "were solved before they were opened", key="case_id"),
    _reversed("cases", "opened_at", "closed_at", "were closed before they were opened", key="case_id"),
    _reversed("cases", "resolved_at", "closed_at", "were closed before they were solved", key="case_id"),
    _before_account(
        "cases",
        "case_id",
        "opened_at",
        began="coalesce(CAST(a.customer_since AS TIMESTAMP), a.created_at)",
        says="were opened before their account was a customer",
    ),
    _in_future("cases", "case_id", "opened_at"),
    Check(
        "answer_after_resolution",
        "warning",
        "cases",
        _FIRST_ANSWERS,
        _known("t.resolved_at"),
        "f.answered_at > t.resolved_at",
        ("t.case_id", "t.resolved_at", "f.answered_at AS first_answer"),
        "with an answer were solved before we first answered",
        _ORDER_CURE,
    ),
    Check(
        "event_before_start",
        "warning",
        "case_events",
        _CASE_EVENTS,
        _known("t.occurred_at", "c.opened_at"),
        "t.occurred_at < c.opened_at",
        ("t.case_id", "t.occurred_at", "c.opened_at AS case_opened_at"),
        "happened before their case was opened",
        _BEGINNING_CURE,
    ),
    _in_future("case_events", "case_id", "occurred_at", rows=_CASE_EVENTS),
)
_SALES = (
    _reversed("leads", "created_at", "qualified_at", "were qualified before they were entered", key="lead_id"),
    _reversed("leads", "created_at", "converted_at", "were converted before they were entered", key="lead_id"),
    _in_future("leads", "lead_id", "created_at"),
    _reversed("deals", "created_at", "closed_at", "were closed before they were created", key="deal_id"),
    _before_account(
        "deals", "deal_id", "created_at", began="a.created_at", says="were created before their account was entered"
    ),
    _in_future("deals", "deal_id", "created_at"),
    _in_future("deals", "deal_id", "closed_at", besides=" AND t.outcome IN ('won', 'lost')"),
    _missing(
        "deals",
        "deal_id",
        "closed_at",
        judged="t.outcome IN ('won', 'lost')",
        says="are decided but have no closing date",
    ),
    _missing("deals", "deal_id", "net_amount", judged="t.outcome = 'won'", says="are won but have no amount"),
    _negative("deals", "deal_id", "net_amount"),
    _negative("deals", "deal_id", "list_amount"),
    Check(
        "net_above_list",
        "info",
        "deals",
        _plain("deals"),
        "t.outcome = 'won' AND t.net_amount IS NOT NULL AND t.list_amount > 0",
        "t.net_amount > t.list_amount",
        ("t.deal_id", "t.list_amount", "t.net_amount"),
        "were won above the list price; they count as not discounted",
        "If that is not meant, check that both amounts cover the same quantity and term.",
    ),
    _without_rate("deals", "deal_id", "net_amount", "closed_at"),
    Check(
        "event_before_start",
        "warning",
        "deal_changes",
        _DEAL_CHANGES,
        _known("t.changed_at", "d.created_at"),
        "CAST(t.changed_at AS DATE) < CAST(d.created_at AS DATE)",
        ("t.deal_id", "t.changed_at", "d.created_at AS deal_created_at"),
        "happened before their deal was created",
        _BEGINNING_CURE,
    ),
    _negative("quotas", "person_id", "amount"),
)
_TOUCHES = (
    _reversed(
        "interactions",
        "occurred_at",
        "ended_at",
        "ended before they began",
        key="interaction_id",
        rows=_with_account("interactions"),
    ),
    _before_account(
        "interactions",
        "interaction_id",
        "occurred_at",
        began="a.created_at",
        says="happened before their account was entered",
    ),
    _in_future(
        "interactions",
        "interaction_id",
        "occurred_at",
        rows=_with_account("interactions"),
        besides=f" AND NOT ({_PLANNED_KINDS})",
    ),
    Check(
        "direction_missing",
        "warning",
        "interactions",
        _with_account("interactions"),
        _DIRECTED_KINDS,
        "t.direction IS NULL",
        ("t.interaction_id", "t.kind"),
        "say not who reached out to whom; response times and contact counts leave them out",
        "Map the source's direction, or derive it from the sender's address.",
    ),
    _in_future("promotions", "promotion_id", "occurred_at"),
    _in_future("campaign_events", "campaign_id", "occurred_at"),
    _in_future("surveys", "response_id", "answered_at"),
    Check(
        "score_out_of_scale",
        "warning",
        "surveys",
        _plain("surveys"),
        "t.score IS NOT NULL",
        "t.score < 0 OR t.score > coalesce(t.scale_max, CASE WHEN t.kind = 'nps' THEN 10 END)",
        ("t.response_id", "t.score", "t.scale_max"),
        "have a score outside their scale",
        "Correct scale_max or the score; the two must be on one scale.",
    ),
)
_MONEY = (
    _reversed("contracts", "starts_on", "ends_on", "end before they start", key="contract_id"),
    _reversed("contracts", "starts_on", "cancelled_on", "were cancelled before they start", key="contract_id"),
    _missing("contracts", "contract_id", "amount", judged="t.contract_id IS NOT NULL", says="have no amount"),
    _missing("contracts", "contract_id", "ends_on", judged="t.contract_id IS NOT NULL", says="have no last day"),
    _negative("contracts", "contract_id", "amount"),
    _negative("contracts", "contract_id", "cost_amount"),
    _without_rate("contracts", "contract_id", "amount", "starts_on"),
    _reversed("invoices", "issued_on", "due_on", "are due before they were issued", key="invoice_id"),
    _reversed("invoices", "issued_on", "paid_on", "were paid before they were issued", key="invoice_id"),
    _negative("invoices", "invoice_id", "amount"),
    Check(
        "event_before_start",
        "warning",
        "usage",
        _USAGE,
        _known("t.day", "k.first_on"),
        "t.day < k.first_on",
        ("t.account_id", "t.day", "k.first_on AS first_contract_starts_on"),
        "lie before the account's first contract starts",
        _BEGINNING_CURE,
    ),
    _in_future("usage", "account_id", "day", rows=_USAGE),
    _in_future("kpi_series", "account_id", "observed_on"),
    _reversed("adoptions", "adopted_on", "ended_on", "ended before they began", key="account_id"),
    _negative("fx_rates", "currency", "rate"),
)
_WHO = (
    _same_name("accounts", "account_id"),
    _same_name("people", "person_id"),
    _in_future("accounts", "account_id", "created_at"),
    _reversed("contacts", "active_from", "active_to", "left before they came", key="contact_id"),
    _reversed("people", "active_from", "active_to", "end before they begin", key="person_id"),
    Check(
        "rows_overlap",
        "warning",
        "people",
        _PEOPLE,
        _known("t.previous_to"),
        "t.active_from <= t.previous_to",
        ("t.person_id", "t.previous_from", "t.active_from"),
        "begin before the same person's earlier row has ended",
        "End each row on the day before the next begins; until then the later row counts from its first day.",
    ),
)

ROW_CHECKS: Final[tuple[Check, ...]] = (*_CASES, *_SALES, *_TOUCHES, *_MONEY, *_WHO)
