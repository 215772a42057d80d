"""The folder a company configures: ``trueup.toml``, its sources, its metrics; and what Trueup makes of it."""

import importlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from trueup.metrics.metric import GRAINS, Grain, ParameterValue
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.settings import WORKSHEETS, Compared, MembersSee, Settings
from trueup.runs.sign_in import CHECKS as SIGN_IN_CHECKS
from trueup.runs.sign_in import SECRET, SignIn
from trueup.units.calendar import MONDAY_TO_FRIDAY, BusinessHours, UnknownCountry, public_holidays
from trueup.units.money import UnknownCurrency, minor_units
from trueup.units.period import PeriodRules
from trueup.units.zone import UnknownZone, zone_named

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOLIDAY_YEARS = range(1990, 2061)
DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ShortDay = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

SCHEMA_FILE = "metrics.schema.json"
WORKSHEET_SCHEMA_FILE = "worksheet.schema.json"
_HOST = r"^(\*|\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])$"
_MEMORY = r"(?i)^[0-9]+(\.[0-9]+)? *([KMGT]i?B)$"
TEMPLATE = """\
# What Trueup needs to know about your company. Every line may be changed; `trueup build` uses the new values.

[company]
name = {name}
currency = "{currency}"           # amounts in other currencies are converted by the table fx_rates
timezone = "{timezone}"           # a thing falls into the day it happened on here
fiscal_year_start = 1             # the month in which your fiscal year begins
week_start = "monday"

[business_hours]                  # when your customers may expect an answer
days = ["mon", "tue", "wed", "thu", "fri"]
opens = "09:00"
closes = "17:00"
# holidays = "DE"                 # a country's public holidays; or a list of dates

[targets]                         # what you aim for, per month, in the metric's unit
# response_time = 4               # hours
# review_coverage = 0.3

# Parameters per metric, for example:
# [metrics.deep_discount_share]
# deep_discount = 0.25

# Metrics of your own go into metrics/*.yaml. Begin such a file with the line
#   # yaml-language-server: $schema=metrics.schema.json
# and an editor that knows YAML completes and checks it as you write.

[grades]                          # the worksheets by which you grade customers; `trueup grades sheets` lists all
# quarterly = "software_quarterly"  # or lending_quarterly, or one of your own in worksheets/
# annual = "software_annual"
"""
_NOT_OF_FORM = {
    "memory_limit": "amount of memory; write it as 4GB",
    "hosts": "name of a host; write it as trueup.example.com, without https:// and port",
    "admits": "mail domain; write it as acme.com, without @",
}
_SECRETS = ("sign_in.secret", "sign_in.client_secret")
"""What one may think belongs into the file, which others read."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Company(_Strict):
    name: Annotated[str, Field(description="The company's name, as reports show it.")] = "Our company"
    currency: Annotated[
        str, Field(description="ISO 4217 code; amounts in other currencies are converted by the table fx_rates.")
    ] = "EUR"
    timezone: Annotated[str, Field(description="IANA zone; a thing falls into the day on which it happened here.")] = (
        "UTC"
    )
    fiscal_year_start: Annotated[int, Field(ge=1, le=12, description="The month in which the fiscal year begins.")] = 1
    week_start: Annotated[DayName, Field(description="The first day of a week.")] = "monday"


class _Hours(_Strict):
    days: Annotated[
        tuple[ShortDay, ...], Field(description="The weekdays on which customers may expect an answer.")
    ] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )
    opens: Annotated[str, Field(description="When a business day begins.")] = "09:00"
    closes: Annotated[str, Field(description="When it ends; 24:00 is the day's end.")] = "17:00"
    holidays: Annotated[
        str | tuple[date, ...],
        Field(description="A country's public holidays, such as DE or DE-BY, or a list of dates."),
    ] = ()


class _Build(_Strict):
    grains: Annotated[tuple[Grain, ...], Field(description="For whom numbers are published.")] = GRAINS
    periods: Annotated[
        tuple[Literal["day", "week", "month", "quarter", "year"], ...],
        Field(description="For which periods they are; others are computed when somebody asks."),
    ] = ("month", "quarter", "year")
    keep_snapshots: Annotated[int, Field(ge=1, description="How many published snapshots are kept.")] = 3
    memory_limit: Annotated[
        str, Field(pattern=_MEMORY, description="What the engine may keep in memory; beyond that it uses the disk.")
    ] = "4GB"


class _Sources(_Strict):
    timezone: Annotated[str, Field(description="The zone of delivered times that name none.")] = "UTC"


class _Identity(_Strict):
    same: Annotated[
        tuple[tuple[str, ...], ...],
        Field(description="Ids that are the same account, contact or person: a list of lists."),
    ] = ()
    separate: Annotated[
        tuple[tuple[str, str], ...], Field(description="Pairs of ids that are not the same, whatever the rules find.")
    ] = ()


class _Record(_Strict):
    address: Annotated[
        str,
        Field(
            description="A Postgres database for what people enter: postgresql://USER:PASSWORD@HOST:PORT/DATABASE; "
            "empty: a file in the workspace's folder record. The environment's TRUEUP_RECORD stands before it."
        ),
    ] = ""


class _Access(_Strict):
    members_see: Annotated[
        MembersSee,
        Field(description="Which accounts a member may read: their own, also those of their team's people, or all."),
    ] = "own"


class _Server(_Strict):
    hosts: Annotated[
        tuple[Annotated[str, Field(pattern=_HOST)], ...],
        Field(description="The names under which others reach the server, such as trueup.example.com."),
    ] = ()
    https: Annotated[
        bool,
        Field(description="A proxy before the server speaks https with the world; cookies are then sent to it only."),
    ] = False


class _Grades(_Strict):
    quarterly: Annotated[str, Field(description="The worksheet of quarterly grades: ours, or one in worksheets/.")] = (
        WORKSHEETS["quarterly"]
    )
    annual: Annotated[str, Field(description="The worksheet of annual grades.")] = WORKSHEETS["annual"]
    strategic: Annotated[str, Field(description="The worksheet of strategic grades.")] = WORKSHEETS["strategic"]


class _Impact(_Strict):
    before: Annotated[int, Field(ge=12, le=60, description="Months before a start that are compared.")] = 18
    after: Annotated[int, Field(ge=3, le=24, description="Months after it.")] = 6
    confidence: Annotated[
        float, Field(ge=0.5, lt=1, description="How sure each end is by itself; pay rests on the low one.")
    ] = 0.9
    donors: Annotated[int, Field(ge=9, le=200, description="With how many customers one is compared at most.")] = 30
    rule: Annotated[
        Literal["worst-quarter", "best-quarter", "calendar"],
        Field(description="How customers come in: in trouble, in full swing, or at any time."),
    ] = "worst-quarter"


class _File(_Strict):
    company: _Company = _Company()
    business_hours: _Hours = _Hours()
    build: _Build = _Build()
    sources: _Sources = _Sources()
    identity: _Identity = _Identity()
    record: _Record = _Record()
    access: _Access = _Access()
    server: _Server = _Server()
    sign_in: SignIn = SignIn()
    grades: _Grades = _Grades()
    impact: _Impact = _Impact()
    levers: Annotated[
        Mapping[str, tuple[str, ...]],
        Field(description="Lever = the customers' measures that it is meant to move; goals that name it say so too."),
    ] = Field(default_factory=dict)
    measures: Annotated[
        Mapping[str, Literal["increase", "decrease"]],
        Field(description="Customers' measure = which way is better, where neither goals nor the KPI library say so."),
    ] = Field(default_factory=dict)
    targets: Annotated[
        Mapping[str, float], Field(description="Metric = what the company aims for per month, in the metric's unit.")
    ] = Field(default_factory=dict)
    metrics: Annotated[
        Mapping[str, Mapping[str, ParameterValue]],
        Field(description="A table per metric: its parameters, where they differ from its declaration."),
    ] = Field(default_factory=dict)


def documented() -> dict[str, tuple[str, str]]:
    """Every setting of ``trueup.toml`` by its dotted name: what it means, and its default as TOML writes it."""
    told: dict[str, tuple[str, str]] = {}
    for section, of in _File.model_fields.items():
        if isinstance(of.annotation, type) and issubclass(of.annotation, BaseModel):
            for name, field in of.annotation.model_fields.items():
                told[f"{section}.{name}"] = (field.description or "", json.dumps(field.default))
        else:
            told[section] = (of.description or "", "{}")
    return told


def settings(folder: Folder) -> Settings:
    """The settings of ``trueup.toml``; WorkspaceError names the line and the nearest valid name."""
    path = folder.settings_file
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path} is not UTF-8 text: {error}. Save it as UTF-8.") from error
    return _checked(path, text)


def defaults() -> Settings:
    """The settings of a workspace that sets nothing."""
    return _checked(Path("trueup.toml"), "")


def _checked(path: Path, text: str) -> Settings:
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{path} is not valid TOML: {error}. Correct that line; the rest is not read.") from error
    try:
        checked = _File.model_validate(parsed)
    except ValidationError as error:
        raise WorkspaceError(_explained(path, text, error)) from error
    return _settings(path, text, checked)


def make(root: Path, *, name: str, currency: str = "EUR", timezone: str = "UTC") -> Folder:
    """Make a new workspace in ``root``; WorkspaceError if there is one already."""
    folder = Folder(root.resolve())
    if folder.settings_file.exists():
        raise WorkspaceError(f"{folder.settings_file} is already there. Edit it, or choose another folder.")
    text = TEMPLATE.format(name=json.dumps(name, ensure_ascii=False), currency=currency, timezone=timezone)
    _checked(folder.settings_file, text)
    furnish(folder)
    folder.settings_file.write_text(text, encoding="utf-8")
    return folder


def furnish(folder: Folder) -> None:
    """Lay out what every workspace has besides its settings: its folders, and the schema of its own metrics."""
    for made in (folder.sources, folder.metrics, folder.worksheets):
        made.mkdir(parents=True, exist_ok=True)
    # Ibis takes long to load, and only a new workspace needs what is said with it.
    for file, said_by in (
        (folder.metrics / SCHEMA_FILE, "trueup.metrics.catalogue_file"),
        (folder.worksheets / WORKSHEET_SCHEMA_FILE, "trueup.grades.worksheet_file"),
    ):
        schema = json.dumps(importlib.import_module(said_by).json_schema(), indent=1)
        file.write_text(f"{schema}\n", encoding="utf-8")
    (folder.root / ".gitignore").write_text(".trueup/\nrecord/\n", encoding="utf-8")


@contextmanager
def _setting(path: Path, text: str, *place: str) -> Iterator[None]:
    """What is wrong with a setting's value is told with the setting's line."""
    try:
        yield
    except (UnknownCurrency, UnknownZone, UnknownCountry, ValueError) as error:
        line = _line_of(text, list(place))
        where = f"{path}, line {line}" if line else str(path)
        raise WorkspaceError(f"{where}: {'.'.join(place)}: {error}.") from error


def _settings(path: Path, text: str, checked: _File) -> Settings:
    company, hours = checked.company, checked.business_hours
    with _setting(path, text, "company", "currency"):
        minor_units(company.currency)
    with _setting(path, text, "company", "timezone"):
        zone_named(company.timezone)
    with _setting(path, text, "sources", "timezone"):
        zone_named(checked.sources.timezone)
    with _setting(path, text, "business_hours", "holidays"):
        days_off = _days_off(hours)
    with _setting(path, text, "business_hours", "opens"):
        opens = _clock(hours.opens)
    with _setting(path, text, "business_hours", "closes"):
        opening = BusinessHours(company.timezone, _days(hours), opens, _closing(hours.closes), days_off)
    for key, check in SIGN_IN_CHECKS.items():
        with _setting(path, text, "sign_in", key):
            check(checked.sign_in)
    return Settings(
        company=company.name,
        currency=company.currency,
        zone=company.timezone,
        rules=PeriodRules(company.fiscal_year_start, company.week_start),
        hours=opening,
        parameters=checked.metrics,
        grains=checked.build.grains,
        kinds=checked.build.periods,
        keep_snapshots=checked.build.keep_snapshots,
        memory_limit=checked.build.memory_limit,
        naive_zone=checked.sources.timezone,
        targets=checked.targets,
        same=checked.identity.same,
        separate=checked.identity.separate,
        record_address=checked.record.address,
        worksheets={
            "quarterly": checked.grades.quarterly,
            "annual": checked.grades.annual,
            "strategic": checked.grades.strategic,
        },
        compared=Compared(**checked.impact.model_dump()),
        levers=checked.levers,
        better=checked.measures,
        members_see=checked.access.members_see,
        hosts=checked.server.hosts,
        is_https=checked.server.https,
        sign_in=checked.sign_in,
    )


def _days(hours: _Hours) -> frozenset[int]:
    return frozenset(number for number, day in enumerate(WEEKDAYS) if day[:3] in hours.days) or MONDAY_TO_FRIDAY


def _days_off(hours: _Hours) -> frozenset[date]:
    if not isinstance(hours.holidays, str):
        return frozenset(hours.holidays)
    country, _, subdivision = hours.holidays.partition("-")
    return public_holidays(country, years=_HOLIDAY_YEARS, subdivision=subdivision or None)


def _clock(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  a time on the wall has no zone
    except ValueError:
        raise ValueError(f"{text!r} is not a time of day; write it as 09:00") from None


def _closing(text: str) -> time | Literal["24:00"]:
    return "24:00" if text == "24:00" else _clock(text)


def _explained(path: Path, text: str, error: ValidationError) -> str:
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"]]
    line = _line_of(text, place)
    where = f"{path}, line {line}" if line else str(path)
    named = ".".join(place)
    if named in _SECRETS:
        return (
            f"{where}: {named} does not belong here, where others read it. Put the secret into the environment variable"
            f" {SECRET}, or into a file that sign_in.secret_file names."
        )
    if problem["type"] == "extra_forbidden":
        known = _names_in(place[:-1])
        near = process.extractOne(place[-1], known) if known else None
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{where}: {named} is not a setting.{hint} There are {', '.join(known)}."
    if problem["type"] == "string_pattern_mismatch":
        return f"{where}: {named} = {problem['input']!r} is no {_NOT_OF_FORM[place[1]]}."
    return f"{where}: {named} = {problem['input']!r}: {problem['msg'].replace('tuple', 'list')}."


def _names_in(place: list[str]) -> list[str]:
    model: type[BaseModel] = _File
    for part in place:
        field = model.model_fields.get(part)
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            return []
        model = field.annotation
    return list(model.model_fields)


def _line_of(text: str, place: list[str]) -> int | None:
    """The line on which the setting stands: its key within its table, else the table's heading."""
    heading = None
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            table = stripped.strip("[]").split("]")[0].strip()
            if table.split(".") == place[: len(table.split("."))]:
                heading = number
        elif (
            "=" in stripped
            and [*filter(None, table.split(".")), stripped.split("=")[0].strip()] == place[: len(table.split(".")) + 1]
        ):
            return number
    return heading
