"""A made-up company's tables, with the look-ups that a person with a pencil would make."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import cast
from zoneinfo import ZoneInfo

from sales_company import AS_OF, FIRST, SPAN_DAYS, ZONE, Company, Row

DAY = timedelta(days=1)
HERE = ZoneInfo(ZONE)
NOW = datetime(2026, 2, 15, 22, 59, 59, 999999)


@dataclass(frozen=True)
class Part:
    """What one fact adds: to the periods of day ``on`` (or to ``period`` only), for ``account`` and ``person``."""

    on: date
    account: str | None
    person: str | None
    numerator: Fraction | None = None
    denominator: Fraction | None = None
    is_pending: bool = False
    period: str | None = None
    credited_on: date | None = None
    segment: str | None = None


def periods_of(day: date) -> tuple[str, str, str]:
    """The month, quarter and year of a day."""
    return f"{day:%Y-%m}", f"{day:%Y}-Q{(day.month + 2) // 3}", f"{day:%Y}"


def days_of(period: str) -> list[date]:
    """The days of a period that have begun."""
    return [day for day in ALL_DAYS if period in periods_of(day) and day <= AS_OF]


ALL_DAYS = [FIRST - 200 * DAY + n * DAY for n in range(SPAN_DAYS + 400)]
PERIODS = sorted({period for day in ALL_DAYS if FIRST <= day <= AS_OF for period in periods_of(day)})


def local(instant: object) -> date:
    return cast("datetime", instant).replace(tzinfo=UTC).astimezone(HERE).date()


def happened(instant: object) -> bool:
    return instant is not None and cast("datetime", instant) <= NOW


def flag(condition: object) -> Fraction:
    return Fraction(bool(condition))


def text(value: object) -> str | None:
    return cast("str | None", value)


BEGUN_BY = {
    "promotions": "occurred_at",
    "campaign_events": "occurred_at",
    "leads": "created_at",
    "deals": "created_at",
    "deal_changes": "changed_at",
    "contracts": "starts_on",
}
"""Where nothing says when a row was recorded, it was when its thing happened; the others were always known."""


def recorded(table: str, row: Row) -> bool:
    moment = row[BEGUN_BY[table]] if table in BEGUN_BY else None
    return moment is None or (happened(moment) if isinstance(moment, datetime) else cast("date", moment) <= AS_OF)


class Books:
    """The company's tables, with the look-ups a person with a pencil would make."""

    def __init__(self, tables: Company) -> None:
        self.tables = {name: [row for row in rows if recorded(name, row)] for name, rows in tables.items()}
        self.account: dict[object, Row] = {row["account_id"]: row for row in tables["accounts"]}

    def owner(self, account: object) -> str | None:
        return text(self.account[account]["owner_id"]) if account in self.account else None

    def team(self, person: str | None, day: date) -> str | None:
        for row in self.tables["people"]:
            if row["person_id"] == person and cast("date", row["active_from"]) <= day <= cast("date", row["active_to"]):
                return text(row["team"])
        return None

    def money(self, row: Row, column: str, on: date) -> Fraction | None:
        """The row's amount in euros at that day's rate; None where the amount or the rate is not known."""
        currency = row["currency"] or "EUR"
        quotes = [(r["valid_from"], r["rate"]) for r in self.tables["fx_rates"] if r["currency"] == currency]
        valid = [(cast("date", day), rate) for day, rate in quotes if cast("date", day) <= on]
        rate = Fraction(1) if currency == "EUR" else Fraction(str(max(valid)[1])) if valid else None
        return None if row[column] is None or rate is None else Fraction(str(row[column])) * rate

    def owner_at_closing(self, deal: Row) -> str | None:
        changes = self.changes(deal, "owner")
        before = [c for c in changes if cast("datetime", c["changed_at"]) <= cast("datetime", deal["closed_at"])]
        if before:
            return text(before[-1]["new_value"])
        return text(changes[0]["old_value"] or deal["owner_id"]) if changes else text(deal["owner_id"])

    def changes(self, deal: Row, field: str) -> list[Row]:
        theirs = [c for c in self.tables["deal_changes"] if c["deal_id"] == deal["deal_id"] and c["field"] == field]
        return sorted(theirs, key=lambda c: (cast("datetime", c["changed_at"]), cast("int", c["_seq"])))

    def closed_deals(self) -> Iterator[tuple[Row, date, str | None]]:
        for deal in self.tables["deals"]:
            if deal["outcome"] in {"won", "lost"} and happened(deal["closed_at"]):
                yield deal, local(deal["closed_at"]), self.owner_at_closing(deal)

    def won_deals(self) -> Iterator[tuple[Row, date, str | None]]:
        return (closed for closed in self.closed_deals() if closed[0]["outcome"] == "won")

    def runs(self, contract: Row, day: date) -> bool:
        stops = [cast("date", contract[c]) for c in ("cancelled_on", "defaulted_on") if contract[c]]
        begun = cast("date", contract["starts_on"]) <= day
        ended = contract["ends_on"] is not None and cast("date", contract["ends_on"]) < day
        return begun and not ended and all(day < stop for stop in stops)

    def per_day(self, contract: Row, column: str) -> Fraction | None:
        starts, ends = cast("date", contract["starts_on"]), cast("date | None", contract["ends_on"])
        amount = self.money(contract, column, starts)
        return None if ends is None or amount is None else amount / ((ends - starts).days + 1)

    def active(self, period: str) -> list[str]:
        days = days_of(period)
        running = {c["account_id"] for c in self.tables["contracts"] if any(self.runs(c, day) for day in days)}
        return sorted(str(account) for account in running)
