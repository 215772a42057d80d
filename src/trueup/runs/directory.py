"""Who there is: accounts and our own people as the lake has them now, for the record's directory."""

from datetime import UTC, date, datetime

import pyarrow as pa

from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.state import Moment
from trueup.runs.customers import customers_between
from trueup.runs.folder import Folder
from trueup.runs.ground import lay_state
from trueup.runs.settings import Settings

_ACCOUNTS = """
SELECT account_id, name, domain, segment, industry, region, owner_id, success_owner_id,
    account_id IN ({customers}) AS is_customer
FROM state.accounts
ORDER BY account_id
"""
# Of dated rows the latest that has begun counts, and who has left is not there any more; nobody knows more about a
# stub than that it was referred to.
_PEOPLE = """
SELECT person_id, name, email, team, department, manager_id
FROM state.people
WHERE NOT coalesce(is_stub, FALSE) AND coalesce(active_from, DATE '{on}') <= DATE '{on}'
QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY active_from DESC NULLS LAST, active_to DESC NULLS FIRST) = 1
    AND coalesce(active_to, DATE '{on}') >= DATE '{on}'
ORDER BY person_id
"""


def directory_of(folder: Folder, settings: Settings, *, on: date) -> tuple[pa.Table, pa.Table]:
    """Accounts and people, a row each, as the lake has them now: who is a customer or still with us on a day.

    Columns as ``record.directory`` wants them. Raises EngineError.
    """
    folder.scratch.mkdir(parents=True, exist_ok=True)
    engine = DuckDBEngine(memory_limit=settings.memory_limit, spill=folder.scratch)
    try:
        engine.attach(folder.lake, "lake", read_only=True)
        moment = Moment(datetime.now(UTC).replace(tzinfo=None), on)
        lay_state(engine, moment, settings, merging=("accounts", "people"))
        return engine.query(_ACCOUNTS.format(customers=customers_between(on, on))), engine.query(_PEOPLE.format(on=on))
    finally:
        engine.close()
