"""Until when what somebody makes here is good: days are those of the company."""

from datetime import date, datetime

from trueup import served
from trueup.record.refusal import Refused
from trueup.units.calendar import end_of_day
from trueup.units.zone import InvalidInstant


def end_of(day: date) -> datetime:
    """The last moment of a day; Refused at ``expires_at`` where no calendar in use has it."""
    try:
        return end_of_day(day, served.settings().zone)
    except InvalidInstant as error:
        raise Refused("This day can hardly be meant.", field="expires_at", cure="Correct its year.") from error
