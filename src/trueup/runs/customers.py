"""Who is a customer, in SQL."""

from datetime import date

from trueup.units.period import LAST_DAY


def customers_between(first_on: date, last_on: date) -> str:
    """SQL: the ids of accounts of which a contract runs on at least one of the days, as the fact active_customers."""
    return (
        f"SELECT account_id FROM state.contracts WHERE starts_on <= DATE '{last_on}'"
        f" AND coalesce(ends_on, DATE '{LAST_DAY}') >= greatest(starts_on, DATE '{first_on}')"
        f" AND coalesce(least(cancelled_on, defaulted_on), DATE '{LAST_DAY}') > greatest(starts_on, DATE '{first_on}')"
    )
