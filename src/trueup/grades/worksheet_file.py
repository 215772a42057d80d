"""Worksheets as files: one YAML file each, named as the worksheet; ours and a workspace's alike.

What is wrong is told with its line, the value and the nearest one that would do: all that is misspelt or missing at
once, then what contradicts itself.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml.comments import CommentedMap

from trueup.grades.worksheet import (
    ANSWERED_AT_LEAST,
    ATTRIBUTES,
    CLOSES_AFTER,
    LETTERS,
    Band,
    Cadence,
    Covers,
    Criterion,
    Missing,
    Source,
    Worksheet,
    WorksheetError,
)
from trueup.metrics.declarations import DeclarationsError, Place, Problem, content_of, told
from trueup.metrics.naming import nearest

SOURCES: tuple[Source, ...] = ("metric", "attribute", "question")
_SHOWN_DIGITS = 8


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Band(_Strict):
    below: Annotated[Decimal | None, Field(description="Where the band ends; the last one has no end.")] = None
    points: Annotated[Decimal, Field(description="What a value in it is worth.")]


class _Answer(_Strict):
    points: Annotated[Decimal, Field(description="What the answer is worth.")]
    means: Annotated[str, Field(description="What it means, in words that leave no doubt.")]


class _Criterion(_Strict):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", description="Its name: small letters and _.")]
    label: Annotated[str, Field(description="What people read.")]
    weight: Annotated[Decimal, Field(description="Its weight among the criteria, above 0.")]
    why: Annotated[str, Field(description="Why it counts.")] = ""
    metric: Annotated[str | None, Field(description="The metric whose value of the account counts.")] = None
    attribute: Annotated[str | None, Field(description=f"What of the account counts: {', '.join(ATTRIBUTES)}.")] = None
    question: Annotated[str | None, Field(description="What a person answers, from 1 to 5.")] = None
    bands: Annotated[tuple[_Band, ...], Field(description="Points by value, upwards.")] = ()
    values: Annotated[
        Mapping[str, Decimal] | None, Field(description="Points by an attribute's text; 'other' for all not named.")
    ] = None
    answers: Annotated[tuple[_Answer, ...], Field(description="What each answer, 1 to 5, is worth and means.")] = ()
    missing: Annotated[
        Missing, Field(description="Where nothing is known: the weight is not answered, or the worst points count.")
    ] = "unanswered"
    lowest: Annotated[int, Field(ge=1, description="The fewest facts behind a metric's value for it to count.")] = 1


class _Sheet(_Strict):
    label: Annotated[str, Field(description="What people read.")]
    cadence: Annotated[Cadence, Field(description="What kind of period it grades.")]
    covers: Annotated[Covers, Field(description="Whom it grades: customers of the period, or everyone.")] = "customers"
    cutoffs: Annotated[
        Mapping[Literal["A", "B", "C", "D", "E"], Decimal],
        Field(description="The lowest score of each letter; what is below the last one is F."),
    ]
    answered_at_least: Annotated[
        Decimal, Field(description="The share of the weight that must be answered for a letter.")
    ] = ANSWERED_AT_LEAST
    closes_after: Annotated[int, Field(description="Days after the period's end until its grades are frozen.")] = (
        CLOSES_AFTER
    )
    criteria: Annotated[tuple[_Criterion, ...], Field(description="The lines of the worksheet.")]


_KEYS = {*_Sheet.model_fields, *_Criterion.model_fields, *_Band.model_fields, *_Answer.model_fields, *LETTERS}


class WorksheetFileError(DeclarationsError):
    """Worksheets that cannot be used."""


@dataclass(frozen=True)
class SheetFile:
    """A worksheet's file: its name without the ending, its path as people know it, and what it says."""

    name: str
    path: str
    text: str


def our_files() -> tuple[SheetFile, ...]:
    """The worksheets that come with Trueup."""
    folder = files("trueup.grades") / "worksheets"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(SheetFile(f.name.removesuffix(".yaml"), f.name, f.read_text(encoding="utf-8")) for f in found)


def load(given: Iterable[SheetFile], *, metrics: Iterable[str] | None = None) -> Mapping[str, Worksheet]:
    """The worksheets by name, a later file over an earlier one of the same name; WorksheetFileError tells all faults.

    ``metrics``: the names of the metrics there are; None where nobody knows them yet.
    """
    known = None if metrics is None else tuple(metrics)
    sheets: dict[str, Worksheet] = {}
    problems: list[Problem] = []
    for file in given:
        sheet = _read(file, known, problems)
        if sheet is not None:
            sheets[sheet.name] = sheet
    if problems:
        raise WorksheetFileError(problems)
    return sheets


@lru_cache(maxsize=64)
def read(name: str, text: str) -> Worksheet:
    """The worksheet that a text says; WorksheetFileError tells all that is wrong with it."""
    return load([SheetFile(name, f"{name}.yaml", text)])[name]


def written(sheet: Worksheet) -> str:
    """The file of a worksheet: reading it gives the same worksheet."""
    return json.dumps(plain(sheet), indent=1, ensure_ascii=False)


def version_of(sheet: Worksheet) -> str:
    """What tells one state of a worksheet from another: eight digits of the fingerprint of all that it says."""
    return hashlib.sha256(json.dumps(plain(sheet), ensure_ascii=False).encode()).hexdigest()[:_SHOWN_DIGITS]


def plain(sheet: Worksheet) -> dict[str, Any]:
    """What a worksheet says, in the file's own words, numbers as numbers where they are whole and else as written."""
    return {
        "label": sheet.label,
        "cadence": sheet.cadence,
        "covers": sheet.covers,
        "cutoffs": {letter: _number(cut) for letter, cut in sheet.cutoffs.items()},
        "answered_at_least": _number(sheet.answered_at_least),
        "closes_after": sheet.closes_after,
        "criteria": [_plain_criterion(criterion) for criterion in sheet.criteria],
    }


def _plain_criterion(criterion: Criterion) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": criterion.name,
        "label": criterion.label,
        "weight": _number(criterion.weight),
        criterion.source: criterion.reads,
        "missing": criterion.missing,
        "lowest": criterion.lowest,
    }
    if criterion.why:
        said["why"] = criterion.why
    if criterion.bands:
        said["bands"] = [
            {"below": _number(band.below), "points": _number(band.points)}
            if band.below is not None
            else {"points": _number(band.points)}
            for band in criterion.bands
        ]
    if criterion.values:
        said["values"] = {text: _number(points) for text, points in criterion.values.items()}
    if criterion.answers:
        said["answers"] = [
            {"points": _number(points), "means": means}
            for points, means in zip(criterion.answers, criterion.meanings, strict=True)
        ]
    return said


def _number(number: Decimal) -> int | str:
    return int(number) if number == number.to_integral_value() else format(number.normalize(), "f")


def _read(file: SheetFile, metrics: tuple[str, ...] | None, problems: list[Problem]) -> Worksheet | None:
    content = content_of(file.path, file.text)
    if isinstance(content, Problem):
        problems.append(content)
        return None
    if not isinstance(content, CommentedMap):
        problems.append(Problem(file.path, 1, "no worksheet: begin with 'label: ...', 'cadence: ...', 'criteria: ...'"))
        return None
    place = Place(file.path, content)
    try:
        said = _Sheet.model_validate(content)
    except ValidationError as error:
        problems += [told(details, place, tuple(_KEYS)) for details in error.errors()]
        return None
    found = list(_faults(said, place, metrics))
    problems += found
    if found:
        return None
    try:
        return _sheet(file.name, said)
    except WorksheetError as error:
        problems.append(place.problem(str(error), *error.path))
        return None


def _faults(said: _Sheet, place: Place, metrics: tuple[str, ...] | None) -> Iterable[Problem]:
    for at, criterion in enumerate(said.criteria):
        sources = [source for source in SOURCES if getattr(criterion, source) is not None]
        if len(sources) != 1:
            cure = "Name a metric, an attribute or a question" if not sources else "Keep one of them"
            named = " and ".join(sources) or "nothing"
            yield place.problem(f"{criterion.name} reads {named}: {cure}", "criteria", at)
        elif metrics is not None and criterion.metric is not None and criterion.metric not in metrics:
            cure = nearest(criterion.metric, metrics)
            yield place.problem(f"no metric is called {criterion.metric!r}{cure}", "criteria", at, "metric")
        elif criterion.attribute is not None and criterion.attribute not in ATTRIBUTES:
            cure = nearest(criterion.attribute, ATTRIBUTES)
            yield place.problem(f"no attribute is called {criterion.attribute!r}{cure}", "criteria", at, "attribute")


def _sheet(name: str, said: _Sheet) -> Worksheet:
    return Worksheet(
        name=name,
        label=said.label,
        cadence=said.cadence,
        covers=said.covers,
        cutoffs={str(letter): cut for letter, cut in said.cutoffs.items()},
        answered_at_least=said.answered_at_least,
        closes_after=said.closes_after,
        criteria=tuple(_criterion(each) for each in said.criteria),
    )


def _criterion(said: _Criterion) -> Criterion:
    source = next(source for source in SOURCES if getattr(said, source) is not None)
    return Criterion(
        name=said.name,
        label=said.label,
        weight=said.weight,
        why=said.why,
        source=source,
        reads=getattr(said, source),
        bands=tuple(Band(band.points, band.below) for band in said.bands),
        values=dict(said.values) if said.values else None,
        answers=tuple(answer.points for answer in said.answers),
        meanings=tuple(answer.means for answer in said.answers),
        missing=said.missing,
        lowest=said.lowest,
    )


def json_schema() -> Mapping[str, object]:
    """The JSON Schema of a worksheet's file, for editors."""
    schema = _Sheet.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "A worksheet of Trueup"}
