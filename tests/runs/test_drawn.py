"""Drawn accounts: the values that they have among everybody, and how many are drawn."""

import re
from functools import cache

import numpy as np
import polars as pl

from entered import entries
from example import COMPANY, built
from trueup import workspace
from trueup.canon.tables import TABLES
from trueup.indicators.lot import ENOUGH_EVENTS, MOST_ACCOUNTS, accounts_to_draw, drawn
from trueup.indicators.panel import Outcome, Panel
from trueup.runs.build import definitions
from trueup.runs.drawn_kin import account_kin, contact_kin
from trueup.runs.drawn_lake import FOLLOWED
from trueup.runs.ground import moment_of
from trueup.runs.laid_panel import Laid
from trueup.runs.panel import lay_panel
from trueup.runs.progress import Silence

FEW = 30


@cache
def laid(most_accounts: int = MOST_ACCOUNTS) -> Laid:
    folder = built()
    settings = workspace.settings(folder)
    return lay_panel(
        folder,
        settings,
        definitions(folder),
        as_of=moment_of(COMPANY.ends_on.isoformat(), settings),
        entries=entries(),
        progress=Silence(),
        most_dates=4,
        most_accounts=most_accounts,
    )


BY_TEXT = {"interactions_per_issue", "repeat_contact_rate", "first_contact_resolution", "time_to_permanent_solution"}
"""KPIs of issues, which are matched by text without what a form wrote; that follows from a share of all texts."""


def test_the_drawn_have_every_value_that_they_have_among_everybody() -> None:
    whole, some = laid().panel, laid(FEW).panel
    drawn_names = {some.names[code] for code in some.accounts}
    assert 20 < len(drawn_names) <= FEW < len(some.names)
    theirs = [row for row, code in enumerate(whole.accounts) if whole.names[code] in drawn_names]
    assert [whole.names[whole.accounts[row]] for row in theirs] == [some.names[code] for code in some.accounts]
    np.testing.assert_array_equal(whole.as_of[theirs], some.as_of)
    np.testing.assert_array_equal(whole.controls[theirs, :2], some.controls[:, :2])
    for kpi, column in enumerate(whole.kpis):
        for version in ("known", "recent", "restated"):
            among_all, drawn_alone = getattr(whole, version)[theirs, kpi], getattr(some, version)[:, kpi]
            differs = ~((among_all == drawn_alone) | (np.isnan(among_all) & np.isnan(drawn_alone)))
            assert differs.sum() <= (3 if column.name in BY_TEXT else 0), (column.name, version)


def test_the_drawn_have_the_outcomes_and_texts_that_they_have_among_everybody() -> None:
    whole, some = laid(), laid(FEW)
    drawn_names = {some.panel.names[code] for code in some.panel.accounts}
    for name, outcome in whole.outcomes.items():
        theirs = {each for each in told(whole, name) if each[0] in drawn_names}
        assert theirs == {each for each in told(some, name) if each[0] in drawn_names}
        assert some.outcomes[name].known_until == outcome.known_until
    assert texts(some) == {key: value for key, value in texts(whole).items() if key[0] in drawn_names}


def told(of: Laid, name: str) -> list[tuple[str, int, bool]]:
    outcome = of.outcomes[name]
    names = [of.panel.names[code] for code in outcome.accounts]
    return list(zip(names, outcome.on.tolist(), outcome.happened.tolist(), strict=True))


def texts(of: Laid) -> dict[tuple[str, int], list[str | None]]:
    columns = [(place, each.levels) for place, each in enumerate(of.panel.control_columns) if each.levels is not None]
    return {
        (of.panel.names[code], day): [
            None if np.isnan(level := row[place]) else levels[int(level)] for place, levels in columns
        ]
        for code, day, row in zip(of.panel.accounts, of.panel.as_of.tolist(), of.panel.controls, strict=True)
    }


def test_no_table_that_others_name_is_forgotten() -> None:
    named = {column.refers_to for table in TABLES for column in table.columns} - {None, "accounts", "people"}
    assert named == set(FOLLOWED)


ACCOUNTS = """\
a1  Acme Inc.   acme.com      -
a2  ACME        -             -
a3  Acme Labs   www.acme.com  -
b1  Globex      globex.de     -
b2  Initech     -             b1
c1  Umbra       gmail.com     -
c2  Test        gmail.com     -"""


def test_kin_share_a_name_a_domain_or_an_id() -> None:
    kin = account_kin(read(ACCOUNTS, ("id", "name", "domain", "external_id")))
    assert together(kin) == {
        frozenset({"a1", "a2", "a3"}),
        frozenset({"b1", "b2"}),
        frozenset({"c1"}),
        frozenset({"c2"}),
    }
    declared = account_kin(read(ACCOUNTS, ("id", "name", "domain", "external_id")), same=[("c1", "b2")])
    assert frozenset({"b1", "b2", "c1"}) in together(declared)


CONTACTS = """\
k1  a1  Anna_Meier  anna@acme.com
k2  a2  Meier,Anna  -
k3  b1  Anna_Meier  -
k4  c1  Anna        anna+news@acme.com
k5  b1  Anna        -"""


def test_contacts_are_kin_by_mail_address_or_by_name_within_an_account_and_its_kin() -> None:
    accounts = account_kin(read(ACCOUNTS, ("id", "name", "domain", "external_id")))
    rows = read(CONTACTS, ("id", "account_id", "name", "email")).with_columns(pl.col("name").str.replace("_", " "))
    assert together(contact_kin(rows, accounts)) == {
        frozenset({"k1", "k2", "k4"}),
        frozenset({"k3"}),
        frozenset({"k5"}),
    }


def read(text: str, columns: tuple[str, ...]) -> pl.DataFrame:
    rows = [[None if each == "-" else each for each in re.split(r"  +", line)] for line in text.splitlines()]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def together(kin: pl.DataFrame) -> set[frozenset[str]]:
    return {frozenset(ids) for ids in kin.group_by("kin").agg("id")["id"].to_list()}


def test_a_rare_outcome_makes_the_draw_larger_up_to_a_bound() -> None:
    assert accounts_to_draw(3_000, [2]) == 3_000
    assert accounts_to_draw(0, [0]) == 0
    assert accounts_to_draw(100_000, [50_000, 9_000]) == MOST_ACCOUNTS
    assert accounts_to_draw(100_000, [50_000, 1_000]) == 100 * ENOUGH_EVENTS
    assert accounts_to_draw(100_000, [300]) == 4 * MOST_ACCOUNTS
    assert accounts_to_draw(100_000, [50_000, 40, 0]) == MOST_ACCOUNTS


def test_the_lab_draws_no_more_of_a_panel_than_its_outcome_needs() -> None:
    accounts = np.arange(12_000)
    panel = Panel(
        names=[f"{code}" for code in accounts],
        accounts=accounts,
        as_of=np.full(len(accounts), 20_000),
        kpis=(),
        known=np.zeros((len(accounts), 0), np.float32),
        control_columns=(),
        controls=np.zeros((len(accounts), 0), np.float32),
    )
    frequent = Outcome("churned", accounts, np.full(len(accounts), 20_100), 20_400)
    rare = Outcome("default", accounts[:150], np.full(150, 20_100), 20_400)
    assert len(drawn(panel, frequent, seed=1).accounts) == MOST_ACCOUNTS
    assert len(drawn(panel, rare, seed=1).accounts) == 80 * ENOUGH_EVENTS
    assert len(drawn(panel, rare, seed=1).names) == len(panel.names)
