"""What is wrong or doubtful in the imported data."""

import pyarrow as pa
import pyarrow.compute as pc

from trueup.lake.store import open_lake
from trueup.runs.folder import Folder

COLUMNS = ("severity", "code", "source", "file", "row", "column", "value", "message", "cure")


def findings_of(
    folder: Folder, *, severity: str | None = None, source: str | None = None, code: str | None = None
) -> pa.Table:
    """The findings with these marks (None: any), the worst first; no rows before the first import."""
    if not folder.lake.is_file():
        return pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
    wanted = {"severity": severity, "source": source, "code": code}
    with open_lake(folder.lake, read_only=True) as lake:
        found = lake.findings().select(COLUMNS)
    for name, said in wanted.items():
        if said is not None:
            found = found.filter(pc.equal(found.column(name), said))
    return found
