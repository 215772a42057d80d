"""Lengths of time on the command line: ``P90D``, ``P13W``, ``P6M``, ``P1Y``."""

import re
from datetime import date

from trueup.cli.output import refuse

_DAYS = {"D": 1.0, "W": 7.0, "M": 30.4375, "Y": 365.25}


def days_of(said: str, option: str, *, least: int = 0) -> int:
    """Days of a length of time; refuses what is none, or shorter than ``least`` days."""
    matched = re.fullmatch(r"P?(\d{1,5})([DWMY])", said.strip().upper())
    if matched is None:
        refuse(f"{option} {said}: This is no length of time. Write days as P90D, weeks as P13W, months as P6M.")
    days = round(int(matched[1]) * _DAYS[matched[2]])
    if days < least:
        refuse(f"{option} {said}: It must be at least a day. Write it as P180D.")
    return days


def date_of(said: str | None, option: str) -> date | None:
    """A date; refuses what is none."""
    if said is None:
        return None
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        refuse(f"{option} {said}: This is no date. Write it as 2026-06-30.")
