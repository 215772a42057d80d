"""Every fact of customers' experience, found once more by reading messages one after another."""

from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st

from experience_company import Tables, companies, ready

AS_OF = ("2026-03-31", "2026-04-02T13:00:00", "2026-05-04")
some = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some
@whatever(tables=companies(), as_of=st.sampled_from(AS_OF))
def test_every_fact_is_what_the_books_say(tables: Tables, as_of: str) -> None:
    found = ready(as_of)
    found.load(tables)
    books, spans = found.books(tables), found.spans()
    waited = ("occurred_on", "elapsed_hours", "business_hours", "is_answered_in_time", "is_due")
    assert found.keyed("responses", *waited) == books.responses()
    assert found.keyed("unanswered_spells", "credited_on") == books.unanswered(spans)
    assert found.keyed("abandoned_spells", "occurred_on", "credited_on") == books.abandoned()
    assert found.keyed("follow_ups", "is_timely", "is_gentle", "is_effective", "is_mature") == books.follow_ups()
    counted = ("occurred_on", "is_joint", "is_sales_call", "is_new_prospect_call", "lasted_seconds", "has_wrong_end")
    assert found.keyed("calls_and_meetings", *counted) == books.calls_and_meetings()
    assert found.keyed("connections", "credit_id", "account_id", "occurred_on") == books.connections()
    engaged = ("people", "contacts", "reviews", "is_single_threaded", "has_review")
    assert found.keyed("engagement", *engaged) == books.engagement(spans)
    assert found.keyed("social_exchanges", "account_id", "credited_on") == books.social_exchanges(spans)
