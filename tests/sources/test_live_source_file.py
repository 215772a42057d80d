"""``source.toml``: what is wrong in it is told with its line, the nearest valid name and the cure."""

from datetime import date
from pathlib import Path

import pytest

from trueup import workspace
from trueup.runs.fetch import live_source
from trueup.sources.live.source_file import LiveError, LiveSource, read_source, secrets_of

WHOLE = """\
system = "zendesk"
subdomain = "acme"
start_date = 2026-01-01
tables = ["tickets", "users"]

[secrets]
token = "ZENDESK_TOKEN"
"""


def read(folder: Path, text: str) -> LiveSource:
    path = folder / "helpdesk" / "source.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def test_a_source_says_which_system_where_from_when_and_which_tables(tmp_path: Path) -> None:
    source = read(tmp_path, WHOLE)
    assert (source.name, source.system, source.address) == ("helpdesk", "zendesk", "https://acme.zendesk.com")
    assert (source.since, source.tables, source.secrets.token) == (
        date(2026, 1, 1),
        ("tickets", "users"),
        "ZENDESK_TOKEN",
    )


def test_without_a_choice_all_tables_are_fetched(tmp_path: Path) -> None:
    assert "ticket_events" in read(tmp_path, WHOLE.replace('tables = ["tickets", "users"]', "")).tables


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('"zendesk"', '"zendesc"', r"line 1: system = 'zendesc': .*'zendesk'"),
        ("start_date = 2026-01-01", "", r"start_date is missing"),
        ("2026-01-01", '"soon"', r"line 3: start_date = 'soon'"),
        ("start_date", "strat_date", r"start_date is missing"),
        ("subdomain", "sub_domain", r"line 2: sub_domain is not a setting. Did you mean subdomain"),
        ('subdomain = "acme"', "", r'where does zendesk answer\? Add subdomain = "acme" for https://acme.zendesk.com'),
        ('subdomain = "acme"', 'address = "http://acme.zendesk.com"', r"secrets do not travel unencrypted"),
        ('"tickets"', '"tikets"', r"no table 'tikets' .* Did you mean tickets\?"),
        ('token = "ZENDESK_TOKEN"', "", r'names no variable .* Add token = "ZENDESK_TOKEN"'),
        ("[secrets]", "[secrets", r"is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_cure(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    with pytest.raises(LiveError, match=told):
        read(tmp_path, WHOLE.replace(right, wrong))


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(
        LiveError, match=r"must be the name of an environment variable, such as ZENDESK_TOKEN"
    ) as refused:
        read(tmp_path, WHOLE.replace("ZENDESK_TOKEN", "xoxb-5ecret"))
    assert "5ecret" not in str(refused.value)


def test_a_secret_that_is_not_set_is_named_by_its_variable(tmp_path: Path) -> None:
    with pytest.raises(LiveError, match=r"the environment variable ZENDESK_TOKEN, .* is not set"):
        secrets_of(read(tmp_path, WHOLE), {})


def test_secrets_do_not_show_in_what_is_printed(tmp_path: Path) -> None:
    assert "5ecret" not in repr(secrets_of(read(tmp_path, WHOLE), {"ZENDESK_TOKEN": "5ecret"}))


def test_a_source_that_does_not_exist_is_told_with_the_nearest_that_does(tmp_path: Path) -> None:
    folder = workspace.make(tmp_path, name="Trueup Example")
    with pytest.raises(LiveError, match=r"Write it: docs/how-to/live-sources.md"):
        live_source(folder, "helpdesk")
    read(folder.sources, WHOLE)
    with pytest.raises(LiveError, match=r"Did you mean helpdesk\?"):
        live_source(folder, "helpdesc")
