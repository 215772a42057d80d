"""What a study of KPIs found: as a tidy table, a row per KPI, and whole, for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

import numpy as np
import pyarrow as pa

from trueup.answers.kpi_words import in_words
from trueup.answers.study import Since
from trueup.indicators.evidence import Tested
from trueup.indicators.held_out import HeldOut, held_out
from trueup.indicators.lab import Study
from trueup.indicators.missed import Gain
from trueup.indicators.sample import Dropped
from trueup.indicators.selection import NO_CLAIMS_BELOW, Judged
from trueup.indicators.skill import Skill
from trueup.statistics.discrimination import Interval

SCHEMA = pa.schema(
    [
        ("kpi", pa.string()),
        ("family", pa.string()),
        ("tier", pa.string()),
        ("effect", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("q", pa.float64()),
        ("lead_days", pa.float64()),
        ("lead_low", pa.float64()),
        ("lead_high", pa.float64()),
        ("loco_gain", pa.float64()),
        ("reason", pa.string()),
    ]
)
"""A row per KPI; null where it cannot be computed, which ``reason`` explains."""
COLUMNS = tuple(SCHEMA.names)
TIERS: Mapping[str, str] = {
    "A": "leads",
    "B": "warns",
    "C": "shows nothing",
    "D": "cannot be used",
    "E": "too few events",
}
Plain = str | float | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What JSON holds."""


@dataclass(frozen=True)
class Found:
    """A study, the skill on other accounts where no later dates are, and what was assumed of the data, in sentences.

    ``whose``: the company or the file; ``as_of``: the day as of which it was asked. ``earlier``: what became of earlier
    studies, the newest first.
    """

    study: Study
    held_out: HeldOut | None
    notes: tuple[str, ...]
    whose: str
    as_of: date
    earlier: tuple[Since, ...] = ()

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every KPI's judgement, also where none could be made."""
        if self.study.judged:
            return self.study.judged
        why = Judged("E", why_not_judged(self.study))
        return tuple(why for _ in self.study.panel.kpis)

    @property
    def order(self) -> list[int]:
        """KPIs' places, the best tier first, then by q."""
        judged, kpis = self.judged, self.study.panel.kpis

        def key(kpi: int) -> tuple[str, float, float, str]:
            each = judged[kpi]
            return each.tier, _last(each.q), _last(each.q_alone), kpis[kpi].name

        return sorted(range(len(kpis)), key=key)

    @property
    def has_later_dates(self) -> bool:
        """Whether anything was tried on dates later than those it was learned from."""
        return bool(self.study.skills)


def found(study: Study, notes: Sequence[str] = (), *, whose: str, as_of: date) -> Found:
    """The study with what is needed to tell of it."""
    return Found(study, None if study.skills else held_out(study), tuple(notes), whose, as_of)


def why_not_judged(study: Study) -> str:
    """Why a study judged no KPI."""
    rows, happened = len(study.sample.rows), int(study.sample.happened.sum())
    if not rows:
        why = max(study.sample.dropped, key=lambda each: each.rows, default=None)
        return f"no account could be looked at: {why.why}" if why else "there are no accounts"
    if not happened:
        return f"it happened to nobody; it takes {NO_CLAIMS_BELOW} events"
    if happened == rows:
        return "it happened to everybody: nothing tells accounts apart"
    return "month by month it happened to nobody, or to everybody: nothing tells accounts apart"


def table(of: Found) -> pa.Table:
    """The tidy table, the best tier first, then by q."""
    return pa.Table.from_pylist([row(of, kpi) for kpi in of.order], schema=SCHEMA)


def row(of: Found, kpi: int) -> dict[str, str | float | None]:
    """A KPI's row of the tidy table."""
    column, judged, lead = of.study.panel.kpis[kpi], of.judged[kpi], of.study.leads.get(kpi)
    tested = judged.tested
    # Of a text's values one is compared with the most frequent: its effect has no direction of its own.
    is_number = column.levels is None
    return {
        "kpi": column.name,
        "family": column.family,
        "tier": judged.tier,
        "effect": _known(tested.effect) if is_number else None,
        "low": _known(tested.low) if is_number else None,
        "high": _known(tested.high) if is_number else None,
        "q": _known(judged.q),
        "lead_days": _known(lead.days) if lead else None,
        "lead_low": _known(lead.low) if lead else None,
        "lead_high": _known(lead.high) if lead else None,
        "loco_gain": _known(judged.gain.value),
        "reason": judged.reason,
    }


def whole(of: Found) -> dict[str, Plain]:
    """Everything that a study found, as JSON holds it."""
    study = of.study
    sample, kpis = study.sample, study.panel.kpis
    return {
        "whose": of.whose,
        "as_of": str(of.as_of),
        "outcome": study.outcome.name,
        "is_good": study.outcome.is_good,
        "lead_days": study.lead,
        "horizon_days": study.horizon,
        "known_until": str(day(study.outcome.known_until)),
        "accounts": accounts_of(study),
        "rows": len(sample.rows),
        "rows_with_outcome": int(sample.happened.sum()),
        "events": sample.events,
        "can_tell": study.can_tell,
        "is_careful": study.is_careful,
        "kpis_ever_tried": study.tried,
        "dropped": _dropped(sample.dropped),
        "dropped_by_month": _dropped(study.by_month.dropped),
        "kpis": [{**row(of, kpi), **_more(of, kpi)} for kpi in of.order],
        "controls": [column.name for column in study.panel.control_columns],
        "collection": {
            "kpis": [kpis[kpi].name for kpi in study.collection.kpis],
            "nested": [
                {"kpis": [kpis[kpi].name for kpi in each.kpis], "log_loss": _known(each.loss), **_gain(each.behind)}
                for each in study.collection.nested
            ],
        },
        "families": [{"family": each.family, "over": each.over, **_gain(each.gain)} for each in study.adds],
        "skill": _skills(of),
        "null_runs": {
            "runs": len(study.null.named),
            "with_any": study.null.with_any,
            "named": list(study.null.named),
        },
        "notes": list(of.notes),
        "earlier": [each.model_dump() for each in of.earlier],
    }


def day(of: int) -> date:
    """The date of a day since 1970."""
    return date(1970, 1, 1) + timedelta(days=int(of))


def accounts_of(study: Study) -> int:
    """How many accounts have rows that count."""
    return len(np.unique(study.panel.accounts[study.sample.rows]))


def _more(of: Found, kpi: int) -> dict[str, Plain]:
    """What the tidy table has no room for."""
    study, judged, column = of.study, of.judged[kpi], of.study.panel.kpis[kpi]
    lead = study.leads.get(kpi)
    same = study.same[kpi] if study.same else frozenset()
    return {
        "label": column.label or column.name,
        "better": column.better,
        "history": column.history,
        "why_not_exact": column.why_not_exact,
        "in_words": in_words(study.outcome, column, judged),
        "categories": None if column.levels is None else list(column.levels),
        "p": _known(judged.p),
        "q_alone": _known(judged.q_alone),
        "by_quarter": _tested(judged.tested),
        "by_month": _tested(judged.by_month),
        "alone": _tested(judged.alone),
        "loco": {**_gain(judged.gain), "helped": judged.gain.helped, "tries": judged.gain.tries},
        "leak": None if judged.leak is None else {"code": judged.leak.code, "figure": _known(judged.leak.figure)},
        "says_the_same_as": sorted(study.panel.kpis[other].name for other in same),
        "lead_profile": [] if lead is None else [{"days": _known(days), "z": _known(z)} for days, z in lead.profile],
    }


def _skills(of: Found) -> dict[str, Plain]:
    if of.has_later_dates:
        return {
            "tried_on": "later dates",
            "forecasts": [
                {"name": each.name, "claimed": skill_told(each.claimed), "realised": skill_told(each.realised)}
                for each in of.study.skills
            ],
        }
    if of.held_out is not None:
        return {
            "tried_on": "other accounts of the same dates, not later ones",
            "parts": of.held_out.parts,
            "forecasts": [{"name": name, "held_out": skill_told(skill)} for name, skill in of.held_out.skills],
        }
    return {"tried_on": "nothing", "forecasts": []}


def skill_told(skill: Skill) -> dict[str, Plain]:
    """A skill as JSON holds it."""
    return {
        **interval_told("auc", skill.area),
        "brier_skill": _known(skill.brier),
        "calibration_slope": _known(skill.slope),
        "calibration_offset": _known(skill.offset),
        "lift_of_top_tenth": _known(skill.lift),
        "rows": skill.rows,
        "happened": skill.happened,
        "bands": [
            {"rows": band.rows, "expected": _known(band.expected), "observed": _known(band.observed)}
            for band in skill.bands
        ],
    }


def interval_told(name: str, interval: Interval) -> dict[str, Plain]:
    """A value with its interval, under three names."""
    return {
        name: _known(interval.value),
        f"{name}_low": _known(interval.low),
        f"{name}_high": _known(interval.high),
    }


def _tested(tested: Tested) -> dict[str, Plain]:
    return {name: _known(getattr(tested, name)) for name in ("p", "z", "effect", "low", "high")}


def _gain(gain: Gain) -> dict[str, Plain]:
    return {"gain": _known(gain.value), "gain_low": _known(gain.low), "gain_high": _known(gain.high)}


def _dropped(dropped: Sequence[Dropped]) -> list[Plain]:
    return [{"reason": each.why, "rows": each.rows} for each in dropped]


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _last(value: float) -> float:
    return value if isfinite(value) else float("inf")
