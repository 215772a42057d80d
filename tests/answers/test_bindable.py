"""What readings may come from: measures that an account's systems deliver, and our metrics of it."""

import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import duckdb

from example import built
from trueup.answers.bindable import Series, bindable
from trueup.mart.snapshot import current
from trueup.runs.folder import Folder


def delivered() -> dict[str, set[tuple[str, str]]]:
    with duckdb.connect(str(built().lake), read_only=True) as lake:
        rows = lake.execute("SELECT DISTINCT account_id, measure, unit FROM canon.kpi_series").fetchall()
    told: dict[str, set[tuple[str, str]]] = {}
    for account, measure, unit in rows:
        told.setdefault(account, set()).add((measure, unit))
    return told


def test_an_account_has_the_measures_that_were_delivered_of_it() -> None:
    snapshot = current(built().mart)
    accounts = delivered()
    assert len(accounts) > 10
    for account, measures in list(accounts.items())[:5]:
        found = bindable(built(), snapshot, account)
        assert {(each.measure, each.unit) for each in found.series} >= measures
        assert all(isinstance(each, Series) for each in found.series)


def test_every_account_has_our_metrics_of_accounts_and_one_that_nobody_delivered_has_no_more() -> None:
    found = bindable(built(), current(built().mart), "nobody's")
    assert found.series == ()
    assert dict(found.metrics)["response_time"] == "Response time"
    assert "quota_attainment" not in dict(found.metrics)


def test_before_the_first_build_there_is_nothing() -> None:
    assert bindable(built(), None, "any").metrics == ()


def test_while_an_import_holds_the_lake_only_metrics_are_offered(tmp_path: Path) -> None:
    account = next(iter(delivered()))
    folder = Folder(tmp_path / "company")
    shutil.copytree(built().root, folder.root)
    hold = f"import duckdb; held = duckdb.connect({str(folder.lake)!r}); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=PIPE, stdout=PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = bindable(folder, current(folder.mart), account)
        holder.communicate(b"\n")
    assert (found.is_busy, found.series) == (True, ())
    assert found.metrics
    assert bindable(folder, current(folder.mart), account).series
