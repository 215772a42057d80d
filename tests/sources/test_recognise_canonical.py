"""Files that are in the canonical model's own columns come in as they are."""

from datetime import date, datetime

from sources.mapping_harness import bring_in, delivered


def test_rows_keep_their_values_and_get_their_types() -> None:
    given = bring_in(
        delivered(
            "company/people.csv",
            """person_id,name,team,active_from,active_to
            p1,Anna,North,2025-01-01,2025-06-30
            p1,Anna,South,2025-07-01,""",
        )
    )
    assert given.rows("people", "person_id", "team", "active_from", "active_to") == [
        ("p1", "North", date(2025, 1, 1), date(2025, 6, 30)),
        ("p1", "South", date(2025, 7, 1), None),
    ]
    assert given.lost == {"people": []}


def test_when_it_was_recorded_and_whether_it_is_deleted_may_be_told() -> None:
    given = bring_in(
        delivered(
            "company/promotions.csv",
            """promotion_id,account_id,occurred_at,kind,recorded_at,is_deleted
            r1,a1,2026-01-01T10:00:00Z,referral,2026-01-05T10:00:00Z,true""",
        )
    )
    assert given.rows("promotions", "recorded_at", "is_deleted") == [(datetime.fromisoformat("2026-01-05T10:00"), True)]


def test_the_source_of_a_lead_is_where_the_lead_came_from() -> None:
    given = bring_in(delivered("leads.csv", "lead_id,source,owner_id\nl1,Referral,p1"))
    assert given.rows("leads", "lead_id", "lead_source", "owner_id") == [("l1", "Referral", "p1")]


def test_further_columns_go_along_whichever_file_has_them() -> None:
    given = bring_in(
        delivered("a/accounts.csv", "account_id,name,domain,mood\na1,Acme,acme.example,good"),
        delivered("b/accounts.csv", "account_id,name,domain,colour\na2,Globex,globex.example,red"),
    )
    assert given.rows("accounts", "account_id", "mood", "colour") == [("a1", "good", None), ("a2", None, "red")]
