"""Metrics' values as a table for people shows them: digits in one column, what they count in the next."""

from trueup.cli.tables import NOTHING


def digits(value: float | None, unit: str) -> str:
    """The value in the unit that ``unit_shown`` names; a dash where there is none."""
    if value is None:
        return NOTHING
    match unit:
        case "ratio":
            return f"{value * 100:,.1f}"
        case "count":
            return f"{value:,.0f}"
        case _:
            return f"{value:,.2f}"


def unit_shown(unit: str, currency: str) -> str:
    """What a value's digits count; nothing for plain counts."""
    match unit:
        case "ratio":
            return "%"
        case "money":
            return currency
        case "count":
            return ""
        case _:
            return unit.replace("_", " ")


def notes(status: str, pending: int) -> str:
    """What a reader must know besides the number: its status unless that is ok, and what is still pending."""
    told = [] if status == "ok" else [status]
    if pending:
        told.append(f"{pending:,} pending")
    return ", ".join(told)
