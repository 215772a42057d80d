"""What was known at a moment never changes when more is learned."""

import csv
import shutil
from pathlib import Path

import pytest

import trueup
from example import exported
from trueup.runs.folder import Folder

LATER = ("tickets.csv", "ticket_comments.csv", "ticket_field_history.csv", "ticket_metrics.csv")


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Folder, Path]:
    """A workspace, and helpdesk exports whose later rows come in a second delivery."""
    made = exported(tmp_path / "acme")
    second = tmp_path / "second" / "zendesk"
    second.mkdir(parents=True)
    for name in LATER:
        shutil.move(made.root / "exports" / "zendesk" / name, second / name)
        _split(second / name, made.root / "exports" / "zendesk" / name)
    return made, second


def _split(whole: Path, earlier: Path) -> None:
    """Only what had happened by the first of March goes into the first delivery."""
    with whole.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        rows = list(reader)
    moment = next(name for name in ("created_at", "updated", "created") if name in columns)
    with earlier.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(row for row in rows if row[moment] < "2026-03-01")


def test_answers_as_of_a_moment_stay_when_later_rows_arrive(halves: tuple[Folder, Path]) -> None:
    made, second = halves
    ws = trueup.open(made.root)
    exports = made.root / "exports"
    ws.import_(*(exports / system for system in ("salesforce", "zendesk", "hubspot", "billing", "company")))
    asked = "2026-02-15"
    before = ws.metrics(by="team", as_of=asked).arrow()
    ws.import_(second, source="zendesk")
    after = ws.metrics(by="team", as_of=asked).arrow()
    assert before.num_rows > 500
    assert after.equals(before)
    assert not ws.metrics(by="team", as_of="2026-06-30").arrow().equals(before)
