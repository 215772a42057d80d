"""Accounts drawn by lot, before anything is laid out for each of many days: what is only estimated needs no more."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.indicators.lot import accounts_to_draw, rarer
from trueup.runs.drawn_lake import copy_of
from trueup.runs.folder import Folder
from trueup.runs.ground import Ground
from trueup.runs.panel_outcomes import Came
from trueup.runs.settings import Settings

_SEED = 7
_HAD_BUSINESS = "SELECT account_id FROM lake.canon.contracts UNION SELECT account_id FROM lake.canon.deals"


@dataclass(frozen=True)
class Lot:
    """The accounts from which was drawn, and those drawn, in order; by the ids that they have today.

    ``ids``: all ids of those drawn.
    """

    everybody: Sequence[str]
    drawn: Sequence[str]
    ids: Sequence[str]

    @property
    def is_whole(self) -> bool:
        """Whether everybody was drawn."""
        return len(self.drawn) == len(self.everybody)


@dataclass(frozen=True)
class DrawnFolder(Folder):
    """A workspace's folder with another lake, in ``file``."""

    file: Path

    @property
    def lake(self) -> Path:
        """The other lake's file."""
        return self.file


def cast_lots(today: Ground, same: Mapping[str, str], came: Sequence[Came], *, since: date, most: int) -> Lot:
    """Draw among all accounts that ever had a contract or a deal, whatever came of them.

    ``same``: what ids are called today. ``came``: what came of all accounts, of which that since a day tells whether
    more than ``most`` are needed. An account's lot follows from its id alone: later imports do not shuffle it.
    """
    ids = today.engine.query(f"SELECT account_id FROM ({_HAD_BUSINESS}) WHERE account_id IS NOT NULL")
    everybody = sorted({same.get(account, account) for account in ids.column(0).to_pylist()})
    many = accounts_to_draw(len(everybody), [_events(each, since) for each in came], most=most)
    drawn = set(everybody if many == len(everybody) else sorted(everybody, key=_lot_of)[:many])
    other_ids = {account for account, entity in same.items() if entity in drawn}
    return Lot(everybody, sorted(drawn), sorted(drawn | other_ids))


def drawn_folder(lot: Lot, folder: Folder, settings: Settings, today: Ground, room: Path) -> Folder:
    """The folder with a lake of the drawn accounts, made in ``room``; the folder itself where everybody was drawn."""
    if lot.is_whole:
        return folder
    file = room / "lake.duckdb"
    copy_of(today.engine, file, lot.ids, first_on=today.horizon.first_on, same=settings.same)
    return DrawnFolder(folder.root, file)


def _lot_of(account: str) -> str:
    return hashlib.sha256(f"{_SEED} {account}".encode()).hexdigest()


def _events(came: Came, since: date) -> int:
    happened = came.rows.filter(pc.greater_equal(came.rows.column("day"), pa.scalar(since))).column("happened")
    return rarer(np.asarray(happened.to_numpy(zero_copy_only=False), np.bool_), is_due=came.is_due)
