"""What outcomes are called, and which one somebody means: read where nothing is computed."""

from trueup.metrics.naming import nearest
from trueup.runs.panel_outcomes import OUTCOMES

DEAL_WON = "deal won"


class NoSuchOutcomeError(Exception):
    """Nobody knows an outcome of that name; the message names those there are."""


def outcome_called(name: str) -> str:
    """The outcome that a person means; NoSuchOutcomeError tells the nearest."""
    told = " ".join(name.replace("_", " ").split()).lower()
    if told not in OUTCOMES:
        raise NoSuchOutcomeError(f"There is no outcome {name!r}{nearest(told, OUTCOMES)}")
    return told
