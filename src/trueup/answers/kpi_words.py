"""What a KPI says of an outcome, in a sentence."""

from math import exp, isnan

from trueup.answers.outcome_words import words_of
from trueup.indicators.panel import Column, Outcome
from trueup.indicators.selection import Judged

NEARLY_ONE = 0.05
"""Odds multiplied by less than so much more or less are told as hardly any difference."""


def in_words(outcome: Outcome, column: Column, judged: Judged) -> str:
    """What a KPI says, in a sentence: which way it goes and how far, or why it says nothing."""
    effect = judged.tested.effect if not isnan(judged.tested.effect) else judged.alone.effect
    if judged.tier not in {"A", "B"} or isnan(effect) or column.levels is not None:
        return _sentence(judged.reason)
    times = exp(-effect if column.better == "lower" else effect)
    step = "more of it" if column.better == "neither" else "better"
    do = words_of(outcome.name).do
    if abs(times - 1) < NEARLY_ONE:
        return _sentence(f"a step {step}, and hardly more or fewer {do}")
    return _sentence(f"a step {step}, and {'more' if times > 1 else 'fewer'} {do}: odds × {times:.2f}")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
