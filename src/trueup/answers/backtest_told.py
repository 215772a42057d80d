"""A backtest in plain words, for people who have to decide whether to act by a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np

from trueup.answers.backtest import whole
from trueup.answers.indicators import Plain
from trueup.indicators.backtest import Backtest, Backtested, Beside
from trueup.indicators.selection import NO_CLAIMS_BELOW
from trueup.indicators.skill import Skill
from trueup.indicators.skills import CONTROLS

TOO_SURE, TOO_TIMID = 0.8, 1.25
"""Slopes of the line from chances given to those that came, beyond which they are too sure, or not sure enough."""
_SHOWN = 10
Verdict = Literal["worth something", "no better", "a coin", "the wrong way round", "cannot tell"]
VERDICTS: Mapping[Verdict, str] = {
    "worth something": "Worth something",
    "no better": "Not proven better",
    "a coin": "No better than a coin",
    "the wrong way round": "The wrong way round",
    "cannot tell": "Cannot tell",
}
CALLED: Mapping[str, str] = {
    CONTROLS: "size, time with us, segment and industry",
    "as last time": "what came of it last time",
}
"""Baselines whose names are short, in the words of a sentence."""


@dataclass(frozen=True)
class Words:
    """To whom it happened, as who did it, and who will: ``those who left``, ``who leaves``."""

    those: str
    who: str


OUTCOMES: Mapping[str, Words] = {
    "renewed": Words("who did not renew", "who will not renew"),
    "churned": Words("who left", "who will leave"),
    "expanded": Words("who bought more", "who will buy more"),
    "deal won": Words("who bought", "who will buy"),
    "default": Words("who defaulted", "who will default"),
    "goal attained": Words("who missed a goal", "who will miss a goal"),
}


def words_of(of: Backtested) -> Words:
    """An outcome's words; of one that only a file names, its name."""
    return OUTCOMES.get(of.outcome, Words(f"with “{of.outcome}”", f"to whom “{of.outcome}” will happen"))


def told_whole(of: Backtested) -> dict[str, Plain]:
    """Everything that a backtest found, with what is said of it in words, as JSON holds it."""
    return {**whole(of), "verdict": verdict(of), "told": told(of)}


def verdict(of: Backtested) -> Verdict:
    """Whether to act by the score: better than a coin, and than the best of the baselines, beyond chance."""
    found, area = of.found, of.found.area
    if found.events < NO_CLAIMS_BELOW or isnan(area.low):
        return "cannot tell"
    if area.high < 0.5:
        return "the wrong way round"
    if area.low <= 0.5:
        return "a coin"
    best = best_baseline(of)
    return "worth something" if best is None or best.gain.low > 0 else "no better"


def best_baseline(of: Backtested) -> Beside | None:
    """The baseline that tells accounts apart best; None where there is none."""
    known = [each for each in of.beside if each.name and not isnan(each.found.area.value)]
    return max(known, key=lambda each: each.found.area.value, default=None)


def told(of: Backtested, *, names_missed: bool = True) -> list[str]:
    """Worth it or not, how many were feared in time, how long before, whom it missed, and whether it is too sure."""
    if isnan(of.found.area.value):
        return [_nothing(of)]
    missed = _missed(of) if names_missed else ""
    parts = [headline(of), _in_time(of), _days(of), missed, _top(of), _sure(of), _beside(of)]
    return [part for part in parts if part]


def headline(of: Backtested) -> str:
    """The verdict in a sentence, with what it stands on."""
    area, who = of.found.area, words_of(of).who
    right = f"of two customers of one date it is right about {share(area.value)}"
    right += "" if isnan(area.low) else f" ({share(area.low)} to {share(area.high)})"
    right += " of the time; a coin 50\u00a0%"
    best = best_baseline(of)
    beside = (
        f"{called(best.name)} {_area(best)} on the same rows, where the score has {_area(of.beside[0])}" if best else ""
    )
    match verdict(of):
        case "worth something" if best is None:
            return f"It tells {who} better than a coin: {right}."
        case "worth something":
            return (
                f"Worth something: it tells {who}, and better than the best of what you know anyway; {right}, {beside}."
            )
        case "no better":
            return (
                f"It tells {who}, but it is not proven to do so better than the best of what you know anyway: {right},"
                f" {beside}."
            )
        case "a coin":
            return f"Not worth it: it does not tell {who} any better than a coin ({right})."
        case "the wrong way round":
            return f"It tells {who} the wrong way round: {right}. Turn it, or ask why."
        case _:
            return (
                f"It cannot be told whether it is worth anything: only {of.found.events:,} times did it happen, and it"
                f" takes {NO_CLAIMS_BELOW}. So far, {right}."
            )


def _nothing(of: Backtested) -> str:
    found = of.found
    if found.rows:
        return "It happened to nobody, or to everybody: nothing tells accounts apart."
    why = max(found.dropped, key=lambda each: each.rows, default=None)
    return f"No score could be looked at: {why.why}." if why else "There are no scores."


def _in_time(of: Backtested) -> str:
    warned, those = of.found.warned, words_of(of).those
    if not warned.events:
        return ""
    late = warned.events - warned.in_time - len(warned.missed)
    verb = "expected" if of.is_hoped else "feared"
    place = "most promising" if of.is_hoped else "riskiest"
    lead = f"{of.found.lead} days or more before" if of.found.lead else "before it happened"
    too_late = f", {late:,} too late" if late else ""
    return (
        f"Of {warned.events:,} customers {those} it had {verb} {warned.in_time:,} in time, {lead}{too_late}, and"
        f" {len(warned.missed):,} never. {verb.capitalize()} means: among the {place} tenth of its date, which holds"
        f" {share(warned.share)} of all scores."
    )


def _days(of: Backtested) -> str:
    days = of.found.warned.days
    if not days:
        return ""
    low, middle, high = (float(np.percentile(days, at)) for at in (10, 50, 90))
    return (
        f"From the first time in it to the event: {middle:,.0f} days for half of them, from {low:,.0f} to"
        f" {high:,.0f} for eight in ten."
    )


def _missed(of: Backtested) -> str:
    missed = of.found.warned.missed
    if not missed:
        return ""
    names = ", ".join(of.names[account] for account in missed[:_SHOWN])
    more = f" and {len(missed) - _SHOWN:,} more" if len(missed) > _SHOWN else ""
    return f"It missed {names}{more}."


def _top(of: Backtested) -> str:
    top = of.found.tops[-1]
    if isnan(top.lift):
        return ""
    place = "most promising" if of.is_hoped else "riskiest"
    return (
        f"Of the {place} tenth it happened to {share(top.precision)}; of as many drawn by lot to {share(top.chance)}:"
        f" {top.lift:.1f} times as often."
    )


def _sure(of: Backtested) -> str:
    calibration = of.found.calibration
    if calibration is None or not calibration.skill.bands or isnan(calibration.skill.slope):
        return "Whether it is too sure cannot be told: too little came before to hold its chances against."
    subject = "Its chances" if calibration.is_as_given else "Its chances, learned from earlier dates,"
    return f"{subject} {sureness(calibration.skill)}."


def sureness(skill: Skill) -> str:
    """Whether chances are too sure, and too high or too low."""
    expected = sum(band.rows * band.expected for band in skill.bands) / skill.rows
    came = skill.happened / skill.rows
    level = f"on the whole {share(expected)} were foretold and {share(came)} came"
    if skill.slope < TOO_SURE:
        return f"are too sure (slope {skill.slope:.2f}; 1 is right): take them closer to the average; {level}"
    if skill.slope > TOO_TIMID:
        return f"are not sure enough (slope {skill.slope:.2f}; 1 is right): the extremes are more extreme; {level}"
    return f"are about as sure as they may be (slope {skill.slope:.2f}; 1 is right); {level}"


def _beside(of: Backtested) -> str:
    if of.beside:
        rows = of.beside[0].found.rows
        others = "; ".join(f"{called(each.name)} {_area(each)}" for each in of.beside[1:])
        return (
            f"On the {rows:,} scores for which enough came before: the score {_area(of.beside[0])}; {others}; a coin"
            " 50\u00a0%."
        )
    return (
        "There is nothing to hold it against but the base rate: nothing else is known of these accounts, or too little"
        " came before to learn from."
    )


def called(name: str) -> str:
    """A baseline in the words of a sentence."""
    return CALLED.get(name, name)


def _area(of: Beside) -> str:
    return share(of.found.area.value)


def share(value: float) -> str:
    """A share as whole percent; a dash where it is not known."""
    return "–" if isnan(value) else f"{value:.0%}".replace("%", "\u00a0%")


def window(of: Backtest) -> str:
    """When what counts happened, after a score."""
    if of.lead:
        return f"between {of.lead} and {of.lead + of.horizon} days later"
    return f"within {of.horizon} days"
