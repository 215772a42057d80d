"""Rows of the customer model as a source delivered them on a day: later deliveries are later versions."""

from collections.abc import Mapping
from datetime import date, datetime

from laid import laid

from trueup.canon.tables import TABLE
from trueup.lake.conform import Arrival, conform
from trueup.lake.store import open_lake
from trueup.runs.folder import Folder


def deliver(folder: Folder, tables: Mapping[str, str], *, on: date, source: str = "crm") -> None:
    """Tables as text, at six in the morning; ``recorded_at`` in them says since when a row is so."""
    at = datetime(on.year, on.month, on.day, 6)
    with open_lake(folder.lake) as lake:
        for name, text in tables.items():
            load = lake.next_load()
            columns = ", ".join(text.splitlines()[0].split())
            lake.engine.load("main", "delivered", laid(name, text))
            lake.engine.execute(f"INSERT INTO meta.loads (load, source, loaded_at) VALUES ({load}, '{source}', '{at}')")
            select = f"SELECT {columns} FROM delivered"
            arrival = Arrival(TABLE[name], source, select, load, at, is_complete=False, noon="12:00:00", zone="UTC")
            conform(lake.engine, arrival, files={})
