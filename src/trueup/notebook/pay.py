"""Pay in a notebook: ``ws.pay.calculate("2026-03")``, ``ws.pay.backtest("next.yaml")``; nothing of it is kept."""

import importlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trueup import workspace
from trueup.answers.asking import NotBuiltError
from trueup.mart.snapshot import Snapshot, current
from trueup.notebook.frame import Rows
from trueup.pay.case import run_case
from trueup.pay.plan_file import PlanFile
from trueup.runs.entered import open_kept_record
from trueup.runs.folder import Folder
from trueup.runs.pay_backtest import Backtest, Wanted, backtested, candidate_of
from trueup.runs.pay_inputs import PayInputs, inputs_of
from trueup.runs.pay_life import Desk
from trueup.runs.pay_official import Official, reckoned
from trueup.units.calendar import local_date

if TYPE_CHECKING:
    from trueup.record.models import User

_TEXTS = ("payee", "component", "kind", "period")
_LINES = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        ("on", pa.date32()),
        *((name, pa.string()) for name in ("event", "customer", "amount", "held", "currency", "clause", "hash")),
    ]
)
"""A row per line of a statement; amounts are text, as exact as they are."""
_CHANGES = pa.schema(
    [
        *((name, pa.string()) for name in ("payee", "currency", "before", "after", "difference")),
        ("share", pa.float64()),
    ]
)
_DIFFERENCES = pa.schema(
    [
        *((name, pa.string()) for name in ("file", "where", "column", "expected", "found")),
        ("row", pa.int64()),
    ]
)


class CalculationRows(Rows):
    """A calculation's lines as rows; ``official`` is all of it, ``statements`` what each payee is told, by payee."""

    def __init__(self, official: Official) -> None:
        super().__init__(pa.Table.from_pylist(_lines(official), schema=_LINES), "")
        self.official = official

    @property
    def statements(self) -> Mapping[str, Mapping[str, Any]]:
        """What each payee is told."""
        return {each.payee: each.said for each in self.official.statements}


class BacktestRows(Rows):
    """What changes for everybody as rows; ``found`` is all of it, ``measures`` the numbers of both plans."""

    def __init__(self, found: Backtest) -> None:
        super().__init__(pa.Table.from_pylist(_changes(found), schema=_CHANGES), "")
        self.found = found

    @property
    def measures(self) -> Rows:
        """The numbers of both plans; null where one cannot be told, with the reason."""
        old, new = self.found.old.measures.numbers, self.found.new.measures.numbers
        told = [
            {
                "measure": name,
                "in_force": None if old[name].value is None else float(old[name].value or 0),
                "proposed": None if new[name].value is None else float(new[name].value or 0),
                "because": old[name].because or new[name].because,
            }
            for name in old
        ]
        return Rows(pa.Table.from_pylist(told), "")


class Pay:
    """A workspace's pay, to be looked at: periods are closed by ``trueup pay`` and on pages, never from here."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def calculate(self, period: str, *, by: str | None = None) -> CalculationRows:
        """What a period's calculation posts by what is known now, against the ledger where there is one.

        ``by``: the mail address of the user on whose behalf the record is read; without it an administrator.
        """
        settings, now = workspace.settings(self._folder), datetime.now(UTC)
        user = self._user(by)
        if user is not None:
            desk = Desk(self._folder, settings, self._snapshot(), user)
            return CalculationRows(desk.calculated(period, at=now))
        return CalculationRows(reckoned(self._inputs(), [], period, known_on=local_date(now, settings.zone)))

    def backtest(
        self,
        against: str | Path | Sequence[str | Path],
        *,
        instead_of: str = "",
        first: str = "",
        stress: bool = False,
    ) -> BacktestRows:
        """The past months by the plans in force, and by the plan of some files in the place of one."""
        files = [Path(each) for each in ([against] if isinstance(against, str | Path) else against)]
        candidate = candidate_of(PlanFile(str(file), file.read_text(encoding="utf-8")) for file in files)
        wanted = Wanted(candidate, instead_of, first, stress=stress)
        return BacktestRows(backtested(self._inputs(), self._snapshot(), wanted))

    def case(self, folder: str | Path) -> Rows:
        """Where a case comes out otherwise than it expects: the columns of ``trueup pay case``; none where it does."""
        files = sorted(Path(folder).iterdir())
        plans = [PlanFile(file.name, file.read_text(encoding="utf-8")) for file in files if file.suffix == ".yaml"]
        tables = {file.stem: file.read_text(encoding="utf-8") for file in files if file.suffix == ".csv"}
        found = [vars(each) for each in run_case(plans, tables).differences]
        return Rows(pa.Table.from_pylist(found, schema=_DIFFERENCES), "")

    def _inputs(self) -> PayInputs:
        return inputs_of(self._folder, workspace.settings(self._folder), self._snapshot())

    def _snapshot(self) -> Snapshot:
        snapshot = current(self._folder.mart)
        if snapshot is None:
            raise NotBuiltError(f"Nothing was computed in {self._folder.root} yet. Call build() first.")
        return snapshot

    def _user(self, by: str | None) -> "User | None":
        """Who reads the record; None where there is no record, or nobody may sign in yet."""
        if not open_kept_record(self._folder):
            return None
        machine = importlib.import_module("trueup.record.machine")
        if by is not None:
            named: User = machine.named(by)
            return named
        everyone: Sequence[User] = machine.everyone()
        return next((user for user in everyone if user.role == "administrator" and user.is_active), None)


def _lines(official: Official) -> list[Mapping[str, object]]:
    return [
        {name: line[name] for name in ("component", "kind", "period", "event", "customer", "clause", "hash")}
        | {
            "payee": each.payee,
            "on": datetime.fromisoformat(line["on"]).date(),
            "amount": line["amount"][0],
            "held": line["held"][0],
            "currency": line["amount"][1],
        }
        for each in official.statements
        for line in each.said["lines"]
    ]


def _changes(found: Backtest) -> list[Mapping[str, object]]:
    return [
        {
            "payee": each.payee,
            "currency": each.old.currency,
            "before": f"{each.old.amount:f}",
            "after": f"{each.new.amount:f}",
            "difference": f"{each.difference.amount:f}",
            "share": None if each.share is None else float(each.share),
        }
        for each in found.comparison.changes
    ]
