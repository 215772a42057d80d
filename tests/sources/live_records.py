"""Records for tests of live sources: written as text tables, told as APIs tell them, exported as files."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Tables = dict[str, list[Record]]
MARCH = 1_772_323_200
"""2026-03-01T00:00:00Z, in epoch seconds."""
DAY = 86_400


def laid(text: str) -> list[Record]:
    """The records of a text table with bars between columns; a cell is JSON if it can be, nothing is null."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(header, map(told, row), strict=True)) for row in rows]


def told(cell: str) -> Any:
    try:
        return json.loads(cell or "null")
    except json.JSONDecodeError:
        return cell


def links(records: Iterable[Record], own: str, others: str, other: str) -> Iterable[Record]:
    for record in records:
        for number in dict.fromkeys(
            one["id"] for one in record.get("associations", {}).get(others, {}).get("results", [])
        ):
            yield {own: record["id"], other: number}


def write_csv(path: Path, records: list[Record]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for record in records for name in record))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({name: cell(value) for name, value in record.items()} for record in records)


def cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, list | dict) else value


def write_json(path: Path, records: list[Record]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(records), encoding="utf-8")
