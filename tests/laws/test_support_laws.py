"""Support's facts against definitions.md told case by case in plain loops, whatever the cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st

from given import ARROW_TYPES, Value, World, given
from told import Row, told
from trueup.canon.tables import PROVENANCE, TABLE
from trueup.metrics.fact import FACT_SCHEMA, STATE_SCHEMA, Inputs, ParameterValue
from trueup.metrics.facts.cases import FACTS as CASES
from trueup.metrics.facts.cases_activity import FACTS as ACTIVITY

AS_OF = datetime.fromisoformat("2026-06-30T12:00")
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
CONTACTS = {"call", "email", "chat", "social", "visit"}

many = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
some = settings(many, max_examples=20)


@dataclass(frozen=True)
class Case:
    """A case as the source tells it now."""

    case_id: str
    account_id: str | None
    owner_id: str | None
    issue_key: str | None
    opened_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    is_escalated: bool | None


@dataclass(frozen=True)
class Event:
    """A step of a case's history."""

    case_id: str
    occurred_at: datetime
    kind: str
    by: str | None


@dataclass(frozen=True)
class Touch:
    """An interaction about a case."""

    case_id: str | None
    occurred_at: datetime | None
    kind: str
    direction: str | None
    is_automatic: bool | None


@dataclass(frozen=True)
class Helpdesk:
    """Everything there is to know, and the parameters under which it is looked at."""

    cases: tuple[Case, ...]
    events: tuple[Event, ...]
    touches: tuple[Touch, ...]
    parameters: tuple[bool, int, int]

    @property
    def closing_counts(self) -> bool:
        return self.parameters[0]

    @property
    def issue_days(self) -> int:
        return self.parameters[1]

    @property
    def repeat_days(self) -> int:
        return self.parameters[2]


# The definitions, told in loops.


def resolution(desk: Helpdesk, case: Case, at: datetime) -> datetime | None:
    """Reading 21: how the case stood at a moment."""
    of_case = [event for event in desk.events if event.case_id == case.case_id]
    closings = [event for event in of_case if event.kind == "close" and event.occurred_at <= AS_OF]
    last = max((event.occurred_at for event in closings), default=None)
    by_system = bool(closings) and all(event.by == "system" for event in closings if event.occurred_at == last)
    if case.resolved_at is not None and case.resolved_at <= at:
        return case.resolved_at
    closed_at = case.closed_at if case.resolved_at is None else None
    if closed_at is not None and closed_at <= at and not by_system:
        return closed_at
    resolves = [event.occurred_at for event in of_case if event.kind == "resolve" and event.occurred_at <= at]
    reopens = [event.occurred_at for event in of_case if event.kind == "reopen" and event.occurred_at <= at]
    if resolves and not any(reopen > max(resolves) for reopen in reopens):
        return max(resolves)
    return closed_at if desk.closing_counts and closed_at is not None and closed_at <= at else None


def opened(desk: Helpdesk) -> list[Case]:
    """Cases opened by now, in order."""
    known = [case for case in desk.cases if case.opened_at is not None and case.opened_at <= AS_OF]
    return sorted(known, key=lambda case: (case.opened_at or AS_OF, case.case_id))


def issues(desk: Helpdesk) -> list[list[Case]]:
    """Section 3, reading 19: cases in order, each joined to the last issue of its account and key, or beginning one."""
    found: list[list[Case]] = []
    for case in opened(desk):
        assert case.opened_at is not None
        same = [i for i in found if (i[0].account_id, i[0].issue_key) == (case.account_id, case.issue_key)]
        if case.account_id is not None and case.issue_key is not None and same:
            resolutions = [resolution(desk, earlier, AS_OF) for earlier in same[-1]]
            times = [at for at in resolutions if at is not None]
            if len(times) < len(resolutions) or case.opened_at <= max(times) + desk.issue_days * DAY:
                same[-1].append(case)
                continue
        found.append([case])
    return found


def resolved_cases(desk: Helpdesk) -> dict[Value, Value | tuple[Value, ...]]:
    """Per resolved case: when, whose, mature, repeated, parallel, reopened."""
    found: dict[Value, Value | tuple[Value, ...]] = {}
    chained = issues(desk)
    for case in opened(desk):
        [issue] = [issue for issue in chained if case in issue]
        at = resolution(desk, case, AS_OF)
        if at is None or case.opened_at is None:
            continue
        others = [o.opened_at for o in issue if o is not case and o.opened_at is not None]
        until = at + desk.repeat_days * DAY
        reopened = any(e.case_id == case.case_id and e.kind == "reopen" and e.occurred_at <= AS_OF for e in desk.events)
        found[case.case_id] = (
            at,
            case.owner_id,
            until <= AS_OF,
            any(at < other <= until for other in others),
            any(case.opened_at < other <= at for other in others),
            reopened,
        )
    return found


def solved_issues(desk: Helpdesk) -> dict[Value, Value | tuple[Value, ...]]:
    """Per issue all of whose cases are resolved: when, whose, mature, cases, interactions, first contact, hours."""
    found: dict[Value, Value | tuple[Value, ...]] = {}
    for issue in issues(desk):
        ids = {case.case_id for case in issue}
        ends = [(at, case.opened_at, case.case_id) for case in issue if (at := resolution(desk, case, AS_OF))]
        if len(ends) < len(issue):
            continue
        last_at, _, last_id = max(ends)
        [owner] = [case.owner_id for case in issue if case.case_id == last_id]
        touches = [t for t in desk.touches if t.case_id in ids and t.occurred_at and t.occurred_at <= AS_OF]
        contacts = [t for t in touches if t.kind in CONTACTS and not t.is_automatic]
        inbound = [t for t in contacts if t.direction == "inbound"]
        reopened = any(e.case_id in ids and e.kind == "reopen" and e.occurred_at <= AS_OF for e in desk.events)
        found[issue[0].case_id] = (
            last_at,
            owner,
            last_at + desk.issue_days * DAY <= AS_OF,
            len(issue),
            len(contacts),
            len(inbound) == 1 and len(issue) == 1 and not reopened,
            (last_at - min(case.opened_at for case in issue if case.opened_at)) / timedelta(hours=1),
        )
    return found


def backlog(desk: Helpdesk, cuts: Mapping[str, datetime]) -> set[tuple[str, str]]:
    """Reading 24: (period, case) for every case opened and not resolved at the period's end."""
    return {
        (period, case.case_id)
        for (period, cut), case in product(cuts.items(), opened(desk))
        if case.opened_at is not None and case.opened_at <= cut and resolution(desk, case, cut) is None
    }


def escalations(desk: Helpdesk) -> dict[Value, Value | tuple[Value, ...]]:
    """Reading 24: the first escalation, else the opening of a case that is flagged."""
    found: dict[Value, Value | tuple[Value, ...]] = {}
    for case in desk.cases:
        steps = [e for e in desk.events if e.case_id == case.case_id and e.kind == "escalation"]
        at = min((step.occurred_at for step in steps if step.occurred_at <= AS_OF), default=None)
        flagged_at = case.opened_at if case.is_escalated else None
        if (first := at or flagged_at) is not None and first <= AS_OF:
            found[case.case_id] = first
    return found


# Cases close together and far apart, with times that meet to the microsecond.

moments = st.builds(
    lambda days, nudge: AS_OF + days * DAY + nudge * MICROSECOND,
    st.sampled_from((-150, -120, -95, -90, -65, -60, -35, -30, -5, 0, 1)),
    st.sampled_from((0, 0, 0, 0, -1, 1)),
)
perhaps = st.one_of(st.none(), moments)
case_ids = st.sampled_from([f"c{number}" for number in range(8)])
all_cases = st.lists(
    st.builds(
        Case,
        case_ids,
        st.sampled_from(("acme", "acme", "acme", "globex", None)),
        st.sampled_from(("ann", "bob", None)),
        st.sampled_from(("login", "login", "login", "mail", None)),
        st.one_of(moments, moments, moments, st.none()),
        perhaps,
        perhaps,
        st.sampled_from((True, False, None)),
    ),
    min_size=2,
    max_size=8,
    unique_by=lambda case: case.case_id,
)
all_events = st.lists(
    st.builds(
        Event,
        case_ids,
        moments,
        st.sampled_from(("resolve", "reopen", "close", "escalation", "comment")),
        st.sampled_from(("us", "customer", "system", None)),
    ),
    max_size=12,
)
all_touches = st.lists(
    st.builds(
        Touch,
        st.one_of(st.none(), case_ids, case_ids),
        perhaps,
        st.sampled_from(("email", "call", "chat", "social", "visit", "meeting")),
        st.sampled_from(("inbound", "inbound", "outbound", None)),
        st.sampled_from((None, False, True)),
    ),
    max_size=10,
)
desks = st.builds(
    Helpdesk,
    all_cases.map(tuple),
    all_events.map(tuple),
    all_touches.map(tuple),
    st.sampled_from(((False, 30, 30), (True, 30, 30), (True, 10, 65))),
)


@dataclass
class Ready:
    """A company whose facts are compiled once per set of parameters, and asked about many helpdesks."""

    world: World
    compiled: dict[tuple[bool, int, int], list[tuple[str, str]]]

    def facts(self, desk: Helpdesk) -> Mapping[str, list[Row]]:
        """The rows of every support fact."""
        for table, rows in (("cases", desk.cases), ("case_events", desk.events), ("interactions", desk.touches)):
            self._load(table, [vars(row) for row in rows])
        if desk.parameters not in self.compiled:
            self.compiled[desk.parameters] = [*self._compile(*desk.parameters)]
        engine, compiled = self.world.engine, self.compiled[desk.parameters]
        for name, sql in compiled:
            engine.create_table(FACT_SCHEMA, name, sql)
        return {name: engine.query(f"FROM facts.{name}").to_pylist() for name, _ in compiled}

    def _compile(self, *of_desk: ParameterValue) -> Iterator[tuple[str, str]]:
        parameters = dict(zip(("closing_counts", "issue_days", "repeat_days"), of_desk, strict=True))
        made: dict[str, ibis.Table] = {}
        for fact in (*CASES, *ACTIVITY):
            built = fact.build(Inputs(parameters, made))
            made[fact.name] = ibis.table(built.schema(), name=fact.name, database=FACT_SCHEMA)
            yield fact.name, self.world.engine.compile(built)

    def _load(self, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
        columns = (*TABLE[table].columns, *PROVENANCE)
        schema = pa.schema({column.name: ARROW_TYPES[column.type] for column in columns})
        self.world.engine.load(STATE_SCHEMA, table, pa.Table.from_pylist([*rows], schema=schema))

    def cuts(self) -> dict[str, datetime]:
        """Where each period of the calendar is cut."""
        rows = self.world.engine.query("SELECT period_key, cut_at FROM calendar.periods").to_pylist()
        return {row["period_key"]: row["cut_at"] for row in rows}


@pytest.fixture(scope="module")
def ready() -> Ready:
    world = given(as_of=f"{AS_OF.isoformat()}Z", zone="America/New_York", cases="case_id opened_at\nc 2026-01-01T00:00")
    world.lay_periods(("month", "quarter", "2026", "2026-05-31/P30D"))
    return Ready(world, {})


@many
@whatever(desk=desks)
def test_cases_issues_backlog_and_escalations_are_what_the_definitions_say(ready: Ready, desk: Helpdesk) -> None:
    facts = ready.facts(desk)
    assert told(facts["case_issues"], "issue_id") == {c.case_id: i[0].case_id for i in issues(desk) for c in i}
    case_columns = ("occurred_at", "person_id", "is_mature", "is_repeated", "is_parallel", "was_reopened")
    assert told(facts["resolved_cases"], *case_columns) == resolved_cases(desk)
    issue_columns = ("occurred_at", "person_id", "is_mature", "cases", "interactions", "is_first_contact_resolution")
    assert told(facts["issues"], *issue_columns, "hours_to_solution") == solved_issues(desk)
    waiting = [(str(row["period_key"]), str(row["fact_key"])) for row in facts["case_backlog"]]
    assert sorted(waiting) == sorted(backlog(desk, ready.cuts()))
    assert told(facts["escalated_cases"], "occurred_at") == escalations(desk)


@some
@whatever(desk=desks)
def test_the_backlog_of_now_is_every_case_without_a_resolution(ready: Ready, desk: Helpdesk) -> None:
    facts = ready.facts(desk)
    of_june = {row["fact_key"] for row in facts["case_backlog"] if row["period_key"] == "2026-06"}
    assert of_june == {row["fact_key"] for row in facts["case_issues"] if row["resolved_at"] is None}


@some
@whatever(desk=desks, more=desks)
def test_another_account_s_cases_change_nothing_for_this_one(ready: Ready, desk: Helpdesk, more: Helpdesk) -> None:
    cases = [replace(case, case_id=f"other {case.case_id}", account_id="umbra") for case in more.cases]
    events = [replace(event, case_id=f"other {event.case_id}") for event in more.events]
    together = replace(desk, cases=(*desk.cases, *cases), events=(*desk.events, *events))
    alone, among = ready.facts(desk), ready.facts(together)
    for name, rows in alone.items():
        theirs = [row for row in among[name] if row["account_id"] != "umbra"]
        assert sorted(theirs, key=str) == sorted(rows, key=str)


@some
@whatever(desk=desks, later=all_events)
def test_what_happens_after_the_as_of_moment_changes_nothing(
    ready: Ready, desk: Helpdesk, later: Sequence[Event]
) -> None:
    future = [replace(event, occurred_at=AS_OF + abs(event.occurred_at - AS_OF) + MICROSECOND) for event in later]
    before = ready.facts(desk)
    after = ready.facts(replace(desk, events=(*desk.events, *future)))
    assert {name: sorted(rows, key=str) for name, rows in after.items()} == {
        name: sorted(rows, key=str) for name, rows in before.items()
    }
