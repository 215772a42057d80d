"""Scores tried on what became of customers: our own ones, and one that a program brings as a file."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from trueup.answers.backtest import table
from trueup.answers.backtest_told import Verdict, told, verdict
from trueup.api.callers import caller
from trueup.api.shapes import Problem
from trueup.indicators.backtest import Backtested
from trueup.record import access
from trueup.record.models import User
from trueup.runs.backtests import NothingToTryError
from trueup.runs.outcome_names import NoSuchOutcomeError
from trueup.served.backtests import NotAskedError, Sent, Wanted, of_ours, of_sent
from trueup.sources.delivery import DeliveryError

router = Router(tags=["indicators"])
Outcome = Literal["renewed", "churned", "expanded", "deal_won", "default", "goal_attained"]
Lead = Annotated[int, Field(ge=0, le=1100, description="Days before it that one must know.")]
Horizon = Annotated[int, Field(ge=1, le=1100, description="Days after the lead that it counts.")]
_LARGEST = 10 * 1024 * 1024


class AskedShape(Schema):
    """On which outcome a score is tried, and when it has to be known."""

    outcome: Outcome = "renewed"
    lead_days: Lead = 90
    horizon_days: Horizon = 180


class OursShape(AskedShape):
    """Which score of our own is tried: grades, by their cadence, a KPI by its name, or the score that is learned."""

    what: Literal["grades", "kpi", "own"] = "grades"
    name: Annotated[str, Field(max_length=100, description="Of grades their cadence; of a KPI its name.")] = "quarterly"


class SentShape(AskedShape):
    """What a score that is sent means."""

    higher_is: Literal["safer", "worse"] = "safer"
    score: Annotated[str, Field(max_length=100, description="The score's column.")] = "score"


class FigureShape(Schema):
    """One figure of one forecast; null where it cannot be computed."""

    figure: str
    value: float | None
    low: float | None
    high: float | None
    by_chance: float | None
    rows: int | None
    forecast: str


class WarnedShape(Schema):
    """A customer that was among the riskiest tenth before it happened, and how many days before it first was."""

    account_id: str
    days: int


class BandShape(Schema):
    """A tenth of the chances: how many scores, the chance expected, the share that came."""

    rows: int
    expected: float
    observed: float


class BacktestShape(Schema):
    """What a score would have been worth; of customers those that you may see are named."""

    score: str
    outcome: str
    verdict: Verdict
    told: list[str]
    figures: list[FigureShape]
    missed: list[str]
    warned: list[WarnedShape]
    calibration: list[BandShape]
    notes: list[str]
    left_out: dict[str, int]


@router.get("/backtest", response={200: BacktestShape, 404: Problem, 409: Problem})
def ours(request: HttpRequest, asked: Query[OursShape]) -> BacktestShape | Status[Problem]:
    """Try grades, a KPI, or our own score on what became of customers."""
    by = caller(request)
    try:
        found = of_ours(Wanted(asked.what, asked.name, asked.outcome, asked.lead_days, asked.horizon_days))
    except (NothingToTryError, NoSuchOutcomeError) as error:
        return Status(404, _problem(error))
    except NotAskedError as error:
        return Status(409, _problem(error))
    return _shape(by, found)


@router.post("/backtest", response={200: BacktestShape, 404: Problem, 409: Problem, 422: Problem})
def sent(
    request: HttpRequest, file: Annotated[UploadedFile, File()], asked: Form[SentShape]
) -> BacktestShape | Status[Problem]:
    """Try a file's scores (columns account, date, score) on what became of the customers that you may see."""
    by = caller(request)
    if file.size is None or file.size > _LARGEST:
        return Status(422, Problem(message=f"The file is larger than {_LARGEST >> 20} MB.", field="file", cure=""))
    scores = Sent(file.name or "scores.csv", file.read(), asked.higher_is == "safer", asked.score)
    try:
        found = of_sent(by, scores, outcome=asked.outcome, lead=asked.lead_days, horizon=asked.horizon_days)
    except DeliveryError as error:
        where = f"{str(error).partition(': ')[0]}: " if error.row is not None else ""
        return Status(422, Problem(message=f"{where}{error.message}", field="file", cure=error.cure))
    except NoSuchOutcomeError as error:
        return Status(404, _problem(error))
    except NotAskedError as error:
        return Status(409, _problem(error))
    return _shape(by, found)


def _problem(error: Exception) -> Problem:
    return Problem(message=str(error), field="", cure="")


def _shape(by: User, of: Backtested) -> BacktestShape:
    warned, calibration = of.found.warned, of.found.calibration
    seen = frozenset(access.ids(access.accounts(by)))
    left_out: dict[str, int] = {}
    for each in of.found.dropped:
        left_out[each.why] = left_out.get(each.why, 0) + each.rows
    return BacktestShape(
        score=of.what,
        outcome=of.outcome,
        verdict=verdict(of),
        told=told(of, names_missed=False),
        figures=[FigureShape(**row) for row in table(of).to_pylist()],
        missed=[of.names[place] for place in warned.missed if of.names[place] in seen],
        warned=[
            WarnedShape(account_id=of.names[place], days=days)
            for place, days in zip(warned.accounts, warned.days, strict=True)
            if of.names[place] in seen
        ],
        calibration=[
            BandShape(rows=band.rows, expected=band.expected, observed=band.observed)
            for band in (calibration.skill.bands if calibration else ())
        ],
        notes=list(of.notes),
        left_out=left_out,
    )
