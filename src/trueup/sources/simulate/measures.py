"""The customers' own measures month by month, and the levers they took up, mostly after a bad spell."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.sources.simulate import planted
from trueup.sources.simulate.clock import DAY
from trueup.sources.simulate.columns import NOTHING, Flags, Floats, Ints, dates, picked, salesforce_ids, stamps
from trueup.sources.simulate.scale import Company
from trueup.sources.simulate.sheets import Sheets
from trueup.sources.simulate.staff import NEVER
from trueup.sources.simulate.talk import Scene

_NOISE_KEPT = 0.6
_FACTOR_KEPT = 0.9
_SOONEST, _LATEST = 12, 8


@dataclass(frozen=True)
class Adoptions:
    """Accounts x levers: the month a lever was taken up and given up (9999: never), and its day."""

    began: Ints
    ended: Ints
    day: Ints
    ended_on: Ints


@dataclass(frozen=True)
class Series:
    """Per measure, accounts x months; ``effect`` is what the levers added, ``shown`` which cells are delivered."""

    value: list[Floats]
    shown: list[Flags]
    full_effect: Floats


def common_factors(company: Company, rng: np.random.Generator) -> Floats:
    """Measures x 2 x months: what moves all customers together, the same in every chunk."""
    shocks = rng.standard_normal((len(planted.MEASURES), 2, company.months))
    for month in range(1, company.months):
        before = shocks[:, :, month - 1]
        shocks[:, :, month] = _FACTOR_KEPT * before + np.sqrt(1 - _FACTOR_KEPT**2) * shocks[:, :, month]
    return np.asarray(shocks)


def _noise(rows: int, months: int, rng: np.random.Generator) -> Floats:
    """Passing ups and downs with deviation 1, four fifths of them lasting."""
    drift = rng.standard_normal((months, rows))
    for month in range(1, months):
        drift[month] = _NOISE_KEPT * drift[month - 1] + np.sqrt(1 - _NOISE_KEPT**2) * drift[month]
    return np.asarray(0.8 * drift.T + 0.6 * rng.standard_normal((rows, months)))


def observe(scene: Scene, factors: Floats, *, company: Company, rng: np.random.Generator) -> tuple[Series, Adoptions]:
    """The measures of a chunk's customers, with the levers' true effects in them."""
    rows, months = scene.life.health.shape
    passing = [_noise(rows, months, rng) for _ in planted.MEASURES]
    adoptions = _adopt(scene, passing, rng)
    full = np.stack([effect.effect + effect.spread * rng.standard_normal(rows) for effect in planted.LEVER_EFFECTS])
    values, shown = [], []
    measured = rng.random(rows) < company.measured_share
    for number, measure in enumerate(planted.MEASURES):
        time = np.arange(months)
        season = 0.8 * np.sin(2 * np.pi * (time - 2) / 12) * rng.normal(1.0, 0.5, (rows, 1))
        loads = rng.normal(0.5, 0.4, (rows, 2)) @ factors[number]
        slope = (measure.trend + 0.03 * rng.standard_normal((rows, 1))) * (time - months / 2)
        level = measure.level + measure.between * rng.standard_normal((rows, 1))
        calm = level + measure.noise * (season + loads + slope + passing[number])
        values.append(calm + _lever_part(measure.name, adoptions, full, months))
        uses = np.isin(scene.accounts.industry, measure.industries)
        shown.append(_delivered(scene, measured & uses, rng))
    return Series(values, shown, full), adoptions


def _adopt(scene: Scene, passing: list[Floats], rng: np.random.Generator) -> Adoptions:
    """Who takes up what and when: customers, and rather after three bad months of the measure a lever is sold for."""
    rows, months = scene.life.health.shape
    since = np.where(scene.accounts.starts_on == NEVER, 9999, scene.clock.month(scene.accounts.starts_on) + 1)
    until = scene.clock.month(np.where(scene.left_on < 0, 0, scene.left_on))
    time = np.arange(months)
    allowed = (time >= np.maximum(since, _SOONEST)[:, None]) & (time < np.minimum(until, months - _LATEST)[:, None])
    names = [measure.name for measure in planted.MEASURES]
    began = np.full((rows, len(planted.LEVERS)), 9999)
    for number, lever in enumerate(planted.LEVERS):
        sold_for = next(effect.measure for effect in planted.LEVER_EFFECTS if effect.lever == lever.name)
        measure = planted.MEASURES[names.index(sold_for)]
        badness = passing[names.index(sold_for)] * (1 if measure.better == "decrease" else -1)
        spell = np.zeros_like(badness)
        spell[:, 3:] = (badness[:, :-3] + badness[:, 1:-2] + badness[:, 2:-1]) / 3
        appeal = np.where(allowed, planted.BAD_SPELL * spell + rng.gumbel(size=spell.shape), -np.inf)
        takes = (rng.random(rows) < lever.share) & allowed.any(axis=1)
        began[:, number] = np.where(takes, appeal.argmax(axis=1), 9999)
    ended = np.where(rng.random(began.shape) < 0.06, began + rng.integers(8, 14, began.shape), 9999)
    ended = np.where((began < 9999) & (ended < months), ended, 9999)
    starts = scene.clock.month_starts
    day = np.where(began < months, starts[np.minimum(began, months - 1)] + rng.integers(0, 6, began.shape), NOTHING)
    ended_on = np.where(ended < months, starts[np.minimum(ended, months - 1)], NOTHING)
    return Adoptions(began, ended, day, ended_on)


def _lever_part(measure: str, adoptions: Adoptions, full: Floats, months: int) -> Floats:
    time = np.arange(months)
    levers = [lever.name for lever in planted.LEVERS]
    part = np.zeros((len(adoptions.began), months))
    for number, effect in enumerate(planted.LEVER_EFFECTS):
        if effect.measure == measure:
            began = adoptions.began[:, levers.index(effect.lever), None]
            ended = adoptions.ended[:, levers.index(effect.lever), None]
            ramp = np.clip((time - began + 1) / (effect.ramp + 1), 0, 1) * (time < ended)
            part += full[number][:, None] * ramp
    return part


def _delivered(scene: Scene, measured: Flags, rng: np.random.Generator) -> Flags:
    """Months delivered: history and present of measured customers until they leave, some months missing."""
    shape = scene.life.health.shape
    until = np.where(scene.left_on < 0, -1, scene.clock.month(np.maximum(scene.left_on, 0)))
    until = np.where(scene.left_on > scene.clock.cutoff, shape[1], until)
    customer = measured & (scene.accounts.starts_on <= scene.clock.cutoff)
    return customer[:, None] & (np.arange(shape[1]) < until[:, None]) & (rng.random(shape) > 0.02)


def write_measures(
    sheets: Sheets, series: Series, adoptions: Adoptions, scene: Scene, rng: np.random.Generator
) -> None:
    """``kpi_series.csv`` and ``adoptions.csv``; what lies before a customer's start was handed in when it joined."""
    clock = scene.clock
    ends = np.append(clock.month_starts[1:], clock.cutoff + 1) - 1
    for number, measure in enumerate(planted.MEASURES):
        account, month = np.nonzero(series.shown[number])
        reported = ends[month] + rng.integers(2, 11, len(account))
        recorded = np.maximum(reported, scene.accounts.starts_on[account] + 20)
        fine = recorded <= clock.cutoff
        account, month, recorded = account[fine], month[fine], recorded[fine]
        sheets.append(
            "company/kpi_series.csv",
            {
                "account_id": salesforce_ids("001", scene.accounts.number[account]),
                "measure": pa.repeat(pa.scalar(measure.name), len(account)),
                "observed_on": dates(ends[month]),
                "value": pa.array(np.round(series.value[number][account, month], 2)),
                "unit": pa.repeat(pa.scalar(measure.unit), len(account)),
                "recorded_at": stamps(clock.utc(recorded * DAY + 9 * 3600)),
            },
        )
    account, lever = np.nonzero(adoptions.day >= 0)
    began, ended = adoptions.day[account, lever], adoptions.ended_on[account, lever]
    sheets.append(
        "company/adoptions.csv",
        {
            "account_id": salesforce_ids("001", scene.accounts.number[account]),
            "lever": picked([lever.name for lever in planted.LEVERS], lever),
            "adopted_on": dates(began),
            "ended_on": dates(ended),
            "recorded_at": stamps(clock.utc((began + 1) * DAY + 9 * 3600)),
        },
    )
