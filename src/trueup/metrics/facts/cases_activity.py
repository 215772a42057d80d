"""What support does, counted the usual way: cases opened, closed, escalated, and those still open at a period's end.

Definitions.md, section 3 'Support', readings 3, 9, 10, 21 and 24.
"""

import ibis
import ibis.expr.types as ir
from ibis import Table

from trueup.metrics.fact import PERIODS, Fact, Inputs
from trueup.metrics.facts.cases import CASE_PARAMETERS, closing_counts, only
from trueup.metrics.instants import as_of, known_by, local_date
from trueup.metrics.lookup import looked_up


def _opened_cases(inputs: Inputs) -> Table:
    cases = inputs.canon("cases")
    return _cases_at(cases.opened_at, cases)


def _closed_cases(inputs: Inputs) -> Table:
    cases = inputs.canon("cases")
    return _cases_at(cases.closed_at, cases)


def _escalated_cases(inputs: Inputs) -> Table:
    events = inputs.canon("case_events")
    known = events.filter(events.kind == "escalation", known_by(events.occurred_at))
    first = known.group_by("case_id").agg(first_escalated_at=known.occurred_at.min())
    cases = looked_up(inputs.canon("cases"), first, by="case_id")
    flagged_at = ibis.ifelse(cases.is_escalated, cases.opened_at, ibis.null("timestamp(6)"))
    return _cases_at(cases.first_escalated_at.fill_null(flagged_at), cases)


def _cases_at(occurred_at: ir.TimestampValue, cases: Table) -> Table:
    """The cases whose moment has come, each at it."""
    happened = cases.mutate(occurred_at=occurred_at)
    happened = happened.filter(known_by(happened.occurred_at))
    occurred_on = local_date(happened.occurred_at)
    return happened.select(
        "account_id",
        "occurred_at",
        fact_key=happened.case_id,
        person_id=happened.owner_id,
        occurred_on=occurred_on,
        credited_on=occurred_on,
    )


def _case_backlog(inputs: Inputs) -> Table:
    spans = _open_spans(inputs.fact("case_history"), inputs)
    is_open = (PERIODS.cut_at >= spans.open_from) & (PERIODS.cut_at < spans.open_until)
    backlog = spans.inner_join(PERIODS, is_open)
    return backlog.select("fact_key", "account_id", "person_id", "credited_on", "period_kind", "period_key")


def _open_spans(cases: Table, inputs: Inputs) -> Table:
    """When each case was open: from ``open_from`` to before ``open_until`` (UTC); a reopened case has several spans.

    Events tell how a case stood until the resolution that the source itself states; from then on it is solved.
    """
    closed_at = cases.closed_at if closing_counts(inputs) else only(cases.closed_at, ~cases.is_closed_by_system)
    cases = cases.mutate(solved_at=ibis.coalesce(cases.resolved_at, closed_at))
    reopenings = _reopenings(cases, inputs)
    again = cases.inner_join(reopenings, "fact_key")
    spans = _spans(cases, cases.occurred_at, cases.first_turn).union(_spans(again, again.reopened_at, again.next_turn))
    # Every moment asked about is at or before the as-of moment.
    never = as_of() + ibis.interval(days=1)
    return spans.mutate(
        open_from=ibis.greatest(spans.since, spans.opened_at),
        open_until=ibis.least(spans.until.fill_null(never), spans.solved_at.fill_null(never)),
    )


def _spans(cases: Table, since: ir.Value, until: ir.Value) -> Table:
    return cases.select(
        "fact_key",
        "account_id",
        "person_id",
        "credited_on",
        "solved_at",
        opened_at=cases.occurred_at,
        since=since,
        until=until,
    )


def _reopenings(cases: Table, inputs: Inputs) -> Table:
    """Each time a case was reopened, and when it turned next; a resolution at the same instant undoes the reopening."""
    events = inputs.canon("case_events").rename(fact_key="case_id")
    reopened = cases.filter(cases.last_reopen.notnull())
    turning = events.kind.isin(("resolve", "reopen")) & known_by(events.occurred_at)
    known = events.filter(turning).semi_join(reopened, "fact_key")
    turns = known.group_by("fact_key", at=known.occurred_at).agg(resolves=known.count(where=known.kind == "resolve"))
    turns = turns.mutate(next_turn=turns.at.lead().over(group_by="fact_key", order_by="at"))
    return turns.filter(turns.resolves == 0).select("fact_key", "next_turn", reopened_at="at")


OPENED_CASES = Fact(
    "opened_cases",
    "support cases by their opening",
    _opened_cases,
    credit="person",
    requires={"cases": ("opened_at",)},
    row_of="cases",
)
CLOSED_CASES = Fact(
    "closed_cases",
    "support cases by their closing",
    _closed_cases,
    credit="person",
    requires={"cases": ("closed_at",)},
    row_of="cases",
)
ESCALATED_CASES = Fact(
    "escalated_cases",
    "support cases by their first escalation; where only a flag tells of it, by their opening",
    _escalated_cases,
    credit="person",
    requires={"cases": ("opened_at",)},
    row_of="cases",
)
CASE_BACKLOG = Fact(
    "case_backlog",
    "support cases not resolved at a period's end, credited to who owns them on the day they were opened",
    _case_backlog,
    credit="person",
    timing="period",
    requires={"cases": ("opened_at",)},
    uses=("case_history",),
    parameters=CASE_PARAMETERS,
    row_of="cases",
)

FACTS: tuple[Fact, ...] = (OPENED_CASES, CLOSED_CASES, ESCALATED_CASES, CASE_BACKLOG)
