"""What customers gained, for programs: the same as the pages say, of the customers that one may read."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from company import Company, found
from gained_workspace import CUSTOMERS, GAIN, agreed
from recorded import Place, undone_at, workspace_in
from scored_customers import published
from trueup.answers.value import TABLE
from trueup.impact.diagnostics import FEW_EFFECTIVE, ONE_DONOR, POOR_FIT
from trueup.record.actions.tokens import make_token
from trueup.record.models import Account
from trueup.runs.folder import Folder

Ask = Callable[..., tuple[int, Any]]
ALICES = {"c00", "c03", "c08"}
PATHS = ("/value", "/value/gains", "/value/gains/8d023ce8789a0966", "/value/claims", "/value/insights")
AMOUNTS = ("point", "low", "confirmed", "claimed", "disputed")


@pytest.fixture
def company(sqlite_company: Place) -> Iterator[Company]:
    """The company, whose customers are those of whom some use the planner: three are Alice's, the others Charlie's."""
    with undone_at(sqlite_company):
        Account.objects.bulk_create(
            Account(account_id=each, name=each.upper(), owner_id="alice" if each in ALICES else "charlie")
            for each in CUSTOMERS
        )
        yield found()


@pytest.fixture
def ask(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask as somebody with a token to read: ``ask("Alice", "/value")`` gives the status and the JSON."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(agreed().root))
    cache.clear()
    now = datetime.now(UTC)

    def called(who: str, path: str, **query: object) -> tuple[int, Any]:
        _, token = make_token(company[who], at=now, label="BI", scope="read", expires_at=now + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        response = client.get(f"/api/v1{path}", query)
        return response.status_code, response.json()

    return called


def gain_of(ask: Ask, account: str, who: str = "Vic") -> Any:
    """The first gain of a customer, whole."""
    [listed, *_] = ask(who, "/value/gains", account_id=account)[1]["items"]
    status, whole = ask(who, f"/value/gains/{listed['effect_id']}")
    assert status == 200
    assert listed.items() <= whole.items()
    return whole


def test_the_portfolio_has_first_whom_we_served_worst_and_the_unknown_last(ask: Ask) -> None:
    status, page = ask("Vic", "/value")
    assert (status, page["count"]) == (200, 8)
    known = [row for row in page["items"] if row["claims"]]
    assert [row["account_id"] for row in known] == ["c02", "c00"] == [row["account_id"] for row in page["items"][:2]]
    assert {name: known[1][name] for name in AMOUNTS} == {
        "point": "4251.42", "low": "3566.8", "confirmed": "4251.42", "claimed": "0", "disputed": "0",
    }  # fmt: skip
    assert (known[0]["point"], known[0]["low"], known[0]["currency"]) == ("3618.27", "0", "EUR")
    assert {row["account_id"]: row["waiting"] for row in page["items"] if row["waiting"]} == {"c03": 1}


def test_lists_come_in_pages(ask: Ask) -> None:
    whole = ask("Vic", "/value/gains")[1]
    assert whole["count"] == len(whole["items"]) == 8
    parts = [ask("Vic", "/value/gains", limit=3, offset=offset)[1]["items"] for offset in (0, 3, 6)]
    assert list(chain(*parts)) == whole["items"]


def test_a_gain_says_what_the_command_says_and_why_nothing_can_be_said(ask: Ask) -> None:
    rows = ask("Vic", "/value/gains")[1]["items"]
    assert set(TABLE.names) | {"effect_id", "unit", "better", "start", "payable", "why"} == set(rows[0])
    first = rows[0]
    assert (first["account_id"], first["measure"], first["lever"], first["start"]) == (
        *("c00", "on_time_delivery", "planner", "2025-03"),
    )
    assert first["attributable"] == pytest.approx(first["improvement"] - first["counterfactual"])
    assert first["attributable"] == pytest.approx(GAIN, abs=0.7)
    assert first["payable"] == first["low"] > 0
    [recent] = [row for row in rows if row["account_id"] == "c03"]
    assert (recent["why"], recent["blocked_by"], recent["attributable"], recent["evidence"]) == (
        *("not_over", ["not_over"], None, "none"),
    )


@pytest.mark.parametrize(
    ("query", "accounts"),
    [
        ({"lever": "coach"}, ["c05", "c06"]),
        ({"account_id": "c04"}, ["c04", "c04"]),
        ({"measure": "on_time_delivery", "lever": "planner", "account_id": "c01"}, ["c01"]),
        ({"measure": "churn"}, []),
        ({"lever": "' OR TRUE --"}, []),
    ],
)
def test_one_may_ask_for_some(ask: Ask, query: dict[str, str], accounts: list[str]) -> None:
    page = ask("Vic", "/value/gains", **query)[1]
    assert [row["account_id"] for row in page["items"]] == accounts
    assert page["count"] == len(accounts)


def test_a_gain_is_told_with_all_that_it_follows_from(ask: Ask) -> None:
    whole = gain_of(ask, "c00")
    sdid = next(each for each in whole["methods"] if each["method"] == "sdid")
    assert (whole["before"], len(whole["times"])) == (18, 24)
    assert whole["times"][whole["before"]] == whole["start"] == "2025-03"
    gained = [seen - anyway for seen, anyway in zip(whole["observed"], sdid["path"], strict=True)][whole["before"] :]
    assert sum(gained) / len(gained) == pytest.approx(whole["attributable"])
    assert sum(sdid["weights"]) == pytest.approx(1)
    assert len(sdid["weights"]) == len(whole["donors"]) == 18
    assert whole["low"] == min(member["low"] for member in whole["bound_is_least_of"])
    assert whole["confidence"] == 0.9
    assert {each["name"] for each in whole["checks"]} >= {POOR_FIT, FEW_EFFECTIVE, ONE_DONOR}
    assert not any(each["blocks"] for each in whole["checks"])
    placebos = {each["method"]: each for each in whole["calendar"]}["sdid"]
    assert len(placebos["estimates"]) == len(placebos["account_ids"]) == 18
    assert whole["left_out"]["treated_in_window"] == 3
    assert [claim["point"] for claim in whole["claims"]] == ["4251.42"]
    assert whole["alone"] is None


def test_of_what_is_not_over_there_are_no_figures_yet(ask: Ask) -> None:
    whole = gain_of(ask, "c03")
    assert (whole["why"], whole["times"], whole["donors"], whole["methods"], whole["checks"]) == (
        "not_over",
        [],
        [],
        [],
        [],
    )
    assert (whole["adopted_on"], whole["known_from_on"]) == ("2026-01-31", "2026-08-01")


def test_claims_say_what_gains_are_worth_by_goals_and_why_others_are_worth_nothing(ask: Ask) -> None:
    status, page = ask("Vic", "/value/claims")
    told = {row["goal_id"]: row for row in page["items"]}
    assert (status, page["count"]) == (200, 4)
    assert (told["g00"]["point"], told["g00"]["low"], told["g00"]["value_per_unit"]) == ("4251.42", "3566.8", "1000")
    assert (told["g00"]["state"], told["g00"]["counts"], told["g00"]["ended_on"]) == ("confirmed", True, "2025-08-31")
    assert (told["g02"]["low"], told["g02"]["blocked_by"]) == ("0", ["goal_agreed_after_start"])
    assert {goal: row["why"] for goal, row in told.items()} == {
        "g00": None, "g01": "no_value_per_unit", "g02": None, "g07": "no_effect",
    }  # fmt: skip


def test_insights_name_nobody_and_whoever_is_signed_in_may_read_them(ask: Ask) -> None:
    status, page = ask("Nora", "/value/insights")
    [told] = page["items"]
    assert (status, told["lever"], told["customers"], told["agreed"], told["verdict"]) == (
        *(200, "planner", 3, True, "helps"),
    )
    assert told["next_low"] < told["low"] < told["mean"] < told["high"] < told["next_high"]
    assert ask("Nora", "/value/insights", lever="coach")[1] == {"count": 0, "items": []}


def test_all_of_one_customer_comes_together(ask: Ask) -> None:
    status, told = ask("Vic", "/accounts/c00/value")
    assert (status, len(told["gains"]), len(told["claims"]), told["suggestions"]) == (200, 1, 1, [])
    [suggestion] = ask("Charlie", "/accounts/c07/value")[1]["suggestions"]
    assert (suggestion["lever"], suggestion["value"], suggestion["currency"]) == ("planner", "1652.53", "EUR")


@pytest.mark.parametrize("who", ["Alice", "Charlie", "Nora", "Vic"])
def test_everybody_sees_the_customers_that_they_may_read(ask: Ask, who: str) -> None:
    starts = {"Alice": 2, "Charlie": 6, "Nora": 0, "Vic": 8}[who]
    claims = {"Alice": 1, "Charlie": 3, "Nora": 0, "Vic": 4}[who]
    assert ask(who, "/value/gains")[1]["count"] == starts
    assert ask(who, "/value/claims")[1]["count"] == claims
    seen = {row["account_id"] for row in ask(who, "/value")[1]["items"]}
    assert {"c00" in seen, "c03" in seen} == {who in {"Alice", "Vic"}}
    assert ("c02" in seen) is (who in {"Charlie", "Vic"})


def test_what_one_may_not_see_is_not_there(ask: Ask) -> None:
    theirs = gain_of(ask, "c01")["effect_id"]
    assert ask("Alice", f"/value/gains/{theirs}")[0] == 404
    assert ask("Alice", "/value/gains", account_id="c01")[1] == {"count": 0, "items": []}
    assert ask("Alice", "/accounts/c01/value")[0] == 404
    assert ask("Vic", "/value/gains/nothing")[0] == 404
    assert ask("Vic", "/accounts/nobody/value")[0] == 404


def test_donors_are_named_to_those_alone_who_may_read_them(ask: Ask) -> None:
    seen, whole = gain_of(ask, "c00", "Alice"), gain_of(ask, "c00")
    named = [donor["account_id"] for donor in seen["donors"]]
    # c03 began after the months compared, so it is a donor too.
    assert {name for name in named if name} == {"c03", "c08"}
    assert all(
        len(donor["values"]) == 24 if donor["account_id"] else donor["values"] is None for donor in seen["donors"]
    )
    assert [each["weights"] for each in seen["methods"]] == [each["weights"] for each in whole["methods"]]
    for placebos in (*seen["calendar"], *seen["matched"]):
        assert {name for name in placebos["account_ids"] if name} <= ALICES
    everyone = {donor["account_id"] for donor in whole["donors"]}
    assert None not in everyone
    hidden = everyone - ALICES
    [one_donor] = [check for check in whole["checks"] if check["name"] == ONE_DONOR]
    assert one_donor["about"] in everyone
    assert not {check["about"] for check in seen["checks"]} & hidden
    assert not any(f'"{name}"' in str(seen).replace("'", '"') for name in hidden)


@pytest.mark.parametrize("path", PATHS)
def test_before_anything_was_compared_it_says_so(
    ask: Ask, path: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(workspace_in(tmp_path_factory.mktemp("new") / "ours")))
    status, told = ask("Vic", path)
    assert (status, told["message"]) == (409, "Nothing was computed yet.")


def test_of_what_was_built_before_gains_were_compared_it_says_to_build_anew(
    ask: Ask, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Folder(workspace_in(tmp_path_factory.mktemp("old") / "ours"))
    published(old.mart)
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(old.root))
    status, told = ask("Vic", "/value")
    assert status == 409
    assert "Compute it anew" in told["message"]
