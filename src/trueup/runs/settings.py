"""What a company has decided: its zone, currency, calendar, parameters; and where its workspace keeps things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trueup.metrics.fact import ParameterValue
from trueup.metrics.metric import GRAINS, Grain
from trueup.units.calendar import BusinessHours
from trueup.units.period import PeriodRules


@dataclass(frozen=True)
class Settings:
    """A workspace's settings, checked.

    ``parameters``: metric name -> parameter -> value, as set in ``trueup.toml``. ``memory_limit`` bounds the engine.
    """

    company: str
    currency: str
    zone: str
    rules: PeriodRules
    hours: BusinessHours
    parameters: Mapping[str, Mapping[str, ParameterValue]] = field(default_factory=dict)
    grains: tuple[Grain, ...] = GRAINS
    kinds: tuple[str, ...] = ("month", "quarter", "year")
    keep_snapshots: int = 3
    memory_limit: str = "4GB"
    naive_zone: str = "UTC"
    """The zone of delivered timestamps that name none."""
    same: tuple[tuple[str, ...], ...] = ()
    """Ids that a person declared to be the same thing."""
    separate: tuple[tuple[str, str], ...] = ()
    """Pairs of ids that a person declared not to be the same thing, whatever the rules find."""


@dataclass(frozen=True)
class Folder:
    """Where a workspace keeps what."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The company's settings."""
        return self.root / "trueup.toml"

    @property
    def sources(self) -> Path:
        """One folder per source, with its mapping."""
        return self.root / "sources"

    @property
    def metrics(self) -> Path:
        """The company's own metrics and facts."""
        return self.root / "metrics"

    @property
    def generated(self) -> Path:
        """Everything Trueup makes; may be deleted, except that a new import is then needed."""
        return self.root / ".trueup"

    @property
    def lake(self) -> Path:
        """The lake's file."""
        return self.generated / "lake.duckdb"

    @property
    def mart(self) -> Path:
        """The folder of published snapshots."""
        return self.generated / "mart"

    @property
    def scratch(self) -> Path:
        """Files that may be thrown away after a command."""
        return self.generated / "scratch"
