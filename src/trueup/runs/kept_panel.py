"""The panel, kept from one question to the next: it takes minutes, and depends on no outcome, lead or horizon."""

import hashlib
import json
import os
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

import trueup
from trueup.indicators.panel import Column, Outcome, Panel
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import Entries, fingerprint, load_entries
from trueup.metrics.catalogue_file import Catalogue
from trueup.runs.folder import Folder
from trueup.runs.ground import ENTERED_SCHEMA
from trueup.runs.kept_sql import source_fingerprint
from trueup.runs.laid_panel import Laid
from trueup.runs.settings import Settings

_HOME = Path(trueup.__file__).parent
_ROOMS = tuple(
    _HOME / room for room in ("units", "canon", "metrics", "lake", "indicators/panel.py", "indicators/lot.py", "runs")
)
_ARRAYS = ("accounts", "as_of", "known", "controls", "recent", "restated", "is_young")
KEPT = 2
_COLUMNS = TypeAdapter(tuple[Column, ...])


def file_of(
    folder: Folder, settings: Settings, known: Catalogue, *, as_of: datetime, entries: Entries, asked: tuple[int, ...]
) -> Path | None:
    """Where the panel as of an instant is kept, by all that it follows from. ``asked``: how much of it.

    None where our source is being changed, or nothing was imported.
    """
    source = source_fingerprint(_ROOMS, unchanged_since=trueup.LOADED_AT)
    if source is None or not folder.lake.is_file():
        return None
    engine = DuckDBEngine(threads=1)
    try:
        engine.attach(folder.lake, "lake", read_only=True)
        loads = engine.query("SELECT string_agg(digest, ',' ORDER BY load) FROM lake.meta.loads").column(0)[0].as_py()
        engine.create_scratch(ENTERED_SCHEMA)
        load_entries(engine, entries, schema=ENTERED_SCHEMA)
        entered = fingerprint(engine, loaded=ENTERED_SCHEMA)
    finally:
        engine.close()
    told = repr((source, loads, entered, settings, sorted(known.metrics.items()), as_of.astimezone(UTC), asked))
    return folder.panels / f"{hashlib.sha256(told.encode()).hexdigest()[:40]}.npz"


def read(file: Path) -> Laid | None:
    """The panel that was kept; None if none was, or not all of it."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            told = json.loads(str(kept["told"]))
            arrays = {name: kept[name] for name in kept.files if name != "told"}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    panel = Panel(
        names=told["names"],
        kpis=_COLUMNS.validate_python(told["kpis"]),
        control_columns=_COLUMNS.validate_python(told["controls"]),
        **{name: arrays[name] for name in _ARRAYS},
    )
    outcomes = {
        name: Outcome(**outcome, **{part: arrays[f"outcome_{place}_{part}"] for part in ("accounts", "on", "happened")})
        for place, (name, outcome) in enumerate(told["outcomes"].items())
    }
    return Laid(panel, outcomes, arrays["is_customer"], arrays["has_open_deal"])


def write(file: Path, laid: Laid) -> None:
    """Keep a panel, whole or not at all; the oldest beyond KEPT are removed."""
    panel = laid.panel
    plain = ("name", "known_until", "is_good", "is_due", "ends", "needs_all")
    told = {
        "names": list(panel.names),
        "kpis": [asdict(column) for column in panel.kpis],
        "controls": [asdict(column) for column in panel.control_columns],
        "outcomes": {name: {part: vars(outcome)[part] for part in plain} for name, outcome in laid.outcomes.items()},
    }
    arrays = {name: vars(panel)[name] for name in _ARRAYS}
    for place, outcome in enumerate(laid.outcomes.values()):
        for part in ("accounts", "on", "happened"):
            arrays[f"outcome_{place}_{part}"] = vars(outcome)[part]
    arrays |= {"is_customer": laid.is_customer, "has_open_deal": laid.has_open_deal, "told": np.array(json.dumps(told))}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.draft")
    with draft.open("wb") as out:
        np.savez(out, **arrays)
    draft.replace(file)
    older = sorted(file.parent.glob("*.npz"), key=lambda each: each.stat().st_mtime)[:-KEPT]
    for each in older:
        each.unlink(missing_ok=True)
