"""Quotas and the bookings of those who have one, by quarter and by year."""

import ibis
from ibis import Table

from trueup.metrics.conversion import AMOUNT, converted, with_rate
from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.instants import shifted

QUARTERS = (1, 2, 3, 4)


def _quota_credits(inputs: Inputs) -> Table:
    quotas = inputs.canon("quotas")
    quarters = _quarters()
    owed = with_rate(quotas.join(quarters, quotas.period == quarters.quarter_key), on="quarter_from")
    owed = owed.mutate(quota_amount=converted(owed.amount, owed.rate))
    nothing = ibis.literal(0).cast(AMOUNT)
    targets = owed.select(
        "period_kind",
        "period_key",
        "person_id",
        fact_key=owed.person_id.concat("/", owed.quarter_key),
        account_id=ibis.null("string"),
        credited_on=owed.quarter_from,
        booked=ibis.ifelse(owed.quota_amount.notnull(), nothing, None),
        quota=owed.quota_amount,
        lacks_rate=owed.rate.isnull(),
    )
    # Without its quota in the denominator a booking would only lift the numerator.
    known = owed.filter(owed.quota_amount.notnull())
    deals = inputs.fact("closed_deals")
    theirs = (
        deals.person_id == known.person_id,
        deals.occurred_on >= known.quarter_from,
        deals.occurred_on <= known.quarter_to,
    )
    booked = deals.filter(deals.is_won).join(known, theirs)
    bookings = booked.select(
        "period_kind",
        "period_key",
        "person_id",
        "fact_key",
        "account_id",
        "credited_on",
        booked=booked.net_amount,
        quota=ibis.null(AMOUNT),
        lacks_rate=deals.lacks_rate,
    )
    return targets.union(bookings)


def _quarters() -> Table:
    """Each quarter asked about, and the quarters begun of each year asked about, by the keys that quotas use."""
    quarters = PERIODS.filter(PERIODS.period_kind == "quarter")
    of_quarters = quarters.select(
        "period_kind", "period_key", quarter_key="period_key", quarter_from="first_on", quarter_to="last_on"
    )
    return ibis.union(of_quarters, *(_quarter_of_years(number) for number in QUARTERS))


def _quarter_of_years(number: int) -> Table:
    years = PERIODS.filter(PERIODS.period_kind == "year")
    begins = shifted(years.first_on, months=3 * (number - 1))
    ends = shifted(years.first_on, months=3 * number, days=-1)
    return years.filter(begins <= years.cut_on).select(
        "period_kind",
        "period_key",
        quarter_key=years.period_key.concat(f"-Q{number}"),
        quarter_from=begins,
        quarter_to=ends,
    )


FACTS: tuple[Fact, ...] = (
    Fact(
        "quota_credits",
        "Each quota on its quarter's first day, and each deal won by someone with a quota in that quarter.",
        _quota_credits,
        credit="person",
        timing="period",
        requires={
            "quotas": ("person_id", "period", "amount"),
            "deals": ("deal_id", "owner_id", "outcome", "closed_at", "net_amount"),
        },
        uses=("closed_deals",),
    ),
)
