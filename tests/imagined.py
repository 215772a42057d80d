"""An imagined company: rows of every table, the same for the same seed, with every fact somewhere in them."""

from datetime import date, datetime, timedelta
from random import Random

from imagined_entries import entered
from trueup.canon.tables import TABLE

Value = str | int | float | bool | date | datetime | None
Tables = dict[str, list[dict[str, Value]]]

FIRST = datetime.fromisoformat("2025-01-02T08:00")
DAYS = 540
PEOPLE = ("ann", "bob", "cy", "dee", "eve")
TEAMS = {"ann": "north", "bob": "north", "cy": "south", "dee": "support", "eve": None}
KINDS = ("call", "email", "chat", "meeting", "visit", "demo", "workshop", "business_review", "tradeshow",
         "partnership_meeting", "social", "seminar", "other")  # fmt: skip
ACCOUNTS = ("acme", "globex", "initech", "umbra")


def imagined(seed: int, accounts: tuple[str, ...] = ACCOUNTS) -> Tables:
    """A company with these customers; every delivered row says by ``_row`` where it stood in its file."""
    tables: Tables = {"people": _people(), "fx_rates": _rates()}
    for account in accounts:
        # A source of chance of its own: what one customer does tells nothing about the others.
        for name, rows in _customer(account, Random(f"{seed} {account}")).items():
            tables.setdefault(name, []).extend(rows)
    tables["quotas"] = [
        {"person_id": person, "period": f"2026-Q{quarter}", "amount": 1000 * quarter, "currency": "EUR"}
        for person in PEOPLE
        for quarter in (1, 2)
    ]
    tables["markets"] = [
        {"segment": segment, "period": period, "size": 100_000, "currency": "EUR"}
        for segment in ("small", "large")
        for period in ("2026-Q1", "2026-Q2", "2026-06")
    ]
    for name, rows in tables.items():
        for number, row in enumerate(rows, start=1):
            if name in TABLE:
                row["_row"] = number
    return tables


def _people() -> list[dict[str, Value]]:
    moved = {"person_id": "ann", "team": "south", "department": "sales", "active_from": date(2026, 3, 1)}
    return [{"person_id": who, "team": TEAMS[who], "department": "sales"} for who in PEOPLE] + [moved]


def _rates() -> list[dict[str, Value]]:
    quoted = {"currency": "USD", "base": "EUR"}
    return [
        {**quoted, "valid_from": date(2025, 1, 1), "rate": 0.9},
        {**quoted, "valid_from": date(2026, 1, 1), "rate": 0.8},
    ]


def _customer(account: str, chance: Random) -> Tables:
    one_of = chance.choice
    contacts = [f"{account}-kim", f"{account}-lee"]
    tables: Tables = {
        "accounts": [{"account_id": account, "owner_id": one_of(PEOPLE), "created_at": FIRST,
                      "segment": one_of(["small", "large"]), "industry": one_of(["retail", "banks"])}],
        "contacts": [{"contact_id": contact, "account_id": account, "is_decision_maker": True} for contact in contacts],
    }  # fmt: skip
    _deals(tables, account, chance)
    _interactions(tables, account, chance, contacts)
    _cases(tables, account, chance, contacts)
    _promotions(tables, account, chance, contacts)
    _contracts(tables, account, chance)
    tables.update(entered(account, chance))
    _value_claims(tables, account, chance)
    return tables


def _at(chance: Random, first: datetime = FIRST, days: float = DAYS) -> datetime:
    return first + timedelta(seconds=chance.randrange(round(days * 86_400)))


def _deals(tables: Tables, account: str, chance: Random) -> None:
    deals, changes, leads = (tables.setdefault(name, []) for name in ("deals", "deal_changes", "leads"))
    for number in range(12):
        deal, created_at = f"{account}-d{number}", _at(chance)
        outcome = chance.choice(["won", "won", "lost", "open"])
        closed_at = None if outcome == "open" else _at(chance, created_at, 60)
        listed = chance.randrange(100, 1000)
        owner, currency = chance.choice(PEOPLE), chance.choice(["EUR", "USD"])
        deals.append({"deal_id": deal, "account_id": account, "owner_id": owner, "created_at": created_at,
                      "kind": chance.choice(["new", "new", "expansion", None]), "outcome": outcome,
                      "closed_at": closed_at, "list_amount": chance.choice([listed, None]), "currency": currency,
                      "net_amount": listed - chance.randrange(0, 100)})  # fmt: skip
        for step in range(3):
            changes.append({"deal_id": deal, "changed_at": _at(chance, created_at, 50), "field": "amount", "_seq": 1,
                            "old_value": None, "new_value": str(listed - 10 * step)})  # fmt: skip
            changes.append({"deal_id": deal, "changed_at": _at(chance, created_at, 50), "field": "stage", "_seq": 1,
                            "new_value": f"stage {step}", "stage_order": float(step)})  # fmt: skip
        changes.append({"deal_id": deal, "changed_at": _at(chance, created_at, 50), "field": "owner", "_seq": 1,
                        "old_value": owner, "new_value": chance.choice(PEOPLE)})  # fmt: skip
        qualified_at = _at(chance, created_at, 20)
        leads.append({"lead_id": f"{account}-l{number}", "account_id": account, "owner_id": owner, "deal_id": deal,
                      "created_at": created_at, "qualified_at": qualified_at,
                      "converted_at": chance.choice([None, _at(chance, qualified_at, 120)])})  # fmt: skip


def _interactions(tables: Tables, account: str, chance: Random, contacts: list[str]) -> None:
    interactions, participants = (tables.setdefault(name, []) for name in ("interactions", "participants"))
    deals = [str(deal["deal_id"]) for deal in tables["deals"]]
    first = {"kind": "call", "direction": "outbound", "is_automatic": False}
    interactions.append({"interaction_id": f"{account}-i", "account_id": account, "occurred_at": FIRST, **first})
    for number in range(150):
        interaction, occurred_at = f"{account}-i{number}", _at(chance)
        interactions.append({"interaction_id": interaction, "account_id": account, "occurred_at": occurred_at,
                             "kind": chance.choice(KINDS),
                             "direction": chance.choice(["inbound", "outbound", "outbound"]),
                             "is_automatic": chance.choice([None, False, False, False, True]),
                             "thread_id": chance.choice([None, f"{account}-t1", f"{account}-t2"]),
                             "deal_id": chance.choice([None, *deals[:3]]),
                             "case_id": chance.choice([None, f"{account}-c1", f"{account}-c2"]),
                             "due_at": chance.choice([None, None, _at(chance, occurred_at, 10)])})  # fmt: skip
        people = [{"person_id": who} for who in chance.sample(PEOPLE, chance.randrange(3))]
        for one in [*people, {"contact_id": chance.choice(contacts)}]:
            participants.append({"interaction_id": interaction, **one, "attended": chance.choice([None, True, False])})


def _cases(tables: Tables, account: str, chance: Random, contacts: list[str]) -> None:
    cases, events = (tables.setdefault(name, []) for name in ("cases", "case_events"))
    for number in range(25):
        case, opened_at = f"{account}-c{number}", _at(chance)
        resolved_at = chance.choice([None, _at(chance, opened_at, 20), _at(chance, opened_at, 20)])
        cases.append({"case_id": case, "account_id": account, "owner_id": chance.choice(PEOPLE),
                      "contact_id": chance.choice(contacts), "issue_key": chance.choice([None, "k1", "k2", "k3"]),
                      "opened_at": opened_at, "resolved_at": resolved_at, "closed_at": resolved_at,
                      "is_escalated": chance.choice([None, True, False])})  # fmt: skip
        for kind in ("resolve", "reopen", "escalation"):
            if chance.random() < 0.3:
                events.append({"case_id": case, "occurred_at": _at(chance, opened_at, 30), "kind": kind, "by": "us"})


def _promotions(tables: Tables, account: str, chance: Random, contacts: list[str]) -> None:
    promotions, mail = (tables.setdefault(name, []) for name in ("promotions", "campaign_events"))
    for number in range(12):
        promotions.append({"promotion_id": f"{account}-p{number}", "account_id": account, "occurred_at": _at(chance),
                           "kind": chance.choice(["referral", "referral", "review", "case_study"]),
                           "referred_account_id": chance.choice([None, account]),
                           "reached_industry": chance.choice([None, "retail", "banks"])})  # fmt: skip
    for number in range(30):
        mail.append({"campaign_id": f"m{number}", "contact_id": chance.choice(contacts), "account_id": account,
                     "occurred_at": _at(chance), "kind": chance.choice(["send", "send", "open", "click"])})  # fmt: skip


def _contracts(tables: Tables, account: str, chance: Random) -> None:
    contracts = tables.setdefault("contracts", [])
    starts_on, before = FIRST.date() + timedelta(days=chance.randrange(30)), None
    for number in range(5):
        contract, days = f"{account}-k{number}", chance.choice([60, 90, 120])
        ends_on = starts_on + timedelta(days=days - 1)
        contracts.append({"contract_id": contract, "account_id": account, "starts_on": starts_on, "ends_on": ends_on,
                          "amount": chance.randrange(100, 900), "cost_amount": chance.choice([None, 50]),
                          "currency": chance.choice(["EUR", "USD"]), "renews_contract_id": before,
                          "cancelled_on": chance.choice([None, None, starts_on + timedelta(days=40)]),
                          "defaulted_on": chance.choice([None, None, starts_on + timedelta(days=50)])})  # fmt: skip
        starts_on, before = ends_on + timedelta(days=chance.choice([1, 10, 45])), contract


def _value_claims(tables: Tables, account: str, chance: Random) -> None:
    claims = tables.setdefault("value_claims", [])
    for number in range(10):
        point = chance.randrange(-300, 1000)
        claims.append({"claim_id": f"{account}-g{number}/2025-01", "goal_id": f"{account}-g{number}",
                       "account_id": account, "measure": "otif", "lever": "portal", "ended_on": _at(chance).date(),
                       "point": point, "low": max(point - 200, 0), "currency": chance.choice(["EUR", "USD"]),
                       "state": chance.choice(["claimed", "confirmed", "disputed"]),
                       "counts": chance.choice([True, True, False])})  # fmt: skip
