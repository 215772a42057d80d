"""A study of KPIs as it was told and kept: what pages, programs and later studies read."""

from collections.abc import Mapping
from math import exp
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Dropped(_Told):
    """Rows that were left out, and why."""

    reason: str
    rows: int


class Tested(_Told):
    """One way of asking: log odds per standard deviation with the interval of 90 %; null where it was not asked."""

    p: float | None = None
    z: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None


class Gain(_Told):
    """Log loss per row that is saved on later dates; ``helped``: on how many of so many ``tries`` anything was."""

    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    helped: int = 0
    tries: int = 0


class LagStrength(_Told):
    """How clearly a KPI speaks so many days before the outcome."""

    days: float | None
    z: float | None


class Leak(_Told):
    """Why a KPI cannot be used."""

    code: str
    figure: float | None = None


class Kpi(_Told):
    """A KPI's tier, and all that it rests on; null where it cannot be computed, which ``reason`` explains."""

    kpi: str
    label: str
    family: str
    better: str
    tier: str
    reason: str
    in_words: str = ""
    effect: float | None
    low: float | None
    high: float | None
    q: float | None
    lead_days: float | None
    lead_low: float | None
    lead_high: float | None
    loco_gain: float | None
    history: str = "exact"
    why_not_exact: str = ""
    categories: list[str] | None = None
    p: float | None = None
    q_alone: float | None = None
    by_quarter: Tested = Tested()
    by_month: Tested = Tested()
    alone: Tested = Tested()
    loco: Gain = Gain()
    leak: Leak | None = None
    says_the_same_as: list[str] = []
    lead_profile: list[LagStrength] = []

    @property
    def odds(self) -> tuple[float, float, float] | None:
        """What a step multiplies the odds of the outcome by, with its interval: a step better, else a step more."""
        if self.effect is None or self.low is None or self.high is None:
            return None
        low, high = (-self.high, -self.low) if self.better == "lower" else (self.low, self.high)
        return exp(-self.effect if self.better == "lower" else self.effect), exp(low), exp(high)

    @property
    def step(self) -> str:
        """Which way a step goes."""
        return "more" if self.better == "neither" else "better"


class Nested(_Told):
    """The first KPIs of the ranking together: forward log loss, and how much more than the best it is."""

    kpis: list[str]
    log_loss: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None


class Collection(_Told):
    """The KPIs to watch and reward, most telling first."""

    kpis: list[str]
    nested: list[Nested] = []


class Adds(_Told):
    """What one family of KPIs saves over another, in log loss per row."""

    family: str
    over: str
    gain: float | None
    gain_low: float | None
    gain_high: float | None


class Band(_Told):
    """A tenth of the forecasts: the mean chance given and the share to whom it happened."""

    rows: int
    expected: float | None
    observed: float | None


class Skill(_Told):
    """What forecasts were worth; null where too little happened."""

    auc: float | None
    auc_low: float | None
    auc_high: float | None
    brier_skill: float | None
    calibration_slope: float | None
    calibration_offset: float | None
    lift_of_top_tenth: float | None
    rows: int
    happened: int
    bands: list[Band] = []


class Forecast(_Told):
    """One forecast: claimed and realised on later dates, or held out on other accounts."""

    name: str
    claimed: Skill | None = None
    realised: Skill | None = None
    held_out: Skill | None = None


class Skills(_Told):
    """The forecasts that were compared, the score first, and on what they were tried."""

    tried_on: str
    parts: int | None = None
    forecasts: list[Forecast]


class NullRuns(_Told):
    """The same pipeline on outcomes dealt to other accounts: how many KPIs each run named."""

    runs: int
    with_any: int
    named: list[int]


class TierSince(_Told):
    """A KPI that an earlier study named as leading, or that leads only now."""

    kpi: str
    label: str
    then: str
    now: str
    was_in_collection: bool


class Since(_Told):
    """What became of an earlier study: its score on dates that nobody knew then, and the KPIs that it named."""

    number: int
    as_of_on: str
    claimed_auc: float | None
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    rows: int
    happened: int
    expected: float | None
    kpis: list[TierSince]
    in_words: str


class Study(_Told):
    """A whole study."""

    whose: str = ""
    as_of: str = ""
    outcome: str
    is_good: bool = False
    lead_days: int
    horizon_days: int
    known_until: str
    accounts: int
    rows: int
    rows_with_outcome: int
    events: int
    can_tell: bool
    is_careful: bool
    kpis_ever_tried: int
    dropped: list[Dropped]
    kpis: list[Kpi]
    controls: list[str]
    collection: Collection
    families: list[Adds]
    skill: Skills
    null_runs: NullRuns
    notes: list[str]
    headline: list[str]
    cannot_tell: list[str]
    earlier: list[Since] = []

    def of(self, name: str) -> Kpi | None:
        """The KPI of that name."""
        return next((each for each in self.kpis if each.kpi == name), None)

    @property
    def score(self) -> Skill | None:
        """The score's skill where it counts most: on later dates as realised, else on other accounts."""
        first = self.skill.forecasts[0] if self.skill.forecasts else None
        return None if first is None else first.realised or first.held_out


def study_of(told: Mapping[str, Any]) -> Study:
    """The study that was told, as JSON holds it."""
    return Study.model_validate(told)
