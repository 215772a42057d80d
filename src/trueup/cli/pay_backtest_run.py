"""``trueup pay backtest``: loaded only when asked for, since it loads what computing needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import typer

from trueup import workspace
from trueup.answers.value import NoValueError
from trueup.cli.acting import acting, opened, part
from trueup.cli.impact_of_workspace import built
from trueup.cli.output import Format, put_json, refusing, write
from trueup.cli.pay_simulate_run import SCHEMA, rows_told
from trueup.cli.pay_simulate_told import Side, Told, print_simulated, whole
from trueup.cli.progress import progress
from trueup.cli.tables import paragraph
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.plan_file import PlanFile
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError
from trueup.runs.pay_backtest import Backtest, Wanted, backtested, candidate_of
from trueup.runs.pay_backtest import Side as Simulated
from trueup.runs.pay_inputs import inputs_of

_ERRORS = (WorkspaceError, Refused, NoValueError, DeclarationsError, ValueError, OSError)


@dataclass(frozen=True)
class Asked:
    """What is to be tried."""

    against: tuple[Path, ...]
    instead_of: str
    first: str
    credits_of: str
    stress: bool


def run(asked: Asked, form: Format, output: Path | None, *, by: str | None, folder: Path | None) -> None:
    """Try it, and tell what comes out; what cannot be read or reckoned is refused."""
    with refusing(*_ERRORS):
        found = opened(folder)
        snapshot = built(folder)
        part("access").allow(acting(by), "pay")
        files = [PlanFile(str(file), file.read_text(encoding="utf-8")) for file in asked.against]
        wanted = Wanted(candidate_of(files), asked.instead_of, asked.first, asked.credits_of, asked.stress)
        with progress() as shown:
            shown.stage("reading what pay is reckoned from")
            inputs = inputs_of(found, workspace.settings(found), snapshot)
            shown.stage("paying the past again")
            told = backtested(inputs, snapshot, wanted)
        match form:
            case Format.table:
                _print(told)
            case Format.json:
                put_json({**whole(_told(told)), "replaced": list(told.replaced), "value": _said(told)}, output)
            case _:
                write(pa.Table.from_pylist(list(rows_told(_told(told))), schema=SCHEMA), form, output)
    for message in dict.fromkeys(each.message for each in told.new.simulation.unreckoned):
        typer.echo(f"trueup: {message}", err=True)


def _print(told: Backtest) -> None:
    print_simulated(_told(told))
    few = f"{len(told.value):,} people own or serve customers of whom value is known"
    paragraph(f"In the place of {', '.join(told.replaced)}; every period closed five days after its end. {few}.")


def _told(told: Backtest) -> Told:
    old, new = _sides((told.old, told.new))
    return Told(old, new, told.comparison, told.diff)


def _sides(of: Iterable[Simulated]) -> Iterable[Side]:
    return (Side(each.simulation, each.measures, each.stressed) for each in of)


def _said(told: Backtest) -> Mapping[str, str]:
    return {payee: f"{float(value):.2f}" for payee, value in told.value.items()}
