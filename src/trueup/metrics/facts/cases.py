"""Support cases and issues: how each case stands, which issue it belongs to, what came after its resolution.

Definitions.md, section 3 'Support', readings 9 and 19-23. All waiting times are elapsed time in UTC.
"""

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import ISSUE_MATCHES, Fact, Inputs
from trueup.metrics.instants import as_of, known_by, later, local_date
from trueup.metrics.lookup import looked_up
from trueup.metrics.metric import ParameterValue

CONTACT_KINDS = ("call", "email", "chat", "social", "visit")
"""Interactions in which a customer and we deal with an issue."""
MICROSECONDS_PER_HOUR = 3_600_000_000

CASE_PARAMETERS: dict[str, ParameterValue] = {"closing_counts": False}
"""``closing_counts``: where the source closed a case by itself, and nothing says when it was solved, it was solved
then; false: it is not known to be solved."""
ISSUE_PARAMETERS: dict[str, ParameterValue] = {**CASE_PARAMETERS, "issue_days": 30}
"""``issue_days``: a case opened at most so long after the latest resolution so far belongs to the same issue."""
REPEAT_PARAMETERS: dict[str, ParameterValue] = {**ISSUE_PARAMETERS, "repeat_days": 30}
"""``repeat_days``: another case of the issue opened at most so long after a resolution is a repeat contact."""


def _case_history(inputs: Inputs) -> Table:
    """Every case opened by now as the source states it, with the turning points of its events."""
    cases = inputs.canon("cases")
    cases = looked_up(cases.filter(known_by(cases.opened_at)), _turning_points(inputs), by="case_id")
    opened_on = local_date(cases.opened_at)
    system, person = cases.last_close_by_system, cases.last_close_by_person
    return cases.select(
        "account_id",
        "issue_key",
        "resolved_at",
        "closed_at",
        "first_turn",
        "last_resolve",
        "last_reopen",
        fact_key=cases.case_id,
        person_id=cases.owner_id,
        occurred_at=cases.opened_at,
        occurred_on=opened_on,
        credited_on=opened_on,
        is_closed_by_system=system.notnull() & (person.isnull() | (person < system)),
    )


def _turning_points(inputs: Inputs) -> Table:
    events = inputs.canon("case_events")
    known = events.filter(events.kind.isin(("resolve", "reopen", "close")), known_by(events.occurred_at))
    is_close = known.kind == "close"
    is_system = known.by.fill_null("") == "system"
    return known.group_by("case_id").agg(
        first_turn=known.occurred_at.min(where=~is_close),
        last_resolve=known.occurred_at.max(where=known.kind == "resolve"),
        last_reopen=known.occurred_at.max(where=known.kind == "reopen"),
        last_close_by_system=known.occurred_at.max(where=is_close & is_system),
        last_close_by_person=known.occurred_at.max(where=is_close & ~is_system),
    )


def only(value: ir.Value, condition: ir.Value) -> ir.Value:
    """``value`` where the condition holds, else null."""
    return ibis.ifelse(condition, value, ibis.null(value.type()))


def closing_counts(inputs: Inputs) -> bool:
    """The parameter ``closing_counts``; TypeError where it is neither true nor false."""
    value = inputs.parameters["closing_counts"]
    if not isinstance(value, bool):
        raise TypeError(f"parameter closing_counts is {value!r}, true or false is needed")
    return value


def _with_resolutions(cases: Table, inputs: Inputs) -> Table:
    """The cases, each with its last resolution by now: stated, else its closing, else by its events."""
    resolve_stands = cases.last_reopen.isnull() | (cases.last_reopen <= cases.last_resolve)
    closed_at = only(cases.closed_at, cases.resolved_at.isnull() & known_by(cases.closed_at))
    confirmed_at = ibis.coalesce(
        only(cases.resolved_at, known_by(cases.resolved_at)),
        only(closed_at, ~cases.is_closed_by_system),
        only(cases.last_resolve, resolve_stands),
    )
    return cases.mutate(
        resolved_at=ibis.coalesce(confirmed_at, closed_at) if closing_counts(inputs) else confirmed_at,
        is_unconfirmed=confirmed_at.isnull() & closed_at.notnull(),
        was_reopened=cases.last_reopen.notnull(),
    )


def _case_issues(inputs: Inputs) -> Table:
    cases = _with_resolutions(inputs.fact("case_history"), inputs)
    cases = looked_up(cases, ISSUE_MATCHES.rename(fact_key="case_id"), by="fact_key")
    cases = cases.mutate(
        key=cases.issue_key.fill_null(cases.matched_key), match_score=only(cases.score, cases.issue_key.isnull())
    )
    return _with_issues(cases, inputs).select(
        "fact_key",
        "account_id",
        "person_id",
        "occurred_at",
        "occurred_on",
        "credited_on",
        "issue_id",
        "match_score",
        "resolved_at",
        "is_unconfirmed",
        "was_reopened",
    )


def _with_issues(cases: Table, inputs: Inputs) -> Table:
    """The cases, each with its issue: the id of the issue's first case."""
    # A case without account or key shares its chain with nobody: no account, and its own id for a key.
    is_alone = cases.account_id.isnull() | cases.key.isnull()
    cases = cases.mutate(
        chain_account_id=only(cases.account_id, ~is_alone), chain_key=is_alone.ifelse(cases.fact_key, cases.key)
    )
    chain, order = ("chain_account_id", "chain_key"), ("occurred_at", "fact_key")
    # An unresolved case is resolved after the as-of moment, and no case here was opened after that.
    resolved_at = cases.resolved_at.fill_null(as_of())
    latest = resolved_at.max().over(group_by=chain, order_by=order, rows=(None, -1))
    begins = latest.isnull() | (cases.occurred_at > later(latest, inputs.number("issue_days")))
    cases = cases.mutate(begins=begins)
    number = cases.count(where=cases.begins).over(group_by=chain, order_by=order, rows=(None, 0))
    cases = cases.mutate(number=number)
    return cases.mutate(issue_id=cases.fact_key.first().over(group_by=(*chain, "number"), order_by=order))


def _resolved_cases(inputs: Inputs) -> Table:
    days = inputs.number("repeat_days")
    cases = inputs.fact("case_issues")
    resolved = cases.filter(cases.resolved_at.notnull())
    resolved = looked_up(resolved, _openings_by(cases, days), by="fact_key")
    wait_ends_at = later(resolved.resolved_at, days)
    # A case's own opening follows its resolution only where the source's dates contradict each other.
    is_own = (resolved.occurred_at > resolved.resolved_at) & (resolved.occurred_at <= wait_ends_at)
    resolved_on = local_date(resolved.resolved_at)
    return resolved.select(
        "fact_key",
        "account_id",
        "person_id",
        "issue_id",
        "match_score",
        "is_unconfirmed",
        "was_reopened",
        occurred_at=resolved.resolved_at,
        occurred_on=resolved_on,
        credited_on=resolved_on,
        is_mature=known_by(wait_ends_at),
        is_repeated=(resolved.by_wait_end - resolved.by_resolution - is_own.cast("int64")).fill_null(0) > 0,
        is_parallel=(resolved.by_resolution - resolved.by_opening).fill_null(0) > 0,
    )


def _openings_by(cases: Table, days: float) -> Table:
    """How many cases of the issue had been opened by each case's opening, its resolution, and the end of the wait.

    Only for cases that share their issue with others.
    """
    several = cases.group_by("issue_id").having(cases.count() > 1).agg(cases=cases.count())
    shared = cases.semi_join(several, "issue_id")
    resolved = shared.filter(shared.resolved_at.notnull())
    marks = ibis.union(
        _marks(shared, shared.occurred_at, "opening"),
        _marks(resolved, resolved.resolved_at, "resolution"),
        _marks(resolved, later(resolved.resolved_at, days), "wait_end"),
    )
    # A frame by value: what was opened at that very instant has been opened by then.
    opened = marks.count(where=marks.mark == "opening").over(group_by="issue_id", order_by="at", range=(None, 0))
    counted = marks.mutate(opened=opened)
    return counted.group_by("fact_key").agg(
        by_opening=counted.opened.max(where=counted.mark == "opening"),
        by_resolution=counted.opened.max(where=counted.mark == "resolution"),
        by_wait_end=counted.opened.max(where=counted.mark == "wait_end"),
    )


def _marks(cases: Table, at: ir.Value, mark: str) -> Table:
    return cases.select("issue_id", "fact_key", at=at, mark=ibis.literal(mark))


def _issues(inputs: Inputs) -> Table:
    cases = inputs.fact("case_issues")
    issues = looked_up(_solved_issues(cases, inputs), _last_owners(cases), by="issue_id")
    solved_on = local_date(issues.last_resolved_at)
    microseconds = issues.last_resolved_at.delta(issues.first_opened_at, unit="microsecond")
    is_alone_and_stayed_solved = (issues.cases == 1) & (issues.reopened_cases == 0)
    return issues.select(
        "account_id",
        "person_id",
        "cases",
        "interactions",
        "inbound_interactions",
        "match_score",
        fact_key=issues.issue_id,
        occurred_at=issues.last_resolved_at,
        occurred_on=solved_on,
        credited_on=solved_on,
        is_mature=known_by(later(issues.last_resolved_at, inputs.number("issue_days"))),
        is_unconfirmed=issues.unconfirmed_cases > 0,
        is_first_contact_resolution=is_alone_and_stayed_solved & (issues.inbound_interactions == 1),
        hours_to_solution=microseconds.cast("float64") / MICROSECONDS_PER_HOUR,
    )


def _solved_issues(cases: Table, inputs: Inputs) -> Table:
    """The issues all of whose cases are resolved."""
    contacts = _contacts(inputs).rename(fact_key="case_id")
    counted = looked_up(cases, contacts, by="fact_key")
    issues = counted.group_by("issue_id").having(counted.resolved_at.count() == counted.count())
    return issues.agg(
        account_id=counted.account_id.min(),
        cases=counted.count(),
        reopened_cases=counted.count(where=counted.was_reopened),
        unconfirmed_cases=counted.count(where=counted.is_unconfirmed),
        interactions=counted.interactions.sum().fill_null(0),
        inbound_interactions=counted.inbound_interactions.sum().fill_null(0),
        match_score=counted.match_score.min(),
        first_opened_at=counted.occurred_at.min(),
        last_resolved_at=counted.resolved_at.max(),
    )


def _contacts(inputs: Inputs) -> Table:
    """Per case the interactions about it, counted before anything is joined to them."""
    touches = inputs.canon("interactions")
    contacts = touches.filter(
        touches.case_id.notnull(),
        touches.kind.isin(CONTACT_KINDS),
        touches.is_automatic.isnull() | ~touches.is_automatic,
        known_by(touches.occurred_at),
    )
    return contacts.group_by("case_id").agg(
        interactions=contacts.count(), inbound_interactions=contacts.count(where=contacts.direction == "inbound")
    )


def _last_owners(cases: Table) -> Table:
    """Per issue the owner of the case resolved last; of several resolved at one instant, of the one opened last."""
    latest_first = [ibis.desc("resolved_at"), ibis.desc("occurred_at"), ibis.desc("fact_key")]
    resolved = cases.filter(cases.resolved_at.notnull())
    ranked = resolved.mutate(rank=ibis.row_number().over(group_by="issue_id", order_by=latest_first))
    return ranked.filter(ranked["rank"] == 0).select("issue_id", "person_id")


CASE_HISTORY = Fact(
    "case_history",
    "every support case by its opening, as the source states it, with what its events tell; the base of the others",
    _case_history,
    credit="person",
    requires={"cases": ("opened_at",)},
    row_of="cases",
)
CASE_ISSUES = Fact(
    "case_issues",
    "every support case as it stands, with the issue it belongs to",
    _case_issues,
    credit="person",
    requires={"cases": ("opened_at",)},
    uses=("case_history",),
    parameters=ISSUE_PARAMETERS,
    row_of="cases",
)
RESOLVED_CASES = Fact(
    "resolved_cases",
    "support cases by their last resolution, and whether the customer came back",
    _resolved_cases,
    credit="person",
    requires={"cases": ("opened_at",)},
    uses=("case_issues",),
    parameters=REPEAT_PARAMETERS,
    row_of="cases",
)
ISSUES = Fact(
    "issues",
    "issues all of whose cases are resolved, by their last resolution; the key is that of the issue's first case",
    _issues,
    credit="person",
    requires={"cases": ("opened_at",)},
    uses=("case_issues",),
    parameters=ISSUE_PARAMETERS,
    row_of="cases",
)

FACTS: tuple[Fact, ...] = (CASE_HISTORY, CASE_ISSUES, RESOLVED_CASES, ISSUES)
