"""Outcomes and what KPIs say of them, in the words of people who look after customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, isnan

from trueup.indicators.panel import Column, Outcome
from trueup.indicators.selection import Judged

NEARLY_ONE = 0.05
"""Odds multiplied by less than so much more or less are told as hardly any difference."""


@dataclass(frozen=True)
class Words:
    """An outcome in words: the short name of its question, the question, what accounts do, and what they do not."""

    short: str
    asks: str
    do: str
    do_not: str


OUTCOMES: Mapping[str, Words] = {
    "renewed": Words("Renewal", "Which KPIs predict who renews?", "renew", "did not renew"),
    "churned": Words("Leaving", "Which KPIs predict who leaves?", "leave", "stayed"),
    "expanded": Words("Expansion", "Which KPIs predict who buys more?", "buy more", "bought no more"),
    "deal won": Words("Deals won", "Which KPIs predict which deals are won?", "buy", "did not buy"),
    "default": Words("Default", "Which KPIs predict who defaults?", "default", "paid"),
    "goal attained": Words(
        "Goals attained", "Which KPIs predict who attains their goals?", "attain their goals", "missed their goals"
    ),
}


def words_of(outcome: str) -> Words:
    """An outcome's words; of one that only a file names, its name."""
    asks = f"Which KPIs predict “{outcome}”?"
    return OUTCOMES.get(outcome, Words(outcome, asks, f"have “{outcome}”", f"did not have “{outcome}”"))


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
