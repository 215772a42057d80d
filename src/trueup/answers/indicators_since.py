"""Earlier studies held against what then happened: whether last year's collection held."""

from collections.abc import Sequence
from datetime import date
from math import isnan

from trueup.answers.indicators import TIERS, Found
from trueup.answers.study import Since, Study, TierSince, study_of
from trueup.indicators.model import read
from trueup.indicators.since import Came, came_of
from trueup.runs.kept_studies import KeptStudy

MOST = 8
"""Earlier studies that a new one looks back on, the newest."""
TOO_FEW = "too little has happened since to tell"


def since(of: Found, kept: Sequence[KeptStudy]) -> list[Since]:
    """What became of earlier studies of the same outcome, lead and horizon, the newest first."""
    study = of.study
    alike = [
        each
        for each in kept
        if (each.lead_days, each.horizon_days) == (study.lead, study.horizon) and each.told.get("model")
    ]
    found: list[Since] = []
    for each in reversed(alike):
        came = came_of(
            read(each.told["model"]),
            study.panel,
            study.sample,
            learned_on=(each.as_of_on - date(1970, 1, 1)).days,
            lead=study.lead,
            horizon=study.horizon,
        )
        if came is not None:
            found.append(_told(of, each, came))
        if len(found) == MOST:
            break
    return found


def _told(of: Found, kept: KeptStudy, came: Came) -> Since:
    then = study_of({"headline": [], "cannot_tell": [], **kept.told})
    moved = _moved(of, then)
    claimed = then.skill.forecasts[0].claimed if then.skill.forecasts else None
    area = came.skill.area
    return Since(
        number=kept.number,
        as_of_on=str(kept.as_of_on),
        claimed_auc=claimed.auc if claimed else None,
        auc=_known(area.value),
        auc_low=_known(area.low),
        auc_high=_known(area.high),
        rows=came.rows,
        happened=came.happened,
        expected=came.expected,
        kpis=moved,
        in_words=in_words(kept, then, came, moved),
    )


def _moved(of: Found, then: Study) -> list[TierSince]:
    now = {kpi.name: (judged.tier, kpi.label) for kpi, judged in zip(of.study.panel.kpis, of.judged, strict=True)}
    collected = set(then.collection.kpis)
    found = []
    for each in then.kpis:
        tier, _ = now.get(each.kpi, ("", ""))
        if each.tier == "A":
            found.append(_since(each.kpi, each.label, "A", tier or "gone", was_in_collection=each.kpi in collected))
        elif tier == "A":
            found.append(_since(each.kpi, each.label, each.tier, "A"))
    known = {each.kpi for each in then.kpis}
    found += [
        _since(name, label or name, "new", "A")
        for name, (tier, label) in now.items()
        if tier == "A" and name not in known
    ]
    return found


def _since(kpi: str, label: str, then: str, now: str, *, was_in_collection: bool = False) -> TierSince:
    return TierSince(kpi=kpi, label=label, then=then, now=now, was_in_collection=was_in_collection)


def in_words(kept: KeptStudy, then: Study, came: Came, moved: Sequence[TierSince]) -> str:
    """What became of a study, in a few sentences."""
    told = []
    claimed = then.skill.forecasts[0].claimed if then.skill.forecasts else None
    if isnan(came.skill.area.value):
        told.append(f"Its score: {TOO_FEW} ({came.happened:,} of {came.rows:,} account-dates).")
    else:
        promised = "" if claimed is None or claimed.auc is None else f", where it had claimed {claimed.auc:.2f}"
        told.append(
            f"Its score's AUC on the {came.rows:,} account-dates since {kept.as_of_on}:"
            f" {came.skill.area.value:.2f}{promised}; it expected {came.expected:,.0f} of them, and"
            f" {came.happened:,} came."
        )
    collected = [each for each in moved if each.was_in_collection]
    lost = [each for each in collected if each.now != "A"]
    if collected and not lost:
        told.append(f"All {len(collected)} KPIs of its collection still lead.")
    elif collected:
        names = ", ".join(f"{each.label} ({TIERS.get(each.now, each.now)})" for each in lost)
        told.append(f"Of its collection of {len(collected)} no longer in front: {names}.")
    else:
        told.append("It had named no collection.")
    if gained := [each.label for each in moved if each.then != "A"]:
        told.append(f"New in front: {', '.join(gained)}.")
    return " ".join(told)


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)
