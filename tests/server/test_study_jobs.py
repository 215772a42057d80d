"""A study as a job: every outcome that anything tells of is asked about, and nobody else is at work meanwhile."""

from pathlib import Path

import pytest

from mistakes import copied
from recorded import lay_record
from trueup import workspace
from trueup.answers.study import study_of
from trueup.runs.folder import Folder
from trueup.runs.kept_studies import kept_studies
from trueup.runs.progress import Silence
from trueup.runs.turns import UnderWay, under_way
from trueup.server import labour


class Watched(Silence):
    """Notes who is at work while the job tells how far it is."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.seen: set[str] = set()

    def stage(self, name: str, *, steps: int = 0) -> None:
        del name, steps
        at_work = under_way(self._folder)
        assert isinstance(at_work, UnderWay)
        self.seen.add(at_work.work)


def test_every_outcome_is_asked_about_in_one_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(tmp_path / "acme")
    lay_record(folder.root)
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(folder.root))
    watched = Watched(folder)
    said = labour.LABOURS["study"](folder, workspace.settings(folder), watched)
    assert watched.seen == {"study"}
    assert "renewed: " in said
    assert "events are too few to tell" in said
    for outcome in ("renewed", "churned", "expanded"):
        (kept,) = kept_studies(folder, outcome)
        assert study_of(kept.told).outcome == outcome
        assert f"{outcome}: " in said
