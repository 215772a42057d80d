from datetime import date

from given import given
from told import FACT, Told, told


def _leads(leads: str, *, deals: str = "", as_of: str = "2026-06-30") -> Told:
    world = given(leads=leads, deals=deals, as_of=as_of, zone="UTC")
    return told(world.rows(FACT["qualified_leads"]), "is_converted", "is_mature")


def test_a_lead_counts_when_it_was_qualified_on_the_local_day_for_its_owner() -> None:
    world = given(
        leads="""lead_id  owner_id  created_at        qualified_at
                 l1       ann       2026-03-01T08:00  2026-03-31T22:30
                 l2       ann       2026-03-01T08:00  -
                 l3       ann       2026-03-01T08:00  2026-07-02T08:00"""
    )
    rows = world.rows(FACT["qualified_leads"])
    assert told(rows, "occurred_on", "credited_on", "person_id") == {
        "l1": (date(2026, 4, 1), date(2026, 4, 1), "ann"),
    }


def test_a_lead_converts_at_or_before_90_days_after_qualifying_also_before() -> None:
    told_leads = _leads("""lead_id    created_at           qualified_at         converted_at
                           at-90      2025-12-01T12:00:00  2026-01-01T12:00:00  2026-04-01T12:00:00
                           too-late   2025-12-01T12:00:00  2026-01-01T12:00:00  2026-04-01T12:00:00.000001
                           before     2025-12-01T12:00:00  2026-01-01T12:00:00  2025-12-24T12:00:00
                           never      2025-12-01T12:00:00  2026-01-01T12:00:00  -""")
    assert told_leads == {
        "at-90": (True, True),
        "too-late": (False, True),
        "before": (True, True),
        "never": (False, True),
    }


def test_without_a_conversion_time_the_deal_s_opening_counts_named_by_either_side() -> None:
    told_leads = _leads(
        """lead_id  created_at           qualified_at         converted_at         deal_id
           l1       2025-12-01T12:00:00  2026-01-01T12:00:00  -                    d1
           l2       2025-12-01T12:00:00  2026-01-01T12:00:00  -                    -
           l3       2025-12-01T12:00:00  2026-01-01T12:00:00  2026-05-01T12:00:00  d3
           l4       2025-12-01T12:00:00  2026-01-01T12:00:00  -                    -""",
        deals="""deal_id  lead_id  created_at
                 d1       -        2026-02-01T12:00:00
                 d2       l2       2026-05-01T12:00:00
                 d2b      l2       2026-02-01T12:00:00
                 d3       -        2026-02-01T12:00:00""",
    )
    assert told_leads == {"l1": (True, True), "l2": (True, True), "l3": (False, True), "l4": (False, True)}


def test_a_conversion_after_the_as_of_moment_falls_back_to_the_deal_s_opening() -> None:
    told_leads = _leads(
        """lead_id  created_at           qualified_at         converted_at         deal_id  recorded_at
           l1       2025-12-01T12:00:00  2026-01-01T12:00:00  2026-04-20T12:00:00  d1       2026-01-01T12:00:00
           l2       2025-12-01T12:00:00  2026-01-01T12:00:00  2026-04-20T12:00:00  d2       2026-01-01T12:00:00""",
        deals="""deal_id  created_at
                 d1       2026-02-01T12:00:00
                 d2       2026-04-25T12:00:00""",
        as_of="2026-04-15T12:00:00",
    )
    assert told_leads == {"l1": (True, True), "l2": (False, True)}


def test_a_lead_is_pending_until_its_90_days_are_over() -> None:
    lead = """lead_id  created_at           qualified_at         converted_at
              l1       2025-12-01T12:00:00  2026-01-01T12:00:00  2026-01-02T12:00:00"""
    assert _leads(lead, as_of="2026-04-01T11:59:59.999999") == {"l1": (True, False)}
    assert _leads(lead, as_of="2026-04-01T12:00:00") == {"l1": (True, True)}
