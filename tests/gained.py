"""Customers of whom some began with a lever that truly moves a measure by so much: what a build finds of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from given import Value, World, given
from trueup import workspace
from trueup.runs.customer_effects import KeptEffects, Looked, looked_at
from trueup.runs.customer_measures import customers_measures
from trueup.runs.settings import Compared, Settings

MONTHS, FIRST = 40, 2023
NOISE = 0.5
SETTINGS = workspace.defaults()
MEANT = {"planner": ("on_time_delivery",)}


def month(place: int) -> date:
    """The last day of a month, counted from the first of 2023."""
    year, within = divmod(place + 1, 12)
    return date.fromordinal(date(FIRST + year, within + 1, 1).toordinal() - 1)


def company(
    *,
    adopters: Mapping[str, int],
    gain: float = 4.0,
    customers: int = 24,
    seed: int = 4,
    segments: Sequence[str] = ("smb",),
    **tables: Any,
) -> World:
    """``customers`` c00, c01, ... with 40 months of on-time delivery; each adopter gains from its month on."""
    rng = np.random.default_rng(seed)
    season = np.sin(np.arange(MONTHS) * np.pi / 6)
    names = [f"c{place:02}" for place in range(customers)]
    series: list[Mapping[str, Value]] = []
    for name in names:
        values = 80 + 4 * rng.standard_normal() + season * (1 + 0.2 * rng.standard_normal())
        values += NOISE * rng.standard_normal(MONTHS)
        if name in adopters:
            values[adopters[name] :] += gain
        series += [
            {
                "account_id": name,
                "measure": "on_time_delivery",
                "observed_on": month(place),
                "value": round(float(value), 4),
                "unit": "%",
            }
            for place, value in enumerate(values)
        ]
    accounts: list[Mapping[str, Value]] = [
        {"account_id": name, "segment": segments[place % len(segments)], "employees": 100 + place}
        for place, name in enumerate(names)
    ]
    adoptions: list[Mapping[str, Value]] = [
        {"account_id": name, "lever": "planner", "adopted_on": month(place - 1)} for name, place in adopters.items()
    ]
    known: dict[str, Any] = {"accounts": accounts, "kpi_series": series, "adoptions": adoptions}
    return given(as_of=month(MONTHS - 1).isoformat(), **{**known, **tables})


def looked(
    world: World, file: Path, *, settings: Settings = SETTINGS, agreed: Compared = SETTINGS.compared
) -> list[Looked]:
    """Every episode of the company, looked at; what was computed is kept in ``file``."""
    kept = KeptEffects(file)
    measures = customers_measures(world.engine, settings, as_of_on=world.horizon.as_of_on)
    found = list(looked_at(measures, agreed, kept, lambda _: None))
    kept.write()
    return found
