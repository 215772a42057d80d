"""A study of KPIs as a page: what leads, how far it may be believed, and what it cannot tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import log

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trueup.answers.indicators import TIERS
from trueup.answers.outcome_words import words_of
from trueup.answers.study import Forecast, Kpi, Skill, Study
from trueup.reports.calibration_chart import calibration
from trueup.reports.wording import percent

WIDEST, NARROWEST = 1.4, 0.5
"""Log odds at the ends of the scale: at most, and at least."""
TICKS = (0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0)
MONTH = 30.4
COIN = 0.5
FAMILIES = {
    "experience": "what the customer got",
    "activity": "what we did",
    "customer_outcome": "how the customer's own measures moved",
    "": "not said",
}
MEANING = {
    "A": "Predicts beside all other KPIs, and is missed on later dates when it is left out.",
    "B": "Predicts by itself, but other KPIs explain it, unless something else is said.",
    "C": "No evidence that it predicts.",
    "D": "Knows the outcome, or is hardly ever known: it would mislead.",
    "E": "Too little happened to tell.",
}
DRAWN = ("A", "B")
LATER = "later dates"
EXPLAINED = "warns by itself, but explained by other KPIs"
"""What most of tier B have in common, which its heading says."""


@dataclass(frozen=True)
class Mark:
    """A place on a scale, in percent of its length, with the interval's ends, or where the scale ends."""

    at: float
    low: float
    high: float


@dataclass(frozen=True)
class DrawnKpi:
    """A KPI with its words and its place on the scale; None where it has no effect to show."""

    kpi: Kpi
    mark: Mark | None
    odds: str
    between: str
    lead: str
    lead_between: str
    held: str
    beside: str


@dataclass(frozen=True)
class Tier:
    """KPIs of a tier."""

    letter: str
    name: str
    meaning: str
    kpis: tuple[DrawnKpi, ...]


@dataclass(frozen=True)
class DrawnForecast:
    """A forecast with its AUC as claimed and as realised on the scale from a coin to certainty."""

    name: str
    is_score: bool
    claimed: Mark | None
    realised: Mark | None
    told: str
    said: str


def page(study: Study, *, number: int | None = None) -> str:
    """The study as an HTML page of its own."""
    return _rendered("indicators.html", study, number=number)


def body(study: Study, *, number: int | None = None) -> str:
    """The study as HTML to stand in a page that has the stylesheets ``house.css`` and ``indicators.css``."""
    return _rendered("indicators_body.html", study, number=number)


def _rendered(template: str, study: Study, *, number: int | None) -> str:
    environment = Environment(
        loader=PackageLoader("trueup.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    width = scale(study.kpis)
    sheets = (files("trueup.reports").joinpath(f"static/trueup/{name}.css") for name in ("house", "indicators"))
    score = study.score
    return environment.get_template(template).render(
        study=study,
        is_on_later_dates=study.skill.tried_on == LATER,
        words=words_of(study.outcome),
        number=number,
        tiers=tiers_of(study, width),
        collection=[kpi for name in study.collection.kpis if (kpi := study.of(name))],
        ticks=[(f"×{tick:g}", _place(log(tick), width)) for tick in TICKS if abs(log(tick)) <= width],
        forecasts=[drawn_forecast(place, each) for place, each in enumerate(study.skill.forecasts)],
        believed=believed(study),
        families=FAMILIES,
        adds=[added for each in study.families if (added := _added(each.family, each.over, each.gain_low))],
        calibration=calibration(score) if score and score.bands else None,
        feared=feared(study, score) if score else "",
        nulls=nulls(study),
        lead_months=months(study.lead_days),
        window=f"{months(study.lead_days)} to {months(study.lead_days + study.horizon_days)}",
        percent=percent,
        months=months,
        style=Markup("\n".join(sheet.read_text("utf-8") for sheet in sheets)),  # noqa: S704  ours
    )


def scale(kpis: Sequence[Kpi]) -> float:
    """The log odds at the ends of the scale on which KPIs are drawn."""
    bounds = [abs(log(end)) for kpi in kpis if kpi.tier in DRAWN and kpi.odds for end in kpi.odds]
    return min(WIDEST, max([NARROWEST, *bounds]))


def tiers_of(study: Study, width: float) -> list[Tier]:
    """The tiers that have KPIs, the best first."""
    found = []
    for letter, name in TIERS.items():
        if kpis := tuple(drawn(each, width) for each in study.kpis if each.tier == letter):
            found.append(Tier(letter, name, MEANING[letter], kpis))
    return found


def drawn(kpi: Kpi, width: float) -> DrawnKpi:
    """A KPI as it is shown on a scale whose ends are so many log odds away from the middle."""
    odds, lead = kpi.odds, kpi.lead_days
    return DrawnKpi(
        kpi=kpi,
        mark=None if odds is None else _mark(*(log(each) for each in odds), width=width),
        odds="" if odds is None else f"×{odds[0]:.2f}",
        between="" if odds is None else f"{odds[1]:.2f} to {odds[2]:.2f}",
        lead="" if lead is None else months(lead),
        lead_between=""
        if kpi.lead_low is None or kpi.lead_high is None
        else f"{_whole_months(kpi.lead_low)} to {_whole_months(kpi.lead_high)}",
        held=f"{kpi.loco.helped} of {kpi.loco.tries}" if kpi.loco.tries else "",
        beside=_beside(kpi),
    )


def _mark(at: float, low: float, high: float, *, width: float) -> Mark:
    places = [_place(max(-width, min(width, each)), width) for each in (at, low, high)]
    return Mark(places[0], places[1], places[2])


def _place(log_odds: float, width: float) -> float:
    return round(50 + 50 * log_odds / width, 1)


def months(days: float) -> str:
    """Days as months, as people speak of time that remains."""
    whole = _whole_months(days)
    if whole < 1:
        return f"{round(days)} days"
    return f"{whole} month{'s' if whole > 1 else ''}"


def _whole_months(days: float) -> int:
    return round(days / MONTH)


def _beside(kpi: Kpi) -> str:
    """What is to be said of a KPI beside its figures."""
    told = [] if kpi.tier == "A" or kpi.reason == EXPLAINED else [f"{kpi.reason[:1].upper()}{kpi.reason[1:]}."]
    if kpi.says_the_same_as:
        told.append(f"Says much the same as {', '.join(kpi.says_the_same_as).replace('_', ' ')}.")
    if kpi.history != "exact":
        told.append(f"What was known then is {kpi.history}: see the end.")
    return " ".join(told)


def drawn_forecast(place: int, of: Forecast) -> DrawnForecast:
    """A forecast's AUC on the scale from .5 to 1."""
    realised = of.realised or of.held_out
    return DrawnForecast(
        name=of.name,
        is_score=place == 0,
        claimed=_area(of.claimed),
        realised=_area(realised),
        told="–" if realised is None or realised.auc is None else percent(realised.auc),
        said=_between(realised),
    )


def _area(of: Skill | None) -> Mark | None:
    if of is None or of.auc is None:
        return None
    low, high = of.auc if of.auc_low is None else of.auc_low, of.auc if of.auc_high is None else of.auc_high
    at, lowest, highest = (round(100 * (max(COIN, each) - COIN) / COIN, 1) for each in (of.auc, low, high))
    return Mark(at, lowest, highest)


def _between(of: Skill | None) -> str:
    if of is None or of.auc_low is None or of.auc_high is None:
        return ""
    return f"{percent(of.auc_low)} to {percent(of.auc_high)}"


def believed(study: Study) -> str:
    """How far the score may be believed, in a sentence or two."""
    score = study.score
    if score is None or score.auc is None or score.auc_low is None:
        return "How far forecasts can be believed is not known: too little happened on dates to try them on."
    of_two = (
        f"Of two customers on one day, of whom one will {words_of(study.outcome).do} and the other will not, the score"
        f" names the right one in {percent(score.auc)} of cases; a coin in half. That is of {score.rows:,}"
        f" account-dates, {score.happened:,} of them with that outcome."
    )
    if score.auc_low > COIN:
        return of_two
    return f"{of_two} That is not sure to be more than a coin’s: read tiers, not chances."


def feared(study: Study, score: Skill) -> str:
    """What came of the tenth that the score expected the worst of, or, of what one hopes for, the least."""
    bands = [band for band in score.bands if band.observed is not None]
    if not bands or not score.rows:
        return ""
    all_of_them = score.happened / score.rows
    words = words_of(study.outcome)
    if study.is_good:
        lowest = 1 - (bands[0].observed or 0)
        others = percent(1 - all_of_them)
        return f"Of the tenth from whom it expected least, {percent(lowest)} {words.do_not}; of all, {others}."
    highest = bands[-1].observed or 0
    return f"Of the tenth that it feared most, it came for {percent(highest)}; of all, for {percent(all_of_them)}."


def nulls(study: Study) -> str:
    """What the same pipeline finds where there is nothing to find."""
    runs = study.null_runs
    if not runs.runs or study.skill.tried_on != LATER:
        return ""
    named = "none" if not runs.with_any else f"{runs.with_any}"
    return (
        f"The same questions were asked {runs.runs} times with outcomes dealt to other customers, so that nothing can"
        f" predict them: {named} of the {runs.runs} runs named any KPI as leading."
    )


def _added(family: str, over: str, low: float | None) -> str:
    if low is None:
        return ""
    ours, theirs = FAMILIES.get(family, family), FAMILIES.get(over, over)
    says = "adds to the forecast" if low > 0 else "adds nothing that could be seen"
    return f"Knowing {ours} ({family} KPIs) {says} beside {theirs} ({over})."
