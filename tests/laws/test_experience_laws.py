"""What must hold of customers' experience, whatever was said, by whom and when."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st

from experience_company import FACTS, Ready, Tables, companies, ready
from given import Value, given
from trueup.metrics.registry import built_in_metrics

NOW, LATER = "2026-04-02T13:00:00", "2026-05-04"
EXPERIENCE = tuple(metric for metric in built_in_metrics().values() if metric.fact in FACTS)
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FactRows = dict[str, list[dict[str, Value]]]


def _facts(at: Ready, tables: Tables, *, but: tuple[str, ...] = ()) -> FactRows:
    at.load(tables)
    return {name: at.rows(name) for name in FACTS if name not in but}


def _only(tables: Tables, keep: Callable[[str, dict[str, Value]], bool]) -> Tables:
    return {name: [row for row in rows if keep(name, dict(row))] for name, rows in tables.items()}


@few
@whatever(tables=companies())
def test_the_order_in_which_rows_are_delivered_changes_nothing(tables: Tables) -> None:
    backwards = {name: list(reversed(rows)) for name, rows in tables.items()}
    assert _facts(ready(NOW), backwards) == _facts(ready(NOW), tables)


@few
@whatever(tables=companies())
def test_what_has_not_happened_yet_changes_nothing(tables: Tables) -> None:
    now = datetime.fromisoformat(NOW)

    def has_come(_: str, row: dict[str, Value]) -> bool:
        moment = row.get("occurred_at") or row.get("changed_at")
        starts_on = cast("date | None", row.get("starts_on"))
        return (moment is None or moment <= now) and (starts_on is None or starts_on <= now.date())  # type: ignore[operator]

    assert _facts(ready(NOW), tables) == _facts(ready(NOW), _only(tables, has_come))


@few
@whatever(tables=companies())
def test_another_accounts_messages_change_nothing_for_this_one(tables: Tables) -> None:
    # Deals and social contacts may join accounts; of all else, each account has its own.
    shared = ("follow_ups", "social_exchanges")

    def is_theirs(_: str, row: dict[str, Value]) -> bool:
        return row.get("account_id", "acme") == "acme"

    together = _facts(ready(LATER), tables, but=shared)
    alone = _facts(ready(LATER), _only(tables, is_theirs), but=shared)
    assert {name: [row for row in rows if row["account_id"] == "acme"] for name, rows in together.items()} == alone


@few
@whatever(tables=companies())
def test_every_spell_is_answered_waiting_or_abandoned(tables: Tables) -> None:
    at = ready(LATER)
    facts = _facts(at, tables)
    periods = at.world.engine.query("SELECT period_key, cut_at FROM calendar.periods").to_pylist()
    abandoned_at = {row["fact_key"]: cast("datetime", row["occurred_at"]) for row in facts["abandoned_spells"]}
    for period in periods:
        waiting = {r["fact_key"] for r in facts["unanswered_spells"] if r["period_key"] == period["period_key"]}
        left = {key for key, moment in abandoned_at.items() if moment <= period["cut_at"]}
        begun = [r for r in facts["responses"] if cast("datetime", r["occurred_at"]) <= period["cut_at"]]
        answered = {
            r["fact_key"] for r in begun if r["ended_at"] and cast("datetime", r["ended_at"]) <= period["cut_at"]
        }
        assert waiting.isdisjoint(left | answered)
        assert waiting | left | answered == {r["fact_key"] for r in begun}


@few
@whatever(tables=companies())
def test_knowing_more_undoes_no_answer_and_no_due_date(tables: Tables) -> None:
    def by_key(rows: list[dict[str, Value]]) -> dict[Value, dict[str, Value]]:
        return {row["fact_key"]: row for row in rows}

    now, later = (by_key(_facts(ready(moment), tables)["responses"]) for moment in (NOW, LATER))
    for key, spell in now.items():
        assert later[key]["occurred_at"] == spell["occurred_at"]
        assert later[key]["is_due"] or not spell["is_due"]
        if spell["ended_at"]:
            unchanged = ("ended_at", "elapsed_hours", "business_hours", "is_answered_in_time")
            assert [later[key][name] for name in unchanged] == [spell[name] for name in unchanged]
            assert cast("float", spell["business_hours"]) <= cast("float", spell["elapsed_hours"])


@few
@whatever(tables=companies())
def test_a_quarter_knows_everyone_that_its_months_know(tables: Tables) -> None:
    rows = _facts(ready(LATER), tables)["engagement"]
    for column in ("people", "contacts", "reviews"):
        quarters, months = (
            {
                (row["account_id"], row["period_key"]): cast("int", row[column])
                for row in rows
                if row["period_kind"] == kind
            }
            for kind in ("quarter", "month")
        )
        for (account, quarter), known in quarters.items():
            first = 3 * int(str(quarter)[-1]) - 2
            of_months = [months.get((account, f"2026-{month:02}"), 0) for month in range(first, first + 3)]
            # Whoever is heard in one month and answered in the next is known in the quarter only; and who is a customer
            # in the quarter need not be one in each of its months.
            assert (sum if column == "reviews" else max)(of_months) <= known


@few
@whatever(step=st.timedeltas(timedelta(), timedelta(days=40)))
def test_a_later_answer_is_never_a_faster_one(step: timedelta) -> None:
    began_at = datetime.fromisoformat("2026-03-27T10:00")
    ends = [began_at + step, began_at + step + timedelta(hours=7)]
    messages: list[Mapping[str, Value]] = [
        {"interaction_id": f"{side}{n}", "account_id": f"a{n}", "occurred_at": moment, "direction": side}
        for n, end in enumerate(ends)
        for side, moment in (("inbound", began_at), ("outbound", end + timedelta(microseconds=1)))
    ]
    at = ready("2026-06-30")
    at.load({"interactions": messages, "participants": []})
    sooner, later = at.rows("responses")
    assert cast("float", sooner["business_hours"]) <= cast("float", later["business_hours"])
    assert cast("float", sooner["elapsed_hours"]) < cast("float", later["elapsed_hours"])
    assert sooner["is_answered_in_time"] or not later["is_answered_in_time"]


def test_every_metric_survives_a_company_that_nobody_talks_to() -> None:
    assert len(EXPERIENCE) == 21
    planned = (world := given()).compute(EXPERIENCE, grains=["account", "person", "company"])
    assert {place.metric for place in planned.places} == {metric.name for metric in EXPERIENCE}
    assert [world.cells(metric) for metric in EXPERIENCE[:3]] == [[], [], []]
