"""What is worth saying about a column once all its values have been asked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from trueup.canon.findings import Finding, Severity
from trueup.sources.column_evidence import Evidence
from trueup.sources.column_forms import MomentForm, NumberForm, Order
from trueup.sources.column_guess import Guess, Habits, is_length_name, is_moment_name

_ORDERS: Final[Mapping[Order, str]] = {"day_first": "day first", "month_first": "month first"}


def note(severity: Severity, code: str, column: str, message: str, *, cure: str, value: str | None = None) -> Finding:
    """A finding about a column; its file and source are filled in by who knows them."""
    return Finding(severity, code, "", "", None, column, value, message, cure)


def habits_of(guesses: Iterable[Guess], *, decimal_comma: bool) -> Habits:
    """What the columns of a table prove about how its author writes."""
    points, orders = Counter[str](), Counter[Order]()
    for found in guesses:
        if found.numbers:
            points.update(found.numbers.points if len(found.numbers.points) == 1 else ())
        if found.proof and not found.proof.is_contradiction:
            orders["day_first"] += found.proof.day_first > 0
            orders["month_first"] += found.proof.month_first > 0
    proven = None if not points else points[","] > points["."]
    order: Order | None = None
    if orders["day_first"] != orders["month_first"]:
        order = "day_first" if orders["day_first"] > orders["month_first"] else "month_first"
    return Habits(decimal_comma or None if proven is None else proven, order, is_proven=proven is not None)


def notes(
    name: str, guess: Guess, found: Evidence, *, habits: Habits, examples: Sequence[str], stray: str | None
) -> list[Finding]:
    """Everything to say about one column; ``stray`` is a value that does not have its form."""
    said = [
        *_about_dates(name, guess, found, habits, examples),
        *_about_numbers(name, guess, habits, examples),
        *_about_lengths(name, guess, examples),
    ]
    if guess.kind not in {"text", "empty"} and guess.null_words:
        words = ", ".join(f"'{word}'" for word in guess.null_words)
        message = f"{found['nothings']} values of {name} are {words}; they were read as null."
        said.append(note("info", "null_words", name, message, cure="Nothing, if that is what they mean."))
    if guess.kind not in {"text", "empty"} and found.unread:
        message = f"{found.unread} of {found['values']} values of {name} do not read as {guess.kind}; they are null."
        cure = "Correct them in the system and export again; the raw table keeps them as delivered."
        said.append(note("warning", "unparsed_value", name, message, cure=cure, value=stray))
    return said


def _about_dates(name: str, guess: Guess, found: Evidence, habits: Habits, examples: Sequence[str]) -> list[Finding]:
    example = examples[0] if examples else None
    proof = guess.proof
    if proof and proof.is_contradiction:
        message = f"Some dates of {name} can only be day-first and others only month-first; the column stays text."
        cure = "Export the column again in one form, best year-month-day."
        return [note("error", "mixed_date_order", name, message, cure=cure, value=example)]
    if not isinstance(guess.form, MomentForm):
        return []
    said = []
    if proof and found["max_day"] <= 12 and not (proof.day_first or proof.month_first):
        order = _ORDERS[guess.form.order]
        why = " as in the table's other columns" if habits.order == guess.form.order else ""
        message = f"Every date of {name} can be read both ways; {order} was assumed{why}."
        cure = "Check one date; if it is wrong, read the column in the source's SQL with strptime."
        said.append(note("info" if why else "warning", "ambiguous_date_order", name, message, cure=cure, value=example))
    if guess.form.zones == "some":
        message = f"Some times of {name} carry a zone and others do not; the latter are of the source's zone."
        cure = "Set the source's zone in trueup.toml, or export all times in UTC."
        said.append(note("warning", "mixed_zones", name, message, cure=cure, value=example))
    if guess.kind == "timestamp" and is_length_name(name) and not is_moment_name(name.replace("Time", "")):
        message = f"{name} sounds like a length of time, but holds points in time."
        cure = "Subtract the start from it in the source's SQL."
        said.append(note("warning", "name_misleads", name, message, cure=cure, value=example))
    if any(pattern in {"%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y"} for pattern in guess.form.patterns):
        message = f"{name} names months; the first day of each was taken."
        said.append(note("info", "month_without_day", name, message, cure="Nothing.", value=example))
    return said


def _about_numbers(name: str, guess: Guess, habits: Habits, examples: Sequence[str]) -> list[Finding]:
    seen, form = guess.numbers, guess.form
    if not seen or not isinstance(form, NumberForm):
        return []
    example = next((value for value in examples if any(mark in value for mark in seen.open_marks)), None)
    said = []
    is_undecided = seen.open_marks and not seen.points and not seen.groups and not habits.is_proven
    if is_undecided and (form.group or habits.decimal_comma):
        mark = next(iter(seen.open_marks))
        parts = "thousands" if mark in form.group else "decimals"
        message = f"'{mark}' in {name} may part thousands or decimals; {parts} were assumed."
        cure = "Check one value; if it is wrong, read the column in the source's SQL with replace."
        said.append(note("warning", "ambiguous_thousands", name, message, cure=cure, value=example))
    if len(seen.currencies) > 1:
        signs = ", ".join(sorted(seen.currencies))
        message = f"Amounts of {name} are in several currencies ({signs}); the signs were taken away."
        cure = "Export the currency as a column of its own."
        said.append(note("error", "mixed_currencies", name, message, cure=cure, value=signs))
    if seen.has_percent:
        message = f"Values of {name} carry a percent sign; 45% was read as 45."
        value = examples[0] if examples else None
        said.append(
            note("info", "percent_sign", name, message, cure="Divide by 100 where a share is meant.", value=value)
        )
    return said


def _about_lengths(name: str, guess: Guess, examples: Sequence[str]) -> list[Finding]:
    if guess.kind != "time" or is_moment_name(name) or any("M" in value.upper() for value in examples):
        return []
    message = f"Values of {name} may be times of day or lengths of time; times of day were assumed."
    cure = "If they are lengths, cast the column to INTERVAL in the source's SQL."
    value = examples[0] if examples else None
    return [note("warning", "ambiguous_duration", name, message, cure=cure, value=value)]
