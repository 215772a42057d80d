"""Asking a workspace which KPIs predict an outcome, and keeping what was said, with the score that was learned."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from trueup.answers.indicators import Found, Plain, found
from trueup.answers.indicators_since import since
from trueup.answers.indicators_told import told_whole
from trueup.indicators.lab import HORIZON, LEAD
from trueup.indicators.model import model_of, told
from trueup.mart.snapshot import current
from trueup.runs.entered import entries_of
from trueup.runs.folder import Folder
from trueup.runs.ground import moment_of
from trueup.runs.indicators import lay, study_laid
from trueup.runs.kept_studies import keep_study, kept_studies, tried_before
from trueup.runs.laid_panel import Laid
from trueup.runs.outcome_names import NoSuchOutcomeError, outcome_called
from trueup.runs.panel_outcomes import OUTCOMES
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.units.calendar import local_date


@dataclass(frozen=True)
class Asked:
    """A question: the outcome, as of when (aware), and days. ``with_challengers``: what others are worth too."""

    outcome: str
    moment: datetime
    lead: int = LEAD
    horizon: int = HORIZON
    with_challengers: bool = False


def study_and_keep(
    folder: Folder,
    settings: Settings,
    outcome: str,
    *,
    progress: Progress,
    as_of: str | None = None,
    lead: int = LEAD,
    horizon: int = HORIZON,
    with_challengers: bool = False,
) -> tuple[Found, int]:
    """The study of an outcome and its number; as of the newest build, unless ``as_of`` says otherwise.

    ``lead``, ``horizon``: days. Raises NoSuchOutcomeError, and what laying out the panel raises.
    """
    name = outcome_called(outcome)
    moment = moment_asked(folder, settings, as_of)
    laid = lay(folder, settings, as_of=moment, entries=entries_of(folder), progress=progress)
    progress.stage("asking which KPIs predict")
    asked = Asked(name, moment, lead, horizon, with_challengers=with_challengers)
    return _asked(laid, folder, settings, asked)


def study_all(folder: Folder, settings: Settings, progress: Progress) -> str:
    """Study every outcome that anything tells of, as of the newest build; in words, what leads to each."""
    moment = moment_asked(folder, settings, None)
    laid = lay(folder, settings, as_of=moment, entries=entries_of(folder), progress=progress)
    progress.stage("asking which KPIs predict", steps=len(OUTCOMES))
    told = []
    for outcome in OUTCOMES:
        progress.step(outcome)
        try:
            answer, _ = _asked(laid, folder, settings, Asked(outcome, moment))
        except NoSuchOutcomeError:
            told.append(f"{outcome}: nothing was imported that tells of it")
            continue
        told.append(f"{outcome}: {_told(answer)}")
    return f"{'; '.join(told)}."


def _asked(laid: Laid, folder: Folder, settings: Settings, asked: Asked) -> tuple[Found, int]:
    kept = kept_studies(folder, asked.outcome)
    study = study_laid(
        laid,
        asked.outcome,
        lead=asked.lead,
        horizon=asked.horizon,
        tried_before=tried_before(kept),
        with_challengers=asked.with_challengers,
    )
    as_of_on = local_date(asked.moment, settings.zone)
    answer = found(study, whose=settings.company, as_of=as_of_on)
    answer = replace(answer, earlier=tuple(since(answer, kept)))
    model: Plain = None if study.score is None else told(model_of(study.score, study.panel))
    return answer, keep_study(folder, {**told_whole(answer), "model": model}, as_of_on=as_of_on)


def _told(answer: Found) -> str:
    if not answer.study.can_tell:
        return f"{answer.study.sample.events} events are too few to tell"
    leading = sum(judged.tier == "A" for judged in answer.judged)
    return f"{leading} KPI{'s lead' if leading > 1 else ' leads'}" if leading else "no KPI leads"


def moment_asked(folder: Folder, settings: Settings, as_of: str | None) -> datetime:
    """The instant that a person wrote, else that of the newest build, else now."""
    snapshot = current(folder.mart)
    if as_of is None and snapshot is not None:
        return datetime.fromisoformat(snapshot.manifest.as_of).replace(tzinfo=UTC)
    return moment_of(as_of, settings)
