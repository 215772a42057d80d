"""Outcomes in the words of people who look after customers."""

from collections.abc import Mapping
from dataclasses import dataclass


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
