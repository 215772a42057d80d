"""The record of the example company, filled as if its people had entered what they know."""

import importlib
from datetime import UTC, datetime, time

from trueup.record.refusal import Refused
from trueup.runs.entered import follow_lake, make_record
from trueup.runs.folder import Folder
from trueup.runs.settings import Settings
from trueup.sources.simulate import Company
from trueup.sources.simulate.clock import add_months
from trueup.sources.simulate.entries import entered_at_company


def ask_the_data() -> None:
    """Queue the question which KPIs predict, for when the example is served; its record must be open."""
    importlib.import_module("trueup.record.actions.jobs").enqueue("study", by=None, at=datetime.now(UTC))


def fill_record(folder: Folder, settings: Settings, company: Company) -> int:
    """Make the record of an imported example company and enter what its people know; how many goals there are.

    Raises Refused where the record holds people already, and WorkspaceError where it does not answer.
    """
    make_record(folder)
    # Models are there only once the record is open.
    if importlib.import_module("trueup.record.machine").everyone():
        raise Refused(
            "The record holds people already, and the example would be entered among them.",
            cure="Give the example a record of its own: leave out the record's address.",
        )
    follow_lake(folder, settings)
    entered = entered_at_company(folder.root / "exports", company)
    joined_on = add_months(company.ends_on, -12 * company.years)
    joined_at = datetime.combine(joined_on, time(), tzinfo=UTC)
    importlib.import_module("trueup.runs.example_entries").enter_example(entered, joined_at=joined_at)
    return len(entered.goals)
