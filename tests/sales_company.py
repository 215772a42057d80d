"""A company made by chance from a seed: accounts, people who change teams, deals haggled over, contracts of all fates.

Instants fall on odd hours around local midnight as often as at noon, so that a period taken in the wrong zone shows.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from given import Value

Row = dict[str, Value]
Company = dict[str, list[Row]]

AS_OF = date(2026, 2, 15)
ZONE = "Europe/Berlin"
FIRST = date(2024, 6, 1)
SPAN_DAYS = (AS_OF - FIRST).days + 60
"""A little beyond the as-of day: what lies there must not count."""
ACCOUNTS = [f"a{n}" for n in range(9)]
PEOPLE = ["ann", "bob", "cid", "dee"]
SEGMENTS = ("smb", "large", None)
INDUSTRIES = ("steel", "retail", None)
QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2")


def company(seed: int) -> Company:
    """All canonical tables of marketing, sales and results; some rows lie beyond the as-of day or lack a value."""
    chance = Random(seed)
    return {
        "accounts": [
            {
                "account_id": account,
                "owner_id": chance.choice([*PEOPLE, "gone", None]),
                "segment": chance.choice(SEGMENTS),
                "industry": chance.choice(INDUSTRIES),
            }
            for account in ACCOUNTS
        ],
        "people": _people(chance),
        "fx_rates": _rates(chance),
        "promotions": [_promotion(chance, n) for n in range(150)],
        "campaign_events": [_mail(chance, n) for n in range(120)],
        "leads": [_lead(chance, n) for n in range(90)],
        "deals": [_deal(chance, n) for n in range(160)],
        "deal_changes": [_change(chance, n) for n in range(500)],
        "contracts": [_contract(chance, n) for n in range(70)],
        "quotas": [
            {"person_id": person, "period": quarter, "amount": _money(chance), "currency": _currency(chance)}
            for person in PEOPLE
            for quarter in QUARTERS
            if chance.random() < 0.7
        ],
        "markets": [
            {"segment": segment, "period": period, "size": _money(chance) * 10, "currency": _currency(chance)}
            for segment in ("smb", "large", "unserved")
            for period in (*QUARTERS, "2025", "2026-01")
            if chance.random() < 0.7
        ],
    }


def _people(chance: Random) -> list[Row]:
    rows: list[Row] = []
    for person in PEOPLE:
        begins = FIRST + timedelta(days=chance.randrange(60))
        for _ in range(3):
            ends = begins + timedelta(days=chance.randrange(20, 200))
            rows.append(
                {
                    "person_id": person,
                    "team": chance.choice(("north", "south")),
                    "active_from": begins,
                    "active_to": ends,
                }
            )
            begins = ends + timedelta(days=chance.choice((1, 1, 15)))
    return rows


def _rates(chance: Random) -> list[Row]:
    return [
        {
            "currency": "USD",
            "base": "EUR",
            "valid_from": FIRST + timedelta(days=30 * n),
            "rate": round(chance.uniform(0.8, 1.0), 4),
        }
        for n in range(1, SPAN_DAYS // 30)
    ]


def _promotion(chance: Random, number: int) -> Row:
    return {
        "promotion_id": f"p{number}",
        "account_id": chance.choice([*ACCOUNTS, None]),
        "occurred_at": _instant(chance),
        "kind": chance.choice(("referral", "referral", "review", "mention")),
        "referred_account_id": chance.choice([*ACCOUNTS, None]),
        "reached_industry": chance.choice(INDUSTRIES),
    }


def _mail(chance: Random, number: int) -> Row:
    return {
        "campaign_id": f"m{number}",
        "contact_id": f"k{number}",
        "account_id": chance.choice([*ACCOUNTS, None]),
        "occurred_at": _instant(chance),
        "kind": chance.choice(("send", "send", "open", "click")),
    }


def _lead(chance: Random, number: int) -> Row:
    qualified_at = _instant(chance)
    return {
        "lead_id": f"l{number}",
        "account_id": chance.choice([*ACCOUNTS, None]),
        "owner_id": chance.choice([*PEOPLE, None]),
        "created_at": FIRST_INSTANT,
        "qualified_at": chance.choice((qualified_at, qualified_at, None)),
        "converted_at": chance.choice((None, qualified_at + timedelta(days=chance.choice((-5, 30, 90, 91, 120))))),
        "deal_id": chance.choice((None, f"d{chance.randrange(160)}")),
        "referral_id": chance.choice((None, None, f"p{number}")),
    }


FIRST_INSTANT = datetime(2024, 6, 1)


def _deal(chance: Random, number: int) -> Row:
    created_at = _instant(chance)
    outcome = chance.choice(("won", "won", "lost", "open"))
    listed = chance.choice((None, Decimal(0), _money(chance), _money(chance), _money(chance)))
    parts = (Decimal("0.80"), Decimal("0.79"), Decimal("0.90"), Decimal("1.10"), Decimal("0.50"))
    return {
        "deal_id": f"d{number}",
        "account_id": chance.choice([*ACCOUNTS, None]),
        "owner_id": chance.choice([*PEOPLE, None]),
        "kind": chance.choice(("new", "new", "expansion", "renewal", None)),
        "outcome": outcome,
        "created_at": created_at,
        "closed_at": None if outcome == "open" else created_at + timedelta(hours=chance.randrange(1, 2400)),
        "list_amount": listed,
        "net_amount": chance.choice((None, _money(chance), *(listed * part for part in parts))) if listed else None,
        "currency": _currency(chance),
        "lead_id": chance.choice((None, None, f"l{chance.randrange(90)}")),
    }


def _change(chance: Random, number: int) -> Row:
    field = chance.choice(("amount", "amount", "amount", "owner", "stage"))
    values = PEOPLE if field == "owner" else [str(chance.randrange(80, 120)) for _ in range(3)]
    return {
        "deal_id": f"d{chance.randrange(160)}",
        "changed_at": _instant(chance),
        "field": field,
        "old_value": chance.choice([*values, None]),
        "new_value": chance.choice(values),
        "_seq": number,
    }


def _contract(chance: Random, number: int) -> Row:
    starts_on = FIRST + timedelta(days=chance.randrange(SPAN_DAYS))
    ends_on = starts_on + timedelta(days=chance.choice((0, 29, 89, 364)))
    within = starts_on + timedelta(days=chance.randrange(200))
    amount = None if chance.random() < 0.05 else _money(chance)
    return {
        "contract_id": f"c{number}",
        "account_id": chance.choice(ACCOUNTS),
        "starts_on": starts_on,
        "ends_on": None if chance.random() < 0.05 else ends_on,
        "amount": amount,
        "cost_amount": chance.choice((None, _money(chance))),
        "currency": _currency(chance),
        "renews_contract_id": chance.choice((None, f"c{chance.randrange(70)}")),
        "cancelled_on": chance.choice((None, None, None, within)),
        "defaulted_on": chance.choice((None, None, None, within)),
    }


def _instant(chance: Random) -> datetime:
    day = FIRST_INSTANT + timedelta(days=chance.randrange(SPAN_DAYS))
    return day + timedelta(hours=chance.choice((12, 22, 23, 0)), minutes=chance.choice((0, 30)))


def _money(chance: Random) -> Decimal:
    return Decimal(chance.randrange(1, 100_000)).scaleb(-2)


def _currency(chance: Random) -> str | None:
    return "JPY" if chance.random() < 0.05 else chance.choice(("EUR", "USD", None))
