from datetime import date

from given import given
from told import FACT, share, told

CONTACTS = """contact_id  account_id
              joe         acme"""
ACCOUNTS = """account_id  owner_id
              acme        ann
              globex      bob"""


def test_clicks_and_sends_count_raw_each_on_its_own_local_day() -> None:
    world = given(
        accounts=ACCOUNTS,
        contacts=CONTACTS,
        campaign_events="""campaign_id  contact_id  account_id  kind   occurred_at
                           spring       joe         -           send   2026-03-31T21:59:00
                           spring       joe         -           open   2026-03-31T22:01:00
                           spring       joe         -           click  2026-03-31T22:02:00
                           spring       joe         -           click  2026-03-31T22:03:00
                           spring       -           globex      send   2026-03-31T21:59:00
                           spring       -           -           send   2026-07-01T00:00:00""",
    )
    rows = world.rows(FACT["campaign_mail"])
    assert share(rows, "is_click", "is_send") == 1.0
    days = [(row["account_id"], row["person_id"], row["occurred_on"], row["is_click"]) for row in rows]
    assert sorted(days, key=str) == [
        ("acme", "ann", date(2026, 3, 31), False),
        ("acme", "ann", date(2026, 4, 1), True),
        ("acme", "ann", date(2026, 4, 1), True),
        ("globex", "bob", date(2026, 3, 31), False),
    ]
    assert len(told(rows, "campaign_id")) == len(rows)
