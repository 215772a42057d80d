"""``trueup pay simulate``: loaded only when asked for, since it loads what computing needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import typer

from trueup.cli.output import Format, put_json, refuse, refusing, write
from trueup.cli.pay_case import files_of
from trueup.cli.pay_simulate_told import Side, Told, print_simulated, whole
from trueup.cli.progress import TerminalProgress, progress
from trueup.metrics.declarations import DeclarationsError
from trueup.metrics.naming import nearest
from trueup.pay.case import FILES, closes_of, rules_of
from trueup.pay.fact_tables import TABLES, FactTableError, Fault, facts_of, rows_of
from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.simulate import in_place, simulate
from trueup.pay.simulate_compare import Change, compared, money_diff
from trueup.pay.simulate_measures import measures
from trueup.pay.simulate_stress import stressed

SCHEMA = pa.schema(
    [
        ("run", pa.string()),
        ("plan", pa.string()),
        ("payee", pa.string()),
        ("currency", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("difference", pa.string()),
        ("share", pa.float64()),
    ]
)


@dataclass(frozen=True)
class Asked:
    """What is to be simulated."""

    folder: Path
    against: Sequence[Path]
    stress: bool
    value: Path | None
    credits_of: str | None
    months: int


def run(asked: Asked, form: Format, output: Path | None) -> None:
    """Simulate, and tell it; what cannot be read is refused."""
    with refusing(DeclarationsError, ValueError, OSError):
        with progress() as shown:
            told = _told(asked, shown)
        match form:
            case Format.table:
                print_simulated(told)
            case Format.json:
                put_json(whole(told), output)
            case _:
                write(pa.Table.from_pylist(list(rows_told(told)), schema=SCHEMA), form, output)
    for each in (told.new or told.old).simulation.unreckoned:
        typer.echo(f"trueup: {each.message}", err=True)


def _told(asked: Asked, shown: TerminalProgress) -> Told:
    current, candidate, tables = _read(asked.folder, asked.against)
    worth = None if asked.value is None else _value(asked.value)
    facts = facts_of({name: text for name, text in tables.items() if name in TABLES})
    rules = rules_of(tables.get("calendar"))
    closes = closes_of(tables.get("closes"), facts, current, rules=rules)

    def side(plans: Sequence[Plan]) -> Side:
        shown.stage("replaying closes")
        simulation = simulate(plans, facts, closes, rules=rules)
        shown.stage("replaying them on worse facts" if asked.stress else "measuring")
        runs = stressed(plans, facts, closes, plain=simulation, rules=rules) if asked.stress else ()
        return Side(simulation, measures(simulation, value=worth, of_kind=asked.credits_of), runs)

    old = side(current)
    if not candidate:
        return Told(old, None, None, None)
    new = side(in_place(candidate, current))
    diff = money_diff(old.simulation, new.simulation, months=asked.months)
    return Told(old, new, compared(old.simulation, new.simulation), diff)


def _read(folder: Path, against: Sequence[Path]) -> tuple[Sequence[Plan], Sequence[Plan], Mapping[str, str]]:
    """The plans in force, those proposed, and the tables."""
    if not folder.is_dir():
        refuse(f"There is no folder {folder}. Name one with plan.yaml, events.csv, assignments.csv and closes.csv.")
    files, tables = files_of(folder)
    unknown = [name for name in tables if name not in FILES]
    if unknown:
        raise FactTableError(
            [Fault(f"{name}.csv", 1, "", f"no table has that name{nearest(name, FILES)}") for name in unknown]
        )
    proposed = [file for path in against for file in _plans_at(path)]
    within = {file.name for file in proposed if file.resolve().parent == folder.resolve()}
    current = load(file for file in files if file.path not in within)
    return current, load(PlanFile(str(file), file.read_text(encoding="utf-8")) for file in proposed), tables


def _plans_at(path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.yaml"))
    if not found:
        refuse(f"There is no plan in {path}. Name a folder with *.yaml, or a file.")
    return found


def _value(file: Path) -> Mapping[str, Fraction]:
    """What the customers of each payee got, by payee."""
    found: dict[str, Fraction] = {}
    for number, row in rows_of(file.name, file.read_text(encoding="utf-8")):
        try:
            found[row["payee"]] = found.get(row["payee"], Fraction(0)) + Fraction(row["value"])
        except (KeyError, ValueError) as error:
            cure = "give a payee, and a value such as 12000.50"
            raise FactTableError([Fault(file.name, number, "", cure)]) from error
    return found


def rows_told(told: Told) -> Iterator[Mapping[str, object]]:
    """What was found, as rows of ``SCHEMA``."""
    if told.comparison is not None and told.diff is not None:
        yield from _changed("plans", "", told.comparison.changes)
        yield from _changed("money_diff", "", told.diff.changes)
    else:
        pay = told.old.simulation.pay()
        yield from _changed("plan", "", [Change(payee, amount, amount) for payee, amount in pay.items()])
    for plan, side in (("in_force", told.old), ("proposed", told.new)):
        for run in side.stressed if side is not None else ():
            yield from _changed(run.name, plan, run.changes)


def _changed(run: str, plan: str, changes: Iterable[Change]) -> Iterator[Mapping[str, object]]:
    for each in changes:
        yield {
            "run": run,
            "plan": plan,
            "payee": each.payee,
            "currency": each.old.currency,
            "before": f"{each.old.amount:f}",
            "after": f"{each.new.amount:f}",
            "difference": f"{each.difference.amount:f}",
            "share": None if each.share is None else float(each.share),
        }
