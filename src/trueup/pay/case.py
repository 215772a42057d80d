"""Golden cases: a plan, facts and what has to come out, as files that an analyst can read and extend without code.

``plan.yaml`` (or several ``*.yaml``), the tables of ``fact_tables``, and:

- ``closes.csv`` (``period``, ``closed_on``): the closes, in order, each with what was known by then. Without it
  everything is closed at once, each earning period as itself.
- ``expected.csv``: what is posted, by ``payee``, ``component``, ``earning_period``, ``posted_in`` and ``state``
  (``earned`` or ``held``); columns that are left out are summed over, and ``state`` left out means ``earned``.
- ``expected_lines.csv``: lines as the last close knew them, by ``payee``, ``component``, ``event``, ``kind``, ``on``,
  ``period``, ``role``, with ``amount``, ``held``, ``credited`` or ``cut``.
- ``expected_runs.csv``: pay runs by ``payee`` and ``period``, with ``earned``, ``advanced``, ``recovered``, ``offset``,
  ``paid``, ``draw``, ``receivable``.
- ``expected_parked.csv``: differences that still wait after the last close, by ``payee``, ``component``,
  ``earning_period`` and ``because``.
- ``expected_problems.csv``: what could not be reckoned, by ``payee`` and ``component``, with a part of the ``message``;
  both are empty where the facts are refused altogether.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from trueup.metrics.naming import nearest
from trueup.pay.draw import PayRun
from trueup.pay.fact_tables import TABLES, FactTableError, Fault, facts_of, rows_of
from trueup.pay.facts import Facts
from trueup.pay.lines import PayLine
from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.policy import Parked
from trueup.pay.replay import Close, Closed, replay, runs
from trueup.pay.rounding import in_full
from trueup.units.period import CIVIL, PeriodKind, PeriodRules, parse_period, period_of

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "expected": ("payee", "component", "earning_period", "posted_in", "state", "currency"),
    "expected_lines": ("payee", "component", "event", "kind", "on", "period", "role", "lot"),
    "expected_runs": ("payee", "period"),
    "expected_parked": ("payee", "component", "earning_period", "because"),
    "expected_problems": ("payee", "component"),
}
_NUMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "expected": ("amount",),
    "expected_lines": ("amount", "held", "credited", "cut", "exact", "factor", "among"),
    "expected_runs": ("earned", "advanced", "recovered", "offset", "paid", "draw", "receivable"),
    "expected_parked": ("amount",),
    "expected_problems": ("message",),
}
EXPECTED: Final = tuple(_KEYS)
FILES: Final = (*TABLES, "closes", "calendar", *EXPECTED)


@dataclass(frozen=True)
class Difference:
    """What came out otherwise than expected; a value is empty where there was none.

    ``row``: of the file, 0 where none of its rows expects this; ``where``: the row, or its keys.
    """

    file: str
    row: int
    where: str
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.where}: {self.column} is {self.found or 'nothing'}, expected {self.expected or 'none'}"
        )


@dataclass(frozen=True)
class Outcome:
    """How a case came out: how many rows it expects, and the differences."""

    rows: int
    differences: tuple[Difference, ...]

    @property
    def as_expected(self) -> int:
        """How many rows came out as they were expected."""
        return self.rows - len({(each.file, each.row) for each in self.differences if each.row})


def run_case(plan_files: Iterable[PlanFile], tables: Mapping[str, str]) -> Outcome:
    """Run a case; PlanFileError or FactTableError where its files cannot be read, ValueError where facts are refused.

    ``tables``: the texts of its CSV files by their names without the ending.
    """
    unknown = [name for name in tables if name not in FILES]
    if unknown:
        raise FactTableError(
            [Fault(f"{name}.csv", 1, "", f"no file of a case has that name{nearest(name, FILES)}") for name in unknown]
        )
    if not any(name in tables for name in EXPECTED):
        raise FactTableError(
            [Fault("expected.csv", 1, "", "nothing is expected: add expected.csv, and say what has to come out")]
        )
    rules = rules_of(tables.get("calendar"))
    plans = load(plan_files, rules=rules)
    facts = facts_of({name: text for name, text in tables.items() if name in TABLES})
    closes = closes_of(tables.get("closes"), facts, plans, rules=rules)
    closed: tuple[Closed, ...] = ()
    refusal = ""
    try:
        closed = replay(plans, facts, closes, rules=rules)
    except ValueError as error:
        if "expected_problems" not in tables:
            raise
        refusal = str(error)
    is_at_once = "closes" not in tables
    differences: list[Difference] = []
    rows = 0
    for name in EXPECTED:
        if name in tables:
            found = [] if refusal else list(_found(name, plans, facts, closed, is_at_once=is_at_once, rules=rules))
            if refusal and name == "expected_problems":
                found = [{"payee": "", "component": "", "message": refusal}]
            wanted = list(rows_of(f"{name}.csv", tables[name]))
            _check_columns(name, wanted)
            rows += len(wanted)
            differences += _compared(name, wanted, found)
    if "expected_problems" not in tables:
        differences += _untold(closed)
    return Outcome(rows, tuple(differences))


def rules_of(text: str | None) -> PeriodRules:
    """The calendar that ``calendar.csv`` says, without it the civil one."""
    if text is None:
        return CIVIL
    told = list(rows_of("calendar.csv", text))
    try:
        ((_, row),) = told
        return PeriodRules(fiscal_year_start=int(row["fiscal_year_start"]))
    except (KeyError, ValueError) as error:
        cure = "give one row with fiscal_year_start, the month in which the fiscal year begins: 1 to 12"
        raise FactTableError([Fault("calendar.csv", told[0][0] if told else 1, "", cure)]) from error


def closes_of(text: str | None, facts: Facts, plans: Sequence[Plan], *, rules: PeriodRules = CIVIL) -> Sequence[Close]:
    """The closes that ``closes.csv`` says; without it one of everything at once, at the end of the last year."""
    if text is None:
        dated = [each.on for each in facts.events] + [each.as_of for each in facts.readings]
        dated += [each.signed_on for each in facts.agreements] + [each.known_on for each in facts.outcomes]
        last = max([*dated, *(plan.valid_from for plan in plans)])
        end = period_of(last, PeriodKind.YEAR, rules)
        return [Close(end.key, date.max)]
    faults = []
    found = []
    for number, row in rows_of("closes.csv", text):
        try:
            found.append(Close(parse_period(row["period"], rules).key, date.fromisoformat(row["closed_on"])))
        except (KeyError, ValueError):
            cure = "give a period such as 2026-03, and as closed_on the day on which it was closed"
            faults.append(Fault("closes.csv", number, "", cure))
            continue
        if len(found) > 1 and found[-1].closed_on < found[-2].closed_on:
            cure = f"{found[-1].period} was closed before {found[-2].period}: order closes by their days"
            faults.append(Fault("closes.csv", number, "closed_on", cure))
        elif len(found) > 1 and parse_period(found[-1].period, rules).last < parse_period(found[-2].period, rules).last:
            # What is reckoned goes through a close's period: one that went back would take back what came after it.
            cure = f"{found[-1].period} was closed after {found[-2].period}: order closes by their periods"
            faults.append(Fault("closes.csv", number, "period", cure))
    if not found and not faults:
        faults.append(Fault("closes.csv", 1, "", "nothing was closed: add a period and its day, or leave the file out"))
    if faults:
        raise FactTableError(faults)
    return found


def _found(
    name: str, plans: Sequence[Plan], facts: Facts, closed: Sequence[Closed], *, is_at_once: bool, rules: PeriodRules
) -> Iterator[dict[str, str | Fraction]]:
    match name:
        case "expected":
            yield from _postings(closed, is_at_once=is_at_once)
        case "expected_lines":
            yield from map(_of_line, closed[-1].calculated.lines)
        case "expected_runs":
            for payee, own in runs(plans, facts, closed, rules=rules).items():
                for period, run in own:
                    yield {"payee": payee, "period": period, **_of_run(run)}
        case "expected_parked":
            yield from map(_of_parked, closed[-1].parked)
        case _:
            for told in closed[-1].calculated.unreckoned:
                yield {"payee": told.payee, "component": told.component, "message": told.message}


def _postings(closed: Iterable[Closed], *, is_at_once: bool) -> Iterator[dict[str, str | Fraction]]:
    for each in closed:
        for state, postings in (("earned", each.earned), ("held", each.held)):
            for posting in postings:
                yield {
                    "payee": posting.slot.payee,
                    "component": posting.slot.component,
                    "earning_period": posting.slot.period,
                    "posted_in": posting.slot.period if is_at_once else posting.posted_in,
                    "state": state,
                    "currency": posting.amount.currency,
                    "amount": Fraction(posting.amount.amount),
                }


def _of_parked(waits: Parked) -> dict[str, str | Fraction]:
    return {
        "payee": waits.posting.slot.payee,
        "component": waits.posting.slot.component,
        "earning_period": waits.posting.slot.period,
        "because": waits.because,
        "amount": Fraction(waits.posting.amount.amount),
    }


def _of_line(line: PayLine) -> dict[str, str | Fraction]:
    return {
        "payee": line.payee,
        "component": line.component,
        "event": line.event,
        "kind": line.kind,
        "on": str(line.on),
        "period": line.period,
        "role": line.role,
        "lot": line.lot,
        "amount": Fraction(line.amount.amount),
        "held": Fraction(line.held.amount),
        "credited": line.credited,
        "cut": line.cut,
        "exact": line.exact,
        "factor": line.factor,
        "among": Fraction(line.among),
    }


def _of_run(run: PayRun) -> dict[str, str | Fraction]:
    amounts = {
        "earned": run.earned,
        "advanced": run.advanced,
        "recovered": run.recovered,
        "offset": run.offset,
        "paid": run.paid,
        "draw": run.owed.draw,
        "receivable": run.owed.receivable,
    }
    return {column: Fraction(amount.amount) for column, amount in amounts.items()}


def _check_columns(name: str, wanted: Sequence[tuple[int, Mapping[str, str]]]) -> None:
    known = (*_KEYS[name], *_NUMBERS[name])
    columns = wanted[0][1] if wanted else {}
    faults = [
        Fault(f"{name}.csv", 1, column, f"no such column{nearest(column, known)}")
        for column in columns
        if column not in known
    ]
    if wanted and not set(columns) & set(_NUMBERS[name]):
        faults.append(Fault(f"{name}.csv", 1, "", f"nothing is expected: add {' or '.join(_NUMBERS[name])}"))
    if faults:
        raise FactTableError(faults)


def _compared(
    name: str, wanted: Sequence[tuple[int, Mapping[str, str]]], found: Sequence[Mapping[str, str | Fraction]]
) -> Iterator[Difference]:
    columns: Iterable[str] = wanted[0][1] if wanted else (_KEYS[name][0], _NUMBERS[name][0])
    keys = [key for key in _KEYS[name] if key in columns]
    values = [value for value in _NUMBERS[name] if value in columns]
    if name == "expected" and "state" not in keys:
        found = [row for row in found if row["state"] == "earned"]
    told = _by_keys(keys, values, found)
    asked: set[tuple[str, ...]] = set()
    for number, row in wanted:
        key = tuple(row[each] for each in keys)
        if key in asked:
            cure = f"{', '.join(key)} is here already: give one row, or a column that tells them apart"
            raise FactTableError([Fault(f"{name}.csv", number, "", cure)])
        asked.add(key)
        place = (f"{name}.csv", number, f"row {number} ({', '.join(key)})")
        for value in values:
            yield from _differs(place, value, row[value], told.get(key, {}).get(value))
    for key in (key for key in told if key not in asked):
        for value, now in told[key].items():
            if now:
                yield Difference(f"{name}.csv", 0, ", ".join(key), value, "", _shown(now))


def _by_keys(
    keys: Sequence[str], values: Sequence[str], found: Iterable[Mapping[str, str | Fraction]]
) -> dict[tuple[str, ...], dict[str, str | Fraction]]:
    """What was found, summed over the columns that nobody asks for."""
    told: defaultdict[tuple[str, ...], dict[str, str | Fraction]] = defaultdict(dict)
    for row in found:
        sums = told[tuple(str(row[key]) for key in keys)]
        for value in values:
            sums[value] = _together(sums[value], row[value]) if value in sums else row[value]
    return told


def _together(before: str | Fraction, now: str | Fraction) -> str | Fraction:
    """The sum of amounts; of messages all."""
    if isinstance(before, Fraction) and isinstance(now, Fraction):
        return before + now
    return f"{before} {now}"


def _untold(closed: Sequence[Closed]) -> Iterator[Difference]:
    """What nothing is posted of, where a case does not expect that: why amounts are missing, or a fault that hides."""
    for told in closed[-1].calculated.unreckoned:
        if told.refuses:
            where = ", ".join(name for name in (told.payee, told.component) if name)
            yield Difference("expected_problems.csv", 0, where, "message", "", told.message)


def _differs(
    place: tuple[str, int, str], column: str, expected: str, found: str | Fraction | None
) -> Iterator[Difference]:
    file, number, where = place
    if column == "message":
        if found is None or expected not in str(found):
            yield Difference(file, number, where, column, expected, str(found or ""))
        return
    if not expected:
        return
    try:
        amount = Fraction(expected)
    except (ValueError, ZeroDivisionError) as error:
        raise FactTableError(
            [Fault(file, number, column, f"{expected!r} is no number: write 12.30, or 1/3")]
        ) from error
    now = Fraction(0) if found is None and amount == 0 else found
    if now != amount:
        yield Difference(file, number, where, column, expected, "" if now is None else _shown(now))


def _shown(value: str | Fraction) -> str:
    return value if isinstance(value, str) else in_full(value)
