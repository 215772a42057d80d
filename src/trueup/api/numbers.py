"""Metrics, where they come from, and what is missing for others."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from trueup import served
from trueup.answers.asking import ask
from trueup.answers.cells import Question, check_grain, read
from trueup.answers.explaining import explain_number
from trueup.answers.finding import findings_of
from trueup.answers.ready import readiness_of
from trueup.api.callers import caller
from trueup.api.pages import Limit, Offset, Page, slice_of
from trueup.api.shapes import Problem
from trueup.metrics.metric import COMPANY
from trueup.record import access
from trueup.record.models import User
from trueup.runs.entered import entries_of
from trueup.runs.progress import Silence

router = Router(tags=["numbers"])
Names = Annotated[list[str], Query(description="Metrics; none: all.")]
OfWhom = Annotated[list[str], Query(description="Ids of accounts or people, names of teams...; none: all.")]


class Value(Schema):
    """A metric's value for one entity in one period; null where it cannot be computed."""

    metric: str
    family: str
    department: str
    grain: str
    entity: str
    period: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    pending: int
    status: str
    unit: str


class Explanation(Schema):
    """A number with everything behind it; ``hidden``: rows behind it of accounts that you may not read."""

    metric: str
    label: str
    description: str
    formula: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    pending: int
    status: str
    fact_sql: str
    cell_sql: str
    row_count: int
    hidden: int
    rows: list[dict[str, Any]]


class Ready(Schema):
    """Whether a metric can be computed, and what is lacking."""

    metric: str
    label: str
    department: str
    state: str
    because: list[str]
    cure: str


class FindingShape(Schema):
    """Something wrong or doubtful in the data, and the cure."""

    severity: str
    code: str
    source: str
    file: str
    row: int | None
    column: str | None
    value: str | None
    message: str
    cure: str


@router.get("/metrics", response={200: Page[Value], 400: Problem, 409: Problem})
def metrics(
    request: HttpRequest,
    name: Names = [],  # noqa: B006  ninja wants a list
    entity: OfWhom = [],  # noqa: B006
    by: str = COMPANY,
    period: str = "month",
    first: Annotated[str | None, Query(alias="from")] = None,
    last: Annotated[str | None, Query(alias="to")] = None,
    as_of: str | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[Value]:
    """Metrics as ``trueup metrics`` gives them; of accounts, those that you may read."""
    question = Question(tuple(name), check_grain(by), period, first, last, tuple(entity), as_of=as_of)
    folder, snapshot = served.folder(), served.snapshot()
    # Entries are only looked at where the snapshot does not hold the answer.
    answer = (snapshot and read(snapshot, question)) or ask(
        folder, served.settings(), question, progress=Silence(), entries=entries_of(folder)
    )
    rows = answer.rows.to_pylist()
    if question.grain == "account":
        mine = _readable(caller(request), {row["entity"] for row in rows})
        rows = [row for row in rows if row["entity"] in mine]
    page = slice_of(rows, limit=limit, offset=offset)
    return Page(count=page.count, items=[Value(**row) for row in page.items])


@router.get("/metrics/{name}/explain", response={200: Explanation, 400: Problem, 404: Problem, 409: Problem})
def explain(
    request: HttpRequest,
    name: str,
    period: str,
    by: str = COMPANY,
    entity: str = COMPANY,
    rows: Annotated[int, Field(ge=0, le=500)] = 20,
) -> Explanation:
    """How a published number came about: its definition, the SQL, and the rows behind it."""
    viewer = caller(request)
    grain = check_grain(by)
    if grain == "account" and not _readable(viewer, {entity}):
        raise Http404
    told = explain_number(
        served.folder(), served.settings(), name, grain=grain, entity=entity, period=period, rows=rows
    )
    shown = told.rows.to_pylist()
    accounts = {row["account_id"] for row in shown if row.get("account_id") is not None}
    mine = _readable(viewer, accounts)
    seen = [row for row in shown if row.get("account_id") is None or row["account_id"] in mine]
    metric, cell = told.explanation.metric, told.cell
    return Explanation(
        metric=metric.name,
        label=metric.label,
        description=metric.description,
        formula=told.explanation.formula,
        value=cell.value,
        numerator=cell.numerator,
        denominator=cell.denominator,
        n=cell.n,
        pending=cell.pending,
        status=cell.status,
        fact_sql=told.fact_sql,
        cell_sql=told.cell_sql,
        row_count=told.row_count,
        hidden=len(shown) - len(seen),
        rows=[{column: _plain(part) for column, part in row.items()} for row in seen],
    )


@router.get("/readiness", response=list[Ready])
def readiness(request: HttpRequest) -> list[Ready]:
    """What the imported data allow to be computed, and what is missing for the rest."""
    del request
    return [
        Ready(
            metric=each.metric.name,
            label=each.metric.label,
            department=each.metric.department,
            state=each.state,
            because=list(each.because),
            cure=each.cure,
        )
        for each in readiness_of(served.folder(), entries_of(served.folder()))
    ]


@router.get("/findings", response=Page[FindingShape])
def findings(
    request: HttpRequest,
    severity: str | None = None,
    source: str | None = None,
    code: str | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[FindingShape]:
    """What is wrong or doubtful in the imported data."""
    del request
    found = findings_of(served.folder(), severity=severity, source=source, code=code)
    page = slice_of(found.to_pylist(), limit=limit, offset=offset)
    return Page(count=page.count, items=[FindingShape(**row) for row in page.items])


def _readable(viewer: User, accounts: set[str]) -> set[str]:
    """Those of the accounts that the viewer may read."""
    return set(access.accounts(viewer).filter(pk__in=accounts).values_list("pk", flat=True)) if accounts else set()


def _plain(part: object) -> object:
    """What JSON has a form for; anything else as people write it."""
    return part if part is None or isinstance(part, str | int | float | bool) else str(part)
