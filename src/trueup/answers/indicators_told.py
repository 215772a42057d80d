"""A study of KPIs in plain words: what was looked at, what it is worth, and what it cannot tell."""

from math import isnan

from trueup.answers.indicators import Found, Plain, accounts_of, day, whole, why_not_judged
from trueup.indicators.lot import MOST_ACCOUNTS
from trueup.indicators.selection import CAREFUL_BELOW, NO_CLAIMS_BELOW
from trueup.indicators.skill import Skill

OTHER_ACCOUNTS = "on other accounts of the same dates, not on later ones"


def told_whole(of: Found) -> dict[str, Plain]:
    """Everything that a study found, with what is said of it in words, as JSON holds it."""
    return {**whole(of), "headline": headline(of), "cannot_tell": cannot_tell(of)}


def headline(of: Found) -> list[str]:
    """What was looked at, what can be told, and how far forecasts may be believed: a few paragraphs."""
    worth = _on_later_dates(of) if of.has_later_dates else _on_other_accounts(of)
    return [told for told in (_looked_at(of), _can_tell(of), *worth, _by_chance(of)) if told]


def cannot_tell(of: Found) -> list[str]:
    """What nobody may conclude from it."""
    study = of.study
    told = [
        (
            "Whether changing a KPI changes the outcome. A KPI that leads may share a cause with it; only trying it on"
            " some customers and not on others tells."
        ),
        _window(of),
    ]
    if not of.has_later_dates:
        told.append(
            "Whether what was found holds on later dates: no as-of date is late enough to try it on. So no KPI can be"
            " in tier A, and the null runs prove nothing."
        )
    if not study.panel.control_columns:
        told.append(
            "Whether a KPI only follows an account's size, age or segment: nothing but the date was controlled for."
        )
    if study.panel.restated is None:
        told.append(
            "Whether values were changed later on: only one version of them is there, and it was taken to be what was"
            " known at the time."
        )
    elif not _approximate(of):
        told.append(
            "What a source had overwritten before it was first delivered: the earliest version is taken for what was"
            " known until the next."
        )
    told += _approximate(of)
    if not study.leads and any(judged.tier == "A" for judged in of.judged):
        told.append("How long before the outcome a KPI speaks: accounts have too few dates close to each other.")
    told += [f"{each.rows:,} rows were left out: {each.why}." for each in study.sample.dropped]
    return told


def _approximate(of: Found) -> list[str]:
    """KPIs whose past is not exactly what was known then, by why."""
    by_why: dict[str, list[str]] = {}
    for kpi in of.study.panel.kpis:
        if kpi.history == "approximate":
            by_why.setdefault(kpi.why_not_exact, []).append(kpi.label or kpi.name)
    return [f"What exactly was known then of {', '.join(labels)}: {why}." for why, labels in by_why.items()]


def _window(of: Found) -> str:
    study = of.study
    if study.lead:
        return f"What happens within the {study.lead} days of the lead, or after {study.lead + study.horizon} days."
    return (
        "Whether there is time to act: with a lead of 0 a KPI may speak only at the last moment. Nor what happens"
        f" after {study.horizon} days."
    )


def _looked_at(of: Found) -> str:
    study = of.study
    rows, happened = len(study.sample.rows), int(study.sample.happened.sum())
    accounts, everybody = accounts_of(study), len(study.panel.names)
    drawn = (
        f" (of {everybody:,} accounts some were drawn by lot: more would tell no more)"
        if everybody > MOST_ACCOUNTS
        else ""
    )
    share = f" ({happened / rows:.1%})" if rows else ""
    window = (
        f"between {study.lead} and {study.lead + study.horizon} days later"
        if study.lead
        else f"within {study.horizon} days"
    )
    return (
        f"{accounts:,} accounts on {rows:,} dates of theirs, {len(study.panel.kpis)} KPIs{drawn}."
        f" {study.outcome.name}: {study.sample.events:,} events; it followed {happened:,} of the rows{share} {window}."
        f" Events are known until {day(study.outcome.known_until)}."
    )


def _can_tell(of: Found) -> str:
    study = of.study
    if not study.judged:
        return f"Nothing can be told: {why_not_judged(study)}."
    if not study.can_tell:
        return (
            f"{study.sample.events} events are too few for any claim about a KPI; it takes {NO_CLAIMS_BELOW}. Columns"
            " that give away the outcome are named nevertheless."
        )
    if study.is_careful:
        return (
            f"With fewer than {CAREFUL_BELOW} events only what two ways of asking agree on is named; most that is true"
            " is missed."
        )
    return ""


def _on_later_dates(of: Found) -> list[str]:
    score, *others = of.study.skills
    beside = [f"{each.name} {area(each.claimed)}, realised {area(each.realised)}" for each in others]
    return [
        (
            f"The score's AUC among accounts of one date: {area(score.claimed)} as claimed before the last dates were"
            f" looked at, {area(score.realised)} as realised on them. A coin has .50."
        ),
        f"Beside it: {'; '.join(beside)}.",
    ]


def _on_other_accounts(of: Found) -> list[str]:
    if of.held_out is None:
        return []
    (_, score), *others = of.held_out.skills
    beside = "; ".join(f"{name} {area(skill)}" for name, skill in others)
    return [
        "There are no later dates to try anything on.",
        (
            f"The score's AUC {OTHER_ACCOUNTS}: {area(score)}, in {of.held_out.parts} parts, each forecast by the"
            f" others. A coin has .50. Beside it: {beside}."
        ),
    ]


def _by_chance(of: Found) -> str:
    null = of.study.null
    if not null.named or not of.has_later_dates:
        return ""
    named = "none of them" if not null.with_any else f"{null.with_any} of them"
    return (
        f"Null runs: the same on outcomes dealt to other accounts, {len(null.named)} times; {named} named any KPI as"
        " leading."
    )


def area(skill: Skill) -> str:
    """An AUC with its interval."""
    if isnan(skill.area.value):
        return "unknown (too few events)"
    if isnan(skill.area.low):
        return f"{_points(skill.area.value)}"
    return f"{_points(skill.area.value)} ({_points(skill.area.low)} to {_points(skill.area.high)})"


def _points(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")
