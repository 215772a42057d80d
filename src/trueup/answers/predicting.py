"""What each KPI was last found to predict, and what it no longer does: its tier by outcome, from the kept studies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from trueup.answers.outcome_words import words_of
from trueup.answers.study import Study, study_of
from trueup.runs.kept_studies import KeptStudy

Moved = Literal["", "promoted", "retired", "weaker"]
"""Since the study before: it leads now; it led and shows nothing any more; it led and others explain it now."""


@dataclass(frozen=True)
class Predicts:
    """A KPI's tier for an outcome, by the newest study of it; ``before``: its tier in the one before, if any."""

    outcome: str
    tier: str
    before: str
    reason: str
    study: int

    @property
    def name(self) -> str:
        """The outcome, as it stands beside the tier."""
        return words_of(self.outcome).short.lower()

    @property
    def moved(self) -> Moved:
        """How it moved since the study before."""
        if not self.before or (self.tier == "A") == (self.before == "A"):
            return ""
        if self.tier == "A":
            return "promoted"
        return "weaker" if self.tier == "B" else "retired"

    @property
    def told(self) -> str:
        """The move in words; empty where there is none."""
        match self.moved:
            case "promoted":
                return f"new: leads {self.name}"
            case "retired":
                return f"no longer predicts {self.name}"
            case "weaker":
                return f"no longer leads {self.name}, only warns"
            case _:
                return ""


def predicting(studies: Iterable[tuple[KeptStudy, KeptStudy | None]]) -> Mapping[str, tuple[Predicts, ...]]:
    """By KPI, its tiers for the outcomes that the data can tell of.

    ``studies``: of each outcome the newest, and the one before of the same question, if there is one.
    """
    found: dict[str, list[Predicts]] = {}
    for newest, before in studies:
        study = _study(newest)
        if not study.can_tell:
            continue
        earlier = {} if before is None else {kpi.kpi: kpi.tier for kpi in _study(before).kpis}
        for kpi in study.kpis:
            of = Predicts(study.outcome, kpi.tier, earlier.get(kpi.kpi, ""), kpi.reason, newest.number)
            found.setdefault(kpi.kpi, []).append(of)
    return {kpi: tuple(sorted(of, key=lambda each: each.tier)) for kpi, of in found.items()}


def _study(kept: KeptStudy) -> Study:
    return study_of(kept.told)
